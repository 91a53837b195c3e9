// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading a daemon's running configuration back into objects.
 *
 * After a start, and whenever a daemon comes back, what it really holds is
 * read from "show running-config" and compared with the plan.  Lists and maps
 * are ours by their names (TN-..., TENANT-...); instances by their VRF, which
 * the caller judges, as are interfaces.
 */
#ifndef FRR_TENANT_PLAN_RUNNING_H
#define FRR_TENANT_PLAN_RUNNING_H

#include "plan/object.h"

struct running_ops {
	/* The VRF that an interface named in the configuration belongs to as
	 * far as tenantd knows; NULL: not one of ours.
	 */
	const char *(*interface_vrf)(void *arg, const char *ifname);
	/* A statement of ours by its form; the VRF need not be ours. */
	void (*found)(void *arg, const struct object *obj);
	/* A line within an instance that is none of ours by its form. */
	void (*foreign)(void *arg, const char *vrf, const char *line);
};

/* text is taken apart in place. */
void running_read(enum target target, char *text, const struct running_ops *ops, void *arg);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/* Hosts of a tenant: what operations on sites need of them. */
#ifndef FRR_TENANT_CTL_HOST_H
#define FRR_TENANT_CTL_HOST_H

#include "ctl/ctl.h"

/* 0 where hosts of the switch may be at the site, which exists; -1 with a sentence. */
int host_can_be_at(struct ctl *ctl, const struct model *model, const struct tenant *tenant,
		   const struct logical_switch *sw, uint32_t site_id);
/* The switch that knows the host, or else has a subnet for it; one that is at the site goes before
 * others.  NULL: there is none.
 */
const struct logical_switch *host_switch(const struct tenant *tenant, const char *address,
					 uint32_t site_id);
/* The host is at the site from now on, known before or not: its own route leads there, unless
 * the site announces the whole subnet anyhow.  0, or -1 with a sentence.
 */
int host_put(struct ctl *ctl, const struct logical_switch *sw, const char *address,
	     uint32_t site_id);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/* Logical switches and subnets, for commands that make them. */
#ifndef FRR_TENANT_CTL_SWITCH_H
#define FRR_TENANT_CTL_SWITCH_H

#include "ctl/ctl.h"

struct subnet_change {
	struct ctl *ctl;
	const char *tenant, *name; /* of the switch */
	const char *prefix;
	const char *gateway; /* NULL: the first address */
	bool hidden;         /* not to be announced */
	int64_t switch_id;
};

/* 1 where the switch has the subnet, 0, or -1 with a sentence. */
int subnet_find(const struct subnet_change *subnet, int64_t *id);
/* A new one: 0, or -1 with a sentence. */
int subnet_put(const struct subnet_change *subnet);

#endif

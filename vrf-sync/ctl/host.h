// SPDX-License-Identifier: GPL-2.0-or-later
/* Hosts of a tenant: what operations on sites need of them. */
#ifndef FRR_TENANT_CTL_HOST_H
#define FRR_TENANT_CTL_HOST_H

#include "ctl/ctl.h"

/* The subnet of the switch that holds the address: 1, 0 where none does, or -1. */
int host_subnet(struct ctl *ctl, int64_t switch_id, const char *address, int64_t *subnet_id);
/* 0 where hosts of the switch may be at the site, which exists; -1 with a sentence. */
int host_can_be_at(struct ctl *ctl, const struct model *model, const struct tenant *tenant,
		   const struct logical_switch *sw, uint32_t site_id);
/* A host that is there is to be announced by itself. */
bool host_needs_route(const struct logical_switch *sw, uint32_t site_id);

#endif

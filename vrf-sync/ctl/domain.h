// SPDX-License-Identifier: GPL-2.0-or-later
/* Switch domains, and which VLAN a switch has in each. */
#ifndef FRR_TENANT_CTL_DOMAIN_H
#define FRR_TENANT_CTL_DOMAIN_H

#include "ctl/ctl.h"

struct args;

/* The option --domain of a switch.  0, or -1 with a sentence. */
int domain_option(struct ctl *ctl, const struct args *args, const char *name, int64_t switch_id);
/* Refuses where the domain has fewer VLANs left than are needed. */
int domain_has_room(struct ctl *ctl, int64_t domain_id, int64_t needed);

#endif

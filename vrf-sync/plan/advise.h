// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What works, and will hurt when something breaks, in one plain sentence each.
 *
 * Unlike a finding (validate.h) a piece of advice holds nobody: it is about
 * links that are there only once, keys that are missing, and what comes to an
 * end.  The rules are
 * measured, doc/design/redundancy.md.  tenantctl check prints them.
 */
#ifndef FRR_TENANT_PLAN_ADVISE_H
#define FRR_TENANT_PLAN_ADVISE_H

#include "model/model.h"

/* Of a switch domain: two for failover, one for replication, two more (S0-06). */
#define DOMAIN_VLANS_PER_CUSTOMER 5
#define DOMAIN_SCARCE_PERCENT     80

enum domain_state { DOMAIN_OK, DOMAIN_SCARCE, DOMAIN_FULL };

struct domain_use {
	uint32_t used, free;
	enum domain_state state;
};
/* Reads all tenants. */
struct domain_use domain_use(const struct model *model, const struct switch_domain *domain);

/* Append a sentence for each thing to *advice (darr); return how many.  Two
 * tenants on the same nodes and wires get the same sentences.
 */
size_t advise_provider(const struct provider *provider, struct reason **advice);
size_t advise_domains(const struct model *model, struct reason **advice);
size_t advise_tenant(const struct provider *provider, const struct tenant *tenant,
		     struct reason **advice);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What works, and will hurt when something breaks, in one plain sentence each.
 *
 * Unlike a finding (validate.h) a piece of advice holds nobody: it is about
 * links that are there only once, keys that are missing, and limits that are near.  The rules are
 * measured, doc/design/redundancy.md.  tenantctl check prints them.
 */
#ifndef FRR_TENANT_PLAN_ADVISE_H
#define FRR_TENANT_PLAN_ADVISE_H

#include "model/model.h"

/* Append a sentence for each thing to *advice (darr); return how many.  Two
 * tenants on the same nodes and wires get the same sentences.
 */
size_t advise_provider(const struct provider *provider, struct reason **advice);
size_t advise_tenant(const struct provider *provider, const struct tenant *tenant,
		     struct reason **advice);

#endif

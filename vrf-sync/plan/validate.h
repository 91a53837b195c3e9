// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What makes a tenant impossible, or unsafe, in one plain sentence each.
 *
 * The rules are those SQL cannot judge: they need arithmetic on prefixes, the
 * provider's pools, or other tenants.  tenantctl asks before it commits, and
 * tenantd for rows that came by plain SQL; a tenant with a finding is held as
 * it is, and no other tenant notices.
 */
#ifndef FRR_TENANT_PLAN_VALIDATE_H
#define FRR_TENANT_PLAN_VALIDATE_H

#include "model/model.h"

/* Appends one sentence per broken rule to *findings (darr); returns how many. */
size_t validate_tenant(const struct model *model, const struct tenant *tenant,
		       struct reason **findings);

#endif

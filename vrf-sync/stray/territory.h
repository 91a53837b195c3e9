// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whose a prefix is that turned up in a tenant's VRF: its own, nobody's, another
 * tenant's, or the provider's.
 *
 * A tenant's own are its aggregates (with none, all that is not reserved), its wires,
 * its links with what is behind them, and what is leaked to it.  Of the others count
 * the same, but for leaks, and of those without aggregates their subnets.  Tenants may
 * use the same space: what is a tenant's own is never another's.  So a leak of a prefix
 * that both have cannot be seen by its prefix; that is for verify.h to prevent.
 * A default route is nobody's, and so is what merely covers somebody's prefix.
 *
 *	territory_set(territory, tenant->id, tenant);	-- new, changed, or (NULL) gone
 *	territory_is_foreign(territory, provider, id, &net, &found)
 *
 * A question costs a look-up for each bit of the prefix, and a walk over the tenant's own
 * aggregates, links and leaks.  Kept are 12 bytes for each prefix that any tenant has, and
 * the snapshots, which the model has anyway.  Pure.
 */
#ifndef FRR_TENANT_STRAY_TERRITORY_H
#define FRR_TENANT_STRAY_TERRITORY_H

#include "model/model.h"

struct territory;

struct territory *territory_new(void);
void territory_free(struct territory *territory);

/* This is what the tenant has from now on. */
void territory_set(struct territory *territory, uint32_t id, const struct tenant *tenant);

struct foreign {
	const struct tenant *tenant;     /* whose it is; NULL: the provider's */
	struct ipnet space;              /* that holds the prefix */
	char what[TENANT_NAME_MAX + 24]; /* "subnet of switch web" */
};

/* The prefix lies in another's space and not in the tenant's own.  *found is good until
 * the next call of territory_set().
 */
bool territory_is_foreign(const struct territory *territory, const struct provider *provider,
			  uint32_t tenant_id, const struct ipnet *net, struct foreign *found);

#endif

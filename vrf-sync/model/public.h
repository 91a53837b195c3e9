// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Public addresses: by which address everybody reaches a host of a tenant.
 *
 * A host is reached by its own address from the customer's sites, and by its
 * public one, or by one port of that, from everywhere else.  Every edge of the
 * tenant translates, statelessly and all the same, so an address that goes to
 * another site with its host needs no change at any edge; the DLRs that have the
 * host announce it, and so it moves (doc/design/public.md).  Who is within the
 * VPN uses the hosts' own addresses: all that is private (RFC 1918) or shared
 * (RFC 6598).  So the way back needs no memory of the way there.
 *
 *	darr_foreach_p (tenant->publics, public)
 *		if (public_is_at(provider, tenant, public, node->site_id)) ...
 */
#ifndef FRR_TENANT_MODEL_PUBLIC_H
#define FRR_TENANT_MODEL_PUBLIC_H

#include "model/model.h"

#define PUBLIC_WITHIN_COUNT 4
extern const struct ipnet public_within[PUBLIC_WITHIN_COUNT];
/* It is of those. */
bool public_is_within(const struct ipnet *address);

/* The host's address as it is now: .recovered where the host's switch is another one now. */
const struct ipnet *public_inside(const struct tenant *tenant,
				  const struct public_address *public);
/* The switch that has the address in a subnet; of two, the one recovered as the other, the one
 * that is in use.  NULL: none.
 */
const struct logical_switch *public_holder(const struct tenant *tenant,
					   const struct ipnet *address);
/* The switch that the host is on now; NULL where no subnet holds it. */
const struct logical_switch *public_switch(const struct tenant *tenant,
					   const struct public_address *public);
/* The DLRs of the site have the host. */
bool public_is_at(const struct provider *provider, const struct tenant *tenant,
		  const struct public_address *public, uint32_t site_id);

#endif

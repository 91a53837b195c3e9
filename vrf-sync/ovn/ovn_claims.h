// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who is a tenant, and who claims what: so that two with the same number are seen, both, whoever
 * came first and in whatever order a node was told of them.
 */
#ifndef FRR_TENANT_SOURCE_OVN_CLAIMS_H
#define FRR_TENANT_SOURCE_OVN_CLAIMS_H

#include "ovn/ovn_map.h"

struct ovn_claims;

struct ovn_claims *ovn_claims_new(void);
void ovn_claims_free(struct ovn_claims *claims);

/* The tenant that the router is known as; 0: as none. */
uint32_t ovn_claims_tenant(const struct ovn_claims *claims, const char *router);
/* The router is that tenant now (0: none), and claims this.  Appends to *touched (darr) the
 * tenants for which that makes a difference: itself as it was and is, and all who claim the same.
 */
void ovn_claims_set(struct ovn_claims *claims, const char *router, uint32_t tenant_id,
		    const struct ovn_claim *list, uint32_t **touched);

/* Forgets the routers that there are no more, whoever told of that or did not. */
void ovn_claims_prune(struct ovn_claims *claims, const struct ovn_rows *rows);

/* The router that speaks for a tenant, of several the same for every node; NULL: none is it. */
const char *ovn_claims_router(const struct ovn_claims *claims, uint32_t tenant_id);
/* False with a sentence: what the router claims another one does, too. */
bool ovn_claims_judge(const struct ovn_claims *claims, const struct ovn_rows *rows,
		      const char *router, struct reason *why);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From the tenant network to what one node should hold.
 *
 * Planning is a pure function of a model and a node: no clock, no socket, no
 * FRR.  tenantd, "tenantctl plan", the tests and the fuzzers all call it.
 * It expects a tenant that validate_tenant() found nothing wrong with.
 *
 *	struct objects want = {};
 *	plan_tenant(model, tenant, node, &want);
 *	...
 *	objects_fini(&want);
 *
 * The routing profile, one VRF per tenant:
 *
 *   DLR   redistributes its gateways' subnets into NSSA area 51
 *   edge  ABR between area 51 (transit) and area 0 (uplink): translates type-7,
 *         gives the DLR a default; redistributes nothing
 *   PE    area 0 to edges and customer sites; OSPF and BGP into each other,
 *         the VPN route tag against loops (RFC 4577 4.2.5.2); VPN export and
 *         import by the tenant's route target
 *
 * A node with several roles needs no wire to itself: one VRF does it all.
 * Filters follow the tenant, not its subnets, so a new subnet changes none.
 */
#ifndef FRR_TENANT_PLAN_PLAN_H
#define FRR_TENANT_PLAN_PLAN_H

#include "model/model.h"
#include "plan/object.h"

/* What the node needs whoever is on it. */
void plan_node(const struct provider *provider, const struct node *node, struct objects *want);

/* What the tenant needs on the node; nothing where the node does not serve it. */
void plan_tenant(const struct provider *provider, const struct tenant *tenant,
		 const struct node *node, struct objects *want);
/* The same in the order in which it comes, to be sorted by objects_sort(), which
 * takes more time than all the rest: enough to see that two plans are alike.
 */
void plan_tenant_unsorted(const struct provider *provider, const struct tenant *tenant,
			  const struct node *node, struct objects *want);

#endif

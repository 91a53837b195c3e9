// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The tenant's BGP instance on a PE: OSPF, connected and static routes into
 * the VPN, the VPN into the VRF (RFC 4364).  The core of BGP, its neighbors
 * and the VPN session, stays the operator's.
 *
 * "import vrf" is never used: it makes instances and targets of its own
 * (C-26).  Leaks go by route target like everything else.
 */
#include <zebra.h>

#include <string.h>

#include "darr.h"

#include "plan/plan_priv.h"

static struct object *add(struct plan *plan, enum object_kind kind)
{
	return plan_add(plan, kind, TARGET_BGPD);
}

static void add_map(struct plan *plan, enum object_kind kind, const char *map)
{
	plan_list_name(plan, map, add(plan, kind)->ref);
}

static void plan_neighbor(struct plan *plan, const struct link *link)
{
	struct object *obj = add(plan, OBJ_BGP_NEIGHBOR);

	obj->net = link->peer;
	obj->num[0] = link->peer_as;
	obj = add(plan, OBJ_BGP_NEIGHBOR_LIMIT);
	obj->net = link->peer;
	obj->num[0] = link->max_routes;
	/* RFC 8212 wants a policy in each direction; ours is the tenant's own space */
	obj = add(plan, OBJ_BGP_NEIGHBOR_IN);
	obj->net = link->peer;
	plan_list_name(plan, LIST_ADVERTISED, obj->ref);
	obj = add(plan, OBJ_BGP_NEIGHBOR_OUT);
	obj->net = link->peer;
	plan_list_name(plan, MAP_CUSTOMER, obj->ref);
}

static void plan_targets(struct plan *plan)
{
	uint32_t rd = 0, own = 0, leaked = 0;
	struct reason ignored = {};
	struct object *obj;

	derive_rd_number(plan->tenant, &rd, &ignored);
	derive_rt_number(plan->provider, plan->tenant, &own, &ignored);
	derive_leak_number(plan->provider, plan->tenant->id, &leaked, &ignored);
	obj = add(plan, OBJ_BGP_RD);
	obj->net = plan->node->router_id;
	obj->num[0] = rd;
	obj = add(plan, OBJ_BGP_RT_IMPORT);
	obj->num[0] = plan->provider->asn;
	obj->num[1] = own;
	obj->num[2] = leaked;
	obj = add(plan, OBJ_BGP_RT_EXPORT);
	obj->num[0] = plan->provider->asn;
	obj->num[1] = own;
}

void plan_bgp(struct plan *plan)
{
	const struct link *link;

	if (!(plan->roles & ROLE_PE))
		return;
	add(plan, OBJ_BGP)->num[0] = plan->provider->asn;
	add(plan, OBJ_BGP_ROUTER_ID)->net = plan->node->router_id;
	darr_foreach_p (plan->tenant->links, link)
		if (link->node_id == plan->node->id && link->routing == ROUTING_BGP)
			plan_neighbor(plan, link);
	/* an edge that is the PE, too, has static routes to the subnets itself; a DLR, hosts */
	if (plan->has_static_link || plan->has_static_transit || (plan->roles & ROLE_DLR))
		add_map(plan, OBJ_BGP_REDIST_KERNEL, LIST_ADVERTISED);
	add_map(plan, OBJ_BGP_REDIST_CONNECTED, LIST_ADVERTISED);
	if (plan->has_ospf)
		add_map(plan, OBJ_BGP_REDIST_OSPF, MAP_UNTAGGED);
	plan_targets(plan);
	add(plan, OBJ_BGP_LABEL);
	add_map(plan, OBJ_BGP_IMPORT_MAP, MAP_IMPORT);
	/* the statement says which: bgpd then acts at once, while it lets a changed map wait */
	add_map(plan, OBJ_BGP_EXPORT_MAP, plan->stands_by ? MAP_STANDBY : MAP_EXPORT);
	add(plan, OBJ_BGP_EXPORT);
	add(plan, OBJ_BGP_IMPORT);
	if (plan->has_ospf) {
		struct object *obj = plan_add(plan, OBJ_ZEBRA_OSPF_MAP, TARGET_MGMTD);

		strlcpy(obj->ref, MAP_VPN_TAG, sizeof(obj->ref));
	}
}

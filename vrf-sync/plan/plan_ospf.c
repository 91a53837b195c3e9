// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * OSPF in the tenant's VRF.
 *
 * Area 51, NSSA, on the transit; area 0 on uplinks and customer links, by "network"
 * statements: "ip ospf area" would be one more "interface X" for each interface,
 * which costs ospfd what all its lists and route-maps do (doc/design/order.md).  The
 * edge is the area border router: "translate-always" because FRR never
 * replaces a dead elected translator, the forwarding address kept because
 * without it two edges can loop.  DLRs live on the type-3 default that ospfd
 * gives an NSSA by itself: with "default-information-originate" each of two
 * edges takes the other's default, and both originate anew for ever (all
 * measured, FRR 10.7; doc/design/redundancy.md).
 */
#include <zebra.h>

#include <string.h>

#include "darr.h"

#include "plan/plan_priv.h"

/* ms; a new subnet must not wait for timers meant for a slow network */
#define SPF_DELAY       0
#define SPF_HOLD        50
#define SPF_MAXIMUM     200
#define LSA_DELAY       0
#define LSA_MIN_ARRIVAL 0
/* Of what a site announces that stands by; the usual one is 20. */
#define METRIC_STANDBY 1000

static struct object *add(struct plan *plan, enum object_kind kind)
{
	return plan_add(plan, kind, TARGET_OSPFD);
}

/* metric: 0 is the usual one */
static void add_redistribute(struct plan *plan, enum object_kind kind, const char *map,
			     uint32_t metric)
{
	struct object *obj = add(plan, kind);

	plan_list_name(plan, map, obj->ref);
	obj->num[2] = metric;
}

static struct object *add_interface(struct plan *plan, enum object_kind kind, const char *device,
				    uint32_t value)
{
	struct object *obj = add(plan, kind);

	strlcpy(obj->name, device, sizeof(obj->name));
	obj->num[0] = value;
	return obj;
}

static void plan_interface(struct plan *plan, const char *device, const struct ipnet *address,
			   uint32_t area, bool p2p)
{
	struct object *network;

	if (p2p)
		add_interface(plan, OBJ_OSPF_IF_P2P, device, 0);
	add_interface(plan, OBJ_OSPF_IF_DEAD, device, plan->provider->ospf_dead);
	add_interface(plan, OBJ_OSPF_IF_HELLO, device, plan->provider->ospf_hello);
	network = add(plan, OBJ_OSPF_NETWORK);
	network->net = ipnet_host(address); /* no other device, such as a macvlan of VRRP */
	network->num[0] = area;
}

static bool has_another_edge(const struct plan *plan, const struct wire *wire)
{
	const struct wire_port *port;

	darr_foreach_p (wire->ports, port)
		if (port->node_id != plan->node->id &&
		    (wire_roles_on(wire, plan->tenant, port->node_id) & ROLE_EDGE))
			return true;
	return false;
}

/* A transit has DLRs that elect the designated router, and edges that only join
 * in.  An edge that lost them all, with its link still up, must not go on
 * announcing the transit's prefix: the forwarding addresses lie in it, and half
 * of the PE's traffic would end there (measured).  Suppression leaves the
 * prefix to the designated router, and so to those who still hear it.  An edge
 * alone has nobody to leave it to: there a DLR that restarts shall not have to
 * wait for an election.
 */
static void plan_wire_interface(struct plan *plan, const struct plan_wire *wire)
{
	bool transit = wire->wire->kind == WIRE_TRANSIT;
	struct object *obj;

	if (transit && (wire->roles & ROLE_EDGE) && has_another_edge(plan, wire->wire)) {
		add_interface(plan, OBJ_OSPF_IF_PRIORITY, wire->device, 0);
		add_interface(plan, OBJ_OSPF_IF_SUPPRESS, wire->device, 0);
	}
	if (wire->wire->bfd)
		add_interface(plan, OBJ_OSPF_IF_BFD, wire->device, 0);
	if (wire->wire->ospf_key[0]) {
		add_interface(plan, OBJ_OSPF_IF_AUTH, wire->device, 0);
		obj = add_interface(plan, OBJ_OSPF_IF_KEY, wire->device, 0);
		strlcpy(obj->ref, wire->wire->ospf_key, sizeof(obj->ref));
	}
	plan_interface(plan, wire->device, &wire->address, transit ? plan->provider->nssa_area : 0,
		       !transit);
}

static void plan_instance(struct plan *plan)
{
	struct object *obj;

	add(plan, OBJ_OSPF);
	add(plan, OBJ_OSPF_ROUTER_ID)->net = plan->node->router_id;
	obj = add(plan, OBJ_OSPF_SPF_DELAY);
	obj->num[0] = SPF_DELAY;
	obj->num[1] = SPF_HOLD;
	obj->num[2] = SPF_MAXIMUM;
	add(plan, OBJ_OSPF_LSA_DELAY)->num[0] = LSA_DELAY;
	add(plan, OBJ_OSPF_LSA_ARRIVAL)->num[0] = LSA_MIN_ARRIVAL;
}

static void plan_nssa(struct plan *plan, uint8_t roles_on_transit)
{
	struct object *nssa = add(plan, OBJ_OSPF_NSSA);
	const struct ipnet *net;

	nssa->num[0] = plan->provider->nssa_area;
	nssa->num[1] = (roles_on_transit & ROLE_EDGE) != 0;
	if (!nssa->num[1])
		return;
	/* C-17, second of three places: reserved space is not translated */
	darr_foreach_p (plan->provider->reserved, net) {
		struct object *obj;

		if (net->family != AF_INET)
			continue;
		obj = add(plan, OBJ_OSPF_NSSA_DENY);
		obj->num[0] = plan->provider->nssa_area;
		obj->net = *net;
	}
}

/* By the statement and not by the map: ospfd then acts at once, and for this VRF alone. */
static void plan_redistribution(struct plan *plan)
{
	uint32_t metric = plan->stands_by && (plan->roles & ROLE_DLR) ? METRIC_STANDBY : 0;

	if (plan->roles & ROLE_DLR)
		add_redistribute(plan, OBJ_OSPF_REDIST_CONNECTED, LIST_ADVERTISED, metric);
	/* a DLR's are hosts and public addresses; it always has the line, so that the first one
	 * need not wait for it
	 */
	if (plan->has_static_link || (plan->roles & ROLE_DLR) ||
	    (plan->has_static_transit && (plan->roles & ROLE_EDGE)))
		add_redistribute(plan, OBJ_OSPF_REDIST_KERNEL, LIST_ADVERTISED, metric);
	if (plan->roles & ROLE_PE)
		add_redistribute(plan, OBJ_OSPF_REDIST_BGP, MAP_TAG, 0);
}

void plan_ospf(struct plan *plan)
{
	const struct plan_wire *wire;
	const struct link *link;
	char device[DEVICE_BUF];
	uint8_t on_transit = 0;

	if (!plan->has_ospf)
		return;
	plan_instance(plan);
	darr_foreach_p (plan->wires, wire) {
		if (!plan_wire_is_dynamic(wire))
			continue;
		if (wire->wire->kind == WIRE_TRANSIT)
			on_transit |= wire->roles;
		plan_wire_interface(plan, wire);
	}
	darr_foreach_p (plan->tenant->links, link) {
		if (link->node_id != plan->node->id || link->routing != ROUTING_OSPF)
			continue;
		derive_vlan_name(link->ifname, link->vlan, device);
		/* a LAN that another PE shares is no point-to-point */
		plan_interface(plan, device, &link->address, 0,
			       !ipnet_is_set(&link->virtual_address));
	}
	if (on_transit)
		plan_nssa(plan, on_transit);
	plan_redistribution(plan);
}

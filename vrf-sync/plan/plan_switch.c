// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Logical switches on a DLR, and the routes that no protocol brings.
 *
 * A switch is a bridge in the tenant's VRF with the gateway's address and MAC,
 * the same on every DLR, and a VXLAN device that floods to the other DLRs of
 * the tenant; with EVPN, bgpd and zebra know where what is.  A bridge that is
 * only kept ready has a MAC of its own: else it would take what its hosts send
 * to the gateway, which is elsewhere, and route it by its own edge.  Where it has a VLAN
 * in a switch domain, one DLR bridges that, too.  How much of it a DLR has is a
 * matter of its site: presence.h.
 */
#include <zebra.h>

#include <string.h>

#include "darr.h"

#include "model/presence.h"
#include "model/public.h"
#include "plan/plan_priv.h"

static struct object *add(struct plan *plan, enum object_kind kind, const char *device)
{
	struct object *obj = plan_add(plan, kind, TARGET_KERNEL);

	strlcpy(obj->name, device, sizeof(obj->name));
	return obj;
}

static void plan_vxlan(struct plan *plan, const struct logical_switch *sw, const char *bridge)
{
	const struct attachment *attachment;
	struct reason ignored = {};
	char device[DEVICE_BUF];
	struct object *obj;
	uint32_t vni;

	if (!ipnet_is_set(&plan->node->vtep) || derive_vni(plan->provider, sw, &vni, &ignored) < 0)
		return;
	derive_vxlan_name(vni, device);
	obj = add(plan, OBJ_VXLAN, device);
	strlcpy(obj->ref, bridge, sizeof(obj->ref));
	obj->net = plan->node->vtep;
	obj->num[0] = vni;
	obj->num[1] = sw->mtu;
	obj->num[2] = plan->provider->evpn;
	if (plan->provider->evpn)
		return;
	darr_foreach_p (plan->tenant->attachments, attachment) {
		const struct node *other = provider_node(plan->provider, attachment->node_id);

		if (other && other != plan->node && (attachment->roles & ROLE_DLR) &&
		    ipnet_is_set(&other->vtep) && switch_is_at(plan->tenant, sw, other->site_id))
			add(plan, OBJ_FDB, device)->net = other->vtep;
	}
}

static void plan_segments(struct plan *plan, const struct logical_switch *sw, const char *bridge)
{
	const struct domain_port *port;
	const struct switch_vlan *vlan;
	char device[DEVICE_BUF];
	struct object *obj;

	darr_foreach_p (sw->vlans, vlan) {
		port = switch_vlan_port(plan->provider, plan->tenant, sw, vlan);
		if (!port || port->node_id != plan->node->id)
			continue;
		derive_vlan_name(port->ifname, vlan->vlan, device);
		obj = add(plan, OBJ_SEGMENT, device);
		strlcpy(obj->ref, bridge, sizeof(obj->ref));
		obj->num[0] = vlan->vlan;
		obj->num[1] = sw->mtu;
	}
}

/* What goes to a subnet that is on its way to another site ends here, and not at an edge
 * that would send it back for as long as it has not heard.  No filter lets it out (plan_filter.c).
 */
static void plan_leaving(struct plan *plan, const struct logical_switch *sw)
{
	const struct subnet *subnet;
	struct object *obj;

	darr_foreach_p (sw->subnets, subnet) {
		obj = add(plan, OBJ_DEAD_END, "");
		obj->num[0] = derive_table(plan->provider, plan->tenant);
		obj->net = subnet->prefix;
	}
}

/* Hosts whose own routes are announced from here; where one site has all traffic, none are. */
static void plan_hosts(struct plan *plan, const struct logical_switch *sw, const char *bridge)
{
	const struct tenant_host *host;
	struct object *obj;

	if (plan->stands_by)
		return;
	darr_foreach_p (sw->hosts, host) {
		if (!host->advertise || host->site_id != plan->node->site_id)
			continue;
		obj = add(plan, OBJ_HOST, bridge);
		obj->num[0] = derive_table(plan->provider, plan->tenant);
		obj->net = ipnet_host(&host->address);
	}
}

/* What leaves with its site is a gateway elsewhere already, which its hosts can use at once;
 * what leaves by itself is none yet, and tells them so.
 */
static bool is_gateway(const struct logical_switch *sw, enum presence presence)
{
	return presence >= PRESENCE_HOSTS ||
	       (presence == PRESENCE_LEAVING && sw->state == SWITCH_LEAVING);
}

static void plan_switch(struct plan *plan, const struct logical_switch *sw, enum presence presence)
{
	const struct subnet *subnet;
	char bridge[DEVICE_BUF];
	struct object *obj;

	derive_bridge_name(sw, bridge);
	obj = add(plan, OBJ_BRIDGE, bridge);
	strlcpy(obj->ref, sw->name, sizeof(obj->ref));
	obj->num[0] = sw->mtu;
	obj->num[1] = is_gateway(sw, presence) ? sw->id : plan->node->id;
	obj->num[2] = (sw->track_hosts ? BRIDGE_LEARNS : 0) |
		      (is_gateway(sw, presence) ? 0 : BRIDGE_NO_GATEWAY);
	plan_vxlan(plan, sw, bridge);
	plan_segments(plan, sw, bridge);
	if (presence == PRESENCE_LEAVING)
		plan_leaving(plan, sw);
	if (presence < PRESENCE_HOSTS)
		return;
	darr_foreach_p (sw->subnets, subnet) {
		obj = add(plan, OBJ_GATEWAY, bridge);
		obj->net = subnet->gateway;
		obj->num[0] = presence == PRESENCE_HOSTS;
	}
	plan_hosts(plan, sw, bridge);
}

void plan_switches(struct plan *plan)
{
	const struct logical_switch *sw;
	enum presence presence;

	if (!(plan->roles & ROLE_DLR))
		return;
	darr_foreach_p (plan->tenant->switches, sw) {
		presence = switch_presence(plan->provider, plan->tenant, sw, plan->node->site_id);
		if (presence != PRESENCE_NONE)
			plan_switch(plan, sw, presence);
	}
}

static bool is_active_on(const struct plan *plan, const struct logical_switch *sw,
			 const struct node *node)
{
	return switch_presence(plan->provider, plan->tenant, sw, node->site_id) == PRESENCE_ACTIVE;
}

/* The node has the subnets of the switch itself, and needs no way to them. */
static bool is_here(const struct plan *plan, const struct logical_switch *sw)
{
	return (plan->roles & ROLE_DLR) && is_active_on(plan, sw, plan->node);
}

static void add_route(struct plan *plan, const struct ipnet *net, const struct ipnet *via)
{
	struct object *obj = add(plan, OBJ_ROUTE, "");

	obj->num[0] = derive_table(plan->provider, plan->tenant);
	obj->net = *net;
	obj->via = ipnet_host(via);
}

/* The first node on the far side of the wire that holds the switch; NULL for the switch:
 * any.  One next hop is enough: redundancy is what the protocol is for.
 */
static bool far_address(const struct plan *plan, const struct plan_wire *wire,
			const struct logical_switch *sw, struct ipnet *far)
{
	const struct wire_port *port;

	darr_foreach_p (wire->wire->ports, port) {
		uint8_t roles = wire_roles_on(wire->wire, plan->tenant, port->node_id);

		if (port->node_id == plan->node->id || !roles || roles == wire->roles ||
		    (sw && !is_active_on(plan, sw, provider_node(plan->provider, port->node_id))))
			continue;
		if (ipnet_slot(&wire->prefix, port->slot, far) == 0)
			return true;
	}
	return false;
}

/* S2-12, a transit without a protocol: the DLR's default goes to the edge, the
 * edge's routes to the subnets go to the DLR.
 */
static void plan_static_transit(struct plan *plan, const struct plan_wire *wire)
{
	static const struct ipnet any = { .family = AF_INET };
	const struct public_address *public;
	const struct logical_switch *sw;
	const struct subnet *subnet;
	struct ipnet far;

	if (wire->roles & ROLE_DLR) {
		if (far_address(plan, wire, NULL, &far))
			add_route(plan, &any, &far);
		return;
	}
	darr_foreach_p (plan->tenant->switches, sw)
		if (!is_here(plan, sw) && far_address(plan, wire, sw, &far))
			darr_foreach_p (sw->subnets, subnet)
				if (subnet->prefix.family == AF_INET)
					add_route(plan, &subnet->prefix, &far);
	darr_foreach_p (plan->tenant->publics, public) {
		sw = public_switch(plan->tenant, public);
		if (sw && !is_here(plan, sw) && far_address(plan, wire, sw, &far))
			add_route(plan, &public->address, &far);
	}
}

void plan_static_routes(struct plan *plan)
{
	const struct plan_wire *wire;
	const struct link *link;
	const struct ipnet *net;

	darr_foreach_p (plan->wires, wire)
		if (!plan_wire_is_dynamic(wire) && wire->wire->kind == WIRE_TRANSIT)
			plan_static_transit(plan, wire);
	darr_foreach_p (plan->tenant->links, link)
		if (link->node_id == plan->node->id && (plan->roles & ROLE_PE))
			darr_foreach_p (link->routes, net)
				add_route(plan, net, &link->peer);
}

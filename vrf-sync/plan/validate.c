// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What makes a tenant impossible, or unsafe, in one plain sentence each.
 */
#include <zebra.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "darr.h"
#include "printfrr.h"

#include "model/claims.h"
#include "model/derive.h"
#include "plan/validate.h"
#include "plan/validate_priv.h"

/* A transit with a routing protocol needs three addresses (S2-11). */
#define DYNAMIC_TRANSIT_HOST_BITS 3

void check_find(struct check *check, const char *fmt, ...)
{
	struct reason *finding = darr_append(*check->findings);
	va_list ap;

	va_start(ap, fmt);
	vsnprintfrr(finding->text, sizeof(finding->text), fmt, ap);
	va_end(ap);
}

/* ---- names and numbers ---- */

static void check_names(struct check *check)
{
	const struct tenant *tenant = check->tenant;

	if (!name_is_valid(tenant->name, TENANT_NAME_MAX))
		check_find(
			check,
			"the name of tenant id %u may have only letters, digits, '-', '_' and '.', and at most 63 of them",
			tenant->id);
	else if (!tenant->vrf[0])
		check_find(
			check,
			"tenant name %s is longer than 15 characters, too long for a VRF; set tenant.vrf to a shorter name",
			tenant->name);
	else if (!vrf_name_is_valid(tenant->vrf))
		check_find(check, "%s cannot be the name of a VRF; set tenant.vrf to another one",
			   tenant->vrf);
}

static void check_claims(struct check *check)
{
	char what[120];
	uint32_t owner = claims_conflict(model_claims(check->model), check->provider,
					 check->tenant, what, sizeof(what));
	const struct tenant *other = owner ? model_tenant(check->model, owner) : NULL;

	if (owner)
		check_find(
			check,
			"%s is used by tenant %s and by tenant %s; choose another one for one of them",
			what, other ? other->name : "?", check->tenant->name);
}

static void check_numbers(struct check *check)
{
	const struct logical_switch *sw;
	struct reason why = {};
	uint32_t number;

	derive_rd_number(check->tenant, &number, &why);
	derive_rt_number(check->provider, check->tenant, &number, &why);
	derive_leak_number(check->provider, check->tenant->id, &number, &why);
	darr_foreach_p (check->tenant->switches, sw)
		derive_vni(check->provider, sw, &number, &why);
	if (why.text[0])
		check_find(check, "%s", why.text);
}

/* ---- nodes and wires ---- */

/* The schema refuses it, but not every source has a schema: two routers of one
 * id take each other's LSAs for their own, without end (C-24).
 */
static void check_router_id(struct check *check, const struct node *node)
{
	const struct attachment *other;
	char text[IPNET_TEXT_SIZE];

	darr_foreach_p (check->tenant->attachments, other) {
		const struct node *twin = provider_node(check->provider, other->node_id);

		if (!twin || twin->id >= node->id || ipnet_cmp(&twin->router_id, &node->router_id))
			continue;
		check_find(
			check,
			"nodes %s and %s have the same router id %s; give each node an address of its own",
			twin->name, node->name, ipnet_format_addr(&node->router_id, text));
		return;
	}
}

static void check_attachments(struct check *check)
{
	const struct attachment *attachment;

	darr_foreach_p (check->tenant->attachments, attachment) {
		const struct node *node = provider_node(check->provider, attachment->node_id);

		if (!node)
			check_find(check,
				   "tenant %s is attached to node id %u, which does not exist",
				   check->tenant->name, attachment->node_id);
		else if (attachment->roles & ~node->roles)
			check_find(check,
				   "tenant %s uses node %s in a role that the node does not have",
				   check->tenant->name, node->name);
		else
			check_router_id(check, node);
	}
}

static void check_wire_size(struct check *check, const struct wire *wire,
			    const struct ipnet *prefix)
{
	const struct circuit *circuit = tenant_circuit(check->tenant, wire->id);
	unsigned int host_bits = ipnet_max_len(prefix) - prefix->len;
	char text[IPNET_TEXT_SIZE];

	ipnet_format(prefix, text);
	if (wire->kind == WIRE_UPLINK && host_bits > 2)
		check_find(
			check,
			"uplink %s is point-to-point and takes a /30 (or /31), %s is larger; set circuit.prefix to a /30",
			wire->name, text);
	else if (wire->kind == WIRE_TRANSIT && host_bits < DYNAMIC_TRANSIT_HOST_BITS &&
		 (!circuit || circuit->routing == ROUTING_OSPF))
		check_find(
			check,
			"transit %s with OSPF needs three addresses (edge, DLR and a second edge), %s has too few; set circuit.prefix to a /29, or circuit.routing to static",
			wire->name, text);
}

static void check_wire(struct check *check, const struct wire *wire)
{
	const struct wire_port *port;
	struct ipnet prefix, address;
	struct reason why = {};
	char text[IPNET_TEXT_SIZE];
	uint16_t vlan;

	if (derive_vlan(wire, check->tenant, &vlan, &why) < 0 ||
	    derive_wire_prefix(check->provider, wire, check->tenant, &prefix, &why) < 0) {
		check_find(check, "%s", why.text);
		return;
	}
	ipnet_format(&prefix, text);
	if (prefix.family != AF_INET || !ipnet_is_prefix(&prefix)) {
		check_find(check,
			   "wire %s cannot use %s: an IPv4 network without host bits is needed",
			   wire->name, text);
		return;
	}
	check_wire_size(check, wire, &prefix);
	darr_foreach_p (wire->ports, port)
		if (wire_roles_on(wire, check->tenant, port->node_id) &&
		    ipnet_slot(&prefix, port->slot, &address) < 0)
			check_find(
				check,
				"slot %u of wire %s has no address in %s; give the node a lower slot or the wire a larger prefix",
				port->slot, wire->name, text);
	check_hold(check, &prefix, "wire", wire->name);
}

static void check_wires(struct check *check)
{
	const struct wire *wire;

	darr_foreach_p (check->provider->wires, wire)
		if (wire_serves(wire, check->tenant))
			check_wire(check, wire);
}

/* ---- trunks: one VLAN of an interface for one wire or link ---- */

/* The place of a wire on a node, for this tenant. */
struct place {
	const struct node *node;
	const char *ifname;
	uint16_t vlan;
};

static bool place_of(const struct check *check, const struct wire *wire, uint32_t node_id,
		     struct place *place)
{
	const struct wire_port *port = wire_port_of(wire, node_id);
	struct reason ignored = {};

	if (!wire_roles_on(wire, check->tenant, node_id) ||
	    derive_vlan(wire, check->tenant, &place->vlan, &ignored) < 0)
		return false;
	place->node = provider_node(check->provider, node_id);
	place->ifname = port->ifname;
	return place->node != NULL;
}

static void check_place(struct check *check, const struct wire *wire, const struct place *place)
{
	const struct wire *other;
	const struct link *link;
	struct place second;

	darr_foreach_p (check->provider->wires, other)
		if (other->id > wire->id && place_of(check, other, place->node->id, &second) &&
		    second.vlan == place->vlan && !strcmp(second.ifname, place->ifname))
			check_find(
				check,
				"wires %s and %s both use interface %s VLAN %u of node %s for tenant %s; set circuit.vlan on one of them, or give one another wire.vlan_base",
				wire->name, other->name, place->ifname, place->vlan,
				place->node->name, check->tenant->name);
	darr_foreach_p (check->tenant->links, link)
		if (link->node_id == place->node->id && link->vlan == place->vlan &&
		    !strcmp(link->ifname, place->ifname))
			check_find(
				check,
				"link %s of tenant %s uses interface %s VLAN %u of node %s, which is the tenant's VLAN on wire %s; choose another one",
				link->name, check->tenant->name, place->ifname, place->vlan,
				place->node->name, wire->name);
}

static void check_places(struct check *check)
{
	const struct wire_port *port;
	const struct wire *wire;
	struct place place;

	darr_foreach_p (check->provider->wires, wire)
		darr_foreach_p (wire->ports, port)
			if (place_of(check, wire, port->node_id, &place))
				check_place(check, wire, &place);
}

/* A whole interface in one tenant's VRF cannot carry the VLANs of others. */
static void check_whole_port(struct check *check, const struct link *link)
{
	const struct wire_port *port;
	const struct wire *wire;

	darr_foreach_p (check->provider->wires, wire) {
		port = link->vlan ? NULL : wire_port_of(wire, link->node_id);
		if (port && !strcmp(port->ifname, link->ifname))
			check_find(
				check,
				"link %s of tenant %s takes the whole interface %s, which is the trunk of wire %s; give the link a VLAN or another interface",
				link->name, check->tenant->name, link->ifname, wire->name);
	}
}

/* ---- switches ---- */

static void check_subnet(struct check *check, const struct logical_switch *sw,
			 const struct subnet *subnet)
{
	char text[IPNET_TEXT_SIZE], gateway[IPNET_TEXT_SIZE];
	struct ipnet network = ipnet_masked(&subnet->prefix), host = ipnet_host(&subnet->gateway);
	struct ipnet first;

	ipnet_format(&subnet->prefix, text);
	ipnet_format_addr(&subnet->gateway, gateway);
	if (!ipnet_is_prefix(&subnet->prefix)) {
		check_find(check, "subnet %s of switch %s has host bits set; write the network",
			   text, sw->name);
		return;
	}
	if (!ipnet_contains(&network, &host))
		check_find(check, "gateway %s is outside subnet %s of switch %s", gateway, text,
			   sw->name);
	else if (ipnet_slot(&network, 1, &first) < 0 || !ipnet_is_host(&subnet->gateway))
		check_find(check, "gateway %s is not a host address of subnet %s (switch %s)",
			   gateway, text, sw->name);
	if (subnet->prefix.family == AF_INET6 && subnet_is_advertised(sw, subnet))
		check_find(
			check,
			"subnet %s of switch %s is IPv6, which is not announced yet; set subnet.advertise to 0 to use it on the switch alone",
			text, sw->name);
	check_space(check, &subnet->prefix, "switch", sw->name);
	if (sw->state != SWITCH_READY) /* what is to come may be there twice until it does */
		check_hold(check, &subnet->prefix, "switch", sw->name);
}

struct numbered {
	uint32_t vni;
	const struct logical_switch *sw;
};

static int numbered_cmp(const void *a, const void *b)
{
	const struct numbered *x = a, *y = b;

	return x->vni != y->vni ? numcmp(x->vni, y->vni) : numcmp(x->sw->id, y->sw->id);
}

/* Claims are between tenants: two switches of one tenant are compared here. */
static void check_vnis(struct check *check)
{
	const struct logical_switch *sw;
	struct numbered *list = NULL;
	struct reason ignored = {};
	uint32_t vni;

	darr_foreach_p (check->tenant->switches, sw)
		if (derive_vni(check->provider, sw, &vni, &ignored) == 0)
			*darr_append(list) = (struct numbered){ vni, sw };
	if (darr_len(list) > 1)
		qsort(list, darr_len(list), sizeof(*list), numbered_cmp);
	for (unsigned int i = 1; i < darr_len(list); i++)
		if (list[i].vni == list[i - 1].vni)
			check_find(
				check,
				"VNI %u is used by switch %s and by switch %s of tenant %s; choose another one for one of them",
				list[i].vni, list[i - 1].sw->name, list[i].sw->name,
				check->tenant->name);
	darr_free(list);
}

static void check_switches(struct check *check)
{
	const struct logical_switch *sw;
	const struct subnet *subnet;

	check_vnis(check);
	darr_foreach_p (check->tenant->switches, sw) {
		darr_foreach_p (sw->subnets, subnet)
			check_subnet(check, sw, subnet);
	}
}

/* ---- external links ---- */

static bool is_same_host(const struct ipnet *a, const struct ipnet *b)
{
	return a->family == b->family && !memcmp(a->addr, b->addr, sizeof(a->addr));
}

static void check_link_address(struct check *check, const struct link *link)
{
	struct ipnet network = ipnet_masked(&link->address);
	char text[IPNET_TEXT_SIZE], peer[IPNET_TEXT_SIZE];
	struct ipnet far = link->peer;

	far.len = link->address.len;
	ipnet_format(&link->address, text);
	if (link->address.family != AF_INET)
		check_find(check, "link %s has the address %s; only IPv4 links are served yet",
			   link->name, text);
	else if (!ipnet_is_host(&link->address))
		check_find(
			check,
			"link %s has the address %s, which is the network itself or its broadcast; write the PE's own address in it",
			link->name, text);
	if (ipnet_is_set(&link->peer) &&
	    (!ipnet_contains(&network, &link->peer) || !ipnet_is_host(&far) ||
	     !memcmp(link->peer.addr, link->address.addr, sizeof(link->peer.addr))))
		check_find(check, "the peer of link %s, %s, must be another address in %s",
			   link->name, ipnet_format_addr(&link->peer, peer), text);
}

static void check_virtual_address(struct check *check, const struct link *link)
{
	char text[IPNET_TEXT_SIZE], net[IPNET_TEXT_SIZE];
	struct ipnet network = ipnet_masked(&link->address), host = link->virtual_address;
	struct reason why = {};
	uint8_t vrid;

	host.len = link->address.len;
	ipnet_format_addr(&link->virtual_address, text);
	ipnet_format(&network, net);
	if (!ipnet_contains(&network, &link->virtual_address) || !ipnet_is_host(&host))
		check_find(check, "the virtual address %s of link %s must be a host address in %s",
			   text, link->name, net);
	else if (is_same_host(&link->virtual_address, &link->address) ||
		 is_same_host(&link->virtual_address, &link->peer))
		check_find(
			check,
			"the virtual address %s of link %s is that of %s; VRRP needs one that nobody has",
			text, link->name,
			is_same_host(&link->virtual_address, &link->address) ? "the PE itself"
									     : "its peer");
	else if (derive_vrid(link, &vrid, &why) < 0)
		check_find(check, "%s", why.text);
}

/* ---- one LAN, several PEs ---- */

/* Two PEs on one LAN: what they share, and what not. */
static void check_group(struct check *check, const struct link *one, const struct link *other)
{
	const struct node *node = provider_node(check->provider, one->node_id);
	char text[IPNET_TEXT_SIZE];
	struct reason ignored = {};
	uint8_t vrid = 0, other_vrid = 0;

	if (one->node_id == other->node_id)
		check_find(
			check,
			"links %s and %s share the virtual address %s and are both at node %s; a second PE is what it is for",
			one->name, other->name, ipnet_format_addr(&one->virtual_address, text),
			node ? node->name : "?");
	else if (is_same_host(&one->address, &other->address))
		check_find(check, "links %s and %s have the same address %s; give each PE its own",
			   one->name, other->name, ipnet_format_addr(&one->address, text));
	else if (derive_vrid(one, &vrid, &ignored) == 0 &&
		 derive_vrid(other, &other_vrid, &ignored) == 0 && vrid != other_vrid)
		check_find(
			check,
			"links %s and %s share the virtual address %s and have the VRIDs %u and %u; give both the same",
			one->name, other->name, ipnet_format_addr(&one->virtual_address, text),
			vrid, other_vrid);
}

/* The earlier link that the link has its LAN in common with; NULL: none. */
static const struct link *lan_sharer(struct check *check, const struct link *link)
{
	struct ipnet network = ipnet_masked(&link->address), other_network;
	char text[IPNET_TEXT_SIZE];
	const struct link *other;

	darr_foreach_p (check->tenant->links, other) {
		if (other == link)
			return NULL;
		other_network = ipnet_masked(&other->address);
		if (ipnet_cmp(&network, &other_network) ||
		    (!ipnet_is_set(&link->virtual_address) &&
		     !ipnet_is_set(&other->virtual_address)))
			continue;
		if (is_same_host(&link->virtual_address, &other->virtual_address))
			check_group(check, other, link);
		else
			check_find(
				check,
				"links %s and %s are both in %s and do not share a virtual address; give both the same, or one another network",
				other->name, link->name, ipnet_format(&network, text));
		return other;
	}
	return NULL;
}

static bool has_net(const struct ipnet *list, const struct ipnet *net)
{
	const struct ipnet *item;

	darr_foreach_p (list, item)
		if (ipnet_cmp(item, net) == 0)
			return true;
	return false;
}

/* The schema refuses a BGP link without them, but not every writer heeds it. */
static void check_link_peer(struct check *check, const struct link *link)
{
	bool has_peer = ipnet_is_set(&link->peer);

	if (link->routing == ROUTING_BGP && (!has_peer || !link->peer_as))
		check_find(
			check,
			"link %s speaks BGP and has no %s; set link.peer and link.peer_as to those of the customer router",
			link->name, has_peer ? "AS number of its peer" : "peer");
	if (link->routes && link->routing == ROUTING_STATIC && !has_peer)
		check_find(
			check,
			"link %s has routes behind it and no peer; set link.peer to the customer router",
			link->name);
}

static void check_link(struct check *check, const struct link *link)
{
	const struct node *node = provider_node(check->provider, link->node_id);
	const struct link *sharer;
	const struct ipnet *net;
	char text[IPNET_TEXT_SIZE];

	if (!(tenant_roles_on(check->tenant, link->node_id) & ROLE_PE))
		check_find(
			check,
			"link %s is at node %s, which does not serve tenant %s as a PE; attach it first",
			link->name, node ? node->name : "?", check->tenant->name);
	if (!name_is_valid(link->ifname, link->vlan ? TRUNK_NAME_MAX : DEVICE_NAME_MAX))
		check_find(
			check,
			"interface %s of link %s cannot be used: at most %u letters, digits, '-', '_' and '.'",
			link->ifname, link->name, link->vlan ? TRUNK_NAME_MAX : DEVICE_NAME_MAX);
	check_whole_port(check, link);
	check_link_address(check, link);
	if (ipnet_is_set(&link->virtual_address))
		check_virtual_address(check, link);
	sharer = lan_sharer(check, link);
	if (!sharer)
		check_hold(check, &link->address, "link", link->name);
	check_link_peer(check, link);
	darr_foreach_p (link->routes, net) {
		if (!ipnet_is_prefix(net) || net->family != AF_INET)
			check_find(check,
				   "%s behind link %s must be an IPv4 network without host bits",
				   ipnet_format(net, text), link->name);
		check_space(check, net, "link", link->name);
		/* two PEs on one LAN lead to the same customer router */
		if (!sharer || !has_net(sharer->routes, net))
			check_hold(check, net, "link", link->name);
	}
}

/* ---- leaks ---- */

static void check_leak_in(struct check *check, const struct leak *leak)
{
	const struct tenant *from = model_tenant(check->model, leak->from_tenant);
	const struct ipnet *mine = check_overlapping(check->tenant->aggregates, &leak->prefix);
	char text[IPNET_TEXT_SIZE], other[IPNET_TEXT_SIZE];

	if (mine)
		check_find(
			check,
			"the leak of %s from tenant %s overlaps %s, the address space of tenant %s itself",
			ipnet_format(&leak->prefix, text), from ? from->name : "?",
			ipnet_format(mine, other), check->tenant->name);
	check_hold(check, &leak->prefix, "leak from", from ? from->name : "?");
}

static void check_leaks(struct check *check)
{
	const struct leak *leak;
	char text[IPNET_TEXT_SIZE];

	darr_foreach_p (check->tenant->leaks, leak) {
		const struct tenant *to = model_tenant(check->model, leak->to_tenant);

		ipnet_format(&leak->prefix, text);
		if (!ipnet_is_prefix(&leak->prefix) || leak->prefix.family != AF_INET)
			check_find(check, "leak %s must be an IPv4 network without host bits",
				   text);
		else if (leak->to_tenant == check->tenant->id)
			check_leak_in(check, leak);
		else
			check_space(check, &leak->prefix, "leak to", to ? to->name : "?");
	}
}

size_t validate_tenant(const struct model *model, const struct tenant *tenant,
		       struct reason **findings)
{
	size_t before = darr_len(*findings);
	struct check check = {
		.model = model,
		.provider = model_provider(model),
		.tenant = tenant,
		.findings = findings,
	};

	if (tenant->bad)
		check_find(&check, "%s", tenant->bad->text);
	check_names(&check);
	check_claims(&check);
	check_numbers(&check);
	check_attachments(&check);
	check_wires(&check);
	check_places(&check);
	check_aggregates(&check);
	check_switches(&check);
	check_places_of_switches(&check);
	check_segments(&check);
	check_publics(&check);
	{
		const struct link *link;

		darr_foreach_p (tenant->links, link)
			check_link(&check, link);
	}
	check_leaks(&check);
	check_overlap(&check);
	darr_free(check.holdings);
	return darr_len(*findings) - before;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* One tenant's network. */
#include <zebra.h>

#include "darr.h"

#include "graph/graph_priv.h"
#include "model/derive.h"
#include "plan/validate.h"

#define ROWS_MAX 20 /* of a list in one box; a picture of more is none */

/* One address each, so that they can be compared. */
static const char area_nssa[] = DOT_AREA_NSSA, area_0[] = DOT_AREA_0, bgp[] = DOT_BGP,
		  by_hand[] = DOT_STATIC;

bool graph_is_past_rows(const struct view *v, unsigned int row, unsigned int count)
{
	if (row == ROWS_MAX && count > row)
		dot_add(v->out, "<BR ALIGN=\"LEFT\"/>... and %u more", count - row);
	return row >= ROWS_MAX;
}

/* ---- nodes ---- */

static void add_rd(const struct view *v, const struct node *node)
{
	struct reason ignored = {};
	uint32_t number;

	if (derive_rd_number(v->tenant, &number, &ignored) < 0)
		return;
	dot_row_begin(v->out);
	dot_add(v->out, "RD ");
	dot_address(v->out, &node->router_id);
	dot_add(v->out, ":%u", number);
	dot_row_end(v->out);
}

static void add_node(const struct view *v, const struct node *node)
{
	uint8_t roles = tenant_roles_on(v->tenant, node->id);

	if (!roles)
		return;
	dot_node_begin(v->out, node, roles);
	dot_row_begin(v->out);
	dot_add(v->out, "VRF ");
	dot_name(v->out, v->tenant->vrf);
	dot_row_end(v->out);
	dot_row_begin(v->out);
	dot_add(v->out, "table %u", derive_table(v->provider, v->tenant));
	dot_row_end(v->out);
	if (roles & ROLE_PE)
		add_rd(v, node);
	dot_node_end(v->out);
}

/* ---- transit and uplinks ---- */

struct leg {
	const struct wire *wire;
	struct ipnet prefix; /* unset: the pool has none left */
	uint16_t vlan;
	bool ospf;
};

static struct leg leg_of(const struct view *v, const struct wire *wire)
{
	const struct circuit *circuit = tenant_circuit(v->tenant, wire->id);
	struct leg leg = { .wire = wire, .ospf = !circuit || circuit->routing == ROUTING_OSPF };
	struct reason ignored = {};

	derive_vlan(wire, v->tenant, &leg.vlan, &ignored);
	derive_wire_prefix(v->provider, wire, v->tenant, &leg.prefix, &ignored);
	return leg;
}

static const char *leg_color(const struct leg *leg)
{
	if (!leg->ospf)
		return by_hand;
	return leg->wire->kind == WIRE_TRANSIT ? area_nssa : area_0;
}

static void add_leg_words(const struct view *v, const struct leg *leg)
{
	dot_add(v->out, "<B>");
	dot_name(v->out, leg->wire->name);
	dot_add(v->out, "</B><BR/>");
	dot_net(v->out, &leg->prefix);
	dot_add(v->out, "<BR/>VLAN %u", leg->vlan);
	if (!leg->ospf)
		dot_add(v->out, ", static");
	else
		dot_add(v->out, ", area %u",
			leg->wire->kind == WIRE_TRANSIT ? v->provider->nssa_area : 0);
	if (leg->wire->bfd && leg->ospf)
		dot_add(v->out, ", BFD");
}

/* How many of the tenant's nodes meet on it. */
static unsigned int count_ends(const struct view *v, const struct wire *wire)
{
	const struct wire_port *port;
	unsigned int count = 0;

	darr_foreach_p (wire->ports, port)
		count += wire_roles_on(wire, v->tenant, port->node_id) != 0;
	return count;
}

static bool is_line(const struct view *v, const struct wire *wire)
{
	return wire->kind == WIRE_UPLINK && count_ends(v, wire) == 2;
}

static void add_segment(const struct view *v, const struct wire *wire)
{
	struct leg leg = leg_of(v, wire);

	dot_add(v->out,
		"\t\tw%u [shape=box, style=\"rounded,filled\", fillcolor=\"white\", color=\"%s\", "
		"penwidth=2, fontsize=9, label=<",
		wire->id, leg_color(&leg));
	add_leg_words(v, &leg);
	dot_add(v->out, ">]\n");
}

/* The address of a node on it, without what all on it have in common. */
static void add_slot(const struct view *v, const struct leg *leg, const struct wire_port *port)
{
	struct ipnet address;

	if (ipnet_slot(&leg->prefix, port->slot, &address) == 0)
		dot_address(v->out, &address);
}

static void add_ends(const struct view *v, const struct wire *wire)
{
	uint8_t left = wire->kind == WIRE_TRANSIT ? ROLE_DLR : ROLE_EDGE;
	struct leg leg = leg_of(v, wire);
	const struct wire_port *port;

	darr_foreach_p (wire->ports, port) {
		uint8_t roles = wire_roles_on(wire, v->tenant, port->node_id);

		if (!roles)
			continue;
		if (roles & left)
			dot_add(v->out, "\tn%u -> w%u", port->node_id, wire->id);
		else
			dot_add(v->out, "\tw%u -> n%u", wire->id, port->node_id);
		dot_add(v->out, " [color=\"%s\", ", leg_color(&leg));
		dot_label_begin(v->out, false);
		add_slot(v, &leg, port);
		dot_label_end(v->out);
	}
}

static void add_line(const struct view *v, const struct wire *wire)
{
	struct leg leg = leg_of(v, wire);
	const struct wire_port *port, *from = NULL, *to = NULL;
	bool edges;

	darr_foreach_p (wire->ports, port) {
		uint8_t roles = wire_roles_on(wire, v->tenant, port->node_id);

		if (roles && !(roles & ROLE_PE) && !from)
			from = port;
		else if (roles)
			to = port;
	}
	if (!from || !to)
		return;
	edges = !(wire_roles_on(wire, v->tenant, to->node_id) & ROLE_PE);
	dot_add(v->out, "\tn%u -> n%u [color=\"%s\", %s", from->node_id, to->node_id,
		leg_color(&leg), edges ? "constraint=false, " : "");
	dot_label_begin(v->out, edges);
	add_leg_words(v, &leg);
	dot_label_end(v->out);
}

static void add_wires(const struct view *v)
{
	const struct wire *wire;

	darr_foreach_p (v->provider->wires, wire) {
		if (!wire_serves(wire, v->tenant))
			continue;
		if (is_line(v, wire))
			add_line(v, wire);
		else
			add_ends(v, wire);
	}
}

/* ---- the VPN and its customers ---- */

static bool has_pe(const struct view *v)
{
	const struct attachment *attachment;

	darr_foreach_p (v->tenant->attachments, attachment)
		if (attachment->roles & ROLE_PE)
			return true;
	return false;
}

static void add_vpn(const struct view *v)
{
	const struct node *node;
	struct reason ignored = {};
	uint32_t number = 0;

	if (!has_pe(v) && !v->tenant->leaks)
		return;
	derive_rt_number(v->provider, v->tenant, &number, &ignored);
	dot_add(v->out,
		"\tvpn [shape=ellipse, style=\"filled\", fillcolor=\"#ccfbf1\", color=\"" DOT_VPN
		"\", label=<<B>L3VPN</B><BR/>RT %u:%u>]\n",
		v->provider->asn, number);
	darr_foreach_p (v->provider->nodes, node) {
		uint8_t roles = tenant_roles_on(v->tenant, node->id);

		if (!(roles & ROLE_PE))
			continue;
		if (graph_is_near(v->provider, node, roles))
			dot_add(v->out, "\tn%u -> vpn [color=\"" DOT_VPN "\"]\n", node->id);
		else
			dot_add(v->out, "\tvpn -> n%u [color=\"" DOT_VPN "\"]\n", node->id);
	}
}

static const char *link_color(const struct link *link)
{
	static const char *const colors[ROUTING_COUNT] = {
		[ROUTING_OSPF] = area_0,
		[ROUTING_STATIC] = by_hand,
		[ROUTING_BGP] = bgp,
	};

	return colors[link->routing];
}

static void add_link_words(const struct view *v, const struct link *link)
{
	const struct ipnet *route;
	unsigned int row = 0;

	if (link->routing == ROUTING_OSPF)
		dot_add(v->out, "OSPF, area 0");
	else if (link->routing == ROUTING_BGP)
		dot_add(v->out, "BGP, AS %u", link->peer_as);
	else
		dot_add(v->out, "static");
	darr_foreach_p (link->routes, route) {
		if (graph_is_past_rows(v, row++, darr_len(link->routes)))
			break;
		dot_add(v->out, "<BR/>");
		dot_net(v->out, route);
	}
}

static void add_link(const struct view *v, const struct link *link)
{
	char device[DEVICE_BUF];

	dot_add(v->out,
		"\tl%u [shape=house, style=\"filled\", fillcolor=\"white\", color=\"%s\", penwidth=1.5, "
		"margin=\"0.02,0.04\", label=<<B>",
		link->id, link_color(link));
	dot_name(v->out, link->name);
	dot_add(v->out, "</B><BR/><FONT POINT-SIZE=\"9\">");
	add_link_words(v, link);
	dot_add(v->out, "</FONT>>]\n\tn%u -> l%u [color=\"%s\", ", link->node_id, link->id,
		link_color(link));
	dot_label_begin(v->out, false);
	derive_vlan_name(link->ifname, link->vlan, device);
	dot_name(v->out, device);
	dot_add(v->out, "<BR/>");
	dot_net(v->out, &link->address);
	dot_label_end(v->out);
}

/* ---- leaks ---- */

static uint32_t leak_partner(const struct view *v, const struct leak *leak)
{
	return leak->from_tenant == v->tenant->id ? leak->to_tenant : leak->from_tenant;
}

/* The arrow goes the way of the route. */
static void add_leaks_of(const struct view *v, uint32_t partner, bool out)
{
	const struct leak *leak;
	unsigned int count = 0, row = 0;

	darr_foreach_p (v->tenant->leaks, leak)
		count += leak_partner(v, leak) == partner &&
			 (leak->from_tenant == v->tenant->id) == out;
	if (!count)
		return;
	dot_add(v->out,
		"\tvpn -> t%u [dir=%s, style=dashed, color=\"" DOT_LEAK "\", fontcolor=\"" DOT_LEAK
		"\", ",
		partner, out ? "forward" : "back");
	dot_label_begin(v->out, false);
	dot_add(v->out, "%s", out ? "to it:" : "from it:");
	darr_foreach_p (v->tenant->leaks, leak) {
		if (leak_partner(v, leak) != partner ||
		    (leak->from_tenant == v->tenant->id) != out)
			continue;
		if (graph_is_past_rows(v, row++, count))
			break;
		dot_add(v->out, "<BR/>");
		dot_net(v->out, &leak->prefix);
	}
	dot_label_end(v->out);
}

static bool is_first_with(const struct view *v, const struct leak *leak)
{
	const struct leak *before;

	for (before = v->tenant->leaks; before < leak; before++)
		if (leak_partner(v, before) == leak_partner(v, leak))
			return false;
	return true;
}

static void add_leaks(const struct view *v)
{
	const struct leak *leak;

	darr_foreach_p (v->tenant->leaks, leak) {
		uint32_t partner = leak_partner(v, leak);
		const struct tenant *other = model_tenant(v->model, partner);

		if (!is_first_with(v, leak))
			continue;
		dot_add(v->out,
			"\tt%u [shape=box, style=\"rounded,dashed\", color=\"" DOT_LEAK
			"\", label=<tenant<BR/><B>",
			partner);
		dot_name(v->out, other ? other->name : "?");
		dot_add(v->out, "</B>>]\n");
		add_leaks_of(v, partner, true);
		add_leaks_of(v, partner, false);
	}
}

/* ---- the legend ---- */

static bool has_leg(const struct view *v, const char *color)
{
	const struct wire *wire;

	darr_foreach_p (v->provider->wires, wire) {
		struct leg leg = leg_of(v, wire);

		if (wire_serves(wire, v->tenant) && leg_color(&leg) == color)
			return true;
	}
	return false;
}

static bool has_link(const struct view *v, const char *color)
{
	const struct link *link;

	darr_foreach_p (v->tenant->links, link)
		if (link_color(link) == color)
			return true;
	return false;
}

/* Only what is in the picture. */
static const char *meaning(const struct view *v, const char *color, const char *words)
{
	return has_leg(v, color) || has_link(v, color) ? words : NULL;
}

static void begin(const struct view *v, const struct reason *finding)
{
	const struct dot_legend legend[] = {
		DOT_LEGEND_ROLES,
		{ area_nssa, true, meaning(v, area_nssa, "OSPF, not-so-stubby area") },
		{ area_0, true, meaning(v, area_0, "OSPF, area 0") },
		{ bgp, true, meaning(v, bgp, "BGP") },
		{ by_hand, true, meaning(v, by_hand, "static") },
		{ DOT_VPN, true, has_pe(v) ? "L3VPN over MPLS" : NULL },
		{ DOT_LEAK, true, v->tenant->leaks ? "leak, the way of the route" : NULL },
	};

	dot_begin(v->out, "Tenant ", v->tenant->name, finding, legend, array_size(legend));
}

/* ---- all of it ---- */

/* Nothing of the tenant may be there. */
static bool is_in_site(const struct view *v, const struct site *site)
{
	const struct logical_switch *sw;
	const struct node *node;

	darr_foreach_p (v->tenant->switches, sw)
		if (sw->site_id == site->id)
			return true;
	darr_foreach_p (v->provider->nodes, node)
		if (node->site_id == site->id && tenant_roles_on(v->tenant, node->id))
			return true;
	return false;
}

static bool could_take_over(const struct view *v, const struct site *site)
{
	const struct node *node;

	darr_foreach_p (v->provider->nodes, node)
		if (node->site_id == site->id &&
		    (tenant_roles_on(v->tenant, node->id) & (ROLE_DLR | ROLE_EDGE)))
			return true;
	return false;
}

/* What the site is to the tenant as a whole, beside its name. */
static const char *site_words(const struct view *v, const struct site *site)
{
	const struct tenant *tenant = v->tenant;

	if (tenant->egress == EGRESS_ACTIVE && tenant->active_site_id == site->id)
		return "active: all traffic leaves here";
	if (tenant->egress == EGRESS_ACTIVE && could_take_over(v, site))
		return "stands by";
	if (tenant->recovery_site_id == site->id)
		return "recovery site";
	return NULL;
}

static void add_site(const struct view *v, const struct site *site)
{
	const struct node *node;
	const struct wire *wire;

	if (!is_in_site(v, site))
		return;
	dot_site_begin(v->out, site, site_words(v, site));
	graph_switches(v, site->id);
	if (graph_only_site(v) == site->id)
		graph_switches(v, 0);
	darr_foreach_p (v->provider->nodes, node)
		if (node->site_id == site->id)
			add_node(v, node);
	darr_foreach_p (v->provider->wires, wire)
		if (wire->site_id == site->id && wire_serves(wire, v->tenant) && !is_line(v, wire))
			add_segment(v, wire);
	dot_site_end(v->out, site);
}

void graph_tenant(const struct model *model, const struct tenant *tenant, struct dot *out)
{
	struct view v = {
		.model = model,
		.provider = model_provider(model),
		.tenant = tenant,
		.out = out,
	};
	struct reason *findings = NULL;
	const struct site *site;
	const struct link *link;

	validate_tenant(model, tenant, &findings);
	begin(&v, findings);
	darr_foreach_p (v.provider->sites, site)
		add_site(&v, site);
	if (!graph_only_site(&v))
		graph_switches(&v, 0);
	add_wires(&v);
	add_vpn(&v);
	darr_foreach_p (tenant->links, link)
		add_link(&v, link);
	add_leaks(&v);
	dot_end(out);
	darr_free(findings);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* The provider's network. */
#include <zebra.h>

#include "darr.h"

#include "graph/graph.h"

static const struct dot_legend legend[] = {
	DOT_LEGEND_ROLES,
	{ DOT_AREA_NSSA, true, "transit: a VLAN for each tenant, OSPF's not-so-stubby area" },
	{ DOT_AREA_0, true, "uplink: a VLAN for each tenant, OSPF area 0" },
	{ DOT_VPN, true, "MPLS core" },
};

bool graph_is_near(const struct provider *provider, const struct node *node, uint8_t roles)
{
	const struct wire *wire;

	if (!(roles & ROLE_PE) || roles & (ROLE_DLR | ROLE_EDGE))
		return true;
	darr_foreach_p (provider->wires, wire)
		if (wire_port_of(wire, node->id))
			return true;
	return false;
}

static const char *plural(unsigned int count)
{
	return count == 1 ? "" : "s";
}

/* Of each node, by its place among them (darr). */
static unsigned int *count_tenants(const struct model *model, unsigned int *all)
{
	const struct provider *provider = model_provider(model);
	const struct tenant *tenant = NULL;
	const struct attachment *attachment;
	unsigned int *counts = NULL;

	darr_append_nz(counts, darr_len(provider->nodes));
	*all = 0;
	while ((tenant = model_tenant_next(model, tenant))) {
		++*all;
		darr_foreach_p (tenant->attachments, attachment) {
			const struct node *node = provider_node(provider, attachment->node_id);

			if (node)
				counts[node - provider->nodes]++;
		}
	}
	return counts;
}

static void add_node(struct dot *out, const struct node *node, unsigned int tenants)
{
	dot_node_begin(out, node, node->roles);
	dot_row_begin(out);
	dot_address(out, &node->router_id);
	dot_row_end(out);
	dot_row_begin(out);
	dot_add(out, "%u tenant%s", tenants, plural(tenants));
	dot_row_end(out);
	dot_node_end(out);
}

/* ---- wires ---- */

static bool is_line(const struct wire *wire)
{
	return wire->kind == WIRE_UPLINK && darr_len(wire->ports) == 2;
}

static void add_wire_words(struct dot *out, const struct provider *provider,
			   const struct wire *wire)
{
	dot_add(out, "<B>");
	dot_name(out, wire->name);
	dot_add(out, "</B><BR/>VLAN %u-%u", wire->vlan_base + 1, wire->vlan_max);
	if (wire->kind == WIRE_TRANSIT)
		dot_add(out, "<BR/>area %u (NSSA)", provider->nssa_area);
	if (wire->bfd)
		dot_add(out, ", BFD");
}

static const char *wire_color(const struct wire *wire)
{
	return wire->kind == WIRE_TRANSIT ? DOT_AREA_NSSA : DOT_AREA_0;
}

/* A segment that several share is a thing of its own. */
static void add_segment(struct dot *out, const struct provider *provider, const struct wire *wire)
{
	if (is_line(wire))
		return;
	dot_add(out,
		"\t\tw%u [shape=box, style=\"rounded,filled\", fillcolor=\"white\", color=\"%s\", "
		"penwidth=2, fontsize=9, label=<",
		wire->id, wire_color(wire));
	add_wire_words(out, provider, wire);
	dot_add(out, ">]\n");
}

static void add_port(struct dot *out, const struct provider *provider, const struct wire *wire,
		     const struct wire_port *port)
{
	const struct node *node = provider_node(provider, port->node_id);
	bool left = node && (wire->kind == WIRE_TRANSIT ? node->roles & ROLE_DLR
							: node->roles & ROLE_EDGE);

	if (!node)
		return;
	if (left)
		dot_add(out, "\tn%u -> w%u", node->id, wire->id);
	else
		dot_add(out, "\tw%u -> n%u", wire->id, node->id);
	dot_add(out, " [color=\"%s\", ", wire_color(wire));
	dot_label_begin(out, false);
	dot_name(out, port->ifname);
	dot_label_end(out);
}

/* From the edge to the PE; between two edges, up and down. */
static void add_line(struct dot *out, const struct provider *provider, const struct wire *wire)
{
	const struct wire_port *from = &wire->ports[0], *to = &wire->ports[1];
	const struct node *a = provider_node(provider, from->node_id);
	const struct node *b = provider_node(provider, to->node_id);
	bool edges = a && b && (a->roles & b->roles & ROLE_EDGE);

	if (!a || !b)
		return;
	if (a->roles & ROLE_PE && !(b->roles & ROLE_PE)) {
		const struct node *pe = a;

		a = b;
		b = pe;
	}
	dot_add(out, "\tn%u -> n%u [color=\"" DOT_AREA_0 "\", %s", a->id, b->id,
		edges ? "constraint=false, " : "");
	dot_label_begin(out, edges);
	add_wire_words(out, provider, wire);
	dot_add(out, "<BR/>");
	dot_name(out, wire_port_of(wire, a->id)->ifname);
	dot_add(out, " - ");
	dot_name(out, wire_port_of(wire, b->id)->ifname);
	dot_label_end(out);
}

static void add_wires(struct dot *out, const struct provider *provider)
{
	const struct wire *wire;
	const struct wire_port *port;

	darr_foreach_p (provider->wires, wire) {
		if (is_line(wire)) {
			add_line(out, provider, wire);
			continue;
		}
		darr_foreach_p (wire->ports, port)
			add_port(out, provider, wire, port);
	}
}

/* ---- all of it ---- */

static void add_core(struct dot *out, const struct provider *provider)
{
	const struct node *node;
	bool any = false;

	darr_foreach_p (provider->nodes, node) {
		if (!(node->roles & ROLE_PE))
			continue;
		if (!any)
			dot_add(out,
				"\tcore [shape=ellipse, style=\"filled\", fillcolor=\"#ccfbf1\", color=\"" DOT_VPN
				"\", label=<<B>MPLS core</B><BR/>VPNv4, AS %u>]\n",
				provider->asn);
		any = true;
		if (graph_is_near(provider, node, node->roles))
			dot_add(out, "\tn%u -> core [color=\"" DOT_VPN "\"]\n", node->id);
		else
			dot_add(out, "\tcore -> n%u [color=\"" DOT_VPN "\"]\n", node->id);
	}
}

static void add_site(struct dot *out, const struct provider *provider, const struct site *site,
		     const unsigned int *tenants)
{
	const struct node *node;
	const struct wire *wire;

	dot_site_begin(out, site, NULL);
	darr_foreach_p (provider->nodes, node)
		if (node->site_id == site->id)
			add_node(out, node, tenants[node - provider->nodes]);
	darr_foreach_p (provider->wires, wire)
		if (wire->site_id == site->id)
			add_segment(out, provider, wire);
	dot_site_end(out, site);
}

void graph_network(const struct model *model, struct dot *out)
{
	const struct provider *provider = model_provider(model);
	unsigned int all, *tenants = count_tenants(model, &all);
	const struct site *site;
	char title[120];

	snprintf(title, sizeof(title),
		 "Provider network: %u site%s, %u node%s, %u wire%s, %u tenant%s",
		 darr_len(provider->sites), plural(darr_len(provider->sites)),
		 darr_len(provider->nodes), plural(darr_len(provider->nodes)),
		 darr_len(provider->wires), plural(darr_len(provider->wires)), all, plural(all));
	dot_begin(out, title, NULL, NULL, legend, array_size(legend));
	darr_foreach_p (provider->sites, site)
		add_site(out, provider, site, tenants);
	add_wires(out, provider);
	add_core(out, provider);
	dot_end(out);
	darr_free(tenants);
}

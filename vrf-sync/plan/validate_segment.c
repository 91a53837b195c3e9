// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Segments: the VLANs by which hosts reach a tenant's switches in switch domains.
 *
 * That no other tenant has such a VLAN, or its place on a trunk, is a matter of
 * claims; here is what the tenant itself has there twice.
 */
#include <zebra.h>

#include <string.h>

#include "darr.h"

#include "model/derive.h"
#include "model/presence.h"
#include "plan/validate_priv.h"

#define VLAN_LAST 4094

struct segment {
	const struct logical_switch *sw;
	const struct switch_domain *domain;
	const struct domain_port *port;
	uint32_t vlan;
};

static bool is_place(const struct segment *segment, uint32_t node_id, const char *ifname,
		     uint32_t vlan)
{
	return segment->port->node_id == node_id && segment->vlan == vlan &&
	       !strcmp(segment->port->ifname, ifname);
}

static void find_taken(struct check *check, const struct segment *segment, const char *what,
		       const char *name)
{
	const struct node *node = provider_node(check->provider, segment->port->node_id);

	check_find(
		check,
		"switch %s of tenant %s has VLAN %u of switch domain %s, which is interface %s VLAN %u of node %s, as is %s %s; give it another VLAN",
		segment->sw->name, check->tenant->name, segment->vlan, segment->domain->name,
		segment->port->ifname, segment->vlan, node ? node->name : "?", what, name);
}

static void check_segment(struct check *check, const struct segment *segment)
{
	struct reason ignored = {};
	const struct wire *wire;
	const struct link *link;
	uint16_t vlan;

	darr_foreach_p (check->provider->wires, wire) {
		const struct wire_port *port = wire_port_of(wire, segment->port->node_id);

		if (port && wire_roles_on(wire, check->tenant, port->node_id) &&
		    derive_vlan(wire, check->tenant, &vlan, &ignored) == 0 &&
		    is_place(segment, port->node_id, port->ifname, vlan))
			find_taken(check, segment, "wire", wire->name);
	}
	darr_foreach_p (check->tenant->links, link)
		if (link->vlan && is_place(segment, link->node_id, link->ifname, link->vlan))
			find_taken(check, segment, "link", link->name);
}

/* By two domains on one trunk. */
static void check_twins(struct check *check, const struct segment *segments)
{
	const struct segment *a, *b;

	darr_foreach_p (segments, a)
		darr_foreach_p (segments, b)
			if (b > a && is_place(a, b->port->node_id, b->port->ifname, b->vlan))
				find_taken(check, b, "switch", a->sw->name);
}

static void check_vlan(struct check *check, const struct logical_switch *sw,
		       const struct switch_vlan *vlan, struct segment **segments)
{
	struct segment segment = {
		.sw = sw,
		.domain = provider_domain(check->provider, vlan->domain_id),
		.port = switch_vlan_port(check->provider, check->tenant, sw, vlan),
		.vlan = vlan->vlan,
	};

	if (!segment.domain)
		check_find(
			check,
			"switch %s of tenant %s names switch domain id %u, which does not exist",
			sw->name, check->tenant->name, vlan->domain_id);
	else if (!vlan->vlan || vlan->vlan > VLAN_LAST)
		check_find(
			check,
			"switch %s of tenant %s has VLAN %u of switch domain %s, and VLANs are 1 to %u",
			sw->name, check->tenant->name, vlan->vlan, segment.domain->name,
			VLAN_LAST);
	else if (segment.port)
		*darr_append(*segments) = segment;
}

/* A whole interface in one tenant's VRF cannot carry the VLANs of others. */
static void check_whole_port(struct check *check, const struct link *link)
{
	const struct switch_domain *domain;
	const struct domain_port *port;

	darr_foreach_p (check->provider->domains, domain)
		darr_foreach_p (domain->ports, port)
			if (port->node_id == link->node_id && !strcmp(port->ifname, link->ifname))
				check_find(
					check,
					"link %s of tenant %s takes the whole interface %s, which is the trunk of switch domain %s; give the link a VLAN or another interface",
					link->name, check->tenant->name, link->ifname,
					domain->name);
}

void check_segments(struct check *check)
{
	const struct logical_switch *sw;
	struct segment *segments = NULL, *segment;
	const struct switch_vlan *vlan;
	const struct link *link;

	darr_foreach_p (check->tenant->switches, sw)
		darr_foreach_p (sw->vlans, vlan)
			check_vlan(check, sw, vlan, &segments);
	darr_foreach_p (segments, segment)
		check_segment(check, segment);
	check_twins(check, segments);
	darr_foreach_p (check->tenant->links, link)
		if (!link->vlan)
			check_whole_port(check, link);
	darr_free(segments);
}

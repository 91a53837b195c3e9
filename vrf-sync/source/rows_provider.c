// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The tables all tenants share.  A row that cannot be read here would make
 * every plan wrong, so it fails the load, and the last good one stays.
 */
#include <zebra.h>

#include <string.h>

#include "darr.h"

#include "model/public.h"
#include "source/rows_priv.h"

/* RFC 4577 4.2.5.2: 0xD0000000, and the AS number where it has 16 bits. */
static uint32_t default_vpn_tag(uint32_t asn)
{
	return 0xd0000000u | (asn & 0xffff);
}

static bool take_settings(struct provider *provider, const struct row *row, struct reason *why)
{
	provider->asn = column_u32(row, 0);
	provider->nssa_area = column_u32(row, 1);
	provider->vpn_tag = column_u32(row, 2);
	provider->table_base = column_u32(row, 3);
	provider->vni_base = column_u32(row, 4);
	provider->leak_base = column_u32(row, 5);
	provider->ospf_hello = column_u32(row, 6);
	provider->ospf_dead = column_u32(row, 7);
	provider->vrrp_interval = column_u32(row, 8);
	provider->evpn = column_u32(row, 9) != 0;
	if (!provider->vpn_tag)
		provider->vpn_tag = default_vpn_tag(provider->asn);
	if (!provider->asn || !provider->nssa_area) {
		reason_set(why, "the provider row has no AS number or no NSSA area; set both");
		return false;
	}
	return true;
}

static bool take_pool(struct provider *provider, const struct row *row, struct reason *why)
{
	char text[48], kind_name[16] = "";
	struct pool *pool;
	int kind;

	column_text(row, 0, kind_name, sizeof(kind_name));
	kind = name_index(kind_name, wire_kind_names, WIRE_KIND_COUNT);
	if (kind < 0)
		return true; /* a kind of a later version */
	pool = &provider->pools[kind];
	pool->len = column_u32(row, 2);
	pool->wires = column_u32(row, 3);
	if (!column_net(row, 1, &pool->prefix) || !ipnet_is_prefix(&pool->prefix) ||
	    pool->len < pool->prefix.len || pool->len > ipnet_max_len(&pool->prefix) ||
	    !pool->wires) {
		reason_set(
			why,
			"the %s pool %s cannot be used: it must be a network, and its parts longer than itself",
			kind_name, column_quote(row, 1, text));
		return false;
	}
	return true;
}

static bool take_reserved(struct provider *provider, const struct row *row, struct reason *why)
{
	struct ipnet net;
	char text[48];

	if (!column_net(row, 0, &net) || !ipnet_is_prefix(&net)) {
		reason_set(why, "reserved prefix %s is not a network; write it like 10.0.0.0/8",
			   column_quote(row, 0, text));
		return false;
	}
	*darr_append(provider->reserved) = net;
	return true;
}

static bool take_name(const struct row *row, int col, const char *what, char *name, size_t size,
		      struct reason *why)
{
	char text[48];

	if (column_text(row, col, name, size) && name_is_valid(name, size - 1))
		return true;
	reason_set(why, "%s is not a name for a %s; use letters, digits, '-', '_' and '.'",
		   column_quote(row, col, text), what);
	return false;
}

static bool take_site(struct provider *provider, const struct row *row, struct reason *why)
{
	struct site site = { .id = column_u32(row, 0) };
	char word[32] = "", text[48];
	int state;

	if (!take_name(row, 1, "site", site.name, sizeof(site.name), why))
		return false;
	column_text(row, 2, word, sizeof(word));
	state = name_index(word, site_state_names, SITE_STATE_COUNT);
	if (state < 0) {
		reason_set(why, "%s is no state of a site that this version knows",
			   column_quote(row, 2, text));
		return false;
	}
	site.state = state;
	*darr_append(provider->sites) = site;
	return true;
}

static bool take_node(struct provider *provider, const struct row *row, struct reason *why)
{
	struct node node = { .id = column_u32(row, 0), .site_id = column_u32(row, 1) };
	char text[48];

	if (!take_name(row, 2, "node", node.name, sizeof(node.name), why))
		return false;
	if (!column_addr(row, 3, &node.router_id) || node.router_id.family != AF_INET) {
		reason_set(why, "router id %s of node %s is not an IPv4 address",
			   column_quote(row, 3, text), node.name);
		return false;
	}
	if (!column_is_null(row, 4) && !column_addr(row, 4, &node.vtep)) {
		reason_set(why, "VTEP %s of node %s is not an address", column_quote(row, 4, text),
			   node.name);
		return false;
	}
	*darr_append(provider->nodes) = node;
	return true;
}

static bool take_role(struct provider *provider, const struct row *row, struct reason *why)
{
	struct node *node = (struct node *)provider_node(provider, column_u32(row, 0));
	char text[16] = "";
	int bit;

	column_text(row, 1, text, sizeof(text));
	bit = name_index(text, role_names, ROLE_COUNT);
	if (node && bit >= 0)
		node->roles |= 1 << bit;
	return true;
}

static bool take_wire(struct provider *provider, const struct row *row, struct reason *why)
{
	struct wire wire = {
		.id = column_u32(row, 0),
		.site_id = column_u32(row, 1),
		.vlan_base = column_u32(row, 4),
		.vlan_max = column_u32(row, 5),
		.mtu = column_u32(row, 6),
		.bfd = column_u32(row, 7) != 0,
	};
	char text[16] = "";
	int kind;

	if (!take_name(row, 2, "wire", wire.name, sizeof(wire.name), why))
		return false;
	column_text(row, 3, text, sizeof(text));
	kind = name_index(text, wire_kind_names, WIRE_KIND_COUNT);
	if (kind < 0)
		return true; /* a kind of a later version */
	wire.kind = kind;
	if (!column_is_null(row, 8) &&
	    (!column_text(row, 8, wire.ospf_key, sizeof(wire.ospf_key)) ||
	     strlen(wire.ospf_key) < OSPF_KEY_MIN ||
	     !name_is_valid(wire.ospf_key, OSPF_KEY_MAX))) {
		/* without the key itself: this sentence is shown */
		reason_set(
			why,
			"the OSPF key of wire %s is not %d to %d letters, digits, '-', '_' and '.'",
			wire.name, OSPF_KEY_MIN, OSPF_KEY_MAX);
		return false;
	}
	*darr_append(provider->wires) = wire;
	return true;
}

static bool take_port(struct provider *provider, const struct row *row, struct reason *why)
{
	struct wire *wire = (struct wire *)provider_wire(provider, column_u32(row, 0));
	struct wire_port port = { .node_id = column_u32(row, 1), .slot = column_u32(row, 3) };

	if (!wire)
		return true;
	if (!take_name(row, 2, "trunk interface", port.ifname, sizeof(port.ifname), why))
		return false;
	*darr_append(wire->ports) = port;
	return true;
}

static bool take_reserved_port(struct provider *provider, const struct row *row,
			       struct reason *why)
{
	char text[8] = "";
	int protocol;

	column_text(row, 0, text, sizeof(text));
	protocol = name_index(text, protocol_names, PROTOCOL_COUNT);
	if (protocol >= 0)
		*darr_append(provider->ports) = (struct reserved_port){
			.protocol = protocol_numbers[protocol],
			.port = column_u32(row, 1),
		};
	return true;
}

static bool take_domain(struct provider *provider, const struct row *row, struct reason *why)
{
	struct switch_domain domain = {
		.id = column_u32(row, 0),
		.site_id = column_u32(row, 1),
		.vlan_first = column_u32(row, 3),
		.vlan_last = column_u32(row, 4),
	};

	if (!take_name(row, 2, "switch domain", domain.name, sizeof(domain.name), why))
		return false;
	*darr_append(provider->domains) = domain;
	return true;
}

static bool take_domain_port(struct provider *provider, const struct row *row, struct reason *why)
{
	struct switch_domain *domain =
		(struct switch_domain *)provider_domain(provider, column_u32(row, 0));
	struct domain_port port = { .node_id = column_u32(row, 1) };

	if (!domain)
		return true;
	if (!take_name(row, 2, "trunk interface", port.ifname, sizeof(port.ifname), why))
		return false;
	*darr_append(domain->ports) = port;
	return true;
}

const struct provider_table provider_tables[PROVIDER_TABLES] = {
	{ "provider",
	  "asn, nssa_area, vpn_tag, table_base, vni_base, leak_base, ospf_hello, ospf_dead,"
	  " vrrp_interval, evpn",
	  "id", take_settings },
	{ "pool", "kind, prefix, length, wires", "kind", take_pool },
	{ "reserved", "prefix", "prefix", take_reserved },
	{ "reserved_port", "protocol, port", "protocol, port", take_reserved_port },
	{ "site", "id, name, state", "id", take_site },
	{ "node", "id, site_id, name, router_id, vtep", "id", take_node },
	{ "node_role", "node_id, role", "node_id, role", take_role },
	{ "wire", "id, site_id, name, kind, vlan_base, vlan_max, mtu, bfd, ospf_key", "id",
	  take_wire },
	{ "wire_port", "wire_id, node_id, ifname, slot", "wire_id, slot", take_port },
	{ "switch_domain", "id, site_id, name, vlan_first, vlan_last", "id", take_domain },
	{ "domain_port", "domain_id, node_id, ifname", "domain_id, node_id", take_domain_port },
};

// SPDX-License-Identifier: GPL-2.0-or-later
/* Configuration to model: walking the tree, and what all tenants share. */
#include <zebra.h>

#include <stdlib.h>
#include <string.h>

#include <libyang/libyang.h>

#include "darr.h"

#include "source/tree.h"
#include "source/tree_priv.h"

/* ---- walking ---- */

const struct lyd_node *tree_child(const struct lyd_node *parent, const char *name)
{
	const struct lyd_node *child;

	if (!parent)
		return NULL;
	LY_LIST_FOR (lyd_child(parent), child)
		if (child->schema && !strcmp(child->schema->name, name))
			return child;
	return NULL;
}

const struct lyd_node *tree_next(const struct lyd_node *entry)
{
	const struct lysc_node *schema = entry->schema;

	/* libyang keeps the entries of one list together */
	entry = entry->next;
	return entry && entry->schema == schema ? entry : NULL;
}

const char *tree_text(const struct lyd_node *parent, const char *name)
{
	const struct lyd_node *child = tree_child(parent, name);

	return child ? lyd_get_value(child) : NULL;
}

bool tree_is_true(const struct lyd_node *parent, const char *name)
{
	const char *text = tree_text(parent, name);

	return text && !strcmp(text, "true");
}

uint32_t tree_number(const struct lyd_node *parent, const char *name)
{
	const char *text = tree_text(parent, name);

	return text ? strtoul(text, NULL, 10) : 0;
}

/* ---- values ---- */

bool tree_net(const struct lyd_node *parent, const char *name, struct ipnet *net)
{
	const char *text = tree_text(parent, name);

	return text && !ipnet_parse(text, net);
}

bool tree_addr(const struct lyd_node *parent, const char *name, struct ipnet *addr)
{
	const char *text = tree_text(parent, name);

	return text && !ipnet_parse_addr(text, addr);
}

int tree_word(const struct lyd_node *parent, const char *name, const char *const *words, int count)
{
	const char *text = tree_text(parent, name);

	return text ? name_index(text, words, count) : -1;
}

void tree_nets(const struct lyd_node *parent, const char *name, struct ipnet **nets)
{
	const struct lyd_node *entry;
	struct ipnet net;

	tree_foreach (parent, name, entry)
		if (!ipnet_parse(lyd_get_value(entry), &net))
			*darr_append(*nets) = net;
	if (darr_len(*nets) > 1)
		qsort(*nets, darr_len(*nets), sizeof(**nets),
		      (int (*)(const void *, const void *))ipnet_cmp);
}

uint8_t tree_roles(const struct lyd_node *parent)
{
	const struct lyd_node *entry;
	uint8_t roles = 0;

	tree_foreach (parent, "role", entry) {
		int bit = name_index(lyd_get_value(entry), role_names, ROLE_COUNT);

		if (bit >= 0)
			roles |= 1 << bit;
	}
	return roles;
}

uint32_t tree_hash(const char *text)
{
	/* FNV-1a; 24 bits, so that twice it and a bit more still fit where plans
	 * make sequence numbers of it
	 */
	uint32_t hash = 2166136261u;

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 16777619u;
	return ((hash >> 24) ^ hash) & 0xffffff;
}

/* ---- what all tenants share ---- */

/* RFC 4577 4.2.5.2: 0xD0000000, and the AS number where it has 16 bits. */
static uint32_t default_vpn_tag(uint32_t asn)
{
	return 0xd0000000u | (asn & 0xffff);
}

static void take_settings(const struct lyd_node *tree, struct provider *provider)
{
	const struct lyd_node *node = tree_child(tree, "provider");

	provider->asn = tree_number(node, "local-as");
	provider->nssa_area = tree_number(node, "nssa-area");
	provider->vpn_tag = tree_number(node, "vpn-tag");
	provider->table_base = tree_number(node, "table-base");
	provider->vni_base = tree_number(node, "vni-base");
	provider->leak_base = tree_number(node, "leak-base");
	provider->ospf_hello = tree_number(node, "hello-interval");
	provider->ospf_dead = tree_number(node, "dead-interval");
	provider->vrrp_interval = tree_number(node, "vrrp-interval") * 10; /* to ms */
	provider->evpn = tree_is_true(node, "evpn");
	if (!provider->vpn_tag)
		provider->vpn_tag = default_vpn_tag(provider->asn);
	tree_nets(tree, "reserved", &provider->reserved);
	tree_ports(tree, provider);
}

static void take_pool(const struct lyd_node *tree, enum wire_kind kind, struct provider *provider,
		      struct reason *why)
{
	const struct lyd_node *node = tree_child(tree_child(tree, "pools"), wire_kind_names[kind]);
	struct pool *pool = &provider->pools[kind];

	pool->len = tree_number(node, "length");
	pool->wires = tree_number(node, "wires");
	if (tree_net(node, "prefix", &pool->prefix) && pool->len >= pool->prefix.len &&
	    pool->len <= ipnet_max_len(&pool->prefix))
		return;
	reason_set(
		why,
		"the %s pool %s cannot be used: it must be a network, and its parts longer than itself",
		wire_kind_names[kind], tree_text(node, "prefix") ?: "");
	pool->len = ipnet_max_len(&pool->prefix);
}

static bool has_site(const struct provider *provider, uint32_t id)
{
	return provider_site(provider, id) != NULL;
}

static void take_sites(const struct lyd_node *tree, struct provider *provider)
{
	const struct lyd_node *entry;

	tree_foreach (tree_child(tree, "sites"), "site", entry) {
		struct site site = { .id = 1 + tree_hash(tree_text(entry, "name")) };

		strlcpy(site.name, tree_text(entry, "name"), sizeof(site.name));
		while (has_site(provider, site.id))
			site.id++;
		*darr_append(provider->sites) = site;
	}
}

uint32_t tree_site_id(const struct provider *provider, const char *name)
{
	const struct site *site;

	if (name)
		darr_foreach_p (provider->sites, site)
			if (!strcmp(site->name, name))
				return site->id;
	return 0;
}

static bool has_node(const struct provider *provider, uint32_t id)
{
	const struct node *node;

	darr_foreach_p (provider->nodes, node)
		if (node->id == id)
			return true;
	return false;
}

/* A node without a router id can do nothing, and is not there yet. */
static void take_node(const struct lyd_node *entry, struct provider *provider, struct reason *why)
{
	struct node node = { .id = 1 + tree_hash(tree_text(entry, "name")) };

	strlcpy(node.name, tree_text(entry, "name"), sizeof(node.name));
	node.site_id = tree_site_id(provider, tree_text(entry, "site"));
	node.roles = tree_roles(entry);
	tree_addr(entry, "vtep", &node.vtep);
	if (!tree_addr(entry, "router-id", &node.router_id)) {
		reason_set(
			why,
			"node %s has no router id; set one: tenant-network node %s router-id A.B.C.D",
			node.name, node.name);
		return;
	}
	while (has_node(provider, node.id))
		node.id++;
	*darr_append(provider->nodes) = node;
}

static int by_id(const void *a, const void *b)
{
	return numcmp(*(const uint32_t *)a, *(const uint32_t *)b);
}

static void take_nodes(const struct lyd_node *tree, struct provider *provider, struct reason *why)
{
	const struct lyd_node *entry;

	tree_foreach (tree_child(tree, "nodes"), "node", entry)
		take_node(entry, provider, why);
	if (darr_len(provider->nodes) > 1)
		qsort(provider->nodes, darr_len(provider->nodes), sizeof(*provider->nodes), by_id);
}

static int port_by_slot(const void *a, const void *b)
{
	return numcmp(((const struct wire_port *)a)->slot, ((const struct wire_port *)b)->slot);
}

static void take_ports(const struct lyd_node *entry, const struct provider *provider,
		       struct wire *wire, struct reason *why)
{
	const struct lyd_node *at;

	tree_foreach (entry, "port", at) {
		const struct node *node = provider_node_by_name(provider, tree_text(at, "node"));
		struct wire_port port = { .slot = tree_number(at, "slot") };

		if (!node) {
			reason_set(why, "wire %s has a port on node %s, which is not configured",
				   wire->name, tree_text(at, "node"));
			continue;
		}
		port.node_id = node->id;
		strlcpy(port.ifname, tree_text(at, "interface"), sizeof(port.ifname));
		*darr_append(wire->ports) = port;
	}
	if (darr_len(wire->ports) > 1)
		qsort(wire->ports, darr_len(wire->ports), sizeof(*wire->ports), port_by_slot);
}

static void take_wire(const struct lyd_node *entry, struct provider *provider, struct reason *why)
{
	int kind = tree_word(entry, "kind", wire_kind_names, WIRE_KIND_COUNT);
	struct wire wire = {
		.id = tree_number(entry, "id"),
		.site_id = tree_site_id(provider, tree_text(entry, "site")),
		.vlan_base = tree_number(entry, "vlan-base"),
		.vlan_max = tree_number(entry, "vlan-max"),
		.mtu = tree_number(entry, "mtu"),
		.bfd = tree_is_true(entry, "bfd"),
	};
	const struct wire *other = provider_wire(provider, wire.id);

	strlcpy(wire.name, tree_text(entry, "name"), sizeof(wire.name));
	strlcpy(wire.ospf_key, tree_text(entry, "ospf-key") ?: "", sizeof(wire.ospf_key));
	if (!wire.id || kind < 0) {
		reason_set(why, "wire %s has no %s; set one", wire.name, wire.id ? "kind" : "id");
		return;
	}
	if (other) {
		reason_set(why, "wires %s and %s have the same id %u; give one of them another",
			   other->name, wire.name, wire.id);
		return;
	}
	wire.kind = kind;
	take_ports(entry, provider, &wire, why);
	*darr_append(provider->wires) = wire;
}

struct provider *tree_provider(const struct lyd_node *tree, struct reason *why)
{
	struct provider *provider = provider_new();
	const struct lyd_node *entry;

	take_settings(tree, provider);
	for (int kind = 0; kind < WIRE_KIND_COUNT; kind++)
		take_pool(tree, kind, provider, why);
	take_sites(tree, provider);
	take_nodes(tree, provider, why);
	tree_foreach (tree_child(tree, "wires"), "wire", entry)
		take_wire(entry, provider, why);
	if (darr_len(provider->wires) > 1)
		qsort(provider->wires, darr_len(provider->wires), sizeof(*provider->wires), by_id);
	return provider;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Configuration to model: one tenant. */
#include <zebra.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libyang/libyang.h>

#include "darr.h"

#include "source/tree_priv.h"

/* What is being read. */
/* Where the tree does not say.  The schema has no default for what each switch or subnet
 * would have one of: every one is a node, which FRR copies for each line that is typed.
 */
#define SWITCH_MTU        1500
#define TENANT_MAX_ROUTES 1000

struct reading {
	const struct lyd_node *tree;
	const struct lyd_node *entry;
	const struct provider *provider;
	struct tenant *tenant;
};

static const struct lyd_node *find_tenant(const struct lyd_node *tree, const char *name)
{
	const struct lyd_node *first = tree_child(tree_child(tree, "tenants"), "tenant");
	char key[TENANT_NAME_MAX + sizeof("[name='']")];
	struct lyd_node *found = NULL;

	if (!first)
		return NULL;
	/* by libyang's hash: there may be thousands */
	snprintf(key, sizeof(key), "[name='%s']", name);
	lyd_find_sibling_val(first, first->schema, key, strlen(key), &found);
	return found;
}

static const struct node *find_node(struct reading *r, const char *name)
{
	const struct node *node = name ? provider_node_by_name(r->provider, name) : NULL;

	if (name && !node)
		reason_set(
			tenant_bad(r->tenant),
			"tenant %s names node %s, which nobody knows; configure it: tenant-network node %s",
			r->tenant->name, name, name);
	return node;
}

static int attachment_by_node(const void *a, const void *b)
{
	return numcmp(((const struct attachment *)a)->node_id,
		      ((const struct attachment *)b)->node_id);
}

static void take_attachments(struct reading *r)
{
	const struct lyd_node *entry;

	tree_foreach (r->entry, "attachment", entry) {
		const struct node *node = find_node(r, tree_text(entry, "node"));
		struct attachment attachment = { .roles = tree_roles(entry) };

		if (!node || !attachment.roles)
			continue;
		attachment.node_id = node->id;
		*darr_append(r->tenant->attachments) = attachment;
	}
	if (darr_len(r->tenant->attachments) > 1)
		qsort(r->tenant->attachments, darr_len(r->tenant->attachments),
		      sizeof(struct attachment), attachment_by_node);
}

static const struct wire *find_wire(struct reading *r, const char *name)
{
	const struct wire *wire;

	darr_foreach_p (r->provider->wires, wire)
		if (!strcmp(wire->name, name))
			return wire;
	reason_set(
		tenant_bad(r->tenant),
		"tenant %s names wire %s, which nobody knows; configure it: tenant-network wire %s",
		r->tenant->name, name, name);
	return NULL;
}

static int circuit_by_wire(const void *a, const void *b)
{
	return numcmp(((const struct circuit *)a)->wire_id, ((const struct circuit *)b)->wire_id);
}

static void take_circuits(struct reading *r)
{
	const struct lyd_node *entry;

	tree_foreach (r->entry, "circuit", entry) {
		const struct wire *wire = find_wire(r, tree_text(entry, "wire"));
		struct circuit circuit = { .vlan = tree_number(entry, "vlan") };
		int routing = tree_word(entry, "routing", routing_names, ROUTING_BGP);

		if (!wire)
			continue;
		circuit.wire_id = wire->id;
		circuit.routing = MAX(routing, 0);
		tree_net(entry, "prefix", &circuit.prefix);
		*darr_append(r->tenant->circuits) = circuit;
	}
	if (darr_len(r->tenant->circuits) > 1)
		qsort(r->tenant->circuits, darr_len(r->tenant->circuits), sizeof(struct circuit),
		      circuit_by_wire);
}

/* ---- sites ---- */

/* 0 where the leaf is not there, or, with a sentence, where nobody knows the site. */
static uint32_t find_site(struct reading *r, const struct lyd_node *entry, const char *leaf)
{
	const char *name = tree_text(entry, leaf);
	uint32_t id = tree_site_id(r->provider, name);

	if (name && !id)
		reason_set(
			tenant_bad(r->tenant),
			"tenant %s names site %s, which nobody knows; configure it: tenant-network site %s",
			r->tenant->name, name, name);
	return id;
}

static int host_by_id(const void *a, const void *b)
{
	return numcmp(((const struct tenant_host *)a)->id, ((const struct tenant_host *)b)->id);
}

static bool has_host(const struct logical_switch *sw, uint32_t id)
{
	const struct tenant_host *host;

	darr_foreach_p (sw->hosts, host)
		if (host->id == id)
			return true;
	return false;
}

/* Who is configured to be somewhere is meant to be reached there. */
static void take_hosts(struct reading *r, const struct lyd_node *at, struct logical_switch *sw)
{
	const struct lyd_node *entry;

	tree_foreach (at, "host", entry) {
		struct tenant_host host = {
			.id = 1 + tree_hash(tree_text(entry, "address")),
			.site_id = find_site(r, entry, "site"),
		};

		if (!host.site_id || !tree_addr(entry, "address", &host.address))
			continue;
		host.advertise = true;
		while (has_host(sw, host.id))
			host.id++;
		*darr_append(sw->hosts) = host;
	}
	if (darr_len(sw->hosts) > 1)
		qsort(sw->hosts, darr_len(sw->hosts), sizeof(struct tenant_host), host_by_id);
}

static const struct logical_switch *switch_named(const struct tenant *tenant, const char *name)
{
	const struct logical_switch *sw;

	darr_foreach_p (tenant->switches, sw)
		if (!strcmp(sw->name, name))
			return sw;
	return NULL;
}

static void take_recovery(struct reading *r, const struct lyd_node *entry,
			  const struct logical_switch *sw)
{
	const char *as = tree_text(entry, "as");
	const struct logical_switch *target = as ? switch_named(r->tenant, as) : NULL;
	struct network_map map = {
		.switch_id = sw->id,
		.site_id = find_site(r, entry, "site"),
		.target_id = target ? target->id : 0,
	};

	if (as && (!target || target == sw))
		reason_set(
			tenant_bad(r->tenant),
			"switch %s of tenant %s is to be recovered as %s, which is no other switch of the tenant; configure it: tenant %s switch %s",
			sw->name, r->tenant->name, as, r->tenant->name, as);
	else if (map.site_id)
		*darr_append(r->tenant->maps) = map;
}

static int map_cmp(const void *a, const void *b)
{
	const struct network_map *x = a, *y = b;

	return numcmp(x->switch_id, y->switch_id) ?: numcmp(x->site_id, y->site_id);
}

/* When all switches are there: one is recovered as another. */
static void take_maps(struct reading *r)
{
	const struct lyd_node *at, *entry;

	tree_foreach (r->entry, "switch", at) {
		const struct logical_switch *sw = switch_named(r->tenant, tree_text(at, "name"));

		if (sw)
			tree_foreach (at, "recovery", entry)
				take_recovery(r, entry, sw);
	}
	if (darr_len(r->tenant->maps) > 1)
		qsort(r->tenant->maps, darr_len(r->tenant->maps), sizeof(struct network_map),
		      map_cmp);
}

static void take_egress(struct reading *r)
{
	struct tenant *tenant = r->tenant;

	tenant->egress = MAX(tree_word(r->entry, "egress", egress_names, EGRESS_COUNT), 0);
	tenant->active_site_id = find_site(r, r->entry, "active-site");
	tenant->recovery_site_id = find_site(r, r->entry, "recovery-site");
	if ((tenant->egress == EGRESS_ACTIVE) != (tree_text(r->entry, "active-site") != NULL))
		reason_set(
			tenant_bad(tenant),
			"tenant %s has %s; with egress active it needs an active site, and only then: tenant %s active-site SITE",
			tenant->name,
			tenant->egress == EGRESS_ACTIVE ? "no active site" : "an active site",
			tenant->name);
}

/* ---- switches ---- */

static bool has_subnet(const struct logical_switch *switches, uint32_t id)
{
	const struct logical_switch *sw;
	const struct subnet *subnet;

	darr_foreach_p (switches, sw)
		darr_foreach_p (sw->subnets, subnet)
			if (subnet->id == id)
				return true;
	return false;
}

static int subnet_by_id(const void *a, const void *b)
{
	return numcmp(((const struct subnet *)a)->id, ((const struct subnet *)b)->id);
}

/* Without one it is the first address; where there is none, validate says what is wrong. */
static bool take_gateway(const struct lyd_node *entry, struct subnet *subnet)
{
	if (tree_text(entry, "gateway"))
		return tree_addr(entry, "gateway", &subnet->gateway);
	if (ipnet_slot(&subnet->prefix, 1, &subnet->gateway) < 0)
		subnet->gateway = ipnet_host(&subnet->prefix);
	return true;
}

static void take_subnets(struct reading *r, const struct lyd_node *at, struct logical_switch *sw)
{
	const struct lyd_node *entry;

	tree_foreach (at, "subnet", entry) {
		struct subnet subnet = { .id = 1 + tree_hash(tree_text(entry, "prefix")) };

		subnet.advertise =
			!tree_text(entry, "advertise") || tree_is_true(entry, "advertise");
		if (!tree_net(entry, "prefix", &subnet.prefix) || !take_gateway(entry, &subnet)) {
			reason_set(
				tenant_bad(r->tenant),
				"subnet %s of tenant %s cannot be read; write it like 10.1.1.0/24, and its gateway like 10.1.1.1",
				tree_text(entry, "prefix"), r->tenant->name);
			continue;
		}
		subnet.gateway.len = subnet.prefix.len;
		while (has_subnet(r->tenant->switches, subnet.id))
			subnet.id++;
		*darr_append(sw->subnets) = subnet;
	}
	if (darr_len(sw->subnets) > 1)
		qsort(sw->subnets, darr_len(sw->subnets), sizeof(struct subnet), subnet_by_id);
}

static const struct logical_switch *switch_with_id(const struct tenant *tenant, uint32_t id)
{
	const struct logical_switch *sw;

	darr_foreach_p (tenant->switches, sw)
		if (sw->id == id)
			return sw;
	return NULL;
}

static void take_inside(struct reading *r, const struct lyd_node *entry, struct logical_switch *sw)
{
	take_subnets(r, entry, sw);
	take_hosts(r, entry, sw);
}

static void take_switch(struct reading *r, const struct lyd_node *entry)
{
	const char *site = tree_text(entry, "site"), *name = tree_text(entry, "name");
	struct logical_switch sw = {
		.name = (char *)name, /* is copied */
		.id = tree_number(entry, "id"),
		.site_id = tree_site_id(r->provider, site),
		.vni = tree_number(entry, "vni"),
		.mtu = tree_number(entry, "mtu") ?: SWITCH_MTU,
		.scope = MAX(tree_word(entry, "scope", scope_names, SCOPE_COUNT), 0),
		.purpose = MAX(tree_word(entry, "purpose", purpose_names, PURPOSE_COUNT), 0),
		.state = MAX(tree_word(entry, "state", switch_state_names, SWITCH_STATE_COUNT), 0),
		.no_nat = tree_is_true(entry, "no-nat"),
	};
	const struct logical_switch *twin = switch_with_id(r->tenant, sw.id);
	const char *who = r->tenant->name;

	if (!sw.id)
		reason_set(
			tenant_bad(r->tenant),
			"switch %s of tenant %s has no id; give it one that no switch has: tenant %s switch %s id N",
			name, who, who, name);
	else if (twin)
		reason_set(
			tenant_bad(r->tenant),
			"switches %s and %s of tenant %s have the same id %u; give one of them another",
			twin->name, name, who, sw.id);
	else if (site && !sw.site_id)
		reason_set(
			tenant_bad(r->tenant),
			"switch %s of tenant %s is at site %s, which nobody knows; configure it: tenant-network site %s",
			name, who, site, site);
	else
		take_inside(r, entry, tenant_add_switch(r->tenant, &sw));
}

static int switch_by_id(const void *a, const void *b)
{
	return numcmp(((const struct logical_switch *)a)->id,
		      ((const struct logical_switch *)b)->id);
}

static void take_switches(struct reading *r)
{
	const struct lyd_node *entry;

	tree_foreach (r->entry, "switch", entry)
		take_switch(r, entry);
	if (darr_len(r->tenant->switches) > 1)
		qsort(r->tenant->switches, darr_len(r->tenant->switches),
		      sizeof(struct logical_switch), switch_by_id);
}

/* ---- links ---- */

/* What the database's schema would refuse; NULL: nothing. */
static const char *link_lacks(const struct lyd_node *entry, const struct link *link)
{
	if (!tree_text(entry, "node"))
		return "node";
	if (!link->ifname[0])
		return "interface";
	if (!ipnet_is_set(&link->address))
		return "address";
	if (!ipnet_is_set(&link->peer) &&
	    (link->routing == ROUTING_BGP ||
	     (link->routing == ROUTING_STATIC && !ipnet_is_set(&link->virtual_address))))
		return "peer";
	if (!ipnet_is_set(&link->virtual_address) && (link->vrid || link->priority))
		return "virtual-address";
	if (link->routing == ROUTING_BGP && !link->peer_as)
		return "peer-as";
	return NULL;
}

static bool has_link(const struct tenant *tenant, uint32_t id)
{
	const struct link *link;

	darr_foreach_p (tenant->links, link)
		if (link->id == id)
			return true;
	return false;
}

static void take_link(struct reading *r, const struct lyd_node *entry)
{
	const struct node *node = find_node(r, tree_text(entry, "node"));
	struct link link = {
		.id = 1 + tree_hash(tree_text(entry, "name")),
		.node_id = node ? node->id : 0,
		.vlan = tree_number(entry, "vlan"),
		.peer_as = tree_number(entry, "peer-as"),
		.max_routes = tree_number(entry, "maximum-routes"),
		.vrid = tree_number(entry, "vrid"),
		.priority = tree_number(entry, "priority"),
		.routing = MAX(tree_word(entry, "protocol", routing_names, ROUTING_COUNT), 0),
	};
	const char *lacks;

	strlcpy(link.name, tree_text(entry, "name"), sizeof(link.name));
	strlcpy(link.ifname, tree_text(entry, "interface") ?: "", sizeof(link.ifname));
	tree_net(entry, "address", &link.address);
	tree_addr(entry, "peer", &link.peer);
	tree_addr(entry, "virtual-address", &link.virtual_address);
	lacks = link_lacks(entry, &link);
	if (lacks) {
		reason_set(tenant_bad(r->tenant),
			   "link %s of tenant %s has no %s; set one: tenant %s link %s %s ...",
			   link.name, r->tenant->name, lacks, r->tenant->name, link.name, lacks);
		return;
	}
	while (has_link(r->tenant, link.id))
		link.id++;
	tree_nets(entry, "route", &link.routes);
	*darr_append(r->tenant->links) = link;
}

static int link_by_id(const void *a, const void *b)
{
	return numcmp(((const struct link *)a)->id, ((const struct link *)b)->id);
}

static void take_links(struct reading *r)
{
	const struct lyd_node *entry;

	tree_foreach (r->entry, "link", entry)
		take_link(r, entry);
	if (darr_len(r->tenant->links) > 1)
		qsort(r->tenant->links, darr_len(r->tenant->links), sizeof(struct link),
		      link_by_id);
}

/* ---- leaks ---- */

static uint32_t leak_id(const struct tenant *tenant, const char *from, const char *to,
			const char *prefix)
{
	char text[2 * TENANT_NAME_MAX + IPNET_TEXT_SIZE + 4];
	const struct leak *leak;
	uint32_t id;

	snprintf(text, sizeof(text), "%s %s %s", from, to, prefix);
	id = 1 + tree_hash(text);
	for (unsigned int i = 0; i < darr_len(tenant->leaks); i++) {
		leak = &tenant->leaks[i];
		if (leak->id == id) {
			id++;
			i = -1;
		}
	}
	return id;
}

static void take_leak(struct reading *r, const struct lyd_node *entry)
{
	const char *from = tree_text(entry, "from"), *to = tree_text(entry, "to");
	const char *prefix = tree_text(entry, "prefix"), *name = r->tenant->name;
	const char *other = strcmp(from, name) ? from : to;
	uint32_t id = tree_number(find_tenant(r->tree, other), "id");
	struct leak leak = { .id = leak_id(r->tenant, from, to, prefix) };

	if (!id) {
		reason_set(
			tenant_bad(r->tenant),
			"tenant %s leaks %s %s tenant %s, which has no id in the configuration; a leak joins tenants of one source",
			name, prefix, strcmp(from, name) ? "from" : "to", other);
		return;
	}
	leak.from_tenant = strcmp(from, name) ? id : r->tenant->id;
	leak.to_tenant = strcmp(from, name) ? r->tenant->id : id;
	if (!ipnet_parse(prefix, &leak.prefix))
		*darr_append(r->tenant->leaks) = leak;
}

static int leak_by_id(const void *a, const void *b)
{
	return numcmp(((const struct leak *)a)->id, ((const struct leak *)b)->id);
}

static void take_leaks(struct reading *r)
{
	const struct lyd_node *entry;

	tree_foreach (tree_child(r->tree, "leaks"), "leak", entry)
		if (!strcmp(tree_text(entry, "from"), r->tenant->name) ||
		    !strcmp(tree_text(entry, "to"), r->tenant->name))
			take_leak(r, entry);
	if (darr_len(r->tenant->leaks) > 1)
		qsort(r->tenant->leaks, darr_len(r->tenant->leaks), sizeof(struct leak),
		      leak_by_id);
}

/* ---- a tenant ---- */

static void take_tenant(struct reading *r)
{
	struct tenant *tenant = r->tenant;
	const char *vrf = tree_text(r->entry, "vrf");

	if (vrf)
		strlcpy(tenant->vrf, vrf, sizeof(tenant->vrf));
	else if (strlen(tenant->name) < sizeof(tenant->vrf))
		strlcpy(tenant->vrf, tenant->name, sizeof(tenant->vrf));
	tenant->table_id = tree_number(r->entry, "table-id");
	tenant->rd_number = tree_number(r->entry, "rd-number");
	tenant->rt_number = tree_number(r->entry, "rt-number");
	tenant->max_routes = tree_number(r->entry, "maximum-routes") ?: TENANT_MAX_ROUTES;
	tree_nets(r->entry, "aggregate", &tenant->aggregates);
}

struct tenant *tree_tenant(const struct lyd_node *tree, const char *name,
			   const struct provider *provider, uint32_t old_id, struct reason *why)
{
	struct reading r = {
		.tree = tree,
		.entry = find_tenant(tree, name),
		.provider = provider,
	};
	uint32_t id = tree_number(r.entry, "id");
	struct reason none = {};

	if (!r.entry)
		return NULL;
	if (!id)
		reason_set(
			&none,
			"tenant %s has no id; give it one that no other tenant has: tenant %s id N",
			name, name);
	if (!id && !old_id) {
		*why = none;
		return NULL;
	}
	r.tenant = tenant_new(id ? id : old_id);
	r.tenant->configured = true;
	strlcpy(r.tenant->name, name, sizeof(r.tenant->name));
	if (!id)
		*tenant_bad(r.tenant) = none;
	take_tenant(&r);
	take_attachments(&r);
	take_circuits(&r);
	take_egress(&r);
	take_switches(&r);
	take_maps(&r);
	tree_publics(r.entry, r.tenant);
	take_links(&r);
	take_leaks(&r);
	return r.tenant;
}

void tree_tenant_names(const struct lyd_node *tree, const char ***names)
{
	const struct lyd_node *entry;

	tree_foreach (tree_child(tree, "tenants"), "tenant", entry)
		*darr_append(*names) = tree_text(entry, "name");
}

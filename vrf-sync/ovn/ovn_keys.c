// SPDX-License-Identifier: GPL-2.0-or-later
/* The keys of a Logical_Router that are lists: who serves the tenant, what it has, its links. */
#include <zebra.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "darr.h"

#include "ovn/ovn_map_priv.h"

#define LINK_KEY   "tn-link-"
#define MAX_ROUTES 1000 /* of a link, as in schema.sql */

/* ---- nodes ---- */

static void add_role(struct tenant *tenant, uint32_t node_id, uint8_t role)
{
	struct attachment *one;

	darr_foreach_p (tenant->attachments, one)
		if (one->node_id == node_id) {
			one->roles |= role;
			return;
		}
	*darr_append(tenant->attachments) =
		(struct attachment){ .node_id = node_id, .roles = role };
}

/* "pe1:pe"; a node with several roles is there several times.  False where it is none. */
static bool take_node(struct ovn_reading *r, char *word)
{
	char quote[OVN_QUOTE_SIZE], *colon = strchr(word, ':');
	const struct node *node;
	int role;

	if (!colon) {
		ovn_bad(r, r->router, "external_ids:tn-nodes has %s; write NODE:ROLE",
			ovn_quote(word, quote));
		return false;
	}
	*colon = '\0';
	node = provider_node_by_name(r->provider, word);
	role = name_index(colon + 1, role_names, ROLE_COUNT);
	if (!node) {
		ovn_bad(r, r->router,
			"external_ids:tn-nodes names node %s, which tn-provider does not have",
			ovn_quote(word, quote));
		return false;
	}
	if (role < 0 || !(node->roles & 1 << role)) {
		ovn_bad(r, r->router,
			"external_ids:tn-nodes: node %s has no role %s in tn-provider", node->name,
			ovn_quote(colon + 1, quote));
		return false;
	}
	add_role(r->tenant, node->id, 1 << role);
	return true;
}

/* A node holds what it has of a tenant that is marked, if it serves it; which do, nobody knows. */
static void add_all_nodes(struct ovn_reading *r)
{
	const struct node *node;

	darr_foreach_p (r->provider->nodes, node)
		if (node->roles)
			add_role(r->tenant, node->id, node->roles);
}

static int by_node(const void *a, const void *b)
{
	return numcmp(((const struct attachment *)a)->node_id,
		      ((const struct attachment *)b)->node_id);
}

void ovn_take_nodes(struct ovn_reading *r)
{
	const char *text = ovn_row_key(r->router, OVN_EXTERNAL_IDS, "tn-nodes");
	char word[TENANT_NAME_MAX + 16];
	bool all_known = true;

	while (text && ovn_word(&text, word, sizeof(word)))
		all_known &= take_node(r, word);
	if (!all_known)
		add_all_nodes(r);
	if (darr_len(r->tenant->attachments) > 1)
		qsort(r->tenant->attachments, darr_len(r->tenant->attachments),
		      sizeof(struct attachment), by_node);
}

/* ---- prefixes ---- */

static int by_net(const void *a, const void *b)
{
	return ipnet_cmp(a, b);
}

/* Sorted, each once. */
static void sort_nets(struct ipnet *nets)
{
	unsigned int kept = 0;

	if (!nets)
		return;
	qsort(nets, darr_len(nets), sizeof(*nets), by_net);
	for (unsigned int i = 0; i < darr_len(nets); i++)
		if (!kept || ipnet_cmp(&nets[kept - 1], &nets[i]))
			nets[kept++] = nets[i];
	darr_setlen(nets, kept);
}

static void take_nets(struct ovn_reading *r, const char *key, const char *text,
		      struct ipnet **nets)
{
	char word[IPNET_TEXT_SIZE], quote[OVN_QUOTE_SIZE], key_quote[OVN_QUOTE_SIZE];
	struct ipnet net;

	while (text && ovn_word(&text, word, sizeof(word)))
		if (!ipnet_parse(word, &net))
			*darr_append(*nets) = net;
		else
			ovn_bad(r, r->router,
				"external_ids:%s has %s; write a network like 10.1.0.0/16",
				ovn_quote(key, key_quote), ovn_quote(word, quote));
	sort_nets(*nets);
}

void ovn_take_aggregates(struct ovn_reading *r)
{
	const char *text = ovn_row_key(r->router, OVN_EXTERNAL_IDS, "tn-aggregates");

	take_nets(r, "tn-aggregates", text, &r->tenant->aggregates);
}

/* ---- links ---- */

struct reading_link {
	struct ovn_reading *r;
	const char *key;
	struct link link;
};

static void bad_link(struct reading_link *l, const char *what, const char *word)
{
	char key[OVN_QUOTE_SIZE], quote[OVN_QUOTE_SIZE];

	ovn_bad(l->r, l->r->router,
		"external_ids:%s: %s %s cannot be; write NODE INTERFACE ADDRESS/LENGTH PROTOCOL, and more as column=value",
		ovn_quote(l->key, key), what, word[0] ? ovn_quote(word, quote) : "\"\"");
}

static bool take_link_node(struct reading_link *l, const char *word)
{
	const struct node *node = provider_node_by_name(l->r->provider, word);

	l->link.node_id = node ? node->id : 0;
	return node != NULL;
}

static bool take_link_interface(struct reading_link *l, const char *word)
{
	strlcpy(l->link.ifname, word, sizeof(l->link.ifname));
	return name_is_valid(word, DEVICE_NAME_MAX);
}

static bool take_link_address(struct reading_link *l, const char *word)
{
	return strchr(word, '/') && !ipnet_parse(word, &l->link.address);
}

static bool take_link_protocol(struct reading_link *l, const char *word)
{
	int routing = name_index(word, routing_names, ROUTING_COUNT);

	l->link.routing = MAX(routing, 0);
	return routing >= 0;
}

static const struct {
	const char *what;
	bool (*take)(struct reading_link *l, const char *word);
} link_words[] = {
	{ "node", take_link_node },
	{ "interface", take_link_interface },
	{ "address", take_link_address },
	{ "protocol", take_link_protocol },
};

/* column=value, in the words of the table link. */
static bool take_link_column(struct reading_link *l, const char *column, const char *value)
{
	uint32_t number = 0;

	if (!strcmp(column, "behind")) {
		struct ipnet net;

		if (ipnet_parse(value, &net) < 0)
			return false;
		*darr_append(l->link.routes) = net;
		return true;
	}
	if (!strcmp(column, "peer"))
		return !ipnet_parse_addr(value, &l->link.peer);
	if (!strcmp(column, "virtual_address"))
		return !ipnet_parse_addr(value, &l->link.virtual_address);
	if (!strcmp(column, "vlan") && ovn_number(value, 0, 4094, &number))
		l->link.vlan = number;
	else if (!strcmp(column, "peer_as") && ovn_number(value, 1, UINT32_MAX, &number))
		l->link.peer_as = number;
	else if (!strcmp(column, "max_routes") && ovn_number(value, 1, 10000000, &number))
		l->link.max_routes = number;
	else if (!strcmp(column, "vrid") && ovn_number(value, 1, 255, &number))
		l->link.vrid = number;
	else if (!strcmp(column, "priority") && ovn_number(value, 1, 254, &number))
		l->link.priority = number;
	else
		return false;
	return true;
}

/* What the schema's CHECKs say of a link. */
static const char *link_lacks(const struct link *link)
{
	bool has_virtual = ipnet_is_set(&link->virtual_address);

	if (!ipnet_is_set(&link->peer) &&
	    (link->routing == ROUTING_BGP || (link->routing == ROUTING_STATIC && !has_virtual)))
		return "peer";
	if (link->routing == ROUTING_BGP && !link->peer_as)
		return "peer_as";
	if (!has_virtual && (link->vrid || link->priority))
		return "virtual_address";
	return NULL;
}

static bool take_link_text(struct reading_link *l, const char *text)
{
	char word[96], *equals;
	const char *lacks;

	for (unsigned int i = 0; i < array_size(link_words); i++) {
		ovn_word(&text, word, sizeof(word));
		if (!link_words[i].take(l, word)) {
			bad_link(l, link_words[i].what, word);
			return false;
		}
	}
	while (ovn_word(&text, word, sizeof(word))) {
		equals = strchr(word, '=');
		if (equals)
			*equals = '\0';
		if (!equals || !take_link_column(l, word, equals + 1)) {
			bad_link(l, "column", word);
			return false;
		}
	}
	lacks = link_lacks(&l->link);
	if (lacks)
		bad_link(l, "without", lacks);
	return !lacks;
}

/* 24 bits of the tenant and the name: stays when other links come and go. */
static uint32_t link_id(const struct tenant *tenant, const char *name)
{
	uint32_t hash = 2166136261u ^ tenant->id;
	const struct link *link;
	uint32_t id;

	for (const char *c = name; *c; c++)
		hash = (hash ^ (unsigned char)*c) * 16777619u;
	id = 1 + (hash >> 8);
	for (unsigned int i = 0; i < darr_len(tenant->links); i++) {
		link = &tenant->links[i];
		if (link->id == id) {
			id++;
			i = -1;
		}
	}
	return id;
}

static void take_link(struct ovn_reading *r, const char *key, const char *text)
{
	struct reading_link l = { .r = r, .key = key, .link = { .max_routes = MAX_ROUTES } };
	const char *name = key + strlen(LINK_KEY);

	if (!name_is_valid(name, TENANT_NAME_MAX)) {
		bad_link(&l, "name", name);
		return;
	}
	strlcpy(l.link.name, name, sizeof(l.link.name));
	l.link.id = link_id(r->tenant, name);
	if (take_link_text(&l, text)) {
		sort_nets(l.link.routes);
		*darr_append(r->tenant->links) = l.link;
	} else {
		darr_free(l.link.routes);
	}
}

static int by_link_id(const void *a, const void *b)
{
	return numcmp(((const struct link *)a)->id, ((const struct link *)b)->id);
}

/* Keys are sorted, so that two links with the same hash come in the same order everywhere. */
void ovn_take_links(struct ovn_reading *r)
{
	ovn_row_each_pair(r->router, OVN_EXTERNAL_IDS, key,
			  value) if (!strncmp(key, LINK_KEY, strlen(LINK_KEY)))
		take_link(r, key, value);
	if (darr_len(r->tenant->links) > 1)
		qsort(r->tenant->links, darr_len(r->tenant->links), sizeof(struct link),
		      by_link_id);
}

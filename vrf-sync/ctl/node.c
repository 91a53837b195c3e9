// SPDX-License-Identifier: GPL-2.0-or-later
/* Nodes: machines that run tenantd, and their roles. */
#include <zebra.h>

#include <string.h>

#include "darr.h"

#include "ctl/args.h"
#include "ctl/list.h"
#include "ctl/lookup.h"
#include "ctl/row.h"
#include "ctl/show.h"

static int role_bit(struct ctl *ctl, const char *word, uint8_t *bit)
{
	int index = name_index(word, role_names, ROLE_COUNT);

	if (index < 0) {
		reason_set(&ctl->why,
			   "%s is not a role; a node is dlr, edge or pe, or several of them",
			   word);
		return -1;
	}
	*bit = 1 << index;
	return 0;
}

static int role_put(struct ctl *ctl, int64_t node_id, const char *role)
{
	return sql_run(ctl, "INSERT OR IGNORE INTO node_role (node_id, role) VALUES (?1, ?2)",
		       "it", node_id, role);
}

static int role_drop(struct ctl *ctl, int64_t node_id, const char *node, const char *role)
{
	char tenant[SQL_TEXT_SIZE];
	int ret = sql_text(ctl, tenant, sizeof(tenant),
			   "SELECT t.name FROM attachment a JOIN tenant t ON t.id = a.tenant_id"
			   " WHERE a.node_id = ?1 AND a.role = ?2 ORDER BY t.id LIMIT 1",
			   "it", node_id, role);

	if (ret < 0)
		return -1;
	if (ret > 0) {
		reason_set(
			&ctl->why,
			"node %s still serves tenant %s as %s: take it away first with \"tenantctl set tenant %s --nodes -%s:%s\"",
			node, tenant, role, tenant, node, role);
		return -1;
	}
	return sql_run(ctl, "DELETE FROM node_role WHERE node_id = ?1 AND role = ?2", "it",
		       node_id, role);
}

static int roles_apply(struct ctl *ctl, int64_t node_id, const char *node,
		       const struct list_item *items)
{
	uint8_t named = 0, kept = 0, bit;
	const struct list_item *item;

	darr_foreach_p (items, item) {
		if (role_bit(ctl, item->text, &bit) < 0)
			return -1;
		named |= bit;
		if (item->sign != '-')
			kept |= bit;
	}
	for (int i = 0; i < ROLE_COUNT; i++) {
		bool drop = list_replaces(items) ? !(kept & (1 << i)) : (named & ~kept) & (1 << i);

		if ((kept & (1 << i)) && role_put(ctl, node_id, role_names[i]) < 0)
			return -1;
		if (drop && role_drop(ctl, node_id, node, role_names[i]) < 0)
			return -1;
	}
	return 0;
}

static int roles_option(struct ctl *ctl, int64_t node_id, const struct args *args)
{
	const char *text = args_value(args, "roles");
	struct list_item *items = NULL;
	int ret;

	if (!text)
		return 0;
	ret = list_parse(ctl, "roles", text, &items);
	if (!ret)
		ret = roles_apply(ctl, node_id, args->names[0], items);
	darr_free(items);
	return ret;
}

/* An IPv6 router id would make every plan of the node impossible. */
static int check_router_id(struct ctl *ctl, const struct args *args)
{
	const char *text = args_value(args, "router-id");
	struct ipnet net;

	if (!text || (ipnet_parse_addr(text, &net) == 0 && net.family == AF_INET))
		return 0;
	reason_set(&ctl->why, "--router-id %s is not an IPv4 address; a router id has that form",
		   text);
	return -1;
}

static int node_add(struct ctl *ctl, const struct args *args)
{
	struct row row = { .table = "node", .object = "node" };
	int64_t id;

	if (lookup_new(ctl, "node", args->names[0]) < 0 || check_router_id(ctl, args) < 0)
		return -1;
	row_text(&row, "name", args->names[0]);
	if (row_options(ctl, &row, args, 0) < 0 || row_insert(ctl, &row, &id) < 0)
		return -1;
	return roles_option(ctl, id, args);
}

static int node_set(struct ctl *ctl, const struct args *args)
{
	struct row row = { .table = "node", .object = "node" };
	int64_t id;

	if (lookup_id(ctl, "node", args->names[0], &id) < 0 || check_router_id(ctl, args) < 0 ||
	    row_options(ctl, &row, args, id) < 0 || row_update(ctl, &row, id) < 0)
		return -1;
	return roles_option(ctl, id, args);
}

static int node_del(struct ctl *ctl, const struct args *args)
{
	const char *name = args->names[0];
	char tenant[SQL_TEXT_SIZE];
	int64_t id;
	int ret;

	if (lookup_id(ctl, "node", name, &id) < 0 ||
	    lookup_unused(ctl, "node", name, id,
			  "SELECT 'link ' || l.name || ' of tenant ' || t.name FROM link l"
			  " JOIN tenant t ON t.id = l.tenant_id WHERE l.node_id = ?1") < 0)
		return -1;
	ret = sql_text(ctl, tenant, sizeof(tenant),
		       "SELECT t.name FROM attachment a JOIN tenant t ON t.id = a.tenant_id"
		       " WHERE a.node_id = ?1 ORDER BY t.id LIMIT 1",
		       "i", id);
	if (ret > 0)
		reason_set(
			&ctl->why,
			"node %s still serves tenant %s: take it away first with \"tenantctl set tenant %s --nodes -%s\"",
			name, tenant, tenant, name);
	if (ret)
		return -1;
	return sql_run(ctl, "DELETE FROM node WHERE id = ?1", "i", id);
}

static const struct option_info node_options[] = {
	{ "site", OPT_SITE, OPTION_NEEDED, "site_id", "SITE", "where it stands" },
	{ "router-id", OPT_ADDRESS, OPTION_NEEDED | OPTION_UNIQUE, "router_id", "ADDRESS",
	  "of every OSPF and BGP instance; first half of RDs" },
	{ "roles", OPT_LIST, OPTION_NEEDED, NULL, "ROLE,...",
	  "dlr, edge, pe; set also takes +ROLE,-ROLE" },
	{ "vtep", OPT_ADDRESS, OPTION_AUTO | OPTION_UNIQUE, "vtep", "ADDRESS",
	  "VXLAN source address; without it, no VXLAN on this node" },
	{},
};

const struct command node_commands[] = {
	{
		.verb = "add",
		.object = "node",
		.names = "NAME",
		.options = node_options,
		.summary = "a machine that runs tenantd",
		.example =
			"tenantctl add node dlr --site dc1 --router-id 10.255.0.11 --roles dlr --vtep 10.255.0.11",
		.access = ACCESS_WRITE,
		.run = node_add,
	},
	{
		.verb = "set",
		.object = "node",
		.names = "NAME",
		.options = node_options,
		.summary = "change a node",
		.example = "tenantctl set node dlr --roles +edge",
		.access = ACCESS_WRITE,
		.run = node_set,
	},
	{
		.verb = "del",
		.object = "node",
		.names = "NAME",
		.summary = "delete a node that serves no tenant any more",
		.example = "tenantctl del node dlr",
		.access = ACCESS_WRITE,
		.run = node_del,
	},
	{
		.verb = "show",
		.object = "node",
		.names = "[NAME]",
		.summary = "nodes, their roles and addresses",
		.example = "tenantctl show node",
		.access = ACCESS_READ,
		.run = show_node,
	},
	{},
};

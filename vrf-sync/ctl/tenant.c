// SPDX-License-Identifier: GPL-2.0-or-later
/* Tenants, the nodes that serve them, and the address space they may announce. */
#include <zebra.h>

#include <stdio.h>
#include <string.h>

#include "darr.h"

#include <sqlite3.h>

#include "ctl/args.h"
#include "ctl/list.h"
#include "ctl/lookup.h"
#include "ctl/row.h"
#include "ctl/show.h"

struct attach {
	struct ctl *ctl;
	const char *tenant;
	int64_t tenant_id;
};

/* A node, and the roles meant: NODE is all it has, NODE:ROLE+ROLE these. */
struct seat {
	int64_t node_id;
	uint8_t roles;
	char node[TENANT_NAME_MAX + 1];
};

static int seat_roles_all(struct ctl *ctl, struct seat *seat)
{
	for (int i = 0; i < ROLE_COUNT; i++) {
		int64_t found;
		int ret = sql_number(ctl, &found,
				     "SELECT 1 FROM node_role WHERE node_id = ?1 AND role = ?2",
				     "it", seat->node_id, role_names[i]);

		if (ret < 0)
			return -1;
		seat->roles |= ret << i;
	}
	if (!seat->roles)
		reason_set(
			&ctl->why,
			"node %s has no role; give it one with \"tenantctl set node %s --roles\"",
			seat->node, seat->node);
	return seat->roles ? 0 : -1;
}

static int seat_role(struct ctl *ctl, struct seat *seat, const struct seat *has, const char *role)
{
	int index = name_index(role, role_names, ROLE_COUNT);

	if (index >= 0 && (has->roles & (1 << index))) {
		seat->roles |= 1 << index;
		return 0;
	}
	reason_set(
		&ctl->why,
		"node %s does not have the role %s; its roles are set with \"tenantctl set node %s --roles\"",
		seat->node, role, seat->node);
	return -1;
}

static int seat_parse(struct ctl *ctl, const char *text, struct seat *seat)
{
	char copy[sizeof(((struct list_item *)0)->text)];
	char *roles, *role, *rest;
	struct seat has;

	*seat = (struct seat){};
	strlcpy(copy, text, sizeof(copy));
	roles = strchr(copy, ':');
	if (roles)
		*roles++ = '\0';
	strlcpy(seat->node, copy, sizeof(seat->node));
	if (lookup_id(ctl, "node", copy, &seat->node_id) < 0)
		return -1;
	has = *seat;
	if (seat_roles_all(ctl, &has) < 0)
		return -1;
	if (!roles) {
		*seat = has;
		return 0;
	}
	for (role = strtok_r(roles, "+", &rest); role; role = strtok_r(NULL, "+", &rest))
		if (seat_role(ctl, seat, &has, role) < 0)
			return -1;
	return seat->roles ? 0 : seat_role(ctl, seat, &has, "\"\"");
}

static int attach_put(const struct attach *attach, const struct seat *seat)
{
	for (int i = 0; i < ROLE_COUNT; i++)
		if ((seat->roles & (1 << i)) &&
		    sql_run(attach->ctl,
			    "INSERT OR IGNORE INTO attachment (tenant_id, node_id, role)"
			    " VALUES (?1, ?2, ?3)",
			    "iit", attach->tenant_id, seat->node_id, role_names[i]) < 0)
			return -1;
	return 0;
}

static int attach_drop(const struct attach *attach, const struct seat *seat)
{
	int dropped = 0;

	for (int i = 0; i < ROLE_COUNT; i++) {
		if (!(seat->roles & (1 << i)))
			continue;
		if (sql_run(attach->ctl,
			    "DELETE FROM attachment WHERE tenant_id = ?1 AND node_id = ?2 AND role = ?3",
			    "iit", attach->tenant_id, seat->node_id, role_names[i]) < 0)
			return -1;
		dropped += sqlite3_changes(attach->ctl->db->sqlite);
	}
	if (!dropped)
		reason_set(
			&attach->ctl->why,
			"node %s does not serve tenant %s; \"tenantctl show tenant %s\" says which do",
			seat->node, attach->tenant, attach->tenant);
	return dropped ? 0 : -1;
}

/* Where the list is the whole: what is not in it goes. */
static int attach_drop_others(const struct attach *attach, const struct seat *seats)
{
	static const char next[] =
		"SELECT id FROM attachment WHERE tenant_id = ?1 AND id > ?2 ORDER BY id";
	static const char is[] =
		"SELECT 1 FROM attachment WHERE id = ?1 AND node_id = ?2 AND role = ?3";
	int64_t id = 0, found;
	int ret;

	while ((ret = sql_number(attach->ctl, &id, next, "ii", attach->tenant_id, id)) > 0) {
		const struct seat *seat;
		bool kept = false;

		darr_foreach_p (seats, seat)
			for (int i = 0; i < ROLE_COUNT; i++)
				kept |= (seat->roles & (1 << i)) &&
					sql_number(attach->ctl, &found, is, "iit", id,
						   seat->node_id, role_names[i]) > 0;
		if (!kept &&
		    sql_run(attach->ctl, "DELETE FROM attachment WHERE id = ?1", "i", id) < 0)
			return -1;
	}
	return ret;
}

static int attach_items(const struct attach *attach, const struct list_item *items)
{
	const struct list_item *item;
	struct seat *seats = NULL;
	int ret = 0;

	darr_foreach_p (items, item) {
		struct seat seat;

		if (ret || (ret = seat_parse(attach->ctl, item->text, &seat)))
			break;
		ret = item->sign == '-' ? attach_drop(attach, &seat) : attach_put(attach, &seat);
		*darr_append(seats) = seat;
	}
	if (!ret && list_replaces(items))
		ret = attach_drop_others(attach, seats);
	darr_free(seats);
	return ret;
}

static int nodes_option(const struct attach *attach, const struct args *args)
{
	const char *text = args_value(args, "nodes");
	struct list_item *items = NULL;
	int ret;

	if (!text)
		return 0;
	ret = list_parse(attach->ctl, "nodes", text, &items);
	if (!ret)
		ret = attach_items(attach, items);
	darr_free(items);
	return ret;
}

static int sites_option(const struct attach *attach, const struct args *args)
{
	const char *text = args_value(args, "sites");
	struct list_item *items = NULL, *item;
	int64_t id;
	int ret;

	if (!text)
		return 0;
	ret = list_parse(attach->ctl, "sites", text, &items);
	darr_foreach_p (items, item) {
		if (ret || (ret = lookup_id(attach->ctl, "site", item->text, &id)))
			break;
		ret = sql_run(attach->ctl,
			      "INSERT OR IGNORE INTO attachment (tenant_id, node_id, role)"
			      " SELECT ?1, r.node_id, r.role FROM node_role r"
			      " JOIN node n ON n.id = r.node_id WHERE n.site_id = ?2",
			      "ii", attach->tenant_id, id);
	}
	darr_free(items);
	return ret;
}

static int aggregates_option(const struct attach *attach, const struct args *args)
{
	const char *text = args_value(args, "aggregates");
	char owner[TENANT_NAME_MAX + 16];
	struct prefix_list list = { "aggregate", "tenant_id", "aggregate", owner,
				    attach->tenant_id };

	snprintf(owner, sizeof(owner), "tenant %s", attach->tenant);
	return text ? list_apply_prefixes(attach->ctl, &list, "aggregates", text) : 0;
}

/* What every customer of a recovery service has (S0-04); the test one is not announced. */
static int dr_option(const struct attach *attach, const struct args *args)
{
	if (!args_value(args, "dr"))
		return 0;
	return sql_run(attach->ctl,
		       "INSERT INTO logical_switch (tenant_id, name, purpose) VALUES"
		       " (?1, 'failover-production', 'production'), (?1, 'failover-test', 'test')",
		       "i", attach->tenant_id);
}

/* ---- commands ---- */

static int check_vrf_name(struct ctl *ctl, const struct args *args)
{
	if (args_value(args, "vrf") || strlen(args->names[0]) <= DEVICE_NAME_MAX)
		return 0;
	reason_set(
		&ctl->why,
		"tenant name %s is longer than %d characters, too long for a VRF; give a shorter one with --vrf",
		args->names[0], DEVICE_NAME_MAX);
	return -1;
}

/* Where all traffic leaves by one site, which one must be said; else none may. */
static int check_egress(struct ctl *ctl, const struct args *args)
{
	const char *egress = args_value(args, "egress");
	bool one = egress && !strcmp(egress, egress_names[EGRESS_ACTIVE]);

	if (one == (args_value(args, "active-site") != NULL))
		return 0;
	reason_set(&ctl->why,
		   one ? "--egress active needs --active-site SITE, by which all traffic leaves"
		       : "--active-site belongs to --egress active; give both, or none of them");
	return -1;
}

static int tenant_add(struct ctl *ctl, const struct args *args)
{
	struct row row = { .table = "tenant", .object = "tenant" };
	struct attach attach = { .ctl = ctl, .tenant = args->names[0] };

	if (lookup_new(ctl, "tenant", attach.tenant) < 0 || check_vrf_name(ctl, args) < 0 ||
	    check_egress(ctl, args) < 0)
		return -1;
	row_text(&row, "name", attach.tenant);
	if (row_options(ctl, &row, args, 0) < 0 || row_insert(ctl, &row, &attach.tenant_id) < 0 ||
	    nodes_option(&attach, args) < 0 || sites_option(&attach, args) < 0 ||
	    dr_option(&attach, args) < 0)
		return -1;
	return aggregates_option(&attach, args);
}

static int tenant_set(struct ctl *ctl, const struct args *args)
{
	struct row row = { .table = "tenant", .object = "tenant" };
	struct attach attach = { .ctl = ctl, .tenant = args->names[0] };

	if (lookup_id(ctl, "tenant", attach.tenant, &attach.tenant_id) < 0 ||
	    row_options(ctl, &row, args, attach.tenant_id) < 0 ||
	    row_update(ctl, &row, attach.tenant_id) < 0 || nodes_option(&attach, args) < 0)
		return -1;
	return aggregates_option(&attach, args);
}

static int tenant_del(struct ctl *ctl, const struct args *args)
{
	int64_t id;

	if (lookup_id(ctl, "tenant", args->names[0], &id) < 0)
		return -1;
	return sql_run(ctl, "DELETE FROM tenant WHERE id = ?1", "i", id);
}

static const struct option_info tenant_options[] = {
	{ "nodes", OPT_LIST, 0, NULL, "NODE[:ROLE+ROLE],...",
	  "who serves it, in all of its roles or these; set also takes +NODE,-NODE" },
	{ "sites", OPT_LIST, OPTION_ADD, NULL, "SITE,...", "the same for all nodes there" },
	{ "aggregates", OPT_LIST, 0, NULL, "PREFIX,...",
	  "the address space it may announce; none: anything not reserved" },
	{ "max-routes", OPT_NUMBER, 0, "max_routes", "N", "limit of its VPN routes; default 1000",
	  1, 10000000 },
	{ "vrf", OPT_VRF, OPTION_AUTO | OPTION_UNIQUE, "vrf", "NAME",
	  "VRF name; else the tenant's own, where it has at most 15 characters" },
	{ "table-id", OPT_NUMBER, OPTION_AUTO | OPTION_UNIQUE, "table_id", "N",
	  "kernel table; else table-base + id", 256, UINT32_MAX },
	{ "rd-number", OPT_NUMBER, OPTION_AUTO | OPTION_UNIQUE, "rd_number", "N",
	  "in RD <router id>:N; else its id", 1, 65535 },
	{ "rt-number", OPT_NUMBER, OPTION_AUTO | OPTION_UNIQUE, "rt_number", "N",
	  "in RT <asn>:N; else its id", 1, UINT32_MAX },
	{ "egress", OPT_WORD, 0, "egress", "WORD",
	  "local: traffic leaves by each site's own edges; active: by one site's; for life",
	  .words = egress_names, .word_count = EGRESS_COUNT },
	{ "active-site", OPT_SITE, 0, "active_site_id", "SITE",
	  "which one, with --egress active" },
	{ "recovery-site", OPT_SITE, OPTION_AUTO, "recovery_site_id", "SITE",
	  "where its switches of one site are kept ready" },
	{ "recovery-priority", OPT_NUMBER, 0, "recovery_priority", "N",
	  "its turn in \"failover --all\", 1 comes first; default 3", 1, 5 },
	{ "dr", OPT_FLAG, OPTION_ADD, NULL, NULL,
	  "with the switches failover-production and failover-test" },
	{ "description", OPT_TEXT, 0, "description", "TEXT", "free text; never reaches a router" },
	{},
};

const struct command tenant_commands[] = {
	{
		.verb = "add",
		.object = "tenant",
		.names = "NAME",
		.options = tenant_options,
		.summary = "a customer with a VRF of its own on every node that serves it",
		.example =
			"tenantctl add tenant acme --nodes dlr,esg,pe1,pe2 --aggregates 10.1.0.0/16,172.16.0.0/16",
		.access = ACCESS_WRITE,
		.run = tenant_add,
	},
	{
		.verb = "set",
		.object = "tenant",
		.names = "NAME",
		.options = tenant_options,
		.summary = "change a tenant",
		.example = "tenantctl set tenant acme --max-routes 5000 --nodes +pe3,-pe2",
		.access = ACCESS_WRITE,
		.run = tenant_set,
	},
	{
		.verb = "del",
		.object = "tenant",
		.names = "NAME",
		.summary = "delete a tenant with all that is its own, on every node",
		.example = "tenantctl del tenant acme",
		.access = ACCESS_WRITE,
		.run = tenant_del,
	},
	{
		.verb = "show",
		.object = "tenant",
		.names = "[NAME]",
		.summary = "tenants; with a name, all of one with its derived numbers",
		.example = "tenantctl show tenant acme",
		.access = ACCESS_READ,
		.run = show_tenant,
	},
	{},
};

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Bundles: networks that are sold together, and who subscribes to them.
 *
 * The switches of a subscriber are made and deleted by triggers of the schema,
 * so that plain SQL gets the same; what is here is the sentences.
 */
#include <zebra.h>

#include <stdio.h>
#include <string.h>

#include <sqlite3.h>

#include <json-c/json.h>

#include "ctl/args.h"
#include "ctl/domain.h"
#include "ctl/lookup.h"
#include "ctl/row.h"
#include "ctl/show.h"

/* Two of them and a '-' are the name of a switch. */
#define PART_NAME_MAX 31

static int check_part(struct ctl *ctl, const char *object, const char *name)
{
	if (name_is_valid(name, PART_NAME_MAX))
		return 0;
	reason_set(
		&ctl->why,
		"\"%.80s\" cannot be the name of a %s; use at most %d letters, digits, '-', '_' and '.', beginning with a letter or digit",
		name, object, PART_NAME_MAX);
	return -1;
}

static int bundle_lookup(struct ctl *ctl, const struct args *args, unsigned int place, int64_t *id)
{
	return lookup_id(ctl, "bundle", args->names[place], id);
}

/* ---- bundles ---- */

static int bundle_add(struct ctl *ctl, const struct args *args)
{
	struct row row = { .table = "bundle", .object = "bundle" };
	const char *name = args->names[0];
	int64_t id;
	int ret;

	if (check_part(ctl, "bundle", name) < 0)
		return -1;
	ret = sql_number(ctl, &id, "SELECT id FROM bundle WHERE name = ?1", "t", name);
	if (ret > 0)
		reason_set(
			&ctl->why,
			"bundle %s exists already; \"tenantctl add network %s NAME\" adds to it",
			name, name);
	if (ret)
		return -1;
	row_text(&row, "name", name);
	return row_insert(ctl, &row, NULL);
}

static int bundle_del(struct ctl *ctl, const struct args *args)
{
	int64_t id;

	if (bundle_lookup(ctl, args, 0, &id) < 0 ||
	    lookup_unused(
		    ctl, "bundle", args->names[0], id,
		    "SELECT 'the subscription of tenant ' || t.name FROM subscription s"
		    " JOIN tenant t ON t.id = s.tenant_id WHERE s.bundle_id = ?1 ORDER BY t.id") <
		    0)
		return -1;
	return sql_run(ctl, "DELETE FROM bundle WHERE id = ?1", "i", id);
}

#define SHOW_SQL                                                                           \
	"SELECT b.name,"                                                                   \
	" (SELECT json_group_array(n.name) FROM (SELECT name FROM bundle_network"          \
	"  WHERE bundle_id = b.id ORDER BY id) n),"                                        \
	" (SELECT json_group_array(s.name) FROM (SELECT t.name FROM subscription s"        \
	"  JOIN tenant t ON t.id = s.tenant_id WHERE s.bundle_id = b.id ORDER BY t.id) s)" \
	" FROM bundle b WHERE ?1 IS NULL OR b.name = ?1 ORDER BY b.id"

static void add_array(struct json_object *row, const char *key, sqlite3_stmt *stmt, int col)
{
	json_object_object_add(row, key,
			       json_tokener_parse((const char *)sqlite3_column_text(stmt, col)));
}

static int bundle_show(struct ctl *ctl, const struct args *args)
{
	sqlite3_stmt *stmt = NULL;
	struct json_object *rows;
	int64_t id;

	if (args->name_count && bundle_lookup(ctl, args, 0, &id) < 0)
		return -1;
	if (sqlite3_prepare_v2(ctl->db->sqlite, SHOW_SQL, -1, &stmt, NULL) != SQLITE_OK)
		return db_error(ctl->db, "read", &ctl->why);
	rows = json_object_new_array();
	sqlite3_bind_text(stmt, 1, args->name_count ? args->names[0] : NULL, -1, SQLITE_STATIC);
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		struct json_object *row = json_object_new_object();

		show_text(row, "name", (const char *)sqlite3_column_text(stmt, 0));
		add_array(row, "networks", stmt, 1);
		add_array(row, "subscribers", stmt, 2);
		json_object_array_add(rows, row);
	}
	if (sqlite3_finalize(stmt) != SQLITE_OK) {
		json_object_put(rows);
		return db_error(ctl->db, "read", &ctl->why);
	}
	show_print(ctl, rows, "there is no bundle");
	return 0;
}

/* ---- what is in the way ---- */

/* Refuses where the query finds a tenant and its switch, which has a name that is needed. */
static int check_free(struct ctl *ctl, const char *sql, int64_t id, const char *name)
{
	char what[SQL_TEXT_SIZE];
	int ret = sql_text(ctl, what, sizeof(what), sql, "it", id, name);

	if (ret > 0)
		reason_set(
			&ctl->why,
			"%s already, and the bundle's would have that name; delete it first, or name the network otherwise",
			what);
	return ret ? -1 : 0;
}

/* Where switches (of the column's id) have subnets: refused, or with --force these go first. */
static int clear_subnets(struct ctl *ctl, const struct args *args, const char *column, int64_t id)
{
	char sql[256], what[SQL_TEXT_SIZE];
	int ret;

	snprintf(
		sql, sizeof(sql),
		args_value(args, "force")
			? "DELETE FROM subnet WHERE switch_id IN (SELECT id FROM logical_switch WHERE %s = ?1)"
			: "SELECT s.name || ' of tenant ' || t.name || ' has the subnet ' || n.prefix"
			  " FROM logical_switch s JOIN subnet n ON n.switch_id = s.id"
			  " JOIN tenant t ON t.id = s.tenant_id WHERE s.%s = ?1 ORDER BY n.id",
		column);
	if (args_value(args, "force"))
		return sql_run(ctl, sql, "i", id);
	ret = sql_text(ctl, what, sizeof(what), sql, "i", id);
	if (ret > 0)
		reason_set(&ctl->why,
			   "switch %s; delete its subnets first, or all of them with --force",
			   what);
	return ret ? -1 : 0;
}

/* ---- networks of a bundle ---- */

/* One more VLAN in the domain of each subscriber that has one. */
static int subscribers_have_room(struct ctl *ctl, int64_t bundle_id)
{
	int64_t domain_id = 0, needed = 0;
	int ret;

	while ((ret = sql_number(ctl, &domain_id,
				 "SELECT domain_id FROM subscription WHERE bundle_id = ?1"
				 " AND domain_id > ?2 ORDER BY domain_id",
				 "ii", bundle_id, domain_id)) > 0)
		if (sql_number(
			    ctl, &needed,
			    "SELECT count(*) FROM subscription WHERE bundle_id = ?1 AND domain_id = ?2",
			    "ii", bundle_id, domain_id) < 0 ||
		    domain_has_room(ctl, domain_id, needed) < 0)
			return -1;
	return ret;
}

static int network_add(struct ctl *ctl, const struct args *args)
{
	struct row row = { .table = "bundle_network", .object = "network" };
	const char *bundle = args->names[0], *name = args->names[1];
	int64_t bundle_id, id;
	int ret;

	if (bundle_lookup(ctl, args, 0, &bundle_id) < 0 || check_part(ctl, "network", name) < 0)
		return -1;
	ret = sql_number(ctl, &id,
			 "SELECT id FROM bundle_network WHERE bundle_id = ?1 AND name = ?2", "it",
			 bundle_id, name);
	if (ret > 0)
		reason_set(&ctl->why, "bundle %s has a network %s already", bundle, name);
	if (ret ||
	    check_free(
		    ctl,
		    "SELECT 'tenant ' || t.name || ' has a switch ' || l.name FROM bundle b"
		    " JOIN subscription s ON s.bundle_id = b.id JOIN tenant t ON t.id = s.tenant_id"
		    " JOIN logical_switch l ON l.tenant_id = t.id AND l.name = b.name || '-' || ?2"
		    " WHERE b.id = ?1 ORDER BY t.id",
		    bundle_id, name) < 0)
		return -1;
	if (subscribers_have_room(ctl, bundle_id) < 0)
		return -1;
	row_number(&row, "bundle_id", bundle_id);
	row_text(&row, "name", name);
	if (row_options(ctl, &row, args, 0) < 0)
		return -1;
	return row_insert(ctl, &row, NULL);
}

static int network_del(struct ctl *ctl, const struct args *args)
{
	const char *bundle = args->names[0], *name = args->names[1];
	int64_t bundle_id, id;
	int ret;

	if (bundle_lookup(ctl, args, 0, &bundle_id) < 0)
		return -1;
	ret = sql_number(ctl, &id,
			 "SELECT id FROM bundle_network WHERE bundle_id = ?1 AND name = ?2", "it",
			 bundle_id, name);
	if (ret == 0)
		reason_set(&ctl->why,
			   "bundle %s has no network %s; \"tenantctl show bundle %s\" lists them",
			   bundle, name, bundle);
	if (ret <= 0 || clear_subnets(ctl, args, "network_id", id) < 0)
		return -1;
	return sql_run(ctl, "DELETE FROM bundle_network WHERE id = ?1", "i", id);
}

/* ---- subscriptions ---- */

static int subscription_find(struct ctl *ctl, const struct args *args, int64_t *tenant_id,
			     int64_t *bundle_id, int64_t *id)
{
	if (lookup_id(ctl, "tenant", args->names[0], tenant_id) < 0 ||
	    bundle_lookup(ctl, args, 1, bundle_id) < 0)
		return -1;
	return sql_number(ctl, id,
			  "SELECT id FROM subscription WHERE tenant_id = ?1 AND bundle_id = ?2",
			  "ii", *tenant_id, *bundle_id);
}

/* A VLAN for each network. */
static int domain_option_put(struct ctl *ctl, struct row *row, const struct args *args,
			     int64_t bundle_id)
{
	const char *domain = args_value(args, "domain");
	int64_t domain_id, needed = 0;

	if (!domain)
		return 0;
	if (lookup_id(ctl, "domain", domain, &domain_id) < 0 ||
	    sql_number(ctl, &needed, "SELECT count(*) FROM bundle_network WHERE bundle_id = ?1",
		       "i", bundle_id) < 0 ||
	    domain_has_room(ctl, domain_id, needed) < 0)
		return -1;
	row_number(row, "domain_id", domain_id);
	return 0;
}

static int subscribe(struct ctl *ctl, const struct args *args)
{
	struct row row = { .table = "subscription", .object = "subscription" };
	int64_t tenant_id, bundle_id, id;
	int ret = subscription_find(ctl, args, &tenant_id, &bundle_id, &id);

	if (ret > 0)
		reason_set(&ctl->why, "tenant %s subscribes to bundle %s already", args->names[0],
			   args->names[1]);
	if (ret ||
	    check_free(ctl,
		       "SELECT 'tenant ' || t.name || ' has a switch ' || l.name FROM bundle b"
		       " JOIN bundle_network n ON n.bundle_id = b.id JOIN tenant t ON t.name = ?2"
		       " JOIN logical_switch l ON l.tenant_id = t.id"
		       "  AND l.name = b.name || '-' || n.name"
		       " WHERE b.id = ?1 ORDER BY n.id",
		       bundle_id, args->names[0]) < 0)
		return -1;
	if (domain_option_put(ctl, &row, args, bundle_id) < 0)
		return -1;
	row_number(&row, "tenant_id", tenant_id);
	row_number(&row, "bundle_id", bundle_id);
	if (row_options(ctl, &row, args, 0) < 0)
		return -1;
	return row_insert(ctl, &row, NULL);
}

static int unsubscribe(struct ctl *ctl, const struct args *args)
{
	int64_t tenant_id, bundle_id, id;
	int ret = subscription_find(ctl, args, &tenant_id, &bundle_id, &id);

	if (ret == 0)
		reason_set(
			&ctl->why,
			"tenant %s does not subscribe to bundle %s; \"tenantctl show bundle %s\" says who does",
			args->names[0], args->names[1], args->names[1]);
	if (ret <= 0 || clear_subnets(ctl, args, "subscription_id", id) < 0)
		return -1;
	return sql_run(ctl, "DELETE FROM subscription WHERE id = ?1", "i", id);
}

static const struct option_info network_options[] = {
	{ "purpose", OPT_WORD, 0, "purpose", "WORD",
	  "production, test or replication; default production", .words = purpose_names,
	  .word_count = PURPOSE_COUNT },
	{ "mtu", OPT_NUMBER, 0, "mtu", "N", "of the bridges; default 1500", 1280, 9000 },
	{},
};

static const struct option_info subscribe_options[] = {
	{ "site", OPT_SITE, 0, "site_id", "SITE",
	  "the switches are there; else at all the tenant's" },
	{ "domain", OPT_TEXT, 0, NULL, "DOMAIN", "each of them has a VLAN there, too" },
	{},
};

static const struct option_info force_options[] = {
	{ "force", OPT_FLAG, 0, NULL, NULL, "with the subnets on it" },
	{},
};

const struct command bundle_commands[] = {
	{
		.verb = "add",
		.object = "bundle",
		.names = "NAME",
		.summary = "a bundle of networks that tenants can subscribe to",
		.example = "tenantctl add bundle gold",
		.access = ACCESS_WRITE,
		.run = bundle_add,
	},
	{
		.verb = "del",
		.object = "bundle",
		.names = "NAME",
		.summary = "delete a bundle that nobody subscribes to any more",
		.example = "tenantctl del bundle gold",
		.access = ACCESS_WRITE,
		.run = bundle_del,
	},
	{
		.verb = "show",
		.object = "bundle",
		.names = "[NAME]",
		.summary = "bundles, their networks and who subscribes to them",
		.example = "tenantctl show bundle",
		.access = ACCESS_READ,
		.run = bundle_show,
	},
	{
		.verb = "add",
		.object = "network",
		.names = "BUNDLE NAME",
		.options = network_options,
		.summary = "one more network in a bundle, for all its subscribers",
		.example = "tenantctl add network gold test --purpose test",
		.access = ACCESS_WRITE,
		.run = network_add,
	},
	{
		.verb = "del",
		.object = "network",
		.names = "BUNDLE NAME",
		.options = force_options,
		.summary = "take a network out of a bundle, from all its subscribers",
		.example = "tenantctl del network gold test",
		.access = ACCESS_WRITE,
		.run = network_del,
	},
	{
		.verb = "subscribe",
		.names = "TENANT BUNDLE",
		.options = subscribe_options,
		.summary = "give a tenant a switch for each network of a bundle",
		.example = "tenantctl subscribe acme gold --site dc1",
		.access = ACCESS_WRITE,
		.run = subscribe,
	},
	{
		.verb = "unsubscribe",
		.names = "TENANT BUNDLE",
		.options = force_options,
		.summary = "delete the switches that a bundle gave a tenant",
		.example = "tenantctl unsubscribe acme gold",
		.access = ACCESS_WRITE,
		.run = unsubscribe,
	},
	{},
};

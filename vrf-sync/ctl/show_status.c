// SPDX-License-Identifier: GPL-2.0-or-later
/* What the nodes have said of themselves: the status tables. */
#include <zebra.h>

#include <sqlite3.h>

#include <json-c/json.h>

#include "ctl/args.h"
#include "ctl/show.h"

/* One object per row, with the columns' names as keys. */
static struct json_object *rows_of(struct ctl *ctl, const char *sql, int64_t revision)
{
	struct json_object *rows = json_object_new_array();
	sqlite3_stmt *stmt = NULL;

	if (sqlite3_prepare_v2(ctl->db->sqlite, sql, -1, &stmt, NULL) != SQLITE_OK) {
		db_error(ctl->db, "read", &ctl->why);
		return rows;
	}
	if (sqlite3_bind_parameter_count(stmt))
		sqlite3_bind_int64(stmt, 1, revision);
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		struct json_object *row = json_object_new_object();

		for (int i = 0; i < sqlite3_column_count(stmt); i++) {
			const char *key = sqlite3_column_name(stmt, i);

			if (sqlite3_column_type(stmt, i) == SQLITE_INTEGER)
				show_number(row, key, sqlite3_column_int64(stmt, i));
			else
				show_text(row, key, (const char *)sqlite3_column_text(stmt, i));
		}
		json_object_array_add(rows, row);
	}
	if (sqlite3_finalize(stmt) != SQLITE_OK)
		db_error(ctl->db, "read", &ctl->why);
	return rows;
}

static int status_show(struct ctl *ctl, const struct args *args)
{
	struct json_object *json;
	uint64_t revision;

	if (db_revision(ctl->db, &revision, &ctl->why) < 0)
		return -1;
	json = json_object_new_object();
	show_number(json, "revision", revision);
	/* a node that has never written its row is as good to know as one that is late */
	json_object_object_add(
		json, "nodes",
		rows_of(ctl,
			"SELECT n.name AS node, s.revision AS revision,"
			" ?1 - s.revision AS behind, s.tenants AS tenants, s.failed AS failed,"
			" coalesce(s.updated, 'never') AS updated"
			" FROM node n LEFT JOIN node_status s ON s.node = n.name ORDER BY n.id",
			revision));
	json_object_object_add(
		json, "tenants",
		rows_of(ctl,
			"SELECT tenant, node, health, reason, updated FROM tenant_status"
			" ORDER BY health = 'ok', tenant, node",
			0));
	if (ctl->why.text[0]) {
		json_object_put(json);
		return -1;
	}
	show_print(ctl, json, "");
	return 0;
}

const struct command status_commands[] = {
	{
		.verb = "show",
		.object = "status",
		.summary = "what every node has applied, and which tenants are held",
		.example = "tenantctl show status",
		.access = ACCESS_READ,
		.run = status_show,
	},
	{},
};

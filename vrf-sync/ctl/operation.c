// SPDX-License-Identifier: GPL-2.0-or-later
/* Operations on sites: their rows, and the commands that show, resume and undo them. */
#include <zebra.h>

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <json-c/json.h>
#include <sqlite3.h>

#include "darr.h"
#include "memory.h"

#include "ctl/args.h"
#include "ctl/change.h"
#include "ctl/draft.h"
#include "ctl/lookup.h"
#include "ctl/operation.h"
#include "ctl/row.h"
#include "ctl/show.h"
#include "source/history.h"

DEFINE_MGROUP(TENANT_OPERATION, "tenantctl operations");
DEFINE_MTYPE_STATIC(TENANT_OPERATION, OPERATION_HOSTS, "hosts of an operation");

const char *const operation_kind_names[OPERATION_KIND_COUNT] = {
	[OPERATION_FAILOVER] = "failover",   [OPERATION_FAILBACK] = "failback",
	[OPERATION_REPROTECT] = "reprotect", [OPERATION_BUBBLE] = "bubble",
	[OPERATION_EVACUATE] = "evacuate",   [OPERATION_RESTORE] = "restore",
};

const char *const operation_mode_names[OPERATION_MODE_COUNT] = {
	[OPERATION_PLANNED] = "planned",
	[OPERATION_DISASTER] = "disaster",
	[OPERATION_PARTIAL] = "partial",
};

void operation_fini(struct operation *operation)
{
	XFREE(MTYPE_OPERATION_HOSTS, operation->hosts);
}

void operation_set_hosts(struct operation *operation, const char *hosts)
{
	XFREE(MTYPE_OPERATION_HOSTS, operation->hosts);
	operation->hosts = XSTRDUP(MTYPE_OPERATION_HOSTS, hosts);
}

bool operation_is_of_site(const struct operation *operation)
{
	return operation->kind >= OPERATION_EVACUATE;
}

const char *operation_whose(const struct operation *operation)
{
	if (!operation_is_of_site(operation))
		return operation->tenant;
	return operation->kind == OPERATION_EVACUATE ? operation->from : operation->to;
}

int64_t operation_site(const struct operation *operation)
{
	return operation->kind == OPERATION_EVACUATE ? operation->from_id : operation->to_id;
}

const char *operation_text(const struct operation *operation, char buf[static OPERATION_TEXT_SIZE])
{
	if (operation->kind == OPERATION_BUBBLE)
		snprintf(buf, OPERATION_TEXT_SIZE, "bubble of %s at %s", operation->tenant,
			 operation->to);
	else if (operation->kind == OPERATION_EVACUATE)
		snprintf(buf, OPERATION_TEXT_SIZE, "evacuation of %s, %s", operation->from,
			 operation_mode_names[operation->mode]);
	else if (operation->kind == OPERATION_RESTORE)
		snprintf(buf, OPERATION_TEXT_SIZE, "restore of %s", operation->to);
	else if (operation->kind == OPERATION_REPROTECT)
		snprintf(buf, OPERATION_TEXT_SIZE, "reprotect of %s, which is at %s, at %s",
			 operation->tenant, operation->from, operation->to);
	else
		snprintf(buf, OPERATION_TEXT_SIZE, "%s of %s from %s to %s, %s",
			 operation_kind_names[operation->kind], operation->tenant, operation->from,
			 operation->to, operation_mode_names[operation->mode]);
	return buf;
}

int64_t operation_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- rows ---- */

int operation_insert(struct ctl *ctl, struct operation *operation)
{
	struct row row = { .table = "operation", .object = "operation" };
	char author[AUTHOR_SIZE];

	operation->runner = 1;
	if (operation->tenant_id)
		row_number(&row, "tenant_id", operation->tenant_id);
	row_text(&row, "kind", operation_kind_names[operation->kind]);
	if (operation->kind < OPERATION_REPROTECT || operation->kind == OPERATION_EVACUATE)
		row_text(&row, "mode", operation_mode_names[operation->mode]);
	if (operation->from_id)
		row_number(&row, "from_site", operation->from_id);
	if (operation->to_id)
		row_number(&row, "to_site", operation->to_id);
	row_text(&row, "hosts", operation->hosts ? operation->hosts : "");
	row_text(&row, "author", words_author(author));
	row_number(&row, "began", operation_now());
	row_number(&row, "wait", operation->wait);
	row_text(&row, "hook", operation->hook);
	return row_insert(ctl, &row, &operation->id);
}

static const char find_sql[] =
	"SELECT o.id, o.kind, ifnull(o.mode, 'planned'), ifnull(o.tenant_id, 0), ifnull(o.from_site, 0),"
	" ifnull(o.to_site, 0), ifnull(t.name, ''), ifnull(f.name, '-'), ifnull(s.name, '-'), o.hosts, o.state,"
	" o.step, o.hook, o.wait, o.runner FROM operation o LEFT JOIN tenant t ON t.id = o.tenant_id"
	" LEFT JOIN site f ON f.id = o.from_site LEFT JOIN site s ON s.id = o.to_site";

static void take_text(sqlite3_stmt *stmt, int column, char *buf, size_t size)
{
	snprintf(buf, size, "%s", (const char *)sqlite3_column_text(stmt, column));
}

static void take_row(sqlite3_stmt *stmt, struct operation *operation)
{
	*operation = (struct operation){
		.id = sqlite3_column_int64(stmt, 0),
		.kind = MAX(0, name_index((const char *)sqlite3_column_text(stmt, 1),
					  operation_kind_names, OPERATION_KIND_COUNT)),
		.mode = MAX(0, name_index((const char *)sqlite3_column_text(stmt, 2),
					  operation_mode_names, OPERATION_MODE_COUNT)),
		.tenant_id = sqlite3_column_int64(stmt, 3),
		.from_id = sqlite3_column_int64(stmt, 4),
		.to_id = sqlite3_column_int64(stmt, 5),
		.wait = sqlite3_column_int64(stmt, 13),
		.runner = sqlite3_column_int64(stmt, 14),
	};
	take_text(stmt, 6, operation->tenant, sizeof(operation->tenant));
	take_text(stmt, 7, operation->from, sizeof(operation->from));
	take_text(stmt, 8, operation->to, sizeof(operation->to));
	operation->hosts =
		XSTRDUP(MTYPE_OPERATION_HOSTS, (const char *)sqlite3_column_text(stmt, 9));
	take_text(stmt, 10, operation->state, sizeof(operation->state));
	take_text(stmt, 11, operation->step, sizeof(operation->step));
	take_text(stmt, 12, operation->hook, sizeof(operation->hook));
}

/* 1, 0 where there is none, or -1. */
static int find(struct ctl *ctl, const char *where, int64_t id, struct operation *operation)
{
	char sql[sizeof(find_sql) + 160];
	sqlite3_stmt *stmt;
	int ret;

	snprintf(sql, sizeof(sql), "%s WHERE %s", find_sql, where);
	if (sqlite3_prepare_v2(ctl->db->sqlite, sql, -1, &stmt, NULL) != SQLITE_OK)
		return db_error(ctl->db, "read operations", &ctl->why);
	sqlite3_bind_int64(stmt, 1, id);
	ret = sqlite3_step(stmt);
	if (ret == SQLITE_ROW)
		take_row(stmt, operation);
	sqlite3_finalize(stmt);
	if (ret == SQLITE_ROW || ret == SQLITE_DONE)
		return ret == SQLITE_ROW;
	db_error(ctl->db, "read operations", &ctl->why);
	return -1;
}

int operation_find(struct ctl *ctl, const char *number, struct operation *operation)
{
	size_t digits = strspn(number, "0123456789");
	int64_t id = digits && digits < 12 && !number[digits] ? strtoll(number, NULL, 10) : 0;
	int ret = find(ctl, "o.id = ?1", id, operation);

	if (!ret)
		reason_set(&ctl->why,
			   "there is no operation %s; \"tenantctl operation show\" lists them",
			   number);
	return ret > 0 ? 0 : -1;
}

int operation_newest(struct ctl *ctl, int64_t tenant_id, struct operation *operation)
{
	return find(ctl,
		    "o.tenant_id = ?1 AND o.kind IN ('failover', 'failback') AND o.state = 'done'"
		    " ORDER BY o.id DESC LIMIT 1",
		    tenant_id, operation);
}

int operation_check(struct ctl *ctl, const struct operation *operation)
{
	int64_t runner;
	int ret = sql_number(ctl, &runner,
			     "SELECT runner FROM operation WHERE id = ?1 AND state = 'running'",
			     "i", operation->id);

	if (ret < 0 || (ret > 0 && runner == operation->runner))
		return ret < 0 ? -1 : 0;
	reason_set(
		&ctl->why,
		"operation %" PRId64
		" was taken over by somebody else, and goes on, or back, there; see \"tenantctl operation show%s%s\"",
		operation->id, operation->tenant[0] ? " " : "", operation->tenant);
	return -1;
}

int operation_take_over(struct ctl *ctl, struct operation *operation)
{
	operation->runner++;
	return sql_run(
		ctl,
		"UPDATE operation SET runner = ?2, state = 'running', reason = '', ended = NULL WHERE id = ?1",
		"ii", operation->id, operation->runner);
}

int operation_end(struct ctl *ctl, const struct operation *operation, const char *state,
		  const char *why)
{
	return sql_run(ctl,
		       "UPDATE operation SET state = ?2, reason = ?3, ended = ?4 WHERE id = ?1",
		       "itti", operation->id, state, why ? why : "", operation_now());
}

/* ---- show ---- */

static const char show_sql[] =
	"SELECT o.id, t.name, o.kind, o.mode, f.name, s.name, o.state, o.step, o.author,"
	" o.began / 1000, o.ended - o.began, o.reason"
	" FROM operation o LEFT JOIN tenant t ON t.id = o.tenant_id LEFT JOIN site f ON f.id = o.from_site"
	" LEFT JOIN site s ON s.id = o.to_site WHERE ?1 = '' OR t.name = ?1 ORDER BY o.id";

static struct json_object *steps_json(struct ctl *ctl, int64_t id)
{
	struct json_object *rows = json_object_new_array();
	sqlite3_stmt *stmt;

	if (sqlite3_prepare_v2(ctl->db->sqlite,
			       "SELECT name, written - began, heard - written FROM operation_step"
			       " WHERE operation_id = ?1 ORDER BY written, first_seq",
			       -1, &stmt, NULL) != SQLITE_OK)
		return rows;
	sqlite3_bind_int64(stmt, 1, id);
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		struct json_object *row = json_object_new_object();

		show_text(row, "step", (const char *)sqlite3_column_text(stmt, 0));
		show_number(row, "written-ms", sqlite3_column_int64(stmt, 1));
		if (sqlite3_column_type(stmt, 2) == SQLITE_NULL)
			show_text(row, "in-step-ms", NULL);
		else
			show_number(row, "in-step-ms", sqlite3_column_int64(stmt, 2));
		json_object_array_add(rows, row);
	}
	sqlite3_finalize(stmt);
	return rows;
}

static struct json_object *operation_json(struct ctl *ctl, sqlite3_stmt *stmt)
{
	static const char *const texts[] = { "tenant", "kind",  "mode", "from",
					     "to",     "state", "step", "author" };
	struct json_object *row = json_object_new_object();
	char text[TIME_TEXT_SIZE];

	show_number(row, "operation", sqlite3_column_int64(stmt, 0));
	for (unsigned int i = 0; i < array_size(texts); i++)
		show_text(row, texts[i], (const char *)sqlite3_column_text(stmt, 1 + i));
	show_text(row, "began", draft_time(sqlite3_column_int64(stmt, 9), text));
	if (sqlite3_column_type(stmt, 10) == SQLITE_NULL)
		show_text(row, "ms", NULL);
	else
		show_number(row, "ms", sqlite3_column_int64(stmt, 10));
	show_text(row, "reason", (const char *)sqlite3_column_text(stmt, 11));
	if (ctl->json)
		json_object_object_add(row, "steps",
				       steps_json(ctl, sqlite3_column_int64(stmt, 0)));
	return row;
}

static int operation_show(struct ctl *ctl, const struct args *args)
{
	const char *tenant = args->name_count ? args->names[0] : "";
	struct json_object *rows;
	sqlite3_stmt *stmt;
	int64_t id;

	if (*tenant && lookup_id(ctl, "tenant", tenant, &id) < 0)
		return -1;
	rows = json_object_new_array();
	if (sqlite3_prepare_v2(ctl->db->sqlite, show_sql, -1, &stmt, NULL) != SQLITE_OK) {
		json_object_put(rows);
		return db_error(ctl->db, "read operations", &ctl->why);
	}
	sqlite3_bind_text(stmt, 1, tenant, -1, SQLITE_STATIC);
	while (sqlite3_step(stmt) == SQLITE_ROW)
		json_object_array_add(rows, operation_json(ctl, stmt));
	sqlite3_finalize(stmt);
	show_print(ctl, rows, "there is no operation");
	return 0;
}

/* ---- resume ---- */

static int check_open(struct ctl *ctl, const struct operation *operation)
{
	if (!strcmp(operation->state, "running") || !strcmp(operation->state, "failed"))
		return 0;
	reason_set(&ctl->why, "operation %" PRId64 " is %s; there is nothing to go on with",
		   operation->id, operation->state);
	return -1;
}

static int resume(struct ctl *ctl, const struct args *args, struct operation *operation)
{
	int ret = change_lock(ctl);

	if (!ret)
		ret = operation_find(ctl, args->names[0], operation);
	if (!ret)
		ret = check_open(ctl, operation);
	if (!ret && args_value(args, "disaster") && operation->mode == OPERATION_PLANNED) {
		operation->mode = OPERATION_DISASTER;
		ret = sql_run(ctl, "UPDATE operation SET mode = 'disaster' WHERE id = ?1", "i",
			      operation->id);
	}
	if (!ret)
		ret = operation_take_over(ctl, operation);
	if (!ret)
		ret = change_commit(ctl);
	if (ret)
		change_rollback(ctl);
	return ret;
}

static int operation_resume(struct ctl *ctl, const struct args *args)
{
	struct operation operation = {};
	int ret = resume(ctl, args, &operation);

	if (!ret)
		ret = operation_run(ctl, &operation);
	operation_fini(&operation);
	return ret;
}

/* ---- undo ---- */

static int take_back_step(struct ctl *ctl, const struct operation *operation, int64_t first)
{
	struct reason *left = NULL;
	int64_t last;
	int ret = sql_number(
		ctl, &last,
		"SELECT last_seq FROM operation_step WHERE operation_id = ?1 AND first_seq = ?2",
		"ii", operation->id, first);

	if (ret > 0)
		ret = history_take_back(ctl->db, first, last, &left, &ctl->why);
	if (ret >= 0 && darr_len(left)) {
		reason_set(&ctl->why, "%s", left[0].text);
		ret = -1;
	}
	darr_free(left);
	return ret < 0 ? -1 : 0;
}

/* The newest step first. */
static int take_back(struct ctl *ctl, void *arg)
{
	struct operation *operation = arg;
	int64_t first = INT64_MAX;
	int ret;

	if (operation_take_over(ctl, operation) < 0)
		return -1;
	while ((ret = sql_number(
			ctl, &first,
			"SELECT first_seq FROM operation_step WHERE operation_id = ?1 AND first_seq < ?2"
			" ORDER BY first_seq DESC LIMIT 1",
			"ii", operation->id, first)) > 0)
		if (take_back_step(ctl, operation, first) < 0)
			return -1;
	if (ret < 0 || operation_end(ctl, operation, "undone", NULL) < 0)
		return -1;
	return change_mean(ctl);
}

static int check_undo(struct ctl *ctl, const struct operation *operation)
{
	int64_t later;
	int ret = sql_number(
		ctl, &later,
		"SELECT id FROM operation WHERE ifnull(tenant_id, 0) = ?1 AND id > ?2 AND state <> 'undone'"
		" AND (kind = 'bubble') = ?3 ORDER BY id DESC",
		"iii", operation->tenant_id, operation->id,
		(int64_t)(operation->kind == OPERATION_BUBBLE));

	if (!strcmp(operation->state, "undone"))
		reason_set(&ctl->why, "operation %" PRId64 " is undone already", operation->id);
	else if (ret > 0)
		reason_set(&ctl->why,
			   "operation %" PRId64 " of %s%s came after operation %" PRId64
			   "; undo that first",
			   later, operation->tenant_id ? "tenant " : "a site", operation->tenant,
			   operation->id);
	else
		return ret;
	return -1;
}

static void tell_undone(const struct ctl *ctl, const struct operation *operation)
{
	char text[OPERATION_TEXT_SIZE];
	struct json_object *json;

	if (!ctl->json) {
		printf("operation %" PRId64 " is undone: %s\n", operation->id,
		       operation_text(operation, text));
		return;
	}
	json = json_object_new_object();
	show_number(json, "operation", operation->id);
	show_text(json, "state", "undone");
	show_print(ctl, json, "");
}

static int operation_undo(struct ctl *ctl, const struct args *args)
{
	struct operation operation = {};
	char text[OPERATION_TEXT_SIZE], title[OPERATION_TEXT_SIZE + 48];
	int ret = operation_find(ctl, args->names[0], &operation);

	if (!ret)
		ret = check_undo(ctl, &operation);
	if (!ret) {
		snprintf(title, sizeof(title), "operation %" PRId64 " undone: %s", operation.id,
			 operation_text(&operation, text));
		ret = change_do(ctl, title, true, take_back, &operation);
	}
	if (!ret)
		tell_undone(ctl, &operation);
	operation_fini(&operation);
	return ret;
}

static const struct option_info resume_options[] = {
	{ "disaster", OPT_FLAG, 0, NULL, NULL, "ask nobody at the site that is left any more" },
	{},
};

const struct command operation_commands[] = {
	{
		.verb = "operation",
		.object = "show",
		.names = "[TENANT]",
		.summary =
			"operations on sites: who, when, how far they are, and how long they took",
		.example = "tenantctl operation show acme",
		.access = ACCESS_READ,
		.run = operation_show,
	},
	{
		.verb = "operation",
		.object = "resume",
		.names = "OPERATION",
		.options = resume_options,
		.summary = "go on with one that failed, or whose runner died",
		.example = "tenantctl operation resume 3",
		.access = ACCESS_OPERATION,
		.run = operation_resume,
	},
	{
		.verb = "operation",
		.object = "undo",
		.names = "OPERATION",
		.summary = "take back what one has written, if nobody changed it since",
		.example = "tenantctl operation undo 3",
		.access = ACCESS_OPERATION,
		.run = operation_undo,
	},
	{},
};

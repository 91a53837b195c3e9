// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What stands in the tenant database, as libFuzzer makes it up: a small network, and then
 * writes to any column of any row of it, of any type that SQLite has, with and without the
 * schema's constraints, as a program that is not ours could do them.  It is loaded, validated
 * and planned as tenantd does.
 *
 * Nothing may end the program or be lost.  No text from a row may leave its place in a
 * statement; each statement reads back as the object it was made of; from the plan as it
 * was to the new one the diff leads, and there to nothing more; and what is found wrong is
 * one printable line.
 *
 * An input is writes one after another: which statement (1 byte), on which row (1 byte), and
 * the value (see take_value()).  The first byte says which constraints count.
 */
// sources: tests/plan_rules.c vrf-sync/model/*.c vrf-sync/plan/*.c vrf-sync/source/db.c vrf-sync/source/row*.c
// packages: frr sqlite3 json-c
#include <zebra.h>

#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "darr.h"

#include "plan/plan.h"
#include "plan/validate.h"
#include "source/db.h"
#include "tests/fuzz/expect.h"
#include "tests/plan_rules.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define WRITES_MAX  400 /* statements: two for each column, one for each table */
#define AT_ONCE     12  /* writes of one input */
#define NODES_MAX   8
#define TENANTS_MAX 8

/* By whom they are written: one who heeds all constraints, one who has them ignored, and one
 * who has made the tables anew without types.  Databases of their own: a pragma in between
 * would have every statement prepared again.
 */
enum writer { HEEDS_ALL, IGNORES_CHECKS, KNOWS_NO_TYPES, WRITER_COUNT };

struct database {
	struct db db;
	sqlite3_stmt *writes[WRITES_MAX], *begin, *rollback;
	unsigned int write_count;
};
static struct database databases[WRITER_COUNT];

/* The plans of the network as it was, by node and tenant: most of it stays as it is. */
static struct objects before[NODES_MAX][TENANTS_MAX];

struct input {
	const uint8_t *at;
	size_t left;
};

/* ---- the database ---- */

static char *read_file(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text;
	long size;

	EXPECT(file && !fseek(file, 0, SEEK_END) && (size = ftell(file)) > 0);
	rewind(file);
	text = calloc(1, size + 1);
	EXPECT(text && fread(text, 1, size, file) == (size_t)size);
	fclose(file);
	return text;
}

static void exec(struct database *to, const char *sql)
{
	if (sqlite3_exec(to->db.sqlite, sql, NULL, NULL, NULL) != SQLITE_OK) {
		fprintf(stderr, "%s: %s\n", sql, sqlite3_errmsg(to->db.sqlite));
		abort();
	}
}

static void exec_file(struct database *to, const char *path, bool without_types)
{
	char *sql = read_file(path);

	for (char *at = sql; without_types && (at = strstr(at, ") STRICT;"));)
		memcpy(at, ");       ", strlen(") STRICT;"));
	exec(to, sql);
	free(sql);
}

static sqlite3_stmt *prepare(struct database *of, const char *sql)
{
	sqlite3_stmt *stmt = NULL;

	EXPECT(sqlite3_prepare_v3(of->db.sqlite, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt,
				  NULL) == SQLITE_OK);
	return stmt;
}

static void add_write(struct database *to, const char *sql)
{
	EXPECT(to->write_count < WRITES_MAX);
	to->writes[to->write_count++] = prepare(to, sql);
}

/* For each table: every column of a row set, a row like another but for one column, a row gone. */
static void add_writes(struct database *to, const char *table)
{
	char sql[1024], columns[512] = "";
	char names[32][32];
	unsigned int count = 0;
	sqlite3_stmt *info;

	snprintf(sql, sizeof(sql), "SELECT name, pk FROM pragma_table_info('%s')", table);
	info = prepare(to, sql);
	while (sqlite3_step(info) == SQLITE_ROW && count < 32)
		strlcpy(names[count++], (const char *)sqlite3_column_text(info, 0), 32);
	sqlite3_finalize(info);
	snprintf(sql, sizeof(sql),
		 "DELETE FROM %1$s WHERE rowid IN (SELECT rowid FROM %1$s LIMIT 1 OFFSET ?2)",
		 table);
	add_write(to, sql);
	for (unsigned int i = 0; i < count; i++) {
		snprintf(
			sql, sizeof(sql),
			"UPDATE OR IGNORE %1$s SET %2$s = ?1 WHERE rowid IN (SELECT rowid FROM %1$s LIMIT 1 OFFSET ?2)",
			table, names[i]);
		add_write(to, sql);
		columns[0] = '\0';
		for (unsigned int other = 0; other < count; other++) {
			strlcat(columns, other ? ", " : "", sizeof(columns));
			strlcat(columns,
				other == i                    ? "?1"
				: !strcmp(names[other], "id") ? "NULL"
							      : names[other],
				sizeof(columns));
		}
		snprintf(sql, sizeof(sql),
			 "INSERT OR IGNORE INTO %1$s SELECT %2$s FROM %1$s LIMIT 1 OFFSET ?2",
			 table, columns);
		add_write(to, sql);
	}
}

/* The tables whose rows reach a plan. */
static const char *const tables[] = {
	"provider",    "pool",        "reserved",       "site",   "node",
	"node_role",   "wire",        "wire_port",      "tenant", "aggregate",
	"attachment",  "circuit",     "logical_switch", "subnet", "link",
	"link_route",  "leak",        "network_map",    "host",   "switch_domain",
	"domain_port", "switch_vlan", "public_address", "reserved_port",
};

static void drop_triggers(struct database *to)
{
	sqlite3_stmt *list;
	char sql[128], *all = NULL;
	size_t used = 0;

	/* nobody reads the change log here, and they take most of the time */
	list = prepare(to, "SELECT name FROM sqlite_schema WHERE type = 'trigger'");
	while (sqlite3_step(list) == SQLITE_ROW) {
		snprintf(sql, sizeof(sql), "DROP TRIGGER %s;", sqlite3_column_text(list, 0));
		all = realloc(all, used + strlen(sql) + 1);
		EXPECT(all);
		strcpy(all + used, sql);
		used += strlen(sql);
	}
	sqlite3_finalize(list);
	exec(to, all);
	free(all);
}

static void database_new(struct database *fresh, enum writer writer)
{
	EXPECT(sqlite3_open(":memory:", &fresh->db.sqlite) == SQLITE_OK);
	fresh->db.path = (char *)"tenants.db";
	exec_file(fresh, TESTS_SRCDIR "/../vrf-sync/schema.sql", writer == KNOWS_NO_TYPES);
	exec_file(fresh, TESTS_SRCDIR "/fuzz/rows.sql", false);
	exec(fresh, "PRAGMA foreign_keys = OFF; PRAGMA temp_store = MEMORY");
	drop_triggers(fresh);
	if (writer != HEEDS_ALL)
		exec(fresh, "PRAGMA ignore_check_constraints = ON");
	fresh->begin = prepare(fresh, "BEGIN");
	fresh->rollback = prepare(fresh, "ROLLBACK");
	for (unsigned int i = 0; i < array_size(tables); i++)
		add_writes(fresh, tables[i]);
}

/* ---- the input ---- */

static uint8_t take_byte(struct input *in)
{
	if (!in->left)
		return 0;
	in->left--;
	return *in->at++;
}

static const uint8_t *take_bytes(struct input *in, size_t *count)
{
	const uint8_t *bytes = in->at;

	*count = *count < in->left ? *count : in->left;
	in->at += *count;
	in->left -= *count;
	return bytes;
}

/* So that not only chance makes a prefix. */
static void bind_prefix(sqlite3_stmt *stmt, struct input *in, bool with_length)
{
	uint8_t a = take_byte(in), b = take_byte(in), len = take_byte(in);
	char text[64];
	size_t used;

	if (len & 0x80)
		used = snprintf(text, sizeof(text), "2001:db8:%x:%x::", a, b);
	else
		used = snprintf(text, sizeof(text), "%u.%u.%u.%u", a, b, len & 0x40 ? 1 : 0,
				len & 0x20 ? 1 : 0);
	if (with_length)
		snprintf(text + used, sizeof(text) - used, "/%u", len & 0x80 ? 64 : len & 0x1f);
	sqlite3_bind_text(stmt, 1, text, -1, SQLITE_TRANSIENT);
}

static int64_t take_number(struct input *in, size_t size)
{
	const uint8_t *bytes = take_bytes(in, &size);
	int64_t number = 0;

	for (size_t i = 0; i < size; i++)
		number |= (int64_t)((uint64_t)bytes[i] << (8 * i));
	return number;
}

static void take_text(sqlite3_stmt *stmt, struct input *in, bool blob)
{
	size_t count = take_byte(in);
	const uint8_t *bytes = take_bytes(in, &count);

	if (blob)
		sqlite3_bind_blob(stmt, 1, count ? (const void *)bytes : "", count,
				  SQLITE_TRANSIENT);
	else
		sqlite3_bind_text(stmt, 1, count ? (const char *)bytes : "", count,
				  SQLITE_TRANSIENT);
}

static void take_value(sqlite3_stmt *stmt, struct input *in)
{
	double real = 1.5e300;

	switch (take_byte(in) % 10) {
	case 0:
		sqlite3_bind_null(stmt, 1);
		break;
	case 1:
		sqlite3_bind_int64(stmt, 1, take_byte(in));
		break;
	case 2:
		sqlite3_bind_int64(stmt, 1, take_number(in, 4));
		break;
	case 3:
		sqlite3_bind_int64(stmt, 1, take_number(in, 8));
		break;
	case 4:
		sqlite3_bind_double(stmt, 1, real - take_byte(in));
		break;
	case 5:
		take_text(stmt, in, true);
		break;
	case 6:
		bind_prefix(stmt, in, false);
		break;
	case 7:
		bind_prefix(stmt, in, true);
		break;
	default:
		take_text(stmt, in, false);
		break;
	}
}

static void write_rows(struct database *to, struct input *in)
{
	for (int i = 0; i < AT_ONCE && in->left; i++) {
		sqlite3_stmt *stmt = to->writes[take_byte(in) % to->write_count];

		sqlite3_bind_int(stmt, 2, take_byte(in) % 8);
		take_value(stmt, in);
		sqlite3_step(stmt); /* what SQLite refuses does not arrive */
		sqlite3_reset(stmt);
		sqlite3_clear_bindings(stmt);
	}
}

/* ---- what comes of it ---- */

static void look_at_sentence(const char *text)
{
	EXPECT(*text);
	for (; *text; text++)
		EXPECT((unsigned char)*text >= ' ' && *text != 0x7f);
}

/* True where the tenant may be planned. */
static bool look_at_findings(const struct model *model, const struct tenant *tenant)
{
	struct reason *findings = NULL, *finding;
	bool none;

	validate_tenant(model, tenant, &findings);
	none = !darr_len(findings);
	darr_foreach_p (findings, finding)
		look_at_sentence(finding->text);
	darr_free(findings);
	return none;
}

static void look_at_plan(const struct objects *old, const struct objects *new)
{
	const struct object *obj, *same;
	char text[512] = "the plan";
	const char *wrong = NULL;

	if (objects_same(old, new))
		return;
	darr_foreach_p (new->list, obj) {
		same = objects_find(old, obj);
		if (same && object_same(same, obj))
			continue;
		wrong = text_rule(obj);
		if (wrong) {
			object_text(obj, text, sizeof(text));
			break;
		}
	}
	wrong = wrong ?: diff_rule(old, new);
	if (wrong)
		fprintf(stderr, "%s: %s\n", text, wrong);
	EXPECT(!wrong);
}

static void look_at_node(const struct model *model, const struct tenant *tenant,
			 const struct node *node)
{
	static const struct objects none;
	struct objects want = {};
	bool known = node->id < NODES_MAX && tenant->id < TENANTS_MAX;

	plan_tenant(model_provider(model), tenant, node, &want);
	look_at_plan(known ? &before[node->id][tenant->id] : &none, &want);
	objects_fini(&want);
}

static struct model *load(struct database *from)
{
	struct model *model = model_new();
	struct load *load = NULL;
	struct reason why = {};
	uint32_t *touched = NULL;

	if (db_load_all(&from->db, &load, &why) < 0)
		look_at_sentence(why.text);
	else
		model_commit(model, load, &touched);
	darr_free(touched);
	return model;
}

static void look_at(const struct model *model)
{
	const struct provider *provider = model_provider(model);
	const struct tenant *tenant = NULL;
	const struct node *node;

	while (provider && (tenant = model_tenant_next(model, tenant))) {
		if (!look_at_findings(model, tenant))
			continue;
		darr_foreach_p (provider->nodes, node)
			look_at_node(model, tenant, node);
	}
	if (provider)
		darr_foreach_p (provider->nodes, node) {
			struct objects want = {};

			plan_node(provider, node, &want);
			look_at_plan(&before[0][node->id % NODES_MAX], &want);
			objects_fini(&want);
		}
}

static void remember(const struct model *model)
{
	const struct tenant *tenant = NULL;
	const struct node *node;

	EXPECT(model_provider(model) && model_tenant_count(model) == 2);
	while ((tenant = model_tenant_next(model, tenant))) {
		EXPECT(look_at_findings(model, tenant));
		darr_foreach_p (model_provider(model)->nodes, node) {
			EXPECT(node->id < NODES_MAX);
			plan_tenant(model_provider(model), tenant, node,
				    &before[node->id][tenant->id]);
		}
	}
	darr_foreach_p (model_provider(model)->nodes, node)
		plan_node(model_provider(model), node, &before[0][node->id]);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct model *model;

	for (int writer = 0; writer < WRITER_COUNT; writer++)
		database_new(&databases[writer], writer);
	model = load(&databases[HEEDS_ALL]);
	look_at(model); /* against nothing: all of it is looked at once */
	remember(model);
	model_free(model);
	return 0;
}

static void step(sqlite3_stmt *stmt)
{
	EXPECT(sqlite3_step(stmt) == SQLITE_DONE);
	sqlite3_reset(stmt);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	struct database *to = &databases[take_byte(&in) % WRITER_COUNT];
	struct model *model;

	step(to->begin);
	write_rows(to, &in);
	model = load(to);
	step(to->rollback);
	look_at(model);
	model_free(model);
	return 0;
}

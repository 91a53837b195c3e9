// SPDX-License-Identifier: GPL-2.0-or-later
/* The rows of a SQLite database, for export and import. */
#include <zebra.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "darr.h"
#include "memory.h"

#include "ctl/store.h"

DECLARE_MGROUP(TENANT_CTL);
DEFINE_MTYPE_STATIC(TENANT_CTL, STORE_SQLITE, "rows of SQLite");

enum deed { DEED_INSERT, DEED_UPDATE, DEED_DELETE, DEED_COUNT };

struct own {
	sqlite3_stmt *prepared[STORE_TABLES][DEED_COUNT];
};

static sqlite3 *sqlite_of(const struct store *store)
{
	return store->ctl->db->sqlite;
}

static int failed(struct store *store, const char *doing)
{
	db_error(store->ctl->db, doing, &store->ctl->why);
	return -1;
}

static int run(struct store *store, const char *sql)
{
	if (sqlite3_exec(sqlite_of(store), sql, NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	return failed(store, "read or write all rows");
}

static sqlite3_stmt *ask(struct store *store, const char *sql, const char *table)
{
	sqlite3_stmt *stmt = NULL;

	if (sqlite3_prepare_v2(sqlite_of(store), sql, -1, &stmt, NULL) != SQLITE_OK)
		failed(store, "read the schema");
	else
		sqlite3_bind_text(stmt, 1, table, -1, SQLITE_STATIC);
	return stmt;
}

/* ---- what a table is ---- */

static int describe_columns(struct store *store, struct store_table *table)
{
	sqlite3_stmt *stmt = ask(
		store,
		"SELECT name, type, \"notnull\" OR pk, dflt_value FROM pragma_table_info(?1) ORDER BY cid",
		table->name);

	if (!stmt)
		return -1;
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		struct store_column *column = darr_append(table->columns);

		*column = (struct store_column){};
		strlcpy(column->name, (const char *)sqlite3_column_text(stmt, 0),
			sizeof(column->name));
		column->kind = strcmp((const char *)sqlite3_column_text(stmt, 1), "INTEGER")
				       ? VALUE_TEXT
				       : VALUE_NUMBER;
		column->needed = sqlite3_column_int(stmt, 2);
		store_standard(column, (const char *)sqlite3_column_text(stmt, 3));
	}
	sqlite3_finalize(stmt);
	if (table->columns)
		return 0;
	reason_set(&store->ctl->why, "database %s has no table %s; it is not whole",
		   store->ctl->name, table->name);
	return -1;
}

static int describe_key(struct store *store, struct store_table *table)
{
	sqlite3_stmt *stmt =
		ask(store, "SELECT cid FROM pragma_table_info(?1) WHERE pk > 0 ORDER BY pk",
		    table->name);

	if (!stmt)
		return -1;
	while (sqlite3_step(stmt) == SQLITE_ROW)
		*darr_append(table->key) = sqlite3_column_int(stmt, 0);
	sqlite3_finalize(stmt);
	return 0;
}

/* One row for each column of each reference, in the order of the key it refers to. */
static int describe_references(struct store *store, struct store_table *table)
{
	sqlite3_stmt *stmt = ask(
		store,
		"SELECT k.\"table\", k.\"from\", p.pk FROM pragma_foreign_key_list(?1) k"
		" JOIN pragma_table_info(k.\"table\") p ON p.name = k.\"to\" ORDER BY k.id, p.pk",
		table->name);
	struct store_reference *reference = NULL;

	if (!stmt)
		return -1;
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		int to = store_find(store, (const char *)sqlite3_column_text(stmt, 0));
		int from = store_column(table, (const char *)sqlite3_column_text(stmt, 1));

		if (sqlite3_column_int(stmt, 2) == 1)
			*(reference = darr_append(table->references)) = (struct store_reference){};
		/* what somebody added to the schema is looked at by SQLite alone */
		if (to < 0 || from < 0 || !reference || reference->count == REFERENCE_COLUMNS_MAX)
			continue;
		reference->table = to;
		reference->columns[reference->count++] = from;
	}
	sqlite3_finalize(stmt);
	return 0;
}

static int sqlite_describe(struct store *store, struct store_table *table)
{
	if (!store->own)
		store->own = XCALLOC(MTYPE_STORE_SQLITE, sizeof(struct own));
	return describe_columns(store, table) || describe_key(store, table) ||
			       describe_references(store, table)
		       ? -1
		       : 0;
}

/* ---- statements ---- */

static void list_columns(sqlite3_str *sql, const struct store_table *table, const char *form)
{
	const struct store_column *column;

	darr_foreach_p (table->columns, column) {
		sqlite3_str_appendall(sql, column == table->columns ? "" : ", ");
		sqlite3_str_appendf(sql, form, column->name, (int)(column - table->columns) + 1);
	}
}

static void list_key(sqlite3_str *sql, const struct store_table *table, const char *form,
		     const char *between)
{
	const unsigned int *place;

	darr_foreach_p (table->key, place) {
		sqlite3_str_appendall(sql, place == table->key ? "" : between);
		sqlite3_str_appendf(sql, form, table->columns[*place].name, (int)*place + 1);
	}
}

/* Values are bound by the place of their column, whatever the statement has of them. */
static sqlite3_stmt *compose(struct store *store, const struct store_table *table, enum deed deed)
{
	sqlite3_str *sql = sqlite3_str_new(sqlite_of(store));
	sqlite3_stmt *stmt = NULL;
	char *text;

	if (deed == DEED_INSERT) {
		sqlite3_str_appendf(sql, "INSERT INTO \"%w\" (", table->name);
		list_columns(sql, table, "\"%w\"");
		sqlite3_str_appendall(sql, ") VALUES (");
		for (unsigned int i = 0; i < darr_len(table->columns); i++)
			sqlite3_str_appendf(sql, "%s?%d", i ? ", " : "", (int)i + 1);
		sqlite3_str_appendall(sql, ")");
	} else if (deed == DEED_UPDATE) {
		sqlite3_str_appendf(sql, "UPDATE \"%w\" SET ", table->name);
		list_columns(sql, table, "\"%w\" = ?%d");
	} else {
		sqlite3_str_appendf(sql, "DELETE FROM \"%w\"", table->name);
	}
	if (deed != DEED_INSERT) {
		sqlite3_str_appendall(sql, " WHERE ");
		list_key(sql, table, "\"%w\" = ?%d", " AND ");
	}
	text = sqlite3_str_finish(sql);
	if (sqlite3_prepare_v3(sqlite_of(store), text, -1, SQLITE_PREPARE_PERSISTENT, &stmt,
			       NULL) != SQLITE_OK)
		db_error(store->ctl->db, "write all rows", &store->why);
	sqlite3_free(text);
	return stmt;
}

static void bind_value(sqlite3_stmt *stmt, int place, const struct value *value)
{
	if (value->kind == VALUE_NUMBER)
		sqlite3_bind_int64(stmt, place, value->number);
	else if (value->kind == VALUE_TEXT)
		sqlite3_bind_text(stmt, place, value->text, value->length, SQLITE_STATIC);
	else
		sqlite3_bind_null(stmt, place);
}

static enum store_said refused(struct store *store)
{
	const char *text = sqlite3_errmsg(sqlite_of(store)), *colon = strchr(text, ':');
	const char *what = colon ? colon + 2 : text;

	store->why.text[0] = '\0';
	switch (sqlite3_extended_errcode(sqlite_of(store))) {
	case SQLITE_CONSTRAINT_UNIQUE:
	case SQLITE_CONSTRAINT_PRIMARYKEY:
	case SQLITE_CONSTRAINT_ROWID:
		reason_set(&store->why, "another row has the same %s", what);
		return STORE_TAKEN;
	case SQLITE_CONSTRAINT_FOREIGNKEY:
		reason_set(&store->why,
			   "another row refers to it, or it to one that is not there");
		return STORE_LATER;
	case SQLITE_CONSTRAINT_TRIGGER: /* in a sentence of its own */
		reason_set(&store->why, "%s", text);
		return STORE_KEPT;
	case SQLITE_CONSTRAINT_CHECK:
		reason_set(&store->why, "the database does not allow this: %s", what);
		return STORE_REFUSED;
	default:
		db_error(store->ctl->db, "write all rows", &store->why);
		return STORE_REFUSED;
	}
}

static enum store_said do_deed(struct store *store, const struct store_table *table,
			       const struct value *values, enum deed deed)
{
	struct own *own = store->own;
	sqlite3_stmt **stmt = &own->prepared[table - store->tables][deed];
	enum store_said said;

	if (!*stmt)
		*stmt = compose(store, table, deed);
	if (!*stmt)
		return STORE_REFUSED;
	for (unsigned int i = 0; i < darr_len(table->columns); i++)
		bind_value(*stmt, i + 1, &values[i]);
	said = sqlite3_step(*stmt) == SQLITE_DONE ? STORE_DONE : refused(store);
	sqlite3_reset(*stmt);
	return said;
}

static enum store_said sqlite_insert(struct store *store, const struct store_table *table,
				     const struct value *values)
{
	return do_deed(store, table, values, DEED_INSERT);
}

static enum store_said sqlite_update(struct store *store, const struct store_table *table,
				     const struct value *values)
{
	return do_deed(store, table, values, DEED_UPDATE);
}

static enum store_said sqlite_delete(struct store *store, const struct store_table *table,
				     const struct value *values)
{
	return do_deed(store, table, values, DEED_DELETE);
}

/* ---- all rows ---- */

static void take_value(sqlite3_stmt *stmt, int place, struct value *value)
{
	const char *text;

	switch (sqlite3_column_type(stmt, place)) {
	case SQLITE_INTEGER:
		value_number(value, sqlite3_column_int64(stmt, place));
		break;
	case SQLITE_NULL:
		break;
	default:
		text = (const char *)sqlite3_column_text(stmt, place);
		value_text(value, text ? text : "", sqlite3_column_bytes(stmt, place));
	}
}

static int sqlite_read(struct store *store, const struct store_table *table, struct record **rows)
{
	sqlite3_str *sql = sqlite3_str_new(sqlite_of(store));
	sqlite3_stmt *stmt = NULL;
	char *text;
	int ret;

	sqlite3_str_appendall(sql, "SELECT ");
	list_columns(sql, table, "\"%w\"");
	sqlite3_str_appendf(sql, " FROM \"%w\" ORDER BY ", table->name);
	list_key(sql, table, "\"%w\"", ", ");
	text = sqlite3_str_finish(sql);
	ret = sqlite3_prepare_v2(sqlite_of(store), text, -1, &stmt, NULL);
	sqlite3_free(text);
	while (ret == SQLITE_OK && (ret = sqlite3_step(stmt)) == SQLITE_ROW) {
		struct record *record = records_add(rows, table);

		for (unsigned int i = 0; i < darr_len(table->columns); i++)
			take_value(stmt, i, &record->values[i]);
		ret = SQLITE_OK;
	}
	sqlite3_finalize(stmt);
	return ret == SQLITE_DONE ? 0 : failed(store, "read all rows");
}

/* ---- the transaction ---- */

/* A savepoint: there may be a transaction around it, or none. */
static int sqlite_begin(struct store *store)
{
	return run(store, store->writes ? "PRAGMA defer_foreign_keys = ON;"
					  " INSERT INTO restoring VALUES (1)"
					: "SAVEPOINT store");
}

static int sqlite_end(struct store *store)
{
	int violations = 0, high = 0;

	if (!store->writes)
		return run(store, "RELEASE store");
	sqlite3_db_status(sqlite_of(store), SQLITE_DBSTATUS_DEFERRED_FKS, &violations, &high, 0);
	if (violations) {
		reason_set(
			&store->ctl->why,
			"rows of database %s beside these refer to some that go; nothing was changed",
			store->ctl->name);
		return -1;
	}
	return run(store, "DELETE FROM restoring; PRAGMA defer_foreign_keys = OFF");
}

static void sqlite_close(struct store *store)
{
	struct own *own = store->own;

	if (!own)
		return;
	for (unsigned int i = 0; i < STORE_TABLES; i++)
		for (enum deed deed = 0; deed < DEED_COUNT; deed++)
			sqlite3_finalize(own->prepared[i][deed]);
	XFREE(MTYPE_STORE_SQLITE, store->own);
}

const struct store_engine store_sqlite = {
	.describe = sqlite_describe,
	.read = sqlite_read,
	.insert = sqlite_insert,
	.update = sqlite_update,
	.delete = sqlite_delete,
	.begin = sqlite_begin,
	.end = sqlite_end,
	.close = sqlite_close,
};

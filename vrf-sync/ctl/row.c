// SPDX-License-Identifier: GPL-2.0-or-later
/* SQL with bound values, and rows made from options. */
#include <zebra.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <sqlite3.h>

#include "ctl/lookup.h"
#include "ctl/row.h"

/* ---- errors ---- */

/* What no look-up has foreseen: another writer was quicker, or plain SQL made
 * a row that the rules of this program would not have let in.
 */
static int sql_refused(struct ctl *ctl)
{
	int code = sqlite3_extended_errcode(ctl->db->sqlite);
	const char *text = sqlite3_errmsg(ctl->db->sqlite);
	const char *colon = strchr(text, ':');
	const char *what = colon ? colon + 2 : text;

	switch (code) {
	case SQLITE_CONSTRAINT_UNIQUE:
	case SQLITE_CONSTRAINT_PRIMARYKEY:
		reason_set(&ctl->why, "another row has the same %s already; choose another value",
			   what);
		break;
	case SQLITE_CONSTRAINT_FOREIGNKEY:
		reason_set(&ctl->why,
			   "something in database %s still refers to this; delete that first",
			   ctl->db->path);
		break;
	case SQLITE_CONSTRAINT_TRIGGER: /* in a sentence of its own */
		reason_set(&ctl->why, "%s", text);
		break;
	case SQLITE_CONSTRAINT_CHECK:
		reason_set(&ctl->why, "the database does not allow this value: %s", what);
		break;
	case SQLITE_READONLY:
		reason_set(
			&ctl->why,
			"you may not write database %s; run this as root or as a member of group frr",
			ctl->db->path);
		break;
	default:
		db_error(ctl->db, "write", &ctl->why);
	}
	return -1;
}

/* ---- statements ---- */

static void bind_values(sqlite3_stmt *stmt, const char *types, va_list ap)
{
	for (int i = 0; types[i]; i++) {
		if (types[i] == 'i')
			sqlite3_bind_int64(stmt, i + 1, va_arg(ap, int64_t));
		else
			sqlite3_bind_text(stmt, i + 1, va_arg(ap, const char *), -1,
					  SQLITE_TRANSIENT);
	}
}

static sqlite3_stmt *prepare(struct ctl *ctl, const char *sql)
{
	sqlite3_stmt *stmt = NULL;

	if (sqlite3_prepare_v2(ctl->db->sqlite, sql, -1, &stmt, NULL) != SQLITE_OK)
		sql_refused(ctl);
	return stmt;
}

/* 1 a row, 0 none, -1 with a sentence. */
static int step(struct ctl *ctl, sqlite3_stmt *stmt)
{
	int ret = sqlite3_step(stmt);

	if (ret == SQLITE_ROW)
		return 1;
	return ret == SQLITE_DONE ? 0 : sql_refused(ctl);
}

int sql_run(struct ctl *ctl, const char *sql, const char *types, ...)
{
	sqlite3_stmt *stmt = prepare(ctl, sql);
	va_list ap;
	int ret;

	if (!stmt)
		return -1;
	va_start(ap, types);
	bind_values(stmt, types, ap);
	va_end(ap);
	ret = step(ctl, stmt);
	sqlite3_finalize(stmt);
	return ret < 0 ? -1 : 0;
}

int sql_number(struct ctl *ctl, int64_t *value, const char *sql, const char *types, ...)
{
	sqlite3_stmt *stmt = prepare(ctl, sql);
	va_list ap;
	int ret;

	if (!stmt)
		return -1;
	va_start(ap, types);
	bind_values(stmt, types, ap);
	va_end(ap);
	ret = step(ctl, stmt);
	if (ret > 0)
		*value = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	return ret;
}

int sql_text(struct ctl *ctl, char *buf, size_t size, const char *sql, const char *types, ...)
{
	sqlite3_stmt *stmt = prepare(ctl, sql);
	const unsigned char *text;
	va_list ap;
	int ret;

	if (!stmt)
		return -1;
	va_start(ap, types);
	bind_values(stmt, types, ap);
	va_end(ap);
	ret = step(ctl, stmt);
	if (ret > 0) {
		text = sqlite3_column_text(stmt, 0);
		snprintf(buf, size, "%s", text ? (const char *)text : "");
	}
	sqlite3_finalize(stmt);
	return ret;
}

/* ---- rows ---- */

void row_text(struct row *row, const char *column, const char *text)
{
	assert(row->count < ROW_CELLS_MAX);
	row->cells[row->count].column = column;
	row->cells[row->count++].text = text;
}

void row_number(struct row *row, const char *column, int64_t number)
{
	assert(row->count < ROW_CELLS_MAX);
	row->cells[row->count].column = column;
	row->cells[row->count++].number = number;
}

void row_null(struct row *row, const char *column)
{
	row_number(row, column, 0);
	row->cells[row->count - 1].null = true;
}

static bool row_has(const struct row *row, const char *column)
{
	for (unsigned int i = 0; i < row->count; i++)
		if (!strcmp(row->cells[i].column, column))
			return true;
	return false;
}

/* The name of another row that has this value. */
static int check_unique(struct ctl *ctl, const struct row *row, const struct option_info *option,
			const char *value, int64_t id)
{
	char sql[160], other[SQL_TEXT_SIZE];
	int ret;

	snprintf(sql, sizeof(sql), "SELECT name FROM %s WHERE %s = ?1 AND id <> ?2", row->table,
		 option->column);
	if (option->type == OPT_NUMBER)
		ret = sql_text(ctl, other, sizeof(other), sql, "ii",
			       (int64_t)strtoll(value, NULL, 10), id);
	else
		ret = sql_text(ctl, other, sizeof(other), sql, "ti", value, id);
	if (ret > 0)
		reason_set(&ctl->why, "--%s %s is already used by %s %s; choose another one",
			   option->name, value, row->object, other);
	return ret ? -1 : 0;
}

static int row_option(struct ctl *ctl, struct row *row, const struct option_info *option,
		      const char *value)
{
	int64_t id;

	if ((option->flags & OPTION_AUTO) && !strcmp(value, "auto")) {
		row_null(row, option->column);
		return 0;
	}
	switch (option->type) {
	case OPT_FLAG:
		row_number(row, option->column, option->min);
		return 0;
	case OPT_NUMBER:
		row_number(row, option->column, strtoll(value, NULL, 10));
		return 0;
	case OPT_SITE:
	case OPT_NODE:
		if (lookup_id(ctl, option->type == OPT_SITE ? "site" : "node", value, &id) < 0)
			return -1;
		row_number(row, option->column, id);
		return 0;
	default:
		row_text(row, option->column, value);
		return 0;
	}
}

int row_options(struct ctl *ctl, struct row *row, const struct args *args, int64_t id)
{
	const struct option_info *option = args->command->options;

	for (unsigned int i = 0; option && option[i].name; i++) {
		const char *value = args->values[i];

		if (!value || !option[i].column)
			continue;
		if (row_has(row, option[i].column)) {
			reason_set(&ctl->why,
				   "--%s contradicts an option before it; give one of them",
				   option[i].name);
			return -1;
		}
		if ((option[i].flags & OPTION_UNIQUE) &&
		    check_unique(ctl, row, &option[i], value, id) < 0)
			return -1;
		if (row_option(ctl, row, &option[i], value) < 0)
			return -1;
	}
	return 0;
}

static int row_step(struct ctl *ctl, const struct row *row, const char *sql, int64_t id)
{
	sqlite3_stmt *stmt = prepare(ctl, sql);
	int ret;

	if (!stmt)
		return -1;
	for (unsigned int i = 0; i < row->count; i++) {
		if (row->cells[i].text)
			sqlite3_bind_text(stmt, i + 1, row->cells[i].text, -1, SQLITE_TRANSIENT);
		else if (row->cells[i].null)
			sqlite3_bind_null(stmt, i + 1);
		else
			sqlite3_bind_int64(stmt, i + 1, row->cells[i].number);
	}
	if (id)
		sqlite3_bind_int64(stmt, row->count + 1, id);
	ret = step(ctl, stmt);
	sqlite3_finalize(stmt);
	return ret;
}

int row_insert(struct ctl *ctl, const struct row *row, int64_t *id)
{
	char sql[640], marks[3 * ROW_CELLS_MAX + 1] = "";

	snprintf(sql, sizeof(sql), "INSERT INTO %s (", row->table);
	for (unsigned int i = 0; i < row->count; i++) {
		strlcat(sql, i ? ", " : "", sizeof(sql));
		strlcat(sql, row->cells[i].column, sizeof(sql));
		strlcat(marks, i ? ", ?" : "?", sizeof(marks));
	}
	strlcat(sql, ") VALUES (", sizeof(sql));
	strlcat(sql, marks, sizeof(sql));
	strlcat(sql, ")", sizeof(sql));
	if (row_step(ctl, row, sql, 0) < 0)
		return -1;
	if (id)
		*id = sqlite3_last_insert_rowid(ctl->db->sqlite);
	return 0;
}

int row_update(struct ctl *ctl, const struct row *row, int64_t id)
{
	char sql[640];

	if (!row->count)
		return 0;
	snprintf(sql, sizeof(sql), "UPDATE %s SET ", row->table);
	for (unsigned int i = 0; i < row->count; i++) {
		strlcat(sql, i ? ", " : "", sizeof(sql));
		strlcat(sql, row->cells[i].column, sizeof(sql));
		strlcat(sql, " = ?", sizeof(sql));
	}
	strlcat(sql, " WHERE rowid = ?", sizeof(sql));
	return row_step(ctl, row, sql, id) < 0 ? -1 : 0;
}

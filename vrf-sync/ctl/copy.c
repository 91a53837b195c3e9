// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A private copy of a PostgreSQL database.
 *
 * All tables come in one question, COPY after COPY, since each way to the server and
 * back may take milliseconds.  Rows are put in as they are: neither triggers nor
 * constraints have a say, which they had on the server.
 */
#include <zebra.h>

#include <stdio.h>
#include <string.h>

#include <sqlite3.h>

#include "darr.h"
#include "memory.h"

#include "ctl/copy.h"
#include "ctl/pg.h"
#include "ctl/schema_text.h"

DECLARE_MGROUP(TENANT_CTL);
DEFINE_MTYPE_STATIC(TENANT_CTL, COPY, "copy of a database");

#define COLUMNS_MAX 64

struct table {
	char *name;           /* sqlite3_free() */
	char *ask;            /* the same: COPY ... TO STDOUT */
	sqlite3_stmt *insert; /* a row of it */
	unsigned int count;   /* of columns */
	bool numbers[COLUMNS_MAX];
};

struct copy {
	struct table *tables; /* darr */
};

/* ---- what is copied ---- */

static int failed(struct ctl *ctl)
{
	db_error(ctl->db, "copy", &ctl->why);
	return -1;
}

static int run(struct ctl *ctl, const char *sql)
{
	return sqlite3_exec(ctl->db->sqlite, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : failed(ctl);
}

char *copy_columns(struct ctl *ctl, const char *table, bool keys, const char *format,
		   const char *separator)
{
	sqlite3_str *out = sqlite3_str_new(ctl->db->sqlite);
	sqlite3_stmt *stmt = NULL;

	sqlite3_prepare_v2(
		ctl->db->sqlite,
		"SELECT name FROM pragma_table_info(?1) WHERE pk OR NOT ?2 ORDER BY cid", -1,
		&stmt, NULL);
	sqlite3_bind_text(stmt, 1, table, -1, SQLITE_STATIC);
	sqlite3_bind_int(stmt, 2, keys);
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		const char *name = (const char *)sqlite3_column_text(stmt, 0);

		if (sqlite3_str_length(out))
			sqlite3_str_appendall(out, separator);
		/* a format takes the name at most three times */
		sqlite3_str_appendf(out, format, name, name, name);
	}
	sqlite3_finalize(stmt);
	return sqlite3_str_finish(out);
}

/* Which columns are numbers, and how many there are. */
static void describe(struct ctl *ctl, struct table *table)
{
	sqlite3_stmt *stmt = NULL;

	sqlite3_prepare_v2(ctl->db->sqlite,
			   "SELECT type = 'INTEGER' FROM pragma_table_info(?1) ORDER BY cid", -1,
			   &stmt, NULL);
	sqlite3_bind_text(stmt, 1, table->name, -1, SQLITE_STATIC);
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		assert(table->count < COLUMNS_MAX);
		table->numbers[table->count++] = sqlite3_column_int(stmt, 0);
	}
	sqlite3_finalize(stmt);
}

static int prepare_insert(struct ctl *ctl, struct table *table)
{
	char *places = copy_columns(ctl, table->name, false, "?", ", ");
	char *sql = sqlite3_mprintf("INSERT INTO \"%w\" VALUES (%s)", table->name, places);
	int ret = sqlite3_prepare_v3(ctl->db->sqlite, sql, -1, SQLITE_PREPARE_PERSISTENT,
				     &table->insert, NULL);

	sqlite3_free(sql);
	sqlite3_free(places);
	return ret == SQLITE_OK ? 0 : failed(ctl);
}

static int add_table(struct ctl *ctl, const char *name)
{
	struct table *table = darr_append(ctl->copy->tables);
	char *columns = copy_columns(ctl, name, false, "\"%w\"", ", ");

	*table = (struct table){ .name = sqlite3_mprintf("%s", name) };
	table->ask = sqlite3_mprintf("COPY \"%w\" (%s) TO STDOUT (FORMAT binary)", name, columns);
	sqlite3_free(columns);
	describe(ctl, table);
	return prepare_insert(ctl, table);
}

/* The greatest ids that were given, and the newest revision, which SQLite keeps in one place. */
static int add_numbers(struct ctl *ctl)
{
	struct table *table = darr_append(ctl->copy->tables);

	*table = (struct table){
		.name = sqlite3_mprintf("sqlite_sequence"),
		.ask = sqlite3_mprintf(
			"COPY (SELECT tbl, last FROM id_given UNION ALL SELECT 'change_log', greatest("
			"(SELECT seq FROM change_seq),"
			" (SELECT seq FROM change_log ORDER BY seq DESC LIMIT 1)))"
			" TO STDOUT (FORMAT binary)"),
		.count = 2,
		.numbers = { false, true },
	};
	return prepare_insert(ctl, table);
}

static int add_tables(struct ctl *ctl)
{
	sqlite3_stmt *stmt = NULL;
	int ret = 0;

	if (sqlite3_prepare_v2(
		    ctl->db->sqlite,
		    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'"
		    " AND name NOT IN ('schema_version', 'restoring') ORDER BY rowid",
		    -1, &stmt, NULL) != SQLITE_OK)
		return failed(ctl);
	while (!ret && sqlite3_step(stmt) == SQLITE_ROW)
		ret = add_table(ctl, (const char *)sqlite3_column_text(stmt, 0));
	sqlite3_finalize(stmt);
	return ret ? ret : add_numbers(ctl);
}

int copy_new(struct ctl *ctl)
{
	ctl->copy = XCALLOC(MTYPE_COPY, sizeof(*ctl->copy));
	ctl->db = db_open_private(ctl->pg->name, schema_text, &ctl->why);
	if (!ctl->db)
		return -1;
	return add_tables(ctl);
}

void copy_free(struct ctl *ctl)
{
	struct table *table;

	if (!ctl->copy)
		return;
	darr_foreach_p (ctl->copy->tables, table) {
		sqlite3_finalize(table->insert);
		sqlite3_free(table->name);
		sqlite3_free(table->ask);
	}
	darr_free(ctl->copy->tables);
	XFREE(MTYPE_COPY, ctl->copy);
	db_close(ctl->db);
	ctl->db = NULL;
}

/* ---- rows, as COPY has them in binary form ---- */

struct stream {
	const unsigned char *at, *end;
	bool begun; /* its first bytes say which format it is */
};

#define COPY_HEAD_SIZE 19 /* eleven letters, flags, length of what follows: nothing */

static bool take(struct stream *stream, void *to, size_t size)
{
	if ((size_t)(stream->end - stream->at) < size)
		return false;
	memcpy(to, stream->at, size);
	stream->at += size;
	return true;
}

/* A column: the length, or -1 for NULL, and so many bytes. */
static bool take_value(struct stream *stream, const struct table *table, unsigned int column)
{
	uint32_t length;
	uint64_t number;

	if (!take(stream, &length, sizeof(length)))
		return false;
	length = ntohl(length);
	if (length == UINT32_MAX)
		return sqlite3_bind_null(table->insert, column + 1) == SQLITE_OK;
	if ((size_t)(stream->end - stream->at) < length)
		return false;
	if (table->numbers[column]) {
		if (length != sizeof(number) || !take(stream, &number, sizeof(number)))
			return false;
		return sqlite3_bind_int64(table->insert, column + 1, be64toh(number)) == SQLITE_OK;
	}
	sqlite3_bind_text(table->insert, column + 1, (const char *)stream->at, length,
			  SQLITE_STATIC);
	stream->at += length;
	return true;
}

/* What came at once: rows, or the end of them. */
static bool take_rows(struct stream *stream, const struct table *table)
{
	uint16_t count;

	if (!stream->begun) {
		char head[COPY_HEAD_SIZE];

		stream->begun = true;
		if (!take(stream, head, sizeof(head)))
			return false;
	}
	while (stream->at < stream->end) {
		if (!take(stream, &count, sizeof(count)))
			return false;
		if (count == UINT16_MAX)
			return true;
		if (ntohs(count) != table->count)
			return false;
		for (unsigned int i = 0; i < table->count; i++)
			if (!take_value(stream, table, i))
				return false;
		sqlite3_step(table->insert);
		if (sqlite3_reset(table->insert) != SQLITE_OK)
			return false;
	}
	return true;
}

/* To its end, whatever becomes of the rows. */
static int take_table(struct ctl *ctl, const struct table *table)
{
	struct stream stream = {};
	bool good = true;
	char *buf;
	int length;

	while ((length = PQgetCopyData(ctl->pg->conn, &buf, 0)) > 0) {
		stream.at = (unsigned char *)buf;
		stream.end = stream.at + length;
		good = good && take_rows(&stream, table);
		PQfreemem(buf);
	}
	if (good) /* or the connection was lost, as the result behind it says */
		return 0;
	reason_set(&ctl->why,
		   "table %s of database %s cannot be read; it is not as this program makes it",
		   table->name, ctl->name);
	return -1;
}

/* ---- all of it ---- */

static int empty(struct ctl *ctl)
{
	const struct table *table;
	char *sql;
	int ret = 0;

	darr_foreach_p (ctl->copy->tables, table) {
		sql = sqlite3_mprintf("DELETE FROM \"%w\"", table->name);
		ret = ret ? ret : run(ctl, sql);
		sqlite3_free(sql);
	}
	return ret;
}

/* A table that was never filled has no row there, one with ids may have two. */
static int join_numbers(struct ctl *ctl)
{
	return run(
		ctl,
		"CREATE TEMP TABLE given AS SELECT name, max(seq) AS seq FROM sqlite_sequence GROUP BY name;"
		" DELETE FROM sqlite_sequence; INSERT INTO sqlite_sequence SELECT * FROM given;"
		" DROP TABLE given");
}

static char *compose(struct ctl *ctl, bool within)
{
	sqlite3_str *sql = sqlite3_str_new(ctl->db->sqlite);
	const struct table *table;

	if (!within)
		sqlite3_str_appendall(sql, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; ");
	darr_foreach_p (ctl->copy->tables, table)
		sqlite3_str_appendf(sql, "%s; ", table->ask);
	if (!within)
		sqlite3_str_appendall(sql, "COMMIT");
	return sqlite3_str_finish(sql);
}

static int take_answers(struct ctl *ctl)
{
	PGconn *conn = ctl->pg->conn;
	unsigned int place = 0;
	PGresult *result;
	int ret = 0;

	while ((result = PQgetResult(conn))) {
		if (PQresultStatus(result) == PGRES_COPY_OUT) {
			if (take_table(ctl, &ctl->copy->tables[place++]) < 0)
				ret = -1;
		} else if (!pg_worked(result) && !ret) {
			pg_say(ctl->pg, result, &ctl->why);
			ret = -1;
		}
		PQclear(result);
	}
	if (!ret && place < darr_len(ctl->copy->tables)) {
		reason_set(&ctl->why, "the connection to database %s was lost", ctl->name);
		ret = -1;
	}
	return ret;
}

static int fill(struct ctl *ctl, bool within)
{
	char *sql = compose(ctl, within);
	int ret = 0;

	if (!PQsendQuery(ctl->pg->conn, sql)) {
		pg_say(ctl->pg, NULL, &ctl->why);
		ret = -1;
	}
	sqlite3_free(sql);
	if (!ret)
		ret = take_answers(ctl);
	return ret;
}

/* Around what writes rows as they are. */
static int loosen(struct ctl *ctl)
{
	sqlite3_db_config(ctl->db->sqlite, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	return run(ctl, "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; BEGIN");
}

static int tighten(struct ctl *ctl, bool good)
{
	int ret = run(ctl, good ? "COMMIT" : "ROLLBACK");

	sqlite3_db_config(ctl->db->sqlite, SQLITE_DBCONFIG_ENABLE_TRIGGER, 1, NULL);
	return run(ctl, "PRAGMA ignore_check_constraints = OFF; PRAGMA foreign_keys = ON") || ret
		       ? -1
		       : 0;
}

static int read_all(struct ctl *ctl, bool within)
{
	int ret = loosen(ctl);

	if (!ret)
		ret = empty(ctl) || fill(ctl, within) || join_numbers(ctl) ? -1 : 0;
	return tighten(ctl, !ret) < 0 ? -1 : ret;
}

void copy_spoil(struct ctl *ctl)
{
}

int copy_read_within(struct ctl *ctl)
{
	return read_all(ctl, true);
}

int copy_read(struct ctl *ctl)
{
	struct reason ignored = {};
	int ret = read_all(ctl, false);

	if (ret) {
		PGresult *result = pg_ask(ctl->pg, "ROLLBACK", NULL, 0, &ignored);

		PQclear(result);
	}
	return ret;
}

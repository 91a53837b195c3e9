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

#include "clock.h"
#include "ctl/copy.h"
#include "ctl/pg.h"
#include "ctl/row.h"
#include "ctl/schema_text.h"

DECLARE_MGROUP(TENANT_CTL);
DEFINE_MTYPE_STATIC(TENANT_CTL, COPY, "copy of a database");

#define COLUMNS_MAX 64
#define FRESH_US    1000000

/* How a table is brought up to date. */
enum kind {
	KIND_LOGGED, /* by the entries of the log */
	KIND_LOG,    /* by those that are new */
	KIND_WHOLE,  /* it is read again: there is no log of it */
	KIND_REPORT, /* the same, but not while others wait for their turn */
	KIND_ONCE,   /* not at all: nobody who stays looks at it */
};

struct table {
	char *name; /* sqlite3_free() */
	char *ask;  /* the same: COPY ... TO STDOUT */
	enum kind kind;
	sqlite3_stmt *insert; /* a row of it */
	unsigned int count;   /* of columns */
	bool numbers[COLUMNS_MAX];
};

struct copy {
	struct table *tables; /* darr */
	bool filled;          /* and so need only be brought up to date */
	bool within;          /* a transaction in which nobody else can write */
	int64_t looked_us;    /* when it was last read outside of one; monotonic */
};

/* tests/test_ctl_postgresql.py compares these with schema.sql. */
const char *const copy_unlogged[] = { "meant",     "change",         "change_edit",
				      "operation", "operation_step", NULL };
static const char *const reports[] = { "node_status", "tenant_status", NULL };

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

static bool is_among(const char *name, const char *const *names)
{
	while (*names && strcmp(*names, name))
		names++;
	return *names != NULL;
}

static enum kind kind_of(const char *name)
{
	if (!strcmp(name, "change_log"))
		return KIND_LOG;
	if (!strcmp(name, "subnet_trace"))
		return KIND_ONCE;
	if (is_among(name, reports))
		return KIND_REPORT;
	return is_among(name, copy_unlogged) ? KIND_WHOLE : KIND_LOGGED;
}

static int add_table(struct ctl *ctl, const char *name)
{
	struct table *table = darr_append(ctl->copy->tables);
	char *columns = copy_columns(ctl, name, false, "\"%w\"", ", ");

	*table = (struct table){
		.name = sqlite3_mprintf("%s", name),
		.kind = kind_of(name),
	};
	table->ask = sqlite3_mprintf("COPY \"%w\" (%s) TO STDOUT (FORMAT binary)", name, columns);
	sqlite3_free(columns);
	describe(ctl, table);
	return prepare_insert(ctl, table);
}

/* What is no table of the server's. */
static int add_answer(struct ctl *ctl, const char *name, const char *sql, bool first, bool second)
{
	struct table *table = darr_append(ctl->copy->tables);

	*table = (struct table){
		.name = sqlite3_mprintf("%s", name),
		.ask = sqlite3_mprintf("COPY (%s) TO STDOUT (FORMAT binary)", sql),
		.kind = KIND_WHOLE,
		.count = 2,
		.numbers = { first, second },
	};
	return prepare_insert(ctl, table);
}

/* The greatest ids that were given, and the newest revision, which SQLite keeps in one place;
 * and by what the newest entry of the log is known again, when it has another number's place.
 */
static int add_answers(struct ctl *ctl)
{
	if (run(ctl,
		"PRAGMA temp_store = MEMORY; CREATE TEMP TABLE newest (seq INTEGER, xid TEXT)"))
		return -1;
	if (add_answer(
		    ctl, "sqlite_sequence",
		    "SELECT tbl, last FROM id_given UNION ALL SELECT 'change_log', " PG_REVISION,
		    false, true))
		return -1;
	return add_answer(ctl, "newest",
			  "SELECT seq, xid FROM change_log ORDER BY seq DESC LIMIT 1", true,
			  false);
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
	return ret ? ret : add_answers(ctl);
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

/* ---- the log's entries ---- */

/* One table's row, as it is now: it is not there, or it is this one. */
static int replay(struct ctl *ctl, const char *table, const char *was, const char *now)
{
	char *keys = copy_columns(ctl, table, true, "\"%w\" = json_extract(?1, '$.%w')", " AND ");
	char *values = copy_columns(ctl, table, false, "json_extract(?1, '$.%w')", ", ");
	char *gone = sqlite3_mprintf("DELETE FROM \"%w\" WHERE %s", table, keys);
	char *come = sqlite3_mprintf("INSERT INTO \"%w\" SELECT %s", table, values);
	int ret = 0;

	if (was)
		ret = sql_run(ctl, gone, "t", was);
	if (now && !ret)
		ret = sql_run(ctl, come, "t", now);
	sqlite3_free(keys);
	sqlite3_free(values);
	sqlite3_free(gone);
	sqlite3_free(come);
	return ret;
}

/* What else somebody has put into the log is no row of ours. */
static bool is_logged(const struct ctl *ctl, const char *name)
{
	const struct table *table;

	darr_foreach_p (ctl->copy->tables, table)
		if (table->kind == KIND_LOGGED && !strcmp(table->name, name))
			return true;
	return false;
}

static int replay_log(struct ctl *ctl, uint64_t seq)
{
	sqlite3_stmt *stmt = NULL;
	int ret = 0;

	if (sqlite3_prepare_v2(ctl->db->sqlite,
			       "SELECT tbl, was, now FROM change_log WHERE seq > ?1"
			       " AND (was IS NOT NULL OR now IS NOT NULL) ORDER BY seq",
			       -1, &stmt, NULL) != SQLITE_OK)
		return failed(ctl);
	sqlite3_bind_int64(stmt, 1, seq);
	while (!ret && sqlite3_step(stmt) == SQLITE_ROW) {
		const char *table = (const char *)sqlite3_column_text(stmt, 0);

		if (is_logged(ctl, table))
			ret = replay(ctl, table, (const char *)sqlite3_column_text(stmt, 1),
				     (const char *)sqlite3_column_text(stmt, 2));
	}
	sqlite3_finalize(stmt);
	return ret;
}

/* ---- all of it, or what is new ---- */

static bool is_asked(const struct copy *copy, const struct table *table)
{
	return !copy->filled || table->kind == KIND_LOG || table->kind == KIND_WHOLE ||
	       (table->kind == KIND_REPORT && !copy->within);
}

static int empty(struct ctl *ctl)
{
	const struct table *table;
	char *sql;
	int ret = 0;

	darr_foreach_p (ctl->copy->tables, table) {
		/* the greatest ids of other tables are only here */
		bool stays = ctl->copy->filled &&
			     (table->kind == KIND_LOG || !strcmp(table->name, "sqlite_sequence"));

		if (stays || !is_asked(ctl->copy, table))
			continue;
		sql = sqlite3_mprintf("DELETE FROM \"%w\"", table->name);
		ret = ret ? ret : run(ctl, sql);
		sqlite3_free(sql);
	}
	return ret;
}

/* A table that was never filled has no row there, one with ids may have several. */
static int join_numbers(struct ctl *ctl)
{
	return run(
		ctl,
		"CREATE TEMP TABLE given AS SELECT name, max(seq) AS seq FROM sqlite_sequence GROUP BY name;"
		" DELETE FROM sqlite_sequence; INSERT INTO sqlite_sequence SELECT * FROM given;"
		" DROP TABLE given");
}

static char *compose(struct ctl *ctl, uint64_t seq)
{
	sqlite3_str *sql = sqlite3_str_new(ctl->db->sqlite);
	const struct table *table;
	char *columns;

	darr_foreach_p (ctl->copy->tables, table) {
		if (!is_asked(ctl->copy, table))
			continue;
		if (!ctl->copy->filled || table->kind != KIND_LOG) {
			sqlite3_str_appendf(sql, "%s; ", table->ask);
			continue;
		}
		columns = copy_columns(ctl, table->name, false, "\"%w\"", ", ");
		sqlite3_str_appendf(
			sql,
			"COPY (SELECT %s FROM change_log WHERE seq > %llu ORDER BY seq)"
			" TO STDOUT (FORMAT binary); ",
			columns, (unsigned long long)seq);
		sqlite3_free(columns);
	}
	return sqlite3_str_finish(sql);
}

/* The tables come in the order in which they were asked for. */
static int take_answers(struct ctl *ctl)
{
	struct copy *copy = ctl->copy;
	struct table *table = copy->tables, *end = table + darr_len(table);
	PGresult *result;
	int ret = 0;

	while ((result = PQgetResult(ctl->pg->conn))) {
		while (table < end && !is_asked(copy, table))
			table++;
		if (PQresultStatus(result) == PGRES_COPY_OUT) {
			if (take_table(ctl, table++) < 0)
				ret = -1;
		} else if (!pg_worked(result) && !ret) {
			pg_say(ctl->pg, result, &ctl->why);
			ret = -1;
		}
		PQclear(result);
	}
	return ret;
}

static int ask(struct ctl *ctl, uint64_t seq)
{
	char *sql = compose(ctl, seq);
	int ret = 0;

	if (!PQsendQuery(ctl->pg->conn, sql)) {
		pg_say(ctl->pg, NULL, &ctl->why);
		ret = -1;
	}
	sqlite3_free(sql);
	return ret ? ret : take_answers(ctl);
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

/* What was filled is kept where the server's log still has its newest entry, the same one. */
static int find_newest(struct ctl *ctl, uint64_t *seq)
{
	char text[24] = "", xid[64] = "";
	const char *const values[] = { text };
	PGresult *result;

	if (sql_text(ctl, text, sizeof(text), "SELECT seq FROM newest", "") < 0 ||
	    sql_text(ctl, xid, sizeof(xid), "SELECT xid FROM newest", "") < 0)
		return -1;
	*seq = strtoull(text, NULL, 10);
	if (!*seq) {
		ctl->copy->filled = false;
		return 0;
	}
	result =
		pg_ask(ctl->pg, "SELECT xid FROM change_log WHERE seq = $1", values, 1, &ctl->why);
	if (!result)
		return -1;
	ctl->copy->filled = PQntuples(result) == 1 && !strcmp(PQgetvalue(result, 0, 0), xid);
	PQclear(result);
	return 0;
}

static int bring_in(struct ctl *ctl)
{
	uint64_t seq = 0;
	int ret;

	if (ctl->copy->filled && find_newest(ctl, &seq) < 0)
		return -1;
	ret = loosen(ctl);
	if (!ret)
		ret = empty(ctl) || ask(ctl, seq) || join_numbers(ctl) ||
				      (ctl->copy->filled && replay_log(ctl, seq))
			      ? -1
			      : 0;
	if (tighten(ctl, !ret) < 0)
		ret = -1;
	ctl->copy->filled = !ret;
	return ret;
}

void copy_spoil(struct ctl *ctl)
{
	ctl->copy->filled = false;
}

int copy_read_within(struct ctl *ctl)
{
	int ret;

	ctl->copy->within = true;
	ret = bring_in(ctl);
	ctl->copy->within = false;
	return ret;
}

int copy_read(struct ctl *ctl)
{
	struct reason ignored = {};
	int ret = pg_run(ctl, ctl->pg, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");

	if (!ret)
		ret = bring_in(ctl);
	PQclear(pg_ask(ctl->pg, ret ? "ROLLBACK" : "COMMIT", NULL, 0, &ignored));
	ctl->copy->looked_us = clock_us();
	return ret;
}

bool copy_is_fresh(const struct ctl *ctl)
{
	return ctl->copy->filled && clock_us() - ctl->copy->looked_us < FRESH_US;
}

/* The newest entry is now this one, which the copy has. */
int copy_keep(struct ctl *ctl, uint64_t seq, const char *xid)
{
	if (sql_run(ctl, "DELETE FROM newest", "") < 0)
		return -1;
	return sql_run(ctl, "INSERT INTO newest VALUES (?1, ?2)", "it", (int64_t)seq, xid);
}

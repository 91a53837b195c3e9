// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What was written into a copy, done again on the server.
 *
 * Rows go as JSON, which the server takes apart by its own columns: what comes from
 * the database is only ever a parameter.
 */
#include <zebra.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "darr.h"
#include "memory.h"

#include "ctl/copy.h"
#include "ctl/pg.h"
#include "ctl/redo.h"
#include "ctl/row.h"

/* So many are on their way before the answers are read. */
#define TOGETHER 100

enum deed { DEED_INSERT, DEED_UPDATE, DEED_DELETE, DEED_COUNT };
static const char deed_letters[DEED_COUNT] = { 'i', 'u', 'd' };

struct redo {
	struct ctl *ctl;
	char **prepared;      /* darr of names: the server knows them */
	bool exact[TOGETHER]; /* of those on their way: one row, neither more nor none */
	unsigned int count;
	bool good;
};

/* ---- noting ---- */

static int run(struct ctl *ctl, const char *sql)
{
	if (sqlite3_exec(ctl->db->sqlite, sql, NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	db_error(ctl->db, "note what is written", &ctl->why);
	return -1;
}

static char *json_of(struct ctl *ctl, const char *table, const char *row)
{
	char *format = sqlite3_mprintf("'%%w', %s.\"%%w\"", row);
	char *pairs = copy_columns(ctl, table, false, format, ", ");
	char *json = sqlite3_mprintf("json_object(%s)", pairs);

	sqlite3_free(format);
	sqlite3_free(pairs);
	return json;
}

static int note_table(struct ctl *ctl, const char *table)
{
	char *was = json_of(ctl, table, "OLD"), *now = json_of(ctl, table, "NEW");
	char *sql = sqlite3_mprintf("CREATE TEMP TRIGGER redo_%w_i AFTER INSERT ON main.%w BEGIN"
				    " INSERT INTO redo (tbl, now) VALUES ('%w', %s); END;"
				    "CREATE TEMP TRIGGER redo_%w_u AFTER UPDATE ON main.%w BEGIN"
				    " INSERT INTO redo (tbl, was, now) VALUES ('%w', %s, %s); END;"
				    "CREATE TEMP TRIGGER redo_%w_d AFTER DELETE ON main.%w BEGIN"
				    " INSERT INTO redo (tbl, was) VALUES ('%w', %s); END",
				    table, table, table, now, table, table, table, was, now, table,
				    table, table, was);
	int ret = run(ctl, sql);

	sqlite3_free(sql);
	sqlite3_free(was);
	sqlite3_free(now);
	return ret;
}

int redo_note(struct ctl *ctl)
{
	int ret = run(
		ctl,
		"CREATE TEMP TABLE redo (id INTEGER PRIMARY KEY, logged INTEGER NOT NULL DEFAULT 0, tbl TEXT,"
		" was TEXT, now TEXT);"
		"CREATE TEMP TRIGGER redo_log AFTER INSERT ON main.change_log"
		" WHEN NEW.was IS NOT NULL OR NEW.now IS NOT NULL BEGIN"
		" INSERT INTO redo (logged, tbl, was, now) VALUES (1, NEW.tbl, NEW.was, NEW.now); END");

	for (unsigned int i = 0; copy_unlogged[i] && !ret; i++)
		ret = note_table(ctl, copy_unlogged[i]);
	return ret;
}

int redo_forget(struct ctl *ctl)
{
	int ret = run(ctl, "DROP TRIGGER IF EXISTS redo_log");

	for (unsigned int i = 0; copy_unlogged[i] && !ret; i++)
		for (enum deed deed = 0; deed < DEED_COUNT && !ret; deed++) {
			char sql[80];

			snprintf(sql, sizeof(sql), "DROP TRIGGER IF EXISTS redo_%s_%c",
				 copy_unlogged[i], deed_letters[deed]);
			ret = run(ctl, sql);
		}
	return ret ? ret : run(ctl, "DROP TABLE IF EXISTS redo");
}

/* ---- statements ---- */

static char *compose(struct ctl *ctl, const char *table, enum deed deed)
{
	char *keys = copy_columns(ctl, table, true, "there.\"%w\" = was.\"%w\"", " AND ");
	char *columns, *values, *sql;

	if (deed == DEED_INSERT) {
		sql = sqlite3_mprintf(
			"INSERT INTO \"%w\" SELECT * FROM json_populate_record(NULL::\"%w\", $1::json)",
			table, table);
	} else if (deed == DEED_DELETE) {
		sql = sqlite3_mprintf(
			"DELETE FROM \"%w\" AS there USING"
			" json_populate_record(NULL::\"%w\", $1::json) AS was WHERE %s",
			table, table, keys);
	} else {
		columns = copy_columns(ctl, table, false, "\"%w\"", ", ");
		values = copy_columns(ctl, table, false, "now.\"%w\"", ", ");
		sql = sqlite3_mprintf(
			"UPDATE \"%w\" AS there SET (%s) = ROW (%s) FROM"
			" json_populate_record(NULL::\"%w\", $1::json) AS was,"
			" json_populate_record(NULL::\"%w\", $2::json) AS now WHERE %s",
			table, columns, values, table, table, keys);
		sqlite3_free(columns);
		sqlite3_free(values);
	}
	sqlite3_free(keys);
	return sql;
}

static bool is_prepared(const struct redo *redo, const char *name)
{
	for (unsigned int i = 0; i < darr_len(redo->prepared); i++)
		if (!strcmp(redo->prepared[i], name))
			return true;
	return false;
}

static bool refuse(struct redo *redo, const PGresult *result)
{
	struct ctl *ctl = redo->ctl;
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *said = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

	redo->good = false;
	if (ctl->why.text[0])
		return false;
	if (!said || (state && !strcmp(state, "42501")))
		pg_say(ctl->pg, result, &ctl->why);
	else
		reason_set(&ctl->why,
			   "database %s does not take it, and nothing was changed: %.*s",
			   ctl->name, pg_first_line(said), said);
	return false;
}

/* The answers to all that is on its way. */
static bool take_answers(struct redo *redo)
{
	PGconn *conn = redo->ctl->pg->conn;
	unsigned int place = 0;
	PGresult *result;
	bool ended = !redo->count;

	if (!ended)
		PQpipelineSync(conn);
	while (!ended && PQstatus(conn) == CONNECTION_OK) {
		result = PQgetResult(conn);
		if (!result)
			continue; /* the end of one answer */
		ended = PQresultStatus(result) == PGRES_PIPELINE_SYNC;
		if (!ended && PQresultStatus(result) != PGRES_PIPELINE_ABORTED) {
			if (!pg_worked(result))
				refuse(redo, result);
			else if (redo->exact[place] && strcmp(PQcmdTuples(result), "1"))
				redo->good = false;
			place++;
		}
		PQclear(result);
	}
	redo->count = 0;
	return redo->good && ended;
}

static bool prepare(struct redo *redo, const char *table, enum deed deed, const char *name)
{
	struct pg *pg = redo->ctl->pg;
	char *sql;
	PGresult *result;

	if (is_prepared(redo, name))
		return true;
	if (!take_answers(redo))
		return false;
	sql = compose(redo->ctl, table, deed);
	PQexitPipelineMode(pg->conn);
	result = PQprepare(pg->conn, name, sql, 0, NULL);
	PQenterPipelineMode(pg->conn);
	sqlite3_free(sql);
	if (pg_worked(result))
		*darr_append(redo->prepared) = sqlite3_mprintf("%s", name);
	else
		refuse(redo, result);
	PQclear(result);
	return redo->good;
}

/* ---- the rows ---- */

static bool write_row(struct redo *redo, sqlite3_stmt *stmt)
{
	const char *table = (const char *)sqlite3_column_text(stmt, 0);
	const char *was = (const char *)sqlite3_column_text(stmt, 1);
	const char *now = (const char *)sqlite3_column_text(stmt, 2);
	enum deed deed = !was ? DEED_INSERT : now ? DEED_UPDATE : DEED_DELETE;
	const char *const values[] = { was ? was : now, now };
	char name[64];

	snprintf(name, sizeof(name), "redo_%s_%c", table, deed_letters[deed]);
	if (!prepare(redo, table, deed, name))
		return false;
	PQsendQueryPrepared(redo->ctl->pg->conn, name, deed == DEED_UPDATE ? 2 : 1, values, NULL,
			    NULL, 0);
	/* what is in no log may have gone with a row that it belonged to */
	redo->exact[redo->count++] = sqlite3_column_int(stmt, 3);
	return redo->count < TOGETHER || take_answers(redo);
}

static bool write_rows(struct redo *redo, sqlite3_stmt *stmt)
{
	int ret = SQLITE_DONE;

	PQenterPipelineMode(redo->ctl->pg->conn);
	while (redo->good && (ret = sqlite3_step(stmt)) == SQLITE_ROW)
		write_row(redo, stmt);
	redo->good = take_answers(redo) && ret == SQLITE_DONE;
	PQexitPipelineMode(redo->ctl->pg->conn);
	return redo->good;
}

/* What the server made of it has the numbers that the copy's log has. */
static int compare(struct ctl *ctl)
{
	uint64_t here = 0, there = 0;
	PGresult *result;
	int ret = -1;

	if (db_revision(ctl->db, &here, &ctl->why) < 0)
		return -1;
	result = pg_ask(ctl->pg,
			"SELECT " PG_REVISION
			", (SELECT xid FROM change_log ORDER BY seq DESC LIMIT 1)",
			NULL, 0, &ctl->why);
	if (!result)
		return -1;
	there = strtoull(PQgetvalue(result, 0, 0), NULL, 10);
	if (here == there)
		ret = copy_keep(ctl, there, PQgetvalue(result, 0, 1));
	else
		reason_set(
			&ctl->why,
			"database %s made something of its own of it, so nothing was changed; write it with SQL, or take the triggers out that frr-tenant did not make",
			ctl->name);
	PQclear(result);
	return ret;
}

static void say_odd(struct ctl *ctl)
{
	reason_set(
		&ctl->why,
		"database %s has not taken what was written, so nothing was changed; look for triggers that frr-tenant did not make",
		ctl->name);
}

static int write_all(struct ctl *ctl, sqlite3_stmt *stmt)
{
	struct redo redo = { .ctl = ctl, .good = true };
	bool good;

	ctl->why.text[0] = '\0';
	if (pg_run(ctl, ctl->pg,
		   "DEALLOCATE ALL; SET CONSTRAINTS ALL DEFERRED; INSERT INTO restoring VALUES (1)") <
	    0)
		return -1;
	good = write_rows(&redo, stmt);
	for (unsigned int i = 0; i < darr_len(redo.prepared); i++)
		sqlite3_free(redo.prepared[i]);
	darr_free(redo.prepared);
	if (!good && !ctl->why.text[0])
		say_odd(ctl);
	if (!good ||
	    pg_run(ctl, ctl->pg, "DELETE FROM restoring; SET CONSTRAINTS ALL IMMEDIATE") < 0)
		return -1;
	return compare(ctl);
}

int redo_write(struct ctl *ctl)
{
	sqlite3_stmt *stmt = NULL;
	int ret;

	if (sqlite3_prepare_v2(ctl->db->sqlite,
			       "SELECT tbl, was, now, logged FROM redo ORDER BY id", -1, &stmt,
			       NULL) != SQLITE_OK)
		return run(ctl, "SELECT 1 FROM redo");
	ret = sqlite3_step(stmt);
	sqlite3_reset(stmt);
	ret = ret == SQLITE_ROW ? write_all(ctl, stmt) : 0;
	sqlite3_finalize(stmt);
	return ret;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading the SQLite tenant database: connection, revisions, whole loads. */
#include <zebra.h>

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "darr.h"
#include "memory.h"
#include "printfrr.h"

#include "source/db_priv.h"
#include "source/rows.h"

DEFINE_MGROUP(TENANT_SOURCE, "tenant source");
DEFINE_MTYPE_STATIC(TENANT_SOURCE, DB, "database");
DEFINE_MTYPE_STATIC(TENANT_SOURCE, DB_PATH, "database path");

/* For who holds a lock. */
static const int lock_wait_ms[] = {
	[DB_READ] = 1000,
	[DB_WRITE] = 5000,
	[DB_SERVE] = 50,
};

static void say_damaged(const struct db *db, const char *what, struct reason *why)
{
	reason_set(why,
		   "database %s is damaged (%s); restore it, or dump it with sqlite3's .recover",
		   db->path, what);
}

/* SQLite's words may hold what stands in the file, which may be anything. */
static void keep_readable(struct reason *why)
{
	for (char *at = why->text; *at; at++)
		if (iscntrl((unsigned char)*at))
			*at = ' ';
}

int db_error(struct db *db, const char *doing, struct reason *why)
{
	int code = sqlite3_errcode(db->sqlite);

	switch (code) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		reason_set(
			why,
			"database %s is locked by another program; it is tried again, end that program's transaction if this stays",
			db->path);
		break;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		say_damaged(db, sqlite3_errmsg(db->sqlite), why);
		break;
	case SQLITE_READONLY:
		reason_set(
			why,
			"database %s may not be written; that takes the right to write it and its folder, as root or a member of group frr",
			db->path);
		break;
	case SQLITE_FULL:
		reason_set(
			why,
			"there is no room on the disk of database %s, so nothing was changed; make room and do it again",
			db->path);
		break;
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
		reason_set(
			why,
			"database %s cannot be opened; that takes the right to write it and its folder, as root or a member of group frr",
			db->path);
		break;
	default:
		reason_set(why, "cannot %s in database %s: %s", doing, db->path,
			   sqlite3_errmsg(db->sqlite));
	}
	keep_readable(why);
	return -EIO;
}

sqlite3_stmt *db_prepare(struct db *db, const char *sql, struct reason *why)
{
	sqlite3_stmt *stmt = NULL, **kept;

	darr_foreach_p (db->prepared, kept)
		if (!sqlite3_stmt_busy(*kept) && !strcmp(sqlite3_sql(*kept), sql))
			return *kept;
	if (sqlite3_prepare_v3(db->sqlite, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL) !=
	    SQLITE_OK) {
		db_error(db, "read", why);
		return NULL;
	}
	*darr_append(db->prepared) = stmt;
	return stmt;
}

void db_done(sqlite3_stmt *stmt)
{
	if (!stmt)
		return;
	sqlite3_reset(stmt);
	sqlite3_clear_bindings(stmt);
}

int db_step(struct db *db, sqlite3_stmt *stmt, struct reason *why)
{
	switch (sqlite3_step(stmt)) {
	case SQLITE_ROW:
		return 1;
	case SQLITE_DONE:
		return 0;
	default:
		return db_error(db, "read", why);
	}
}

int db_number(struct db *db, const char *sql, uint64_t *value, struct reason *why)
{
	sqlite3_stmt *stmt = db_prepare(db, sql, why);
	int ret;

	if (!stmt)
		return -EIO;
	ret = db_step(db, stmt, why);
	if (ret > 0)
		*value = sqlite3_column_int64(stmt, 0);
	db_done(stmt);
	return ret < 0 ? ret : 0;
}

/* ---- connection ---- */

static int check_version(struct db *db, struct reason *why)
{
	uint64_t tables = 0, version = 0;

	if (db_number(
		    db,
		    "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('schema_version', 'change_log')",
		    &tables, why) < 0)
		return -EIO;
	if (tables != 2) {
		reason_set(why,
			   "%s is not a tenant database; make one with \"tenantctl --db %s init\"",
			   db->path, db->path);
		return -EINVAL;
	}
	if (db_number(db, "SELECT max(version) FROM schema_version", &version, why) < 0)
		return -EIO;
	if (version != DB_SCHEMA_VERSION) {
		reason_set(
			why,
			"database %s has schema version %" PRIu64
			" and this program knows %d; install the version of frr-tenant it was made with",
			db->path, version, DB_SCHEMA_VERSION);
		return -EINVAL;
	}
	return 0;
}

static struct db *db_new(const char *path)
{
	struct db *db = XCALLOC(MTYPE_DB, sizeof(*db));

	db->path = XSTRDUP(MTYPE_DB_PATH, path);
	db->name = asprintfrr(MTYPE_DB_PATH, "database %s", path);
	return db;
}

struct db *db_open(const char *path, enum db_mode mode, struct reason *why)
{
	struct db *db = db_new(path);
	/* read-write in both: a WAL reader keeps its place in the shared index */
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;

	if (access(path, F_OK) < 0) {
		if (errno == EACCES)
			reason_set(
				why,
				"you may not read database %s; do this as root or as a member of group frr",
				path);
		else
			reason_set(
				why,
				"there is no database %s; make one with \"tenantctl --db %s init\"",
				path, path);
		goto fail;
	}
	if (sqlite3_open_v2(path, &db->sqlite, flags, NULL) != SQLITE_OK) {
		db_error(db, "open the file", why);
		goto fail;
	}
	sqlite3_busy_timeout(db->sqlite, lock_wait_ms[mode]);
	sqlite3_exec(db->sqlite, "PRAGMA foreign_keys = ON", NULL, NULL, NULL);
	/* the last to close a database deletes its log by name, which may be that of
	 * another database in its place by now
	 */
	if (mode == DB_SERVE)
		sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	if (check_version(db, why) < 0)
		goto fail;
	return db;
fail:
	db_close(db);
	return NULL;
}

struct db *db_open_private(const char *name, const char *schema, struct reason *why)
{
	struct db *db = db_new(name);

	if (sqlite3_open_v2(":memory:", &db->sqlite,
			    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
			    NULL) == SQLITE_OK &&
	    sqlite3_exec(db->sqlite, schema, NULL, NULL, NULL) == SQLITE_OK)
		return db;
	db_error(db, "make a copy", why);
	db_close(db);
	return NULL;
}

void db_close(struct db *db)
{
	sqlite3_stmt **kept;

	if (!db)
		return;
	darr_foreach_p (db->prepared, kept)
		sqlite3_finalize(*kept);
	darr_free(db->prepared);
	sqlite3_close_v2(db->sqlite);
	XFREE(MTYPE_DB_PATH, db->path);
	XFREE(MTYPE_DB_PATH, db->name);
	XFREE(MTYPE_DB, db);
}

/* ---- revisions ---- */

int db_revision(struct db *db, uint64_t *seq, struct reason *why)
{
	*seq = 0;
	return db_number(db, "SELECT seq FROM sqlite_sequence WHERE name = 'change_log'", seq,
			 why);
}

int db_mean(struct db *db, struct reason *why)
{
	/* its own row in the change log is the next one */
	static const char *const sql =
		"INSERT INTO meant SELECT 1, seq + 1 FROM sqlite_sequence WHERE name = 'change_log'"
		" ON CONFLICT (id) DO UPDATE SET seq = excluded.seq";

	if (sqlite3_exec(db->sqlite, sql, NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	return db_error(db, "say that it is meant", why);
}

int db_data_version(struct db *db, uint32_t *version, struct reason *why)
{
	uint64_t value = 0;
	int ret = db_number(db, "PRAGMA data_version", &value, why);

	*version = value;
	return ret;
}

int db_check(struct db *db, struct reason *why)
{
	sqlite3_stmt *stmt = db_prepare(db, "PRAGMA integrity_check(1)", why);
	char said[120];
	int ret;

	if (!stmt)
		return -EIO;
	ret = db_step(db, stmt, why);
	snprintf(said, sizeof(said), "%s",
		 ret > 0 ? (const char *)sqlite3_column_text(stmt, 0) : "");
	db_done(stmt);
	if (ret < 0 || !strcmp(said, "ok"))
		return MIN(ret, 0);
	say_damaged(db, said, why);
	keep_readable(why);
	return -EIO;
}

/* ---- loads ---- */

/* True where this function opened the transaction, and so must end it. */
static int begin(struct db *db, bool *opened, struct reason *why)
{
	*opened = sqlite3_get_autocommit(db->sqlite) != 0;
	if (*opened && sqlite3_exec(db->sqlite, "BEGIN", NULL, NULL, NULL) != SQLITE_OK)
		return db_error(db, "begin to read", why);
	return 0;
}

static void end(struct db *db, bool opened)
{
	if (opened)
		sqlite3_exec(db->sqlite, "COMMIT", NULL, NULL, NULL);
}

static const char *stmt_text(const struct row *row, int col, size_t *len)
{
	const char *text = (const char *)sqlite3_column_text(row->at, col);

	*len = sqlite3_column_bytes(row->at, col);
	return text;
}

static int64_t stmt_number(const struct row *row, int col)
{
	return sqlite3_column_int64(row->at, col);
}

static const struct row_ops stmt_row = {
	.text = stmt_text,
	.number = stmt_number,
};

static const struct dialect dialect = {
	.revision = "SELECT seq FROM sqlite_sequence WHERE name = 'change_log'",
	.operation = "SELECT seq FROM sqlite_sequence WHERE name = 'operation'",
};

static int answer(struct db *db, struct inquiry *inquiry, const struct question *question,
		  struct reason *why)
{
	sqlite3_stmt *stmt = db_prepare(db, question->sql, why);
	struct row row = { .ops = &stmt_row, .at = stmt };
	char name[] = "$0";
	int ret;

	if (!stmt)
		return -EIO;
	for (unsigned int i = 0; i < question->count; i++) {
		name[1]++;
		sqlite3_bind_int64(stmt, sqlite3_bind_parameter_index(stmt, name),
				   question->values[i]);
	}
	while ((ret = db_step(db, stmt, why)) > 0)
		if (!inquiry_row(inquiry, question, &row, why)) {
			ret = -EIO;
			break;
		}
	db_done(stmt);
	return ret;
}

static int answer_all(struct db *db, struct inquiry *inquiry, struct reason *why)
{
	const struct question *questions, *question;
	int ret = 0;

	while (!ret && inquiry_ask(inquiry, &questions))
		darr_foreach_p (questions, question)
			if (!ret)
				ret = answer(db, inquiry, question, why);
	return ret;
}

struct inquiry *db_inquiry_new(struct db *db, uint64_t since)
{
	return inquiry_new(&dialect, db->name, since);
}

int db_read(struct db *db, struct inquiry *inquiry, struct load **load, struct reason *why)
{
	bool opened;
	int ret = begin(db, &opened, why);

	if (ret < 0)
		return ret;
	ret = answer_all(db, inquiry, why);
	end(db, opened);
	return ret < 0 ? ret : inquiry_end(inquiry, load, why);
}

int db_load_since(struct db *db, uint64_t seq, struct load **load, struct reason *why)
{
	struct inquiry *inquiry = db_inquiry_new(db, seq);
	int ret = db_read(db, inquiry, load, why);

	inquiry_free(inquiry);
	return ret;
}

int db_load_all(struct db *db, struct load **load, struct reason *why)
{
	return db_load_since(db, READ_ALL, load, why);
}

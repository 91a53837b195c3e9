// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading the SQLite tenant database: connection, revisions, whole loads. */
#include <zebra.h>

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "darr.h"
#include "memory.h"

#include "source/db_priv.h"

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

/* ---- columns ---- */

bool column_is_null(sqlite3_stmt *stmt, int col)
{
	return sqlite3_column_type(stmt, col) == SQLITE_NULL;
}

bool column_text(sqlite3_stmt *stmt, int col, char *buf, size_t size)
{
	const unsigned char *text = sqlite3_column_text(stmt, col);
	size_t len = sqlite3_column_bytes(stmt, col);

	if (!text || len >= size || memchr(text, '\0', len))
		return false;
	memcpy(buf, text, len);
	buf[len] = '\0';
	return true;
}

uint32_t column_u32(sqlite3_stmt *stmt, int col)
{
	sqlite3_int64 value = sqlite3_column_int64(stmt, col);

	return value < 0 || value > UINT32_MAX ? 0 : value;
}

bool column_net(sqlite3_stmt *stmt, int col, struct ipnet *net)
{
	char text[IPNET_TEXT_SIZE];

	return column_text(stmt, col, text, sizeof(text)) && !ipnet_parse(text, net);
}

bool column_addr(sqlite3_stmt *stmt, int col, struct ipnet *addr)
{
	char text[IPNET_TEXT_SIZE];

	return column_text(stmt, col, text, sizeof(text)) && !ipnet_parse_addr(text, addr);
}

const char *column_quote(sqlite3_stmt *stmt, int col, char buf[static 48])
{
	const unsigned char *text = sqlite3_column_text(stmt, col);
	size_t i;

	if (!text)
		return strcpy(buf, "nothing");
	for (i = 0; text[i] && i < 40; i++)
		buf[i] = text[i] < ' ' || text[i] > '~' ? '?' : text[i];
	strcpy(buf + i, text[i] ? "..." : "");
	return buf;
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

struct db *db_open(const char *path, enum db_mode mode, struct reason *why)
{
	struct db *db = XCALLOC(MTYPE_DB, sizeof(*db));
	/* read-write in both: a WAL reader keeps its place in the shared index */
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;

	db->path = XSTRDUP(MTYPE_DB_PATH, path);
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
	XFREE(MTYPE_DB, db);
}

/* ---- revisions ---- */

int db_revision(struct db *db, uint64_t *seq, struct reason *why)
{
	*seq = 0;
	return db_number(db, "SELECT seq FROM sqlite_sequence WHERE name = 'change_log'", seq,
			 why);
}

/* A database that was made before there was such a table has none. */
static int db_meant(struct db *db, uint64_t *seq, struct reason *why)
{
	uint64_t there = 0;

	*seq = 0;
	if (db_number(db, "SELECT count(*) FROM sqlite_schema WHERE name = 'meant'", &there, why))
		return -EIO;
	return there ? db_number(db, "SELECT ifnull(max(seq), 0) FROM meant", seq, why) : 0;
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

static int fill_all(struct db *db, struct load *load, struct reason *why)
{
	load->full = true;
	if (db_revision(db, &load->revision, why) < 0 || db_meant(db, &load->meant, why) < 0 ||
	    rows_provider(db, &load->provider, why) < 0 ||
	    rows_tenants(db, 0, &load->tenants, why) < 0)
		return -EIO;
	return 0;
}

int db_load_all(struct db *db, struct load **load, struct reason *why)
{
	struct load *fresh = load_new();
	bool opened;
	int ret = begin(db, &opened, why);

	if (ret == 0) {
		ret = fill_all(db, fresh, why);
		end(db, opened);
	}
	if (ret < 0)
		load_free(fresh);
	else
		*load = fresh;
	return ret;
}

/* The tenants that changed after seq; *all where something concerns everyone.  Tells
 * the load when the newest was written, and of whom no row went.
 */
static int changed_since(struct db *db, uint64_t seq, uint32_t **ids, bool *all, struct load *load,
			 struct reason *why)
{
	/* a row whose parent went in the same transaction names no tenant: its
	 * parent's row does; and one that is given to another tenant is updated
	 */
	sqlite3_stmt *stmt = db_prepare(
		db,
		"SELECT tenant_id, tbl IN ('provider', 'pool', 'reserved', 'reserved_port', 'site', 'node', 'node_role', 'wire', 'wire_port', 'switch_domain', 'domain_port', 'meant'),"
		" max(at), max(op = 'delete' OR (op = 'update' AND tbl <> 'tenant')) FROM change_log WHERE seq > ?1 GROUP BY 1, 2",
		why);
	int ret;

	if (!stmt)
		return -EIO;
	sqlite3_bind_int64(stmt, 1, seq);
	while ((ret = db_step(db, stmt, why)) > 0) {
		uint32_t id = column_u32(stmt, 0); /* 0: NULL, or one that is none */

		load->written = MAX(load->written, sqlite3_column_int64(stmt, 2) * 1000);
		if (sqlite3_column_int(stmt, 1))
			*all = true;
		else if (id)
			*darr_append(*ids) = id;
		if (id && !sqlite3_column_int(stmt, 1) && !sqlite3_column_int(stmt, 3))
			*darr_append(load->intact) = id;
	}
	db_done(stmt);
	return ret;
}

static int fill_tenant(struct db *db, uint32_t id, struct load *load, struct reason *why)
{
	unsigned int before = darr_len(load->tenants);

	if (rows_tenants(db, id, &load->tenants, why) < 0)
		return -EIO;
	if (darr_len(load->tenants) == before)
		*darr_append(load->gone) = id;
	return 0;
}

static int fill_since(struct db *db, uint64_t seq, struct load *load, struct reason *why)
{
	uint64_t floor = 0;
	uint32_t *ids = NULL, *id;
	bool all = false;
	int ret = 0;

	if (db_revision(db, &load->revision, why) < 0 || db_meant(db, &load->meant, why) < 0 ||
	    db_number(
		    db,
		    "SELECT ifnull(min(seq), (SELECT seq + 1 FROM sqlite_sequence WHERE name = 'change_log')) FROM change_log",
		    &floor, why) < 0)
		return -EIO;
	/* a log that ends before seq is that of another database; one that has
	 * been emptied reaches back to nothing
	 */
	if (load->revision < seq || (load->revision > seq && floor > seq + 1))
		return -ESTALE;
	if (changed_since(db, seq, &ids, &all, load, why) < 0)
		ret = -EIO;
	else if (all)
		ret = fill_all(db, load, why);
	else
		darr_foreach_p (ids, id)
			if (!ret)
				ret = fill_tenant(db, *id, load, why);
	darr_free(ids);
	return ret;
}

int db_load_since(struct db *db, uint64_t seq, struct load **load, struct reason *why)
{
	struct load *fresh = load_new();
	bool opened;
	int ret = begin(db, &opened, why);

	if (ret == 0) {
		ret = fill_since(db, seq, fresh, why);
		end(db, opened);
	}
	if (ret < 0)
		load_free(fresh);
	else
		*load = fresh;
	return ret;
}

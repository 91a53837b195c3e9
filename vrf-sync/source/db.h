// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading the SQLite tenant database (vrf-sync/schema.sql).
 *
 *	struct db *db = db_open(path, DB_READ, &why);
 *	db_load_all(db, &load, &why);              -- everything
 *	db_load_since(db, seq, &load, &why);       -- what change_log names after seq
 *
 * A load is read in one transaction, or, where the caller has one open, in
 * that: tenantctl judges its own change that way before it commits.
 *
 * Every failure leaves *load alone and gives one sentence that names the
 * database.  Nothing here waits, except for a lock: seconds, with DB_SERVE a moment.
 */
#ifndef FRR_TENANT_SOURCE_DB_H
#define FRR_TENANT_SOURCE_DB_H

#include "model/model.h"

#define DB_SCHEMA_VERSION 3
/* A node's row in node_status gets no older than this while its tenantd is well. */
#define STATUS_EVERY_S 10

struct inquiry;
struct sqlite3;
struct sqlite3_stmt;

/* Who opens it: a command that reads, one that writes, or a daemon, which has others to serve. */
enum db_mode { DB_READ, DB_WRITE, DB_SERVE };

struct db {
	struct sqlite3 *sqlite;
	char *path;
	char *name;                     /* "database /var/lib/frr-tenant/tenants.db" */
	struct sqlite3_stmt **prepared; /* darr; kept for the next time */
};

/* NULL with a sentence where there is no such database, it is none of ours, or
 * its schema is newer than this program.
 */
struct db *db_open(const char *path, enum db_mode mode, struct reason *why);
/* An empty one in memory, made of the text of schema.sql; name is what sentences call it. */
struct db *db_open_private(const char *name, const char *schema, struct reason *why);
void db_close(struct db *db);

/* Whether all of it can be relied on: rows that a damaged page hides look like rows
 * that somebody took away.  Takes 35 us for each tenant of five switches.  0, or -EIO.
 */
int db_check(struct db *db, struct reason *why);
/* 0, or -EIO. */
int db_load_all(struct db *db, struct load **load, struct reason *why);
/* 0; -ESTALE where the log no longer reaches back to seq (read everything
 * then); or -EIO.
 */
int db_load_since(struct db *db, uint64_t seq, struct load **load, struct reason *why);

/* The same by an inquiry of the caller's, which may ask for more (source/rows.h); it stays.
 * since: READ_ALL, or a seq.
 */
struct inquiry *db_inquiry_new(struct db *db, uint64_t since);
int db_read(struct db *db, struct inquiry *inquiry, struct load **load, struct reason *why);

/* The newest seq of the change log, whether or not its row is still there. */
int db_revision(struct db *db, uint64_t *seq, struct reason *why);
/* Within a transaction: every node may withdraw all that is withdrawn up to and with it, whatever
 * the brake says (plan/brake.h).  0, or -EIO.
 */
int db_mean(struct db *db, struct reason *why);
/* Changes whenever another connection has committed (PRAGMA data_version). */
int db_data_version(struct db *db, uint32_t *version, struct reason *why);

/* Writes SQLite's last error into *why, in a sentence; returns -EIO. */
int db_error(struct db *db, const char *doing, struct reason *why);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * This node's rows in the database's status tables, so that one command on any
 * machine sees the whole network.
 *
 * Never on the path of a change: written a second after something happened,
 * in one transaction, and only for tenants of which there is news.  Only while
 * somebody moves a switch and waits for these rows they come as soon as that is
 * done, and that second later at the latest.  A database
 * that cannot be written is no harm: the next time all is written that it lacks,
 * as it is to one that has been put in the place of another.
 */
#include <zebra.h>

#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>

#include "darr.h"
#include "frrevent.h"
#include "log.h"

#include "clock.h"
#include "apply/engine.h"
#include "daemon/tenantd.h"
#include "source/db.h"

#define WRITE_AFTER_MS 1000
#define LOOK_AGAIN_MS  10

static int64_t changed_at; /* what is to be written; 0: nothing is */

static struct event *ev_write;
static struct db *open_db;
static dev_t open_dev;
static ino_t open_ino;

struct writing {
	sqlite3 *sqlite;
	sqlite3_stmt *put;
};

static sqlite3_stmt *prepare(sqlite3 *sqlite, const char *sql)
{
	sqlite3_stmt *stmt = NULL;

	sqlite3_prepare_v2(sqlite, sql, -1, &stmt, NULL);
	return stmt;
}

static void run(sqlite3_stmt *stmt)
{
	sqlite3_step(stmt);
	sqlite3_reset(stmt);
}

static bool put_tenant(void *arg, const struct engine_tenant *tenant)
{
	struct writing *w = arg;
	const struct tenant *row = model_tenant(tenantd.model, tenant->tenant_id);

	if (!row)
		return true;
	sqlite3_bind_text(w->put, 2, row->name, -1, SQLITE_TRANSIENT);
	sqlite3_bind_text(w->put, 3, health_names[tenant->health], -1, SQLITE_STATIC);
	sqlite3_bind_text(w->put, 4, tenant->reason, -1, SQLITE_TRANSIENT);
	run(w->put);
	return true;
}

static void put_node(struct writing *w, const struct engine_stats *stats)
{
	sqlite3_stmt *stmt = prepare(
		w->sqlite,
		"INSERT INTO node_status (node, revision, tenants, failed, updated)"
		" VALUES (?1, ?2, ?3, ?4, strftime('%Y-%m-%d %H:%M:%f', 'now'))"
		" ON CONFLICT (node) DO UPDATE SET revision = ?2, tenants = ?3, failed = ?4, updated = excluded.updated");

	sqlite3_bind_text(stmt, 1, tenantd.node, -1, SQLITE_STATIC);
	sqlite3_bind_int64(stmt, 2, stats->revision);
	sqlite3_bind_int(stmt, 3, stats->tenants);
	sqlite3_bind_int(stmt, 4, stats->tenants_failed);
	run(stmt);
	sqlite3_finalize(stmt);
}

static unsigned int count_rows(struct writing *w)
{
	sqlite3_stmt *stmt =
		prepare(w->sqlite, "SELECT count(*) FROM tenant_status WHERE node = ?1");
	unsigned int count = 0;

	sqlite3_bind_text(stmt, 1, tenantd.node, -1, SQLITE_STATIC);
	if (sqlite3_step(stmt) == SQLITE_ROW)
		count = sqlite3_column_int(stmt, 0);
	sqlite3_finalize(stmt);
	return count;
}

/* Tenants that this node no longer serves, or under another name. */
static void drop_tenants(struct writing *w)
{
	sqlite3_stmt *stmt =
		prepare(w->sqlite,
			"DELETE FROM tenant_status WHERE node = ?1 AND tenant NOT IN "
			"(SELECT t.name FROM tenant t JOIN attachment a ON a.tenant_id = t.id"
			" JOIN node n ON n.id = a.node_id WHERE n.name = ?1)");

	sqlite3_bind_text(stmt, 1, tenantd.node, -1, SQLITE_STATIC);
	run(stmt);
	sqlite3_finalize(stmt);
}

static bool write_rows(struct db *db)
{
	struct writing w = { .sqlite = db->sqlite };
	struct engine_stats stats;
	unsigned int rows;

	engine_stats(tenantd.engine, &stats);
	if (sqlite3_exec(db->sqlite, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
		return false;
	w.put = prepare(db->sqlite,
			"INSERT INTO tenant_status (node, tenant, health, reason, updated)"
			" VALUES (?1, ?2, ?3, ?4, strftime('%Y-%m-%d %H:%M:%f', 'now'))"
			" ON CONFLICT (node, tenant) DO UPDATE"
			" SET health = ?3, reason = ?4, updated = excluded.updated"
			" WHERE health <> ?3 OR reason <> ?4");
	sqlite3_bind_text(w.put, 1, tenantd.node, -1, SQLITE_STATIC);
	engine_each_new(tenantd.engine, put_tenant, &w);
	sqlite3_finalize(w.put);
	rows = count_rows(&w);
	if (rows > stats.tenants)
		drop_tenants(&w);
	else if (rows < stats.tenants)
		engine_all_is_new(tenantd.engine); /* somebody took rows away */
	tracing_write(db->sqlite);
	put_node(&w, &stats);
	if (sqlite3_exec(db->sqlite, "COMMIT", NULL, NULL, NULL) == SQLITE_OK)
		return true;
	engine_all_is_new(tenantd.engine);
	return false;
}

/* Another file has come under the name. */
static bool file_is_another(void)
{
	struct stat st;

	if (stat(tenantd.database, &st) < 0 || (st.st_dev == open_dev && st.st_ino == open_ino))
		return false;
	open_dev = st.st_dev;
	open_ino = st.st_ino;
	return true;
}

static void close_db(void)
{
	db_close(open_db);
	open_db = NULL;
}

/* It stays open: opening takes longer than all that is written. */
struct db *status_database(struct reason *why)
{
	if (file_is_another())
		close_db();
	if (!open_db)
		open_db = db_open(tenantd.database, DB_SERVE, why);
	return open_db;
}

static bool write_now(void)
{
	struct reason why = {};

	if (status_database(&why) && write_rows(open_db))
		return true;
	close_db(); /* which ends its transaction, too */
	return false;
}

static void write_status(struct event *event);

static void write_in(unsigned int milliseconds)
{
	event_cancel(&ev_write);
	event_add_timer_msec(tenantd.loop, write_status, NULL, milliseconds, &ev_write);
}

static void write_status(struct event *event)
{
	bool late = clock_us() - changed_at >= WRITE_AFTER_MS * 1000;
	struct engine_stats stats;

	engine_stats(tenantd.engine, &stats);
	if (leaving_any() && (stats.busy || (!late && !leaving_is_over())))
		write_in(LOOK_AGAIN_MS);
	else if (stats.busy || !write_now())
		write_in(WRITE_AFTER_MS);
	else
		changed_at = 0;
}

void status_changed(void)
{
	if (!tenantd.database || !model_provider(tenantd.model))
		return;
	if (!changed_at)
		changed_at = clock_us();
	if (!ev_write)
		write_in(leaving_any() ? LOOK_AGAIN_MS : WRITE_AFTER_MS);
	else if (leaving_any() && event_timer_remain_msec(ev_write) > LOOK_AGAIN_MS)
		write_in(LOOK_AGAIN_MS);
}

void status_stop(void)
{
	event_cancel(&ev_write);
	changed_at = 0;
	close_db();
}

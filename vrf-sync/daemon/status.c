// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * This node's rows in the database's status tables, so that one command on any
 * machine sees the whole network.
 *
 * Never on the path of a change: written when a revision is in force and the
 * engine has nothing left to do, since an operation that moves a tenant to
 * another site waits for that, and while a switch leaves this site once its
 * routes have gone; anything else a second after it happened.  On
 * average no oftener than once a second, in one transaction, and only for
 * tenants of which there is news.  A node that nothing happens to says so every
 * few seconds, so that it can be told from one that has died.  A database that
 * cannot be written is no harm: the next time all is written that it lacks, as
 * it is to one that has been put in the place of another.
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
#include "source/source.h"

#define WRITE_AFTER_MS 1000
/* Together with what zebra says of the change just made, and less than anybody waits. */
#define SETTLED_MS 5
/* A switch that leaves has not left yet; and for how long that is waited for. */
#define LOOK_AGAIN_MS 10
#define LEAVING_MS    1000
/* So many may follow at once where there were none for so many seconds. */
#define AT_ONCE 8
/* Somebody else writes: waiting for the lock is for those who have nothing else to do. */
#define LOCK_MS  10
#define RETRY_MS 100

static struct event *ev_write;
static int64_t ev_write_at; /* ms */
static int64_t spaced;      /* when the writes so far are a second apart, ms */
static int64_t put_off;     /* since when something leaves, ms; 0: it does not */
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

	if (stat(config_location(), &st) < 0 || (st.st_dev == open_dev && st.st_ino == open_ino))
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
	if (tenantd.database_kind != &source_sqlite) {
		reason_set(why, "%s takes no status", tenantd.database);
		return NULL;
	}
	if (file_is_another())
		close_db();
	if (!open_db) {
		open_db = db_open(config_location(), DB_SERVE, why);
		if (open_db)
			sqlite3_busy_timeout(open_db->sqlite, LOCK_MS);
	}
	return open_db;
}

static int64_t now_ms(void)
{
	return clock_us() / 1000;
}

static void write_status(struct event *event);

/* At the earliest of all times it was asked for. */
static void write_in(int64_t ms)
{
	int64_t at = now_ms() + ms;

	if (tenantd.database_kind != &source_sqlite || !model_provider(tenantd.model) ||
	    (ev_write && ev_write_at <= at))
		return;
	event_cancel(&ev_write);
	ev_write_at = at;
	event_add_timer_msec(tenantd.loop, write_status, NULL, ms, &ev_write);
}

/* How long the next one has to wait, ms. */
static int64_t spacing(void)
{
	return MAX(0, spaced - (AT_ONCE - 1) * WRITE_AFTER_MS - now_ms());
}

/* In how many ms again. */
static int64_t write_now(void)
{
	struct reason why = {};
	bool locked;

	if (status_database(&why) && write_rows(open_db)) {
		spaced = MAX(spaced, now_ms()) + WRITE_AFTER_MS;
		return STATUS_EVERY_S * 1000;
	}
	locked = open_db && sqlite3_errcode(open_db->sqlite) == SQLITE_BUSY &&
		 sqlite3_get_autocommit(open_db->sqlite);
	if (!locked)
		close_db(); /* which ends its transaction, too */
	return locked ? RETRY_MS : WRITE_AFTER_MS;
}

/* Whoever moves the switch must not go on while an edge here still has the way to it. */
static bool is_leaving(void)
{
	if (!leaving_any() || leaving_is_over())
		return false;
	if (!put_off)
		put_off = now_ms();
	return now_ms() < put_off + LEAVING_MS;
}

static void write_status(struct event *event)
{
	struct engine_stats stats;

	engine_stats(tenantd.engine, &stats);
	if (stats.busy) {
		write_in(WRITE_AFTER_MS); /* its end is told of by status_settled() */
	} else if (is_leaving()) {
		write_in(LOOK_AGAIN_MS);
	} else {
		put_off = 0;
		write_in(write_now());
	}
}

void status_changed(void)
{
	write_in(WRITE_AFTER_MS);
}

void status_settled(void)
{
	write_in(MAX(SETTLED_MS, spacing()));
}

void status_stop(void)
{
	event_cancel(&ev_write);
	close_db();
}

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

#include <errno.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "darr.h"
#include "frrevent.h"
#include "log.h"

#include "clock.h"
#include "apply/engine.h"
#include "daemon/tenantd.h"
#include "source/db.h"
#include "source/notes.h"
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
static struct notes *unwritten;
static bool too_many;  /* rows of this node in tenant_status */
static bool under_way; /* a server has it */

/* As SQLite and PostgreSQL write it. */
static const char *now_text(void)
{
	static char text[32];
	struct timeval now;
	struct tm tm;
	size_t len;

	gettimeofday(&now, NULL);
	len = strftime(text, sizeof(text), "%F %T", gmtime_r(&now.tv_sec, &tm));
	snprintf(text + len, sizeof(text) - len, ".%03d", (int)(now.tv_usec / 1000));
	return text;
}

/* ---- what is written ---- */

static bool add_tenant(void *arg, const struct engine_tenant *tenant)
{
	const struct tenant *row = model_tenant(tenantd.model, tenant->tenant_id);

	if (row)
		notes_add(
			arg,
			"INSERT INTO tenant_status (node, tenant, health, reason, updated)"
			" VALUES ($1, $2, $3, $4, $5) ON CONFLICT (node, tenant) DO UPDATE"
			" SET health = excluded.health, reason = excluded.reason,"
			" updated = excluded.updated WHERE tenant_status.health <> excluded.health"
			" OR tenant_status.reason <> excluded.reason",
			5, tenantd.node, row->name, health_names[tenant->health], tenant->reason,
			now_text());
	return true;
}

static void add_node(struct notes *notes, const struct engine_stats *stats)
{
	notes_add(notes,
		  "INSERT INTO node_status (node, revision, tenants, failed, updated)"
		  " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (node) DO UPDATE"
		  " SET revision = excluded.revision, tenants = excluded.tenants,"
		  " failed = excluded.failed, updated = excluded.updated",
		  5, tenantd.node, notes_number(stats->revision), notes_number(stats->tenants),
		  notes_number(stats->tenants_failed), now_text());
}

/* Tenants that this node no longer serves, or under another name. */
static void add_dropping(struct notes *notes)
{
	notes_add(notes,
		  "DELETE FROM tenant_status WHERE node = $1 AND tenant NOT IN "
		  "(SELECT t.name FROM tenant t JOIN attachment a ON a.tenant_id = t.id"
		  " JOIN node n ON n.id = a.node_id WHERE n.name = $1)",
		  1, tenantd.node);
}

/* Behind what could not be written before, which is as it was. */
static void compose(void)
{
	struct engine_stats stats;

	if (!unwritten)
		unwritten = notes_new();
	engine_stats(tenantd.engine, &stats);
	engine_each_new(tenantd.engine, add_tenant, unwritten);
	if (too_many)
		add_dropping(unwritten);
	tracing_write(unwritten);
	add_node(unwritten, &stats);
	notes_ask(unwritten, "SELECT count(*) FROM tenant_status WHERE node = $1", tenantd.node);
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

	if (!tenantd.database || !tenantd.database_kind->takes_notes ||
	    !model_provider(tenantd.model) || (ev_write && ev_write_at <= at))
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

/* Rows that somebody took away, or that are of no tenant here any more, are the next time's. */
static void written(int64_t rows)
{
	struct engine_stats stats;

	engine_stats(tenantd.engine, &stats);
	too_many = rows > stats.tenants;
	if (rows < stats.tenants)
		engine_all_is_new(tenantd.engine);
	spaced = MAX(spaced, now_ms()) + WRITE_AFTER_MS;
	write_in(rows == stats.tenants ? STATUS_EVERY_S * 1000 : WRITE_AFTER_MS);
}

static void end_writing(int ret)
{
	int64_t rows = unwritten->answer;

	if (ret == -EBUSY) {
		write_in(RETRY_MS); /* with what is new by then behind it */
		return;
	}
	notes_free(unwritten);
	unwritten = NULL;
	if (!ret) {
		written(rows);
		return;
	}
	engine_all_is_new(tenantd.engine);
	write_in(WRITE_AFTER_MS);
}

static void answered(void *arg, int ret)
{
	under_way = false;
	end_writing(ret);
}

void status_write(struct notes *notes, void (*done)(void *arg, int ret), void *arg)
{
	struct reason why = {};
	int ret = -EIO;

	if (tenantd.database_kind != &source_sqlite) {
		source_write(tenantd.source, notes, done, arg);
		return;
	}
	if (status_database(&why))
		ret = notes_write(notes, open_db, &why);
	if (ret == -EIO)
		close_db();
	done(arg, ret);
}

static void write_now(void)
{
	compose();
	under_way = true;
	status_write(unwritten, answered, NULL);
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
	if (under_way) {
		write_in(RETRY_MS);
	} else if (stats.busy) {
		write_in(WRITE_AFTER_MS); /* its end is told of by status_settled() */
	} else if (is_leaving()) {
		write_in(LOOK_AGAIN_MS);
	} else {
		put_off = 0;
		write_now();
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
	notes_free(unwritten);
	unwritten = NULL;
}

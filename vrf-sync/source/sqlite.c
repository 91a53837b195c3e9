// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The SQLite source: who wakes it, and when it reads.
 *
 * Another process's commit ends as a write to the WAL file and then a change
 * of the shared index beside it, which no file event tells of.  So inotify on
 * the folder wakes us, and PRAGMA data_version says whether a commit is
 * visible yet; if not, we look again after 1, 2, 4 ... ms, until the writer
 * must be done or has rolled back.  Between commits nothing runs, but for one
 * look every few seconds that would find what inotify cannot see.
 *
 * The file may be deleted, replaced or damaged under us.  A look compares its
 * device and inode with those of the open one, and opens it anew; what is opened
 * anew is checked before it is read.  So is one that is open, where something is
 * missing that nobody took away.
 */
#include <zebra.h>

#include <errno.h>
#include <libgen.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "darr.h"
#include "frrevent.h"
#include "log.h"
#include "memory.h"

#include "clock.h"
#include "errors.h"
#include "source/db.h"
#include "source/operation.h"
#include "source/rows.h"
#include "source/source_priv.h"

DECLARE_MGROUP(TENANT_SOURCE);
DEFINE_MTYPE_STATIC(TENANT_SOURCE, SOURCE, "source");
DEFINE_MTYPE_STATIC(TENANT_SOURCE, SOURCE_TEXT, "source location");

#define SLOW_LOOK_MS    3000
#define SETTLE_FIRST_MS 1
#define SETTLE_BUSY_MS  2
#define SETTLE_LAST_MS  512
#define RETRY_FIRST_MS  100
#define RETRY_LAST_MS   2000
#define FOLDER_EVENTS \
	(IN_MODIFY | IN_CREATE | IN_DELETE | IN_MOVED_TO | IN_MOVED_FROM | IN_CLOSE_WRITE)

struct sqlite_source {
	struct source base;
	char *path;
	char *name; /* last part of path */

	/* what is open; NULL while it cannot be */
	struct db *db;
	dev_t dev;
	ino_t ino;
	off_t size;    /* it never shrinks but by VACUUM, or by accident */
	char *log;     /* path of its WAL */
	ino_t log_ino; /* 0: none, or not known yet */

	/* what has been read */
	bool loaded;
	bool checked; /* that it is whole, since it was opened */
	uint32_t data_version;
	struct operation_row *operations; /* darr */
	int64_t operations_read;          /* the newest id; -1: none has been */
	bool other_file;                  /* whose operations nobody has been told of */

	int inotify;
	bool written; /* to, since we last looked */
	struct event *ev_inotify, *ev_settle, *ev_slow, *ev_retry;
	long settle_ms, retry_ms;
};

static void look(struct sqlite_source *source);

/* ---- problems ---- */

static void retry(struct event *event)
{
	look(EVENT_ARG(event));
}

static void give_up_for_now(struct sqlite_source *source, const struct reason *why)
{
	source_set_problem(&source->base, why);
	if (source->ev_retry)
		return;
	event_add_timer_msec(source->base.loop, retry, source, source->retry_ms,
			     &source->ev_retry);
	source->retry_ms = MIN(source->retry_ms * 2, RETRY_LAST_MS);
}

/* ---- reading ---- */

static void close_db(struct sqlite_source *source)
{
	db_close(source->db);
	source->db = NULL;
}

static ino_t log_now(const struct sqlite_source *source)
{
	struct stat st;

	return stat(source->log, &st) < 0 ? 0 : st.st_ino;
}

/* The open file is still the one that the path names, and has not become
 * shorter, which SQLite would not notice before the next commit; and others
 * commit into the log that we read: who closes the last connection to a database
 * that was replaced deletes the log of the new one.
 */
static bool is_same_file(struct sqlite_source *source)
{
	struct stat st;

	if (stat(source->path, &st) < 0 || st.st_dev != source->dev || st.st_ino != source->ino ||
	    st.st_size < source->size || (source->log_ino && log_now(source) != source->log_ino))
		return false;
	source->size = st.st_size;
	return true;
}

static bool open_db(struct sqlite_source *source, struct reason *why)
{
	struct stat st = {};

	if (source->db && is_same_file(source))
		return true;
	close_db(source);
	source->loaded = source->checked = false;
	source->operations_read = -1;
	source->log_ino = 0;
	/* before it is opened: where another comes in its place just then, the next look
	 * sees that this is not the one we know
	 */
	stat(source->path, &st);
	if (source->dev != st.st_dev || source->ino != st.st_ino) {
		darr_free(source->operations);
		source->other_file = true;
	}
	source->dev = st.st_dev;
	source->ino = st.st_ino;
	source->size = st.st_size;
	source->db = db_open(source->path, DB_SERVE, why);
	return source->db != NULL;
}

/* A row that a damaged page hides looks like one that somebody took away; but then
 * nobody has written into the log that he did.
 */
static int check_doubts(struct sqlite_source *source, const struct load *load, struct reason *why)
{
	const struct source_cbs *cbs = &source->base.cbs;

	if (load->full || (cbs->doubts && cbs->doubts(source->base.arg, load)))
		return db_check(source->db, why);
	return 0;
}

/* What of operations ended before anybody looked is history. */
static int read_once(struct sqlite_source *source, uint64_t since, struct load **load,
		     struct reason *why)
{
	struct inquiry *inquiry = db_inquiry_new(source->db, since);
	int ret;

	if (source->base.cbs.operations)
		inquiry_operations(inquiry, source->operations, source->operations_read);
	ret = db_read(source->db, inquiry, load, why);
	if (ret == 0 && since != READ_ALL && check_doubts(source, *load, why) < 0) {
		load_free(*load);
		*load = NULL;
		ret = -EIO;
	}
	if (ret == 0 && source->base.cbs.operations) {
		darr_free(source->operations);
		source->operations = inquiry_take_operations(inquiry, &source->operations_read);
	}
	inquiry_free(inquiry);
	return ret;
}

static int read_changes(struct sqlite_source *source, struct load **load, struct reason *why)
{
	int ret = -ESTALE;

	if (source->loaded)
		ret = read_once(source, source->base.revision, load, why);
	if (ret != -ESTALE)
		return ret;
	if (!source->checked && db_check(source->db, why) < 0)
		return -EIO;
	source->checked = true;
	return read_once(source, READ_ALL, load, why);
}

static void tell_operations(struct sqlite_source *source)
{
	if (source->base.cbs.operations)
		source->base.cbs.operations(source->base.arg, source->operations,
					    source->other_file);
	source->other_file = false;
}

/* 1: something new was handed over, 0: nothing new, -EIO. */
static int read_if_changed(struct sqlite_source *source, struct reason *why)
{
	struct load *load = NULL;
	uint32_t version;
	uint64_t revision;

	if (db_data_version(source->db, &version, why) < 0)
		return -EIO;
	if (source->loaded && version == source->data_version)
		return 0;
	source->base.noticed = clock_us();
	if (read_changes(source, &load, why) < 0)
		return -EIO;
	source->data_version = version;
	revision = load->revision;
	if (source->loaded && revision == source->base.revision) {
		load_free(load); /* a commit to tables that say nothing of the network */
	} else {
		source->loaded = source->base.cbs.loaded(source->base.arg, load);
		source->base.revision = revision;
	}
	tell_operations(source);
	return 1;
}

/* The event is about the database, its WAL or its journal. */
static bool is_ours(const struct sqlite_source *source, const struct inotify_event *event)
{
	return event->len && !strncmp(event->name, source->name, strlen(source->name));
}

static void take_events(struct sqlite_source *source)
{
	char buf[8192] __attribute__((aligned(__alignof__(struct inotify_event))));
	ssize_t len;

	while ((len = read(source->inotify, buf, sizeof(buf))) > 0) {
		for (char *at = buf; at < buf + len;) {
			const struct inotify_event *one = (const struct inotify_event *)at;

			source->written |= is_ours(source, one) || (one->mask & IN_Q_OVERFLOW);
			at += sizeof(*one) + one->len;
		}
	}
}

static void settle(struct event *event);

static void settle_after(struct sqlite_source *source, long ms)
{
	source->settle_ms = ms;
	event_cancel(&source->ev_settle);
	event_add_timer_msec(source->base.loop, settle, source, ms, &source->ev_settle);
}

/* A commit is many writes: while one is under way, the timer looks. */
static bool is_settling(const struct sqlite_source *source)
{
	return event_is_scheduled(source->ev_settle) && source->settle_ms <= SETTLE_BUSY_MS;
}

static void slow_look(struct event *event)
{
	look(EVENT_ARG(event));
}

/* What was written before is what we are looking for. */
static void look(struct sqlite_source *source)
{
	struct reason why = {};
	int ret = -EIO;

	take_events(source);
	if (open_db(source, &why))
		ret = read_if_changed(source, &why);
	if (ret < 0) {
		/* a damaged file may be mended in place: open it anew next time */
		close_db(source);
		/* to open a database and fail makes and deletes files beside it: events
		 * of our own, which would wake us for ever
		 */
		take_events(source);
		source->written = false;
		give_up_for_now(source, &why);
		return;
	}
	source->base.seen = clock_us();
	if (!source->log_ino)
		source->log_ino = log_now(source);
	/* what was written may be of a commit after the one that was read */
	if (source->written && (ret > 0 || !is_settling(source)))
		settle_after(source, SETTLE_FIRST_MS);
	source->written = false;
	event_cancel(&source->ev_retry);
	source->retry_ms = RETRY_FIRST_MS;
	source_set_problem(&source->base, &why);
	event_cancel(&source->ev_slow);
	event_add_timer_msec(source->base.loop, slow_look, source, SLOW_LOOK_MS, &source->ev_slow);
}

/* ---- waking ---- */

static void settle(struct event *event)
{
	struct sqlite_source *source = EVENT_ARG(event);

	if (source->settle_ms < SETTLE_LAST_MS)
		settle_after(source, source->settle_ms * 2);
	look(source);
}

static void woken(struct event *event)
{
	struct sqlite_source *source = EVENT_ARG(event);

	event_add_read(source->base.loop, woken, source, source->inotify, &source->ev_inotify);
	take_events(source);
	if (source->written && !is_settling(source))
		look(source);
}

static void watch_folder(struct sqlite_source *source)
{
	char *copy = XSTRDUP(MTYPE_SOURCE_TEXT, source->path);

	source->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (source->inotify >= 0 &&
	    inotify_add_watch(source->inotify, dirname(copy), FOLDER_EVENTS) >= 0)
		event_add_read(source->base.loop, woken, source, source->inotify,
			       &source->ev_inotify);
	else
		flog_warn(EC_TENANT_UNWATCHED,
			  "%s cannot be watched (%m); changes are looked for every %d s",
			  source->base.location, SLOW_LOOK_MS / 1000);
	XFREE(MTYPE_SOURCE_TEXT, copy);
}

static void first_look(struct event *event)
{
	look(EVENT_ARG(event));
}

/* ---- the interface ---- */

static void free_source(struct source *base)
{
	struct sqlite_source *source = container_of(base, struct sqlite_source, base);

	event_cancel(&source->ev_inotify);
	event_cancel(&source->ev_settle);
	event_cancel(&source->ev_slow);
	event_cancel(&source->ev_retry);
	if (source->inotify >= 0)
		close(source->inotify);
	close_db(source);
	darr_free(source->operations);
	XFREE(MTYPE_SOURCE_TEXT, source->path);
	XFREE(MTYPE_SOURCE_TEXT, source->name);
	XFREE(MTYPE_SOURCE_TEXT, source->log);
	XFREE(MTYPE_SOURCE, source);
}

static void reload(struct source *base)
{
	struct sqlite_source *source = container_of(base, struct sqlite_source, base);

	source->loaded = source->checked = false;
	look(source);
}

static const struct source_ops sqlite_ops = {
	.free = free_source,
	.reload = reload,
};

static bool check_path(const char *path, struct reason *why)
{
	if (path[0] == '/')
		return true;
	reason_set(why, "The path of the database must be absolute, %s is not", path);
	return false;
}

static struct source *open_source(struct event_loop *loop, const char *path, const char *node,
				  const struct source_cbs *cbs, void *arg)
{
	struct sqlite_source *source = XCALLOC(MTYPE_SOURCE, sizeof(*source));
	const char *slash = strrchr(path, '/');
	size_t size = strlen(path) + sizeof("sqlite ");
	char *location = XCALLOC(MTYPE_SOURCE_TEXT, size);

	snprintf(location, size, "sqlite %s", path);
	source_init(&source->base, &sqlite_ops, loop, cbs, arg, location);
	XFREE(MTYPE_SOURCE_TEXT, location);
	source->path = XSTRDUP(MTYPE_SOURCE_TEXT, path);
	source->name = XSTRDUP(MTYPE_SOURCE_TEXT, slash ? slash + 1 : path);
	source->log = XCALLOC(MTYPE_SOURCE_TEXT, strlen(path) + sizeof("-wal"));
	snprintf(source->log, strlen(path) + sizeof("-wal"), "%s-wal", path);
	source->retry_ms = RETRY_FIRST_MS;
	watch_folder(source);
	event_add_event(loop, first_look, source, 0, &source->ev_settle);
	return &source->base;
}

const struct source_kind source_sqlite = {
	.name = "sqlite",
	.command = "tenant database sqlite PATH",
	.help = "Tenant networks\n"
		"Where the tenants are\n"
		"A SQLite file\n"
		"Absolute path\n",
	.takes_notes = true,
	.check = check_path,
	.open = open_source,
};

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a change is made with: a copy of a PostgreSQL database.
 *
 *	lock      the server's turn, then the copy as the server is now
 *	          ... the command runs on the copy ...
 *	commit    the copy, the same rows on the server, the server
 *
 * So a command is one commit on the server, and whoever reads the server sees all of it
 * or nothing.  Nobody but this program sees the copy.
 */
#include <zebra.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>

#include "ctl/change.h"
#include "ctl/copy.h"
#include "ctl/engine.h"
#include "ctl/pg.h"
#include "ctl/redo.h"
#include "ctl/store.h"
#include "source/confirm.h"

#define WATCH_AGAIN_S 5
#define WATCH_S       3600 /* after the deadline, where the server is away */

static int copy_open(struct ctl *ctl, bool writes)
{
	return engine_postgresql.open(ctl, writes) < 0 ? -1 : copy_new(ctl);
}

static void copy_close(struct ctl *ctl)
{
	copy_free(ctl);
	engine_postgresql.close(ctl);
}

/* A command that waits for nodes outlives a server that fails over. */
static int connect_again(struct ctl *ctl)
{
	if (PQstatus(ctl->pg->conn) == CONNECTION_OK)
		return 0;
	PQreset(ctl->pg->conn);
	if (PQstatus(ctl->pg->conn) == CONNECTION_OK)
		return 0;
	pg_say(ctl->pg, NULL, &ctl->why);
	return -1;
}

static int copy_look(struct ctl *ctl)
{
	return redo_forget(ctl) < 0 || connect_again(ctl) < 0 ? -1 : copy_read(ctl);
}

/* Most of it is copied before it is our turn, so that others need not wait for that. */
static int copy_lock(struct ctl *ctl)
{
	if (connect_again(ctl) < 0 || redo_forget(ctl) < 0 ||
	    (!copy_is_fresh(ctl) && copy_read(ctl) < 0))
		return -1;
	if (engine_postgresql.lock(ctl) < 0 || copy_read_within(ctl) < 0 || redo_note(ctl) < 0)
		return -1;
	return engine_sqlite.lock(ctl);
}

static int copy_peek(struct ctl *ctl)
{
	return copy_look(ctl) < 0 ? -1 : engine_sqlite.lock(ctl);
}

/* What the copy refuses at its end is not asked of the server.  Where the server refuses it, what
 * the command was about to say is not so.
 */
static int copy_commit(struct ctl *ctl)
{
	if (engine_sqlite.commit(ctl) < 0)
		return -1;
	if (redo_write(ctl) == 0 && engine_postgresql.commit(ctl) == 0)
		return 0;
	copy_spoil(ctl);
	__fpurge(stdout);
	return -1;
}

static void copy_rollback(struct ctl *ctl)
{
	engine_sqlite.rollback(ctl);
	engine_postgresql.rollback(ctl);
}

static int copy_load_before(struct ctl *ctl, struct load **load)
{
	return engine_postgresql.load_before(ctl, load);
}

/* ---- what waits for its confirmation ---- */

static int expire_now(struct ctl *ctl, int64_t now, struct expired *expired, struct reason *why)
{
	int64_t deadline = 0;
	int ret = change_lock(ctl);

	if (!ret)
		ret = confirm_deadline(ctl->db, &deadline, why);
	/* whoever had the turn before may have done it, or confirmed it */
	if (ret > 0)
		ret = deadline > now ? 0 : confirm_take_back(ctl->db, expired, why);
	if (ret > 0 && change_commit(ctl) < 0)
		ret = -1;
	if (ret <= 0) {
		change_rollback(ctl);
		expired_fini(expired);
	}
	return ret;
}

/* Nothing is copied for it as a rule. */
static int copy_expire(struct ctl *ctl, int64_t now, struct expired *expired, struct reason *why)
{
	struct reason kept = ctl->why;
	int64_t deadline = 0;
	int ret;

	*expired = (struct expired){};
	ret = pg_number(ctl, ctl->pg, "SELECT deadline FROM change WHERE state = 'confirming'",
			&deadline);
	if (!ret && deadline && deadline <= now)
		ret = expire_now(ctl, now, expired, why);
	reason_set(why, "%s", ctl->why.text);
	ctl->why = kept;
	return ret;
}

/* As the command itself was: what becomes of it is in the log of the system. */
static bool take_back_now(const char *path)
{
	struct ctl ctl = { .path = path, .engine = &engine_copy };
	struct expired expired = {};
	struct reason why = {};
	int ret = copy_open(&ctl, true);

	if (!ret)
		ret = copy_expire(&ctl, time(NULL), &expired, &why);
	if (ret > 0)
		syslog(LOG_WARNING,
		       "change %" PRIu64 " was not confirmed in time and has been taken back",
		       expired.id);
	else if (ret < 0)
		syslog(LOG_ERR, "a change was not confirmed in time, and cannot be taken back: %s",
		       why.text[0] ? why.text : ctl.why.text);
	copy_close(&ctl);
	return ret >= 0;
}

/* Both the clock and the server may be away for a while. */
static void wait_and_take_back(const char *path, int64_t deadline)
{
	openlog("tenantctl", LOG_PID, LOG_USER);
	do {
		while (time(NULL) < deadline)
			sleep(MIN(deadline - time(NULL), WATCH_AGAIN_S));
		if (take_back_now(path))
			return;
		sleep(WATCH_AGAIN_S);
	} while (time(NULL) < deadline + WATCH_S);
}

/* Nodes may not write what is to be taken back, so no tenantd does it: a process stays behind
 * that has nothing of this one, neither terminal nor connection.
 */
static void copy_watch(struct ctl *ctl, int64_t deadline)
{
	pid_t pid;
	int null;

	fflush(NULL);
	pid = fork();
	if (pid < 0)
		fprintf(stderr,
			"tenantctl: it is taken back by the next tenantctl that writes after that time: %s\n",
			strerror(errno));
	if (pid)
		return;
	setsid();
	null = open("/dev/null", O_RDWR);
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		dup2(null, fd);
	close(PQsocket(ctl->pg->conn));
	copy_free(ctl);
	wait_and_take_back(ctl->path, deadline);
	_exit(EXIT_DONE);
}

const struct engine engine_copy = {
	.store = &store_sqlite,
	.open = copy_open,
	.close = copy_close,
	.look = copy_look,
	.lock = copy_lock,
	.peek = copy_peek,
	.commit = copy_commit,
	.rollback = copy_rollback,
	.try = sqlite_try,
	.untry = sqlite_untry,
	.revision = sqlite_revision,
	.load = sqlite_load,
	.load_before = copy_load_before,
	.mean = sqlite_mean,
	.record = sqlite_record,
	.expire = copy_expire,
	.watch = copy_watch,
};

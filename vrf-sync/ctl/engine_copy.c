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

#include <sqlite3.h>

#include "ctl/change.h"
#include "ctl/copy.h"
#include "ctl/engine.h"
#include "ctl/pg.h"
#include "ctl/redo.h"
#include "ctl/store.h"
#include "source/confirm.h"

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

static int copy_lock(struct ctl *ctl)
{
	if (engine_postgresql.lock(ctl) < 0 || redo_forget(ctl) < 0 || copy_read_within(ctl) < 0 ||
	    redo_note(ctl) < 0)
		return -1;
	return engine_sqlite.lock(ctl);
}

/* What the copy refuses at its end is not asked of the server. */
static int copy_commit(struct ctl *ctl)
{
	if (engine_sqlite.commit(ctl) < 0)
		return -1;
	if (redo_write(ctl) == 0 && engine_postgresql.commit(ctl) == 0)
		return 0;
	copy_spoil(ctl);
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

/* Nothing is copied for it as a rule. */
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
	if (ret <= 0)
		change_rollback(ctl);
	return ret;
}

static int copy_expire(struct ctl *ctl, int64_t now, struct expired *expired, struct reason *why)
{
	struct reason kept = ctl->why;
	int64_t deadline = 0;
	int ret;

	*expired = (struct expired){};
	if (pg_number(ctl, ctl->pg, "SELECT deadline FROM change WHERE state = 'confirming'",
		      &deadline) < 0 ||
	    !deadline || deadline > now)
		ret = 0;
	else
		ret = expire_now(ctl, now, expired, why);
	ctl->why = kept;
	return ret;
}

const struct engine engine_copy = {
	.store = &store_sqlite,
	.open = copy_open,
	.close = copy_close,
	.look = copy_look,
	.lock = copy_lock,
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
};

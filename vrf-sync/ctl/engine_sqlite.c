// SPDX-License-Identifier: GPL-2.0-or-later
/* What a change is made with: a file of SQLite. */
#include <zebra.h>

#include <sqlite3.h>

#include "ctl/engine.h"
#include "ctl/row.h"
#include "ctl/store.h"
#include "ctl/words.h"
#include "source/confirm.h"

static int sqlite_open(struct ctl *ctl, bool writes)
{
	ctl->name = ctl->path;
	ctl->db = db_open(ctl->path, writes ? DB_WRITE : DB_READ, &ctl->why);
	return ctl->db ? 0 : -1;
}

static void sqlite_close(struct ctl *ctl)
{
	db_close(ctl->db);
	ctl->db = NULL;
}

static int begin_failed(struct ctl *ctl)
{
	if (sqlite3_errcode(ctl->db->sqlite) == SQLITE_BUSY)
		reason_set(
			&ctl->why,
			"another program is changing database %s and does not end; nothing was changed, try again",
			ctl->name);
	else
		db_error(ctl->db, "begin a change", &ctl->why);
	return -1;
}

static int sqlite_lock(struct ctl *ctl)
{
	if (sqlite3_db_readonly(ctl->db->sqlite, "main")) {
		reason_set(
			&ctl->why,
			"you may not write database %s; run this as root or as a member of group frr",
			ctl->name);
		return -1;
	}
	if (sqlite3_exec(ctl->db->sqlite, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
		return begin_failed(ctl);
	return 0;
}

static int sqlite_commit(struct ctl *ctl)
{
	if (sqlite3_exec(ctl->db->sqlite, "COMMIT", NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	if (sqlite3_errcode(ctl->db->sqlite) == SQLITE_CONSTRAINT)
		reason_set(&ctl->why,
			   "something in database %s still refers to this; delete that first",
			   ctl->name);
	else
		db_error(ctl->db, "commit", &ctl->why);
	return -1;
}

static void sqlite_rollback(struct ctl *ctl)
{
	sqlite3_exec(ctl->db->sqlite, "ROLLBACK", NULL, NULL, NULL);
}

int sqlite_try(struct ctl *ctl)
{
	return sql_run(ctl, "SAVEPOINT draft", "");
}

int sqlite_untry(struct ctl *ctl)
{
	return sql_run(ctl, "ROLLBACK TO draft", "") < 0 ? -1 : sql_run(ctl, "RELEASE draft", "");
}

int sqlite_revision(struct ctl *ctl, uint64_t *seq, struct reason *why)
{
	return db_revision(ctl->db, seq, why) < 0 ? -1 : 0;
}

int sqlite_load(struct ctl *ctl, uint64_t since, struct load **load, struct reason *why)
{
	return db_load_since(ctl->db, since, load, why);
}

static int sqlite_load_before(struct ctl *ctl, struct load **load)
{
	struct reason ignored = {};
	struct db *db = db_open(ctl->path, DB_READ, &ignored);
	int ret = db ? db_load_all(db, load, &ignored) : -1;

	db_close(db);
	return ret;
}

int sqlite_mean(struct ctl *ctl)
{
	return db_mean(ctl->db, &ctl->why) < 0 ? -1 : 0;
}

int sqlite_record(struct ctl *ctl, const char *title, uint64_t base, uint64_t seq)
{
	char author[AUTHOR_SIZE];

	return sql_run(
		ctl,
		"INSERT INTO change (title, author, base, state, applied, first_seq, last_seq)"
		" VALUES (?1, ?2, ?3, 'applied', unixepoch(), ?3 + 1, ?4)",
		"ttii", title, words_author(author), (int64_t)base, (int64_t)seq);
}

static int sqlite_expire(struct ctl *ctl, int64_t now, struct expired *expired, struct reason *why)
{
	return confirm_expire(ctl->db, now, expired, why);
}

const struct engine engine_sqlite = {
	.store = &store_sqlite,
	.open = sqlite_open,
	.close = sqlite_close,
	.lock = sqlite_lock,
	.commit = sqlite_commit,
	.rollback = sqlite_rollback,
	.try = sqlite_try,
	.untry = sqlite_untry,
	.revision = sqlite_revision,
	.load = sqlite_load,
	.load_before = sqlite_load_before,
	.mean = sqlite_mean,
	.record = sqlite_record,
	.expire = sqlite_expire,
};

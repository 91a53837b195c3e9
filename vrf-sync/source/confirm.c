// SPDX-License-Identifier: GPL-2.0-or-later
/* A change that waits for its confirmation. */
#include <zebra.h>

#include <errno.h>

#include "darr.h"

#include "source/confirm.h"
#include "source/db_priv.h"
#include "source/history.h"

struct waiting {
	uint64_t id, first, last;
	int64_t deadline;
};

static int find_waiting(struct db *db, struct waiting *waiting, struct reason *why)
{
	sqlite3_stmt *stmt = db_prepare(
		db,
		"SELECT id, first_seq, last_seq, deadline FROM change WHERE state = 'confirming'",
		why);
	int ret;

	if (!stmt)
		return -EIO;
	ret = db_step(db, stmt, why);
	if (ret > 0) {
		waiting->id = sqlite3_column_int64(stmt, 0);
		waiting->first = sqlite3_column_int64(stmt, 1);
		waiting->last = sqlite3_column_int64(stmt, 2);
		waiting->deadline = sqlite3_column_int64(stmt, 3);
	}
	db_done(stmt);
	return ret;
}

int confirm_deadline(struct db *db, int64_t *deadline, struct reason *why)
{
	struct waiting waiting = {};
	int ret = find_waiting(db, &waiting, why);

	*deadline = waiting.deadline;
	return ret;
}

void expired_fini(struct expired *expired)
{
	darr_free(expired->left);
}

/* Its state, and its place in the history. */
#define NOTE_SQL "UPDATE change SET state = 'rolled back', note = ?2 WHERE id = ?1"
#define RECORD_SQL                                                                              \
	"INSERT INTO change (title, base, state, applied, first_seq, last_seq)"                 \
	" SELECT format('change %d is taken back', ?1), ?2, 'applied', unixepoch(), ?2 + 1, ?3" \
	" WHERE ?3 > ?2"

static int note(struct db *db, const struct expired *expired, struct reason *why)
{
	sqlite3_stmt *stmt = db_prepare(db, NOTE_SQL, why);
	const struct reason *left;
	char *text = NULL;
	int ret;

	if (!stmt)
		return -EIO;
	darr_foreach_p (expired->left, left)
		text = sqlite3_mprintf("%z%s%s", text, text ? "; " : "", left->text);
	sqlite3_bind_int64(stmt, 1, expired->id);
	sqlite3_bind_text(stmt, 2, text ? text : "", -1, SQLITE_STATIC);
	ret = db_step(db, stmt, why);
	db_done(stmt);
	sqlite3_free(text);
	return ret;
}

static int record(struct db *db, uint64_t id, uint64_t before, struct reason *why)
{
	sqlite3_stmt *stmt;
	uint64_t seq;
	int ret = db_revision(db, &seq, why);

	stmt = ret ? NULL : db_prepare(db, RECORD_SQL, why);
	if (!stmt)
		return -EIO;
	sqlite3_bind_int64(stmt, 1, id);
	sqlite3_bind_int64(stmt, 2, before);
	sqlite3_bind_int64(stmt, 3, seq);
	ret = db_step(db, stmt, why);
	db_done(stmt);
	return ret;
}

/* Where the log no longer has it, it stays, and that is told: tried again, it would
 * be so for ever.
 */
int confirm_take_back(struct db *db, struct expired *expired, struct reason *why)
{
	struct waiting waiting;
	struct reason gone = {};
	uint64_t before;
	int ret = find_waiting(db, &waiting, why);

	*expired = (struct expired){};
	if (ret <= 0)
		return ret;
	expired->id = waiting.id;
	ret = db_revision(db, &before, why);
	if (!ret)
		ret = history_take_back(db, waiting.first, waiting.last, &expired->left, &gone);
	if (ret == -ESTALE)
		*darr_append(expired->left) = gone;
	else if (ret < 0) {
		reason_set(why, "%s", gone.text);
		return ret;
	}
	/* nobody is there to release what the brake would hold */
	if (db_mean(db, why) < 0 || note(db, expired, why) < 0 ||
	    record(db, waiting.id, before, why) < 0)
		return -EIO;
	return 1;
}

int confirm_expire(struct db *db, int64_t now, struct expired *expired, struct reason *why)
{
	int64_t deadline;
	int ret = confirm_deadline(db, &deadline, why);

	*expired = (struct expired){};
	if (ret <= 0 || deadline > now) /* as a rule, and no lock is taken for it */
		return MIN(ret, 0);
	if (sqlite3_exec(db->sqlite, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
		return db_error(db, "take a change back", why);
	/* whoever had the lock before may have done it, or confirmed it */
	ret = confirm_deadline(db, &deadline, why);
	ret = ret > 0 && deadline > now ? 0 : ret;
	if (ret > 0)
		ret = confirm_take_back(db, expired, why);
	if (ret > 0 && sqlite3_exec(db->sqlite, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
		ret = db_error(db, "take a change back", why);
	if (ret <= 0)
		sqlite3_exec(db->sqlite, "ROLLBACK", NULL, NULL, NULL);
	return ret;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What was changed, by whom, and the way back.
 *
 * The change log knows rows, and not transactions: what tenantctl did is told by
 * its row in table change, and what came by plain SQL in groups, each as long as
 * one entry follows another within a second.
 */
#include <zebra.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>
#include <sqlite3.h>

#include "darr.h"

#include "ctl/draft.h"
#include "ctl/row.h"
#include "ctl/show.h"
#include "source/confirm.h"
#include "source/history.h"

#define SHOWN_USUALLY 20
#define SHOWN_MOST    100000
#define GAP_MS        1000

/* Entries of one kind in one tenant. */
struct tally {
	char owner[SQL_TEXT_SIZE]; /* tenant; "" for what all share */
	char table[32];
	unsigned int came, changed, went;
};

struct group {
	int64_t first, last; /* in change_log */
	int64_t at;          /* of its newest entry, ms since 1970 */
	int64_t change;      /* 0: plain SQL */
	int64_t change_first;
	char title[WORDS_TEXT_SIZE], author[AUTHOR_SIZE], state[16];
	struct tally *tallies; /* darr */
};

struct walk {
	struct ctl *ctl;
	struct json_object *rows;
	struct group group;
	int64_t wanted, shown;
};

/* ---- one group ---- */

static void add_tallies(struct json_object *row, const struct group *group)
{
	struct json_object *what = json_object_new_array();
	const struct tally *tally;
	char text[256];

	darr_foreach_p (group->tallies, tally) {
		snprintf(text, sizeof(text), "%s%s%s", tally->owner, tally->owner[0] ? " " : "",
			 tally->table);
		if (tally->came)
			snprintf(text + strlen(text), sizeof(text) - strlen(text), " +%u",
				 tally->came);
		if (tally->went)
			snprintf(text + strlen(text), sizeof(text) - strlen(text), " -%u",
				 tally->went);
		if (tally->changed)
			snprintf(text + strlen(text), sizeof(text) - strlen(text), " ~%u",
				 tally->changed);
		json_object_array_add(what, json_object_new_string(text));
	}
	json_object_object_add(row, "rows", what);
}

static void end_group(struct walk *walk)
{
	struct json_object *row = json_object_new_object();
	struct group *group = &walk->group;
	char text[TIME_TEXT_SIZE];

	show_number(row, "revision", group->last);
	show_text(row, "when", draft_time(group->at / 1000, text));
	show_text(row, "who", words_tame(group->author));
	if (group->change)
		show_number(row, "change", group->change);
	else
		show_text(row, "change", "");
	show_text(row, "state", group->state);
	show_text(row, "what", group->change ? words_tame(group->title) : "by SQL");
	add_tallies(row, group);
	json_object_array_add(walk->rows, row);
	darr_free(group->tallies);
	*group = (struct group){};
	walk->shown++;
}

/* Whose change the entry is. */
static int begin_group(struct walk *walk, int64_t seq, int64_t at)
{
	static const char what[] =
		"FROM change WHERE first_seq <= ?1 AND id = (SELECT id FROM change WHERE last_seq >= ?1"
		" ORDER BY last_seq LIMIT 1)";
	struct group *group = &walk->group;
	char sql[256];
	int ret;

	group->last = seq;
	group->at = at;
	snprintf(sql, sizeof(sql), "SELECT id %s", what);
	ret = sql_number(walk->ctl, &group->change, sql, "i", seq);
	if (ret <= 0)
		return ret;
	snprintf(sql, sizeof(sql), "SELECT first_seq %s", what);
	ret = sql_number(walk->ctl, &group->change_first, sql, "i", seq);
	snprintf(sql, sizeof(sql), "SELECT title %s", what);
	if (ret > 0)
		ret = sql_text(walk->ctl, group->title, sizeof(group->title), sql, "i", seq);
	snprintf(sql, sizeof(sql), "SELECT author %s", what);
	if (ret > 0)
		ret = sql_text(walk->ctl, group->author, sizeof(group->author), sql, "i", seq);
	snprintf(sql, sizeof(sql), "SELECT state %s", what);
	if (ret > 0)
		ret = sql_text(walk->ctl, group->state, sizeof(group->state), sql, "i", seq);
	return ret < 0 ? -1 : 0;
}

static struct tally *find_tally(struct group *group, const char *owner, const char *table)
{
	struct tally *tally;

	darr_foreach_p (group->tallies, tally)
		if (!strcmp(tally->owner, owner) && !strcmp(tally->table, table))
			return tally;
	tally = darr_append(group->tallies);
	strlcpy(tally->owner, owner, sizeof(tally->owner));
	strlcpy(tally->table, table, sizeof(tally->table));
	return tally;
}

static bool belongs(const struct group *group, int64_t seq, int64_t at, bool other)
{
	if (!group->last)
		return false;
	if (group->change)
		return seq >= group->change_first;
	return !other && group->at - at < GAP_MS;
}

/* ---- the log ---- */

/* Newest first; the newest change that an entry is of, 0: none; the tenant by its
 * name, as far as it has one.
 */
#define LOG_SQL                                                                    \
	"SELECT l.seq, l.at, l.tbl, l.was IS NOT NULL, l.now IS NOT NULL,"         \
	" iif(l.tenant_id IS NULL, '', ifnull(t.name, 'tenant ' || l.tenant_id))," \
	" EXISTS (SELECT 1 FROM change c WHERE c.last_seq = l.seq)"                \
	" FROM change_log l LEFT JOIN tenant t ON t.id = l.tenant_id ORDER BY l.seq DESC"

static int take_entry(struct walk *walk, sqlite3_stmt *stmt)
{
	int64_t seq = sqlite3_column_int64(stmt, 0), at = sqlite3_column_int64(stmt, 1);
	bool was = sqlite3_column_int(stmt, 3), now = sqlite3_column_int(stmt, 4);
	struct tally *tally;

	if (!belongs(&walk->group, seq, at, sqlite3_column_int(stmt, 6))) {
		if (walk->group.last)
			end_group(walk);
		if (walk->shown == walk->wanted)
			return 0;
		if (begin_group(walk, seq, at) < 0)
			return -1;
	}
	walk->group.first = seq;
	if (!was && !now)
		return 1;
	tally = find_tally(&walk->group, (const char *)sqlite3_column_text(stmt, 5),
			   (const char *)sqlite3_column_text(stmt, 2));
	tally->came += !was;
	tally->went += !now;
	tally->changed += was && now;
	return 1;
}

static int walk_log(struct walk *walk)
{
	sqlite3 *sqlite = walk->ctl->db->sqlite;
	sqlite3_stmt *stmt = NULL;
	int ret = 1;

	if (sqlite3_prepare_v2(sqlite, LOG_SQL, -1, &stmt, NULL) != SQLITE_OK)
		return db_error(walk->ctl->db, "read the history", &walk->ctl->why);
	while (ret > 0 && sqlite3_step(stmt) == SQLITE_ROW)
		ret = take_entry(walk, stmt);
	if (ret > 0 && walk->group.last)
		end_group(walk);
	sqlite3_finalize(stmt);
	return ret < 0 ? -1 : 0;
}

int draft_history(struct ctl *ctl, const struct args *args)
{
	const char *count = args->name_count ? args->names[0] : NULL;
	struct walk walk = { .ctl = ctl, .wanted = SHOWN_USUALLY };

	if (count) {
		walk.wanted = strspn(count, "0123456789") == strlen(count) && strlen(count) < 7
				      ? strtoll(count, NULL, 10)
				      : 0;
		if (walk.wanted < 1 || walk.wanted > SHOWN_MOST) {
			reason_set(&ctl->why, "%s is not a number from 1 to %d", count,
				   SHOWN_MOST);
			return -1;
		}
	}
	walk.rows = json_object_new_array();
	if (walk_log(&walk) < 0) {
		json_object_put(walk.rows);
		return -1;
	}
	show_print(ctl, walk.rows, "nothing was changed yet");
	return 0;
}

/* ---- the way back ---- */

static int64_t word_number(struct json_object *words, size_t index)
{
	return json_object_get_int64(json_object_array_get_idx(words, index));
}

int draft_take_back(struct ctl *ctl, struct json_object *words)
{
	struct reason *left = NULL;
	int ret = history_take_back(ctl->db, word_number(words, 1), word_number(words, 2), &left,
				    &ctl->why);

	if (darr_len(left)) {
		char more[40] = "";

		if (darr_len(left) > 1)
			snprintf(more, sizeof(more), ", and %u more",
				 (unsigned int)darr_len(left) - 1);
		reason_set(&ctl->why, "%s%s", left[0].text, more);
		ret = -1;
	}
	darr_free(left);
	return ret < 0 ? -1 : 0;
}

int draft_take_back_now(struct ctl *ctl, const struct draft *draft)
{
	struct expired expired;
	struct reason *left;
	int ret = confirm_take_back(ctl->db, &expired, &ctl->why);

	if (ret > 0 && !ctl->json) {
		printf("change %" PRId64 " is taken back\n", draft->id);
		darr_foreach_p (expired.left, left)
			printf("not taken back: %s\n", left->text);
	}
	expired_fini(&expired);
	return ret > 0 ? 0 : -1;
}

static int check_revision(struct ctl *ctl, const char *text, int64_t *revision, int64_t *newest)
{
	size_t digits = strspn(text, "0123456789");
	uint64_t seq;

	if (db_revision(ctl->db, &seq, &ctl->why) < 0)
		return -1;
	*newest = seq;
	*revision = digits && digits < 18 && !text[digits] ? strtoll(text, NULL, 10) : -1;
	if (*revision >= 0 && *revision < *newest)
		return history_reaches(ctl->db, *revision + 1, *newest, &ctl->why) < 0 ? -1 : 0;
	if (*revision == *newest)
		reason_set(&ctl->why,
			   "the database is at revision %s; there is nothing to take back", text);
	else
		reason_set(
			&ctl->why,
			"%s is no revision of this database; \"tenantctl change history\" lists them",
			text);
	return -1;
}

int draft_rollback(struct ctl *ctl, const struct args *args)
{
	struct json_object *words;
	char author[AUTHOR_SIZE], title[64];
	int64_t revision, newest, id;
	int ret;

	if (check_revision(ctl, args->names[0], &revision, &newest) < 0)
		return -1;
	snprintf(title, sizeof(title), "rollback to revision %" PRId64, revision);
	if (sql_run(ctl, "INSERT INTO change (title, author, base) VALUES (?1, ?2, ?3)", "tti",
		    title, words_author(author), newest) < 0)
		return -1;
	id = sqlite3_last_insert_rowid(ctl->db->sqlite);
	words = json_object_new_array();
	json_object_array_add(words, json_object_new_string(TAKE_BACK));
	json_object_array_add(words, json_object_new_int64(revision + 1));
	json_object_array_add(words, json_object_new_int64(newest));
	ret = draft_add_edit(ctl, id, words);
	json_object_put(words);
	if (!ret)
		printf(ctl->json ? "{ \"change\": %" PRId64 ", \"state\": \"draft\" }\n"
				 : "%" PRId64 "\n",
		       id);
	return ret;
}

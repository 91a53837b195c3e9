// SPDX-License-Identifier: GPL-2.0-or-later
/* The commands of "change": begin, show, apply, confirm and abort a draft. */
#include <zebra.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <json-c/json.h>
#include <sqlite3.h>

#include "ctl/args.h"
#include "ctl/draft.h"
#include "ctl/row.h"
#include "ctl/show.h"

#define CONFIRM_MOST 86400 /* seconds */

/* A sentence for people, or the number and the state as JSON. */
static void tell(const struct ctl *ctl, int64_t id, const char *state, const char *sentence)
{
	struct json_object *json;

	if (!ctl->json) {
		printf("%s\n", sentence);
		return;
	}
	json = json_object_new_object();
	show_number(json, "change", id);
	show_text(json, "state", state);
	show_print(ctl, json, "");
}

/* ---- begin ---- */

static int check_title(struct ctl *ctl, const char *title)
{
	for (const char *c = title; *c; c++) {
		if ((unsigned char)*c >= ' ' && *c != 0x7f)
			continue;
		reason_set(&ctl->why,
			   "a title may not hold control characters; write one line of text");
		return -1;
	}
	if (strlen(title) < WORDS_TEXT_SIZE)
		return 0;
	reason_set(&ctl->why, "the title is too long; write at most %d characters",
		   WORDS_TEXT_SIZE - 1);
	return -1;
}

static int begin_run(struct ctl *ctl, const struct args *args)
{
	const char *title = args->name_count ? args->names[0] : "";
	char author[AUTHOR_SIZE], text[24];
	uint64_t seq;
	int64_t id;

	if (check_title(ctl, title) < 0 || db_revision(ctl->db, &seq, &ctl->why) < 0 ||
	    sql_run(ctl, "INSERT INTO change (title, author, base) VALUES (?1, ?2, ?3)", "tti",
		    title, words_author(author), (int64_t)seq) < 0)
		return -1;
	id = sqlite3_last_insert_rowid(ctl->db->sqlite);
	snprintf(text, sizeof(text), "%" PRId64, id);
	tell(ctl, id, "draft", text);
	return 0;
}

/* ---- show ---- */

static void add_row(struct json_object *rows, sqlite3_stmt *stmt)
{
	struct json_object *row = json_object_new_object();
	char text[TIME_TEXT_SIZE];

	show_number(row, "change", sqlite3_column_int64(stmt, 0));
	show_text(row, "state", (const char *)sqlite3_column_text(stmt, 1));
	show_text(row, "author", (const char *)sqlite3_column_text(stmt, 2));
	show_text(row, "begun", draft_time(sqlite3_column_int64(stmt, 3), text));
	show_number(row, "edits", sqlite3_column_int64(stmt, 4));
	show_text(row, "title", (const char *)sqlite3_column_text(stmt, 5));
	json_object_array_add(rows, row);
}

static int show_list(struct ctl *ctl)
{
	struct json_object *rows = json_object_new_array();
	sqlite3_stmt *stmt = NULL;
	int ret = sqlite3_prepare_v2(
		ctl->db->sqlite,
		"SELECT id, state, author, begun, (SELECT count(*) FROM change_edit WHERE change_id = id), title"
		" FROM change WHERE state IN ('draft', 'confirming') ORDER BY id",
		-1, &stmt, NULL);

	while (ret == SQLITE_OK && sqlite3_step(stmt) == SQLITE_ROW)
		add_row(rows, stmt);
	sqlite3_finalize(stmt);
	if (ret != SQLITE_OK) {
		json_object_put(rows);
		return db_error(ctl->db, "read drafts", &ctl->why);
	}
	show_print(ctl, rows, "there is no draft; \"tenantctl change begin\" makes one");
	return 0;
}

static int show_one(struct ctl *ctl, const struct draft *draft)
{
	struct json_object *json = json_object_new_object();
	char text[TIME_TEXT_SIZE], note[WORDS_TEXT_SIZE] = "", author[AUTHOR_SIZE] = "";

	if (sql_text(ctl, note, sizeof(note), "SELECT note FROM change WHERE id = ?1", "i",
		     draft->id) < 0 ||
	    sql_text(ctl, author, sizeof(author), "SELECT author FROM change WHERE id = ?1", "i",
		     draft->id) < 0)
		return -1;
	show_number(json, "change", draft->id);
	show_text(json, "title", draft->title);
	show_text(json, "author", author);
	show_text(json, "state", draft->state);
	if (draft->planned >= 0)
		show_number(json, "planned-at", draft->planned);
	if (draft->deadline && !strcmp(draft->state, "confirming"))
		show_text(json, "confirm-until", draft_time(draft->deadline, text));
	if (draft->last)
		show_number(json, "revision", draft->last);
	if (note[0])
		show_text(json, "left", note);
	json_object_object_add(json, "edits", draft_edits(ctl, draft));
	show_print(ctl, json, "");
	return 0;
}

static int show_run(struct ctl *ctl, const struct args *args)
{
	struct draft draft;

	if (!args->name_count)
		return show_list(ctl);
	if (draft_of(ctl, args, &draft) < 0)
		return -1;
	return show_one(ctl, &draft);
}

/* ---- apply ---- */

/* What was looked at is what is done. */
static int check_planned(struct ctl *ctl, const struct draft *draft)
{
	uint64_t seq;

	if (draft_is_open(ctl, draft) < 0 || db_revision(ctl->db, &seq, &ctl->why) < 0)
		return -1;
	if (draft->planned < 0)
		reason_set(
			&ctl->why,
			"change %" PRId64
			" has no plan since its last edit; look at \"tenantctl change plan %" PRId64
			"\" first",
			draft->id, draft->id);
	else if ((uint64_t)draft->planned != seq)
		reason_set(&ctl->why,
			   "the database is at revision %" PRIu64 " and change %" PRId64
			   " was planned at %" PRId64
			   "; nothing was changed, look at \"tenantctl change plan %" PRId64
			   "\" again",
			   seq, draft->id, draft->planned, draft->id);
	else
		return 0;
	return -1;
}

static int check_alone(struct ctl *ctl)
{
	int64_t id;
	int ret = sql_number(ctl, &id, "SELECT id FROM change WHERE state = 'confirming'", "");

	if (ret > 0)
		reason_set(
			&ctl->why,
			"change %" PRId64
			" waits for its confirmation; confirm it, or abort it, before another is applied with --confirm",
			id);
	return ret ? -1 : 0;
}

static int note_applied(struct ctl *ctl, const struct draft *draft, int64_t deadline)
{
	uint64_t seq;

	if (db_revision(ctl->db, &seq, &ctl->why) < 0)
		return -1;
	if ((int64_t)seq == draft->planned) {
		reason_set(&ctl->why,
			   "change %" PRId64
			   " changes nothing in the database; give it edits with --change %" PRId64
			   ", or abort it",
			   draft->id, draft->id);
		return -1;
	}
	if (deadline)
		return sql_run(
			ctl,
			"UPDATE change SET state = 'confirming', applied = unixepoch(), first_seq = ?2 + 1,"
			" last_seq = ?3, deadline = ?4 WHERE id = ?1",
			"iiii", draft->id, draft->planned, (int64_t)seq, deadline);
	return sql_run(
		ctl,
		"UPDATE change SET state = 'applied', applied = unixepoch(), first_seq = ?2 + 1,"
		" last_seq = ?3 WHERE id = ?1",
		"iii", draft->id, draft->planned, (int64_t)seq);
}

/* What was in force once may be again, findings and all: the plan has told them, and
 * tenantd holds the tenants concerned, as it did then.
 */
static bool takes_back(struct ctl *ctl, const struct draft *draft)
{
	int64_t count = 0;

	return sql_number(
		       ctl, &count,
		       "SELECT count(*) FROM change_edit WHERE change_id = ?1 AND json_extract(argv, '$[0]') = ?2",
		       "it", draft->id, TAKE_BACK) > 0 &&
	       count;
}

static int apply_edits(struct ctl *ctl, const struct draft *draft)
{
	struct change *change = change_begin(ctl);
	int ret = -1;

	if (change && !draft_replay(ctl, draft) && (!ctl->meant || !change_mean(ctl)) &&
	    !change_read_back(change, ctl->meant) &&
	    (takes_back(ctl, draft) || !change_judge(change)))
		ret = 0;
	change_free(change);
	return ret;
}

static int apply_run(struct ctl *ctl, const struct args *args)
{
	const char *confirm = args_value(args, "confirm");
	int64_t deadline = confirm ? time(NULL) + strtoll(confirm, NULL, 10) : 0;
	struct draft draft;
	char sentence[200];

	if (draft_of(ctl, args, &draft) < 0 || check_planned(ctl, &draft) < 0 ||
	    (confirm && check_alone(ctl) < 0) || apply_edits(ctl, &draft) < 0 ||
	    note_applied(ctl, &draft, deadline) < 0)
		return -1;
	ctl->deadline = deadline;
	snprintf(sentence, sizeof(sentence), "change %" PRId64 " is applied", draft.id);
	if (confirm)
		snprintf(
			sentence, sizeof(sentence),
			"change %" PRId64
			" is applied and will be taken back in %s s, unless \"tenantctl change confirm %" PRId64
			"\" is run",
			draft.id, confirm, draft.id);
	tell(ctl, draft.id, confirm ? "confirming" : "applied", sentence);
	return 0;
}

/* ---- confirm and abort ---- */

static int set_state(struct ctl *ctl, const struct draft *draft, const char *state,
		     const char *sentence)
{
	char text[120];

	if (sql_run(ctl, "UPDATE change SET state = ?2 WHERE id = ?1", "it", draft->id, state) < 0)
		return -1;
	snprintf(text, sizeof(text), "change %" PRId64 " %s", draft->id, sentence);
	tell(ctl, draft->id, state, text);
	return 0;
}

static int confirm_run(struct ctl *ctl, const struct args *args)
{
	struct draft draft;

	if (draft_of(ctl, args, &draft) < 0)
		return -1;
	if (!strcmp(draft.state, "confirming"))
		return set_state(ctl, &draft, "confirmed", "is confirmed and stays");
	reason_set(
		&ctl->why,
		"change %" PRId64
		" does not wait for a confirmation, its state is '%s'; see \"tenantctl change show %" PRId64
		"\"",
		draft.id, draft.state, draft.id);
	return -1;
}

/* One that waits need not wait until it is taken back: its deadline is now. */
static int abort_run(struct ctl *ctl, const struct args *args)
{
	struct draft draft;

	if (draft_of(ctl, args, &draft) < 0)
		return -1;
	if (!strcmp(draft.state, "confirming"))
		return draft_take_back_now(ctl, &draft);
	if (draft_is_open(ctl, &draft) < 0)
		return -1;
	return set_state(ctl, &draft, "aborted", "is aborted; nothing was changed");
}

/* ---- the commands ---- */

static const struct option_info plan_options[] = {
	{ "node", OPT_TEXT, 0, NULL, "NODE", "only this one's part" },
	{},
};

static const struct option_info apply_options[] = {
	{ "confirm", OPT_NUMBER, .metavar = "SECONDS", .min = 1, .max = CONFIRM_MOST,
	  .help = "take it back by itself, unless it is confirmed in that time" },
	{},
};

const struct command draft_commands[] = {
	{
		.verb = "change",
		.object = "begin",
		.names = "[TITLE]",
		.summary = "begin a draft, and print its number for --change",
		.example = "tenantctl change begin 'acme moves to dc2'",
		.access = ACCESS_DRAFT,
		.run = begin_run,
	},
	{
		.verb = "change",
		.object = "show",
		.names = "[CHANGE]",
		.summary = "drafts, and what waits for confirmation; with a number, its edits",
		.example = "tenantctl change show 3",
		.access = ACCESS_READ,
		.run = show_run,
	},
	{
		.verb = "change",
		.object = "plan",
		.names = "[CHANGE]",
		.options = plan_options,
		.summary =
			"what a draft would do: commands on each node, sessions, prefixes, findings",
		.example = "tenantctl change plan 3 --node dlr",
		.access = ACCESS_DRAFT,
		.run = draft_plan,
	},
	{
		.verb = "change",
		.object = "apply",
		.names = "[CHANGE]",
		.options = apply_options,
		.summary =
			"put a draft into the database, if that is still what it was planned on",
		.example = "tenantctl change apply 3 --confirm 120",
		.access = ACCESS_DRAFT,
		.run = apply_run,
	},
	{
		.verb = "change",
		.object = "confirm",
		.names = "[CHANGE]",
		.summary = "let a change stay that was applied with --confirm",
		.example = "tenantctl change confirm 3",
		.access = ACCESS_DRAFT,
		.run = confirm_run,
	},
	{
		.verb = "change",
		.object = "abort",
		.names = "[CHANGE]",
		.summary = "drop a draft, or take back at once what waits for confirmation",
		.example = "tenantctl change abort 3",
		.access = ACCESS_DRAFT,
		.run = abort_run,
	},
	{
		.verb = "change",
		.object = "history",
		.names = "[COUNT]",
		.summary = "the newest revisions: when, who, and what was changed",
		.example = "tenantctl change history 20",
		.access = ACCESS_READ,
		.run = draft_history,
	},
	{
		.verb = "change",
		.object = "rollback",
		.names = "REVISION",
		.summary = "begin a draft that brings back the database of that revision",
		.example = "tenantctl change rollback 120",
		.access = ACCESS_DRAFT,
		.run = draft_rollback,
	},
	{},
};

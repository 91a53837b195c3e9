// SPDX-License-Identifier: GPL-2.0-or-later
/* Drafts: their rows, and how they are run. */
#include <zebra.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <json-c/json.h>

#include "darr.h"

#include "ctl/draft.h"
#include "ctl/engine.h"
#include "ctl/row.h"

const char *draft_time(int64_t seconds, char buf[static TIME_TEXT_SIZE])
{
	time_t when = seconds;
	struct tm tm;

	if (!gmtime_r(&when, &tm) || !strftime(buf, TIME_TEXT_SIZE, "%Y-%m-%d %H:%M:%S", &tm))
		strlcpy(buf, "?", TIME_TEXT_SIZE);
	return buf;
}

/* ---- rows ---- */

static int find_number(struct ctl *ctl, const char *name, struct draft *draft)
{
	size_t digits = strspn(name, "0123456789");

	draft->id = digits && digits < 12 && !name[digits] ? strtoll(name, NULL, 10) : 0;
	if (draft->id)
		return 0;
	reason_set(&ctl->why,
		   "%s is not the number of a change; \"tenantctl change show\" lists drafts",
		   name);
	return -1;
}

int draft_find(struct ctl *ctl, const char *name, struct draft *draft)
{
	static const struct {
		const char *column;
		size_t offset;
	} numbers[] = {
		{ "SELECT base FROM change WHERE id = ?1", offsetof(struct draft, base) },
		{ "SELECT ifnull(planned, -1) FROM change WHERE id = ?1",
		  offsetof(struct draft, planned) },
		{ "SELECT ifnull(first_seq, 0) FROM change WHERE id = ?1",
		  offsetof(struct draft, first) },
		{ "SELECT ifnull(last_seq, 0) FROM change WHERE id = ?1",
		  offsetof(struct draft, last) },
		{ "SELECT ifnull(deadline, 0) FROM change WHERE id = ?1",
		  offsetof(struct draft, deadline) },
		{ "SELECT count(*) FROM change_edit WHERE change_id = ?1",
		  offsetof(struct draft, edits) },
	};
	int ret;

	*draft = (struct draft){};
	if (find_number(ctl, name, draft) < 0)
		return -1;
	ret = sql_text(ctl, draft->state, sizeof(draft->state),
		       "SELECT state FROM change WHERE id = ?1", "i", draft->id);
	if (!ret)
		reason_set(&ctl->why,
			   "there is no change %s; \"tenantctl change show\" lists drafts", name);
	if (ret <= 0 || sql_text(ctl, draft->title, sizeof(draft->title),
				 "SELECT title FROM change WHERE id = ?1", "i", draft->id) < 0)
		return -1;
	words_tame(draft->title);
	for (unsigned int i = 0; i < array_size(numbers); i++)
		if (sql_number(ctl, (int64_t *)((char *)draft + numbers[i].offset),
			       numbers[i].column, "i", draft->id) < 0)
			return -1;
	return 0;
}

int draft_of(struct ctl *ctl, const struct args *args, struct draft *draft)
{
	const char *name = args->name_count ? args->names[0] : ctl->change;

	if (name)
		return draft_find(ctl, name, draft);
	reason_set(&ctl->why,
		   "which change? give its number; \"tenantctl change show\" lists drafts");
	return -1;
}

int draft_is_open(struct ctl *ctl, const struct draft *draft)
{
	if (!strcmp(draft->state, "draft"))
		return 0;
	reason_set(
		&ctl->why,
		"change %" PRId64
		" is no draft any more, it was %s; begin another with \"tenantctl change begin\"",
		draft->id, !strcmp(draft->state, "confirming") ? "applied" : draft->state);
	return -1;
}

int draft_add_edit(struct ctl *ctl, int64_t id, struct json_object *words)
{
	if (sql_run(ctl,
		    "INSERT INTO change_edit (change_id, position, argv) VALUES (?1,"
		    " (SELECT ifnull(max(position), 0) + 1 FROM change_edit WHERE change_id = ?1), ?2)",
		    "it", id, json_object_to_json_string_ext(words, JSON_C_TO_STRING_PLAIN)) < 0)
		return -1;
	return sql_run(ctl, "UPDATE change SET planned = NULL WHERE id = ?1", "i", id);
}

/* ---- edits ---- */

static const char *edit_text(struct json_object *words, char buf[static WORDS_TEXT_SIZE])
{
	const char *first = json_object_get_string(json_object_array_get_idx(words, 0));

	if (first && !strcmp(first, TAKE_BACK))
		snprintf(buf, WORDS_TEXT_SIZE, "take back changes %s to %s",
			 json_object_get_string(json_object_array_get_idx(words, 1)),
			 json_object_get_string(json_object_array_get_idx(words, 2)));
	else
		words_text(words, buf);
	return buf;
}

static int run_edit(struct ctl *ctl, struct json_object *words)
{
	const char *first = json_object_get_string(json_object_array_get_idx(words, 0));
	struct args args;

	if (first && !strcmp(first, TAKE_BACK))
		return draft_take_back(ctl, words);
	if (words_parse(ctl, words, &args) < 0)
		return -1;
	return args.command->run(ctl, &args);
}

/* The next edit after *position: 1, 0, or -1; *words is new. */
static int next_edit(struct ctl *ctl, const struct draft *draft, int64_t *position,
		     struct json_object **words)
{
	char text[4096];
	int ret = sql_number(
		ctl, position,
		"SELECT min(position) FROM change_edit WHERE change_id = ?1 AND position > ?2 HAVING count(*)",
		"ii", draft->id, *position);

	if (ret > 0)
		ret = sql_text(
			ctl, text, sizeof(text),
			"SELECT argv FROM change_edit WHERE change_id = ?1 AND position = ?2",
			"ii", draft->id, *position);
	if (ret <= 0)
		return ret;
	*words = json_tokener_parse(text);
	if (json_object_is_type(*words, json_type_array) && json_object_array_length(*words))
		return 1;
	json_object_put(*words);
	reason_set(&ctl->why,
		   "edit %" PRId64 " of change %" PRId64 " cannot be read; abort the change",
		   *position, draft->id);
	return -1;
}

struct json_object *draft_edits(struct ctl *ctl, const struct draft *draft)
{
	struct json_object *edits = json_object_new_array(), *words, *edit;
	char text[WORDS_TEXT_SIZE];
	int64_t position = 0;

	while (next_edit(ctl, draft, &position, &words) > 0) {
		edit = json_object_new_object();
		json_object_object_add(edit, "edit", json_object_new_int64(position));
		json_object_object_add(edit, "command",
				       json_object_new_string(edit_text(words, text)));
		json_object_array_add(edits, edit);
		json_object_put(words);
	}
	return edits;
}

/* The sentence of the command, and which edit it was. */
static int failed(struct ctl *ctl, const struct draft *draft, int64_t position,
		  struct json_object *words)
{
	char text[WORDS_TEXT_SIZE];
	struct reason why = ctl->why;

	edit_text(words, text);
	text[80] = '\0';
	ctl->why.text[0] = '\0';
	reason_set(&ctl->why,
		   "edit %" PRId64 " of change %" PRId64 " (%s) is not possible now: %s", position,
		   draft->id, text, why.text);
	return -1;
}

int draft_replay(struct ctl *ctl, const struct draft *draft)
{
	struct json_object *words;
	int64_t position = 0;
	int ret;

	while ((ret = next_edit(ctl, draft, &position, &words)) > 0) {
		ret = run_edit(ctl, words);
		if (ret < 0)
			ret = failed(ctl, draft, position, words);
		json_object_put(words);
		if (ret < 0)
			break;
	}
	return ret;
}

int draft_try(struct ctl *ctl)
{
	return ctl->engine->try(ctl);
}

int draft_untry(struct ctl *ctl)
{
	return ctl->engine->untry(ctl);
}

/* ---- commands that may only look ---- */

/* Judged as the change itself would be. */
static int judge_only(struct ctl *ctl, const struct preview_ask *ask)
{
	struct change *change = change_begin(ctl);
	int ret = -1;

	if (change && !ask->write(ctl, ask->arg) && !change_read_back(change, ctl->meant) &&
	    !change_judge(change))
		ret = 0;
	change_free(change);
	return ret;
}

int preview_or_write(struct ctl *ctl, const struct args *args, const struct preview_ask *ask)
{
	int ret;

	if (!args_only_looks(args))
		return ask->write(ctl, ask->arg);
	if (draft_try(ctl) < 0)
		return -1;
	ret = args_value(args, "check") ? judge_only(ctl, ask) : preview_run(ctl, ask);
	return draft_untry(ctl) < 0 ? -1 : ret;
}

/* ---- commands on a draft ---- */

/* What it reads besides the database is there again when it is applied. */
static int check_repeatable(struct ctl *ctl, const struct args *args)
{
	bool reads = args->command->reads_file;
	const char *file = reads ? args->names[0] : args_value(args, "ospf-key-file");

	if (args_only_looks(args)) {
		reason_set(
			&ctl->why,
			"a draft keeps what is to be done; leave --check and --dry-run out, \"tenantctl change plan\" shows it");
		return -1;
	}
	if (!file || file[0] == '/' || (!reads && !strcmp(file, "none")))
		return 0;
	reason_set(
		&ctl->why,
		"a draft is run again when it is applied; give the whole path of a file instead of \"%s\"",
		file);
	return -1;
}

/* Everything that is judged of a command is judged now, on top of the edits before. */
static int keep_edit(struct ctl *ctl, const struct args *args, const struct draft *draft)
{
	struct json_object *words;
	struct change *change;
	int ret = -1;

	if (draft_is_open(ctl, draft) < 0 || check_repeatable(ctl, args) < 0 || draft_try(ctl) < 0)
		return -1;
	change = change_begin(ctl);
	if (change && !draft_replay(ctl, draft) && !args->command->run(ctl, args) &&
	    !change_read_back(change, true) && !change_judge(change))
		ret = 0;
	change_free(change);
	if (draft_untry(ctl) < 0 || ret < 0)
		return -1;
	words = words_make(args);
	ret = draft_add_edit(ctl, draft->id, words);
	json_object_put(words);
	return ret;
}

int draft_keep(struct ctl *ctl, const struct args *args)
{
	struct draft draft;
	int ret = change_lock(ctl);

	if (!ret)
		ret = draft_find(ctl, ctl->change, &draft);
	if (!ret)
		ret = keep_edit(ctl, args, &draft);
	if (!ret)
		ret = change_commit(ctl);
	if (ret)
		change_rollback(ctl);
	else if (!ctl->json)
		printf("kept as edit %" PRId64 " of change %" PRId64 "\n", draft.edits + 1,
		       draft.id);
	return ret;
}

int draft_look(struct ctl *ctl, const struct args *args)
{
	struct draft draft;
	int ret = change_peek(ctl);

	if (!ret)
		ret = draft_find(ctl, ctl->change, &draft);
	if (!ret)
		ret = draft_is_open(ctl, &draft);
	if (!ret)
		ret = draft_replay(ctl, &draft);
	if (!ret)
		ret = args->command->run(ctl, args);
	change_rollback(ctl);
	return ret;
}

int draft_run(struct ctl *ctl, const struct args *args)
{
	int ret = change_lock(ctl);

	if (!ret)
		ret = args->command->run(ctl, args);
	if (!ret)
		ret = change_commit(ctl);
	if (ret)
		change_rollback(ctl);
	else if (ctl->deadline && ctl->engine->watch)
		ctl->engine->watch(ctl, ctl->deadline);
	return ret;
}

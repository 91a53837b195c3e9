// SPDX-License-Identifier: GPL-2.0-or-later
/* Operations on sites before they begin: judged, tried, or only shown. */
#include <zebra.h>

#include <stdio.h>
#include <string.h>

#include <json-c/json.h>
#include <sqlite3.h>

#include "darr.h"

#include "ctl/change.h"
#include "ctl/draft.h"
#include "ctl/operation.h"
#include "ctl/row.h"
#include "ctl/show.h"

/* ---- beginning ---- */

struct trial {
	const struct operation *operation;
	const struct phase *phase;
};

static int write_trial(struct ctl *ctl, void *arg)
{
	const struct trial *trial = arg;

	return trial->phase->write(ctl, trial->operation);
}

/* What each phase will write is judged now, before anything is changed. */
static int try_phases(struct ctl *ctl, const struct operation *operation)
{
	const struct phase *phases[PHASES_MAX];
	unsigned int count = phases_of(operation, phases);
	uint64_t before, after;
	int ret = draft_try(ctl);

	if (ret || db_revision(ctl->db, &before, &ctl->why) < 0)
		return -1;
	for (unsigned int i = 0; i < count && !ret; i++) {
		struct trial trial = { operation, phases[i] };

		ret = change_try(ctl, write_trial, &trial);
	}
	if (!ret && db_revision(ctl->db, &after, &ctl->why) < 0)
		ret = -1;
	if (!ret && before == after) {
		reason_set(&ctl->why, "%s of tenant %s would change nothing; it is as asked for",
			   operation_kind_names[operation->kind], operation->tenant);
		ret = -1;
	}
	return draft_untry(ctl) < 0 ? -1 : ret;
}

static int judge(struct ctl *ctl, const struct operation *operation)
{
	struct model *model = show_load(ctl);
	int ret = model ? readiness_judge(ctl, model, operation) : -1;

	model_free(model);
	return ret;
}

int operation_begin(struct ctl *ctl, struct operation *operation)
{
	int ret = change_lock(ctl);

	if (!ret)
		ret = judge(ctl, operation);
	if (!ret)
		ret = try_phases(ctl, operation);
	if (!ret)
		ret = operation_insert(ctl, operation);
	if (!ret)
		ret = change_commit(ctl);
	if (ret)
		change_rollback(ctl);
	return ret;
}

/* ---- many at once ---- */

struct group {
	struct operation *operations;
	unsigned int count;
	const struct reason *whys; /* of those that are left out */
	unsigned int phase;
};

static int write_group(struct ctl *ctl, void *arg)
{
	const struct group *group = arg;
	const struct phase *phases[PHASES_MAX];

	for (unsigned int i = 0; i < group->count; i++)
		if (!group->whys[i].text[0] &&
		    group->phase < phases_of(&group->operations[i], phases) &&
		    phases[group->phase]->write(ctl, &group->operations[i]) < 0)
			return -1;
	return 0;
}

static int try_group(struct ctl *ctl, struct group *group)
{
	int ret = draft_try(ctl);

	if (ret)
		return -1;
	for (group->phase = 0; group->phase < PHASES_MAX && !ret; group->phase++)
		ret = change_try(ctl, write_group, group);
	return draft_untry(ctl) < 0 ? -1 : ret;
}

static int judge_group(struct ctl *ctl, const struct group *group, struct reason *whys)
{
	struct model *model = show_load(ctl);

	if (!model)
		return -1;
	for (unsigned int i = 0; i < group->count; i++) {
		ctl->why.text[0] = '\0';
		if (readiness_judge(ctl, model, &group->operations[i]) < 0)
			whys[i] = ctl->why;
	}
	ctl->why.text[0] = '\0';
	model_free(model);
	return 0;
}

static int begin_group(struct ctl *ctl, struct group *group, struct reason *whys)
{
	int ret = change_lock(ctl);

	if (!ret)
		ret = judge_group(ctl, group, whys);
	if (!ret)
		ret = try_group(ctl, group);
	for (unsigned int i = 0; i < group->count && !ret; i++)
		if (!whys[i].text[0])
			ret = operation_insert(ctl, &group->operations[i]);
	if (!ret)
		ret = change_commit(ctl);
	if (ret)
		change_rollback(ctl);
	return ret;
}

void operations_begin(struct ctl *ctl, struct operation *operations, unsigned int count,
		      struct reason *whys)
{
	struct group group = { .operations = operations, .count = count, .whys = whys };

	if (!begin_group(ctl, &group, whys))
		return;
	/* one of them spoils it: which one, they say one by one */
	for (unsigned int i = 0; i < count; i++) {
		ctl->why.text[0] = whys[i].text[0] = '\0';
		if (operation_begin(ctl, &operations[i]) < 0)
			whys[i] = ctl->why;
	}
	ctl->why.text[0] = '\0';
}

/* ---- of a site ---- */

static int try_all(struct ctl *ctl, const struct operation *site, struct group *group,
		   struct reason *whys)
{
	struct group alone = { .operations = (struct operation *)site, .count = 1, .whys = whys };
	int ret = judge(ctl, site);

	if (!ret)
		ret = judge_group(ctl, group, whys);
	for (unsigned int i = 0; i < group->count && !ret; i++)
		if (whys[i].text[0]) {
			ctl->why = whys[i];
			ret = -1;
		}
	for (group->phase = 0; group->phase < PHASES_MAX && group->count && !ret; group->phase++)
		ret = change_try(ctl, write_group, group);
	for (; alone.phase < PHASES_MAX && !ret; alone.phase++)
		ret = change_try(ctl, write_group, &alone);
	return ret;
}

int operations_try(struct ctl *ctl, const struct operation *site, struct operation *operations,
		   unsigned int count)
{
	struct group group = { .operations = operations, .count = count };
	struct reason *whys = NULL;
	int ret = change_peek(ctl);

	darr_append_nz(whys, count + 1); /* one more: nothing stands against the site's */
	group.whys = whys;
	if (!ret)
		ret = try_all(ctl, site, &group, whys);
	change_rollback(ctl);
	darr_free(whys);
	return ret;
}

/* ---- looking only ---- */

/* How many are not so. */
static int add_checks(struct ctl *ctl, const struct model *model,
		      const struct operation *operation, struct json_object *rows)
{
	struct readiness *list = NULL, *one;
	int wrong = 0, ret = readiness_of(ctl, model, operation, &list);

	darr_foreach_p (list, one) {
		struct json_object *row = json_object_new_object();

		show_text(row, "tenant", operation->tenant[0] ? operation->tenant : NULL);
		show_text(row, "check", one->what);
		show_text(row, "is", one->why.text[0] ? "not ready" : "ok");
		show_text(row, "reason", one->why.text);
		json_object_array_add(rows, row);
		wrong += one->why.text[0] != '\0';
	}
	darr_free(list);
	return ret < 0 ? -1 : wrong;
}

int operations_check(struct ctl *ctl, const struct operation *operations, unsigned int count)
{
	struct model *model = show_load(ctl);
	struct json_object *rows;
	int wrong = 0, ret = 0;

	if (!model)
		return -1;
	rows = json_object_new_array();

	for (unsigned int i = 0; i < count && ret >= 0; i++) {
		ret = add_checks(ctl, model, &operations[i], rows);
		wrong += ret;
	}
	model_free(model);
	if (ret < 0) {
		json_object_put(rows);
		return -1;
	}
	show_print(ctl, rows, "there is nothing to check");
	if (wrong)
		reason_set(&ctl->why, "%d check%s not as needed; nothing was changed", wrong,
			   wrong == 1 ? " is" : "s are");
	return wrong ? -1 : 0;
}

/* One row that was changed, as the change log has it. */
static void print_row(const char *table, struct json_object *was, struct json_object *now)
{
	const char *sep = ": ";
	struct json_object *id = json_object_object_get(now ? now : was, "id");

	printf("%s %s%s%s",
	       !was  ? "insert"
	       : now ? "update"
		     : "delete",
	       table, id ? " " : "", id ? json_object_to_json_string(id) : "");
	json_object_object_foreach(now ? now : was, key, value)
	{
		struct json_object *other = was && now ? json_object_object_get(was, key) : NULL;

		if (was && now && json_object_equal(other, value))
			continue;
		if (was && now)
			printf("%s%s %s -> ", sep, key, json_object_to_json_string(other));
		else
			printf("%s%s ", sep, key);
		printf("%s", json_object_to_json_string(value));
		sep = ", ";
	}
	putchar('\n');
}

static void print_rows(struct ctl *ctl, uint64_t after)
{
	sqlite3_stmt *stmt;

	if (sqlite3_prepare_v2(ctl->db->sqlite,
			       "SELECT tbl, was, now FROM change_log WHERE seq > ?1"
			       " AND (was IS NOT NULL OR now IS NOT NULL) ORDER BY seq",
			       -1, &stmt, NULL) != SQLITE_OK)
		return;
	sqlite3_bind_int64(stmt, 1, after);
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		const char *was = (const char *)sqlite3_column_text(stmt, 1);
		const char *now = (const char *)sqlite3_column_text(stmt, 2);
		struct json_object *old = was ? json_tokener_parse(was) : NULL;
		struct json_object *new = now ? json_tokener_parse(now) : NULL;

		print_row((const char *)sqlite3_column_text(stmt, 0), old, new);
		json_object_put(old);
		json_object_put(new);
	}
	sqlite3_finalize(stmt);
}

static int preview(struct ctl *ctl, const struct operation *operation)
{
	const struct phase *phases[PHASES_MAX];
	unsigned int count = phases_of(operation, phases);
	char text[OPERATION_TEXT_SIZE], title[OPERATION_TEXT_SIZE + 32];
	int ret = 0;

	for (unsigned int i = 0; i < count && !ret; i++) {
		struct trial trial = { operation, phases[i] };
		struct preview_ask ask = { .title = title, .write = write_trial, .arg = &trial };
		uint64_t before;

		snprintf(title, sizeof(title), "%s: %s", operation_text(operation, text),
			 phases[i]->name);
		if (!ctl->json)
			printf("## phase %s\n", phases[i]->name);
		if (db_revision(ctl->db, &before, &ctl->why) < 0)
			return -1;
		ret = preview_run(ctl, &ask);
		if (!ret && !ctl->json) {
			printf("rows:\n");
			print_rows(ctl, before);
		}
	}
	return ret;
}

int operations_rehearse(struct ctl *ctl, const struct operation *operations, unsigned int count)
{
	int ret = change_peek(ctl);

	for (unsigned int i = 0; i < count && !ret; i++) {
		ret = judge(ctl, &operations[i]);
		if (!ret)
			ret = preview(ctl, &operations[i]);
	}
	change_rollback(ctl);
	return ret;
}

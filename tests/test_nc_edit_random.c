// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Proves of random trees what holds of all edits: replace gives what was asked for, merge
 * twice is merge once, what was merged is there, and any mixture of operations either
 * fails as a whole or gives a tree without any of them left.  And of random moves, that the
 * order is that of a plain array.
 *
 * TEST_SEED=N in the environment repeats a run.
 */
#include <check.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libyang/libyang.h>

#include "edit_rig.h"

#define ROUNDS     150
#define MOVES      300
#define MOST_NAMES 6
#define TREE_SEED  11
#define MIX_SEED   12
#define MOVE_SEED  13

/* ---- chance ---- */

static uint64_t random_state;

static void seed(uint64_t number)
{
	const char *given = getenv("TEST_SEED");

	random_state = given ? strtoull(given, NULL, 10) : number;
}

/* splitmix64 */
static uint32_t below(uint32_t limit)
{
	uint64_t z = random_state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (z ^ (z >> 31)) % limit;
}

/* ---- random trees ---- */

struct text {
	FILE *file;
	bool has_ops; /* operations here and there */
};

static const char *random_op(const struct text *t)
{
	static const char *const attributes[] = {
		" nc:operation='merge'",  " nc:operation='replace'", " nc:operation='create'",
		" nc:operation='delete'", " nc:operation='remove'",
	};

	return t->has_ops && !below(40) ? attributes[below(5)] : "";
}

static void maybe(struct text *t, const char *name, uint32_t limit)
{
	if (below(2))
		fprintf(t->file, "<%s%s>%u</%s>", name, random_op(t), below(limit), name);
}

/* The letters a to f in any order, some of them. */
static void pick_names(char names[static MOST_NAMES + 1])
{
	int count = 0;

	for (char letter = 'a'; letter < 'a' + MOST_NAMES; letter++) {
		uint32_t at = below(count + 1);

		if (below(2))
			continue;
		memmove(names + at + 1, names + at, count - at);
		names[at] = letter;
		count++;
	}
	names[count] = '\0';
}

static void put_values(struct text *t, const char *name)
{
	char names[MOST_NAMES + 1];

	pick_names(names);
	for (const char *c = names; *c; c++)
		fprintf(t->file, "<%s%s>%c</%s>", name, random_op(t), *c, name);
}

static void put_entries(struct text *t, const char *list, void (*put_inside)(struct text *))
{
	char names[MOST_NAMES + 1];

	pick_names(names);
	for (const char *c = names; *c; c++) {
		fprintf(t->file, "<%s%s><name>%c</name>", list, random_op(t), *c);
		maybe(t, "value", 3);
		if (put_inside)
			put_inside(t);
		fprintf(t->file, "</%s>", list);
	}
}

static void put_steps(struct text *t)
{
	put_values(t, "step");
}

static void put_parts(struct text *t)
{
	for (int id = 0; id < 3; id++) {
		if (below(2))
			continue;
		fprintf(t->file, "<part%s><id>%d</id>", random_op(t), id);
		maybe(t, "note", 2);
		maybe(t, "mark", 3);
		fputs("</part>", t->file);
	}
}

/* Of one case only, with or without operations. */
static void put_way(struct text *t)
{
	switch (below(5)) {
	case 0:
		maybe(t, "walk", 3);
		break;
	case 1:
		maybe(t, "horse", 3);
		put_values(t, "stop");
		break;
	case 2:
		maybe(t, "south-a", 3);
		maybe(t, "south-b", 3);
		maybe(t, "ship", 3);
		break;
	case 3:
		maybe(t, "hours", 9);
		maybe(t, "room", 3);
		break;
	default:
		break;
	}
}

static void put_box(struct text *t, const char *name)
{
	fprintf(t->file, "<%s%s>", name, random_op(t));
	maybe(t, "plain", 3);
	maybe(t, "number", 3);
	maybe(t, "mtu", 3);
	put_values(t, "tag");
	put_values(t, "rank");
	put_values(t, "server");
	fprintf(t->file, "<inner%s>", random_op(t));
	maybe(t, "x", 3);
	maybe(t, "y", 8);
	fputs("</inner>", t->file);
	if (below(2))
		fprintf(t->file, "<present%s/>", random_op(t));
	put_entries(t, "item", put_parts);
	put_entries(t, "queue", put_steps);
	put_way(t);
	fprintf(t->file, "</%s>", name);
}

static char *random_text(bool has_ops)
{
	char *xml = NULL;
	size_t size;
	struct text t = { .file = open_memstream(&xml, &size), .has_ops = has_ops };

	ck_assert_ptr_nonnull(t.file);
	if (below(4))
		put_box(&t, "top");
	if (below(2))
		put_box(&t, "strong");
	put_entries(&t, "entry", NULL);
	put_entries(&t, "turn", NULL);
	maybe(&t, "single", 3);
	maybe(&t, "counted", 3);
	put_values(&t, "word");
	put_values(&t, "step");
	maybe(&t, "left", 3);
	fclose(t.file);
	return xml;
}

/* ---- what holds ---- */

/* What one edit makes of another's result, as text. */
static char *edited(const char *config, const char *edit, enum edit_op op)
{
	struct outcome out = edit_texts(config, edit, op);
	char *text = out.text;

	ck_assert_msg(!out.rc, "%s at %s\n config %s\n edit %s", out.error.message, out.error.path,
		      config, edit);
	out.text = NULL;
	free_outcome(&out);
	return text;
}

static void ck_same(const char *what, char *got, const char *want, const char *config,
		    const char *edit)
{
	ck_assert_msg(!strcmp(got, want), "%s\n config %s\n edit %s\n gives %s\n wanted %s", what,
		      config, edit, got, want);
	free(got);
}

START_TEST(replace_and_merge)
{
	seed(TREE_SEED);
	for (int i = 0; i < ROUNDS; i++) {
		char *config = random_text(false), *edit = random_text(false);
		char *config_text = print_text(config), *edit_text = print_text(edit);
		char *merged = edited(config, edit, EDIT_MERGE);

		ck_same("replace is the edit", edited(config, edit, EDIT_REPLACE), edit_text,
			config, edit);
		ck_same("merge into nothing is the edit", edited("", edit, EDIT_MERGE), edit_text,
			"", edit);
		ck_same("merge of itself is nothing", edited(config, config, EDIT_MERGE),
			config_text, config, config);
		ck_same("merge twice is once", edited(merged, edit, EDIT_MERGE), merged, merged,
			edit);
		ck_same("none finds all that was merged", edited(merged, edit, EDIT_NONE), merged,
			merged, edit);
		ck_same("replace of the merged is the edit", edited(merged, edit, EDIT_REPLACE),
			edit_text, merged, edit);
		free(config);
		free(edit);
		free(config_text);
		free(edit_text);
		free(merged);
	}
}
END_TEST

START_TEST(any_operations)
{
	int made = 0, failed = 0;

	seed(MIX_SEED);
	for (int i = 0; i < 2 * ROUNDS; i++) {
		static const enum edit_op by_default[] = { EDIT_MERGE, EDIT_NONE, EDIT_REPLACE };
		char *config = random_text(false), *edit = random_text(true);
		struct outcome out = edit_texts(config, edit, by_default[below(3)]);

		if (out.rc) {
			ck_assert_ptr_null(out.result);
			failed++;
		} else {
			ck_assert_ptr_null(strstr(out.text, "operation="));
			/* libyang would refuse to read what is there twice */
			free(edited(out.text, out.text, EDIT_MERGE));
			made++;
		}
		free_outcome(&out);
		free(config);
		free(edit);
	}
	ck_assert_int_gt(failed, 0);
	ck_assert_int_gt(made, 0);
	ck_assert_uint_gt(edits_parted, 0);
}
END_TEST

/* ---- moves ---- */

/* A list that is an array of letters, each an entry. */
static void take_out(char *order, char name)
{
	char *at = strchr(order, name);

	if (at)
		memmove(at, at + 1, strlen(at));
}

static void put_at(char *order, size_t at, char name)
{
	memmove(order + at + 1, order + at, strlen(order + at) + 1);
	order[at] = name;
}

enum move { MOVE_UNSAID, MOVE_FIRST, MOVE_LAST, MOVE_BEFORE, MOVE_AFTER, MOVE_COUNT };

/* False where there is no such other. */
static bool move_in_array(char *order, char name, enum move move, char other)
{
	bool was_there = strchr(order, name);

	if (move >= MOVE_BEFORE && !strchr(order, other))
		return false;
	if ((move == MOVE_UNSAID && was_there) || (move >= MOVE_BEFORE && name == other))
		return true;
	take_out(order, name);
	if (move == MOVE_FIRST)
		put_at(order, 0, name);
	else if (move == MOVE_UNSAID || move == MOVE_LAST)
		put_at(order, strlen(order), name);
	else
		put_at(order, strchr(order, other) - order + (move == MOVE_AFTER), name);
	return true;
}

static char *queue_text(const char *order)
{
	char *xml = NULL;
	size_t size;
	FILE *file = open_memstream(&xml, &size);

	ck_assert_ptr_nonnull(file);
	fputs("<top>", file);
	for (; *order; order++)
		fprintf(file, "<queue><name>%c</name></queue>", *order);
	fputs("</top>", file);
	fclose(file);
	return xml;
}

static char *move_text(char name, enum move move, char other)
{
	static const char *const places[MOVE_COUNT] = { "", "first", "last", "before", "after" };
	char place[100] = "", *xml;

	if (move)
		snprintf(place, sizeof(place), " yang:insert='%s' yang:key=\"[name='%c']\"",
			 places[move], other);
	ck_assert_int_gt(
		asprintf(&xml, "<top><queue%s><name>%c</name></queue></top>", place, name), 0);
	return xml;
}

START_TEST(moves)
{
	char order[MOST_NAMES + 2] = "";

	seed(MOVE_SEED);
	for (int i = 0; i < MOVES; i++) {
		char name = 'a' + below(MOST_NAMES), other = 'a' + below(MOST_NAMES);
		enum move move = below(MOVE_COUNT);
		char *config = queue_text(order), *edit = move_text(name, move, other);
		struct outcome out = edit_texts(config, edit, EDIT_MERGE);
		char *want;

		ck_assert_int_eq(!out.rc, move_in_array(order, name, move, other));
		want = queue_text(order);
		if (!out.rc)
			ck_same("a move", print_text(want), out.text, config, edit);
		else
			ck_assert_int_eq(out.error.fault, EDIT_MISSING_INSERT);
		if (!below(3))
			take_out(order, 'a' + below(MOST_NAMES));
		free_outcome(&out);
		free(want);
		free(config);
		free(edit);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("nc_edit_random");
	TCase *tc = tcase_create("random");
	SRunner *runner;
	int failed;

	tcase_add_unchecked_fixture(tc, edit_rig_begin, edit_rig_end);
	tcase_set_timeout(tc, 300);
	tcase_add_test(tc, replace_and_merge);
	tcase_add_test(tc, any_operations);
	tcase_add_test(tc, moves);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

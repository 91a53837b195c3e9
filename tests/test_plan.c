// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Proves the plan, whole: each folder of tests/stories holds a database and,
 * for every node in it, all that tenantd would put on that node, in order.
 *
 *	make update-stories        writes the .plan files anew; read the diff
 *
 * A line is "<target> <text>": what FRR is typed, or what the kernel holds.
 */
#include <zebra.h>

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "darr.h"

#include "plan/diff.h"
#include "plan/kernel_text.h"
#include "plan/plan.h"
#include "plan/statement.h"
#include "plan/validate.h"

#include "lib.h"
#include "plan_rules.h"

static const char *const stories[] = {
	"all-in-one",   "bgp-link",         "bundles",      "dlr-edge",         "dlr-pe",
	"edge-pe",      "evacuated-site",   "four-byte-as", "hidden-subnets",   "leak-both-ways",
	"leak-one-way", "no-aggregates",    "overrides",    "public-addresses", "reference",
	"same-space",   "segments",         "static-link",  "static-transit",   "standby-site",
	"two-dlrs",     "two-esgs-two-pes", "two-sites",    "virtual-address",
};

/* ---- a plan as text ---- */

struct writer {
	char *text; /* darr */
	enum target target;
};

static void emit(void *arg, const char *line, int index)
{
	struct writer *w = arg;

	lib_append(&w->text, "%s %s\n", target_names[w->target], line);
}

static void write_kernel(struct writer *w, const struct object *obj)
{
	char text[KERNEL_TEXT_SIZE], *save = NULL;

	kernel_text(obj, false, text);
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		emit(w, line, 0);
}

/* Operations that follow each other on one target make one script. */
static void write_ops(struct writer *w, const struct op *ops, uint32_t asn)
{
	const struct op **run = NULL;

	for (unsigned int i = 0; i < darr_len(ops); i++) {
		w->target = ops[i].obj.target;
		if (w->target == TARGET_KERNEL) {
			write_kernel(w, &ops[i].obj);
			continue;
		}
		*darr_append(run) = &ops[i];
		if (i + 1 < darr_len(ops) && ops[i + 1].obj.target == w->target)
			continue;
		statement_script(run, darr_len(run), asn, emit, w);
		darr_free(run);
	}
}

static char *plan_text(const struct model *model, const struct node *node)
{
	struct objects none = {}, want = {};
	struct writer w = {};
	struct op *ops = NULL;

	lib_append(&w.text, "%s", "");
	lib_plan(model, node, &want);
	diff_objects(&none, &want, &ops);
	write_ops(&w, ops, model_provider(model)->asn);
	darr_free(ops);
	objects_fini(&want);
	return w.text;
}

/* ---- against the files ---- */

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	ck_assert_msg(file != NULL, "%s: %s", path, strerror(errno));
	fputs(text, file);
	ck_assert_int_eq(fclose(file), 0);
}

/* Prints a unified diff. */
static void show_difference(const char *path, const char *got)
{
	char other[] = "/tmp/tenant-plan.XXXXXX", command[8192];
	int fd = mkstemp(other);

	close(fd);
	write_file(other, got);
	snprintf(command, sizeof(command), "diff -u --label expected --label got %s %s", path,
		 other);
	fflush(stdout);
	if (system(command) < 0)
		printf("%s", got);
	unlink(other);
}

static bool node_agrees(const struct model *model, const struct node *node, const char *story)
{
	const char *path = lib_source_path("stories/%s/%s.plan", story, node->name);
	char *got = plan_text(model, node), *expected = lib_read_file(path);
	bool same = expected && !strcmp(expected, got);

	if (!same && getenv("UPDATE")) {
		write_file(path, got);
		same = true;
	} else if (!same) {
		printf("%s/%s.plan:\n", story, node->name);
		show_difference(expected ? path : "/dev/null", got);
	}
	free(expected);
	darr_free(got);
	return same;
}

START_TEST(every_node_of_a_story_holds_what_its_file_says)
{
	struct model *model = lib_model(stories[_i], NULL);
	const struct node *node;
	unsigned int wrong = 0;

	darr_foreach_p (model_provider(model)->nodes, node)
		wrong += !node_agrees(model, node, stories[_i]);
	ck_assert_msg(!wrong,
		      "%s: %u nodes differ from their files (see above; make update-stories)",
		      stories[_i], wrong);
	model_free(model);
}
END_TEST

START_TEST(every_tenant_of_a_story_is_valid)
{
	struct model *model = lib_model(stories[_i], NULL);
	const struct tenant *tenant = NULL;
	struct reason *findings = NULL;

	while ((tenant = model_tenant_next(model, tenant)))
		ck_assert_msg(!validate_tenant(model, tenant, &findings), "%s: %s", stories[_i],
			      findings[0].text);
	model_free(model);
}
END_TEST

START_TEST(every_folder_of_stories_is_told_here)
{
	DIR *dir = opendir(lib_source_path("stories"));
	const struct dirent *entry;
	unsigned int count = 0;

	ck_assert(dir != NULL);
	while ((entry = readdir(dir)))
		count += entry->d_name[0] != '.';
	closedir(dir);
	ck_assert_uint_eq(count, array_size(stories));
}
END_TEST

/* ---- what holds for every plan ---- */

START_TEST(planning_twice_gives_the_same_plan)
{
	struct model *model = lib_model(stories[_i], NULL);
	const struct node *node;

	darr_foreach_p (model_provider(model)->nodes, node) {
		struct objects first = {}, second = {};
		struct op *ops = NULL;

		lib_plan(model, node, &first);
		lib_plan(model, node, &second);
		ck_assert_uint_eq(diff_objects(&first, &second, &ops), objects_count(&first));
		ck_assert_uint_eq(darr_len(ops), 0);
		objects_fini(&first);
		objects_fini(&second);
	}
	model_free(model);
}
END_TEST

/* The kind that makes what obj.ref names; OBJ_KIND_COUNT: none of a plan. */
static bool names(const struct object *obj, const struct object *other)
{
	if (other->target != obj->target || strcmp(other->name, obj->ref))
		return false;
	if (obj->kind == OBJ_MATCH_PREFIX || obj->kind == OBJ_MATCH_HOP)
		return other->kind == OBJ_PREFIX_LIST;
	if (obj->kind == OBJ_MATCH_RT)
		return other->kind == OBJ_RT_LIST;
	return other->kind == OBJ_ROUTE_MAP;
}

START_TEST(every_list_and_map_that_a_plan_names_is_in_it_before)
{
	struct model *model = lib_model(stories[_i], NULL);
	const struct node *node;
	char text[512];

	darr_foreach_p (model_provider(model)->nodes, node) {
		struct objects want = {};

		lib_plan(model, node, &want);
		for (unsigned int i = 0; i < objects_count(&want); i++) {
			const struct object *obj = &want.list[i];
			unsigned int j = 0;

			if (obj->target == TARGET_KERNEL || !obj->ref[0] ||
			    statement_has_secret(obj))
				continue;
			while (j < i && !names(obj, &want.list[j]))
				j++;
			ck_assert_msg(j < i, "%s on %s: nothing before it makes %s", stories[_i],
				      node->name, object_text(obj, text, sizeof(text)));
		}
		objects_fini(&want);
	}
	model_free(model);
}
END_TEST

/* What makes FRR loop, or stop, where nodes are there twice; doc/design/redundancy.md. */
START_TEST(no_plan_holds_what_was_measured_to_break)
{
	static const char *const words[] = {
		"suppress-fa",      /* C-08: an edge and a PE send packets to and fro */
		"translate-c",      /* C-05: nobody takes over from a dead translator */
		"translate-never",  /* a repair by hand */
		"default-inform",   /* two edges take each other's default */
		"graceful-restart", /* FRR refuses it in a VRF */
	};
	struct model *model = lib_model(stories[_i], NULL);
	const struct node *node;

	darr_foreach_p (model_provider(model)->nodes, node) {
		char *text = plan_text(model, node);

		for (unsigned int i = 0; i < array_size(words); i++)
			ck_assert_msg(!strstr(text, words[i]), "%s on %s: %s", stories[_i],
				      node->name, words[i]);
		darr_free(text);
	}
	model_free(model);
}
END_TEST

START_TEST(a_new_subnet_changes_no_filter_and_no_statement)
{
	struct model *before = lib_model("reference", NULL);
	struct model *after = lib_model(
		"reference", "INSERT INTO subnet VALUES (7, 1, '10.1.7.0/24', '10.1.7.1', 1)");
	const struct node *node;

	darr_foreach_p (model_provider(before)->nodes, node) {
		struct objects have = {}, want = {};
		struct op *ops = NULL;

		lib_plan(before, node, &have);
		lib_plan(after, node, &want);
		diff_objects(&have, &want, &ops);
		ck_assert_msg(darr_len(ops) == (node->roles & ROLE_DLR ? 1 : 0),
			      "%s: %u operations", node->name, darr_len(ops));
		ck_assert(!ops || (ops[0].what == OUTCOME_ADD && ops[0].obj.kind == OBJ_GATEWAY));
		darr_free(ops);
		objects_fini(&have);
		objects_fini(&want);
	}
	model_free(before);
	model_free(after);
}
END_TEST

START_TEST(a_node_that_does_not_serve_a_tenant_holds_nothing_of_it)
{
	struct model *model = lib_model("reference", "DELETE FROM link;"
						     "DELETE FROM attachment WHERE node_id = 4");
	const struct tenant *tenant = model_tenant(model, 1);
	struct objects want = {};

	plan_tenant(model_provider(model), tenant, provider_node(model_provider(model), 4), &want);
	ck_assert_uint_eq(objects_count(&want), 0);
	model_free(model);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("plan");
	TCase *tcase = tcase_create("plan");
	int count = array_size(stories);

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, every_node_of_a_story_holds_what_its_file_says, 0, count);
	tcase_add_loop_test(tcase, every_tenant_of_a_story_is_valid, 0, count);
	tcase_add_test(tcase, every_folder_of_stories_is_told_here);
	tcase_add_loop_test(tcase, planning_twice_gives_the_same_plan, 0, count);
	tcase_add_loop_test(tcase, every_list_and_map_that_a_plan_names_is_in_it_before, 0, count);
	tcase_add_loop_test(tcase, no_plan_holds_what_was_measured_to_break, 0, count);
	tcase_add_test(tcase, a_new_subnet_changes_no_filter_and_no_statement);
	tcase_add_test(tcase, a_node_that_does_not_serve_a_tenant_holds_nothing_of_it);
	suite_add_tcase(suite, tcase);
	return lib_main(suite);
}

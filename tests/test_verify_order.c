// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Proves that an apply keeps tenants apart at each of its steps, not only at its end:
 * the operations of a diff are done one by one on one node, with all other nodes as
 * planned, and after each of them the verifier judges what is there.  Filters have to
 * stand before what they filter (C-25), when all is put in place and when all goes.
 */
#include <zebra.h>

#include <dirent.h>
#include <string.h>

#include "darr.h"

#include "plan/diff.h"
#include "plan/plan.h"
#include "verify/verify.h"

#include "lib.h"
#include "plan_rules.h"

struct stage {
	const struct model *model;
	const struct node *node;
	struct objects have; /* on that node; sorted */
	uint64_t steps;
};

static void plan_as_it_is(void *arg, const struct provider *provider, const struct tenant *tenant,
			  const struct node *node, struct objects *want)
{
	const struct stage *stage = arg;
	const struct object *obj;

	if (node->id != stage->node->id) {
		if (tenant)
			plan_tenant_unsorted(provider, tenant, node, want);
		else
			plan_node(provider, node, want);
		return;
	}
	darr_foreach_p (stage->have.list, obj)
		if (!strcmp(obj->vrf, tenant ? tenant->vrf : ""))
			*darr_append(want->list) = *obj;
}

/* What goes, goes with all that is in it. */
static bool goes_with(const struct objects *have, const struct object *obj,
		      const struct object *gone)
{
	struct object parent;

	while (obj && object_cmp_key(obj, gone))
		obj = object_parent(obj, &parent) ? objects_find(have, &parent) : NULL;
	return obj != NULL;
}

static void take_away(struct stage *stage, const struct object *gone)
{
	struct objects rest = {};
	const struct object *obj;

	darr_foreach_p (stage->have.list, obj)
		if (!goes_with(&stage->have, obj, gone))
			*darr_append(rest.list) = *obj;
	objects_fini(&stage->have);
	stage->have = rest;
}

static void step(struct stage *stage, const struct op *op)
{
	if (op->what != OUTCOME_ADD || objects_find(&stage->have, &op->obj))
		take_away(stage, &op->obj);
	if (op->what == OUTCOME_DELETE)
		return;
	*darr_append(stage->have.list) = op->obj;
	objects_sort(&stage->have);
}

static bool counts_at_each_step(enum invariant invariant)
{
	return invariant == INVARIANT_ISOLATION || invariant == INVARIANT_LOOP ||
	       invariant == INVARIANT_SPACE;
}

static void judge(struct stage *stage, const char *story, const struct op *op)
{
	struct verifier *verifier =
		verifier_new(model_provider(stage->model), plan_as_it_is, stage);
	struct violation *found = NULL, *violation;
	char text[512];

	for (uint32_t id = 1; id < 30; id++)
		if (model_tenant(stage->model, id))
			verify_update(verifier, model_tenant(stage->model, id), &found);
	darr_foreach_p (found, violation)
		ck_assert_msg(!counts_at_each_step(violation->invariant),
			      "%s, %s, after \"%s %s\": %s", story, stage->node->name,
			      outcome_names[op->what], object_text(&op->obj, text, sizeof(text)),
			      violation->why.text);
	darr_free(found);
	verifier_free(verifier);
	stage->steps++;
}

static void walk(struct stage *stage, const char *story, const struct objects *want)
{
	struct op *ops = NULL, *op;
	char text[512];

	diff_objects(&stage->have, want, &ops);
	darr_foreach_p (ops, op) {
		step(stage, op);
		judge(stage, story, op);
	}
	darr_free(ops);
	/* I-12: what has been applied is what was planned */
	ck_assert_uint_eq(diff_objects(&stage->have, want, &ops), objects_count(want));
	ck_assert_msg(!darr_len(ops), "%s, %s: applied, and then %s %s", story, stage->node->name,
		      outcome_names[ops[0].what], object_text(&ops[0].obj, text, sizeof(text)));
}

static uint64_t walk_story(const char *story)
{
	struct model *model = lib_model(story, NULL);
	const struct objects nothing = {};
	const struct node *node;
	uint64_t steps = 0;

	darr_foreach_p (model_provider(model)->nodes, node) {
		struct stage stage = { .model = model, .node = node };
		struct objects want = {};

		lib_plan(model, node, &want);
		walk(&stage, story, &want);
		walk(&stage, story, &nothing);
		steps += stage.steps;
		objects_fini(&stage.have);
		objects_fini(&want);
	}
	model_free(model);
	return steps;
}

START_TEST(each_step_of_an_apply_keeps_tenants_apart)
{
	DIR *dir = opendir(lib_source_path("stories"));
	const struct dirent *entry;
	uint64_t steps = 0;

	ck_assert(dir != NULL);
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			steps += walk_story(entry->d_name);
	closedir(dir);
	printf("counts: %" PRIu64 " steps of plans judged\n", steps);
	ck_assert_uint_gt(steps, 1000);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("verify order");
	TCase *tcase = tcase_create("verify order");

	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, each_step_of_an_apply_keeps_tenants_apart);
	suite_add_tcase(suite, tcase);
	return lib_main(suite);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Proves of random snapshots, one after another, that a network kept in step with them by
 * small steps is the one that a full plan of the last of them would make.
 *
 * After each change only the tenants that it is said to touch are looked at, as tenantd
 * does: one that has faults stays as it is, for any other the diff from what is there to its
 * new plan is carried out, operation by operation, on nodes that refuse what cannot be done.
 */
#include <zebra.h>

#include <stdio.h>
#include <stdlib.h>

#include "darr.h"

#include "plan/diff.h"
#include "plan/plan.h"
#include "plan/validate.h"

#include "lib.h"
#include "plan_rules.h"

#define IDS_MAX   16 /* of tenants that lib_random_write() makes; 0 is the node's own */
#define NODES_MAX 8
#define STEPS     40

/* Neighbors of the story's tenant, so that there is much to change, and to be in the way of. */
static const char more[] =
	"INSERT INTO tenant (id, name) VALUES (2, 'b'), (3, 'c'), (4, 'd'), (5, 'e'), (6, 'f');"
	"INSERT INTO aggregate SELECT id, '10.' || id || '.0.0/16' FROM tenant WHERE id > 1;"
	"INSERT INTO attachment (tenant_id, node_id, role)"
	" SELECT tenant.id, node_id, role FROM tenant, node_role WHERE tenant.id > 1;"
	"INSERT INTO logical_switch (tenant_id, name) SELECT id, 'web' FROM tenant WHERE id > 1;"
	"INSERT INTO subnet (switch_id, prefix, gateway)"
	" SELECT id, '10.' || tenant_id || '.1.0/24', '10.' || tenant_id || '.1.1'"
	" FROM logical_switch WHERE tenant_id > 1;";

/* What is there of each tenant on each node. */
static struct objects nodes[NODES_MAX][IDS_MAX];
static unsigned int operations;
static int seed, step;

static void carry_out(uint32_t node_id, uint32_t tenant_id, const struct objects *want)
{
	struct objects *have = &nodes[node_id][tenant_id];
	struct op *ops = NULL, *op;
	const char *wrong = NULL;
	char text[512];

	diff_objects(have, want, &ops);
	darr_foreach_p (ops, op) {
		wrong = node_do(have, op);
		ck_assert_msg(!wrong, "seed %d, step %d: %s: %s %s", seed, step, wrong,
			      outcome_names[op->what], object_text(&op->obj, text, sizeof(text)));
		operations++;
	}
	darr_free(ops);
}

static bool is_sound(const struct model *model, const struct tenant *tenant)
{
	struct reason *findings = NULL;
	bool sound;

	validate_tenant(model, tenant, &findings);
	sound = !darr_len(findings);
	darr_free(findings);
	return sound;
}

static void replan_tenant(const struct model *model, uint32_t id)
{
	const struct tenant *tenant = model_tenant(model, id);
	const struct node *node;

	if (tenant && !is_sound(model, tenant))
		return; /* held as it is */
	darr_foreach_p (model_provider(model)->nodes, node) {
		struct objects want = {};

		if (tenant)
			plan_tenant(model_provider(model), tenant, node, &want);
		carry_out(node->id, id, &want);
		objects_fini(&want);
	}
}

static void replan(const struct model *model, const uint32_t *touched)
{
	const struct node *node;

	for (uint32_t id = 1; id < IDS_MAX; id++)
		if (lib_is_touched(touched, id))
			replan_tenant(model, id);
	darr_foreach_p (model_provider(model)->nodes, node) {
		struct objects want = {};

		plan_node(model_provider(model), node, &want);
		carry_out(node->id, 0, &want);
		objects_fini(&want);
	}
}

/* The plans of a model that has never seen anything else. */
static void compare_tenant(const struct model *anew, uint32_t id)
{
	const struct tenant *tenant = model_tenant(anew, id);
	const struct node *node;

	if (tenant && !is_sound(anew, tenant))
		return;
	darr_foreach_p (model_provider(anew)->nodes, node) {
		struct objects want = {};
		char *expected, *got;

		if (tenant)
			plan_tenant(model_provider(anew), tenant, node, &want);
		expected = lib_objects_text(&want);
		got = lib_objects_text(&nodes[node->id][id]);
		ck_assert_msg(objects_same(&want, &nodes[node->id][id]),
			      "seed %d, step %d, tenant %u on %s: expected\n%s\ngot\n%s", seed,
			      step, id, node->name, expected, got);
		darr_free(expected);
		darr_free(got);
		objects_fini(&want);
	}
}

static void compare_with_full_plan(struct db *db)
{
	struct model *anew = model_new();
	const struct tenant *tenant = NULL;
	const struct node *node;

	lib_load_all(anew, db, NULL);
	while ((tenant = model_tenant_next(anew, tenant)))
		ck_assert_uint_lt(tenant->id, IDS_MAX);
	darr_foreach_p (model_provider(anew)->nodes, node)
		ck_assert_uint_lt(node->id, NODES_MAX);
	for (uint32_t id = 1; id < IDS_MAX; id++)
		compare_tenant(anew, id);
	model_free(anew);
}

static void forget_nodes(void)
{
	for (unsigned int node = 0; node < NODES_MAX; node++)
		for (unsigned int id = 0; id < IDS_MAX; id++)
			objects_fini(&nodes[node][id]);
}

static unsigned int faulty_tenants(struct db *db)
{
	struct model *model = model_new();
	const struct tenant *tenant = NULL;
	unsigned int count = 0;

	lib_load_all(model, db, NULL);
	while ((tenant = model_tenant_next(model, tenant)))
		count += !is_sound(model, tenant);
	model_free(model);
	return count;
}

/* Most of what would make another tenant faulty is not done: soon nothing would be planned. */
static void change_something(struct db *db)
{
	unsigned int before = faulty_tenants(db);

	lib_exec(db, "BEGIN");
	for (uint32_t count = step ? 1 + lib_below(4) : 0; count; count--)
		lib_random_write(db);
	if (faulty_tenants(db) > before && lib_below(4))
		lib_exec(db, "ROLLBACK");
	else
		lib_exec(db, "COMMIT");
}

START_TEST(small_steps_lead_to_the_full_plan)
{
	char *sql = lib_story_sql("reference");
	struct db *db = lib_db(sql);
	struct model *model = model_new();

	lib_exec(db, more);
	seed = 5000 + _i;
	lib_seed(seed);
	operations = 0;
	for (step = 0; step < STEPS; step++) {
		uint32_t *touched = NULL;

		change_something(db);
		if (step && lib_below(10))
			lib_load_since(model, db, &touched);
		else
			lib_load_all(model, db, &touched); /* as at start, and after SIGHUP */
		replan(model, touched);
		compare_with_full_plan(db);
		darr_free(touched);
	}
	ck_assert_uint_gt(operations, 5 * STEPS); /* or it says nothing */
	forget_nodes();
	model_free(model);
	db_close(db);
	free(sql);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("replan");
	TCase *tcase = tcase_create("random snapshots");

	tcase_set_timeout(tcase, 120);
	tcase_add_loop_test(tcase, small_steps_lead_to_the_full_plan, 0,
			    lib_times(getenv("FRR_TENANT_FULL") ? 500 : 20));
	suite_add_tcase(suite, tcase);
	return lib_main(suite);
}

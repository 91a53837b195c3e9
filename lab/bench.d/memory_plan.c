// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How long tenantd's core takes for a whole database, stage by stage.
 *
 *	memory_plan DATABASE NODE ROUNDS
 *
 * writes lines `STAGE MILLISECONDS`, of processor time and the median of so many
 * rounds:
 *
 *	load       rows of SQLite to a complete struct load
 *	commit     the load into an empty model, with the index of who uses which number
 *	validate   every tenant
 *	plan       every tenant's objects on NODE, sorted, one tenant after another as
 *	           tenantd does it, which keeps none of them
 *	keep       the same, all of them in memory at once
 *	diff       each against nothing, to the operations that make it
 *
 * and `objects COUNT`, how many the plans are of.
 */
#include <zebra.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "darr.h"

#include "plan/diff.h"
#include "plan/plan.h"
#include "plan/validate.h"
#include "source/db.h"

enum stage { LOAD, COMMIT, VALIDATE, PLAN, KEEP, DIFF };
#define STAGE_COUNT 6
static const char *const stage_names[STAGE_COUNT] = {
	[LOAD] = "load", [COMMIT] = "commit", [VALIDATE] = "validate",
	[PLAN] = "plan", [KEEP] = "keep",     [DIFF] = "diff",
};

static int64_t processor_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void die(const char *sentence)
{
	fprintf(stderr, "memory_plan: %s\n", sentence);
	exit(1);
}

static void read_all(struct db *db, struct load **load)
{
	struct reason why = {};

	if (db_load_all(db, load, &why) < 0)
		die(why.text);
}

static void validate_all(const struct model *model)
{
	const struct tenant *tenant = NULL;
	struct reason *findings = NULL;

	while ((tenant = model_tenant_next(model, tenant)))
		if (validate_tenant(model, tenant, &findings))
			die(findings[0].text);
}

static void plan_each(const struct model *model, const struct node *node)
{
	const struct tenant *tenant = NULL;
	struct objects plan = {};

	while ((tenant = model_tenant_next(model, tenant))) {
		darr_reset(plan.list);
		plan_tenant(model_provider(model), tenant, node, &plan);
	}
	objects_fini(&plan);
}

static struct objects *keep_all(const struct model *model, const struct node *node)
{
	const struct tenant *tenant = NULL;
	struct objects *plans = NULL;

	darr_ensure_cap(plans, model_tenant_count(model));
	while ((tenant = model_tenant_next(model, tenant))) {
		struct objects *plan = darr_append(plans);

		*plan = (struct objects){};
		plan_tenant(model_provider(model), tenant, node, plan);
	}
	return plans;
}

static void diff_all(const struct objects *plans)
{
	static const struct objects nothing;
	struct op *ops = NULL;

	for (unsigned int i = 0; i < darr_len(plans); i++) {
		diff_objects(&nothing, &plans[i], &ops);
		darr_reset(ops);
	}
	darr_free(ops);
}

static size_t free_all(struct objects *plans)
{
	struct objects *plan;
	size_t count = 0;

	darr_foreach_p (plans, plan) {
		count += objects_count(plan);
		objects_fini(plan);
	}
	darr_free(plans);
	return count;
}

static size_t run_round(struct db *db, const char *node_name, int64_t took[STAGE_COUNT])
{
	struct model *model = model_new();
	int64_t at[STAGE_COUNT + 1];
	uint32_t *touched = NULL;
	struct load *load = NULL;
	const struct node *node;
	struct objects *plans;
	size_t count;

	at[LOAD] = processor_us();
	read_all(db, &load);
	at[COMMIT] = processor_us();
	model_commit(model, load, &touched);
	at[VALIDATE] = processor_us();
	validate_all(model);
	node = provider_node_by_name(model_provider(model), node_name);
	if (!node)
		die("the database does not have that node");
	at[PLAN] = processor_us();
	plan_each(model, node);
	at[KEEP] = processor_us();
	plans = keep_all(model, node);
	at[DIFF] = processor_us();
	diff_all(plans);
	at[STAGE_COUNT] = processor_us();
	for (int stage = 0; stage < STAGE_COUNT; stage++)
		took[stage] = at[stage + 1] - at[stage];
	count = free_all(plans);
	darr_free(touched);
	model_free(model);
	return count;
}

static int cmp_us(const void *a, const void *b)
{
	return numcmp(*(const int64_t *)a, *(const int64_t *)b);
}

int main(int argc, char **argv)
{
	int rounds = argc == 4 ? atoi(argv[3]) : 0;
	struct reason why = {};
	int64_t (*took)[STAGE_COUNT], *samples;
	size_t count = 0;
	struct db *db;

	if (rounds < 1)
		die("usage: memory_plan DATABASE NODE ROUNDS");
	db = db_open(argv[1], DB_READ, &why);
	if (!db)
		die(why.text);
	took = calloc(rounds, sizeof(*took));
	samples = calloc(rounds, sizeof(*samples));
	for (int i = 0; i < rounds; i++)
		count = run_round(db, argv[2], took[i]);
	for (int stage = 0; stage < STAGE_COUNT; stage++) {
		for (int i = 0; i < rounds; i++)
			samples[i] = took[i][stage];
		qsort(samples, rounds, sizeof(*samples), cmp_us);
		printf("%s %.3f\n", stage_names[stage], samples[rounds / 2] / 1000.0);
	}
	printf("objects %zu\n", count);
	free(took);
	free(samples);
	db_close(db);
	return 0;
}

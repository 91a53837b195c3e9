// SPDX-License-Identifier: GPL-2.0-or-later
/* What the unit tests share: models loaded from databases, and their plans. */
#include <zebra.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "darr.h"

#include "plan/plan.h"
#include "plan/validate.h"

#include "lib.h"
#include "plan_rules.h"

/* ---- models ---- */

static void commit(struct model *model, int ret, struct load *load, const struct reason *why,
		   uint32_t **touched)
{
	uint32_t *unused = NULL;

	if (ret < 0) {
		fprintf(stderr, "load: %d %s\n", ret, why->text);
		abort();
	}
	model_commit(model, load, touched ? touched : &unused);
	darr_free(unused);
}

void lib_load_all(struct model *model, struct db *db, uint32_t **touched)
{
	struct reason why = {};
	struct load *load = NULL;
	int ret = db_load_all(db, &load, &why);

	commit(model, ret, load, &why, touched);
}

void lib_load_since(struct model *model, struct db *db, uint32_t **touched)
{
	struct reason why = {};
	struct load *load = NULL;
	int ret = db_load_since(db, model_revision(model), &load, &why);

	commit(model, ret, load, &why, touched);
}

struct model *lib_model(const char *story, const char *sql)
{
	char *story_sql = story ? lib_story_sql(story) : NULL;
	struct db *db = lib_db(story_sql);
	struct model *model = model_new();

	if (sql)
		lib_exec(db, sql);
	lib_load_all(model, db, NULL);
	db_close(db);
	free(story_sql);
	return model;
}

void lib_find(const char *story, const char *sql, uint32_t tenant_id, const char *what,
	      const char *sentence)
{
	struct model *model = lib_model(story, sql);
	struct reason *findings = NULL;
	size_t count = validate_tenant(model, model_tenant(model, tenant_id), &findings);

	ck_assert_msg(count == (sentence != NULL), "%s: %zu findings, the first: %s", what, count,
		      count ? findings[0].text : "");
	if (count)
		ck_assert_str_eq(findings[0].text, sentence);
	darr_free(findings);
	model_free(model);
}

bool lib_is_touched(const uint32_t *touched, uint32_t id)
{
	for (unsigned int i = 0; i < darr_len(touched); i++)
		if (touched[i] == id)
			return true;
	return false;
}

/* ---- plans ---- */

void lib_plan(const struct model *model, const struct node *node, struct objects *want)
{
	const struct provider *provider = model_provider(model);
	const struct tenant *tenant = NULL;

	plan_node(provider, node, want);
	while ((tenant = model_tenant_next(model, tenant)))
		plan_tenant(provider, tenant, node, want);
	objects_sort(want);
}

char *lib_objects_text(const struct objects *set)
{
	char line[512], *text = NULL;

	lib_append(&text, "%s", "");
	for (unsigned int i = 0; i < objects_count(set); i++)
		lib_append(&text, "%s\n", object_text(&set->list[i], line, sizeof(line)));
	return text;
}

char *lib_everything(const struct model *model)
{
	const struct provider *provider = model_provider(model);
	const struct node *node;
	char *text = NULL;

	lib_append(&text, "revision %" PRIu64 "\n", model_revision(model));
	darr_foreach_p (provider->nodes, node) {
		struct objects want = {};
		char *plan;

		lib_plan(model, node, &want);
		plan = lib_objects_text(&want);
		lib_append(&text, "%s:\n", node->name);
		for (char *save = NULL, *line = strtok_r(plan, "\n", &save); line;
		     line = strtok_r(NULL, "\n", &save))
			lib_append(&text, "%s\n", line);
		darr_free(plan);
		objects_fini(&want);
	}
	for (uint32_t id = 1; id < 10; id++) {
		const struct tenant *tenant = model_tenant(model, id);
		struct reason *findings = NULL, *finding;

		if (tenant)
			validate_tenant(model, tenant, &findings);
		darr_foreach_p (findings, finding)
			lib_append(&text, "%u: %s\n", id, finding->text);
		darr_free(findings);
	}
	return text;
}

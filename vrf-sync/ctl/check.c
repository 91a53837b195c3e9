// SPDX-License-Identifier: GPL-2.0-or-later
/* The whole database under validation: for what came by plain SQL. */
#include <zebra.h>

#include <stdio.h>
#include <string.h>

#include <json-c/json.h>

#include "darr.h"

#include "ctl/args.h"
#include "ctl/change.h"
#include "ctl/show.h"
#include "plan/advise.h"
#include "plan/validate.h"
#include "verify/verify.h"

static void add_finding(struct json_object *rows, const struct tenant *tenant, const char *text)
{
	struct json_object *row = json_object_new_object();

	show_text(row, "tenant", tenant->name);
	show_text(row, "finding", text);
	json_object_array_add(rows, row);
}

static size_t check_tenant(const struct model *model, const struct tenant *tenant,
			   struct json_object *rows)
{
	struct reason *findings = NULL, *finding;
	size_t count = validate_tenant(model, tenant, &findings);

	darr_foreach_p (findings, finding)
		add_finding(rows, tenant, finding->text);
	darr_free(findings);
	return count;
}

/* What would be made of the others; *held: of how many something is wrong. */
static size_t check_plans(const struct model *model, struct json_object *rows, size_t *held)
{
	struct violation *found = NULL, *violation;
	size_t count = verify_model(model, NULL, &found);
	uint32_t last = 0;

	darr_foreach_p (found, violation) {
		add_finding(rows, model_tenant(model, violation->tenant_id), violation->why.text);
		*held += violation->tenant_id != last;
		last = violation->tenant_id;
	}
	darr_free(found);
	return count;
}

/* Appends what was not said before. */
static void take_new(struct reason **all, const struct reason *fresh)
{
	const struct reason *one, *old;

	darr_foreach_p (fresh, one) {
		bool known = false;

		darr_foreach_p (*all, old)
			known |= !strcmp(old->text, one->text);
		if (!known)
			*darr_append(*all) = *one;
	}
}

/* Many tenants share nodes and wires: everything is said once. */
static void advise_all(const struct model *model, const struct tenant **tenants,
		       struct reason **all)
{
	const struct tenant **tenant;

	advise_provider(model_provider(model), all);
	advise_domains(model, all);
	darr_foreach_p (tenants, tenant) {
		struct reason *fresh = NULL;

		advise_tenant(model_provider(model), *tenant, &fresh);
		take_new(all, fresh);
		darr_free(fresh);
	}
}

static void advice_json(struct json_object *rows, const struct reason *advice)
{
	const struct reason *one;

	darr_foreach_p (advice, one) {
		struct json_object *row = json_object_new_object();

		show_text(row, "advice", one->text);
		json_object_array_add(rows, row);
	}
}

static void advice_text(const struct reason *advice)
{
	const struct reason *one;

	darr_foreach_p (advice, one)
		printf("advice: %s\n", one->text);
}

static int check_run(struct ctl *ctl, const struct args *args)
{
	const struct tenant **tenants = NULL, **tenant;
	struct reason *advice = NULL;
	size_t findings = 0, held = 0;
	struct model *model = show_load(ctl);
	struct json_object *rows;
	char nothing[64];

	if (!model)
		return -1;
	rows = json_object_new_array();
	show_tenants(ctl, model, NULL, &tenants);
	darr_foreach_p (tenants, tenant) {
		size_t count = check_tenant(model, *tenant, rows);

		findings += count;
		held += count != 0;
	}
	findings += check_plans(model, rows, &held);
	snprintf(nothing, sizeof(nothing), "%u tenants, no findings", darr_len(tenants));
	advise_all(model, tenants, &advice);
	if (ctl->json)
		advice_json(rows, advice);
	show_print(ctl, rows, nothing);
	if (!ctl->json)
		advice_text(advice);
	darr_free(advice);
	darr_free(tenants);
	model_free(model);
	if (!findings)
		return 0;
	reason_set(
		&ctl->why,
		"%zu finding%s in %zu tenant%s; a tenant with findings is held until they are mended",
		findings, findings == 1 ? "" : "s", held, held == 1 ? "" : "s");
	return -1;
}

const struct command check_commands[] = {
	{
		.verb = "check",
		.summary =
			"validate the whole database; exit status 1 where anything is found, 0 with advice alone",
		.example = "tenantctl check",
		.access = ACCESS_READ,
		.run = check_run,
	},
	{},
};

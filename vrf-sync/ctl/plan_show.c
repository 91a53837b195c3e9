// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The plan of a node, from the database alone: what tenantd would put in place
 * on an empty node, in the words of iproute2 and FRR.
 */
#include <zebra.h>

#include <stdio.h>
#include <string.h>

#include <json-c/json.h>

#include "darr.h"

#include "ctl/args.h"
#include "ctl/ops.h"
#include "ctl/show.h"
#include "plan/diff.h"
#include "plan/plan.h"
#include "plan/validate.h"

struct held {
	const struct tenant *tenant;
	struct reason why;
};

struct node_plan {
	const struct model *model;
	const struct node *node;
	struct objects want;
	struct held *held; /* darr */
};

static void take_tenant(struct node_plan *plan, const struct tenant *tenant)
{
	struct objects want = {};
	struct reason *findings = NULL;
	const struct object *obj;

	if (!tenant_roles_on(tenant, plan->node->id))
		return;
	if (validate_tenant(plan->model, tenant, &findings)) {
		*darr_append(plan->held) = (struct held){ tenant, findings[0] };
		darr_free(findings);
		return;
	}
	plan_tenant(model_provider(plan->model), tenant, plan->node, &want);
	darr_foreach_p (want.list, obj)
		*darr_append(plan->want.list) = *obj;
	objects_fini(&want);
}

static int take_tenants(struct ctl *ctl, struct node_plan *plan, const char *name)
{
	const struct tenant **tenants = NULL, **tenant;

	if (show_tenants(ctl, plan->model, name, &tenants) < 0)
		return -1;
	if (name && !tenant_roles_on(tenants[0], plan->node->id)) {
		reason_set(
			&ctl->why,
			"node %s does not serve tenant %s; add it with \"tenantctl set tenant %s --nodes +%s\"",
			plan->node->name, name, name, plan->node->name);
		darr_free(tenants);
		return -1;
	}
	darr_foreach_p (tenants, tenant)
		take_tenant(plan, *tenant);
	darr_free(tenants);
	objects_sort(&plan->want);
	return 0;
}

/* ---- text ---- */

static void print_plan(const struct node_plan *plan)
{
	const struct objects nothing = {};
	const struct held *held;
	struct op *ops = NULL;

	darr_foreach_p (plan->held, held)
		printf("# tenant %s is held: %s\n", held->tenant->name, held->why.text);
	diff_objects(&nothing, &plan->want, &ops);
	ops_print(ops, model_provider(plan->model)->asn);
	darr_free(ops);
}

/* ---- JSON ---- */

static void print_json(struct ctl *ctl, const struct node_plan *plan)
{
	struct json_object *json = json_object_new_object();
	struct json_object *objects = json_object_new_array(), *rows = json_object_new_array();
	const struct object *obj;
	const struct held *held;

	darr_foreach_p (plan->want.list, obj) {
		const struct op op = { .what = OUTCOME_ADD, .obj = *obj };

		json_object_array_add(objects, ops_json(&op, model_provider(plan->model)->asn));
	}
	darr_foreach_p (plan->held, held) {
		struct json_object *row = json_object_new_object();

		show_text(row, "tenant", held->tenant->name);
		show_text(row, "reason", held->why.text);
		json_object_array_add(rows, row);
	}
	show_text(json, "node", plan->node->name);
	json_object_object_add(json, "objects", objects);
	json_object_object_add(json, "held", rows);
	show_print(ctl, json, "");
}

/* ---- the command ---- */

static int plan_run(struct ctl *ctl, const struct args *args)
{
	const char *name = args_value(args, "node"), *tenant = args_value(args, "tenant");
	struct model *model = show_load(ctl);
	struct node_plan plan = { .model = model };
	int ret = -1;

	if (!model)
		return -1;
	plan.node = provider_node_by_name(model_provider(model), name);
	if (!plan.node)
		reason_set(&ctl->why, "node %s does not exist; \"tenantctl show node\" lists them",
			   name);
	else if (!tenant)
		plan_node(model_provider(model), plan.node, &plan.want);
	if (plan.node)
		ret = take_tenants(ctl, &plan, tenant);
	if (!ret && ctl->json)
		print_json(ctl, &plan);
	else if (!ret)
		print_plan(&plan);
	objects_fini(&plan.want);
	darr_free(plan.held);
	model_free(model);
	return ret;
}

static const struct option_info plan_options[] = {
	{ "node", OPT_TEXT, OPTION_NEEDED, NULL, "NODE", "whose plan" },
	{ "tenant", OPT_TEXT, 0, NULL, "TENANT", "only this one's part" },
	{},
};

const struct command plan_commands[] = {
	{
		.verb = "plan",
		.options = plan_options,
		.summary = "what a node would hold, as ip commands and FRR statements",
		.example = "tenantctl plan --node dlr --tenant acme",
		.access = ACCESS_READ,
		.run = plan_run,
	},
	{},
};

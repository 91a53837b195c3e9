// SPDX-License-Identifier: GPL-2.0-or-later
/* show tenant ... */
#include <zebra.h>

#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "darr.h"
#include "lib/json.h"
#include "vty.h"

#include "clock.h"
#include "commands.h"
#include "apply/engine.h"
#include "apply/kernel.h"
#include "apply/kernel_lookup.h"
#include "daemon/show_site.h"
#include "daemon/straying.h"
#include "daemon/tenantd.h"
#include "model/derive.h"
#include "plan/diff.h"
#include "plan/plan.h"
#include "plan/statement.h"
#include "source/source.h"

/* ---- finding ---- */

/* Tenants on this node, by name. */
static int by_name(const void *a, const void *b)
{
	const struct engine_tenant *x = a, *y = b;

	return strcmp(x->vrf, y->vrf);
}

static bool is_here(const struct engine_tenant *tenant)
{
	return tenant->vrf[0] &&
	       (tenant->want_count || tenant->have_count || tenant->health != HEALTH_OK);
}

static bool collect_one(void *arg, const struct engine_tenant *tenant)
{
	struct engine_tenant **list = arg;

	if (is_here(tenant))
		*darr_append(*list) = *tenant;
	return true;
}

static struct engine_tenant *collect(void)
{
	struct engine_tenant *list = NULL;

	engine_each(tenantd.engine, collect_one, &list);
	if (darr_len(list) > 1)
		qsort(list, darr_len(list), sizeof(*list), by_name);
	return list;
}

bool show_find_tenant(const char *name, struct engine_tenant *found)
{
	const struct tenant *row;

	if (engine_find(tenantd.engine, name, found) && is_here(found))
		return true;
	row = model_tenant_by_name(tenantd.model, name);
	return row && engine_find_tenant(tenantd.engine, row->id, found) && is_here(found);
}

int show_no_such_tenant(struct vty *vty, const char *name)
{
	vty_out(vty, "%% No tenant %s on this node; \"show tenant\" lists those there are\n",
		name);
	return CMD_WARNING;
}

static uint8_t roles_here(const struct tenant *row)
{
	const struct node *node = tenantd_own_node();

	return row && node ? tenant_roles_on(row, node->id) & node->roles : 0;
}

static unsigned int count_subnets(const struct tenant *row)
{
	const struct logical_switch *sw;
	unsigned int count = 0;

	if (!row)
		return 0;
	darr_foreach_p (row->switches, sw)
		count += darr_len(sw->subnets);
	return count;
}

/* ---- show tenant ---- */

const char *show_node_problem(const struct engine_stats *stats)
{
	if (!tenantd.node || (!tenantd.database && !tenantd.configured))
		return "tenantd.conf lacks \"tenant node NAME\" or \"tenant database KIND LOCATION\"";
	if (tenantd.source_problem.text[0])
		return tenantd.source_problem.text;
	if (tenantd.held.text[0])
		return tenantd.held.text;
	return stats->problem;
}

/* Most nodes have a database, and need no tenants in FRR's configuration. */
static bool is_told(enum target target, enum engine_module state)
{
	return target != TARGET_MGMTD || state != MODULE_ABSENT;
}

static const char *const module_words[] = {
	[MODULE_UNKNOWN] = "",
	[MODULE_ABSENT] = " without our module",
	[MODULE_LOADED] = " with our module",
};

static void daemons_text(const struct engine_stats *stats, char *buf, size_t size)
{
	char late[80];

	buf[0] = '\0';
	for (int target = 0; target < TARGET_COUNT; target++) {
		if (target == TARGET_KERNEL || !stats->needed[target])
			continue;
		strlcat(buf, buf[0] ? ", " : "", size);
		strlcat(buf, target_names[target], size);
		strlcat(buf, stats->up[target] ? " up" : " DOWN", size);
		if (is_told(target, stats->module[target]))
			strlcat(buf, module_words[stats->module[target]], size);
		if (target == TARGET_OSPFD && stats->repairs[REPAIR_LATE_NEIGHBOR]) {
			snprintf(late, sizeof(late),
				 " (subnets sent again to late neighbors %" PRIu64 " times)",
				 stats->repairs[REPAIR_LATE_NEIGHBOR]);
			strlcat(buf, late, size);
		}
	}
	if (stats->module[TARGET_KERNEL] != MODULE_UNKNOWN) {
		strlcat(buf, buf[0] ? ", zebra" : "zebra", size);
		strlcat(buf, module_words[stats->module[TARGET_KERNEL]], size);
	}
}

static void show_node(struct vty *vty, const struct engine_stats *stats)
{
	const struct node *node = tenantd_own_node();
	char roles[ROLES_TEXT_SIZE] = "-", daemons[240];

	if (node)
		roles_text(node->roles, roles);
	daemons_text(stats, daemons, sizeof(daemons));
	vty_out(vty, "Node %s (%s), database %s\n", tenantd.node ? tenantd.node : "-", roles,
		tenantd.source ? source_location(tenantd.source)
			       : (tenantd.configured ? "none" : "-"));
	vty_out(vty,
		"Revision %" PRIu64 " %s, last change took %" PRId64 ".%03" PRId64 " ms%s%s\n",
		stats->revision, stats->busy ? "being applied" : "applied", stats->last_us / 1000,
		stats->last_us % 1000, daemons[0] ? "; " : "", daemons);
	if (show_node_problem(stats))
		vty_out(vty, "Problem: %s\n", show_node_problem(stats));
	if (kernel_exposure())
		vty_out(vty, "Warning: services of this node answer tenants: %s is not 0\n",
			kernel_exposure());
	if (translating_wrongly())
		vty_out(vty,
			"Warning: netfilter translates addresses on this node, and tenant %s has some that must stay as they are\n",
			translating_wrongly()->name);
	straying_show_node(vty);
	site_show_node(vty);
	metrics_show(vty);
}

static void show_all(struct vty *vty)
{
	struct engine_tenant *list = collect(), *one;
	struct engine_stats stats;
	char roles[ROLES_TEXT_SIZE];

	engine_stats(tenantd.engine, &stats);
	show_node(vty, &stats);
	vty_out(vty, "\n%-24s %-15s %-8s %7s %-8s %s\n", "Tenant", "VRF", "Roles", "Subnets",
		"Health", "Reason");
	darr_foreach_p (list, one) {
		const struct tenant *row = model_tenant(tenantd.model, one->tenant_id);

		roles_text(roles_here(row), roles);
		vty_out(vty, "%-24s %-15s %-8s %7u %-8s %s\n", row ? row->name : "(gone)",
			one->vrf, roles[0] ? roles : "-", count_subnets(row),
			health_names[one->health], one->reason);
	}
	if (!darr_len(list))
		vty_out(vty, "(no tenant is attached to this node)\n");
	darr_free(list);
}

static struct json_object *tenant_json(const struct engine_tenant *one)
{
	const struct tenant *row = model_tenant(tenantd.model, one->tenant_id);
	struct json_object *json = json_object_new_object();
	char roles[ROLES_TEXT_SIZE];

	roles_text(roles_here(row), roles);
	json_object_string_add(json, "name", row ? row->name : "");
	json_object_string_add(json, "vrf", one->vrf);
	json_object_string_add(json, "roles", roles);
	json_object_int_add(json, "subnets", count_subnets(row));
	json_object_string_add(json, "health", health_names[one->health]);
	json_object_string_add(json, "reason", one->reason);
	json_object_int_add(json, "objects", one->have_count);
	json_object_int_add(json, "changes", one->changes);
	json_object_int_add(json, "lastTookUs", one->took);
	json_object_int_add(json, "lastAppliedUs", one->applied); /* of monotonic time */
	json_object_object_add(json, "strays", straying_json(one->tenant_id));
	return json;
}

static void show_all_json(struct vty *vty)
{
	struct json_object *json = json_object_new_object(), *up = json_object_new_object();
	struct json_object *tenants = json_object_new_array(), *modules = json_object_new_object();
	struct engine_tenant *list = collect(), *one;
	struct engine_stats stats;

	engine_stats(tenantd.engine, &stats);
	json_object_string_add(json, "node", tenantd.node ? tenantd.node : "");
	json_object_string_add(json, "database",
			       tenantd.source ? source_location(tenantd.source) : "");
	json_object_int_add(json, "revision", stats.revision);
	json_object_boolean_add(json, "busy", stats.busy);
	json_object_int_add(json, "lastTookUs", stats.last_us);
	json_object_int_add(json, "batches", stats.batches);
	json_object_int_add(json, "added", stats.added);
	json_object_int_add(json, "updated", stats.updated);
	json_object_int_add(json, "deleted", stats.deleted);
	json_object_int_add(json, "failed", stats.failed);
	json_object_string_add(json, "exposed-by", kernel_exposure() ? kernel_exposure() : "");
	json_object_boolean_add(json, "translatesWrongly", translating_wrongly() != NULL);
	json_object_string_add(json, "problem",
			       show_node_problem(&stats) ? show_node_problem(&stats) : "");
	for (int target = 0; target < TARGET_COUNT; target++)
		if (stats.needed[target])
			json_object_boolean_add(up, target_names[target], stats.up[target]);
	json_object_object_add(json, "up", up);
	for (int target = 0; target < TARGET_COUNT; target++)
		if (stats.needed[target] && stats.module[target] != MODULE_UNKNOWN)
			json_object_boolean_add(modules, engine_module_daemon(target),
						stats.module[target] == MODULE_LOADED);
	json_object_object_add(json, "modules", modules);
	json_object_int_add(json, "lateNeighbors", stats.repairs[REPAIR_LATE_NEIGHBOR]);
	darr_foreach_p (list, one)
		json_object_array_add(tenants, tenant_json(one));
	darr_free(list);
	json_object_object_add(json, "tenants", tenants);
	vty_json(vty, json);
}

DEFUN(show_tenants, show_tenants_cmd, CMD_SHOW_TENANTS, HELP_SHOW_TENANTS)
{
	if (use_json(argc, argv))
		show_all_json(vty);
	else
		show_all(vty);
	return CMD_SUCCESS;
}

/* ---- show tenant NAME ---- */

static void show_one(struct vty *vty, const struct engine_tenant *one)
{
	const struct tenant *row = model_tenant(tenantd.model, one->tenant_id);
	const struct provider *provider = model_provider(tenantd.model);
	const struct node *node = tenantd_own_node();
	struct reason ignored = {};
	uint32_t rd = 0, rt = 0;
	char roles[ROLES_TEXT_SIZE], router[IPNET_TEXT_SIZE];

	vty_out(vty, "Tenant %s: %s%s%s\n", row ? row->name : one->vrf, health_names[one->health],
		one->reason[0] ? ", " : "", one->reason);
	if (!row || !node)
		return;
	derive_rd_number(row, &rd, &ignored);
	derive_rt_number(provider, row, &rt, &ignored);
	roles_text(roles_here(row), roles);
	vty_out(vty, "  VRF %s, table %u; this node is its %s at %s\n", one->vrf,
		derive_table(provider, row), roles[0] ? roles : "nothing",
		operating_site(node->site_id));
	if (roles_here(row) & ROLE_PE)
		vty_out(vty, "  RD %s:%u, route target %u:%u\n",
			ipnet_format_addr(&node->router_id, router), rd, provider->asn, rt);
	vty_out(vty, "  %u switches with %u subnets, %u links, %u leaks\n",
		darr_len(row->switches), count_subnets(row), darr_len(row->links),
		darr_len(row->leaks));
	vty_out(vty, "  %zu objects in place of %zu, %" PRIu64 " changes so far", one->have_count,
		one->want_count, one->changes);
	if (one->applied)
		vty_out(vty, ", the last %" PRId64 " s ago in %" PRId64 ".%03" PRId64 " ms",
			(clock_us() - one->applied) / 1000000, one->took / 1000, one->took % 1000);
	vty_out(vty, "\n");
	straying_show_tenant(vty, one->tenant_id);
	site_show(vty, row);
	public_show(vty, row);
}

static struct json_object *one_json(const struct engine_tenant *one)
{
	const struct tenant *row = model_tenant(tenantd.model, one->tenant_id);
	struct json_object *json = tenant_json(one);

	if (row) {
		site_json(json, row);
		public_json(json, row);
	}
	return json;
}

DEFUN(show_tenant, show_tenant_cmd, CMD_SHOW_TENANT, HELP_SHOW_TENANT)
{
	struct engine_tenant one;

	if (!show_find_tenant(argv[2]->arg, &one))
		return show_no_such_tenant(vty, argv[2]->arg);
	if (use_json(argc, argv))
		vty_json(vty, one_json(&one));
	else
		show_one(vty, &one);
	return CMD_SUCCESS;
}

/* ---- show tenant NAME subnets ---- */

struct subnet_view {
	const struct logical_switch *sw;
	const struct subnet *subnet;
	struct kernel_path path; /* as the VRF's table on this node has it */
	bool present;
};

static void view_subnet(const struct engine_tenant *one, struct subnet_view *view)
{
	view->present =
		kernel_path_get(tenantd.kernel, one->vrf, &view->subnet->prefix, &view->path) == 0;
}

static void show_subnet(struct vty *vty, const struct subnet_view *view)
{
	char prefix[IPNET_TEXT_SIZE], gateway[IPNET_TEXT_SIZE], via[IPNET_TEXT_SIZE];

	vty_out(vty, "%-20s %-16s %-18s %-9s ", view->sw->name,
		ipnet_format_addr(&view->subnet->gateway, gateway),
		ipnet_format(&view->subnet->prefix, prefix),
		subnet_is_advertised(view->sw, view->subnet) ? "yes" : "no");
	if (!view->present)
		vty_out(vty, "not in this VRF\n");
	else if (ipnet_is_set(&view->path.via))
		vty_out(vty, "by %s from %s on %s\n", kernel_protocol_name(view->path.protocol),
			ipnet_format_addr(&view->path.via, via), view->path.device);
	else
		vty_out(vty, "by %s on %s\n", kernel_protocol_name(view->path.protocol),
			view->path.device);
}

static struct json_object *subnet_json(const struct subnet_view *view)
{
	char text[IPNET_TEXT_SIZE];
	struct json_object *json = json_object_new_object();

	json_object_string_add(json, "switch", view->sw->name);
	json_object_string_add(json, "prefix", ipnet_format(&view->subnet->prefix, text));
	json_object_string_add(json, "gateway", ipnet_format_addr(&view->subnet->gateway, text));
	json_object_boolean_add(json, "advertised", subnet_is_advertised(view->sw, view->subnet));
	json_object_boolean_add(json, "present", view->present);
	if (!view->present)
		return json;
	json_object_string_add(json, "protocol", kernel_protocol_name(view->path.protocol));
	json_object_string_add(json, "interface", view->path.device);
	if (ipnet_is_set(&view->path.via))
		json_object_string_add(json, "via", ipnet_format_addr(&view->path.via, text));
	return json;
}

DEFUN(show_tenant_subnets, show_tenant_subnets_cmd, CMD_SHOW_TENANT_SUBNETS,
      HELP_SHOW_TENANT_SUBNETS)
{
	struct json_object *json = use_json(argc, argv) ? json_object_new_array() : NULL;
	struct engine_tenant one;
	struct subnet_view view;
	const struct tenant *row;

	if (!show_find_tenant(argv[2]->arg, &one))
		return show_no_such_tenant(vty, argv[2]->arg);
	row = model_tenant(tenantd.model, one.tenant_id);
	if (!json)
		vty_out(vty, "%-20s %-16s %-18s %-9s %s\n", "Switch", "Gateway", "Subnet",
			"Announced", "Here");
	if (row) {
		darr_foreach_p (row->switches, view.sw) {
			darr_foreach_p (view.sw->subnets, view.subnet) {
				view_subnet(&one, &view);
				if (json)
					json_object_array_add(json, subnet_json(&view));
				else
					show_subnet(vty, &view);
			}
		}
	}
	if (json)
		vty_json(vty, json);
	return CMD_SUCCESS;
}

/* ---- show tenant NAME trace ---- */

DEFUN(show_tenant_trace, show_tenant_trace_cmd, CMD_SHOW_TENANT_TRACE, HELP_SHOW_TENANT_TRACE)
{
	bool json = use_json(argc, argv);
	struct engine_tenant one;

	if (!show_find_tenant(argv[2]->arg, &one))
		return show_no_such_tenant(vty, argv[2]->arg);
	return tracing_show(vty, one.tenant_id, argc - json > 4 ? argv[4]->arg : NULL, json);
}

/* ---- show tenant plan ---- */

const char *show_op_text(const struct op *op, char buf[static STATEMENT_SIZE])
{
	if (op->obj.target == TARGET_KERNEL)
		return object_describe(&op->obj, buf, STATEMENT_SIZE);
	return statement_shown(&op->obj, op->what == OUTCOME_DELETE, buf);
}

static struct json_object *op_json(const char *vrf, const struct op *op)
{
	struct json_object *json = json_object_new_object();
	char text[STATEMENT_SIZE];

	json_object_string_add(json, "vrf", vrf);
	json_object_string_add(json, "target", target_names[op->obj.target]);
	json_object_string_add(json, "outcome", outcome_names[op->what]);
	json_object_string_add(json, "object", object_kinds[op->obj.kind].word);
	json_object_string_add(json, "text", show_op_text(op, text));
	return json;
}

struct plan_view {
	struct vty *vty;
	struct json_object *json; /* NULL: as text */
	unsigned int count;
};

static void show_pending(void *arg, const char *vrf, const struct op *op)
{
	struct plan_view *view = arg;
	char text[STATEMENT_SIZE];

	view->count++;
	if (view->json)
		json_object_array_add(view->json, op_json(vrf, op));
	else
		vty_out(view->vty, "%-15s %-7s %-6s %s\n", vrf[0] ? vrf : "(node)",
			outcome_names[op->what], target_names[op->obj.target],
			show_op_text(op, text));
}

/* That nothing is to be done is only true where all has been planned. */
static void show_nothing_pending(struct vty *vty)
{
	struct engine_stats stats;

	engine_stats(tenantd.engine, &stats);
	if (show_node_problem(&stats))
		vty_out(vty, "Not known: %s\n", show_node_problem(&stats));
	else if (stats.busy)
		vty_out(vty,
			"Not known yet: what is in place is being read, or a change is about to be planned.\n");
	else if (stats.tenants_failed)
		vty_out(vty,
			"Nothing for the other tenants; %u cannot be planned, see \"show tenant\".\n",
			stats.tenants_failed);
	else
		vty_out(vty, "Nothing: this node is as the database wants it.\n");
}

DEFUN(show_tenant_plan, show_tenant_plan_cmd, CMD_SHOW_TENANT_PLAN, HELP_SHOW_TENANT_PLAN)
{
	struct plan_view view = { .vty = vty };

	if (use_json(argc, argv))
		view.json = json_object_new_array();
	engine_pending(tenantd.engine, show_pending, &view);
	if (view.json)
		vty_json(vty, view.json);
	else if (!view.count)
		show_nothing_pending(vty);
	return CMD_SUCCESS;
}

DEFUN(tenant_release, tenant_release_cmd, CMD_TENANT_RELEASE, HELP_TENANT_RELEASE)
{
	release_all();
	return CMD_SUCCESS;
}

/* ---- the names of tenants, for who types "show tenant ac<TAB>" ---- */

static void complete_tenants(vector completions, struct cmd_token *token)
{
	struct engine_tenant *list = collect(), *one;

	darr_foreach_p (list, one) {
		const struct tenant *row = model_tenant(tenantd.model, one->tenant_id);

		vector_set(completions, XSTRDUP(MTYPE_COMPLETION, row ? row->name : one->vrf));
	}
	darr_free(list);
}

static const struct cmd_variable_handler tenant_names[] = {
	{ .tokenname = "NAME", .varname = "tenant", .completions = complete_tenants },
	{ .completions = NULL },
};

void show_init(void)
{
	cmd_variable_handler_register(tenant_names);
	install_element(VIEW_NODE, &show_tenants_cmd);
	install_element(VIEW_NODE, &show_tenant_cmd);
	install_element(VIEW_NODE, &show_tenant_subnets_cmd);
	install_element(VIEW_NODE, &show_tenant_trace_cmd);
	install_element(VIEW_NODE, &show_tenant_plan_cmd);
	install_element(ENABLE_NODE, &tenant_release_cmd);
	site_show_init();
}

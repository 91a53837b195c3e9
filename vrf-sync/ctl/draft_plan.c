// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a draft would do, before it does: its edits are run in the database, the
 * tenants they touch are planned before and after on every node by the planner
 * that tenantd has, and all of it is rolled back.
 *
 * "Before" is what the database wants of a node, not what the node has: where a
 * node is behind, or somebody typed there, tenantd does more or less than this.
 */
#include <zebra.h>

#include <stdio.h>
#include <string.h>

#include <json-c/json.h>

#include "darr.h"

#include "ctl/draft.h"
#include "ctl/engine.h"
#include "ctl/ops.h"
#include "ctl/row.h"
#include "ctl/show.h"
#include "plan/impact.h"
#include "plan/plan.h"
#include "plan/validate.h"

struct node_part {
	const struct node *node;
	struct op *ops;         /* darr */
	struct impact *impacts; /* darr */
};

/* A prefix that a tenant's sites see, or see no longer. */
struct seen {
	const char *tenant;
	const char *from; /* whose it is; NULL: the tenant's own */
	struct ipnet net;
};

/* What is wrong with a tenant after the change. */
struct found {
	bool is_new; /* which refuses the change; it was not there before */
	char text[FINDING_SIZE];
};

/* More lines of one kind are counted only. */
#define LINES_MOST 20

struct preview {
	const struct preview_ask *ask;
	uint64_t revision;
	struct model *before;
	const struct model *after;
	uint32_t *touched;              /* darr, sorted, each once */
	struct node_part *nodes;        /* darr; of those that have anything to do */
	struct seen *added, *withdrawn; /* darr */
	struct found *findings;         /* darr */
	bool brakes;                    /* apply wants --meant */
	struct reason brake;
};

/* ---- nodes ---- */

static bool is_sound(const struct model *model, const struct tenant *tenant)
{
	struct reason *findings = NULL;
	bool sound = validate_tenant(model, tenant, &findings) == 0;

	darr_free(findings);
	return sound;
}

static void plan_one(const struct model *model, const struct tenant *tenant,
		     const struct node *node, struct objects *set)
{
	struct objects part = {};

	if (!node || !tenant || !tenant_roles_on(tenant, node->id))
		return;
	plan_tenant(model_provider(model), tenant, node, &part);
	objects_copy(set, &part, TARGETS_ALL);
	objects_fini(&part);
}

/* A tenant with a finding is held as it is: nothing of it changes anywhere. */
static void plan_both(const struct preview *preview, uint32_t id, const struct node *old,
		      const struct node *new, struct objects *have, struct objects *want)
{
	const struct tenant *was = model_tenant(preview->before, id);
	const struct tenant *now = model_tenant(preview->after, id);
	bool served = (old && was && tenant_roles_on(was, old->id)) ||
		      (now && tenant_roles_on(now, new->id));

	if (!served || (now && !is_sound(preview->after, now)))
		return;
	if (was && is_sound(preview->before, was))
		plan_one(preview->before, was, old, have);
	plan_one(preview->after, now, new, want);
}

static void preview_node(struct preview *preview, const struct node *node)
{
	const struct provider *before = model_provider(preview->before);
	const struct node *old = before ? provider_node(before, node->id) : NULL;
	struct node_part part = { .node = node };
	struct objects have = {}, want = {};
	const uint32_t *id;

	if (old)
		plan_node(before, old, &have);
	plan_node(model_provider(preview->after), node, &want);
	darr_foreach_p (preview->touched, id)
		plan_both(preview, *id, old, node, &have, &want);
	objects_sort(&have);
	objects_sort(&want);
	diff_objects(&have, &want, &part.ops);
	impact_sessions(&have, &want, part.ops, &part.impacts);
	if (darr_len(part.ops))
		*darr_append(preview->nodes) = part;
	objects_fini(&have);
	objects_fini(&want);
}

/* ---- prefixes ---- */

static void add_seen(struct seen **list, const struct tenant *tenant, const char *from,
		     const struct ipnet *net)
{
	*darr_append(*list) = (struct seen){ tenant->name, from, *net };
}

static bool has_net(const struct ipnet *nets, const struct ipnet *net)
{
	const struct ipnet *one;

	darr_foreach_p (nets, one)
		if (!ipnet_cmp(one, net))
			return true;
	return false;
}

/* What is in nets and not in others; both are sorted. */
static void compare_nets(const struct tenant *tenant, const struct ipnet *nets,
			 const struct ipnet *others, struct seen **list)
{
	unsigned int next = 0;
	const struct ipnet *net;

	darr_foreach_p (nets, net) {
		while (next < darr_len(others) && ipnet_cmp(&others[next], net) < 0)
			next++;
		if (next == darr_len(others) || ipnet_cmp(&others[next], net))
			add_seen(list, tenant, NULL, net);
	}
}

/* Leaks that bring the tenant something which the other state of it does not have. */
static void compare_leaks(const struct model *model, const struct tenant *tenant,
			  const struct tenant *other, struct seen **list)
{
	const struct leak *leak, *twin;

	darr_foreach_p (tenant->leaks, leak) {
		const struct tenant *from = model_tenant(model, leak->from_tenant);
		struct ipnet *same = NULL;

		if (leak->to_tenant != tenant->id)
			continue;
		if (other)
			darr_foreach_p (other->leaks, twin)
				if (twin->to_tenant == leak->to_tenant &&
				    twin->from_tenant == leak->from_tenant)
					*darr_append(same) = twin->prefix;
		if (!has_net(same, &leak->prefix))
			add_seen(list, tenant, from ? from->name : "?", &leak->prefix);
		darr_free(same);
	}
}

static void preview_prefixes(struct preview *preview, uint32_t id)
{
	const struct tenant *was = model_tenant(preview->before, id);
	const struct tenant *now = model_tenant(preview->after, id);
	struct ipnet *old = NULL, *new = NULL;

	if (now && !is_sound(preview->after, now))
		return;
	if (was && !is_sound(preview->before, was))
		was = NULL;
	if (was)
		impact_prefixes(model_provider(preview->before), was, &old);
	if (now)
		impact_prefixes(model_provider(preview->after), now, &new);
	if (now) {
		compare_nets(now, new, old, &preview->added);
		compare_leaks(preview->after, now, was, &preview->added);
	}
	if (was) {
		compare_nets(was, old, new, &preview->withdrawn);
		compare_leaks(preview->before, was, now, &preview->withdrawn);
	}
	darr_free(old);
	darr_free(new);
}

static void preview_findings(struct preview *preview, uint32_t id)
{
	const struct tenant *tenant = model_tenant(preview->after, id);
	const struct tenant *old = model_tenant(preview->before, id);
	struct reason *findings = NULL, *known = NULL, *finding, *twin;
	struct found *found;

	if (tenant)
		validate_tenant(preview->after, tenant, &findings);
	if (old && darr_len(findings))
		validate_tenant(preview->before, old, &known);
	darr_foreach_p (findings, finding) {
		found = darr_append(preview->findings);
		finding_text(tenant, finding, found->text);
		found->is_new = true;
		darr_foreach_p (known, twin)
			if (!strcmp(twin->text, finding->text))
				found->is_new = false;
	}
	darr_free(findings);
	darr_free(known);
}

static void preview_make(struct preview *preview)
{
	const struct node *node;
	const uint32_t *id;

	darr_foreach_p (model_provider(preview->after)->nodes, node)
		preview_node(preview, node);
	darr_foreach_p (preview->touched, id) {
		preview_prefixes(preview, *id);
		preview_findings(preview, *id);
	}
}

static void preview_fini(struct preview *preview)
{
	struct node_part *part;

	darr_foreach_p (preview->nodes, part) {
		darr_free(part->ops);
		darr_free(part->impacts);
	}
	darr_free(preview->touched);
	darr_free(preview->nodes);
	darr_free(preview->added);
	darr_free(preview->withdrawn);
	darr_free(preview->findings);
	model_free(preview->before);
}

/* ---- text ---- */

static uint32_t asn(const struct preview *preview)
{
	return model_provider(preview->after)->asn;
}

static unsigned int count_sessions(const struct preview *preview, enum session_fate fate)
{
	const struct node_part *part;
	const struct impact *impact;
	unsigned int count = 0;

	darr_foreach_p (preview->nodes, part)
		darr_foreach_p (part->impacts, impact)
			count += impact->fate == fate;
	return count;
}

static const char *protocol(const struct impact *impact)
{
	return impact->daemon == TARGET_BGPD ? "BGP with" : "OSPF on";
}

static void print_rest(unsigned int count)
{
	if (count > LINES_MOST)
		printf("  ... and %u more, which --json has\n", count - LINES_MOST);
}

static void print_sessions(const struct preview *preview, enum session_fate fate,
			   const char *title)
{
	const struct node_part *part;
	const struct impact *impact;
	unsigned int count = 0;

	printf("%s: %u\n", title, count_sessions(preview, fate));
	darr_foreach_p (preview->nodes, part)
		darr_foreach_p (part->impacts, impact)
			if (impact->fate == fate && count++ < LINES_MOST)
				printf("  %s: %s %s in VRF %s%s%s\n", part->node->name,
				       protocol(impact), impact->where, impact->vrf,
				       impact->why[0] ? ": " : "", impact->why);
	print_rest(count);
}

static void print_prefixes(const struct seen *list, const char *title)
{
	const struct seen *seen;
	char text[IPNET_TEXT_SIZE];
	unsigned int count = 0;

	printf("%s: %u\n", title, (unsigned int)darr_len(list));
	darr_foreach_p (list, seen)
		if (count++ < LINES_MOST)
			printf("  %s: %s%s%s\n", seen->tenant, ipnet_format(&seen->net, text),
			       seen->from ? ", leaked from " : "", seen->from ? seen->from : "");
	print_rest(count);
}

static unsigned int count_new(const struct preview *preview)
{
	const struct found *found;
	unsigned int count = 0;

	darr_foreach_p (preview->findings, found)
		count += found->is_new;
	return count;
}

/* The new ones first: they are what is to be mended. */
static void print_findings(const struct preview *preview)
{
	const struct found *found;
	unsigned int count = 0;

	printf("findings: %u, new: %u\n", (unsigned int)darr_len(preview->findings),
	       count_new(preview));
	for (int is_new = 1; is_new >= 0; is_new--)
		darr_foreach_p (preview->findings, found)
			if (found->is_new == is_new && count++ < LINES_MOST)
				printf("  %s%s\n", is_new ? "new: " : "", found->text);
	print_rest(count);
}

static void print_summary(const struct preview *preview)
{
	if (preview->ask->change)
		printf("# change %" PRId64 " on revision %" PRIu64 "%s%s\n", preview->ask->change,
		       preview->revision, preview->ask->title[0] ? ": " : "", preview->ask->title);
	else
		printf("# %s, on revision %" PRIu64 "\n", preview->ask->title, preview->revision);
	printf("nodes concerned: %u of %u\n", (unsigned int)darr_len(preview->nodes),
	       (unsigned int)darr_len(model_provider(preview->after)->nodes));
	print_sessions(preview, SESSION_RESET, "sessions reset");
	print_sessions(preview, SESSION_ENDS, "sessions that end");
	print_sessions(preview, SESSION_BEGINS, "sessions that begin");
	print_prefixes(preview->added, "prefixes added");
	print_prefixes(preview->withdrawn, "prefixes withdrawn");
	print_findings(preview);
	if (preview->brakes)
		printf("brake: %s\n", preview->brake.text);
}

static void print_text(const struct preview *preview, const char *only)
{
	const struct node_part *part;

	darr_foreach_p (preview->nodes, part) {
		if (only && strcmp(part->node->name, only))
			continue;
		printf("# node %s\n", part->node->name);
		ops_print(part->ops, asn(preview));
	}
	print_summary(preview);
}

/* ---- JSON ---- */

static struct json_object *node_json(const struct preview *preview, const struct node_part *part)
{
	struct json_object *json = json_object_new_object(), *row;
	struct json_object *ops = json_object_new_array(), *sessions = json_object_new_array();
	const struct impact *impact;
	const struct op *op;

	darr_foreach_p (part->ops, op) {
		row = ops_json(op, asn(preview));
		show_text(row, "what", outcome_names[op->what]);
		json_object_array_add(ops, row);
	}
	darr_foreach_p (part->impacts, impact) {
		row = json_object_new_object();
		show_text(row, "session", session_fate_names[impact->fate]);
		show_text(row, "daemon", target_names[impact->daemon]);
		show_text(row, "vrf", impact->vrf);
		show_text(row, "where", impact->where);
		show_text(row, "reason", impact->why[0] ? impact->why : NULL);
		json_object_array_add(sessions, row);
	}
	show_text(json, "node", part->node->name);
	json_object_object_add(json, "operations", ops);
	json_object_object_add(json, "sessions", sessions);
	return json;
}

static struct json_object *prefixes_json(const struct seen *list)
{
	struct json_object *rows = json_object_new_array(), *row;
	const struct seen *seen;

	darr_foreach_p (list, seen) {
		row = json_object_new_object();
		show_text(row, "tenant", seen->tenant);
		show_net(row, "prefix", &seen->net);
		show_text(row, "from", seen->from);
		json_object_array_add(rows, row);
	}
	return rows;
}

static void print_json(struct ctl *ctl, const struct preview *preview, const char *only)
{
	struct json_object *json = json_object_new_object();
	struct json_object *nodes = json_object_new_array(), *findings = json_object_new_array();
	const struct node_part *part;
	const struct found *found;

	darr_foreach_p (preview->nodes, part)
		if (!only || !strcmp(part->node->name, only))
			json_object_array_add(nodes, node_json(preview, part));
	darr_foreach_p (preview->findings, found) {
		struct json_object *row = json_object_new_object();

		show_text(row, "finding", found->text);
		show_flag(row, "new", found->is_new);
		json_object_array_add(findings, row);
	}
	if (preview->ask->change)
		show_number(json, "change", preview->ask->change);
	else
		show_text(json, "what", preview->ask->title);
	show_number(json, "revision", preview->revision);
	show_number(json, "sessions-reset", count_sessions(preview, SESSION_RESET));
	json_object_object_add(json, "nodes", nodes);
	json_object_object_add(json, "prefixes-added", prefixes_json(preview->added));
	json_object_object_add(json, "prefixes-withdrawn", prefixes_json(preview->withdrawn));
	json_object_object_add(json, "findings", findings);
	show_text(json, "brake", preview->brakes ? preview->brake.text : NULL);
	show_print(ctl, json, "");
}

/* ---- the command ---- */

static int check_node(struct ctl *ctl, const struct preview *preview, const char *name)
{
	if (!name || provider_node_by_name(model_provider(preview->after), name))
		return 0;
	reason_set(&ctl->why, "node %s does not exist; \"tenantctl show node\" lists them", name);
	return -1;
}

static int cmp_ids(const void *a, const void *b)
{
	return numcmp(*(const uint32_t *)a, *(const uint32_t *)b);
}

static void take_touched(struct preview *preview, const uint32_t *touched)
{
	const uint32_t *id;
	uint32_t *all = NULL;

	darr_foreach_p (touched, id)
		*darr_append(all) = *id;
	if (all)
		qsort(all, darr_len(all), sizeof(*all), cmp_ids);
	darr_foreach_p (all, id)
		if (id == all || id[-1] != *id)
			*darr_append(preview->touched) = *id;
	darr_free(all);
}

/* As the transaction has it: what came before in it is no part of this. */
static struct model *load_before(struct ctl *ctl)
{
	struct reason kept = ctl->why;
	struct model *model = show_load(ctl);

	ctl->why = kept;
	return model ? model : model_new();
}

static int look(struct ctl *ctl, struct preview *preview)
{
	struct change *change = change_begin(ctl);
	int ret = change ? preview->ask->write(ctl, preview->ask->arg) : -1;

	if (!ret)
		preview->brakes = change_brakes(change, &preview->brake);
	if (!ret)
		ret = change_read_back(change, true);
	if (!ret) {
		preview->after = change_model(change);
		take_touched(preview, change_touched(change));
		if (!model_provider(preview->after)) {
			reason_set(&ctl->why, "database %s cannot be read", ctl->name);
			ret = -1;
		}
	}
	if (!ret)
		ret = check_node(ctl, preview, preview->ask->node);
	if (!ret) {
		preview_make(preview);
		if (ctl->json)
			print_json(ctl, preview, preview->ask->node);
		else
			print_text(preview, preview->ask->node);
	}
	change_free(change);
	return ret;
}

int preview_run(struct ctl *ctl, const struct preview_ask *ask)
{
	struct preview preview = { .ask = ask };
	int ret;

	if (ctl->engine->revision(ctl, &preview.revision, &ctl->why) < 0)
		return -1;
	preview.before = load_before(ctl);
	ret = look(ctl, &preview);
	preview_fini(&preview);
	return ret;
}

static int replay(struct ctl *ctl, void *arg)
{
	return draft_replay(ctl, arg);
}

int draft_plan(struct ctl *ctl, const struct args *args)
{
	struct preview_ask ask = { .node = args_value(args, "node"), .write = replay };
	struct draft draft;
	uint64_t revision;
	int ret;

	if (draft_of(ctl, args, &draft) < 0 || draft_is_open(ctl, &draft) < 0 ||
	    db_revision(ctl->db, &revision, &ctl->why) < 0 || draft_try(ctl) < 0)
		return -1;
	ask.change = draft.id;
	ask.title = draft.title;
	ask.arg = &draft;
	ret = preview_run(ctl, &ask);
	if (draft_untry(ctl) < 0 || ret < 0)
		return -1;
	return sql_run(ctl, "UPDATE change SET planned = ?2 WHERE id = ?1", "ii", draft.id,
		       (int64_t)revision);
}

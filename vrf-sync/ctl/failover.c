// SPDX-License-Identifier: GPL-2.0-or-later
/* failover, failback and reprotect: what is asked for, of one tenant or of all of a site. */
#include <zebra.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <json-c/json.h>

#include "darr.h"

#include "ctl/args.h"
#include "ctl/lookup.h"
#include "ctl/operation.h"
#include "ctl/row.h"
#include "ctl/show.h"

/* ---- what is asked for ---- */

static int take_hook(struct ctl *ctl, const struct args *args, struct operation *operation)
{
	const char *hook = args_value(args, "hook");

	if (!hook)
		return 0;
	if (hook[0] == '/' && strlen(hook) < OPERATION_HOOK_SIZE && access(hook, X_OK) == 0) {
		strlcpy(operation->hook, hook, sizeof(operation->hook));
		return 0;
	}
	reason_set(
		&ctl->why,
		"--hook %s is no program that can be run; give its whole path, below %d characters",
		hook, OPERATION_HOOK_SIZE);
	return -1;
}

static int take_mode(struct ctl *ctl, const struct args *args, struct operation *operation)
{
	int given = 0;

	for (int i = 0; i < OPERATION_MODE_COUNT; i++) {
		if (!args_value(args, operation_mode_names[i]))
			continue;
		operation->mode = i;
		given++;
	}
	if (given == 1)
		return 0;
	reason_set(
		&ctl->why,
		args_value(args, "to")
			? "say how it is meant: one of --planned, --disaster and --partial HOST,..."
			: "say how it is meant: either --planned or --disaster");
	return -1;
}

int operation_take_options(struct ctl *ctl, const struct args *args, struct operation *operation)
{
	const char *wait = args_value(args, "wait");

	operation->wait = wait ? strtoll(wait, NULL, 10) : OPERATION_WAIT_S;
	return take_hook(ctl, args, operation);
}

int operation_take_tenant(struct ctl *ctl, const char *name, struct operation *operation)
{
	int64_t bubble;

	strlcpy(operation->tenant, name, sizeof(operation->tenant));
	if (lookup_id(ctl, "tenant", name, &operation->tenant_id) < 0 ||
	    sql_number(ctl, &bubble, "SELECT bubble_of IS NOT NULL FROM tenant WHERE id = ?1", "i",
		       operation->tenant_id) < 0)
		return -1;
	if (bubble)
		reason_set(&ctl->why,
			   "tenant %s is a test bubble, which goes nowhere; stop it instead",
			   name);
	return bubble ? -1 : 0;
}

static int site_name(struct ctl *ctl, int64_t id, char name[static TENANT_NAME_MAX + 1])
{
	return sql_text(ctl, name, TENANT_NAME_MAX + 1, "SELECT name FROM site WHERE id = ?1", "i",
			id) < 0
		       ? -1
		       : 0;
}

/* Hosts of a switch that is at all sites come from wherever else the tenant is. */
static int other_site(struct ctl *ctl, struct operation *operation)
{
	static const char *const sql =
		"SELECT min(n.site_id) FROM attachment a JOIN node n ON n.id = a.node_id"
		" WHERE a.tenant_id = ?1 AND a.role = 'dlr' AND n.site_id <> ?2"
		" HAVING count(DISTINCT n.site_id) = 1";
	int ret = sql_number(ctl, &operation->from_id, sql, "ii", operation->tenant_id,
			     operation->to_id);

	if (!ret)
		reason_set(&ctl->why,
			   "which site do hosts of tenant %s leave? say it with --from SITE",
			   operation->tenant);
	return ret > 0 ? 0 : -1;
}

/* 1 where there is something to move, 0, or -1. */
static int take_sites(struct ctl *ctl, const struct args *args, struct operation *operation)
{
	const char *from = args_value(args, "from");
	int ret;

	strlcpy(operation->to, args_value(args, "to"), sizeof(operation->to));
	if (lookup_id(ctl, "site", operation->to, &operation->to_id) < 0 ||
	    (from && lookup_id(ctl, "site", from, &operation->from_id) < 0))
		return -1;
	ret = phase_source(ctl, operation->tenant_id, operation->to_id, &operation->from_id);
	if (!ret && operation->mode == OPERATION_PARTIAL)
		ret = operation->from_id || !other_site(ctl, operation) ? 1 : -1;
	if (ret > 0 && site_name(ctl, operation->from_id, operation->from) < 0)
		return -1;
	return ret;
}

static int ask_failover(struct ctl *ctl, const struct args *args, const char *tenant,
			struct operation *operation)
{
	int ret;

	operation->kind = OPERATION_FAILOVER;
	if (take_mode(ctl, args, operation) < 0 ||
	    operation_take_options(ctl, args, operation) < 0 ||
	    operation_take_tenant(ctl, tenant, operation) < 0)
		return -1;
	if (operation->mode == OPERATION_PARTIAL)
		operation_set_hosts(operation, args_value(args, "partial"));
	ret = take_sites(ctl, args, operation);
	if (!ret)
		reason_set(&ctl->why, "tenant %s has nothing at another site that could go to %s",
			   tenant, operation->to);
	return ret > 0 ? 0 : -1;
}

/* Back from where the newest has brought it: to is where it came from. */
static int ask_newest(struct ctl *ctl, struct operation *operation, bool *partial)
{
	struct operation newest = {};
	int ret = operation_newest(ctl, operation->tenant_id, &newest);

	if (!ret)
		reason_set(&ctl->why, "tenant %s has not failed over; there is no way back to go",
			   operation->tenant);
	else if (ret > 0 && newest.kind == OPERATION_FAILBACK &&
		 (operation->kind == OPERATION_FAILBACK || newest.mode == OPERATION_PARTIAL))
		reason_set(&ctl->why, "tenant %s has come back to %s already", operation->tenant,
			   newest.to);
	if (ctl->why.text[0] || ret < 0) {
		operation_fini(&newest);
		return -1;
	}
	operation->from_id = newest.to_id;
	operation->to_id = newest.from_id;
	strlcpy(operation->from, newest.to, sizeof(operation->from));
	strlcpy(operation->to, newest.from, sizeof(operation->to));
	*partial = newest.mode == OPERATION_PARTIAL;
	if (*partial)
		operation_set_hosts(operation, newest.hosts);
	operation_fini(&newest);
	if (operation->from_id && operation->to_id)
		return 0;
	reason_set(&ctl->why, "a site that tenant %s went over from, or to, is deleted",
		   operation->tenant);
	return -1;
}

static int ask_failback(struct ctl *ctl, const struct args *args, const char *tenant,
			struct operation *operation)
{
	bool partial;

	operation->kind = OPERATION_FAILBACK;
	if (take_mode(ctl, args, operation) < 0 ||
	    operation_take_options(ctl, args, operation) < 0 ||
	    operation_take_tenant(ctl, tenant, operation) < 0 ||
	    ask_newest(ctl, operation, &partial) < 0)
		return -1;
	if (partial)
		operation->mode = OPERATION_PARTIAL;
	return 0;
}

static int ask_reprotect(struct ctl *ctl, const struct args *args, const char *tenant,
			 struct operation *operation)
{
	bool partial;

	operation->kind = OPERATION_REPROTECT;
	if (operation_take_options(ctl, args, operation) < 0 ||
	    operation_take_tenant(ctl, tenant, operation) < 0 ||
	    ask_newest(ctl, operation, &partial) < 0)
		return -1;
	if (partial)
		reason_set(
			&ctl->why,
			"only hosts of tenant %s have failed over; its switches are protected as they were",
			tenant);
	return partial ? -1 : 0;
}

/* ---- doing it ---- */

/* What stands in the way of all says it, rather than what came of it. */
static void blame_other(struct ctl *ctl, const struct operation *operation)
{
	struct reason kept = ctl->why;

	ctl->why.text[0] = '\0';
	if (!operation->tenant_id || readiness_alone(ctl, operation, &ctl->why) <= 0)
		ctl->why = kept;
}

int operation_command(struct ctl *ctl, const struct args *args, operation_ask ask)
{
	struct operation operation = {};
	int ret = ask(ctl, args, args->names[0], &operation);

	if (ret)
		blame_other(ctl, &operation);
	if (!ret && args_value(args, "check"))
		ret = operations_check(ctl, &operation, 1);
	else if (!ret && args_value(args, "dry-run"))
		ret = operations_rehearse(ctl, &operation, 1);
	else if (!ret && operation_begin(ctl, &operation) < 0)
		ret = -1;
	else if (!ret)
		ret = operation_run(ctl, &operation);
	operation_fini(&operation);
	return ret;
}

static int failback_run(struct ctl *ctl, const struct args *args)
{
	return operation_command(ctl, args, ask_failback);
}

static int reprotect_run(struct ctl *ctl, const struct args *args)
{
	return operation_command(ctl, args, ask_reprotect);
}

/* ---- all of a site ---- */

#define PRIORITIES 5

struct everyone {
	struct ctl *ctl;
	const struct args *args;
	int64_t to_id, from_id;       /* from: 0 where nobody said */
	struct operation *operations; /* darr: of one priority */
	struct json_object *rows;     /* what became of each */
	unsigned int asked, failed;
	struct reason first; /* of those that failed */
};

static void count_failed(struct everyone *all, const char *tenant)
{
	struct json_object *row = json_object_new_object();

	show_text(row, "tenant", tenant);
	show_text(row, "state", "not begun");
	show_text(row, "reason", all->ctl->why.text);
	json_object_array_add(all->rows, row);
	all->failed++;
	reason_set(&all->first, "%s", all->ctl->why.text);
	if (!all->ctl->json)
		printf("%s: not begun: %s\n", tenant, all->ctl->why.text);
	all->ctl->why.text[0] = '\0';
}

/* Appends those of one priority that have something to move. */
static int collect(struct everyone *all, int64_t priority)
{
	static const char next[] =
		"SELECT id FROM tenant WHERE recovery_site_id = ?1 AND recovery_priority = ?2"
		" AND bubble_of IS NULL AND id > ?3 ORDER BY id";
	struct ctl *ctl = all->ctl;
	char name[TENANT_NAME_MAX + 1];
	int64_t id = 0;
	int ret;

	while ((ret = sql_number(ctl, &id, next, "iii", all->to_id, priority, id)) > 0) {
		struct operation operation = { .tenant_id = id };
		int64_t from = all->from_id;
		int found = phase_source(ctl, id, all->to_id, &from);

		if (!found)
			continue;
		all->asked++;
		ret = sql_text(ctl, name, sizeof(name), "SELECT name FROM tenant WHERE id = ?1",
			       "i", id);
		if (ret < 0)
			break;
		if (found < 0 || ask_failover(ctl, all->args, name, &operation) < 0)
			count_failed(all, name);
		else
			*darr_append(all->operations) = operation;
	}
	return ret;
}

static void forget(struct everyone *all)
{
	struct operation *operation;

	darr_foreach_p (all->operations, operation)
		operation_fini(operation);
	darr_free(all->operations);
}

static void run_group(struct everyone *all)
{
	struct reason *whys = NULL;
	struct operation *begun = NULL;

	darr_append_nz(whys, darr_len(all->operations));
	operations_begin(all->ctl, all->operations, darr_len(all->operations), whys);
	for (unsigned int i = 0; i < darr_len(all->operations); i++) {
		all->ctl->why = whys[i];
		if (whys[i].text[0])
			count_failed(all, all->operations[i].tenant);
		else
			*darr_append(begun) = all->operations[i];
	}
	if (begun) {
		all->failed += operations_run(all->ctl, begun, darr_len(begun), all->rows);
		reason_set(&all->first, "%s", all->ctl->why.text);
	}
	darr_free(begun);
	darr_free(whys);
}

/* What is to be said in the end; -1 where not all have gone. */
static int tell_all(struct everyone *all)
{
	struct ctl *ctl = all->ctl;
	const char *to = args_value(all->args, "to");

	ctl->why.text[0] = '\0';
	if (!all->asked)
		reason_set(&ctl->why, "no tenant has anything elsewhere that is recovered at %s",
			   to);
	else if (all->failed)
		reason_set(&ctl->why, "%u of %u tenants have not failed over to %s; the first: %s",
			   all->failed, all->asked, to, all->first.text);
	if (all->asked && ctl->json)
		show_print(ctl, json_object_get(all->rows), "");
	return ctl->why.text[0] ? -1 : 0;
}

static int look_at_all(struct everyone *all)
{
	int ret = 0;

	for (int priority = 1; priority <= PRIORITIES && !ret; priority++)
		ret = collect(all, priority);
	if (!ret && all->failed)
		all->ctl->why = all->first;
	if (ret || all->failed)
		return -1;
	return args_value(all->args, "check")
		       ? operations_check(all->ctl, all->operations, darr_len(all->operations))
		       : operations_rehearse(all->ctl, all->operations, darr_len(all->operations));
}

static int move_all(struct everyone *all)
{
	for (int priority = 1; priority <= PRIORITIES; priority++) {
		if (collect(all, priority) < 0)
			return -1;
		if (all->operations)
			run_group(all);
		forget(all);
	}
	return tell_all(all);
}

static int run_all(struct ctl *ctl, const struct args *args)
{
	struct everyone all = { .ctl = ctl, .args = args };
	const char *from = args_value(args, "from");
	int ret;

	if (lookup_id(ctl, "site", args_value(args, "to"), &all.to_id) < 0 ||
	    (from && lookup_id(ctl, "site", from, &all.from_id) < 0))
		return -1;
	all.rows = json_object_new_array();
	ret = args_value(args, "check") || args_value(args, "dry-run") ? look_at_all(&all)
								       : move_all(&all);
	forget(&all);
	json_object_put(all.rows);
	return ret;
}

static int failover_run(struct ctl *ctl, const struct args *args)
{
	bool all = args_value(args, "all");

	if (all == (args->name_count > 0)) {
		reason_set(&ctl->why, "name either a tenant, or --all that are recovered at %s",
			   args_value(args, "to"));
		return -1;
	}
	if (all && args_value(args, "partial")) {
		reason_set(&ctl->why,
			   "--partial is about hosts of one tenant; leave --all out, and name it");
		return -1;
	}
	return all ? run_all(ctl, args) : operation_command(ctl, args, ask_failover);
}

/* ---- the commands ---- */

static const struct option_info failover_options[] = {
	{ "to", OPT_SITE, OPTION_NEEDED, NULL, "SITE", "where it goes" },
	{ "from", OPT_SITE, 0, NULL, "SITE", "what it leaves; needed where it is at several" },
	{ "planned", OPT_FLAG, 0, NULL, NULL,
	  "both sites are well: the old one gives up first, and nothing goes in circles" },
	{ "disaster", OPT_FLAG, 0, NULL, NULL, "the old site is lost: nobody there is asked" },
	{ "partial", OPT_TEXT, 0, NULL, "HOST,...",
	  "only these hosts, by a route of their own each" },
	{ "all", OPT_FLAG, 0, NULL, NULL,
	  "every tenant that is recovered there, by its --recovery-priority" },
	OPERATION_OPTIONS,
};

static const struct option_info failback_options[] = {
	{ "planned", OPT_FLAG, 0, NULL, NULL,
	  "both sites are well: the one it leaves gives up first" },
	{ "disaster", OPT_FLAG, 0, NULL, NULL,
	  "the site it leaves is lost: nobody there is asked" },
	OPERATION_OPTIONS,
};

static const struct option_info reprotect_options[] = { OPERATION_OPTIONS };

const struct command failover_commands[] = {
	{
		.verb = "failover",
		.names = "[TENANT]",
		.options = failover_options,
		.summary =
			"a tenant goes over to another site, step by step, and says how long it took",
		.example = "tenantctl failover acme --to dc2 --planned",
		.access = ACCESS_OPERATION,
		.run = failover_run,
	},
	{
		.verb = "failback",
		.names = "TENANT",
		.options = failback_options,
		.summary = "a tenant comes back to where it was before its newest failover",
		.example = "tenantctl failback acme --planned",
		.access = ACCESS_OPERATION,
		.run = failback_run,
	},
	{
		.verb = "reprotect",
		.names = "TENANT",
		.options = reprotect_options,
		.summary = "keep a tenant that went over ready at the site it came from",
		.example = "tenantctl reprotect acme",
		.access = ACCESS_OPERATION,
		.run = reprotect_run,
	},
	{},
};

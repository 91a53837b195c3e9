// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * edge evacuate and restore: the edges of a site are given up, and used again.
 *
 * First tenants with something at that site alone, or with all their traffic leaving
 * by it, fail over, an operation each, by their priority.  Next the site itself: what
 * is left is at several sites.  A tenant that has gone does not come back with the
 * site; that is for whoever knows when.
 */
#include <zebra.h>

#include <stdio.h>
#include <string.h>

#include <json-c/json.h>

#include "darr.h"

#include "ctl/args.h"
#include "ctl/lookup.h"
#include "ctl/operation.h"
#include "ctl/row.h"
#include "ctl/show.h"

struct evacuation {
	struct ctl *ctl;
	const struct args *args;
	struct operation site;
	struct operation *moves; /* darr: failovers, by priority */
	int64_t *priorities;     /* darr: of each */
	struct json_object *rows;
	unsigned int failed;
	struct reason first; /* of those that failed */
};

/* ---- which tenants go, and where ---- */

/* One place where the query has one: 1, 0 where it has none, 2 where it has several, or -1. */
static int only_site(struct ctl *ctl, int64_t tenant_id, int64_t from_id, const char *sql,
		     int64_t *to_id)
{
	char all[512];
	int64_t count;

	snprintf(all, sizeof(all), "SELECT count(*) FROM (%s)", sql);
	if (sql_number(ctl, &count, all, "ii", tenant_id, from_id) < 0)
		return -1;
	if (count != 1)
		return count ? 2 : 0;
	return sql_number(ctl, to_id, sql, "ii", tenant_id, from_id);
}

/* What its rows say, what was typed, or the only other site there is: 1, 0, or -1. */
static int find_target(struct evacuation *ev, const char *tenant, struct operation *move)
{
	static const char *const places[] = {
		"SELECT recovery_site_id FROM tenant WHERE id = ?1 AND recovery_site_id <> ?2",
		"SELECT DISTINCT r.site_id FROM network_map r JOIN logical_switch s ON s.id = r.switch_id"
		" WHERE s.tenant_id = ?1 AND s.site_id = ?2 AND r.site_id <> ?2",
		"SELECT DISTINCT n.site_id FROM attachment a JOIN node n ON n.id = a.node_id"
		" JOIN site ON site.id = n.site_id WHERE a.tenant_id = ?1 AND a.role = 'dlr'"
		" AND n.site_id <> ?2 AND site.state = 'active'",
	};
	const char *to = args_value(ev->args, "to");
	int found = 0;

	for (unsigned int i = 0; i < array_size(places) && !found; i++) {
		if (i == 2 && to)
			return lookup_id(ev->ctl, "site", to, &move->to_id) < 0 ? -1 : 1;
		found = only_site(ev->ctl, move->tenant_id, ev->site.from_id, places[i],
				  &move->to_id);
	}
	if (found != 2)
		return found;
	if (to)
		return lookup_id(ev->ctl, "site", to, &move->to_id) < 0 ? -1 : 1;
	reason_set(&ev->ctl->why,
		   "tenant %s could go to more than one site; say which with --to SITE", tenant);
	return -1;
}

/* 1 where it has something that goes; its operation, all but its row. */
static int ask_move(struct evacuation *ev, int64_t tenant_id, struct operation *move)
{
	struct ctl *ctl = ev->ctl;
	int ret;

	*move = ev->site;
	move->kind = OPERATION_FAILOVER;
	move->tenant_id = tenant_id;
	if (sql_text(ctl, move->tenant, sizeof(move->tenant),
		     "SELECT name FROM tenant WHERE id = ?1", "i", tenant_id) < 0)
		return -1;
	ret = phase_source(ctl, tenant_id, 0, &move->from_id);
	if (ret > 0)
		ret = find_target(ev, move->tenant, move);
	if (ret > 0)
		ret = phase_moves(ctl, tenant_id, move->from_id, move->to_id);
	if (ret > 0 && sql_text(ctl, move->to, sizeof(move->to),
				"SELECT name FROM site WHERE id = ?1", "i", move->to_id) < 0)
		return -1;
	return ret;
}

static int collect(struct evacuation *ev)
{
	static const char next[] =
		"SELECT t.id FROM tenant t WHERE t.bubble_of IS NULL"
		" AND (t.recovery_priority, t.id) > (?2, ?3) AND EXISTS (SELECT 1 FROM attachment a"
		"  JOIN node n ON n.id = a.node_id WHERE a.tenant_id = t.id AND a.role = 'dlr'"
		"  AND n.site_id = ?1) ORDER BY t.recovery_priority, t.id";
	int64_t id = 0, priority = 0;
	int ret;

	while ((ret = sql_number(ev->ctl, &id, next, "iii", ev->site.from_id, priority, id)) > 0) {
		struct operation move;

		if (sql_number(ev->ctl, &priority,
			       "SELECT recovery_priority FROM tenant WHERE id = ?1", "i", id) < 0)
			return -1;
		ret = ask_move(ev, id, &move);
		if (ret < 0)
			return -1;
		if (!ret)
			continue;
		*darr_append(ev->moves) = move;
		*darr_append(ev->priorities) = priority;
	}
	return ret;
}

/* ---- doing it ---- */

static void tell_failed(struct evacuation *ev, const struct operation *move,
			const struct reason *why)
{
	struct json_object *row = json_object_new_object();

	show_text(row, "tenant", move->tenant);
	show_text(row, "state", "not begun");
	show_text(row, "reason", why->text);
	json_object_array_add(ev->rows, row);
	ev->failed++;
	reason_set(&ev->first, "%s", why->text);
	if (!ev->ctl->json)
		printf("%s: not begun: %s\n", move->tenant, why->text);
}

/* Those of one priority, from this one on: how many. */
static unsigned int move_group(struct evacuation *ev, unsigned int from)
{
	unsigned int count = 0, left = darr_len(ev->moves) - from;
	struct reason *whys = NULL;
	struct operation *begun = NULL;

	while (count < left && ev->priorities[from + count] == ev->priorities[from])
		count++;
	darr_append_nz(whys, count);
	operations_begin(ev->ctl, &ev->moves[from], count, whys);
	for (unsigned int i = 0; i < count; i++) {
		if (whys[i].text[0])
			tell_failed(ev, &ev->moves[from + i], &whys[i]);
		else
			*darr_append(begun) = ev->moves[from + i];
	}
	if (begun) {
		ev->failed += operations_run(ev->ctl, begun, darr_len(begun), ev->rows);
		reason_set(&ev->first, "%s", ev->ctl->why.text);
	}
	darr_free(begun);
	darr_free(whys);
	return count;
}

static int move_tenants(struct evacuation *ev)
{
	bool planned = ev->site.mode == OPERATION_PLANNED;

	for (unsigned int i = 0; i < darr_len(ev->moves);)
		i += move_group(ev, i);
	ev->ctl->why.text[0] = '\0';
	if (!ev->failed || !planned)
		return 0;
	reason_set(
		&ev->ctl->why,
		"%u of %u tenants have not left %s, whose edges are in use as before; the first: %s",
		ev->failed, (unsigned int)darr_len(ev->moves), ev->site.from, ev->first.text);
	return -1;
}

static int evacuate(struct evacuation *ev)
{
	struct ctl *ctl = ev->ctl;

	if (operations_try(ctl, &ev->site, ev->moves, darr_len(ev->moves)) < 0 ||
	    move_tenants(ev) < 0 || operation_begin(ctl, &ev->site) < 0 ||
	    operations_run(ctl, &ev->site, 1, ev->rows))
		return -1;
	if (ev->failed)
		reason_set(&ctl->why, "%u of %u tenants have not left %s; the first: %s",
			   ev->failed, (unsigned int)darr_len(ev->moves), ev->site.from,
			   ev->first.text);
	return ev->failed ? -1 : 0;
}

static int look_only(struct evacuation *ev)
{
	struct operation *all = NULL, *move;
	bool check = args_value(ev->args, "check");
	int ret;

	if (check)
		*darr_append(all) = ev->site;
	darr_foreach_p (ev->moves, move)
		*darr_append(all) = *move;
	if (!check)
		*darr_append(all) = ev->site;
	ret = check ? operations_check(ev->ctl, all, darr_len(all))
		    : operations_rehearse(ev->ctl, all, darr_len(all));
	darr_free(all);
	return ret;
}

static int evacuate_run(struct ctl *ctl, const struct args *args)
{
	struct evacuation ev = { .ctl = ctl, .args = args };
	struct operation *site = &ev.site;
	bool look = args_value(args, "check") || args_value(args, "dry-run");
	int ret;

	site->kind = OPERATION_EVACUATE;
	site->mode = args_value(args, "disaster") ? OPERATION_DISASTER : OPERATION_PLANNED;
	site->stay = args_value(args, "stay");
	strlcpy(site->from, args->names[0], sizeof(site->from));
	if (operation_take_options(ctl, args, site) < 0 ||
	    lookup_id(ctl, "site", site->from, &site->from_id) < 0 || collect(&ev) < 0) {
		darr_free(ev.moves);
		darr_free(ev.priorities);
		return -1;
	}
	ev.rows = json_object_new_array();
	ret = look ? look_only(&ev) : evacuate(&ev);
	if (!look && ctl->json && json_object_array_length(ev.rows))
		show_print(ctl, json_object_get(ev.rows), "");
	json_object_put(ev.rows);
	darr_free(ev.moves);
	darr_free(ev.priorities);
	return ret;
}

/* ---- back ---- */

static int ask_restore(struct ctl *ctl, const struct args *args, const char *name,
		       struct operation *operation)
{
	operation->kind = OPERATION_RESTORE;
	strlcpy(operation->to, name, sizeof(operation->to));
	if (operation_take_options(ctl, args, operation) < 0)
		return -1;
	return lookup_id(ctl, "site", name, &operation->to_id);
}

/* Tenants whose newest failover left the site: what they have elsewhere does not come back. */
static int tell_away(struct ctl *ctl, const char *site)
{
	static const char next[] =
		"SELECT t.name FROM operation o JOIN tenant t ON t.id = o.tenant_id"
		" JOIN site s ON s.id = o.from_site WHERE s.name = ?1 AND t.name > ?2"
		" AND o.id = (SELECT max(id) FROM operation WHERE tenant_id = t.id AND state = 'done'"
		"  AND kind IN ('failover', 'failback') AND mode <> 'partial') ORDER BY t.name";
	char name[TENANT_NAME_MAX + 1] = "";
	int ret;

	while ((ret = sql_text(ctl, name, sizeof(name), next, "tt", site, name)) > 0)
		printf("tenant %s stays where it has gone; \"tenantctl reprotect %s\" and \"tenantctl failback %s --planned\" bring it back to %s\n",
		       name, name, name, site);
	return ret;
}

static int restore_run(struct ctl *ctl, const struct args *args)
{
	bool look = args_value(args, "check") || args_value(args, "dry-run");
	int ret = operation_command(ctl, args, ask_restore);

	return ret || look || ctl->json ? ret : tell_away(ctl, args->names[0]);
}

/* ---- the commands ---- */

static const struct option_info evacuate_options[] = {
	{ "disaster", OPT_FLAG, 0, NULL, NULL, "its edges are lost: nobody there is asked" },
	{ "stay", OPT_FLAG, 0, NULL, NULL,
	  "what has no other site goes on by the edges that are left" },
	{ "to", OPT_SITE, 0, NULL, "SITE", "where tenants go that could go to several" },
	OPERATION_OPTIONS,
};

static const struct option_info restore_options[] = { OPERATION_OPTIONS };

const struct command edge_commands[] = {
	{
		.verb = "edge",
		.object = "evacuate",
		.names = "SITE",
		.options = evacuate_options,
		.summary = "no traffic goes by the edges of a site any more",
		.example = "tenantctl edge evacuate dc1",
		.access = ACCESS_OPERATION,
		.run = evacuate_run,
	},
	{
		.verb = "edge",
		.object = "restore",
		.names = "SITE",
		.options = restore_options,
		.summary = "the edges of a site that was evacuated are used again",
		.example = "tenantctl edge restore dc1",
		.access = ACCESS_OPERATION,
		.run = restore_run,
	},
	{},
};

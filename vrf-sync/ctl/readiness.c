// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whether an operation on sites may begin.
 *
 * Everything is judged before anything is changed: what the rows say of the site,
 * and what its nodes have said of themselves.  A disaster asks nobody at the site
 * that is left; a planned operation needs both sides.
 */
#include <zebra.h>

#include <stdio.h>
#include <string.h>

#include <sqlite3.h>

#include "darr.h"

#include "ctl/args.h"
#include "ctl/host.h"
#include "ctl/list.h"
#include "ctl/readiness_priv.h"
#include "ctl/row.h"
#include "ctl/show.h"
#include "model/presence.h"

/* A node's row of status is old when it has missed that many. */
#define FRESH_S (3 * STATUS_EVERY_S)
/* What was written longer ago must have got to every node. */
#define BEHIND_MS 2000

struct reason *readiness_line(struct looking *look, const char *fmt, ...)
{
	struct readiness *one = darr_append(*look->list);
	va_list ap;

	*one = (struct readiness){};
	va_start(ap, fmt);
	vsnprintfrr(one->what, sizeof(one->what), fmt, ap);
	va_end(ap);
	return &one->why;
}

/* ---- one at a time ---- */

/* One of the same tenant, or of a site it has something at; of a site: one of any tenant there,
 * and of any other site.
 */
static const char open_sql[] =
	"WITH has AS (SELECT a.tenant_id, n.site_id FROM attachment a JOIN node n ON n.id = a.node_id)"
	" SELECT o.id FROM operation o WHERE o.state IN ('running', 'failed')"
	" AND CASE WHEN ?1 THEN o.tenant_id = ?1 OR o.tenant_id IS NULL AND EXISTS"
	"   (SELECT 1 FROM has WHERE tenant_id = ?1 AND site_id = ifnull(o.from_site, o.to_site))"
	"  ELSE o.tenant_id IS NULL OR o.tenant_id IN (SELECT tenant_id FROM has WHERE site_id = ?2) END"
	" ORDER BY o.id";

int readiness_alone(struct ctl *ctl, const struct operation *operation, struct reason *why)
{
	char whose[SQL_TEXT_SIZE], tenant[SQL_TEXT_SIZE];
	int64_t other, failed;
	int ret = sql_number(ctl, &other, open_sql, "ii", operation->tenant_id,
			     operation_site(operation));

	if (ret <= 0)
		return ret;
	if (sql_number(ctl, &failed, "SELECT state = 'failed' FROM operation WHERE id = ?1", "i",
		       other) < 0 ||
	    sql_text(ctl, whose, sizeof(whose),
		     "SELECT ifnull('tenant ' || t.name, 'site ' || s.name) FROM operation o"
		     " LEFT JOIN tenant t ON t.id = o.tenant_id"
		     " LEFT JOIN site s ON s.id = ifnull(o.from_site, o.to_site) WHERE o.id = ?1",
		     "i", other) < 0 ||
	    sql_text(ctl, tenant, sizeof(tenant),
		     "SELECT ifnull(' ' || t.name, '') FROM operation o"
		     " LEFT JOIN tenant t ON t.id = o.tenant_id WHERE o.id = ?1",
		     "i", other) < 0)
		return -1;
	if (failed)
		reason_set(why,
			   "operation %" PRId64
			   " of %s has failed; \"tenantctl operation resume %" PRId64
			   "\" or \"tenantctl operation undo %" PRId64 "\" first",
			   other, whose, other, other);
	else
		reason_set(
			why,
			"operation-in-progress: operation %" PRId64
			" of %s runs; see \"tenantctl operation show%s\", and resume or undo it if who ran it has died",
			other, whose, tenant);
	return 1;
}

/* ---- nodes ---- */

/* Whatever serves the tenant where it is must do so where it goes. */
static void look_roles(struct looking *look)
{
	static const char *const called[ROLE_COUNT] = { "DLR", "edge", "PE" };
	const struct operation *operation = look->operation;
	const struct provider *provider = model_provider(look->model);
	uint8_t there = tenant_roles_at(provider, look->tenant, operation->to_id);
	uint8_t needed = tenant_roles_at(provider, look->tenant, operation->from_id) | ROLE_DLR;

	for (int i = 0; i < ROLE_COUNT; i++) {
		struct reason *why;

		if (!(needed & (1 << i)))
			continue;
		why = readiness_line(look, "%s at %s", called[i], operation->to);
		if (!(there & (1 << i)))
			reason_set(
				why,
				"no %s of %s serves tenant %s; attach one with \"tenantctl set tenant %s --nodes +NODE\"",
				called[i], operation->to, operation->tenant, operation->tenant);
	}
}

/* Columns of node_status. */
struct said {
	int64_t revision, age; /* seconds */
	int64_t behind;        /* ms since it should have been in step; 0: it is */
};

/* 1, 0 where the node has never said anything, or -1. */
static int read_said(struct ctl *ctl, const char *node, struct said *said)
{
	int ret = sql_number(ctl, &said->revision,
			     "SELECT revision FROM node_status WHERE node = ?1", "t", node);

	if (ret > 0)
		ret = sql_number(
			ctl, &said->age,
			"SELECT CAST((julianday('now') - julianday(updated)) * 86400 AS INTEGER)"
			" FROM node_status WHERE node = ?1",
			"t", node);
	if (ret > 0)
		ret = sql_number(
			ctl, &said->behind,
			"SELECT ifnull(max(?2 - min(at), 0), 0) FROM change_log WHERE seq > ?1",
			"ii", said->revision, operation_now());
	return ret;
}

static int look_node(struct looking *look, const struct node *node)
{
	struct reason *why = readiness_line(look, "node %s", node->name);
	struct said said = {};
	int ret = read_said(look->ctl, node->name, &said);

	if (ret < 0)
		return -1;
	if (!ret)
		reason_set(why, "node %s has never said how far it is; is tenantd running there?",
			   node->name);
	else if (said.age > FRESH_S)
		reason_set(why,
			   "node %s has said nothing for %" PRId64 " s; is tenantd running there?",
			   node->name, said.age);
	else if (said.behind > BEHIND_MS)
		reason_set(why,
			   "node %s is at revision %" PRId64
			   ", and the database has had a newer one for %" PRId64
			   " s; see \"tenantctl show status\"",
			   node->name, said.revision, said.behind / 1000);
	return 0;
}

static int look_tenant_on(struct looking *look, const struct node *node)
{
	struct reason *why =
		readiness_line(look, "tenant %s on %s", look->tenant->name, node->name);
	char health[SQL_TEXT_SIZE], said[240] = "";
	int ret = sql_text(look->ctl, health, sizeof(health),
			   "SELECT health FROM tenant_status WHERE node = ?1 AND tenant = ?2",
			   "tt", node->name, look->tenant->name);

	if (ret < 0 || (ret > 0 && !strcmp(health, "ok")))
		return ret < 0 ? -1 : 0;
	if (!ret) {
		reason_set(why, "node %s says nothing of tenant %s; see \"tenantctl show status\"",
			   node->name, look->tenant->name);
		return 0;
	}
	ret = sql_text(look->ctl, said, sizeof(said),
		       "SELECT reason FROM tenant_status WHERE node = ?1 AND tenant = ?2", "tt",
		       node->name, look->tenant->name);
	reason_set(why, "tenant %s is %s on node %s: %s", look->tenant->name, health, node->name,
		   said);
	return ret < 0 ? -1 : 0;
}

int readiness_nodes(struct looking *look, uint32_t site_id)
{
	const struct attachment *attachment;

	darr_foreach_p (look->tenant->attachments, attachment) {
		const struct node *node =
			provider_node(model_provider(look->model), attachment->node_id);

		if (look->operation->kind == OPERATION_BUBBLE && !(attachment->roles & ROLE_DLR))
			continue; /* it has no part in it */
		if (node && node->site_id == site_id &&
		    (look_node(look, node) < 0 || look_tenant_on(look, node) < 0))
			return -1;
	}
	return 0;
}

/* ---- what moves ---- */

static bool goes(const struct looking *look, const struct logical_switch *sw)
{
	return sw->site_id == look->operation->from_id && sw->state != SWITCH_READY &&
	       sw->purpose == PURPOSE_PRODUCTION;
}

static void look_switch(struct looking *look, const struct logical_switch *sw)
{
	const struct operation *operation = look->operation;
	const struct logical_switch *as = switch_recovered_as(look->tenant, sw, operation->to_id);
	struct reason *why = readiness_line(look, "switch %s", sw->name);

	if (!as && operation->stay)
		return;
	if (!as && operation->kind == OPERATION_FAILBACK)
		reason_set(
			why,
			"switch %s of tenant %s is not ready at %s; \"tenantctl reprotect %s\" first",
			sw->name, operation->tenant, operation->to, operation->tenant);
	else if (!as)
		reason_set(
			why,
			"switch %s of tenant %s is not mapped to %s; map it with \"tenantctl add map %s %s %s\"",
			sw->name, operation->tenant, operation->to, operation->tenant, sw->name,
			operation->to);
	else if (as != sw && as->state == SWITCH_ACTIVE)
		reason_set(
			why,
			"switch %s, as which switch %s of tenant %s is recovered at %s, is in use there already",
			as->name, sw->name, operation->tenant, operation->to);
}

/* Its edges are not used: what goes there is to have others. */
static void look_site(struct looking *look)
{
	const struct operation *operation = look->operation;
	const struct site *site = provider_site(model_provider(look->model), operation->to_id);
	struct reason *why = readiness_line(look, "site %s", operation->to);

	if (site && site->state != SITE_ACTIVE)
		reason_set(why, "site %s is %s; \"tenantctl edge restore %s\" first",
			   operation->to, site_state_names[site->state], operation->to);
}

static int look_host(struct looking *look, const char *address)
{
	const struct operation *operation = look->operation;
	struct reason *why = readiness_line(look, "host %s", address), kept = look->ctl->why;
	const struct logical_switch *sw;
	struct ipnet one;

	if (ipnet_parse_addr(address, &one) < 0) {
		reason_set(why, "%s is not an address; write it like 10.1.1.1", address);
		return 0;
	}
	sw = host_switch(look->tenant, address, operation->to_id);
	if (!sw)
		reason_set(
			why,
			"host %s is in no subnet of tenant %s; \"tenantctl show subnet %s\" lists them",
			address, operation->tenant, operation->tenant);
	else if (host_can_be_at(look->ctl, look->model, look->tenant, sw, operation->to_id) < 0)
		*why = look->ctl->why;
	look->ctl->why = kept;
	return 0;
}

static int look_hosts(struct looking *look)
{
	struct list_item *hosts = NULL, *host;
	int ret = list_parse(look->ctl, "partial", look->operation->hosts, &hosts);

	darr_foreach_p (hosts, host)
		if (!ret)
			ret = look_host(look, host->text);
	darr_free(hosts);
	return ret;
}

static int look_all(struct looking *look)
{
	const struct operation *operation = look->operation;
	const struct logical_switch *sw;
	bool whole = operation->kind < OPERATION_REPROTECT && operation->mode != OPERATION_PARTIAL;

	if (readiness_alone(look->ctl, operation, readiness_line(look, "no other operation")) < 0)
		return -1;
	look_roles(look);
	if (operation->kind < OPERATION_REPROTECT)
		look_site(look);
	if (whole)
		darr_foreach_p (look->tenant->switches, sw)
			if (goes(look, sw))
				look_switch(look, sw);
	if (operation->mode == OPERATION_PARTIAL && look_hosts(look) < 0)
		return -1;
	if (readiness_nodes(look, operation->to_id) < 0)
		return -1;
	return whole && operation->mode == OPERATION_PLANNED
		       ? readiness_nodes(look, operation->from_id)
		       : 0;
}

int readiness_of(struct ctl *ctl, const struct model *model, const struct operation *operation,
		 struct readiness **list)
{
	struct looking look = {
		.ctl = ctl,
		.operation = operation,
		.model = model,
		.tenant = model_tenant(model, operation->tenant_id),
		.list = list,
	};

	if (operation_is_of_site(operation))
		return readiness_of_site(&look);
	if (look.tenant)
		return look_all(&look);
	reason_set(&ctl->why, "tenant %s is gone", operation->tenant);
	return -1;
}

int readiness_judge(struct ctl *ctl, const struct model *model, const struct operation *operation)
{
	struct readiness *list = NULL, *one;
	int ret = readiness_of(ctl, model, operation, &list);

	darr_foreach_p (list, one)
		if (!ret && one->why.text[0]) {
			ctl->why = one->why;
			ret = -1;
		}
	darr_free(list);
	return ret;
}

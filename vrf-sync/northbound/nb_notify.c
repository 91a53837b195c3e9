// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What tenantd tells by itself.  Nobody need listen: mgmtd passes a notification
 * on to those of its clients that have selected it.
 */
#include <zebra.h>

#include <inttypes.h>
#include <string.h>

#include <libyang/libyang.h>

#include "darr.h"
#include "frrevent.h"
#include "northbound.h"
#include "printfrr.h"
#include "yang.h"

#include "clock.h"
#include "apply/engine.h"
#include "daemon/tenantd.h"
#include "northbound/backend.h"
#include "northbound/nb_priv.h"
#include "source/operation.h"
#include "source/source.h"
#include "source/tree.h"
#include "trace/trace.h"

#define STALE_AFTER_S 60 /* unless the source is configured otherwise */

static uint32_t *changed; /* darr: tenants whose health is another */
static uint32_t *failed;  /* darr: tenants that were told of as failed */
static struct event *ev_health, *ev_stale;

/* ---- sending ---- */

static struct lyd_node *begin(const char *xpath)
{
	struct lyd_node *tree = NULL;

	yang_new_path2(NULL, ly_native_ctx, xpath, NULL, 0, 0, &tree, NULL);
	if (tree)
		nb_put(tree, "node", "%s", tenantd.node ? tenantd.node : "");
	return tree;
}

static void finish(const char *xpath, struct lyd_node *tree)
{
	nb_notification_tree_send(xpath, tree);
	lyd_free_all(tree);
}

/* ---- health ---- */

static bool take_out(uint32_t **ids, uint32_t id)
{
	for (unsigned int i = 0; i < darr_len(*ids); i++) {
		if ((*ids)[i] != id)
			continue;
		darr_remove(*ids, i);
		return true;
	}
	return false;
}

static void tell_failed(const char *name, const char *reason)
{
	struct lyd_node *tree = begin("/frr-tenant:tenant-failed");

	if (!tree)
		return;
	nb_put(tree, "tenant", "%s", name);
	nb_put(tree, "reason", "%s", reason);
	finish("/frr-tenant:tenant-failed", tree);
}

static void tell_healed(const char *name)
{
	struct lyd_node *tree = begin("/frr-tenant:tenant-healed");

	if (!tree)
		return;
	nb_put(tree, "tenant", "%s", name);
	finish("/frr-tenant:tenant-healed", tree);
}

static void tell_health(uint32_t id)
{
	const struct tenant *tenant = model_tenant(tenantd.model, id);
	bool was_failed = take_out(&failed, id);
	struct engine_tenant one;

	if (!tenant || !engine_find_tenant(tenantd.engine, id, &one))
		return;
	if (one.health == HEALTH_FAILED && !was_failed)
		tell_failed(tenant->name, one.reason);
	else if (one.health == HEALTH_OK && was_failed)
		tell_healed(tenant->name);
	if (one.health == HEALTH_FAILED || (one.health == HEALTH_WAITING && was_failed))
		*darr_append(failed) = id;
}

static void tell_changed(struct event *event)
{
	uint32_t *ids = changed, *id;

	changed = NULL;
	darr_foreach_p (ids, id)
		tell_health(*id);
	darr_free(ids);
}

void backend_health(uint32_t tenant_id)
{
	/* the reason is written after the health: look when both are there */
	*darr_append(changed) = tenant_id;
	event_add_event(tenantd.loop, tell_changed, NULL, 0, &ev_health);
}

/* ---- subnets ---- */

/* The last that this node can see, by what it is. */
static bool is_last(enum stage stage)
{
	const struct provider *provider = model_provider(tenantd.model);
	const struct node *node = provider ? provider_node_by_name(provider, tenantd.node) : NULL;
	uint8_t roles = node ? node->roles : 0;

	if (roles & ROLE_PE)
		return stage == STAGE_EXPORTED || stage == STAGE_BGP;
	return stage == (roles & ROLE_EDGE ? STAGE_TYPE5 : STAGE_TYPE7);
}

void backend_stage(uint32_t tenant_id, const struct traced *traced, enum stage stage)
{
	const struct tenant *tenant = model_tenant(tenantd.model, tenant_id);
	char text[IPNET_TEXT_SIZE];
	struct lyd_node *tree;

	if (!tenant || !traced->written || !is_last(stage))
		return;
	tree = begin("/frr-tenant:subnet-converged");
	if (!tree)
		return;
	nb_put(tree, "tenant", "%s", tenant->name);
	nb_put(tree, "prefix", "%s", ipnet_format(&traced->prefix, text));
	nb_put(tree, "stage", "%s", stage_names[stage]);
	nb_put(tree, "after", "%" PRId64, traced->at[stage] - traced->written);
	finish("/frr-tenant:subnet-converged", tree);
}

/* ---- sources ---- */

static unsigned int stale_after(void)
{
	const struct lyd_node *sources = tree_child(nb_tree(NULL), "sources"), *source;

	tree_foreach (sources, "source", source)
		if (source_kind(tree_text(source, "type") ?: ""))
			return tree_number(source, "stale-after");
	return STALE_AFTER_S;
}

static void tell_stale(struct event *event)
{
	struct lyd_node *tree;
	const char *problem;
	int64_t since;

	if (!tenantd.source)
		return;
	problem = source_problem(tenantd.source, &since);
	tree = since ? begin("/frr-tenant:source-stale") : NULL;
	if (!tree)
		return;
	nb_put(tree, "source", "%s", source_location(tenantd.source));
	nb_put(tree, "problem", "%s", problem);
	nb_put(tree, "lag", "%" PRId64, (clock_us() - since) / 1000);
	finish("/frr-tenant:source-stale", tree);
}

void backend_source(bool readable)
{
	if (readable)
		event_cancel(&ev_stale);
	else
		event_add_timer(tenantd.loop, tell_stale, NULL, stale_after(), &ev_stale);
}

/* ---- sites ---- */

void backend_operations(const struct operation_row *rows)
{
	struct lyd_node *tree = begin("/frr-tenant:operation-changed");
	const struct operation_row *row;

	if (!tree)
		return;
	darr_foreach_p (rows, row)
		nb_put_operation(tree, row);
	finish("/frr-tenant:operation-changed", tree);
}

static void put_move(struct lyd_node *tree, const struct host_move *move)
{
	char text[IPNET_TEXT_SIZE];
	struct lyd_node *entry;

	entry = nb_add_entry(tree, "host", "[tenant='%s'][address='%s']", move->tenant,
			     ipnet_format_addr(&move->address, text));
	if (!entry)
		return;
	nb_put(entry, "from", "%s", move->from);
	nb_put(entry, "to", "%s", move->to);
	nb_put(entry, "by", "%s", move->seen_by[0] ? "seen" : "written");
	nb_put(entry, "seen-by", "%s", move->seen_by);
}

void backend_moves(const struct host_move *moves)
{
	struct lyd_node *tree = begin("/frr-tenant:host-moved");
	const struct host_move *move;

	if (!tree)
		return;
	darr_foreach_p (moves, move)
		put_move(tree, move);
	finish("/frr-tenant:host-moved", tree);
}

void nb_notify_stop(void)
{
	event_cancel(&ev_health);
	event_cancel(&ev_stale);
	darr_free(changed);
	darr_free(failed);
}

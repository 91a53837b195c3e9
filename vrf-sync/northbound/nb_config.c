// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is configured: recorded while a transaction is applied, acted upon when
 * it has ended.
 *
 * Every callback does the same: it notes which tenant the node belongs to, or
 * that it is something all tenants share.  The tree itself is read afterwards,
 * by the configuration source, when it is in force as a whole.
 *
 * When mgmtd comes (again), it sends all it has as one transaction, but nothing
 * about what it has no longer.  So FRR's tree is emptied first, and the one that
 * was is what counts until the new one is whole.  The first transaction may be
 * somebody else's, which mgmtd let in before (it tries every 50 ms): the tree is
 * taken for whole when no more has come for WHOLE_AFTER_MS.  An empty configuration is not sent
 * at all: it is believed after EMPTY_AFTER_S, by when "vtysh -b" has loaded
 * frr.conf at boot.
 */
#include <zebra.h>

#include <string.h>

#include "darr.h"
#include "frrevent.h"
#include "log.h"
#include "northbound.h"
#include "yang.h"

#include "apply/engine.h"
#include "daemon/tenantd.h"
#include "northbound/nb_priv.h"
#include "plan/brake.h"
#include "source/source.h"
#include "source/tree.h"

#define WHOLE_AFTER_MS 500
#define EMPTY_AFTER_S  60

static char (*changed)[TENANT_NAME_MAX + 1]; /* darr: tenants of this transaction */
static bool shared_changed;
static bool awaiting;           /* all that mgmtd has; until then its tree is not whole */
static struct lyd_node *before; /* the tree in force meanwhile */
static bool is_whole;           /* it has just become so */
static struct event *ev_act, *ev_empty, *ev_whole;

const struct lyd_node *nb_tree(void *arg)
{
	if (awaiting)
		return before ? yang_dnode_get(before, NB_ROOT) : NULL;
	return running_config ? yang_dnode_get(running_config->dnode, NB_ROOT) : NULL;
}

/* ---- recording ---- */

static void record_tenant(const char *name)
{
	unsigned int count = darr_len(changed);

	/* the nodes of one tenant come one after the other */
	if (count && !strcmp(changed[count - 1], name))
		return;
	darr_append(changed);
	strlcpy(changed[count], name, sizeof(changed[count]));
}

static void record(const struct lyd_node *dnode)
{
	const struct lyd_node *at;

	for (at = dnode; at; at = lyd_parent(at)) {
		if (at->schema->nodetype != LYS_LIST)
			continue;
		if (!strcmp(at->schema->name, "tenant")) {
			record_tenant(tree_text(at, "name"));
			return;
		}
		if (!strcmp(at->schema->name, "leak")) {
			record_tenant(tree_text(at, "from"));
			record_tenant(tree_text(at, "to"));
			return;
		}
	}
	shared_changed = true;
}

int nb_recorded_create(struct nb_cb_create_args *args)
{
	if (args->event == NB_EV_APPLY)
		record(args->dnode);
	return NB_OK;
}

int nb_recorded_modify(struct nb_cb_modify_args *args)
{
	if (args->event == NB_EV_APPLY)
		record(args->dnode);
	return NB_OK;
}

int nb_recorded_destroy(struct nb_cb_destroy_args *args)
{
	if (args->event == NB_EV_APPLY)
		record(args->dnode);
	return NB_OK;
}

/* ---- acting ---- */

static void warn(bool done, const struct reason *why)
{
	if (!done)
		zlog_warn("configuration: %s", why->text);
}

/* The one database, where one is configured and enabled. */
static void take_source(const struct lyd_node *source)
{
	const char *type = tree_text(source, "type"), *location = tree_text(source, "location");
	const struct source_kind *kind = type ? source_kind(type) : NULL;
	struct reason why = {};

	if (!kind || !location || !tree_is_true(source, "enabled"))
		return;
	warn(config_set_database(kind, location, &why), &why);
}

static void take_settings(const struct lyd_node *tree)
{
	const struct lyd_node *guards = tree_child(tree, "guards"), *source;
	const char *node = tree_text(tree, "node-name");
	struct brake_limits limits = BRAKE_DEFAULTS;
	struct reason why = {};

	if (node)
		warn(config_set_node(node, &why), &why);
	tree_foreach (tree_child(tree, "sources"), "source", source)
		take_source(source);
	intake_set_guard(guards ? tree_number(guards, "tenants-gone") : INTAKE_TENANTS_GONE);
	if (guards)
		limits = (struct brake_limits){
			.share = tree_number(guards, "withdrawn-share"),
			.prefixes = tree_number(guards, "withdrawn-prefixes"),
			.tenants = tree_number(guards, "withdrawn-tenants"),
		};
	release_set_limits(&limits);
}

/* A node that is there by its default alone says nothing. */
static bool is_empty(const struct lyd_node *tree)
{
	return !tree || yang_dnode_is_default_recursive(tree);
}

static void end_awaiting(void)
{
	awaiting = false;
	event_cancel(&ev_empty);
	event_cancel(&ev_whole);
	if (before)
		yang_dnode_free(before);
	before = NULL;
}

static void act(struct event *event);

static void act_later(struct event *event)
{
	/* the one tree takes the place of the other: then all of it counts */
	end_awaiting();
	is_whole = true;
	act(event);
}

static void act(struct event *event)
{
	const struct lyd_node *tree;
	bool was = tenantd.configured && tenantd.node, had = tenantd.database != NULL,
	     whole = is_whole;

	if (awaiting) {
		event_cancel(&ev_whole);
		event_add_timer_msec(tenantd.loop, act_later, NULL, WHOLE_AFTER_MS, &ev_whole);
		return;
	}
	is_whole = false;
	tree = nb_tree(NULL);
	if (shared_changed)
		take_settings(tree);
	tenantd.configured |= !is_empty(tree);
	for (unsigned int i = 0; i < darr_len(changed); i++)
		source_config_changed(tenantd.configuration, changed[i]);
	if (shared_changed)
		source_config_changed(tenantd.configuration, NULL);
	darr_free(changed);
	shared_changed = false;
	if (whole || !was)
		tenantd_configured();
	else if (!had && tenantd.database)
		intake_start();
}

void nb_finish(struct nb_cb_apply_finish_args *args)
{
	/* the tree takes the place of the old one when this has returned */
	event_add_event(tenantd.loop, act, NULL, 0, &ev_act);
}

/* ---- mgmtd comes and goes ---- */

static void believe_empty(struct event *event)
{
	zlog_info("mgmtd has no tenants in its configuration");
	end_awaiting();
	if (tenantd.configured)
		tenantd_configured(); /* reads all of it, which is nothing */
	engine_release_strangers(tenantd.engine, STRANGERS_UNHEARD);
}

void nb_config_connected(bool connected)
{
	event_cancel(&ev_empty);
	event_cancel(&ev_whole);
	if (!connected)
		return; /* what was configured stays in force */
	if (!awaiting) {
		before = running_config->dnode;
		running_config->dnode = NULL;
	}
	awaiting = true;
	nb_config_replace(running_config, nb_config_new(NULL), false);
	event_add_timer(tenantd.loop, believe_empty, NULL, EMPTY_AFTER_S, &ev_empty);
}

void nb_config_stop(void)
{
	event_cancel(&ev_act);
	end_awaiting();
	darr_free(changed);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Between the sources and the model: what is handed in is judged, and merged.
 *
 * There may be a database, and there is this node's configuration, which is
 * usually empty.  Each hands in loads of its own; here they become loads of the
 * one model.  The database has the say about what tenants share, where there is
 * one; the configuration names nodes and wires, and so is read again when the
 * database's have changed.  A tenant that both have, by name or by id, is held
 * as it is, and its reason names both: the one that was there first stays in the
 * model, the other waits beside it.
 */
#include <zebra.h>

#include <string.h>

#include "darr.h"
#include "frrevent.h"
#include "log.h"

#include "errors.h"
#include "apply/engine.h"
#include "daemon/straying.h"
#include "daemon/tenantd.h"
#include "northbound/backend.h"
#include "source/source.h"

/* What the configuration has, whether or not it is in the model: few. */
static struct tenant **roster;
/* What the database has and a configured tenant keeps out of the model: fewer. */
static struct tenant **shadows;
/* The model's provider is the database's. */
static bool shared_by_database;
/* The newest configuration is not in force. */
static bool configuration_held;
/* The last tenant of all may go; more than that at once is no ordinary change. */
static uint32_t tenants_gone = INTAKE_TENANTS_GONE;
/* So many were in the database before it was found empty. */
static size_t tenants_missed;
static struct event *ev_database;

/* ---- lists of tenants ---- */

/* The one that the tenant cannot stand beside. */
static struct tenant *list_clash(struct tenant **list, const struct tenant *tenant)
{
	struct tenant **one;

	darr_foreach_p (list, one)
		if ((*one)->id == tenant->id || !strcmp((*one)->name, tenant->name))
			return *one;
	return NULL;
}

static struct tenant *list_find(struct tenant **list, uint32_t id)
{
	struct tenant **one;

	darr_foreach_p (list, one)
		if ((*one)->id == id)
			return *one;
	return NULL;
}

static void list_del(struct tenant **list, uint32_t id)
{
	for (unsigned int i = 0; i < darr_len(list); i++) {
		if (list[i]->id != id)
			continue;
		tenant_unref(list[i]);
		darr_remove(list, i);
		return;
	}
}

static void list_put(struct tenant ***list, const struct tenant *tenant)
{
	list_del(*list, tenant->id);
	*darr_append(*list) = tenant_ref(tenant);
}

static void list_clear(struct tenant **list)
{
	while (darr_len(list))
		list_del(list, list[0]->id);
}

static bool is_in_model(const struct tenant *configured)
{
	const struct tenant *known = model_tenant(tenantd.model, configured->id);

	return known && known->configured;
}

/* The database's tenant that a configured one cannot stand beside. */
static const struct tenant *database_clash(const struct tenant *tenant)
{
	const struct tenant *other = model_tenant(tenantd.model, tenant->id);

	if (!tenantd.source)
		return NULL;
	if (other && !other->configured)
		return other;
	other = model_tenant_by_name(tenantd.model, tenant->name);
	return other && !other->configured ? other : NULL;
}

/* ---- suddenly nothing ---- */

size_t intake_tenants(bool configured)
{
	size_t count = 0;
	struct tenant **one;

	darr_foreach_p (roster, one)
		count += is_in_model(*one);
	return configured ? count : model_tenant_count(tenantd.model) - count;
}

/* VRFs of ours in the kernel speak for tenants that a fresh start has not seen. */
static bool count_vrf(void *arg, const struct engine_tenant *tenant)
{
	size_t *count = arg;

	*count += tenant->vrf[0] && tenant->have_count;
	return true;
}

/* How many of them the load takes away. */
static size_t count_gone(const struct load *load, bool configured)
{
	const struct tenant *known;
	const uint32_t *id;
	size_t count = 0;

	darr_foreach_p (load->gone, id)
		if ((known = model_tenant(tenantd.model, *id)) && known->configured == configured)
			count++;
	return count;
}

/* Nobody has a tenant any more, or the configuration has none. */
static bool is_emptied(const struct load *load, bool configured)
{
	size_t before = intake_tenants(configured), after = darr_len(load->tenants);

	if (!load->full)
		after += before - count_gone(load, configured);
	if (!model_provider(tenantd.model) && !configured && !darr_len(roster))
		engine_each(tenantd.engine, count_vrf, &before);
	/* this node need not have heard of those that went, nor of those that are there */
	if (load->narrow) {
		before = MAX(MAX(before, load->deleted), tenants_missed);
		after = load->empty ? 0 : 1;
	}
	if (after || before <= tenants_gone)
		return false;
	tenants_missed = before;
	return true;
}

/* node: may be NULL, where the database does not have this one. */
static bool is_served(const struct node *node, const struct tenant *tenant)
{
	return node && tenant && !tenant->configured && tenant_roles_on(tenant, node->id);
}

static size_t count_served(const struct node *node)
{
	const struct tenant *tenant = NULL;
	size_t count = 0;

	while ((tenant = model_tenant_next(tenantd.model, tenant)))
		count += is_served(node, tenant);
	return count;
}

/* How many of those served here are not in it, or are, and may be served no more. */
static size_t count_touched(const struct load *load, const struct node *node)
{
	struct tenant **tenant;
	const uint32_t *id;
	size_t count = 0;

	darr_foreach_p (load->tenants, tenant)
		count += is_served(node, model_tenant(tenantd.model, (*tenant)->id));
	darr_foreach_p (load->gone, id)
		count += is_served(node, model_tenant(tenantd.model, *id));
	return count;
}

/* There are tenants in the database, and none of them is this node's any more. */
static bool is_deserted(const struct load *load)
{
	const struct provider *provider = model_provider(tenantd.model);
	const struct node *was = tenantd_own_node();
	const struct node *is =
		load->provider ? provider_node_by_name(load->provider, tenantd.node) : was;
	size_t before = 0, gone;
	struct tenant **tenant;

	darr_foreach_p (load->tenants, tenant)
		if (is_served(is, *tenant))
			return false;
	gone = load->full ? SIZE_MAX : count_touched(load, was);
	if (gone <= tenants_gone)
		return false;
	if (provider)
		before = count_served(was);
	else if (!darr_len(roster))
		engine_each(tenantd.engine, count_vrf, &before);
	return before > tenants_gone && gone >= before;
}

bool intake_holds(bool configured)
{
	return tenantd.held.text[0] && configuration_held == configured;
}

/* Told once, however often it is read meanwhile. */
static void tell_emptied(const struct reason *before)
{
	if (!strcmp(before->text, tenantd.held.text))
		return;
	flog_warn(EC_TENANT_EMPTIED, "%s", tenantd.held.text);
	status_changed();
}

/* before: what was held until now. */
static bool hold_if_emptied(struct load *load, bool configured, const struct reason *before)
{
	bool is_for_all;

	if (release_is_meant(load, configured))
		return false;
	is_for_all = is_emptied(load, configured);
	if (!is_for_all && (configured || !is_deserted(load)))
		return false;
	reason_set(
		&tenantd.held,
		"the %s has no tenants %s%s%sany more, which changes nothing here; put them back, or say \"tenant release\" if it is meant",
		configured ? "configuration" : "database", is_for_all ? "" : "for node ",
		is_for_all ? "" : tenantd.node, is_for_all ? "" : " ");
	tell_emptied(before);
	load_free(load);
	return true;
}

void intake_set_guard(uint32_t gone)
{
	bool again = gone != tenants_gone && tenantd.held.text[0];

	tenants_gone = gone;
	if (again)
		source_reload(configuration_held ? tenantd.configuration : tenantd.source);
}

/* ---- into the model ---- */

static void commit(struct load *load, bool configured)
{
	const struct source *source = configured ? tenantd.configuration : tenantd.source;
	int64_t written = load->written, noticed = source_noticed(source);
	uint32_t *touched = NULL;
	bool meant;

	tenants_missed = configured ? tenants_missed : 0;
	meant = release_judge(load, configured);
	moving_judge(load);
	model_commit(tenantd.model, load, &touched);
	verdict_judge(&touched);
	tracing_loaded(touched, written, noticed);
	straying_loaded(touched);
	guarding_loaded(touched);
	leaving_loaded(touched);
	engine_model_changed(tenantd.engine, tenantd.model, touched, noticed);
	release_judge_strangers(meant);
	status_settled();
}

/* ---- the database ---- */

/* marked is one of them. */
static void mark_clash(struct tenant *marked, const struct tenant *tenant,
		       const struct tenant *configured)
{
	struct reason *why = tenant_bad(marked);

	why->text[0] = '\0';
	if (!strcmp(tenant->name, configured->name))
		reason_set(
			why,
			"tenant %s is in database %s and in this node's configuration; take it out of one of them",
			tenant->name, source_location(tenantd.source));
	else
		reason_set(
			why,
			"id %u is tenant %s of database %s and tenant %s of this node's configuration; give one of them another id",
			tenant->id, tenant->name, source_location(tenantd.source),
			configured->name);
}

/* Takes out what a configured tenant keeps out; true where that one must say so. */
static bool leave_to_configuration(struct load *load)
{
	unsigned int kept = 0, before = darr_len(shadows);
	bool again = false;
	uint32_t *id;

	if (load->full)
		list_clear(shadows);
	darr_foreach_p (load->gone, id)
		list_del(shadows, *id);
	for (unsigned int i = 0; i < darr_len(load->tenants); i++) {
		struct tenant *tenant = load->tenants[i];
		const struct tenant *clash = list_clash(roster, tenant);

		list_del(shadows, tenant->id);
		if (clash && is_in_model(clash)) {
			list_put(&shadows, tenant);
			tenant_unref(tenant);
			again |= !clash->bad;
			continue;
		}
		if (clash)
			mark_clash(tenant, tenant, clash);
		load->tenants[kept++] = tenant;
	}
	if (load->tenants)
		darr_setlen(load->tenants, kept);
	return again || darr_len(shadows) != before;
}

static bool doubts_database(void *arg, const struct load *load)
{
	return model_is_bereft(tenantd.model, load);
}

static bool loaded_database(void *arg, struct load *load)
{
	bool configuration_again = load->provider != NULL;
	const struct reason before = tenantd.held;
	struct tenant **one;
	uint32_t *id;

	tenantd.held.text[0] = '\0';
	deadline_look();
	if (load->full)
		engine_all_is_new(tenantd.engine); /* to what may be another database */
	if (hold_if_emptied(load, false, &before))
		return false;
	if (configuration_held && !shared_by_database) {
		/* what is held names nodes of the old provider, and cannot be read again */
		load_free(load);
		return false;
	}
	shared_by_database |= load->provider != NULL;
	configuration_again |= leave_to_configuration(load);
	/* one that goes may be what kept a configured one out */
	darr_foreach_p (load->gone, id)
		darr_foreach_p (roster, one) {
			const struct tenant *known = model_tenant(tenantd.model, *id);

			configuration_again |= known && (known->id == (*one)->id ||
							 !strcmp(known->name, (*one)->name));
		}
	/* a full load takes the place of all there is: the configured ones stay */
	if (load->full)
		darr_foreach_p (roster, one)
			if (is_in_model(*one))
				*darr_append(load->tenants) = tenant_ref(*one);
	commit(load, false);
	/* at once: the engine plans in the next turn of the loop, and the configured
	 * tenants still name the nodes of the old provider
	 */
	if (configuration_again && tenantd.configured)
		source_reload(tenantd.configuration);
	return true;
}

static uint32_t *served_by_database(void *arg)
{
	const struct node *node = tenantd_own_node();
	const struct tenant *tenant = NULL;
	uint32_t *ids = NULL;

	while ((tenant = model_tenant_next(tenantd.model, tenant)))
		if (is_served(node, tenant))
			*darr_append(ids) = tenant->id;
	return ids;
}

static void loaded_operations(void *arg, const struct operation_row *list, bool anew)
{
	operating_loaded(list, anew);
}

/* ---- the configuration ---- */

static const struct provider *shared_provider(void *arg)
{
	return shared_by_database ? model_provider(tenantd.model) : NULL;
}

/* A full load says nothing of those that are gone. */
static void complete_gone(struct load *load)
{
	struct tenant **old, **one;

	if (!load->full)
		return;
	load->full = false;
	darr_foreach_p (roster, old) {
		bool there = false;

		darr_foreach_p (load->tenants, one)
			there |= (*one)->id == (*old)->id;
		if (!there)
			*darr_append(load->gone) = (*old)->id;
	}
}

/* Takes out what the database has, too; true where it must say so of its own. */
static bool leave_to_database(struct load *load)
{
	unsigned int kept = 0;
	bool again = false;
	uint32_t *id;

	darr_foreach_p (load->gone, id) {
		const struct tenant *old = list_find(roster, *id);

		/* what it kept out may come in, what it marked is well again */
		again |= old && (list_clash(shadows, old) || database_clash(old));
		list_del(roster, *id);
	}
	for (unsigned int i = 0; i < darr_len(load->gone); i++) {
		const struct tenant *known = model_tenant(tenantd.model, load->gone[i]);

		if (!known || known->configured)
			load->gone[kept++] = load->gone[i];
	}
	if (load->gone)
		darr_setlen(load->gone, kept);
	kept = 0;
	for (unsigned int i = 0; i < darr_len(load->tenants); i++) {
		struct tenant *tenant = load->tenants[i];

		const struct tenant *other = database_clash(tenant);

		list_put(&roster, tenant);
		if (other) {
			again |= !other->bad;
			tenant_unref(tenant);
			continue;
		}
		if (list_clash(shadows, tenant))
			mark_clash(tenant, list_clash(shadows, tenant), tenant);
		load->tenants[kept++] = tenant;
	}
	if (load->tenants)
		darr_setlen(load->tenants, kept);
	return again;
}

static void database_again_now(struct event *event)
{
	source_reload(tenantd.source);
}

static bool loaded_configuration(void *arg, struct load *load)
{
	const struct reason before = tenantd.held;
	bool database_again;

	tenantd.held.text[0] = '\0';
	database_again = configuration_held && !shared_by_database;
	configuration_held = hold_if_emptied(load, true, &before);
	if (configuration_held)
		return false;
	complete_gone(load);
	database_again |= leave_to_database(load);
	if (shared_by_database)
		load->revision = model_revision(tenantd.model);
	commit(load, true);
	if (database_again && tenantd.source)
		event_add_event(tenantd.loop, database_again_now, NULL, 0, &ev_database);
	engine_release_strangers(tenantd.engine, STRANGERS_UNHEARD);
	return true;
}

/* ---- problems ---- */

static void problem(void *arg, const char *sentence)
{
	tenantd.source_problem.text[0] = '\0';
	backend_source(!sentence);
	if (sentence) {
		reason_set(&tenantd.source_problem, "%s", sentence);
		flog_warn(EC_TENANT_DATABASE, "%s; the last good state stays in force", sentence);
	} else {
		zlog_notice("%s can be read", source_location(tenantd.source));
	}
}

static void configuration_problem(void *arg, const char *sentence)
{
	if (sentence)
		flog_warn(EC_TENANT_HELD, "configuration: %s", sentence);
}

/* ---- starting ---- */

void intake_init(const struct lyd_node *(*tree)(void *arg))
{
	static const struct source_cbs cbs = {
		.loaded = loaded_configuration,
		.problem = configuration_problem,
	};
	const struct config_host host = { .tree = tree, .shared = shared_provider };

	tenantd.configuration = source_config_new(tenantd.loop, &host, &cbs, NULL);
}

void intake_start(void)
{
	static const struct source_cbs cbs = {
		.loaded = loaded_database,
		.doubts = doubts_database,
		.in_force = served_by_database,
		.operations = loaded_operations,
		.problem = problem,
	};

	if (tenantd.database && !tenantd.source)
		tenantd.source = tenantd.database_kind->open(tenantd.loop, config_location(),
							     tenantd.node, &cbs, NULL);
	/* beside a database it is read when that has been */
	if (tenantd.configured && (!tenantd.database || shared_by_database))
		source_reload(tenantd.configuration);
}

void intake_stop(void)
{
	source_free(tenantd.source);
	source_free(tenantd.configuration);
	tenantd.source = tenantd.configuration = NULL;
	event_cancel(&ev_database);
	list_clear(roster);
	list_clear(shadows);
	darr_free(roster);
	darr_free(shadows);
}

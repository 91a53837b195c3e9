// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Between the sources and the model: what is handed in is judged, and merged.
 *
 * There may be a database, and there is this node's configuration, which is
 * usually empty.  Each hands in loads of its own; here they become loads of the
 * one model.  The database has the say about what tenants share, where there is
 * one; the configuration names nodes and wires, and so is read again when the
 * database's have changed.  A tenant that both have, by name or by id, is held
 * as it is, and its reason names both.
 */
#include <zebra.h>

#include <string.h>

#include "darr.h"
#include "log.h"

#include "errors.h"
#include "apply/engine.h"
#include "daemon/tenantd.h"
#include "northbound/backend.h"
#include "source/source.h"

/* The last tenant of all may go; more than that at once is no ordinary change. */
#define GONE_AT_ONCE_MAX 1

/* What the configuration has, whether or not it is in the model: few. */
static struct tenant **roster;
/* The model's provider is the database's. */
static bool shared_by_database;

/* ---- the configured tenants ---- */

static struct tenant *roster_find(uint32_t id)
{
	struct tenant **one;

	darr_foreach_p (roster, one)
		if ((*one)->id == id)
			return *one;
	return NULL;
}

/* The configured tenant that a database's tenant cannot stand beside. */
static const struct tenant *roster_clash(const struct tenant *tenant)
{
	struct tenant **one;

	darr_foreach_p (roster, one)
		if ((*one)->id == tenant->id || !strcmp((*one)->name, tenant->name))
			return *one;
	return NULL;
}

static void roster_del(uint32_t id)
{
	for (unsigned int i = 0; i < darr_len(roster); i++) {
		if (roster[i]->id != id)
			continue;
		tenant_unref(roster[i]);
		darr_remove(roster, i);
		return;
	}
}

static void roster_put(const struct tenant *tenant)
{
	roster_del(tenant->id);
	*darr_append(roster) = tenant_ref(tenant);
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

/* Tenants of the same origin that the model has. */
static size_t count_known(bool configured)
{
	size_t count = 0;
	struct tenant **one;

	darr_foreach_p (roster, one) {
		const struct tenant *known = model_tenant(tenantd.model, (*one)->id);

		count += known && known->configured;
	}
	return configured ? count : model_tenant_count(tenantd.model) - count;
}

/* VRFs of ours in the kernel speak for tenants that a fresh start has not seen. */
static bool count_vrf(void *arg, const struct engine_tenant *tenant)
{
	size_t *count = arg;

	*count += tenant->vrf[0] && tenant->have_count;
	return true;
}

static bool is_emptied(const struct load *load, bool configured)
{
	size_t before = count_known(configured), after = darr_len(load->tenants);

	if (!load->full)
		after += before - MIN(before, (size_t)darr_len(load->gone));
	if (!model_provider(tenantd.model) && !configured && !darr_len(roster))
		engine_each(tenantd.engine, count_vrf, &before);
	return after == 0 && before > GONE_AT_ONCE_MAX;
}

static bool hold_if_emptied(struct load *load, bool configured)
{
	if (!is_emptied(load, configured))
		return false;
	reason_set(
		&tenantd.held,
		"the %s has no tenants any more, which changes nothing here; put them back, or delete them one by one if it is meant",
		configured ? "configuration" : "database");
	flog_warn(EC_TENANT_EMPTIED, "%s", tenantd.held.text);
	load_free(load);
	status_changed();
	return true;
}

/* ---- into the model ---- */

static void commit(struct load *load, const struct source *source)
{
	int64_t written = load->written, noticed = source_noticed(source);
	uint32_t *touched = NULL;

	model_commit(tenantd.model, load, &touched);
	tracing_loaded(touched, written, noticed);
	engine_model_changed(tenantd.engine, tenantd.model, touched, noticed);
	status_changed();
}

/* ---- the database ---- */

static void mark_clash(struct tenant *tenant, const struct tenant *configured)
{
	struct reason *why = tenant_bad(tenant);

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

static bool loaded_database(void *arg, struct load *load)
{
	bool configuration_again = load->provider != NULL;
	struct tenant **one;
	uint32_t *id;

	tenantd.held.text[0] = '\0';
	if (load->full)
		engine_all_is_new(tenantd.engine); /* to what may be another database */
	if (hold_if_emptied(load, false))
		return false;
	shared_by_database |= load->provider != NULL;
	darr_foreach_p (load->tenants, one)
		if (roster_clash(*one))
			mark_clash(*one, roster_clash(*one));
	darr_foreach_p (load->gone, id)
		configuration_again |= roster_find(*id) != NULL;
	/* a full load takes the place of all there is: the configured ones stay */
	if (load->full)
		darr_foreach_p (roster, one) {
			const struct tenant *known = model_tenant(tenantd.model, (*one)->id);

			if (known && known->configured)
				*darr_append(load->tenants) = tenant_ref(*one);
		}
	commit(load, tenantd.source);
	if (configuration_again && tenantd.configured)
		source_reload(tenantd.configuration);
	return true;
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

	darr_foreach_p (load->gone, id)
		roster_del(*id);
	for (unsigned int i = 0; i < darr_len(load->gone); i++) {
		const struct tenant *known = model_tenant(tenantd.model, load->gone[i]);

		if (known && !known->configured)
			again = true;
		else
			load->gone[kept++] = load->gone[i];
	}
	if (load->gone)
		darr_setlen(load->gone, kept);
	kept = 0;
	for (unsigned int i = 0; i < darr_len(load->tenants); i++) {
		struct tenant *tenant = load->tenants[i];

		roster_put(tenant);
		if (database_clash(tenant)) {
			again = true;
			tenant_unref(tenant);
		} else {
			load->tenants[kept++] = tenant;
		}
	}
	if (load->tenants)
		darr_setlen(load->tenants, kept);
	return again;
}

static bool loaded_configuration(void *arg, struct load *load)
{
	bool database_again;

	tenantd.held.text[0] = '\0';
	if (hold_if_emptied(load, true))
		return false;
	complete_gone(load);
	database_again = leave_to_database(load);
	if (shared_by_database)
		load->revision = model_revision(tenantd.model);
	commit(load, tenantd.configuration);
	if (database_again)
		source_reload(tenantd.source);
	engine_release_strangers(tenantd.engine);
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
	static const struct source_cbs cbs = { .loaded = loaded_database, .problem = problem };

	if (tenantd.database && !tenantd.source)
		tenantd.source = source_sqlite_new(tenantd.loop, tenantd.database, &cbs, NULL);
	/* beside a database it is read when that has been */
	if (tenantd.configured && (!tenantd.database || shared_by_database))
		source_reload(tenantd.configuration);
}

void intake_stop(void)
{
	source_free(tenantd.source);
	source_free(tenantd.configuration);
	tenantd.source = tenantd.configuration = NULL;
	while (darr_len(roster))
		roster_del(roster[0]->id);
	darr_free(roster);
}

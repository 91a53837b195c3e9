// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What tenantd says of itself: the container state, built as one tree when it is
 * asked for, and freed when the answer is on its way.
 *
 * FRR 10.7 loses a few bytes for each list without entries that it walks in such
 * a tree (_get_node_other_tree()), so lists that may be empty are not put into
 * the entries of others.
 */
#include <zebra.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <libyang/libyang.h>

#include "printfrr.h"
#include "yang.h"

#include "clock.h"
#include "apply/engine.h"
#include "daemon/straying.h"
#include "daemon/tenantd.h"
#include "model/presence.h"
#include "northbound.h"
#include "northbound/nb_priv.h"
#include "source/source.h"
#include "trace/trace.h"

#define STRAYS_IN_STATE 1000 /* of a tenant */

/* ---- making nodes ---- */

void nb_put(struct lyd_node *parent, const char *name, const char *fmt, ...)
{
	char text[STRAY_SENTENCE_SIZE];
	va_list ap;

	va_start(ap, fmt);
	vsnprintfrr(text, sizeof(text), fmt, ap);
	va_end(ap);
	/* a text that the schema would not have is left out */
	if (text[0])
		lyd_new_term(parent, NULL, name, text, 0, NULL);
}

static struct lyd_node *add_container(struct lyd_node *parent, const char *name)
{
	struct lyd_node *node = NULL;

	lyd_new_inner(parent, NULL, name, false, &node);
	return node;
}

struct lyd_node *nb_add_entry(struct lyd_node *parent, const char *name, const char *fmt, ...)
{
	struct lyd_node *node = NULL;
	char keys[300];
	va_list ap;

	va_start(ap, fmt);
	vsnprintfrr(keys, sizeof(keys), fmt, ap);
	va_end(ap);
	lyd_new_list2(parent, NULL, name, keys, 0, &node);
	return node;
}

const char *nb_time(int64_t us, char buf[static NB_TIME_SIZE])
{
	time_t second = us / 1000000;
	size_t length;
	struct tm tm;

	gmtime_r(&second, &tm);
	length = strftime(buf, NB_TIME_SIZE, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(buf + length, NB_TIME_SIZE - length, ".%06dZ", (int)(us % 1000000));
	return buf;
}

/* ---- the node ---- */

static void put_node(struct lyd_node *state, const struct engine_stats *stats)
{
	struct lyd_node *apply = add_container(state, "last-apply");
	struct lyd_node *counters = add_container(state, "counters");

	nb_put(state, "node", "%s", tenantd.node ? tenantd.node : "");
	nb_put(state, "revision", "%" PRIu64, stats->revision);
	nb_put(state, "problem", "%s", show_node_problem(stats) ? show_node_problem(stats) : "");
	nb_put(state, "busy", "%s", stats->busy ? "true" : "false");
	nb_put(apply, "duration", "%" PRId64, stats->last_us);
	nb_put(counters, "batches", "%" PRIu64, stats->batches);
	nb_put(counters, "added", "%" PRIu64, stats->added);
	nb_put(counters, "updated", "%" PRIu64, stats->updated);
	nb_put(counters, "deleted", "%" PRIu64, stats->deleted);
	nb_put(counters, "failed", "%" PRIu64, stats->failed);
}

static void put_source(struct lyd_node *state, const struct source *source, const char *name,
		       size_t tenants)
{
	struct lyd_node *entry;
	const char *problem;
	int64_t since;

	if (!source)
		return;
	entry = nb_add_entry(state, "source", "[name='%s']", name);
	problem = source_problem(source, &since);
	nb_put(entry, "location", "%s", source_location(source));
	nb_put(entry, "readable", "%s", since ? "false" : "true");
	nb_put(entry, "problem", "%s", problem);
	nb_put(entry, "revision", "%" PRIu64, source_revision(source));
	nb_put(entry, "lag", "%" PRId64, since ? (clock_us() - since) / 1000 : 0);
	nb_put(entry, "tenants", "%zu", tenants);
}

/* ---- tenants ---- */

static void put_traced(struct lyd_node *state, const char *tenant, const struct traced *traced)
{
	char text[IPNET_TEXT_SIZE], at[NB_TIME_SIZE];
	struct lyd_node *subnet, *entry;

	subnet = nb_add_entry(state, "subnet", "[tenant='%s'][prefix='%s']", tenant,
			      ipnet_format(&traced->prefix, text));
	if (!subnet)
		return;
	if (traced->written)
		nb_put(subnet, "written", "%s", nb_time(traced->written, at));
	for (int stage = 0; stage < STAGE_COUNT; stage++) {
		if (!traced->at[stage])
			continue;
		entry = nb_add_entry(subnet, "stage", "[stage='%s']", stage_names[stage]);
		if (!entry)
			continue;
		nb_put(entry, "at", "%s", nb_time(traced->at[stage], at));
		if (traced->written)
			nb_put(entry, "after", "%" PRId64, traced->at[stage] - traced->written);
	}
}

static void put_strays(struct lyd_node *state, const struct tenant *tenant)
{
	const struct stray *stray = NULL, *last = NULL;
	char text[IPNET_TEXT_SIZE], at[NB_TIME_SIZE], sentence[STRAY_SENTENCE_SIZE];

	for (int count = 0; count < STRAYS_IN_STATE; last = stray) {
		struct lyd_node *entry;

		stray = straying_of_tenant(tenant->id, stray);
		if (!stray)
			return;
		/* with another metric */
		if (last && last->kind == stray->kind && !ipnet_cmp(&last->net, &stray->net))
			continue;
		count++;
		entry = nb_add_entry(state, "stray", "[tenant='%s'][kind='%s'][prefix='%s']",
				     tenant->name, stray_kind_names[stray->kind],
				     ipnet_format(&stray->net, text));
		if (!entry)
			return;
		nb_put(entry, "since", "%s", nb_time(stray->since, at));
		nb_put(entry, "reason", "%s", straying_sentence(stray, sentence));
	}
}

static void put_egress(struct lyd_node *entry, const struct tenant *tenant)
{
	const struct node *node = tenantd_own_node();

	nb_put(entry, "egress", "%s", egress_names[tenant->egress]);
	nb_put(entry, "active-site", "%s", operating_site(tenant->active_site_id));
	nb_put(entry, "recovery-site", "%s", operating_site(tenant->recovery_site_id));
	if (node && node_stands_by(tenant, node))
		nb_put(entry, "stands-by", "true");
}

static bool put_tenant(void *arg, const struct engine_tenant *tenant)
{
	const struct tenant *row = model_tenant(tenantd.model, tenant->tenant_id);
	struct lyd_node *state = arg, *entry;
	const struct traced *list;
	size_t count = 0;

	if (!tenant->vrf[0] ||
	    (!tenant->want_count && !tenant->have_count && tenant->health == HEALTH_OK))
		return true;
	entry = nb_add_entry(state, "tenant", "[name='%s']", row ? row->name : tenant->vrf);
	if (!entry)
		return true;
	nb_put(entry, "vrf", "%s", tenant->vrf);
	if (row)
		nb_put(entry, "source", "%s", row->configured ? "configuration" : "database");
	nb_put(entry, "health", "%s", health_names[tenant->health]);
	nb_put(entry, "reason", "%s", tenant->reason);
	nb_put(entry, "objects-wanted", "%zu", tenant->want_count);
	nb_put(entry, "objects-in-place", "%zu", tenant->have_count);
	nb_put(entry, "changes", "%" PRIu64, tenant->changes);
	list = row ? tracing_of_tenant(row->id, &count) : NULL;
	for (size_t i = 0; i < count; i++)
		put_traced(state, row->name, &list[i]);
	if (!row)
		return true;
	put_egress(entry, row);
	put_strays(state, row);
	nb_put_sites(state, row);
	return true;
}

/* Configured, and in no model yet. */
static void put_unborn(void *arg, const char *name, const char *sentence)
{
	struct lyd_node *state = arg, *entry = nb_add_entry(state, "tenant", "[name='%s']", name);

	if (!entry)
		return;
	nb_put(entry, "source", "configuration");
	nb_put(entry, "health", "%s", health_names[HEALTH_FAILED]);
	nb_put(entry, "reason", "%s", sentence);
}

/* ---- the tree ---- */

const struct lyd_node *nb_state_tree(const char *xpath, void **user_lock)
{
	struct lyd_node *state = NULL, *root = NULL;
	struct engine_stats stats;

	yang_new_path2(NULL, ly_native_ctx, NB_ROOT "/state", NULL, 0, 0, &root, &state);
	if (!state)
		return NULL;
	engine_stats(tenantd.engine, &stats);
	put_node(state, &stats);
	put_source(state, tenantd.source, "database", intake_tenants(false));
	put_source(state, tenantd.configured ? tenantd.configuration : NULL, "configuration",
		   intake_tenants(true));
	engine_each(tenantd.engine, put_tenant, state);
	nb_put_operations(state);
	source_config_unborn(tenantd.configuration, put_unborn, state);
	return root;
}

void nb_state_free(const struct lyd_node *tree, void *user_lock)
{
	lyd_free_all((struct lyd_node *)tree);
}

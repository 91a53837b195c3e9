// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The OVN source: OVN's Northbound database, followed by a monitor.
 *
 * Rows come in with every transaction; of these it is found out whom they concern, and only these
 * tenants are made anew.  All are where everything came, and where what they share is another.
 */
#include <zebra.h>

#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include <json-c/json.h>

#include "darr.h"
#include "log.h"
#include "memory.h"
#include "printfrr.h"

#include "clock.h"
#include "errors.h"
#include "model/same.h"
#include "ovn/ovn_claims.h"
#include "ovn/ovn_map.h"
#include "ovn/ovn_provider.h"
#include "ovn/ovn_rows.h"
#include "ovn/ovsdb.h"
#include "ovn/ovsdb_channel.h"
#include "source/source_priv.h"

DECLARE_MGROUP(TENANT_SOURCE);
DEFINE_MTYPE_STATIC(TENANT_SOURCE, OVN, "OVN source");
DEFINE_MTYPE_STATIC(TENANT_SOURCE, OVN_LOCATION, "OVN location");

#define DATABASE     "OVN_Northbound"
#define PROVIDER_KEY "tn-provider"
#define LOCATION_MAX 480 /* tenantd keeps it as it is, with the words before it */

struct ovn_source {
	struct source base;
	struct ovsdb *ovsdb;
	struct ovn_rows *rows;     /* NULL: none have come yet */
	struct ovn_rows *coming;   /* of an answer that has not ended; NULL: none */
	struct ovn_claims *claims; /* of the rows; NULL with them */
	struct provider
		*provider;      /* that the tenants were made with; NULL: none that can be used */
	bool all;               /* the next load must have everything */
	bool counted;           /* who is none of ours has been told */
	struct reason unusable; /* why the rows make no load; "" */
};

static struct ovn_source *ovn_of(const struct source *base)
{
	return (struct ovn_source *)container_of(base, struct ovn_source, base);
}

/* ---- what all share ---- */

/* The document that the database has now; NULL with a sentence. */
static struct provider *read_provider(struct ovn_source *source, struct reason *why)
{
	const struct ovn_row *global = ovn_rows_next(source->rows, OVN_GLOBAL, NULL);
	const char *text = global ? ovn_row_key(global, OVN_EXTERNAL_IDS, PROVIDER_KEY) : NULL;
	struct provider *provider = NULL;
	struct reason what = {};

	if (text)
		provider = ovn_provider(text, &what);
	else
		reason_set(&what, "it is not there; \"tenantctl export --provider\" writes one");
	if (!provider)
		reason_set(why, "NB_Global: external_ids:tn-provider: %s", what.text);
	return provider;
}

/* ---- tenants ---- */

/* What a router is, with what it was: a number that is no number does not take the tenant away. */
static uint32_t router_tenant(struct ovn_source *source, const struct ovn_row *router)
{
	struct reason why = {};
	uint32_t id = 0;

	if (!router || ovn_router_id(router, &id, &why) || !why.text[0])
		return id;
	id = ovn_claims_tenant(source->claims, router->uuid);
	if (!id)
		flog_warn(EC_TENANT_HELD, "%s; it is no tenant until that is corrected", why.text);
	return id;
}

static void claim_router(struct ovn_source *source, const char *uuid, uint32_t **touched)
{
	const struct ovn_row *router = ovn_rows_find(source->rows, OVN_ROUTER, uuid);
	uint32_t id = router_tenant(source, router);
	struct ovn_claim *list = NULL;
	struct tenant *tenant = NULL;

	if (id)
		tenant = ovn_tenant(source->rows, router, id, source->provider, &list);
	ovn_claims_set(source->claims, uuid, id, list, touched);
	darr_free(list);
	tenant_unref(tenant);
}

static void load_tenant(struct ovn_source *source, uint32_t id, struct load *load)
{
	const char *uuid = ovn_claims_router(source->claims, id);
	struct reason why = {};
	struct tenant *tenant;

	if (!uuid) {
		*darr_append(load->gone) = id;
		return;
	}
	tenant = ovn_tenant(source->rows, ovn_rows_find(source->rows, OVN_ROUTER, uuid), id,
			    source->provider, NULL);
	if (!ovn_claims_judge(source->claims, source->rows, uuid, &why))
		*tenant_bad(tenant) = why;
	*darr_append(load->tenants) = tenant;
}

static int by_id(const void *a, const void *b)
{
	return numcmp(*(const uint32_t *)a, *(const uint32_t *)b);
}

/* In order of ids, each once. */
static void load_tenants(struct ovn_source *source, uint32_t *touched, struct load *load)
{
	if (darr_len(touched) > 1)
		qsort(touched, darr_len(touched), sizeof(*touched), by_id);
	for (unsigned int i = 0; i < darr_len(touched); i++)
		if (!i || touched[i] != touched[i - 1])
			load_tenant(source, touched[i], load);
}

/* ---- loads ---- */

/* That moment of monotonic time, in whole milliseconds since 1970, as a database says it. */
static int64_t written_us(int64_t at)
{
	struct timeval now;

	gettimeofday(&now, NULL);
	return ((int64_t)now.tv_sec * 1000000 + now.tv_usec - (clock_us() - at)) / 1000 * 1000;
}

static void hand_over(struct ovn_source *source, struct load *load)
{
	load->revision = ++source->base.revision;
	if (!load->full)
		load->written = written_us(source->base.noticed);
	if (!source->base.cbs.loaded(source->base.arg, load))
		source->all = true;
}

static void count_others(struct ovn_source *source)
{
	const struct ovn_row *router = NULL;
	unsigned int ours = 0, others = 0;

	while ((router = ovn_rows_next(source->rows, OVN_ROUTER, router)))
		if (ovn_claims_tenant(source->claims, router->uuid))
			ours++;
		else
			others++;
	if (!source->counted)
		zlog_notice("%s: %u logical routers are tenants, %u have no external_ids:tn-id",
			    source->base.location, ours, others);
	source->counted = true;
}

/* Everything that the rows say. */
static void load_all(struct ovn_source *source)
{
	struct load *load = load_new();
	const struct ovn_row *router = NULL;
	uint32_t *touched = NULL;

	ovn_claims_prune(source->claims, source->rows);
	while ((router = ovn_rows_next(source->rows, OVN_ROUTER, router)))
		claim_router(source, router->uuid, &touched);
	load_tenants(source, touched, load);
	darr_free(touched);
	darr_free(load->gone); /* it says who there is */
	load->full = true;
	load->provider = provider_ref(source->provider);
	source->all = false;
	count_others(source);
	hand_over(source, load);
}

static void load_touched(struct ovn_source *source, const struct ovn_touched *changed)
{
	struct load *load = load_new();
	uint32_t *touched = NULL;

	for (unsigned int i = 0; i < darr_len(changed->routers); i++)
		claim_router(source, changed->routers[i], &touched);
	load_tenants(source, touched, load);
	darr_free(touched);
	if (darr_len(load->tenants) || darr_len(load->gone))
		hand_over(source, load);
	else
		load_free(load);
}

/* ---- what comes ---- */

/* The problem that there is with the rows, or none. */
static void take_provider(struct ovn_source *source)
{
	struct reason why = {};
	struct provider *fresh = read_provider(source, &why);

	source->unusable = why;
	source_set_problem(&source->base, &why);
	if (!fresh)
		return;
	if (source->provider && provider_is_same(source->provider, fresh)) {
		provider_unref(fresh); /* somebody else's key has changed */
		return;
	}
	provider_unref(source->provider);
	source->provider = fresh;
	source->all = true;
}

static bool take_row(void *arg, const char *table, const char *uuid, struct json_object *change,
		     struct reason *why)
{
	struct ovn_source *source = arg;

	if (!source->coming)
		source->coming = ovn_rows_new();
	return ovn_rows_take(source->coming, table, uuid, change, why) == 0;
}

static void drop_coming(void *arg)
{
	struct ovn_source *source = arg;

	ovn_rows_free(source->coming);
	source->coming = NULL;
}

/* Those that have come are all there are. */
static void take_all(struct ovn_source *source)
{
	ovn_rows_free(source->rows);
	source->rows = source->coming ? source->coming : ovn_rows_new();
	source->coming = NULL;
	source->all = true;
	take_provider(source);
}

static bool update(void *arg, struct json_object *updates, bool all, struct reason *why)
{
	struct ovn_source *source = arg;
	struct ovn_touched touched = {};
	bool ok = true;

	source->base.noticed = clock_us();
	if (all)
		take_all(source);
	else
		ok = ovn_rows_update(source->rows, updates, &touched, why) == 0;
	if (ok && touched.shared)
		take_provider(source);
	if (ok && !source->unusable.text[0]) {
		if (source->all)
			load_all(source);
		else
			load_touched(source, &touched);
	} else {
		source->all = true;
	}
	ovn_touched_fini(&touched);
	return ok;
}

static void alive(void *arg)
{
	struct ovn_source *source = arg;

	source->base.seen = clock_us();
}

/* Of the database; where it can be followed, of what it says. */
static void problem(void *arg, const struct reason *why)
{
	struct ovn_source *source = arg;

	source_set_problem(&source->base, why->text[0] ? why : &source->unusable);
}

/* ---- the interface ---- */

static void free_source(struct source *base)
{
	struct ovn_source *source = ovn_of(base);

	ovsdb_free(source->ovsdb);
	ovn_claims_free(source->claims);
	ovn_rows_free(source->rows);
	ovn_rows_free(source->coming);
	provider_unref(source->provider);
	XFREE(MTYPE_OVN, source);
}

/* What has come is all there is: a monitor needs not be asked. */
static void reload(struct source *base)
{
	struct ovn_source *source = ovn_of(base);

	source->all = true;
	if (!source->rows || source->unusable.text[0])
		return;
	base->noticed = clock_us();
	load_all(source);
}

static const struct source_ops ovn_ops = {
	.free = free_source,
	.reload = reload,
};

static bool check(const char *location, struct reason *why)
{
	struct ovsdb_place place;

	if (strlen(location) > LOCATION_MAX) {
		reason_set(why,
			   "the servers and files of OVN's database take more than %d characters",
			   LOCATION_MAX);
		return false;
	}
	if (!ovsdb_place_parse(location, &place, why))
		return false;
	ovsdb_place_fini(&place);
	return true;
}

static struct source *open_source(struct event_loop *loop, const char *location, const char *node,
				  const struct source_cbs *cbs, void *arg)
{
	static const struct ovsdb_cbs ovsdb_cbs = {
		.row = take_row,
		.broken = drop_coming,
		.update = update,
		.alive = alive,
		.problem = problem,
	};
	struct ovn_source *source = XCALLOC(MTYPE_OVN, sizeof(*source));
	char *text = asprintfrr(MTYPE_OVN_LOCATION, "ovn %s", location);

	source_init(&source->base, &ovn_ops, loop, cbs, arg, text);
	XFREE(MTYPE_OVN_LOCATION, text);
	source->claims = ovn_claims_new();
	source->all = true;
	source->ovsdb =
		ovsdb_new(loop, location, DATABASE, ovn_rows_requests(), &ovsdb_cbs, source);
	return &source->base;
}

const struct source_kind source_ovn = {
	.name = "ovn",
	.command = "tenant database ovn SERVERS",
	.help = "Tenant networks\n"
		"Where the tenants are\n"
		"OVN's Northbound database\n"
		"unix:/PATH, tcp:ADDRESS:PORT or ssl:ADDRESS:PORT, with commas between several\n",
	.check = check,
	.open = open_source,
};

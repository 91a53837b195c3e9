// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The configuration as a source: what has changed since it was read, and what
 * it had then.
 *
 * The callbacks of the northbound only say which tenant, or that something all
 * tenants share, has changed; the tree is read once for all of them.  What was
 * read is remembered by name and id, because a tree no longer says what a tenant
 * was that has gone from it.
 *
 * Configuration is typed, or pasted, line by line, and each line is a transaction
 * of its own.  So it is read when no more has come for QUIET_MS: a tenant is not
 * made of its first lines, and what tenantd writes into mgmtd for it does not
 * lock out the next line of whoever is typing (FRR 10.7 refuses it then).
 */
#include <zebra.h>

#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "darr.h"
#include "frrevent.h"
#include "jhash.h"
#include "memory.h"
#include "typesafe.h"

#include "clock.h"
#include "source/source_priv.h"
#include "source/tree.h"

DECLARE_MGROUP(TENANT_SOURCE);
DEFINE_MTYPE_STATIC(TENANT_SOURCE, CONFIG, "configuration source");
DEFINE_MTYPE_STATIC(TENANT_SOURCE, CONFIGURED, "configured tenant");

#define QUIET_MS   200
#define AT_MOST_MS 2000 /* of a stream of changes that never ends */

PREDECL_HASH(configured_hash);

/* A tenant that is configured, or was when it was read last. */
struct configured {
	struct configured_hash_item item;
	char name[TENANT_NAME_MAX + 1];
	uint32_t id; /* it was loaded with; 0: it was not */
	bool changed;
	struct reason unborn; /* why it was not */
};

static int configured_cmp(const struct configured *a, const struct configured *b)
{
	return strcmp(a->name, b->name);
}

static uint32_t configured_key(const struct configured *configured)
{
	return jhash(configured->name, strlen(configured->name), 0x7e4a47);
}

DECLARE_HASH(configured_hash, struct configured, item, configured_cmp, configured_key);

struct config_source {
	struct source base;
	struct config_host host;
	struct configured_hash_head tenants[1];
	bool started, has_read;
	bool shared_changed, all_changed;
	int64_t first_change; /* us monotonic: the oldest that has not been read; 0: none */
	struct event *ev_read;
};

static struct config_source *config_of(const struct source *base)
{
	return (struct config_source *)container_of(base, struct config_source, base);
}

/* ---- who there is ---- */

static struct configured *configured_get(struct config_source *source, const char *name)
{
	struct configured key, *found;

	strlcpy(key.name, name, sizeof(key.name));
	found = configured_hash_find(source->tenants, &key);
	if (found)
		return found;
	found = XCALLOC(MTYPE_CONFIGURED, sizeof(*found));
	strlcpy(found->name, name, sizeof(found->name));
	configured_hash_add(source->tenants, found);
	return found;
}

static const struct configured *holder_of(struct config_source *source, uint32_t id,
					  const struct configured *except)
{
	struct configured *one;

	frr_each (configured_hash, source->tenants, one)
		if (one != except && one->id == id)
			return one;
	return NULL;
}

static void mark_all(struct config_source *source)
{
	const char **names = NULL, **name;
	struct configured *one;

	frr_each (configured_hash, source->tenants, one)
		one->changed = true;
	tree_tenant_names(source->host.tree(source->base.arg), &names);
	darr_foreach_p (names, name)
		configured_get(source, *name)->changed = true;
	darr_free(names);
}

/* ---- reading ---- */

/* The id has another owner: the one who had it first keeps it. */
static bool is_taken(struct config_source *source, struct configured *one, uint32_t id)
{
	const struct configured *holder = holder_of(source, id, one);

	if (!holder)
		return false;
	one->unborn.text[0] = '\0';
	reason_set(&one->unborn,
		   "tenants %s and %s have the same id %u in the configuration; give %s another",
		   holder->name, one->name, id, one->name);
	return true;
}

static void read_tenant(struct config_source *source, struct configured *one,
			const struct provider *provider, struct load *load)
{
	const struct lyd_node *tree = source->host.tree(source->base.arg);
	struct tenant *tenant;
	uint32_t old = one->id;

	one->unborn.text[0] = '\0';
	tenant = tree_tenant(tree, one->name, provider, old, &one->unborn);
	if (tenant && tenant->id != old && is_taken(source, one, tenant->id)) {
		tenant_unref(tenant);
		tenant = NULL;
	}
	one->id = tenant ? tenant->id : 0;
	if (old && old != one->id)
		*darr_append(load->gone) = old;
	if (tenant)
		*darr_append(load->tenants) = tenant;
}

static int by_name(const void *a, const void *b)
{
	return strcmp((*(struct configured *const *)a)->name,
		      (*(struct configured *const *)b)->name);
}

/* In order of names, so that the same configuration gives the same loads; those
 * that were loaded before come first, and keep what they have.
 */
static void read_changed(struct config_source *source, const struct provider *provider,
			 struct load *load)
{
	struct configured **changed = NULL, **at, *one;

	frr_each (configured_hash, source->tenants, one)
		if (one->changed)
			*darr_append(changed) = one;
	if (darr_len(changed) > 1)
		qsort(changed, darr_len(changed), sizeof(*changed), by_name);
	for (int loaded = 1; loaded >= 0; loaded--)
		darr_foreach_p (changed, at)
			if ((*at)->changed && (loaded == ((*at)->id != 0))) {
				(*at)->changed = false;
				read_tenant(source, *at, provider, load);
			}
	darr_foreach_p (changed, at)
		if (!(*at)->id && !(*at)->unborn.text[0]) {
			configured_hash_del(source->tenants, *at);
			XFREE(MTYPE_CONFIGURED, *at);
		}
	darr_free(changed);
}

/* An id that one of them gave up may be what another waits for. */
static void mark_unborn(struct config_source *source)
{
	struct configured *one;

	frr_each (configured_hash, source->tenants, one)
		if (one->unborn.text[0])
			one->changed = true;
}

/* That moment of monotonic time, in whole milliseconds since 1970: as a database
 * says it, and never behind what is noticed.
 */
static int64_t written_us(int64_t at)
{
	struct timeval now;

	gettimeofday(&now, NULL);
	return ((int64_t)now.tv_sec * 1000000 + now.tv_usec - (clock_us() - at)) / 1000 * 1000;
}

static void read_now(struct config_source *source)
{
	const struct provider *shared = source->host.shared(source->base.arg);
	struct load *load = load_new();
	struct provider *own = NULL;
	bool full = source->all_changed;
	struct reason why = {};

	source->base.seen = clock_us();
	source->base.noticed = source->first_change ? source->first_change : clock_us();
	source->first_change = 0;
	if (!shared)
		own = tree_provider(source->host.tree(source->base.arg), &why);
	if (source->shared_changed || source->all_changed)
		mark_all(source);
	mark_unborn(source);
	if (own && (source->shared_changed || source->all_changed))
		load->provider = provider_ref(own);
	source->shared_changed = source->all_changed = false;
	read_changed(source, shared ? shared : own, load);
	provider_unref(own);
	load->revision = ++source->base.revision;
	load->full = full;
	load->written = source->has_read ? written_us(source->base.noticed) : 0;
	source->has_read = true;
	source_set_problem(&source->base, &why);
	if (!source->base.cbs.loaded(source->base.arg, load))
		source->all_changed = true; /* at the next change */
}

static void quiet(struct event *event)
{
	read_now(EVENT_ARG(event));
}

static void read_when_quiet(struct config_source *source)
{
	int64_t now = clock_us();

	if (!source->started)
		return;
	if (!source->first_change)
		source->first_change = now;
	if (event_is_scheduled(source->ev_read) &&
	    now - source->first_change > AT_MOST_MS * INT64_C(1000))
		return;
	event_cancel(&source->ev_read);
	event_add_timer_msec(source->base.loop, quiet, source, QUIET_MS, &source->ev_read);
}

/* ---- the interface ---- */

void source_config_changed(struct source *base, const char *tenant)
{
	struct config_source *source = config_of(base);

	if (tenant)
		configured_get(source, tenant)->changed = true;
	else
		source->shared_changed = true;
	read_when_quiet(source);
}

void source_config_unborn(const struct source *base,
			  void (*each)(void *arg, const char *tenant, const char *sentence),
			  void *arg)
{
	struct config_source *source = config_of(base);
	struct configured *one;

	frr_each (configured_hash, source->tenants, one)
		if (one->unborn.text[0])
			each(arg, one->name, one->unborn.text);
}

static void reload(struct source *base)
{
	struct config_source *source = config_of(base);

	source->started = true;
	source->all_changed = true;
	event_cancel(&source->ev_read);
	read_now(source);
}

static void free_source(struct source *base)
{
	struct config_source *source = config_of(base);
	struct configured *one;

	event_cancel(&source->ev_read);
	while ((one = configured_hash_pop(source->tenants)))
		XFREE(MTYPE_CONFIGURED, one);
	configured_hash_fini(source->tenants);
	XFREE(MTYPE_CONFIG, source);
}

static const struct source_ops config_ops = {
	.free = free_source,
	.reload = reload,
};

struct source *source_config_new(struct event_loop *loop, const struct config_host *host,
				 const struct source_cbs *cbs, void *arg)
{
	struct config_source *source = XCALLOC(MTYPE_CONFIG, sizeof(*source));

	source_init(&source->base, &config_ops, loop, cbs, arg, "configuration");
	source->host = *host;
	configured_hash_init(source->tenants);
	return &source->base;
}

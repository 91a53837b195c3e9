// SPDX-License-Identifier: GPL-2.0-or-later
/* Bringing one node in step with the model: who is dirty, planned, retried. */
#include <zebra.h>

#include <malloc.h>
#include <string.h>

#include "darr.h"
#include "frrevent.h"
#include "log.h"
#include "memory.h"

#include "clock.h"
#include "errors.h"
#include "apply/engine_priv.h"
#include "apply/kernel.h"
#include "plan/plan.h"
#include "plan/validate.h"

DECLARE_MGROUP(TENANT_APPLY);
DEFINE_MTYPE_STATIC(TENANT_APPLY, ENGINE, "engine");

#define RETRY_FIRST_S 1
#define RETRY_LAST_S  60
#define MANY_PLACES   100 /* to change so many leaves free memory worth giving back */

const char *const health_names[] = {
	[HEALTH_OK] = "ok",
	[HEALTH_WAITING] = "waiting",
	[HEALTH_FAILED] = "failed",
};

static struct place *place_of_tenant(struct engine *engine, uint32_t tenant_id)
{
	struct place key = { .tenant_id = tenant_id };

	return place_ids_find(engine->tenants, &key);
}

void engine_count_repair(struct engine *engine, enum engine_repair repair)
{
	engine->stats.repairs[repair]++;
}

/* ---- planning ---- */

static const struct node *engine_node(struct engine *engine)
{
	const struct provider *provider = engine->model ? model_provider(engine->model) : NULL;
	const struct node *node;

	engine->problem.text[0] = '\0';
	if (!provider) {
		reason_set(&engine->problem, "the tenant database has not been read yet");
		return NULL;
	}
	node = provider_node_by_name(provider, engine->node_name);
	if (!node)
		reason_set(
			&engine->problem,
			"node %s is not in the tenant database; add it with \"tenantctl add node %s\"",
			engine->node_name, engine->node_name);
	return node;
}

static void plan_node_part(struct engine *engine, struct place *place, const struct node *node)
{
	struct objects want = {}, *have = place_have(place);
	unsigned int kept = 0;

	plan_node(model_provider(engine->model), node, &want);
	/* what sysctls are is read anew: others write them too */
	for (unsigned int i = 0; i < darr_len(have->list); i++)
		if (have->list[i].kind != OBJ_SYSCTL && have->list[i].kind != OBJ_LOCAL_RULE)
			have->list[kept++] = have->list[i];
	if (have->list)
		darr_setlen(have->list, kept);
	kernel_skip_met(engine->kernel, &want);
	place_set_want(place, &want);
}

/* By its rows, or by what would be made of them. */
static bool tenant_is_refused(const struct engine *engine, const struct tenant *tenant,
			      struct reason *why)
{
	struct reason *findings = NULL;
	const char *verdict;

	if (validate_tenant(engine->model, tenant, &findings)) {
		*why = findings[0];
		darr_free(findings);
		return true;
	}
	verdict = engine->host.refused(tenant->id);
	if (verdict)
		strlcpy(why->text, verdict, sizeof(why->text));
	return verdict != NULL;
}

/* False where the tenant must be held as it is. */
static bool plan_place(struct engine *engine, struct place *place, const struct node *node)
{
	const struct tenant *tenant = model_tenant(engine->model, place->tenant_id);
	struct reason why;

	place->judged = true;
	place->unplanned = false;
	if (!place->vrf[0]) {
		plan_node_part(engine, place, node);
		return true;
	}
	if (!tenant && engine->strangers_stay && !place->planned.tenant) {
		place_set_health(place, HEALTH_WAITING);
		place->reason.text[0] = '\0';
		reason_set(
			&place->reason, "nobody knows VRF %s; %s", place->vrf,
			engine->strangers_stay & STRANGERS_UNHEARD
				? "it stays until the configuration in mgmtd has been read, which may"
				: "it stays with many others, until somebody says that they may go (tenant release)");
		return false;
	}
	if (tenant && tenant_roles_on(tenant, node->id) &&
	    tenant_is_refused(engine, tenant, &why)) {
		place_set_health(place, HEALTH_FAILED);
		place->reason = why;
		flog_warn(EC_TENANT_HELD, "%s: held as it is: %s", place->vrf, place->reason.text);
		return false;
	}
	place_set_plan(place, model_provider(engine->model), tenant, node);
	if (tenant)
		engine->host.planned(tenant->id);
	if (!place_want_count(place))
		place_set_tenant(place, 0);
	return true;
}

/* ---- batches ---- */

static void run_batch(struct event *event);

void engine_schedule(struct engine *engine)
{
	if (batch_is_running(engine) || !place_list_count(engine->dirty))
		return;
	event_add_event(engine->loop, run_batch, engine, 0, &engine->ev_batch);
}

static void run_batch(struct event *event)
{
	struct engine *engine = EVENT_ARG(event);
	const struct node *node = engine_node(engine);
	struct place **places = NULL, *place;

	if (batch_is_running(engine))
		return;
	survey_begin(engine);
	if (!node || !survey_is_complete(engine))
		return;
	while ((place = place_list_pop(engine->dirty))) {
		place->dirty = false;
		if (!plan_place(engine, place, node))
			continue;
		batch_compare(place);
		*darr_append(places) = place;
	}
	if (places)
		batch_begin(engine, places);
	else
		engine_batch_done(engine);
}

static void retry(struct event *event)
{
	struct place *place = EVENT_ARG(event);

	place_make_dirty(place);
	engine_schedule(place->engine);
}

static void place_retry_later(struct place *place)
{
	unsigned int delay = RETRY_FIRST_S << MIN(place->failures, 6u);

	place->failures++;
	event_cancel(&place->ev_retry);
	event_add_timer(place->engine->loop, retry, place, MIN(delay, (unsigned int)RETRY_LAST_S),
			&place->ev_retry);
}

static void place_batch_done(struct place *place, int64_t now)
{
	place->settled = place_want_count(place) > 0;
	place->coming = false;
	if (place->stopped) {
		place_set_health(place, place->lost ? HEALTH_WAITING : HEALTH_FAILED);
		place_retry_later(place);
		return;
	}
	event_cancel(&place->ev_retry);
	place->failures = 0;
	place_set_health(place, place->lost ? HEALTH_WAITING : HEALTH_OK);
	if (!place->lost)
		place->reason.text[0] = '\0';
	if (!place->noticed)
		return; /* a repair, not a change of the database */
	place->applied = now;
	place->took = now - place->noticed;
	place->noticed = 0;
	place->engine->stats.last_us = place->took;
	histogram_observe(&place->engine->stats.took, place->took);
}

void engine_batch_done(struct engine *engine)
{
	int64_t now = clock_us();
	struct place **place;

	darr_foreach_p (engine->batch.places, place) {
		place_batch_done(*place, now);
		place_drop_if_empty(*place);
	}
	if (engine->batch.changed >= MANY_PLACES)
		malloc_trim(0);
	engine->stats.batches++;
	engine->stats.revision = model_revision(engine->model);
	engine->host.settled();
}

/* ---- what others call ---- */

static void conn_up(void *arg, struct frr_conn *conn)
{
	struct engine *engine = arg;

	zlog_info("%s is up; reading what it holds", frr_conn_name(conn));
	for (int target = 0; target < TARGET_COUNT; target++)
		if (engine->conns[target] == conn) {
			engine->up_since[target] = clock_us();
			engine->virtual_held &= target != TARGET_VRRPD;
			engine->stats.connected[target]++;
			batch_end_load(engine, target);
			module_ask(engine, target);
		}
	engine_make_all_dirty(engine);
	engine_schedule(engine);
}

static void conn_down(void *arg, struct frr_conn *conn)
{
	struct engine *engine = arg;

	if (!frr_conn_is_silent(conn))
		zlog_info(
			"%s is gone; its part follows when it is back%s", frr_conn_name(conn),
			strcmp(frr_conn_name(conn), target_names[TARGET_OSPFD])
				? ""
				: " (FRR has no graceful restart of OSPF in a VRF: its neighbors drop it)");
	for (int target = 0; target < TARGET_COUNT; target++)
		if (engine->conns[target] == conn)
			survey_forget(engine, target);
}

/* Nobody listens.  What vrrpd left behind, if it ended without a word, must not go
 * on answering; a connection that was merely lost is no reason, for a vrrpd that
 * lives would not undo that.
 */
static void conn_absent(void *arg, struct frr_conn *conn)
{
	struct engine *engine = arg;

	if (conn == engine->conns[TARGET_VRRPD] && !engine->virtual_held &&
	    !frr_conn_is_silent(conn)) {
		engine->virtual_held = true;
		kernel_hold_virtual(engine->kernel);
	}
	engine_schedule(engine);
}

static void connect_to(struct engine *engine, enum target target)
{
	static const struct frr_conn_cbs cbs = {
		.up = conn_up,
		.down = conn_down,
		.absent = conn_absent,
	};

	if (!engine->conns[target])
		engine->conns[target] =
			frr_conn_new(engine->loop, target_names[target], &cbs, engine);
}

static void zebra_up(void *arg, struct frr_conn *conn)
{
	module_ask(arg, TARGET_KERNEL);
}

/* What zebra holds is the kernel's, which is read there; zebra is only asked. */
static void connect_to_zebra(struct engine *engine)
{
	static const struct frr_conn_cbs cbs = { .up = zebra_up };

	if (!engine->zebra)
		engine->zebra = frr_conn_new(engine->loop, "zebra", &cbs, engine);
}

void engine_need_vrrpd(struct engine *engine)
{
	connect_to(engine, TARGET_VRRPD);
}

struct engine *engine_new(struct event_loop *loop, struct kernel *kernel,
			  const struct engine_host *host)
{
	struct engine *engine = XCALLOC(MTYPE_ENGINE, sizeof(*engine));

	engine->loop = loop;
	engine->kernel = kernel;
	engine->host = *host;
	place_hash_init(engine->places);
	place_ids_init(engine->tenants);
	place_list_init(engine->dirty);
	failed_list_init(engine->failed);
	news_list_init(engine->news);
	verify_init(engine);
	return engine;
}

void engine_free(struct engine *engine)
{
	struct place *place;

	if (!engine)
		return;
	event_cancel(&engine->ev_batch);
	event_cancel(&engine->ev_kernel);
	event_cancel(&engine->ev_survey);
	batch_cancel(engine);
	verify_stop(engine);
	late_neighbor_stop(engine);
	audit_stop(engine);
	for (int target = 0; target < TARGET_COUNT; target++)
		frr_conn_free(engine->conns[target]);
	frr_conn_free(engine->zebra);
	while (place_list_pop(engine->dirty))
		;
	while ((place = place_hash_pop(engine->places))) {
		place_set_tenant(place, 0);
		place_free(place);
	}
	place_ids_fini(engine->tenants);
	place_hash_fini(engine->places);
	failed_list_fini(engine->failed);
	news_list_fini(engine->news);
	objects_fini(&engine->scratch);
	objects_fini(&engine->scratch_new);
	XFREE(MTYPE_ENGINE, engine);
}

void engine_start(struct engine *engine, const char *node)
{
	strlcpy(engine->node_name, node, sizeof(engine->node_name));
	for (int target = 0; target < TARGET_COUNT; target++)
		if (target != TARGET_KERNEL && target != TARGET_VRRPD)
			connect_to(engine, target);
	connect_to_zebra(engine);
	audit_start(engine);
	/* what is ours in the kernel is known before the first load is judged */
	survey_begin(engine);
	if (kernel_event_fd(engine->kernel) >= 0)
		event_add_read(engine->loop, reaction_to_kernel, engine,
			       kernel_event_fd(engine->kernel), &engine->ev_kernel);
}

void engine_make_all_dirty(struct engine *engine)
{
	struct place *place;

	frr_each (place_hash, engine->places, place)
		place_make_dirty(place);
}

void engine_hold_strangers(struct engine *engine, enum stranger_reason why)
{
	engine->strangers_stay |= why;
}

void engine_release_strangers(struct engine *engine, enum stranger_reason why)
{
	if (!(engine->strangers_stay & why))
		return;
	engine->strangers_stay &= ~why;
	engine_make_all_dirty(engine);
	engine_schedule(engine);
}

/* This node is to do something for the tenant. */
static bool tenant_is_ours(const struct engine *engine, const struct tenant *tenant)
{
	const struct provider *provider = model_provider(engine->model);
	const struct node *node =
		provider ? provider_node_by_name(provider, engine->node_name) : NULL;

	return node && tenant_roles_on(tenant, node->id);
}

/* A tenant's VRF may have been renamed: what stands under the old name goes,
 * but not for a new name that cannot be.
 */
static void touch_tenant(struct engine *engine, uint32_t id, int64_t noticed)
{
	const struct tenant *tenant = model_tenant(engine->model, id);
	struct place *old = place_of_tenant(engine, id);
	struct place *place = NULL;
	struct reason ignored;
	bool is_new;

	if (tenant && old && strcmp(old->vrf, tenant->vrf) &&
	    tenant_is_refused(engine, tenant, &ignored))
		place = old;
	else if (tenant && tenant->vrf[0])
		place = place_get(engine, tenant->vrf);
	if (old && old != place) {
		place_set_tenant(old, 0);
		old->noticed = old->noticed ? old->noticed : noticed;
		place_make_dirty(old);
	}
	if (!place)
		return;
	place_set_tenant(place, id);
	is_new = !place->judged || (place->health == HEALTH_OK && !place_want_count(place));
	place->unplanned = is_new && tenant_is_ours(engine, tenant);
	place->noticed = place->noticed ? place->noticed : noticed;
	place_make_dirty(place);
}

/* Few nodes have a LAN with a virtual address; the others leave vrrpd alone. */
static bool needs_vrrpd(struct engine *engine, uint32_t tenant_id)
{
	const struct tenant *tenant = model_tenant(engine->model, tenant_id);
	const struct node *node;
	const struct link *link;

	if (!tenant || engine->conns[TARGET_VRRPD])
		return false;
	darr_foreach_p (tenant->links, link) {
		node = ipnet_is_set(&link->virtual_address) ? engine_node(engine) : NULL;
		if (node && node->id == link->node_id)
			return true;
	}
	return false;
}

void engine_model_changed(struct engine *engine, const struct model *model, uint32_t *touched,
			  int64_t noticed)
{
	uint32_t *id;

	engine->model = model;
	if (engine->provider != model_provider(model)) {
		engine->provider = model_provider(model);
		place_make_dirty(place_get(engine, ""));
	}
	darr_foreach_p (touched, id) {
		touch_tenant(engine, *id, noticed);
		if (needs_vrrpd(engine, *id))
			engine_need_vrrpd(engine);
	}
	darr_free(touched);
	if (!batch_is_running(engine) && !place_list_count(engine->dirty)) {
		/* none of it is for this node, or all of it is as before */
		engine->stats.revision = model_revision(model);
		engine->stats.last_us = clock_us() - noticed;
	}
	engine_schedule(engine);
}

bool engine_awaits_zebra(const struct engine *engine)
{
	return engine->batch.waiting_for_zebra;
}

void engine_zebra_changed(struct engine *engine)
{
	batch_zebra_changed(engine);
}

void engine_revive(struct engine *engine, enum target target, int64_t gone)
{
	struct place *place;

	if (!engine->surveyed[target] || engine->up_since[target] > gone)
		return;
	frr_each (place_hash, engine->places, place)
		engine->stats.repairs[REPAIR_REVIVED] += reaction_make_anew(place, target);
	engine_schedule(engine);
}

void engine_resync(struct engine *engine)
{
	for (int target = 0; target < TARGET_COUNT; target++)
		survey_forget(engine, target);
	engine_make_all_dirty(engine);
	engine_schedule(engine);
}

static struct engine_tenant tenant_view(const struct place *place)
{
	return (struct engine_tenant){
		.vrf = place->vrf,
		.tenant_id = place->tenant_id,
		.health = place_health(place),
		.reason = place_reason(place),
		.have_count = place_have_count(place),
		.want_count = place_want_count(place),
		.changes = place->changes,
		.applied = place->applied,
		.took = place->took,
	};
}

void engine_each(const struct engine *engine,
		 bool (*each)(void *arg, const struct engine_tenant *tenant), void *arg)
{
	struct place_hash_head *places = (struct place_hash_head *)engine->places;
	struct place *place;

	frr_each (place_hash, places, place) {
		struct engine_tenant tenant = tenant_view(place);

		if (!each(arg, &tenant))
			return;
	}
}

void engine_each_new(struct engine *engine,
		     bool (*each)(void *arg, const struct engine_tenant *tenant), void *arg)
{
	struct place *place;

	while ((place = news_list_pop(engine->news))) {
		struct engine_tenant tenant = tenant_view(place);

		if (!each(arg, &tenant))
			return;
	}
}

void engine_all_is_new(struct engine *engine)
{
	struct place *place;

	frr_each (place_hash, engine->places, place)
		place_set_health(place, place->health);
}

bool engine_find(const struct engine *engine, const char *vrf, struct engine_tenant *tenant)
{
	const struct place *place = place_find(engine, vrf);

	if (place)
		*tenant = tenant_view(place);
	return place != NULL;
}

bool engine_find_tenant(const struct engine *engine, uint32_t id, struct engine_tenant *tenant)
{
	const struct place *place = place_of_tenant((struct engine *)engine, id);

	if (place)
		*tenant = tenant_view(place);
	return place != NULL;
}

void engine_pending(struct engine *engine,
		    void (*each)(void *arg, const char *vrf, const struct op *op), void *arg)
{
	struct place *place;

	frr_each (place_hash, engine->places, place) {
		struct op *ops = NULL, *op;

		/* of one that has no plan yet all would seem to have to go */
		if (!place->judged || place_is_as_wanted(place))
			continue;
		diff_objects(place_have(place), place_want(place), &ops);
		darr_foreach_p (ops, op)
			each(arg, place->vrf, op);
		darr_free(ops);
		place_let_go(place);
	}
}

void engine_stats(const struct engine *engine, struct engine_stats *stats)
{
	struct place *place;

	*stats = engine->stats;
	stats->tenants = place_ids_count((struct place_ids_head *)engine->tenants);
	frr_each (failed_list, (struct failed_list_head *)engine->failed, place)
		stats->tenants_failed += place->tenant_id != 0;
	stats->busy = batch_is_running(engine) ||
		      place_list_count((struct place_list_head *)engine->dirty);
	stats->problem = engine->problem.text[0] ? engine->problem.text : NULL;
	for (int target = 0; target < TARGET_COUNT; target++) {
		stats->up[target] =
			target == TARGET_KERNEL ||
			(engine->conns[target] && frr_conn_is_up(engine->conns[target]));
		stats->needed[target] = target == TARGET_KERNEL || engine->needs[target];
	}
}

void engine_levels(const struct engine *engine, struct engine_levels *levels)
{
	struct place *place;

	*levels = (struct engine_levels){};
	levels->pending = place_list_count((struct place_list_head *)engine->dirty);
	frr_each (place_hash, (struct place_hash_head *)engine->places, place) {
		/* a tenant that is gone counts as long as it cannot be taken down */
		if (place->vrf[0] && (place->tenant_id || place->health != HEALTH_OK))
			levels->tenants[place_health(place)]++;
		if (place->noticed && place->health != HEALTH_FAILED &&
		    (!levels->oldest || place->noticed < levels->oldest))
			levels->oldest = place->noticed;
	}
}

uint32_t engine_tenant_of(const struct engine *engine, const char *vrf)
{
	const struct place *place = place_find(engine, vrf);

	return place ? place->tenant_id : 0;
}

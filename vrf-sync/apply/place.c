// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One VRF on this node: whose it is, what is in place, and what should be.
 *
 * A plan is a pure function of a snapshot (provider, tenant, node), and what is
 * in place is as a rule just what was planned.  So neither set is kept: a place
 * holds references to the snapshot it was last planned for, and makes the plan
 * again when somebody asks, which takes some microseconds.  Ten thousand
 * tenants would be 700,000 objects and 95 MB a set otherwise.
 *
 *   want   is always made from the snapshot, and let go of after use
 *   have   is a list of its own only where it is something else than the plan,
 *          or than the plan's objects for some targets (`holds`): a daemon that
 *          is away holds none of them, and that needs no list either
 *
 *	place_have(place), place_want(place)   -- make them
 *	...
 *	place_let_go(place)                    -- keeps no more than is needed
 *
 * The node's own part (no VRF, one of it) keeps both: what it wants depends on
 * what the kernel's sysctls are.
 */
#include <zebra.h>

#include <string.h>

#include "darr.h"
#include "frrevent.h"
#include "memory.h"

#include "apply/engine_priv.h"
#include "plan/plan.h"

DECLARE_MGROUP(TENANT_APPLY);
DEFINE_MTYPE_STATIC(TENANT_APPLY, PLACE, "VRF in the engine");

struct place *place_find(const struct engine *engine, const char *vrf)
{
	struct place key = {};

	strlcpy(key.vrf, vrf, sizeof(key.vrf));
	return place_hash_find((struct place_hash_head *)engine->places, &key);
}

struct place *place_get(struct engine *engine, const char *vrf)
{
	struct place *place = place_find(engine, vrf);

	if (place)
		return place;
	place = XCALLOC(MTYPE_PLACE, sizeof(*place));
	place->engine = engine;
	strlcpy(place->vrf, vrf, sizeof(place->vrf));
	place->as_planned = vrf[0] != '\0';
	place_hash_add(engine->places, place);
	return place;
}

static void place_count_needs(struct place *place, int by)
{
	for (int target = 0; target < TARGET_COUNT; target++)
		if (place->wants[target])
			place->engine->needs[target] += by;
}

static void place_drop_snapshot(struct place *place)
{
	tenant_unref(place->planned.tenant);
	provider_unref(place->planned.provider);
	place->planned = (struct snapshot){};
}

static void place_drop_plan(struct place *place)
{
	place_count_needs(place, -1);
	memset(place->wants, 0, sizeof(place->wants));
	objects_fini(&place->want);
	place_drop_snapshot(place);
}

void place_free(struct place *place)
{
	event_cancel(&place->ev_retry);
	if (failed_list_anywhere(place))
		failed_list_del(place->engine->failed, place);
	if (news_list_anywhere(place))
		news_list_del(place->engine->news, place);
	verify_forget(place);
	place_drop_plan(place);
	objects_fini(&place->have);
	darr_free(place->tasks);
	XFREE(MTYPE_PLACE, place);
}

void place_make_dirty(struct place *place)
{
	if (place->dirty)
		return;
	place->dirty = true;
	place_list_add_tail(place->engine->dirty, place);
}

void place_set_tenant(struct place *place, uint32_t tenant_id)
{
	struct engine *engine = place->engine;

	if (place->tenant_id == tenant_id)
		return;
	if (place->tenant_id)
		place_ids_del(engine->tenants, place);
	place->tenant_id = tenant_id;
	if (tenant_id)
		place_ids_add(engine->tenants, place);
}

void place_set_health(struct place *place, enum health health)
{
	struct engine *engine = place->engine;

	if (place->health != health && place->tenant_id && engine->host.health)
		engine->host.health(place->tenant_id);
	place->health = health;
	if (failed_list_anywhere(place))
		failed_list_del(engine->failed, place);
	if (health == HEALTH_FAILED)
		failed_list_add_tail(engine->failed, place);
	if (!news_list_anywhere(place))
		news_list_add_tail(engine->news, place);
}

/* ---- what is told of it ---- */

/* Why a tenant that is new to us has not been planned yet; good until the next call. */
static const char *unplanned_reason(const struct engine *engine)
{
	static char text[100];
	unsigned int target = survey_awaits(engine);

	if (target == TARGET_COUNT)
		return "it is about to be compared with what is in place";
	snprintf(text, sizeof(text), "what %s holds has to be read first%s",
		 target == TARGET_KERNEL ? "the kernel" : target_names[target],
		 target == TARGET_KERNEL ? "" : ", and it has not answered yet");
	return text;
}

/* Nothing is wrong so far, and not all of it is there. */
static bool is_coming(const struct place *place)
{
	return place->coming && place->health == HEALTH_OK;
}

/* One that has not been planned yet has none of its own, nor one of which nothing is there. */
enum health place_health(const struct place *place)
{
	return place->unplanned || is_coming(place) ? HEALTH_WAITING : place->health;
}

const char *place_reason(const struct place *place)
{
	if (place->unplanned)
		return unplanned_reason(place->engine);
	return is_coming(place) ? "it is being put in place" : place->reason.text;
}

/* ---- the end of it ---- */

void place_drop_if_empty(struct place *place)
{
	struct engine *engine = place->engine;

	if (place->dirty || place->tenant_id || !place->vrf[0] || place_have_count(place) ||
	    place_want_count(place))
		return;
	place_hash_del(engine->places, place);
	place_free(place);
}

/* ---- what should be ---- */

static void plan_into(struct objects *set, const struct snapshot *from)
{
	darr_reset(set->list);
	if (from->tenant)
		plan_tenant_unsorted(from->provider, from->tenant, from->node, set);
}

/* The plan, in a set that the next call writes anew. */
static const struct objects *place_replan(struct place *place)
{
	struct objects *scratch = &place->engine->scratch;

	plan_into(scratch, &place->planned);
	objects_sort(scratch);
	return scratch;
}

const struct objects *place_want(struct place *place)
{
	if (!place->want.list)
		objects_copy(&place->want, place_replan(place), TARGETS_ALL);
	return &place->want;
}

/* Counts the objects of each target. */
static void place_note_want(struct place *place)
{
	const struct object *obj;

	place_count_needs(place, -1);
	memset(place->wants, 0, sizeof(place->wants));
	darr_foreach_p (place->want.list, obj)
		place->wants[obj->target]++;
	place_count_needs(place, 1);
}

static void place_set_snapshot(struct place *place, const struct snapshot *now)
{
	struct snapshot old = place->planned;

	place->planned.provider = provider_ref(now->provider);
	place->planned.tenant = tenant_ref(now->tenant);
	place->planned.node = now->node;
	tenant_unref(old.tenant);
	provider_unref(old.provider);
}

/* Byte for byte; where it is none, the two may say the same all the same. */
static bool is_copy(const struct objects *a, const struct objects *b)
{
	size_t count = objects_count(a);

	return count && count == objects_count(b) &&
	       !memcmp(a->list, b->list, count * sizeof(*a->list));
}

/* By far the most frequent answer where a change concerns every tenant.  The new
 * plan is in scratch_new then, sorted if it is another one.
 */
static bool plan_is_the_same(struct place *place, const struct snapshot *now)
{
	struct objects *old = &place->engine->scratch, *new = &place->engine->scratch_new;

	plan_into(new, now);
	plan_into(old, &place->planned);
	if (is_copy(new, old))
		return now->tenant && place->planned.tenant;
	objects_sort(new);
	objects_sort(old);
	return now->tenant && place->planned.tenant && objects_same(old, new);
}

void place_set_plan(struct place *place, const struct provider *provider,
		    const struct tenant *tenant, const struct node *node)
{
	struct objects *new = &place->engine->scratch_new;

	/* the model is not written, only its references are counted */
	const struct snapshot now = {
		.provider = (struct provider *)provider,
		.tenant = (struct tenant *)tenant,
		.node = node,
	};

	if (place->planned.tenant == tenant && place->planned.provider == provider)
		return;
	if (plan_is_the_same(place, &now)) {
		place_set_snapshot(place, &now);
		return;
	}
	place_have(place); /* which the old plan may have to say */
	place_drop_plan(place);
	if (!tenant)
		return;
	place_set_snapshot(place, &now);
	objects_copy(&place->want, new, TARGETS_ALL);
	place_note_want(place);
	place_let_go(place); /* many places are planned before the first is compared */
}

void place_set_want(struct place *place, struct objects *want)
{
	objects_fini(&place->want);
	place->want = *want;
	*want = (struct objects){};
	place_note_want(place);
}

/* ---- what is in place ---- */

struct objects *place_have(struct place *place)
{
	if (!place->as_planned)
		return &place->have;
	place->as_planned = false;
	if (place->holds)
		objects_copy(&place->have, place->want.list ? &place->want : place_replan(place),
			     place->holds);
	return &place->have;
}

void place_set_have(struct place *place, struct objects *have)
{
	objects_fini(&place->have);
	place->have = *have;
	place->as_planned = false;
	*have = (struct objects){};
}

void place_set_done(struct place *place)
{
	struct objects have = {};

	if (!place->vrf[0])
		objects_copy(&have, &place->want, TARGETS_ALL);
	place_set_have(place, &have);
	place->as_planned = place->vrf[0] != '\0';
	place->holds = TARGETS_ALL;
}

static size_t count_wanted(const struct place *place, uint8_t targets)
{
	size_t count = 0;

	for (int target = 0; target < TARGET_COUNT; target++)
		if (targets & TARGET_BIT(target))
			count += place->wants[target];
	return count;
}

size_t place_want_count(const struct place *place)
{
	return count_wanted(place, TARGETS_ALL);
}

size_t place_have_count(const struct place *place)
{
	return place->as_planned ? count_wanted(place, place->holds) : objects_count(&place->have);
}

bool place_is_as_wanted(const struct place *place)
{
	return place->as_planned && place_have_count(place) == place_want_count(place);
}

const struct object *place_known(struct place *place, const struct object *key)
{
	const struct object *wanted =
		objects_find(place->want.list ? &place->want : place_replan(place), key);

	if (!wanted)
		return NULL;
	if (!place->as_planned)
		return objects_find(&place->have, key);
	return place->holds & TARGET_BIT(key->target) ? wanted : NULL;
}

bool place_has_vrf(struct place *place)
{
	struct object key = { .kind = OBJ_VRF, .target = TARGET_KERNEL };

	if (place->as_planned)
		return count_wanted(place, place->holds & TARGET_BIT(TARGET_KERNEL)) > 0;
	strlcpy(key.vrf, place->vrf, sizeof(key.vrf));
	strlcpy(key.name, place->vrf, sizeof(key.name));
	return objects_find(&place->have, &key) != NULL;
}

void place_forget(struct place *place, enum target target)
{
	if (place->as_planned)
		place->holds &= ~TARGET_BIT(target);
	else
		objects_keep(&place->have, TARGETS_ALL & ~TARGET_BIT(target));
}

void place_let_go(struct place *place)
{
	bool knows_want = place->want.list || !place_want_count(place);

	if (!place->vrf[0])
		return;
	if (!place->as_planned && knows_want &&
	    objects_whole_targets(&place->have, &place->want, &place->holds)) {
		place->as_planned = true;
		objects_fini(&place->have);
	}
	objects_fini(&place->want);
}

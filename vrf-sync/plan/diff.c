// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From what is to what should be.
 *
 * Both sets are sorted, so one walk pairs them.  Two flags per old object,
 * "goes" and "goes by itself", decide the rest: an object goes when nobody
 * wants it, when its content needs a new start, or when its parent goes; it
 * goes by itself when its parent does not take it along.
 */
#include <zebra.h>

#include <string.h>

#include "darr.h"

#include "plan/diff.h"

const char *const outcome_names[] = {
	[OUTCOME_KEEP] = "keep",     [OUTCOME_ADD] = "add",         [OUTCOME_UPDATE] = "update",
	[OUTCOME_DELETE] = "delete", [OUTCOME_FOREIGN] = "foreign", [OUTCOME_WAITING] = "waiting",
};

/* The kind cannot be changed in place, and what is there is not what is wanted.
 * A kernel device that is merely down, or out of its VRF, is mended in place.
 */
static bool must_start_anew(const struct object *old, const struct object *new)
{
	struct object as_if = *old;

	if (!object_kinds[old->kind].recreate)
		return false;
	if (old->target == TARGET_KERNEL)
		as_if.altered = false;
	return !object_same(&as_if, new);
}

static bool goes(const struct objects *have, const struct objects *want, const struct object *obj);

/* Nothing of a tenant survives its VRF. */
static bool vrf_starts_anew(const struct objects *have, const struct objects *want,
			    const struct object *obj)
{
	struct object key = { .kind = OBJ_VRF, .target = TARGET_KERNEL };
	const struct object *old, *new;

	strlcpy(key.vrf, obj->vrf, sizeof(key.vrf));
	strlcpy(key.name, obj->vrf, sizeof(key.name));
	old = objects_find(have, &key);
	new = objects_find(want, &key);
	return old && new && must_start_anew(old, new);
}

/* The instance is the border router of some NSSA. */
static bool translates(const struct objects *set, const struct object *instance)
{
	struct object key = { .kind = OBJ_OSPF_NSSA, .target = TARGET_OSPFD };
	size_t low = 0, high = objects_count(set);
	const struct object *nssa;

	strlcpy(key.vrf, instance->vrf, sizeof(key.vrf));
	while (low < high) { /* the first one not before area 0 */
		size_t middle = low + (high - low) / 2;

		if (object_cmp_key(&set->list[middle], &key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < objects_count(set); low++) {
		nssa = &set->list[low];
		if (nssa->kind != OBJ_OSPF_NSSA || strcmp(nssa->vrf, instance->vrf))
			break;
		if (nssa->num[1])
			return true;
	}
	return false;
}

/* An edge that no longer has the area would go on announcing what it once
 * translated from it, for up to an hour (C-06; FRR issue #21949, measured with
 * 10.7.1).  A new instance gets its old LSAs from its neighbors, and has them
 * flushed because it does not originate them.
 */
static bool stops_translating(const struct objects *have, const struct objects *want,
			      const struct object *obj)
{
	return obj->kind == OBJ_OSPF && translates(have, obj) && !translates(want, obj);
}

static bool is_gateway_of(const struct object *obj, const struct object *host)
{
	return obj->kind == OBJ_GATEWAY && obj->net.family == host->net.family &&
	       !strcmp(obj->name, host->name);
}

/* The kernel takes the routes of a device with its last address, or when it is down, and
 * says nothing of it: so a host goes and comes with its gateway, and with what somebody
 * else has done to either.
 */
static bool loses_gateway(const struct objects *have, const struct objects *want,
			  const struct object *host)
{
	const struct object *obj, *bridge;
	bool there = false, wanted = false;
	struct object parent;

	if (object_parent(host, &parent) && (bridge = objects_find(have, &parent)) &&
	    bridge->altered)
		return true;
	darr_foreach_p (have->list, obj) {
		if (!is_gateway_of(obj, host))
			continue;
		if (goes(have, want, obj))
			return true;
		there = true;
	}
	darr_foreach_p (want->list, obj)
		wanted |= is_gateway_of(obj, host);
	return wanted && !there;
}

/* The object, present on one side at least, cannot stay as it is. */
static bool goes(const struct objects *have, const struct objects *want, const struct object *obj)
{
	const struct object *old = objects_find(have, obj);
	const struct object *new = objects_find(want, obj);
	struct object parent;

	if (!old)
		return false;
	if (!new || must_start_anew(old, new) || stops_translating(have, want, obj))
		return true;
	if (obj->vrf[0] && vrf_starts_anew(have, want, obj))
		return true;
	if (obj->kind == OBJ_HOST && loses_gateway(have, want, obj))
		return true;
	return object_parent(obj, &parent) && goes(have, want, &parent);
}

static bool goes_with_parent(const struct objects *have, const struct objects *want,
			     const struct object *obj)
{
	struct object parent;

	return object_parent(obj, &parent) && goes(have, want, &parent);
}

static void add_op(struct op **ops, enum outcome what, const struct object *obj)
{
	struct op *op = darr_append(*ops);

	*op = (struct op){ .what = what, .obj = *obj };
}

/* Most go from the last phase to the first, as they stand in a set. */
enum turn { TURN_BEFORE, TURN_IN_ORDER, TURN_AFTER };

static enum turn turn_of(enum object_kind kind)
{
	if (object_kinds[kind].first_down)
		return TURN_BEFORE;
	return object_phase(kind, true) == PHASE_NODE ? TURN_AFTER : TURN_IN_ORDER;
}

/* A gateway that a dead end follows, which must be in place before it, and whatever keeps that
 * from being announced: between the two, packets would go back to where they came from.
 */
static bool goes_late(const struct objects *have, const struct objects *want,
		      const struct object *old)
{
	struct object dead_end = { .kind = OBJ_DEAD_END, .target = TARGET_KERNEL };

	if (old->kind != OBJ_GATEWAY || objects_find(want, old))
		return false;
	dead_end.net = ipnet_masked(&old->net);
	strlcpy(dead_end.vrf, old->vrf, sizeof(dead_end.vrf));
	return objects_find(want, &dead_end) && !objects_find(have, &dead_end);
}

static void add_late_removals(const struct objects *have, const struct objects *want,
			      struct op **ops)
{
	const struct object *old;

	darr_foreach_p (have->list, old)
		if (goes_late(have, want, old) && !goes_with_parent(have, want, old)) {
			add_op(ops, OUTCOME_DELETE, old);
			darr_last(*ops)->late = true;
		}
}

static void add_removals(const struct objects *have, const struct objects *want, enum turn turn,
			 struct op **ops)
{
	for (int i = (int)objects_count(have) - 1; i >= 0; i--) {
		const struct object *old = &have->list[i];

		if (turn_of(old->kind) == turn && goes(have, want, old) &&
		    !goes_late(have, want, old) && !goes_with_parent(have, want, old))
			add_op(ops, OUTCOME_DELETE, old);
	}
}

size_t diff_objects(const struct objects *have, const struct objects *want, struct op **ops)
{
	size_t kept = 0;

	if (objects_same(have, want)) /* as a rule, and found in one walk */
		return objects_count(want);
	/* First what goes, latest phase first ... */
	for (enum turn turn = TURN_BEFORE; turn <= TURN_AFTER; turn++)
		add_removals(have, want, turn, ops);
	/* ... then what comes or changes, earliest phase first. */
	for (size_t i = 0; i < objects_count(want); i++) {
		const struct object *new = &want->list[i];
		const struct object *old = objects_find(have, new);

		if (!old || goes(have, want, new))
			add_op(ops, OUTCOME_ADD, new);
		else if (!object_same(old, new))
			add_op(ops, OUTCOME_UPDATE, new);
		else
			kept++;
	}
	add_late_removals(have, want, ops);
	return kept;
}

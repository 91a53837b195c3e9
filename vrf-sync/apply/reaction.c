// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What others do to the kernel, and what is done about it.
 *
 * Whatever of ours was changed or taken away is not as it was any more, and the next
 * batch puts it right.  While a batch has the place in hand, what is there is only known
 * when it ends: then the kernel is read anew.
 *
 * A VRF that comes back under its instances may lose its export, and bgpd 10.7 may die of it:
 * a label that it asks for in the new VRF is handed to the old instance, which has been
 * freed by then (lp_cbq_docallback() looks for any instance in the VRF).  So wherever a VRF
 * went, its instances go before it is made again, and are made after it.
 */
#include <zebra.h>

#include <string.h>

#include "darr.h"
#include "frrevent.h"

#include "apply/engine_priv.h"
#include "apply/kernel.h"

static bool is_in_batch(const struct place *place, const struct object *obj)
{
	struct task *task;

	darr_foreach_p (place->tasks, task)
		if (object_cmp_key(&task->op.obj, obj) == 0)
			return true;
	return false;
}

/* Our own requests come back as events too: they find nothing different, or what
 * the running batch has changed since.
 */
static void kernel_object_changed(void *arg, const struct object *now)
{
	struct engine *engine = arg;
	struct place *place = place_find(engine, now->vrf);
	const struct object *known = place ? place_known(place, now) : NULL;

	if (!known || object_same(known, now))
		return;
	/* the end of the batch would take its plan for what is in place */
	if (place->tasks) {
		place->disturbed |= !is_in_batch(place, now);
		return;
	}
	*(struct object *)objects_find(place_have(place), now) = *now;
	engine->stats.repairs[REPAIR_KERNEL]++;
	place_make_dirty(place);
	engine_schedule(engine);
}

bool reaction_make_anew(struct place *place, enum target target)
{
	struct object *obj;
	bool any = false;

	if (place->as_planned && !place->wants[target])
		return false;
	darr_foreach_p (place_have(place)->list, obj)
		if (obj->target == target && object_kinds[obj->kind].phase == PHASE_INSTANCE) {
			obj->altered = any = true;
			place_make_dirty(place);
		}
	return any;
}

static void make_all_anew(struct place *place)
{
	reaction_make_anew(place, TARGET_OSPFD);
	reaction_make_anew(place, TARGET_BGPD);
}

static bool stands_on(const struct object *obj, const struct object *base)
{
	struct object parent;

	return object_parent(obj, &parent) &&
	       (!object_cmp_key(&parent, base) || stands_on(&parent, base));
}

/* The kernel tells that a device went, and of some things on it nothing more. */
static void forget(struct objects *have, const struct object *was)
{
	unsigned int kept = 0;

	for (unsigned int i = 0; i < darr_len(have->list); i++)
		if (object_cmp_key(&have->list[i], was) && !stands_on(&have->list[i], was))
			have->list[kept++] = have->list[i];
	darr_setlen(have->list, kept);
}

static void kernel_object_gone(void *arg, const struct object *was)
{
	struct engine *engine = arg;
	struct place *place = place_find(engine, was->vrf);

	if (place && place->tasks) {
		bool wanted = objects_find(place_want(place), was) != NULL;

		place->disturbed |= wanted;
		place->vrf_gone |= wanted && was->kind == OBJ_VRF;
	}
	if (!place || place->tasks || !place_known(place, was))
		return;
	forget(place_have(place), was);
	engine->stats.repairs[REPAIR_KERNEL]++;
	place_make_dirty(place);
	if (was->kind == OBJ_VRF)
		make_all_anew(place);
	engine_schedule(engine);
}

void reaction_batch_ended(struct place *place)
{
	if (place->vrf_gone)
		make_all_anew(place);
	if (place->disturbed) {
		survey_forget(place->engine, TARGET_KERNEL);
		place_make_dirty(place);
	}
	place->disturbed = place->vrf_gone = false;
}

/* A trunk or a port may be what a tenant waits for. */
static void kernel_interface(void *arg, const char *name)
{
	struct engine *engine = arg;
	struct place *place;

	frr_each (failed_list, engine->failed, place)
		if (strstr(place->reason.text, name))
			place_make_dirty(place);
	engine_schedule(engine);
}

static void kernel_route_seen(void *arg, const char *vrf, const struct kernel_route *route,
			      bool present)
{
	struct engine *engine = arg;
	uint32_t id = engine_tenant_of(engine, vrf);

	if (id)
		engine->host.route(id, route, present);
}

static void kernel_overrun(void *arg)
{
	struct engine *engine = arg;

	survey_forget(engine, TARGET_KERNEL);
	engine_make_all_dirty(engine);
	engine_schedule(engine);
}

void reaction_to_kernel(struct event *event)
{
	static const struct kernel_watch watch = {
		.changed = kernel_object_changed,
		.gone = kernel_object_gone,
		.interface = kernel_interface,
		.route = kernel_route_seen,
		.overrun = kernel_overrun,
	};
	struct engine *engine = EVENT_ARG(event);

	event_add_read(engine->loop, reaction_to_kernel, engine, kernel_event_fd(engine->kernel),
		       &engine->ev_kernel);
	kernel_events_read(engine->kernel, &watch, engine);
}

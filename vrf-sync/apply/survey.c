// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading what is in place: at start, after a daemon came back, and whenever
 * what we believe of it is in doubt.
 *
 * The kernel comes first: it says which VRFs and interfaces are ours (by their
 * alias), and so which instances in FRR are.  An instance in a VRF that is
 * neither in the kernel as ours nor names one of our lists is somebody else's.
 */
#include <zebra.h>

#include <string.h>

#include "command.h"
#include "darr.h"
#include "log.h"
#include "memory.h"

#include "errors.h"
#include "apply/engine_priv.h"
#include "apply/kernel.h"
#include "plan/running.h"
#include "plan/statement.h"

#define ASK_AGAIN_S 5 /* a daemon that did not tell what it holds */

DECLARE_MGROUP(TENANT_APPLY);
DEFINE_MTYPE_STATIC(TENANT_APPLY, OWNED_NAME, "name of ours in a survey");

/* ---- putting what was read into places ---- */

static void drop_target(struct engine *engine, enum target target)
{
	struct place *place;

	frr_each (place_hash, engine->places, place)
		place_forget(place, target);
}

/* Sorted in order, the objects of one VRF follow each other in no special way:
 * append first, sort every place once at the end.
 */
static void take_objects(struct engine *engine, struct object *list)
{
	const struct object *obj;
	struct place *place;

	darr_foreach_p (list, obj) {
		place = place_get(engine, obj->vrf);
		*darr_append(place_have(place)->list) = *obj;
	}
	frr_each (place_hash, engine->places, place) {
		objects_sort(&place->have);
		place_make_dirty(place);
	}
}

/* ---- kernel ---- */

static bool survey_kernel(struct engine *engine)
{
	struct objects have = {};
	const struct object *obj;
	struct reason why = {};

	if (kernel_read(engine->kernel, &have, &why) < 0) {
		flog_warn(EC_TENANT_KERNEL_READ,
			  "cannot read what the kernel holds: %s; trying again", why.text);
		return false;
	}
	drop_target(engine, TARGET_KERNEL);
	darr_foreach_p (have.list, obj)
		if (obj->kind == OBJ_MACVLAN)
			engine_need_vrrpd(engine); /* it may hold what is to go with it */
	take_objects(engine, have.list);
	zlog_info("kernel read: %zu objects of ours", objects_count(&have));
	objects_fini(&have);
	return true;
}

/* ---- names that tell whose a part of a configuration is ---- */

PREDECL_HASH(name_hash);

/* A device and the VRF it is in, or a VRF alone. */
struct owned_name {
	struct name_hash_item item;
	char name[DEVICE_NAME_MAX + 1];
	char vrf[DEVICE_NAME_MAX + 1];
};

static int owned_name_cmp(const struct owned_name *a, const struct owned_name *b)
{
	return strcmp(a->name, b->name);
}

static uint32_t owned_name_key(const struct owned_name *owned)
{
	return jhash(owned->name, strlen(owned->name), 0x7e4a47);
}

DECLARE_HASH(name_hash, struct owned_name, item, owned_name_cmp, owned_name_key);

/* The first of a name stays. */
static void name_add(struct name_hash_head *names, const char *name, const char *vrf)
{
	struct owned_name *owned = XCALLOC(MTYPE_OWNED_NAME, sizeof(*owned));

	strlcpy(owned->name, name, sizeof(owned->name));
	strlcpy(owned->vrf, vrf, sizeof(owned->vrf));
	if (name_hash_add(names, owned))
		XFREE(MTYPE_OWNED_NAME, owned);
}

static const struct owned_name *name_find(struct name_hash_head *names, const char *name)
{
	struct owned_name key = {};

	strlcpy(key.name, name, sizeof(key.name));
	return name_hash_find(names, &key);
}

static void names_fini(struct name_hash_head *names)
{
	struct owned_name *owned;

	while ((owned = name_hash_pop(names)))
		XFREE(MTYPE_OWNED_NAME, owned);
	name_hash_fini(names);
}

static void add_devices(struct name_hash_head *names, const struct objects *set)
{
	const struct object *obj;

	darr_foreach_p (set->list, obj)
		if (obj->kind == OBJ_VLAN || obj->kind == OBJ_PORT)
			name_add(names, obj->name, obj->vrf);
}

/* ---- FRR ---- */

struct survey {
	struct engine *engine;
	enum target target;
	struct object *found; /* darr */
	unsigned int foreign;
	struct name_hash_head devices[1]; /* in VRFs of ours, once one was asked for */
	struct name_hash_head vrfs[1];    /* whose instances name lists of ours */
	bool knows_devices;
};

/* An interface is ours where its VRF is; one that is gone from the kernel may
 * still be in a configuration, under a name that only we give.
 */
static void collect_devices(struct survey *survey)
{
	struct place *place;

	survey->knows_devices = true;
	frr_each (place_hash, survey->engine->places, place) {
		if (!place->as_planned)
			add_devices(survey->devices, &place->have);
		/* what is as planned is among what is wanted */
		add_devices(survey->devices, place_want(place));
		place_let_go(place);
	}
}

static const char *interface_vrf(void *arg, const char *ifname)
{
	struct survey *survey = arg;
	const struct owned_name *device;

	if (!survey->knows_devices)
		collect_devices(survey);
	device = name_find(survey->devices, ifname);
	return device ? device->vrf : NULL;
}

static bool names_list_of_ours(const struct object *obj)
{
	return !strncmp(obj->ref, "TN-", 3) || !strncmp(obj->ref, "TENANT-", 7);
}

static void found(void *arg, const struct object *obj)
{
	struct survey *survey = arg;

	*darr_append(survey->found) = *obj;
	if (names_list_of_ours(obj))
		name_add(survey->vrfs, obj->vrf, obj->vrf);
}

static void foreign(void *arg, const char *vrf, const char *line)
{
	struct survey *survey = arg;
	char shown[STATEMENT_SIZE];

	if (place_find(survey->engine, vrf))
		zlog_info("%s: \"%s\" in %s is not ours: left alone", vrf,
			  statement_redact(line, shown), target_names[survey->target]);
	survey->foreign++;
}

/* A VRF is ours, too, where we hold anything in it: what a daemon refused to take
 * away may be all that is left of a tenant.
 */
static bool vrf_is_ours(struct survey *survey, const char *vrf)
{
	struct place *place = place_find(survey->engine, vrf);

	return (place && (place->tenant_id || place_have_count(place))) ||
	       name_find(survey->vrfs, vrf);
}

static void keep_ours(struct survey *survey)
{
	unsigned int kept = 0;

	for (unsigned int i = 0; i < darr_len(survey->found); i++) {
		const struct object *obj = &survey->found[i];

		/* lists are ours by their names; neighbours in the list share a VRF */
		if (!obj->vrf[0] || !strncmp(obj->name, "TN-", 3) ||
		    (kept && !strcmp(survey->found[kept - 1].vrf, obj->vrf)) ||
		    vrf_is_ours(survey, obj->vrf))
			survey->found[kept++] = survey->found[i];
	}
	if (survey->found)
		darr_setlen(survey->found, kept);
}

/* What happened while we were not looking? */
static void verify_all(struct engine *engine)
{
	struct place *place;

	frr_each (place_hash, engine->places, place)
		verify_place(place);
}

struct object *survey_read(struct engine *engine, enum target target, char *text)
{
	static const struct running_ops ops = {
		.interface_vrf = interface_vrf,
		.found = found,
		.foreign = foreign,
	};
	struct survey survey = { .engine = engine, .target = target };

	name_hash_init(survey.devices);
	name_hash_init(survey.vrfs);
	running_read(target, text, &ops, &survey);
	keep_ours(&survey);
	names_fini(survey.devices);
	names_fini(survey.vrfs);
	return survey.found;
}

static void ask_again(struct event *event)
{
	struct engine *engine = EVENT_ARG(event);

	memset(engine->unread, 0, sizeof(engine->unread));
	engine_make_all_dirty(engine);
	engine_schedule(engine);
}

/* The others are not to wait for it. */
static void not_told(struct engine *engine, enum target target, char *text)
{
	engine->unread[target] = true;
	flog_warn(EC_TENANT_OUT_OF_STEP,
		  "%s refused to tell what it holds (%s); asking again every %d s",
		  target_names[target], vty_reason(text), ASK_AGAIN_S);
	event_add_timer(engine->loop, ask_again, engine, ASK_AGAIN_S, &engine->ev_survey);
	engine_schedule(engine);
}

static void config_answered(void *arg, int index, int status, char *text)
{
	struct engine *engine = arg;
	struct object *found;

	engine->asking[index] = false;
	if (status == FRR_CONN_LOST)
		return; /* asked again when the daemon is back */
	if (status != CMD_SUCCESS) {
		not_told(engine, index, text);
		return;
	}
	found = survey_read(engine, index, text);
	drop_target(engine, index);
	take_objects(engine, found);
	engine->surveyed[index] = true;
	if (index == TARGET_BGPD)
		verify_all(engine);
	zlog_info("%s read: %u statements of ours", target_names[index], darr_len(found));
	darr_free(found);
	engine_schedule(engine);
}

/* ---- when ---- */

void survey_begin(struct engine *engine)
{
	if (!engine->surveyed[TARGET_KERNEL])
		engine->surveyed[TARGET_KERNEL] = survey_kernel(engine);
	if (!engine->surveyed[TARGET_KERNEL])
		return;
	for (int target = 0; target < TARGET_COUNT; target++) {
		if (target == TARGET_KERNEL || engine->surveyed[target] ||
		    engine->unread[target] || engine->asking[target] ||
		    !frr_conn_is_up(engine->conns[target]))
			continue;
		engine->asking[target] = true;
		frr_conn_send(engine->conns[target], "show running-config", config_answered,
			      engine, target);
	}
}

/* A VRF that went before its instances were read would leave them behind as nobody's. */
static bool is_awaited(const struct engine *engine, enum target target)
{
	const struct frr_conn *conn = engine->conns[target];

	if (engine->surveyed[target] || engine->unread[target])
		return false;
	if (target == TARGET_KERNEL)
		return true;
	if (!conn) /* vrrpd is spoken to where somebody needs it; the others will be at once */
		return target != TARGET_VRRPD;
	return frr_conn_is_coming(conn) || frr_conn_is_up(conn);
}

enum target survey_awaits(const struct engine *engine)
{
	enum target target = 0;

	while (target < TARGET_COUNT && !is_awaited(engine, target))
		target++;
	return target;
}

bool survey_is_complete(const struct engine *engine)
{
	return survey_awaits(engine) == TARGET_COUNT;
}

void survey_forget(struct engine *engine, enum target target)
{
	engine->surveyed[target] = false;
}

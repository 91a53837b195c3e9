// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whether FRR's daemons still hold what was put there (correctness.md, I-12 after the fact).
 *
 * The kernel says by itself what others change in it (reaction.c); FRR does not.  So while
 * nothing else is going on, one daemon after the other is asked for its configuration:
 *
 *	every 2 s   show running-config, of the next daemon
 *	the text is another one than at the last look:
 *	            it is read, VRF by VRF; of a VRF that is as at the last look no more is done
 *	of the others, what was read is not what we believe:
 *	            somebody typed it; what was read is what is in place from now on, and the
 *	            next batch puts it right
 *
 * A daemon is left alone for fifty times as long as its last answer took.
 */
#include <zebra.h>

#include <string.h>

#include "command.h"
#include "darr.h"
#include "frrevent.h"
#include "log.h"

#include "clock.h"
#include "errors.h"
#include "apply/engine_priv.h"
#include "plan/statement.h"

#define LOOK_EVERY_MS 2000
#define LOOK_SHARE    50 /* looking takes no more than this part of a daemon's time */

static void look(struct event *event);

static void look_later(struct engine *engine)
{
	event_add_timer_msec(engine->loop, look, engine, LOOK_EVERY_MS, &engine->audit.ev_look);
}

/* Nothing is under way that changes what is in place, or what we know of it. */
static bool is_quiet(const struct engine *engine)
{
	return !batch_is_running(engine) &&
	       !place_list_count((struct place_list_head *)engine->dirty);
}

/* ---- comparing ---- */

/* One VRF's statements in one daemon, sorted. */
struct part {
	const char *vrf;
	const struct object *list;
	size_t count;
};

static int part_order(const void *a, const void *b)
{
	const struct object *x = a, *y = b;

	return strcmp(x->vrf, y->vrf) ?: object_cmp_key(x, y);
}

static uint32_t part_hash(const struct part *part)
{
	return part->count ? jhash(part->list, part->count * sizeof(*part->list), 0x7e4a47) | 1
			   : 0;
}

static bool is_as_believed(struct place *place, enum target target, const struct part *part)
{
	const struct object *obj;
	size_t i = 0;

	darr_foreach_p (place_have(place)->list, obj) {
		if (obj->target != target)
			continue;
		if (i == part->count || object_cmp_key(obj, &part->list[i]) ||
		    !object_same(obj, &part->list[i]))
			return false;
		i++;
	}
	return i == part->count;
}

static void believe(struct place *place, enum target target, const struct part *part)
{
	struct objects *have = place_have(place);

	objects_keep(have, TARGETS_ALL & ~TARGET_BIT(target));
	for (size_t i = 0; i < part->count; i++)
		*darr_append(have->list) = part->list[i];
	objects_sort(have);
}

/* The first of what is to be put right in the daemon, in its words. */
static void tell(struct place *place, enum target target)
{
	struct op *ops = NULL, *op, *first = NULL;
	char text[STATEMENT_SIZE];
	unsigned int count = 0;

	diff_objects(place_have(place), place_want(place), &ops);
	darr_foreach_p (ops, op) {
		if (op->obj.target != target)
			continue;
		first = first ?: op;
		count++;
	}
	if (first)
		flog_warn(EC_TENANT_DRIFT,
			  "%s: somebody changed what %s holds; %s by %u statement%s, first \"%s\"",
			  place->vrf[0] ? place->vrf : "node", target_names[target],
			  place->engine->audit.only_tells ? "it stays, and would be put right"
							  : "put right",
			  count, count == 1 ? "" : "s",
			  statement_shown(&first->obj, first->what == OUTCOME_DELETE, text));
	darr_free(ops);
}

/* What is believed is put back where nobody is to act on it: a batch for another reason would. */
static void differs(struct place *place, enum target target, const struct part *part)
{
	struct objects before = {};

	if (place->engine->audit.only_tells)
		objects_copy(&before, place_have(place), TARGETS_ALL);
	believe(place, target, part);
	tell(place, target);
	if (place->engine->audit.only_tells) {
		place_set_have(place, &before);
		return;
	}
	place->engine->stats.repairs[REPAIR_CONFIGURATION]++;
	place_make_dirty(place);
}

static void compare(struct place *place, enum target target, const struct part *part)
{
	uint32_t hash = part_hash(part);

	if (place->audited[target] == hash)
		return;
	if (!is_as_believed(place, target, part))
		differs(place, target, part);
	place->audited[target] = hash;
	place_want(place); /* without which the list would be kept */
	place_let_go(place);
}

/* Sorted; of two with one key the first. */
static void sort(struct object *found)
{
	unsigned int kept = 0;

	if (!found)
		return;
	qsort(found, darr_len(found), sizeof(*found), part_order);
	for (unsigned int i = 0; i < darr_len(found); i++)
		if (!kept || part_order(&found[kept - 1], &found[i]))
			found[kept++] = found[i];
	darr_setlen(found, kept);
}

static struct part part_of(const struct object *found, const char *vrf)
{
	struct part part = { .vrf = vrf };
	unsigned int low = 0, high = darr_len(found);

	while (low < high) {
		unsigned int middle = (low + high) / 2;

		if (strcmp(found[middle].vrf, vrf) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	part.list = found ? &found[low] : NULL;
	while (low + part.count < darr_len(found) && !strcmp(found[low + part.count].vrf, vrf))
		part.count++;
	return part;
}

static void compare_all(struct engine *engine, enum target target, struct object *found)
{
	struct place *place;

	sort(found);
	/* what is ours and in no place that we know is something new */
	for (unsigned int i = 0; i < darr_len(found); i++)
		if (!i || strcmp(found[i - 1].vrf, found[i].vrf))
			place_get(engine, found[i].vrf);
	frr_each (place_hash, engine->places, place) {
		struct part part = part_of(found, place->vrf);

		compare(place, target, &part);
	}
}

/* ---- looking ---- */

static void answered(void *arg, int index, int status, char *text)
{
	struct engine *engine = arg;
	struct object *found;
	uint32_t hash;

	engine->audit.asking = false;
	engine->audit.next[index] = clock_us() + LOOK_SHARE * (clock_us() - engine->audit.asked);
	if (status != CMD_SUCCESS || !engine->surveyed[index] || !is_quiet(engine) ||
	    engine->audit.batches != engine->stats.batches)
		return;
	hash = jhash(text, strlen(text), 0x7e4a47);
	if (hash == engine->audit.text[index])
		return;
	found = survey_read(engine, index, text);
	compare_all(engine, index, found);
	darr_free(found);
	if (place_list_count(engine->dirty))
		engine_schedule(engine);
	else
		engine->audit.text[index] = hash;
}

static bool is_due(const struct engine *engine, enum target target)
{
	return target != TARGET_KERNEL && engine->surveyed[target] && !engine->asking[target] &&
	       frr_conn_is_up(engine->conns[target]) && engine->audit.next[target] <= clock_us();
}

static void look(struct event *event)
{
	struct engine *engine = EVENT_ARG(event);

	look_later(engine);
	if (engine->audit.asking || !is_quiet(engine) || !engine->stats.batches)
		return;
	for (int i = 0; i < TARGET_COUNT; i++) {
		engine->audit.turn = (engine->audit.turn + 1) % TARGET_COUNT;
		if (!is_due(engine, engine->audit.turn))
			continue;
		engine->audit.asking = true;
		engine->audit.asked = clock_us();
		engine->audit.batches = engine->stats.batches;
		frr_conn_send(engine->conns[engine->audit.turn], "show running-config", answered,
			      engine, engine->audit.turn);
		return;
	}
}

void engine_repair_drift(struct engine *engine, bool repair)
{
	struct place *place;

	if (engine->audit.only_tells == !repair)
		return;
	engine->audit.only_tells = !repair;
	/* what was told of is to be seen again */
	memset(engine->audit.text, 0, sizeof(engine->audit.text));
	frr_each (place_hash, engine->places, place)
		memset(place->audited, 0, sizeof(place->audited));
}

void audit_start(struct engine *engine)
{
	look_later(engine);
}

void audit_stop(struct engine *engine)
{
	event_cancel(&engine->audit.ev_look);
}

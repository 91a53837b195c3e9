// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a batch waits for between two steps, because FRR must have seen something
 * first:
 *
 *	VRFs and interfaces are made, or gone       zebra has told us so
 *	many BGP instances are taken in             bgpd answers at once again
 *	what was in VRFs that go next is gone       zebra has let go of it, and its
 *	                                            queue is empty
 *
 * The last, because zebra 10.7.1 forgets the prefixes of a VRF that goes while they
 * wait in its queue, but leaves them marked as waiting: in the next VRF with that
 * table they are never looked at again (rib_meta_queue_free() in zebra_rib.c).  Where
 * zebra runs with zebra_tenant.so nothing is kept, and nothing waited for.
 */
#include <zebra.h>

#include <stdio.h>
#include <string.h>

#include "darr.h"
#include "frrevent.h"

#include "clock.h"
#include "apply/batch_priv.h"

#define ZEBRA_WAIT_MS   5000 /* of silence */
#define ZEBRA_WAITS     6    /* so often while it speaks of other things */
#define SETTLE_GAP_MS   20   /* between two looks whether bgpd is quiet */
#define SETTLE_QUICK_US 5000
#define SETTLE_LOOKS    1000 /* then it is busy with something else */
#define BULK_INSTANCES  8    /* fewer than that need no settling */
#define RIB_LOOKS       50   /* then zebra has kept one of an earlier VRF: go on without */
#define RIB_IDLE        2    /* looks in a row */

/* ---- for zebra to notice ---- */

static bool zebra_is_ready(struct engine *engine, const struct task *task)
{
	const struct object *obj = &task->op.obj;

	if (task->place->stopped || !task_is_in_step(task, &engine->batch))
		return true;
	if (obj->kind == OBJ_VRF)
		return engine->host.knows_vrf(obj->vrf, obj->num[0]) !=
		       batch_step_removes(&engine->batch);
	if (obj->kind == OBJ_VLAN || obj->kind == OBJ_PORT || obj->kind == OBJ_MACVLAN)
		return engine->host.knows_interface(obj->name, obj->vrf) !=
		       batch_step_removes(&engine->batch);
	return true;
}

/* The first thing that zebra has not told us of yet; NULL: it is all there.
 * Goes on where it stood the last time, or it would take time with the square of
 * the number of places.
 */
static struct task *first_unready(struct engine *engine)
{
	struct batch *batch = &engine->batch;
	struct task *task;

	for (; batch->ready < darr_len(batch->places); batch->ready++)
		darr_foreach_p (batch->places[batch->ready]->tasks, task)
			if (!zebra_is_ready(engine, task))
				return task;
	return NULL;
}

static void zebra_too_late(struct engine *engine)
{
	struct task *task;
	char what[120];

	while ((task = first_unready(engine)))
		place_fail(task->place, true,
			   "zebra has not noticed %s %s within %d s; see whether zebra runs",
			   object_describe(&task->op.obj, what, sizeof(what)),
			   batch_step_removes(&engine->batch) ? "going" : "coming",
			   ZEBRA_WAIT_MS / 1000);
	engine->batch.waiting_for_zebra = false;
	batch_step_next(engine);
}

static void zebra_look(struct event *event);

static void look_after_zebra(struct engine *engine)
{
	engine->batch.zebra_spoke = false;
	engine->batch.ready_before = engine->batch.ready;
	event_add_timer_msec(engine->loop, zebra_look, engine, ZEBRA_WAIT_MS,
			     &engine->batch.ev_barrier);
}

/* A thousand VRFs take zebra longer than that, but it is not silent meanwhile. */
static void zebra_look(struct event *event)
{
	struct engine *engine = EVENT_ARG(event);
	struct batch *batch = &engine->batch;

	batch->waits = batch->ready > batch->ready_before ? 0 : batch->waits + 1;
	if (batch->zebra_spoke && batch->waits < ZEBRA_WAITS)
		look_after_zebra(engine);
	else
		zebra_too_late(engine);
}

void batch_zebra_changed(struct engine *engine)
{
	engine->batch.zebra_spoke = true;
	if (!engine->batch.waiting_for_zebra || first_unready(engine))
		return;
	engine->batch.waiting_for_zebra = false;
	event_cancel(&engine->batch.ev_barrier);
	batch_step_next(engine);
}

/* True where the batch has to wait before its next step. */
static bool wait_for_zebra(struct engine *engine)
{
	enum phase phase = batch_step_phase(&engine->batch);

	if ((phase != PHASE_BASE && phase != PHASE_VRF) || !first_unready(engine))
		return false;
	engine->batch.waiting_for_zebra = true;
	engine->batch.waits = 0;
	look_after_zebra(engine);
	return true;
}

/* ---- for bgpd to be quiet ---- */

static void settle_look(struct event *event);

/* bgpd is quiet when it answers at once. */
static void settle_answered(void *arg, int index, int status, char *text)
{
	struct engine *engine = arg;
	int64_t took = clock_us() - engine->batch.began;

	if (status == FRR_CONN_LOST || took < SETTLE_QUICK_US ||
	    ++engine->batch.looks >= SETTLE_LOOKS) {
		batch_answer_taken(engine);
		return;
	}
	event_add_timer_msec(engine->loop, settle_look, engine, SETTLE_GAP_MS,
			     &engine->batch.ev_continue);
}

static void settle_look(struct event *event)
{
	struct engine *engine = EVENT_ARG(event);

	engine->batch.began = clock_us();
	frr_conn_send(engine->conns[TARGET_BGPD], "show version", settle_answered, engine, 0);
}

static bool wait_for_bgpd(struct engine *engine)
{
	unsigned int instances = 0;
	struct place **place;
	struct task *task;

	if (batch_step_removes(&engine->batch) ||
	    batch_step_phase(&engine->batch) != PHASE_INSTANCE)
		return false;
	darr_foreach_p (engine->batch.places, place)
		darr_foreach_p ((*place)->tasks, task)
			instances += task->op.obj.kind == OBJ_BGP && task->done;
	if (instances < BULK_INSTANCES || engine->batch.settling)
		return false;
	engine->batch.settling = true;
	engine->batch.looks = 0;
	engine->batch.answers_due++;
	event_add_timer_msec(engine->loop, settle_look, engine, SETTLE_GAP_MS,
			     &engine->batch.ev_continue);
	return true;
}

/* ---- for zebra to be done with what was in a VRF ---- */

static void rib_look(struct event *event);

/* "P  0  10 ... route_node processing": the second word is how many wait. */
static bool rib_is_idle(const char *text)
{
	const char *name = strstr(text, "route_node processing");
	int waiting;

	if (!name)
		return true; /* not the zebra we know: nothing to wait for */
	while (name > text && name[-1] != '\n')
		name--;
	return sscanf(name, "%*c%d", &waiting) != 1 || waiting == 0;
}

/* Asked for the last VRF's default, then for the queue: zebra reads what the kernel
 * says in order, so when it has let go of that one it has read all of the step.
 * Twice, because it may not even have heard yet of one that was made just now.
 */
enum asked_of_rib { ASKED_DEFAULT, ASKED_QUEUE };

static void rib_answered(void *arg, int asked, int status, char *text)
{
	struct engine *engine = arg;
	struct batch *batch = &engine->batch;

	if (asked == ASKED_DEFAULT) {
		batch->let_go = !strstr(text, "Known via \"kernel\"");
		return;
	}
	batch->idle = batch->let_go && rib_is_idle(text) ? batch->idle + 1 : 0;
	if (status == FRR_CONN_LOST || batch->idle == RIB_IDLE || ++batch->looks >= RIB_LOOKS) {
		batch_answer_taken(engine);
		return;
	}
	event_add_timer_msec(engine->loop, rib_look, engine, SETTLE_GAP_MS, &batch->ev_continue);
}

/* NULL: no VRF goes in the step that follows this one. */
static const char *last_vrf_to_go(const struct engine *engine)
{
	const char *vrf = NULL;
	struct place **place;
	struct task *task;

	if (!batch_step_removes(&engine->batch) || batch_step_phase(&engine->batch) != PHASE_BASE)
		return NULL;
	darr_foreach_p (engine->batch.places, place)
		darr_foreach_p ((*place)->tasks, task)
			if (task->op.obj.kind == OBJ_VRF && task->op.what == OUTCOME_DELETE)
				vrf = (*place)->vrf;
	return vrf;
}

static void rib_look(struct event *event)
{
	struct engine *engine = EVENT_ARG(event);
	char line[64];

	snprintf(line, sizeof(line), "show ip route vrf %s 0.0.0.0/0", last_vrf_to_go(engine));
	frr_conn_send(engine->zebra, line, rib_answered, engine, ASKED_DEFAULT);
	frr_conn_send(engine->zebra, "show work-queues", rib_answered, engine, ASKED_QUEUE);
}

/* With our module zebra keeps nothing of a VRF that goes, whatever waits. */
static bool wait_for_rib(struct engine *engine)
{
	if (engine->stats.module[TARGET_KERNEL] == MODULE_LOADED || !last_vrf_to_go(engine) ||
	    engine->batch.settling || !frr_conn_is_up(engine->zebra))
		return false;
	engine->batch.settling = true;
	engine->batch.looks = engine->batch.idle = 0;
	engine->batch.answers_due++;
	event_add_timer_msec(engine->loop, rib_look, engine, SETTLE_GAP_MS,
			     &engine->batch.ev_continue);
	return true;
}

bool batch_wait(struct engine *engine)
{
	return wait_for_zebra(engine) || wait_for_bgpd(engine) || wait_for_rib(engine);
}

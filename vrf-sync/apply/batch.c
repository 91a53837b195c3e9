// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The steps of one batch.
 *
 * Step by step over all places of the batch: kernel operations at once, FRR
 * statements sent to each daemon together and awaited.  All VRFs of a batch
 * are made before any protocol, and all bare instances before any statement in
 * them: bgpd walks every VRF whenever an interface comes into a VRF that it
 * knows, so one VRF after another would take time with the square of their
 * number (measured, FRR 10.7).
 */
#include <zebra.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "darr.h"
#include "frrevent.h"
#include "log.h"

#include "clock.h"
#include "errors.h"
#include "apply/batch_priv.h"
#include "apply/kernel.h"

#define SLICE_US 100000 /* of kernel operations, then others have their turn */

bool batch_is_running(const struct engine *engine)
{
	return engine->batch.places != NULL;
}

bool batch_step_removes(const struct batch *batch)
{
	return batch->step < PHASE_COUNT;
}

enum phase batch_step_phase(const struct batch *batch)
{
	return batch_step_removes(batch) ? PHASE_COUNT - 1 - batch->step
					 : batch->step - PHASE_COUNT;
}

bool task_is_in_step(const struct task *task, const struct batch *batch)
{
	bool removes = task->op.what == OUTCOME_DELETE && !task->op.late;

	return removes == batch_step_removes(batch) &&
	       object_phase(task->op.obj.kind, removes) == batch_step_phase(batch);
}

/* ---- how things end ---- */

void place_fail(struct place *place, bool lost, const char *fmt, ...)
{
	va_list ap;
	char text[sizeof(place->reason.text)];

	if (place->stopped)
		return; /* what follows from the first failure says nothing new */
	va_start(ap, fmt);
	vsnprintfrr(text, sizeof(text), fmt, ap);
	va_end(ap);
	place->stopped = true;
	place->lost = lost;
	place->reason.text[0] = '\0';
	reason_set(&place->reason, "%s", text);
	place_set_health(place, lost ? HEALTH_WAITING : HEALTH_FAILED);
	place->engine->stats.failed++;
	flog_warn(EC_TENANT_REFUSED, "%s: %s", place->vrf[0] ? place->vrf : "node",
		  place->reason.text);
}

void batch_answer_taken(struct engine *engine)
{
	if (--engine->batch.answers_due == 0)
		batch_step_next(engine);
}

/* ---- kernel ---- */

static void run_kernel_task(struct engine *engine, struct task *task)
{
	struct reason why = {};
	char what[120];

	if (kernel_apply(engine->kernel, task->op.what, &task->op.obj, &why) == 0) {
		task->done = true;
		return;
	}
	if (!why.text[0])
		reason_set(&why, "the kernel refused %s",
			   object_describe(&task->op.obj, what, sizeof(what)));
	engine->stats.refused[TARGET_KERNEL]++;
	place_fail(task->place, false, "%s", why.text);
}

/* ---- the steps ---- */

static void run_kernel_part(struct engine *engine, struct place *place)
{
	struct reason why = {};
	struct task *task;

	darr_foreach_p (place->tasks, task) {
		/* after a failure removals go on, additions do not */
		if (place->stopped && !batch_step_removes(&engine->batch))
			break;
		if (task->op.obj.target == TARGET_KERNEL && task_is_in_step(task, &engine->batch))
			run_kernel_task(engine, task);
	}
	if (kernel_finish(engine->kernel, &why) < 0) {
		engine->stats.refused[TARGET_KERNEL]++;
		place_fail(place, false, "%s", why.text);
		survey_forget(engine, TARGET_KERNEL);
	}
}

static void step_continue(struct event *event);

/* The kernel's part of all places first, then what FRR is to be told. */
static void step_go_on(struct engine *engine)
{
	struct batch *batch = &engine->batch;
	int64_t until = clock_us() + SLICE_US;

	while (batch->next_place < darr_len(batch->places)) {
		run_kernel_part(engine, batch->places[batch->next_place++]);
		if (clock_us() < until)
			continue;
		event_add_event(engine->loop, step_continue, engine, 0, &batch->ev_continue);
		return;
	}
	/* one more than there are answers, so that none of them ends the step early */
	batch->answers_due = 1;
	batch_send(engine);
	batch_answer_taken(engine);
}

static void step_continue(struct event *event)
{
	step_go_on(EVENT_ARG(event));
}

static void step_run(struct engine *engine)
{
	engine->batch.next_place = engine->batch.ready = 0;
	step_go_on(engine);
}

/* What is in place after the batch: every task that was done has its effect. */
static bool is_gone(const struct place *place, const struct object *obj)
{
	struct object parent;
	struct task *task;

	darr_foreach_p (place->tasks, task)
		if (task->done && object_cmp_key(&task->op.obj, obj) == 0)
			return true;
	if (!object_parent(obj, &parent))
		return false;
	darr_foreach_p (place->tasks, task)
		if (task->done && task->op.what == OUTCOME_DELETE &&
		    object_cmp_key(&task->op.obj, &parent) == 0)
			return true;
	return false;
}

static bool all_done(const struct place *place)
{
	struct task *task;

	darr_foreach_p (place->tasks, task)
		if (!task->done)
			return false;
	return true;
}

static void count_done(struct place *place)
{
	struct engine_stats *stats = &place->engine->stats;
	struct task *task;

	darr_foreach_p (place->tasks, task) {
		place->changes += task->done;
		stats->added += task->done && task->op.what == OUTCOME_ADD;
		stats->updated += task->done && task->op.what == OUTCOME_UPDATE;
		stats->deleted += task->done && task->op.what == OUTCOME_DELETE;
	}
}

static void place_take_effect(struct place *place)
{
	struct objects after = {};
	const struct object *obj;
	struct task *task;

	if (all_done(place)) {
		place_set_done(place);
		return;
	}
	darr_foreach_p (place->tasks, task)
		if (task->done && task->op.what != OUTCOME_DELETE)
			*darr_append(after.list) = task->op.obj;
	darr_foreach_p (place_have(place)->list, obj)
		if (!is_gone(place, obj))
			*darr_append(after.list) = *obj;
	objects_sort(&after);
	place_set_have(place, &after);
	place_want(place);
	place_let_go(place);
}

static void place_note_left_out(struct place *place);

static bool export_is_in_doubt(const struct place *place)
{
	struct task *task;

	darr_foreach_p (place->tasks, task)
		if (task->done && task->op.what != OUTCOME_DELETE &&
		    (task->op.obj.kind == OBJ_VRF || task->op.obj.kind == OBJ_BGP))
			return true;
	return false;
}

static bool has_new_ospf(const struct place *place)
{
	struct task *task;

	darr_foreach_p (place->tasks, task)
		if (task->done && task->op.what == OUTCOME_ADD && task->op.obj.kind == OBJ_OSPF)
			return true;
	return false;
}

static void batch_end(struct engine *engine)
{
	struct place **place;

	darr_foreach_p (engine->batch.places, place) {
		count_done(*place);
		place_note_left_out(*place);
		place_take_effect(*place);
		if (export_is_in_doubt(*place))
			verify_place(*place);
		if (has_new_ospf(*place))
			(*place)->ospf_since = clock_us();
		engine->batch.changed += (*place)->tasks != NULL;
		darr_free((*place)->tasks);
		reaction_batch_ended(*place);
	}
	engine_batch_done(engine);
	darr_free(engine->batch.places);
	engine->batch = (struct batch){};
	engine_schedule(engine);
}

static bool step_has_work(const struct engine *engine)
{
	struct place **place;
	struct task *task;

	darr_foreach_p (engine->batch.places, place)
		darr_foreach_p ((*place)->tasks, task)
			if (task_is_in_step(task, &engine->batch))
				return true;
	return false;
}

/* Sends again by itself what was refused together; true where that is to be awaited. */
static bool send_apart(struct engine *engine)
{
	/* one more than there are answers, as in step_go_on() */
	engine->batch.answers_due = 1;
	if (batch_send_apart(engine)) {
		batch_answer_taken(engine);
		return true;
	}
	engine->batch.answers_due = 0;
	return false;
}

void batch_step_next(struct engine *engine)
{
	if (send_apart(engine))
		return;
	if (batch_wait(engine))
		return;
	do {
		engine->batch.settling = false;
		if (++engine->batch.step == STEP_COUNT) {
			batch_end(engine);
			return;
		}
	} while (!step_has_work(engine));
	step_run(engine);
}

static void say_why_absent(struct place *place, enum target target)
{
	struct engine *engine = place->engine;
	struct reason *why = &place->reason;

	why->text[0] = '\0';
	if (frr_conn_is_silent(engine->conns[target]))
		reason_set(why, "%s does not answer; its part follows when it does",
			   target_names[target]);
	else if (engine->unread[target])
		reason_set(why, "%s does not tell what it holds; its part follows when it does",
			   target_names[target]);
	else if (frr_conn_is_up(engine->conns[target]))
		reason_set(why, "what %s holds has to be read anew; its part follows then",
			   target_names[target]);
	else
		reason_set(why, "%s is not running; its part follows when it is back",
			   target_names[target]);
}

static bool is_absent(const struct engine *engine, enum target target)
{
	return target != TARGET_KERNEL &&
	       !(frr_conn_is_up(engine->conns[target]) && engine->surveyed[target]);
}

/* The first of its tasks that are not done waits for a daemon that is away. */
static bool place_awaits(struct place *place, enum target *target)
{
	struct task *task;

	darr_foreach_p (place->tasks, task) {
		*target = task->op.obj.target;
		if (!task->done && is_absent(place->engine, *target))
			return true;
	}
	return false;
}

/* One that was there when the batch began, and not when its turn came: nothing was sent, so
 * nothing has failed.
 */
static void place_note_left_out(struct place *place)
{
	enum target target;

	if (place->stopped || place->lost || !place_awaits(place, &target))
		return;
	place->lost = true;
	say_why_absent(place, target);
	place_set_health(place, HEALTH_WAITING);
}

/* What a daemon that is away should hold waits for it. */
static void place_leave_out_absent(struct place *place)
{
	place->stopped = place->lost = false;
	place_note_left_out(place);
}

void batch_compare(struct place *place)
{
	struct op *ops = NULL, *op;

	darr_free(place->tasks);
	if (!place_is_as_wanted(place))
		diff_objects(place_have(place), place_want(place), &ops);
	place_let_go(place);
	darr_foreach_p (ops, op)
		*darr_append(place->tasks) = (struct task){ .op = *op, .place = place };
	darr_free(ops);
	place->coming = !place->settled && place->vrf[0] && darr_len(place->tasks);
	place_leave_out_absent(place);
}

void batch_begin(struct engine *engine, struct place **places)
{
	engine->batch = (struct batch){ .places = places, .step = -1u };
	do
		engine->batch.step++;
	while (engine->batch.step < STEP_COUNT && !step_has_work(engine));
	if (engine->batch.step == STEP_COUNT)
		batch_end(engine);
	else
		step_run(engine);
}

void batch_cancel(struct engine *engine)
{
	struct place **place;

	event_cancel(&engine->batch.ev_barrier);
	event_cancel(&engine->batch.ev_continue);
	darr_foreach_p (engine->batch.places, place)
		darr_free((*place)->tasks);
	darr_free(engine->batch.places);
	engine->batch = (struct batch){};
}

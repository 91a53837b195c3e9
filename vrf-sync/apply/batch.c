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
 *
 * Between steps the batch waits where FRR must have seen something first: VRFs
 * and interfaces made (zebra has told us so), VRFs gone, instances taken in.
 */
#include <zebra.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "darr.h"
#include "frrevent.h"
#include "log.h"

#include "clock.h"
#include "errors.h"
#include "apply/engine_priv.h"
#include "apply/kernel.h"
#include "plan/statement.h"

#define ZEBRA_WAIT_MS   5000
#define SETTLE_GAP_MS   20 /* between two looks whether bgpd is quiet */
#define SETTLE_QUICK_US 5000
#define BULK_INSTANCES  8 /* fewer than that need no settling */

static void step_run(struct engine *engine);
static void step_next(struct engine *engine);

bool batch_is_running(const struct engine *engine)
{
	return engine->batch.places != NULL;
}

static bool step_removes(const struct batch *batch)
{
	return batch->step < PHASE_COUNT;
}

static enum phase step_phase(const struct batch *batch)
{
	return step_removes(batch) ? PHASE_COUNT - 1 - batch->step : batch->step - PHASE_COUNT;
}

static bool task_is_in_step(const struct task *task, const struct batch *batch)
{
	bool removes = task->op.what == OUTCOME_DELETE;

	return removes == step_removes(batch) &&
	       object_kinds[task->op.obj.kind].phase == step_phase(batch);
}

/* ---- how a task ends ---- */

static void place_fail(struct place *place, bool lost, const char *fmt, ...) PRINTFRR(3, 4);
static void place_fail(struct place *place, bool lost, const char *fmt, ...)
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
	place->engine->stats.failed++;
	flog_warn(EC_TENANT_REFUSED, "%s: %s", place->vrf[0] ? place->vrf : "node",
		  place->reason.text);
}

static void task_succeed(struct task *task)
{
	struct engine_stats *stats = &task->place->engine->stats;

	task->done = true;
	task->place->changes++;
	switch (task->op.what) {
	case OUTCOME_ADD:
		stats->added++;
		break;
	case OUTCOME_UPDATE:
		stats->updated++;
		break;
	case OUTCOME_DELETE:
		stats->deleted++;
		break;
	default:
		break;
	}
}

/* ---- kernel ---- */

static void run_kernel_task(struct engine *engine, struct task *task)
{
	struct reason why = {};
	char what[120];

	if (kernel_apply(engine->kernel, task->op.what, &task->op.obj, &why) == 0) {
		task_succeed(task);
		return;
	}
	if (!why.text[0])
		reason_set(&why, "the kernel refused %s",
			   object_describe(&task->op.obj, what, sizeof(what)));
	place_fail(task->place, false, "%s", why.text);
}

/* ---- FRR ---- */

static void answer_taken(struct engine *engine)
{
	if (--engine->batch.answers_due == 0)
		step_next(engine);
}

/* The first line of what a daemon said, without its "% ". */
static const char *first_line(char *text)
{
	text += strspn(text, "% \r\n");
	text[strcspn(text, "\r\n")] = '\0';
	return *text ? text : "no reason given";
}

static bool status_is_good(int status, bool removes)
{
	/* taking away what is gone already is no failure */
	return status == CMD_SUCCESS || (removes && status == CMD_WARNING);
}

static void task_answered(void *arg, int index, int status, char *text)
{
	struct task *task = arg;
	struct place *place = task->place;
	const char *daemon = target_names[task->op.obj.target];
	char line[STATEMENT_SIZE];

	if (status_is_good(status, task->op.what == OUTCOME_DELETE)) {
		task_succeed(task);
	} else if (status == FRR_CONN_LOST) {
		place_fail(place, true, "%s went away; its part follows when it is back", daemon);
	} else {
		statement_text(&task->op.obj, task->op.what == OUTCOME_DELETE, line);
		place_fail(place, false, "%s refused \"%s\": %s", daemon, line, first_line(text));
		survey_forget(place->engine, task->op.obj.target);
	}
	answer_taken(place->engine);
}

struct script {
	struct engine *engine;
	struct place *place; /* NULL: a line for all */
	enum target target;
	struct task **tasks; /* darr, as the script's operations */
};

/* A line that only opens or closes something: what fails here fails the place
 * whose statements follow.
 */
static void frame_answered(void *arg, int index, int status, char *text)
{
	struct place *place = arg;

	if (status != CMD_SUCCESS && status != FRR_CONN_LOST)
		place_fail(place, false, "%s would not go where the statements of %s belong: %s",
			   target_names[index], place->vrf[0] ? place->vrf : "the node",
			   first_line(text));
	answer_taken(place->engine);
}

static void send_line(struct engine *engine, enum target target, const char *line,
		      frr_conn_done done, void *arg, int index)
{
	engine->batch.answers_due++;
	frr_conn_send(engine->conns[target], line, done, arg, index);
}

static void emit_line(void *arg, const char *line, int index)
{
	struct script *script = arg;

	if (index >= 0)
		send_line(script->engine, script->target, line, task_answered,
			  script->tasks[index], 0);
	else
		send_line(script->engine, script->target, line, frame_answered, script->place,
			  script->target);
}

/* The place's statements of this step for one daemon.  Each place begins and
 * ends in enable mode, so one that fails cannot lead the next astray.
 */
static void send_place(struct engine *engine, struct place *place, enum target target)
{
	const struct op **ops = NULL;
	struct script script = { .engine = engine, .place = place, .target = target };
	bool to_mgmtd = target == TARGET_MGMTD;
	/* route-maps line by line are slow: each is a transaction of its own */
	bool together = to_mgmtd || step_phase(&engine->batch) == PHASE_FILTER;
	struct task *task;

	darr_foreach_p (place->tasks, task) {
		if (task->op.obj.target != target || !task_is_in_step(task, &engine->batch))
			continue;
		*darr_append(ops) = &task->op;
		*darr_append(script.tasks) = task;
	}
	if (ops) {
		emit_line(&script,
			  to_mgmtd ? "configure terminal file-lock" : "configure terminal", -1);
		if (together)
			emit_line(&script, "XFRR_start_configuration", -1);
		statement_script(ops, darr_len(ops), model_provider(engine->model)->asn, emit_line,
				 &script);
		if (together)
			emit_line(&script, "XFRR_end_configuration", -1);
		emit_line(&script, "end", -1);
	}
	darr_free(ops);
	darr_free(script.tasks);
}

/* ---- waiting ---- */

static bool zebra_is_ready(struct engine *engine, const struct task *task)
{
	const struct object *obj = &task->op.obj;

	if (task->place->stopped || !task_is_in_step(task, &engine->batch))
		return true;
	if (obj->kind == OBJ_VRF)
		return engine->host.knows_vrf(obj->vrf, obj->num[0]) !=
		       step_removes(&engine->batch);
	if ((obj->kind == OBJ_VLAN || obj->kind == OBJ_PORT) && !step_removes(&engine->batch))
		return engine->host.knows_interface(obj->name, obj->vrf);
	return true;
}

/* The first thing that zebra has not told us of yet; NULL: it is all there. */
static struct task *first_unready(struct engine *engine)
{
	struct place **place;
	struct task *task;

	darr_foreach_p (engine->batch.places, place)
		darr_foreach_p ((*place)->tasks, task)
			if (!zebra_is_ready(engine, task))
				return task;
	return NULL;
}

static void zebra_too_late(struct event *event)
{
	struct engine *engine = EVENT_ARG(event);
	struct task *task;
	char what[120];

	while ((task = first_unready(engine)))
		place_fail(task->place, true,
			   "zebra has not noticed %s %s within %d s; see whether zebra runs",
			   object_describe(&task->op.obj, what, sizeof(what)),
			   step_removes(&engine->batch) ? "going" : "coming",
			   ZEBRA_WAIT_MS / 1000);
	engine->batch.waiting_for_zebra = false;
	step_next(engine);
}

void batch_zebra_changed(struct engine *engine)
{
	if (!engine->batch.waiting_for_zebra || first_unready(engine))
		return;
	engine->batch.waiting_for_zebra = false;
	event_cancel(&engine->batch.ev_barrier);
	step_next(engine);
}

/* True where the batch has to wait before its next step. */
static bool wait_for_zebra(struct engine *engine)
{
	if (step_phase(&engine->batch) != PHASE_BASE || !first_unready(engine))
		return false;
	engine->batch.waiting_for_zebra = true;
	event_add_timer_msec(engine->loop, zebra_too_late, engine, ZEBRA_WAIT_MS,
			     &engine->batch.ev_barrier);
	return true;
}

static void settle_look(struct event *event);

/* bgpd is quiet when it answers at once. */
static void settle_answered(void *arg, int index, int status, char *text)
{
	struct engine *engine = arg;
	int64_t took = clock_us() - engine->batch.began;

	if (status == FRR_CONN_LOST || took < SETTLE_QUICK_US) {
		answer_taken(engine);
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

	if (step_removes(&engine->batch) || step_phase(&engine->batch) != PHASE_INSTANCE)
		return false;
	darr_foreach_p (engine->batch.places, place)
		darr_foreach_p ((*place)->tasks, task)
			instances += task->op.obj.kind == OBJ_BGP && task->done;
	if (instances < BULK_INSTANCES || engine->batch.settling)
		return false;
	engine->batch.settling = true;
	engine->batch.answers_due++;
	event_add_timer_msec(engine->loop, settle_look, engine, SETTLE_GAP_MS,
			     &engine->batch.ev_continue);
	return true;
}

/* ---- the steps ---- */

static void run_place(struct engine *engine, struct place *place)
{
	struct task *task;

	darr_foreach_p (place->tasks, task) {
		/* after a failure removals go on, additions do not */
		if (place->stopped && !step_removes(&engine->batch))
			return;
		if (task->op.obj.target == TARGET_KERNEL && task_is_in_step(task, &engine->batch))
			run_kernel_task(engine, task);
	}
	for (int target = 0; target < TARGET_COUNT; target++)
		if (target != TARGET_KERNEL && frr_conn_is_up(engine->conns[target]) &&
		    engine->surveyed[target])
			send_place(engine, place, target);
}

static void step_run(struct engine *engine)
{
	struct place **place;

	/* one more than there are answers, so that none of them ends the step early */
	engine->batch.answers_due = 1;
	darr_foreach_p (engine->batch.places, place)
		run_place(engine, *place);
	answer_taken(engine);
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

static void batch_end(struct engine *engine)
{
	struct place **place;

	darr_foreach_p (engine->batch.places, place) {
		place_take_effect(*place);
		darr_free((*place)->tasks);
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

static void step_next(struct engine *engine)
{
	if (wait_for_zebra(engine) || wait_for_bgpd(engine))
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

/* What a daemon that is away should hold waits for it. */
static void place_leave_out_absent(struct place *place)
{
	struct engine *engine = place->engine;
	struct task *task;

	place->stopped = place->lost = false;
	darr_foreach_p (place->tasks, task) {
		enum target target = task->op.obj.target;

		if (target == TARGET_KERNEL ||
		    (frr_conn_is_up(engine->conns[target]) && engine->surveyed[target]))
			continue;
		place->lost = true;
		place->reason.text[0] = '\0';
		reason_set(&place->reason, "%s is not running; its part follows when it is back",
			   target_names[target]);
		return;
	}
}

static void place_compare(struct place *place)
{
	struct op *ops = NULL, *op;

	darr_free(place->tasks);
	if (!place_is_as_wanted(place))
		diff_objects(place_have(place), place_want(place), &ops);
	place_let_go(place);
	darr_foreach_p (ops, op)
		*darr_append(place->tasks) = (struct task){ .op = *op, .place = place };
	darr_free(ops);
	place_leave_out_absent(place);
}

void batch_begin(struct engine *engine, struct place **places)
{
	struct place **place;

	darr_foreach_p (places, place)
		place_compare(*place);
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

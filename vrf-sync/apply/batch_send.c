// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The statements of one step, sent to FRR's daemons and answered.
 *
 * Usually each place has a script of its own for each daemon.  But what goes
 * through FRR's northbound layer is a transaction, and that costs a daemon as
 * much as all it holds: mgmtd copies and records everything, vrrpd too, bgpd and
 * ospfd check every list and route-map there is.  So these statements of all places
 * are one script and one transaction, sorted so that nothing in between cuts it
 * in two (a statement that is not the northbound's own does: lib/command.c).
 * 1,000 tenants one after another would take time with the square of their
 * number.
 *
 * One transaction has one fate.  Where it is refused, each place's part is sent
 * again by itself.  mgmtd keeps what it refused, of anybody's, in its one
 * candidate, where every later transaction meets it (measured, FRR 10.7.1); so
 * then, and after a part that is refused again, the candidate is put back to
 * what is in force.  It holds nobody's work: we have its lock.
 */
#include <zebra.h>

#include <string.h>

#include "command.h"
#include "darr.h"
#include "log.h"

#include "apply/batch_priv.h"
#include "plan/statement.h"

struct script {
	struct engine *engine;
	struct place *place; /* NULL: the script is for all */
	enum target target;
	const struct op **ops; /* darr */
	struct task **tasks;   /* darr, as the operations */
};

static bool is_transaction(const struct engine *engine, enum target target)
{
	return target == TARGET_MGMTD || target == TARGET_VRRPD ||
	       batch_step_phase(&engine->batch) == PHASE_FILTER;
}

/* ---- answers ---- */

/* Why, in the daemon's words, which may repeat the line that it did not take; with a
 * transaction those of several tenants.  obj: NULL where it was no single statement.
 */
static const char *refusal(const struct object *obj, char *text, char buf[static STATEMENT_SIZE])
{
	return obj && statement_has_secret(obj) ? "its words are left out, they may hold the key"
						: statement_redact(vty_reason(text), buf);
}

/* A transaction that another command had to end first is refused in words only. */
static bool is_good(int status, const char *text, bool removes)
{
	/* taking away what is gone already is no failure */
	return (status == CMD_SUCCESS || (removes && status == CMD_WARNING)) &&
	       !strstr(text, "% Configuration failed");
}

/* Somebody else's lock goes with his session; that of a session which ended during its
 * commit stays until mgmtd ends, without our module (frr-plugin/mgmtd_orphan.h).
 */
static const char *lock_advice(const char *text)
{
	return strstr(text, "locked by another session")
		       ? "; if that stays, restart mgmtd, with \"-M tenant\" among its options"
		       : "";
}

static void refused(struct place *place, enum target target, const struct task *task, char *text)
{
	char line[STATEMENT_SIZE], why[STATEMENT_SIZE];

	place->engine->stats.refused[target]++;
	if (task) {
		statement_shown(&task->op.obj, task->op.what == OUTCOME_DELETE, line);
		place_fail(place, false, "%s refused \"%s\": %s", target_names[target], line,
			   refusal(&task->op.obj, text, why));
	} else {
		place_fail(place, false, "%s refused the statements of %s: %s%s",
			   target_names[target], place->vrf[0] ? place->vrf : "the node",
			   refusal(NULL, text, why), lock_advice(text));
	}
	survey_forget(place->engine, target);
}

static void task_answered(void *arg, int together, int status, char *text)
{
	struct task *task = arg;
	struct place *place = task->place;
	struct engine *engine = place->engine;
	enum target target = task->op.obj.target;

	if (status == FRR_CONN_LOST && frr_conn_is_silent(engine->conns[target]))
		place_fail(place, true, "%s does not answer; its part follows when it does",
			   target_names[target]);
	else if (status == FRR_CONN_LOST)
		place_fail(place, true, "%s went away; its part follows when it is back",
			   target_names[target]);
	else if (is_good(status, text, task->op.what == OUTCOME_DELETE))
		task->done = true;
	else if (together)
		engine->batch.apart[target] = APART_NEEDED;
	else
		refused(place, target, task, text);
	batch_answer_taken(engine);
}

/* A line that only opens or closes something: what fails here fails the place
 * whose statements it frames.
 */
static void frame_answered(void *arg, int target, int status, char *text)
{
	struct place *place = arg;

	if (status != FRR_CONN_LOST && !is_good(status, text, false))
		refused(place, target, NULL, text);
	batch_answer_taken(place->engine);
}

static void common_frame_answered(void *arg, int target, int status, char *text)
{
	struct engine *engine = arg;

	if (status != FRR_CONN_LOST && !is_good(status, text, false))
		engine->batch.apart[target] = APART_NEEDED;
	batch_answer_taken(engine);
}

/* ---- sending ---- */

static void send_line(struct engine *engine, enum target target, const char *line,
		      frr_conn_done done, void *arg, int index)
{
	engine->batch.answers_due++;
	frr_conn_send(engine->conns[target], line, done, arg, index);
}

static void emit_line(void *arg, const char *line, int index)
{
	struct script *script = arg;
	struct engine *engine = script->engine;

	if (index >= 0)
		send_line(engine, script->target, line, task_answered, script->tasks[index],
			  !script->place);
	else if (script->place)
		send_line(engine, script->target, line, frame_answered, script->place,
			  script->target);
	else
		send_line(engine, script->target, line, common_frame_answered, engine,
			  script->target);
}

static bool is_apart(const struct engine *engine, enum target target)
{
	return target == TARGET_MGMTD && engine->batch.apart[target] == APART_DONE;
}

/* Begins and ends in enable mode, so a script that fails cannot lead the next astray. */
static void script_send(struct script *script)
{
	struct engine *engine = script->engine;
	bool transaction = is_transaction(engine, script->target);

	if (darr_len(script->ops)) {
		emit_line(script,
			  script->target == TARGET_MGMTD ? "configure terminal file-lock"
							 : "configure terminal",
			  -1);
		if (is_apart(engine, script->target))
			emit_line(script, "mgmt commit abort", -1);
		if (transaction)
			emit_line(script, "XFRR_start_configuration", -1);
		statement_script(script->ops, darr_len(script->ops),
				 model_provider(engine->model)->asn, emit_line, script);
		if (transaction)
			emit_line(script, "XFRR_end_configuration", -1);
		emit_line(script, "end", -1);
	}
	darr_free(script->ops);
	darr_free(script->tasks);
}

/* Statements whose kinds follow each other in one script; 0 for the rest. */
static int kind_group(const struct object *obj)
{
	switch (obj->kind) {
	case OBJ_PREFIX_LIST:
		return -2;
	case OBJ_RT_LIST: /* the only one in its phase that is no transaction */
		return -1;
	default:
		return 0;
	}
}

static bool is_for_script(const struct script *script, const struct task *task)
{
	return task->op.obj.target == script->target &&
	       task_is_in_step(task, &script->engine->batch);
}

static void script_take(struct script *script, struct task *task)
{
	task->done = false;
	*darr_append(script->ops) = &task->op;
	*darr_append(script->tasks) = task;
}

static void send_place(struct engine *engine, struct place *place, enum target target)
{
	struct script script = { .engine = engine, .place = place, .target = target };
	struct task *task;

	/* after a failure removals go on, additions do not */
	if (place->stopped && !batch_step_removes(&engine->batch))
		return;
	darr_foreach_p (place->tasks, task)
		if (is_for_script(&script, task))
			script_take(&script, task);
	script_send(&script);
}

static void take_group(struct script *script, int group)
{
	struct engine *engine = script->engine;
	struct place **place;
	struct task *task;

	darr_foreach_p (engine->batch.places, place) {
		if ((*place)->stopped && !batch_step_removes(&engine->batch))
			continue;
		darr_foreach_p ((*place)->tasks, task)
			if (is_for_script(script, task) && kind_group(&task->op.obj) == group)
				script_take(script, task);
	}
}

static void send_together(struct engine *engine, enum target target)
{
	struct script script = { .engine = engine, .target = target };

	for (int i = 0; i <= 2; i++)
		take_group(&script, batch_step_removes(&engine->batch) ? -i : i - 2);
	script_send(&script);
}

static void send_each(struct engine *engine, enum target target)
{
	struct place **place;

	darr_foreach_p (engine->batch.places, place)
		send_place(engine, *place, target);
}

static bool can_be_sent_to(const struct engine *engine, enum target target)
{
	return target != TARGET_KERNEL && frr_conn_is_up(engine->conns[target]) &&
	       engine->surveyed[target];
}

void batch_send(struct engine *engine)
{
	for (int target = 0; target < TARGET_COUNT; target++) {
		engine->batch.apart[target] = APART_NO;
		if (!can_be_sent_to(engine, target))
			continue;
		if (is_transaction(engine, target))
			send_together(engine, target);
		else
			send_each(engine, target);
	}
}

static void abort_answered(void *arg, int target, int status, char *text)
{
	batch_answer_taken(arg);
}

/* What the last part left behind, if it was refused. */
static void clean_candidate(struct engine *engine)
{
	static const char *const lines[] = { "configure terminal file-lock", "mgmt commit abort",
					     "end" };

	for (unsigned int i = 0; i < array_size(lines); i++)
		send_line(engine, TARGET_MGMTD, lines[i], abort_answered, engine, TARGET_MGMTD);
}

static void load_ended(void *arg, int index, int status, char *text)
{
}

/* Whoever was killed between XFRR_start_configuration and its end left a daemon that waits for
 * the end for minutes: ospfd (10.7.1) sends no hello meanwhile, in no VRF, and bgpd leaks nothing.
 */
void batch_end_load(struct engine *engine, enum target target)
{
	static const char *const lines[] = { "configure terminal", "XFRR_end_configuration",
					     "end" };

	if (target != TARGET_OSPFD && target != TARGET_BGPD)
		return;
	for (unsigned int i = 0; i < array_size(lines); i++)
		frr_conn_send(engine->conns[target], lines[i], load_ended, engine, target);
}

bool batch_send_apart(struct engine *engine)
{
	bool again = false;

	for (int target = 0; target < TARGET_COUNT; target++) {
		if (engine->batch.apart[target] != APART_NEEDED)
			continue;
		engine->batch.apart[target] = APART_DONE;
		again = true;
		zlog_info(
			"%s refused what all tenants need together; sending each tenant's part by itself",
			target_names[target]);
		if (!can_be_sent_to(engine, target))
			continue;
		send_each(engine, target);
		if (target == TARGET_MGMTD)
			clean_candidate(engine);
	}
	return again;
}

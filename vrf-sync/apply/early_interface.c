// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Interfaces of OSPF instances that are yet to be made.
 *
 * "interface X" is a transaction of FRR's northbound layer that ospfd carries out
 * at once and by itself, and that costs what all lists and route-maps in ospfd
 * cost: with many tenants it is most of what they take, and grows with the square
 * of their number (measured, FRR 10.7.1).  Before the lists are there it is cheap.
 * So where a batch makes an OSPF instance, its interfaces come before the batch's
 * filters.  Nothing speaks there: an interface of a VRF without an instance is
 * silent.  Interfaces of an instance that is there already come after its filters.
 *
 * ospfd must have heard from zebra of the interface in its VRF.  One that it has
 * not heard of counts as the default VRF's, where the operator's own instance
 * may refuse it, or take its area.  So it is asked for each ("show yang
 * operational-data", which looks up one interface by name), and where it does not
 * learn of one in time, that VRF's interfaces come in their usual place.
 */
#include <zebra.h>

#include <stdio.h>
#include <string.h>

#include "darr.h"
#include "frrevent.h"

#include "apply/batch_priv.h"

#define LOOK_GAP_MS 20
#define LOOKS_MAX   250 /* in vain */

/* Each of its interfaces has one area. */
static bool is_asked_for(const struct task *task)
{
	return task->op.what != OUTCOME_DELETE && task->op.obj.kind == OBJ_OSPF_IF_AREA;
}

static bool makes_instance(const struct place *place)
{
	const struct task *task;

	darr_foreach_p (place->tasks, task)
		if (task->op.what == OUTCOME_ADD && task->op.obj.kind == OBJ_OSPF)
			return true;
	return false;
}

void early_interface_mark(struct place *place)
{
	place->early = !place->lost && makes_instance(place);
}

/* What ospfd says has the line  "vrf":"acme"  with or without blanks. */
static bool says_vrf(const char *text, const char *vrf)
{
	const char *at = strstr(text, "\"vrf\"");
	size_t len = strlen(vrf);

	if (!at)
		return false;
	at += strlen("\"vrf\"");
	at += strspn(at, " :");
	return at[0] == '"' && !strncmp(at + 1, vrf, len) && at[1 + len] == '"';
}

static void done(struct engine *engine)
{
	struct early *early = &engine->batch.early;

	for (; early->first < darr_len(early->tasks); early->first++)
		early->tasks[early->first]->place->early = false;
	darr_free(early->tasks);
	batch_step_go_on(engine);
}

static void ask(struct engine *engine, unsigned int count);

static void look_again(struct event *event)
{
	ask(EVENT_ARG(event), 1);
}

/* While one is awaited only that one is asked for, then all that follow. */
static void answered_all(struct engine *engine)
{
	struct early *early = &engine->batch.early;

	if (early->first == darr_len(early->tasks) || early->looks == LOOKS_MAX) {
		done(engine);
	} else if (early->first > early->asked_from) {
		early->looks = 0;
		ask(engine, darr_len(early->tasks) - early->first);
	} else {
		early->looks++;
		event_add_timer_msec(engine->loop, look_again, engine, LOOK_GAP_MS,
				     &engine->batch.ev_continue);
	}
}

static void answered(void *arg, int index, int status, char *text)
{
	struct engine *engine = arg;
	struct early *early = &engine->batch.early;

	if (status == FRR_CONN_LOST)
		early->looks = LOOKS_MAX;
	else if (early->first == (unsigned int)index &&
		 says_vrf(text, early->tasks[index]->op.obj.vrf))
		early->first++;
	if (--early->due == 0)
		answered_all(engine);
}

static void ask(struct engine *engine, unsigned int count)
{
	struct early *early = &engine->batch.early;
	char line[120];

	early->asked_from = early->first;
	early->due = count;
	for (unsigned int i = early->first; i < early->asked_from + count; i++) {
		snprintf(line, sizeof(line),
			 "show yang operational-data /frr-interface:lib/interface[name='%s']/vrf",
			 early->tasks[i]->op.obj.name);
		frr_conn_send(engine->conns[TARGET_OSPFD], line, answered, engine, i);
	}
}

bool early_interface_begin(struct engine *engine)
{
	struct early *early = &engine->batch.early;
	struct place **place;
	struct task *task;

	*early = (struct early){};
	darr_foreach_p (engine->batch.places, place)
		darr_foreach_p ((*place)->tasks, task)
			if ((*place)->early && !(*place)->stopped && is_asked_for(task))
				*darr_append(early->tasks) = task;
	if (!early->tasks)
		return false;
	ask(engine, darr_len(early->tasks));
	return true;
}

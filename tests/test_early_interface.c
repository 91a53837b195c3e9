// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Proves of whose interfaces early_interface.c says that they may come before
 * the filters: those of a new instance, if ospfd knows each of them in its VRF,
 * however late it says so; and that what it asks stays little meanwhile.
 */
#include <zebra.h>

#include <stdio.h>
#include <string.h>

#include "darr.h"
#include "frrevent.h"
#include "privs.h"

#include "apply/batch_priv.h"

#include "lib.h"

struct zebra_privs_t tenantd_privs = {};

#define TENANTS 3

static struct engine engine;
static struct place places[TENANTS];
static unsigned int asked, went_on;
static unsigned int known;       /* ospfd knows the interfaces of so many tenants */
static const char *known_vrf;    /* in another VRF than its own; NULL: in its own */
static unsigned int known_after; /* questions */
static bool away;

/* ---- what early_interface.c calls ---- */

struct question {
	char line[200];
	frr_conn_done done;
	void *arg;
	int index;
};

static struct question *questions; /* darr */
static void (*timer)(struct event *event);

void frr_conn_send(struct frr_conn *conn, const char *line, frr_conn_done done, void *arg,
		   int index)
{
	struct question *question = darr_append(questions);

	strlcpy(question->line, line, sizeof(question->line));
	question->done = done;
	question->arg = arg;
	question->index = index;
	asked++;
}

void batch_step_go_on(struct engine *whose)
{
	ck_assert_ptr_eq(whose, &engine);
	went_on++;
}

/* In place of libfrr's: it is due as soon as everything is answered. */
void _event_add_timer_msec(const struct xref_eventsched *xref, struct event_loop *loop,
			   void (*func)(struct event *event), void *arg, long msec,
			   struct event **ref)
{
	timer = func;
}

/* ---- ospfd ---- */

static void answer(const struct question *question)
{
	char text[300] = "{}\n";
	unsigned int tenant;
	char vrf[8];

	ck_assert_int_eq(
		sscanf(question->line,
		       "show yang operational-data /frr-interface:lib/interface[name='u0.%u']/vrf",
		       &tenant),
		1);
	snprintf(vrf, sizeof(vrf), "t%u", tenant);
	if (tenant < known || asked > known_after)
		snprintf(text, sizeof(text),
			 "{ \"frr-interface:lib\": { \"interface\": [ { \"name\": \"u0.%u\",\n"
			 " \"vrf\": \"%s\" } ] } }\n",
			 tenant, known_vrf ? known_vrf : vrf);
	question->done(question->arg, question->index, away ? FRR_CONN_LOST : 0, text);
}

static void run(void)
{
	while (darr_len(questions) || timer) {
		struct event event = { .arg = &engine };
		void (*due)(struct event *event) = timer;

		if (darr_len(questions)) {
			struct question first = questions[0];

			darr_remove(questions, 0);
			answer(&first);
			continue;
		}
		timer = NULL;
		due(&event);
	}
}

/* ---- the batch ---- */

static void add_task(struct place *place, enum outcome what, enum object_kind kind)
{
	struct task *task = darr_append(place->tasks);

	*task = (struct task){ .place = place };
	task->op.what = what;
	task->op.obj.kind = kind;
	task->op.obj.target = TARGET_OSPFD;
	strlcpy(task->op.obj.vrf, place->vrf, sizeof(task->op.obj.vrf));
	snprintf(task->op.obj.name, sizeof(task->op.obj.name), "u0.%d", (int)(place - places));
}

static void set_up(void)
{
	engine = (struct engine){};
	memset(places, 0, sizeof(places));
	asked = went_on = known = 0;
	known_after = UINT_MAX;
	known_vrf = NULL;
	away = false;
	for (int i = 0; i < TENANTS; i++) {
		snprintf(places[i].vrf, sizeof(places[i].vrf), "t%d", i);
		add_task(&places[i], OUTCOME_ADD, OBJ_OSPF);
		add_task(&places[i], OUTCOME_ADD, OBJ_OSPF_IF_HELLO);
		add_task(&places[i], OUTCOME_ADD, OBJ_OSPF_IF_AREA);
		*darr_append(engine.batch.places) = &places[i];
	}
}

static void tear_down(void)
{
	for (int i = 0; i < TENANTS; i++)
		darr_free(places[i].tasks);
	darr_free(engine.batch.places);
	darr_free(questions);
}

static bool begin(void)
{
	for (int i = 0; i < TENANTS; i++)
		early_interface_mark(&places[i]);
	return early_interface_begin(&engine);
}

START_TEST(only_new_instances_are_asked_for)
{
	places[0].tasks[0].op.what = OUTCOME_UPDATE;
	places[1].lost = true; /* a daemon is away */
	places[2].tasks[0].op.what = OUTCOME_DELETE;
	ck_assert(!begin());
	ck_assert_uint_eq(asked, 0);
	for (int i = 0; i < TENANTS; i++)
		ck_assert(!places[i].early);
}
END_TEST

START_TEST(what_ospfd_knows_comes_early)
{
	known = TENANTS;
	ck_assert(begin());
	ck_assert_uint_eq(went_on, 0);
	run();
	ck_assert_uint_eq(asked, TENANTS);
	ck_assert_uint_eq(went_on, 1);
	for (int i = 0; i < TENANTS; i++)
		ck_assert(places[i].early);
}
END_TEST

START_TEST(what_it_learns_late_comes_early_too)
{
	known = 1;
	known_after = 40;
	ck_assert(begin());
	run();
	/* while it waits it asks for one; then for the rest */
	ck_assert_uint_le(asked, known_after + 1 + TENANTS);
	ck_assert_uint_eq(went_on, 1);
	for (int i = 0; i < TENANTS; i++)
		ck_assert(places[i].early);
}
END_TEST

START_TEST(what_it_never_learns_comes_as_usual)
{
	known = 1;
	ck_assert(begin());
	run();
	ck_assert_uint_eq(went_on, 1);
	ck_assert(places[0].early);
	ck_assert(!places[1].early);
	ck_assert(!places[2].early);
}
END_TEST

START_TEST(in_another_vrf_is_not_known)
{
	known = TENANTS;
	known_vrf = "default";
	ck_assert(begin());
	run();
	ck_assert_uint_eq(went_on, 1);
	for (int i = 0; i < TENANTS; i++)
		ck_assert(!places[i].early);
}
END_TEST

START_TEST(an_ospfd_that_goes_away_is_not_waited_for)
{
	away = true;
	ck_assert(begin());
	run();
	ck_assert_uint_eq(asked, TENANTS);
	ck_assert_uint_eq(went_on, 1);
	for (int i = 0; i < TENANTS; i++)
		ck_assert(!places[i].early);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("early_interface");
	TCase *tcase = tcase_create("all");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, only_new_instances_are_asked_for);
	tcase_add_test(tcase, what_ospfd_knows_comes_early);
	tcase_add_test(tcase, what_it_learns_late_comes_early_too);
	tcase_add_test(tcase, what_it_never_learns_comes_as_usual);
	tcase_add_test(tcase, in_another_vrf_is_not_known);
	tcase_add_test(tcase, an_ospfd_that_goes_away_is_not_waited_for);
	suite_add_tcase(suite, tcase);
	return lib_main(suite);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every tenant's table read again, slowly: one tenant after the other, so that all of them
 * have been read after a minute (with thousands, a few), and never for more than a fiftieth
 * of the time.  What strays and was not found any more has gone.
 */
#include <zebra.h>

#include <errno.h>

#include "darr.h"
#include "frrevent.h"
#include "log.h"

#include "clock.h"
#include "apply/engine.h"
#include "apply/kernel.h"
#include "apply/kernel_scan.h"
#include "daemon/straying.h"
#include "daemon/tenantd.h"
#include "model/derive.h"

#define ROUND_MS      60000
#define PAUSE_MOST_MS 1000
#define PAUSE_MIN_MS  20
#define SHARE         50
#define ANSWER_MS     10000
#define RECHECK_US    (5 * INT64_C(1000000))

static struct kernel_scan *scan;
static struct event *ev_turn, *ev_read;
static uint32_t *round_ids; /* darr */
static unsigned int next;
static uint32_t reading; /* the tenant; 0: none */
static int64_t took, rechecked;

static void turn(struct event *event);
static void on_readable(struct event *event);

static void turn_after(int64_t ms)
{
	event_cancel(&ev_turn);
	event_add_timer_msec(tenantd.loop, turn, NULL, ms, &ev_turn);
}

static void next_turn(void)
{
	int64_t pause = ROUND_MS / MAX(darr_len(round_ids), 1U);

	pause = MIN(MAX(pause, PAUSE_MIN_MS), PAUSE_MOST_MS);
	turn_after(MAX(pause, took * SHARE / 1000));
}

/* ---- whose turn it is ---- */

static bool collect_one(void *arg, const struct engine_tenant *tenant)
{
	if (tenant->tenant_id && tenant->have_count)
		*darr_append(round_ids) = tenant->tenant_id;
	return true;
}

static bool is_here(uint32_t id)
{
	struct engine_tenant tenant;

	return model_tenant(tenantd.model, id) &&
	       engine_find_tenant(tenantd.engine, id, &tenant) && tenant.have_count;
}

static void begin_round(void)
{
	for (uint32_t id = 0; (id = straying_next_tenant(id));)
		if (!is_here(id))
			straying_forget(id);
	darr_free(round_ids);
	next = 0;
	engine_each(tenantd.engine, collect_one, NULL);
}

/* ---- one tenant ---- */

static void give_up(void)
{
	event_cancel(&ev_read);
	kernel_scan_free(scan);
	scan = NULL;
	reading = 0;
}

static void take_route(void *arg, const struct kernel_route *route)
{
	straying_swept(reading, route);
}

static void ended(void)
{
	int64_t now = clock_us();

	straying_sweep_ended(reading);
	if (now - rechecked >= RECHECK_US) {
		rechecked = now;
		straying_recheck(reading, false);
	}
	reading = 0;
}

static void on_readable(struct event *event)
{
	int64_t began = clock_us();
	int ret = kernel_scan_read(scan, take_route, NULL);

	took += clock_us() - began;
	if (ret == 1) {
		event_add_read(tenantd.loop, on_readable, NULL, kernel_scan_fd(scan), &ev_read);
		return;
	}
	if (ret == 0)
		ended();
	else if (ret == -EAGAIN)
		reading = 0; /* some may not have been told of: at the next round */
	else
		give_up();
	next_turn();
}

static void read_tenant(uint32_t id)
{
	const struct tenant *tenant = model_tenant(tenantd.model, id);
	uint32_t table = derive_table(model_provider(tenantd.model), tenant);

	if (!scan)
		scan = kernel_scan_new();
	if (!scan || kernel_scan_begin(scan, table) < 0) {
		give_up();
		next_turn();
		return;
	}
	reading = id;
	straying_sweep_begins(id);
	event_add_read(tenantd.loop, on_readable, NULL, kernel_scan_fd(scan), &ev_read);
	turn_after(ANSWER_MS);
}

static void turn(struct event *event)
{
	uint32_t id;

	if (reading)
		give_up(); /* the kernel did not answer */
	straying_sum_up();
	took = 0;
	if (next >= darr_len(round_ids))
		begin_round();
	while (next < darr_len(round_ids)) {
		id = round_ids[next++];
		if (!is_here(id))
			continue;
		read_tenant(id);
		return;
	}
	next_turn();
}

void straying_sweep_init(void)
{
	turn_after(PAUSE_MOST_MS);
}

void straying_sweep_stop(void)
{
	event_cancel(&ev_turn);
	give_up();
	darr_free(round_ids);
}

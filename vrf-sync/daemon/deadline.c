// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Changes that nobody confirmed in time are taken back in the database, and come
 * to every node from there like any other change.
 *
 * Every tenantd on the database watches the deadline, and the first one that has
 * the database's lock does it; so it is enough that one of them, or one tenantctl,
 * is alive.  The deadline is looked for after each load, the first one included,
 * off the path of the change.  It is a time of day, so it is compared with the
 * clock every few seconds: that may jump.
 */
#include <zebra.h>

#include <sqlite3.h>
#include <string.h>
#include <time.h>

#include "darr.h"
#include "frrevent.h"
#include "log.h"

#include "errors.h"
#include "daemon/tenantd.h"
#include "source/confirm.h"

#define LOOK_AFTER_MS 200
#define LOOK_AGAIN_S  5 /* at the latest, while a change waits */

static struct event *ev_look, *ev_again;
static struct reason problem; /* told last; "" */

static void report(const struct expired *expired)
{
	const struct reason *left;

	flog_warn(EC_TENANT_TAKEN_BACK,
		  "change %" PRIu64 " was not confirmed in time and has been taken back",
		  expired->id);
	darr_foreach_p (expired->left, left)
		flog_warn(EC_TENANT_TAKEN_BACK, "change %" PRIu64 ", not taken back: %s",
			  expired->id, left->text);
}

/* Once for each problem: it is tried again every second. */
static void report_problem(const struct reason *why)
{
	if (strcmp(problem.text, why->text))
		flog_warn(EC_TENANT_TAKEN_BACK, "%s; retrying", why->text);
	problem = *why;
}

/* Seconds until it is to be looked at again; 0: no change waits. */
static int64_t look(struct db *db, struct reason *why)
{
	int64_t deadline, now = time(NULL);
	struct expired expired;
	int ret;

	ret = confirm_expire(db, now, &expired, why);
	if (ret > 0)
		report(&expired);
	expired_fini(&expired);
	if (ret >= 0)
		ret = confirm_deadline(db, &deadline, why);
	if (ret < 0)
		return 1;
	return ret ? MAX(1, MIN(deadline - now, LOOK_AGAIN_S)) : 0;
}

static void look_now(struct event *event)
{
	struct reason why = {};
	struct db *db = status_database(&why);
	/* one that cannot be opened is loaded again when it can be */
	int64_t again = db ? look(db, &why) : LOOK_AGAIN_S;
	bool locked = db && sqlite3_errcode(db->sqlite) == SQLITE_BUSY;

	if (!why.text[0])
		problem.text[0] = '\0';
	else if (db && !locked)
		report_problem(&why);
	event_cancel(&ev_again);
	if (again)
		event_add_timer(tenantd.loop, look_now, NULL, again, &ev_again);
}

void deadline_look(void)
{
	event_add_timer_msec(tenantd.loop, look_now, NULL, LOOK_AFTER_MS, &ev_look);
}

void deadline_stop(void)
{
	event_cancel(&ev_look);
	event_cancel(&ev_again);
}

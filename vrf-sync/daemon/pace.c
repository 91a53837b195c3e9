// SPDX-License-Identifier: GPL-2.0-or-later
/* Telling of what may come in hundreds. */
#include <zebra.h>

#include "frrevent.h"

#include "clock.h"
#include "daemon/pace.h"
#include "daemon/tenantd.h"

void pace_ask(struct pace *pace, void (*tell)(struct event *event))
{
	int64_t now = clock_us(), wait = MAX(0, pace->next - now);

	if (event_is_scheduled(pace->ev))
		return;
	pace->next = now + wait + PACE_MS * INT64_C(1000);
	event_add_timer_msec(tenantd.loop, tell, NULL, (wait + 999) / 1000, &pace->ev);
}

void pace_stop(struct pace *pace)
{
	event_cancel(&pace->ev);
}

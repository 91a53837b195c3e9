// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Telling of what may come in hundreds: at once, and then once a second with
 * all that has come meanwhile.
 *
 *	static struct pace pace;
 *	... *darr_append(news) = one; pace_ask(&pace, tell); ...
 *	static void tell(struct event *event) { ... all of news ... }
 */
#ifndef FRR_TENANT_DAEMON_PACE_H
#define FRR_TENANT_DAEMON_PACE_H

#include <stdint.h>

struct event;

#define PACE_MS   1000
#define PACE_MOST 250 /* of a list in one notification; the others follow in the next */
#define PACE_LOG  10  /* lines in the log for one time of telling */

struct pace {
	struct event *ev;
	int64_t next; /* not before, us monotonic */
};

void pace_ask(struct pace *pace, void (*tell)(struct event *event));
void pace_stop(struct pace *pace);

#endif

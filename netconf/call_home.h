// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Call home (RFC 8071): clients that the server connects to, and again whenever a session
 * with one has ended.
 *
 * libnetconf2 has a thread for each, which connects, waits between attempts, and holds still
 * while there is a session.  The session is like those that came in.
 */
#ifndef FRR_TENANT_NETCONF_CALL_HOME_H
#define FRR_TENANT_NETCONF_CALL_HOME_H

#include <stddef.h>

struct lyd_node;

/* What libnetconf2 is to know of the clients, into *config; 0, or -1 and one sentence. */
int call_home_add(struct lyd_node **config, char *why, size_t size);
/* Calls them, when libnetconf2 knows. */
void call_home_start(void);
/* No session begins any more. */
void call_home_stop(void);
/* On whoever has not said hello yet, when there are no sessions any more: libnetconf2 would wait
 * for that before it ends.
 */
void call_home_hang_up(void);
/* When libnetconf2 has ended. */
void call_home_fini(void);
/* An error that libnetconf2 tells in one of its threads: why a client is not there. */
void call_home_note(const char *text);

#endif

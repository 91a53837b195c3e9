// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the server itself has to tell subscribers (RFC 6470).
 *
 * Each makes the notification and hands it to session_notify(); any thread may.
 */
#ifndef FRR_TENANT_NETCONF_EVENTS_H
#define FRR_TENANT_NETCONF_EVENTS_H

#include <stdint.h>

struct lyd_node;
struct nc_session;

void event_session_start(const struct nc_session *nc);
/* With why, as the session knows. */
void event_session_end(const struct nc_session *nc);

/* Running has changed: by that session, or NULL, by the server.  changes: what
 * lyd_diff_siblings() made of before and after.
 */
void event_config_change(const struct nc_session *nc, const struct lyd_node *changes);

enum confirm_event {
	CONFIRM_START,
	CONFIRM_EXTEND,
	CONFIRM_COMPLETE,
	CONFIRM_CANCEL,
	CONFIRM_TIMEOUT, /* nc is NULL */
};
/* timeout: seconds; told at start and extend */
void event_confirmed_commit(const struct nc_session *nc, enum confirm_event event,
			    uint32_t timeout);

#endif

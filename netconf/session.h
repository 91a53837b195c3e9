// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One NETCONF client: a thread, and a session with mgmtd of its own.
 *
 * Each has a thread because libnetconf2 waits for the rest of a message that has
 * begun to come; answers are made by one at a time (netconfd.work).
 */
#ifndef FRR_TENANT_NETCONF_SESSION_H
#define FRR_TENANT_NETCONF_SESSION_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct access_user;
struct frontend;
struct frontend_error;
struct lyd_node;
struct nc_server_reply;
struct nc_session;

/* Serves it until it ends; takes it over. */
void session_start(struct nc_session *nc);
/* Ends all, and waits for them. */
void session_stop_all(void);
/* False where there is none of that number. */
bool session_kill(uint32_t id, uint32_t killer);
/* As create-subscription asks; the answer. */
struct nc_server_reply *session_subscribe(struct nc_session *nc, const struct lyd_node *rpc);
/* To everybody who subscribed; by any thread. */
void session_notify(const struct lyd_node *event);
/* For access control. */
const struct access_user *session_user(const struct nc_session *nc);
/* Its session with mgmtd, opened again after mgmtd was restarted; NULL and *why. */
struct frontend *session_mgmtd(struct nc_session *nc, struct frontend_error *why);
/* Each in turn; what is told lives until the callback returns. */
struct session_counters {
	uint32_t in_rpcs;
	uint32_t in_bad_rpcs;
	uint32_t out_rpc_errors;
	uint32_t out_notifications;
};

struct session_told {
	uint32_t id;
	const char *user;
	const char *transport;
	const char *host;
	time_t login;
	struct session_counters counters;
};
void session_each(void (*tell)(void *arg, const struct session_told *told), void *arg);
/* Since the start; dropped: ended without close-session or kill-session. */
struct session_totals {
	uint32_t sessions;
	uint32_t dropped;
	uint32_t bad_hellos;
	struct session_counters counters;
};
/* A client whose hello was none. */
void session_bad_hello(void);
void session_totals(struct session_totals *totals);

#endif

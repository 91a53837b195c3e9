// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What one client wants to be told of by itself (RFC 5277).
 *
 * A session that subscribed has one of these until it ends.  Events are put into it by any
 * thread: what mgmtd's daemons tell (YANG notifications) by the session's own, which hears
 * them, and what the server itself has to tell (events.h) by whoever did it.  The session's
 * thread alone sends them, when the descriptor is readable: so a client that does not read
 * holds up nobody but itself.  libnetconf2 waits for it without end: so it is whoever puts an
 * event that finds it too slow, after SEND_WAIT_MS or MOST_WAITING events, and hangs up.
 *
 * There is one stream, NETCONF, and nothing is kept for a replay.  A filter chooses events,
 * which are then sent whole.
 */
#ifndef FRR_TENANT_NETCONF_SUBSCRIPTION_H
#define FRR_TENANT_NETCONF_SUBSCRIPTION_H

#include <stdbool.h>
#include <stdint.h>

struct access_user;
struct lyd_node;
struct nc_server_reply;
struct nc_session;
struct subscription;

/* As create-subscription asks; socket: of the session, -1 where it is not known.  NULL and
 * *refusal.
 */
struct subscription *subscription_new(const struct lyd_node *rpc, int socket,
				      struct nc_server_reply **refusal);
void subscription_free(struct subscription *subscription); /* NULL is fine */

/* Readable when there is something to send. */
int subscription_fd(const struct subscription *subscription);
/* A copy of the event, with the time it is now. */
void subscription_put(struct subscription *subscription, const struct lyd_node *event);
/* All that was put: what its user may see and the filter chooses.  How many were sent, or -1
 * when the client does not take them.
 */
int subscription_send(struct subscription *subscription, struct nc_session *nc,
		      const struct access_user *user);

/* A notification as mgmtd tells it; NULL where it cannot be read. */
struct lyd_node *subscription_read_event(const char *json);

#endif

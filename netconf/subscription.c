// SPDX-License-Identifier: GPL-2.0-or-later
/* Events, from whoever puts them to the client. */
#include <zebra.h>

#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "frr_pthread.h"
#include "log.h"
#include "typesafe.h"

#include "netconf/access.h"
#include "netconf/filter.h"
#include "netconf/libraries.h"
#include "netconf/netconfd.h"
#include "netconf/reply.h"
#include "netconf/rpc.h"
#include "netconf/subscription.h"

#define SEND_WAIT_MS 10000
#define MOST_WAITING 10000 /* events; a client that is so far behind will not catch up */

DEFINE_MTYPE_STATIC(NETCONFD, SUBSCRIPTION, "NETCONF subscription");
DEFINE_MTYPE_STATIC(NETCONFD, SUBSCRIPTION_EVENT, "NETCONF event to be sent");

PREDECL_DLIST(events);

struct event_waiting {
	struct events_item item;
	struct lyd_node *tree;
	struct timespec when;
};

DECLARE_DLIST(events, struct event_waiting, item);

struct subscription {
	struct lyd_node *rpc; /* the filters are of it */
	const struct lyd_node *subtree;
	const char *select;
	bool has_filter;
	int ready; /* eventfd */
	pthread_mutex_t lock;
	struct events_head waiting; /* within lock */
	bool is_behind;             /* the same: events were lost, and it is hung up */
	int64_t sending;            /* the same: since when, of the monotonic clock; 0: not */
	int socket;
};

/* ---- beginning and end ---- */

static struct nc_server_reply *refuse(const struct lyd_node *rpc)
{
	const char *stream = rpc_text(rpc, "stream") ?: "NETCONF";

	if (strcmp(stream, "NETCONF"))
		return reply_failed(NC_ERR_INVALID_VALUE,
				    "there is no stream %s here; leave it out, or name NETCONF",
				    stream);
	if (rpc_child(rpc, "stopTime") && !rpc_child(rpc, "startTime"))
		return reply_missing("startTime");
	if (rpc_child(rpc, "startTime"))
		return reply_failed(
			NC_ERR_OP_FAILED,
			"nothing is kept here that could be told again; leave startTime out");
	return NULL;
}

struct subscription *subscription_new(const struct lyd_node *rpc, int socket,
				      struct nc_server_reply **refusal)
{
	struct subscription *subscription;
	const struct lyd_node *filter;

	*refusal = refuse(rpc);
	if (*refusal)
		return NULL;
	subscription = XCALLOC(MTYPE_SUBSCRIPTION, sizeof(*subscription));
	events_init(&subscription->waiting);
	pthread_mutex_init(&subscription->lock, NULL);
	subscription->socket = socket;
	subscription->ready = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (lyd_dup_single(rpc, NULL, LYD_DUP_RECURSIVE, &subscription->rpc))
		*refusal = reply_failed(NC_ERR_OP_FAILED, "%s", ly_last_logmsg());
	filter = *refusal ? NULL : rpc_child(subscription->rpc, "filter");
	if (filter) {
		subscription->has_filter = true;
		*refusal = rpc_read_filter(filter, &subscription->subtree, &subscription->select);
	}
	if (!*refusal)
		return subscription;
	subscription_free(subscription);
	return NULL;
}

static void event_free(struct event_waiting *event)
{
	lyd_free_all(event->tree);
	XFREE(MTYPE_SUBSCRIPTION_EVENT, event);
}

void subscription_free(struct subscription *subscription)
{
	struct event_waiting *event;

	if (!subscription)
		return;
	while ((event = events_pop(&subscription->waiting)))
		event_free(event);
	events_fini(&subscription->waiting);
	pthread_mutex_destroy(&subscription->lock);
	if (subscription->ready >= 0)
		close(subscription->ready);
	lyd_free_all(subscription->rpc);
	XFREE(MTYPE_SUBSCRIPTION, subscription);
}

/* ---- events ---- */

struct lyd_node *subscription_read_event(const char *json)
{
	struct lyd_node *tree = NULL, *event = NULL;
	struct ly_in *in;
	LY_ERR bad;

	if (ly_in_new_memory(json, &in))
		return NULL;
	bad = lyd_parse_op(netconfd.ctx, NULL, in, LYD_JSON, LYD_TYPE_NOTIF_YANG, 0, &tree,
			   &event);
	ly_in_free(in, 0);
	if (!bad)
		return tree;
	zlog_warn("a notification of mgmtd's cannot be read, and is told to nobody: %s",
		  ly_last_logmsg());
	lyd_free_all(tree);
	return NULL;
}

int subscription_fd(const struct subscription *subscription)
{
	return subscription->ready;
}

static bool is_too_slow(const struct subscription *subscription)
{
	return events_count(&subscription->waiting) >= MOST_WAITING ||
	       (subscription->sending &&
		clock_us() - subscription->sending > SEND_WAIT_MS * 1000LL);
}

void subscription_put(struct subscription *subscription, const struct lyd_node *tree)
{
	struct event_waiting *event = XCALLOC(MTYPE_SUBSCRIPTION_EVENT, sizeof(*event));

	clock_gettime(CLOCK_REALTIME, &event->when);
	if (lyd_dup_single(tree, NULL, LYD_DUP_RECURSIVE, &event->tree)) {
		event_free(event);
		return;
	}
	frr_with_mutex (&subscription->lock) {
		if (!subscription->is_behind && is_too_slow(subscription)) {
			subscription->is_behind = true;
			if (subscription->socket >= 0)
				shutdown(subscription->socket, SHUT_RDWR);
		}
		if (!subscription->is_behind) {
			events_add_tail(&subscription->waiting, event);
			event = NULL;
		}
	}
	if (event)
		event_free(event);
	(void)eventfd_write(subscription->ready, 1);
}

/* ---- sending ---- */

/* Of a notification in data, what is above it is its instance. */
static const struct lyd_node *event_node(const struct lyd_node *tree)
{
	const struct lyd_node *node;

	LYD_TREE_DFS_BEGIN (tree, node) {
		if (node->schema && node->schema->nodetype == LYS_NOTIF)
			return node;
		LYD_TREE_DFS_END(tree, node);
	}
	return NULL;
}

static bool is_chosen(const struct subscription *subscription, const struct lyd_node *tree)
{
	struct lyd_node *selected = NULL;

	if (!subscription->has_filter)
		return true;
	if (subscription->select)
		filter_xpath(tree, subscription->select, &selected);
	else if (subscription->subtree)
		filter_subtree(tree, subscription->subtree, &selected);
	lyd_free_all(selected);
	return selected != NULL;
}

static void note_sending(struct subscription *subscription, int64_t since)
{
	frr_with_mutex (&subscription->lock) {
		subscription->sending = since;
	}
}

/* True when it was sent, or need not be. */
static bool send_one(struct subscription *subscription, struct nc_session *nc,
		     const struct access_user *user, struct event_waiting *event, int *sent)
{
	const struct lyd_node *node = event_node(event->tree);
	struct nc_server_notif *notification;
	NC_MSG_TYPE outcome;
	char *when = NULL;
	bool may = false;

	frr_with_mutex (&netconfd.work) {
		may = node && access_may_notify(user, node);
	}
	if (!may || !is_chosen(subscription, event->tree))
		return true;
	if (ly_time_ts2str(&event->when, &when))
		return true;
	notification = nc_server_notif_new(event->tree, when, NC_PARAMTYPE_CONST);
	note_sending(subscription, clock_us());
	outcome =
		notification ? nc_server_notif_send(nc, notification, SEND_WAIT_MS) : NC_MSG_ERROR;
	note_sending(subscription, 0);
	nc_server_notif_free(notification);
	free(when);
	*sent += outcome == NC_MSG_NOTIF;
	return outcome == NC_MSG_NOTIF;
}

int subscription_send(struct subscription *subscription, struct nc_session *nc,
		      const struct access_user *user)
{
	struct event_waiting *event = NULL;
	bool is_behind = false, taken = true;
	eventfd_t ignored;
	int sent = 0;

	(void)eventfd_read(subscription->ready, &ignored);
	while (taken) {
		frr_with_mutex (&subscription->lock) {
			event = events_pop(&subscription->waiting);
			is_behind = subscription->is_behind;
		}
		if (!event)
			break;
		taken = send_one(subscription, nc, user, event, &sent);
		event_free(event);
	}
	if (taken && !is_behind)
		return sent;
	zlog_warn("session %u: its client does not take what it subscribed to, and is left",
		  nc_session_get_id(nc));
	return -1;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Clients, from their hello to their end. */
#include <zebra.h>

#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "frr_pthread.h"
#include "frrevent.h"
#include "frrcu.h"
#include "log.h"
#include "typesafe.h"

#include "netconf/access.h"
#include "netconf/confirm.h"
#include "netconf/events.h"
#include "netconf/frontend.h"
#include "netconf/libraries.h"
#include "netconf/netconfd.h"
#include "netconf/reply.h"
#include "netconf/session.h"
#include "netconf/socket.h"
#include "netconf/store.h"
#include "netconf/subscription.h"
#include "netconf/thread.h"

DEFINE_MTYPE_STATIC(NETCONFD, SESSION, "NETCONF session");

#define BLIND_MS 50   /* between looks at a socket that was not found */
#define AGAIN_MS 1000 /* between looks for an mgmtd that has gone, for a subscription */

PREDECL_DLIST(sessions);
PREDECL_DLIST(sockets);

struct session {
	struct sessions_item item;
	struct sockets_item open; /* from the lookup of its socket until that is closed */
	struct nc_session *nc;
	struct nc_pollsession *poll;
	struct frr_pthread *thread;
	int socket;
	int stop; /* eventfd: readable when it is to end */
	struct frontend *mgmtd;
	bool lost_unasked; /* mgmtd has gone while nobody asked it anything */
	bool lock_lost;    /* and a lock with it, which the client has not been told */
	struct access_user *user;
	uint32_t killer;                   /* the session that killed it; 0: none */
	struct subscription *subscription; /* NULL: none; set once, within all_lock */
	time_t login;
	struct session_counters counters; /* within all_lock */
};

DECLARE_DLIST(sessions, struct session, item);
DECLARE_DLIST(sockets, struct session, open);

static struct sessions_head all = INIT_DLIST(all);
static struct sockets_head sockets = INIT_DLIST(sockets);
/* Of the lists; taken within netconfd.work, never the other way round. */
static pthread_mutex_t all_lock = PTHREAD_MUTEX_INITIALIZER;
static struct session_totals all_totals;

/* ---- its socket ---- */

/* A client that is called again has the address and port of its session before, which may not
 * have ended wholly.
 */
static bool is_taken(int fd)
{
	const struct session *session;

	frr_each (sockets_const, &sockets, session)
		if (session->socket == fd)
			return true;
	return false;
}

static void take(void *arg, int fd)
{
	int *found = arg;

	if (*found < 0 && !is_taken(fd))
		*found = fd;
}

/* libnetconf2 does not tell it, and without it waits by asking every session again and again. */
static int find_socket(const struct nc_session *nc)
{
	const char *host = nc_session_get_host(nc);
	int found = -1;

	if (host)
		socket_each(host, nc_session_get_port(nc), take, &found);
	return found;
}

/* ---- serving ---- */

const struct access_user *session_user(const struct nc_session *nc)
{
	return ((struct session *)nc_session_get_data(nc))->user;
}

static void heard(void *arg, const char *json)
{
	struct session *session = arg;
	struct lyd_node *event = session->subscription ? subscription_read_event(json) : NULL;

	if (event)
		subscription_put(session->subscription, event);
	lyd_free_all(event);
}

static void lose_lock(struct session *session)
{
	struct store_lock lock;

	if (store_lock_of(netconfd.store, FRONTEND_RUNNING, &lock) &&
	    lock.session == nc_session_get_id(session->nc))
		session->lock_lost = session->lost_unasked;
	store_lost_mgmtd(netconfd.store, nc_session_get_id(session->nc));
}

static void open_mgmtd(struct session *session, struct frontend_error *why)
{
	if (session->mgmtd && frontend_is_lost(session->mgmtd)) {
		lose_lock(session);
		frontend_close(session->mgmtd);
		session->mgmtd = NULL;
		session->lost_unasked = false;
	}
	if (session->mgmtd)
		return;
	session->mgmtd = frontend_open(why);
	if (session->mgmtd)
		frontend_listen(session->mgmtd, heard, session);
}

struct frontend *session_mgmtd(struct nc_session *nc, struct frontend_error *why)
{
	struct session *session = nc_session_get_data(nc);

	open_mgmtd(session, why);
	if (!session->lock_lost)
		return session->mgmtd;
	session->lock_lost = false;
	why->number = ENOTCONN;
	snprintf(
		why->text, sizeof(why->text),
		"the connection to mgmtd broke, and a lock on running with it; lock it again, and look at running first");
	return NULL;
}

struct nc_server_reply *session_subscribe(struct nc_session *nc, const struct lyd_node *rpc)
{
	struct session *session = nc_session_get_data(nc);
	struct nc_server_reply *refusal = NULL;
	struct subscription *made;

	if (session->subscription)
		return reply_failed(
			NC_ERR_OP_FAILED,
			"this session has a subscription already; open another session for another");
	made = subscription_new(rpc, session->socket, &refusal);
	if (!made)
		return refusal;
	frr_with_mutex (&all_lock) {
		session->subscription = made;
	}
	nc_session_inc_notif_status(nc);
	return nc_server_reply_ok();
}

void session_notify(const struct lyd_node *event)
{
	struct session *session;

	frr_with_mutex (&all_lock) {
		frr_each (sessions, &all, session)
			if (session->subscription)
				subscription_put(session->subscription, event);
	}
}

static void count(struct session *session, int outcome)
{
	struct session_counters *counters[] = { &session->counters, &all_totals.counters };

	frr_with_mutex (&all_lock) {
		for (unsigned int i = 0; i < array_size(counters); i++) {
			counters[i]->in_rpcs += !!(outcome & NC_PSPOLL_RPC);
			counters[i]->in_bad_rpcs += !!(outcome & NC_PSPOLL_BAD_RPC);
			counters[i]->out_rpc_errors += !!(outcome & NC_PSPOLL_REPLY_ERROR);
		}
		all_totals.dropped += !!(outcome & NC_PSPOLL_SESSION_ERROR);
	}
}

/* All that has come.  False when the session has ended. */
static bool serve(struct session *session)
{
	struct nc_session *nc;
	int outcome;

	do {
		outcome = nc_ps_poll(session->poll, 0, &nc);
		count(session, outcome);
		if (outcome & (NC_PSPOLL_SESSION_TERM | NC_PSPOLL_NOSESSIONS | NC_PSPOLL_ERROR))
			return false;
	} while (!(outcome & NC_PSPOLL_TIMEOUT));
	return true;
}

static void count_notifications(struct session *session, unsigned int sent)
{
	frr_with_mutex (&all_lock) {
		session->counters.out_notifications += sent;
		all_totals.counters.out_notifications += sent;
	}
}

/* What mgmtd has told meanwhile; of nobody's interest, it is taken all the same, for mgmtd would
 * keep it.
 */
static void hear(struct session *session)
{
	struct frontend_error why;

	if (session->mgmtd && !frontend_is_lost(session->mgmtd) &&
	    frontend_hear(session->mgmtd, &why))
		session->lost_unasked = true;
}

/* Whoever subscribed wants to hear of what a new mgmtd has to tell. */
static void find_mgmtd(struct session *session)
{
	struct frontend_error why;

	frr_with_mutex (&netconfd.work) {
		open_mgmtd(session, &why);
	}
}

static bool send_events(struct session *session)
{
	int sent = subscription_send(session->subscription, session->nc, session->user);

	if (sent > 0)
		count_notifications(session, sent);
	return sent >= 0;
}

/* libfrr frees what logs and lists have given up when no thread is within its read lock. */
static int wait_readable(struct session *session, struct pollfd *wait, nfds_t count)
{
	bool is_deaf = !session->mgmtd || frontend_is_lost(session->mgmtd);
	int ready, patience = session->socket < 0                ? BLIND_MS
			      : session->subscription && is_deaf ? AGAIN_MS
								 : -1;

	rcu_read_unlock();
	do {
		ready = poll(wait, count, patience);
	} while (ready < 0 && errno == EINTR);
	rcu_read_lock();
	return ready;
}

/* False when it is to end. */
static bool wait_for_more(struct session *session)
{
	struct pollfd wait[] = {
		{ .fd = session->stop, .events = POLLIN },
		{ .fd = session->socket, .events = POLLIN },
		{ .fd = session->mgmtd ? frontend_fd(session->mgmtd) : -1, .events = POLLIN },
		{ .fd = session->subscription ? subscription_fd(session->subscription) : -1,
		  .events = POLLIN },
	};

	if (wait_readable(session, wait, array_size(wait)) < 0 || wait[0].revents)
		return false;
	if (wait[2].revents)
		hear(session);
	else if (session->subscription && wait[2].fd < 0)
		find_mgmtd(session);
	return !wait[3].revents || send_events(session);
}

static void reap(struct event *event);

static void *serve_until_end(void *arg)
{
	struct frr_pthread *thread = arg;
	struct session *session = thread->data;

	thread_is_ours();
	frr_pthread_notify_running(thread);
	while (serve(session) && wait_for_more(session))
		;
	event_add_event(netconfd.loop, reap, session, 0, NULL);
	return NULL;
}

static int join(struct frr_pthread *thread, void **result)
{
	return pthread_join(thread->thread, result);
}

/* ---- beginning and end ---- */

void session_start(struct nc_session *nc)
{
	static const struct frr_pthread_attr attr = { .start = serve_until_end, .stop = join };
	struct session *session = XCALLOC(MTYPE_SESSION, sizeof(*session));

	session->nc = nc;
	session->login = time(NULL);
	session->stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	session->poll = nc_ps_new();
	session->user = access_user_new(nc_session_get_username(nc));
	nc_session_set_data(nc, session);
	nc_ps_add_session(session->poll, nc);
	frr_with_mutex (&all_lock) {
		session->socket = find_socket(nc);
		sockets_add_tail(&sockets, session);
	}
	zlog_info("session %u: %s from %s", nc_session_get_id(nc), nc_session_get_username(nc),
		  nc_session_get_host(nc) ?: "here");
	session->thread = frr_pthread_new(&attr, "NETCONF session", "session");
	session->thread->data = session;
	frr_with_mutex (&all_lock) {
		sessions_add_tail(&all, session);
		all_totals.sessions++;
	}
	event_session_start(nc);
	frr_pthread_run(session->thread, NULL);
}

static void session_free(struct session *session)
{
	frr_pthread_stop(session->thread, NULL);
	frr_pthread_destroy(session->thread);
	zlog_info("session %u: %s has left", nc_session_get_id(session->nc),
		  nc_session_get_username(session->nc));
	frr_with_mutex (&netconfd.work) {
		store_forget(netconfd.store, nc_session_get_id(session->nc));
		confirm_forget(nc_session_get_id(session->nc));
		frontend_close(session->mgmtd);
	}
	if (session->killer) {
		nc_session_set_term_reason(session->nc, NC_SESSION_TERM_KILLED);
		nc_session_set_killed_by(session->nc, session->killer);
	}
	event_session_end(session->nc);
	subscription_free(session->subscription);
	/* not nc_ps_clear(): it frees a session whose last write failed */
	nc_ps_del_session(session->poll, session->nc);
	nc_ps_free(session->poll);
	nc_session_free(session->nc, NULL);
	frr_with_mutex (&all_lock) {
		sockets_del(&sockets, session);
	}
	access_user_free(session->user);
	close(session->stop);
	XFREE(MTYPE_SESSION, session);
}

/* In the main thread, when its own has ended. */
static void reap(struct event *event)
{
	struct session *session = EVENT_ARG(event);

	frr_with_mutex (&all_lock) {
		sessions_del(&all, session);
	}
	session_free(session);
}

static void wake(struct session *session)
{
	if (eventfd_write(session->stop, 1))
		zlog_warn("session %u cannot be told to end: %s", nc_session_get_id(session->nc),
			  safe_strerror(errno));
	/* it may be writing to a client that does not read */
	if (session->socket >= 0)
		shutdown(session->socket, SHUT_RDWR);
}

bool session_kill(uint32_t id, uint32_t killer)
{
	struct session *session;
	bool found = false;

	frr_with_mutex (&all_lock) {
		frr_each (sessions, &all, session) {
			if (nc_session_get_id(session->nc) != id)
				continue;
			session->killer = killer;
			wake(session);
			found = true;
		}
	}
	return found;
}

void session_stop_all(void)
{
	struct session *session;

	frr_each (sessions, &all, session)
		wake(session);
	/* the main thread's events do not run any more */
	while ((session = sessions_pop(&all)))
		session_free(session);
}

void session_each(void (*tell)(void *arg, const struct session_told *told), void *arg)
{
	static const char *const transports[] = {
		[NC_TI_FD] = "fd",
		[NC_TI_UNIX] = "unix",
		[NC_TI_SSH] = "ssh",
		[NC_TI_TLS] = "tls",
	};
	struct session *session;

	frr_with_mutex (&all_lock) {
		frr_each (sessions, &all, session) {
			const struct session_told told = {
				.id = nc_session_get_id(session->nc),
				.user = nc_session_get_username(session->nc),
				.transport = transports[nc_session_get_ti(session->nc)],
				.host = nc_session_get_host(session->nc) ?: "here",
				.login = session->login,
				.counters = session->counters,
			};

			tell(arg, &told);
		}
	}
}

void session_bad_hello(void)
{
	frr_with_mutex (&all_lock) {
		all_totals.bad_hellos++;
	}
}

void session_totals(struct session_totals *totals)
{
	frr_with_mutex (&all_lock) {
		*totals = all_totals;
	}
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Clients, from their hello to their end. */
#include <zebra.h>

#include <arpa/inet.h>
#include <dirent.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "frr_pthread.h"
#include "frrevent.h"
#include "frrcu.h"
#include "log.h"
#include "typesafe.h"

#include "netconf/access.h"
#include "netconf/confirm.h"
#include "netconf/frontend.h"
#include "netconf/libraries.h"
#include "netconf/netconfd.h"
#include "netconf/session.h"
#include "netconf/store.h"

DEFINE_MTYPE_STATIC(NETCONFD, SESSION, "NETCONF session");

#define BLIND_MS 50 /* between looks at a socket that was not found */

PREDECL_DLIST(sessions);

struct session {
	struct sessions_item item;
	struct nc_session *nc;
	struct nc_pollsession *poll;
	struct frr_pthread *thread;
	int socket;
	int stop; /* eventfd: readable when it is to end */
	struct frontend *mgmtd;
	struct access_user *user;
	time_t login;
	struct session_counters counters; /* within all_lock */
};

DECLARE_DLIST(sessions, struct session, item);

static struct sessions_head all = INIT_DLIST(all);
/* Of the list; taken within netconfd.work, never the other way round. */
static pthread_mutex_t all_lock = PTHREAD_MUTEX_INITIALIZER;
static struct session_totals all_totals;

/* ---- its socket ---- */

static bool is_peer(int fd, const char *host, uint16_t port)
{
	struct sockaddr_storage address;
	socklen_t length = sizeof(address);
	char text[INET6_ADDRSTRLEN] = "";
	uint16_t peer_port = 0;

	if (getpeername(fd, (struct sockaddr *)&address, &length))
		return false;
	if (address.ss_family == AF_INET) {
		const struct sockaddr_in *in = (const struct sockaddr_in *)&address;

		inet_ntop(AF_INET, &in->sin_addr, text, sizeof(text));
		peer_port = ntohs(in->sin_port);
	} else if (address.ss_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&address;

		inet_ntop(AF_INET6, &in6->sin6_addr, text, sizeof(text));
		peer_port = ntohs(in6->sin6_port);
	}
	return peer_port == port && !strcmp(text, host);
}

/* libnetconf2 does not tell it, and without it waits by asking every session again and again:
 * so it is looked up by the client's address and port.
 */
static int find_socket(const struct nc_session *nc)
{
	const char *host = nc_session_get_host(nc);
	DIR *directory = opendir("/proc/self/fd");
	struct dirent *entry;
	int found = -1;

	if (!directory)
		return -1;
	while (host && found < 0 && (entry = readdir(directory))) {
		int fd = atoi(entry->d_name);

		if (is_peer(fd, host, nc_session_get_port(nc)))
			found = fd;
	}
	closedir(directory);
	return found;
}

/* ---- serving ---- */

const struct access_user *session_user(const struct nc_session *nc)
{
	return ((struct session *)nc_session_get_data(nc))->user;
}

struct frontend *session_mgmtd(struct nc_session *nc, struct frontend_error *why)
{
	struct session *session = nc_session_get_data(nc);

	if (session->mgmtd && frontend_is_lost(session->mgmtd)) {
		/* which the client has been told */
		store_lost_mgmtd(netconfd.store, nc_session_get_id(nc));
		frontend_close(session->mgmtd);
		session->mgmtd = NULL;
	}
	if (!session->mgmtd)
		session->mgmtd = frontend_open(why);
	return session->mgmtd;
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

/* libfrr frees what logs and lists have given up when no thread is within its read lock. */
static bool wait_for_more(struct session *session)
{
	struct pollfd wait[] = {
		{ .fd = session->stop, .events = POLLIN },
		{ .fd = session->socket, .events = POLLIN },
	};
	int ready;

	rcu_read_unlock();
	do {
		ready = poll(wait, array_size(wait), session->socket < 0 ? BLIND_MS : -1);
	} while (ready < 0 && errno == EINTR);
	rcu_read_lock();
	return ready >= 0 && !wait[0].revents;
}

static void reap(struct event *event);

static void *serve_until_end(void *arg)
{
	struct frr_pthread *thread = arg;
	struct session *session = thread->data;

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
	session->socket = find_socket(nc);
	session->stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	session->poll = nc_ps_new();
	session->user = access_user_new(nc_session_get_username(nc));
	nc_session_set_data(nc, session);
	nc_ps_add_session(session->poll, nc);
	zlog_info("session %u: %s from %s", nc_session_get_id(nc), nc_session_get_username(nc),
		  nc_session_get_host(nc) ?: "here");
	session->thread = frr_pthread_new(&attr, "NETCONF session", "session");
	session->thread->data = session;
	frr_with_mutex (&all_lock) {
		sessions_add_tail(&all, session);
		all_totals.sessions++;
	}
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
	nc_ps_clear(session->poll, 0, NULL);
	nc_ps_free(session->poll);
	nc_session_free(session->nc, NULL);
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
}

bool session_kill(uint32_t id, uint32_t killer)
{
	struct session *session;
	bool found = false;

	frr_with_mutex (&all_lock) {
		frr_each (sessions, &all, session) {
			if (nc_session_get_id(session->nc) != id)
				continue;
			nc_session_set_term_reason(session->nc, NC_SESSION_TERM_KILLED);
			nc_session_set_killed_by(session->nc, killer);
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

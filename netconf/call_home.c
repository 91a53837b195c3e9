// SPDX-License-Identifier: GPL-2.0-or-later
/* Clients that are called. */
#include <zebra.h>

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>

#include "darr.h"
#include "frr_pthread.h"
#include "log.h"
#include "sigevent.h"

#include "netconf/call_home.h"
#include "netconf/endpoint.h"
#include "netconf/libraries.h"
#include "netconf/netconfd.h"
#include "netconf/session.h"
#include "netconf/settings.h"
#include "netconf/socket.h"
#include "netconf/thread.h"

#define WHY_SIZE 256

struct call {
	struct settings_client client; /* as it was at the start */
	char said[WHY_SIZE];           /* why it is not there; "" while it is */
};

static struct call *calls; /* darr; where its entries are does not change */
/* What libnetconf2 told last in a thread of its own, since the last attempt. */
static _Thread_local char noted[WHY_SIZE];
/* Sessions begin within, and none after ending is set. */
static pthread_mutex_t beginning = PTHREAD_MUTEX_INITIALIZER;
static atomic_bool ending;

int call_home_add(struct lyd_node **config, char *why, size_t size)
{
	const struct settings_client *client;

	darr_foreach_p (settings.clients, client) {
		const struct endpoint at = {
			.client = client->name,
			.by = client->by,
			.address = client->address,
			.port = client->port,
		};

		if (endpoint_add(&at, config, why, size))
			return -1;
	}
	return 0;
}

/* ---- in libnetconf2's threads ---- */

void call_home_note(const char *text)
{
	size_t length = strlcpy(noted, text, sizeof(noted));

	if (length && length < sizeof(noted) && noted[length - 1] == '.')
		noted[length - 1] = '\0';
}

static const struct ly_ctx *acquire_context(void *arg)
{
	/* to be known before it waits for somebody who says nothing */
	thread_enter();
	thread_leave();
	return ending ? NULL : netconfd.ctx;
}

static void release_context(void *arg)
{
}

static int begin(const char *name, struct nc_session *nc, void *arg)
{
	struct call *call = arg;
	bool late;

	thread_enter();
	frr_with_mutex (&beginning) {
		late = ending;
		if (!late) {
			zlog_notice("client %s is there, with session %u", name,
				    nc_session_get_id(nc));
			session_start(nc);
		}
	}
	thread_leave();
	call->said[0] = '\0';
	noted[0] = '\0';
	return late ? -1 : 0;
}

/* Whoever stays away is told of once, until it is for another reason. */
static void miss(const char *name, const char *endpoint, uint8_t max_attempts, uint8_t attempt,
		 void *arg)
{
	const char *why = noted[0] ? noted : "no connection";
	struct call *call;

	darr_foreach_p (calls, call) {
		if (ending || strcmp(call->client.name, name) || !strcmp(call->said, why))
			continue;
		thread_enter();
		zlog_warn(
			"client %s at %s port %u is not reached (%s); trying again every %u seconds",
			name, call->client.address, call->client.port, why, ENDPOINT_RETRY_S);
		thread_leave();
		strlcpy(call->said, why, sizeof(call->said));
	}
	noted[0] = '\0';
}

/* ---- beginning and end ---- */

void call_home_start(void)
{
	const struct settings_client *client;
	sigset_t main_only, before;
	struct call *call;

	darr_foreach_p (settings.clients, client)
		darr_append_nz(calls, 1)->client = *client;
	nc_server_ch_set_new_session_fail_cb(miss, NULL);
	/* its threads are not to be interrupted in the main one's place */
	sigemptyset(&main_only);
	frr_sigset_add_mainonly(&main_only);
	pthread_sigmask(SIG_BLOCK, &main_only, &before);
	darr_foreach_p (calls, call) {
		thread_expect();
		if (!nc_connect_ch_client_dispatch(call->client.name, acquire_context,
						   release_context, NULL, begin, call))
			continue;
		thread_expect_not();
		zlog_err(
			"client %s is not called, for libnetconf2 has no thread for it; restart frr-netconfd when there is memory again",
			call->client.name);
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void call_home_stop(void)
{
	frr_with_mutex (&beginning) {
		ending = true;
	}
}

static void hang_up(void *arg, int fd)
{
	shutdown(fd, SHUT_RDWR);
}

void call_home_hang_up(void)
{
	struct call *call;

	darr_foreach_p (calls, call)
		socket_each(call->client.address, call->client.port, hang_up, NULL);
}

void call_home_fini(void)
{
	darr_free(calls);
	thread_fini();
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Endpoints, and new connections. */
#include <zebra.h>

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "darr.h"
#include "frr_pthread.h"
#include "frrcu.h"
#include "log.h"
#include "privs.h"

#include "netconf/call_home.h"
#include "netconf/endpoint.h"
#include "netconf/libraries.h"
#include "netconf/monitoring.h"
#include "netconf/netconfd.h"
#include "netconf/password.h"
#include "netconf/session.h"
#include "netconf/settings.h"
#include "netconf/thread.h"
#include "netconf/transport.h"

#define ACCEPTORS      4
#define ACCEPT_WAIT_MS 500 /* until an acceptor looks whether it is to end */

static struct frr_pthread *acceptors[ACCEPTORS];
static atomic_bool ending;

/* ---- what libnetconf2 is told ---- */

static bool is_listening(void)
{
	return settings.listen[BY_SSH].address[0] || settings.listen[BY_TLS].address[0];
}

static int add_listening(struct lyd_node **config, char *why, size_t size)
{
	for (enum transport by = 0; by < TRANSPORTS; by++) {
		const struct endpoint at = {
			.by = by,
			.address = settings.listen[by].address,
			.port = settings.listen[by].port,
		};

		if (at.address[0] && endpoint_add(&at, config, why, size))
			return -1;
	}
	return 0;
}

static bool is_ssh_used(void)
{
	const struct settings_client *client;

	darr_foreach_p (settings.clients, client)
		if (client->by == BY_SSH)
			return true;
	return settings.listen[BY_SSH].address[0];
}

static int configure(char *why, size_t size)
{
	struct lyd_node *config = NULL;
	int failed = add_listening(&config, why, size) || call_home_add(&config, why, size);

	if (!failed && !config) {
		snprintf(
			why, size,
			"it listens nowhere and calls nobody; say where: netconf listen ssh ADDRESS port 830");
		failed = -1;
	}
	if (!failed && is_ssh_used() && !settings.users)
		zlog_warn("no user may come in by SSH; say who: netconf user NAME by public-key");
	/* with the defaults of the YANG modules */
	if (!failed)
		failed = lyd_validate_all(&config, NULL,
					  LYD_VALIDATE_PRESENT | LYD_VALIDATE_NO_STATE, NULL);
	if (!failed) {
		/* ports below 1024 */
		frr_with_privs (&netconfd_privs) {
			failed = nc_server_config_setup_data(config);
		}
		if (failed)
			snprintf(
				why, size,
				"it cannot listen as configured; see the log above for what libnetconf2 says");
	}
	lyd_free_all(config);
	return failed ? -1 : 0;
}

/* ---- letting clients in ---- */

static void *let_in(void *arg)
{
	struct nc_session *nc;
	NC_MSG_TYPE outcome;

	thread_is_ours();
	frr_pthread_notify_running(arg);
	while (!ending) {
		rcu_read_unlock();
		outcome = nc_accept(ACCEPT_WAIT_MS, netconfd.ctx, &nc);
		rcu_read_lock();
		if (outcome == NC_MSG_HELLO && !ending)
			session_start(nc);
		else if (outcome == NC_MSG_HELLO)
			nc_session_free(nc, NULL);
		else if (outcome == NC_MSG_BAD_HELLO)
			session_bad_hello();
		else if (outcome == NC_MSG_ERROR)
			usleep(ACCEPT_WAIT_MS *
			       1000); /* too many files, say: told of in the log */
	}
	return NULL;
}

static int join(struct frr_pthread *thread, void **result)
{
	return pthread_join(thread->thread, result);
}

/* libnetconf2's words, in the log.  Of its own threads', which try again all the time, the
 * last before an attempt failed is told with that.
 */
static void log_words(const struct nc_session *nc, NC_VERB_LEVEL level, const char *text)
{
	if (thread_is_foreign() && level == NC_VERB_ERROR)
		call_home_note(text);
	if (thread_is_foreign())
		return;
	rcu_read_lock();
	if (nc && nc_session_get_id(nc))
		zlog(level == NC_VERB_ERROR ? LOG_WARNING : LOG_DEBUG, "session %u: %s",
		     nc_session_get_id(nc), text);
	else
		zlog(level == NC_VERB_ERROR ? LOG_WARNING : LOG_DEBUG, "%s", text);
	rcu_read_unlock();
}

void transport_init(void)
{
	thread_is_ours();
	nc_server_init();
	nc_set_print_clb_session(log_words);
	nc_verbosity(NC_VERB_WARNING);
	password_init();
	monitoring_init();
	nc_server_set_capability("urn:ietf:params:netconf:capability:notification:1.0");
	nc_server_set_capability("urn:ietf:params:netconf:capability:interleave:1.0");
	nc_server_set_capab_withdefaults(NC_WD_EXPLICIT, NC_WD_TRIM | NC_WD_ALL | NC_WD_ALL_TAG);
}

void transport_fini(void)
{
	call_home_hang_up();
	nc_server_destroy();
	call_home_fini();
}

int transport_start(char *why, size_t size)
{
	static const struct frr_pthread_attr attr = { .start = let_in, .stop = join };

	if (configure(why, size))
		return -1;
	for (unsigned int i = 0; i < ACCEPTORS && is_listening(); i++) {
		acceptors[i] = frr_pthread_new(&attr, "NETCONF connections", "connections");
		frr_pthread_run(acceptors[i], NULL);
		frr_pthread_wait_running(acceptors[i]);
	}
	call_home_start();
	return 0;
}

void transport_stop(void)
{
	ending = true;
	call_home_stop();
	for (unsigned int i = 0; i < ACCEPTORS && acceptors[i]; i++) {
		frr_pthread_stop(acceptors[i], NULL);
		frr_pthread_destroy(acceptors[i]);
		acceptors[i] = NULL;
	}
}

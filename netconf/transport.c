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

#include "netconf/host_key.h"
#include "netconf/libraries.h"
#include "netconf/monitoring.h"
#include "netconf/netconfd.h"
#include "netconf/password.h"
#include "netconf/session.h"
#include "netconf/settings.h"
#include "netconf/transport.h"

#define ACCEPTORS      4
#define ACCEPT_WAIT_MS 500 /* until an acceptor looks whether it is to end */

static struct frr_pthread *acceptors[ACCEPTORS];
static atomic_bool ending;

/* ---- what libnetconf2 is told ---- */

static int add_users(struct lyd_node **config, char *why, size_t size)
{
	const struct settings_user *user;

	darr_foreach_p (settings.users, user) {
		int failed = user->by_password
				     ? nc_server_config_add_ssh_user_interactive(
					       netconfd.ctx, "ssh", user->name, config)
				     : nc_server_config_add_ssh_user_authkey(netconfd.ctx, "ssh",
									     user->name, config);

		if (failed) {
			snprintf(why, size,
				 "libnetconf2 does not take user %s; give them another name",
				 user->name);
			return -1;
		}
	}
	if (!settings.users)
		zlog_warn("no user may come in by SSH; say who: netconf user NAME by public-key");
	return 0;
}

static int add_ssh(struct lyd_node **config, char *why, size_t size)
{
	if (!settings.listen[BY_SSH].address[0])
		return 0;
	if (host_key_make(settings.host_key, why, size))
		return -1;
	if (nc_server_config_add_address_port(netconfd.ctx, "ssh", NC_TI_SSH,
					      settings.listen[BY_SSH].address,
					      settings.listen[BY_SSH].port, config) ||
	    nc_server_config_add_ssh_hostkey(netconfd.ctx, "ssh", "host-key", settings.host_key,
					     NULL, config)) {
		snprintf(why, size, "host key %s cannot be used; it must be a private key in PEM",
			 settings.host_key);
		return -1;
	}
	nc_server_ssh_set_authkey_path_format(settings.authorized_keys);
	return add_users(config, why, size);
}

static int add_tls(struct lyd_node **config, char *why, size_t size)
{
	if (!settings.listen[BY_TLS].address[0])
		return 0;
	if (nc_server_config_add_address_port(netconfd.ctx, "tls", NC_TI_TLS,
					      settings.listen[BY_TLS].address,
					      settings.listen[BY_TLS].port, config) ||
	    nc_server_config_add_tls_server_cert(netconfd.ctx, "tls", settings.key, NULL,
						 settings.certificate, config) ||
	    nc_server_config_add_tls_ca_cert(netconfd.ctx, "tls", "clients", settings.authority,
					     config) ||
	    nc_server_config_add_tls_ctn(netconfd.ctx, "tls", 1, NULL, NC_TLS_CTN_COMMON_NAME,
					 NULL, config)) {
		snprintf(why, size,
			 "one of %s, %s and %s cannot be read as PEM; TLS needs all three",
			 settings.certificate, settings.key, settings.authority);
		return -1;
	}
	return 0;
}

static int configure(char *why, size_t size)
{
	struct lyd_node *config = NULL;
	int failed = add_ssh(&config, why, size) || add_tls(&config, why, size);

	if (!failed && !config) {
		snprintf(why, size,
			 "it listens nowhere; say where: netconf listen ssh ADDRESS port 830");
		failed = -1;
	}
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

/* libnetconf2's words, in the log. */
static void log_words(const struct nc_session *nc, NC_VERB_LEVEL level, const char *text)
{
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
	nc_server_init();
	nc_set_print_clb_session(log_words);
	nc_verbosity(NC_VERB_WARNING);
	password_init();
	monitoring_init();
	nc_server_set_capab_withdefaults(NC_WD_EXPLICIT, NC_WD_TRIM | NC_WD_ALL | NC_WD_ALL_TAG);
}

void transport_fini(void)
{
	nc_server_destroy();
}

int transport_start(char *why, size_t size)
{
	static const struct frr_pthread_attr attr = { .start = let_in, .stop = join };

	if (configure(why, size))
		return -1;
	for (unsigned int i = 0; i < ACCEPTORS; i++) {
		acceptors[i] = frr_pthread_new(&attr, "NETCONF connections", "connections");
		frr_pthread_run(acceptors[i], NULL);
		frr_pthread_wait_running(acceptors[i]);
	}
	return 0;
}

void transport_stop(void)
{
	ending = true;
	for (unsigned int i = 0; i < ACCEPTORS && acceptors[i]; i++) {
		frr_pthread_stop(acceptors[i], NULL);
		frr_pthread_destroy(acceptors[i]);
		acceptors[i] = NULL;
	}
}

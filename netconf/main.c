// SPDX-License-Identifier: GPL-2.0-or-later
/* frr-netconfd: options, signals, and the start when mgmtd is there. */
#include <zebra.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <getopt.h>

#include "command.h"
#include "frr_pthread.h"
#include "frrevent.h"
#include "libfrr.h"
#include "log.h"
#include "privs.h"
#include "sigevent.h"
#include "vty.h"

#include "release.h"

#include "netconf/access.h"
#include "netconf/confirm.h"
#include "netconf/frontend.h"
#include "netconf/libraries.h"
#include "netconf/netconfd.h"
#include "netconf/rpc.h"
#include "netconf/schema.h"
#include "netconf/session.h"
#include "netconf/settings.h"
#include "netconf/store.h"
#include "netconf/transport.h"

#define RETRY_S 1

DEFINE_MGROUP(NETCONFD, "frr-netconfd");

struct netconfd netconfd = { .work = PTHREAD_MUTEX_INITIALIZER };

static struct event *ev_start;

/* For port 830, at its start. */
static zebra_capabilities_t capabilities[] = { ZCAP_BIND };

struct zebra_privs_t netconfd_privs = {
	.user = "frr",
	.group = "frr",
	.vty_group = "frrvty",
	.caps_p = capabilities,
	.cap_num_p = array_size(capabilities),
};

/* ---- starting ---- */

static int start(char *why, size_t size)
{
	struct frontend_error error;
	struct frontend *mgmtd = frontend_open(&error);
	bool failed;

	if (!mgmtd) {
		snprintf(why, size, "%s", error.text);
		return -1;
	}
	netconfd.ctx = schema_new(mgmtd, why, size);
	netconfd.store = netconfd.ctx ? store_new(netconfd.ctx) : NULL;
	rpc_init();
	failed = !netconfd.ctx || access_read(netconfd.ctx, why, size) ||
		 confirm_recover(mgmtd, why, size) || transport_start(why, size);
	frontend_close(mgmtd);
	if (!failed)
		return 0;
	store_free(netconfd.store);
	ly_ctx_destroy(netconfd.ctx);
	netconfd.store = NULL;
	netconfd.ctx = NULL;
	return -1;
}

/* FRR starts its daemons side by side: mgmtd may be later. */
static void try_start(struct event *event)
{
	static char said[1200];
	char why[1200];

	if (start(why, sizeof(why)) == 0) {
		zlog_notice("NETCONF clients may come; access control is that of %s",
			    access_path());
		return;
	}
	if (strcmp(said, why))
		zlog_warn("%s; trying again until it works", why);
	strlcpy(said, why, sizeof(said));
	event_add_timer(netconfd.loop, try_start, NULL, RETRY_S, &ev_start);
}

static int begin(struct event_loop *loop)
{
	event_add_event(loop, try_start, NULL, 0, &ev_start);
	return 0;
}

/* ---- asking it ---- */

static void show_session(void *arg, const struct session_told *told)
{
	vty_out(arg, "%-8u %-16s %-5s %s\n", told->id, told->user, told->transport, told->host);
}

DEFUN(show_netconf_sessions, show_netconf_sessions_cmd, "show netconf sessions",
      SHOW_STR "NETCONF server\n"
	       "Clients that are connected\n")
{
	vty_out(vty, "%-8s %-16s %-5s %s\n", "session", "user", "by", "from");
	session_each(show_session, vty);
	return CMD_SUCCESS;
}

/* ---- ending ---- */

static void quit(void)
{
	event_cancel(&ev_start);
	transport_stop();
	session_stop_all();
	transport_fini();
	store_free(netconfd.store);
	access_stop();
	ly_ctx_destroy(netconfd.ctx);
	settings_stop();
	frr_fini();
	exit(0);
}

static void reread(void)
{
	char why[1200];

	if (!netconfd.ctx)
		return;
	frr_with_mutex (&netconfd.work) {
		if (access_read(netconfd.ctx, why, sizeof(why)))
			zlog_warn("%s; what was in force stays", why);
		else
			zlog_notice("access control is that of %s now", access_path());
	}
}

static void rotate(void)
{
	zlog_rotate();
}

static struct frr_signal_t signals[] = {
	{ .signal = SIGHUP, .handler = reread },
	{ .signal = SIGINT, .handler = quit },
	{ .signal = SIGTERM, .handler = quit },
	{ .signal = SIGUSR1, .handler = rotate },
};

/* clang-format off */
FRR_DAEMON_INFO(frr_netconfd, NETCONF,
	.vty_port = 0,
	.proghelp = "NETCONF server in front of FRRouting's mgmtd.",
	.copyright = "frr-tenant, GPL-2.0-or-later",
	.signals = signals,
	.n_signals = array_size(signals),
	.privs = &netconfd_privs,
	.flags = FRR_NO_TCPVTY | FRR_NO_ZCLIENT,
);
/* clang-format on */

int main(int argc, char **argv)
{
	static const struct option no_more[] = { {} };
	int option;

	frr_netconfd_di.name = "frr-netconfd"; /* of its files; C knows no such name */
	frr_preinit(&frr_netconfd_di, argc, argv);
	frr_opt_add("", no_more, "");
	while ((option = frr_getopt(argc, argv, NULL)) != EOF)
		if (option)
			frr_help_exit(1);
	netconfd.loop = frr_init();
	/* its own file even where an frr.conf is: vtysh does not know its commands */
	if (!frr_netconfd_di.config_file)
		frr_netconfd_di.config_file = config_default;
	if (!release_fits("frr-netconfd", "frr-tenant package"))
		exit(1);
	settings_init();
	install_element(VIEW_NODE, &show_netconf_sessions_cmd);
	transport_init();
	hook_register(frr_config_post, begin);
	frr_config_fork();
	frr_run(netconfd.loop);
	return 0;
}

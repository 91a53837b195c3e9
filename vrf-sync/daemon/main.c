// SPDX-License-Identifier: GPL-2.0-or-later
/* tenantd: wiring. */
#include <zebra.h>

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frrevent.h"
#include "libfrr.h"
#include "log.h"
#include "privs.h"
#include "sigevent.h"

#include "errors.h"
#include "release.h"
#include "apply/engine.h"
#include "apply/kernel.h"
#include "daemon/metrics_server.h"
#include "daemon/straying.h"
#include "daemon/tenantd.h"
#include "northbound/backend.h"
#include "source/source.h"

struct tenantd tenantd;

/* Links, addresses, routes, and the network sysctls of its namespace. */
static zebra_capabilities_t capabilities[] = { ZCAP_NET_ADMIN };

struct zebra_privs_t tenantd_privs = {
	.user = "frr",
	.group = "frr",
	.vty_group = "frrvty",
	.caps_p = capabilities,
	.cap_num_p = array_size(capabilities),
};

static void quit(void)
{
	zlog_notice("stopping; what is configured stays as it is");
	metrics_server_stop();
	status_stop();
	deadline_stop();
	backend_stop();
	intake_stop();
	verdict_stop();
	guarding_stop();
	hosting_stop();
	translating_stop();
	leaving_stop();
	operating_stop();
	moving_stop();
	straying_stop();
	revive_stop();
	engine_free(tenantd.engine);
	tenantd.engine = NULL; /* the VRFs that go next are no news for it */
	kernel_close(tenantd.kernel);
	zebra_stop();
	model_free(tenantd.model);
	tracing_stop();
	config_stop();
	frr_fini();
	exit(0);
}

const struct node *tenantd_own_node(void)
{
	const struct provider *provider = model_provider(tenantd.model);

	return provider && tenantd.node ? provider_node_by_name(provider, tenantd.node) : NULL;
}

static void warn_exposed(void)
{
	const char *sysctl = kernel_exposure();

	if (sysctl)
		flog_warn(
			EC_TENANT_EXPOSED,
			"services of this node answer tenants, because %s is not 0; set it to 0 in /etc/sysctl.d",
			sysctl);
}

void tenantd_reread(void)
{
	zlog_notice("reading everything again");
	warn_exposed();
	if (tenantd.source)
		source_reload(tenantd.source);
	if (tenantd.configured)
		source_reload(tenantd.configuration);
	engine_resync(tenantd.engine);
}

static void rotate(void)
{
	zlog_rotate();
}

static struct frr_signal_t signals[] = {
	{ .signal = SIGHUP, .handler = tenantd_reread },
	{ .signal = SIGUSR1, .handler = rotate },
	{ .signal = SIGINT, .handler = quit },
	{ .signal = SIGTERM, .handler = quit },
};

/* clang-format off */
FRR_DAEMON_INFO(tenantd, TENANT,
	.vty_port = 0,
	.proghelp = "Keeps this node's tenant VRFs, OSPF and L3VPN in step with the tenant database.",
	.copyright = "frr-tenant, GPL-2.0-or-later",
	.signals = signals,
	.n_signals = array_size(signals),
	.privs = &tenantd_privs,
	.yang_modules = backend_modules,
	.n_yang_modules = BACKEND_MODULES,
	.flags = FRR_NO_TCPVTY,
);
/* clang-format on */

static void open_kernel(void)
{
	struct reason why = {};

	tenantd.kernel = kernel_open(&why);
	if (!tenantd.kernel) {
		fprintf(stderr, "tenantd: %s\n", why.text);
		exit(1);
	}
}

void tenantd_configured(void)
{
	if (!tenantd.node || (!tenantd.database && !tenantd.configured))
		return;
	warn_exposed();
	engine_start(tenantd.engine, tenantd.node);
	revive_init();
	intake_start();
}

static void route_seen(uint32_t tenant_id, const struct kernel_route *route, bool present)
{
	tracing_route(tenant_id, route, present);
	straying_route(tenant_id, route, present);
}

static void planned(uint32_t tenant_id)
{
	tracing_planned(tenant_id);
	guarding_planned(tenant_id);
	hosting_planned(tenant_id);
}

static const struct engine_host host = {
	.knows_vrf = zebra_knows_vrf,
	.knows_interface = zebra_knows_interface,
	.refused = verdict_of,
	.planned = planned,
	.route = route_seen,
	.unexported = straying_unexported,
	.health = backend_health,
	.settled = status_settled,
};

int main(int argc, char **argv)
{
	backend_embed();
	frr_preinit(&tenantd_di, argc, argv);
	for (;;) {
		int opt = frr_getopt(argc, argv, NULL);

		if (opt == EOF)
			break;
		if (opt)
			frr_help_exit(1);
	}
	tenantd.loop = frr_init();
	/* our own file even where an frr.conf is: vtysh does not know our commands */
	if (!tenantd_di.config_file)
		tenantd_di.config_file = config_default;
	if (!release_fits("tenantd", "frr-tenant package"))
		exit(1);
	tenant_errors_init();
	zebra_init();
	open_kernel();
	tenantd.model = model_new();
	tenantd.engine = engine_new(tenantd.loop, tenantd.kernel, &host);
	config_init();
	show_init();
	metrics_init();
	straying_init();
	guarding_init();
	hosting_init();
	translating_init();
	backend_init();
	frr_config_fork();
	frr_run(tenantd.loop);
	return 0;
}

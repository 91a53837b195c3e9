// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Metrics for Prometheus: what tenantd knows at the moment, and where it is offered.
 *
 *	tenant metrics                   at 127.0.0.1, port 12620
 *	tenant metrics 192.0.2.1:9342    elsewhere
 *
 * Off without such a line: a provider node opens no port that nobody asked for.
 * Unlike the rest of tenantd.conf it may be changed at any time.
 */
#include <zebra.h>

#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include "command.h"
#include "lib/version.h"
#include "module.h"
#include "vty.h"

#include "clock.h"
#include "apply/engine.h"
#include "apply/kernel.h"
#include "daemon/metrics_server.h"
#include "daemon/straying.h"
#include "daemon/tenantd.h"
#include "northbound/backend.h"
#include "metrics/metrics.h"
#include "source/source.h"

static struct endpoint offered; /* its address is unset: nowhere */
static int64_t began, rendered;

/* ---- what is known ---- */

static int64_t real_us(void)
{
	struct timeval now;

	gettimeofday(&now, NULL);
	return (int64_t)now.tv_sec * 1000000 + now.tv_usec;
}

/* From monotonic time to that since 1970; 0 stays 0. */
static int64_t since_1970(int64_t at, int64_t now)
{
	return at ? real_us() - (now - at) : 0;
}

static int64_t processor_us(void)
{
	struct rusage used;

	getrusage(RUSAGE_SELF, &used);
	return (int64_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000 +
	       used.ru_utime.tv_usec + used.ru_stime.tv_usec;
}

static uint64_t resident_bytes(void)
{
	FILE *file = fopen("/proc/self/statm", "r");
	unsigned long pages = 0;

	if (file && fscanf(file, "%*u %lu", &pages) != 1)
		pages = 0;
	if (file)
		fclose(file);
	return pages * sysconf(_SC_PAGESIZE);
}

/* The first word of "sqlite /var/lib/frr-tenant/tenants.db". */
static void source_type(char *buf, size_t size)
{
	strlcpy(buf, source_location(tenantd.source), size);
	buf[strcspn(buf, " ")] = '\0';
}

static struct metrics_source source_view(const struct source *source, const char *type,
					 int64_t now)
{
	bool configured = source == tenantd.configuration;
	int64_t since, seen = configured && backend_is_up() ? now : source_seen(source);

	return (struct metrics_source){
		.type = type,
		.readable = !source_problem(source, &since)[0] && seen,
		.held = intake_holds(configured),
		.seen = since_1970(seen, now),
		.changed = since_1970(source_noticed(source), now),
		.revision = source_revision(source),
		.tenants = intake_tenants(configured),
	};
}

void metrics_collect(struct exposition *out)
{
	const struct provider *provider = model_provider(tenantd.model);
	const struct node *node =
		provider && tenantd.node ? provider_node_by_name(provider, tenantd.node) : NULL;
	struct engine_levels levels;
	struct engine_stats stats;
	struct metrics_source sources[2];
	char type[20];
	int64_t now = clock_us();
	struct metrics metrics = {
		.version = PACKAGE_VERSION,
		.frr_version = frrmod_list->info->version,
		.node = tenantd.node,
		.roles = node ? node->roles : 0,
		.node_known = node,
		.stats = &stats,
		.levels = &levels,
		.trace = tracing_totals(),
		.now = now,
		.exposed = kernel_exposure(),
		.began = began,
		.cpu = processor_us(),
		.memory = resident_bytes(),
		.rendered = rendered,
	};

	for (int i = 0; i < STRAY_KIND_COUNT; i++)
		metrics.strays[i] = straying_count(i);
	engine_stats(tenantd.engine, &stats);
	engine_levels(tenantd.engine, &levels);
	metrics.sources = sources;
	if (tenantd.source) {
		source_type(type, sizeof(type));
		sources[metrics.source_count++] = source_view(tenantd.source, type, now);
	}
	if (tenantd.configured)
		sources[metrics.source_count++] =
			source_view(tenantd.configuration, "configuration", now);
	memcpy(metrics.requests, metrics_server_requests(), sizeof(metrics.requests));
	metrics_render(&metrics, out);
	rendered = clock_us() - now;
}

/* ---- tenantd.conf ---- */

DEFUN(tenant_metrics, tenant_metrics_cmd, "tenant metrics [ADDRESS]",
      "Tenant networks\n"
      "Metrics for Prometheus, by HTTP\n"
      "Address and port, like 192.0.2.1:12620 (127.0.0.1:12620)\n")
{
	struct endpoint at = endpoint_loopback();
	struct reason why = {};

	if (argc > 2 && endpoint_parse(argv[2]->arg, &at, &why) < 0) {
		vty_out(vty, "%% %s\n", why.text);
		return CMD_WARNING_CONFIG_FAILED;
	}
	if (!memcmp(&at, &offered, sizeof(at)))
		return CMD_SUCCESS;
	offered = at;
	metrics_server_listen(&offered);
	if (!metrics_server_problem())
		return CMD_SUCCESS;
	vty_out(vty, "%% %s\n", metrics_server_problem());
	return CMD_WARNING;
}

DEFUN(no_tenant_metrics, no_tenant_metrics_cmd, "no tenant metrics [ADDRESS]",
      NO_STR "Tenant networks\n"
	     "Metrics for Prometheus, by HTTP\n"
	     "Address and port\n")
{
	offered = (struct endpoint){};
	metrics_server_listen(NULL);
	return CMD_SUCCESS;
}

void metrics_show(struct vty *vty)
{
	char text[ENDPOINT_TEXT_SIZE];

	if (metrics_server_problem())
		vty_out(vty, "Warning: %s\n", metrics_server_problem());
	else if (offered.address.family)
		vty_out(vty, "Metrics at http://%s/metrics\n", endpoint_format(&offered, text));
}

void metrics_init(void)
{
	began = real_us();
	install_element(CONFIG_NODE, &tenant_metrics_cmd);
	install_element(CONFIG_NODE, &no_tenant_metrics_cmd);
}

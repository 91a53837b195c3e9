// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whether FRR's daemons run with our modules (frr-plugin/), asked for whenever a daemon comes up.
 *
 * tenantd works without them, but slower: an NSSA translation then takes up to 5 s; a
 * neighbor that comes back to an edge waits up to 10 s for what was translated before, until
 * late_neighbor.c has noticed it and ospfd has sent it; a prefix waits 50 ms in each bgpd;
 * zebra's work for a new interface grows with the number of tenants.  And one thing it cannot
 * mend: where somebody deletes a VRF device by hand, a subnet in it may be lost for good.
 * A missing module is told: once in the log, and in "show tenant".
 */
#include <zebra.h>

#include <string.h>

#include "command.h"
#include "log.h"

#include "apply/engine_priv.h"

/* By target, the kernel's being zebra's; what is lost without it. */
static const struct {
	const char *name;
	const char *loss;
} modules[TARGET_COUNT] = {
	[TARGET_KERNEL] = { "zebra_tenant",
			    "its work for a new interface grows with the number of tenants, and a VRF device that somebody deletes may leave routes behind that stay unused when it is back" },
	[TARGET_OSPFD] = { "ospfd_tenant",
			   "on an edge a new subnet takes up to 5 s longer, and a neighbor that comes back waits up to 10 s more" },
	[TARGET_BGPD] = { "bgpd_tenant", "every prefix waits 50 ms" },
	[TARGET_MGMTD] = { "mgmtd_tenant", "tenants cannot be configured in FRR" },
};

const char *engine_module_daemon(enum target target)
{
	return target == TARGET_KERNEL ? "zebra" : target_names[target];
}

static void module_enter(struct engine *engine, enum target target, enum engine_module state)
{
	enum engine_module before = engine->stats.module[target];

	engine->stats.module[target] = state;
	if (state == before)
		return;
	if (state == MODULE_LOADED)
		zlog_info("%s runs with our module %s", engine_module_daemon(target),
			  modules[target].name);
	else if (state == MODULE_ABSENT)
		zlog_info(
			"%s runs without our module %s: %s; \"-M tenant\" among its options in /etc/frr/daemons loads it",
			engine_module_daemon(target), modules[target].name, modules[target].loss);
	if (state == MODULE_ABSENT && target == TARGET_OSPFD)
		late_neighbor_start(engine);
	if (state == MODULE_ABSENT && target == TARGET_MGMTD)
		engine_release_strangers(engine,
					 STRANGERS_UNHEARD); /* nobody else can know them */
}

/* The answer to "show modules": a line a module, its name first. */
static void modules_answered(void *arg, int index, int status, char *text)
{
	struct engine *engine = arg;
	size_t length = strlen(modules[index].name);

	if (status != CMD_SUCCESS)
		return; /* asked again when the daemon is back */
	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += strspn(line, "\n");
		if (!strncmp(line, modules[index].name, length) &&
		    strchr(" \t\r\n", line[length])) {
			module_enter(engine, index, MODULE_LOADED);
			return;
		}
	}
	module_enter(engine, index, MODULE_ABSENT);
}

void module_ask(struct engine *engine, enum target target)
{
	struct frr_conn *conn = target == TARGET_KERNEL ? engine->zebra : engine->conns[target];

	if (modules[target].name)
		frr_conn_send(conn, "show modules", modules_answered, engine, target);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* tenantd as a back end of mgmtd: connecting. */
#include <zebra.h>

#include "log.h"
#include "mgmt_be_client.h"
#include "northbound.h"
#include "yang.h"

#include "apply/engine.h"
#include "daemon/tenantd.h"
#include "northbound/backend.h"
#include "northbound/nb_priv.h"
#include "yang/yang_text.h"

static struct mgmt_be_client *client;
static struct event *anew;
static bool within_reach;

static struct yang_module_embed embed = {
	.mod_name = "frr-tenant",
	.mod_rev = FRR_TENANT_YANG_REVISION,
	.data = frr_tenant_yang,
	.format = LYS_IN_YANG,
};

const struct frr_yang_module_info *const backend_modules[BACKEND_MODULES] = {
	&frr_backend_info,
	&nb_module_info,
};

static void begin_anew(struct event *event);

static void connected(struct mgmt_be_client *be, uintptr_t data, bool is_up)
{
	zlog_info("the configuration in mgmtd is %s",
		  is_up ? "within reach" : "out of reach; what was configured stays in force");
	within_reach = is_up;
	nb_config_connected(is_up);
	if (!is_up)
		event_add_event(tenantd.loop, begin_anew, NULL, 0, &anew);
}

static const char *const config_paths[] = { NB_ROOT };
static const char *const state_paths[] = { NB_ROOT "/state" };
static const char *const rpc_paths[] = {
	"/frr-tenant:resync",
	"/frr-tenant:release",
	"/frr-tenant:plan",
	"/frr-tenant:trace",
};

static struct mgmt_be_client_cbs cbs = {
	.client_connect_notify = connected,
	.config_xpaths = config_paths,
	.nconfig_xpaths = array_size(config_paths),
	.oper_xpaths = state_paths,
	.noper_xpaths = array_size(state_paths),
	.rpc_xpaths = rpc_paths,
	.nrpc_xpaths = array_size(rpc_paths),
};

bool backend_is_up(void)
{
	return within_reach;
}

void backend_embed(void)
{
	yang_module_embed(&embed);
}

/* lib/mgmt_msg.c of 10.7.1 keeps what was queued when a connection goes, and sends it to the next
 * mgmtd before anything else, which ends by an assertion in be_adapter_process_msg().  A client of
 * its own for every connection has nothing queued.
 */
static void begin_anew(struct event *event)
{
	mgmt_be_client_destroy(client);
	client = mgmt_be_client_create("tenantd", &cbs, 0, tenantd.loop);
}

void backend_init(void)
{
	intake_init(nb_tree);
	engine_hold_strangers(tenantd.engine, STRANGERS_UNHEARD);
	client = mgmt_be_client_create("tenantd", &cbs, 0, tenantd.loop);
}

void backend_stop(void)
{
	event_cancel(&anew);
	mgmt_be_client_destroy(client);
	nb_config_stop();
	nb_notify_stop();
}

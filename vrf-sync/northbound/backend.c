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

static void connected(struct mgmt_be_client *be, uintptr_t data, bool is_up)
{
	zlog_info("the configuration in mgmtd is %s",
		  is_up ? "within reach" : "out of reach; what was configured stays in force");
	within_reach = is_up;
	nb_config_connected(is_up);
}

static const char *const config_paths[] = { NB_ROOT };
static const char *const state_paths[] = { NB_ROOT "/state" };
static const char *const rpc_paths[] = {
	"/frr-tenant:resync",
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

void backend_init(void)
{
	intake_init(nb_tree);
	engine_hold_strangers(tenantd.engine);
	client = mgmt_be_client_create("tenantd", &cbs, 0, tenantd.loop);
}

void backend_stop(void)
{
	mgmt_be_client_destroy(client);
	nb_config_stop();
	nb_notify_stop();
}

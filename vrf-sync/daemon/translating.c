// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Addresses that must stay as they are (S0-11).
 *
 * A switch marked no_nat has no host with a public address, the validator sees to that.
 * What somebody else translates on this node is not tenantd's to change, and so it is told
 * of: netfilter's NAT is in use, by whatever rule.
 */
#include <zebra.h>

#include "darr.h"
#include "frrevent.h"
#include "log.h"

#include "apply/kernel.h"
#include "daemon/tenantd.h"
#include "errors.h"

#define LOOK_SECONDS 10

static struct event *ev_look;
static bool told;

static const struct logical_switch *unchanged_switch(const struct tenant *tenant)
{
	const struct logical_switch *sw;

	darr_foreach_p (tenant->switches, sw)
		if (sw->no_nat)
			return sw;
	return NULL;
}

const struct tenant *translating_wrongly(void)
{
	const struct node *node = tenantd_own_node();
	const struct tenant *tenant = NULL;

	if (!node || !kernel_translates())
		return NULL;
	while ((tenant = model_tenant_next(tenantd.model, tenant)))
		if (tenant_roles_on(tenant, node->id) && unchanged_switch(tenant))
			return tenant;
	return NULL;
}

static void look(struct event *event)
{
	const struct tenant *tenant = translating_wrongly();

	if (tenant && !told)
		flog_warn(
			EC_TENANT_TRANSLATED,
			"netfilter translates addresses on this node, and those of switch %s of tenant %s must stay as they are",
			unchanged_switch(tenant)->name, tenant->name);
	else if (!tenant && told)
		zlog_notice("no address that must stay as it is can be translated on this node");
	told = tenant != NULL;
	event_add_timer(tenantd.loop, look, NULL, LOOK_SECONDS, &ev_look);
}

void translating_init(void)
{
	event_add_timer(tenantd.loop, look, NULL, LOOK_SECONDS, &ev_look);
}

void translating_stop(void)
{
	event_cancel(&ev_look);
}

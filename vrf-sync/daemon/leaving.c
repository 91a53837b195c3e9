// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whether what leaves this site has left it.
 *
 * A switch that is "leaving" has no gateway at its site any more, and whoever
 * moves it waits for the nodes there to say so (status.c).  A DLR has then done
 * its part, but an edge has only when its route to the DLR is gone, which OSPF
 * takes away and not we: would the switch become active elsewhere before that,
 * the DLR would send back what the edge sends it.
 */
#include <zebra.h>

#include "darr.h"

#include "apply/kernel.h"
#include "daemon/tenantd.h"

static uint32_t *tenants; /* darr: those of which a switch leaves some site */

static bool has_leaving(const struct tenant *tenant)
{
	const struct logical_switch *sw;

	darr_foreach_p (tenant->switches, sw)
		if (sw->state == SWITCH_LEAVING)
			return true;
	return false;
}

static void forget(uint32_t id)
{
	for (unsigned int i = 0; i < darr_len(tenants); i++) {
		if (tenants[i] != id)
			continue;
		darr_remove(tenants, i);
		return;
	}
}

void leaving_loaded(const uint32_t *touched)
{
	const uint32_t *id;

	darr_foreach_p (touched, id) {
		const struct tenant *tenant = model_tenant(tenantd.model, *id);

		forget(*id);
		if (tenant && has_leaving(tenant))
			*darr_append(tenants) = *id;
	}
}

bool leaving_any(void)
{
	return darr_len(tenants);
}

static bool is_left(const struct tenant *tenant, const struct logical_switch *sw)
{
	const struct subnet *subnet;

	darr_foreach_p (sw->subnets, subnet)
		if (kernel_has_way(tenantd.kernel, tenant->vrf, &subnet->prefix))
			return false;
	return true;
}

bool leaving_is_over(void)
{
	const struct provider *provider = model_provider(tenantd.model);
	const struct node *node = provider_node_by_name(provider, tenantd.node);
	const struct logical_switch *sw;
	const struct tenant *tenant;
	const uint32_t *id;

	darr_foreach_p (tenants, id) {
		tenant = model_tenant(tenantd.model, *id);
		if (!tenant || !node || !(tenant_roles_on(tenant, node->id) & ROLE_EDGE))
			continue;
		darr_foreach_p (tenant->switches, sw)
			if (sw->state == SWITCH_LEAVING && sw->site_id == node->site_id &&
			    !is_left(tenant, sw))
				return false;
	}
	return true;
}

void leaving_stop(void)
{
	darr_free(tenants);
}

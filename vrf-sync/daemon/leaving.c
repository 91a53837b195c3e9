// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whether what leaves this site has left it.
 *
 * A switch that is "leaving" has no gateway at its site any more, and whoever
 * moves it waits for the nodes there to say so (status.c).  A DLR has then done
 * its part, but an edge has only when its route to the DLR is gone, which OSPF
 * takes away and not we: would the switch become active elsewhere before that,
 * the DLR would send back what the edge sends it.  What is active at another
 * site meanwhile, the edge has a way to by its PE, and that may stay.
 */
#include <zebra.h>

#include "darr.h"

#include "apply/kernel_lookup.h"
#include "daemon/tenantd.h"
#include "model/derive.h"
#include "model/presence.h"

static uint32_t *tenants; /* darr: those of which a switch leaves this site */

static bool leaves(const struct tenant *tenant, const struct logical_switch *sw,
		   const struct node *node)
{
	return switch_presence(model_provider(tenantd.model), tenant, sw, node->site_id) ==
	       PRESENCE_LEAVING;
}

static bool has_leaving(const struct tenant *tenant, const struct node *node)
{
	const struct logical_switch *sw;

	if (!(tenant_roles_on(tenant, node->id) & ROLE_EDGE))
		return false;
	darr_foreach_p (tenant->switches, sw)
		if (leaves(tenant, sw, node))
			return true;
	return false;
}

static const struct node *this_node(void)
{
	return provider_node_by_name(model_provider(tenantd.model), tenantd.node);
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
	const struct node *node = this_node();
	const uint32_t *id;

	darr_foreach_p (touched, id) {
		const struct tenant *tenant = model_tenant(tenantd.model, *id);

		forget(*id);
		if (tenant && node && has_leaving(tenant, node))
			*darr_append(tenants) = *id;
	}
}

bool leaving_any(void)
{
	return darr_len(tenants);
}

/* The device is of a transit: what goes by it goes to a DLR. */
static bool leads_to_a_dlr(const struct tenant *tenant, const struct node *node,
			   const char *device)
{
	const struct provider *provider = model_provider(tenantd.model);
	const struct wire *wire;

	darr_foreach_p (provider->wires, wire) {
		const struct wire_port *port = wire_port_of(wire, node->id);
		struct reason ignored = {};
		char name[DEVICE_BUF];
		uint16_t vlan;

		if (!port || wire->kind != WIRE_TRANSIT ||
		    derive_vlan(wire, tenant, &vlan, &ignored) < 0)
			continue;
		derive_vlan_name(port->ifname, vlan, name);
		if (!strcmp(name, device))
			return true;
	}
	return false;
}

static bool is_left(const struct tenant *tenant, const struct logical_switch *sw,
		    const struct node *node)
{
	const struct subnet *subnet;
	struct kernel_path path;

	darr_foreach_p (sw->subnets, subnet)
		if (kernel_path_get(tenantd.kernel, tenant->vrf, &subnet->prefix, &path) == 0 &&
		    leads_to_a_dlr(tenant, node, path.device))
			return false;
	return true;
}

bool leaving_is_over(void)
{
	const struct node *node = this_node();
	const struct logical_switch *sw;
	const struct tenant *tenant;
	const uint32_t *id;

	darr_foreach_p (tenants, id) {
		tenant = model_tenant(tenantd.model, *id);
		if (!tenant || !node)
			continue;
		darr_foreach_p (tenant->switches, sw)
			if (leaves(tenant, sw, node) && !is_left(tenant, sw, node))
				return false;
	}
	return true;
}

void leaving_stop(void)
{
	darr_free(tenants);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Where a logical switch is. */
#include <zebra.h>

#include "darr.h"

#include "model/presence.h"

const char *const presence_names[PRESENCE_COUNT] = {
	[PRESENCE_NONE] = "none",   [PRESENCE_READY] = "ready",   [PRESENCE_LEAVING] = "leaving",
	[PRESENCE_HOSTS] = "hosts", [PRESENCE_ACTIVE] = "active",
};

const struct logical_switch *tenant_switch(const struct tenant *tenant, uint32_t id)
{
	const struct logical_switch *sw;

	darr_foreach_p (tenant->switches, sw)
		if (sw->id == id)
			return sw;
	return NULL;
}

bool switch_holds(const struct logical_switch *sw, const struct ipnet *address)
{
	const struct subnet *subnet;

	darr_foreach_p (sw->subnets, subnet)
		if (ipnet_contains(&subnet->prefix, address))
			return true;
	return false;
}

const struct logical_switch *switch_recovered_as(const struct tenant *tenant,
						 const struct logical_switch *sw, uint32_t site_id)
{
	const struct network_map *map;

	darr_foreach_p (tenant->maps, map)
		if (map->switch_id == sw->id && map->site_id == site_id)
			return map->target_id ? tenant_switch(tenant, map->target_id) : sw;
	return tenant->recovery_site_id == site_id ? sw : NULL;
}

static bool has_hosts_at(const struct logical_switch *sw, uint32_t site_id)
{
	const struct tenant_host *host;

	darr_foreach_p (sw->hosts, host)
		if (host->advertise && host->site_id == site_id)
			return true;
	return false;
}

bool switch_is_at(const struct tenant *tenant, const struct logical_switch *sw, uint32_t site_id)
{
	return !sw->site_id || sw->site_id == site_id ||
	       switch_recovered_as(tenant, sw, site_id) == sw;
}

uint8_t tenant_roles_at(const struct provider *provider, const struct tenant *tenant,
			uint32_t site_id)
{
	const struct attachment *attachment;
	uint8_t roles = 0;

	darr_foreach_p (tenant->attachments, attachment) {
		const struct node *node = provider_node(provider, attachment->node_id);

		if (node && node->site_id == site_id)
			roles |= attachment->roles;
	}
	return roles;
}

bool site_stands_in(const struct provider *provider, const struct tenant *tenant,
		    const struct site *other, uint32_t site_id)
{
	uint8_t needed = ROLE_DLR | (tenant_roles_at(provider, tenant, site_id) & ROLE_EDGE);

	return other->id != site_id && other->state == SITE_ACTIVE &&
	       !(needed & ~tenant_roles_at(provider, tenant, other->id));
}

enum site_state site_gives_up(const struct provider *provider, const struct tenant *tenant,
			      uint32_t site_id)
{
	const struct site *site = provider_site(provider, site_id), *other;

	if (!site || site->state == SITE_ACTIVE)
		return SITE_ACTIVE;
	darr_foreach_p (provider->sites, other)
		if (site_stands_in(provider, tenant, other, site_id))
			return site->state;
	return SITE_ACTIVE;
}

enum presence switch_presence(const struct provider *provider, const struct tenant *tenant,
			      const struct logical_switch *sw, uint32_t site_id)
{
	static const enum presence at_home[SWITCH_STATE_COUNT] = {
		[SWITCH_ACTIVE] = PRESENCE_ACTIVE,
		[SWITCH_READY] = PRESENCE_READY,
		[SWITCH_LEAVING] = PRESENCE_LEAVING,
	};
	bool home = !sw->site_id || sw->site_id == site_id;
	enum site_state state =
		sw->site_id == site_id ? SITE_ACTIVE : site_gives_up(provider, tenant, site_id);

	if (home && sw->state == SWITCH_ACTIVE && state == SITE_ACTIVE)
		return PRESENCE_ACTIVE;
	if (!switch_is_at(tenant, sw, site_id))
		return PRESENCE_NONE;
	if (state != SITE_ACTIVE && (home || has_hosts_at(sw, site_id)))
		return state == SITE_LEAVING ? PRESENCE_LEAVING : PRESENCE_READY;
	if (has_hosts_at(sw, site_id))
		return PRESENCE_HOSTS;
	return home ? at_home[sw->state] : PRESENCE_READY;
}

bool switch_is_active(const struct provider *provider, const struct tenant *tenant,
		      const struct logical_switch *sw)
{
	const struct attachment *attachment;
	const struct node *node;

	darr_foreach_p (tenant->attachments, attachment) {
		if (!(attachment->roles & ROLE_DLR))
			continue;
		node = provider_node(provider, attachment->node_id);
		if (node &&
		    switch_presence(provider, tenant, sw, node->site_id) == PRESENCE_ACTIVE)
			return true;
	}
	return false;
}

bool host_has_route(const struct tenant *tenant, const struct tenant_host *host)
{
	return host->advertise && host->site_id &&
	       (tenant->egress == EGRESS_LOCAL || tenant->active_site_id == host->site_id);
}

const struct node *host_seen_by(const struct provider *provider, const struct tenant_host *host)
{
	const struct node *node = host->seen_by ? provider_node(provider, host->seen_by) : NULL;

	return node && node->site_id == host->site_id ? node : NULL;
}

/* Two may have its subnet, the one recovered as the other: the one that is not ready has it. */
uint32_t tenant_home_site(const struct tenant *tenant, const struct ipnet *address)
{
	const struct logical_switch *sw;

	darr_foreach_p (tenant->switches, sw)
		if (sw->site_id && sw->state != SWITCH_READY && switch_holds(sw, address))
			return sw->site_id;
	return 0;
}

uint32_t tenant_host_site(const struct tenant *tenant, const struct ipnet *address)
{
	const struct logical_switch *sw;
	const struct tenant_host *host;

	darr_foreach_p (tenant->switches, sw)
		darr_foreach_p (sw->hosts, host)
			if (host->site_id && !ipnet_cmp(&host->address, address))
				return host->site_id;
	return tenant_home_site(tenant, address);
}

const struct domain_port *switch_vlan_port(const struct provider *provider,
					   const struct tenant *tenant,
					   const struct logical_switch *sw,
					   const struct switch_vlan *vlan)
{
	const struct switch_domain *domain = provider_domain(provider, vlan->domain_id);
	const struct domain_port *port;

	if (!domain)
		return NULL;
	darr_foreach_p (domain->ports, port) {
		const struct node *node = provider_node(provider, port->node_id);

		if (node && (tenant_roles_on(tenant, node->id) & ROLE_DLR) &&
		    switch_is_at(tenant, sw, node->site_id))
			return port;
	}
	return NULL;
}

bool node_stands_by(const struct tenant *tenant, const struct node *node)
{
	return tenant->egress == EGRESS_ACTIVE && tenant->active_site_id &&
	       tenant->active_site_id != node->site_id;
}

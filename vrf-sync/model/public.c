// SPDX-License-Identifier: GPL-2.0-or-later
/* By which address everybody reaches a host. */
#include <zebra.h>

#include "darr.h"

#include "model/presence.h"
#include "model/public.h"

const struct ipnet public_within[PUBLIC_WITHIN_COUNT] = {
	{ .family = AF_INET, .len = 8, .addr = { 10 } },
	{ .family = AF_INET, .len = 10, .addr = { 100, 64 } },
	{ .family = AF_INET, .len = 12, .addr = { 172, 16 } },
	{ .family = AF_INET, .len = 16, .addr = { 192, 168 } },
};

bool public_is_within(const struct ipnet *address)
{
	for (int i = 0; i < PUBLIC_WITHIN_COUNT; i++)
		if (ipnet_contains(&public_within[i], address))
			return true;
	return false;
}

const struct logical_switch *public_holder(const struct tenant *tenant,
					   const struct ipnet *address)
{
	const struct logical_switch *sw, *found = NULL;

	darr_foreach_p (tenant->switches, sw)
		if (switch_holds(sw, address) && (!found || found->state == SWITCH_READY))
			found = sw;
	return found;
}

const struct ipnet *public_inside(const struct tenant *tenant, const struct public_address *public)
{
	const struct logical_switch *sw = public_holder(tenant, &public->inside);

	if (ipnet_is_set(&public->recovered) && sw && sw->state == SWITCH_READY)
		return &public->recovered;
	return &public->inside;
}

const struct logical_switch *public_switch(const struct tenant *tenant,
					   const struct public_address *public)
{
	return public_holder(tenant, public_inside(tenant, public));
}

bool public_is_at(const struct provider *provider, const struct tenant *tenant,
		  const struct public_address *public, uint32_t site_id)
{
	const struct ipnet *inside = public_inside(tenant, public);
	const struct logical_switch *sw = public_holder(tenant, inside);
	const struct tenant_host *host;
	enum presence presence;

	if (!sw)
		return false;
	presence = switch_presence(provider, tenant, sw, site_id);
	darr_foreach_p (sw->hosts, host)
		if (host->advertise && host->site_id && !ipnet_cmp(&host->address, inside))
			return host->site_id == site_id && presence >= PRESENCE_HOSTS;
	return presence == PRESENCE_ACTIVE;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sites: where a tenant's switches and hosts are, and where they would be recovered.
 */
#include <zebra.h>

#include "darr.h"

#include "model/presence.h"
#include "plan/validate_priv.h"

/* A site that something is to be active at, or recovered at. */
static void check_site(struct check *check, uint32_t site_id, const char *what)
{
	const struct site *site = provider_site(check->provider, site_id);

	if (!site_id)
		return;
	if (!site)
		check_find(check, "%s of tenant %s is site id %u, which does not exist", what,
			   check->tenant->name, site_id);
	else if (!(tenant_roles_at(check->provider, check->tenant, site_id) & ROLE_DLR))
		check_find(
			check,
			"%s of tenant %s is %s, where no DLR serves it; attach one of that site's first",
			what, check->tenant->name, site->name);
}

static void check_map(struct check *check, const struct network_map *map)
{
	const struct logical_switch *sw = tenant_switch(check->tenant, map->switch_id);
	const struct logical_switch *target = tenant_switch(check->tenant, map->target_id);

	if (!sw)
		return;
	check_site(check, map->site_id, "the site of a network map");
	if (!map->target_id)
		return;
	if (!target)
		check_find(
			check,
			"switch %s of tenant %s is mapped to switch id %u, which is none of the tenant's",
			sw->name, check->tenant->name, map->target_id);
	else if (target->site_id != map->site_id)
		check_find(
			check,
			"switch %s of tenant %s is mapped to switch %s, which is not at that site; say where %s is by its --site",
			sw->name, check->tenant->name, target->name, target->name);
}

static void check_host(struct check *check, const struct logical_switch *sw,
		       const struct tenant_host *host)
{
	const struct site *site = provider_site(check->provider, host->site_id);
	char text[IPNET_TEXT_SIZE];

	ipnet_format_addr(&host->address, text);
	if (!switch_holds(sw, &host->address))
		check_find(check, "host %s is in no subnet of switch %s of tenant %s", text,
			   sw->name, check->tenant->name);
	if (!host->advertise)
		return;
	if (host->address.family == AF_INET6)
		check_find(
			check,
			"host %s of switch %s is IPv6, which is not announced yet; take --advertise off it",
			text, sw->name);
	if (site && !switch_is_at(check->tenant, sw, host->site_id))
		check_find(
			check,
			"host %s is to be announced at %s, where switch %s of tenant %s is not; map the switch to that site first",
			text, site->name, sw->name, check->tenant->name);
}

static void check_switch(struct check *check, const struct logical_switch *sw)
{
	const struct tenant_host *host;

	if (sw->site_id && !provider_site(check->provider, sw->site_id))
		check_find(check, "switch %s names site id %u, which does not exist", sw->name,
			   sw->site_id);
	if (sw->site_id && sw->scope == SCOPE_UNIVERSAL)
		check_find(
			check,
			"switch %s of tenant %s is universal and at one site, which is a contradiction; take the site off it, or make it local",
			sw->name, check->tenant->name);
	darr_foreach_p (sw->hosts, host)
		check_host(check, sw, host);
}

/* What all traffic leaves by must be in use. */
static void check_active(struct check *check)
{
	const struct tenant *tenant = check->tenant;
	uint32_t site_id = tenant->active_site_id;

	check_site(check, site_id, "the active site");
	if (tenant->egress == EGRESS_ACTIVE &&
	    site_gives_up(check->provider, tenant, site_id) == SITE_EVACUATED)
		check_find(
			check,
			"the active site of tenant %s is %s, which is evacuated; make another one active with \"tenantctl failover %s --disaster --to SITE\"",
			tenant->name, provider_site(check->provider, site_id)->name, tenant->name);
}

void check_places_of_switches(struct check *check)
{
	const struct logical_switch *sw;
	const struct network_map *map;

	check_active(check);
	check_site(check, check->tenant->recovery_site_id, "the recovery site");
	darr_foreach_p (check->tenant->maps, map)
		check_map(check, map);
	darr_foreach_p (check->tenant->switches, sw)
		check_switch(check, sw);
}

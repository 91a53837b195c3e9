// SPDX-License-Identifier: GPL-2.0-or-later
/* Whether a site may be evacuated, or its edges be used again. */
#include <zebra.h>

#include "darr.h"

#include "ctl/readiness_priv.h"
#include "model/presence.h"

/* Nobody has said where it would be recovered. */
static bool is_alone(const struct tenant *tenant, const struct logical_switch *sw)
{
	const struct network_map *map;

	darr_foreach_p (tenant->maps, map)
		if (map->switch_id == sw->id)
			return false;
	return !tenant->recovery_site_id || tenant->recovery_site_id == sw->site_id;
}

/* One that does not go with its tenant. */
static void look_switch(struct looking *look, const struct logical_switch *sw)
{
	const struct operation *operation = look->operation;
	const char *tenant = look->tenant->name;

	if (sw->site_id != operation->from_id || sw->state == SWITCH_READY ||
	    sw->purpose != PURPOSE_PRODUCTION || operation->stay || !is_alone(look->tenant, sw))
		return;
	reason_set(
		readiness_line(look, "switch %s of %s", sw->name, tenant),
		"switch %s of tenant %s is at %s and is recovered nowhere; map it with \"tenantctl add map %s %s SITE\", or let it go on by the edges that are left with --stay",
		sw->name, tenant, operation->from, tenant, sw->name);
}

static bool is_at_all_sites(const struct tenant *tenant)
{
	const struct logical_switch *sw;

	darr_foreach_p (tenant->switches, sw)
		if (!sw->site_id)
			return true;
	return false;
}

/* What stands against the site standing in; "" nothing. */
static int look_other_site(const struct looking *look, uint32_t site_id, struct reason *why)
{
	struct readiness *list = NULL, *one;
	struct looking other = *look;
	int ret;

	other.list = &list;
	ret = readiness_nodes(&other, site_id);
	darr_foreach_p (list, one)
		if (one->why.text[0])
			reason_set(why, "%s", one->why.text);
	darr_free(list);
	return ret;
}

/* One that is ready is enough; where none is, the first says why. */
static int look_elsewhere(struct looking *look)
{
	const struct provider *provider = model_provider(look->model);
	const struct operation *operation = look->operation;
	const struct tenant *tenant = look->tenant;
	struct reason *line = readiness_line(look, "another site for %s", tenant->name);
	struct reason first = {};
	const struct site *site;

	darr_foreach_p (provider->sites, site) {
		struct reason why = {};

		if (!site_stands_in(provider, tenant, site, operation->from_id))
			continue;
		if (look_other_site(look, site->id, &why) < 0)
			return -1;
		if (!why.text[0])
			return 0;
		reason_set(&first, "%s", why.text);
	}
	*line = first;
	if (!first.text[0] && !operation->stay)
		reason_set(
			line,
			"no other site serves tenant %s; attach the DLRs and edges of one with \"tenantctl set tenant %s --nodes +NODE\", or let it go on by the edges that are left with --stay",
			tenant->name, tenant->name);
	return 0;
}

static int look_tenant(struct looking *look)
{
	uint32_t site_id = operation_site(look->operation);
	bool evacuate = look->operation->kind == OPERATION_EVACUATE;
	const struct logical_switch *sw;

	if (!(tenant_roles_at(model_provider(look->model), look->tenant, site_id) & ROLE_DLR))
		return 0;
	if (evacuate)
		darr_foreach_p (look->tenant->switches, sw)
			look_switch(look, sw);
	if (!is_at_all_sites(look->tenant))
		return 0;
	if (evacuate && look_elsewhere(look) < 0)
		return -1;
	if (evacuate && look->operation->mode == OPERATION_DISASTER)
		return 0;
	return readiness_nodes(look, site_id);
}

static void look_state(struct looking *look)
{
	const char *name = operation_whose(look->operation);
	const struct site *site =
		provider_site(model_provider(look->model), operation_site(look->operation));
	struct reason *why = readiness_line(look, "site %s", name);

	if (look->operation->kind == OPERATION_EVACUATE && site && site->state == SITE_EVACUATED)
		reason_set(
			why,
			"site %s is evacuated already; \"tenantctl edge restore %s\" has its edges used again",
			name, name);
	else if (look->operation->kind == OPERATION_RESTORE && site && site->state == SITE_ACTIVE)
		reason_set(why, "site %s is not evacuated; its edges are in use", name);
}

int readiness_of_site(struct looking *look)
{
	const struct tenant *tenant = NULL;

	look_state(look);
	if (readiness_alone(look->ctl, look->operation,
			    readiness_line(look, "no other operation")) < 0)
		return -1;
	while ((tenant = model_tenant_next(look->model, tenant))) {
		look->tenant = tenant;
		if (look_tenant(look) < 0)
			return -1;
	}
	return 0;
}

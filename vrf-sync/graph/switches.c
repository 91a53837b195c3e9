// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Switches in one tenant's picture: a box for those of each site, and one for
 * those of all.  A switch that is kept ready at another site is there, too, in
 * grey; its subnets are where it belongs.
 */
#include <zebra.h>

#include "darr.h"

#include "graph/graph_priv.h"
#include "model/presence.h"

bool graph_has_dlr(const struct view *v, const struct node *node, uint32_t site_id)
{
	return tenant_roles_on(v->tenant, node->id) & ROLE_DLR &&
	       (!site_id || node->site_id == site_id);
}

uint32_t graph_only_site(const struct view *v)
{
	const struct node *node;
	uint32_t site = 0;

	darr_foreach_p (v->provider->nodes, node) {
		if (!graph_has_dlr(v, node, 0))
			continue;
		if (site && site != node->site_id)
			return 0;
		site = node->site_id;
	}
	return site;
}

static bool site_has_dlr(const struct view *v, uint32_t site_id)
{
	const struct node *node;

	darr_foreach_p (v->provider->nodes, node)
		if (graph_has_dlr(v, node, site_id))
			return true;
	return false;
}

/* Of another site, and kept ready at this one. */
static bool is_guest(const struct view *v, const struct logical_switch *sw, uint32_t site_id)
{
	return site_id && sw->site_id && sw->site_id != site_id && site_has_dlr(v, site_id) &&
	       switch_presence(v->provider, v->tenant, sw, site_id) != PRESENCE_NONE;
}

static bool is_in_box(const struct view *v, const struct logical_switch *sw, uint32_t site_id)
{
	return sw->site_id == site_id || is_guest(v, sw, site_id);
}

/* ---- what a switch is there ---- */

static const struct logical_switch *stands_in_for(const struct view *v,
						  const struct logical_switch *sw)
{
	const struct network_map *map;

	darr_foreach_p (v->tenant->maps, map)
		if (map->target_id == sw->id)
			return tenant_switch(v->tenant, map->switch_id);
	return NULL;
}

static void add_presence(const struct view *v, const struct logical_switch *sw, uint32_t site_id)
{
	enum presence presence = switch_presence(v->provider, v->tenant, sw, site_id);
	const struct logical_switch *other = stands_in_for(v, sw);

	if (presence == PRESENCE_HOSTS)
		dot_add(v->out, "only its hosts");
	else
		dot_add(v->out, "%s", presence_names[presence]);
	if (presence == PRESENCE_READY && other) {
		dot_add(v->out, ", in place of ");
		dot_name(v->out, other->name);
	}
}

static const char *presence_color(enum presence presence)
{
	return presence == PRESENCE_LEAVING ? DOT_LEAVING : DOT_QUIET;
}

/* Beside its name; of one that is at all sites, a line for each where it is not active. */
static void add_state(const struct view *v, const struct logical_switch *sw, uint32_t site_id)
{
	enum presence presence = switch_presence(v->provider, v->tenant, sw, site_id);
	const struct site *site;

	if (site_id && presence != PRESENCE_ACTIVE) {
		dot_add(v->out, " <FONT COLOR=\"%s\"><I>", presence_color(presence));
		add_presence(v, sw, site_id);
		dot_add(v->out, "</I></FONT>");
	}
	if (site_id)
		return;
	darr_foreach_p (v->provider->sites, site) {
		presence = switch_presence(v->provider, v->tenant, sw, site->id);
		if (presence == PRESENCE_ACTIVE || !site_has_dlr(v, site->id))
			continue;
		dot_add(v->out, "<BR ALIGN=\"LEFT\"/><FONT COLOR=\"%s\"><I>  ",
			presence_color(presence));
		add_presence(v, sw, site->id);
		dot_add(v->out, " at ");
		dot_name(v->out, site->name);
		dot_add(v->out, "</I></FONT>");
	}
}

/* ---- what is on it ---- */

static void add_subnet(const struct view *v, const struct logical_switch *sw,
		       const struct subnet *subnet)
{
	bool told = subnet_is_advertised(sw, subnet);

	dot_add(v->out, "<BR ALIGN=\"LEFT\"/>%s  ",
		told ? "" : "<FONT COLOR=\"" DOT_QUIET "\"><I>");
	dot_net(v->out, &subnet->prefix);
	dot_add(v->out, "%s", told ? "" : "  not announced</I></FONT>");
}

static void add_subnets(const struct view *v, const struct logical_switch *sw)
{
	const struct subnet *subnet;
	unsigned int row = 0;

	darr_foreach_p (sw->subnets, subnet) {
		if (graph_is_past_rows(v, row++, darr_len(sw->subnets)))
			break;
		add_subnet(v, sw, subnet);
	}
}

/* It has a route of its own, and there. */
static bool has_route(const struct view *v, const struct tenant_host *host, uint32_t site_id)
{
	return host_has_route(v->tenant, host) && (!site_id || host->site_id == site_id);
}

static void add_hosts(const struct view *v, const struct logical_switch *sw, uint32_t site_id)
{
	const struct tenant_host *host;
	unsigned int row = 0, count = 0;

	darr_foreach_p (sw->hosts, host)
		count += has_route(v, host, site_id);
	darr_foreach_p (sw->hosts, host) {
		const struct site *site = provider_site(v->provider, host->site_id);

		if (!has_route(v, host, site_id))
			continue;
		if (graph_is_past_rows(v, row++, count))
			break;
		dot_add(v->out, "<BR ALIGN=\"LEFT\"/>  host ");
		dot_address(v->out, &host->address);
		if (site_id)
			continue;
		dot_add(v->out, " at ");
		dot_name(v->out, site ? site->name : "?");
	}
}

static void add_switch(const struct view *v, const struct logical_switch *sw, uint32_t site_id)
{
	bool guest = is_guest(v, sw, site_id);

	dot_add(v->out, "<BR ALIGN=\"LEFT\"/>%s<B>",
		guest ? "<FONT COLOR=\"" DOT_QUIET "\">" : "");
	dot_name(v->out, sw->name);
	dot_add(v->out, "</B>%s", guest ? "</FONT>" : "");
	add_state(v, sw, site_id);
	if (!guest)
		add_subnets(v, sw);
	add_hosts(v, sw, site_id);
}

/* ---- the box ---- */

/* Something of it has its gateway there. */
static bool has_gateway(const struct view *v, uint32_t site_id, uint32_t at)
{
	const struct logical_switch *sw;

	darr_foreach_p (v->tenant->switches, sw)
		if (is_in_box(v, sw, site_id) &&
		    switch_presence(v->provider, v->tenant, sw, at) >= PRESENCE_HOSTS)
			return true;
	return false;
}

static void join(const struct view *v, uint32_t site_id)
{
	const struct node *node;

	darr_foreach_p (v->provider->nodes, node) {
		if (!graph_has_dlr(v, node, site_id))
			continue;
		dot_add(v->out, "\t\tls%u -> n%u [color=\"" DOT_SWITCH "\"%s]\n", site_id,
			node->id, has_gateway(v, site_id, node->site_id) ? "" : ", style=dashed");
	}
}

void graph_switches(const struct view *v, uint32_t site_id)
{
	const struct logical_switch *sw;
	unsigned int count = 0, row = 0;

	darr_foreach_p (v->tenant->switches, sw)
		count += is_in_box(v, sw, site_id);
	if (!count)
		return;
	dot_add(v->out,
		"\t\tls%u [shape=box, style=\"rounded,filled\", fillcolor=\"#f0f9ff\", color=\"" DOT_SWITCH
		"\", margin=\"0.12,0.08\", label=<<FONT COLOR=\"" DOT_SWITCH
		"\">switches%s</FONT>",
		site_id, site_id || graph_only_site(v) ? "" : " at all sites");
	darr_foreach_p (v->tenant->switches, sw) {
		if (!is_in_box(v, sw, site_id))
			continue;
		if (graph_is_past_rows(v, row++, count))
			break;
		add_switch(v, sw, site_id);
	}
	dot_add(v->out, "<BR ALIGN=\"LEFT\"/>>]\n");
	join(v, site_id);
}

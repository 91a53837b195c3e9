// SPDX-License-Identifier: GPL-2.0-or-later
/* What the files of one tenant's picture share. */
#ifndef FRR_TENANT_GRAPH_GRAPH_PRIV_H
#define FRR_TENANT_GRAPH_GRAPH_PRIV_H

#include "graph/graph.h"

struct view {
	const struct model *model;
	const struct provider *provider;
	const struct tenant *tenant;
	struct dot *out;
};

/* Of a list in one box only so many are shown: past them, says how many more, in their place. */
bool graph_is_past_rows(const struct view *v, unsigned int row, unsigned int count);

/* switches.c: the switches of the site, those that are kept ready there, and hosts that
 * have a route of their own there, joined to its DLRs; site_id 0: of those that are at all sites.
 */
void graph_switches(const struct view *v, uint32_t site_id);
/* The node has the tenant as a DLR, at that site; site_id 0: at any. */
bool graph_has_dlr(const struct view *v, const struct node *node, uint32_t site_id);
/* Where the tenant's DLRs are, if that is one place; 0: it is not. */
uint32_t graph_only_site(const struct view *v);

#endif

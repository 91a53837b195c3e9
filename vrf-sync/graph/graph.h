// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Pictures of the network, as text for Graphviz's dot.  Pure: the model in, a
 * text out, the same for the same model.
 *
 * From left to right they go the way of a subnet: switches, DLR, transit, edge,
 * uplink, PE, the MPLS core, PEs of other sites, customers.
 */
#ifndef FRR_TENANT_GRAPH_GRAPH_H
#define FRR_TENANT_GRAPH_GRAPH_H

#include "graph/dot.h"

/* The provider's: sites, nodes with their roles and how many tenants each
 * serves, wires.
 */
void graph_network(const struct model *model, struct dot *out);

/* A tenant's: its VRF on each node, areas, switches with their subnets, links to
 * customer sites, leaks.  One that is held has the reason in its title.
 */
void graph_tenant(const struct model *model, const struct tenant *tenant, struct dot *out);

/* ---- for both ---- */

/* The PE is reached from edges, or is one itself: it stands left of the core. */
bool graph_is_near(const struct provider *provider, const struct node *node, uint8_t roles);

#endif

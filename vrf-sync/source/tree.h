// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading tenants from configuration (yang/frr-tenant.yang), as rows_*.c read
 * them from a database.
 *
 * A tree is the container tenant-network with its defaults in place; NULL is
 * an empty one.  Every value in it has passed its YANG type, but configuration
 * names things that a database numbers, and may name what is not there: such
 * a tenant is made all the same, with a sentence (tenant->bad), and held.
 *
 * Where only identity matters (sites, nodes, subnets, links, leaks) the id is
 * a hash of the name, so that it stays when others come and go.
 */
#ifndef FRR_TENANT_SOURCE_TREE_H
#define FRR_TENANT_SOURCE_TREE_H

#include "model/model.h"

struct lyd_node;

/* What all tenants share; never NULL.  What cannot be used is left out, and
 * *why says so.
 */
struct provider *tree_provider(const struct lyd_node *tree, struct reason *why);

/* The tenant of that name, with names of nodes, wires and sites looked up in
 * provider.  NULL where there is none, and where it has no id and old_id (what
 * it had when it was read last) is 0: *why is set then.
 */
struct tenant *tree_tenant(const struct lyd_node *tree, const char *name,
			   const struct provider *provider, uint32_t old_id, struct reason *why);

/* The names of all tenants, until the tree changes (darr). */
void tree_tenant_names(const struct lyd_node *tree, const char ***names);

/* A value below the tree by names of nodes: tree_text(tree, "sources", NULL);
 * NULL where there is none.
 */
const struct lyd_node *tree_child(const struct lyd_node *parent, const char *name);
const char *tree_text(const struct lyd_node *parent, const char *name);
bool tree_is_true(const struct lyd_node *parent, const char *name);
uint32_t tree_number(const struct lyd_node *parent, const char *name); /* 0: none */

/* Walks the entries called name below parent (a list, or a leaf-list). */
#define tree_foreach(parent, name, entry) \
	for (entry = tree_child(parent, name); entry; entry = tree_next(entry))
const struct lyd_node *tree_next(const struct lyd_node *entry);

#endif

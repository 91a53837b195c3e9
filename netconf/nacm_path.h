// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The path of an access control rule (RFC 8341, node-instance-identifier): which instances of
 * data does it cover?
 *
 * A path covers a node if the node, or one above it, is named by it.  Predicates are optional:
 * a list without any means all of its entries.  The variable $USER is the user who asks.
 *
 * Matching walks from the node upwards and needs nothing but its parents and their keys.  So
 * it works in data, in a diff of data, and in the tree an action or a notification comes in;
 * only a predicate by position means a place in just that tree.
 */
#ifndef FRR_TENANT_NETCONF_NACM_PATH_H
#define FRR_TENANT_NETCONF_NACM_PATH_H

#include <stdbool.h>

struct lyd_node;
struct nacm_path;

/* text as libyang writes it, with names of modules.  NULL where it is not understood (a
 * variable that is not USER), and where there is no memory.
 */
struct nacm_path *nacm_path_new(const char *text);
void nacm_path_free(struct nacm_path *path); /* NULL is fine */

bool nacm_path_covers(const struct nacm_path *path, const struct lyd_node *node, const char *user);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/* What the files that read configuration share. */
#ifndef FRR_TENANT_SOURCE_TREE_PRIV_H
#define FRR_TENANT_SOURCE_TREE_PRIV_H

#include "source/tree.h"

/* False, with the value untouched, where there is none or it cannot be read. */
bool tree_net(const struct lyd_node *parent, const char *name, struct ipnet *net);
bool tree_addr(const struct lyd_node *parent, const char *name, struct ipnet *addr);
/* Index of the word, or -1. */
int tree_word(const struct lyd_node *parent, const char *name, const char *const *words,
	      int count);
/* Appends the prefixes of a leaf-list, and sorts. */
void tree_nets(const struct lyd_node *parent, const char *name, struct ipnet **nets);
/* The leaf-list role: enum role, or-ed. */
uint8_t tree_roles(const struct lyd_node *parent);
/* 24 bits of a name. */
uint32_t tree_hash(const char *text);
/* 0: no such site, or no name. */
uint32_t tree_site_id(const struct provider *provider, const char *name);

/* tree_public.c */
void tree_ports(const struct lyd_node *tree, struct provider *provider);
void tree_publics(const struct lyd_node *entry, struct tenant *tenant);

#endif

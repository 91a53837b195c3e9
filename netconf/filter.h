// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Subtree filters (RFC 6241, section 6): what part of a data tree a client asked for.
 *
 * A filter is a tree that looks like data with parts left out.  Each node of it is one of
 * three: a node with children says where to look (containment), a node without a value says
 * what to take (selection), and a node with a value says which of several siblings' parents
 * are meant (content match).  Filters that name the same data more than once add up.
 *
 * A filter's nodes may be of the schema or opaque, in any mixture: libyang makes opaque nodes
 * of what would not be valid data, such as a list entry without its keys.  Only their names,
 * namespaces and values count.  An opaque node without a namespace matches in every module.
 *
 * Values are compared by the type of the data, so 010 finds 10; space around a value does not
 * count.  What the RFC has and this has not: attributes of a filter are ignored, as if each
 * matched (data of YANG has none), and nothing inside of anydata can be selected, only all
 * of it.
 */
#ifndef FRR_TENANT_NETCONF_FILTER_H
#define FRR_TENANT_NETCONF_FILTER_H

struct lyd_node;

/* Copies what filter selects of data and its siblings to *result: NULL where that is nothing,
 * as with a filter of NULL.  List entries that are selected in part have their keys; defaults
 * stay marked as such.  0, or -ENOMEM, and then *result is left alone.
 */
int filter_subtree(const struct lyd_node *data, const struct lyd_node *filter,
		   struct lyd_node **result);

/* The same of what an XPath selects, with all that leads to it and all below it (RFC 6241,
 * section 8.9.4.1).  0, or -EINVAL.
 */
int filter_xpath(const struct lyd_node *data, const char *xpath, struct lyd_node **result);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Between the two halves of edit.h: what each node of an edit asks for (edit_read.c), and
 * doing it (edit.c).
 */
#ifndef FRR_TENANT_NETCONF_EDIT_PRIV_H
#define FRR_TENANT_NETCONF_EDIT_PRIV_H

#include <libyang/libyang.h>

#include "netconf/edit.h"

enum edit_insert {
	EDIT_INSERT_UNSAID,
	EDIT_INSERT_FIRST,
	EDIT_INSERT_LAST,
	EDIT_INSERT_BEFORE,
	EDIT_INSERT_AFTER,
};

/* A node of an edit that can be acted upon. */
struct edit_item {
	const struct lyd_node *node; /* opaque only to delete or remove a leaf */
	const struct lysc_node *schema;
	enum edit_op op;
	bool has_own_op; /* else op is inherited */
	enum edit_insert insert;
	const char *anchor; /* NULL unless insert is before or after */
};

/* What the node asks for where what is around it asks for inherited. */
int edit_read(const struct lyd_node *node, enum edit_op inherited, struct edit_item *item,
	      struct edit_error *error);

/* Of a node of the edit, malloc()ed.  The edit may hang below the <config> of an rpc, which is
 * not part of the path.  NULL of what libyang has no path for (tests/fuzz/edit/no-path.xml).
 */
char *edit_path(const struct lyd_node *node, LYD_PATH_TYPE type);

/* The attribute that names another entry of what the schema orders: "key", or "value". */
const char *edit_anchor_name(const struct lysc_node *schema);

/* Fills *error for this node, and returns what is to be returned. */
int edit_fail(struct edit_error *error, enum edit_fault fault, const struct lyd_node *node,
	      const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* The same for an attribute of the node. */
int edit_fail_attribute(struct edit_error *error, enum edit_fault fault,
			const struct lyd_node *node, const char *attribute, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What part of a configuration an edit is about.
 *
 * An edit of one tenant needs that tenant, not the thousand others: so that is all a server
 * has to fetch, copy and compare.  The parts are such that edit_apply() to them alone does the
 * same, and fails the same, as to all of it:
 *
 *	struct scope scope = {};
 *
 *	scope_of_edit(config->child, EDIT_MERGE, &scope);
 *	... for each of scope.parts, unless scope.is_all: what is there, merged into one tree ...
 *	scope_add_above(&scope, &tree);
 *	edit_apply(tree, config->child, EDIT_MERGE, &result, &error);
 *	scope_add_above(&scope, &result);
 *	... what differs between tree and result is what differs in all of it ...
 *	scope_clear(&scope);
 *
 * Trees here have no defaults in them, as a server gets them that asks for explicit data.
 *
 * A part is an entry of a list with all below it, or all of a list that its user orders, a
 * leaf, all of a leaf-list, or a container: one with presence, or whose operation or choice
 * has to do with all of it.  Above it there are containers without presence alone, which
 * mean nothing by themselves; with them in both trees none of them seems to come or go.
 */
#ifndef FRR_TENANT_NETCONF_SCOPE_H
#define FRR_TENANT_NETCONF_SCOPE_H

#include <stdbool.h>
#include <stddef.h>

#include "netconf/edit.h"

struct lyd_node;
struct lysc_node;

struct scope {
	bool is_all; /* of the configuration: then there are no parts */
	struct scope_part {
		char *path; /* XPath, as libyang writes it: names of modules as prefixes */
		const struct lysc_node *schema;
	} *parts;
	size_t count;
};

/* Adds to *scope what the edit is about; is_all where that cannot be told by paths, or there
 * would be more than are worth asking for.
 */
void scope_of_edit(const struct lyd_node *edit, enum edit_op default_op, struct scope *scope);
void scope_add_all(struct scope *scope);

enum scope_relation {
	SCOPE_APART,
	SCOPE_WITHIN, /* the part is one of the scope, or below one */
	SCOPE_AROUND, /* the part has one of the scope in it */
};
enum scope_relation scope_relation(const struct scope *scope, const struct scope_part *part);
/* One part more, and it is all. */
bool scope_is_full(const struct scope *scope);
/* Adds a copy of a part. */
void scope_add(struct scope *scope, const struct scope_part *part);

/* Puts the containers above the parts into the tree, where they are not: 0, or -ENOMEM. */
int scope_add_above(const struct scope *scope, struct lyd_node **tree);

/* Merges a part that was fetched, which is gone then, into the tree of them: 0, or -ENOMEM. */
int scope_merge(struct lyd_node **parts, struct lyd_node *part);

/*
 * From parts to all: `before` is what the parts were, `after` what edits made of them, and
 * *all the whole configuration as it is now.  Makes *all the configuration with the parts as
 * they were before, and *all_after (the caller's) with them as they are after.  0, or -EINVAL
 * or -ENOMEM, with *all of no use.
 */
int scope_widen(const struct scope *scope, const struct lyd_node *before,
		const struct lyd_node *after, struct lyd_node **all, struct lyd_node **all_after);

/* One that was cleared, or is all zero, may be cleared. */
void scope_clear(struct scope *scope);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/* What part of a configuration an edit is about. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libyang/libyang.h>

#include "netconf/edit_priv.h"
#include "netconf/filter.h"
#include "netconf/scope.h"

/* Each is a question to mgmtd of less than a millisecond; all of it takes what a hundred of them
 * do beside 1,000 tenants.
 */
#define MOST_PARTS 32

void scope_clear(struct scope *scope)
{
	for (size_t i = 0; i < scope->count; i++)
		free(scope->parts[i].path);
	free(scope->parts);
	*scope = (struct scope){};
}

void scope_add_all(struct scope *scope)
{
	scope_clear(scope);
	scope->is_all = true;
}

/* ---- parts ---- */

/* Is the path `below` that of path or of something below it?  A path of a list without keys
 * has all of its entries below it.
 */
static bool is_within(const char *path, const char *below)
{
	size_t length = strlen(path);

	return !strncmp(path, below, length) && (!below[length] || strchr("/[", below[length]));
}

enum scope_relation scope_relation(const struct scope *scope, const struct scope_part *part)
{
	enum scope_relation relation = SCOPE_APART;

	if (scope->is_all)
		return SCOPE_WITHIN;
	for (size_t i = 0; i < scope->count; i++) {
		if (is_within(scope->parts[i].path, part->path))
			return SCOPE_WITHIN;
		if (is_within(part->path, scope->parts[i].path))
			relation = SCOPE_AROUND;
	}
	return relation;
}

bool scope_is_full(const struct scope *scope)
{
	return scope->count == MOST_PARTS;
}

static void take(struct scope *scope, char *path, const struct lysc_node *schema)
{
	struct scope_part *parts = NULL;

	if (path && !scope_is_full(scope))
		parts = realloc(scope->parts, (scope->count + 1) * sizeof(*parts));
	if (!parts) {
		free(path);
		scope_add_all(scope);
		return;
	}
	scope->parts = parts;
	parts[scope->count++] = (struct scope_part){ path, schema };
}

void scope_add(struct scope *scope, const struct scope_part *part)
{
	if (scope_relation(scope, part) == SCOPE_APART)
		take(scope, strdup(part->path), part->schema);
	else if (scope_relation(scope, part) == SCOPE_AROUND)
		scope_add_all(scope);
}

/* ---- of an edit ---- */

static void add_node(struct scope *scope, const struct lyd_node *node)
{
	bool is_one = node->schema->nodetype == LYS_LIST && !lysc_is_userordered(node->schema);
	struct scope_part part = {
		.path = edit_path(node, is_one ? LYD_PATH_STD : LYD_PATH_STD_NO_LAST_PRED),
		.schema = node->schema,
	};

	if (part.path)
		scope_add(scope, &part);
	else
		scope_add_all(scope);
	free(part.path);
}

/* What stands in a case takes other cases away, and what was not understood may be anything. */
static bool needs_its_siblings(const struct lyd_node *first)
{
	for (; first; first = first->next)
		if (!first->schema || first->schema->parent != lysc_data_parent(first->schema))
			return true;
	return false;
}

static bool can_be_parted(const struct edit_item *item)
{
	return lysc_is_np_cont(item->schema) &&
	       (item->op == EDIT_MERGE || item->op == EDIT_NONE) && lyd_child(item->node) &&
	       !needs_its_siblings(lyd_child_any(item->node));
}

static void add_siblings(struct scope *scope, const struct lyd_node *node, enum edit_op inherited)
{
	for (; node && !scope->is_all; node = node->next) {
		struct edit_error error = {};
		struct edit_item item;

		/* what is wrong, edit_apply() says */
		if (edit_read(node, inherited, &item, &error)) {
			edit_error_clear(&error);
			scope_add_all(scope);
		} else if (can_be_parted(&item)) {
			add_siblings(scope, lyd_child(node), item.op);
		} else {
			add_node(scope, node);
		}
	}
}

void scope_of_edit(const struct lyd_node *edit, enum edit_op default_op, struct scope *scope)
{
	uint32_t quiet = LY_LOSTORE_LAST;
	uint32_t *options = ly_temp_log_options(&quiet);

	if (scope->is_all || default_op == EDIT_REPLACE || needs_its_siblings(edit))
		scope_add_all(scope);
	else
		add_siblings(scope, edit, default_op);
	ly_temp_log_options(options);
}

/* ---- what is above ---- */

/* A container without content counts as a default, which differences pass over. */
static int add_container(struct lyd_node **tree, struct lyd_node *parent,
			 const struct lysc_node *schema, struct lyd_node **made)
{
	struct lyd_node *first = parent ? lyd_child(parent) : *tree;

	if (lyd_find_sibling_val(first, schema, NULL, 0, made) != LY_SUCCESS) {
		if (lyd_new_inner(parent, schema->module, schema->name, false, made))
			return -ENOMEM;
		if (!parent && lyd_insert_sibling(*tree, *made, tree))
			return -ENOMEM;
	}
	(*made)->flags &= ~LYD_DEFAULT;
	return 0;
}

static int add_above(struct lyd_node **tree, const struct lysc_node *schema,
		     struct lyd_node **parent)
{
	*parent = NULL;
	if (!schema)
		return 0;
	if (add_above(tree, lysc_data_parent(schema), parent))
		return -ENOMEM;
	return add_container(tree, *parent, schema, parent);
}

int scope_add_above(const struct scope *scope, struct lyd_node **tree)
{
	struct lyd_node *parent;

	for (size_t i = 0; i < scope->count; i++)
		if (add_above(tree, lysc_data_parent(scope->parts[i].schema), &parent))
			return -ENOMEM;
	return 0;
}

/* ---- from parts to all ---- */

int scope_merge(struct lyd_node **parts, struct lyd_node *part)
{
	/* not the index of sorted entries (edit.c), which the merge would carry along */
	if (part && lyd_merge_siblings(parts, part, LYD_MERGE_DESTRUCT | LYD_MERGE_WITH_FLAGS)) {
		lyd_free_all(part);
		return -ENOMEM;
	}
	return 0;
}

static int copy_parts(const struct scope *scope, const struct lyd_node *all,
		      struct lyd_node **parts)
{
	struct lyd_node *part;

	*parts = NULL;
	for (size_t i = 0; i < scope->count; i++) {
		if (filter_xpath(all, scope->parts[i].path, &part))
			return -EINVAL;
		if (scope_merge(parts, part))
			return -ENOMEM;
	}
	return scope_add_above(scope, parts);
}

/* Makes of *tree what makes `after` of `before`. */
static int change_like(const struct lyd_node *before, const struct lyd_node *after,
		       struct lyd_node **tree)
{
	struct lyd_node *changes = NULL;
	LY_ERR bad = lyd_diff_siblings(before, after, 0, &changes);

	if (!bad && changes)
		bad = lyd_diff_apply_all(tree, changes);
	lyd_free_all(changes);
	return bad ? -EINVAL : 0;
}

int scope_widen(const struct scope *scope, const struct lyd_node *before,
		const struct lyd_node *after, struct lyd_node **all, struct lyd_node **all_after)
{
	struct lyd_node *now = NULL;
	int bad = copy_parts(scope, *all, &now);

	bad = bad ?: scope_add_above(scope, all);
	bad = bad ?: change_like(now, before, all);
	lyd_free_all(now);
	*all_after = NULL;
	if (!bad && *all &&
	    lyd_dup_siblings(*all, NULL, LYD_DUP_RECURSIVE | LYD_DUP_WITH_FLAGS | LYD_DUP_NO_LYDS,
			     all_after))
		bad = -ENOMEM;
	bad = bad ?: change_like(before, after, all_after);
	if (bad) {
		lyd_free_all(*all_after);
		*all_after = NULL;
	}
	return bad;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* An edit of parts. */
#include <stdio.h>

#include <libyang/libyang.h>

#include "edit_parted.h"
#include "netconf/filter.h"
#include "netconf/scope.h"

static struct lyd_node *copy(const struct lyd_node *tree)
{
	struct lyd_node *made = NULL;

	if (tree)
		lyd_dup_siblings(tree, NULL,
				 LYD_DUP_RECURSIVE | LYD_DUP_WITH_FLAGS | LYD_DUP_NO_LYDS, &made);
	return made;
}

static const char *fetch(const struct lyd_node *config, const struct scope *scope,
			 struct lyd_node **parts)
{
	struct lyd_node *part;

	for (size_t i = 0; i < scope->count; i++) {
		if (filter_xpath(config, scope->parts[i].path, &part))
			return "a part has a path that is no XPath";
		if (scope_merge(parts, part))
			return "a part cannot be merged";
	}
	return scope_add_above(scope, parts) ? "what is above a part cannot be made" : NULL;
}

static void apply(struct parted *parted, const struct lyd_node *config, const struct scope *scope,
		  const struct lyd_node *edit, enum edit_op default_op)
{
	struct lyd_node *before = NULL, *after = NULL, *all = copy(config);

	parted->broken = fetch(config, scope, &before);
	if (!parted->broken)
		parted->rc = edit_apply(before, edit, default_op, &after, &parted->error);
	if (!parted->broken && !parted->rc &&
	    (scope_add_above(scope, &after) ||
	     scope_widen(scope, before, after, &all, &parted->whole)))
		parted->broken = "parts cannot be widened";
	lyd_free_all(before);
	lyd_free_all(after);
	lyd_free_all(all);
}

struct parted edit_parted(const struct lyd_node *config, const struct lyd_node *edit,
			  enum edit_op default_op)
{
	struct parted parted = {};
	struct scope scope = {};

	scope_of_edit(edit, default_op, &scope);
	parted.was_parted = !scope.is_all;
	if (scope.is_all)
		parted.rc = edit_apply(config, edit, default_op, &parted.whole, &parted.error);
	else
		apply(&parted, config, &scope, edit, default_op);
	scope_clear(&scope);
	return parted;
}

void parted_clear(struct parted *parted)
{
	edit_error_clear(&parted->error);
	lyd_free_all(parted->whole);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Doing what an edit asks for, to a copy of the configuration.
 *
 * The copy is without defaults, so what is found in it is there.  The edit is walked once,
 * and each node of the copy that it writes or goes through is marked as touched.  The mark
 * tells three things: what is named twice; that two cases of one choice are asked for; and,
 * once all below a node to replace is done, what of it goes away: the rest.
 *
 * A new container or entry is filled before it is put in its place: so it is never there
 * half done, and one without presence and content is not there at all.
 */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include <libyang/libyang.h>

#include "netconf/edit_priv.h"

struct work {
	struct lyd_node *tree; /* the first of all siblings */
	struct edit_error *error;
};

/* ---- marks ---- */

static char touched_mark;

static void touch(struct lyd_node *node)
{
	node->priv = &touched_mark;
}

static bool is_touched(const struct lyd_node *node)
{
	return node->priv == &touched_mark;
}

static void forget_touched(struct lyd_node *first)
{
	struct lyd_node *node;

	for (node = first; node; node = node->next) {
		node->priv = NULL;
		forget_touched(lyd_child(node));
	}
}

/* ---- the tree ---- */

/* Below a parent, or with NULL the topmost. */
static struct lyd_node *siblings_of(const struct work *w, const struct lyd_node *parent)
{
	return parent ? lyd_child(parent) : w->tree;
}

static void detach(struct work *w, struct lyd_node *node)
{
	if (node == w->tree)
		w->tree = node->next;
	lyd_unlink_tree(node);
}

static void erase(struct work *w, struct lyd_node *node)
{
	detach(w, node);
	lyd_free_tree(node);
}

/* To its place in the schema, behind the entries of its list where users order them. */
static LY_ERR attach(struct work *w, struct lyd_node *parent, struct lyd_node *node)
{
	return parent ? lyd_insert_child(parent, node)
		      : lyd_insert_sibling(w->tree, node, &w->tree);
}

static void erase_defaults(struct work *w, struct lyd_node *first)
{
	struct lyd_node *node, *next;

	for (node = first; node; node = next) {
		next = node->next;
		if (node->flags & LYD_DEFAULT)
			erase(w, node);
		else
			erase_defaults(w, lyd_child(node));
	}
}

static void erase_untouched(struct work *w, struct lyd_node *first)
{
	struct lyd_node *node, *next;

	for (node = first; node; node = next) {
		next = node->next;
		if (!is_touched(node) && !lysc_is_key(node->schema))
			erase(w, node);
	}
}

static struct lyd_node *find(const struct work *w, const struct lyd_node *parent,
			     const struct edit_item *item)
{
	struct lyd_node *first = siblings_of(w, parent), *match = NULL;

	/* by value only where values tell one from another, and an opaque node has none */
	if (item->schema->nodetype & (LYS_LIST | LYS_LEAFLIST))
		lyd_find_sibling_first(first, item->node, &match);
	else
		lyd_find_sibling_val(first, item->schema, NULL, 0, &match);
	return match;
}

/* ---- faults ---- */

static int fail_libyang(struct work *w, const struct edit_item *item)
{
	const struct ly_err_item *last = ly_err_last(item->schema->module->ctx);

	return edit_fail(w->error, EDIT_FAILED, item->node,
			 "%s could not be changed in the configuration: %s", item->schema->name,
			 last && last->msg ? last->msg : "libyang does not say why");
}

static int fail_exists(struct work *w, const struct edit_item *item)
{
	return edit_fail(w->error, EDIT_DATA_EXISTS, item->node,
			 "%s is there already; merge or replace it", item->schema->name);
}

static int fail_missing(struct work *w, const struct edit_item *item)
{
	return edit_fail(w->error, EDIT_DATA_MISSING, item->node, "%s is not there; %s",
			 item->schema->name,
			 item->op == EDIT_NONE
				 ? "give an operation that makes it"
				 : "leave it out, or remove it, which does not mind");
}

static int fail_twice(struct work *w, const struct edit_item *item)
{
	return edit_fail(w->error, EDIT_BAD_ELEMENT, item->node,
			 "%s is in the edit twice; give it once", item->schema->name);
}

/* ---- choices ---- */

static int leave_case(struct work *w, struct lyd_node *parent, const struct edit_item *item,
		      const struct lysc_node *other_case)
{
	const struct lysc_node *schema = NULL;
	struct lyd_node *node;

	while ((schema = lys_getnext(schema, other_case, NULL, 0))) {
		while (lyd_find_sibling_val(siblings_of(w, parent), schema, NULL, 0, &node) ==
		       LY_SUCCESS) {
			if (is_touched(node))
				return edit_fail(
					w->error, EDIT_BAD_ELEMENT, item->node,
					"%s and %s are of two cases of choice %s; give one",
					item->schema->name, schema->name,
					other_case->parent->name);
			erase(w, node);
		}
	}
	return 0;
}

/* RFC 7950 7.9: what is created takes the place of all other cases. */
static int enter_case(struct work *w, struct lyd_node *parent, const struct edit_item *item)
{
	const struct lysc_node *mine = item->schema->parent;

	for (; mine && mine->nodetype == LYS_CASE; mine = mine->parent->parent) {
		const struct lysc_node *other;

		for (other = lysc_node_child(mine->parent); other; other = other->next) {
			int rc = other == mine ? 0 : leave_case(w, parent, item, other);

			if (rc)
				return rc;
		}
	}
	return 0;
}

/* ---- places ---- */

static int place_last(struct work *w, struct lyd_node *parent, const struct edit_item *item,
		      struct lyd_node *node)
{
	detach(w, node);
	if (attach(w, parent, node) == LY_SUCCESS)
		return 0;
	lyd_free_tree(node);
	return fail_libyang(w, item);
}

static int fail_anchor(struct work *w, const struct edit_item *item)
{
	return edit_fail_attribute(
		w->error, EDIT_MISSING_INSERT, item->node, edit_anchor_name(item->schema),
		"%s is to be inserted beside %s, which is not there; name one that is",
		item->schema->name, item->anchor);
}

static int find_anchor(struct work *w, struct lyd_node *parent, const struct edit_item *item,
		       struct lyd_node **anchor)
{
	LY_ERR found = lyd_find_sibling_val(siblings_of(w, parent), item->schema, item->anchor,
					    strlen(item->anchor), anchor);
	const char *name = edit_anchor_name(item->schema);

	if (found == LY_SUCCESS)
		return 0;
	if (found == LY_ENOTFOUND)
		return fail_anchor(w, item);
	return edit_fail_attribute(
		w->error, EDIT_BAD_ATTRIBUTE, item->node, name,
		"%s is to be inserted beside \"%s\", which is no %s of it; give %s",
		item->schema->name, item->anchor, name,
		item->schema->nodetype == LYS_LIST ? "[key='value'] of each key"
						   : "a value of its type");
}

/* The node is in the tree, and maybe only now. */
static int place_beside(struct work *w, struct lyd_node *parent, const struct edit_item *item,
			struct lyd_node *node, bool is_new)
{
	struct lyd_node *anchor = NULL;
	LY_ERR moved;

	if (item->insert == EDIT_INSERT_FIRST) {
		lyd_find_sibling_val(siblings_of(w, parent), item->schema, NULL, 0, &anchor);
	} else {
		int rc = find_anchor(w, parent, item, &anchor);

		if (rc)
			return rc;
		if (anchor == node && is_new)
			return fail_anchor(w, item);
	}
	if (anchor == node)
		return 0;
	moved = item->insert == EDIT_INSERT_AFTER ? lyd_insert_after(anchor, node)
						  : lyd_insert_before(anchor, node);
	if (moved != LY_SUCCESS)
		return fail_libyang(w, item);
	if (!parent)
		w->tree = lyd_first_sibling(w->tree);
	return 0;
}

/*
 * Puts a new node into the tree (it is freed where that fails), and one of the tree where it
 * is asked to be.  Where the parent is replaced as a whole, the order of the edit is the
 * order: so each entry goes behind those before it.
 */
static int place(struct work *w, struct lyd_node *parent, const struct edit_item *item,
		 struct lyd_node *node, bool is_new, bool is_whole)
{
	bool goes_last = item->insert == EDIT_INSERT_LAST ||
			 (is_whole && !item->insert && lysc_is_userordered(item->schema));
	int rc = is_new ? enter_case(w, parent, item) : 0;

	if (rc) {
		lyd_free_tree(node);
		return rc;
	}
	if (is_new || goes_last)
		rc = place_last(w, parent, item, node);
	if (!rc && item->insert && item->insert != EDIT_INSERT_LAST)
		rc = place_beside(w, parent, item, node, is_new);
	if (!rc)
		touch(node);
	return rc;
}

/* ---- operations ---- */

static bool deletes(const struct edit_item *item)
{
	return item->op == EDIT_DELETE || item->op == EDIT_REMOVE;
}

/* What is below a node that goes away says nothing more, but may say something wrong. */
static int check_deleted(struct work *w, struct lyd_node *target, const struct edit_item *item)
{
	const struct lyd_node *child;

	for (child = lyd_child_no_keys(item->node); child; child = child->next) {
		struct lyd_node *below;
		struct edit_item at;
		int rc = edit_read(child, item->op, &at, w->error);

		if (rc)
			return rc;
		if (!deletes(&at))
			return edit_fail_attribute(
				w->error, EDIT_BAD_ATTRIBUTE, child, "operation",
				"%s cannot be made inside of %s, which is deleted; leave one out",
				at.schema->name, item->schema->name);
		below = target ? find(w, target, &at) : NULL;
		if (!below && at.op == EDIT_DELETE && at.has_own_op)
			return fail_missing(w, &at);
		rc = check_deleted(w, below, &at);
		if (rc)
			return rc;
	}
	return 0;
}

static int apply_delete(struct work *w, struct lyd_node *parent, const struct edit_item *item)
{
	struct lyd_node *old = find(w, parent, item);
	int rc = check_deleted(w, old, item);

	if (rc)
		return rc;
	if (old)
		erase(w, old);
	else if (item->op == EDIT_DELETE)
		return fail_missing(w, item);
	return 0;
}

/* A leaf, an entry of a leaf-list, or anydata. */
static int apply_value(struct work *w, struct lyd_node *parent, const struct edit_item *item,
		       struct lyd_node *old, bool is_whole)
{
	struct lyd_node *node;

	if (item->op == EDIT_NONE)
		return 0;
	if (old && lyd_compare_single(old, item->node, 0) == LY_SUCCESS)
		return place(w, parent, item, old, false, is_whole);
	if (old)
		erase(w, old);
	if (lyd_dup_single(item->node, NULL, LYD_DUP_NO_META, &node) != LY_SUCCESS)
		return fail_libyang(w, item);
	return place(w, parent, item, node, true, is_whole);
}

static int apply_siblings(struct work *w, struct lyd_node *parent, const struct lyd_node *edit,
			  enum edit_op op, bool is_whole);

/* A container, or an entry of a list. */
static int apply_inner(struct work *w, struct lyd_node *parent, const struct edit_item *item,
		       struct lyd_node *old, bool is_whole)
{
	bool is_replaced = item->op == EDIT_REPLACE;
	struct lyd_node *node = old;
	int rc;

	if (!old && lyd_dup_single(item->node, NULL, LYD_DUP_NO_META, &node) != LY_SUCCESS)
		return fail_libyang(w, item);
	rc = apply_siblings(w, node, lyd_child_no_keys(item->node), item->op, is_replaced);
	if (!rc && is_replaced)
		erase_untouched(w, lyd_child(node));
	if (!rc && !(lysc_is_np_cont(item->schema) && !lyd_child(node))) {
		if (!old || item->op != EDIT_NONE)
			return place(w, parent, item, node, !old, is_whole);
		touch(old);
		return 0;
	}
	if (!rc && old)
		erase(w, old);
	if (!old)
		lyd_free_tree(node);
	return rc;
}

static int apply_node(struct work *w, struct lyd_node *parent, const struct edit_item *item,
		      bool is_whole)
{
	struct lyd_node *old = find(w, parent, item);

	if (old && is_touched(old))
		return fail_twice(w, item);
	if (old && item->op == EDIT_CREATE)
		return fail_exists(w, item);
	if (!old && item->op == EDIT_NONE && !lysc_is_np_cont(item->schema))
		return fail_missing(w, item);
	if (item->schema->nodetype & (LYS_CONTAINER | LYS_LIST))
		return apply_inner(w, parent, item, old, is_whole);
	return apply_value(w, parent, item, old, is_whole);
}

/* Of a validated edit, which says nothing. */
static bool is_implicit(const struct lyd_node *node)
{
	return node->schema && (node->schema->nodetype & LYD_NODE_TERM) &&
	       (node->flags & LYD_DEFAULT);
}

/*
 * First what is deleted, because in the order of the schema a case to create may come before
 * the one to delete, and would have taken it away already.
 */
static int apply_siblings(struct work *w, struct lyd_node *parent, const struct lyd_node *edit,
			  enum edit_op op, bool is_whole)
{
	const struct lyd_node *node;

	for (int deleting = 1; deleting >= 0; deleting--) {
		for (node = edit; node; node = node->next) {
			struct edit_item item;
			int rc;

			if (is_implicit(node))
				continue;
			rc = edit_read(node, op, &item, w->error);
			if (!rc && deletes(&item) == deleting)
				rc = deleting ? apply_delete(w, parent, &item)
					      : apply_node(w, parent, &item, is_whole);
			if (rc)
				return rc;
		}
	}
	return 0;
}

static int apply(struct work *w, const struct lyd_node *config, const struct lyd_node *edit,
		 enum edit_op op)
{
	bool is_whole = op == EDIT_REPLACE;
	int rc;

	/*
	 * The index of sorted entries is not copied, but made anew when it is needed: its copy
	 * is wrong where other nodes come before a list at the top, and new entries are then
	 * sorted in at wrong places (libyang 6.4).
	 */
	if (config && lyd_dup_siblings(config, NULL,
				       LYD_DUP_RECURSIVE | LYD_DUP_NO_META | LYD_DUP_NO_LYDS |
					       LYD_DUP_WITH_FLAGS,
				       &w->tree) != LY_SUCCESS)
		return edit_fail(w->error, EDIT_FAILED, config,
				 "the configuration could not be copied by libyang");
	erase_defaults(w, w->tree);
	rc = apply_siblings(w, NULL, edit, op, is_whole);
	if (!rc && is_whole)
		erase_untouched(w, w->tree);
	return rc;
}

int edit_apply(const struct lyd_node *config, const struct lyd_node *edit, enum edit_op default_op,
	       struct lyd_node **result, struct edit_error *error)
{
	struct work w = { .error = error };
	/* what libyang finds is said in the error, not printed */
	uint32_t quiet = LY_LOSTORE_LAST;
	uint32_t *options = ly_temp_log_options(&quiet);
	int rc;

	assert(default_op == EDIT_MERGE || default_op == EDIT_REPLACE || default_op == EDIT_NONE);
	*error = (struct edit_error){ 0 };
	rc = apply(&w, config, edit, default_op);
	ly_temp_log_options(options);
	if (rc) {
		lyd_free_all(w.tree);
		return rc;
	}
	forget_touched(w.tree);
	*result = w.tree;
	return 0;
}

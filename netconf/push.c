// SPDX-License-Identifier: GPL-2.0-or-later
/* A difference of two trees, as edits of mgmtd's candidate. */
#include <zebra.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libyang/libyang.h>

#include "clock.h"

#include "netconf/push.h"

/* A daemon that writes into mgmtd, as tenantd does, has the locks for less than that; a user who
 * configures has them for longer.
 */
#define LOCK_WAIT_MS 500
#define LOCK_STEP_MS 20

/* ---- reading a difference ---- */

/* yang:operation, or the one above where there is none. */
static char operation_of(const struct lyd_node *node)
{
	for (; node; node = lyd_parent(node)) {
		struct lyd_meta *meta = lyd_find_meta(node->meta, NULL, "yang:operation");

		if (meta)
			return lyd_get_meta_value(meta)[0];
	}
	return 'n';
}

static int no_path(const struct lyd_node *node, struct frontend_error *why)
{
	why->number = EINVAL;
	snprintf(why->text, sizeof(why->text),
		 "%s has no path by which mgmtd could be told of it: %s", LYD_NAME(node),
		 ly_last_logmsg() ?: "look at its keys");
	return -1;
}

/* What is deleted goes out of the tree, and each is told to mgmtd. */
static int push_deletions(struct frontend *mgmtd, struct lyd_node *node, bool *left,
			  struct frontend_error *why)
{
	struct lyd_node *child, *next;
	char operation = operation_of(node);
	char *path;
	int failed;

	*left = true;
	if (operation == 'r' && node->schema->nodetype & (LYS_LIST | LYS_LEAFLIST)) {
		why->number = ENOTSUP;
		snprintf(
			why->text, sizeof(why->text),
			"mgmtd cannot move %s to another place; delete it and what comes behind, and create them in order",
			LYD_NAME(node));
		return -1;
	}
	if (operation == 'c' || operation == 'r')
		return 0;
	if (operation == 'd') {
		*left = false;
		path = lyd_path(node, LYD_PATH_STD, NULL, 0);
		if (!path)
			return no_path(node, why);
		failed = frontend_edit(mgmtd, FRONTEND_REMOVE, path, NULL, why);
		free(path);
		return failed;
	}
	*left = false;
	LY_LIST_FOR_SAFE (lyd_child_no_keys(node), next, child) {
		bool child_left;

		if (push_deletions(mgmtd, child, &child_left, why))
			return -1;
		if (child_left)
			*left = true;
		else
			lyd_free_tree(child);
	}
	return 0;
}

static void strip(struct lyd_node *tree)
{
	struct lyd_node *node;

	LYD_TREE_DFS_BEGIN (tree, node) {
		lyd_free_meta_siblings(node->meta);
		LYD_TREE_DFS_END(tree, node);
	}
}

/* One top-level node; changes is taken apart. */
static int push_node(struct frontend *mgmtd, struct lyd_node *changes, struct frontend_error *why)
{
	char *path, *xml = NULL;
	bool left;
	int failed = push_deletions(mgmtd, changes, &left, why);

	if (failed || !left)
		return failed;
	strip(changes);
	if (lyd_print_mem(&xml, changes, LYD_XML, LYD_PRINT_SHRINK)) {
		snprintf(why->text, sizeof(why->text), "%s", ly_last_logmsg());
		return -1;
	}
	path = lyd_path(changes, LYD_PATH_STD, NULL, 0);
	if (!path) {
		free(xml);
		return no_path(changes, why);
	}
	failed = frontend_edit(mgmtd, FRONTEND_MERGE, path, xml, why);
	free(path);
	free(xml);
	return failed;
}

/* ---- mgmtd's candidate ---- */

static int push_all(struct frontend *mgmtd, const struct lyd_node *changes,
		    enum frontend_commit what, struct frontend_error *why)
{
	const struct lyd_node *top;
	struct lyd_node *copy;
	int failed = frontend_commit(mgmtd, FRONTEND_ABORT, why); /* as running is */

	LY_LIST_FOR (changes, top) {
		if (failed)
			break;
		if (lyd_dup_single(top, NULL, LYD_DUP_RECURSIVE, &copy)) {
			snprintf(why->text, sizeof(why->text), "%s", ly_last_logmsg());
			return -1;
		}
		failed = push_node(mgmtd, copy, why);
		lyd_free_tree(copy);
	}
	return failed ?: frontend_commit(mgmtd, what, why);
}

static int take_locks(struct frontend *mgmtd, bool has_running, struct frontend_error *why)
{
	struct frontend_error ignored;

	if (frontend_lock(mgmtd, FRONTEND_CANDIDATE, true, why))
		return -1;
	if (has_running || !frontend_lock(mgmtd, FRONTEND_RUNNING, true, why))
		return 0;
	frontend_lock(mgmtd, FRONTEND_CANDIDATE, false, &ignored);
	return -1;
}

static int take_locks_soon(struct frontend *mgmtd, bool has_running, struct frontend_error *why)
{
	int64_t until = clock_us() + LOCK_WAIT_MS * 1000LL;

	while (take_locks(mgmtd, has_running, why)) {
		if (why->number != EBUSY || clock_us() > until)
			return -1;
		usleep(LOCK_STEP_MS * 1000);
	}
	return 0;
}

int push_changes(struct frontend *mgmtd, const struct lyd_node *changes, enum frontend_commit what,
		 struct frontend_error *why)
{
	bool had_running = frontend_has_lock(mgmtd, FRONTEND_RUNNING);
	struct frontend_error ignored;
	int failed;

	if (take_locks_soon(mgmtd, had_running, why))
		return -1;
	failed = push_all(mgmtd, changes, what, why);
	if (failed || what != FRONTEND_APPLY)
		frontend_commit(mgmtd, FRONTEND_ABORT, &ignored);
	if (!had_running)
		frontend_lock(mgmtd, FRONTEND_RUNNING, false, &ignored);
	frontend_lock(mgmtd, FRONTEND_CANDIDATE, false, &ignored);
	return failed;
}

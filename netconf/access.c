// SPDX-License-Identifier: GPL-2.0-or-later
/* The policy, and users with their groups. */
#include <zebra.h>

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"

#include "netconf/access.h"
#include "netconf/libraries.h"
#include "netconf/nacm.h"
#include "netconf/netconfd.h"
#include "netconf/settings.h"

#define GROUPS_MAX     128
#define GROUP_SIZE_MAX (1 << 24)

DEFINE_MTYPE_STATIC(NETCONFD, ACCESS_USER, "NETCONF user");
DEFINE_MTYPE_STATIC(NETCONFD, ACCESS_TEXT, "NETCONF user's name or group");

struct access_user {
	struct nacm_user nacm;
	char *name;
	char *groups[GROUPS_MAX + 1]; /* ended by NULL */
};

static struct nacm *policy;
static struct lyd_node *policy_tree; /* what it was made of, for those who may see it */
static char policy_path[PATH_MAX];

/* ---- the policy ---- */

static const struct lyd_node *find_container(const struct lyd_node *tree)
{
	for (; tree; tree = tree->next)
		if (!strcmp(LYD_NAME(tree), "nacm"))
			return tree;
	return NULL;
}

static int put_in_force(const struct lyd_node *tree, const char *path, char *why, size_t size)
{
	struct lyd_node *copy = NULL;
	const struct lyd_node *container = find_container(tree);
	struct nacm *made = container ? nacm_new(container) : NULL;

	if (!made || nacm_fault(made)) {
		snprintf(why, size, "access control in %s cannot be used: %s", path,
			 made ? nacm_fault(made) : "there is no container nacm in it");
		nacm_free(made);
		return -1;
	}
	if (policy)
		nacm_take_counters(made, policy);
	nacm_free(policy);
	policy = made;
	lyd_free_all(policy_tree);
	lyd_dup_single(container, NULL, LYD_DUP_RECURSIVE | LYD_DUP_WITH_FLAGS, &copy);
	policy_tree = copy;
	strlcpy(policy_path, path, sizeof(policy_path));
	return 0;
}

int access_read(struct ly_ctx *ctx, char *why, size_t size)
{
	const char *path = access(settings.access_control, F_OK) == 0 ? settings.access_control
								      : ACCESS_DEFAULT;
	struct lyd_node *tree = NULL;
	int failed;

	if (lyd_parse_data_path(ctx, path, LYD_XML, LYD_PARSE_STRICT | LYD_PARSE_NO_STATE,
				LYD_VALIDATE_PRESENT | LYD_VALIDATE_NO_STATE, &tree)) {
		snprintf(why, size, "access control in %s cannot be read: %s", path,
			 ly_last_logmsg());
		return -1;
	}
	failed = put_in_force(tree, path, why, size);
	lyd_free_all(tree);
	return failed;
}

const char *access_path(void)
{
	return policy_path;
}

void access_stop(void)
{
	nacm_free(policy);
	policy = NULL;
	lyd_free_all(policy_tree);
	policy_tree = NULL;
}

struct lyd_node *access_tree(void)
{
	struct nacm_counters counters = nacm_counters(policy);
	const struct {
		const char *name;
		uint32_t value;
	} leaves[] = {
		{ "denied-operations", counters.denied_operations },
		{ "denied-data-writes", counters.denied_data_writes },
		{ "denied-notifications", counters.denied_notifications },
	};
	struct lyd_node *tree = NULL;
	char text[16];

	if (!policy_tree ||
	    lyd_dup_single(policy_tree, NULL, LYD_DUP_RECURSIVE | LYD_DUP_WITH_FLAGS, &tree))
		return NULL;
	for (unsigned int i = 0; i < array_size(leaves); i++) {
		snprintf(text, sizeof(text), "%u", leaves[i].value);
		lyd_new_term(tree, NULL, leaves[i].name, text, 0, NULL);
	}
	return tree;
}

/* ---- users ---- */

/* Its name, malloc()ed; NULL where there is none.  With its members, who may be many. */
static char *group_name(gid_t id)
{
	struct group group, *known = NULL;
	size_t size = 4096;
	char *buffer = NULL, *name;
	int problem;

	do {
		size *= 2;
		buffer = XREALLOC(MTYPE_ACCESS_TEXT, buffer, size);
		problem = getgrgid_r(id, &group, buffer, size, &known);
	} while (problem == ERANGE && size < GROUP_SIZE_MAX);
	name = known ? XSTRDUP(MTYPE_ACCESS_TEXT, group.gr_name) : NULL;
	XFREE(MTYPE_ACCESS_TEXT, buffer);
	return name;
}

/* Of a user whom the system does not know, as a certificate may name one: none. */
static void find_groups(struct access_user *user)
{
	gid_t ids[GROUPS_MAX];
	int count = GROUPS_MAX, kept = 0;
	char buffer[4096];
	struct passwd entry, *found = NULL;

	if (getpwnam_r(user->name, &entry, buffer, sizeof(buffer), &found) || !found)
		return;
	if (getgrouplist(user->name, entry.pw_gid, ids, &count) < 0)
		zlog_warn("user %s is in more than %d groups; only so many count", user->name,
			  GROUPS_MAX);
	for (int i = 0; i < MIN(count, GROUPS_MAX); i++) {
		user->groups[kept] = group_name(ids[i]);
		kept += user->groups[kept] != NULL;
	}
}

struct access_user *access_user_new(const char *name)
{
	struct access_user *user = XCALLOC(MTYPE_ACCESS_USER, sizeof(*user));

	user->name = XSTRDUP(MTYPE_ACCESS_TEXT, name);
	find_groups(user);
	user->nacm.name = user->name;
	user->nacm.groups = (const char *const *)user->groups;
	user->nacm.is_recovery = !strcmp(name, "root");
	return user;
}

void access_user_free(struct access_user *user)
{
	if (!user)
		return;
	for (int i = 0; user->groups[i]; i++)
		XFREE(MTYPE_ACCESS_TEXT, user->groups[i]);
	XFREE(MTYPE_ACCESS_TEXT, user->name);
	XFREE(MTYPE_ACCESS_USER, user);
}

/* ---- questions ---- */

bool access_may_execute(const struct access_user *user, const struct lyd_node *rpc)
{
	return nacm_may_execute(policy, &user->nacm, rpc->schema, NULL);
}

bool access_may_notify(const struct access_user *user, const struct lyd_node *event)
{
	return nacm_may_notify(policy, &user->nacm, event->schema,
			       lyd_parent(event) ? event : NULL);
}

void access_prune(const struct access_user *user, struct lyd_node **data)
{
	nacm_prune(policy, &user->nacm, data);
}

const struct lyd_node *access_denied_write(const struct access_user *user,
					   const struct lyd_node *changes)
{
	return nacm_denied_write(policy, &user->nacm, changes);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every question ends in is_permitted(): the rules of the user's groups in their order, the
 * first that matches decides; then what the module says of itself (default-deny-...); then the
 * defaults of the configuration.  What differs between the questions is which nodes are asked
 * for, and what a denial counts as.
 */
#include <string.h>

#include <libyang/libyang.h>

#include "netconf/nacm_path.h"
#include "netconf/nacm_priv.h"

/* ---- users ---- */

static bool has_name(const char *const *names, const char *name)
{
	for (; names && *names; names++)
		if (!strcmp(*names, name))
			return true;
	return false;
}

static const char *const *external_groups(const struct nacm *nacm, const struct nacm_user *user)
{
	return nacm->has_external_groups ? user->groups : NULL;
}

static bool has_member(const struct group *group, const struct nacm_user *user)
{
	return has_name((const char *const *)group->users, user->name);
}

static bool is_in_a_group(const struct nacm *nacm, const struct nacm_user *user)
{
	const char *const *external = external_groups(nacm, user);

	if (external && *external)
		return true;
	for (size_t i = 0; i < nacm->group_count; i++)
		if (has_member(&nacm->groups[i], user))
			return true;
	return false;
}

static bool is_in_group(const struct nacm *nacm, const struct nacm_user *user, const char *name)
{
	if (!strcmp(name, "*"))
		return is_in_a_group(nacm, user);
	if (has_name(external_groups(nacm, user), name))
		return true;
	for (size_t i = 0; i < nacm->group_count; i++)
		if (!strcmp(nacm->groups[i].name, name) && has_member(&nacm->groups[i], user))
			return true;
	return false;
}

/* Which rules are the user's?  Asked once, not for each node of large data. */
static void choose_lists(struct nacm *nacm, const struct nacm_user *user)
{
	for (size_t i = 0; i < nacm->list_count; i++) {
		struct rule_list *list = &nacm->lists[i];

		list->applies = false;
		for (char **group = list->groups; *group && !list->applies; group++)
			list->applies = is_in_group(nacm, user, *group);
	}
}

static bool is_exempt(const struct nacm *nacm, const struct nacm_user *user)
{
	return !nacm->is_enabled || user->is_recovery;
}

/* ---- one decision ---- */

struct request {
	enum nacm_access access;
	const struct lysc_node *schema;
	const struct lyd_node *node; /* NULL: an operation or a notification of no data */
	const char *user;
};

static bool rule_matches(const struct rule *rule, const struct request *request)
{
	const struct lysc_node *schema = request->schema;

	if (!(rule->access & request->access) ||
	    (rule->module && strcmp(rule->module, schema->module->name)))
		return false;
	switch (rule->type) {
	case RULE_ANY:
		return true;
	case RULE_OPERATION:
		return schema->nodetype == LYS_RPC &&
		       (!rule->name || !strcmp(rule->name, schema->name));
	case RULE_NOTIFICATION:
		return schema->nodetype == LYS_NOTIF &&
		       (!rule->name || !strcmp(rule->name, schema->name));
	case RULE_DATA:
		if (!rule->path)
			return request->node && !rule->permits;
		return request->node && nacm_path_covers(rule->path, request->node, request->user);
	}
	return false;
}

/* libyang hands these marks down to all below the node that has them. */
static bool is_marked(const struct lysc_node *schema, const char *extension)
{
	for (LYA_COUNT_T i = 0; i < LYA_COUNT(schema->exts); i++) {
		const struct lysc_ext *def = schema->exts[i].def;

		if (!strcmp(def->name, extension) &&
		    !strcmp(def->module->name, "ietf-netconf-acm"))
			return true;
	}
	return false;
}

static bool default_of(const struct nacm *nacm, enum nacm_access access)
{
	switch (access) {
	case NACM_READ:
		return nacm->permits_read;
	case NACM_EXEC:
		return nacm->permits_exec;
	case NACM_CREATE:
	case NACM_UPDATE:
	case NACM_DELETE:
		return nacm->permits_write;
	}
	return false;
}

/* Of the lists that were chosen for the user. */
static bool is_permitted(const struct nacm *nacm, const struct request *request)
{
	bool is_write = request->access & (NACM_CREATE | NACM_UPDATE | NACM_DELETE);

	for (size_t i = 0; i < nacm->list_count; i++) {
		const struct rule_list *list = &nacm->lists[i];

		if (!list->applies)
			continue;
		for (size_t k = 0; k < list->count; k++)
			if (rule_matches(&list->rules[k], request))
				return list->rules[k].permits;
	}
	/* ietf-netconf marks kill-session and delete-config, which the RFC denies by name */
	if (is_marked(request->schema, "default-deny-all") ||
	    (is_write && is_marked(request->schema, "default-deny-write")))
		return false;
	return default_of(nacm, request->access);
}

/* What has no schema cannot be judged, and is denied. */
static bool is_node_permitted(const struct nacm *nacm, const struct nacm_user *user,
			      const struct lyd_node *node, enum nacm_access access)
{
	struct request request = { access, node->schema, node, user->name };

	return node->schema && is_permitted(nacm, &request);
}

/* ---- operations and notifications ---- */

static bool is_readable_down_to(const struct nacm *nacm, const struct nacm_user *user,
				const struct lyd_node *node)
{
	for (; node; node = lyd_parent(node))
		if (!is_node_permitted(nacm, user, node, NACM_READ))
			return false;
	return true;
}

/* An rpc or a notification; or one that belongs to data, which has a parent. */
static bool is_call_permitted(struct nacm *nacm, const struct nacm_user *user,
			      const struct lysc_node *schema, const struct lyd_node *instance,
			      enum nacm_access access)
{
	struct request request = { access, schema, schema->parent ? instance : NULL, user->name };

	if (schema->parent && !instance)
		return false;
	choose_lists(nacm, user);
	return is_permitted(nacm, &request) &&
	       (!request.node || is_readable_down_to(nacm, user, lyd_parent(request.node)));
}

static bool is_called(const struct lysc_node *schema, const char *module, const char *name)
{
	return !schema->parent && !strcmp(schema->name, name) &&
	       !strcmp(schema->module->name, module);
}

bool nacm_may_execute(struct nacm *nacm, const struct nacm_user *user,
		      const struct lysc_node *operation, const struct lyd_node *instance)
{
	if (is_exempt(nacm, user) || is_called(operation, "ietf-netconf", "close-session") ||
	    is_call_permitted(nacm, user, operation, instance, NACM_EXEC))
		return true;
	nacm->counters.denied_operations++;
	return false;
}

bool nacm_may_notify(struct nacm *nacm, const struct nacm_user *user,
		     const struct lysc_node *notification, const struct lyd_node *instance)
{
	if (is_exempt(nacm, user) ||
	    is_called(notification, "nc-notifications", "replayComplete") ||
	    is_called(notification, "nc-notifications", "notificationComplete") ||
	    is_call_permitted(nacm, user, notification, instance, NACM_READ))
		return true;
	nacm->counters.denied_notifications++;
	return false;
}

/* ---- reading ---- */

static bool prune_below(const struct nacm *nacm, const struct nacm_user *user,
			struct lyd_node *node);

/* False: the node must go. */
static bool prune_node(const struct nacm *nacm, const struct nacm_user *user,
		       struct lyd_node *node)
{
	return is_node_permitted(nacm, user, node, NACM_READ) && prune_below(nacm, user, node);
}

static bool prune_below(const struct nacm *nacm, const struct nacm_user *user,
			struct lyd_node *node)
{
	struct lyd_node *child = lyd_child(node), *before;

	/* from the last to the first, for rules that name entries by position */
	for (child = child ? child->prev : NULL; child; child = before) {
		before = child->prev->next ? child->prev : NULL;
		if (prune_node(nacm, user, child))
			continue;
		if (lysc_is_key(child->schema))
			return false;
		lyd_free_tree(child);
	}
	return true;
}

void nacm_prune(struct nacm *nacm, const struct nacm_user *user, struct lyd_node **data)
{
	struct lyd_node *node, *before;

	if (is_exempt(nacm, user) || !*data)
		return;
	choose_lists(nacm, user);
	for (node = (*data)->prev; node; node = before) {
		before = node->prev->next ? node->prev : NULL;
		if (prune_node(nacm, user, node))
			continue;
		if (node == *data)
			*data = node->next;
		lyd_free_tree(node);
	}
}

/* ---- writing ---- */

bool nacm_may_write(struct nacm *nacm, const struct nacm_user *user, const struct lyd_node *node,
		    enum nacm_access access)
{
	if (is_exempt(nacm, user))
		return true;
	choose_lists(nacm, user);
	if (is_node_permitted(nacm, user, node, access))
		return true;
	nacm->counters.denied_data_writes++;
	return false;
}

static const char *meta_of(const struct lyd_node *node, const char *name)
{
	const struct lyd_meta *meta = lyd_find_meta(node->meta, NULL, name);

	return meta ? lyd_get_meta_value(meta) : NULL;
}

/* What the diff does to a node itself; 0: nothing.  inherited: to the node above, where that
 * is to create or to delete it.
 */
static unsigned int access_of(const struct lyd_node *node, unsigned int inherited)
{
	const char *operation = meta_of(node, "yang:operation");
	const char *was_default = meta_of(node, "yang:orig-default");
	bool is_default = node->flags & LYD_DEFAULT;

	if (operation && !strcmp(operation, "create"))
		return NACM_CREATE;
	if (operation && !strcmp(operation, "delete"))
		return NACM_DELETE;
	/* from and to a default is from and to nothing */
	if (was_default && !strcmp(was_default, "true") && !is_default)
		return NACM_CREATE;
	if (was_default && !strcmp(was_default, "false") && is_default)
		return NACM_DELETE;
	if (operation)
		return strcmp(operation, "replace") ? 0 : NACM_UPDATE;
	return inherited;
}

/* A default, and a container without presence, come and go by themselves. */
static bool is_of_itself(const struct lyd_node *node, unsigned int access)
{
	return (access & (NACM_CREATE | NACM_DELETE)) &&
	       (lysc_is_np_cont(node->schema) || (node->flags & LYD_DEFAULT)) &&
	       !meta_of(node, "yang:orig-default");
}

static const struct lyd_node *find_denied(const struct nacm *nacm, const struct nacm_user *user,
					  const struct lyd_node *node, unsigned int inherited)
{
	const struct lyd_node *denied;

	for (; node; node = node->next) {
		unsigned int access;

		if (!node->schema)
			return node;
		access = access_of(node, inherited);
		if (access && !is_of_itself(node, access) &&
		    !is_node_permitted(nacm, user, node, access))
			return node;
		denied = find_denied(nacm, user, lyd_child(node),
				     access == NACM_UPDATE ? 0 : access);
		if (denied)
			return denied;
	}
	return NULL;
}

const struct lyd_node *nacm_denied_write(struct nacm *nacm, const struct nacm_user *user,
					 const struct lyd_node *diff)
{
	const struct lyd_node *denied;

	if (is_exempt(nacm, user))
		return NULL;
	choose_lists(nacm, user);
	denied = find_denied(nacm, user, diff, 0);
	if (denied)
		nacm->counters.denied_data_writes++;
	return denied;
}

/* ---- what it keeps ---- */

void nacm_take_counters(struct nacm *nacm, const struct nacm *old)
{
	nacm->counters = old->counters;
}

struct nacm_counters nacm_counters(const struct nacm *nacm)
{
	return nacm->counters;
}

const char *nacm_fault(const struct nacm *nacm)
{
	return nacm->fault;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Access control's configuration: from a tree to structures of its own. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libyang/libyang.h>

#include "netconf/nacm_path.h"
#include "netconf/nacm_priv.h"

/* ---- freeing ---- */

static void names_free(char **names)
{
	for (size_t i = 0; names && names[i]; i++)
		free(names[i]);
	free(names);
}

static void list_free(struct rule_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->rules[i].module);
		free(list->rules[i].name);
		nacm_path_free(list->rules[i].path);
	}
	free(list->rules);
	names_free(list->groups);
}

void nacm_free(struct nacm *nacm)
{
	if (!nacm)
		return;
	for (size_t i = 0; i < nacm->group_count; i++) {
		free(nacm->groups[i].name);
		names_free(nacm->groups[i].users);
	}
	for (size_t i = 0; i < nacm->list_count; i++)
		list_free(&nacm->lists[i]);
	free(nacm->groups);
	free(nacm->lists);
	free(nacm->fault);
	free(nacm);
}

/* ---- reading the configuration ---- */

static const struct lyd_node *find(const struct lyd_node *node, const char *name)
{
	for (; node; node = node->next)
		if (node->schema && !strcmp(node->schema->name, name))
			return node;
	return NULL;
}

static const char *text_of(const struct lyd_node *parent, const char *name)
{
	const struct lyd_node *leaf = find(lyd_child(parent), name);

	return leaf ? lyd_get_value(leaf) : NULL;
}

static bool leaf_is(const struct lyd_node *parent, const char *name, const char *value,
		    bool otherwise)
{
	const char *text = text_of(parent, name);

	return text ? !strcmp(text, value) : otherwise;
}

static size_t count_of(const struct lyd_node *parent, const char *name)
{
	const struct lyd_node *node = find(lyd_child(parent), name);
	size_t count = 0;

	for (; node; node = find(node->next, name))
		count++;
	return count;
}

static char *copy(struct nacm *nacm, const char *text)
{
	char *made = strdup(text);

	if (!made)
		nacm->is_short_of_memory = true;
	return made;
}

/* NULL for what means everything: no text, or an asterisk */
static char *copy_unless_any(struct nacm *nacm, const char *text)
{
	return text && strcmp(text, "*") ? copy(nacm, text) : NULL;
}

/* Zeroed, with one to spare, so that none are asked for as well as some. */
static void *room_for(struct nacm *nacm, size_t count, size_t size)
{
	void *made = calloc(count + 1, size);

	if (!made)
		nacm->is_short_of_memory = true;
	return made;
}

static char **copy_names(struct nacm *nacm, const struct lyd_node *parent, const char *name)
{
	const struct lyd_node *node = find(lyd_child(parent), name);
	char **names = room_for(nacm, count_of(parent, name), sizeof(*names));

	for (size_t i = 0; names && node; node = find(node->next, name))
		names[i++] = copy(nacm, lyd_get_value(node));
	return names;
}

static unsigned int access_bits(const char *text)
{
	static const char *const names[] = { "create", "read", "update", "delete", "exec" };
	unsigned int bits = 0;

	if (!text || !strcmp(text, "*"))
		return ~0u;
	while (*text) {
		size_t len = strcspn(text, " ");

		for (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			if (len == strlen(names[i]) && !memcmp(text, names[i], len))
				bits |= 1u << i;
		text += len;
		text += strspn(text, " ");
	}
	return bits;
}

static void note_fault(struct nacm *nacm, const struct lyd_node *node, const char *path)
{
	static const char sentence[] =
		"the path %s of rule %s in rule-list %s cannot be understood; write it as an "
		"instance-identifier, with no variable but $USER";
	const char *rule = text_of(node, "name"), *list = text_of(lyd_parent(node), "name");
	size_t size = sizeof(sentence) + strlen(path) + strlen(rule) + strlen(list);

	if (nacm->fault)
		return;
	nacm->fault = room_for(nacm, size, 1);
	if (nacm->fault)
		snprintf(nacm->fault, size, sentence, path, rule, list);
}

static void read_rule(struct nacm *nacm, const struct lyd_node *node, struct rule *rule)
{
	const char *operation = text_of(node, "rpc-name");
	const char *notification = text_of(node, "notification-name");
	const char *path = text_of(node, "path");

	rule->module = copy_unless_any(nacm, text_of(node, "module-name"));
	rule->access = access_bits(text_of(node, "access-operations"));
	rule->permits = leaf_is(node, "action", "permit", false);
	if (path) {
		rule->type = RULE_DATA;
		rule->path = nacm_path_new(path);
		if (!rule->path)
			note_fault(nacm, node, path);
	} else if (operation) {
		rule->type = RULE_OPERATION;
		rule->name = copy_unless_any(nacm, operation);
	} else if (notification) {
		rule->type = RULE_NOTIFICATION;
		rule->name = copy_unless_any(nacm, notification);
	}
}

static void read_list(struct nacm *nacm, const struct lyd_node *node, struct rule_list *list)
{
	const struct lyd_node *rule = find(lyd_child(node), "rule");

	list->groups = copy_names(nacm, node, "group");
	list->rules = room_for(nacm, count_of(node, "rule"), sizeof(*list->rules));
	for (; list->rules && rule; rule = find(rule->next, "rule"))
		read_rule(nacm, rule, &list->rules[list->count++]);
}

static void read_groups(struct nacm *nacm, const struct lyd_node *groups)
{
	const struct lyd_node *node = find(lyd_child(groups), "group");

	nacm->groups = room_for(nacm, count_of(groups, "group"), sizeof(*nacm->groups));
	for (; nacm->groups && node; node = find(node->next, "group")) {
		struct group *group = &nacm->groups[nacm->group_count++];

		group->name = copy(nacm, text_of(node, "name"));
		group->users = copy_names(nacm, node, "user-name");
	}
}

struct nacm *nacm_new(const struct lyd_node *config)
{
	const struct lyd_node *list = find(lyd_child(config), "rule-list");
	struct nacm *nacm = calloc(1, sizeof(*nacm));

	if (!nacm)
		return NULL;
	nacm->is_enabled = leaf_is(config, "enable-nacm", "true", true);
	nacm->has_external_groups = leaf_is(config, "enable-external-groups", "true", true);
	nacm->permits_read = leaf_is(config, "read-default", "permit", true);
	nacm->permits_write = leaf_is(config, "write-default", "permit", false);
	nacm->permits_exec = leaf_is(config, "exec-default", "permit", true);
	read_groups(nacm, find(lyd_child(config), "groups"));
	nacm->lists = room_for(nacm, count_of(config, "rule-list"), sizeof(*nacm->lists));
	for (; nacm->lists && list; list = find(list->next, "rule-list"))
		read_list(nacm, list, &nacm->lists[nacm->list_count++]);
	if (!nacm->is_short_of_memory)
		return nacm;
	nacm_free(nacm);
	return NULL;
}

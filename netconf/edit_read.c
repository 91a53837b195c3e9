// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading an edit: operations, places to insert, what could not be parsed, and faults. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libyang/libyang.h>

#include "netconf/edit_priv.h"

#define NETCONF_MODULE "ietf-netconf"
#define NETCONF_NS     "urn:ietf:params:xml:ns:netconf:base:1.0"

/* Of a value that was sent, in a sentence. */
#define SHOWN_CHARS 60

/* ---- names ---- */

static const char *const op_names[EDIT_OP_COUNT] = {
	[EDIT_MERGE] = "merge",   [EDIT_REPLACE] = "replace", [EDIT_CREATE] = "create",
	[EDIT_DELETE] = "delete", [EDIT_REMOVE] = "remove",   [EDIT_NONE] = "none",
};

bool edit_op_from_name(const char *name, enum edit_op *op)
{
	for (enum edit_op i = 0; i < EDIT_OP_COUNT; i++) {
		if (!strcmp(name, op_names[i])) {
			*op = i;
			return true;
		}
	}
	return false;
}

static const char *const fault_tags[EDIT_FAULT_COUNT] = {
	[EDIT_OK] = "",
	[EDIT_DATA_EXISTS] = "data-exists",
	[EDIT_DATA_MISSING] = "data-missing",
	[EDIT_UNKNOWN_NAMESPACE] = "unknown-namespace",
	[EDIT_UNKNOWN_ELEMENT] = "unknown-element",
	[EDIT_MISSING_ELEMENT] = "missing-element",
	[EDIT_BAD_ELEMENT] = "bad-element",
	[EDIT_INVALID_VALUE] = "invalid-value",
	[EDIT_UNKNOWN_ATTRIBUTE] = "unknown-attribute",
	[EDIT_MISSING_ATTRIBUTE] = "missing-attribute",
	[EDIT_BAD_ATTRIBUTE] = "bad-attribute",
	[EDIT_MISSING_INSERT] = "bad-attribute",
	[EDIT_FAILED] = "operation-failed",
};

const char *edit_fault_tag(enum edit_fault fault)
{
	return fault_tags[fault];
}

const char *edit_fault_app_tag(enum edit_fault fault)
{
	return fault == EDIT_MISSING_INSERT ? "missing-instance" : NULL;
}

const char *edit_anchor_name(const struct lysc_node *schema)
{
	return schema->nodetype == LYS_LIST ? "key" : "value";
}

/* ---- faults ---- */

void edit_error_clear(struct edit_error *error)
{
	free(error->path);
	free(error->message);
	free(error->element);
	free(error->attribute);
	free(error->name_space);
	*error = (struct edit_error){ 0 };
}

static char *copy_text(const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		abort();
	return copy;
}

char *edit_path(const struct lyd_node *node, LYD_PATH_TYPE type)
{
	char *path = lyd_path(node, type, NULL, 0);
	const struct lyd_node *root = node->parent;

	if (!path)
		return NULL;
	while (root && !(root->schema && (root->schema->nodetype & LYD_NODE_ANY)))
		root = root->parent;
	if (root) {
		char *above = lyd_path(root, LYD_PATH_STD, NULL, 0);
		size_t len;

		if (!above)
			abort();
		len = strlen(above);
		memmove(path, path + len, strlen(path + len) + 1);
		free(above);
	}
	return path;
}

static int fail(struct edit_error *error, enum edit_fault fault, const struct lyd_node *node,
		const char *fmt, va_list ap)
{
	char *message;

	if (vasprintf(&message, fmt, ap) < 0)
		abort();
	*error = (struct edit_error){
		.fault = fault,
		.path = edit_path(node, LYD_PATH_STD),
		.message = message,
		.element = copy_text(LYD_NAME(node)),
	};
	return fault == EDIT_FAILED ? -EIO : -EINVAL;
}

int edit_fail(struct edit_error *error, enum edit_fault fault, const struct lyd_node *node,
	      const char *fmt, ...)
{
	va_list ap;
	int rc;

	va_start(ap, fmt);
	rc = fail(error, fault, node, fmt, ap);
	va_end(ap);
	return rc;
}

int edit_fail_attribute(struct edit_error *error, enum edit_fault fault,
			const struct lyd_node *node, const char *attribute, const char *fmt, ...)
{
	va_list ap;
	int rc;

	va_start(ap, fmt);
	rc = fail(error, fault, node, fmt, ap);
	va_end(ap);
	error->attribute = copy_text(attribute);
	return rc;
}

/* ---- attributes ---- */

static const char *meta_value(const struct lyd_node *node, const char *module, const char *name)
{
	const struct lyd_meta *meta;

	for (meta = node->meta; meta; meta = meta->next) {
		if (!strcmp(meta->name, name) && !strcmp(meta->annotation->module->name, module))
			return lyd_get_meta_value(meta);
	}
	return NULL;
}

static const char *opaque_operation(const struct lyd_node *node)
{
	const struct lyd_attr *attr;

	for (attr = ((const struct lyd_node_opaq *)node)->attr; attr; attr = attr->next) {
		const char *owner = attr->format == LY_VALUE_XML ? NETCONF_NS : NETCONF_MODULE;

		if (!strcmp(attr->name.name, "operation") && attr->name.module_ns &&
		    !strcmp(attr->name.module_ns, owner))
			return attr->value;
	}
	return NULL;
}

static int read_operation(const struct lyd_node *node, struct edit_item *item,
			  struct edit_error *error)
{
	const char *name = node->schema ? meta_value(node, NETCONF_MODULE, "operation")
					: opaque_operation(node);

	item->has_own_op = name != NULL;
	if (name && (!edit_op_from_name(name, &item->op) || item->op == EDIT_NONE))
		return edit_fail_attribute(
			error, EDIT_BAD_ATTRIBUTE, node, "operation",
			"%.*s is no operation of %s; use merge, replace, create, delete or remove",
			SHOWN_CHARS, name, LYD_NAME(node));
	return 0;
}

static int read_insert(const struct lyd_node *node, struct edit_item *item,
		       struct edit_error *error)
{
	static const char *const names[] = {
		[EDIT_INSERT_FIRST] = "first",
		[EDIT_INSERT_LAST] = "last",
		[EDIT_INSERT_BEFORE] = "before",
		[EDIT_INSERT_AFTER] = "after",
	};
	const char *name = meta_value(node, "yang", "insert");
	const char *anchor_name;

	if (!name)
		return 0;
	if (!lysc_is_userordered(node->schema))
		return edit_fail_attribute(
			error, EDIT_UNKNOWN_ATTRIBUTE, node, "insert",
			"%s has no order that could be chosen; leave the attribute insert out",
			LYD_NAME(node));
	for (enum edit_insert i = EDIT_INSERT_FIRST; i <= EDIT_INSERT_AFTER; i++)
		if (!strcmp(name, names[i]))
			item->insert = i;
	if (item->insert != EDIT_INSERT_BEFORE && item->insert != EDIT_INSERT_AFTER)
		return 0;
	anchor_name = edit_anchor_name(node->schema);
	item->anchor = meta_value(node, "yang", anchor_name);
	if (item->anchor)
		return 0;
	return edit_fail_attribute(
		error, EDIT_MISSING_ATTRIBUTE, node, anchor_name,
		"%s is to be inserted %s another that is not named; name it by the attribute %s",
		LYD_NAME(node), name, anchor_name);
}

/* ---- what could not be parsed ---- */

static const struct lys_module *opaque_module(const struct lyd_node_opaq *node)
{
	if (!node->name.module_ns)
		return NULL;
	return node->format == LY_VALUE_XML
		       ? ly_ctx_get_module_implemented_ns(node->ctx, node->name.module_ns)
		       : ly_ctx_get_module_implemented(node->ctx, node->name.module_name);
}

/*
 * lyd_node_schema() does not find that of the topmost nodes below <config>, because they have
 * a parent of which they are no child in the schema.
 */
static const struct lysc_node *opaque_schema(const struct lyd_node_opaq *node,
					     const struct lys_module *module)
{
	const struct lysc_node *parent = node->parent ? node->parent->schema : NULL;

	if (parent && (parent->nodetype & LYD_NODE_ANY))
		parent = NULL;
	return lys_find_child(node->ctx, parent, module, NULL, 0, node->name.name, 0, 0);
}

static int fail_unknown(const struct lyd_node *node, struct edit_error *error)
{
	return edit_fail(error, EDIT_UNKNOWN_ELEMENT, node,
			 "%s is no configuration, or not at this place; leave it out",
			 LYD_NAME(node));
}

static int fail_namespace(const struct lyd_node *node, struct edit_error *error)
{
	const char *name_space = ((const struct lyd_node_opaq *)node)->name.module_ns;
	int rc = edit_fail(
		error, EDIT_UNKNOWN_NAMESPACE, node,
		"%s is of the namespace \"%s\", which is of no module here; leave it out",
		LYD_NAME(node), name_space ? name_space : "");

	error->name_space = copy_text(name_space ? name_space : "");
	return rc;
}

static int fail_value(const struct lyd_node *node, const struct lysc_node *schema,
		      struct edit_error *error)
{
	const char *value = lyd_get_value(node), *why = "use another value";
	LY_ERR valid = lyd_value_validate(schema, value, strlen(value), NULL, NULL, NULL);

	if (valid != LY_SUCCESS && valid != LY_EINCOMPLETE && ly_err_last(schema->module->ctx))
		why = ly_err_last(schema->module->ctx)->msg;
	/* what does not fit any type of a union has a line for each of them */
	return edit_fail(error, EDIT_INVALID_VALUE, node, "%s cannot be \"%.*s\": %.*s",
			 LYD_NAME(node), SHOWN_CHARS, value, (int)strcspn(why, "\n"), why);
}

/* A list is opaque where one of its keys is: not there, or of a wrong value. */
static int fail_key(const struct lyd_node *node, const struct lysc_node *schema,
		    struct edit_error *error)
{
	const struct lysc_node *key;
	const struct lyd_node *child;
	int rc;

	for (key = lysc_node_child(schema); key; key = key->next) {
		if (!lysc_is_key(key))
			break;
		for (child = lyd_child_any(node); child; child = child->next) {
			if (!strcmp(LYD_NAME(child), key->name))
				break;
		}
		if (child && !child->schema)
			return fail_value(child, key, error);
		if (child)
			continue;
		rc = edit_fail(error, EDIT_MISSING_ELEMENT, node,
			       "an entry of %s lacks its key %s; give all keys", schema->name,
			       key->name);
		free(error->element);
		error->element = copy_text(key->name);
		return rc;
	}
	return edit_fail(error, EDIT_BAD_ELEMENT, node,
			 "this is no entry of the list %s; give its keys, and nodes below them",
			 schema->name);
}

/* <leaf nc:operation="delete"/> has no value, and needs none. */
static bool is_deleted_leaf(const struct edit_item *item)
{
	return item->schema->nodetype == LYS_LEAF && !lyd_child_any(item->node) &&
	       (item->op == EDIT_DELETE || item->op == EDIT_REMOVE) && !*lyd_get_value(item->node);
}

static int check_opaque(const struct lyd_node *node, struct edit_item *item,
			struct edit_error *error)
{
	const struct lyd_node_opaq *opaque = (const struct lyd_node_opaq *)node;
	const struct lys_module *module = opaque_module(opaque);

	if (!module)
		return fail_namespace(node, error);
	item->schema = opaque_schema(opaque, module);
	if (!item->schema || !(item->schema->flags & LYS_CONFIG_W))
		return fail_unknown(node, error);
	if (is_deleted_leaf(item))
		return 0;
	if (item->schema->nodetype == LYS_LIST)
		return fail_key(node, item->schema, error);
	if ((item->schema->nodetype & LYD_NODE_TERM) && !lyd_child_any(node))
		return fail_value(node, item->schema, error);
	return edit_fail(
		error, EDIT_BAD_ELEMENT, node, "%s is no %s as it is written here; give %s",
		LYD_NAME(node), lys_nodetype2str(item->schema->nodetype),
		item->schema->nodetype & LYD_NODE_TERM ? "a value" : "nodes, and no text");
}

/* ---- a node ---- */

/* libyang's parser takes a key that comes again for one more child of the entry. */
static int check_keys(const struct lyd_node *node, struct edit_error *error)
{
	const struct lyd_node *first = lyd_child_any(node), *child, *other;

	for (child = first; child; child = child->next) {
		if (!child->schema || !lysc_is_key(child->schema))
			continue;
		for (other = first; other->schema != child->schema; other = other->next)
			;
		if (other != child)
			return edit_fail(error, EDIT_BAD_ELEMENT, node,
					 "an entry of %s has its key %s twice; give it once",
					 LYD_NAME(node), LYD_NAME(child));
	}
	return 0;
}

int edit_read(const struct lyd_node *node, enum edit_op inherited, struct edit_item *item,
	      struct edit_error *error)
{
	int rc;

	*item = (struct edit_item){ .node = node, .schema = node->schema, .op = inherited };
	rc = read_operation(node, item, error);
	if (rc)
		return rc;
	if (!node->schema)
		return check_opaque(node, item, error);
	/* state is not, and an rpc neither */
	if (!(node->schema->flags & LYS_CONFIG_W))
		return fail_unknown(node, error);
	if (node->schema->nodetype == LYS_LIST && check_keys(node, error))
		return -EINVAL;
	return read_insert(node, item, error);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What <edit-config> does to a configuration: RFC 6241 section 7.2, and for each kind of
 * node RFC 7950 sections 7.5.8, 7.6.7, 7.7.9, 7.8.6, 7.9 and 7.10.3.
 *
 *	struct lyd_node *result;
 *	struct edit_error error;
 *
 *	if (edit_apply(running, config->child, EDIT_MERGE, &result, &error)) {
 *		... edit_fault_tag(error.fault), error.path, error.message ...
 *		edit_error_clear(&error);
 *	}
 *
 * Configuration and edit are left as they are, and the result is all or nothing, so
 * that rollback-on-error comes for free.  Both trees are of one libyang context, that
 * has ietf-netconf; the edit is as the parser left it: not validated, with its operations
 * and places to insert as metadata, and what could not be parsed as opaque nodes.
 *
 * What is a default only, and a container without presence and content, is not there
 * (RFC 6243, mode explicit): not for an operation, and not in the result.  Nothing of the
 * result is validated.  So whoever takes it validates it, which adds the defaults as well.
 *
 * What RFCs leave open is done so:
 * - An operation inside of a replaced node looks at what the node held before: create
 *   fails and delete succeeds where something was there, and merge keeps its content.
 *   Only what the edit does not name at all goes away, and entries ordered by the
 *   user come in the order of the edit.
 * - Of each node's children those to delete are deleted first, whatever their order.
 * - Inside of a node to delete, only delete and remove may be said.
 * - A node twice in an edit, and two cases of one choice, are refused.
 */
#ifndef FRR_TENANT_NETCONF_EDIT_H
#define FRR_TENANT_NETCONF_EDIT_H

#include <stdbool.h>

struct lyd_node;

enum edit_op {
	EDIT_MERGE,
	EDIT_REPLACE,
	EDIT_CREATE,
	EDIT_DELETE,
	EDIT_REMOVE,
	EDIT_NONE, /* a default operation, never one of a node */
	EDIT_OP_COUNT,
};

enum edit_fault {
	EDIT_OK,
	EDIT_DATA_EXISTS,
	EDIT_DATA_MISSING,
	EDIT_UNKNOWN_NAMESPACE, /* no module of it: .element and .name_space */
	EDIT_UNKNOWN_ELEMENT,   /* not in the schema, or not configuration: .element */
	EDIT_MISSING_ELEMENT,   /* a key of an entry: .element */
	EDIT_BAD_ELEMENT,       /* not of its kind, twice, or of a second case: .element */
	EDIT_INVALID_VALUE,     /* of a leaf, a leaf-list or a key */
	EDIT_UNKNOWN_ATTRIBUTE, /* a place to insert what has no place: .attribute */
	EDIT_MISSING_ATTRIBUTE, /* before or after what: .attribute */
	EDIT_BAD_ATTRIBUTE,     /* .attribute */
	EDIT_MISSING_INSERT,    /* before or after what is not there: .attribute */
	EDIT_FAILED,            /* libyang did */
	EDIT_FAULT_COUNT,
};

/* Strings are malloc()ed; NULL is what a fault does not tell. */
struct edit_error {
	enum edit_fault fault;
	char *path;       /* of the node, as libyang writes it: names of modules as prefixes */
	char *message;    /* one sentence */
	char *element;    /* for <bad-element> */
	char *attribute;  /* for <bad-attribute>, which wants <bad-element> as well */
	char *name_space; /* for <bad-namespace> */
};

/* One that was never filled, or is cleared already, may be cleared. */
void edit_error_clear(struct edit_error *error);

/* For <error-tag>; and for <error-app-tag>, NULL where there is none. */
const char *edit_fault_tag(enum edit_fault fault);
const char *edit_fault_app_tag(enum edit_fault fault);

/* "none" is one of them; false, and *op as it was, of what is no operation. */
bool edit_op_from_name(const char *name, enum edit_op *op);

/*
 * The configuration that the edit makes of another, *result: a new tree, NULL where
 * nothing is left.  config and edit are the first of their siblings, or NULL.  default_op
 * is EDIT_MERGE, EDIT_NONE or EDIT_REPLACE, with which all that the edit does not name
 * goes away.
 *
 * Of a failure returns -EINVAL (-EIO: libyang failed) and fills *error, which is to be
 * cleared; *result is as it was.  Of a success *error needs nothing.
 */
int edit_apply(const struct lyd_node *config, const struct lyd_node *edit, enum edit_op default_op,
	       struct lyd_node **result, struct edit_error *error);

#endif

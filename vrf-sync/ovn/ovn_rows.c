// SPDX-License-Identifier: GPL-2.0-or-later
/* Rows of OVN's Northbound database, and who is whose. */
#include <zebra.h>

#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "darr.h"
#include "jhash.h"
#include "memory.h"

#include "ovn/ovn_rows_priv.h"

DECLARE_MGROUP(TENANT_SOURCE);
DEFINE_MTYPE_STATIC(TENANT_SOURCE, OVN_ROWS, "OVN rows");
DEFINE_MTYPE_STATIC(TENANT_SOURCE, OVN_ROW, "OVN row");
DEFINE_MTYPE_STATIC(TENANT_SOURCE, OVN_WORD, "OVN value");
DEFINE_MTYPE_STATIC(TENANT_SOURCE, OVN_OWNED, "OVN port's owner");

#define IN(table) (1 << OVN_##table)

const char *const ovn_table_names[OVN_TABLE_COUNT] = {
	[OVN_GLOBAL] = "NB_Global",
	[OVN_ROUTER] = "Logical_Router",
	[OVN_ROUTER_PORT] = "Logical_Router_Port",
	[OVN_SWITCH] = "Logical_Switch",
	[OVN_SWITCH_PORT] = "Logical_Switch_Port",
};

const struct ovn_column_info ovn_columns[OVN_COLUMN_COUNT] = {
	[OVN_NAME] = { "name", OVN_ONE, OVN_STRING,
		       IN(ROUTER) | IN(ROUTER_PORT) | IN(SWITCH) | IN(SWITCH_PORT) },
	[OVN_TYPE] = { "type", OVN_ONE, OVN_STRING, IN(SWITCH_PORT) },
	[OVN_ENABLED] = { "enabled", OVN_ONE, OVN_BOOLEAN, IN(ROUTER) | IN(ROUTER_PORT) },
	[OVN_PEER] = { "peer", OVN_ONE, OVN_STRING, IN(ROUTER_PORT) },
	[OVN_PORTS] = { "ports", OVN_SET, OVN_UUID, IN(ROUTER) | IN(SWITCH) },
	[OVN_NETWORKS] = { "networks", OVN_SET, OVN_STRING, IN(ROUTER_PORT) },
	[OVN_OPTIONS] = { "options", OVN_MAP, OVN_STRING,
			  IN(ROUTER) | IN(ROUTER_PORT) | IN(SWITCH_PORT) },
	[OVN_OTHER_CONFIG] = { "other_config", OVN_MAP, OVN_STRING, IN(SWITCH) },
	[OVN_EXTERNAL_IDS] = { "external_ids", OVN_MAP, OVN_STRING,
			       IN(GLOBAL) | IN(ROUTER) | IN(ROUTER_PORT) | IN(SWITCH) },
};

/* ---- identity ---- */

static int row_cmp(const struct ovn_row *a, const struct ovn_row *b)
{
	return numcmp(a->table, b->table) ?: strcmp(a->uuid, b->uuid);
}

static uint32_t row_key(const struct ovn_row *row)
{
	return jhash(row->uuid, OVN_UUID_SIZE - 1, row->table);
}

DECLARE_HASH(ovn_row_hash, struct ovn_row, item, row_cmp, row_key);

/* By which name rows find each other; NULL: by none. */
static const char *row_joint(const struct ovn_row *row)
{
	if (row->table == OVN_ROUTER_PORT)
		return ovn_row_text(row, OVN_NAME);
	if (row->table == OVN_SWITCH_PORT && ovn_row_is(row, OVN_TYPE, "router"))
		return ovn_row_key(row, OVN_OPTIONS, "router-port");
	return NULL;
}

static int join_cmp(const struct ovn_row *a, const struct ovn_row *b)
{
	return numcmp(a->table, b->table) ?: strcmp(row_joint(a), row_joint(b)) ?:
						     strcmp(a->uuid, b->uuid);
}

DECLARE_RBTREE_UNIQ(ovn_join_tree, struct ovn_row, join_item, join_cmp);

PREDECL_RBTREE_UNIQ(owned_tree);

/* A port, known or not, is in a row's column ports.  It should be in one, and nobody forbids two:
 * then the first by UUID counts, for every node.
 */
struct owned {
	struct owned_tree_item item;
	char uuid[OVN_UUID_SIZE];
	const struct ovn_row *owner;
};

static int owned_cmp(const struct owned *a, const struct owned *b)
{
	return strcmp(a->uuid, b->uuid) ?: row_cmp(a->owner, b->owner);
}

DECLARE_RBTREE_UNIQ(owned_tree, struct owned, item, owned_cmp);

struct ovn_rows {
	struct ovn_row_hash_head rows[1];
	struct ovn_join_tree_head joins[1];
	struct owned_tree_head owned[1];
};

/* ---- words ---- */

char *ovn_word_new(const char *text)
{
	return XSTRDUP(MTYPE_OVN_WORD, text);
}

void ovn_word_free(char *word)
{
	XFREE(MTYPE_OVN_WORD, word);
}

void ovn_words_free(char **words)
{
	char **word;

	darr_foreach_p (words, word)
		ovn_word_free(*word);
	darr_free(words);
}

/* ---- indexes ---- */

void ovn_row_out(struct ovn_rows *rows, struct ovn_row *row)
{
	if (row->joined)
		ovn_join_tree_del(rows->joins, row);
	row->joined = false;
}

void ovn_row_in(struct ovn_rows *rows, struct ovn_row *row)
{
	if (!row_joint(row))
		return;
	ovn_join_tree_add(rows->joins, row);
	row->joined = true;
}

void ovn_row_port(struct ovn_rows *rows, struct ovn_row *row, const char *uuid, bool there)
{
	struct owned key = { .owner = row }, *owned;

	strlcpy(key.uuid, uuid, sizeof(key.uuid));
	owned = owned_tree_find(rows->owned, &key);
	if (owned && !there) {
		owned_tree_del(rows->owned, owned);
		XFREE(MTYPE_OVN_OWNED, owned);
	} else if (!owned && there) {
		owned = XCALLOC(MTYPE_OVN_OWNED, sizeof(*owned));
		*owned = key;
		owned_tree_add(rows->owned, owned);
	}
}

/* ---- a row ---- */

struct ovn_row *ovn_row_get(const struct ovn_rows *rows, enum ovn_table table, const char *uuid)
{
	struct ovn_row key = { .table = table };

	if (strlcpy(key.uuid, uuid, sizeof(key.uuid)) >= sizeof(key.uuid))
		return NULL;
	return ovn_row_hash_find((struct ovn_row_hash_head *)rows->rows, &key);
}

struct ovn_row *ovn_row_new(struct ovn_rows *rows, enum ovn_table table, const char *uuid)
{
	struct ovn_row *row;

	if (ovn_row_get(rows, table, uuid))
		return NULL;
	row = XCALLOC(MTYPE_OVN_ROW, sizeof(*row));
	row->table = table;
	strlcpy(row->uuid, uuid, sizeof(row->uuid));
	ovn_row_hash_add(rows->rows, row);
	return row;
}

static void row_free(struct ovn_row *row)
{
	for (unsigned int i = 0; i < OVN_COLUMN_COUNT; i++)
		ovn_words_free(row->values[i]);
	XFREE(MTYPE_OVN_ROW, row);
}

void ovn_row_del(struct ovn_rows *rows, struct ovn_row *row)
{
	char **port;

	ovn_row_out(rows, row);
	darr_foreach_p (row->values[OVN_PORTS], port)
		ovn_row_port(rows, row, *port, false);
	ovn_row_hash_del(rows->rows, row);
	row_free(row);
}

/* ---- values ---- */

const char *ovn_row_text(const struct ovn_row *row, enum ovn_column column)
{
	return darr_len(row->values[column]) ? row->values[column][0] : "";
}

bool ovn_row_is(const struct ovn_row *row, enum ovn_column column, const char *text)
{
	return !strcmp(ovn_row_text(row, column), text);
}

const char *const *ovn_row_set(const struct ovn_row *row, enum ovn_column column)
{
	return (const char *const *)row->values[column];
}

const char *ovn_row_key(const struct ovn_row *row, enum ovn_column column, const char *key)
{
	char **words = row->values[column];

	for (unsigned int i = 0; i + 1 < darr_len(words); i += 2)
		if (!strcmp(words[i], key))
			return words[i + 1];
	return NULL;
}

/* ---- all of them ---- */

struct ovn_rows *ovn_rows_new(void)
{
	struct ovn_rows *rows = XCALLOC(MTYPE_OVN_ROWS, sizeof(*rows));

	ovn_row_hash_init(rows->rows);
	ovn_join_tree_init(rows->joins);
	owned_tree_init(rows->owned);
	return rows;
}

void ovn_rows_free(struct ovn_rows *rows)
{
	struct owned *owned;
	struct ovn_row *row;

	if (!rows)
		return;
	while ((row = ovn_join_tree_pop(rows->joins)))
		row->joined = false;
	while ((owned = owned_tree_pop(rows->owned)))
		XFREE(MTYPE_OVN_OWNED, owned);
	while ((row = ovn_row_hash_pop(rows->rows)))
		row_free(row);
	ovn_row_hash_fini(rows->rows);
	ovn_join_tree_fini(rows->joins);
	owned_tree_fini(rows->owned);
	XFREE(MTYPE_OVN_ROWS, rows);
}

const struct ovn_row *ovn_rows_find(const struct ovn_rows *rows, enum ovn_table table,
				    const char *uuid)
{
	return ovn_row_get(rows, table, uuid);
}

const struct ovn_row *ovn_rows_next(const struct ovn_rows *rows, enum ovn_table table,
				    const struct ovn_row *prev)
{
	struct ovn_row_hash_head *head = (struct ovn_row_hash_head *)rows->rows;
	const struct ovn_row *row = prev;

	do {
		row = row ? ovn_row_hash_const_next(head, row) : ovn_row_hash_const_first(head);
	} while (row && row->table != table);
	return row;
}

const struct ovn_row *ovn_rows_owner(const struct ovn_rows *rows, const struct ovn_row *port,
				     const struct ovn_row *prev)
{
	struct owned_tree_head *head = (struct owned_tree_head *)rows->owned;
	enum ovn_table table = port->table == OVN_ROUTER_PORT ? OVN_ROUTER : OVN_SWITCH;
	const struct ovn_row first = { .table = table };
	struct owned key = { .owner = prev ? prev : &first };
	const struct owned *found;

	strlcpy(key.uuid, port->uuid, sizeof(key.uuid));
	found = owned_tree_const_find_gteq(head, &key);
	if (prev && found)
		found = owned_tree_const_next(head, found);
	if (!found || strcmp(found->uuid, port->uuid) || found->owner->table != table)
		return NULL;
	return found->owner;
}

/* The first of that table whose joint is name, or the next one; NULL: there is none. */
static const struct ovn_row *find_joint(const struct ovn_rows *rows, enum ovn_table table,
					const char *name, const struct ovn_row *prev)
{
	struct ovn_join_tree_head *head = (struct ovn_join_tree_head *)rows->joins;
	char *words[] = { "router-port", (char *)name };
	char **type = NULL, **options = NULL;
	const struct ovn_row *row;
	struct ovn_row key = { .table = table };

	if (prev) {
		row = ovn_join_tree_const_next(head, prev);
	} else {
		*darr_append(type) = table == OVN_ROUTER_PORT ? (char *)name : "router";
		*darr_append(options) = words[0];
		*darr_append(options) = words[1];
		key.values[table == OVN_ROUTER_PORT ? OVN_NAME : OVN_TYPE] = type;
		key.values[OVN_OPTIONS] = options;
		row = ovn_join_tree_const_find_gteq(head, &key);
		darr_free(type);
		darr_free(options);
	}
	return row && row->table == table && !strcmp(row_joint(row), name) ? row : NULL;
}

const struct ovn_row *ovn_rows_join(const struct ovn_rows *rows, const struct ovn_row *router_port,
				    const struct ovn_row *prev)
{
	return find_joint(rows, OVN_SWITCH_PORT, ovn_row_text(router_port, OVN_NAME), prev);
}

const struct ovn_row *ovn_rows_router_port(const struct ovn_rows *rows,
					   const struct ovn_row *switch_port,
					   const struct ovn_row *prev)
{
	const char *name = row_joint(switch_port);

	return name ? find_joint(rows, OVN_ROUTER_PORT, name, prev) : NULL;
}

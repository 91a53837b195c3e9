// SPDX-License-Identifier: GPL-2.0-or-later
/* Rows of OVN's Northbound database, and who is whose. */
#include <zebra.h>

#include <string.h>

#include "jhash.h"
#include "memory.h"

#include "ovn/ovn_rows_priv.h"

DECLARE_MGROUP(TENANT_SOURCE);
DEFINE_MTYPE_STATIC(TENANT_SOURCE, OVN_ROWS, "OVN rows");

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

static int join_cmp(const struct ovn_row *a, const struct ovn_row *b)
{
	int ret = numcmp(a->table, b->table) ?: strcmp(a->joint, b->joint);

	return ret ?: strcmp(a->uuid, b->uuid);
}

DECLARE_RBTREE_UNIQ(ovn_join_tree, struct ovn_row, join_item, join_cmp);

/* A port should be in one row, and nobody forbids two: then the first by UUID counts, for every
 * node.
 */
static int owned_cmp(const struct ovn_owned *a, const struct ovn_owned *b)
{
	return strcmp(a->uuid, b->uuid) ?: row_cmp(a->owner, b->owner);
}

DECLARE_RBTREE_UNIQ(ovn_owned_tree, struct ovn_owned, item, owned_cmp);

struct ovn_rows {
	struct ovn_row_hash_head rows[1];
	struct ovn_join_tree_head joins[1];
	struct ovn_owned_tree_head owned[1];
};

/* ---- a row ---- */

struct ovn_row *ovn_row_get(const struct ovn_rows *rows, enum ovn_table table, const char *uuid)
{
	struct ovn_row key = { .table = table };

	if (strlcpy(key.uuid, uuid, sizeof(key.uuid)) >= sizeof(key.uuid))
		return NULL;
	return ovn_row_hash_find((struct ovn_row_hash_head *)rows->rows, &key);
}

void ovn_row_add(struct ovn_rows *rows, struct ovn_row *row)
{
	ovn_row_hash_add(rows->rows, row);
	if (row->joint)
		ovn_join_tree_add(rows->joins, row);
	for (unsigned int i = 0; i < row->owned_count; i++)
		ovn_owned_tree_add(rows->owned, &row->owned[i]);
}

void ovn_row_del(struct ovn_rows *rows, struct ovn_row *row)
{
	ovn_row_hash_del(rows->rows, row);
	if (row->joint)
		ovn_join_tree_del(rows->joins, row);
	for (unsigned int i = 0; i < row->owned_count; i++)
		ovn_owned_tree_del(rows->owned, &row->owned[i]);
	ovn_row_free(row);
}

/* ---- all of them ---- */

struct ovn_rows *ovn_rows_new(void)
{
	struct ovn_rows *rows = XCALLOC(MTYPE_OVN_ROWS, sizeof(*rows));

	ovn_row_hash_init(rows->rows);
	ovn_join_tree_init(rows->joins);
	ovn_owned_tree_init(rows->owned);
	return rows;
}

void ovn_rows_free(struct ovn_rows *rows)
{
	struct ovn_row *row;

	if (!rows)
		return;
	while (ovn_join_tree_pop(rows->joins))
		;
	while (ovn_owned_tree_pop(rows->owned))
		;
	while ((row = ovn_row_hash_pop(rows->rows)))
		ovn_row_free(row);
	ovn_row_hash_fini(rows->rows);
	ovn_join_tree_fini(rows->joins);
	ovn_owned_tree_fini(rows->owned);
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
	struct ovn_owned_tree_head *head = (struct ovn_owned_tree_head *)rows->owned;
	enum ovn_table table = port->table == OVN_ROUTER_PORT ? OVN_ROUTER : OVN_SWITCH;
	const struct ovn_row first = { .table = table };
	const struct ovn_owned key = { .uuid = port->uuid, .owner = prev ? prev : &first };
	const struct ovn_owned *found = ovn_owned_tree_const_find_gteq(head, &key);

	if (prev && found)
		found = ovn_owned_tree_const_next(head, found);
	if (!found || strcmp(found->uuid, port->uuid) || found->owner->table != table)
		return NULL;
	return found->owner;
}

/* The first of that table whose joint is name, or the next one; NULL: there is none. */
static const struct ovn_row *find_joint(const struct ovn_rows *rows, enum ovn_table table,
					const char *name, const struct ovn_row *prev)
{
	struct ovn_join_tree_head *head = (struct ovn_join_tree_head *)rows->joins;
	const struct ovn_row key = { .table = table, .joint = name };
	const struct ovn_row *row = prev ? ovn_join_tree_const_next(head, prev)
					 : ovn_join_tree_const_find_gteq(head, &key);

	return row && row->table == table && !strcmp(row->joint, name) ? row : NULL;
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
	return switch_port->joint ? find_joint(rows, OVN_ROUTER_PORT, switch_port->joint, prev)
				  : NULL;
}

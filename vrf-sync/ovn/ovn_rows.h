// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What we keep of OVN's Northbound database: the columns that say something of
 * tenants, kept in step by the updates of a monitor (ovsdb-server(7), 4.1.15).
 *
 * Every value is text: a set is its words in order, a map is key, value, key,
 * value, in order of the keys.  A row is one piece of memory, as a node keeps those
 * of all tenants, and is made anew when it changes.  Who is whose is found by
 * indexes, so that a change costs what it changes:
 *
 *	Logical_Router --ports--> Logical_Router_Port <--options:router-port--
 *		Logical_Switch_Port <--ports-- Logical_Switch
 *
 * An update that cannot be right (a row that nobody knows, a value of another type)
 * leaves the rows half changed: they are to be thrown away then, and read anew.
 */
#ifndef FRR_TENANT_SOURCE_OVN_ROWS_H
#define FRR_TENANT_SOURCE_OVN_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "typesafe.h"

struct json_object;
struct reason;

enum ovn_table {
	OVN_GLOBAL,
	OVN_ROUTER,
	OVN_ROUTER_PORT,
	OVN_SWITCH,
	OVN_SWITCH_PORT,
};
#define OVN_TABLE_COUNT 5
extern const char *const ovn_table_names[OVN_TABLE_COUNT];

enum ovn_column {
	OVN_NAME,
	OVN_TYPE,
	OVN_ENABLED,
	OVN_PEER,
	OVN_PORTS,
	OVN_NETWORKS,
	OVN_OPTIONS,
	OVN_OTHER_CONFIG,
	OVN_EXTERNAL_IDS,
};
#define OVN_COLUMN_COUNT 9

PREDECL_HASH(ovn_row_hash);
PREDECL_RBTREE_UNIQ(ovn_join_tree);
PREDECL_RBTREE_UNIQ(ovn_owned_tree);

#define OVN_UUID_SIZE 37

/* A port, known or not, is in a row's column ports. */
struct ovn_owned {
	struct ovn_owned_tree_item item;
	const char *uuid; /* of the port; in the owner's text */
	const struct ovn_row *owner;
};

struct ovn_row {
	struct ovn_row_hash_item item;
	struct ovn_join_tree_item join_item;
	const char *joint; /* by which name rows find each other; NULL: by none */
	char uuid[OVN_UUID_SIZE];
	uint8_t table; /* enum ovn_table */
	uint32_t owned_count;
	struct ovn_owned owned[]; /* of the words in column ports; behind them are the values */
};

struct ovn_rows;

struct ovn_rows *ovn_rows_new(void);
void ovn_rows_free(struct ovn_rows *rows);

/* What to ask a monitor for: the same always, as servers can lose updates around a change of it
 * (a JSON object, the caller's).
 */
struct json_object *ovn_rows_requests(void);

/* Whom a change concerns. */
struct ovn_touched {
	char (*routers)[OVN_UUID_SIZE]; /* darr; may be there twice, or no longer exist */
	bool shared;                    /* NB_Global */
};
void ovn_touched_fini(struct ovn_touched *touched);

/* Takes a table-updates2 in.  0, or -EPROTO with a sentence that begins with "it".  touched may be
 * NULL.
 */
int ovn_rows_update(struct ovn_rows *rows, struct json_object *updates,
		    struct ovn_touched *touched, struct reason *why);
/* The same of one row (a row-update2), of rows that concern nobody yet. */
int ovn_rows_take(struct ovn_rows *rows, const char *table, const char *uuid,
		  struct json_object *change, struct reason *why);

const struct ovn_row *ovn_rows_find(const struct ovn_rows *rows, enum ovn_table table,
				    const char *uuid);
/* All rows of a table, in no order; NULL starts, NULL ends. */
const struct ovn_row *ovn_rows_next(const struct ovn_rows *rows, enum ovn_table table,
				    const struct ovn_row *prev);
/* Who has the port (a Logical_Router, or a Logical_Switch) in its column ports: one, or nobody; of
 * a database that is wrong several, one after another.  NULL starts, NULL ends.
 */
const struct ovn_row *ovn_rows_owner(const struct ovn_rows *rows, const struct ovn_row *port,
				     const struct ovn_row *prev);
/* The switch's ports that lead to a port of a router; the same again. */
const struct ovn_row *ovn_rows_join(const struct ovn_rows *rows, const struct ovn_row *router_port,
				    const struct ovn_row *prev);

/* The ports of routers that a switch's port leads to; the same again. */
const struct ovn_row *ovn_rows_router_port(const struct ovn_rows *rows,
					   const struct ovn_row *switch_port,
					   const struct ovn_row *prev);

/* A value of one word, "" where there is none. */
const char *ovn_row_text(const struct ovn_row *row, enum ovn_column column);
/* The words of a set, one after another; of a map its keys, each with its value behind it. */
const char *ovn_row_word(const struct ovn_row *row, enum ovn_column column, const char *prev);
#define ovn_row_each(row, column, word) \
	for (const char *word = NULL; (word = ovn_row_word(row, column, word));)
#define ovn_row_each_pair(row, column, key, value)                                              \
	for (const char *key = NULL, *value = NULL; (key = ovn_row_word(row, column, value)) && \
						    (value = ovn_row_word(row, column, key));)
/* What a map has under the key; NULL: it has not. */
const char *ovn_row_key(const struct ovn_row *row, enum ovn_column column, const char *key);
/* "" is false, too. */
bool ovn_row_is(const struct ovn_row *row, enum ovn_column column, const char *text);

#endif

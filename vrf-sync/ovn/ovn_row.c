// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One row of OVN's Northbound database, in one piece of memory:
 *
 *	struct ovn_row | who is in column ports | where each value ends | the words of all values
 *
 * Each word ends with a NUL.  Only the columns that the table has take place.
 */
#include <zebra.h>

#include <string.h>

#include "darr.h"
#include "memory.h"

#include "ovn/ovn_rows_priv.h"

DECLARE_MGROUP(TENANT_SOURCE);
DEFINE_MTYPE_STATIC(TENANT_SOURCE, OVN_ROW, "OVN row");

#define IN(table) (1 << OVN_##table)

const char *const ovn_table_names[OVN_TABLE_COUNT] = {
	[OVN_GLOBAL] = "NB_Global",
	[OVN_ROUTER] = "Logical_Router",
	[OVN_ROUTER_PORT] = "Logical_Router_Port",
	[OVN_SWITCH] = "Logical_Switch",
	[OVN_SWITCH_PORT] = "Logical_Switch_Port",
};

const struct ovn_column_info ovn_columns[OVN_COLUMN_COUNT] = {
	[OVN_NAME] = { "name", OVN_ONE, OVN_STRING, IN(ROUTER) | IN(ROUTER_PORT) | IN(SWITCH) },
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

/* ---- where things are ---- */

static bool has_column(enum ovn_table table, enum ovn_column column)
{
	return ovn_columns[column].tables & 1 << table;
}

/* How many columns of the table stand before it; of OVN_COLUMN_COUNT: how many it has. */
static unsigned int place_of(enum ovn_table table, unsigned int column)
{
	unsigned int place = 0;

	for (unsigned int i = 0; i < column; i++)
		place += has_column(table, i);
	return place;
}

/* Where the values end, counted from the first word. */
static uint32_t *ends_of(const struct ovn_row *row)
{
	return (uint32_t *)&row->owned[row->owned_count];
}

static char *text_of(const struct ovn_row *row)
{
	return (char *)(ends_of(row) + place_of(row->table, OVN_COLUMN_COUNT));
}

/* ---- values ---- */

const char *ovn_row_word(const struct ovn_row *row, enum ovn_column column, const char *prev)
{
	const uint32_t *ends = ends_of(row);
	const char *text = text_of(row), *next;
	unsigned int place;

	if (!has_column(row->table, column))
		return NULL;
	place = place_of(row->table, column);
	next = prev ? prev + strlen(prev) + 1 : text + (place ? ends[place - 1] : 0);
	return next < text + ends[place] ? next : NULL;
}

const char *ovn_row_text(const struct ovn_row *row, enum ovn_column column)
{
	return ovn_row_word(row, column, NULL) ?: "";
}

bool ovn_row_is(const struct ovn_row *row, enum ovn_column column, const char *text)
{
	return !strcmp(ovn_row_text(row, column), text);
}

const char *ovn_row_key(const struct ovn_row *row, enum ovn_column column, const char *key)
{
	ovn_row_each_pair(row, column, one, value) if (!strcmp(one, key)) return value;
	return NULL;
}

/* ---- a row that is to be ---- */

void ovn_draft_of(struct ovn_draft *draft, const struct ovn_row *row)
{
	*draft = (struct ovn_draft){};
	for (unsigned int i = 0; row && i < OVN_COLUMN_COUNT; i++)
		ovn_row_each(row, i, word) * darr_append(draft->words[i]) = word;
}

void ovn_draft_fini(struct ovn_draft *draft)
{
	for (unsigned int i = 0; i < OVN_COLUMN_COUNT; i++)
		darr_free(draft->words[i]);
}

/* Bytes of all words. */
static size_t draft_size(const struct ovn_draft *draft)
{
	const char *const *word;
	size_t size = 0;

	for (unsigned int i = 0; i < OVN_COLUMN_COUNT; i++)
		darr_foreach_p (draft->words[i], word)
			size += strlen(*word) + 1;
	return size;
}

static void put_words(struct ovn_row *row, const struct ovn_draft *draft)
{
	uint32_t *end = ends_of(row);
	char *text = text_of(row), *at = text;
	const char *const *word;

	for (unsigned int i = 0; i < OVN_COLUMN_COUNT; i++) {
		if (!has_column(row->table, i))
			continue;
		darr_foreach_p (draft->words[i], word)
			at = stpcpy(at, *word) + 1;
		*end++ = at - text;
	}
}

static const char *joint_of(const struct ovn_row *row)
{
	if (row->table == OVN_ROUTER_PORT)
		return ovn_row_text(row, OVN_NAME);
	if (row->table == OVN_SWITCH_PORT && ovn_row_is(row, OVN_TYPE, "router"))
		return ovn_row_key(row, OVN_OPTIONS, "router-port");
	return NULL;
}

struct ovn_row *ovn_row_new(enum ovn_table table, const char *uuid, const struct ovn_draft *draft)
{
	unsigned int owned = darr_len(draft->words[OVN_PORTS]), i = 0;
	struct ovn_row *row = XCALLOC(MTYPE_OVN_ROW, sizeof(*row) + owned * sizeof(row->owned[0]) +
							     place_of(table, OVN_COLUMN_COUNT) *
								     sizeof(uint32_t) +
							     draft_size(draft));

	row->table = table;
	strlcpy(row->uuid, uuid, sizeof(row->uuid));
	row->owned_count = owned;
	put_words(row, draft);
	row->joint = joint_of(row);
	ovn_row_each(row, OVN_PORTS, port) row->owned[i++] =
		(struct ovn_owned){ .uuid = port, .owner = row };
	return row;
}

void ovn_row_free(struct ovn_row *row)
{
	XFREE(MTYPE_OVN_ROW, row);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* The rows that say what the network is, whatever engine keeps them. */
#include <zebra.h>

#include <stdlib.h>
#include <string.h>

#include "darr.h"
#include "memory.h"

#include "ctl/engine.h"
#include "ctl/store.h"

DECLARE_MGROUP(TENANT_CTL);
DEFINE_MTYPE_STATIC(TENANT_CTL, STORE_VALUES, "values of a row");
DEFINE_MTYPE_STATIC(TENANT_CTL, STORE_TEXT, "text of a row");

/* Parents first: a row refers to rows above it, or of its own table.  tests/test_export.py
 * compares this with schema.sql.
 */
static const struct {
	const char *name;
	bool shared, for_life;
} tables[] = {
	{ "provider", true },
	{ "pool", true },
	{ "reserved", true },
	{ "reserved_port", true },
	{ "site", true },
	{ "node", true },
	{ "node_role", true },
	{ "wire", true },
	{ "wire_port", true },
	{ "tenant", false, true },
	/* its egress */ { "aggregate", false },
	{ "attachment", false },
	{ "circuit", false },
	{ "switch_domain", true },
	{ "domain_port", true },
	{ "bundle", true },
	{ "bundle_network", true },
	{ "subscription", false },
	{ "logical_switch", false },
	{ "switch_vlan", false },
	{ "network_map", false },
	{ "subnet", false },
	{ "host", false },
	{ "public_address", false },
	{ "link", false },
	{ "link_route", false },
	{ "leak", false },
};
static_assert(array_size(tables) == STORE_TABLES, "each table has its place in a store");

/* It may be NULL only while it is being inserted: each time another VLAN would be found. */
static void expect_vlans(struct store *store)
{
	struct store_table *table = &store->tables[store_find(store, "switch_vlan")];
	int place = store_column(table, "vlan");

	if (place >= 0)
		table->columns[place].needed = true;
}

int store_open(struct ctl *ctl, struct store *store)
{
	*store = (struct store){ .ctl = ctl, .engine = ctl->engine->store };
	for (unsigned int i = 0; i < STORE_TABLES; i++) {
		store->tables[i].name = tables[i].name;
		store->tables[i].shared = tables[i].shared;
		store->tables[i].for_life = tables[i].for_life;
	}
	for (unsigned int i = 0; i < STORE_TABLES; i++)
		if (store->engine->describe(store, &store->tables[i]) < 0)
			return -1;
	expect_vlans(store);
	return 0;
}

void store_close(struct store *store)
{
	for (unsigned int i = 0; i < STORE_TABLES; i++) {
		struct store_table *table = &store->tables[i];
		struct store_column *column;

		darr_foreach_p (table->columns, column)
			value_fini(&column->standard);
		darr_free(table->columns);
		darr_free(table->key);
		darr_free(table->references);
	}
	store->engine->close(store);
}

int store_begin(struct store *store, bool writes)
{
	store->writes = writes;
	return store->engine->begin(store);
}

int store_end(struct store *store)
{
	return store->engine->end(store);
}

int store_find(const struct store *store, const char *name)
{
	for (unsigned int i = 0; i < STORE_TABLES; i++)
		if (!strcmp(store->tables[i].name, name))
			return i;
	return -1;
}

int store_column(const struct store_table *table, const char *name)
{
	for (unsigned int i = 0; i < darr_len(table->columns); i++)
		if (!strcmp(table->columns[i].name, name))
			return i;
	return -1;
}

void store_standard(struct store_column *column, const char *text)
{
	if (text && text[0] == '\'')
		value_text(&column->standard, text + 1, strcspn(text + 1, "'"));
	else if (text && column->kind == VALUE_NUMBER)
		value_number(&column->standard, strtoll(text, NULL, 10));
}

/* ---- rows ---- */

struct record *records_add(struct record **rows, const struct store_table *table)
{
	struct record *record = darr_append(*rows);

	record->row = darr_len(*rows);
	record->values =
		XCALLOC(MTYPE_STORE_VALUES, darr_len(table->columns) * sizeof(struct value));
	return record;
}

void records_free(struct record *rows, const struct store_table *table)
{
	struct record *record;

	darr_foreach_p (rows, record) {
		for (unsigned int i = 0; i < darr_len(table->columns); i++)
			value_fini(&record->values[i]);
		XFREE(MTYPE_STORE_VALUES, record->values);
	}
	darr_free(rows);
}

int record_compare(const struct store_table *table, const struct value *a, const struct value *b)
{
	const unsigned int *place;
	int ret = 0;

	darr_foreach_p (table->key, place)
		if (!ret)
			ret = value_compare(&a[*place], &b[*place]);
	return ret;
}

bool record_equal(const struct store_table *table, const struct value *a, const struct value *b)
{
	for (unsigned int i = 0; i < darr_len(table->columns); i++)
		if (value_compare(&a[i], &b[i]))
			return false;
	return true;
}

/* ---- values ---- */

void value_number(struct value *value, int64_t number)
{
	*value = (struct value){ .kind = VALUE_NUMBER, .number = number };
}

static bool is_broken(const char *text, size_t length)
{
	size_t step;

	for (; length; text += step, length -= step) {
		step = character_length(text, length);
		if (!step)
			return true;
	}
	return false;
}

void value_text(struct value *value, const char *text, size_t length)
{
	*value = (struct value){ .kind = VALUE_TEXT, .length = length };
	value->broken = is_broken(text, length);
	value->text = XCALLOC(MTYPE_STORE_TEXT, length + 1);
	memcpy(value->text, text, length);
}

void value_fini(struct value *value)
{
	if (value->kind == VALUE_TEXT)
		XFREE(MTYPE_STORE_TEXT, value->text);
	value->kind = VALUE_NULL;
}

int value_compare(const struct value *a, const struct value *b)
{
	int ret;

	if (a->kind != b->kind)
		return numcmp(a->kind, b->kind);
	if (a->kind == VALUE_NUMBER)
		return numcmp(a->number, b->number);
	if (a->kind == VALUE_NULL)
		return 0;
	ret = memcmp(a->text, b->text, MIN(a->length, b->length));
	return ret ? ret : numcmp(a->length, b->length);
}

size_t character_length(const char *text, size_t left)
{
	const unsigned char *at = (const unsigned char *)text;
	size_t length = *at < 0xe0 ? 2 : *at < 0xf0 ? 3 : 4;
	uint32_t value = *at & (0x7f >> length);

	if (*at < 0x80)
		return *at ? 1 : 0;
	if (*at < 0xc2 || *at > 0xf4 || length > left)
		return 0;
	for (size_t i = 1; i < length; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (at[i] & 0x3f);
	}
	if ((length == 3 && value < 0x800) || (value >= 0xd800 && value < 0xe000) ||
	    (length == 4 && (value < 0x10000 || value > 0x10ffff)))
		return 0;
	return length;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* A JSON document to what all tenants share. */
#include <zebra.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "darr.h"

#include "ovn/ovn_provider.h"
#include "source/rows_priv.h"

#define COLUMNS_MAX 16

/* As schema.sql has them; tests/test_ovn.c compares. */
const struct ovn_provider_column ovn_provider_columns[] = {
	{ "provider", "id", true, "1", false, 1, 1 },
	{ "provider", "asn", true, "65000", false, 1, 4294967295 },
	{ "provider", "nssa_area", true, "51", false, 1, 4294967295 },
	{ "provider", "vpn_tag", true, NULL, false, 1, 4294967295 },
	{ "provider", "table_base", true, "1000", false, 256, 2000000000 },
	{ "provider", "vni_base", true, "100000", false, 0, 16777214 },
	{ "provider", "leak_base", true, "1000000", false, 1, 4000000000 },
	{ "provider", "ospf_hello", true, "1", false, 1, 60 },
	{ "provider", "ospf_dead", true, "4", false, 2, 240 },
	{ "provider", "vrrp_interval", true, "1000", false, 10, 40950 },
	{ "provider", "evpn", true, "0", false, 0, 1 },
	{ "pool", "kind", false, NULL, true, 0, 0 },
	{ "pool", "prefix", false, NULL, true, 0, 0 },
	{ "pool", "length", true, NULL, true, 8, 127 },
	{ "pool", "wires", true, NULL, true, 1, 65535 },
	{ "reserved", "prefix", false, NULL, true, 0, 0 },
	{ "reserved", "what", false, "", false, 0, 0 },
	{ "reserved_port", "protocol", false, NULL, true, 0, 0 },
	{ "reserved_port", "port", true, NULL, true, 1, 65535 },
	{ "reserved_port", "what", false, "", false, 0, 0 },
	{ "site", "id", true, NULL, true, 1, 4294967295 },
	{ "site", "name", false, NULL, true, 0, 0 },
	{ "site", "locale", false, "", false, 0, 0 },
	{ "site", "state", false, "active", false, 0, 0 },
	{ "node", "id", true, NULL, true, 1, 4294967295 },
	{ "node", "name", false, NULL, true, 0, 0 },
	{ "node", "site_id", true, NULL, true, 1, 4294967295 },
	{ "node", "router_id", false, NULL, true, 0, 0 },
	{ "node", "vtep", false, NULL, false, 0, 0 },
	{ "node_role", "node_id", true, NULL, true, 1, 4294967295 },
	{ "node_role", "role", false, NULL, true, 0, 0 },
	{ "wire", "id", true, NULL, true, 1, 4294967295 },
	{ "wire", "name", false, NULL, true, 0, 0 },
	{ "wire", "site_id", true, NULL, true, 1, 4294967295 },
	{ "wire", "kind", false, NULL, true, 0, 0 },
	{ "wire", "encap", false, "vlan", false, 0, 0 },
	{ "wire", "vlan_base", true, "100", false, 0, 4093 },
	{ "wire", "vlan_max", true, "4094", false, 1, 4094 },
	{ "wire", "mtu", true, "1600", false, 1280, 65535 },
	{ "wire", "bfd", true, "0", false, 0, 1 },
	{ "wire", "ospf_key", false, NULL, false, 0, 0 },
	{ "wire_port", "id", true, NULL, false, 1, 4294967295 },
	{ "wire_port", "wire_id", true, NULL, true, 1, 4294967295 },
	{ "wire_port", "node_id", true, NULL, true, 1, 4294967295 },
	{ "wire_port", "ifname", false, NULL, true, 0, 0 },
	{ "wire_port", "slot", true, NULL, true, 1, 254 },
	{ "switch_domain", "id", true, NULL, true, 1, 4294967295 },
	{ "switch_domain", "name", false, NULL, true, 0, 0 },
	{ "switch_domain", "site_id", true, NULL, true, 1, 4294967295 },
	{ "switch_domain", "vlan_first", true, "2", false, 1, 4094 },
	{ "switch_domain", "vlan_last", true, "4094", false, 1, 4094 },
	{ "domain_port", "domain_id", true, NULL, true, 1, 4294967295 },
	{ "domain_port", "node_id", true, NULL, true, 1, 4294967295 },
	{ "domain_port", "ifname", false, NULL, true, 0, 0 },
};
const unsigned int ovn_provider_column_count = array_size(ovn_provider_columns);

/* Tables of an export that say nothing here. */
static const char *const others[] = { "format", "schema", "bundle", "bundle_network" };

/* Columns in which a row names one of another table. */
static const struct {
	const char *column, *table;
} references[] = {
	{ "site_id", "site" },
	{ "node_id", "node" },
	{ "wire_id", "wire" },
	{ "domain_id", "switch_domain" },
};

/* ---- columns ---- */

static const struct ovn_provider_column *find_column(const char *table, const char *name)
{
	for (unsigned int i = 0; i < ovn_provider_column_count; i++)
		if (!strcmp(ovn_provider_columns[i].table, table) &&
		    !strcmp(ovn_provider_columns[i].name, name))
			return &ovn_provider_columns[i];
	return NULL;
}

static bool is_in_range(const struct ovn_provider_column *column, struct json_object *value)
{
	int64_t number = json_object_get_int64(value);

	return !column->is_number || (number >= column->min && number <= column->max);
}

static bool is_of_type(const struct ovn_provider_column *column, struct json_object *value)
{
	if (column->is_number)
		return json_object_is_type(value, json_type_int);
	return json_object_is_type(value, json_type_string) &&
	       strlen(json_object_get_string(value)) == (size_t)json_object_get_string_len(value);
}

/* NULL is a value that is not there. */
static bool check_values(const char *table, unsigned int number, struct json_object *row,
			 struct reason *why)
{
	json_object_object_foreach(row, name, value)
	{
		const struct ovn_provider_column *column = find_column(table, name);

		if (!column)
			reason_set(why, "row %u of %s has a column %.40s, which nobody knows",
				   number, table, name);
		else if (value && !is_of_type(column, value))
			reason_set(why, "%s of row %u of %s is no %s", column->name, number, table,
				   column->is_number ? "number" : "text");
		else if (value && !is_in_range(column, value))
			reason_set(why, "%s of row %u of %s is not from %u to %u", column->name,
				   number, table, column->min, column->max);
		else
			continue;
		return false;
	}
	return true;
}

static bool check_needed(const char *table, unsigned int number, struct json_object *row,
			 struct reason *why)
{
	for (unsigned int i = 0; i < ovn_provider_column_count; i++) {
		const struct ovn_provider_column *column = &ovn_provider_columns[i];

		if (!column->needed || strcmp(column->table, table) ||
		    json_object_object_get(row, column->name))
			continue;
		reason_set(why, "row %u of %s has no %s; give it one", number, table,
			   column->name);
		return false;
	}
	return true;
}

/* ---- rows, as the other engines give them ---- */

/* A table's rows, and the names of the columns that are read of them. */
struct reading {
	struct json_object *rows;
	const struct provider_table *table;
	const char *names[COLUMNS_MAX];
	unsigned int count;
	char text[COLUMNS_MAX * 24];
};

/* "id, name, state" to words. */
static void split(struct reading *reading, const char *columns)
{
	char *save = NULL;

	reading->count = 0;
	strlcpy(reading->text, columns, sizeof(reading->text));
	for (char *word = strtok_r(reading->text, ", ", &save); word;
	     word = strtok_r(NULL, ", ", &save)) {
		assert(reading->count < COLUMNS_MAX);
		reading->names[reading->count++] = word;
	}
}

static struct json_object *value_of(const struct row *row, int col)
{
	const struct reading *reading = row->at;

	return json_object_object_get(json_object_array_get_idx(reading->rows, row->index),
				      reading->names[col]);
}

static const char *fallback_of(const struct row *row, int col)
{
	const struct reading *reading = row->at;

	return find_column(reading->table->name, reading->names[col])->fallback;
}

static const char *value_text(const struct row *row, int col, size_t *len)
{
	struct json_object *value = value_of(row, col);
	const char *text = value ? json_object_get_string(value) : fallback_of(row, col);

	*len = text ? strlen(text) : 0;
	return text;
}

static int64_t value_number(const struct row *row, int col)
{
	struct json_object *value = value_of(row, col);
	const char *fallback = fallback_of(row, col);

	if (value)
		return json_object_get_int64(value);
	return fallback ? strtoll(fallback, NULL, 10) : 0;
}

static const struct row_ops value_row = {
	.text = value_text,
	.number = value_number,
};

/* ---- order ---- */

static int cmp_value(struct json_object *a, struct json_object *b)
{
	if (json_object_is_type(a, json_type_int) && json_object_is_type(b, json_type_int))
		return numcmp(json_object_get_int64(a), json_object_get_int64(b));
	return strcmp(a ? json_object_get_string(a) : "", b ? json_object_get_string(b) : "");
}

/* qsort() of json-c hands on nothing else. */
static const struct reading *sorted_by;

static int cmp_rows(const void *a, const void *b)
{
	struct json_object *const *x = a, *const *y = b;
	int ret = 0;

	for (unsigned int i = 0; !ret && i < sorted_by->count; i++)
		ret = cmp_value(json_object_object_get(*x, sorted_by->names[i]),
				json_object_object_get(*y, sorted_by->names[i]));
	return ret;
}

/* In the order in which SQL gives them, which is that of a key: so none may be there twice. */
static bool sort_rows(struct reading *reading, struct reason *why)
{
	split(reading, reading->table->order);
	sorted_by = reading;
	json_object_array_sort(reading->rows, cmp_rows);
	for (size_t i = 1; i < json_object_array_length(reading->rows); i++) {
		struct json_object *a = json_object_array_get_idx(reading->rows, i - 1);
		struct json_object *b = json_object_array_get_idx(reading->rows, i);

		if (cmp_rows(&a, &b))
			continue;
		reason_set(why, "table %s has two rows with the same %s", reading->table->name,
			   reading->table->order);
		return false;
	}
	return true;
}

/* ---- rows that others name, and names ---- */

static bool has_id(struct json_object *document, const char *table, int64_t id)
{
	struct json_object *rows = json_object_object_get(document, table);

	for (size_t i = 0; rows && i < json_object_array_length(rows); i++)
		if (json_object_get_int64(json_object_object_get(
			    json_object_array_get_idx(rows, i), "id")) == id)
			return true;
	return false;
}

static bool check_references(struct json_object *document, const struct reading *reading,
			     struct json_object *row, struct reason *why)
{
	for (unsigned int i = 0; i < array_size(references); i++) {
		struct json_object *value = json_object_object_get(row, references[i].column);

		if (!value || has_id(document, references[i].table, json_object_get_int64(value)))
			continue;
		reason_set(why, "a row of %s has %s %lld, and there is no such %s",
			   reading->table->name, references[i].column,
			   (long long)json_object_get_int64(value), references[i].table);
		return false;
	}
	return true;
}

static bool check_names(const struct reading *reading, struct json_object *row, size_t before,
			struct reason *why)
{
	const char *name = json_object_get_string(json_object_object_get(row, "name"));

	for (size_t i = 0; name && i < before; i++) {
		struct json_object *other = json_object_array_get_idx(reading->rows, i);

		if (strcmp(json_object_get_string(json_object_object_get(other, "name")), name))
			continue;
		reason_set(why, "table %s has the name %.40s twice", reading->table->name, name);
		return false;
	}
	return true;
}

/* ---- a table ---- */

static bool check_rows(struct reading *reading, struct reason *why)
{
	const char *table = reading->table->name;

	if (!json_object_is_type(reading->rows, json_type_array)) {
		reason_set(why, "table %s is no array of rows", table);
		return false;
	}
	for (size_t i = 0; i < json_object_array_length(reading->rows); i++) {
		struct json_object *row = json_object_array_get_idx(reading->rows, i);

		if (!json_object_is_type(row, json_type_object)) {
			reason_set(why, "row %zu of %s is no object", i + 1, table);
			return false;
		}
		if (!check_values(table, i + 1, row, why) || !check_needed(table, i + 1, row, why))
			return false;
	}
	return sort_rows(reading, why);
}

static bool take_rows(struct json_object *document, struct reading *reading,
		      struct provider *provider, struct reason *why)
{
	struct row row = { .ops = &value_row, .at = reading };

	split(reading, reading->table->columns);
	for (size_t i = 0; i < json_object_array_length(reading->rows); i++) {
		struct json_object *values = json_object_array_get_idx(reading->rows, i);

		row.index = i;
		if (!check_references(document, reading, values, why) ||
		    !check_names(reading, values, i, why) ||
		    !reading->table->take(provider, &row, why))
			return false;
	}
	return true;
}

/* First the form of all tables, as rows name rows of others; then they are taken. */
static bool take_tables(struct json_object *document, struct provider *provider,
			struct reason *why)
{
	for (int taken = 0; taken <= 1; taken++)
		for (unsigned int i = 0; i < PROVIDER_TABLES; i++) {
			struct reading reading = { .table = &provider_tables[i] };

			if (!json_object_object_get_ex(document, provider_tables[i].name,
						       &reading.rows))
				continue;
			if (taken ? !take_rows(document, &reading, provider, why)
				  : !check_rows(&reading, why))
				return false;
		}
	if (!provider->asn)
		reason_set(why, "it has no row of table provider; add one with the AS number");
	return provider->asn != 0;
}

/* ---- the document ---- */

static bool is_known(const char *key)
{
	for (unsigned int i = 0; i < PROVIDER_TABLES; i++)
		if (!strcmp(provider_tables[i].name, key))
			return true;
	for (unsigned int i = 0; i < array_size(others); i++)
		if (!strcmp(others[i], key))
			return true;
	return false;
}

static bool check_document(struct json_object *document, struct reason *why)
{
	struct json_object *format;

	if (!json_object_is_type(document, json_type_object)) {
		reason_set(why, "it is no JSON object");
		return false;
	}
	format = json_object_object_get(document, "format");
	if (!json_object_is_type(format, json_type_string) ||
	    strcmp(json_object_get_string(format), "frr-tenant")) {
		reason_set(why, "it has no \"format\": \"frr-tenant\"");
		return false;
	}
	json_object_object_foreach(document, key, value)
	{
		if (is_known(key))
			continue;
		(void)value;
		reason_set(why, "it has %.40s, which is no table that all tenants share", key);
		return false;
	}
	return true;
}

static struct json_object *parse(const char *text, struct reason *why)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *document;

	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	/* with its end, which ends a number, too */
	document = json_tokener_parse_ex(tokener, text, strlen(text) + 1);
	if (!document)
		reason_set(why, "it is no JSON (%s, at character %zu)",
			   json_tokener_error_desc(json_tokener_get_error(tokener)),
			   json_tokener_get_parse_end(tokener));
	json_tokener_free(tokener);
	return document;
}

struct provider *ovn_provider(const char *text, struct reason *why)
{
	struct json_object *document = parse(text, why);
	struct provider *provider;

	if (!document)
		return NULL;
	provider = provider_new();
	if (!check_document(document, why) || !take_tables(document, provider, why)) {
		provider_unref(provider);
		provider = NULL;
	}
	json_object_put(document);
	return provider;
}

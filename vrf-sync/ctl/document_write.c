// SPDX-License-Identifier: GPL-2.0-or-later
/* A document written: see document.h. */
#include <zebra.h>

#include <stdio.h>

#include <json-c/json.h>

#include "darr.h"

#include "ctl/document.h"

static int write_row(struct store *store, FILE *file, const struct store_table *table,
		     const struct record *record)
{
	struct json_object *row = json_object_new_object();
	int ret = 0;

	for (unsigned int i = 0; i < darr_len(table->columns) && !ret; i++) {
		const struct value *value = &record->values[i];
		struct json_object *json = NULL;

		if (value->kind == VALUE_NULL)
			continue;
		if (value->kind == VALUE_NUMBER)
			json = json_object_new_int64(value->number);
		else
			json = json_object_new_string_len(value->text, value->length);
		json_object_object_add(row, table->columns[i].name, json);
		if (!value->broken)
			continue;
		reason_set(
			&store->ctl->why,
			"row %u of table %s cannot be exported: its %s is not UTF-8, or has a NUL in it; write another one",
			record->row, table->name, table->columns[i].name);
		ret = -1;
	}
	if (!ret)
		fputs(json_object_to_json_string_ext(row, JSON_C_TO_STRING_PLAIN |
								  JSON_C_TO_STRING_NOSLASHESCAPE),
		      file);
	json_object_put(row);
	return ret;
}

/* end: what ends a line. */
static int write_table(struct store *store, FILE *file, const struct store_table *table,
		       const char *end)
{
	struct record *rows = NULL;
	const struct record *record;
	int ret = store->engine->read(store, table, &rows);

	fprintf(file, ",%s\"%s\": [", end, table->name);
	darr_foreach_p (rows, record) {
		if (ret)
			break;
		fprintf(file, "%s%s", record == rows ? "" : ",", end);
		ret = write_row(store, file, table, record);
	}
	fprintf(file, "%s]", rows ? end : "");
	records_free(rows, table);
	return ret;
}

int document_write(struct store *store, FILE *file, bool shared)
{
	const char *end = shared ? "" : "\n";
	int ret = 0;

	fprintf(file, "{%s\"format\": \"" DOCUMENT_FORMAT "\",%s\"schema\": %d", end, end,
		DB_SCHEMA_VERSION);
	for (unsigned int i = 0; i < STORE_TABLES && !ret; i++)
		if (!shared || store->tables[i].shared)
			ret = write_table(store, file, &store->tables[i], end);
	fprintf(file, "%s}\n", end);
	return ret;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Keys and references of a document: what can be judged of its rows without a database. */
#include <zebra.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "darr.h"
#include "memory.h"

#include "ctl/document.h"

DECLARE_MGROUP(TENANT_CTL);
DEFINE_MTYPE_STATIC(TENANT_CTL, DOCUMENT_KEY, "key in a document");

#define NAME_MAX_SHOWN 40

struct check {
	struct store *store;
	struct document *document;
};

const char *document_name(const struct document *document)
{
	size_t length = strlen(document->name);

	return length > NAME_MAX_SHOWN ? document->name + length - NAME_MAX_SHOWN : document->name;
}

const char *document_where(const struct document *document, const struct store_table *table,
			   const struct record *record, char buf[static DOCUMENT_WHERE_SIZE])
{
	snprintf(buf, DOCUMENT_WHERE_SIZE, "%s, table %s, row %u", document_name(document),
		 table->name, record->row);
	return buf;
}

static int compare_records(const void *a, const void *b, void *table)
{
	const struct record *one = a, *two = b;
	int ret = record_compare(table, one->values, two->values);

	return ret ? ret : numcmp(one->row, two->row);
}

static int refuse(const struct check *check, const struct store_table *table,
		  const struct record *record, const char *column, const char *what)
{
	char where[DOCUMENT_WHERE_SIZE];

	reason_set(&check->store->ctl->why, "%s, column %s: %s",
		   document_where(check->document, table, record, where), column, what);
	return -1;
}

static int sort_rows(const struct check *check, unsigned int place)
{
	const struct store_table *table = &check->store->tables[place];
	struct record *rows = check->document->rows[place];
	char what[60];

	if (!rows)
		return 0;
	qsort_r(rows, darr_len(rows), sizeof(*rows), compare_records, (void *)table);
	for (unsigned int i = 1; i < darr_len(rows); i++) {
		if (record_compare(table, rows[i - 1].values, rows[i].values))
			continue;
		snprintf(what, sizeof(what), "row %u has this key already", rows[i - 1].row);
		return refuse(check, table, &rows[i], table->columns[table->key[0]].name, what);
	}
	return 0;
}

/* Whether any row of the other table has the key that is put together in values. */
static bool is_there(const struct check *check, unsigned int place, const struct value *values)
{
	const struct store_table *table = &check->store->tables[place];
	const struct record *rows = check->document->rows[place];
	unsigned int low = 0, high = darr_len(rows);

	while (low < high) {
		unsigned int middle = low + (high - low) / 2;
		int order = record_compare(table, rows[middle].values, values);

		if (!order)
			return true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

/* One of them is NULL: it refers to nothing. */
static bool make_key(const struct store_reference *reference, const struct store_table *to,
		     const struct value *values, struct value *key)
{
	for (unsigned int i = 0; i < reference->count; i++) {
		if (values[reference->columns[i]].kind == VALUE_NULL)
			return false;
		key[to->key[i]] = values[reference->columns[i]];
	}
	return true;
}

static int check_reference(const struct check *check, const struct store_table *table,
			   const struct store_reference *reference)
{
	const struct store_table *to = &check->store->tables[reference->table];
	const char *column = table->columns[reference->columns[0]].name;
	const struct record *record;
	struct value *key;
	char what[100];
	int ret = 0;

	if (reference->count != darr_len(to->key))
		return 0;
	key = XCALLOC(MTYPE_DOCUMENT_KEY, darr_len(to->columns) * sizeof(*key));
	darr_foreach_p (check->document->rows[table - check->store->tables], record) {
		if (ret || !make_key(reference, to, record->values, key) ||
		    is_there(check, reference->table, key))
			continue;
		snprintf(what, sizeof(what), "it refers to %s %" PRId64 "%s, which is not there",
			 to->name, record->values[reference->columns[0]].number,
			 reference->count > 1 ? " with this role" : "");
		ret = refuse(check, table, record, column, what);
	}
	XFREE(MTYPE_DOCUMENT_KEY, key);
	return ret;
}

int document_check(struct store *store, struct document *document)
{
	const struct check own = { store, document }, *check = &own;
	int ret = 0;

	for (unsigned int i = 0; i < STORE_TABLES && !ret; i++)
		ret = sort_rows(check, i);
	for (unsigned int i = 0; i < STORE_TABLES && !ret; i++) {
		const struct store_table *table = &check->store->tables[i];
		const struct store_reference *reference;

		darr_foreach_p (table->references, reference)
			if (!ret)
				ret = check_reference(check, table, reference);
	}
	return ret;
}

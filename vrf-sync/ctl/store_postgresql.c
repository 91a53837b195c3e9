// SPDX-License-Identifier: GPL-2.0-or-later
/* The rows of a PostgreSQL database, for export; import writes into a copy (copy.h). */
#include <zebra.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "darr.h"

#include "ctl/pg.h"
#include "ctl/store.h"

static struct pg *pg_of(const struct store *store)
{
	return store->ctl->pg;
}

static PGresult *ask(struct store *store, const char *sql, const char *table)
{
	return pg_ask(pg_of(store), sql, &table, 1, &store->ctl->why);
}

/* ---- what a table is ---- */

static int describe_columns(struct store *store, struct store_table *table)
{
	PGresult *result =
		ask(store,
		    "SELECT a.attname, a.atttypid = 'bigint'::regtype, a.attnotnull,"
		    " pg_get_expr(d.adbin, d.adrelid) FROM pg_attribute a"
		    " LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum"
		    " WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped"
		    " ORDER BY a.attnum",
		    table->name);

	if (!result)
		return -1;
	for (int i = 0; i < PQntuples(result); i++) {
		struct store_column *column = darr_append(table->columns);

		*column = (struct store_column){};
		strlcpy(column->name, PQgetvalue(result, i, 0), sizeof(column->name));
		column->kind = *PQgetvalue(result, i, 1) == 't' ? VALUE_NUMBER : VALUE_TEXT;
		column->needed = *PQgetvalue(result, i, 2) == 't';
		store_standard(column,
			       PQgetisnull(result, i, 3) ? NULL : PQgetvalue(result, i, 3));
	}
	PQclear(result);
	if (table->columns)
		return 0;
	reason_set(&store->ctl->why, "database %s has no table %s; it is not whole",
		   store->ctl->name, table->name);
	return -1;
}

static int describe_key(struct store *store, struct store_table *table)
{
	PGresult *result = ask(
		store,
		"SELECT a.attname FROM pg_index i, unnest(i.indkey) WITH ORDINALITY AS k (num, place)"
		" JOIN pg_attribute a ON a.attnum = k.num"
		" WHERE i.indrelid = to_regclass($1) AND i.indisprimary AND a.attrelid = i.indrelid"
		" ORDER BY k.place",
		table->name);

	if (!result)
		return -1;
	for (int i = 0; i < PQntuples(result); i++)
		*darr_append(table->key) = store_column(table, PQgetvalue(result, i, 0));
	PQclear(result);
	return 0;
}

/* One row for each column of each reference, in the order of the key it refers to. */
static int describe_references(struct store *store, struct store_table *table)
{
	PGresult *result = ask(
		store,
		"SELECT p.relname, a.attname,"
		" row_number() OVER (PARTITION BY c.oid ORDER BY array_position(i.indkey::int2[], k.there))"
		" FROM pg_constraint c JOIN pg_class p ON p.oid = c.confrelid"
		" JOIN pg_index i ON i.indrelid = p.oid AND i.indisprimary,"
		" unnest(c.conkey, c.confkey) AS k (here, there)"
		" JOIN pg_attribute a ON a.attnum = k.here"
		" WHERE c.contype = 'f' AND c.conrelid = to_regclass($1) AND a.attrelid = c.conrelid"
		" ORDER BY c.oid, 3",
		table->name);
	struct store_reference *reference = NULL;

	if (!result)
		return -1;
	for (int i = 0; i < PQntuples(result); i++) {
		int to = store_find(store, PQgetvalue(result, i, 0));
		int from = store_column(table, PQgetvalue(result, i, 1));

		if (!strcmp(PQgetvalue(result, i, 2), "1"))
			*(reference = darr_append(table->references)) = (struct store_reference){};
		/* what somebody added to the schema is looked at by the server alone */
		if (to < 0 || from < 0 || !reference || reference->count == REFERENCE_COLUMNS_MAX)
			continue;
		reference->table = to;
		reference->columns[reference->count++] = from;
	}
	PQclear(result);
	return 0;
}

static int pg_describe(struct store *store, struct store_table *table)
{
	return describe_columns(store, table) || describe_key(store, table) ||
			       describe_references(store, table)
		       ? -1
		       : 0;
}

/* ---- all rows ---- */

static void take_row(const PGresult *result, int row, const struct store_table *table,
		     struct value *values)
{
	for (unsigned int i = 0; i < darr_len(table->columns); i++) {
		if (PQgetisnull(result, row, i))
			continue;
		if (table->columns[i].kind == VALUE_NUMBER)
			value_number(&values[i], strtoll(PQgetvalue(result, row, i), NULL, 10));
		else
			value_text(&values[i], PQgetvalue(result, row, i),
				   PQgetlength(result, row, i));
	}
}

#define STATEMENT_MAX 2048

static int pg_read(struct store *store, const struct store_table *table, struct record **rows)
{
	const struct store_column *column;
	const unsigned int *place;
	char sql[STATEMENT_MAX];
	FILE *out = fmemopen(sql, sizeof(sql), "w");
	PGresult *result;

	assert(out);
	darr_foreach_p (table->columns, column)
		fprintf(out, "%s\"%s\"", column == table->columns ? "SELECT " : ", ",
			column->name);
	fprintf(out, " FROM \"%s\" ORDER BY ", table->name);
	darr_foreach_p (table->key, place)
		fprintf(out, "%s\"%s\"", place == table->key ? "" : ", ",
			table->columns[*place].name);
	fputc('\0', out);
	assert(!fclose(out));
	result = pg_ask(pg_of(store), sql, NULL, 0, &store->ctl->why);
	if (!result)
		return -1;
	for (int i = 0; i < PQntuples(result); i++)
		take_row(result, i, table, records_add(rows, table)->values);
	PQclear(result);
	return 0;
}

/* ---- the transaction ---- */

static int pg_begin(struct store *store)
{
	assert(!store->writes);
	return pg_run(store->ctl, pg_of(store), "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
}

static int pg_end(struct store *store)
{
	return pg_run(store->ctl, pg_of(store), "COMMIT");
}

static void pg_store_close(struct store *store)
{
}

const struct store_engine store_postgresql = {
	.describe = pg_describe,
	.read = pg_read,
	.begin = pg_begin,
	.end = pg_end,
	.close = pg_store_close,
};

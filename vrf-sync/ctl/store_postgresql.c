// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The rows of a PostgreSQL database, for export and import.
 *
 * A statement that is refused ends the transaction there, but for a savepoint: each row has
 * one, sent together with it, so that a row costs the way to the server and back once.
 */
#include <zebra.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "darr.h"
#include "memory.h"

#include "ctl/pg.h"
#include "ctl/store.h"

DECLARE_MGROUP(TENANT_CTL);
DEFINE_MTYPE_STATIC(TENANT_CTL, STORE_PG, "rows of PostgreSQL");

enum deed { DEED_INSERT, DEED_UPDATE, DEED_DELETE, DEED_COUNT };

struct own {
	bool prepared[STORE_TABLES][DEED_COUNT];
	const char **values; /* darr: of one row */
	char (*numbers)[24]; /* darr: room for those of them that are no texts */
};

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
	if (!store->own)
		store->own = XCALLOC(MTYPE_STORE_PG, sizeof(struct own));
	return describe_columns(store, table) || describe_key(store, table) ||
			       describe_references(store, table)
		       ? -1
		       : 0;
}

/* ---- statements ---- */

/* The names of the schema are words and '_'; quoted, they are no keywords either. */
static void compose(char *sql, size_t size, const struct store_table *table, enum deed deed)
{
	const struct store_column *column;
	const unsigned int *place;
	FILE *out = fmemopen(sql, size, "w");

	assert(out);
	if (deed == DEED_INSERT)
		fprintf(out, "INSERT INTO \"%s\" (", table->name);
	else if (deed == DEED_UPDATE)
		fprintf(out, "UPDATE \"%s\" SET ", table->name);
	else
		fprintf(out, "DELETE FROM \"%s\"", table->name);
	if (deed != DEED_DELETE)
		darr_foreach_p (table->columns, column) {
			fprintf(out, "%s\"%s\"", column == table->columns ? "" : ", ",
				column->name);
			if (deed == DEED_UPDATE)
				fprintf(out, " = $%d", (int)(column - table->columns) + 1);
		}
	if (deed == DEED_INSERT) {
		fputs(") VALUES (", out);
		for (unsigned int i = 1; i <= darr_len(table->columns); i++)
			fprintf(out, "%s$%u", i == 1 ? "" : ", ", i);
		fputs(")", out);
	} else {
		darr_foreach_p (table->key, place)
			fprintf(out, "%s\"%s\" = $%u", place == table->key ? " WHERE " : " AND ",
				table->columns[*place].name,
				deed == DEED_UPDATE ? *place + 1
						    : (unsigned int)(place - table->key) + 1);
	}
	fputc('\0', out);
	assert(!fclose(out));
}

#define STATEMENT_MAX 2048

static int prepare(struct store *store, const struct store_table *table, enum deed deed,
		   const char *name)
{
	struct own *own = store->own;
	bool *prepared = &own->prepared[table - store->tables][deed];
	char sql[STATEMENT_MAX];
	PGresult *result;

	if (*prepared)
		return 0;
	compose(sql, sizeof(sql), table, deed);
	result = PQprepare(pg_of(store)->conn, name, sql, 0, NULL);
	*prepared = pg_worked(result);
	if (!*prepared)
		reason_set(&store->why, "database %s cannot be used: %.*s", store->ctl->name,
			   pg_first_line(PQresultErrorMessage(result)),
			   PQresultErrorMessage(result));
	PQclear(result);
	return *prepared ? 0 : -1;
}

/* Of all columns, or of the key alone.  Returns how many. */
static unsigned int put_values(struct store *store, const struct store_table *table,
			       const struct value *values, bool key)
{
	struct own *own = store->own;
	unsigned int count = key ? darr_len(table->key) : darr_len(table->columns);

	darr_ensure_avail(own->values, count);
	darr_ensure_avail(own->numbers, count);
	for (unsigned int i = 0; i < count; i++) {
		const struct value *value = &values[key ? table->key[i] : i];

		own->values[i] = value->kind == VALUE_TEXT ? value->text : NULL;
		if (value->kind != VALUE_NUMBER)
			continue;
		snprintf(own->numbers[i], sizeof(own->numbers[i]), "%" PRId64, value->number);
		own->values[i] = own->numbers[i];
	}
	return count;
}

/* "Key (tenant_id, name)=(1, web) already exists.": only the columns, no values. */
static void say_taken(struct store *store, const PGresult *result)
{
	const char *detail = PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL);
	const char *begin = detail ? strchr(detail, '(') : NULL;
	const char *end = begin ? strstr(begin, ")=(") : NULL;

	if (end)
		reason_set(&store->why, "another row has the same %.*s", (int)(end - begin - 1),
			   begin + 1);
	else
		reason_set(&store->why, "another row has what is its own");
}

static enum store_said refused(struct store *store, const PGresult *result)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *said = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	const char *constraint = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);

	store->why.text[0] = '\0';
	if (state && !strcmp(state, "23505")) {
		say_taken(store, result);
		return STORE_TAKEN;
	}
	if (state && !strcmp(state, "23503")) {
		reason_set(&store->why,
			   "another row refers to it, or it to one that is not there");
		return STORE_LATER;
	}
	if (state && !strcmp(state, "23514") && !constraint) { /* in a sentence of its own */
		reason_set(&store->why, "%s", said);
		return STORE_KEPT;
	}
	if (state && !strcmp(state, "23514"))
		reason_set(&store->why, "the database does not allow this: %s", constraint);
	else
		reason_set(&store->why, "database %s does not take it: %.*s", store->ctl->name,
			   said ? pg_first_line(said) : 7, said ? said : "no word");
	return STORE_REFUSED;
}

/* The answers up to the end of what was sent together. */
static enum store_said take_answers(struct store *store)
{
	PGconn *conn = pg_of(store)->conn;
	enum store_said said = STORE_DONE;
	bool ended = false;
	PGresult *result;

	while (!ended && PQstatus(conn) == CONNECTION_OK) {
		result = PQgetResult(conn);
		ended = PQresultStatus(result) == PGRES_PIPELINE_SYNC;
		if (result && !ended && said == STORE_DONE && !pg_worked(result) &&
		    PQresultStatus(result) != PGRES_PIPELINE_ABORTED)
			said = refused(store, result);
		PQclear(result);
	}
	if (ended)
		return said;
	store->why.text[0] = '\0';
	reason_set(&store->why, "the connection to database %s was lost", store->ctl->name);
	return STORE_REFUSED;
}

static enum store_said do_deed(struct store *store, const struct store_table *table,
			       const struct value *values, enum deed deed)
{
	PGconn *conn = pg_of(store)->conn;
	struct own *own = store->own;
	unsigned int count = put_values(store, table, values, deed == DEED_DELETE);
	enum store_said said;
	char name[40];

	snprintf(name, sizeof(name), "%s_%d", table->name, deed);
	store->why.text[0] = '\0';
	if (prepare(store, table, deed, name) < 0)
		return STORE_REFUSED;
	PQenterPipelineMode(conn);
	PQsendQueryParams(conn, "SAVEPOINT one_row", 0, NULL, NULL, NULL, NULL, 0);
	PQsendQueryPrepared(conn, name, count, own->values, NULL, NULL, 0);
	PQsendQueryParams(conn, "RELEASE one_row", 0, NULL, NULL, NULL, NULL, 0);
	PQpipelineSync(conn);
	said = take_answers(store);
	PQexitPipelineMode(conn);
	if (said != STORE_DONE && said != STORE_REFUSED &&
	    pg_run(store->ctl, pg_of(store), "ROLLBACK TO one_row; RELEASE one_row") < 0)
		return STORE_REFUSED;
	return said;
}

static enum store_said pg_insert(struct store *store, const struct store_table *table,
				 const struct value *values)
{
	return do_deed(store, table, values, DEED_INSERT);
}

static enum store_said pg_update(struct store *store, const struct store_table *table,
				 const struct value *values)
{
	return do_deed(store, table, values, DEED_UPDATE);
}

static enum store_said pg_delete(struct store *store, const struct store_table *table,
				 const struct value *values)
{
	return do_deed(store, table, values, DEED_DELETE);
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
	return pg_run(store->ctl, pg_of(store),
		      store->writes
			      ? "SET CONSTRAINTS ALL DEFERRED; INSERT INTO restoring VALUES (1)"
			      : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
}

/* What rows beside these refer to is found out here, rather than by COMMIT. */
static int pg_end(struct store *store)
{
	return pg_run(store->ctl, pg_of(store),
		      store->writes ? "DELETE FROM restoring; SET CONSTRAINTS ALL IMMEDIATE"
				    : "COMMIT");
}

static void pg_store_close(struct store *store)
{
	struct own *own = store->own;

	if (!own)
		return;
	darr_free(own->values);
	darr_free(own->numbers);
	XFREE(MTYPE_STORE_PG, store->own);
}

const struct store_engine store_postgresql = {
	.describe = pg_describe,
	.read = pg_read,
	.insert = pg_insert,
	.update = pg_update,
	.delete = pg_delete,
	.begin = pg_begin,
	.end = pg_end,
	.close = pg_store_close,
};

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a change is made with: a PostgreSQL server.
 *
 * Writers take turns by the row of change_seq.  What is written comes from a copy
 * (engine_copy.c), which has all else that a change takes.
 */
#include <zebra.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "darr.h"

#include "ctl/engine.h"
#include "ctl/pg.h"
#include "ctl/store.h"
#include "source/rows.h"

static int pg_engine_open(struct ctl *ctl, bool writes)
{
	ctl->name = "PostgreSQL";
	ctl->pg = pg_open(ctl);
	if (!ctl->pg)
		return -1;
	ctl->name = ctl->pg->name;
	return 0;
}

static void pg_engine_close(struct ctl *ctl)
{
	pg_close(ctl->pg);
	ctl->pg = NULL;
}

/* ---- the transaction ---- */

/* A statement that finds nothing takes the turn, too; the row itself is not for every role. */
static int pg_lock(struct ctl *ctl)
{
	return pg_run(ctl, ctl->pg,
		      "BEGIN; SET LOCAL lock_timeout = '5s'; DELETE FROM leak WHERE false");
}

static int pg_commit(struct ctl *ctl)
{
	return pg_run(ctl, ctl->pg, "COMMIT");
}

static void pg_rollback(struct ctl *ctl)
{
	struct reason kept = ctl->why;

	pg_run(ctl, ctl->pg, "ROLLBACK");
	ctl->why = kept;
}

/* ---- reading ---- */

static const char *result_text(const struct row *row, int col, size_t *len)
{
	*len = PQgetlength(row->at, row->index, col);
	return PQgetisnull(row->at, row->index, col) ? NULL : PQgetvalue(row->at, row->index, col);
}

static int64_t result_number(const struct row *row, int col)
{
	return strtoll(PQgetvalue(row->at, row->index, col), NULL, 10);
}

static const struct row_ops result_row = {
	.text = result_text,
	.number = result_number,
};

static const struct dialect dialect = {
	.revision = "SELECT " PG_REVISION,
	.operation = "SELECT coalesce(max(id), 0) FROM operation",
};

static int answer(struct pg *pg, struct inquiry *inquiry, const struct question *question,
		  struct reason *why)
{
	struct row row = { .ops = &result_row };
	char texts[array_size(question->values)][24];
	const char *values[array_size(question->values)];
	PGresult *result;
	bool good = true;

	for (unsigned int i = 0; i < question->count; i++) {
		snprintf(texts[i], sizeof(texts[i]), "%" PRId64, question->values[i]);
		values[i] = texts[i];
	}
	result = pg_ask(pg, question->sql, values, question->count, why);
	if (!result)
		return -EIO;
	row.at = result;
	for (; row.index < PQntuples(result) && good; row.index++)
		good = inquiry_row(inquiry, question, &row, why);
	PQclear(result);
	return good ? 0 : -EIO;
}

static int load_all(struct pg *pg, struct load **load, struct reason *why)
{
	struct inquiry *inquiry = inquiry_new(&dialect, pg->name, READ_ALL);
	const struct question *questions, *question;
	int ret = 0;

	while (!ret && inquiry_ask(inquiry, &questions))
		darr_foreach_p (questions, question)
			if (!ret)
				ret = answer(pg, inquiry, question, why);
	if (!ret)
		ret = inquiry_end(inquiry, load, why);
	inquiry_free(inquiry);
	return ret;
}

static int pg_load_before(struct ctl *ctl, struct load **load)
{
	struct reason kept = ctl->why, ignored = {};
	struct pg *other = pg_open(ctl);
	int ret = -1;

	if (other && pg_run(ctl, other, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY") == 0)
		ret = load_all(other, load, &ignored);
	pg_close(other);
	ctl->why = kept;
	return ret;
}

const struct engine engine_postgresql = {
	.store = &store_postgresql,
	.open = pg_engine_open,
	.close = pg_engine_close,
	.lock = pg_lock,
	.commit = pg_commit,
	.rollback = pg_rollback,
	.load_before = pg_load_before,
};

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SQL with bound values, and rows made from options.
 *
 * types has one letter for each value that follows: 't' a text (NULL is NULL),
 * 'i' an int64_t.
 */
#ifndef FRR_TENANT_CTL_ROW_H
#define FRR_TENANT_CTL_ROW_H

#include "ctl/args.h"

/* 0, or -1 with a sentence. */
int sql_run(struct ctl *ctl, const char *sql, const char *types, ...);
/* The first column of the first row: 1, 0 where there is no row, or -1. */
int sql_number(struct ctl *ctl, int64_t *value, const char *sql, const char *types, ...);
int sql_text(struct ctl *ctl, char *buf, size_t size, const char *sql, const char *types, ...);

/* Room for two names and a word between them. */
#define SQL_TEXT_SIZE 160

#define ROW_CELLS_MAX 20

struct row {
	const char *table;
	const char *object; /* what a row is called: "switch" */
	unsigned int count;
	struct {
		const char *column;
		const char *text; /* NULL: the number, or NULL */
		int64_t number;
		bool null;
	} cells[ROW_CELLS_MAX];
};

void row_text(struct row *row, const char *column, const char *text);
void row_number(struct row *row, const char *column, int64_t number);
void row_null(struct row *row, const char *column);

/* One cell for each option given that names a column.  id: of the row that is
 * being changed, 0 for a new one.  0, or -1 with a sentence.
 */
int row_options(struct ctl *ctl, struct row *row, const struct args *args, int64_t id);

int row_insert(struct ctl *ctl, const struct row *row, int64_t *id);
/* Nothing to be set is nothing done. */
int row_update(struct ctl *ctl, const struct row *row, int64_t id);

#endif

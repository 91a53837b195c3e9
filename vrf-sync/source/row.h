// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One row of an answer, whatever it was read from.
 *
 * Each engine that is asked in SQL fills in struct row_ops; what becomes of a row
 * (rows_*.c) sees columns alone, by their place in the question.  A database may
 * hold anything in any column: what does not fit is told, and never trusted.
 */
#ifndef FRR_TENANT_SOURCE_ROW_H
#define FRR_TENANT_SOURCE_ROW_H

#include "model/model.h"

struct row;

struct row_ops {
	/* Until the next call for this row; NULL for SQL's NULL.  *len bytes, and a '\0'. */
	const char *(*text)(const struct row *row, int col, size_t *len);
	/* 0 for what is no number. */
	int64_t (*number)(const struct row *row, int col);
};

struct row {
	const struct row_ops *ops;
	void *at;  /* the engine's */
	int index; /* the same: which row of at, where it has more than one */
};

bool column_is_null(const struct row *row, int col);
/* A text that does not fit, or has a '\0' in it, or is none, is false. */
bool column_text(const struct row *row, int col, char *buf, size_t size);
int64_t column_number(const struct row *row, int col);
uint32_t column_u32(const struct row *row, int col); /* NULL, and what is no such number, is 0 */
bool column_net(const struct row *row, int col, struct ipnet *net);
bool column_addr(const struct row *row, int col, struct ipnet *addr);
/* As text for a sentence, at most 40 characters, control characters as '?'. */
const char *column_quote(const struct row *row, int col, char buf[static 48]);

#endif

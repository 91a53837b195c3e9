// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading a tenant database that is asked in SQL (vrf-sync/schema.sql): which
 * questions, in which order, and what becomes of the answers.  The same for every
 * engine; that one knows how a question is sent, and whether it waits.
 *
 *	struct inquiry *inquiry = inquiry_new(&dialect, "database tenants.db", since);
 *	while (inquiry_ask(inquiry, &questions))      -- all at once, or one by one
 *		for each row of each answer, in the order of the questions
 *			inquiry_row(inquiry, question, &row, &why);
 *	ret = inquiry_end(inquiry, &load, &why);
 *
 * All of it in one transaction that sees one state of the database.  Nothing is
 * written, nothing waits.  Who cannot go on calls inquiry_free() instead.
 */
#ifndef FRR_TENANT_SOURCE_ROWS_H
#define FRR_TENANT_SOURCE_ROWS_H

#include "source/row.h"

/* In place of a revision: everything. */
#define READ_ALL UINT64_MAX

struct inquiry;
struct operation_row;

/* What engines say differently. */
struct dialect {
	const char
		*revision; /* the newest seq of the change log, also where it has been emptied */
	const char *operation; /* the same of the id of table operation */
	/* Asked before everyone is read, where only is to know something: nothing is answered.
	 * $1 is an array of those who are read beside ("{1,2}").
	 */
	const char *who;
	/* Behind the name of a column with a tenant's id: who is read; NULL: everyone is, and the
	 * next two are not needed.
	 */
	const char *only;
	/* Of change_log: 1 where its tenant is one of those. */
	const char *concerns;
	/* The ids of those for whom it matters that tenant $1 has changed. */
	const char *neighbors;
	/* Of change_log: tells one row from another that had its seq before, in a history that
	 * was lost; NULL: no history is.
	 */
	const char *mark;
};

struct question {
	const char *sql;   /* with $1, $2 */
	int64_t values[2]; /* for these */
	const char *words; /* for $1, where it is no number */
	unsigned int count;
	unsigned int table;
	bool (*take)(struct inquiry *inquiry, const struct question *question,
		     const struct row *row, struct reason *why);
};

/* name: of the database, for sentences; both must stay.  since: what is in force, or READ_ALL. */
struct inquiry *inquiry_new(const struct dialect *dialect, const char *name, uint64_t since);
/* The mark of the row that was read last (inquiry_mark()); another one: READ_ALL is needed. */
void inquiry_expect(struct inquiry *inquiry, const char *mark);
/* Tenants that are read as long as they are there, whether or not the database says that they
 * concern the reader: a darr in any order, that is freed here.  Asked for at most once.
 */
void inquiry_keep(struct inquiry *inquiry, uint32_t *(*in_force)(void *arg), void *arg);
/* Operations too: source/operation.h says which.  known must stay. */
void inquiry_operations(struct inquiry *inquiry, const struct operation_row *known, int64_t after);
void inquiry_free(struct inquiry *inquiry);

/* What can be asked now (darr, the inquiry's); false: nothing more. */
bool inquiry_ask(struct inquiry *inquiry, const struct question **questions);
/* False with a sentence: nothing can be made of this database. */
bool inquiry_row(struct inquiry *inquiry, const struct question *question, const struct row *row,
		 struct reason *why);
/* When all answers are there.  0 with a new *load; -ESTALE where the log no longer reaches back
 * to since, or is that of another history: read everything then; -EIO.  The inquiry stays.
 */
int inquiry_end(struct inquiry *inquiry, struct load **load, struct reason *why);

/* After the end. */
const char *inquiry_mark(const struct inquiry *inquiry); /* "" where there is none */
/* darr by id, the caller's now; *newest: the id of the newest there ever was. */
struct operation_row *inquiry_take_operations(struct inquiry *inquiry, int64_t *newest);

#endif

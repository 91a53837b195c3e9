// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Changes taken back.
 *
 * change_log has every row as it was and as it became, whoever wrote it.  Taking
 * back walks those entries, newest first, and puts each row to what it was, ids
 * included, by statements made of the names that the database's own schema has;
 * what comes from the log is only ever bound.
 *
 *	struct reason *left = NULL;
 *	... BEGIN IMMEDIATE ...
 *	history_take_back(db, 120, 131, &left, &why);
 *	... left: rows that somebody changed since; COMMIT or ROLLBACK ...
 *
 * A row that is no longer as its entry left it is not touched, nor is one that
 * newer rows belong to; each of them is one sentence.  What is taken back is
 * logged as every change is, and so can be taken back itself.
 */
#ifndef FRR_TENANT_SOURCE_HISTORY_H
#define FRR_TENANT_SOURCE_HISTORY_H

#include "source/db.h"

/* Takes back what change_log has from first to last, both included, within the
 * transaction that the caller has open.  Appends a sentence to *left (darr) for
 * each entry that stays.  0; -ESTALE where the log no longer has them all; -EIO:
 * the caller has to roll back.
 */
int history_take_back(struct db *db, uint64_t first, uint64_t last, struct reason **left,
		      struct reason *why);

/* 0 where the log still has all from first to last; else as above. */
int history_reaches(struct db *db, uint64_t first, uint64_t last, struct reason *why);

#endif

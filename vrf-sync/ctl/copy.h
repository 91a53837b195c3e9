// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A private copy of a PostgreSQL database, in memory, for all commands that speak to
 * SQLite: they run on it as on any file.
 *
 *	copy_new(ctl);       -- of ctl->pg; ctl->db is the copy, empty as yet
 *	copy_read(ctl);      -- all rows, of one moment
 *	... engine_copy.c takes the writers' turn ...
 *	copy_read_within(ctl); -- what is new since
 *	... a command writes into ctl->db ...
 *	redo_write(ctl);     -- the same on the server (redo.h)
 *	copy_free(ctl);
 *
 * The copy has the triggers and constraints of every tenant database, and the server's
 * numbers: the next id and the next revision are the same on both.
 */
#ifndef FRR_TENANT_CTL_COPY_H
#define FRR_TENANT_CTL_COPY_H

#include "ctl/ctl.h"

struct copy;

/* 0, or -1 with a sentence in ctl->why.  copy_free() in either case. */
int copy_new(struct ctl *ctl);
void copy_free(struct ctl *ctl);

/* All rows; again: what has changed since.  In a transaction of its own on the server, which it
 * ends.  0, or -1 with a sentence.
 */
int copy_read(struct ctl *ctl);
/* It was done a moment ago. */
bool copy_is_fresh(const struct ctl *ctl);
/* In the one that the caller has open, in which nobody else can write: all but what nodes
 * report, where the copy has that.
 */
int copy_read_within(struct ctl *ctl);
/* What is in it the server has not. */
void copy_spoil(struct ctl *ctl);
/* The server has it, and seq with xid is the newest entry in its log. */
int copy_keep(struct ctl *ctl, uint64_t seq, const char *xid);

/* Tables that are in no log, and that nobody but tenantctl writes; ends with NULL. */
extern const char *const copy_unlogged[];

/* Of the table, in the order of the schema, between separators: "id", "name"; before and behind
 * are put around each.  The caller's to free with sqlite3_free(); keys: only the primary key.
 */
char *copy_columns(struct ctl *ctl, const char *table, bool keys, const char *format,
		   const char *separator);

#endif

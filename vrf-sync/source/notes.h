// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a node writes into the database: statements of one transaction, in words that
 * every engine that is asked in SQL understands.
 *
 *	struct notes *notes = notes_new();
 *	notes_add(notes, "DELETE FROM node_status WHERE node = $1", 1, "pe1");
 *	notes_write(notes, db, &why);                     -- a SQLite file, at once
 *	source_write(source, notes, written, arg);        -- a server, some time
 *
 * Values are text, or NULL.  The engine finds the type of each by itself; where it stands in
 * a SELECT, it takes a CAST.  A statement is to succeed where its rows have gone meanwhile:
 * one that is refused takes all the others with it.
 */
#ifndef FRR_TENANT_SOURCE_NOTES_H
#define FRR_TENANT_SOURCE_NOTES_H

#include "model/model.h"

#define NOTE_VALUES 8

struct db;

struct note {
	const char *sql;
	char *values[NOTE_VALUES];
	unsigned int count;
};

struct notes {
	struct note *list;    /* darr */
	const char *question; /* asked last: for one number; NULL: nothing is */
	char *node;           /* its $1 */
	int64_t answer;
};

struct notes *notes_new(void);
void notes_free(struct notes *notes);
/* sql must stay; count values follow, which are copied. */
void notes_add(struct notes *notes, const char *sql, unsigned int count, ...);
void notes_ask(struct notes *notes, const char *question, const char *node);
/* Text for a number, good until the next few. */
const char *notes_number(int64_t number);

/* All of them in one transaction, which is taken back if one fails.  0, -EBUSY where somebody else
 * writes, or -EIO.
 */
int notes_write(struct notes *notes, struct db *db, struct reason *why);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A connection to PostgreSQL on FRR's event loop (libpq, non-blocking).
 *
 *	struct pgsql *pgsql = pgsql_open(loop, uri, &cbs, arg);
 *	-- up(): it is connected
 *	pgsql_ask(pgsql, "SELECT ... WHERE id = $1", values, 1, tag);
 *	pgsql_send(pgsql);
 *	-- row(tag, row) for each row of each answer, in order; then answered()
 *	pgsql_close(pgsql);
 *
 * What has been asked goes out together (a pipeline), so that any number of
 * questions costs the way there and back once.  A question that was asked before on
 * this connection is prepared there.  Answers come in parts: a large one is never in
 * memory as a whole.
 *
 * down() is the end: one sentence, and the owner closes it and opens another when it
 * likes.  Whatever goes wrong leads there, a statement that is refused too unless the
 * owner takes care of it: what is in the middle of a transaction is best begun anew.
 */
#ifndef FRR_TENANT_SOURCE_PGSQL_H
#define FRR_TENANT_SOURCE_PGSQL_H

#include "source/row.h"

struct event_loop;
struct pgsql;

struct pgsql_cbs {
	void (*up)(void *arg);
	/* False with a sentence: the connection is of no more use. */
	bool (*row)(void *arg, const void *tag, const struct row *row, struct reason *why);
	/* To all that was sent. */
	void (*answered)(void *arg);
	/* Somebody has said NOTIFY on a channel that is listened to. */
	void (*notified)(void *arg);
	/* May be NULL.  The server refused a statement, and with it what was sent behind it up
	 * to the next pgsql_send(): true, and the connection stays.  passing: because of what
	 * another transaction did at the same time; the same may be taken the next time.
	 */
	bool (*refused)(void *arg, const char *sentence, bool passing);
	void (*down)(void *arg, const char *sentence);
};

/* Of the same words as PostgreSQL's own tools: a URI, which must stay, and PGPASSFILE and its
 * like.  down() may come in the next turn of the loop, never at once.
 */
struct pgsql *pgsql_open(struct event_loop *loop, const char *uri, const struct pgsql_cbs *cbs,
			 void *arg);
/* Also out of a call of ours. */
void pgsql_close(struct pgsql *pgsql);

/* sql must stay as long as it is asked; tag NULL: nobody wants its rows.  values: text. */
void pgsql_ask(struct pgsql *pgsql, const char *sql, const char *const *values, unsigned int count,
	       const void *tag);
void pgsql_send(struct pgsql *pgsql);

#endif

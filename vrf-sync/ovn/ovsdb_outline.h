// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where in a stream of JSON messages one ends, and where the rows of a full answer begin:
 *
 *	{"id":2,"error":null,"result":[false,"TRANSACTION",{ROWS}]}
 *
 * (the answer to monitor_cond_since, ovsdb-server(7) 4.1.12, of a server that tells
 * everything).  It looks at brackets and strings only; whether it is JSON, who reads
 * it finds out.
 */
#ifndef FRR_TENANT_SOURCE_OVSDB_OUTLINE_H
#define FRR_TENANT_SOURCE_OVSDB_OUTLINE_H

#include <stdbool.h>
#include <stddef.h>

struct ovsdb_outline {
	unsigned int depth; /* of brackets that are open */
	bool in_string, escaped;
	char word[8];          /* how the last string of the message's own object begins */
	unsigned int length;   /* of that string */
	bool in_result;        /* in the array that is its result */
	bool tells_everything; /* the first element of that is false */
	unsigned int element;
};

enum ovsdb_outline_end {
	OUTLINE_MORE,    /* nothing of that yet */
	OUTLINE_MESSAGE, /* with these bytes a message has ended */
	OUTLINE_ROWS,    /* the next byte is the bracket before the rows; behind the bracket
			  * after them it goes on */
};

/* How many bytes there are up to that. */
size_t ovsdb_outline_scan(struct ovsdb_outline *outline, const char *bytes, size_t len,
			  enum ovsdb_outline_end *end);

#endif

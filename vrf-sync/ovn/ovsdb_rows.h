// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The rows of a full answer, one at a time:
 *
 *	{"TABLE": {"UUID": CHANGE, ...}, ...}
 *
 * All of it as JSON in memory would be ten times its length, and a node that reads
 * 10,000 tenants would need 300 MB for a second.  Only a change is kept until it ends.
 */
#ifndef FRR_TENANT_SOURCE_OVSDB_ROWS_H
#define FRR_TENANT_SOURCE_OVSDB_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct json_object;
struct ovsdb_rows;
struct reason;

/* Has the change only for as long as it runs; false: no more are wanted. */
typedef bool (*ovsdb_row_fn)(void *arg, const char *table, const char *uuid,
			     struct json_object *change);

/* max: bytes of a change. */
struct ovsdb_rows *ovsdb_rows_new(size_t max);
void ovsdb_rows_free(struct ovsdb_rows *rows);

/* The first bracket comes next. */
void ovsdb_rows_begin(struct ovsdb_rows *rows);
/* How many of the bytes belong to it: all, or those up to the last bracket (*ended).  -EPROTO with
 * a sentence that begins with "it", or -ECANCELED.
 */
ssize_t ovsdb_rows_feed(struct ovsdb_rows *rows, const char *bytes, size_t len, ovsdb_row_fn each,
			void *arg, bool *ended, struct reason *why);

#endif

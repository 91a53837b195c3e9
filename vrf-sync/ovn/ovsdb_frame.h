// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Bytes of a connection to messages: JSON objects one after another, with nothing
 * between them (RFC 7047 4).  The rows of a full answer are handed out one by one
 * before their message, which has {} in their place (ovsdb_rows.h).
 *
 * Whoever sends may be broken: a message that does not end, is no object, is not
 * UTF-8 or has a NUL in it ends the connection with one sentence.
 */
#ifndef FRR_TENANT_SOURCE_OVSDB_FRAME_H
#define FRR_TENANT_SOURCE_OVSDB_FRAME_H

#include "ovn/ovsdb_rows.h"

struct json_tokener;
struct ovsdb_frame;

struct ovsdb_frame_cbs {
	/* Has the message only for as long as it runs; false: nothing more of this connection is
	 * wanted.
	 */
	bool (*message)(void *arg, struct json_object *message);
	ovsdb_row_fn row;
};

/* max: bytes of one message, or one row; max_rows: of all rows of one answer. */
struct ovsdb_frame *ovsdb_frame_new(size_t max, size_t max_rows);
void ovsdb_frame_free(struct ovsdb_frame *frame);

/* 0, -EPROTO with a sentence that begins with "it", or -ECANCELED where a callback said so. */
int ovsdb_frame_feed(struct ovsdb_frame *frame, const char *bytes, size_t len,
		     const struct ovsdb_frame_cbs *cbs, void *arg, struct reason *why);

/* Reads what ovsdb-server may send. */
struct json_tokener *ovsdb_tokener_new(void);

#endif

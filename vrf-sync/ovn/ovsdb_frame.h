// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Bytes of a connection to messages: JSON objects one after another, with nothing
 * between them (RFC 7047 4).
 *
 * Whoever sends may be broken: a message that does not end, is no object, is not
 * UTF-8 or has a NUL in it ends the connection with one sentence.
 */
#ifndef FRR_TENANT_SOURCE_OVSDB_FRAME_H
#define FRR_TENANT_SOURCE_OVSDB_FRAME_H

#include <stdbool.h>
#include <stddef.h>

struct json_object;
struct ovsdb_frame;
struct reason;

/* max: bytes of one message. */
struct ovsdb_frame *ovsdb_frame_new(size_t max);
void ovsdb_frame_free(struct ovsdb_frame *frame);

/* 0, or -EPROTO with a sentence that begins with "it".  each() has the message only for as long as
 * it runs; false: nothing more of this connection is wanted (-ECANCELED).
 */
int ovsdb_frame_feed(struct ovsdb_frame *frame, const char *bytes, size_t len,
		     bool (*each)(void *arg, struct json_object *message), void *arg,
		     struct reason *why);

#endif

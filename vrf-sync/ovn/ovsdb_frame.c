// SPDX-License-Identifier: GPL-2.0-or-later
/* Bytes to messages. */
#include <zebra.h>

#include <errno.h>
#include <malloc.h>
#include <string.h>

#include <json-c/json.h>

#include "memory.h"

#include "model/model.h"
#include "ovn/ovsdb_frame.h"
#include "ovn/ovsdb_outline.h"

DECLARE_MGROUP(TENANT_SOURCE);
DEFINE_MTYPE_STATIC(TENANT_SOURCE, OVSDB_FRAME, "OVSDB message");

/* What ovsdb-server sends nests some ten deep. */
#define DEPTH 24

/* How far into a character of several bytes we are: json-c judges each piece by itself. */
struct utf8 {
	uint8_t left;        /* bytes that are still to come */
	uint8_t first, last; /* what the next may be */
};

struct ovsdb_frame {
	struct json_tokener *tokener;
	struct ovsdb_outline outline;
	struct ovsdb_rows *rows;
	bool in_rows;
	struct utf8 utf8;
	size_t max, max_rows;
	size_t begun, begun_rows; /* bytes of the message that has not ended */
};

struct json_tokener *ovsdb_tokener_new(void)
{
	struct json_tokener *tokener = json_tokener_new_ex(DEPTH);

	assert(tokener);
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_ALLOW_TRAILING_CHARS);
	return tokener;
}

struct ovsdb_frame *ovsdb_frame_new(size_t max, size_t max_rows)
{
	struct ovsdb_frame *frame = XCALLOC(MTYPE_OVSDB_FRAME, sizeof(*frame));

	frame->tokener = ovsdb_tokener_new();
	frame->rows = ovsdb_rows_new(max);
	frame->max = max;
	frame->max_rows = max_rows;
	return frame;
}

void ovsdb_frame_free(struct ovsdb_frame *frame)
{
	if (!frame)
		return;
	json_tokener_free(frame->tokener);
	ovsdb_rows_free(frame->rows);
	XFREE(MTYPE_OVSDB_FRAME, frame);
}

/* The first byte of a character: RFC 3629 4, table of well-formed sequences. */
static bool utf8_begin(struct utf8 *utf8, uint8_t byte)
{
	utf8->first = byte == 0xe0 ? 0xa0 : byte == 0xf0 ? 0x90 : 0x80;
	utf8->last = byte == 0xed ? 0x9f : byte == 0xf4 ? 0x8f : 0xbf;
	if (byte < 0x80)
		utf8->left = 0;
	else if (byte >= 0xc2 && byte <= 0xdf)
		utf8->left = 1;
	else if (byte >= 0xe0 && byte <= 0xef)
		utf8->left = 2;
	else if (byte >= 0xf0 && byte <= 0xf4)
		utf8->left = 3;
	else
		return false;
	return true;
}

static bool utf8_next(struct utf8 *utf8, uint8_t byte)
{
	if (!utf8->left)
		return utf8_begin(utf8, byte);
	if (byte < utf8->first || byte > utf8->last)
		return false;
	utf8->first = 0x80;
	utf8->last = 0xbf;
	utf8->left--;
	return true;
}

static int judge_bytes(struct ovsdb_frame *frame, const char *bytes, size_t len,
		       struct reason *why)
{
	for (size_t i = 0; i < len; i++) {
		if (!bytes[i]) {
			reason_set(why, "it sent a NUL, which no JSON has");
			return -EPROTO;
		}
		if (!utf8_next(&frame->utf8, bytes[i])) {
			reason_set(why, "it sent what is not UTF-8");
			return -EPROTO;
		}
	}
	return 0;
}

static int no_object(struct ovsdb_frame *frame, struct reason *why)
{
	enum json_tokener_error error = json_tokener_get_error(frame->tokener);

	reason_set(why, "it sent what is no JSON object (%s)",
		   error == json_tokener_success ? "another value"
						 : json_tokener_error_desc(error));
	return -EPROTO;
}

static int too_long(size_t max, const char *what, struct reason *why)
{
	reason_set(why, "it sent %s of more than %zu MB", what, max >> 20);
	return -EPROTO;
}

/* Takes in what belongs to one message: 1 with it, 0 where more must come, -EPROTO. */
static int parse(struct ovsdb_frame *frame, const char *bytes, size_t len,
		 struct json_object **message, struct reason *why)
{
	*message = json_tokener_parse_ex(frame->tokener, bytes, len);
	if (*message)
		return 1;
	if (json_tokener_get_error(frame->tokener) != json_tokener_continue)
		return no_object(frame, why);
	frame->begun += len;
	return frame->begun > frame->max ? too_long(frame->max, "a message", why) : 0;
}

/* Of a message that was large, much has been freed when it has been taken in. */
#define LARGE ((size_t)1 << 20)

static int end_message(struct ovsdb_frame *frame, struct json_object *message,
		       const struct ovsdb_frame_cbs *cbs, void *arg, struct reason *why)
{
	bool large = frame->begun + frame->begun_rows > LARGE;
	int ret = 0;

	frame->begun = frame->begun_rows = 0;
	if (!json_object_is_type(message, json_type_object))
		ret = no_object(frame, why);
	else if (!cbs->message(arg, message))
		ret = -ECANCELED;
	json_object_put(message);
	if (large)
		malloc_trim(0);
	return ret;
}

/* Up to the end of a message, or to its rows.  How many of the bytes that are. */
static ssize_t feed_message(struct ovsdb_frame *frame, const char *bytes, size_t len,
			    const struct ovsdb_frame_cbs *cbs, void *arg, struct reason *why)
{
	struct json_object *message = NULL;
	enum ovsdb_outline_end end;
	size_t used = ovsdb_outline_scan(&frame->outline, bytes, MIN(len, LARGE), &end);
	int ret = used ? parse(frame, bytes, used, &message, why) : 0;

	if (ret > 0)
		ret = end_message(frame, message, cbs, arg, why);
	else if (!ret && end == OUTLINE_MESSAGE)
		ret = no_object(frame, why);
	if (!ret && end == OUTLINE_ROWS) {
		frame->in_rows = true;
		ovsdb_rows_begin(frame->rows);
	}
	return ret < 0 ? ret : (ssize_t)used;
}

/* Up to the end of the rows, in whose place the message has an empty object. */
static ssize_t feed_rows(struct ovsdb_frame *frame, const char *bytes, size_t len,
			 const struct ovsdb_frame_cbs *cbs, void *arg, struct reason *why)
{
	struct json_object *message;
	bool ended;
	ssize_t used =
		ovsdb_rows_feed(frame->rows, bytes, MIN(len, LARGE), cbs->row, arg, &ended, why);

	if (used < 0)
		return used;
	frame->begun_rows += used;
	if (frame->begun_rows > frame->max_rows)
		return too_long(frame->max_rows, "rows", why);
	if (!ended)
		return used;
	frame->in_rows = false;
	return parse(frame, "{}", 2, &message, why) < 0 ? -EPROTO : used;
}

int ovsdb_frame_feed(struct ovsdb_frame *frame, const char *bytes, size_t len,
		     const struct ovsdb_frame_cbs *cbs, void *arg, struct reason *why)
{
	ssize_t used = judge_bytes(frame, bytes, len, why);

	while (used >= 0 && len) {
		used = frame->in_rows ? feed_rows(frame, bytes, len, cbs, arg, why)
				      : feed_message(frame, bytes, len, cbs, arg, why);
		bytes += MAX(used, 0);
		len -= MAX(used, 0);
	}
	return MIN(used, 0);
}

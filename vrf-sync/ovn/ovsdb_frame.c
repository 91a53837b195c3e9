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
	struct utf8 utf8;
	size_t max;
	size_t begun; /* bytes of the message that has not ended */
};

struct ovsdb_frame *ovsdb_frame_new(size_t max)
{
	struct ovsdb_frame *frame = XCALLOC(MTYPE_OVSDB_FRAME, sizeof(*frame));

	frame->tokener = json_tokener_new_ex(DEPTH);
	assert(frame->tokener);
	json_tokener_set_flags(frame->tokener,
			       JSON_TOKENER_STRICT | JSON_TOKENER_ALLOW_TRAILING_CHARS);
	frame->max = max;
	return frame;
}

void ovsdb_frame_free(struct ovsdb_frame *frame)
{
	if (!frame)
		return;
	json_tokener_free(frame->tokener);
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

/* Bytes of a message that is ten times as much while it is JSON in memory, which is given back. */
#define LARGE ((size_t)1 << 20)

/* Takes in what belongs to one message: 1 with it, 0 where more must come, -EPROTO. */
static int parse(struct ovsdb_frame *frame, const char **bytes, size_t *len,
		 struct json_object **message, struct reason *why)
{
	size_t piece = MIN(*len, (size_t)1 << 20);

	*message = json_tokener_parse_ex(frame->tokener, *bytes, piece);
	if (!*message && json_tokener_get_error(frame->tokener) == json_tokener_continue) {
		frame->begun += piece;
	} else if (!*message) {
		return no_object(frame, why);
	} else {
		piece = json_tokener_get_parse_end(frame->tokener);
		frame->begun = 0;
	}
	*bytes += piece;
	*len -= piece;
	if (frame->begun > frame->max) {
		reason_set(why, "it sent a message of more than %zu MB", frame->max >> 20);
		return -EPROTO;
	}
	return *message != NULL;
}

int ovsdb_frame_feed(struct ovsdb_frame *frame, const char *bytes, size_t len,
		     bool (*each)(void *arg, struct json_object *message), void *arg,
		     struct reason *why)
{
	struct json_object *message = NULL;
	int ret = judge_bytes(frame, bytes, len, why);
	bool large;

	while (ret >= 0 && len) {
		large = frame->begun > LARGE;
		ret = parse(frame, &bytes, &len, &message, why);
		if (ret <= 0)
			continue;
		if (!json_object_is_type(message, json_type_object))
			ret = no_object(frame, why);
		else if (!each(arg, message))
			ret = -ECANCELED;
		json_object_put(message);
		if (large)
			malloc_trim(0);
	}
	return MIN(ret, 0);
}

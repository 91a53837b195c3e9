// SPDX-License-Identifier: GPL-2.0-or-later
/* Brackets and strings of a stream of JSON. */
#include <zebra.h>

#include <string.h>

#include "ovn/ovsdb_outline.h"

/* Elements of an answer to monitor_cond_since. */
enum { FOUND, TRANSACTION, UPDATES };

static void scan_string(struct ovsdb_outline *outline, char c)
{
	if (outline->escaped) {
		outline->escaped = false;
	} else if (c == '\\') {
		outline->escaped = true;
	} else if (c == '"') {
		outline->in_string = false;
		return;
	}
	if (outline->length < sizeof(outline->word))
		outline->word[outline->length] = c;
	outline->length++;
}

static bool is_result(const struct ovsdb_outline *outline)
{
	return outline->length == strlen("result") &&
	       !memcmp(outline->word, "result", outline->length);
}

static void scan_open(struct ovsdb_outline *outline, char c)
{
	if (++outline->depth != 2)
		return;
	outline->in_result = c == '[' && is_result(outline);
	outline->tells_everything = false;
	outline->element = FOUND;
}

static bool begins_rows(const struct ovsdb_outline *outline, char c)
{
	return c == '{' && outline->depth == 2 && outline->in_result &&
	       outline->tells_everything && outline->element == UPDATES;
}

/* True where a message ends. */
static bool scan_byte(struct ovsdb_outline *outline, char c)
{
	switch (c) {
	case '"':
		outline->in_string = true;
		outline->length = 0;
		break;
	case '{':
	case '[':
		scan_open(outline, c);
		break;
	case '}':
	case ']':
		if (outline->depth)
			outline->depth--;
		return !outline->depth;
	case ',':
		if (outline->depth == 2)
			outline->element++;
		break;
	case 'f':
		if (outline->depth == 2 && outline->element == FOUND)
			outline->tells_everything = true;
		break;
	default:
		break;
	}
	return false;
}

size_t ovsdb_outline_scan(struct ovsdb_outline *outline, const char *bytes, size_t len,
			  enum ovsdb_outline_end *end)
{
	*end = OUTLINE_MORE;
	for (size_t i = 0; i < len; i++) {
		if (outline->in_string) {
			scan_string(outline, bytes[i]);
		} else if (begins_rows(outline, bytes[i])) {
			*end = OUTLINE_ROWS;
			return i;
		} else if (scan_byte(outline, bytes[i])) {
			*end = OUTLINE_MESSAGE;
			return i + 1;
		}
	}
	return len;
}

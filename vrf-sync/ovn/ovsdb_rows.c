// SPDX-License-Identifier: GPL-2.0-or-later
/* The rows of a full answer, one at a time. */
#include <zebra.h>

#include <errno.h>
#include <string.h>

#include <json-c/json.h>

#include "memory.h"

#include "model/model.h"
#include "ovn/ovsdb_frame.h"
#include "ovn/ovsdb_rows.h"

DECLARE_MGROUP(TENANT_SOURCE);
DEFINE_MTYPE_STATIC(TENANT_SOURCE, OVSDB_ROWS, "OVSDB rows");

#define NAME_SIZE 64

/* What may come next. */
enum expected { BEGIN, FIRST_NAME, NAME, IN_NAME, COLON, VALUE, COMMA, NOTHING };

/* What is open: the object of all tables, that of a table. */
enum level { TABLES, ROWS };

struct ovsdb_rows {
	struct json_tokener *tokener; /* of a change */
	size_t max, length;           /* of it */
	enum expected expected;
	enum level level;
	char names[2][NAME_SIZE]; /* table, row */
	size_t name_length;
};

struct ovsdb_rows *ovsdb_rows_new(size_t max)
{
	struct ovsdb_rows *rows = XCALLOC(MTYPE_OVSDB_ROWS, sizeof(*rows));

	rows->tokener = ovsdb_tokener_new();
	rows->max = max;
	return rows;
}

void ovsdb_rows_free(struct ovsdb_rows *rows)
{
	json_tokener_free(rows->tokener);
	XFREE(MTYPE_OVSDB_ROWS, rows);
}

void ovsdb_rows_begin(struct ovsdb_rows *rows)
{
	json_tokener_reset(rows->tokener);
	rows->expected = BEGIN;
	rows->level = TABLES;
	rows->length = 0;
}

/* ---- what is around the changes ---- */

static bool take_open(struct ovsdb_rows *rows)
{
	if (rows->expected == VALUE)
		rows->level = ROWS;
	else if (rows->expected != BEGIN)
		return false;
	rows->expected = FIRST_NAME;
	return true;
}

static bool take_close(struct ovsdb_rows *rows)
{
	if (rows->expected != FIRST_NAME && rows->expected != COMMA)
		return false;
	rows->expected = rows->level == TABLES ? NOTHING : COMMA;
	rows->level = TABLES;
	return true;
}

/* Names of tables and rows are plain: ovsdb-server has no reason to escape any. */
static bool take_name(struct ovsdb_rows *rows, char c)
{
	char *name = rows->names[rows->level];

	if (c == '"') {
		name[rows->name_length] = '\0';
		rows->expected = COLON;
		return true;
	}
	if (c == '\\' || (unsigned char)c < ' ' || rows->name_length == NAME_SIZE - 1)
		return false;
	name[rows->name_length++] = c;
	return true;
}

static bool take_quote(struct ovsdb_rows *rows)
{
	if (rows->expected != FIRST_NAME && rows->expected != NAME)
		return false;
	rows->expected = IN_NAME;
	rows->name_length = 0;
	return true;
}

static bool take_byte(struct ovsdb_rows *rows, char c)
{
	if (rows->expected == IN_NAME)
		return take_name(rows, c);
	switch (c) {
	case ' ':
	case '\t':
	case '\n':
	case '\r':
		return true;
	case '{':
		return take_open(rows);
	case '}':
		return take_close(rows);
	case '"':
		return take_quote(rows);
	case ':':
	case ',':
		if (rows->expected != (c == ':' ? COLON : COMMA))
			return false;
		rows->expected = c == ':' ? VALUE : NAME;
		return true;
	default:
		return false;
	}
}

/* ---- changes ---- */

/* How many of the bytes belong to it. */
static ssize_t take_change(struct ovsdb_rows *rows, const char *bytes, size_t len,
			   ovsdb_row_fn each, void *arg)
{
	struct json_object *change = json_tokener_parse_ex(rows->tokener, bytes, len);
	ssize_t ret = len;

	if (!change && json_tokener_get_error(rows->tokener) == json_tokener_continue) {
		rows->length += len;
		return rows->length > rows->max ? -EPROTO : ret;
	}
	rows->length = 0;
	rows->expected = COMMA;
	if (!json_object_is_type(change, json_type_object))
		ret = -EPROTO;
	else if (!each(arg, rows->names[TABLES], rows->names[ROWS], change))
		ret = -ECANCELED;
	else
		ret = json_tokener_get_parse_end(rows->tokener);
	json_object_put(change);
	return ret;
}

ssize_t ovsdb_rows_feed(struct ovsdb_rows *rows, const char *bytes, size_t len, ovsdb_row_fn each,
			void *arg, bool *ended, struct reason *why)
{
	size_t at = 0;
	ssize_t ret = 0;

	while (ret >= 0 && at < len && rows->expected != NOTHING) {
		if (rows->expected == VALUE && rows->level == ROWS)
			ret = take_change(rows, bytes + at, len - at, each, arg);
		else
			ret = take_byte(rows, bytes[at]) ? 1 : -EPROTO;
		at += MAX(ret, 0);
	}
	*ended = rows->expected == NOTHING;
	if (ret == -EPROTO)
		reason_set(why, "it sent rows that are none");
	return ret < 0 ? ret : (ssize_t)at;
}

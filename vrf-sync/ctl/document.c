// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A document taken apart, character by character: it was written by anyone, may be as long
 * as the memory, and what is wrong with it is to be said with its place.  json-c undoes
 * escapes; it would read a row, too, but keep quiet about a column that is there twice and a
 * number that does not fit.
 */
#include <zebra.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "darr.h"
#include "memory.h"
#include "printfrr.h"

#include "ctl/document.h"

DECLARE_MGROUP(TENANT_CTL);
DEFINE_MTYPE_STATIC(TENANT_CTL, DOCUMENT_TEXT, "text of a document");

#define QUOTED_MAX 40 /* of what stands there, in a sentence */

struct scan {
	struct store *store;
	struct document *document;
	const char *at, *end;
	unsigned int line;
	char *text;                      /* the text read last; darr, with a NUL behind it */
	const struct store_table *table; /* where it is: NULL, 0, "" at the top */
	unsigned int row;
	char column[COLUMN_NAME_SIZE];
	bool seen[STORE_TABLES], has_format, has_schema;
};

/* ---- what is wrong, and where ---- */

static int wrong(struct scan *scan, const char *fmt, ...) PRINTFRR(2, 3);
static int wrong(struct scan *scan, const char *fmt, ...)
{
	char where[DOCUMENT_WHERE_SIZE] = "", what[160];
	va_list ap;

	va_start(ap, fmt);
	vsnprintfrr(what, sizeof(what), fmt, ap);
	va_end(ap);
	if (scan->table)
		snprintf(where, sizeof(where), ", table %s%s", scan->table->name,
			 scan->row ? "" : ":");
	if (scan->row)
		snprintf(where + strlen(where), sizeof(where) - strlen(where),
			 ", row %u%s%s:", scan->row, scan->column[0] ? ", column " : "",
			 scan->column);
	reason_set(&scan->store->ctl->why, "%s, line %u%s%s %s", document_name(scan->document),
		   scan->line, where, scan->table ? "" : ":", what);
	return -1;
}

/* ---- characters ---- */

static void skip_space(struct scan *scan)
{
	for (; scan->at < scan->end && strchr(" \t\r\n", *scan->at) && *scan->at; scan->at++)
		scan->line += *scan->at == '\n';
}

static int stray(struct scan *scan, const char *wanted)
{
	unsigned char c = scan->at < scan->end ? *scan->at : 0;

	if (scan->at == scan->end)
		return wrong(scan, "the document ends here, where %s is wanted", wanted);
	if (c > ' ' && c < 0x7f)
		return wrong(scan, "there is '%c' where %s is wanted", c, wanted);
	return wrong(scan, "there is byte 0x%02x where %s is wanted", c, wanted);
}

static bool take(struct scan *scan, char wanted)
{
	skip_space(scan);
	if (scan->at == scan->end || *scan->at != wanted)
		return false;
	scan->at++;
	return true;
}

static int need(struct scan *scan, char c, const char *wanted)
{
	return take(scan, c) ? 0 : stray(scan, wanted);
}

/* After each member: 1 where there is another one, 0 at the end, or -1. */
static int next(struct scan *scan, char end)
{
	if (take(scan, ','))
		return 1;
	if (take(scan, end))
		return 0;
	return stray(scan, end == '}' ? "',' or '}'" : "',' or ']'");
}

/* ---- texts ---- */

static void keep_text(struct scan *scan, const char *text, size_t length)
{
	darr_reset(scan->text);
	darr_append_n(scan->text, length + 1);
	memcpy(scan->text, text, length);
	scan->text[length] = '\0';
}

/* What has escapes in it, with its quotes. */
static int undo_escapes(struct scan *scan, const char *begin, size_t length)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *json;
	const char *text;
	int ret = -1;

	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	json = json_tokener_parse_ex(tokener, begin, length);
	text = json_object_is_type(json, json_type_string) ? json_object_get_string(json) : NULL;
	if (!text)
		wrong(scan, "an escape in this text is none that JSON has");
	else if (strlen(text) != (size_t)json_object_get_string_len(json))
		wrong(scan, "this text has a NUL (\\u0000) in it");
	else
		ret = 0;
	if (!ret)
		keep_text(scan, text, strlen(text));
	json_object_put(json);
	json_tokener_free(tokener);
	return ret;
}

/* Past its last quote; *escapes: there are any. */
static int find_end(struct scan *scan, bool *escapes)
{
	for (*escapes = false; scan->at < scan->end && *scan->at != '"';) {
		size_t step = character_length(scan->at, scan->end - scan->at);

		if ((unsigned char)*scan->at < ' ')
			return wrong(scan, "there is a control character (0x%02x) in a text",
				     *scan->at);
		if (!step)
			return wrong(scan, "there is byte 0x%02x in a text, which is not UTF-8",
				     (unsigned char)*scan->at);
		if (*scan->at == '\\') {
			*escapes = true;
			scan->at++;
			if (scan->at == scan->end || (unsigned char)*scan->at < ' ')
				continue; /* the end, or told in the next round */
			step = character_length(scan->at, scan->end - scan->at);
		}
		scan->at += step;
	}
	if (scan->at == scan->end)
		return wrong(scan, "the document ends here, within a text");
	scan->at++;
	return 0;
}

/* Into scan->text. */
static int read_text(struct scan *scan, const char *wanted)
{
	const char *begin;
	bool escapes;

	if (need(scan, '"', wanted) < 0)
		return -1;
	begin = scan->at;
	if (find_end(scan, &escapes) < 0)
		return -1;
	if (escapes)
		return undo_escapes(scan, begin - 1, scan->at - begin + 1);
	keep_text(scan, begin, scan->at - begin - 1);
	return 0;
}

/* ---- values ---- */

static int read_number(struct scan *scan, int64_t *number)
{
	const char *begin = scan->at, *digits;
	char text[24];

	scan->at += *scan->at == '-';
	digits = scan->at;
	while (scan->at < scan->end && isdigit((unsigned char)*scan->at))
		scan->at++;
	if (scan->at == digits || (*digits == '0' && scan->at > digits + 1))
		return wrong(scan, "this is no number that JSON has");
	if (scan->at < scan->end && strchr(".eE", *scan->at) && *scan->at)
		return wrong(scan, "this number has a fraction or an exponent; write a whole one");
	errno = ERANGE;
	if ((size_t)(scan->at - begin) < sizeof(text)) {
		memcpy(text, begin, scan->at - begin);
		text[scan->at - begin] = '\0';
		errno = 0;
		*number = strtoll(text, NULL, 10);
	}
	return errno ? wrong(scan, "this number is too large") : 0;
}

static bool take_word(struct scan *scan, const char *word)
{
	size_t length = strlen(word);

	if ((size_t)(scan->end - scan->at) < length || strncmp(scan->at, word, length))
		return false;
	scan->at += length;
	return true;
}

static int wrong_kind(struct scan *scan, const struct store_column *column, const char *what)
{
	return wrong(scan, "%s stands here; this column has %s", what,
		     column->kind == VALUE_NUMBER ? "a whole number" : "a text");
}

/* What stands here instead of a number or a text. */
static int read_other(struct scan *scan, const struct store_column *column)
{
	if (take_word(scan, "true") || take_word(scan, "false"))
		return wrong_kind(scan, column, "true or false");
	if (take(scan, '{') || take(scan, '['))
		return wrong_kind(scan, column, "something of several parts");
	return stray(scan, "a value");
}

static int read_value(struct scan *scan, const struct store_column *column, struct value *value)
{
	int64_t number;

	skip_space(scan);
	if (take_word(scan, "null"))
		return column->needed ? wrong_kind(scan, column, "null") : 0;
	if (scan->at < scan->end && *scan->at == '"') {
		if (read_text(scan, "a value") < 0)
			return -1;
		if (column->kind != VALUE_TEXT)
			return wrong_kind(scan, column, "a text");
		value_text(value, scan->text, strlen(scan->text));
		return 0;
	}
	if (scan->at == scan->end || (*scan->at != '-' && !isdigit((unsigned char)*scan->at)))
		return read_other(scan, column);
	if (read_number(scan, &number) < 0)
		return -1;
	if (column->kind != VALUE_NUMBER)
		return wrong_kind(scan, column, "a number");
	value_number(value, number);
	return 0;
}

/* ---- rows ---- */

static int read_column(struct scan *scan, struct record *record, bool *seen)
{
	int place;

	scan->column[0] = '\0';
	if (read_text(scan, "the name of a column") < 0)
		return -1;
	place = store_column(scan->table, scan->text);
	if (place < 0)
		return wrong(scan, "there is no column \"%.*s\" in this table", QUOTED_MAX,
			     scan->text);
	strlcpy(scan->column, scan->text, sizeof(scan->column));
	if (seen[place])
		return wrong(scan, "it is there twice");
	seen[place] = true;
	if (need(scan, ':', "':'") < 0)
		return -1;
	return read_value(scan, &scan->table->columns[place], &record->values[place]);
}

/* What is not said: as the schema has it. */
static int complete(struct scan *scan, struct record *record, const bool *seen)
{
	for (unsigned int i = 0; i < darr_len(scan->table->columns); i++) {
		const struct store_column *column = &scan->table->columns[i];

		if (seen[i])
			continue;
		strlcpy(scan->column, column->name, sizeof(scan->column));
		if (column->standard.kind == VALUE_TEXT)
			value_text(&record->values[i], column->standard.text,
				   column->standard.length);
		else if (column->standard.kind == VALUE_NUMBER)
			record->values[i] = column->standard;
		else if (column->needed)
			return wrong(scan, "it is missing");
	}
	scan->column[0] = '\0';
	return 0;
}

static int read_row(struct scan *scan, struct record *record)
{
	bool *seen;
	int ret = need(scan, '{', "a row, '{',");

	if (ret)
		return ret;
	seen = XCALLOC(MTYPE_DOCUMENT_TEXT, darr_len(scan->table->columns) * sizeof(*seen));
	ret = take(scan, '}') ? 0 : 1;
	while (ret > 0) {
		ret = read_column(scan, record, seen);
		if (!ret)
			ret = next(scan, '}');
	}
	if (!ret)
		ret = complete(scan, record, seen);
	XFREE(MTYPE_DOCUMENT_TEXT, seen);
	return ret;
}

static int read_table(struct scan *scan, unsigned int place)
{
	struct record **rows = &scan->document->rows[place];
	int ret = 0;

	scan->table = &scan->store->tables[place];
	if (scan->seen[place])
		return wrong(scan, "it is there twice");
	scan->seen[place] = true;
	if (need(scan, '[', "a list, '[',") < 0)
		return -1;
	ret = take(scan, ']') ? 0 : 1;
	while (ret > 0) {
		scan->row++;
		ret = read_row(scan, records_add(rows, scan->table));
		scan->column[0] = '\0';
		if (!ret)
			ret = next(scan, ']');
	}
	if (!ret) {
		scan->table = NULL;
		scan->row = 0;
	}
	return ret;
}

/* ---- the whole ---- */

static int read_format(struct scan *scan)
{
	if (read_text(scan, "the name of the format") < 0)
		return -1;
	if (strcmp(scan->text, DOCUMENT_FORMAT))
		return wrong(scan, "the format is \"%.*s\", not \"" DOCUMENT_FORMAT "\"",
			     QUOTED_MAX, scan->text);
	scan->has_format = true;
	return 0;
}

static int read_schema(struct scan *scan)
{
	int64_t schema = 0;

	skip_space(scan);
	if (scan->at == scan->end || !isdigit((unsigned char)*scan->at))
		return stray(scan, "the number of the schema");
	if (read_number(scan, &schema) < 0)
		return -1;
	if (schema > DB_SCHEMA_VERSION)
		return wrong(scan,
			     "the document is of schema %" PRId64
			     ", and this program knows %d; import it with the one that is as new",
			     schema, DB_SCHEMA_VERSION);
	if (schema < DB_SCHEMA_VERSION)
		return wrong(scan,
			     "the document is of schema %" PRId64 ", and documents begin with %d",
			     schema, DB_SCHEMA_VERSION);
	scan->has_schema = true;
	return 0;
}

static int read_member(struct scan *scan)
{
	int place;

	if (read_text(scan, "the name of a table") < 0 || need(scan, ':', "':'") < 0)
		return -1;
	if (!strcmp(scan->text, "format"))
		return scan->has_format ? wrong(scan, "\"format\" is there twice")
					: read_format(scan);
	if (!strcmp(scan->text, "schema"))
		return scan->has_schema ? wrong(scan, "\"schema\" is there twice")
					: read_schema(scan);
	place = store_find(scan->store, scan->text);
	if (place < 0)
		return wrong(scan, "there is no table \"%.*s\" in a document", QUOTED_MAX,
			     scan->text);
	return read_table(scan, place);
}

static int is_whole(struct scan *scan)
{
	skip_space(scan);
	if (scan->at < scan->end)
		return wrong(scan, "something follows the document");
	if (!scan->has_format || !scan->has_schema)
		return wrong(scan, "\"%s\" is missing; this is no export of a tenant database",
			     scan->has_format ? "schema" : "format");
	for (unsigned int i = 0; i < STORE_TABLES; i++)
		if (!scan->seen[i])
			return wrong(
				scan,
				"table %s is missing; a document has all tables, an empty one is []",
				scan->store->tables[i].name);
	return 0;
}

static int read_all(struct scan *scan)
{
	int ret = need(scan, '{', "a document, '{',");

	if (!ret)
		ret = take(scan, '}') ? 0 : 1;
	while (ret > 0) {
		ret = read_member(scan);
		if (!ret)
			ret = next(scan, '}');
	}
	return ret ? ret : is_whole(scan);
}

int document_parse(struct store *store, const char *name, const char *text, size_t length,
		   struct document *document)
{
	struct scan scan = {
		.store = store,
		.document = document,
		.at = text,
		.end = text + length,
		.line = 1,
	};
	int ret;

	*document = (struct document){ .name = name };
	ret = read_all(&scan);
	if (!ret)
		ret = document_check(store, document);
	darr_free(scan.text);
	return ret;
}

void document_free(const struct store *store, struct document *document)
{
	for (unsigned int i = 0; i < STORE_TABLES; i++)
		records_free(document->rows[i], &store->tables[i]);
}

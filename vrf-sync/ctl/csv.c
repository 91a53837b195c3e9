// SPDX-License-Identifier: GPL-2.0-or-later
/* Comma separated values. */
#include <zebra.h>

#include <string.h>

#include "darr.h"

#include "ctl/csv.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

void csv_begin(struct csv *csv, char *text, size_t length)
{
	size_t mark = strlen(BYTE_ORDER_MARK);

	*csv = (struct csv){ .at = text, .end = text + length, .next = 1 };
	if (length >= mark && !memcmp(text, BYTE_ORDER_MARK, mark))
		csv->at += mark;
}

void csv_end(struct csv *csv)
{
	darr_free(csv->values);
}

static int refuse(const struct csv *csv, const char *what, struct reason *why)
{
	reason_set(why, "line %u: %s", csv->next, what);
	return -1;
}

/* How many bytes end the line here; 0: it goes on. */
static unsigned int line_end(const struct csv *csv)
{
	if (csv->at < csv->end && *csv->at == '\n')
		return 1;
	return csv->end - csv->at >= 2 && csv->at[0] == '\r' && csv->at[1] == '\n' ? 2 : 0;
}

/* Behind the first quote. */
static int take_quoted(struct csv *csv, char **to, struct reason *why)
{
	for (; csv->at < csv->end; csv->at++) {
		if (*csv->at == '"' && (++csv->at == csv->end || *csv->at != '"'))
			return 0;
		if (*csv->at == '\n')
			csv->next++;
		*(*to)++ = *csv->at;
	}
	reason_set(why, "line %u: the quotes of a value are not closed", csv->line);
	return -1;
}

static int take_plain(struct csv *csv, char **to, struct reason *why)
{
	for (; csv->at < csv->end && *csv->at != ',' && !line_end(csv); csv->at++) {
		if (*csv->at == '"')
			return refuse(csv, "a quote stands in a value without quotes around it",
				      why);
		*(*to)++ = *csv->at;
	}
	return 0;
}

/* A value, and what is behind it: 1 where another one follows in this line, 0, or -1. */
static int take_value(struct csv *csv, struct reason *why)
{
	char *value = csv->at, *to = value;
	unsigned int size;
	int more;

	if (csv->at < csv->end && *csv->at == '"') {
		csv->at++;
		if (take_quoted(csv, &to, why) < 0)
			return -1;
	} else if (take_plain(csv, &to, why) < 0) {
		return -1;
	}
	more = csv->at < csv->end && *csv->at == ',';
	size = more ? 1 : line_end(csv);
	if (!size && csv->at < csv->end)
		return refuse(csv, "text stands behind a value in quotes", why);
	csv->at += size;
	*to = '\0';
	if (strlen(value) != (size_t)(to - value))
		return refuse(csv, "a NUL stands in a value", why);
	csv->next += size && !more;
	*darr_append(csv->values) = value;
	return more;
}

int csv_next(struct csv *csv, struct reason *why)
{
	unsigned int size;
	int more;

	while ((size = line_end(csv))) {
		csv->at += size;
		csv->next++;
	}
	csv->line = csv->next;
	darr_reset(csv->values);
	if (csv->at == csv->end)
		return 0;
	do
		more = take_value(csv, why);
	while (more > 0);
	return more < 0 ? -1 : 1;
}

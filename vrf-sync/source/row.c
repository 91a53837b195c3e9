// SPDX-License-Identifier: GPL-2.0-or-later
/* One row of an answer, whatever it was read from. */
#include <zebra.h>

#include <string.h>

#include "source/row.h"

#define QUOTE_MOST 40

bool column_is_null(const struct row *row, int col)
{
	size_t len;

	return !row->ops->text(row, col, &len);
}

bool column_text(const struct row *row, int col, char *buf, size_t size)
{
	size_t len;
	const char *text = row->ops->text(row, col, &len);

	if (!text || len >= size || memchr(text, '\0', len))
		return false;
	memcpy(buf, text, len);
	buf[len] = '\0';
	return true;
}

int64_t column_number(const struct row *row, int col)
{
	return row->ops->number(row, col);
}

uint32_t column_u32(const struct row *row, int col)
{
	int64_t value = column_number(row, col);

	return value < 0 || value > UINT32_MAX ? 0 : value;
}

bool column_net(const struct row *row, int col, struct ipnet *net)
{
	char text[IPNET_TEXT_SIZE];

	return column_text(row, col, text, sizeof(text)) && !ipnet_parse(text, net);
}

bool column_addr(const struct row *row, int col, struct ipnet *addr)
{
	char text[IPNET_TEXT_SIZE];

	return column_text(row, col, text, sizeof(text)) && !ipnet_parse_addr(text, addr);
}

const char *column_quote(const struct row *row, int col, char buf[static 48])
{
	size_t len, i;
	const char *text = row->ops->text(row, col, &len);

	if (!text)
		return strcpy(buf, "nothing");
	for (i = 0; i < len && text[i] && i < QUOTE_MOST; i++)
		buf[i] = text[i] < ' ' || text[i] > '~' ? '?' : text[i];
	strcpy(buf + i, i < len && text[i] ? "..." : "");
	return buf;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What "tenantctl add prefixes" is given, as libFuzzer makes it up: text, read as records of
 * comma separated values.
 *
 * It is refused with one printable line that names a line of the text, or each value is a text,
 * and all of them written in quotes are read again as they were.
 */
// sources: vrf-sync/ctl/csv.c vrf-sync/model/*.c
// packages: frr json-c
#include <zebra.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "darr.h"

#include "ctl/csv.h"
#include "tests/fuzz/expect.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned int lines_of(const uint8_t *data, size_t size)
{
	unsigned int lines = 1;

	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	return lines;
}

static void write_value(FILE *out, const char *value)
{
	fputc('"', out);
	for (; *value; value++)
		fprintf(out, *value == '"' ? "\"\"" : "%c", *value);
	fputc('"', out);
}

static void write_record(FILE *out, char *const *values)
{
	for (unsigned int i = 0; i < darr_len(values); i++) {
		if (i)
			fputc(',', out);
		write_value(out, values[i]);
	}
	fputs("\r\n", out);
}

/* Each record in quotes, up to where it is refused; how many. */
static unsigned int read_all(char *text, size_t size, unsigned int lines, FILE *out)
{
	struct reason why = {};
	unsigned int count = 0, line = 0;
	struct csv csv;
	int ret;

	csv_begin(&csv, text, size);
	while ((ret = csv_next(&csv, &why)) > 0) {
		EXPECT(csv.line > line && csv.line <= lines && darr_len(csv.values));
		line = csv.line;
		write_record(out, csv.values);
		count++;
	}
	EXPECT(!ret == !why.text[0]);
	if (ret < 0) {
		EXPECT(sscanf(why.text, "line %u: ", &line) == 1 && line && line <= lines);
		for (const char *c = why.text; *c; c++)
			EXPECT((unsigned char)*c >= ' ' && *c != 0x7f);
	}
	csv_end(&csv);
	return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), *first = NULL, *second = NULL;
	size_t length, again;
	unsigned int count;
	FILE *out;

	EXPECT(text);
	if (size)
		memcpy(text, data, size);
	out = open_memstream(&first, &length);
	count = read_all(text, size, lines_of(data, size), out);
	fclose(out);
	out = open_memstream(&second, &again);
	free(text);
	text = malloc(length + 1);
	memcpy(text, first, length);
	EXPECT(read_all(text, length, lines_of((uint8_t *)first, length), out) == count);
	fclose(out);
	EXPECT(length == again && !memcmp(first, second, length));
	free(text);
	free(first);
	free(second);
	return 0;
}

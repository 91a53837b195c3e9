// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Comma separated values (RFC 4180), as spreadsheets and NetBox write them: a value in
 * quotes may have commas, line ends and doubled quotes in it; lines end with LF or CR LF; a byte
 * order mark in front is left out, and so are empty lines.
 *
 *	struct csv csv;
 *
 *	csv_begin(&csv, text, length);
 *	while ((ret = csv_next(&csv, &why)) > 0)
 *		... csv.values, csv.line ...
 *	csv_end(&csv);
 */
#ifndef FRR_TENANT_CTL_CSV_H
#define FRR_TENANT_CTL_CSV_H

#include <stddef.h>

#include "model/model.h"

struct csv {
	char **values;     /* darr; in the text, until the next record is asked for */
	unsigned int line; /* of the file, from 1: where the record begins */

	char *at, *end;
	unsigned int next; /* line */
};

/* The text is written into, also the byte behind its length. */
void csv_begin(struct csv *csv, char *text, size_t length);
/* 1, 0 at the end, or -1 with a sentence that begins with the line. */
int csv_next(struct csv *csv, struct reason *why);
void csv_end(struct csv *csv);

#endif

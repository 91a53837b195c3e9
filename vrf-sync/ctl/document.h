// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The document that "export" writes and "import" reads: all rows of a store, as JSON.
 *
 *	{
 *	"format": "frr-tenant",
 *	"schema": 3,
 *	"provider": [
 *	{"id":1,"asn":65000,...}
 *	],
 *	...
 *	}
 *
 * A row is a line, so that diff and git show rows.  Values are whole numbers and texts, a
 * column that is NULL is left out.  The same rows give the same bytes: no time is in it and
 * no place, and rows stand in the order of their key.
 */
#ifndef FRR_TENANT_CTL_DOCUMENT_H
#define FRR_TENANT_CTL_DOCUMENT_H

#include <stdio.h>

#include "ctl/store.h"

#define DOCUMENT_FORMAT   "frr-tenant"
#define DOCUMENT_SIZE_MAX (256 << 20)

/* shared: only tables that say nothing of a tenant, and all of it in one line.  0, or -1
 * with a sentence.
 */
int document_write(struct store *store, FILE *file, bool shared);

struct document {
	const char *name;                  /* what it is called in sentences */
	struct record *rows[STORE_TABLES]; /* darr, each in the order of its key */
};

/* Takes text apart, and looks at all of it that can be looked at without the database: form,
 * types, keys, references.  0, or -1 with a sentence that says where.  document_free() in
 * either case; name has to last as long.
 */
int document_parse(struct store *store, const char *name, const char *text, size_t length,
		   struct document *document);
/* Its part that looks at keys and references, and sorts. */
int document_check(struct store *store, struct document *document);
void document_free(const struct store *store, struct document *document);

/* As in sentences: the end of a long path; and "net.json, table tenant, row 3", in buf. */
const char *document_name(const struct document *document);
#define DOCUMENT_WHERE_SIZE 120
const char *document_where(const struct document *document, const struct store_table *table,
			   const struct record *record, char buf[static DOCUMENT_WHERE_SIZE]);

#endif

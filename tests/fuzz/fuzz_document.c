// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What "tenantctl import" is given, as libFuzzer makes it up: text, read as a document by the
 * columns, keys and references of the schema.
 *
 * It is refused with one printable line, or it is a document.  Written again it is one, too,
 * and the bytes are those that come of reading and writing it once more.
 */
// sources: vrf-sync/ctl/document*.c vrf-sync/ctl/store.c vrf-sync/ctl/store_sqlite.c vrf-sync/model/*.c
// sources: vrf-sync/plan/*.c vrf-sync/source/db.c vrf-sync/source/row*.c tests/plan_rules.c
// packages: frr sqlite3 json-c
#include <zebra.h>

#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "darr.h"
#include "memory.h"

#include "ctl/document.h"
#include "ctl/engine.h"
#include "tests/fuzz/expect.h"

DEFINE_MGROUP(TENANT_CTL, "tenantctl");

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct ctl ctl;
static struct store store;
static const struct document *written; /* whose rows are "read" to be written */

static const struct engine from_schema = { .store = &store_sqlite };

static void make_database(void)
{
	FILE *file = fopen(TESTS_SRCDIR "/../vrf-sync/schema.sql", "r");
	static char sql[1 << 20];
	static struct db db = { .path = "fuzzed", .name = "fuzzed" };

	EXPECT(file && fread(sql, 1, sizeof(sql) - 1, file) > 0);
	fclose(file);
	EXPECT(sqlite3_open(":memory:", &db.sqlite) == SQLITE_OK);
	EXPECT(sqlite3_exec(db.sqlite, sql, NULL, NULL, NULL) == SQLITE_OK);
	ctl = (struct ctl){ .engine = &from_schema, .db = &db, .name = "fuzzed" };
}

/* The rows of the document at hand; they are freed by who asked. */
static int read_rows(struct store *from, const struct store_table *table, struct record **rows)
{
	const struct record *record;

	darr_foreach_p (written->rows[table - from->tables], record) {
		struct value *values = records_add(rows, table)->values;

		for (unsigned int i = 0; i < darr_len(table->columns); i++) {
			values[i] = record->values[i];
			if (values[i].kind == VALUE_TEXT)
				value_text(&values[i], record->values[i].text,
					   record->values[i].length);
		}
	}
	return 0;
}

static const struct store_engine from_document = { .read = read_rows };

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	make_database();
	EXPECT(store_open(&ctl, &store) == 0);
	store.engine = &from_document;
	return 0;
}

static void look_at_refusal(const struct document *document)
{
	EXPECT(ctl.why.text[0] && strlen(ctl.why.text) < sizeof(ctl.why.text));
	EXPECT(!strncmp(ctl.why.text, "made up, ", strlen("made up, ")));
	for (const char *c = ctl.why.text; *c; c++)
		EXPECT((unsigned char)*c >= ' ' && *c != 0x7f);
}

static char *write_again(const struct document *document, size_t *size)
{
	char *text = NULL;
	FILE *file = open_memstream(&text, size);

	written = document;
	EXPECT(file && document_write(&store, file, false) == 0);
	EXPECT(!ferror(file) && fclose(file) == 0);
	return text;
}

static void look_at_document(const struct document *document)
{
	struct document other;
	char *first, *second;
	size_t size, again;

	first = write_again(document, &size);
	EXPECT(document_parse(&store, "written", first, size, &other) == 0);
	second = write_again(&other, &again);
	EXPECT(size == again && !memcmp(first, second, size));
	document_free(&store, &other);
	free(first);
	free(second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct document document;
	char *text = malloc(size); /* not a byte behind it is ours */

	EXPECT(!size || text);
	memcpy(text, data, size);
	ctl.why.text[0] = '\0';
	if (document_parse(&store, "made up", text, size, &document) < 0)
		look_at_refusal(&document);
	else
		look_at_document(&document);
	document_free(&store, &document);
	free(text);
	return 0;
}

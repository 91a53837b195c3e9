// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The database made equal to a document (document.h).
 *
 * Round by round: what the document does not have is deleted, children first; then, table
 * by table, parents first, what is missing is inserted and what differs is updated.  Rows
 * that are equal are left, so that the history has what changed and nothing else.  A row that
 * another one stands in the way of waits until that one is in its own place; where all of
 * them wait for each other, as two tenants that exchange their names do, they are deleted
 * and made anew.  It ends with a round that finds nothing to do.
 */
#include <zebra.h>

#include <stdio.h>
#include <string.h>

#include <sqlite3.h>

#include "darr.h"
#include "memory.h"

#include "ctl/change.h"
#include "ctl/document.h"
#include "ctl/draft.h"
#include "ctl/text_file.h"

#define ROUNDS_MAX 30   /* over all tables */
#define TRIES_MAX  1000 /* of one table */

struct import {
	struct ctl *ctl;
	struct store store;
	struct document document;
	unsigned int done, waiting;
	bool makes_way;      /* a row that waits is deleted now */
	bool stuck;          /* what is to go is deleted with what is to be elsewhere */
	struct reason waits; /* why the first of them does */
};

/* ---- rows ---- */

/* A sentence of the database, with the place of the row in the document, or its key. */
static void say(struct import *import, const struct store_table *table,
		const struct record *record, bool in_document, struct reason *why)
{
	char where[DOCUMENT_WHERE_SIZE];
	const struct value *key = &record->values[table->key[0]];

	if (in_document)
		document_where(&import->document, table, record, where);
	else if (key->kind == VALUE_NUMBER)
		snprintf(where, sizeof(where), "table %s, %s %" PRId64 " to be deleted",
			 table->name, table->columns[table->key[0]].name, key->number);
	else
		snprintf(where, sizeof(where), "table %s, a row to be deleted", table->name);
	reason_set(why, "%s: %s", where, import->store.why.text);
}

/* 0, or -1 where it is of no use to go on. */
static int heed(struct import *import, const struct store_table *table,
		const struct record *record, bool in_document, enum store_said said)
{
	if (said == STORE_DONE) {
		import->done++;
	} else if (said == STORE_REFUSED) {
		say(import, table, record, in_document, &import->ctl->why);
		return -1;
	} else {
		say(import, table, record, in_document, &import->waits);
		import->waiting++;
	}
	return 0;
}

static bool refers(const struct store_reference *reference, const struct store_table *to,
		   const struct value *from, const struct value *values)
{
	for (unsigned int i = 0; i < reference->count; i++)
		if (value_compare(&from[reference->columns[i]], &values[to->key[i]]))
			return false;
	return true;
}

static enum store_said delete_tree(struct import *import, const struct store_table *table,
				   const struct value *values);

/* The rows of a table that refer to one. */
static enum store_said delete_branches(struct import *import, const struct store_table *table,
				       const struct store_reference *reference,
				       const struct value *values)
{
	const struct store_table *to = &import->store.tables[reference->table];
	enum store_said said = STORE_DONE;
	struct record *rows = NULL;
	const struct record *row;

	if (import->store.engine->read(&import->store, table, &rows) < 0)
		said = STORE_REFUSED;
	darr_foreach_p (rows, row)
		if (said == STORE_DONE && refers(reference, to, row->values, values))
			said = delete_tree(import, table, row->values);
	records_free(rows, table);
	return said;
}

/* With all that belongs to it, which goes first: taken back, the history then comes by no row
 * whose parent is not there.
 */
static enum store_said delete_tree(struct import *import, const struct store_table *table,
				   const struct value *values)
{
	struct store *store = &import->store;
	enum store_said said = STORE_DONE;

	for (unsigned int i = STORE_TABLES; i > 0; i--) {
		const struct store_table *other = &store->tables[i - 1];
		const struct store_reference *reference;

		darr_foreach_p (other->references, reference)
			if (said == STORE_DONE && &store->tables[reference->table] == table)
				said = delete_branches(import, other, reference, values);
	}
	return said == STORE_DONE ? store->engine->delete(store, table, values) : said;
}

/* Deleted now, and inserted with the next try. */
static int make_way(struct import *import, const struct store_table *table,
		    const struct record *record)
{
	enum store_said said = delete_tree(import, table, record->values);

	if (said == STORE_DONE)
		import->waiting++;
	return heed(import, table, record, true, said);
}

static int update(struct import *import, const struct store_table *table,
		  const struct record *record)
{
	struct store *store = &import->store;
	enum store_said said = store->engine->update(store, table, record->values);

	if (said == STORE_KEPT && table->for_life)
		said = STORE_REFUSED;
	if (import->makes_way && (said == STORE_TAKEN || said == STORE_KEPT))
		return make_way(import, table, record);
	return heed(import, table, record, true, said);
}

static int insert(struct import *import, const struct store_table *table,
		  const struct record *record)
{
	struct store *store = &import->store;

	return heed(import, table, record, true,
		    store->engine->insert(store, table, record->values));
}

static int delete(struct import *import, const struct store_table *table,
		  const struct record *record)
{
	struct store *store = &import->store;
	enum store_said said = store->engine->delete(store, table, record->values);

	if (import->stuck && (said == STORE_KEPT || said == STORE_LATER))
		said = delete_tree(import, table, record->values);
	return heed(import, table, record, false, said);
}

/* ---- tables ---- */

/* Both are in the order of the key, and walked side by side. */
static int delete_rows(struct import *import, const struct store_table *table)
{
	const struct record *wanted = import->document.rows[table - import->store.tables];
	struct record *rows = NULL;
	unsigned int at = 0;
	const struct record *row;
	int ret = import->store.engine->read(&import->store, table, &rows);

	darr_foreach_p (rows, row) {
		while (at < darr_len(wanted) &&
		       record_compare(table, wanted[at].values, row->values) < 0)
			at++;
		if (!ret && (at == darr_len(wanted) ||
			     record_compare(table, wanted[at].values, row->values)))
			ret = delete(import, table, row);
	}
	records_free(rows, table);
	return ret;
}

/* It refers to a row of its own table, which may be one of those that wait. */
static bool must_wait(const struct import *import, const struct store_table *table,
		      const struct record *row)
{
	const struct store_reference *reference;
	bool found = false;

	darr_foreach_p (table->references, reference)
		found |= &import->store.tables[reference->table] == table &&
			 row->values[reference->columns[0]].kind != VALUE_NULL;
	return found && import->waiting;
}

/* there: the row with this key as the database has it, or NULL. */
static int write_row(struct import *import, const struct store_table *table,
		     const struct record *there, const struct record *row)
{
	if (there && record_equal(table, there->values, row->values))
		return 0;
	if (!must_wait(import, table, row))
		return there ? update(import, table, row) : insert(import, table, row);
	if (there && import->makes_way)
		return make_way(import, table, row);
	import->waiting++;
	return 0;
}

static int write_rows(struct import *import, const struct store_table *table)
{
	const struct record *wanted = import->document.rows[table - import->store.tables];
	struct record *rows = NULL;
	unsigned int at = 0;
	const struct record *row;
	int ret = import->store.engine->read(&import->store, table, &rows);

	darr_foreach_p (wanted, row) {
		const struct record *there = NULL;

		while (at < darr_len(rows) &&
		       record_compare(table, rows[at].values, row->values) < 0)
			at++;
		if (at < darr_len(rows) && !record_compare(table, rows[at].values, row->values))
			there = &rows[at];
		if (!ret)
			ret = write_row(import, table, there, row);
	}
	records_free(rows, table);
	return ret;
}

static void begin_round(struct import *import)
{
	import->done = import->waiting = 0;
	import->waits.text[0] = '\0';
}

/* Until no row of the table waits, or none of them can be helped.  Two tries settle what only
 * waits for its turn; with the third, and each second one from then on, rows make way.
 */
static int settle_rows(struct import *import, const struct store_table *table)
{
	unsigned int done = 0;

	for (unsigned int tries = 1; tries < TRIES_MAX; tries++) {
		import->makes_way = tries > 2 && tries % 2;
		begin_round(import);
		if (write_rows(import, table) < 0)
			return -1;
		done += import->done;
		if (!import->waiting || (import->makes_way && !import->done))
			break;
	}
	import->done = done;
	return 0;
}

/* What belongs to a row that is not in its place yet is for the next round: taken back, the
 * history must not come by a row that belongs to none.
 */
static int write_all(struct import *import)
{
	unsigned int done = 0;

	begin_round(import);
	for (unsigned int i = 0; i < STORE_TABLES && !import->waiting; i++) {
		if (settle_rows(import, &import->store.tables[i]) < 0)
			return -1;
		done += import->done;
	}
	import->done = done;
	return 0;
}

static int delete_all(struct import *import)
{
	int ret = 0;

	begin_round(import);
	for (unsigned int i = STORE_TABLES; i > 0 && !ret; i--)
		ret = delete_rows(import, &import->store.tables[i - 1]);
	return ret;
}

/* Why a row cannot be written says more than why another cannot go. */
static int go_round(struct import *import)
{
	unsigned int done, waiting;
	struct reason waits;

	if (delete_all(import) < 0)
		return -1;
	done = import->done;
	waiting = import->waiting;
	waits = import->waits;
	if (write_all(import) < 0)
		return -1;
	if (!import->waits.text[0])
		import->waits = waits;
	import->done += done;
	import->waiting += waiting;
	return 0;
}

static int make_equal(struct import *import)
{
	for (unsigned int rounds = 0; rounds < ROUNDS_MAX; rounds++) {
		if (go_round(import) < 0)
			return -1;
		if (!import->done && !import->waiting)
			return 0;
		if (!import->done && import->stuck)
			break;
		import->stuck = !import->done;
	}
	reason_set(
		&import->ctl->why, "%s",
		import->waits.text[0]
			? import->waits.text
			: "the database does not stay as the document says; look for triggers that are not of schema.sql");
	return -1;
}

static int write_document(struct ctl *ctl, void *arg)
{
	struct import *import = arg;
	int ret = store_begin(&import->store, true);

	if (!ret)
		ret = make_equal(import);
	return ret ? ret : store_end(&import->store);
}

/* ---- the command ---- */

static int import_run(struct ctl *ctl, const struct args *args)
{
	struct import import = { .ctl = ctl };
	const struct preview_ask ask = { .title = "import",
					 .write = write_document,
					 .arg = &import };
	struct text_file file = {};
	int ret = store_open(ctl, &import.store);

	if (!ret)
		ret = text_file_read(ctl, args->names[0], DOCUMENT_SIZE_MAX, &file);
	if (!ret)
		ret = document_parse(&import.store, file.name, file.text, file.length,
				     &import.document);
	text_file_free(&file);
	if (!ret)
		ret = preview_or_write(ctl, args, &ask);
	document_free(&import.store, &import.document);
	store_close(&import.store);
	return ret;
}

static const struct option_info import_options[] = {
	{ "check", OPT_FLAG, .help = "only says whether it would be let in" },
	{ "dry-run", OPT_FLAG, .help = "shows what each node would do, and changes nothing" },
	{},
};

const struct command import_commands[] = {
	{
		.verb = "import",
		.names = "FILE",
		.options = import_options,
		.summary = "make the database equal to what \"export\" has written, in one change",
		.example = "tenantctl import tenants.json --dry-run",
		.access = ACCESS_WRITE,
		.reads_file = true,
		.run = import_run,
	},
	{},
};

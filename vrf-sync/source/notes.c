// SPDX-License-Identifier: GPL-2.0-or-later
/* What a node writes into the database. */
#include <zebra.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "darr.h"
#include "memory.h"

#include "source/db_priv.h"
#include "source/notes.h"

DECLARE_MGROUP(TENANT_SOURCE);
DEFINE_MTYPE_STATIC(TENANT_SOURCE, NOTES, "notes to a database");
DEFINE_MTYPE_STATIC(TENANT_SOURCE, NOTE_TEXT, "note to a database");

struct notes *notes_new(void)
{
	return XCALLOC(MTYPE_NOTES, sizeof(struct notes));
}

void notes_free(struct notes *notes)
{
	struct note *note;

	if (!notes)
		return;
	darr_foreach_p (notes->list, note)
		for (unsigned int i = 0; i < note->count; i++)
			XFREE(MTYPE_NOTE_TEXT, note->values[i]);
	darr_free(notes->list);
	XFREE(MTYPE_NOTE_TEXT, notes->node);
	XFREE(MTYPE_NOTES, notes);
}

void notes_add(struct notes *notes, const char *sql, unsigned int count, ...)
{
	struct note note = { .sql = sql, .count = count };
	va_list ap;

	assert(count <= NOTE_VALUES);
	va_start(ap, count);
	for (unsigned int i = 0; i < count; i++) {
		const char *value = va_arg(ap, const char *);

		note.values[i] = value ? XSTRDUP(MTYPE_NOTE_TEXT, value) : NULL;
	}
	va_end(ap);
	*darr_append(notes->list) = note;
}

void notes_ask(struct notes *notes, const char *question, const char *node)
{
	notes->question = question;
	XFREE(MTYPE_NOTE_TEXT, notes->node);
	notes->node = XSTRDUP(MTYPE_NOTE_TEXT, node);
}

const char *notes_number(int64_t number)
{
	static char texts[NOTE_VALUES][24];
	static unsigned int next;
	char *text = texts[next++ % NOTE_VALUES];

	snprintf(text, sizeof(texts[0]), "%" PRId64, number);
	return text;
}

/* ---- SQLite ---- */

static int bind_values(sqlite3_stmt *stmt, char *const *values, unsigned int count)
{
	char name[] = "$0";

	for (unsigned int i = 0; i < count; i++) {
		int ret;

		name[1]++;
		ret = sqlite3_bind_text(stmt, sqlite3_bind_parameter_index(stmt, name), values[i],
					-1, SQLITE_STATIC);
		if (ret != SQLITE_OK)
			return -EIO;
	}
	return 0;
}

static int write_note(struct db *db, const struct note *note, struct reason *why)
{
	sqlite3_stmt *stmt = db_prepare(db, note->sql, why);
	int ret = stmt ? bind_values(stmt, note->values, note->count) : -EIO;

	if (!ret)
		ret = MIN(db_step(db, stmt, why), 0);
	db_done(stmt);
	return ret;
}

static int ask_question(struct notes *notes, struct db *db, struct reason *why)
{
	sqlite3_stmt *stmt = notes->question ? db_prepare(db, notes->question, why) : NULL;
	int ret = 0;

	if (!notes->question)
		return 0;
	if (!stmt || bind_values(stmt, &notes->node, 1) < 0 || (ret = db_step(db, stmt, why)) < 0)
		ret = -EIO;
	else if (ret > 0)
		notes->answer = sqlite3_column_int64(stmt, 0);
	db_done(stmt);
	return MIN(ret, 0);
}

int notes_write(struct notes *notes, struct db *db, struct reason *why)
{
	const struct note *note;
	int ret = 0;

	if (sqlite3_exec(db->sqlite, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK) {
		ret = sqlite3_errcode(db->sqlite) == SQLITE_BUSY ? -EBUSY : -EIO;
		db_error(db, "write", why);
		return ret;
	}
	darr_foreach_p (notes->list, note)
		if (!ret)
			ret = write_note(db, note, why);
	if (!ret)
		ret = ask_question(notes, db, why);
	if (!ret && sqlite3_exec(db->sqlite, "COMMIT", NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	if (!ret)
		db_error(db, "write", why);
	sqlite3_exec(db->sqlite, "ROLLBACK", NULL, NULL, NULL);
	return -EIO;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Changes taken back.
 *
 * As a rule one walk with foreign keys deferred takes back all, since it comes
 * by every state the database was in.  Where it does not, because something was
 * changed since, it is undone, and entries are taken back one by one for as long
 * as any can be: a parent that still has children waits for them.
 */
#include <zebra.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "darr.h"
#include "memory.h"

#include "source/db_priv.h"
#include "source/history.h"

DECLARE_MGROUP(TENANT_SOURCE);
DEFINE_MTYPE_STATIC(TENANT_SOURCE, HISTORY, "change taken back");

/* Statements on one table; ?1 and ?2 are rows as JSON. */
struct table {
	char *name;
	char *label;   /* SELECT what people know row ?1 by */
	char *image;   /* SELECT the row that has the key of ?1, as JSON */
	char *insert;  /* ?1 */
	char *update;  /* the row with the key of ?2 becomes ?1 */
	char *delete;  /* the row with the key of ?1 */
	char **belong; /* darr: SELECT the table of a row that belongs to ?1 */
};

struct entry {
	struct table *table;
	uint64_t seq;
	char *was, *now; /* NULL: it came, it went */
};

struct walk {
	struct db *db;
	struct table **tables; /* darr */
	struct entry *entries; /* darr, newest first */
	struct reason *why;
};

enum taken { TAKEN, LEFT, BROKEN };

/* ---- tables ---- */

static void table_free(struct table *table)
{
	char **sql;

	sqlite3_free(table->name);
	sqlite3_free(table->label);
	sqlite3_free(table->image);
	sqlite3_free(table->insert);
	sqlite3_free(table->update);
	sqlite3_free(table->delete);
	darr_foreach_p (table->belong, sql)
		sqlite3_free(*sql);
	darr_free(table->belong);
	XFREE(MTYPE_HISTORY, table);
}

/* What a row is called by people is in the first of these that it has. */
static bool is_label(const char *column, int *rank)
{
	static const char *const labels[] = { "name", "prefix", "address", "kind" };
	int index = name_index(column, labels, array_size(labels));

	if (index < 0 || (*rank >= 0 && *rank <= index))
		return false;
	*rank = index;
	return true;
}

/* The texts that grow with each column. */
struct parts {
	sqlite3_str *image, *columns, *values, *set, *key, *old_key;
	char *label;
	int label_rank;
};

static void add_column(struct parts *parts, const char *name, bool in_key)
{
	const char *comma = sqlite3_str_length(parts->columns) ? ", " : "";
	const char *and = sqlite3_str_length(parts->key) ? " AND " : "";

	sqlite3_str_appendf(parts->image, "%s'%q', \"%w\"", comma, name, name);
	sqlite3_str_appendf(parts->columns, "%s\"%w\"", comma, name);
	sqlite3_str_appendf(parts->values, "%sjson_extract(?1, '$.\"%q\"')", comma, name);
	sqlite3_str_appendf(parts->set, "%s\"%w\" = json_extract(?1, '$.\"%q\"')", comma, name,
			    name);
	if (in_key) {
		sqlite3_str_appendf(parts->key, "%s\"%w\" = json_extract(?1, '$.\"%q\"')", and,
				    name, name);
		sqlite3_str_appendf(parts->old_key, "%s\"%w\" = json_extract(?2, '$.\"%q\"')", and,
				    name, name);
	}
	if (is_label(name, &parts->label_rank)) {
		sqlite3_free(parts->label);
		parts->label = sqlite3_mprintf("SELECT json_extract(?1, '$.\"%q\"')", name);
	}
}

static void compose(struct table *table, struct parts *parts)
{
	char *image = sqlite3_str_finish(parts->image);
	char *columns = sqlite3_str_finish(parts->columns);
	char *values = sqlite3_str_finish(parts->values);
	char *set = sqlite3_str_finish(parts->set);
	char *key = sqlite3_str_finish(parts->key);
	char *old_key = sqlite3_str_finish(parts->old_key);

	table->label = parts->label ? parts->label : sqlite3_mprintf("SELECT ?1");
	table->image = sqlite3_mprintf("SELECT json_object(%s) FROM \"%w\" WHERE %s", image,
				       table->name, key);
	table->insert = sqlite3_mprintf("INSERT INTO \"%w\" (%s) VALUES (%s)", table->name,
					columns, values);
	table->update =
		sqlite3_mprintf("UPDATE \"%w\" SET %s WHERE %s", table->name, set, old_key);
	table->delete = sqlite3_mprintf("DELETE FROM \"%w\" WHERE %s", table->name, key);
	sqlite3_free(image);
	sqlite3_free(columns);
	sqlite3_free(values);
	sqlite3_free(set);
	sqlite3_free(key);
	sqlite3_free(old_key);
}

static int read_columns(struct walk *walk, struct table *table)
{
	sqlite3_stmt *stmt = db_prepare(
		walk->db, "SELECT name, pk FROM pragma_table_info(?1) ORDER BY cid", walk->why);
	struct parts parts = { .label_rank = -1 };
	int ret;

	if (!stmt)
		return -EIO;
	parts.image = sqlite3_str_new(walk->db->sqlite);
	parts.columns = sqlite3_str_new(walk->db->sqlite);
	parts.values = sqlite3_str_new(walk->db->sqlite);
	parts.set = sqlite3_str_new(walk->db->sqlite);
	parts.key = sqlite3_str_new(walk->db->sqlite);
	parts.old_key = sqlite3_str_new(walk->db->sqlite);
	sqlite3_bind_text(stmt, 1, table->name, -1, SQLITE_TRANSIENT);
	while ((ret = db_step(walk->db, stmt, walk->why)) > 0)
		add_column(&parts, (const char *)sqlite3_column_text(stmt, 0),
			   sqlite3_column_int(stmt, 1) > 0);
	db_done(stmt);
	compose(table, &parts);
	return ret;
}

/* Rows of other logged tables that belong to one of this table: one statement for
 * each foreign key.  Status rows, which no trigger logs, are in nobody's way.
 */
#define BELONG_SQL                                                                               \
	"SELECT format('SELECT ''%w'' FROM \"%w\" WHERE %s', t.name, t.name,"                    \
	" group_concat(format('\"%w\" = json_extract(?1, ''$.\"%w\"'')', k.\"from\", k.\"to\")," \
	" ' AND ')) FROM sqlite_schema t, pragma_foreign_key_list(t.name) k"                     \
	" WHERE t.type = 'table' AND k.\"table\" = ?1 AND EXISTS (SELECT 1 FROM sqlite_schema"   \
	" WHERE type = 'trigger' AND tbl_name = t.name) GROUP BY t.name, k.id"

static int read_belonging(struct walk *walk, struct table *table)
{
	sqlite3_stmt *stmt = db_prepare(walk->db, BELONG_SQL, walk->why);
	int ret;

	if (!stmt)
		return -EIO;
	sqlite3_bind_text(stmt, 1, table->name, -1, SQLITE_TRANSIENT);
	while ((ret = db_step(walk->db, stmt, walk->why)) > 0)
		*darr_append(table->belong) =
			sqlite3_mprintf("%s", (const char *)sqlite3_column_text(stmt, 0));
	db_done(stmt);
	return ret;
}

/* The log names a table that is in the schema, and whose rows are logged. */
static int is_logged(struct walk *walk, const char *name)
{
	sqlite3_stmt *stmt = db_prepare(
		walk->db,
		"SELECT 1 FROM sqlite_schema t JOIN sqlite_schema g ON g.tbl_name = t.name"
		" WHERE t.type = 'table' AND t.name = ?1 AND t.name <> 'change_log' AND g.type = 'trigger'",
		walk->why);
	int ret;

	if (!stmt)
		return -EIO;
	sqlite3_bind_text(stmt, 1, name, -1, SQLITE_TRANSIENT);
	ret = db_step(walk->db, stmt, walk->why);
	db_done(stmt);
	if (!ret)
		reason_set(
			walk->why,
			"the change log of database %s names a table that is none of it; what it says cannot be taken back",
			walk->db->path);
	return ret > 0 ? 0 : -EIO;
}

static struct table *find_table(struct walk *walk, const char *name)
{
	struct table **known, *table;

	darr_foreach_p (walk->tables, known)
		if (!strcmp((*known)->name, name))
			return *known;
	if (is_logged(walk, name) < 0)
		return NULL;
	table = XCALLOC(MTYPE_HISTORY, sizeof(*table));
	table->name = sqlite3_mprintf("%s", name);
	*darr_append(walk->tables) = table;
	if (read_columns(walk, table) < 0 || read_belonging(walk, table) < 0)
		return NULL;
	return table;
}

/* ---- entries ---- */

int history_reaches(struct db *db, uint64_t first, uint64_t last, struct reason *why)
{
	sqlite3_stmt *stmt =
		db_prepare(db, "SELECT count(*) FROM change_log WHERE seq BETWEEN ?1 AND ?2", why);
	uint64_t count = 0;
	int ret;

	if (!stmt)
		return -EIO;
	sqlite3_bind_int64(stmt, 1, first);
	sqlite3_bind_int64(stmt, 2, last);
	ret = db_step(db, stmt, why);
	count = sqlite3_column_int64(stmt, 0);
	db_done(stmt);
	if (ret < 0)
		return ret;
	if (last < first || count == last - first + 1)
		return 0;
	reason_set(why,
		   "the change log of database %s no longer has all since revision %" PRIu64
		   "; it keeps the last 100,000 changes, so only newer ones can be taken back",
		   db->path, first - 1);
	return -ESTALE;
}

static char *copy_text(sqlite3_stmt *stmt, int col)
{
	const char *text = (const char *)sqlite3_column_text(stmt, col);

	return text ? sqlite3_mprintf("%s", text) : NULL;
}

static int read_entries(struct walk *walk, uint64_t first, uint64_t last)
{
	sqlite3_stmt *stmt =
		db_prepare(walk->db,
			   "SELECT tbl, was, now, seq FROM change_log WHERE seq BETWEEN ?1 AND ?2"
			   " AND (was IS NOT NULL OR now IS NOT NULL) ORDER BY seq DESC",
			   walk->why);
	struct entry *entry;
	int ret;

	if (!stmt)
		return -EIO;
	sqlite3_bind_int64(stmt, 1, first);
	sqlite3_bind_int64(stmt, 2, last);
	while ((ret = db_step(walk->db, stmt, walk->why)) > 0) {
		entry = darr_append(walk->entries);
		entry->was = copy_text(stmt, 1);
		entry->now = copy_text(stmt, 2);
		entry->seq = sqlite3_column_int64(stmt, 3);
		entry->table = find_table(walk, (const char *)sqlite3_column_text(stmt, 0));
		if (!entry->table) {
			ret = -EIO;
			break;
		}
	}
	db_done(stmt);
	return ret;
}

/* ---- one entry ---- */

/* Steps a statement with ?1 and ?2; 1 with *text (to be freed by sqlite3_free())
 * where there is a row, 0 where there is none; else an error of SQLite as it is.
 */
static int query(struct walk *walk, const char *sql, const char *one, const char *two, char **text)
{
	sqlite3_stmt *stmt = db_prepare(walk->db, sql, walk->why);
	int code;

	if (!stmt)
		return -EIO;
	sqlite3_bind_text(stmt, 1, one, -1, SQLITE_STATIC);
	if (two)
		sqlite3_bind_text(stmt, 2, two, -1, SQLITE_STATIC);
	code = sqlite3_step(stmt);
	if (code == SQLITE_ROW && text)
		*text = copy_text(stmt, 0);
	db_done(stmt);
	if (code == SQLITE_ROW || code == SQLITE_DONE)
		return code == SQLITE_ROW;
	if (code == SQLITE_CONSTRAINT)
		return -EEXIST;
	db_error(walk->db, "take a change back", walk->why);
	return -EIO;
}

static const char *describe(struct walk *walk, const struct entry *entry, char *buf, size_t size)
{
	char *label = NULL;

	query(walk, entry->table->label, entry->was ? entry->was : entry->now, NULL, &label);
	snprintf(buf, size, "%s %s", entry->table->name, label ? label : "");
	sqlite3_free(label);
	return buf;
}

/* Says which columns are others now than the entry left them: no values, some of
 * them are secret.
 */
static void differs(struct walk *walk, const struct entry *entry, const char *current,
		    struct reason *left)
{
	char what[96], *columns = NULL;

	describe(walk, entry, what, sizeof(what));
	if (!current) {
		reason_set(left, "%s was deleted since", what);
		return;
	}
	query(walk,
	      "SELECT group_concat(a.key, ', ') FROM json_each(?1) a JOIN json_each(?2) b ON a.key = b.key"
	      " WHERE a.atom IS NOT b.atom",
	      current, entry->now, &columns);
	reason_set(left, "%s was changed since (%s)", what, columns ? columns : "?");
	sqlite3_free(columns);
}

/* The row has to be as the entry left it, nothing may belong to one that goes. */
static enum taken judge(struct walk *walk, const struct entry *entry, struct reason *left)
{
	const char *image = entry->now ? entry->now : entry->was;
	char *current = NULL, *other = NULL, **sql, what[96];
	int ret = query(walk, entry->table->image, image, NULL, &current);
	bool same = entry->now ? current && !strcmp(current, entry->now) : !current;

	if (ret >= 0 && !same && !entry->now)
		reason_set(left, "%s was made again since",
			   describe(walk, entry, what, sizeof(what)));
	else if (ret >= 0 && !same)
		differs(walk, entry, current, left);
	sqlite3_free(current);
	if (ret < 0)
		return BROKEN;
	if (!same)
		return LEFT;
	if (entry->was)
		return TAKEN;
	darr_foreach_p (entry->table->belong, sql) {
		ret = query(walk, *sql, entry->now, NULL, &other);
		if (ret < 0)
			return BROKEN;
		if (!ret)
			continue;
		reason_set(left, "%s has rows in %s that came since",
			   describe(walk, entry, what, sizeof(what)), other);
		sqlite3_free(other);
		return LEFT;
	}
	return TAKEN;
}

static enum taken take_back(struct walk *walk, const struct entry *entry, struct reason *left)
{
	enum taken taken = judge(walk, entry, left);
	char what[96];
	int ret;

	if (taken != TAKEN)
		return taken;
	if (!entry->was)
		ret = query(walk, entry->table->delete, entry->now, NULL, NULL);
	else if (!entry->now)
		ret = query(walk, entry->table->insert, entry->was, NULL, NULL);
	else
		ret = query(walk, entry->table->update, entry->was, entry->now, NULL);
	if (ret >= 0)
		return TAKEN;
	if (ret != -EEXIST)
		return BROKEN;
	if (sqlite3_extended_errcode(walk->db->sqlite) == SQLITE_CONSTRAINT_FOREIGNKEY)
		reason_set(left, "%s cannot be put back without what it belonged to",
			   describe(walk, entry, what, sizeof(what)));
	else
		reason_set(left, "%s cannot be put back while another row has what was its own",
			   describe(walk, entry, what, sizeof(what)));
	return LEFT;
}

/* ---- all of them ---- */

static int run(struct walk *walk, const char *sql)
{
	if (sqlite3_exec(walk->db->sqlite, sql, NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	return db_error(walk->db, "take a change back", walk->why);
}

/* Those that can now be taken back, in their order. */
static enum taken take_waiting(struct walk *walk, const struct entry **waiting)
{
	enum taken taken = TAKEN;

	for (unsigned int i = 0; i < darr_len(waiting) && taken != BROKEN;) {
		struct reason ignored = {};

		taken = take_back(walk, waiting[i], &ignored);
		if (taken == TAKEN)
			darr_remove(waiting, i);
		else
			i++;
	}
	return taken == BROKEN ? BROKEN : TAKEN;
}

/* A row that came waits until what belongs to it has gone: who put back what PostgreSQL took
 * away by a cascade, which it logs after the row, has put the children back first.
 */
static enum taken take_in_order(struct walk *walk)
{
	const struct entry *entry, **waiting = NULL;
	enum taken taken = TAKEN;

	darr_foreach_p (walk->entries, entry) {
		struct reason ignored = {};

		taken = take_back(walk, entry, &ignored);
		if (taken == LEFT && !entry->was) {
			*darr_append(waiting) = entry;
			taken = TAKEN;
		} else if (taken == TAKEN) {
			taken = take_waiting(walk, waiting);
		}
		if (taken != TAKEN)
			break;
	}
	if (taken == TAKEN && darr_len(waiting))
		taken = LEFT;
	darr_free(waiting);
	return taken;
}

/* Everything in its order, or nothing. */
static enum taken take_all(struct walk *walk)
{
	int violations = 0, high = 0;
	enum taken taken;

	if (run(walk, "SAVEPOINT history; PRAGMA defer_foreign_keys = ON") < 0)
		return BROKEN;
	taken = take_in_order(walk);
	if (taken == TAKEN) {
		sqlite3_db_status(walk->db->sqlite, SQLITE_DBSTATUS_DEFERRED_FKS, &violations,
				  &high, 0);
		if (violations)
			taken = LEFT;
	}
	if (taken != TAKEN &&
	    sqlite3_exec(walk->db->sqlite, "ROLLBACK TO history", NULL, NULL, NULL) != SQLITE_OK)
		return BROKEN;
	if (run(walk, "PRAGMA defer_foreign_keys = OFF; RELEASE history") < 0)
		return BROKEN;
	return taken;
}

/* What can be, for as long as any can; the reasons of the others. */
static enum taken take_some(struct walk *walk, struct reason **left)
{
	bool *done = XCALLOC(MTYPE_HISTORY, darr_len(walk->entries) + 1);
	bool progress = true;
	enum taken taken = TAKEN;

	while (progress && taken != BROKEN) {
		progress = false;
		darr_free(*left);
		for (unsigned int i = 0; i < darr_len(walk->entries) && taken != BROKEN; i++) {
			struct reason why = {};

			if (done[i])
				continue;
			taken = take_back(walk, &walk->entries[i], &why);
			done[i] = taken == TAKEN;
			progress |= done[i];
			if (taken == LEFT)
				*darr_append(*left) = why;
		}
	}
	XFREE(MTYPE_HISTORY, done);
	return taken;
}

int history_take_back(struct db *db, uint64_t first, uint64_t last, struct reason **left,
		      struct reason *why)
{
	struct walk walk = { .db = db, .why = why };
	struct table **table;
	struct entry *entry;
	enum taken taken = TAKEN;
	int ret = history_reaches(db, first, last, why);

	if (!ret)
		ret = read_entries(&walk, first, last);
	if (!ret)
		ret = run(&walk, "INSERT INTO restoring VALUES (1)");
	if (!ret)
		taken = take_all(&walk);
	if (!ret && taken == LEFT)
		taken = take_some(&walk, left);
	if (!ret && (taken == BROKEN || run(&walk, "DELETE FROM restoring") < 0))
		ret = -EIO;
	darr_foreach_p (walk.entries, entry) {
		sqlite3_free(entry->was);
		sqlite3_free(entry->now);
	}
	darr_free(walk.entries);
	darr_foreach_p (walk.tables, table)
		table_free(*table);
	darr_free(walk.tables);
	return ret;
}

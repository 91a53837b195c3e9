// SPDX-License-Identifier: GPL-2.0-or-later
/* Operations on sites, as the database has them. */
#include <zebra.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "darr.h"

#include "source/db_priv.h"
#include "source/operation.h"

#define ROWS                                                                               \
	"SELECT o.id, o.tenant_id, ifnull(o.from_site, 0), ifnull(o.to_site, 0), o.began," \
	" ifnull(o.ended, 0), ifnull(p.began, 0), ifnull(p.heard, 0), o.kind, o.mode,"     \
	" o.state, o.step, o.reason FROM operation o LEFT JOIN operation_step p"           \
	" ON p.operation_id = o.id AND p.name = o.step WHERE "

bool operation_is_open(const struct operation_row *operation)
{
	return !strcmp(operation->state, "running") || !strcmp(operation->state, "failed");
}

static void take_operation(sqlite3_stmt *stmt, struct operation_row *row)
{
	*row = (struct operation_row){
		.id = sqlite3_column_int64(stmt, 0),
		.tenant_id = column_u32(stmt, 1),
		.from_id = column_u32(stmt, 2),
		.to_id = column_u32(stmt, 3),
		.began = sqlite3_column_int64(stmt, 4),
		.ended = sqlite3_column_int64(stmt, 5),
		.phase_began = sqlite3_column_int64(stmt, 6),
		.phase_end = sqlite3_column_int64(stmt, 7),
	};
	column_text(stmt, 8, row->kind, sizeof(row->kind));
	column_text(stmt, 9, row->mode, sizeof(row->mode));
	column_text(stmt, 10, row->state, sizeof(row->state));
	column_text(stmt, 11, row->phase, sizeof(row->phase));
	if (sqlite3_column_bytes(stmt, 12))
		reason_set(&row->reason, "%s", (const char *)sqlite3_column_text(stmt, 12));
}

static bool has(const struct operation_row *list, int64_t id)
{
	const struct operation_row *row;

	darr_foreach_p (list, row)
		if (row->id == id)
			return true;
	return false;
}

/* id, began: for ?1 and ?2, where there are such. */
static int read_where(struct db *db, const char *sql, int64_t id, int64_t began,
		      struct operation_row **list, struct reason *why)
{
	sqlite3_stmt *stmt = db_prepare(db, sql, why);
	struct operation_row row;
	int ret;

	if (!stmt)
		return -EIO;
	sqlite3_bind_int64(stmt, 1, id);
	sqlite3_bind_int64(stmt, 2, began);
	while ((ret = db_step(db, stmt, why)) > 0) {
		take_operation(stmt, &row);
		if (!has(*list, row.id))
			*darr_append(*list) = row;
	}
	db_done(stmt);
	return ret;
}

static int by_id(const void *a, const void *b)
{
	return numcmp(((const struct operation_row *)a)->id,
		      ((const struct operation_row *)b)->id);
}

int rows_operations(struct db *db, const struct operation_row *known, int64_t after,
		    struct operation_row **list, struct reason *why)
{
	const struct operation_row *row;

	/* the first is of the index operation_open; with OR in one it would be used by neither */
	if (read_where(db, ROWS "o.state IN ('running', 'failed')", 0, 0, list, why) < 0 ||
	    read_where(db, ROWS "o.id > ?1", after, 0, list, why) < 0)
		return -EIO;
	darr_foreach_p (known, row)
		if (operation_is_open(row) && !has(*list, row->id) &&
		    read_where(db, ROWS "o.id = ?1 AND o.began = ?2", row->id, row->began, list,
			       why) < 0)
			return -EIO;
	if (darr_len(*list) > 1)
		qsort(*list, darr_len(*list), sizeof(**list), by_id);
	return 0;
}

int rows_operation_newest(struct db *db, int64_t *id, struct reason *why)
{
	uint64_t newest = 0;
	int ret = db_number(db, "SELECT seq FROM sqlite_sequence WHERE name = 'operation'",
			    &newest, why);

	*id = newest;
	return ret;
}

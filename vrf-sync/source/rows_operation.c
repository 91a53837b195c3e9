// SPDX-License-Identifier: GPL-2.0-or-later
/* Operations on sites, as the database has them. */
#include <zebra.h>

#include <stdlib.h>
#include <string.h>

#include "darr.h"

#include "source/rows_priv.h"

#define ROWS                                                                          \
	"SELECT o.id, o.tenant_id, coalesce(o.from_site, 0), coalesce(o.to_site, 0)," \
	" o.began, coalesce(o.ended, 0), coalesce(p.began, 0), coalesce(p.heard, 0)," \
	" o.kind, o.mode, o.state, o.step, o.reason"                                  \
	" FROM operation o LEFT JOIN operation_step p"                                \
	" ON p.operation_id = o.id AND p.name = o.step"                               \
	" WHERE "

/* the first is of the index operation_open; with OR in one it would be used by neither */
const char *const operation_sql[OPERATION_QUESTIONS] = {
	[OPERATIONS_OPEN] = ROWS "o.state IN ('running', 'failed')",
	[OPERATIONS_AFTER] = ROWS "o.id > $1",
	[OPERATIONS_KNOWN] = ROWS "o.id = $1 AND o.began = $2",
};

bool operation_is_open(const struct operation_row *operation)
{
	return !strcmp(operation->state, "running") || !strcmp(operation->state, "failed");
}

static bool has(const struct operation_row *list, int64_t id)
{
	const struct operation_row *row;

	darr_foreach_p (list, row)
		if (row->id == id)
			return true;
	return false;
}

void take_operation_row(struct operation_row **list, const struct row *row)
{
	struct operation_row operation = {
		.id = column_number(row, 0),
		.tenant_id = column_u32(row, 1),
		.from_id = column_u32(row, 2),
		.to_id = column_u32(row, 3),
		.began = column_number(row, 4),
		.ended = column_number(row, 5),
		.phase_began = column_number(row, 6),
		.phase_end = column_number(row, 7),
	};
	const char *reason;
	size_t len;

	if (has(*list, operation.id))
		return;
	column_text(row, 8, operation.kind, sizeof(operation.kind));
	column_text(row, 9, operation.mode, sizeof(operation.mode));
	column_text(row, 10, operation.state, sizeof(operation.state));
	column_text(row, 11, operation.phase, sizeof(operation.phase));
	reason = row->ops->text(row, 12, &len);
	if (reason && len)
		reason_set(&operation.reason, "%s", reason);
	*darr_append(*list) = operation;
}

static int by_id(const void *a, const void *b)
{
	return numcmp(((const struct operation_row *)a)->id,
		      ((const struct operation_row *)b)->id);
}

void operations_sort(struct operation_row *list)
{
	if (darr_len(list) > 1)
		qsort(list, darr_len(list), sizeof(*list), by_id);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* What the files that take rows share. */
#ifndef FRR_TENANT_SOURCE_ROWS_PRIV_H
#define FRR_TENANT_SOURCE_ROWS_PRIV_H

#include "source/operation.h"
#include "source/rows.h"

/* A table that all tenants share.  columns: in the order in which take() counts them. */
struct provider_table {
	const char *name, *columns, *order;
	/* False with a sentence: it makes every plan wrong. */
	bool (*take)(struct provider *provider, const struct row *row, struct reason *why);
};
#define PROVIDER_TABLES 11
extern const struct provider_table provider_tables[PROVIDER_TABLES];

/* A table of one tenant; key: the column that holds its id, which is column 0 of the answer. */
struct tenant_table {
	const char *sql, *key, *order;
	void (*take)(struct tenant *tenant, const struct row *row);
};
#define TENANT_TABLES 14
extern const struct tenant_table tenant_tables[TENANT_TABLES];

/* The first table makes the tenants (darr, by id), the others find them. */
void take_tenant_row(struct tenant ***tenants, unsigned int table, const struct row *row);
struct tenant *find_tenant(struct tenant **tenants, uint32_t id);

/* Of table operation, by questions with these conditions, in this order. */
enum operation_question {
	OPERATIONS_OPEN,
	OPERATIONS_AFTER,
	OPERATIONS_KNOWN,
	OPERATION_QUESTIONS
};
extern const char *const operation_sql[OPERATION_QUESTIONS];
/* Appended to *list where it has none of that id. */
void take_operation_row(struct operation_row **list, const struct row *row);
void operations_sort(struct operation_row *list);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/* What the files that keep OVN's rows share. */
#ifndef FRR_TENANT_SOURCE_OVN_ROWS_PRIV_H
#define FRR_TENANT_SOURCE_OVN_ROWS_PRIV_H

#include "ovn/ovn_rows.h"

enum ovn_kind { OVN_ONE, OVN_SET, OVN_MAP };
enum ovn_atom { OVN_STRING, OVN_BOOLEAN, OVN_UUID };

struct ovn_column_info {
	const char *name;
	enum ovn_kind kind;
	enum ovn_atom atom;
	uint8_t tables; /* 1 << enum ovn_table, or-ed */
};
extern const struct ovn_column_info ovn_columns[OVN_COLUMN_COUNT];

/* The values that a row is to have: words that belong to somebody else. */
struct ovn_draft {
	const char **words[OVN_COLUMN_COUNT]; /* darr */
};

/* Of that row, which must stay as long; NULL: none. */
void ovn_draft_of(struct ovn_draft *draft, const struct ovn_row *row);
void ovn_draft_fini(struct ovn_draft *draft);

/* A row with these values, in no index. */
struct ovn_row *ovn_row_new(enum ovn_table table, const char *uuid, const struct ovn_draft *draft);
void ovn_row_free(struct ovn_row *row);

struct ovn_row *ovn_row_get(const struct ovn_rows *rows, enum ovn_table table, const char *uuid);
/* Into all indexes; there is none of its id in them. */
void ovn_row_add(struct ovn_rows *rows, struct ovn_row *row);
/* Out of them, and freed. */
void ovn_row_del(struct ovn_rows *rows, struct ovn_row *row);

#endif

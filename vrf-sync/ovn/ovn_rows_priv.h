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

/* A new one, without values; or NULL where there is one of that id. */
struct ovn_row *ovn_row_new(struct ovn_rows *rows, enum ovn_table table, const char *uuid);
/* All indexes, too. */
void ovn_row_del(struct ovn_rows *rows, struct ovn_row *row);
struct ovn_row *ovn_row_get(const struct ovn_rows *rows, enum ovn_table table, const char *uuid);

/* Around each change of values: out of the index of names, and in again. */
void ovn_row_out(struct ovn_rows *rows, struct ovn_row *row);
void ovn_row_in(struct ovn_rows *rows, struct ovn_row *row);

/* The column ports has the word now, or not any more. */
void ovn_row_port(struct ovn_rows *rows, struct ovn_row *row, const char *uuid, bool there);

/* darr of words: each is freed. */
void ovn_words_free(char **words);
char *ovn_word_new(const char *text);
void ovn_word_free(char *word);

#endif

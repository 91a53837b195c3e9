// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The rows that say what the network is, whatever engine keeps them.
 *
 * What "export" writes and "import" makes equal: every table of schema.sql whose
 * rows are in the history, parents before those that refer to them.  The names of
 * the tables are here, all else is asked of the open database, so that there is no
 * second list of columns to be kept in step.
 *
 *	store_open(ctl, &store);
 *	store_begin(&store, true);
 *	store.engine->read(&store, table, &rows);     -- in the order of the key
 *	store.engine->insert(&store, table, rows[0].values);
 *	store_end(&store);
 *	store_close(&store);
 *
 * An engine is a struct store_engine.
 */
#ifndef FRR_TENANT_CTL_STORE_H
#define FRR_TENANT_CTL_STORE_H

#include "ctl/ctl.h"

enum value_kind { VALUE_NULL, VALUE_NUMBER, VALUE_TEXT };

struct value {
	uint8_t kind;
	bool broken;     /* a text that is not UTF-8, or has a NUL in it */
	uint32_t length; /* of the text, without the NUL behind it */
	union {
		int64_t number;
		char *text;
	};
};

/* One for each column of the table. */
struct record {
	struct value *values;
	unsigned int row; /* where it stands in its table in a document, from 1 */
};

#define COLUMN_NAME_SIZE 32

struct store_column {
	char name[COLUMN_NAME_SIZE];
	uint8_t kind;          /* of its values */
	bool needed;           /* never NULL */
	struct value standard; /* what it is where nothing is said; VALUE_NULL: nothing */
};

/* The columns of a row that are the key of another. */
#define REFERENCE_COLUMNS_MAX 2

struct store_reference {
	unsigned int table; /* by its place in the store */
	unsigned int count;
	unsigned int columns[REFERENCE_COLUMNS_MAX]; /* in the order of that key */
};

struct store_table {
	const char *name;
	bool shared;                        /* says nothing of a tenant */
	bool for_life;                      /* a row that a rule keeps is never made anew */
	struct store_column *columns;       /* darr, in the table's order */
	unsigned int *key;                  /* darr, places in columns */
	struct store_reference *references; /* darr */
};

#define STORE_TABLES 27

/* What became of a row that was to be written. */
enum store_said {
	STORE_REFUSED = -1, /* with a sentence */
	STORE_DONE,
	STORE_TAKEN, /* another row has what is this one's alone; with a sentence */
	STORE_KEPT,  /* a rule keeps the row as it is; with its sentence */
	STORE_LATER, /* not while other rows refer to it; with a sentence */
};

struct store_engine;

struct store {
	struct ctl *ctl;
	const struct store_engine *engine;
	struct store_table tables[STORE_TABLES];
	struct reason why; /* the sentence of an enum store_said */
	bool writes;
	void *own; /* the engine's */
};

struct store_engine {
	/* Columns, key and references of a table.  0, or -1 with a sentence in ctl->why. */
	int (*describe)(struct store *store, struct store_table *table);
	/* All rows (appended to the darr *rows) in the order of the key: numbers by value,
	 * texts byte by byte.  0, or -1 with a sentence in ctl->why.
	 */
	int (*read)(struct store *store, const struct store_table *table, struct record **rows);
	/* One row, found by its key where it is there already; NULL: it is only read. */
	enum store_said (*insert)(struct store *store, const struct store_table *table,
				  const struct value *values);
	enum store_said (*update)(struct store *store, const struct store_table *table,
				  const struct value *values);
	enum store_said (*delete)(struct store *store, const struct store_table *table,
				  const struct value *values);
	/* Around all that is read and written: what is read is of one moment; and, where it
	 * writes, references are looked at in the end, and no trigger makes rows.  0, or -1
	 * with a sentence in ctl->why; the transaction is for the caller to roll back then.
	 */
	int (*begin)(struct store *store);
	int (*end)(struct store *store);
	void (*close)(struct store *store);
};

extern const struct store_engine store_sqlite;
extern const struct store_engine store_postgresql;

/* 0, or -1 with a sentence in ctl->why.  store_close() in either case. */
int store_open(struct ctl *ctl, struct store *store);
void store_close(struct store *store);
int store_begin(struct store *store, bool writes);
int store_end(struct store *store);

/* By name: a place in store->tables, or -1. */
int store_find(const struct store *store, const char *name);
/* A place in table->columns, or -1. */
int store_column(const struct store_table *table, const char *name);

/* The rows that come of a table: what is added keeps its own copy of texts. */
void records_free(struct record *rows, const struct store_table *table);
struct record *records_add(struct record **rows, const struct store_table *table);
/* The row that is before the other: < 0, the same key: 0. */
int record_compare(const struct store_table *table, const struct value *a, const struct value *b);
bool record_equal(const struct store_table *table, const struct value *a, const struct value *b);

/* A default, as a schema spells it: 1000, 'active'. */
void store_standard(struct store_column *column, const char *text);

void value_number(struct value *value, int64_t number);
void value_text(struct value *value, const char *text, size_t length);
void value_fini(struct value *value);
int value_compare(const struct value *a, const struct value *b);

/* The length of the character of UTF-8 (RFC 3629) that text begins with; 0 where there is none,
 * or it is a NUL.
 */
size_t character_length(const char *text, size_t left);

#endif

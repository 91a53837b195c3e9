// SPDX-License-Identifier: GPL-2.0-or-later
/* What the files that read rows share. */
#ifndef FRR_TENANT_SOURCE_DB_PRIV_H
#define FRR_TENANT_SOURCE_DB_PRIV_H

#include <sqlite3.h>

#include "source/db.h"

/* A statement ready to be bound and stepped; NULL with a sentence.  It is kept:
 * to prepare those that read one tenant anew takes longer than all else of a
 * change.  db_done() when it is no longer needed; NULL is fine.
 */
sqlite3_stmt *db_prepare(struct db *db, const char *sql, struct reason *why);
void db_done(sqlite3_stmt *stmt);
/* Steps: 1 a row, 0 the end, -EIO with a sentence. */
int db_step(struct db *db, sqlite3_stmt *stmt, struct reason *why);
/* One number; *value stays where there is no row. */
int db_number(struct db *db, const char *sql, uint64_t *value, struct reason *why);

/* Columns.  A text that does not fit, or is none, is false. */
bool column_text(sqlite3_stmt *stmt, int col, char *buf, size_t size);
uint32_t column_u32(sqlite3_stmt *stmt, int col); /* NULL is 0 */
bool column_net(sqlite3_stmt *stmt, int col, struct ipnet *net);
bool column_addr(sqlite3_stmt *stmt, int col, struct ipnet *addr);
bool column_is_null(sqlite3_stmt *stmt, int col);
/* As text for a sentence, at most 40 characters, control characters as '?'. */
const char *column_quote(sqlite3_stmt *stmt, int col, char buf[static 48]);

/* rows_provider.c: 0 with a new *provider, or -EIO. */
int rows_provider(struct db *db, struct provider **provider, struct reason *why);
/* rows_tenant.c: all tenants (id 0), or one; appends to *tenants (darr, by id).
 * No such tenant: nothing is appended.
 */
int rows_tenants(struct db *db, uint32_t id, struct tenant ***tenants, struct reason *why);

#endif

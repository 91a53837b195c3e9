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

#endif

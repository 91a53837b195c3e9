// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A change that waits for its confirmation.
 *
 * It has a deadline in the database, in UTC seconds, and is taken back by whoever
 * first finds it passed: every tenantd that reads the database, and every
 * tenantctl that opens it for writing.  The lock of the database and the state in
 * the row see to it that this happens once.  At most one change waits at a time.
 */
#ifndef FRR_TENANT_SOURCE_CONFIRM_H
#define FRR_TENANT_SOURCE_CONFIRM_H

#include "source/db.h"

/* 1 with the deadline of the change that waits, 0 where none does, -EIO. */
int confirm_deadline(struct db *db, int64_t *deadline, struct reason *why);

/* What was taken back. */
struct expired {
	uint64_t id;
	struct reason *left; /* darr: rows that were changed since, and so stay */
};
void expired_fini(struct expired *expired);

/* Takes back the change that waits, where its deadline is not after now, in a
 * transaction of its own: 1 with *expired, 0 where there is none, -EIO.
 */
int confirm_expire(struct db *db, int64_t now, struct expired *expired, struct reason *why);

/* The same of the one that waits, whatever its deadline, within the transaction that
 * the caller has open.
 */
int confirm_take_back(struct db *db, struct expired *expired, struct reason *why);

#endif

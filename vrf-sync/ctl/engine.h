// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a change is made with, whatever keeps the database: a file of SQLite, or a
 * PostgreSQL server.
 *
 * The commands that know rows speak to SQLite themselves, with a server to a copy of it,
 * from which what they change is brought there (copy.h); change.c judges, brakes and
 * records it by what is here.  Those of struct command that are for any_engine only read
 * rows, by the engine's store.
 */
#ifndef FRR_TENANT_CTL_ENGINE_H
#define FRR_TENANT_CTL_ENGINE_H

#include "ctl/ctl.h"

struct expired;
struct load;
struct store_engine;

/* Where a function returns int it is 0, or -1 with a sentence in ctl->why. */
struct engine {
	const struct store_engine *store;

	int (*open)(struct ctl *ctl, bool writes);
	void (*close)(struct ctl *ctl);
	/* What is in ctl->db is from now; NULL: it always is. */
	int (*look)(struct ctl *ctl);
	/* The transaction of a change: writers take turns. */
	int (*lock)(struct ctl *ctl);
	/* One in which as much is written, and that is rolled back; NULL: the same. */
	int (*peek)(struct ctl *ctl);
	int (*commit)(struct ctl *ctl);
	void (*rollback)(struct ctl *ctl);
	/* A savepoint within it, and back to that. */
	int (*try)(struct ctl *ctl);
	int (*untry)(struct ctl *ctl);
	int (*revision)(struct ctl *ctl, uint64_t *seq, struct reason *why);
	/* since: READ_ALL (source/rows.h), or a revision.  0, -ESTALE or -EIO with a sentence in
	 * *why, as db_load_since().
	 */
	int (*load)(struct ctl *ctl, uint64_t since, struct load **load, struct reason *why);
	/* All of it, as every other connection sees it. */
	int (*load_before)(struct ctl *ctl, struct load **load);
	/* All that is withdrawn up to now is meant: db_mean(). */
	int (*mean)(struct ctl *ctl);
	/* A change that stands in the change log behind base, up to seq. */
	int (*record)(struct ctl *ctl, const char *title, uint64_t base, uint64_t seq);
	/* confirm_expire(); NULL: no command that uses this engine does it. */
	int (*expire)(struct ctl *ctl, int64_t now, struct expired *expired, struct reason *why);
	/* A change waits for its confirmation until then, and the command ends; NULL: tenantd sees
	 * to it that it is taken back.
	 */
	void (*watch)(struct ctl *ctl, int64_t deadline);
};

extern const struct engine engine_sqlite;
extern const struct engine engine_postgresql; /* for any_engine, and below the other */
extern const struct engine engine_copy;       /* the same server, for all else */

/* What is the same for a file and a copy. */
int sqlite_try(struct ctl *ctl);
int sqlite_untry(struct ctl *ctl);
int sqlite_revision(struct ctl *ctl, uint64_t *seq, struct reason *why);
int sqlite_load(struct ctl *ctl, uint64_t since, struct load **load, struct reason *why);
int sqlite_mean(struct ctl *ctl);
int sqlite_record(struct ctl *ctl, const char *title, uint64_t base, uint64_t seq);

#endif

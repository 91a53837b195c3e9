// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where tenants come from.
 *
 * A source runs on FRR's event loop, finds out by itself when its database has
 * changed, and hands complete loads to its owner, newest state last.  It owns
 * connections, retries and wake-ups; it knows nothing of nodes or plans.
 *
 * Level-triggered: a wake-up only says "look again".  Losing one, or two for
 * one change, does no harm.  A database that cannot be read yields a problem
 * and no load: what was loaded stays in force.
 */
#ifndef FRR_TENANT_SOURCE_SOURCE_H
#define FRR_TENANT_SOURCE_SOURCE_H

#include "model/model.h"

struct event_loop;
struct source;

struct source_cbs {
	/* The load is the owner's now.  False: refused, hand in everything
	 * again at the next change.
	 */
	bool (*loaded)(void *arg, struct load *load);
	/* A problem began, or changed (one sentence), or ended (NULL). */
	void (*problem)(void *arg, const char *sentence);
};

/* A SQLite file.  Reading begins in the next turn of the loop. */
struct source *source_sqlite_new(struct event_loop *loop, const char *path,
				 const struct source_cbs *cbs, void *arg);
void source_free(struct source *source);

/* Reads everything again. */
void source_reload(struct source *source);
/* "sqlite /var/lib/frr-tenant/tenants.db" */
const char *source_location(const struct source *source);
/* Microseconds of monotonic time at which the newest commit was noticed. */
int64_t source_noticed(const struct source *source);
/* The same, of the last look at the database that succeeded; 0: none has yet. */
int64_t source_seen(const struct source *source);

#endif

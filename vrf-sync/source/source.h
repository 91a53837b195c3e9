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
struct lyd_node;
struct notes;
struct operation_row;
struct source;

struct source_cbs {
	/* The load is the owner's now.  False: refused, hand in everything
	 * again at the next change.
	 */
	bool (*loaded)(void *arg, struct load *load);
	/* May be NULL.  The load takes away what nobody is said to have taken away: the source
	 * is to look whether it can rely on what it has read.
	 */
	bool (*doubts)(void *arg, const struct load *load);
	/* May be NULL.  The tenants for which this node does something (darr, which the source
	 * frees): where it reads only some, it reads these as long as they are there, so that a
	 * tenant that leaves the node does not look like one that is deleted.
	 */
	uint32_t *(*in_force)(void *arg);
	/* May be NULL.  Operations on sites that run, or have just ended (darr, by id); at each
	 * commit, behind the load that belongs to them.  anew: they are those of another database.
	 */
	void (*operations)(void *arg, const struct operation_row *list, bool anew);
	/* A problem began, or changed (one sentence), or ended (NULL). */
	void (*problem)(void *arg, const char *sentence);
};

/* A kind of database.  What is needed to have another one is a file that has such a
 * structure, its line in source.c, and its name in yang/frr-tenant.yang (source-type).
 */
struct source_kind {
	const char *name;    /* the first word of source_location() */
	const char *command; /* in tenantd.conf: "tenant database NAME LOCATION" */
	const char *help;    /* for each word of it, as FRR's DEFUN has it */
	bool takes_notes;    /* nodes write their status into it */
	/* False with a sentence: no database can be there. */
	bool (*check)(const char *location, struct reason *why);
	/* node: who reads.  Reading begins in the next turn of the loop. */
	struct source *(*open)(struct event_loop *loop, const char *location, const char *node,
			       const struct source_cbs *cbs, void *arg);
};
extern const struct source_kind *const source_kinds[];   /* NULL behind the last */
const struct source_kind *source_kind(const char *name); /* NULL: there is none */

extern const struct source_kind source_sqlite; /* location: the path of a file */
extern const struct source_kind
	source_postgresql;                  /* a URI, "postgresql://tenantd@db1,db2/tenants" */
extern const struct source_kind source_ovn; /* location: as ovsdb_place_parse() reads it */

/* The configuration of this node (yang/frr-tenant.yang).  Nothing is read before
 * the first source_reload().
 *
 * tree: the container tenant-network as it is now; may be NULL, which is empty.
 * shared: the provider of the database beside it, in which names of nodes,
 * wires and sites are looked up; NULL: there is none, and the configuration's
 * own is part of its loads.
 */
struct config_host {
	const struct lyd_node *(*tree)(void *arg);
	const struct provider *(*shared)(void *arg);
};
struct source *source_config_new(struct event_loop *loop, const struct config_host *host,
				 const struct source_cbs *cbs, void *arg);
/* What has changed since it was read: a tenant, or (NULL) what all share.  Read
 * when nothing more has come for a moment, all that has changed together.
 */
void source_config_changed(struct source *source, const char *tenant);
/* Each tenant that is configured and cannot be loaded: it has no id yet, or
 * another one has it.
 */
void source_config_unborn(const struct source *source,
			  void (*each)(void *arg, const char *tenant, const char *sentence),
			  void *arg);

void source_free(struct source *source);

/* Has notes (source/notes.h) written when the server has time: done() comes once, unless the
 * source is freed before.  0, -EBUSY where others are being written, or -EIO.  They are not to
 * change before that.  A file is written by those who open it.
 */
void source_write(struct source *source, struct notes *notes, void (*done)(void *arg, int ret),
		  void *arg);

/* Reads everything again, before it returns if it can. */
void source_reload(struct source *source);
/* "sqlite /var/lib/frr-tenant/tenants.db" */
const char *source_location(const struct source *source);
/* Microseconds of monotonic time at which the newest commit was noticed. */
int64_t source_noticed(const struct source *source);
/* The same, of the last look at the database that succeeded; 0: none has yet. */
int64_t source_seen(const struct source *source);
/* "" where it can be read; since: microseconds of monotonic time, 0: never. */
const char *source_problem(const struct source *source, int64_t *since);
/* Of what was read last; counted by the source itself where it has none. */
uint64_t source_revision(const struct source *source);

#endif

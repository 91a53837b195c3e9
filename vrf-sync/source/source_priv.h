// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What every source is made of.  A kind of source has struct source first in a
 * structure of its own, fills in what it owns, and is freed by its ops->free().
 */
#ifndef FRR_TENANT_SOURCE_SOURCE_PRIV_H
#define FRR_TENANT_SOURCE_SOURCE_PRIV_H

#include "source/source.h"

struct source_ops {
	void (*free)(struct source *source); /* all that is not struct source */
	void (*reload)(struct source *source);
	/* NULL: it takes none. */
	void (*write)(struct source *source, struct notes *notes, void (*done)(void *arg, int ret),
		      void *arg);
};

struct source {
	const struct source_ops *ops;
	struct event_loop *loop;
	struct source_cbs cbs;
	void *arg;
	char *location;
	uint64_t revision;
	int64_t noticed, seen;
	struct reason problem;
	int64_t problem_since; /* us monotonic */
};

/* location is copied. */
void source_init(struct source *source, const struct source_ops *ops, struct event_loop *loop,
		 const struct source_cbs *cbs, void *arg, const char *location);
/* Tells the owner where it is news; an empty sentence: it can be read. */
void source_set_problem(struct source *source, const struct reason *why);

#endif

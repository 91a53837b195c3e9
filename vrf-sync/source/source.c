// SPDX-License-Identifier: GPL-2.0-or-later
/* What is the same for every source. */
#include <zebra.h>

#include <errno.h>
#include <string.h>

#include "memory.h"

#include "clock.h"
#include "source/source_priv.h"

DECLARE_MGROUP(TENANT_SOURCE);
DEFINE_MTYPE_STATIC(TENANT_SOURCE, SOURCE_LOCATION, "source location");

const struct source_kind *const source_kinds[] = {
	&source_sqlite,
	&source_postgresql,
	&source_ovn,
	NULL,
};

const struct source_kind *source_kind(const char *name)
{
	const struct source_kind *const *kind = source_kinds;

	while (*kind && strcmp((*kind)->name, name))
		kind++;
	return *kind;
}

void source_init(struct source *source, const struct source_ops *ops, struct event_loop *loop,
		 const struct source_cbs *cbs, void *arg, const char *location)
{
	source->ops = ops;
	source->loop = loop;
	source->cbs = *cbs;
	source->arg = arg;
	source->location = XSTRDUP(MTYPE_SOURCE_LOCATION, location);
}

void source_free(struct source *source)
{
	if (!source)
		return;
	XFREE(MTYPE_SOURCE_LOCATION, source->location);
	source->ops->free(source);
}

void source_reload(struct source *source)
{
	source->ops->reload(source);
}

void source_write(struct source *source, struct notes *notes, void (*done)(void *arg, int ret),
		  void *arg)
{
	if (source->ops->write)
		source->ops->write(source, notes, done, arg);
	else
		done(arg, -EIO);
}

const char *source_location(const struct source *source)
{
	return source->location;
}

int64_t source_noticed(const struct source *source)
{
	return source->noticed;
}

int64_t source_seen(const struct source *source)
{
	return source->seen;
}

uint64_t source_revision(const struct source *source)
{
	return source->revision;
}

const char *source_problem(const struct source *source, int64_t *since)
{
	*since = source->problem.text[0] ? source->problem_since : 0;
	return source->problem.text;
}

void source_set_problem(struct source *source, const struct reason *why)
{
	if (!strcmp(source->problem.text, why->text))
		return;
	if (!source->problem.text[0])
		source->problem_since = clock_us();
	source->problem = *why;
	source->cbs.problem(source->arg, why->text[0] ? why->text : NULL);
}

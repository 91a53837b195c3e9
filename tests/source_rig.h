// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A SQLite source on FRR's event loop, its model, and a second process that
 * writes the database: one at a time, for the tests of sources.
 *
 *	rig_begin();                                 -- one tenant, "first", is loaded
 *	writer_do("INSERT INTO tenant ...");         -- the other process commits
 *	rig_turn_until(&rig.loads, 2, PATIENCE_MS);  -- until it was handed over
 *	rig_end();
 */
#ifndef FRR_TENANT_TESTS_SOURCE_RIG_H
#define FRR_TENANT_TESTS_SOURCE_RIG_H

#include "source/source.h"

#include "lib.h"

#define PATIENCE_MS 8000

struct rig {
	struct event_loop *loop;
	struct source *source;
	struct model *model;
	char *path;
	unsigned int loads, problems, ends;
	bool refuse, last_full, timeout;
	int64_t loaded_at;
	char problem[240];
};
extern struct rig rig;
extern const struct source_cbs rig_cbs;

void rig_begin(void);
/* The same with another database; nothing is loaded yet. */
void rig_begin_with(const char *sql);
void rig_end(void);

/* Turns the loop until *value is at least wanted; false when time is up. */
bool rig_turn_until(const unsigned int *value, unsigned int wanted, long ms);
void rig_turn_for(long ms);
/* Turns it until the tenant is in the model (or no longer). */
bool rig_turn_until_tenant(const char *name, bool there);
int64_t rig_now_us(void);

/* Begins to have SQL carried out, without waiting; "" closes the database.  After "slowly " each
 * sync of a file takes so long.
 */
#define WRITER_SLOW_MS 400
void writer_tell(const char *sql);
/* Waits for the oldest of what was told; when it was done, in us. */
int64_t writer_done(void);
int64_t writer_do(const char *sql);

#endif

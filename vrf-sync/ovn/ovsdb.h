// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A database of an OVSDB cluster, followed by a monitor (RFC 7047, ovsdb-server(7)).
 *
 * Of a cluster only the leader is used, as another server's answer may be old; and no server that
 * is behind what we have seen already.  A connection that is lost is made anew, to each of the
 * remotes in turn; what has changed meanwhile comes then, or, where the server no longer knows,
 * everything.
 *
 * What a server sends that cannot be right ends the connection, and everything is asked for anew.
 */
#ifndef FRR_TENANT_SOURCE_OVSDB_H
#define FRR_TENANT_SOURCE_OVSDB_H

#include <stdbool.h>
#include <stdint.h>

struct event_loop;
struct json_object;
struct ovsdb;
struct reason;

struct ovsdb_cbs {
	/* A row-update2 of everything there is, of which update() tells the end.  False with a
	 * sentence that begins with "it": it cannot be.
	 */
	bool (*row)(void *arg, const char *table, const char *uuid, struct json_object *change,
		    struct reason *why);
	/* It broke off: these rows are nothing. */
	void (*broken)(void *arg);
	/* A table-updates2; all: with the rows that have come it is everything there is.  False
	 * with a sentence as above.
	 */
	bool (*update)(void *arg, struct json_object *updates, bool all, struct reason *why);
	/* Something was heard of the leader: what we have is what there is. */
	void (*alive)(void *arg);
	/* Nobody can be asked, or what comes is wrong: one sentence; or "", it can. */
	void (*problem)(void *arg, const struct reason *why);
};

/* requests: what to monitor, its own now.  where: as ovsdb_place_parse() reads it, and must have
 * read it already.  Connecting begins in the next turn of the loop.
 */
struct ovsdb *ovsdb_new(struct event_loop *loop, const char *where, const char *database,
			struct json_object *requests, const struct ovsdb_cbs *cbs, void *arg);
void ovsdb_free(struct ovsdb *ovsdb);

/* Is following the leader now. */
bool ovsdb_is_live(const struct ovsdb *ovsdb);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a tenant's VRF holds, or lacks, and should not: found, suspected, told, gone.
 *
 *	stray = strays_see(strays, &key, due);     -- there it is: a suspicion until `due`
 *	strays_due(strays, now, each, arg);        -- what is still there by then
 *	strays_raise(strays, stray, since);        -- is an alarm from now on
 *	strays_may_tell(strays, kind, now)         -- but the log takes only so many
 *	strays_forget(strays, stray);              -- it has gone
 *
 * Some are suspicions for a while because a route comes a moment before the change of the
 * database that allows it, and goes a moment after.  A sweep reads a tenant's routes again:
 * strays_begin() before it, strays_see() for each that is there, strays_unseen() after it.
 *
 * Pure: times are given.
 */
#ifndef FRR_TENANT_STRAY_STRAY_H
#define FRR_TENANT_STRAY_STRAY_H

#include "typesafe.h"

#include "model/net.h"

enum stray_kind {
	STRAY_OWNERLESS, /* a route that neither FRR nor tenantd nor the kernel itself put there */
	STRAY_FOREIGN,   /* a route to another's prefix */
	STRAY_UNEXPORTED, /* a route that should be in the VPN and is not */
	STRAY_CROSSING,   /* a route of zebra's that joins tenants; its guard has told */
};
#define STRAY_KIND_COUNT 4
extern const char *const stray_kind_names[STRAY_KIND_COUNT]; /* "ownerless" */

/* A route by this RTPROT_ has an owner: FRR, tenantd, or the kernel for what is connected. */
bool stray_protocol_is_owned(uint8_t protocol);
/* "BGP", "protocol 99"; returns buf. */
#define STRAY_PROTOCOL_SIZE 40
const char *stray_protocol_text(uint8_t protocol, char buf[static STRAY_PROTOCOL_SIZE]);

/* More than so many on a node are not kept; a sweep finds them again when there is room. */
#define STRAYS_MOST 100000
/* So many of a kind are told of in so many microseconds. */
#define STRAYS_TOLD      10
#define STRAYS_TOLD_TIME (60 * INT64_C(1000000))

PREDECL_RBTREE_UNIQ(stray_tree);
PREDECL_RBTREE_UNIQ(stray_dues);

struct stray {
	struct stray_tree_item item;
	struct stray_dues_item due_item; /* until it is raised */

	/* the key */
	uint32_t tenant_id;
	enum stray_kind kind;
	struct ipnet net;
	uint32_t metric;

	uint32_t from;    /* crossing: RD number of whose it is; 0: not known */
	uint8_t protocol; /* RTPROT_ */
	bool raised, told, seen;
	bool asked;    /* somebody who knows has been asked about it */
	int64_t due;   /* not raised: when it is to be looked at; us monotonic */
	int64_t since; /* raised: us since 1970 */
};

struct strays;

struct strays *strays_new(void);
void strays_free(struct strays *strays);

/* The stray is there now.  One that is new is looked at when `due` has come; NULL: there are
 * too many.  Only the key and the protocol are read of *stray.
 */
struct stray *strays_see(struct strays *strays, const struct stray *stray, int64_t due);
/* NULL where it is not known. */
struct stray *strays_find(const struct strays *strays, const struct stray *key);
void strays_forget(struct strays *strays, struct stray *stray);
/* No suspicion any more. */
void strays_raise(struct strays *strays, struct stray *stray, int64_t since);
/* It stays one, until then. */
void strays_put_off(struct strays *strays, struct stray *stray, int64_t due);

/* Those that are due, each of which `each` raises, forgets or puts off. */
void strays_due(struct strays *strays, int64_t now, void (*each)(void *arg, struct stray *stray),
		void *arg);
/* When the next is; 0: never. */
int64_t strays_next_due(const struct strays *strays);

/* A tenant's, in order of kind and prefix; NULL starts, NULL ends. */
struct stray *strays_next(const struct strays *strays, uint32_t tenant_id,
			  const struct stray *prev);
/* The first tenant after this one that has any; 0: none. */
uint32_t strays_next_tenant(const struct strays *strays, uint32_t tenant_id);

/* Before and after all routes of a tenant were read. */
void strays_begin(struct strays *strays, uint32_t tenant_id);
void strays_unseen(struct strays *strays, uint32_t tenant_id,
		   void (*each)(void *arg, struct stray *stray), void *arg);

/* How many are raised. */
uint64_t strays_count(const struct strays *strays, enum stray_kind kind);
/* False where enough were told of lately: it is counted instead. */
bool strays_may_tell(struct strays *strays, enum stray_kind kind, int64_t now);
/* So many were counted since, and it is time to say so; 0: nothing to say. */
uint64_t strays_untold(struct strays *strays, enum stray_kind kind, int64_t now);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where did my subnet get to: when each subnet passed which stage on this node.
 *
 * A subnet's trace begins when it comes into the database (or into the model
 * of a tenantd that has just started: then nobody knows since when it is
 * there).  A stage keeps the time it was first passed; a withdrawal clears it,
 * so that the next passing counts anew.  Of the nine stages a node sees those
 * that its roles have: a DLR connected and type-7, an edge type-7, type-5 and
 * the route, a PE the route and its export, a PE of another site the import
 * and the route by BGP.
 *
 *	trace_tenant(trace, id, tenant, written, noticed);   -- model has changed
 *	trace_mark(trace, id, &prefix, STAGE_TYPE7, at);     -- an event
 *	trace_find(trace, id, &prefix)->at[STAGE_TYPE7]
 *
 * Pure: times are given, in microseconds since 1970; 0 is "not passed".
 */
#ifndef FRR_TENANT_TRACE_TRACE_H
#define FRR_TENANT_TRACE_TRACE_H

#include "histogram.h"
#include "model/model.h"

enum stage {
	STAGE_NOTICED,   /* tenantd saw the commit */
	STAGE_PLANNED,   /* and knew what to do */
	STAGE_CONNECTED, /* the gateway's connected route is in the VRF's table */
	STAGE_TYPE7,     /* type-7 LSA made here, or received */
	STAGE_TYPE5,     /* translated here, or received */
	STAGE_OSPF,      /* route by OSPF in the VRF's table */
	STAGE_EXPORTED,  /* best in bgpd's VPN table, from this VRF */
	STAGE_IMPORTED,  /* best in the VRF's BGP table, from the VPN */
	STAGE_BGP,       /* route by BGP in the VRF's table */
	STAGE_COUNT
};
extern const char *const stage_names[STAGE_COUNT];

struct traced {
	struct ipnet prefix;
	bool untold;     /* changed since trace_told() */
	uint16_t timed;  /* by stage: its delay has been counted */
	int64_t written; /* into the database; 0: before this tenantd started */
	int64_t at[STAGE_COUNT];
};

struct trace;

struct trace *trace_new(void);
void trace_free(struct trace *trace);

/* The tenant's subnets are these now; tenant NULL: none.  written, noticed: of
 * the change, for subnets that are new; both 0 at start.
 */
void trace_tenant(struct trace *trace, uint32_t id, const struct tenant *tenant, int64_t written,
		  int64_t noticed);
/* Every subnet of the tenant that has not passed the stage passes it now. */
void trace_mark_all(struct trace *trace, uint32_t id, enum stage stage, int64_t at);
/* at 0: withdrawn.  False where the prefix is not traced, at is no time (before 1970), or
 * nothing changed.
 */
bool trace_mark(struct trace *trace, uint32_t id, const struct ipnet *prefix, enum stage stage,
		int64_t at);

/* NULL where it is not traced.  Good until the next call that takes no const. */
const struct traced *trace_find(const struct trace *trace, uint32_t id,
				const struct ipnet *prefix);
/* A tenant's subnets by prefix (*count of them); NULL: none. */
const struct traced *trace_of_tenant(const struct trace *trace, uint32_t id, size_t *count);

/* Kept as things happen, so that to ask costs nothing. */
struct trace_totals {
	uint64_t subnets;                    /* traced now */
	uint64_t passed[STAGE_COUNT];        /* of these; a withdrawal takes one away */
	struct histogram after[STAGE_COUNT]; /* from the commit to the stage's first passing */
};
const struct trace_totals *trace_totals(const struct trace *trace);

/* Each subnet with a time of writing whose stages changed since it was last
 * told; it counts as told then.
 */
void trace_tell(struct trace *trace,
		void (*tell)(void *arg, uint32_t tenant_id, const struct traced *traced),
		void *arg);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every metric of tenantd: its name, what it counts, and how it is written.
 *
 * Pure: the daemon fills a struct metrics with what it knows (all of it kept
 * as things happen, or found by one walk over the tenants), and metrics_render()
 * writes it.  No label names a tenant, so that a node with ten thousand answers
 * in as many lines as one with ten.  doc/user/metrics.rst explains each; a
 * test compares it, and the dashboard, with what is written here.
 */
#ifndef FRR_TENANT_METRICS_METRICS_H
#define FRR_TENANT_METRICS_METRICS_H

#include "apply/engine.h"
#include "metrics/exposition.h"
#include "stray/stray.h"
#include "trace/trace.h"

/* How a request for the metrics ended. */
enum metrics_request {
	METRICS_ANSWERED,
	METRICS_REFUSED, /* it was no request for them */
	METRICS_DROPPED, /* it came, or took its answer, too slowly */
	METRICS_REQUEST_COUNT
};

/* Where tenants come from. */
struct metrics_source {
	const char *type;  /* "sqlite" */
	bool readable;     /* the last look succeeded */
	bool held;         /* what it says is not in force: it has lost all tenants */
	int64_t seen;      /* the last look that succeeded, us since 1970; 0: none */
	int64_t changed;   /* the newest commit was noticed, us since 1970; 0: none */
	uint64_t revision; /* that was read last */
	size_t tenants;    /* of the whole network */
};

struct metrics {
	const char *version, *frr_version;
	const char *node; /* NULL: not configured yet */
	uint8_t roles;    /* enum role, or-ed */
	bool node_known;  /* it is in the database */

	const struct engine_stats *stats;
	const struct engine_levels *levels;
	const struct trace_totals *trace; /* NULL: nothing was traced yet */
	uint64_t strays[STRAY_KIND_COUNT];
	const struct metrics_source *sources;
	unsigned int source_count;

	int64_t now;     /* us monotonic */
	bool exposed;    /* services of the node answer tenants */
	int64_t began;   /* tenantd, us since 1970 */
	int64_t cpu;     /* us of processor */
	uint64_t memory; /* bytes resident; 0: unknown */
	uint64_t requests[METRICS_REQUEST_COUNT];
	int64_t rendered; /* what the last answer took, us */
};

void metrics_render(const struct metrics *metrics, struct exposition *out);

#endif

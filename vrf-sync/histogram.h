// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How long things took, counted in buckets of fixed width, as Prometheus wants
 * them: from a millisecond (a commit noticed) to a minute (a retry).
 *
 *	histogram_observe(&histogram, us);
 *
 * counts[i] are those that took at most histogram_bounds[i] and longer than the
 * bound before; the last are those beyond every bound.
 */
#ifndef FRR_TENANT_HISTOGRAM_H
#define FRR_TENANT_HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_BOUNDS 15

/* microseconds */
static const int64_t histogram_bounds[HISTOGRAM_BOUNDS] = {
	1000,   2500,    5000,    10000,   25000,    50000,    100000,   250000,
	500000, 1000000, 2500000, 5000000, 10000000, 30000000, 60000000,
};

struct histogram {
	uint64_t counts[HISTOGRAM_BOUNDS + 1];
	uint64_t sum; /* of all observed; microseconds */
};

/* A negative time is the clocks' error, and counts as none. */
static inline void histogram_observe(struct histogram *histogram, int64_t us)
{
	int bucket = 0;

	us = us < 0 ? 0 : us;
	while (bucket < HISTOGRAM_BOUNDS && us > histogram_bounds[bucket])
		bucket++;
	histogram->counts[bucket]++;
	histogram->sum += us;
}

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Monotonic time in microseconds.
 *
 * FRR's monotime() returns whole seconds, and the rest only by its argument:
 * this says all of it in one number.  Nothing of the pure core may call it.
 */
#ifndef FRR_TENANT_CLOCK_H
#define FRR_TENANT_CLOCK_H

#include <stdint.h>

#include "monotime.h"

static inline int64_t clock_us(void)
{
	struct timeval now;

	monotime(&now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_usec;
}

#endif

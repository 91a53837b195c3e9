// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The socket that metrics are offered at, on FRR's event loop.
 *
 * Nothing here waits.  A few connections at a time are served, each for one
 * request and a few seconds at most; more of them wait in the kernel's queue.
 * An address that cannot be had (the port is taken, the interface is not up
 * yet) is tried again by itself.
 */
#ifndef FRR_TENANT_DAEMON_METRICS_SERVER_H
#define FRR_TENANT_DAEMON_METRICS_SERVER_H

#include "metrics/endpoint.h"
#include "metrics/metrics.h"

/* Offers them there, and no longer where they were; NULL: nowhere. */
void metrics_server_listen(const struct endpoint *endpoint);
/* Why they cannot be had; NULL: they can, or are not to be. */
const char *metrics_server_problem(void);
/* How requests ended so far. */
const uint64_t *metrics_server_requests(void);
void metrics_server_stop(void);

#endif

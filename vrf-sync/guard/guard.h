// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * May this route stand in this tenant's VRF?
 *
 * Judged by where the route's next hop leads, and not by its prefix, since tenants' addresses
 * may overlap; and by what the tenant database says, whatever FRR is configured to do:
 *
 *   in its own VRF           it passes
 *   in another tenant's VRF  only what a leak allows
 *   behind a label           bgpd has told which VRF that is.  An RD of one of our nodes names
 *                            the tenant: its own passes, another's only by a leak.  Any other
 *                            RD (a PE that is not ours) is judged by its route targets: the
 *                            tenant's own passes, the one for leaks only with a leak's prefix
 *   anywhere else            it does not
 *
 *	guard_take(guard, packet, length, &news)     -- from tenantd or bgpd (wire.h)
 *	guard_judge(guard, "acme", &prefix, &hop, &from)
 *
 * A VRF that tenantd never named is not judged, and while bgpd has told nothing at all, as
 * without its module, labels are not.  Pure: knows no zebra, no socket, no clock.
 */
#ifndef FRR_TENANT_GUARD_GUARD_H
#define FRR_TENANT_GUARD_GUARD_H

#include <stdbool.h>
#include <stddef.h>

#include "guard/wire.h"

struct guard;

struct guard *guard_new(void);
void guard_free(struct guard *guard);

/* What a packet changed. */
struct guard_news {
	bool all;                 /* every VRF is to be judged anew */
	bool origins;             /* labels are known that were not */
	char vrf[GUARD_VRF_SIZE]; /* this VRF is; "": none */
};

/* 0, or -EBADMSG for what is no packet, which changes nothing. */
int guard_take(struct guard *guard, const void *packet, size_t length, struct guard_news *news);

enum guard_mode guard_mode(const struct guard *guard);
/* NULL where nobody has named it. */
const struct guard_tenant *guard_tenant(const struct guard *guard, const char *vrf);
/* Calls back for each VRF that was named. */
void guard_each(const struct guard *guard,
		void (*tell)(void *arg, const struct guard_tenant *tenant), void *arg);
size_t guard_origin_count(const struct guard *guard);

/* A next hop. */
struct guard_hop {
	const char *vrf; /* where it is looked up; "default" is the node's own */
	bool labelled;
	uint32_t label; /* the innermost */
	struct ipnet gate;
};

/* *from: RD number of whose it is, where it does not pass; 0: not known. */
enum guard_verdict guard_judge(const struct guard *guard, const char *vrf,
			       const struct ipnet *prefix, const struct guard_hop *hop,
			       uint32_t *from);

/* "is tenant 7's", for people. */
extern const char *const guard_verdict_words[];

#endif

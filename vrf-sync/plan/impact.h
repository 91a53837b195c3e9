// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a change of a node's plan does to those who talk with it.
 *
 * A new subnet, a new tenant or another filter resets no session.  What does is
 * known from ospfd and bgpd (10.7): an instance, a VRF or a device that starts
 * anew, another router id, another area, network type, timer, key or MTU, another
 * AS number.  Each session is told once, with the deepest of its reasons.
 *
 *	impact_sessions(&have, &want, ops, &impacts);   -- ops: of diff_objects()
 *
 * Sessions of the backbone (LDP, MP-BGP) are the operator's, and no plan of a
 * tenant touches them.
 */
#ifndef FRR_TENANT_PLAN_IMPACT_H
#define FRR_TENANT_PLAN_IMPACT_H

#include "model/model.h"
#include "plan/object.h"

struct op;

enum session_fate {
	SESSION_RESET, /* it is there before and after, and not in between */
	SESSION_ENDS,
	SESSION_BEGINS,
};
#define SESSION_FATE_COUNT 3
extern const char *const session_fate_names[SESSION_FATE_COUNT];

struct impact {
	enum session_fate fate;
	enum target daemon; /* TARGET_OSPFD: the adjacencies on a device; or TARGET_BGPD */
	char vrf[DEVICE_NAME_MAX + 1];
	char where[IPNET_TEXT_SIZE]; /* the device, or the neighbor's address */
	const char *why;             /* "" unless it is reset */
};

/* Appends to *impacts (darr): first those that are there before. */
void impact_sessions(const struct objects *have, const struct objects *want, const struct op *ops,
		     struct impact **impacts);

/* Appends the prefixes that the tenant brings into its VPN (darr, sorted, each
 * once): advertised subnets, networks of links and what lies behind static ones,
 * less what its aggregates or the provider's reserved space keep back.
 */
void impact_prefixes(const struct provider *provider, const struct tenant *tenant,
		     struct ipnet **prefixes);

#endif

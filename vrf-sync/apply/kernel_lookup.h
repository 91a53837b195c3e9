// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How the kernel of this node forwards to a prefix: what it really holds, by
 * whichever protocol it came.  One request per question, so it costs nothing
 * while nobody asks.
 */
#ifndef FRR_TENANT_APPLY_KERNEL_LOOKUP_H
#define FRR_TENANT_APPLY_KERNEL_LOOKUP_H

#include <stdint.h>

#include "model/names.h"
#include "model/net.h"

struct kernel;

struct kernel_path {
	struct ipnet via;                 /* unset: directly connected, or several next hops */
	uint8_t protocol;                 /* RTPROT_ */
	uint8_t paths;                    /* next hops */
	char device[DEVICE_NAME_MAX + 1]; /* of the first next hop */
};

/* The route for exactly this prefix in the VRF.  0; -ENOENT where only a wider
 * one, or none, covers it; or -errno.
 */
int kernel_path_get(struct kernel *kernel, const char *vrf, const struct ipnet *prefix,
		    struct kernel_path *path);

/* "connected", "OSPF", "BGP", ... */
const char *kernel_protocol_name(uint8_t protocol);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What tenantd, bgpd and zebra tell each other for the guard in zebra.
 *
 * zebra_tenant.so listens on GUARD_SOCKET, a SOCK_SEQPACKET socket in FRR's run directory.  A
 * packet is a struct guard_head and its body:
 *
 *   tenantd   BEGIN, NODES and TENANT as often as needed, END: all there is; what is not among
 *             it is forgotten at END.  Then TENANT and FORGET as things change.
 *   bgpd      ORIGINS: which VRF a label leads to.  All of them when it connects.
 *   zebra     (to tenantd) REFUSED, and LEVEL, for what is so now, when tenantd connects, and
 *             for each change.
 *
 * Both ends are built from this file for one FRR release, so the bytes are those of the structs.
 * A label is not judged before bgpd has told of it: the packet is in the socket before the route
 * is on its way.
 */
#ifndef FRR_TENANT_GUARD_WIRE_H
#define FRR_TENANT_GUARD_WIRE_H

#include "model/net.h"

#define GUARD_SOCKET      "tenant-guard"
#define GUARD_FORMAT      1 /* another struct, another number */
#define GUARD_PACKET_MAX  65536
#define GUARD_VRF_SIZE    16
#define GUARD_TARGETS     8 /* route targets of one origin that are looked at */
#define GUARD_ORIGINS_MAX 256
#define GUARD_NODES_MAX   4096
#define GUARD_LEAKS_MAX   2000
#define GUARD_LEVELS_MAX  256

enum guard_kind {
	GUARD_BEGIN = 1,
	GUARD_NODES,  /* count of struct guard_node */
	GUARD_TENANT, /* struct guard_tenant, then count of struct guard_leak */
	GUARD_FORGET, /* struct guard_tenant, of which only the VRF counts */
	GUARD_END,
	GUARD_ORIGINS, /* count of struct guard_origin */
	GUARD_REFUSED, /* struct guard_refused */
	GUARD_LEVEL,   /* struct guard_level */
};

/* What is done about a route that may not be. */
enum guard_mode {
	GUARD_OFF,     /* nothing is judged */
	GUARD_REPORT,  /* it is let through, and told of */
	GUARD_ENFORCE, /* it is not used, and told of */
};

struct guard_head {
	uint8_t format; /* GUARD_FORMAT */
	uint8_t kind;
	uint8_t mode; /* of BEGIN */
	uint8_t unused;
	uint32_t count;
};

/* A node of the provider's: RDs that begin with its router id are ours (RFC 4364 4.2, type 1). */
struct guard_node {
	uint8_t router_id[4];
};

struct guard_tenant {
	char vrf[GUARD_VRF_SIZE];
	uint32_t rd_number; /* second half of its RDs */
	uint32_t asn;
	uint32_t rt_number;   /* of its own target, <asn>:<number> */
	uint32_t leak_number; /* of the target by which others leak to it; 0: none */
	uint32_t limit;       /* of its routes; 0: none */
};

/* What this tenant may have of another. */
struct guard_leak {
	uint32_t rd_number; /* the other's */
	struct ipnet prefix;
	uint16_t unused;
};

/* A label, as zebra sees it as next hop, and the VRF behind it as BGP tells. */
struct guard_origin {
	struct ipnet hop; /* a host prefix */
	uint16_t unused;
	uint32_t label;
	uint8_t rd[8];
	uint32_t target_count;
	uint8_t targets[GUARD_TARGETS][8]; /* extended communities */
};

enum guard_verdict {
	GUARD_PASSES,
	GUARD_CROSSES,  /* it is another tenant's, or nobody's that the tenant should hear */
	GUARD_STRANGER, /* its next hop is in a VRF that is no tenant's */
	GUARD_UNHEARD,  /* bgpd has not told where its label leads */
	GUARD_FULL,     /* the tenant has as many routes as it may */
};

/* verdict GUARD_PASSES: what was refused is no more. */
struct guard_refused {
	char vrf[GUARD_VRF_SIZE];
	struct ipnet prefix;
	uint8_t verdict;
	uint8_t type;  /* ZEBRA_ROUTE_ of lib/route_types.h */
	uint32_t from; /* RD number of whose it is; 0: not known */
	char hop_vrf[GUARD_VRF_SIZE];
};

/* A tenant's routes, where it has a limit: told at most once a second. */
struct guard_level {
	char vrf[GUARD_VRF_SIZE];
	uint32_t routes; /* in use */
	uint32_t limit;
	uint32_t refused; /* beyond the limit */
};

#define GUARD_ENTRY_OK(type, size) _Static_assert(sizeof(struct type) == (size), "no holes")
GUARD_ENTRY_OK(guard_head, 8);
GUARD_ENTRY_OK(guard_tenant, 36);
GUARD_ENTRY_OK(guard_leak, 24);
GUARD_ENTRY_OK(guard_origin, 100);
GUARD_ENTRY_OK(guard_refused, 56);
GUARD_ENTRY_OK(guard_level, 28);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What our modules inside ospfd and bgpd tell tenantd of a prefix on its way.
 *
 * An array of struct trace_news, as zebra's opaque message TRACE_MESSAGE: FRR's
 * own channel between daemons of one machine, without a socket of ours, and
 * never lost while both are up.  Both ends are built from this file for one FRR
 * release, so the bytes are those of the struct.
 */
#ifndef FRR_TENANT_TRACE_WIRE_H
#define FRR_TENANT_TRACE_WIRE_H

#include <stdint.h>

/* Not in FRR's zapi_opaque_registry, which counts from 1.  The last byte is the
 * format: another struct gets another number.
 */
#define TRACE_MESSAGE 0x74656e01

/* Fits zebra's message with room to spare. */
#define TRACE_NEWS_AT_ONCE 256

struct trace_news {
	int64_t at; /* microseconds since 1970 */
	uint32_t vrf_id;
	uint8_t stage;   /* enum stage of trace/trace.h */
	uint8_t present; /* 0: withdrawn */
	uint8_t family, len;
	uint8_t addr[16]; /* network order; IPv4 in the first four bytes */
};

_Static_assert(sizeof(struct trace_news) == 32, "no holes");

#endif

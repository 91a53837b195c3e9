// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Addresses and prefixes of either family.
 *
 * A struct ipnet is an address with a prefix length; as a subnet its host bits
 * are zero (ipnet_is_prefix), as an interface address they are not.  Values are
 * plain and compared bytewise: everything here writes them zero-padded, so two
 * equal ones are equal to memcmp().
 *
 * Parsing is strict: only the form that ipnet_format() writes is accepted, so
 * a text has one value and a value has one text.
 */
#ifndef FRR_TENANT_MODEL_NET_H
#define FRR_TENANT_MODEL_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Room for any text this module writes, with its end. */
#define IPNET_TEXT_SIZE 52

struct ipnet {
	uint8_t family;   /* AF_INET, AF_INET6, or 0: no value */
	uint8_t len;      /* bits; 32 or 128 where it is a host address */
	uint8_t addr[16]; /* network order; IPv4 in the first four bytes */
};

/* "10.1.1.0/24".  0, or -EINVAL with *net untouched. */
int ipnet_parse(const char *text, struct ipnet *net);
/* "10.1.1.1", as a host prefix.  0, or -EINVAL with *net untouched. */
int ipnet_parse_addr(const char *text, struct ipnet *net);

/* "10.1.1.0/24"; returns buf. */
const char *ipnet_format(const struct ipnet *net, char buf[static IPNET_TEXT_SIZE]);
/* "10.1.1.0", without the length; returns buf. */
const char *ipnet_format_addr(const struct ipnet *net, char buf[static IPNET_TEXT_SIZE]);

/* By family, address, length. */
int ipnet_cmp(const struct ipnet *a, const struct ipnet *b);
bool ipnet_is_set(const struct ipnet *net);
/* No host bits: a network, not an interface address. */
bool ipnet_is_prefix(const struct ipnet *net);
/* An address that a machine may have: with the length of its network, neither
 * the network itself nor (IPv4) its broadcast address.
 */
bool ipnet_is_host(const struct ipnet *net);
/* outer holds all of inner; a prefix contains itself. */
bool ipnet_contains(const struct ipnet *outer, const struct ipnet *inner);
bool ipnet_overlaps(const struct ipnet *a, const struct ipnet *b);

unsigned int ipnet_max_len(const struct ipnet *net);
/* The network that an interface address lies in. */
struct ipnet ipnet_masked(const struct ipnet *net);
/* The address alone, as a host prefix. */
struct ipnet ipnet_host(const struct ipnet *net);
/* Address number `slot` of a prefix, with the prefix's length.  0, or -ERANGE
 * where the prefix has no such host (IPv4 network and broadcast are none,
 * except in a /31, RFC 3021).
 */
int ipnet_slot(const struct ipnet *prefix, uint32_t slot, struct ipnet *addr);
/* Prefix number `index` of length `len` in a pool.  0, or -ERANGE when the
 * pool has no such prefix.
 */
int ipnet_carve(const struct ipnet *pool, unsigned int len, uint64_t index, struct ipnet *net);

/* ---- services ---- */

/* With ports, which may be published. */
#define PROTOCOL_COUNT 2
extern const char *const protocol_names[PROTOCOL_COUNT]; /* "tcp", "udp" */
extern const uint8_t protocol_numbers[PROTOCOL_COUNT];   /* IPPROTO_ */
/* "tcp/443"; returns buf. */
#define SERVICE_TEXT_SIZE 12
const char *service_text(uint8_t protocol, uint16_t port, char buf[static SERVICE_TEXT_SIZE]);
/* Reads that: 0, or -1 where it is none. */
int service_parse(const char *text, uint8_t *protocol, uint16_t *port);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/* Addresses and prefixes of either family. */
#include <zebra.h>

#include <errno.h>
#include <string.h>

#include "model/net.h"

static int parse_host(const char *text, struct ipnet *net)
{
	struct ipnet out = {};

	if (inet_pton(AF_INET, text, out.addr) == 1)
		out.family = AF_INET;
	else if (inet_pton(AF_INET6, text, out.addr) == 1)
		out.family = AF_INET6;
	else
		return -EINVAL;
	out.len = ipnet_max_len(&out);
	*net = out;
	return 0;
}

/* A decimal length without sign, blank or leading zero; -1 if it is not one. */
static int parse_len(const char *text)
{
	int len = 0;

	if (!*text || (text[0] == '0' && text[1]))
		return -1;
	for (; *text; text++) {
		if (*text < '0' || *text > '9' || len > 128)
			return -1;
		len = len * 10 + (*text - '0');
	}
	return len;
}

int ipnet_parse(const char *text, struct ipnet *net)
{
	char host[IPNET_TEXT_SIZE];
	char again[IPNET_TEXT_SIZE];
	const char *slash = strchr(text, '/');
	struct ipnet out;
	int len;

	if (!slash || (size_t)(slash - text) >= sizeof(host))
		return -EINVAL;
	memcpy(host, text, slash - text);
	host[slash - text] = '\0';
	len = parse_len(slash + 1);
	if (parse_host(host, &out) < 0 || len < 0 || len > out.len)
		return -EINVAL;
	out.len = len;
	if (strcmp(ipnet_format(&out, again), text) != 0)
		return -EINVAL;
	*net = out;
	return 0;
}

int ipnet_parse_addr(const char *text, struct ipnet *net)
{
	char again[IPNET_TEXT_SIZE];
	struct ipnet out;

	if (parse_host(text, &out) < 0)
		return -EINVAL;
	if (strcmp(ipnet_format_addr(&out, again), text) != 0)
		return -EINVAL;
	*net = out;
	return 0;
}

const char *ipnet_format_addr(const struct ipnet *net, char buf[static IPNET_TEXT_SIZE])
{
	if (!ipnet_is_set(net) || !inet_ntop(net->family, net->addr, buf, IPNET_TEXT_SIZE))
		snprintf(buf, IPNET_TEXT_SIZE, "-");
	return buf;
}

const char *ipnet_format(const struct ipnet *net, char buf[static IPNET_TEXT_SIZE])
{
	size_t used;

	ipnet_format_addr(net, buf);
	used = strlen(buf);
	if (ipnet_is_set(net))
		snprintf(buf + used, IPNET_TEXT_SIZE - used, "/%u", net->len);
	return buf;
}

int ipnet_cmp(const struct ipnet *a, const struct ipnet *b)
{
	int diff;

	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	diff = memcmp(a->addr, b->addr, sizeof(a->addr));
	if (diff)
		return diff;
	return (int)a->len - (int)b->len;
}

bool ipnet_is_set(const struct ipnet *net)
{
	return net->family != 0;
}

unsigned int ipnet_max_len(const struct ipnet *net)
{
	return net->family == AF_INET ? 32 : 128;
}

static bool same_bits(const uint8_t *a, const uint8_t *b, unsigned int bits)
{
	unsigned int rest = bits % 8;
	uint8_t mask = 0xff << (8 - rest);

	if (memcmp(a, b, bits / 8))
		return false;
	return !rest || !((a[bits / 8] ^ b[bits / 8]) & mask);
}

bool ipnet_is_prefix(const struct ipnet *net)
{
	struct ipnet masked = ipnet_masked(net);

	return ipnet_cmp(net, &masked) == 0;
}

bool ipnet_is_host(const struct ipnet *net)
{
	unsigned int host_bits = ipnet_max_len(net) - net->len;
	uint32_t addr, mask;

	if (host_bits < 2)
		return true; /* RFC 3021 */
	if (ipnet_is_prefix(net))
		return false;
	if (net->family != AF_INET)
		return true;
	memcpy(&addr, net->addr, sizeof(addr));
	mask = host_bits < 32 ? (UINT32_C(1) << host_bits) - 1 : UINT32_MAX;
	return (ntohl(addr) & mask) != mask;
}

bool ipnet_contains(const struct ipnet *outer, const struct ipnet *inner)
{
	return outer->family == inner->family && outer->len <= inner->len &&
	       same_bits(outer->addr, inner->addr, outer->len);
}

bool ipnet_overlaps(const struct ipnet *a, const struct ipnet *b)
{
	return ipnet_contains(a, b) || ipnet_contains(b, a);
}

struct ipnet ipnet_masked(const struct ipnet *net)
{
	struct ipnet out = *net;
	unsigned int byte = net->len / 8;

	if (byte < sizeof(out.addr)) {
		out.addr[byte] &= (uint8_t)(0xff << (8 - net->len % 8));
		memset(out.addr + byte + 1, 0, sizeof(out.addr) - byte - 1);
	}
	return out;
}

struct ipnet ipnet_host(const struct ipnet *net)
{
	struct ipnet out = *net;

	out.len = ipnet_max_len(net);
	return out;
}

/* Adds value * 2^shift to an address of max bits; false on overflow. */
static bool addr_add(struct ipnet *net, uint64_t value, unsigned int shift)
{
	unsigned int bytes = ipnet_max_len(net) / 8;
	unsigned int carry = 0;

	for (unsigned int i = 0; i < bytes; i++) {
		unsigned int low = i * 8; /* bit number of this byte's lowest bit */
		unsigned int part = 0;
		unsigned int sum;

		if (low + 8 > shift && low < shift + 64)
			part = (low >= shift ? value >> (low - shift) : value << (shift - low)) &
			       0xff;
		sum = net->addr[bytes - 1 - i] + part + carry;
		net->addr[bytes - 1 - i] = sum & 0xff;
		carry = sum >> 8;
	}
	return carry == 0;
}

int ipnet_slot(const struct ipnet *prefix, uint32_t slot, struct ipnet *addr)
{
	unsigned int bits = ipnet_max_len(prefix) - prefix->len;
	bool p2p = prefix->family == AF_INET && bits == 1;
	struct ipnet out = ipnet_masked(prefix);
	uint64_t hosts = bits >= 33 ? UINT64_MAX : (UINT64_C(1) << bits) - 1;

	if (p2p)
		slot -= 1; /* RFC 3021: both addresses are hosts */
	else if (slot == 0 || (prefix->family == AF_INET && slot == hosts))
		return -ERANGE;
	if (slot > hosts || !addr_add(&out, slot, 0))
		return -ERANGE;
	*addr = out;
	return 0;
}

int ipnet_carve(const struct ipnet *pool, unsigned int len, uint64_t index, struct ipnet *net)
{
	struct ipnet out = ipnet_masked(pool);
	unsigned int bits;

	if (len < pool->len || len > ipnet_max_len(pool))
		return -ERANGE;
	bits = len - pool->len;
	if (bits < 64 && index >> bits)
		return -ERANGE;
	if (!addr_add(&out, index, ipnet_max_len(pool) - len))
		return -ERANGE;
	out.len = len;
	*net = out;
	return 0;
}

/* ---- services ---- */

const char *const protocol_names[PROTOCOL_COUNT] = { "tcp", "udp" };
const uint8_t protocol_numbers[PROTOCOL_COUNT] = { IPPROTO_TCP, IPPROTO_UDP };

const char *service_text(uint8_t protocol, uint16_t port, char buf[static SERVICE_TEXT_SIZE])
{
	snprintf(buf, SERVICE_TEXT_SIZE, "%s/%u", protocol_names[protocol == IPPROTO_UDP], port);
	return buf;
}

int service_parse(const char *text, uint8_t *protocol, uint16_t *port)
{
	char buf[SERVICE_TEXT_SIZE];

	for (int i = 0; i < PROTOCOL_COUNT; i++) {
		if (strncmp(text, protocol_names[i], 3) || text[3] != '/')
			continue;
		*protocol = protocol_numbers[i];
		*port = strtoul(text + 4, NULL, 10);
		/* one way to write each */
		if (*port && !strcmp(service_text(*protocol, *port, buf), text))
			return 0;
	}
	return -1;
}

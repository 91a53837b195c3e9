// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Proves addresses and prefixes: one text for each value and one value for
 * each text, arithmetic that agrees with a walk over single bits, and the
 * ends of pools and prefixes, where a derived address would be wrong quietly.
 */
#include <zebra.h>

#include <errno.h>
#include <string.h>

#include "model/net.h"

#include "lib.h"

static struct ipnet net_of(const char *text)
{
	struct ipnet net = {};

	ck_assert_msg(ipnet_parse(text, &net) == 0, "\"%s\" is none", text);
	return net;
}

/* ---- text ---- */

static const struct {
	const char *what;
	const char *text;
	bool valid;
} texts[] = {
	{ "network", "10.1.1.0/24", true },
	{ "address with length", "10.1.1.1/24", true },
	{ "everything", "0.0.0.0/0", true },
	{ "host", "10.1.1.1/32", true },
	{ "last address", "255.255.255.255/32", true },
	{ "too long a length", "10.1.1.1/33", false },
	{ "much too long a length", "10.1.1.1/4294967328", false },
	{ "negative length", "10.1.1.1/-1", false },
	{ "signed length", "10.1.1.1/+24", false },
	{ "no length", "10.1.1.1", false },
	{ "empty length", "10.1.1.1/", false },
	{ "length with leading zero", "10.1.1.1/024", false },
	{ "length zero twice", "0.0.0.0/00", false },
	{ "length in words", "10.1.1.0/255.255.255.0", false },
	{ "two lengths", "10.1.1.0/24/24", false },
	{ "leading zero in an octet", "10.01.1.0/24", false },
	{ "octet over 255", "10.256.1.0/24", false },
	{ "three octets", "10.1.1/24", false },
	{ "five octets", "10.1.1.1.1/24", false },
	{ "hexadecimal", "0x0a.1.1.0/24", false },
	{ "blank before", " 10.1.1.0/24", false },
	{ "blank after", "10.1.1.0/24 ", false },
	{ "blank within", "10.1.1.0 /24", false },
	{ "newline after", "10.1.1.0/24\n", false },
	{ "second command", "10.1.1.0/24\nexit", false },
	{ "empty", "", false },
	{ "slash alone", "/", false },
	{ "length alone", "/24", false },
	{ "a name", "acme/24", false },
	{ "longer than any address",
	  "1111111111111111111111111111111111111111111111111111111111/8", false },
	{ "IPv6 network", "2001:db8::/64", true },
	{ "IPv6 everything", "::/0", true },
	{ "IPv6 host", "2001:db8::1/128", true },
	{ "IPv6 with all groups", "2001:db8:1:2:3:4:5:6/128", true },
	{ "IPv4 in IPv6", "::ffff:10.1.1.1/128", true },
	{ "IPv6 in capitals", "2001:DB8::/64", false },
	{ "IPv6 with zeros written out", "2001:db8:0:0:0:0:0:0/64", false },
	{ "IPv6 with leading zeros", "2001:0db8::/64", false },
	{ "IPv6 too long a length", "2001:db8::/129", false },
	{ "IPv6 with a zone", "fe80::1%eth0/64", false },
	{ "IPv6 in brackets", "[2001:db8::]/64", false },
	{ "IPv6 compressed twice", "2001::db8::/64", false },
};

START_TEST(a_text_is_a_prefix_as_the_table_says)
{
	struct ipnet untouched = { .family = 99, .len = 99 }, net = untouched;
	char again[IPNET_TEXT_SIZE];
	int ret = ipnet_parse(texts[_i].text, &net);

	ck_assert_msg((ret == 0) == texts[_i].valid, "%s: \"%s\" expected %d, got %d",
		      texts[_i].what, texts[_i].text, texts[_i].valid, ret);
	if (ret == 0)
		ck_assert_str_eq(ipnet_format(&net, again), texts[_i].text);
	else
		ck_assert_msg(ret == -EINVAL && !memcmp(&net, &untouched, sizeof(net)),
			      "%s: a refused text has been written", texts[_i].what);
}
END_TEST

static const struct {
	const char *what;
	const char *text;
	bool valid;
} addrs[] = {
	{ "address", "10.1.1.1", true },
	{ "zero", "0.0.0.0", true },
	{ "IPv6", "2001:db8::1", true },
	{ "unspecified IPv6", "::", true },
	{ "with a length", "10.1.1.1/32", false },
	{ "leading zero", "10.1.1.01", false },
	{ "short form", "10.1", false },
	{ "one number", "167837953", false },
	{ "blank", "10.1.1.1 ", false },
	{ "newline", "10.1.1.1\n", false },
	{ "IPv6 in capitals", "2001:DB8::1", false },
	{ "empty", "", false },
};

START_TEST(a_text_is_an_address_as_the_table_says)
{
	struct ipnet untouched = { .family = 99 }, net = untouched;
	char again[IPNET_TEXT_SIZE];
	int ret = ipnet_parse_addr(addrs[_i].text, &net);

	ck_assert_msg((ret == 0) == addrs[_i].valid, "%s: \"%s\" expected %d, got %d",
		      addrs[_i].what, addrs[_i].text, addrs[_i].valid, ret);
	if (ret == 0) {
		ck_assert_str_eq(ipnet_format_addr(&net, again), addrs[_i].text);
		ck_assert_uint_eq(net.len, ipnet_max_len(&net));
	} else {
		ck_assert_msg(!memcmp(&net, &untouched, sizeof(net)),
			      "%s: a refused text has been written", addrs[_i].what);
	}
}
END_TEST

START_TEST(no_value_prints_as_a_dash)
{
	struct ipnet none = {};
	char buf[IPNET_TEXT_SIZE];

	ck_assert_str_eq(ipnet_format(&none, buf), "-");
	ck_assert_str_eq(ipnet_format_addr(&none, buf), "-");
	ck_assert(!ipnet_is_set(&none));
}
END_TEST

/* ---- relations ---- */

static const struct {
	const char *a, *b;
	bool contains, overlaps;
} pairs[] = {
	{ "10.0.0.0/8", "10.1.1.0/24", true, true },
	{ "10.1.1.0/24", "10.0.0.0/8", false, true },
	{ "10.1.1.0/24", "10.1.1.0/24", true, true },
	{ "10.1.1.0/24", "10.1.2.0/24", false, false },
	{ "10.1.0.0/23", "10.1.1.0/24", true, true },
	{ "10.1.0.0/23", "10.1.2.0/24", false, false },
	{ "0.0.0.0/0", "10.1.1.1/32", true, true },
	{ "0.0.0.0/0", "::/0", false, false },
	{ "::/0", "10.0.0.0/8", false, false },
	{ "2001:db8::/32", "2001:db8:1::/48", true, true },
	{ "2001:db8::/33", "2001:db8:8000::/48", false, false },
	{ "10.1.1.0/31", "10.1.1.1/32", true, true },
	{ "10.1.1.0/32", "10.1.1.1/32", false, false },
};

START_TEST(containment_and_overlap_are_as_the_table_says)
{
	struct ipnet a = net_of(pairs[_i].a), b = net_of(pairs[_i].b);

	ck_assert_msg(ipnet_contains(&a, &b) == pairs[_i].contains, "%s contains %s: got %d",
		      pairs[_i].a, pairs[_i].b, !pairs[_i].contains);
	ck_assert_msg(ipnet_overlaps(&a, &b) == pairs[_i].overlaps, "%s overlaps %s: got %d",
		      pairs[_i].a, pairs[_i].b, !pairs[_i].overlaps);
}
END_TEST

static const struct {
	const char *what;
	const char *prefix;
	uint32_t slot;
	const char *addr; /* NULL: there is none */
} slots[] = {
	{ "first of a /29", "100.64.0.0/29", 1, "100.64.0.1/29" },
	{ "last of a /29", "100.64.0.0/29", 6, "100.64.0.6/29" },
	{ "broadcast of a /29", "100.64.0.0/29", 7, NULL },
	{ "beyond a /29", "100.64.0.0/29", 8, NULL },
	{ "network of a /29", "100.64.0.0/29", 0, NULL },
	{ "first of a /30", "100.96.0.4/30", 1, "100.96.0.5/30" },
	{ "second of a /30", "100.96.0.4/30", 2, "100.96.0.6/30" },
	{ "broadcast of a /30", "100.96.0.4/30", 3, NULL },
	{ "first of a /31", "100.96.0.4/31", 1, "100.96.0.4/31" },
	{ "second of a /31", "100.96.0.4/31", 2, "100.96.0.5/31" },
	{ "third of a /31", "100.96.0.4/31", 3, NULL },
	{ "slot 0 of a /31", "100.96.0.4/31", 0, NULL },
	{ "a /32 has none", "100.96.0.4/32", 1, NULL },
	{ "254 of a /24", "10.0.0.0/24", 254, "10.0.0.254/24" },
	{ "carry into the next octet", "10.0.0.0/22", 256, "10.0.1.0/22" },
	{ "4294967294 of everything", "0.0.0.0/0", 4294967294u, "255.255.255.254/0" },
	{ "broadcast of everything", "0.0.0.0/0", 4294967295u, NULL },
	{ "host bits are cleared first", "10.0.0.77/24", 1, "10.0.0.1/24" },
	{ "IPv6", "2001:db8::/64", 1, "2001:db8::1/64" },
	{ "IPv6 has no broadcast", "2001:db8::/125", 7, "2001:db8::7/125" },
	{ "IPv6 beyond", "2001:db8::/125", 8, NULL },
	{ "IPv6 anycast", "2001:db8::/64", 0, NULL },
	{ "IPv6 last slot of all", "2001:db8::/64", 4294967295u, "2001:db8::ffff:ffff/64" },
};

START_TEST(a_slot_is_the_host_that_the_table_says)
{
	struct ipnet prefix = net_of(slots[_i].prefix), untouched = { .family = 99 },
		     addr = untouched;
	char text[IPNET_TEXT_SIZE];
	int ret = ipnet_slot(&prefix, slots[_i].slot, &addr);

	if (slots[_i].addr) {
		ck_assert_msg(ret == 0 && !strcmp(ipnet_format(&addr, text), slots[_i].addr),
			      "%s: slot %u of %s expected %s, got %d %s", slots[_i].what,
			      slots[_i].slot, slots[_i].prefix, slots[_i].addr, ret,
			      ipnet_format(&addr, text));
	} else {
		ck_assert_msg(ret == -ERANGE && !memcmp(&addr, &untouched, sizeof(addr)),
			      "%s: slot %u of %s expected none, got %d", slots[_i].what,
			      slots[_i].slot, slots[_i].prefix, ret);
	}
}
END_TEST

static const struct {
	const char *what;
	const char *pool;
	unsigned int len;
	uint64_t index;
	const char *net; /* NULL: there is none */
} carves[] = {
	{ "first", "100.64.0.0/11", 29, 0, "100.64.0.0/29" },
	{ "second", "100.64.0.0/11", 29, 1, "100.64.0.8/29" },
	{ "last", "100.64.0.0/11", 29, 262143, "100.95.255.248/29" },
	{ "one past the last", "100.64.0.0/11", 29, 262144, NULL },
	{ "the pool itself", "100.64.0.0/11", 11, 0, "100.64.0.0/11" },
	{ "a second pool", "100.64.0.0/11", 11, 1, NULL },
	{ "shorter than the pool", "100.64.0.0/11", 10, 0, NULL },
	{ "longer than an address", "100.64.0.0/11", 33, 0, NULL },
	{ "addresses", "10.0.0.0/30", 32, 3, "10.0.0.3/32" },
	{ "all of IPv4", "0.0.0.0/0", 32, 4294967295u, "255.255.255.255/32" },
	{ "past all of IPv4", "0.0.0.0/0", 32, UINT64_C(4294967296), NULL },
	{ "an index of 64 bits", "2001:db8::/32", 96, UINT64_MAX,
	  "2001:db8:ffff:ffff:ffff:ffff::/96" },
	{ "IPv6 across the 64 bit line", "2001:db8::/32", 100, UINT64_C(1) << 40,
	  "2001:db8:0:10::/100" },
	{ "IPv6 with bits to spare", "::/0", 128, UINT64_MAX, "::ffff:ffff:ffff:ffff/128" },
	{ "IPv6 top bits", "::/0", 64, UINT64_MAX, "ffff:ffff:ffff:ffff::/64" },
	{ "IPv6 past 63 bits", "::/0", 63, UINT64_MAX, NULL },
};

START_TEST(carving_a_pool_gives_what_the_table_says)
{
	struct ipnet pool = net_of(carves[_i].pool), untouched = { .family = 99 }, net = untouched;
	int ret = ipnet_carve(&pool, carves[_i].len, carves[_i].index, &net);
	char text[IPNET_TEXT_SIZE];

	if (carves[_i].net) {
		ck_assert_msg(ret == 0 && !strcmp(ipnet_format(&net, text), carves[_i].net),
			      "%s: number %" PRIu64 " of %s expected %s, got %d %s",
			      carves[_i].what, carves[_i].index, carves[_i].pool, carves[_i].net,
			      ret, ipnet_format(&net, text));
	} else {
		ck_assert_msg(ret == -ERANGE && !memcmp(&net, &untouched, sizeof(net)),
			      "%s: number %" PRIu64 " of %s expected none, got %d",
			      carves[_i].what, carves[_i].index, carves[_i].pool, ret);
	}
}
END_TEST

/* ---- against single bits ---- */

static bool bit(const struct ipnet *net, unsigned int i)
{
	return net->addr[i / 8] >> (7 - i % 8) & 1;
}

static struct ipnet random_net(void)
{
	struct ipnet net = { .family = lib_below(2) ? AF_INET : AF_INET6 };

	net.len = lib_below(ipnet_max_len(&net) + 1);
	for (unsigned int i = 0; i < ipnet_max_len(&net) / 8; i++)
		net.addr[i] = lib_random();
	return net;
}

/* Most random pairs have nothing in common: make b a near copy of a. */
static struct ipnet random_neighbour(const struct ipnet *a)
{
	struct ipnet b = *a;
	unsigned int flip = lib_below(ipnet_max_len(a));

	if (lib_below(4) == 0)
		return random_net();
	b.len = lib_below(ipnet_max_len(a) + 1);
	if (lib_below(2))
		b.addr[flip / 8] ^= 0x80 >> flip % 8;
	return b;
}

static bool slow_contains(const struct ipnet *outer, const struct ipnet *inner)
{
	if (outer->family != inner->family || outer->len > inner->len)
		return false;
	for (unsigned int i = 0; i < outer->len; i++)
		if (bit(outer, i) != bit(inner, i))
			return false;
	return true;
}

static bool slow_is_prefix(const struct ipnet *net)
{
	for (unsigned int i = net->len; i < ipnet_max_len(net); i++)
		if (bit(net, i))
			return false;
	return true;
}

START_TEST(random_prefixes_agree_with_a_walk_over_their_bits)
{
	char a_text[IPNET_TEXT_SIZE], b_text[IPNET_TEXT_SIZE];

	lib_seed(1);
	for (unsigned int run = 0; run < lib_times(100000); run++) {
		struct ipnet a = random_net(), b = random_neighbour(&a), again = {};
		struct ipnet masked = ipnet_masked(&a), host = ipnet_host(&a);
		bool both = slow_contains(&a, &b) || slow_contains(&b, &a);

		ipnet_format(&a, a_text);
		ipnet_format(&b, b_text);
		ck_assert_msg(!ipnet_parse(a_text, &again) && !memcmp(&a, &again, sizeof(a)),
			      "%s does not come back", a_text);
		ck_assert_msg(ipnet_contains(&a, &b) == slow_contains(&a, &b), "%s contains %s",
			      a_text, b_text);
		ck_assert_msg(ipnet_overlaps(&a, &b) == both, "%s overlaps %s", a_text, b_text);
		ck_assert_msg(ipnet_is_prefix(&a) == slow_is_prefix(&a), "%s is a prefix", a_text);
		ck_assert_msg(slow_is_prefix(&masked) && slow_contains(&masked, &a) &&
				      masked.len == a.len,
			      "%s masked", a_text);
		ck_assert_msg(host.len == ipnet_max_len(&a) && slow_contains(&a, &host), "%s host",
			      a_text);
		ck_assert_msg((ipnet_cmp(&a, &b) == 0) == !memcmp(&a, &b, sizeof(a)) &&
				      ipnet_cmp(&a, &b) == -ipnet_cmp(&b, &a),
			      "%s compared with %s", a_text, b_text);
	}
}
END_TEST

/* The value of the bits from first to before end. */
static unsigned __int128 bits_value(const struct ipnet *net, unsigned int first, unsigned int end)
{
	unsigned __int128 value = 0;

	for (unsigned int i = first; i < end; i++)
		value = value << 1 | bit(net, i);
	return value;
}

START_TEST(random_carving_writes_the_index_into_the_bits_after_the_pool)
{
	lib_seed(2);
	for (unsigned int run = 0; run < lib_times(100000); run++) {
		struct ipnet any = random_net(), pool = ipnet_masked(&any), net = {};
		unsigned int max = ipnet_max_len(&pool);
		unsigned int len = pool.len + lib_below(max - pool.len + 1), bits = len - pool.len;
		uint64_t index = lib_random() >> lib_below(64);
		bool fits = bits >= 64 || index >> bits == 0;
		char text[IPNET_TEXT_SIZE];

		ipnet_format(&pool, text);
		ck_assert_msg((ipnet_carve(&pool, len, index, &net) == 0) == fits,
			      "number %" PRIu64 " of length %u in %s", index, len, text);
		if (!fits)
			continue;
		ck_assert_msg(slow_contains(&pool, &net) && net.len == len &&
				      slow_is_prefix(&net) &&
				      bits_value(&net, pool.len, len) == index,
			      "number %" PRIu64 " of length %u in %s", index, len, text);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("net");
	TCase *tcase = tcase_create("net");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, a_text_is_a_prefix_as_the_table_says, 0, array_size(texts));
	tcase_add_loop_test(tcase, a_text_is_an_address_as_the_table_says, 0, array_size(addrs));
	tcase_add_test(tcase, no_value_prints_as_a_dash);
	tcase_add_loop_test(tcase, containment_and_overlap_are_as_the_table_says, 0,
			    array_size(pairs));
	tcase_add_loop_test(tcase, a_slot_is_the_host_that_the_table_says, 0, array_size(slots));
	tcase_add_loop_test(tcase, carving_a_pool_gives_what_the_table_says, 0,
			    array_size(carves));
	tcase_add_test(tcase, random_prefixes_agree_with_a_walk_over_their_bits);
	tcase_add_test(tcase, random_carving_writes_the_index_into_the_bits_after_the_pool);
	suite_add_tcase(suite, tcase);
	return lib_main(suite);
}

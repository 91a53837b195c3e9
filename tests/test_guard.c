// SPDX-License-Identifier: GPL-2.0-or-later
/* Proves which routes the guard in zebra lets into which VRF, and that no packet can harm it. */
#include <zebra.h>

#include <string.h>

#include "darr.h"

#include "guard/guard.h"

#include "lib.h"

#define ACME   7
#define GLOBEX 9
#define ASN    65000

static struct guard *guard;

static void net(const char *text, struct ipnet *out)
{
	ck_assert_int_eq(strchr(text, '/') ? ipnet_parse(text, out) : ipnet_parse_addr(text, out),
			 0);
}

/* ---- packets ---- */

static struct guard_news take(const void *packet, size_t length)
{
	struct guard_news news;

	ck_assert_int_eq(guard_take(guard, packet, length, &news), 0);
	return news;
}

static struct guard_news plain(enum guard_kind kind, enum guard_mode mode)
{
	struct guard_head head = { .format = GUARD_FORMAT, .kind = kind, .mode = mode };

	return take(&head, sizeof(head));
}

static struct guard_news tenant(enum guard_kind kind, const char *vrf, uint32_t number,
				const char *leaked)
{
	struct {
		struct guard_head head;
		struct guard_tenant tenant;
		struct guard_leak leak;
	} packet = {
		.head = { .format = GUARD_FORMAT, .kind = kind, .count = leaked ? 1 : 0 },
		.tenant = { .rd_number = number,
			    .asn = ASN,
			    .rt_number = number,
			    .leak_number = 1000000 + number },
		.leak = { .rd_number = GLOBEX },
	};

	strlcpy(packet.tenant.vrf, vrf, sizeof(packet.tenant.vrf));
	if (leaked)
		net(leaked, &packet.leak.prefix);
	return take(&packet, sizeof(packet) - (leaked ? 0 : sizeof(packet.leak)));
}

/* rd: "10.255.0.1" and a number; 0: of AS 64999, which no node of ours makes */
static struct guard_news origin(uint32_t label, uint32_t rd, uint32_t target)
{
	struct {
		struct guard_head head;
		struct guard_origin origin;
	} packet = { .head = { .format = GUARD_FORMAT, .kind = GUARD_ORIGINS, .count = 1 },
		     .origin = { .label = label, .target_count = target ? 1 : 0 } };
	uint8_t ours[8] = { 0, 1, 10, 255, 0, 1, rd >> 8, rd }, other[8] = { 0, 0, 0xfd, 0xe7 };
	uint8_t rt[8] = { 0,           2,     ASN >> 8, ASN & 0xff, target >> 24, target >> 16,
			  target >> 8, target };

	net("10.255.0.1", &packet.origin.hop);
	memcpy(packet.origin.rd, rd ? ours : other, 8);
	memcpy(packet.origin.targets[0], rt, 8);
	return take(&packet, sizeof(packet));
}

static void setup(void)
{
	struct {
		struct guard_head head;
		struct guard_node nodes[2];
	} nodes = { .head = { .format = GUARD_FORMAT, .kind = GUARD_NODES, .count = 2 },
		    .nodes = { { { 10, 255, 0, 2 } }, { { 10, 255, 0, 1 } } } };

	guard = guard_new();
	plain(GUARD_BEGIN, GUARD_ENFORCE);
	take(&nodes, sizeof(nodes));
	tenant(GUARD_TENANT, "acme", ACME, "10.9.0.0/16");
	tenant(GUARD_TENANT, "globex", GLOBEX, NULL);
	ck_assert(plain(GUARD_END, 0).all);
}

static void teardown(void)
{
	guard_free(guard);
}

/* ---- judging ---- */

static enum guard_verdict judge(const char *vrf, const char *text, const char *hop_vrf,
				uint32_t label, uint32_t *from)
{
	struct guard_hop hop = { .vrf = hop_vrf, .labelled = label, .label = label };
	struct ipnet prefix;
	uint32_t ignored;

	net(text, &prefix);
	net("10.255.0.1", &hop.gate);
	return guard_judge(guard, vrf, &prefix, &hop, from ?: &ignored);
}

/* clang-format off */
static const struct {
	const char *vrf, *prefix, *hop_vrf;
	uint32_t label;
	enum guard_verdict verdict;
	uint32_t from;
} routes[] = {
	{ "acme", "10.1.0.0/16", "acme", 0, GUARD_PASSES, 0 },
	{ "acme", "10.1.0.0/16", "globex", 0, GUARD_CROSSES, GLOBEX },
	{ "acme", "10.9.1.0/24", "globex", 0, GUARD_PASSES, 0 },	  /* leaked */
	{ "acme", "10.8.0.0/15", "globex", 0, GUARD_CROSSES, GLOBEX },	  /* holds more than that */
	{ "globex", "10.9.1.0/24", "acme", 0, GUARD_CROSSES, ACME },	  /* one way */
	{ "acme", "10.1.0.0/16", "default", 0, GUARD_STRANGER, 0 },
	{ "acme", "10.1.0.0/16", "mgmt", 0, GUARD_STRANGER, 0 },
	{ "mgmt", "10.1.0.0/16", "acme", 0, GUARD_PASSES, 0 },		  /* nobody named it */
	{ "acme", "10.1.0.0/16", "default", 100, GUARD_PASSES, 0 },	  /* its own RD */
	{ "globex", "10.1.0.0/16", "default", 100, GUARD_CROSSES, ACME },
	{ "acme", "10.2.0.0/16", "default", 101, GUARD_CROSSES, GLOBEX }, /* with acme's target on it */
	{ "acme", "10.9.2.0/24", "default", 101, GUARD_PASSES, 0 },	  /* leaked */
	{ "acme", "10.2.0.0/16", "default", 102, GUARD_PASSES, 0 },	  /* a PE not ours, acme's target */
	{ "globex", "10.2.0.0/16", "default", 102, GUARD_CROSSES, 0 },
	{ "acme", "10.9.3.0/24", "default", 103, GUARD_PASSES, 0 },	  /* a PE not ours, leaked */
	{ "acme", "10.3.0.0/16", "default", 103, GUARD_CROSSES, 0 },
	{ "acme", "10.1.0.0/16", "default", 104, GUARD_UNHEARD, 0 },
};
/* clang-format on */

START_TEST(passes)
{
	uint32_t from;

	origin(100, ACME, ACME);
	origin(101, GLOBEX, ACME);
	origin(102, 0, ACME);
	origin(103, 0, 1000000 + ACME);
	ck_assert_int_eq(judge(routes[_i].vrf, routes[_i].prefix, routes[_i].hop_vrf,
			       routes[_i].label, &from),
			 routes[_i].verdict);
	ck_assert_int_eq(from, routes[_i].from);
}
END_TEST

START_TEST(without_bgpd_no_label_is_judged)
{
	ck_assert_int_eq(judge("acme", "10.1.0.0/16", "default", 104, NULL), GUARD_PASSES);
	ck_assert(origin(100, ACME, ACME).all);
	ck_assert_int_eq(judge("acme", "10.1.0.0/16", "default", 104, NULL), GUARD_UNHEARD);
}
END_TEST

/* The PE at the far end gave a label to another VRF. */
START_TEST(a_label_is_used_again)
{
	struct guard_news news;

	origin(100, ACME, ACME);
	news = origin(101, ACME, ACME);
	ck_assert(news.origins && !news.all);
	news = origin(100, ACME, ACME);
	ck_assert(!news.origins && !news.all);
	ck_assert(origin(100, GLOBEX, ACME).all);
	ck_assert_int_eq(judge("acme", "10.1.0.0/16", "default", 100, NULL), GUARD_CROSSES);
}
END_TEST

START_TEST(off)
{
	plain(GUARD_BEGIN, GUARD_OFF);
	ck_assert_int_eq(guard_mode(guard), GUARD_ENFORCE);
	tenant(GUARD_TENANT, "acme", ACME, NULL);
	plain(GUARD_END, 0);
	ck_assert_int_eq(guard_mode(guard), GUARD_OFF);
	ck_assert_int_eq(judge("acme", "10.1.0.0/16", "mgmt", 0, NULL), GUARD_PASSES);
}
END_TEST

static void count(void *arg, const struct guard_tenant *one)
{
	++*(unsigned int *)arg;
}

START_TEST(who_is_not_named_again_is_forgotten)
{
	unsigned int known = 0;

	plain(GUARD_BEGIN, GUARD_ENFORCE);
	tenant(GUARD_TENANT, "globex", GLOBEX, NULL);
	ck_assert_ptr_nonnull(guard_tenant(guard, "acme"));
	plain(GUARD_END, 0);
	ck_assert_ptr_null(guard_tenant(guard, "acme"));
	ck_assert_str_eq(tenant(GUARD_TENANT, "acme", ACME, NULL).vrf, "acme");
	guard_each(guard, count, &known);
	ck_assert_int_eq(known, 2);
	ck_assert_str_eq(tenant(GUARD_FORGET, "acme", 0, NULL).vrf, "acme");
	ck_assert_ptr_null(guard_tenant(guard, "acme"));
	/* the nodes went with the last BEGIN: by RD alone nobody is known */
	origin(100, GLOBEX, 0);
	ck_assert_int_eq(judge("globex", "10.1.0.0/16", "default", 100, NULL), GUARD_CROSSES);
}
END_TEST

/* ---- what is no packet ---- */

START_TEST(rubbish_changes_nothing)
{
	uint8_t packet[sizeof(struct guard_head) + sizeof(struct guard_origin)];
	struct guard_head *head = (struct guard_head *)packet;
	struct guard_news news;
	unsigned int taken = 0;

	origin(100, ACME, ACME);
	lib_seed(4);
	for (unsigned int i = 0; i < lib_times(200000); i++) {
		size_t length = lib_below(sizeof(packet) + 1);

		for (size_t at = 0; at < length; at++)
			packet[at] = lib_random();
		head->format = GUARD_FORMAT;
		head->kind = lib_below(10);
		head->count = lib_below(4) ? lib_below(3) : lib_random();
		if (head->kind == GUARD_END || head->kind == GUARD_FORGET)
			continue;
		taken += guard_take(guard, packet, length, &news) == 0;
	}
	ck_assert_int_gt(taken, 0);
	ck_assert_int_eq(guard_mode(guard), GUARD_ENFORCE);
	ck_assert_int_eq(guard_tenant(guard, "acme")->rd_number, ACME);
	ck_assert_int_eq(judge("acme", "10.1.0.0/16", "default", 100, NULL), GUARD_PASSES);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("guard");
	Suite *suite = suite_create("guard");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, passes, 0, array_size(routes));
	tcase_add_test(tc, without_bgpd_no_label_is_judged);
	tcase_add_test(tc, a_label_is_used_again);
	tcase_add_test(tc, off);
	tcase_add_test(tc, who_is_not_named_again_is_forgotten);
	tcase_add_test(tc, rubbish_changes_nothing);
	suite_add_tcase(suite, tc);
	return lib_main(suite);
}

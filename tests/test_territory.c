// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whose a prefix is: every kind of space, what is nobody's, and the table against a walk
 * over everything while tenants come, change and go.
 */
#include <zebra.h>

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "darr.h"

#include "stray/territory.h"

#include "tests/lib.h"

enum { ACME = 1, GLOBEX, FREE, HELD };

/* Beside the reference network's acme: globex, with a space of its own and a part of acme's;
 * free, which has no aggregates; what is leaked from globex to acme.
 */
static const char *const more =
	"INSERT INTO reserved VALUES ('10.255.0.0/16', 'loopbacks');"
	"INSERT INTO tenant (id, name) VALUES (2, 'globex'), (3, 'free');"
	"INSERT INTO aggregate VALUES (2, '10.2.0.0/16'), (2, '172.16.0.0/16');"
	"INSERT INTO attachment (tenant_id, node_id, role) VALUES"
	" (2, 1, 'dlr'), (2, 2, 'edge'), (2, 3, 'pe'), (2, 4, 'pe'), (3, 4, 'pe'), (3, 1, 'dlr');"
	"INSERT INTO logical_switch (id, tenant_id, name) VALUES (20, 2, 'shop'), (30, 3, 'lan');"
	"INSERT INTO subnet (id, switch_id, prefix, gateway) VALUES"
	" (20, 20, '10.2.1.0/24', '10.2.1.1'), (30, 30, '10.3.1.0/24', '10.3.1.1');"
	"INSERT INTO link (id, tenant_id, name, node_id, ifname, vlan, address, peer, protocol) VALUES"
	" (20, 2, 'depot', 4, 'x2', 20, '192.168.202.1/30', '192.168.202.2', 'static');"
	"INSERT INTO link_route VALUES (20, '10.2.77.0/24');"
	"INSERT INTO leak (id, from_tenant, to_tenant, prefix) VALUES (1, 2, 1, '10.2.9.0/24');";

static struct model *model;
static struct territory *territory;

static void setup(void)
{
	const struct tenant *tenant = NULL;

	model = lib_model("reference", more);
	territory = territory_new();
	while ((tenant = model_tenant_next(model, tenant)))
		territory_set(territory, tenant->id, tenant);
}

static void teardown(void)
{
	territory_free(territory);
	model_free(model);
}

/* "" or "globex 10.2.0.0/16 aggregate". */
static const char *whose(uint32_t id, const char *prefix)
{
	static char text[160];
	char space[IPNET_TEXT_SIZE];
	struct foreign found = {};
	struct ipnet net;

	ck_assert_msg(ipnet_parse(prefix, &net) == 0, "%s", prefix);
	if (!territory_is_foreign(territory, model_provider(model), id, &net, &found))
		return "";
	snprintf(text, sizeof(text), "%s %s %s", found.tenant ? found.tenant->name : "-",
		 ipnet_format(&found.space, space), found.what);
	return text;
}

static const struct {
	const char *what;
	uint32_t in;
	const char *prefix, *whose;
} rows[] = {
	{ "a default is nobody's", ACME, "0.0.0.0/0", "" },
	{ "an own subnet", ACME, "10.1.1.0/24", "" },
	{ "a customer's part of the own aggregate", ACME, "172.16.2.0/24", "" },
	{ "what both have is nobody else's", GLOBEX, "172.16.2.0/24", "" },
	{ "what nobody has", ACME, "198.51.100.0/24", "" },
	{ "an own link", ACME, "192.168.201.0/30", "" },
	{ "the own wires", ACME, "100.64.0.0/29", "" },
	{ "another's aggregate", ACME, "10.2.200.0/24", "globex 10.2.0.0/16 aggregate" },
	{ "the whole of it", ACME, "10.2.0.0/16", "globex 10.2.0.0/16 aggregate" },
	{ "what only covers it", ACME, "10.2.0.0/15", "" },
	{ "another's subnet says more", ACME, "10.2.1.0/24",
	  "globex 10.2.1.0/24 subnet of switch shop" },
	{ "a host of it", ACME, "10.2.1.7/32", "globex 10.2.1.0/24 subnet of switch shop" },
	{ "another's link", ACME, "192.168.202.0/30", "globex 192.168.202.0/30 link depot" },
	{ "what is behind it", ACME, "10.2.77.128/25",
	  "globex 10.2.77.0/24 network behind link depot" },
	{ "what is leaked", ACME, "10.2.9.0/24", "" },
	{ "a part of what is leaked", ACME, "10.2.9.64/26", "" },
	{ "more than is leaked", ACME, "10.2.8.0/23", "globex 10.2.0.0/16 aggregate" },
	{ "a leak is one way", GLOBEX, "10.1.1.0/24", "acme 10.1.1.0/24 subnet of switch web" },
	{ "a subnet of who has no aggregates", ACME, "10.3.1.0/24",
	  "free 10.3.1.0/24 subnet of switch lan" },
	{ "who has none may hold anything", FREE, "10.2.1.0/24", "" },
	{ "but not what is reserved", FREE, "10.255.3.0/24", "- 10.255.0.0/16 reserved space" },
	{ "nor another's wire", FREE, "100.64.0.0/29", "acme 100.64.0.0/29 wire dc1-transit" },
	{ "reserved", ACME, "10.255.0.9/32", "- 10.255.0.0/16 reserved space" },
	{ "a host on another's wire", GLOBEX, "100.64.0.3/32",
	  "acme 100.64.0.0/29 wire dc1-transit" },
	{ "another's uplink", ACME, "100.96.0.132/30", "globex 100.96.0.132/30 wire dc1-uplink" },
	{ "a wire that no tenant has", ACME, "100.64.200.0/29", "- 100.64.0.0/10 reserved space" },
	{ "another family", ACME, "2001:db8::/32", "" },
	{ "a tenant that nobody knows", 99, "10.1.1.0/24", "" },
};

START_TEST(a_prefix_is_judged)
{
	const char *found = whose(rows[_i].in, rows[_i].prefix);

	ck_assert_msg(!strcmp(found, rows[_i].whose), "%s: %s in %u is \"%s\", not \"%s\"",
		      rows[_i].what, rows[_i].prefix, rows[_i].in, found, rows[_i].whose);
}
END_TEST

START_TEST(space_goes_with_its_tenant)
{
	ck_assert_str_ne(whose(ACME, "10.2.200.0/24"), "");
	territory_set(territory, GLOBEX, NULL);
	ck_assert_str_eq(whose(ACME, "10.2.200.0/24"), "");
	ck_assert_str_eq(whose(GLOBEX, "10.1.1.0/24"), "");
	territory_set(territory, GLOBEX, NULL);
	territory_set(territory, GLOBEX, model_tenant(model, GLOBEX));
	ck_assert_str_ne(whose(ACME, "10.2.200.0/24"), "");
}
END_TEST

START_TEST(another_owner_is_found_where_one_has_gone)
{
	struct tenant *twin = tenant_new(HELD);

	strlcpy(twin->name, "twin", sizeof(twin->name));
	*darr_append(twin->aggregates) = model_tenant(model, GLOBEX)->aggregates[0];
	territory_set(territory, HELD, twin);
	ck_assert_str_eq(whose(ACME, "10.2.200.0/24"), "twin 10.2.0.0/16 aggregate");
	territory_set(territory, HELD, NULL);
	ck_assert_str_eq(whose(ACME, "10.2.200.0/24"), "globex 10.2.0.0/16 aggregate");
	tenant_unref(twin);
}
END_TEST

/* ---- chance ---- */

#define CROWD 40

static struct ipnet random_net(void)
{
	struct ipnet net = { .family = AF_INET, .len = 8 + lib_below(17) };

	net.addr[0] = 10;
	net.addr[1] = lib_below(4);
	net.addr[2] = lib_below(8) << 5;
	return ipnet_masked(&net);
}

static struct tenant *random_tenant(uint32_t id)
{
	struct tenant *tenant = tenant_new(id);
	uint32_t count = 1 + lib_below(3);

	snprintf(tenant->name, sizeof(tenant->name), "t%u", id);
	for (uint32_t i = 0; i < count; i++)
		*darr_append(tenant->aggregates) = random_net();
	return tenant;
}

static bool holds(const struct tenant *tenant, const struct ipnet *net)
{
	const struct ipnet *aggregate;

	if (tenant)
		darr_foreach_p (tenant->aggregates, aggregate)
			if (ipnet_contains(aggregate, net))
				return true;
	return false;
}

/* A walk over all of them. */
static bool is_foreign(struct tenant *const *crowd, uint32_t in, const struct ipnet *net)
{
	bool any = false;

	for (uint32_t i = 0; i < CROWD; i++)
		any |= holds(crowd[i], net);
	return crowd[in] && any && !holds(crowd[in], net);
}

START_TEST(the_table_says_what_a_walk_says)
{
	struct provider *provider = provider_new();
	struct tenant *crowd[CROWD] = {};
	uint32_t times = lib_times(20000), foreign = 0;

	lib_seed(0x7e2217);
	for (uint32_t i = 0; i < times; i++) {
		uint32_t who = lib_below(CROWD), in = lib_below(CROWD);
		struct ipnet net = random_net();
		struct foreign found = {};
		char text[IPNET_TEXT_SIZE];
		bool expected;

		if (!lib_below(4)) {
			tenant_unref(crowd[who]);
			crowd[who] = lib_below(3) ? random_tenant(who + 100) : NULL;
			territory_set(territory, who + 100, crowd[who]);
		}
		/* as fine as it is asked of kernels */
		net.len += lib_below(33 - net.len);
		expected = is_foreign(crowd, in, &net);
		foreign += expected;
		ck_assert_msg(territory_is_foreign(territory, provider, in + 100, &net, &found) ==
				      expected,
			      "round %u: %s in %u", i, ipnet_format(&net, text), in + 100);
		ck_assert(!expected ||
			  (holds(found.tenant, &net) && ipnet_contains(&found.space, &net)));
	}
	ck_assert_uint_gt(foreign, times / 20);
	ck_assert_uint_lt(foreign, times - times / 20);
	for (uint32_t i = 0; i < CROWD; i++)
		tenant_unref(crowd[i]);
	provider_unref(provider);
}
END_TEST

/* ---- many ---- */

#define MANY 10000

static double now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec * 1e6 + now.tv_nsec / 1e3;
}

/* Number n of 10.0.0.0/8's /22 and of 172.16.0.0/12's /30. */
static struct ipnet nth(uint8_t first, uint8_t len, uint32_t n)
{
	uint32_t address = ((uint32_t)first << 24) + (n << (32 - len));

	return (struct ipnet){ .family = AF_INET,
			       .len = len,
			       .addr = { address >> 24, address >> 16, address >> 8, address } };
}

static struct tenant *nth_tenant(uint32_t id)
{
	struct tenant *tenant = tenant_new(id);

	*darr_append(tenant->aggregates) = nth(10, 22, id);
	*darr_append(tenant->aggregates) = (struct ipnet){ AF_INET, 16, { 192, 168 } };
	*darr_append(tenant->links) = (struct link){ .address = nth(172, 30, id), .name = "l" };
	return tenant;
}

static unsigned int ask_all(const struct provider *provider, uint32_t beside)
{
	struct foreign found = {};
	unsigned int foreign = 0;

	for (uint32_t id = 1; id <= MANY; id++) {
		struct ipnet net = nth(10, 22, id % MANY + beside);

		net.len = 32;
		net.addr[3] = 7;
		foreign += territory_is_foreign(territory, provider, id, &net, &found);
	}
	return foreign;
}

START_TEST(of_ten_thousand_tenants)
{
	struct provider *provider = provider_new();
	double began = now_us(), taken, own, others;

	for (uint32_t id = 1; id <= MANY; id++) {
		struct tenant *tenant = nth_tenant(id);

		territory_set(territory, id, tenant);
		tenant_unref(tenant);
	}
	taken = now_us();
	ck_assert_uint_eq(ask_all(provider, 1), MANY); /* of the next one's */
	others = now_us();
	for (uint32_t id = 1; id <= MANY; id++) {
		struct ipnet net = nth(10, 24, 4 * id), none = { AF_INET, 24, { 8, 8, 8 } };
		struct foreign found = {};

		ck_assert(!territory_is_foreign(territory, provider, id, &net, &found));
		ck_assert(!territory_is_foreign(territory, provider, id, &none, &found));
	}
	own = now_us();
	printf("%u tenants taken in in %.1f ms; %.2f us a host of another's, %.2f us an own or nobody's prefix\n",
	       MANY, (taken - began) / 1000, (others - taken) / MANY, (own - others) / 2 / MANY);
	began = now_us();
	for (uint32_t id = 1; id <= MANY; id++)
		territory_set(territory, id, NULL);
	printf("given up in %.1f ms\n", (now_us() - began) / 1000);
	ck_assert_uint_eq(ask_all(provider, 1), 0);
	provider_unref(provider);
}
END_TEST

static void setup_empty(void)
{
	territory = territory_new();
}

static void teardown_empty(void)
{
	territory_free(territory);
}

int main(void)
{
	Suite *suite = suite_create("territory");
	TCase *tcase = tcase_create("rows"), *chance = tcase_create("chance");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, a_prefix_is_judged, 0, array_size(rows));
	tcase_add_test(tcase, space_goes_with_its_tenant);
	tcase_add_test(tcase, another_owner_is_found_where_one_has_gone);
	suite_add_tcase(suite, tcase);
	tcase_add_checked_fixture(chance, setup_empty, teardown_empty);
	tcase_set_timeout(chance, 60);
	tcase_add_test(chance, the_table_says_what_a_walk_says);
	tcase_add_test(chance, of_ten_thousand_tenants);
	suite_add_tcase(suite, chance);
	return lib_main(suite);
}

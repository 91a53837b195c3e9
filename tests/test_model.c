// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Proves the model: a load is taken in whole or not at all, everyone whose
 * plan may differ is named and nobody else, two tenants never own the same
 * number, and numbers follow from ids as the documents say, to their last.
 */
#include <zebra.h>

#include <errno.h>
#include <string.h>

#include "darr.h"

#include "model/claims.h"
#include "model/derive.h"

#include "lib.h"

/* Three tenants without anything in common. */
#define THREE "INSERT INTO tenant (id, name) VALUES (1, 'one'), (2, 'two'), (3, 'three');"

static struct db *db;
static struct model *model;
static uint32_t *touched;

static void begin(const char *sql)
{
	db = lib_db(sql);
	model = model_new();
	touched = NULL;
	lib_load_all(model, db, NULL);
}

static void end(void)
{
	darr_free(touched);
	model_free(model);
	db_close(db);
}

/* ---- loads ---- */

START_TEST(an_empty_model_has_nothing)
{
	struct model *empty = model_new();

	ck_assert_ptr_null(model_provider(empty));
	ck_assert_ptr_null(model_tenant(empty, 1));
	ck_assert_ptr_null(model_tenant_by_name(empty, "one"));
	ck_assert_ptr_null(model_tenant_next(empty, NULL));
	ck_assert_uint_eq(model_tenant_count(empty), 0);
	model_free(empty);
	model_free(NULL);
	load_free(NULL);
}
END_TEST

START_TEST(a_full_load_drops_those_it_does_not_have)
{
	begin(THREE);
	lib_exec(
		db,
		"DELETE FROM tenant WHERE id = 2; INSERT INTO tenant (id, name) VALUES (4, 'four')");
	lib_load_all(model, db, &touched);
	ck_assert_uint_eq(model_tenant_count(model), 3);
	ck_assert_ptr_null(model_tenant(model, 2));
	ck_assert_ptr_nonnull(model_tenant_by_name(model, "four"));
	ck_assert(lib_is_touched(touched, 2) && lib_is_touched(touched, 4));
	end();
}
END_TEST

START_TEST(a_failing_load_leaves_the_model_as_it_was)
{
	struct load *load = NULL;
	struct reason why = {};

	begin(THREE);
	lib_exec(db, "PRAGMA ignore_check_constraints = ON; DELETE FROM provider;"
		     "DELETE FROM tenant WHERE id = 1");
	ck_assert_int_eq(db_load_all(db, &load, &why), -EIO);
	ck_assert_ptr_null(load);
	ck_assert_msg(strstr(why.text, "has no provider row"), "%s", why.text);
	ck_assert_uint_eq(model_tenant_count(model), 3);
	ck_assert_uint_eq(model_provider(model)->asn, 65000);
	end();
}
END_TEST

START_TEST(a_reason_is_one_printable_line)
{
	struct reason why = {};

	reason_set(&why, "its alias is \"%s\"", "a\nb\tc\x7f \xc3\xa9");
	ck_assert_str_eq(why.text, "its alias is \"a?b?c? \xc3\xa9\"");
	reason_set(&why, "the second reason");
	ck_assert_msg(!strncmp(why.text, "its alias", 9), "%s", why.text);
}
END_TEST

START_TEST(one_change_touches_one_tenant)
{
	begin(THREE);
	lib_exec(db, "INSERT INTO logical_switch (id, tenant_id, name) VALUES (1, 2, 'web')");
	lib_load_since(model, db, &touched);
	ck_assert_uint_eq(model_tenant_count(model), 3);
	ck_assert_uint_eq(darr_len(model_tenant(model, 2)->switches), 1);
	ck_assert(lib_is_touched(touched, 2));
	ck_assert(!lib_is_touched(touched, 1) && !lib_is_touched(touched, 3));
	end();
}
END_TEST

START_TEST(a_deleted_tenant_is_touched_and_gone)
{
	begin(THREE);
	lib_exec(db, "DELETE FROM tenant WHERE id = 2");
	lib_load_since(model, db, &touched);
	ck_assert_ptr_null(model_tenant(model, 2));
	ck_assert(lib_is_touched(touched, 2) && !lib_is_touched(touched, 1));
	end();
}
END_TEST

START_TEST(a_provider_change_touches_all)
{
	begin(THREE);
	lib_exec(db, "UPDATE provider SET asn = 65001");
	lib_load_since(model, db, &touched);
	ck_assert_uint_eq(model_provider(model)->asn, 65001);
	for (uint32_t id = 1; id <= 3; id++)
		ck_assert_msg(lib_is_touched(touched, id), "tenant %u", id);
	end();
}
END_TEST

START_TEST(a_leak_that_comes_or_goes_touches_both_its_tenants)
{
	begin(THREE);
	lib_exec(db, "INSERT INTO leak VALUES (1, 1, 3, '10.0.0.0/24')");
	lib_load_since(model, db, &touched);
	ck_assert(lib_is_touched(touched, 1) && lib_is_touched(touched, 3));
	ck_assert(!lib_is_touched(touched, 2));
	ck_assert_uint_eq(darr_len(model_tenant(model, 1)->leaks), 1);
	ck_assert_uint_eq(darr_len(model_tenant(model, 3)->leaks), 1);
	darr_free(touched);
	lib_exec(db, "DELETE FROM leak");
	lib_load_since(model, db, &touched);
	ck_assert(lib_is_touched(touched, 1) && lib_is_touched(touched, 3));
	ck_assert_uint_eq(darr_len(model_tenant(model, 3)->leaks), 0);
	end();
}
END_TEST

START_TEST(a_tenant_that_changes_touches_those_it_leaks_to)
{
	begin(THREE "INSERT INTO leak VALUES (1, 1, 3, '10.0.0.0/24')");
	lib_exec(db, "UPDATE tenant SET rt_number = 77 WHERE id = 1");
	lib_load_since(model, db, &touched);
	ck_assert(lib_is_touched(touched, 3) && !lib_is_touched(touched, 2));
	end();
}
END_TEST

/* ---- what is the same as before ---- */

/* Something in every array there is; tenant 2 has nothing of it. */
#define RICH                                                                                      \
	"INSERT INTO tenant (id, name) VALUES (1, 'one'), (2, 'two'), (3, 'three');"              \
	"INSERT INTO site (id, name) VALUES (1, 'dc1'), (2, 'dc2');"                              \
	"INSERT INTO node VALUES (1, 'pe1', 1, '10.255.0.1', '10.255.0.1');"                      \
	"INSERT INTO node_role VALUES (1, 'dlr'), (1, 'pe');"                                     \
	"INSERT INTO wire (id, name, site_id, kind) VALUES (1, 't1', 1, 'transit');"              \
	"INSERT INTO wire_port VALUES (1, 1, 1, 't0', 3);"                                        \
	"INSERT INTO aggregate VALUES (1, '10.1.0.0/16');"                                        \
	"INSERT INTO attachment VALUES (1, 1, 1, 'pe');"                                          \
	"INSERT INTO circuit VALUES (1, 1, NULL, 77, 'ospf');"                                    \
	"INSERT INTO logical_switch (id, tenant_id, name) VALUES (1, 1, 'web');"                  \
	"INSERT INTO subnet VALUES (1, 1, '10.1.1.0/24', '10.1.1.1', 1);"                         \
	"INSERT INTO link (id, tenant_id, name, node_id, ifname, address, peer, protocol) VALUES" \
	" (1, 1, 'hq', 1, 'x0', '192.168.1.1/30', '192.168.1.2', 'static');"                      \
	"INSERT INTO link_route VALUES (1, '10.7.0.0/24');"                                       \
	"INSERT INTO leak VALUES (1, 1, 3, '10.1.1.0/24');"

/* Rows that were written and say what they said. */
static const char *const said_again[] = {
	"UPDATE provider SET asn = asn",
	"UPDATE tenant SET max_routes = max_routes",
	"UPDATE subnet SET gateway = gateway",
	"UPDATE wire_port SET slot = slot",
	"INSERT INTO subnet VALUES (9, 1, '10.1.9.0/24', '10.1.9.1', 1);"
	"DELETE FROM subnet WHERE id = 9",
};

START_TEST(a_row_that_says_the_same_touches_nobody)
{
	const struct tenant *before;

	begin(RICH);
	before = model_tenant(model, 1);
	lib_exec(db, said_again[_i]);
	lib_load_since(model, db, &touched);
	ck_assert_msg(!darr_len(touched), "%s: %u are touched", said_again[_i], darr_len(touched));
	ck_assert_ptr_eq(model_tenant(model, 1), before);
	lib_load_all(model, db, &touched);
	ck_assert_uint_eq(darr_len(touched), 0);
	end();
}
END_TEST

/* One for each array, and for what is told apart from all others. */
static const struct {
	const char *sql;
	bool all; /* what all tenants share */
} differences[] = {
	{ "UPDATE tenant SET max_routes = 7 WHERE id = 1" },
	{ "UPDATE aggregate SET prefix = '10.2.0.0/16'" },
	{ "INSERT INTO attachment VALUES (2, 1, 1, 'dlr')" },
	{ "UPDATE circuit SET vlan = 78" },
	{ "UPDATE logical_switch SET name = 'wob'" },
	{ "UPDATE logical_switch SET mtu = 1400" },
	{ "INSERT INTO logical_switch (id, tenant_id, name) VALUES (2, 1, 'app')" },
	{ "UPDATE subnet SET advertise = 0" },
	{ "DELETE FROM subnet" },
	{ "UPDATE subnet SET gateway = 'nonsense'" },
	{ "UPDATE link SET name = 'hr'" },
	{ "UPDATE link_route SET prefix = '10.8.0.0/24'" },
	{ "DELETE FROM link" },
	{ "UPDATE leak SET prefix = '10.1.2.0/24'" },
	{ "UPDATE provider SET vpn_tag = 5", true },
	{ "UPDATE pool SET wires = 8 WHERE kind = 'transit'", true },
	{ "DELETE FROM reserved WHERE what = 'loopback'", true },
	{ "UPDATE site SET name = 'dc3' WHERE id = 2", true },
	{ "UPDATE node SET vtep = '10.255.0.9'", true },
	{ "UPDATE wire SET mtu = 9000", true },
	{ "UPDATE wire_port SET slot = 4", true },
	{ "INSERT INTO switch_domain (name, site_id) VALUES ('core', 1)", true },
	{ "INSERT INTO switch_domain (id, name, site_id) VALUES (9, 'core', 1); INSERT INTO domain_port VALUES (9, 1, 'c0')",
	  true },
};

START_TEST(a_row_that_says_otherwise_touches_its_tenant)
{
	const char *sql = differences[_i].sql;

	begin(RICH);
	lib_exec(db, sql);
	if (_i % 2)
		lib_load_all(model, db, &touched);
	else
		lib_load_since(model, db, &touched);
	ck_assert_msg(lib_is_touched(touched, 1), "%s: tenant 1 is not touched", sql);
	ck_assert_msg(lib_is_touched(touched, 2) == differences[_i].all, "%s: tenant 2", sql);
	end();
}
END_TEST

START_TEST(an_old_snapshot_outlives_a_newer_one)
{
	struct tenant *held;

	begin(THREE);
	held = tenant_ref(model_tenant(model, 1));
	lib_exec(db, "UPDATE tenant SET name = 'new' WHERE id = 1");
	lib_load_since(model, db, &touched);
	ck_assert_str_eq(held->name, "one");
	ck_assert_str_eq(model_tenant(model, 1)->name, "new");
	tenant_unref(held);
	end();
}
END_TEST

/* ---- claims ---- */

#define WEB(id, tenant, ...)                                                              \
	"INSERT INTO logical_switch (id, tenant_id, name, vni) VALUES (" #id ", " #tenant \
	", 'web', " #__VA_ARGS__ ");"

/* Tenants 1 and 2 on a wire and a port of one PE. */
#define SHARED                                                                                                                                      \
	THREE "INSERT INTO site (id, name) VALUES (1, 'dc');"                                                                                       \
	      "INSERT INTO node (id, name, site_id, router_id) VALUES (1, 'dlr', 1, '1.0.0.1'), (2, 'esg', 1, '1.0.0.2'), (3, 'pe', 1, '1.0.0.3');" \
	      "INSERT INTO node_role VALUES (1, 'dlr'), (2, 'edge'), (3, 'pe');"                                                                    \
	      "INSERT INTO wire (id, name, site_id, kind) VALUES (1, 'w', 1, 'transit');"                                                           \
	      "INSERT INTO wire_port (wire_id, node_id, ifname, slot) VALUES (1, 1, 't0', 1), (1, 2, 't0', 2);"                                     \
	      "INSERT INTO attachment (tenant_id, node_id, role) VALUES (1, 1, 'dlr'), (1, 2, 'edge'), (2, 1, 'dlr'), (2, 2, 'edge');"

/* clang-format off */
static const struct {
	const char *what;
	const char *setup;
	const char *cause;  /* makes tenant 2 collide with tenant 1 */
	const char *claim;  /* as it is told */
	const char *repair; /* on tenant 1's side */
} collisions[] = {
	{ "VRF", THREE, "UPDATE tenant SET vrf = 'one' WHERE id = 2", "VRF name one",
	  "UPDATE tenant SET vrf = 'uno' WHERE id = 1" },
	{ "table", THREE, "UPDATE tenant SET table_id = 1001 WHERE id = 2", "kernel table 1001",
	  "UPDATE tenant SET table_id = 900 WHERE id = 1" },
	{ "RD", THREE, "UPDATE tenant SET rd_number = 1 WHERE id = 2", "route distinguisher number 1",
	  "UPDATE tenant SET rd_number = 9 WHERE id = 1" },
	{ "RT", THREE, "UPDATE tenant SET rt_number = 1 WHERE id = 2", "route target 65000:1",
	  "UPDATE tenant SET rt_number = 9 WHERE id = 1" },
	{ "RT of leaks", THREE, "UPDATE tenant SET rt_number = 1000001 WHERE id = 2",
	  "route target 65000:1000001", "DELETE FROM tenant WHERE id = 1" },
	{ "VNI", THREE WEB(1, 1, NULL), WEB(2, 2, 100001), "VNI 100001",
	  "UPDATE logical_switch SET vni = 5 WHERE id = 1" },
	{ "VLAN", SHARED, "INSERT INTO circuit (tenant_id, wire_id, vlan) VALUES (2, 1, 101)",
	  "VLAN 101 on wire w", "INSERT INTO circuit (tenant_id, wire_id, vlan) VALUES (1, 1, 7)" },
	{ "VLAN, when the owner leaves the wire", SHARED,
	  "INSERT INTO circuit (tenant_id, wire_id, vlan) VALUES (2, 1, 101)", "VLAN 101 on wire w",
	  "DELETE FROM attachment WHERE tenant_id = 1 AND node_id = 1" },
};
/* clang-format on */

static uint32_t conflict_of(uint32_t id, char *what, size_t size)
{
	return claims_conflict(model_claims(model), model_provider(model), model_tenant(model, id),
			       what, size);
}

START_TEST(of_two_claimants_the_lower_id_owns_until_it_lets_go)
{
	char what[120] = "";

	begin(collisions[_i].setup);
	ck_assert_uint_eq(conflict_of(2, what, sizeof(what)), 0);
	lib_exec(db, collisions[_i].cause);
	lib_load_since(model, db, NULL);
	ck_assert_msg(conflict_of(2, what, sizeof(what)) == 1 &&
			      !strcmp(what, collisions[_i].claim),
		      "%s: expected \"%s\", got \"%s\"", collisions[_i].what, collisions[_i].claim,
		      what);
	ck_assert_uint_eq(conflict_of(1, what, sizeof(what)), 0);
	lib_exec(db, collisions[_i].repair);
	lib_load_since(model, db, &touched);
	ck_assert_msg(lib_is_touched(touched, 2), "%s: the other claimant is not told",
		      collisions[_i].what);
	ck_assert_uint_eq(conflict_of(2, what, sizeof(what)), 0);
	ck_assert_msg(!lib_is_touched(touched, 3), "%s: a third is", collisions[_i].what);
	end();
}
END_TEST

START_TEST(a_newcomer_with_a_lower_id_takes_over_and_the_owner_is_told)
{
	char what[120] = "";

	begin("INSERT INTO tenant (id, name, rd_number) VALUES (5, 'five', 3)");
	ck_assert_uint_eq(conflict_of(5, what, sizeof(what)), 0);
	lib_exec(db, "INSERT INTO tenant (id, name) VALUES (3, 'three')");
	lib_load_since(model, db, &touched);
	ck_assert(lib_is_touched(touched, 5));
	ck_assert_uint_eq(conflict_of(5, what, sizeof(what)), 3);
	ck_assert_str_eq(what, "route distinguisher number 3");
	end();
}
END_TEST

/* ---- derived numbers ---- */

enum rule { RD, RT, LEAK, VNI, VLAN, PREFIX };

static int apply(enum rule rule, struct reason *why, char *text)
{
	const struct provider *provider = model_provider(model);
	const struct tenant *tenant = model_tenant_next(model, NULL);
	const struct wire *wire = darr_len(provider->wires) ? &provider->wires[0] : NULL;
	uint32_t number = 4711;
	uint16_t vlan = 4711;
	struct ipnet net = {};
	int ret = 0;

	if (rule == RD)
		ret = derive_rd_number(tenant, &number, why);
	else if (rule == RT)
		ret = derive_rt_number(provider, tenant, &number, why);
	else if (rule == LEAK)
		ret = derive_leak_number(provider, tenant->id, &number, why);
	else if (rule == VNI)
		ret = derive_vni(provider, &tenant->switches[0], &number, why);
	else if (rule == VLAN)
		ret = derive_vlan(wire, tenant, &vlan, why), number = vlan;
	else
		ret = derive_wire_prefix(provider, wire, tenant, &net, why);
	if (ipnet_is_set(&net))
		ipnet_format(&net, text);
	else
		snprintf(text, IPNET_TEXT_SIZE, "%u", number);
	return ret;
}

#define TENANT(id) "INSERT INTO tenant (id, name) VALUES (" #id ", 't');"
#define WIRE \
	"INSERT INTO site (id, name) VALUES (1, 'dc'); INSERT INTO wire (id, name, site_id, kind) VALUES (2, 'w', 1, 'transit');"
#define AS4 "UPDATE provider SET asn = 4200000000;"

/* clang-format off */
static const struct {
	const char *what;
	const char *sql;
	enum rule rule;
	const char *number; /* NULL: none is left, and why says */
	const char *why;
} rules[] = {
	{ "RD", TENANT(7), RD, "7", NULL },
	{ "last RD", TENANT(65535), RD, "65535", NULL },
	{ "RD past the last", TENANT(65536), RD, NULL,
	  "tenant id 65536 does not fit into a route distinguisher (65535 is the last); set tenant.rd_number to a free one" },
	{ "RD override past the last", TENANT(65536) "UPDATE tenant SET rd_number = 9", RD, "9", NULL },
	{ "RT", TENANT(70000), RT, "70000", NULL },
	{ "RT override", TENANT(7) "UPDATE tenant SET rt_number = 4294967295", RT, "4294967295", NULL },
	{ "RT with a four-octet AS", AS4 TENANT(65535), RT, "65535", NULL },
	{ "RT past the last of a four-octet AS", AS4 TENANT(65536), RT, NULL,
	  "route target 4200000000:65536 does not fit (a four-octet AS leaves numbers up to 65535); set tenant.rt_number to a free one" },
	{ "leak target", TENANT(7), LEAK, "1000007", NULL },
	{ "leak target with a four-octet AS", AS4 TENANT(7), LEAK, NULL,
	  "the route target for leaks, 4200000000:1000007, does not fit; set provider.leak_base lower" },
	{ "VNI", TENANT(7) WEB(9, 7, NULL), VNI, "100009", NULL },
	{ "last VNI", TENANT(7) WEB(16677215, 7, NULL), VNI, "16777215", NULL },
	{ "VNI past the last", TENANT(7) WEB(16677216, 7, NULL), VNI, NULL,
	  "switch web would need VNI 16777216, past the last one (16777215); set provider.vni_base lower or logical_switch.vni to a free one" },
	{ "VLAN", TENANT(7) WIRE, VLAN, "107", NULL },
	{ "last VLAN", TENANT(3994) WIRE, VLAN, "4094", NULL },
	{ "VLAN past the last", TENANT(3995) WIRE, VLAN, NULL,
	  "wire w has no VLAN left for tenant id 3995 (VLAN 4094 is its last); set circuit.vlan to a free one or use another wire" },
	{ "VLAN override past the last",
	  TENANT(3995) WIRE "INSERT INTO circuit (tenant_id, wire_id, vlan) VALUES (3995, 2, 9)", VLAN, "9", NULL },
	{ "prefix of the second wire", TENANT(1) WIRE, PREFIX, "100.64.0.8/29", NULL },
	{ "prefix of the second tenant", TENANT(2) WIRE, PREFIX, "100.64.0.136/29", NULL },
	{ "last prefix", TENANT(16384) WIRE "UPDATE wire SET id = 16", PREFIX, "100.95.255.248/29", NULL },
	{ "prefix past the last", TENANT(16385) WIRE, PREFIX, NULL,
	  "the transit pool 100.64.0.0/11 is exhausted: it has no prefix number 262145 of length 29; enlarge the pool or set circuit.prefix" },
	{ "prefix of a wire that the pool does not know", TENANT(1) WIRE "UPDATE wire SET id = 17", PREFIX, NULL,
	  "the transit pool is shared by 16 wires and wire w is number 17; raise pool.wires or set circuit.prefix" },
	{ "prefix override", TENANT(16385) WIRE "INSERT INTO circuit (tenant_id, wire_id, prefix) VALUES (16385, 2, '10.0.0.0/28')",
	  PREFIX, "10.0.0.0/28", NULL },
};
/* clang-format on */

START_TEST(a_number_follows_from_an_id_as_the_table_says)
{
	struct reason why = {};
	char text[IPNET_TEXT_SIZE];
	int ret;

	begin(rules[_i].sql);
	ret = apply(rules[_i].rule, &why, text);
	if (rules[_i].number)
		ck_assert_msg(ret == 0 && !strcmp(text, rules[_i].number) && !why.text[0],
			      "%s: expected %s, got %d %s %s", rules[_i].what, rules[_i].number,
			      ret, text, why.text);
	else
		ck_assert_msg(ret == -ERANGE && !strcmp(why.text, rules[_i].why) &&
				      !strcmp(text, "4711"),
			      "%s: expected \"%s\", got %d %s \"%s\"", rules[_i].what,
			      rules[_i].why, ret, text, why.text);
	end();
}
END_TEST

START_TEST(the_gateway_has_the_same_address_on_every_dlr)
{
	struct logical_switch sw = { .id = 0x01020304 };
	static const uint8_t expected[6] = { 0x02, 0x46, 1, 2, 3, 4 };
	uint8_t mac[6];
	char name[DEVICE_BUF];

	derive_gateway_mac(&sw, mac);
	ck_assert_mem_eq(mac, expected, 6);
	derive_bridge_mac(0x01020304, mac);
	ck_assert_mem_eq(mac, ((const uint8_t[]){ 0x02, 0x47, 1, 2, 3, 4 }), 6);
	derive_bridge_name(&sw, name);
	ck_assert_str_eq(name, "ls16909060");
	derive_vxlan_name(16777215, name);
	ck_assert_str_eq(name, "vx16777215");
	derive_vlan_name("tenletters", 4094, name);
	ck_assert_str_eq(name, "tenletters.4094");
	derive_vlan_name("a-port-as-it-is", 0, name);
	ck_assert_str_eq(name, "a-port-as-it-is");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("model");
	TCase *tcase = tcase_create("model");

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, an_empty_model_has_nothing);
	tcase_add_test(tcase, a_full_load_drops_those_it_does_not_have);
	tcase_add_test(tcase, a_failing_load_leaves_the_model_as_it_was);
	tcase_add_test(tcase, a_reason_is_one_printable_line);
	tcase_add_test(tcase, one_change_touches_one_tenant);
	tcase_add_test(tcase, a_deleted_tenant_is_touched_and_gone);
	tcase_add_loop_test(tcase, a_row_that_says_the_same_touches_nobody, 0,
			    array_size(said_again));
	tcase_add_loop_test(tcase, a_row_that_says_otherwise_touches_its_tenant, 0,
			    array_size(differences));
	tcase_add_test(tcase, a_provider_change_touches_all);
	tcase_add_test(tcase, a_leak_that_comes_or_goes_touches_both_its_tenants);
	tcase_add_test(tcase, a_tenant_that_changes_touches_those_it_leaks_to);
	tcase_add_test(tcase, an_old_snapshot_outlives_a_newer_one);
	tcase_add_loop_test(tcase, of_two_claimants_the_lower_id_owns_until_it_lets_go, 0,
			    array_size(collisions));
	tcase_add_test(tcase, a_newcomer_with_a_lower_id_takes_over_and_the_owner_is_told);
	tcase_add_loop_test(tcase, a_number_follows_from_an_id_as_the_table_says, 0,
			    array_size(rules));
	tcase_add_test(tcase, the_gateway_has_the_same_address_on_every_dlr);
	suite_add_tcase(suite, tcase);
	return lib_main(suite);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Proves what a change is said to cost: which sessions it resets, ends and
 * begins on a node and why, and which prefixes a tenant brings into its VPN.
 */
#include <zebra.h>

#include <string.h>

#include "darr.h"

#include "plan/diff.h"
#include "plan/impact.h"

#include "lib.h"

#define NONE ""

/* clang-format off */
static const struct {
	const char *story, *node, *sql, *expected;
} costs[] = {
	/* what changes every day */
	{ "reference", "dlr", "INSERT INTO subnet (switch_id, prefix, gateway) VALUES (1, '10.1.77.0/24', '10.1.77.1')", NONE },
	{ "reference", "dlr", "DELETE FROM subnet", NONE },
	{ "reference", "esg", "UPDATE subnet SET advertise = 0", NONE },
	{ "reference", "esg", "INSERT INTO reserved VALUES ('10.99.0.0/16', '')", NONE },
	{ "reference", "pe1", "UPDATE tenant SET max_routes = 7, description = 'x', rt_number = 4711", NONE },
	{ "reference", "pe1", "DELETE FROM aggregate", NONE },
	{ "bgp-link", "pe2", "UPDATE link SET max_routes = 7", NONE },
	{ "reference", "dlr", "UPDATE wire SET bfd = 1", NONE },
	/* tenants and links come and go */
	{ "reference", "dlr", "DELETE FROM tenant WHERE name = 'acme'", "acme ospfd t0.101 ends\n" },
	{ "bgp-link", "pe2", "DELETE FROM link", "acme bgpd 192.168.201.2 ends\n" },
	{ "bgp-link", "pe2", "UPDATE link SET peer = '192.168.201.2', peer_as = 65999", "acme bgpd 192.168.201.2 reset: its AS number is another\n" },
	/* both ends of a wire */
	{ "reference", "dlr", "UPDATE wire SET mtu = 1700", "acme ospfd t0.101 reset: the MTU of its device is another\n" },
	{ "reference", "dlr", "UPDATE wire SET ospf_key = 'secret-key'", "acme ospfd t0.101 reset: its authentication is another\n" },
	{ "reference", "dlr", "UPDATE provider SET ospf_dead = 40", "acme ospfd t0.101 reset: its timers are others\n" },
	{ "reference", "dlr", "UPDATE provider SET nssa_area = 52", "acme ospfd t0.101 reset: its area is another\n" },
	{ "reference", "dlr", "UPDATE node SET router_id = '10.255.9.9' WHERE name = 'dlr'", "acme ospfd t0.101 reset: the router id is another\n" },
	{ "reference", "dlr", "UPDATE tenant SET table_id = 4711", "acme ospfd t0.101 reset: its VRF is made anew\n" },
	{ "reference", "dlr", "UPDATE wire SET vlan_base = 200", "acme ospfd t0.101 reset: its device is made anew\n" },
	{ "reference", "dlr", "UPDATE wire_port SET ifname = 't9' WHERE ifname = 't0'", "acme ospfd t0.101 reset: its device is made anew\n" },
	{ "bgp-link", "pe2", "UPDATE provider SET asn = 65001", "acme bgpd 192.168.201.2 reset: its instance is made anew\n" },
	{ "bgp-link", "pe2", "UPDATE link SET vlan = 77", "acme bgpd 192.168.201.2 reset: its device is made anew\n" },
};
/* clang-format on */

static char *impacts_of(const struct model *before, const struct model *after, const char *name)
{
	struct objects have = {}, want = {};
	struct impact *impacts = NULL, *impact;
	struct op *ops = NULL;
	char *text = NULL;

	lib_plan(before, provider_node_by_name(model_provider(before), name), &have);
	lib_plan(after, provider_node_by_name(model_provider(after), name), &want);
	diff_objects(&have, &want, &ops);
	impact_sessions(&have, &want, ops, &impacts);
	lib_append(&text, "%s", "");
	darr_foreach_p (impacts, impact)
		lib_append(&text, "%s %s %s %s%s%s\n", impact->vrf, target_names[impact->daemon],
			   impact->where, session_fate_names[impact->fate],
			   impact->why[0] ? ": " : "", impact->why);
	darr_free(impacts);
	darr_free(ops);
	objects_fini(&have);
	objects_fini(&want);
	return text;
}

START_TEST(a_change_costs_the_sessions_it_resets)
{
	struct model *before = lib_model(costs[_i].story, ""),
		     *after = lib_model(costs[_i].story, costs[_i].sql);
	char *text = impacts_of(before, after, costs[_i].node);

	ck_assert_msg(!strcmp(text, costs[_i].expected), "%s, %s: %s\nexpected:\n%sgot:\n%s",
		      costs[_i].story, costs[_i].node, costs[_i].sql, costs[_i].expected, text);
	darr_free(text);
	/* what ends on the way there begins on the way back */
	text = impacts_of(after, before, costs[_i].node);
	ck_assert_uint_eq(strstr(text, "begins") != NULL,
			  strstr(costs[_i].expected, "ends") != NULL);
	darr_free(text);
	model_free(before);
	model_free(after);
}
END_TEST

/* clang-format off */
static const struct {
	const char *what, *sql, *expected;
} prefixes[] = {
	{ "as it is", "", "10.1.1.0/24 " },
	{ "one more", "INSERT INTO subnet (switch_id, prefix, gateway) VALUES (1, '10.1.2.0/24', '10.1.2.1')", "10.1.1.0/24 10.1.2.0/24 " },
	{ "hidden", "UPDATE subnet SET advertise = 0", "" },
	{ "of a test", "UPDATE logical_switch SET purpose = 'test'", "" },
	{ "outside the aggregates", "DELETE FROM aggregate; INSERT INTO aggregate VALUES (1, '172.16.0.0/16')", "" },
	{ "reserved", "INSERT INTO reserved VALUES ('10.1.0.0/16', '')", "" },
	{ "without a DLR", "DELETE FROM attachment WHERE role = 'dlr'", "" },
};
/* clang-format on */

#define ACME                                                                                  \
	"INSERT INTO site (id, name) VALUES (1, 'dc1');"                                      \
	"INSERT INTO node (id, name, site_id, router_id) VALUES (1, 'dlr', 1, '10.255.0.1');" \
	"INSERT INTO node_role VALUES (1, 'dlr');"                                            \
	"INSERT INTO tenant (id, name) VALUES (1, 'acme');"                                   \
	"INSERT INTO aggregate VALUES (1, '10.1.0.0/16');"                                    \
	"INSERT INTO attachment (tenant_id, node_id, role) VALUES (1, 1, 'dlr');"             \
	"INSERT INTO logical_switch (id, tenant_id, name) VALUES (1, 1, 'web');"              \
	"INSERT INTO subnet (switch_id, prefix, gateway) VALUES (1, '10.1.1.0/24', '10.1.1.1');"

START_TEST(a_tenant_brings_its_prefixes)
{
	struct db *db = lib_db(ACME);
	struct model *model = model_new();
	struct ipnet *nets = NULL, *net;
	uint32_t *touched = NULL;
	char text[IPNET_TEXT_SIZE], *all = NULL;

	lib_exec(db, prefixes[_i].sql);
	lib_load_all(model, db, &touched);
	impact_prefixes(model_provider(model), model_tenant(model, 1), &nets);
	lib_append(&all, "%s", "");
	darr_foreach_p (nets, net)
		lib_append(&all, "%s ", ipnet_format(net, text));
	ck_assert_msg(!strcmp(all, prefixes[_i].expected), "%s: expected %s, got %s",
		      prefixes[_i].what, prefixes[_i].expected, all);
	darr_free(all);
	darr_free(nets);
	darr_free(touched);
	model_free(model);
	db_close(db);
}
END_TEST

static Suite *suite(void)
{
	Suite *suite = suite_create("impact");
	TCase *tcase = tcase_create("impact");

	tcase_add_loop_test(tcase, a_change_costs_the_sessions_it_resets, 0, array_size(costs));
	tcase_add_loop_test(tcase, a_tenant_brings_its_prefixes, 0, array_size(prefixes));
	suite_add_tcase(suite, tcase);
	return suite;
}

int main(void)
{
	return lib_main(suite());
}

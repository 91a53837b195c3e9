// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * OVN's rows to tenants, without a server: updates as ovsdb-server writes them are taken in, and
 * the tenants made of them say what they must; what is not mapped stays away; what cannot be used
 * marks the one tenant, with a sentence that names table, row and key.
 */
#include <zebra.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>
#include <sqlite3.h>

#include "darr.h"

#include "plan/validate.h"
#include "source/db_priv.h"
#include "ovn/ovn_claims.h"
#include "ovn/ovn_map.h"
#include "ovn/ovn_provider.h"
#include "ovn/ovn_rows.h"
#include "ovn/ovsdb_channel.h"
#include "ovn/ovsdb_frame.h"

#include "lib.h"

#define ROUTER      "10000000-0000-4000-8000-000000000001"
#define OTHER       "10000000-0000-4000-8000-000000000002"
#define PORT        "20000000-0000-4000-8000-000000000001"
#define OTHER_PORT  "20000000-0000-4000-8000-000000000002"
#define SWITCH      "30000000-0000-4000-8000-000000000011"
#define SWITCH_PORT "40000000-0000-4000-8000-000000000001"
#define OTHER_JOIN  "40000000-0000-4000-8000-000000000002"
#define MACHINE     "40000000-0000-4000-8000-000000000009"
#define LOCALNET    "40000000-0000-4000-8000-000000000007"

#define UUID(uuid)  "[\"uuid\",\"" uuid "\"]"
#define SET(values) "[\"set\",[" values "]]"
#define MAP(pairs)  "[\"map\",[" pairs "]]"

#define PROVIDER                                                                                    \
	"{\"format\":\"frr-tenant\",\"provider\":[{\"asn\":65000}],"                                \
	"\"pool\":[{\"kind\":\"transit\",\"prefix\":\"100.64.0.0/11\",\"length\":29,\"wires\":16}," \
	"{\"kind\":\"uplink\",\"prefix\":\"100.96.0.0/11\",\"length\":30,\"wires\":32}],"           \
	"\"site\":[{\"id\":1,\"name\":\"dc1\"}],"                                                   \
	"\"wire\":[{\"id\":1,\"name\":\"transit1\",\"site_id\":1,\"kind\":\"transit\"},"            \
	"{\"id\":2,\"name\":\"uplink1\",\"site_id\":1,\"kind\":\"uplink\"}],"                       \
	"\"node\":[{\"id\":2,\"name\":\"pe1\",\"site_id\":1,\"router_id\":\"10.255.0.2\"},"         \
	"{\"id\":1,\"name\":\"dlr1\",\"site_id\":1,\"router_id\":\"10.255.0.1\"}],"                 \
	"\"node_role\":[{\"node_id\":1,\"role\":\"dlr\"},{\"node_id\":2,\"role\":\"pe\"}]}"

static struct ovn_rows *rows;
static struct provider *provider;
static struct ovn_touched touched;

static void begin(void)
{
	struct reason why = {};

	rows = ovn_rows_new();
	provider = ovn_provider(PROVIDER, &why);
	ck_assert_msg(provider, "%s", why.text);
}

static void end(void)
{
	ovn_rows_free(rows);
	provider_unref(provider);
	ovn_touched_fini(&touched);
}

/* "" where it was taken. */
static const char *try_update(const char *text)
{
	struct json_object *updates = json_tokener_parse(text);
	static struct reason why;
	int ret;

	ck_assert_msg(updates, "no JSON: %s", text);
	why.text[0] = '\0';
	ovn_touched_fini(&touched);
	ret = ovn_rows_update(rows, updates, &touched, &why);
	ck_assert_int_eq(ret < 0, why.text[0] != '\0');
	json_object_put(updates);
	return why.text;
}

static void update(const char *text)
{
	ck_assert_str_eq(try_update(text), "");
}

/* A change of one row. */
static const char *change(const char *table, const char *uuid, const char *what)
{
	static char text[4096];

	snprintf(text, sizeof(text), "{\"%s\":{\"%s\":%s}}", table, uuid, what);
	return text;
}

/* A router with a port in a switch, as ovn-nbctl makes them; ids: of external_ids. */
static void add_network(const char *ids)
{
	char text[4096];

	snprintf(
		text, sizeof(text),
		"{\"Logical_Router\":{\"" ROUTER
		"\":{\"initial\":{\"name\":\"acme\",\"ports\":" UUID(PORT) ",\"external_ids\":" MAP(
			"%s") "}}},"
			      "\"Logical_Router_Port\":{\"" PORT
			      "\":{\"initial\":{\"name\":\"acme-web\",\"networks\":\"10.1.1.1/24\"}}},"
			      "\"Logical_Switch\":{\"" SWITCH
			      "\":{\"initial\":{\"name\":\"web\",\"ports\":" SET(UUID(MACHINE) "," UUID(
				      SWITCH_PORT)) "}}},"
						    "\"Logical_Switch_Port\":{\"" SWITCH_PORT
						    "\":{\"initial\":{\"name\":\"web-acme\",\"type\":\"router\",\"options\":" MAP(
							    "[\"router-port\",\"acme-web\"]") "}}}}",
		ids);
	update(text);
}

static struct tenant *tenant_of(const char *uuid)
{
	const struct ovn_row *router = ovn_rows_find(rows, OVN_ROUTER, uuid);
	struct reason why = {};
	uint32_t id;

	ck_assert(router && ovn_router_id(router, &id, &why));
	return ovn_tenant(rows, router, id, provider, NULL);
}

/* What is said of the tenant: part of the sentence, or "" for none. */
static void expect_bad(const char *uuid, const char *part)
{
	struct tenant *tenant = tenant_of(uuid);
	const char *said = tenant->bad ? tenant->bad->text : "";

	ck_assert_msg(part[0] ? strstr(said, part) != NULL : !said[0], "said: %s", said);
	tenant_unref(tenant);
}

static unsigned int subnets_of(const char *uuid)
{
	struct tenant *tenant = tenant_of(uuid);
	const struct logical_switch *sw;
	unsigned int count = 0;

	darr_foreach_p (tenant->switches, sw)
		count += darr_len(sw->subnets);
	tenant_unref(tenant);
	return count;
}

static bool is_touched(const char *uuid)
{
	for (unsigned int i = 0; i < darr_len(touched.routers); i++)
		if (!strcmp(touched.routers[i], uuid))
			return true;
	return false;
}

/* ---- what is mapped ---- */

START_TEST(a_router_with_a_number_is_a_tenant)
{
	char text[IPNET_TEXT_SIZE];
	struct tenant *tenant;

	begin();
	add_network(
		"[\"tn-id\",\"7\"],[\"tn-nodes\",\"pe1:pe dlr1:dlr\"],"
		"[\"tn-aggregates\",\"10.2.0.0/16 10.1.0.0/16\"],"
		"[\"tn-circuit-uplink1\",\"routing=static\"],"
		"[\"tn-circuit-transit1\",\"vlan=501 prefix=100.70.0.0/29\"],"
		"[\"tn-link-pe2\",\"pe1 x0 192.168.201.1/30 static peer=192.168.201.2 behind=10.9.0.0/16\"]");
	tenant = tenant_of(ROUTER);
	ck_assert_msg(!tenant->bad, "%s", tenant->bad ? tenant->bad->text : "");
	ck_assert_uint_eq(tenant->id, 7);
	ck_assert_str_eq(tenant->name, "acme");
	ck_assert_str_eq(tenant->vrf, "acme");
	ck_assert_uint_eq(darr_len(tenant->attachments), 2);
	ck_assert_uint_eq(tenant->attachments[0].node_id, 1);
	ck_assert_uint_eq(tenant->attachments[0].roles, ROLE_DLR);
	ck_assert_uint_eq(tenant->attachments[1].roles, ROLE_PE);
	ck_assert_str_eq(ipnet_format(&tenant->aggregates[0], text), "10.1.0.0/16");
	ck_assert_uint_eq(darr_len(tenant->aggregates), 2);
	ck_assert_uint_eq(darr_len(tenant->circuits), 2);
	ck_assert_uint_eq(tenant->circuits[0].wire_id, 1);
	ck_assert_uint_eq(tenant->circuits[0].vlan, 501);
	ck_assert_str_eq(ipnet_format(&tenant->circuits[0].prefix, text), "100.70.0.0/29");
	ck_assert_uint_eq(tenant->circuits[1].routing, ROUTING_STATIC);
	ck_assert_uint_eq(darr_len(tenant->links), 1);
	ck_assert_uint_eq(tenant->links[0].node_id, 2);
	ck_assert_uint_eq(tenant->links[0].routing, ROUTING_STATIC);
	ck_assert_str_eq(ipnet_format(&tenant->links[0].routes[0], text), "10.9.0.0/16");
	ck_assert_uint_eq(darr_len(tenant->switches), 1);
	ck_assert_str_eq(tenant->switches[0].name, "web");
	ck_assert_uint_eq(darr_len(tenant->switches[0].subnets), 1);
	ck_assert_str_eq(ipnet_format(&tenant->switches[0].subnets[0].prefix, text),
			 "10.1.1.0/24");
	ck_assert_str_eq(ipnet_format(&tenant->switches[0].subnets[0].gateway, text),
			 "10.1.1.1/24");
	ck_assert(tenant->switches[0].subnets[0].advertise);
	tenant_unref(tenant);
	end();
}
END_TEST

START_TEST(a_router_without_a_number_is_none_of_ours)
{
	struct reason why = {};
	uint32_t id = 0;

	begin();
	add_network("[\"neutron:router_name\",\"r\"]");
	ck_assert(!ovn_router_id(ovn_rows_find(rows, OVN_ROUTER, ROUTER), &id, &why));
	ck_assert_str_eq(why.text, "");
	end();
}
END_TEST

static struct logical_switch switch_of(const char *uuid)
{
	struct tenant *tenant = tenant_of(uuid);
	struct logical_switch sw = tenant->switches[0];

	tenant_unref(tenant);
	return sw;
}

START_TEST(numbers_of_a_switch_follow_from_its_uuid_or_its_keys)
{
	begin();
	add_network("[\"tn-id\",\"7\"]");
	ck_assert_uint_eq(switch_of(ROUTER).id, 0x30000000);
	ck_assert_uint_eq(switch_of(ROUTER).vni, 1 + 0x11);
	update(change(
		"Logical_Switch", SWITCH,
		"{\"modify\":{\"other_config\":" MAP("[\"requested-tnl-key\",\"77\"]") "}}"));
	ck_assert_uint_eq(switch_of(ROUTER).vni, 77);
	update(change("Logical_Switch", SWITCH,
		      "{\"modify\":{\"external_ids\":" MAP(
			      "[\"tn-id\",\"5\"],[\"tn-vni\",\"78\"]") "}}"));
	ck_assert_uint_eq(switch_of(ROUTER).id, 5);
	ck_assert_uint_eq(switch_of(ROUTER).vni, 78);
	/* with a number of its own all is derived from that: the keys go again */
	update(change(
		"Logical_Switch", SWITCH,
		"{\"modify\":{\"other_config\":" MAP("[\"requested-tnl-key\",\"77\"]") ",\"external_ids\":" MAP(
			"[\"tn-vni\",\"78\"]") "}}"));
	ck_assert_uint_eq(switch_of(ROUTER).vni, 0);
	end();
}
END_TEST

static const struct {
	const char *what;
	const char *table, *uuid, *change;
	unsigned int subnets;
} subnets[] = {
	{ "a second network", "Logical_Router_Port", PORT,
	  "{\"modify\":{\"networks\":\"10.1.2.1/24\"}}", 2 },
	{ "IPv6 link-local", "Logical_Router_Port", PORT,
	  "{\"modify\":{\"networks\":\"FE80::1/64\"}}", 1 },
	{ "IPv6, written in capitals", "Logical_Router_Port", PORT,
	  "{\"modify\":{\"networks\":\"2001:DB8::1/64\"}}", 2 },
	{ "the network goes", "Logical_Router_Port", PORT,
	  "{\"modify\":{\"networks\":\"10.1.1.1/24\"}}", 0 },
	{ "the port is not enabled", "Logical_Router_Port", PORT,
	  "{\"modify\":{\"enabled\":false}}", 0 },
	{ "the port is enabled", "Logical_Router_Port", PORT, "{\"modify\":{\"enabled\":true}}",
	  1 },
	{ "the port leads to a router", "Logical_Router_Port", PORT,
	  "{\"modify\":{\"peer\":\"other\"}}", 0 },
	{ "the router is not enabled", "Logical_Router", ROUTER,
	  "{\"modify\":{\"enabled\":false}}", 0 },
	{ "the router has lost the port", "Logical_Router", ROUTER,
	  "{\"modify\":{\"ports\":" UUID(PORT) "}}", 0 },
	{ "the switch's port is of another kind", "Logical_Switch_Port", SWITCH_PORT,
	  "{\"modify\":{\"type\":\"localnet\"}}", 0 },
	{ "the switch's port leads elsewhere", "Logical_Switch_Port", SWITCH_PORT,
	  "{\"modify\":{\"options\":" MAP("[\"router-port\",\"other\"]") "}}", 0 },
	{ "the switch's port is gone", "Logical_Switch_Port", SWITCH_PORT, "{\"delete\":null}",
	  0 },
	{ "the switch is gone", "Logical_Switch", SWITCH, "{\"delete\":null}", 0 },
	{ "the switch has lost its port", "Logical_Switch", SWITCH,
	  "{\"modify\":{\"ports\":" UUID(SWITCH_PORT) "}}", 0 },
	{ "a machine has gone", "Logical_Switch", SWITCH,
	  "{\"modify\":{\"ports\":" UUID(MACHINE) "}}", 1 },
};

START_TEST(what_changes_changes_the_subnets)
{
	begin();
	add_network("[\"tn-id\",\"7\"]");
	ck_assert_uint_eq(subnets_of(ROUTER), 1);
	update(change(subnets[_i].table, subnets[_i].uuid, subnets[_i].change));
	ck_assert_msg(subnets_of(ROUTER) == subnets[_i].subnets, "%s: %u subnets",
		      subnets[_i].what, subnets_of(ROUTER));
	/* and whoever it was knows of it; a machine is nobody's business */
	ck_assert_msg(is_touched(ROUTER) == (strcmp(subnets[_i].what, "a machine has gone") != 0),
		      "%s", subnets[_i].what);
	end();
}
END_TEST

START_TEST(a_switch_that_leads_out_is_the_north_side)
{
	begin();
	add_network("[\"tn-id\",\"7\"]");
	update("{\"Logical_Switch\":{\"" SWITCH "\":{\"modify\":{\"ports\":" UUID(
		LOCALNET) "}}},"
			  "\"Logical_Switch_Port\":{\"" LOCALNET
			  "\":{\"insert\":{\"name\":\"out\",\"type\":\"localnet\"}}}}");
	ck_assert_uint_eq(subnets_of(ROUTER), 0);
	ck_assert(is_touched(ROUTER));
	expect_bad(ROUTER, "");
	end();
}
END_TEST

START_TEST(what_is_not_to_be_announced_is_not)
{
	struct tenant *tenant;

	begin();
	add_network("[\"tn-id\",\"7\"]");
	update(change("Logical_Router_Port", PORT,
		      "{\"modify\":{\"external_ids\":" MAP("[\"tn-advertise\",\"false\"]") "}}"));
	tenant = tenant_of(ROUTER);
	ck_assert(!tenant->switches[0].subnets[0].advertise);
	tenant_unref(tenant);
	end();
}
END_TEST

/* ---- what marks a tenant ---- */

static const struct {
	const char *ids, *says;
} bad_keys[] = {
	{ "[\"tn-id\",\"7\"],[\"tn-nodes\",\"pe9:pe\"]",
	  "Logical_Router acme: external_ids:tn-nodes names node pe9" },
	{ "[\"tn-id\",\"7\"],[\"tn-nodes\",\"pe1\"]", "external_ids:tn-nodes has pe1; write" },
	{ "[\"tn-id\",\"7\"],[\"tn-nodes\",\"pe1:dlr\"]", "node pe1 has no role dlr" },
	{ "[\"tn-id\",\"7\"],[\"tn-agregates\",\"10.0.0.0/8\"]",
	  "external_ids:tn-agregates is no key" },
	{ "[\"tn-id\",\"7\"],[\"tn-aggregates\",\"10.1.1.1/8\"]", "" }, /* validate's business */
	{ "[\"tn-id\",\"7\"],[\"tn-aggregates\",\"10/8\"]",
	  "external_ids:tn-aggregates has 10/8" },
	{ "[\"tn-id\",\"7\"],[\"tn-rd\",\"65536\"]",
	  "external_ids:tn-rd is 65536, which is no number" },
	{ "[\"tn-id\",\"7\"],[\"tn-rt\",\"-1\"]", "external_ids:tn-rt is -1" },
	{ "[\"tn-id\",\"7\"],[\"tn-table\",\"0x100\"]", "external_ids:tn-table is 0x100" },
	{ "[\"tn-id\",\"7\"],[\"tn-vrf\",\"a b\"]", "external_ids:tn-vrf is a b" },
	{ "[\"tn-id\",\"7\"],[\"tn-name\",\"a;b\"]", "set external_ids:tn-name" },
	{ "[\"tn-id\",\"7\"],[\"tn-name\",\"a-name-of-more-than-15\"]",
	  "set external_ids:tn-vrf" },
	{ "[\"tn-id\",\"7\"],[\"tn-link-x\",\"pe9 x0 192.168.1.1/30 ospf\"]",
	  "external_ids:tn-link-x: node pe9 cannot be" },
	{ "[\"tn-id\",\"7\"],[\"tn-link-x\",\"pe1 x0 192.168.1.1 ospf\"]", "address 192.168.1.1" },
	{ "[\"tn-id\",\"7\"],[\"tn-link-x\",\"pe1 x0 192.168.1.1/30 rip\"]", "protocol rip" },
	{ "[\"tn-id\",\"7\"],[\"tn-link-x\",\"pe1 x0 192.168.1.1/30 bgp\"]", "without peer" },
	{ "[\"tn-id\",\"7\"],[\"tn-link-x\",\"pe1 x0 192.168.1.1/30 ospf vlan=9999\"]",
	  "column vlan" },
	{ "[\"tn-id\",\"7\"],[\"tn-link-x\",\"\"]", "node \"\" cannot be" },
	{ "[\"tn-id\",\"7\"],[\"tn-circuit-nowhere\",\"vlan=5\"]",
	  "external_ids:tn-circuit-nowhere: wire nowhere cannot be" },
	{ "[\"tn-id\",\"7\"],[\"tn-circuit-transit1\",\"vlan=4095\"]", "column vlan cannot be" },
	{ "[\"tn-id\",\"7\"],[\"tn-circuit-transit1\",\"prefix=10\"]", "column prefix cannot be" },
	{ "[\"tn-id\",\"7\"],[\"tn-circuit-transit1\",\"routing=bgp\"]",
	  "column routing cannot be" },
	{ "[\"tn-id\",\"7\"],[\"tn-circuit-transit1\",\"501\"]", "column 501 cannot be" },
	{ "[\"tn-id\",\"7\"],[\"tn-circuit-transit1\",\"\"]", "text \"\" cannot be" },
};

START_TEST(a_key_that_cannot_be_marks_the_tenant)
{
	begin();
	add_network(bad_keys[_i].ids);
	expect_bad(ROUTER, bad_keys[_i].says);
	end();
}
END_TEST

/* Or a node would take a tenant for one that it does not serve any more, and withdraw it. */
START_TEST(whom_a_slip_of_the_pen_leaves_out_holds_the_tenant)
{
	struct tenant *tenant;

	begin();
	add_network("[\"tn-id\",\"7\"],[\"tn-nodes\",\"pe1:pe dlr9:dlr\"]");
	tenant = tenant_of(ROUTER);
	ck_assert(tenant->bad);
	ck_assert_uint_eq(tenant_roles_on(tenant, 1), ROLE_DLR);
	ck_assert_uint_eq(tenant_roles_on(tenant, 2), ROLE_PE);
	tenant_unref(tenant);
	end();
}
END_TEST

static const struct {
	const char *table, *uuid, *change, *says;
} bad_rows[] = {
	{ "Logical_Router", ROUTER,
	  "{\"modify\":{\"options\":" MAP("[\"dynamic-routing\",\"true\"]") "}}",
	  "Logical_Router acme: options:dynamic-routing is true" },
	{ "Logical_Router_Port", PORT,
	  "{\"modify\":{\"options\":" MAP("[\"dynamic-routing-maintain-vrf\",\"true\"]") "}}",
	  "Logical_Router_Port acme-web: options:dynamic-routing-*" },
	{ "Logical_Router_Port", PORT, "{\"modify\":{\"networks\":\"10.1.2.1\"}}",
	  "Logical_Router_Port acme-web: networks has 10.1.2.1; write" },
	{ "Logical_Router_Port", PORT,
	  "{\"modify\":{\"external_ids\":" MAP("[\"tn-advertise\",\"no\"]") "}}",
	  "external_ids:tn-advertise is no; write true or false" },
	{ "Logical_Switch", SWITCH, "{\"modify\":{\"name\":\"web net\"}}",
	  "Logical_Switch web net: that is not a name for a switch" },
	{ "Logical_Switch", SWITCH,
	  "{\"modify\":{\"external_ids\":" MAP("[\"tn-vni\",\"0\"]") "}}",
	  "Logical_Switch web: external_ids:tn-vni is 0" },
	{ "Logical_Switch", SWITCH,
	  "{\"modify\":{\"external_ids\":" MAP("[\"tn-site\",\"dc9\"]") "}}",
	  "external_ids:tn-site is dc9" },
	{ "Logical_Switch_Port", OTHER_JOIN,
	  "{\"insert\":{\"name\":\"twice\",\"type\":\"router\",\"options\":" MAP(
		  "[\"router-port\",\"acme-web\"]") "}}",
	  "two ports of switches have it" },
};

START_TEST(a_row_that_cannot_be_marks_the_tenant)
{
	begin();
	add_network("[\"tn-id\",\"7\"]");
	expect_bad(ROUTER, "");
	update(change(bad_rows[_i].table, bad_rows[_i].uuid, bad_rows[_i].change));
	ck_assert(is_touched(ROUTER));
	expect_bad(ROUTER, bad_rows[_i].says);
	end();
}
END_TEST

/* ---- what no server may send ---- */

static const char *const impossible[] = {
	"{\"Logical_Router\":{\"" OTHER "\":{\"modify\":{\"name\":\"x\"}}}}",
	"{\"Logical_Router\":{\"" OTHER "\":{\"delete\":null}}}",
	"{\"Logical_Router\":{\"" ROUTER "\":{\"insert\":{}}}}",
	"{\"Logical_Router\":{\"" ROUTER "\":{\"modify\":{\"name\":5}}}}",
	"{\"Logical_Router\":{\"" ROUTER "\":{\"modify\":{\"name\":" SET("\"a\",\"b\"") "}}}}",
	"{\"Logical_Router\":{\"" ROUTER "\":{\"modify\":{\"name\":\"a\\u0000b\"}}}}",
	"{\"Logical_Router\":{\"" ROUTER "\":{\"modify\":{\"enabled\":\"true\"}}}}",
	"{\"Logical_Router\":{\"" ROUTER "\":{\"modify\":{\"ports\":[\"uuid\",\"x\"]}}}}",
	"{\"Logical_Router\":{\"" ROUTER "\":{\"modify\":{\"external_ids\":\"x\"}}}}",
	"{\"Logical_Router\":{\"" ROUTER "\":{\"modify\":{\"external_ids\":" MAP("[\"a\"]") "}}}}",
	"{\"Logical_Router\":{\"" ROUTER "\":{\"modify\":[]}}}",
	"{\"Logical_Router\":{\"" ROUTER "\":{\"modify\":null}}}",
	"{\"Logical_Router\":{\"" ROUTER "\":{}}}",
	"{\"Logical_Router\":{\"" ROUTER "\":[]}}",
	"{\"Logical_Router\":{\"x\":{\"insert\":{}}}}",
	"{\"Logical_Router\":5}",
	"[]",
};

START_TEST(an_update_that_cannot_be_is_refused)
{
	begin();
	add_network("[\"tn-id\",\"7\"]");
	ck_assert_msg(!strncmp(try_update(impossible[_i]), "it ", 3), "%s", impossible[_i]);
	end();
}
END_TEST

START_TEST(tables_and_columns_of_others_are_left_alone)
{
	begin();
	add_network("[\"tn-id\",\"7\"]");
	update("{\"NAT\":{\"x\":{\"insert\":{\"a\":1}}},\"Logical_Router\":{\"" ROUTER
	       "\":{\"modify\":{\"copp\":7}}}}");
	expect_bad(ROUTER, "");
	end();
}
END_TEST

/* ---- two with the same number ---- */

static void claim(struct ovn_claims *claims, const char *uuid, uint32_t **ids)
{
	const struct ovn_row *router = ovn_rows_find(rows, OVN_ROUTER, uuid);
	struct ovn_claim *list = NULL;
	struct tenant *tenant = NULL;
	struct reason why = {};
	uint32_t id = 0;

	if (router && ovn_router_id(router, &id, &why))
		tenant = ovn_tenant(rows, router, id, provider, &list);
	ovn_claims_set(claims, uuid, id, list, ids);
	darr_free(list);
	tenant_unref(tenant);
}

static bool has_id(const uint32_t *ids, uint32_t id)
{
	for (unsigned int i = 0; i < darr_len(ids); i++)
		if (ids[i] == id)
			return true;
	return false;
}

static void expect_clash(const char *first, const char *second, const char *says)
{
	struct ovn_claims *claims = ovn_claims_new();
	uint32_t *ids = NULL;
	struct reason why = {};

	claim(claims, first, &ids);
	ck_assert(ovn_claims_judge(claims, rows, first, &why));
	claim(claims, second, &ids);
	/* both hear of it, whoever came first */
	ck_assert(!ovn_claims_judge(claims, rows, first, &why));
	ck_assert_msg(strstr(why.text, says), "%s", why.text);
	ck_assert(!ovn_claims_judge(claims, rows, second, &why));
	darr_free(ids);
	/* and when one goes, the other one hears of that */
	ovn_claims_set(claims, first, 0, NULL, &ids);
	ck_assert(has_id(ids, ovn_claims_tenant(claims, second)));
	why.text[0] = '\0';
	ck_assert(ovn_claims_judge(claims, rows, second, &why));
	darr_free(ids);
	ovn_claims_free(claims);
}

static const struct {
	const char *update, *says;
} clashes[] = {
	{ "{\"Logical_Router\":{\"" OTHER
	  "\":{\"insert\":{\"name\":\"other\",\"external_ids\":" MAP("[\"tn-id\",\"7\"]") "}}}}",
	  "both have external_ids:tn-id 7; give one of them another" },
	{ "{\"Logical_Router\":{\"" OTHER
	  "\":{\"insert\":{\"name\":\"acme\",\"external_ids\":" MAP("[\"tn-id\",\"8\"]") "}}}}",
	  "both are tenant acme; set external_ids:tn-name" },
	{ "{\"Logical_Router\":{\"" OTHER
	  "\":{\"insert\":{\"name\":\"other\",\"ports\":" UUID(OTHER_PORT) ",\"external_ids\":" MAP(
		  "[\"tn-id\",\"8\"]") "}}},\"Logical_Router_Port\":{\"" OTHER_PORT
				       "\":{\"insert\":{\"name\":\"other-web\",\"networks\":\"10.2.1.1/24\"}}},"
				       "\"Logical_Switch\":{\"" SWITCH
				       "\":{\"modify\":{\"ports\":" UUID(
					       OTHER_JOIN) "}}},"
							   "\"Logical_Switch_Port\":{\"" OTHER_JOIN
							   "\":{\"insert\":{\"name\":\"j\",\"type\":\"router\",\"options\":" MAP(
								   "[\"router-port\",\"other-web\"]") "}}}}",
	  "a switch is of one tenant" },
	{ "{\"Logical_Router\":{\"" OTHER
	  "\":{\"insert\":{\"name\":\"other\",\"ports\":" UUID(OTHER_PORT) ",\"external_ids\":" MAP(
		  "[\"tn-id\",\"8\"]") "}}},\"Logical_Router_Port\":{\"" OTHER_PORT
				       "\":{\"insert\":{\"name\":\"other-web\",\"networks\":\"10.2.1.1/24\"}}},"
				       "\"Logical_Switch\":{\"31000000-0000-4000-8000-000000000011\":{\"insert\":{\"name\":\"db\",\"ports\":" UUID(
					       OTHER_JOIN) "}}},"
							   "\"Logical_Switch_Port\":{\"" OTHER_JOIN
							   "\":{\"insert\":{\"name\":\"j\",\"type\":\"router\",\"options\":" MAP(
								   "[\"router-port\",\"other-web\"]") "}}}}",
	  "both have VNI 18; set external_ids:tn-vni of one of them" },
};

START_TEST(two_with_the_same_number_are_both_told)
{
	begin();
	add_network("[\"tn-id\",\"7\"]");
	update(clashes[_i].update);
	expect_clash(ROUTER, OTHER, clashes[_i].says);
	expect_clash(OTHER, ROUTER, clashes[_i].says);
	end();
}
END_TEST

/* ---- what all tenants share ---- */

static const struct {
	const char *text, *says;
} documents[] = {
	{ "", "it is no JSON" },
	{ "{\"format\":\"frr-tenant\"", "it is no JSON" },
	{ "[]", "it is no JSON object" },
	{ "{}", "it has no \"format\"" },
	{ "{\"format\":\"frr-tenant\"}", "it has no row of table provider" },
	{ "{\"format\":\"frr-tenant\",\"nodes\":[]}", "it has nodes, which is no table" },
	{ "{\"format\":\"frr-tenant\",\"provider\":{}}", "table provider is no array" },
	{ "{\"format\":\"frr-tenant\",\"provider\":[5]}", "row 1 of provider is no object" },
	{ "{\"format\":\"frr-tenant\",\"provider\":[{\"as\":5}]}", "a column as, which nobody" },
	{ "{\"format\":\"frr-tenant\",\"provider\":[{\"asn\":\"5\"}]}", "asn of row 1" },
	{ "{\"format\":\"frr-tenant\",\"provider\":[{\"ospf_hello\":61}]}",
	  "ospf_hello of row 1 of provider is not from 1 to 60" },
	{ "{\"format\":\"frr-tenant\",\"provider\":[{\"asn\":4294967296}]}", "asn of row 1" },
	{ "{\"format\":\"frr-tenant\",\"provider\":[{}],\"site\":[{\"id\":-1,\"name\":\"a\"}]}",
	  "id of row 1 of site is not from 1" },
	{ "{\"format\":\"frr-tenant\",\"provider\":[{}],\"site\":[{\"id\":1}]}",
	  "row 1 of site has no name" },
	{ "{\"format\":\"frr-tenant\",\"provider\":[{}],\"site\":[{\"id\":1,\"name\":\"a\"},{\"id\":1,\"name\":\"b\"}]}",
	  "table site has two rows with the same id" },
	{ "{\"format\":\"frr-tenant\",\"provider\":[{}],\"site\":[{\"id\":1,\"name\":\"a\"},{\"id\":2,\"name\":\"a\"}]}",
	  "the name a twice" },
	{ "{\"format\":\"frr-tenant\",\"provider\":[{}],\"node\":[{\"id\":1,\"name\":\"a\",\"site_id\":4,\"router_id\":\"10.0.0.1\"}]}",
	  "a row of node has site_id 4" },
	{ "{\"format\":\"frr-tenant\",\"provider\":[{}],\"site\":[{\"id\":1,\"name\":\"a b\"}]}",
	  "is not a name for a site" },
};

START_TEST(a_provider_that_cannot_be_is_refused)
{
	struct reason why = {};

	ck_assert(!ovn_provider(documents[_i].text, &why));
	ck_assert_msg(strstr(why.text, documents[_i].says), "%s", why.text);
}
END_TEST

START_TEST(a_provider_has_the_defaults_of_the_schema)
{
	struct reason why = {};
	struct provider *fresh;

	fresh = ovn_provider(
		"{\"format\":\"frr-tenant\",\"schema\":3,\"provider\":[{}],"
		"\"site\":[{\"id\":1,\"name\":\"dc1\"}],\"wire\":[{\"id\":1,\"name\":\"w\",\"site_id\":1,\"kind\":\"uplink\",\"ospf_key\":null}]}",
		&why);
	ck_assert_msg(fresh, "%s", why.text);
	ck_assert_uint_eq(fresh->asn, 65000);
	ck_assert_uint_eq(fresh->nssa_area, 51);
	ck_assert_uint_eq(fresh->vpn_tag, 0xd0000000 | 65000);
	ck_assert_uint_eq(fresh->wires[0].vlan_max, 4094);
	ck_assert_uint_eq(fresh->wires[0].mtu, 1600);
	ck_assert_str_eq(fresh->wires[0].ospf_key, "");
	provider_unref(fresh);
}
END_TEST

static const struct ovn_provider_column *find_column(const char *table, const char *name)
{
	for (unsigned int i = 0; i < ovn_provider_column_count; i++)
		if (!strcmp(ovn_provider_columns[i].table, table) &&
		    !strcmp(ovn_provider_columns[i].name, name))
			return &ovn_provider_columns[i];
	return NULL;
}

/* 'active' and 5 to active and 5. */
static void unquote(const char *text, char buf[static 32])
{
	size_t len = strlen(text);
	bool quoted = text[0] == '\'';

	snprintf(buf, 32, "%.*s", (int)len - 2 * quoted, text + quoted);
}

/* What a table's CHECKs say of a number. */
static void check_range(const char *sql, const struct ovn_provider_column *column)
{
	char text[80];
	const char *at;
	unsigned int min, max;

	snprintf(text, sizeof(text), "(%s BETWEEN ", column->name);
	at = strstr(sql, text);
	if (at && sscanf(at + strlen(text), "%u AND %u", &min, &max) == 2)
		ck_assert_msg(column->min == min && column->max == max, "%s.%s", column->table,
			      column->name);
	snprintf(text, sizeof(text), "(%s IN (0, 1))", column->name);
	if (strstr(sql, text))
		ck_assert_msg(column->min == 0 && column->max == 1, "%s.%s", column->table,
			      column->name);
}

START_TEST(the_columns_are_those_of_the_schema)
{
	const char *sql =
		"SELECT m.name, i.name, i.type, i.dflt_value, i.\"notnull\" AND i.dflt_value IS NULL OR i.pk, m.sql"
		" FROM sqlite_schema m JOIN pragma_table_info(m.name) i WHERE m.type = 'table' AND m.name IN"
		" ('provider','pool','reserved','reserved_port','site','node','node_role','wire','wire_port','switch_domain','domain_port')";
	unsigned int count = 0;
	struct db *db = lib_db(NULL);
	sqlite3_stmt *stmt;

	ck_assert(sqlite3_prepare_v2(db->sqlite, sql, -1, &stmt, NULL) == SQLITE_OK);
	for (; sqlite3_step(stmt) == SQLITE_ROW; count++) {
		const char *table = (const char *)sqlite3_column_text(stmt, 0);
		const char *name = (const char *)sqlite3_column_text(stmt, 1);
		const char *fallback = (const char *)sqlite3_column_text(stmt, 3);
		const struct ovn_provider_column *column = find_column(table, name);
		char text[32] = "";

		ck_assert_msg(column, "%s.%s is not known", table, name);
		check_range((const char *)sqlite3_column_text(stmt, 5), column);
		ck_assert(column->is_number ==
			  !strcmp((const char *)sqlite3_column_text(stmt, 2), "INTEGER"));
		/* two whose number nobody refers to */
		if (!strcmp(name, "id") &&
		    (!strcmp(table, "provider") || !strcmp(table, "wire_port")))
			continue;
		ck_assert_msg(column->needed == (sqlite3_column_int(stmt, 4) != 0), "%s.%s", table,
			      name);
		ck_assert((fallback != NULL) == (column->fallback != NULL));
		if (fallback)
			unquote(fallback, text);
		ck_assert_str_eq(text, column->fallback ? column->fallback : "");
	}
	ck_assert_uint_eq(count, ovn_provider_column_count);
	sqlite3_finalize(stmt);
	db_close(db);
}
END_TEST

/* ---- where it is ---- */

START_TEST(servers_are_read_as_ovs_writes_them)
{
	static const char *const wrong[] = { "",
					     "tcp:",
					     "tcp:10.0.0.1",
					     "tcp:host:6641",
					     "tcp:10.0.0.1:0",
					     "unix:rel",
					     "udp:10.0.0.1:1",
					     "ssl:10.0.0.1:6641",
					     "unix:/a,key=rel",
					     "tcp:[::1:6641" };
	struct ovsdb_place place;
	struct reason why = {};

	ck_assert(ovsdb_place_parse(
		"ssl:[2001:db8::1]:6641,ssl:10.0.0.2:6641,key=/k,certificate=/c,ca=/a", &place,
		&why));
	ck_assert_uint_eq(darr_len(place.remotes), 2);
	ck_assert_str_eq(place.ca, "/a");
	ovsdb_place_fini(&place);
	for (unsigned int i = 0; i < array_size(wrong); i++) {
		why.text[0] = '\0';
		ck_assert_msg(!ovsdb_place_parse(wrong[i], &place, &why), "%s", wrong[i]);
		ck_assert(why.text[0]);
	}
}
END_TEST

/* ---- bytes ---- */

struct heard {
	unsigned int messages;
	char text[1024]; /* rows and messages, a line each */
};

static bool hear_message(void *arg, struct json_object *message)
{
	struct heard *heard = arg;

	heard->messages++;
	strlcat(heard->text, json_object_to_json_string_ext(message, 0), sizeof(heard->text));
	strlcat(heard->text, "\n", sizeof(heard->text));
	return true;
}

static bool hear_row(void *arg, const char *table, const char *uuid, struct json_object *change)
{
	struct heard *heard = arg;
	char line[256];

	snprintf(line, sizeof(line), "%s %s %s\n", table, uuid,
		 json_object_to_json_string_ext(change, 0));
	strlcat(heard->text, line, sizeof(heard->text));
	return true;
}

/* In pieces of every size: what comes must not depend on them. */
static const char *feed(const char *bytes, size_t len, size_t piece, struct heard *heard)
{
	static const struct ovsdb_frame_cbs cbs = { .message = hear_message, .row = hear_row };
	struct ovsdb_frame *frame = ovsdb_frame_new(4096, 16384);
	static struct reason why;
	int ret = 0;

	*heard = (struct heard){};
	why.text[0] = '\0';
	for (size_t at = 0; !ret && at < len; at += piece)
		ret = ovsdb_frame_feed(frame, bytes + at, MIN(piece, len - at), &cbs, heard, &why);
	ovsdb_frame_free(frame);
	ck_assert_int_eq(ret < 0, why.text[0] != '\0');
	return why.text;
}

START_TEST(messages_come_in_pieces)
{
	static const char text[] =
		"{\"a\":\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x90\xa7}{\"}{}\n {\"b\":[1,{}]}";
	struct heard heard;

	for (size_t piece = 1; piece <= sizeof(text); piece++) {
		ck_assert_str_eq(feed(text, strlen(text), piece, &heard), "");
		ck_assert_uint_eq(heard.messages, 3);
	}
}
END_TEST

static const struct {
	const char *bytes;
	size_t len;
	const char *says;
} no_messages[] = {
	{ "{\"a\":\"\xff\"}", 9, "not UTF-8" },
	{ "{\"a\":\"\xed\xa0\x80\"}", 11, "not UTF-8" },
	{ "{\"a\":\"\xc0\x80\"}", 10, "not UTF-8" },
	{ "{\"a\":\"\xe2\x82\"}", 10, "not UTF-8" },
	{ "{\"a\":\0}", 7, "a NUL" },
	{ "[1]", 3, "no JSON object" },
	{ "}", 1, "no JSON object" },
	{ "{]{}", 4, "no JSON object" },
	{ "{\"result\":[false,1,,{}]}", 24, "no JSON object" },
	{ "{\"result\" [false,1,{}]}", 23, "no JSON object" },
	{ "{\"result\":[false,1,{}{}]}", 25, "no JSON object" },
	{ "null ", 5, "no JSON object" },
	{ "{\"a\" 5}", 7, "no JSON object" },
	{ "GET / HTTP/1.1", 14, "no JSON object" },
	{ "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", 40, "no JSON object" },
};

START_TEST(what_is_no_message_ends_it)
{
	const char *bytes = no_messages[_i].bytes;
	struct heard heard;

	for (size_t piece = 1; piece <= no_messages[_i].len; piece++)
		ck_assert_msg(strstr(feed(bytes, no_messages[_i].len, piece, &heard),
				     no_messages[_i].says),
			      "%s", bytes);
}
END_TEST

START_TEST(a_message_that_does_not_end_is_cut)
{
	char blank[8192];
	struct heard heard;

	memset(blank, ' ', sizeof(blank));
	ck_assert(strstr(feed(blank, sizeof(blank), 100, &heard), "more than"));
	memset(blank, 'x', sizeof(blank));
	memcpy(blank, "{\"a\":\"", 6);
	ck_assert(strstr(feed(blank, sizeof(blank), 100, &heard), "more than"));
}
END_TEST

/* What a server answers, and what we hear of it. */
static const struct {
	const char *text, *heard;
} answers[] = {
	{ "{\"id\":2,\"error\":null,\"result\":[false,\"t\",{}]}",
	  "{\"id\":2,\"error\":null,\"result\":[false,\"t\",{}]}\n" },
	{ "{\"result\":[false,\"t\",{\"A\":{},\"B\":{\"1\":{\"initial\":{\"x\":\"}]\\\"{\"}},\"2\":{}},"
	  "\"C\":{\"3\":{\"delete\":null}}}],\"id\":2}{\"id\":3}",
	  "B 1 {\"initial\":{\"x\":\"}]\\\"{\"}}\nB 2 {}\nC 3 {\"delete\":null}\n"
	  "{\"result\":[false,\"t\",{}],\"id\":2}\n{\"id\":3}\n" },
	{ " { \"result\" : [ false , \"false\" , { \"A\" : { \"1\" : { } , \"2\" : { } } } ] } ",
	  "A 1 {}\nA 2 {}\n{\"result\":[false,\"false\",{}]}\n" },
	/* a part of what there is, a change, and what is no answer: in one */
	{ "{\"result\":[true,\"t\",{\"A\":{\"1\":{}}}]}",
	  "{\"result\":[true,\"t\",{\"A\":{\"1\":{}}}]}\n" },
	{ "{\"params\":[null,\"false\",{\"A\":{\"1\":{}}}]}",
	  "{\"params\":[null,\"false\",{\"A\":{\"1\":{}}}]}\n" },
	{ "{\"result\":[\"false\",\"t\",{\"A\":{\"1\":{}}}]}",
	  "{\"result\":[\"false\",\"t\",{\"A\":{\"1\":{}}}]}\n" },
	{ "{\"result\":[false,{\"A\":{\"1\":{}}}]}", "{\"result\":[false,{\"A\":{\"1\":{}}}]}\n" },
	{ "{\"results\":[false,1,{\"A\":{\"1\":{}}}]}",
	  "{\"results\":[false,1,{\"A\":{\"1\":{}}}]}\n" },
};

START_TEST(rows_of_everything_come_one_by_one)
{
	const char *text = answers[_i].text;
	struct heard heard;

	for (size_t piece = 1; piece <= strlen(text); piece++) {
		ck_assert_str_eq(feed(text, strlen(text), piece, &heard), "");
		ck_assert_str_eq(heard.text, answers[_i].heard);
	}
}
END_TEST

static const char *const no_rows[] = {
	"{5:{}}",
	"{\"A\"{}}",
	"{\"A\"::{}}",
	"{\"A\":}",
	"{\"A\":5}",
	"{\"A\":null}",
	"{\"A\":{}\"B\":{}}",
	"{\"A\":{},}",
	"{\"A\":{}]",
	"{,}",
	"{\"A\":{\"1\"}}",
	"{\"A\":{\"1\":5}}",
	"{\"A\":{\"1\":null}}",
	"{\"A\":{\"1\":{]}}",
	"{\"A\":{\"1\":{},}}",
	"{\"A\":{\"1\":{} \"2\":{}}}",
	"{\"A\\u0041\":{}}",
	"{\"A\n\":{}}",
	"{\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\":{}}",
};

START_TEST(rows_that_are_none_end_it)
{
	struct heard heard;
	char text[256];

	snprintf(text, sizeof(text), "{\"result\":[false,\"t\",%s]}", no_rows[_i]);
	for (size_t piece = 1; piece <= strlen(text); piece++) {
		ck_assert_msg(strstr(feed(text, strlen(text), piece, &heard),
				     "it sent rows that are none"),
			      "%s: %s", text, heard.text);
		ck_assert_uint_eq(heard.messages, 0);
	}
}
END_TEST

/* A row of more bytes than a message may have, and rows of more than all may have. */
START_TEST(rows_that_do_not_end_are_cut)
{
	static const char begin[] = "{\"result\":[false,\"t\",{\"A\":{", row[] = "\"1\":{},";
	struct heard heard;
	char text[20000];

	memset(text, ' ', sizeof(text));
	snprintf(text, sizeof(text), "%s\"1\":{\"initial\":{\"x\":\"", begin);
	memset(text + strlen(text), 'x', 8192);
	ck_assert(strstr(feed(text, 8192, 100, &heard), "it sent rows that are none"));
	strlcpy(text, begin, sizeof(text));
	for (size_t at = strlen(text); at < sizeof(text) - sizeof(row); at += strlen(row))
		strcpy(text + at, row);
	ck_assert(strstr(feed(text, strlen(text), 100, &heard), "more than"));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("ovn");
	TCase *tc = tcase_create("ovn");

	tcase_add_test(tc, a_router_with_a_number_is_a_tenant);
	tcase_add_test(tc, a_router_without_a_number_is_none_of_ours);
	tcase_add_test(tc, numbers_of_a_switch_follow_from_its_uuid_or_its_keys);
	tcase_add_loop_test(tc, what_changes_changes_the_subnets, 0, array_size(subnets));
	tcase_add_test(tc, a_switch_that_leads_out_is_the_north_side);
	tcase_add_test(tc, what_is_not_to_be_announced_is_not);
	tcase_add_loop_test(tc, a_key_that_cannot_be_marks_the_tenant, 0, array_size(bad_keys));
	tcase_add_test(tc, whom_a_slip_of_the_pen_leaves_out_holds_the_tenant);
	tcase_add_loop_test(tc, a_row_that_cannot_be_marks_the_tenant, 0, array_size(bad_rows));
	tcase_add_loop_test(tc, an_update_that_cannot_be_is_refused, 0, array_size(impossible));
	tcase_add_test(tc, tables_and_columns_of_others_are_left_alone);
	tcase_add_loop_test(tc, two_with_the_same_number_are_both_told, 0, array_size(clashes));
	tcase_add_loop_test(tc, a_provider_that_cannot_be_is_refused, 0, array_size(documents));
	tcase_add_test(tc, a_provider_has_the_defaults_of_the_schema);
	tcase_add_test(tc, the_columns_are_those_of_the_schema);
	tcase_add_test(tc, servers_are_read_as_ovs_writes_them);
	tcase_add_test(tc, messages_come_in_pieces);
	tcase_add_loop_test(tc, what_is_no_message_ends_it, 0, array_size(no_messages));
	tcase_add_test(tc, a_message_that_does_not_end_is_cut);
	tcase_add_loop_test(tc, rows_of_everything_come_one_by_one, 0, array_size(answers));
	tcase_add_loop_test(tc, rows_that_are_none_end_it, 0, array_size(no_rows));
	tcase_add_test(tc, rows_that_do_not_end_are_cut);
	suite_add_tcase(suite, tc);
	return lib_main(suite);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Proves the verifier by what it is for: each row takes a sound network, makes one
 * planned object another one (as an error in the planner, or a number typed into a
 * row, would), and expects the sentence that an operator is given for it.  And no
 * story gives a false alarm.
 */
#include <zebra.h>

#include <dirent.h>
#include <string.h>

#include "darr.h"

#include "plan/plan.h"
#include "plan/validate.h"
#include "verify/verify.h"

#include "lib.h"

/* ---- doctored plans ---- */

enum treatment { NOTHING, DROP, NUM, NET, VIA, REF, NAME };

struct doctor {
	enum treatment treatment;
	uint32_t tenant, node; /* 0: of all */
	enum object_kind kind;
	const char *name; /* of the object; NULL: whatever it is */
	unsigned int which;
	uint32_t number;
	const char *text;
};

static bool is_concerned(const struct doctor *doctor, const struct tenant *tenant,
			 const struct node *node, const struct object *obj)
{
	return tenant && (!doctor->tenant || doctor->tenant == tenant->id) &&
	       (!doctor->node || doctor->node == node->id) && obj->kind == doctor->kind &&
	       (!doctor->name || !strcmp(doctor->name, obj->name));
}

/* False where the object is to go. */
static bool treat(const struct doctor *doctor, struct object *obj)
{
	switch (doctor->treatment) {
	case NOTHING:
		break;
	case DROP:
		return false;
	case NUM:
		obj->num[doctor->which] = doctor->number;
		break;
	case NET:
		if (ipnet_parse(doctor->text, &obj->net) < 0)
			ck_assert_int_eq(ipnet_parse_addr(doctor->text, &obj->net), 0);
		break;
	case VIA:
		ck_assert_int_eq(ipnet_parse_addr(doctor->text, &obj->via), 0);
		break;
	case REF:
		strlcpy(obj->ref, doctor->text, sizeof(obj->ref));
		break;
	case NAME:
		strlcpy(obj->name, doctor->text, sizeof(obj->name));
		break;
	}
	return true;
}

static void plan_doctored(void *arg, const struct provider *provider, const struct tenant *tenant,
			  const struct node *node, struct objects *want)
{
	const struct doctor *doctor = arg;
	unsigned int kept = 0, before = darr_len(want->list);

	if (tenant)
		plan_tenant_unsorted(provider, tenant, node, want);
	else
		plan_node(provider, node, want);
	for (unsigned int i = before; i < darr_len(want->list); i++)
		if (!is_concerned(doctor, tenant, node, &want->list[i]) ||
		    treat(doctor, &want->list[i]))
			want->list[before + kept++] = want->list[i];
	if (want->list)
		darr_setlen(want->list, before + kept);
}

static void update_all(struct verifier *verifier, const struct model *model,
		       struct violation **found)
{
	for (uint32_t id = 1; id < 30; id++)
		if (model_tenant(model, id))
			verify_update(verifier, model_tenant(model, id), found);
}

/* ---- each invariant ---- */

/* clang-format off */
static const struct row {
	const char *what, *story, *sql;
	struct doctor doctor;
	enum invariant invariant;
	const char *sentence;
} rows[] = {
	{ "a foreign target imported", "same-space", "", { NUM, 2, 0, OBJ_BGP_RT_IMPORT, NULL, 1, 1 }, INVARIANT_REACH,
	  "would not import" },
	{ "a target in another's list of its own", "leak-one-way", "", { NUM, 1, 3, OBJ_BGP_RT_EXPORT, NULL, 1, 1000003 }, INVARIANT_REACH,
	  "would not import" },
	{ "an import map taken away, and another's target", "same-space", "", { DROP, 0, 0, OBJ_BGP_RD }, INVARIANT_REACH,
	  "does not export it" },
	{ "an RD of another router", "reference", "", { NET, 1, 3, OBJ_BGP_RD, NULL, 0, 0, "10.255.0.2" }, INVARIANT_DISTINGUISHER,
	  "pe1 and pe2 would have the same route distinguisher 10.255.0.2:1 for tenant acme, so that one PE's routes hide the other's; give each node a router id of its own" },
	{ "an RD of another tenant", "same-space", "", { NUM, 2, 3, OBJ_BGP_RD, NULL, 0, 1 }, INVARIANT_DISTINGUISHER,
	  "would share route distinguisher 10.255.0.1:1, so that one's routes hide the other's; set rd_number of one of them to another number" },
	{ "a router id twice", "reference", "", { NET, 1, 2, OBJ_OSPF_ROUTER_ID, NULL, 0, 0, "10.255.0.11" }, INVARIANT_DISTINGUISHER,
	  "dlr and esg would have the same OSPF router id 10.255.0.11 for tenant acme, and take each other's announcements for their own; give each node a router id of its own" },
	{ "a table of another tenant", "same-space", "", { NUM, 2, 1, OBJ_VRF, NULL, 0, 1001 }, INVARIANT_ISOLATION,
	  "would share kernel table 1001 on dlr, and so all routes in it; set table_id of one of them to another number" },
	{ "a VRF of another tenant", "same-space", "", { NAME, 2, 1, OBJ_VRF, NULL, 0, 0, "acme" }, INVARIANT_ISOLATION,
	  "would share VRF acme on dlr, and so all routes in it" },
	{ "a VLAN of another tenant", "same-space", "", { NAME, 2, 1, OBJ_VLAN, NULL, 0, 0, "t0.101" }, INVARIANT_ISOLATION,
	  "would share interface t0.101 on dlr, and so each other's packets; give one of them another VLAN or port" },
	{ "a route into another table", "static-transit", "", { NUM, 1, 2, OBJ_ROUTE, NULL, 0, 254 }, INVARIANT_ISOLATION,
	  "of tenant acme on esg would go into table 254, and its VRF has table 1001; report this as a fault of the planner" },
	{ "no last resort", "reference", "", { DROP, 1, 3, OBJ_UNREACHABLE }, INVARIANT_ISOLATION,
	  "table 1001 of tenant acme on pe1 has no route of last resort, so what its VRF does not know would go by the main table; report this as a fault of the planner" },
	{ "a customer's route targets", "bgp-link", "", { DROP, 1, 0, OBJ_SET_NO_RT }, INVARIANT_ISOLATION,
	  "could put its routes into any VRF, since no filter takes route targets off; report this as a fault of the planner" },
	{ "no export map", "reference", "", { DROP, 1, 3, OBJ_BGP_EXPORT_MAP }, INVARIANT_SPACE,
	  "pe1 would export all that VRF of tenant acme holds, since no route-map filters it; report this as a fault of the planner" },
	{ "a wide list at the DLR", "reference", "", { NET, 1, 1, OBJ_PREFIX_LIST, NULL, 0, 0, "0.0.0.0/0" }, INVARIANT_SPACE,
	  "tenant acme could announce 0.0.0.0/0, which is a default route, on dlr: OSPF redistribution by TN-acme-ADV lets it through; check its aggregates, else report this as a fault of the planner" },
	{ "half a list too wide at the PE", "reference", "", { NET, 1, 3, OBJ_PREFIX_LIST, "TN-acme-ADV", 0, 0, "10.0.0.0/15" }, INVARIANT_SPACE,
	  "tenant acme could announce 10.0.0.0/16, which lies outside its aggregates, on pe1: VPN export by TN-acme-EXP lets it through; check its aggregates, else report this as a fault of the planner" },
	{ "reserved space let through", "no-aggregates", "", { NUM, 1, 1, OBJ_MATCH_PREFIX, "TN-acme-ADV", 1, 1 }, INVARIANT_SPACE,
	  "tenant acme could announce 100.64.0.0/10, which is reserved for the provider, on dlr: OSPF redistribution by TN-acme-ADV lets it through" },
	{ "reserved space translated", "reference", "", { DROP, 1, 2, OBJ_OSPF_NSSA_DENY }, INVARIANT_SPACE,
	  "esg would translate 100.64.0.0/10, which is reserved for the provider, for tenant acme; report this as a fault of the planner" },
	{ "a gateway within another's network", "reference", "", { NET, 1, 1, OBJ_GATEWAY, "ls2", 0, 0, "10.1.1.129/25" }, INVARIANT_OVERLAP,
	  "in the VRF of tenant acme, 10.1.1.128/25 (ls2 of dlr) would overlap 10.1.1.0/24 (ls1 of dlr); one of them must change" },
	{ "a leak over a subnet", "leak-one-way", "", { NET, 1, 3, OBJ_PREFIX_LIST, "TN-acme-FROM", 0, 0, "10.1.0.0/16" }, INVARIANT_OVERLAP,
	  "in the VRF of tenant acme, 10.1.1.0/24 (ls1 of dlr) would overlap 10.1.0.0/16 (leaked into it); one of them must change" },
	{ "nothing announced", "reference", "", { DROP, 1, 1, OBJ_OSPF_REDIST_CONNECTED }, INVARIANT_REACH,
	  "10.1.1.0/24 of tenant acme would not get into the VPN, because dlr does not announce it to OSPF; check its row, else report this as a fault of the planner" },
	{ "a DLR out of OSPF", "reference", "", { DROP, 1, 1, OBJ_OSPF_NETWORK }, INVARIANT_REACH,
	  "10.1.1.0/24 of tenant acme would not get into the VPN, because pe1 does not hear of it from an edge" },
	{ "a subnet not translated", "reference", "", { NET, 1, 2, OBJ_OSPF_NSSA_DENY, NULL, 0, 0, "10.1.0.0/16" }, INVARIANT_REACH,
	  "because pe1 does not hear of it from an edge" },
	{ "OSPF not taken into BGP", "reference", "", { DROP, 1, 3, OBJ_BGP_REDIST_OSPF }, INVARIANT_REACH,
	  "because pe1 does not take it into BGP" },
	{ "an export map that nobody made", "reference", "", { REF, 1, 3, OBJ_BGP_EXPORT_MAP, NULL, 0, 0, "TN-acme-EXPO" }, INVARIANT_REACH,
	  "because pe1 does not export it" },
	{ "a PE that asks for another target", "reference", "", { NUM, 1, 4, OBJ_BGP_RT_IMPORT, NULL, 1, 77 }, INVARIANT_REACH,
	  "pe2 would not import 10.1.1.0/24 of tenant acme, which pe1 exports; check rt_number and the router ids, else report this as a fault of the planner" },
	{ "a PE that nobody believes", "reference", "", { NET, 1, 4, OBJ_PREFIX_LIST, "TN-acme-PE", 0, 0, "10.255.0.99/32" }, INVARIANT_REACH,
	  "pe2 would not import 10.1.1.0/24 of tenant acme, which pe1 exports" },
	{ "no gateway", "reference", "", { DROP, 1, 1, OBJ_GATEWAY, "ls1" }, INVARIANT_REACH,
	  "no DLR would have the gateway of 10.1.1.0/24 of tenant acme; report this as a fault of the planner" },
	{ "the tag not set", "reference", "", { DROP, 1, 3, OBJ_SET_TAG }, INVARIANT_LOOP,
	  "routes of tenant acme could go round between BGP and OSPF, because pe1 does not mark what it takes from BGP into OSPF; report this as a fault of the planner" },
	{ "another tag", "reference", "", { NUM, 1, 3, OBJ_MATCH_TAG, NULL, 2, 7 }, INVARIANT_LOOP,
	  "because pe1 takes marked routes from OSPF into BGP" },
	{ "no map in zebra", "reference", "", { DROP, 1, 3, OBJ_ZEBRA_OSPF_MAP }, INVARIANT_LOOP,
	  "because pe1 prefers marked routes of OSPF to those of BGP" },
	{ "a PE's own subnets not marked", "all-in-one", "", { DROP, 1, 0, OBJ_SET_TAG, "TN-acme-ADV" }, INVARIANT_LOOP,
	  "does not mark what it tells OSPF itself" },
	{ "an edge that does not translate", "reference", "", { NUM, 1, 2, OBJ_OSPF_NSSA, NULL, 1, 0 }, INVARIANT_FORWARDING,
	  "esg joins both areas of tenant acme and does not translate what its DLRs announce; report this as a fault of the planner" },
	{ "a next hop elsewhere", "static-transit", "", { VIA, 1, 1, OBJ_ROUTE, NULL, 0, 0, "100.64.99.1" }, INVARIANT_FORWARDING,
	  "dlr would send 0.0.0.0/0 of tenant acme to 100.64.99.1, which is on none of its networks; check link.peer and circuit.prefix" },
	{ "to and fro", "static-transit", "", { NET, 1, 0, OBJ_ROUTE, NULL, 0, 0, "10.1.1.0/24" }, INVARIANT_FORWARDING,
	  "dlr and esg would send 10.1.1.0/24 of tenant acme to each other; report this as a fault of the planner" },
	{ "VLAN 4095", "reference", "", { NUM, 1, 1, OBJ_VLAN, NULL, 0, 4095 }, INVARIANT_LIMIT,
	  "tenant acme would need VLAN 4095 of t0 on dlr, and VLANs end at 4094; set circuit.vlan or link.vlan to a free one" },
	{ "the main table", "reference", "", { NUM, 1, 1, OBJ_VRF, NULL, 0, 254 }, INVARIANT_LIMIT,
	  "tenant acme would have kernel table 254 on dlr, which is the node's own; set tenant.table_id to another number" },
	{ "a VNI too large", "two-dlrs", "", { NUM, 1, 1, OBJ_VXLAN, NULL, 0, 16777216 }, INVARIANT_LIMIT,
	  "tenant acme would need VNI 16777216 on dlr, and VNIs end at 16777215; set logical_switch.vni to a free one" },
	{ "more than it may announce", "reference", "UPDATE tenant SET max_routes = 1", { NOTHING }, INVARIANT_LIMIT,
	  "tenant acme would announce 2 prefixes, and may have 1; set tenant.max_routes higher or announce fewer" },
	{ "an address twice", "reference", "", { NET, 1, 2, OBJ_WIRE_ADDRESS, "t0.101", 0, 0, "100.64.0.3/29" }, INVARIANT_ADDRESS,
	  "would both have the address 100.64.0.3/29 for tenant acme; give each its own slot on the wire, or each wire its own prefix" },
	{ "an address that is the network", "reference", "", { NET, 1, 2, OBJ_WIRE_ADDRESS, "t0.101", 0, 0, "100.64.0.0/29" }, INVARIANT_ADDRESS,
	  "t0.101 of tenant acme on esg would have the address 100.64.0.0/29, which is the network itself or its broadcast; give the node another slot or the wire a larger prefix" },
	{ "a transit too small", "reference", "", { NET, 1, 2, OBJ_WIRE_ADDRESS, "t0.101", 0, 0, "100.64.0.1/30" }, INVARIANT_ADDRESS,
	  "transit t0.101 of tenant acme on esg has 100.64.0.0/30, with too few addresses for an edge, a DLR and a second edge; set circuit.prefix to a /29" },
	{ "an uplink too large", "reference", "", { NET, 1, 2, OBJ_WIRE_ADDRESS, "u0.101", 0, 0, "100.96.0.6/28" }, INVARIANT_ADDRESS,
	  "uplink u0.101 of tenant acme on esg has 100.96.0.0/28 and takes a /30 or /31; set circuit.prefix to one" },
};
/* clang-format on */

START_TEST(what_is_wrong_with_a_plan_is_found_with_its_witness)
{
	const struct row *row = &rows[_i];
	struct model *model = lib_model(row->story, row->sql);
	struct verifier *verifier =
		verifier_new(model_provider(model), plan_doctored, (void *)&row->doctor);
	struct violation *found = NULL, *violation;
	bool there = false;

	update_all(verifier, model, &found);
	darr_foreach_p (found, violation)
		there |= violation->invariant == row->invariant &&
			 strstr(violation->why.text, row->sentence);
	if (!there)
		darr_foreach_p (found, violation)
			printf("%s: %s: %s\n", row->what, invariant_names[violation->invariant],
			       violation->why.text);
	ck_assert_msg(there, "%s (%s): not found: %s", row->what, row->story, row->sentence);
	darr_free(found);
	verifier_free(verifier);
	model_free(model);
}
END_TEST

/* ---- isolation: a tenant's numbers typed into another's row ---- */

static char *isolation_of(const char *story, const char *sql)
{
	struct model *model = lib_model(story, sql);
	struct verifier *verifier = verifier_new(model_provider(model), NULL, NULL);
	struct violation *found = NULL, *violation;
	char *text = NULL;

	lib_append(&text, "%s", "");
	update_all(verifier, model, &found);
	darr_foreach_p (found, violation)
		lib_append(&text, "%u,%u %s\n", violation->tenant_id, violation->other_id,
			   violation->why.text);
	darr_free(found);
	verifier_free(verifier);
	model_free(model);
	return text;
}

START_TEST(two_tenants_of_one_target_would_see_each_other)
{
	char *text = isolation_of("same-space", "UPDATE tenant SET rt_number = 1 WHERE id = 2");

	ck_assert_msg(
		strstr(text,
		       "2,1 tenant acme would see 10.1.1.0/24 of tenant beta on pe1 by route target 65000:1, which beta's VRF exports on pe1; give one of them another rt_number\n"),
		"%s", text);
	ck_assert_msg(
		strstr(text,
		       "2,1 tenant beta would see 10.1.1.0/24 of tenant acme on pe1 by route target 65000:1, which acme's VRF exports on pe1; give one of them another rt_number\n"),
		"%s", text);
	darr_free(text);
}
END_TEST

START_TEST(a_target_that_is_anothers_leak_target_shows_what_is_not_leaked)
{
	char *text =
		isolation_of("leak-one-way", "UPDATE tenant SET rt_number = 1000001 WHERE id = 2");

	/* only what the consumer's list of leaks lets through, and that is leaked */
	ck_assert_str_eq(text, "");
	darr_free(text);
}
END_TEST

START_TEST(a_leak_shows_its_own_prefix_alone)
{
	struct doctor wide = { NET, 1, 3, OBJ_PREFIX_LIST, "TN-acme-FROM", 0, 0, "10.9.0.0/16" };
	struct doctor wider = { NET, 2, 3, OBJ_PREFIX_LIST, "TN-shared-L1", 0, 0, "10.9.0.0/16" };
	struct model *model = lib_model(
		"leak-one-way", "INSERT INTO subnet VALUES (77, 9, '10.9.7.0/24', '10.9.7.1', 1)");
	struct doctor *doctors[] = { &wide, &wider };
	struct violation *found = NULL;

	/* each of the two filters keeps it in */
	for (unsigned int i = 0; i < array_size(doctors); i++) {
		struct verifier *verifier =
			verifier_new(model_provider(model), plan_doctored, doctors[i]);

		update_all(verifier, model, &found);
		ck_assert_msg(!darr_len(found), "%s", found ? found[0].why.text : "");
		verifier_free(verifier);
	}
	model_free(model);
}
END_TEST

/* ---- who is taken in, and who goes ---- */

START_TEST(who_was_taken_out_is_in_nobodys_way)
{
	struct model *model =
		lib_model("same-space", "UPDATE tenant SET rt_number = 1 WHERE id = 2");
	struct verifier *verifier = verifier_new(model_provider(model), NULL, NULL);
	struct violation *found = NULL;

	ck_assert_uint_eq(verify_update(verifier, model_tenant(model, 1), &found), 0);
	ck_assert_uint_gt(verify_update(verifier, model_tenant(model, 2), &found), 0);
	darr_reset(found);
	verify_remove(verifier, 1);
	ck_assert(verify_tenant(verifier, 1) == NULL);
	ck_assert_uint_eq(verify_update(verifier, model_tenant(model, 2), &found), 0);
	verify_remove(verifier, 1);
	verify_remove(verifier, 2);
	darr_free(found);
	verifier_free(verifier);
	model_free(model);
}
END_TEST

START_TEST(only_what_a_change_makes_worse_counts)
{
	struct model *good = lib_model("same-space", "");
	struct model *bad = lib_model("same-space", "UPDATE tenant SET max_routes = 1");
	struct violation *found = NULL;

	ck_assert_uint_eq(verify_change(good, bad, NULL, &found), 1);
	darr_reset(found);
	ck_assert_uint_eq(verify_change(bad, bad, NULL, &found), 0);
	ck_assert_uint_eq(verify_change(bad, good, NULL, &found), 0);
	darr_free(found);
	model_free(good);
	model_free(bad);
}
END_TEST

/* ---- what it has found ---- */

#define STATIC_TRANSIT "INSERT INTO circuit (tenant_id, wire_id, routing) VALUES (1, 1, 'static');"

/* An edge that is the PE, too, kept its static routes from BGP; found by random networks. */
START_TEST(a_static_transit_reaches_a_pe_that_is_its_own_edge)
{
	struct model *model = lib_model("edge-pe", STATIC_TRANSIT);
	struct violation *found = NULL;

	ck_assert_msg(!verify_model(model, NULL, &found), "%s", found ? found[0].why.text : "");
	model_free(model);
}
END_TEST

/* An edge had routes by way of its first DLR alone; found by random networks. */
START_TEST(a_static_transit_reaches_what_only_its_second_dlr_has)
{
	struct model *model = lib_model("two-dlrs", STATIC_TRANSIT
					"UPDATE node SET site_id = 2 WHERE id = 5;"
					"UPDATE logical_switch SET site_id = 2 WHERE id = 2");
	struct violation *found = NULL;

	ck_assert_msg(!verify_model(model, NULL, &found), "%s", found ? found[0].why.text : "");
	model_free(model);
}
END_TEST

/* ---- no false alarm ---- */

START_TEST(no_story_gives_a_false_alarm)
{
	DIR *dir = opendir(lib_source_path("stories"));
	const struct dirent *entry;
	unsigned int stories = 0;

	ck_assert(dir != NULL);
	while ((entry = readdir(dir))) {
		struct violation *found = NULL;
		struct model *model;

		if (entry->d_name[0] == '.')
			continue;
		model = lib_model(entry->d_name, NULL);
		ck_assert_msg(!verify_model(model, NULL, &found), "%s: %s", entry->d_name,
			      found ? found[0].why.text : "");
		model_free(model);
		stories++;
	}
	closedir(dir);
	ck_assert_uint_gt(stories, 10);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("verify");
	TCase *tcase = tcase_create("verify");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, what_is_wrong_with_a_plan_is_found_with_its_witness, 0,
			    array_size(rows));
	tcase_add_test(tcase, two_tenants_of_one_target_would_see_each_other);
	tcase_add_test(tcase, a_target_that_is_anothers_leak_target_shows_what_is_not_leaked);
	tcase_add_test(tcase, a_leak_shows_its_own_prefix_alone);
	tcase_add_test(tcase, who_was_taken_out_is_in_nobodys_way);
	tcase_add_test(tcase, only_what_a_change_makes_worse_counts);
	tcase_add_test(tcase, a_static_transit_reaches_a_pe_that_is_its_own_edge);
	tcase_add_test(tcase, a_static_transit_reaches_what_only_its_second_dlr_has);
	tcase_add_test(tcase, no_story_gives_a_false_alarm);
	suite_add_tcase(suite, tcase);
	return lib_main(suite);
}

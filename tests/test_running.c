// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Proves that a running configuration is read as what it is: the texts in
 * tests/running come from FRR's own daemons (tests/running/record), after the
 * plan of a story was typed in beside an operator's own configuration.
 *
 * The plan against what its daemon then says must leave nothing to do: that
 * is what makes tenantd quiet after a restart.
 */
#include <zebra.h>

#include <stdlib.h>
#include <string.h>

#include "darr.h"

#include "plan/diff.h"
#include "plan/plan.h"
#include "plan/running.h"

#include "lib.h"

/* What is read, and the plan it is judged by. */
struct reader {
	const struct objects *want;
	struct objects have;
	char *foreign; /* darr: a line each */
};

static bool is_tenants(const struct reader *reader, const char *vrf)
{
	for (unsigned int i = 0; i < objects_count(reader->want); i++)
		if (!strcmp(reader->want->list[i].vrf, vrf))
			return true;
	return false;
}

static const char *interface_vrf(void *arg, const char *ifname)
{
	const struct reader *reader = arg;

	for (unsigned int i = 0; i < objects_count(reader->want); i++)
		if (reader->want->list[i].target == TARGET_KERNEL &&
		    !strcmp(reader->want->list[i].name, ifname))
			return reader->want->list[i].vrf;
	return NULL;
}

static void found(void *arg, const struct object *obj)
{
	struct reader *reader = arg;

	if (!obj->vrf[0] || is_tenants(reader, obj->vrf))
		*darr_append(reader->have.list) = *obj;
}

static void foreign(void *arg, const char *vrf, const char *line)
{
	struct reader *reader = arg;

	if (is_tenants(reader, vrf))
		lib_append(&reader->foreign, "%s: %s\n", vrf, line);
}

static const struct running_ops running_ops = {
	.interface_vrf = interface_vrf,
	.found = found,
	.foreign = foreign,
};

static void keep_target(struct objects *set, enum target target)
{
	unsigned int kept = 0;

	for (unsigned int i = 0; i < objects_count(set); i++)
		if (set->list[i].target == target)
			set->list[kept++] = set->list[i];
	darr_setlen(set->list, kept);
}

/* What is to be done after reading the file, a line each (darr). */
static char *read_and_compare(const char *story, const char *node_name, enum target target,
			      const char *suffix, char **foreign_lines)
{
	char *text = lib_read_file(lib_source_path("running/%s-%s-%s%s.txt", story, node_name,
						   target_names[target], suffix));
	struct model *model = lib_model(story, NULL);
	struct objects want = {};
	struct reader reader = { .want = &want };
	char *todo = NULL, line[512];
	struct op *ops = NULL, *op;

	ck_assert_msg(text != NULL, "no recording of %s %s", story, node_name);
	lib_append(&todo, "%s", "");
	lib_append(&reader.foreign, "%s", "");
	lib_plan(model, provider_node_by_name(model_provider(model), node_name), &want);
	running_read(target, text, &running_ops, &reader);
	objects_sort(&reader.have);
	keep_target(&want, target);
	diff_objects(&reader.have, &want, &ops);
	darr_foreach_p (ops, op)
		lib_append(&todo, "%s %s\n", outcome_names[op->what],
			   object_describe(&op->obj, line, sizeof(line)));
	*foreign_lines = reader.foreign;
	darr_free(ops);
	objects_fini(&want);
	objects_fini(&reader.have);
	model_free(model);
	free(text);
	return todo;
}

static const struct {
	const char *story, *node;
} recordings[] = {
	{ "all-in-one", "box" },       { "bgp-link", "pe2" },       { "four-byte-as", "pe1" },
	{ "hidden-subnets", "dlr" },   { "leak-both-ways", "pe1" }, { "no-aggregates", "pe1" },
	{ "overrides", "pe1" },        { "reference", "dlr" },      { "reference", "esg" },
	{ "reference", "pe1" },        { "static-link", "pe2" },    { "static-transit", "dlr" },
	{ "static-transit", "esg" },   { "standby-site", "dlr2" },  { "standby-site", "pe2" },
	{ "two-esgs-two-pes", "esg" },
};
/* few nodes have anything for vrrpd */
static const char *const vrrp_nodes[] = { "pe1", "pe2", "pe3" };
static const enum target daemons[] = { TARGET_MGMTD, TARGET_OSPFD, TARGET_BGPD };

START_TEST(a_plan_that_was_typed_in_leaves_nothing_to_do)
{
	enum target target = daemons[_i % array_size(daemons)];
	const char *story = recordings[_i / array_size(daemons)].story;
	const char *node = recordings[_i / array_size(daemons)].node;
	char *strange, *todo = read_and_compare(story, node, target, "", &strange);

	ck_assert_msg(!todo[0] && !strange[0], "%s on %s, %s: to do:\n%snot ours:\n%s", story,
		      node, target_names[target], todo, strange);
	darr_free(todo);
	darr_free(strange);
}
END_TEST

START_TEST(virtual_addresses_that_were_typed_in_leave_nothing_to_do)
{
	char *strange, *todo = read_and_compare("virtual-address", vrrp_nodes[_i], TARGET_VRRPD,
						"", &strange);

	ck_assert_msg(!todo[0] && !strange[0], "on %s to do:\n%snot ours:\n%s", vrrp_nodes[_i],
		      todo, strange);
	darr_free(todo);
	darr_free(strange);
}
END_TEST

static const struct {
	enum target target;
	const char *todo, *foreign;
} disturbed[] = {
	{ TARGET_MGMTD, "update zebra-ospf-map acme\n",
	  "acme: ip protocol bgp route-map OPERATOR\n" },
	{ TARGET_OSPFD,
	  "delete ospf-nssa-deny 10.20.0.0/16 in acme\n"
	  "delete ospf-nssa acme\n"
	  "update ospf-hello-interval u0.101\n"
	  "update set-tag TN-acme-TAG\n"
	  "update ospf-spf-delay acme\n"
	  "update ospf-redistribute-bgp acme\n",
	  "acme: set metric 20\n"
	  "acme: ip ospf cost 33\n"
	  "acme: redistribute static\n" },
	{ TARGET_BGPD,
	  "delete vpn-rd acme\n"
	  "delete bgp-redistribute-connected acme\n"
	  "delete bgp-neighbor 192.0.2.1/32 in acme\n"
	  "update prefix-list TN-acme-ADV\n"
	  "update bgp-router-id acme\n"
	  "add bgp-redistribute-connected acme\n"
	  "add vpn-rd acme\n"
	  "add vpn-rt-import acme\n"
	  "add vpn-rt-export acme\n",
	  "acme: redistribute static\n"
	  "acme: rt vpn import 65000:1 65000:7 65000:1000001\n"
	  "acme: rt vpn export 10.255.0.1:1\n"
	  "acme: redistribute connected\n" },
};

START_TEST(what_a_hand_has_changed_is_put_right_and_what_it_added_is_told)
{
	char *strange, *todo = read_and_compare("reference", "pe1", disturbed[_i].target,
						"-disturbed", &strange);

	ck_assert_msg(!strcmp(todo, disturbed[_i].todo) && !strcmp(strange, disturbed[_i].foreign),
		      "%s: to do, expected:\n%sgot:\n%snot ours, expected:\n%sgot:\n%s",
		      target_names[disturbed[_i].target], disturbed[_i].todo, todo,
		      disturbed[_i].foreign, strange);
	darr_free(todo);
	darr_free(strange);
}
END_TEST

/* ---- small texts ---- */

/* clang-format off */
static const struct {
	const char *what;
	enum target target;
	const char *text;
	const char *objects; /* as object_describe(), a line each */
	const char *foreign;
} texts[] = {
	{ "nothing", TARGET_BGPD, "", "", "" },
	{ "only comments", TARGET_BGPD, "!\n! acme\n!\nend\n", "", "" },
	{ "the default instance", TARGET_BGPD,
	  "router bgp 65000\n bgp router-id 1.2.3.4\n address-family ipv4 unicast\n  import vpn\n exit-address-family\nexit\n",
	  "", "" },
	{ "an instance of ours", TARGET_OSPFD, "router ospf vrf acme\n ospf router-id 1.2.3.4\nexit\n",
	  "ospf acme\nospf-router-id acme\n", "" },
	{ "with carriage returns", TARGET_OSPFD, "router ospf vrf acme\r\n ospf router-id 1.2.3.4\r\nexit\r\n",
	  "ospf acme\nospf-router-id acme\n", "" },
	{ "with blanks at the ends of lines", TARGET_OSPFD, "router ospf vrf acme \n area 51 nssa \nexit\n",
	  "ospf acme\nospf-nssa acme\n", "" },
	{ "another VRF after ours", TARGET_OSPFD,
	  "router ospf vrf acme\nexit\nrouter ospf\n area 51 nssa\nexit\n", "ospf acme\n", "" },
	{ "a foreign block after ours", TARGET_OSPFD,
	  "router ospf vrf acme\nexit\nrouter isis 1\n area 51 nssa\nexit\n", "ospf acme\n", "" },
	{ "a prefix-list of an operator", TARGET_OSPFD, "ip prefix-list TNT seq 5 permit 10.0.0.0/8\n", "",
	  "" },
	{ "a prefix-list that only begins like ours", TARGET_OSPFD,
	  "ip prefix-list TN-acme seq 5 permit 10.0.0.0/8\nip prefix-list TN- seq 5 permit 10.0.0.0/8\n", "",
	  "" },
	{ "a tenant whose name has dashes", TARGET_OSPFD,
	  "ip prefix-list TN-a-b-c-ADV seq 5 permit 10.0.0.0/8 le 32\n", "prefix-list TN-a-b-c-ADV\n", "" },
	{ "a VRF name longer than any", TARGET_OSPFD,
	  "ip prefix-list TN-1234567890123456-ADV seq 5 permit 10.0.0.0/8\n", "", "" },
	{ "an interface nobody knows", TARGET_OSPFD, "interface eth9\n ip ospf area 0\nexit\n", "", "" },
	{ "an interface with a name longer than any", TARGET_OSPFD,
	  "interface abcdefghijklmnopqrstuvwxyz\n ip ospf area 0\nexit\n", "", "" },
	{ "an interface of ours", TARGET_OSPFD, "interface t0.101\n ip ospf hello-interval 1\nexit\n",
	  "ospf-hello-interval t0.101\n", "" },
	{ "an interface of ours with its VRF", TARGET_OSPFD,
	  "interface t0.101 vrf acme\n ip ospf hello-interval 1\nexit\n",
	  "ospf-hello-interval t0.101\n", "" },
	{ "a virtual router of ours, and what a hand has said beside it", TARGET_VRRPD,
	  "vrrp default priority 7\n!\ninterface t0.101\n vrrp 1 version 3\n vrrp 1 priority 150\n vrrp 1 preempt\n"
	  " no vrrp 1 preempt\n vrrp 1 ip 10.9.0.1\n vrrp 2 version 2\n vrrp 1 ip 10.9.0.9\nexit\n",
	  "vrrp t0.101\nvrrp-priority t0.101\nvrrp-address 10.9.0.1/32 on t0.101\nvrrp-address 10.9.0.9/32 on t0.101\n",
	  "acme: vrrp 1 preempt\nacme: no vrrp 1 preempt\nacme: vrrp 2 version 2\n" },
	{ "a virtual router of an operator", TARGET_VRRPD,
	  "interface eth9\n vrrp 1 version 3\n vrrp 1 ip 10.9.0.1\nexit\n", "", "" },
	{ "a VRF in bgpd only says that it is known", TARGET_BGPD, "vrf acme\nexit-vrf\n", "", "" },
	{ "another address family", TARGET_BGPD,
	  "router bgp 65000 vrf acme\n !\n address-family ipv6 unicast\n  import vpn\n exit-address-family\n"
	  " !\n address-family ipv4 unicast\n  import vpn\n exit-address-family\nexit\n",
	  "bgp acme\nvpn-import acme\n", "acme: import vpn\n" },
	{ "a statement of the address family outside of it", TARGET_BGPD,
	  "router bgp 65000 vrf acme\n import vpn\nexit\n", "bgp acme\n", "acme: import vpn\n" },
	{ "an address family in an interface", TARGET_OSPFD,
	  "interface t0.101\n address-family ipv4 unicast\n export vpn\n exit-address-family\n bgp router-id 10.255.0.1\nexit\n",
	  "", "acme: address-family ipv4 unicast\nacme: export vpn\nacme: bgp router-id 10.255.0.1\n" },
	{ "what a VRF cannot be named", TARGET_OSPFD,
	  "ip prefix-list TN-.x-ADV seq 5 permit 10.0.0.0/8\nip prefix-list TN--acme-ADV seq 5 permit 10.0.0.0/8\n", "", "" },
	{ "a line that only begins like ours, up to a tab", TARGET_BGPD,
	  "router bgp 65000 vrf acme\tx\nrouter bgp 65000 vrf acme\n bgp router-id 10.255.0.1\t\n", "bgp acme\nbgp-router-id acme\n", "" },
	{ "numbers that nobody writes", TARGET_OSPFD,
	  "ip prefix-list TN-acme-ADV seq 05 permit 10.0.0.0/8\n", "", "" },
	{ "cut in the middle of a line", TARGET_BGPD, "router bgp 65000 vrf acme\n address-fam", "bgp acme\n",
	  "acme: address-fam\n" },
};
/* clang-format on */

START_TEST(a_text_is_read_as_the_table_says)
{
	struct object device = {
		.kind = OBJ_VLAN, .target = TARGET_KERNEL, .vrf = "acme", .name = "t0.101"
	};
	struct objects want = {};
	struct reader reader = { .want = &want };
	char *text = strdup(texts[_i].text), *got = NULL, line[256];

	*darr_append(want.list) = device;
	lib_append(&got, "%s", "");
	lib_append(&reader.foreign, "%s", "");
	device = (struct object){ .kind = OBJ_VLAN, .target = TARGET_KERNEL, .vrf = "a-b-c" };
	*darr_append(want.list) = device;
	running_read(texts[_i].target, text, &running_ops, &reader);
	for (unsigned int i = 0; i < objects_count(&reader.have); i++)
		lib_append(&got, "%s\n",
			   object_describe(&reader.have.list[i], line, sizeof(line)));
	ck_assert_msg(!strcmp(got, texts[_i].objects) &&
			      !strcmp(reader.foreign, texts[_i].foreign),
		      "%s: expected\n%s(not ours: %s)\ngot\n%s(not ours: %s)", texts[_i].what,
		      texts[_i].objects, texts[_i].foreign, got, reader.foreign);
	darr_free(got);
	darr_free(reader.foreign);
	objects_fini(&want);
	objects_fini(&reader.have);
	free(text);
}
END_TEST

START_TEST(random_damage_to_a_text_is_survived)
{
	char *whole = lib_read_file(lib_source_path("running/reference-pe1-bgpd.txt"));
	struct object device = { .kind = OBJ_VRF, .target = TARGET_KERNEL, .vrf = "acme" };
	struct objects want = {};
	size_t len = strlen(whole);

	*darr_append(want.list) = device;
	lib_seed(6);
	for (unsigned int run = 0; run < lib_times(5000); run++) {
		struct reader reader = { .want = &want };
		char *text = strdup(whole);

		for (uint32_t i = lib_below(20); i; i--)
			text[lib_below(len)] = lib_below(256);
		running_read(TARGET_BGPD, text, &running_ops, &reader);
		ck_assert_uint_le(objects_count(&reader.have), 60);
		objects_fini(&reader.have);
		darr_free(reader.foreign);
		free(text);
	}
	objects_fini(&want);
	free(whole);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("running");
	TCase *tcase = tcase_create("running");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, a_plan_that_was_typed_in_leaves_nothing_to_do, 0,
			    array_size(recordings) * array_size(daemons));
	tcase_add_loop_test(tcase, virtual_addresses_that_were_typed_in_leave_nothing_to_do, 0,
			    array_size(vrrp_nodes));
	tcase_add_loop_test(tcase, what_a_hand_has_changed_is_put_right_and_what_it_added_is_told,
			    0, array_size(disturbed));
	tcase_add_loop_test(tcase, a_text_is_read_as_the_table_says, 0, array_size(texts));
	tcase_add_test(tcase, random_damage_to_a_text_is_survived);
	suite_add_tcase(suite, tcase);
	return lib_main(suite);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Proves the way from one set of objects to another: removals before
 * additions and each in the order of the phases, parents that take their
 * children along, things that must be made anew, and, over random sets, that
 * carrying out a diff leaves nothing more to do.
 */
#include <zebra.h>

#include <string.h>

#include "darr.h"

#include "plan/diff.h"

#include "lib.h"
#include "plan_rules.h"

static struct op *diff_of(const struct objects *have, const struct objects *want, size_t *kept)
{
	struct op *ops = NULL;

	*kept = diff_objects(have, want, &ops);
	return ops;
}

static void carry_out(struct objects *node, const struct op *op)
{
	const char *wrong = node_do(node, op);
	char text[512];

	ck_assert_msg(!wrong, "%s: %s", wrong, object_text(&op->obj, text, sizeof(text)));
}

static void copy_set(struct objects *to, const struct objects *from)
{
	for (unsigned int i = 0; i < objects_count(from); i++)
		*darr_append(to->list) = from->list[i];
}

/* ---- the table ---- */

#define OBJ(kind_, target_, ...) \
	{ .kind = OBJ_##kind_, .target = TARGET_##target_, .vrf = "acme", __VA_ARGS__ }
#define VRF(table) OBJ(VRF, KERNEL, .name = "acme", .num = { table })
#define VLAN(id)   OBJ(VLAN, KERNEL, .name = "t0.5", .ref = "t0", .num = { id, 1600 })
#define ADDRESS(host) \
	OBJ(WIRE_ADDRESS, KERNEL, .name = "t0.5", .net = { AF_INET, 29, { 100, 64, 0, host } })
#define PORT_ADDRESS \
	OBJ(WIRE_ADDRESS, KERNEL, .name = "x0", .net = { AF_INET, 30, { 192, 168, 0, 1 } })
#define BRIDGE(down) OBJ(BRIDGE, KERNEL, .name = "ls1", .altered = down)
#define GATEWAY(bare)                                                                \
	OBJ(GATEWAY, KERNEL, .name = "ls1", .net = { AF_INET, 24, { 10, 1, 1, 1 } }, \
	    .num = { bare })
#define HOST        OBJ(HOST, KERNEL, .name = "ls1", .net = { AF_INET, 32, { 10, 1, 1, 50 } })
#define MAX_OBJECTS 6

/* clang-format off */
static const struct {
	const char *what;
	struct object have[MAX_OBJECTS], want[MAX_OBJECTS];
	const char *ops; /* outcome and object_describe(), a line each */
	size_t kept;
} diffs[] = {
	{ "nothing and nothing", {}, {}, "", 0 },
	{ "all the same", { VRF(1), VLAN(5) }, { VRF(1), VLAN(5) }, "", 2 },
	{ "all new, in order of the phases",
	  { }, { OBJ(BRIDGE, KERNEL, .name = "ls1"), OBJ(OSPF, OSPFD), VRF(1), OBJ(OSPF_NSSA, OSPFD) },
	  "add vrf acme\nadd ospf acme\nadd ospf-nssa acme\nadd bridge ls1\n", 0 },
	{ "all gone, in the reverse order, children with their parents",
	  { OBJ(BRIDGE, KERNEL, .name = "ls1"), OBJ(OSPF, OSPFD), VRF(1), OBJ(OSPF_NSSA, OSPFD) }, { },
	  "delete ospf acme\ndelete bridge ls1\ndelete vrf acme\n", 0 },
	{ "what says whose a VRF in zebra is goes with it",
	  { VRF(1), OBJ(ZEBRA_VRF, MGMTD), OBJ(ZEBRA_OSPF_MAP, MGMTD, .ref = "M"), OBJ(OSPF, OSPFD) }, { },
	  "delete ospf acme\ndelete vrf acme\ndelete zebra-ospf-map acme\ndelete zebra-vrf acme\n", 0 },
	{ "removals before additions",
	  { VRF(1), ADDRESS(1), VLAN(5) }, { VRF(1), ADDRESS(2), VLAN(5) },
	  "delete wire-address 100.64.0.1/29 on t0.5\nadd wire-address 100.64.0.2/29 on t0.5\n", 2 },
	{ "an address goes with its device", { VRF(1), VLAN(5), ADDRESS(1) }, { VRF(1) }, "delete vlan t0.5\n", 1 },
	{ "an address on a port that is not ours goes by itself",
	  { VRF(1), OBJ(PORT, KERNEL, .name = "x0"), PORT_ADDRESS }, { VRF(1) },
	  "delete wire-address 192.168.0.1/30 on x0\ndelete port x0\n", 1 },
	{ "a VLAN changes in place", { VLAN(5) }, { VLAN(6) }, "update vlan t0.5\n", 0 },
	{ "a VRF with another table takes everything of its tenant",
	  { VRF(1), VLAN(5), ADDRESS(1), OBJ(OSPF, OSPFD), OBJ(OSPF_NSSA, OSPFD) },
	  { VRF(2), VLAN(5), ADDRESS(1), OBJ(OSPF, OSPFD), OBJ(OSPF_NSSA, OSPFD) },
	  "delete ospf acme\ndelete vlan t0.5\ndelete vrf acme\n"
	  "add vrf acme\nadd vlan t0.5\nadd wire-address 100.64.0.1/29 on t0.5\nadd ospf acme\nadd ospf-nssa acme\n", 0 },
	{ "another tenant does not notice",
	  { VRF(1), { .kind = OBJ_VRF, .vrf = "beta", .name = "beta", .num = { 9 } } },
	  { VRF(2), { .kind = OBJ_VRF, .vrf = "beta", .name = "beta", .num = { 9 } } },
	  "delete vrf acme\nadd vrf acme\n", 1 },
	{ "another AS number starts BGP anew, with all in it",
	  { OBJ(BGP, BGPD, .num = { 65000 }), OBJ(BGP_LABEL, BGPD), OBJ(BGP_EXPORT, BGPD) },
	  { OBJ(BGP, BGPD, .num = { 65001 }), OBJ(BGP_LABEL, BGPD), OBJ(BGP_IMPORT, BGPD) },
	  "delete bgp acme\nadd bgp acme\nadd vpn-label acme\nadd vpn-import acme\n", 0 },
	{ "another RD is taken away first",
	  { OBJ(BGP, BGPD), OBJ(BGP_RD, BGPD, .num = { 1 }) }, { OBJ(BGP, BGPD), OBJ(BGP_RD, BGPD, .num = { 2 }) },
	  "delete vpn-rd acme\nadd vpn-rd acme\n", 1 },
	{ "a route-map that turns from deny to permit is made anew",
	  { OBJ(ROUTE_MAP, BGPD, .name = "M", .num = { 5, 0 }), OBJ(MATCH_TAG, BGPD, .name = "M", .num = { 5, 0, 7 }) },
	  { OBJ(ROUTE_MAP, BGPD, .name = "M", .num = { 5, 1 }), OBJ(MATCH_TAG, BGPD, .name = "M", .num = { 5, 1, 7 }) },
	  "delete route-map M\nadd route-map M\nadd match-tag M\n", 0 },
	{ "a prefix-list entry changes in place",
	  { OBJ(PREFIX_LIST, BGPD, .name = "L", .num = { 5, 1, 24 }) }, { OBJ(PREFIX_LIST, BGPD, .name = "L", .num = { 5, 1, 32 }) },
	  "update prefix-list L\n", 0 },
	{ "a bridge's alias is no content",
	  { OBJ(BRIDGE, KERNEL, .name = "ls1", .ref = "web", .num = { 1500, 1 }) },
	  { OBJ(BRIDGE, KERNEL, .name = "ls1", .ref = "www", .num = { 1500, 1 }) }, "", 1 },
	{ "another VNI is another device, its flood list with it",
	  { OBJ(VXLAN, KERNEL, .name = "vx5", .num = { 5 }), OBJ(FDB, KERNEL, .name = "vx5", .net = { AF_INET, 32, { 10 } }) },
	  { OBJ(VXLAN, KERNEL, .name = "vx6", .num = { 6 }), OBJ(FDB, KERNEL, .name = "vx6", .net = { AF_INET, 32, { 10 } }) },
	  "delete vxlan vx5\nadd vxlan vx6\nadd flood 10.0.0.0/32 on vx6\n", 0 },
	{ "what a hand has altered is written again",
	  { OBJ(OSPF, OSPFD), OBJ(OSPF_REDIST_BGP, OSPFD, .ref = "M", .altered = true) },
	  { OBJ(OSPF, OSPFD), OBJ(OSPF_REDIST_BGP, OSPFD, .ref = "M") }, "update ospf-redistribute-bgp acme\n", 1 },
	{ "OSPF takes back what it said before anything else goes",
	  { OBJ(OSPF, OSPFD), OBJ(OSPF_NETWORK, OSPFD, .net = { AF_INET, 8, { 10 } }), OBJ(OSPF_IF_HELLO, OSPFD, .name = "t0.5") }, { },
	  "delete ospf acme\ndelete ospf-hello-interval t0.5\n", 0 },
	{ "an edge that loses its NSSA starts OSPF anew, or it would keep what it translated",
	  { OBJ(OSPF, OSPFD), OBJ(OSPF_LSA_DELAY, OSPFD), OBJ(OSPF_NSSA, OSPFD, .num = { 51, 1 }) },
	  { OBJ(OSPF, OSPFD), OBJ(OSPF_LSA_DELAY, OSPFD) },
	  "delete ospf acme\nadd ospf acme\nadd ospf-lsa-delay acme\n", 0 },
	{ "one that has it still does not, nor does a DLR",
	  { OBJ(OSPF, OSPFD), OBJ(OSPF_NSSA, OSPFD, .num = { 51 }), OBJ(OSPF_NSSA, OSPFD, .num = { 52, 1 }) },
	  { OBJ(OSPF, OSPFD), OBJ(OSPF_NSSA, OSPFD, .num = { 53, 1 }) },
	  "delete ospf-nssa acme\ndelete ospf-nssa acme\nadd ospf-nssa acme\n", 1 },
	{ "an edge whose NSSA a hand has altered keeps the area, and its neighbors",
	  { OBJ(OSPF, OSPFD), OBJ(OSPF_NSSA, OSPFD, .num = { 51, 1 }, .altered = true) },
	  { OBJ(OSPF, OSPFD), OBJ(OSPF_NSSA, OSPFD, .num = { 51, 1 }) }, "update ospf-nssa acme\n", 1 },
	{ "one that a hand has stopped translating, too",
	  { OBJ(OSPF, OSPFD), OBJ(OSPF_NSSA, OSPFD, .num = { 51 }) },
	  { OBJ(OSPF, OSPFD), OBJ(OSPF_NSSA, OSPFD, .num = { 51, 1 }) }, "update ospf-nssa acme\n", 1 },
	{ "a gateway goes when the dead end is there, and the filter that hides it",
	  { BRIDGE(0), GATEWAY(0) },
	  { BRIDGE(0), OBJ(DEAD_END, KERNEL, .net = { AF_INET, 24, { 10, 1, 1 } }),
	    OBJ(PREFIX_LIST, OSPFD, .name = "L", .num = { 5, 0, 32 }) },
	  "add prefix-list L\nadd dead-end 10.1.1.0/24 in acme\ndelete gateway 10.1.1.1/24 on ls1\n", 1 },
	{ "with its bridge it goes as ever",
	  { BRIDGE(0), GATEWAY(0) }, { OBJ(DEAD_END, KERNEL, .net = { AF_INET, 24, { 10, 1, 1 } }) },
	  "delete bridge ls1\nadd dead-end 10.1.1.0/24 in acme\n", 0 },
	{ "a host's route goes and comes with its gateway",
	  { BRIDGE(0), GATEWAY(1), HOST }, { BRIDGE(0), GATEWAY(0), HOST },
	  "delete host 10.1.1.50/32 on ls1\ndelete gateway 10.1.1.1/24 on ls1\n"
	  "add gateway 10.1.1.1/24 on ls1\nadd host 10.1.1.50/32 on ls1\n", 1 },
	{ "and with one that a hand has taken",
	  { BRIDGE(0), HOST }, { BRIDGE(0), GATEWAY(1), HOST },
	  "delete host 10.1.1.50/32 on ls1\nadd gateway 10.1.1.1/24 on ls1\nadd host 10.1.1.50/32 on ls1\n", 1 },
	{ "and with its bridge that was down",
	  { BRIDGE(1), GATEWAY(1), HOST }, { BRIDGE(0), GATEWAY(1), HOST },
	  "delete host 10.1.1.50/32 on ls1\nupdate bridge ls1\nadd host 10.1.1.50/32 on ls1\n", 1 },
	{ "another host does not touch it",
	  { BRIDGE(0), GATEWAY(1), HOST },
	  { BRIDGE(0), GATEWAY(1), HOST, OBJ(HOST, KERNEL, .name = "ls1", .net = { AF_INET, 32, { 10, 1, 1, 51 } }) },
	  "add host 10.1.1.51/32 on ls1\n", 3 },
	{ "a route to another next hop changes in place",
	  { OBJ(ROUTE, KERNEL, .net = { AF_INET, 8, { 10 } }, .via = { AF_INET, 32, { 1 } }) },
	  { OBJ(ROUTE, KERNEL, .net = { AF_INET, 8, { 10 } }, .via = { AF_INET, 32, { 2 } }) },
	  "update route 10.0.0.0/8 in acme\n", 0 },
};
/* clang-format on */

static void fill(struct objects *set, const struct object *list)
{
	static const struct object none;

	for (unsigned int i = 0; i < MAX_OBJECTS && memcmp(&list[i], &none, sizeof(none)); i++)
		*darr_append(set->list) = list[i];
	objects_sort(set);
}

START_TEST(a_diff_is_what_the_table_says)
{
	struct objects have = {}, want = {};
	char *got = NULL, line[256];
	struct op *ops, *op;
	size_t kept;

	fill(&have, diffs[_i].have);
	fill(&want, diffs[_i].want);
	ops = diff_of(&have, &want, &kept);
	lib_append(&got, "%s", "");
	darr_foreach_p (ops, op)
		lib_append(&got, "%s %s\n", outcome_names[op->what],
			   object_describe(&op->obj, line, sizeof(line)));
	ck_assert_msg(!strcmp(got, diffs[_i].ops) && kept == diffs[_i].kept,
		      "%s: expected %zu kept and\n%sgot %zu kept and\n%s", diffs[_i].what,
		      diffs[_i].kept, diffs[_i].ops, kept, got);
	darr_free(got);
	darr_free(ops);
	objects_fini(&have);
	objects_fini(&want);
}
END_TEST

/* ---- random sets ---- */

/* Few of each field, so that random sets have things in common. */
static struct object random_object(void)
{
	static const enum target targets[] = { TARGET_KERNEL, TARGET_MGMTD, TARGET_OSPFD,
					       TARGET_BGPD };
	struct object obj = { .kind = lib_below(OBJ_KIND_COUNT), .target = TARGET_KERNEL };

	if (obj.kind >= OBJ_PREFIX_LIST && obj.kind < OBJ_BRIDGE)
		obj.target = obj.kind < OBJ_OSPF ? targets[1 + lib_below(3)]
			     : obj.kind == OBJ_BGP || obj.kind >= OBJ_BGP_ROUTER_ID ? TARGET_BGPD
										    : TARGET_OSPFD;
	if (obj.kind == OBJ_ZEBRA_VRF)
		obj.target = TARGET_MGMTD;
	if (obj.kind >= OBJ_VRRP && obj.kind <= OBJ_VRRP_ADDRESS)
		obj.target = TARGET_VRRPD;
	snprintf(obj.vrf, sizeof(obj.vrf), "v%u", lib_below(2));
	snprintf(obj.name, sizeof(obj.name), "n%u", lib_below(2));
	if (obj.kind == OBJ_VRF)
		strlcpy(obj.name, obj.vrf, sizeof(obj.name));
	if (obj.kind == OBJ_OSPF || obj.kind == OBJ_BGP || obj.kind == OBJ_ZEBRA_VRF ||
	    (obj.kind >= OBJ_OSPF_ROUTER_ID && obj.kind <= OBJ_OSPF_NSSA_DENY) ||
	    (obj.kind >= OBJ_BGP_ROUTER_ID && obj.kind <= OBJ_ZEBRA_OSPF_MAP))
		obj.name[0] = '\0'; /* one of each in an instance */
	snprintf(obj.ref, sizeof(obj.ref), "r%u", lib_below(2));
	obj.num[0] = lib_below(2);
	obj.num[1] = lib_below(2);
	obj.net = (struct ipnet){ .family = AF_INET, .len = 32, .addr = { 10, lib_below(2) } };
	return obj;
}

/* As on a real node: nothing stands in what is not there. */
static void random_set(struct objects *set)
{
	struct object parent;
	unsigned int kept;

	for (uint32_t count = lib_below(80); count; count--)
		*darr_append(set->list) = random_object();
	objects_sort(set);
	do {
		struct objects whole = {};

		copy_set(&whole, set);
		kept = 0;
		for (unsigned int i = 0; i < objects_count(&whole); i++)
			if (!object_parent(&whole.list[i], &parent) ||
			    objects_find(&whole, &parent))
				set->list[kept++] = whole.list[i];
		if (set->list)
			darr_setlen(set->list, kept);
		kept -= objects_count(&whole);
		objects_fini(&whole);
	} while (kept);
}

/* First what has to, in reverse order what does not say, last what has to. */
static int turn_of(const struct op *op)
{
	if (object_kinds[op->obj.kind].first_down)
		return 0;
	return object_phase(op->obj.kind, true) == PHASE_NODE ? 2 : 1;
}

static void check_order(const struct op *ops)
{
	for (unsigned int i = 1; i < darr_len(ops); i++) {
		bool was_delete = ops[i - 1].what == OUTCOME_DELETE;
		bool is_delete = ops[i].what == OUTCOME_DELETE;
		int order = object_cmp_key(&ops[i - 1].obj, &ops[i].obj);
		int before = turn_of(&ops[i - 1]), now = turn_of(&ops[i]);

		ck_assert_msg(was_delete || !is_delete, "operation %u deletes after an addition",
			      i);
		if (was_delete == is_delete)
			ck_assert_msg(!is_delete      ? order < 0
				      : before == now ? order > 0
						      : before < now,
				      "operation %u is out of order", i);
	}
}

START_TEST(random_diffs_lead_to_what_is_wanted_and_then_to_nothing)
{
	lib_seed(9);
	for (unsigned int run = 0; run < lib_times(20000); run++) {
		struct objects have = {}, want = {}, node = {};
		struct op *ops, *again;
		size_t kept, all;

		random_set(&have);
		random_set(&want);
		copy_set(&node, &have);
		ops = diff_of(&have, &want, &kept);
		check_order(ops);
		for (unsigned int i = 0; i < darr_len(ops); i++)
			carry_out(&node, &ops[i]);
		again = diff_of(&node, &want, &all);
		ck_assert_msg(!darr_len(again) && all == objects_count(&want) && kept <= all &&
				      objects_count(&node) == objects_count(&want),
			      "run %u: %u operations are left, %zu of %zu kept", run,
			      darr_len(again), all, objects_count(&want));
		darr_free(ops);
		darr_free(again);
		objects_fini(&have);
		objects_fini(&want);
		objects_fini(&node);
	}
}
END_TEST

/* ---- sets ---- */

START_TEST(random_objects_have_one_order)
{
	lib_seed(10);
	for (unsigned int run = 0; run < lib_times(200000); run++) {
		struct object a = random_object(), b = random_object(), c = random_object();
		int ab = object_cmp_key(&a, &b), bc = object_cmp_key(&b, &c);

		ck_assert_int_eq(object_cmp_key(&a, &a), 0);
		ck_assert((ab < 0) == (object_cmp_key(&b, &a) > 0));
		if (ab <= 0 && bc <= 0)
			ck_assert_int_le(object_cmp_key(&a, &c), 0);
		ck_assert(!object_same(&a, &b) || ab == 0);
	}
}
END_TEST

START_TEST(a_set_keeps_the_first_of_two_with_one_key)
{
	struct objects set = {};
	struct object one = OBJ(OSPF_LSA_DELAY, OSPFD);

	objects_sort(&set);
	ck_assert_ptr_null(objects_find(&set, &one));
	*darr_append(set.list) = one;
	*darr_append(set.list) = one;
	objects_sort(&set);
	ck_assert_uint_eq(objects_count(&set), 1);
	ck_assert_ptr_eq(objects_find(&set, &one), &set.list[0]);
	objects_fini(&set);
}
END_TEST

START_TEST(every_kind_has_a_word_of_its_own_and_phases_are_in_order)
{
	for (int kind = 0; kind < OBJ_KIND_COUNT; kind++) {
		ck_assert_msg(object_kinds[kind].word != NULL, "kind %d has no word", kind);
		for (int other = 0; other < kind; other++)
			ck_assert_str_ne(object_kinds[kind].word, object_kinds[other].word);
		if (kind)
			ck_assert_int_ge(object_kinds[kind].phase, object_kinds[kind - 1].phase);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("diff");
	TCase *tcase = tcase_create("diff");

	tcase_set_timeout(tcase, 120);
	tcase_add_loop_test(tcase, a_diff_is_what_the_table_says, 0, array_size(diffs));
	tcase_add_test(tcase, random_diffs_lead_to_what_is_wanted_and_then_to_nothing);
	tcase_add_test(tcase, random_objects_have_one_order);
	tcase_add_test(tcase, a_set_keeps_the_first_of_two_with_one_key);
	tcase_add_test(tcase, every_kind_has_a_word_of_its_own_and_phases_are_in_order);
	suite_add_tcase(suite, tcase);
	return lib_main(suite);
}

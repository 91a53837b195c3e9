// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Proves the lines around statements: each context is entered once for what
 * stands together, always left again, and a line of the wrong context can
 * never be typed, whatever list of operations comes.
 */
#include <zebra.h>

#include <string.h>

#include "darr.h"

#include "plan/diff.h"
#include "plan/statement.h"

#include "lib.h"

struct lines {
	char *text; /* darr */
	unsigned int ops;
};

static void emit(void *arg, const char *line, int index)
{
	struct lines *lines = arg;

	lib_append(&lines->text, "%d %s\n", index, line);
	lines->ops += index >= 0;
}

static char *script_of(const struct op *ops, unsigned int count)
{
	const struct op **list = NULL;
	struct lines lines = {};

	lib_append(&lines.text, "%s", "");
	for (unsigned int i = 0; i < count; i++)
		*darr_append(list) = &ops[i];
	statement_script(list, count, 65000, emit, &lines);
	ck_assert_uint_eq(lines.ops, count);
	darr_free(list);
	return lines.text;
}

#define ADD    OUTCOME_ADD
#define UPDATE OUTCOME_UPDATE
#define DELETE OUTCOME_DELETE
#define OP(what_, kind_, ...)                                           \
	{                                                               \
		what_,                                                  \
		{                                                       \
			.kind = OBJ_##kind_, .vrf = "acme", __VA_ARGS__ \
		}                                                       \
	}
#define MAX_OPS 8

/* clang-format off */
static const struct {
	const char *what;
	struct op ops[MAX_OPS];
	unsigned int count;
	const char *lines;
} scripts[] = {
	{ "nothing at all", {}, 0, "" },
	{ "one line at the top",
	  { OP(ADD, PREFIX_LIST, .name = "L", .num = { 5, 1, 32 }, .net = { AF_INET, 8, { 10 } }) }, 1,
	  "0 ip prefix-list L seq 5 permit 10.0.0.0/8 le 32\n" },
	{ "an instance is left at once", { OP(ADD, OSPF) }, 1, "0 router ospf vrf acme\n-1 exit\n" },
	{ "an instance goes without being entered", { OP(DELETE, OSPF) }, 1, "0 no router ospf vrf acme\n" },
	{ "a VRF in zebra is left by its own word", { OP(ADD, ZEBRA_VRF) }, 1, "0 vrf acme\n-1 exit-vrf\n" },
	{ "within a VRF in zebra", { OP(ADD, ZEBRA_OSPF_MAP, .ref = "M") }, 1,
	  "-1 vrf acme\n0 ip protocol ospf route-map M\n-1 exit-vrf\n" },
	{ "two statements of one instance share its context",
	  { OP(ADD, OSPF_LSA_DELAY), OP(UPDATE, OSPF_LSA_ARRIVAL, .num = { 7 }) }, 2,
	  "-1 router ospf vrf acme\n0 timers throttle lsa all 0\n1 timers lsa min-arrival 7\n-1 exit\n" },
	{ "two instances do not",
	  { OP(ADD, OSPF_LSA_DELAY), { ADD, { .kind = OBJ_OSPF_LSA_DELAY, .vrf = "beta" } } }, 2,
	  "-1 router ospf vrf acme\n0 timers throttle lsa all 0\n-1 exit\n"
	  "-1 router ospf vrf beta\n1 timers throttle lsa all 0\n-1 exit\n" },
	{ "the address family is entered and left within BGP",
	  { OP(ADD, BGP_EXPORT), OP(DELETE, BGP_IMPORT) }, 2,
	  "-1 router bgp 65000 vrf acme\n-1 address-family ipv4 unicast\n0 export vpn\n1 no import vpn\n"
	  "-1 exit-address-family\n-1 exit\n" },
	{ "from the address family back to the instance",
	  { OP(ADD, BGP_EXPORT), OP(ADD, BGP_ROUTER_ID, .net = { AF_INET, 32, { 1, 2, 3, 4 } }) }, 2,
	  "-1 router bgp 65000 vrf acme\n-1 address-family ipv4 unicast\n0 export vpn\n"
	  "-1 exit-address-family\n-1 exit\n"
	  "-1 router bgp 65000 vrf acme\n1 bgp router-id 1.2.3.4\n-1 exit\n" },
	{ "interfaces one after another",
	  { OP(ADD, OSPF_IF_HELLO, .name = "a0", .num = { 1 }), OP(ADD, OSPF_IF_PRIORITY, .name = "b0") }, 2,
	  "-1 interface a0\n0 ip ospf hello-interval 1\n-1 exit\n-1 interface b0\n1 ip ospf priority 0\n-1 exit\n" },
	{ "a route-map entry, and what it sets",
	  { OP(ADD, ROUTE_MAP, .name = "M", .num = { 10, 1 }), OP(ADD, SET_RT, .name = "M", .num = { 10, 65000, 7 }) }, 2,
	  "0 route-map M permit 10\n-1 exit\n-1 route-map M permit 10\n1 set extcommunity rt 65000:7\n-1 exit\n" },
	{ "a denying entry is entered as such",
	  { OP(ADD, MATCH_TAG, .name = "M", .num = { 5, 0, 7 }) }, 1,
	  "-1 route-map M deny 5\n0 match tag 7\n-1 exit\n" },
	{ "entries of one map with different numbers",
	  { OP(ADD, ON_MATCH_NEXT, .name = "M", .num = { 20, 1 }), OP(ADD, ON_MATCH_NEXT, .name = "M", .num = { 21, 1 }) }, 2,
	  "-1 route-map M permit 20\n0 on-match next\n-1 exit\n-1 route-map M permit 21\n1 on-match next\n-1 exit\n" },
	{ "the top after a context is reached by leaving it",
	  { OP(DELETE, OSPF_IF_PRIORITY, .name = "a0"), OP(DELETE, OSPF), OP(DELETE, ROUTE_MAP, .name = "M", .num = { 10, 1 }) }, 3,
	  "-1 interface a0\n0 no ip ospf priority\n-1 exit\n1 no router ospf vrf acme\n2 no route-map M permit 10\n" },
};
/* clang-format on */

START_TEST(a_script_is_what_the_table_says)
{
	char *got = script_of(scripts[_i].ops, scripts[_i].count);

	ck_assert_msg(!strcmp(got, scripts[_i].lines), "%s\nexpected:\n%sgot:\n%s",
		      scripts[_i].what, scripts[_i].lines, got);
	darr_free(got);
}
END_TEST

/* ---- any list of operations ---- */

/* What FRR's parser would have open: "router ..." and its kin open a node. */
static int depth_after(const char *line, int depth)
{
	static const char *const openers[] = { "router ", "route-map ", "interface ", "vrf " };

	if (!strcmp(line, "exit") || !strcmp(line, "exit-vrf") ||
	    !strcmp(line, "exit-address-family"))
		return depth - 1;
	if (!strncmp(line, "address-family ", 15))
		return depth + 1;
	for (unsigned int i = 0; i < array_size(openers); i++)
		if (depth == 0 && !strncmp(line, openers[i], strlen(openers[i])))
			return 1;
	return depth;
}

struct depths {
	const struct op *ops;
	int depth;
};

static void check_depth(void *arg, const char *line, int index)
{
	static const int expected[] = {
		[CONTEXT_TOP] = 0,     [CONTEXT_ROUTE_MAP] = 1, [CONTEXT_OSPF] = 1,
		[CONTEXT_OSPF_IF] = 1, [CONTEXT_BGP] = 1,       [CONTEXT_BGP_V4] = 2,
		[CONTEXT_VRF] = 1,     [CONTEXT_VRRP_IF] = 1,
	};
	struct depths *depths = arg;

	if (index >= 0) {
		enum context context = statement_context(depths->ops[index].obj.kind);

		ck_assert_msg(depths->depth == expected[context], "\"%s\" typed at depth %d", line,
			      depths->depth);
	}
	depths->depth = depth_after(line, depths->depth);
	ck_assert_msg(depths->depth >= 0 && depths->depth <= 2, "\"%s\": depth %d", line,
		      depths->depth);
}

static struct op random_op(void)
{
	static const char *const vrfs[] = { "a", "b" };
	static const enum outcome outcomes[] = { ADD, UPDATE, DELETE };
	struct op op = { .what = outcomes[lib_below(3)] };

	do
		op.obj.kind = lib_below(OBJ_KIND_COUNT);
	while (statement_context(op.obj.kind) == CONTEXT_NONE);
	strlcpy(op.obj.vrf, vrfs[lib_below(2)], sizeof(op.obj.vrf));
	strlcpy(op.obj.name, vrfs[lib_below(2)], sizeof(op.obj.name));
	strlcpy(op.obj.ref, "r", sizeof(op.obj.ref));
	op.obj.num[0] = lib_below(2);
	op.obj.num[1] = lib_below(2);
	op.obj.net = (struct ipnet){ .family = AF_INET, .len = 32, .addr = { 10 } };
	return op;
}

START_TEST(any_list_of_operations_is_typed_in_its_contexts_and_ends_at_the_top)
{
	lib_seed(5);
	for (unsigned int run = 0; run < lib_times(20000); run++) {
		struct op ops[12];
		const struct op *list[12];
		struct depths depths = { .ops = ops };
		unsigned int count = lib_below(array_size(ops) + 1);

		for (unsigned int i = 0; i < count; i++) {
			ops[i] = random_op();
			list[i] = &ops[i];
		}
		statement_script(list, count, 65000, check_depth, &depths);
		ck_assert_int_eq(depths.depth, 0);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("script");
	TCase *tcase = tcase_create("script");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, a_script_is_what_the_table_says, 0, array_size(scripts));
	tcase_add_test(tcase, any_list_of_operations_is_typed_in_its_contexts_and_ends_at_the_top);
	suite_add_tcase(suite, tcase);
	return lib_main(suite);
}

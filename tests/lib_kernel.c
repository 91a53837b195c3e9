// SPDX-License-Identifier: GPL-2.0-or-later
/* What the tests of apply/kernel share. */
#include <zebra.h>

#include <sched.h>

#include <check.h>

#include "darr.h"
#include "privs.h"

#include "lib_kernel.h"

struct zebra_privs_t tenantd_privs = {};

struct kernel *kernel;
struct objects want;

void operator_does(const char *command)
{
	ck_assert_msg(system(command) == 0, "%s", command);
}

bool holds(const char *command)
{
	return system(command) == 0;
}

static struct ipnet net(const char *text)
{
	struct ipnet value = {};

	if (text && ipnet_parse(text, &value) < 0)
		ck_assert_msg(ipnet_parse_addr(text, &value) == 0, "%s", text);
	return value;
}

struct object object(enum object_kind kind, const char *vrf, const char *name, const char *ref,
		     uint32_t num0, uint32_t num1, const char *addr)
{
	struct object obj = { .kind = kind, .num = { num0, num1 }, .net = net(addr) };

	strlcpy(obj.vrf, vrf, sizeof(obj.vrf));
	strlcpy(obj.name, name, sizeof(obj.name));
	strlcpy(obj.ref, ref, sizeof(obj.ref));
	return obj;
}

struct object vrf_of(const char *vrf, uint32_t table)
{
	return object(OBJ_VRF, vrf, vrf, "", table, 0, NULL);
}

struct object route_via(const char *vrf, uint32_t table, const char *to, const char *via)
{
	struct object obj = object(OBJ_ROUTE, vrf, "", "", table, 0, to);

	obj.via = net(via);
	return obj;
}

static int apply(enum outcome what, struct object obj, struct reason *why)
{
	*why = (struct reason){};
	int ret = kernel_apply(kernel, what, &obj, why);

	return ret < 0 ? ret : kernel_finish(kernel, why);
}

void apply_ok(enum outcome what, struct object obj)
{
	struct reason why;
	char text[128];
	int ret = apply(what, obj, &why);

	ck_assert_msg(ret == 0, "%s %s: %d %s", outcome_names[what],
		      object_describe(&obj, text, sizeof(text)), ret, why.text);
}

void refused(struct object obj, int error, const char *says)
{
	struct reason why;
	int ret = apply(OUTCOME_ADD, obj, &why);

	ck_assert_msg(ret == error && strstr(why.text, says), "%d, not %d: %s", ret, error,
		      why.text);
}

void wish(struct object obj)
{
	*darr_append(want.list) = obj;
}

size_t differences(struct op **ops)
{
	struct objects have = {};
	struct reason why = {};

	ck_assert_msg(kernel_read(kernel, &have, &why) == 0, "%s", why.text);
	darr_reset(*ops);
	diff_objects(&have, &want, ops);
	objects_fini(&have);
	return darr_len(*ops);
}

void has_no_differences(void)
{
	struct op *ops = NULL;
	char text[128];

	if (differences(&ops))
		ck_abort_msg("%zu differences, the first: %s %s", (size_t)darr_len(ops),
			     outcome_names[ops->what],
			     object_describe(&ops->obj, text, sizeof(text)));
	darr_free(ops);
}

void in_step(void)
{
	struct op *ops = NULL, *op;

	objects_sort(&want);
	differences(&ops);
	darr_foreach_p (ops, op)
		apply_ok(op->what, op->obj);
	darr_free(ops);
	has_no_differences();
}

void nothing_remains(void)
{
	objects_fini(&want);
	in_step();
	ck_assert(holds("test $(ip -o link | grep -cE 'frr-tenant|group 1179800148') = 0"));
	ck_assert(holds("test -z \"$(ip route show table all proto 247)\""));
	ck_assert(holds("test -z \"$(ip -6 route show table all proto 247)\""));
}

void wish_tenant(void)
{
	wish(vrf_of("acme", 1001));
	wish(object(OBJ_UNREACHABLE, "acme", "", "", AF_INET, 1001, NULL));
	wish(object(OBJ_UNREACHABLE, "acme", "", "", AF_INET6, 1001, NULL));
	wish(object(OBJ_VLAN, "acme", "t0.101", "t0", 101, 1600, NULL));
	wish(object(OBJ_VLAN, "acme", "t0.102", "t0", 102, 0, NULL));
	wish(object(OBJ_PORT, "acme", "p0", "", 0, 0, NULL));
	wish(object(OBJ_WIRE_ADDRESS, "acme", "t0.101", "", 0, 0, "10.0.0.1/29"));
	wish(object(OBJ_WIRE_ADDRESS, "acme", "p0", "", 0, 0, "10.2.0.1/30"));
	wish(object(OBJ_BRIDGE, "acme", "ls3", "web", 1450, 3, NULL));
	wish(object(OBJ_VXLAN, "acme", "vx5003", "ls3", 5003, 1450, "192.0.2.1"));
	wish(object(OBJ_FDB, "acme", "vx5003", "", 0, 0, "192.0.2.2"));
	wish(object(OBJ_FDB, "acme", "vx5003", "", 0, 0, "192.0.2.3"));
	wish(object(OBJ_SEGMENT, "acme", "t0.25", "ls3", 25, 1450, NULL));
	wish(object(OBJ_GATEWAY, "acme", "ls3", "", 0, 0, "10.1.1.1/24"));
	wish(object(OBJ_GATEWAY, "acme", "ls3", "", 0, 0, "2001:db8:1::1/64"));
	wish(route_via("acme", 1001, "10.9.0.0/16", "10.0.0.2"));
	wish(route_via("acme", 1001, "2001:db8:9::/48", "2001:db8:1::2"));
}

static void set_up(void)
{
	struct reason why = {};

	ck_assert_int_eq(unshare(CLONE_NEWNET), 0);
	operator_does("ip -batch - <<.\n"
		      "link set lo up\n"
		      "link add t0 mtu 1600 up type dummy\n"
		      "link add p0 type dummy\n"
		      ".");
	kernel = kernel_open(&why);
	ck_assert_msg(kernel != NULL, "%s", why.text);
}

static void tear_down(void)
{
	kernel_close(kernel);
	objects_fini(&want);
}

/* ---- running ---- */

void add_case(Suite *suite, const char *name, const TTest *const *tests)
{
	TCase *tcase = tcase_create(name);

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_set_timeout(tcase, 20);
	for (; *tests; tests++)
		tcase_add_test(tcase, *tests);
	suite_add_tcase(suite, tcase);
}

static bool kernel_can(void)
{
	return unshare(CLONE_NEWNET) == 0 &&
	       system("ip link add probe type vrf table 10 2>/dev/null") == 0;
}

int run_kernel_suite(Suite *suite)
{
	SRunner *runner = srunner_create(suite);
	int failed;

	zprivs_preinit(&tenantd_privs);
	if (!kernel_can()) {
		fputs("skipped: needs root and VRF devices; lab/guest run has both\n", stderr);
		srunner_free(runner);
		return 77;
	}
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

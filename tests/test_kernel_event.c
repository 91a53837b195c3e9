// SPDX-License-Identifier: GPL-2.0-or-later
/* What apply/kernel tells of, when it is done by us and when by others. */
#include <zebra.h>

#include <poll.h>
#include <sys/socket.h>

#include <linux/rtnetlink.h>

#include "darr.h"

#include "apply/kernel_scan.h"

#include "lib_kernel.h"

static char told[4096];

static void tell(const char *what, const struct object *obj)
{
	char text[128];
	size_t used = strlen(told);

	snprintf(told + used, sizeof(told) - used, "%s%s %s;", what,
		 obj->altered ? " altered" : "", object_describe(obj, text, sizeof(text)));
}

static void on_changed(void *arg, const struct object *now)
{
	tell("changed", now);
}

static void on_gone(void *arg, const struct object *was)
{
	tell("gone", was);
}

static void on_interface(void *arg, const char *name)
{
	size_t used = strlen(told);

	snprintf(told + used, sizeof(told) - used, "interface %s;", name);
}

static void on_route(void *arg, const char *in, const struct kernel_route *route, bool present)
{
	char text[IPNET_TEXT_SIZE];
	size_t used = strlen(told);

	snprintf(told + used, sizeof(told) - used, "%c%s in %s %u by %u;", present ? '+' : '-',
		 ipnet_format(&route->net, text), in, route->table, route->protocol);
}

static const struct kernel_watch watch = {
	.changed = on_changed,
	.gone = on_gone,
	.interface = on_interface,
	.route = on_route,
};

static const char *events(void)
{
	struct pollfd poller = { .fd = kernel_event_fd(kernel), .events = POLLIN };

	told[0] = '\0';
	while (poll(&poller, 1, 0) > 0)
		kernel_events_read(kernel, &watch, NULL);
	return told;
}

static void tells(const char *text)
{
	events();
	ck_assert_msg(strstr(told, text), "no \"%s\" in: %s", text, told);
}

static void does_not_tell(const char *text)
{
	ck_assert_msg(!strstr(told, text), "\"%s\" in: %s", text, told);
}

START_TEST(own_events)
{
	struct object *obj;

	wish_tenant();
	in_step();
	events();
	does_not_tell("gone");
	does_not_tell("10.1.1.1/24 on");
	ck_assert_ptr_nonnull(strstr(told, "+10.9.0.0/16 in acme 1001 by 247;"));
	/* what is told of links is what is wanted: nothing to be done */
	darr_foreach_p (want.list, obj)
		apply_ok(OUTCOME_UPDATE, *obj);
	events();
	does_not_tell("altered");
	does_not_tell("gone");
}
END_TEST

START_TEST(events_of_hosts)
{
	wish(vrf_of("acme", 1001));
	wish(object(OBJ_BRIDGE, "acme", "ls3", "web", 1450, 3, NULL));
	wish(object(OBJ_GATEWAY, "acme", "ls3", "", 1, 0, "10.1.1.1/24"));
	wish(object(OBJ_HOST, "acme", "ls3", "", 1001, 0, "10.1.1.50/32"));
	wish(object(OBJ_DEAD_END, "acme", "", "", 1001, 0, "10.1.2.0/24"));
	in_step();
	events();
	does_not_tell("gone");
	does_not_tell("10.1.1.1/24 on");
	operator_does("ip route del 10.1.1.50 table 1001");
	tells("gone host 10.1.1.50/32 on ls3;");
	operator_does("ip route del unreachable 10.1.2.0/24 table 1001");
	tells("gone dead-end 10.1.2.0/24 in acme;");
	operator_does("ip addr del 10.1.1.1/24 dev ls3");
	tells("gone gateway 10.1.1.1/24 on ls3;");
}
END_TEST

START_TEST(events_of_others)
{
	wish_tenant();
	in_step();
	events();
	operator_does("ip link set ls3 nomaster");
	tells("changed altered bridge ls3;");
	operator_does("ip link set ls3 master acme");
	tells("changed bridge ls3;");
	operator_does("ip addr del 10.1.1.1/24 dev ls3");
	tells("gone gateway 10.1.1.1/24 on ls3;");
	operator_does("ip route del 10.9.0.0/16 table 1001");
	tells("gone route 10.9.0.0/16 in acme;");
	operator_does("ip route add 10.77.0.0/16 via 10.0.0.2 table 1001 proto 188 metric 20");
	tells("+10.77.0.0/16 in acme 1001 by 188;");
	operator_does("ip route del 10.77.0.0/16 table 1001");
	tells("-10.77.0.0/16 in acme 1001 by 188;");
	operator_does("ip link set t0.101 alias mine");
	tells("gone vlan t0.101;");
	operator_does("ip link set t0.102 down");
	operator_does("ip link set t0.102 name t0.999");
	tells("gone vlan t0.102;");
	operator_does("ip link del vx5003");
	tells("gone vxlan vx5003;");
	operator_does("ip link add t7 type dummy");
	tells("interface t7;");
	operator_does("ip link del acme");
	tells("gone vrf acme;");
}
END_TEST

static bool overrun;

static void on_overrun(void *arg)
{
	overrun = true;
}

START_TEST(events_lost)
{
	const struct kernel_watch lost = { .overrun = on_overrun };
	struct pollfd poller = { .fd = kernel_event_fd(kernel), .events = POLLIN };
	const int small = 1;

	setsockopt(kernel_event_fd(kernel), SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	wish_tenant();
	in_step();
	while (poll(&poller, 1, 0) > 0)
		kernel_events_read(kernel, &lost, NULL);
	ck_assert(overrun);
	has_no_differences();
}
END_TEST

/* ---- whosever they are ---- */

static struct kernel_route scanned[400];
static unsigned int scanned_count;

static void on_scanned(void *arg, const struct kernel_route *route)
{
	if (route->type == RTN_UNICAST || route->type == RTN_BLACKHOLE)
		scanned[scanned_count++ % array_size(scanned)] = *route;
}

static int scan_table(struct kernel_scan *scan, uint32_t table)
{
	struct pollfd poller = { .fd = kernel_scan_fd(scan), .events = POLLIN };
	int ret;

	scanned_count = 0;
	ck_assert_int_eq(kernel_scan_begin(scan, table), 0);
	do {
		ck_assert_int_eq(poll(&poller, 1, 5000), 1);
		ret = kernel_scan_read(scan, on_scanned, NULL);
	} while (ret == 1);
	return ret;
}

static const struct kernel_route *scanned_route(const char *prefix)
{
	char text[IPNET_TEXT_SIZE];

	for (unsigned int i = 0; i < scanned_count; i++)
		if (!strcmp(ipnet_format(&scanned[i].net, text), prefix))
			return &scanned[i];
	return NULL;
}

START_TEST(routes_of_others)
{
	struct kernel_scan *scan = kernel_scan_new();
	struct reason why = {};

	wish_tenant();
	in_step();
	operator_does("ip route add 10.66.0.0/16 via 10.0.0.2 table 1001 metric 5");
	operator_does("ip route add blackhole 10.67.0.0/16 table 1001 proto 99");
	operator_does("ip -6 route add 2001:db8:66::/48 dev ls3 table 1001");
	operator_does("ip route add blackhole 10.68.0.0/16 table 1002");
	ck_assert_int_eq(scan_table(scan, 1001), 0);
	ck_assert_uint_eq(scanned_route("10.66.0.0/16")->protocol, RTPROT_BOOT);
	ck_assert_uint_eq(scanned_route("10.66.0.0/16")->metric, 5);
	ck_assert_uint_eq(scanned_route("10.67.0.0/16")->protocol, 99);
	ck_assert_uint_eq(scanned_route("10.9.0.0/16")->protocol, RTPROT_TENANT);
	ck_assert_uint_eq(scanned_route("10.1.1.0/24")->protocol, RTPROT_KERNEL);
	ck_assert_uint_eq(scanned_route("2001:db8:66::/48")->protocol, RTPROT_BOOT);
	ck_assert_ptr_null(scanned_route("10.68.0.0/16"));
	ck_assert_int_eq(scan_table(scan, 4711), 0);
	ck_assert_uint_eq(scanned_count, 0);

	/* just the one that is meant goes, and it may be gone */
	ck_assert_int_eq(scan_table(scan, 1001), 0);
	operator_does("ip route add 10.66.0.0/16 via 10.0.0.2 table 1001 metric 7");
	ck_assert_int_eq(kernel_remove_stray(kernel, scanned_route("10.66.0.0/16"), &why), 0);
	ck_assert_int_eq(kernel_remove_stray(kernel, scanned_route("10.66.0.0/16"), &why), 0);
	ck_assert_int_eq(kernel_remove_stray(kernel, scanned_route("10.67.0.0/16"), &why), 0);
	ck_assert_int_eq(kernel_remove_stray(kernel, scanned_route("2001:db8:66::/48"), &why), 0);
	ck_assert_int_eq(scan_table(scan, 1001), 0);
	ck_assert_uint_eq(scanned_route("10.66.0.0/16")->metric, 7);
	ck_assert_ptr_null(scanned_route("10.67.0.0/16"));
	ck_assert_ptr_null(scanned_route("2001:db8:66::/48"));
	kernel_scan_free(scan);
}
END_TEST

/* More than fits one piece. */
START_TEST(many_routes)
{
	struct kernel_scan *scan = kernel_scan_new();

	wish_tenant();
	in_step();
	operator_does("for i in $(seq 0 3); do for j in $(seq 0 249); do"
		      " echo route add blackhole 10.10$i.$j.0/24 table 1001; done; done"
		      " | ip -batch -");
	ck_assert_int_eq(scan_table(scan, 1001), 0);
	ck_assert_uint_gt(scanned_count, 1000);
	kernel_scan_free(scan);
}
END_TEST

/* ---- all of it ---- */

int main(void)
{
	Suite *suite = suite_create("kernel events");

	add_case(suite, "events",
		 (const TTest *[]){ own_events, events_of_others, events_of_hosts, events_lost,
				    NULL });
	add_case(suite, "whosever", (const TTest *[]){ routes_of_others, many_routes, NULL });
	return run_kernel_suite(suite);
}

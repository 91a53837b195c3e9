// SPDX-License-Identifier: GPL-2.0-or-later
/* apply/kernel_public: what an edge translates, put in place, read back, changed by others, removed. */
#include <zebra.h>

#include <errno.h>

#include "darr.h"

#include "plan/kernel_text.h"

#include "lib_kernel.h"

static void wish_uplink(void)
{
	wish(vrf_of("acme", 1001));
	wish(object(OBJ_VLAN, "acme", "t0.101", "t0", 101, 0, NULL));
	wish(object(OBJ_CLASSIFIER, "acme", "t0.101", "", 0, 0, NULL));
}

static struct object translation(uint32_t id, const char *public, uint32_t service,
				 const char *inside, uint32_t port)
{
	struct object obj = object(OBJ_TRANSLATION, "acme", "t0.101", "", id, service, public);

	obj.num[2] = port;
	ck_assert_int_eq(ipnet_parse_addr(inside, &obj.via), 0);
	return obj;
}

static void wish_translations(void)
{
	wish_uplink();
	wish(object(OBJ_SPARED, "acme", "t0.101", "", 1, 0, "10.0.0.0/8"));
	wish(object(OBJ_SPARED, "acme", "t0.101", "", 2, 0, "100.64.0.0/10"));
	wish(object(OBJ_SPARED, "acme", "t0.101", "", SERVICE(IPPROTO_TCP, 22), 0, NULL));
	wish(translation(5, "203.0.113.5/32", 0, "10.1.1.5", 0));
	wish(translation(6, "203.0.113.6/32", SERVICE(IPPROTO_TCP, 443), "10.1.1.6", 8443));
	wish(translation(7, "203.0.113.6/32", SERVICE(IPPROTO_UDP, 53), "10.1.1.7", 53));
}

static bool shows(const char *way, const char *what)
{
	char command[300];

	snprintf(command, sizeof(command),
		 "tc filter show dev t0.101 %s | tr '\\n\\t' '  ' | tr -s ' ' | grep -qF -- '%s'",
		 way, what);
	return holds(command);
}

START_TEST(translations)
{
	wish_translations();
	in_step();
	ck_assert(shows("ingress", "dst_ip 203.0.113.5 not_in_hw action order 1: nat ingress "
				   "203.0.113.5/32 10.1.1.5 pass"));
	ck_assert(shows("ingress", "ip_proto icmp dst_ip 203.0.113.5 not_in_hw action order 1: "
				   "nat ingress 203.0.113.5/32 10.1.1.5 pass"));
	ck_assert(!shows("ingress", "ip_proto icmp dst_ip 203.0.113.6"));
	ck_assert(shows("egress", "src_ip 10.1.1.5 not_in_hw action order 1: nat egress "
				  "10.1.1.5/32 203.0.113.5 pass"));
	ck_assert(shows("ingress", "ip_proto tcp dst_ip 203.0.113.6 dst_port 443"));
	ck_assert(shows("egress", "ip_proto tcp src_ip 10.1.1.6 src_port 8443"));
	ck_assert(shows("egress", "ip_proto udp src_ip 10.1.1.7 src_port 53"));
	ck_assert(shows("ingress", "ip_proto tcp dst_port 22 not_in_hw action order 1: gact "
				   "action pass"));
	ck_assert(!shows("egress", "dst_port 22"));
	ck_assert(shows("ingress", "src_ip 100.64.0.0/10"));
	ck_assert(shows("egress", "dst_ip 100.64.0.0/10"));
	for (unsigned int i = 0; i < darr_len(want.list); i++)
		apply_ok(OUTCOME_ADD, want.list[i]);
	has_no_differences();
	nothing_remains();
}
END_TEST

/* What is shown to people, typed, is what is wanted. */
START_TEST(as_text)
{
	char text[KERNEL_TEXT_SIZE];

	wish_translations();
	objects_sort(&want);
	for (unsigned int i = 0; i < darr_len(want.list); i++)
		if (want.list[i].kind < OBJ_CLASSIFIER)
			apply_ok(OUTCOME_ADD, want.list[i]);
		else
			operator_does(kernel_text(&want.list[i], false, text));
	has_no_differences();
	for (unsigned int i = darr_len(want.list); i-- > 0;)
		if (want.list[i].kind >= OBJ_CLASSIFIER)
			operator_does(kernel_text(&want.list[i], true, text));
	ck_assert(holds("! tc qdisc show dev t0.101 | grep -q clsact"));
}
END_TEST

START_TEST(changed_in_place)
{
	wish_translations();
	in_step();
	for (unsigned int i = 0; i < darr_len(want.list); i++) {
		struct object *obj = &want.list[i];

		if (obj->kind != OBJ_TRANSLATION)
			continue;
		if (obj->num[0] == 5) /* the host is another one */
			ipnet_parse_addr("10.2.1.5", &obj->via);
		if (obj->num[0] == 6) /* all of the address, and no port of it */
			obj->num[1] = obj->num[2] = 0;
		if (obj->num[0] == 7)
			obj->num[2] = 5353;
	}
	in_step();
	/* another port of it, in the same place */
	for (unsigned int i = 0; i < darr_len(want.list); i++)
		if (want.list[i].kind == OBJ_TRANSLATION && want.list[i].num[0] == 7)
			want.list[i].num[1] = SERVICE(IPPROTO_UDP, 54);
	in_step();
	ck_assert(shows("ingress", "dst_port 54"));
	ck_assert(!shows("ingress", "dst_port 53 "));
	ck_assert(shows("egress", "src_ip 10.2.1.5"));
	ck_assert(!shows("egress", "src_ip 10.1.1.5"));
	ck_assert(!shows("ingress", "dst_port 443"));
	ck_assert(shows("egress", "src_port 5353"));
	nothing_remains();
}
END_TEST

START_TEST(drift)
{
	static const char *const hands[] = {
		"tc filter del dev t0.101 ingress",
		"tc filter del dev t0.101 egress protocol ip pref 30 handle 5 flower",
		"tc filter del dev t0.101 ingress protocol ip pref 10",
		"tc filter del dev t0.101 ingress protocol ip pref 5",
		"tc filter del dev t0.101 ingress protocol ip pref 30",
		"tc filter replace dev t0.101 ingress protocol ip pref 30 handle 5 flower "
		"dst_ip 203.0.113.5 action drop",
		"tc filter del dev t0.101 ingress protocol ip pref 30 handle 5 flower; "
		"tc filter add dev t0.101 ingress protocol ip pref 30 handle 5 flower "
		"dst_ip 203.0.113.0/24 action pass",
		"tc filter replace dev t0.101 egress protocol ip pref 30 handle 5 flower "
		"src_ip 10.1.1.5 action nat egress 10.1.1.5/32 203.0.113.99",
		"tc filter replace dev t0.101 egress protocol ip pref 20 handle 7 flower ip_proto udp "
		"src_ip 10.1.1.7 src_port 53 action nat egress 10.1.1.7/32 203.0.113.6",
		"tc filter add dev t0.101 egress protocol ip pref 30 handle 77 flower "
		"src_ip 10.1.1.77 action pass",
		"tc filter add dev t0.101 ingress protocol ip pref 30 handle 79 flower action drop",
		/* a port of what is published as a whole */
		"tc filter add dev t0.101 ingress protocol ip pref 20 handle 5 flower ip_proto tcp "
		"dst_ip 203.0.113.5 dst_port 80 action nat ingress 203.0.113.5/32 10.1.1.99",
		"tc qdisc del dev t0.101 clsact",
	};
	struct op *ops = NULL;

	wish_translations();
	in_step();
	for (unsigned int i = 0; i < array_size(hands); i++) {
		operator_does(hands[i]);
		ck_assert_msg(differences(&ops) > 0, "%s", hands[i]);
		in_step();
	}
	darr_free(ops);
	nothing_remains();
}
END_TEST

/* What stands elsewhere is not ours, and stays. */
START_TEST(left_alone)
{
	wish_translations();
	in_step();
	operator_does("tc filter add dev t0.101 ingress protocol ip pref 3 flower dst_ip 10.9.9.9 "
		      "action drop");
	operator_does("tc qdisc add dev p0 clsact");
	operator_does("tc filter add dev p0 ingress protocol ip pref 30 handle 5 flower "
		      "dst_ip 203.0.113.5 action drop");
	has_no_differences();
	for (unsigned int i = 0; i < darr_len(want.list); i++)
		apply_ok(OUTCOME_ADD, want.list[i]);
	ck_assert(shows("ingress", "dst_ip 10.9.9.9"));
	nothing_remains();
	ck_assert(holds("tc filter show dev p0 ingress | grep -q 203.0.113.5"));
}
END_TEST

START_TEST(translation_refused)
{
	refused(object(OBJ_CLASSIFIER, "acme", "t0.101", "", 0, 0, NULL), -ENODEV, "t0.101");
	wish(vrf_of("acme", 1001));
	wish(object(OBJ_VLAN, "acme", "t0.101", "t0", 101, 0, NULL));
	in_step();
	refused(translation(5, "203.0.113.5/32", 0, "10.1.1.5", 0), -ENOENT,
		"cannot translate 203.0.113.5/32 on t0.101 of tenant VRF acme");
	apply_ok(OUTCOME_DELETE, translation(5, "203.0.113.5/32", 0, "10.1.1.5", 0));
	apply_ok(OUTCOME_ADD, object(OBJ_CLASSIFIER, "acme", "t0.101", "", 0, 0, NULL));
	apply_ok(OUTCOME_DELETE, translation(5, "203.0.113.5/32", 0, "10.1.1.5", 0));
	apply_ok(OUTCOME_DELETE, object(OBJ_CLASSIFIER, "acme", "t0.101", "", 0, 0, NULL));
	apply_ok(OUTCOME_DELETE, object(OBJ_CLASSIFIER, "acme", "t0.101", "", 0, 0, NULL));
}
END_TEST

static int overruns;

static void count_overrun(void *arg)
{
	overruns++;
}

static int lost_events(void)
{
	static const struct kernel_watch watch = { .overrun = count_overrun };

	overruns = 0;
	kernel_events_read(kernel, &watch, NULL);
	return overruns;
}

/* Others' hands are seen; our own, and those that are elsewhere, are not. */
START_TEST(events)
{
	wish_translations();
	in_step();
	ck_assert_int_eq(lost_events(), 0);
	operator_does("tc qdisc add dev p0 clsact; tc qdisc add dev t0.101 root pfifo");
	ck_assert_int_eq(lost_events(), 0);
	operator_does("tc filter del dev t0.101 egress protocol ip pref 30 handle 5 flower");
	ck_assert_int_gt(lost_events(), 0);
	in_step();
	lost_events();
	operator_does("tc qdisc del dev t0.101 clsact");
	ck_assert_int_gt(lost_events(), 0);
	in_step();
}
END_TEST

/* A public address is announced as what nobody has: edges translate what is for it. */
START_TEST(announcement)
{
	wish(vrf_of("acme", 1001));
	wish(object(OBJ_ANNOUNCE, "acme", "", "", 1001, 0, "203.0.113.5/32"));
	wish(object(OBJ_DEAD_END, "acme", "", "", 1001, 0, "10.1.1.0/24"));
	in_step();
	ck_assert(holds(
		"ip route show table 1001 | grep -q '^unreachable 203.0.113.5 proto 247 *$'"));
	operator_does("ip route del unreachable 203.0.113.5 table 1001");
	in_step();
	nothing_remains();
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		translations,        as_text, changed_in_place, drift, left_alone,
		translation_refused, events,  announcement,     NULL,
	};
	Suite *suite = suite_create("translation");

	add_case(suite, "kernel", tests);
	return run_kernel_suite(suite);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Hosts on a switch: seen by a port of this node, and not by the VXLAN device.
 *
 * The kernel's tables are filled by hand, which to those who read them is the
 * same as by frames; topotests have the frames.
 */
#include <zebra.h>

#include <poll.h>

#include "apply/sighting.h"

#include "lib_kernel.h"

#define MAC       "02:00:00:00:00:50"
#define OTHER_MAC "02:00:00:00:00:51"
#define HERE      "bridge fdb replace " MAC " dev h0 master dynamic"
#define AWAY      "bridge fdb replace " MAC " dev vx5003 master dynamic"
#define IS_KNOWN  "ip neigh replace 10.1.1.50 lladdr " MAC " dev ls3 nud stale"

static char told[512];

static void on_seen(void *arg, const struct sighting *sighting)
{
	char text[IPNET_TEXT_SIZE];
	size_t used = strlen(told);

	snprintf(told + used, sizeof(told) - used, "%s on %s in %s;",
		 ipnet_format_addr(&sighting->address, text), sighting->bridge, sighting->vrf);
}

static const char *sees(struct sightings *sightings)
{
	struct pollfd poller = { .fd = sightings_fd(sightings), .events = POLLIN };

	told[0] = '\0';
	while (poll(&poller, 1, 50) > 0)
		sightings_read(sightings, on_seen, NULL);
	return told;
}

static struct sightings *a_switch_with_a_port(void)
{
	struct sightings *sightings = sightings_new(kernel);

	wish_tenant();
	in_step();
	operator_does("ip -batch - <<.\n"
		      "link add h0 up master ls3 type dummy\n"
		      ".");
	ck_assert_ptr_nonnull(sightings);
	ck_assert_str_eq(sees(sightings), "");
	return sightings;
}

START_TEST(a_host_is_seen_by_its_address_and_its_port)
{
	struct sightings *sightings = a_switch_with_a_port();

	operator_does(IS_KNOWN);
	ck_assert_str_eq(sees(sightings), "");
	operator_does(HERE);
	ck_assert_str_eq(sees(sightings), "10.1.1.50 on ls3 in acme;");
	operator_does("ip neigh replace 10.1.1.51 lladdr " MAC " dev ls3 nud reachable");
	ck_assert_str_eq(sees(sightings), "10.1.1.51 on ls3 in acme;");
	/* the same once more is no news */
	operator_does("ip neigh replace 10.1.1.51 lladdr " MAC " dev ls3 nud stale");
	ck_assert_str_eq(sees(sightings), "");
	sightings_free(sightings);
}
END_TEST

START_TEST(a_host_behind_vxlan_is_elsewhere)
{
	struct sightings *sightings = a_switch_with_a_port();

	operator_does(AWAY);
	operator_does(IS_KNOWN);
	ck_assert_str_eq(sees(sightings), "");
	operator_does(HERE);
	ck_assert_str_eq(sees(sightings), "10.1.1.50 on ls3 in acme;");
	operator_does(AWAY);
	ck_assert_str_eq(sees(sightings), "");
	operator_does(HERE);
	ck_assert_str_eq(sees(sightings), "10.1.1.50 on ls3 in acme;");
	sightings_free(sightings);
}
END_TEST

START_TEST(an_address_that_takes_another_mac_is_judged_by_that)
{
	struct sightings *sightings = a_switch_with_a_port();

	operator_does(HERE);
	operator_does("ip neigh replace 10.1.1.50 lladdr " OTHER_MAC " dev ls3 nud stale");
	ck_assert_str_eq(sees(sightings), "");
	operator_does(IS_KNOWN);
	ck_assert_str_eq(sees(sightings), "10.1.1.50 on ls3 in acme;");
	operator_does("ip neigh del 10.1.1.50 dev ls3");
	ck_assert_str_eq(sees(sightings), "");
	operator_does(IS_KNOWN);
	ck_assert_str_eq(sees(sightings), "10.1.1.50 on ls3 in acme;");
	sightings_free(sightings);
}
END_TEST

START_TEST(what_was_there_before_is_told_at_the_beginning)
{
	struct sightings *sightings;

	wish_tenant();
	in_step();
	operator_does("ip link add h0 up master ls3 type dummy");
	operator_does(HERE);
	operator_does(IS_KNOWN);
	sightings = sightings_new(kernel);
	ck_assert_str_eq(sees(sightings), "");
	sightings_begin(sightings);
	ck_assert_str_eq(sees(sightings), "10.1.1.50 on ls3 in acme;");
	sightings_free(sightings);
}
END_TEST

START_TEST(bridges_of_others_are_nobodys_concern)
{
	struct sightings *sightings = a_switch_with_a_port();

	operator_does("ip -batch - <<.\n"
		      "link add br9 up type bridge\n"
		      "link add h9 up master br9 type dummy\n"
		      ".");
	operator_does("bridge fdb replace " MAC " dev h9 master dynamic");
	operator_does("ip neigh replace 10.1.1.50 lladdr " MAC " dev br9 nud stale");
	ck_assert_str_eq(sees(sightings), "");
	sightings_free(sightings);
}
END_TEST

/* What they say unasked makes a neighbor only where the bridge was told to take it. */
START_TEST(a_bridge_takes_what_hosts_say_unasked)
{
	struct object bridge = object(OBJ_BRIDGE, "acme", "ls3", "web", 1450, 3, NULL);

	wish_tenant();
	in_step();
	ck_assert(holds("test $(cat /proc/sys/net/ipv4/conf/ls3/arp_accept) = 0"));
	bridge.num[2] = 1;
	apply_ok(OUTCOME_UPDATE, bridge);
	ck_assert(holds("test $(cat /proc/sys/net/ipv4/conf/ls3/arp_accept) = 1"));
	for (unsigned int i = 0; i < objects_count(&want); i++)
		if (want.list[i].kind == OBJ_BRIDGE)
			want.list[i].num[2] = 1;
	has_no_differences();
	nothing_remains();
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("sightings");

	add_case(suite, "sightings",
		 (const TTest *[]){ a_host_is_seen_by_its_address_and_its_port,
				    a_host_behind_vxlan_is_elsewhere,
				    an_address_that_takes_another_mac_is_judged_by_that,
				    what_was_there_before_is_told_at_the_beginning,
				    bridges_of_others_are_nobodys_concern,
				    a_bridge_takes_what_hosts_say_unasked, NULL });
	return run_kernel_suite(suite);
}

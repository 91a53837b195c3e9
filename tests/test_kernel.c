// SPDX-License-Identifier: GPL-2.0-or-later
/* apply/kernel, kind by kind: put in place, read back, changed by others, removed. */
#include <zebra.h>

#include <errno.h>
#include <net/if.h>

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include "darr.h"

#include "apply/kernel_lookup.h"
#include "apply/kernel_priv.h"

#include "lib_kernel.h"

/* ---- a tenant as a whole ---- */

START_TEST(whole_tenant)
{
	wish_tenant();
	in_step();
	for (unsigned int i = 0; i < darr_len(want.list); i++)
		apply_ok(OUTCOME_ADD, want.list[i]);
	has_no_differences();
	nothing_remains();
	for (unsigned int i = 0; i < 3; i++)
		apply_ok(OUTCOME_DELETE, vrf_of("acme", 1001));
}
END_TEST

/* What belongs to another tenant of ours stays as it is. */
START_TEST(two_tenants)
{
	struct op *ops = NULL;

	wish(vrf_of("other", 1002));
	wish(object(OBJ_BRIDGE, "other", "ls4", "web", 1450, 4, NULL));
	wish(object(OBJ_GATEWAY, "other", "ls4", "", 0, 0, "10.1.1.1/24"));
	in_step();
	wish_tenant();
	in_step();
	apply_ok(OUTCOME_DELETE, vrf_of("acme", 1001));
	ck_assert_uint_ge(differences(&ops), 2);
	darr_free(ops);
	in_step();
	refused(object(OBJ_BRIDGE, "other", "ls3", "db", 1450, 3, NULL), -EAGAIN,
		"belongs to tenant VRF acme still");
	apply_ok(OUTCOME_DELETE, object(OBJ_BRIDGE, "other", "ls3", "", 1450, 3, NULL));
	has_no_differences();
	nothing_remains();
}
END_TEST

/* ---- by kind ---- */

START_TEST(sysctl)
{
	struct objects node = {};

	*darr_append(node.list) = object(OBJ_SYSCTL, "", "", "", SYSCTL_IP_FORWARD, 1, NULL);
	*darr_append(node.list) =
		object(OBJ_SYSCTL, "", "", "", SYSCTL_IGMP_MEMBERSHIPS, 4096, NULL);
	operator_does("echo 0 >/proc/sys/net/ipv4/ip_forward; "
		      "echo 9000 >/proc/sys/net/ipv4/igmp_max_memberships");
	kernel_skip_met(kernel, &node);
	ck_assert_uint_eq(objects_count(&node), 1);
	ck_assert_uint_eq(node.list[0].num[0], SYSCTL_IP_FORWARD);
	apply_ok(OUTCOME_ADD, node.list[0]);
	apply_ok(OUTCOME_ADD, object(OBJ_SYSCTL, "", "", "", SYSCTL_IGMP_MEMBERSHIPS, 4096, NULL));
	ck_assert(holds("grep -qx 1 /proc/sys/net/ipv4/ip_forward"));
	ck_assert(holds("grep -qx 9000 /proc/sys/net/ipv4/igmp_max_memberships"));
	kernel_skip_met(kernel, &node);
	ck_assert_uint_eq(objects_count(&node), 0);
	apply_ok(OUTCOME_DELETE, object(OBJ_SYSCTL, "", "", "", SYSCTL_IP_FORWARD, 1, NULL));
	ck_assert(holds("grep -qx 1 /proc/sys/net/ipv4/ip_forward"));
	objects_fini(&node);
}
END_TEST

START_TEST(local_rule)
{
	struct objects node = {};

	*darr_append(node.list) = object(OBJ_LOCAL_RULE, "", "", "", AF_INET, 0, NULL);
	kernel_skip_met(kernel, &node);
	ck_assert_uint_eq(objects_count(&node), 1);
	apply_ok(OUTCOME_ADD, node.list[0]);
	apply_ok(OUTCOME_ADD, node.list[0]);
	ck_assert(holds("ip rule show | grep -q '^32765:.*lookup local'"));
	ck_assert(!holds("ip rule show | grep -q '^0:'"));
	kernel_skip_met(kernel, &node);
	ck_assert_uint_eq(objects_count(&node), 0);
	objects_fini(&node);
}
END_TEST

START_TEST(vrf)
{
	wish(vrf_of("acme", 1001));
	in_step();
	ck_assert(holds("ip -d link show acme up | grep -q 'vrf table 1001'"));
	ck_assert(holds("ip link show acme | grep -q 'alias frr-tenant acme vrf$'"));
	/* another table: made anew */
	want.list[0].num[0] = 1003;
	in_step();
	ck_assert(holds("ip -d link show acme up | grep -q 'vrf table 1003'"));
	operator_does("ip link set acme down");
	in_step();
	ck_assert(holds("ip link show acme up | grep -q acme"));
	nothing_remains();
}
END_TEST

START_TEST(vrf_foreign)
{
	operator_does("ip -batch - <<.\n"
		      "link add acme type dummy\n"
		      "link add theirs type vrf table 1002\n"
		      ".");
	refused(vrf_of("acme", 1001), -EBUSY, "interface acme exists and is not ours");
	refused(vrf_of("beta", 1002), -EBUSY, "used by VRF device theirs");
	apply_ok(OUTCOME_DELETE, vrf_of("acme", 1001));
	apply_ok(OUTCOME_DELETE, vrf_of("theirs", 1002));
	ck_assert(holds("ip link show acme >/dev/null && ip link show theirs >/dev/null"));
	/* out of the way: the set of devices follows by events */
	operator_does("ip link del theirs");
	kernel_events_read(kernel, &(struct kernel_watch){}, NULL);
	apply_ok(OUTCOME_ADD, vrf_of("beta", 1002));
}
END_TEST

START_TEST(vlan)
{
	wish(vrf_of("acme", 1001));
	wish(object(OBJ_VLAN, "acme", "t0.101", "t0", 101, 1600, NULL));
	in_step();
	ck_assert(holds("ip -d link show t0.101 up | grep -q 'vlan protocol 802.1Q id 101'"));
	ck_assert(holds("ip link show t0.101 master acme | grep -q 'mtu 1600'"));
	ck_assert(holds("ip link show t0.101 | "
			"grep -q 'alias frr-tenant acme wire t0 vlan 101 mtu 1600$'"));
	want.list[1].num[1] = 1500;
	in_step();
	ck_assert(holds("ip link show t0.101 up | grep -q 'mtu 1500'"));
	/* drift */
	operator_does("ip link set t0.101 nomaster");
	in_step();
	operator_does("ip link set t0.101 mtu 1400 down");
	in_step();
	ck_assert(holds("ip link show t0.101 up master acme | grep -q 'mtu 1500'"));
	nothing_remains();
}
END_TEST

/* A trunk is the operator's: small, or down, it is left so. */
START_TEST(vlan_on_poor_trunk)
{
	operator_does("ip link set t0 mtu 1500 down");
	wish(vrf_of("acme", 1001));
	wish(object(OBJ_VLAN, "acme", "t0.101", "t0", 101, 1600, NULL));
	in_step();
	ck_assert(holds("ip link show t0.101 | grep -q 'mtu 1500'"));
	ck_assert(holds("ip link show t0 | grep -q DOWN"));
	operator_does("ip link set t0 mtu 1600 up");
	in_step();
	ck_assert(holds("ip link show t0.101 up | grep -q 'mtu 1600'"));
}
END_TEST

START_TEST(vlan_refused)
{
	apply_ok(OUTCOME_ADD, vrf_of("acme", 1001));
	operator_does("ip link add link t0 name cam type vlan id 101");
	operator_does("ip link add t0.103 type dummy");
	refused(object(OBJ_VLAN, "acme", "t0.101", "t0", 101, 0, NULL), -EBUSY,
		"VLAN 101 on interface t0 is used by interface cam");
	refused(object(OBJ_VLAN, "acme", "t0.103", "t0", 103, 0, NULL), -EBUSY,
		"interface t0.103 exists and is not ours");
	refused(object(OBJ_VLAN, "acme", "t9.101", "t9", 101, 0, NULL), -ENODEV,
		"interface t9 does not exist; the wire's or link's port for this node names it");
	refused(object(OBJ_VLAN, "beta", "t0.104", "t0", 104, 0, NULL), -ENODEV,
		"vrf beta is not there");
}
END_TEST

START_TEST(port)
{
	operator_does("ip addr add 10.7.0.1/24 dev p0");
	wish(vrf_of("acme", 1001));
	wish(object(OBJ_PORT, "acme", "p0", "", 0, 0, NULL));
	wish(object(OBJ_WIRE_ADDRESS, "acme", "p0", "", 0, 0, "10.2.0.1/30"));
	in_step();
	ck_assert(holds("ip link show p0 up master acme | grep -q 'alias frr-tenant acme port$'"));
	refused(object(OBJ_PORT, "beta", "p0", "", 0, 0, NULL), -EAGAIN,
		"belongs to tenant VRF acme");
	apply_ok(OUTCOME_DELETE, object(OBJ_PORT, "beta", "p0", "", 0, 0, NULL));
	has_no_differences();
	nothing_remains();
	/* up, out of the VRF, and with the address that it had */
	ck_assert(holds("ip -d link show p0 up | grep -q p0"));
	ck_assert(!holds("ip link show p0 | grep -qE 'master|alias'"));
	ck_assert(holds("ip addr show p0 | grep -q 10.7.0.1/24"));
	ck_assert(!holds("ip addr show p0 | grep -q 10.2.0.1"));
}
END_TEST

START_TEST(port_foreign)
{
	apply_ok(OUTCOME_ADD, vrf_of("acme", 1001));
	operator_does("ip link set p0 alias 'to the roof'");
	refused(object(OBJ_PORT, "acme", "p0", "", 0, 0, NULL), -EBUSY,
		"has the alias \"to the roof\"");
	operator_does("ip -batch - <<.\n"
		      "link set p0 alias \"\"\n"
		      "link add br0 type bridge\n"
		      "link set p0 master br0\n"
		      ".");
	refused(object(OBJ_PORT, "acme", "p0", "", 0, 0, NULL), -EBUSY,
		"part of another interface");
	refused(object(OBJ_PORT, "acme", "p9", "", 0, 0, NULL), -ENODEV,
		"interface p9 does not exist");
}
END_TEST

START_TEST(logical_switch)
{
	wish(vrf_of("acme", 1001));
	wish(object(OBJ_BRIDGE, "acme", "ls3", "web", 1450, 3, NULL));
	wish(object(OBJ_VXLAN, "acme", "vx5003", "ls3", 5003, 1450, "192.0.2.1"));
	wish(object(OBJ_FDB, "acme", "vx5003", "", 0, 0, "192.0.2.2"));
	wish(object(OBJ_FDB, "acme", "vx5003", "", 0, 0, "192.0.2.3"));
	wish(object(OBJ_GATEWAY, "acme", "ls3", "", 0, 0, "10.1.1.1/24"));
	in_step();
	ck_assert(holds("ip -d link show ls3 up master acme | grep -q 'stp_state 0'"));
	ck_assert(holds("ip link show ls3 | grep -q 02:46:00:00:00:03"));
	ck_assert(holds("ip link show ls3 | grep -q 'alias frr-tenant acme switch web$'"));
	ck_assert(holds("ip -d link show vx5003 up master ls3 | "
			"grep -q 'vxlan id 5003 local 192.0.2.1 .*dstport 4789'"));
	ck_assert(holds("test $(bridge fdb show dev vx5003 | "
			"grep -c '^00:00:00:00:00:00 dst') = 2"));
	ck_assert(holds("ip route show table 1001 | grep -q '^10.1.1.0/24 dev ls3'"));
	/* drift */
	operator_does("bridge fdb del 00:00:00:00:00:00 dev vx5003 dst 192.0.2.3");
	operator_does("ip link set vx5003 nomaster");
	operator_does("ip link set ls3 mtu 1400 address 02:46:00:00:00:09 down");
	in_step();
	/* another VTEP: made anew, and its flood list with it */
	for (unsigned int i = 0; i < darr_len(want.list); i++)
		if (want.list[i].kind == OBJ_VXLAN)
			ipnet_parse_addr("192.0.2.9", &want.list[i].net);
	in_step();
	nothing_remains();
}
END_TEST

/* One that is only kept ready has a MAC of its own, and it is the same device in both. */
START_TEST(bridge_without_gateway)
{
	struct op *ops = NULL;

	wish(vrf_of("acme", 1001));
	wish(object(OBJ_BRIDGE, "acme", "ls3", "web", 1450, 3, NULL));
	in_step();
	operator_does("ip link set ls3 txqueuelen 777");
	want.list[1].num[1] = 0x01020304;
	want.list[1].num[2] = BRIDGE_NO_GATEWAY;
	differences(&ops);
	ck_assert_uint_eq(darr_len(ops), 1);
	ck_assert_uint_eq(ops[0].what, OUTCOME_UPDATE);
	darr_free(ops);
	in_step();
	ck_assert(holds("ip link show ls3 up | grep -q 02:47:01:02:03:04"));
	want.list[1].num[2] = BRIDGE_NO_GATEWAY | BRIDGE_LEARNS;
	in_step();
	ck_assert(holds("test $(cat /proc/sys/net/ipv4/conf/ls3/arp_accept) = 1"));
	want.list[1].num[1] = 3;
	want.list[1].num[2] = BRIDGE_LEARNS;
	in_step();
	ck_assert(holds("ip link show ls3 up | grep -q 02:46:00:00:00:03"));
	ck_assert(holds("ip link show ls3 | grep -q 'qlen 777'"));
	/* drift */
	operator_does("ip link set ls3 address 02:48:00:00:00:03");
	in_step();
	nothing_remains();
}
END_TEST

/* A switch with a VLAN of a core switch. */
START_TEST(segment)
{
	wish(vrf_of("acme", 1001));
	wish(object(OBJ_BRIDGE, "acme", "ls3", "web", 1500, 3, NULL));
	wish(object(OBJ_BRIDGE, "acme", "ls4", "db", 1600, 4, NULL));
	wish(object(OBJ_SEGMENT, "acme", "t0.25", "ls3", 25, 1500, NULL));
	wish(object(OBJ_GATEWAY, "acme", "ls3", "", 0, 0, "10.1.1.1/24"));
	in_step();
	ck_assert(holds("ip -d link show t0.25 up master ls3 | "
			"grep -q 'vlan protocol 802.1Q id 25'"));
	ck_assert(holds("ip link show t0.25 | "
			"grep -q 'alias frr-tenant acme segment 25 on ls3 mtu 1500$'"));
	/* drift */
	operator_does("ip link set t0.25 nomaster");
	in_step();
	operator_does("ip link set t0.25 mtu 1400 down");
	in_step();
	ck_assert(holds("ip link show t0.25 up master ls3 | grep -q 'mtu 1500'"));
	operator_does("ip link set t0.25 master ls4");
	in_step();
	ck_assert(holds("ip link show t0.25 up master ls3 | grep -q t0.25"));
	operator_does(
		"ip -batch - <<.\n"
		"link del t0.25\n"
		"link add p1 up type dummy\n"
		"link add link p1 name t0.25 group 1179800148 type vlan id 25\n"
		"link set t0.25 alias 'frr-tenant acme segment 25 on ls3 mtu 1500' master ls3 up\n"
		".");
	in_step();
	ck_assert(holds("ip link show t0.25 | grep -q 't0.25@t0:'"));
	/* the switch is another one, and larger */
	for (unsigned int i = 0; i < darr_len(want.list); i++)
		if (want.list[i].kind == OBJ_SEGMENT) {
			strlcpy(want.list[i].ref, "ls4", sizeof(want.list[i].ref));
			want.list[i].num[1] = 1600;
		}
	in_step();
	ck_assert(holds("ip link show t0.25 up master ls4 | grep -q 'mtu 1600'"));
	nothing_remains();
	ck_assert(holds("ip link show t0 up | grep -q t0"));
}
END_TEST

/* The trunk is the operator's: small, or down, it is left so. */
START_TEST(segment_on_poor_trunk)
{
	operator_does("ip link set t0 mtu 1400 down");
	wish(vrf_of("acme", 1001));
	wish(object(OBJ_BRIDGE, "acme", "ls3", "web", 1500, 3, NULL));
	wish(object(OBJ_SEGMENT, "acme", "t0.25", "ls3", 25, 1500, NULL));
	in_step();
	ck_assert(holds("ip link show t0.25 master ls3 | grep -q 'mtu 1400'"));
	ck_assert(holds("ip link show ls3 | grep -q 'mtu 1500'"));
	operator_does("ip link set t0 mtu 1600 up");
	in_step();
	ck_assert(holds("ip link show t0.25 up master ls3 | grep -q 'mtu 1500'"));
	nothing_remains();
}
END_TEST

START_TEST(segment_refused)
{
	apply_ok(OUTCOME_ADD, vrf_of("acme", 1001));
	apply_ok(OUTCOME_ADD, vrf_of("beta", 1002));
	apply_ok(OUTCOME_ADD, object(OBJ_BRIDGE, "acme", "ls3", "web", 1500, 3, NULL));
	apply_ok(OUTCOME_ADD, object(OBJ_BRIDGE, "beta", "ls4", "web", 1500, 4, NULL));
	apply_ok(OUTCOME_ADD, object(OBJ_VLAN, "acme", "t0.104", "t0", 104, 1500, NULL));
	operator_does("ip -batch - <<.\n"
		      "link add link t0 name cam type vlan id 101\n"
		      "link add t0.103 type dummy\n"
		      "link add br0 type bridge\n"
		      ".");
	refused(object(OBJ_SEGMENT, "acme", "t0.101", "ls3", 101, 1500, NULL), -EBUSY,
		"VLAN 101 on interface t0 is used by interface cam");
	refused(object(OBJ_SEGMENT, "acme", "t0.103", "ls3", 103, 1500, NULL), -EBUSY,
		"interface t0.103 exists and is not ours");
	refused(object(OBJ_SEGMENT, "acme", "t0.104", "ls3", 104, 1500, NULL), -EBUSY,
		"interface t0.104 exists and is not ours");
	refused(object(OBJ_SEGMENT, "acme", "t9.25", "ls3", 25, 1500, NULL), -ENODEV,
		"interface t9 does not exist; the switch domain's port for this node names it");
	refused(object(OBJ_SEGMENT, "acme", "t0.25", "ls9", 25, 1500, NULL), -ENODEV,
		"bridge ls9 is not there, which segment t0.25 needs");
	refused(object(OBJ_SEGMENT, "acme", "t0.25", "br0", 25, 1500, NULL), -EBUSY,
		"interface br0 exists and is not ours");
	refused(object(OBJ_SEGMENT, "acme", "t0.25", "ls4", 25, 1500, NULL), -EAGAIN,
		"interface ls4 belongs to tenant VRF beta still");
	apply_ok(OUTCOME_ADD, object(OBJ_SEGMENT, "beta", "t0.25", "ls4", 25, 1500, NULL));
	refused(object(OBJ_SEGMENT, "acme", "t0.25", "ls3", 25, 1500, NULL), -EAGAIN,
		"interface t0.25 belongs to tenant VRF beta still");
	/* made by us, and left without a name: finished by whoever wants it */
	operator_does("ip link add link t0 name t0.26 group 1179800148 type vlan id 26");
	apply_ok(OUTCOME_ADD, object(OBJ_SEGMENT, "acme", "t0.26", "ls3", 26, 1500, NULL));
	ck_assert(holds("ip link show t0.26 up master ls3 | grep -q 'segment 26 on ls3'"));
}
END_TEST

/* The kernel leaves a second between two rounds of looking for carriers. */
/* As zebra does where bgpd says that a VTEP has the VNI. */
static void zebra_floods_to(const char *device, const char *vtep)
{
	struct ndmsg header = { .ndm_family = AF_BRIDGE,
				.ndm_ifindex = if_nametoindex(device),
				.ndm_state = NUD_NOARP | NUD_PERMANENT,
				.ndm_flags = NTF_SELF };
	struct nl_msg *msg =
		kernel_msg(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_APPEND, &header, sizeof(header));
	struct ipnet address;

	ck_assert_int_eq(ipnet_parse_addr(vtep, &address), 0);
	nla_put(msg, NDA_LLADDR, 6, "\0\0\0\0\0");
	kernel_put_addr(msg, NDA_DST, &address);
	nla_put_u8(msg, NDA_PROTOCOL, RTPROT_ZEBRA);
	ck_assert_int_eq(kernel_request(kernel, msg, NULL, NULL), 0);
}

/* Learns nothing from frames; what zebra says of others is zebra's. */
START_TEST(switch_with_evpn)
{
	struct object vxlan = object(OBJ_VXLAN, "acme", "vx5003", "ls3", 5003, 1450, "192.0.2.1");

	vxlan.num[2] = 1;
	wish(vrf_of("acme", 1001));
	wish(object(OBJ_BRIDGE, "acme", "ls3", "web", 1450, 3, NULL));
	wish(vxlan);
	in_step();
	ck_assert(holds("ip -d link show vx5003 | grep -q nolearning"));
	ck_assert(holds("ip -d link show vx5003 | grep -q 'bridge_slave.*learning off'"));
	ck_assert(holds("ip -d link show vx5003 | grep -q 'neigh_suppress on'"));
	zebra_floods_to("vx5003", "192.0.2.9");
	has_no_differences();
	operator_does("bridge link set dev vx5003 learning on");
	in_step();
	ck_assert(holds("ip -d link show vx5003 | grep -q 'bridge_slave.*learning off'"));
	ck_assert(holds("bridge fdb show dev vx5003 | grep -q 'dst 192.0.2.9'"));
	/* without EVPN it is another device */
	for (unsigned int i = 0; i < objects_count(&want); i++)
		if (want.list[i].kind == OBJ_VXLAN)
			want.list[i].num[2] = 0;
	in_step();
	ck_assert(!holds("ip -d link show vx5003 | grep -q nolearning"));
	ck_assert(holds("ip -d link show vx5003 | grep -q 'bridge_slave.*learning on'"));
	nothing_remains();
}
END_TEST

START_TEST(switches_run_at_once)
{
	const struct object parts[][2] = {
		{ object(OBJ_BRIDGE, "acme", "ls3", "web", 1450, 3, NULL),
		  object(OBJ_VXLAN, "acme", "vx5003", "ls3", 5003, 1450, "192.0.2.1") },
		{ object(OBJ_BRIDGE, "acme", "ls4", "db", 1450, 4, NULL),
		  object(OBJ_VXLAN, "acme", "vx5004", "ls4", 5004, 1450, "192.0.2.1") },
	};
	struct reason why = {};

	apply_ok(OUTCOME_ADD, vrf_of("acme", 1001));
	for (unsigned int i = 0; i < array_size(parts); i++) {
		for (unsigned int j = 0; j < array_size(parts[i]); j++)
			ck_assert_msg(kernel_apply(kernel, OUTCOME_ADD, &parts[i][j], &why) == 0,
				      "%s", why.text);
		ck_assert_msg(kernel_finish(kernel, &why) == 0, "%s", why.text);
		usleep(50000); /* the kernel's own round, which only the first will have */
	}
	/* of all that are up: being asked for one, the kernel would look */
	ck_assert(holds("test $(ip -o link show up | grep -cE 'ls[34]: .* state UP') = 2"));
	nothing_remains();
}
END_TEST

START_TEST(logical_switch_foreign)
{
	apply_ok(OUTCOME_ADD, vrf_of("acme", 1001));
	operator_does("ip -batch - <<.\n"
		      "link add ls3 type bridge\n"
		      "link add tun type vxlan id 5004 dstport 4789 local 192.0.2.1\n"
		      ".");
	refused(object(OBJ_BRIDGE, "acme", "ls3", "web", 1450, 3, NULL), -EBUSY, "ls3 exists");
	refused(object(OBJ_GATEWAY, "acme", "ls3", "", 0, 0, "10.1.1.1/24"), -EBUSY, "ls3 exists");
	refused(object(OBJ_VXLAN, "acme", "vx5003", "ls3", 5003, 1450, "192.0.2.1"), -EBUSY,
		"ls3 exists");
	apply_ok(OUTCOME_ADD, object(OBJ_BRIDGE, "acme", "ls4", "db", 1450, 4, NULL));
	refused(object(OBJ_VXLAN, "acme", "vx5004", "ls4", 5004, 1450, "192.0.2.1"), -EBUSY,
		"VNI 5004 is used by interface tun");
	refused(object(OBJ_FDB, "acme", "vx5004", "", 0, 0, "192.0.2.2"), -ENODEV,
		"vxlan vx5004 is not there, which flood 192.0.2.2/32 on vx5004 needs");
}
END_TEST

START_TEST(address)
{
	wish(vrf_of("acme", 1001));
	wish(object(OBJ_VLAN, "acme", "t0.101", "t0", 101, 0, NULL));
	wish(object(OBJ_WIRE_ADDRESS, "acme", "t0.101", "", 0, 0, "10.0.0.1/29"));
	in_step();
	/* what others add stays; what they added and we want becomes ours */
	operator_does("ip addr add 10.6.0.1/24 dev t0.101");
	operator_does("ip addr add 10.5.0.1/24 dev t0.101");
	has_no_differences();
	wish(object(OBJ_WIRE_ADDRESS, "acme", "t0.101", "", 0, 0, "10.5.0.1/24"));
	in_step();
	darr_pop(want.list);
	in_step();
	ck_assert(holds("ip addr show t0.101 | grep -q 10.6.0.1/24"));
	ck_assert(!holds("ip addr show t0.101 | grep -q 10.5.0.1/24"));
	nothing_remains();
}
END_TEST

#define VIRTUAL_ROUTER "00:00:5e:00:01:07"

static void wish_virtual(const char *base)
{
	wish(object(OBJ_MACVLAN, "acme", "vr3", base, 7, 0, NULL));
	wish(object(OBJ_VIRTUAL_ADDRESS, "acme", "vr3", "", 0, 0, "10.2.0.9/24"));
}

static bool vr3_shows(const char *what)
{
	char command[120];

	snprintf(command, sizeof(command), "ip -d addr show vr3 | grep -q '%s'", what);
	return holds(command);
}

START_TEST(virtual_router_on_port)
{
	wish(vrf_of("acme", 1001));
	wish(object(OBJ_PORT, "acme", "p0", "", 0, 0, NULL));
	wish(object(OBJ_WIRE_ADDRESS, "acme", "p0", "", 0, 0, "10.2.0.1/24"));
	wish_virtual("p0");
	in_step();
	ck_assert(vr3_shows(VIRTUAL_ROUTER) && vr3_shows("macvlan mode bridge"));
	ck_assert(vr3_shows("protodown on") && vr3_shows("NO-CARRIER"));
	ck_assert(vr3_shows("alias frr-tenant acme vrrp 7 on p0$"));
	ck_assert(!vr3_shows("inet6"));
	/* the LAN is connected once, and answered for by who has the address */
	ck_assert(holds("test $(ip route show table 1001 10.2.0.0/24 | wc -l) = 1"));
	ck_assert(holds("test $(cat /proc/sys/net/ipv4/conf/p0/arp_ignore) = 1"));
	ck_assert(holds("test $(cat /proc/sys/net/ipv4/conf/vr3/rp_filter) = 2"));
	/* vrrpd lets it pass frames, and what we do afterwards does not stop it */
	operator_does("ip link set vr3 protodown off");
	has_no_differences();
	operator_does("sysctl -qw net/ipv4/conf/p0/arp_ignore=0");
	in_step();
	ck_assert(vr3_shows("LOWER_UP"));
	/* drift */
	operator_does("ip link set vr3 address 00:00:5e:00:01:08");
	in_step();
	operator_does("ip addr del 10.2.0.9/24 dev vr3");
	operator_does("ip link set vr3 down nomaster");
	in_step();
	operator_does("ip link del vr3");
	in_step();
	nothing_remains();
	ck_assert(holds("test $(cat /proc/sys/net/ipv4/conf/p0/arp_ignore) = 0"));
}
END_TEST

START_TEST(virtual_router_on_vlan)
{
	wish(vrf_of("acme", 1001));
	wish(object(OBJ_VLAN, "acme", "t0.101", "t0", 101, 0, NULL));
	wish_virtual("t0.101");
	in_step();
	ck_assert(vr3_shows("master acme"));
	/* its base goes, and it with that */
	operator_does("ip link del t0.101");
	in_step();
	/* a base that comes back does not wake it */
	operator_does("ip link set t0 down");
	operator_does("ip link set t0 up");
	in_step();
	ck_assert(vr3_shows("protodown on") && vr3_shows("NO-CARRIER"));
	refused(object(OBJ_MACVLAN, "acme", "vr4", "t0.109", 7, 0, NULL), -ENODEV,
		"vlan t0.109 is not there, which macvlan vr4 needs");
	nothing_remains();
}
END_TEST

/* Nobody speaks for them any more. */
START_TEST(virtual_routers_held)
{
	wish(vrf_of("acme", 1001));
	wish(object(OBJ_PORT, "acme", "p0", "", 0, 0, NULL));
	wish_virtual("p0");
	in_step();
	operator_does("ip link set vr3 protodown off");
	ck_assert(vr3_shows("LOWER_UP"));
	kernel_hold_virtual(kernel);
	ck_assert(vr3_shows("protodown on") && vr3_shows("NO-CARRIER"));
	has_no_differences();
	nothing_remains();
}
END_TEST

START_TEST(unreachable)
{
	wish(vrf_of("acme", 1001));
	wish(object(OBJ_UNREACHABLE, "acme", "", "", AF_INET, 1001, NULL));
	wish(object(OBJ_UNREACHABLE, "acme", "", "", AF_INET6, 1001, NULL));
	in_step();
	ck_assert(holds("ip route show table 1001 | "
			"grep -q 'unreachable default proto 247 metric 4278198272'"));
	ck_assert(holds("ip -6 route show table 1001 | "
			"grep -q 'unreachable default .*metric 4278198272'"));
	nothing_remains();
}
END_TEST

/* Somebody removed the VRF: its routes are nobody's, unless it comes back. */
START_TEST(routes_without_vrf)
{
	struct objects have = {};
	struct reason why = {};

	wish(vrf_of("acme", 1001));
	wish(object(OBJ_UNREACHABLE, "acme", "", "", AF_INET, 1001, NULL));
	in_step();
	operator_does("ip link del acme");
	ck_assert_int_eq(kernel_read(kernel, &have, &why), 0);
	ck_assert_uint_eq(objects_count(&have), 1);
	ck_assert_str_eq(have.list[0].vrf, "");
	apply_ok(OUTCOME_ADD, want.list[0]);
	apply_ok(OUTCOME_DELETE, have.list[0]);
	has_no_differences();
	operator_does("ip link del acme");
	apply_ok(OUTCOME_DELETE, have.list[0]);
	objects_fini(&want);
	has_no_differences();
	objects_fini(&have);
}
END_TEST

/* Hosts that moved in, under a gateway that brings no route of their subnet. */
START_TEST(hosts)
{
	wish(vrf_of("acme", 1001));
	wish(object(OBJ_BRIDGE, "acme", "ls3", "web", 1450, 3, NULL));
	wish(object(OBJ_GATEWAY, "acme", "ls3", "", 1, 0, "10.1.1.1/24"));
	wish(object(OBJ_GATEWAY, "acme", "ls3", "", 1, 0, "2001:db8:1::1/64"));
	wish(object(OBJ_HOST, "acme", "ls3", "", 1001, 0, "10.1.1.50/32"));
	wish(object(OBJ_HOST, "acme", "ls3", "", 1001, 0, "2001:db8:1::50/128"));
	in_step();
	ck_assert(holds("ip route show table 1001 | grep -q '^10.1.1.50 dev ls3 proto 247'"));
	ck_assert(!holds("ip route show table 1001 | grep -q '^10.1.1.0/24'"));
	ck_assert(holds(
		"ip -6 route show table 1001 | grep -q '^2001:db8:1::50 dev ls3 proto 247'"));
	ck_assert(!holds("ip -6 route show table 1001 | grep -q '^2001:db8:1::/64'"));
	/* drift */
	operator_does("ip route del 10.1.1.50 table 1001");
	in_step();
	operator_does("ip addr del 10.1.1.1/24 dev ls3");
	in_step();
	operator_does("ip link set ls3 down");
	in_step();
	ck_assert(holds("ip route show table 1001 | grep -q '^10.1.1.50 dev ls3 proto 247'"));
	/* the switch becomes active here: its gateway is made anew, and the hosts stay */
	for (unsigned int i = 0; i < darr_len(want.list); i++)
		if (want.list[i].kind == OBJ_GATEWAY)
			want.list[i].num[0] = 0;
	in_step();
	ck_assert(holds("ip route show table 1001 | grep -q '^10.1.1.0/24 dev ls3 proto kernel'"));
	ck_assert(holds("ip route show table 1001 | grep -q '^10.1.1.50 dev ls3 proto 247'"));
	nothing_remains();
}
END_TEST

START_TEST(host_refused)
{
	apply_ok(OUTCOME_ADD, vrf_of("acme", 1001));
	refused(object(OBJ_HOST, "acme", "ls3", "", 1001, 0, "10.1.1.50/32"), -ENODEV,
		"bridge ls3 is not there, which host 10.1.1.50/32 on ls3 needs");
	apply_ok(OUTCOME_ADD, object(OBJ_BRIDGE, "acme", "ls3", "web", 1450, 3, NULL));
	operator_does("ip route add 10.1.1.50/32 dev ls3 table 1001 proto static");
	refused(object(OBJ_HOST, "acme", "ls3", "", 1001, 0, "10.1.1.50/32"), -EBUSY,
		"not ours (protocol 4)");
	apply_ok(OUTCOME_DELETE, object(OBJ_HOST, "acme", "ls3", "", 1001, 0, "10.1.1.50/32"));
	ck_assert(holds("ip route show table 1001 | grep -q '^10.1.1.50'"));
}
END_TEST

static bool has_way(const char *prefix)
{
	struct kernel_path path;
	struct ipnet net;

	ck_assert_int_eq(ipnet_parse(prefix, &net), 0);
	return kernel_path_get(kernel, "acme", &net, &path) == 0 && !strcmp(path.device, "t0.101");
}

/* What leaves a site ends there, and a subnet that is only leaving is no way. */
START_TEST(dead_end)
{
	wish(vrf_of("acme", 1001));
	wish(object(OBJ_UNREACHABLE, "acme", "", "", AF_INET, 1001, NULL));
	wish(object(OBJ_VLAN, "acme", "t0.101", "t0", 101, 0, NULL));
	wish(object(OBJ_WIRE_ADDRESS, "acme", "t0.101", "", 0, 0, "10.0.0.1/29"));
	wish(object(OBJ_DEAD_END, "acme", "", "", 1001, 0, "10.1.1.0/24"));
	wish(object(OBJ_DEAD_END, "acme", "", "", 1001, 0, "2001:db8:1::/64"));
	in_step();
	ck_assert(holds("ip route show table 1001 | "
			"grep -q '^unreachable 10.1.1.0/24 proto 247 metric 4278198272'"));
	ck_assert(holds("ip -6 route show table 1001 | "
			"grep -q '^unreachable 2001:db8:1::/64 .*metric 4278198272'"));
	ck_assert(!has_way("10.1.1.0/24") && !has_way("2001:db8:1::/64"));
	operator_does("ip route add 10.1.1.0/24 via 10.0.0.2 table 1001 proto 188 metric 20");
	has_no_differences();
	ck_assert(has_way("10.1.1.0/24"));
	ck_assert(!has_way("10.1.0.0/16") && !has_way("10.1.1.0/25") && !has_way("10.7.0.0/16"));
	ck_assert(has_way("10.0.0.0/29"));
	operator_does("ip route del 10.1.1.0/24 table 1001 metric 20");
	/* drift */
	operator_does("ip route del unreachable 10.1.1.0/24 table 1001");
	in_step();
	nothing_remains();
}
END_TEST

START_TEST(route)
{
	wish(vrf_of("acme", 1001));
	wish(object(OBJ_VLAN, "acme", "t0.101", "t0", 101, 0, NULL));
	wish(object(OBJ_WIRE_ADDRESS, "acme", "t0.101", "", 0, 0, "10.0.0.1/29"));
	wish(route_via("acme", 1001, "10.9.0.0/16", "10.0.0.2"));
	wish(route_via("acme", 1001, "0.0.0.0/0", "10.0.0.2"));
	in_step();
	ck_assert(holds("ip route show table 1001 | "
			"grep -q '^10.9.0.0/16 via 10.0.0.2 dev t0.101 proto 247 *$'"));
	ipnet_parse_addr("10.0.0.3", &want.list[4].via);
	in_step();
	ck_assert(holds("ip route show table 1001 | grep -q '^10.9.0.0/16 via 10.0.0.3'"));
	nothing_remains();
}
END_TEST

START_TEST(route_refused)
{
	wish(vrf_of("acme", 1001));
	wish(object(OBJ_VLAN, "acme", "t0.101", "t0", 101, 0, NULL));
	wish(object(OBJ_WIRE_ADDRESS, "acme", "t0.101", "", 0, 0, "10.0.0.1/29"));
	in_step();
	operator_does("ip addr add 10.4.0.1/24 dev t0");
	operator_does("ip route add 10.9.0.0/16 via 10.0.0.2 table 1001 proto static");
	refused(route_via("acme", 1001, "10.9.0.0/16", "10.0.0.2"), -EBUSY,
		"not ours (protocol 4)");
	/* a next hop that only the main table knows */
	refused(route_via("acme", 1001, "10.8.0.0/16", "10.4.0.2"), -ENODEV,
		"next hop 10.4.0.2 is on no interface of tenant VRF acme");
	apply_ok(OUTCOME_DELETE, route_via("acme", 1001, "10.9.0.0/16", "10.0.0.2"));
	ck_assert(holds("ip route show table 1001 | grep -q '^10.9.0.0/16'"));
}
END_TEST

/* We ended between making a device and giving it the alias. */
START_TEST(unfinished)
{
	wish(vrf_of("acme", 1001));
	wish(object(OBJ_BRIDGE, "acme", "ls3", "web", 1450, 3, NULL));
	operator_does("ip link add ls3 group 1179800148 type bridge");
	operator_does("ip link add ls4 group 1179800148 type bridge");
	in_step();
	ck_assert(!holds("ip link show ls4 2>/dev/null"));
	nothing_remains();
}
END_TEST

/* ---- all of it ---- */

int main(void)
{
	Suite *suite = suite_create("kernel");

	add_case(suite, "tenant", (const TTest *[]){ whole_tenant, two_tenants, NULL });
	add_case(suite, "sysctl", (const TTest *[]){ sysctl, local_rule, NULL });
	add_case(suite, "vrf", (const TTest *[]){ vrf, vrf_foreign, unfinished, NULL });
	add_case(suite, "vlan", (const TTest *[]){ vlan, vlan_on_poor_trunk, vlan_refused, NULL });
	add_case(suite, "segment",
		 (const TTest *[]){ segment, segment_on_poor_trunk, segment_refused, NULL });
	add_case(suite, "port", (const TTest *[]){ port, port_foreign, NULL });
	add_case(suite, "switch",
		 (const TTest *[]){ logical_switch, bridge_without_gateway, switch_with_evpn,
				    switches_run_at_once, logical_switch_foreign, NULL });
	add_case(suite, "address", (const TTest *[]){ address, NULL });
	add_case(suite, "virtual",
		 (const TTest *[]){ virtual_router_on_port, virtual_router_on_vlan,
				    virtual_routers_held, NULL });
	add_case(suite, "unreachable", (const TTest *[]){ unreachable, routes_without_vrf, NULL });
	add_case(suite, "route",
		 (const TTest *[]){ route, route_refused, hosts, host_refused, dead_end, NULL });
	return run_kernel_suite(suite);
}

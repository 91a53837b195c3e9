// SPDX-License-Identifier: GPL-2.0-or-later
/* Kernel objects as iproute2 commands, for people to read and to type. */
#include <zebra.h>

#include <stdio.h>
#include <string.h>

#include "model/derive.h"
#include "plan/kernel_text.h"

/* What the kernel's own VRF documentation uses: behind every real route. */
#define UNREACHABLE_METRIC 4278198272u

static void vrf_text(const struct object *obj, bool undo, char *buf)
{
	if (undo)
		snprintf(buf, KERNEL_TEXT_SIZE, "ip link del %s", obj->name);
	else
		snprintf(buf, KERNEL_TEXT_SIZE,
			 "ip link add %s type vrf table %u\nip link set %s up", obj->name,
			 obj->num[0], obj->name);
}

static void unreachable_text(const struct object *obj, bool undo, char *buf)
{
	snprintf(buf, KERNEL_TEXT_SIZE, "ip %sroute %s unreachable default metric %u table %u",
		 obj->num[0] == AF_INET6 ? "-6 " : "", undo ? "del" : "add", UNREACHABLE_METRIC,
		 obj->num[1]);
}

static void vlan_text(const struct object *obj, bool undo, char *buf)
{
	char mtu[20] = "";

	if (obj->num[1])
		snprintf(mtu, sizeof(mtu), "mtu %u ", obj->num[1]);
	if (undo)
		snprintf(buf, KERNEL_TEXT_SIZE, "ip link del %s", obj->name);
	else
		snprintf(buf, KERNEL_TEXT_SIZE,
			 "ip link add link %s name %s %stype vlan id %u\n"
			 "ip link set %s master %s up",
			 obj->ref, obj->name, mtu, obj->num[0], obj->name, obj->vrf);
}

static void segment_text(const struct object *obj, bool undo, char *buf)
{
	if (undo)
		snprintf(buf, KERNEL_TEXT_SIZE, "ip link del %s", obj->name);
	else
		snprintf(buf, KERNEL_TEXT_SIZE,
			 "ip link add link %.*s name %s mtu %u type vlan id %u\n"
			 "ip link set %s master %s up",
			 (int)strcspn(obj->name, "."), obj->name, obj->name, obj->num[1],
			 obj->num[0], obj->name, obj->ref);
}

static void port_text(const struct object *obj, bool undo, char *buf)
{
	if (undo)
		snprintf(buf, KERNEL_TEXT_SIZE, "ip link set %s nomaster", obj->name);
	else
		snprintf(buf, KERNEL_TEXT_SIZE, "ip link set %s master %s up", obj->name,
			 obj->vrf);
}

static void macvlan_text(const struct object *obj, bool undo, char *buf)
{
	uint8_t mac[6];

	derive_virtual_mac(obj->num[0], mac);
	if (undo)
		snprintf(buf, KERNEL_TEXT_SIZE,
			 "ip link del %s\nsysctl -w net/ipv4/conf/%s/arp_ignore=0", obj->name,
			 obj->ref);
	else
		snprintf(
			buf, KERNEL_TEXT_SIZE,
			"ip link add link %s name %s address %02x:%02x:%02x:%02x:%02x:%02x type macvlan mode bridge\n"
			"ip link set %s master %s addrgenmode none protodown on\n"
			"sysctl -w net/ipv4/conf/%s/rp_filter=2 net/ipv4/conf/%s/arp_ignore=1\n"
			"ip link set %s up",
			obj->ref, obj->name, mac[0], mac[1], mac[2], mac[3], mac[4], mac[5],
			obj->name, obj->vrf, obj->name, obj->ref, obj->name);
}

static void virtual_address_text(const struct object *obj, bool undo, char *buf)
{
	char net[IPNET_TEXT_SIZE];

	snprintf(buf, KERNEL_TEXT_SIZE, "ip addr %s %s dev %s%s", undo ? "del" : "add",
		 ipnet_format(&obj->net, net), obj->name, undo ? "" : " noprefixroute");
}

static void address_text(const struct object *obj, bool undo, char *buf)
{
	char net[IPNET_TEXT_SIZE];

	snprintf(buf, KERNEL_TEXT_SIZE, "ip addr %s %s dev %s", undo ? "del" : "add",
		 ipnet_format(&obj->net, net), obj->name);
}

static void gateway_text(const struct object *obj, bool undo, char *buf)
{
	char net[IPNET_TEXT_SIZE];

	snprintf(buf, KERNEL_TEXT_SIZE, "ip addr %s %s dev %s%s", undo ? "del" : "add",
		 ipnet_format(&obj->net, net), obj->name,
		 obj->num[0] && !undo ? " noprefixroute" : "");
}

static void host_text(const struct object *obj, bool undo, char *buf)
{
	char net[IPNET_TEXT_SIZE];

	snprintf(buf, KERNEL_TEXT_SIZE, "ip %sroute %s %s dev %s vrf %s",
		 obj->net.family == AF_INET6 ? "-6 " : "", undo ? "del" : "add",
		 ipnet_format(&obj->net, net), obj->name, obj->vrf);
}

void bridge_mac(const struct object *bridge, uint8_t mac[static 6])
{
	const struct logical_switch sw = { .id = bridge->num[1] };

	if (bridge->num[2] & BRIDGE_NO_GATEWAY)
		derive_bridge_mac(bridge->num[1], mac);
	else
		derive_gateway_mac(&sw, mac);
}

bool bridge_take_mac(struct object *bridge, const uint8_t mac[static 6])
{
	uint8_t ours[6];

	bridge->num[1] = (uint32_t)mac[2] << 24 | mac[3] << 16 | mac[4] << 8 | mac[5];
	for (uint32_t flag = 0; flag <= BRIDGE_NO_GATEWAY; flag += BRIDGE_NO_GATEWAY) {
		bridge->num[2] = (bridge->num[2] & ~BRIDGE_NO_GATEWAY) | flag;
		bridge_mac(bridge, ours);
		if (!memcmp(mac, ours, sizeof(ours)))
			return true;
	}
	return false;
}

/* What is written to /proc/sys/net/ipv4/conf of a bridge. */
static void append_setting(const struct object *obj, char *buf)
{
	size_t len = strlen(buf);

	snprintf(buf + len, KERNEL_TEXT_SIZE - len, "\nsysctl -w net/ipv4/conf/%s/arp_accept=%u",
		 obj->name, obj->num[2] & BRIDGE_LEARNS);
}

static void bridge_text(const struct object *obj, bool undo, char *buf)
{
	uint8_t mac[6];

	bridge_mac(obj, mac);
	if (undo)
		snprintf(buf, KERNEL_TEXT_SIZE, "ip link del %s", obj->name);
	else
		snprintf(
			buf, KERNEL_TEXT_SIZE,
			"ip link add %s address %02x:%02x:%02x:%02x:%02x:%02x mtu %u type bridge\n"
			"ip link set %s master %s up",
			obj->name, mac[0], mac[1], mac[2], mac[3], mac[4], mac[5], obj->num[0],
			obj->name, obj->vrf);
	if (!undo && (obj->num[2] & BRIDGE_LEARNS))
		append_setting(obj, buf);
}

static void vxlan_text(const struct object *obj, bool undo, char *buf)
{
	char local[IPNET_TEXT_SIZE];
	size_t len;

	if (undo)
		snprintf(buf, KERNEL_TEXT_SIZE, "ip link del %s", obj->name);
	else
		snprintf(buf, KERNEL_TEXT_SIZE,
			 "ip link add %s mtu %u type vxlan id %u local %s dstport 4789%s\n"
			 "ip link set %s master %s up",
			 obj->name, obj->num[1], obj->num[0], ipnet_format_addr(&obj->net, local),
			 obj->num[2] ? " nolearning" : "", obj->name, obj->ref);
	if (undo || !obj->num[2])
		return;
	len = strlen(buf);
	snprintf(buf + len, KERNEL_TEXT_SIZE - len,
		 "\nbridge link set dev %s learning off neigh_suppress on", obj->name);
}

static void fdb_text(const struct object *obj, bool undo, char *buf)
{
	char remote[IPNET_TEXT_SIZE];

	snprintf(buf, KERNEL_TEXT_SIZE, "bridge fdb %s 00:00:00:00:00:00 dev %s dst %s",
		 undo ? "del" : "append", obj->name, ipnet_format_addr(&obj->net, remote));
}

static void dead_end_text(const struct object *obj, bool undo, char *buf)
{
	char net[IPNET_TEXT_SIZE];

	snprintf(buf, KERNEL_TEXT_SIZE, "ip %sroute %s unreachable %s metric %u table %u",
		 obj->net.family == AF_INET6 ? "-6 " : "", undo ? "del" : "add",
		 ipnet_format(&obj->net, net), UNREACHABLE_METRIC, obj->num[0]);
}

static void announcement_text(const struct object *obj, bool undo, char *buf)
{
	char net[IPNET_TEXT_SIZE];

	snprintf(buf, KERNEL_TEXT_SIZE, "ip route %s unreachable %s table %u",
		 undo ? "del" : "add", ipnet_format(&obj->net, net), obj->num[0]);
}

static void classifier_text(const struct object *obj, bool undo, char *buf)
{
	snprintf(buf, KERNEL_TEXT_SIZE, "tc qdisc %s dev %s clsact", undo ? "del" : "add",
		 obj->name);
}

#define FILTER_TEXT "tc filter %s dev %s %s protocol ip pref %u handle %#x flower"

/* What is spared is a port that nobody publishes, or those who use inside addresses. */
static void spared_text(const struct object *obj, bool undo, char *buf)
{
	const char *verb = undo ? "del" : "replace";
	char net[IPNET_TEXT_SIZE];
	size_t len;

	if (SERVICE_PROTOCOL(obj->num[0])) {
		len = snprintf(buf, KERNEL_TEXT_SIZE, FILTER_TEXT, verb, obj->name, "ingress",
			       PREF_SPARED, obj->num[0]);
		if (!undo)
			snprintf(buf + len, KERNEL_TEXT_SIZE - len,
				 " ip_proto %s dst_port %u action pass",
				 SERVICE_PROTOCOL(obj->num[0]) == IPPROTO_UDP ? "udp" : "tcp",
				 SERVICE_PORT(obj->num[0]));
		return;
	}
	ipnet_format(&obj->net, net);
	for (int out = 0; out < 2; out++) {
		len = strlen(buf);
		snprintf(buf + len, KERNEL_TEXT_SIZE - len, "%s" FILTER_TEXT, out ? "\n" : "",
			 verb, obj->name, out ? "egress" : "ingress", PREF_SPARED, obj->num[0]);
		len = strlen(buf);
		if (!undo)
			snprintf(buf + len, KERNEL_TEXT_SIZE - len, " %s_ip %s action pass",
				 out ? "dst" : "src", net);
	}
}

/* One direction of a translation. */
static void append_translation(const struct object *obj, bool out, bool undo, char *buf)
{
	const char *end = out ? "src" : "dst", *old_end = out ? "sport" : "dport";
	const struct ipnet *old = out ? &obj->via : &obj->net;
	const struct ipnet *new = out ? &obj->net : &obj->via;
	uint32_t old_port = out ? obj->num[2] : SERVICE_PORT(obj->num[1]);
	uint32_t new_port = out ? SERVICE_PORT(obj->num[1]) : obj->num[2];
	const char *protocol = SERVICE_PROTOCOL(obj->num[1]) == IPPROTO_UDP ? "udp" : "tcp";
	char from[IPNET_TEXT_SIZE], to[IPNET_TEXT_SIZE];
	size_t len = strlen(buf);

	ipnet_format_addr(old, from);
	ipnet_format_addr(new, to);
	snprintf(buf + len, KERNEL_TEXT_SIZE - len, "%s" FILTER_TEXT, out ? "\n" : "",
		 undo ? "del" : "replace", obj->name, out ? "egress" : "ingress",
		 obj->num[1] ? PREF_PORT : PREF_WHOLE, obj->num[0]);
	len = strlen(buf);
	if (!undo && obj->num[1])
		snprintf(buf + len, KERNEL_TEXT_SIZE - len,
			 " ip_proto %s %s_ip %s %s_port %u action pedit ex munge %s %s set %u pipe"
			 " action nat %s %s/32 %s pipe action csum %s",
			 protocol, end, from, end, old_port, protocol, old_end, new_port,
			 out ? "egress" : "ingress", from, to, protocol);
	else if (!undo)
		snprintf(buf + len, KERNEL_TEXT_SIZE - len, " %s_ip %s action nat %s %s/32 %s",
			 end, from, out ? "egress" : "ingress", from, to);
}

/* What routers have to say about packets that the host has sent. */
static void append_icmp(const struct object *obj, bool undo, char *buf)
{
	char public[IPNET_TEXT_SIZE], inside[IPNET_TEXT_SIZE];
	size_t len;

	ipnet_format_addr(&obj->net, public);
	ipnet_format_addr(&obj->via, inside);
	len = snprintf(buf, KERNEL_TEXT_SIZE, FILTER_TEXT, undo ? "del" : "replace", obj->name,
		       "ingress", PREF_ICMP, obj->num[0]);
	if (!undo)
		len += snprintf(buf + len, KERNEL_TEXT_SIZE - len,
				" ip_proto icmp dst_ip %s action nat ingress %s/32 %s", public,
				public, inside);
	snprintf(buf + len, KERNEL_TEXT_SIZE - len, "\n");
}

static void translation_text(const struct object *obj, bool undo, char *buf)
{
	if (!obj->num[1])
		append_icmp(obj, undo, buf);
	append_translation(obj, false, undo, buf);
	append_translation(obj, true, undo, buf);
}

static void route_text(const struct object *obj, bool undo, char *buf)
{
	char net[IPNET_TEXT_SIZE], via[IPNET_TEXT_SIZE];

	snprintf(buf, KERNEL_TEXT_SIZE, "ip %sroute %s %s via %s vrf %s",
		 obj->net.family == AF_INET6 ? "-6 " : "", undo ? "del" : "add",
		 obj->net.len ? ipnet_format(&obj->net, net) : "default",
		 ipnet_format_addr(&obj->via, via), obj->vrf);
}

/* Others on the node may rely on a sysctl: it is never taken back. */
static void sysctl_text(const struct object *obj, bool undo, char *buf)
{
	if (!undo)
		snprintf(buf, KERNEL_TEXT_SIZE, "sysctl -w %s=%u", sysctl_names[obj->num[0]],
			 obj->num[1]);
}

static void local_rule_text(const struct object *obj, bool undo, char *buf)
{
	const char *family = obj->num[0] == AF_INET6 ? "-6 " : "";

	if (!undo)
		snprintf(buf, KERNEL_TEXT_SIZE,
			 "ip %srule add pref 32765 table local\nip %srule del pref 0", family,
			 family);
}

static void (*const texts[OBJ_KIND_COUNT])(const struct object *obj, bool undo, char *buf) = {
	[OBJ_SYSCTL] = sysctl_text,
	[OBJ_LOCAL_RULE] = local_rule_text,
	[OBJ_VRF] = vrf_text,
	[OBJ_UNREACHABLE] = unreachable_text,
	[OBJ_VLAN] = vlan_text,
	[OBJ_PORT] = port_text,
	[OBJ_MACVLAN] = macvlan_text,
	[OBJ_WIRE_ADDRESS] = address_text,
	[OBJ_VIRTUAL_ADDRESS] = virtual_address_text,
	[OBJ_BRIDGE] = bridge_text,
	[OBJ_VXLAN] = vxlan_text,
	[OBJ_SEGMENT] = segment_text,
	[OBJ_FDB] = fdb_text,
	[OBJ_GATEWAY] = gateway_text,
	[OBJ_DEAD_END] = dead_end_text,
	[OBJ_HOST] = host_text,
	[OBJ_ANNOUNCE] = announcement_text,
	[OBJ_CLASSIFIER] = classifier_text,
	[OBJ_SPARED] = spared_text,
	[OBJ_TRANSLATION] = translation_text,
	[OBJ_ROUTE] = route_text,
};

const char *kernel_text(const struct object *obj, bool undo, char buf[static KERNEL_TEXT_SIZE])
{
	buf[0] = '\0';
	if (obj->kind < OBJ_KIND_COUNT && texts[obj->kind])
		texts[obj->kind](obj, undo, buf);
	return buf;
}

static void update_bridge_text(const struct object *obj, char *buf)
{
	uint8_t mac[6];

	bridge_mac(obj, mac);
	snprintf(buf, KERNEL_TEXT_SIZE,
		 "ip link set %s address %02x:%02x:%02x:%02x:%02x:%02x mtu %u", obj->name, mac[0],
		 mac[1], mac[2], mac[3], mac[4], mac[5], obj->num[0]);
	append_setting(obj, buf);
}

const char *kernel_text_update(const struct object *obj, char buf[static KERNEL_TEXT_SIZE])
{
	char net[IPNET_TEXT_SIZE], via[IPNET_TEXT_SIZE];

	if ((obj->kind == OBJ_VLAN || obj->kind == OBJ_SEGMENT) && obj->num[1])
		snprintf(buf, KERNEL_TEXT_SIZE, "ip link set %s mtu %u", obj->name, obj->num[1]);
	else if (obj->kind == OBJ_BRIDGE)
		update_bridge_text(obj, buf);
	else if (obj->kind == OBJ_ROUTE)
		snprintf(buf, KERNEL_TEXT_SIZE, "ip %sroute replace %s via %s vrf %s",
			 obj->net.family == AF_INET6 ? "-6 " : "",
			 obj->net.len ? ipnet_format(&obj->net, net) : "default",
			 ipnet_format_addr(&obj->via, via), obj->vrf);
	else
		kernel_text(obj, false, buf);
	return buf;
}

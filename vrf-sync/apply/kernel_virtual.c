// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Devices with the MAC of a virtual router, and the devices they are on.
 *
 * vrrpd makes such a macvlan pass frames where it is master, and has it marked
 * "protocol down" where it is not.  Until vrrpd says otherwise it is down: one
 * that comes up beside another router's would answer for the same address.
 * So it is made down, and put down when vrrpd ends without a word.
 *
 * Two settings of IPv4 go with it.  The base must not answer ARP for the
 * virtual address with its own MAC (arp_ignore 1), because the address is local
 * on the backup as well, and a host that believed it would lose its way with
 * this PE.  And what comes in by the macvlan goes back by the base, which a
 * strict reverse path filter on all interfaces would take for spoofed.
 */
#include <zebra.h>

#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "apply/kernel_priv.h"

#define ARP_OWN_ADDRESSES 1
#define RP_FILTER_STRICT  1
#define RP_FILTER_LOOSE   2

void kernel_read_virtual(const struct kernel_link *link, const struct kernel_link *base,
			 struct object *obj)
{
	uint8_t mac[6];

	strlcpy(obj->ref, base->name, sizeof(obj->ref));
	obj->num[0] = link->mac[5];
	derive_virtual_mac(link->mac[5], mac);
	obj->altered |= !link->up || memcmp(link->mac, mac, sizeof(mac)) ||
			link->id != MACVLAN_MODE_BRIDGE || link->rp_filter != RP_FILTER_LOOSE ||
			base->arp_ignore != ARP_OWN_ADDRESSES;
}

static struct nl_msg *set_msg(uint32_t index)
{
	struct ifinfomsg header = { .ifi_index = index };

	return kernel_msg(RTM_SETLINK, 0, &header, sizeof(header));
}

void kernel_put_setting(struct nl_msg *msg, int id, uint32_t value)
{
	struct nlattr *inet = nla_nest_start(msg, AF_INET);
	struct nlattr *list = nla_nest_start(msg, IFLA_INET_CONF);

	nla_put_u32(msg, id, value);
	nla_nest_end(msg, list);
	nla_nest_end(msg, inet);
}

static int set_base(struct kernel *kernel, uint32_t index, uint32_t arp_ignore)
{
	struct nl_msg *msg = set_msg(index);
	struct nlattr *families = nla_nest_start(msg, IFLA_AF_SPEC);

	kernel_put_setting(msg, DEVCONF_ARP_IGNORE, arp_ignore);
	nla_nest_end(msg, families);
	return kernel_request(kernel, msg, NULL, NULL);
}

/* No link-local address: two routers would have the same, made of the MAC. */
static int set_macvlan(struct kernel *kernel, uint32_t index, bool down)
{
	struct nl_msg *msg = set_msg(index);
	struct nlattr *families = nla_nest_start(msg, IFLA_AF_SPEC), *inet6;

	kernel_put_setting(msg, DEVCONF_RP_FILTER, RP_FILTER_LOOSE);
	inet6 = nla_nest_start(msg, AF_INET6);
	nla_put_u8(msg, IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE);
	nla_nest_end(msg, inet6);
	nla_nest_end(msg, families);
	if (down)
		nla_put_u8(msg, IFLA_PROTO_DOWN, 1);
	return kernel_request(kernel, msg, NULL, NULL);
}

int kernel_put_virtual(struct kernel *kernel, const struct object *obj, struct reason *why)
{
	struct kernel_link link;
	int ret = kernel_put_link(kernel, obj, why);

	if (ret == 0)
		ret = kernel_link_get_own(kernel, obj->name, obj, OBJ_MACVLAN, &link, why);
	if (ret < 0)
		return ret;
	/* one just made is still down; vrrpd has its say about any other */
	ret = set_macvlan(kernel, link.index, !link.up);
	if (ret == 0)
		ret = set_base(kernel, link.lower, ARP_OWN_ADDRESSES);
	if (ret == 0)
		return 0;
	return kernel_refused(kernel, why, ret, "cannot set up macvlan %s on %s for tenant VRF %s",
			      obj->name, obj->ref, obj->vrf);
}

int kernel_remove_virtual(struct kernel *kernel, const struct object *obj, struct reason *why)
{
	struct kernel_link base;
	struct reason ignored = {};
	int ret = kernel_remove_link(kernel, obj, why);

	if (ret == 0 && kernel_link_get_own(kernel, obj->ref, obj, OBJ_VLAN, &base, &ignored) == 0)
		set_base(kernel, base.index, 0);
	return ret;
}

void kernel_hold_virtual(struct kernel *kernel)
{
	const struct kernel_device *device = NULL;

	if (kernel_devices_ensure(kernel) < 0)
		return;
	while ((device = kernel_device_next(kernel, device)))
		if (device->kind == OBJ_MACVLAN)
			set_macvlan(kernel, device->index, true);
}

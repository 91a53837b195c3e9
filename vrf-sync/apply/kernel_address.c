// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Addresses of our devices, and the flood lists of VXLAN devices.
 *
 * An address is ours by its protocol number (IFA_PROTO, Linux 5.18), so one
 * that somebody adds to a device of ours, or had on a port before we took it,
 * stays.  One we want and somebody else has added becomes ours.
 */
#include <zebra.h>

#include <errno.h>

#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include "apply/kernel_priv.h"

/* Where unknown addresses go: all other VTEPs. */
static const uint8_t any_mac[6];

/* ---- addresses ---- */

static struct nl_msg *address_msg(uint16_t type, uint16_t flags, uint32_t index,
				  const struct object *obj)
{
	struct ifaddrmsg header = {
		.ifa_family = obj->net.family,
		.ifa_prefixlen = obj->net.len,
		.ifa_index = index,
		.ifa_scope = RT_SCOPE_UNIVERSE,
	};
	struct nl_msg *msg;

	/* several nodes have the same gateway address on purpose */
	if (obj->kind == OBJ_GATEWAY && obj->net.family == AF_INET6)
		header.ifa_flags = IFA_F_NODAD;
	msg = kernel_msg(type, flags, &header, sizeof(header));
	kernel_put_addr(msg, IFA_LOCAL, &obj->net);
	kernel_put_addr(msg, IFA_ADDRESS, &obj->net);
	nla_put_u8(msg, IFA_PROTO, RTPROT_TENANT);
	if (obj->kind == OBJ_VIRTUAL_ADDRESS || (obj->kind == OBJ_GATEWAY && obj->num[0]))
		/* more than eight bits of flags: these go before those of the header */
		nla_put_u32(msg, IFA_FLAGS, header.ifa_flags | IFA_F_NOPREFIXROUTE);
	return msg;
}

static int get_device(struct kernel *kernel, const struct object *obj, struct kernel_link *link,
		      struct reason *why)
{
	enum object_kind kind = obj->kind == OBJ_GATEWAY           ? OBJ_BRIDGE
				: obj->kind == OBJ_VIRTUAL_ADDRESS ? OBJ_MACVLAN
								   : OBJ_VLAN;

	return kernel_link_get_own(kernel, obj->name, obj, kind, link, why);
}

int kernel_put_address(struct kernel *kernel, const struct object *obj, struct reason *why)
{
	char text[IPNET_TEXT_SIZE];
	struct kernel_link link;
	struct nl_msg *msg;
	int ret = get_device(kernel, obj, &link, why);

	if (ret < 0)
		return ret;
	msg = address_msg(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, link.index, obj);
	ret = kernel_request(kernel, msg, NULL, NULL);
	if (ret < 0)
		kernel_refused(kernel, why, ret, "cannot add address %s to %s of tenant VRF %s",
			       ipnet_format(&obj->net, text), obj->name, obj->vrf);
	return ret;
}

int kernel_remove_address(struct kernel *kernel, const struct object *obj, struct reason *why)
{
	char text[IPNET_TEXT_SIZE];
	struct kernel_link link;
	struct reason ignored = {};
	int ret = get_device(kernel, obj, &link, &ignored);

	if (ret == -ENODEV || ret == -EBUSY || ret == -EAGAIN)
		return 0; /* gone with its device */
	if (ret == 0)
		ret = kernel_request(kernel, address_msg(RTM_DELADDR, 0, link.index, obj), NULL,
				     NULL);
	if (ret == 0 || ret == -EADDRNOTAVAIL || ret == -ENODEV)
		return 0;
	return kernel_refused(kernel, why, ret,
			      "cannot remove address %s from %s of tenant VRF %s",
			      ipnet_format(&obj->net, text), obj->name, obj->vrf);
}

/* Starts the object of something on a device of ours. */
static bool object_on(struct kernel *kernel, uint32_t index, struct object *obj,
		      const struct kernel_device **device)
{
	*device = kernel_device(kernel, index);
	if (!*device || !(*device)->vrf[0])
		return false;
	*obj = (struct object){ .target = TARGET_KERNEL };
	strlcpy(obj->vrf, (*device)->vrf, sizeof(obj->vrf));
	strlcpy(obj->name, (*device)->name, sizeof(obj->name));
	return true;
}

static const struct nla_policy address_policy[IFA_MAX + 1] = {
	[IFA_FLAGS] = { .type = NLA_U32 },
	[IFA_PROTO] = { .type = NLA_U8 },
};

bool kernel_address_object(struct kernel *kernel, struct nlmsghdr *answer, struct object *obj)
{
	const struct ifaddrmsg *header = nlmsg_data(answer);
	const struct kernel_device *device;
	struct nlattr *tb[IFA_MAX + 1];
	bool bare;

	if (nlmsg_parse(answer, sizeof(*header), tb, IFA_MAX, address_policy) < 0 ||
	    !kernel_is_prefix(header->ifa_family, header->ifa_prefixlen) || !tb[IFA_PROTO] ||
	    nla_get_u8(tb[IFA_PROTO]) != RTPROT_TENANT ||
	    !object_on(kernel, header->ifa_index, obj, &device))
		return false;
	obj->kind = device->kind == OBJ_BRIDGE    ? OBJ_GATEWAY
		    : device->kind == OBJ_MACVLAN ? OBJ_VIRTUAL_ADDRESS
						  : OBJ_WIRE_ADDRESS;
	bare = tb[IFA_FLAGS] && (nla_get_u32(tb[IFA_FLAGS]) & IFA_F_NOPREFIXROUTE);
	if (obj->kind == OBJ_VIRTUAL_ADDRESS)
		obj->altered = !bare;
	else if (obj->kind == OBJ_GATEWAY)
		obj->num[0] = bare;
	kernel_get_addr(tb[IFA_LOCAL] ? tb[IFA_LOCAL] : tb[IFA_ADDRESS], header->ifa_family,
			header->ifa_prefixlen, &obj->net);
	return true;
}

/* ---- flood lists ---- */

static struct nl_msg *flood_msg(uint16_t type, uint16_t flags, uint32_t index,
				const struct ipnet *vtep)
{
	struct ndmsg header = {
		.ndm_family = AF_BRIDGE,
		.ndm_ifindex = index,
		.ndm_state = NUD_PERMANENT | NUD_NOARP,
		.ndm_flags = NTF_SELF,
	};
	struct nl_msg *msg = kernel_msg(type, flags, &header, sizeof(header));

	nla_put(msg, NDA_LLADDR, sizeof(any_mac), any_mac);
	kernel_put_addr(msg, NDA_DST, vtep);
	return msg;
}

int kernel_put_flood(struct kernel *kernel, const struct object *obj, struct reason *why)
{
	char text[IPNET_TEXT_SIZE];
	struct kernel_link link;
	struct nl_msg *msg;
	int ret = kernel_link_get_own(kernel, obj->name, obj, OBJ_VXLAN, &link, why);

	if (ret < 0)
		return ret;
	msg = flood_msg(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_APPEND, link.index, &obj->net);
	ret = kernel_request(kernel, msg, NULL, NULL);
	if (ret == 0 || ret == -EEXIST)
		return 0;
	return kernel_refused(kernel, why, ret, "cannot add VTEP %s to %s of tenant VRF %s",
			      ipnet_format_addr(&obj->net, text), obj->name, obj->vrf);
}

int kernel_remove_flood(struct kernel *kernel, const struct object *obj, struct reason *why)
{
	char text[IPNET_TEXT_SIZE];
	struct reason ignored = {};
	struct kernel_link link;
	int ret = kernel_link_get_own(kernel, obj->name, obj, OBJ_VXLAN, &link, &ignored);

	if (ret == -ENODEV || ret == -EBUSY || ret == -EAGAIN)
		return 0; /* gone with its device */
	if (ret == 0)
		ret = kernel_request(kernel, flood_msg(RTM_DELNEIGH, 0, link.index, &obj->net),
				     NULL, NULL);
	if (ret == 0 || ret == -ENOENT || ret == -ENODEV)
		return 0;
	return kernel_refused(kernel, why, ret, "cannot remove VTEP %s from %s of tenant VRF %s",
			      ipnet_format_addr(&obj->net, text), obj->name, obj->vrf);
}

bool kernel_flood_object(struct kernel *kernel, struct nlmsghdr *answer, struct object *obj)
{
	const struct ndmsg *header = nlmsg_data(answer);
	const struct kernel_device *device;
	struct nlattr *tb[NDA_MAX + 1];
	unsigned int size;

	if (nlmsg_parse(answer, sizeof(*header), tb, NDA_MAX, NULL) < 0 || !tb[NDA_LLADDR] ||
	    !tb[NDA_DST] || nla_len(tb[NDA_LLADDR]) != sizeof(any_mac) ||
	    memcmp(nla_data(tb[NDA_LLADDR]), any_mac, sizeof(any_mac)) != 0 ||
	    !object_on(kernel, header->ndm_ifindex, obj, &device) || device->kind != OBJ_VXLAN ||
	    device->told)
		return false;
	size = nla_len(tb[NDA_DST]);
	if (size != 4 && size != 16)
		return false;
	obj->kind = OBJ_FDB;
	kernel_get_addr(tb[NDA_DST], size == 4 ? AF_INET : AF_INET6, size * 8, &obj->net);
	return true;
}

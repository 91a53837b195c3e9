// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Links as the kernel describes them, whose they are, and which object.
 *
 * The alias says it all to whoever types "ip link":
 *
 *	frr-tenant acme vrf
 *	frr-tenant acme wire t0 vlan 101 mtu 1600
 *	frr-tenant acme port
 *	frr-tenant acme vrrp 1 on t0.101
 *	frr-tenant acme switch web
 *	frr-tenant acme vxlan 5003 on ls3
 *	frr-tenant acme segment 25 on ls3 mtu 1500
 *
 * The MTU in it is the one asked for (none: none), which the device may not
 * have where its trunk's is less.  All else is read from the device itself.
 */
#include <zebra.h>

#include <errno.h>
#include <stdio.h>

#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "darr.h"

#include "apply/kernel_priv.h"
#include "plan/kernel_text.h"

static const struct {
	const char *word; /* in the alias */
	const char *kind; /* to the kernel */
} words[OBJ_KIND_COUNT] = {
	[OBJ_VRF] = { "vrf", "vrf" },          [OBJ_VLAN] = { "wire", "vlan" },
	[OBJ_PORT] = { "port", NULL },         [OBJ_BRIDGE] = { "switch", "bridge" },
	[OBJ_VXLAN] = { "vxlan", "vxlan" },    [OBJ_MACVLAN] = { "vrrp", "macvlan" },
	[OBJ_SEGMENT] = { "segment", "vlan" },
};

const char *kernel_link_kind(enum object_kind kind)
{
	return words[kind].kind;
}

/* ---- alias ---- */

void kernel_link_alias(const struct object *obj, char alias[static KERNEL_ALIAS_SIZE])
{
	int used = snprintf(alias, KERNEL_ALIAS_SIZE, "frr-tenant %s %s", obj->vrf,
			    words[obj->kind].word);
	char *rest = alias + used;
	size_t size = KERNEL_ALIAS_SIZE - used;

	if (obj->kind == OBJ_VLAN && obj->num[1])
		snprintf(rest, size, " %s vlan %u mtu %u", obj->ref, obj->num[0], obj->num[1]);
	else if (obj->kind == OBJ_VLAN)
		snprintf(rest, size, " %s vlan %u", obj->ref, obj->num[0]);
	else if (obj->kind == OBJ_BRIDGE)
		snprintf(rest, size, " %s", obj->ref);
	else if (obj->kind == OBJ_VXLAN || obj->kind == OBJ_MACVLAN)
		snprintf(rest, size, " %u on %s", obj->num[0], obj->ref);
	else if (obj->kind == OBJ_SEGMENT)
		snprintf(rest, size, " %u on %s mtu %u", obj->num[0], obj->ref, obj->num[1]);
}

/* Made by us, but we ended before it got its alias. */
static bool is_unfinished(const struct kernel_link *link)
{
	return link->group == TENANT_GROUP && !link->alias[0];
}

bool kernel_link_owner(const struct kernel_link *link, struct object *obj)
{
	char vrf[DEVICE_BUF] = "", word[12] = "";

	if (!is_unfinished(link) && (sscanf(link->alias, "frr-tenant %15s %11s", vrf, word) != 2 ||
				     !name_is_valid(vrf, DEVICE_NAME_MAX)))
		return false;
	for (unsigned int kind = 0; kind < array_size(words); kind++) {
		if (!words[kind].word || (vrf[0] && strcmp(word, words[kind].word) != 0))
			continue;
		if (words[kind].kind ? strcmp(link->kind, words[kind].kind) != 0 : !vrf[0])
			continue;
		*obj = (struct object){ .kind = kind, .target = TARGET_KERNEL };
		strlcpy(obj->vrf, vrf, sizeof(obj->vrf));
		strlcpy(obj->name, link->name, sizeof(obj->name));
		return true;
	}
	return false;
}

/* ---- parsing ---- */

/* How long attributes are at least: what is shorter is no message of the kernel's. */
static const struct nla_policy link_policy[IFLA_MAX + 1] = {
	[IFLA_LINK] = { .type = NLA_U32 },
	[IFLA_MTU] = { .type = NLA_U32 },
	[IFLA_MASTER] = { .type = NLA_U32 },
	[IFLA_GROUP] = { .type = NLA_U32 },
};
static const struct nla_policy vrf_policy[IFLA_VRF_MAX + 1] = {
	[IFLA_VRF_TABLE] = { .type = NLA_U32 },
};
static const struct nla_policy vlan_policy[IFLA_VLAN_MAX + 1] = {
	[IFLA_VLAN_ID] = { .type = NLA_U16 },
};
static const struct nla_policy vxlan_policy[IFLA_VXLAN_MAX + 1] = {
	[IFLA_VXLAN_ID] = { .type = NLA_U32 },
	[IFLA_VXLAN_PORT] = { .type = NLA_U16 },
	[IFLA_VXLAN_LEARNING] = { .type = NLA_U8 },
};
static const struct nla_policy bridge_port_policy[IFLA_BRPORT_MAX + 1] = {
	[IFLA_BRPORT_LEARNING] = { .type = NLA_U8 },
	[IFLA_BRPORT_NEIGH_SUPPRESS] = { .type = NLA_U8 },
};
static const struct nla_policy macvlan_policy[IFLA_MACVLAN_MAX + 1] = {
	[IFLA_MACVLAN_MODE] = { .type = NLA_U32 },
};

static uint32_t get_u32(struct nlattr *attr)
{
	return attr ? nla_get_u32(attr) : 0;
}

static void parse_vxlan(struct nlattr *data, struct kernel_link *link)
{
	struct nlattr *tb[IFLA_VXLAN_MAX + 1];

	if (nla_parse_nested(tb, IFLA_VXLAN_MAX, data, vxlan_policy) < 0)
		return;
	link->id = get_u32(tb[IFLA_VXLAN_ID]);
	link->learns = tb[IFLA_VXLAN_LEARNING] && nla_get_u8(tb[IFLA_VXLAN_LEARNING]);
	link->port = tb[IFLA_VXLAN_PORT] ? ntohs(nla_get_u16(tb[IFLA_VXLAN_PORT])) : 0;
	if (tb[IFLA_VXLAN_LOCAL])
		kernel_get_addr(tb[IFLA_VXLAN_LOCAL], AF_INET, 32, &link->local);
	else if (tb[IFLA_VXLAN_LOCAL6])
		kernel_get_addr(tb[IFLA_VXLAN_LOCAL6], AF_INET6, 128, &link->local);
}

static void parse_bridge_port(struct nlattr *data, struct kernel_link *link)
{
	struct nlattr *tb[IFLA_BRPORT_MAX + 1];

	if (nla_parse_nested(tb, IFLA_BRPORT_MAX, data, bridge_port_policy) < 0)
		return;
	link->port_learns = tb[IFLA_BRPORT_LEARNING] && nla_get_u8(tb[IFLA_BRPORT_LEARNING]);
	link->port_answers =
		tb[IFLA_BRPORT_NEIGH_SUPPRESS] && nla_get_u8(tb[IFLA_BRPORT_NEIGH_SUPPRESS]);
}

static void parse_info(struct nlattr *info, struct kernel_link *link)
{
	struct nlattr *tb[IFLA_INFO_MAX + 1], *vrf[IFLA_VRF_MAX + 1], *vlan[IFLA_VLAN_MAX + 1];
	struct nlattr *macvlan[IFLA_MACVLAN_MAX + 1];

	if (nla_parse_nested(tb, IFLA_INFO_MAX, info, NULL) < 0 || !tb[IFLA_INFO_KIND])
		return;
	nla_strlcpy(link->kind, tb[IFLA_INFO_KIND], sizeof(link->kind));
	if (tb[IFLA_INFO_SLAVE_KIND] && tb[IFLA_INFO_SLAVE_DATA] &&
	    !strcmp(nla_get_string(tb[IFLA_INFO_SLAVE_KIND]), "bridge"))
		parse_bridge_port(tb[IFLA_INFO_SLAVE_DATA], link);
	if (!tb[IFLA_INFO_DATA])
		return;
	if (!strcmp(link->kind, "vxlan"))
		parse_vxlan(tb[IFLA_INFO_DATA], link);
	else if (!strcmp(link->kind, "vrf") &&
		 nla_parse_nested(vrf, IFLA_VRF_MAX, tb[IFLA_INFO_DATA], vrf_policy) == 0)
		link->id = get_u32(vrf[IFLA_VRF_TABLE]);
	else if (!strcmp(link->kind, "vlan") &&
		 nla_parse_nested(vlan, IFLA_VLAN_MAX, tb[IFLA_INFO_DATA], vlan_policy) == 0 &&
		 vlan[IFLA_VLAN_ID])
		link->id = nla_get_u16(vlan[IFLA_VLAN_ID]);
	else if (!strcmp(link->kind, "macvlan") &&
		 nla_parse_nested(macvlan, IFLA_MACVLAN_MAX, tb[IFLA_INFO_DATA], macvlan_policy) ==
			 0)
		link->id = get_u32(macvlan[IFLA_MACVLAN_MODE]);
}

/* The interface's own sysctls of IPv4, an array by number. */
static void parse_settings(struct nlattr *families, struct kernel_link *link)
{
	struct nlattr *inet = nla_find(nla_data(families), nla_len(families), AF_INET), *list;
	const uint32_t *values;

	list = inet ? nla_find(nla_data(inet), nla_len(inet), IFLA_INET_CONF) : NULL;
	if (!list || nla_len(list) < (int)(DEVCONF_ARP_ACCEPT * sizeof(*values)))
		return;
	values = nla_data(list);
	link->arp_ignore = values[DEVCONF_ARP_IGNORE - 1];
	link->arp_accept = values[DEVCONF_ARP_ACCEPT - 1];
	link->rp_filter = values[DEVCONF_RP_FILTER - 1];
}

bool kernel_link_parse(struct nlmsghdr *answer, struct kernel_link *link)
{
	const struct ifinfomsg *header = nlmsg_data(answer);
	struct nlattr *tb[IFLA_MAX + 1];

	if (nlmsg_parse(answer, sizeof(*header), tb, IFLA_MAX, link_policy) < 0 ||
	    header->ifi_family != AF_UNSPEC || /* AF_BRIDGE: its port in a bridge */
	    !tb[IFLA_IFNAME])
		return false;
	*link = (struct kernel_link){
		.index = header->ifi_index,
		.up = header->ifi_flags & IFF_UP,
		.master = get_u32(tb[IFLA_MASTER]),
		.lower = get_u32(tb[IFLA_LINK]),
		.mtu = get_u32(tb[IFLA_MTU]),
		.group = get_u32(tb[IFLA_GROUP]),
	};
	nla_strlcpy(link->name, tb[IFLA_IFNAME], sizeof(link->name));
	if (tb[IFLA_IFALIAS])
		nla_strlcpy(link->alias, tb[IFLA_IFALIAS], sizeof(link->alias));
	if (tb[IFLA_ADDRESS] && nla_len(tb[IFLA_ADDRESS]) == sizeof(link->mac))
		memcpy(link->mac, nla_data(tb[IFLA_ADDRESS]), sizeof(link->mac));
	if (tb[IFLA_LINKINFO])
		parse_info(tb[IFLA_LINKINFO], link);
	if (tb[IFLA_AF_SPEC])
		parse_settings(tb[IFLA_AF_SPEC], link);
	return true;
}

/* ---- asking ---- */

static void take_link(struct kernel *kernel, struct nlmsghdr *answer, void *arg)
{
	kernel_link_parse(answer, arg);
}

int kernel_link_get(struct kernel *kernel, const char *name, uint32_t index,
		    struct kernel_link *link)
{
	struct ifinfomsg header = { .ifi_index = name ? 0 : index };
	struct nl_msg *msg = kernel_msg(RTM_GETLINK, 0, &header, sizeof(header));
	int ret;

	if (name)
		nla_put_string(msg, IFLA_IFNAME, name);
	nla_put_u32(msg, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	link->index = 0;
	ret = kernel_request(kernel, msg, take_link, link);
	return ret == 0 && !link->index ? -ENODEV : ret;
}

static void collect_link(struct kernel *kernel, struct nlmsghdr *answer, void *arg)
{
	struct kernel_link **links = arg, link;

	if (kernel_link_parse(answer, &link))
		*darr_append(*links) = link;
}

static int cmp_link(const void *a, const void *b)
{
	return numcmp(((const struct kernel_link *)a)->index,
		      ((const struct kernel_link *)b)->index);
}

int kernel_links_read(struct kernel *kernel, struct kernel_link **links)
{
	struct ifinfomsg header = {};
	int ret = -EAGAIN;

	for (int i = 0; i < DUMP_TRIES && ret == -EAGAIN; i++) {
		struct nl_msg *msg = kernel_msg(RTM_GETLINK, NLM_F_DUMP, &header, sizeof(header));

		nla_put_u32(msg, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
		darr_reset(*links);
		ret = kernel_request(kernel, msg, collect_link, links);
	}
	if (ret < 0) {
		darr_free(*links);
		return ret;
	}
	if (*links)
		qsort(*links, darr_len(*links), sizeof(**links), cmp_link);
	kernel_devices_load(kernel, *links);
	return 0;
}

int kernel_devices_ensure(struct kernel *kernel)
{
	struct kernel_link *links = NULL;
	int ret;

	if (kernel->devices_known)
		return 0;
	ret = kernel_links_read(kernel, &links);
	darr_free(links);
	return ret;
}

static bool serves(const struct object *device, enum object_kind kind, const struct object *obj)
{
	return device->kind == kind ||
	       /* without an alias yet: no more is known of it than that it is a VLAN */
	       (device->kind == OBJ_VLAN && kind == OBJ_SEGMENT && !device->vrf[0]) ||
	       (device->kind == OBJ_PORT &&
		(obj->kind == OBJ_WIRE_ADDRESS || obj->kind == OBJ_MACVLAN));
}

int kernel_link_get_own(struct kernel *kernel, const char *name, const struct object *obj,
			enum object_kind kind, struct kernel_link *link, struct reason *why)
{
	struct object owner = {};
	int ret = kernel_link_get(kernel, name, 0, link);
	char text[96];

	if (ret == -ENODEV)
		reason_set(why, "%s %s is not there, which %s needs", object_kinds[kind].word,
			   name, object_describe(obj, text, sizeof(text)));
	else if (ret < 0)
		kernel_refused(kernel, why, ret, "cannot read interface %s", name);
	if (ret < 0)
		return ret;
	if (!kernel_link_owner(link, &owner) || !serves(&owner, kind, obj)) {
		reason_set(why,
			   "interface %s exists and is not ours (its alias is \"%.40s\"): remove "
			   "or rename it, then tenant VRF %s can have it",
			   name, link->alias, obj->vrf);
		return -EBUSY;
	}
	if (owner.vrf[0] && strcmp(owner.vrf, obj->vrf) != 0) {
		reason_set(why, "interface %s belongs to tenant VRF %s still, which %s waits for",
			   name, owner.vrf, obj->vrf);
		return -EAGAIN;
	}
	return 0;
}

/* ---- as an object ---- */

static bool find_link(struct kernel *kernel, const struct kernel_link *links, uint32_t index,
		      struct kernel_link *link)
{
	const struct kernel_link key = { .index = index }, *found;

	if (!index)
		return false;
	if (!links)
		return kernel_link_get(kernel, NULL, index, link) == 0;
	found = bsearch(&key, links, darr_len(links), sizeof(key), cmp_link);
	if (found)
		*link = *found;
	return found;
}

/* A VLAN cannot be up, nor larger, while its trunk is not: then it is as good
 * as it can be, and nothing is to be done about it.
 */
static void read_vlan(const struct kernel_link *link, const struct kernel_link *trunk,
		      struct object *obj)
{
	uint32_t asked = 0;

	if (obj->kind == OBJ_VLAN) {
		sscanf(link->alias, "frr-tenant %*s wire %*s vlan %*u mtu %u", &asked);
		strlcpy(obj->ref, trunk->name, sizeof(obj->ref));
	} else {
		sscanf(link->alias, "frr-tenant %*s segment %*u on %*s mtu %u", &asked);
		obj->altered |= strlen(trunk->name) != strcspn(link->name, ".") ||
				strncmp(trunk->name, link->name, strlen(trunk->name)) != 0;
	}
	obj->num[0] = link->id;
	if (asked)
		obj->num[1] = link->mtu == MIN(asked, trunk->mtu) ? asked : link->mtu;
	obj->altered |= !link->up && trunk->up;
}

static void read_bridge(const struct kernel_link *link, struct object *obj)
{
	sscanf(link->alias, "frr-tenant %*s switch %31s", obj->ref);
	obj->num[0] = link->mtu;
	obj->num[2] = link->arp_accept ? BRIDGE_LEARNS : 0;
	obj->altered |= !bridge_take_mac(obj, link->mac) || !link->up || link->arp_accept > 1;
}

static void read_vxlan(const struct kernel_link *link, const char *master, struct object *obj)
{
	strlcpy(obj->ref, master, sizeof(obj->ref));
	obj->num[0] = link->id;
	obj->num[1] = link->mtu;
	obj->num[2] = !link->learns;
	obj->net = link->local;
	obj->altered |= !link->up || link->port != VXLAN_PORT ||
			link->port_learns != link->learns || link->port_answers == link->learns;
}

bool kernel_link_object(struct kernel *kernel, const struct kernel_link *links,
			const struct kernel_link *link, struct object *obj)
{
	const struct kernel_device *master = kernel_device(kernel, link->master);
	struct kernel_link trunk = {};

	if (!kernel_link_owner(link, obj))
		return false;
	obj->altered = !obj->vrf[0];
	if (obj->kind == OBJ_VRF) {
		obj->num[0] = link->id;
		obj->altered |= !link->up;
		return true;
	}
	if (obj->kind == OBJ_VXLAN) {
		read_vxlan(link, master ? master->name : "", obj);
		return true;
	}
	if (obj->kind == OBJ_SEGMENT) {
		strlcpy(obj->ref, master ? master->name : "", sizeof(obj->ref));
		find_link(kernel, links, link->lower, &trunk);
		read_vlan(link, &trunk, obj);
		return true;
	}
	obj->altered |= !master || strcmp(master->name, obj->vrf) != 0;
	if (obj->kind == OBJ_VLAN) {
		find_link(kernel, links, link->lower, &trunk);
		read_vlan(link, &trunk, obj);
	} else if (obj->kind == OBJ_MACVLAN) {
		find_link(kernel, links, link->lower, &trunk);
		kernel_read_virtual(link, &trunk, obj);
	} else if (obj->kind == OBJ_BRIDGE) {
		read_bridge(link, obj);
	} else {
		obj->altered |= !link->up;
	}
	return true;
}

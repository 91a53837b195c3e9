// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Making, changing and removing links.
 *
 * A device takes three requests: one makes it, with its place, MTU and MAC, and
 * fails where the name is taken; one gives it the alias, and one brings it up.
 * So it is never up anywhere but in its VRF, and zebra sees it come once.  The
 * alias is apart because the kernel tells nobody of it while the device is
 * down; on one that is up it is a change that zebra passes on to every daemon.
 * A bridge is brought up last of all, by kernel_finish(), when its port is
 * there; so is a macvlan, when all is said about it.  Where a device is there
 * already and ours, one request puts all right that can be changed; else it is
 * made anew.
 */
#include <zebra.h>

#include <errno.h>

#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "darr.h"
#include "log.h"

#include "errors.h"
#include "apply/kernel_priv.h"
#include "plan/kernel_text.h"

/* A device as it is to be. */
struct wish {
	const struct object *obj;
	uint32_t master;     /* 0: none */
	uint32_t mtu;        /* 0: as it comes */
	uint32_t bridge_mtu; /* of the master, where that is a bridge */
	struct kernel_link trunk;
};

/* ---- what it takes ---- */

static int find_vrf(struct kernel *kernel, struct wish *wish, struct reason *why)
{
	struct kernel_link vrf;
	int ret = kernel_link_get_own(kernel, wish->obj->vrf, wish->obj, OBJ_VRF, &vrf, why);

	if (ret < 0)
		return ret;
	wish->master = vrf.index;
	return 0;
}

/* The kernel would let two VRFs share a table, and mix their routes. */
static int prepare_vrf(struct kernel *kernel, struct wish *wish, struct reason *why)
{
	const struct kernel_device *other;
	struct kernel_link link;
	int ret = kernel_devices_ensure(kernel);

	if (ret < 0)
		return kernel_refused(kernel, why, ret, "cannot read the interfaces");
	/* one of ours: zebra ends itself when it sees two VRFs with one table */
	other = kernel_device_of_table(kernel, wish->obj->num[0], true);
	if (other && strcmp(other->name, wish->obj->name) &&
	    kernel_link_get(kernel, NULL, other->index, &link) == 0 &&
	    link.id == wish->obj->num[0]) {
		reason_set(why,
			   "kernel table %u belongs to tenant VRF %s still, which %s waits for",
			   wish->obj->num[0], link.name, wish->obj->vrf);
		return -EAGAIN;
	}
	other = kernel_device_of_table(kernel, wish->obj->num[0], false);
	if (!other || !strcmp(other->name, wish->obj->name))
		return 0;
	if (kernel_link_get(kernel, NULL, other->index, &link) < 0 || link.id != wish->obj->num[0])
		return 0;
	reason_set(why,
		   "kernel table %u of tenant VRF %s is used by VRF device %s, which is not ours: "
		   "remove it, or give the tenant another table_id",
		   wish->obj->num[0], wish->obj->vrf, link.name);
	return -EBUSY;
}

/* whose: of what the port is that names the trunk. */
static int find_trunk(struct kernel *kernel, struct wish *wish, const char *name,
		      const char *whose, struct reason *why)
{
	const struct object *obj = wish->obj;
	struct kernel_link *trunk = &wish->trunk;
	int ret = kernel_link_get(kernel, name, 0, trunk);

	if (ret == -ENODEV)
		reason_set(why,
			   "interface %s does not exist; the %s's port for this node names it",
			   name, whose);
	else if (ret < 0)
		kernel_refused(kernel, why, ret, "cannot read interface %s", name);
	if (ret < 0)
		return ret;
	wish->mtu = obj->num[1];
	if (wish->mtu > trunk->mtu) {
		flog_warn(EC_TENANT_TRUNK,
			  "%s: interface %s has MTU %u, less than the %s's %u; using that",
			  obj->vrf, name, trunk->mtu, obj->kind == OBJ_VLAN ? "wire" : "switch",
			  wish->mtu);
		wish->mtu = trunk->mtu;
	}
	if (!trunk->up)
		flog_warn(EC_TENANT_TRUNK, "%s: interface %s is down; VLAN %u comes up with it",
			  obj->vrf, name, obj->num[0]);
	return 0;
}

static int prepare_vlan(struct kernel *kernel, struct wish *wish, struct reason *why)
{
	int ret = find_trunk(kernel, wish, wish->obj->ref, "wire's or link", why);

	return ret < 0 ? ret : find_vrf(kernel, wish, why);
}

/* A VLAN that is bridged: its trunk is in its name. */
static int prepare_segment(struct kernel *kernel, struct wish *wish, struct reason *why)
{
	struct kernel_link bridge;
	char trunk[DEVICE_BUF];
	int ret;

	strlcpy(trunk, wish->obj->name, sizeof(trunk));
	trunk[strcspn(trunk, ".")] = '\0';
	ret = find_trunk(kernel, wish, trunk, "switch domain", why);
	if (ret == 0)
		ret = kernel_link_get_own(kernel, wish->obj->ref, wish->obj, OBJ_BRIDGE, &bridge,
					  why);
	if (ret < 0)
		return ret;
	wish->master = bridge.index;
	wish->bridge_mtu = bridge.mtu;
	return 0;
}

static int prepare_macvlan(struct kernel *kernel, struct wish *wish, struct reason *why)
{
	int ret = kernel_link_get_own(kernel, wish->obj->ref, wish->obj, OBJ_VLAN, &wish->trunk,
				      why);

	return ret < 0 ? ret : find_vrf(kernel, wish, why);
}

static int prepare_bridge(struct kernel *kernel, struct wish *wish, struct reason *why)
{
	wish->mtu = wish->obj->num[0];
	return find_vrf(kernel, wish, why);
}

static int prepare_vxlan(struct kernel *kernel, struct wish *wish, struct reason *why)
{
	struct kernel_link bridge;
	int ret = kernel_link_get_own(kernel, wish->obj->ref, wish->obj, OBJ_BRIDGE, &bridge, why);

	if (ret < 0)
		return ret;
	wish->mtu = wish->obj->num[1];
	wish->master = bridge.index;
	return 0;
}

/* ---- attributes of each kind ---- */

static void put_vrf(struct nl_msg *msg, const struct wish *wish)
{
	nla_put_u32(msg, IFLA_VRF_TABLE, wish->obj->num[0]);
}

static void put_vlan(struct nl_msg *msg, const struct wish *wish)
{
	nla_put_u16(msg, IFLA_VLAN_ID, wish->obj->num[0]);
}

/* In any other mode the device keeps from its base what other routers say. */
static void put_macvlan(struct nl_msg *msg, const struct wish *wish)
{
	nla_put_u32(msg, IFLA_MACVLAN_MODE, MACVLAN_MODE_BRIDGE);
}

static void put_bridge(struct nl_msg *msg, const struct wish *wish)
{
	nla_put_u32(msg, IFLA_BR_STP_STATE, 0);
}

static void put_vxlan(struct nl_msg *msg, const struct wish *wish)
{
	const struct ipnet *local = &wish->obj->net;

	nla_put_u32(msg, IFLA_VXLAN_ID, wish->obj->num[0]);
	kernel_put_addr(msg, local->family == AF_INET ? IFLA_VXLAN_LOCAL : IFLA_VXLAN_LOCAL6,
			local);
	nla_put_u16(msg, IFLA_VXLAN_PORT, htons(VXLAN_PORT));
	nla_put_u8(msg, IFLA_VXLAN_LEARNING, !wish->obj->num[2]);
}

/* ---- what cannot be changed once it is made ---- */

static bool fits_vrf(const struct wish *wish, const struct kernel_link *link)
{
	return link->id == wish->obj->num[0];
}

static bool fits_vlan(const struct wish *wish, const struct kernel_link *link)
{
	return link->id == wish->obj->num[0] && link->lower == wish->trunk.index;
}

static bool fits_macvlan(const struct wish *wish, const struct kernel_link *link)
{
	return link->id == MACVLAN_MODE_BRIDGE && link->lower == wish->trunk.index;
}

static bool fits_bridge(const struct wish *wish, const struct kernel_link *link)
{
	return true;
}

static bool fits_vxlan(const struct wish *wish, const struct kernel_link *link)
{
	return link->id == wish->obj->num[0] && link->port == VXLAN_PORT &&
	       link->learns == !wish->obj->num[2] && ipnet_cmp(&link->local, &wish->obj->net) == 0;
}

static const struct link_ops {
	int (*prepare)(struct kernel *kernel, struct wish *wish, struct reason *why);
	void (*put)(struct nl_msg *msg, const struct wish *wish);
	bool (*fits)(const struct wish *wish, const struct kernel_link *link);
} link_ops[OBJ_KIND_COUNT] = {
	[OBJ_VRF] = { prepare_vrf, put_vrf, fits_vrf },
	[OBJ_VLAN] = { prepare_vlan, put_vlan, fits_vlan },
	[OBJ_MACVLAN] = { prepare_macvlan, put_macvlan, fits_macvlan },
	[OBJ_BRIDGE] = { prepare_bridge, put_bridge, fits_bridge },
	[OBJ_VXLAN] = { prepare_vxlan, put_vxlan, fits_vxlan },
	[OBJ_SEGMENT] = { prepare_segment, put_vlan, fits_vlan },
};

/* ---- requests ---- */

/* What a device can be given when it is made, and at any time later. */
static void put_common(struct nl_msg *msg, const struct wish *wish)
{
	uint8_t mac[6];

	if (wish->master)
		nla_put_u32(msg, IFLA_MASTER, wish->master);
	if (wish->mtu)
		nla_put_u32(msg, IFLA_MTU, wish->mtu);
	if (wish->obj->kind == OBJ_BRIDGE)
		bridge_mac(wish->obj, mac);
	else if (wish->obj->kind == OBJ_MACVLAN)
		derive_virtual_mac(wish->obj->num[0], mac);
	else
		return;
	nla_put(msg, IFLA_ADDRESS, sizeof(mac), mac);
}

static int request_new(struct kernel *kernel, const struct wish *wish)
{
	const struct object *obj = wish->obj;
	struct ifinfomsg header = {};
	struct nl_msg *msg =
		kernel_msg(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &header, sizeof(header));
	struct nlattr *info, *data;

	nla_put_string(msg, IFLA_IFNAME, obj->name);
	nla_put_u32(msg, IFLA_GROUP, TENANT_GROUP);
	if (wish->trunk.index)
		nla_put_u32(msg, IFLA_LINK, wish->trunk.index);
	put_common(msg, wish);
	info = nla_nest_start(msg, IFLA_LINKINFO);
	nla_put_string(msg, IFLA_INFO_KIND, kernel_link_kind(obj->kind));
	data = nla_nest_start(msg, IFLA_INFO_DATA);
	link_ops[obj->kind].put(msg, wish);
	nla_nest_end(msg, data);
	nla_nest_end(msg, info);
	return kernel_request(kernel, msg, NULL, NULL);
}

/* Alias and up; all else too where found is what it was. */
static int request_set(struct kernel *kernel, const struct wish *wish,
		       const struct kernel_link *found, bool up)
{
	struct ifinfomsg header = {
		.ifi_index = found ? found->index : 0,
		.ifi_flags = up ? IFF_UP : 0,
		.ifi_change = up ? IFF_UP : 0,
	};
	struct nl_msg *msg = kernel_msg(RTM_SETLINK, 0, &header, sizeof(header));
	char alias[KERNEL_ALIAS_SIZE];
	struct nlattr *families;

	kernel_link_alias(wish->obj, alias);
	nla_put_string(msg, IFLA_IFALIAS, alias);
	if (wish->obj->kind == OBJ_BRIDGE) {
		families = nla_nest_start(msg, IFLA_AF_SPEC);
		kernel_put_setting(msg, DEVCONF_ARP_ACCEPT, wish->obj->num[2] & BRIDGE_LEARNS);
		nla_nest_end(msg, families);
	}
	if (found)
		put_common(msg, wish);
	else
		nla_put_string(msg, IFLA_IFNAME, wish->obj->name);
	return kernel_request(kernel, msg, NULL, NULL);
}

/* How the VXLAN device is a port of its bridge.  What came from elsewhere is known by EVPN, or
 * by frames; with EVPN, ARP is answered for those elsewhere, and not flooded.
 */
static int request_port(struct kernel *kernel, const struct wish *wish)
{
	struct ifinfomsg header = {};
	struct nl_msg *msg = kernel_msg(RTM_NEWLINK, 0, &header, sizeof(header));
	struct nlattr *info, *data;

	nla_put_string(msg, IFLA_IFNAME, wish->obj->name);
	info = nla_nest_start(msg, IFLA_LINKINFO);
	nla_put_string(msg, IFLA_INFO_SLAVE_KIND, "bridge");
	data = nla_nest_start(msg, IFLA_INFO_SLAVE_DATA);
	nla_put_u8(msg, IFLA_BRPORT_LEARNING, !wish->obj->num[2]);
	nla_put_u8(msg, IFLA_BRPORT_NEIGH_SUPPRESS, wish->obj->num[2]);
	nla_nest_end(msg, data);
	nla_nest_end(msg, info);
	return kernel_request(kernel, msg, NULL, NULL);
}

static int request_delete(struct kernel *kernel, uint32_t index)
{
	struct ifinfomsg header = { .ifi_index = index };
	int ret = kernel_request(kernel, kernel_msg(RTM_DELLINK, 0, &header, sizeof(header)), NULL,
				 NULL);

	return ret == -ENODEV ? 0 : ret;
}

/* ---- making one ---- */

/* No device has the name, yet the kernel says "exists": the VLAN or VNI is taken. */
static int say_who_has_it(struct kernel *kernel, const struct wish *wish, struct reason *why)
{
	const struct object *obj = wish->obj;
	const char *kind = kernel_link_kind(obj->kind);
	struct kernel_link *links = NULL, *link;
	char what[64];

	if (wish->trunk.index)
		snprintf(what, sizeof(what), "VLAN %u on interface %s", obj->num[0],
			 wish->trunk.name);
	else
		snprintf(what, sizeof(what), "VNI %u", obj->num[0]);
	kernel_links_read(kernel, &links);
	darr_foreach_p (links, link) {
		if (strcmp(link->kind, kind) != 0 || link->id != obj->num[0] ||
		    (wish->trunk.index && link->lower != wish->trunk.index))
			continue;
		reason_set(why,
			   "%s is used by interface %s, which is not ours: remove it, then tenant "
			   "VRF %s can have it",
			   what, link->name, obj->vrf);
	}
	darr_free(links);
	reason_set(why, "%s is taken already, so tenant VRF %s cannot have it", what, obj->vrf);
	return -EBUSY;
}

static int refuse(struct kernel *kernel, const struct object *obj, int ret, struct reason *why)
{
	return kernel_refused(kernel, why, ret, "cannot make %s %s for tenant VRF %s",
			      object_kinds[obj->kind].word, obj->name, obj->vrf);
}

static int request_up(struct kernel *kernel, const char *name)
{
	struct ifinfomsg header = { .ifi_flags = IFF_UP, .ifi_change = IFF_UP };
	struct nl_msg *msg = kernel_msg(RTM_SETLINK, 0, &header, sizeof(header));

	nla_put_string(msg, IFLA_IFNAME, name);
	return kernel_request(kernel, msg, NULL, NULL);
}

static int make_new(struct kernel *kernel, const struct wish *wish, struct reason *why)
{
	int ret = request_new(kernel, wish);

	if (ret == -EEXIST)
		return ret;
	if (ret == 0)
		ret = request_set(kernel, wish, NULL, false);
	if (ret == 0 && wish->obj->kind == OBJ_VXLAN && wish->obj->num[2])
		ret = request_port(kernel, wish);
	if (ret == 0 && (wish->obj->kind == OBJ_BRIDGE || wish->obj->kind == OBJ_MACVLAN))
		strlcpy(*darr_append(kernel->unraised), wish->obj->name, DEVICE_BUF);
	else if (ret == 0 && (!wish->trunk.index || wish->trunk.up))
		ret = request_up(kernel, wish->obj->name);
	if (ret == -ENETDOWN) /* the trunk went down meanwhile */
		return 0;
	return ret < 0 ? refuse(kernel, wish->obj, ret, why) : 0;
}

/* Something has the name. */
static int make_right(struct kernel *kernel, const struct wish *wish, struct reason *why)
{
	const struct object *obj = wish->obj;
	struct reason gone = {};
	struct kernel_link link;
	int ret = kernel_link_get_own(kernel, obj->name, obj, obj->kind, &link, &gone);

	if (ret == -ENODEV)
		return say_who_has_it(kernel, wish, why);
	reason_set(why, "%s", gone.text);
	if (ret < 0)
		return ret;
	if (link_ops[obj->kind].fits(wish, &link)) {
		ret = request_set(kernel, wish, &link, !wish->trunk.index || wish->trunk.up);
		if (ret == 0 && obj->kind == OBJ_VXLAN)
			ret = request_port(kernel, wish);
		return ret < 0 ? refuse(kernel, obj, ret, why) : 0;
	}
	ret = request_delete(kernel, link.index);
	if (ret < 0)
		return refuse(kernel, obj, ret, why);
	ret = make_new(kernel, wish, why);
	return ret == -EEXIST ? say_who_has_it(kernel, wish, why) : ret;
}

/* A bridge follows the MTU of a port that has less, until somebody gives it one that is
 * other than what it has.
 */
static int restore_bridge_mtu(struct kernel *kernel, const struct wish *wish, struct reason *why)
{
	struct ifinfomsg header = { .ifi_index = wish->master };
	struct nl_msg *msg = kernel_msg(RTM_SETLINK, 0, &header, sizeof(header));
	int ret;

	nla_put_u32(msg, IFLA_MTU, wish->bridge_mtu);
	ret = kernel_request(kernel, msg, NULL, NULL);
	return ret < 0 ? refuse(kernel, wish->obj, ret, why) : 0;
}

int kernel_put_link(struct kernel *kernel, const struct object *obj, struct reason *why)
{
	struct wish wish = { .obj = obj };
	int ret = link_ops[obj->kind].prepare(kernel, &wish, why);

	if (ret < 0)
		return ret;
	ret = make_new(kernel, &wish, why);
	if (ret == -EEXIST)
		ret = make_right(kernel, &wish, why);
	if (ret == 0 && wish.bridge_mtu > wish.mtu)
		ret = restore_bridge_mtu(kernel, &wish, why);
	return ret;
}

/* The kernel finds out by itself that a bridge has a carrier, but leaves a
 * second between two rounds of that, and the last one may have been for the
 * bridge's own port.  So long zebra takes the bridge to be down.  Being asked
 * for the device, the kernel looks at once (since Linux 6.8; linkwatch_sync_dev).
 */
static int raise_link(struct kernel *kernel, const char *name, struct reason *why)
{
	int ret = request_up(kernel, name);
	struct kernel_link link;

	if (ret < 0)
		return kernel_refused(kernel, why, ret, "cannot bring up interface %s", name);
	kernel_link_get(kernel, name, 0, &link);
	return 0;
}

int kernel_finish(struct kernel *kernel, struct reason *why)
{
	struct reason also = {};
	int ret = 0;

	for (unsigned int i = 0; i < darr_len(kernel->unraised); i++) {
		int raised = raise_link(kernel, kernel->unraised[i], ret ? &also : why);

		ret = ret ? ret : raised;
	}
	darr_reset(kernel->unraised);
	return ret;
}

int kernel_remove_link(struct kernel *kernel, const struct object *obj, struct reason *why)
{
	struct kernel_link link;
	struct object owner = {};
	int ret = kernel_link_get(kernel, obj->name, 0, &link);

	/* by its index, so that it is the very device we have looked at */
	if (ret == 0 && kernel_link_owner(&link, &owner) && owner.kind == obj->kind &&
	    !strcmp(owner.vrf, obj->vrf))
		ret = request_delete(kernel, link.index);
	if (ret == 0 || ret == -ENODEV)
		return 0;
	return kernel_refused(kernel, why, ret, "cannot remove %s %s of tenant VRF %s",
			      object_kinds[obj->kind].word, obj->name, obj->vrf);
}

/* ---- ports: not ours to make ---- */

static int judge_port(struct kernel *kernel, const struct object *obj,
		      const struct kernel_link *port, struct reason *why)
{
	struct object owner = {};

	if (kernel_link_owner(port, &owner) && owner.kind == OBJ_PORT) {
		if (!strcmp(owner.vrf, obj->vrf))
			return 0;
		reason_set(why, "interface %s belongs to tenant VRF %s still, which %s waits for",
			   obj->name, owner.vrf, obj->vrf);
		return -EAGAIN;
	}
	if (port->alias[0]) {
		reason_set(why,
			   "interface %s has the alias \"%.40s\", so it is in use: clear the "
			   "alias or choose another interface for tenant VRF %s",
			   obj->name, port->alias, obj->vrf);
		return -EBUSY;
	}
	if (!port->master)
		return 0;
	reason_set(why,
		   "interface %s is part of another interface (a bridge, bond or VRF): take it "
		   "out or choose another interface for tenant VRF %s",
		   obj->name, obj->vrf);
	return -EBUSY;
}

int kernel_put_port(struct kernel *kernel, const struct object *obj, struct reason *why)
{
	struct wish wish = { .obj = obj };
	struct kernel_link port;
	int ret = kernel_link_get(kernel, obj->name, 0, &port);

	if (ret == -ENODEV)
		reason_set(why,
			   "interface %s does not exist; the wire's or link's port for this node "
			   "names it",
			   obj->name);
	else if (ret < 0)
		kernel_refused(kernel, why, ret, "cannot read interface %s", obj->name);
	if (ret == 0)
		ret = judge_port(kernel, obj, &port, why);
	if (ret == 0)
		ret = find_vrf(kernel, &wish, why);
	if (ret < 0)
		return ret;
	ret = request_set(kernel, &wish, &port, true);
	if (ret == 0)
		return 0;
	return kernel_refused(kernel, why, ret, "cannot put interface %s into tenant VRF %s",
			      obj->name, obj->vrf);
}

/* It stays up: the operator may be reaching the node over it. */
int kernel_remove_port(struct kernel *kernel, const struct object *obj, struct reason *why)
{
	struct object owner = {};
	struct kernel_link port;
	int ret = kernel_link_get(kernel, obj->name, 0, &port);

	if (ret == 0 && kernel_link_owner(&port, &owner) && owner.kind == OBJ_PORT &&
	    !strcmp(owner.vrf, obj->vrf)) {
		struct ifinfomsg header = { .ifi_index = port.index };
		struct nl_msg *msg = kernel_msg(RTM_SETLINK, 0, &header, sizeof(header));

		nla_put_u32(msg, IFLA_MASTER, 0);
		nla_put_string(msg, IFLA_IFALIAS, "");
		ret = kernel_request(kernel, msg, NULL, NULL);
	}
	if (ret == 0 || ret == -ENODEV)
		return 0;
	return kernel_refused(kernel, why, ret, "cannot take interface %s out of tenant VRF %s",
			      obj->name, obj->vrf);
}

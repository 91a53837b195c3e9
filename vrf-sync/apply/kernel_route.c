// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Routes: the default of last resort in every table of ours, the routes no
 * protocol brings, and those of hosts.
 *
 * All carry the protocol RTPROT_TENANT, which zebra shows as kernel routes: it
 * takes a metric's first byte for the distance.  A route is given no metric
 * (IPv4: 0, IPv6: the kernel makes it 1024), that is distance 0, so it wins over
 * OSPF as a static route should; and the kernel never takes it for one that
 * zebra writes, at metric 20.  What is of last resort has distance 255:
 * zebra takes it only where there is nothing better, and no filter of ours lets
 * it be announced.
 */
#include <zebra.h>

#include <errno.h>

#include <linux/rtnetlink.h>

#include "apply/kernel_priv.h"

static int route_request(struct kernel *kernel, uint16_t type, uint16_t flags,
			 const struct kernel_route *route, uint32_t oif)
{
	struct rtmsg header = {
		.rtm_family = route->net.family,
		.rtm_dst_len = route->net.len,
		.rtm_protocol = RTPROT_TENANT,
		.rtm_scope = RT_SCOPE_UNIVERSE,
		.rtm_type = route->type,
	};
	struct nl_msg *msg = kernel_msg(type, flags, &header, sizeof(header));

	nla_put_u32(msg, RTA_TABLE, route->table);
	if (route->net.len)
		kernel_put_addr(msg, RTA_DST, &route->net);
	if (route->metric)
		nla_put_u32(msg, RTA_PRIORITY, route->metric);
	if (route->via.family)
		kernel_put_addr(msg, RTA_GATEWAY, &route->via);
	if (oif)
		nla_put_u32(msg, RTA_OIF, oif);
	return kernel_request(kernel, msg, NULL, NULL);
}

static void route_of(const struct object *obj, struct kernel_route *route)
{
	if (obj->kind == OBJ_UNREACHABLE || obj->kind == OBJ_DEAD_END)
		*route = (struct kernel_route){
			.net = { .family = obj->num[0] },
			.table = obj->num[1],
			.metric = METRIC_LAST_RESORT,
			.type = RTN_UNREACHABLE,
		};
	else
		*route = (struct kernel_route){
			.net = obj->net,
			.via = obj->via,
			.table = obj->num[0],
			.type = RTN_UNICAST,
		};
	if (obj->kind == OBJ_DEAD_END) {
		route->net = obj->net;
		route->table = obj->num[0];
	}
	if (obj->kind == OBJ_ANNOUNCE)
		route->type = RTN_UNREACHABLE;
}

int kernel_remove_stray(struct kernel *kernel, const struct kernel_route *route,
			struct reason *why)
{
	struct rtmsg header = {
		.rtm_family = route->net.family,
		.rtm_dst_len = route->net.len,
		.rtm_protocol = route->protocol,
		.rtm_scope = RT_SCOPE_NOWHERE, /* whichever it has */
	};
	struct nl_msg *msg = kernel_msg(RTM_DELROUTE, 0, &header, sizeof(header));
	char text[IPNET_TEXT_SIZE];
	int ret;

	nla_put_u32(msg, RTA_TABLE, route->table);
	if (route->net.len)
		kernel_put_addr(msg, RTA_DST, &route->net);
	if (route->metric)
		nla_put_u32(msg, RTA_PRIORITY, route->metric);
	ret = kernel_request(kernel, msg, NULL, NULL);
	if (ret == 0 || ret == -ESRCH || ret == -ENOENT || ret == -ENODEV)
		return 0;
	return kernel_refused(kernel, why, ret, "cannot remove route %s from table %u",
			      ipnet_format(&route->net, text), route->table);
}

/* ---- reading ---- */

const struct nla_policy kernel_route_policy[RTA_MAX + 1] = {
	[RTA_TABLE] = { .type = NLA_U32 },
	[RTA_PRIORITY] = { .type = NLA_U32 },
	[RTA_OIF] = { .type = NLA_U32 },
};

bool kernel_route_parse(struct nlmsghdr *answer, struct kernel_route *route)
{
	const struct rtmsg *header = nlmsg_data(answer);
	struct nlattr *tb[RTA_MAX + 1];

	if (nlmsg_parse(answer, sizeof(*header), tb, RTA_MAX, kernel_route_policy) < 0 ||
	    !kernel_is_prefix(header->rtm_family, header->rtm_dst_len) ||
	    (header->rtm_flags & RTM_F_CLONED))
		return false;
	*route = (struct kernel_route){
		.table = tb[RTA_TABLE] ? nla_get_u32(tb[RTA_TABLE]) : header->rtm_table,
		.metric = tb[RTA_PRIORITY] ? nla_get_u32(tb[RTA_PRIORITY]) : 0,
		.device = tb[RTA_OIF] ? nla_get_u32(tb[RTA_OIF]) : 0,
		.protocol = header->rtm_protocol,
		.type = header->rtm_type,
		.plain = !tb[RTA_MULTIPATH] && !tb[RTA_VIA] && !tb[RTA_NH_ID],
	};
	kernel_get_addr(tb[RTA_DST], header->rtm_family, header->rtm_dst_len, &route->net);
	if (tb[RTA_GATEWAY])
		kernel_get_addr(tb[RTA_GATEWAY], header->rtm_family, ipnet_max_len(&route->net),
				&route->via);
	return true;
}

bool kernel_route_object(struct kernel *kernel, const struct kernel_route *route,
			 struct object *obj)
{
	const struct kernel_device *vrf = kernel_device_of_table(kernel, route->table, true);
	const struct kernel_device *device = kernel_device(kernel, route->device);

	if (route->protocol != RTPROT_TENANT)
		return false;
	*obj = (struct object){ .target = TARGET_KERNEL };
	if (vrf)
		strlcpy(obj->vrf, vrf->vrf, sizeof(obj->vrf));
	if (route->type == RTN_UNREACHABLE && !route->net.len) {
		obj->kind = OBJ_UNREACHABLE;
		obj->num[0] = route->net.family;
		obj->num[1] = route->table;
		obj->altered = route->metric != METRIC_LAST_RESORT;
		return true;
	}
	obj->kind = OBJ_ROUTE;
	obj->net = route->net;
	obj->via = route->via;
	obj->num[0] = route->table;
	obj->altered = !route->plain;
	if (route->type == RTN_UNREACHABLE) {
		obj->kind = route->metric ? OBJ_DEAD_END : OBJ_ANNOUNCE;
		obj->altered = route->metric && route->metric != METRIC_LAST_RESORT;
	} else if (!route->via.family && device && device->kind == OBJ_BRIDGE) {
		obj->kind = OBJ_HOST;
		strlcpy(obj->name, device->name, sizeof(obj->name));
	}
	return true;
}

struct nl_msg *kernel_routes_msg(uint8_t family, uint8_t protocol, uint32_t table)
{
	struct rtmsg header = { .rtm_family = family, .rtm_protocol = protocol };
	struct nl_msg *msg = kernel_msg(RTM_GETROUTE, NLM_F_DUMP, &header, sizeof(header));

	if (table)
		nla_put_u32(msg, RTA_TABLE, table);
	return msg;
}

/* ---- changing ---- */

int kernel_put_unreachable(struct kernel *kernel, const struct object *obj, struct reason *why)
{
	char net[IPNET_TEXT_SIZE];
	struct kernel_route route;
	int ret;

	route_of(obj, &route);
	ret = route_request(kernel, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, &route, 0);
	if (ret < 0)
		kernel_refused(kernel, why, ret,
			       "cannot add the unreachable %s to table %u of tenant VRF %s",
			       obj->kind == OBJ_UNREACHABLE ? "default"
							    : ipnet_format(&obj->net, net),
			       route.table, obj->vrf);
	return ret;
}

struct hop {
	uint32_t oif;
	uint32_t table; /* that knows it */
	bool direct;
};

static void take_hop(struct kernel *kernel, struct nlmsghdr *answer, void *arg)
{
	const struct rtmsg *header = nlmsg_data(answer);
	struct nlattr *tb[RTA_MAX + 1];
	struct hop *hop = arg;

	if (nlmsg_parse(answer, sizeof(*header), tb, RTA_MAX, kernel_route_policy) < 0 ||
	    !tb[RTA_OIF])
		return;
	hop->oif = nla_get_u32(tb[RTA_OIF]);
	hop->table = tb[RTA_TABLE] ? nla_get_u32(tb[RTA_TABLE]) : header->rtm_table;
	hop->direct = header->rtm_type == RTN_UNICAST && !tb[RTA_GATEWAY] && !tb[RTA_VIA];
}

/* Where the next hop is, in this VRF.  The kernel looks in the main table too
 * where the VRF's does not know it, and traffic would leave the tenant.
 */
static int find_hop(struct kernel *kernel, const struct object *obj, struct hop *hop,
		    struct reason *why)
{
	struct rtmsg header = {
		.rtm_family = obj->via.family,
		.rtm_dst_len = obj->via.len,
		/* "say which table it was in": IPv6 always does, and refuses the flag */
		.rtm_flags = obj->via.family == AF_INET ? RTM_F_LOOKUP_TABLE : 0,
	};
	char text[IPNET_TEXT_SIZE];
	struct kernel_link vrf;
	struct nl_msg *msg;
	int ret = kernel_link_get_own(kernel, obj->vrf, obj, OBJ_VRF, &vrf, why);

	if (ret < 0)
		return ret;
	msg = kernel_msg(RTM_GETROUTE, 0, &header, sizeof(header));
	kernel_put_addr(msg, RTA_DST, &obj->via);
	nla_put_u32(msg, RTA_OIF, vrf.index);
	ret = kernel_request(kernel, msg, take_hop, hop);
	if (ret == 0 && hop->direct && hop->table == obj->num[0])
		return 0;
	reason_set(why,
		   "next hop %s is on no interface of tenant VRF %s that is up: check the wire's "
		   "or link's address and interface",
		   ipnet_format_addr(&obj->via, text), obj->vrf);
	return -ENODEV;
}

struct same_route {
	struct kernel_route route;
	bool found, ours;
	uint8_t protocol;
};

static void take_same(struct kernel *kernel, struct nlmsghdr *answer, void *arg)
{
	struct kernel_route other;
	struct same_route *same = arg;

	if (!kernel_route_parse(answer, &other) || other.table != same->route.table ||
	    ipnet_cmp(&other.net, &same->route.net) != 0)
		return;
	if (other.net.family == AF_INET ? other.metric != 0 : other.metric > 1024)
		return;
	same->found = true;
	same->ours |= other.protocol == RTPROT_TENANT;
	if (other.protocol != RTPROT_TENANT)
		same->protocol = other.protocol;
}

/* The kernel has one for the prefix: ours, to be changed, or another's. */
static int replace_route(struct kernel *kernel, const struct object *obj,
			 const struct kernel_route *route, uint32_t oif, struct reason *why)
{
	struct same_route same = { .route = *route };
	char text[IPNET_TEXT_SIZE];

	kernel_request(kernel, kernel_routes_msg(route->net.family, 0, route->table), take_same,
		       &same);
	if (same.ours || !same.found)
		return route_request(kernel, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, route,
				     oif);
	reason_set(why,
		   "table %u of tenant VRF %s has a route to %s that is not ours (protocol %u): "
		   "remove it, or take the prefix out of the tenant",
		   route->table, obj->vrf, ipnet_format(&route->net, text), same.protocol);
	return -EBUSY;
}

int kernel_put_route(struct kernel *kernel, const struct object *obj, struct reason *why)
{
	char net[IPNET_TEXT_SIZE], via[IPNET_TEXT_SIZE];
	struct kernel_route route;
	struct hop hop = {};
	int ret = find_hop(kernel, obj, &hop, why);

	if (ret < 0)
		return ret;
	route_of(obj, &route);
	ret = route_request(kernel, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, &route, hop.oif);
	if (ret == -EEXIST)
		ret = replace_route(kernel, obj, &route, hop.oif, why);
	if (ret < 0)
		kernel_refused(kernel, why, ret,
			       "cannot add route %s by way of %s to tenant VRF %s",
			       ipnet_format(&obj->net, net), ipnet_format_addr(&obj->via, via),
			       obj->vrf);
	return ret;
}

int kernel_put_host(struct kernel *kernel, const struct object *obj, struct reason *why)
{
	struct kernel_route route;
	struct kernel_link bridge;
	char net[IPNET_TEXT_SIZE];
	int ret = kernel_link_get_own(kernel, obj->name, obj, OBJ_BRIDGE, &bridge, why);

	if (ret < 0)
		return ret;
	route_of(obj, &route);
	ret = route_request(kernel, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, &route, bridge.index);
	if (ret == -EEXIST)
		ret = replace_route(kernel, obj, &route, bridge.index, why);
	if (ret < 0)
		kernel_refused(kernel, why, ret, "cannot add route %s on %s to tenant VRF %s",
			       ipnet_format(&obj->net, net), obj->name, obj->vrf);
	return ret;
}

/* Nobody's, and so it must have stayed: a VRF of ours may have the table by now. */
static bool is_somebodys(struct kernel *kernel, uint32_t table)
{
	kernel->devices_known = false;
	return kernel_devices_ensure(kernel) < 0 || kernel_device_of_table(kernel, table, true);
}

int kernel_remove_route(struct kernel *kernel, const struct object *obj, struct reason *why)
{
	char text[IPNET_TEXT_SIZE];
	struct kernel_route route;
	int ret;

	route_of(obj, &route);
	if (!obj->vrf[0] && is_somebodys(kernel, route.table))
		return 0;
	if (obj->kind == OBJ_ROUTE)
		route.via = (struct ipnet){}; /* whatever it is by now */
	ret = route_request(kernel, RTM_DELROUTE, 0, &route, 0);
	if (ret == 0 || ret == -ESRCH || ret == -ENOENT || ret == -ENODEV)
		return 0;
	return kernel_refused(kernel, why, ret, "cannot remove route %s from table %u",
			      ipnet_format(&route.net, text), route.table);
}

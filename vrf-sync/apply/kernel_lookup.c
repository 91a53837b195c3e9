// SPDX-License-Identifier: GPL-2.0-or-later
/* How the kernel of this node forwards to a prefix. */
#include <zebra.h>

#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>

#include "apply/kernel_lookup.h"
#include "apply/kernel_priv.h"

/* zebra's own numbers, from its rt_netlink.h; the headers of the kernel have them too. */
#ifndef RTPROT_BGP
#define RTPROT_BGP  186
#define RTPROT_OSPF 188
#endif

const char *kernel_protocol_name(uint8_t protocol)
{
	switch (protocol) {
	case RTPROT_KERNEL:
		return "connected";
	case RTPROT_BOOT:
	case RTPROT_STATIC:
		return "static";
	case RTPROT_TENANT:
		return "tenantd";
	case RTPROT_BGP:
		return "BGP";
	case RTPROT_OSPF:
		return "OSPF";
	default:
		return "another protocol";
	}
}

struct lookup {
	const struct ipnet *prefix;
	struct kernel_path *path;
	bool found;
};

static void take_hop(struct kernel_path *path, uint32_t index, const struct nlattr *gateway,
		     uint8_t family)
{
	if (++path->paths > 1) {
		path->via = (struct ipnet){};
		return;
	}
	if (!if_indextoname(index, path->device))
		path->device[0] = '\0';
	if (gateway)
		kernel_get_addr(gateway, family, family == AF_INET ? 32 : 128, &path->via);
}

static void take_hops(struct kernel_path *path, struct nlattr *hops, uint8_t family)
{
	struct rtnexthop *hop = nla_data(hops);
	int left = nla_len(hops);

	/* RTNH_OK looks at a hop's length before it knows that there is one */
	for (; left >= (int)sizeof(*hop) && RTNH_OK(hop, left);
	     left -= NLMSG_ALIGN(hop->rtnh_len), hop = RTNH_NEXT(hop)) {
		struct nlattr *gateway = nla_find((struct nlattr *)RTNH_DATA(hop),
						  hop->rtnh_len - sizeof(*hop), RTA_GATEWAY);

		take_hop(path, hop->rtnh_ifindex, gateway, family);
	}
}

static void take_route(struct kernel *kernel, struct nlmsghdr *answer, void *arg)
{
	struct rtmsg *rtm = nlmsg_data(answer);
	struct lookup *lookup = arg;
	struct nlattr *attrs[RTA_MAX + 1];
	struct ipnet net = {};

	if (answer->nlmsg_type != RTM_NEWROUTE ||
	    nlmsg_parse(answer, sizeof(*rtm), attrs, RTA_MAX, kernel_route_policy) < 0 ||
	    !kernel_is_prefix(rtm->rtm_family, rtm->rtm_dst_len) || rtm->rtm_type != RTN_UNICAST)
		return;
	net.family = rtm->rtm_family;
	if (attrs[RTA_DST])
		kernel_get_addr(attrs[RTA_DST], rtm->rtm_family, rtm->rtm_dst_len, &net);
	if (ipnet_cmp(&net, lookup->prefix))
		return;
	lookup->found = true;
	lookup->path->protocol = rtm->rtm_protocol;
	if (attrs[RTA_MULTIPATH])
		take_hops(lookup->path, attrs[RTA_MULTIPATH], rtm->rtm_family);
	else if (attrs[RTA_OIF])
		take_hop(lookup->path, nla_get_u32(attrs[RTA_OIF]), attrs[RTA_GATEWAY],
			 rtm->rtm_family);
}

int kernel_path_get(struct kernel *kernel, const char *vrf, const struct ipnet *prefix,
		    struct kernel_path *path)
{
	struct rtmsg rtm = {
		.rtm_family = prefix->family,
		.rtm_dst_len = ipnet_max_len(prefix),
		.rtm_flags = RTM_F_FIB_MATCH,
	};
	struct lookup lookup = { .prefix = prefix, .path = path };
	uint32_t index = if_nametoindex(vrf);
	struct nl_msg *msg;
	int ret;

	*path = (struct kernel_path){};
	if (!index)
		return -ENODEV;
	msg = kernel_msg(RTM_GETROUTE, 0, &rtm, sizeof(rtm));
	kernel_put_addr(msg, RTA_DST, prefix);
	nla_put_u32(msg, RTA_OIF, index);
	ret = kernel_request(kernel, msg, take_route, &lookup);
	if (ret < 0 && ret != -ENETUNREACH && ret != -EHOSTUNREACH)
		return ret;
	return lookup.found ? 0 : -ENOENT;
}

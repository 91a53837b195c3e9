// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Everything of ours in the kernel, as objects.
 *
 * Five dumps, links first: they say whose the rest is; then the packet filters of
 * devices that have any.  Routes are filtered by
 * the kernel, so a VRF full of BGP routes costs nothing here.
 */
#include <zebra.h>

#include <errno.h>

#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include "darr.h"

#include "apply/kernel_priv.h"

static void add_object(struct objects *have, const struct object *obj)
{
	*darr_append(have->list) = *obj;
}

static int read_links(struct kernel *kernel, struct objects *have)
{
	struct kernel_link *links = NULL, *link;
	struct object obj;
	int ret = kernel_links_read(kernel, &links);

	darr_foreach_p (links, link)
		if (kernel_link_object(kernel, links, link, &obj))
			add_object(have, &obj);
	darr_free(links);
	return ret;
}

static void take_address(struct kernel *kernel, struct nlmsghdr *answer, void *arg)
{
	struct object obj;

	if (kernel_address_object(kernel, answer, &obj))
		add_object(arg, &obj);
}

static struct nl_msg *addresses_msg(void)
{
	struct ifaddrmsg header = { .ifa_family = AF_UNSPEC };

	return kernel_msg(RTM_GETADDR, NLM_F_DUMP, &header, sizeof(header));
}

static void take_flood(struct kernel *kernel, struct nlmsghdr *answer, void *arg)
{
	struct object obj;

	if (kernel_flood_object(kernel, answer, &obj))
		add_object(arg, &obj);
}

static struct nl_msg *floods_msg(void)
{
	struct ndmsg header = { .ndm_family = AF_BRIDGE };

	return kernel_msg(RTM_GETNEIGH, NLM_F_DUMP, &header, sizeof(header));
}

static void take_route(struct kernel *kernel, struct nlmsghdr *answer, void *arg)
{
	struct kernel_route route;
	struct object obj;

	if (kernel_route_parse(answer, &route) && kernel_route_object(kernel, &route, &obj))
		add_object(arg, &obj);
}

static struct nl_msg *routes_v4_msg(void)
{
	return kernel_routes_msg(AF_INET, RTPROT_TENANT, 0);
}

static struct nl_msg *routes_v6_msg(void)
{
	return kernel_routes_msg(AF_INET6, RTPROT_TENANT, 0);
}

static const struct {
	struct nl_msg *(*msg)(void);
	kernel_each take;
} dumps[] = {
	{ addresses_msg, take_address },
	{ floods_msg, take_flood },
	{ routes_v4_msg, take_route },
	{ routes_v6_msg, take_route },
};

static int read_dump(struct kernel *kernel, unsigned int i, struct objects *have)
{
	unsigned int before = darr_len(have->list);
	int ret = -EAGAIN;

	for (int tries = 0; tries < DUMP_TRIES && ret == -EAGAIN; tries++) {
		if (darr_len(have->list) > before)
			darr_setlen(have->list, before);
		ret = kernel_request(kernel, dumps[i].msg(), dumps[i].take, have);
	}
	return ret;
}

static int read_filters(struct kernel *kernel, struct objects *have)
{
	int ret = -EAGAIN;

	for (int tries = 0; tries < DUMP_TRIES && ret == -EAGAIN; tries++)
		ret = kernel_read_public(kernel, have);
	return ret;
}

int kernel_read(struct kernel *kernel, struct objects *have, struct reason *why)
{
	unsigned int before = darr_len(have->list);
	int ret = read_links(kernel, have);

	for (unsigned int i = 0; ret == 0 && i < array_size(dumps); i++)
		ret = read_dump(kernel, i, have);
	if (ret == 0)
		ret = read_filters(kernel, have);
	if (ret == 0) {
		objects_sort(have);
		return 0;
	}
	if (have->list)
		darr_setlen(have->list, before);
	return kernel_refused(kernel, why, ret, "cannot read the kernel's interfaces and routes");
}

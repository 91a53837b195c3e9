// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The order of routing rules.
 *
 * Linux looks up its own addresses (rule 0, table local) before it asks a
 * packet's VRF (rule 1000, l3mdev), so whoever sits in a tenant's VRF reaches
 * every address of the node.  With the local table behind l3mdev, as the
 * kernel's vrf.rst advises, a packet of a VRF sees the VRF's table alone.
 */
#include <zebra.h>

#include <errno.h>

#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>

#include "apply/kernel_priv.h"

#define PRIORITY_FIRST 0
#define PRIORITY_LAST  32765

static struct nl_msg *local_rule_msg(uint16_t type, uint16_t flags, uint8_t family,
				     uint32_t priority)
{
	struct fib_rule_hdr header = {
		.family = family,
		.table = RT_TABLE_LOCAL,
		.action = FR_ACT_TO_TBL,
	};
	struct nl_msg *msg = kernel_msg(type, flags, &header, sizeof(header));

	nla_put_u32(msg, FRA_PRIORITY, priority);
	return msg;
}

int kernel_put_rule(struct kernel *kernel, const struct object *obj, struct reason *why)
{
	uint8_t family = obj->num[0];
	int ret = kernel_request(kernel,
				 local_rule_msg(RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, family,
						PRIORITY_LAST),
				 NULL, NULL);

	/* first the new place, then the old one goes: there is never none */
	if (ret == 0 || ret == -EEXIST)
		ret = kernel_request(kernel,
				     local_rule_msg(RTM_DELRULE, 0, family, PRIORITY_FIRST), NULL,
				     NULL);
	if (ret == 0 || ret == -ENOENT)
		return 0;
	return kernel_refused(kernel, why, ret,
			      "cannot move the rule for the local table behind that for VRFs");
}

/* Others may rely on it by now. */
int kernel_leave_rule(struct kernel *kernel, const struct object *obj, struct reason *why)
{
	return 0;
}

struct rules {
	uint8_t family;
	bool first, last;
};

static void take_rule(struct kernel *kernel, struct nlmsghdr *answer, void *arg)
{
	const struct fib_rule_hdr *header = nlmsg_data(answer);
	struct rules *rules = arg;
	const struct nlattr *priority;
	uint32_t value = 0; /* the kernel leaves out a priority of 0 */

	if (answer->nlmsg_type != RTM_NEWRULE || !nlmsg_valid_hdr(answer, sizeof(*header)) ||
	    header->family != rules->family || header->table != RT_TABLE_LOCAL)
		return;
	priority = nlmsg_find_attr(answer, sizeof(*header), FRA_PRIORITY);
	if (priority && nla_len(priority) >= (int)sizeof(value))
		value = nla_get_u32(priority);
	rules->first |= value == PRIORITY_FIRST;
	rules->last |= value == PRIORITY_LAST;
}

bool kernel_rule_is_met(struct kernel *kernel, const struct object *obj)
{
	struct rules rules = { .family = obj->num[0] };
	struct fib_rule_hdr header = { .family = obj->num[0] };
	struct nl_msg *msg = kernel_msg(RTM_GETRULE, NLM_F_DUMP, &header, sizeof(header));

	return kernel_request(kernel, msg, take_rule, &rules) == 0 && rules.last && !rules.first;
}

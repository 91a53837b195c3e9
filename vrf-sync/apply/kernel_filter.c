// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Filters of packets: how one is said to the kernel, and read back.
 *
 * A filter lets a packet through as it is, or changes an address of it, and a
 * port with it.  The kernel's "nat" action changes the address also where an
 * ICMP error quotes the packet (net/sched/act_nat.c), which is how a host learns
 * of a smaller MTU; "pedit" the port, and "csum" then makes the sum right.
 */
#include <zebra.h>

#include <errno.h>
#include <string.h>

#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/tc_act/tc_csum.h>
#include <linux/tc_act/tc_gact.h>
#include <linux/tc_act/tc_nat.h>
#include <linux/tc_act/tc_pedit.h>

#include "apply/kernel_priv.h"

/* One word of a packet to be changed. */
#define PEDIT_SIZE (sizeof(struct tc_pedit_sel) + sizeof(struct tc_pedit_key))

/* The port is in the first word of the header: the source's, then the destination's. */
static uint32_t port_word(bool out, uint16_t port)
{
	return htonl(out ? (uint32_t)port << 16 : port);
}

static uint32_t port_mask(bool out)
{
	return htonl(out ? 0x0000ffff : 0xffff0000);
}

static uint32_t parent_of(bool out)
{
	return TC_H_MAKE(TC_H_CLSACT, out ? TC_H_MIN_EGRESS : TC_H_MIN_INGRESS);
}

static struct nl_msg *filter_msg(uint16_t type, uint16_t flags, const struct kernel_filter *filter)
{
	struct tcmsg header = {
		.tcm_family = AF_UNSPEC,
		.tcm_ifindex = filter->device,
		.tcm_handle = filter->handle,
		.tcm_parent = parent_of(filter->out),
		.tcm_info = TC_H_MAKE((uint32_t)filter->pref << 16, htons(ETH_P_IP)),
	};
	struct nl_msg *msg = kernel_msg(type, flags, &header, sizeof(header));

	nla_put_string(msg, TCA_KIND, "flower");
	return msg;
}

struct nl_msg *kernel_filters_msg(uint32_t device, bool out)
{
	struct tcmsg header = {
		.tcm_family = AF_UNSPEC,
		.tcm_ifindex = device,
		.tcm_parent = parent_of(out),
	};

	return kernel_msg(RTM_GETTFILTER, NLM_F_DUMP, &header, sizeof(header));
}

/* ---- saying ---- */

struct key {
	int type, mask;
};

/* Which key of flower holds what a filter looks for. */
static struct key net_key(bool source)
{
	return source ? (struct key){ TCA_FLOWER_KEY_IPV4_SRC, TCA_FLOWER_KEY_IPV4_SRC_MASK }
		      : (struct key){ TCA_FLOWER_KEY_IPV4_DST, TCA_FLOWER_KEY_IPV4_DST_MASK };
}

static struct key port_key(uint32_t service, bool source)
{
	if (SERVICE_PROTOCOL(service) == IPPROTO_UDP)
		return source ? (struct key){ TCA_FLOWER_KEY_UDP_SRC, TCA_FLOWER_KEY_UDP_SRC_MASK }
			      : (struct key){ TCA_FLOWER_KEY_UDP_DST,
					      TCA_FLOWER_KEY_UDP_DST_MASK };
	return source ? (struct key){ TCA_FLOWER_KEY_TCP_SRC, TCA_FLOWER_KEY_TCP_SRC_MASK }
		      : (struct key){ TCA_FLOWER_KEY_TCP_DST, TCA_FLOWER_KEY_TCP_DST_MASK };
}

/* Arriving, the near side is the destination; leaving, the source. */
static bool looks_at_source(const struct kernel_filter *filter)
{
	return filter->pref == PREF_SPARED ? !filter->out : filter->out;
}

static uint32_t mask_of(uint8_t len)
{
	return htonl(len ? ~0u << (32 - len) : 0);
}

static struct nlattr *action_begin(struct nl_msg *msg, int *order, const char *kind,
				   struct nlattr **options)
{
	struct nlattr *action = nla_nest_start(msg, ++*order);

	nla_put_string(msg, TCA_ACT_KIND, kind);
	*options = nla_nest_start(msg, TCA_ACT_OPTIONS);
	return action;
}

static void action_end(struct nl_msg *msg, struct nlattr *action, struct nlattr *options)
{
	nla_nest_end(msg, options);
	nla_nest_end(msg, action);
}

static void put_pass(struct nl_msg *msg, int *order)
{
	struct tc_gact parms = { .action = TC_ACT_OK };
	struct nlattr *options, *action = action_begin(msg, order, "gact", &options);

	nla_put(msg, TCA_GACT_PARMS, sizeof(parms), &parms);
	action_end(msg, action, options);
}

static void put_port(struct nl_msg *msg, int *order, const struct kernel_filter *filter)
{
	struct tc_pedit_sel sel = { .action = TC_ACT_PIPE, .nkeys = 1 };
	struct tc_pedit_key word = {
		.mask = port_mask(filter->out),
		.val = port_word(filter->out, filter->port),
	};
	uint8_t parms[PEDIT_SIZE];
	bool udp = SERVICE_PROTOCOL(filter->service) == IPPROTO_UDP;
	struct nlattr *options, *action = action_begin(msg, order, "pedit", &options);
	struct nlattr *keys, *key;

	memcpy(parms, &sel, sizeof(sel));
	memcpy(parms + sizeof(sel), &word, sizeof(word));
	nla_put(msg, TCA_PEDIT_PARMS_EX, sizeof(parms), parms);
	keys = nla_nest_start(msg, TCA_PEDIT_KEYS_EX | NLA_F_NESTED);
	key = nla_nest_start(msg, TCA_PEDIT_KEY_EX | NLA_F_NESTED);
	nla_put_u16(msg, TCA_PEDIT_KEY_EX_HTYPE,
		    udp ? TCA_PEDIT_KEY_EX_HDR_TYPE_UDP : TCA_PEDIT_KEY_EX_HDR_TYPE_TCP);
	nla_put_u16(msg, TCA_PEDIT_KEY_EX_CMD, TCA_PEDIT_KEY_EX_CMD_SET);
	nla_nest_end(msg, key);
	nla_nest_end(msg, keys);
	action_end(msg, action, options);
}

static void put_nat(struct nl_msg *msg, int *order, const struct kernel_filter *filter)
{
	struct tc_nat parms = {
		.action = filter->port ? TC_ACT_PIPE : TC_ACT_OK,
		.mask = mask_of(32),
		.flags = filter->out ? TCA_NAT_FLAG_EGRESS : 0,
	};
	struct nlattr *options, *action = action_begin(msg, order, "nat", &options);

	memcpy(&parms.old_addr, filter->net.addr, sizeof(parms.old_addr));
	memcpy(&parms.new_addr, filter->to.addr, sizeof(parms.new_addr));
	nla_put(msg, TCA_NAT_PARMS, sizeof(parms), &parms);
	action_end(msg, action, options);
}

static void put_sum(struct nl_msg *msg, int *order, uint32_t service)
{
	bool udp = SERVICE_PROTOCOL(service) == IPPROTO_UDP;
	struct tc_csum parms = {
		.action = TC_ACT_OK,
		.update_flags = udp ? TCA_CSUM_UPDATE_FLAG_UDP : TCA_CSUM_UPDATE_FLAG_TCP,
	};
	struct nlattr *options, *action = action_begin(msg, order, "csum", &options);

	nla_put(msg, TCA_CSUM_PARMS, sizeof(parms), &parms);
	action_end(msg, action, options);
}

static void put_keys(struct nl_msg *msg, const struct kernel_filter *filter)
{
	struct key key = port_key(filter->service, filter->out);

	nla_put_u16(msg, TCA_FLOWER_KEY_ETH_TYPE, htons(ETH_P_IP));
	if (filter->service)
		nla_put_u8(msg, TCA_FLOWER_KEY_IP_PROTO, SERVICE_PROTOCOL(filter->service));
	if (SERVICE_PORT(filter->service)) {
		nla_put_u16(msg, key.type, htons(SERVICE_PORT(filter->service)));
		nla_put_u16(msg, key.mask, 0xffff);
	}
	if (filter->net.family) {
		key = net_key(looks_at_source(filter));
		nla_put(msg, key.type, 4, filter->net.addr);
		nla_put_u32(msg, key.mask, mask_of(filter->net.len));
	}
}

static int filter_put(struct kernel *kernel, const struct kernel_filter *filter)
{
	struct nl_msg *msg = filter_msg(RTM_NEWTFILTER, NLM_F_CREATE, filter);
	struct nlattr *options = nla_nest_start(msg, TCA_OPTIONS), *actions;
	int order = 0, ret;

	put_keys(msg, filter);
	actions = nla_nest_start(msg, TCA_FLOWER_ACT);
	if (filter->port)
		put_port(msg, &order, filter);
	if (filter->to.family)
		put_nat(msg, &order, filter);
	else
		put_pass(msg, &order);
	if (filter->port)
		put_sum(msg, &order, filter->service);
	nla_nest_end(msg, actions);
	nla_nest_end(msg, options);
	ret = kernel_request(kernel, msg, NULL, NULL);
	return ret == -EINVAL && !strncmp(kernel->said, "Parent Qdisc", 12) ? -ENOENT : ret;
}

/* One that looks for other things than before cannot take its place (fl_check_assign_mask() in
 * the kernel's cls_flower.c); none of ours does, but somebody's hand may have.
 */
int kernel_filter_put(struct kernel *kernel, const struct kernel_filter *filter)
{
	int ret = filter_put(kernel, filter);

	if (ret != -EINVAL && ret != -EEXIST)
		return ret;
	ret = kernel_filter_remove(kernel, filter);
	return ret == 0 ? filter_put(kernel, filter) : ret;
}

int kernel_filter_remove(struct kernel *kernel, const struct kernel_filter *filter)
{
	int ret = kernel_request(kernel, filter_msg(RTM_DELTFILTER, 0, filter), NULL, NULL);

	/* the classifier is gone, or all of this pref */
	return ret == -EINVAL || ret == -ENODEV ? -ENOENT : ret;
}

/* ---- reading ---- */

static const struct nla_policy flower_policy[TCA_FLOWER_MAX + 1] = {
	[TCA_FLOWER_KEY_IP_PROTO] = { .type = NLA_U8 },
	[TCA_FLOWER_KEY_IPV4_SRC] = { .type = NLA_U32 },
	[TCA_FLOWER_KEY_IPV4_SRC_MASK] = { .type = NLA_U32 },
	[TCA_FLOWER_KEY_IPV4_DST] = { .type = NLA_U32 },
	[TCA_FLOWER_KEY_IPV4_DST_MASK] = { .type = NLA_U32 },
	[TCA_FLOWER_KEY_TCP_SRC] = { .type = NLA_U16 },
	[TCA_FLOWER_KEY_TCP_DST] = { .type = NLA_U16 },
	[TCA_FLOWER_KEY_UDP_SRC] = { .type = NLA_U16 },
	[TCA_FLOWER_KEY_UDP_DST] = { .type = NLA_U16 },
};

static void get_keys(struct nlattr **tb, struct kernel_filter *filter)
{
	struct key key = net_key(looks_at_source(filter));
	uint8_t protocol =
		tb[TCA_FLOWER_KEY_IP_PROTO] ? nla_get_u8(tb[TCA_FLOWER_KEY_IP_PROTO]) : 0;

	if (tb[key.type]) {
		uint32_t mask = tb[key.mask] ? nla_get_u32(tb[key.mask]) : mask_of(32);
		uint8_t len = __builtin_popcount(mask);

		kernel_get_addr(tb[key.type], AF_INET, len, &filter->net);
		filter->altered |= mask != mask_of(len);
	}
	if (!protocol)
		return;
	filter->service = SERVICE(protocol, 0);
	key = port_key(filter->service, filter->out);
	if (tb[key.type])
		filter->service |= ntohs(nla_get_u16(tb[key.type]));
}

static void get_nat(struct nlattr *options, struct kernel_filter *filter)
{
	struct nlattr *tb[TCA_NAT_MAX + 1];
	struct tc_nat parms;

	if (nla_parse_nested(tb, TCA_NAT_MAX, options, NULL) < 0 || !tb[TCA_NAT_PARMS] ||
	    nla_len(tb[TCA_NAT_PARMS]) < (int)sizeof(parms)) {
		filter->altered = true;
		return;
	}
	memcpy(&parms, nla_data(tb[TCA_NAT_PARMS]), sizeof(parms));
	filter->to = (struct ipnet){ .family = AF_INET, .len = 32 };
	memcpy(filter->to.addr, &parms.new_addr, sizeof(parms.new_addr));
	filter->altered |= memcmp(filter->net.addr, &parms.old_addr, sizeof(parms.old_addr)) ||
			   parms.mask != mask_of(32) ||
			   !(parms.flags & TCA_NAT_FLAG_EGRESS) != !filter->out;
}

static void get_port(struct nlattr *options, struct kernel_filter *filter)
{
	struct nlattr *tb[TCA_PEDIT_MAX + 1];
	struct tc_pedit_sel sel;
	struct tc_pedit_key word;
	struct nlattr *attr;

	if (nla_parse_nested(tb, TCA_PEDIT_MAX, options, NULL) < 0 ||
	    !(attr = tb[TCA_PEDIT_PARMS_EX] ? tb[TCA_PEDIT_PARMS_EX] : tb[TCA_PEDIT_PARMS]) ||
	    nla_len(attr) < (int)PEDIT_SIZE) {
		filter->altered = true;
		return;
	}
	memcpy(&sel, nla_data(attr), sizeof(sel));
	memcpy(&word, (const char *)nla_data(attr) + sizeof(sel), sizeof(word));
	filter->port = ntohl(word.val) >> (filter->out ? 16 : 0);
	filter->altered |= sel.nkeys != 1 || word.off || word.mask != port_mask(filter->out) ||
			   word.val != port_word(filter->out, filter->port);
}

/* What it does: "gact" alone, "nat" alone, or "pedit", "nat" and "csum". */
static void get_actions(struct nlattr *actions, struct kernel_filter *filter)
{
	bool sum = false, pass = false;
	struct nlattr *action;
	int left;

	nla_for_each_nested(action, actions, left)
	{
		struct nlattr *tb[TCA_ACT_MAX + 1];
		const char *kind;

		if (nla_parse_nested(tb, TCA_ACT_MAX, action, NULL) < 0 || !tb[TCA_ACT_KIND] ||
		    !tb[TCA_ACT_OPTIONS] ||
		    !memchr(nla_data(tb[TCA_ACT_KIND]), 0, nla_len(tb[TCA_ACT_KIND]))) {
			filter->altered = true;
			return;
		}
		kind = nla_data(tb[TCA_ACT_KIND]);
		if (!strcmp(kind, "nat"))
			get_nat(tb[TCA_ACT_OPTIONS], filter);
		else if (!strcmp(kind, "pedit"))
			get_port(tb[TCA_ACT_OPTIONS], filter);
		else if (!strcmp(kind, "csum"))
			sum = true;
		else if (!strcmp(kind, "gact"))
			pass = true;
		else
			filter->altered = true;
	}
	filter->altered |= pass == !!filter->to.family || sum != !!filter->port;
}

bool kernel_filter_parse(struct nlmsghdr *answer, struct kernel_filter *filter)
{
	const struct tcmsg *header = nlmsg_data(answer);
	struct nlattr *tb[TCA_MAX + 1], *keys[TCA_FLOWER_MAX + 1];

	if (answer->nlmsg_type != RTM_NEWTFILTER ||
	    nlmsg_parse(answer, sizeof(*header), tb, TCA_MAX, NULL) < 0 || !header->tcm_handle)
		return false;
	*filter = (struct kernel_filter){
		.device = header->tcm_ifindex,
		.out = header->tcm_parent == parent_of(true),
		.pref = TC_H_MAJ(header->tcm_info) >> 16,
		.handle = header->tcm_handle,
	};
	if ((!filter->out && header->tcm_parent != parent_of(false)) ||
	    (filter->pref != PREF_ICMP && filter->pref != PREF_SPARED &&
	     filter->pref != PREF_PORT && filter->pref != PREF_WHOLE))
		return false;
	if (!tb[TCA_KIND] || nla_strcmp(tb[TCA_KIND], "flower") || !tb[TCA_OPTIONS] ||
	    nla_parse_nested(keys, TCA_FLOWER_MAX, tb[TCA_OPTIONS],
			     (struct nla_policy *)flower_policy) < 0) {
		filter->altered = true;
		return true;
	}
	get_keys(keys, filter);
	if (keys[TCA_FLOWER_ACT])
		get_actions(keys[TCA_FLOWER_ACT], filter);
	else
		filter->altered = true;
	return true;
}

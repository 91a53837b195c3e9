// SPDX-License-Identifier: GPL-2.0-or-later
/* The things a node is made of, as data. */
#include <zebra.h>

#include <string.h>

#include "darr.h"

#include "plan/object.h"

const char *const target_names[TARGET_COUNT] = {
	[TARGET_KERNEL] = "kernel", [TARGET_MGMTD] = "mgmtd", [TARGET_OSPFD] = "ospfd",
	[TARGET_BGPD] = "bgpd",     [TARGET_VRRPD] = "vrrpd",
};

const char *const sysctl_names[SYSCTL_COUNT] = {
	[SYSCTL_IP_FORWARD] = "net.ipv4.ip_forward",
	[SYSCTL_IGMP_MEMBERSHIPS] = "net.ipv4.igmp_max_memberships",
	[SYSCTL_MPLS_LABELS] = "net.mpls.platform_labels",
	[SYSCTL_TCP_ACCEPT] = "net.ipv4.tcp_l3mdev_accept",
	[SYSCTL_UDP_ACCEPT] = "net.ipv4.udp_l3mdev_accept",
};

/* BGP's redistributions are typed anew because that is also what brings back a lost
 * export (apply/verify.c): bgpd sees nothing to do in one that is typed again.
 */
/* clang-format off */
const struct object_kind_info object_kinds[OBJ_KIND_COUNT] = {
	[OBJ_SYSCTL] = { "sysctl", PHASE_NODE, .key_nums = 1 },
	[OBJ_LOCAL_RULE] = { "local-rule", PHASE_NODE, .key_nums = 1 },
	[OBJ_ZEBRA_VRF] = { "zebra-vrf", PHASE_NODE },
	[OBJ_VRF] = { "vrf", PHASE_VRF, .recreate = true },
	[OBJ_UNREACHABLE] = { "unreachable", PHASE_BASE, .key_nums = 1 },
	[OBJ_VLAN] = { "vlan", PHASE_BASE },
	[OBJ_PORT] = { "port", PHASE_BASE },
	[OBJ_MACVLAN] = { "macvlan", PHASE_BASE, .recreate = true },
	[OBJ_WIRE_ADDRESS] = { "wire-address", PHASE_BASE, .key_net = true },
	[OBJ_VIRTUAL_ADDRESS] = { "virtual-address", PHASE_BASE, .key_net = true },
	[OBJ_OSPF_IF_P2P] = { "ospf-point-to-point", PHASE_INTERFACE },
	[OBJ_OSPF_IF_PRIORITY] = { "ospf-priority", PHASE_INTERFACE },
	[OBJ_OSPF_IF_SUPPRESS] = { "ospf-prefix-suppression", PHASE_INTERFACE },
	[OBJ_OSPF_IF_BFD] = { "ospf-bfd", PHASE_INTERFACE },
	[OBJ_OSPF_IF_KEY] = { "ospf-key", PHASE_INTERFACE },
	[OBJ_OSPF_IF_AUTH] = { "ospf-authentication", PHASE_INTERFACE },
	[OBJ_OSPF_IF_DEAD] = { "ospf-dead-interval", PHASE_INTERFACE },
	[OBJ_OSPF_IF_HELLO] = { "ospf-hello-interval", PHASE_INTERFACE },
	[OBJ_PREFIX_LIST] = { "prefix-list", PHASE_FILTER, .key_nums = 1 },
	[OBJ_RT_LIST] = { "extcommunity-list", PHASE_FILTER, .key_nums = 1, .recreate = true },
	[OBJ_ROUTE_MAP] = { "route-map", PHASE_FILTER, .key_nums = 1, .recreate = true },
	[OBJ_MATCH_PREFIX] = { "match-prefix", PHASE_FILTER, .key_nums = 1 },
	[OBJ_MATCH_RT] = { "match-rt", PHASE_FILTER, .key_nums = 1 },
	[OBJ_MATCH_TAG] = { "match-tag", PHASE_FILTER, .key_nums = 1 },
	[OBJ_MATCH_HOP] = { "match-next-hop", PHASE_FILTER, .key_nums = 1 },
	[OBJ_SET_RT] = { "set-rt", PHASE_FILTER, .key_nums = 1 },
	[OBJ_SET_NO_RT] = { "set-no-rt", PHASE_FILTER, .key_nums = 1 },
	[OBJ_SET_LOCAL_PREF] = { "set-local-preference", PHASE_FILTER, .key_nums = 1 },
	[OBJ_SET_TAG] = { "set-tag", PHASE_FILTER, .key_nums = 1 },
	[OBJ_ON_MATCH_NEXT] = { "on-match-next", PHASE_FILTER, .key_nums = 1 },
	[OBJ_OSPF] = { "ospf", PHASE_INSTANCE, .recreate = true, .first_down = true },
	[OBJ_BGP] = { "bgp", PHASE_INSTANCE, .recreate = true },
	[OBJ_OSPF_ROUTER_ID] = { "ospf-router-id", PHASE_STATEMENT },
	[OBJ_OSPF_SPF_DELAY] = { "ospf-spf-delay", PHASE_STATEMENT },
	[OBJ_OSPF_LSA_DELAY] = { "ospf-lsa-delay", PHASE_STATEMENT },
	[OBJ_OSPF_LSA_ARRIVAL] = { "ospf-lsa-arrival", PHASE_STATEMENT },
	[OBJ_OSPF_REDIST_KERNEL] = { "ospf-redistribute-kernel", PHASE_STATEMENT },
	[OBJ_OSPF_REDIST_CONNECTED] = { "ospf-redistribute-connected", PHASE_STATEMENT },
	[OBJ_OSPF_REDIST_BGP] = { "ospf-redistribute-bgp", PHASE_STATEMENT },
	[OBJ_OSPF_NSSA] = { "ospf-nssa", PHASE_STATEMENT, .key_nums = 1 },
	[OBJ_OSPF_NSSA_DENY] = { "ospf-nssa-deny", PHASE_STATEMENT, .key_nums = 1, .key_net = true },
	[OBJ_OSPF_NETWORK] = { "ospf-network", PHASE_STATEMENT, .key_net = true, .recreate = true },
	[OBJ_VRRP] = { "vrrp", PHASE_STATEMENT, .key_nums = 1 },
	[OBJ_VRRP_PRIORITY] = { "vrrp-priority", PHASE_STATEMENT, .key_nums = 1 },
	[OBJ_VRRP_INTERVAL] = { "vrrp-interval", PHASE_STATEMENT, .key_nums = 1 },
	[OBJ_VRRP_ADDRESS] = { "vrrp-address", PHASE_STATEMENT, .key_nums = 1, .key_net = true },
	[OBJ_BGP_ROUTER_ID] = { "bgp-router-id", PHASE_STATEMENT },
	[OBJ_BGP_NEIGHBOR] = { "bgp-neighbor", PHASE_STATEMENT, .key_net = true },
	[OBJ_BGP_REDIST_KERNEL] = { "bgp-redistribute-kernel", PHASE_STATEMENT, .recreate = true },
	[OBJ_BGP_REDIST_CONNECTED] = { "bgp-redistribute-connected", PHASE_STATEMENT, .recreate = true },
	[OBJ_BGP_REDIST_OSPF] = { "bgp-redistribute-ospf", PHASE_STATEMENT, .recreate = true },
	[OBJ_BGP_NEIGHBOR_LIMIT] = { "bgp-maximum-prefix", PHASE_STATEMENT, .key_net = true },
	[OBJ_BGP_NEIGHBOR_IN] = { "bgp-neighbor-in", PHASE_STATEMENT, .key_net = true },
	[OBJ_BGP_NEIGHBOR_OUT] = { "bgp-neighbor-out", PHASE_STATEMENT, .key_net = true },
	[OBJ_BGP_IMPORT_MAP] = { "vpn-import-map", PHASE_STATEMENT },
	[OBJ_BGP_LABEL] = { "vpn-label", PHASE_STATEMENT },
	[OBJ_BGP_RD] = { "vpn-rd", PHASE_STATEMENT, .recreate = true },
	[OBJ_BGP_RT_IMPORT] = { "vpn-rt-import", PHASE_STATEMENT },
	[OBJ_BGP_RT_EXPORT] = { "vpn-rt-export", PHASE_STATEMENT },
	[OBJ_BGP_EXPORT_MAP] = { "vpn-export-map", PHASE_STATEMENT },
	[OBJ_BGP_EXPORT] = { "vpn-export", PHASE_STATEMENT },
	[OBJ_BGP_IMPORT] = { "vpn-import", PHASE_STATEMENT },
	[OBJ_ZEBRA_OSPF_MAP] = { "zebra-ospf-map", PHASE_STATEMENT, .last_down = true },
	[OBJ_BRIDGE] = { "bridge", PHASE_SWITCH },
	[OBJ_VXLAN] = { "vxlan", PHASE_SWITCH, .recreate = true },
	[OBJ_SEGMENT] = { "segment", PHASE_SWITCH },
	[OBJ_FDB] = { "flood", PHASE_SWITCH, .key_net = true },
	[OBJ_GATEWAY] = { "gateway", PHASE_SWITCH, .key_net = true, .recreate = true },
	[OBJ_DEAD_END] = { "dead-end", PHASE_SWITCH, .key_net = true },
	[OBJ_HOST] = { "host", PHASE_SWITCH, .key_net = true },
	[OBJ_ANNOUNCE] = { "announcement", PHASE_SWITCH, .key_net = true },
	[OBJ_CLASSIFIER] = { "classifier", PHASE_SWITCH },
	[OBJ_SPARED] = { "spared", PHASE_SWITCH, .key_nums = 1 },
	[OBJ_TRANSLATION] = { "translation", PHASE_SWITCH, .key_nums = 2 },
	[OBJ_ROUTE] = { "route", PHASE_SWITCH, .key_net = true },
};
/* clang-format on */

enum phase object_phase(enum object_kind kind, bool removes)
{
	const struct object_kind_info *info = &object_kinds[kind];

	if (removes && info->last_down)
		return PHASE_NODE;
	return removes && info->first_down ? PHASE_COUNT - 1 : info->phase;
}

/* Statements of one context stand together: which comes first within a phase. */
static unsigned int context_rank(const struct object *obj)
{
	if (obj->kind >= OBJ_ROUTE_MAP && obj->kind <= OBJ_ON_MATCH_NEXT)
		return 1; /* after the lists they name */
	if ((obj->kind >= OBJ_OSPF_IF_P2P && obj->kind <= OBJ_OSPF_IF_HELLO) ||
	    (obj->kind >= OBJ_VRRP && obj->kind <= OBJ_VRRP_ADDRESS))
		return 1; /* `interface X` is entered once for all of its lines */
	return 0;
}

static int cmp_context(const struct object *a, const struct object *b)
{
	unsigned int rank = context_rank(a);
	int diff;

	if (rank != context_rank(b))
		return numcmp(rank, context_rank(b));
	if (!rank)
		return 0;
	diff = strcmp(a->name, b->name);
	if (!diff && a->kind >= OBJ_ROUTE_MAP && a->kind <= OBJ_ON_MATCH_NEXT)
		diff = numcmp(a->num[0], b->num[0]); /* route-map sequence */
	return diff;
}

int object_cmp_key(const struct object *a, const struct object *b)
{
	const struct object_kind_info *info = &object_kinds[a->kind];
	int diff;

	if (info->phase != object_kinds[b->kind].phase)
		return numcmp(info->phase, object_kinds[b->kind].phase);
	if (a->target != b->target)
		return numcmp(a->target, b->target);
	diff = strcmp(a->vrf, b->vrf);
	if (!diff)
		diff = cmp_context(a, b);
	if (!diff)
		diff = numcmp(a->kind, b->kind);
	if (!diff)
		diff = strcmp(a->name, b->name);
	for (unsigned int i = 0; !diff && i < info->key_nums; i++)
		diff = numcmp(a->num[i], b->num[i]);
	if (!diff && info->key_net)
		diff = ipnet_cmp(&a->net, &b->net);
	return diff;
}

bool object_same(const struct object *a, const struct object *b)
{
	return !a->altered && !b->altered && object_cmp_key(a, b) == 0 &&
	       (a->kind == OBJ_BRIDGE || strcmp(a->ref, b->ref) == 0) &&
	       memcmp(a->num, b->num, sizeof(a->num)) == 0 && ipnet_cmp(&a->net, &b->net) == 0 &&
	       ipnet_cmp(&a->via, &b->via) == 0;
}

static bool parent_is(struct object *parent, const struct object *child, enum object_kind kind)
{
	*parent = (struct object){ .kind = kind, .target = child->target };
	strlcpy(parent->vrf, child->vrf, sizeof(parent->vrf));
	return true;
}

static bool parent_named(struct object *parent, const struct object *child, enum object_kind kind)
{
	parent_is(parent, child, kind);
	strlcpy(parent->name, child->name, sizeof(parent->name));
	if (kind == OBJ_ROUTE_MAP || kind == OBJ_VRRP)
		parent->num[0] = child->num[0];
	return true;
}

bool object_parent(const struct object *obj, struct object *parent)
{
	if (obj->kind >= OBJ_MATCH_PREFIX && obj->kind <= OBJ_ON_MATCH_NEXT)
		return parent_named(parent, obj, OBJ_ROUTE_MAP);
	if (obj->kind >= OBJ_OSPF_ROUTER_ID && obj->kind <= OBJ_OSPF_NETWORK)
		return parent_is(parent, obj, OBJ_OSPF);
	if (obj->kind >= OBJ_BGP_ROUTER_ID && obj->kind <= OBJ_BGP_IMPORT)
		return parent_is(parent, obj, OBJ_BGP);
	if (obj->kind == OBJ_WIRE_ADDRESS || obj->kind == OBJ_CLASSIFIER)
		return parent_named(parent, obj, OBJ_VLAN);
	if (obj->kind == OBJ_SPARED || obj->kind == OBJ_TRANSLATION)
		return parent_named(parent, obj, OBJ_CLASSIFIER);
	if (obj->kind == OBJ_MACVLAN) { /* on a port: there is no such VLAN, and it goes alone */
		parent_is(parent, obj, OBJ_VLAN);
		strlcpy(parent->name, obj->ref, sizeof(parent->name));
		return true;
	}
	if (obj->kind == OBJ_VIRTUAL_ADDRESS)
		return parent_named(parent, obj, OBJ_MACVLAN);
	if (obj->kind >= OBJ_VRRP_PRIORITY && obj->kind <= OBJ_VRRP_ADDRESS)
		return parent_named(parent, obj, OBJ_VRRP);
	if (obj->kind == OBJ_GATEWAY || obj->kind == OBJ_HOST)
		return parent_named(parent, obj, OBJ_BRIDGE);
	if (obj->kind == OBJ_FDB)
		return parent_named(parent, obj, OBJ_VXLAN);
	return false;
}

const char *object_describe(const struct object *obj, char *buf, size_t size)
{
	const char *word = object_kinds[obj->kind].word;
	char net[IPNET_TEXT_SIZE];

	if (obj->kind == OBJ_TRANSLATION)
		snprintf(buf, size, "translation of %s on %s", ipnet_format_addr(&obj->net, net),
			 obj->name);
	else if (obj->kind == OBJ_SPARED)
		snprintf(buf, size, "exception %#x from translation on %s", obj->num[0],
			 obj->name);
	else if (obj->kind == OBJ_SYSCTL)
		snprintf(buf, size, "sysctl %s", sysctl_names[obj->num[0]]);
	else if (obj->kind == OBJ_LOCAL_RULE)
		snprintf(buf, size, "%s rule for the local table",
			 obj->num[0] == AF_INET ? "IPv4" : "IPv6");
	else if (obj->kind == OBJ_ROUTE)
		snprintf(buf, size, "route %s in %s", ipnet_format(&obj->net, net), obj->vrf);
	else if (object_kinds[obj->kind].key_net && obj->name[0])
		snprintf(buf, size, "%s %s on %s", word, ipnet_format(&obj->net, net), obj->name);
	else if (object_kinds[obj->kind].key_net)
		snprintf(buf, size, "%s %s in %s", word, ipnet_format(&obj->net, net), obj->vrf);
	else if (obj->name[0])
		snprintf(buf, size, "%s %s", word, obj->name);
	else
		snprintf(buf, size, "%s %s", word, obj->vrf);
	return buf;
}

static int cmp_void(const void *a, const void *b)
{
	return object_cmp_key(a, b);
}

static bool is_sorted(const struct objects *set)
{
	for (unsigned int i = 1; i < darr_len(set->list); i++)
		if (object_cmp_key(&set->list[i - 1], &set->list[i]) >= 0)
			return false;
	return true;
}

void objects_sort(struct objects *set)
{
	unsigned int count = darr_len(set->list), kept = 0;

	if (is_sorted(set))
		return;
	qsort(set->list, count, sizeof(*set->list), cmp_void);
	for (unsigned int i = 1; i < count; i++)
		if (object_cmp_key(&set->list[kept], &set->list[i]))
			set->list[++kept] = set->list[i];
	darr_setlen(set->list, kept + 1);
}

const struct object *objects_find(const struct objects *set, const struct object *key)
{
	if (!set->list)
		return NULL;
	return bsearch(key, set->list, darr_len(set->list), sizeof(*set->list), cmp_void);
}

size_t objects_count(const struct objects *set)
{
	return darr_len(set->list);
}

bool objects_same(const struct objects *a, const struct objects *b)
{
	if (objects_count(a) != objects_count(b))
		return false;
	for (size_t i = 0; i < objects_count(a); i++)
		if (object_cmp_key(&a->list[i], &b->list[i]) ||
		    !object_same(&a->list[i], &b->list[i]))
			return false;
	return true;
}

void objects_copy(struct objects *to, const struct objects *from, uint8_t targets)
{
	const struct object *obj;

	if (from->list)
		darr_ensure_cap(to->list, darr_len(to->list) + darr_len(from->list));
	darr_foreach_p (from->list, obj)
		if (targets & TARGET_BIT(obj->target))
			*darr_append(to->list) = *obj;
}

void objects_keep(struct objects *set, uint8_t targets)
{
	unsigned int kept = 0;

	for (unsigned int i = 0; i < darr_len(set->list); i++)
		if (targets & TARGET_BIT(set->list[i].target))
			set->list[kept++] = set->list[i];
	if (set->list)
		darr_setlen(set->list, kept);
}

bool objects_whole_targets(const struct objects *have, const struct objects *want,
			   uint8_t *targets)
{
	uint8_t there = 0, missing = 0;
	const struct object *obj;
	unsigned int next = 0;

	/* both are sorted: what is in place comes along in the plan's order */
	darr_foreach_p (want->list, obj) {
		bool found = next < darr_len(have->list) && object_same(&have->list[next], obj);

		*(found ? &there : &missing) |= TARGET_BIT(obj->target);
		next += found;
	}
	if (next < darr_len(have->list) || (there & missing))
		return false;
	*targets = there;
	return true;
}

void objects_fini(struct objects *set)
{
	darr_free(set->list);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Filters: what a tenant may announce, and the VPN route tag.
 *
 * Every prefix-list change makes ospfd walk all VRFs, and bgpd and zebra wait
 * seconds before they look again (measured, FRR 10.7).  So filters follow the
 * tenant: its aggregates, minus the provider's reserved space.  A new subnet
 * changes none of them; only one that must not be announced adds a line.
 *
 * The tag is RFC 4577's guard against loops.  FRR does not know the DN bit, so
 * a PE marks what it takes from BGP into OSPF, and no PE takes marked routes
 * back, neither into BGP nor, because OSPF's distance would win over iBGP's,
 * into zebra.
 *
 * A route target alone proves nothing: any VPN peer can write it (C-14).  So a
 * VRF imports only what one of the tenant's own PEs is the next hop of, and
 * what a customer's BGP says loses its extended communities at the door.
 */
#include <zebra.h>

#include <stdio.h>
#include <string.h>

#include "darr.h"

#include "model/presence.h"
#include "plan/plan_priv.h"

#define LOCAL_PREF_STANDBY 50 /* the usual one is 100 */

/* ---- pieces ---- */

static struct object *add_named(struct plan *plan, enum object_kind kind, enum target target,
				const char *suffix, uint32_t seq)
{
	struct object *obj = plan_add(plan, kind, target);

	plan_list_name(plan, suffix, obj->name);
	obj->num[0] = seq;
	return obj;
}

static void add_entry(struct plan *plan, enum target target, const char *suffix, uint32_t seq,
		      bool permit)
{
	add_named(plan, OBJ_ROUTE_MAP, target, suffix, seq)->num[1] = permit;
}

/* The prefix and all within it. */
static void add_prefixes(struct plan *plan, enum target target, const char *suffix, uint32_t seq,
			 bool permit, const struct ipnet *net)
{
	struct object *obj = add_named(plan, OBJ_PREFIX_LIST, target, suffix, seq);

	obj->num[1] = permit;
	obj->net = *net;
	obj->num[2] = net->len < ipnet_max_len(net) ? ipnet_max_len(net) : 0;
}

static void add_match_list(struct plan *plan, enum target target, const char *suffix, uint32_t seq,
			   bool permit, const char *list)
{
	struct object *obj = add_named(plan, OBJ_MATCH_PREFIX, target, suffix, seq);

	obj->num[1] = permit;
	strlcpy(obj->ref, list, sizeof(obj->ref));
}

static void add_set_tag(struct plan *plan, enum target target, const char *suffix, uint32_t seq)
{
	struct object *obj = add_named(plan, OBJ_SET_TAG, target, suffix, seq);

	obj->num[1] = true;
	obj->num[2] = plan->provider->vpn_tag;
}

static void add_match_hop(struct plan *plan, const char *suffix, uint32_t seq, const char *list)
{
	struct object *obj = add_named(plan, OBJ_MATCH_HOP, TARGET_BGPD, suffix, seq);

	obj->num[1] = true;
	strlcpy(obj->ref, list, sizeof(obj->ref));
}

/* A PE's VPN sessions use its router id, or its VTEP address, as next hop. */
static void fill_hop(struct object *obj, const char *name, const struct node *node, bool vtep)
{
	strlcpy(obj->name, name, sizeof(obj->name));
	obj->num[0] = 2 * node->id + vtep;
	obj->num[1] = true;
	obj->net = vtep ? node->vtep : node->router_id;
}

static bool has_hop(const struct node *node, bool vtep)
{
	return !vtep || (node->vtep.family == AF_INET && ipnet_cmp(&node->vtep, &node->router_id));
}

/* vrf: "" for the node. */
static void add_reserved(const struct provider *provider, enum target target, const char *vrf,
			 const char *name, struct objects *want)
{
	const struct ipnet *net;
	uint32_t seq = 0;

	darr_foreach_p (provider->reserved, net) {
		struct object *obj;

		seq++;
		if (net->family != AF_INET)
			continue;
		obj = darr_append(want->list);
		*obj = (struct object){ .kind = OBJ_PREFIX_LIST, .target = target, .net = *net };
		strlcpy(obj->vrf, vrf, sizeof(obj->vrf));
		strlcpy(obj->name, name, sizeof(obj->name));
		obj->num[0] = seq;
		obj->num[1] = true;
		obj->num[2] = net->len < 32 ? 32 : 0;
	}
}

/* DLRs and edges always need ospfd; a PE may do without, and so has no list for all. */
static bool node_has_reserved(const struct node *node, enum target target)
{
	return target == TARGET_BGPD || (node->roles & (ROLE_DLR | ROLE_EDGE));
}

static void add_deny_reserved(struct plan *plan, enum target target, const char *suffix)
{
	char list[LIST_NAME_MAX + 1] = LIST_RESERVED;

	if (!node_has_reserved(plan->node, target)) {
		plan_list_name(plan, LIST_OWN_RESERVED, list);
		add_reserved(plan->provider, target, plan->tenant->vrf, list, plan->want);
	}
	add_entry(plan, target, suffix, SEQ_DENY, false);
	add_match_list(plan, target, suffix, SEQ_DENY, false, list);
}

/* ---- what the tenant may announce ---- */

static bool has_bgp_link(const struct plan *plan)
{
	const struct link *link;

	darr_foreach_p (plan->tenant->links, link)
		if (link->node_id == plan->node->id && link->routing == ROUTING_BGP)
			return true;
	return false;
}

static void plan_allowed(struct plan *plan, enum target target)
{
	static const struct ipnet any = { .family = AF_INET };
	struct object *obj;

	for (unsigned int i = 0; i < darr_len(plan->tenant->aggregates); i++)
		if (plan->tenant->aggregates[i].family == AF_INET)
			add_prefixes(plan, target, LIST_ADVERTISED, SEQ_ALLOWED_BASE + i, true,
				     &plan->tenant->aggregates[i]);
	if (darr_len(plan->tenant->aggregates))
		return;
	/* C-17: anything, but never a default */
	obj = add_named(plan, OBJ_PREFIX_LIST, target, LIST_ADVERTISED, SEQ_DEFAULT);
	obj->net = any;
	add_prefixes(plan, target, LIST_ADVERTISED, SEQ_ALLOWED_BASE, true, &any);
}

/* zebra takes even a dead end (plan_switch.c) for a route, where there is no better one, and so it
 * would be announced.  At a site that is evacuated it stays hidden when it has gone: ospfd may
 * hear of that after the filter's end, and what it announces and takes back within a moment may
 * stay with its neighbor (frr-plugin/ospfd_checksum.c).
 */
static bool is_dead_end(const struct plan *plan, const struct logical_switch *sw)
{
	enum presence presence =
		switch_presence(plan->provider, plan->tenant, sw, plan->node->site_id);

	return presence == PRESENCE_LEAVING ||
	       (presence == PRESENCE_READY &&
		site_gives_up(plan->provider, plan->tenant, plan->node->site_id) != SITE_ACTIVE);
}

static bool is_hidden(const struct plan *plan, const struct logical_switch *sw,
		      const struct subnet *subnet)
{
	return !subnet_is_advertised(sw, subnet) ||
	       ((plan->roles & ROLE_DLR) && is_dead_end(plan, sw));
}

static void plan_advertised(struct plan *plan, enum target target)
{
	const struct logical_switch *sw;
	const struct subnet *subnet;
	char list[LIST_NAME_MAX + 1];

	plan_allowed(plan, target);
	darr_foreach_p (plan->tenant->switches, sw)
		darr_foreach_p (sw->subnets, subnet)
			if (subnet->prefix.family == AF_INET && is_hidden(plan, sw, subnet))
				add_prefixes(plan, target, LIST_ADVERTISED,
					     SEQ_SUBNET_BASE + subnet->id, false, &subnet->prefix);
	add_deny_reserved(plan, target, LIST_ADVERTISED);
	add_entry(plan, target, LIST_ADVERTISED, SEQ_MATCH, true);
	plan_list_name(plan, LIST_ADVERTISED, list);
	add_match_list(plan, target, LIST_ADVERTISED, SEQ_MATCH, true, list);
	/* what a PE tells OSPF it tells the VPN itself: no other PE shall take it back */
	if (target == TARGET_OSPFD && (plan->roles & ROLE_PE))
		add_set_tag(plan, TARGET_OSPFD, LIST_ADVERTISED, SEQ_MATCH);
	if (target == TARGET_BGPD && has_bgp_link(plan))
		add_named(plan, OBJ_SET_NO_RT, target, LIST_ADVERTISED, SEQ_MATCH)->num[1] = true;
}

/* ---- the VPN route tag ---- */

static void plan_tag_out(struct plan *plan)
{
	add_entry(plan, TARGET_OSPFD, MAP_TAG, SEQ_MATCH, true);
	add_set_tag(plan, TARGET_OSPFD, MAP_TAG, SEQ_MATCH);
}

static void plan_tag_in(struct plan *plan)
{
	struct object *obj;

	add_entry(plan, TARGET_BGPD, MAP_UNTAGGED, SEQ_DENY, false);
	obj = add_named(plan, OBJ_MATCH_TAG, TARGET_BGPD, MAP_UNTAGGED, SEQ_DENY);
	obj->num[2] = plan->provider->vpn_tag;
	add_entry(plan, TARGET_BGPD, MAP_UNTAGGED, SEQ_MATCH, true);
}

/* ---- VPN export and import ---- */

/* A leak is marked with the consumer's leak target on the way out.  Several
 * consumers may take one prefix: each entry goes on to the next.  The tag never
 * leaves this bgpd: by it a consumer on this PE knows that no peer wrote the
 * leak target.
 */
static void plan_leaks_out(struct plan *plan, const char *map)
{
	const struct leak *leak;
	struct reason ignored = {};
	uint32_t seq = SEQ_LEAK;
	struct object *obj;

	darr_foreach_p (plan->tenant->leaks, leak) {
		char list[LIST_NAME_MAX + 1], suffix[12];
		uint32_t number;

		if (leak->from_tenant != plan->tenant->id ||
		    derive_leak_number(plan->provider, leak->to_tenant, &number, &ignored) < 0)
			continue;
		snprintf(suffix, sizeof(suffix), "L%u", leak->id);
		add_prefixes(plan, TARGET_BGPD, suffix, SEQ_MATCH, true, &leak->prefix);
		plan_list_name(plan, suffix, list);
		add_entry(plan, TARGET_BGPD, map, seq, true);
		add_match_list(plan, TARGET_BGPD, map, seq, true, list);
		obj = add_named(plan, OBJ_SET_RT, TARGET_BGPD, map, seq);
		obj->num[1] = plan->provider->asn;
		obj->num[2] = number;
		add_set_tag(plan, TARGET_BGPD, map, seq);
		obj = add_named(plan, OBJ_ON_MATCH_NEXT, TARGET_BGPD, map, seq);
		obj->num[1] = true;
		seq++;
	}
}

static void plan_export(struct plan *plan, const char *map)
{
	char list[LIST_NAME_MAX + 1];

	add_deny_reserved(plan, TARGET_BGPD, map);
	plan_leaks_out(plan, map);
	add_entry(plan, TARGET_BGPD, map, SEQ_LAST, true);
	plan_list_name(plan, LIST_ADVERTISED, list);
	add_match_list(plan, TARGET_BGPD, map, SEQ_LAST, true, list);
}

/* Both maps are there, whichever is in use: to stand by is one statement, and no map changes. */
static void plan_standby_export(struct plan *plan)
{
	struct object *obj;

	plan_export(plan, MAP_STANDBY);
	obj = add_named(plan, OBJ_SET_LOCAL_PREF, TARGET_BGPD, MAP_STANDBY, SEQ_LAST);
	obj->num[1] = true;
	obj->num[2] = LOCAL_PREF_STANDBY;
}

static void add_import(struct plan *plan, uint32_t seq, const char *rt_list)
{
	struct object *obj;

	add_entry(plan, TARGET_BGPD, MAP_IMPORT, seq, true);
	obj = add_named(plan, OBJ_MATCH_RT, TARGET_BGPD, MAP_IMPORT, seq);
	obj->num[1] = true;
	plan_list_name(plan, rt_list, obj->ref);
}

static void add_rt_list(struct plan *plan, const char *rt_list, uint32_t number)
{
	struct object *obj = add_named(plan, OBJ_RT_LIST, TARGET_BGPD, rt_list, SEQ_MATCH);

	obj->num[1] = plan->provider->asn;
	obj->num[2] = number;
}

static void plan_own_pes(struct plan *plan)
{
	char list[LIST_NAME_MAX + 1];
	const struct node *node;

	plan_list_name(plan, LIST_OWN_PES, list);
	darr_foreach_p (plan->provider->nodes, node)
		for (int vtep = 0; vtep < 2; vtep++)
			if ((tenant_roles_on(plan->tenant, node->id) & ROLE_PE) &&
			    has_hop(node, vtep))
				fill_hop(plan_add(plan, OBJ_PREFIX_LIST, TARGET_BGPD), list, node,
					 vtep);
	add_match_hop(plan, MAP_IMPORT, SEQ_MATCH, list);
}

/* A leak comes from this PE itself, by its tag, or from another by its next hop. */
static void plan_leaks_in(struct plan *plan)
{
	uint32_t leaked = 0;
	struct reason ignored = {};
	char list[LIST_NAME_MAX + 1];
	struct object *obj;

	derive_leak_number(plan->provider, plan->tenant->id, &leaked, &ignored);
	add_rt_list(plan, LIST_LEAK_RT, leaked);
	plan_list_name(plan, LIST_LEAKED_IN, list);
	add_import(plan, SEQ_LEAK, LIST_LEAK_RT);
	add_match_list(plan, TARGET_BGPD, MAP_IMPORT, SEQ_LEAK, true, list);
	obj = add_named(plan, OBJ_MATCH_TAG, TARGET_BGPD, MAP_IMPORT, SEQ_LEAK);
	obj->num[1] = true;
	obj->num[2] = plan->provider->vpn_tag;
	add_import(plan, SEQ_LEAK_FAR, LIST_LEAK_RT);
	add_match_list(plan, TARGET_BGPD, MAP_IMPORT, SEQ_LEAK_FAR, true, list);
	add_match_hop(plan, MAP_IMPORT, SEQ_LEAK_FAR, LIST_PES);
}

/* The tenant's own target brings in all that its PEs say; the leak target only
 * what the database says is leaked to it, whoever else may use that target.
 */
static void plan_import(struct plan *plan)
{
	uint32_t own = 0, count = 0;
	struct reason ignored = {};
	const struct leak *leak;

	derive_rt_number(plan->provider, plan->tenant, &own, &ignored);
	add_rt_list(plan, LIST_OWN_RT, own);
	add_import(plan, SEQ_MATCH, LIST_OWN_RT);
	plan_own_pes(plan);
	darr_foreach_p (plan->tenant->leaks, leak) {
		if (leak->to_tenant != plan->tenant->id)
			continue;
		add_prefixes(plan, TARGET_BGPD, LIST_LEAKED_IN, SEQ_MATCH + leak->id, true,
			     &leak->prefix);
		count++;
	}
	if (count)
		plan_leaks_in(plan);
}

/* ---- all of it ---- */

void plan_filters(struct plan *plan)
{
	/* ospfd redistributes connected at the DLR, kernel routes of static transits and links */
	if (plan->has_ospf &&
	    ((plan->roles & ROLE_DLR) || plan->has_static_transit || plan->has_static_link))
		plan_advertised(plan, TARGET_OSPFD);
	if (!(plan->roles & ROLE_PE))
		return;
	plan_advertised(plan, TARGET_BGPD);
	if (plan->has_ospf) {
		plan_tag_out(plan);
		plan_tag_in(plan);
	}
	plan_export(plan, MAP_EXPORT);
	if (plan->tenant->egress == EGRESS_ACTIVE)
		plan_standby_export(plan);
	plan_import(plan);
	if (has_bgp_link(plan))
		add_entry(plan, TARGET_BGPD, MAP_CUSTOMER, SEQ_MATCH, true);
}

static void add_pes(const struct provider *provider, struct objects *want)
{
	const struct node *node;

	darr_foreach_p (provider->nodes, node)
		for (int vtep = 0; vtep < 2; vtep++) {
			struct object *obj;

			if (!(node->roles & ROLE_PE) || !has_hop(node, vtep))
				continue;
			obj = darr_append(want->list);
			*obj = (struct object){ .kind = OBJ_PREFIX_LIST, .target = TARGET_BGPD };
			fill_hop(obj, LIST_PES, node, vtep);
		}
}

static void add_node_map(struct objects *want, enum object_kind kind, uint32_t seq, bool permit,
			 uint32_t value)
{
	struct object *obj = darr_append(want->list);

	*obj = (struct object){ .kind = kind, .target = TARGET_MGMTD };
	strlcpy(obj->name, MAP_VPN_TAG, sizeof(obj->name));
	obj->num[0] = seq;
	obj->num[1] = permit;
	obj->num[2] = value;
}

void plan_node_filters(const struct provider *provider, const struct node *node,
		       struct objects *want)
{
	if (node_has_reserved(node, TARGET_OSPFD))
		add_reserved(provider, TARGET_OSPFD, "", LIST_RESERVED, want);
	if (!(node->roles & ROLE_PE))
		return;
	add_reserved(provider, TARGET_BGPD, "", LIST_RESERVED, want);
	add_pes(provider, want);
	add_node_map(want, OBJ_ROUTE_MAP, SEQ_DENY, false, 0);
	add_node_map(want, OBJ_MATCH_TAG, SEQ_DENY, false, provider->vpn_tag);
	add_node_map(want, OBJ_ROUTE_MAP, SEQ_MATCH, true, 0);
}

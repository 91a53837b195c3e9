// SPDX-License-Identifier: GPL-2.0-or-later
/* What a change of a node's plan does to those who talk with it. */
#include <zebra.h>

#include <stdlib.h>
#include <string.h>

#include "darr.h"

#include "model/presence.h"
#include "plan/diff.h"
#include "plan/impact.h"

const char *const session_fate_names[SESSION_FATE_COUNT] = {
	[SESSION_RESET] = "reset",
	[SESSION_ENDS] = "ends",
	[SESSION_BEGINS] = "begins",
};

/* A session as the plan has it. */
struct session {
	const struct object *obj;     /* OBJ_OSPF_NETWORK or OBJ_BGP_NEIGHBOR */
	const struct object *address; /* of the device it is on; NULL: it is on none of ours */
};

static bool is_session(const struct object *obj)
{
	return obj->kind == OBJ_OSPF_NETWORK || obj->kind == OBJ_BGP_NEIGHBOR;
}

/* An OSPF statement names the device's own address, a neighbor is in its network. */
static bool is_on(const struct object *session, const struct object *address)
{
	struct ipnet net = session->kind == OBJ_OSPF_NETWORK ? ipnet_host(&address->net)
							     : ipnet_masked(&address->net);

	return !strcmp(session->vrf, address->vrf) && ipnet_contains(&net, &session->net);
}

static struct session find_session(const struct objects *set, const struct object *obj)
{
	struct session session = { .obj = obj };
	const struct object *address;

	darr_foreach_p (set->list, address)
		if (address->kind == OBJ_WIRE_ADDRESS && is_on(obj, address))
			session.address = address;
	return session;
}

/* ---- reasons ---- */

static bool is_device(const struct session *session, const struct op *op)
{
	return session->address && !strcmp(session->address->name, op->obj.name);
}

static const char *reason_of_both(const struct session *session, const struct op *op)
{
	bool goes = op->what == OUTCOME_DELETE;

	switch (op->obj.kind) {
	case OBJ_VRF:
		return goes ? "its VRF is made anew" : NULL;
	case OBJ_VLAN:
	case OBJ_PORT:
		return goes && is_device(session, op) ? "its device is made anew" : NULL;
	case OBJ_WIRE_ADDRESS:
		return goes && session->address && object_cmp_key(session->address, &op->obj) == 0
			       ? "the address it is on goes"
			       : NULL;
	case OBJ_OSPF_ROUTER_ID:
	case OBJ_BGP_ROUTER_ID:
		return op->what == OUTCOME_UPDATE ? "the router id is another" : NULL;
	case OBJ_OSPF:
	case OBJ_BGP:
		return goes ? "its instance is made anew" : NULL;
	default:
		return NULL;
	}
}

static const char *reason_of_ospf(const struct session *session, const struct op *op)
{
	switch (op->obj.kind) {
	case OBJ_VLAN:
		return op->what == OUTCOME_UPDATE && is_device(session, op)
			       ? "the MTU of its device is another"
			       : NULL;
	case OBJ_OSPF_IF_P2P:
		return is_device(session, op) ? "its network type is another" : NULL;
	case OBJ_OSPF_IF_KEY:
	case OBJ_OSPF_IF_AUTH:
		return is_device(session, op) ? "its authentication is another" : NULL;
	case OBJ_OSPF_IF_DEAD:
	case OBJ_OSPF_IF_HELLO:
		return is_device(session, op) ? "its timers are others" : NULL;
	case OBJ_OSPF_NSSA:
		return op->what != OUTCOME_UPDATE && op->obj.num[0] == session->obj->num[0]
			       ? "its area is of another kind"
			       : NULL;
	case OBJ_OSPF_NETWORK:
		return object_cmp_key(session->obj, &op->obj) == 0 ? "its area is another" : NULL;
	default:
		return NULL;
	}
}

static const char *reason_of_bgp(const struct session *session, const struct op *op)
{
	return op->obj.kind == OBJ_BGP_NEIGHBOR && object_cmp_key(session->obj, &op->obj) == 0
		       ? "its AS number is another"
		       : NULL;
}

/* Statements about the other daemon say nothing of this one. */
static const char *reason_of(const struct session *session, const struct op *op)
{
	const char *why;

	if (strcmp(op->obj.vrf, session->obj->vrf) ||
	    (op->obj.target != TARGET_KERNEL && op->obj.target != session->obj->target))
		return NULL;
	why = reason_of_both(session, op);
	if (why)
		return why;
	return session->obj->kind == OBJ_OSPF_NETWORK ? reason_of_ospf(session, op)
						      : reason_of_bgp(session, op);
}

/* Kinds are in the order in which things stand on each other; but an area that has
 * another number is also of another kind, and the number says more.
 */
static unsigned int depth(const struct op *op)
{
	return op->obj.kind == OBJ_OSPF_NSSA ? OBJ_KIND_COUNT : op->obj.kind;
}

static const char *deepest_reason(const struct session *session, const struct op *ops)
{
	const char *why, *found = NULL;
	unsigned int least = OBJ_KIND_COUNT + 1;
	const struct op *op;

	darr_foreach_p (ops, op) {
		why = depth(op) < least ? reason_of(session, op) : NULL;
		if (!why)
			continue;
		found = why;
		least = depth(op);
	}
	return found;
}

/* ---- sessions ---- */

static void add(struct impact **impacts, const struct session *session, enum session_fate fate,
		const char *why)
{
	struct impact *impact = darr_append(*impacts);
	char text[IPNET_TEXT_SIZE];

	impact->fate = fate;
	impact->daemon = session->obj->target;
	impact->why = why;
	strlcpy(impact->vrf, session->obj->vrf, sizeof(impact->vrf));
	strlcpy(impact->where,
		session->obj->kind == OBJ_OSPF_NETWORK && session->address
			? session->address->name
			: ipnet_format_addr(&session->obj->net, text),
		sizeof(impact->where));
}

void impact_sessions(const struct objects *have, const struct objects *want, const struct op *ops,
		     struct impact **impacts)
{
	const struct object *obj;
	struct session session;
	const char *why;

	if (!darr_len(ops))
		return;
	darr_foreach_p (have->list, obj) {
		if (!is_session(obj))
			continue;
		session = find_session(have, obj);
		why = deepest_reason(&session, ops);
		if (!objects_find(want, obj))
			add(impacts, &session, SESSION_ENDS, "");
		else if (why)
			add(impacts, &session, SESSION_RESET, why);
	}
	darr_foreach_p (want->list, obj)
		if (is_session(obj) && !objects_find(have, obj)) {
			session = find_session(want, obj);
			add(impacts, &session, SESSION_BEGINS, "");
		}
}

/* ---- prefixes ---- */

static bool may_announce(const struct provider *provider, const struct tenant *tenant,
			 const struct ipnet *net)
{
	const struct ipnet *outer;
	bool inside = !darr_len(tenant->aggregates);

	if (net->family != AF_INET)
		return false;
	darr_foreach_p (provider->reserved, outer)
		if (ipnet_contains(outer, net))
			return false;
	darr_foreach_p (tenant->aggregates, outer)
		inside |= ipnet_contains(outer, net);
	return inside;
}

static void add_prefix(const struct provider *provider, const struct tenant *tenant,
		       const struct ipnet *net, struct ipnet **prefixes)
{
	if (may_announce(provider, tenant, net))
		*darr_append(*prefixes) = *net;
}

static int cmp_nets(const void *a, const void *b)
{
	return ipnet_cmp(a, b);
}

static void sort(struct ipnet *prefixes)
{
	unsigned int kept = 0, count = darr_len(prefixes);

	if (!count)
		return;
	qsort(prefixes, count, sizeof(*prefixes), cmp_nets);
	for (unsigned int i = 1; i < count; i++)
		if (ipnet_cmp(&prefixes[kept], &prefixes[i]))
			prefixes[++kept] = prefixes[i];
	darr_setlen(prefixes, kept + 1);
}

void impact_prefixes(const struct provider *provider, const struct tenant *tenant,
		     struct ipnet **prefixes)
{
	const struct logical_switch *sw;
	const struct subnet *subnet;
	const struct ipnet *net;
	const struct link *link;

	darr_foreach_p (tenant->switches, sw)
		darr_foreach_p (sw->subnets, subnet)
			if (subnet_is_advertised(sw, subnet) &&
			    switch_is_active(provider, tenant, sw))
				add_prefix(provider, tenant, &subnet->prefix, prefixes);
	darr_foreach_p (tenant->links, link) {
		struct ipnet network = ipnet_masked(&link->address);

		if (!(tenant_roles_on(tenant, link->node_id) & ROLE_PE))
			continue;
		add_prefix(provider, tenant, &network, prefixes);
		darr_foreach_p (link->routes, net)
			add_prefix(provider, tenant, net, prefixes);
	}
	sort(*prefixes);
}

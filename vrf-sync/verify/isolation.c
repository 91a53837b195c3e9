// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whether a prefix of one tenant can get into a VRF of another.
 *
 * Two ways lead there: a route target that one exports and the other imports, and
 * something on a node that both use: a table, a device, a VNI.  For the first, every
 * prefix of the exporter that could be there is put through its export map, and what
 * comes out through the other's import map.  Those are the prefixes that it holds,
 * and what its filters let through, since customers announce what they like.
 *
 * A candidate stands for all within it: lists of ours speak of a prefix and all that
 * lies within, so where one is let through, so is what it holds.  A default stands for
 * its two halves, since lists have it as an exception.
 */
#include <zebra.h>

#include <string.h>

#include "darr.h"

#include "verify/verify_priv.h"

/* ---- one PE to another ---- */

bool sheet_exports(const struct sheet *sheet, struct route *route)
{
	const struct object *targets = sheet->one[OBJ_BGP_RT_EXPORT];

	if (!sheet->one[OBJ_BGP] || !sheet->one[OBJ_BGP_EXPORT] || !sheet->one[OBJ_BGP_RD] ||
	    !targets)
		return false;
	if (sheet->one[OBJ_BGP_EXPORT_MAP] &&
	    !sheet_pass(sheet, sheet->one[OBJ_BGP_EXPORT_MAP], route))
		return false;
	/* bgp_mplsvpn.c adds the VRF's own to what the map has set */
	route_add_target(route, targets->num[0], targets->num[1]);
	return true;
}

static bool imports_target(const struct sheet *sheet, const struct target_pair *target)
{
	const struct object *targets = sheet->one[OBJ_BGP_RT_IMPORT];

	return targets && targets->num[0] == target->asn &&
	       (targets->num[1] == target->number || targets->num[2] == target->number);
}

/* Next hop by next hop: a PE may use its router id or its VTEP address. */
bool sheet_imports(const struct sheet *sheet, const struct route *exported,
		   const struct sheet *from, struct target_pair *by)
{
	const struct ipnet *hops[] = { &from->node->router_id, &from->node->vtep };
	bool wanted = false;

	if (!sheet->one[OBJ_BGP] || !sheet->one[OBJ_BGP_IMPORT])
		return false;
	for (unsigned int i = 0; i < exported->count && !wanted; i++) {
		*by = exported->targets[i];
		wanted = imports_target(sheet, by);
	}
	if (!wanted)
		return false;
	if (!sheet->one[OBJ_BGP_IMPORT_MAP])
		return true;
	for (unsigned int i = 0; i < array_size(hops); i++) {
		struct route route = *exported;

		route.hop = *hops[i];
		/* tags are not carried by BGP */
		route.tag = from->node == sheet->node ? exported->tag : 0;
		if (ipnet_is_set(&route.hop) &&
		    sheet_pass(sheet, sheet->one[OBJ_BGP_IMPORT_MAP], &route))
			return true;
	}
	return false;
}

/* ---- which prefixes ---- */

static void add_candidate(struct ipnet **candidates, const struct ipnet *net)
{
	struct ipnet half = *net;

	if (net->family != AF_INET)
		return;
	*darr_append(*candidates) = *net;
	if (net->len)
		return;
	half.len = 1;
	*darr_append(*candidates) = half;
	half.addr[0] = 0x80;
	*darr_append(*candidates) = half;
}

/* The entry adds a target that the importer does not ask for. */
static bool is_for_others(const struct sheet *sheet, unsigned int part,
			  const struct sheet *importer)
{
	const struct object *const *parts = sheet->filters;

	for (unsigned int i = part; i < darr_len(sheet->filters); i++) {
		struct target_pair target = { parts[i]->num[1], parts[i]->num[2] };

		if (parts[i]->num[0] != parts[part]->num[0] ||
		    strcmp(parts[i]->name, parts[part]->name))
			return false;
		if (parts[i]->kind == OBJ_SET_RT)
			return !imports_target(importer, &target);
	}
	return false;
}

static void add_list_candidates(struct ipnet **candidates, const struct sheet *sheet,
				const char *name)
{
	unsigned int count;
	const struct object *const *rules = sheet_list(sheet, TARGET_BGPD, name, &count);

	for (unsigned int i = 0; i < count; i++)
		if (rules[i]->num[1])
			add_candidate(candidates, &rules[i]->net);
}

/* What the lists permit that a map names.  importer: leaves out what is leaked to others
 * alone, of which a shared service has a list for each of its customers; NULL: nothing.
 */
static void add_map_candidates(struct ipnet **candidates, const struct sheet *sheet,
			       const struct object *statement, const struct sheet *importer)
{
	unsigned int count, first;
	const struct object *const *parts;

	if (!statement)
		return;
	parts = sheet_map_parts(sheet, TARGET_BGPD, statement->ref, &count);
	first = parts - (const struct object *const *)sheet->filters;
	for (unsigned int i = 0; i < count; i++)
		if (parts[i]->kind == OBJ_MATCH_PREFIX &&
		    (!importer || !is_for_others(sheet, first + i, importer)))
			add_list_candidates(candidates, sheet, parts[i]->ref);
}

static void find_candidates(struct ipnet **candidates, const struct contract *from,
			    const struct sheet *exporter, const struct sheet *importer)
{
	const struct object *own = exporter->one[OBJ_BGP_RT_EXPORT];
	const struct known *known;
	bool sees_own =
		own && imports_target(importer, &(struct target_pair){ own->num[0], own->num[1] });

	darr_reset(*candidates);
	darr_foreach_p (from->known, known)
		add_candidate(candidates, &known->net);
	add_map_candidates(candidates, exporter, exporter->one[OBJ_BGP_EXPORT_MAP],
			   sees_own ? NULL : importer);
	add_map_candidates(candidates, importer, importer->one[OBJ_BGP_IMPORT_MAP], NULL);
}

static bool is_leaked(const struct contract *from, const struct contract *to,
		      const struct ipnet *net)
{
	const struct leak *leak;

	darr_foreach_p (from->tenant->leaks, leak)
		if (leak->from_tenant == from->tenant->id && leak->to_tenant == to->tenant->id &&
		    ipnet_contains(&leak->prefix, net))
			return true;
	return false;
}

/* ---- a pair of tenants ---- */

static void find_seen(const struct judge *judge, const struct contract *from,
		      const struct contract *to, const struct sheet *exporter,
		      const struct sheet *importer, const struct route *route,
		      const struct target_pair *by)
{
	uint32_t other = judge->contract == from ? to->tenant->id : from->tenant->id;
	char net[IPNET_TEXT_SIZE];

	judge_find(
		judge, INVARIANT_ISOLATION, other,
		"tenant %s would see %s of tenant %s on %s by route target %u:%u, which %s's VRF exports on %s; give one of them another rt_number",
		to->tenant->name, ipnet_format(&route->net, net), from->tenant->name,
		importer->node->name, by->asn, by->number, from->tenant->name,
		exporter->node->name);
}

static bool shares_target(const struct sheet *exporter, const struct sheet *importer)
{
	const struct object *out = exporter->one[OBJ_BGP_RT_EXPORT];

	if (out && imports_target(importer, &(struct target_pair){ out->num[0], out->num[1] }))
		return true;
	for (unsigned int i = 0; i < darr_len(exporter->filters); i++) {
		const struct object *part = exporter->filters[i];

		if (part->kind == OBJ_SET_RT &&
		    imports_target(importer, &(struct target_pair){ part->num[1], part->num[2] }))
			return true;
	}
	return false;
}

static bool judge_sheets(const struct judge *judge, const struct contract *from,
			 const struct contract *to, const struct sheet *exporter,
			 const struct sheet *importer, struct ipnet **candidates)
{
	const struct ipnet *net;
	struct target_pair by;

	if (!shares_target(exporter, importer))
		return false;
	find_candidates(candidates, from, exporter, importer);
	darr_foreach_p (*candidates, net) {
		struct route route = { .net = *net };

		if (is_leaked(from, to, net) || !sheet_exports(exporter, &route) ||
		    !sheet_imports(importer, &route, exporter, &by))
			continue;
		find_seen(judge, from, to, exporter, importer, &route, &by);
		return true;
	}
	return false;
}

void judge_pair(const struct judge *judge, const struct contract *from, const struct contract *to)
{
	struct ipnet *candidates = NULL;
	bool found = false;

	for (unsigned int i = 0; i < from->count && !found; i++)
		for (unsigned int j = 0; j < to->count && !found; j++)
			found = judge_sheets(judge, from, to, &from->sheets[i], &to->sheets[j],
					     &candidates);
	darr_free(candidates);
}

/* ---- what both have ---- */

void judge_shared_key(const struct judge *judge, const struct contract *other,
		      const struct key *key)
{
	const struct contract *contract = judge->contract;
	const struct node *node = provider_node(contract->provider, key->node_id);
	const char *on = node ? node->name : "?";
	const char *mine = contract->tenant->name, *theirs = other->tenant->name;
	uint32_t id = other->tenant->id;

	switch ((enum key_kind)key->kind) {
	case KEY_VRF:
		judge_find(
			judge, INVARIANT_ISOLATION, id,
			"tenants %s and %s would share VRF %s on %s, and so all routes in it; set tenant.vrf of one of them to another name",
			theirs, mine, key->name, on);
		return;
	case KEY_TABLE:
		judge_find(
			judge, INVARIANT_ISOLATION, id,
			"tenants %s and %s would share kernel table %u on %s, and so all routes in it; set table_id of one of them to another number",
			theirs, mine, key->num[0], on);
		return;
	case KEY_DEVICE:
		judge_find(
			judge, INVARIANT_ISOLATION, id,
			"tenants %s and %s would share interface %s on %s, and so each other's packets; give one of them another VLAN or port",
			theirs, mine, key->name, on);
		return;
	case KEY_VNI:
		judge_find(
			judge, INVARIANT_ISOLATION, id,
			"tenants %s and %s would share VNI %u, and so each other's frames; set logical_switch.vni of one of them to another number",
			theirs, mine, key->num[0]);
		return;
	case KEY_RD:
		judge_find(
			judge, INVARIANT_DISTINGUISHER, id,
			"tenants %s and %s would share route distinguisher %pI4:%u, so that one's routes hide the other's; set rd_number of one of them to another number",
			theirs, mine, (const struct in_addr *)&key->num[0], key->num[1]);
		return;
	case KEY_TARGET:
		judge_pair(judge, contract, other);
		judge_pair(judge, other, contract);
		return;
	}
}

/* ---- the border of one VRF ---- */

static void judge_tables(const struct judge *judge, const struct sheet *sheet)
{
	const struct object *vrf = sheet->one[OBJ_VRF], *last = sheet->one[OBJ_UNREACHABLE];
	const char *name = judge->contract->tenant->name;
	char net[IPNET_TEXT_SIZE];

	if (!vrf)
		return;
	if ((darr_len(sheet->addresses) || darr_len(sheet->gateways) || darr_len(sheet->routes)) &&
	    (!last || last->num[1] != vrf->num[0]))
		judge_find(
			judge, INVARIANT_ISOLATION, 0,
			"table %u of tenant %s on %s has no route of last resort, so what its VRF does not know would go by the main table; report this as a fault of the planner",
			vrf->num[0], name, sheet->node->name);
	for (unsigned int i = 0; i < darr_len(sheet->routes); i++)
		if (sheet->routes[i]->num[0] != vrf->num[0])
			judge_find(
				judge, INVARIANT_ISOLATION, 0,
				"the route to %s of tenant %s on %s would go into table %u, and its VRF has table %u; report this as a fault of the planner",
				ipnet_format(&sheet->routes[i]->net, net), name, sheet->node->name,
				sheet->routes[i]->num[0], vrf->num[0]);
}

/* A customer may write any route target: they have to go at the door. */
static void judge_neighbor(const struct judge *judge, const struct sheet *sheet,
			   const struct object *neighbor)
{
	const struct object *map = NULL;
	struct route route = {};
	char text[IPNET_TEXT_SIZE];
	const struct ipnet *net;
	bool lets_in = false;

	for (unsigned int i = 0; i < darr_len(sheet->neighbors); i++)
		if (sheet->neighbors[i]->kind == OBJ_BGP_NEIGHBOR_IN &&
		    ipnet_cmp(&sheet->neighbors[i]->net, &neighbor->net) == 0)
			map = sheet->neighbors[i];
	darr_foreach_p (judge->contract->tenant->aggregates, net) {
		route = (struct route){ .net = *net };
		lets_in |= map && sheet_pass(sheet, map, &route) && !route.stripped;
	}
	route = (struct route){ .net = neighbor->net };
	route.net.len = 24;
	lets_in |= map && sheet_pass(sheet, map, &route) && !route.stripped;
	if (lets_in) /* without a filter bgpd takes nothing from it, RFC 8212 */
		judge_find(
			judge, INVARIANT_ISOLATION, 0,
			"neighbor %s of tenant %s on %s could put its routes into any VRF, since no filter takes route targets off; report this as a fault of the planner",
			ipnet_format_addr(&neighbor->net, text), judge->contract->tenant->name,
			sheet->node->name);
}

void judge_isolation(const struct judge *judge)
{
	for (unsigned int i = 0; i < judge->contract->count; i++) {
		const struct sheet *sheet = &judge->contract->sheets[i];

		judge_tables(judge, sheet);
		for (unsigned int j = 0; j < darr_len(sheet->neighbors); j++)
			if (sheet->neighbors[j]->kind == OBJ_BGP_NEIGHBOR)
				judge_neighbor(judge, sheet, sheet->neighbors[j]);
	}
}

static void judge_twins(const struct judge *judge, const struct sheet *sheet,
			const struct sheet *other, enum object_kind kind)
{
	const struct object *one = sheet->one[kind], *two = other->one[kind];
	char text[IPNET_TEXT_SIZE];

	if (!one || !two || ipnet_cmp(&one->net, &two->net))
		return;
	if (kind == OBJ_BGP_RD && one->num[0] == two->num[0])
		judge_find(
			judge, INVARIANT_DISTINGUISHER, 0,
			"%s and %s would have the same route distinguisher %s:%u for tenant %s, so that one PE's routes hide the other's; give each node a router id of its own",
			sheet->node->name, other->node->name, ipnet_format_addr(&one->net, text),
			one->num[0], judge->contract->tenant->name);
	else if (kind == OBJ_OSPF_ROUTER_ID)
		judge_find(
			judge, INVARIANT_DISTINGUISHER, 0,
			"%s and %s would have the same OSPF router id %s for tenant %s, and take each other's announcements for their own; give each node a router id of its own",
			sheet->node->name, other->node->name, ipnet_format_addr(&one->net, text),
			judge->contract->tenant->name);
}

void judge_distinguishers(const struct judge *judge)
{
	const struct contract *contract = judge->contract;

	for (unsigned int i = 0; i < contract->count; i++)
		for (unsigned int j = i + 1; j < contract->count; j++) {
			judge_twins(judge, &contract->sheets[i], &contract->sheets[j], OBJ_BGP_RD);
			judge_twins(judge, &contract->sheets[i], &contract->sheets[j],
				    OBJ_OSPF_ROUTER_ID);
		}
}

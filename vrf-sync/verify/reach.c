// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where an announced prefix gets to, and that it never comes back.
 *
 * A subnet is followed from the DLRs that hold it through OSPF to the PEs, through
 * their filters into the VPN, and into every other PE of the tenant.  Once as wires
 * lead, whatever filters and statements say, and once as they are made: where the
 * first gets to a PE and the second does not, something is wrong with what was made.
 * Where no wire leads to a PE there is nothing to follow: a tenant under construction
 * is no fault, and advise.h tells of it.
 */
#include <zebra.h>

#include <string.h>

#include "darr.h"

#include "model/presence.h"
#include "verify/verify_priv.h"

#define NODES_MAX 64 /* of one tenant; those beyond are not followed */

/* Sets of the contract's sheets, by index. */
typedef uint64_t sheets_set;
#define SHEET(i) (UINT64_C(1) << (i))

/* Who has whom for a neighbor. */
struct paths {
	const struct judge *judge;
	const struct contract *contract;
	unsigned int count;
	sheets_set wired[NODES_MAX];    /* by any wire that one of both speaks on */
	sheets_set backbone[NODES_MAX]; /* in area 0 */
	sheets_set nssa[NODES_MAX];     /* in the NSSA */
	sheets_set in_backbone, in_nssa;
	sheets_set pes;
};

/* Without a protocol a wire leads where the static default goes. */
static bool routes_by(const struct sheet *sheet, const struct object *address)
{
	for (unsigned int i = 0; i < darr_len(sheet->routes); i++)
		if (!sheet->routes[i]->net.len &&
		    !memcmp(sheet->routes[i]->via.addr, address->net.addr,
			    sizeof(address->net.addr)))
			return true;
	return false;
}

static void find_neighbors(struct paths *paths, unsigned int i, unsigned int j)
{
	const struct sheet *one = &paths->contract->sheets[i];
	const struct sheet *two = &paths->contract->sheets[j];

	for (unsigned int a = 0; a < darr_len(one->addresses); a++)
		for (unsigned int b = 0; b < darr_len(two->addresses); b++) {
			const struct object *here, *there;

			if (!same_network(one->addresses[a], two->addresses[b]))
				continue;
			here = sheet_network(one, one->addresses[a]);
			there = sheet_network(two, two->addresses[b]);
			if (here || there || routes_by(one, two->addresses[b]))
				paths->wired[i] |= SHEET(j);
			if (!here || !there || here->num[0] != there->num[0])
				continue;
			if (here->num[0])
				paths->nssa[i] |= SHEET(j);
			else
				paths->backbone[i] |= SHEET(j);
		}
}

static void find_paths(struct paths *paths)
{
	paths->count = MIN(paths->contract->count, NODES_MAX);
	for (unsigned int i = 0; i < paths->count; i++) {
		const struct sheet *sheet = &paths->contract->sheets[i];

		if (sheet->one[OBJ_BGP])
			paths->pes |= SHEET(i);
		for (unsigned int j = 0; j < darr_len(sheet->networks); j++)
			if (sheet->networks[j]->num[0])
				paths->in_nssa |= SHEET(i);
			else
				paths->in_backbone |= SHEET(i);
		for (unsigned int j = 0; j < paths->count; j++)
			if (i != j)
				find_neighbors(paths, i, j);
	}
}

/* All that can be reached by way of neighbors, the start among them. */
static sheets_set flood(const struct paths *paths, const sheets_set *neighbors, sheets_set start)
{
	sheets_set reached = start, grown = start;

	do {
		reached = grown;
		for (unsigned int i = 0; i < paths->count; i++)
			if (reached & SHEET(i))
				grown |= neighbors[i];
	} while (grown != reached);
	return reached;
}

/* ---- one prefix ---- */

/* How far it gets; each set is of those where it arrives. */
struct journey {
	struct ipnet net;
	sheets_set holders;   /* have it as a gateway */
	sheets_set routed;    /* have a route to it */
	sheets_set announced; /* tell OSPF of it, unmarked: a PE that marks it exports it itself */
	sheets_set heard;     /* hear of it in OSPF */
	sheets_set in_bgp, exported;
};

static bool redistributes(const struct paths *paths, const struct journey *journey, unsigned int i,
			  enum object_kind kind, uint32_t *tag)
{
	const struct sheet *sheet = &paths->contract->sheets[i];
	struct route route = { .net = journey->net, .tag = *tag };

	if (!sheet_pass(sheet, sheet->one[kind], &route))
		return false;
	*tag = route.tag;
	return true;
}

static void announce(const struct paths *paths, struct journey *journey)
{
	for (unsigned int i = 0; i < paths->count; i++) {
		uint32_t tag = 0;

		if (((journey->holders & SHEET(i)) &&
		     redistributes(paths, journey, i, OBJ_OSPF_REDIST_CONNECTED, &tag)) ||
		    ((journey->routed & SHEET(i)) &&
		     redistributes(paths, journey, i, OBJ_OSPF_REDIST_KERNEL, &tag)))
			journey->announced |= tag ? 0 : SHEET(i);
	}
}

static bool translates(const struct sheet *sheet, const struct ipnet *net)
{
	const struct object *nssa = sheet->one[OBJ_OSPF_NSSA];

	for (unsigned int i = 0; i < darr_len(sheet->denied); i++)
		if (ipnet_contains(&sheet->denied[i]->net, net))
			return false;
	return nssa && nssa->num[1];
}

static void hear(const struct paths *paths, struct journey *journey)
{
	sheets_set nssa = flood(paths, paths->nssa, journey->announced & paths->in_nssa);
	sheets_set sources = journey->announced & paths->in_backbone;

	for (unsigned int i = 0; i < paths->count; i++)
		if ((nssa & paths->in_backbone & SHEET(i)) &&
		    translates(&paths->contract->sheets[i], &journey->net))
			sources |= SHEET(i);
	journey->heard = nssa | flood(paths, paths->backbone, sources);
}

static bool takes_from_ospf(const struct paths *paths, const struct journey *journey,
			    unsigned int i)
{
	const struct sheet *sheet = &paths->contract->sheets[i];
	struct route route = { .net = journey->net };
	uint32_t tag = 0;

	/* zebra prefers what is connected, and kernel routes, and redistributes no others */
	return !((journey->holders | journey->routed) & SHEET(i)) &&
	       (!sheet->one[OBJ_ZEBRA_OSPF_MAP] ||
		sheet_pass(sheet, sheet->one[OBJ_ZEBRA_OSPF_MAP], &route)) &&
	       redistributes(paths, journey, i, OBJ_BGP_REDIST_OSPF, &tag);
}

static void enter_bgp(const struct paths *paths, struct journey *journey)
{
	for (unsigned int i = 0; i < paths->count; i++) {
		uint32_t tag = 0;

		if (!(paths->pes & SHEET(i)))
			continue;
		if (((journey->holders & SHEET(i)) &&
		     redistributes(paths, journey, i, OBJ_BGP_REDIST_CONNECTED, &tag)) ||
		    ((journey->routed & SHEET(i)) &&
		     redistributes(paths, journey, i, OBJ_BGP_REDIST_KERNEL, &tag)) ||
		    ((journey->heard & SHEET(i)) && takes_from_ospf(paths, journey, i)))
			journey->in_bgp |= SHEET(i);
	}
}

static void export_it(const struct paths *paths, struct journey *journey)
{
	for (unsigned int i = 0; i < paths->count; i++) {
		struct route route = { .net = journey->net };

		if ((journey->in_bgp & SHEET(i)) &&
		    sheet_exports(&paths->contract->sheets[i], &route))
			journey->exported |= SHEET(i);
	}
}

/* ---- what is wrong with it ---- */

static const char *first_name(const struct paths *paths, sheets_set set)
{
	for (unsigned int i = 0; i < paths->count; i++)
		if (set & SHEET(i))
			return paths->contract->sheets[i].node->name;
	return "?";
}

static void stuck(const struct paths *paths, const struct journey *journey, const char *node,
		  const char *what)
{
	char net[IPNET_TEXT_SIZE];

	judge_find(
		paths->judge, INVARIANT_REACH, 0,
		"%s of tenant %s would not get into the VPN, because %s %s; check its row, else report this as a fault of the planner",
		ipnet_format(&journey->net, net), paths->contract->tenant->name, node, what);
}

static void find_missing(const struct paths *paths, const struct journey *journey, unsigned int pe)
{
	const struct sheet *importer = &paths->contract->sheets[pe];
	char net[IPNET_TEXT_SIZE];
	struct target_pair by;

	for (unsigned int i = 0; i < paths->count; i++) {
		struct route route = { .net = journey->net };

		if ((journey->exported & SHEET(i)) &&
		    sheet_exports(&paths->contract->sheets[i], &route) &&
		    sheet_imports(importer, &route, &paths->contract->sheets[i], &by))
			return;
	}
	judge_find(
		paths->judge, INVARIANT_REACH, 0,
		"%s would not import %s of tenant %s, which %s exports; check rt_number and the router ids, else report this as a fault of the planner",
		importer->node->name, ipnet_format(&journey->net, net),
		paths->contract->tenant->name, first_name(paths, journey->exported));
}

/* The PEs that the wires lead to from where the prefix is. */
static sheets_set reachable_pes(const struct paths *paths, const struct journey *journey)
{
	return flood(paths, paths->wired, journey->holders) & paths->pes;
}

static void judge_journey(const struct paths *paths, struct journey *journey)
{
	sheets_set pes = reachable_pes(paths, journey);

	if (!pes)
		return;
	announce(paths, journey);
	hear(paths, journey);
	enter_bgp(paths, journey);
	export_it(paths, journey);
	if (!journey->announced && !journey->in_bgp)
		stuck(paths, journey, first_name(paths, journey->holders),
		      "does not announce it to OSPF");
	else if (!(journey->heard & paths->pes) && !journey->in_bgp)
		stuck(paths, journey, first_name(paths, pes), "does not hear of it from an edge");
	else if (!journey->in_bgp)
		stuck(paths, journey, first_name(paths, pes), "does not take it into BGP");
	else if (!journey->exported)
		stuck(paths, journey, first_name(paths, journey->in_bgp), "does not export it");
	else
		for (unsigned int i = 0; i < paths->count; i++)
			if (paths->pes & ~journey->in_bgp & SHEET(i))
				find_missing(paths, journey, i);
}

static unsigned int index_of(const struct contract *contract, const struct sheet *sheet)
{
	return sheet - contract->sheets;
}

/* A switch has its place on the tenant's DLRs where it is active. */
static bool belongs_on_a_dlr(const struct contract *contract, const struct logical_switch *sw)
{
	for (unsigned int i = 0; i < contract->count; i++) {
		const struct node *node = contract->sheets[i].node;

		if ((tenant_roles_on(contract->tenant, node->id) & node->roles & ROLE_DLR) &&
		    switch_presence(contract->provider, contract->tenant, sw, node->site_id) ==
			    PRESENCE_ACTIVE)
			return true;
	}
	return false;
}

static void judge_subnet(const struct paths *paths, const struct logical_switch *sw,
			 const struct subnet *subnet)
{
	const struct contract *contract = paths->contract;
	struct journey journey = { .net = subnet->prefix };
	const struct known *known = contract_known(contract, &subnet->prefix);
	char net[IPNET_TEXT_SIZE];

	for (; known && known < contract->known + darr_len(contract->known) &&
	       ipnet_cmp(&known->net, &subnet->prefix) == 0;
	     known++) {
		unsigned int i = index_of(contract, known->sheet);

		if (i >= NODES_MAX)
			continue;
		if (known->obj->kind == OBJ_GATEWAY)
			journey.holders |= SHEET(i);
		else if (known->obj->kind == OBJ_ROUTE)
			journey.routed |= SHEET(i);
	}
	if (journey.holders)
		judge_journey(paths, &journey);
	else if (belongs_on_a_dlr(contract, sw))
		judge_find(
			paths->judge, INVARIANT_REACH, 0,
			"no DLR would have the gateway of %s of tenant %s; report this as a fault of the planner",
			ipnet_format(&subnet->prefix, net), contract->tenant->name);
}

void judge_reach(const struct judge *judge)
{
	struct paths paths = { .judge = judge, .contract = judge->contract };
	const struct logical_switch *sw;
	const struct subnet *subnet;

	find_paths(&paths);
	darr_foreach_p (judge->contract->tenant->switches, sw)
		darr_foreach_p (sw->subnets, subnet)
			if (subnet->prefix.family == AF_INET && subnet_is_advertised(sw, subnet))
				judge_subnet(&paths, sw, subnet);
}

/* ---- I-6: what came from BGP never goes back ---- */

static void find_loop(const struct judge *judge, const struct sheet *sheet, const char *what)
{
	judge_find(
		judge, INVARIANT_LOOP, 0,
		"routes of tenant %s could go round between BGP and OSPF, because %s %s; report this as a fault of the planner",
		judge->contract->tenant->name, sheet->node->name, what);
}

/* Some prefix of the tenant is let through with this tag. */
static bool lets_tag_through(const struct judge *judge, const struct sheet *sheet,
			     const struct object *statement, uint32_t tag)
{
	static const struct ipnet any = { .family = AF_INET };
	const struct contract *contract = judge->contract;
	struct route route = { .net = any, .tag = tag };
	const struct known *known;
	const struct ipnet *net;

	if (sheet_pass(sheet, statement, &route))
		return true;
	darr_foreach_p (contract->tenant->aggregates, net) {
		route = (struct route){ .net = *net, .tag = tag };
		if (sheet_pass(sheet, statement, &route))
			return true;
	}
	darr_foreach_p (contract->known, known) {
		route = (struct route){ .net = known->net, .tag = tag };
		if (sheet_pass(sheet, statement, &route))
			return true;
		if (known - contract->known >= 8) /* one map judges them all alike */
			break;
	}
	return false;
}

/* What a PE tells OSPF it marks, so that no PE takes it back. */
static void judge_marking(const struct judge *judge, const struct sheet *sheet,
			  enum object_kind kind, const struct ipnet *net)
{
	struct route route = { .net = *net };

	if (sheet->one[kind] && sheet_pass(sheet, sheet->one[kind], &route) &&
	    route.tag != judge->contract->provider->vpn_tag)
		find_loop(judge, sheet,
			  kind == OBJ_OSPF_REDIST_BGP
				  ? "does not mark what it takes from BGP into OSPF"
				  : "does not mark what it tells OSPF itself");
}

static void judge_sheet_loops(const struct judge *judge, const struct sheet *sheet)
{
	uint32_t tag = judge->contract->provider->vpn_tag;
	static const struct ipnet any = { .family = AF_INET };
	const struct known *known;

	judge_marking(judge, sheet, OBJ_OSPF_REDIST_BGP, &any);
	darr_foreach_p (judge->contract->known, known) {
		if (known->obj->kind != OBJ_GATEWAY)
			continue;
		judge_marking(judge, sheet, OBJ_OSPF_REDIST_CONNECTED, &known->net);
		judge_marking(judge, sheet, OBJ_OSPF_REDIST_KERNEL, &known->net);
		break;
	}
	if (sheet->one[OBJ_BGP_REDIST_OSPF] &&
	    lets_tag_through(judge, sheet, sheet->one[OBJ_BGP_REDIST_OSPF], tag))
		find_loop(judge, sheet, "takes marked routes from OSPF into BGP");
	if (!sheet->one[OBJ_BGP_IMPORT] || !darr_len(sheet->networks))
		return; /* nothing yet that could be preferred */
	if (!sheet->one[OBJ_ZEBRA_OSPF_MAP] ||
	    lets_tag_through(judge, sheet, sheet->one[OBJ_ZEBRA_OSPF_MAP], tag))
		find_loop(judge, sheet, "prefers marked routes of OSPF to those of BGP");
}

void judge_loops(const struct judge *judge)
{
	for (unsigned int i = 0; i < judge->contract->count; i++) {
		const struct sheet *sheet = &judge->contract->sheets[i];

		if (sheet->one[OBJ_BGP] && sheet->one[OBJ_OSPF])
			judge_sheet_loops(judge, sheet);
	}
}

/* ---- I-7: next hops, as far as a plan tells ---- */

static const struct object *route_to(const struct sheet *sheet, const struct ipnet *net)
{
	for (unsigned int i = 0; i < darr_len(sheet->routes); i++)
		if (ipnet_cmp(&sheet->routes[i]->net, net) == 0)
			return sheet->routes[i];
	return NULL;
}

static bool has_address(const struct sheet *sheet, const struct ipnet *host)
{
	const struct object *address = sheet_address_towards(sheet, host);

	return address && !memcmp(address->net.addr, host->addr, sizeof(host->addr));
}

static void judge_route(const struct judge *judge, const struct sheet *sheet,
			const struct object *route)
{
	const struct contract *contract = judge->contract;
	char net[IPNET_TEXT_SIZE], via[IPNET_TEXT_SIZE];

	ipnet_format(&route->net, net);
	ipnet_format_addr(&route->via, via);
	if (!sheet_address_towards(sheet, &route->via))
		judge_find(
			judge, INVARIANT_FORWARDING, 0,
			"%s would send %s of tenant %s to %s, which is on none of its networks; check link.peer and circuit.prefix",
			sheet->node->name, net, contract->tenant->name, via);
	for (unsigned int i = 0; i < contract->count; i++) {
		const struct sheet *other = &contract->sheets[i];
		const struct object *back = route_to(other, &route->net);

		if (other > sheet && back && has_address(other, &route->via) &&
		    has_address(sheet, &back->via))
			judge_find(
				judge, INVARIANT_FORWARDING, 0,
				"%s and %s would send %s of tenant %s to each other; report this as a fault of the planner",
				sheet->node->name, other->node->name, net, contract->tenant->name);
	}
}

static bool is_border(const struct sheet *sheet)
{
	bool backbone = false, nssa = false;

	for (unsigned int i = 0; i < darr_len(sheet->networks); i++) {
		backbone |= !sheet->networks[i]->num[0];
		nssa |= sheet->networks[i]->num[0] != 0;
	}
	return backbone && nssa;
}

void judge_forwarding(const struct judge *judge)
{
	for (unsigned int i = 0; i < judge->contract->count; i++) {
		const struct sheet *sheet = &judge->contract->sheets[i];
		const struct object *nssa = sheet->one[OBJ_OSPF_NSSA];

		for (unsigned int j = 0; j < darr_len(sheet->routes); j++)
			judge_route(judge, sheet, sheet->routes[j]);
		if (is_border(sheet) && (!nssa || !nssa->num[1]))
			judge_find(
				judge, INVARIANT_FORWARDING, 0,
				"%s joins both areas of tenant %s and does not translate what its DLRs announce; report this as a fault of the planner",
				sheet->node->name, judge->contract->tenant->name);
	}
}

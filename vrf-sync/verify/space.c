// SPDX-License-Identifier: GPL-2.0-or-later
/* Address space: what filters let out, what meets in a VRF, and numbers within their limits. */
#include <zebra.h>

#include <string.h>

#include "darr.h"

#include "verify/verify_priv.h"

#define VLAN_LAST 4094
#define VNI_LAST  16777215
#define RD_LAST   65535
/* linux/rtnetlink.h: default, main and local; 0 is none */
#define TABLE_DEFAULT 253
#define TABLE_LOCAL   255

/* ---- I-3: what filters let out ---- */

static const struct ipnet *reserved_for(const struct provider *provider, const struct ipnet *net)
{
	const struct ipnet *reserved;

	darr_foreach_p (provider->reserved, reserved)
		if (ipnet_contains(reserved, net))
			return reserved;
	return NULL;
}

static bool is_own(const struct tenant *tenant, const struct ipnet *net)
{
	const struct ipnet *aggregate;

	darr_foreach_p (tenant->aggregates, aggregate)
		if (ipnet_contains(aggregate, net))
			return true;
	return !darr_len(tenant->aggregates);
}

/* Where a prefix leaves a node: by a map of a statement. */
struct door {
	const struct sheet *sheet;
	const struct object *statement;
	const char *what;
};

/* True where it is let out and should not be. */
static bool judge_door(const struct judge *judge, const struct door *door, const struct ipnet *net)
{
	const struct contract *contract = judge->contract;
	const struct ipnet *reserved = reserved_for(contract->provider, net);
	struct route route = { .net = *net };
	const char *why = NULL;
	char text[IPNET_TEXT_SIZE];

	if (net->family != AF_INET)
		return false;
	if (!net->len)
		why = "which is a default route";
	else if (reserved)
		why = "which is reserved for the provider";
	else if (!is_own(contract->tenant, net))
		why = "which lies outside its aggregates";
	if (!why || !sheet_pass(door->sheet, door->statement, &route))
		return false;
	judge_find(
		judge, INVARIANT_SPACE, 0,
		"tenant %s could announce %s, %s, on %s: %s %s lets it through; check its aggregates, else report this as a fault of the planner",
		contract->tenant->name, ipnet_format(net, text), why, door->sheet->node->name,
		door->what,
		door->statement->ref[0] ? door->statement->ref : "without a route-map");
	return true;
}

/* Beside an aggregate: the other half of what holds both. */
static struct ipnet sibling(const struct ipnet *net)
{
	struct ipnet other = *net;

	other.addr[(net->len - 1) / 8] ^= 0x80 >> ((net->len - 1) % 8);
	return other;
}

static bool judge_lists(const struct judge *judge, const struct door *door)
{
	unsigned int count;
	const struct object *const *rules =
		sheet_lists(door->sheet, door->statement->target, &count);

	for (unsigned int i = 0; i < count; i++)
		if (rules[i]->num[1] && judge_door(judge, door, &rules[i]->net))
			return true;
	return false;
}

static void judge_statement(const struct judge *judge, const struct sheet *sheet,
			    enum object_kind kind, const char *what)
{
	static const struct ipnet any = { .family = AF_INET };
	const struct contract *contract = judge->contract;
	const struct door door = { sheet, sheet->one[kind], what };
	const struct ipnet *net;
	struct ipnet beside;

	if (!door.statement || judge_door(judge, &door, &any))
		return;
	darr_foreach_p (contract->provider->reserved, net)
		if (judge_door(judge, &door, net))
			return;
	darr_foreach_p (contract->tenant->aggregates, net) {
		if (net->family != AF_INET || !net->len)
			continue;
		beside = sibling(net);
		if (judge_door(judge, &door, &beside))
			return;
	}
	judge_lists(judge, &door);
}

/* The border router translates what DLRs announce, but what is denied by name. */
static void judge_border(const struct judge *judge, const struct sheet *sheet)
{
	const struct object *nssa = sheet->one[OBJ_OSPF_NSSA];
	const struct ipnet *net;
	char text[IPNET_TEXT_SIZE];

	if (!nssa || !nssa->num[1] || !darr_len(sheet->networks))
		return;
	darr_foreach_p (judge->contract->provider->reserved, net) {
		bool denied = net->family != AF_INET;

		for (unsigned int i = 0; i < darr_len(sheet->denied); i++)
			denied |= ipnet_contains(&sheet->denied[i]->net, net);
		if (denied)
			continue;
		judge_find(
			judge, INVARIANT_SPACE, 0,
			"%s would translate %s, which is reserved for the provider, for tenant %s; report this as a fault of the planner",
			sheet->node->name, ipnet_format(net, text), judge->contract->tenant->name);
		return;
	}
}

void judge_space(const struct judge *judge)
{
	for (unsigned int i = 0; i < judge->contract->count; i++) {
		const struct sheet *sheet = &judge->contract->sheets[i];

		if (sheet->one[OBJ_BGP_EXPORT] && !sheet->one[OBJ_BGP_EXPORT_MAP])
			judge_find(
				judge, INVARIANT_SPACE, 0,
				"%s would export all that VRF of tenant %s holds, since no route-map filters it; report this as a fault of the planner",
				sheet->node->name, judge->contract->tenant->name);
		judge_statement(judge, sheet, OBJ_BGP_EXPORT_MAP, "VPN export by");
		judge_statement(judge, sheet, OBJ_OSPF_REDIST_CONNECTED, "OSPF redistribution by");
		judge_statement(judge, sheet, OBJ_OSPF_REDIST_KERNEL, "OSPF redistribution by");
		judge_statement(judge, sheet, OBJ_BGP_REDIST_CONNECTED, "BGP redistribution by");
		judge_statement(judge, sheet, OBJ_BGP_REDIST_KERNEL, "BGP redistribution by");
		judge_border(judge, sheet);
	}
}

/* ---- I-4: what meets in a VRF ---- */

static void describe(const struct known *known, char *buf, size_t size)
{
	const struct object *obj = known->obj;

	if (obj->kind == OBJ_PREFIX_LIST)
		snprintf(buf, size, "leaked into it");
	else if (obj->kind == OBJ_ROUTE)
		snprintf(buf, size, "a route on %s", known->sheet->node->name);
	else
		snprintf(buf, size, "%s of %s", obj->name, known->sheet->node->name);
}

static void find_overlap(const struct judge *judge, const struct known *outer,
			 const struct known *inner)
{
	char text[2][IPNET_TEXT_SIZE], what[2][64];

	describe(outer, what[0], sizeof(what[0]));
	describe(inner, what[1], sizeof(what[1]));
	judge_find(
		judge, INVARIANT_OVERLAP, 0,
		"in the VRF of tenant %s, %s (%s) would overlap %s (%s); one of them must change",
		judge->contract->tenant->name, ipnet_format(&inner->net, text[1]), what[1],
		ipnet_format(&outer->net, text[0]), what[0]);
}

/* One thing seen on several nodes: a switch on all its DLRs, a wire on both its ends, a
 * route and what it leads to.
 */
static bool is_same_thing(const struct known *a, const struct known *b)
{
	uint8_t x = a->obj->kind, y = b->obj->kind;

	if (ipnet_cmp(&a->net, &b->net) || x == OBJ_PREFIX_LIST || y == OBJ_PREFIX_LIST)
		return false;
	if (x == OBJ_ROUTE || y == OBJ_ROUTE)
		return a->sheet != b->sheet;
	if (x == OBJ_GATEWAY && y == OBJ_GATEWAY)
		return !strcmp(a->obj->name, b->obj->name);
	return x == y && a->sheet != b->sheet;
}

/* What the import map lets in by a list of its own: leaks. */
static void know_leaks(struct known **all, const struct sheet *sheet)
{
	const struct object *map = sheet->one[OBJ_BGP_IMPORT_MAP];
	unsigned int count = 0, rules;
	const struct object *const *parts = NULL, *const * rule;

	if (map)
		parts = sheet_map_parts(sheet, TARGET_BGPD, map->ref, &count);
	for (unsigned int i = 0; i < count; i++) {
		if (parts[i]->kind != OBJ_MATCH_PREFIX)
			continue;
		rule = sheet_list(sheet, TARGET_BGPD, parts[i]->ref, &rules);
		for (unsigned int j = 0; j < rules; j++)
			if (rule[j]->num[1])
				*darr_append(*all) =
					(struct known){ rule[j]->net, sheet, rule[j] };
		return; /* the other entries say the same of other next hops */
	}
}

static int cmp_known_net(const void *a, const void *b)
{
	const struct known *x = a, *y = b;
	int diff = ipnet_cmp(&x->net, &y->net);

	return diff ? diff : numcmp(x->obj->kind, y->obj->kind);
}

/* Every PE lets the same in: one is enough. */
static struct known *all_known(const struct contract *contract)
{
	unsigned int count = darr_len(contract->known);
	struct known *all = NULL, *known;

	for (unsigned int i = 0; i < contract->count && !darr_len(all); i++)
		know_leaks(&all, &contract->sheets[i]);
	if (!darr_len(all))
		return NULL;
	darr_foreach_p (contract->known, known)
		*darr_append(all) = *known;
	assert(darr_len(all) > count);
	qsort(all, darr_len(all), sizeof(*all), cmp_known_net);
	return all;
}

/* Sorted, a prefix stands before all that lie within it. */
void judge_overlap(const struct judge *judge)
{
	struct known *all = all_known(judge->contract);
	const struct known *list = all ? all : judge->contract->known, *outer = NULL, *known;

	darr_foreach_p (list, known) {
		if (!known->net.len) /* the way out */
			continue;
		if (!outer || !ipnet_contains(&outer->net, &known->net))
			outer = known;
		else if (!is_same_thing(outer, known))
			find_overlap(judge, outer, known);
	}
	darr_free(all);
}

/* ---- I-8: limits ---- */

static void judge_device(const struct judge *judge, const struct sheet *sheet,
			 const struct object *device)
{
	const char *name = judge->contract->tenant->name;

	if (device->kind == OBJ_VLAN && (!device->num[0] || device->num[0] > VLAN_LAST))
		judge_find(
			judge, INVARIANT_LIMIT, 0,
			"tenant %s would need VLAN %u of %s on %s, and VLANs end at %u; set circuit.vlan or link.vlan to a free one",
			name, device->num[0], device->ref, sheet->node->name, VLAN_LAST);
	if (device->kind == OBJ_SEGMENT && (!device->num[0] || device->num[0] > VLAN_LAST))
		judge_find(
			judge, INVARIANT_LIMIT, 0,
			"tenant %s would need VLAN %u for %s on %s, and VLANs end at %u; set switch_vlan.vlan to a free one",
			name, device->num[0], device->ref, sheet->node->name, VLAN_LAST);
	if (device->kind == OBJ_VXLAN && (!device->num[0] || device->num[0] > VNI_LAST))
		judge_find(
			judge, INVARIANT_LIMIT, 0,
			"tenant %s would need VNI %u on %s, and VNIs end at %u; set logical_switch.vni to a free one",
			name, device->num[0], sheet->node->name, VNI_LAST);
}

static void judge_numbers(const struct judge *judge, const struct sheet *sheet)
{
	const struct object *vrf = sheet->one[OBJ_VRF], *rd = sheet->one[OBJ_BGP_RD];
	const struct object *out = sheet->one[OBJ_BGP_RT_EXPORT];
	const char *name = judge->contract->tenant->name;

	if (vrf && (!vrf->num[0] || (vrf->num[0] >= TABLE_DEFAULT && vrf->num[0] <= TABLE_LOCAL)))
		judge_find(
			judge, INVARIANT_LIMIT, 0,
			"tenant %s would have kernel table %u on %s, which is the node's own; set tenant.table_id to another number",
			name, vrf->num[0], sheet->node->name);
	if (rd && rd->num[0] > RD_LAST)
		judge_find(
			judge, INVARIANT_LIMIT, 0,
			"tenant %s would have number %u in its route distinguisher on %s, and %u is the last; set tenant.rd_number to a free one",
			name, rd->num[0], sheet->node->name, RD_LAST);
	if (out && out->num[0] > 65535 && out->num[1] > 65535)
		judge_find(
			judge, INVARIANT_LIMIT, 0,
			"tenant %s would have route target %u:%u on %s, and a four-octet AS leaves numbers up to 65535; set tenant.rt_number to a free one",
			name, out->num[0], out->num[1], sheet->node->name);
}

static unsigned int count_announced(const struct contract *contract)
{
	const struct known *known, *last = NULL;
	unsigned int count = 0;

	darr_foreach_p (contract->known, known) {
		if (known->obj->kind == OBJ_WIRE_ADDRESS || !known->net.len ||
		    (last && ipnet_cmp(&last->net, &known->net) == 0))
			continue;
		last = known;
		count += known->net.family == AF_INET && !contract_hides(contract, &known->net);
	}
	return count;
}

void judge_limits(const struct judge *judge)
{
	const struct contract *contract = judge->contract;
	unsigned int announced = count_announced(contract);

	for (unsigned int i = 0; i < contract->count; i++) {
		const struct sheet *sheet = &contract->sheets[i];

		judge_numbers(judge, sheet);
		for (unsigned int j = 0; j < darr_len(sheet->devices); j++)
			judge_device(judge, sheet, sheet->devices[j]);
	}
	if (contract->tenant->max_routes && announced > contract->tenant->max_routes)
		judge_find(
			judge, INVARIANT_LIMIT, 0,
			"tenant %s would announce %u prefixes, and may have %u; set tenant.max_routes higher or announce fewer",
			contract->tenant->name, announced, contract->tenant->max_routes);
}

/* ---- I-9: wires ---- */

static bool is_link(const struct tenant *tenant, const struct sheet *sheet,
		    const struct object *address)
{
	const struct link *link;

	darr_foreach_p (tenant->links, link)
		if (link->node_id == sheet->node->id &&
		    ipnet_cmp(&link->address, &address->net) == 0)
			return true;
	return false;
}

/* The size a wire with OSPF has to have, by what OSPF is told of it. */
static void judge_size(const struct judge *judge, const struct sheet *sheet,
		       const struct object *address)
{
	const struct object *network = sheet_network(sheet, address);
	unsigned int host_bits = ipnet_max_len(&address->net) - address->net.len;
	struct ipnet net = ipnet_masked(&address->net);
	char text[IPNET_TEXT_SIZE];

	if (!network || is_link(judge->contract->tenant, sheet, address))
		return;
	ipnet_format(&net, text);
	if (!network->num[0] && host_bits > 2)
		judge_find(
			judge, INVARIANT_ADDRESS, 0,
			"uplink %s of tenant %s on %s has %s and takes a /30 or /31; set circuit.prefix to one",
			address->name, judge->contract->tenant->name, sheet->node->name, text);
	if (network->num[0] && host_bits < 3)
		judge_find(
			judge, INVARIANT_ADDRESS, 0,
			"transit %s of tenant %s on %s has %s, with too few addresses for an edge, a DLR and a second edge; set circuit.prefix to a /29",
			address->name, judge->contract->tenant->name, sheet->node->name, text);
}

static void judge_hosts(const struct judge *judge, const struct known *known)
{
	const struct contract *contract = judge->contract;
	const struct object *address = known->obj;
	char text[IPNET_TEXT_SIZE];
	const struct known *other;

	ipnet_format(&address->net, text);
	if (!ipnet_is_host(&address->net))
		judge_find(
			judge, INVARIANT_ADDRESS, 0,
			"%s of tenant %s on %s would have the address %s, which is the network itself or its broadcast; give the node another slot or the wire a larger prefix",
			address->name, contract->tenant->name, known->sheet->node->name, text);
	for (other = contract_known(contract, &known->net);
	     other < known && ipnet_cmp(&other->net, &known->net) == 0; other++)
		if (other->obj->kind == OBJ_WIRE_ADDRESS && other->sheet != known->sheet &&
		    ipnet_cmp(&other->obj->net, &address->net) == 0)
			judge_find(
				judge, INVARIANT_ADDRESS, 0,
				"%s and %s would both have the address %s for tenant %s; give each its own slot on the wire, or each wire its own prefix",
				other->sheet->node->name, known->sheet->node->name, text,
				contract->tenant->name);
}

void judge_addresses(const struct judge *judge)
{
	const struct known *known;

	darr_foreach_p (judge->contract->known, known) {
		if (known->obj->kind != OBJ_WIRE_ADDRESS)
			continue;
		judge_hosts(judge, known);
		judge_size(judge, known->sheet, known->obj);
	}
}

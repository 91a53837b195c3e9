// SPDX-License-Identifier: GPL-2.0-or-later
/* One VRF on one node, as its objects make it. */
#include <zebra.h>

#include <stdlib.h>
#include <string.h>

#include "darr.h"

#include "verify/sheet.h"

/* ---- sorting ---- */

/* Lists, communities and maps have names of their own in each daemon. */
enum name_space { SPACE_PREFIX_LIST, SPACE_RT_LIST, SPACE_MAP };

static enum name_space space_of(const struct object *obj)
{
	if (obj->kind == OBJ_PREFIX_LIST)
		return SPACE_PREFIX_LIST;
	return obj->kind == OBJ_RT_LIST ? SPACE_RT_LIST : SPACE_MAP;
}

static int cmp_name(enum target target, enum name_space space, const char *name,
		    const struct object *obj)
{
	if (target != obj->target)
		return numcmp(target, obj->target);
	if (space != space_of(obj))
		return numcmp(space, space_of(obj));
	return strcmp(name, obj->name);
}

static int cmp_filter(const void *a, const void *b)
{
	const struct object *x = *(const struct object *const *)a;
	const struct object *y = *(const struct object *const *)b;
	int diff = cmp_name(x->target, space_of(x), x->name, y);

	if (!diff)
		diff = numcmp(x->num[0], y->num[0]);
	return diff ? diff : numcmp(x->kind, y->kind);
}

static bool is_filter(const struct object *obj)
{
	return obj->kind >= OBJ_PREFIX_LIST && obj->kind <= OBJ_ON_MATCH_NEXT;
}

static const struct object ***list_of(struct sheet *sheet, const struct object *obj)
{
	switch ((enum object_kind)obj->kind) {
	case OBJ_GATEWAY: /* only of those that bring a route */
		return obj->num[0] ? NULL : &sheet->gateways;
	case OBJ_WIRE_ADDRESS:
		return &sheet->addresses;
	case OBJ_ROUTE:
		return &sheet->routes;
	case OBJ_OSPF_NETWORK:
		return &sheet->networks;
	case OBJ_OSPF_NSSA_DENY:
		return &sheet->denied;
	case OBJ_BGP_NEIGHBOR:
	case OBJ_BGP_NEIGHBOR_IN:
		return &sheet->neighbors;
	case OBJ_VLAN:
	case OBJ_PORT:
	case OBJ_BRIDGE:
	case OBJ_VXLAN:
	case OBJ_SEGMENT:
		return &sheet->devices;
	default:
		return is_filter(obj) ? &sheet->filters : NULL;
	}
}

void sheet_read(struct sheet *sheet)
{
	const struct object *obj;

	darr_foreach_p (sheet->objects.list, obj) {
		const struct object ***list = list_of(sheet, obj);

		if (list)
			*darr_append(*list) = obj;
		else
			sheet->one[obj->kind] = obj;
	}
	if (darr_len(sheet->filters) > 1)
		qsort(sheet->filters, darr_len(sheet->filters), sizeof(*sheet->filters),
		      cmp_filter);
}

void sheet_reset(struct sheet *sheet)
{
	darr_reset(sheet->objects.list);
	darr_reset(sheet->filters);
	darr_reset(sheet->gateways);
	darr_reset(sheet->addresses);
	darr_reset(sheet->routes);
	darr_reset(sheet->networks);
	darr_reset(sheet->denied);
	darr_reset(sheet->neighbors);
	darr_reset(sheet->devices);
	memset(sheet->one, 0, sizeof(sheet->one));
}

void sheet_fini(struct sheet *sheet)
{
	objects_fini(&sheet->objects);
	darr_free(sheet->filters);
	darr_free(sheet->gateways);
	darr_free(sheet->addresses);
	darr_free(sheet->routes);
	darr_free(sheet->networks);
	darr_free(sheet->denied);
	darr_free(sheet->neighbors);
	darr_free(sheet->devices);
}

/* ---- lists ---- */

/* The first of the name; count: how many there are. */
static const struct object *const *find_in(const struct sheet *sheet, enum target target,
					   enum name_space space, const char *name,
					   unsigned int *count)
{
	unsigned int low = 0, high = darr_len(sheet->filters), end;

	while (low < high) {
		unsigned int middle = (low + high) / 2;

		if (cmp_name(target, space, name, sheet->filters[middle]) > 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (end = low; end < darr_len(sheet->filters) &&
			!cmp_name(target, space, name, sheet->filters[end]);)
		end++;
	*count = end - low;
	return sheet->filters + low;
}

static const struct object *const *find(const struct sheet *sheet, enum target target,
					enum name_space space, const char *name,
					unsigned int *count)
{
	const struct object *const *found = find_in(sheet, target, space, name, count);

	if (!*count && sheet->shared)
		found = find_in(sheet->shared, target, space, name, count);
	return found;
}

const struct object *const *sheet_list(const struct sheet *sheet, enum target target,
				       const char *name, unsigned int *count)
{
	return find_in(sheet, target, SPACE_PREFIX_LIST, name, count);
}

const struct object *const *sheet_map_parts(const struct sheet *sheet, enum target target,
					    const char *name, unsigned int *count)
{
	return find_in(sheet, target, SPACE_MAP, name, count);
}

const struct object *const *sheet_lists(const struct sheet *sheet, enum target target,
					unsigned int *count)
{
	unsigned int low = 0, end;

	while (low < darr_len(sheet->filters) && (sheet->filters[low]->target != target ||
						  sheet->filters[low]->kind != OBJ_PREFIX_LIST))
		low++;
	for (end = low; end < darr_len(sheet->filters) && sheet->filters[end]->target == target &&
			sheet->filters[end]->kind == OBJ_PREFIX_LIST;)
		end++;
	*count = end - low;
	return sheet->filters + low;
}

/* lib/plist.c: the first rule that holds it; le 0: exactly this prefix. */
static bool list_permits(const struct sheet *sheet, enum target target, const char *name,
			 const struct ipnet *net)
{
	unsigned int count;
	const struct object *const *rule = find(sheet, target, SPACE_PREFIX_LIST, name, &count);

	for (unsigned int i = 0; i < count; i++) {
		uint32_t longest = rule[i]->num[2] ? rule[i]->num[2] : rule[i]->net.len;

		if (ipnet_contains(&rule[i]->net, net) && net->len <= longest)
			return rule[i]->num[1];
	}
	return false;
}

static bool rt_list_permits(const struct sheet *sheet, enum target target, const char *name,
			    const struct route *route)
{
	unsigned int count;
	const struct object *const *rule = find(sheet, target, SPACE_RT_LIST, name, &count);

	for (unsigned int i = 0; i < count; i++)
		if (route_has_target(route, rule[i]->num[1], rule[i]->num[2]))
			return true;
	return false;
}

/* ---- maps ---- */

void route_add_target(struct route *route, uint32_t asn, uint32_t number)
{
	if (route->count < ROUTE_TARGETS_MAX && !route_has_target(route, asn, number))
		route->targets[route->count++] = (struct target_pair){ asn, number };
}

bool route_has_target(const struct route *route, uint32_t asn, uint32_t number)
{
	for (unsigned int i = 0; i < route->count; i++)
		if (route->targets[i].asn == asn && route->targets[i].number == number)
			return true;
	return false;
}

static bool clause_matches(const struct sheet *sheet, const struct object *clause,
			   const struct route *route)
{
	switch ((enum object_kind)clause->kind) {
	case OBJ_MATCH_PREFIX:
		return list_permits(sheet, clause->target, clause->ref, &route->net);
	case OBJ_MATCH_HOP:
		return ipnet_is_set(&route->hop) &&
		       list_permits(sheet, clause->target, clause->ref, &route->hop);
	case OBJ_MATCH_RT:
		return rt_list_permits(sheet, clause->target, clause->ref, route);
	case OBJ_MATCH_TAG:
		return route->tag == clause->num[2];
	default:
		return true;
	}
}

/* True where the entry goes on to the next. */
static bool clause_does(const struct object *clause, struct route *route)
{
	if (clause->kind == OBJ_SET_TAG)
		route->tag = clause->num[2];
	if (clause->kind == OBJ_SET_RT)
		route_add_target(route, clause->num[1], clause->num[2]);
	if (clause->kind == OBJ_SET_NO_RT) {
		route->count = 0;
		route->stripped = true;
	}
	return clause->kind == OBJ_ON_MATCH_NEXT;
}

/* lib/routemap.c, route_map_apply_ext(): the first entry all of whose clauses match,
 * and those after it where it says so; what nothing matches is denied.
 */
bool sheet_map(const struct sheet *sheet, enum target target, const char *name,
	       struct route *route)
{
	unsigned int count, i = 0;
	const struct object *const *part = find(sheet, target, SPACE_MAP, name, &count);
	bool permitted = false;

	while (i < count) {
		unsigned int first = i;
		bool matches = true, next = false, permit = false;

		/* each of them enters the entry, and so says anew what it is */
		for (; i < count && part[i]->num[0] == part[first]->num[0]; i++) {
			permit = part[i]->num[1];
			matches = matches && clause_matches(sheet, part[i], route);
		}
		permitted = false;
		if (!matches)
			continue;
		if (!permit)
			return false;
		permitted = true;
		for (unsigned int j = first; j < i; j++)
			next |= clause_does(part[j], route);
		if (!next)
			return true;
	}
	return permitted;
}

bool sheet_pass(const struct sheet *sheet, const struct object *statement, struct route *route)
{
	if (!statement)
		return false;
	return !statement->ref[0] || sheet_map(sheet, statement->target, statement->ref, route);
}

/* ---- wires ---- */

bool same_network(const struct object *a, const struct object *b)
{
	struct ipnet x = ipnet_masked(&a->net), y = ipnet_masked(&b->net);

	return ipnet_cmp(&x, &y) == 0;
}

const struct object *sheet_address_towards(const struct sheet *sheet, const struct ipnet *host)
{
	for (unsigned int i = 0; i < darr_len(sheet->addresses); i++) {
		struct ipnet network = ipnet_masked(&sheet->addresses[i]->net);

		if (ipnet_contains(&network, host))
			return sheet->addresses[i];
	}
	return NULL;
}

const struct object *sheet_network(const struct sheet *sheet, const struct object *address)
{
	struct ipnet host = ipnet_host(&address->net);

	for (unsigned int i = 0; i < darr_len(sheet->networks); i++)
		if (ipnet_contains(&sheet->networks[i]->net, &host))
			return sheet->networks[i];
	return NULL;
}

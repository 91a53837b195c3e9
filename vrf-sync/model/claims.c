// SPDX-License-Identifier: GPL-2.0-or-later
/* Who uses which number. */
#include <zebra.h>

#include <string.h>

#include "darr.h"
#include "memory.h"
#include "typesafe.h"

#include "model/claims.h"
#include "model/derive.h"

DECLARE_MGROUP(TENANT_MODEL);
DEFINE_MTYPE_STATIC(TENANT_MODEL, CLAIM, "claim");
DEFINE_MTYPE_STATIC(TENANT_MODEL, CLAIMS, "claims");

enum claim_kind {
	CLAIM_VRF,
	CLAIM_TABLE,
	CLAIM_RD,
	CLAIM_RT,
	CLAIM_VNI,
	CLAIM_VLAN,
	CLAIM_PORT,
};

PREDECL_RBTREE_UNIQ(claim_tree);

/* name and number hold what is claimed; scope, on which wire or node. */
struct claim {
	struct claim_tree_item item;
	uint32_t tenant_id;
	uint32_t scope;
	uint32_t number;
	uint8_t kind;
	char name[DEVICE_NAME_MAX + 1];
};

/* The same thing, whoever claims it. */
static int claim_cmp_thing(const struct claim *a, const struct claim *b)
{
	int diff;

	if (a->kind != b->kind)
		return numcmp(a->kind, b->kind);
	if (a->scope != b->scope)
		return numcmp(a->scope, b->scope);
	if (a->number != b->number)
		return numcmp(a->number, b->number);
	diff = strcmp(a->name, b->name);
	return diff;
}

static int claim_cmp(const struct claim *a, const struct claim *b)
{
	int diff = claim_cmp_thing(a, b);

	return diff ? diff : numcmp(a->tenant_id, b->tenant_id);
}

DECLARE_RBTREE_UNIQ(claim_tree, struct claim, item, claim_cmp);

struct claims {
	struct claim_tree_head tree[1];
};

struct claims *claims_new(void)
{
	struct claims *claims = XCALLOC(MTYPE_CLAIMS, sizeof(*claims));

	claim_tree_init(claims->tree);
	return claims;
}

void claims_free(struct claims *claims)
{
	struct claim *claim;

	if (!claims)
		return;
	while ((claim = claim_tree_pop(claims->tree)))
		XFREE(MTYPE_CLAIM, claim);
	claim_tree_fini(claims->tree);
	XFREE(MTYPE_CLAIMS, claims);
}

/* ---- what a tenant claims ---- */

static void list_add(struct claim **list, uint8_t kind, uint32_t scope, uint32_t number,
		     const char *name)
{
	struct claim *claim = darr_append(*list);

	*claim = (struct claim){ .kind = kind, .scope = scope, .number = number };
	strlcpy(claim->name, name, sizeof(claim->name));
}

static void list_wires(struct claim **list, const struct provider *provider,
		       const struct tenant *tenant)
{
	struct reason ignored = {}; /* validation says it where it matters */
	const struct wire_port *port;
	const struct wire *wire;
	uint16_t vlan;

	darr_foreach_p (provider->wires, wire) {
		if (!wire_serves(wire, tenant) || derive_vlan(wire, tenant, &vlan, &ignored) < 0)
			continue;
		list_add(list, CLAIM_VLAN, wire->id, vlan, "");
		/* links, and other wires, may use the same trunk */
		darr_foreach_p (wire->ports, port)
			if (wire_roles_on(wire, tenant, port->node_id))
				list_add(list, CLAIM_PORT, port->node_id, vlan, port->ifname);
	}
}

/* All that the tenant claims, as a darr; a number it cannot have is left out. */
static struct claim *claims_of(const struct provider *provider, const struct tenant *tenant)
{
	struct reason ignored = {};
	const struct logical_switch *sw;
	const struct link *link;
	struct claim *list = NULL;
	uint32_t number;

	if (tenant->vrf[0])
		list_add(&list, CLAIM_VRF, 0, 0, tenant->vrf);
	list_add(&list, CLAIM_TABLE, 0, derive_table(provider, tenant), "");
	if (!derive_rd_number(tenant, &number, &ignored))
		list_add(&list, CLAIM_RD, 0, number, "");
	if (!derive_rt_number(provider, tenant, &number, &ignored))
		list_add(&list, CLAIM_RT, 0, number, "");
	if (!derive_leak_number(provider, tenant->id, &number, &ignored))
		list_add(&list, CLAIM_RT, 0, number, "");
	darr_foreach_p (tenant->switches, sw)
		if (!derive_vni(provider, sw, &number, &ignored))
			list_add(&list, CLAIM_VNI, 0, number, "");
	list_wires(&list, provider, tenant);
	darr_foreach_p (tenant->links, link)
		list_add(&list, CLAIM_PORT, link->node_id, link->vlan, link->ifname);
	return list;
}

static void claim_describe(const struct claim *claim, const struct provider *provider, char *what,
			   size_t size)
{
	const struct wire *wire = provider_wire(provider, claim->scope);
	const struct node *node = provider_node(provider, claim->scope);

	switch ((enum claim_kind)claim->kind) {
	case CLAIM_VRF:
		snprintf(what, size, "VRF name %s", claim->name);
		break;
	case CLAIM_TABLE:
		snprintf(what, size, "kernel table %u", claim->number);
		break;
	case CLAIM_RD:
		snprintf(what, size, "route distinguisher number %u", claim->number);
		break;
	case CLAIM_RT:
		snprintf(what, size, "route target %u:%u", provider->asn, claim->number);
		break;
	case CLAIM_VNI:
		snprintf(what, size, "VNI %u", claim->number);
		break;
	case CLAIM_VLAN:
		snprintf(what, size, "VLAN %u on wire %s", claim->number, wire ? wire->name : "?");
		break;
	case CLAIM_PORT:
		snprintf(what, size, "port %s VLAN %u on node %s", claim->name, claim->number,
			 node ? node->name : "?");
		break;
	}
}

/* ---- the index ---- */

/* First claim of this thing, by tenant id. */
static struct claim *claim_first(const struct claims *claims, const struct claim *thing)
{
	struct claim_tree_head *tree = (struct claim_tree_head *)claims->tree;
	struct claim key = *thing;
	struct claim *found;

	key.tenant_id = 0;
	found = claim_tree_find_gteq(tree, &key);
	return found && !claim_cmp_thing(found, thing) ? found : NULL;
}

static void touch_claimants(struct claims *claims, const struct claim *thing, uint32_t tenant_id,
			    uint32_t **touched)
{
	struct claim *claim = claim_first(claims, thing);

	for (; claim && !claim_cmp_thing(claim, thing);
	     claim = claim_tree_next(claims->tree, claim))
		if (claim->tenant_id != tenant_id)
			*darr_append(*touched) = claim->tenant_id;
}

void claims_add(struct claims *claims, const struct provider *provider,
		const struct tenant *tenant, uint32_t **touched)
{
	struct claim *list = provider ? claims_of(provider, tenant) : NULL;
	struct claim *thing, *claim;

	darr_foreach_p (list, thing) {
		thing->tenant_id = tenant->id;
		touch_claimants(claims, thing, tenant->id, touched);
		claim = XCALLOC(MTYPE_CLAIM, sizeof(*claim));
		*claim = *thing;
		if (claim_tree_add(claims->tree, claim))
			XFREE(MTYPE_CLAIM, claim); /* claims the same thing twice itself */
	}
	darr_free(list);
}

void claims_del(struct claims *claims, const struct provider *provider,
		const struct tenant *tenant, uint32_t **touched)
{
	struct claim *list = provider ? claims_of(provider, tenant) : NULL;
	struct claim *thing, *claim;

	darr_foreach_p (list, thing) {
		thing->tenant_id = tenant->id;
		claim = claim_tree_find(claims->tree, thing);
		if (claim) {
			claim_tree_del(claims->tree, claim);
			XFREE(MTYPE_CLAIM, claim);
		}
		touch_claimants(claims, thing, tenant->id, touched);
	}
	darr_free(list);
}

uint32_t claims_conflict(const struct claims *claims, const struct provider *provider,
			 const struct tenant *tenant, char *what, size_t what_size)
{
	struct claim *list = claims_of(provider, tenant);
	uint32_t owner = 0;
	struct claim *thing;

	darr_foreach_p (list, thing) {
		const struct claim *first = claim_first(claims, thing);

		if (first && first->tenant_id < tenant->id) {
			owner = first->tenant_id;
			claim_describe(thing, provider, what, what_size);
			break;
		}
	}
	darr_free(list);
	return owner;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Who uses which number. */
#include <zebra.h>

#include <string.h>

#include "darr.h"
#include "jhash.h"
#include "memory.h"
#include "typesafe.h"

#include "model/claims.h"
#include "model/derive.h"
#include "model/presence.h"

DECLARE_MGROUP(TENANT_MODEL);
DEFINE_MTYPE_STATIC(TENANT_MODEL, HOLDER, "tenant's claims");
DEFINE_MTYPE_STATIC(TENANT_MODEL, CLAIMS, "claims");

enum claim_kind {
	CLAIM_VRF,
	CLAIM_TABLE,
	CLAIM_RD,
	CLAIM_RT,
	CLAIM_VNI,
	CLAIM_VLAN,
	CLAIM_PORT,
	CLAIM_DOMAIN,
	CLAIM_PUBLIC,
};

PREDECL_RBTREE_UNIQ(claim_tree);
PREDECL_HASH(holder_hash);

/* name and number hold what is claimed; scope, on which wire, node or domain. */
struct claim {
	struct claim_tree_item item;
	const char *name;   /* the tenant's, or its provider's; "" where it needs none */
	uint32_t tenant_id; /* 0: the tenant claims it twice, and this is not in the tree */
	uint32_t scope;
	uint32_t number;
	uint8_t kind;
};

/* All claims of one tenant, together: a model has some ten times as many of them
 * as tenants.
 */
struct holder {
	struct holder_hash_item item;
	uint32_t tenant_id;
	unsigned int count;
	struct claim claims[];
};

/* The same thing, whoever claims it. */
static int claim_cmp_thing(const struct claim *a, const struct claim *b)
{
	if (a->kind != b->kind)
		return numcmp(a->kind, b->kind);
	if (a->scope != b->scope)
		return numcmp(a->scope, b->scope);
	if (a->number != b->number)
		return numcmp(a->number, b->number);
	return strcmp(a->name, b->name);
}

static int claim_cmp(const struct claim *a, const struct claim *b)
{
	int diff = claim_cmp_thing(a, b);

	/* youngest first: who has it by right stands last */
	return diff ? diff : numcmp(b->tenant_id, a->tenant_id);
}

static int holder_cmp(const struct holder *a, const struct holder *b)
{
	return numcmp(a->tenant_id, b->tenant_id);
}

static uint32_t holder_key(const struct holder *holder)
{
	return jhash_1word(holder->tenant_id, 0x7e4a47);
}

DECLARE_RBTREE_UNIQ(claim_tree, struct claim, item, claim_cmp);
DECLARE_HASH(holder_hash, struct holder, item, holder_cmp, holder_key);

struct claims {
	struct claim_tree_head tree[1];
	struct holder_hash_head holders[1];
};

struct claims *claims_new(void)
{
	struct claims *claims = XCALLOC(MTYPE_CLAIMS, sizeof(*claims));

	claim_tree_init(claims->tree);
	holder_hash_init(claims->holders);
	return claims;
}

void claims_free(struct claims *claims)
{
	struct holder *holder;

	if (!claims)
		return;
	while (claim_tree_pop(claims->tree))
		;
	claim_tree_fini(claims->tree);
	while ((holder = holder_hash_pop(claims->holders)))
		XFREE(MTYPE_HOLDER, holder);
	holder_hash_fini(claims->holders);
	XFREE(MTYPE_CLAIMS, claims);
}

/* ---- what a tenant claims ---- */

static void list_add(struct claim **list, uint8_t kind, uint32_t scope, uint32_t number,
		     const char *name)
{
	*darr_append(*list) = (struct claim){
		.kind = kind,
		.scope = scope,
		.number = number,
		.name = name,
	};
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

static void list_vlans(struct claim **list, const struct provider *provider,
		       const struct tenant *tenant, const struct logical_switch *sw)
{
	const struct domain_port *port;
	const struct switch_vlan *vlan;

	darr_foreach_p (sw->vlans, vlan) {
		list_add(list, CLAIM_DOMAIN, vlan->domain_id, vlan->vlan, "");
		port = switch_vlan_port(provider, tenant, sw, vlan);
		if (port)
			list_add(list, CLAIM_PORT, port->node_id, vlan->vlan, port->ifname);
	}
}

/* An address once, however many of its ports are published. */
static void list_publics(struct claim **list, const struct tenant *tenant)
{
	const struct public_address *public, *last = NULL;
	uint32_t number;

	darr_foreach_p (tenant->publics, public) {
		memcpy(&number, public->address.addr, sizeof(number));
		if (!last || ipnet_cmp(&last->address, &public->address))
			list_add(list, CLAIM_PUBLIC, 0, ntohl(number), "");
		last = public;
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
	darr_foreach_p (tenant->switches, sw)
		list_vlans(&list, provider, tenant, sw);
	list_publics(&list, tenant);
	darr_foreach_p (tenant->links, link)
		list_add(&list, CLAIM_PORT, link->node_id, link->vlan, link->ifname);
	return list;
}

static void claim_describe(const struct claim *claim, const struct provider *provider, char *what,
			   size_t size)
{
	const struct wire *wire = provider_wire(provider, claim->scope);
	const struct node *node = provider_node(provider, claim->scope);
	const struct switch_domain *domain = provider_domain(provider, claim->scope);

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
	case CLAIM_DOMAIN:
		snprintf(what, size, "VLAN %u of switch domain %s", claim->number,
			 domain ? domain->name : "?");
		break;
	case CLAIM_PUBLIC:
		snprintf(what, size, "public address %u.%u.%u.%u", claim->number >> 24,
			 claim->number >> 16 & 255, claim->number >> 8 & 255, claim->number & 255);
		break;
	}
}

/* ---- the index ---- */

/* The next claim of the same thing, which an older tenant made; NULL: none. */
static const struct claim *claim_older(const struct claims *claims, const struct claim *claim)
{
	const struct claim *next = claim_tree_const_next(claims->tree, claim);

	return next && !claim_cmp_thing(next, claim) ? next : NULL;
}

/* All others that claim the same. */
static void touch_claimants(const struct claims *claims, const struct claim *claim,
			    uint32_t **touched)
{
	struct claim key = *claim;
	const struct claim *other;

	key.tenant_id = UINT32_MAX;
	other = claim_tree_const_find_gteq(claims->tree, &key);
	for (; other && !claim_cmp_thing(other, claim); other = claim_older(claims, other))
		if (other != claim)
			*darr_append(*touched) = other->tenant_id;
}

static struct holder *holder_find(const struct claims *claims, uint32_t tenant_id)
{
	struct holder key = { .tenant_id = tenant_id };

	return holder_hash_find((struct holder_hash_head *)claims->holders, &key);
}

void claims_add(struct claims *claims, const struct provider *provider,
		const struct tenant *tenant, uint32_t **touched)
{
	struct claim *list = provider ? claims_of(provider, tenant) : NULL;
	unsigned int count = darr_len(list);
	struct holder *holder =
		XCALLOC(MTYPE_HOLDER, sizeof(*holder) + count * sizeof(*holder->claims));

	holder->tenant_id = tenant->id;
	holder->count = count;
	for (unsigned int i = 0; i < count; i++) {
		struct claim *claim = &holder->claims[i];

		*claim = list[i];
		claim->tenant_id = tenant->id;
		if (claim_tree_add(claims->tree, claim))
			claim->tenant_id = 0;
		else if (touched)
			touch_claimants(claims, claim, touched);
	}
	holder_hash_add(claims->holders, holder);
	darr_free(list);
}

void claims_del(struct claims *claims, uint32_t tenant_id, uint32_t **touched)
{
	struct holder *holder = holder_find(claims, tenant_id);

	if (!holder)
		return;
	for (unsigned int i = 0; i < holder->count; i++) {
		struct claim *claim = &holder->claims[i];

		if (!claim->tenant_id)
			continue;
		touch_claimants(claims, claim, touched);
		claim_tree_del(claims->tree, claim);
	}
	holder_hash_del(claims->holders, holder);
	XFREE(MTYPE_HOLDER, holder);
}

uint32_t claims_conflict(const struct claims *claims, const struct provider *provider,
			 const struct tenant *tenant, char *what, size_t what_size)
{
	const struct holder *holder = holder_find(claims, tenant->id);

	for (unsigned int i = 0; holder && i < holder->count; i++) {
		const struct claim *claim = &holder->claims[i], *older, *owner = NULL;

		if (!claim->tenant_id)
			continue;
		for (older = claim_older(claims, claim); older; older = claim_older(claims, older))
			owner = older;
		if (owner) {
			claim_describe(claim, provider, what, what_size);
			return owner->tenant_id;
		}
	}
	return 0;
}

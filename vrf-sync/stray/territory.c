// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whose a prefix is.
 *
 * The table has one slot for each prefix that any tenant has, found by a hash of it, with
 * how many tenants have it and one of them.  Where that one has gone meanwhile, or two
 * prefixes share a hash, all tenants are searched: seldom, and only for what is not the
 * asking tenant's own.  Prefixes of wires follow from numbers (derive.h), and are in no
 * table.
 */
#include <zebra.h>

#include <string.h>

#include "darr.h"
#include "jhash.h"
#include "memory.h"

#include "model/derive.h"
#include "stray/territory.h"

DEFINE_MGROUP(TENANT_STRAY, "tenant strays");
DEFINE_MTYPE_STATIC(TENANT_STRAY, TERRITORY, "territory");
DEFINE_MTYPE_STATIC(TENANT_STRAY, SETTLER, "tenant in the territory");
DEFINE_MTYPE_STATIC(TENANT_STRAY, SLOTS, "table of prefixes");

struct slot {
	uint32_t hash;
	uint32_t count; /* 0: free */
	uint32_t owner; /* one of them; 0: not known any more */
};

PREDECL_HASH(settlers);

struct settler {
	struct settlers_item item;
	uint32_t id;
	struct tenant *tenant;
};

static int settler_cmp(const struct settler *a, const struct settler *b)
{
	return numcmp(a->id, b->id);
}

static uint32_t settler_key(const struct settler *settler)
{
	return jhash_1word(settler->id, 0x7e4a47);
}

DECLARE_HASH(settlers, struct settler, item, settler_cmp, settler_key);

struct territory {
	struct settlers_head settlers[1];
	struct slot *slots;
	uint32_t mask; /* slots - 1, a power of two; 0: none yet */
	uint32_t used;
};

/* ---- slots: open addressing ---- */

static uint32_t net_hash(const struct ipnet *net)
{
	return jhash(net, sizeof(*net), 0x7e4a47);
}

static struct slot *slot_find(const struct territory *territory, uint32_t hash)
{
	uint32_t i = hash & territory->mask;

	if (!territory->mask)
		return NULL;
	while (territory->slots[i].count && territory->slots[i].hash != hash)
		i = (i + 1) & territory->mask;
	return &territory->slots[i];
}

static void slots_grow(struct territory *territory)
{
	struct territory bigger = { .mask = territory->mask ? territory->mask * 2 + 1 : 255 };

	bigger.slots = XCALLOC(MTYPE_SLOTS, (bigger.mask + 1) * sizeof(*bigger.slots));
	for (uint32_t i = 0; territory->mask && i <= territory->mask; i++)
		if (territory->slots[i].count)
			*slot_find(&bigger, territory->slots[i].hash) = territory->slots[i];
	XFREE(MTYPE_SLOTS, territory->slots);
	territory->slots = bigger.slots;
	territory->mask = bigger.mask;
}

static void slot_take(struct territory *territory, uint32_t hash, uint32_t owner)
{
	struct slot *slot;

	if ((territory->used + 1) * 4 > territory->mask * 3)
		slots_grow(territory);
	slot = slot_find(territory, hash);
	territory->used += !slot->count;
	*slot = (struct slot){ hash, slot->count + 1, owner };
}

/* Closes the gap, so that no search ends before what it looks for. */
static void slots_close(struct territory *territory, uint32_t gap)
{
	struct slot *slots = territory->slots;

	for (uint32_t i = (gap + 1) & territory->mask; slots[i].count;
	     i = (i + 1) & territory->mask) {
		uint32_t home = slots[i].hash & territory->mask;

		if (((i - home) & territory->mask) < ((i - gap) & territory->mask))
			continue;
		slots[gap] = slots[i];
		gap = i;
	}
	slots[gap] = (struct slot){};
}

static void slot_leave(struct territory *territory, uint32_t hash, uint32_t owner)
{
	struct slot *slot = slot_find(territory, hash);

	assert(slot && slot->count);
	if (slot->owner == owner)
		slot->owner = 0;
	if (--slot->count)
		return;
	territory->used--;
	slots_close(territory, slot - territory->slots);
}

/* ---- what a tenant has ---- */

typedef void (*each_net)(void *arg, const struct ipnet *net, const char *kind, const char *name);

static void each_subnet(const struct tenant *tenant, each_net each, void *arg)
{
	const struct logical_switch *sw;
	const struct subnet *subnet;

	darr_foreach_p (tenant->switches, sw)
		darr_foreach_p (sw->subnets, subnet)
			each(arg, &subnet->prefix, "subnet of switch", sw->name);
}

static void each_of_link(const struct link *link, each_net each, void *arg)
{
	struct ipnet net = ipnet_masked(&link->address);
	const struct ipnet *behind;

	if (ipnet_is_set(&link->address))
		each(arg, &net, "link", link->name);
	darr_foreach_p (link->routes, behind)
		each(arg, behind, "network behind link", link->name);
}

/* All beside its address space. */
static void each_wire_and_link(const struct tenant *tenant, each_net each, void *arg)
{
	const struct circuit *circuit;
	const struct link *link;

	darr_foreach_p (tenant->circuits, circuit)
		if (ipnet_is_set(&circuit->prefix))
			each(arg, &circuit->prefix, "wire", "of its own prefix");
	darr_foreach_p (tenant->links, link)
		each_of_link(link, each, arg);
}

/* What is in the table: subnets lie within the aggregates, if there are any. */
static void each_entry(const struct tenant *tenant, each_net each, void *arg)
{
	const struct ipnet *aggregate;

	darr_foreach_p (tenant->aggregates, aggregate)
		each(arg, aggregate, "aggregate", "");
	if (!tenant->aggregates)
		each_subnet(tenant, each, arg);
	each_wire_and_link(tenant, each, arg);
}

struct entering {
	struct territory *territory;
	uint32_t id;
};

static void enter(void *arg, const struct ipnet *net, const char *kind, const char *name)
{
	const struct entering *entering = arg;

	if (net->len)
		slot_take(entering->territory, net_hash(net), entering->id);
}

static void leave(void *arg, const struct ipnet *net, const char *kind, const char *name)
{
	const struct entering *entering = arg;

	if (net->len)
		slot_leave(entering->territory, net_hash(net), entering->id);
}

static struct settler *settler_find(const struct territory *territory, uint32_t id)
{
	struct settler key = { .id = id };

	return settlers_find((struct settlers_head *)territory->settlers, &key);
}

void territory_set(struct territory *territory, uint32_t id, const struct tenant *tenant)
{
	struct settler *settler = settler_find(territory, id);
	struct entering entering = { territory, id };

	if (settler && settler->tenant == tenant)
		return;
	if (settler) {
		each_entry(settler->tenant, leave, &entering);
		tenant_unref(settler->tenant);
		settler->tenant = NULL;
	}
	if (!tenant) {
		if (settler)
			settlers_del(territory->settlers, settler);
		XFREE(MTYPE_SETTLER, settler);
		return;
	}
	if (!settler) {
		settler = XCALLOC(MTYPE_SETTLER, sizeof(*settler));
		settler->id = id;
		settlers_add(territory->settlers, settler);
	}
	settler->tenant = tenant_ref(tenant);
	each_entry(tenant, enter, &entering);
}

struct territory *territory_new(void)
{
	struct territory *territory = XCALLOC(MTYPE_TERRITORY, sizeof(*territory));

	settlers_init(territory->settlers);
	return territory;
}

void territory_free(struct territory *territory)
{
	struct settler *settler;

	if (!territory)
		return;
	while ((settler = settlers_pop(territory->settlers))) {
		tenant_unref(settler->tenant);
		XFREE(MTYPE_SETTLER, settler);
	}
	settlers_fini(territory->settlers);
	XFREE(MTYPE_SLOTS, territory->slots);
	XFREE(MTYPE_TERRITORY, territory);
}

/* ---- the narrowest of a tenant's prefixes that holds one ---- */

struct search {
	const struct ipnet *net;
	struct foreign *found;
	bool any;
};

static void narrow(void *arg, const struct ipnet *net, const char *kind, const char *name)
{
	struct search *search = arg;

	if (!net->len || !ipnet_contains(net, search->net) ||
	    (search->any && net->len <= search->found->space.len))
		return;
	search->any = true;
	search->found->space = *net;
	snprintf(search->found->what, sizeof(search->found->what), "%s%s%s", kind,
		 name[0] ? " " : "", name);
}

static bool is_beside_space(const struct tenant *tenant, const struct ipnet *net)
{
	struct foreign ignored = {};
	struct search search = { net, &ignored };
	const struct leak *leak;

	darr_foreach_p (tenant->leaks, leak)
		if (leak->to_tenant == tenant->id && ipnet_contains(&leak->prefix, net))
			return true;
	each_wire_and_link(tenant, narrow, &search);
	return search.any;
}

static bool has(const struct tenant *tenant, const struct ipnet *net, struct foreign *found)
{
	struct search search = { net, found };

	each_entry(tenant, narrow, &search);
	if (search.any && tenant->aggregates)
		each_subnet(tenant, narrow, &search); /* says more */
	if (search.any)
		found->tenant = tenant;
	return search.any;
}

/* ---- wires ---- */

static uint64_t bits_between(const struct ipnet *net, unsigned int from, unsigned int to)
{
	uint64_t value = 0;

	for (unsigned int bit = from; bit < to; bit++)
		value = value << 1 | (net->addr[bit / 8] >> (7 - bit % 8) & 1);
	return value;
}

/* Whose wire's prefix holds it, of those taken from the pool; the reverse of
 * derive_wire_prefix().  0: none.
 */
static uint32_t wire_owner(const struct pool *pool, const struct ipnet *net, uint32_t *wire_id)
{
	uint64_t index;

	if (!pool->wires || net->len < pool->len || pool->len > pool->prefix.len + 63 ||
	    !ipnet_contains(&pool->prefix, net))
		return 0;
	index = bits_between(net, pool->prefix.len, pool->len);
	*wire_id = index % pool->wires + 1;
	return index / pool->wires + 1;
}

/* 1: of the tenant's own; -1: of another's; 0: of none. */
static int judge_wires(const struct territory *territory, const struct provider *provider,
		       uint32_t tenant_id, const struct ipnet *net, struct foreign *found)
{
	for (int kind = 0; kind < WIRE_KIND_COUNT; kind++) {
		uint32_t wire_id, id = wire_owner(&provider->pools[kind], net, &wire_id);
		const struct wire *wire = id ? provider_wire(provider, wire_id) : NULL;
		const struct settler *owner = id ? settler_find(territory, id) : NULL;
		struct reason ignored = {};
		struct ipnet space;

		if (!wire || wire->kind != (enum wire_kind)kind || !owner ||
		    !wire_serves(wire, owner->tenant) ||
		    derive_wire_prefix(provider, wire, owner->tenant, &space, &ignored) < 0 ||
		    !ipnet_contains(&space, net))
			continue;
		if (id == tenant_id)
			return 1;
		found->tenant = owner->tenant;
		found->space = space;
		snprintf(found->what, sizeof(found->what), "wire %s", wire->name);
		return -1;
	}
	return 0;
}

/* ---- judging ---- */

static bool is_reserved(const struct provider *provider, const struct ipnet *net,
			struct foreign *found)
{
	const struct ipnet *reserved;

	darr_foreach_p (provider->reserved, reserved)
		if (ipnet_contains(reserved, net)) {
			*found = (struct foreign){ .space = *reserved, .what = "reserved space" };
			return true;
		}
	return false;
}

static bool is_in_aggregate(const struct tenant *tenant, const struct ipnet *net)
{
	const struct ipnet *aggregate;

	darr_foreach_p (tenant->aggregates, aggregate)
		if (ipnet_contains(aggregate, net))
			return true;
	return false;
}

static bool search_all(const struct territory *territory, struct slot *slot,
		       const struct ipnet *net, struct foreign *found)
{
	struct settler *settler;

	frr_each (settlers, (struct settlers_head *)territory->settlers, settler)
		if (has(settler->tenant, net, found)) {
			slot->owner = settler->id;
			return true;
		}
	return false;
}

static bool is_anothers(const struct territory *territory, const struct ipnet *net,
			struct foreign *found)
{
	for (unsigned int len = net->len; len > 0; len--) {
		struct ipnet wider = { .family = net->family, .len = len };
		const struct settler *owner;
		struct slot *slot;

		memcpy(wider.addr, net->addr, sizeof(wider.addr));
		wider = ipnet_masked(&wider);
		slot = slot_find(territory, net_hash(&wider));
		if (!slot || !slot->count)
			continue;
		owner = slot->owner ? settler_find(territory, slot->owner) : NULL;
		if ((owner && has(owner->tenant, net, found)) ||
		    search_all(territory, slot, net, found))
			return true;
	}
	return false;
}

bool territory_is_foreign(const struct territory *territory, const struct provider *provider,
			  uint32_t tenant_id, const struct ipnet *net, struct foreign *found)
{
	const struct settler *settler = settler_find(territory, tenant_id);
	struct foreign own = {};
	int by_wire;

	if (!settler || !provider || !net->len || is_beside_space(settler->tenant, net))
		return false;
	by_wire = judge_wires(territory, provider, tenant_id, net, found);
	if (by_wire)
		return by_wire < 0;
	if (is_reserved(provider, net, found))
		return true;
	if (!settler->tenant->aggregates || is_in_aggregate(settler->tenant, net))
		return false;
	/* a tenant that is held has its subnets, whatever its aggregates are by now */
	return is_anothers(territory, net, found) && !has(settler->tenant, net, &own);
}

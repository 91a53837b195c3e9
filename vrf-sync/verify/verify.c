// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whether tenants stay apart: who owns what, and a tenant against those who own it too.
 *
 * The table of owners holds hashes, not keys: 8 bytes an entry.  Whoever has the same
 * hash is planned again, and the keys themselves are compared.  Of a hundred thousand
 * keys two have one hash by chance once in some thousand look-ups.
 */
#include <zebra.h>

#include <stdlib.h>
#include <string.h>

#include "darr.h"
#include "jhash.h"
#include "memory.h"
#include "printfrr.h"
#include "typesafe.h"

#include "plan/plan.h"
#include "verify/verify_priv.h"

DEFINE_MGROUP(TENANT_VERIFY, "tenant verifier");
DEFINE_MTYPE_STATIC(TENANT_VERIFY, VERIFIER, "verifier");
DEFINE_MTYPE_STATIC(TENANT_VERIFY, MEMBER, "tenant in the verifier");
DEFINE_MTYPE_STATIC(TENANT_VERIFY, OWNERS, "table of owners");

const char *const invariant_names[INVARIANT_COUNT] = {
	[INVARIANT_ISOLATION] = "isolation",   [INVARIANT_DISTINGUISHER] = "distinguisher",
	[INVARIANT_SPACE] = "space",           [INVARIANT_OVERLAP] = "overlap",
	[INVARIANT_REACH] = "reach",           [INVARIANT_LOOP] = "loop",
	[INVARIANT_FORWARDING] = "forwarding", [INVARIANT_LIMIT] = "limit",
	[INVARIANT_ADDRESS] = "address",
};

/* ---- owners: hash to tenants, open addressing ---- */

struct owner {
	uint32_t hash;
	uint32_t tenant_id; /* 0: free */
};

struct owners {
	struct owner *slots;
	uint32_t mask; /* slots - 1, a power of two; 0: none yet */
	uint32_t count;
};

static void owners_put(struct owners *owners, struct owner entry)
{
	uint32_t i = entry.hash & owners->mask;

	while (owners->slots[i].tenant_id)
		i = (i + 1) & owners->mask;
	owners->slots[i] = entry;
}

static void owners_grow(struct owners *owners)
{
	struct owners bigger = { .mask = owners->mask ? owners->mask * 2 + 1 : 255 };

	bigger.slots = XCALLOC(MTYPE_OWNERS, (bigger.mask + 1) * sizeof(*bigger.slots));
	for (uint32_t i = 0; owners->mask && i <= owners->mask; i++)
		if (owners->slots[i].tenant_id)
			owners_put(&bigger, owners->slots[i]);
	bigger.count = owners->count;
	XFREE(MTYPE_OWNERS, owners->slots);
	*owners = bigger;
}

static void owners_add(struct owners *owners, uint32_t hash, uint32_t tenant_id)
{
	if ((owners->count + 1) * 4 > owners->mask * 3)
		owners_grow(owners);
	owners_put(owners, (struct owner){ hash, tenant_id });
	owners->count++;
}

/* Closes the gap, so that no search ends before what it looks for. */
static void owners_close(struct owners *owners, uint32_t gap)
{
	for (uint32_t i = (gap + 1) & owners->mask; owners->slots[i].tenant_id;
	     i = (i + 1) & owners->mask) {
		uint32_t home = owners->slots[i].hash & owners->mask;

		if (((i - home) & owners->mask) < ((i - gap) & owners->mask))
			continue;
		owners->slots[gap] = owners->slots[i];
		gap = i;
	}
	owners->slots[gap] = (struct owner){};
}

static void owners_del(struct owners *owners, uint32_t hash, uint32_t tenant_id)
{
	for (uint32_t i = hash & owners->mask; owners->slots[i].tenant_id;
	     i = (i + 1) & owners->mask)
		if (owners->slots[i].hash == hash && owners->slots[i].tenant_id == tenant_id) {
			owners_close(owners, i);
			owners->count--;
			return;
		}
}

/* ---- the verifier ---- */

PREDECL_HASH(member_hash);

/* A tenant that was taken in. */
struct member {
	struct member_hash_item item;
	uint32_t id;
	struct tenant *tenant;
	unsigned int count;
	uint32_t keys[]; /* hashes */
};

static int member_cmp(const struct member *a, const struct member *b)
{
	return numcmp(a->id, b->id);
}

static uint32_t member_key(const struct member *member)
{
	return jhash_1word(member->id, 0x7e4a47);
}

DECLARE_HASH(member_hash, struct member, item, member_cmp, member_key);

struct verifier {
	struct provider *provider;
	verify_plan plan;
	void *arg;
	struct sheet *nodes; /* darr, as provider->nodes: their own lists */
	struct member_hash_head members[1];
	struct owners owners;
	struct contract mine, other; /* scratch */
};

static void planner(void *arg, const struct provider *provider, const struct tenant *tenant,
		    const struct node *node, struct objects *want)
{
	if (tenant)
		plan_tenant_unsorted(provider, tenant, node, want);
	else
		plan_node(provider, node, want);
}

const struct provider *verifier_provider(const struct verifier *verifier)
{
	return verifier->provider;
}

void verifier_plan(const struct verifier *verifier, const struct tenant *tenant,
		   const struct node *node, struct objects *want)
{
	verifier->plan(verifier->arg, verifier->provider, tenant, node, want);
}

const struct sheet *verifier_node(const struct verifier *verifier, const struct node *node)
{
	return &verifier->nodes[node - verifier->provider->nodes];
}

struct verifier *verifier_new(const struct provider *provider, verify_plan plan, void *arg)
{
	struct verifier *verifier = XCALLOC(MTYPE_VERIFIER, sizeof(*verifier));
	const struct node *node;

	verifier->provider = provider_ref(provider);
	verifier->plan = plan ? plan : planner;
	verifier->arg = arg;
	member_hash_init(verifier->members);
	darr_foreach_p (provider->nodes, node) {
		struct sheet *sheet = darr_append(verifier->nodes);

		*sheet = (struct sheet){ .node = node };
		verifier_plan(verifier, NULL, node, &sheet->objects);
		sheet_read(sheet);
	}
	return verifier;
}

static struct member *member_find(const struct verifier *verifier, uint32_t id)
{
	struct member key = { .id = id };

	return member_hash_find((struct member_hash_head *)verifier->members, &key);
}

static void member_free(struct member *member)
{
	tenant_unref(member->tenant);
	XFREE(MTYPE_MEMBER, member);
}

void verifier_free(struct verifier *verifier)
{
	struct member *member;
	struct sheet *sheet;

	if (!verifier)
		return;
	while ((member = member_hash_pop(verifier->members)))
		member_free(member);
	member_hash_fini(verifier->members);
	darr_foreach_p (verifier->nodes, sheet)
		sheet_fini(sheet);
	darr_free(verifier->nodes);
	XFREE(MTYPE_OWNERS, verifier->owners.slots);
	contract_fini(&verifier->mine);
	contract_fini(&verifier->other);
	provider_unref(verifier->provider);
	XFREE(MTYPE_VERIFIER, verifier);
}

const struct tenant *verify_tenant(const struct verifier *verifier, uint32_t tenant_id)
{
	const struct member *member = member_find(verifier, tenant_id);

	return member ? member->tenant : NULL;
}

/* ---- in and out ---- */

static int cmp_hash(const void *a, const void *b)
{
	return numcmp(*(const uint32_t *)a, *(const uint32_t *)b);
}

/* Of each key once (darr). */
static uint32_t *hashes_of(const struct key *keys)
{
	uint32_t *hashes = NULL;
	unsigned int kept = 0;
	const struct key *key;

	darr_foreach_p (keys, key)
		*darr_append(hashes) = key_hash(key);
	if (darr_len(hashes) < 2)
		return hashes;
	qsort(hashes, darr_len(hashes), sizeof(*hashes), cmp_hash);
	for (unsigned int i = 1; i < darr_len(hashes); i++)
		if (hashes[i] != hashes[kept])
			hashes[++kept] = hashes[i];
	darr_setlen(hashes, kept + 1);
	return hashes;
}

static void take_in(struct verifier *verifier, const struct tenant *tenant, const uint32_t *hashes)
{
	unsigned int count = darr_len(hashes);
	struct member *member =
		XCALLOC(MTYPE_MEMBER, sizeof(*member) + count * sizeof(*member->keys));

	member->id = tenant->id;
	member->tenant = tenant_ref(tenant);
	member->count = count;
	for (unsigned int i = 0; i < count; i++) {
		member->keys[i] = hashes[i];
		owners_add(&verifier->owners, hashes[i], tenant->id);
	}
	member_hash_add(verifier->members, member);
}

void verify_remove(struct verifier *verifier, uint32_t tenant_id)
{
	struct member *member = member_find(verifier, tenant_id);

	if (!member)
		return;
	for (unsigned int i = 0; i < member->count; i++)
		owners_del(&verifier->owners, member->keys[i], tenant_id);
	member_hash_del(verifier->members, member);
	member_free(member);
}

static int cmp_id(const void *a, const void *b)
{
	return numcmp(*(const uint32_t *)a, *(const uint32_t *)b);
}

/* Sorted, each once. */
static void sort_ids(uint32_t **ids)
{
	unsigned int kept = 0;

	if (darr_len(*ids) < 2)
		return;
	qsort(*ids, darr_len(*ids), sizeof(**ids), cmp_id);
	for (unsigned int i = 1; i < darr_len(*ids); i++)
		if ((*ids)[i] != (*ids)[kept])
			(*ids)[++kept] = (*ids)[i];
	darr_setlen(*ids, kept + 1);
}

static void find_sharers(const struct verifier *verifier, const uint32_t *hashes, uint32_t self,
			 uint32_t **ids)
{
	const struct owners *owners = &verifier->owners;
	const uint32_t *hash;

	if (!owners->mask)
		return;
	darr_foreach_p (hashes, hash)
		for (uint32_t i = *hash & owners->mask; owners->slots[i].tenant_id;
		     i = (i + 1) & owners->mask)
			if (owners->slots[i].hash == *hash && owners->slots[i].tenant_id != self)
				*darr_append(*ids) = owners->slots[i].tenant_id;
	sort_ids(ids);
}

void verify_sharers(struct verifier *verifier, const struct tenant *tenant, uint32_t **ids)
{
	struct key *keys = NULL;
	uint32_t *hashes;

	contract_make(&verifier->mine, verifier, tenant);
	contract_keys(&verifier->mine, &keys);
	hashes = hashes_of(keys);
	find_sharers(verifier, hashes, tenant->id, ids);
	darr_free(hashes);
	darr_free(keys);
}

/* ---- judging ---- */

void judge_find(const struct judge *judge, enum invariant invariant, uint32_t other_id,
		const char *fmt, ...)
{
	struct violation *violation = darr_append(*judge->found);
	va_list ap;

	violation->invariant = invariant;
	violation->tenant_id = judge->contract->tenant->id;
	violation->other_id = other_id;
	va_start(ap, fmt);
	vsnprintfrr(violation->why.text, sizeof(violation->why.text), fmt, ap);
	va_end(ap);
}

static int cmp_key(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct key));
}

/* Each once, so that each is judged once. */
static void sort_keys(struct key **keys)
{
	unsigned int kept = 0;

	if (darr_len(*keys) < 2)
		return;
	qsort(*keys, darr_len(*keys), sizeof(**keys), cmp_key);
	for (unsigned int i = 1; i < darr_len(*keys); i++)
		if (cmp_key(&(*keys)[i], &(*keys)[kept]))
			(*keys)[++kept] = (*keys)[i];
	darr_setlen(*keys, kept + 1);
}

/* Targets are judged once, however many are shared. */
static void judge_keys(const struct judge *judge, const struct contract *other,
		       const struct key *mine, const struct key *theirs)
{
	bool targets = false;
	const struct key *key;

	darr_foreach_p (mine, key) {
		if (!bsearch(key, theirs, darr_len(theirs), sizeof(*theirs), cmp_key) ||
		    (key->kind == KEY_TARGET && targets))
			continue;
		targets |= key->kind == KEY_TARGET;
		judge_shared_key(judge, other, key);
	}
}

static void judge_others(struct verifier *verifier, const struct judge *judge,
			 const uint32_t *hashes, struct key **keys)
{
	uint32_t *ids = NULL, *id;

	find_sharers(verifier, hashes, judge->contract->tenant->id, &ids);
	if (ids)
		sort_keys(keys);
	darr_foreach_p (ids, id) {
		const struct member *member = member_find(verifier, *id);
		struct key *theirs = NULL;

		contract_make(&verifier->other, verifier, member->tenant);
		contract_keys(&verifier->other, &theirs);
		sort_keys(&theirs);
		if (darr_len(theirs))
			judge_keys(judge, &verifier->other, *keys, theirs);
		darr_free(theirs);
	}
	darr_free(ids);
}

static void judge_all(struct verifier *verifier, const uint32_t *hashes, struct key **keys,
		      struct violation **found)
{
	const struct judge judge = { .contract = &verifier->mine, .found = found };

	judge_others(verifier, &judge, hashes, keys);
	judge_isolation(&judge);
	judge_distinguishers(&judge);
	judge_space(&judge);
	judge_overlap(&judge);
	judge_reach(&judge);
	judge_loops(&judge);
	judge_forwarding(&judge);
	judge_limits(&judge);
	judge_addresses(&judge);
}

size_t verify_update(struct verifier *verifier, const struct tenant *tenant,
		     struct violation **found)
{
	size_t before = found ? darr_len(*found) : 0;
	struct key *keys = NULL;
	uint32_t *hashes;

	contract_make(&verifier->mine, verifier, tenant);
	contract_keys(&verifier->mine, &keys);
	hashes = hashes_of(keys);
	verify_remove(verifier, tenant->id);
	if (found)
		judge_all(verifier, hashes, &keys, found);
	take_in(verifier, tenant, hashes);
	darr_free(hashes);
	darr_free(keys);
	return found ? darr_len(*found) - before : 0;
}

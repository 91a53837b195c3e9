// SPDX-License-Identifier: GPL-2.0-or-later
/* Which router claims what. */
#include <zebra.h>

#include <string.h>

#include "darr.h"
#include "jhash.h"
#include "memory.h"
#include "typesafe.h"

#include "ovn/ovn_claims.h"

DECLARE_MGROUP(TENANT_SOURCE);
DEFINE_MTYPE_STATIC(TENANT_SOURCE, OVN_CLAIMS, "OVN claims");
DEFINE_MTYPE_STATIC(TENANT_SOURCE, OVN_CLAIM, "OVN claim");
DEFINE_MTYPE_STATIC(TENANT_SOURCE, OVN_HOLDER, "OVN tenant");

PREDECL_RBTREE_UNIQ(claim_tree);
PREDECL_HASH(holder_hash);

struct holder {
	struct holder_hash_item item;
	char router[OVN_UUID_SIZE];
	uint32_t tenant_id;
	struct claim **claims; /* darr */
};

struct claim {
	struct claim_tree_item item;
	struct ovn_claim what;
	struct holder *holder;
	char text[]; /* what.text */
};

/* The same thing, whoever claims it. */
static int cmp_thing(const struct ovn_claim *a, const struct ovn_claim *b)
{
	int ret = numcmp(a->kind, b->kind);

	return ret ?: numcmp(a->number, b->number) ?: strcmp(a->text, b->text);
}

static int claim_cmp(const struct claim *a, const struct claim *b)
{
	return cmp_thing(&a->what, &b->what) ?: strcmp(a->what.row, b->what.row) ?:
		       strcmp(a->holder->router, b->holder->router);
}

DECLARE_RBTREE_UNIQ(claim_tree, struct claim, item, claim_cmp);

static int holder_cmp(const struct holder *a, const struct holder *b)
{
	return strcmp(a->router, b->router);
}

static uint32_t holder_key(const struct holder *holder)
{
	return jhash(holder->router, OVN_UUID_SIZE - 1, 0x0c1a);
}

DECLARE_HASH(holder_hash, struct holder, item, holder_cmp, holder_key);

struct ovn_claims {
	struct claim_tree_head claims[1];
	struct holder_hash_head holders[1];
};

static struct holder *find_holder(const struct ovn_claims *claims, const char *router)
{
	struct holder key = {};

	strlcpy(key.router, router, sizeof(key.router));
	return holder_hash_find((struct holder_hash_head *)claims->holders, &key);
}

/* The first claim of that thing. */
static const struct claim *first_of(const struct ovn_claims *claims, const struct ovn_claim *what)
{
	struct holder nobody = {};
	struct claim key = { .what = *what, .holder = &nobody };
	const struct claim *found;

	key.what.row[0] = '\0';
	found = claim_tree_const_find_gteq((struct claim_tree_head *)claims->claims, &key);
	return found && !cmp_thing(&found->what, what) ? found : NULL;
}

static const struct claim *next_of(const struct ovn_claims *claims, const struct claim *claim)
{
	const struct claim *next =
		claim_tree_const_next((struct claim_tree_head *)claims->claims, claim);

	return next && !cmp_thing(&next->what, &claim->what) ? next : NULL;
}

static void touch_all_of(const struct ovn_claims *claims, const struct ovn_claim *what,
			 uint32_t **touched)
{
	for (const struct claim *one = first_of(claims, what); one; one = next_of(claims, one))
		*darr_append(*touched) = one->holder->tenant_id;
}

static void drop_claims(struct ovn_claims *claims, struct holder *holder, uint32_t **touched)
{
	struct claim **one;

	darr_foreach_p (holder->claims, one) {
		if (touched)
			touch_all_of(claims, &(*one)->what, touched);
		claim_tree_del(claims->claims, *one);
		XFREE(MTYPE_OVN_CLAIM, *one);
	}
	darr_free(holder->claims);
}

static void add_claims(struct ovn_claims *claims, struct holder *holder,
		       const struct ovn_claim *list, uint32_t **touched)
{
	const struct ovn_claim *what;

	darr_foreach_p (list, what) {
		struct claim *claim =
			XCALLOC(MTYPE_OVN_CLAIM, sizeof(*claim) + strlen(what->text) + 1);

		claim->what = *what;
		claim->what.text = strcpy(claim->text, what->text);
		claim->holder = holder;
		/* there already: a switch with two of the router's ports */
		if (claim_tree_add(claims->claims, claim)) {
			XFREE(MTYPE_OVN_CLAIM, claim);
			continue;
		}
		*darr_append(holder->claims) = claim;
		touch_all_of(claims, what, touched);
	}
}

void ovn_claims_set(struct ovn_claims *claims, const char *router, uint32_t tenant_id,
		    const struct ovn_claim *list, uint32_t **touched)
{
	struct holder *holder = find_holder(claims, router);

	if (holder) {
		*darr_append(*touched) = holder->tenant_id;
		drop_claims(claims, holder, touched);
	}
	if (holder && !tenant_id) {
		holder_hash_del(claims->holders, holder);
		XFREE(MTYPE_OVN_HOLDER, holder);
	}
	if (!tenant_id)
		return;
	if (!holder) {
		holder = XCALLOC(MTYPE_OVN_HOLDER, sizeof(*holder));
		strlcpy(holder->router, router, sizeof(holder->router));
		holder_hash_add(claims->holders, holder);
	}
	holder->tenant_id = tenant_id;
	*darr_append(*touched) = tenant_id;
	add_claims(claims, holder, list, touched);
}

void ovn_claims_prune(struct ovn_claims *claims, const struct ovn_rows *rows)
{
	struct holder *holder;

	frr_each_safe (holder_hash, claims->holders, holder) {
		if (ovn_rows_find(rows, OVN_ROUTER, holder->router))
			continue;
		drop_claims(claims, holder, NULL);
		holder_hash_del(claims->holders, holder);
		XFREE(MTYPE_OVN_HOLDER, holder);
	}
}

uint32_t ovn_claims_tenant(const struct ovn_claims *claims, const char *router)
{
	const struct holder *holder = find_holder(claims, router);

	return holder ? holder->tenant_id : 0;
}

const char *ovn_claims_router(const struct ovn_claims *claims, uint32_t tenant_id)
{
	const struct ovn_claim what = { .kind = OVN_CLAIM_ID, .number = tenant_id, .text = "" };
	const struct claim *first = first_of(claims, &what);

	return first ? first->holder->router : NULL;
}

bool ovn_claims_judge(const struct ovn_claims *claims, const struct ovn_rows *rows,
		      const char *router, struct reason *why)
{
	const struct holder *holder = find_holder(claims, router);
	struct claim **mine;

	darr_foreach_p (holder->claims, mine) {
		const struct claim *other = first_of(claims, &(*mine)->what);

		if (other == *mine)
			other = next_of(claims, other);
		if (!other)
			continue;
		ovn_clash(rows, &(*mine)->what, router, &other->what, other->holder->router, why);
		return false;
	}
	return true;
}

struct ovn_claims *ovn_claims_new(void)
{
	struct ovn_claims *claims = XCALLOC(MTYPE_OVN_CLAIMS, sizeof(*claims));

	claim_tree_init(claims->claims);
	holder_hash_init(claims->holders);
	return claims;
}

void ovn_claims_free(struct ovn_claims *claims)
{
	struct holder *holder;

	if (!claims)
		return;
	while ((holder = holder_hash_pop(claims->holders))) {
		drop_claims(claims, holder, NULL);
		XFREE(MTYPE_OVN_HOLDER, holder);
	}
	claim_tree_fini(claims->claims);
	holder_hash_fini(claims->holders);
	XFREE(MTYPE_OVN_CLAIMS, claims);
}

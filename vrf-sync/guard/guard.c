// SPDX-License-Identifier: GPL-2.0-or-later
/* May this route stand in this tenant's VRF? */
#include <zebra.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "darr.h"
#include "jhash.h"
#include "lib/hash.h"
#include "memory.h"
#include "typesafe.h"

#include "guard/guard.h"

DEFINE_MGROUP(TENANT_GUARD, "tenant guard");
DEFINE_MTYPE_STATIC(TENANT_GUARD, GUARD, "Guard");
DEFINE_MTYPE_STATIC(TENANT_GUARD, GUARDED_VRF, "Guarded VRF");
DEFINE_MTYPE_STATIC(TENANT_GUARD, GUARD_ORIGIN, "Where a label leads");

#define RD_TYPE_IP     1    /* RFC 4364 4.2 */
#define TARGET_AS      0x00 /* RFC 4360 3.1 */
#define TARGET_AS4     0x02 /* RFC 5668 */
#define TARGET_SUBTYPE 0x02

const char *const guard_verdict_words[] = {
	[GUARD_PASSES] = "passes",        [GUARD_CROSSES] = "another's",
	[GUARD_STRANGER] = "no tenant's", [GUARD_UNHEARD] = "label unknown",
	[GUARD_FULL] = "limit reached",
};

PREDECL_HASH(guarded_set);

struct guarded {
	struct guarded_set_item item;
	struct guard_tenant tenant;
	struct guard_leak *leaks; /* darr */
	bool seen;                /* since BEGIN */
};

static int guarded_cmp(const struct guarded *a, const struct guarded *b)
{
	return strcmp(a->tenant.vrf, b->tenant.vrf);
}

static uint32_t guarded_hash(const struct guarded *one)
{
	return string_hash_make(one->tenant.vrf);
}

DECLARE_HASH(guarded_set, struct guarded, item, guarded_cmp, guarded_hash);

PREDECL_HASH(origin_set);

struct origin {
	struct origin_set_item item;
	struct guard_origin told;
};

static int origin_cmp(const struct origin *a, const struct origin *b)
{
	int diff = ipnet_cmp(&a->told.hop, &b->told.hop);

	return diff ? diff : numcmp(a->told.label, b->told.label);
}

static uint32_t origin_hash(const struct origin *one)
{
	return jhash_2words(jhash(one->told.hop.addr, sizeof(one->told.hop.addr), 0),
			    one->told.label, one->told.hop.family);
}

DECLARE_HASH(origin_set, struct origin, item, origin_cmp, origin_hash);

struct guard {
	enum guard_mode mode, next_mode;
	struct guarded_set_head vrfs[1];
	struct origin_set_head origins[1];
	struct guard_node *nodes, *next_nodes; /* darr, sorted */
	bool between;                          /* BEGIN and END */
};

struct guard *guard_new(void)
{
	struct guard *guard = XCALLOC(MTYPE_GUARD, sizeof(*guard));

	guarded_set_init(guard->vrfs);
	origin_set_init(guard->origins);
	return guard;
}

static void forget(struct guard *guard, struct guarded *one)
{
	guarded_set_del(guard->vrfs, one);
	darr_free(one->leaks);
	XFREE(MTYPE_GUARDED_VRF, one);
}

void guard_free(struct guard *guard)
{
	struct guarded *one;
	struct origin *origin;

	if (!guard)
		return;
	while ((one = guarded_set_first(guard->vrfs)))
		forget(guard, one);
	while ((origin = origin_set_pop(guard->origins)))
		XFREE(MTYPE_GUARD_ORIGIN, origin);
	guarded_set_fini(guard->vrfs);
	origin_set_fini(guard->origins);
	darr_free(guard->nodes);
	darr_free(guard->next_nodes);
	XFREE(MTYPE_GUARD, guard);
}

/* ---- looking up ---- */

static struct guarded *find(const struct guard *guard, const char *vrf)
{
	struct guarded key = {};

	strlcpy(key.tenant.vrf, vrf, sizeof(key.tenant.vrf));
	/* does not write, but its argument is not const */
	return guarded_set_find((struct guarded_set_head *)guard->vrfs, &key);
}

const struct guard_tenant *guard_tenant(const struct guard *guard, const char *vrf)
{
	const struct guarded *one = find(guard, vrf);

	return one ? &one->tenant : NULL;
}

enum guard_mode guard_mode(const struct guard *guard)
{
	return guard->mode;
}

size_t guard_origin_count(const struct guard *guard)
{
	return origin_set_count(guard->origins);
}

void guard_each(const struct guard *guard,
		void (*tell)(void *arg, const struct guard_tenant *tenant), void *arg)
{
	const struct guarded *one;

	frr_each (guarded_set_const, guard->vrfs, one)
		tell(arg, &one->tenant);
}

static int node_cmp(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct guard_node));
}

static bool is_our_node(const struct guard *guard, const uint8_t *router_id)
{
	return darr_len(guard->nodes) && bsearch(router_id, guard->nodes, darr_len(guard->nodes),
						 sizeof(*guard->nodes), node_cmp);
}

/* ---- packets ---- */

static void take_tenant(struct guard *guard, const struct guard_tenant *tenant,
			const struct guard_leak *leaks, uint32_t count)
{
	struct guarded *one = find(guard, tenant->vrf);

	if (!one) {
		one = XCALLOC(MTYPE_GUARDED_VRF, sizeof(*one));
		one->tenant = *tenant;
		guarded_set_add(guard->vrfs, one);
	}
	one->tenant = *tenant;
	one->seen = true;
	darr_reset(one->leaks);
	for (uint32_t i = 0; i < count; i++)
		*darr_append(one->leaks) = leaks[i];
}

static void begin(struct guard *guard, enum guard_mode mode)
{
	struct guarded *one;

	guard->between = true;
	guard->next_mode = mode;
	darr_reset(guard->next_nodes);
	frr_each (guarded_set, guard->vrfs, one)
		one->seen = false;
}

static void end(struct guard *guard)
{
	struct guard_node *old = guard->nodes;
	struct guarded *one;

	if (!guard->between)
		return;
	guard->between = false;
	guard->mode = guard->next_mode;
	guard->nodes = guard->next_nodes;
	guard->next_nodes = old;
	if (darr_len(guard->nodes) > 1)
		qsort(guard->nodes, darr_len(guard->nodes), sizeof(*guard->nodes), node_cmp);
	frr_each_safe (guarded_set, guard->vrfs, one)
		if (!one->seen)
			forget(guard, one);
}

/* A label that leads elsewhere than before changes the verdict about routes that are there. */
static void take_origin(struct guard *guard, const struct guard_origin *told,
			struct guard_news *news)
{
	struct origin key, *one;

	key.told = *told;
	one = origin_set_find(guard->origins, &key);
	if (!one) {
		one = XCALLOC(MTYPE_GUARD_ORIGIN, sizeof(*one));
		one->told = *told;
		origin_set_add(guard->origins, one);
		news->origins = true;
		/* until the first of all, no label was judged */
		news->all |= origin_set_count(guard->origins) == 1;
	} else if (memcmp(&one->told, told, sizeof(*told)) != 0) {
		one->told = *told;
		news->all = true;
	}
}

/* Length of a packet of that head; 0: there is none. */
static size_t length_of(const struct guard_head *head)
{
	switch ((enum guard_kind)head->kind) {
	case GUARD_BEGIN:
		return head->count || head->mode > GUARD_ENFORCE ? 0 : sizeof(*head);
	case GUARD_END:
		return head->count ? 0 : sizeof(*head);
	case GUARD_NODES:
		return head->count > GUARD_NODES_MAX
			       ? 0
			       : sizeof(*head) + head->count * sizeof(struct guard_node);
	case GUARD_TENANT:
		return head->count > GUARD_LEAKS_MAX
			       ? 0
			       : sizeof(*head) + sizeof(struct guard_tenant) +
					 head->count * sizeof(struct guard_leak);
	case GUARD_FORGET:
		return head->count ? 0 : sizeof(*head) + sizeof(struct guard_tenant);
	case GUARD_ORIGINS:
		return head->count > GUARD_ORIGINS_MAX
			       ? 0
			       : sizeof(*head) + head->count * sizeof(struct guard_origin);
	case GUARD_REFUSED:
	case GUARD_LEVEL:
		return 0; /* not for zebra */
	}
	return 0;
}

static bool name_ends(const char *vrf)
{
	return vrf[0] && memchr(vrf, '\0', GUARD_VRF_SIZE);
}

static void take_nodes(struct guard *guard, const struct guard_node *nodes, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		*darr_append(guard->next_nodes) = nodes[i];
}

static void take_about_vrf(struct guard *guard, const struct guard_head *head,
			   const struct guard_tenant *tenant, struct guard_news *news)
{
	struct guarded *one = find(guard, tenant->vrf);

	if (head->kind == GUARD_TENANT)
		take_tenant(guard, tenant, (const struct guard_leak *)(tenant + 1), head->count);
	else if (one)
		forget(guard, one);
	if (!guard->between)
		strlcpy(news->vrf, tenant->vrf, sizeof(news->vrf));
}

int guard_take(struct guard *guard, const void *packet, size_t length, struct guard_news *news)
{
	const struct guard_head *head = packet;
	const void *body = head + 1;

	*news = (struct guard_news){};
	if (length < sizeof(*head) || head->format != GUARD_FORMAT || length_of(head) != length)
		return -EBADMSG;
	switch ((enum guard_kind)head->kind) {
	case GUARD_BEGIN:
		begin(guard, head->mode);
		break;
	case GUARD_NODES:
		take_nodes(guard, body, head->count);
		break;
	case GUARD_TENANT:
	case GUARD_FORGET:
		if (!name_ends(((const struct guard_tenant *)body)->vrf))
			return -EBADMSG;
		take_about_vrf(guard, head, body, news);
		break;
	case GUARD_END:
		news->all = guard->between;
		end(guard);
		break;
	case GUARD_ORIGINS:
		for (uint32_t i = 0; i < head->count; i++)
			take_origin(guard, (const struct guard_origin *)body + i, news);
		break;
	case GUARD_REFUSED:
	case GUARD_LEVEL:
		break;
	}
	return 0;
}

/* ---- judging ---- */

static bool is_leaked(const struct guarded *one, uint32_t from, const struct ipnet *prefix)
{
	const struct guard_leak *leak;

	darr_foreach_p (one->leaks, leak)
		if ((!from || leak->rd_number == from) && ipnet_contains(&leak->prefix, prefix))
			return true;
	return false;
}

static enum guard_verdict judge_owner(const struct guarded *one, uint32_t owner,
				      const struct ipnet *prefix, uint32_t *from)
{
	if (owner == one->tenant.rd_number || is_leaked(one, owner, prefix))
		return GUARD_PASSES;
	*from = owner;
	return GUARD_CROSSES;
}

static bool has_target(const struct guard_origin *origin, uint32_t asn, uint32_t number)
{
	bool four = asn > UINT16_MAX;
	uint8_t want[8] = { four ? TARGET_AS4 : TARGET_AS, TARGET_SUBTYPE };
	uint64_t value = four ? ((uint64_t)asn << 16 | (number & UINT16_MAX))
			      : ((uint64_t)asn << 32 | number);

	for (int i = 7; i >= 2; i--, value >>= 8)
		want[i] = value;
	for (uint32_t i = 0; i < MIN(origin->target_count, GUARD_TARGETS); i++)
		if (!memcmp(origin->targets[i], want, sizeof(want)))
			return true;
	return false;
}

static enum guard_verdict judge_origin(const struct guard *guard, const struct guarded *one,
				       const struct guard_origin *origin,
				       const struct ipnet *prefix, uint32_t *from)
{
	const struct guard_tenant *tenant = &one->tenant;
	const uint8_t *rd = origin->rd;

	if (rd[0] == 0 && rd[1] == RD_TYPE_IP && is_our_node(guard, rd + 2))
		return judge_owner(one, rd[6] << 8 | rd[7], prefix, from);
	if (has_target(origin, tenant->asn, tenant->rt_number))
		return GUARD_PASSES;
	if (tenant->leak_number && has_target(origin, tenant->asn, tenant->leak_number) &&
	    is_leaked(one, 0, prefix))
		return GUARD_PASSES;
	return GUARD_CROSSES;
}

static const struct guard_origin *origin_of(const struct guard *guard, const struct guard_hop *hop)
{
	struct origin key = { .told = { .hop = hop->gate, .label = hop->label } }, *one;

	one = origin_set_find((struct origin_set_head *)guard->origins, &key);
	return one ? &one->told : NULL;
}

enum guard_verdict guard_judge(const struct guard *guard, const char *vrf,
			       const struct ipnet *prefix, const struct guard_hop *hop,
			       uint32_t *from)
{
	const struct guarded *one, *other;
	const struct guard_origin *origin;

	*from = 0;
	if (guard->mode == GUARD_OFF || !strcmp(vrf, hop->vrf))
		return GUARD_PASSES;
	one = find(guard, vrf);
	if (!one)
		return GUARD_PASSES;
	other = find(guard, hop->vrf);
	if (other)
		return judge_owner(one, other->tenant.rd_number, prefix, from);
	if (!hop->labelled)
		return GUARD_STRANGER;
	origin = origin_of(guard, hop);
	if (origin)
		return judge_origin(guard, one, origin, prefix, from);
	return origin_set_count(guard->origins) ? GUARD_UNHEARD : GUARD_PASSES;
}

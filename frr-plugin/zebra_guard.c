// SPDX-License-Identifier: GPL-2.0-or-later
/* The guard in zebra's work queue; see zebra_guard.h. */
#include <zebra.h>

#include <string.h>

#include "darr.h"
#include "frrevent.h"
#include "hook.h"
#include "jhash.h"
#include "libfrr.h"
#include "log.h"
#include "memory.h"
#include "mpls.h"
#include "nexthop.h"
#include "srcdest_table.h"
#include "typesafe.h"
#include "vrf.h"
#include "workqueue.h"

#include "zebra/rib.h"
#include "zebra/zebra_router.h"
#include "zebra/zebra_vrf.h"

#include "frr-plugin/zebra_guard.h"

DEFINE_MGROUP(ZEBRA_GUARD, "zebra_tenant guard");
DEFINE_MTYPE_STATIC(ZEBRA_GUARD, REFUSAL, "refused route");
DEFINE_MTYPE_STATIC(ZEBRA_GUARD, TALLY, "routes of a VRF");

/* enum meta_queue_indexes in zebra_rib.c is its own; of its lists these are of prefixes */
#define QUEUE_FIRST 4 /* META_QUEUE_CONNECTED */
#define QUEUE_LAST  9 /* META_QUEUE_OTHER */
_Static_assert(MQ_SIZE == 12, "zebra's queues are other ones in this release");

#define WARN_PERCENT 80
#define LEVEL_MS     1000
#define LOGGED_MOST  5 /* refusals in a second; all are counted, and shown */

/* ---- what is refused ---- */

PREDECL_HASH(refusals);

struct refusal {
	struct refusals_item item;
	vrf_id_t vrf_id;
	struct prefix prefix;
	struct guard_refused told;
};

static int refusal_cmp(const struct refusal *a, const struct refusal *b)
{
	int diff = numcmp(a->vrf_id, b->vrf_id);

	return diff ? diff : prefix_cmp(&a->prefix, &b->prefix);
}

static uint32_t refusal_hash(const struct refusal *one)
{
	return jhash_1word(one->vrf_id, prefix_hash_key(&one->prefix));
}

DECLARE_HASH(refusals, struct refusal, item, refusal_cmp, refusal_hash);

/* ---- how many routes there are ---- */

PREDECL_HASH(tallies);

struct tally {
	struct tallies_item item;
	vrf_id_t vrf_id;
	char vrf[GUARD_VRF_SIZE];
	uint32_t routes, full; /* in use; beyond the limit */
	struct guard_level told;
	bool dirty;
};

static int tally_cmp(const struct tally *a, const struct tally *b)
{
	return numcmp(a->vrf_id, b->vrf_id);
}

static uint32_t tally_hash(const struct tally *one)
{
	return jhash_1word(one->vrf_id, 0x6172);
}

DECLARE_HASH(tallies, struct tally, item, tally_cmp, tally_hash);

static struct event_loop *loop;
static struct guard *guard;
static struct refusals_head refused[1];
static struct tallies_head counted[1];
static wq_item_status (*zebras_own)(struct work_queue *queue, void *data);
static struct event *ev_level;
static uint64_t refusals_ever;
static unsigned int logged; /* since the last level event */

/* ---- zebra's routes ---- */

/* The kernel's own are neither judged nor counted: they follow from addresses. */
static bool is_of_protocol(const struct route_entry *re)
{
	return re->type != ZEBRA_ROUTE_CONNECT && re->type != ZEBRA_ROUTE_LOCAL &&
	       re->type != ZEBRA_ROUTE_KERNEL && re->type != ZEBRA_ROUTE_SYSTEM;
}

static bool is_judged(const struct route_entry *re)
{
	return is_of_protocol(re) && !CHECK_FLAG(re->status, ROUTE_ENTRY_REMOVED);
}

/* One that its protocol has withdrawn is in use, too, until zebra has worked on the prefix. */
static bool is_in_use(struct route_node *rn)
{
	struct route_entry *re;

	if (!rn->info)
		return false;
	RNODE_FOREACH_RE(rn, re)
	if (is_of_protocol(re) && CHECK_FLAG(re->flags, ZEBRA_FLAG_SELECTED))
		return true;
	return false;
}

static struct ipnet net_of(const struct prefix *prefix)
{
	struct ipnet net = { .family = prefix->family, .len = prefix->prefixlen };

	memcpy(net.addr, &prefix->u, prefix->family == AF_INET ? 4 : 16);
	return net;
}

static void hop_of(const struct nexthop *nexthop, struct guard_hop *hop)
{
	const struct mpls_label_stack *labels = nexthop->nh_label;
	const uint8_t *gate6 = nexthop->gate.ipv6.s6_addr;

	*hop = (struct guard_hop){ .vrf = nexthop->vrf_id == VRF_DEFAULT
						  ? VRF_DEFAULT_NAME
						  : vrf_id_to_name(nexthop->vrf_id) };
	if (labels && labels->num_labels) {
		hop->labelled = true;
		hop->label = labels->label[labels->num_labels - 1];
	}
	if (nexthop->type == NEXTHOP_TYPE_IPV4 || nexthop->type == NEXTHOP_TYPE_IPV4_IFINDEX) {
		hop->gate = (struct ipnet){ .family = AF_INET, .len = 32 };
		memcpy(hop->gate.addr, &nexthop->gate.ipv4, 4);
	} else if (IN6_IS_ADDR_V4MAPPED(&nexthop->gate.ipv6)) {
		hop->gate = (struct ipnet){ .family = AF_INET, .len = 32 };
		memcpy(hop->gate.addr, gate6 + 12, 4);
	} else {
		hop->gate = (struct ipnet){ .family = AF_INET6, .len = 128 };
		memcpy(hop->gate.addr, gate6, 16);
	}
}

/* ---- judging ---- */

static enum guard_verdict judge_hop(const char *vrf, const struct ipnet *net,
				    const struct nexthop *nexthop, struct guard_refused *why)
{
	enum guard_verdict verdict;
	struct guard_hop hop;

	hop_of(nexthop, &hop);
	verdict = guard_judge(guard, vrf, net, &hop, &why->from);
	if (verdict == GUARD_UNHEARD) {
		/* bgpd wrote it before it sent the route, and it was not read yet */
		guard_link_drain();
		verdict = guard_judge(guard, vrf, net, &hop, &why->from);
	}
	if (verdict != GUARD_PASSES)
		strlcpy(why->hop_vrf, hop.vrf, sizeof(why->hop_vrf));
	return verdict;
}

/* By its next hops; one that does not pass is enough. */
static enum guard_verdict judge(const char *vrf, const struct prefix *prefix,
				const struct route_entry *re, struct guard_refused *why)
{
	struct ipnet net = net_of(prefix);

	*why = (struct guard_refused){ .type = re->type, .prefix = net };
	strlcpy(why->vrf, vrf, sizeof(why->vrf));
	for (const struct nexthop *hop = re->nhe->nhg.nexthop; hop; hop = hop->next) {
		if (hop->type == NEXTHOP_TYPE_BLACKHOLE)
			continue;
		why->verdict = judge_hop(vrf, &net, hop, why);
		if (why->verdict != GUARD_PASSES)
			return why->verdict;
	}
	return GUARD_PASSES;
}

static bool is_full(const struct tally *tally, bool in_use)
{
	const struct guard_tenant *tenant = guard_tenant(guard, tally->vrf);

	if (!tenant || !tenant->limit)
		return false;
	return in_use ? tally->routes > tenant->limit : tally->routes >= tenant->limit;
}

/* ---- refusals and levels ---- */

static void levels_later(struct tally *tally);

static struct refusal *find_refusal(vrf_id_t vrf_id, const struct prefix *prefix)
{
	struct refusal key = { .vrf_id = vrf_id };

	prefix_copy(&key.prefix, prefix);
	return refusals_find(refused, &key);
}

static void log_refusal(const struct refusal *one)
{
	const struct guard_refused *told = &one->told;

	if (++logged > LOGGED_MOST)
		return;
	zlog_warn("guard: %s by %s in VRF %s is %s (next hop in VRF %s, tenant number %u): %s",
		  prefix2str(&one->prefix, (char[PREFIX_STRLEN]){}, PREFIX_STRLEN),
		  zebra_route_string(told->type), told->vrf, guard_verdict_words[told->verdict],
		  told->hop_vrf, told->from,
		  guard_mode(guard) == GUARD_ENFORCE ? "not used" : "used all the same");
}

/* Of those beyond a limit only the number is told: they are many, and all for one reason. */
static void tell_refusal(const struct refusal *one)
{
	if (one->told.verdict != GUARD_FULL)
		guard_link_tell(GUARD_REFUSED, &one->told, sizeof(one->told));
}

static void drop_refusal(struct refusal *one, struct tally *tally)
{
	refusals_del(refused, one);
	if (one->told.verdict == GUARD_FULL) {
		if (tally)
			tally->full--;
	} else {
		one->told.verdict = GUARD_PASSES;
		tell_refusal(one);
	}
	XFREE(MTYPE_REFUSAL, one);
}

/* why NULL: the prefix has nothing that is refused. */
static void note(struct tally *tally, const struct prefix *prefix, const struct guard_refused *why)
{
	struct refusal *one = find_refusal(tally->vrf_id, prefix);

	if (one && why && !memcmp(&one->told, why, sizeof(*why)))
		return;
	if (one)
		drop_refusal(one, tally);
	if (why) {
		one = XCALLOC(MTYPE_REFUSAL, sizeof(*one));
		one->vrf_id = tally->vrf_id;
		prefix_copy(&one->prefix, prefix);
		one->told = *why;
		refusals_add(refused, one);
		tally->full += why->verdict == GUARD_FULL;
		refusals_ever += why->verdict != GUARD_FULL;
		if (why->verdict != GUARD_FULL)
			log_refusal(one);
		tell_refusal(one);
	}
	levels_later(tally);
}

/* ---- asking zebra to look again ---- */

static void look_again(struct route_node *rn)
{
	struct route_entry *re;

	RNODE_FOREACH_RE(rn, re)
	if (is_judged(re))
		SET_FLAG(re->status, ROUTE_ENTRY_CHANGED);
	rib_queue_add(rn);
}

/* By name: what was there may be gone. */
static void look_again_at(vrf_id_t vrf_id, const struct prefix *prefix)
{
	struct route_table *table =
		zebra_vrf_table(family2afi(prefix->family), SAFI_UNICAST, vrf_id);
	struct route_node *rn = table ? srcdest_rnode_lookup(table, prefix, NULL) : NULL;

	if (rn && rn->info)
		look_again(rn);
	if (rn)
		route_unlock_node(rn);
}

/* Those that wait for something; at most as many. */
static void look_again_at_those(enum guard_verdict verdict, vrf_id_t vrf_id, uint32_t most)
{
	struct refusal *one;

	frr_each_safe (refusals, refused, one) {
		if (!most)
			break;
		if (one->told.verdict != verdict || (vrf_id && one->vrf_id != vrf_id))
			continue;
		look_again_at(one->vrf_id, &one->prefix);
		most--;
	}
}

static void look_at_table(struct tally *tally, struct route_table *table, bool all)
{
	const struct prefix *prefix;
	struct guard_refused why;
	struct route_entry *re;
	struct route_node *rn;
	bool refuse, known;

	for (rn = table ? route_top(table) : NULL; rn; rn = srcdest_route_next(rn)) {
		if (!rn->info)
			continue;
		srcdest_rnode_prefixes(rn, &prefix, NULL);
		refuse = false;
		known = find_refusal(tally->vrf_id, prefix);
		RNODE_FOREACH_RE(rn, re)
		refuse |= is_judged(re) && judge(tally->vrf, prefix, re, &why) != GUARD_PASSES;
		if (all || refuse != known || (is_in_use(rn) && is_full(tally, true)))
			look_again(rn);
	}
}

/* ---- tallies ---- */

static struct tally *find_tally(vrf_id_t vrf_id)
{
	struct tally key = { .vrf_id = vrf_id };

	return tallies_find(counted, &key);
}

static uint32_t count_table(struct route_table *table)
{
	struct route_node *rn;
	uint32_t count = 0;

	for (rn = table ? route_top(table) : NULL; rn; rn = srcdest_route_next(rn))
		count += is_in_use(rn);
	return count;
}

static uint32_t count_routes(const struct zebra_vrf *zvrf)
{
	return count_table(zvrf->table[AFI_IP][SAFI_UNICAST]) +
	       count_table(zvrf->table[AFI_IP6][SAFI_UNICAST]);
}

static struct tally *tally_of(struct zebra_vrf *zvrf)
{
	struct tally *tally = find_tally(zvrf->vrf->vrf_id);

	if (tally)
		return tally;
	tally = XCALLOC(MTYPE_TALLY, sizeof(*tally));
	tally->vrf_id = zvrf->vrf->vrf_id;
	strlcpy(tally->vrf, zvrf->vrf->name, sizeof(tally->vrf));
	tally->routes = count_routes(zvrf);
	tallies_add(counted, tally);
	levels_later(tally);
	return tally;
}

static struct guard_level level_of(const struct tally *tally)
{
	const struct guard_tenant *tenant = guard_tenant(guard, tally->vrf);
	struct guard_level level = { .routes = tally->routes, .refused = tally->full };

	strlcpy(level.vrf, tally->vrf, sizeof(level.vrf));
	level.limit = tenant ? tenant->limit : 0;
	return level;
}

/* Some may wait while there is room for a second, when others have just gone. */
static bool is_high(const struct guard_level *level)
{
	return level->limit &&
	       (level->refused || level->routes >= (uint64_t)level->limit * WARN_PERCENT / 100);
}

/* What is far from its limit, and was, is nobody's concern. */
static void tell_level(struct tally *tally)
{
	struct guard_level level = level_of(tally);

	tally->dirty = false;
	if (!is_high(&level) && !is_high(&tally->told))
		return;
	tally->told = level;
	guard_link_tell(GUARD_LEVEL, &level, sizeof(level));
}

static void let_in(const struct tally *tally)
{
	const struct guard_tenant *tenant = guard_tenant(guard, tally->vrf);
	uint32_t limit = tenant && tenant->limit ? tenant->limit : UINT32_MAX;

	if (tally->full && tally->routes < limit)
		look_again_at_those(GUARD_FULL, tally->vrf_id, limit - tally->routes);
}

static void levels_event(struct event *event)
{
	struct tally *tally;

	if (logged > LOGGED_MOST)
		zlog_warn("guard: and %u routes more; \"show tenant guard\" has all",
			  logged - LOGGED_MOST);
	logged = 0;
	frr_each (tallies, counted, tally) {
		if (!tally->dirty)
			continue;
		let_in(tally);
		tell_level(tally);
	}
}

static void levels_later(struct tally *tally)
{
	tally->dirty = true;
	if (!event_is_scheduled(ev_level))
		event_add_timer_msec(loop, levels_event, NULL, LEVEL_MS, &ev_level);
}

/* ---- the queue ---- */

/* The prefix that zebra would work on next, of a tenant's VRF; NULL: it is something else. */
static struct route_node *next_prefix(const struct meta_queue *queue, struct zebra_vrf **zvrf)
{
	const struct rib_table_info *info;
	struct route_node *rn;

	for (unsigned int i = 0; i < MQ_SIZE; i++) {
		if (list_isempty(queue->subq[i]))
			continue;
		if (i < QUEUE_FIRST || i > QUEUE_LAST)
			return NULL;
		rn = listgetdata(listhead(queue->subq[i]));
		info = srcdest_rnode_table_info(rn);
		*zvrf = info->zvrf;
		return info->safi == SAFI_UNICAST && info->zvrf->vrf->vrf_id != VRF_DEFAULT ? rn
											    : NULL;
	}
	return NULL;
}

/* A route that zebra is not to choose, and its own distance. */
struct hidden {
	struct route_entry *re;
	uint8_t distance;
};

static struct hidden *hide(struct tally *tally, struct route_node *rn)
{
	bool enforced = guard_mode(guard) == GUARD_ENFORCE, in_use = is_in_use(rn), any = false;
	struct guard_refused why, first;
	struct hidden *list = NULL;
	const struct prefix *prefix;
	struct route_entry *re;

	srcdest_rnode_prefixes(rn, &prefix, NULL);
	RNODE_FOREACH_RE(rn, re)
	{
		if (!is_judged(re))
			continue;
		if (judge(tally->vrf, prefix, re, &why) == GUARD_PASSES && enforced &&
		    is_full(tally, in_use))
			why.verdict = GUARD_FULL;
		if (why.verdict == GUARD_PASSES)
			continue;
		if (!any)
			first = why;
		any = true;
		if (enforced)
			*darr_append(list) = (struct hidden){ re, re->distance };
	}
	note(tally, prefix, any ? &first : NULL);
	return list;
}

static void unhide(struct route_node *rn, struct hidden *list)
{
	struct route_entry *re;
	struct hidden *one;

	/* zebra may have freed some; those that are still there get their own back */
	if (rn->info)
		RNODE_FOREACH_RE(rn, re)
	darr_foreach_p (list, one)
		if (one->re == re)
			re->distance = one->distance;
	darr_free(list);
}

static wq_item_status work(struct work_queue *queue, void *data)
{
	struct zebra_vrf *zvrf;
	struct route_node *rn = next_prefix(data, &zvrf);
	struct hidden *hidden, *one;
	struct tally *tally;
	wq_item_status status;
	bool was, now;

	if (!rn || !guard || (guard_mode(guard) == GUARD_OFF && !refusals_count(refused)))
		return zebras_own(queue, data);
	tally = tally_of(zvrf);
	route_lock_node(rn);
	was = is_in_use(rn);
	hidden = hide(tally, rn);
	darr_foreach_p (hidden, one)
		one->re->distance = DISTANCE_INFINITY;
	status = zebras_own(queue, data);
	unhide(rn, hidden);
	now = is_in_use(rn);
	if (was != now) {
		tally->routes += now ? 1 : -1;
		levels_later(tally);
	}
	route_unlock_node(rn);
	return status;
}

/* ---- what others tell ---- */

/* all: of what is refused, too, the verdict is the same and what is done about it is not. */
static void vrf_changed(struct vrf *vrf, bool all)
{
	struct zebra_vrf *zvrf = vrf->info;
	struct tally *tally;

	if (vrf->vrf_id == VRF_DEFAULT || !vrf_is_enabled(vrf) || !zvrf)
		return;
	tally = tally_of(zvrf);
	tally->routes = count_routes(zvrf); /* while the guard was off nobody did */
	look_at_table(tally, zvrf->table[AFI_IP][SAFI_UNICAST], all);
	look_at_table(tally, zvrf->table[AFI_IP6][SAFI_UNICAST], all);
	levels_later(tally);
}

static void take_hold(void);

void zebra_guard_changed(const struct guard_news *news)
{
	static enum guard_mode before = GUARD_OFF;
	bool other_mode = guard_mode(guard) != before;
	struct vrf *vrf;

	before = guard_mode(guard);
	take_hold();
	if (news->all) {
		RB_FOREACH(vrf, vrf_id_head, &vrfs_by_id)
		vrf_changed(vrf, other_mode);
	} else if (news->vrf[0]) {
		vrf = vrf_lookup_by_name(news->vrf);
		if (vrf)
			vrf_changed(vrf, false);
	}
	if (news->origins)
		look_again_at_those(GUARD_UNHEARD, 0, UINT32_MAX);
}

void zebra_guard_tell_all(void)
{
	struct refusal *one;
	struct tally *tally;

	frr_each (refusals, refused, one)
		tell_refusal(one);
	frr_each (tallies, counted, tally) {
		tally->told = (struct guard_level){};
		levels_later(tally);
	}
}

void zebra_guard_vrf_gone(vrf_id_t vrf_id)
{
	struct tally *tally = find_tally(vrf_id);
	struct refusal *one;

	frr_each_safe (refusals, refused, one)
		if (one->vrf_id == vrf_id)
			drop_refusal(one, tally);
	if (!tally)
		return;
	tally->routes = 0;
	tell_level(tally);
	tallies_del(counted, tally);
	XFREE(MTYPE_TALLY, tally);
}

/* ---- for those who show it ---- */

void zebra_guard_each_refused(void (*each)(void *arg, const struct guard_refused *told), void *arg)
{
	struct refusal *one;

	frr_each (refusals, refused, one)
		each(arg, &one->told);
}

void zebra_guard_each_level(void (*each)(void *arg, const struct guard_level *level), void *arg)
{
	struct guard_level level;
	struct tally *tally;

	frr_each (tallies, counted, tally) {
		level = level_of(tally);
		each(arg, &level);
	}
}

uint64_t zebra_guard_refused_ever(void)
{
	return refusals_ever;
}

/* zebra makes its queue after modules are initialized; there is nothing to judge before somebody
 * has told what may be.
 */
static void take_hold(void)
{
	if (zebras_own || !zrouter.ribq)
		return;
	zebras_own = zrouter.ribq->spec.workfunc;
	zrouter.ribq->spec.workfunc = work;
}

/* zebra ends. */
static int forget_all(void)
{
	struct refusal *one;
	struct tally *tally;

	event_cancel(&ev_level);
	guard_link_end();
	while ((one = refusals_pop(refused)))
		XFREE(MTYPE_REFUSAL, one);
	while ((tally = tallies_pop(counted)))
		XFREE(MTYPE_TALLY, tally);
	guard_free(guard);
	guard = NULL;
	return 0;
}

void zebra_guard_init(struct event_loop *zebras)
{
	hook_register(frr_early_fini, forget_all);
	loop = zebras;
	guard = guard_new();
	refusals_init(refused);
	tallies_init(counted);
	guard_link_init(loop, guard);
	guard_show_init(guard);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ospfd 10.7 translates a type-7 LSA in its ABR task, 5 s after it came, changed or went
 * (OSPF_ABR_TASK_DELAY), and that task originates and floods every translation of the VRF
 * anew.  Here a type-7 LSA that is plainly to be translated, or no longer, is dealt with by
 * itself as it comes or goes.  Where FRR has a choice to make (a range, the same prefix from
 * two routers, a changed LSA), the NSSA part of the task runs a few milliseconds later, once
 * for all that arrive together and never more often than RUN_GAP_US.  Nothing is done for
 * LSAs that cannot lead to a translation, nor for a refresh that ospfd has carried over
 * itself.  ospfd's own task follows as ever and would put right what this got wrong.
 *
 * And where nothing changes nothing is to run.  A border router that originates a type-7
 * default sends that anew in every ABR task, and ospfd takes every type-7 LSA that is
 * installed, its own too, for a reason to run the ABR task: so for ever every 5 s, with all
 * translated LSAs flooded anew each time.  A router's own default has no P bit and is never
 * translated, so a task that was set for nothing else is taken back here.  Only that: the
 * timer must have been set in the very callback that installed the default, where ospfd sets
 * it for no other reason.
 */
#include <zebra.h>

#include "frrevent.h"
#include "jhash.h"
#include "linklist.h"
#include "memory.h"
#include "monotime.h"
#include "prefix.h"
#include "stream.h"
#include "table.h"

#include "ospfd/ospfd.h"
#include "ospfd/ospf_abr.h"
#include "ospfd/ospf_asbr.h"
#include "ospfd/ospf_flood.h"
#include "ospfd/ospf_lsa.h"
#include "ospfd/ospf_lsdb.h"

#include "frr-plugin/ospfd_tenant.h"

DEFINE_MGROUP(OSPFD_TENANT, "ospfd tenant module");
DEFINE_MTYPE_STATIC(OSPFD_TENANT, WATCHED_VRF, "VRF with NSSA translation");

#define RUN_AFTER_US 5000  /* so that LSAs of one packet share a run */
#define RUN_GAP_US   40000 /* between two runs in one VRF */

/* ---- the VRFs ---- */

static int watched_cmp(const struct watched_vrf *a, const struct watched_vrf *b)
{
	return numcmp(a->vrf_id, b->vrf_id);
}

static uint32_t watched_key(const struct watched_vrf *vrf)
{
	return jhash_1word(vrf->vrf_id, 0x7e4a47);
}

DECLARE_HASH(watched_vrfs, struct watched_vrf, item, watched_cmp, watched_key);

static struct watched_vrfs_head vrfs[1] = { INIT_HASH(vrfs[0]) };

struct watched_vrf *watched_get(vrf_id_t vrf_id)
{
	struct watched_vrf key = { .vrf_id = vrf_id };
	struct watched_vrf *vrf = watched_vrfs_find(vrfs, &key);

	if (vrf)
		return vrf;
	vrf = XCALLOC(MTYPE_WATCHED_VRF, sizeof(*vrf));
	vrf->vrf_id = vrf_id;
	watched_vrfs_add(vrfs, vrf);
	return vrf;
}

void watched_forget(struct watched_vrf *vrf)
{
	event_cancel(&vrf->ev_run);
	event_cancel(&vrf->ev_judge);
	event_cancel(&vrf->ev_external);
	event_cancel(&vrf->ev_check);
	watched_vrfs_del(vrfs, vrf);
	XFREE(MTYPE_WATCHED_VRF, vrf);
}

void watched_walk(void (*fn)(struct watched_vrf *vrf, void *arg), void *arg)
{
	struct watched_vrf *vrf;

	frr_each_safe (watched_vrfs, vrfs, vrf)
		fn(vrf, arg);
}

void watched_end(void)
{
	struct watched_vrf *vrf;

	frr_each_safe (watched_vrfs, vrfs, vrf)
		watched_forget(vrf);
	watched_vrfs_fini(vrfs);
}

/* ---- translating soon ---- */

static int64_t timeval_us(const struct timeval *time)
{
	return (int64_t)time->tv_sec * 1000000 + time->tv_usec;
}

static int64_t clock_us(void)
{
	struct timeval now;

	monotime(&now);
	return timeval_us(&now);
}

static void took(struct watched_vrf *vrf, int64_t began)
{
	vrf->last_us = clock_us() - began;
	vrf->worst_us = MAX(vrf->worst_us, vrf->last_us);
}

static void run(struct event *event)
{
	struct watched_vrf *vrf = EVENT_ARG(event);
	struct ospf *ospf = ospf_lookup_by_vrf_id(vrf->vrf_id);

	if (!ospf) {
		watched_forget(vrf); /* the instance went in the meantime */
		return;
	}
	ospf_abr_nssa_task(ospf);
	vrf->ran = clock_us();
	vrf->runs++;
	took(vrf, vrf->asked);
}

void translate_soon(struct ospf *ospf)
{
	struct watched_vrf *vrf = watched_get(ospf->vrf_id);
	int64_t now = clock_us();
	int64_t wait = MAX(RUN_AFTER_US, vrf->ran + RUN_GAP_US - now);

	if (vrf->ev_run)
		return;
	vrf->asked = now;
	event_add_timer_msec(master, run, vrf, wait / 1000, &vrf->ev_run);
}

/* ---- which LSAs matter ---- */

/* This router's type-5 LSA for the prefix of a type-7 one, wherever it comes from; NULL where it
 * has none.
 */
static struct ospf_lsa *any_type5(const struct ospf_lsa *type7)
{
	const struct as_external_lsa *body = (const struct as_external_lsa *)type7->data;
	struct prefix_ipv4 prefix = { .family = AF_INET,
				      .prefixlen = ip_masklen(body->mask),
				      .prefix = type7->data->id };

	return ospf_external_info_find_lsa(type7->area->ospf, &prefix);
}

/* The one that was translated from it. */
static struct ospf_lsa *translated(const struct ospf_lsa *type7)
{
	struct ospf_lsa *lsa = any_type5(type7);

	return lsa && CHECK_FLAG(lsa->flags, OSPF_LSA_LOCAL_XLT) && !IS_LSA_MAXAGE(lsa) ? lsa
											: NULL;
}

/* The one that was flushed, which neighbors remember for a while: the next one must have a higher
 * number.
 */
static struct ospf_lsa *flushed(const struct ospf_lsa *type7)
{
	struct ospf_lsa *lsa = any_type5(type7);

	return lsa && IS_LSA_MAXAGE(lsa) ? lsa : NULL;
}

/* ospfd itself carries a refreshed type-7 LSA over into its translation. */
static bool already_translated(const struct ospf_lsa *type7, const struct ospf_lsa *type5)
{
	const struct as_external_lsa *from = (const struct as_external_lsa *)type7->data;
	const struct as_external_lsa *to = (const struct as_external_lsa *)type5->data;
	in_addr_t forward = type7->area->suppress_fa ? INADDR_ANY : from->e[0].fwd_addr.s_addr;

	return from->mask.s_addr == to->mask.s_addr && from->e[0].tos == to->e[0].tos &&
	       !memcmp(from->e[0].metric, to->e[0].metric, sizeof(to->e[0].metric)) &&
	       to->e[0].fwd_addr.s_addr == forward && from->e[0].route_tag == to->e[0].route_tag;
}

/* Whether another router's type-7 LSA has this one's link state id, in any NSSA: then FRR has to
 * choose.
 */
static bool has_rival(const struct ospf_lsa *type7)
{
	struct ospf *ospf = type7->area->ospf;
	struct listnode *node;
	struct ospf_area *area;
	struct route_node *rn;
	struct ospf_lsa *router, *rival;

	for (ALL_LIST_ELEMENTS_RO(ospf->areas, node, area)) {
		LSDB_LOOP(ROUTER_LSDB(area), rn, router)
		{
			rival = ospf_lsdb_lookup_by_id(area->lsdb, OSPF_AS_NSSA_LSA,
						       type7->data->id, router->data->adv_router);
			if (!rival ||
			    (area == type7->area &&
			     IPV4_ADDR_SAME(&rival->data->adv_router, &type7->data->adv_router)))
				continue;
			route_unlock_node(rn);
			return true;
		}
	}
	return false;
}

/* Whether an `area nssa range` takes it in. */
static bool has_range(const struct ospf_lsa *type7)
{
	const struct as_external_lsa *body = (const struct as_external_lsa *)type7->data;
	struct prefix_ipv4 prefix = { .family = AF_INET,
				      .prefixlen = ip_masklen(body->mask),
				      .prefix = type7->data->id };
	struct route_node *rn =
		route_node_match(type7->area->nssa_ranges, (struct prefix *)&prefix);

	if (rn)
		route_unlock_node(rn);
	return rn != NULL;
}

/* ---- what is to be done for one LSA ---- */

enum translation {
	TRANSLATION_KEEP,   /* as it should be already */
	TRANSLATION_MAKE,   /* one new type-5 LSA, or one that was flushed again */
	TRANSLATION_REMOVE, /* the one type-5 LSA */
	TRANSLATION_ALL,    /* not that simple: FRR's own task over all of them */
};

static enum translation translation_wanted(const struct ospf_lsa *type7, bool gone)
{
	const struct as_external_lsa *body = (const struct as_external_lsa *)type7->data;
	const struct ospf_lsa *type5 = translated(type7);

	if (gone || !CHECK_FLAG(type7->data->options, OSPF_OPTION_NP)) {
		if (!type5)
			return TRANSLATION_KEEP;
		return has_range(type7) || has_rival(type7) ? TRANSLATION_ALL : TRANSLATION_REMOVE;
	}
	if (type5)
		return already_translated(type7, type5) ? TRANSLATION_KEEP : TRANSLATION_ALL;
	if (body->e[0].fwd_addr.s_addr == INADDR_ANY)
		return TRANSLATION_KEEP; /* RFC 3101 2.3: never translated */
	if (has_range(type7) || has_rival(type7) || (any_type5(type7) && !flushed(type7)))
		return TRANSLATION_ALL;
	return TRANSLATION_MAKE;
}

/* ---- no task for our own default ---- */

static bool own_default(const struct ospf_lsa *lsa)
{
	return IS_LSA_SELF(lsa) && lsa->data->id.s_addr == INADDR_ANY &&
	       !CHECK_FLAG(lsa->data->options, OSPF_OPTION_NP);
}

/* Whether a timer of so many seconds was set since the callback began that we are called from. */
static bool set_in_this_callback(const struct event *timer, int seconds)
{
	const struct event *current = pthread_getspecific(thread_current);

	return current && timeval_us(&timer->u.sands) - (int64_t)seconds * 1000000 >=
				  timeval_us(&current->real);
}

static void spare_task(struct ospf *ospf)
{
	if (!ospf->t_abr_task || !IS_OSPF_ABR(ospf) ||
	    !set_in_this_callback(ospf->t_abr_task, OSPF_ABR_TASK_DELAY))
		return;
	event_cancel(&ospf->t_abr_task);
	watched_get(ospf->vrf_id)->spared++;
}

/* ---- one LSA ---- */

static void translate_one(struct ospf_lsa *type7, bool gone)
{
	struct ospf *ospf = type7->area->ospf;
	struct watched_vrf *vrf = watched_get(ospf->vrf_id);
	int64_t began = clock_us();

	switch (translation_wanted(type7, gone)) {
	case TRANSLATION_KEEP:
		return;
	case TRANSLATION_ALL:
		translate_soon(ospf);
		return;
	case TRANSLATION_MAKE:
		ospf_translated_nssa_originate(ospf, type7, flushed(type7));
		break;
	case TRANSLATION_REMOVE:
		ospf_lsa_flush_as(ospf, translated(type7));
		break;
	}
	vrf->single++;
	took(vrf, began);
}

void translate_type7(struct ospf_lsa *lsa, bool gone)
{
	if (!lsa->area)
		return;
	if (!gone && own_default(lsa)) {
		spare_task(lsa->area->ospf);
		return;
	}
	if (IS_LSA_SELF(lsa) || !lsa->area->NSSATranslatorState)
		return;
	watched_get(lsa->area->ospf->vrf_id)->changes++;
	translate_one(lsa, gone);
}

/* As a type-7 LSA comes back, ospfd "refreshes" its translation even if that was flushed
 * meanwhile, and gives it the type-7's number.  Where that is the number of the flush, every
 * neighbor takes the flush for the newer one, and the prefix is lost for a second, or five.  So
 * what was flushed is no translation any more, and the next one is made here, or by ospfd's task,
 * with the number after it.
 */
void translate_flushed(struct ospf_lsa *type5)
{
	if (IS_LSA_SELF(type5))
		UNSET_FLAG(type5->flags, OSPF_LSA_LOCAL_XLT | OSPF_LSA_APPROVED);
}

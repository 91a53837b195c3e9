// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Among the border routers of an NSSA the one with the highest router id translates, unless
 * another says that it always does (Nt).  RFC 3101 3.1 elects among those that can be
 * reached; ospfd 10.7 among those it has a router-LSA of, and a router that died leaves its
 * LSA behind for an hour: nobody translates until then.
 *
 * Here the election is held again after every SPF run that may have changed who can be
 * reached.  Where it says, and still says SURE_AFTER_MS later, that this router is to
 * translate and ospfd says it is not, this router stands in.  ospfd's own election must then
 * leave the state alone, which it does for a role that is none of its three
 * (ospf_abr_nssa_check_status()); such a role is neither written into the configuration nor
 * announced as Nt, so the one we stand in for is elected by itself when it comes back, and
 * translates.  We go on for the TranslatorStabilityInterval of RFC 3101 3.2 (40 s), so that
 * no route is lost in between, and then step down; ospfd's ABR task removes our LSAs.
 *
 * The same look after SPF finds an area for which ospfd's election has begun to translate,
 * or ended: ospfd does so in SPF but acts on it in the ABR task only.
 */
#include <zebra.h>

#include "frrevent.h"
#include "linklist.h"
#include "log.h"
#include "monotime.h"
#include "prefix.h"
#include "table.h"

#include "ospfd/ospfd.h"
#include "ospfd/ospf_abr.h"
#include "ospfd/ospf_asbr.h"
#include "ospfd/ospf_interface.h"
#include "ospfd/ospf_lsa.h"
#include "ospfd/ospf_lsdb.h"
#include "ospfd/ospf_neighbor.h"
#include "ospfd/ospf_nsm.h"
#include "ospfd/ospf_route.h"

#include "frr-plugin/ospfd_tenant.h"

#define ROLE_STANDS_IN 0x54 /* none of OSPF_NSSA_ROLE_* */
#define AFTER_LSA_MS   10   /* SPF is scheduled by then, if the LSA calls for it */
#define SURE_AFTER_MS  2000 /* nobody reachable for so long: not just an adjacency that comes up */
#define AFTER_SPF_MS   1

bool elect_stands_in(const struct ospf_area *area)
{
	return area->NSSATranslatorRole == ROLE_STANDS_IN;
}

/* Whether a path within the area leads to one of its border routers. */
static bool reachable(const struct ospf_area *area, struct in_addr router)
{
	struct prefix_ipv4 prefix = { .family = AF_INET,
				      .prefixlen = IPV4_MAX_BITLEN,
				      .prefix = router };
	struct route_node *rn = route_node_lookup(area->ospf->new_rtrs, (struct prefix *)&prefix);
	struct listnode *node;
	struct ospf_route *route;
	bool found = false;

	if (!rn)
		return false;
	for (ALL_LIST_ELEMENTS_RO((struct list *)rn->info, node, route))
		if (IPV4_ADDR_SAME(&route->u.std.area_id, &area->area_id) &&
		    route->path_type == OSPF_PATH_INTRA_AREA)
			found = true;
	route_unlock_node(rn);
	return found;
}

/* RFC 3101 3.1, for a router that is a candidate: whether no other translates. */
static bool elected(const struct ospf_area *area)
{
	struct route_node *rn;
	struct ospf_lsa *lsa;

	LSDB_LOOP(ROUTER_LSDB(area), rn, lsa)
	{
		const struct router_lsa *router = (const struct router_lsa *)lsa->data;
		bool before_us = IS_ROUTER_LSA_NT(router) ||
				 IPV4_ADDR_CMP(&lsa->data->id, &area->ospf->router_id) > 0;

		if (IS_LSA_SELF(lsa) || IS_LSA_MAXAGE(lsa) || !IS_ROUTER_LSA_BORDER(router) ||
		    !before_us || !reachable(area, lsa->data->id))
			continue;
		route_unlock_node(rn);
		return false;
	}
	return true;
}

/* Whether this router knows the area: it has a neighbor there, and none whose database it is just
 * reading.
 */
static bool in_sync(const struct ospf_area *area)
{
	struct listnode *node;
	struct ospf_interface *oi;
	struct route_node *rn;
	unsigned int full = 0, reading = 0;

	for (ALL_LIST_ELEMENTS_RO(area->oiflist, node, oi))
		for (rn = route_top(oi->nbrs); rn; rn = route_next(rn)) {
			const struct ospf_neighbor *nbr = rn->info;

			if (!nbr || nbr == oi->nbr_self)
				continue;
			full += nbr->state == NSM_Full;
			reading += nbr->state > NSM_TwoWay && nbr->state < NSM_Full;
		}
	return full && !reading;
}

static void stand_in(struct ospf_area *area)
{
	struct ospf *ospf = area->ospf;

	zlog_info(
		"tenant: area %pI4 of VRF %s has no translator that can be reached: translating in its place",
		&area->area_id, ospf_vrf_id_to_name(ospf->vrf_id));
	area->NSSATranslatorRole = ROLE_STANDS_IN;
	area->NSSATranslatorState = OSPF_NSSA_TRANSLATE_ENABLED;
	ospf_asbr_status_update(ospf, ++ospf->redistribute);
	watched_get(ospf->vrf_id)->takeovers++;
}

static void step_down(struct ospf_area *area)
{
	zlog_info("tenant: no longer translating for area %pI4 of VRF %s in another's place",
		  &area->area_id, ospf_vrf_id_to_name(area->ospf->vrf_id));
	area->NSSATranslatorRole = OSPF_NSSA_ROLE_CANDIDATE;
	ospf_abr_nssa_check_status(area->ospf);
}

static void judge(struct event *event);

static void judge_candidate(struct ospf_area *area, struct watched_vrf *vrf)
{
	struct timeval time;
	int64_t now, waited;

	monotime(&time);
	now = (int64_t)time.tv_sec * 1000 + time.tv_usec / 1000;
	if (area->NSSATranslatorState == OSPF_NSSA_TRANSLATE_ENABLED || !IS_OSPF_ABR(area->ospf) ||
	    !in_sync(area) || !elected(area)) {
		vrf->vacant = 0;
		return;
	}
	if (!vrf->vacant)
		vrf->vacant = now;
	waited = now - vrf->vacant;
	if (waited < SURE_AFTER_MS) {
		event_add_timer_msec(master, judge, vrf, SURE_AFTER_MS - waited, &vrf->ev_judge);
		return;
	}
	vrf->vacant = 0;
	stand_in(area);
}

static void judge_ourselves(struct ospf_area *area, struct watched_vrf *vrf)
{
	int64_t now = monotime(NULL);

	/* ospfd ended it: this router was no border router for a while */
	if (area->NSSATranslatorState == OSPF_NSSA_TRANSLATE_DISABLED) {
		area->NSSATranslatorRole = OSPF_NSSA_ROLE_CANDIDATE;
		judge_candidate(area, vrf);
		return;
	}
	if (IS_OSPF_ABR(area->ospf) && elected(area)) {
		vrf->unneeded = 0;
		return;
	}
	if (!vrf->unneeded)
		vrf->unneeded = now;
	if (!IS_OSPF_ABR(area->ospf) ||
	    now >= vrf->unneeded + area->NSSATranslatorStabilityInterval) {
		vrf->unneeded = 0;
		step_down(area);
		return;
	}
	event_add_timer(master, judge, vrf,
			vrf->unneeded + area->NSSATranslatorStabilityInterval - now,
			&vrf->ev_judge);
}

/* ospfd has held its own election just before. */
static void judge_area(struct ospf_area *area, struct watched_vrf *vrf)
{
	if (area->NSSATranslatorRole == OSPF_NSSA_ROLE_CANDIDATE)
		judge_candidate(area, vrf);
	else if (elect_stands_in(area))
		judge_ourselves(area, vrf);
}

static void judge(struct event *event)
{
	struct watched_vrf *vrf = EVENT_ARG(event);
	struct ospf *ospf = ospf_lookup_by_vrf_id(vrf->vrf_id);
	struct listnode *node;
	struct ospf_area *area;
	unsigned int translating = 0;

	if (!ospf) {
		watched_forget(vrf);
		return;
	}
	if (ospf->t_spf_calc || !ospf->new_rtrs) {
		if (ospf->t_spf_calc)
			event_add_timer_msec(master, judge, vrf,
					     event_timer_remain_msec(ospf->t_spf_calc) +
						     AFTER_SPF_MS,
					     &vrf->ev_judge);
		return;
	}
	ospf_abr_nssa_check_status(ospf);
	for (ALL_LIST_ELEMENTS_RO(ospf->areas, node, area)) {
		if (area->external_routing != OSPF_AREA_NSSA)
			continue;
		judge_area(area, vrf);
		translating += area->NSSATranslatorState == OSPF_NSSA_TRANSLATE_ENABLED;
	}
	if (translating > vrf->translating)
		translate_soon(ospf);
	else if (translating < vrf->translating)
		ospf_schedule_abr_task(ospf);
	vrf->translating = translating;
}

void elect_soon(struct ospf_area *area)
{
	struct watched_vrf *vrf;

	if (area->external_routing != OSPF_AREA_NSSA)
		return;
	vrf = watched_get(area->ospf->vrf_id);
	if (vrf->ev_judge && event_timer_remain_msec(vrf->ev_judge) <= AFTER_LSA_MS)
		return;
	event_cancel(&vrf->ev_judge);
	event_add_timer_msec(master, judge, vrf, AFTER_LSA_MS, &vrf->ev_judge);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * External routes follow the topology at once.
 *
 * After SPF ospfd 10.7 installs the routes of its areas at once, and calculates those of
 * type-5 and type-7 LSAs a fixed second later (OSPF_ASE_CALC_INTERVAL).  All subnets of a
 * tenant are such routes at its PEs: where one of two edges dies, half of the traffic goes to
 * the dead one for that second, which is longer than BFD takes to tell.
 *
 * So after an LSA that may call for SPF this looks whether SPF has run and the calculation is
 * waiting, and has it wait no longer.  What it calculates, and when SPF runs, stays ospfd's
 * own; where a network does not come to rest there is a calculation every GAP_MS at most.
 */
#include <zebra.h>

#include "frrevent.h"
#include "monotime.h"

#include "ospfd/ospfd.h"

#include "frr-plugin/ospfd_tenant.h"

#define AFTER_LSA_MS 5 /* SPF is scheduled by then, if the LSA calls for it */
#define AFTER_SPF_MS 1
#define GAP_MS       200

static int64_t clock_ms(void)
{
	struct timeval now;

	monotime(&now);
	return (int64_t)now.tv_sec * 1000 + now.tv_usec / 1000;
}

/* ospfd's calculation is a static function, but the timer knows it. */
static void hasten(struct ospf *ospf, struct watched_vrf *vrf)
{
	void (*calculate)(struct event *event) = ospf->t_ase_calc->func;
	int64_t now = clock_ms();
	int64_t wait = MAX(0, vrf->hastened_at + GAP_MS - now);

	if (wait >= (int64_t)event_timer_remain_msec(ospf->t_ase_calc))
		return;
	event_cancel(&ospf->t_ase_calc);
	event_add_timer_msec(master, calculate, ospf, wait, &ospf->t_ase_calc);
	vrf->hastened_at = now + wait;
	vrf->hastened++;
}

static void look(struct event *event)
{
	struct watched_vrf *vrf = EVENT_ARG(event);
	struct ospf *ospf = ospf_lookup_by_vrf_id(vrf->vrf_id);

	if (!ospf) {
		watched_forget(vrf); /* the instance went in the meantime */
		return;
	}
	if (ospf->t_spf_calc)
		event_add_timer_msec(master, look, vrf,
				     event_timer_remain_msec(ospf->t_spf_calc) + AFTER_SPF_MS,
				     &vrf->ev_external);
	else if (ospf->t_ase_calc)
		hasten(ospf, vrf);
}

void external_soon(const struct ospf *ospf)
{
	struct watched_vrf *vrf = watched_get(ospf->vrf_id);

	if (!event_is_scheduled(vrf->ev_external))
		event_add_timer_msec(master, look, vrf, AFTER_LSA_MS, &vrf->ev_external);
}

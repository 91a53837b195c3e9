// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A withdrawal that nobody believes.
 *
 * Where a neighbor answers one of our LSAs with a newer copy that it still has, ospfd 10.7
 * gives ours the copy's sequence number in place and then originates it anew, or flushes it
 * where it is no longer wanted (ospf_ls_upd() in ospf_packet.c).  The flush keeps the checksum
 * of the old number, so every neighbor drops it as damaged, every 5 s, and keeps the prefix
 * until it is an hour old.  It takes a subnet that goes, comes and goes again within
 * milliseconds.
 *
 * ospfd has no hook at that place.  But it can only happen in answer to an LSA that was just
 * sent, so for a while after each one our own external LSAs are looked through, and one with
 * a wrong checksum is put right and sent again.
 */
#include <zebra.h>

#include "frrevent.h"
#include "linklist.h"
#include "log.h"
#include "table.h"

#include "ospfd/ospfd.h"
#include "ospfd/ospf_asbr.h"
#include "ospfd/ospf_flood.h"
#include "ospfd/ospf_lsa.h"
#include "ospfd/ospf_lsdb.h"

#include "frr-plugin/ospfd_tenant.h"

#define FIRST_MS 100 /* each look is twice as long after the one before */
#define LOOKS    7   /* 12.7 s in all: two retransmissions */

static void look_through(struct event *event);

static void look_again(struct watched_vrf *vrf)
{
	event_add_timer_msec(master, look_through, vrf, FIRST_MS << vrf->looks, &vrf->ev_check);
}

/* A flush goes out again as it is; what is still wanted goes with the next number, since
 * others may hold the one that it has with another content.
 */
static void put_right(struct ospf *ospf, struct watched_vrf *vrf, struct ospf_lsa *lsa)
{
	if (!IS_LSA_SELF(lsa) || ospf_lsa_checksum_valid(lsa->data))
		return;
	if (!IS_LSA_MAXAGE(lsa))
		lsa->data->ls_seqnum = lsa_seqnum_increment(lsa);
	ospf_lsa_checksum(lsa->data);
	if (lsa->data->type == OSPF_AS_NSSA_LSA)
		ospf_flood_through_area(lsa->area, NULL, lsa);
	else
		ospf_flood_through_as(ospf, NULL, lsa);
	vrf->checksums++;
	zlog_info("tenant: sent the LSA for %pI4 again, with a right checksum", &lsa->data->id);
}

static void look_through(struct event *event)
{
	struct watched_vrf *vrf = EVENT_ARG(event);
	struct ospf *ospf = ospf_lookup_by_vrf_id(vrf->vrf_id);
	struct ospf_area *area;
	struct route_node *rn;
	struct listnode *node;
	struct ospf_lsa *lsa;

	if (!ospf) {
		watched_forget(vrf); /* the instance went in the meantime */
		return;
	}
	LSDB_LOOP(EXTERNAL_LSDB(ospf), rn, lsa)
	{
		put_right(ospf, vrf, lsa);
	}
	for (ALL_LIST_ELEMENTS_RO(ospf->areas, node, area)) {
		LSDB_LOOP(NSSA_LSDB(area), rn, lsa)
		{
			put_right(ospf, vrf, lsa);
		}
	}
	if (++vrf->looks < LOOKS)
		look_again(vrf);
}

void checksum_soon(const struct ospf_lsa *lsa)
{
	struct ospf *ospf = lsa->area ? lsa->area->ospf : ospf_lookup_by_vrf_id(lsa->vrf_id);
	struct watched_vrf *vrf;

	if (!IS_LSA_SELF(lsa) || !ospf)
		return;
	vrf = watched_get(ospf->vrf_id);
	vrf->looks = 0;
	if (!event_is_scheduled(vrf->ev_check))
		look_again(vrf);
}

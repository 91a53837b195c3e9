// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Translated type-5 LSAs are left out of database exchange (ospf_nsm.c, "Stay away from any
 * Local Translated Type-7 LSAs"; FRR issue #23429), so an adjacency that comes up later
 * misses them until they are refreshed, half an hour on.  Here they are sent to a neighbor
 * that becomes Full, and retransmitted until it acknowledges them.  Nothing is originated
 * anew, and no other neighbor notices.
 */
#include <zebra.h>

#include "linklist.h"
#include "log.h"
#include "table.h"

#include "ospfd/ospfd.h"
#include "ospfd/ospf_asbr.h"
#include "ospfd/ospf_flood.h"
#include "ospfd/ospf_interface.h"
#include "ospfd/ospf_lsa.h"
#include "ospfd/ospf_lsdb.h"
#include "ospfd/ospf_neighbor.h"
#include "ospfd/ospf_packet.h"

#include "frr-plugin/ospfd_tenant.h"

static unsigned int send_translated(struct ospf *ospf, struct ospf_neighbor *nbr)
{
	struct list *update = list_new();
	struct route_node *rn;
	struct ospf_lsa *lsa;
	unsigned int sent;

	LSDB_LOOP(EXTERNAL_LSDB(ospf), rn, lsa)
	{
		if (!CHECK_FLAG(lsa->flags, OSPF_LSA_LOCAL_XLT) || IS_LSA_MAXAGE(lsa))
			continue;
		ospf_ls_retransmit_add(nbr, lsa);
		listnode_add(update, lsa);
	}
	sent = listcount(update);
	if (sent)
		ospf_ls_upd_send(nbr, update, OSPF_SEND_PACKET_DIRECT, 0);
	list_delete(&update);
	return sent;
}

void repair_neighbor(struct ospf_neighbor *nbr)
{
	struct ospf_area *area = nbr->oi->area;
	unsigned int sent;

	/* type-5 LSAs belong into ordinary areas only, RFC 3101 2.2 */
	if (!area || area->external_routing != OSPF_AREA_DEFAULT || !area->ospf->anyNSSA)
		return;
	sent = send_translated(area->ospf, nbr);
	if (!sent)
		return;
	watched_get(area->ospf->vrf_id)->repairs += sent;
	zlog_info("tenant: sent %u translated LSAs to %pI4, which came up after them", sent,
		  &nbr->router_id);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ospfd -M tenant: NSSA translation without the wait.
 *
 * Two things that ospfd 10.7 does badly for tenants, and only a module can
 * mend, because they are inside it:
 *
 *   A type-7 LSA that comes, changes or goes is translated by the ABR task, a
 *   timer of 5 s (OSPF_ABR_TASK_DELAY).  Here the NSSA part of that task runs
 *   a few milliseconds after the LSA, once for all that arrive together and
 *   never more often than RUN_GAP_US.  Only LSAs of other routers count: the
 *   task itself originates a type-7 default, which would trigger it for ever.
 *
 *   Translated type-5 LSAs are left out of database exchange
 *   (ospf_nsm.c, "Stay away from any Local Translated Type-7 LSAs"; FRR issue
 *   #23429), so an adjacency that comes up later misses them until they are
 *   refreshed, half an hour on.  Here they are sent to a neighbor that becomes
 *   Full, and retransmitted until it acknowledges them.
 *
 * All else is ospfd's own.  Structures of ospfd are read through the headers
 * of the very FRR release it was built from; another one is refused.
 */
#include <zebra.h>

#include <string.h>

#include "command.h"
#include "frrevent.h"
#include "hook.h"
#include "jhash.h"
#include "json.h"
#include "libfrr.h"
#include "lib/version.h"
#include "linklist.h"
#include "log.h"
#include "memory.h"
#include "module.h"
#include "monotime.h"
#include "prefix.h"
#include "stream.h"
#include "table.h"
#include "typesafe.h"
#include "vrf.h"
#include "vty.h"

#include "ospfd/ospfd.h"
#include "ospfd/ospf_abr.h"
#include "ospfd/ospf_asbr.h"
#include "ospfd/ospf_interface.h"
#include "ospfd/ospf_lsa.h"
#include "ospfd/ospf_lsdb.h"
#include "ospfd/ospf_neighbor.h"
#include "ospfd/ospf_nsm.h"
#include "ospfd/ospf_flood.h"
#include "ospfd/ospf_packet.h"

DEFINE_MGROUP(OSPFD_TENANT, "ospfd tenant module");
DEFINE_MTYPE_STATIC(OSPFD_TENANT, WATCHED_VRF, "VRF with NSSA translation");

#define RUN_AFTER_US 5000  /* so that LSAs of one packet share a run */
#define RUN_GAP_US   40000 /* between two runs in one VRF */

extern struct event_loop *master; /* ospfd's own */

PREDECL_HASH(watched_vrfs);

/* What happened in one VRF; made by its first type-7 LSA. */
struct watched_vrf {
	struct watched_vrfs_item item;
	vrf_id_t vrf_id;
	struct event *ev_run;
	int64_t asked; /* us monotonic: the first change not yet translated */
	int64_t ran;   /* when the task ran last */
	uint64_t changes, runs, repairs;
	int64_t last_us, worst_us; /* from a change to the end of its run */
};

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

static int64_t clock_us(void)
{
	struct timeval now;

	monotime(&now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_usec;
}

static struct watched_vrf *watched_get(vrf_id_t vrf_id)
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

static void watched_forget(struct watched_vrf *vrf)
{
	event_cancel(&vrf->ev_run);
	watched_vrfs_del(vrfs, vrf);
	XFREE(MTYPE_WATCHED_VRF, vrf);
}

/* ---- translating soon ---- */

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
	vrf->last_us = vrf->ran - vrf->asked;
	vrf->worst_us = MAX(vrf->worst_us, vrf->last_us);
}

static void run_soon(struct ospf *ospf)
{
	struct watched_vrf *vrf = watched_get(ospf->vrf_id);
	int64_t now = clock_us();
	int64_t wait = MAX(RUN_AFTER_US, vrf->ran + RUN_GAP_US - now);

	vrf->changes++;
	if (vrf->ev_run)
		return;
	vrf->asked = now;
	event_add_timer_msec(master, run, vrf, wait / 1000, &vrf->ev_run);
}

/* Called for each LSA that is installed, or about to be discarded. */
static int lsa_changed(struct ospf_lsa *lsa)
{
	if (lsa->data->type == OSPF_AS_NSSA_LSA && !IS_LSA_SELF(lsa) && lsa->area &&
	    lsa->area->NSSATranslatorState)
		run_soon(lsa->area->ospf);
	return 0;
}

/* ---- late adjacencies ---- */

static unsigned int send_translated(struct ospf *ospf, struct ospf_neighbor *nbr)
{
	struct route_node *rn;
	struct ospf_lsa *lsa;
	unsigned int sent = 0;

	LSDB_LOOP(EXTERNAL_LSDB(ospf), rn, lsa)
	{
		if (!CHECK_FLAG(lsa->flags, OSPF_LSA_LOCAL_XLT) || IS_LSA_MAXAGE(lsa))
			continue;
		ospf_ls_retransmit_add(nbr, lsa);
		ospf_ls_upd_send_lsa(nbr, lsa, OSPF_SEND_PACKET_DIRECT);
		sent++;
	}
	return sent;
}

static int neighbor_changed(struct ospf_neighbor *nbr, int state, int oldstate)
{
	struct ospf_area *area = nbr->oi->area;
	unsigned int sent;

	/* type-5 LSAs belong into ordinary areas only, RFC 3101 2.2 */
	if (state != NSM_Full || oldstate == NSM_Full || !area ||
	    area->external_routing != OSPF_AREA_DEFAULT || !area->ospf->anyNSSA)
		return 0;
	sent = send_translated(area->ospf, nbr);
	if (!sent)
		return 0;
	watched_get(area->ospf->vrf_id)->repairs += sent;
	zlog_info("tenant: sent %u translated LSAs to %pI4, which came up after them", sent,
		  &nbr->router_id);
	return 0;
}

/* ---- show tenant ospf ---- */

static void show_vrf_json(struct json_object *json, const struct watched_vrf *vrf)
{
	struct json_object *one = json_object_new_object();

	json_object_int_add(one, "changes", vrf->changes);
	json_object_int_add(one, "runs", vrf->runs);
	json_object_int_add(one, "lastUs", vrf->last_us);
	json_object_int_add(one, "worstUs", vrf->worst_us);
	json_object_int_add(one, "repairs", vrf->repairs);
	json_object_object_add(json, vrf_id_to_name(vrf->vrf_id), one);
}

DEFUN(show_tenant_ospf, show_tenant_ospf_cmd, "show tenant ospf [json]",
      SHOW_STR "Tenant networks\n"
	       "NSSA translation: how often, how fast, and what was repaired\n" JSON_STR)
{
	struct json_object *json = use_json(argc, argv) ? json_object_new_object() : NULL;
	struct watched_vrf *vrf;

	if (!json)
		vty_out(vty, "%-15s %10s %10s %10s %10s %10s\n", "VRF", "Type-7", "Runs",
			"Last ms", "Worst ms", "Repaired");
	frr_each (watched_vrfs, vrfs, vrf) {
		if (json)
			show_vrf_json(json, vrf);
		else
			vty_out(vty,
				"%-15s %10" PRIu64 " %10" PRIu64 " %10" PRId64 " %10" PRId64
				" %10" PRIu64 "\n",
				vrf_id_to_name(vrf->vrf_id), vrf->changes, vrf->runs,
				vrf->last_us / 1000, vrf->worst_us / 1000, vrf->repairs);
	}
	if (json)
		vty_json(vty, json);
	return CMD_SUCCESS;
}

/* ---- loading ---- */

static int at_end(void)
{
	struct watched_vrf *vrf;

	frr_each_safe (watched_vrfs, vrfs, vrf)
		watched_forget(vrf);
	watched_vrfs_fini(vrfs);
	return 0;
}

static int late_init(struct event_loop *loop)
{
	hook_register(ospf_lsa_update, lsa_changed);
	hook_register(ospf_lsa_delete, lsa_changed);
	hook_register(ospf_nsm_change, neighbor_changed);
	hook_register(frr_fini, at_end);
	install_element(VIEW_NODE, &show_tenant_ospf_cmd);
	return 0;
}

static int module_init(void)
{
	const char *running = frrmod_list->info->version;

	if (strcmp(running, FRR_VERSION)) {
		fprintf(stderr,
			"ospfd_tenant was built for FRR %s and this is FRR %s; install the module of that version\n",
			FRR_VERSION, running);
		return -1;
	}
	hook_register(frr_late_init, late_init);
	return 0;
}

/* clang-format off */
FRR_MODULE_SETUP(
	.name = "ospfd_tenant",
	.version = FRR_VERSION,
	.description = "fast NSSA translation for tenant networks",
	.init = module_init,
);

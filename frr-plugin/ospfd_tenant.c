// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ospfd -M tenant: what ospfd 10.7 does badly for tenants, and only a module can mend,
 * because it is inside it:
 *
 *   a type-7 LSA waits 5 s for its translation, and a border router with an NSSA default works
 *   every 5 s for nothing                                                     (ospfd_translate.c)
 *   a translator that died is not replaced for an hour                            (ospfd_elect.c)
 *   external routes are calculated a second after all others                   (ospfd_external.c)
 *   an adjacency that comes up after a translation misses it                     (ospfd_repair.c)
 *   a subnet that goes, comes and goes again at once may stay at the neighbors (ospfd_checksum.c)
 *
 * This file loads the module, takes ospfd's hooks to these, and shows what they did.  All
 * else is ospfd's own.
 */
#include <zebra.h>

#include <string.h>

#include "command.h"
#include "hook.h"
#include "json.h"
#include "libfrr.h"
#include "linklist.h"
#include "module.h"
#include "vty.h"

#include "ospfd/ospfd.h"
#include "ospfd/ospf_asbr.h"
#include "ospfd/ospf_interface.h"
#include "ospfd/ospf_lsa.h"
#include "ospfd/ospf_lsdb.h"
#include "ospfd/ospf_neighbor.h"
#include "ospfd/ospf_nsm.h"
#include "ospfd/ospf_zebra.h"

#include "commands.h"
#include "vrf-sync/release.h"
#include "frr-plugin/ospfd_tenant.h"
#include "frr-plugin/trace_send.h"

/* ---- ospfd's hooks ---- */

static void topology_changed(const struct ospf_lsa *lsa)
{
	if (lsa->area)
		external_soon(lsa->area->ospf);
}

static void lsa_changed(struct ospf_lsa *lsa, bool gone)
{
	switch (lsa->data->type) {
	case OSPF_AS_NSSA_LSA:
		translate_type7(lsa, gone);
		checksum_soon(lsa);
		break;
	case OSPF_AS_EXTERNAL_LSA:
		if (gone)
			translate_flushed(lsa);
		checksum_soon(lsa);
		break;
	case OSPF_ROUTER_LSA:
	case OSPF_NETWORK_LSA:
		if (lsa->area)
			elect_soon(lsa->area);
		topology_changed(lsa);
		break;
	case OSPF_SUMMARY_LSA:
	case OSPF_ASBR_SUMMARY_LSA:
		topology_changed(lsa);
		break;
	default:
		break;
	}
}

/* Called for each LSA that is installed. */
static int lsa_updated(struct ospf_lsa *lsa)
{
	trace_lsa(lsa, true); /* before what is made of it */
	lsa_changed(lsa, false);
	return 0;
}

/* Called for each LSA that is about to be discarded. */
static int lsa_deleted(struct ospf_lsa *lsa)
{
	trace_lsa(lsa, false);
	lsa_changed(lsa, true);
	return 0;
}

static int neighbor_changed(struct ospf_neighbor *nbr, int state, int oldstate)
{
	if (state == NSM_Full && oldstate != NSM_Full)
		repair_neighbor(nbr);
	return 0;
}

/* ---- show tenant ospf ---- */

struct shown {
	struct vty *vty;
	struct json_object *json; /* NULL for people */
};

static bool stands_in(struct ospf *ospf)
{
	struct listnode *node;
	struct ospf_area *area;

	for (ALL_LIST_ELEMENTS_RO(ospf->areas, node, area))
		if (elect_stands_in(area))
			return true;
	return false;
}

static void show_vrf_json(struct json_object *json, const struct watched_vrf *vrf,
			  struct ospf *ospf)
{
	struct json_object *one = json_object_new_object();

	json_object_int_add(one, "changes", vrf->changes);
	json_object_int_add(one, "single", vrf->single);
	json_object_int_add(one, "runs", vrf->runs);
	json_object_int_add(one, "lastUs", vrf->last_us);
	json_object_int_add(one, "worstUs", vrf->worst_us);
	json_object_int_add(one, "spared", vrf->spared);
	json_object_int_add(one, "hastened", vrf->hastened);
	json_object_int_add(one, "repairs", vrf->repairs);
	json_object_int_add(one, "checksums", vrf->checksums);
	json_object_int_add(one, "takeovers", vrf->takeovers);
	json_object_boolean_add(one, "standsIn", stands_in(ospf));
	json_object_object_add(json, ospf_vrf_id_to_name(vrf->vrf_id), one);
}

static void show_vrf(struct watched_vrf *vrf, void *arg)
{
	struct shown *shown = arg;
	struct ospf *ospf = ospf_lookup_by_vrf_id(vrf->vrf_id);

	if (!ospf) {
		watched_forget(vrf); /* its instance is gone */
		return;
	}
	if (shown->json) {
		show_vrf_json(shown->json, vrf, ospf);
		return;
	}
	vty_out(shown->vty,
		"%-15s %7" PRIu64 " %7" PRIu64 " %7" PRIu64 " %8" PRId64 " %9" PRId64 " %7" PRIu64
		" %8" PRIu64 " %9" PRIu64 " %8" PRIu64 " %9" PRIu64 "%s\n",
		ospf_vrf_id_to_name(vrf->vrf_id), vrf->changes, vrf->single, vrf->runs,
		vrf->last_us / 1000, vrf->worst_us / 1000, vrf->spared, vrf->hastened,
		vrf->repairs, vrf->checksums, vrf->takeovers, stands_in(ospf) ? " now" : "");
}

DEFUN(show_tenant_ospf, show_tenant_ospf_cmd, CMD_SHOW_TENANT_OSPF, HELP_SHOW_TENANT_OSPF)
{
	struct shown shown = { .vty = vty,
			       .json = use_json(argc, argv) ? json_object_new_object() : NULL };

	if (!shown.json)
		vty_out(vty, "%-15s %7s %7s %7s %8s %9s %7s %8s %9s %8s %9s\n", "VRF", "Type-7",
			"Single", "Runs", "Last ms", "Worst ms", "Spared", "Hastened", "Repaired",
			"Damaged", "Stood in");
	watched_walk(show_vrf, &shown);
	if (shown.json)
		vty_json(vty, shown.json);
	return CMD_SUCCESS;
}

/* ---- loading ---- */

static int at_end(void)
{
	watched_end();
	return 0;
}

static int late_init(struct event_loop *loop)
{
	trace_send_init(loop, &ospf_zclient);
	hook_register(ospf_lsa_update, lsa_updated);
	hook_register(ospf_lsa_delete, lsa_deleted);
	hook_register(ospf_nsm_change, neighbor_changed);
	hook_register(frr_fini, at_end);
	install_element(VIEW_NODE, &show_tenant_ospf_cmd);
	return 0;
}

static int module_init(void)
{
	if (!release_fits("ospfd_tenant", "module"))
		return -1;
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

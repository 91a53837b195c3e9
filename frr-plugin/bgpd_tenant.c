// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bgpd -M tenant: prefixes are processed when they come, not 50 ms later.
 *
 * bgpd 10.7 lets every prefix wait 50 ms in its instance's process queue, so
 * that what comes together is worked off together.  A subnet passes two such
 * queues on its way to a customer's far site, where it is exported and where it
 * is imported, and that is most of the time it takes.  Here the wait is
 * HOLD_MS.
 *
 * Under load an instance's wait is bgpd's own again, since a full table is taken
 * in cheaper in larger portions: while more than LOAD of its prefixes get another
 * best path in WINDOW_MS, and until a window with fewer.  Other tenants' prefixes
 * do not wait for it, whatever one of them is flooded with.
 *
 * The wait is set when an instance gets its router id, which every instance
 * does when it is made, and checked when a route is processed.  The window is a
 * timer that runs only while routes are processed; an idle bgpd has none.
 *
 * A VRF's first prefix needs a label to be exported with.  Where bgpd has none
 * left (it begins with none, and takes 128, 256, ... from zebra), it takes them
 * at once, but hands them out a second later, by a timer (bgp_lp_get()), and 50
 * ms after that.  Here that timer ends when the next route is processed, which
 * is the one that wants the label, and those 50 ms are HOLD_MS, too.
 *
 * What labels lead to is told to the guard in zebra (bgpd_origin.h).
 *
 * The same hook tells tenantd exactly when a prefix was exported from a VRF into
 * the VPN, or imported (trace_send.h).
 *
 * struct bgp depends on how bgpd was configured (ENABLE_BGP_VNC moves the
 * queue).  So the module is for one FRR release, and touches a queue only if it
 * looks as bgp_process_queue_init() leaves it: its name, and its wait of 50.
 */
#include <zebra.h>

#include <string.h>

#include "command.h"
#include "hook.h"
#include "jhash.h"
#include "libfrr.h"
#include "linklist.h"
#include "log.h"
#include "memory.h"
#include "module.h"
#include "typesafe.h"
#include "vty.h"
#include "workqueue.h"

#include "bgpd/bgpd.h"
#include "bgpd/bgp_route.h"
#include "bgpd/bgp_zebra.h"

#include "commands.h"
#include "vrf-sync/release.h"
#include "frr-plugin/bgpd_origin.h"
#include "frr-plugin/trace_send.h"

#define HOLD_MS      1
#define HOLD_OF_BGPD 50
#define LOAD         200
#define WINDOW_MS    100
#define QUEUE_NAME   "process_queue"
#define LABEL_QUEUE  "label callbacks"

DEFINE_MGROUP(BGPD_TENANT, "bgpd_tenant");
DEFINE_MTYPE_STATIC(BGPD_TENANT, BUSY, "instance at work");

PREDECL_HASH(busies);

/* An instance that has processed routes in this window, or is under load. */
struct busy {
	struct busies_item item;
	struct bgp *bgp;
	unsigned int updates; /* in this window */
	bool loaded;
};

static int busy_cmp(const struct busy *a, const struct busy *b)
{
	return numcmp((uintptr_t)a->bgp, (uintptr_t)b->bgp);
}

static uint32_t busy_hash(const struct busy *one)
{
	return jhash(&one->bgp, sizeof(one->bgp), 0);
}

DECLARE_HASH(busies, struct busy, item, busy_cmp, busy_hash);

static struct busies_head busies[1];
static unsigned int handed_out;
static unsigned int loads; /* how often */
static struct event *ev_window;

static struct busy *busy_find(struct bgp *bgp)
{
	return busies_find(busies, &(struct busy){ .bgp = bgp });
}

static void busy_forget(struct busy *one)
{
	busies_del(busies, one);
	XFREE(MTYPE_BUSY, one);
}

static void quicken_queue(struct work_queue *queue, const char *name)
{
	if (queue && queue->spec.hold == HOLD_OF_BGPD && !strncmp(queue->name, name, strlen(name)))
		queue->spec.hold = HOLD_MS;
}

static void quicken(struct bgp *bgp)
{
	const struct busy *busy = busy_find(bgp);

	if (!busy || !busy->loaded)
		quicken_queue(bgp->process_queue, QUEUE_NAME);
}

/* Of an instance that quicken() has been at. */
static void slow_down(struct bgp *bgp)
{
	struct work_queue *queue = bgp->process_queue;

	if (queue && queue->spec.hold == HOLD_MS)
		queue->spec.hold = HOLD_OF_BGPD;
}

static void enter_load(struct busy *one, bool now)
{
	if (one->loaded == now)
		return;
	one->loaded = now;
	loads += now;
	if (now)
		slow_down(one->bgp);
	else
		quicken(one->bgp);
}

static void window_ended(struct event *event)
{
	struct busy *one;

	frr_each_safe (busies, busies, one) {
		enter_load(one, one->updates > LOAD);
		one->updates = 0;
		if (!one->loaded)
			busy_forget(one);
	}
	if (busies_count(busies))
		event_add_timer_msec(bm->master, window_ended, NULL, WINDOW_MS, &ev_window);
}

static void count_update(struct bgp *bgp)
{
	struct busy *one = busy_find(bgp);

	if (!one) {
		one = XCALLOC(MTYPE_BUSY, sizeof(*one));
		one->bgp = bgp;
		busies_add(busies, one);
	}
	if (++one->updates > LOAD)
		enter_load(one, true);
	if (!event_is_scheduled(ev_window))
		event_add_timer_msec(bm->master, window_ended, NULL, WINDOW_MS, &ev_window);
}

static int instance_gone(struct bgp *bgp)
{
	struct busy *one = busy_find(bgp);

	if (one)
		busy_forget(one);
	return 0;
}

static int router_id_updated(struct bgp *bgp, bool withdraw)
{
	quicken(bgp);
	return 0;
}

static int instance_changed(struct bgp *bgp)
{
	quicken(bgp);
	return 0;
}

/* Somebody waits for a label, and zebra has given some. */
static void hand_out_labels(void)
{
	struct event *wait = bm->t_bgp_sync_label_manager;
	void (*sync)(struct event *event);

	if (!event_is_scheduled(wait) || wait->type != EVENT_TIMER ||
	    list_isempty(bm->labelpool.chunks))
		return;
	sync = wait->func;
	event_cancel(&bm->t_bgp_sync_label_manager);
	event_add_event(bm->master, sync, NULL, 0, &bm->t_bgp_sync_label_manager);
	handed_out++;
}

/* ---- where a prefix has got to ---- */

/* Of a path in the VPN table: the VRF it was exported from; NULL: it came from a
 * peer.
 */
static struct bgp *exported_from(const struct bgp_path_info *path)
{
	if (!path || path->sub_type != BGP_ROUTE_IMPORTED || !path->extra || !path->extra->vrfleak)
		return NULL;
	return path->extra->vrfleak->bgp_orig;
}

static bool is_imported(const struct bgp_path_info *path)
{
	return path && path->sub_type == BGP_ROUTE_IMPORTED;
}

static void trace_path(struct bgp *bgp, safi_t safi, struct bgp_dest *dest,
		       struct bgp_path_info *path, bool present)
{
	struct bgp *from = safi == SAFI_MPLS_VPN ? exported_from(path) : NULL;

	if (from)
		trace_send(STAGE_EXPORTED, from->vrf_id, bgp_dest_get_prefix(dest), present);
	else if (safi == SAFI_UNICAST && is_imported(path))
		trace_send(STAGE_IMPORTED, bgp->vrf_id, bgp_dest_get_prefix(dest), present);
}

/* Paths have come to a prefix, which nobody has looked at yet. */
static int paths_came(struct bgp *bgp, afi_t afi, safi_t safi, struct bgp_dest *dest,
		      struct peer *peer, bool withdraw)
{
	if (safi == SAFI_MPLS_VPN)
		origin_of_vpn(dest);
	return 0;
}

static int route_updated(struct bgp *bgp, afi_t afi, safi_t safi, struct bgp_dest *dest,
			 struct bgp_path_info *old_route, struct bgp_path_info *new_route)
{
	count_update(bgp);
	quicken(bgp);
	hand_out_labels();
	if (safi == SAFI_UNICAST && is_imported(new_route))
		origin_of_imports(dest);
	if (old_route && !new_route)
		trace_path(bgp, safi, dest, old_route, false);
	else if (new_route)
		trace_path(bgp, safi, dest, new_route, true);
	return 0;
}

DEFUN(show_tenant_bgp, show_tenant_bgp_cmd, CMD_SHOW_TENANT_BGP, HELP_SHOW_TENANT_BGP)
{
	struct busy *one;
	struct listnode *node;
	unsigned int loaded = 0;
	struct bgp *bgp;

	frr_each (busies, busies, one)
		loaded += one->loaded;
	vty_out(vty, "%-15s %s\n", "VRF", "Wait ms");
	for (ALL_LIST_ELEMENTS_RO(bm->bgp, node, bgp))
		vty_out(vty, "%-15s %u\n", bgp->name ? bgp->name : "default",
			bgp->process_queue ? bgp->process_queue->spec.hold : 0);
	vty_out(vty, "Under load, with bgpd's own wait: %u now, %u times so far.\n", loaded,
		loads);
	vty_out(vty, "Labels were handed out early %u times.\n", handed_out);
	return CMD_SUCCESS;
}

static int forget_all(void)
{
	struct busy *one;

	event_cancel(&ev_window);
	while ((one = busies_pop(busies)))
		XFREE(MTYPE_BUSY, one);
	busies_fini(busies);
	busies_init(busies); /* instances still go after this */
	return 0;
}

static int late_init(struct event_loop *loop)
{
	busies_init(busies);
	trace_send_init(loop, &bgp_zclient);
	quicken_queue(bm->labelpool.callback_q, LABEL_QUEUE);
	hook_register(bgp_routerid_update, router_id_updated);
	hook_register(bgp_instance_state, instance_changed);
	hook_register(bgp_inst_delete, instance_gone);
	hook_register(frr_early_fini, forget_all);
	hook_register(bgp_route_update, route_updated);
	hook_register(bgp_process, paths_came);
	origin_init(loop);
	install_element(VIEW_NODE, &show_tenant_bgp_cmd);
	return 0;
}

static int module_init(void)
{
	if (!release_fits("bgpd_tenant", "module"))
		return -1;
	hook_register(frr_late_init, late_init);
	return 0;
}

/* clang-format off */
FRR_MODULE_SETUP(
	.name = "bgpd_tenant",
	.version = FRR_VERSION,
	.description = "prefixes of tenant networks without the wait",
	.init = module_init,
);

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * zebra -M tenant: the kernel's own routes in tenants' VRFs are not zebra's business.
 *
 * zebra 10.7 has two kinds of them in each tenant's VRF: the `unreachable default` that
 * tenantd puts at the end of its table, and, beside its own connected route, the kernel's
 * route of a subnet whose device came into the VRF with its address.  It needs neither, and
 * they do harm:
 *
 *   Whenever any interface comes up, zebra looks at every kernel route of every VRF again,
 *   and tells its daemons again of what is chosen there (rib_update_handle_vrf_all()).
 *
 *   When a VRF goes, zebra frees the routes in it, but not those of the kernel, which it keeps
 *   for whoever has that table next; and it takes the VRF's prefixes out of its queue without
 *   taking the mark "queued" off them (zebra_vrf_disable(), rib_meta_queue_free()).  A prefix
 *   that has both is never looked at again: in the next VRF with that table it is neither
 *   chosen nor redistributed, and only a restart of zebra mends it.
 *
 * When a daemon goes, zebra forgets what waits in its first queue and has the daemon's type or its
 * instance, where it means both (early_route_meta_queue_free()): connected routes that come, and
 * routes that go, in any VRF, whoever's they are.  So what waits there is worked on before.
 *
 * The kernel's two are taken out of zebra as soon as it has looked at them.  And when the device
 * of a tenant's VRF goes, which is just before zebra disables the VRF, whatever kernel routes are
 * in it are dropped: nothing survives.  (Not where somebody typed `interface X` for that device
 * in zebra, which then never forgets it; taking the two out has to suffice there.)  What the
 * kernel has in the table is tenantd's to know, and stays.
 */
#include <zebra.h>

#include <string.h>

#include "command.h"
#include "frrevent.h"
#include "hook.h"
#include "if.h"
#include "libfrr.h"
#include "memory.h"
#include "module.h"
#include "srcdest_table.h"
#include "vrf.h"
#include "vty.h"
#include "workqueue.h"

#include "zebra/interface.h"
#include "zebra/rib.h"
#include "zebra/zebra_router.h"
#include "zebra/zebra_vrf.h"
#include "zebra/zserv.h"

#include "commands.h"
#include "vrf-sync/release.h"
#include "frr-plugin/zebra_guard.h"

DEFINE_MGROUP(ZEBRA_TENANT, "zebra_tenant");
DEFINE_MTYPE_STATIC(ZEBRA_TENANT, NEEDLESS, "route to take out");

#define VRF_ALIAS    "frr-tenant %s vrf" /* of a VRF device of tenantd's (apply/kernel_link.c) */

#define EARLY_ROUTES 2 /* META_QUEUE_EARLY_ROUTE, which zebra_rib.c keeps to itself */

static unsigned int vrfs_gone, routes_dropped, routes_spared, routes_kept;

static bool is_tenant_vrf(const struct interface *ifp)
{
	const struct zebra_if *zif = ifp->info;
	char alias[sizeof(VRF_ALIAS) + IFNAMSIZ];

	snprintf(alias, sizeof(alias), VRF_ALIAS, ifp->name);
	return zif && zif->desc && !strcmp(zif->desc, alias);
}

/* ---- while a VRF is there ---- */

/* As apply/kernel_route.c puts it: metric 4278198272, which is a distance of 255 to zebra. */
static bool is_last_resort(const struct route_node *rn, const struct route_entry *re)
{
	const struct nexthop *hop = re->nhe->nhg.nexthop;

	return !rn->p.prefixlen && re->distance == 255 && hop &&
	       hop->type == NEXTHOP_TYPE_BLACKHOLE;
}

static bool is_connected_too(struct route_node *rn, const struct route_entry *re)
{
	const struct nexthop *hop = re->nhe->nhg.nexthop, *other;
	struct route_entry *own;

	if (!hop || hop->type != NEXTHOP_TYPE_IFINDEX)
		return false;
	RNODE_FOREACH_RE(rn, own)
	{
		other = own->nhe->nhg.nexthop;
		if (own->type == ZEBRA_ROUTE_CONNECT && other && other->ifindex == hop->ifindex &&
		    !CHECK_FLAG(own->status, ROUTE_ENTRY_REMOVED))
			return true;
	}
	return false;
}

/* NULL: none to take out. */
static struct route_entry *find_needless(struct route_node *rn)
{
	struct route_entry *re;

	RNODE_FOREACH_RE(rn, re)
	{
		if (re->type == ZEBRA_ROUTE_KERNEL &&
		    !CHECK_FLAG(re->status, ROUTE_ENTRY_REMOVED) &&
		    (is_last_resort(rn, re) || is_connected_too(rn, re)))
			return re;
	}
	return NULL;
}

/* Where something is to be taken out: by name, since all of it may be gone by then. */
struct needless {
	vrf_id_t vrf_id;
	afi_t afi;
	safi_t safi;
	struct prefix prefix;
};

static void take_out(struct event *event)
{
	struct needless *where = EVENT_ARG(event);
	struct route_table *table = zebra_vrf_table(where->afi, where->safi, where->vrf_id);
	struct route_node *rn = table ? srcdest_rnode_lookup(table, &where->prefix, NULL) : NULL;
	struct route_entry *re = rn && rn->info ? find_needless(rn) : NULL;

	if (re) {
		rib_delnode(rn, re);
		routes_spared++;
	}
	if (rn)
		route_unlock_node(rn);
	XFREE(MTYPE_NEEDLESS, where);
}

static bool is_in_tenant_vrf(const struct zebra_vrf *zvrf)
{
	struct interface *ifp = if_lookup_by_name(zvrf->vrf->name, zvrf->vrf->vrf_id);

	return ifp && is_tenant_vrf(ifp);
}

/* Called while zebra works on a prefix, so that nothing may be changed yet. */
static int route_updated(struct route_node *rn, const char *reason)
{
	const struct rib_table_info *info = srcdest_rnode_table_info(rn);
	const struct prefix *prefix;
	struct needless *where;

	if (!rn->info || !find_needless(rn) || !is_in_tenant_vrf(info->zvrf))
		return 0;
	where = XCALLOC(MTYPE_NEEDLESS, sizeof(*where));
	where->vrf_id = info->zvrf->vrf->vrf_id;
	where->afi = info->afi;
	where->safi = info->safi;
	srcdest_rnode_prefixes(rn, &prefix, NULL);
	prefix_copy(&where->prefix, prefix);
	event_add_event(zrouter.master, take_out, where, 0, NULL);
	return 0;
}

/* ---- when a VRF goes ---- */

static void drop_kernel_routes(struct route_table *table)
{
	struct route_entry *re, *next;
	struct route_node *rn;

	for (rn = route_top(table); rn; rn = route_next(rn)) {
		if (!rn->info)
			continue;
		RNODE_FOREACH_RE_SAFE(rn, re, next)
		{
			if (re->type != ZEBRA_ROUTE_KERNEL)
				continue;
			rib_unlink(rn, re);
			routes_dropped++;
		}
	}
}

/* Called when zebra is about to forget an interface, and next, of a VRF's own, the VRF. */
static int interface_gone(struct interface *ifp)
{
	struct vrf *vrf = is_tenant_vrf(ifp) ? vrf_lookup_by_name(ifp->name) : NULL;
	struct zebra_vrf *zvrf = vrf && vrf_is_enabled(vrf) ? vrf->info : NULL;

	if (!zvrf)
		return 0;
	vrfs_gone++;
	zebra_guard_vrf_gone(vrf->vrf_id);
	for (afi_t afi = AFI_IP; afi <= AFI_IP6; afi++)
		for (safi_t safi = SAFI_UNICAST; safi <= SAFI_MULTICAST; safi++)
			if (zvrf->table[afi][safi])
				drop_kernel_routes(zvrf->table[afi][safi]);
	return 0;
}

/* ---- when a daemon goes ---- */

/* Called when zebra is about to forget a client and all that it had of it.  Of the queues zebra
 * takes the lowest that is not empty, one entry each time: nothing later is worked on here.
 */
static int client_gone(struct zserv *client)
{
	struct work_queue *queue = zrouter.ribq;
	struct meta_queue *waiting = zrouter.mq;

	if (!queue || !waiting || zebra_router_in_shutdown())
		return 0;
	while (!list_isempty(waiting->subq[EARLY_ROUTES])) {
		if (queue->spec.workfunc(queue, waiting) == WQ_QUEUE_BLOCKED)
			break;
		routes_kept++;
	}
	return 0;
}

DEFUN(show_tenant_zebra, show_tenant_zebra_cmd, CMD_SHOW_TENANT_ZEBRA, HELP_SHOW_TENANT_ZEBRA)
{
	vty_out(vty, "%u routes of the kernel in tenants' VRFs were taken out.\n", routes_spared);
	vty_out(vty, "%u tenants' VRFs went, and %u more in them were dropped.\n", vrfs_gone,
		routes_dropped);
	vty_out(vty, "%u waiting routes were worked on before a daemon went.\n", routes_kept);
	return CMD_SUCCESS;
}

static int late_init(struct event_loop *loop)
{
	hook_register(if_del, interface_gone);
	hook_register(rib_update, route_updated);
	hook_register(zserv_client_close, client_gone);
	install_element(VIEW_NODE, &show_tenant_zebra_cmd);
	zebra_guard_init(loop);
	return 0;
}

static int module_init(void)
{
	if (!release_fits("zebra_tenant", "module"))
		return -1;
	hook_register(frr_late_init, late_init);
	return 0;
}

/* clang-format off */
FRR_MODULE_SETUP(
	.name = "zebra_tenant",
	.version = FRR_VERSION,
	.description = "no route joins tenants, and the kernel's in their VRFs do no harm",
	.init = module_init,
);

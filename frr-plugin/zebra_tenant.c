// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * zebra -M tenant: a tenant's VRF that goes leaves no routes behind for the next one.
 *
 * When a VRF goes, zebra 10.7 frees the routes in it, but not those of the kernel, which it
 * keeps for whoever has that table next; and it takes the VRF's prefixes out of its queue
 * without taking the mark "queued" off them (zebra_vrf_disable(), rib_meta_queue_free()).  A
 * prefix that has both is never looked at again: in the next VRF with that table it is
 * neither chosen nor redistributed, and only a restart of zebra mends it.  The kernel has
 * such a route for every subnet of a device that comes into a VRF with its address, and
 * where somebody deletes the VRF device, all of them are in the queue.
 *
 * So when the device of a tenant's VRF goes, which is just before zebra disables the VRF, its
 * kernel routes are dropped here: nothing survives.  What the kernel itself still has in the
 * table is tenantd's to know.
 */
#include <zebra.h>

#include <string.h>

#include "command.h"
#include "hook.h"
#include "if.h"
#include "libfrr.h"
#include "module.h"
#include "vrf.h"
#include "vty.h"

#include "zebra/interface.h"
#include "zebra/rib.h"
#include "zebra/zebra_vrf.h"

#include "commands.h"
#include "frr-plugin/frr_version.h"

#define VRF_ALIAS "frr-tenant %s vrf" /* of a VRF device of tenantd's (apply/kernel_link.c) */

static unsigned int vrfs_gone, routes_dropped;

static bool is_tenant_vrf(const struct interface *ifp)
{
	const struct zebra_if *zif = ifp->info;
	char alias[sizeof(VRF_ALIAS) + IFNAMSIZ];

	snprintf(alias, sizeof(alias), VRF_ALIAS, ifp->name);
	return zif && zif->desc && !strcmp(zif->desc, alias);
}

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
	for (afi_t afi = AFI_IP; afi <= AFI_IP6; afi++)
		for (safi_t safi = SAFI_UNICAST; safi <= SAFI_MULTICAST; safi++)
			if (zvrf->table[afi][safi])
				drop_kernel_routes(zvrf->table[afi][safi]);
	return 0;
}

DEFUN(show_tenant_zebra, show_tenant_zebra_cmd, CMD_SHOW_TENANT_ZEBRA, HELP_SHOW_TENANT_ZEBRA)
{
	vty_out(vty, "%u tenants' VRFs went, and %u kernel routes in them were dropped.\n",
		vrfs_gone, routes_dropped);
	return CMD_SUCCESS;
}

static int late_init(struct event_loop *loop)
{
	hook_register(if_del, interface_gone);
	install_element(VIEW_NODE, &show_tenant_zebra_cmd);
	return 0;
}

static int module_init(void)
{
	if (!frr_version_fits("zebra_tenant"))
		return -1;
	hook_register(frr_late_init, late_init);
	return 0;
}

/* clang-format off */
FRR_MODULE_SETUP(
	.name = "zebra_tenant",
	.version = FRR_VERSION,
	.description = "VRFs of tenants leave no routes behind",
	.init = module_init,
);

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What zebra knows of VRFs and interfaces.
 *
 * tenantd only listens: it makes kernel objects itself and installs no routes.
 * But protocols configured before zebra has seen a VRF lose their VPN export
 * (measured, FRR 10.7), so the engine waits for what arrives here.
 */
#include <zebra.h>

#include <string.h>

#include "frrevent.h"
#include "if.h"
#include "log.h"
#include "privs.h"
#include "vrf.h"
#include "zclient.h"

#include "apply/engine.h"
#include "daemon/tenantd.h"
#include "daemon/tracing.h"
#include "trace/wire.h"

extern struct zebra_privs_t tenantd_privs;

/* Of nobody else.  When a client goes, zebra 10.7.1 forgets what waits in its first queue and has
 * the client's type or its instance (early_route_meta_queue_free() in zebra_rib.c asks for both to
 * differ where it means either).  Connected routes have instance 0, whoever's they are: with that
 * one, tenantd would take them along.
 */
#define ZEBRA_INSTANCE UINT16_MAX

static struct zclient *zclient;
static struct event *ev_changed;

static void tell_engine(struct event *event)
{
	engine_zebra_changed(tenantd.engine);
}

/* Many things arrive together; the engine looks once, and only if it waits. */
static void changed(void)
{
	if (tenantd.engine && engine_awaits_zebra(tenantd.engine))
		event_add_event(tenantd.loop, tell_engine, NULL, 0, &ev_changed);
}

static int vrf_nothing(struct vrf *vrf)
{
	return 0;
}

static int vrf_up(struct vrf *vrf)
{
	/* the default VRF comes up before there is a client to ask with */
	if (zclient && vrf->vrf_id != VRF_DEFAULT)
		zclient_send_reg_requests(zclient, vrf->vrf_id);
	changed();
	return 0;
}

static int vrf_down(struct vrf *vrf)
{
	changed();
	return 0;
}

static int interface_changed(struct interface *ifp)
{
	changed();
	return 0;
}

static void connected(struct zclient *client)
{
	struct vrf *vrf;

	RB_FOREACH(vrf, vrf_name_head, &vrfs_by_name)
	if (vrf->vrf_id != VRF_UNKNOWN)
		zclient_send_reg_requests(client, vrf->vrf_id);
	zclient_register_opaque(client, TRACE_MESSAGE);
}

/* A device that was deleted and made again keeps its name, and not its index: what zebra
 * speaks of may still be the old one.
 */
static bool is_of_today(const char *name, ifindex_t index)
{
	unsigned int today = if_nametoindex(name);

	return !today || today == (unsigned int)index;
}

bool zebra_knows_vrf(const char *name, uint32_t table)
{
	struct vrf *vrf = vrf_lookup_by_name(name);

	return vrf && CHECK_FLAG(vrf->status, VRF_ACTIVE) && vrf->data.l.table_id == table &&
	       is_of_today(name, vrf->vrf_id);
}

bool zebra_knows_interface(const char *ifname, const char *vrf_name)
{
	struct vrf *vrf = vrf_lookup_by_name(vrf_name);
	struct interface *ifp;

	if (!vrf || !CHECK_FLAG(vrf->status, VRF_ACTIVE))
		return false;
	ifp = if_lookup_by_name(ifname, vrf->vrf_id);
	return ifp && ifp->ifindex != IFINDEX_INTERNAL && is_of_today(ifname, ifp->ifindex);
}

static zclient_handler *const handlers[] = {
	[ZEBRA_OPAQUE_MESSAGE] = tracing_message,
};

void zebra_init(void)
{
	vrf_init(vrf_nothing, vrf_up, vrf_down, vrf_nothing);
	hook_register_prio(if_real, 0, interface_changed);
	hook_register_prio(if_up, 0, interface_changed);
	hook_register_prio(if_down, 0, interface_changed);
	hook_register_prio(if_unreal, 0, interface_changed);
	/* no route type is free for a daemon outside FRR's tree; sharpd's is
	 * unused, and nothing is installed with it
	 */
	zclient = zclient_new(tenantd.loop, &zclient_options_default, handlers,
			      array_size(handlers));
	zclient_init(zclient, ZEBRA_ROUTE_SHARP, ZEBRA_INSTANCE, &tenantd_privs);
	zclient->zebra_connected = connected;
}

void zebra_stop(void)
{
	event_cancel(&ev_changed);
	zclient_stop(zclient);
	zclient_free(zclient);
	vrf_terminate();
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A virtual address that the PEs on one customer LAN share (VRRP version 3,
 * RFC 9568), for hosts and routers there that know one next hop.
 *
 * vrrpd does not make the device that has the group's MAC, it only lets it
 * pass traffic or not; so the device is ours: a macvlan on the link's own.
 * Its address brings no route (noprefixroute): the LAN is connected once, by
 * the link's own address, and nothing more than that is redistributed or
 * exported.
 */
#include <zebra.h>

#include <string.h>

#include "plan/plan_priv.h"

static struct object *add(struct plan *plan, enum object_kind kind, const char *device,
			  uint8_t vrid)
{
	struct object *obj = plan_add(plan, kind, TARGET_VRRPD);

	strlcpy(obj->name, device, sizeof(obj->name));
	obj->num[0] = vrid;
	return obj;
}

static void plan_macvlan(struct plan *plan, const struct link *link, const char *device,
			 uint8_t vrid)
{
	struct object *obj = plan_add(plan, OBJ_MACVLAN, TARGET_KERNEL);
	char name[DEVICE_BUF];

	derive_virtual_name(link, name);
	strlcpy(obj->name, name, sizeof(obj->name));
	strlcpy(obj->ref, device, sizeof(obj->ref));
	obj->num[0] = vrid;
	obj = plan_add(plan, OBJ_VIRTUAL_ADDRESS, TARGET_KERNEL);
	strlcpy(obj->name, name, sizeof(obj->name));
	obj->net = link->virtual_address;
	obj->net.len = link->address.len;
}

/* What is as vrrpd has it anyway is not written: it would not say it again. */
void plan_virtual_address(struct plan *plan, const struct link *link, const char *device)
{
	struct reason ignored = {};
	uint8_t vrid;

	if (!ipnet_is_set(&link->virtual_address) || derive_vrid(link, &vrid, &ignored) < 0)
		return;
	plan_macvlan(plan, link, device, vrid);
	add(plan, OBJ_VRRP, device, vrid);
	if (link->priority && link->priority != VRRP_PRIORITY)
		add(plan, OBJ_VRRP_PRIORITY, device, vrid)->num[1] = link->priority;
	if (plan->provider->vrrp_interval != VRRP_INTERVAL)
		add(plan, OBJ_VRRP_INTERVAL, device, vrid)->num[1] = plan->provider->vrrp_interval;
	add(plan, OBJ_VRRP_ADDRESS, device, vrid)->net = ipnet_host(&link->virtual_address);
}

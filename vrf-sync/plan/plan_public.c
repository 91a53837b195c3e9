// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Public addresses on a node (model/public.h): what a DLR announces, and what
 * an edge translates on its uplinks.
 */
#include <zebra.h>

#include <string.h>

#include "darr.h"

#include "model/derive.h"
#include "model/public.h"
#include "plan/plan_priv.h"

static struct object *add(struct plan *plan, enum object_kind kind, const char *device)
{
	struct object *obj = plan_add(plan, kind, TARGET_KERNEL);

	strlcpy(obj->name, device, sizeof(obj->name));
	return obj;
}

/* Several ports of one address are one announcement: a plan has each object once. */
static void plan_announcements(struct plan *plan)
{
	const struct public_address *public;
	struct object *obj;

	darr_foreach_p (plan->tenant->publics, public) {
		if (!public_is_at(plan->provider, plan->tenant, public, plan->node->site_id))
			continue;
		obj = add(plan, OBJ_ANNOUNCE, "");
		obj->net = ipnet_host(&public->address);
		obj->num[0] = derive_table(plan->provider, plan->tenant);
	}
}

static void plan_spared(struct plan *plan, const char *device)
{
	const struct reserved_port *port;
	struct object *obj;

	for (unsigned int i = 0; i < PUBLIC_WITHIN_COUNT; i++) {
		obj = add(plan, OBJ_SPARED, device);
		obj->num[0] = i + 1;
		obj->net = public_within[i];
	}
	darr_foreach_p (plan->provider->ports, port)
		add(plan, OBJ_SPARED, device)->num[0] = SERVICE(port->protocol, port->port);
}

static void plan_translations(struct plan *plan, const char *device)
{
	const struct public_address *public;
	struct object *obj;

	darr_foreach_p (plan->tenant->publics, public) {
		obj = add(plan, OBJ_TRANSLATION, device);
		obj->num[0] = public->id;
		obj->num[1] = SERVICE(public->protocol, public->port);
		obj->num[2] = public->inside_port;
		obj->net = ipnet_host(&public->address);
		obj->via = ipnet_host(public_inside(plan->tenant, public));
	}
}

void plan_public(struct plan *plan)
{
	const struct plan_wire *wire;

	if (!plan->tenant->publics)
		return;
	if (plan->roles & ROLE_DLR)
		plan_announcements(plan);
	darr_foreach_p (plan->wires, wire) {
		if (wire->wire->kind != WIRE_UPLINK || !(wire->roles & ROLE_EDGE))
			continue;
		add(plan, OBJ_CLASSIFIER, wire->device);
		plan_spared(plan, wire->device);
		plan_translations(plan, wire->device);
	}
}

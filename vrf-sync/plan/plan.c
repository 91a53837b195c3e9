// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From the tenant network to what one node should hold: the parts every role
 * shares, and the order of the rest.
 */
#include <zebra.h>

#include <stdio.h>
#include <string.h>

#include "darr.h"

#include "model/presence.h"
#include "plan/plan_priv.h"

/* Room for the OSPF sockets and labels of a node full of tenants. */
#define MEMBERSHIPS_NEEDED 4096
#define LABELS_NEEDED      100000

static const uint32_t families[] = { AF_INET, AF_INET6 };

struct object *plan_add(struct plan *plan, enum object_kind kind, enum target target)
{
	struct object *obj = darr_append(plan->want->list);

	*obj = (struct object){ .kind = kind, .target = target };
	strlcpy(obj->vrf, plan->tenant->vrf, sizeof(obj->vrf));
	return obj;
}

void plan_list_name(const struct plan *plan, const char *suffix,
		    char name[static LIST_NAME_MAX + 1])
{
	size_t len = strlcpy(name, plan->list_prefix, LIST_NAME_MAX + 1);

	strlcpy(name + len, suffix, LIST_NAME_MAX + 1 - len);
}

bool plan_wire_is_dynamic(const struct plan_wire *wire)
{
	return !wire->circuit || wire->circuit->routing == ROUTING_OSPF;
}

static void plan_vrf(struct plan *plan)
{
	uint32_t table = derive_table(plan->provider, plan->tenant);
	struct object *obj = plan_add(plan, OBJ_VRF, TARGET_KERNEL);

	strlcpy(obj->name, plan->tenant->vrf, sizeof(obj->name));
	obj->num[0] = table;
	/* C-20: what the VRF does not know must not fall through to the main table */
	for (unsigned int i = 0; i < array_size(families); i++) {
		obj = plan_add(plan, OBJ_UNREACHABLE, TARGET_KERNEL);
		obj->num[0] = families[i];
		obj->num[1] = table;
	}
	if (plan->roles & ROLE_PE)
		plan_add(plan, OBJ_ZEBRA_VRF, TARGET_MGMTD);
}

static void plan_address(struct plan *plan, const char *device, const struct ipnet *address)
{
	struct object *obj = plan_add(plan, OBJ_WIRE_ADDRESS, TARGET_KERNEL);

	strlcpy(obj->name, device, sizeof(obj->name));
	obj->net = *address;
}

/* A VLAN on the trunk, or the port itself where there is no VLAN. */
static void plan_device(struct plan *plan, const char *trunk, uint16_t vlan, uint16_t mtu)
{
	struct object *obj = plan_add(plan, vlan ? OBJ_VLAN : OBJ_PORT, TARGET_KERNEL);

	derive_vlan_name(trunk, vlan, obj->name);
	if (!vlan)
		return;
	strlcpy(obj->ref, trunk, sizeof(obj->ref));
	obj->num[0] = vlan;
	obj->num[1] = mtu;
}

/* Finds the wires the tenant uses on this node.  Validation has made sure that
 * every number can be derived.
 */
static void find_wires(struct plan *plan)
{
	struct reason ignored = {};
	const struct wire *wire;

	darr_foreach_p (plan->provider->wires, wire) {
		const struct wire_port *port = wire_port_of(wire, plan->node->id);
		struct plan_wire found = {
			.wire = wire,
			.circuit = tenant_circuit(plan->tenant, wire->id),
			.roles = wire_roles_on(wire, plan->tenant, plan->node->id),
		};

		if (!found.roles)
			continue;
		if (derive_vlan(wire, plan->tenant, &found.vlan, &ignored) < 0 ||
		    derive_wire_prefix(plan->provider, wire, plan->tenant, &found.prefix,
				       &ignored) < 0 ||
		    ipnet_slot(&found.prefix, port->slot, &found.address) < 0)
			continue;
		found.trunk = port->ifname;
		derive_vlan_name(port->ifname, found.vlan, found.device);
		*darr_append(plan->wires) = found;
		plan->has_ospf |= plan_wire_is_dynamic(&found);
		plan->has_static_transit |=
			wire->kind == WIRE_TRANSIT && !plan_wire_is_dynamic(&found);
	}
}

static void plan_wires(struct plan *plan)
{
	const struct plan_wire *wire;

	darr_foreach_p (plan->wires, wire) {
		plan_device(plan, wire->trunk, wire->vlan, wire->wire->mtu);
		plan_address(plan, wire->device, &wire->address);
	}
}

static void plan_links(struct plan *plan)
{
	char device[DEVICE_BUF];
	const struct link *link;

	darr_foreach_p (plan->tenant->links, link) {
		if (link->node_id != plan->node->id)
			continue;
		derive_vlan_name(link->ifname, link->vlan, device);
		plan_device(plan, link->ifname, link->vlan, 0);
		plan_address(plan, device, &link->address);
		plan_virtual_address(plan, link, device);
		plan->has_ospf |= link->routing == ROUTING_OSPF;
		plan->has_static_link |= link->routing == ROUTING_STATIC;
	}
}

void plan_tenant_unsorted(const struct provider *provider, const struct tenant *tenant,
			  const struct node *node, struct objects *want)
{
	struct plan plan = {
		.provider = provider,
		.tenant = tenant,
		.node = node,
		.roles = tenant_roles_on(tenant, node->id) & node->roles,
		.want = want,
	};

	if (!plan.roles)
		return;
	snprintf(plan.list_prefix, sizeof(plan.list_prefix), "TN-%s-", tenant->vrf);
	plan.stands_by = node_stands_by(tenant, node);
	find_wires(&plan);
	plan_vrf(&plan);
	plan_wires(&plan);
	if (plan.roles & ROLE_PE)
		plan_links(&plan);
	plan_filters(&plan);
	plan_ospf(&plan);
	plan_bgp(&plan);
	plan_switches(&plan);
	plan_public(&plan);
	plan_static_routes(&plan);
	darr_free(plan.wires);
}

void plan_tenant(const struct provider *provider, const struct tenant *tenant,
		 const struct node *node, struct objects *want)
{
	plan_tenant_unsorted(provider, tenant, node, want);
	objects_sort(want);
}

static void plan_sysctl(struct objects *want, enum sysctl_id id, uint32_t at_least)
{
	*darr_append(want->list) = (struct object){
		.kind = OBJ_SYSCTL,
		.target = TARGET_KERNEL,
		.num = { id, at_least },
	};
}

/* C-21: a tenant must not reach the node's own addresses past its VRF. */
static void plan_local_rules(struct objects *want)
{
	for (unsigned int i = 0; i < array_size(families); i++)
		*darr_append(want->list) = (struct object){
			.kind = OBJ_LOCAL_RULE,
			.target = TARGET_KERNEL,
			.num = { families[i] },
		};
}

void plan_node(const struct provider *provider, const struct node *node, struct objects *want)
{
	plan_sysctl(want, SYSCTL_IP_FORWARD, 1);
	plan_sysctl(want, SYSCTL_IGMP_MEMBERSHIPS, MEMBERSHIPS_NEEDED);
	if (node->roles & ROLE_PE)
		plan_sysctl(want, SYSCTL_MPLS_LABELS, LABELS_NEEDED);
	plan_local_rules(want);
	plan_node_filters(provider, node, want);
	objects_sort(want);
}

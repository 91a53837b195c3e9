// SPDX-License-Identifier: GPL-2.0-or-later
/* The numbers that follow from stable ids. */
#include <zebra.h>

#include <errno.h>
#include <string.h>

#include "darr.h"

#include "model/derive.h"

uint32_t derive_table(const struct provider *provider, const struct tenant *tenant)
{
	return tenant->table_id ? tenant->table_id : provider->table_base + tenant->id;
}

int derive_rd_number(const struct tenant *tenant, uint32_t *number, struct reason *why)
{
	uint32_t value = tenant->rd_number ? tenant->rd_number : tenant->id;

	if (value > 65535) {
		reason_set(
			why,
			"tenant id %u does not fit into a route distinguisher (65535 is the last); set tenant.rd_number to a free one",
			tenant->id);
		return -ERANGE;
	}
	*number = value;
	return 0;
}

/* RFC 4360: a two-octet AS leaves 32 bits; RFC 5668: a four-octet AS leaves 16. */
static uint32_t rt_number_max(const struct provider *provider)
{
	return provider->asn > 65535 ? 65535 : UINT32_MAX;
}

int derive_rt_number(const struct provider *provider, const struct tenant *tenant,
		     uint32_t *number, struct reason *why)
{
	uint32_t value = tenant->rt_number ? tenant->rt_number : tenant->id;

	if (value > rt_number_max(provider)) {
		reason_set(
			why,
			"route target %u:%u does not fit (a four-octet AS leaves numbers up to 65535); set tenant.rt_number to a free one",
			provider->asn, value);
		return -ERANGE;
	}
	*number = value;
	return 0;
}

int derive_leak_number(const struct provider *provider, uint32_t tenant_id, uint32_t *number,
		       struct reason *why)
{
	uint64_t value = (uint64_t)provider->leak_base + tenant_id;

	if (value > rt_number_max(provider)) {
		reason_set(why,
			   "the route target for leaks, %u:%" PRIu64
			   ", does not fit; set provider.leak_base lower",
			   provider->asn, value);
		return -ERANGE;
	}
	*number = value;
	return 0;
}

int derive_vni(const struct provider *provider, const struct logical_switch *sw, uint32_t *vni,
	       struct reason *why)
{
	uint64_t value = sw->vni ? sw->vni : (uint64_t)provider->vni_base + sw->id;

	if (value > 16777215) {
		reason_set(
			why,
			"switch %s would need VNI %" PRIu64
			", past the last one (16777215); set provider.vni_base lower or logical_switch.vni to a free one",
			sw->name, value);
		return -ERANGE;
	}
	*vni = value;
	return 0;
}

int derive_vlan(const struct wire *wire, const struct tenant *tenant, uint16_t *vlan,
		struct reason *why)
{
	const struct circuit *circuit = tenant_circuit(tenant, wire->id);
	uint64_t value = (uint64_t)wire->vlan_base + tenant->id;

	if (circuit && circuit->vlan) {
		*vlan = circuit->vlan;
		return 0;
	}
	if (value > wire->vlan_max) {
		reason_set(
			why,
			"wire %s has no VLAN left for tenant id %u (VLAN %u is its last); set circuit.vlan to a free one or use another wire",
			wire->name, tenant->id, wire->vlan_max);
		return -ERANGE;
	}
	*vlan = value;
	return 0;
}

int derive_wire_prefix(const struct provider *provider, const struct wire *wire,
		       const struct tenant *tenant, struct ipnet *prefix, struct reason *why)
{
	const struct circuit *circuit = tenant_circuit(tenant, wire->id);
	const struct pool *pool = &provider->pools[wire->kind];
	char text[IPNET_TEXT_SIZE];
	uint64_t index;

	if (circuit && ipnet_is_set(&circuit->prefix)) {
		*prefix = circuit->prefix;
		return 0;
	}
	if (wire->id > pool->wires) {
		reason_set(
			why,
			"the %s pool is shared by %u wires and wire %s is number %u; raise pool.wires or set circuit.prefix",
			wire_kind_names[wire->kind], pool->wires, wire->name, wire->id);
		return -ERANGE;
	}
	index = (uint64_t)(tenant->id - 1) * pool->wires + (wire->id - 1);
	if (ipnet_carve(&pool->prefix, pool->len, index, prefix) < 0) {
		reason_set(why,
			   "the %s pool %s is exhausted: it has no prefix number %" PRIu64
			   " of length %u; enlarge the pool or set circuit.prefix",
			   wire_kind_names[wire->kind], ipnet_format(&pool->prefix, text), index,
			   pool->len);
		return -ERANGE;
	}
	return 0;
}

/* What a node does on the near (DLR, or edge) and the far side of a wire. */
static uint8_t near_role(const struct wire *wire, uint8_t roles)
{
	if (wire->kind == WIRE_TRANSIT)
		return (roles & ROLE_DLR) && !(roles & (ROLE_EDGE | ROLE_PE)) ? ROLE_DLR : 0;
	return (roles & ROLE_EDGE) && !(roles & ROLE_PE) ? ROLE_EDGE : 0;
}

static uint8_t far_role(const struct wire *wire, uint8_t roles)
{
	return roles & (wire->kind == WIRE_TRANSIT ? ROLE_EDGE : ROLE_PE);
}

bool wire_serves(const struct wire *wire, const struct tenant *tenant)
{
	unsigned int near = 0, far = 0;
	const struct wire_port *port;

	darr_foreach_p (wire->ports, port) {
		uint8_t roles = tenant_roles_on(tenant, port->node_id);

		near += near_role(wire, roles) != 0;
		far += far_role(wire, roles) != 0;
	}
	/* an uplink between two edges is each one's way around when its own are lost */
	return near && (far || (wire->kind == WIRE_UPLINK && near > 1));
}

uint8_t wire_roles_on(const struct wire *wire, const struct tenant *tenant, uint32_t node_id)
{
	uint8_t roles = tenant_roles_on(tenant, node_id);

	if (!wire_port_of(wire, node_id) || !wire_serves(wire, tenant))
		return 0;
	return near_role(wire, roles) | far_role(wire, roles);
}

void derive_bridge_name(const struct logical_switch *sw, char name[static DEVICE_BUF])
{
	snprintf(name, DEVICE_BUF, "ls%u", sw->id);
}

void derive_vxlan_name(uint32_t vni, char name[static DEVICE_BUF])
{
	snprintf(name, DEVICE_BUF, "vx%u", vni);
}

void derive_vlan_name(const char *trunk, uint16_t vlan, char name[static DEVICE_BUF])
{
	if (vlan)
		snprintf(name, DEVICE_BUF, "%.10s.%u", trunk, vlan & 0xfffu);
	else
		strlcpy(name, trunk, DEVICE_BUF);
}

static void make_mac(uint8_t kind, uint32_t id, uint8_t mac[static 6])
{
	mac[0] = 0x02; /* locally administered */
	mac[1] = kind;
	mac[2] = id >> 24;
	mac[3] = id >> 16;
	mac[4] = id >> 8;
	mac[5] = id;
}

void derive_gateway_mac(const struct logical_switch *sw, uint8_t mac[static 6])
{
	make_mac(0x46, sw->id, mac);
}

void derive_bridge_mac(uint32_t node_id, uint8_t mac[static 6])
{
	make_mac(0x47, node_id, mac);
}

int derive_vrid(const struct link *link, uint8_t *vrid, struct reason *why)
{
	uint8_t value = link->vrid ? link->vrid : link->virtual_address.addr[3];
	char text[IPNET_TEXT_SIZE];

	if (!value) {
		reason_set(
			why,
			"the virtual address %s of link %s ends in 0, which is no VRID; set link.vrid to one that is free on that LAN, the same at all its links",
			ipnet_format_addr(&link->virtual_address, text), link->name);
		return -ERANGE;
	}
	*vrid = value;
	return 0;
}

void derive_virtual_name(const struct link *link, char name[static DEVICE_BUF])
{
	snprintf(name, DEVICE_BUF, "vr%u", link->id);
}

void derive_virtual_mac(uint8_t vrid, uint8_t mac[static 6])
{
	static const uint8_t prefix[] = { 0x00, 0x00, 0x5e, 0x00, 0x01 };

	memcpy(mac, prefix, sizeof(prefix));
	mac[5] = vrid;
}

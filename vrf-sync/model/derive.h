// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The numbers that follow from stable ids.
 *
 * Nothing is allocated: every node computes table ids, RDs, RTs, VNIs, VLANs
 * and transit prefixes from row ids and the provider's pools by the rules
 * below, so all nodes agree without talking to each other.  An override in a
 * row replaces the derived number.
 *
 * Where a rule has no number left the function returns -ERANGE and the reason
 * says which pool ended and what to do; the value is not written.
 */
#ifndef FRR_TENANT_MODEL_DERIVE_H
#define FRR_TENANT_MODEL_DERIVE_H

#include "model/model.h"

/* Kernel table of the tenant's VRF: table_base + id. */
uint32_t derive_table(const struct provider *provider, const struct tenant *tenant);
/* Second half of the RD <router id>:<number>, RFC 4364 4.2 type 1: 16 bits. */
int derive_rd_number(const struct tenant *tenant, uint32_t *number, struct reason *why);
/* Second half of the RT <asn>:<number>; 16 bits where the AS number takes 32
 * (RFC 4360, RFC 5668).
 */
int derive_rt_number(const struct provider *provider, const struct tenant *tenant,
		     uint32_t *number, struct reason *why);
/* RT number by which others leak to this tenant: leak_base + id. */
int derive_leak_number(const struct provider *provider, uint32_t tenant_id, uint32_t *number,
		       struct reason *why);
int derive_vni(const struct provider *provider, const struct logical_switch *sw, uint32_t *vni,
	       struct reason *why);
int derive_vlan(const struct wire *wire, const struct tenant *tenant, uint16_t *vlan,
		struct reason *why);
/* The tenant's prefix on a wire, from the pool of the wire's kind. */
int derive_wire_prefix(const struct provider *provider, const struct wire *wire,
		       const struct tenant *tenant, struct ipnet *prefix, struct reason *why);

/* The tenant has something to do on this wire: a node of each side serves it,
 * and no node would only talk to itself.  An uplink may also join two edges.
 */
bool wire_serves(const struct wire *wire, const struct tenant *tenant);
/* The roles in which the node takes part in the tenant's wire; 0: none.  A
 * node that is its own edge (or its own PE) needs no wire for that side.
 */
uint8_t wire_roles_on(const struct wire *wire, const struct tenant *tenant, uint32_t node_id);

/* Bridge of a logical switch: "ls<id>".  VXLAN device: "vx<vni>". */
#define DEVICE_BUF (DEVICE_NAME_MAX + 1)
void derive_bridge_name(const struct logical_switch *sw, char name[static DEVICE_BUF]);
void derive_vxlan_name(uint32_t vni, char name[static DEVICE_BUF]);
/* VLAN device "<trunk>.<vlan>"; the port itself for VLAN 0. */
void derive_vlan_name(const char *trunk, uint16_t vlan, char name[static DEVICE_BUF]);
/* RFC 9568 6.1, and what a link without another has. */
#define VRRP_PRIORITY 100
#define VRRP_INTERVAL 1000 /* ms */
/* The group of a link with a virtual address: its last octet.  Whoever shares
 * the address shares the group.
 */
int derive_vrid(const struct link *link, uint8_t *vrid, struct reason *why);
/* The device that has the virtual address: "vr<link id>", and RFC 9568 7.3's MAC. */
void derive_virtual_name(const struct link *link, char name[static DEVICE_BUF]);
void derive_virtual_mac(uint8_t vrid, uint8_t mac[static 6]);
/* The gateway's MAC, the same on every DLR: 02:46 and the switch id in four bytes. */
void derive_gateway_mac(const struct logical_switch *sw, uint8_t mac[static 6]);
/* Of the node's bridges that are no gateway: 02:47 and the node id in four bytes. */
void derive_bridge_mac(uint32_t node_id, uint8_t mac[static 6]);

#endif

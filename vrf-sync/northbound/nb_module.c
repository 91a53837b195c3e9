// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every node of yang/frr-tenant.yang that can be configured, with the callbacks
 * it needs: they are all the same, see nb_config.c.
 */
#include <zebra.h>

#include "northbound.h"
#include "northbound/nb_priv.h"

#define LIST(path)                                                                       \
	{                                                                                \
		.xpath = NB_ROOT "/" path,                                               \
		.cbs = { .create = nb_recorded_create, .destroy = nb_recorded_destroy }, \
	}
#define WORDS(path) LIST(path) /* a leaf-list */
#define LEAF(path)                                                                       \
	{                                                                                \
		.xpath = NB_ROOT "/" path,                                               \
		.cbs = { .modify = nb_recorded_modify, .destroy = nb_recorded_destroy }, \
	}
/* A leaf that always has a value: mandatory, or with a default. */
#define ALWAYS(path)                                     \
	{                                                \
		.xpath = NB_ROOT "/" path,               \
		.cbs = { .modify = nb_recorded_modify }, \
	}

/* clang-format off */
const struct frr_yang_module_info nb_module_info = {
	.name = "frr-tenant",
	.get_tree_locked = nb_state_tree,
	.unlock_tree = nb_state_free,
	.nodes = {
		{ .xpath = NB_ROOT, .cbs = { .apply_finish = nb_finish } },
		LEAF("node-name"),
		LIST("sources/source"),
		ALWAYS("sources/source/type"),
		LEAF("sources/source/location"),
		ALWAYS("sources/source/enabled"),
		ALWAYS("sources/source/stale-after"),
		ALWAYS("provider/local-as"),
		ALWAYS("provider/nssa-area"),
		LEAF("provider/vpn-tag"),
		ALWAYS("provider/table-base"),
		ALWAYS("provider/vni-base"),
		ALWAYS("provider/leak-base"),
		ALWAYS("provider/hello-interval"),
		ALWAYS("provider/dead-interval"),
		ALWAYS("provider/vrrp-interval"),
		ALWAYS("provider/evpn"),
		ALWAYS("pools/transit/prefix"),
		ALWAYS("pools/transit/length"),
		ALWAYS("pools/transit/wires"),
		ALWAYS("pools/uplink/prefix"),
		ALWAYS("pools/uplink/length"),
		ALWAYS("pools/uplink/wires"),
		ALWAYS("guards/tenants-gone"),
		ALWAYS("guards/withdrawn-share"),
		ALWAYS("guards/withdrawn-prefixes"),
		ALWAYS("guards/withdrawn-tenants"),
		WORDS("reserved"),
		WORDS("reserved-port"),
		LIST("sites/site"),
		LIST("nodes/node"),
		LEAF("nodes/node/site"),
		LEAF("nodes/node/router-id"),
		LEAF("nodes/node/vtep"),
		WORDS("nodes/node/role"),
		LIST("wires/wire"),
		LEAF("wires/wire/id"),
		LEAF("wires/wire/site"),
		LEAF("wires/wire/kind"),
		ALWAYS("wires/wire/vlan-base"),
		ALWAYS("wires/wire/vlan-max"),
		ALWAYS("wires/wire/mtu"),
		ALWAYS("wires/wire/bfd"),
		LEAF("wires/wire/ospf-key"),
		LIST("wires/wire/port"),
		ALWAYS("wires/wire/port/interface"),
		ALWAYS("wires/wire/port/slot"),
		LIST("tenants/tenant"),
		LEAF("tenants/tenant/id"),
		LEAF("tenants/tenant/vrf"),
		LEAF("tenants/tenant/table-id"),
		LEAF("tenants/tenant/rd-number"),
		LEAF("tenants/tenant/rt-number"),
		LEAF("tenants/tenant/maximum-routes"),
		LEAF("tenants/tenant/description"),
		LEAF("tenants/tenant/egress"),
		LEAF("tenants/tenant/active-site"),
		LEAF("tenants/tenant/recovery-site"),
		WORDS("tenants/tenant/aggregate"),
		LIST("tenants/tenant/attachment"),
		WORDS("tenants/tenant/attachment/role"),
		LIST("tenants/tenant/circuit"),
		LEAF("tenants/tenant/circuit/prefix"),
		LEAF("tenants/tenant/circuit/vlan"),
		ALWAYS("tenants/tenant/circuit/routing"),
		LIST("tenants/tenant/switch"),
		LEAF("tenants/tenant/switch/id"),
		LEAF("tenants/tenant/switch/site"),
		LEAF("tenants/tenant/switch/state"),
		LEAF("tenants/tenant/switch/scope"),
		LEAF("tenants/tenant/switch/purpose"),
		LEAF("tenants/tenant/switch/vni"),
		LEAF("tenants/tenant/switch/mtu"),
		LEAF("tenants/tenant/switch/no-nat"),
		LIST("tenants/tenant/switch/recovery"),
		LEAF("tenants/tenant/switch/recovery/as"),
		LIST("tenants/tenant/switch/host"),
		LEAF("tenants/tenant/switch/host/site"),
		LIST("tenants/tenant/switch/subnet"),
		LEAF("tenants/tenant/switch/subnet/gateway"),
		LEAF("tenants/tenant/switch/subnet/advertise"),
		LIST("tenants/tenant/public"),
		LEAF("tenants/tenant/public/to"),
		LEAF("tenants/tenant/public/to-port"),
		LEAF("tenants/tenant/public/recovered"),
		LIST("tenants/tenant/link"),
		LEAF("tenants/tenant/link/node"),
		LEAF("tenants/tenant/link/interface"),
		LEAF("tenants/tenant/link/vlan"),
		LEAF("tenants/tenant/link/address"),
		LEAF("tenants/tenant/link/peer"),
		ALWAYS("tenants/tenant/link/protocol"),
		LEAF("tenants/tenant/link/peer-as"),
		ALWAYS("tenants/tenant/link/maximum-routes"),
		LEAF("tenants/tenant/link/virtual-address"),
		LEAF("tenants/tenant/link/vrid"),
		LEAF("tenants/tenant/link/priority"),
		WORDS("tenants/tenant/link/route"),
		LIST("leaks/leak"),
		{ .xpath = "/frr-tenant:resync", .cbs = { .rpc = nb_rpc_resync } },
		{ .xpath = "/frr-tenant:release", .cbs = { .rpc = nb_rpc_release } },
		{ .xpath = "/frr-tenant:plan", .cbs = { .rpc = nb_rpc_plan } },
		{ .xpath = "/frr-tenant:trace", .cbs = { .rpc = nb_rpc_trace } },
		{ .xpath = NULL },
	},
};
/* clang-format on */

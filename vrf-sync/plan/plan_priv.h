// SPDX-License-Identifier: GPL-2.0-or-later
/* What the files of the planner share: one struct plan per tenant and node. */
#ifndef FRR_TENANT_PLAN_PLAN_PRIV_H
#define FRR_TENANT_PLAN_PLAN_PRIV_H

#include "model/derive.h"
#include "plan/plan.h"

/* Names of the lists and maps a tenant owns: TN-<vrf>-<suffix>. */
#define LIST_ADVERTISED "ADV"  /* prefix-list and route-map: what the tenant may announce */
#define MAP_TAG         "TAG"  /* BGP into OSPF: sets the VPN route tag */
#define MAP_UNTAGGED    "RED"  /* OSPF into BGP: denies it */
#define MAP_EXPORT      "EXP"  /* VRF into VPN */
#define MAP_STANDBY     "STB"  /* the same, where another site is to be preferred */
#define MAP_IMPORT      "IMP"  /* VPN into VRF */
#define MAP_CUSTOMER    "CE"   /* towards a customer's BGP */
#define LIST_OWN_RT     "OWN"  /* extcommunity-list: the tenant's own route target */
#define LIST_OWN_PES    "PE"   /* prefix-list: the PEs that serve it, as next hops */
#define LIST_LEAK_RT    "LEAK" /* extcommunity-list: what others leak to it */
#define LIST_LEAKED_IN  "FROM" /* prefix-list: the same, by prefix */
#define LIST_OWN_RESERVED \
	"RSV" /* prefix-list: TENANT-RESERVED, where one tenant alone needs it in ospfd */

/* The node's own, shared by all tenants. */
#define LIST_RESERVED "TENANT-RESERVED"
#define LIST_PES      "TENANT-PES" /* every PE, as next hop */
#define MAP_VPN_TAG   "TENANT-VPN-TAG"

/* Route-map sequence numbers. */
#define SEQ_DENY     5
#define SEQ_MATCH    10
#define SEQ_LEAK     20
#define SEQ_LEAK_FAR 21 /* the same from another PE */
#define SEQ_LAST     65535
/* Prefix-list sequence numbers: exceptions first, what is allowed last. */
#define SEQ_DEFAULT      1
#define SEQ_SUBNET_BASE  1000
#define SEQ_ALLOWED_BASE 4000000000u

/* A wire that the tenant uses on this node. */
struct plan_wire {
	const struct wire *wire;
	const struct circuit *circuit; /* NULL: all derived */
	uint8_t roles;                 /* in which the node takes part */
	char device[DEVICE_BUF];
	const char *trunk;
	uint16_t vlan;
	struct ipnet prefix;
	struct ipnet address;
};

struct plan {
	const struct provider *provider;
	const struct tenant *tenant;
	const struct node *node;
	uint8_t roles;
	char list_prefix[sizeof("TN--") + DEVICE_NAME_MAX]; /* "TN-<vrf>-" */
	struct plan_wire *wires;                            /* darr */
	bool stands_by;                                     /* another site is to be preferred */
	bool has_ospf;                                      /* some wire or link speaks it here */
	bool has_static_transit;                            /* a transit here does not (S2-12) */
	bool has_static_link;
	struct objects *want;
};

/* A new object of the tenant, to be filled in. */
struct object *plan_add(struct plan *plan, enum object_kind kind, enum target target);
/* Writes "TN-<vrf>-<suffix>". */
void plan_list_name(const struct plan *plan, const char *suffix,
		    char name[static LIST_NAME_MAX + 1]);
bool plan_wire_is_dynamic(const struct plan_wire *wire);

/* plan_filter.c */
void plan_filters(struct plan *plan);
void plan_node_filters(const struct provider *provider, const struct node *node,
		       struct objects *want);
/* plan_ospf.c */
void plan_ospf(struct plan *plan);
/* plan_vrrp.c */
void plan_virtual_address(struct plan *plan, const struct link *link, const char *device);
/* plan_bgp.c */
void plan_bgp(struct plan *plan);
/* plan_switch.c */
void plan_switches(struct plan *plan);
void plan_static_routes(struct plan *plan);
/* plan_public.c */
void plan_public(struct plan *plan);

#endif

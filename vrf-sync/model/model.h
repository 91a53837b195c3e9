// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The tenant network as the database describes it.
 *
 * A struct provider holds what all tenants share (settings, pools, nodes,
 * wires) and a struct tenant one customer with all that is its own.  Both are
 * filled once by a source, never changed afterwards, and counted: a planner
 * may hold an old one while a newer one is in force.
 *
 * A struct model is the set in force.  It changes only through a struct load,
 * which a source fills completely before model_commit() takes it in: a load
 * that fails half way leaves the model as it was.
 *
 *	struct load *load = load_new();
 *	... source fills load->provider, load->tenants, load->gone ...
 *	model_commit(model, load, &touched);    -- touched: whom to plan again
 *
 * Texts that a row got wrong do not stop a load.  The tenant is taken in with
 * a reason (tenant->bad), and validation holds that tenant alone.
 *
 * Arrays are FRR's darr: darr_foreach_p() walks them, NULL is empty.
 */
#ifndef FRR_TENANT_MODEL_MODEL_H
#define FRR_TENANT_MODEL_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "typesafe.h"

#include "model/names.h"
#include "model/net.h"

enum role {
	ROLE_DLR = 1 << 0,
	ROLE_EDGE = 1 << 1,
	ROLE_PE = 1 << 2,
};
#define ROLE_COUNT 3
extern const char *const role_names[ROLE_COUNT]; /* by bit number */
#define ROLES_TEXT_SIZE 24
/* "dlr+edge", or "" where there are none; returns buf. */
const char *roles_text(uint8_t roles, char buf[static ROLES_TEXT_SIZE]);

enum wire_kind { WIRE_TRANSIT, WIRE_UPLINK };
#define WIRE_KIND_COUNT 2
extern const char *const wire_kind_names[WIRE_KIND_COUNT];

enum purpose { PURPOSE_PRODUCTION, PURPOSE_TEST, PURPOSE_REPLICATION };
#define PURPOSE_COUNT 3
extern const char *const purpose_names[PURPOSE_COUNT];

enum scope { SCOPE_LOCAL, SCOPE_UNIVERSAL };
#define SCOPE_COUNT 2
extern const char *const scope_names[SCOPE_COUNT];

/* Of switches at several sites: by the edges of each, or by those of one while others stand by. */
enum egress { EGRESS_LOCAL, EGRESS_ACTIVE };
#define EGRESS_COUNT 2
extern const char *const egress_names[EGRESS_COUNT];

/* Of a switch where it belongs; see presence.h. */
enum switch_state { SWITCH_ACTIVE, SWITCH_READY, SWITCH_LEAVING };
#define SWITCH_STATE_COUNT 3
extern const char *const switch_state_names[SWITCH_STATE_COUNT];

/* Whether the edges of a site are used; see presence.h. */
enum site_state { SITE_ACTIVE, SITE_LEAVING, SITE_EVACUATED };
#define SITE_STATE_COUNT 3
extern const char *const site_state_names[SITE_STATE_COUNT];

enum routing { ROUTING_OSPF, ROUTING_STATIC, ROUTING_BGP };
#define ROUTING_COUNT 3
extern const char *const routing_names[ROUTING_COUNT];

/* Index of text in names, or -1. */
int name_index(const char *text, const char *const *names, int count);

/* One plain sentence; "" where there is nothing to say. */
struct reason {
	char text[240];
};
/* Writes the sentence unless one is there already: the first reason stays.  It is one line,
 * whatever names are in it: control characters become '?'.
 */
void reason_set(struct reason *why, const char *fmt, ...) PRINTFRR(2, 3);

/* ---- what all tenants share ---- */

struct pool {
	struct ipnet prefix;
	uint8_t len;    /* of each prefix taken from it */
	uint32_t wires; /* how many wires share it */
};

struct site {
	uint32_t id;
	char name[TENANT_NAME_MAX + 1];
	enum site_state state;
};

struct node {
	uint32_t id;
	uint32_t site_id;
	char name[TENANT_NAME_MAX + 1];
	struct ipnet router_id; /* always IPv4 */
	struct ipnet vtep;      /* unset: this node has no VXLAN */
	uint8_t roles;          /* enum role, or-ed */
};

struct wire_port {
	uint32_t node_id;
	uint32_t slot; /* host number in every tenant's prefix on the wire */
	char ifname[TRUNK_NAME_MAX + 1];
};

struct wire {
	uint32_t id;
	uint32_t site_id;
	char name[TENANT_NAME_MAX + 1];
	enum wire_kind kind;
	uint16_t vlan_base, vlan_max;
	uint16_t mtu;
	bool bfd; /* OSPF neighbors on it are watched by bfdd */
	char ospf_key[OSPF_KEY_MAX +
		      1];        /* "": OSPF on it is not authenticated; never to be shown */
	struct wire_port *ports; /* darr, by slot */
};

/* What nobody publishes. */
struct reserved_port {
	uint16_t port;
	uint8_t protocol; /* IPPROTO_TCP or IPPROTO_UDP */
};

struct domain_port {
	uint32_t node_id;
	char ifname[TRUNK_NAME_MAX + 1];
};

/* The VLANs of a core switch, which all trunks to it share. */
struct switch_domain {
	uint32_t id;
	uint32_t site_id;
	char name[TENANT_NAME_MAX + 1];
	uint16_t vlan_first, vlan_last;
	struct domain_port *ports; /* darr, by node */
};

struct provider {
	unsigned int refs;
	uint32_t asn;
	uint32_t nssa_area;
	uint32_t vpn_tag; /* never 0: the source fills in RFC 4577's default */
	uint32_t table_base, vni_base, leak_base;
	uint16_t ospf_hello, ospf_dead; /* seconds */
	uint16_t vrrp_interval;         /* milliseconds, a multiple of 10 */
	bool evpn;                      /* DLRs hear from bgpd which MAC is where */
	struct pool pools[WIRE_KIND_COUNT];
	struct ipnet *reserved;        /* darr, sorted */
	struct reserved_port *ports;   /* darr */
	struct site *sites;            /* darr, by id */
	struct node *nodes;            /* darr, by id */
	struct wire *wires;            /* darr, by id */
	struct switch_domain *domains; /* darr, by id */
};

struct provider *provider_new(void);
struct provider *provider_ref(const struct provider *provider);
void provider_unref(struct provider *provider);

/* NULL where there is none. */
const struct site *provider_site(const struct provider *provider, uint32_t id);
const struct node *provider_node(const struct provider *provider, uint32_t id);
const struct node *provider_node_by_name(const struct provider *provider, const char *name);
const struct wire *provider_wire(const struct provider *provider, uint32_t id);
const struct switch_domain *provider_domain(const struct provider *provider, uint32_t id);
const struct wire_port *wire_port_of(const struct wire *wire, uint32_t node_id);

/* ---- one customer ---- */

struct subnet {
	uint32_t id;
	struct ipnet prefix;
	struct ipnet gateway; /* the address with the prefix's length */
	bool advertise;
};

/* A host whose own route is announced where it is. */
struct tenant_host {
	uint32_t id;
	uint32_t site_id; /* 0: nobody said where */
	uint32_t seen_by; /* node; it counts where that is at the site, see host_seen_by() */
	struct ipnet address;
	bool advertise;
};

/* A VLAN by which hosts reach a switch, in a switch domain. */
struct switch_vlan {
	uint32_t domain_id;
	uint32_t vlan;
};

struct logical_switch {
	uint32_t id;
	uint32_t site_id; /* 0: at every site of the tenant */
	uint32_t vni;     /* 0: derived */
	uint16_t mtu;
	enum scope scope;
	enum purpose purpose;
	enum switch_state state;
	bool track_hosts;          /* who is seen on it is written to the database */
	bool no_nat;               /* none of its addresses is ever translated */
	char *name;                /* the tenant's; there are too many for arrays */
	struct subnet *subnets;    /* darr, by id */
	struct tenant_host *hosts; /* darr, by id */
	struct switch_vlan *vlans; /* darr, by domain */
};

/* As which switch a switch is recovered at another site. */
struct network_map {
	uint32_t switch_id, site_id;
	uint32_t target_id; /* 0: as itself */
};

/* By which address everybody reaches a host: see public.h. */
struct public_address {
	uint32_t id;
	struct ipnet address;
	struct ipnet inside;
	struct ipnet recovered;     /* unset: the host is never another one */
	uint16_t port, inside_port; /* 0: all of the address */
	uint8_t protocol;           /* IPPROTO_TCP or IPPROTO_UDP; 0: all of the address */
};

struct attachment {
	uint32_t node_id;
	uint8_t roles; /* enum role, or-ed */
};

struct circuit {
	uint32_t wire_id;
	struct ipnet prefix;  /* unset: derived */
	uint16_t vlan;        /* 0: derived */
	enum routing routing; /* never ROUTING_BGP */
};

struct link {
	uint32_t id;
	uint32_t node_id;
	uint32_t peer_as; /* 0 unless ROUTING_BGP */
	uint32_t max_routes;
	uint16_t vlan; /* 0: the whole port */
	enum routing routing;
	struct ipnet address;         /* the PE's, with its length */
	struct ipnet peer;            /* unset: not needed by the protocol */
	struct ipnet virtual_address; /* unset: no VRRP; without a length of its own */
	uint8_t vrid;                 /* 0: derived */
	uint8_t priority;             /* of VRRP; 0: the usual one */
	char name[TENANT_NAME_MAX + 1];
	char ifname[DEVICE_NAME_MAX + 1];
	struct ipnet *routes; /* darr, sorted; behind a static link */
};

struct leak {
	uint32_t id;
	uint32_t from_tenant, to_tenant;
	struct ipnet prefix;
};

PREDECL_HASH(tenant_hash);

struct tenant {
	struct tenant_hash_item item;
	unsigned int refs;
	uint32_t id;
	uint32_t table_id, rd_number, rt_number; /* 0: derived */
	uint32_t max_routes;
	uint32_t active_site_id;   /* 0 with EGRESS_LOCAL */
	uint32_t recovery_site_id; /* 0: none for all */
	enum egress egress;
	char name[TENANT_NAME_MAX + 1];
	bool configured;                 /* in this node's configuration, not in a database */
	char vrf[DEVICE_NAME_MAX + 1];   /* "" where the name is too long and no override is set */
	struct ipnet *aggregates;        /* darr, sorted; none: any unreserved space */
	struct attachment *attachments;  /* darr, by node */
	struct circuit *circuits;        /* darr, by wire */
	struct logical_switch *switches; /* darr, by id */
	struct network_map *maps;        /* darr, by switch and site */
	struct public_address *publics;  /* darr, by address */
	struct link *links;              /* darr, by id */
	struct leak *leaks;              /* darr, by id; both directions */
	struct reason *bad;              /* a row that could not be read; NULL: none */
	uint32_t held_with; /* so many others would go, or leave this node, at once; 0: held for
			     * something else, or not at all
			     */
	bool held_leaving;  /* ... this node alone; never true where held_with is 0 */
};

struct tenant *tenant_new(uint32_t id);
struct tenant *tenant_ref(const struct tenant *tenant);
void tenant_unref(struct tenant *tenant);
/* For sources: where to say what is wrong with a row. */
struct reason *tenant_bad(struct tenant *tenant);
/* For sources: a copy of *sw, with a name of its own, at the end. */
struct logical_switch *tenant_add_switch(struct tenant *tenant, const struct logical_switch *sw);

/* 0 where the node does not serve the tenant. */
uint8_t tenant_roles_on(const struct tenant *tenant, uint32_t node_id);
const struct circuit *tenant_circuit(const struct tenant *tenant, uint32_t wire_id);
/* The subnet is announced beyond its DLR. */
bool subnet_is_advertised(const struct logical_switch *sw, const struct subnet *subnet);

/* ---- the set in force ---- */

struct load {
	struct provider *provider; /* NULL: unchanged */
	struct tenant **tenants;   /* darr; new or changed */
	uint32_t *gone;    /* darr; tenant ids deleted, or, where it is narrow, nobody's here */
	size_t deleted;    /* tenants that went, of which a narrow one need not name all */
	bool narrow;       /* the source reads only what concerns this node */
	bool empty;        /* it is narrow, and nobody has a tenant */
	uint32_t *intact;  /* darr; tenant ids of whom the log says only what came */
	bool full;         /* tenants are all there are */
	uint64_t revision; /* of the database this was read at */
	uint64_t meant;    /* withdrawals up to this revision are: plan/brake.h */
	int64_t written;   /* the newest change, microseconds since 1970; 0: unknown */
};

struct load *load_new(void);
void load_free(struct load *load);

struct model;

struct model *model_new(void);
void model_free(struct model *model);

/* It has fewer rows of a tenant, or none, and the log of changes does not account for that. */
bool model_is_bereft(const struct model *model, const struct load *load);
/* Takes the load in and frees it.  Appends to *touched (darr) the id of every
 * tenant whose plan may differ now: those that are new, other than before, or
 * gone, those that share a claim or a leak with one; with another provider, all.
 */
void model_commit(struct model *model, struct load *load, uint32_t **touched);

uint64_t model_revision(const struct model *model);
/* NULL before the first load. */
const struct provider *model_provider(const struct model *model);
const struct tenant *model_tenant(const struct model *model, uint32_t id);
const struct tenant *model_tenant_by_name(const struct model *model, const char *name);
size_t model_tenant_count(const struct model *model);
/* In no order; NULL starts, NULL ends. */
const struct tenant *model_tenant_next(const struct model *model, const struct tenant *prev);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The things a node is made of, as data.
 *
 * A plan is a set of struct object: kernel devices, addresses and routes, and
 * single FRR statements.  An object has a key (which thing) and content (how
 * it is); object_cmp_key() and object_same() are the two questions about it.
 * Text comes in only at the edges: statement.h writes FRR lines from objects
 * and reads them back, apply/kernel_*.c speaks netlink.
 *
 * Every kind belongs to one phase.  Phases are put in place in their order and
 * taken down in the reverse one, so that filters stand before the routes they
 * filter, and a VRF before the protocols in it.  OSPF is the exception: its
 * instance goes first of all, because only one that still has its neighbors
 * can take back what it has told them.
 */
#ifndef FRR_TENANT_PLAN_OBJECT_H
#define FRR_TENANT_PLAN_OBJECT_H

#include <stdbool.h>
#include <stdint.h>

#include "model/net.h"
#include "model/names.h"

/* Who holds an object. */
enum target { TARGET_KERNEL, TARGET_MGMTD, TARGET_OSPFD, TARGET_BGPD, TARGET_VRRPD };
#define TARGET_COUNT 5
/* Sets of them. */
#define TARGET_BIT(target) (1u << (target))
#define TARGETS_ALL        (TARGET_BIT(TARGET_COUNT) - 1)
extern const char *const target_names[TARGET_COUNT]; /* "kernel", "mgmtd", ... */

enum phase {
	PHASE_NODE,      /* what the node needs before any tenant */
	PHASE_VRF,       /* the VRF; it comes before, and goes after, all that is in it */
	PHASE_BASE,      /* its last resort, its links and their addresses */
	PHASE_INTERFACE, /* how ospfd is to speak on them, once it is told to */
	PHASE_FILTER,    /* prefix-lists and route-maps */
	PHASE_INSTANCE,  /* bare OSPF and BGP instances */
	PHASE_STATEMENT, /* what stands in them */
	PHASE_SWITCH,    /* logical switches and routes: what changes every day */
};
#define PHASE_COUNT 8

enum object_kind {
	/* PHASE_NODE */
	OBJ_SYSCTL,     /* num[0] enum sysctl_id, num[1] value at least */
	OBJ_LOCAL_RULE, /* num[0] family: the local table is looked up after VRFs */
	OBJ_ZEBRA_VRF,  /* "vrf X" in mgmtd, which later statements live in */
	/* PHASE_VRF */
	OBJ_VRF, /* num[0] table */
	/* PHASE_BASE */
	OBJ_UNREACHABLE,  /* num[0] family: default of last resort in the VRF's table num[1] */
	OBJ_VLAN,         /* name device, ref trunk, num[0] VLAN, num[1] MTU */
	OBJ_PORT,         /* name of a device that is not ours to create */
	OBJ_MACVLAN,      /* name device, ref the one it is on, num[0] VRID: has the group's MAC */
	OBJ_WIRE_ADDRESS, /* name device, net */
	OBJ_VIRTUAL_ADDRESS, /* name macvlan, net: brings no route of its own */
	/* PHASE_INTERFACE */
	OBJ_OSPF_IF_P2P,      /* name device */
	OBJ_OSPF_IF_PRIORITY, /* name device; num[0] in the election of a designated router */
	OBJ_OSPF_IF_SUPPRESS, /* name device: announced only while others are there */
	OBJ_OSPF_IF_BFD,      /* name device */
	OBJ_OSPF_IF_KEY,      /* name device; ref the key, which is never shown */
	OBJ_OSPF_IF_AUTH,     /* name device: only who has the key is heard */
	OBJ_OSPF_IF_DEAD,     /* name device; num[0] s */
	OBJ_OSPF_IF_HELLO,    /* name device; num[0] s */
	/* PHASE_FILTER */
	OBJ_PREFIX_LIST,    /* name, num[0] seq; num[1] permit, net, num[2] le (0: exact) */
	OBJ_RT_LIST,        /* name, num[0] seq; num[1]:num[2] route target */
	OBJ_ROUTE_MAP,      /* name, num[0] seq; num[1] permit */
	OBJ_MATCH_PREFIX,   /* name, num[0] seq, num[1] permit; ref prefix-list */
	OBJ_MATCH_RT,       /* name, num[0] seq, num[1] permit; ref extcommunity-list */
	OBJ_MATCH_TAG,      /* name, num[0] seq, num[1] permit; num[2] tag */
	OBJ_MATCH_HOP,      /* name, num[0] seq, num[1] permit; ref prefix-list of next hops */
	OBJ_SET_RT,         /* name, num[0] seq; num[1]:num[2] route target */
	OBJ_SET_NO_RT,      /* name, num[0] seq: takes every extended community off */
	OBJ_SET_TAG,        /* name, num[0] seq; num[2] tag */
	OBJ_SET_LOCAL_PREF, /* name, num[0] seq; num[2] preference */
	OBJ_ON_MATCH_NEXT,  /* name, num[0] seq */
	/* PHASE_INSTANCE */
	OBJ_OSPF,
	OBJ_BGP, /* num[0] AS number */
	/* PHASE_STATEMENT, in "router ospf vrf X" */
	OBJ_OSPF_ROUTER_ID,     /* net */
	OBJ_OSPF_SPF_DELAY,     /* num[] initial, hold, maximum, in ms */
	OBJ_OSPF_LSA_DELAY,     /* num[0] ms */
	OBJ_OSPF_LSA_ARRIVAL,   /* num[0] ms */
	OBJ_OSPF_REDIST_KERNEL, /* ref route-map; num[2] metric, 0: the usual one */
	OBJ_OSPF_REDIST_CONNECTED,
	OBJ_OSPF_REDIST_BGP,
	/* num[0] area; num[1] translates: a border router, which ospfd gives a type-3 default.
	 * One kind for both, so that what a hand made of the line is changed in place: with "no
	 * area N nssa" in between the area is an ordinary one for a moment, and neighbors may keep
	 * what is flushed in it
	 */
	OBJ_OSPF_NSSA,
	OBJ_OSPF_NSSA_DENY, /* num[0] area, net: never translated */
	OBJ_OSPF_NETWORK,   /* net own address, num[0] area: last, since it starts the adjacency */
	/* ... in "interface X" of vrrpd */
	OBJ_VRRP,          /* name device, num[0] VRID */
	OBJ_VRRP_PRIORITY, /* name device, num[0] VRID, num[1] priority */
	OBJ_VRRP_INTERVAL, /* name device, num[0] VRID, num[1] ms */
	OBJ_VRRP_ADDRESS,  /* name device, num[0] VRID, net: starts the group, so it is last */
	/* ... in "router bgp N vrf X" */
	OBJ_BGP_ROUTER_ID, /* net */
	OBJ_BGP_NEIGHBOR,  /* net; num[0] AS number */
	/* ... in its "address-family ipv4 unicast"; export and import last */
	OBJ_BGP_REDIST_KERNEL, /* ref route-map */
	OBJ_BGP_REDIST_CONNECTED,
	OBJ_BGP_REDIST_OSPF,
	OBJ_BGP_NEIGHBOR_LIMIT, /* net; num[0] prefixes */
	OBJ_BGP_NEIGHBOR_IN,    /* net; ref route-map */
	OBJ_BGP_NEIGHBOR_OUT,   /* net; ref route-map */
	OBJ_BGP_IMPORT_MAP,     /* ref route-map */
	OBJ_BGP_LABEL,
	OBJ_BGP_RD,         /* net router id, num[0] number */
	OBJ_BGP_RT_IMPORT,  /* num[0] AS number, num[1] own, num[2] leaks */
	OBJ_BGP_RT_EXPORT,  /* num[0] AS number, num[1] own */
	OBJ_BGP_EXPORT_MAP, /* ref route-map */
	OBJ_BGP_EXPORT,
	OBJ_BGP_IMPORT,
	/* ... in "vrf X" of mgmtd */
	OBJ_ZEBRA_OSPF_MAP, /* ref route-map: what zebra takes from ospfd */
	/* PHASE_SWITCH */
	/* name device, ref switch name; num[0] MTU, num[2] BRIDGE_ flags, num[1] what its MAC is
	 * made of: the switch id, or with BRIDGE_NO_GATEWAY the node id
	 */
	OBJ_BRIDGE,
	/* name device, ref bridge; num[0] VNI, num[1] MTU, net local VTEP; num[2] learns nothing
	 * from frames, zebra says (EVPN)
	 */
	OBJ_VXLAN,
	OBJ_SEGMENT,  /* name device TRUNK.VLAN, ref bridge; num[0] VLAN, num[1] MTU */
	OBJ_FDB,      /* name VXLAN device, net remote VTEP: flood list */
	OBJ_GATEWAY,  /* name bridge, net; num[0] brings no route: for hosts that moved in */
	OBJ_DEAD_END, /* net: of last resort in table num[0] */
	OBJ_HOST,     /* name bridge, net one address: its own route, in table num[0] */
	/* net one public address, unreachable in table num[0]: it is announced from here, and what
	 * arrives for it all the same is nobody's
	 */
	OBJ_ANNOUNCE,
	OBJ_CLASSIFIER, /* name uplink of an edge: what the next two stand in */
	/* name uplink of an edge: what is never translated there; num[0] protocol and
	 * port; or a number from 1 on, and net who uses inside addresses
	 */
	OBJ_SPARED,
	/* name uplink of an edge, num[0] id: net is via inside, and the other way round;
	 * num[1] protocol and port, 0: all of the address; num[2] the port inside
	 */
	OBJ_TRANSLATION,
	OBJ_ROUTE, /* net by way of via, num[0] table */
};
#define OBJ_KIND_COUNT    (OBJ_ROUTE + 1)

#define BRIDGE_LEARNS     1 /* hosts, from what they say unasked */
#define BRIDGE_NO_GATEWAY 2 /* frames for the gateway go on by VXLAN to where it is */

/* Protocol (IPPROTO_) and port in one number; 0 is neither. */
#define SERVICE(protocol, port)   ((uint32_t)(protocol) << 16 | (port))
#define SERVICE_PROTOCOL(service) ((service) >> 16)
#define SERVICE_PORT(service)     ((service) & 0xffff)

/* In which order an edge looks at filters of packets (tc); the first that fits ends it.  ICMP is
 * for a public address whoever sends it: routers in between have private addresses.
 */
#define PREF_ICMP   5
#define PREF_SPARED 10
#define PREF_PORT   20
#define PREF_WHOLE  30

enum sysctl_id {
	SYSCTL_IP_FORWARD,
	SYSCTL_IGMP_MEMBERSHIPS, /* one OSPF interface takes two */
	SYSCTL_MPLS_LABELS,
	SYSCTL_TCP_ACCEPT, /* only looked at: sockets of the default VRF answer every VRF */
	SYSCTL_UDP_ACCEPT,
};
#define SYSCTL_COUNT 5
extern const char *const sysctl_names[SYSCTL_COUNT]; /* "net.ipv4.ip_forward" */

/* "TN-<vrf>-<suffix>" */
#define LIST_NAME_MAX 31

struct object {
	uint8_t kind;                  /* enum object_kind */
	uint8_t target;                /* enum target */
	char vrf[DEVICE_NAME_MAX + 1]; /* tenant it belongs to; "" for the node's own */
	char name[LIST_NAME_MAX + 1];
	char ref[LIST_NAME_MAX + 1]; /* another object, by name */
	uint32_t num[3];
	struct ipnet net;
	struct ipnet via;
	bool altered; /* read from FRR with content we would not write: equal to nothing */
};

/* The kind's row in the table of kinds. */
struct object_kind_info {
	const char *word; /* for logs and JSON: "vrf", "prefix-list" */
	enum phase phase;
	/* which fields besides kind, target, vrf and name make the key */
	unsigned int key_nums; /* the first so many of num[] */
	bool key_net;
	/* content cannot be changed in place: take down, put up again */
	bool recreate;
	/* taken down before everything else, while others still hear that it goes */
	bool first_down;
	/* taken down after everything else: it says whose that is which goes with it, to a
	 * tenantd that starts in between
	 */
	bool last_down;
};
extern const struct object_kind_info object_kinds[OBJ_KIND_COUNT];
/* The phase in which one is put in place, or taken down. */
enum phase object_phase(enum object_kind kind, bool removes);

/* Order in which objects are put in place; 0 where both are the same thing. */
int object_cmp_key(const struct object *a, const struct object *b);
/* Same thing, same content (ref of a bridge is only its alias, and no content). */
bool object_same(const struct object *a, const struct object *b);
/* The thing that takes this one with it when it goes: the instance a statement
 * stands in, the device an address is on.  False where there is none; else
 * *parent is good for object_cmp_key() with it.
 */
bool object_parent(const struct object *obj, struct object *parent);
/* "vrf acme", "gateway 10.1.1.1/24 on ls3": for logs and reasons; returns buf. */
const char *object_describe(const struct object *obj, char *buf, size_t size);

/* A set of objects: sorted by object_cmp_key(), no two of one key. */
struct objects {
	struct object *list; /* darr */
};

/* Sorts what was appended to set->list, and drops doubles (the first stays). */
void objects_sort(struct objects *set);
/* NULL where there is none with this key. */
const struct object *objects_find(const struct objects *set, const struct object *key);
size_t objects_count(const struct objects *set);
/* The same things with the same content. */
bool objects_same(const struct objects *a, const struct objects *b);
/* Appends those of these targets (TARGET_BIT(), or-ed); sorted sets stay so if
 * *to was empty.
 */
void objects_copy(struct objects *to, const struct objects *from, uint8_t targets);
/* Drops all of other targets. */
void objects_keep(struct objects *set, uint8_t targets);
/* True where *have is exactly what *want holds for some targets, all of each and
 * nothing else; *targets are those then.
 */
bool objects_whole_targets(const struct objects *have, const struct objects *want,
			   uint8_t *targets);
void objects_fini(struct objects *set);

#endif

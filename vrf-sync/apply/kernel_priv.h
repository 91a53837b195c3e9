// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the files of apply/kernel share.
 *
 *   kernel.c          open, close, one call per object kind; sysctls
 *   kernel_netlink.c  messages to and from the kernel; all that needs privileges
 *   kernel_device.c   which devices are ours: the set kept by reads and events
 *   kernel_link.c     reading and naming links; who owns one
 *   kernel_make.c     making, changing and removing links
 *   kernel_virtual.c  devices with a virtual router's MAC
 *   kernel_address.c  addresses and flood lists
 *   kernel_route.c    routes
 *   kernel_rule.c     the order of routing rules
 *   kernel_filter.c   filters of packets, as they are sent and read
 *   kernel_public.c   what edges translate, by such filters
 *   kernel_read.c     everything of ours as objects
 *   kernel_scan.c     all routes of one table, whosever they are
 *   kernel_event.c    events as objects
 *
 * Messages are built with libnl's nlmsg and nla calls.  libnl-route's objects
 * cannot say an address's protocol, a dump's filter or "without statistics",
 * so they would be a second dialect beside this one.
 */
#ifndef FRR_TENANT_APPLY_KERNEL_PRIV_H
#define FRR_TENANT_APPLY_KERNEL_PRIV_H

#include <stdalign.h>

#include <netlink/attr.h>
#include <netlink/msg.h>

#include "typesafe.h"

#include "apply/kernel.h"
#include "model/derive.h"
#include "model/model.h"

/* The kernel takes no alias when it makes a device (measured, 7.2), only after.
 * It does take a group, so this number marks ours in between: a device that has
 * it and no alias is one we were about to finish ("FRRT").
 */
#define TENANT_GROUP 0x46525254

/* The highest metric zebra leaves alone: its first byte, 255, is the distance. */
#define METRIC_LAST_RESORT 4278198272u

#define VXLAN_PORT         4789

/* An interface's settings of IPv4, by the kernel's numbers.  linux/ip.h, which
 * names them, cannot be included beside netinet/ip.h.
 */
#define DEVCONF_RP_FILTER  8
#define DEVCONF_ARP_IGNORE 19
#define DEVCONF_ARP_ACCEPT 21

/* A dump that is disturbed by changes is asked for again so often. */
#define DUMP_TRIES 8

/* ---- kernel_device.c ---- */

PREDECL_HASH(device_hash);
PREDECL_RBTREE_UNIQ(device_tables);

/* A device of ours, or a VRF of somebody else's (vrf is ""). */
struct kernel_device {
	struct device_hash_item by_index;
	struct device_tables_item by_table;
	uint32_t index;
	uint32_t table; /* 0 unless it is a VRF */
	uint8_t kind;   /* enum object_kind */
	bool told;      /* VXLAN: its flood list is what zebra has from EVPN */
	char name[DEVICE_BUF];
	char vrf[DEVICE_BUF];
};

struct kernel {
	int requests, events; /* fds of the two sockets */
	struct nl_sock *request_socket, *event_socket;
	uint32_t port; /* of the request socket: events carry it */
	uint32_t seq;
	/* Exact as of the last link event read.  Not read yet, or events were
	 * lost: devices_known is false.
	 */
	struct device_hash_head devices[1];
	struct device_tables_head tables[1];
	bool devices_known;
	char (*unraised)[DEVICE_BUF]; /* darr: devices to be brought up by kernel_finish() */
	char said[120]; /* why the kernel refused the last request; "" if it did not say */
	/* Two, because requests are made while events are taken apart. */
	alignas(struct nlmsghdr) char buffer[65536];
	alignas(struct nlmsghdr) char event_buffer[65536];
};

struct kernel_link;

void kernel_devices_init(struct kernel *kernel);
void kernel_devices_fini(struct kernel *kernel);
/* Replaces the set by what a complete read gave (darr). */
void kernel_devices_load(struct kernel *kernel, const struct kernel_link *links);
/* Enters the link, or what it is now; takes it out where it is not for the set. */
void kernel_device_update(struct kernel *kernel, const struct kernel_link *link);
void kernel_device_forget(struct kernel *kernel, uint32_t index);
/* NULL where it is not in the set. */
const struct kernel_device *kernel_device(struct kernel *kernel, uint32_t index);
/* In no order; NULL starts, NULL ends. */
const struct kernel_device *kernel_device_next(struct kernel *kernel,
					       const struct kernel_device *prev);
/* The VRF device that uses the table; ours, or (ours false) somebody else's. */
const struct kernel_device *kernel_device_of_table(struct kernel *kernel, uint32_t table,
						   bool ours);

/* ---- kernel_netlink.c ---- */

int kernel_sockets_open(struct kernel *kernel, struct reason *why);
/* One more for requests, which does not block.  NULL on failure. */
struct nl_sock *kernel_socket_new(int *fd);
void kernel_sockets_close(struct kernel *kernel);

/* A message with its header copied in; ends in nlmsg_free(). */
struct nl_msg *kernel_msg(uint16_t type, uint16_t flags, const void *header, size_t size);
/* Called with each message of an answer; must not make requests itself. */
typedef void (*kernel_each)(struct kernel *kernel, struct nlmsghdr *answer, void *arg);
/* Sends and takes the answer; each may be NULL.  Frees the message.  0, -errno as
 * the kernel gave it, or -EAGAIN where a dump was disturbed by changes.
 */
int kernel_request(struct kernel *kernel, struct nl_msg *msg, kernel_each each, void *arg);
/* Takes one datagram of events into kernel->event_buffer: its size, or -errno. */
ssize_t kernel_receive_events(struct kernel *kernel);

/* Fills in *why: "<sentence>: <what the kernel said>; <what to do>".  Returns ret. */
int kernel_refused(struct kernel *kernel, struct reason *why, int ret, const char *fmt, ...)
	PRINTFRR(4, 5);

void kernel_put_addr(struct nl_msg *msg, int type, const struct ipnet *net);
void kernel_get_addr(const struct nlattr *attr, uint8_t family, uint8_t len, struct ipnet *net);
/* Of a family that we know, and no longer than its addresses. */
bool kernel_is_prefix(uint8_t family, uint8_t len);

/* Writes a sysctl; 0 or -errno. */
int kernel_write_sysctl(enum sysctl_id id, uint32_t value);
int kernel_read_sysctl(enum sysctl_id id, uint32_t *value);

/* ---- kernel_link.c ---- */

#define KERNEL_ALIAS_SIZE 112 /* more than any of ours takes */

struct kernel_link {
	uint32_t index;
	uint32_t master, lower; /* indexes; 0: none */
	uint32_t mtu, group;
	uint32_t id;   /* VRF's table, VLAN, VNI, macvlan's mode; 0 for other kinds */
	uint16_t port; /* VXLAN's */
	bool up;
	bool learns;                    /* VXLAN: from frames */
	bool port_learns, port_answers; /* in its bridge: from frames; ARP, for who is elsewhere */
	uint32_t arp_ignore, arp_accept, rp_filter; /* its own, of IPv4 */
	uint8_t mac[6];
	struct ipnet local; /* VXLAN's */
	char name[DEVICE_BUF];
	char kind[DEVICE_BUF]; /* "" for a port */
	char alias[KERNEL_ALIAS_SIZE];
};

/* False for messages about a link's bridge port, which look alike. */
bool kernel_link_parse(struct nlmsghdr *answer, struct kernel_link *link);
/* 0, -ENODEV or another error.  By name, or (NULL) by index. */
int kernel_link_get(struct kernel *kernel, const char *name, uint32_t index,
		    struct kernel_link *link);
/* All there are, by index (darr, ended by darr_free); refreshes the device set. */
int kernel_links_read(struct kernel *kernel, struct kernel_link **links);
/* Reads the device set where it is not known. */
int kernel_devices_ensure(struct kernel *kernel);

/* Who owns the link: fills in *obj's kind, target, vrf and name.  False where it
 * is not ours.  One never finished is ours with vrf "".
 */
bool kernel_link_owner(const struct kernel_link *link, struct object *obj);
/* The object that the link is; links: where to look others up, NULL: in the
 * kernel.  False where it is not ours.
 */
bool kernel_link_object(struct kernel *kernel, const struct kernel_link *links,
			const struct kernel_link *link, struct object *obj);
/* Writes the alias of the object's device. */
void kernel_link_alias(const struct object *obj, char alias[static KERNEL_ALIAS_SIZE]);
/* The word the kernel has for the kind of device; NULL for a port. */
const char *kernel_link_kind(enum object_kind kind);
/* Gets a device that belongs to the object's tenant (a port serves an address as
 * well as a VLAN does).  -ENODEV, -EBUSY or -EAGAIN with a sentence where it is
 * not there, or whose it is.
 */
int kernel_link_get_own(struct kernel *kernel, const char *name, const struct object *obj,
			enum object_kind kind, struct kernel_link *link, struct reason *why);

/* ---- one pair each: what kernel_apply() calls ---- */

int kernel_put_rule(struct kernel *kernel, const struct object *obj, struct reason *why);
int kernel_leave_rule(struct kernel *kernel, const struct object *obj, struct reason *why);
bool kernel_rule_is_met(struct kernel *kernel, const struct object *obj);
int kernel_put_link(struct kernel *kernel, const struct object *obj, struct reason *why);
int kernel_remove_link(struct kernel *kernel, const struct object *obj, struct reason *why);
int kernel_put_port(struct kernel *kernel, const struct object *obj, struct reason *why);
int kernel_remove_port(struct kernel *kernel, const struct object *obj, struct reason *why);
int kernel_put_virtual(struct kernel *kernel, const struct object *obj, struct reason *why);
int kernel_remove_virtual(struct kernel *kernel, const struct object *obj, struct reason *why);
int kernel_put_address(struct kernel *kernel, const struct object *obj, struct reason *why);
int kernel_remove_address(struct kernel *kernel, const struct object *obj, struct reason *why);
int kernel_put_flood(struct kernel *kernel, const struct object *obj, struct reason *why);
int kernel_remove_flood(struct kernel *kernel, const struct object *obj, struct reason *why);
int kernel_put_unreachable(struct kernel *kernel, const struct object *obj, struct reason *why);
int kernel_put_route(struct kernel *kernel, const struct object *obj, struct reason *why);
int kernel_put_host(struct kernel *kernel, const struct object *obj, struct reason *why);
int kernel_remove_route(struct kernel *kernel, const struct object *obj, struct reason *why);

int kernel_put_classifier(struct kernel *kernel, const struct object *obj, struct reason *why);
int kernel_remove_classifier(struct kernel *kernel, const struct object *obj, struct reason *why);
int kernel_put_public(struct kernel *kernel, const struct object *obj, struct reason *why);
int kernel_remove_public(struct kernel *kernel, const struct object *obj, struct reason *why);

/* ---- kernel_filter.c ---- */

/* One filter of packets on a device, of the kind "flower" (tc-flower(8)). */
struct kernel_filter {
	uint32_t device; /* by index */
	bool out;        /* what leaves by it, and not what arrives */
	uint16_t pref;   /* PREF_ */
	uint32_t handle;
	uint32_t service; /* SERVICE() it looks for, 0: any; no port: all; out: of the source */
	struct ipnet net; /* it looks for: in spared ones of the far side, else of the near one */
	uint16_t port;    /* set in its place; 0: none */
	struct ipnet to;  /* unset: let through as it is */
	bool altered;     /* it is other than any of ours */
};

/* 0 or -errno, -ENOENT where the device has no classifier (or, to delete, no such filter). */
int kernel_filter_put(struct kernel *kernel, const struct kernel_filter *filter);
int kernel_filter_remove(struct kernel *kernel, const struct kernel_filter *filter);
/* False for what is none of our kind or place. */
bool kernel_filter_parse(struct nlmsghdr *answer, struct kernel_filter *filter);
/* A dump request for all of one direction. */
struct nl_msg *kernel_filters_msg(uint32_t device, bool out);

/* ---- kernel_public.c ---- */

/* Appends what the classifiers of our devices hold. */
int kernel_read_public(struct kernel *kernel, struct objects *have);
/* A classifier or filter of one of our devices. */
bool kernel_concerns_public(struct kernel *kernel, struct nlmsghdr *event);

/* ---- kernel_virtual.c ---- */

/* A setting of IPv4 (DEVCONF_), within IFLA_AF_SPEC. */
void kernel_put_setting(struct nl_msg *msg, int id, uint32_t value);

/* What the macvlan is, for kernel_link_object(); base: the device it is on. */
void kernel_read_virtual(const struct kernel_link *link, const struct kernel_link *base,
			 struct object *obj);

/* ---- messages as objects; false where they are not ours ---- */

bool kernel_address_object(struct kernel *kernel, struct nlmsghdr *answer, struct object *obj);
bool kernel_flood_object(struct kernel *kernel, struct nlmsghdr *answer, struct object *obj);

/* How long a route's attributes are at least. */
extern const struct nla_policy kernel_route_policy[];
/* False for cached routes. */
bool kernel_route_parse(struct nlmsghdr *answer, struct kernel_route *route);
bool kernel_route_object(struct kernel *kernel, const struct kernel_route *route,
			 struct object *obj);
/* A dump request for our routes of one family. */
struct nl_msg *kernel_routes_msg(uint8_t family, uint8_t protocol, uint32_t table);

#endif

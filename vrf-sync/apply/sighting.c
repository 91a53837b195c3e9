// SPDX-License-Identifier: GPL-2.0-or-later
/* Hosts seen on this node's own ports. */
#include <zebra.h>

#include <errno.h>
#include <sys/socket.h>

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <netlink/socket.h>

#include "jhash.h"
#include "memory.h"

#include "apply/kernel_priv.h"
#include "apply/sighting.h"

DECLARE_MGROUP(TENANT_APPLY);
DEFINE_MTYPE_STATIC(TENANT_APPLY, SIGHTINGS, "sightings");
DEFINE_MTYPE_STATIC(TENANT_APPLY, STATION, "MAC on a switch");
DEFINE_MTYPE_STATIC(TENANT_APPLY, RESIDENT, "address on a switch");

/* Datagrams in one call. */
#define READS_AT_ONCE 64
#define MAC_SIZE      6

#define NUD_LEARNED   (NUD_REACHABLE | NUD_PROBE | NUD_STALE | NUD_DELAY)
#define NUD_HAS_MAC   (NUD_LEARNED | NUD_PERMANENT | NUD_NOARP)

PREDECL_HASH(stations);
PREDECL_HASH(residents);
PREDECL_DLIST(tenancy);

/* A MAC on a bridge. */
struct station {
	struct stations_item item;
	struct tenancy_head residents[1];
	uint32_t bridge;
	uint8_t mac[MAC_SIZE];
	bool here; /* by a port of this node */
};

/* An address on a bridge, and whose MAC it has. */
struct resident {
	struct residents_item item;
	struct tenancy_item neighbors;
	struct station *station;
	struct ipnet address;
	uint32_t bridge;
};

static int station_cmp(const struct station *a, const struct station *b)
{
	int diff = numcmp(a->bridge, b->bridge);

	return diff ? diff : memcmp(a->mac, b->mac, MAC_SIZE);
}

static uint32_t station_hash(const struct station *one)
{
	return jhash(one->mac, MAC_SIZE, one->bridge);
}

static int resident_cmp(const struct resident *a, const struct resident *b)
{
	int diff = numcmp(a->bridge, b->bridge);

	return diff ? diff : ipnet_cmp(&a->address, &b->address);
}

static uint32_t resident_hash(const struct resident *one)
{
	return jhash(one->address.addr, sizeof(one->address.addr), one->bridge);
}

DECLARE_HASH(stations, struct station, item, station_cmp, station_hash);
DECLARE_HASH(residents, struct resident, item, resident_cmp, resident_hash);
DECLARE_DLIST(tenancy, struct resident, neighbors);

struct sightings {
	struct kernel *kernel;
	struct nl_sock *sock;
	int fd;
	uint32_t seq; /* of the dump under way */
	uint8_t family;
	struct stations_head stations[1];
	struct residents_head residents[1];
	void (*seen)(void *arg, const struct sighting *sighting);
	void *arg;
	alignas(struct nlmsghdr) char buffer[32768];
};

struct sightings *sightings_new(struct kernel *kernel)
{
	struct sightings *s = XCALLOC(MTYPE_SIGHTINGS, sizeof(*s));

	s->kernel = kernel;
	s->sock = kernel_socket_new(&s->fd);
	if (!s->sock || nl_socket_add_membership(s->sock, RTNLGRP_NEIGH) < 0) {
		nl_socket_free(s->sock);
		XFREE(MTYPE_SIGHTINGS, s);
		return NULL;
	}
	stations_init(s->stations);
	residents_init(s->residents);
	return s;
}

static void forget_all(struct sightings *s)
{
	struct resident *resident;
	struct station *station;

	while ((resident = residents_pop(s->residents)))
		XFREE(MTYPE_RESIDENT, resident);
	while ((station = stations_pop(s->stations)))
		XFREE(MTYPE_STATION, station);
}

void sightings_free(struct sightings *s)
{
	if (!s)
		return;
	forget_all(s);
	stations_fini(s->stations);
	residents_fini(s->residents);
	nl_socket_free(s->sock);
	XFREE(MTYPE_SIGHTINGS, s);
}

int sightings_fd(const struct sightings *s)
{
	return s->fd;
}

/* ---- what is known ---- */

static void tell(struct sightings *s, const struct resident *resident)
{
	const struct kernel_device *bridge = kernel_device(s->kernel, resident->bridge);
	struct sighting sighting = { .address = resident->address };

	if (!bridge || bridge->kind != OBJ_BRIDGE || !bridge->vrf[0])
		return;
	strlcpy(sighting.vrf, bridge->vrf, sizeof(sighting.vrf));
	strlcpy(sighting.bridge, bridge->name, sizeof(sighting.bridge));
	s->seen(s->arg, &sighting);
}

static struct station *get_station(struct sightings *s, uint32_t bridge, const uint8_t *mac)
{
	struct station key = { .bridge = bridge }, *station;

	memcpy(key.mac, mac, MAC_SIZE);
	station = stations_find(s->stations, &key);
	if (station)
		return station;
	station = XCALLOC(MTYPE_STATION, sizeof(*station));
	*station = key;
	tenancy_init(station->residents);
	stations_add(s->stations, station);
	return station;
}

static void drop_idle(struct sightings *s, struct station *station)
{
	if (station->here || tenancy_count(station->residents))
		return;
	stations_del(s->stations, station);
	XFREE(MTYPE_STATION, station);
}

static void drop_resident(struct sightings *s, struct resident *resident)
{
	struct station *station = resident->station;

	tenancy_del(station->residents, resident);
	residents_del(s->residents, resident);
	XFREE(MTYPE_RESIDENT, resident);
	drop_idle(s, station);
}

static void put_resident(struct sightings *s, const struct resident *key, const uint8_t *mac)
{
	struct station *station = get_station(s, key->bridge, mac);
	struct resident *known = residents_find(s->residents, key);

	if (known && known->station != station) {
		drop_resident(s, known);
		known = NULL;
	}
	if (!known) {
		known = XCALLOC(MTYPE_RESIDENT, sizeof(*known));
		*known = *key;
		known->station = station;
		residents_add(s->residents, known);
		tenancy_add_tail(station->residents, known);
		if (station->here)
			tell(s, known);
	}
}

static void put_station(struct sightings *s, uint32_t bridge, const uint8_t *mac, bool here)
{
	struct station *station = get_station(s, bridge, mac);
	struct resident *resident;
	bool news = here && !station->here;

	station->here = here;
	if (news)
		frr_each (tenancy, station->residents, resident)
			tell(s, resident);
	drop_idle(s, station);
}

/* ---- messages ---- */

static void take_neighbor(struct sightings *s, const struct ndmsg *header,
			  struct nlattr *const *tb, bool gone)
{
	const struct kernel_device *device = kernel_device(s->kernel, header->ndm_ifindex);
	struct resident key = { .bridge = header->ndm_ifindex }, *known;

	if (!device || device->kind != OBJ_BRIDGE || !tb[NDA_DST] || nla_len(tb[NDA_DST]) != 4)
		return;
	kernel_get_addr(tb[NDA_DST], AF_INET, 32, &key.address);
	if (!gone && (header->ndm_state & NUD_HAS_MAC) && tb[NDA_LLADDR] &&
	    nla_len(tb[NDA_LLADDR]) == MAC_SIZE) {
		put_resident(s, &key, nla_data(tb[NDA_LLADDR]));
		return;
	}
	known = residents_find(s->residents, &key);
	if (known)
		drop_resident(s, known);
}

/* The event of a device may still be on its way: what is not known is asked for. */
static bool leads_away(struct sightings *s, uint32_t port)
{
	const struct kernel_device *device = kernel_device(s->kernel, port);
	struct kernel_link link;

	if (device)
		return device->kind == OBJ_VXLAN;
	return kernel_link_get(s->kernel, NULL, port, &link) < 0 || !strcmp(link.kind, "vxlan");
}

/* Permanent ones are the MACs of the ports themselves. */
static void take_mac(struct sightings *s, const struct ndmsg *header, struct nlattr *const *tb,
		     bool gone)
{
	uint32_t bridge = tb[NDA_MASTER] ? nla_get_u32(tb[NDA_MASTER]) : 0;

	if (!bridge || !tb[NDA_LLADDR] || nla_len(tb[NDA_LLADDR]) != MAC_SIZE ||
	    (header->ndm_state & NUD_PERMANENT))
		return;
	put_station(s, bridge, nla_data(tb[NDA_LLADDR]),
		    !gone && !leads_away(s, header->ndm_ifindex));
}

static const struct nla_policy neighbor_policy[NDA_MAX + 1] = {
	[NDA_MASTER] = { .type = NLA_U32 },
};

static void take(struct sightings *s, struct nlmsghdr *msg)
{
	const struct ndmsg *header = nlmsg_data(msg);
	bool gone = msg->nlmsg_type == RTM_DELNEIGH;
	struct nlattr *tb[NDA_MAX + 1];

	if ((msg->nlmsg_type != RTM_NEWNEIGH && !gone) ||
	    nlmsg_parse(msg, sizeof(*header), tb, NDA_MAX, neighbor_policy) < 0)
		return;
	if (header->ndm_family == AF_INET)
		take_neighbor(s, header, tb, gone);
	else if (header->ndm_family == AF_BRIDGE)
		take_mac(s, header, tb, gone);
}

/* ---- reading ---- */

static void ask(struct sightings *s, uint8_t family)
{
	struct ndmsg header = { .ndm_family = family };
	struct nl_msg *msg = kernel_msg(RTM_GETNEIGH, NLM_F_DUMP, &header, sizeof(header));
	struct nlmsghdr *request = nlmsg_hdr(msg);

	s->family = family;
	request->nlmsg_seq = ++s->seq;
	request->nlmsg_pid = nl_socket_get_local_port(s->sock);
	(void)!send(s->fd, request, request->nlmsg_len, 0);
	nlmsg_free(msg);
}

void sightings_begin(struct sightings *s)
{
	forget_all(s);
	ask(s, AF_INET);
}

/* Of our own request; one dump at a time. */
static void take_end(struct sightings *s)
{
	if (s->family == AF_INET)
		ask(s, AF_BRIDGE);
}

void sightings_read(struct sightings *s, void (*seen)(void *arg, const struct sighting *sighting),
		    void *arg)
{
	struct nlmsghdr *msg;

	s->seen = seen;
	s->arg = arg;
	if (kernel_devices_ensure(s->kernel) < 0)
		return;
	for (int i = 0; i < READS_AT_ONCE; i++) {
		ssize_t got = recv(s->fd, s->buffer, sizeof(s->buffer), 0);
		int left = got;

		if (got < 0 && errno == ENOBUFS)
			sightings_begin(s);
		else if (got < 0)
			break;
		for (msg = (struct nlmsghdr *)s->buffer; got > 0 && nlmsg_ok(msg, left);
		     msg = nlmsg_next(msg, &left)) {
			if (msg->nlmsg_type == NLMSG_DONE && msg->nlmsg_seq == s->seq)
				take_end(s);
			else
				take(s, msg);
		}
	}
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* The guard's socket (guard/wire.h): tenantd and bgpd connect, and whoever begins a list of
 * tenants is told what is refused.
 */
#include <zebra.h>

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "frrevent.h"
#include "libfrr.h"
#include "log.h"
#include "memory.h"
#include "network.h"
#include "typesafe.h"

#include "frr-plugin/zebra_guard.h"

DEFINE_MGROUP(ZEBRA_GUARD_LINK, "zebra_tenant guard link");
DEFINE_MTYPE_STATIC(ZEBRA_GUARD_LINK, GUARD_PEER, "guard's peer");

#define BACKLOG 8

PREDECL_DLIST(peers);

struct peer {
	struct peers_item item;
	int fd;
	bool listens; /* it is tenantd */
	struct event *ev_read;
};

DECLARE_DLIST(peers, struct peer, item);

static struct event_loop *loop;
static struct guard *guard;
static struct peers_head all[1];
static struct event *ev_accept;

static void hang_up(struct peer *peer)
{
	peers_del(all, peer);
	event_cancel(&peer->ev_read);
	close(peer->fd);
	XFREE(MTYPE_GUARD_PEER, peer);
}

/* ---- telling ---- */

static bool send_to(struct peer *peer, enum guard_kind kind, const void *body, size_t length)
{
	struct guard_head head = { .format = GUARD_FORMAT, .kind = kind };
	struct iovec parts[] = { { &head, sizeof(head) }, { (void *)body, length } };
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = array_size(parts) };

	return sendmsg(peer->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0;
}

void guard_link_tell(enum guard_kind kind, const void *body, size_t length)
{
	struct peer *peer;

	/* who is behind gets all of it anew when it connects again */
	frr_each_safe (peers, all, peer)
		if (peer->listens && !send_to(peer, kind, body, length))
			hang_up(peer);
}

/* ---- hearing ---- */

static bool read_one(struct peer *peer)
{
	static uint8_t packet[GUARD_PACKET_MAX];
	struct guard_news news;
	ssize_t length = recv(peer->fd, packet, sizeof(packet), MSG_DONTWAIT);
	bool first;

	if (length < 0 && ERRNO_IO_RETRY(errno))
		return false;
	if (length <= 0 || guard_take(guard, packet, length, &news) < 0) {
		if (length > 0)
			zlog_warn("guard: what came over %s/%s is none of its packets; hung up",
				  frr_runstatedir, GUARD_SOCKET);
		hang_up(peer);
		return false;
	}
	first = ((struct guard_head *)packet)->kind == GUARD_BEGIN && !peer->listens;
	if (first)
		peer->listens = true;
	zebra_guard_changed(&news);
	if (first)
		zebra_guard_tell_all();
	return true;
}

static bool is_there(const struct peer *peer)
{
	struct peer *one;

	frr_each (peers, all, one)
		if (one == peer)
			return true;
	return false;
}

static void drain(struct peer *peer)
{
	/* telling may hang up on it */
	while (is_there(peer) && read_one(peer))
		;
}

static void readable(struct event *event)
{
	struct peer *peer = EVENT_ARG(event);

	drain(peer);
	if (is_there(peer))
		event_add_read(loop, readable, peer, peer->fd, &peer->ev_read);
}

void guard_link_drain(void)
{
	struct peer *peer;
	bool again;

	do {
		again = false;
		frr_each_safe (peers, all, peer)
			if (read_one(peer)) {
				again = true; /* and others may be gone by now */
				break;
			}
	} while (again);
}

unsigned int guard_link_listeners(void)
{
	struct peer *peer;
	unsigned int count = 0;

	frr_each (peers, all, peer)
		count += peer->listens;
	return count;
}

unsigned int guard_link_tellers(void)
{
	return peers_count(all) - guard_link_listeners();
}

static void accept_peer(struct event *event)
{
	int listener = EVENT_FD(event), fd = accept(listener, NULL, NULL);
	struct peer *peer;

	event_add_read(loop, accept_peer, NULL, listener, &ev_accept);
	if (fd < 0)
		return;
	set_nonblocking(fd);
	set_cloexec(fd);
	peer = XCALLOC(MTYPE_GUARD_PEER, sizeof(*peer));
	peer->fd = fd;
	peers_add_tail(all, peer);
	event_add_read(loop, readable, peer, fd, &peer->ev_read);
}

static int listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	mode_t before = umask(0177);
	int bound = -1;

	if (fd >= 0 &&
	    strlcpy(address.sun_path, path, sizeof(address.sun_path)) < sizeof(address.sun_path)) {
		unlink(path);
		bound = bind(fd, (const struct sockaddr *)&address, sizeof(address));
	}
	umask(before);
	if (bound >= 0 && listen(fd, BACKLOG) >= 0)
		return fd;
	zlog_err("guard: cannot listen on %s: %s; routes that join tenants are not refused", path,
		 safe_strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

void guard_link_init(struct event_loop *zebras, struct guard *judge)
{
	char path[MAXPATHLEN];
	int fd;

	loop = zebras;
	guard = judge;
	peers_init(all);
	snprintf(path, sizeof(path), "%s/%s", frr_runstatedir, GUARD_SOCKET);
	fd = listen_at(path);
	if (fd >= 0)
		event_add_read(loop, accept_peer, NULL, fd, &ev_accept);
}

void guard_link_end(void)
{
	struct peer *peer;

	event_cancel(&ev_accept);
	while ((peer = peers_first(all)))
		hang_up(peer);
}

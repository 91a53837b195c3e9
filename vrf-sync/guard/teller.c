// SPDX-License-Identifier: GPL-2.0-or-later
/* A connection to the guard in zebra. */
#include <zebra.h>

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "frrevent.h"
#include "libfrr.h"
#include "memory.h"
#include "network.h"

#include "guard/teller.h"

DEFINE_MGROUP(GUARD_TELLER_GROUP, "tenant guard's connection");
DEFINE_MTYPE_STATIC(GUARD_TELLER_GROUP, GUARD_TELLER, "connection to the guard");

#define RETRY_MS 250

struct guard_teller {
	struct event_loop *loop;
	void (*connected)(void *arg);
	void (*heard)(void *arg, const struct guard_head *head, size_t length);
	void *arg;
	int fd; /* -1: none */
	struct event *ev_read, *ev_retry;
};

static void try_it(struct event *event);

static void lose(struct guard_teller *teller)
{
	if (teller->fd >= 0)
		close(teller->fd);
	teller->fd = -1;
	event_cancel(&teller->ev_read);
	event_add_timer_msec(teller->loop, try_it, teller, RETRY_MS, &teller->ev_retry);
}

static void readable(struct event *event)
{
	struct guard_teller *teller = EVENT_ARG(event);
	static uint8_t packet[GUARD_PACKET_MAX];
	ssize_t length;

	while ((length = recv(teller->fd, packet, sizeof(packet), MSG_DONTWAIT)) > 0) {
		const struct guard_head *head = (const struct guard_head *)packet;

		if (teller->heard && (size_t)length >= sizeof(*head) &&
		    head->format == GUARD_FORMAT)
			teller->heard(teller->arg, head, length);
		if (teller->fd < 0)
			return;
	}
	if (length == 0 || !ERRNO_IO_RETRY(errno))
		lose(teller);
	else
		event_add_read(teller->loop, readable, teller, teller->fd, &teller->ev_read);
}

static int connect_to(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd;

	if (strlcpy(address.sun_path, path, sizeof(address.sun_path)) >= sizeof(address.sun_path))
		return -1;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static void try_it(struct event *event)
{
	struct guard_teller *teller = EVENT_ARG(event);
	char path[MAXPATHLEN];

	snprintf(path, sizeof(path), "%s/%s", frr_runstatedir, GUARD_SOCKET);
	teller->fd = connect_to(path);
	if (teller->fd < 0) {
		lose(teller);
		return;
	}
	event_add_read(teller->loop, readable, teller, teller->fd, &teller->ev_read);
	teller->connected(teller->arg);
}

void guard_teller_send_packet(struct guard_teller *teller, const void *packet, size_t length)
{
	if (teller->fd >= 0 && send(teller->fd, packet, length, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		lose(teller);
}

void guard_teller_send(struct guard_teller *teller, enum guard_kind kind, const void *body,
		       uint32_t count, size_t size)
{
	struct guard_head head = { .format = GUARD_FORMAT, .kind = kind, .count = count };
	struct iovec parts[] = { { &head, sizeof(head) }, { (void *)body, count * size } };
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = array_size(parts) };

	if (teller->fd >= 0 && sendmsg(teller->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		lose(teller);
}

bool guard_teller_is_up(const struct guard_teller *teller)
{
	return teller->fd >= 0;
}

struct guard_teller *
guard_teller_new(struct event_loop *loop, void (*connected)(void *arg),
		 void (*heard)(void *arg, const struct guard_head *head, size_t length), void *arg)
{
	struct guard_teller *teller = XCALLOC(MTYPE_GUARD_TELLER, sizeof(*teller));

	teller->loop = loop;
	teller->connected = connected;
	teller->heard = heard;
	teller->arg = arg;
	teller->fd = -1;
	event_add_timer_msec(loop, try_it, teller, 0, &teller->ev_retry);
	return teller;
}

void guard_teller_free(struct guard_teller *teller)
{
	if (!teller)
		return;
	event_cancel(&teller->ev_read);
	event_cancel(&teller->ev_retry);
	if (teller->fd >= 0)
		close(teller->fd);
	XFREE(MTYPE_GUARD_TELLER, teller);
}

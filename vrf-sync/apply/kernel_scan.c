// SPDX-License-Identifier: GPL-2.0-or-later
/* All routes of one table, a datagram at a time, on a socket of their own. */
#include <zebra.h>

#include <errno.h>
#include <sys/socket.h>

#include <linux/rtnetlink.h>
#include <netlink/socket.h>

#include "memory.h"

#include "apply/kernel_priv.h"
#include "apply/kernel_scan.h"

DECLARE_MGROUP(TENANT_APPLY);
DEFINE_MTYPE_STATIC(TENANT_APPLY, KERNEL_SCAN, "Routes being read");

struct kernel_scan {
	struct nl_sock *sock;
	int fd;
	uint32_t seq, table;
	uint8_t family; /* that is being read */
	bool disturbed;
	alignas(struct nlmsghdr) char buffer[32768];
};

struct kernel_scan *kernel_scan_new(void)
{
	struct kernel_scan *scan = XCALLOC(MTYPE_KERNEL_SCAN, sizeof(*scan));

	scan->sock = kernel_socket_new(&scan->fd);
	if (!scan->sock)
		XFREE(MTYPE_KERNEL_SCAN, scan);
	return scan;
}

void kernel_scan_free(struct kernel_scan *scan)
{
	if (!scan)
		return;
	nl_socket_free(scan->sock);
	XFREE(MTYPE_KERNEL_SCAN, scan);
}

int kernel_scan_fd(const struct kernel_scan *scan)
{
	return scan->fd;
}

static int ask(struct kernel_scan *scan, uint8_t family)
{
	struct nl_msg *msg = kernel_routes_msg(family, 0, scan->table);
	struct nlmsghdr *header = nlmsg_hdr(msg);
	ssize_t sent;

	scan->family = family;
	header->nlmsg_seq = ++scan->seq;
	header->nlmsg_pid = nl_socket_get_local_port(scan->sock);
	sent = send(scan->fd, header, header->nlmsg_len, 0);
	nlmsg_free(msg);
	return sent < 0 ? -errno : 0;
}

int kernel_scan_begin(struct kernel_scan *scan, uint32_t table)
{
	scan->table = table;
	scan->disturbed = false;
	return ask(scan, AF_INET);
}

/* The end of one family's: a table that is not there has none. */
static int take_end(struct kernel_scan *scan, struct nlmsghdr *answer)
{
	const struct nlmsgerr *verdict = nlmsg_data(answer);
	int ret = nlmsg_datalen(answer) < (int)sizeof(verdict->error) ? 0 : verdict->error;

	if (ret < 0 && ret != -ENOENT && ret != -EAFNOSUPPORT)
		return ret;
	if (scan->family == AF_INET) {
		ret = ask(scan, AF_INET6);
		return ret < 0 ? ret : 1;
	}
	return scan->disturbed ? -EAGAIN : 0;
}

int kernel_scan_read(struct kernel_scan *scan,
		     void (*each)(void *arg, const struct kernel_route *route), void *arg)
{
	struct nlmsghdr *answer = (struct nlmsghdr *)scan->buffer;
	ssize_t got = recv(scan->fd, scan->buffer, sizeof(scan->buffer), 0);
	struct kernel_route route;
	int left = got;

	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? 1 : -errno;
	for (; nlmsg_ok(answer, left); answer = nlmsg_next(answer, &left)) {
		if (answer->nlmsg_seq != scan->seq)
			continue;
		scan->disturbed |= (answer->nlmsg_flags & NLM_F_DUMP_INTR) != 0;
		if (answer->nlmsg_type == NLMSG_ERROR || answer->nlmsg_type == NLMSG_DONE)
			return take_end(scan, answer);
		if (kernel_route_parse(answer, &route) && route.table == scan->table)
			each(arg, &route);
	}
	return 1;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Messages to and from the kernel, and all that needs privileges.
 *
 * tenantd runs without capabilities and raises CAP_NET_ADMIN here only: the
 * kernel asks for it of the process that opened a netlink socket and of the one
 * that sends, and of the one that opens a network sysctl for writing.
 */
#include <zebra.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

#include "log.h"
#include "privs.h"
#include "printfrr.h"

#include "apply/kernel_priv.h"

extern struct zebra_privs_t tenantd_privs;

/* Room for the burst of events that a node full of tenants makes when it starts. */
#define EVENT_BUFFER (16 * 1024 * 1024)

/* The kernel answers at once, but an answer it had no memory for never comes. */
#define ANSWER_SECONDS 10

/* Beyond this no number is an error (the kernel's own limit, include/linux/err.h). */
#define ERRNO_MAX 4095

/* ---- sockets ---- */

static struct nl_sock *socket_open(int *fd)
{
	struct nl_sock *sock = nl_socket_alloc();
	int ret = -NLE_NOMEM;

	if (!sock)
		return NULL;
	frr_with_privs (&tenantd_privs) {
		ret = nl_connect(sock, NETLINK_ROUTE);
	}
	if (ret < 0) {
		nl_socket_free(sock);
		return NULL;
	}
	*fd = nl_socket_get_fd(sock);
	return sock;
}

/* Answers say why (extended acknowledgement) without repeating the request, and
 * dumps are filtered by the kernel.
 */
static void set_request_options(int fd)
{
	static const int options[] = { NETLINK_EXT_ACK, NETLINK_CAP_ACK, NETLINK_GET_STRICT_CHK };
	const struct timeval limit = { .tv_sec = ANSWER_SECONDS };
	const int on = 1;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	for (unsigned int i = 0; i < array_size(options); i++)
		setsockopt(fd, SOL_NETLINK, options[i], &on, sizeof(on));
}

static int set_event_options(struct nl_sock *sock, int fd)
{
	static const int groups[] = { RTNLGRP_LINK,       RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR,
				      RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE,  RTNLGRP_TC };
	const int size = EVENT_BUFFER;

	/* beyond net.core.rmem_max; without it we only read again more often */
	frr_with_privs (&tenantd_privs) {
		setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	}
	for (unsigned int i = 0; i < array_size(groups); i++)
		if (nl_socket_add_membership(sock, groups[i]) < 0)
			return -EIO;
	return nl_socket_set_nonblocking(sock) < 0 ? -EIO : 0;
}

struct nl_sock *kernel_socket_new(int *fd)
{
	struct nl_sock *sock = socket_open(fd);

	if (!sock)
		return NULL;
	set_request_options(*fd);
	if (nl_socket_set_nonblocking(sock) == 0)
		return sock;
	nl_socket_free(sock);
	return NULL;
}

int kernel_sockets_open(struct kernel *kernel, struct reason *why)
{
	kernel->request_socket = socket_open(&kernel->requests);
	kernel->event_socket = socket_open(&kernel->events);
	if (!kernel->request_socket || !kernel->event_socket ||
	    set_event_options(kernel->event_socket, kernel->events) < 0) {
		reason_set(why,
			   "cannot open netlink sockets (%s): without them nothing can be "
			   "done in the kernel",
			   safe_strerror(errno));
		return -EIO;
	}
	set_request_options(kernel->requests);
	kernel->port = nl_socket_get_local_port(kernel->request_socket);
	return 0;
}

void kernel_sockets_close(struct kernel *kernel)
{
	nl_socket_free(kernel->request_socket);
	nl_socket_free(kernel->event_socket);
}

/* ---- requests ---- */

struct nl_msg *kernel_msg(uint16_t type, uint16_t flags, const void *header, size_t size)
{
	struct nl_msg *msg = nlmsg_alloc_simple(type, flags | NLM_F_REQUEST);

	if (!msg || nlmsg_append(msg, (void *)header, size, NLMSG_ALIGNTO) < 0)
		abort(); /* out of memory, where FRR aborts as well */
	return msg;
}

void kernel_put_addr(struct nl_msg *msg, int type, const struct ipnet *net)
{
	nla_put(msg, type, net->family == AF_INET ? 4 : 16, net->addr);
}

void kernel_get_addr(const struct nlattr *attr, uint8_t family, uint8_t len, struct ipnet *net)
{
	unsigned int size = family == AF_INET ? 4 : 16;

	*net = (struct ipnet){ .family = family, .len = len };
	if (attr)
		memcpy(net->addr, nla_data(attr), MIN(size, (unsigned int)nla_len(attr)));
}

bool kernel_is_prefix(uint8_t family, uint8_t len)
{
	return (family == AF_INET && len <= 32) || (family == AF_INET6 && len <= 128);
}

static int request_send(struct kernel *kernel, struct nlmsghdr *header)
{
	ssize_t sent = -1;

	header->nlmsg_seq = ++kernel->seq;
	header->nlmsg_pid = kernel->port;
	if ((header->nlmsg_flags & NLM_F_DUMP) != NLM_F_DUMP)
		header->nlmsg_flags |= NLM_F_ACK;
	frr_with_privs (&tenantd_privs) {
		sent = send(kernel->requests, header, header->nlmsg_len, 0);
	}
	return sent < 0 ? -errno : 0;
}

/* The last message of an answer: the kernel's verdict. */
static int take_verdict(struct kernel *kernel, struct nlmsghdr *answer)
{
	const struct nlmsgerr *verdict = nlmsg_data(answer);
	const struct nlattr *said;

	if (nlmsg_datalen(answer) < (int)sizeof(verdict->error))
		return answer->nlmsg_type == NLMSG_DONE ? 0 : -EBADMSG;
	if (verdict->error > 0 || verdict->error < -ERRNO_MAX)
		return -EBADMSG;
	if (answer->nlmsg_type == NLMSG_ERROR && (answer->nlmsg_flags & NLM_F_ACK_TLVS)) {
		said = nlmsg_find_attr(answer, sizeof(*verdict), NLMSGERR_ATTR_MSG);
		if (said && verdict->error)
			nla_strlcpy(kernel->said, said, sizeof(kernel->said));
	}
	return verdict->error;
}

/* Takes one datagram of the answer.  1 while there is more to come. */
static int take_answer(struct kernel *kernel, kernel_each each, void *arg, bool *disturbed)
{
	struct nlmsghdr *answer = (struct nlmsghdr *)kernel->buffer;
	ssize_t got = recv(kernel->requests, kernel->buffer, sizeof(kernel->buffer), 0);
	int left = got;

	if (got < 0)
		return errno == EINTR ? 1 : errno == EAGAIN ? -ETIMEDOUT : -errno;
	for (; nlmsg_ok(answer, left); answer = nlmsg_next(answer, &left)) {
		if (answer->nlmsg_seq != kernel->seq)
			continue; /* of an answer that was given up */
		*disturbed |= (answer->nlmsg_flags & NLM_F_DUMP_INTR) != 0;
		if (answer->nlmsg_type == NLMSG_ERROR || answer->nlmsg_type == NLMSG_DONE)
			return take_verdict(kernel, answer);
		if (each)
			each(kernel, answer, arg);
	}
	return 1;
}

int kernel_request(struct kernel *kernel, struct nl_msg *msg, kernel_each each, void *arg)
{
	bool disturbed = false;
	int ret;

	kernel->said[0] = '\0';
	ret = request_send(kernel, nlmsg_hdr(msg));
	nlmsg_free(msg);
	if (ret < 0)
		return ret;
	do {
		ret = take_answer(kernel, each, arg, &disturbed);
	} while (ret > 0);
	return ret == 0 && disturbed ? -EAGAIN : ret;
}

ssize_t kernel_receive_events(struct kernel *kernel)
{
	ssize_t got = recv(kernel->events, kernel->event_buffer, sizeof(kernel->event_buffer), 0);

	return got < 0 ? -errno : got;
}

static const char *advice(int ret)
{
	switch (-ret) {
	case EPERM:
	case EACCES:
		return "; tenantd needs CAP_NET_ADMIN for it";
	case EOPNOTSUPP:
		return "; is the kernel module for it installed?";
	case ENOMEM:
	case ENOBUFS:
		return "; the kernel is short of memory";
	default:
		return "";
	}
}

int kernel_refused(struct kernel *kernel, struct reason *why, int ret, const char *fmt, ...)
{
	char sentence[160];
	va_list ap;

	va_start(ap, fmt);
	vsnprintfrr(sentence, sizeof(sentence), fmt, ap);
	va_end(ap);
	reason_set(why, "%s: %s%s", sentence, kernel->said[0] ? kernel->said : safe_strerror(-ret),
		   advice(ret));
	return ret;
}

/* ---- sysctls ---- */

static void sysctl_path(enum sysctl_id id, char *path, size_t size)
{
	snprintf(path, size, "/proc/sys/%s", sysctl_names[id]);
	for (char *c = path + strlen("/proc/sys/"); *c; c++)
		if (*c == '.')
			*c = '/';
}

int kernel_read_sysctl(enum sysctl_id id, uint32_t *value)
{
	char path[96], text[32] = "";
	ssize_t got;
	int fd;

	sysctl_path(id, path, sizeof(path));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	got = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (got <= 0)
		return -EIO;
	*value = strtoul(text, NULL, 10);
	return 0;
}

int kernel_write_sysctl(enum sysctl_id id, uint32_t value)
{
	char path[96], text[16];
	int fd = -1, ret = 0;

	sysctl_path(id, path, sizeof(path));
	snprintf(text, sizeof(text), "%u\n", value);
	frr_with_privs (&tenantd_privs) {
		fd = open(path, O_WRONLY | O_CLOEXEC);
		if (fd < 0 || write(fd, text, strlen(text)) < 0)
			ret = -errno;
	}
	if (fd >= 0)
		close(fd);
	return ret;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tenantd that meets a fault after the N-th operation of its life.
 *
 * It is tenantd's own objects and this file, which the linker puts in the way of
 * send(): every change that tenantd asks of the kernel and every line that it types
 * into FRR goes through that.  Questions are not counted.  So a fault comes between
 * any two requests for one device, too, and in the middle of a block of statements
 * or of a transaction.
 *
 *	TENANTD_CRASH=N          the operation; none: it is tenantd as it always is
 *	TENANTD_CRASH_KILL=PIDS  who is killed then, with blanks between; none: itself
 *	TENANTD_CRASH_TOLD=FILE  gets a line that says after what
 *
 * topotests/test_crash starts it.
 */
#include <zebra.h>

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/netlink.h>
#include <linux/rtnetlink.h>

ssize_t __real_send(int fd, const void *bytes, size_t size, int flags);
ssize_t __wrap_send(int fd, const void *bytes, size_t size, int flags);

static unsigned long operations;

static int domain_of(int fd)
{
	int domain = 0;
	socklen_t size = sizeof(domain);

	return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) < 0 ? -1 : domain;
}

/* Of three message types in a row for each kind of thing the third asks for it, and a
 * fourth sets it.
 */
static bool changes_kernel(const struct nlmsghdr *header)
{
	return (header->nlmsg_type - RTM_BASE) % 4 != 2;
}

static bool changes_frr(const char *line)
{
	return strncmp(line, "show ", 5) != 0 && strcmp(line, "enable") != 0;
}

static void tell(int domain, const void *bytes)
{
	const char *path = getenv("TENANTD_CRASH_TOLD");
	char text[200];
	int fd = path ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666) : -1;
	int len;

	if (fd < 0)
		return;
	if (domain == AF_NETLINK)
		len = snprintf(text, sizeof(text), "%lu: kernel, message %u\n", operations,
			       ((const struct nlmsghdr *)bytes)->nlmsg_type);
	else
		len = snprintf(text, sizeof(text), "%lu: %.150s\n", operations,
			       (const char *)bytes);
	if (write(fd, text, len) < 0)
		perror(path);
	close(fd);
}

static void meet_fault(void)
{
	const char *pids = getenv("TENANTD_CRASH_KILL");
	char *end;

	if (!pids)
		raise(SIGKILL);
	for (long pid = strtol(pids, &end, 10); pid > 0; pid = strtol(end, &end, 10))
		kill(pid, SIGKILL);
}

ssize_t __wrap_send(int fd, const void *bytes, size_t size, int flags)
{
	ssize_t sent = __real_send(fd, bytes, size, flags);
	const char *number = getenv("TENANTD_CRASH");
	int domain = domain_of(fd);

	if (!number || sent != (ssize_t)size ||
	    !((domain == AF_NETLINK && changes_kernel(bytes)) ||
	      (domain == AF_UNIX && changes_frr(bytes))))
		return sent;
	if (++operations == strtoul(number, NULL, 10)) {
		tell(domain, bytes);
		meet_fault();
	}
	return sent;
}

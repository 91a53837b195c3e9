// SPDX-License-Identifier: GPL-2.0-or-later
/* The process's sockets, by whom they are connected to. */
#include <zebra.h>

#include <arpa/inet.h>
#include <dirent.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "netconf/socket.h"

static bool is_peer(int fd, const char *host, uint16_t port)
{
	struct sockaddr_storage address;
	socklen_t length = sizeof(address);
	char text[INET6_ADDRSTRLEN] = "";
	uint16_t peer_port = 0;

	if (getpeername(fd, (struct sockaddr *)&address, &length))
		return false;
	if (address.ss_family == AF_INET) {
		const struct sockaddr_in *in = (const struct sockaddr_in *)&address;

		inet_ntop(AF_INET, &in->sin_addr, text, sizeof(text));
		peer_port = ntohs(in->sin_port);
	} else if (address.ss_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&address;

		inet_ntop(AF_INET6, &in6->sin6_addr, text, sizeof(text));
		peer_port = ntohs(in6->sin6_port);
	}
	return peer_port == port && !strcmp(text, host);
}

void socket_each(const char *host, uint16_t port, void (*found)(void *arg, int fd), void *arg)
{
	DIR *directory = opendir("/proc/self/fd");
	struct dirent *entry;

	if (!directory)
		return;
	while ((entry = readdir(directory))) {
		int fd = atoi(entry->d_name);

		if (is_peer(fd, host, port))
			found(arg, fd);
	}
	closedir(directory);
}

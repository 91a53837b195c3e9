// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sockets of libnetconf2's, which does not tell them: looked up among the process's own by
 * the other side's address and port.
 */
#ifndef FRR_TENANT_NETCONF_SOCKET_H
#define FRR_TENANT_NETCONF_SOCKET_H

#include <stdint.h>

/* Each that is connected to there, in turn. */
void socket_each(const char *host, uint16_t port, void (*found)(void *arg, int fd), void *arg);

#endif

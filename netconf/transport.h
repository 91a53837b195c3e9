// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SSH and TLS: libnetconf2's start and end, and the threads that let clients in.
 *
 * Several threads, because whoever connects and then says nothing holds one until
 * libnetconf2 gives up on it.
 */
#ifndef FRR_TENANT_NETCONF_TRANSPORT_H
#define FRR_TENANT_NETCONF_TRANSPORT_H

#include <stddef.h>

/* Before all else of it, and after all else. */
void transport_init(void);
void transport_fini(void);
/* With netconfd.ctx; 0, or -1 and one sentence. */
int transport_start(char *why, size_t size);
void transport_stop(void);

#endif

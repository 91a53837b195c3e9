// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What libnetconf2 is told of where clients are met and how each side shows who it is,
 * as data of ietf-netconf-server.  Keys, certificates and users are those of the settings.
 */
#ifndef FRR_TENANT_NETCONF_ENDPOINT_H
#define FRR_TENANT_NETCONF_ENDPOINT_H

#include <stddef.h>
#include <stdint.h>

#include "netconf/settings.h"

struct lyd_node;

#define ENDPOINT_RETRY_S 5u /* between attempts to call a client */

struct endpoint {
	const char *client; /* whom it calls; NULL: it listens */
	enum transport by;
	const char *address;
	uint16_t port;
};

/* Adds to *config; 0, or -1 and one sentence. */
int endpoint_add(const struct endpoint *at, struct lyd_node **config, char *why, size_t size);

#endif

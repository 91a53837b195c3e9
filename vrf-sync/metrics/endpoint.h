// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where metrics are offered, in the words of tenantd.conf: "127.0.0.1:12620",
 * "[2001:db8::1]:12620", or an address alone, with the usual port.  Pure.
 */
#ifndef FRR_TENANT_METRICS_ENDPOINT_H
#define FRR_TENANT_METRICS_ENDPOINT_H

#include "model/model.h"

/* Past the 900 ports that Prometheus's exporters share (9100 to 9999), all of
 * which are taken, and below those that Linux gives out by itself.
 */
#define ENDPOINT_PORT      12620

#define ENDPOINT_TEXT_SIZE (IPNET_TEXT_SIZE + 10)

struct endpoint {
	struct ipnet address; /* unset: nowhere */
	uint16_t port;
};

/* 0, or -EINVAL with a sentence and *endpoint untouched. */
int endpoint_parse(const char *text, struct endpoint *endpoint, struct reason *why);
/* Always with its port; returns buf. */
const char *endpoint_format(const struct endpoint *endpoint, char buf[static ENDPOINT_TEXT_SIZE]);
/* 127.0.0.1 and the usual port. */
struct endpoint endpoint_loopback(void);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the server says of itself: its state (RFC 6022), its streams of notifications (RFC
 * 5277, 3.2.5.1) and its access control (RFC 8341).
 */
#ifndef FRR_TENANT_NETCONF_MONITORING_H
#define FRR_TENANT_NETCONF_MONITORING_H

#include <stdbool.h>

struct lyd_node;

/* Whether the answer to what mgmtd would be asked has it; all: nothing else. */
bool monitoring_is_asked(const char *xpath, bool *all);
/* The containers as they are now, of the caller; NULL where libyang fails. */
struct lyd_node *monitoring_tree(void);
/* Before the first session. */
void monitoring_init(void);

#endif

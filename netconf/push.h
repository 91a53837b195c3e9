// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Brings a change into mgmtd: by way of its candidate, all of it or nothing.
 *
 * mgmtd copies its whole candidate for every message, so what is added and changed
 * goes as one tree for each top-level node; what is deleted must be named one by one.
 */
#ifndef FRR_TENANT_NETCONF_PUSH_H
#define FRR_TENANT_NETCONF_PUSH_H

#include "netconf/frontend.h"

struct lyd_node;

/* changes: as lyd_diff_siblings() gives them.  Locks both stores of mgmtd unless the session
 * has them locked already; where others have, it waits for half a second.  Leaves mgmtd's
 * candidate as it leaves running.  0 or -1 and *why.
 */
int push_changes(struct frontend *mgmtd, const struct lyd_node *changes, enum frontend_commit what,
		 struct frontend_error *why);

#endif

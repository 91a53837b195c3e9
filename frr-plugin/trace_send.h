// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A module tells tenantd that a prefix has passed a stage.
 *
 * News of one turn of the daemon's loop goes out together; while no zebra is
 * there, none does.  Of the default VRF nothing is told: tenants are not there.
 */
#ifndef FRR_TENANT_PLUGIN_TRACE_SEND_H
#define FRR_TENANT_PLUGIN_TRACE_SEND_H

#include "prefix.h"
#include "vrf.h"

#include "trace/trace.h"

struct event_loop;
struct zclient;

/* zclient: where the daemon keeps its own, which may not be there yet. */
void trace_send_init(struct event_loop *loop, struct zclient **zclient);
void trace_send(enum stage stage, vrf_id_t vrf_id, const struct prefix *prefix, bool present);

#endif

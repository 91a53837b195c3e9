// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tenantd as a back end of mgmtd: the YANG module frr-tenant.
 *
 *   mgmtd (with mgmtd_tenant.so) --configuration--> callbacks: record
 *                                                      | once for a transaction
 *                                                      v
 *                                                   finish: settings, configuration source
 *         <--state, RPCs, notifications--           nb_state.c, nb_rpc.c, nb_notify.c
 *
 * Nothing is refused here: what the schema accepts is taken, and a tenant that
 * cannot be is held with a reason.  A refusal would reset the connections of
 * other back ends (FRR 10.7).
 *
 * Without mgmtd, or where it runs without our module, nothing of this happens,
 * and tenantd works by tenantd.conf and its database alone.
 */
#ifndef FRR_TENANT_NORTHBOUND_BACKEND_H
#define FRR_TENANT_NORTHBOUND_BACKEND_H

#include <stdbool.h>
#include <stdint.h>

#include "trace/trace.h"

struct frr_yang_module_info;
struct host_move;
struct operation_row;

#define BACKEND_MODULES 2
extern const struct frr_yang_module_info *const backend_modules[BACKEND_MODULES];

/* Before frr_init(): where the YANG text is. */
void backend_embed(void);
/* After the model and the engine are there. */
void backend_init(void);
void backend_stop(void);
/* mgmtd is there, and tells of each change. */
bool backend_is_up(void);

/* For notifications: the health of a tenant may have changed; a subnet has passed
 * a stage; the database can be read, or no longer.
 */
void backend_health(uint32_t tenant_id);
void backend_stage(uint32_t tenant_id, const struct traced *traced, enum stage stage);
void backend_source(bool readable);
/* Operations on sites that have got on, hosts that have moved (darr); each is one notification. */
void backend_operations(const struct operation_row *rows);
void backend_moves(const struct host_move *moves);

#endif

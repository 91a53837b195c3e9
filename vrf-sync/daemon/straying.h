// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What VRFs of tenants hold, or lack, and should not (stray/stray.h): found, told, cleared.
 *
 *   straying.c        what events say of it, the log, removing
 *   straying_sweep.c  every tenant's table read again, slowly
 *   straying_show.c   for people: sentences, show tenant, tenantd.conf
 */
#ifndef FRR_TENANT_DAEMON_STRAYING_H
#define FRR_TENANT_DAEMON_STRAYING_H

#include "stray/stray.h"

struct json_object;
struct kernel_route;
struct traced;
struct vty;

void straying_init(void);
void straying_stop(void);

/* ---- what happens ---- */

/* Of these tenants (darr) the model says something new. */
void straying_loaded(const uint32_t *touched);
/* A route came into the table of a tenant's VRF, or went. */
void straying_route(uint32_t tenant_id, const struct kernel_route *route, bool present);
/* A subnet came by OSPF, or left it, or entered or left the VPN. */
void straying_stage(uint32_t tenant_id, const struct traced *traced);
/* engine.h: what bgpd really lacks (darr); NULL: nothing. */
void straying_unexported(uint32_t tenant_id, const struct ipnet *nets);
/* The guard in zebra found a route that joins tenants, or finds it no more; from: RD number of
 * whose it is, or 0.
 */
void straying_crossing(const struct stray *key, uint32_t from, bool present);
/* Another guard: what the last one told counts no more. */
void straying_crossings_gone(void);
/* What bgpd does not export is brought back (as at the start), or only told of. */
void straying_repair(bool repair);
/* Routes without an owner are removed, or (as at the start) only told of. */
void straying_remove(bool remove);

/* ---- the sweep's ---- */

/* A route that a sweep found; and all of a tenant's routes have been found. */
void straying_swept(uint32_t tenant_id, const struct kernel_route *route);
void straying_sweep_begins(uint32_t tenant_id);
void straying_sweep_ended(uint32_t tenant_id);
/* This node has nothing of the tenant any more. */
void straying_forget(uint32_t tenant_id);
/* Asks bgpd again where it lacked something.  Who tries to repair what three attempts have not
 * helped types without end.
 */
void straying_recheck(uint32_t tenant_id, bool repair);
/* Says how many more there were than the log was told of. */
void straying_sum_up(void);
/* The first tenant after this one that has any; 0: none. */
uint32_t straying_next_tenant(uint32_t tenant_id);
void straying_sweep_init(void);
void straying_sweep_stop(void);

/* ---- what is known ---- */

/* The tenant's alarms; NULL starts, NULL ends. */
const struct stray *straying_of_tenant(uint32_t tenant_id, const struct stray *prev);
uint64_t straying_count(enum stray_kind kind);
/* One sentence with a witness. */
#define STRAY_SENTENCE_SIZE 400
const char *straying_sentence(const struct stray *stray, char buf[static STRAY_SENTENCE_SIZE]);
/* Lines of "show tenant" and "show tenant NAME". */
void straying_show_node(struct vty *vty);
void straying_show_tenant(struct vty *vty, uint32_t tenant_id);
/* An array. */
struct json_object *straying_json(uint32_t tenant_id);
void straying_show_init(void);

#endif

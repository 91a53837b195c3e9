// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tenantd: what its parts share.
 *
 *   tenant database --source--> intake --> model --> engine --> kernel, FRR
 *                                                       |
 *                      vty: show tenant ... <-----------+-----> status rows
 *
 *   main.c     wiring: options, privileges, signals
 *   config.c   tenantd.conf: node name and database
 *   intake.c   judges what a source hands in, and commits it to the model
 *   zebra.c    what zebra knows of VRFs and interfaces
 *   revive.c   when zebra was restarted alone
 *   tracing.c  when each subnet passed which stage
 *   status.c   this node's rows in the database's status tables
 *   metrics.c  metrics for Prometheus; metrics_server.c offers them
 *   show.c     show tenant ...
 */
#ifndef FRR_TENANT_DAEMON_TENANTD_H
#define FRR_TENANT_DAEMON_TENANTD_H

#include "model/model.h"

struct event_loop;
struct exposition;
struct trace_totals;
struct engine;
struct sqlite3;
struct vty;
struct kernel;
struct source;

struct tenantd {
	struct event_loop *loop;
	struct model *model;
	struct engine *engine;
	struct kernel *kernel;
	struct source *source; /* NULL until one is configured */

	/* tenantd.conf */
	char *node;
	char *database;

	struct reason source_problem; /* "" when the database can be read */
	struct reason held;           /* why the newest load is not in force; "" */
};

extern struct tenantd tenantd;

/* config.c */
void config_init(void);
void config_stop(void);
/* main.c: (re)starts what the configuration says, once it is complete. */
void tenantd_configured(void);
/* intake.c */
void intake_start(void);
void intake_stop(void);
/* zebra.c */
bool zebra_knows_vrf(const char *name, uint32_t table);
bool zebra_knows_interface(const char *ifname, const char *vrf_name);
void zebra_init(void);
void zebra_stop(void);
/* revive.c */
void revive_init(void);
void revive_stop(void);
/* tracing.c; times are microseconds, noticed monotonic, written since 1970 (0: at
 * start, when nobody knows).
 */
void tracing_loaded(const uint32_t *touched, int64_t written, int64_t noticed);
void tracing_planned(uint32_t tenant_id);
void tracing_route(uint32_t tenant_id, const struct ipnet *net, uint8_t protocol, bool present);
/* Puts what is new into the database's subnet_trace. */
void tracing_write(struct sqlite3 *sqlite);
/* prefix: only this one, or NULL.  A status of command.h. */
int tracing_show(struct vty *vty, uint32_t tenant_id, const char *prefix, bool json);
/* NULL before the first load. */
const struct trace_totals *tracing_totals(void);
void tracing_stop(void);
/* status.c: something worth telling has changed; written soon, at most once a second. */
void status_changed(void);
void status_stop(void);
/* metrics.c: all that is known now, for metrics_server.c; lines of tenantd.conf; a line of
 * "show tenant".
 */
void metrics_collect(struct exposition *out);
void metrics_show(struct vty *vty);
void metrics_init(void);
/* show.c */
void show_init(void);

#endif

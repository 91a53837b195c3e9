// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tenantd: what its parts share.
 *
 *   tenant database --source--.
 *                              +--> intake --> model --> engine --> kernel, FRR
 *   mgmtd --northbound--source-'                            |
 *                          vty: show tenant ... <-----------+-----> status rows
 *
 *   main.c     wiring: options, privileges, signals
 *   config.c   tenantd.conf: node name and database
 *   intake.c   judges what the sources hand in, and commits it to the model
 *   release.c  holds what would withdraw too much, until it is released
 *   verdict.c  holds a tenant whose plan would mix it with another
 *   zebra.c    what zebra knows of VRFs and interfaces
 *   revive.c   when zebra was restarted alone
 *   tracing.c  when each subnet passed which stage
 *   guarding.c what the guard in zebra is told, and tells
 *   straying.c what VRFs hold, or lack, and should not; straying_sweep.c, straying_show.c
 *   hosting.c  hosts that are seen here, told to the database
 *   leaving.c  whether what leaves this site has left it
 *   operating.c  operations on sites: which there are, told when they get on
 *   moving.c   hosts that are elsewhere now, told
 *   pace.c     how often that is told
 *   status.c   this node's rows in the database's status tables
 *   deadline.c takes changes back that nobody confirmed in time
 *   metrics.c  metrics for Prometheus; metrics_server.c offers them
 *   show.c     show tenant ...; show_site.c
 */
#ifndef FRR_TENANT_DAEMON_TENANTD_H
#define FRR_TENANT_DAEMON_TENANTD_H

#include "model/model.h"
#include "plan/statement.h"

struct brake_limits;
struct event_loop;
struct exposition;
struct trace_totals;
struct db;
struct engine;
struct engine_stats;
struct engine_tenant;
struct op;
struct operation_row;
struct traced;
struct vty;
struct kernel;
struct kernel_route;
struct lyd_node;
struct notes;
struct source;

struct tenantd {
	struct event_loop *loop;
	struct model *model;
	struct engine *engine;
	struct kernel *kernel;
	struct source *source;        /* the database; NULL until one is configured */
	struct source *configuration; /* what mgmtd has of tenants */
	bool configured;              /* it has anything */

	/* tenantd.conf, or the configuration in mgmtd */
	char *node;
	char *database; /* "sqlite /var/lib/frr-tenant/tenants.db"; NULL: none */
	const struct source_kind *database_kind;

	struct reason source_problem; /* "" when the sources can be read */
	struct reason held;           /* why the newest load is not in force; "" */
};

extern struct tenantd tenantd;

/* config.c */
void config_init(void);
void config_stop(void);
/* main.c: (re)starts what the configuration says, once it is complete. */
void tenantd_configured(void);
/* The node this is; NULL before the first load, or where no source has it. */
const struct node *tenantd_own_node(void);
/* Reads all sources, the kernel and the daemons again. */
void tenantd_reread(void);
/* False, and one sentence, where another is in force already: both are read once. */
bool config_set_node(const char *name, struct reason *why);
bool config_set_database(const struct source_kind *kind, const char *location, struct reason *why);
/* Where the database is, in the words of its kind; there must be one. */
const char *config_location(void);
/* intake.c; tree: where the configuration is (source.h). */
void intake_init(const struct lyd_node *(*tree)(void *arg));
/* Reads the sources that are there now. */
void intake_start(void);
void intake_stop(void);
/* Of the configuration, or of the database: how many tenants in force are from there, and
 * whether its newest state is not in force because it lost all of them at once.
 */
size_t intake_tenants(bool configured);
bool intake_holds(bool configured);
/* A source that has no tenants any more and had more than this changes nothing.  Takes back what
 * another number held.
 */
#define INTAKE_TENANTS_GONE 1
void intake_set_guard(uint32_t tenants_gone);
/* release.c; what may be withdrawn at once, from now on */
void release_set_limits(const struct brake_limits *limits);
/* Everything that is held for withdrawing too much is meant: reads the sources again, without a
 * brake.
 */
void release_all(void);
/* Of the configuration, or of the database: whoever made the load said that it may withdraw as
 * much as it does.
 */
bool release_is_meant(const struct load *load, bool configured);
/* Holds in the load what would withdraw too much; the same answer, which is good once where it
 * came by release_all().
 */
bool release_judge(struct load *load, bool configured);
/* A load is in force.  A fresh start cannot compare prefixes, but VRFs: too many that nobody
 * knows stay, until another source knows them, or they are released.
 */
void release_judge_strangers(bool meant);
/* verdict.c: judges what the model would be made of, before the engine plans it.  Appends to
 * *touched whom nothing holds any more.
 */
void verdict_judge(uint32_t **touched);
/* Why the tenant must stay as it is; NULL: it need not. */
const char *verdict_of(uint32_t tenant_id);
void verdict_stop(void);
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
void tracing_route(uint32_t tenant_id, const struct kernel_route *route, bool present);
/* Puts what is new into the database's subnet_trace. */
void tracing_write(struct notes *notes);
/* prefix: only this one, or NULL.  A status of command.h. */
int tracing_show(struct vty *vty, uint32_t tenant_id, const char *prefix, bool json);
/* NULL before the first load. */
const struct trace_totals *tracing_totals(void);
void tracing_stop(void);
/* guarding.c: these have changed; a tenant's plan was made. */
void guarding_loaded(const uint32_t *touched);
void guarding_planned(uint32_t tenant_id);
void guarding_init(void);
void guarding_stop(void);
/* hosting.c: a tenant's plan was made. */
void hosting_planned(uint32_t tenant_id);
void hosting_init(void);
void hosting_stop(void);
/* translating.c: the first tenant whose addresses must stay as they are on a node that translates;
 * NULL: none
 */
const struct tenant *translating_wrongly(void);
void translating_init(void);
void translating_stop(void);
/* leaving.c: these have changed. */
void leaving_loaded(const uint32_t *touched);
/* Somebody moves a switch, and waits for what nodes say. */
bool leaving_any(void);
/* As far as this node goes, what leaves its site has left it. */
bool leaving_is_over(void);
void leaving_stop(void);
/* operating.c: what there is now (darr, by id); anew: what there was is another database's. */
void operating_loaded(const struct operation_row *list, bool anew);
/* All that are not over, and of tenants without one the newest that ended while tenantd ran
 * (darr, each of another tenant); good until the next event.
 */
const struct operation_row *operating_list(void);
/* The one of a tenant; NULL: none. */
const struct operation_row *operating_of_tenant(uint32_t tenant_id);
/* Its tenant is served by this node. */
bool operating_is_here(const struct operation_row *row);
/* "operation 7, failover of acme from dc1 to dc2, planned"; returns buf. */
#define OPERATING_TEXT_SIZE 320
const char *operating_text(const struct operation_row *row, char buf[static OPERATING_TEXT_SIZE]);
/* Name of a site; "" where there is none. */
const char *operating_site(uint32_t site_id);
void operating_stop(void);
/* A host that is at another site now. */
struct host_move {
	struct ipnet address;
	char tenant[TENANT_NAME_MAX + 1];
	char from[TENANT_NAME_MAX + 1], to[TENANT_NAME_MAX + 1]; /* sites */
	char seen_by[TENANT_NAME_MAX + 1];                       /* node; "": somebody wrote it */
};
/* moving.c: what the model is about to take in. */
void moving_judge(const struct load *load);
void moving_stop(void);
/* status.c: something worth telling has changed; written a second later. */
void status_changed(void);
/* The same, at once where that is not too often: a revision may be in force. */
void status_settled(void);
void status_stop(void);
/* What a node has to say, into whatever the database is, now or when a server has time: done()
 * comes once, at once with a file.  0, or -EBUSY or -EIO where nothing was written.  The notes
 * stay the caller's, and are not to change before that.
 */
void status_write(struct notes *notes, void (*done)(void *arg, int ret), void *arg);
/* The database, open to be written without ever waiting for a lock; it stays status.c's, and is
 * good until the next event.  NULL with a sentence, also where it is no SQLite file.
 */
struct db *status_database(struct reason *why);
/* deadline.c: the database has changed; whether a change waits is looked at soon. */
void deadline_look(void);
void deadline_stop(void);
/* metrics.c: all that is known now, for metrics_server.c; lines of tenantd.conf; a line of
 * "show tenant".
 */
void metrics_collect(struct exposition *out);
void metrics_show(struct vty *vty);
void metrics_init(void);
/* NULL: not traced; in order of prefixes, good until the next event. */
const struct traced *tracing_of_tenant(uint32_t tenant_id, size_t *count);
/* show.c */
void show_init(void);
/* The engine's view of one tenant: by its VRF, or by its name. */
bool show_find_tenant(const char *name, struct engine_tenant *found);
/* Says so; the status of a command. */
int show_no_such_tenant(struct vty *vty, const char *name);
/* What an operation does, in the words of its target. */
const char *show_op_text(const struct op *op, char buf[static STATEMENT_SIZE]);
/* What is wrong with the node as a whole; NULL when nothing is. */
const char *show_node_problem(const struct engine_stats *stats);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Bringing one node in step with the model.
 *
 *        model, touched tenants            kernel       ospfd bgpd mgmtd
 *                  |                          ^               ^
 *                  v                          | netlink       | vty
 *   engine: validate -> plan -> diff -> batch of steps -------'
 *                  ^                |
 *                  '-- what is there, read from kernel and daemons
 *
 * The engine keeps, for every VRF, what is in place and what should be.  A
 * change makes tenants dirty; the next batch takes all dirty ones through the
 * same steps: removals from the latest phase to the earliest, then additions
 * from the earliest to the latest, waiting in between until zebra has seen a
 * VRF come or go.  One batch at a time; what gets dirty meanwhile is in the
 * next, in its newest state.
 *
 * A tenant that fails keeps its reason and is tried again with back-off; the
 * others of its batch go on.  When a daemon comes back, what it holds is read
 * and compared, and only the difference is put back.
 */
#ifndef FRR_TENANT_APPLY_ENGINE_H
#define FRR_TENANT_APPLY_ENGINE_H

#include "histogram.h"
#include "model/model.h"
#include "plan/diff.h"

struct event_loop;
struct engine;
struct kernel;
struct kernel_route;

enum health {
	HEALTH_OK,
	HEALTH_WAITING, /* for a daemon, or to be compared with what is in place */
	HEALTH_FAILED,
	HEALTH_COUNT
};
extern const char *const health_names[];

/* What the engine asks of the daemon around it. */
struct engine_host {
	/* what zebra has told us, which the engine waits for */
	bool (*knows_vrf)(const char *vrf, uint32_t table);
	bool (*knows_interface)(const char *ifname, const char *vrf);
	/* why the tenant must be held as it is, whatever its rows say; NULL: it need not */
	const char *(*refused)(uint32_t tenant_id);
	/* the tenant's plan is that of the newest model */
	void (*planned)(uint32_t tenant_id);
	/* a route came into the table of the tenant's VRF, or went */
	void (*route)(uint32_t tenant_id, const struct kernel_route *route, bool present);
	/* bgpd was asked whether it exports what the tenant's VRF has: these it lacks, and they
	 * are not brought back (darr); NULL: none
	 */
	void (*unexported)(uint32_t tenant_id, const struct ipnet *nets);
	/* the tenant's health may be another */
	void (*health)(uint32_t tenant_id);
	/* a batch has ended: health and revision may have changed */
	void (*settled)(void);
};

struct engine *engine_new(struct event_loop *loop, struct kernel *kernel,
			  const struct engine_host *host);
void engine_free(struct engine *engine);

/* Begins to talk to FRR's daemons, and reads what is in place. */
void engine_start(struct engine *engine, const char *node);

/* The model has changed: touched (darr, freed here) are the tenants to plan
 * again.  The model stays the caller's and must outlive the engine.
 * noticed: when the change was seen, in microseconds of monotonic time.
 */
void engine_model_changed(struct engine *engine, const struct model *model, uint32_t *touched,
			  int64_t noticed);
/* zebra has said something about a VRF or an interface; of use only while the
 * engine waits for that.
 */
bool engine_awaits_zebra(const struct engine *engine);
void engine_zebra_changed(struct engine *engine);
/* Instances of the daemon lost their ties to a zebra that went at `gone`
 * (microseconds of monotonic time): makes each of them anew, unless the daemon
 * came up later than that.
 */
void engine_revive(struct engine *engine, enum target target, int64_t gone);
/* VRFs of ours that the model has never known stay as they are from now on, until
 * no reason is left for it.
 */
enum stranger_reason {
	STRANGERS_UNHEARD = 1 << 0, /* a source that has not been heard yet may know them */
	STRANGERS_MANY = 1 << 1,    /* they are so many that it is no order */
};
void engine_hold_strangers(struct engine *engine, enum stranger_reason why);
void engine_release_strangers(struct engine *engine, enum stranger_reason why);
/* What others change in FRR's daemons is put right (as at the start), or only told of. */
void engine_repair_drift(struct engine *engine, bool repair);
/* What bgpd does not export is brought back (as at the start), or only told of. */
void engine_repair_exports(struct engine *engine, bool repair);
/* Asks zebra and bgpd whether all is exported that should be, brings back what is not (unless
 * that is not wanted, here or at all), and tells the host; of a tenant whose VRF exports
 * nothing, or while bgpd is away, nothing is told.
 */
void engine_check_export(struct engine *engine, uint32_t tenant_id, bool repair);
/* Reads everything again and compares. */
void engine_resync(struct engine *engine);

/* ---- what it knows, for those who show it ---- */

struct engine_tenant {
	const char *vrf;    /* "" for the node's own part */
	uint32_t tenant_id; /* 0: the database no longer knows it */
	enum health health;
	const char *reason;            /* "" when ok */
	size_t have_count, want_count; /* objects in place, and that should be */
	uint64_t changes;              /* operations done */
	int64_t applied;               /* when the last batch ended, us monotonic; 0: never */
	int64_t took;                  /* us from noticing the change to its end */
};

/* In no order; false from each() ends the walk. */
void engine_each(const struct engine *engine,
		 bool (*each)(void *arg, const struct engine_tenant *tenant), void *arg);

/* The same for those whose health or reason may have changed since it was last
 * called; each is told of once.
 */
void engine_each_new(struct engine *engine,
		     bool (*each)(void *arg, const struct engine_tenant *tenant), void *arg);
void engine_all_is_new(struct engine *engine);
/* The one with this VRF, or of this tenant; false where there is none. */
bool engine_find(const struct engine *engine, const char *vrf, struct engine_tenant *tenant);
bool engine_find_tenant(const struct engine *engine, uint32_t id, struct engine_tenant *tenant);
/* Whose VRF it is; 0: no tenant's. */
uint32_t engine_tenant_of(const struct engine *engine, const char *vrf);
/* All that is still to be done, VRF by VRF, where it is known already: not before what
 * is in place has been read.
 */
void engine_pending(struct engine *engine,
		    void (*each)(void *arg, const char *vrf, const struct op *op), void *arg);

enum engine_module {
	MODULE_UNKNOWN, /* there is none for it, or it has not been asked yet */
	MODULE_ABSENT,
	MODULE_LOADED,
};
/* Whose module stands in module[target]: the target's, and of the kernel zebra's. */
const char *engine_module_daemon(enum target target);

/* What was put right without a change of the database. */
enum engine_repair {
	REPAIR_EXPORT,        /* what bgpd held and did not export */
	REPAIR_LATE_NEIGHBOR, /* an edge's translations, sent again */
	REPAIR_KERNEL,        /* an object of ours that somebody else changed or took away */
	REPAIR_CONFIGURATION, /* a VRF's statements in a daemon that somebody else changed */
	REPAIR_REVIVED,       /* a VRF's instances, after zebra alone was restarted */
	REPAIR_STRAY,         /* a route that nobody of ours put there, removed */
	REPAIR_COUNT
};

/* Counts one that was done outside the engine. */
void engine_count_repair(struct engine *engine, enum engine_repair repair);

struct engine_stats {
	uint64_t batches, added, updated, deleted, failed;
	unsigned int tenants, tenants_failed;
	uint64_t revision;         /* of the database, applied as far as it can be */
	int64_t last_us;           /* the last batch, from noticing the change */
	bool busy;                 /* a batch is under way or waits to begin */
	const char *problem;       /* with the node itself; NULL: none */
	bool up[TARGET_COUNT];     /* which daemons answer */
	bool needed[TARGET_COUNT]; /* which have anything to hold */
	enum engine_module
		module[TARGET_COUNT]; /* whether it ran with ours when it came up last */
	uint64_t repairs[REPAIR_COUNT];
	uint64_t refused[TARGET_COUNT];   /* statements, and operations of the kernel */
	uint64_t connected[TARGET_COUNT]; /* times the daemon was found to be up */
	struct histogram took;            /* changes, from noticing them to their end */
};
void engine_stats(const struct engine *engine, struct engine_stats *stats);

/* How things stand now; a walk over the tenants of this node. */
struct engine_levels {
	unsigned int tenants[HEALTH_COUNT];
	unsigned int pending; /* VRFs, and the node's own part, that wait for their turn */
	int64_t oldest;       /* change not in place yet, of tenants that have not failed:
			       * when it was noticed, us monotonic; 0: none */
};
void engine_levels(const struct engine *engine, struct engine_levels *levels);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Operations on sites: a tenant goes over to another site, and comes back.
 *
 *	failover.c, edge.c --> rehearse.c ---------> runner.c
 *	what is asked          judged, tried, shown  writes a phase, waits until the nodes are in
 *	                         |          |        step, then the next
 *	                         v          v          |             |
 *	                   readiness.c    phase.c <----'             v
 *	                   may it begin?  a phase's rows        operation.c
 *	                                                        how far it is
 *
 * Each phase is one transaction of its own, and in it stands, too, how far the
 * operation is: a runner that dies leaves rows that say where to go on.  No node
 * gets an order: it follows from the rows what is at its site.
 *
 * An operation on a site is one of all its tenants, and its rows are the site's
 * (evacuation.c, readiness_site.c).
 *
 * Who resumes an operation counts operation.runner up; the one before finds that
 * at its next transaction, and stops.
 */
#ifndef FRR_TENANT_CTL_OPERATION_H
#define FRR_TENANT_CTL_OPERATION_H

#include "ctl/ctl.h"

struct json_object;

enum operation_kind {
	OPERATION_FAILOVER,
	OPERATION_FAILBACK,
	OPERATION_REPROTECT,
	OPERATION_BUBBLE,
	OPERATION_EVACUATE, /* these are of a site, and have no tenant */
	OPERATION_RESTORE,
};
#define OPERATION_KIND_COUNT 6
extern const char *const operation_kind_names[OPERATION_KIND_COUNT];

enum operation_mode {
	OPERATION_PLANNED,  /* both sites are there: the old one gives up first */
	OPERATION_DISASTER, /* nobody asks the old site */
	OPERATION_PARTIAL,  /* single hosts */
};
#define OPERATION_MODE_COUNT 3
extern const char *const operation_mode_names[OPERATION_MODE_COUNT];

#define OPERATION_WAIT_S    10
#define OPERATION_HOOK_SIZE 256
#define OPERATION_HOSTS_MAX 64

struct operation {
	int64_t id; /* 0: it has not begun */
	enum operation_kind kind;
	enum operation_mode mode;
	int64_t tenant_id, from_id, to_id;
	char tenant[TENANT_NAME_MAX + 1], from[TENANT_NAME_MAX + 1], to[TENANT_NAME_MAX + 1];
	char *hosts; /* of a partial one: with ',' in between; else NULL */
	char state[16], step[16];
	char hook[OPERATION_HOOK_SIZE]; /* "": none */
	int64_t wait;                   /* seconds */
	int64_t runner;
	bool stay; /* what cannot go stays where it is; it matters only until it begins */
};
bool operation_is_of_site(const struct operation *operation);
/* Whose it is: the name of the tenant, or of the site; and the latter's id. */
const char *operation_whose(const struct operation *operation);
int64_t operation_site(const struct operation *operation);
void operation_fini(struct operation *operation);
void operation_set_hosts(struct operation *operation, const char *hosts);

/* "failover of acme from dc1 to dc2, planned"; returns buf. */
#define OPERATION_TEXT_SIZE 256
const char *operation_text(const struct operation *operation,
			   char buf[static OPERATION_TEXT_SIZE]);

/* ---- its rows (operation.c); 0, or -1 with a sentence ---- */

/* The row of an operation that begins: sets id and runner.  Within a transaction. */
int operation_insert(struct ctl *ctl, struct operation *operation);
/* By what was typed. */
int operation_find(struct ctl *ctl, const char *number, struct operation *operation);
/* The newest that went through and moved the tenant's switches or hosts: 1, 0, or -1. */
int operation_newest(struct ctl *ctl, int64_t tenant_id, struct operation *operation);
/* Within a transaction: it is still ours to run. */
int operation_check(struct ctl *ctl, const struct operation *operation);
/* The same, and from now on it is. */
int operation_take_over(struct ctl *ctl, struct operation *operation);
/* It has ended; why: NULL, or why it failed. */
int operation_end(struct ctl *ctl, const struct operation *operation, const char *state,
		  const char *why);
int64_t operation_now(void); /* ms since 1970 */

/* ---- phases (phase.c) ---- */

struct phase {
	const char *name;
	const char *standing; /* where the tenant is when it stays in it: of from, to */
	bool old_site;        /* whose nodes are waited for: of the site it leaves */
	int (*write)(struct ctl *ctl, const struct operation *operation);
};
#define PHASES_MAX 2
/* How many, in their order. */
unsigned int phases_of(const struct operation *operation, const struct phase *phases[PHASES_MAX]);

/* Where the tenant's switches are that would go: 1, 0 where there is nothing to move to that
 * site, -1 with a sentence where they are at several and from is 0.
 */
int phase_source(struct ctl *ctl, int64_t tenant_id, int64_t to_id, int64_t *from_id);
/* A failover from there to there would move something of the tenant: 1, 0, or -1. */
int phase_moves(struct ctl *ctl, int64_t tenant_id, int64_t from_id, int64_t to_id);

/* ---- those of a site (evacuation.c) ---- */

extern const struct phase evacuation_leaving, evacuation_evacuated, evacuation_active;
/* A node that is waited for, and is not in step or has a tenant not well: 1, 0, or -1. */
int evacuation_late(struct ctl *ctl, const struct operation *operation, const struct phase *phase,
		    int64_t seq, char *node, size_t size);

/* ---- readiness (readiness.c) ---- */

struct readiness {
	char what[96];
	struct reason why; /* "": it is */
};
/* Appends all that is to be so before it begins (darr).  0, or -1 with a sentence. */
int readiness_of(struct ctl *ctl, const struct model *model, const struct operation *operation,
		 struct readiness **list);
/* One at a time: 1 with a sentence where another runs, or has failed and stands; 0, or -1. */
int readiness_alone(struct ctl *ctl, const struct operation *operation, struct reason *why);
/* 0 where all of it is so; else -1 with the first sentence. */
int readiness_judge(struct ctl *ctl, const struct model *model, const struct operation *operation);

/* ---- before it begins (rehearse.c); 0, or -1 with a sentence ---- */

/* Judges, tries all phases, and writes its row; nothing is changed where it is refused. */
int operation_begin(struct ctl *ctl, struct operation *operation);
/* Many of one kind and mode; those that are refused have a sentence in their whys[]. */
void operations_begin(struct ctl *ctl, struct operation *operations, unsigned int count,
		      struct reason *whys);
/* Whether an operation on a site would be taken, and with it, before it, these of its tenants. */
int operations_try(struct ctl *ctl, const struct operation *site, struct operation *operations,
		   unsigned int count);
/* Says of each what is ready and what is not; -1 where anything is not. */
int operations_check(struct ctl *ctl, const struct operation *operations, unsigned int count);
/* Shows the rows that each phase would write, and what nodes would do. */
int operations_rehearse(struct ctl *ctl, const struct operation *operations, unsigned int count);

/* ---- its command (failover.c); 0, or -1 with a sentence ---- */

/* clang-format off */
#define OPERATION_OPTIONS \
	{ "check", OPT_FLAG, 0, NULL, NULL, "only say whether it could be done" }, \
	{ "dry-run", OPT_FLAG, 0, NULL, NULL, \
	  "only show what would be written, and what each node would do" }, \
	{ "wait", OPT_NUMBER, 0, NULL, "SECONDS", "for nodes, in each step; default 10", 1, \
	  3600 }, \
	{ "hook", OPT_TEXT, 0, NULL, "PROGRAM", \
	  "run before and after each step; one that fails before it ends the operation" }, \
	{}
/* clang-format on */

struct args;
int operation_take_options(struct ctl *ctl, const struct args *args, struct operation *operation);
/* By its name; none that is a test bubble. */
int operation_take_tenant(struct ctl *ctl, const char *name, struct operation *operation);

/* What is asked for, of one tenant: all but its row. */
typedef int (*operation_ask)(struct ctl *ctl, const struct args *args, const char *tenant,
			     struct operation *operation);
/* Checks, shows or runs what is asked for. */
int operation_command(struct ctl *ctl, const struct args *args, operation_ask ask);

/* ---- test bubbles (bubble.c) ---- */

/* "acme.test", as the tenant is called that is its bubble; returns buf. */
#define BUBBLE_NAME_SIZE (TENANT_NAME_MAX + 8)
const char *bubble_name(const char *tenant, char buf[static BUBBLE_NAME_SIZE]);
/* The rows of one. */
int bubble_write(struct ctl *ctl, const struct operation *operation);

/* ---- running it (runner.c) ---- */

/* All of them side by side, until each has ended: how many failed.  Says of each how it
 * went, and how long each step took, and appends the same to rows; ctl->why is the first
 * that failed.
 */
unsigned int operations_run(struct ctl *ctl, struct operation *operations, unsigned int count,
			    struct json_object *rows);
/* The same of one; 0, or -1. */
int operation_run(struct ctl *ctl, struct operation *operation);

#endif

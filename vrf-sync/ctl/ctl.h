// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What all of tenantctl shares: one run on one database.
 *
 * Functions that can refuse return 0 or -1, and have then put one plain
 * sentence into ctl->why: what is wrong, where, and what to do.  main() alone
 * prints it.
 */
#ifndef FRR_TENANT_CTL_CTL_H
#define FRR_TENANT_CTL_CTL_H

#include <stdbool.h>
#include <stdint.h>

#include "source/db.h"

struct copy;
struct pg;

#define CTL_DEFAULT_PATH "/var/lib/frr-tenant/tenants.db"

enum exit_code { EXIT_DONE = 0, EXIT_REFUSED = 1, EXIT_USAGE = 2 };

struct ctl {
	const char *path; /* as it was given: a password may be in it */
	const char *name; /* of the database, for sentences */
	bool json;
	bool meant;         /* it may withdraw as much as it does: plan/brake.h */
	const char *change; /* the draft that --change or $TENANT_CHANGE names; NULL: none */
	const struct engine *engine;
	struct db *db;      /* NULL where the command needs none */
	struct pg *pg;      /* the same of PostgreSQL */
	struct copy *copy;  /* NULL, or db is a copy of pg (copy.h) */
	int64_t deadline;   /* of the change that the command leaves to be confirmed; 0: none */
	struct reason told; /* what the command has done, for main() to print once that counts */
	struct reason why;
};

struct args;
struct engine;
struct option_info;

/* What a command does to the database. */
enum access {
	ACCESS_NONE, /* opens nothing */
	ACCESS_READ,
	ACCESS_WRITE,     /* runs in a transaction that is judged before it counts */
	ACCESS_DRAFT,     /* runs in a transaction, on the rows of drafts */
	ACCESS_OPERATION, /* takes several transactions, and waits for nodes in between */
};

struct command {
	const char *verb;
	const char *object;                /* NULL: the verb stands alone */
	const char *names;                 /* "TENANT NAME [PREFIX]" */
	const struct option_info *options; /* ends with a row without name; may be NULL */
	const char *summary;               /* one sentence, without its full stop */
	const char *example;
	enum access access;
	bool any_engine; /* it reads rows by struct store, and needs no copy of a server */
	bool reads_file; /* its first name is that of a file */
	int (*run)(struct ctl *ctl, const struct args *args);
};

/* Each table ends with a row without verb. */
extern const struct command init_commands[];
extern const struct command site_commands[];
extern const struct command bundle_commands[];
extern const struct command domain_commands[];
extern const struct command node_commands[];
extern const struct command wire_commands[];
extern const struct command tenant_commands[];
extern const struct command switch_commands[];
extern const struct command prefixes_commands[];
extern const struct command host_commands[];
extern const struct command public_commands[];
extern const struct command map_commands[];
extern const struct command link_commands[];
extern const struct command leak_commands[];
extern const struct command circuit_commands[];
extern const struct command provider_commands[];
extern const struct command status_commands[];
extern const struct command plan_commands[];
extern const struct command check_commands[];
extern const struct command release_commands[];
extern const struct command trace_commands[];
extern const struct command graph_commands[];
extern const struct command draft_commands[];
extern const struct command failover_commands[];
extern const struct command operation_commands[];
extern const struct command bubble_commands[];
extern const struct command edge_commands[];
extern const struct command export_commands[];
extern const struct command import_commands[];

/* All of them, one after the other: NULL starts, NULL ends. */
const struct command *command_next(const struct command *command);

#endif

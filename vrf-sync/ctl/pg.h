// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A connection to a PostgreSQL server, for a command that waits for it (the daemon
 * has source/pgsql.h, which does not).
 */
#ifndef FRR_TENANT_CTL_PG_H
#define FRR_TENANT_CTL_PG_H

#include <libpq-fe.h>

#include "ctl/ctl.h"

/* The newest revision, as SQL: change_seq has it when a transaction has been committed, within one
 * the log does.
 */
#define PG_REVISION                              \
	"greatest((SELECT seq FROM change_seq)," \
	" (SELECT seq FROM change_log ORDER BY seq DESC LIMIT 1))"

struct pg {
	PGconn *conn;
	char name[160]; /* "db1/tenants": no user, no password */
};

/* Whatever server ctl->path names.  NULL with a sentence. */
PGconn *pg_connect(struct ctl *ctl);
/* A tenant database there, of a schema that we know.  NULL with a sentence. */
struct pg *pg_open(struct ctl *ctl);
void pg_close(struct pg *pg);

/* NULL with a sentence in *why; the caller's to clear. */
PGresult *pg_ask(struct pg *pg, const char *sql, const char *const *values, unsigned int count,
		 struct reason *why);
/* Statements without values.  0, or -1 with a sentence. */
int pg_run(struct ctl *ctl, struct pg *pg, const char *sql);
/* The first column of the first row; *value stays where there is none.  0, or -1. */
int pg_number(struct ctl *ctl, struct pg *pg, const char *sql, int64_t *value);

/* What the server, or libpq, says of a result that did not work, as the one sentence. */
void pg_say(struct pg *pg, const PGresult *result, struct reason *why);
bool pg_worked(const PGresult *result);
/* The length of the first line of what libpq or the server says. */
int pg_first_line(const char *said);

#endif

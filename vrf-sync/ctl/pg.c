// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A connection to a PostgreSQL server, for a command that waits for it.
 */
#include <zebra.h>

#include <stdlib.h>
#include <string.h>

#include "memory.h"

#include "ctl/engine.h"
#include "ctl/pg.h"
#include "source/pgsql_uri.h"

DECLARE_MGROUP(TENANT_CTL);
DEFINE_MTYPE_STATIC(TENANT_CTL, PG, "PostgreSQL server");

#define CONNECT_SECONDS "10"

int pg_first_line(const char *said)
{
	return (int)strcspn(said, "\n");
}

PGconn *pg_connect(struct ctl *ctl)
{
	const char *const names[] = { "connect_timeout", "application_name", "client_encoding",
				      "dbname", NULL };
	const char *const values[] = { CONNECT_SECONDS, "tenantctl", "UTF8", ctl->path, NULL };
	PGconn *conn;
	const char *said;

	if (!pgsql_check(ctl->path, &ctl->why))
		return NULL;
	conn = PQconnectdbParams(names, values, 1);
	if (PQstatus(conn) == CONNECTION_OK)
		return conn;
	said = PQerrorMessage(conn);
	reason_set(&ctl->why, "cannot connect: %.*s%s", pg_first_line(said), said,
		   PQconnectionNeedsPassword(conn)
			   ? "; put the password into ~/.pgpass or $PGPASSWORD"
			   : "");
	PQfinish(conn);
	return NULL;
}

bool pg_worked(const PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);

	return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

/* ---- a tenant database ---- */

/* "database db1/tenants", without users and passwords. */
static void describe(struct pg *pg)
{
	const char *host = PQhost(pg->conn);

	snprintf(pg->name, sizeof(pg->name), "%s/%s", host && *host ? host : "localhost",
		 PQdb(pg->conn));
}

static void say_nothing(void *arg, const char *notice)
{
}

static int check_tables(struct ctl *ctl, struct pg *pg)
{
	int64_t there = 0, version = 0;

	if (pg_number(
		    ctl, pg,
		    "SELECT count(to_regclass('schema_version')) + count(to_regclass('change_seq'))",
		    &there) < 0)
		return -1;
	if (there != 2) {
		reason_set(&ctl->why,
			   "%s is not a tenant database; make it one with \"tenantctl init\"",
			   pg->name);
		return -1;
	}
	if (pg_number(ctl, pg, "SELECT max(version) FROM schema_version", &version) < 0)
		return -1;
	if (version == DB_SCHEMA_VERSION)
		return 0;
	reason_set(
		&ctl->why,
		"database %s has schema version %" PRId64
		" and this program knows %d; install the version of frr-tenant it was made with",
		pg->name, version, DB_SCHEMA_VERSION);
	return -1;
}

struct pg *pg_open(struct ctl *ctl)
{
	PGconn *conn = pg_connect(ctl);
	struct pg *pg;

	if (!conn)
		return NULL;
	pg = XCALLOC(MTYPE_PG, sizeof(*pg));
	pg->conn = conn;
	PQsetNoticeProcessor(conn, say_nothing, NULL);
	describe(pg);
	if (check_tables(ctl, pg) == 0)
		return pg;
	pg_close(pg);
	return NULL;
}

void pg_close(struct pg *pg)
{
	if (!pg)
		return;
	PQfinish(pg->conn);
	XFREE(MTYPE_PG, pg);
}

/* ---- questions ---- */

void pg_say(struct pg *pg, const PGresult *result, struct reason *why)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *said = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

	if (!said)
		said = PQerrorMessage(pg->conn);
	if (state && !strcmp(state, "55P03"))
		reason_set(
			why,
			"another program is changing database %s and does not end; nothing was changed, try again",
			pg->name);
	else if (state && !strcmp(state, "42501"))
		reason_set(why, "database %s lets this role not do it: %.*s", pg->name,
			   pg_first_line(said), said);
	else
		reason_set(why, "database %s cannot be used: %.*s", pg->name, pg_first_line(said),
			   said);
}

PGresult *pg_ask(struct pg *pg, const char *sql, const char *const *values, unsigned int count,
		 struct reason *why)
{
	PGresult *result = PQexecParams(pg->conn, sql, count, NULL, values, NULL, NULL, 0);

	if (pg_worked(result))
		return result;
	pg_say(pg, result, why);
	PQclear(result);
	return NULL;
}

int pg_run(struct ctl *ctl, struct pg *pg, const char *sql)
{
	PGresult *result = PQexec(pg->conn, sql);
	bool good = pg_worked(result);

	if (!good)
		pg_say(pg, result, &ctl->why);
	PQclear(result);
	return good ? 0 : -1;
}

int pg_number(struct ctl *ctl, struct pg *pg, const char *sql, int64_t *value)
{
	PGresult *result = pg_ask(pg, sql, NULL, 0, &ctl->why);

	if (!result)
		return -1;
	if (PQntuples(result) > 0)
		*value = strtoll(PQgetvalue(result, 0, 0), NULL, 10);
	PQclear(result);
	return 0;
}

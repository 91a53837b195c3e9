// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A new tenant database in a PostgreSQL server: all tables in one transaction,
 * into the first schema of the connection's search_path.
 */
#include <zebra.h>

#include <stdlib.h>
#include <string.h>

#include <libpq-fe.h>

#include "ctl/init_postgresql.h"
#include "ctl/pg.h"
#include "ctl/schema_text.h"

#define OLDEST_SERVER 150000

static int run(struct ctl *ctl, PGconn *conn, const char *sql)
{
	PGresult *result = PQexec(conn, sql);
	const char *said = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	bool good = pg_worked(result);

	if (!said)
		said = PQerrorMessage(conn);
	if (!good)
		reason_set(&ctl->why, "cannot make the tables: %.*s; nothing has been made",
			   pg_first_line(said), said);
	PQclear(result);
	return good ? 0 : -1;
}

/* What is asked of a server before anything is made, in this order. */
enum {
	ANSWER_VERSION,
	ANSWER_STANDBY,
	ANSWER_ENCODING,
	ANSWER_SCHEMA,
	ANSWER_MAY_CREATE,
	ANSWER_TABLE,
	ANSWER_ROLE,
};

static const char question[] =
	"SELECT current_setting('server_version_num'), pg_is_in_recovery()::int,"
	" current_setting('server_encoding'), coalesce(current_schema(), ''),"
	" has_schema_privilege(current_schema(), 'CREATE')::int,"
	" to_regclass(quote_ident(current_schema()) || '.schema_version')::text,"
	" current_user";

static int already(struct ctl *ctl, PGconn *conn, const char *schema)
{
	PGresult *result = PQexec(conn, "SELECT version FROM schema_version");

	if (pg_worked(result) && PQntuples(result) == 1)
		reason_set(
			&ctl->why,
			"schema \"%s\" of database \"%s\" is a tenant database already, of version %s, and stays as it is",
			schema, PQdb(conn), PQgetvalue(result, 0, 0));
	else
		reason_set(
			&ctl->why,
			"database \"%s\" has a table schema_version already, which is not ours to read; take another schema: ?options=-csearch_path%%3DNAME",
			PQdb(conn));
	PQclear(result);
	return -1;
}

/* One sentence for the first thing that stands in the way. */
static int judge(struct ctl *ctl, PGconn *conn, const PGresult *answer)
{
	const char *encoding = PQgetvalue(answer, 0, ANSWER_ENCODING);
	const char *schema = PQgetvalue(answer, 0, ANSWER_SCHEMA);
	const char *const db = PQdb(conn);

	if (atoi(PQgetvalue(answer, 0, ANSWER_VERSION)) < OLDEST_SERVER)
		reason_set(&ctl->why, "this server is PostgreSQL %d; 15 or newer is needed",
			   PQserverVersion(conn) / 10000);
	else if (*PQgetvalue(answer, 0, ANSWER_STANDBY) == '1')
		reason_set(
			&ctl->why,
			"this server is a standby, which nobody can write to; name the primary server");
	else if (strcmp(encoding, "UTF8"))
		reason_set(&ctl->why,
			   "database \"%s\" has encoding %s; make one with ENCODING 'UTF8'", db,
			   encoding);
	else if (!*schema)
		reason_set(
			&ctl->why,
			"database \"%s\" has no schema of those in the search_path; CREATE SCHEMA first",
			db);
	else if (!PQgetisnull(answer, 0, ANSWER_TABLE))
		return already(ctl, conn, schema);
	else if (*PQgetvalue(answer, 0, ANSWER_MAY_CREATE) != '1')
		reason_set(
			&ctl->why,
			"role \"%s\" may not make tables in schema \"%s\" of database \"%s\"; let it own the database, or GRANT CREATE ON SCHEMA to it",
			PQgetvalue(answer, 0, ANSWER_ROLE), schema, db);
	else
		return 0;
	return -1;
}

static int check_server(struct ctl *ctl, PGconn *conn)
{
	PGresult *answer = PQexec(conn, question);
	const char *said = PQerrorMessage(conn);
	int ret = -1;

	if (pg_worked(answer))
		ret = judge(ctl, conn, answer);
	else
		reason_set(&ctl->why, "the server does not answer: %.*s", pg_first_line(said),
			   said);
	PQclear(answer);
	return ret;
}

static void say_nothing(void *arg, const char *notice)
{
}

static int fill(struct ctl *ctl, PGconn *conn, const char *asn)
{
	char update[64];

	/* args.c has read the number */
	snprintf(update, sizeof(update), "UPDATE provider SET asn = %s", asn ? asn : "asn");
	if (run(ctl, conn, "BEGIN") < 0 || run(ctl, conn, schema_postgresql_text) < 0 ||
	    (asn && run(ctl, conn, update) < 0))
		return -1;
	return run(ctl, conn, "COMMIT");
}

int init_postgresql(struct ctl *ctl, const struct args *args)
{
	PGconn *conn = pg_connect(ctl);
	int ret = -1;

	if (!conn)
		return -1;
	PQsetNoticeProcessor(conn, say_nothing, NULL);
	if (check_server(ctl, conn) == 0)
		ret = fill(ctl, conn, args_value(args, "asn"));
	PQfinish(conn);
	return ret;
}

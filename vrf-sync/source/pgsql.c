// SPDX-License-Identifier: GPL-2.0-or-later
/* A connection to PostgreSQL on FRR's event loop. */
#include <zebra.h>

#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>

#include "darr.h"
#include "frrevent.h"
#include "memory.h"

#include "clock.h"
#include "source/pgsql.h"
#include "source/pgsql_hosts.h"

DECLARE_MGROUP(TENANT_SOURCE);
DEFINE_MTYPE_STATIC(TENANT_SOURCE, PGSQL, "PostgreSQL connection");
DEFINE_MTYPE_STATIC(TENANT_SOURCE, PGSQL_TEXT, "PostgreSQL statement");

#define PASSWORD_FILE "/etc/frr/tenantd.pgpass"
/* For all names; then whoever is known is tried. */
#define NAMES_MS      5000
#define NAMES_LOOK_MS 10
/* Of one host; several are tried one after another, each as long. */
#define CONNECT_MS 10000
/* Without a word while an answer is due. */
#define ANSWER_MS 30000
/* Rows of an answer that are held at a time. */
#define ROWS_AT_ONCE 256

enum due { DUE_STATEMENT, DUE_PREPARED, DUE_SYNC };

struct expected {
	enum due due;
	unsigned int statement; /* that is prepared */
	const void *tag;
};

struct pgsql {
	struct event_loop *loop;
	struct pgsql_cbs cbs;
	void *arg;
	const char *uri;
	struct pgsql_hosts *hosts;
	int64_t names_until; /* us monotonic */
	PGconn *conn;        /* NULL: its hosts are looked up */
	bool connected, failed;
	bool calling, closed;      /* the owner has closed it while we were calling him */
	bool refused;              /* since the last sync, and the owner takes care of it */
	char **prepared;           /* darr; statement "tN" is the text at N */
	struct expected *expected; /* darr; answers in the order in which they come */
	unsigned int done;         /* of these */
	struct event *ev_names, *ev_read, *ev_write, *ev_deadline, *ev_failed;
	struct reason why;
};

/* Of libpq's words the first line, and where several hosts were tried, that of the last: hints
 * come behind it.
 */
static void one_line(const char *words, char *buf, size_t size)
{
	static const char attempt[] = "connection to ";
	const char *line = words, *at = words;
	size_t len;

	while ((at = strchr(at, '\n')) && *++at)
		if (!strncmp(at, attempt, strlen(attempt)))
			line = at;
	len = MIN(strcspn(line, "\n"), size - 1);
	memcpy(buf, line, len);
	buf[len] = '\0';
}

/* ---- the end ---- */

static void tell_failed(struct event *event)
{
	struct pgsql *pgsql = EVENT_ARG(event);

	pgsql->cbs.down(pgsql->arg, pgsql->why.text);
}

/* Told in a turn of the loop of its own: nobody who asks is to lose what he asks. */
static void fail(struct pgsql *pgsql)
{
	if (pgsql->failed)
		return;
	pgsql->failed = true;
	event_cancel(&pgsql->ev_read);
	event_cancel(&pgsql->ev_write);
	event_cancel(&pgsql->ev_deadline);
	event_add_event(pgsql->loop, tell_failed, pgsql, 0, &pgsql->ev_failed);
}

static void fail_as_libpq_says(struct pgsql *pgsql, const char *words)
{
	char line[200];

	one_line(words && *words ? words : "the connection was lost", line, sizeof(line));
	reason_set(&pgsql->why, "%s", line);
	fail(pgsql);
}

static void overdue(struct event *event)
{
	struct pgsql *pgsql = EVENT_ARG(event);

	reason_set(&pgsql->why, "the server has not answered for %d s",
		   (pgsql->connected ? ANSWER_MS : CONNECT_MS) / 1000);
	fail(pgsql);
}

static void set_deadline(struct pgsql *pgsql, long ms)
{
	event_cancel(&pgsql->ev_deadline);
	if (ms)
		event_add_timer_msec(pgsql->loop, overdue, pgsql, ms, &pgsql->ev_deadline);
}

/* ---- answers ---- */

static const char *result_text(const struct row *row, int col, size_t *len)
{
	*len = 0;
	if (PQgetisnull(row->at, row->index, col))
		return NULL;
	*len = PQgetlength(row->at, row->index, col);
	return PQgetvalue(row->at, row->index, col);
}

static int64_t result_number(const struct row *row, int col)
{
	char *end;
	const char *text = PQgetvalue(row->at, row->index, col);
	long long value = strtoll(text, &end, 10);

	return *end ? 0 : value;
}

static const struct row_ops result_row = {
	.text = result_text,
	.number = result_number,
};

static void take_rows(struct pgsql *pgsql, PGresult *result, const void *tag)
{
	struct row row = { .ops = &result_row, .at = result };

	if (!tag)
		return;
	for (int count = PQntuples(result); row.index < count; row.index++) {
		if (pgsql->cbs.row(pgsql->arg, tag, &row, &pgsql->why))
			continue;
		fail(pgsql);
		return;
	}
}

/* It is not there, and is to be prepared anew the next time. */
static void forget_statement(struct pgsql *pgsql, unsigned int statement)
{
	XFREE(MTYPE_PGSQL_TEXT, pgsql->prepared[statement]);
	pgsql->prepared[statement] = XSTRDUP(MTYPE_PGSQL_TEXT, "");
}

/* By its SQLSTATE: rolled back for the sake of others (class 40), a lock that is not to be had, a
 * row that is referred to and went a moment ago.
 */
static bool is_passing(const PGresult *result)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);

	return state &&
	       (!strncmp(state, "40", 2) || !strcmp(state, "55P03") || !strcmp(state, "23503"));
}

static void take_refusal(struct pgsql *pgsql, PGresult *result, const struct expected *expected)
{
	const char *words = PQresultErrorMessage(result);
	char line[200];

	if (expected->due == DUE_PREPARED)
		forget_statement(pgsql, expected->statement);
	if (PQresultStatus(result) == PGRES_PIPELINE_ABORTED && pgsql->refused)
		return; /* what stands behind it */
	one_line(words ? words : "", line, sizeof(line));
	pgsql->refused = PQstatus(pgsql->conn) == CONNECTION_OK && pgsql->cbs.refused &&
			 pgsql->cbs.refused(pgsql->arg, line, is_passing(result));
	if (!pgsql->refused)
		fail_as_libpq_says(pgsql, words);
}

static void take_result(struct pgsql *pgsql, PGresult *result)
{
	const struct expected *expected = &pgsql->expected[pgsql->done];

	switch (PQresultStatus(result)) {
	case PGRES_TUPLES_OK:
	case PGRES_TUPLES_CHUNK:
		take_rows(pgsql, result, expected->tag);
		break;
	case PGRES_COMMAND_OK:
	case PGRES_PIPELINE_SYNC:
		break;
	default:
		take_refusal(pgsql, result, expected);
	}
}

static bool is_all_answered(const struct pgsql *pgsql)
{
	return pgsql->done == darr_len(pgsql->expected);
}

/* To be said before libpq has looked at any of its rows. */
static void want_parts(struct pgsql *pgsql)
{
	if (pgsql->expected[pgsql->done].due == DUE_STATEMENT)
		PQsetChunkedRowsMode(pgsql->conn, ROWS_AT_ONCE);
}

static void next_answer(struct pgsql *pgsql)
{
	pgsql->done++;
	if (!is_all_answered(pgsql)) {
		want_parts(pgsql);
		return;
	}
	darr_reset(pgsql->expected);
	pgsql->done = 0;
	pgsql->refused = false;
	set_deadline(pgsql, 0);
	pgsql->cbs.answered(pgsql->arg);
}

/* After each statement libpq gives a NULL, after a sync it does not. */
static void take_answers(struct pgsql *pgsql)
{
	while (!pgsql->failed && !is_all_answered(pgsql) && !PQisBusy(pgsql->conn)) {
		PGresult *result = PQgetResult(pgsql->conn);

		if (!result || pgsql->expected[pgsql->done].due == DUE_SYNC) {
			PQclear(result);
			next_answer(pgsql);
			continue;
		}
		take_result(pgsql, result);
		PQclear(result);
	}
}

static void take_notices(struct pgsql *pgsql)
{
	PGnotify *notice;
	bool any = false;

	while (!pgsql->failed && (notice = PQnotifies(pgsql->conn))) {
		any = true;
		PQfreemem(notice);
	}
	if (any)
		pgsql->cbs.notified(pgsql->arg);
}

/* ---- the socket ---- */

static void flush(struct pgsql *pgsql);

static void readable(struct event *event)
{
	struct pgsql *pgsql = EVENT_ARG(event);

	event_add_read(pgsql->loop, readable, pgsql, PQsocket(pgsql->conn), &pgsql->ev_read);
	if (!PQconsumeInput(pgsql->conn)) {
		fail_as_libpq_says(pgsql, PQerrorMessage(pgsql->conn));
		return;
	}
	if (!is_all_answered(pgsql))
		set_deadline(pgsql, ANSWER_MS);
	flush(pgsql); /* it may have waited for us to read */
	pgsql->calling = true;
	take_answers(pgsql);
	take_notices(pgsql);
	pgsql->calling = false;
	if (pgsql->closed)
		pgsql_close(pgsql);
}

static void writable(struct event *event)
{
	flush(EVENT_ARG(event));
}

static void flush(struct pgsql *pgsql)
{
	int left = pgsql->failed ? 0 : PQflush(pgsql->conn);

	if (left < 0)
		fail_as_libpq_says(pgsql, PQerrorMessage(pgsql->conn));
	else if (left > 0)
		event_add_write(pgsql->loop, writable, pgsql, PQsocket(pgsql->conn),
				&pgsql->ev_write);
}

/* ---- connecting ---- */

static void poll_connection(struct event *event);

static void is_up(struct pgsql *pgsql)
{
	if (PQsetnonblocking(pgsql->conn, 1) < 0 || !PQenterPipelineMode(pgsql->conn)) {
		fail_as_libpq_says(pgsql, PQerrorMessage(pgsql->conn));
		return;
	}
	pgsql->connected = true;
	set_deadline(pgsql, 0);
	event_add_read(pgsql->loop, readable, pgsql, PQsocket(pgsql->conn), &pgsql->ev_read);
	pgsql->cbs.up(pgsql->arg);
}

/* The socket is another one for each host, and each attempt with or without TLS. */
static void go_on(struct pgsql *pgsql, PostgresPollingStatusType status)
{
	event_cancel(&pgsql->ev_read);
	event_cancel(&pgsql->ev_write);
	switch (status) {
	case PGRES_POLLING_OK:
		is_up(pgsql);
		break;
	case PGRES_POLLING_READING:
		event_add_read(pgsql->loop, poll_connection, pgsql, PQsocket(pgsql->conn),
			       &pgsql->ev_read);
		break;
	case PGRES_POLLING_WRITING:
	case PGRES_POLLING_ACTIVE:
		event_add_write(pgsql->loop, poll_connection, pgsql, PQsocket(pgsql->conn),
				&pgsql->ev_write);
		break;
	case PGRES_POLLING_FAILED:
		fail_as_libpq_says(pgsql, PQerrorMessage(pgsql->conn));
		break;
	}
}

static void poll_connection(struct event *event)
{
	struct pgsql *pgsql = EVENT_ARG(event);

	go_on(pgsql, PQconnectPoll(pgsql->conn));
}

static void ignore_notice(void *arg, const PGresult *result)
{
}

/* What a URI may say otherwise.  A server that is cut off is to be missed in seconds.  Texts come
 * as they are: one that is none in UTF-8 would have the server refuse all the others.  User frr
 * has no home in which libpq would look for passwords.
 */
static PGconn *begin_connecting(const char *uri, const struct pgsql_hosts *hosts)
{
	static const char *const keys[] = {
		"application_name",
		"client_encoding",
		"keepalives_idle",
		"keepalives_interval",
		"keepalives_count",
		"tcp_user_timeout",
		"passfile",
		"dbname",
		"host",
		"hostaddr",
		"port",
		NULL,
	};
	const char *const values[] = {
		"tenantd",
		"SQL_ASCII",
		"5",
		"2",
		"3",
		"10000",
		getenv("PGPASSFILE") ?: PASSWORD_FILE,
		uri,
		pgsql_hosts_text(hosts, PGSQL_HOST),
		pgsql_hosts_text(hosts, PGSQL_HOSTADDR),
		pgsql_hosts_text(hosts, PGSQL_PORT),
	};

	return PQconnectStartParams(keys, values, 1);
}

static void connect_to_hosts(struct pgsql *pgsql)
{
	if (!pgsql_hosts_settle(pgsql->hosts, &pgsql->why)) {
		fail(pgsql);
		return;
	}
	pgsql->why.text[0] = '\0'; /* of a host that is left out */
	pgsql->conn = begin_connecting(pgsql->uri, pgsql->hosts);
	if (!pgsql->conn || PQstatus(pgsql->conn) == CONNECTION_BAD) {
		fail_as_libpq_says(pgsql, pgsql->conn ? PQerrorMessage(pgsql->conn)
						      : "there is no memory");
		return;
	}
	PQsetNoticeReceiver(pgsql->conn, ignore_notice, NULL);
	set_deadline(pgsql, CONNECT_MS);
	go_on(pgsql, PGRES_POLLING_WRITING);
}

static void look_for_names(struct event *event)
{
	struct pgsql *pgsql = EVENT_ARG(event);

	if (pgsql_hosts_are_found(pgsql->hosts) || clock_us() >= pgsql->names_until)
		connect_to_hosts(pgsql);
	else
		event_add_timer_msec(pgsql->loop, look_for_names, pgsql, NAMES_LOOK_MS,
				     &pgsql->ev_names);
}

struct pgsql *pgsql_open(struct event_loop *loop, const char *uri, const struct pgsql_cbs *cbs,
			 void *arg)
{
	struct pgsql *pgsql = XCALLOC(MTYPE_PGSQL, sizeof(*pgsql));

	pgsql->loop = loop;
	pgsql->cbs = *cbs;
	pgsql->arg = arg;
	pgsql->uri = uri;
	pgsql->hosts = pgsql_hosts_new(uri);
	pgsql->names_until = clock_us() + NAMES_MS * INT64_C(1000);
	if (pgsql_hosts_are_found(pgsql->hosts))
		connect_to_hosts(pgsql);
	else
		event_add_event(loop, look_for_names, pgsql, 0, &pgsql->ev_names);
	return pgsql;
}

void pgsql_close(struct pgsql *pgsql)
{
	char **text;

	if (!pgsql)
		return;
	event_cancel(&pgsql->ev_names);
	event_cancel(&pgsql->ev_read);
	event_cancel(&pgsql->ev_write);
	event_cancel(&pgsql->ev_deadline);
	event_cancel(&pgsql->ev_failed);
	if (pgsql->calling) {
		pgsql->closed = pgsql->failed = true;
		return;
	}
	PQfinish(pgsql->conn);
	pgsql_hosts_free(pgsql->hosts);
	darr_foreach_p (pgsql->prepared, text)
		XFREE(MTYPE_PGSQL_TEXT, *text);
	darr_free(pgsql->prepared);
	darr_free(pgsql->expected);
	XFREE(MTYPE_PGSQL, pgsql);
}

/* ---- asking ---- */

static void expect(struct pgsql *pgsql, enum due due, unsigned int statement, const void *tag)
{
	*darr_append(pgsql->expected) =
		(struct expected){ .due = due, .statement = statement, .tag = tag };
}

/* The name under which it is prepared, now if it was not. */
static const char *prepare(struct pgsql *pgsql, const char *sql, char name[static 16])
{
	unsigned int i;

	for (i = 0; i < darr_len(pgsql->prepared); i++)
		if (!strcmp(pgsql->prepared[i], sql))
			break;
	snprintf(name, 16, "t%u", i);
	if (i < darr_len(pgsql->prepared))
		return name;
	*darr_append(pgsql->prepared) = XSTRDUP(MTYPE_PGSQL_TEXT, sql);
	if (PQsendPrepare(pgsql->conn, name, sql, 0, NULL))
		expect(pgsql, DUE_PREPARED, i, NULL);
	else
		fail_as_libpq_says(pgsql, PQerrorMessage(pgsql->conn));
	return name;
}

void pgsql_ask(struct pgsql *pgsql, const char *sql, const char *const *values, unsigned int count,
	       const void *tag)
{
	bool first = is_all_answered(pgsql);
	char name[16];

	if (pgsql->failed)
		return;
	prepare(pgsql, sql, name);
	if (!PQsendQueryPrepared(pgsql->conn, name, count, values, NULL, NULL, 0)) {
		fail_as_libpq_says(pgsql, PQerrorMessage(pgsql->conn));
		return;
	}
	expect(pgsql, DUE_STATEMENT, 0, tag);
	if (first)
		want_parts(pgsql);
}

void pgsql_send(struct pgsql *pgsql)
{
	if (pgsql->failed)
		return;
	if (!PQpipelineSync(pgsql->conn)) {
		fail_as_libpq_says(pgsql, PQerrorMessage(pgsql->conn));
		return;
	}
	expect(pgsql, DUE_SYNC, 0, NULL);
	set_deadline(pgsql, ANSWER_MS);
	flush(pgsql);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The PostgreSQL source: who wakes it, and what it asks when.
 *
 * A commit says NOTIFY to the nodes that it concerns (tell_concerned()), and we look;
 * so we do every few seconds, to come to the revision of what does not concern us, and
 * in case a word was lost, or the server is gone without one.  A look is one
 * transaction that sees
 * one state (rows.h): the way there and back twice, once for what has changed and
 * once for the tenants concerned.  Only tenants are read that matter to this node,
 * which the database itself says (served_tenants(), serves_tenant()): the name of the
 * node is a setting of the session.
 *
 * Writers are put in order by the schema (change_seq), so that a revision means all
 * up to it.  A server that took over from another may lack the newest of it, and
 * have given their numbers to other changes: then the row of our revision is not the
 * one we read (its mark), and we read everything.
 *
 * On a standby nothing can be listened to: there we look once a second.
 */
#include <zebra.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "darr.h"
#include "frrevent.h"
#include "log.h"
#include "memory.h"
#include "network.h"

#include "clock.h"
#include "errors.h"
#include "source/db.h"
#include "source/notes.h"
#include "source/operation.h"
#include "source/pgsql.h"
#include "source/pgsql_uri.h"
#include "source/rows.h"
#include "source/source_priv.h"

DECLARE_MGROUP(TENANT_SOURCE);
DEFINE_MTYPE_STATIC(TENANT_SOURCE, PG_SOURCE, "PostgreSQL source");
DEFINE_MTYPE_STATIC(TENANT_SOURCE, PG_TEXT, "PostgreSQL source text");

#define LOOK_EVERY_MS   5000 /* at most, and SPREAD_MS less: they are not to come all at once */
#define SPREAD_MS       1000
#define STANDBY_LOOK_MS 1000
#define RETRY_FIRST_MS  200
#define RETRY_LAST_MS   10000
#define REFUSALS_MOST   8  /* that are remembered as told */
#define PASSING_MOST    10 /* refusals in a row for what others did; then they are told, too */

/* In which of its turns a connection is: what the next answers are to. */
enum turn { CLOSED, GREETING, CHECKING, IDLE, READING, ENDING, WRITING, UNDOING };

/* That was told of who wrote, of whom nothing has been taken since. */
struct refusal {
	void (*writer)(void *arg, int ret);
	struct reason why;
};

struct pg_source {
	struct source base;
	char *uri, *node;
	char name[160]; /* for sentences */
	struct pgsql *pgsql;
	enum turn turn;
	bool again; /* something was said while we were reading */
	bool anew;  /* the next look is to read everything */

	/* what the server says of itself */
	bool is_ours, is_standby, listens;
	int64_t version; /* of the schema */

	/* what has been read */
	bool loaded;
	char mark[64];
	struct operation_row *operations; /* darr */
	int64_t operations_read;          /* the newest id; -1: none has been */

	struct inquiry *inquiry; /* what is being read */

	/* what is to be written; NULL: nothing */
	struct notes *notes;
	void (*written)(void *arg, int ret);
	void *written_arg;
	struct refusal *refusals; /* darr, the oldest first */
	bool refused, in_the_way; /* the second: for what somebody else did meanwhile */
	unsigned int passing;     /* refusals in a row for that */

	struct event *ev_look, *ev_retry;
	long retry_ms;
};

static const struct dialect dialect = {
	.revision = "SELECT seq FROM change_seq",
	.operation = "SELECT coalesce(max(id), 0) FROM operation",
	.who = "SELECT set_config('frr_tenant.served', coalesce((SELECT array_agg(id)::text"
	       " FROM (SELECT served_tenants(current_setting('frr_tenant.node')) AS id"
	       " UNION SELECT unnest($1::bigint[])) AS known), '{}'), true)",
	.only = " IN (SELECT unnest(current_setting('frr_tenant.served')::bigint[]))",
	.concerns = "serves_tenant(current_setting('frr_tenant.node'), tenant_id)::integer",
	.neighbors = "SELECT DISTINCT id FROM tenant_neighbor WHERE of = $1",
	.mark = "xid || '/' || at",
};

static void connect_now(struct event *event);
static void look(struct pg_source *source);
static void rest(struct pg_source *source);

/* ---- problems ---- */

static void forget_refusals(struct pg_source *source, void (*writer)(void *arg, int ret))
{
	unsigned int kept = 0;

	for (unsigned int i = 0; i < darr_len(source->refusals); i++)
		if (source->refusals[i].writer != writer)
			source->refusals[kept++] = source->refusals[i];
	if (source->refusals)
		darr_setlen(source->refusals, kept);
	source->passing = 0;
}

/* Whoever waits for it may have something else to be written, which waits then. */
static void end_writing(struct pg_source *source, int ret)
{
	void (*written)(void *arg, int ret) = source->written;

	if (!source->notes)
		return;
	source->notes = NULL;
	if (!ret)
		forget_refusals(source, written);
	written(source->written_arg, ret);
}

static void hang_up(struct pg_source *source)
{
	pgsql_close(source->pgsql);
	source->pgsql = NULL;
	source->turn = CLOSED;
	source->listens = false;
	inquiry_free(source->inquiry);
	source->inquiry = NULL;
	event_cancel(&source->ev_look);
	end_writing(source, -EIO);
}

/* Nodes that lost the same server do not come back all at once. */
static long with_jitter(long ms)
{
	return ms / 2 + frr_weak_random() % (ms / 2 + 1);
}

static void give_up_for_now(struct pg_source *source, const struct reason *why)
{
	hang_up(source);
	source_set_problem(&source->base, why);
	event_cancel(&source->ev_retry);
	event_add_timer_msec(source->base.loop, connect_now, source, with_jitter(source->retry_ms),
			     &source->ev_retry);
	source->retry_ms = MIN(source->retry_ms * 2, RETRY_LAST_MS);
}

static void is_down(void *arg, const char *sentence)
{
	struct pg_source *source = arg;
	struct reason why = {};

	/* a sentence of our own has the name already */
	if (!strncmp(sentence, source->name, strlen(source->name)))
		reason_set(&why, "%s", sentence);
	else
		reason_set(&why, "%s cannot be read: %s; it is tried again", source->name,
			   sentence);
	give_up_for_now(source, &why);
}

/* ---- greeting ---- */

/* Tags of answers that are no question's of rows.h. */
static const char is_ours, is_standby, version, noted;

static void take_fact(struct pg_source *source, const void *fact, const struct row *row)
{
	if (fact == &is_ours)
		source->is_ours = column_number(row, 0) != 0;
	else if (fact == &is_standby)
		source->is_standby = column_number(row, 0) != 0;
	else
		source->version = column_number(row, 0);
}

static const char *const standby_sql = "SELECT pg_is_in_recovery()::integer";

static void greet(void *arg)
{
	struct pg_source *source = arg;
	const char *node = source->node;

	source->turn = GREETING;
	/* and to plan what is asked again and again would take longer than to do it */
	pgsql_ask(source->pgsql,
		  "SELECT set_config('frr_tenant.node', $1, false),"
		  " set_config('plan_cache_mode', 'force_generic_plan', false)",
		  &node, 1, NULL);
	pgsql_ask(source->pgsql,
		  "SELECT count(*) FROM pg_tables WHERE tablename = 'change_seq'"
		  " AND schemaname = ANY (current_schemas(false))",
		  NULL, 0, &is_ours);
	pgsql_ask(source->pgsql, standby_sql, NULL, 0, &is_standby);
	pgsql_send(source->pgsql);
}

/* From now on what is committed is heard of: before it is read for the first time. */
static void check(struct pg_source *source)
{
	const char *node = source->node;
	struct reason why = {};

	if (!source->is_ours) {
		reason_set(&why,
			   "%s is not a tenant database; make it one with \"tenantctl init\"",
			   source->name);
		give_up_for_now(source, &why);
		return;
	}
	source->turn = CHECKING;
	source->listens = !source->is_standby;
	if (source->listens)
		pgsql_ask(source->pgsql, "SELECT listen_as($1)", &node, 1, NULL);
	pgsql_ask(source->pgsql, "SELECT max(version) FROM schema_version", NULL, 0, &version);
	pgsql_send(source->pgsql);
}

static void begin(struct pg_source *source)
{
	struct reason why = {};

	if (source->version == DB_SCHEMA_VERSION) {
		source->turn = IDLE;
		look(source);
		return;
	}
	reason_set(
		&why,
		"%s has schema version %" PRId64
		" and this program knows %d; install the version of frr-tenant it was made with",
		source->name, source->version, DB_SCHEMA_VERSION);
	give_up_for_now(source, &why);
}

/* ---- reading ---- */

static void ask_all(struct pg_source *source, const struct question *questions)
{
	char texts[2][24];
	const char *values[2] = { texts[0], texts[1] };
	const struct question *question;

	darr_foreach_p (questions, question) {
		for (unsigned int i = 0; i < question->count; i++)
			snprintf(texts[i], sizeof(texts[i]), "%" PRId64, question->values[i]);
		if (question->words)
			pgsql_ask(source->pgsql, question->sql, &question->words, 1, question);
		else
			pgsql_ask(source->pgsql, question->sql, values, question->count, question);
	}
}

static void go_on_reading(struct pg_source *source)
{
	const struct question *questions;

	if (inquiry_ask(source->inquiry, &questions)) {
		ask_all(source, questions);
	} else {
		source->turn = ENDING;
		pgsql_ask(source->pgsql, "COMMIT", NULL, 0, NULL);
	}
	pgsql_send(source->pgsql);
}

static void look(struct pg_source *source)
{
	if (source->turn != IDLE) {
		source->again = true;
		return;
	}
	if (source->anew) {
		source->loaded = false;
		source->operations_read = -1;
	}
	source->again = source->anew = false;
	source->turn = READING;
	source->base.noticed = clock_us();
	source->inquiry = inquiry_new(&dialect, source->name,
				      source->loaded ? source->base.revision : READ_ALL);
	inquiry_expect(source->inquiry, source->mark);
	if (source->base.cbs.in_force)
		inquiry_keep(source->inquiry, source->base.cbs.in_force, source->base.arg);
	if (source->base.cbs.operations)
		inquiry_operations(source->inquiry, source->operations, source->operations_read);
	pgsql_ask(source->pgsql, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", NULL, 0, NULL);
	pgsql_ask(source->pgsql, standby_sql, NULL, 0, &is_standby);
	go_on_reading(source);
}

/* ---- writing ---- */

/* Each once, whatever comes between: it is tried again every second. */
static void tell_refusal(struct pg_source *source, const char *sentence)
{
	struct refusal now = { .writer = source->written };
	const struct refusal *told;

	reason_set(&now.why, "%s", sentence);
	darr_foreach_p (source->refusals, told)
		if (told->writer == now.writer && !strcmp(told->why.text, now.why.text))
			return;
	if (darr_len(source->refusals) == REFUSALS_MOST)
		darr_remove(source->refusals, 0);
	*darr_append(source->refusals) = now;
	flog_warn(EC_TENANT_UNWRITTEN, "%s does not take this node's status: %s", source->name,
		  now.why.text);
}

/* A subnet that goes while its trace is written is nobody's fault, and the next time it is not
 * among them.
 */
static bool is_refused(void *arg, const char *sentence, bool passing)
{
	struct pg_source *source = arg;

	if (source->turn != WRITING)
		return false;
	source->refused = true;
	source->passing = passing ? source->passing + 1 : 0;
	source->in_the_way = passing && source->passing <= PASSING_MOST;
	if (!source->in_the_way)
		tell_refusal(source, sentence);
	return true;
}

static void begin_writing(struct pg_source *source)
{
	const struct notes *notes = source->notes;
	const struct note *note;

	source->turn = WRITING;
	source->refused = false;
	pgsql_ask(source->pgsql, "BEGIN", NULL, 0, NULL);
	darr_foreach_p (notes->list, note)
		pgsql_ask(source->pgsql, note->sql, (const char *const *)note->values, note->count,
			  NULL);
	if (notes->question)
		pgsql_ask(source->pgsql, notes->question, (const char *const *)&notes->node, 1,
			  &noted);
	pgsql_ask(source->pgsql, "COMMIT", NULL, 0, NULL);
	pgsql_send(source->pgsql);
}

static void has_written(struct pg_source *source)
{
	if (source->refused) {
		source->turn = UNDOING;
		pgsql_ask(source->pgsql, "ROLLBACK", NULL, 0, NULL);
		pgsql_send(source->pgsql);
		return;
	}
	end_writing(source, 0);
	rest(source);
}

static void write_notes(struct source *base, struct notes *notes, void (*done)(void *arg, int ret),
			void *arg)
{
	struct pg_source *source = container_of(base, struct pg_source, base);

	if (source->notes) {
		done(arg, -EBUSY);
		return;
	}
	if (!source->pgsql || source->is_standby) {
		done(arg, -EIO);
		return;
	}
	source->notes = notes;
	source->written = done;
	source->written_arg = arg;
	if (source->turn == IDLE)
		begin_writing(source);
}

/* ---- resting ---- */

static void look_soon(struct event *event)
{
	look(EVENT_ARG(event));
}

static void rest(struct pg_source *source)
{
	source->turn = IDLE;
	if (!source->listens && !source->is_standby) {
		check(source); /* it has been promoted */
		return;
	}
	if (source->notes && !source->again) {
		begin_writing(source);
		return;
	}
	event_cancel(&source->ev_look);
	event_add_timer_msec(source->base.loop, look_soon, source,
			     source->again        ? 0
			     : source->is_standby ? STANDBY_LOOK_MS
						  : LOOK_EVERY_MS - frr_weak_random() % SPREAD_MS,
			     &source->ev_look);
}

/* Those of another database are other ones: who lost the newest gives their ids anew. */
static void take_operations(struct pg_source *source, bool anew)
{
	if (!source->base.cbs.operations)
		return;
	darr_free(source->operations);
	source->operations = inquiry_take_operations(source->inquiry, &source->operations_read);
	source->base.cbs.operations(source->base.arg, source->operations, anew);
}

static void hand_over(struct pg_source *source, struct load *load)
{
	uint64_t revision = load->revision;
	bool anew = !source->loaded;

	strlcpy(source->mark, inquiry_mark(source->inquiry), sizeof(source->mark));
	if (source->loaded && revision == source->base.revision) {
		load_free(load);
	} else {
		source->loaded = source->base.cbs.loaded(source->base.arg, load);
		source->base.revision = revision;
	}
	take_operations(source, anew);
}

/* The transaction is over: what was read holds. */
static void end_reading(struct pg_source *source)
{
	struct reason why = {};
	struct load *load = NULL;
	int ret = inquiry_end(source->inquiry, &load, &why);

	if (ret == -EIO) {
		give_up_for_now(source, &why);
		return;
	}
	source->base.seen = clock_us();
	source->retry_ms = RETRY_FIRST_MS;
	source_set_problem(&source->base, &why);
	if (ret == 0) {
		hand_over(source, load);
	} else {
		source->anew = source->again = true;
	}
	inquiry_free(source->inquiry);
	source->inquiry = NULL;
	rest(source);
}

static bool take_row(void *arg, const void *tag, const struct row *row, struct reason *why)
{
	struct pg_source *source = arg;

	if (tag == &noted)
		source->notes->answer = column_number(row, 0);
	else if (tag == &is_ours || tag == &is_standby || tag == &version)
		take_fact(source, tag, row);
	else
		return inquiry_row(source->inquiry, tag, row, why);
	return true;
}

static void answered(void *arg)
{
	struct pg_source *source = arg;

	switch (source->turn) {
	case GREETING:
		check(source);
		break;
	case CHECKING:
		begin(source);
		break;
	case READING:
		go_on_reading(source);
		break;
	case ENDING:
		end_reading(source);
		break;
	case WRITING:
		has_written(source);
		break;
	case UNDOING:
		end_writing(source, source->in_the_way ? -EBUSY : -EIO);
		rest(source);
		break;
	case CLOSED:
	case IDLE:
		break;
	}
}

static void notified(void *arg)
{
	look(arg);
}

/* ---- the interface ---- */

static void connect_now(struct event *event)
{
	static const struct pgsql_cbs cbs = {
		.up = greet,
		.row = take_row,
		.answered = answered,
		.notified = notified,
		.refused = is_refused,
		.down = is_down,
	};
	struct pg_source *source = EVENT_ARG(event);

	source->pgsql = pgsql_open(source->base.loop, source->uri, &cbs, source);
}

static void free_source(struct source *base)
{
	struct pg_source *source = container_of(base, struct pg_source, base);

	event_cancel(&source->ev_retry);
	source->notes = NULL; /* whoever waits for it may be gone */
	hang_up(source);
	darr_free(source->operations);
	darr_free(source->refusals);
	XFREE(MTYPE_PG_TEXT, source->uri);
	XFREE(MTYPE_PG_TEXT, source->node);
	XFREE(MTYPE_PG_SOURCE, source);
}

static void reload(struct source *base)
{
	struct pg_source *source = container_of(base, struct pg_source, base);

	source->anew = true;
	if (source->pgsql)
		look(source);
}

static const struct source_ops ops = {
	.free = free_source,
	.reload = reload,
	.write = write_notes,
};

static struct source *open_source(struct event_loop *loop, const char *uri, const char *node,
				  const struct source_cbs *cbs, void *arg)
{
	struct pg_source *source = XCALLOC(MTYPE_PG_SOURCE, sizeof(*source));
	char place[128], location[160];

	pgsql_describe(uri, place, sizeof(place));
	snprintf(location, sizeof(location), "postgresql %s", place);
	snprintf(source->name, sizeof(source->name), "database %s", place);
	source_init(&source->base, &ops, loop, cbs, arg, location);
	source->uri = XSTRDUP(MTYPE_PG_TEXT, uri);
	source->node = XSTRDUP(MTYPE_PG_TEXT, node);
	source->retry_ms = RETRY_FIRST_MS;
	source->operations_read = -1;
	event_add_event(loop, connect_now, source, 0, &source->ev_retry);
	return &source->base;
}

const struct source_kind source_postgresql = {
	.name = "postgresql",
	.command = "tenant database postgresql URI",
	.help = "Tenant networks\n"
		"Where the tenants are\n"
		"A PostgreSQL server, or several that take over from each other\n"
		"postgresql://USER@HOST,HOST/DATABASE?target_session_attrs=read-write\n",
	.takes_notes = true,
	.check = pgsql_check,
	.open = open_source,
};

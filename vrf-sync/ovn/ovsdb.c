// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Following an OVSDB database.
 *
 * A connection goes through these, one after another:
 *
 *	connecting -> asking who the server is -> asking for the rows -> live
 *
 * and whatever is not right ends it.  Then the next remote is tried, at once; after all of them
 * in vain there is a problem to tell of, and a pause, which grows.
 */
#include <zebra.h>

#include <errno.h>
#include <string.h>

#include <json-c/json.h>

#include "darr.h"
#include "frrevent.h"
#include "memory.h"
#include "network.h"

#include "clock.h"
#include "ovn/ovsdb_channel.h"
#include "ovn/ovsdb_frame.h"
#include "ovn/ovsdb_priv.h"

DECLARE_MGROUP(TENANT_SOURCE);
DEFINE_MTYPE_STATIC(TENANT_SOURCE, OVSDB, "OVSDB database");
DEFINE_MTYPE_STATIC(TENANT_SOURCE, OVSDB_NAME, "OVSDB database's name");

#define RETRY_FIRST_MS 100
#define RETRY_LAST_MS  2000
/* Without a word for so long, it is asked whether it is there; for as long again, it is not. */
#define PROBE_MS 5000
#define PROBES   2
/* It is at work on the rows of others, each of which may take it a second. */
#define ROWS_PROBES 12
/* There is no other: what is answered late is answered, and a dead machine is noticed by TCP. */
#define ALONE_PROBES 48
#define DELAYS_MAX   2
/* Who reads a long answer says a word now and then: servers, too, leave who is silent. */
#define WORD_US       (2000 * 1000)
#define MESSAGE_MAX   ((size_t)64 << 20)
#define ROWS_MAX      ((size_t)256 << 20) /* what 65,535 tenants have, and more */
#define OUT_MAX       ((size_t)1 << 20)
#define READS_AT_ONCE 16
/* One that was live and ends sooner is not made anew at once. */
#define SOON_US (1000 * 1000)

enum phase { IDLE, CONNECTING, ASKING_SERVER, ASKING_ROWS, LIVE };

struct ovsdb {
	struct event_loop *loop;
	struct ovsdb_cbs cbs;
	void *arg;
	struct ovsdb_place place;
	char *database;
	struct json_object *requests;

	/* the connection */
	enum phase phase;
	unsigned int at;    /* which remote */
	unsigned int tried; /* in vain, since the last that was live */
	struct reason told; /* of those: of the first, or the first that could be reached; "" */
	bool told_reached;
	struct ovsdb_channel *channel;
	struct ovsdb_frame *frame;
	struct ovsdb_server server;
	char server_row[37];
	char *out;           /* darr; what has not been sent */
	unsigned int waited; /* in silence: so many times PROBE_MS */
	int64_t said;        /* when it was last asked something */
	bool told_silence;   /* it is waited for, and that has been told */
	int64_t live_since;
	bool have_rows;    /* of an answer that has not ended */
	struct reason why; /* the connection is to end; "" */
	bool wrong;        /* for what cannot be */

	/* what has been seen, on whatever connection */
	char transaction[37];
	char cid[37];
	uint64_t index;

	unsigned int
		delays; /* it did not answer in time: how often, since the last that was live */
	long retry_ms;
	struct event *ev_read, *ev_write, *ev_retry, *ev_probe;
};

static void connect_next(struct ovsdb *ovsdb);

/* ---- the end of a connection ---- */

static void retry(struct event *event)
{
	connect_next(EVENT_ARG(event));
}

static void close_channel(struct ovsdb *ovsdb)
{
	event_cancel(&ovsdb->ev_read);
	event_cancel(&ovsdb->ev_write);
	event_cancel(&ovsdb->ev_probe);
	ovsdb_channel_free(ovsdb->channel);
	ovsdb_frame_free(ovsdb->frame);
	darr_free(ovsdb->out);
	ovsdb->channel = NULL;
	ovsdb->frame = NULL;
	ovsdb->phase = IDLE;
}

static void say_problem(const struct ovsdb *ovsdb, struct reason *told, const char *why)
{
	reason_set(told, "OVN's database cannot be followed: %s: %s",
		   ovsdb->place.remotes[ovsdb->at].text, why);
}

/* What a server says of itself is worth more than that another cannot be reached. */
static void note_problem(struct ovsdb *ovsdb, bool wrong)
{
	bool reached = wrong || ovsdb->phase > CONNECTING;

	if (ovsdb->told.text[0] && !wrong && (ovsdb->told_reached || !reached))
		return;
	ovsdb->told.text[0] = '\0';
	ovsdb->told_reached = reached;
	say_problem(ovsdb, &ovsdb->told, ovsdb->why.text);
}

static void tell_problem(struct ovsdb *ovsdb)
{
	struct reason why = ovsdb->told;

	ovsdb->told.text[0] = '\0';
	ovsdb->tried = 0;
	ovsdb->cbs.problem(ovsdb->arg, &why);
}

/* With a share of chance, so that a cluster that comes back does not get all nodes at once. */
static void pause_before(struct ovsdb *ovsdb)
{
	event_add_timer_msec(ovsdb->loop, retry, ovsdb,
			     ovsdb->retry_ms + frr_weak_random() % (ovsdb->retry_ms / 2),
			     &ovsdb->ev_retry);
	ovsdb->retry_ms = MIN(ovsdb->retry_ms * 2, RETRY_LAST_MS);
}

/* The reason is in ovsdb->why.  wrong: what came cannot be. */
static void give_up(struct ovsdb *ovsdb, bool wrong)
{
	bool was_live = ovsdb->phase == LIVE && !wrong;
	bool was_short = was_live && clock_us() - ovsdb->live_since < SOON_US;

	if (wrong)
		strlcpy(ovsdb->transaction, OVSDB_NO_TRANSACTION, sizeof(ovsdb->transaction));
	if (!was_live)
		note_problem(ovsdb, wrong);
	close_channel(ovsdb);
	if (ovsdb->have_rows)
		ovsdb->cbs.broken(ovsdb->arg);
	ovsdb->have_rows = false;
	ovsdb->tried = was_live ? 0 : ovsdb->tried + 1;
	if (was_live && !was_short)
		ovsdb->retry_ms = RETRY_FIRST_MS;
	if (wrong || ovsdb->tried >= darr_len(ovsdb->place.remotes)) {
		tell_problem(ovsdb);
		pause_before(ovsdb);
	} else if (was_short) {
		pause_before(ovsdb);
	} else {
		event_add_event(ovsdb->loop, retry, ovsdb, 0, &ovsdb->ev_retry);
	}
	ovsdb->at = (ovsdb->at + 1) % darr_len(ovsdb->place.remotes);
}

/* ---- time ---- */

static void probe_after_silence(struct ovsdb *ovsdb);
static void send_message(struct ovsdb *ovsdb, struct json_object *message);

static void ask_whether_there(struct ovsdb *ovsdb)
{
	send_message(ovsdb, ovsdb_request_echo());
}

static bool is_asking(const struct ovsdb *ovsdb)
{
	return ovsdb->phase == ASKING_SERVER || ovsdb->phase == ASKING_ROWS;
}

/* How many times PROBE_MS it may be silent.  Each time that was too short while it was asked, it
 * is twice as long: a server that has hundreds of nodes to answer is only kept from it by those
 * who ask again.
 */
static unsigned int patience(const struct ovsdb *ovsdb)
{
	if (ovsdb->phase == CONNECTING)
		return 1;
	if (darr_len(ovsdb->place.remotes) == 1)
		return ALONE_PROBES;
	if (!is_asking(ovsdb))
		return PROBES;
	return (ovsdb->phase == ASKING_ROWS ? ROWS_PROBES : PROBES) << ovsdb->delays;
}

static void tell_silence(struct ovsdb *ovsdb)
{
	struct reason told = {};

	say_problem(ovsdb, &told, "it does not answer, and is waited for");
	ovsdb->told_silence = true;
	ovsdb->cbs.problem(ovsdb->arg, &told);
}

static void heard(struct ovsdb *ovsdb)
{
	ovsdb->waited = 0;
	if (ovsdb->told_silence && ovsdb->phase == LIVE)
		ovsdb->cbs.problem(ovsdb->arg, &(struct reason){});
	ovsdb->told_silence = false;
	probe_after_silence(ovsdb);
}

static void silent(struct event *event)
{
	struct ovsdb *ovsdb = EVENT_ARG(event);

	if (++ovsdb->waited < patience(ovsdb)) {
		if (ovsdb->waited == 1)
			ask_whether_there(ovsdb);
		if (ovsdb->waited == PROBES)
			tell_silence(ovsdb);
		probe_after_silence(ovsdb);
		return;
	}
	if (is_asking(ovsdb))
		ovsdb->delays = MIN(ovsdb->delays + 1, DELAYS_MAX);
	reason_set(&ovsdb->why, "it does not answer");
	give_up(ovsdb, false);
}

static void probe_after_silence(struct ovsdb *ovsdb)
{
	event_cancel(&ovsdb->ev_probe);
	event_add_timer_msec(ovsdb->loop, silent, ovsdb, PROBE_MS, &ovsdb->ev_probe);
}

/* ---- sending ---- */

static void writable(struct event *event)
{
	struct ovsdb *ovsdb = EVENT_ARG(event);
	ssize_t put = 0;

	while (darr_len(ovsdb->out) && put >= 0) {
		put = ovsdb_channel_write(ovsdb->channel, ovsdb->out, darr_len(ovsdb->out),
					  &ovsdb->why);
		if (put > 0)
			darr_remove_n(ovsdb->out, 0, put);
	}
	if (put < 0 && put != -EAGAIN)
		give_up(ovsdb, false);
	else if (darr_len(ovsdb->out))
		event_add_write(ovsdb->loop, writable, ovsdb, ovsdb_channel_fd(ovsdb->channel),
				&ovsdb->ev_write);
}

/* Takes the message. */
static void send_message(struct ovsdb *ovsdb, struct json_object *message)
{
	const char *text = json_object_to_json_string_ext(
		message, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	size_t len = strlen(text), before = darr_len(ovsdb->out);

	ovsdb->said = clock_us();
	darr_append_n(ovsdb->out, len);
	memcpy(ovsdb->out + before, text, len);
	json_object_put(message);
	if (darr_len(ovsdb->out) > OUT_MAX)
		reason_set(&ovsdb->why, "it asks and does not listen");
	event_add_write(ovsdb->loop, writable, ovsdb, ovsdb_channel_fd(ovsdb->channel),
			&ovsdb->ev_write);
}

/* ---- who the server is ---- */

/* Only one whose word is the cluster's is used; sets ovsdb->why otherwise. */
static void judge_server(struct ovsdb *ovsdb)
{
	const struct ovsdb_server *server = &ovsdb->server;
	bool same = server->cid[0] && !strcmp(server->cid, ovsdb->cid);

	if (!server->found)
		reason_set(&ovsdb->why, "it has no database %s", ovsdb->database);
	else if (!server->connected)
		reason_set(&ovsdb->why, "it is cut off from its cluster");
	else if (!server->leader)
		reason_set(&ovsdb->why, "it is not the leader of its cluster");
	else if (same && server->index < ovsdb->index)
		reason_set(&ovsdb->why, "it is behind what the cluster had already");
	if (ovsdb->why.text[0])
		return;
	strlcpy(ovsdb->cid, server->cid, sizeof(ovsdb->cid));
	ovsdb->index = server->index;
}

static bool take_server(struct ovsdb *ovsdb, struct json_object *updates)
{
	if (!ovsdb_message_server(updates, ovsdb->database, &ovsdb->server, ovsdb->server_row,
				  &ovsdb->why))
		return false;
	judge_server(ovsdb);
	if (ovsdb->why.text[0] || ovsdb->phase != ASKING_SERVER)
		return true;
	ovsdb->phase = ASKING_ROWS;
	send_message(ovsdb,
		     ovsdb_request_rows(ovsdb->database, ovsdb->requests, ovsdb->transaction));
	return true;
}

/* ---- rows ---- */

static bool has_transaction(const struct ovsdb *ovsdb)
{
	return strcmp(ovsdb->transaction, OVSDB_NO_TRANSACTION) != 0;
}

static bool take_update(struct ovsdb *ovsdb, struct json_object *updates, bool all,
			const char *transaction)
{
	if (!ovsdb->cbs.update(ovsdb->arg, updates, all, &ovsdb->why))
		return false;
	strlcpy(ovsdb->transaction, transaction, sizeof(ovsdb->transaction));
	return true;
}

static bool take_rows(struct ovsdb *ovsdb, struct json_object *result)
{
	struct json_object *updates;
	const char *transaction;
	bool found;

	if (!ovsdb_message_snapshot(result, &found, &transaction, &updates, &ovsdb->why))
		return false;
	if (found && !has_transaction(ovsdb)) {
		reason_set(&ovsdb->why, "it knows a transaction that there is not");
		return false;
	}
	ovsdb->have_rows = false;
	if (!take_update(ovsdb, updates, !found, transaction))
		return false;
	ovsdb->phase = LIVE;
	ovsdb->told.text[0] = '\0';
	ovsdb->live_since = clock_us();
	ovsdb->delays = 0;
	ovsdb->cbs.problem(ovsdb->arg, &(struct reason){});
	return true;
}

/* ---- messages ---- */

static bool take_reply(struct ovsdb *ovsdb, const struct ovsdb_message *message)
{
	if (message->id == OVSDB_ASK_SERVER && ovsdb->phase == ASKING_SERVER)
		return take_server(ovsdb, message->result);
	if (message->id == OVSDB_ASK_ROWS && ovsdb->phase == ASKING_ROWS)
		return take_rows(ovsdb, message->result);
	return true;
}

static bool take_update3(struct ovsdb *ovsdb, const struct ovsdb_message *message)
{
	if (ovsdb->phase != LIVE) {
		reason_set(&ovsdb->why, "it told of a change before anything else");
		return false;
	}
	/* told twice */
	if (has_transaction(ovsdb) && !strcmp(message->transaction, ovsdb->transaction))
		return true;
	return take_update(ovsdb, message->updates, false, message->transaction);
}

/* False: ovsdb->why says what cannot be. */
static bool take_kind(struct ovsdb *ovsdb, const struct ovsdb_message *message)
{
	switch (message->kind) {
	case OVSDB_REPLY:
		return take_reply(ovsdb, message);
	case OVSDB_ECHO:
		send_message(ovsdb, message->echo);
		return true;
	case OVSDB_UPDATE2:
		return take_server(ovsdb, message->updates);
	case OVSDB_UPDATE3:
		return take_update3(ovsdb, message);
	case OVSDB_CANCELED:
		reason_set(&ovsdb->why, "it no longer has the database");
		return true;
	case OVSDB_NOTHING:
		return true;
	}
	return true;
}

/* False: the connection is to end. */
static bool take_message(void *arg, struct json_object *object)
{
	struct ovsdb *ovsdb = arg;
	struct ovsdb_message message;

	ovsdb->wrong = !ovsdb_message_read(object, ovsdb->database, &message, &ovsdb->why) ||
		       !take_kind(ovsdb, &message);
	if (ovsdb->have_rows && !ovsdb->wrong) {
		reason_set(&ovsdb->why, "it sent rows that nobody asked for");
		ovsdb->wrong = true;
	}
	if (ovsdb->wrong || ovsdb->why.text[0])
		return false;
	if (ovsdb->phase == LIVE)
		ovsdb->cbs.alive(ovsdb->arg);
	return true;
}

static bool take_row(void *arg, const char *table, const char *uuid, struct json_object *change)
{
	struct ovsdb *ovsdb = arg;

	if (ovsdb->phase != ASKING_ROWS) {
		reason_set(&ovsdb->why, "it sent rows that nobody asked for");
		ovsdb->wrong = true;
		return false;
	}
	ovsdb->have_rows = true;
	ovsdb->wrong = !ovsdb->cbs.row(ovsdb->arg, table, uuid, change, &ovsdb->why);
	return !ovsdb->wrong;
}

static void read_again(struct ovsdb *ovsdb, bool at_once);

/* True where more may be there. */
static bool read_once(struct ovsdb *ovsdb)
{
	static const struct ovsdb_frame_cbs cbs = { .message = take_message, .row = take_row };
	char buf[65536];
	ssize_t got = ovsdb_channel_read(ovsdb->channel, buf, sizeof(buf), &ovsdb->why);
	int ret;

	if (got == -EAGAIN) {
		read_again(ovsdb, false);
		return false;
	}
	if (got <= 0) {
		reason_set(&ovsdb->why, "it closed the connection");
		give_up(ovsdb, false);
		return false;
	}
	heard(ovsdb);
	ret = ovsdb_frame_feed(ovsdb->frame, buf, got, &cbs, ovsdb, &ovsdb->why);
	if (ret < 0)
		give_up(ovsdb, ret == -EPROTO || ovsdb->wrong);
	else if (ovsdb->phase == ASKING_ROWS && clock_us() - ovsdb->said > WORD_US)
		ask_whether_there(ovsdb);
	return ret == 0;
}

static void readable(struct event *event)
{
	struct ovsdb *ovsdb = EVENT_ARG(event);

	for (unsigned int i = 0; i < READS_AT_ONCE; i++)
		if (!read_once(ovsdb))
			return;
	read_again(ovsdb, true);
}

/* At once: what TLS has decrypted already wakes nobody. */
static void read_again(struct ovsdb *ovsdb, bool at_once)
{
	if (at_once)
		event_add_event(ovsdb->loop, readable, ovsdb, 0, &ovsdb->ev_read);
	else
		event_add_read(ovsdb->loop, readable, ovsdb, ovsdb_channel_fd(ovsdb->channel),
			       &ovsdb->ev_read);
}

/* ---- connecting ---- */

static void going_on(struct event *event)
{
	struct ovsdb *ovsdb = EVENT_ARG(event);
	bool to_write;
	int ret = ovsdb_channel_connect(ovsdb->channel, &to_write, &ovsdb->why);
	int fd = ovsdb_channel_fd(ovsdb->channel);

	if (ret == -EAGAIN && to_write) {
		event_add_write(ovsdb->loop, going_on, ovsdb, fd, &ovsdb->ev_write);
	} else if (ret == -EAGAIN) {
		event_add_read(ovsdb->loop, going_on, ovsdb, fd, &ovsdb->ev_read);
	} else if (ret < 0) {
		give_up(ovsdb, false);
	} else {
		ovsdb->phase = ASKING_SERVER;
		send_message(ovsdb, ovsdb_request_server());
		read_again(ovsdb, false);
	}
}

static void connect_next(struct ovsdb *ovsdb)
{
	const struct ovsdb_remote *remote = &ovsdb->place.remotes[ovsdb->at];

	ovsdb->why.text[0] = '\0';
	ovsdb->server = (struct ovsdb_server){};
	ovsdb->server_row[0] = '\0';
	ovsdb->waited = 0;
	ovsdb->told_silence = false;
	ovsdb->phase = CONNECTING;
	ovsdb->channel = ovsdb_channel_new(&ovsdb->place, remote, &ovsdb->why);
	if (!ovsdb->channel) {
		give_up(ovsdb, false);
		return;
	}
	ovsdb->frame = ovsdb_frame_new(MESSAGE_MAX, ROWS_MAX);
	probe_after_silence(ovsdb);
	event_add_write(ovsdb->loop, going_on, ovsdb, ovsdb_channel_fd(ovsdb->channel),
			&ovsdb->ev_write);
}

/* ---- the interface ---- */

struct ovsdb *ovsdb_new(struct event_loop *loop, const char *where, const char *database,
			struct json_object *requests, const struct ovsdb_cbs *cbs, void *arg)
{
	struct ovsdb *ovsdb = XCALLOC(MTYPE_OVSDB, sizeof(*ovsdb));
	struct reason why = {};
	bool ok = ovsdb_place_parse(where, &ovsdb->place, &why);

	assert(ok);
	ovsdb->loop = loop;
	ovsdb->cbs = *cbs;
	ovsdb->arg = arg;
	ovsdb->database = XSTRDUP(MTYPE_OVSDB_NAME, database);
	ovsdb->requests = requests;
	ovsdb->retry_ms = RETRY_FIRST_MS;
	strlcpy(ovsdb->transaction, OVSDB_NO_TRANSACTION, sizeof(ovsdb->transaction));
	event_add_event(loop, retry, ovsdb, 0, &ovsdb->ev_retry);
	return ovsdb;
}

void ovsdb_free(struct ovsdb *ovsdb)
{
	if (!ovsdb)
		return;
	close_channel(ovsdb);
	event_cancel(&ovsdb->ev_retry);
	ovsdb_place_fini(&ovsdb->place);
	json_object_put(ovsdb->requests);
	XFREE(MTYPE_OVSDB_NAME, ovsdb->database);
	XFREE(MTYPE_OVSDB, ovsdb);
}

bool ovsdb_is_live(const struct ovsdb *ovsdb)
{
	return ovsdb->phase == LIVE;
}

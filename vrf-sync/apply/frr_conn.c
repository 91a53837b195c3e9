// SPDX-License-Identifier: GPL-2.0-or-later
/* A lasting connection to one FRR daemon's vty socket. */
#include <zebra.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "command.h"
#include "darr.h"
#include "frrevent.h"
#include "libfrr.h"
#include "log.h"
#include "memory.h"
#include "network.h"
#include "typesafe.h"

#include "clock.h"
#include "errors.h"
#include "apply/frr_conn.h"

DEFINE_MGROUP(TENANT_APPLY, "tenant apply");
DEFINE_MTYPE_STATIC(TENANT_APPLY, FRR_CONN, "FRR connection");
DEFINE_MTYPE_STATIC(TENANT_APPLY, FRR_CONN_COMMAND, "FRR command");

#define RECONNECT_MS 100
#define ATTEMPTS     10   /* so often after a sign of life; then a sign is waited for */
#define SLOW_LOOK_MS 3000 /* which would find what inotify cannot see */
#define WINDOW       128  /* commands under way at once */
#define OWED_FACTOR  20   /* patience with what mgmtd owes; its own with a commit is 600 s */
#define ANSWER_MAX   (64 * 1024 * 1024)

unsigned int frr_conn_patience_ms = 30000;

PREDECL_LIST(command_list);

struct command {
	struct command_list_item item;
	frr_conn_done done;
	void *arg;
	int index;
	char line[]; /* with its NUL, which also goes over the wire */
};

DECLARE_LIST(command_list, struct command, item);

struct frr_conn {
	struct event_loop *loop;
	struct frr_conn_cbs cbs;
	void *arg;
	const char *name;
	unsigned int window;
	int fd; /* -1: none */
	bool up;
	bool silent;           /* it was given up, and has not answered since */
	size_t owed;           /* answers that nobody waits for any more */
	int64_t heard;         /* of it last, or asked first since; us monotonic */
	bool tried;            /* to connect, at least once */
	unsigned int attempts; /* in vain, since the last sign of it */
	int watch;             /* inotify, on the folder of its socket; -1: none */
	struct vty_reader reader;
	struct command_list_head waiting[1], sent[1];
	struct command_list_head refused[1]; /* when they came */
	size_t offset; /* of the first waiting command that is written already */
	struct event *ev_read, *ev_write, *ev_connect, *ev_lost, *ev_watch, *ev_patience;
};

static void connect_later(struct frr_conn *conn);

/* ---- answers ---- */

void vty_reader_reset(struct vty_reader *reader)
{
	darr_free(reader->text);
	*reader = (struct vty_reader){};
}

size_t vty_reader_feed(struct vty_reader *reader, const char *bytes, size_t count, bool *complete,
		       int *status)
{
	*complete = false;
	for (size_t i = 0; i < count; i++) {
		if (reader->nuls == 3) {
			*darr_append(reader->text) = '\0';
			*status = (unsigned char)bytes[i];
			*complete = true;
			return i + 1;
		}
		if (bytes[i] == '\0') {
			reader->nuls++;
			continue;
		}
		reader->nuls = 0;
		*darr_append(reader->text) = bytes[i];
	}
	return count;
}

/* A refused transaction (lib/northbound_cli.c) begins "% Configuration failed." and
 * says why further down, if it knows.
 */
const char *vty_reason(char *text)
{
	static const char *const before[] = { "Error description: ", "Error type: " };

	for (unsigned int i = 0; i < array_size(before); i++) {
		char *reason = strstr(text, before[i]);

		if (reason) {
			text = reason + strlen(before[i]);
			break;
		}
	}
	text += strspn(text, "% \r\n");
	text[strcspn(text, "\r\n")] = '\0';
	return *text ? text : "no reason given";
}

/* ---- losing it ---- */

static void command_answer(struct command *command, int status, char *text)
{
	if (command->done)
		command->done(command->arg, command->index, status, text);
	XFREE(MTYPE_FRR_CONN_COMMAND, command);
}

static void take_all(struct command_list_head *to, struct command_list_head *from)
{
	struct command *command;

	while ((command = command_list_pop(from)))
		command_list_add_tail(to, command);
}

/* A callback may queue anew: only what is in the list now is lost. */
static void answer_lost(struct command_list_head *lost)
{
	struct command *command;
	char nothing[1] = "";

	while ((command = command_list_pop(lost)))
		command_answer(command, FRR_CONN_LOST, nothing);
	command_list_fini(lost);
}

static void drop_commands(struct frr_conn *conn)
{
	struct command_list_head lost[1];

	command_list_init(lost);
	take_all(lost, conn->sent);
	take_all(lost, conn->waiting);
	conn->offset = 0;
	answer_lost(lost);
}

static void conn_close(struct frr_conn *conn)
{
	bool was_up = conn->up;

	event_cancel(&conn->ev_read);
	event_cancel(&conn->ev_write);
	event_cancel(&conn->ev_patience);
	if (conn->fd >= 0)
		close(conn->fd);
	conn->fd = -1;
	conn->up = false;
	conn->owed = 0;
	vty_reader_reset(&conn->reader);
	if (was_up && conn->cbs.down)
		conn->cbs.down(conn->arg, conn);
	drop_commands(conn);
	conn->attempts = 0;
	connect_later(conn);
}

/* ---- giving it up, for a while ---- */

/* The rest of a line that is half written must follow, or the next would be a part of
 * it; whoever gave it has his answer from its double.
 */
static void keep_half(struct frr_conn *conn, struct command_list_head *lost)
{
	struct command *half = command_list_pop(conn->waiting);
	struct command *twin = XCALLOC(MTYPE_FRR_CONN_COMMAND, sizeof(*twin));

	twin->done = half->done;
	twin->arg = half->arg;
	twin->index = half->index;
	half->done = NULL;
	command_list_add_tail(lost, twin);
	take_all(lost, conn->waiting);
	command_list_add_tail(conn->waiting, half);
}

/* Hanging up is no harm but to mgmtd, for which it may be during a commit. */
static void stop_listening(struct frr_conn *conn)
{
	struct command_list_head lost[1];

	conn->up = false;
	conn->owed = command_list_count(conn->sent);
	command_list_init(lost);
	take_all(lost, conn->sent);
	if (conn->offset)
		keep_half(conn, lost);
	else
		take_all(lost, conn->waiting);
	if (conn->cbs.down)
		conn->cbs.down(conn->arg, conn);
	answer_lost(lost);
}

static void be_patient(struct frr_conn *conn);

static void give_up(struct frr_conn *conn)
{
	if (!conn->silent)
		flog_warn(EC_TENANT_OUT_OF_STEP,
			  "%s has not answered for %u s; going on without it until it does",
			  conn->name, frr_conn_patience_ms / 1000);
	conn->silent = true;
	if (conn->up && conn->window == 1) {
		stop_listening(conn);
		be_patient(conn);
	} else {
		conn_close(conn);
	}
	if (conn->cbs.absent)
		conn->cbs.absent(conn->arg, conn);
}

static void patience_over(struct event *event);

static int64_t patience_left(const struct frr_conn *conn)
{
	int64_t patience = frr_conn_patience_ms * INT64_C(1000);

	return conn->heard + (conn->owed ? OWED_FACTOR * patience : patience) - clock_us();
}

static void be_patient(struct frr_conn *conn)
{
	event_add_timer_msec(conn->loop, patience_over, conn,
			     MAX(patience_left(conn) / 1000, 0) + 1, &conn->ev_patience);
}

static void patience_over(struct event *event)
{
	struct frr_conn *conn = EVENT_ARG(event);

	if (!conn->owed && !command_list_count(conn->sent))
		return; /* until something is asked again */
	if (patience_left(conn) > 0)
		be_patient(conn);
	else
		give_up(conn);
}

/* ---- reading and writing ---- */

static void conn_write(struct event *event);

static bool may_send(const struct frr_conn *conn)
{
	return command_list_count(conn->waiting) &&
	       (conn->offset || command_list_count(conn->sent) < conn->window);
}

static void want_write(struct frr_conn *conn)
{
	if (conn->fd >= 0 && may_send(conn))
		event_add_write(conn->loop, conn_write, conn, conn->fd, &conn->ev_write);
}

static void conn_write(struct event *event)
{
	struct frr_conn *conn = EVENT_ARG(event);

	while (may_send(conn)) {
		struct command *command = command_list_first(conn->waiting);
		size_t size = strlen(command->line) + 1;
		ssize_t len = send(conn->fd, command->line + conn->offset, size - conn->offset,
				   MSG_DONTWAIT | MSG_NOSIGNAL);

		if (len < 0 && ERRNO_IO_RETRY(errno))
			break;
		if (len < 0) {
			conn_close(conn);
			return;
		}
		conn->offset += len;
		if (conn->offset < size)
			break;
		conn->offset = 0;
		command_list_del(conn->waiting, command);
		if (!command_list_count(conn->sent))
			conn->heard = clock_us();
		command_list_add_tail(conn->sent, command);
		if (!event_is_scheduled(conn->ev_patience))
			be_patient(conn);
	}
	want_write(conn);
}

static bool take_answers(struct frr_conn *conn, const char *bytes, size_t count)
{
	struct command *command;
	int status = 0, fd = conn->fd;
	bool complete;

	while (count) {
		size_t used = vty_reader_feed(&conn->reader, bytes, count, &complete, &status);

		bytes += used;
		count -= used;
		if (darr_len(conn->reader.text) > ANSWER_MAX)
			return false;
		if (!complete)
			continue;
		if (conn->owed) {
			conn->owed--;
			vty_reader_reset(&conn->reader);
			continue;
		}
		command = command_list_pop(conn->sent);
		if (!command)
			return false; /* an answer to nothing: we are out of step */
		/* the callback may write into the text, or close the connection */
		char *text = conn->reader.text;

		conn->reader = (struct vty_reader){};
		command_answer(command, status, text);
		darr_free(text);
		if (conn->fd != fd)
			return true;
	}
	return true;
}

/* After silence, and before anything new was asked. */
static bool has_paid(const struct frr_conn *conn)
{
	return conn->silent && !conn->owed && !command_list_count(conn->sent) &&
	       !command_list_count(conn->waiting);
}

static void conn_read(struct event *event)
{
	struct frr_conn *conn = EVENT_ARG(event);
	char buf[65536];
	ssize_t len = recv(conn->fd, buf, sizeof(buf), MSG_DONTWAIT);

	if (len < 0 && ERRNO_IO_RETRY(errno)) {
		event_add_read(conn->loop, conn_read, conn, conn->fd, &conn->ev_read);
		return;
	}
	if (len <= 0) {
		conn_close(conn);
		return;
	}
	event_add_read(conn->loop, conn_read, conn, conn->fd, &conn->ev_read);
	conn->heard = clock_us();
	if (!take_answers(conn, buf, len)) {
		flog_warn(EC_TENANT_OUT_OF_STEP, "%s answered out of step; connecting anew",
			  conn->name);
		conn_close(conn);
		return;
	}
	if (has_paid(conn))
		conn_close(conn); /* where its session stands, nobody knows */
	else
		want_write(conn);
}

/* ---- connecting ---- */

static void enabled(void *arg, int index, int status, char *text)
{
	struct frr_conn *conn = arg;

	if (status == FRR_CONN_LOST)
		return;
	conn->silent = false;
	conn->up = true;
	conn->cbs.up(conn->arg, conn);
}

static int open_socket(const char *name)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int len =
		snprintf(addr.sun_path, sizeof(addr.sun_path), "%s/%s.vty", frr_runstatedir, name);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	/* a local connect either succeeds at once or there is no daemon */
	if (len >= (int)sizeof(addr.sun_path) ||
	    connect(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0) {
		close(fd);
		return -1;
	}
	set_nonblocking(fd);
	return fd;
}

static void unwatch_folder(struct frr_conn *conn)
{
	event_cancel(&conn->ev_watch);
	if (conn->watch >= 0)
		close(conn->watch);
	conn->watch = -1;
}

static bool is_our_socket(const struct frr_conn *conn, const char *file)
{
	size_t len = strlen(conn->name);

	return !strncmp(file, conn->name, len) && !strcmp(file + len, ".vty");
}

static void conn_connect(struct event *event);

static void folder_changed(struct event *event)
{
	struct frr_conn *conn = EVENT_ARG(event);
	char buf[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
	bool came = false, gone = false;
	ssize_t len;

	while ((len = read(conn->watch, buf, sizeof(buf))) > 0) {
		for (char *at = buf; at < buf + len;) {
			const struct inotify_event *one = (const struct inotify_event *)at;

			came |= (one->mask & IN_Q_OVERFLOW) ||
				(one->len && is_our_socket(conn, one->name));
			gone |= (one->mask & IN_IGNORED) != 0;
			at += sizeof(*one) + one->len;
		}
	}
	event_add_read(conn->loop, folder_changed, conn, conn->watch, &conn->ev_watch);
	if (gone)
		unwatch_folder(conn);
	if (conn->fd >= 0 || (!came && !gone))
		return;
	conn->attempts = 0;
	event_cancel(&conn->ev_connect);
	event_add_event(conn->loop, conn_connect, conn, 0, &conn->ev_connect);
}

/* Tells when a daemon makes its socket, so that nobody has to look for it. */
static void watch_folder(struct frr_conn *conn)
{
	if (conn->watch >= 0)
		return;
	conn->watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (conn->watch < 0)
		return;
	if (inotify_add_watch(conn->watch, frr_runstatedir, IN_CREATE | IN_MOVED_TO) < 0)
		unwatch_folder(conn);
	else
		event_add_read(conn->loop, folder_changed, conn, conn->watch, &conn->ev_watch);
}

static void conn_connect(struct event *event)
{
	struct frr_conn *conn = EVENT_ARG(event);

	conn->tried = true;
	conn->fd = open_socket(conn->name);
	if (conn->fd < 0) {
		conn->silent = false;
		watch_folder(conn);
		connect_later(conn);
		if (conn->cbs.absent)
			conn->cbs.absent(conn->arg, conn);
		return;
	}
	event_add_read(conn->loop, conn_read, conn, conn->fd, &conn->ev_read);
	frr_conn_send(conn, "enable", enabled, conn, 0);
}

/* A daemon that this node has no use for may never come: nobody polls for it. */
static void connect_later(struct frr_conn *conn)
{
	bool quick = conn->watch < 0 || conn->attempts < ATTEMPTS;

	conn->attempts++;
	event_add_timer_msec(conn->loop, conn_connect, conn, quick ? RECONNECT_MS : SLOW_LOOK_MS,
			     &conn->ev_connect);
}

struct frr_conn *frr_conn_new(struct event_loop *loop, const char *name,
			      const struct frr_conn_cbs *cbs, void *arg)
{
	struct frr_conn *conn = XCALLOC(MTYPE_FRR_CONN, sizeof(*conn));

	conn->loop = loop;
	conn->name = name;
	conn->cbs = *cbs;
	conn->arg = arg;
	conn->fd = -1;
	conn->watch = -1;
	conn->window = strcmp(name, "mgmtd") ? WINDOW : 1;
	command_list_init(conn->waiting);
	command_list_init(conn->sent);
	command_list_init(conn->refused);
	event_add_event(loop, conn_connect, conn, 0, &conn->ev_connect);
	return conn;
}

void frr_conn_free(struct frr_conn *conn)
{
	struct command *command;

	if (!conn)
		return;
	event_cancel(&conn->ev_read);
	event_cancel(&conn->ev_write);
	event_cancel(&conn->ev_connect);
	event_cancel(&conn->ev_lost);
	event_cancel(&conn->ev_patience);
	unwatch_folder(conn);
	if (conn->fd >= 0)
		close(conn->fd);
	take_all(conn->sent, conn->waiting);
	take_all(conn->sent, conn->refused);
	while ((command = command_list_pop(conn->sent)))
		XFREE(MTYPE_FRR_CONN_COMMAND, command);
	vty_reader_reset(&conn->reader);
	XFREE(MTYPE_FRR_CONN, conn);
}

const char *frr_conn_name(const struct frr_conn *conn)
{
	return conn->name;
}

bool frr_conn_is_up(const struct frr_conn *conn)
{
	return conn && conn->up;
}

bool frr_conn_is_coming(const struct frr_conn *conn)
{
	return conn && !conn->up && !conn->silent && (!conn->tried || conn->fd >= 0);
}

bool frr_conn_is_silent(const struct frr_conn *conn)
{
	return conn && conn->silent;
}

static void lost(struct event *event)
{
	struct frr_conn *conn = EVENT_ARG(event);

	struct command_list_head lost[1];

	command_list_init(lost);
	take_all(lost, conn->refused);
	answer_lost(lost);
}

void frr_conn_send(struct frr_conn *conn, const char *line, frr_conn_done done, void *arg,
		   int index)
{
	size_t size = strlen(line) + 1;
	struct command *command = XCALLOC(MTYPE_FRR_CONN_COMMAND, sizeof(*command) + size);

	command->done = done;
	command->arg = arg;
	command->index = index;
	memcpy(command->line, line, size);
	if (conn->fd < 0 || (conn->silent && done != enabled)) {
		command_list_add_tail(conn->refused, command);
		event_add_event(conn->loop, lost, conn, 0, &conn->ev_lost);
		return;
	}
	command_list_add_tail(conn->waiting, command);
	want_write(conn);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* mgmtd's front-end protocol: messages, and waiting for their answers. */
#include <zebra.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <libyang/libyang.h>

#include "mgmt_defines.h"
#include "mgmt_msg.h"
#include "mgmt_msg_native.h"
#include "libfrr.h"
#include "log.h"
#include "clock.h"

#include "netconf/frontend.h"
#include "netconf/frontend_message.h"
#include "netconf/netconfd.h"

DEFINE_MTYPE_STATIC(NETCONFD, FRONTEND, "Session with mgmtd");
DEFINE_MTYPE_STATIC(NETCONFD, FRONTEND_MESSAGE, "Message to or from mgmtd");

struct frontend {
	int fd; /* -1 when lost */
	uint64_t session;
	uint64_t request;
	bool locked[FRONTEND_OPERATIONAL];
	void (*heard)(void *arg, const char *json);
	void *arg;
};

/* ---- reading and writing ---- */

static int lose(struct frontend *mgmtd, int number, struct frontend_error *why)
{
	close(mgmtd->fd);
	mgmtd->fd = -1;
	memset(mgmtd->locked, 0, sizeof(mgmtd->locked));
	why->number = number;
	if (number == ETIMEDOUT)
		snprintf(
			why->text, sizeof(why->text),
			"mgmtd did not answer within %u s; nobody knows whether it did what was asked: look at running",
			FRONTEND_TIMEOUT_S);
	else
		snprintf(
			why->text, sizeof(why->text),
			"the connection to mgmtd broke (%s), and a lock on running with it; ask again when mgmtd runs",
			safe_strerror(number));
	return -1;
}

/* 0 when there is something to read, else an error number. */
static int wait_readable(int fd, int64_t until)
{
	struct pollfd readable = { .fd = fd, .events = POLLIN };
	int64_t left = until - clock_us();
	int ready;

	if (left <= 0)
		return ETIMEDOUT; /* also where it says something else all the time */
	do {
		ready = poll(&readable, 1, left / 1000);
	} while (ready < 0 && errno == EINTR);
	return ready < 0 ? errno : ready ? 0 : ETIMEDOUT;
}

/* 0, or an error number. */
static int read_all(int fd, void *to, size_t length, int64_t until)
{
	while (length) {
		int problem = wait_readable(fd, until);
		ssize_t got;

		if (problem)
			return problem;
		got = read(fd, to, length);
		if (got < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (got <= 0)
			return got ? errno : ECONNRESET;
		to = (char *)to + got;
		length -= got;
	}
	return 0;
}

static int write_all(int fd, const void *from, size_t length)
{
	while (length) {
		ssize_t sent = send(fd, from, length, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return errno == EAGAIN ? ETIMEDOUT : errno; /* SO_SNDTIMEO */
		from = (const char *)from + sent;
		length -= sent;
	}
	return 0;
}

/* ---- messages ---- */

/* One with its code, and room for the rest: two texts at most behind what is fixed. */
static void *message_new(uint16_t code, size_t fixed, const char *first, const char *second,
			 size_t *length)
{
	size_t head = sizeof(struct mgmt_msg_hdr), first_length = first ? strlen(first) + 1 : 0;
	size_t second_length = second ? strlen(second) + 1 : 0;
	struct mgmt_msg_hdr *frame;
	struct mgmt_msg_header *message;

	*length = fixed + first_length + second_length;
	frame = XCALLOC(MTYPE_FRONTEND_MESSAGE, head + *length);
	frame->marker = MGMT_MSG_MARKER(MGMT_MSG_VERSION_NATIVE);
	frame->len = head + *length;
	message = (struct mgmt_msg_header *)(frame + 1);
	message->code = code;
	message->vsplit = second ? first_length : 0;
	if (first)
		memcpy((char *)message + fixed, first, first_length);
	if (second)
		memcpy((char *)message + fixed + first_length, second, second_length);
	return message;
}

static void message_free(void *message)
{
	struct mgmt_msg_hdr *frame = message;

	if (!message)
		return;
	frame--;
	XFREE(MTYPE_FRONTEND_MESSAGE, frame);
}

static int message_send(struct frontend *mgmtd, struct mgmt_msg_header *message, size_t length,
			struct frontend_error *why)
{
	int problem;

	message->refer_id = mgmtd->session;
	message->req_id = ++mgmtd->request;
	problem = write_all(mgmtd->fd, (struct mgmt_msg_hdr *)message - 1,
			    sizeof(struct mgmt_msg_hdr) + length);
	return problem ? lose(mgmtd, problem, why) : 0;
}

/* Of one received, without its head. */
static size_t message_length(const struct mgmt_msg_header *message)
{
	return frontend_message_length((const struct mgmt_msg_hdr *)message - 1);
}

/* The next one, ended by a NUL whatever it says; NULL on error. */
static struct mgmt_msg_header *message_receive(struct frontend *mgmtd, int64_t until,
					       struct frontend_error *why)
{
	struct mgmt_msg_hdr head, *frame;
	int problem = read_all(mgmtd->fd, &head, sizeof(head), until);
	size_t length = problem ? 0 : frontend_message_length(&head);

	if (!length) {
		lose(mgmtd, problem ?: EPROTO, why);
		return NULL;
	}
	frame = XCALLOC(MTYPE_FRONTEND_MESSAGE, sizeof(head) + length + 1);
	*frame = head;
	problem = read_all(mgmtd->fd, frame + 1, length, until);
	if (!problem)
		return (struct mgmt_msg_header *)(frame + 1);
	message_free(frame + 1);
	lose(mgmtd, problem, why);
	return NULL;
}

/* Whatever was not asked for. */
static void tell(const struct frontend *mgmtd, const struct mgmt_msg_header *message)
{
	const char *json = frontend_message_event(message, message_length(message));

	if (json && mgmtd->heard)
		mgmtd->heard(mgmtd->arg, json);
}

/* Sends the question and frees it; the answer of that code, or NULL. */
static struct mgmt_msg_header *ask(struct frontend *mgmtd, struct mgmt_msg_header *question,
				   size_t length, uint16_t code, struct frontend_error *why)
{
	int64_t until = clock_us() + FRONTEND_TIMEOUT_S * 1000000LL;
	struct mgmt_msg_header *answer;
	enum frontend_said said;
	int failed;

	if (mgmtd->fd < 0) {
		message_free(question);
		why->number = ENOTCONN;
		snprintf(why->text, sizeof(why->text),
			 "the connection to mgmtd was lost; ask again when mgmtd runs");
		return NULL;
	}
	failed = message_send(mgmtd, question, length, why);
	message_free(question);
	while (!failed) {
		answer = message_receive(mgmtd, until, why);
		if (!answer)
			return NULL;
		said = frontend_message_judge(answer, mgmtd->request, code);
		if (said == FRONTEND_SAID_ANSWER)
			return answer;
		if (said == FRONTEND_SAID_REFUSAL)
			frontend_message_refusal(answer, why);
		else if (said == FRONTEND_SAID_NONSENSE)
			lose(mgmtd, EPROTO, why);
		else
			tell(mgmtd, answer);
		failed = said != FRONTEND_SAID_ELSE;
		message_free(answer);
	}
	return NULL;
}

/* The same where the answer says no more than that it was done. */
static int ask_plainly(struct frontend *mgmtd, struct mgmt_msg_header *question, size_t length,
		       uint16_t code, struct frontend_error *why)
{
	struct mgmt_msg_header *answer = ask(mgmtd, question, length, code, why);

	message_free(answer);
	return answer ? 0 : -1;
}

/* ---- a session ---- */

static int begin(struct frontend *mgmtd, struct frontend_error *why)
{
	struct mgmt_msg_session_req *question;
	struct mgmt_msg_header *answer;
	size_t length;

	question = message_new(MGMT_MSG_CODE_SESSION_REQ, sizeof(*question), "frr-netconfd", NULL,
			       &length);
	/* as daemons write it: mgmtd 10.7.1 ends when it is to write a notification anew */
	question->notify_format = LYD_JSON;
	answer = ask(mgmtd, (struct mgmt_msg_header *)question, length,
		     MGMT_MSG_CODE_SESSION_REPLY, why);
	if (!answer)
		return -1;
	mgmtd->session = answer->refer_id;
	message_free(answer);
	return 0;
}

struct frontend *frontend_open(struct frontend_error *why)
{
	const struct timeval patience = { .tv_sec = FRONTEND_TIMEOUT_S };
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct frontend *mgmtd = XCALLOC(MTYPE_FRONTEND, sizeof(*mgmtd));
	char usual[PATH_MAX];

	snprintf(usual, sizeof(usual), MGMTD_FE_SOCK_NAME);
	strlcpy(address.sun_path, usual, sizeof(address.sun_path));
	mgmtd->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(mgmtd->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	if (mgmtd->fd < 0 || connect(mgmtd->fd, (void *)&address, sizeof(address)) < 0) {
		why->number = errno;
		snprintf(why->text, sizeof(why->text),
			 "mgmtd does not answer at %s (%s); start FRR with mgmtd",
			 address.sun_path, safe_strerror(errno));
	} else if (begin(mgmtd, why) == 0) {
		return mgmtd;
	}
	frontend_close(mgmtd);
	return NULL;
}

void frontend_close(struct frontend *mgmtd)
{
	if (!mgmtd)
		return;
	if (mgmtd->fd >= 0)
		close(mgmtd->fd);
	XFREE(MTYPE_FRONTEND, mgmtd);
}

bool frontend_is_lost(const struct frontend *mgmtd)
{
	return mgmtd->fd < 0;
}

/* ---- what it tells by itself ---- */

void frontend_listen(struct frontend *mgmtd, void (*heard)(void *arg, const char *json), void *arg)
{
	mgmtd->heard = heard;
	mgmtd->arg = arg;
}

int frontend_fd(const struct frontend *mgmtd)
{
	return mgmtd->fd;
}

int frontend_hear(struct frontend *mgmtd, struct frontend_error *why)
{
	int64_t until = clock_us() + FRONTEND_TIMEOUT_S * 1000000LL;
	struct mgmt_msg_header *message = message_receive(mgmtd, until, why);

	if (!message)
		return -1;
	tell(mgmtd, message);
	message_free(message);
	return 0;
}

/* ---- questions ---- */

/* Of configuration a part is as good as none: what is missing would be taken for deleted.  Of
 * state it is what there is.
 */
static char *take_xml(const struct mgmt_msg_header *answer,
		      const struct frontend_question *question, struct frontend_error *why)
{
	const char *xml = frontend_message_xml(answer, message_length(answer));
	bool is_partial = frontend_message_is_partial(answer);

	if (xml && is_partial && question->state)
		zlog_warn(
			"mgmtd could not give all of %s, as one of its back ends failed; answering with the rest",
			question->xpath);
	else if (!xml || is_partial) {
		why->number = EPROTO;
		snprintf(why->text, sizeof(why->text), "mgmtd's answer %s; see its log",
			 xml ? "is not all of its configuration" : "cannot be read");
		return NULL;
	}
	return strdup(xml);
}

char *frontend_get(struct frontend *mgmtd, const struct frontend_question *question,
		   struct frontend_error *why)
{
	struct mgmt_msg_get_data *message;
	struct mgmt_msg_header *answer;
	char *xml;
	size_t length;

	message = message_new(MGMT_MSG_CODE_GET_DATA, sizeof(*message), question->xpath, NULL,
			      &length);
	message->result_type = LYD_XML;
	message->flags = (question->config ? GET_DATA_FLAG_CONFIG : 0) |
			 (question->state ? GET_DATA_FLAG_STATE : 0);
	message->defaults = question->defaults;
	message->datastore = question->store;
	answer = ask(mgmtd, (struct mgmt_msg_header *)message, length, MGMT_MSG_CODE_TREE_DATA,
		     why);
	if (!answer)
		return NULL;
	xml = take_xml(answer, question, why);
	message_free(answer);
	return xml;
}

char *frontend_rpc(struct frontend *mgmtd, const char *xpath, const char *xml,
		   struct frontend_error *why)
{
	struct mgmt_msg_rpc *message;
	struct mgmt_msg_header *answer;
	const char *output;
	char *copy = NULL;
	size_t length;

	message = message_new(MGMT_MSG_CODE_RPC, sizeof(*message), xpath, xml, &length);
	message->request_type = LYD_XML;
	answer = ask(mgmtd, (struct mgmt_msg_header *)message, length, MGMT_MSG_CODE_RPC_REPLY,
		     why);
	if (!answer)
		return NULL;
	output = frontend_message_output(answer, message_length(answer));
	if (output) {
		copy = strdup(output);
	} else {
		why->number = EPROTO;
		snprintf(why->text, sizeof(why->text),
			 "it was done, but mgmtd's answer cannot be read; see its log");
	}
	message_free(answer);
	return copy;
}

int frontend_lock(struct frontend *mgmtd, enum frontend_store store, bool on,
		  struct frontend_error *why)
{
	struct mgmt_msg_lock *message;
	size_t length;

	message = message_new(MGMT_MSG_CODE_LOCK, sizeof(*message), NULL, NULL, &length);
	message->datastore = store;
	message->lock = on;
	if (ask_plainly(mgmtd, (struct mgmt_msg_header *)message, length, MGMT_MSG_CODE_LOCK_REPLY,
			why))
		return -1;
	mgmtd->locked[store] = on;
	return 0;
}

bool frontend_has_lock(const struct frontend *mgmtd, enum frontend_store store)
{
	return mgmtd->locked[store];
}

int frontend_edit(struct frontend *mgmtd, enum frontend_edit what, const char *xpath,
		  const char *xml, struct frontend_error *why)
{
	static const uint8_t operations[] = {
		[FRONTEND_MERGE] = EDIT_OP_MERGE,
		[FRONTEND_REMOVE] = EDIT_OP_REMOVE,
	};
	struct mgmt_msg_edit *message;
	size_t length;

	message = message_new(MGMT_MSG_CODE_EDIT, sizeof(*message), xpath, xml ?: "", &length);
	message->request_type = LYD_XML;
	message->datastore = FRONTEND_CANDIDATE;
	message->operation = operations[what];
	return ask_plainly(mgmtd, (struct mgmt_msg_header *)message, length,
			   MGMT_MSG_CODE_EDIT_REPLY, why);
}

int frontend_commit(struct frontend *mgmtd, enum frontend_commit what, struct frontend_error *why)
{
	static const uint8_t actions[] = {
		[FRONTEND_APPLY] = MGMT_MSG_COMMIT_APPLY,
		[FRONTEND_ABORT] = MGMT_MSG_COMMIT_ABORT,
		[FRONTEND_VALIDATE] = MGMT_MSG_COMMIT_VALIDATE,
	};
	struct mgmt_msg_commit *message;
	size_t length;

	message = message_new(MGMT_MSG_CODE_COMMIT, sizeof(*message), NULL, NULL, &length);
	message->source = FRONTEND_CANDIDATE;
	message->target = FRONTEND_RUNNING;
	message->action = actions[what];
	return ask_plainly(mgmtd, (struct mgmt_msg_header *)message, length,
			   MGMT_MSG_CODE_COMMIT_REPLY, why);
}

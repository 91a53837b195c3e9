// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One connection:
 *
 *	reading --request_judge()--> writing --all sent--> closing --the end--> gone
 *
 * closing reads what still comes and throws it away: a close() with unread
 * bytes would reset the connection, and the client could lose the answer.
 * LIMIT_S after it was taken it is dropped, wherever it is.
 */
#include <zebra.h>

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "darr.h"
#include "frrevent.h"
#include "log.h"
#include "memory.h"
#include "network.h"
#include "sockunion.h"
#include "typesafe.h"

#include "errors.h"
#include "daemon/metrics_server.h"
#include "daemon/tenantd.h"
#include "metrics/exposition.h"
#include "metrics/request.h"

DECLARE_MGROUP(TENANTD);
DEFINE_MTYPE_STATIC(TENANTD, METRICS_CLIENT, "metrics client");

#define CLIENTS_MAX 4
#define QUEUE_MAX   32
#define LIMIT_S     5
#define RETRY_S     3

PREDECL_DLIST(client_list);

struct client {
	struct client_list_item item;
	int fd;
	struct event *ev_io, *ev_limit;
	char request[REQUEST_MAX];
	size_t got;
	char *answer; /* darr; NULL: still reading */
	size_t sent;
	enum request_status status; /* of the answer */
};

DECLARE_DLIST(client_list, struct client, item);

static struct {
	struct endpoint at;
	int fd; /* -1: none */
	struct event *ev_accept, *ev_retry;
	struct client_list_head clients[1];
	uint64_t requests[METRICS_REQUEST_COUNT];
	struct reason problem;
} server = { .fd = -1, .clients = { INIT_DLIST(server.clients[0]) } };

static void accept_more(void);

/* ---- one connection ---- */

static void client_free(struct client *client)
{
	client_list_del(server.clients, client);
	event_cancel(&client->ev_io);
	event_cancel(&client->ev_limit);
	close(client->fd);
	darr_free(client->answer);
	XFREE(MTYPE_METRICS_CLIENT, client);
	accept_more();
}

static void client_drop(struct client *client)
{
	server.requests[METRICS_DROPPED]++;
	client_free(client);
}

static void client_too_slow(struct event *event)
{
	struct client *client = EVENT_ARG(event);

	if (client->answer && client->sent == darr_strlen(client->answer))
		client_free(client); /* it has its answer, and only does not hang up */
	else
		client_drop(client);
}

static void client_close(struct event *event)
{
	struct client *client = EVENT_ARG(event);
	char ignored[1024];
	ssize_t got = read(client->fd, ignored, sizeof(ignored));

	if (got > 0 || (got < 0 && ERRNO_IO_RETRY(errno)))
		event_add_read(tenantd.loop, client_close, client, client->fd, &client->ev_io);
	else
		client_free(client);
}

static void client_write(struct event *event)
{
	struct client *client = EVENT_ARG(event);
	size_t left = darr_strlen(client->answer) - client->sent;
	ssize_t sent = send(client->fd, client->answer + client->sent, left, MSG_NOSIGNAL);

	if (sent < 0 && !ERRNO_IO_RETRY(errno)) {
		client_drop(client);
		return;
	}
	client->sent += MAX(sent, 0);
	if (sent < (ssize_t)left) {
		event_add_write(tenantd.loop, client_write, client, client->fd, &client->ev_io);
		return;
	}
	server.requests[client->status == REQUEST_OK ? METRICS_ANSWERED : METRICS_REFUSED]++;
	shutdown(client->fd, SHUT_WR);
	event_add_read(tenantd.loop, client_close, client, client->fd, &client->ev_io);
}

static void client_answer(struct client *client, enum request_status status)
{
	struct exposition body = {};
	char head[REQUEST_HEAD_SIZE];

	if (status == REQUEST_OK)
		metrics_collect(&body);
	else
		darr_in_strcat(body.text, request_complaint(status));
	client->status = status;
	request_head(head, status, exposition_length(&body));
	darr_in_strcat(client->answer, head);
	darr_in_strcat(client->answer, body.text);
	exposition_fini(&body);
	event_add_write(tenantd.loop, client_write, client, client->fd, &client->ev_io);
}

static void client_read(struct event *event)
{
	struct client *client = EVENT_ARG(event);
	ssize_t got = read(client->fd, client->request + client->got,
			   sizeof(client->request) - client->got);
	enum request_status status;

	if (got == 0 || (got < 0 && !ERRNO_IO_RETRY(errno))) {
		client_drop(client);
		return;
	}
	client->got += MAX(got, 0);
	status = request_judge(client->request, client->got);
	if (status == REQUEST_MORE)
		event_add_read(tenantd.loop, client_read, client, client->fd, &client->ev_io);
	else
		client_answer(client, status);
}

static void accept_later(struct event *event)
{
	accept_more();
}

static void client_accept(struct event *event)
{
	int fd = accept4(server.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct client *client;

	if (fd < 0 && (ERRNO_IO_RETRY(errno) || errno == ECONNABORTED)) {
		accept_more(); /* it has gone again */
		return;
	}
	if (fd < 0) { /* out of descriptors: the socket would be readable for ever */
		event_add_timer(tenantd.loop, accept_later, NULL, 1, &server.ev_accept);
		return;
	}
	client = XCALLOC(MTYPE_METRICS_CLIENT, sizeof(*client));
	client->fd = fd;
	client_list_add_tail(server.clients, client);
	event_add_read(tenantd.loop, client_read, client, fd, &client->ev_io);
	event_add_timer(tenantd.loop, client_too_slow, client, LIMIT_S, &client->ev_limit);
	accept_more();
}

/* One that comes while all places are taken waits in the kernel's queue. */
static void accept_more(void)
{
	if (server.fd >= 0 && client_list_count(server.clients) < CLIENTS_MAX)
		event_add_read(tenantd.loop, client_accept, NULL, server.fd, &server.ev_accept);
}

/* ---- the socket ---- */

static socklen_t socket_address(const struct endpoint *at, union sockunion *address)
{
	memset(address, 0, sizeof(*address));
	address->sa.sa_family = at->address.family;
	if (at->address.family == AF_INET6) {
		address->sin6.sin6_port = htons(at->port);
		memcpy(&address->sin6.sin6_addr, at->address.addr, sizeof(struct in6_addr));
		return sizeof(address->sin6);
	}
	address->sin.sin_port = htons(at->port);
	memcpy(&address->sin.sin_addr, at->address.addr, sizeof(struct in_addr));
	return sizeof(address->sin);
}

/* -1 with errno. */
static int open_socket(const struct endpoint *at)
{
	union sockunion address;
	socklen_t len = socket_address(at, &address);
	int fd = socket(at->address.family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int yes = 1, error;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (at->address.family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof(yes));
	if (bind(fd, &address.sa, len) == 0 && listen(fd, QUEUE_MAX) == 0)
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

static void try_again(struct event *event);

static void try_to_listen(void)
{
	char text[ENDPOINT_TEXT_SIZE];
	struct reason why = {};

	server.fd = open_socket(&server.at);
	if (server.fd >= 0) {
		server.problem = (struct reason){};
		zlog_info("metrics are at http://%s/metrics", endpoint_format(&server.at, text));
		accept_more();
		return;
	}
	reason_set(&why, "metrics cannot be offered at %s: %s; it is tried again every %d s",
		   endpoint_format(&server.at, text), safe_strerror(errno), RETRY_S);
	if (strcmp(why.text, server.problem.text))
		flog_warn(EC_TENANT_METRICS, "%s", why.text);
	server.problem = why;
	event_add_timer(tenantd.loop, try_again, NULL, RETRY_S, &server.ev_retry);
}

static void try_again(struct event *event)
{
	try_to_listen();
}

void metrics_server_stop(void)
{
	struct client *client;

	event_cancel(&server.ev_accept);
	event_cancel(&server.ev_retry);
	if (server.fd >= 0)
		close(server.fd);
	server.fd = -1;
	server.problem = (struct reason){};
	while ((client = client_list_first(server.clients)))
		client_free(client);
}

void metrics_server_listen(const struct endpoint *endpoint)
{
	metrics_server_stop();
	if (!endpoint)
		return;
	server.at = *endpoint;
	try_to_listen();
}

const char *metrics_server_problem(void)
{
	return server.problem.text[0] ? server.problem.text : NULL;
}

const uint64_t *metrics_server_requests(void)
{
	return server.requests;
}

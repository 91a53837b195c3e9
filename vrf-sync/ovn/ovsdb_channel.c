// SPDX-License-Identifier: GPL-2.0-or-later
/* A connection to an OVSDB server. */
#include <zebra.h>

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "memory.h"

#include "model/model.h"
#include "ovn/ovsdb_channel.h"

DECLARE_MGROUP(TENANT_SOURCE);
DEFINE_MTYPE_STATIC(TENANT_SOURCE, OVSDB_CHANNEL, "OVSDB connection");

/* What is sent and not acknowledged for so long went to a machine that is no more: its kernel
 * would answer for a process that is busy.
 */
#define DEAD_MS 10000

struct ovsdb_channel {
	int fd;
	bool connected; /* the socket; the handshake comes then */
	SSL_CTX *context;
	SSL *ssl; /* NULL: in the clear */
};

/* ---- TLS ---- */

/* The newest error of OpenSSL, or what is wrong with the certificate. */
static const char *tls_error(const struct ovsdb_channel *channel)
{
	unsigned long code = ERR_peek_last_error();
	const char *text = ERR_reason_error_string(code);

	if (channel->ssl && SSL_get_verify_result(channel->ssl) != X509_V_OK)
		return X509_verify_cert_error_string(SSL_get_verify_result(channel->ssl));
	return text ? text : "it was closed";
}

static bool load_file(struct ovsdb_channel *channel, bool ok, const char *what, const char *file,
		      struct reason *why)
{
	if (!ok)
		reason_set(why, "its %s %s cannot be used: %s", what, file, tls_error(channel));
	return ok;
}

static bool tls_begin(struct ovsdb_channel *channel, const struct ovsdb_place *place,
		      struct reason *why)
{
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());

	ERR_clear_error();
	channel->context = context;
	if (!context || !SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION)) {
		reason_set(why, "TLS cannot be begun: %s", tls_error(channel));
		return false;
	}
	SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_mode(context,
			 SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	if (!load_file(channel, SSL_CTX_load_verify_locations(context, place->ca, NULL) == 1, "CA",
		       place->ca, why) ||
	    !load_file(channel,
		       SSL_CTX_use_certificate_chain_file(context, place->certificate) == 1,
		       "certificate", place->certificate, why) ||
	    !load_file(channel,
		       SSL_CTX_use_PrivateKey_file(context, place->key, SSL_FILETYPE_PEM) == 1,
		       "key", place->key, why))
		return false;
	channel->ssl = SSL_new(context);
	if (channel->ssl && SSL_set_fd(channel->ssl, channel->fd))
		return true;
	reason_set(why, "TLS cannot be begun: %s", tls_error(channel));
	return false;
}

/* What came of a call: -EAGAIN, 0 for the end, -EIO with a sentence. */
static int tls_result(struct ovsdb_channel *channel, int ret, bool *to_write, struct reason *why)
{
	switch (SSL_get_error(channel->ssl, ret)) {
	case SSL_ERROR_WANT_READ:
		*to_write = false;
		return -EAGAIN;
	case SSL_ERROR_WANT_WRITE:
		*to_write = true;
		return -EAGAIN;
	case SSL_ERROR_ZERO_RETURN:
		return 0;
	default:
		reason_set(why, "TLS with it failed: %s", tls_error(channel));
		return -EIO;
	}
}

/* ---- connecting ---- */

void ovsdb_channel_free(struct ovsdb_channel *channel)
{
	if (!channel)
		return;
	SSL_free(channel->ssl);
	SSL_CTX_free(channel->context);
	if (channel->fd >= 0)
		close(channel->fd);
	XFREE(MTYPE_OVSDB_CHANNEL, channel);
}

static int socket_error(struct reason *why, int error)
{
	reason_set(why, "%s", strerror(error));
	return -EIO;
}

static void set_options(int fd)
{
	int one = 1, dead_ms = DEAD_MS;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &dead_ms, sizeof(dead_ms));
}

struct ovsdb_channel *ovsdb_channel_new(const struct ovsdb_place *place,
					const struct ovsdb_remote *remote, struct reason *why)
{
	struct ovsdb_channel *channel = XCALLOC(MTYPE_OVSDB_CHANNEL, sizeof(*channel));

	channel->fd =
		socket(remote->address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (channel->fd >= 0 && remote->way != OVSDB_UNIX)
		set_options(channel->fd);
	if (channel->fd < 0 ||
	    (connect(channel->fd, (const struct sockaddr *)&remote->address, remote->len) < 0 &&
	     errno != EINPROGRESS)) {
		socket_error(why, errno);
		ovsdb_channel_free(channel);
		return NULL;
	}
	if (remote->way == OVSDB_SSL && !tls_begin(channel, place, why)) {
		ovsdb_channel_free(channel);
		return NULL;
	}
	return channel;
}

int ovsdb_channel_fd(const struct ovsdb_channel *channel)
{
	return channel->fd;
}

int ovsdb_channel_connect(struct ovsdb_channel *channel, bool *to_write, struct reason *why)
{
	int error = 0, ret;
	socklen_t len = sizeof(error);

	*to_write = true;
	if (!channel->connected) {
		getsockopt(channel->fd, SOL_SOCKET, SO_ERROR, &error, &len);
		if (error)
			return socket_error(why, error);
		channel->connected = true;
	}
	if (!channel->ssl)
		return 0;
	ERR_clear_error();
	ret = SSL_connect(channel->ssl);
	if (ret == 1)
		return 0;
	ret = tls_result(channel, ret, to_write, why);
	if (!ret)
		reason_set(why, "it closed the connection");
	return ret ? ret : -EIO;
}

/* ---- bytes ---- */

ssize_t ovsdb_channel_read(struct ovsdb_channel *channel, char *buf, size_t size,
			   struct reason *why)
{
	bool to_write;
	ssize_t got;

	ERR_clear_error();
	if (channel->ssl) {
		got = SSL_read(channel->ssl, buf, size);
		return got > 0 ? got : tls_result(channel, got, &to_write, why);
	}
	got = read(channel->fd, buf, size);
	if (got >= 0)
		return got;
	return errno == EAGAIN || errno == EINTR ? -EAGAIN : socket_error(why, errno);
}

ssize_t ovsdb_channel_write(struct ovsdb_channel *channel, const char *buf, size_t len,
			    struct reason *why)
{
	bool to_write;
	ssize_t put;

	ERR_clear_error();
	if (channel->ssl) {
		put = SSL_write(channel->ssl, buf, len);
		put = put > 0 ? put : tls_result(channel, put, &to_write, why);
	} else {
		put = send(channel->fd, buf, len, MSG_NOSIGNAL);
		if (put < 0)
			put = errno == EAGAIN || errno == EINTR ? -EAGAIN
								: socket_error(why, errno);
	}
	return put ? put : -EAGAIN;
}

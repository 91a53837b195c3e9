// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A connection to an OVSDB server: unix:PATH, tcp:ADDRESS:PORT or ssl:ADDRESS:PORT, as OVS writes
 * them.  Nothing here waits.
 *
 * A server is believed if its certificate is signed by the CA that we are given; its name is not
 * looked at, as OVS itself does not.
 */
#ifndef FRR_TENANT_SOURCE_OVSDB_CHANNEL_H
#define FRR_TENANT_SOURCE_OVSDB_CHANNEL_H

#include <stdbool.h>
#include <sys/socket.h>
#include <sys/types.h>

struct reason;

enum ovsdb_way { OVSDB_UNIX, OVSDB_TCP, OVSDB_SSL };

struct ovsdb_remote {
	enum ovsdb_way way;
	socklen_t len;
	struct sockaddr_storage address;
	char text[128]; /* as it was written */
};

/* Where a cluster is, and by what we and it prove who we are. */
struct ovsdb_place {
	struct ovsdb_remote *remotes; /* darr */
	char key[256], certificate[256], ca[256];
};

/* "unix:/run/ovn/ovnnb_db.sock", "ssl:10.0.0.1:6641,ssl:10.0.0.2:6641,key=F,certificate=F,ca=F".
 * False with a sentence.
 */
bool ovsdb_place_parse(const char *text, struct ovsdb_place *place, struct reason *why);
void ovsdb_place_fini(struct ovsdb_place *place);

struct ovsdb_channel;

/* Begins to connect; NULL with a sentence. */
struct ovsdb_channel *ovsdb_channel_new(const struct ovsdb_place *place,
					const struct ovsdb_remote *remote, struct reason *why);
void ovsdb_channel_free(struct ovsdb_channel *channel);
int ovsdb_channel_fd(const struct ovsdb_channel *channel);
/* Goes on connecting: 0 done, -EAGAIN where the socket is to be waited for (to be written to,
 * where *to_write), -EIO with a sentence.
 */
int ovsdb_channel_connect(struct ovsdb_channel *channel, bool *to_write, struct reason *why);
/* Bytes, -EAGAIN, or -EIO with a sentence; reading 0 bytes: the server has closed it. */
ssize_t ovsdb_channel_read(struct ovsdb_channel *channel, char *buf, size_t size,
			   struct reason *why);
ssize_t ovsdb_channel_write(struct ovsdb_channel *channel, const char *buf, size_t len,
			    struct reason *why);

#endif

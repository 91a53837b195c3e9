// SPDX-License-Identifier: GPL-2.0-or-later
/* What the files that follow an OVSDB database share. */
#ifndef FRR_TENANT_SOURCE_OVSDB_PRIV_H
#define FRR_TENANT_SOURCE_OVSDB_PRIV_H

#include "model/model.h"
#include "ovn/ovsdb.h"

/* What table Database of a server's own database says of ours (ovsdb-server(5), _Server). */
struct ovsdb_server {
	bool found, clustered, connected, leader;
	uint64_t index;
	char cid[37]; /* "": none */
};

/* What a message is. */
enum ovsdb_message_kind {
	OVSDB_REPLY,   /* result: it, or NULL with *why */
	OVSDB_ECHO,    /* a request */
	OVSDB_UPDATE2, /* of the server's own database */
	OVSDB_UPDATE3, /* of ours */
	OVSDB_CANCELED,
	OVSDB_NOTHING,
};

struct ovsdb_message {
	enum ovsdb_message_kind kind;
	int64_t id;                 /* of the request that is replied to; -1: not by a number */
	struct json_object *result; /* of a reply */
	struct json_object *updates;
	const char *transaction;  /* of OVSDB_UPDATE3 */
	struct json_object *echo; /* what to send back, the caller's */
};

#define OVSDB_ASK_SERVER     1
#define OVSDB_ASK_ROWS       2
#define OVSDB_NO_TRANSACTION "00000000-0000-0000-0000-000000000000"

/* False with a sentence. */
bool ovsdb_message_read(struct json_object *message, const char *database,
			struct ovsdb_message *read, struct reason *why);
/* The answer to a monitor_cond_since: false with a sentence where it is none. */
bool ovsdb_message_snapshot(struct json_object *result, bool *found, const char **transaction,
			    struct json_object **updates, struct reason *why);
/* A table-updates2 of table Database: what it says of the row that is ours. */
bool ovsdb_message_server(struct json_object *updates, const char *database,
			  struct ovsdb_server *server, char uuid[static 37], struct reason *why);

/* Requests, the caller's. */
struct json_object *ovsdb_request_server(void);
struct json_object *ovsdb_request_rows(const char *database, struct json_object *requests,
				       const char *transaction);
struct json_object *ovsdb_request_echo(void);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/* What servers say, and what we ask (RFC 7047 4.1, ovsdb-server(7) 4.1.12 and on). */
#include <zebra.h>

#include <string.h>

#include <json-c/json.h>

#include "ovn/ovsdb_priv.h"

#define SERVER_DATABASE "_Server"
#define SERVER_MONITOR  "server"
#define ROWS_MONITOR    "rows"

/* ---- values ---- */

/* NULL where it is no string. */
static const char *text_of(struct json_object *value)
{
	return json_object_is_type(value, json_type_string) ? json_object_get_string(value) : NULL;
}

static struct json_object *item(struct json_object *array, size_t at)
{
	if (!json_object_is_type(array, json_type_array) || at >= json_object_array_length(array))
		return NULL;
	return json_object_array_get_idx(array, at);
}

static bool is_text(struct json_object *value, const char *text)
{
	const char *is = text_of(value);

	return is && !strcmp(is, text);
}

static bool no_message(struct reason *why)
{
	reason_set(why, "it sent a message that is none of OVSDB's");
	return false;
}

/* ---- messages ---- */

static bool read_echo(struct json_object *message, struct ovsdb_message *read)
{
	struct json_object *params = json_object_object_get(message, "params");
	struct json_object *id = json_object_object_get(message, "id");

	read->kind = OVSDB_ECHO;
	read->echo = json_object_new_object();
	json_object_object_add(read->echo, "id", json_object_get(id));
	json_object_object_add(read->echo, "result", json_object_get(params));
	json_object_object_add(read->echo, "error", NULL);
	return true;
}

static bool read_update(struct json_object *message, struct ovsdb_message *read,
			struct reason *why)
{
	struct json_object *params = json_object_object_get(message, "params");

	if (is_text(item(params, 0), SERVER_MONITOR)) {
		read->kind = OVSDB_UPDATE2;
		read->updates = item(params, 1);
	} else if (is_text(item(params, 0), ROWS_MONITOR)) {
		read->kind = OVSDB_UPDATE3;
		read->transaction = text_of(item(params, 1));
		read->updates = item(params, 2);
	}
	if (!json_object_is_type(read->updates, json_type_object) ||
	    (read->kind == OVSDB_UPDATE3 && !read->transaction))
		return no_message(why);
	return true;
}

/* What is wrong, in the server's own words. */
static void read_error(struct json_object *error, struct reason *why)
{
	const char *text = text_of(json_object_is_type(error, json_type_object)
					   ? json_object_object_get(error, "error")
					   : error);
	const char *details = text_of(json_object_is_type(error, json_type_object)
					      ? json_object_object_get(error, "details")
					      : NULL);

	reason_set(why, "it refused to be followed (%.60s%s%.80s)", text ? text : "?",
		   details ? ": " : "", details ? details : "");
}

static bool read_reply(struct json_object *message, struct ovsdb_message *read, struct reason *why)
{
	struct json_object *id = json_object_object_get(message, "id");
	struct json_object *error = json_object_object_get(message, "error");

	read->kind = OVSDB_REPLY;
	read->id = json_object_is_type(id, json_type_int) ? json_object_get_int64(id) : -1;
	read->result = json_object_object_get(message, "result");
	if (read->id < 0)
		return true; /* to an echo */
	if (error)
		read_error(error, why);
	else if (!read->result)
		no_message(why);
	return !error && read->result;
}

bool ovsdb_message_read(struct json_object *message, const char *database,
			struct ovsdb_message *read, struct reason *why)
{
	struct json_object *method = json_object_object_get(message, "method");

	*read = (struct ovsdb_message){ .kind = OVSDB_NOTHING, .id = -1 };
	if (!method)
		return read_reply(message, read, why);
	if (is_text(method, "echo"))
		return read_echo(message, read);
	if (is_text(method, "update2") || is_text(method, "update3"))
		return read_update(message, read, why);
	if (is_text(method, "monitor_canceled"))
		read->kind = OVSDB_CANCELED;
	return true;
}

bool ovsdb_message_snapshot(struct json_object *result, bool *found, const char **transaction,
			    struct json_object **updates, struct reason *why)
{
	struct json_object *flag = item(result, 0);

	*transaction = text_of(item(result, 1));
	*updates = item(result, 2);
	if (!json_object_is_type(flag, json_type_boolean) || !*transaction ||
	    !json_object_is_type(*updates, json_type_object))
		return no_message(why);
	*found = json_object_get_boolean(flag);
	return true;
}

/* ---- what a server says of itself ---- */

static void take_column(struct ovsdb_server *server, const char *name, struct json_object *value)
{
	const char *text;

	if (!strcmp(name, "model")) {
		server->clustered = is_text(value, "clustered");
	} else if (!strcmp(name, "connected")) {
		server->connected = json_object_get_boolean(value);
	} else if (!strcmp(name, "leader")) {
		server->leader = json_object_get_boolean(value);
	} else if (!strcmp(name, "index")) {
		server->index = json_object_is_type(value, json_type_int)
					? (uint64_t)json_object_get_int64(value)
					: 0;
	} else if (!strcmp(name, "cid")) {
		text = is_text(item(value, 0), "uuid") ? text_of(item(value, 1)) : NULL;
		strlcpy(server->cid, text ? text : "", sizeof(server->cid));
	}
}

static bool take_server(struct json_object *values, struct ovsdb_server *server,
			struct reason *why)
{
	if (!json_object_is_type(values, json_type_object))
		return no_message(why);
	json_object_object_foreach(values, name, value) take_column(server, name, value);
	return true;
}

static bool take_server_row(const char *row, struct json_object *change, const char *database,
			    struct ovsdb_server *server, char uuid[static 37], struct reason *why)
{
	struct json_object *values;

	if (!json_object_is_type(change, json_type_object))
		return no_message(why);
	if (json_object_object_get_ex(change, "initial", &values) ||
	    json_object_object_get_ex(change, "insert", &values)) {
		if (!json_object_is_type(values, json_type_object) ||
		    !is_text(json_object_object_get(values, "name"), database))
			return true;
		*server = (struct ovsdb_server){ .found = true };
		strlcpy(uuid, row, 37);
		return take_server(values, server, why);
	}
	if (strcmp(row, uuid))
		return true;
	if (json_object_object_get_ex(change, "modify", &values))
		return take_server(values, server, why);
	server->found = !json_object_object_get_ex(change, "delete", &values);
	return true;
}

bool ovsdb_message_server(struct json_object *updates, const char *database,
			  struct ovsdb_server *server, char uuid[static 37], struct reason *why)
{
	struct json_object *rows;

	if (!json_object_is_type(updates, json_type_object))
		return no_message(why);
	if (!json_object_object_get_ex(updates, "Database", &rows))
		return true;
	if (!json_object_is_type(rows, json_type_object))
		return no_message(why);
	json_object_object_foreach(rows, row,
				   change) if (!take_server_row(row, change, database, server,
								uuid, why)) return false;
	return true;
}

/* ---- requests ---- */

static struct json_object *request(const char *method, int64_t id, const char *database,
				   const char *monitor, struct json_object *tables)
{
	struct json_object *params = json_object_new_array();
	struct json_object *message = json_object_new_object();

	json_object_array_add(params, json_object_new_string(database));
	json_object_array_add(params, json_object_new_string(monitor));
	json_object_array_add(params, tables);
	json_object_object_add(message, "id", json_object_new_int64(id));
	json_object_object_add(message, "method", json_object_new_string(method));
	json_object_object_add(message, "params", params);
	return message;
}

struct json_object *ovsdb_request_server(void)
{
	static const char *const names[] = {
		"name", "model", "connected", "leader", "index", "cid"
	};
	struct json_object *columns = json_object_new_array();
	struct json_object *one = json_object_new_object();
	struct json_object *list = json_object_new_array();
	struct json_object *tables = json_object_new_object();

	for (unsigned int i = 0; i < array_size(names); i++)
		json_object_array_add(columns, json_object_new_string(names[i]));
	json_object_object_add(one, "columns", columns);
	json_object_array_add(list, one);
	json_object_object_add(tables, "Database", list);
	return request("monitor_cond", OVSDB_ASK_SERVER, SERVER_DATABASE, SERVER_MONITOR, tables);
}

struct json_object *ovsdb_request_rows(const char *database, struct json_object *requests,
				       const char *transaction)
{
	struct json_object *message = request("monitor_cond_since", OVSDB_ASK_ROWS, database,
					      ROWS_MONITOR, json_object_get(requests));

	json_object_array_add(json_object_object_get(message, "params"),
			      json_object_new_string(transaction));
	return message;
}

struct json_object *ovsdb_request_echo(void)
{
	struct json_object *message = json_object_new_object();

	json_object_object_add(message, "id", json_object_new_string("echo"));
	json_object_object_add(message, "method", json_object_new_string("echo"));
	json_object_object_add(message, "params", json_object_new_array());
	return message;
}

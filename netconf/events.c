// SPDX-License-Identifier: GPL-2.0-or-later
/* Notifications of module ietf-netconf-notifications. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "netconf/events.h"
#include "netconf/libraries.h"
#include "netconf/netconfd.h"
#include "netconf/session.h"

#define MODULE "/ietf-netconf-notifications:"

/* A value that the module does not take is left out. */
static void put(struct lyd_node *event, const char *path, const char *value)
{
	lyd_new_path(event, netconfd.ctx, path, value, 0, NULL);
}

static void put_number(struct lyd_node *event, const char *path, uint32_t number)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", number);
	put(event, path, text);
}

static struct lyd_node *begin(const char *path)
{
	struct lyd_node *event = NULL;

	lyd_new_path(NULL, netconfd.ctx, path, NULL, 0, &event);
	return event;
}

static void tell(struct lyd_node *event)
{
	if (event)
		session_notify(event);
	lyd_free_all(event);
}

/* RFC 6470's common-session-parms, below the container of that name where one is given. */
static void put_session(struct lyd_node *event, const char *container, const struct nc_session *nc)
{
	const char *host = nc_session_get_host(nc);
	char path[64];

	snprintf(path, sizeof(path), "%susername", container);
	put(event, path, nc_session_get_username(nc));
	snprintf(path, sizeof(path), "%ssession-id", container);
	put_number(event, path, nc_session_get_id(nc));
	snprintf(path, sizeof(path), "%ssource-host", container);
	if (host)
		put(event, path, host);
}

/* ---- sessions ---- */

void event_session_start(const struct nc_session *nc)
{
	struct lyd_node *event = begin(MODULE "netconf-session-start");

	put_session(event, "", nc);
	tell(event);
}

void event_session_end(const struct nc_session *nc)
{
	static const char *const reasons[] = {
		[NC_SESSION_TERM_CLOSED] = "closed",      [NC_SESSION_TERM_KILLED] = "killed",
		[NC_SESSION_TERM_DROPPED] = "dropped",    [NC_SESSION_TERM_TIMEOUT] = "timeout",
		[NC_SESSION_TERM_BADHELLO] = "bad-hello",
	};
	struct lyd_node *event = begin(MODULE "netconf-session-end");
	NC_SESSION_TERM_REASON reason = nc_session_get_term_reason(nc);
	bool is_named = reason < sizeof(reasons) / sizeof(reasons[0]) && reasons[reason];

	put_session(event, "", nc);
	if (reason == NC_SESSION_TERM_KILLED && nc_session_get_killed_by(nc))
		put_number(event, "killed-by", nc_session_get_killed_by(nc));
	put(event, "termination-reason", is_named ? reasons[reason] : "other");
	tell(event);
}

/* ---- running ---- */

static void put_edits(struct lyd_node *event, const struct lyd_node *changes, unsigned int *count);

static void put_edit(struct lyd_node *event, const struct lyd_node *change, unsigned int *count)
{
	struct lyd_meta *meta = lyd_find_meta(change->meta, NULL, "yang:operation");
	const char *operation = meta ? lyd_get_meta_value(meta) : "none";
	char path[64], *target;

	if (!strcmp(operation, "none")) {
		put_edits(event, lyd_child(change), count);
		return;
	}
	target = lyd_path(change, LYD_PATH_STD, NULL, 0);
	if (!target)
		return;
	(*count)++;
	snprintf(path, sizeof(path), "edit[%u]/target", *count);
	put(event, path, target);
	snprintf(path, sizeof(path), "edit[%u]/operation", *count);
	put(event, path, operation);
	free(target);
}

/* Of each change the topmost node. */
static void put_edits(struct lyd_node *event, const struct lyd_node *changes, unsigned int *count)
{
	const struct lyd_node *change;

	LY_LIST_FOR (changes, change)
		put_edit(event, change, count);
}

void event_config_change(const struct nc_session *nc, const struct lyd_node *changes)
{
	struct lyd_node *event = begin(MODULE "netconf-config-change");
	unsigned int count = 0;

	if (nc)
		put_session(event, "changed-by/", nc);
	else
		put(event, "changed-by/server", NULL);
	put(event, "datastore", "running");
	put_edits(event, changes, &count);
	tell(event);
}

void event_confirmed_commit(const struct nc_session *nc, enum confirm_event what, uint32_t timeout)
{
	static const char *const names[] = {
		[CONFIRM_START] = "start",       [CONFIRM_EXTEND] = "extend",
		[CONFIRM_COMPLETE] = "complete", [CONFIRM_CANCEL] = "cancel",
		[CONFIRM_TIMEOUT] = "timeout",
	};
	struct lyd_node *event = begin(MODULE "netconf-confirmed-commit");

	if (nc)
		put_session(event, "", nc);
	put(event, "confirm-event", names[what]);
	if (what == CONFIRM_START || what == CONFIRM_EXTEND)
		put_number(event, "timeout", timeout);
	tell(event);
}

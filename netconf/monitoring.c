// SPDX-License-Identifier: GPL-2.0-or-later
/* Capabilities, datastores with their locks, schemas, sessions, statistics. */
#include <zebra.h>

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "netconf/access.h"
#include "netconf/libraries.h"
#include "netconf/monitoring.h"
#include "netconf/netconfd.h"
#include "netconf/session.h"
#include "netconf/store.h"

#define TIME_SIZE       32
#define MONITORING_ROOT "/ietf-netconf-monitoring:netconf-state"
#define STREAMS_ROOT    "/nc-notifications:netconf"
#define ACCESS_ROOT     "/ietf-netconf-acm:nacm"

static time_t started;

void monitoring_init(void)
{
	started = time(NULL);
}

bool monitoring_is_asked(const char *xpath, bool *all)
{
	static const char *const roots[] = { MONITORING_ROOT, STREAMS_ROOT, ACCESS_ROOT };

	*all = false;
	for (unsigned int i = 0; i < array_size(roots); i++)
		*all |= !strncmp(xpath, roots[i], strlen(roots[i]));
	return *all || !strcmp(xpath, "/*");
}

/* ---- putting leaves ---- */

/* Of "parent/name", as the module says; a value that it does not take is left out. */
static void put(struct lyd_node *parent, const char *path, const char *fmt, ...) PRINTFRR(3, 4);
static void put(struct lyd_node *parent, const char *path, const char *fmt, ...)
{
	char value[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(value, sizeof(value), fmt, args);
	va_end(args);
	lyd_new_path(parent, netconfd.ctx, path, value, 0, NULL);
}

static const char *time_text(time_t at, char text[static TIME_SIZE])
{
	struct tm utc;

	strftime(text, TIME_SIZE, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&at, &utc));
	return text;
}

static struct lyd_node *add_entry(struct lyd_node *root, const char *path)
{
	struct lyd_node *made = NULL;

	lyd_new_path(root, netconfd.ctx, path, NULL, 0, &made);
	/* the first that was made on the way: the entry is the last of the list in it */
	while (made && made->schema->nodetype != LYS_LIST)
		made = lyd_child(made) ? lyd_child(made)->prev : NULL;
	return made;
}

/* ---- its parts ---- */

/* As in the hello: modules of YANG 1.1 are told of by the YANG library alone (RFC 7950, 5.6.4). */
static void put_capabilities(struct lyd_node *root)
{
	char **capabilities = nc_server_get_cpblts_version(netconfd.ctx, LYS_VERSION_1_0);

	for (int i = 0; capabilities && capabilities[i]; i++) {
		lyd_new_path(root, netconfd.ctx, MONITORING_ROOT "/capabilities/capability",
			     capabilities[i], 0, NULL);
		free(capabilities[i]);
	}
	free(capabilities);
}

static void put_datastore(struct lyd_node *root, enum frontend_store which, const char *name)
{
	char path[128], text[TIME_SIZE];
	struct store_lock lock;

	snprintf(path, sizeof(path), MONITORING_ROOT "/datastores/datastore[name='%s']", name);
	lyd_new_path(root, netconfd.ctx, path, NULL, 0, NULL);
	if (!store_lock_of(netconfd.store, which, &lock))
		return;
	strlcat(path, "/locks/global-lock/locked-by-session", sizeof(path));
	put(root, path, "%u", lock.session);
	snprintf(path, sizeof(path),
		 MONITORING_ROOT "/datastores/datastore[name='%s']/locks/global-lock/locked-time",
		 name);
	put(root, path, "%s", time_text(lock.since, text));
}

static void put_schemas(struct lyd_node *root)
{
	const struct lys_module *module;
	struct lyd_node *entry;
	uint32_t index = 0;
	char path[512];

	while ((module = ly_ctx_get_module_iter(netconfd.ctx, &index))) {
		snprintf(
			path, sizeof(path),
			MONITORING_ROOT
			"/schemas/schema[identifier='%s'][version='%s'][format='ietf-netconf-monitoring:yang']",
			module->name, module->revision ?: "");
		entry = add_entry(root, path);
		if (!entry)
			continue;
		put(entry, "namespace", "%s", module->ns);
		put(entry, "location", "NETCONF");
	}
}

static void put_counters(struct lyd_node *parent, const struct session_counters *counters)
{
	put(parent, "in-rpcs", "%u", counters->in_rpcs);
	put(parent, "in-bad-rpcs", "%u", counters->in_bad_rpcs);
	put(parent, "out-rpc-errors", "%u", counters->out_rpc_errors);
	put(parent, "out-notifications", "%u", counters->out_notifications);
}

static void put_session(void *root, const struct session_told *told)
{
	char path[128], text[TIME_SIZE];
	struct lyd_node *entry;

	snprintf(path, sizeof(path), MONITORING_ROOT "/sessions/session[session-id='%u']",
		 told->id);
	entry = add_entry(root, path);
	if (!entry)
		return;
	put(entry, "transport", "ietf-netconf-monitoring:netconf-%s", told->transport);
	put(entry, "username", "%s", told->user);
	put(entry, "source-host", "%s", told->host);
	put(entry, "login-time", "%s", time_text(told->login, text));
	put_counters(entry, &told->counters);
}

static void put_statistics(struct lyd_node *root)
{
	struct session_totals totals;
	struct lyd_node *statistics = NULL;
	char text[TIME_SIZE];

	session_totals(&totals);
	lyd_new_path(root, netconfd.ctx, MONITORING_ROOT "/statistics", NULL, 0, &statistics);
	if (!statistics)
		return;
	put(statistics, "netconf-start-time", "%s", time_text(started, text));
	put(statistics, "in-bad-hellos", "%u", totals.bad_hellos);
	put(statistics, "in-sessions", "%u", totals.sessions);
	put(statistics, "dropped-sessions", "%u", totals.dropped);
	put_counters(statistics, &totals.counters);
}

/* RFC 5277, 3.2.5.1 */
static void put_streams(struct lyd_node **root)
{
	struct lyd_node *streams = NULL, *entry;

	if (lyd_new_path(NULL, netconfd.ctx, STREAMS_ROOT, NULL, 0, &streams))
		return;
	entry = add_entry(streams, STREAMS_ROOT "/streams/stream[name='NETCONF']");
	if (entry) {
		put(entry, "description",
		    "What daemons of this node tell, and what this server does");
		put(entry, "replaySupport", "false");
	}
	lyd_insert_sibling(*root, streams, root);
}

struct lyd_node *monitoring_tree(void)
{
	struct lyd_node *root = NULL, *policy;

	if (lyd_new_path(NULL, netconfd.ctx, MONITORING_ROOT, NULL, 0, &root))
		return NULL;
	put_capabilities(root);
	put_datastore(root, FRONTEND_RUNNING, "running");
	put_datastore(root, FRONTEND_CANDIDATE, "candidate");
	put_schemas(root);
	session_each(put_session, root);
	put_statistics(root);
	put_streams(&root);
	policy = access_tree();
	if (policy)
		lyd_insert_sibling(root, policy, &root);
	return root;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Operations: the table, and one door for all of them. */
#include <zebra.h>

#include <string.h>

#include "frr_pthread.h"

#include "netconf/access.h"
#include "netconf/frontend.h"
#include "netconf/libraries.h"
#include "netconf/netconfd.h"
#include "netconf/reply.h"
#include "netconf/rpc.h"
#include "netconf/session.h"

struct operation {
	const char *module;
	const char *name;
	struct nc_server_reply *(*answer)(struct lyd_node *rpc, struct nc_session *nc,
					  struct frontend *mgmtd);
	bool asks_mgmtd;
};

static const struct operation operations[] = {
	{ "ietf-netconf", "get", rpc_get, true },
	{ "ietf-netconf", "get-config", rpc_get_config, true },
	{ "ietf-netconf", "edit-config", rpc_edit_config, true },
	{ "ietf-netconf", "copy-config", rpc_copy_config, true },
	{ "ietf-netconf", "delete-config", rpc_delete_config, false },
	{ "ietf-netconf", "commit", rpc_commit, true },
	{ "ietf-netconf", "cancel-commit", rpc_cancel_commit, true },
	{ "ietf-netconf", "discard-changes", rpc_discard_changes, false },
	{ "ietf-netconf", "validate", rpc_validate, true },
	{ "ietf-netconf", "lock", rpc_lock, true },
	{ "ietf-netconf", "unlock", rpc_unlock, true },
	{ "ietf-netconf", "close-session", rpc_close_session, false },
	{ "ietf-netconf", "kill-session", rpc_kill_session, false },
	{ "notifications", "create-subscription", rpc_create_subscription, true },
	{ "ietf-netconf-nmda", "get-data", rpc_get_data, true },
	{ "ietf-netconf-nmda", "edit-data", rpc_edit_data, true },
	{ "ietf-netconf-monitoring", "get-schema", rpc_get_schema, false },
};
/* All that is not NETCONF's own. */
static const struct operation of_module = { .answer = rpc_of_module, .asks_mgmtd = true };

/* ---- reading an operation ---- */

struct lyd_node *rpc_child(const struct lyd_node *rpc, const char *path)
{
	struct lyd_node *child = NULL;

	return lyd_find_path(rpc, path, 0, &child) == LY_SUCCESS ? child : NULL;
}

const char *rpc_text(const struct lyd_node *rpc, const char *path)
{
	const struct lyd_node *child = rpc_child(rpc, path);

	return child ? lyd_get_value(child) : NULL;
}

int rpc_datastore(const struct lyd_node *rpc, const char *where, struct nc_server_reply **reply)
{
	const struct lyd_node *container = rpc_child(rpc, where);
	const struct lyd_node *store = container ? lyd_child(container) : NULL;
	const char *name = store ? LYD_NAME(store) : "";

	if (!strcmp(name, "running"))
		return FRONTEND_RUNNING;
	if (!strcmp(name, "candidate"))
		return FRONTEND_CANDIDATE;
	*reply = store ? reply_failed(NC_ERR_OP_NOT_SUPPORTED,
				      "there is no datastore %s here; use running or candidate",
				      name)
		       : reply_missing(where);
	return 0;
}

int rpc_store_of_identity(const char *identity)
{
	const char *name = strchr(identity, ':');

	name = name ? name + 1 : identity;
	if (!strcmp(name, "running"))
		return FRONTEND_RUNNING;
	if (!strcmp(name, "candidate"))
		return FRONTEND_CANDIDATE;
	return strcmp(name, "operational") ? 0 : FRONTEND_OPERATIONAL;
}

/* ---- answering ---- */

static const struct operation *find_operation(const struct lyd_node *rpc)
{
	for (unsigned int i = 0; i < array_size(operations); i++)
		if (!strcmp(operations[i].name, LYD_NAME(rpc)) &&
		    !strcmp(operations[i].module, rpc->schema->module->name))
			return &operations[i];
	return &of_module;
}

static struct nc_server_reply *answer(struct lyd_node *rpc, struct nc_session *nc)
{
	const struct operation *operation = find_operation(rpc);
	struct frontend *mgmtd = NULL;
	struct frontend_error why;

	if (!access_may_execute(session_user(nc), rpc))
		return reply_failed(NC_ERR_ACCESS_DENIED, "user %s may not do %s here",
				    nc_session_get_username(nc), LYD_NAME(rpc));
	if (operation->asks_mgmtd) {
		mgmtd = session_mgmtd(nc, &why);
		if (!mgmtd)
			return reply_failed(NC_ERR_OP_FAILED, "%s", why.text);
	}
	return operation->answer(rpc, nc, mgmtd);
}

static struct nc_server_reply *dispatch(struct lyd_node *rpc, struct nc_session *nc)
{
	struct nc_server_reply *reply = NULL;

	frr_with_mutex (&netconfd.work) {
		reply = answer(rpc, nc);
	}
	return reply;
}

void rpc_init(void)
{
	nc_set_global_rpc_clb(dispatch);
}

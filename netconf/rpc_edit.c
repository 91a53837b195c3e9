// SPDX-License-Identifier: GPL-2.0-or-later
/* Operations on the candidate, and locks. */
#include <zebra.h>

#include <stdlib.h>
#include <string.h>

#include "netconf/libraries.h"
#include "netconf/confirm.h"
#include "netconf/events.h"
#include "netconf/netconfd.h"
#include "netconf/reply.h"
#include "netconf/rpc.h"
#include "netconf/session.h"
#include "netconf/store.h"

/* What a call of store.h gave, as an answer; frees the error. */
static struct nc_server_reply *done(int failed, struct store_error *error)
{
	struct nc_server_reply *reply = failed ? reply_store(error) : nc_server_reply_ok();

	if (failed && error->kind == STORE_EDIT)
		edit_error_clear(&error->edit);
	return reply;
}

static struct store_client client_of(const struct nc_session *nc)
{
	return (struct store_client){
		.session = nc_session_get_id(nc),
		.user = session_user(nc),
		.nc = nc,
	};
}

static struct nc_server_reply *edit(struct lyd_node *rpc, struct nc_session *nc,
				    struct frontend *mgmtd, bool is_kept)
{
	const char *default_name = rpc_text(rpc, "default-operation") ?: "merge";
	const struct lyd_node *config = rpc_child(rpc, "config");
	const struct store_client client = client_of(nc);
	struct store_error error = {};
	enum edit_op default_op;

	if (!config)
		return reply_missing("config");
	if (!edit_op_from_name(default_name, &default_op))
		return reply_failed(NC_ERR_INVALID_VALUE, "'%s' is no default-operation",
				    default_name);
	return done((is_kept ? store_edit : store_try_edit)(netconfd.store, mgmtd, &client,
							    lyd_child_any(config), default_op,
							    &error),
		    &error);
}

static struct nc_server_reply *not_edited(const char *store)
{
	return reply_failed(NC_ERR_OP_NOT_SUPPORTED,
			    "%s is not edited directly; edit the candidate and commit it", store);
}

struct nc_server_reply *rpc_edit_config(struct lyd_node *rpc, struct nc_session *nc,
					struct frontend *mgmtd)
{
	const char *test = rpc_text(rpc, "test-option") ?: "test-then-set";
	struct nc_server_reply *reply = NULL;
	int store = rpc_datastore(rpc, "target", &reply);

	if (!store)
		return reply;
	if (store != FRONTEND_CANDIDATE)
		return not_edited("running");
	/* RFC 6241, 8.6.4.1; what is refused changes nothing, whatever error-option says */
	return edit(rpc, nc, mgmtd, strcmp(test, "test-only"));
}

struct nc_server_reply *rpc_edit_data(struct lyd_node *rpc, struct nc_session *nc,
				      struct frontend *mgmtd)
{
	const char *identity = rpc_text(rpc, "datastore") ?: "";

	if (rpc_store_of_identity(identity) != FRONTEND_CANDIDATE)
		return not_edited(identity);
	return edit(rpc, nc, mgmtd, true);
}

struct nc_server_reply *rpc_delete_config(struct lyd_node *rpc, struct nc_session *nc,
					  struct frontend *mgmtd)
{
	return reply_failed(
		NC_ERR_OP_NOT_SUPPORTED,
		"only a startup datastore could be deleted, and there is none; to empty running, copy an empty configuration to the candidate and commit it");
}

struct nc_server_reply *rpc_commit(struct lyd_node *rpc, struct nc_session *nc,
				   struct frontend *mgmtd)
{
	const struct confirm_request request = {
		.session = nc_session_get_id(nc),
		.confirmed = rpc_child(rpc, "confirmed"),
		.timeout = strtoul(rpc_text(rpc, "confirm-timeout") ?: "600", NULL, 10),
		.persist = rpc_text(rpc, "persist"),
		.persist_id = rpc_text(rpc, "persist-id"),
	};
	const struct store_client client = client_of(nc);
	const char *refusal = confirm_refusal(&request);
	bool was_pending = confirm_is_pending();
	struct store_error error = {};
	int failed;

	if (refusal)
		return reply_failed(NC_ERR_INVALID_VALUE, "%s", refusal);
	if (confirm_keep(mgmtd, &request, &error))
		return reply_store(&error);
	failed = store_commit(netconfd.store, mgmtd, &client, &error);
	confirm_done(&request, failed);
	if (!failed && (request.confirmed || was_pending))
		event_confirmed_commit(nc,
				       !request.confirmed ? CONFIRM_COMPLETE
				       : was_pending      ? CONFIRM_EXTEND
							  : CONFIRM_START,
				       request.timeout);
	return done(failed, &error);
}

struct nc_server_reply *rpc_cancel_commit(struct lyd_node *rpc, struct nc_session *nc,
					  struct frontend *mgmtd)
{
	const struct confirm_request request = {
		.session = nc_session_get_id(nc),
		.persist_id = rpc_text(rpc, "persist-id"),
	};
	const char *refusal = confirm_refusal(&request);
	struct store_error error = {};
	int failed;

	if (!refusal && !confirm_is_pending())
		refusal = "no commit waits for a confirmation";
	if (refusal)
		return reply_failed(NC_ERR_INVALID_VALUE, "%s", refusal);
	failed = confirm_cancel(mgmtd, &error);
	if (!failed)
		event_confirmed_commit(nc, CONFIRM_CANCEL, 0);
	return done(failed, &error);
}

struct nc_server_reply *rpc_discard_changes(struct lyd_node *rpc, struct nc_session *nc,
					    struct frontend *mgmtd)
{
	struct store_error error = {};

	return done(store_discard(netconfd.store, nc_session_get_id(nc), &error), &error);
}

struct nc_server_reply *rpc_copy_config(struct lyd_node *rpc, struct nc_session *nc,
					struct frontend *mgmtd)
{
	const struct lyd_node *config = rpc_child(rpc, "source/config");
	const struct store_client client = client_of(nc);
	struct nc_server_reply *reply = NULL;
	struct store_error error = {};
	int target = rpc_datastore(rpc, "target", &reply);
	int source = !target || config ? 0 : rpc_datastore(rpc, "source", &reply);

	if (reply)
		return reply;
	if (target != FRONTEND_CANDIDATE)
		return reply_failed(
			NC_ERR_OP_NOT_SUPPORTED,
			"running is not written directly; copy to the candidate and commit it");
	if (config)
		return done(store_edit(netconfd.store, mgmtd, &client, lyd_child_any(config),
				       EDIT_REPLACE, &error),
			    &error);
	if (source == FRONTEND_CANDIDATE)
		return reply_failed(NC_ERR_INVALID_VALUE,
				    "source and target are the same; name two");
	return done(store_discard(netconfd.store, client.session, &error), &error);
}

struct nc_server_reply *rpc_validate(struct lyd_node *rpc, struct nc_session *nc,
				     struct frontend *mgmtd)
{
	const struct lyd_node *config = rpc_child(rpc, "source/config");
	const struct store_client client = client_of(nc);
	struct nc_server_reply *reply = NULL;
	struct store_error error = {};

	if (config)
		return done(store_try_edit(netconfd.store, mgmtd, &client, lyd_child_any(config),
					   EDIT_REPLACE, &error),
			    &error);
	switch (rpc_datastore(rpc, "source", &reply)) {
	case FRONTEND_RUNNING:
		return nc_server_reply_ok(); /* mgmtd has validated it before it was that */
	case FRONTEND_CANDIDATE:
		return done(store_validate(netconfd.store, mgmtd, &error), &error);
	default:
		return reply;
	}
}

struct nc_server_reply *rpc_lock(struct lyd_node *rpc, struct nc_session *nc,
				 struct frontend *mgmtd)
{
	struct nc_server_reply *reply = NULL;
	struct store_error error = {};
	int store = rpc_datastore(rpc, "target", &reply);

	if (!store)
		return reply;
	/* RFC 6241, 7.5 */
	if (store == FRONTEND_RUNNING && confirm_is_others(nc_session_get_id(nc)))
		return reply_failed(
			NC_ERR_IN_USE,
			"a commit of another session waits for a confirmation; wait until it is settled");
	return done(store_lock(netconfd.store, mgmtd, nc_session_get_id(nc), store, &error),
		    &error);
}

struct nc_server_reply *rpc_unlock(struct lyd_node *rpc, struct nc_session *nc,
				   struct frontend *mgmtd)
{
	struct nc_server_reply *reply = NULL;
	struct store_error error = {};
	int store = rpc_datastore(rpc, "target", &reply);

	if (!store)
		return reply;
	return done(store_unlock(netconfd.store, mgmtd, nc_session_get_id(nc), store, &error),
		    &error);
}

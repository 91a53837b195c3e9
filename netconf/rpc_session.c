// SPDX-License-Identifier: GPL-2.0-or-later
/* close-session, kill-session and create-subscription. */
#include <stdlib.h>

#include "netconf/libraries.h"
#include "netconf/reply.h"
#include "netconf/rpc.h"
#include "netconf/session.h"

struct nc_server_reply *rpc_close_session(struct lyd_node *rpc, struct nc_session *nc,
					  struct frontend *mgmtd)
{
	return nc_clb_default_close_session(rpc, nc);
}

struct nc_server_reply *rpc_kill_session(struct lyd_node *rpc, struct nc_session *nc,
					 struct frontend *mgmtd)
{
	uint32_t id = strtoul(rpc_text(rpc, "session-id") ?: "0", NULL, 10);

	if (id == nc_session_get_id(nc))
		return reply_failed(NC_ERR_INVALID_VALUE,
				    "session %u is this one; end it by close-session", id);
	if (!session_kill(id, nc_session_get_id(nc)))
		return reply_failed(NC_ERR_INVALID_VALUE, "there is no session %u", id);
	return nc_server_reply_ok();
}

struct nc_server_reply *rpc_create_subscription(struct lyd_node *rpc, struct nc_session *nc,
						struct frontend *mgmtd)
{
	return session_subscribe(nc, rpc);
}

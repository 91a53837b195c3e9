// SPDX-License-Identifier: GPL-2.0-or-later
/* Operations of the modules that mgmtd has, done by the daemon behind it. */
#include <zebra.h>

#include <errno.h>
#include <stdlib.h>

#include "netconf/frontend.h"
#include "netconf/libraries.h"
#include "netconf/netconfd.h"
#include "netconf/reply.h"
#include "netconf/rpc.h"

/* Of the operation's output, as the daemon wrote it. */
static struct nc_server_reply *answer(const char *xml)
{
	struct lyd_node *output = NULL, *operation = NULL;
	struct ly_in *in;
	LY_ERR bad;

	if (!*xml)
		return nc_server_reply_ok();
	if (ly_in_new_memory(xml, &in))
		return reply_failed(NC_ERR_OP_FAILED, "the answer cannot be read: %s",
				    ly_last_logmsg());
	bad = lyd_parse_op(netconfd.ctx, NULL, in, LYD_XML, LYD_TYPE_REPLY_YANG, 0, &output,
			   &operation);
	ly_in_free(in, 0);
	if (bad) {
		lyd_free_all(output);
		return reply_failed(NC_ERR_OP_FAILED,
				    "it was done, but its answer cannot be read: %s",
				    ly_last_logmsg());
	}
	if (lyd_child(operation))
		return nc_server_reply_data(output, NC_WD_EXPLICIT, NC_PARAMTYPE_FREE);
	lyd_free_all(output);
	return nc_server_reply_ok();
}

struct nc_server_reply *rpc_of_module(struct lyd_node *rpc, struct nc_session *nc,
				      struct frontend *mgmtd)
{
	struct nc_server_reply *reply;
	struct frontend_error why;
	char path[256], *xml = NULL, *output;

	/* of input that is not valid the daemon says nothing, and mgmtd waits for it */
	if (lyd_validate_op(rpc, NULL, LYD_TYPE_RPC_YANG, NULL))
		return reply_failed(NC_ERR_INVALID_VALUE, "%s", ly_last_logmsg());
	snprintf(path, sizeof(path), "/%s:%s", rpc->schema->module->name, LYD_NAME(rpc));
	if (lyd_print_mem(&xml, rpc, LYD_XML, LYD_PRINT_SHRINK))
		return reply_failed(NC_ERR_OP_FAILED, "%s", ly_last_logmsg());
	output = frontend_rpc(mgmtd, path, xml, &why);
	free(xml);
	if (!output && why.number == ENOENT)
		return reply_failed(
			NC_ERR_OP_NOT_SUPPORTED,
			"no daemon that runs here does %s of module %s; start the one that does, with mgmtd",
			LYD_NAME(rpc), rpc->schema->module->name);
	if (!output)
		return reply_failed(NC_ERR_OP_FAILED, "%s", why.text);
	reply = answer(output);
	free(output);
	return reply;
}

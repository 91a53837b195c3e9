// SPDX-License-Identifier: GPL-2.0-or-later
/* rpc-reply and rpc-error. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "netconf/libraries.h"
#include "netconf/netconfd.h"
#include "netconf/reply.h"
#include "netconf/store.h"

static struct nc_server_reply *say(struct lyd_node *error, const char *text, const char *path,
				   const char *app_tag)
{
	if (text && *text)
		nc_err_set_msg(error, text, "en");
	if (path && *path)
		nc_err_set_path(error, path);
	if (app_tag && *app_tag)
		nc_err_set_app_tag(error, app_tag);
	return nc_server_reply_err(error);
}

struct nc_server_reply *reply_failed(NC_ERR tag, const char *fmt, ...)
{
	char text[1200];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	return say(nc_err(netconfd.ctx, tag, NC_ERR_TYPE_APP), text, NULL, NULL);
}

struct nc_server_reply *reply_missing(const char *element)
{
	return nc_server_reply_err(
		nc_err(netconfd.ctx, NC_ERR_MISSING_ELEM, NC_ERR_TYPE_PROT, element));
}

struct nc_server_reply *reply_data(const struct lyd_node *rpc, const char *name,
				   struct lyd_node *data, NC_WD_MODE defaults)
{
	struct lyd_node *output = NULL;

	if (lyd_dup_single(rpc, NULL, 0, &output) == LY_SUCCESS &&
	    lyd_new_any(output, NULL, name, data, NULL, 0,
			LYD_NEW_VAL_OUTPUT | LYD_NEW_ANY_USE_VALUE, NULL) == LY_SUCCESS)
		return nc_server_reply_data(output, defaults, NC_PARAMTYPE_FREE);
	lyd_free_all(output);
	lyd_free_all(data);
	return reply_failed(NC_ERR_OP_FAILED, "the answer cannot be made: %s", ly_last_logmsg());
}

/* ---- what the datastores refuse ---- */

/* What nc_err() wants to be told depends on the tag. */
static struct lyd_node *edit_fault_error(const struct edit_error *edit)
{
	struct ly_ctx *ctx = netconfd.ctx;
	const char *element = edit->element ?: "config",
		   *attribute = edit->attribute ?: "operation";

	switch (edit->fault) {
	case EDIT_DATA_EXISTS:
		return nc_err(ctx, NC_ERR_DATA_EXISTS);
	case EDIT_DATA_MISSING:
		return nc_err(ctx, NC_ERR_DATA_MISSING);
	case EDIT_UNKNOWN_NAMESPACE:
		return nc_err(ctx, NC_ERR_UNKNOWN_NS, NC_ERR_TYPE_APP, element,
			      edit->name_space ?: "");
	case EDIT_UNKNOWN_ELEMENT:
		return nc_err(ctx, NC_ERR_UNKNOWN_ELEM, NC_ERR_TYPE_APP, element);
	case EDIT_MISSING_ELEMENT:
		return nc_err(ctx, NC_ERR_MISSING_ELEM, NC_ERR_TYPE_APP, element);
	case EDIT_BAD_ELEMENT:
		return nc_err(ctx, NC_ERR_BAD_ELEM, NC_ERR_TYPE_APP, element);
	case EDIT_INVALID_VALUE:
		return nc_err(ctx, NC_ERR_INVALID_VALUE, NC_ERR_TYPE_APP);
	case EDIT_UNKNOWN_ATTRIBUTE:
		return nc_err(ctx, NC_ERR_UNKNOWN_ATTR, NC_ERR_TYPE_APP, attribute, element);
	case EDIT_MISSING_ATTRIBUTE:
		return nc_err(ctx, NC_ERR_MISSING_ATTR, NC_ERR_TYPE_APP, attribute, element);
	case EDIT_BAD_ATTRIBUTE:
	case EDIT_MISSING_INSERT:
		return nc_err(ctx, NC_ERR_BAD_ATTR, NC_ERR_TYPE_APP, attribute, element);
	default:
		return nc_err(ctx, NC_ERR_OP_FAILED, NC_ERR_TYPE_APP);
	}
}

static struct nc_server_reply *reply_edit(const struct edit_error *edit)
{
	return say(edit_fault_error(edit), edit->message, edit->path,
		   edit_fault_app_tag(edit->fault));
}

struct nc_server_reply *reply_store(const struct store_error *error)
{
	struct ly_ctx *ctx = netconfd.ctx;

	switch (error->kind) {
	case STORE_EDIT:
		return reply_edit(&error->edit);
	case STORE_LOCKED:
		return say(
			nc_err(ctx, NC_ERR_LOCK_DENIED, error->owner),
			error->owner
				? "another NETCONF session has locked it; wait until it is unlocked"
				: "somebody configures by vtysh or another front end; wait until they have left",
			NULL, NULL);
	case STORE_CHANGED:
		return say(
			nc_err(ctx, NC_ERR_LOCK_DENIED, 0),
			"the candidate has changes that nobody committed; commit or discard them first",
			NULL, NULL);
	case STORE_NO_LOCK:
		return reply_failed(
			NC_ERR_OP_FAILED,
			"this session has not locked it, so there is nothing to unlock");
	case STORE_INVALID:
		return say(nc_err(ctx, NC_ERR_OP_FAILED, NC_ERR_TYPE_APP), error->text,
			   error->path, error->app_tag);
	case STORE_DENIED:
		return say(nc_err(ctx, NC_ERR_ACCESS_DENIED, NC_ERR_TYPE_APP),
			   "access control does not let this user change it", error->path, NULL);
	case STORE_REFUSED:
		break;
	}
	return reply_failed(NC_ERR_OP_FAILED, "%s", error->text);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Answers to operations; errors as RFC 6241, appendix A, names them.
 *
 * All of them are handed to libnetconf2, which frees them.
 */
#ifndef FRR_TENANT_NETCONF_REPLY_H
#define FRR_TENANT_NETCONF_REPLY_H

#include "netconf/libraries.h"

struct lyd_node;
struct store_error;

/* The answer of an operation whose output is one container or anyxml called name, with this
 * data, which is taken over.
 */
struct nc_server_reply *reply_data(const struct lyd_node *rpc, const char *name,
				   struct lyd_node *data, NC_WD_MODE defaults);
struct nc_server_reply *reply_store(const struct store_error *error);
/* operation-failed, or another tag that takes nothing more. */
struct nc_server_reply *reply_failed(NC_ERR tag, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
struct nc_server_reply *reply_missing(const char *element);

#endif

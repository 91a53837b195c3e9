// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The operations of NETCONF: which are known, and what answers each.
 *
 * An operation is answered within netconfd.work, so one at a time.
 */
#ifndef FRR_TENANT_NETCONF_RPC_H
#define FRR_TENANT_NETCONF_RPC_H

struct frontend;
struct lyd_node;
struct nc_server_reply;
struct nc_session;

/* Every operation of netconfd.ctx; to be called when that is complete. */
void rpc_init(void);

/* rpc_get.c: RFC 6241, 7.1 and 7.7; RFC 8526, 3.1.1; RFC 6022, 3.1 */
struct nc_server_reply *rpc_get(struct lyd_node *rpc, struct nc_session *nc,
				struct frontend *mgmtd);
struct nc_server_reply *rpc_get_config(struct lyd_node *rpc, struct nc_session *nc,
				       struct frontend *mgmtd);
struct nc_server_reply *rpc_get_data(struct lyd_node *rpc, struct nc_session *nc,
				     struct frontend *mgmtd);
struct nc_server_reply *rpc_get_schema(struct lyd_node *rpc, struct nc_session *nc,
				       struct frontend *mgmtd);
/* rpc_edit.c: RFC 6241, 7.2 to 7.6, 8.3, 8.4 and 8.6; RFC 8526, 3.1.2 */
struct nc_server_reply *rpc_edit_config(struct lyd_node *rpc, struct nc_session *nc,
					struct frontend *mgmtd);
struct nc_server_reply *rpc_edit_data(struct lyd_node *rpc, struct nc_session *nc,
				      struct frontend *mgmtd);
struct nc_server_reply *rpc_delete_config(struct lyd_node *rpc, struct nc_session *nc,
					  struct frontend *mgmtd);
struct nc_server_reply *rpc_commit(struct lyd_node *rpc, struct nc_session *nc,
				   struct frontend *mgmtd);
struct nc_server_reply *rpc_cancel_commit(struct lyd_node *rpc, struct nc_session *nc,
					  struct frontend *mgmtd);
struct nc_server_reply *rpc_discard_changes(struct lyd_node *rpc, struct nc_session *nc,
					    struct frontend *mgmtd);
struct nc_server_reply *rpc_copy_config(struct lyd_node *rpc, struct nc_session *nc,
					struct frontend *mgmtd);
struct nc_server_reply *rpc_validate(struct lyd_node *rpc, struct nc_session *nc,
				     struct frontend *mgmtd);
struct nc_server_reply *rpc_lock(struct lyd_node *rpc, struct nc_session *nc,
				 struct frontend *mgmtd);
struct nc_server_reply *rpc_unlock(struct lyd_node *rpc, struct nc_session *nc,
				   struct frontend *mgmtd);
/* rpc_session.c: RFC 6241, 7.8 and 7.9; RFC 5277, 2.1.1 */
struct nc_server_reply *rpc_close_session(struct lyd_node *rpc, struct nc_session *nc,
					  struct frontend *mgmtd);
struct nc_server_reply *rpc_kill_session(struct lyd_node *rpc, struct nc_session *nc,
					 struct frontend *mgmtd);
struct nc_server_reply *rpc_create_subscription(struct lyd_node *rpc, struct nc_session *nc,
						struct frontend *mgmtd);

/* rpc_module.c: what is of mgmtd's modules */
struct nc_server_reply *rpc_of_module(struct lyd_node *rpc, struct nc_session *nc,
				      struct frontend *mgmtd);

/* rpc.c, for them: a child of the operation by its path; its text, or NULL. */
struct lyd_node *rpc_child(const struct lyd_node *rpc, const char *path);
const char *rpc_text(const struct lyd_node *rpc, const char *path);
/* The datastore named below "source" or "target"; 0 and *reply where it is none of ours. */
int rpc_datastore(const struct lyd_node *rpc, const char *where, struct nc_server_reply **reply);
/* What a <filter> says (RFC 6241, 6.2 and 8.9.4.1): a subtree, NULL where it is empty, or else an
 * XPath; or why not.
 */
struct nc_server_reply *rpc_read_filter(const struct lyd_node *filter,
					const struct lyd_node **subtree, const char **select);
/* The datastore of an identity (RFC 8342), with or without its module's name; 0: none of ours. */
int rpc_store_of_identity(const char *identity);

#endif

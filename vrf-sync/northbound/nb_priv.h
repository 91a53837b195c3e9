// SPDX-License-Identifier: GPL-2.0-or-later
/* What the files of the northbound share. */
#ifndef FRR_TENANT_NORTHBOUND_NB_PRIV_H
#define FRR_TENANT_NORTHBOUND_NB_PRIV_H

#include <stdbool.h>
#include <stdint.h>

#include "northbound.h" /* FRR's */

struct operation_row;
struct tenant;

#define NB_ROOT "/frr-tenant:tenant-network"

/* nb_module.c: the module with the callbacks of every node. */
extern const struct frr_yang_module_info nb_module_info;

/* nb_config.c: the callbacks of all that is configured, and the end of a
 * transaction.
 */
int nb_recorded_create(struct nb_cb_create_args *args);
int nb_recorded_modify(struct nb_cb_modify_args *args);
int nb_recorded_destroy(struct nb_cb_destroy_args *args);
void nb_finish(struct nb_cb_apply_finish_args *args);
/* The container tenant-network in force. */
const struct lyd_node *nb_tree(void *arg);
/* mgmtd is there, and about to send all it has; or it went. */
void nb_config_connected(bool connected);
void nb_config_stop(void);

/* nb_state.c: adds a leaf; a text that the schema would not have, "", is left out. */
void nb_put(struct lyd_node *parent, const char *name, const char *fmt, ...) PRINTFRR(3, 4);
/* An entry of a list; keys: "[name='acme']", of names that have been checked.  NULL: none. */
struct lyd_node *nb_add_entry(struct lyd_node *parent, const char *name, const char *fmt, ...)
	PRINTFRR(3, 4);
/* nb_state_site.c: an operation on sites as an entry of "operation"; operations, and of a tenant
 * its switches and hosts here.
 */
void nb_put_operation(struct lyd_node *parent, const struct operation_row *row);
void nb_put_operations(struct lyd_node *state);
void nb_put_sites(struct lyd_node *state, const struct tenant *tenant);
/* The container state; freed by the other. */
const struct lyd_node *nb_state_tree(const char *xpath, void **user_lock);
void nb_state_free(const struct lyd_node *tree, void *user_lock);
/* Microseconds since 1970 as yang:date-and-time; returns buf. */
#define NB_TIME_SIZE 40
const char *nb_time(int64_t us, char buf[static NB_TIME_SIZE]);

/* nb_rpc.c */
int nb_rpc_resync(struct nb_cb_rpc_args *args);
int nb_rpc_release(struct nb_cb_rpc_args *args);
int nb_rpc_plan(struct nb_cb_rpc_args *args);
int nb_rpc_trace(struct nb_cb_rpc_args *args);

/* nb_notify.c */
void nb_notify_stop(void);

#endif

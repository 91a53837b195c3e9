// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who may do what here: the policy in a file, and the users of sessions (RFC 8341).
 *
 * nacm.h decides; this knows where the policy is, which groups of the system a user is in,
 * and that user root may do everything (a recovery session).  The policy is read at the
 * start and at SIGHUP.  All within netconfd.work, but for users made and freed.
 */
#ifndef FRR_TENANT_NETCONF_ACCESS_H
#define FRR_TENANT_NETCONF_ACCESS_H

#include <stdbool.h>
#include <stddef.h>

struct access_user;
struct ly_ctx;
struct lyd_node;

/* The policy that is configured, else the one that came with the program: 0, or -1 and a
 * sentence; what was in force stays then.
 */
int access_read(struct ly_ctx *ctx, char *why, size_t size);
/* Where what is in force was read from. */
const char *access_path(void);
void access_stop(void);
/* The policy as data, with RFC 8341's counters, of the caller; NULL where there is none. */
struct lyd_node *access_tree(void);

/* With the groups the system has for that name now. */
struct access_user *access_user_new(const char *name);
void access_user_free(struct access_user *user);

/* nacm.h's questions, about them. */
bool access_may_execute(const struct access_user *user, const struct lyd_node *rpc);
/* event: the notification, within the data above it where it belongs to any. */
bool access_may_notify(const struct access_user *user, const struct lyd_node *event);
void access_prune(const struct access_user *user, struct lyd_node **data);
const struct lyd_node *access_denied_write(const struct access_user *user,
					   const struct lyd_node *changes);

#endif

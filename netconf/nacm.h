// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who may do what: the NETCONF Access Control Model (RFC 8341).
 *
 * struct nacm is what the container /ietf-netconf-acm:nacm says, copied: the tree may go
 * afterwards.  A changed configuration is a new struct nacm, which takes the counters of the
 * old one along.  Each question names its user; no answer changes anything but the counters.
 *
 * For a request a server asks, in this order: may the operation be executed; for what is read,
 * nacm_prune() of all the data before a filter selects from it, since a filter must not find
 * out what may not be read; for what is written, nacm_denied_write() of what would change.
 *
 * As the RFC has it, and easily forgotten:
 *  - a user who is in no group has no rules at all, not even those for group "*";
 *  - a node that may not be read takes along all below it, whatever rules say of these;
 *  - an action, or a notification of a data node, needs all above it to be readable;
 *  - close-session can not be denied, nor can what tells that a replay or a subscription ends.
 *
 * Where the RFC leaves a choice: default-deny-all and default-deny-write hold for all below
 * the node that has them; and to delete or create a node is to do so with each node below it
 * (but with defaults and with containers without presence, which mean nothing by themselves).
 *
 * Not for more than one thread at a time.
 */
#ifndef FRR_TENANT_NETCONF_NACM_H
#define FRR_TENANT_NETCONF_NACM_H

#include <stdbool.h>
#include <stdint.h>

struct lyd_node;
struct lysc_node;
struct nacm;

struct nacm_user {
	const char *name;
	/* what the system or the transport says, ended by NULL; NULL: none.  Unused where
	 * enable-external-groups is false
	 */
	const char *const *groups;
	bool is_recovery; /* of a recovery session: everything is permitted */
};

enum nacm_access {
	NACM_CREATE = 1 << 0,
	NACM_READ = 1 << 1,
	NACM_UPDATE = 1 << 2,
	NACM_DELETE = 1 << 3,
	NACM_EXEC = 1 << 4,
};

/* Since the server started, if each struct nacm took over from the one before. */
struct nacm_counters {
	uint32_t denied_operations;
	uint32_t denied_data_writes;
	uint32_t denied_notifications;
};

/* config: the container, valid; NULL is as an empty one.  NULL: no memory. */
struct nacm *nacm_new(const struct lyd_node *config);
void nacm_free(struct nacm *nacm); /* NULL is fine */

void nacm_take_counters(struct nacm *nacm, const struct nacm *old);
struct nacm_counters nacm_counters(const struct nacm *nacm);

/* A sentence about the first rule whose path is not understood; NULL: there is none.  Such a
 * rule denies all data if it denies, and permits none if it permits.
 */
const char *nacm_fault(const struct nacm *nacm);

/* instance: of an action, its node below the data it belongs to, as lyd_parse_op() makes it;
 * without one it is denied.  Unused with an rpc.
 */
bool nacm_may_execute(struct nacm *nacm, const struct nacm_user *user,
		      const struct lysc_node *operation, const struct lyd_node *instance);

/* May the notification be sent to the user?  instance: as with an action, if it belongs to
 * data.  The content of a notification is not looked at.
 */
bool nacm_may_notify(struct nacm *nacm, const struct nacm_user *user,
		     const struct lysc_node *notification, const struct lyd_node *instance);

/* Takes away, silently, what the user may not read, with all below it, and list entries of
 * which a key may not be read.  *data is the first of all siblings at the top.
 */
void nacm_prune(struct nacm *nacm, const struct nacm_user *user, struct lyd_node **data);

/* Of just this node; access: create, update or delete. */
bool nacm_may_write(struct nacm *nacm, const struct nacm_user *user, const struct lyd_node *node,
		    enum nacm_access access);

/* diff: what lyd_diff_siblings() made of the data before and after, with its siblings.  The
 * first node whose change is denied, or NULL.  Counts as one denied write.
 */
const struct lyd_node *nacm_denied_write(struct nacm *nacm, const struct nacm_user *user,
					 const struct lyd_node *diff);

#endif

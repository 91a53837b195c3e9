// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The datastores of NETCONF: running and operational are mgmtd's, the candidate is
 * kept here, one for all sessions.
 *
 *   edit-config --> candidate = base + edits      (here; mgmtd knows nothing of it)
 *                      | commit: what differs from base, and only that
 *                      v
 *   lock both, abort --> mgmtd's candidate --edits--> validate, apply --> unlock
 *
 * mgmtd's own candidate is shared with vtysh, and a commit takes all that is in it:
 * so it is only a place to put a change while both its stores are locked.  Pushing
 * differences means that what vtysh users did meanwhile elsewhere stays.  Of running only
 * what edits are about is fetched (scope.h), until somebody wants to see the candidate.
 *
 * mgmtd 10.7.1 ends by an assertion when "/" is deleted and then edited, and merges
 * where "/" is to be replaced: so nothing is ever pushed but single nodes.
 *
 * Each call wants the candidate's lock to be free, or the caller's; store_lock() and
 * store_forget() keep it.  Not for two threads at once.
 */
#ifndef FRR_TENANT_NETCONF_STORE_H
#define FRR_TENANT_NETCONF_STORE_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "netconf/edit.h"
#include "netconf/frontend.h"

struct access_user;
struct ly_ctx;
struct lyd_node;
struct nc_session;

struct store;

/* Why not: one of these says more than the others. */
struct store_error {
	enum {
		STORE_REFUSED, /* by mgmtd: text */
		STORE_LOCKED,  /* owner has the lock; 0: nobody of NETCONF */
		STORE_CHANGED, /* the candidate has changes that are not committed */
		STORE_NO_LOCK, /* that session has none */
		STORE_EDIT,    /* edit */
		STORE_DENIED,  /* access control: path */
		STORE_INVALID, /* text, path, app_tag: YANG */
	} kind;
	uint32_t owner;
	struct edit_error edit;
	char text[1024];
	char path[512];
	char app_tag[64];
};

/* Who asks: they may change only what access control permits, be it by an edit, or by a
 * commit of what others edited.
 */
struct store_client {
	uint32_t session;
	const struct access_user *user;
	const struct nc_session *nc; /* for those who are told of a change; NULL: the server */
};

struct store *store_new(const struct ly_ctx *ctx);
void store_free(struct store *store);

/* What is in the store, as the question says; 0 and a tree of the caller's in *tree
 * (NULL: nothing), or -1.  The candidate where nobody edited it is running.
 */
int store_get(struct store *store, struct frontend *mgmtd,
	      const struct frontend_question *question, struct lyd_node **tree,
	      struct store_error *error);
int store_edit(struct store *store, struct frontend *mgmtd, const struct store_client *client,
	       const struct lyd_node *edit, enum edit_op default_op, struct store_error *error);
/* The same without keeping it: what store_edit() and store_validate() after it would say. */
int store_try_edit(struct store *store, struct frontend *mgmtd, const struct store_client *client,
		   const struct lyd_node *edit, enum edit_op default_op,
		   struct store_error *error);
int store_validate(struct store *store, struct frontend *mgmtd, struct store_error *error);
int store_commit(struct store *store, struct frontend *mgmtd, const struct store_client *client,
		 struct store_error *error);
/* Running as XML, malloc()ed; and bringing it back: what differs, and only that. */
int store_print_running(struct store *store, struct frontend *mgmtd, char **xml,
			struct store_error *error);
int store_restore(struct store *store, struct frontend *mgmtd, const char *xml,
		  struct store_error *error);
int store_discard(struct store *store, uint32_t session, struct store_error *error);
int store_lock(struct store *store, struct frontend *mgmtd, uint32_t session,
	       enum frontend_store which, struct store_error *error);
int store_unlock(struct store *store, struct frontend *mgmtd, uint32_t session,
		 enum frontend_store which, struct store_error *error);
/* Who has it locked, and since when; false: nobody of NETCONF. */
struct store_lock {
	uint32_t session;
	time_t since;
};
bool store_lock_of(const struct store *store, enum frontend_store which, struct store_lock *lock);
/* The session has ended: its locks are free, and what it edited under lock is discarded
 * (RFC 6241, section 8.3.5.2).
 */
void store_forget(struct store *store, uint32_t session);
/* Its connection to mgmtd broke, and took the lock on running along; the candidate is ours. */
void store_lost_mgmtd(struct store *store, uint32_t session);

#endif

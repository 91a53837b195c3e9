// SPDX-License-Identifier: GPL-2.0-or-later
/* The candidate, its locks, and what mgmtd has. */
#include <zebra.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "netconf/libraries.h"
#include "netconf/access.h"
#include "netconf/events.h"
#include "netconf/filter.h"
#include "netconf/netconfd.h"
#include "netconf/push.h"
#include "netconf/scope.h"
#include "netconf/store.h"

DEFINE_MTYPE_STATIC(NETCONFD, STORE, "NETCONF datastores");

struct store {
	const struct ly_ctx *ctx;
	/* Of the candidate: what parts of running edits were about so far, as they were at the
	 * first edit of each, and what they are now.  Both may be NULL for an empty tree, so
	 * is_edited says whether they count.
	 */
	bool is_edited;
	struct scope scope;
	struct lyd_node *base;
	struct lyd_node *candidate;
	/* session 0: not locked; running's lock is mgmtd's as well */
	struct store_lock candidate_lock;
	struct store_lock running_lock;
};

struct store *store_new(const struct ly_ctx *ctx)
{
	struct store *store = XCALLOC(MTYPE_STORE, sizeof(*store));

	store->ctx = ctx;
	return store;
}

static void forget_edits(struct store *store)
{
	lyd_free_all(store->base);
	lyd_free_all(store->candidate);
	store->base = store->candidate = NULL;
	store->is_edited = false;
	scope_clear(&store->scope);
}

void store_free(struct store *store)
{
	if (!store)
		return;
	forget_edits(store);
	XFREE(MTYPE_STORE, store);
}

/* ---- errors ---- */

static int refused(struct store_error *error, const struct frontend_error *why)
{
	error->kind = STORE_REFUSED;
	strlcpy(error->text, why->text, sizeof(error->text));
	return -1;
}

static int locked(struct store_error *error, uint32_t owner)
{
	error->kind = STORE_LOCKED;
	error->owner = owner;
	return -1;
}

/* libyang's last word on the tree. */
static int invalid(struct store_error *error, const struct ly_ctx *ctx)
{
	const struct ly_err_item *last = ly_err_last(ctx);

	error->kind = STORE_INVALID;
	strlcpy(error->text, last && last->msg ? last->msg : "the configuration is not valid",
		sizeof(error->text));
	strlcpy(error->path, last && last->data_path ? last->data_path : "", sizeof(error->path));
	strlcpy(error->app_tag, last && last->apptag ? last->apptag : "", sizeof(error->app_tag));
	return -1;
}

/* ---- reading ---- */

static int read_mgmtd(struct store *store, struct frontend *mgmtd,
		      const struct frontend_question *question, struct lyd_node **tree,
		      struct store_error *error)
{
	struct frontend_error why = {};
	char *xml = frontend_get(mgmtd, question, &why);
	LY_ERR bad = LY_SUCCESS;

	if (!xml)
		return refused(error, &why);
	*tree = NULL;
	if (*xml)
		bad = lyd_parse_data_mem(store->ctx, xml, LYD_XML, LYD_PARSE_ONLY, 0, tree);
	free(xml);
	return bad ? invalid(error, store->ctx) : 0;
}

static const struct frontend_question all_of_running = {
	.store = FRONTEND_RUNNING,
	.config = true,
	.xpath = "/*",
};

static int read_running(struct store *store, struct frontend *mgmtd, struct lyd_node **tree,
			struct store_error *error)
{
	return read_mgmtd(store, mgmtd, &all_of_running, tree, error);
}

/* ---- parts and all ---- */

/* All of running, with its parts as the base (NULL where that is whole itself) and as the
 * edited tree have them.
 */
static int read_whole(struct store *store, struct frontend *mgmtd, const struct lyd_node *edited,
		      struct lyd_node **base, struct lyd_node **whole, struct store_error *error)
{
	*base = *whole = NULL;
	if (store->scope.is_all)
		return edited && lyd_dup_siblings(edited, NULL, LYD_DUP_RECURSIVE, whole)
			       ? invalid(error, store->ctx)
			       : 0;
	if (read_running(store, mgmtd, base, error))
		return -1;
	if (!scope_widen(&store->scope, store->base, edited, base, whole))
		return 0;
	lyd_free_all(*base);
	return invalid(error, store->ctx);
}

/* From here on base and candidate are whole. */
static int widen(struct store *store, struct frontend *mgmtd, struct store_error *error)
{
	struct lyd_node *base, *candidate = NULL;

	if (store->scope.is_all)
		return 0;
	if (!store->is_edited) {
		lyd_free_all(store->base);
		store->base = NULL;
		if (read_running(store, mgmtd, &store->base, error))
			return -1;
	} else {
		if (read_whole(store, mgmtd, store->candidate, &base, &candidate, error))
			return -1;
		lyd_free_all(store->base);
		lyd_free_all(store->candidate);
		store->base = base;
		store->candidate = candidate;
	}
	scope_add_all(&store->scope);
	return 0;
}

static int fetch_part(struct store *store, struct frontend *mgmtd, const struct scope_part *part,
		      struct store_error *error)
{
	struct frontend_question question = all_of_running;
	struct lyd_node *fetched, *copy = NULL;

	question.xpath = part->path;
	if (read_mgmtd(store, mgmtd, &question, &fetched, error))
		return -1;
	/* nobody edited it yet: so it is in the candidate what it is in running */
	if (store->is_edited && fetched &&
	    lyd_dup_siblings(fetched, NULL, LYD_DUP_RECURSIVE, &copy)) {
		lyd_free_all(fetched);
		return invalid(error, store->ctx);
	}
	if (scope_merge(&store->base, fetched) || scope_merge(&store->candidate, copy))
		return invalid(error, store->ctx);
	scope_add(&store->scope, part);
	return 0;
}

/* Fetches of running what base has not and the edit is about. */
static int fetch(struct store *store, struct frontend *mgmtd, const struct scope *wanted,
		 struct store_error *error)
{
	for (size_t i = 0; i < wanted->count && !store->scope.is_all; i++) {
		enum scope_relation relation = scope_relation(&store->scope, &wanted->parts[i]);

		/* of what is around, some is edited */
		if (relation == SCOPE_AROUND ||
		    (relation == SCOPE_APART && scope_is_full(&store->scope)))
			return widen(store, mgmtd, error);
		if (relation == SCOPE_APART && fetch_part(store, mgmtd, &wanted->parts[i], error))
			return -1;
	}
	return wanted->is_all ? widen(store, mgmtd, error) : 0;
}

/* ---- reading ---- */

static int read_candidate(struct store *store, const struct frontend_question *question,
			  struct lyd_node **tree, struct store_error *error)
{
	struct lyd_node *full = NULL;
	int failed = 0;

	if (question->defaults != FRONTEND_ALL && question->defaults != FRONTEND_ALL_TAGGED)
		return filter_xpath(store->candidate, question->xpath, tree)
			       ? invalid(error, store->ctx)
			       : 0;
	if ((store->candidate &&
	     lyd_dup_siblings(store->candidate, NULL, LYD_DUP_RECURSIVE | LYD_DUP_WITH_FLAGS,
			      &full)) ||
	    lyd_new_implicit_all(&full, store->ctx, LYD_IMPLICIT_NO_STATE, NULL) ||
	    filter_xpath(full, question->xpath, tree))
		failed = invalid(error, store->ctx);
	lyd_free_all(full);
	return failed;
}

int store_get(struct store *store, struct frontend *mgmtd,
	      const struct frontend_question *question, struct lyd_node **tree,
	      struct store_error *error)
{
	struct frontend_question running = *question;

	if (question->store != FRONTEND_CANDIDATE)
		return read_mgmtd(store, mgmtd, question, tree, error);
	if (store->is_edited)
		return widen(store, mgmtd, error) ?: read_candidate(store, question, tree, error);
	running.store = FRONTEND_RUNNING;
	return read_mgmtd(store, mgmtd, &running, tree, error);
}

/* ---- the candidate ---- */

static bool is_locked_out(const struct store *store, uint32_t session)
{
	return store->candidate_lock.session && store->candidate_lock.session != session;
}

/* What an edit begins with: the candidate, or running where nobody edited it yet. */
static int begin_edit(struct store *store, struct frontend *mgmtd, const struct lyd_node *edit,
		      enum edit_op default_op, struct lyd_node **before, struct store_error *error)
{
	struct scope wanted = {};
	int failed;

	scope_of_edit(edit, default_op, &wanted);
	failed = fetch(store, mgmtd, &wanted, error);
	scope_clear(&wanted);
	if (!failed && (scope_add_above(&store->scope, &store->base) ||
			(store->is_edited && scope_add_above(&store->scope, &store->candidate))))
		failed = invalid(error, store->ctx);
	if (failed && !store->is_edited)
		forget_edits(store);
	*before = store->is_edited ? store->candidate : store->base;
	return failed;
}

/* The result takes the candidate's place, unless the edit failed. */
static void end_edit(struct store *store, struct lyd_node *result, bool failed)
{
	if (failed) {
		if (!store->is_edited)
			forget_edits(store);
		return;
	}
	lyd_free_all(store->candidate);
	store->candidate = result;
	store->is_edited = true;
}

static int permit(const struct store_client *client, const struct lyd_node *changes,
		  struct store_error *error)
{
	const struct lyd_node *denied =
		changes ? access_denied_write(client->user, changes) : NULL;

	if (!denied)
		return 0;
	error->kind = STORE_DENIED;
	error->path[0] = '\0';
	lyd_path(denied, LYD_PATH_STD, error->path, sizeof(error->path));
	return -1;
}

/* The tree as the edit would have it. */
static int try_edit(struct store *store, const struct store_client *client,
		    const struct lyd_node *before, const struct lyd_node *edit,
		    enum edit_op default_op, struct lyd_node **result, struct store_error *error)
{
	struct lyd_node *changes = NULL;
	int failed;

	if (edit_apply(before, edit, default_op, result, &error->edit)) {
		error->kind = STORE_EDIT;
		return -1;
	}
	failed = scope_add_above(&store->scope, result) ||
				 lyd_diff_siblings(before, *result, 0, &changes)
			 ? invalid(error, store->ctx)
			 : permit(client, changes, error);
	lyd_free_all(changes);
	if (failed) {
		lyd_free_all(*result);
		*result = NULL;
	}
	return failed;
}

int store_edit(struct store *store, struct frontend *mgmtd, const struct store_client *client,
	       const struct lyd_node *edit, enum edit_op default_op, struct store_error *error)
{
	struct lyd_node *before, *result = NULL;
	int failed;

	if (is_locked_out(store, client->session))
		return locked(error, store->candidate_lock.session);
	if (begin_edit(store, mgmtd, edit, default_op, &before, error))
		return -1;
	failed = try_edit(store, client, before, edit, default_op, &result, error);
	end_edit(store, result, failed);
	return failed;
}

/* Of what mgmtd refused in one text, libyang says where and why, if it is YANG that is against it.
 */
static int explain(struct store *store, struct frontend *mgmtd, const struct lyd_node *candidate,
		   const struct frontend_error *why, struct store_error *error)
{
	struct lyd_node *base = NULL, *whole = NULL;
	bool is_invalid;

	if (why->number == EBUSY)
		return locked(error, 0);
	if (read_whole(store, mgmtd, candidate, &base, &whole, error))
		return refused(error, why);
	is_invalid = lyd_validate_all(&whole, store->ctx,
				      LYD_VALIDATE_NO_STATE | LYD_VALIDATE_PRESENT, NULL);
	if (is_invalid)
		invalid(error, store->ctx);
	lyd_free_all(base);
	lyd_free_all(whole);
	return is_invalid ? -1 : refused(error, why);
}

/* Puts what differs from the base into mgmtd's candidate, and then what.  client: to whom all of
 * it must be permitted; NULL where that has been asked.
 */
static int stage(struct store *store, struct frontend *mgmtd, const struct store_client *client,
		 const struct lyd_node *candidate, enum frontend_commit what,
		 struct store_error *error)
{
	struct lyd_node *changes = NULL;
	struct frontend_error why = {};
	int failed;

	if (lyd_diff_siblings(store->base, candidate, 0, &changes))
		return invalid(error, store->ctx);
	failed = client ? permit(client, changes, error) : 0;
	if (!failed && changes && push_changes(mgmtd, changes, what, &why))
		failed = explain(store, mgmtd, candidate, &why, error);
	else if (!failed && changes && what == FRONTEND_APPLY)
		event_config_change(client->nc, changes);
	lyd_free_all(changes);
	return failed;
}

int store_try_edit(struct store *store, struct frontend *mgmtd, const struct store_client *client,
		   const struct lyd_node *edit, enum edit_op default_op, struct store_error *error)
{
	struct lyd_node *before, *result = NULL;
	int failed;

	if (begin_edit(store, mgmtd, edit, default_op, &before, error))
		return -1;
	failed = try_edit(store, client, before, edit, default_op, &result, error);
	if (!failed)
		failed = stage(store, mgmtd, NULL, result, FRONTEND_VALIDATE, error);
	lyd_free_all(result);
	end_edit(store, NULL, true);
	return failed;
}

int store_validate(struct store *store, struct frontend *mgmtd, struct store_error *error)
{
	if (!store->is_edited)
		return 0;
	return stage(store, mgmtd, NULL, store->candidate, FRONTEND_VALIDATE, error);
}

int store_commit(struct store *store, struct frontend *mgmtd, const struct store_client *client,
		 struct store_error *error)
{
	if (is_locked_out(store, client->session))
		return locked(error, store->candidate_lock.session);
	if (store->running_lock.session && store->running_lock.session != client->session)
		return locked(error, store->running_lock.session);
	if (store->is_edited &&
	    stage(store, mgmtd, client, store->candidate, FRONTEND_APPLY, error))
		return -1;
	forget_edits(store);
	return 0;
}

int store_print_running(struct store *store, struct frontend *mgmtd, char **xml,
			struct store_error *error)
{
	struct frontend_error why = {};

	*xml = frontend_get(mgmtd, &all_of_running, &why);
	return *xml ? 0 : refused(error, &why);
}

int store_restore(struct store *store, struct frontend *mgmtd, const char *xml,
		  struct store_error *error)
{
	struct lyd_node *now = NULL, *then = NULL, *changes = NULL;
	struct frontend_error why = {};
	int failed = read_running(store, mgmtd, &now, error);

	if (!failed && *xml &&
	    lyd_parse_data_mem(store->ctx, xml, LYD_XML, LYD_PARSE_ONLY, 0, &then))
		failed = invalid(error, store->ctx);
	if (!failed && lyd_diff_siblings(now, then, 0, &changes))
		failed = invalid(error, store->ctx);
	if (!failed && changes && push_changes(mgmtd, changes, FRONTEND_APPLY, &why))
		failed = refused(error, &why);
	else if (!failed && changes)
		event_config_change(NULL, changes);
	lyd_free_all(now);
	lyd_free_all(then);
	lyd_free_all(changes);
	return failed;
}

int store_discard(struct store *store, uint32_t session, struct store_error *error)
{
	if (is_locked_out(store, session))
		return locked(error, store->candidate_lock.session);
	forget_edits(store);
	return 0;
}

/* ---- locks ---- */

static int lock_candidate(struct store *store, uint32_t session, struct store_error *error)
{
	if (store->candidate_lock.session)
		return locked(error, store->candidate_lock.session);
	if (store->is_edited) {
		error->kind = STORE_CHANGED;
		return -1;
	}
	store->candidate_lock = (struct store_lock){ .session = session, .since = time(NULL) };
	return 0;
}

int store_lock(struct store *store, struct frontend *mgmtd, uint32_t session,
	       enum frontend_store which, struct store_error *error)
{
	struct frontend_error why = {};

	if (which == FRONTEND_CANDIDATE)
		return lock_candidate(store, session, error);
	if (store->running_lock.session)
		return locked(error, store->running_lock.session);
	if (frontend_lock(mgmtd, FRONTEND_RUNNING, true, &why))
		/* somebody at vtysh, most likely */
		return why.number == EBUSY ? locked(error, 0) : refused(error, &why);
	store->running_lock = (struct store_lock){ .session = session, .since = time(NULL) };
	return 0;
}

int store_unlock(struct store *store, struct frontend *mgmtd, uint32_t session,
		 enum frontend_store which, struct store_error *error)
{
	uint32_t *owner = which == FRONTEND_CANDIDATE ? &store->candidate_lock.session
						      : &store->running_lock.session;
	struct frontend_error why = {};

	if (*owner != session) {
		error->kind = STORE_NO_LOCK;
		return -1;
	}
	*owner = 0;
	if (which == FRONTEND_CANDIDATE) {
		forget_edits(store);
		return 0;
	}
	return frontend_lock(mgmtd, FRONTEND_RUNNING, false, &why) ? refused(error, &why) : 0;
}

bool store_lock_of(const struct store *store, enum frontend_store which, struct store_lock *lock)
{
	*lock = which == FRONTEND_CANDIDATE ? store->candidate_lock : store->running_lock;
	return lock->session != 0;
}

void store_forget(struct store *store, uint32_t session)
{
	if (store->candidate_lock.session == session) {
		store->candidate_lock.session = 0;
		forget_edits(store);
	}
	store_lost_mgmtd(store, session);
}

void store_lost_mgmtd(struct store *store, uint32_t session)
{
	if (store->running_lock.session == session)
		store->running_lock.session = 0;
}

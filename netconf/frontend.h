// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A session with mgmtd, by its front-end protocol (FRR 10.7, lib/mgmt_msg_native.h).
 *
 *	struct frontend *mgmtd = frontend_open(&why);
 *	char *xml = frontend_get(mgmtd, &question, &why);
 *	...
 *	frontend_close(mgmtd);
 *
 * One question, then its answer: mgmtd 10.7 asserts on a second one of the same
 * session.  So every call waits, FRONTEND_TIMEOUT_S at most; a session that failed
 * for anything but an answer is lost, and each call on it fails from then on.
 * Locks belong to the session and are gone with it.  Not for two threads at once.
 */
#ifndef FRR_TENANT_NETCONF_FRONTEND_H
#define FRR_TENANT_NETCONF_FRONTEND_H

#include <stdbool.h>
#include <stdint.h>

#define FRONTEND_TIMEOUT_S 60

struct frontend;

/* What mgmtd said no to, in its own words, or why it could not be asked. */
struct frontend_error {
	int number; /* errno's */
	char text[1024];
};

enum frontend_store {
	FRONTEND_RUNNING = 1,
	FRONTEND_CANDIDATE = 2,
	FRONTEND_OPERATIONAL = 3,
};

enum frontend_defaults {
	FRONTEND_EXPLICIT,
	FRONTEND_TRIM,
	FRONTEND_ALL,
	FRONTEND_ALL_TAGGED,
};

struct frontend_question {
	enum frontend_store store;
	enum frontend_defaults defaults;
	bool config; /* with what is configured */
	bool state;  /* with what is not */
	const char *xpath;
};

enum frontend_edit { FRONTEND_MERGE, FRONTEND_REMOVE };
enum frontend_commit { FRONTEND_APPLY, FRONTEND_ABORT, FRONTEND_VALIDATE };

/* By the socket in FRR's run directory. */
struct frontend *frontend_open(struct frontend_error *why);
void frontend_close(struct frontend *mgmtd);
/* It can no longer be used. */
bool frontend_is_lost(const struct frontend *mgmtd);

/* What mgmtd tells by itself, YANG notifications as JSON, goes to `heard`: in the middle of a
 * question's answer too, and from frontend_hear(), which wants the descriptor to be readable.
 * -1: lost.  Whoever does not ask nor hear for long lets mgmtd keep it all.
 */
void frontend_listen(struct frontend *mgmtd, void (*heard)(void *arg, const char *json),
		     void *arg);
int frontend_fd(const struct frontend *mgmtd);
int frontend_hear(struct frontend *mgmtd, struct frontend_error *why);

/* XML, malloc()ed, "" where there is nothing; NULL on error. */
char *frontend_get(struct frontend *mgmtd, const struct frontend_question *question,
		   struct frontend_error *why);
/* Has it done by the daemons that have the operation, and returns their output like that of
 * frontend_get(); xml is the operation with its input.  ENOENT: none of them has it.
 */
char *frontend_rpc(struct frontend *mgmtd, const char *xpath, const char *xml,
		   struct frontend_error *why);
/* 0, or -1 and *why.  A lock that another session has is EBUSY. */
int frontend_lock(struct frontend *mgmtd, enum frontend_store store, bool on,
		  struct frontend_error *why);
bool frontend_has_lock(const struct frontend *mgmtd, enum frontend_store store);
/* Of mgmtd's candidate; xml NULL for a removal. */
int frontend_edit(struct frontend *mgmtd, enum frontend_edit what, const char *xpath,
		  const char *xml, struct frontend_error *why);
/* Of mgmtd's candidate to running; both must be locked. */
int frontend_commit(struct frontend *mgmtd, enum frontend_commit what, struct frontend_error *why);

#endif

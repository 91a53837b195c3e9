// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Confirmed commits (RFC 6241, section 8.4): a change that goes away by itself unless
 * somebody says that it is good.
 *
 *   none --commit, confirmed--> pending --commit--> none
 *                                  |--the same again: later--> pending
 *                                  '--time over, cancel-commit, its session gone,
 *                                     this server restarted--> running as before --> none
 *
 * Running as it was is in a file from before the commit until it is settled, so that
 * neither the death of the session nor of this server leaves an unconfirmed change in
 * force.  What others configured meanwhile goes with it: the whole of running comes
 * back, as the RFC has it.
 *
 * All within netconfd.work.
 */
#ifndef FRR_TENANT_NETCONF_CONFIRM_H
#define FRR_TENANT_NETCONF_CONFIRM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct frontend;
struct store_error;

/* What a commit says of it. */
struct confirm_request {
	uint32_t session;
	bool confirmed;         /* to be confirmed */
	uint32_t timeout;       /* seconds */
	const char *persist;    /* the name by which another session may settle it, or NULL */
	const char *persist_id; /* that name, or NULL */
};

/* NULL where such a commit may go on, else one sentence. */
const char *confirm_refusal(const struct confirm_request *request);
/* Before the commit: keeps running where the commit is to be confirmed.  0, or -1 and *error. */
int confirm_keep(struct frontend *mgmtd, const struct confirm_request *request,
		 struct store_error *error);
/* After it, done or failed. */
void confirm_done(const struct confirm_request *request, bool failed);
bool confirm_is_pending(void);
/* cancel-commit: 0, or -1 and *error. */
int confirm_cancel(struct frontend *mgmtd, struct store_error *error);
/* One is pending that another session began: it may not lock running. */
bool confirm_is_others(uint32_t session);
/* The session has ended. */
void confirm_forget(uint32_t session);
/* At the start: brings back what a server before this one left unconfirmed; 0, or -1 and a
 * sentence.
 */
int confirm_recover(struct frontend *mgmtd, char *why, size_t size);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sessions whose client ended while mgmtd was at its commit: closed, and what they had
 * locked is free.
 *
 * mgmtd 10.7.1 notices that the client has gone when it writes the answer
 * (vty_resume_response() in lib/vty.c), says so, and forgets to close the session.  It keeps its
 * locks of candidate and running until mgmtd ends, and nobody can configure anything.
 */
#ifndef FRR_TENANT_FRR_PLUGIN_MGMTD_ORPHAN_H
#define FRR_TENANT_FRR_PLUGIN_MGMTD_ORPHAN_H

struct event_loop;

/* From now on; to be called when mgmtd has begun to run. */
void orphans_watch(struct event_loop *loop);

#endif

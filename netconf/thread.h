// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whose thread it is.  libnetconf2 starts threads of its own, one for each client that it
 * calls, and asks us things in them; libfrr's log asserts that a thread is known to its RCU.
 * So each of ours says once that it is one; as many as libnetconf2 will start are expected;
 * and who logs in a callback of its does so between enter and leave, which take one of these.
 */
#ifndef FRR_TENANT_NETCONF_THREAD_H
#define FRR_TENANT_NETCONF_THREAD_H

#include <stdbool.h>

/* The main one, or one of frr_pthread's: the first that it does. */
void thread_is_ours(void);
bool thread_is_foreign(void);
/* In the main thread, before libnetconf2 starts one; and where it did not. */
void thread_expect(void);
void thread_expect_not(void);
void thread_enter(void);
void thread_leave(void);
/* In the main thread, when those of libnetconf2 have ended. */
void thread_fini(void);

#endif

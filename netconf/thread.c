// SPDX-License-Identifier: GPL-2.0-or-later
/* Threads, known to libfrr's RCU. */
#include <zebra.h>

#include <pthread.h>

#include "darr.h"
#include "frr_pthread.h"
#include "frrcu.h"

#include "netconf/thread.h"

static _Thread_local bool is_ours, is_known;
/* darr: for threads to come.  Each keeps RCU from freeing anything, so they are to come soon:
 * at the latest when they are connected.
 */
static struct rcu_thread **expected;
static pthread_mutex_t expected_lock = PTHREAD_MUTEX_INITIALIZER;

void thread_is_ours(void)
{
	is_ours = true;
	is_known = true;
}

bool thread_is_foreign(void)
{
	return !is_ours;
}

void thread_expect(void)
{
	frr_with_mutex (&expected_lock) {
		*darr_append(expected) = rcu_thread_prepare();
	}
}

void thread_expect_not(void)
{
	frr_with_mutex (&expected_lock) {
		rcu_thread_unprepare(darr_pop(expected));
	}
}

void thread_enter(void)
{
	if (!is_known) {
		frr_with_mutex (&expected_lock) {
			/* libfrr frees it when the thread ends */
			rcu_thread_start(darr_pop(expected));
		}
		rcu_read_unlock();
		is_known = true;
	}
	rcu_read_lock();
}

void thread_leave(void)
{
	rcu_read_unlock();
}

void thread_fini(void)
{
	while (darr_len(expected))
		thread_expect_not();
	darr_free(expected);
}

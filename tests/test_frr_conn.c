// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Proves that a daemon that is away is not looked for again and again, and is
 * found at once when it comes, also where the folder of its socket comes only
 * then.
 */
#include <zebra.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "frrevent.h"
#include "libfrr.h"

#include "apply/frr_conn.h"

#include "lib.h"

#define QUICK_MS   2000 /* longer than it tries often */
#define AT_ONCE_MS 500  /* less than the slow look, or the pause of a test proves nothing */

static struct event_loop *loop;
static struct frr_conn *conn;
static unsigned int absences;
static bool over, asked;
static int listening;
static struct event *ev_over, *ev_listening;
static char folder[64];

static void nobody(void *arg, struct frr_conn *which)
{
	absences++;
}

static void up_or_down(void *arg, struct frr_conn *which)
{
}

static void time_is_over(struct event *event)
{
	over = true;
}

static void somebody_connects(struct event *event)
{
	asked = true;
}

/* Until somebody has connected, at most so long. */
static void run(long ms)
{
	struct event event;

	over = false;
	event_add_timer_msec(loop, time_is_over, NULL, ms, &ev_over);
	while (!over && !asked && event_fetch(loop, &event))
		event_call(&event);
	event_cancel(&ev_over);
}

static void set_up(void)
{
	static const struct frr_conn_cbs cbs = {
		.up = up_or_down,
		.down = up_or_down,
		.absent = nobody,
	};

	snprintf(folder, sizeof(folder), "%s/tenant-XXXXXX",
		 getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(frr_runstatedir, sizeof(frr_runstatedir), "%s/run", folder);
	absences = 0;
	asked = false;
	listening = -1;
	loop = event_master_create(NULL);
	conn = frr_conn_new(loop, "bgpd", &cbs, NULL);
}

static void tear_down(void)
{
	char path[200];

	frr_conn_free(conn);
	event_cancel(&ev_listening);
	event_master_free(loop);
	if (listening >= 0)
		close(listening);
	snprintf(path, sizeof(path), "%s/run/bgpd.vty", folder);
	unlink(path);
	rmdir(frr_runstatedir);
	rmdir(folder);
}

static void make_folder(void)
{
	ck_assert_int_eq(mkdir(frr_runstatedir, 0755), 0);
}

static void start_daemon(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };

	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s/run/bgpd.vty", folder);
	listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(listening, (struct sockaddr *)&addr, sizeof(addr)), 0);
	ck_assert_int_eq(listen(listening, 1), 0);
	event_add_read(loop, somebody_connects, NULL, listening, &ev_listening);
}

START_TEST(who_is_away_is_not_looked_for_again_and_again)
{
	unsigned int before;

	make_folder();
	run(QUICK_MS);
	before = absences;
	ck_assert_uint_ge(before, 5);
	run(AT_ONCE_MS);
	ck_assert_uint_eq(absences, before);
	start_daemon();
	run(AT_ONCE_MS);
	ck_assert(asked);
}
END_TEST

START_TEST(a_folder_that_comes_later_is_seen)
{
	run(QUICK_MS);
	make_folder();
	start_daemon();
	run(AT_ONCE_MS);
	ck_assert(asked);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("frr_conn");
	TCase *tcase = tcase_create("all");

	tcase_set_timeout(tcase, 30);
	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, who_is_away_is_not_looked_for_again_and_again);
	tcase_add_test(tcase, a_folder_that_comes_later_is_seen);
	suite_add_tcase(suite, tcase);
	return lib_main(suite);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* A source on FRR's event loop, and a second process that writes its database. */
#include <zebra.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sqlite3.h>

#include "darr.h"
#include "frrevent.h"
#include "monotime.h"

#include "source_rig.h"

int64_t rig_now_us(void)
{
	struct timeval now;

	monotime(&now); /* returns seconds alone */
	return now.tv_sec * INT64_C(1000000) + now.tv_usec;
}

/* ---- the writer: a process that does what it is told ---- */

static int to_writer[2], from_writer[2];
static pid_t writer;

#define SLOWLY "slowly "
static bool slowly;

/* In place of libc's, for SQLite: of a disk that takes its time, where the writer is told so. */
int fdatasync(int fd)
{
	if (slowly)
		usleep(WRITER_SLOW_MS * 1000);
	return syscall(SYS_fdatasync, fd);
}

static int writer_exec(sqlite3 *sqlite, const char *sql)
{
	slowly = !strncmp(sql, SLOWLY, strlen(SLOWLY));
	return sqlite3_exec(sqlite, sql + (slowly ? strlen(SLOWLY) : 0), NULL, NULL, NULL);
}

static void writer_loop(const char *path)
{
	sqlite3 *sqlite = NULL;
	char sql[2048];

	while (read(to_writer[0], sql, sizeof(sql)) == sizeof(sql)) {
		int64_t when;
		int ret;

		if (!sql[0]) {
			sqlite3_close(sqlite); /* the file is about to change under it */
			sqlite = NULL;
			when = 1;
		} else {
			if (!sqlite) {
				sqlite3_open(path, &sqlite);
				sqlite3_busy_timeout(sqlite, 5000);
			}
			ret = writer_exec(sqlite, sql);
			when = ret == SQLITE_OK ? rig_now_us() : -1;
		}
		if (write(from_writer[1], &when, sizeof(when)) != sizeof(when))
			break;
	}
	_exit(0);
}

static void writer_start(const char *path)
{
	ck_assert(pipe(to_writer) == 0 && pipe(from_writer) == 0);
	writer = fork();
	ck_assert(writer >= 0);
	if (writer)
		return;
	close(to_writer[1]);
	writer_loop(path);
}

/* Begins, without waiting. */
void writer_tell(const char *sql)
{
	char message[2048] = "";

	strlcpy(message, sql, sizeof(message));
	ck_assert_int_eq(write(to_writer[1], message, sizeof(message)), sizeof(message));
}

/* The time at which what was told was done. */
int64_t writer_done(void)
{
	int64_t when = -1;

	ck_assert_int_eq(read(from_writer[0], &when, sizeof(when)), sizeof(when));
	ck_assert_msg(when >= 0, "SQLite refused");
	return when;
}

int64_t writer_do(const char *sql)
{
	writer_tell(sql);
	return writer_done();
}

/* ---- the reader: the source and what it said ---- */

struct rig rig;

static bool loaded(void *arg, struct load *load)
{
	uint32_t *touched = NULL;

	rig.loaded_at = rig_now_us();
	rig.loads++;
	rig.last_full = load->full;
	if (rig.refuse) {
		load_free(load);
		return false;
	}
	model_commit(rig.model, load, &touched);
	darr_free(touched);
	return true;
}

static void problem(void *arg, const char *sentence)
{
	strlcpy(rig.problem, sentence ? sentence : "", sizeof(rig.problem));
	rig.problems += sentence != NULL;
	rig.ends += sentence == NULL;
}

static void time_is_up(struct event *event)
{
	rig.timeout = true;
}

/* Turns the loop until *value is at least wanted; false when time is up. */
bool rig_turn_until(const unsigned int *value, unsigned int wanted, long ms)
{
	struct event *timer = NULL, event;

	rig.timeout = false;
	event_add_timer_msec(rig.loop, time_is_up, NULL, ms, &timer);
	while (*value < wanted && !rig.timeout && event_fetch(rig.loop, &event))
		event_call(&event);
	event_cancel(&timer);
	return *value >= wanted;
}

void rig_turn_for(long ms)
{
	static const unsigned int never;

	rig_turn_until(&never, 1, ms);
}

/* Turns the loop until the tenant is in the model (or no longer). */
bool rig_turn_until_tenant(const char *name, bool there)
{
	int64_t deadline = rig_now_us() + PATIENCE_MS * 1000;

	while ((model_tenant_by_name(rig.model, name) != NULL) != there && rig_now_us() < deadline)
		rig_turn_until(&rig.loads, rig.loads + 1, 500);
	return (model_tenant_by_name(rig.model, name) != NULL) == there;
}

const struct source_cbs rig_cbs = { .loaded = loaded, .problem = problem };

void rig_begin_with(const char *sql)
{
	memset(&rig, 0, sizeof(rig));
	rig.path = lib_db_file(sql);
	writer_start(rig.path);
	rig.loop = event_master_create("test");
	rig.model = model_new();
	rig.source = source_sqlite.open(rig.loop, rig.path, "box", &rig_cbs, NULL);
}

void rig_begin(void)
{
	rig_begin_with("INSERT INTO tenant (id, name) VALUES (1, 'first')");
	ck_assert(rig_turn_until(&rig.loads, 1, PATIENCE_MS));
	ck_assert(rig.last_full && model_tenant_count(rig.model) == 1);
}

void rig_end(void)
{
	source_free(rig.source);
	model_free(rig.model);
	event_master_free(rig.loop);
	close(to_writer[1]);
	close(to_writer[0]);
	waitpid(writer, NULL, 0);
	lib_remove_db(rig.path);
}

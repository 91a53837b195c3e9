// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Proves the SQLite source on FRR's own event loop, with a second process that
 * writes: each commit is handed over at once and in order, what is no commit
 * is not, a database that is away, locked or damaged yields one sentence and
 * comes back by itself with nothing lost, and between commits nothing runs.
 */
#include <zebra.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "source_rig.h"

#define IDLE_MS 2000
#define COMMITS 100

static int64_t cpu_us(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * INT64_C(1000000) +
	       usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

/* ---- commits ---- */

START_TEST(a_commit_of_another_process_is_handed_over)
{
	int64_t began;

	rig_begin();
	began = rig_now_us();
	writer_do("INSERT INTO tenant (id, name) VALUES (2, 'second')");
	ck_assert(rig_turn_until(&rig.loads, 2, PATIENCE_MS));
	ck_assert_int_ge(source_noticed(rig.source), began);
	ck_assert_int_le(source_noticed(rig.source), rig.loaded_at);
	ck_assert(!rig.last_full && model_tenant_by_name(rig.model, "second"));
	ck_assert_uint_eq(rig.problems, 0);
	rig_end();
}
END_TEST

static int cmp_time(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return numcmp(*x, *y);
}

START_TEST(a_commit_is_handed_over_within_milliseconds)
{
	int64_t took[COMMITS];
	char sql[128];

	rig_begin();
	for (int i = 0; i < COMMITS; i++) {
		snprintf(sql, sizeof(sql), "INSERT INTO tenant (name) VALUES ('t%d')", i);
		writer_tell(sql);
		ck_assert_msg(rig_turn_until(&rig.loads, 2 + i, PATIENCE_MS),
			      "commit %d was not noticed", i);
		took[i] = rig.loaded_at - writer_done();
	}
	qsort(took, COMMITS, sizeof(*took), cmp_time);
	printf("source_wake_p50_us %lld us\n", (long long)took[COMMITS / 2]);
	printf("source_wake_max_us %lld us\n", (long long)took[COMMITS - 1]);
	ck_assert_msg(took[COMMITS / 2] < 50000, "median of %lld us",
		      (long long)took[COMMITS / 2]);
	ck_assert_uint_eq(model_tenant_count(rig.model), COMMITS + 1);
	rig_end();
}
END_TEST

START_TEST(a_rollback_hands_over_nothing)
{
	rig_begin();
	writer_do("BEGIN; INSERT INTO tenant (id, name) VALUES (2, 'second')");
	rig_turn_for(300);
	writer_do("ROLLBACK");
	rig_turn_for(300);
	ck_assert_uint_eq(rig.loads, 1);
	ck_assert_uint_eq(model_tenant_count(rig.model), 1);
	rig_end();
}
END_TEST

START_TEST(a_transaction_that_takes_long_is_handed_over_when_it_is_done)
{
	rig_begin();
	writer_do("BEGIN; PRAGMA cache_size = 1; PRAGMA cache_spill = 1;"
		  "INSERT INTO tenant (id, name) VALUES (2, 'second')");
	rig_turn_for(2500);
	ck_assert_uint_eq(rig.loads, 1);
	writer_do("COMMIT");
	ck_assert(rig_turn_until(&rig.loads, 2, 1000));
	ck_assert_uint_eq(model_tenant_count(rig.model), 2);
	rig_end();
}
END_TEST

START_TEST(a_burst_of_commits_ends_in_the_last_state)
{
	char sql[256];

	rig_begin();
	for (int i = 0; i < 300; i++) {
		snprintf(sql, sizeof(sql),
			 "INSERT OR REPLACE INTO tenant (id, name) VALUES (%d, 'n%d')", 2 + i % 7,
			 i);
		writer_tell(sql);
		if (i % 30 == 29) /* the pipe holds no more */
			for (int done = 0; done < 30; done++)
				writer_done();
		if (i % 100 == 50)
			rig_turn_until(&rig.loads, rig.loads + 1, PATIENCE_MS);
	}
	ck_assert(rig_turn_until_tenant("n299", true));
	rig_turn_for(50);
	ck_assert_uint_le(rig.loads, 301);
	ck_assert_uint_eq(model_tenant_count(rig.model), 8);
	for (int i = 293; i < 300; i++) {
		snprintf(sql, sizeof(sql), "n%d", i);
		ck_assert_msg(model_tenant_by_name(rig.model, sql) != NULL, "%s is not there",
			      sql);
	}
	rig_end();
}
END_TEST

/* What woke us was of both, and only the first could be seen then. */
START_TEST(a_commit_on_its_way_while_another_is_read_is_handed_over)
{
	char log[256];
	struct stat st = {};
	off_t before;

	rig_begin();
	snprintf(log, sizeof(log), "%s-wal", rig.path);
	writer_do("INSERT INTO tenant (id, name) VALUES (2, 'second')");
	ck_assert_int_eq(stat(log, &st), 0);
	before = st.st_size;
	writer_tell("slowly INSERT INTO tenant (id, name) VALUES (3, 'third')");
	while (stat(log, &st) == 0 && st.st_size == before)
		usleep(1000);
	usleep(WRITER_SLOW_MS * 1000 / 4); /* the rest of it */
	ck_assert(rig_turn_until(&rig.loads, 2, WRITER_SLOW_MS / 4));
	ck_assert_uint_eq(model_tenant_count(rig.model), 2);
	writer_done();
	ck_assert(rig_turn_until(&rig.loads, 3, 1500));
	ck_assert_uint_eq(model_tenant_count(rig.model), 3);
	rig_end();
}
END_TEST

START_TEST(a_commit_that_says_nothing_of_the_network_is_not_handed_over)
{
	rig_begin();
	writer_do("INSERT INTO node_status VALUES ('n', 1, 1, 0, 'now')");
	rig_turn_for(300);
	ck_assert_uint_eq(rig.loads, 1);
	rig_end();
}
END_TEST

START_TEST(after_a_refusal_everything_is_handed_over_again)
{
	rig_begin();
	rig.refuse = true;
	writer_do("INSERT INTO tenant (id, name) VALUES (2, 'second')");
	ck_assert(rig_turn_until(&rig.loads, 2, PATIENCE_MS));
	rig.refuse = false;
	writer_do("INSERT INTO tenant (id, name) VALUES (3, 'third')");
	ck_assert(rig_turn_until_tenant("third", true));
	ck_assert(rig.last_full && model_tenant_by_name(rig.model, "second"));
	rig_end();
}
END_TEST

START_TEST(a_reload_hands_over_everything)
{
	rig_begin();
	source_reload(rig.source);
	ck_assert(rig.loads == 2 && rig.last_full);
	ck_assert(strstr(source_location(rig.source), rig.path) &&
		  !strncmp(source_location(rig.source), "sqlite ", 7));
	rig_end();
}
END_TEST

/* ---- a database in trouble ---- */

START_TEST(a_database_that_is_made_later_is_found)
{
	char *other;

	rig_begin();
	other = lib_db_file("INSERT INTO tenant (id, name) VALUES (5, 'other')");
	source_free(rig.source);
	unlink(rig.path);
	rig.source = source_sqlite.open(rig.loop, rig.path, "box", &rig_cbs, NULL);
	ck_assert(rig_turn_until(&rig.problems, 1, PATIENCE_MS));
	ck_assert_msg(strstr(rig.problem, "there is no database"), "%s", rig.problem);
	ck_assert_uint_eq(model_tenant_count(rig.model), 1);
	ck_assert_int_eq(rename(other, rig.path), 0);
	ck_assert(rig_turn_until_tenant("other", true));
	rig_turn_for(10);
	ck_assert(rig.ends == 1 && !rig.problem[0]);
	lib_remove_db(other);
	rig_end();
}
END_TEST

START_TEST(a_database_deleted_and_made_anew_is_read_anew)
{
	char *other, name[4096];

	rig_begin();
	other = lib_db_file("INSERT INTO tenant (id, name) VALUES (5, 'other')");
	snprintf(name, sizeof(name), "%s-wal", rig.path);
	unlink(name);
	snprintf(name, sizeof(name), "%s-shm", rig.path);
	unlink(name);
	unlink(rig.path);
	ck_assert(rig_turn_until(&rig.problems, 1, PATIENCE_MS));
	rig_turn_for(500);
	ck_assert_msg(model_tenant_count(rig.model) == 1, "stale must never be empty");
	ck_assert_int_eq(rename(other, rig.path), 0);
	ck_assert(rig_turn_until_tenant("other", true));
	ck_assert(rig_turn_until_tenant("first", false));
	rig_turn_for(10);
	ck_assert(!rig.problem[0]);
	writer_do("INSERT INTO tenant (id, name) VALUES (6, 'after')");
	ck_assert(rig_turn_until_tenant("after", true));
	lib_remove_db(other);
	rig_end();
}
END_TEST

START_TEST(a_database_replaced_by_rename_is_read_anew)
{
	char *other;

	rig_begin();
	other = lib_db_file("INSERT INTO tenant (id, name) VALUES (5, 'other')");
	ck_assert_int_eq(rename(other, rig.path), 0);
	ck_assert(rig_turn_until_tenant("other", true));
	ck_assert(rig.last_full && !model_tenant_by_name(rig.model, "first"));
	writer_do("INSERT INTO tenant (id, name) VALUES (6, 'after')");
	ck_assert(rig_turn_until_tenant("after", true));
	lib_remove_db(other);
	rig_end();
}
END_TEST

START_TEST(a_locked_database_is_told_and_read_when_the_lock_is_gone)
{
	rig_begin_with(
		"PRAGMA journal_mode = DELETE; INSERT INTO tenant (id, name) VALUES (1, 'first')");
	ck_assert(rig_turn_until(&rig.loads, 1, PATIENCE_MS));
	writer_do("BEGIN EXCLUSIVE; INSERT INTO tenant (id, name) VALUES (2, 'second')");
	ck_assert(rig_turn_until(&rig.problems, 1, PATIENCE_MS));
	ck_assert_msg(strstr(rig.problem, "is locked by another program"), "%s", rig.problem);
	ck_assert_uint_eq(model_tenant_count(rig.model), 1);
	writer_do("COMMIT");
	ck_assert(rig_turn_until_tenant("second", true));
	rig_turn_for(10);
	ck_assert(!rig.problem[0]);
	rig_end();
}
END_TEST

static void write_file(const char *path, const char *bytes, size_t count)
{
	FILE *file = fopen(path, "w"); /* truncates, in place */

	ck_assert(file != NULL);
	ck_assert_uint_eq(fwrite(bytes, 1, count, file), count);
	ck_assert_int_eq(fclose(file), 0);
}

static size_t read_bytes(const char *path, char *bytes, size_t size)
{
	FILE *file = fopen(path, "r");
	size_t count;

	ck_assert(file != NULL);
	count = fread(bytes, 1, size, file);
	fclose(file);
	return count;
}

START_TEST(a_database_cut_to_nothing_and_restored_loses_nothing)
{
	static char bytes[1 << 20];
	size_t count;

	rig_begin();
	writer_do(
		"INSERT INTO tenant (id, name) VALUES (2, 'second'); PRAGMA wal_checkpoint(TRUNCATE)");
	ck_assert(rig_turn_until_tenant("second", true));
	writer_do("");
	count = read_bytes(rig.path, bytes, sizeof(bytes));
	write_file(rig.path, "", 0);
	ck_assert_msg(rig_turn_until(&rig.problems, 1, PATIENCE_MS), "no problem was told");
	rig_turn_for(700);
	ck_assert_msg(model_tenant_count(rig.model) == 2, "stale must never be empty");
	ck_assert(rig.problem[0]);
	write_file(rig.path, bytes, count);
	ck_assert_msg(rig_turn_until(&rig.ends, 1, PATIENCE_MS), "%s", rig.problem);
	ck_assert_uint_eq(model_tenant_count(rig.model), 2);
	writer_do("INSERT INTO tenant (id, name) VALUES (3, 'third')");
	ck_assert(rig_turn_until_tenant("third", true));
	ck_assert_uint_eq(model_tenant_count(rig.model), 3);
	rig_end();
}
END_TEST

START_TEST(a_database_overwritten_with_noise_and_restored_loses_nothing)
{
	static char bytes[1 << 20], noise[1 << 20];
	size_t count;

	rig_begin();
	writer_do("PRAGMA wal_checkpoint(TRUNCATE)");
	writer_do("");
	count = read_bytes(rig.path, bytes, sizeof(bytes));
	for (size_t i = 0; i < count; i++)
		noise[i] = lib_random();
	write_file(rig.path, noise, count);
	ck_assert_msg(rig_turn_until(&rig.problems, 1, PATIENCE_MS), "no problem was told");
	ck_assert_uint_eq(model_tenant_count(rig.model), 1);
	write_file(rig.path, bytes, count);
	ck_assert_msg(rig_turn_until(&rig.ends, 1, PATIENCE_MS), "%s", rig.problem);
	writer_do("INSERT INTO tenant (id, name) VALUES (3, 'third')");
	ck_assert(rig_turn_until_tenant("third", true));
	rig_end();
}
END_TEST

START_TEST(emptied_tables_are_handed_over_as_they_are)
{
	rig_begin();
	writer_do("DELETE FROM tenant");
	ck_assert(rig_turn_until(&rig.loads, 2, PATIENCE_MS));
	ck_assert_uint_eq(model_tenant_count(rig.model), 0);
	rig_end();
}
END_TEST

/* ---- rest ---- */

/* clang-format off */
static const struct {
	const char *what;
	const char *bytes; /* that the file is made of; NULL: a good database */
	bool away;
	long cpu_ms;
} idle[] = {
	{ "a good database", NULL, false, 5 },
	{ "no database", NULL, true, 20 },
	{ "an empty file", "", false, 20 },
	{ "a file that is no database", "noise, and so much of it that it could be a database, as a header has a hundred bytes",
	  false, 20 },
};
/* clang-format on */

START_TEST(between_commits_next_to_nothing_runs)
{
	int64_t began;

	if (!idle[_i].bytes && !idle[_i].away) {
		rig_begin();
	} else {
		rig_begin();
		writer_do("");
		if (idle[_i].away)
			unlink(rig.path);
		else
			write_file(rig.path, idle[_i].bytes, strlen(idle[_i].bytes));
		source_reload(rig.source);
		ck_assert(rig.problem[0]);
	}
	rig_turn_for(1200); /* until it has settled */
	began = cpu_us();
	rig_turn_for(IDLE_MS);
	ck_assert_msg(cpu_us() - began < idle[_i].cpu_ms * 1000, "%s: %lld us of %d ms",
		      idle[_i].what, (long long)(cpu_us() - began), IDLE_MS);
	rig_end();
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("source");
	TCase *tcase = tcase_create("source");

	signal(SIGPIPE, SIG_IGN);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, a_commit_of_another_process_is_handed_over);
	tcase_add_test(tcase, a_commit_is_handed_over_within_milliseconds);
	tcase_add_test(tcase, a_rollback_hands_over_nothing);
	tcase_add_test(tcase, a_transaction_that_takes_long_is_handed_over_when_it_is_done);
	tcase_add_test(tcase, a_burst_of_commits_ends_in_the_last_state);
	tcase_add_test(tcase, a_commit_on_its_way_while_another_is_read_is_handed_over);
	tcase_add_test(tcase, a_commit_that_says_nothing_of_the_network_is_not_handed_over);
	tcase_add_test(tcase, after_a_refusal_everything_is_handed_over_again);
	tcase_add_test(tcase, a_reload_hands_over_everything);
	tcase_add_test(tcase, a_database_that_is_made_later_is_found);
	tcase_add_test(tcase, a_database_deleted_and_made_anew_is_read_anew);
	tcase_add_test(tcase, a_database_replaced_by_rename_is_read_anew);
	tcase_add_test(tcase, a_locked_database_is_told_and_read_when_the_lock_is_gone);
	tcase_add_test(tcase, a_database_cut_to_nothing_and_restored_loses_nothing);
	tcase_add_test(tcase, a_database_overwritten_with_noise_and_restored_loses_nothing);
	tcase_add_test(tcase, emptied_tables_are_handed_over_as_they_are);
	tcase_add_loop_test(tcase, between_commits_next_to_nothing_runs, 0, array_size(idle));
	suite_add_tcase(suite, tcase);
	return lib_main(suite);
}

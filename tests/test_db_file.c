// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Proves the reading of a SQLite file that is none, is another one, is locked
 * or is damaged: none of it does worse than give a sentence.
 */
#include <zebra.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "darr.h"

#include "lib.h"

static void write_bytes(const char *path, const void *bytes, size_t count)
{
	FILE *file = fopen(path, "w");

	ck_assert(file != NULL);
	fwrite(bytes, 1, count, file);
	ck_assert_int_eq(fclose(file), 0);
}

/* clang-format off */
static const struct {
	const char *what;
	const char *sql;   /* in a good database */
	const char *bytes; /* or the file itself */
	const char *sentence;
} files[] = {
	{ "no file", NULL, NULL, "there is no database" },
	{ "an empty file", NULL, "", "is not a tenant database; make one with \"tenantctl --db " },
	{ "a text", NULL, "this is not a database, but it is long enough to be looked at as one, which takes a hundred bytes", "is damaged (file is not a database)" },
	{ "a database of something else", "DROP TABLE change_log", NULL, "is not a tenant database" },
	{ "a newer schema", "UPDATE schema_version SET version = 4", NULL, "has schema version 4 and this program knows 3" },
	{ "an older schema", "UPDATE schema_version SET version = 0", NULL, "has schema version 0 and this program knows 3" },
	{ "no version", "DELETE FROM schema_version", NULL, "has schema version 0 and this program knows 3" },
};
/* clang-format on */

START_TEST(a_file_that_is_no_database_of_ours_is_told_as_such)
{
	char *path = lib_db_file(files[_i].sql);
	struct reason why = {};
	struct db *db;

	if (!files[_i].sql)
		unlink(path);
	if (files[_i].bytes)
		write_bytes(path, files[_i].bytes, strlen(files[_i].bytes));
	db = db_open(path, DB_READ, &why);
	ck_assert_msg(!db && strstr(why.text, files[_i].sentence) && strstr(why.text, path),
		      "%s: expected \"...%s...\", got \"%s\"", files[_i].what, files[_i].sentence,
		      why.text);
	lib_remove_db(path);
}
END_TEST

START_TEST(emptied_tables_are_a_full_load_of_nothing)
{
	struct db *db =
		lib_db("INSERT INTO tenant (id, name) VALUES (1, 'a'); DELETE FROM tenant");
	struct load *load = NULL;
	struct reason why = {};

	ck_assert_int_eq(db_load_all(db, &load, &why), 0);
	ck_assert_uint_eq(darr_len(load->tenants), 0);
	ck_assert(load->full && load->revision == 2);
	load_free(load);
	db_close(db);
}
END_TEST

START_TEST(a_locked_database_gives_a_sentence_and_then_works)
{
	char *path = lib_db_file(
		"PRAGMA journal_mode = DELETE; INSERT INTO tenant (id, name) VALUES (1, 'a')");
	struct reason why = {};
	struct db *writer = db_open(path, DB_WRITE, &why), *reader = db_open(path, DB_READ, &why);
	struct load *load = NULL;

	ck_assert(writer && reader);
	lib_exec(writer, "BEGIN EXCLUSIVE");
	ck_assert_int_eq(db_load_all(reader, &load, &why), -EIO);
	ck_assert_msg(strstr(why.text, "is locked by another program"), "%s", why.text);
	ck_assert_ptr_null(load);
	lib_exec(writer, "COMMIT");
	ck_assert_int_eq(db_load_all(reader, &load, &why), 0);
	load_free(load);
	db_close(writer);
	db_close(reader);
	lib_remove_db(path);
}
END_TEST

/* In a child of its own for each run, so that a crash is told with its seed. */
START_TEST(random_damage_gives_an_error_or_a_load_but_no_crash)
{
	char *story = lib_story_sql("leak-both-ways"), *path = lib_db_file(story);
	static char whole[1 << 20], damaged[1 << 20];
	FILE *file = fopen(path, "r");
	size_t size = fread(whole, 1, sizeof(whole), file);
	unsigned int loads = 0;

	fclose(file);
	lib_seed(300 + _i);
	for (int run = 0; run < 50; run++) {
		struct model *model = model_new();
		uint32_t *touched = NULL;
		struct reason why = {};
		struct load *load = NULL;
		struct db *db;
		char *text;

		memcpy(damaged, whole, size);
		for (uint32_t count = 1 + lib_below(30); count; count--)
			damaged[lib_below(lib_below(2) ? size : 4096)] = lib_random();
		write_bytes(path, damaged, lib_below(4) ? size : lib_below(size));
		db = db_open(path, DB_READ, &why);
		if (db && db_load_all(db, &load, &why) == 0) {
			model_commit(model, load, &touched);
			text = lib_everything(model);
			darr_free(text);
			loads++;
		} else {
			ck_assert_msg(why.text[0], "run %d: an error without a sentence", run);
		}
		darr_free(touched);
		db_close(db);
		model_free(model);
	}
	ck_assert_msg(loads < 50, "no damage was noticed");
	lib_remove_db(path);
	free(story);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("db_file");
	TCase *tcase = tcase_create("db_file");

	tcase_set_timeout(tcase, 120);
	tcase_add_loop_test(tcase, a_file_that_is_no_database_of_ours_is_told_as_such, 0,
			    array_size(files));
	tcase_add_test(tcase, emptied_tables_are_a_full_load_of_nothing);
	tcase_add_test(tcase, a_locked_database_gives_a_sentence_and_then_works);
	tcase_add_loop_test(tcase, random_damage_gives_an_error_or_a_load_but_no_crash, 0, 10);
	suite_add_tcase(suite, tcase);
	return lib_main(suite);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* What the unit tests share: running, chance, text and databases. */
#include <zebra.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "darr.h"

#include "lib.h"

#define DIE(...)                              \
	do {                                  \
		fprintf(stderr, __VA_ARGS__); \
		fputc('\n', stderr);          \
		abort();                      \
	} while (0)

/* ---- running ---- */

int lib_main(Suite *suite)
{
	SRunner *runner = srunner_create(suite);
	int failed;

	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

bool lib_forks(void)
{
	const char *fork = getenv("CK_FORK");

	return !fork || strcmp(fork, "no") != 0;
}

/* ---- chance ---- */

static uint64_t random_state = 1;

void lib_seed(uint64_t seed)
{
	const char *given = getenv("TEST_SEED");

	random_state = (given ? strtoull(given, NULL, 10) : seed) * 2 + 1;
}

/* splitmix64: small, and every seed is a good one */
uint64_t lib_random(void)
{
	uint64_t z = random_state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

uint32_t lib_below(uint32_t limit)
{
	return lib_random() % limit;
}

uint32_t lib_times(uint32_t count)
{
	const char *slice = getenv("TEST_SLICE");
	uint32_t parts = slice ? strtoul(slice, NULL, 10) : 0;

	return parts ? MAX(count / parts, 1) : count;
}

/* ---- text ---- */

void lib_append(char **text, const char *fmt, ...)
{
	char line[1024];
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (len < 0 || len >= (int)sizeof(line))
		DIE("lib_append: a text of %d characters", len);
	if (*text)
		darr_setlen(*text, darr_len(*text) - 1);
	for (int i = 0; i <= len; i++)
		*darr_append(*text) = line[i];
}

char *lib_read_file(const char *path)
{
	FILE *file = fopen(path, "r");
	size_t used = 0, size = 65536;
	char *text;

	if (!file)
		return NULL;
	text = malloc(size);
	while ((used += fread(text + used, 1, size - used - 1, file)) == size - 1)
		text = realloc(text, size *= 2);
	text[used] = '\0';
	fclose(file);
	return text;
}

const char *lib_source_path(const char *fmt, ...)
{
	static char path[4096];
	size_t used = snprintf(path, sizeof(path), "%s/", TESTS_SRCDIR);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(path + used, sizeof(path) - used, fmt, ap);
	va_end(ap);
	return path;
}

/* ---- databases ---- */

int lib_try(struct db *db, const char *sql)
{
	return sqlite3_exec(db->sqlite, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : -1;
}

void lib_exec(struct db *db, const char *sql)
{
	if (lib_try(db, sql) < 0)
		DIE("%s\nSQLite: %s", sql, sqlite3_errmsg(db->sqlite));
}

static void open_with_schema(struct db *db, const char *path, const char *sql)
{
	char *schema = lib_read_file(lib_source_path("../vrf-sync/schema.sql"));

	if (!schema || sqlite3_open(path, &db->sqlite) != SQLITE_OK)
		DIE("no schema, or no database %s", path);
	lib_exec(db, schema);
	/* a test may turn this off to write what only a broken program writes */
	lib_exec(db, "PRAGMA synchronous = OFF; PRAGMA foreign_keys = ON");
	if (sql)
		lib_exec(db, sql);
	free(schema);
}

/* db_close() frees with libfrr's allocator, which is malloc()'s. */
struct db *lib_db(const char *sql)
{
	char *path = lib_db_file(sql);
	struct reason why = {};
	struct db *db = db_open(path, DB_WRITE, &why);

	if (!db)
		DIE("%s", why.text);
	lib_exec(db, "PRAGMA synchronous = OFF");
	lib_remove_db(path); /* the open file lives on */
	return db;
}

char *lib_db_file(const char *sql)
{
	const char *tmp = getenv("TMPDIR");
	struct db db = {};
	char *path;

	if (asprintf(&path, "%s/tenant-test.XXXXXX", tmp ? tmp : "/tmp") < 0 || !mkdtemp(path))
		DIE("no temporary folder");
	path = realloc(path, strlen(path) + sizeof("/t.db"));
	strcat(path, "/t.db");
	open_with_schema(&db, path, sql);
	sqlite3_close(db.sqlite);
	return path;
}

void lib_remove_db(char *path)
{
	static const char *const suffixes[] = { "", "-wal", "-shm", "-journal", ".new" };
	char name[4096];

	for (unsigned int i = 0; i < array_size(suffixes); i++) {
		snprintf(name, sizeof(name), "%s%s", path, suffixes[i]);
		unlink(name);
	}
	*strrchr(path, '/') = '\0';
	rmdir(path);
	free(path);
}

char *lib_story_sql(const char *story)
{
	char *sql = lib_read_file(lib_source_path("stories/%s/database.sql", story));

	if (!sql)
		DIE("there is no story %s", story);
	return sql;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What somebody types after "tenantctl", as libFuzzer makes it up: words with a NUL between
 * them, on a small database, read and carried out by tenantctl's own main().
 *
 * It ends as the manual says it may.  Where it refuses, that is one line of printable text,
 * and nobody else sees the database changed.  Where it changed the database, tenantd could
 * read it and has nothing against it.
 */
// sources: vrf-sync/ctl/!(main).c vrf-sync/graph/*.c vrf-sync/model/*.c vrf-sync/plan/*.c vrf-sync/source/db.c
// sources: vrf-sync/source/confirm.c vrf-sync/source/history.c vrf-sync/source/pgsql_uri.c vrf-sync/source/row*.c vrf-sync/trace/trace.c vrf-sync/verify/*.c
// packages: frr sqlite3 json-c libpq
#include <zebra.h>

#include <fcntl.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "darr.h"

#include "ctl/schema_text.h"
#include "plan/validate.h"
#include "source/db.h"
#include "tests/fuzz/expect.h"

/* what it complains of comes to us */
static FILE *complaints;
#pragma push_macro("stderr")
#undef stderr
#define stderr complaints
#define main   tenantctl
int tenantctl(int argc, char **argv);
#include "vrf-sync/ctl/main.c"
#undef main
#pragma pop_macro("stderr")

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define LINE_WORDS_MAX 24
#define PATH "/tmp/fuzz_cli.db" /* memory, and of this guest alone */

/* Nobody gets as far as to make a database: there is one. */
const char schema_text[] = "", schema_postgresql_text[] = "";

static char *pristine;
static size_t pristine_size;
static sqlite3 *watcher; /* which sees what others commit */
static sqlite3_stmt *version;

/* ---- the database ---- */

static char *read_file(const char *path, size_t *size)
{
	FILE *file = fopen(path, "r");
	char *text;

	EXPECT(file && !fseek(file, 0, SEEK_END));
	*size = ftell(file);
	rewind(file);
	text = calloc(1, *size + 1);
	EXPECT(text && fread(text, 1, *size, file) == *size);
	fclose(file);
	return text;
}

static void exec_file(sqlite3 *sqlite, const char *path)
{
	size_t size;
	char *sql = read_file(path, &size);

	EXPECT(sqlite3_exec(sqlite, sql, NULL, NULL, NULL) == SQLITE_OK);
	free(sql);
}

static void make_pristine(void)
{
	sqlite3 *sqlite;

	unlink(PATH);
	EXPECT(sqlite3_open(PATH, &sqlite) == SQLITE_OK);
	exec_file(sqlite, TESTS_SRCDIR "/../vrf-sync/schema.sql");
	exec_file(sqlite, TESTS_SRCDIR "/fuzz/rows.sql");
	EXPECT(sqlite3_close(sqlite) == SQLITE_OK);
	pristine = read_file(PATH, &pristine_size);
}

static void make_anew(void)
{
	int fd;

	sqlite3_finalize(version);
	sqlite3_close(watcher);
	unlink(PATH "-wal");
	unlink(PATH "-shm");
	fd = open(PATH, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	EXPECT(fd >= 0 && write(fd, pristine, pristine_size) == (ssize_t)pristine_size);
	close(fd);
	EXPECT(sqlite3_open(PATH, &watcher) == SQLITE_OK);
	EXPECT(sqlite3_prepare_v2(watcher, "PRAGMA data_version", -1, &version, NULL) == SQLITE_OK);
}

static int64_t data_version(void)
{
	int64_t value;

	EXPECT(sqlite3_step(version) == SQLITE_ROW);
	value = sqlite3_column_int64(version, 0);
	sqlite3_reset(version);
	return value;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	make_pristine();
	make_anew();
	EXPECT(setenv("TENANT_DB", PATH, 1) == 0);
	/* what it shows is for others to judge */
	EXPECT(freopen("/dev/null", "w", stdout) && freopen("/dev/null", "r", stdin));
	return 0;
}

/* ---- what comes of a line ---- */

static void look_at_refusal(const char *said)
{
	size_t len = strlen(said);

	EXPECT(!strncmp(said, "tenantctl: ", 11) && len > 12 && said[len - 1] == '\n');
	for (const char *c = said; c < said + len - 1; c++)
		EXPECT((unsigned char)*c >= ' ' && *c != 0x7f);
}

/* The rows that fuzz_rows.c begins with are fine, and stay so in tenantctl's hands. */
static void look_at_database(void)
{
	struct model *model = model_new();
	const struct tenant *tenant = NULL;
	struct reason why = {}, *findings = NULL;
	uint32_t *touched = NULL;
	struct load *load = NULL;
	struct db *db = db_open(PATH, DB_READ, &why);

	EXPECT(db && db_load_all(db, &load, &why) == 0);
	model_commit(model, load, &touched);
	while ((tenant = model_tenant_next(model, tenant)))
		EXPECT(validate_tenant(model, tenant, &findings) == 0);
	darr_free(touched);
	model_free(model);
	db_close(db);
}

static void type_line(int argc, char **argv)
{
	int64_t before = data_version();
	char said[4096] = "";
	int code;

	complaints = fmemopen(said, sizeof(said), "w");
	EXPECT(complaints);
	optind = 1;
	code = tenantctl(argc, argv);
	fclose(complaints);
	EXPECT(code >= EXIT_DONE && code <= EXIT_USAGE);
	if (code != EXIT_DONE) {
		look_at_refusal(said);
		EXPECT(data_version() == before);
	} else if (data_version() != before) {
		look_at_database();
		make_anew();
	}
}

/* Another database, or a file to be read, is for whoever types it to choose. */
static bool leads_elsewhere(const char *word)
{
	return !strncmp(word, "--db", 4) || word[0] == '/';
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *line = calloc(1, size + 1), *argv[LINE_WORDS_MAX + 2] = { (char *)"tenantctl" };
	bool exports = false; /* nor is a file to be written */
	int argc = 1;

	EXPECT(line);
	memcpy(line, data, size);
	for (size_t at = 0; at < size && argc <= LINE_WORDS_MAX; at += strlen(line + at) + 1) {
		if (!leads_elsewhere(line + at) && (!exports || line[at] == '-'))
			argv[argc++] = line + at;
		exports |= !strcmp(line + at, "export");
	}
	type_line(argc, argv);
	free(line);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the unit tests share: databases made of the shipped schema and some
 * SQL, models loaded from them, chance that can be repeated, and text.
 *
 * Helpers abort on what only a broken test can get wrong, so a test reads as
 * the story it tells.  TEST_SEED=N in the environment repeats a random run.
 */
#ifndef FRR_TENANT_TESTS_LIB_H
#define FRR_TENANT_TESTS_LIB_H

#include <check.h>
#include <stdbool.h>
#include <stdint.h>

#include "model/model.h"
#include "plan/object.h"
#include "source/db.h"

/* ---- running ---- */

/* Runs the suite and prints libcheck's summary; what main() returns. */
int lib_main(Suite *suite);
/* A test may end its program, having one of its own; not so with CK_FORK=no, as "make valgrind"
 * runs them.
 */
bool lib_forks(void);

/* ---- chance ---- */

void lib_seed(uint64_t seed); /* of this test; TEST_SEED replaces it */
uint64_t lib_random(void);
uint32_t lib_below(uint32_t limit); /* 0 to limit - 1 */
/* How often chance is tried: count, or where TEST_SLICE=N is set (as by "make valgrind", in
 * which all takes fifty times as long) one of N of that, at least 1.
 */
uint32_t lib_times(uint32_t count);

/* ---- text ---- */

/* A darr of characters, always ended. */
void lib_append(char **text, const char *fmt, ...) PRINTFRR(2, 3);
/* The whole file as malloc()ed text; NULL where there is none. */
char *lib_read_file(const char *path);
/* Below the tests' source folder; a static buffer. */
const char *lib_source_path(const char *fmt, ...) PRINTFRR(1, 2);

/* ---- databases ---- */

/* A database in memory: the schema, then sql. */
struct db *lib_db(const char *sql);
/* The same as a file in a folder of its own; returns its path (malloc()ed). */
char *lib_db_file(const char *sql);
void lib_remove_db(char *path); /* with its folder; frees path */
void lib_exec(struct db *db, const char *sql);
/* -1 where SQLite refuses. */
int lib_try(struct db *db, const char *sql);
/* One write of chance to the reference story, of tenants with ids up to 9; some are refused. */
void lib_random_write(struct db *db);
/* tests/stories/<story>/database.sql */
char *lib_story_sql(const char *story);

/* ---- models ---- */

/* Reads everything into the model; ids of the touched tenants in *touched (darr). */
void lib_load_all(struct model *model, struct db *db, uint32_t **touched);
/* Reads what changed after the model's revision. */
void lib_load_since(struct model *model, struct db *db, uint32_t **touched);
/* schema + story + sql, loaded. */
struct model *lib_model(const char *story, const char *sql);
/* The tenant in such a model has one finding, which says this sentence, or (NULL) none. */
void lib_find(const char *story, const char *sql, uint32_t tenant_id, const char *what,
	      const char *sentence);
bool lib_is_touched(const uint32_t *touched, uint32_t id);

/* ---- plans ---- */

/* All that a node holds: its own and every tenant's. */
void lib_plan(const struct model *model, const struct node *node, struct objects *want);
/* Every object of the set as object_text(), a line each (darr). */
char *lib_objects_text(const struct objects *set);
/* The plans of all nodes, and what is wrong with each of the first tenants (darr). */
char *lib_everything(const struct model *model);

#endif

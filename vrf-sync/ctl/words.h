// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A command as the words it is made of: kept in a draft as a JSON array, told in
 * the history as one would type it.  What concerns one run only (--db, --json,
 * --change) is no part of it.
 */
#ifndef FRR_TENANT_CTL_WORDS_H
#define FRR_TENANT_CTL_WORDS_H

#include "ctl/args.h"

struct json_object;

#define WORDS_MAX       (3 + ARGS_NAMES_MAX + 2 * ARGS_OPTIONS_MAX)
#define WORDS_TEXT_SIZE 512

/* A new array of texts. */
struct json_object *words_make(const struct args *args);
/* "add switch acme web 10.1.1.0/24", quoted as a shell needs it and cut where it
 * is too long; returns buf.
 */
const char *words_text(struct json_object *words, char buf[static WORDS_TEXT_SIZE]);
const char *words_of_args(const struct args *args, char buf[static WORDS_TEXT_SIZE]);
/* Takes the words apart again; *args points into them.  0, or -1 with a sentence. */
int words_parse(struct ctl *ctl, struct json_object *words, struct args *args);

/* What is not printable becomes '?': SQL may have written anything; returns text. */
const char *words_tame(char *text);

/* The user's login name, "" where nobody knows; returns buf. */
#define AUTHOR_SIZE 64
const char *words_author(char buf[static AUTHOR_SIZE]);

#endif

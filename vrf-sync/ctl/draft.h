// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Drafts: changes that are collected, looked at, and then done as one.
 *
 * A draft is a row in table change with its edits in change_edit: commands as
 * their words, or revisions to be taken back.  They are run in a transaction for
 * whatever is to be known of them, and that is rolled back; only "apply" commits
 * one.  So a draft is never out of step with the database: it is run on it.
 */
#ifndef FRR_TENANT_CTL_DRAFT_H
#define FRR_TENANT_CTL_DRAFT_H

#include "ctl/change.h"
#include "ctl/words.h"

struct json_object;

struct draft {
	int64_t id;
	char title[WORDS_TEXT_SIZE];
	char state[16];
	int64_t base, planned; /* revisions; planned is -1 where there is no plan */
	int64_t first, last;   /* in change_log; 0 where it has not been applied */
	int64_t deadline;      /* UTC seconds; 0: none */
	int64_t edits;         /* how many */
};

/* The one that the command, --change or $TENANT_CHANGE names.  0, or -1 with a
 * sentence.
 */
int draft_find(struct ctl *ctl, const char *name, struct draft *draft);
int draft_of(struct ctl *ctl, const struct args *args, struct draft *draft);
/* 0 where it is still one; -1 with a sentence that says what became of it. */
int draft_is_open(struct ctl *ctl, const struct draft *draft);
/* Its edits as {"edit": N, "command": "..."}: a new array. */
struct json_object *draft_edits(struct ctl *ctl, const struct draft *draft);

/* Runs its edits in the transaction that is open.  0, or -1 with a sentence that
 * names the edit.
 */
int draft_replay(struct ctl *ctl, const struct draft *draft);
/* What is taken back by the edit; ctl/draft_history.c.  words: of the edit. */
int draft_take_back(struct ctl *ctl, struct json_object *words);
/* Takes back at once what waits for its confirmation. */
int draft_take_back_now(struct ctl *ctl, const struct draft *draft);
#define TAKE_BACK "take back" /* the first word of such an edit; then the first and the last seq */

/* Puts an edit at the end, which ends its plan. */
int draft_add_edit(struct ctl *ctl, int64_t id, struct json_object *words);

/* A savepoint around what is only tried. */
int draft_try(struct ctl *ctl);
int draft_untry(struct ctl *ctl);

/* What something would do, printed: node by node, and as a whole; what write() has written
 * stays in the transaction that is open.
 */
struct preview_ask {
	int64_t change; /* 0: no draft */
	const char *title;
	const char *node; /* only this one; NULL: all */
	int (*write)(struct ctl *ctl, void *arg);
	void *arg;
};
int preview_run(struct ctl *ctl, const struct preview_ask *ask);
/* What a command does that has --check and --dry-run: it is judged and taken back, shown and
 * taken back, or written.  0, or -1 with a sentence.
 */
int preview_or_write(struct ctl *ctl, const struct args *args, const struct preview_ask *ask);

/* A command that is run on a draft instead of the database: one that changes is
 * kept as an edit, one that shows shows the draft.
 */
int draft_keep(struct ctl *ctl, const struct args *args);
int draft_look(struct ctl *ctl, const struct args *args);
/* A command of "change", in a transaction that it need not end. */
int draft_run(struct ctl *ctl, const struct args *args);

/* The commands that are long. */
int draft_plan(struct ctl *ctl, const struct args *args);
int draft_history(struct ctl *ctl, const struct args *args);
int draft_rollback(struct ctl *ctl, const struct args *args);

/* "2026-11-22 01:02:03", UTC. */
#define TIME_TEXT_SIZE 24
const char *draft_time(int64_t seconds, char buf[static TIME_TEXT_SIZE]);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A change to the database, judged before it counts.
 *
 * Everything a command writes stands in one transaction.  Before it is
 * committed the tenants it touches are read back through the very loader and
 * validator that tenantd uses, and their plans for all nodes are judged; what
 * is found, and was not found before the change, refuses it.  A tenant that
 * was broken already blocks nothing.  What would withdraw very much at once
 * (plan/brake.h) is refused without --meant.
 */
#ifndef FRR_TENANT_CTL_CHANGE_H
#define FRR_TENANT_CTL_CHANGE_H

#include "ctl/ctl.h"

struct args;

/* Runs a command that writes.  0 where the change is in the database;
 * -1 with a sentence where nothing is.
 */
int change_run(struct ctl *ctl, const struct args *args);

/* The same for what is no command by itself: write() is called in the transaction, and title
 * is what the history says of it.  What it withdraws is meant where write() says so.
 */
int change_do(struct ctl *ctl, const char *title, bool meant,
	      int (*write)(struct ctl *ctl, void *arg), void *arg);
/* Within a transaction: writes, and judges what was written, without an end. */
int change_try(struct ctl *ctl, int (*write)(struct ctl *ctl, void *arg), void *arg);

/* Within a command that writes: every node may withdraw all that is withdrawn up to and with
 * this change.  -1 with a sentence.
 */
int change_mean(struct ctl *ctl);

/* ---- its parts, for drafts ---- */

struct change;
struct model;

/* What is read without a transaction is from now.  0, or -1 with a sentence. */
int change_look(struct ctl *ctl);
/* Opens the transaction that all of it stands in.  0, or -1 with a sentence. */
int change_lock(struct ctl *ctl);
/* One that is only to be rolled back. */
int change_peek(struct ctl *ctl);
/* The database before anything is done to it.  NULL with a sentence. */
struct change *change_begin(struct ctl *ctl);
void change_free(struct change *change);
/* What was done since, read back as tenantd will.  0, or -1 with a sentence; so where it
 * would withdraw very much at once, and that is not meant.
 */
int change_read_back(struct change *change, bool meant);
/* Before it is read back: it would withdraw very much, and *why says what. */
bool change_brakes(struct change *change, struct reason *why);
/* 0 where it brought no finding that was not there before; else -1 with the first. */
int change_judge(struct change *change);
/* Commits the transaction. */
int change_commit(struct ctl *ctl);
/* Ends it without a trace, also where it could not be opened. */
void change_rollback(struct ctl *ctl);
/* What was read back, and the tenants (darr of ids) whose plans may differ. */
const struct model *change_model(const struct change *change);
const uint32_t *change_touched(const struct change *change);
/* The database as every other connection still sees it; never NULL. */
struct model *change_load_before(struct ctl *ctl);

/* "tenant acme: <finding>", or the finding alone where it names the tenant;
 * returns buf.
 */
#define FINDING_SIZE 320
const char *finding_text(const struct tenant *tenant, const struct reason *finding,
			 char buf[static FINDING_SIZE]);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the files of a batch share.
 *
 *   batch.c       the steps, and their order
 *   batch_send.c  the statements of one step, sent to FRR's daemons and answered
 *   batch_wait.c  what is waited for between two steps
 */
#ifndef FRR_TENANT_APPLY_BATCH_PRIV_H
#define FRR_TENANT_APPLY_BATCH_PRIV_H

#include "apply/engine_priv.h"

/* ---- batch.c ---- */

bool batch_step_removes(const struct batch *batch);
enum phase batch_step_phase(const struct batch *batch);
bool task_is_in_step(const struct task *task, const struct batch *batch);
/* The place gets no more additions in this batch.  lost: a daemon is away. */
void place_fail(struct place *place, bool lost, const char *fmt, ...) PRINTFRR(3, 4);
/* One answer less to wait for; the last one leads to the next step. */
void batch_answer_taken(struct engine *engine);
/* The step is done: the next one, when what it needs is there. */
void batch_step_next(struct engine *engine);

/* ---- batch_wait.c ---- */

/* True where the batch has to wait after this step: batch_step_next() is called when
 * it has.
 */
bool batch_wait(struct engine *engine);

/* ---- batch_send.c ---- */

/* Sends this step's statements to every daemon that is up and known. */
void batch_send(struct engine *engine);
/* True where a transaction for all places was refused, and each place's part has
 * been sent again by itself, so that only those fail who are at fault.
 */
bool batch_send_apart(struct engine *engine);

#endif

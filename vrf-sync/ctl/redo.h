// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What was written into a copy (copy.h), done again on the server.
 *
 * The copy's change_log has each row as it was and as it is now, in the order in which
 * they were written, those included that triggers and cascades wrote.  The few tables that
 * are not in the log, drafts and operations, are noted beside it.  On the server each row is
 * written by itself, while table restoring has a row: no trigger makes rows of its own there,
 * and the server's triggers write the same entries into its log, with the same numbers.
 */
#ifndef FRR_TENANT_CTL_REDO_H
#define FRR_TENANT_CTL_REDO_H

#include "ctl/ctl.h"

/* All that is written into the copy from now on is noted.  0, or -1 with a sentence. */
int redo_note(struct ctl *ctl);
/* No longer, and nothing of it is kept; also where nothing was noted. */
int redo_forget(struct ctl *ctl);
/* Within the server's transaction: all of it.  0, or -1 with a sentence; the transaction is for
 * the caller to roll back then.
 */
int redo_write(struct ctl *ctl);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A change to the database, judged before it counts.
 *
 * Everything a command writes stands in one transaction.  Before it is
 * committed the tenants it touches are read back through the very loader and
 * validator that tenantd uses; what they find, and did not find before the
 * change, refuses it.  A tenant that was broken already blocks nothing.
 */
#ifndef FRR_TENANT_CTL_CHANGE_H
#define FRR_TENANT_CTL_CHANGE_H

#include "ctl/ctl.h"

struct args;

/* Runs a command that writes.  0 where the change is in the database;
 * -1 with a sentence where nothing is.
 */
int change_run(struct ctl *ctl, const struct command *command, const struct args *args);

/* "tenant acme: <finding>", or the finding alone where it names the tenant;
 * returns buf.
 */
#define FINDING_SIZE 320
const char *finding_text(const struct tenant *tenant, const struct reason *finding,
			 char buf[static FINDING_SIZE]);

#endif

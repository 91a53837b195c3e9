// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A new tenant database in a PostgreSQL server.
 */
#ifndef FRR_TENANT_CTL_INIT_POSTGRESQL_H
#define FRR_TENANT_CTL_INIT_POSTGRESQL_H

#include "ctl/args.h"

/* Makes all tables in one transaction.  0, or -1 with a sentence, in which no
 * password ever is, and nothing has been made.
 */
int init_postgresql(struct ctl *ctl, const struct args *args);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/* What "--help" prints, made from the tables of commands and options. */
#ifndef FRR_TENANT_CTL_HELP_H
#define FRR_TENANT_CTL_HELP_H

#include "ctl/ctl.h"

void help_all(void);
void help_verb(const char *verb);
void help_command(const struct command *command);

#endif

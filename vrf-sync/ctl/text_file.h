// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A file that a command is given by its name, read as a whole; "-" is standard input.
 */
#ifndef FRR_TENANT_CTL_TEXT_FILE_H
#define FRR_TENANT_CTL_TEXT_FILE_H

#include "ctl/ctl.h"

struct text_file {
	const char *name; /* for sentences */
	char *text;       /* length bytes, any, and a NUL behind them */
	size_t length;
};

/* At most max bytes.  0, or -1 with a sentence; text_file_free() in either case. */
int text_file_read(struct ctl *ctl, const char *path, size_t max, struct text_file *file);
void text_file_free(struct text_file *file);

#endif

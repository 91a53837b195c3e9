// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is ours fits one release of FRR alone: libfrr's structures move from release to
 * release and its soname does not, so a wrong offset would corrupt the program.
 */
#ifndef FRR_TENANT_RELEASE_H
#define FRR_TENANT_RELEASE_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "lib/version.h"
#include "module.h"

/* False, and one sentence on stderr, where FRR is of another release; remedy: "module". */
static inline bool release_fits(const char *name, const char *remedy)
{
	const char *running = frrmod_list->info->version;

	if (!strcmp(running, FRR_VERSION))
		return true;
	fprintf(stderr,
		"%s was built for FRR %s and this is FRR %s; install the %s of that version\n",
		name, FRR_VERSION, running, remedy);
	return false;
}

#endif

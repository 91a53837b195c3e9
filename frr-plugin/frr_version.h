// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A module of ours fits one release of FRR alone: libfrr's structures move from release to
 * release and its soname does not, so a wrong offset would corrupt the program that loads it.
 */
#ifndef FRR_PLUGIN_FRR_VERSION_H
#define FRR_PLUGIN_FRR_VERSION_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "lib/version.h"
#include "module.h"

/* False, and one sentence on stderr, where the program that loads us is of another release. */
static inline bool frr_version_fits(const char *name)
{
	const char *running = frrmod_list->info->version;

	if (!strcmp(running, FRR_VERSION))
		return true;
	fprintf(stderr,
		"%s was built for FRR %s and this is FRR %s; install the module of that version\n",
		name, FRR_VERSION, running);
	return false;
}

#endif /* FRR_PLUGIN_FRR_VERSION_H */

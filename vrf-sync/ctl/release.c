// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the nodes hold because it would withdraw very much at once (plan/brake.h)
 * is meant: for changes by SQL, of which nobody was asked.
 */
#include <zebra.h>

#include "ctl/args.h"
#include "ctl/change.h"

static int release_run(struct ctl *ctl, const struct args *args)
{
	ctl->meant = true; /* which change_run() writes down */
	return 0;
}

const struct command release_commands[] = {
	{
		.verb = "release",
		.summary =
			"say that what the nodes hold for withdrawing too much at once is meant: all changes up to now",
		.example = "tenantctl release",
		.access = ACCESS_WRITE,
		.run = release_run,
	},
	{},
};

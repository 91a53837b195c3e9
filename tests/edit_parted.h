// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An edit as a server does it that fetches only what the edit is about (netconf/scope.h), and
 * then, all the same, has the whole.
 */
#ifndef FRR_TENANT_TESTS_EDIT_PARTED_H
#define FRR_TENANT_TESTS_EDIT_PARTED_H

#include <stdbool.h>

#include "netconf/edit.h"

struct lyd_node;

struct parted {
	int rc; /* of edit_apply() */
	struct edit_error error;
	struct lyd_node *whole; /* what it gives */
	bool was_parted;        /* the edit was not about all of it */
	const char *broken;     /* what went wrong beside the edit, or NULL */
};

struct parted edit_parted(const struct lyd_node *config, const struct lyd_node *edit,
			  enum edit_op default_op);
void parted_clear(struct parted *parted);

#endif

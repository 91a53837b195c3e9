// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From what is to what should be.
 *
 * diff_objects() compares two sets and says what to do, in an order that keeps
 * the network safe at each step: first all removals, latest phase first, then
 * additions and changes, earliest phase first.  What goes with its parent (a
 * statement with its instance, an address with its device) is not removed one
 * by one; what stands in something that must be recreated is put back.
 *
 * Applying a diff and comparing again gives an empty diff.
 */
#ifndef FRR_TENANT_PLAN_DIFF_H
#define FRR_TENANT_PLAN_DIFF_H

#include "plan/object.h"

/* What becomes of an object; KEEP, FOREIGN and WAITING need no operation. */
enum outcome {
	OUTCOME_KEEP,
	OUTCOME_ADD,
	OUTCOME_UPDATE,
	OUTCOME_DELETE,
	OUTCOME_FOREIGN, /* in use by something else: left alone, reported */
	OUTCOME_WAITING, /* its target is not there yet */
};
extern const char *const outcome_names[];

struct op {
	enum outcome what; /* ADD, UPDATE or DELETE */
	struct object obj; /* as it should be; for DELETE, as it is */
	bool late;         /* DELETE, but when all that comes is there */
};

/* Appends to *ops (darr).  Returns how many objects are kept as they are. */
size_t diff_objects(const struct objects *have, const struct objects *want, struct op **ops);

#endif

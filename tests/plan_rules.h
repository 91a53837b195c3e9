// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What holds of every plan, whoever made it up: for the unit tests and for the fuzzers,
 * which have no libcheck.  Rules return NULL, or what does not hold.
 */
#ifndef FRR_TENANT_TESTS_PLAN_RULES_H
#define FRR_TENANT_TESTS_PLAN_RULES_H

#include "plan/diff.h"
#include "plan/object.h"

/* "kind target vrf name ref nums net via" of an object; returns buf. */
const char *object_text(const struct object *obj, char *buf, size_t size);

/* A simple node, which does what it is told, and nothing that cannot be done. */
const char *node_do(struct objects *node, const struct op *op);

/* What the context has said of an object before its line is read. */
struct object statement_given(const struct object *obj);

/* Whatever is typed for it, to make it and to take it away, is made of as many lines and
 * words as if all names in it were single letters, of characters that no shell and no vty
 * takes for anything; and the line that makes it reads back as this very object.
 */
const char *text_rule(const struct object *obj);

/* Nothing lies between the two sets once the diff is carried out, nor between one of them
 * and itself.
 */
const char *diff_rule(const struct objects *have, const struct objects *want);

#endif

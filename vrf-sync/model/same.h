// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Does a source say the same of a tenant, or of what all share, as before?
 *
 * Compared are bytes, all but pointers, and what these point to.  So a member that is
 * added to a structure is compared without anything to be done here; and "no" may be said
 * of two that are the same, which only costs a plan, but never "yes" of two that differ.
 */
#ifndef FRR_TENANT_MODEL_SAME_H
#define FRR_TENANT_MODEL_SAME_H

#include <stdbool.h>

struct provider;
struct tenant;

bool tenant_is_same(const struct tenant *a, const struct tenant *b);
bool provider_is_same(const struct provider *a, const struct provider *b);

#endif

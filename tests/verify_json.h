// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Networks as tests/verify_brute.py reads them: one line of JSON each, with all that
 * is planned for each tenant on each node, and what the verifier found.
 */
#ifndef FRR_TENANT_TESTS_VERIFY_JSON_H
#define FRR_TENANT_TESTS_VERIFY_JSON_H

#include "verify/verify.h"

/* first: members of the object, with a comma after each; "" for none. */
void verify_json(const char *first, const struct provider *provider, struct tenant *const *tenants,
		 unsigned int count, verify_plan plan, void *arg, const struct violation *found);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Operations of a diff in the words of iproute2 and FRR, for people and as JSON.
 */
#ifndef FRR_TENANT_CTL_OPS_H
#define FRR_TENANT_CTL_OPS_H

#include "plan/diff.h"

struct json_object;

/* All of them (darr) in the order of diff.h, target by target, each under its name.
 * asn: the provider's.
 */
void ops_print(const struct op *ops, uint32_t asn);
/* One of them: a new object. */
struct json_object *ops_json(const struct op *op, uint32_t asn);

#endif

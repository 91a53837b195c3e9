// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who uses which number.
 *
 * VRF names, kernel tables, RD and RT numbers, VNIs, VLANs on a wire and on ports
 * on a PE belong to one tenant each.  Every tenant in a model claims what it
 * uses, derived or overridden; where two claim the same, the one with the
 * lower id has it and the other is held with a reason.  A change looks only at
 * the claims of the tenants it touches.
 */
#ifndef FRR_TENANT_MODEL_CLAIMS_H
#define FRR_TENANT_MODEL_CLAIMS_H

#include "model/model.h"

struct claims;

struct claims *claims_new(void);
void claims_free(struct claims *claims);

/* Enters all that the tenant claims under this provider; both must stay as long
 * as the claims.  The ids of other claimants of the same things are appended to
 * *touched (darr); touched may be NULL.
 */
void claims_add(struct claims *claims, const struct provider *provider,
		const struct tenant *tenant, uint32_t **touched);
/* Takes them out. */
void claims_del(struct claims *claims, uint32_t tenant_id, uint32_t **touched);

/* The first thing that the tenant claims and an older one has: writes what it
 * is ("VNI 5001") and returns the other's id; 0 where there is none.
 */
uint32_t claims_conflict(const struct claims *claims, const struct provider *provider,
			 const struct tenant *tenant, char *what, size_t what_size);

/* The claims of a model, for validation. */
const struct claims *model_claims(const struct model *model);

#endif

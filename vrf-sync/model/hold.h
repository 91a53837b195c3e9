// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Keeping one tenant as it is while a load brings the others in.
 *
 * A load that says of a tenant what must not be (yet) is not refused: in the
 * place of what it says comes what is in force, with the reason.  Validation
 * holds that tenant then, whoever asks sees why, and the others move on.
 *
 *	load_hold(load, model_tenant(model, id), "tenant acme would ...");
 *	model_commit(model, load, &touched);
 *
 * What is in force stays what a later load is compared with.
 */
#ifndef FRR_TENANT_MODEL_HOLD_H
#define FRR_TENANT_MODEL_HOLD_H

#include "model/model.h"

/* old: as the model has it; the load may have another one of its id, have it
 * gone, or (a full one) not name it at all.  Returns what is in the load now.
 */
struct tenant *load_hold(struct load *load, const struct tenant *old, const char *sentence);

/* The tenant as the load has it; NULL: it does not say, or the tenant is gone. */
const struct tenant *load_tenant(const struct load *load, uint32_t id);

#endif

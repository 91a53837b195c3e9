// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which tenants must not be applied as they are now, because of what would be made of
 * them on some node.
 *
 * Every snapshot is judged between the model and the engine (verify.h).  Where two
 * tenants cannot stand beside each other, the one that has changed is held as it is,
 * and the other, who did nothing, moves on; of two that changed at once the one with
 * the lower id moves on.  What is in force of a held tenant goes on being its part in
 * judging others, since it is what the network holds.  Held ones are judged again with
 * every load, since another's change may be what they wait for.
 *
 * A prefix that does not get everywhere, or goes a wrong way, or is one too many, holds
 * nobody: not to apply the change would mend nothing.  It is logged.
 */
#include <zebra.h>

#include <stdlib.h>
#include <string.h>

#include "darr.h"
#include "log.h"

#include "errors.h"
#include "daemon/tenantd.h"
#include "plan/validate.h"
#include "verify/verify.h"

struct held {
	uint32_t id;
	struct reason why;
};

/* A tenant that is new or other than it was. */
struct change {
	uint32_t id;
	struct tenant *before; /* in force; NULL: none */
	bool taken;            /* the verifier has its new state */
};

static struct verifier *verifier;
static const struct provider *judged_under; /* the verifier's; it holds the reference */
static struct held *held;                   /* darr */

/* ---- who is held ---- */

static struct held *held_find(uint32_t id)
{
	struct held *one;

	darr_foreach_p (held, one)
		if (one->id == id)
			return one;
	return NULL;
}

const char *verdict_of(uint32_t tenant_id)
{
	const struct held *found = held_find(tenant_id);

	return found ? found->why.text : NULL;
}

static void hold(uint32_t id, const struct reason *why)
{
	struct held *found = held_find(id);

	if (!found)
		found = darr_append(held);
	*found = (struct held){ id, *why };
}

/* ---- which tenants to judge ---- */

static int cmp_id(const void *a, const void *b)
{
	return numcmp(*(const uint32_t *)a, *(const uint32_t *)b);
}

static uint32_t *ids_to_judge(const uint32_t *touched, const struct held *before)
{
	const struct tenant *tenant = NULL;
	const struct held *one;
	uint32_t *ids = NULL;

	if (judged_under != model_provider(tenantd.model)) {
		verifier_free(verifier);
		judged_under = model_provider(tenantd.model);
		verifier = verifier_new(judged_under, NULL, NULL);
		while ((tenant = model_tenant_next(tenantd.model, tenant)))
			*darr_append(ids) = tenant->id;
	} else {
		for (unsigned int i = 0; i < darr_len(touched); i++)
			*darr_append(ids) = touched[i];
		darr_foreach_p (before, one)
			*darr_append(ids) = one->id;
	}
	if (darr_len(ids) > 1)
		qsort(ids, darr_len(ids), sizeof(*ids), cmp_id);
	return ids;
}

static bool is_sound(const struct tenant *tenant)
{
	struct reason *findings = NULL;
	bool sound = validate_tenant(tenantd.model, tenant, &findings) == 0;

	darr_free(findings);
	return sound;
}

/* Takes out what is not so any more; those to be judged anew are returned (darr).
 * First all, and then in: two that swap their numbers are in nobody's way.
 */
static struct change *take_out(const uint32_t *ids)
{
	struct change *changes = NULL;
	const uint32_t *id;
	uint32_t last = 0;

	darr_foreach_p (ids, id) {
		const struct tenant *now = model_tenant(tenantd.model, *id);
		const struct tenant *before = verify_tenant(verifier, *id);

		if (*id == last || (now && (now == before || !is_sound(now))))
			continue;
		last = *id;
		if (now)
			*darr_append(changes) = (struct change){
				.id = *id,
				.before = before ? tenant_ref(before) : NULL,
			};
		verify_remove(verifier, *id);
	}
	return changes;
}

/* ---- judging ---- */

static bool holds(const struct violation *violation)
{
	return violation->invariant != INVARIANT_REACH &&
	       violation->invariant != INVARIANT_FORWARDING;
}

static struct change *change_of(struct change *changes, uint32_t id)
{
	struct change *one;

	darr_foreach_p (changes, one)
		if (one->id == id)
			return one;
	return NULL;
}

static void hold_as_it_is(struct change *changes, struct change *change, const struct reason *why);

/* What is in force of a held tenant is in force: who came in and cannot stand beside
 * it is held, too.
 */
static void put_back(struct change *changes, const struct change *change)
{
	struct violation *found = NULL, *violation;

	if (!change->before)
		return;
	verify_update(verifier, change->before, &found);
	darr_foreach_p (found, violation) {
		struct change *other = change_of(changes, violation->other_id);

		if (other && other->taken && holds(violation))
			hold_as_it_is(changes, other, &violation->why);
	}
	darr_free(found);
}

static void hold_as_it_is(struct change *changes, struct change *change, const struct reason *why)
{
	change->taken = false;
	hold(change->id, why);
	verify_remove(verifier, change->id);
	put_back(changes, change);
}

static void judge(struct change *changes, struct change *change)
{
	struct violation *found = NULL, *violation;
	const struct reason *why = NULL;

	verify_update(verifier, model_tenant(tenantd.model, change->id), &found);
	change->taken = true;
	darr_foreach_p (found, violation)
		if (!holds(violation))
			flog_warn(EC_TENANT_VERDICT, "%s", violation->why.text);
		else if (!why)
			why = &violation->why;
	if (why)
		hold_as_it_is(changes, change, why);
	darr_free(found);
}

void verdict_judge(uint32_t **touched)
{
	struct held *before = held, *one;
	struct change *changes, *change;
	uint32_t *ids;

	if (!model_provider(tenantd.model))
		return;
	held = NULL;
	ids = ids_to_judge(*touched, before);
	changes = take_out(ids);
	darr_foreach_p (changes, change)
		judge(changes, change);
	darr_foreach_p (changes, change)
		tenant_unref(change->before);
	/* whom nothing holds any more, the engine has to hear of */
	darr_foreach_p (before, one)
		if (!held_find(one->id))
			*darr_append(*touched) = one->id;
	darr_free(before);
	darr_free(changes);
	darr_free(ids);
}

void verdict_stop(void)
{
	verifier_free(verifier);
	verifier = NULL;
	judged_under = NULL;
	darr_free(held);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Whole models: everything, or what a change makes worse. */
#include <zebra.h>

#include <stdlib.h>
#include <string.h>

#include "darr.h"

#include "plan/validate.h"
#include "verify/verify.h"

static int cmp_id(const void *a, const void *b)
{
	return numcmp(*(const uint32_t *)a, *(const uint32_t *)b);
}

/* In order; NULL stays NULL. */
static uint32_t *sorted(const uint32_t *ids)
{
	uint32_t *list = NULL;

	for (unsigned int i = 0; i < darr_len(ids); i++)
		*darr_append(list) = ids[i];
	if (darr_len(list) > 1)
		qsort(list, darr_len(list), sizeof(*list), cmp_id);
	return list;
}

static bool is_asked_for(const uint32_t *ids, uint32_t id)
{
	return !ids || bsearch(&id, ids, darr_len(ids), sizeof(*ids), cmp_id);
}

/* Of those that nothing holds already, in order: the same model, the same findings. */
static uint32_t *sound_ids(const struct model *model)
{
	const struct tenant *tenant = NULL;
	struct reason *findings = NULL;
	uint32_t *ids = NULL;

	while ((tenant = model_tenant_next(model, tenant))) {
		if (validate_tenant(model, tenant, &findings) == 0)
			*darr_append(ids) = tenant->id;
		darr_reset(findings);
	}
	darr_free(findings);
	if (darr_len(ids) > 1)
		qsort(ids, darr_len(ids), sizeof(*ids), cmp_id);
	return ids;
}

/* All that nobody asks about first, without judging them: whoever is asked for is then
 * judged against everybody.
 */
size_t verify_model(const struct model *model, const uint32_t *ids, struct violation **found)
{
	uint32_t *asked = sorted(ids), *sound, *id;
	size_t before = darr_len(*found);
	struct verifier *verifier;

	if (!model_provider(model) || (ids && !darr_len(ids))) {
		darr_free(asked);
		return 0;
	}
	verifier = verifier_new(model_provider(model), NULL, NULL);
	sound = sound_ids(model);
	if (asked)
		darr_foreach_p (sound, id)
			if (!is_asked_for(asked, *id))
				verify_update(verifier, model_tenant(model, *id), NULL);
	darr_foreach_p (sound, id)
		if (is_asked_for(asked, *id))
			verify_update(verifier, model_tenant(model, *id), found);
	darr_free(sound);
	darr_free(asked);
	verifier_free(verifier);
	return darr_len(*found) - before;
}

static bool was_there(const struct violation *old, const struct violation *violation)
{
	const struct violation *one;

	darr_foreach_p (old, one)
		if (!strcmp(one->why.text, violation->why.text))
			return true;
	return false;
}

size_t verify_change(const struct model *before, const struct model *after, const uint32_t *ids,
		     struct violation **found)
{
	struct violation *now = NULL, *old = NULL, *violation;
	size_t count = 0;

	/* the old state is looked at only where there is something to compare */
	if (verify_model(after, ids, &now))
		verify_model(before, ids, &old);
	darr_foreach_p (now, violation) {
		if (was_there(old, violation))
			continue;
		*darr_append(*found) = *violation;
		count++;
	}
	darr_free(now);
	darr_free(old);
	return count;
}

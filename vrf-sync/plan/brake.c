// SPDX-License-Identifier: GPL-2.0-or-later
/* Counting what a load would withdraw. */
#include <zebra.h>

#include <stdlib.h>

#include "darr.h"

#include "model/hold.h"
#include "model/presence.h"
#include "plan/brake.h"

/* ---- prefixes ---- */

/* Some DLR of the tenant's has the switch. */
static int net_order(const void *a, const void *b)
{
	return ipnet_cmp(a, b);
}

/* darr, sorted; a prefix may be in it twice. */
static struct ipnet *announced(struct tenant_state state)
{
	const struct tenant *tenant = state.tenant;
	const struct logical_switch *sw;
	const struct subnet *subnet;
	const struct link *link;
	const struct ipnet *net;
	struct ipnet *nets = NULL;

	if (!tenant)
		return NULL;
	darr_foreach_p (tenant->switches, sw)
		if (switch_is_active(state.provider, tenant, sw))
			darr_foreach_p (sw->subnets, subnet)
				if (subnet_is_advertised(sw, subnet))
					*darr_append(nets) = subnet->prefix;
	darr_foreach_p (tenant->links, link)
		darr_foreach_p (link->routes, net)
			*darr_append(nets) = *net;
	if (nets)
		qsort(nets, darr_len(nets), sizeof(*nets), net_order);
	return nets;
}

struct withdrawal withdrawal_of(struct tenant_state before, struct tenant_state after)
{
	struct ipnet *old = announced(before), *new = announced(after), *net;
	struct withdrawal out = {};
	const struct ipnet *last = NULL;

	darr_foreach_p (old, net) {
		if (last && !ipnet_cmp(last, net))
			continue;
		last = net;
		out.before++;
		out.gone += !new || !bsearch(net, new, darr_len(new), sizeof(*new), net_order);
	}
	darr_free(old);
	darr_free(new);
	return out;
}

/* ---- tenants ---- */

static int id_order(const void *a, const void *b)
{
	return numcmp(*(const uint32_t *)a, *(const uint32_t *)b);
}

/* Those of a full load, sorted (darr). */
static uint32_t *ids_of(const struct load *load)
{
	struct tenant **tenant;
	uint32_t *ids = NULL;

	darr_foreach_p (load->tenants, tenant)
		*darr_append(ids) = (*tenant)->id;
	if (ids)
		qsort(ids, darr_len(ids), sizeof(*ids), id_order);
	return ids;
}

/* The tenants of the model that would go (darr). */
static const struct tenant **tenants_gone(const struct model *model, const struct load *load)
{
	const struct tenant **gone = NULL, *tenant = NULL;
	uint32_t *ids, *id;

	if (!load->full) {
		darr_foreach_p (load->gone, id)
			if ((tenant = model_tenant(model, *id)))
				*darr_append(gone) = tenant;
		return gone;
	}
	ids = ids_of(load);
	while ((tenant = model_tenant_next(model, tenant)))
		if (!ids || !bsearch(&tenant->id, ids, darr_len(ids), sizeof(*ids), id_order))
			*darr_append(gone) = tenant;
	darr_free(ids);
	return gone;
}

static bool is_too_much(const struct withdrawal *what, const struct brake_limits *limits)
{
	return what->gone > limits->prefixes && what->gone * 100 > what->before * limits->share;
}

static void hold(struct load *load, const struct tenant *old, struct reason *why,
		 struct reason *first)
{
	if (first)
		reason_set(first, "%s", why->text);
	load_hold(load, old, why->text);
}

static size_t hold_gone(const struct model *model, struct load *load,
			const struct brake_limits *limits, const char *advice,
			struct reason *first)
{
	const struct tenant **gone = tenants_gone(model, load), **tenant;
	bool are_many = darr_len(gone) > limits->tenants;
	size_t count = 0;

	darr_foreach_p (gone, tenant) {
		const struct tenant_state now = { model_provider(model), *tenant };
		struct withdrawal what = withdrawal_of(now, (struct tenant_state){});
		struct reason why = {};

		if (are_many)
			reason_set(&why, "tenant %s would go with %u others at once; %s",
				   (*tenant)->name, darr_len(gone) - 1, advice);
		else if (is_too_much(&what, limits))
			reason_set(&why, "tenant %s would go with all of its %zu prefixes; %s",
				   (*tenant)->name, what.before, advice);
		else
			continue;
		hold(load, *tenant, &why, first);
		count++;
	}
	darr_free(gone);
	return count;
}

static size_t hold_changed(const struct model *model, struct load *load,
			   const struct brake_limits *limits, const char *advice,
			   struct reason *first)
{
	struct tenant_state now = { .provider = model_provider(model) };
	struct tenant_state then = { .provider = load->provider ?: now.provider };
	size_t count = 0;

	for (unsigned int i = 0; i < darr_len(load->tenants); i++) {
		struct withdrawal what;
		struct reason why = {};

		then.tenant = load->tenants[i];
		now.tenant = model_tenant(model, then.tenant->id);
		/* a row that cannot be read holds it by itself */
		if (!now.tenant || then.tenant->bad)
			continue;
		what = withdrawal_of(now, then);
		if (!is_too_much(&what, limits))
			continue;
		reason_set(&why, "tenant %s would lose %zu of its %zu prefixes at once; %s",
			   now.tenant->name, what.gone, what.before, advice);
		hold(load, now.tenant, &why, first);
		count++;
	}
	return count;
}

size_t brake_load(const struct model *model, struct load *load, const struct brake_limits *limits,
		  const char *advice, struct reason *first)
{
	size_t count;

	if (!model_provider(model))
		return 0;
	/* in this order: one that is put back would be compared with itself */
	count = hold_changed(model, load, limits, advice, first);
	return count + hold_gone(model, load, limits, advice, first);
}

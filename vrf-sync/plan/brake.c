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

/* ---- holding ---- */

struct brake {
	const struct model *model;
	struct load *load;
	const struct brake_limits *limits;
	const char *advice;
	struct reason *first;
	size_t held;
};

static bool is_too_much(const struct withdrawal *what, const struct brake_limits *limits)
{
	return what->gone > limits->prefixes && what->gone * 100 > what->before * limits->share;
}

static struct tenant *hold(struct brake *brake, const struct tenant *old, const struct reason *why)
{
	if (brake->first)
		reason_set(brake->first, "%s", why->text);
	brake->held++;
	return load_hold(brake->load, old, why->text);
}

/* ---- tenants that go ---- */

/* Held by an earlier load because of many, and this one says nothing of it. */
static bool still_waits(const struct brake *brake, const struct tenant *tenant)
{
	const struct load *load = brake->load;
	const uint32_t *id;

	if (!tenant->held_with || load->full || load_tenant(load, tenant->id))
		return false;
	darr_foreach_p (load->gone, id)
		if (*id == tenant->id)
			return false;
	return true;
}

static size_t count_waiting(const struct brake *brake, bool leaving)
{
	const struct tenant *tenant = NULL;
	size_t count = 0;

	while ((tenant = model_tenant_next(brake->model, tenant)))
		count += tenant->held_leaving == leaving && still_waits(brake, tenant);
	return count;
}

/* As many as were counted when it was held, which may be more than are here. */
static size_t count_known(const struct brake *brake, const struct tenant **gone)
{
	const struct tenant *tenant = NULL, **one;
	size_t known = 0;

	while ((tenant = model_tenant_next(brake->model, tenant)))
		if (!tenant->held_leaving && still_waits(brake, tenant))
			known = MAX(known, (size_t)tenant->held_with + 1);
	darr_foreach_p (gone, one)
		if (!(*one)->held_leaving && (*one)->held_with)
			known = MAX(known, (size_t)(*one)->held_with + 1);
	return known;
}

/* How many are deleted with these, those that were held before included. */
static size_t count_deleted(const struct brake *brake, const struct tenant **gone)
{
	const struct tenant **tenant;
	size_t fresh = 0, held = 0;

	if (!darr_len(gone))
		return 0;
	darr_foreach_p (gone, tenant)
		if ((*tenant)->held_leaving || !(*tenant)->held_with)
			fresh++;
		else
			held++;
	if (!brake->load->narrow)
		return fresh + held + count_waiting(brake, false);
	return MAX(fresh, brake->load->deleted) + count_known(brake, gone);
}

static void hold_deleted(struct brake *brake, const struct tenant **gone)
{
	size_t all = count_deleted(brake, gone);
	const struct tenant **tenant;

	darr_foreach_p (gone, tenant) {
		const struct tenant_state now = { model_provider(brake->model), *tenant };
		struct withdrawal what = withdrawal_of(now, (struct tenant_state){});
		struct reason why = {};

		if (all > brake->limits->tenants)
			reason_set(&why, "tenant %s would go with %zu others at once; %s",
				   (*tenant)->name, all - 1, brake->advice);
		else if (is_too_much(&what, brake->limits))
			reason_set(&why, "tenant %s would go with all of its %zu prefixes; %s",
				   (*tenant)->name, what.before, brake->advice);
		else
			continue;
		hold(brake, *tenant, &why)->held_with = all > brake->limits->tenants ? all - 1 : 0;
	}
}

/* ---- tenants that leave a node ---- */

/* A tenant that some node serves less than before. */
struct departure {
	const struct tenant *old;
	struct tenant *new; /* NULL: it is gone; else it has a reference */
};

static bool is_less(const struct tenant *old, const struct tenant *new)
{
	const struct attachment *attachment;

	darr_foreach_p (old->attachments, attachment)
		if (attachment->roles & ~tenant_roles_on(new, attachment->node_id))
			return true;
	return false;
}

/* All of them (darr), once for all nodes: few, as a rule none. */
static struct departure *departures_of(const struct brake *brake)
{
	const struct tenant **gone = tenants_gone(brake->model, brake->load), **one;
	struct departure *departures = NULL;
	struct tenant **tenant;

	darr_foreach_p (brake->load->tenants, tenant) {
		const struct tenant *old = model_tenant(brake->model, (*tenant)->id);

		if (old && !(*tenant)->bad && is_less(old, *tenant))
			*darr_append(departures) =
				(struct departure){ .old = old, .new = tenant_ref(*tenant) };
	}
	darr_foreach_p (gone, one)
		*darr_append(departures) = (struct departure){ .old = *one };
	darr_free(gone);
	return departures;
}

/* Those that would do less there (darr). */
static const struct tenant **leaving_from(const struct brake *brake,
					  const struct departure *departures, const char *name)
{
	const struct provider *provider = model_provider(brake->model);
	const struct node *was = provider_node_by_name(provider, name),
			  *is = provider_node_by_name(brake->load->provider ?: provider, name);
	const struct tenant **leaving = NULL;
	const struct departure *one;

	darr_foreach_p (departures, one) {
		uint8_t before = was ? tenant_roles_on(one->old, was->id) : 0;

		if (before & ~(is && one->new ? tenant_roles_on(one->new, is->id) : 0))
			*darr_append(leaving) = one->old;
	}
	return leaving;
}

static void hold_leaving(struct brake *brake, const struct departure *departures, const char *node)
{
	const struct tenant **leaving = leaving_from(brake, departures, node), **tenant;
	size_t all = darr_len(leaving);

	if (all)
		all += count_waiting(brake, true);
	if (all > brake->limits->tenants)
		darr_foreach_p (leaving, tenant) {
			struct reason why = {};
			struct tenant *kept;

			reason_set(&why,
				   "tenant %s would leave node %s with %zu others at once; %s",
				   (*tenant)->name, node, all - 1, brake->advice);
			kept = hold(brake, *tenant, &why);
			kept->held_with = all - 1;
			kept->held_leaving = true;
		}
	darr_free(leaving);
}

/* ---- tenants that become less ---- */

static void hold_changed(struct brake *brake)
{
	struct tenant_state now = { .provider = model_provider(brake->model) };
	struct tenant_state then = { .provider = brake->load->provider ?: now.provider };

	for (unsigned int i = 0; i < darr_len(brake->load->tenants); i++) {
		struct withdrawal what;
		struct reason why = {};

		then.tenant = brake->load->tenants[i];
		now.tenant = model_tenant(brake->model, then.tenant->id);
		/* a row that cannot be read holds it by itself */
		if (!now.tenant || then.tenant->bad)
			continue;
		what = withdrawal_of(now, then);
		if (!is_too_much(&what, brake->limits))
			continue;
		reason_set(&why, "tenant %s would lose %zu of its %zu prefixes at once; %s",
			   now.tenant->name, what.gone, what.before, brake->advice);
		hold(brake, now.tenant, &why);
	}
}

/* Those that are deleted.  Where only some are read, somebody whom this node does not serve
 * may just be no neighbor any more.
 */
static const struct tenant **only_deleted(const struct brake *brake, const struct tenant **gone,
					  const char *name)
{
	const struct provider *provider = model_provider(brake->model);
	const struct node *node = name ? provider_node_by_name(provider, name) : NULL;
	const struct tenant **deleted = NULL, **tenant;

	darr_foreach_p (gone, tenant)
		if (!brake->load->narrow || (node && tenant_roles_on(*tenant, node->id)))
			*darr_append(deleted) = *tenant;
	return deleted;
}

static void hold_gone(struct brake *brake, const char *name)
{
	const struct tenant **gone = tenants_gone(brake->model, brake->load);
	const struct tenant **deleted = only_deleted(brake, gone, name);

	hold_deleted(brake, deleted);
	darr_free(deleted);
	darr_free(gone);
}

/* Behind those that are gone: who is held for that leaves nobody any more. */
static void hold_left(struct brake *brake, const char *name)
{
	struct departure *departures = departures_of(brake), *one;
	const struct node *node;

	if (name)
		hold_leaving(brake, departures, name);
	else
		darr_foreach_p (model_provider(brake->model)->nodes, node)
			hold_leaving(brake, departures, node->name);
	darr_foreach_p (departures, one)
		tenant_unref(one->new);
	darr_free(departures);
}

size_t brake_load(const struct model *model, struct load *load, const struct brake_limits *limits,
		  const char *node, const char *advice, struct reason *first)
{
	struct brake brake = {
		.model = model,
		.load = load,
		.limits = limits,
		.advice = advice,
		.first = first,
	};

	if (!model_provider(model))
		return 0;
	/* in this order: one that is put back would be compared with itself */
	hold_changed(&brake);
	hold_gone(&brake, node);
	hold_left(&brake, node);
	return brake.held;
}

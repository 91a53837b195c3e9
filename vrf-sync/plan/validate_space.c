// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Address space: what a tenant may announce, and that nothing in its VRF is there twice.
 */
#include <zebra.h>

#include <stdio.h>
#include <stdlib.h>

#include "darr.h"

#include "plan/validate_priv.h"

void check_hold(struct check *check, const struct ipnet *net, const char *kind, const char *name)
{
	struct holding *holding = darr_append(check->holdings);

	holding->net = ipnet_masked(net);
	snprintf(holding->what, sizeof(holding->what), "%s %s", kind, name);
}

const struct ipnet *check_overlapping(const struct ipnet *list, const struct ipnet *net)
{
	const struct ipnet *item;

	darr_foreach_p (list, item)
		if (ipnet_overlaps(item, net))
			return item;
	return NULL;
}

void check_space(struct check *check, const struct ipnet *net, const char *kind, const char *name)
{
	const struct ipnet *reserved = check_overlapping(check->provider->reserved, net);
	char text[IPNET_TEXT_SIZE], other[IPNET_TEXT_SIZE];
	const struct ipnet *aggregate;

	ipnet_format(net, text);
	if (!net->len) {
		check_find(check, "%s %s cannot be a default route (%s)", kind, name, text);
		return;
	}
	if (reserved)
		check_find(
			check,
			"%s of %s %s in tenant %s overlaps %s, which is reserved for the provider; choose another prefix",
			text, kind, name, check->tenant->name, ipnet_format(reserved, other));
	if (!check->tenant->aggregates)
		return;
	darr_foreach_p (check->tenant->aggregates, aggregate)
		if (ipnet_contains(aggregate, net))
			return;
	check_find(
		check,
		"%s of %s %s lies outside the address space of tenant %s; add an aggregate that holds it",
		text, kind, name, check->tenant->name);
}

void check_aggregates(struct check *check)
{
	char text[IPNET_TEXT_SIZE], other[IPNET_TEXT_SIZE];
	const struct ipnet *net;

	darr_foreach_p (check->tenant->aggregates, net) {
		const struct ipnet *reserved = check_overlapping(check->provider->reserved, net);

		ipnet_format(net, text);
		if (!ipnet_is_prefix(net))
			check_find(check, "aggregate %s has host bits set; write the network",
				   text);
		else if (!net->len)
			check_find(check, "an aggregate cannot be everything (%s)", text);
		else if (reserved)
			check_find(check,
				   "aggregate %s overlaps %s, which is reserved for the provider",
				   text, ipnet_format(reserved, other));
	}
}

/* ---- overlap within the VRF, leaks into it included ---- */

static int holding_cmp(const void *a, const void *b)
{
	const struct holding *x = a, *y = b;

	return ipnet_cmp(&x->net, &y->net);
}

/* Sorted, a prefix stands before all that lie within it. */
void check_overlap(struct check *check)
{
	struct holding *outer = NULL, *item;
	char text[IPNET_TEXT_SIZE], other[IPNET_TEXT_SIZE];

	if (darr_len(check->holdings) < 2)
		return;
	qsort(check->holdings, darr_len(check->holdings), sizeof(*check->holdings), holding_cmp);
	darr_foreach_p (check->holdings, item) {
		if (outer && ipnet_contains(&outer->net, &item->net))
			check_find(
				check,
				"%s (%s) overlaps %s (%s) in tenant %s; one of them must change",
				ipnet_format(&item->net, text), item->what,
				ipnet_format(&outer->net, other), outer->what,
				check->tenant->name);
		else
			outer = item;
	}
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Public addresses and reserved ports, as they are configured. */
#include <zebra.h>

#include <stdlib.h>
#include <string.h>

#include <libyang/libyang.h>

#include "darr.h"

#include "source/tree_priv.h"

static int port_cmp(const void *a, const void *b)
{
	const struct reserved_port *x = a, *y = b;

	return numcmp(x->protocol, y->protocol) ?: numcmp(x->port, y->port);
}

void tree_ports(const struct lyd_node *tree, struct provider *provider)
{
	const struct lyd_node *entry;

	tree_foreach (tree, "reserved-port", entry) {
		struct reserved_port port = {};

		if (service_parse(lyd_get_value(entry), &port.protocol, &port.port) == 0)
			*darr_append(provider->ports) = port;
	}
	if (darr_len(provider->ports) > 1)
		qsort(provider->ports, darr_len(provider->ports), sizeof(*provider->ports),
		      port_cmp);
}

/* As a database has them: by address, and what is all of it before its ports. */
static int public_cmp(const void *a, const void *b)
{
	const struct public_address *x = a, *y = b;

	return ipnet_cmp(&x->address, &y->address) ?: numcmp(x->protocol, y->protocol)
						   ?: numcmp(x->port, y->port);
}

static bool has_id(const struct tenant *tenant, uint32_t id)
{
	const struct public_address *public;

	darr_foreach_p (tenant->publics, public)
		if (public->id == id)
			return true;
	return false;
}

/* An entry that is not finished says nothing: its lines may come one by one. */
void tree_publics(const struct lyd_node *entry, struct tenant *tenant)
{
	const struct lyd_node *one;

	tree_foreach (entry, "public", one) {
		struct public_address public = {};

		if (!tree_addr(one, "address", &public.address) ||
		    !tree_addr(one, "to", &public.inside))
			continue;
		tree_addr(one, "recovered", &public.recovered);
		service_parse(tree_text(one, "port"), &public.protocol, &public.port);
		if (public.protocol)
			public.inside_port = tree_number(one, "to-port") ?: public.port;
		public.id = 1 + tree_hash(tree_text(one, "address")) +
			    tree_hash(tree_text(one, "port"));
		while (has_id(tenant, public.id))
			public.id++;
		*darr_append(tenant->publics) = public;
	}
	if (darr_len(tenant->publics) > 1)
		qsort(tenant->publics, darr_len(tenant->publics), sizeof(*tenant->publics),
		      public_cmp);
}

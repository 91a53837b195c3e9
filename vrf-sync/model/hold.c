// SPDX-License-Identifier: GPL-2.0-or-later
/* A tenant in a load gives way to the one in force. */
#include <zebra.h>

#include "darr.h"

#include "model/hold.h"

static void copy_switches(struct tenant *copy, const struct tenant *old)
{
	const struct tenant_host *host;
	const struct switch_vlan *vlan;
	const struct logical_switch *sw;
	const struct subnet *subnet;

	darr_foreach_p (old->switches, sw) {
		struct logical_switch bare = *sw;
		struct logical_switch *added;

		bare.subnets = NULL;
		bare.hosts = NULL;
		bare.vlans = NULL;
		added = tenant_add_switch(copy, &bare);
		darr_foreach_p (sw->subnets, subnet)
			*darr_append(added->subnets) = *subnet;
		darr_foreach_p (sw->hosts, host)
			*darr_append(added->hosts) = *host;
		darr_foreach_p (sw->vlans, vlan)
			*darr_append(added->vlans) = *vlan;
	}
}

static void copy_links(struct tenant *copy, const struct tenant *old)
{
	const struct link *link;
	const struct ipnet *net;

	darr_foreach_p (old->links, link) {
		struct link bare = *link;

		bare.routes = NULL;
		darr_foreach_p (link->routes, net)
			*darr_append(bare.routes) = *net;
		*darr_append(copy->links) = bare;
	}
}

static struct tenant *tenant_copy(const struct tenant *old)
{
	struct tenant *copy = tenant_new(old->id), bare = *old;
	const struct public_address *public;
	const struct attachment *attachment;
	const struct network_map *map;
	const struct circuit *circuit;
	const struct ipnet *net;
	const struct leak *leak;

	bare.item = copy->item;
	bare.refs = copy->refs;
	bare.aggregates = NULL;
	bare.attachments = NULL;
	bare.circuits = NULL;
	bare.switches = NULL;
	bare.maps = NULL;
	bare.publics = NULL;
	bare.links = NULL;
	bare.leaks = NULL;
	bare.bad = NULL;
	bare.held_with = 0;
	bare.held_leaving = false;
	*copy = bare;
	darr_foreach_p (old->aggregates, net)
		*darr_append(copy->aggregates) = *net;
	darr_foreach_p (old->attachments, attachment)
		*darr_append(copy->attachments) = *attachment;
	darr_foreach_p (old->circuits, circuit)
		*darr_append(copy->circuits) = *circuit;
	darr_foreach_p (old->leaks, leak)
		*darr_append(copy->leaks) = *leak;
	darr_foreach_p (old->maps, map)
		*darr_append(copy->maps) = *map;
	darr_foreach_p (old->publics, public)
		*darr_append(copy->publics) = *public;
	copy_switches(copy, old);
	copy_links(copy, old);
	return copy;
}

static struct tenant **find(const struct load *load, uint32_t id)
{
	struct tenant **tenant;

	darr_foreach_p (load->tenants, tenant)
		if ((*tenant)->id == id)
			return tenant;
	return NULL;
}

const struct tenant *load_tenant(const struct load *load, uint32_t id)
{
	struct tenant **tenant = find(load, id);

	return tenant ? *tenant : NULL;
}

struct tenant *load_hold(struct load *load, const struct tenant *old, const char *sentence)
{
	struct tenant *kept = tenant_copy(old), **said = find(load, old->id);

	reason_set(tenant_bad(kept), "%s", sentence);
	for (unsigned int i = 0; i < darr_len(load->gone); i++)
		if (load->gone[i] == old->id) {
			darr_remove(load->gone, i);
			break;
		}
	if (said) {
		tenant_unref(*said);
		*said = kept;
	} else {
		*darr_append(load->tenants) = kept;
	}
	return kept;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Structures are copied, freed of their pointers, and compared as bytes. */
#include <zebra.h>

#include <string.h>

#include "darr.h"

#include "model/model.h"
#include "model/same.h"

static bool bytes_are_same(const void *a, unsigned int count_a, const void *b,
			   unsigned int count_b, size_t size)
{
	return count_a == count_b && (!count_a || !memcmp(a, b, count_a * size));
}

/* Of elements without pointers. */
#define ARRAYS_ARE_SAME(a, b) bytes_are_same(a, darr_len(a), b, darr_len(b), sizeof(*(a)))

static bool switches_are_same(const struct logical_switch *a, const struct logical_switch *b)
{
	struct logical_switch bare_a = *a, bare_b = *b;

	bare_a.name = bare_b.name = NULL;
	bare_a.subnets = bare_b.subnets = NULL;
	bare_a.hosts = bare_b.hosts = NULL;
	bare_a.vlans = bare_b.vlans = NULL;
	return !memcmp(&bare_a, &bare_b, sizeof(bare_a)) && !strcmp(a->name, b->name) &&
	       ARRAYS_ARE_SAME(a->subnets, b->subnets) && ARRAYS_ARE_SAME(a->hosts, b->hosts) &&
	       ARRAYS_ARE_SAME(a->vlans, b->vlans);
}

static bool links_are_same(const struct link *a, const struct link *b)
{
	struct link bare_a = *a, bare_b = *b;

	bare_a.routes = bare_b.routes = NULL;
	return !memcmp(&bare_a, &bare_b, sizeof(bare_a)) && ARRAYS_ARE_SAME(a->routes, b->routes);
}

static bool tenant_itself_is_same(const struct tenant *a, const struct tenant *b)
{
	struct tenant bare[2] = { *a, *b };

	for (int i = 0; i < 2; i++) {
		memset(&bare[i].item, 0, sizeof(bare[i].item));
		bare[i].refs = 0;
		bare[i].aggregates = NULL;
		bare[i].attachments = NULL;
		bare[i].circuits = NULL;
		bare[i].switches = NULL;
		bare[i].maps = NULL;
		bare[i].publics = NULL;
		bare[i].links = NULL;
		bare[i].leaks = NULL;
		bare[i].bad = NULL;
	}
	return !memcmp(&bare[0], &bare[1], sizeof(bare[0]));
}

bool tenant_is_same(const struct tenant *a, const struct tenant *b)
{
	if (!tenant_itself_is_same(a, b) || !a->bad != !b->bad ||
	    (a->bad && strcmp(a->bad->text, b->bad->text)) ||
	    !ARRAYS_ARE_SAME(a->aggregates, b->aggregates) ||
	    !ARRAYS_ARE_SAME(a->attachments, b->attachments) ||
	    !ARRAYS_ARE_SAME(a->circuits, b->circuits) || !ARRAYS_ARE_SAME(a->leaks, b->leaks) ||
	    !ARRAYS_ARE_SAME(a->maps, b->maps) || !ARRAYS_ARE_SAME(a->publics, b->publics) ||
	    darr_len(a->switches) != darr_len(b->switches) ||
	    darr_len(a->links) != darr_len(b->links))
		return false;
	for (unsigned int i = 0; i < darr_len(a->switches); i++)
		if (!switches_are_same(&a->switches[i], &b->switches[i]))
			return false;
	for (unsigned int i = 0; i < darr_len(a->links); i++)
		if (!links_are_same(&a->links[i], &b->links[i]))
			return false;
	return true;
}

static bool wires_are_same(const struct wire *a, const struct wire *b)
{
	struct wire bare_a = *a, bare_b = *b;

	bare_a.ports = bare_b.ports = NULL;
	return !memcmp(&bare_a, &bare_b, sizeof(bare_a)) && ARRAYS_ARE_SAME(a->ports, b->ports);
}

static bool domains_are_same(const struct switch_domain *a, const struct switch_domain *b)
{
	struct switch_domain bare_a = *a, bare_b = *b;

	bare_a.ports = bare_b.ports = NULL;
	return !memcmp(&bare_a, &bare_b, sizeof(bare_a)) && ARRAYS_ARE_SAME(a->ports, b->ports);
}

bool provider_is_same(const struct provider *a, const struct provider *b)
{
	struct provider bare[2] = { *a, *b };

	for (int i = 0; i < 2; i++) {
		bare[i].refs = 0;
		bare[i].reserved = NULL;
		bare[i].ports = NULL;
		bare[i].sites = NULL;
		bare[i].nodes = NULL;
		bare[i].wires = NULL;
		bare[i].domains = NULL;
	}
	if (memcmp(&bare[0], &bare[1], sizeof(bare[0])) ||
	    !ARRAYS_ARE_SAME(a->reserved, b->reserved) || !ARRAYS_ARE_SAME(a->ports, b->ports) ||
	    !ARRAYS_ARE_SAME(a->sites, b->sites) || !ARRAYS_ARE_SAME(a->nodes, b->nodes) ||
	    darr_len(a->wires) != darr_len(b->wires) ||
	    darr_len(a->domains) != darr_len(b->domains))
		return false;
	for (unsigned int i = 0; i < darr_len(a->wires); i++)
		if (!wires_are_same(&a->wires[i], &b->wires[i]))
			return false;
	for (unsigned int i = 0; i < darr_len(a->domains); i++)
		if (!domains_are_same(&a->domains[i], &b->domains[i]))
			return false;
	return true;
}

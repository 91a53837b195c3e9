// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tn-circuit-WIRE of a Logical_Router: what the tenant has on a wire in place of what
 * is derived, as the columns of table circuit.  A provider with more tenants than a
 * wire has VLANs gives them by hand.
 */
#include <zebra.h>

#include <stdlib.h>
#include <string.h>

#include "darr.h"

#include "ovn/ovn_map_priv.h"

#define CIRCUIT_KEY "tn-circuit-"

static void bad_circuit(struct ovn_reading *r, const char *key, const char *what, const char *word)
{
	char key_quote[OVN_QUOTE_SIZE], quote[OVN_QUOTE_SIZE];

	ovn_bad(r, r->router,
		"external_ids:%s: %s %s cannot be; write one or more of vlan=NUMBER prefix=PREFIX routing=ospf or static",
		ovn_quote(key, key_quote), what, word[0] ? ovn_quote(word, quote) : "\"\"");
}

static const struct wire *wire_by_name(const struct provider *provider, const char *name)
{
	const struct wire *wire;

	darr_foreach_p (provider->wires, wire)
		if (!strcmp(wire->name, name))
			return wire;
	return NULL;
}

static bool take_column(struct circuit *circuit, const char *column, const char *value)
{
	uint32_t number;
	int routing;

	if (!strcmp(column, "prefix"))
		return !ipnet_parse(value, &circuit->prefix);
	if (!strcmp(column, "vlan") && ovn_number(value, 1, 4094, &number)) {
		circuit->vlan = number;
		return true;
	}
	if (strcmp(column, "routing"))
		return false;
	routing = name_index(value, routing_names, ROUTING_BGP);
	circuit->routing = MAX(routing, 0);
	return routing >= 0;
}

static void take_circuit(struct ovn_reading *r, const char *key, const char *text)
{
	const struct wire *wire = wire_by_name(r->provider, key + strlen(CIRCUIT_KEY));
	struct circuit circuit = {};
	char word[96], *equals;
	unsigned int words = 0;

	if (!wire) {
		bad_circuit(r, key, "wire", key + strlen(CIRCUIT_KEY));
		return;
	}
	circuit.wire_id = wire->id;
	for (; ovn_word(&text, word, sizeof(word)); words++) {
		equals = strchr(word, '=');
		if (equals)
			*equals = '\0';
		if (!equals || !take_column(&circuit, word, equals + 1)) {
			bad_circuit(r, key, "column", word);
			return;
		}
	}
	if (words)
		*darr_append(r->tenant->circuits) = circuit;
	else
		bad_circuit(r, key, "text", "");
}

static int by_wire(const void *a, const void *b)
{
	return numcmp(((const struct circuit *)a)->wire_id, ((const struct circuit *)b)->wire_id);
}

void ovn_take_circuits(struct ovn_reading *r)
{
	ovn_row_each_pair(r->router, OVN_EXTERNAL_IDS, key,
			  value) if (!strncmp(key, CIRCUIT_KEY, strlen(CIRCUIT_KEY)))
		take_circuit(r, key, value);
	if (darr_len(r->tenant->circuits) > 1)
		qsort(r->tenant->circuits, darr_len(r->tenant->circuits), sizeof(struct circuit),
		      by_wire);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* What the files that make tenants of OVN's rows share. */
#ifndef FRR_TENANT_SOURCE_OVN_MAP_PRIV_H
#define FRR_TENANT_SOURCE_OVN_MAP_PRIV_H

#include "ovn/ovn_map.h"

struct ovn_reading {
	const struct ovn_rows *rows;
	const struct ovn_row *router;
	const struct provider *provider;
	struct tenant *tenant;
	struct ovn_claim **claims; /* NULL: not wanted */
};

/* Marks the tenant: "Logical_Router acme: " and the rest. */
void ovn_bad(struct ovn_reading *r, const struct ovn_row *row, const char *fmt, ...)
	PRINTFRR(3, 4);

/* A number without sign or blanks. */
bool ovn_number(const char *text, uint32_t min, uint32_t max, uint32_t *number);
/* The number under a key of external_ids: false where it is not there, or (marked) none. */
bool ovn_key_number(struct ovn_reading *r, const struct ovn_row *row, const char *key,
		    uint32_t min, uint32_t max, uint32_t *number);
/* A word of a text, up to a blank or comma; false at its end.  Longer ones are cut, and so are
 * none that anybody knows.
 */
bool ovn_word(const char **text, char *word, size_t size);
/* Keys of ours that nobody knows are slips of the pen, and may mean much: known ends with NULL,
 * and one like "tn-link-" is known with whatever follows.
 */
void ovn_check_keys(struct ovn_reading *r, const struct ovn_row *row, const char *const *known);

/* ovn_keys.c: tn-nodes, tn-aggregates, tn-link-NAME of the router. */
void ovn_take_nodes(struct ovn_reading *r);
void ovn_take_aggregates(struct ovn_reading *r);
void ovn_take_links(struct ovn_reading *r);
/* ovn_circuit.c: tn-circuit-WIRE. */
void ovn_take_circuits(struct ovn_reading *r);
/* ovn_switch.c: switches and subnets. */
void ovn_take_switches(struct ovn_reading *r);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One VRF on one node, as its objects make it.
 *
 * A sheet sorts planned objects by what they are for, and answers what FRR would
 * do with a prefix: prefix-lists, extended community lists and route-maps are read
 * with FRR's own rules (lib/plist.c, lib/routemap.c).  It refers to the objects,
 * which must stay.
 *
 * What is not there does not match, as in FRR: a list that nobody made permits
 * nothing and denies nothing, a map that nobody made denies everything.
 */
#ifndef FRR_TENANT_VERIFY_SHEET_H
#define FRR_TENANT_VERIFY_SHEET_H

#include "model/model.h"
#include "plan/object.h"

struct sheet {
	const struct node *node;
	const struct sheet *shared; /* the node's own lists and maps; NULL: this is it */
	struct objects objects;
	const struct object **filters; /* darr, by daemon, name and sequence */
	/* all of a kind, in the order in which they were planned */
	const struct object **gateways, **addresses, **routes, **networks, **denied, **neighbors;
	const struct object **devices; /* VLANs, ports, bridges, VXLANs */
	/* the one of a kind; NULL: none */
	const struct object *one[OBJ_KIND_COUNT];
};

/* Sorts sheet->objects; node and shared are set. */
void sheet_read(struct sheet *sheet);
/* Empties it for another plan, and keeps its memory. */
void sheet_reset(struct sheet *sheet);
void sheet_fini(struct sheet *sheet);

/* ---- what FRR does with a prefix ---- */

#define ROUTE_TARGETS_MAX 64
struct target_pair {
	uint32_t asn, number;
};

struct route {
	struct ipnet net;
	struct ipnet hop; /* unset: matches no list */
	uint32_t tag;
	unsigned int count;
	struct target_pair targets[ROUTE_TARGETS_MAX]; /* more than that are not followed */
	bool stripped;                                 /* the route's own communities are gone */
};

void route_add_target(struct route *route, uint32_t asn, uint32_t number);
bool route_has_target(const struct route *route, uint32_t asn, uint32_t number);

/* False where it is denied; else the map's sets have been done. */
bool sheet_map(const struct sheet *sheet, enum target target, const char *name,
	       struct route *route);
/* As a statement that may name a map: without one all pass. */
bool sheet_pass(const struct sheet *sheet, const struct object *statement, struct route *route);

/* The sheet's own rules of one list, and clauses of one map, by sequence. */
const struct object *const *sheet_list(const struct sheet *sheet, enum target target,
				       const char *name, unsigned int *count);
const struct object *const *sheet_map_parts(const struct sheet *sheet, enum target target,
					    const char *name, unsigned int *count);
/* The rules of all its own prefix-lists in a daemon. */
const struct object *const *sheet_lists(const struct sheet *sheet, enum target target,
					unsigned int *count);

/* An address of the VRF on this node whose network holds the host; NULL: none. */
const struct object *sheet_address_towards(const struct sheet *sheet, const struct ipnet *host);
/* The OSPF statement by which the address takes part; NULL: none. */
const struct object *sheet_network(const struct sheet *sheet, const struct object *address);
/* Two addresses on one wire, as far as addresses tell. */
bool same_network(const struct object *a, const struct object *b);

#endif

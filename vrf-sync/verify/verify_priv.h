// SPDX-License-Identifier: GPL-2.0-or-later
/* What the files of the verifier share. */
#ifndef FRR_TENANT_VERIFY_VERIFY_PRIV_H
#define FRR_TENANT_VERIFY_VERIFY_PRIV_H

#include "verify/sheet.h"
#include "verify/verify.h"

/* A prefix that a VRF of the tenant holds on a node. */
struct known {
	struct ipnet net;
	const struct sheet *sheet;
	const struct object *obj; /* a gateway, an address, a route, or what lets a leak in */
};

/* One tenant as it is made on all its nodes. */
struct contract {
	const struct provider *provider;
	const struct tenant *tenant;
	struct sheet *sheets; /* darr; the first `count` are in use, the others keep memory */
	unsigned int count;
	struct known *known;  /* darr, by net */
	struct ipnet *hidden; /* darr, sorted: subnets not announced */
};

void contract_make(struct contract *contract, struct verifier *verifier,
		   const struct tenant *tenant);
void contract_fini(struct contract *contract);
/* The first of the contract's prefixes that is exactly this one; NULL: none. */
const struct known *contract_known(const struct contract *contract, const struct ipnet *net);
bool contract_hides(const struct contract *contract, const struct ipnet *net);

/* What one tenant alone may have. */
enum key_kind {
	KEY_VRF,    /* name, on a node */
	KEY_TABLE,  /* on a node */
	KEY_DEVICE, /* name, on a node */
	KEY_VNI,
	KEY_RD,     /* router id, number */
	KEY_TARGET, /* shared where there is a leak; then both are compared */
};

struct key {
	uint8_t kind;
	uint32_t node_id; /* 0: in the whole network */
	uint32_t num[2];
	char name[DEVICE_NAME_MAX + 1];
};

/* All of the contract's, as a darr, doubles included. */
void contract_keys(const struct contract *contract, struct key **keys);
uint32_t key_hash(const struct key *key);

/* ---- judging ---- */

struct judge {
	const struct contract *contract;
	struct violation **found; /* darr */
};

void judge_find(const struct judge *judge, enum invariant invariant, uint32_t other_id,
		const char *fmt, ...) PRINTFRR(4, 5);

/* isolation.c: between two, the one exporting, the other importing; at most one finding,
 * of judge->contract's tenant with the other.
 */
void judge_pair(const struct judge *judge, const struct contract *from, const struct contract *to);
/* Both have the key. */
void judge_shared_key(const struct judge *judge, const struct contract *other,
		      const struct key *key);
/* Of one tenant: what crosses its VRF's border otherwise. */
void judge_isolation(const struct judge *judge);
void judge_distinguishers(const struct judge *judge);
/* space.c */
void judge_space(const struct judge *judge);
void judge_overlap(const struct judge *judge);
void judge_limits(const struct judge *judge);
void judge_addresses(const struct judge *judge);
/* reach.c */
void judge_reach(const struct judge *judge);
void judge_loops(const struct judge *judge);
void judge_forwarding(const struct judge *judge);

/* What a PE says to the others: false where it is kept. */
bool sheet_exports(const struct sheet *sheet, struct route *route);
/* What another PE, or another VRF of this one, would take; *by: the target that does it. */
bool sheet_imports(const struct sheet *sheet, const struct route *exported,
		   const struct sheet *from, struct target_pair *by);

/* ---- the verifier's plans ---- */

/* The node's own lists and maps. */
const struct sheet *verifier_node(const struct verifier *verifier, const struct node *node);
void verifier_plan(const struct verifier *verifier, const struct tenant *tenant,
		   const struct node *node, struct objects *want);
const struct provider *verifier_provider(const struct verifier *verifier);

#endif

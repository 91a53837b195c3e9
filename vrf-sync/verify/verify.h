// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whether tenants stay apart, and reach what is theirs, judged by what was made.
 *
 * validate.h judges rows; this judges planned objects, of all nodes that serve a
 * tenant, without asking the planner what it meant: lists and maps are read as
 * FRR reads them, and a prefix is followed from where it is announced to whoever
 * would import it.  So an error is found whoever made it, a hand with an override
 * or the planner.  From the rows come only the intents that nothing else can
 * tell: leaks, aggregates, which subnets are announced, limits, and names.
 *
 *	struct verifier *verifier = verifier_new(provider, NULL, NULL);
 *	verify_update(verifier, tenant, &found);	-- a new or changed tenant
 *	verify_remove(verifier, id);			-- one that is gone
 *
 * Taking a tenant in plans it on its nodes, and looks up each number and target
 * that it uses in one table of whose they are: it costs what the tenant has, not
 * what the provider has, and what those have that it shares a route target with.
 * Kept are 4 bytes a key, and the snapshot; plans are made again when asked for.
 *
 * Judged are the invariants of enum invariant.  Not judged:
 *
 *   blast radius     is a matter of before and after, not of a plan
 *   order of steps   holds for diff_objects() as such; its unit test judges every
 *                    step of an apply with this module
 *   forwarding       next hops are what OSPF computes.  A plan can tell that each
 *                    border router of the NSSA translates, that static routes lead
 *                    to a neighbor on the same network, and that two nodes do not
 *                    send each other the same prefix; no more
 */
#ifndef FRR_TENANT_VERIFY_VERIFY_H
#define FRR_TENANT_VERIFY_VERIFY_H

#include "model/model.h"
#include "plan/object.h"

enum invariant {
	INVARIANT_ISOLATION,     /* I-1: nobody sees another's prefix, but by a leak of it */
	INVARIANT_DISTINGUISHER, /* I-2: no RD of two VRFs, no router id of two routers */
	INVARIANT_SPACE,         /* I-3: filters let out the tenant's own space alone */
	INVARIANT_OVERLAP,       /* I-4: no overlap in a VRF, with what leaks into it */
	INVARIANT_REACH,         /* I-5: what is announced gets to every PE of the tenant */
	INVARIANT_LOOP,          /* I-6: what came from BGP never goes back */
	INVARIANT_FORWARDING,    /* I-7: as far as a plan can tell, see above */
	INVARIANT_LIMIT,         /* I-8: numbers within their ranges, routes within the limit */
	INVARIANT_ADDRESS,       /* I-9: wires with distinct hosts, of the right size */
};
#define INVARIANT_COUNT 9
extern const char *const invariant_names[INVARIANT_COUNT]; /* "isolation" */

struct violation {
	enum invariant invariant;
	uint32_t tenant_id; /* who was judged */
	uint32_t other_id;  /* with whom, 0: with nobody */
	struct reason why;  /* one sentence with a witness */
};

/* What a node holds for a tenant (NULL: for itself), appended in any order.  The same
 * arguments always give the same objects.
 */
typedef void (*verify_plan)(void *arg, const struct provider *provider,
			    const struct tenant *tenant, const struct node *node,
			    struct objects *want);

struct verifier;

/* plan NULL: what the planner makes.  The provider's snapshot is kept; for another
 * one, another verifier.
 */
struct verifier *verifier_new(const struct provider *provider, verify_plan plan, void *arg);
void verifier_free(struct verifier *verifier);

/* Takes the tenant in, whatever is found, in place of the one with its id.  What it
 * breaks by itself or with those taken in is appended to *found (darr), worst first;
 * found NULL: nobody asks.  Returns how many.  The tenant must be one that
 * validate_tenant() found nothing wrong with.
 */
size_t verify_update(struct verifier *verifier, const struct tenant *tenant,
		     struct violation **found);
/* No such tenant: nothing happens. */
void verify_remove(struct verifier *verifier, uint32_t tenant_id);
/* The snapshot taken in; NULL: none. */
const struct tenant *verify_tenant(const struct verifier *verifier, uint32_t tenant_id);
/* Ids of those that own one of this tenant's numbers or targets, too, are appended to
 * *ids (darr): whom a change of it may concern.
 */
void verify_sharers(struct verifier *verifier, const struct tenant *tenant, uint32_t **ids);

/* ---- whole models ---- */

/* Everything that is wrong in a model, of these tenants (darr of ids; NULL: of all),
 * those left out that validate_tenant() would hold.
 */
size_t verify_model(const struct model *model, const uint32_t *ids, struct violation **found);
/* What is wrong with these tenants in `after` and was not in `before`. */
size_t verify_change(const struct model *before, const struct model *after, const uint32_t *ids,
		     struct violation **found);

#endif

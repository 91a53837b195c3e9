// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The brake: what would take away very much at once waits until somebody says
 * that it is meant.
 *
 * A script that lost its list, or a table that was half restored, looks like
 * an order to delete.  So before a load is taken into the model it is compared
 * with that: a tenant that would lose more than a share of its prefixes, and
 * tenants that would go in great numbers, stay as they are (load_hold()), with
 * a sentence that counts; all others move on.  To go is to be deleted, or to lose
 * a role on a node: which of the two it is, a node may not even see, where its
 * source reads only what concerns it (load->narrow).
 *
 *	brake_load(model, load, &limits, "pe1", "say ... if it is meant", &held);
 *	model_commit(model, load, &touched);
 *
 * A prefix counts as long as it is announced: a subnet of a switch that some
 * DLR of the tenant's has, or what lies behind a static link.  Invariant I-10.
 */
#ifndef FRR_TENANT_PLAN_BRAKE_H
#define FRR_TENANT_PLAN_BRAKE_H

#include "model/model.h"

struct brake_limits {
	uint32_t share;    /* percent of a tenant's prefixes that may go at once; 100: all */
	uint32_t prefixes; /* so many of them may go whatever share they are */
	uint32_t tenants;  /* so many tenants may go at once, or leave a node */
};
#define BRAKE_SHARE    20
#define BRAKE_PREFIXES 10
#define BRAKE_TENANTS  10
#define BRAKE_DEFAULTS { BRAKE_SHARE, BRAKE_PREFIXES, BRAKE_TENANTS }

struct tenant_state {
	const struct provider *provider;
	const struct tenant *tenant; /* NULL: there is none */
};
/* How many prefixes the tenant announces, and how many of them it would no longer. */
struct withdrawal {
	size_t before, gone;
};
struct withdrawal withdrawal_of(struct tenant_state before, struct tenant_state after);

/* Keeps as they are, in the load, the tenants that would lose too much; advice is put
 * behind each of their reasons.  node: whose part in them is judged, too; NULL: that of
 * every node.  Returns how many, and the first of the sentences in *first, which may be
 * NULL.
 */
size_t brake_load(const struct model *model, struct load *load, const struct brake_limits *limits,
		  const char *node, const char *advice, struct reason *first);

#endif

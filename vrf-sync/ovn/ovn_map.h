// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * OVN's rows to tenants (doc/user/ovn.rst says what becomes of what).
 *
 * A tenant is a Logical_Router that has external_ids:tn-id.  Its logical switches are those that
 * it has ports in; the networks of these ports, masked, are their subnets.  All of it follows
 * from the rows alone, so that every node comes to the same.
 *
 * A row that cannot be used marks its tenant (tenant->bad) with a sentence that names table, row
 * and key.
 */
#ifndef FRR_TENANT_SOURCE_OVN_MAP_H
#define FRR_TENANT_SOURCE_OVN_MAP_H

#include "model/model.h"
#include "ovn/ovn_rows.h"

/* All keys of ours begin with this. */
#define OVN_KEY "tn-"

/* What a router has of which there is one in the whole network; see ovn_claims.h. */
enum ovn_claim_kind {
	OVN_CLAIM_ID,        /* number: the tenant's */
	OVN_CLAIM_NAME,      /* text: the tenant's */
	OVN_CLAIM_SWITCH_ID, /* number: of a switch */
	OVN_CLAIM_VNI,       /* number; of those that are not derived from the switch's id */
};

struct ovn_claim {
	enum ovn_claim_kind kind;
	uint32_t number;         /* 0 where it is a text */
	const char *text;        /* the tenant's own, or "" */
	char row[OVN_UUID_SIZE]; /* the Logical_Router, or the Logical_Switch */
};

/* The tenant that a router is.  false: it is none of ours, or says a number that cannot be one:
 * *why tells then.
 */
bool ovn_router_id(const struct ovn_row *router, uint32_t *id, struct reason *why);

/* The tenant; and what it claims, good for as long as that is there (darr, appended to; may be
 * NULL).
 */
struct tenant *ovn_tenant(const struct ovn_rows *rows, const struct ovn_row *router, uint32_t id,
			  const struct provider *provider, struct ovn_claim **claims);

/* Two that have the same: the sentence for it. */
void ovn_clash(const struct ovn_rows *rows, const struct ovn_claim *mine, const char *my_router,
	       const struct ovn_claim *other, const char *other_router, struct reason *why);

/* At most 40 characters of a name, those that are not plain as '?'. */
#define OVN_QUOTE_SIZE 44
const char *ovn_quote(const char *text, char buf[static OVN_QUOTE_SIZE]);

#endif

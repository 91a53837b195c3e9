// SPDX-License-Identifier: GPL-2.0-or-later
/* tenantd learns when a prefix became a type-7 or type-5 LSA here, or came as one. */
#include <zebra.h>

#include "prefix.h"
#include "stream.h"

#include "ospfd/ospfd.h"
#include "ospfd/ospf_asbr.h"
#include "ospfd/ospf_lsa.h"

#include "frr-plugin/ospfd_tenant.h"
#include "frr-plugin/trace_send.h"

/* The prefix is in the LSA itself, RFC 2328 A.4.5; its id may have host bits, appendix E. */
void trace_lsa(struct ospf_lsa *lsa, bool present)
{
	const struct as_external_lsa *body = (const struct as_external_lsa *)lsa->data;
	struct prefix prefix = { .family = AF_INET };
	uint8_t type = lsa->data->type;

	if (type != OSPF_AS_NSSA_LSA && type != OSPF_AS_EXTERNAL_LSA)
		return;
	prefix.prefixlen = ip_masklen(body->mask);
	prefix.u.prefix4 = lsa->data->id;
	apply_mask(&prefix);
	trace_send(type == OSPF_AS_NSSA_LSA ? STAGE_TYPE7 : STAGE_TYPE5, lsa->vrf_id, &prefix,
		   present && !IS_LSA_MAXAGE(lsa));
}

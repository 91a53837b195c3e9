// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where a logical switch is, and what the DLRs of a site do for it.
 *
 * A switch of one site is active there.  It may be kept ready at others, where
 * it would be recovered: bridge and VXLAN are in place, so that its hosts may
 * move in, one by one, before the site takes over.  A switch without a site is
 * active wherever the tenant has DLRs; with EGRESS_ACTIVE one site announces it
 * and the others stand by.
 *
 *	switch (switch_presence(provider, tenant, sw, node->site_id)) {
 *	case PRESENCE_ACTIVE: ...
 *
 * The edges of a site that is evacuated are not used: what has a gateway at
 * another site, too, uses that one by VXLAN.  Where no other site has DLRs and
 * edges of the tenant, all stays as it is.
 *
 * All of it follows from the database: a failover is a row that changes.
 */
#ifndef FRR_TENANT_MODEL_PRESENCE_H
#define FRR_TENANT_MODEL_PRESENCE_H

#include "model/model.h"

enum presence {
	PRESENCE_NONE,
	PRESENCE_READY,   /* bridge and VXLAN */
	PRESENCE_LEAVING, /* the same, and its subnets are unreachable: nothing goes in circles */
	PRESENCE_HOSTS,   /* a gateway that announces nothing, and routes of the hosts here */
	PRESENCE_ACTIVE,  /* the gateway of all of it */
};
#define PRESENCE_COUNT 5
extern const char *const presence_names[PRESENCE_COUNT];

enum presence switch_presence(const struct provider *provider, const struct tenant *tenant,
			      const struct logical_switch *sw, uint32_t site_id);
/* Bridge and VXLAN at least. */
bool switch_is_at(const struct tenant *tenant, const struct logical_switch *sw, uint32_t site_id);
/* ROLE_, or-ed: what the tenant has at the site. */
uint8_t tenant_roles_at(const struct provider *provider, const struct tenant *tenant,
			uint32_t site_id);
/* Another site could have what the tenant has at this one: it is in use, and has a DLR of the
 * tenant, and an edge where this one has one.
 */
bool site_stands_in(const struct provider *provider, const struct tenant *tenant,
		    const struct site *other, uint32_t site_id);
/* How far the site is in giving up what the tenant has at all its sites: SITE_ACTIVE too where
 * no other one stands in.
 */
enum site_state site_gives_up(const struct provider *provider, const struct tenant *tenant,
			      uint32_t site_id);
/* Some DLR of the tenant has the gateway of all of it. */
bool switch_is_active(const struct provider *provider, const struct tenant *tenant,
		      const struct logical_switch *sw);
/* The node is of a site that only takes over: EGRESS_ACTIVE, and another one is active. */
bool node_stands_by(const struct tenant *tenant, const struct node *node);

/* The trunk by which the VLAN of the switch is reached, and whose it is: of the first DLR of
 * the tenant that has the switch and a port in the domain, and of no other, since two would
 * join the VLAN to itself.  NULL where there is none.
 */
const struct domain_port *switch_vlan_port(const struct provider *provider,
					   const struct tenant *tenant,
					   const struct logical_switch *sw,
					   const struct switch_vlan *vlan);

/* As which switch the switch would be recovered at the site: itself, another one, or
 * NULL where nobody has said.
 */
const struct logical_switch *switch_recovered_as(const struct tenant *tenant,
						 const struct logical_switch *sw,
						 uint32_t site_id);
/* A route of its own leads to the host, and from its site: where one site has all traffic, none
 * does from the others.
 */
bool host_has_route(const struct tenant *tenant, const struct tenant_host *host);
/* The DLR that saw the host come to where it is; NULL where somebody else wrote that. */
const struct node *host_seen_by(const struct provider *provider, const struct tenant_host *host);
/* Where the switch of that address is; 0 where it is at several sites, or there is none. */
uint32_t tenant_home_site(const struct tenant *tenant, const struct ipnet *address);
/* Where the host is: what its row says, else its home; 0 where nobody knows. */
uint32_t tenant_host_site(const struct tenant *tenant, const struct ipnet *address);
/* One of its subnets has the address. */
bool switch_holds(const struct logical_switch *sw, const struct ipnet *address);
/* NULL where the tenant has none of that id. */
const struct logical_switch *tenant_switch(const struct tenant *tenant, uint32_t id);

#endif

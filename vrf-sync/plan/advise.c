// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Links that are there only once, and what comes to an end.
 *
 * ospfd leaves the type-5 LSAs that it translates itself out of the database
 * it gives a new neighbor (FRR issue #23429).  A PE that comes later hears of
 * them only from a third router that has them already.  So for every PE there
 * should be an edge, and another neighbor of the PE that reaches this edge in
 * area 0 without the PE.
 */
#include <zebra.h>

#include <stdio.h>

#include "darr.h"
#include "printfrr.h"

#include "model/derive.h"
#include "model/presence.h"
#include "model/public.h"
#include "plan/advise.h"

/* One that speaks OSPF in area 0 of the tenant. */
struct speaker {
	uint32_t node_id;
	uint8_t roles;
	bool reached;
};

struct area {
	const struct provider *provider;
	const struct tenant *tenant;
	struct speaker *speakers; /* darr */
	struct reason **advice;
};

static void say(struct reason **advice, const char *fmt, ...) PRINTFRR(2, 3);
static void say(struct reason **advice, const char *fmt, ...)
{
	struct reason *one = darr_append(*advice);
	va_list ap;

	va_start(ap, fmt);
	vsnprintfrr(one->text, sizeof(one->text), fmt, ap);
	va_end(ap);
}

static const char *name_of(const struct area *area, const struct speaker *speaker)
{
	const struct node *node = provider_node(area->provider, speaker->node_id);

	return node ? node->name : "?";
}

static bool is_dynamic(const struct area *area, const struct wire *wire)
{
	const struct circuit *circuit = tenant_circuit(area->tenant, wire->id);

	return !circuit || circuit->routing == ROUTING_OSPF;
}

static bool are_joined(const struct area *area, const struct speaker *a, const struct speaker *b,
		       enum wire_kind kind)
{
	const struct wire *wire;

	darr_foreach_p (area->provider->wires, wire)
		if (wire->kind == kind && is_dynamic(area, wire) &&
		    wire_roles_on(wire, area->tenant, a->node_id) &&
		    wire_roles_on(wire, area->tenant, b->node_id))
			return true;
	return false;
}

static void find_speakers(struct area *area)
{
	const struct attachment *attachment;

	darr_foreach_p (area->tenant->attachments, attachment)
		if (attachment->roles & (ROLE_EDGE | ROLE_PE))
			*darr_append(area->speakers) = (struct speaker){
				.node_id = attachment->node_id,
				.roles = attachment->roles,
			};
}

/* Marks whom `from` reaches in area 0 without `but`. */
static void reach(struct area *area, struct speaker *from, const struct speaker *but)
{
	struct speaker *other;

	from->reached = true;
	darr_foreach_p (area->speakers, other)
		if (!other->reached && other != but && are_joined(area, from, other, WIRE_UPLINK))
			reach(area, other, but);
}

/* Somebody else than the edge can tell the PE what the edge has translated. */
static bool is_told_of(struct area *area, const struct speaker *pe, struct speaker *edge)
{
	struct speaker *other;

	darr_foreach_p (area->speakers, other)
		other->reached = false;
	reach(area, edge, pe);
	darr_foreach_p (area->speakers, other)
		if (other != edge && other != pe && other->reached &&
		    are_joined(area, pe, other, WIRE_UPLINK))
			return true;
	return false;
}

static void advise_pe(struct area *area, const struct speaker *pe)
{
	struct speaker *edge, *heard = NULL;

	darr_foreach_p (area->speakers, edge) {
		if (edge == pe || !(edge->roles & ROLE_EDGE))
			continue;
		if (is_told_of(area, pe, edge))
			return;
		if (are_joined(area, pe, edge, WIRE_UPLINK))
			heard = edge;
	}
	if (heard)
		say(area->advice,
		    "PE %s hears what edge %s translates from nobody else: after a restart it may lack it for 30 minutes, unless ospfd_tenant is on the edge; join two edges by an uplink, or the PE to two",
		    name_of(area, pe), name_of(area, heard));
}

/* ospfd keeps offering a default while its uplinks are up, whoever is there. */
static void advise_edges(struct area *area)
{
	struct speaker *a, *b;

	darr_foreach_p (area->speakers, a)
		darr_foreach_p (area->speakers, b)
			if (a < b && (a->roles & b->roles & ROLE_EDGE) &&
			    are_joined(area, a, b, WIRE_TRANSIT) &&
			    !are_joined(area, a, b, WIRE_UPLINK))
				say(area->advice,
				    "edges %s and %s are not joined by an uplink: one that loses its PEs while its links stay up still draws its part of the DLRs' traffic, and has no way on",
				    name_of(area, a), name_of(area, b));
}

static bool is_shared(const struct tenant *tenant, const struct link *link)
{
	const struct link *other;

	darr_foreach_p (tenant->links, other)
		if (other != link &&
		    ipnet_cmp(&other->virtual_address, &link->virtual_address) == 0)
			return true;
	return false;
}

static void advise_links(const struct tenant *tenant, struct reason **advice)
{
	const struct link *link;
	char text[IPNET_TEXT_SIZE];

	darr_foreach_p (tenant->links, link)
		if (ipnet_is_set(&link->virtual_address) && !is_shared(tenant, link))
			say(advice,
			    "link %s has the virtual address %s to itself; add a link with it at another PE on that LAN",
			    link->name, ipnet_format_addr(&link->virtual_address, text));
}

/* Of the tenant's own rows; what its sites announce nobody knows beforehand. */
static unsigned int count_announced(const struct tenant *tenant)
{
	const struct logical_switch *sw;
	const struct subnet *subnet;
	const struct ipnet *route;
	const struct link *link;
	unsigned int count = 0;

	darr_foreach_p (tenant->switches, sw)
		darr_foreach_p (sw->subnets, subnet)
			count += subnet->prefix.family == AF_INET &&
				 subnet_is_advertised(sw, subnet);
	darr_foreach_p (tenant->links, link)
		darr_foreach_p (link->routes, route)
			count += route->family == AF_INET;
	return count;
}

/* Beyond the limit it is a finding (verify/space.c). */
static void advise_limit(const struct tenant *tenant, struct reason **advice)
{
	unsigned int count = count_announced(tenant);

	if (count <= tenant->max_routes && count * 10ull >= tenant->max_routes * 8ull)
		say(advice,
		    "tenant %s announces %u of the %u prefixes it may have, and routes of its sites count, too; set tenant.max_routes higher in time",
		    tenant->name, count, tenant->max_routes);
}

static void advise_segments(const struct provider *provider, const struct tenant *tenant,
			    struct reason **advice)
{
	const struct logical_switch *sw;
	const struct switch_vlan *vlan;

	darr_foreach_p (tenant->switches, sw)
		darr_foreach_p (sw->vlans, vlan) {
			const struct switch_domain *domain =
				provider_domain(provider, vlan->domain_id);

			if (domain && !switch_vlan_port(provider, tenant, sw, vlan))
				say(advice,
				    "switch %s of tenant %s has VLAN %u of switch domain %s, and no DLR of the tenant leads there; give one a port with \"tenantctl set domain %s --ports +NODE:INTERFACE\"",
				    sw->name, tenant->name, vlan->vlan, domain->name,
				    domain->name);
		}
}

/* The first two DLRs that have the switch's gateway; false where there are fewer. */
static bool shared_by(const struct provider *provider, const struct tenant *tenant,
		      const struct logical_switch *sw, const struct node *dlrs[static 2])
{
	const struct attachment *attachment;
	unsigned int count = 0;

	darr_foreach_p (tenant->attachments, attachment) {
		const struct node *node = provider_node(provider, attachment->node_id);

		if (!node || !(attachment->roles & ROLE_DLR) || !ipnet_is_set(&node->vtep) ||
		    switch_presence(provider, tenant, sw, node->site_id) < PRESENCE_HOSTS)
			continue;
		dlrs[count++] = node;
		if (count == 2)
			return true;
	}
	return false;
}

/* One MAC for all of them keeps a host's gateway where the host is (topotests/test_standby has
 * what it costs).
 */
static void advise_evpn(const struct provider *provider, const struct tenant *tenant,
			struct reason **advice)
{
	const struct logical_switch *sw;
	const struct node *dlrs[2];

	if (provider->evpn)
		return;
	darr_foreach_p (tenant->switches, sw) {
		if (!shared_by(provider, tenant, sw, dlrs))
			continue;
		say(advice,
		    "switch %s of tenant %s is on DLRs %s and %s: what comes to one for a host behind the other is lost, since what the host answers to the gateway's MAC stays there; let EVPN tell them with \"tenantctl set provider --evpn\"",
		    sw->name, tenant->name, dlrs[0]->name, dlrs[1]->name);
		return;
	}
}

static bool has_uplink(const struct provider *provider, const struct tenant *tenant)
{
	const struct wire_port *port;
	const struct wire *wire;

	darr_foreach_p (provider->wires, wire) {
		if (wire->kind != WIRE_UPLINK || !wire_serves(wire, tenant))
			continue;
		darr_foreach_p (wire->ports, port)
			if (wire_roles_on(wire, tenant, port->node_id) & ROLE_EDGE)
				return true;
	}
	return false;
}

/* The switch that the host would be on after a failover; NULL where it has its own again. */
static const struct logical_switch *other_switch(const struct tenant *tenant,
						 const struct public_address *public)
{
	const struct logical_switch *sw = public_switch(tenant, public), *as;
	const struct network_map *map;

	darr_foreach_p (tenant->maps, map) {
		as = sw && map->switch_id == sw->id ? tenant_switch(tenant, map->target_id) : NULL;
		if (as && !switch_holds(as, &public->inside))
			return as;
	}
	return NULL;
}

/* A node that is edge and PE has the VPN's packets without an uplink to translate them on. */
static void advise_publics(const struct provider *provider, const struct tenant *tenant,
			   struct reason **advice)
{
	const struct public_address *public;
	char who[IPNET_TEXT_SIZE];

	darr_foreach_p (tenant->publics, public) {
		const struct logical_switch *as = other_switch(tenant, public);

		if (as && !ipnet_is_set(&public->recovered))
			say(advice,
			    "public address %s of tenant %s stays behind when its host's switch is recovered as %s; say the host's address there with \"tenantctl set public\" and --recovered",
			    ipnet_format_addr(&public->address, who), tenant->name, as->name);
	}
	if (!tenant->publics || has_uplink(provider, tenant))
		return;
	say(advice,
	    "tenant %s has public addresses and no edge with an uplink, where they would be translated: nobody reaches them; attach an edge that is no PE",
	    tenant->name);
}

size_t advise_tenant(const struct provider *provider, const struct tenant *tenant,
		     struct reason **advice)
{
	struct area area = { .provider = provider, .tenant = tenant, .advice = advice };
	size_t before = darr_len(*advice);
	const struct speaker *speaker;

	find_speakers(&area);
	darr_foreach_p (area.speakers, speaker)
		if (speaker->roles & ROLE_PE)
			advise_pe(&area, speaker);
	advise_edges(&area);
	advise_links(tenant, advice);
	advise_limit(tenant, advice);
	advise_segments(provider, tenant, advice);
	advise_evpn(provider, tenant, advice);
	advise_publics(provider, tenant, advice);
	darr_free(area.speakers);
	return darr_len(*advice) - before;
}

/* ---- switch domains ---- */

static uint32_t count_vlans(const struct tenant *tenant, const struct switch_domain *domain)
{
	const struct logical_switch *sw;
	const struct switch_vlan *vlan;
	uint32_t count = 0;

	darr_foreach_p (tenant->switches, sw)
		darr_foreach_p (sw->vlans, vlan)
			count += vlan->domain_id == domain->id &&
				 vlan->vlan >= domain->vlan_first &&
				 vlan->vlan <= domain->vlan_last;
	return count;
}

struct domain_use domain_use(const struct model *model, const struct switch_domain *domain)
{
	uint32_t all = domain->vlan_last - domain->vlan_first + 1u;
	const struct tenant *tenant = NULL;
	struct domain_use use = {};

	while ((tenant = model_tenant_next(model, tenant)))
		use.used += count_vlans(tenant, domain);
	use.free = all - MIN(all, use.used);
	if (!use.free)
		use.state = DOMAIN_FULL;
	else if (use.used * 100 >= all * DOMAIN_SCARCE_PERCENT)
		use.state = DOMAIN_SCARCE;
	return use;
}

size_t advise_domains(const struct model *model, struct reason **advice)
{
	size_t before = darr_len(*advice);
	const struct switch_domain *domain;

	darr_foreach_p (model_provider(model)->domains, domain) {
		struct domain_use use = domain_use(model, domain);

		if (use.state != DOMAIN_OK)
			say(advice,
			    "switch domain %s has %u of its %u VLANs in use, and room for %u more customers; make a second domain, or give new switches VXLAN only",
			    domain->name, use.used, use.used + use.free,
			    use.free / DOMAIN_VLANS_PER_CUSTOMER);
	}
	return darr_len(*advice) - before;
}

size_t advise_provider(const struct provider *provider, struct reason **advice)
{
	size_t before = darr_len(*advice);
	const struct wire *wire;

	darr_foreach_p (provider->wires, wire)
		if (wire->kind == WIRE_UPLINK && !wire->ospf_key[0])
			say(advice,
			    "uplink %s has no OSPF key: who gets into one of its VLANs can announce anything; set one with \"tenantctl set wire %s --ospf-key-file FILE\"",
			    wire->name, wire->name);
	return darr_len(*advice) - before;
}

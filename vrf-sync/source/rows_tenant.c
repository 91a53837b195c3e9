// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The tables of one tenant.  A row that cannot be read marks its tenant and
 * nothing else: tenant->bad says which row, and what to write instead.
 *
 * A tenant whose id is none (the schema says from which to which) does not
 * exist: every number of it would be derived from that, and 0 is nobody's.
 */
#include <zebra.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "darr.h"

#include "model/public.h"
#include "source/rows_priv.h"

static bool take_name(struct tenant *tenant, const struct row *row, int col, const char *what,
		      char *name, size_t size)
{
	char text[48];

	if (column_text(row, col, name, size) && name_is_valid(name, size - 1))
		return true;
	strlcpy(name, "unnamed", size);
	reason_set(tenant_bad(tenant),
		   "%s is not a name for a %s; use letters, digits, '-', '_' and '.'",
		   column_quote(row, col, text), what);
	return false;
}

static void bad_net(struct tenant *tenant, const struct row *row, int col, const char *what)
{
	char text[48];

	reason_set(tenant_bad(tenant),
		   "%s %s of tenant %s cannot be read; write it like 10.1.1.0/24", what,
		   column_quote(row, col, text), tenant->name);
}

static void bad_addr(struct tenant *tenant, const struct row *row, int col, const char *what)
{
	char text[48];

	reason_set(tenant_bad(tenant), "%s %s of tenant %s cannot be read; write it like 10.1.1.1",
		   what, column_quote(row, col, text), tenant->name);
}

static int take_word(struct tenant *tenant, const struct row *row, int col, const char *what,
		     const char *const *words, int count)
{
	char text[48], word[32] = "";
	int index;

	column_text(row, col, word, sizeof(word));
	index = name_index(word, words, count);
	if (index >= 0)
		return index;
	reason_set(tenant_bad(tenant), "%s is no %s that this version knows",
		   column_quote(row, col, text), what);
	return 0;
}

/* ---- one function per table; column 0 is always the tenant's id ---- */

static void take_tenant(struct tenant *tenant, const struct row *row)
{
	if (!take_name(tenant, row, 1, "tenant", tenant->name, sizeof(tenant->name)))
		snprintf(tenant->name, sizeof(tenant->name), "id-%u", tenant->id);
	if (!column_is_null(row, 2))
		take_name(tenant, row, 2, "VRF", tenant->vrf, sizeof(tenant->vrf));
	else if (strlen(tenant->name) < sizeof(tenant->vrf))
		strlcpy(tenant->vrf, tenant->name, sizeof(tenant->vrf));
	tenant->table_id = column_u32(row, 3);
	tenant->rd_number = column_u32(row, 4);
	tenant->rt_number = column_u32(row, 5);
	tenant->max_routes = column_u32(row, 6);
	tenant->egress = take_word(tenant, row, 7, "egress", egress_names, EGRESS_COUNT);
	tenant->active_site_id = column_u32(row, 8);
	tenant->recovery_site_id = column_u32(row, 9);
}

static void take_aggregate(struct tenant *tenant, const struct row *row)
{
	struct ipnet net;

	if (column_net(row, 1, &net))
		*darr_append(tenant->aggregates) = net;
	else
		bad_net(tenant, row, 1, "aggregate");
}

static void take_attachment(struct tenant *tenant, const struct row *row)
{
	uint32_t node_id = column_u32(row, 1);
	uint8_t role = 1 << take_word(tenant, row, 2, "role", role_names, ROLE_COUNT);
	struct attachment *last = darr_last(tenant->attachments);

	if (last && last->node_id == node_id)
		last->roles |= role;
	else
		*darr_append(tenant->attachments) =
			(struct attachment){ .node_id = node_id, .roles = role };
}

static void take_circuit(struct tenant *tenant, const struct row *row)
{
	struct circuit circuit = { .wire_id = column_u32(row, 1), .vlan = column_u32(row, 3) };

	if (!column_is_null(row, 2) && !column_net(row, 2, &circuit.prefix))
		bad_net(tenant, row, 2, "circuit");
	circuit.routing = take_word(tenant, row, 4, "routing", routing_names, ROUTING_BGP);
	*darr_append(tenant->circuits) = circuit;
}

static void take_switch(struct tenant *tenant, const struct row *row)
{
	char name[TENANT_NAME_MAX + 1];
	struct logical_switch sw = {
		.name = name,
		.id = column_u32(row, 1),
		.site_id = column_u32(row, 3),
		.vni = column_u32(row, 6),
		.mtu = column_u32(row, 7),
	};

	take_name(tenant, row, 2, "switch", name, sizeof(name));
	sw.scope = take_word(tenant, row, 4, "scope", scope_names, SCOPE_COUNT);
	sw.purpose = take_word(tenant, row, 5, "purpose", purpose_names, PURPOSE_COUNT);
	sw.state = take_word(tenant, row, 8, "state", switch_state_names, SWITCH_STATE_COUNT);
	sw.track_hosts = column_u32(row, 9) != 0;
	sw.no_nat = column_u32(row, 10) != 0;
	tenant_add_switch(tenant, &sw);
}

static void take_map(struct tenant *tenant, const struct row *row)
{
	*darr_append(tenant->maps) = (struct network_map){
		.switch_id = column_u32(row, 1),
		.site_id = column_u32(row, 2),
		.target_id = column_u32(row, 3),
	};
}

static struct logical_switch *find_switch(struct tenant *tenant, uint32_t id)
{
	struct logical_switch *sw;

	darr_foreach_p (tenant->switches, sw)
		if (sw->id == id)
			return sw;
	return NULL;
}

static void take_subnet(struct tenant *tenant, const struct row *row)
{
	struct logical_switch *sw = find_switch(tenant, column_u32(row, 1));
	struct subnet subnet = { .id = column_u32(row, 2) };

	subnet.advertise = column_u32(row, 5) != 0;
	if (!column_net(row, 3, &subnet.prefix)) {
		bad_net(tenant, row, 3, "subnet");
		return;
	}
	if (!column_addr(row, 4, &subnet.gateway)) {
		bad_addr(tenant, row, 4, "gateway");
		return;
	}
	subnet.gateway.len = subnet.prefix.len;
	if (sw)
		*darr_append(sw->subnets) = subnet;
}

static void take_host(struct tenant *tenant, const struct row *row)
{
	struct logical_switch *sw = find_switch(tenant, column_u32(row, 1));
	struct tenant_host host = {
		.id = column_u32(row, 2),
		.site_id = column_u32(row, 4),
		.advertise = column_u32(row, 5) != 0,
		.seen_by = column_u32(row, 6),
	};

	if (!column_addr(row, 3, &host.address))
		bad_addr(tenant, row, 3, "host");
	else if (sw)
		*darr_append(sw->hosts) = host;
}

static void take_public(struct tenant *tenant, const struct row *row)
{
	struct public_address public = {
		.id = column_u32(row, 1),
		.port = column_u32(row, 4),
		.inside_port = column_u32(row, column_is_null(row, 6) ? 4 : 6),
	};

	if (public.port)
		public.protocol = protocol_numbers[take_word(tenant, row, 3, "protocol",
							     protocol_names, PROTOCOL_COUNT)];
	if (!column_addr(row, 2, &public.address))
		bad_addr(tenant, row, 2, "public address");
	else if (!column_addr(row, 5, &public.inside))
		bad_addr(tenant, row, 5, "inside address");
	else if (!column_is_null(row, 7) && !column_addr(row, 7, &public.recovered))
		bad_addr(tenant, row, 7, "recovered address");
	else
		*darr_append(tenant->publics) = public;
}

static void take_vlan(struct tenant *tenant, const struct row *row)
{
	struct logical_switch *sw = find_switch(tenant, column_u32(row, 1));

	if (sw)
		*darr_append(sw->vlans) = (struct switch_vlan){
			.domain_id = column_u32(row, 2),
			.vlan = column_u32(row, 3),
		};
}

static void take_link(struct tenant *tenant, const struct row *row)
{
	struct link link = {
		.id = column_u32(row, 1),
		.node_id = column_u32(row, 3),
		.vlan = column_u32(row, 5),
		.peer_as = column_u32(row, 9),
		.max_routes = column_u32(row, 10),
		.vrid = column_u32(row, 12),
		.priority = column_u32(row, 13),
	};

	take_name(tenant, row, 2, "link", link.name, sizeof(link.name));
	take_name(tenant, row, 4, "interface", link.ifname, sizeof(link.ifname));
	if (!column_net(row, 6, &link.address))
		bad_net(tenant, row, 6, "link address");
	if (!column_is_null(row, 7) && !column_addr(row, 7, &link.peer))
		bad_addr(tenant, row, 7, "peer");
	if (!column_is_null(row, 11) && !column_addr(row, 11, &link.virtual_address))
		bad_addr(tenant, row, 11, "virtual address");
	link.routing = take_word(tenant, row, 8, "protocol", routing_names, ROUTING_COUNT);
	*darr_append(tenant->links) = link;
}

static void take_link_route(struct tenant *tenant, const struct row *row)
{
	uint32_t link_id = column_u32(row, 1);
	struct link *link;
	struct ipnet net;

	if (!column_net(row, 2, &net)) {
		bad_net(tenant, row, 2, "link route");
		return;
	}
	darr_foreach_p (tenant->links, link)
		if (link->id == link_id)
			*darr_append(link->routes) = net;
}

static void take_leak(struct tenant *tenant, const struct row *row)
{
	struct leak leak = {
		.id = column_u32(row, 1),
		.from_tenant = column_u32(row, 2),
		.to_tenant = column_u32(row, 3),
	};

	if (column_net(row, 4, &leak.prefix))
		*darr_append(tenant->leaks) = leak;
	else
		bad_net(tenant, row, 4, "leak");
}

const struct tenant_table tenant_tables[TENANT_TABLES] = {
	{ "SELECT id, name, vrf, table_id, rd_number, rt_number, max_routes, egress, active_site_id,"
	  " recovery_site_id FROM tenant",
	  "id", "id", take_tenant },
	{ "SELECT tenant_id, prefix FROM aggregate", "tenant_id", "tenant_id, prefix",
	  take_aggregate },
	{ "SELECT tenant_id, node_id, role FROM attachment", "tenant_id", "tenant_id, node_id",
	  take_attachment },
	{ "SELECT tenant_id, wire_id, prefix, vlan, routing FROM circuit", "tenant_id",
	  "tenant_id, wire_id", take_circuit },
	{ "SELECT tenant_id, id, name, site_id, scope, purpose, vni, mtu, state,"
	  " track_hosts, no_nat FROM logical_switch",
	  "tenant_id", "tenant_id, id", take_switch },
	{ "SELECT s.tenant_id, m.switch_id, m.site_id, m.target_id"
	  " FROM logical_switch s JOIN network_map m ON m.switch_id = s.id",
	  "s.tenant_id", "s.tenant_id, m.switch_id, m.site_id", take_map },
	{ "SELECT s.tenant_id, s.id, n.id, n.prefix, n.gateway, n.advertise"
	  " FROM logical_switch s JOIN subnet n ON n.switch_id = s.id",
	  "s.tenant_id", "s.tenant_id, s.id, n.id", take_subnet },
	{ "SELECT s.tenant_id, s.id, h.id, h.address, h.site_id, h.advertise, h.seen_by"
	  " FROM logical_switch s JOIN subnet n ON n.switch_id = s.id JOIN host h ON h.subnet_id = n.id",
	  "s.tenant_id", "s.tenant_id, s.id, h.id", take_host },
	{ "SELECT tenant_id, id, address, protocol, port, inside, inside_port, recovered"
	  " FROM public_address",
	  "tenant_id", "tenant_id, address, protocol, port", take_public },
	{ "SELECT s.tenant_id, s.id, v.domain_id, v.vlan"
	  " FROM logical_switch s JOIN switch_vlan v ON v.switch_id = s.id",
	  "s.tenant_id", "s.tenant_id, s.id, v.domain_id", take_vlan },
	{ "SELECT tenant_id, id, name, node_id, ifname, vlan, address, peer, protocol, peer_as, max_routes,"
	  " virtual_address, vrid, priority FROM link",
	  "tenant_id", "tenant_id, id", take_link },
	{ "SELECT l.tenant_id, l.id, r.prefix FROM link l JOIN link_route r ON r.link_id = l.id",
	  "l.tenant_id", "l.tenant_id, l.id, r.prefix", take_link_route },
	{ "SELECT from_tenant, id, from_tenant, to_tenant, prefix FROM leak", "from_tenant",
	  "from_tenant, id", take_leak },
	{ "SELECT to_tenant, id, from_tenant, to_tenant, prefix FROM leak", "to_tenant",
	  "to_tenant, id", take_leak },
};

static int tenant_id_cmp(const void *key, const void *item)
{
	const struct tenant *const *tenant = item;

	return numcmp(*(const uint32_t *)key, (*tenant)->id);
}

struct tenant *find_tenant(struct tenant **tenants, uint32_t id)
{
	struct tenant **found = NULL;

	if (tenants)
		found = bsearch(&id, tenants, darr_len(tenants), sizeof(*tenants), tenant_id_cmp);
	return found ? *found : NULL;
}

void take_tenant_row(struct tenant ***tenants, unsigned int table, const struct row *row)
{
	uint32_t id = column_u32(row, 0);
	struct tenant *tenant;

	if (!id)
		return;
	if (table == 0)
		*darr_append(*tenants) = tenant = tenant_new(id);
	else
		tenant = find_tenant(*tenants, id);
	if (tenant)
		tenant_tables[table].take(tenant, row);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The tables of one tenant.  A row that cannot be read marks its tenant and
 * nothing else: tenant->bad says which row, and what to write instead.
 *
 * A tenant whose id is none (the schema says from which to which) does not
 * exist: every number of it would be derived from that, and 0 is nobody's.
 */
#include <zebra.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "darr.h"

#include "model/public.h"
#include "source/db_priv.h"

static bool take_name(struct tenant *tenant, sqlite3_stmt *stmt, int col, const char *what,
		      char *name, size_t size)
{
	char text[48];

	if (column_text(stmt, col, name, size) && name_is_valid(name, size - 1))
		return true;
	strlcpy(name, "unnamed", size);
	reason_set(tenant_bad(tenant),
		   "%s is not a name for a %s; use letters, digits, '-', '_' and '.'",
		   column_quote(stmt, col, text), what);
	return false;
}

static void bad_net(struct tenant *tenant, sqlite3_stmt *stmt, int col, const char *what)
{
	char text[48];

	reason_set(tenant_bad(tenant),
		   "%s %s of tenant %s cannot be read; write it like 10.1.1.0/24", what,
		   column_quote(stmt, col, text), tenant->name);
}

static void bad_addr(struct tenant *tenant, sqlite3_stmt *stmt, int col, const char *what)
{
	char text[48];

	reason_set(tenant_bad(tenant), "%s %s of tenant %s cannot be read; write it like 10.1.1.1",
		   what, column_quote(stmt, col, text), tenant->name);
}

static int take_word(struct tenant *tenant, sqlite3_stmt *stmt, int col, const char *what,
		     const char *const *words, int count)
{
	char text[48], word[32] = "";
	int index;

	column_text(stmt, col, word, sizeof(word));
	index = name_index(word, words, count);
	if (index >= 0)
		return index;
	reason_set(tenant_bad(tenant), "%s is no %s that this version knows",
		   column_quote(stmt, col, text), what);
	return 0;
}

/* ---- one function per table; column 0 is always the tenant's id ---- */

static void take_tenant(struct tenant *tenant, sqlite3_stmt *stmt)
{
	if (!take_name(tenant, stmt, 1, "tenant", tenant->name, sizeof(tenant->name)))
		snprintf(tenant->name, sizeof(tenant->name), "id-%u", tenant->id);
	if (!column_is_null(stmt, 2))
		take_name(tenant, stmt, 2, "VRF", tenant->vrf, sizeof(tenant->vrf));
	else if (strlen(tenant->name) < sizeof(tenant->vrf))
		strlcpy(tenant->vrf, tenant->name, sizeof(tenant->vrf));
	tenant->table_id = column_u32(stmt, 3);
	tenant->rd_number = column_u32(stmt, 4);
	tenant->rt_number = column_u32(stmt, 5);
	tenant->max_routes = column_u32(stmt, 6);
	tenant->egress = take_word(tenant, stmt, 7, "egress", egress_names, EGRESS_COUNT);
	tenant->active_site_id = column_u32(stmt, 8);
	tenant->recovery_site_id = column_u32(stmt, 9);
}

static void take_aggregate(struct tenant *tenant, sqlite3_stmt *stmt)
{
	struct ipnet net;

	if (column_net(stmt, 1, &net))
		*darr_append(tenant->aggregates) = net;
	else
		bad_net(tenant, stmt, 1, "aggregate");
}

static void take_attachment(struct tenant *tenant, sqlite3_stmt *stmt)
{
	uint32_t node_id = column_u32(stmt, 1);
	uint8_t role = 1 << take_word(tenant, stmt, 2, "role", role_names, ROLE_COUNT);
	struct attachment *last = darr_last(tenant->attachments);

	if (last && last->node_id == node_id)
		last->roles |= role;
	else
		*darr_append(tenant->attachments) =
			(struct attachment){ .node_id = node_id, .roles = role };
}

static void take_circuit(struct tenant *tenant, sqlite3_stmt *stmt)
{
	struct circuit circuit = { .wire_id = column_u32(stmt, 1), .vlan = column_u32(stmt, 3) };

	if (!column_is_null(stmt, 2) && !column_net(stmt, 2, &circuit.prefix))
		bad_net(tenant, stmt, 2, "circuit");
	circuit.routing = take_word(tenant, stmt, 4, "routing", routing_names, ROUTING_BGP);
	*darr_append(tenant->circuits) = circuit;
}

static void take_switch(struct tenant *tenant, sqlite3_stmt *stmt)
{
	char name[TENANT_NAME_MAX + 1];
	struct logical_switch sw = {
		.name = name,
		.id = column_u32(stmt, 1),
		.site_id = column_u32(stmt, 3),
		.vni = column_u32(stmt, 6),
		.mtu = column_u32(stmt, 7),
	};

	take_name(tenant, stmt, 2, "switch", name, sizeof(name));
	sw.scope = take_word(tenant, stmt, 4, "scope", scope_names, SCOPE_COUNT);
	sw.purpose = take_word(tenant, stmt, 5, "purpose", purpose_names, PURPOSE_COUNT);
	sw.state = take_word(tenant, stmt, 8, "state", switch_state_names, SWITCH_STATE_COUNT);
	sw.track_hosts = sqlite3_column_int(stmt, 9) != 0;
	sw.no_nat = sqlite3_column_int(stmt, 10) != 0;
	tenant_add_switch(tenant, &sw);
}

static void take_map(struct tenant *tenant, sqlite3_stmt *stmt)
{
	*darr_append(tenant->maps) = (struct network_map){
		.switch_id = column_u32(stmt, 1),
		.site_id = column_u32(stmt, 2),
		.target_id = column_u32(stmt, 3),
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

static void take_subnet(struct tenant *tenant, sqlite3_stmt *stmt)
{
	struct logical_switch *sw = find_switch(tenant, column_u32(stmt, 1));
	struct subnet subnet = { .id = column_u32(stmt, 2) };

	subnet.advertise = sqlite3_column_int(stmt, 5) != 0;
	if (!column_net(stmt, 3, &subnet.prefix)) {
		bad_net(tenant, stmt, 3, "subnet");
		return;
	}
	if (!column_addr(stmt, 4, &subnet.gateway)) {
		bad_addr(tenant, stmt, 4, "gateway");
		return;
	}
	subnet.gateway.len = subnet.prefix.len;
	if (sw)
		*darr_append(sw->subnets) = subnet;
}

static void take_host(struct tenant *tenant, sqlite3_stmt *stmt)
{
	struct logical_switch *sw = find_switch(tenant, column_u32(stmt, 1));
	struct tenant_host host = {
		.id = column_u32(stmt, 2),
		.site_id = column_u32(stmt, 4),
		.advertise = sqlite3_column_int(stmt, 5) != 0,
		.seen_by = column_u32(stmt, 6),
	};

	if (!column_addr(stmt, 3, &host.address))
		bad_addr(tenant, stmt, 3, "host");
	else if (sw)
		*darr_append(sw->hosts) = host;
}

static void take_public(struct tenant *tenant, sqlite3_stmt *stmt)
{
	struct public_address public = {
		.id = column_u32(stmt, 1),
		.port = column_u32(stmt, 4),
		.inside_port = column_u32(stmt, column_is_null(stmt, 6) ? 4 : 6),
	};

	if (public.port)
		public.protocol = protocol_numbers[take_word(tenant, stmt, 3, "protocol",
							     protocol_names, PROTOCOL_COUNT)];
	if (!column_addr(stmt, 2, &public.address))
		bad_addr(tenant, stmt, 2, "public address");
	else if (!column_addr(stmt, 5, &public.inside))
		bad_addr(tenant, stmt, 5, "inside address");
	else if (!column_is_null(stmt, 7) && !column_addr(stmt, 7, &public.recovered))
		bad_addr(tenant, stmt, 7, "recovered address");
	else
		*darr_append(tenant->publics) = public;
}

static void take_vlan(struct tenant *tenant, sqlite3_stmt *stmt)
{
	struct logical_switch *sw = find_switch(tenant, column_u32(stmt, 1));

	if (sw)
		*darr_append(sw->vlans) = (struct switch_vlan){
			.domain_id = column_u32(stmt, 2),
			.vlan = column_u32(stmt, 3),
		};
}

static void take_link(struct tenant *tenant, sqlite3_stmt *stmt)
{
	struct link link = {
		.id = column_u32(stmt, 1),
		.node_id = column_u32(stmt, 3),
		.vlan = column_u32(stmt, 5),
		.peer_as = column_u32(stmt, 9),
		.max_routes = column_u32(stmt, 10),
		.vrid = column_u32(stmt, 12),
		.priority = column_u32(stmt, 13),
	};

	take_name(tenant, stmt, 2, "link", link.name, sizeof(link.name));
	take_name(tenant, stmt, 4, "interface", link.ifname, sizeof(link.ifname));
	if (!column_net(stmt, 6, &link.address))
		bad_net(tenant, stmt, 6, "link address");
	if (!column_is_null(stmt, 7) && !column_addr(stmt, 7, &link.peer))
		bad_addr(tenant, stmt, 7, "peer");
	if (!column_is_null(stmt, 11) && !column_addr(stmt, 11, &link.virtual_address))
		bad_addr(tenant, stmt, 11, "virtual address");
	link.routing = take_word(tenant, stmt, 8, "protocol", routing_names, ROUTING_COUNT);
	*darr_append(tenant->links) = link;
}

static void take_link_route(struct tenant *tenant, sqlite3_stmt *stmt)
{
	uint32_t link_id = column_u32(stmt, 1);
	struct link *link;
	struct ipnet net;

	if (!column_net(stmt, 2, &net)) {
		bad_net(tenant, stmt, 2, "link route");
		return;
	}
	darr_foreach_p (tenant->links, link)
		if (link->id == link_id)
			*darr_append(link->routes) = net;
}

static void take_leak(struct tenant *tenant, sqlite3_stmt *stmt)
{
	struct leak leak = {
		.id = column_u32(stmt, 1),
		.from_tenant = column_u32(stmt, 2),
		.to_tenant = column_u32(stmt, 3),
	};

	if (column_net(stmt, 4, &leak.prefix))
		*darr_append(tenant->leaks) = leak;
	else
		bad_net(tenant, stmt, 4, "leak");
}

/* key: the column that holds the tenant's id, for reading one tenant alone. */
static const struct {
	const char *sql;
	const char *key;
	const char *order;
	void (*take)(struct tenant *tenant, sqlite3_stmt *stmt);
} tables[] = {
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

/* The first table makes the tenants, in order of their ids; the others find them. */
static struct tenant *row_tenant(struct tenant ***tenants, unsigned int first, uint32_t id,
				 bool make)
{
	struct tenant **found;

	if (make)
		return *darr_append(*tenants) = tenant_new(id);
	if (darr_len(*tenants) == first)
		return NULL;
	found = bsearch(&id, *tenants + first, darr_len(*tenants) - first, sizeof(**tenants),
			tenant_id_cmp);
	return found ? *found : NULL;
}

int rows_tenants(struct db *db, uint32_t id, struct tenant ***tenants, struct reason *why)
{
	unsigned int first = darr_len(*tenants);
	char sql[320];

	for (unsigned int i = 0; i < array_size(tables); i++) {
		sqlite3_stmt *stmt;
		int ret;

		snprintf(sql, sizeof(sql), "%s%s%s%s ORDER BY %s", tables[i].sql,
			 id ? " WHERE " : "", id ? tables[i].key : "", id ? " = ?1" : "",
			 tables[i].order);
		stmt = db_prepare(db, sql, why);
		if (!stmt)
			return -EIO;
		if (id)
			sqlite3_bind_int64(stmt, 1, id);
		while ((ret = db_step(db, stmt, why)) > 0) {
			uint32_t owner = column_u32(stmt, 0);
			struct tenant *tenant =
				owner ? row_tenant(tenants, first, owner, i == 0) : NULL;

			if (tenant)
				tables[i].take(tenant, stmt);
		}
		db_done(stmt);
		if (ret < 0)
			return ret;
	}
	return 0;
}

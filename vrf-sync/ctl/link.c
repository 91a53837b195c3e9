// SPDX-License-Identifier: GPL-2.0-or-later
/* Links: customer sites at a PE, in the tenant's VRF. */
#include <zebra.h>

#include <stdio.h>
#include <string.h>

#include "ctl/args.h"
#include "ctl/list.h"
#include "ctl/lookup.h"
#include "ctl/row.h"
#include "ctl/show.h"

/* Only what nobody tells the PE has to be written down. */
static int check_routes(struct ctl *ctl, const char *name, int64_t id)
{
	char protocol[SQL_TEXT_SIZE];
	int ret = sql_text(ctl, protocol, sizeof(protocol),
			   "SELECT protocol FROM link WHERE id = ?1 AND protocol <> 'static'"
			   " AND EXISTS (SELECT 1 FROM link_route WHERE link_id = ?1)",
			   "i", id);

	if (ret > 0)
		reason_set(&ctl->why,
			   "link %s learns its routes by %s; --routes is for a static link only",
			   name, protocol);
	return ret ? -1 : 0;
}

/* Another link on the same port and VLAN of the node. */
static int check_port(struct ctl *ctl, const char *name, int64_t node_id, const char *ifname,
		      int64_t vlan, int64_t id)
{
	char other[SQL_TEXT_SIZE];
	int ret =
		sql_text(ctl, other, sizeof(other),
			 "SELECT 'link ' || l.name || ' of tenant ' || t.name FROM link l"
			 " JOIN tenant t ON t.id = l.tenant_id"
			 " WHERE l.node_id = ?1 AND l.ifname = ?2 AND l.vlan = ?3 AND l.id <> ?4",
			 "itii", node_id, ifname, vlan, id);

	if (ret > 0 && vlan)
		reason_set(
			&ctl->why,
			"interface %s VLAN %u is already used by %s; choose another one for link %s",
			ifname, (unsigned int)vlan, other, name);
	else if (ret > 0)
		reason_set(
			&ctl->why,
			"interface %s is already used by %s; choose another one, or a VLAN, for link %s",
			ifname, other, name);
	return ret ? -1 : 0;
}

static int check_ifname(struct ctl *ctl, const struct args *args)
{
	const char *ifname = args_value(args, "interface");
	const char *vlan = args_value(args, "vlan");
	unsigned int max = vlan && strcmp(vlan, "0") ? TRUNK_NAME_MAX : DEVICE_NAME_MAX;

	if (!ifname || name_is_valid(ifname, max))
		return 0;
	reason_set(
		&ctl->why,
		"interface \"%s\" cannot be used; it has at most %u letters, digits, '-', '_' and '.'%s",
		ifname, max, max == TRUNK_NAME_MAX ? ", so that the VLAN can be added" : "");
	return -1;
}

static int routes_option(struct ctl *ctl, const struct args *args, int64_t id)
{
	const char *text = args_value(args, "routes");
	char owner[TENANT_NAME_MAX + 16];
	struct prefix_list list = { "link_route", "link_id", "route", owner, id };

	snprintf(owner, sizeof(owner), "link %s", args->names[1]);
	return text ? list_apply_prefixes(ctl, &list, "routes", text) : 0;
}

/* The value that a column of the link will have: as given, else as it is; ""
 * where there is none.
 */
static int effective(struct ctl *ctl, const struct args *args, const char *option,
		     const char *column, int64_t id, char value[static SQL_TEXT_SIZE])
{
	const char *given = args_value(args, option);
	char sql[96];

	value[0] = '\0';
	if (given) {
		snprintf(value, SQL_TEXT_SIZE, "%s", strcmp(given, "auto") ? given : "");
		return 0;
	}
	snprintf(sql, sizeof(sql), "SELECT %s FROM link WHERE id = ?1", column);
	return sql_text(ctl, value, SQL_TEXT_SIZE, sql, "i", id) < 0 ? -1 : 0;
}

/* Before the row is written, where the table's CHECK could only answer with an
 * SQL expression.  id: 0 for a new link.
 */
static int check_peer(struct ctl *ctl, const struct args *args, int64_t id)
{
	char protocol[SQL_TEXT_SIZE], peer[SQL_TEXT_SIZE], peer_as[SQL_TEXT_SIZE];
	char shared[SQL_TEXT_SIZE];

	if (effective(ctl, args, "protocol", "protocol", id, protocol) < 0 ||
	    effective(ctl, args, "peer", "peer", id, peer) < 0 ||
	    effective(ctl, args, "peer-as", "peer_as", id, peer_as) < 0 ||
	    effective(ctl, args, "virtual-address", "virtual_address", id, shared) < 0)
		return -1;
	/* a LAN of hosts has no customer router */
	if (!strcmp(protocol, "ospf") || (!strcmp(protocol, "static") && shared[0]))
		return 0;
	if (!peer[0]) {
		reason_set(&ctl->why,
			   "link %s with %s needs the customer router; give --peer ADDRESS",
			   args->names[1], protocol);
		return -1;
	}
	if (!strcmp(protocol, "bgp") && !peer_as[0]) {
		reason_set(&ctl->why,
			   "link %s with bgp needs the customer's AS number; give --peer-as N",
			   args->names[1]);
		return -1;
	}
	return 0;
}

static int check_virtual(struct ctl *ctl, const struct args *args, int64_t id)
{
	char shared[SQL_TEXT_SIZE], vrid[SQL_TEXT_SIZE], priority[SQL_TEXT_SIZE];

	if (effective(ctl, args, "virtual-address", "virtual_address", id, shared) < 0 ||
	    effective(ctl, args, "vrid", "vrid", id, vrid) < 0 ||
	    effective(ctl, args, "priority", "priority", id, priority) < 0)
		return -1;
	if (shared[0] || (!vrid[0] && !priority[0]))
		return 0;
	reason_set(
		&ctl->why,
		"--%s belongs to a virtual address, which link %s would not have; give --virtual-address ADDRESS, or --%s auto as well",
		vrid[0] ? "vrid" : "priority", args->names[1], vrid[0] ? "vrid" : "priority");
	return -1;
}

static int link_add(struct ctl *ctl, const struct args *args)
{
	struct row row = { .table = "link", .object = "link" };
	const char *vlan = args_value(args, "vlan");
	int64_t tenant_id, node_id, id;

	if (lookup_new_in_tenant(ctl, "link", args->names[0], args->names[1], &tenant_id) < 0 ||
	    lookup_id(ctl, "node", args_value(args, "node"), &node_id) < 0 ||
	    check_ifname(ctl, args) < 0 || check_peer(ctl, args, 0) < 0 ||
	    check_virtual(ctl, args, 0) < 0 ||
	    check_port(ctl, args->names[1], node_id, args_value(args, "interface"),
		       vlan ? strtoll(vlan, NULL, 10) : 0, 0) < 0)
		return -1;
	row_number(&row, "tenant_id", tenant_id);
	row_text(&row, "name", args->names[1]);
	if (row_options(ctl, &row, args, 0) < 0 || row_insert(ctl, &row, &id) < 0 ||
	    routes_option(ctl, args, id) < 0)
		return -1;
	return check_routes(ctl, args->names[1], id);
}

/* The port as it will be, as far as the change moves it. */
static int check_new_port(struct ctl *ctl, const struct args *args, int64_t id)
{
	char node[SQL_TEXT_SIZE], ifname[SQL_TEXT_SIZE], vlan[SQL_TEXT_SIZE];
	int64_t node_id;

	if (!args_value(args, "node") && !args_value(args, "interface") &&
	    !args_value(args, "vlan"))
		return 0;
	if (effective(ctl, args, "node", "(SELECT name FROM node WHERE id = node_id)", id, node) <
		    0 ||
	    effective(ctl, args, "interface", "ifname", id, ifname) < 0 ||
	    effective(ctl, args, "vlan", "vlan", id, vlan) < 0 ||
	    lookup_id(ctl, "node", node, &node_id) < 0)
		return -1;
	return check_port(ctl, args->names[1], node_id, ifname, strtoll(vlan, NULL, 10), id);
}

static int link_set(struct ctl *ctl, const struct args *args)
{
	struct row row = { .table = "link", .object = "link" };
	int64_t tenant_id, id;

	if (lookup_in_tenant(ctl, "link", args->names[0], args->names[1], &tenant_id, &id) < 0 ||
	    check_ifname(ctl, args) < 0 || check_new_port(ctl, args, id) < 0 ||
	    check_peer(ctl, args, id) < 0 || check_virtual(ctl, args, id) < 0 ||
	    row_options(ctl, &row, args, id) < 0 || row_update(ctl, &row, id) < 0 ||
	    routes_option(ctl, args, id) < 0)
		return -1;
	return check_routes(ctl, args->names[1], id);
}

static int link_del(struct ctl *ctl, const struct args *args)
{
	int64_t tenant_id, id;

	if (lookup_in_tenant(ctl, "link", args->names[0], args->names[1], &tenant_id, &id) < 0)
		return -1;
	return sql_run(ctl, "DELETE FROM link WHERE id = ?1", "i", id);
}

static const struct option_info link_options[] = {
	{ "node", OPT_NODE, OPTION_NEEDED, "node_id", "NODE", "the PE" },
	{ "interface", OPT_TEXT, OPTION_NEEDED, "ifname", "NAME",
	  "its port towards the customer" },
	{ "vlan", OPT_NUMBER, 0, "vlan", "N", "on that port; default 0, the whole port", 0, 4094 },
	{ "address", OPT_INTERFACE, OPTION_NEEDED, "address", "ADDRESS/LENGTH", "of the PE" },
	{ "protocol", OPT_WORD, OPTION_NEEDED, "protocol", "WORD", "ospf, bgp or static",
	  .words = routing_names, .word_count = ROUTING_COUNT },
	{ "peer", OPT_ADDRESS, OPTION_AUTO, "peer", "ADDRESS",
	  "the customer router; bgp and static need it" },
	{ "peer-as", OPT_NUMBER, OPTION_AUTO, "peer_as", "N", "its AS number; bgp needs it", 1,
	  UINT32_MAX },
	{ "routes", OPT_LIST, 0, NULL, "PREFIX,...",
	  "what lies behind a static link; set also takes +PREFIX,-PREFIX" },
	{ "max-routes", OPT_NUMBER, 0, "max_routes", "N",
	  "limit of what bgp may bring; default 1000", 1, 10000000 },
	{ "virtual-address", OPT_ADDRESS, OPTION_AUTO, "virtual_address", "ADDRESS",
	  "shared by VRRP with the link of another PE on this LAN" },
	{ "vrid", OPT_NUMBER, OPTION_AUTO, "vrid", "N",
	  "its VRRP group; derived: the last octet of the virtual address", 1, 255 },
	{ "priority", OPT_NUMBER, OPTION_AUTO, "priority", "N",
	  "the PE with the higher one has it while it can; default 100", 1, 254 },
	{},
};

const struct command link_commands[] = {
	{
		.verb = "add",
		.object = "link",
		.names = "TENANT NAME",
		.options = link_options,
		.summary = "a customer site at a PE",
		.example =
			"tenantctl add link acme paris --node pe2 --interface x0 --address 192.168.201.1/30 --protocol ospf",
		.access = ACCESS_WRITE,
		.run = link_add,
	},
	{
		.verb = "set",
		.object = "link",
		.names = "TENANT NAME",
		.options = link_options,
		.summary = "change a link",
		.example = "tenantctl set link acme paris --max-routes 200",
		.access = ACCESS_WRITE,
		.run = link_set,
	},
	{
		.verb = "del",
		.object = "link",
		.names = "TENANT NAME",
		.summary = "delete a link",
		.example = "tenantctl del link acme paris",
		.access = ACCESS_WRITE,
		.run = link_del,
	},
	{
		.verb = "show",
		.object = "link",
		.names = "[TENANT] [NAME]",
		.summary = "links to customer sites",
		.example = "tenantctl show link acme",
		.access = ACCESS_READ,
		.run = show_link,
	},
	{},
};

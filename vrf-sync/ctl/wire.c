// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Wires: Ethernet segments between nodes, and where each node meets them.
 *
 * The slot of a port is the node's address within every tenant's prefix on the
 * wire.  Where it is not given it follows from the node's roles: on a transit
 * edges from 1 and DLRs from 3, on an uplink 1 the PE and 2 the edge (between
 * two edges the first comer has 2).
 */
#include <zebra.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "darr.h"

#include <sqlite3.h>

#include "ctl/args.h"
#include "ctl/list.h"
#include "ctl/lookup.h"
#include "ctl/row.h"
#include "ctl/show.h"

#define SLOT_MAX          254
#define TRANSIT_FIRST_DLR 3
#define UPLINK_PE         1
#define UPLINK_EDGE       2
#define KEY_LINE_SIZE     80

struct port {
	char node[TENANT_NAME_MAX + 1];
	char ifname[TRUNK_NAME_MAX + 1];
	int64_t node_id;
	int64_t slot; /* 0: follows from the roles */
};

struct wire_change {
	struct ctl *ctl;
	const char *name;
	int64_t id;
	bool transit;
};

/* ---- the text of a port: node:interface, or node:interface:slot ---- */

static int port_refused(struct ctl *ctl, const char *text)
{
	reason_set(&ctl->why,
		   "--ports %s cannot be read; write NODE:INTERFACE or NODE:INTERFACE:SLOT", text);
	return -1;
}

static bool trunk_is_valid(const char *ifname)
{
	return name_is_valid(ifname, TRUNK_NAME_MAX) && !strchr(ifname, '.');
}

static int port_parse_slot(struct ctl *ctl, const char *text, struct port *port)
{
	size_t digits = strspn(text, "0123456789");

	if (digits && digits < 4 && !text[digits])
		port->slot = strtol(text, NULL, 10);
	if (port->slot >= 1 && port->slot <= SLOT_MAX)
		return 0;
	reason_set(&ctl->why, "slot %s of node %s is not a number from 1 to %d", text, port->node,
		   SLOT_MAX);
	return -1;
}

static int port_parse(struct ctl *ctl, const char *text, struct port *port)
{
	char copy[sizeof(((struct list_item *)0)->text)];
	char *ifname, *slot;

	*port = (struct port){};
	strlcpy(copy, text, sizeof(copy));
	ifname = strchr(copy, ':');
	if (!ifname)
		return port_refused(ctl, text);
	*ifname++ = '\0';
	slot = strchr(ifname, ':');
	if (slot)
		*slot++ = '\0';
	if (strlcpy(port->node, copy, sizeof(port->node)) >= sizeof(port->node))
		return port_refused(ctl, text);
	if (!trunk_is_valid(ifname)) {
		reason_set(
			&ctl->why,
			"interface \"%s\" of node %s cannot be a trunk; use at most %d letters, digits, '-' and '_'",
			ifname, port->node, TRUNK_NAME_MAX);
		return -1;
	}
	strlcpy(port->ifname, ifname, sizeof(port->ifname));
	return slot ? port_parse_slot(ctl, slot, port) : 0;
}

/* ---- slots ---- */

static bool node_has_role(struct ctl *ctl, int64_t node_id, const char *role)
{
	int64_t found;

	return sql_number(ctl, &found, "SELECT 1 FROM node_role WHERE node_id = ?1 AND role = ?2",
			  "it", node_id, role) > 0;
}

/* The name of the other node that has the slot: 1, 0 where it is free, -1. */
static int slot_holder(const struct wire_change *wire, int64_t slot, int64_t but_node, char *name,
		       size_t size)
{
	return sql_text(wire->ctl, name, size,
			"SELECT n.name FROM wire_port p JOIN node n ON n.id = p.node_id"
			" WHERE p.wire_id = ?1 AND p.slot = ?2 AND p.node_id <> ?3",
			"iii", wire->id, slot, but_node);
}

static int slot_from(const struct wire_change *wire, int64_t first, struct port *port)
{
	char holder[SQL_TEXT_SIZE];
	int ret = 1;

	for (port->slot = first; ret > 0 && port->slot <= SLOT_MAX; port->slot += ret > 0)
		ret = slot_holder(wire, port->slot, port->node_id, holder, sizeof(holder));
	if (ret > 0)
		reason_set(&wire->ctl->why, "wire %s has no free slot left", wire->name);
	return ret ? -1 : 0;
}

static int slot_on_transit(const struct wire_change *wire, struct port *port)
{
	if (node_has_role(wire->ctl, port->node_id, "edge"))
		return slot_from(wire, 1, port);
	if (node_has_role(wire->ctl, port->node_id, "dlr"))
		return slot_from(wire, TRANSIT_FIRST_DLR, port);
	reason_set(
		&wire->ctl->why,
		"node %s is neither edge nor dlr and has no place on transit %s; give it the role with \"tenantctl set node\"",
		port->node, wire->name);
	return -1;
}

static int slot_on_uplink(const struct wire_change *wire, struct port *port)
{
	bool pe = node_has_role(wire->ctl, port->node_id, "pe");
	bool edge = node_has_role(wire->ctl, port->node_id, "edge");
	char holder[SQL_TEXT_SIZE];
	int ret;

	if (!pe && !edge) {
		reason_set(
			&wire->ctl->why,
			"node %s is neither edge nor pe and has no place on uplink %s; give it the role with \"tenantctl set node\"",
			port->node, wire->name);
		return -1;
	}
	port->slot = pe ? UPLINK_PE : UPLINK_EDGE;
	ret = slot_holder(wire, port->slot, port->node_id, holder, sizeof(holder));
	if (ret > 0 && edge) { /* two edges, or one that is a PE too */
		port->slot = UPLINK_PE + UPLINK_EDGE - port->slot;
		ret = slot_holder(wire, port->slot, port->node_id, holder, sizeof(holder));
	}
	if (ret > 0)
		reason_set(
			&wire->ctl->why,
			"uplink %s joins one pe and one edge, and node %s has the place that node %s would take; make a second uplink",
			wire->name, holder, port->node);
	return ret ? -1 : 0;
}

static int slot_given(const struct wire_change *wire, const struct port *port)
{
	char holder[SQL_TEXT_SIZE];
	int ret = slot_holder(wire, port->slot, port->node_id, holder, sizeof(holder));

	if (ret > 0)
		reason_set(&wire->ctl->why,
			   "slot %u of wire %s is already used by node %s; choose another one",
			   (unsigned int)port->slot, wire->name, holder);
	return ret ? -1 : 0;
}

/* ---- ports ---- */

static int port_put(const struct wire_change *wire, const char *text)
{
	struct port port;
	int ret;

	if (port_parse(wire->ctl, text, &port) < 0 ||
	    lookup_id(wire->ctl, "node", port.node, &port.node_id) < 0)
		return -1;
	if (port.slot)
		ret = slot_given(wire, &port);
	else
		ret = wire->transit ? slot_on_transit(wire, &port) : slot_on_uplink(wire, &port);
	if (ret)
		return -1;
	return sql_run(
		wire->ctl,
		"INSERT INTO wire_port (wire_id, node_id, ifname, slot) VALUES (?1, ?2, ?3, ?4)"
		" ON CONFLICT (wire_id, node_id) DO UPDATE SET ifname = ?3, slot = ?4"
		" WHERE ifname <> ?3 OR slot <> ?4",
		"iiti", wire->id, port.node_id, port.ifname, port.slot);
}

static int port_drop(const struct wire_change *wire, const char *node)
{
	int64_t node_id;

	if (lookup_id(wire->ctl, "node", node, &node_id) < 0 ||
	    sql_run(wire->ctl, "DELETE FROM wire_port WHERE wire_id = ?1 AND node_id = ?2", "ii",
		    wire->id, node_id) < 0)
		return -1;
	if (sqlite3_changes(wire->ctl->db->sqlite))
		return 0;
	reason_set(&wire->ctl->why, "node %s is not on wire %s", node, wire->name);
	return -1;
}

static bool names_node(const struct list_item *items, const char *node)
{
	const struct list_item *item;
	size_t len = strlen(node);

	darr_foreach_p (items, item)
		if (!strncmp(item->text, node, len) && item->text[len] == ':')
			return true;
	return false;
}

static int drop_unnamed(const struct wire_change *wire, const struct list_item *items)
{
	char node[SQL_TEXT_SIZE], last[SQL_TEXT_SIZE] = "";
	int ret;

	while ((ret = sql_text(wire->ctl, node, sizeof(node),
			       "SELECT n.name FROM wire_port p JOIN node n ON n.id = p.node_id"
			       " WHERE p.wire_id = ?1 AND n.name > ?2 ORDER BY n.name",
			       "it", wire->id, last)) > 0) {
		if (!names_node(items, node) && port_drop(wire, node) < 0)
			return -1;
		memcpy(last, node, sizeof(last));
	}
	return ret;
}

static int ports_option(const struct wire_change *wire, const struct args *args)
{
	const char *text = args_value(args, "ports");
	struct list_item *items = NULL, *item;
	int ret;

	if (!text)
		return 0;
	ret = list_parse(wire->ctl, "ports", text, &items);
	if (!ret && list_replaces(items))
		ret = drop_unnamed(wire, items);
	darr_foreach_p (items, item)
		if (!ret)
			ret = item->sign == '-' ? port_drop(wire, item->text)
						: port_put(wire, item->text);
	darr_free(items);
	return ret;
}

/* ---- the OSPF key: from a file, so that no process list and no history has it ---- */

static int key_read(struct ctl *ctl, const char *path, char *key, size_t size)
{
	FILE *file = strcmp(path, "-") ? fopen(path, "re") : stdin;
	bool got = file && fgets(key, size, file);

	if (!file || (!got && ferror(file)))
		reason_set(&ctl->why, "cannot read the OSPF key from %s: %s", path,
			   strerror(errno));
	if (file && file != stdin)
		fclose(file);
	if (ctl->why.text[0])
		return -1;
	key[got ? strcspn(key, "\r\n") : 0] = '\0';
	if (strlen(key) >= OSPF_KEY_MIN && name_is_valid(key, OSPF_KEY_MAX))
		return 0;
	reason_set(
		&ctl->why,
		"the OSPF key in %s cannot be used; its first line must be %d to %d letters, digits, '-', '_' and '.', the first a letter or digit",
		path, OSPF_KEY_MIN, OSPF_KEY_MAX);
	return -1;
}

/* key holds the text for as long as the row needs it. */
static int key_option(struct ctl *ctl, const struct args *args, struct row *row,
		      char key[static KEY_LINE_SIZE])
{
	const char *path = args_value(args, "ospf-key-file");

	if (!path)
		return 0;
	if (!strcmp(path, "none")) {
		row_null(row, "ospf_key");
		return 0;
	}
	if (key_read(ctl, path, key, KEY_LINE_SIZE) < 0)
		return -1;
	row_text(row, "ospf_key", key);
	return 0;
}

/* ---- commands ---- */

static int wire_add(struct ctl *ctl, const struct args *args)
{
	struct row row = { .table = "wire", .object = "wire" };
	struct wire_change wire = { .ctl = ctl, .name = args->names[0] };
	char key[KEY_LINE_SIZE];

	if (lookup_new(ctl, "wire", wire.name) < 0)
		return -1;
	row_text(&row, "name", wire.name);
	if (row_options(ctl, &row, args, 0) < 0 || key_option(ctl, args, &row, key) < 0 ||
	    row_insert(ctl, &row, &wire.id) < 0)
		return -1;
	wire.transit = !strcmp(args_value(args, "kind"), "transit");
	return ports_option(&wire, args);
}

static int wire_set(struct ctl *ctl, const struct args *args)
{
	struct row row = { .table = "wire", .object = "wire" };
	struct wire_change wire = { .ctl = ctl, .name = args->names[0] };
	char kind[SQL_TEXT_SIZE], key[KEY_LINE_SIZE];

	if (lookup_id(ctl, "wire", wire.name, &wire.id) < 0 ||
	    row_options(ctl, &row, args, wire.id) < 0 || key_option(ctl, args, &row, key) < 0 ||
	    row_update(ctl, &row, wire.id) < 0 ||
	    sql_text(ctl, kind, sizeof(kind), "SELECT kind FROM wire WHERE id = ?1", "i",
		     wire.id) < 0)
		return -1;
	wire.transit = !strcmp(kind, "transit");
	return ports_option(&wire, args);
}

static int wire_del(struct ctl *ctl, const struct args *args)
{
	int64_t id;

	if (lookup_id(ctl, "wire", args->names[0], &id) < 0)
		return -1;
	return sql_run(ctl, "DELETE FROM wire WHERE id = ?1", "i", id);
}

static const struct option_info wire_options[] = {
	{ "kind", OPT_WORD, OPTION_NEEDED | OPTION_ADD, "kind", "KIND",
	  "transit (DLRs and edges of a site) or uplink (an edge and a PE, or two edges)",
	  .words = wire_kind_names, .word_count = WIRE_KIND_COUNT },
	{ "site", OPT_SITE, OPTION_NEEDED, "site_id", "SITE", "where it is" },
	{ "ports", OPT_LIST, 0, NULL, "NODE:INTERFACE[:SLOT],...",
	  "the nodes on it; set also takes +NODE:INTERFACE,-NODE" },
	{ "vlan-base", OPT_NUMBER, 0, "vlan_base", "N",
	  "VLAN of a tenant = N + tenant id; default 100", 0, 4093 },
	{ "vlan-max", OPT_NUMBER, 0, "vlan_max", "N", "the last VLAN; default 4094", 1, 4094 },
	{ "mtu", OPT_NUMBER, 0, "mtu", "N", "of its VLANs; default 1600", 1280, 65535 },
	{ "bfd", OPT_FLAG, 0, "bfd", NULL,
	  "bfdd watches the OSPF neighbors in every tenant's VLAN on it", 1 },
	{ "no-bfd", OPT_FLAG, 0, "bfd", NULL, "OSPF's own hellos are enough (the default)", 0 },
	{ "ospf-key-file", OPT_TEXT, 0, NULL, "FILE",
	  "authenticate OSPF with the key in the first line of FILE ('-': standard input); 'none' ends it" },
	{},
};

const struct command wire_commands[] = {
	{
		.verb = "add",
		.object = "wire",
		.names = "NAME",
		.options = wire_options,
		.summary = "an Ethernet segment between nodes, one VLAN per tenant",
		.example =
			"tenantctl add wire transit-dc1 --kind transit --site dc1 --ports esg:t0,dlr:t0",
		.access = ACCESS_WRITE,
		.run = wire_add,
	},
	{
		.verb = "set",
		.object = "wire",
		.names = "NAME",
		.options = wire_options,
		.summary = "change a wire",
		.example = "tenantctl set wire transit-dc1 --ports +dlr2:t0",
		.access = ACCESS_WRITE,
		.run = wire_set,
	},
	{
		.verb = "del",
		.object = "wire",
		.names = "NAME",
		.summary = "delete a wire, and what circuits said of it",
		.example = "tenantctl del wire uplink-dc1",
		.access = ACCESS_WRITE,
		.run = wire_del,
	},
	{
		.verb = "show",
		.object = "wire",
		.names = "[NAME]",
		.summary = "wires, their nodes and slots",
		.example = "tenantctl show wire",
		.access = ACCESS_READ,
		.run = show_wire,
	},
	{},
};

// SPDX-License-Identifier: GPL-2.0-or-later
/* Circuits: what one tenant has on one wire, where it is not as derived. */
#include <zebra.h>

#include "ctl/args.h"
#include "ctl/lookup.h"
#include "ctl/row.h"
#include "ctl/show.h"

struct circuit_key {
	int64_t tenant_id, wire_id;
	int64_t rowid; /* 0: all derived, there is no row */
};

static int circuit_find(struct ctl *ctl, const struct args *args, struct circuit_key *key)
{
	*key = (struct circuit_key){};
	if (lookup_id(ctl, "tenant", args->names[0], &key->tenant_id) < 0 ||
	    lookup_id(ctl, "wire", args->names[1], &key->wire_id) < 0 ||
	    sql_number(ctl, &key->rowid,
		       "SELECT rowid FROM circuit WHERE tenant_id = ?1 AND wire_id = ?2", "ii",
		       key->tenant_id, key->wire_id) < 0)
		return -1;
	return 0;
}

static int circuit_put(struct ctl *ctl, const struct args *args, const struct circuit_key *key)
{
	struct row row = { .table = "circuit", .object = "circuit" };

	row_number(&row, "tenant_id", key->tenant_id);
	row_number(&row, "wire_id", key->wire_id);
	if (row_options(ctl, &row, args, 0) < 0)
		return -1;
	return row_insert(ctl, &row, NULL);
}

static int circuit_add(struct ctl *ctl, const struct args *args)
{
	struct circuit_key key;

	if (circuit_find(ctl, args, &key) < 0)
		return -1;
	if (!key.rowid)
		return circuit_put(ctl, args, &key);
	reason_set(
		&ctl->why,
		"tenant %s has a circuit on wire %s already; change it with \"tenantctl set circuit %s %s\"",
		args->names[0], args->names[1], args->names[0], args->names[1]);
	return -1;
}

/* Every tenant has a circuit on every wire that serves it; most have no row. */
static int circuit_set(struct ctl *ctl, const struct args *args)
{
	struct row row = { .table = "circuit", .object = "circuit" };
	struct circuit_key key;

	if (circuit_find(ctl, args, &key) < 0)
		return -1;
	if (!key.rowid)
		return circuit_put(ctl, args, &key);
	if (row_options(ctl, &row, args, key.rowid) < 0)
		return -1;
	return row_update(ctl, &row, key.rowid);
}

static int circuit_del(struct ctl *ctl, const struct args *args)
{
	struct circuit_key key;

	if (circuit_find(ctl, args, &key) < 0)
		return -1;
	if (key.rowid)
		return sql_run(ctl, "DELETE FROM circuit WHERE rowid = ?1", "i", key.rowid);
	reason_set(&ctl->why, "tenant %s has nothing set on wire %s; all of it is derived",
		   args->names[0], args->names[1]);
	return -1;
}

/* Without "bgp", which is for links. */
static const struct option_info circuit_options[] = {
	{ "prefix", OPT_NET, OPTION_AUTO, "prefix", "PREFIX",
	  "else from the pool of the wire's kind" },
	{ "vlan", OPT_NUMBER, OPTION_AUTO, "vlan", "N", "else the wire's vlan-base + tenant id", 1,
	  4094 },
	{ "routing", OPT_WORD, 0, "routing", "WORD", "ospf or static; default ospf",
	  .words = routing_names, .word_count = ROUTING_BGP },
	{},
};

const struct command circuit_commands[] = {
	{
		.verb = "add",
		.object = "circuit",
		.names = "TENANT WIRE",
		.options = circuit_options,
		.summary = "another prefix, VLAN or routing for a tenant on a wire",
		.example =
			"tenantctl add circuit acme transit-dc1 --prefix 100.64.9.0/29 --vlan 900",
		.access = ACCESS_WRITE,
		.run = circuit_add,
	},
	{
		.verb = "set",
		.object = "circuit",
		.names = "TENANT WIRE",
		.options = circuit_options,
		.summary = "change what a tenant has on a wire",
		.example = "tenantctl set circuit acme transit-dc1 --routing static",
		.access = ACCESS_WRITE,
		.run = circuit_set,
	},
	{
		.verb = "del",
		.object = "circuit",
		.names = "TENANT WIRE",
		.summary = "go back to what is derived",
		.example = "tenantctl del circuit acme transit-dc1",
		.access = ACCESS_WRITE,
		.run = circuit_del,
	},
	{
		.verb = "show",
		.object = "circuit",
		.names = "[TENANT]",
		.summary = "VLAN, prefix and addresses of tenants on every wire",
		.example = "tenantctl show circuit acme",
		.access = ACCESS_READ,
		.run = show_circuit,
	},
	{},
};

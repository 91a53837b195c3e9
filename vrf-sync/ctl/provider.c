// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What holds for the whole provider: its numbers, the pools, reserved space;
 * and the aggregates of one tenant, which are as simple.
 */
#include <zebra.h>

#include <stdio.h>
#include <string.h>

#include <sqlite3.h>

#include "ctl/args.h"
#include "ctl/lookup.h"
#include "ctl/row.h"
#include "ctl/show.h"

static int provider_set(struct ctl *ctl, const struct args *args)
{
	struct row row = { .table = "provider", .object = "provider" };
	const char *interval = args_value(args, "vrrp-interval");

	if (interval && strtoul(interval, NULL, 10) % 10) {
		reason_set(&ctl->why, "--vrrp-interval %s is not a multiple of 10", interval);
		return -1;
	}
	if (row_options(ctl, &row, args, 1) < 0)
		return -1;
	return row_update(ctl, &row, 1);
}

static int pool_set(struct ctl *ctl, const struct args *args)
{
	struct row row = { .table = "pool", .object = "pool" };
	int64_t rowid;
	int ret = sql_number(ctl, &rowid, "SELECT rowid FROM pool WHERE kind = ?1", "t",
			     args->names[0]);

	if (ret == 0)
		reason_set(&ctl->why, "there is no pool %s; the pools are transit and uplink",
			   args->names[0]);
	if (ret <= 0 || row_options(ctl, &row, args, rowid) < 0)
		return -1;
	return row_update(ctl, &row, rowid);
}

/* ---- reserved space ---- */

static int reserved_find(struct ctl *ctl, const char *prefix, int64_t *rowid)
{
	return sql_number(ctl, rowid, "SELECT rowid FROM reserved WHERE prefix = ?1", "t", prefix);
}

static int reserved_add(struct ctl *ctl, const struct args *args)
{
	struct row row = { .table = "reserved", .object = "reserved" };
	struct ipnet net;
	int64_t rowid;
	int ret;

	if (args_net(ctl, args->names[0], &net) < 0)
		return -1;
	ret = reserved_find(ctl, args->names[0], &rowid);
	if (ret > 0)
		reason_set(&ctl->why, "%s is reserved already", args->names[0]);
	if (ret)
		return -1;
	row_text(&row, "prefix", args->names[0]);
	if (row_options(ctl, &row, args, 0) < 0)
		return -1;
	return row_insert(ctl, &row, NULL);
}

static int reserved_del(struct ctl *ctl, const struct args *args)
{
	int64_t rowid;
	int ret = reserved_find(ctl, args->names[0], &rowid);

	if (ret == 0)
		reason_set(&ctl->why,
			   "%s is not reserved; \"tenantctl show reserved\" lists what is",
			   args->names[0]);
	if (ret <= 0)
		return -1;
	return sql_run(ctl, "DELETE FROM reserved WHERE rowid = ?1", "i", rowid);
}

/* ---- aggregates ---- */

static int aggregate_add(struct ctl *ctl, const struct args *args)
{
	int64_t tenant_id;
	struct ipnet net;

	if (args_net(ctl, args->names[1], &net) < 0 ||
	    lookup_id(ctl, "tenant", args->names[0], &tenant_id) < 0 ||
	    sql_run(ctl, "INSERT OR IGNORE INTO aggregate (tenant_id, prefix) VALUES (?1, ?2)",
		    "it", tenant_id, args->names[1]) < 0)
		return -1;
	if (sqlite3_changes(ctl->db->sqlite))
		return 0;
	reason_set(&ctl->why, "tenant %s has the aggregate %s already", args->names[0],
		   args->names[1]);
	return -1;
}

static int aggregate_del(struct ctl *ctl, const struct args *args)
{
	int64_t tenant_id;

	if (lookup_id(ctl, "tenant", args->names[0], &tenant_id) < 0 ||
	    sql_run(ctl, "DELETE FROM aggregate WHERE tenant_id = ?1 AND prefix = ?2", "it",
		    tenant_id, args->names[1]) < 0)
		return -1;
	if (sqlite3_changes(ctl->db->sqlite))
		return 0;
	reason_set(&ctl->why,
		   "tenant %s has no aggregate %s; \"tenantctl show tenant %s\" lists them",
		   args->names[0], args->names[1], args->names[0]);
	return -1;
}

static const struct option_info provider_options[] = {
	{ "asn", OPT_NUMBER, 0, "asn", "N", "AS number of the backbone, first half of every RT", 1,
	  UINT32_MAX },
	{ "nssa-area", OPT_NUMBER, 0, "nssa_area", "N", "OSPF area between DLR and edge", 1,
	  UINT32_MAX },
	{ "vpn-tag", OPT_NUMBER, OPTION_AUTO, "vpn_tag", "N", "VPN route tag, RFC 4577", 1,
	  UINT32_MAX },
	{ "table-base", OPT_NUMBER, 0, "table_base", "N", "kernel table of a VRF = N + tenant id",
	  256, 2000000000 },
	{ "vni-base", OPT_NUMBER, 0, "vni_base", "N", "VNI of a switch = N + switch id", 0,
	  16777214 },
	{ "leak-base", OPT_NUMBER, 0, "leak_base", "N",
	  "RT of leaks to a tenant = asn:(N + its id)", 1, 4000000000u },
	{ "ospf-hello", OPT_NUMBER, 0, "ospf_hello", "SECONDS", "on transit and uplink", 1, 60 },
	{ "ospf-dead", OPT_NUMBER, 0, "ospf_dead", "SECONDS", "on transit and uplink", 2, 240 },
	{ "evpn", OPT_FLAG, 0, "evpn", NULL,
	  "bgpd of each DLR says which MAC is where; its sessions are yours", 1 },
	{ "no-evpn", OPT_FLAG, 0, "evpn", NULL, "DLRs flood, and learn from frames", 0 },
	{ "vrrp-interval", OPT_NUMBER, 0, "vrrp_interval", "MS",
	  "between a VRRP master's advertisements, in tens; default 1000", 10, 40950 },
	{},
};

static const struct option_info pool_options[] = {
	{ "prefix", OPT_NET, 0, "prefix", "PREFIX", "the whole pool" },
	{ "length", OPT_NUMBER, 0, "length", "N", "of each prefix taken from it", 8, 127 },
	{ "wires", OPT_NUMBER, 0, "wires", "N", "how many wires share it", 1, 65535 },
	{},
};

static const struct option_info reserved_options[] = {
	{ "what", OPT_TEXT, 0, "what", "TEXT", "what it is for" },
	{},
};

const struct command provider_commands[] = {
	{
		.verb = "set",
		.object = "provider",
		.options = provider_options,
		.summary = "change what holds for all tenants",
		.example = "tenantctl set provider --asn 65010",
		.access = ACCESS_WRITE,
		.run = provider_set,
	},
	{
		.verb = "show",
		.object = "provider",
		.summary = "numbers, pools and reserved space",
		.example = "tenantctl show provider",
		.access = ACCESS_READ,
		.run = show_provider,
	},
	{
		.verb = "set",
		.object = "pool",
		.names = "KIND",
		.options = pool_options,
		.summary = "change where transit or uplink prefixes come from",
		.example = "tenantctl set pool transit --wires 32",
		.access = ACCESS_WRITE,
		.run = pool_set,
	},
	{
		.verb = "add",
		.object = "reserved",
		.names = "PREFIX",
		.options = reserved_options,
		.summary = "space that no tenant may ever announce",
		.example = "tenantctl add reserved 10.255.0.0/16 --what loopbacks",
		.access = ACCESS_WRITE,
		.run = reserved_add,
	},
	{
		.verb = "del",
		.object = "reserved",
		.names = "PREFIX",
		.summary = "give reserved space free",
		.example = "tenantctl del reserved 10.255.0.0/16",
		.access = ACCESS_WRITE,
		.run = reserved_del,
	},
	{
		.verb = "show",
		.object = "reserved",
		.summary = "reserved space",
		.example = "tenantctl show reserved",
		.access = ACCESS_READ,
		.run = show_reserved,
	},
	{
		.verb = "add",
		.object = "aggregate",
		.names = "TENANT PREFIX",
		.summary = "more address space that a tenant may announce",
		.example = "tenantctl add aggregate acme 10.2.0.0/16",
		.access = ACCESS_WRITE,
		.run = aggregate_add,
	},
	{
		.verb = "del",
		.object = "aggregate",
		.names = "TENANT PREFIX",
		.summary = "take address space from a tenant",
		.example = "tenantctl del aggregate acme 10.2.0.0/16",
		.access = ACCESS_WRITE,
		.run = aggregate_del,
	},
	{},
};

// SPDX-License-Identifier: GPL-2.0-or-later
/* Logical switches and their subnets. */
#include <zebra.h>

#include <string.h>

#include <sqlite3.h>

#include "ctl/args.h"
#include "ctl/domain.h"
#include "ctl/lookup.h"
#include "ctl/row.h"
#include "ctl/show.h"
#include "ctl/switch.h"

int subnet_find(const struct subnet_change *subnet, int64_t *id)
{
	return sql_number(subnet->ctl, id,
			  "SELECT id FROM subnet WHERE switch_id = ?1 AND prefix = ?2", "it",
			  subnet->switch_id, subnet->prefix);
}

static int subnet_lookup(const struct subnet_change *subnet, int64_t *id)
{
	int ret = subnet_find(subnet, id);

	if (ret == 0)
		reason_set(
			&subnet->ctl->why,
			"switch %s of tenant %s has no subnet %s; \"tenantctl show subnet %s %s\" lists them",
			subnet->name, subnet->tenant, subnet->prefix, subnet->tenant,
			subnet->name);
	return ret > 0 ? 0 : -1;
}

int subnet_put(const struct subnet_change *subnet)
{
	const char *gateway = subnet->gateway;
	struct row row = { .table = "subnet", .object = "subnet" };
	char first[IPNET_TEXT_SIZE];
	struct ipnet net, host;
	int64_t id;
	int ret;

	if (args_net(subnet->ctl, subnet->prefix, &net) < 0)
		return -1;
	ret = subnet_find(subnet, &id);
	if (ret > 0)
		reason_set(&subnet->ctl->why, "switch %s of tenant %s has the subnet %s already",
			   subnet->name, subnet->tenant, subnet->prefix);
	if (ret)
		return -1;
	if (!gateway && ipnet_slot(&net, 1, &host) < 0) {
		reason_set(&subnet->ctl->why,
			   "subnet %s has no address for a gateway; use a larger one",
			   subnet->prefix);
		return -1;
	}
	row_number(&row, "switch_id", subnet->switch_id);
	row_text(&row, "prefix", subnet->prefix);
	row_text(&row, "gateway", gateway ? gateway : ipnet_format_addr(&host, first));
	row_number(&row, "advertise", subnet->hidden ? 0 : 1);
	return row_insert(subnet->ctl, &row, NULL);
}

/* ---- switches ---- */

static int switch_add(struct ctl *ctl, const struct args *args)
{
	struct row row = { .table = "logical_switch", .object = "switch" };
	struct subnet_change subnet = {
		.ctl = ctl,
		.tenant = args->names[0],
		.name = args->names[1],
		.prefix = args->names[2],
		.gateway = args_value(args, "gateway"),
		.hidden = args_value(args, "no-advertise"),
	};
	int64_t tenant_id;

	if (lookup_new_in_tenant(ctl, "switch", subnet.tenant, subnet.name, &tenant_id) < 0)
		return -1;
	if (!subnet.prefix && (subnet.gateway || subnet.hidden)) {
		reason_set(
			&ctl->why,
			"--gateway and --no-advertise belong to a subnet; give its prefix after the switch's name");
		return -1;
	}
	row_number(&row, "tenant_id", tenant_id);
	row_text(&row, "name", subnet.name);
	if (row_options(ctl, &row, args, 0) < 0 || row_insert(ctl, &row, &subnet.switch_id) < 0 ||
	    domain_option(ctl, args, subnet.name, subnet.switch_id) < 0)
		return -1;
	return subnet.prefix ? subnet_put(&subnet) : 0;
}

static int switch_set(struct ctl *ctl, const struct args *args)
{
	struct row row = { .table = "logical_switch", .object = "switch" };
	int64_t tenant_id, id;

	if (lookup_in_tenant(ctl, "switch", args->names[0], args->names[1], &tenant_id, &id) < 0 ||
	    row_options(ctl, &row, args, id) < 0 || row_update(ctl, &row, id) < 0)
		return -1;
	return domain_option(ctl, args, args->names[1], id);
}

/* It is part of what the tenant subscribes to, which would be incomplete without it. */
static int check_own(struct ctl *ctl, const struct args *args, int64_t id)
{
	char bundle[SQL_TEXT_SIZE];
	int ret = sql_text(ctl, bundle, sizeof(bundle),
			   "SELECT b.name FROM logical_switch s"
			   " JOIN subscription u ON u.id = s.subscription_id"
			   " JOIN bundle b ON b.id = u.bundle_id WHERE s.id = ?1",
			   "i", id);

	if (ret > 0)
		reason_set(
			&ctl->why,
			"switch %s of tenant %s is part of bundle %s; end that with \"tenantctl unsubscribe %s %s\"",
			args->names[1], args->names[0], bundle, args->names[0], bundle);
	return ret ? -1 : 0;
}

static int switch_del(struct ctl *ctl, const struct args *args)
{
	int64_t tenant_id, id;

	if (lookup_in_tenant(ctl, "switch", args->names[0], args->names[1], &tenant_id, &id) < 0 ||
	    check_own(ctl, args, id) < 0)
		return -1;
	return sql_run(ctl, "DELETE FROM logical_switch WHERE id = ?1", "i", id);
}

/* ---- subnets ---- */

static int subnet_begin(struct ctl *ctl, const struct args *args, struct subnet_change *subnet)
{
	int64_t tenant_id;

	*subnet = (struct subnet_change){
		.ctl = ctl,
		.tenant = args->names[0],
		.name = args->names[1],
		.prefix = args->names[2],
	};
	return lookup_in_tenant(ctl, "switch", subnet->tenant, subnet->name, &tenant_id,
				&subnet->switch_id);
}

static int subnet_add(struct ctl *ctl, const struct args *args)
{
	struct subnet_change subnet;

	if (subnet_begin(ctl, args, &subnet) < 0)
		return -1;
	subnet.gateway = args_value(args, "gateway");
	subnet.hidden = args_value(args, "no-advertise");
	return subnet_put(&subnet);
}

static int subnet_set(struct ctl *ctl, const struct args *args)
{
	struct row row = { .table = "subnet", .object = "subnet" };
	struct subnet_change subnet;
	int64_t id;

	if (subnet_begin(ctl, args, &subnet) < 0 || subnet_lookup(&subnet, &id) < 0 ||
	    row_options(ctl, &row, args, id) < 0)
		return -1;
	return row_update(ctl, &row, id);
}

static int subnet_del(struct ctl *ctl, const struct args *args)
{
	struct subnet_change subnet;
	int64_t id;

	if (subnet_begin(ctl, args, &subnet) < 0 || subnet_lookup(&subnet, &id) < 0)
		return -1;
	return sql_run(ctl, "DELETE FROM subnet WHERE id = ?1", "i", id);
}

#define GATEWAY_HELP "address the DLRs answer for; default the first of the subnet"

static const struct option_info switch_options[] = {
	{ "gateway", OPT_ADDRESS, OPTION_ADD, NULL, "ADDRESS", GATEWAY_HELP },
	{ "no-advertise", OPT_FLAG, OPTION_ADD, NULL, NULL, "the subnet stays within the DLRs" },
	{ "site", OPT_SITE, OPTION_AUTO, "site_id", "SITE",
	  "only on the DLRs there; else on all of the tenant's" },
	{ "vni", OPT_NUMBER, OPTION_AUTO | OPTION_UNIQUE, "vni", "N",
	  "VXLAN number; else vni-base + switch id", 1, 16777215 },
	{ "mtu", OPT_NUMBER, 0, "mtu", "N", "of the bridge; default 1500", 1280, 9000 },
	{ "purpose", OPT_WORD, 0, "purpose", "WORD",
	  "production, test or replication; default production", .words = purpose_names,
	  .word_count = PURPOSE_COUNT },
	{ "track-hosts", OPT_FLAG, 0, "track_hosts", NULL,
	  "DLRs write whom they see on it, and announce them where they are", 1 },
	{ "no-track-hosts", OPT_FLAG, 0, "track_hosts", NULL, "hosts are what rows say", 0 },
	{ "no-nat", OPT_FLAG, 0, "no_nat", NULL, "no address on it is ever translated", 1 },
	{ "nat", OPT_FLAG, 0, "no_nat", NULL, "hosts on it may have public addresses", 0 },
	{ "scope", OPT_WORD, 0, "scope", "WORD", "local or universal; default local",
	  .words = scope_names, .word_count = SCOPE_COUNT },
	{ "domain", OPT_LIST, 0, NULL, "DOMAIN[:VLAN],...",
	  "hosts reach it by a VLAN there, too; set also takes +DOMAIN,-DOMAIN" },
	{},
};

static const struct option_info subnet_add_options[] = {
	{ "gateway", OPT_ADDRESS, 0, NULL, "ADDRESS", GATEWAY_HELP },
	{ "no-advertise", OPT_FLAG, 0, NULL, NULL, "stays within the DLRs" },
	{},
};

static const struct option_info subnet_set_options[] = {
	{ "gateway", OPT_ADDRESS, 0, "gateway", "ADDRESS", "address the DLRs answer for" },
	{ "advertise", OPT_FLAG, 0, "advertise", NULL, "announce it to every site", 1 },
	{ "no-advertise", OPT_FLAG, 0, "advertise", NULL, "keep it within the DLRs", 0 },
	{},
};

const struct command switch_commands[] = {
	{
		.verb = "add",
		.object = "switch",
		.names = "TENANT NAME [PREFIX]",
		.options = switch_options,
		.summary = "a logical switch, and its first subnet",
		.example = "tenantctl add switch acme web 10.1.1.0/24",
		.access = ACCESS_WRITE,
		.run = switch_add,
	},
	{
		.verb = "set",
		.object = "switch",
		.names = "TENANT NAME",
		.options = switch_options,
		.summary = "change a logical switch",
		.example = "tenantctl set switch acme web --mtu 9000",
		.access = ACCESS_WRITE,
		.run = switch_set,
	},
	{
		.verb = "del",
		.object = "switch",
		.names = "TENANT NAME",
		.summary = "delete a logical switch and its subnets",
		.example = "tenantctl del switch acme web",
		.access = ACCESS_WRITE,
		.run = switch_del,
	},
	{
		.verb = "show",
		.object = "switch",
		.names = "[TENANT] [NAME]",
		.summary = "logical switches with their VNIs and subnets",
		.example = "tenantctl show switch acme",
		.access = ACCESS_READ,
		.run = show_switch,
	},
	{
		.verb = "add",
		.object = "subnet",
		.names = "TENANT SWITCH PREFIX",
		.options = subnet_add_options,
		.summary = "one more subnet on a logical switch",
		.example = "tenantctl add subnet acme web 10.1.2.0/24 --gateway 10.1.2.254",
		.access = ACCESS_WRITE,
		.run = subnet_add,
	},
	{
		.verb = "set",
		.object = "subnet",
		.names = "TENANT SWITCH PREFIX",
		.options = subnet_set_options,
		.summary = "change a subnet's gateway, or whether it is announced",
		.example = "tenantctl set subnet acme web 10.1.2.0/24 --no-advertise",
		.access = ACCESS_WRITE,
		.run = subnet_set,
	},
	{
		.verb = "del",
		.object = "subnet",
		.names = "TENANT SWITCH PREFIX",
		.summary = "delete a subnet; its route goes everywhere",
		.example = "tenantctl del subnet acme web 10.1.2.0/24",
		.access = ACCESS_WRITE,
		.run = subnet_del,
	},
	{
		.verb = "show",
		.object = "subnet",
		.names = "[TENANT] [SWITCH]",
		.summary = "subnets, gateways, and whether they are announced",
		.example = "tenantctl show subnet acme web",
		.access = ACCESS_READ,
		.run = show_subnet,
	},
	{},
};

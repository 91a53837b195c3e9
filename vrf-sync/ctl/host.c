// SPDX-License-Identifier: GPL-2.0-or-later
/* Hosts that are known by their address, and at which site they are. */
#include <zebra.h>

#include <string.h>

#include <sqlite3.h>

#include "darr.h"

#include "ctl/args.h"
#include "ctl/host.h"
#include "ctl/lookup.h"
#include "ctl/row.h"
#include "ctl/show.h"
#include "model/presence.h"

struct host_change {
	struct ctl *ctl;
	const char *tenant, *name; /* of the switch */
	char address[IPNET_TEXT_SIZE];
	int64_t switch_id;
};

/* As the database has it: one way to write each address. */
static int take_address(struct ctl *ctl, const char *text, char address[static IPNET_TEXT_SIZE])
{
	struct ipnet net;

	if (ipnet_parse_addr(text, &net) == 0) {
		ipnet_format_addr(&net, address);
		return 0;
	}
	reason_set(&ctl->why, "%s is not an address; write it like 10.1.1.1", text);
	return -1;
}

static int host_begin(struct ctl *ctl, const struct args *args, struct host_change *host)
{
	int64_t tenant_id;

	*host = (struct host_change){
		.ctl = ctl,
		.tenant = args->names[0],
		.name = args->names[1],
	};
	if (lookup_in_tenant(ctl, "switch", host->tenant, host->name, &tenant_id,
			     &host->switch_id) < 0)
		return -1;
	return take_address(ctl, args->names[2], host->address);
}

/* 1 where the switch has the host, 0, or -1. */
static int host_find(const struct host_change *host, int64_t *id)
{
	return sql_number(host->ctl, id,
			  "SELECT h.id FROM host h JOIN subnet n ON n.id = h.subnet_id"
			  " WHERE n.switch_id = ?1 AND h.address = ?2",
			  "it", host->switch_id, host->address);
}

static int host_lookup(const struct host_change *host, int64_t *id)
{
	int ret = host_find(host, id);

	if (ret == 0)
		reason_set(
			&host->ctl->why,
			"switch %s of tenant %s has no host %s; \"tenantctl show host %s %s\" lists them",
			host->name, host->tenant, host->address, host->tenant, host->name);
	return ret > 0 ? 0 : -1;
}

/* The subnet of the switch that holds the address: 1, 0 where none does, or -1. */
static int host_subnet(struct ctl *ctl, int64_t switch_id, const char *address, int64_t *subnet_id)
{
	static const char next[] =
		"SELECT id FROM subnet WHERE switch_id = ?1 AND id > ?2 ORDER BY id";
	char prefix[SQL_TEXT_SIZE];
	struct ipnet net, one;
	int ret;

	*subnet_id = 0;
	if (ipnet_parse_addr(address, &one) < 0)
		return 0;
	while ((ret = sql_number(ctl, subnet_id, next, "ii", switch_id, *subnet_id)) > 0) {
		if (sql_text(ctl, prefix, sizeof(prefix),
			     "SELECT prefix FROM subnet WHERE id = ?1", "i", *subnet_id) < 0)
			return -1;
		if (ipnet_parse(prefix, &net) == 0 && ipnet_contains(&net, &one))
			return 1;
	}
	return ret;
}

static int host_add(struct ctl *ctl, const struct args *args)
{
	struct row row = { .table = "host", .object = "host" };
	struct host_change host;
	int64_t id, subnet_id;
	int ret;

	if (host_begin(ctl, args, &host) < 0)
		return -1;
	ret = host_find(&host, &id);
	if (ret > 0)
		reason_set(&ctl->why, "switch %s of tenant %s has the host %s already", host.name,
			   host.tenant, host.address);
	if (ret)
		return -1;
	ret = host_subnet(ctl, host.switch_id, host.address, &subnet_id);
	if (ret == 0)
		reason_set(
			&ctl->why,
			"host %s is in no subnet of switch %s of tenant %s; \"tenantctl show subnet %s %s\" lists them",
			host.address, host.name, host.tenant, host.tenant, host.name);
	if (ret <= 0)
		return -1;
	row_number(&row, "subnet_id", subnet_id);
	row_text(&row, "address", host.address);
	return row_options(ctl, &row, args, 0) < 0 ? -1 : row_insert(ctl, &row, NULL);
}

static int host_set(struct ctl *ctl, const struct args *args)
{
	struct row row = { .table = "host", .object = "host" };
	struct host_change host;
	int64_t id;

	if (host_begin(ctl, args, &host) < 0 || host_lookup(&host, &id) < 0 ||
	    row_options(ctl, &row, args, id) < 0)
		return -1;
	if (args_value(args, "site"))
		row_null(&row, "seen_by");
	return row_update(ctl, &row, id);
}

static int host_del(struct ctl *ctl, const struct args *args)
{
	struct host_change host;
	int64_t id;

	if (host_begin(ctl, args, &host) < 0 || host_lookup(&host, &id) < 0)
		return -1;
	return sql_run(ctl, "DELETE FROM host WHERE id = ?1", "i", id);
}

/* ---- moving ---- */

/* The switch that has the host; one that is at the site goes before others, since two
 * may have the same subnet, the one recovered as the other.
 */
static const struct logical_switch *switch_of_host(const struct tenant *tenant,
						   const char *address, uint32_t site_id)
{
	const struct logical_switch *sw, *found = NULL;
	const struct tenant_host *host;
	struct ipnet one;

	ipnet_parse_addr(address, &one);
	darr_foreach_p (tenant->switches, sw)
		darr_foreach_p (sw->hosts, host)
			if (!ipnet_cmp(&host->address, &one) &&
			    (!found || switch_is_at(tenant, sw, site_id)))
				found = sw;
	return found;
}

int host_can_be_at(struct ctl *ctl, const struct model *model, const struct tenant *tenant,
		   const struct logical_switch *sw, uint32_t site_id)
{
	const struct site *site = provider_site(model_provider(model), site_id);

	if (!(tenant_roles_at(model_provider(model), tenant, site_id) & ROLE_DLR))
		reason_set(
			&ctl->why,
			"no DLR of %s serves tenant %s; attach one with \"tenantctl set tenant %s --nodes +NODE\"",
			site->name, tenant->name, tenant->name);
	else if (!switch_is_at(tenant, sw, site_id))
		reason_set(
			&ctl->why,
			"switch %s of tenant %s is not at %s; keep it ready there with \"tenantctl add map %s %s %s\" first",
			sw->name, tenant->name, site->name, tenant->name, sw->name, site->name);
	else
		return 0;
	return -1;
}

const struct logical_switch *host_switch(const struct tenant *tenant, const char *address,
					 uint32_t site_id)
{
	const struct logical_switch *sw, *found = switch_of_host(tenant, address, site_id);
	const struct subnet *subnet;
	struct ipnet one;

	if (found || ipnet_parse_addr(address, &one) < 0)
		return found;
	darr_foreach_p (tenant->switches, sw)
		darr_foreach_p (sw->subnets, subnet)
			if (ipnet_contains(&subnet->prefix, &one) &&
			    (!found || switch_is_at(tenant, sw, site_id)))
				found = sw;
	return found;
}

int host_put(struct ctl *ctl, const struct logical_switch *sw, const char *address,
	     uint32_t site_id)
{
	bool needs_route = sw->site_id != site_id || sw->state != SWITCH_ACTIVE;
	int64_t subnet_id;

	if (host_subnet(ctl, sw->id, address, &subnet_id) < 0)
		return -1;
	return sql_run(ctl,
		       "INSERT INTO host (subnet_id, address, site_id, advertise)"
		       " VALUES (?1, ?2, ?3, ?4) ON CONFLICT (subnet_id, address)"
		       " DO UPDATE SET site_id = ?3, advertise = ?4, seen_by = NULL",
		       "itii", subnet_id, address, (int64_t)site_id, (int64_t)needs_route);
}

static int move(struct ctl *ctl, const struct model *model, const struct tenant *tenant,
		const char *address, int64_t site_id)
{
	const struct logical_switch *sw = switch_of_host(tenant, address, site_id);

	if (!sw) {
		reason_set(
			&ctl->why,
			"tenant %s has no host %s; make it known with \"tenantctl add host %s SWITCH %s\"",
			tenant->name, address, tenant->name, address);
		return -1;
	}
	if (host_can_be_at(ctl, model, tenant, sw, site_id) < 0)
		return -1;
	return host_put(ctl, sw, address, site_id);
}

static int host_move(struct ctl *ctl, const struct args *args)
{
	char address[IPNET_TEXT_SIZE];
	int64_t tenant_id, site_id;
	struct model *model;
	int ret;

	if (lookup_id(ctl, "tenant", args->names[0], &tenant_id) < 0 ||
	    take_address(ctl, args->names[1], address) < 0 ||
	    lookup_id(ctl, "site", args_value(args, "to"), &site_id) < 0)
		return -1;
	model = show_load(ctl);
	if (!model)
		return -1;
	ret = move(ctl, model, model_tenant(model, tenant_id), address, site_id);
	model_free(model);
	return ret;
}

/* ---- the commands ---- */

static const struct option_info host_add_options[] = {
	{ "site", OPT_SITE, 0, "site_id", "SITE", "where it is" },
	{ "advertise", OPT_FLAG, 0, "advertise", NULL,
	  "announce it by a route of its own, from there", 1 },
	{},
};

static const struct option_info host_set_options[] = {
	{ "site", OPT_SITE, OPTION_AUTO, "site_id", "SITE", "where it is" },
	{ "advertise", OPT_FLAG, 0, "advertise", NULL,
	  "announce it by a route of its own, from there", 1 },
	{ "no-advertise", OPT_FLAG, 0, "advertise", NULL, "its subnet's route is enough", 0 },
	{},
};

static const struct option_info move_options[] = {
	{ "to", OPT_SITE, OPTION_NEEDED, NULL, "SITE", "where it is now" },
	{},
};

const struct command host_commands[] = {
	{
		.verb = "add",
		.object = "host",
		.names = "TENANT SWITCH ADDRESS",
		.options = host_add_options,
		.summary = "a host that may have a route of its own, where it is",
		.example = "tenantctl add host acme web 10.1.1.50 --site dc1",
		.access = ACCESS_WRITE,
		.run = host_add,
	},
	{
		.verb = "set",
		.object = "host",
		.names = "TENANT SWITCH ADDRESS",
		.options = host_set_options,
		.summary = "change where a host is, or whether it has a route of its own",
		.example = "tenantctl set host acme web 10.1.1.50 --advertise",
		.access = ACCESS_WRITE,
		.run = host_set,
	},
	{
		.verb = "del",
		.object = "host",
		.names = "TENANT SWITCH ADDRESS",
		.summary = "forget a host; its own route goes everywhere",
		.example = "tenantctl del host acme web 10.1.1.50",
		.access = ACCESS_WRITE,
		.run = host_del,
	},
	{
		.verb = "show",
		.object = "host",
		.names = "[TENANT] [ADDRESS]",
		.summary = "hosts, where they are, and which have a route of their own",
		.example = "tenantctl show host acme",
		.access = ACCESS_READ,
		.run = show_host,
	},
	{
		.verb = "move",
		.object = "host",
		.names = "TENANT ADDRESS",
		.options = move_options,
		.summary = "a host is at another site now: its own route leads there",
		.example = "tenantctl move host acme 10.1.1.50 --to dc2",
		.access = ACCESS_WRITE,
		.run = host_move,
	},
	{},
};

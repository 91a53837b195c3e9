// SPDX-License-Identifier: GPL-2.0-or-later
/* Network maps: at which other site a switch is recovered, and as which switch. */
#include <zebra.h>

#include <string.h>

#include <sqlite3.h>

#include "ctl/args.h"
#include "ctl/lookup.h"
#include "ctl/row.h"
#include "ctl/show.h"

struct map {
	int64_t tenant_id, switch_id, site_id;
};

static int lookup_map(struct ctl *ctl, const struct args *args, struct map *map)
{
	if (lookup_in_tenant(ctl, "switch", args->names[0], args->names[1], &map->tenant_id,
			     &map->switch_id) < 0)
		return -1;
	return lookup_id(ctl, "site", args->names[2], &map->site_id);
}

/* 1 where there is a row, 0, or -1. */
static int map_find(struct ctl *ctl, const struct map *map)
{
	int64_t found;

	return sql_number(ctl, &found,
			  "SELECT 1 FROM network_map WHERE switch_id = ?1 AND site_id = ?2", "ii",
			  map->switch_id, map->site_id);
}

/* What is everywhere, or there, is not recovered there. */
static int check_away(struct ctl *ctl, const struct args *args, const struct map *map)
{
	int64_t home;

	if (sql_number(ctl, &home, "SELECT ifnull(site_id, 0) FROM logical_switch WHERE id = ?1",
		       "i", map->switch_id) < 0)
		return -1;
	if (home && home != map->site_id)
		return 0;
	if (home)
		reason_set(&ctl->why,
			   "switch %s of tenant %s is at %s itself; map it to another site",
			   args->names[1], args->names[0], args->names[2]);
	else
		reason_set(
			&ctl->why,
			"switch %s of tenant %s is at all its sites and needs no map; say where it is by its --site",
			args->names[1], args->names[0]);
	return -1;
}

static int map_add(struct ctl *ctl, const struct args *args)
{
	const char *as = args_value(args, "as");
	struct row row = { .table = "network_map", .object = "map" };
	int64_t tenant_id, target;
	struct map map;
	int ret;

	if (lookup_map(ctl, args, &map) < 0 || check_away(ctl, args, &map) < 0)
		return -1;
	ret = map_find(ctl, &map);
	if (ret > 0)
		reason_set(
			&ctl->why,
			"switch %s of tenant %s is mapped to %s already; \"tenantctl del map %s %s %s\" first",
			args->names[1], args->names[0], args->names[2], args->names[0],
			args->names[1], args->names[2]);
	if (ret)
		return -1;
	row_number(&row, "switch_id", map.switch_id);
	row_number(&row, "site_id", map.site_id);
	if (as && strcmp(as, args->names[1])) {
		if (lookup_in_tenant(ctl, "switch", args->names[0], as, &tenant_id, &target) < 0)
			return -1;
		row_number(&row, "target_id", target);
	}
	return row_insert(ctl, &row, NULL);
}

static int map_del(struct ctl *ctl, const struct args *args)
{
	struct map map;
	int ret;

	if (lookup_map(ctl, args, &map) < 0)
		return -1;
	ret = map_find(ctl, &map);
	if (ret == 0)
		reason_set(
			&ctl->why,
			"switch %s of tenant %s is not mapped to %s; \"tenantctl show map %s\" lists them",
			args->names[1], args->names[0], args->names[2], args->names[0]);
	if (ret <= 0)
		return -1;
	return sql_run(ctl, "DELETE FROM network_map WHERE switch_id = ?1 AND site_id = ?2", "ii",
		       map.switch_id, map.site_id);
}

static const struct option_info map_options[] = {
	{ "as", OPT_TEXT, 0, NULL, "SWITCH",
	  "another switch, which is at that site; else itself" },
	{},
};

const struct command map_commands[] = {
	{
		.verb = "add",
		.object = "map",
		.names = "TENANT SWITCH SITE",
		.options = map_options,
		.summary = "keep a switch ready at another site, where it would be recovered",
		.example = "tenantctl add map acme app dc2 --as app-dc2",
		.access = ACCESS_WRITE,
		.run = map_add,
	},
	{
		.verb = "del",
		.object = "map",
		.names = "TENANT SWITCH SITE",
		.summary = "a switch is not recovered there, or only as its tenant says",
		.example = "tenantctl del map acme app dc2",
		.access = ACCESS_WRITE,
		.run = map_del,
	},
	{
		.verb = "show",
		.object = "map",
		.names = "[TENANT] [SWITCH]",
		.summary = "which switches are mapped to other sites, and as what",
		.example = "tenantctl show map acme",
		.access = ACCESS_READ,
		.run = show_map,
	},
	{},
};

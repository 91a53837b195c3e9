// SPDX-License-Identifier: GPL-2.0-or-later
/* Sites: places with nodes. */
#include <zebra.h>

#include "ctl/args.h"
#include "ctl/lookup.h"
#include "ctl/row.h"
#include "ctl/show.h"

static int site_add(struct ctl *ctl, const struct args *args)
{
	struct row row = { .table = "site", .object = "site" };

	if (lookup_new(ctl, "site", args->names[0]) < 0)
		return -1;
	row_text(&row, "name", args->names[0]);
	if (row_options(ctl, &row, args, 0) < 0)
		return -1;
	return row_insert(ctl, &row, NULL);
}

static int site_set(struct ctl *ctl, const struct args *args)
{
	struct row row = { .table = "site", .object = "site" };
	int64_t id;

	if (lookup_id(ctl, "site", args->names[0], &id) < 0 ||
	    row_options(ctl, &row, args, id) < 0)
		return -1;
	return row_update(ctl, &row, id);
}

static int site_del(struct ctl *ctl, const struct args *args)
{
	const char *name = args->names[0];
	int64_t id;

	if (lookup_id(ctl, "site", name, &id) < 0 ||
	    lookup_unused(
		    ctl, "site", name, id,
		    "SELECT 'node ' || name FROM node WHERE site_id = ?1"
		    " UNION ALL SELECT 'wire ' || name FROM wire WHERE site_id = ?1"
		    " UNION ALL SELECT 'domain ' || name FROM switch_domain WHERE site_id = ?1"
		    " UNION ALL SELECT 'switch ' || s.name || ' of tenant ' || t.name"
		    "  FROM logical_switch s JOIN tenant t ON t.id = s.tenant_id"
		    "  WHERE s.site_id = ?1"
		    " UNION ALL SELECT 'the subscription of tenant ' || t.name || ' to bundle ' || b.name"
		    "  FROM subscription u JOIN tenant t ON t.id = u.tenant_id"
		    "  JOIN bundle b ON b.id = u.bundle_id WHERE u.site_id = ?1") < 0)
		return -1;
	return sql_run(ctl, "DELETE FROM site WHERE id = ?1", "i", id);
}

static const struct option_info site_options[] = {
	{ "locale", OPT_TEXT, .column = "locale", .metavar = "ID",
	  .help = "locale id for local egress; empty: the site's own" },
	{},
};

const struct command site_commands[] = {
	{
		.verb = "add",
		.object = "site",
		.names = "NAME",
		.options = site_options,
		.summary = "a data centre, or a point of presence with a PE",
		.example = "tenantctl add site dc1",
		.access = ACCESS_WRITE,
		.run = site_add,
	},
	{
		.verb = "set",
		.object = "site",
		.names = "NAME",
		.options = site_options,
		.summary = "change a site",
		.example = "tenantctl set site dc1 --locale west",
		.access = ACCESS_WRITE,
		.run = site_set,
	},
	{
		.verb = "del",
		.object = "site",
		.names = "NAME",
		.summary = "delete a site that nothing uses any more",
		.example = "tenantctl del site dc1",
		.access = ACCESS_WRITE,
		.run = site_del,
	},
	{
		.verb = "show",
		.object = "site",
		.names = "[NAME]",
		.summary = "sites and how many nodes each has",
		.example = "tenantctl show site",
		.access = ACCESS_READ,
		.run = show_site,
	},
	{},
};

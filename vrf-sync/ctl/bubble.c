// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Test bubbles: a tenant's networks once more, at one site, with no way out.
 *
 * A bubble is a tenant of its own, "acme.test", so that it has a VRF and VXLAN
 * numbers of its own, and only DLRs serve it: there is no edge that would announce
 * anything, and the schema lets none come.  Machines started in it may have the
 * addresses they have in production.
 */
#include <zebra.h>

#include <stdio.h>
#include <string.h>

#include <sqlite3.h>

#include "ctl/args.h"
#include "ctl/change.h"
#include "ctl/lookup.h"
#include "ctl/operation.h"
#include "ctl/row.h"

const char *bubble_name(const char *tenant, char buf[static BUBBLE_NAME_SIZE])
{
	snprintf(buf, BUBBLE_NAME_SIZE, "%s.test", tenant);
	return buf;
}

/* Its networks as they would be at the site: what is recovered there as another switch is that
 * one, and what only stands by for another elsewhere is nothing.
 */
#define SWITCHES                                                                                 \
	"s.tenant_id = ?2 AND s.purpose = 'production' AND (s.site_id IS NULL OR s.site_id = ?3" \
	" OR s.state <> 'ready' AND NOT EXISTS (SELECT 1 FROM network_map m"                     \
	" WHERE m.switch_id = s.id AND m.site_id = ?3 AND m.target_id IS NOT NULL))"

static const char *const copies[] = {
	"INSERT INTO aggregate (tenant_id, prefix) SELECT ?1, prefix FROM aggregate WHERE tenant_id = ?2",
	"INSERT INTO attachment (tenant_id, node_id, role) SELECT ?1, a.node_id, a.role"
	" FROM attachment a JOIN node n ON n.id = a.node_id"
	" WHERE a.tenant_id = ?2 AND a.role = 'dlr' AND n.site_id = ?3 ORDER BY a.id",
	"INSERT INTO logical_switch (tenant_id, name, site_id, purpose, mtu)"
	" SELECT ?1, s.name, ?3, 'test', s.mtu FROM logical_switch s WHERE " SWITCHES
	" ORDER BY s.id",
	"INSERT INTO subnet (switch_id, prefix, gateway, advertise)"
	" SELECT b.id, n.prefix, n.gateway, 0 FROM logical_switch b JOIN logical_switch s"
	" ON s.tenant_id = ?2 AND s.name = b.name JOIN subnet n ON n.switch_id = s.id"
	" WHERE b.tenant_id = ?1 ORDER BY n.id",
};

int bubble_write(struct ctl *ctl, const struct operation *operation)
{
	struct row row = { .table = "tenant", .object = "tenant" };
	char name[BUBBLE_NAME_SIZE], vrf[DEVICE_NAME_MAX + 1];
	int64_t id;

	bubble_name(operation->tenant, name);
	row_text(&row, "name", name);
	if (strlen(name) > DEVICE_NAME_MAX) {
		snprintf(vrf, sizeof(vrf), "test-%" PRId64, operation->tenant_id);
		row_text(&row, "vrf", vrf);
	}
	row_number(&row, "bubble_of", operation->tenant_id);
	if (row_insert(ctl, &row, &id) < 0)
		return -1;
	for (unsigned int i = 0; i < array_size(copies); i++)
		if (sql_run(ctl, copies[i], "iii", id, operation->tenant_id, operation->to_id) < 0)
			return -1;
	return 0;
}

/* ---- commands ---- */

/* 1 with its id, 0, or -1. */
static int find_bubble(struct ctl *ctl, int64_t tenant_id, int64_t *id)
{
	return sql_number(ctl, id, "SELECT id FROM tenant WHERE bubble_of = ?1", "i", tenant_id);
}

static int check_none(struct ctl *ctl, const struct operation *operation)
{
	char name[BUBBLE_NAME_SIZE];
	int64_t id;
	int ret = find_bubble(ctl, operation->tenant_id, &id);

	if (ret > 0)
		reason_set(
			&ctl->why,
			"tenant %s has a test bubble already; \"tenantctl bubble stop %s\" first",
			operation->tenant, operation->tenant);
	return ret ? -1 : lookup_new(ctl, "tenant", bubble_name(operation->tenant, name));
}

static int ask_start(struct ctl *ctl, const struct args *args, const char *tenant,
		     struct operation *operation)
{
	operation->kind = OPERATION_BUBBLE;
	strlcpy(operation->to, args_value(args, "at"), sizeof(operation->to));
	strlcpy(operation->from, "production", sizeof(operation->from));
	if (operation_take_options(ctl, args, operation) < 0 ||
	    operation_take_tenant(ctl, tenant, operation) < 0 ||
	    lookup_id(ctl, "site", operation->to, &operation->to_id) < 0)
		return -1;
	return check_none(ctl, operation);
}

static int bubble_start(struct ctl *ctl, const struct args *args)
{
	return operation_command(ctl, args, ask_start);
}

static int bubble_stop(struct ctl *ctl, const struct args *args)
{
	int64_t tenant_id, id;
	int ret;

	if (lookup_id(ctl, "tenant", args->names[0], &tenant_id) < 0)
		return -1;
	ret = find_bubble(ctl, tenant_id, &id);
	if (!ret)
		reason_set(&ctl->why,
			   "tenant %s has no test bubble; \"tenantctl bubble start %s\" makes one",
			   args->names[0], args->names[0]);
	if (ret <= 0)
		return -1;
	return sql_run(ctl, "DELETE FROM tenant WHERE id = ?1", "i", id);
}

static const struct option_info start_options[] = {
	{ "at", OPT_SITE, OPTION_NEEDED, NULL, "SITE", "whose DLRs have it" },
	OPERATION_OPTIONS,
};

const struct command bubble_commands[] = {
	{
		.verb = "bubble",
		.object = "start",
		.names = "TENANT",
		.options = start_options,
		.summary = "a tenant's networks once more for tests, at one site, with no way out",
		.example = "tenantctl bubble start acme --at dc2",
		.access = ACCESS_OPERATION,
		.run = bubble_start,
	},
	{
		.verb = "bubble",
		.object = "stop",
		.names = "TENANT",
		.summary = "delete a tenant's test bubble",
		.example = "tenantctl bubble stop acme",
		.access = ACCESS_WRITE,
		.run = bubble_stop,
	},
	{},
};

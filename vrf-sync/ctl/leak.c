// SPDX-License-Identifier: GPL-2.0-or-later
/* Leaks: one prefix of one tenant, visible in another. */
#include <zebra.h>

#include <string.h>

#include <sqlite3.h>

#include "ctl/args.h"
#include "ctl/lookup.h"
#include "ctl/row.h"
#include "ctl/show.h"

struct ends {
	int64_t from, to;
};

static int lookup_ends(struct ctl *ctl, const struct args *args, struct ends *ends)
{
	if (lookup_id(ctl, "tenant", args->names[0], &ends->from) < 0 ||
	    lookup_id(ctl, "tenant", args->names[1], &ends->to) < 0)
		return -1;
	if (ends->from != ends->to)
		return 0;
	reason_set(&ctl->why, "a leak goes from one tenant to another; both are %s",
		   args->names[0]);
	return -1;
}

static int leak_add(struct ctl *ctl, const struct args *args)
{
	struct ipnet net;
	struct ends ends;
	int64_t id;
	int ret;

	if (args_net(ctl, args->names[2], &net) < 0 || lookup_ends(ctl, args, &ends) < 0)
		return -1;
	ret = sql_number(
		ctl, &id,
		"SELECT id FROM leak WHERE from_tenant = ?1 AND to_tenant = ?2 AND prefix = ?3",
		"iit", ends.from, ends.to, args->names[2]);
	if (ret > 0)
		reason_set(&ctl->why, "the leak of %s from tenant %s to tenant %s exists already",
			   args->names[2], args->names[0], args->names[1]);
	if (ret)
		return -1;
	return sql_run(ctl,
		       "INSERT INTO leak (from_tenant, to_tenant, prefix) VALUES (?1, ?2, ?3)",
		       "iit", ends.from, ends.to, args->names[2]);
}

static int leak_del(struct ctl *ctl, const struct args *args)
{
	struct ends ends;

	if (lookup_ends(ctl, args, &ends) < 0 ||
	    sql_run(ctl,
		    "DELETE FROM leak WHERE from_tenant = ?1 AND to_tenant = ?2 AND prefix = ?3",
		    "iit", ends.from, ends.to, args->names[2]) < 0)
		return -1;
	if (sqlite3_changes(ctl->db->sqlite))
		return 0;
	reason_set(
		&ctl->why,
		"there is no leak of %s from tenant %s to tenant %s; \"tenantctl show leak\" lists them",
		args->names[2], args->names[0], args->names[1]);
	return -1;
}

const struct command leak_commands[] = {
	{
		.verb = "add",
		.object = "leak",
		.names = "FROM-TENANT TO-TENANT PREFIX",
		.summary = "let one tenant see a prefix of another; the way back is a second leak",
		.example = "tenantctl add leak shared acme 10.9.0.10/32",
		.access = ACCESS_WRITE,
		.run = leak_add,
	},
	{
		.verb = "del",
		.object = "leak",
		.names = "FROM-TENANT TO-TENANT PREFIX",
		.summary = "delete a leak",
		.example = "tenantctl del leak shared acme 10.9.0.10/32",
		.access = ACCESS_WRITE,
		.run = leak_del,
	},
	{
		.verb = "show",
		.object = "leak",
		.names = "[TENANT]",
		.summary = "leaks from and to tenants",
		.example = "tenantctl show leak acme",
		.access = ACCESS_READ,
		.run = show_leak,
	},
	{},
};

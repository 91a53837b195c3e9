// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Phases of operations on sites: the rows that each writes.
 *
 * A planned failover is two: the old site gives its switches up, and what still
 * arrives there for them gets "unreachable" instead of going in circles between
 * DLR and edge; then they are active at the other.  The old site's edges say that
 * they are in step when their way to the DLR is gone (daemon/leaving.c): only then
 * is the answer taken away.  A disaster is the second alone, and so is an operation
 * whose tenant has all its switches at all sites and only lets its traffic leave by
 * another one.
 */
#include <zebra.h>

#include <string.h>

#include "ctl/host.h"
#include "ctl/list.h"
#include "ctl/operation.h"
#include "ctl/row.h"
#include "ctl/show.h"

#include "darr.h"

/* Switches that go: ?1 tenant, ?2 the site they leave, ?3 the one they go to, where they are
 * ready.  What is for tests or for replication stays where it is.
 */
#define GOING                                                                            \
	"s.tenant_id = ?1 AND s.site_id = ?2 AND s.purpose = 'production'"               \
	" AND s.state IN ('active', 'leaving') AND (EXISTS (SELECT 1 FROM network_map r" \
	" WHERE r.switch_id = s.id AND r.site_id = ?3)"                                  \
	" OR (SELECT recovery_site_id FROM tenant WHERE id = ?1) = ?3)"

static int run(struct ctl *ctl, const char *sql, const struct operation *operation)
{
	return sql_run(ctl, sql, "iii", operation->tenant_id, operation->from_id,
		       operation->to_id);
}

static int write_leaving(struct ctl *ctl, const struct operation *operation)
{
	return run(ctl,
		   "UPDATE logical_switch AS s SET state = 'leaving' WHERE " GOING
		   " AND s.state = 'active'",
		   operation);
}

static int write_active(struct ctl *ctl, const struct operation *operation)
{
	/* First those that are recovered as another: while they still say that they go */
	if (run(ctl,
		"UPDATE logical_switch SET state = 'active' WHERE id IN"
		" (SELECT m.target_id FROM network_map m JOIN logical_switch s ON s.id = m.switch_id"
		"  WHERE m.site_id = ?3 AND " GOING ")",
		operation) < 0 ||
	    run(ctl,
		"UPDATE logical_switch AS s SET state = 'ready' WHERE " GOING
		" AND s.id IN (SELECT switch_id FROM network_map"
		" WHERE site_id = ?3 AND target_id IS NOT NULL)",
		operation) < 0)
		return -1;
	/* Next all others, which are recovered as themselves */
	if (run(ctl, "UPDATE logical_switch AS s SET site_id = ?3, state = 'active' WHERE " GOING,
		operation) < 0)
		return -1;
	/* Finally the way out of what is at all sites */
	return run(ctl,
		   "UPDATE tenant SET active_site_id = ?3"
		   " WHERE id = ?1 AND egress = 'active' AND active_site_id = ?2",
		   operation);
}

static int put_hosts(struct ctl *ctl, const struct tenant *tenant,
		     const struct operation *operation, const struct list_item *hosts)
{
	const struct list_item *host;

	darr_foreach_p (hosts, host) {
		const struct logical_switch *sw =
			tenant ? host_switch(tenant, host->text, operation->to_id) : NULL;

		if (!sw) {
			reason_set(&ctl->why, "host %s is in no subnet of tenant %s", host->text,
				   operation->tenant);
			return -1;
		}
		if (host_put(ctl, sw, host->text, operation->to_id) < 0)
			return -1;
	}
	return 0;
}

static int write_hosts(struct ctl *ctl, const struct operation *operation)
{
	struct list_item *hosts = NULL;
	struct model *model = show_load(ctl);
	int ret = model ? list_parse(ctl, "partial", operation->hosts, &hosts) : -1;

	if (!ret)
		ret = put_hosts(ctl, model_tenant(model, operation->tenant_id), operation, hosts);
	darr_free(hosts);
	model_free(model);
	return ret;
}

/* Of a switch that has gone over, the way back: ?1 tenant, ?2 where it is, ?3 where it was. */
#define GONE                                                                              \
	"m.site_id = ?2 AND s.tenant_id = ?1 AND (m.target_id IS NULL AND s.site_id = ?2" \
	" OR m.target_id IN (SELECT id FROM logical_switch WHERE state = 'active'))"

static int write_protect(struct ctl *ctl, const struct operation *operation)
{
	if (run(ctl,
		"UPDATE tenant SET recovery_site_id = ?3 WHERE id = ?1 AND (recovery_site_id = ?2"
		" OR recovery_site_id IS NULL AND NOT EXISTS (SELECT 1 FROM network_map m"
		" JOIN logical_switch s ON s.id = m.switch_id WHERE " GONE "))",
		operation) < 0 ||
	    run(ctl,
		"INSERT INTO network_map (switch_id, site_id, target_id)"
		" SELECT ifnull(m.target_id, m.switch_id), ?3,"
		" CASE WHEN m.target_id IS NOT NULL THEN m.switch_id END"
		" FROM network_map m JOIN logical_switch s ON s.id = m.switch_id WHERE " GONE
		" ON CONFLICT (switch_id, site_id) DO NOTHING",
		operation) < 0)
		return -1;
	return run(ctl,
		   "DELETE FROM network_map WHERE rowid IN (SELECT m.rowid FROM network_map m"
		   " JOIN logical_switch s ON s.id = m.switch_id WHERE " GONE ")",
		   operation);
}

static const struct phase leaving = {
	.name = "leaving",
	.standing = "its switches are leaving %s and are not yet active at %s",
	.old_site = true,
	.write = write_leaving,
};
static const struct phase active = {
	.name = "active",
	.standing = "in the database it has left %s and is active at %s",
	.write = write_active,
};
static const struct phase moved = {
	.name = "hosts",
	.standing = "in the database its hosts have left %s and are at %s",
	.write = write_hosts,
};
static const struct phase protect = {
	.name = "protect",
	.standing = "in the database it is at %s, and kept ready at %s",
	.write = write_protect,
};

static const struct phase bubble = {
	.name = "bubble",
	.standing = "in the database its bubble, beside %s, is at %s",
	.write = bubble_write,
};

unsigned int phases_of(const struct operation *operation, const struct phase *phases[PHASES_MAX])
{
	unsigned int count = 0;

	if (operation->kind == OPERATION_REPROTECT) {
		phases[count++] = &protect;
		return count;
	}
	if (operation->kind == OPERATION_BUBBLE) {
		phases[count++] = &bubble;
		return count;
	}
	if (operation->kind == OPERATION_RESTORE) {
		phases[count++] = &evacuation_active;
		return count;
	}
	if (operation->kind == OPERATION_EVACUATE) {
		if (operation->mode == OPERATION_PLANNED)
			phases[count++] = &evacuation_leaving;
		phases[count++] = &evacuation_evacuated;
		return count;
	}
	if (operation->mode == OPERATION_PARTIAL) {
		phases[count++] = &moved;
		return count;
	}
	if (operation->mode == OPERATION_PLANNED)
		phases[count++] = &leaving;
	phases[count++] = &active;
	return count;
}

#define SOURCES                                                                            \
	" FROM (SELECT DISTINCT site_id FROM logical_switch WHERE tenant_id = ?1"          \
	" AND site_id <> ?2 AND purpose = 'production' AND state IN ('active', 'leaving')" \
	" UNION SELECT active_site_id FROM tenant WHERE id = ?1 AND egress = 'active'"     \
	" AND active_site_id <> ?2)"

int phase_source(struct ctl *ctl, int64_t tenant_id, int64_t to_id, int64_t *from_id)
{
	char sites[SQL_TEXT_SIZE];
	int64_t count, found;

	if (sql_number(ctl, &count, "SELECT count(*)" SOURCES " WHERE ?3 = 0 OR site_id = ?3",
		       "iii", tenant_id, to_id, *from_id) < 0)
		return -1;
	if (count > 1) {
		if (sql_text(
			    ctl, sites, sizeof(sites),
			    "SELECT group_concat(name, ' and ') FROM site WHERE id IN (SELECT site_id" SOURCES
			    ")",
			    "ii", tenant_id, to_id) < 0)
			return -1;
		reason_set(&ctl->why,
			   "it has something at %s that could go; say which with --from SITE",
			   sites);
		return -1;
	}
	if (!count)
		return 0;
	if (sql_number(ctl, &found, "SELECT site_id" SOURCES " WHERE ?3 = 0 OR site_id = ?3",
		       "iii", tenant_id, to_id, *from_id) < 0)
		return -1;
	*from_id = found;
	return 1;
}

int phase_moves(struct ctl *ctl, int64_t tenant_id, int64_t from_id, int64_t to_id)
{
	int64_t moves;

	if (sql_number(ctl, &moves,
		       "SELECT EXISTS (SELECT 1 FROM logical_switch s WHERE " GOING ")"
		       " OR EXISTS (SELECT 1 FROM tenant WHERE id = ?1 AND egress = 'active'"
		       " AND active_site_id = ?2)",
		       "iii", tenant_id, from_id, to_id) < 0)
		return -1;
	return moves;
}

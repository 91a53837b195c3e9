// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A site whose edges are given up, and used again: the rows, and who is waited for.
 *
 * What tenants have at all their sites follows from the row of the site alone
 * (model/presence.h).  A planned evacuation is two phases, as a failover is: hosts
 * of the site use the gateway elsewhere, and what still arrives by its edges gets
 * "unreachable", until none of them has a way to its DLR; then that dead end goes,
 * too.  A site that comes back needs one: its DLR has the gateway before anybody
 * hears of it.
 */
#include <zebra.h>

#include "ctl/operation.h"
#include "ctl/row.h"

static int write_state(struct ctl *ctl, const struct operation *operation, const char *state)
{
	return sql_run(ctl, "UPDATE site SET state = ?2 WHERE id = ?1 AND state <> ?2", "it",
		       operation_site(operation), state);
}

static int write_leaving(struct ctl *ctl, const struct operation *operation)
{
	return write_state(ctl, operation, "leaving");
}

static int write_evacuated(struct ctl *ctl, const struct operation *operation)
{
	return write_state(ctl, operation, "evacuated");
}

static int write_active(struct ctl *ctl, const struct operation *operation)
{
	return write_state(ctl, operation, "active");
}

const struct phase evacuation_leaving = {
	.name = "leaving",
	.standing = "%s gives up what is at several sites, and is not evacuated yet",
	.old_site = true,
	.write = write_leaving,
};
const struct phase evacuation_evacuated = {
	.name = "evacuated",
	.standing = "in the database %s is evacuated",
	.write = write_evacuated,
};
const struct phase evacuation_active = {
	.name = "active",
	.standing = "in the database its edges are used again",
	.write = write_active,
};

/* Of tenants that have a switch at all their sites, and DLRs at this one and another.  While
 * gateways go: all nodes of the site, since an edge says when it has no way to them any more.
 * Afterwards DLRs: of the site, unless nobody there is asked, and of those that stand in.
 */
int evacuation_late(struct ctl *ctl, const struct operation *operation, const struct phase *phase,
		    int64_t seq, char *node, size_t size)
{
	static const char sql[] =
		"WITH dlr AS (SELECT a.tenant_id, n.site_id FROM attachment a"
		"  JOIN node n ON n.id = a.node_id WHERE a.role = 'dlr')"
		" SELECT DISTINCT n.name FROM attachment a JOIN node n ON n.id = a.node_id"
		" JOIN site ON site.id = n.site_id JOIN tenant t ON t.id = a.tenant_id"
		" LEFT JOIN node_status s ON s.node = n.name"
		" LEFT JOIN tenant_status h ON h.node = n.name AND h.tenant = t.name"
		" WHERE (ifnull(s.revision, -1) < ?2 OR ifnull(h.health, 'ok') <> 'ok')"
		" AND EXISTS (SELECT 1 FROM logical_switch w WHERE w.tenant_id = t.id AND w.site_id IS NULL)"
		" AND EXISTS (SELECT 1 FROM dlr WHERE dlr.tenant_id = t.id AND dlr.site_id = ?1)"
		" AND EXISTS (SELECT 1 FROM dlr WHERE dlr.tenant_id = t.id AND dlr.site_id <> ?1)"
		" AND CASE WHEN ?3 THEN n.site_id = ?1 ELSE a.role = 'dlr' AND"
		"  (n.site_id <> ?1 AND site.state = 'active' OR n.site_id = ?1 AND NOT ?4) END"
		" ORDER BY n.id";
	bool all = phase->old_site || operation->kind == OPERATION_RESTORE;

	return sql_text(ctl, node, size, sql, "iiii", operation_site(operation), seq, (int64_t)all,
			(int64_t)(operation->mode == OPERATION_DISASTER));
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Sites in the container state: operations, and what is where. */
#include <zebra.h>

#include <inttypes.h>

#include <libyang/libyang.h>

#include "darr.h"
#include "printfrr.h"

#include "daemon/show_site.h"
#include "daemon/tenantd.h"
#include "northbound.h"
#include "northbound/nb_priv.h"
#include "source/operation.h"

/* ---- operations ---- */

static void put_time(struct lyd_node *entry, const char *name, int64_t ms)
{
	char at[NB_TIME_SIZE];

	if (ms)
		nb_put(entry, name, "%s", nb_time(ms * 1000, at));
}

void nb_put_operation(struct lyd_node *parent, const struct operation_row *row)
{
	const struct tenant *tenant = model_tenant(tenantd.model, row->tenant_id);
	struct lyd_node *entry = nb_add_entry(parent, "operation", "[id='%" PRId64 "']", row->id);

	if (!entry)
		return;
	nb_put(entry, "tenant", "%s", tenant ? tenant->name : "");
	nb_put(entry, "kind", "%s", row->kind);
	nb_put(entry, "mode", "%s", row->mode);
	nb_put(entry, "from", "%s", operating_site(row->from_id));
	nb_put(entry, "to", "%s", operating_site(row->to_id));
	nb_put(entry, "phase", "%s", row->phase);
	put_time(entry, "phase-began", row->phase_began);
	put_time(entry, "phase-ended", row->phase_end);
	nb_put(entry, "state", "%s", row->state);
	put_time(entry, "began", row->began);
	put_time(entry, "ended", row->ended);
	nb_put(entry, "reason", "%s", row->reason.text);
}

void nb_put_operations(struct lyd_node *state)
{
	const struct operation_row *list = operating_list(), *row;

	darr_foreach_p (list, row)
		nb_put_operation(state, row);
}

/* ---- what is where ---- */

static void put_host(struct lyd_node *state, const struct tenant *tenant,
		     const struct logical_switch *sw, const struct tenant_host *host)
{
	const struct node *seen = host_seen_by(model_provider(tenantd.model), host);
	char text[IPNET_TEXT_SIZE];
	struct lyd_node *entry;

	entry = nb_add_entry(state, "host", "[tenant='%s'][switch='%s'][address='%s']",
			     tenant->name, sw->name, ipnet_format_addr(&host->address, text));
	if (!entry)
		return;
	nb_put(entry, "site", "%s", operating_site(host->site_id));
	nb_put(entry, "own-route", "%s", host_has_route(tenant, host) ? "true" : "false");
	nb_put(entry, "seen-by", "%s", seen ? seen->name : "");
}

static void put_switch(struct lyd_node *state, const struct tenant *tenant,
		       const struct logical_switch *sw)
{
	const struct tenant_host *host;
	struct lyd_node *entry;

	entry = nb_add_entry(state, "switch", "[tenant='%s'][name='%s']", tenant->name, sw->name);
	if (!entry)
		return;
	nb_put(entry, "site", "%s", operating_site(sw->site_id));
	nb_put(entry, "here", "%s", presence_names[site_presence(tenant, sw)]);
	nb_put(entry, "hosts-here", "%u", site_hosts(sw));
	darr_foreach_p (sw->hosts, host)
		put_host(state, tenant, sw, host);
}

void nb_put_sites(struct lyd_node *state, const struct tenant *tenant)
{
	const struct logical_switch *sw;

	darr_foreach_p (tenant->switches, sw)
		put_switch(state, tenant, sw);
}

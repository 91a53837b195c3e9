// SPDX-License-Identifier: GPL-2.0-or-later
/* Sites in what "show tenant NAME" says, and its hosts. */
#include <zebra.h>

#include <string.h>
#include <sys/time.h>

#include "command.h"
#include "darr.h"
#include "lib/json.h"
#include "vty.h"

#include "commands.h"
#include "apply/engine.h"
#include "daemon/show_site.h"
#include "daemon/tenantd.h"
#include "source/operation.h"

#define SWITCHES_SHOWN 20

/* ---- what is here ---- */

static uint32_t own_site(void)
{
	const struct node *node = tenantd_own_node();

	return node ? node->site_id : 0;
}

enum presence site_presence(const struct tenant *tenant, const struct logical_switch *sw)
{
	const struct provider *provider = model_provider(tenantd.model);

	return tenant_roles_at(provider, tenant, own_site()) & ROLE_DLR
		       ? switch_presence(provider, tenant, sw, own_site())
		       : PRESENCE_NONE;
}

unsigned int site_hosts(const struct logical_switch *sw)
{
	const struct tenant_host *host;
	unsigned int count = 0;

	darr_foreach_p (sw->hosts, host)
		count += host->site_id == own_site();
	return count;
}

static bool stands_by(const struct tenant *tenant)
{
	const struct node *node = tenantd_own_node();

	return node && node_stands_by(tenant, node);
}

/* ---- the operation ---- */

static int64_t ms_since(int64_t ms)
{
	struct timeval now;

	gettimeofday(&now, NULL);
	return MAX(0, (int64_t)now.tv_sec * 1000 + now.tv_usec / 1000 - ms);
}

static void show_operation(struct vty *vty, const struct operation_row *row)
{
	bool running = !strcmp(row->state, "running");
	char text[OPERATING_TEXT_SIZE];

	operating_text(row, text);
	text[0] = 'O';
	if (running && row->phase_began)
		vty_out(vty, "  %s: %s since %" PRId64 " s, %s\n", text, row->phase,
			ms_since(row->phase_end ? row->phase_end : row->phase_began) / 1000,
			row->phase_end ? "all nodes are in step" : "nodes are waited for");
	else if (running)
		vty_out(vty, "  %s: begun %" PRId64 " s ago\n", text, ms_since(row->began) / 1000);
	else
		vty_out(vty, "  %s: %s %" PRId64 " s ago%s%s\n", text, row->state,
			ms_since(row->ended) / 1000, row->reason.text[0] ? ", " : "",
			row->reason.text);
}

static struct json_object *operation_json(const struct operation_row *row)
{
	struct json_object *json = json_object_new_object();

	json_object_int_add(json, "id", row->id);
	json_object_string_add(json, "kind", row->kind);
	json_object_string_add(json, "mode", row->mode);
	json_object_string_add(json, "from", operating_site(row->from_id));
	json_object_string_add(json, "to", operating_site(row->to_id));
	json_object_string_add(json, "state", row->state);
	json_object_string_add(json, "phase", row->phase);
	json_object_int_add(json, "beganMs", row->began); /* all since 1970; 0: not yet */
	json_object_int_add(json, "phaseBeganMs", row->phase_began);
	json_object_int_add(json, "phaseEndedMs", row->phase_end);
	json_object_int_add(json, "endedMs", row->ended);
	json_object_string_add(json, "reason", row->reason.text);
	return json;
}

/* ---- show tenant ---- */

void site_show_node(struct vty *vty)
{
	const struct provider *provider = model_provider(tenantd.model);
	const struct site *site = provider ? provider_site(provider, own_site()) : NULL;
	const struct operation_row *list = operating_list(), *row;
	unsigned int running = 0, failed = 0;

	darr_foreach_p (list, row) {
		if (!operating_is_here(row))
			continue;
		running += !strcmp(row->state, "running");
		failed += !strcmp(row->state, "failed");
	}
	if (running || failed)
		vty_out(vty, "Operations on sites: %u running, %u failed\n", running, failed);
	darr_foreach_p (list, row)
		if (!row->tenant_id && operation_is_open(row))
			show_operation(vty, row);
	if (site && site->state != SITE_ACTIVE)
		vty_out(vty, "Warning: site %s is %s: what is at several sites goes by others\n",
			site->name, site_state_names[site->state]);
}

/* ---- show tenant NAME ---- */

static void show_switches(struct vty *vty, const struct tenant *tenant)
{
	unsigned int count = darr_len(tenant->switches), shown = 0;
	const struct logical_switch *sw;

	if (!count)
		return;
	vty_out(vty, "  %-20s %-16s %-8s %s\n", "Switch", "Site", "Here", "Hosts here");
	darr_foreach_p (tenant->switches, sw) {
		if (shown++ == SWITCHES_SHOWN) {
			vty_out(vty, "  and %u more; with json they are all here\n",
				count - SWITCHES_SHOWN);
			return;
		}
		vty_out(vty, "  %-20s %-16s %-8s %u\n", sw->name,
			sw->site_id ? operating_site(sw->site_id) : "all sites",
			presence_names[site_presence(tenant, sw)], site_hosts(sw));
	}
}

void site_show(struct vty *vty, const struct tenant *tenant)
{
	const struct operation_row *operation = operating_of_tenant(tenant->id);

	if (tenant->egress == EGRESS_ACTIVE)
		vty_out(vty, "  All traffic leaves by %s%s\n",
			operating_site(tenant->active_site_id),
			stands_by(tenant) ? "; this site stands by" : ", which is this site");
	if (tenant->recovery_site_id)
		vty_out(vty, "  Kept ready at %s\n", operating_site(tenant->recovery_site_id));
	if (operation)
		show_operation(vty, operation);
	show_switches(vty, tenant);
}

static struct json_object *switch_json(const struct tenant *tenant,
				       const struct logical_switch *sw)
{
	struct json_object *json = json_object_new_object();

	json_object_string_add(json, "name", sw->name);
	json_object_string_add(json, "site", operating_site(sw->site_id)); /* "": all */
	json_object_string_add(json, "state", switch_state_names[sw->state]);
	json_object_string_add(json, "here", presence_names[site_presence(tenant, sw)]);
	json_object_int_add(json, "hostsHere", site_hosts(sw));
	json_object_boolean_add(json, "trackHosts", sw->track_hosts);
	return json;
}

void site_json(struct json_object *json, const struct tenant *tenant)
{
	const struct operation_row *operation = operating_of_tenant(tenant->id);
	struct json_object *switches = json_object_new_array();
	const struct logical_switch *sw;

	json_object_string_add(json, "site", operating_site(own_site()));
	json_object_string_add(json, "egress", egress_names[tenant->egress]);
	json_object_string_add(json, "activeSite", operating_site(tenant->active_site_id));
	json_object_boolean_add(json, "standsBy", stands_by(tenant));
	json_object_string_add(json, "recoverySite", operating_site(tenant->recovery_site_id));
	if (operation)
		json_object_object_add(json, "operation", operation_json(operation));
	darr_foreach_p (tenant->switches, sw)
		json_object_array_add(switches, switch_json(tenant, sw));
	json_object_object_add(json, "switches", switches);
}

/* ---- show tenant NAME hosts ---- */

static void show_host(struct vty *vty, const struct tenant *tenant,
		      const struct logical_switch *sw, const struct tenant_host *host)
{
	const struct node *seen = host_seen_by(model_provider(tenantd.model), host);
	char text[IPNET_TEXT_SIZE];

	vty_out(vty, "%-20s %-20s %-16s %-9s %s%s\n", ipnet_format_addr(&host->address, text),
		sw->name, host->site_id ? operating_site(host->site_id) : "-",
		host_has_route(tenant, host) ? "yes" : "no", seen ? "seen by " : "written",
		seen ? seen->name : "");
}

static struct json_object *host_json(const struct tenant *tenant, const struct logical_switch *sw,
				     const struct tenant_host *host)
{
	const struct node *seen = host_seen_by(model_provider(tenantd.model), host);
	struct json_object *json = json_object_new_object();
	char text[IPNET_TEXT_SIZE];

	json_object_string_add(json, "address", ipnet_format_addr(&host->address, text));
	json_object_string_add(json, "switch", sw->name);
	json_object_string_add(json, "site", operating_site(host->site_id));
	json_object_boolean_add(json, "ownRoute", host_has_route(tenant, host));
	json_object_string_add(json, "seenBy", seen ? seen->name : ""); /* "": written */
	return json;
}

DEFUN(show_tenant_hosts, show_tenant_hosts_cmd, CMD_SHOW_TENANT_HOSTS, HELP_SHOW_TENANT_HOSTS)
{
	struct json_object *json = use_json(argc, argv) ? json_object_new_array() : NULL;
	const struct logical_switch *sw;
	const struct tenant_host *host;
	const struct tenant *tenant;
	struct engine_tenant one;

	if (!show_find_tenant(argv[2]->arg, &one))
		return show_no_such_tenant(vty, argv[2]->arg);
	tenant = model_tenant(tenantd.model, one.tenant_id);
	if (!json)
		vty_out(vty, "%-20s %-20s %-16s %-9s %s\n", "Host", "Switch", "Site", "Own route",
			"Known");
	if (tenant)
		darr_foreach_p (tenant->switches, sw)
			darr_foreach_p (sw->hosts, host) {
				if (json)
					json_object_array_add(json, host_json(tenant, sw, host));
				else
					show_host(vty, tenant, sw, host);
			}
	if (json)
		vty_json(vty, json);
	return CMD_SUCCESS;
}

void site_show_init(void)
{
	install_element(VIEW_NODE, &show_tenant_hosts_cmd);
}

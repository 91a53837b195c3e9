// SPDX-License-Identifier: GPL-2.0-or-later
/* Public addresses in what "show tenant NAME" says. */
#include <zebra.h>

#include "darr.h"
#include "lib/json.h"
#include "vty.h"

#include "daemon/show_site.h"
#include "daemon/tenantd.h"
#include "model/derive.h"
#include "model/public.h"

#define PUBLICS_SHOWN 20

/* What this node does for it. */
static bool is_announced(const struct tenant *tenant, const struct public_address *public)
{
	const struct node *node = tenantd_own_node();

	return node && (tenant_roles_on(tenant, node->id) & node->roles & ROLE_DLR) &&
	       public_is_at(model_provider(tenantd.model), tenant, public, node->site_id);
}

static bool is_translated(const struct tenant *tenant)
{
	const struct provider *provider = model_provider(tenantd.model);
	const struct node *node = tenantd_own_node();
	const struct wire *wire;

	if (!node)
		return false;
	darr_foreach_p (provider->wires, wire)
		if (wire->kind == WIRE_UPLINK &&
		    (wire_roles_on(wire, tenant, node->id) & ROLE_EDGE))
			return true;
	return false;
}

static const char *port_text(const struct public_address *public,
			     char buf[static SERVICE_TEXT_SIZE])
{
	return public->protocol ? service_text(public->protocol, public->port, buf) : "-";
}

void public_show(struct vty *vty, const struct tenant *tenant)
{
	static const char *const does[] = { "-", "announced", "translated",
					    "announced, translated" };
	unsigned int count = darr_len(tenant->publics), shown = 0;
	const struct public_address *public;

	if (count)
		vty_out(vty, "  %-20s %-10s %-16s %-6s %s\n", "Public address", "Port", "Host",
			"Port", "Here");
	darr_foreach_p (tenant->publics, public) {
		char address[IPNET_TEXT_SIZE], host[IPNET_TEXT_SIZE], port[SERVICE_TEXT_SIZE];

		char inside[8];

		snprintf(inside, sizeof(inside), "%u", public->inside_port);
		if (shown++ == PUBLICS_SHOWN) {
			vty_out(vty, "  and %u more; with json they are all here\n",
				count - PUBLICS_SHOWN);
			return;
		}
		vty_out(vty, "  %-20s %-10s %-16s %-6s %s\n",
			ipnet_format_addr(&public->address, address), port_text(public, port),
			ipnet_format_addr(public_inside(tenant, public), host),
			public->protocol ? inside : "-",
			does[is_announced(tenant, public) | is_translated(tenant) << 1]);
	}
}

void public_json(struct json_object *json, const struct tenant *tenant)
{
	struct json_object *list = json_object_new_array();
	const struct public_address *public;

	darr_foreach_p (tenant->publics, public) {
		struct json_object *row = json_object_new_object();
		char text[IPNET_TEXT_SIZE], port[SERVICE_TEXT_SIZE];

		json_object_string_add(row, "address", ipnet_format_addr(&public->address, text));
		json_object_string_add(row, "port",
				       public->protocol ? port_text(public, port) : "");
		json_object_string_add(row, "host",
				       ipnet_format_addr(public_inside(tenant, public), text));
		json_object_int_add(row, "hostPort", public->inside_port); /* 0: all */
		json_object_boolean_add(row, "announced", is_announced(tenant, public));
		json_object_boolean_add(row, "translated", is_translated(tenant));
		json_object_array_add(list, row);
	}
	json_object_object_add(json, "publics", list);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* What strays, for people: show tenant, and lines of tenantd.conf. */
#include <zebra.h>

#include <string.h>

#include "command.h"
#include "lib/json.h"
#include "vty.h"

#include "daemon/straying.h"
#include "daemon/tenantd.h"

#define SHOWN_MOST 20
#define JSON_MOST  1000

void straying_show_node(struct vty *vty)
{
	static const char *const sentences[STRAY_KIND_COUNT] = {
		[STRAY_OWNERLESS] = "routes that neither FRR nor tenantd put into a tenant's VRF",
		[STRAY_FOREIGN] = "routes in a tenant's VRF to another's prefix",
		[STRAY_UNEXPORTED] = "routes of tenants that bgpd does not export to the VPN",
		[STRAY_CROSSING] = "routes that join tenants without a leak",
	};

	for (int kind = 0; kind < STRAY_KIND_COUNT; kind++)
		if (straying_count(kind))
			vty_out(vty, "Warning: %s: %" PRIu64 "\n", sentences[kind],
				straying_count(kind));
}

void straying_show_tenant(struct vty *vty, uint32_t tenant_id)
{
	const struct stray *stray = NULL;
	char text[STRAY_SENTENCE_SIZE];
	unsigned int count = 0;

	while ((stray = straying_of_tenant(tenant_id, stray)))
		if (count++ < SHOWN_MOST)
			vty_out(vty, "  Warning: %s\n", straying_sentence(stray, text));
	if (count > SHOWN_MOST)
		vty_out(vty, "  and %u more\n", count - SHOWN_MOST);
}

static struct json_object *stray_json(const struct stray *stray)
{
	struct json_object *json = json_object_new_object();
	char text[STRAY_SENTENCE_SIZE], prefix[IPNET_TEXT_SIZE];

	json_object_string_add(json, "kind", stray_kind_names[stray->kind]);
	json_object_string_add(json, "prefix", ipnet_format(&stray->net, prefix));
	json_object_int_add(json, "metric", stray->metric);
	json_object_int_add(json, "protocol", stray->protocol);
	json_object_int_add(json, "sinceUs", stray->since);
	json_object_string_add(json, "reason", straying_sentence(stray, text));
	return json;
}

struct json_object *straying_json(uint32_t tenant_id)
{
	struct json_object *json = json_object_new_array();
	const struct stray *stray = NULL;
	unsigned int count = 0;

	while (count++ < JSON_MOST && (stray = straying_of_tenant(tenant_id, stray)))
		json_object_array_add(json, stray_json(stray));
	return json;
}

/* ---- tenantd.conf ---- */

DEFUN(tenant_strays, tenant_strays_cmd, "tenant strays <report|remove>",
      "Tenant networks\n"
      "Routes in tenants' VRFs that neither FRR nor tenantd put there\n"
      "Stay, and are told of\n"
      "Are removed\n")
{
	straying_remove(!strcmp(argv[2]->text, "remove"));
	return CMD_SUCCESS;
}

DEFUN(tenant_exports, tenant_exports_cmd, "tenant exports <repair|report>",
      "Tenant networks\n"
      "What bgpd holds of a tenant and does not export to the VPN\n"
      "Is brought back\n"
      "Is told of\n")
{
	straying_repair(!strcmp(argv[2]->text, "repair"));
	return CMD_SUCCESS;
}

void straying_show_init(void)
{
	install_element(CONFIG_NODE, &tenant_strays_cmd);
	install_element(CONFIG_NODE, &tenant_exports_cmd);
}

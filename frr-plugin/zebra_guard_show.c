// SPDX-License-Identifier: GPL-2.0-or-later
/* show tenant guard, in zebra. */
#include <zebra.h>

#include "command.h"
#include "lib/json.h"
#include "vty.h"

#include "commands.h"
#include "frr-plugin/zebra_guard.h"

static const struct guard *guard;

static const char *const mode_words[] = {
	[GUARD_OFF] = "off",
	[GUARD_REPORT] = "reporting only",
	[GUARD_ENFORCE] = "on",
};

/* ---- for people ---- */

static void show_refused(void *arg, const struct guard_refused *told)
{
	char prefix[IPNET_TEXT_SIZE], from[32] = "-";
	struct vty *vty = arg;

	if (told->from)
		snprintf(from, sizeof(from), "tenant number %u", told->from);
	vty_out(vty, "%-15s %-20s %-8s %-15s %-15s %s\n", told->vrf,
		ipnet_format(&told->prefix, prefix), zebra_route_string(told->type), told->hop_vrf,
		guard_verdict_words[told->verdict], from);
}

static void show_level(void *arg, const struct guard_level *level)
{
	struct vty *vty = arg;

	vty_out(vty, "%-15s %10u %10u %10u\n", level->vrf, level->routes, level->limit,
		level->refused);
}

static void show_text(struct vty *vty)
{
	vty_out(vty,
		"Guard is %s; %u tenantd and %u bgpd connected, %zu labels known, %" PRIu64
		" routes refused so far.\n",
		mode_words[guard_mode(guard)], guard_link_listeners(), guard_link_tellers(),
		guard_origin_count(guard), zebra_guard_refused_ever());
	vty_out(vty, "\n%-15s %10s %10s %10s\n", "VRF", "Routes", "Limit", "Beyond it");
	zebra_guard_each_level(show_level, vty);
	vty_out(vty, "\n%-15s %-20s %-8s %-15s %-15s %s\n", "Refused in", "Prefix", "By",
		"Next hop in VRF", "Because", "Whose");
	zebra_guard_each_refused(show_refused, vty);
}

/* ---- for programs ---- */

static void add_refused(void *arg, const struct guard_refused *told)
{
	struct json_object *json = json_object_new_object();
	char prefix[IPNET_TEXT_SIZE];

	json_object_string_add(json, "vrf", told->vrf);
	json_object_string_add(json, "prefix", ipnet_format(&told->prefix, prefix));
	json_object_string_add(json, "protocol", zebra_route_string(told->type));
	json_object_string_add(json, "hop-vrf", told->hop_vrf);
	json_object_string_add(json, "because", guard_verdict_words[told->verdict]);
	json_object_int_add(json, "from", told->from);
	json_object_array_add(arg, json);
}

static void add_level(void *arg, const struct guard_level *level)
{
	struct json_object *json = json_object_new_object();

	json_object_int_add(json, "routes", level->routes);
	json_object_int_add(json, "limit", level->limit);
	json_object_int_add(json, "beyond", level->refused);
	json_object_object_add(arg, level->vrf, json);
}

static void show_json(struct vty *vty)
{
	struct json_object *json = json_object_new_object(), *vrfs = json_object_new_object();
	struct json_object *list = json_object_new_array();

	json_object_string_add(json, "mode", mode_words[guard_mode(guard)]);
	json_object_int_add(json, "tenantd", guard_link_listeners());
	json_object_int_add(json, "bgpd", guard_link_tellers());
	json_object_int_add(json, "labels", guard_origin_count(guard));
	json_object_int_add(json, "refusedEver", zebra_guard_refused_ever());
	zebra_guard_each_level(add_level, vrfs);
	json_object_object_add(json, "vrfs", vrfs);
	zebra_guard_each_refused(add_refused, list);
	json_object_object_add(json, "refused", list);
	vty_json(vty, json);
}

DEFUN(show_tenant_guard, show_tenant_guard_cmd, CMD_SHOW_TENANT_GUARD, HELP_SHOW_TENANT_GUARD)
{
	if (use_json(argc, argv))
		show_json(vty);
	else
		show_text(vty);
	return CMD_SUCCESS;
}

void guard_show_init(const struct guard *judge)
{
	guard = judge;
	install_element(VIEW_NODE, &show_tenant_guard_cmd);
}

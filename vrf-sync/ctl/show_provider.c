// SPDX-License-Identifier: GPL-2.0-or-later
/* Sites, nodes, wires and what else all tenants share. */
#include <zebra.h>

#include <stdio.h>
#include <string.h>

#include <json-c/json.h>

#include "darr.h"

#include "ctl/args.h"
#include "ctl/row.h"
#include "ctl/show.h"

/* Objects that all tenants share, one by one. */
typedef struct json_object *(*make_fn)(struct ctl *ctl, const struct provider *provider,
				       unsigned int index);

static const char *site_name(const struct provider *provider, uint32_t id)
{
	const struct site *site = provider_site(provider, id);

	return site ? site->name : "?";
}

static int not_there(struct ctl *ctl, const char *object, const char *name)
{
	reason_set(&ctl->why, "%s %s does not exist; \"tenantctl show %s\" lists them", object,
		   name, object);
	return -1;
}

/* The rows whose "name" is the one asked for, or all. */
static int show_rows(struct ctl *ctl, const struct args *args, const struct provider *provider,
		     unsigned int count, make_fn make)
{
	struct json_object *rows = json_object_new_array();
	const char *object = args->command->object;
	char nothing[40];

	for (unsigned int i = 0; i < count; i++) {
		struct json_object *row = make(ctl, provider, i);
		const char *name = json_object_get_string(json_object_object_get(row, "name"));

		if (!args->name_count || !strcmp(args->names[0], name))
			json_object_array_add(rows, row);
		else
			json_object_put(row);
	}
	if (args->name_count && !json_object_array_length(rows)) {
		json_object_put(rows);
		return not_there(ctl, object, args->names[0]);
	}
	snprintf(nothing, sizeof(nothing), "there is no %s", object);
	show_print(ctl, rows, nothing);
	return 0;
}

/* ---- sites ---- */

static struct json_object *make_site(struct ctl *ctl, const struct provider *provider,
				     unsigned int index)
{
	struct json_object *json = json_object_new_object(), *nodes = json_object_new_array();
	const struct site *site = &provider->sites[index];
	char locale[SQL_TEXT_SIZE] = "";
	const struct node *node;

	sql_text(ctl, locale, sizeof(locale), "SELECT locale FROM site WHERE id = ?1", "i",
		 (int64_t)site->id);
	darr_foreach_p (provider->nodes, node)
		if (node->site_id == site->id)
			json_object_array_add(nodes, json_object_new_string(node->name));
	show_text(json, "name", site->name);
	show_number(json, "id", site->id);
	show_text(json, "locale", locale);
	show_text(json, "state", site_state_names[site->state]);
	json_object_object_add(json, "nodes", nodes);
	return json;
}

int show_site(struct ctl *ctl, const struct args *args)
{
	struct model *model = show_load(ctl);
	int ret;

	if (!model)
		return -1;
	ret = show_rows(ctl, args, model_provider(model), darr_len(model_provider(model)->sites),
			make_site);
	model_free(model);
	return ret;
}

/* ---- nodes ---- */

static struct json_object *make_node(struct ctl *ctl, const struct provider *provider,
				     unsigned int index)
{
	struct json_object *json = json_object_new_object(), *wires = json_object_new_array();
	const struct node *node = &provider->nodes[index];
	const struct wire *wire;
	int64_t tenants = 0;
	char text[100];

	sql_number(ctl, &tenants,
		   "SELECT count(DISTINCT tenant_id) FROM attachment WHERE node_id = ?1", "i",
		   (int64_t)node->id);
	darr_foreach_p (provider->wires, wire) {
		const struct wire_port *port = wire_port_of(wire, node->id);

		if (!port)
			continue;
		snprintf(text, sizeof(text), "%s:%s", wire->name, port->ifname);
		json_object_array_add(wires, json_object_new_string(text));
	}
	show_text(json, "name", node->name);
	show_number(json, "id", node->id);
	show_text(json, "site", site_name(provider, node->site_id));
	show_roles(json, "roles", node->roles);
	show_address(json, "router-id", &node->router_id);
	show_address(json, "vtep", &node->vtep);
	show_number(json, "tenants", tenants);
	json_object_object_add(json, "wires", wires);
	return json;
}

int show_node(struct ctl *ctl, const struct args *args)
{
	struct model *model = show_load(ctl);
	int ret;

	if (!model)
		return -1;
	ret = show_rows(ctl, args, model_provider(model), darr_len(model_provider(model)->nodes),
			make_node);
	model_free(model);
	return ret;
}

/* ---- wires ---- */

static struct json_object *make_wire(struct ctl *ctl, const struct provider *provider,
				     unsigned int index)
{
	struct json_object *json = json_object_new_object(), *ports = json_object_new_array();
	const struct wire *wire = &provider->wires[index];
	const struct wire_port *port;
	char text[100];

	darr_foreach_p (wire->ports, port) {
		const struct node *node = provider_node(provider, port->node_id);

		snprintf(text, sizeof(text), "%s:%s:%u", node ? node->name : "?", port->ifname,
			 port->slot);
		json_object_array_add(ports, json_object_new_string(text));
	}
	show_text(json, "name", wire->name);
	show_number(json, "id", wire->id);
	show_text(json, "kind", wire_kind_names[wire->kind]);
	show_text(json, "site", site_name(provider, wire->site_id));
	show_number(json, "vlan-base", wire->vlan_base);
	show_number(json, "vlan-max", wire->vlan_max);
	show_number(json, "mtu", wire->mtu);
	show_flag(json, "bfd", wire->bfd);
	show_flag(json, "ospf-key", wire->ospf_key[0] != '\0'); /* whether, not which */
	json_object_object_add(json, "ports", ports);
	return json;
}

int show_wire(struct ctl *ctl, const struct args *args)
{
	struct model *model = show_load(ctl);
	int ret;

	if (!model)
		return -1;
	ret = show_rows(ctl, args, model_provider(model), darr_len(model_provider(model)->wires),
			make_wire);
	model_free(model);
	return ret;
}

/* ---- the provider ---- */

static struct json_object *make_reserved(struct ctl *ctl, const struct provider *provider)
{
	struct json_object *rows = json_object_new_array();
	char what[SQL_TEXT_SIZE], text[IPNET_TEXT_SIZE];
	const struct ipnet *net;

	darr_foreach_p (provider->reserved, net) {
		struct json_object *row = json_object_new_object();

		what[0] = '\0';
		sql_text(ctl, what, sizeof(what), "SELECT what FROM reserved WHERE prefix = ?1",
			 "t", ipnet_format(net, text));
		show_net(row, "prefix", net);
		show_text(row, "what", what);
		json_object_array_add(rows, row);
	}
	return rows;
}

static struct json_object *make_pools(const struct provider *provider)
{
	struct json_object *rows = json_object_new_array();

	for (int i = 0; i < WIRE_KIND_COUNT; i++) {
		struct json_object *row = json_object_new_object();

		show_text(row, "kind", wire_kind_names[i]);
		show_net(row, "prefix", &provider->pools[i].prefix);
		show_number(row, "length", provider->pools[i].len);
		show_number(row, "wires", provider->pools[i].wires);
		json_object_array_add(rows, row);
	}
	return rows;
}

int show_provider(struct ctl *ctl, const struct args *args)
{
	struct model *model = show_load(ctl);
	const struct provider *provider;
	struct json_object *json;

	if (!model)
		return -1;
	provider = model_provider(model);
	json = json_object_new_object();
	show_number(json, "asn", provider->asn);
	show_number(json, "nssa-area", provider->nssa_area);
	show_number(json, "vpn-tag", provider->vpn_tag);
	show_number(json, "table-base", provider->table_base);
	show_number(json, "vni-base", provider->vni_base);
	show_number(json, "leak-base", provider->leak_base);
	show_number(json, "ospf-hello", provider->ospf_hello);
	show_number(json, "ospf-dead", provider->ospf_dead);
	show_number(json, "vrrp-interval", provider->vrrp_interval);
	show_flag(json, "evpn", provider->evpn);
	show_number(json, "tenants", model_tenant_count(model));
	show_number(json, "revision", model_revision(model));
	json_object_object_add(json, "pools", make_pools(provider));
	json_object_object_add(json, "reserved", make_reserved(ctl, provider));
	show_print(ctl, json, "");
	model_free(model);
	return 0;
}

int show_reserved(struct ctl *ctl, const struct args *args)
{
	struct model *model = show_load(ctl);

	if (!model)
		return -1;
	show_print(ctl, make_reserved(ctl, model_provider(model)), "nothing is reserved");
	model_free(model);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Tenants and all that is theirs, with the numbers that are derived. */
#include <zebra.h>

#include <stdio.h>
#include <string.h>

#include <json-c/json.h>

#include "darr.h"

#include "ctl/args.h"
#include "ctl/row.h"
#include "ctl/show.h"
#include "model/derive.h"
#include "model/presence.h"
#include "plan/validate.h"

/* Appends the tenant's rows; name: only the one of this name, or NULL. */
typedef void (*rows_fn)(const struct model *model, const struct tenant *tenant, const char *name,
			struct json_object *rows);

/* ---- what a tenant has ---- */

static const char *site_name(const struct provider *provider, uint32_t id)
{
	const struct site *site = provider_site(provider, id);

	return site ? site->name : NULL;
}

/* Sites that have a part of the switch in place and do not have it: by their DLRs. */
static struct json_object *ready_sites(const struct provider *provider,
				       const struct tenant *tenant,
				       const struct logical_switch *sw)
{
	struct json_object *array = json_object_new_array();
	const struct attachment *attachment;
	uint32_t *known = NULL, *id;

	darr_foreach_p (tenant->attachments, attachment) {
		const struct node *node = provider_node(provider, attachment->node_id);
		enum presence presence;
		bool seen = !node || !(attachment->roles & ROLE_DLR);

		darr_foreach_p (known, id)
			seen |= *id == node->site_id;
		if (seen)
			continue;
		*darr_append(known) = node->site_id;
		presence = switch_presence(provider, tenant, sw, node->site_id);
		if (presence == PRESENCE_READY || presence == PRESENCE_HOSTS)
			json_object_array_add(
				array, json_object_new_string(site_name(provider, node->site_id)));
	}
	darr_free(known);
	return array;
}

static struct json_object *switch_vlans(const struct provider *provider,
					const struct logical_switch *sw)
{
	struct json_object *array = json_object_new_array();
	const struct switch_vlan *vlan;
	char text[TENANT_NAME_MAX + 16];

	darr_foreach_p (sw->vlans, vlan) {
		const struct switch_domain *domain = provider_domain(provider, vlan->domain_id);

		snprintf(text, sizeof(text), "%s:%u", domain ? domain->name : "?", vlan->vlan);
		json_object_array_add(array, json_object_new_string(text));
	}
	return array;
}

static void add_switches(const struct model *model, const struct tenant *tenant, const char *name,
			 struct json_object *rows)
{
	const struct provider *provider = model_provider(model);
	const struct logical_switch *sw;
	const struct subnet *subnet;
	char text[IPNET_TEXT_SIZE], bridge[DEVICE_BUF];
	struct reason ignored = {};

	darr_foreach_p (tenant->switches, sw) {
		struct json_object *row, *subnets;
		uint32_t vni = 0;

		if (name && strcmp(name, sw->name))
			continue;
		row = json_object_new_object();
		subnets = json_object_new_array();
		derive_vni(provider, sw, &vni, &ignored);
		derive_bridge_name(sw, bridge);
		darr_foreach_p (sw->subnets, subnet)
			json_object_array_add(subnets, json_object_new_string(ipnet_format(
							       &subnet->prefix, text)));
		show_text(row, "tenant", tenant->name);
		show_text(row, "name", sw->name);
		show_number(row, "id", sw->id);
		show_text(row, "bridge", bridge);
		show_number(row, "vni", vni);
		show_number(row, "mtu", sw->mtu);
		show_text(row, "site", site_name(provider, sw->site_id));
		show_text(row, "state", switch_state_names[sw->state]);
		json_object_object_add(row, "ready-at", ready_sites(provider, tenant, sw));
		show_text(row, "purpose", purpose_names[sw->purpose]);
		show_text(row, "scope", scope_names[sw->scope]);
		json_object_object_add(row, "subnets", subnets);
		json_object_object_add(row, "vlans", switch_vlans(provider, sw));
		json_object_array_add(rows, row);
	}
}

static void add_subnets(const struct model *model, const struct tenant *tenant, const char *name,
			struct json_object *rows)
{
	const struct logical_switch *sw;
	const struct subnet *subnet;

	darr_foreach_p (tenant->switches, sw) {
		if (name && strcmp(name, sw->name))
			continue;
		darr_foreach_p (sw->subnets, subnet) {
			struct json_object *row = json_object_new_object();

			show_text(row, "tenant", tenant->name);
			show_text(row, "switch", sw->name);
			show_net(row, "prefix", &subnet->prefix);
			show_address(row, "gateway", &subnet->gateway);
			show_flag(row, "advertise", subnet->advertise);
			show_flag(row, "announced", subnet_is_advertised(sw, subnet));
			json_object_array_add(rows, row);
		}
	}
}

/* name: of one host, by its address. */
static void add_hosts(const struct model *model, const struct tenant *tenant, const char *name,
		      struct json_object *rows)
{
	const struct logical_switch *sw;
	const struct tenant_host *host;
	const struct node *seen;
	char text[IPNET_TEXT_SIZE];

	darr_foreach_p (tenant->switches, sw)
		darr_foreach_p (sw->hosts, host) {
			struct json_object *row;

			if (name && strcmp(name, ipnet_format_addr(&host->address, text)))
				continue;
			row = json_object_new_object();
			show_text(row, "tenant", tenant->name);
			show_text(row, "switch", sw->name);
			show_address(row, "address", &host->address);
			show_text(row, "site", site_name(model_provider(model), host->site_id));
			show_flag(row, "advertise", host->advertise);
			seen = host_seen_by(model_provider(model), host);
			show_text(row, "seen-by", seen ? seen->name : NULL);
			json_object_array_add(rows, row);
		}
}

static void add_maps(const struct model *model, const struct tenant *tenant, const char *name,
		     struct json_object *rows)
{
	const struct network_map *map;

	darr_foreach_p (tenant->maps, map) {
		const struct logical_switch *sw = tenant_switch(tenant, map->switch_id);
		const struct logical_switch *as = tenant_switch(tenant, map->target_id);
		struct json_object *row;

		if (!sw || (name && strcmp(name, sw->name)))
			continue;
		row = json_object_new_object();
		show_text(row, "tenant", tenant->name);
		show_text(row, "switch", sw->name);
		show_text(row, "site", site_name(model_provider(model), map->site_id));
		show_text(row, "as", map->target_id ? (as ? as->name : "?") : sw->name);
		json_object_array_add(rows, row);
	}
}

static struct json_object *number_or_none(uint32_t number)
{
	return number ? json_object_new_int64(number) : NULL;
}

/* As it is used: derived where no override is set. */
static void show_virtual(struct json_object *row, const struct link *link)
{
	struct reason ignored = {};
	uint8_t vrid = 0, priority = 0;

	if (ipnet_is_set(&link->virtual_address)) {
		derive_vrid(link, &vrid, &ignored);
		priority = link->priority ? link->priority : VRRP_PRIORITY;
	}
	show_address(row, "virtual-address", &link->virtual_address);
	json_object_object_add(row, "vrid", number_or_none(vrid));
	json_object_object_add(row, "priority", number_or_none(priority));
}

static void add_links(const struct model *model, const struct tenant *tenant, const char *name,
		      struct json_object *rows)
{
	const struct link *link;

	darr_foreach_p (tenant->links, link) {
		const struct node *node = provider_node(model_provider(model), link->node_id);
		struct json_object *row;

		if (name && strcmp(name, link->name))
			continue;
		row = json_object_new_object();
		show_text(row, "tenant", tenant->name);
		show_text(row, "name", link->name);
		show_text(row, "node", node ? node->name : "?");
		show_text(row, "interface", link->ifname);
		show_number(row, "vlan", link->vlan);
		show_net(row, "address", &link->address);
		show_text(row, "protocol", routing_names[link->routing]);
		show_address(row, "peer", &link->peer);
		json_object_object_add(row, "peer-as", number_or_none(link->peer_as));
		show_number(row, "max-routes", link->max_routes);
		show_nets(row, "routes", link->routes);
		show_virtual(row, link);
		json_object_array_add(rows, row);
	}
}

static const char *tenant_name(const struct model *model, uint32_t id)
{
	const struct tenant *tenant = model_tenant(model, id);

	return tenant ? tenant->name : "?";
}

static void add_leaks(const struct model *model, const struct tenant *tenant, const char *name,
		      struct json_object *rows)
{
	const struct leak *leak;

	darr_foreach_p (tenant->leaks, leak) {
		struct json_object *row = json_object_new_object();

		show_text(row, "from", tenant_name(model, leak->from_tenant));
		show_text(row, "to", tenant_name(model, leak->to_tenant));
		show_net(row, "prefix", &leak->prefix);
		json_object_array_add(rows, row);
	}
}

/* For a list of all tenants: each leak once, with the one it comes from. */
static void add_leaks_out(const struct model *model, const struct tenant *tenant, const char *name,
			  struct json_object *rows)
{
	const struct leak *leak;

	darr_foreach_p (tenant->leaks, leak) {
		struct json_object *row;

		if (leak->from_tenant != tenant->id)
			continue;
		row = json_object_new_object();
		show_text(row, "from", tenant->name);
		show_text(row, "to", tenant_name(model, leak->to_tenant));
		show_net(row, "prefix", &leak->prefix);
		json_object_array_add(rows, row);
	}
}

/* ---- circuits ---- */

static struct json_object *circuit_addresses(const struct provider *provider,
					     const struct tenant *tenant, const struct wire *wire,
					     const struct ipnet *prefix)
{
	struct json_object *array = json_object_new_array();
	char text[IPNET_TEXT_SIZE], item[TENANT_NAME_MAX + IPNET_TEXT_SIZE + 2];
	const struct wire_port *port;
	struct ipnet address;

	darr_foreach_p (wire->ports, port) {
		const struct node *node = provider_node(provider, port->node_id);

		if (!node || !wire_roles_on(wire, tenant, port->node_id) ||
		    ipnet_slot(prefix, port->slot, &address) < 0)
			continue;
		snprintf(item, sizeof(item), "%s=%s", node->name,
			 ipnet_format_addr(&address, text));
		json_object_array_add(array, json_object_new_string(item));
	}
	return array;
}

static void add_circuits(const struct model *model, const struct tenant *tenant, const char *name,
			 struct json_object *rows)
{
	const struct provider *provider = model_provider(model);
	const struct wire *wire;

	darr_foreach_p (provider->wires, wire) {
		const struct circuit *circuit = tenant_circuit(tenant, wire->id);
		enum routing routing = circuit ? circuit->routing : ROUTING_OSPF;
		struct ipnet prefix = {};
		struct reason ignored = {};
		struct json_object *row;
		uint16_t vlan = 0;

		if (!circuit && !wire_serves(wire, tenant))
			continue;
		derive_vlan(wire, tenant, &vlan, &ignored);
		derive_wire_prefix(provider, wire, tenant, &prefix, &ignored);
		row = json_object_new_object();
		show_text(row, "tenant", tenant->name);
		show_text(row, "wire", wire->name);
		show_text(row, "kind", wire_kind_names[wire->kind]);
		show_number(row, "vlan", vlan);
		show_net(row, "prefix", &prefix);
		show_text(row, "routing", routing_names[routing]);
		show_flag(row, "in-use", wire_serves(wire, tenant));
		show_flag(row, "derived", !circuit);
		json_object_object_add(row, "addresses",
				       circuit_addresses(provider, tenant, wire, &prefix));
		json_object_array_add(rows, row);
	}
}

/* ---- tenants ---- */

static struct json_object *tenant_nodes(const struct provider *provider,
					const struct tenant *tenant)
{
	struct json_object *array = json_object_new_array();
	const struct attachment *attachment;
	char text[TENANT_NAME_MAX + 32];

	darr_foreach_p (tenant->attachments, attachment) {
		const struct node *node = provider_node(provider, attachment->node_id);
		char sign = ':';

		strlcpy(text, node ? node->name : "?", sizeof(text));
		for (int i = 0; i < ROLE_COUNT; i++) {
			if (!(attachment->roles & (1 << i)))
				continue;
			snprintf(text + strlen(text), sizeof(text) - strlen(text), "%c%s", sign,
				 role_names[i]);
			sign = '+';
		}
		json_object_array_add(array, json_object_new_string(text));
	}
	return array;
}

/* RD of every PE that has the tenant. */
static struct json_object *tenant_rds(const struct provider *provider, const struct tenant *tenant)
{
	struct json_object *array = json_object_new_array();
	char address[IPNET_TEXT_SIZE], text[IPNET_TEXT_SIZE + 12];
	const struct attachment *attachment;
	struct reason ignored = {};
	uint32_t number;

	darr_foreach_p (tenant->attachments, attachment) {
		const struct node *node = provider_node(provider, attachment->node_id);

		if (!node || !(attachment->roles & ROLE_PE) ||
		    derive_rd_number(tenant, &number, &ignored) < 0)
			continue;
		snprintf(text, sizeof(text), "%s:%u", ipnet_format_addr(&node->router_id, address),
			 number);
		json_object_array_add(array, json_object_new_string(text));
	}
	return array;
}

static const char *tenant_rt(const struct provider *provider, const struct tenant *tenant,
			     char buf[static 24])
{
	struct reason ignored = {};
	uint32_t number = 0;

	derive_rt_number(provider, tenant, &number, &ignored);
	snprintf(buf, 24, "%u:%u", provider->asn, number);
	return buf;
}

static struct json_object *make_tenant(const struct model *model, const struct tenant *tenant)
{
	const struct provider *provider = model_provider(model);
	struct json_object *json = json_object_new_object();
	struct reason *findings = NULL;
	char rt[24];

	show_text(json, "name", tenant->name);
	show_number(json, "id", tenant->id);
	show_text(json, "vrf", tenant->vrf);
	show_number(json, "table", derive_table(provider, tenant));
	show_text(json, "rt", tenant_rt(provider, tenant, rt));
	json_object_object_add(json, "rd", tenant_rds(provider, tenant));
	show_number(json, "max-routes", tenant->max_routes);
	show_nets(json, "aggregates", tenant->aggregates);
	show_text(json, "egress", egress_names[tenant->egress]);
	show_text(json, "active-site", site_name(provider, tenant->active_site_id));
	show_text(json, "recovery-site", site_name(provider, tenant->recovery_site_id));
	json_object_object_add(json, "nodes", tenant_nodes(provider, tenant));
	show_text(json, "state", validate_tenant(model, tenant, &findings) ? "held" : "ok");
	darr_free(findings);
	return json;
}

static void add_part(struct json_object *json, const char *key, const struct model *model,
		     const struct tenant *tenant, rows_fn add)
{
	struct json_object *rows = json_object_new_array();

	add(model, tenant, NULL, rows);
	json_object_object_add(json, key, rows);
}

/* One tenant, with all that is its own. */
static struct json_object *make_tenant_in_full(struct ctl *ctl, const struct model *model,
					       const struct tenant *tenant)
{
	struct json_object *json = make_tenant(model, tenant);
	struct json_object *reasons = json_object_new_array();
	struct reason *findings = NULL, *finding;
	char description[SQL_TEXT_SIZE] = "";
	char bubble_of[TENANT_NAME_MAX + 1] = "";
	int64_t priority = 0;

	sql_text(ctl, description, sizeof(description),
		 "SELECT description FROM tenant WHERE id = ?1", "i", (int64_t)tenant->id);
	sql_text(ctl, bubble_of, sizeof(bubble_of),
		 "SELECT t.name FROM tenant b JOIN tenant t ON t.id = b.bubble_of WHERE b.id = ?1",
		 "i", (int64_t)tenant->id);
	sql_number(ctl, &priority, "SELECT recovery_priority FROM tenant WHERE id = ?1", "i",
		   (int64_t)tenant->id);
	validate_tenant(model, tenant, &findings);
	darr_foreach_p (findings, finding)
		json_object_array_add(reasons, json_object_new_string(finding->text));
	darr_free(findings);
	json_object_object_add(json, "findings", reasons);
	show_number(json, "recovery-priority", priority);
	show_text(json, "bubble-of", bubble_of[0] ? bubble_of : NULL);
	show_text(json, "description", description);
	add_part(json, "circuits", model, tenant, add_circuits);
	add_part(json, "switches", model, tenant, add_switches);
	add_part(json, "subnets", model, tenant, add_subnets);
	add_part(json, "hosts", model, tenant, add_hosts);
	add_part(json, "maps", model, tenant, add_maps);
	add_part(json, "publics", model, tenant, show_publics);
	add_part(json, "links", model, tenant, add_links);
	add_part(json, "leaks", model, tenant, add_leaks);
	return json;
}

int show_tenant(struct ctl *ctl, const struct args *args)
{
	const struct tenant **tenants = NULL, **tenant;
	struct model *model = show_load(ctl);
	struct json_object *json;

	if (!model)
		return -1;
	if (show_tenants(ctl, model, args->name_count ? args->names[0] : NULL, &tenants) < 0) {
		model_free(model);
		return -1;
	}
	if (args->name_count) {
		json = make_tenant_in_full(ctl, model, tenants[0]);
	} else {
		json = json_object_new_array();
		darr_foreach_p (tenants, tenant)
			json_object_array_add(json, make_tenant(model, *tenant));
	}
	show_print(ctl, json, "there is no tenant");
	darr_free(tenants);
	model_free(model);
	return 0;
}

/* ---- one kind of thing, of one tenant or of all ---- */

static int show_parts(struct ctl *ctl, const struct args *args, rows_fn add)
{
	const char *name = args->name_count > 1 ? args->names[1] : NULL;
	const struct tenant **tenants = NULL, **tenant;
	struct model *model = show_load(ctl);
	struct json_object *rows;
	char nothing[40];

	if (!model)
		return -1;
	if (show_tenants(ctl, model, args->name_count ? args->names[0] : NULL, &tenants) < 0) {
		model_free(model);
		return -1;
	}
	rows = json_object_new_array();
	darr_foreach_p (tenants, tenant)
		add(model, *tenant, name, rows);
	darr_free(tenants);
	model_free(model);
	if (name && !json_object_array_length(rows)) {
		json_object_put(rows);
		reason_set(&ctl->why,
			   "tenant %s has no %s %s; \"tenantctl show %s %s\" lists them",
			   args->names[0], args->command->object, name, args->command->object,
			   args->names[0]);
		return -1;
	}
	snprintf(nothing, sizeof(nothing), "there is no %s", args->command->object);
	show_print(ctl, rows, nothing);
	return 0;
}

int show_switch(struct ctl *ctl, const struct args *args)
{
	return show_parts(ctl, args, add_switches);
}

int show_subnet(struct ctl *ctl, const struct args *args)
{
	return show_parts(ctl, args, add_subnets);
}

int show_host(struct ctl *ctl, const struct args *args)
{
	return show_parts(ctl, args, add_hosts);
}

int show_map(struct ctl *ctl, const struct args *args)
{
	return show_parts(ctl, args, add_maps);
}

int show_public(struct ctl *ctl, const struct args *args)
{
	return show_parts(ctl, args, show_publics);
}

int show_link(struct ctl *ctl, const struct args *args)
{
	return show_parts(ctl, args, add_links);
}

int show_leak(struct ctl *ctl, const struct args *args)
{
	return show_parts(ctl, args, args->name_count ? add_leaks : add_leaks_out);
}

int show_circuit(struct ctl *ctl, const struct args *args)
{
	return show_parts(ctl, args, add_circuits);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Switch domains: the VLANs of a core switch, the DLRs' trunks to it, and which
 * switches have one of them.
 */
#include <zebra.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "darr.h"

#include <sqlite3.h>

#include "ctl/args.h"
#include "ctl/domain.h"
#include "ctl/list.h"
#include "ctl/lookup.h"
#include "ctl/row.h"
#include "ctl/show.h"
#include "plan/advise.h"

struct domain {
	struct ctl *ctl;
	const char *name;
	int64_t id;
};

/* "a:b": what is behind the colon, NULL where there is none; cuts it off. */
static char *cut(char *text)
{
	char *colon = strchr(text, ':');

	if (!colon)
		return NULL;
	*colon = '\0';
	return colon + 1;
}

/* ---- ports: node:interface ---- */

static int port_judge(const struct domain *domain, const char *node, int64_t node_id,
		      const char *ifname)
{
	int64_t found;
	int ret;

	if (!ifname || !name_is_valid(ifname, TRUNK_NAME_MAX) || strchr(ifname, '.')) {
		reason_set(
			&domain->ctl->why,
			"\"%s\" of node %s cannot be a trunk; write NODE:INTERFACE, the interface of at most %d letters, digits, '-' and '_'",
			ifname ? ifname : "", node, TRUNK_NAME_MAX);
		return -1;
	}
	ret = sql_number(
		domain->ctl, &found,
		"SELECT 1 FROM node n JOIN node_role r ON r.node_id = n.id AND r.role = 'dlr'"
		" JOIN switch_domain d ON d.site_id = n.site_id WHERE n.id = ?1 AND d.id = ?2",
		"ii", node_id, domain->id);
	if (ret == 0)
		reason_set(&domain->ctl->why,
			   "node %s is no DLR at the site of domain %s, and cannot lead there",
			   node, domain->name);
	return ret > 0 ? 0 : -1;
}

static int port_item(const struct domain *domain, const struct list_item *item)
{
	char node[sizeof(item->text)], *ifname;
	int64_t node_id;

	memcpy(node, item->text, sizeof(node));
	ifname = cut(node);
	if (lookup_id(domain->ctl, "node", node, &node_id) < 0)
		return -1;
	if (item->sign != '-')
		return port_judge(domain, node, node_id, ifname) < 0
			       ? -1
			       : sql_run(domain->ctl,
					 "INSERT INTO domain_port VALUES (?1, ?2, ?3)"
					 " ON CONFLICT (domain_id, node_id) DO UPDATE SET ifname = ?3"
					 " WHERE ifname <> ?3",
					 "iit", domain->id, node_id, ifname);
	if (sql_run(domain->ctl, "DELETE FROM domain_port WHERE domain_id = ?1 AND node_id = ?2",
		    "ii", domain->id, node_id) < 0)
		return -1;
	if (sqlite3_changes(domain->ctl->db->sqlite))
		return 0;
	reason_set(&domain->ctl->why, "node %s has no port in domain %s", node, domain->name);
	return -1;
}

static int ports_option(const struct domain *domain, const struct args *args)
{
	const char *text = args_value(args, "ports");
	struct list_item *items = NULL, *item;
	int ret;

	if (!text)
		return 0;
	ret = list_parse(domain->ctl, "ports", text, &items);
	if (!ret && list_replaces(items))
		ret = sql_run(domain->ctl, "DELETE FROM domain_port WHERE domain_id = ?1", "i",
			      domain->id);
	darr_foreach_p (items, item)
		if (!ret)
			ret = port_item(domain, item);
	darr_free(items);
	return ret;
}

/* ---- domains ---- */

/* What the row is now: its limits in order, and no VLAN in use beyond them. */
static int judge_range(const struct domain *domain)
{
	char user[SQL_TEXT_SIZE];
	int ret = sql_text(
		domain->ctl, user, sizeof(user),
		"SELECT 'VLAN ' || v.vlan || ' is used by switch ' || s.name || ' of tenant ' || t.name"
		" FROM switch_domain d JOIN switch_vlan v ON v.domain_id = d.id"
		" JOIN logical_switch s ON s.id = v.switch_id JOIN tenant t ON t.id = s.tenant_id"
		" WHERE d.id = ?1 AND v.vlan NOT BETWEEN d.vlan_first AND d.vlan_last"
		" ORDER BY v.vlan",
		"i", domain->id);

	if (ret > 0)
		reason_set(&domain->ctl->why, "%s, so domain %s must keep it", user, domain->name);
	return ret ? -1 : 0;
}

static int check_limits(struct ctl *ctl, const struct args *args, int64_t id)
{
	const char *first = args_value(args, "vlan-first"), *last = args_value(args, "vlan-last");
	int64_t low = 2, high = 4094;

	if (id && (sql_number(ctl, &low, "SELECT vlan_first FROM switch_domain WHERE id = ?1", "i",
			      id) < 0 ||
		   sql_number(ctl, &high, "SELECT vlan_last FROM switch_domain WHERE id = ?1", "i",
			      id) < 0))
		return -1;
	low = first ? strtol(first, NULL, 10) : low;
	high = last ? strtol(last, NULL, 10) : high;
	if (low <= high)
		return 0;
	reason_set(&ctl->why, "VLANs from %d to %d are none; give --vlan-first the smaller number",
		   (int)low, (int)high);
	return -1;
}

static int domain_add(struct ctl *ctl, const struct args *args)
{
	struct row row = { .table = "switch_domain", .object = "domain" };
	struct domain domain = { .ctl = ctl, .name = args->names[0] };

	if (lookup_new(ctl, "domain", domain.name) < 0 || check_limits(ctl, args, 0) < 0)
		return -1;
	row_text(&row, "name", domain.name);
	if (row_options(ctl, &row, args, 0) < 0 || row_insert(ctl, &row, &domain.id) < 0)
		return -1;
	return ports_option(&domain, args);
}

static int domain_set(struct ctl *ctl, const struct args *args)
{
	struct row row = { .table = "switch_domain", .object = "domain" };
	struct domain domain = { .ctl = ctl, .name = args->names[0] };

	if (lookup_id(ctl, "domain", domain.name, &domain.id) < 0 ||
	    check_limits(ctl, args, domain.id) < 0 ||
	    row_options(ctl, &row, args, domain.id) < 0 || row_update(ctl, &row, domain.id) < 0 ||
	    judge_range(&domain) < 0)
		return -1;
	return ports_option(&domain, args);
}

static int domain_del(struct ctl *ctl, const struct args *args)
{
	const char *name = args->names[0];
	int64_t id;

	if (lookup_id(ctl, "domain", name, &id) < 0 ||
	    lookup_unused(
		    ctl, "domain", name, id,
		    "SELECT 'switch ' || s.name || ' of tenant ' || t.name FROM switch_vlan v"
		    " JOIN logical_switch s ON s.id = v.switch_id JOIN tenant t ON t.id = s.tenant_id"
		    " WHERE v.domain_id = ?1 UNION ALL"
		    " SELECT 'the subscription of tenant ' || t.name || ' to bundle ' || b.name"
		    " FROM subscription s JOIN tenant t ON t.id = s.tenant_id"
		    " JOIN bundle b ON b.id = s.bundle_id WHERE s.domain_id = ?1") < 0)
		return -1;
	return sql_run(ctl, "DELETE FROM switch_domain WHERE id = ?1", "i", id);
}

/* ---- VLANs of switches: domain, or domain:vlan ---- */

int domain_has_room(struct ctl *ctl, int64_t domain_id, int64_t needed)
{
	char name[SQL_TEXT_SIZE] = "";
	int64_t left = 0;

	if (sql_number(
		    ctl, &left,
		    "SELECT d.vlan_last - d.vlan_first + 1 - (SELECT count(*) FROM switch_vlan v"
		    " WHERE v.domain_id = d.id AND v.vlan BETWEEN d.vlan_first AND d.vlan_last)"
		    " FROM switch_domain d WHERE d.id = ?1",
		    "i", domain_id) < 0 ||
	    sql_text(ctl, name, sizeof(name), "SELECT name FROM switch_domain WHERE id = ?1", "i",
		     domain_id) < 0)
		return -1;
	if (left >= needed)
		return 0;
	reason_set(
		&ctl->why,
		"domain %s has %d VLAN%s left, and %d %s needed; use VXLAN only: leave --domain out",
		name, (int)left, left == 1 ? "" : "s", (int)needed, needed == 1 ? "is" : "are");
	return -1;
}

static int vlan_given(const struct domain *domain, const char *text, int64_t switch_id,
		      int64_t *vlan)
{
	size_t digits = strspn(text, "0123456789");
	char user[SQL_TEXT_SIZE];
	int64_t found;
	int ret;

	*vlan = digits && digits < 5 && !text[digits] ? strtol(text, NULL, 10) : 0;
	ret = sql_number(
		domain->ctl, &found,
		"SELECT 1 FROM switch_domain WHERE id = ?1 AND ?2 BETWEEN vlan_first AND vlan_last",
		"ii", domain->id, *vlan);
	if (ret == 0)
		reason_set(
			&domain->ctl->why,
			"VLAN %s is none of domain %s; \"tenantctl show domain %s\" says which are",
			text, domain->name, domain->name);
	if (ret <= 0)
		return -1;
	ret = sql_text(
		domain->ctl, user, sizeof(user),
		"SELECT 'switch ' || s.name || ' of tenant ' || t.name FROM switch_vlan v"
		" JOIN logical_switch s ON s.id = v.switch_id JOIN tenant t ON t.id = s.tenant_id"
		" WHERE v.domain_id = ?1 AND v.vlan = ?2 AND s.id <> ?3",
		"iii", domain->id, *vlan, switch_id);
	if (ret > 0)
		reason_set(
			&domain->ctl->why,
			"VLAN %s of domain %s is used by %s; choose another one, or leave it out for the smallest that is free",
			text, domain->name, user);
	return ret ? -1 : 0;
}

/* It keeps the VLAN that it has, unless another one is given. */
static int vlan_put(const struct domain *domain, const char *text, int64_t switch_id)
{
	int64_t vlan, had;
	int ret;

	if (text) {
		if (vlan_given(domain, text, switch_id, &vlan) < 0)
			return -1;
		return sql_run(domain->ctl,
			       "INSERT INTO switch_vlan VALUES (?1, ?2, ?3)"
			       " ON CONFLICT (switch_id, domain_id) DO UPDATE SET vlan = ?3"
			       " WHERE vlan <> ?3",
			       "iii", switch_id, domain->id, vlan);
	}
	ret = sql_number(domain->ctl, &had,
			 "SELECT vlan FROM switch_vlan WHERE switch_id = ?1 AND domain_id = ?2",
			 "ii", switch_id, domain->id);
	if (ret)
		return ret < 0 ? -1 : 0;
	if (domain_has_room(domain->ctl, domain->id, 1) < 0)
		return -1;
	return sql_run(domain->ctl,
		       "INSERT INTO switch_vlan (switch_id, domain_id) VALUES (?1, ?2)", "ii",
		       switch_id, domain->id);
}

static int vlan_drop(const struct domain *domain, const char *name, int64_t switch_id)
{
	if (sql_run(domain->ctl, "DELETE FROM switch_vlan WHERE switch_id = ?1 AND domain_id = ?2",
		    "ii", switch_id, domain->id) < 0)
		return -1;
	if (sqlite3_changes(domain->ctl->db->sqlite))
		return 0;
	reason_set(&domain->ctl->why, "switch %s has no VLAN in domain %s", name, domain->name);
	return -1;
}

/* What is not in the list goes, before the others come. */
static int vlans_drop_others(struct ctl *ctl, const struct list_item *items, int64_t switch_id)
{
	char name[SQL_TEXT_SIZE];
	int64_t id = 0;
	int ret;

	while ((ret = sql_number(ctl, &id,
				 "SELECT domain_id FROM switch_vlan WHERE switch_id = ?1"
				 " AND domain_id > ?2 ORDER BY domain_id",
				 "ii", switch_id, id)) > 0) {
		const struct list_item *item;
		bool kept = false;

		if (sql_text(ctl, name, sizeof(name),
			     "SELECT name FROM switch_domain WHERE id = ?1", "i", id) < 0)
			return -1;
		darr_foreach_p (items, item)
			kept |= !strncmp(item->text, name, strlen(name)) &&
				strchr(":", item->text[strlen(name)]);
		if (!kept &&
		    sql_run(ctl, "DELETE FROM switch_vlan WHERE switch_id = ?1 AND domain_id = ?2",
			    "ii", switch_id, id) < 0)
			return -1;
	}
	return ret;
}

int domain_option(struct ctl *ctl, const struct args *args, const char *name, int64_t switch_id)
{
	const char *text = args_value(args, "domain");
	struct list_item *items = NULL, *item;
	int ret;

	if (!text)
		return 0;
	ret = list_parse(ctl, "domain", text, &items);
	if (!ret && list_replaces(items))
		ret = vlans_drop_others(ctl, items, switch_id);
	darr_foreach_p (items, item) {
		char *vlan = cut(item->text);
		struct domain domain = { .ctl = ctl, .name = item->text };

		if (ret || (ret = lookup_id(ctl, "domain", domain.name, &domain.id)))
			break;
		ret = item->sign == '-' ? vlan_drop(&domain, name, switch_id)
					: vlan_put(&domain, vlan, switch_id);
	}
	darr_free(items);
	return ret;
}

/* ---- show ---- */

static struct json_object *make_ports(const struct provider *provider,
				      const struct switch_domain *domain)
{
	struct json_object *ports = json_object_new_array();
	char text[TENANT_NAME_MAX + TRUNK_NAME_MAX + 2];
	const struct domain_port *port;

	darr_foreach_p (domain->ports, port) {
		const struct node *node = provider_node(provider, port->node_id);

		snprintf(text, sizeof(text), "%s:%s", node ? node->name : "?", port->ifname);
		json_object_array_add(ports, json_object_new_string(text));
	}
	return ports;
}

static struct json_object *make_domain(const struct model *model,
				       const struct switch_domain *domain)
{
	static const char *const states[] = {
		[DOMAIN_OK] = "ok",
		[DOMAIN_SCARCE] = "scarce",
		[DOMAIN_FULL] = "full",
	};
	const struct provider *provider = model_provider(model);
	const struct site *site = provider_site(provider, domain->site_id);
	struct json_object *json = json_object_new_object();
	struct domain_use use = domain_use(model, domain);

	show_text(json, "name", domain->name);
	show_text(json, "site", site ? site->name : "?");
	show_number(json, "vlan-first", domain->vlan_first);
	show_number(json, "vlan-last", domain->vlan_last);
	show_number(json, "used", use.used);
	show_number(json, "free", use.free);
	show_number(json, "customers-left", use.free / DOMAIN_VLANS_PER_CUSTOMER);
	show_text(json, "state", states[use.state]);
	json_object_object_add(json, "ports", make_ports(provider, domain));
	return json;
}

static int domain_show(struct ctl *ctl, const struct args *args)
{
	const struct switch_domain *domain;
	struct json_object *rows;
	struct model *model;
	int64_t id;

	if (args->name_count && lookup_id(ctl, "domain", args->names[0], &id) < 0)
		return -1;
	model = show_load(ctl);
	if (!model)
		return -1;
	rows = json_object_new_array();
	darr_foreach_p (model_provider(model)->domains, domain)
		if (!args->name_count || !strcmp(domain->name, args->names[0]))
			json_object_array_add(rows, make_domain(model, domain));
	show_print(ctl, rows, "there is no domain");
	model_free(model);
	return 0;
}

static const struct option_info domain_options[] = {
	{ "site", OPT_SITE, OPTION_NEEDED, "site_id", "SITE", "where the core switch is" },
	{ "ports", OPT_LIST, 0, NULL, "NODE:INTERFACE,...",
	  "trunks of DLRs to it; set also takes +NODE:INTERFACE,-NODE" },
	{ "vlan-first", OPT_NUMBER, 0, "vlan_first", "N", "the first VLAN to give; default 2", 1,
	  4094 },
	{ "vlan-last", OPT_NUMBER, 0, "vlan_last", "N", "the last one; default 4094", 1, 4094 },
	{},
};

const struct command domain_commands[] = {
	{
		.verb = "add",
		.object = "domain",
		.names = "NAME",
		.options = domain_options,
		.summary = "a core switch, with VLANs for logical switches",
		.example = "tenantctl add domain core1 --site dc1 --ports dlr:c0",
		.access = ACCESS_WRITE,
		.run = domain_add,
	},
	{
		.verb = "set",
		.object = "domain",
		.names = "NAME",
		.options = domain_options,
		.summary = "change a switch domain",
		.example = "tenantctl set domain core1 --vlan-last 2000 --ports +dlr2:c0",
		.access = ACCESS_WRITE,
		.run = domain_set,
	},
	{
		.verb = "del",
		.object = "domain",
		.names = "NAME",
		.summary = "delete a switch domain that no switch has a VLAN in",
		.example = "tenantctl del domain core1",
		.access = ACCESS_WRITE,
		.run = domain_del,
	},
	{
		.verb = "show",
		.object = "domain",
		.names = "[NAME]",
		.summary = "switch domains, their free VLANs, and for how many customers they do",
		.example = "tenantctl show domain",
		.access = ACCESS_READ,
		.run = domain_show,
	},
	{},
};

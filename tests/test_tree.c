// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Proves that configuration means what a database means: every story's database,
 * written as data of yang/frr-tenant.yang and read back, gives the same plans
 * and the same findings.  And that each thing configuration may lack, or name
 * that is not there, holds its tenant with one sentence.
 */
#include <zebra.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libyang/libyang.h>

#include "darr.h"
#include "printfrr.h"

#include "model/presence.h"
#include "plan/plan.h"
#include "plan/validate.h"
#include "source/tree.h"

#include "lib.h"

static const char *const stories[] = {
	"all-in-one",      "bgp-link",      "dlr-edge",         "dlr-pe",
	"edge-pe",         "four-byte-as",  "hidden-subnets",   "leak-both-ways",
	"leak-one-way",    "no-aggregates", "public-addresses", "overrides",
	"reference",       "same-space",    "standby-site",     "static-link",
	"static-transit",  "two-dlrs",      "two-esgs-two-pes", "two-sites",
	"virtual-address",
};

/* ---- YANG data ---- */

static struct ly_ctx *context;

static void make_context(void)
{
	static const char *const folders[] = { "/usr/share/yang", NULL };
	char *yang = lib_read_file(lib_source_path("../yang/frr-tenant.yang"));

	ck_assert_int_eq(ly_ctx_new(folders[0], LY_CTX_DISABLE_SEARCHDIR_CWD, &context),
			 LY_SUCCESS);
	ck_assert_int_eq(lys_parse_mem(context, yang, LYS_IN_YANG, NULL), LY_SUCCESS);
	free(yang);
}

static void end_context(void)
{
	ly_ctx_destroy(context);
}

static struct lyd_node *parse(const char *json)
{
	struct lyd_node *data = NULL;
	LY_ERR error = lyd_parse_data_mem(context, json, LYD_JSON, LYD_PARSE_STRICT,
					  LYD_VALIDATE_NO_STATE, &data);

	ck_assert_msg(error == LY_SUCCESS, "%s\n%s", ly_last_logmsg() ? ly_last_logmsg() : "",
		      json);
	return data;
}

static const struct lyd_node *root_of(const struct lyd_node *data)
{
	const struct lyd_node *node;

	LY_LIST_FOR (data, node)
		if (node->schema && !strcmp(node->schema->name, "tenant-network"))
			return node;
	return NULL;
}

/* ---- a model as YANG data ---- */

struct text {
	char *json; /* darr */
	bool first; /* of the list or container that is open */
};

static void put(struct text *t, const char *fmt, ...) PRINTFRR(2, 3);
static void put(struct text *t, const char *fmt, ...)
{
	char line[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintfrr(line, sizeof(line), fmt, ap);
	va_end(ap);
	lib_append(&t->json, "%s%s", t->first ? "" : ",", line);
	t->first = false;
}

#define begin(t, ...) (put(t, __VA_ARGS__), (t)->first = true)

static void end(struct text *t, const char *what)
{
	lib_append(&t->json, "%s", what);
	t->first = false;
}

static void put_number(struct text *t, const char *name, uint32_t value)
{
	if (value)
		put(t, "\"%s\":%u", name, value);
}

static void put_net(struct text *t, const char *name, const struct ipnet *net)
{
	char buf[IPNET_TEXT_SIZE];

	if (ipnet_is_set(net))
		put(t, "\"%s\":\"%s\"", name, ipnet_format(net, buf));
}

static void put_addr(struct text *t, const char *name, const struct ipnet *addr)
{
	char buf[IPNET_TEXT_SIZE];

	if (ipnet_is_set(addr))
		put(t, "\"%s\":\"%s\"", name, ipnet_format_addr(addr, buf));
}

static void put_nets(struct text *t, const char *name, const struct ipnet *nets)
{
	char buf[IPNET_TEXT_SIZE];
	const struct ipnet *net;

	if (!darr_len(nets))
		return;
	begin(t, "\"%s\":[", name);
	darr_foreach_p (nets, net)
		put(t, "\"%s\"", ipnet_format(net, buf));
	end(t, "]");
}

static void put_roles(struct text *t, uint8_t roles)
{
	begin(t, "\"role\":[");
	for (int bit = 0; bit < ROLE_COUNT; bit++)
		if (roles & (1 << bit))
			put(t, "\"%s\"", role_names[bit]);
	end(t, "]");
}

static const char *site_name(const struct provider *provider, uint32_t id)
{
	const struct site *site = provider_site(provider, id);

	return site ? site->name : "";
}

static void put_settings(struct text *t, const struct provider *provider)
{
	const struct reserved_port *port;
	char text[SERVICE_TEXT_SIZE];

	begin(t, "\"provider\":{");
	put_number(t, "local-as", provider->asn);
	put_number(t, "nssa-area", provider->nssa_area);
	put_number(t, "vpn-tag", provider->vpn_tag);
	put_number(t, "table-base", provider->table_base);
	put(t, "\"vni-base\":%u", provider->vni_base);
	put_number(t, "leak-base", provider->leak_base);
	put_number(t, "hello-interval", provider->ospf_hello);
	put_number(t, "dead-interval", provider->ospf_dead);
	put_number(t, "vrrp-interval", provider->vrrp_interval / 10);
	put(t, "\"evpn\":%s", provider->evpn ? "true" : "false");
	end(t, "}");
	begin(t, "\"pools\":{");
	for (int kind = 0; kind < WIRE_KIND_COUNT; kind++) {
		begin(t, "\"%s\":{", wire_kind_names[kind]);
		put_net(t, "prefix", &provider->pools[kind].prefix);
		put_number(t, "length", provider->pools[kind].len);
		put_number(t, "wires", provider->pools[kind].wires);
		end(t, "}");
	}
	end(t, "}");
	put_nets(t, "reserved", provider->reserved);
	begin(t, "\"reserved-port\":[");
	darr_foreach_p (provider->ports, port)
		put(t, "\"%s\"", service_text(port->protocol, port->port, text));
	end(t, "]");
}

static void put_nodes(struct text *t, const struct provider *provider)
{
	const struct site *site;
	const struct node *node;

	begin(t, "\"sites\":{\"site\":[");
	darr_foreach_p (provider->sites, site)
		put(t, "{\"name\":\"%s\"}", site->name);
	end(t, "]}");
	begin(t, "\"nodes\":{\"node\":[");
	darr_foreach_p (provider->nodes, node) {
		begin(t, "{\"name\":\"%s\",\"site\":\"%s\"", node->name,
		      site_name(provider, node->site_id));
		t->first = false;
		put_addr(t, "router-id", &node->router_id);
		put_addr(t, "vtep", &node->vtep);
		put_roles(t, node->roles);
		end(t, "}");
	}
	end(t, "]}");
}

static void put_wires(struct text *t, const struct provider *provider)
{
	const struct wire_port *port;
	const struct wire *wire;

	begin(t, "\"wires\":{\"wire\":[");
	darr_foreach_p (provider->wires, wire) {
		begin(t, "{\"name\":\"%s\",\"site\":\"%s\",\"kind\":\"%s\",\"bfd\":%s", wire->name,
		      site_name(provider, wire->site_id), wire_kind_names[wire->kind],
		      wire->bfd ? "true" : "false");
		t->first = false;
		put_number(t, "id", wire->id);
		put(t, "\"vlan-base\":%u", wire->vlan_base);
		put_number(t, "vlan-max", wire->vlan_max);
		put_number(t, "mtu", wire->mtu);
		if (wire->ospf_key[0])
			put(t, "\"ospf-key\":\"%s\"", wire->ospf_key);
		begin(t, "\"port\":[");
		darr_foreach_p (wire->ports, port)
			put(t, "{\"node\":\"%s\",\"interface\":\"%s\",\"slot\":%u}",
			    provider_node(provider, port->node_id)->name, port->ifname,
			    port->slot);
		end(t, "]}");
	}
	end(t, "]}");
}

/* A host that has no route of its own is none in configuration. */
static void put_hosts(struct text *t, const struct provider *provider,
		      const struct logical_switch *sw)
{
	const struct tenant_host *host;
	char addr[IPNET_TEXT_SIZE];

	begin(t, "\"host\":[");
	darr_foreach_p (sw->hosts, host)
		if (host->advertise && host->site_id)
			put(t, "{\"address\":\"%s\",\"site\":\"%s\"}",
			    ipnet_format_addr(&host->address, addr),
			    site_name(provider, host->site_id));
	end(t, "]");
}

static void put_maps(struct text *t, const struct provider *provider, const struct tenant *tenant,
		     const struct logical_switch *sw)
{
	const struct network_map *map;

	begin(t, "\"recovery\":[");
	darr_foreach_p (tenant->maps, map) {
		if (map->switch_id != sw->id)
			continue;
		begin(t, "{\"site\":\"%s\"", site_name(provider, map->site_id));
		t->first = false;
		if (map->target_id)
			put(t, "\"as\":\"%s\"", tenant_switch(tenant, map->target_id)->name);
		end(t, "}");
	}
	end(t, "]");
}

static void put_switch(struct text *t, const struct provider *provider,
		       const struct tenant *tenant, const struct logical_switch *sw)
{
	const struct subnet *subnet;
	char net[IPNET_TEXT_SIZE], addr[IPNET_TEXT_SIZE];

	begin(t, "{\"name\":\"%s\",\"scope\":\"%s\",\"purpose\":\"%s\"", sw->name,
	      scope_names[sw->scope], purpose_names[sw->purpose]);
	t->first = false;
	put_number(t, "id", sw->id);
	put_number(t, "vni", sw->vni);
	put_number(t, "mtu", sw->mtu);
	if (sw->site_id)
		put(t, "\"site\":\"%s\"", site_name(provider, sw->site_id));
	if (sw->state)
		put(t, "\"state\":\"%s\"", switch_state_names[sw->state]);
	if (sw->no_nat)
		put(t, "\"no-nat\":true");
	put_hosts(t, provider, sw);
	put_maps(t, provider, tenant, sw);
	begin(t, "\"subnet\":[");
	darr_foreach_p (sw->subnets, subnet)
		put(t, "{\"prefix\":\"%s\",\"gateway\":\"%s\",\"advertise\":%s}",
		    ipnet_format(&subnet->prefix, net), ipnet_format_addr(&subnet->gateway, addr),
		    subnet->advertise ? "true" : "false");
	end(t, "]}");
}

static void put_link(struct text *t, const struct provider *provider, const struct link *link)
{
	begin(t, "{\"name\":\"%s\",\"node\":\"%s\",\"interface\":\"%s\",\"protocol\":\"%s\"",
	      link->name, provider_node(provider, link->node_id)->name, link->ifname,
	      routing_names[link->routing]);
	t->first = false;
	put_number(t, "vlan", link->vlan);
	put_net(t, "address", &link->address);
	put_addr(t, "peer", &link->peer);
	put_number(t, "peer-as", link->peer_as);
	put_number(t, "maximum-routes", link->max_routes);
	put_addr(t, "virtual-address", &link->virtual_address);
	put_number(t, "vrid", link->vrid);
	put_number(t, "priority", link->priority);
	put_nets(t, "route", link->routes);
	end(t, "}");
}

static void put_places(struct text *t, const struct provider *provider,
		       const struct tenant *tenant)
{
	const struct attachment *attachment;
	const struct circuit *circuit;

	begin(t, "\"attachment\":[");
	darr_foreach_p (tenant->attachments, attachment) {
		begin(t, "{\"node\":\"%s\"", provider_node(provider, attachment->node_id)->name);
		t->first = false;
		put_roles(t, attachment->roles);
		end(t, "}");
	}
	end(t, "]");
	begin(t, "\"circuit\":[");
	darr_foreach_p (tenant->circuits, circuit) {
		begin(t, "{\"wire\":\"%s\",\"routing\":\"%s\"",
		      provider_wire(provider, circuit->wire_id)->name,
		      routing_names[circuit->routing]);
		t->first = false;
		put_net(t, "prefix", &circuit->prefix);
		put_number(t, "vlan", circuit->vlan);
		end(t, "}");
	}
	end(t, "]");
}

static void put_publics(struct text *t, const struct tenant *tenant)
{
	const struct public_address *public;
	char address[IPNET_TEXT_SIZE], inside[IPNET_TEXT_SIZE], port[SERVICE_TEXT_SIZE] = "all";

	begin(t, "\"public\":[");
	darr_foreach_p (tenant->publics, public) {
		if (public->protocol)
			service_text(public->protocol, public->port, port);
		begin(t, "{\"address\":\"%s\",\"port\":\"%s\",\"to\":\"%s\"",
		      ipnet_format_addr(&public->address, address),
		      public->protocol ? port : "all", ipnet_format_addr(&public->inside, inside));
		t->first = false;
		if (public->protocol && public->inside_port != public->port)
			put_number(t, "to-port", public->inside_port);
		if (ipnet_is_set(&public->recovered))
			put(t, "\"recovered\":\"%s\"",
			    ipnet_format_addr(&public->recovered, inside));
		end(t, "}");
	}
	end(t, "]");
}

static void put_tenant(struct text *t, const struct provider *provider,
		       const struct tenant *tenant)
{
	const struct logical_switch *sw;
	const struct link *link;

	begin(t, "{\"name\":\"%s\",\"id\":%u", tenant->name, tenant->id);
	t->first = false;
	if (tenant->vrf[0])
		put(t, "\"vrf\":\"%s\"", tenant->vrf);
	put_number(t, "table-id", tenant->table_id);
	put_number(t, "rd-number", tenant->rd_number);
	put_number(t, "rt-number", tenant->rt_number);
	put_number(t, "maximum-routes", tenant->max_routes);
	if (tenant->egress == EGRESS_ACTIVE)
		put(t, "\"egress\":\"active\",\"active-site\":\"%s\"",
		    site_name(provider, tenant->active_site_id));
	if (tenant->recovery_site_id)
		put(t, "\"recovery-site\":\"%s\"", site_name(provider, tenant->recovery_site_id));
	put_nets(t, "aggregate", tenant->aggregates);
	put_places(t, provider, tenant);
	begin(t, "\"switch\":[");
	darr_foreach_p (tenant->switches, sw)
		put_switch(t, provider, tenant, sw);
	end(t, "]");
	put_publics(t, tenant);
	begin(t, "\"link\":[");
	darr_foreach_p (tenant->links, link)
		put_link(t, provider, link);
	end(t, "]}");
}

static void put_leaks(struct text *t, const struct model *model)
{
	const struct tenant *tenant = NULL;
	char net[IPNET_TEXT_SIZE];
	const struct leak *leak;

	begin(t, "\"leaks\":{\"leak\":[");
	while ((tenant = model_tenant_next(model, tenant)))
		darr_foreach_p (tenant->leaks, leak)
			if (leak->from_tenant == tenant->id)
				put(t, "{\"from\":\"%s\",\"to\":\"%s\",\"prefix\":\"%s\"}",
				    tenant->name, model_tenant(model, leak->to_tenant)->name,
				    ipnet_format(&leak->prefix, net));
	end(t, "]}");
}

static char *model_json(const struct model *model)
{
	const struct provider *provider = model_provider(model);
	const struct tenant *tenant = NULL;
	struct text t = { .first = true };

	begin(&t, "{\"frr-tenant:tenant-network\":{");
	put_settings(&t, provider);
	put_nodes(&t, provider);
	put_wires(&t, provider);
	begin(&t, "\"tenants\":{\"tenant\":[");
	while ((tenant = model_tenant_next(model, tenant)))
		put_tenant(&t, provider, tenant);
	end(&t, "]}");
	put_leaks(&t, model);
	end(&t, "}}");
	return t.json;
}

/* ---- the way back ---- */

static struct model *model_of(const char *json)
{
	struct lyd_node *data = parse(json);
	const struct lyd_node *tree = root_of(data);
	const char **names = NULL, **name;
	struct model *model = model_new();
	struct load *load = load_new();
	struct reason why = {};
	uint32_t *touched = NULL;

	load->provider = tree_provider(tree, &why);
	ck_assert_str_eq(why.text, "");
	tree_tenant_names(tree, &names);
	darr_foreach_p (names, name)
		*darr_append(load->tenants) = tree_tenant(tree, *name, load->provider, 0, &why);
	ck_assert_str_eq(why.text, "");
	darr_free(names);
	load->full = true;
	model_commit(model, load, &touched);
	darr_free(touched);
	lyd_free_all(data);
	return model;
}

/* Sequence numbers of filters come from ids, which configuration has others of, and so does the
 * MAC of a bridge that is no gateway.
 */
static void forget_ids(struct objects *set)
{
	for (unsigned int i = 0; i < objects_count(set); i++) {
		struct object *obj = &set->list[i];
		char *leak = strstr(obj->name, "-L"), *ref = strstr(obj->ref, "-L");

		if (obj->kind == OBJ_BRIDGE && (obj->num[2] & BRIDGE_NO_GATEWAY))
			obj->num[1] = 0;
		if (obj->kind == OBJ_TRANSLATION)
			obj->num[0] = 0;
		if (object_kinds[obj->kind].phase != PHASE_FILTER)
			continue;
		obj->num[0] = 0;
		if (leak && leak[2] >= '0' && leak[2] <= '9')
			leak[2] = '\0';
		if (ref && ref[2] >= '0' && ref[2] <= '9')
			ref[2] = '\0';
	}
}

static int line_cmp(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* A link's device is named by its id, which is a hash of its name in configuration. */
static char *without_link_id(char *line)
{
	char *name = strstr(line, "name=vr");

	if (name && isdigit(name[7]))
		memmove(name + 7, name + 7 + strspn(name + 7, "0123456789"),
			strlen(name + 7 + strspn(name + 7, "0123456789")) + 1);
	return line;
}

/* The plan as sorted lines, and the findings. */
static char *shape(const struct model *model, const char *node_name)
{
	const struct node *node = provider_node_by_name(model_provider(model), node_name);
	const struct tenant *tenant = NULL;
	struct objects want = {};
	char **lines = NULL, **line, *plan, *text = NULL;

	ck_assert_ptr_nonnull(node);
	lib_plan(model, node, &want);
	forget_ids(&want);
	plan = lib_objects_text(&want);
	for (char *save = NULL, *at = strtok_r(plan, "\n", &save); at;
	     at = strtok_r(NULL, "\n", &save))
		*darr_append(lines) = without_link_id(at);
	qsort(lines, darr_len(lines), sizeof(*lines), line_cmp);
	lib_append(&text, "%s", "");
	darr_foreach_p (lines, line)
		lib_append(&text, "%s\n", *line);
	while ((tenant = model_tenant_next(model, tenant))) {
		struct reason *findings = NULL, *finding;

		validate_tenant(model, tenant, &findings);
		darr_foreach_p (findings, finding)
			lib_append(&text, "%s\n", finding->text);
		darr_free(findings);
	}
	darr_free(lines);
	darr_free(plan);
	objects_fini(&want);
	return text;
}

START_TEST(a_story_means_the_same_in_configuration)
{
	struct model *database = lib_model(stories[_i], NULL), *configured;
	char *json = model_json(database);
	const struct node *node;

	configured = model_of(json);
	ck_assert_uint_eq(model_tenant_count(configured), model_tenant_count(database));
	darr_foreach_p (model_provider(database)->nodes, node) {
		char *expected = shape(database, node->name), *got = shape(configured, node->name);

		ck_assert_msg(!strcmp(expected, got), "%s/%s: expected\n%s\ngot\n%s", stories[_i],
			      node->name, expected, got);
		ck_assert_uint_gt(strlen(expected), 0);
		darr_free(expected);
		darr_free(got);
	}
	darr_free(json);
	model_free(configured);
	model_free(database);
}
END_TEST

/* ---- what is wrong ---- */

#define NODE_A \
	"\"nodes\":{\"node\":[{\"name\":\"a\",\"router-id\":\"10.0.0.1\",\"role\":[\"pe\"]}]}"
#define SITE         "\"sites\":{\"site\":[{\"name\":\"dc1\"}]},"
#define TENANT(rest) NODE_A ",\"tenants\":{\"tenant\":[{\"name\":\"acme\"" rest "}]}"

static const struct {
	const char *what;
	const char *json;
	const char *words;
} wrong[] = {
	{ "no id", TENANT(""), "tenant acme has no id" },
	{ "a node nobody knows", TENANT(",\"id\":7,\"attachment\":[{\"node\":\"b\"}]"),
	  "names node b, which nobody knows" },
	{ "a wire nobody knows", TENANT(",\"id\":7,\"circuit\":[{\"wire\":\"w\"}]"),
	  "names wire w, which nobody knows" },
	{ "a switch without an id", TENANT(",\"id\":7,\"switch\":[{\"name\":\"web\"}]"),
	  "switch web of tenant acme has no id" },
	{ "two switches with one id",
	  TENANT(",\"id\":7,\"switch\":[{\"name\":\"web\",\"id\":5},{\"name\":\"db\",\"id\":5}]"),
	  "of tenant acme have the same id 5" },
	{ "a site nobody knows",
	  TENANT(",\"id\":7,\"switch\":[{\"name\":\"web\",\"id\":5,\"site\":\"dc9\"}]"),
	  "at site dc9, which nobody knows" },
	{ "an active site nobody knows",
	  TENANT(",\"id\":7,\"egress\":\"active\",\"active-site\":\"dc9\""),
	  "tenant acme names site dc9, which nobody knows" },
	{ "a recovery site nobody knows", TENANT(",\"id\":7,\"recovery-site\":\"dc9\""),
	  "tenant acme names site dc9, which nobody knows" },
	{ "an active site that is missing", TENANT(",\"id\":7,\"egress\":\"active\""),
	  "tenant acme has no active site" },
	{ "an active site where all are active", SITE TENANT(",\"id\":7,\"active-site\":\"dc1\""),
	  "tenant acme has an active site" },
	{ "a host at a site nobody knows",
	  TENANT(",\"id\":7,\"switch\":[{\"name\":\"web\",\"id\":5,\"host\":[{\"address\":"
		 "\"10.1.1.5\",\"site\":\"dc9\"}]}]"),
	  "tenant acme names site dc9, which nobody knows" },
	{ "a switch that stands in and is none",
	  SITE TENANT(",\"id\":7,\"switch\":[{\"name\":\"web\",\"id\":5,\"recovery\":[{\"site\":"
		      "\"dc1\",\"as\":\"web2\"}]}]"),
	  "to be recovered as web2, which is no other switch" },
	{ "a switch that stands in for itself",
	  SITE TENANT(",\"id\":7,\"switch\":[{\"name\":\"web\",\"id\":5,\"recovery\":[{\"site\":"
		      "\"dc1\",\"as\":\"web\"}]}]"),
	  "to be recovered as web, which is no other switch" },
	{ "a link without a node", TENANT(",\"id\":7,\"link\":[{\"name\":\"hq\"}]"),
	  "link hq of tenant acme has no node" },
	{ "a link without an address",
	  TENANT(",\"id\":7,\"link\":[{\"name\":\"hq\",\"node\":\"a\",\"interface\":\"x0\"}]"),
	  "link hq of tenant acme has no address" },
	{ "BGP without a peer",
	  TENANT(",\"id\":7,\"link\":[{\"name\":\"hq\",\"node\":\"a\",\"interface\":\"x0\","
		 "\"address\":\"192.168.1.1/30\",\"protocol\":\"bgp\"}]"),
	  "link hq of tenant acme has no peer" },
	{ "a VRRP group without an address",
	  TENANT(",\"id\":7,\"link\":[{\"name\":\"hq\",\"node\":\"a\",\"interface\":\"x0\","
		 "\"address\":\"192.168.1.1/30\",\"vrid\":9}]"),
	  "link hq of tenant acme has no virtual-address" },
	{ "a leak to nobody",
	  TENANT(",\"id\":7") ",\"leaks\":{\"leak\":[{\"from\":\"acme\",\"to\":\"x\",\"prefix\":\"10.0.0.0/8\"}]}",
	  "to tenant x, which has no id in the configuration" },
};

START_TEST(what_is_lacking_holds_the_tenant)
{
	char *json = NULL;
	struct reason why = {}, unused = {};
	struct provider *provider;
	struct tenant *tenant;
	struct lyd_node *data;

	lib_append(&json, "{\"frr-tenant:tenant-network\":{%s}}", wrong[_i].json);
	data = parse(json);
	provider = tree_provider(root_of(data), &unused);
	tenant = tree_tenant(root_of(data), "acme", provider, 0, &why);
	if (!tenant)
		tenant = tree_tenant(root_of(data), "acme", provider, 7, &unused);
	else
		ck_assert_str_eq(why.text, "");
	ck_assert_msg(tenant && tenant->bad && strstr(tenant->bad->text, wrong[_i].words),
		      "%s: %s", wrong[_i].what,
		      tenant && tenant->bad ? tenant->bad->text : "no reason");
	ck_assert_uint_eq(tenant->id, 7);
	tenant_unref(tenant);
	provider_unref(provider);
	lyd_free_all(data);
	darr_free(json);
}
END_TEST

static const struct {
	const char *prefix;
	const char *gateway;
} first_addresses[] = {
	{ "10.1.1.0/24", "10.1.1.1/24" },      { "10.1.1.64/26", "10.1.1.65/26" },
	{ "10.1.1.2/31", "10.1.1.2/31" },      { "10.1.1.9/32", "10.1.1.9/32" },
	{ "2001:db8::/64", "2001:db8::1/64" },
};

START_TEST(a_subnet_without_gateway_has_the_first_address)
{
	char *json = NULL, text[IPNET_TEXT_SIZE];
	struct reason why = {};
	struct provider *provider;
	struct tenant *tenant;
	struct lyd_node *data;

	lib_append(&json,
		   "{\"frr-tenant:tenant-network\":{\"tenants\":{\"tenant\":[{\"name\":\"acme\","
		   "\"id\":7,\"switch\":[{\"name\":\"web\",\"id\":5,"
		   "\"subnet\":[{\"prefix\":\"%s\"}]}]}]}}}",
		   first_addresses[_i].prefix);
	data = parse(json);
	provider = tree_provider(root_of(data), &why);
	tenant = tree_tenant(root_of(data), "acme", provider, 0, &why);
	ck_assert_ptr_nonnull(tenant);
	ck_assert_ptr_null(tenant->bad);
	ck_assert_str_eq(ipnet_format(&tenant->switches[0].subnets[0].gateway, text),
			 first_addresses[_i].gateway);
	ck_assert_uint_eq(tenant->max_routes, 1000);
	tenant_unref(tenant);
	provider_unref(provider);
	lyd_free_all(data);
	darr_free(json);
}
END_TEST

START_TEST(nothing_configured_is_a_provider_of_defaults)
{
	struct lyd_node *data = parse("{}");
	struct reason why = {};
	struct provider *provider = tree_provider(root_of(data), &why);
	struct model *database = lib_model(NULL, NULL);
	const struct provider *usual = model_provider(database);

	ck_assert_str_eq(why.text, "");
	ck_assert_uint_eq(provider->asn, usual->asn);
	ck_assert_uint_eq(provider->vpn_tag, usual->vpn_tag);
	ck_assert_uint_eq(provider->table_base, usual->table_base);
	ck_assert_uint_eq(provider->ospf_dead, usual->ospf_dead);
	ck_assert(!memcmp(provider->pools, usual->pools, sizeof(usual->pools)));
	ck_assert_uint_eq(darr_len(provider->reserved), darr_len(usual->reserved));
	ck_assert_ptr_null(tree_tenant(root_of(data), "acme", provider, 0, &why));
	ck_assert_str_eq(why.text, "");
	provider_unref(provider);
	model_free(database);
	lyd_free_all(data);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("tree");
	TCase *tests = tcase_create("configuration to model");

	tcase_add_checked_fixture(tests, make_context, end_context);
	tcase_add_loop_test(tests, a_story_means_the_same_in_configuration, 0,
			    array_size(stories));
	tcase_add_loop_test(tests, what_is_lacking_holds_the_tenant, 0, array_size(wrong));
	tcase_add_loop_test(tests, a_subnet_without_gateway_has_the_first_address, 0,
			    array_size(first_addresses));
	tcase_add_test(tests, nothing_configured_is_a_provider_of_defaults);
	suite_add_tcase(suite, tests);
	return lib_main(suite);
}

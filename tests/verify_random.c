// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Random provider networks for tests/test_verify.py, many in one process:
 *
 *	verify_random COUNT [SEED]
 *
 * writes one JSON line for each: its tenants, all that is planned for them on each
 * node, and what the verifier says of it.  Every second one has a fault planted: a
 * number of one tenant typed into the row of another, or a planned object made
 * another one.  Of the others a line also says whether validation has nothing
 * against them; then the verifier must find nothing either.
 */
#include <zebra.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "darr.h"

#include "model/derive.h"
#include "plan/plan.h"
#include "plan/validate.h"
#include "verify/verify.h"

#include "lib.h"
#include "verify_json.h"

#define TENANTS_MAX 5

/* ---- a network ---- */

struct fault {
	bool planned; /* in an object, not in a row */
	uint32_t tenant, node;
	unsigned int nth; /* of the objects that are worth it */
	unsigned int how;
	uint32_t value;
	struct ipnet net;
};

struct net {
	struct provider *provider;
	struct tenant *tenants[TENANTS_MAX];
	unsigned int count;
	struct fault faults[2];
	unsigned int fault_count;
	uint32_t next_id; /* of switches, subnets, links */
};

static struct ipnet ip(const char *text)
{
	struct ipnet net = {};

	if (ipnet_parse(text, &net) < 0 && ipnet_parse_addr(text, &net) < 0)
		abort();
	return net;
}

static struct ipnet ipf(const char *fmt, unsigned int a, unsigned int b, unsigned int c)
{
	char text[64];

	snprintf(text, sizeof(text), fmt, a, b, c);
	return ip(text);
}

static struct node *add_node(struct provider *provider, uint8_t roles)
{
	struct node *node = darr_append(provider->nodes);

	*node = (struct node){ .id = darr_len(provider->nodes), .roles = roles };
	node->site_id = 1 + lib_below(2);
	snprintf(node->name, sizeof(node->name), "n%u", node->id);
	node->router_id = ipf("10.255.%u.%u", 0, node->id, 0);
	if ((roles & ROLE_DLR) || lib_below(2))
		node->vtep = ipf("10.254.%u.%u", 0, node->id, 0);
	return node;
}

static void add_wire(struct provider *provider, enum wire_kind kind, uint8_t near, uint8_t far)
{
	struct wire *wire = darr_append(provider->wires);
	const struct node *node;

	*wire = (struct wire){
		.id = darr_len(provider->wires),
		.site_id = 1,
		.kind = kind,
		.vlan_base = 100 * darr_len(provider->wires),
		.vlan_max = 4094,
		.mtu = 1600,
		.bfd = lib_below(2),
	};
	snprintf(wire->name, sizeof(wire->name), "w%u", wire->id);
	darr_foreach_p (provider->nodes, node) {
		struct wire_port *port;

		if (!(node->roles & (near | far)) || lib_below(6) == 0 ||
		    darr_len(wire->ports) == (kind == WIRE_UPLINK ? 2 : 5))
			continue;
		port = darr_append(wire->ports);
		*port = (struct wire_port){ .node_id = node->id, .slot = darr_len(wire->ports) };
		snprintf(port->ifname, sizeof(port->ifname), "e%u", wire->id);
	}
}

static struct provider *make_provider(void)
{
	static const uint8_t roles[] = { ROLE_DLR,
					 ROLE_EDGE,
					 ROLE_PE,
					 ROLE_PE,
					 ROLE_DLR | ROLE_EDGE,
					 ROLE_EDGE | ROLE_PE,
					 ROLE_DLR | ROLE_EDGE | ROLE_PE };
	struct provider *provider = provider_new();

	provider->asn = 65000;
	provider->nssa_area = 51;
	provider->vpn_tag = 3489725928u;
	provider->table_base = 1000;
	provider->vni_base = 100000;
	provider->leak_base = 1000000;
	provider->ospf_hello = 1;
	provider->ospf_dead = 4;
	provider->vrrp_interval = 1000;
	provider->pools[WIRE_TRANSIT] = (struct pool){ ip("100.64.0.0/12"), 29, 8 };
	provider->pools[WIRE_UPLINK] = (struct pool){ ip("100.96.0.0/12"), 30, 8 };
	*darr_append(provider->reserved) = ip("100.64.0.0/10");
	*darr_append(provider->reserved) = ip("127.0.0.0/8");
	for (uint32_t id = 1; id <= 2; id++)
		*darr_append(provider->sites) = (struct site){ .id = id, .name = "s" };
	for (unsigned int i = 0; i < 3; i++)
		add_node(provider, roles[i]);
	for (unsigned int i = lib_below(4); i--;)
		add_node(provider, roles[lib_below(array_size(roles))]);
	add_wire(provider, WIRE_TRANSIT, ROLE_DLR, ROLE_EDGE);
	for (unsigned int i = 1 + lib_below(3); i--;)
		add_wire(provider, WIRE_UPLINK, ROLE_EDGE, ROLE_PE);
	return provider;
}

static void add_switch(struct net *net, struct tenant *tenant, unsigned int space)
{
	char name[16];
	struct logical_switch sw = { .id = ++net->next_id, .mtu = 1500, .name = name };
	struct logical_switch *added;
	struct subnet *subnet;

	snprintf(name, sizeof(name), "sw%u", sw.id);
	sw.site_id = lib_below(3) ? 0 : 1 + lib_below(2);
	sw.purpose = lib_below(8) ? PURPOSE_PRODUCTION : PURPOSE_TEST;
	added = tenant_add_switch(tenant, &sw);
	subnet = darr_append(added->subnets);
	*subnet = (struct subnet){ .id = sw.id, .advertise = lib_below(8) != 0 };
	subnet->prefix = ipf("10.%u.%u.%u/24", space, 1 + darr_len(tenant->switches), 0);
	subnet->gateway = ipf("10.%u.%u.%u/24", space, 1 + darr_len(tenant->switches), 1);
}

static void add_link(struct net *net, struct tenant *tenant, const struct node *node)
{
	struct link *link = darr_append(tenant->links);

	*link = (struct link){
		.id = ++net->next_id,
		.node_id = node->id,
		.routing = lib_below(ROUTING_COUNT),
		.vlan = 2000 + net->next_id,
		.max_routes = 100,
	};
	snprintf(link->name, sizeof(link->name), "l%u", link->id);
	strlcpy(link->ifname, "x0", sizeof(link->ifname));
	link->address = ipf("192.168.%u.%u/30", link->id % 250, 1, 0);
	link->peer = ipf("192.168.%u.%u", link->id % 250, 2, 0);
	if (link->routing == ROUTING_BGP)
		link->peer_as = 64512;
	if (link->routing == ROUTING_STATIC)
		*darr_append(link->routes) = ipf("172.16.%u.%u/24", link->id % 250, 0, 0);
}

static void attach(struct net *net, struct tenant *tenant)
{
	const struct node *node;

	darr_foreach_p (net->provider->nodes, node) {
		if (lib_below(8) == 0)
			continue;
		*darr_append(tenant->attachments) =
			(struct attachment){ .node_id = node->id, .roles = node->roles };
		if ((node->roles & ROLE_PE) && lib_below(3) == 0)
			add_link(net, tenant, node);
	}
}

static void add_static_transit(struct net *net, struct tenant *tenant)
{
	const struct wire *wire = &net->provider->wires[0];

	*darr_append(tenant->circuits) = (struct circuit){
		.wire_id = wire->id,
		.routing = ROUTING_STATIC,
	};
}

static struct tenant *make_tenant(struct net *net, uint32_t id)
{
	struct tenant *tenant = tenant_new(id);
	/* several live in the same space */
	unsigned int space = 1 + lib_below(3);

	snprintf(tenant->name, sizeof(tenant->name), "t%u", id);
	snprintf(tenant->vrf, sizeof(tenant->vrf), "t%u", id);
	tenant->max_routes = 1000;
	if (lib_below(4)) {
		*darr_append(tenant->aggregates) = ipf("10.%u.%u.%u/16", space, 0, 0);
		*darr_append(tenant->aggregates) = ip("172.16.0.0/16");
	}
	attach(net, tenant);
	for (unsigned int i = lib_below(4); i--;)
		add_switch(net, tenant, space);
	if (lib_below(8) == 0)
		add_static_transit(net, tenant);
	return tenant;
}

static void add_leaks(struct net *net)
{
	for (unsigned int i = lib_below(3); i--;) {
		struct tenant *from = net->tenants[lib_below(net->count)];
		struct tenant *to = net->tenants[lib_below(net->count)];
		struct leak leak = { .id = ++net->next_id,
				     .from_tenant = from->id,
				     .to_tenant = to->id };

		if (from == to || !darr_len(from->switches))
			continue;
		leak.prefix =
			from->switches[lib_below(darr_len(from->switches))].subnets[0].prefix;
		*darr_append(from->leaks) = leak;
		*darr_append(to->leaks) = leak;
	}
}

/* ---- faults ---- */

static uint32_t some_number(const struct net *net)
{
	uint32_t id = 1 + lib_below(net->count);

	return lib_below(3) ? id : net->provider->leak_base + id;
}

static void fault_in_row(struct net *net)
{
	struct tenant *tenant = net->tenants[lib_below(net->count)];
	const struct tenant *other = net->tenants[lib_below(net->count)];
	struct circuit *circuit;

	switch (lib_below(6)) {
	case 0:
	case 1:
		tenant->rt_number = some_number(net);
		break;
	case 2:
		tenant->rd_number = other->id;
		break;
	case 3:
		tenant->table_id = net->provider->table_base + other->id;
		break;
	case 4:
		if (darr_len(tenant->switches) && darr_len(other->switches))
			tenant->switches[0].vni = net->provider->vni_base + other->switches[0].id;
		break;
	case 5:
		circuit = darr_append(tenant->circuits);
		*circuit = (struct circuit){ .wire_id = 1 + lib_below(2) };
		circuit->vlan = 100 * circuit->wire_id + other->id;
		break;
	}
}

static void fault_in_plan(struct net *net)
{
	struct fault *fault = &net->faults[net->fault_count++];

	*fault = (struct fault){
		.planned = true,
		.tenant = 1 + lib_below(net->count),
		.node = lib_below(2) ? 0 : 1 + lib_below(darr_len(net->provider->nodes)),
		.nth = lib_below(40),
		.how = lib_below(6),
		.value = some_number(net),
		.net = lib_below(2) ? ip("0.0.0.0/0")
				    : ipf("10.%u.%u.%u/16", 1 + lib_below(3), 0, 0),
	};
}

static bool is_worth_it(const struct object *obj)
{
	return (obj->kind >= OBJ_PREFIX_LIST && obj->kind <= OBJ_ON_MATCH_NEXT) ||
	       (obj->kind >= OBJ_BGP_IMPORT_MAP && obj->kind <= OBJ_ZEBRA_OSPF_MAP) ||
	       obj->kind == OBJ_VRF || obj->kind == OBJ_VLAN || obj->kind == OBJ_VXLAN ||
	       obj->kind == OBJ_SEGMENT || obj->kind == OBJ_OSPF_REDIST_BGP ||
	       obj->kind == OBJ_BGP_REDIST_OSPF;
}

/* False where it is to go. */
static bool treat(const struct fault *fault, struct object *obj)
{
	switch (fault->how) {
	case 0:
		return false;
	case 1:
		obj->num[1] = fault->value;
		break;
	case 2:
		obj->num[2] = fault->value;
		break;
	case 3:
		if (ipnet_is_set(&obj->net))
			obj->net = fault->net;
		obj->num[2] = obj->kind == OBJ_PREFIX_LIST ? 32 : obj->num[2];
		break;
	case 4:
		obj->num[0] = obj->kind == OBJ_PREFIX_LIST ? obj->num[0] : fault->value;
		break;
	case 5:
		if (obj->ref[0])
			snprintf(obj->ref, sizeof(obj->ref), "%s", "TENANT-RESERVED");
		break;
	}
	return true;
}

static void plan_with_faults(void *arg, const struct provider *provider,
			     const struct tenant *tenant, const struct node *node,
			     struct objects *want)
{
	const struct net *net = arg;

	if (!tenant) {
		plan_node(provider, node, want);
		return;
	}
	plan_tenant_unsorted(provider, tenant, node, want);
	for (unsigned int i = 0; i < net->fault_count; i++) {
		const struct fault *fault = &net->faults[i];
		unsigned int seen = 0;

		if (fault->tenant != tenant->id || (fault->node && fault->node != node->id))
			continue;
		for (unsigned int j = 0; j < darr_len(want->list); j++)
			if (is_worth_it(&want->list[j]) && seen++ == fault->nth) {
				if (!treat(fault, &want->list[j]))
					darr_remove(want->list, j);
				break;
			}
	}
}

/* ---- one of them ---- */

static bool is_sound(const struct net *net)
{
	struct model *model = model_new();
	struct load *load = load_new();
	struct reason *findings = NULL;
	uint32_t *touched = NULL;
	size_t count = 0;

	load->full = true;
	load->provider = provider_ref(net->provider);
	for (unsigned int i = 0; i < net->count; i++)
		*darr_append(load->tenants) = tenant_ref(net->tenants[i]);
	model_commit(model, load, &touched);
	for (unsigned int i = 0; i < net->count; i++)
		count += validate_tenant(model, net->tenants[i], &findings);
	darr_free(findings);
	darr_free(touched);
	model_free(model);
	return count == 0;
}

static void run(bool faulty)
{
	struct net net = { .provider = make_provider() };
	struct violation *found = NULL;
	struct verifier *verifier;
	char first[64];

	net.count = 2 + lib_below(TENANTS_MAX - 1);
	for (unsigned int i = 0; i < net.count; i++)
		net.tenants[i] = make_tenant(&net, i + 1);
	add_leaks(&net);
	for (unsigned int i = 1 + lib_below(2); faulty && i--;)
		if (lib_below(2))
			fault_in_row(&net);
		else
			fault_in_plan(&net);
	snprintf(first, sizeof(first), "\"faulty\":%s,\"sound\":%s,", faulty ? "true" : "false",
		 is_sound(&net) ? "true" : "false");
	verifier = verifier_new(net.provider, plan_with_faults, &net);
	for (unsigned int i = 0; i < net.count; i++)
		verify_update(verifier, net.tenants[i], &found);
	verify_json(first, net.provider, net.tenants, net.count, plan_with_faults, &net, found);
	verifier_free(verifier);
	darr_free(found);
	for (unsigned int i = 0; i < net.count; i++)
		tenant_unref(net.tenants[i]);
	provider_unref(net.provider);
}

int main(int argc, char **argv)
{
	unsigned int count = argc > 1 ? atoi(argv[1]) : 0;

	if (!count) {
		fprintf(stderr, "usage: verify_random COUNT [SEED]\n");
		return 2;
	}
	lib_seed(argc > 2 ? strtoull(argv[2], NULL, 10) : 1);
	for (unsigned int i = 0; i < count; i++)
		run(i % 2);
	return 0;
}

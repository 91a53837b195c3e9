// SPDX-License-Identifier: GPL-2.0-or-later
/* Networks as tests/verify_brute.py reads them. */
#include <zebra.h>

#include <stdio.h>

#include "darr.h"

#include "verify_json.h"

struct writer {
	const struct provider *provider;
	verify_plan plan;
	void *arg;
};

/* Whose owner, or way, matters to the brute-force checker. */
static bool is_told(const struct object *obj)
{
	return (obj->kind >= OBJ_PREFIX_LIST && obj->kind <= OBJ_OSPF) || obj->kind == OBJ_VRF ||
	       (obj->kind >= OBJ_BGP_REDIST_KERNEL && obj->kind <= OBJ_SEGMENT) ||
	       obj->kind == OBJ_VLAN || obj->kind == OBJ_OSPF_REDIST_BGP ||
	       obj->kind == OBJ_WIRE_ADDRESS || obj->kind == OBJ_GATEWAY ||
	       obj->kind == OBJ_ROUTE || obj->kind == OBJ_PORT || obj->kind == OBJ_BRIDGE ||
	       obj->kind == OBJ_BGP || obj->kind == OBJ_OSPF || obj->kind == OBJ_OSPF_NETWORK ||
	       obj->kind == OBJ_OSPF_REDIST_CONNECTED || obj->kind == OBJ_OSPF_REDIST_KERNEL;
}

static void write_objects(const struct objects *set)
{
	char net[IPNET_TEXT_SIZE];
	const char *comma = "";
	const struct object *obj;

	printf("[");
	darr_foreach_p (set->list, obj) {
		if (!is_told(obj))
			continue;
		printf("%s[\"%s\",\"%s\",\"%s\",\"%s\",%u,%u,%u,\"%s\"]", comma,
		       object_kinds[obj->kind].word, target_names[obj->target], obj->name,
		       obj->ref, obj->num[0], obj->num[1], obj->num[2],
		       ipnet_is_set(&obj->net) ? ipnet_format(&obj->net, net) : "");
		comma = ",";
	}
	printf("]");
}

static void write_plan(const struct writer *w, const struct tenant *tenant,
		       const struct node *node)
{
	struct objects want = {};

	w->plan(w->arg, w->provider, tenant, node, &want);
	write_objects(&want);
	objects_fini(&want);
}

static void write_nodes(const struct writer *w)
{
	char rid[IPNET_TEXT_SIZE], vtep[IPNET_TEXT_SIZE];
	const struct node *node;
	const char *comma = "";

	printf("\"tag\":%u,\"nodes\":{", w->provider->vpn_tag);
	darr_foreach_p (w->provider->nodes, node) {
		printf("%s\"%s\":{\"hops\":[\"%s\"", comma, node->name,
		       ipnet_format(&node->router_id, rid));
		if (ipnet_is_set(&node->vtep))
			printf(",\"%s\"", ipnet_format(&node->vtep, vtep));
		printf("],\"objects\":");
		write_plan(w, NULL, node);
		printf("}");
		comma = ",";
	}
	printf("}");
}

static void write_tenant(const struct writer *w, const struct tenant *tenant)
{
	const char *comma = "";
	char text[IPNET_TEXT_SIZE];
	const struct attachment *attachment;
	const struct leak *leak;

	printf("\"%s\":{\"leaks\":[", tenant->name);
	darr_foreach_p (tenant->leaks, leak) {
		if (leak->from_tenant != tenant->id)
			continue;
		printf("%s[\"t%u\",\"%s\"]", comma, leak->to_tenant,
		       ipnet_format(&leak->prefix, text));
		comma = ",";
	}
	printf("],\"on\":{");
	comma = "";
	darr_foreach_p (tenant->attachments, attachment) {
		const struct node *node = provider_node(w->provider, attachment->node_id);

		printf("%s\"%s\":", comma, node->name);
		write_plan(w, tenant, node);
		comma = ",";
	}
	printf("}}");
}

static void write_found(const struct violation *found)
{
	const struct violation *violation;
	const char *comma = "";

	printf("\"found\":[");
	darr_foreach_p (found, violation) {
		printf("%s[\"%s\",\"%s\"]", comma, invariant_names[violation->invariant],
		       violation->why.text);
		comma = ",";
	}
	printf("]");
}

void verify_json(const char *first, const struct provider *provider, struct tenant *const *tenants,
		 unsigned int count, verify_plan plan, void *arg, const struct violation *found)
{
	const struct writer w = { provider, plan, arg };

	printf("{%s", first);
	write_nodes(&w);
	printf(",\"tenants\":{");
	for (unsigned int i = 0; i < count; i++) {
		printf("%s", i ? "," : "");
		write_tenant(&w, tenants[i]);
	}
	printf("},");
	write_found(found);
	printf("}\n");
}

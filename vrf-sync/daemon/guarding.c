// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tenantd's side of the guard in zebra (guard/wire.h): says what may be, hears what was refused.
 *
 * What a tenant may have is told when its plan is made, so that a tenant that is held keeps what
 * it may; and is kept, to be told again where zebra was restarted.  While tenantd is away zebra
 * goes on with what it was told.
 */
#include <zebra.h>

#include <string.h>

#include "command.h"
#include "darr.h"
#include "frrevent.h"
#include "log.h"
#include "memory.h"
#include "typesafe.h"
#include "vty.h"

#include "errors.h"
#include "apply/engine.h"
#include "daemon/straying.h"
#include "daemon/tenantd.h"
#include "guard/teller.h"
#include "model/derive.h"

DEFINE_MGROUP(TENANT_GUARDING, "tenant guarding");
DEFINE_MTYPE_STATIC(TENANT_GUARDING, GUARD_TOLD, "what the guard was told");

#define WARN_PERCENT 80

PREDECL_HASH(told_tenants);

struct told {
	struct told_tenants_item item;
	uint32_t tenant_id;
	enum { LEVEL_LOW, LEVEL_HIGH, LEVEL_FULL } level;
	char vrf[GUARD_VRF_SIZE];
	uint8_t *packet; /* darr; GUARD_TENANT */
};

static int told_cmp(const struct told *a, const struct told *b)
{
	return numcmp(a->tenant_id, b->tenant_id);
}

static uint32_t told_hash(const struct told *one)
{
	return one->tenant_id * 2654435761u;
}

DECLARE_HASH(told_tenants, struct told, item, told_cmp, told_hash);

static struct told_tenants_head tenants[1];
static struct guard_teller *teller;
static struct guard_node *nodes; /* darr; as told */
static enum guard_mode mode = GUARD_ENFORCE;
static bool nodes_changed;

static struct told *find(uint32_t tenant_id)
{
	return told_tenants_find(tenants, &(struct told){ .tenant_id = tenant_id });
}

/* ---- what is told ---- */

static void append(uint8_t **packet, const void *bytes, size_t length)
{
	memcpy(darr_append_n(*packet, length), bytes, length);
}

static void append_leaks(uint8_t **packet, const struct tenant *tenant, uint32_t *count)
{
	const struct leak *leak;

	darr_foreach_p (tenant->leaks, leak) {
		const struct tenant *from = model_tenant(tenantd.model, leak->from_tenant);
		struct guard_leak told = { .prefix = leak->prefix };
		struct reason ignored = {};

		if (leak->to_tenant != tenant->id || !from || *count == GUARD_LEAKS_MAX ||
		    derive_rd_number(from, &told.rd_number, &ignored) < 0)
			continue;
		append(packet, &told, sizeof(told));
		++*count;
	}
}

static uint8_t *tenant_packet(const struct provider *provider, const struct tenant *tenant)
{
	struct guard_head head = { .format = GUARD_FORMAT, .kind = GUARD_TENANT };
	struct guard_tenant told = { .asn = provider->asn, .limit = tenant->max_routes };
	struct reason ignored = {};
	uint8_t *packet = NULL;
	uint32_t count = 0;

	strlcpy(told.vrf, tenant->vrf, sizeof(told.vrf));
	derive_rd_number(tenant, &told.rd_number, &ignored);
	derive_rt_number(provider, tenant, &told.rt_number, &ignored);
	derive_leak_number(provider, tenant->id, &told.leak_number, &ignored);
	append(&packet, &head, sizeof(head));
	append(&packet, &told, sizeof(told));
	append_leaks(&packet, tenant, &count);
	((struct guard_head *)packet)->count = count;
	return packet;
}

static void say(enum guard_kind kind)
{
	struct guard_head head = { .format = GUARD_FORMAT, .kind = kind, .mode = mode };

	guard_teller_send_packet(teller, &head, sizeof(head));
}

static void say_all(void)
{
	struct told *one;

	nodes_changed = false;
	say(GUARD_BEGIN);
	for (uint32_t at = 0; at < darr_len(nodes); at += GUARD_NODES_MAX)
		guard_teller_send(teller, GUARD_NODES, nodes + at,
				  MIN(darr_len(nodes) - at, GUARD_NODES_MAX), sizeof(*nodes));
	frr_each (told_tenants, tenants, one)
		guard_teller_send_packet(teller, one->packet, darr_len(one->packet));
	say(GUARD_END);
}

static void connected(void *arg)
{
	straying_crossings_gone();
	say_all();
}

/* ---- what changes ---- */

static void forget(struct told *one)
{
	struct {
		struct guard_head head;
		struct guard_tenant tenant;
	} packet = { .head = { .format = GUARD_FORMAT, .kind = GUARD_FORGET } };

	strlcpy(packet.tenant.vrf, one->vrf, sizeof(packet.tenant.vrf));

	guard_teller_send_packet(teller, &packet, sizeof(packet));
	told_tenants_del(tenants, one);
	darr_free(one->packet);
	XFREE(MTYPE_GUARD_TOLD, one);
}

void guarding_planned(uint32_t tenant_id)
{
	const struct provider *provider = model_provider(tenantd.model);
	const struct tenant *tenant = model_tenant(tenantd.model, tenant_id);
	const struct node *node = provider ? provider_node_by_name(provider, tenantd.node) : NULL;
	struct told *one = find(tenant_id);
	uint8_t *packet;

	if (!node || !tenant || !tenant->vrf[0] || !tenant_roles_on(tenant, node->id)) {
		if (one)
			forget(one);
		return;
	}
	packet = tenant_packet(provider, tenant);
	if (one && darr_len(one->packet) == darr_len(packet) &&
	    !memcmp(one->packet, packet, darr_len(packet))) {
		darr_free(packet);
		return;
	}
	if (one && strcmp(one->vrf, tenant->vrf)) {
		forget(one);
		one = NULL;
	}
	if (!one) {
		one = XCALLOC(MTYPE_GUARD_TOLD, sizeof(*one));
		one->tenant_id = tenant_id;
		strlcpy(one->vrf, tenant->vrf, sizeof(one->vrf));
		told_tenants_add(tenants, one);
	}
	darr_free(one->packet);
	one->packet = packet;
	guard_teller_send_packet(teller, packet, darr_len(packet));
}

static void set_nodes(const struct provider *provider)
{
	struct guard_node *now = NULL, *old = nodes;
	const struct node *node;

	darr_foreach_p (provider->nodes, node)
		if (node->router_id.family == AF_INET)
			memcpy(darr_append(now)->router_id, node->router_id.addr, 4);
	nodes_changed |= darr_len(now) != darr_len(old) ||
			 (now && memcmp(now, old, darr_len(now) * sizeof(*now)));
	nodes = now;
	darr_free(old);
}

void guarding_loaded(const uint32_t *touched)
{
	const uint32_t *id;

	if (model_provider(tenantd.model))
		set_nodes(model_provider(tenantd.model));
	darr_foreach_p (touched, id) {
		struct told *one = find(*id);

		if (one && !model_tenant(tenantd.model, *id))
			forget(one);
	}
	if (nodes_changed && guard_teller_is_up(teller))
		say_all();
}

/* ---- what is heard ---- */

/* RTPROT_ of zebra's route type, for the words of a stray. */
static uint8_t protocol_of(uint8_t type)
{
	switch (type) {
	case ZEBRA_ROUTE_BGP:
		return 186;
	case ZEBRA_ROUTE_OSPF:
		return 188;
	case ZEBRA_ROUTE_STATIC:
		return 196;
	default:
		return 11; /* zebra */
	}
}

static void hear_refused(const struct guard_refused *told)
{
	uint32_t id = engine_tenant_of(tenantd.engine, told->vrf);
	struct stray stray = {
		.tenant_id = id,
		.kind = STRAY_CROSSING,
		.net = told->prefix,
		.protocol = protocol_of(told->type),
	};

	if (id)
		straying_crossing(&stray, told->from, told->verdict != GUARD_PASSES);
}

static void hear_level(const struct guard_level *told)
{
	struct told *one = find(engine_tenant_of(tenantd.engine, told->vrf));
	bool full = told->refused,
	     high = told->limit && told->routes >= (uint64_t)told->limit * WARN_PERCENT / 100;
	int level = full ? LEVEL_FULL : high ? LEVEL_HIGH : LEVEL_LOW;

	if (!one || (int)one->level == level)
		return;
	one->level = level;
	if (full)
		flog_warn(
			EC_TENANT_FULL,
			"%s: VRF %s has all the %u routes it may have, and %u more are not used; set tenant.max_routes higher, or see who announces them",
			tenantd.node, told->vrf, told->limit, told->refused);
	else if (high)
		flog_warn(
			EC_TENANT_FULL,
			"%s: VRF %s has %u of the %u routes it may have; beyond that none is used, so set tenant.max_routes higher in time",
			tenantd.node, told->vrf, told->routes, told->limit);
	else
		zlog_notice("%s: VRF %s has %u of the %u routes it may have; all is well again",
			    tenantd.node, told->vrf, told->routes, told->limit);
}

static void heard(void *arg, const struct guard_head *head, size_t length)
{
	const void *body = head + 1;

	length -= sizeof(*head);
	if (head->kind == GUARD_REFUSED && length == sizeof(struct guard_refused))
		hear_refused(body);
	else if (head->kind == GUARD_LEVEL && length == sizeof(struct guard_level))
		hear_level(body);
}

/* ---- tenantd.conf ---- */

DEFUN(tenant_guard, tenant_guard_cmd, "tenant guard <on|report|off>",
      "Tenant networks\n"
      "Routes that join tenants without a leak, or are more than a tenant may have, in zebra\n"
      "Are not used, and told of\n"
      "Are used, and told of\n"
      "Are not looked for\n")
{
	mode = !strcmp(argv[2]->text, "on")    ? GUARD_ENFORCE
	       : !strcmp(argv[2]->text, "off") ? GUARD_OFF
					       : GUARD_REPORT;
	if (guard_teller_is_up(teller))
		say_all();
	return CMD_SUCCESS;
}

void guarding_init(void)
{
	told_tenants_init(tenants);
	teller = guard_teller_new(tenantd.loop, connected, heard, NULL);
	install_element(CONFIG_NODE, &tenant_guard_cmd);
}

void guarding_stop(void)
{
	struct told *one;

	guard_teller_free(teller);
	teller = NULL;
	while ((one = told_tenants_pop(tenants))) {
		darr_free(one->packet);
		XFREE(MTYPE_GUARD_TOLD, one);
	}
	told_tenants_fini(tenants);
	darr_free(nodes);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* The tenant network as the database describes it. */
#include <zebra.h>

#include <string.h>

#include "darr.h"
#include "jhash.h"
#include "memory.h"
#include "printfrr.h"

#include "model/claims.h"
#include "model/model.h"
#include "model/same.h"

DEFINE_MGROUP(TENANT_MODEL, "tenant model");
DEFINE_MTYPE_STATIC(TENANT_MODEL, PROVIDER, "provider");
DEFINE_MTYPE_STATIC(TENANT_MODEL, TENANT, "tenant");
DEFINE_MTYPE_STATIC(TENANT_MODEL, SWITCH_NAME, "name of a switch");
DEFINE_MTYPE_STATIC(TENANT_MODEL, BAD_ROW, "what is wrong with a row");
DEFINE_MTYPE_STATIC(TENANT_MODEL, MODEL, "model");
DEFINE_MTYPE_STATIC(TENANT_MODEL, LOAD, "load");

const char *const role_names[ROLE_COUNT] = { "dlr", "edge", "pe" };

const char *roles_text(uint8_t roles, char buf[static ROLES_TEXT_SIZE])
{
	buf[0] = '\0';
	for (int i = 0; i < ROLE_COUNT; i++) {
		if (!(roles & (1 << i)))
			continue;
		if (buf[0])
			strlcat(buf, "+", ROLES_TEXT_SIZE);
		strlcat(buf, role_names[i], ROLES_TEXT_SIZE);
	}
	return buf;
}

const char *const wire_kind_names[WIRE_KIND_COUNT] = {
	[WIRE_TRANSIT] = "transit",
	[WIRE_UPLINK] = "uplink",
};

const char *const egress_names[EGRESS_COUNT] = {
	[EGRESS_LOCAL] = "local",
	[EGRESS_ACTIVE] = "active",
};
const char *const switch_state_names[SWITCH_STATE_COUNT] = {
	[SWITCH_ACTIVE] = "active",
	[SWITCH_READY] = "ready",
	[SWITCH_LEAVING] = "leaving",
};
const char *const purpose_names[PURPOSE_COUNT] = {
	[PURPOSE_PRODUCTION] = "production",
	[PURPOSE_TEST] = "test",
	[PURPOSE_REPLICATION] = "replication",
};

const char *const scope_names[SCOPE_COUNT] = {
	[SCOPE_LOCAL] = "local",
	[SCOPE_UNIVERSAL] = "universal",
};

const char *const site_state_names[SITE_STATE_COUNT] = {
	[SITE_ACTIVE] = "active",
	[SITE_LEAVING] = "leaving",
	[SITE_EVACUATED] = "evacuated",
};

const char *const routing_names[ROUTING_COUNT] = {
	[ROUTING_OSPF] = "ospf",
	[ROUTING_STATIC] = "static",
	[ROUTING_BGP] = "bgp",
};

int name_index(const char *text, const char *const *names, int count)
{
	for (int i = 0; i < count; i++)
		if (!strcmp(text, names[i]))
			return i;
	return -1;
}

void reason_set(struct reason *why, const char *fmt, ...)
{
	va_list ap;

	if (why->text[0])
		return;
	va_start(ap, fmt);
	vsnprintfrr(why->text, sizeof(why->text), fmt, ap);
	va_end(ap);
	for (char *c = why->text; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
}

/* ---- provider ---- */

struct provider *provider_new(void)
{
	struct provider *provider = XCALLOC(MTYPE_PROVIDER, sizeof(*provider));

	provider->refs = 1;
	return provider;
}

struct provider *provider_ref(const struct provider *provider)
{
	struct provider *mutable = (struct provider *)provider; /* only the count changes */

	mutable->refs++;
	return mutable;
}

void provider_unref(struct provider *provider)
{
	struct switch_domain *domain;
	struct wire *wire;

	if (!provider || --provider->refs)
		return;
	darr_foreach_p (provider->domains, domain)
		darr_free(domain->ports);
	darr_free(provider->domains);
	darr_foreach_p (provider->wires, wire)
		darr_free(wire->ports);
	darr_free(provider->wires);
	darr_free(provider->nodes);
	darr_free(provider->sites);
	darr_free(provider->reserved);
	darr_free(provider->ports);
	XFREE(MTYPE_PROVIDER, provider);
}

const struct site *provider_site(const struct provider *provider, uint32_t id)
{
	const struct site *site;

	darr_foreach_p (provider->sites, site)
		if (site->id == id)
			return site;
	return NULL;
}

static int node_id_cmp(const void *key, const void *item)
{
	uint32_t id = *(const uint32_t *)key;
	const struct node *node = item;

	return numcmp(id, node->id);
}

const struct node *provider_node(const struct provider *provider, uint32_t id)
{
	if (!provider->nodes)
		return NULL;
	return bsearch(&id, provider->nodes, darr_len(provider->nodes), sizeof(*provider->nodes),
		       node_id_cmp);
}

const struct node *provider_node_by_name(const struct provider *provider, const char *name)
{
	const struct node *node;

	darr_foreach_p (provider->nodes, node)
		if (!strcmp(node->name, name))
			return node;
	return NULL;
}

const struct wire *provider_wire(const struct provider *provider, uint32_t id)
{
	const struct wire *wire;

	darr_foreach_p (provider->wires, wire)
		if (wire->id == id)
			return wire;
	return NULL;
}

const struct switch_domain *provider_domain(const struct provider *provider, uint32_t id)
{
	const struct switch_domain *domain;

	darr_foreach_p (provider->domains, domain)
		if (domain->id == id)
			return domain;
	return NULL;
}

const struct wire_port *wire_port_of(const struct wire *wire, uint32_t node_id)
{
	const struct wire_port *port;

	darr_foreach_p (wire->ports, port)
		if (port->node_id == node_id)
			return port;
	return NULL;
}

/* ---- tenant ---- */

struct tenant *tenant_new(uint32_t id)
{
	struct tenant *tenant = XCALLOC(MTYPE_TENANT, sizeof(*tenant));

	tenant->refs = 1;
	tenant->id = id;
	return tenant;
}

struct tenant *tenant_ref(const struct tenant *tenant)
{
	struct tenant *mutable = (struct tenant *)tenant; /* only the count changes */

	mutable->refs++;
	return mutable;
}

void tenant_unref(struct tenant *tenant)
{
	struct logical_switch *sw;
	struct link *link;

	if (!tenant || --tenant->refs)
		return;
	darr_foreach_p (tenant->switches, sw) {
		XFREE(MTYPE_SWITCH_NAME, sw->name);
		darr_free(sw->subnets);
		darr_free(sw->hosts);
		darr_free(sw->vlans);
	}
	darr_foreach_p (tenant->links, link)
		darr_free(link->routes);
	darr_free(tenant->switches);
	darr_free(tenant->maps);
	darr_free(tenant->publics);
	darr_free(tenant->links);
	darr_free(tenant->aggregates);
	darr_free(tenant->attachments);
	darr_free(tenant->circuits);
	darr_free(tenant->leaks);
	XFREE(MTYPE_BAD_ROW, tenant->bad);
	XFREE(MTYPE_TENANT, tenant);
}

struct reason *tenant_bad(struct tenant *tenant)
{
	if (!tenant->bad)
		tenant->bad = XCALLOC(MTYPE_BAD_ROW, sizeof(*tenant->bad));
	return tenant->bad;
}

struct logical_switch *tenant_add_switch(struct tenant *tenant, const struct logical_switch *sw)
{
	struct logical_switch *added = darr_append(tenant->switches);

	*added = *sw;
	added->name = XSTRDUP(MTYPE_SWITCH_NAME, sw->name);
	return added;
}

uint8_t tenant_roles_on(const struct tenant *tenant, uint32_t node_id)
{
	const struct attachment *attachment;

	darr_foreach_p (tenant->attachments, attachment)
		if (attachment->node_id == node_id)
			return attachment->roles;
	return 0;
}

const struct circuit *tenant_circuit(const struct tenant *tenant, uint32_t wire_id)
{
	const struct circuit *circuit;

	darr_foreach_p (tenant->circuits, circuit)
		if (circuit->wire_id == wire_id)
			return circuit;
	return NULL;
}

bool subnet_is_advertised(const struct logical_switch *sw, const struct subnet *subnet)
{
	/* S0-04: a test network is reachable only where it is */
	return subnet->advertise && sw->purpose != PURPOSE_TEST;
}

/* ---- load ---- */

struct load *load_new(void)
{
	return XCALLOC(MTYPE_LOAD, sizeof(struct load));
}

void load_free(struct load *load)
{
	struct tenant **tenant;

	if (!load)
		return;
	darr_foreach_p (load->tenants, tenant)
		tenant_unref(*tenant);
	darr_free(load->tenants);
	darr_free(load->gone);
	darr_free(load->intact);
	provider_unref(load->provider);
	XFREE(MTYPE_LOAD, load);
}

/* ---- model ---- */

static int tenant_hash_cmp(const struct tenant *a, const struct tenant *b)
{
	return numcmp(a->id, b->id);
}

static uint32_t tenant_hash_key(const struct tenant *tenant)
{
	return jhash_1word(tenant->id, 0x7e4a47);
}

DECLARE_HASH(tenant_hash, struct tenant, item, tenant_hash_cmp, tenant_hash_key);

struct model {
	struct provider *provider;
	struct tenant_hash_head tenants[1];
	struct claims *claims;
	uint64_t revision;
};

struct model *model_new(void)
{
	struct model *model = XCALLOC(MTYPE_MODEL, sizeof(*model));

	tenant_hash_init(model->tenants);
	model->claims = claims_new();
	return model;
}

void model_free(struct model *model)
{
	struct tenant *tenant;

	if (!model)
		return;
	claims_free(model->claims);
	while ((tenant = tenant_hash_pop(model->tenants)))
		tenant_unref(tenant);
	tenant_hash_fini(model->tenants);
	provider_unref(model->provider);
	XFREE(MTYPE_MODEL, model);
}

static struct tenant *model_get(const struct model *model, uint32_t id)
{
	struct tenant key = { .id = id };

	/* tenant_hash_find() does not write, but its argument is not const */
	return tenant_hash_find((struct tenant_hash_head *)model->tenants, &key);
}

static void touch_leak_peers(const struct tenant *tenant, uint32_t **touched)
{
	const struct leak *leak;

	darr_foreach_p (tenant->leaks, leak)
		*darr_append(*touched) =
			leak->from_tenant == tenant->id ? leak->to_tenant : leak->from_tenant;
}

static void model_remove(struct model *model, struct tenant *tenant, uint32_t **touched)
{
	claims_del(model->claims, tenant->id, touched);
	touch_leak_peers(tenant, touched);
	tenant_hash_del(model->tenants, tenant);
	tenant_unref(tenant);
}

static void model_insert(struct model *model, struct tenant *tenant, uint32_t **touched)
{
	tenant_hash_add(model->tenants, tenant);
	claims_add(model->claims, model->provider, tenant, touched);
	touch_leak_peers(tenant, touched);
	*darr_append(*touched) = tenant->id;
}

/* Claims are derived from provider numbers: all of them may change. */
static void model_change_provider(struct model *model, struct provider *provider,
				  uint32_t **touched)
{
	struct tenant *tenant;

	claims_free(model->claims);
	model->claims = claims_new();
	provider_unref(model->provider);
	model->provider = provider_ref(provider);
	frr_each (tenant_hash, model->tenants, tenant) {
		claims_add(model->claims, provider, tenant, NULL);
		*darr_append(*touched) = tenant->id;
	}
}

/* All is new: everybody is touched, so nobody asks whom the claims concern. */
static void model_replace_all(struct model *model, const struct load *load, uint32_t **touched)
{
	struct tenant_hash_head old[1] = {};
	struct tenant *tenant, **loaded;

	claims_free(model->claims);
	model->claims = claims_new();
	provider_unref(model->provider);
	model->provider = provider_ref(load->provider);
	tenant_hash_init(old);
	tenant_hash_swap_all(old, model->tenants);
	darr_foreach_p (load->tenants, loaded) {
		tenant_hash_add(model->tenants, tenant_ref(*loaded));
		claims_add(model->claims, model->provider, *loaded, NULL);
		*darr_append(*touched) = (*loaded)->id;
	}
	while ((tenant = tenant_hash_pop(old))) {
		if (!model_get(model, tenant->id))
			*darr_append(*touched) = tenant->id;
		tenant_unref(tenant);
	}
	tenant_hash_fini(old);
}

static void model_remove_absent(struct model *model, const struct load *load, uint32_t **touched)
{
	struct tenant_hash_head keep[1] = {};
	struct tenant *tenant, **loaded;

	/* First mark all that the load has, by moving the old ones aside ... */
	tenant_hash_init(keep);
	darr_foreach_p (load->tenants, loaded) {
		tenant = model_get(model, (*loaded)->id);
		if (tenant) {
			tenant_hash_del(model->tenants, tenant);
			tenant_hash_add(keep, tenant);
		}
	}
	/* ... then what remains is gone ... */
	while ((tenant = tenant_hash_pop(model->tenants))) {
		*darr_append(*touched) = tenant->id;
		claims_del(model->claims, tenant->id, touched);
		touch_leak_peers(tenant, touched);
		tenant_unref(tenant);
	}
	/* ... and finally the others come back. */
	while ((tenant = tenant_hash_pop(keep)))
		tenant_hash_add(model->tenants, tenant);
	tenant_hash_fini(keep);
}

static void model_change(struct model *model, const struct load *load, uint32_t **touched)
{
	struct tenant **loaded, *old;
	uint32_t *id;

	if (load->provider)
		model_change_provider(model, load->provider, touched);
	if (load->full)
		model_remove_absent(model, load, touched);
	darr_foreach_p (load->gone, id) {
		old = model_get(model, *id);
		if (old)
			model_remove(model, old, touched);
		*darr_append(*touched) = *id;
	}
	darr_foreach_p (load->tenants, loaded) {
		old = model_get(model, (*loaded)->id);
		if (old && tenant_is_same(old, *loaded))
			continue;
		if (old)
			model_remove(model, old, touched);
		model_insert(model, tenant_ref(*loaded), touched);
	}
}

void model_commit(struct model *model, struct load *load, uint32_t **touched)
{
	if (load->provider && model->provider &&
	    provider_is_same(load->provider, model->provider)) {
		provider_unref(load->provider);
		load->provider = NULL;
	}
	if (load->full && load->provider)
		model_replace_all(model, load, touched);
	else
		model_change(model, load, touched);
	model->revision = load->revision;
	load_free(load);
}

static size_t rows_of(const struct tenant *tenant)
{
	size_t rows = darr_len(tenant->aggregates) + darr_len(tenant->circuits) +
		      darr_len(tenant->leaks) + darr_len(tenant->publics);
	const struct attachment *attachment;
	const struct logical_switch *sw;
	const struct link *link;

	darr_foreach_p (tenant->attachments, attachment)
		rows += __builtin_popcount(attachment->roles);
	darr_foreach_p (tenant->switches, sw)
		rows += 1 + darr_len(sw->subnets);
	darr_foreach_p (tenant->links, link)
		rows += 1 + darr_len(link->routes);
	return rows;
}

bool model_is_bereft(const struct model *model, const struct load *load)
{
	const struct tenant *known, *now;
	struct tenant **one;
	uint32_t *id;

	darr_foreach_p (load->intact, id) {
		known = model_tenant(model, *id);
		if (!known || known->configured)
			continue;
		now = NULL;
		darr_foreach_p (load->tenants, one)
			if ((*one)->id == *id)
				now = *one;
		if (!now || rows_of(now) < rows_of(known))
			return true;
	}
	return false;
}

uint64_t model_revision(const struct model *model)
{
	return model->revision;
}

const struct provider *model_provider(const struct model *model)
{
	return model->provider;
}

const struct claims *model_claims(const struct model *model)
{
	return model->claims;
}

const struct tenant *model_tenant(const struct model *model, uint32_t id)
{
	return model_get(model, id);
}

const struct tenant *model_tenant_by_name(const struct model *model, const char *name)
{
	const struct tenant *tenant = NULL;

	while ((tenant = model_tenant_next(model, tenant)))
		if (!strcmp(tenant->name, name))
			return tenant;
	return NULL;
}

size_t model_tenant_count(const struct model *model)
{
	return tenant_hash_count(model->tenants);
}

const struct tenant *model_tenant_next(const struct model *model, const struct tenant *prev)
{
	struct tenant_hash_head *head = (struct tenant_hash_head *)model->tenants;

	return prev ? tenant_hash_next(head, (struct tenant *)prev) : tenant_hash_first(head);
}

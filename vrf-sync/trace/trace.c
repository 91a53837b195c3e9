// SPDX-License-Identifier: GPL-2.0-or-later
/* The subnets of each tenant, sorted by prefix, with their times. */
#include <zebra.h>

#include <stdlib.h>
#include <string.h>

#include "darr.h"
#include "jhash.h"
#include "memory.h"
#include "typesafe.h"

#include "trace/trace.h"

DEFINE_MGROUP(TENANT_TRACE, "tenant traces");
DEFINE_MTYPE_STATIC(TENANT_TRACE, TRACE, "trace");
DEFINE_MTYPE_STATIC(TENANT_TRACE, TRACED_TENANT, "traced tenant");

const char *const stage_names[STAGE_COUNT] = {
	[STAGE_NOTICED] = "noticed",     [STAGE_PLANNED] = "planned",
	[STAGE_CONNECTED] = "connected", [STAGE_TYPE7] = "type-7",
	[STAGE_TYPE5] = "type-5",        [STAGE_OSPF] = "ospf-route",
	[STAGE_EXPORTED] = "exported",   [STAGE_IMPORTED] = "imported",
	[STAGE_BGP] = "bgp-route",
};

PREDECL_HASH(traced_tenants);

struct traced_tenant {
	struct traced_tenants_item item;
	uint32_t id;
	bool untold;            /* one of its subnets is */
	struct traced *subnets; /* darr, by prefix */
};

static int tenant_cmp(const struct traced_tenant *a, const struct traced_tenant *b)
{
	return numcmp(a->id, b->id);
}

static uint32_t tenant_key(const struct traced_tenant *tenant)
{
	return jhash_1word(tenant->id, 0x7e4a47);
}

DECLARE_HASH(traced_tenants, struct traced_tenant, item, tenant_cmp, tenant_key);

struct trace {
	struct traced_tenants_head tenants[1];
	struct trace_totals totals;
};

struct trace *trace_new(void)
{
	struct trace *trace = XCALLOC(MTYPE_TRACE, sizeof(*trace));

	traced_tenants_init(trace->tenants);
	return trace;
}

static void tenant_free(struct traced_tenant *tenant)
{
	darr_free(tenant->subnets);
	XFREE(MTYPE_TRACED_TENANT, tenant);
}

void trace_free(struct trace *trace)
{
	struct traced_tenant *tenant;

	if (!trace)
		return;
	while ((tenant = traced_tenants_pop(trace->tenants)))
		tenant_free(tenant);
	traced_tenants_fini(trace->tenants);
	XFREE(MTYPE_TRACE, trace);
}

static struct traced_tenant *find_tenant(const struct trace *trace, uint32_t id)
{
	struct traced_tenant key = { .id = id };

	return traced_tenants_find((struct traced_tenants_head *)trace->tenants, &key);
}

static int by_prefix(const void *a, const void *b)
{
	return ipnet_cmp(&((const struct traced *)a)->prefix, &((const struct traced *)b)->prefix);
}

static struct traced *find_subnet(const struct traced_tenant *tenant, const struct ipnet *prefix)
{
	struct traced key = { .prefix = *prefix };

	if (!tenant || !tenant->subnets)
		return NULL;
	return bsearch(&key, tenant->subnets, darr_len(tenant->subnets), sizeof(key), by_prefix);
}

/* ---- how many, and how long it took ---- */

/* Those of a list come (by is 1) or go (-1). */
static void count_all(struct trace *trace, const struct traced *subnets, int by)
{
	const struct traced *subnet;

	darr_foreach_p (subnets, subnet) {
		trace->totals.subnets += by;
		for (int stage = 0; stage < STAGE_COUNT; stage++)
			trace->totals.passed[stage] += subnet->at[stage] ? by : 0;
	}
}

/* The first time only: a flap hours later says nothing of the commit. */
static void count_delay(struct trace *trace, struct traced *subnet, enum stage stage)
{
	if (!subnet->at[stage] || !subnet->written || (subnet->timed & (1U << stage)))
		return;
	subnet->timed |= 1U << stage;
	histogram_observe(&trace->totals.after[stage], subnet->at[stage] - subnet->written);
}

/* ---- which subnets there are ---- */

static void collect(struct trace *trace, const struct traced_tenant *old,
		    const struct tenant *tenant, int64_t written, int64_t noticed,
		    struct traced **subnets)
{
	const struct logical_switch *sw;
	const struct subnet *subnet;

	darr_foreach_p (tenant->switches, sw) {
		darr_foreach_p (sw->subnets, subnet) {
			const struct traced *known = find_subnet(old, &subnet->prefix);
			struct traced *traced = darr_append(*subnets);

			*traced = known ? *known
					: (struct traced){
						  .prefix = subnet->prefix,
						  .written = written,
						  .at[STAGE_NOTICED] = noticed,
					  };
			count_delay(trace, traced, STAGE_NOTICED);
		}
	}
	if (darr_len(*subnets) > 1)
		qsort(*subnets, darr_len(*subnets), sizeof(**subnets), by_prefix);
}

void trace_tenant(struct trace *trace, uint32_t id, const struct tenant *tenant, int64_t written,
		  int64_t noticed)
{
	struct traced_tenant *traced = find_tenant(trace, id);
	struct traced *subnets = NULL;

	if (tenant)
		collect(trace, traced, tenant, written, noticed, &subnets);
	count_all(trace, subnets, 1);
	count_all(trace, traced ? traced->subnets : NULL, -1);
	if (!subnets && traced) {
		traced_tenants_del(trace->tenants, traced);
		tenant_free(traced);
		return;
	}
	if (!subnets)
		return;
	if (!traced) {
		traced = XCALLOC(MTYPE_TRACED_TENANT, sizeof(*traced));
		traced->id = id;
		traced_tenants_add(trace->tenants, traced);
	}
	darr_free(traced->subnets);
	traced->subnets = subnets;
}

/* ---- what happens to them ---- */

static bool mark(struct trace *trace, struct traced_tenant *tenant, struct traced *subnet,
		 enum stage stage, int64_t at)
{
	if (!subnet || !subnet->at[stage] == !at)
		return false;
	subnet->at[stage] = at;
	subnet->untold = tenant->untold = true;
	trace->totals.passed[stage] += at ? 1 : -1;
	count_delay(trace, subnet, stage);
	return true;
}

void trace_mark_all(struct trace *trace, uint32_t id, enum stage stage, int64_t at)
{
	struct traced_tenant *tenant = find_tenant(trace, id);
	struct traced *subnet;

	if (!tenant)
		return;
	darr_foreach_p (tenant->subnets, subnet)
		mark(trace, tenant, subnet, stage, at);
}

bool trace_mark(struct trace *trace, uint32_t id, const struct ipnet *prefix, enum stage stage,
		int64_t at)
{
	struct traced_tenant *tenant = find_tenant(trace, id);

	/* it may come from another program, and differences are made of it */
	return at >= 0 && tenant && mark(trace, tenant, find_subnet(tenant, prefix), stage, at);
}

/* ---- asking ---- */

const struct traced *trace_find(const struct trace *trace, uint32_t id, const struct ipnet *prefix)
{
	return find_subnet(find_tenant(trace, id), prefix);
}

const struct traced *trace_of_tenant(const struct trace *trace, uint32_t id, size_t *count)
{
	const struct traced_tenant *tenant = find_tenant(trace, id);

	*count = tenant ? darr_len(tenant->subnets) : 0;
	return tenant ? tenant->subnets : NULL;
}

const struct trace_totals *trace_totals(const struct trace *trace)
{
	return &trace->totals;
}

void trace_tell(struct trace *trace,
		void (*tell)(void *arg, uint32_t tenant_id, const struct traced *traced),
		void *arg)
{
	struct traced_tenant *tenant;
	struct traced *subnet;

	frr_each (traced_tenants, trace->tenants, tenant) {
		if (!tenant->untold)
			continue;
		tenant->untold = false;
		darr_foreach_p (tenant->subnets, subnet) {
			if (subnet->untold && subnet->written)
				tell(arg, tenant->id, subnet);
			subnet->untold = false;
		}
	}
}

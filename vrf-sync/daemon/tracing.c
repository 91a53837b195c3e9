// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where the traces of trace/ get their times from.
 *
 *   written                 the database's own clock, in the change log
 *   noticed, planned        tenantd
 *   connected, ospf-route,  the kernel's netlink events, as they are read
 *   bgp-route
 *   type-7, type-5          ospfd_tenant.so, in the hook of the LSA
 *   exported, imported      bgpd_tenant.so, in the hook of the route
 *
 * Nothing is asked for, so a tenant on which nothing happens costs nothing.
 * Where a module is not loaded its stages stay empty.
 */
#include <zebra.h>

#include <string.h>
#include <sys/time.h>

#include <linux/rtnetlink.h>

#include "command.h"
#include "darr.h"
#include "lib/json.h"
#include "vrf.h"
#include "zclient.h"

#include "clock.h"
#include "apply/engine.h"
#include "apply/kernel.h"
#include "daemon/straying.h"
#include "daemon/tenantd.h"
#include "daemon/tracing.h"
#include "northbound/backend.h"
#include "source/notes.h"
#include "trace/trace.h"
#include "trace/wire.h"

static struct trace *trace;

static int64_t real_us(void)
{
	struct timeval now;

	gettimeofday(&now, NULL);
	return (int64_t)now.tv_sec * 1000000 + now.tv_usec;
}

/* ---- what tenantd does itself ---- */

static bool serves(const struct tenant *tenant)
{
	const struct provider *provider = model_provider(tenantd.model);
	const struct node *node = provider ? provider_node_by_name(provider, tenantd.node) : NULL;

	return tenant && node && tenant_roles_on(tenant, node->id);
}

void tracing_loaded(const uint32_t *touched, int64_t written, int64_t noticed)
{
	const uint32_t *id;
	int64_t noticed_at = written ? real_us() - (clock_us() - noticed) : 0;

	if (!trace)
		trace = trace_new();
	darr_foreach_p (touched, id) {
		const struct tenant *tenant = model_tenant(tenantd.model, *id);

		trace_tenant(trace, *id, serves(tenant) ? tenant : NULL, written, noticed_at);
	}
}

void tracing_planned(uint32_t tenant_id)
{
	if (trace)
		trace_mark_all(trace, tenant_id, STAGE_PLANNED, real_us());
}

/* at 0: withdrawn. */
static void mark(uint32_t tenant_id, const struct ipnet *prefix, enum stage stage, int64_t at)
{
	if (!trace_mark(trace, tenant_id, prefix, stage, at))
		return;
	status_changed();
	if (stage == STAGE_OSPF || stage == STAGE_EXPORTED)
		straying_stage(tenant_id, trace_find(trace, tenant_id, prefix));
	if (at)
		backend_stage(tenant_id, trace_find(trace, tenant_id, prefix), stage);
}

/* ---- what the kernel says ---- */

void tracing_route(uint32_t tenant_id, const struct kernel_route *route, bool present)
{
	static const enum stage stages[] = {
		[RTPROT_KERNEL] = STAGE_CONNECTED,
		[RTPROT_OSPF] = STAGE_OSPF,
		[RTPROT_BGP] = STAGE_BGP,
	};

	if (!trace || route->protocol >= array_size(stages) || !stages[route->protocol])
		return;
	mark(tenant_id, &route->net, stages[route->protocol], present ? real_us() : 0);
}

/* ---- what the modules say ---- */

static void take_news(const struct trace_news *news)
{
	struct ipnet prefix = { .family = news->family, .len = news->len };
	struct vrf *vrf = vrf_lookup_by_id(news->vrf_id);
	uint32_t id = vrf ? engine_tenant_of(tenantd.engine, vrf->name) : 0;

	if (!id || news->stage >= STAGE_COUNT)
		return;
	memcpy(prefix.addr, news->addr, sizeof(prefix.addr));
	mark(id, &prefix, news->stage, news->present ? news->at : 0);
}

int tracing_message(ZAPI_CALLBACK_ARGS)
{
	struct stream *s = zclient->ibuf;
	struct zapi_opaque_msg info;
	struct trace_news news;

	if (zclient_opaque_decode(s, &info) || info.type != TRACE_MESSAGE || !trace)
		return 0;
	while (STREAM_READABLE(s) >= sizeof(news)) {
		stream_get(&news, s, sizeof(news));
		take_news(&news);
	}
	return 0;
}

const struct trace_totals *tracing_totals(void)
{
	return trace ? trace_totals(trace) : NULL;
}

const struct traced *tracing_of_tenant(uint32_t tenant_id, size_t *count)
{
	*count = 0;
	return trace ? trace_of_tenant(trace, tenant_id, count) : NULL;
}

void tracing_stop(void)
{
	trace_free(trace);
	trace = NULL;
}

/* ---- rows for tenantctl ---- */

static struct json_object *stages_json(const struct traced *traced, int64_t since)
{
	struct json_object *json = json_object_new_object();

	for (int stage = 0; stage < STAGE_COUNT; stage++)
		if (traced->at[stage])
			json_object_int_add(json, stage_names[stage], traced->at[stage] - since);
	return json;
}

static void write_row(void *arg, uint32_t tenant_id, const struct traced *traced)
{
	struct json_object *stages = stages_json(traced, traced->written);
	char prefix[IPNET_TEXT_SIZE];

	notes_add(arg,
		  "INSERT INTO subnet_trace (node, subnet_id, written, stages)"
		  " SELECT $1, n.id, CAST($4 AS bigint), $5 FROM subnet n"
		  " JOIN logical_switch s ON s.id = n.switch_id"
		  " WHERE s.tenant_id = $2 AND n.prefix = $3"
		  " ON CONFLICT (node, subnet_id) DO UPDATE SET"
		  " written = excluded.written, stages = excluded.stages",
		  5, tenantd.node, notes_number(tenant_id), ipnet_format(&traced->prefix, prefix),
		  notes_number(traced->written),
		  json_object_to_json_string_ext(stages, JSON_C_TO_STRING_PLAIN));
	json_object_put(stages);
}

void tracing_write(struct notes *notes)
{
	if (trace)
		trace_tell(trace, write_row, notes);
}

/* ---- show tenant NAME trace ---- */

static struct json_object *traced_json(const struct traced *traced)
{
	struct json_object *json = json_object_new_object();
	char prefix[IPNET_TEXT_SIZE];

	json_object_string_add(json, "prefix", ipnet_format(&traced->prefix, prefix));
	if (traced->written)
		json_object_int_add(json, "writtenUs", traced->written);
	json_object_object_add(json, "stagesUs", stages_json(traced, 0));
	return json;
}

/* Since the commit, or else (the subnet is older than this tenantd) how long ago. */
static void show_stage(struct vty *vty, const struct traced *traced, enum stage stage)
{
	int64_t us = traced->at[stage] - traced->written;

	if (!traced->at[stage])
		return;
	if (traced->written)
		vty_out(vty, "  %s +%.1f", stage_names[stage], us / 1000.0);
	else
		vty_out(vty, "  %s %" PRId64 " s ago", stage_names[stage],
			(real_us() - traced->at[stage]) / 1000000);
}

static void show_traced(struct vty *vty, const struct traced *traced)
{
	char prefix[IPNET_TEXT_SIZE], since[40] = "before tenantd started";
	time_t second = traced->written / 1000000;
	struct tm tm;

	if (traced->written && gmtime_r(&second, &tm))
		strftime(since, sizeof(since), "%Y-%m-%d %H:%M:%S UTC", &tm);
	vty_out(vty, "%-18s %s\n   ", ipnet_format(&traced->prefix, prefix), since);
	for (int stage = 0; stage < STAGE_COUNT; stage++)
		show_stage(vty, traced, stage);
	vty_out(vty, "\n");
}

int tracing_show(struct vty *vty, uint32_t tenant_id, const char *prefix, bool json)
{
	struct json_object *rows = json ? json_object_new_array() : NULL;
	size_t count = 0, shown = 0;
	const struct traced *list = trace ? trace_of_tenant(trace, tenant_id, &count) : NULL;
	struct ipnet only = {};

	if (prefix && ipnet_parse(prefix, &only) < 0) {
		vty_out(vty, "%% \"%s\" is no prefix; give one like 10.1.1.0/24\n", prefix);
		json_object_put(rows);
		return CMD_WARNING;
	}
	if (!json)
		vty_out(vty, "%-18s %s\n", "Subnet",
			"Written into the database, and milliseconds from then on");
	for (size_t i = 0; i < count; i++) {
		if (prefix && ipnet_cmp(&list[i].prefix, &only))
			continue;
		shown++;
		if (json)
			json_object_array_add(rows, traced_json(&list[i]));
		else
			show_traced(vty, &list[i]);
	}
	if (json)
		vty_json(vty, rows);
	else if (!shown)
		vty_out(vty, "(no such subnet)\n");
	return CMD_SUCCESS;
}

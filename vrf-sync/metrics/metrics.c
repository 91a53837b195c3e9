// SPDX-License-Identifier: GPL-2.0-or-later
/* Every metric of tenantd, in the order in which one reads them at night. */
#include <zebra.h>

#include <string.h>

#include "metrics/metrics.h"
#include "plan/object.h"

static void gauge(struct exposition *out, const char *name, const char *help)
{
	exposition_family(out, METRIC_GAUGE, name, help);
}

static void counter(struct exposition *out, const char *name, const char *help)
{
	exposition_family(out, METRIC_COUNTER, name, help);
}

/* ---- who this is ---- */

static void render_identity(const struct metrics *m, struct exposition *out)
{
	char roles[ROLES_TEXT_SIZE];

	gauge(out, "tenantd_build_info",
	      "Versions of tenantd and of the FRR it runs with; always 1.");
	exposition_count(out, 1, "version", m->version, "frr_version", m->frr_version, NULL);
	gauge(out, "tenantd_node_info",
	      "This node's name and roles; 0 while the database does not know it.");
	exposition_count(out, m->node_known, "node", m->node ? m->node : "", "roles",
			 roles_text(m->roles, roles), NULL);
}

/* ---- tenants and subnets ---- */

static void render_tenants(const struct metrics *m, struct exposition *out)
{
	gauge(out, "tenantd_tenants", "Tenants that this node serves, by health.");
	for (int i = 0; i < HEALTH_COUNT; i++)
		exposition_count(out, m->levels->tenants[i], "health", health_names[i], NULL);
}

static void render_subnets(const struct metrics *m, struct exposition *out)
{
	static const struct trace_totals nothing;
	const struct trace_totals *totals = m->trace ? m->trace : &nothing;

	gauge(out, "tenantd_subnets", "Subnets of the tenants that this node serves.");
	exposition_count(out, totals->subnets, NULL);
	gauge(out, "tenantd_subnets_passed", "Subnets that have passed a stage on this node.");
	for (int i = 0; i < STAGE_COUNT; i++)
		exposition_count(out, totals->passed[i], "stage", stage_names[i], NULL);
	exposition_family(out, METRIC_HISTOGRAM, "tenantd_subnet_stage_seconds",
			  "From a subnet's commit to its first passing of a stage.");
	for (int i = 0; i < STAGE_COUNT; i++)
		exposition_histogram(out, &totals->after[i], "stage", stage_names[i]);
}

/* ---- changes ---- */

static void render_changes(const struct metrics *m, struct exposition *out)
{
	const struct engine_stats *stats = m->stats;

	counter(out, "tenantd_objects_applied_total",
		"Objects of kernel and FRR that were put in place, by outcome.");
	exposition_count(out, stats->added, "outcome", "add", NULL);
	exposition_count(out, stats->updated, "outcome", "update", NULL);
	exposition_count(out, stats->deleted, "outcome", "delete", NULL);
	counter(out, "tenantd_batches_total", "Batches of changes that have ended.");
	exposition_count(out, stats->batches, NULL);
	counter(out, "tenantd_refused_total",
		"Statements and operations that the kernel or a daemon refused.");
	for (int i = 0; i < TARGET_COUNT; i++)
		exposition_count(out, stats->refused[i], "target", target_names[i], NULL);
	counter(out, "tenantd_failures_total",
		"Times a tenant, or the node's own part, could not be brought in step.");
	exposition_count(out, stats->failed, NULL);
	exposition_family(out, METRIC_HISTOGRAM, "tenantd_change_seconds",
			  "From noticing a tenant's change to its being in place on this node.");
	exposition_histogram(out, &stats->took, NULL, NULL);
	gauge(out, "tenantd_pending_vrfs", "VRFs that wait to be compared and brought in step.");
	exposition_count(out, m->levels->pending, NULL);
	gauge(out, "tenantd_oldest_pending_change_seconds",
	      "Age of the oldest change not in place yet, of tenants that have not failed; 0: none.");
	exposition_time(out, m->levels->oldest ? m->now - m->levels->oldest : 0, NULL);
}

static void render_repairs(const struct metrics *m, struct exposition *out)
{
	static const char *const kinds[REPAIR_COUNT] = {
		[REPAIR_EXPORT] = "export",         [REPAIR_LATE_NEIGHBOR] = "late-neighbor",
		[REPAIR_KERNEL] = "kernel-drift",   [REPAIR_CONFIGURATION] = "configuration-drift",
		[REPAIR_REVIVED] = "zebra-restart", [REPAIR_STRAY] = "stray",
	};

	counter(out, "tenantd_repairs_total",
		"What was put right without a change of the database, by kind.");
	for (int i = 0; i < REPAIR_COUNT; i++)
		exposition_count(out, m->stats->repairs[i], "kind", kinds[i], NULL);
}

static void render_strays(const struct metrics *m, struct exposition *out)
{
	gauge(out, "tenantd_strays",
	      "What VRFs of tenants hold, or lack, and should not, by kind.");
	for (int i = 0; i < STRAY_KIND_COUNT; i++)
		exposition_count(out, m->strays[i], "kind", stray_kind_names[i], NULL);
}

/* ---- where tenants come from ---- */

static void render_sources(const struct metrics *m, struct exposition *out)
{
	gauge(out, "tenantd_source_readable", "Whether the source of tenants could be read last.");
	for (unsigned int i = 0; i < m->source_count; i++)
		exposition_count(out, m->sources[i].readable, "source", m->sources[i].type, NULL);
	gauge(out, "tenantd_source_held",
	      "Whether what the source says is not in force, because it lost all tenants at once.");
	for (unsigned int i = 0; i < m->source_count; i++)
		exposition_count(out, m->sources[i].held, "source", m->sources[i].type, NULL);
	gauge(out, "tenantd_source_read_timestamp_seconds",
	      "When the source was last found to be readable; 0: never.");
	for (unsigned int i = 0; i < m->source_count; i++)
		exposition_time(out, m->sources[i].seen, "source", m->sources[i].type, NULL);
	gauge(out, "tenantd_source_change_timestamp_seconds",
	      "When the newest change of the source was noticed; 0: never.");
	for (unsigned int i = 0; i < m->source_count; i++)
		exposition_time(out, m->sources[i].changed, "source", m->sources[i].type, NULL);
	gauge(out, "tenantd_source_revision", "Revision of the source that was read last.");
	for (unsigned int i = 0; i < m->source_count; i++)
		exposition_count(out, m->sources[i].revision, "source", m->sources[i].type, NULL);
	gauge(out, "tenantd_source_tenants",
	      "Tenants of the whole network that are from this source.");
	for (unsigned int i = 0; i < m->source_count; i++)
		exposition_count(out, m->sources[i].tenants, "source", m->sources[i].type, NULL);
	gauge(out, "tenantd_applied_revision", "Revision that this node is in step with.");
	exposition_count(out, m->stats->revision, NULL);
}

/* ---- FRR's daemons ---- */

static void render_daemons(const struct metrics *m, struct exposition *out)
{
	const struct engine_stats *stats = m->stats;

	gauge(out, "tenantd_frr_daemon_needed",
	      "Whether a tenant of this node needs anything of the daemon.");
	for (int i = 0; i < TARGET_COUNT; i++)
		if (i != TARGET_KERNEL)
			exposition_count(out, stats->needed[i], "daemon", target_names[i], NULL);
	gauge(out, "tenantd_frr_daemon_up", "Whether the daemon answers tenantd.");
	for (int i = 0; i < TARGET_COUNT; i++)
		if (i != TARGET_KERNEL)
			exposition_count(out, stats->up[i], "daemon", target_names[i], NULL);
	counter(out, "tenantd_frr_daemon_connections_total",
		"Times the daemon was found to be up; more than one: it was restarted.");
	for (int i = 0; i < TARGET_COUNT; i++)
		if (i != TARGET_KERNEL)
			exposition_count(out, stats->connected[i], "daemon", target_names[i],
					 NULL);
	gauge(out, "tenantd_frr_module_loaded",
	      "Whether the daemon runs with our module; none where that is not known yet.");
	for (int i = 0; i < TARGET_COUNT; i++)
		if (stats->module[i] != MODULE_UNKNOWN)
			exposition_count(out, stats->module[i] == MODULE_LOADED, "daemon",
					 engine_module_daemon(i), NULL);
	gauge(out, "tenantd_services_exposed",
	      "Whether services of the node answer tenants (net.ipv4.*_l3mdev_accept is not 0).");
	exposition_count(out, m->exposed, NULL);
}

/* ---- tenantd itself ---- */

static void render_process(const struct metrics *m, struct exposition *out)
{
	static const char *const results[METRICS_REQUEST_COUNT] = {
		[METRICS_ANSWERED] = "answered",
		[METRICS_REFUSED] = "refused",
		[METRICS_DROPPED] = "dropped",
	};

	counter(out, "tenantd_metrics_requests_total", "Requests for these metrics, by result.");
	for (int i = 0; i < METRICS_REQUEST_COUNT; i++)
		exposition_count(out, m->requests[i], "result", results[i], NULL);
	gauge(out, "tenantd_metrics_render_seconds",
	      "How long the metrics before these took tenantd from its work.");
	exposition_time(out, m->rendered, NULL);
	gauge(out, "process_start_time_seconds", "When tenantd was started.");
	exposition_time(out, m->began, NULL);
	counter(out, "process_cpu_seconds_total", "Processor time of tenantd.");
	exposition_time(out, m->cpu, NULL);
	if (!m->memory)
		return;
	gauge(out, "process_resident_memory_bytes", "Memory of tenantd.");
	exposition_count(out, m->memory, NULL);
}

void metrics_render(const struct metrics *metrics, struct exposition *out)
{
	render_identity(metrics, out);
	render_tenants(metrics, out);
	render_subnets(metrics, out);
	render_changes(metrics, out);
	render_repairs(metrics, out);
	render_strays(metrics, out);
	render_sources(metrics, out);
	render_daemons(metrics, out);
	render_process(metrics, out);
}

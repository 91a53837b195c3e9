// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a source hands in is judged here before it comes into force.
 *
 * Stale is never empty: a database that has lost all its tenants at once (a
 * truncated file, a restored empty copy, a DELETE without WHERE) changes
 * nothing until tenants are there again.
 */
#include <zebra.h>

#include "darr.h"
#include "log.h"

#include "errors.h"
#include "apply/engine.h"
#include "daemon/tenantd.h"
#include "source/source.h"

/* The last tenant of all may go; more than that at once is no ordinary change. */
#define GONE_AT_ONCE_MAX 1

static size_t count_after(const struct load *load)
{
	size_t known = model_tenant_count(tenantd.model);

	if (load->full)
		return darr_len(load->tenants);
	return known + darr_len(load->tenants) - MIN(known, (size_t)darr_len(load->gone));
}

/* VRFs of ours in the kernel speak for tenants that a fresh start has not seen. */
static bool count_vrf(void *arg, const struct engine_tenant *tenant)
{
	size_t *count = arg;

	*count += tenant->vrf[0] && tenant->have_count;
	return true;
}

static bool is_emptied(const struct load *load)
{
	size_t before = model_tenant_count(tenantd.model);

	if (!model_provider(tenantd.model))
		engine_each(tenantd.engine, count_vrf, &before);
	return count_after(load) == 0 && before > GONE_AT_ONCE_MAX;
}

static bool loaded(void *arg, struct load *load)
{
	uint32_t *touched = NULL;
	int64_t written = load->written, noticed = source_noticed(tenantd.source);

	tenantd.held.text[0] = '\0';
	if (load->full)
		engine_all_is_new(tenantd.engine); /* to what may be another database */
	if (is_emptied(load)) {
		reason_set(
			&tenantd.held,
			"the database has no tenants any more, which changes nothing here; put them back, or delete them one by one if it is meant");
		flog_warn(EC_TENANT_EMPTIED, "%s", tenantd.held.text);
		load_free(load);
		status_changed();
		return false;
	}
	model_commit(tenantd.model, load, &touched);
	tracing_loaded(touched, written, noticed);
	engine_model_changed(tenantd.engine, tenantd.model, touched, noticed);
	status_changed();
	return true;
}

static void problem(void *arg, const char *sentence)
{
	tenantd.source_problem.text[0] = '\0';
	if (sentence) {
		reason_set(&tenantd.source_problem, "%s", sentence);
		flog_warn(EC_TENANT_DATABASE, "%s; the last good state stays in force", sentence);
	} else {
		zlog_notice("%s can be read", source_location(tenantd.source));
	}
}

void intake_start(void)
{
	static const struct source_cbs cbs = { .loaded = loaded, .problem = problem };

	if (!tenantd.source)
		tenantd.source = source_sqlite_new(tenantd.loop, tenantd.database, &cbs, NULL);
}

void intake_stop(void)
{
	source_free(tenantd.source);
	tenantd.source = NULL;
}

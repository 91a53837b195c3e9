// SPDX-License-Identifier: GPL-2.0-or-later
/* The brake of this node (plan/brake.h): its limits, and who says that what it holds is meant. */
#include <zebra.h>

#include "log.h"

#include "errors.h"
#include "apply/engine.h"
#include "daemon/tenantd.h"
#include "plan/brake.h"
#include "source/source.h"

#define ADVICE \
	"it stays as it is until \"tenant release\" on this node, or \"tenantctl release\" for all, says that it is meant"

static struct brake_limits limits = BRAKE_DEFAULTS;
/* Somebody said that it is meant, and the source has not been read since. */
static bool database_released, configuration_released;
/* Nothing is in force yet, of any source. */
static bool is_first = true;
/* VRFs that nobody knew at the first load were too many. */
static bool strangers_held;

void release_set_limits(const struct brake_limits *now)
{
	limits = *now;
}

void release_all(void)
{
	zlog_notice("what is held for withdrawing too much may go");
	strangers_held = false;
	engine_release_strangers(tenantd.engine, STRANGERS_MANY);
	database_released = tenantd.source != NULL;
	configuration_released = tenantd.configured;
	if (tenantd.source)
		source_reload(tenantd.source);
	if (tenantd.configured)
		source_reload(tenantd.configuration);
}

bool release_is_meant(const struct load *load, bool configured)
{
	return (configured ? configuration_released : database_released) ||
	       (load->meant && load->meant >= load->revision);
}

bool release_judge(struct load *load, bool configured)
{
	bool meant = release_is_meant(load, configured);

	if (configured)
		configuration_released = false;
	else
		database_released = false;
	if (!meant)
		brake_load(tenantd.model, load, &limits, tenantd.node, ADVICE, NULL);
	return meant;
}

static bool count_stranger(void *arg, const struct engine_tenant *tenant)
{
	size_t *count = arg;

	*count += tenant->vrf[0] && tenant->have_count && !tenant->tenant_id;
	return true;
}

void release_judge_strangers(bool meant)
{
	bool first = is_first;
	size_t count = 0;

	is_first = false;
	if (!first && !strangers_held)
		return;
	engine_each(tenantd.engine, count_stranger, &count);
	if (first && count > limits.tenants && !meant) {
		strangers_held = true;
		engine_hold_strangers(tenantd.engine, STRANGERS_MANY);
		flog_warn(EC_TENANT_HELD, "no source knows %zu VRFs of this node; " ADVICE, count);
	} else if (strangers_held && (count <= limits.tenants || meant)) {
		strangers_held = false;
		engine_release_strangers(tenantd.engine, STRANGERS_MANY);
	}
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Operations on sites: which there are, for who asks this node about a tenant,
 * and told of in the log and to mgmtd when a phase of one begins or ends.
 *
 * tenantctl runs them, wherever it was started; here they are only looked at.
 * A failover of a hundred tenants is told of in a few words, since each time
 * names all that have got on since the one before (pace.h): how they stand
 * then, and not what they passed in between.  What ran already when tenantd was
 * started is there to be asked for, and is no news.
 */
#include <zebra.h>

#include <stdio.h>
#include <string.h>

#include "darr.h"
#include "frrevent.h"
#include "log.h"

#include "daemon/pace.h"
#include "daemon/tenantd.h"
#include "northbound/backend.h"
#include "source/operation.h"

static struct operation_row *known; /* darr */
static int64_t *news;               /* darr: ids that have got on since they were told of */
static struct pace pace;

/* ---- asking ---- */

static struct operation_row *find(struct operation_row *list, int64_t id)
{
	struct operation_row *row;

	darr_foreach_p (list, row)
		if (row->id == id)
			return row;
	return NULL;
}

const struct operation_row *operating_list(void)
{
	return known;
}

const struct operation_row *operating_of_tenant(uint32_t tenant_id)
{
	const struct operation_row *row;

	darr_foreach_p (known, row)
		if (row->tenant_id == tenant_id)
			return row;
	return NULL;
}

const char *operating_site(uint32_t site_id)
{
	const struct provider *provider = model_provider(tenantd.model);
	const struct site *site = provider ? provider_site(provider, site_id) : NULL;

	return site ? site->name : "";
}

/* One of a site has no tenant. */
static const char *site_text(const struct operation_row *row, char buf[static OPERATING_TEXT_SIZE])
{
	bool leaves = row->from_id;

	if (leaves)
		snprintf(buf, OPERATING_TEXT_SIZE, "operation %" PRId64 ", evacuation of %s, %s",
			 row->id, operating_site(row->from_id), row->mode);
	else
		snprintf(buf, OPERATING_TEXT_SIZE, "operation %" PRId64 ", %s of %s", row->id,
			 row->kind, operating_site(row->to_id));
	return buf;
}

const char *operating_text(const struct operation_row *row, char buf[static OPERATING_TEXT_SIZE])
{
	const struct tenant *tenant = model_tenant(tenantd.model, row->tenant_id);

	if (!row->tenant_id)
		return site_text(row, buf);
	snprintf(buf, OPERATING_TEXT_SIZE, "operation %" PRId64 ", %s of %s%s%s%s%s%s%s", row->id,
		 row->kind, tenant ? tenant->name : "?", row->from_id ? " from " : "",
		 operating_site(row->from_id), row->to_id ? " to " : "",
		 operating_site(row->to_id), row->mode[0] ? ", " : "", row->mode);
	return buf;
}

/* ---- telling ---- */

static void log_one(const struct operation_row *row)
{
	bool running = !strcmp(row->state, "running");
	char text[OPERATING_TEXT_SIZE];

	operating_text(row, text);
	if (!running)
		zlog_notice("%s: %s%s%s", text, row->state, row->reason.text[0] ? ", " : "",
			    row->reason.text);
	else if (!row->phase_began)
		zlog_notice("%s: begun", text);
	else
		zlog_notice("%s: %s, %s", text, row->phase,
			    row->phase_end ? "all nodes are in step" : "nodes are waited for");
}

static unsigned int count_state(const struct operation_row *rows, const char *state)
{
	const struct operation_row *row;
	unsigned int count = 0;

	darr_foreach_p (rows, row)
		count += !strcmp(row->state, state);
	return count;
}

/* The failed ones by themselves, as long as they are few. */
static void log_all(const struct operation_row *rows)
{
	unsigned int count = darr_len(rows), failed = count_state(rows, "failed"), lines = 0;
	const struct operation_row *row;

	darr_foreach_p (rows, row)
		if ((count <= PACE_LOG || !strcmp(row->state, "failed")) && lines++ < PACE_LOG)
			log_one(row);
	if (count > PACE_LOG)
		zlog_notice(
			"%u operations on sites got on: %u running, %u done, %u undone, %u failed; \"show tenant NAME\" has each",
			count, count_state(rows, "running"), count_state(rows, "done"),
			count_state(rows, "undone"), failed);
}

bool operating_is_here(const struct operation_row *row)
{
	const struct tenant *tenant = model_tenant(tenantd.model, row->tenant_id);
	const struct node *node = tenantd_own_node();

	if (!row->tenant_id)
		return node; /* of a site: it concerns those who stand in for it as well */
	return tenant && node && (tenant_roles_on(tenant, node->id) & node->roles);
}

static void tell(struct event *event)
{
	struct operation_row *rows = NULL, *row;
	unsigned int taken = 0;

	while (taken < darr_len(news) && darr_len(rows) < PACE_MOST) {
		row = find(known, news[taken++]);
		if (row && operating_is_here(row))
			*darr_append(rows) = *row;
	}
	darr_remove_n(news, 0, taken);
	if (darr_len(rows)) {
		log_all(rows);
		backend_operations(rows);
	}
	darr_free(rows);
	if (darr_len(news))
		pace_ask(&pace, tell);
}

static void note(int64_t id)
{
	const int64_t *one;

	darr_foreach_p (news, one)
		if (*one == id)
			return;
	*darr_append(news) = id;
	pace_ask(&pace, tell);
}

/* ---- what there is ---- */

static bool is_same(const struct operation_row *a, const struct operation_row *b)
{
	return a->began == b->began && a->phase_end == b->phase_end &&
	       a->phase_began == b->phase_began && !strcmp(a->phase, b->phase) &&
	       !strcmp(a->state, b->state) && !strcmp(a->reason.text, b->reason.text);
}

/* It ended, and neither is in the list nor has the tenant another one in it. */
static bool stays(const struct operation_row *row, const struct operation_row *list)
{
	const struct operation_row *other;

	if (operation_is_open(row) ||
	    (row->tenant_id && !model_tenant(tenantd.model, row->tenant_id)))
		return false;
	darr_foreach_p (list, other)
		if (other->tenant_id == row->tenant_id)
			return false;
	return true;
}

/* A tenant has several in the list where it began one just after another. */
static bool is_newest(const struct operation_row *row, const struct operation_row *list)
{
	const struct operation_row *other;

	darr_foreach_p (list, other)
		if (other->tenant_id == row->tenant_id && other->id > row->id)
			return false;
	return true;
}

void operating_loaded(const struct operation_row *list, bool anew)
{
	const struct operation_row *row, *old;
	struct operation_row *now = NULL;

	if (anew)
		operating_stop();
	darr_foreach_p (known, row)
		if (stays(row, list))
			*darr_append(now) = *row;
	darr_foreach_p (list, row) {
		if (!is_newest(row, list))
			continue;
		*darr_append(now) = *row;
		old = find(known, row->id);
		if (!anew && (!old || !is_same(old, row)))
			note(row->id);
	}
	darr_free(known);
	known = now;
}

void operating_stop(void)
{
	pace_stop(&pace);
	darr_free(known);
	darr_free(news);
}

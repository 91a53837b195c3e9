// SPDX-License-Identifier: GPL-2.0-or-later
/* What tenantd can be asked: resync, release, plan, trace. */
#include <zebra.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "northbound.h"
#include "yang.h"

#include "apply/engine.h"
#include "daemon/tenantd.h"
#include "northbound/nb_priv.h"
#include "plan/statement.h"
#include "trace/trace.h"

/* A mistaken question would hang the asker for a minute if it were not answered. */
#define PLAN_LINES_MAX 1000

int nb_rpc_resync(struct nb_cb_rpc_args *args)
{
	tenantd_reread();
	return NB_OK;
}

int nb_rpc_release(struct nb_cb_rpc_args *args)
{
	release_all();
	return NB_OK;
}

/* ---- plan ---- */

struct plan_answer {
	struct lyd_node *output;
	const char *vrf; /* only this one's; NULL: all */
	unsigned int count;
};

static void add(struct lyd_node *output, const char *value, const char *fmt, ...) PRINTFRR(3, 4);
static void add(struct lyd_node *output, const char *value, const char *fmt, ...)
{
	char path[200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintfrr(path, sizeof(path), fmt, ap);
	va_end(ap);
	yang_dnode_rpc_output_add(output, path, value);
}

static void add_change(void *arg, const char *vrf, const struct op *op)
{
	struct plan_answer *answer = arg;
	char text[STATEMENT_SIZE];

	if ((answer->vrf && strcmp(vrf, answer->vrf)) || answer->count == PLAN_LINES_MAX)
		return;
	answer->count++;
	add(answer->output, vrf, "change[index='%u']/vrf", answer->count);
	add(answer->output, outcome_names[op->what], "change[index='%u']/operation",
	    answer->count);
	add(answer->output, show_op_text(op, text), "change[index='%u']/object", answer->count);
}

static int no_tenant(struct nb_cb_rpc_args *args, const char *name)
{
	snprintf(args->errmsg, args->errmsg_len,
		 "no tenant %s on this node; \"show tenant\" lists those there are", name);
	return NB_ERR;
}

int nb_rpc_plan(struct nb_cb_rpc_args *args)
{
	struct plan_answer answer = { .output = args->output };
	struct engine_tenant one;
	const char *name;

	if (yang_dnode_exists(args->input, "tenant")) {
		name = yang_dnode_get_string(args->input, "tenant");
		if (!show_find_tenant(name, &one))
			return no_tenant(args, name);
		answer.vrf = one.vrf;
	}
	engine_pending(tenantd.engine, add_change, &answer);
	return NB_OK;
}

/* ---- trace ---- */

static const struct traced *find_traced(uint32_t id, const struct ipnet *prefix)
{
	size_t count = 0;
	const struct traced *list = tracing_of_tenant(id, &count);

	for (size_t i = 0; i < count; i++)
		if (!ipnet_cmp(&list[i].prefix, prefix))
			return &list[i];
	return NULL;
}

static void add_traced(struct lyd_node *output, const struct traced *traced)
{
	char text[NB_TIME_SIZE];

	if (traced->written)
		add(output, nb_time(traced->written, text), "written");
	for (int stage = 0; stage < STAGE_COUNT; stage++) {
		if (!traced->at[stage])
			continue;
		add(output, nb_time(traced->at[stage], text), "stage[stage='%s']/at",
		    stage_names[stage]);
		if (!traced->written)
			continue;
		snprintf(text, sizeof(text), "%" PRId64, traced->at[stage] - traced->written);
		add(output, text, "stage[stage='%s']/after", stage_names[stage]);
	}
}

int nb_rpc_trace(struct nb_cb_rpc_args *args)
{
	const char *name = yang_dnode_get_string(args->input, "tenant");
	const char *prefix = yang_dnode_get_string(args->input, "prefix");
	const struct traced *traced;
	struct engine_tenant one;
	struct ipnet net;

	if (!show_find_tenant(name, &one))
		return no_tenant(args, name);
	traced = ipnet_parse(prefix, &net) ? NULL : find_traced(one.tenant_id, &net);
	if (!traced) {
		snprintf(args->errmsg, args->errmsg_len, "tenant %s has no subnet %s", name,
			 prefix);
		return NB_ERR;
	}
	add_traced(args->output, traced);
	return NB_OK;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * "trace": the way of a subnet over all nodes, joined from what each of them
 * has written into subnet_trace.
 *
 * Every node takes its times from its own clock, so a hop may seem to come
 * before the one it depends on where clocks differ.
 */
#include <zebra.h>

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <json-c/json.h>

#include "darr.h"

#include "ctl/args.h"
#include "ctl/lookup.h"
#include "ctl/show.h"
#include "trace/trace.h"

#define BAR_WIDTH 40

/* What one node has said of the subnet. */
struct hop {
	char node[TENANT_NAME_MAX + 1];
	bool told;
	int64_t at[STAGE_COUNT]; /* microseconds after written; -1: not passed */
	int64_t first, last;     /* of the stages that the subnet itself passed */
};

struct way {
	char prefix[IPNET_TEXT_SIZE];
	int64_t written;  /* microseconds since 1970 */
	struct hop *hops; /* darr, in the order of their first stage */
};

/* ---- reading ---- */

static void read_stages(struct hop *hop, const char *text)
{
	struct json_object *json = json_tokener_parse(text), *value;

	hop->told = json != NULL;
	for (int stage = 0; stage < STAGE_COUNT; stage++) {
		hop->at[stage] = -1;
		if (!json_object_object_get_ex(json, stage_names[stage], &value))
			continue;
		hop->at[stage] = json_object_get_int64(value);
		/* every node notices every commit of its tenants: no news of the way */
		if (stage < STAGE_CONNECTED)
			continue;
		if (hop->first < 0 || hop->at[stage] < hop->first)
			hop->first = hop->at[stage];
		hop->last = MAX(hop->last, hop->at[stage]);
	}
	json_object_put(json);
}

static void take_row(struct way **ways, sqlite3_stmt *stmt)
{
	const char *prefix = (const char *)sqlite3_column_text(stmt, 0);
	const char *stages = (const char *)sqlite3_column_text(stmt, 3);
	struct way *way = *ways ? darr_last(*ways) : NULL;
	struct hop *hop;

	if (!way || strcmp(way->prefix, prefix)) {
		way = darr_append(*ways);
		*way = (struct way){};
		strlcpy(way->prefix, prefix, sizeof(way->prefix));
	}
	way->written = MAX(way->written, sqlite3_column_int64(stmt, 1));
	hop = darr_append(way->hops);
	*hop = (struct hop){ .first = -1, .last = -1 };
	strlcpy(hop->node, (const char *)sqlite3_column_text(stmt, 2), sizeof(hop->node));
	if (stages)
		read_stages(hop, stages);
}

/* Every node that serves the tenant, for each subnet of which any has told. */
static int read_ways(struct ctl *ctl, int64_t tenant_id, const struct ipnet *only,
		     struct way **ways)
{
	static const char sql[] =
		"SELECT n.prefix, coalesce(r.written, 0), o.name, r.stages"
		" FROM logical_switch s JOIN subnet n ON n.switch_id = s.id"
		" JOIN attachment a ON a.tenant_id = s.tenant_id JOIN node o ON o.id = a.node_id"
		" LEFT JOIN subnet_trace r ON r.subnet_id = n.id AND r.node = o.name"
		" WHERE s.tenant_id = ?1 AND (?2 IS NULL OR n.prefix = ?2)"
		" AND n.id IN (SELECT subnet_id FROM subnet_trace) ORDER BY n.id";
	char prefix[IPNET_TEXT_SIZE];
	sqlite3_stmt *stmt = NULL;
	int ret;

	if (sqlite3_prepare_v2(ctl->db->sqlite, sql, -1, &stmt, NULL) != SQLITE_OK)
		return db_error(ctl->db, "read", &ctl->why);
	sqlite3_bind_int64(stmt, 1, tenant_id);
	if (only)
		sqlite3_bind_text(stmt, 2, ipnet_format(only, prefix), -1, SQLITE_STATIC);
	while ((ret = sqlite3_step(stmt)) == SQLITE_ROW)
		take_row(ways, stmt);
	sqlite3_finalize(stmt);
	return ret == SQLITE_DONE ? 0 : db_error(ctl->db, "read", &ctl->why);
}

static int by_first(const void *a, const void *b)
{
	const struct hop *x = a, *y = b;

	/* those that have seen nothing of it come last */
	if ((x->first < 0) != (y->first < 0))
		return x->first < 0 ? 1 : -1;
	return numcmp(x->first, y->first);
}

static void free_ways(struct way *ways)
{
	struct way *way;

	darr_foreach_p (ways, way)
		darr_free(way->hops);
	darr_free(ways);
}

/* ---- printing ---- */

static int64_t way_end(const struct way *way)
{
	const struct hop *hop;
	int64_t end = 1;

	darr_foreach_p (way->hops, hop)
		end = MAX(end, hop->last);
	return end;
}

/* From where the subnet came to the node to where it was done there. */
static void print_bar(const struct hop *hop, int64_t end)
{
	int from = hop->first * BAR_WIDTH / end, to = hop->last * BAR_WIDTH / end;

	putchar('|');
	for (int i = 0; i < BAR_WIDTH; i++)
		putchar(hop->first >= 0 && i >= MIN(from, BAR_WIDTH - 1) && i <= to ? '#' : ' ');
	printf("| ");
}

/* The stage after `at` in time; of two at once, the one further on. */
static int next_stage(const struct hop *hop, int64_t at, int stage)
{
	int next = -1;

	for (int i = 0; i < STAGE_COUNT; i++) {
		if (hop->at[i] < at || (hop->at[i] == at && i <= stage))
			continue;
		if (next < 0 || hop->at[i] < hop->at[next])
			next = i;
	}
	return next;
}

static void print_hop(const struct hop *hop, int64_t end, bool bar)
{
	const char *comma = "";

	printf("  %-12s ", hop->node);
	if (bar)
		print_bar(hop, end);
	if (!hop->told)
		printf("has said nothing of it");
	else
		for (int i = next_stage(hop, 0, -1); i >= 0; i = next_stage(hop, hop->at[i], i)) {
			printf("%s%s %.1f", comma, stage_names[i], hop->at[i] / 1000.0);
			comma = ", ";
		}
	putchar('\n');
}

static void print_way(const struct way *way, bool bar)
{
	time_t second = way->written / 1000000;
	const struct hop *hop;
	char when[32] = "";
	struct tm tm;

	if (gmtime_r(&second, &tm))
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &tm);
	printf("%s, written %s.%03d UTC; milliseconds from then on:\n", way->prefix, when,
	       (int)(way->written / 1000 % 1000));
	darr_foreach_p (way->hops, hop)
		print_hop(hop, way_end(way), bar);
}

static struct json_object *way_json(const struct way *way)
{
	struct json_object *json = json_object_new_object(), *nodes = json_object_new_array();
	const struct hop *hop;

	show_text(json, "prefix", way->prefix);
	show_number(json, "written-us", way->written);
	darr_foreach_p (way->hops, hop) {
		struct json_object *node = json_object_new_object();
		struct json_object *stages = json_object_new_object();

		for (int stage = 0; hop->told && stage < STAGE_COUNT; stage++)
			if (hop->at[stage] >= 0)
				show_number(stages, stage_names[stage], hop->at[stage]);
		show_text(node, "node", hop->node);
		json_object_object_add(node, "stages-us", stages);
		json_object_array_add(nodes, node);
	}
	json_object_object_add(json, "nodes", nodes);
	return json;
}

static void print_ways(const struct ctl *ctl, struct way *ways)
{
	struct json_object *rows = json_object_new_array();
	struct way *way;

	darr_foreach_p (ways, way) {
		qsort(way->hops, darr_len(way->hops), sizeof(*way->hops), by_first);
		if (ctl->json)
			json_object_array_add(rows, way_json(way));
		else
			print_way(way, isatty(STDOUT_FILENO));
	}
	if (ctl->json)
		show_print(ctl, rows, "");
	else
		json_object_put(rows);
}

/* ---- the command ---- */

static int trace_run(struct ctl *ctl, const struct args *args)
{
	const char *prefix = args->name_count > 1 ? args->names[1] : NULL;
	struct way *ways = NULL;
	struct ipnet only = {};
	int64_t tenant_id;
	int ret;

	if (lookup_id(ctl, "tenant", args->names[0], &tenant_id) < 0 ||
	    (prefix && args_net(ctl, prefix, &only) < 0))
		return -1;
	ret = read_ways(ctl, tenant_id, prefix ? &only : NULL, &ways);
	if (!ret && !ways && !ctl->json) {
		reason_set(
			&ctl->why,
			"no node has told of %s%s%s yet; a node tells about a second after a subnet came, and nothing of subnets older than its tenantd",
			args->names[0], prefix ? ", subnet " : "", prefix ? prefix : "");
		ret = -1;
	}
	if (!ret)
		print_ways(ctl, ways);
	free_ways(ways);
	return ret;
}

const struct command trace_commands[] = {
	{
		.verb = "trace",
		.names = "TENANT [PREFIX]",
		.summary = "when each new subnet got where, node by node, in milliseconds",
		.example = "tenantctl trace acme 10.1.1.0/24",
		.access = ACCESS_READ,
		.run = trace_run,
	},
	{},
};

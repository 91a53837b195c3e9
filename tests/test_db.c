// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Proves the reading of a SQLite database: what has changed gives the same
 * model as everything read anew, and a row that nobody should have written
 * holds its tenant and no more.
 */
#include <zebra.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "darr.h"

#include "plan/plan.h"
#include "plan/validate.h"

#include "lib.h"
#include "plan_rules.h"

/* ---- incremental and full ---- */

START_TEST(what_changed_gives_the_same_as_everything_read_anew)
{
	char *sql = lib_story_sql("reference");
	struct db *db = lib_db(sql);
	struct model *by_steps = model_new();

	lib_seed(100 + _i);
	lib_load_all(by_steps, db, NULL);
	for (int step = 0; step < 60; step++) {
		struct model *anew = model_new();
		char *expected, *got;

		lib_exec(db, "BEGIN");
		for (uint32_t count = 1 + lib_below(6); count; count--)
			lib_random_write(db);
		lib_exec(db, lib_below(8) ? "COMMIT" : "ROLLBACK");
		lib_load_since(by_steps, db, NULL);
		lib_load_all(anew, db, NULL);
		expected = lib_everything(anew);
		got = lib_everything(by_steps);
		ck_assert_msg(!strcmp(expected, got), "seed %d, step %d: expected\n%s\ngot\n%s",
			      100 + _i, step, expected, got);
		darr_free(expected);
		darr_free(got);
		model_free(anew);
	}
	model_free(by_steps);
	db_close(db);
	free(sql);
}
END_TEST

/* ---- rows that nobody should have written ---- */

#define OFF "PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF;"
#define MEGABYTE \
	"(SELECT group_concat(x, '') FROM (WITH RECURSIVE c(x, n) AS (SELECT 'aaaaaaaaaaaaaaaa', 1 UNION ALL SELECT x, n + 1 FROM c WHERE n < 65536) SELECT x FROM c))"

/* clang-format off */
static const struct {
	const char *what;
	const char *sql;
	const char *sentence; /* begins tenant->bad, or the load's error */
	bool load_fails;
} bad_rows[] = {
	{ "tenant name with a newline", "UPDATE tenant SET name = 'a' || char(10)", "a? is not a name", false },
	{ "tenant name with a NUL", "UPDATE tenant SET name = CAST(x'610062' AS TEXT)", "a is not a name", false },
	{ "tenant name of a megabyte", "UPDATE tenant SET name = " MEGABYTE,
	  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa... is not a name", false },
	{ "empty tenant name", "UPDATE tenant SET name = ''", " is not a name", false },
	{ "VRF of 16 characters", "UPDATE tenant SET vrf = '1234567890123456'", "1234567890123456 is not a name", false },
	{ "aggregate that is a word", "UPDATE aggregate SET prefix = 'all' WHERE prefix LIKE '10.%'", "aggregate all of tenant acme cannot be read", false },
	{ "aggregate of a megabyte", "UPDATE aggregate SET prefix = " MEGABYTE " WHERE prefix LIKE '10.%'", "aggregate aaaa", false },
	{ "attachment with an unknown role", "UPDATE attachment SET role = 'king' WHERE id = 1", "king is no role", false },
	{ "circuit with a wrong prefix", "INSERT INTO circuit (tenant_id, wire_id, prefix) VALUES (1, 1, '10.0.0.0')", "circuit 10.0.0.0 of tenant acme", false },
	{ "circuit with BGP", "INSERT INTO circuit (tenant_id, wire_id, routing) VALUES (1, 1, 'bgp')", "bgp is no routing", false },
	{ "switch with a bad name", "UPDATE logical_switch SET name = 'w b' WHERE id = 1", "w b is not a name", false },
	{ "switch of an unknown purpose", "UPDATE logical_switch SET purpose = 'fun' WHERE id = 1", "fun is no purpose", false },
	{ "switch of an unknown scope", "UPDATE logical_switch SET scope = 'big' WHERE id = 1", "big is no scope", false },
	{ "subnet with a leading zero", "UPDATE subnet SET prefix = '10.01.1.0/24' WHERE id = 1", "subnet 10.01.1.0/24 of tenant acme", false },
	{ "subnet with a NUL", "UPDATE subnet SET prefix = '10.1.1.0/24' || char(0) WHERE id = 1", "subnet 10.1.1.0/24 of tenant acme", false },
	{ "gateway with a length", "UPDATE subnet SET gateway = '10.1.1.1/24' WHERE id = 1", "gateway 10.1.1.1/24 of tenant acme", false },
	{ "gateway in unicode", "UPDATE subnet SET gateway = char(1633) WHERE id = 1", "gateway ?? of tenant acme", false },
	{ "link of an unknown protocol", "UPDATE link SET protocol = 'rip'", "rip is no protocol", false },
	{ "link to an interface with a blank", "UPDATE link SET ifname = 'x 0'", "x 0 is not a name", false },
	{ "link with a wrong address", "UPDATE link SET address = 'x'", "link address x of tenant acme", false },
	{ "link with a wrong peer", "UPDATE link SET peer = '1.2.3'", "peer 1.2.3 of tenant acme", false },
	{ "link route that is none", "INSERT INTO link_route VALUES (1, '-')", "link route - of tenant acme", false },
	{ "leak that is none", "INSERT INTO tenant (id, name) VALUES (2, 'b'); INSERT INTO leak VALUES (1, 1, 2, 'x')", "leak x of tenant acme", false },

	{ "no provider", "DELETE FROM provider", "database", true },
	{ "no AS number", "UPDATE provider SET asn = 0", "the provider row has no AS number", true },
	{ "a negative AS number", "UPDATE provider SET asn = -1", "the provider row has no AS number", true },
	{ "an AS number of 33 bits", "UPDATE provider SET asn = 4294967296", "the provider row has no AS number", true },
	{ "pool that is no network", "UPDATE pool SET prefix = '100.64.0.1/11'", "the transit pool", true },
	{ "pool with parts larger than itself", "UPDATE pool SET length = 9 WHERE kind = 'uplink'", "the uplink pool", true },
	{ "pool with parts smaller than an address", "UPDATE pool SET length = 127 WHERE kind = 'uplink'", "the uplink pool", true },
	{ "reserved that is no network", "INSERT INTO reserved VALUES ('10.0.0.1/8', '')", "reserved prefix 10.0.0.1/8", true },
	{ "site with a bad name", "UPDATE site SET name = 'a b' WHERE id = 1", "a b is not a name for a site", true },
	{ "site with a state of a later version", "UPDATE site SET state = 'asleep' WHERE id = 1", "asleep is no state of a site that this version knows", true },
	{ "node with a bad name", "UPDATE node SET name = '-n' WHERE id = 1", "-n is not a name for a node", true },
	{ "node with a router id that is none", "UPDATE node SET router_id = 'x' WHERE id = 1", "router id x of node dlr", true },
	{ "node with an IPv6 router id", "UPDATE node SET router_id = '::1' WHERE id = 1", "router id ::1 of node dlr", true },
	{ "node with a wrong VTEP", "UPDATE node SET vtep = 'x' WHERE id = 1", "VTEP x of node dlr", true },
	{ "wire with a bad name", "UPDATE wire SET name = 'w;' WHERE id = 1", "w; is not a name for a wire", true },
	{ "trunk with a second command", "UPDATE wire_port SET ifname = 't0' || char(10) WHERE id = 1", "t0? is not a name for a trunk", true },
	{ "a table is gone", "DROP TABLE subnet", "cannot read in database", true },
};
/* clang-format on */

START_TEST(a_bad_row_is_told_in_a_sentence)
{
	char *sql = lib_story_sql("reference");
	struct db *db = lib_db(sql);
	struct model *model = model_new();
	struct load *load = NULL;
	struct reason why = {};
	const char *got;
	int ret;

	lib_exec(db, OFF);
	lib_exec(db, bad_rows[_i].sql);
	ret = db_load_all(db, &load, &why);
	ck_assert_msg((ret < 0) == bad_rows[_i].load_fails && (ret < 0) == !load, "%s: %d %s",
		      bad_rows[_i].what, ret, why.text);
	got = ret < 0 ? why.text : load->tenants[0]->bad ? load->tenants[0]->bad->text : "nothing";
	ck_assert_msg(!strncmp(got, bad_rows[_i].sentence, strlen(bad_rows[_i].sentence)),
		      "%s: expected \"%s...\", got \"%s\"", bad_rows[_i].what,
		      bad_rows[_i].sentence, got);
	for (const char *c = got; *c; c++)
		ck_assert_msg(*c >= ' ' && *c <= '~', "%s: a control character in \"%s\"",
			      bad_rows[_i].what, got);
	load_free(load);
	model_free(model);
	db_close(db);
	free(sql);
}
END_TEST

/* ---- whom a change concerns ---- */

#define IDS_MAX 16 /* of tenants that lib_random_write() makes */

/* All that comes of a tenant: what is wrong with it, or else its plans (darr). */
static char *outcome_of(const struct model *model, uint32_t id)
{
	const struct tenant *tenant = model_tenant(model, id);
	struct reason *findings = NULL, *finding;
	const struct node *node;
	char *text = NULL;

	lib_append(&text, "%s", "");
	if (tenant)
		validate_tenant(model, tenant, &findings);
	darr_foreach_p (findings, finding)
		lib_append(&text, "%s\n", finding->text);
	if (!tenant || findings) {
		darr_free(findings);
		return text;
	}
	darr_foreach_p (model_provider(model)->nodes, node) {
		struct objects want = {};
		const struct object *obj;
		char line[512];

		plan_tenant(model_provider(model), tenant, node, &want);
		darr_foreach_p (want.list, obj)
			lib_append(&text, "%s: %s\n", node->name,
				   object_text(obj, line, sizeof(line)));
		objects_fini(&want);
	}
	return text;
}

/* As tenantd does: only those that a change is said to concern are looked at again. */
static void replan(const struct model *model, const uint32_t *touched, char **outcomes)
{
	for (uint32_t id = 1; id < IDS_MAX; id++) {
		if (!lib_is_touched(touched, id))
			continue;
		darr_free(outcomes[id]);
		outcomes[id] = outcome_of(model, id);
	}
}

static void compare_with_all(struct db *db, char *const *outcomes, int seed, int step)
{
	struct model *anew = model_new();
	const struct tenant *tenant = NULL;

	lib_load_all(anew, db, NULL);
	while ((tenant = model_tenant_next(anew, tenant)))
		ck_assert_uint_lt(tenant->id, IDS_MAX);
	for (uint32_t id = 1; id < IDS_MAX; id++) {
		char *expected = outcome_of(anew, id);

		ck_assert_msg(!strcmp(expected, outcomes[id]),
			      "seed %d, step %d, tenant %u: expected\n%s\ngot\n%s", seed, step, id,
			      expected, outcomes[id]);
		darr_free(expected);
	}
	model_free(anew);
}

START_TEST(whom_no_change_is_said_to_concern_has_the_plan_it_had)
{
	char *sql = lib_story_sql("reference"), *outcomes[IDS_MAX] = {};
	struct db *db = lib_db(sql);
	struct model *model = model_new();

	lib_seed(1000 + _i);
	for (uint32_t id = 1; id < IDS_MAX; id++)
		outcomes[id] = outcome_of(model, id);
	for (int step = 0; step < 60; step++) {
		uint32_t *touched = NULL;

		for (uint32_t count = step ? 1 + lib_below(3) : 0; count; count--)
			lib_random_write(db);
		if (lib_below(10))
			lib_load_since(model, db, &touched);
		else
			lib_load_all(model, db, &touched); /* as after SIGHUP */
		replan(model, touched, outcomes);
		compare_with_all(db, outcomes, 1000 + _i, step);
		darr_free(touched);
	}
	for (uint32_t id = 1; id < IDS_MAX; id++)
		darr_free(outcomes[id]);
	model_free(model);
	db_close(db);
	free(sql);
}
END_TEST

static const char *const random_columns[] = {
	"tenant.name",
	"tenant.vrf",
	"tenant.table_id",
	"tenant.rd_number",
	"tenant.rt_number",
	"aggregate.prefix",
	"attachment.role",
	"attachment.node_id",
	"circuit.prefix",
	"circuit.vlan",
	"circuit.routing",
	"circuit.wire_id",
	"logical_switch.name",
	"logical_switch.site_id",
	"logical_switch.vni",
	"logical_switch.mtu",
	"subnet.prefix",
	"subnet.gateway",
	"subnet.advertise",
	"link.ifname",
	"link.vlan",
	"link.address",
	"link.peer",
	"link.protocol",
	"link.peer_as",
	"link.virtual_address",
	"link.vrid",
	"link.priority",
	"link.node_id",
	"leak.prefix",
	"leak.to_tenant",
	"link_route.prefix",
	"wire.vlan_base",
	"wire.mtu",
	"wire_port.slot",
	"wire_port.node_id",
	"node.site_id",
	"node.vtep",
	"node.router_id",
	"pool.length",
	"pool.wires",
	"provider.table_base",
	"provider.vni_base",
	"provider.ospf_dead",
	"provider.vrrp_interval",
	"reserved.prefix",
};

static const char *const random_values[] = {
	"''",
	"'x'",
	"'10.0.0.0/8'",
	"'0.0.0.0/0'",
	"'::/0'",
	"'255.255.255.255/32'",
	"-1",
	"0",
	"1",
	"65536",
	"4294967295",
	"4294967296",
	"9223372036854775807",
	"'10.1.1.1'",
	"char(0)",
	"printf('%.100000c', 'a')",
	"'bgp'",
	"'static'",
	"CAST(randomblob(40) AS TEXT)",
};

/* Any type in any column: nothing but sentences may come of it. */
START_TEST(random_values_in_random_columns_never_crash)
{
	lib_seed(200 + _i);
	for (int run = 0; run < 40; run++) {
		struct model *model = lib_model("leak-both-ways", NULL);
		char *story = lib_story_sql("leak-both-ways"), sql[256], table[32], *text;
		struct db *db = lib_db(story);
		struct reason why = {};
		struct load *load = NULL;
		uint32_t *touched = NULL;

		lib_exec(db, OFF "INSERT INTO circuit (tenant_id, wire_id) VALUES (1, 1);"
				 "INSERT INTO link_route VALUES (1, '172.16.9.0/24')");
		for (uint32_t count = 1 + lib_below(4); count; count--) {
			const char *column = random_columns[lib_below(array_size(random_columns))];

			strlcpy(table, column, sizeof(table));
			*strchr(table, '.') = '\0';
			snprintf(sql, sizeof(sql), "UPDATE OR IGNORE %s SET %s = %s", table,
				 strchr(column, '.') + 1,
				 random_values[lib_below(array_size(random_values))]);
			lib_try(db, sql);
		}
		if (db_load_all(db, &load, &why) == 0) {
			model_commit(model, load, &touched);
			text = lib_everything(model);
			darr_free(text);
			darr_free(touched);
		}
		model_free(model);
		db_close(db);
		free(story);
	}
}
END_TEST

/* ---- revisions ---- */

/* Written by who has the schema's checks ignored. */
START_TEST(a_tenant_with_an_id_that_is_none_does_not_exist)
{
	char *sql = lib_story_sql("reference");
	struct db *db = lib_db(sql);
	struct model *model = model_new();
	uint32_t *touched = NULL;

	ck_assert_int_eq(lib_try(db, "INSERT INTO tenant (id, name) VALUES (-5, 'minus')"), -1);
	lib_load_all(model, db, NULL);
	lib_exec(
		db,
		"PRAGMA ignore_check_constraints = ON;"
		"INSERT INTO tenant (id, name) VALUES (-5, 'minus'), (0, 'none'), (4294967297, 'large');"
		"INSERT INTO logical_switch (tenant_id, name) VALUES (-5, 'web'), (4294967297, 'web')");
	lib_load_since(model, db, &touched);
	ck_assert_uint_eq(darr_len(touched), 0);
	lib_load_all(model, db, &touched);
	ck_assert_uint_eq(darr_len(touched), 0);
	ck_assert_uint_eq(model_tenant_count(model), 1);
	darr_free(touched);
	model_free(model);
	db_close(db);
	free(sql);
}
END_TEST

START_TEST(a_log_that_was_trimmed_makes_the_reader_read_everything)
{
	struct db *db = lib_db(NULL);
	struct reason why = {};
	struct load *load = NULL;
	uint64_t seq = 0;

	lib_exec(
		db,
		"INSERT INTO tenant (id, name) VALUES (1, 'a'); INSERT INTO tenant (id, name) VALUES (2, 'b')");
	ck_assert_int_eq(db_revision(db, &seq, &why), 0);
	ck_assert_uint_eq(seq, 2);
	lib_exec(
		db,
		"INSERT INTO tenant (id, name) VALUES (3, 'c'); DELETE FROM change_log WHERE seq < 3");
	ck_assert_int_eq(db_load_since(db, 1, &load, &why), -ESTALE);
	ck_assert_ptr_null(load);
	ck_assert_int_eq(db_load_since(db, 2, &load, &why), 0);
	ck_assert_uint_eq(darr_len(load->tenants), 1);
	load_free(load);
	lib_exec(db, "DELETE FROM change_log");
	ck_assert_int_eq(db_load_since(db, 3, &load, &why), 0);
	ck_assert_uint_eq(darr_len(load->tenants), 0);
	load_free(load);
	load = NULL;
	ck_assert_msg(db_load_since(db, 2, &load, &why) == -ESTALE,
		      "an empty log reaches back to nothing");
	load_free(load);
	db_close(db);
}
END_TEST

/* Whether the model would lose rows by what is done, and the log says nothing of it. */
static bool is_bereft_by(const char *sql)
{
	struct db *db = lib_db(
		"INSERT INTO tenant (id, name) VALUES (1, 'a');"
		"INSERT INTO aggregate VALUES (1, '10.1.0.0/16'), (1, '10.2.0.0/16');"
		"INSERT INTO logical_switch (id, tenant_id, name) VALUES (1, 1, 'web');"
		"INSERT INTO subnet (switch_id, prefix, gateway) VALUES (1, '10.1.1.0/24', '10.1.1.1')");
	struct model *model = model_new();
	struct reason why = {};
	struct load *load = NULL;
	bool bereft;

	lib_load_all(model, db, NULL);
	lib_exec(db, sql);
	ck_assert_int_eq(db_load_since(db, model_revision(model), &load, &why), 0);
	bereft = model_is_bereft(model, load);
	load_free(load);
	model_free(model);
	db_close(db);
	return bereft;
}

START_TEST(what_goes_and_is_not_in_the_log_is_noticed)
{
	static const char *const unlogged[] = { "subnet", "logical_switch", "aggregate" };
	char sql[200];

	ck_assert(!is_bereft_by("UPDATE tenant SET description = 'new'"));
	ck_assert(!is_bereft_by("DELETE FROM subnet"));
	ck_assert(!is_bereft_by("DELETE FROM logical_switch"));
	ck_assert(!is_bereft_by("DELETE FROM aggregate WHERE prefix = '10.2.0.0/16'"));
	ck_assert(!is_bereft_by("DELETE FROM tenant"));
	ck_assert(!is_bereft_by("INSERT INTO aggregate VALUES (1, '10.3.0.0/16')"));
	for (unsigned int i = 0; i < array_size(unlogged); i++) {
		snprintf(sql, sizeof(sql),
			 "DROP TRIGGER %s_delete; DELETE FROM %s;"
			 "UPDATE tenant SET description = 'new'",
			 unlogged[i], unlogged[i]);
		ck_assert_msg(is_bereft_by(sql), "%s", sql);
	}
	ck_assert(is_bereft_by(
		"PRAGMA foreign_keys = OFF; DROP TRIGGER tenant_delete; UPDATE tenant SET description = 'new';"
		"DELETE FROM tenant"));
}
END_TEST

START_TEST(another_database_in_its_place_is_stale)
{
	struct db *db = lib_db("INSERT INTO tenant (id, name) VALUES (1, 'a')");
	struct load *load = NULL;
	struct reason why = {};

	ck_assert_int_eq(db_load_since(db, 5, &load, &why), -ESTALE);
	ck_assert_ptr_null(load);
	db_close(db);
}
END_TEST

START_TEST(a_status_row_is_no_change_of_the_network)
{
	struct db *db = lib_db("INSERT INTO tenant (id, name) VALUES (1, 'a')");
	uint64_t before = 0, after = 0;
	struct reason why = {};

	db_revision(db, &before, &why);
	lib_exec(db, "INSERT INTO node_status VALUES ('n', 1, 1, 0, 'now');"
		     "INSERT INTO tenant_status VALUES ('n', 'a', 'ok', '', 'now')");
	db_revision(db, &after, &why);
	ck_assert_uint_eq(before, after);
	db_close(db);
}
END_TEST

START_TEST(statements_are_prepared_once_and_outlive_a_new_column)
{
	struct db *db = lib_db("INSERT INTO tenant (id, name) VALUES (1, 'a')");
	struct model *model = model_new();
	unsigned int prepared;

	lib_load_all(model, db, NULL);
	lib_exec(db, "UPDATE tenant SET max_routes = 7");
	lib_load_since(model, db, NULL);
	prepared = darr_len(db->prepared);
	ck_assert_uint_gt(prepared, 0);
	ck_assert_uint_eq(model_tenant(model, 1)->max_routes, 7);
	lib_exec(db, "UPDATE tenant SET max_routes = 8");
	lib_load_since(model, db, NULL);
	ck_assert_uint_eq(model_tenant(model, 1)->max_routes, 8);
	lib_exec(db,
		 "ALTER TABLE tenant ADD COLUMN colour TEXT; UPDATE tenant SET max_routes = 9");
	lib_load_since(model, db, NULL);
	ck_assert_uint_eq(model_tenant(model, 1)->max_routes, 9);
	ck_assert_uint_eq(darr_len(db->prepared), prepared);
	model_free(model);
	db_close(db);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("db");
	TCase *tcase = tcase_create("db");

	tcase_set_timeout(tcase, 120);
	tcase_add_loop_test(tcase, what_changed_gives_the_same_as_everything_read_anew, 0,
			    lib_times(20));
	tcase_add_loop_test(tcase, whom_no_change_is_said_to_concern_has_the_plan_it_had, 0,
			    lib_times(getenv("FRR_TENANT_FULL") ? 500 : 8));
	tcase_add_loop_test(tcase, a_bad_row_is_told_in_a_sentence, 0, array_size(bad_rows));
	tcase_add_loop_test(tcase, random_values_in_random_columns_never_crash, 0, lib_times(10));
	tcase_add_test(tcase, a_tenant_with_an_id_that_is_none_does_not_exist);
	tcase_add_test(tcase, a_log_that_was_trimmed_makes_the_reader_read_everything);
	tcase_add_test(tcase, what_goes_and_is_not_in_the_log_is_noticed);
	tcase_add_test(tcase, another_database_in_its_place_is_stale);
	tcase_add_test(tcase, a_status_row_is_no_change_of_the_network);
	tcase_add_test(tcase, statements_are_prepared_once_and_outlive_a_new_column);
	suite_add_tcase(suite, tcase);
	return lib_main(suite);
}

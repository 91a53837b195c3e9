// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Proves that what would withdraw very much at once is held, tenant by tenant,
 * and that nothing else is.
 */
#include <zebra.h>

#include <string.h>

#include "darr.h"

#include "model/hold.h"
#include "model/same.h"
#include "plan/brake.h"

#include "lib.h"

/* acme has 40 prefixes then: web 39, db 1 */
#define FORTY                                                                              \
	"WITH RECURSIVE n(i) AS (VALUES (10) UNION ALL SELECT i + 1 FROM n WHERE i < 47) " \
	"INSERT INTO subnet (id, switch_id, prefix, gateway) "                             \
	"SELECT 100 + i, 1, '10.1.' || i || '.0/24', '10.1.' || i || '.1' FROM n;"
#define FIFTEEN_MORE                                                                       \
	"WITH RECURSIVE n(i) AS (VALUES (20) UNION ALL SELECT i + 1 FROM n WHERE i < 34) " \
	"INSERT INTO tenant (id, name) SELECT i, 't' || i FROM n;"
#define LOSES(lost) "tenant acme would lose " lost " of its 40 prefixes at once; is it meant?"
#define GOES        "tenant acme would go with all of its 40 prefixes; is it meant?"

static struct db *network(const char *sql)
{
	char *story = lib_story_sql("reference");
	struct db *db = lib_db(story);

	free(story);
	lib_exec(db, FORTY);
	lib_exec(db, sql);
	return db;
}

/* Whose part is judged. */
static const char *node = "dlr";

/* What has changed, or all, with the brake; how many it held. */
static size_t take_in(struct model *model, struct db *db, bool full,
		      const struct brake_limits *limits, struct reason *first)
{
	struct reason why = {};
	uint32_t *touched = NULL;
	struct load *load;
	size_t held;

	ck_assert_int_eq(full ? db_load_all(db, &load, &why)
			      : db_load_since(db, model_revision(model), &load, &why),
			 0);
	held = brake_load(model, load, limits, node, "is it meant?", first);
	model_commit(model, load, &touched);
	darr_free(touched);
	return held;
}

/* clang-format off */
static const struct {
	const char *what;
	const char *before, *change;
	const char *said;
	struct brake_limits limits;
} rows[] = {
	{ "ten may always go", "", "DELETE FROM subnet WHERE id BETWEEN 110 AND 119", "", BRAKE_DEFAULTS },
	{ "eleven of forty may not", "", "DELETE FROM subnet WHERE id BETWEEN 110 AND 120", LOSES("11"), BRAKE_DEFAULTS },
	{ "unless so many may", "", "DELETE FROM subnet WHERE id BETWEEN 110 AND 120", "", { 20, 11, 10 } },
	{ "or so large a share", "", "DELETE FROM subnet WHERE id BETWEEN 110 AND 120", "", { 28, 10, 10 } },
	{ "or all", "", "DELETE FROM subnet", "", { 100, 10, 10 } },
	{ "no longer announced", "", "UPDATE subnet SET advertise = 0 WHERE id < 121", LOSES("13"), BRAKE_DEFAULTS },
	{ "a switch for tests now", "", "UPDATE logical_switch SET purpose = 'test' WHERE id = 1", LOSES("39"), BRAKE_DEFAULTS },
	{ "the switch", "", "DELETE FROM logical_switch WHERE id = 1", LOSES("39"), BRAKE_DEFAULTS },
	{ "the tenant", "", "DELETE FROM tenant", GOES, BRAKE_DEFAULTS },
	{ "its only DLR", "", "DELETE FROM attachment WHERE role = 'dlr'", LOSES("40"), BRAKE_DEFAULTS },
	{ "one of two DLRs",
	  "INSERT INTO node VALUES (9, 'dlr2', 1, '10.255.0.19', NULL); INSERT INTO node_role VALUES (9, 'dlr');"
	  "INSERT INTO attachment (tenant_id, node_id, role) VALUES (1, 9, 'dlr')",
	  "DELETE FROM attachment WHERE node_id = 1", "", BRAKE_DEFAULTS },
	{ "the DLR goes where the switch is not", "UPDATE logical_switch SET site_id = 1",
	  "UPDATE node SET site_id = 2 WHERE id = 1", LOSES("40"), BRAKE_DEFAULTS },
	{ "the same prefixes on another switch", "",
	  "UPDATE subnet SET switch_id = 2 WHERE switch_id = 1", "", BRAKE_DEFAULTS },
	{ "others in place of them", "", "UPDATE subnet SET prefix = replace(prefix, '10.1.', '10.99.')", LOSES("40"), BRAKE_DEFAULTS },
	{ "what lies behind a static link", "UPDATE link SET protocol = 'static', peer = '192.168.201.2';"
	  "DELETE FROM subnet; WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 40)"
	  "INSERT INTO link_route SELECT 1, '172.16.' || i || '.0/24' FROM n",
	  "DELETE FROM link_route", LOSES("40"), BRAKE_DEFAULTS },
	{ "more of them", "", "INSERT INTO subnet VALUES (999, 1, '10.1.99.0/24', '10.1.99.1', 1)", "", BRAKE_DEFAULTS },
};
/* clang-format on */

START_TEST(a_change_is_judged)
{
	for (int full = 0; full < 2; full++) {
		struct db *db = network(rows[_i].before);
		struct model *model = model_new();
		struct reason first = {};
		size_t held;

		ck_assert_uint_eq(take_in(model, db, true, &rows[_i].limits, &first), 0);
		lib_exec(db, rows[_i].change);
		held = take_in(model, db, full, &rows[_i].limits, &first);
		ck_assert_msg(!strcmp(first.text, rows[_i].said), "%s: \"%s\" and not \"%s\"",
			      rows[_i].what, first.text, rows[_i].said);
		ck_assert_uint_eq(held, rows[_i].said[0] != '\0');
		model_free(model);
		db_close(db);
	}
}
END_TEST

/* Held against what is in force, not against what was said before. */
START_TEST(held_until_it_is_less)
{
	const struct brake_limits limits = BRAKE_DEFAULTS;
	struct db *db = network(FIFTEEN_MORE);
	struct model *model = model_new();
	struct reason first = {};

	take_in(model, db, true, &limits, &first);
	lib_exec(db, "DELETE FROM subnet WHERE id > 130; DELETE FROM tenant WHERE id = 20;"
		     "UPDATE tenant SET max_routes = 7 WHERE id IN (1, 21)");
	ck_assert_uint_eq(take_in(model, db, false, &limits, &first), 1);
	ck_assert_str_eq(model_tenant(model, 1)->bad->text, LOSES("17"));
	ck_assert_uint_eq(darr_len(model_tenant(model, 1)->switches[0].subnets), 39);
	ck_assert_uint_eq(model_tenant(model, 1)->max_routes, 1000);
	/* the others have moved on */
	ck_assert_ptr_null(model_tenant(model, 20));
	ck_assert_uint_eq(model_tenant(model, 21)->max_routes, 7);
	/* saying it again is not meaning it */
	lib_exec(db, "UPDATE tenant SET max_routes = 8 WHERE id = 1");
	ck_assert_uint_eq(take_in(model, db, false, &limits, &first), 1);
	ck_assert_uint_eq(take_in(model, db, true, &limits, &first), 1);
	/* seven come back: ten are missing */
	lib_exec(db,
		 "WITH RECURSIVE n(i) AS (VALUES (31) UNION ALL SELECT i + 1 FROM n WHERE i < 37) "
		 "INSERT INTO subnet (id, switch_id, prefix, gateway) "
		 "SELECT 100 + i, 1, '10.1.' || i || '.0/24', '10.1.' || i || '.1' FROM n");
	ck_assert_uint_eq(take_in(model, db, false, &limits, &first), 0);
	ck_assert_ptr_null(model_tenant(model, 1)->bad);
	ck_assert_uint_eq(darr_len(model_tenant(model, 1)->switches[0].subnets), 29);
	ck_assert_uint_eq(model_tenant(model, 1)->max_routes, 8);
	model_free(model);
	db_close(db);
}
END_TEST

START_TEST(many_tenants)
{
	const struct brake_limits limits = BRAKE_DEFAULTS;

	for (int full = 0; full < 2; full++) {
		struct db *db = network(FIFTEEN_MORE);
		struct model *model = model_new();
		struct reason first = {};

		take_in(model, db, true, &limits, &first);
		lib_exec(
			db,
			"DELETE FROM tenant WHERE id BETWEEN 20 AND 30; UPDATE tenant SET max_routes = 7 WHERE id = 31");
		ck_assert_uint_eq(take_in(model, db, full, &limits, &first), 11);
		ck_assert_ptr_nonnull(
			strstr(first.text, " would go with 10 others at once; is it meant?"));
		for (uint32_t id = 20; id <= 30; id++)
			ck_assert_ptr_nonnull(model_tenant(model, id)->bad);
		ck_assert_uint_eq(model_tenant(model, 31)->max_routes, 7);
		/* one comes back; ten are no longer many */
		lib_exec(db, "INSERT INTO tenant (id, name) VALUES (20, 't20')");
		ck_assert_uint_eq(take_in(model, db, true, &limits, &first), 0);
		ck_assert_uint_eq(model_tenant_count(model), 6);
		ck_assert_ptr_null(model_tenant(model, 20)->bad);
		model_free(model);
		db_close(db);
	}
}
END_TEST

#define ATTACHED                                             \
	FIFTEEN_MORE                                         \
	"INSERT INTO attachment (tenant_id, node_id, role) " \
	"SELECT id, node_id, role FROM tenant, node_role WHERE id >= 20 AND node_id < 3;"
#define LEAVE(where) "DELETE FROM attachment WHERE tenant_id >= 20 AND " where ";"

/* What a node is to do less of is judged there, or (NULL) for every node. */
static const struct {
	const char *what;
	const char *node, *change;
	size_t held;
	const char *words;
} leaving[] = {
	{ "ten", "dlr", LEAVE("node_id = 1 AND tenant_id < 30"), 0, "" },
	{ "eleven", "dlr", LEAVE("node_id = 1 AND tenant_id < 31"), 11,
	  " would leave node dlr with 10 others at once; " },
	{ "eleven of another node", "dlr", LEAVE("node_id = 2 AND tenant_id < 31"), 0, "" },
	{ "eleven of any", NULL, LEAVE("node_id = 2 AND tenant_id < 31"), 11,
	  " would leave node esg with 10 others at once; " },
	{ "eleven of two", NULL, LEAVE("node_id = 1 + tenant_id % 2 AND tenant_id < 31"), 0, "" },
	{ "some of them are deleted", "dlr",
	  LEAVE("node_id = 1 AND tenant_id < 26") "DELETE FROM tenant WHERE id BETWEEN 26 AND 30;",
	  11, " would leave node dlr with 10 others at once; " },
	{ "one has another one's part", "dlr",
	  LEAVE("node_id = 1 AND tenant_id < 30") "UPDATE tenant SET max_routes = 7 WHERE id = 30;",
	  0, "" },
};

START_TEST(many_leave_a_node)
{
	const struct brake_limits limits = BRAKE_DEFAULTS;

	node = leaving[_i].node;
	for (int full = 0; full < 2; full++) {
		struct db *db = network(ATTACHED);
		struct model *model = model_new();
		struct reason first = {};

		take_in(model, db, true, &limits, NULL);
		lib_exec(db, leaving[_i].change);
		ck_assert_msg(take_in(model, db, full, &limits, &first) == leaving[_i].held,
			      "%s: %s", leaving[_i].what, first.text);
		ck_assert_msg(strstr(first.text, leaving[_i].words), "%s: %s", leaving[_i].what,
			      first.text);
		model_free(model);
		db_close(db);
	}
}
END_TEST

/* One of those that are held does not go by being touched again; one that comes back counts no more. */
START_TEST(held_until_less_leave)
{
	const struct brake_limits limits = BRAKE_DEFAULTS;
	struct db *db = network(ATTACHED);
	struct model *model = model_new();

	node = "dlr";
	take_in(model, db, true, &limits, NULL);
	lib_exec(db, LEAVE("node_id = 1 AND tenant_id < 31"));
	ck_assert_uint_eq(take_in(model, db, false, &limits, NULL), 11);
	lib_exec(db, "UPDATE tenant SET max_routes = 7 WHERE id = 20");
	ck_assert_uint_eq(take_in(model, db, false, &limits, NULL), 1);
	ck_assert_uint_eq(model_tenant(model, 20)->max_routes, 1000);
	lib_exec(db, "DELETE FROM tenant WHERE id = 21");
	ck_assert_uint_eq(take_in(model, db, false, &limits, NULL), 1);
	lib_exec(db, "INSERT INTO attachment (tenant_id, node_id, role) VALUES (20, 1, 'dlr')");
	ck_assert_uint_eq(take_in(model, db, false, &limits, NULL), 0);
	ck_assert_uint_eq(model_tenant(model, 20)->max_routes, 7);
	ck_assert_ptr_null(model_tenant(model, 20)->bad);
	/* ten are no longer many */
	ck_assert_uint_eq(take_in(model, db, true, &limits, NULL), 0);
	ck_assert_ptr_null(model_tenant(model, 21));
	ck_assert_uint_eq(tenant_roles_on(model_tenant(model, 22), 1), 0);
	model_free(model);
	db_close(db);
}
END_TEST

/* Nothing is in force yet at the first load. */
START_TEST(the_first_load)
{
	const struct brake_limits limits = { 0, 0, 0 };
	struct db *db = network("");
	struct model *model = model_new();

	ck_assert_uint_eq(take_in(model, db, true, &limits, NULL), 0);
	model_free(model);
	db_close(db);
}
END_TEST

START_TEST(a_release_is_read)
{
	struct db *db = network("");
	struct model *model = model_new();
	struct reason why = {};
	uint32_t *touched = NULL;
	struct load *load;

	lib_load_all(model, db, &touched);
	darr_free(touched);
	lib_exec(db, "DELETE FROM subnet");
	ck_assert_int_eq(db_load_since(db, model_revision(model), &load, &why), 0);
	ck_assert_uint_lt(load->meant, load->revision);
	load_free(load);
	lib_exec(
		db,
		"INSERT INTO meant SELECT 1, seq + 1 FROM sqlite_sequence WHERE name = 'change_log'");
	ck_assert_int_eq(db_load_since(db, model_revision(model), &load, &why), 0);
	ck_assert_uint_eq(load->meant, load->revision);
	ck_assert(load->full);
	load_free(load);
	model_free(model);
	db_close(db);
}
END_TEST

/* Whose tenants have something in every array. */
static const char *const rich[] = { "overrides", "segments", "static-link", "two-sites" };

START_TEST(what_is_held_is_a_copy_of_all_that_was)
{
	struct model *model = lib_model(rich[_i], NULL);
	struct tenant *old = (struct tenant *)model_tenant(model, 1);
	struct load *load = load_new();

	reason_set(tenant_bad(old), "held");
	load_hold(load, old, "held");
	ck_assert_msg(tenant_is_same(old, load_tenant(load, 1)), "%s", rich[_i]);
	/* and nothing of it is the other's own: both go */
	model_free(model);
	load_free(load);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("brake");
	TCase *tcase = tcase_create("brake");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, a_change_is_judged, 0, array_size(rows));
	tcase_add_test(tcase, held_until_it_is_less);
	tcase_add_test(tcase, many_tenants);
	tcase_add_loop_test(tcase, many_leave_a_node, 0, array_size(leaving));
	tcase_add_test(tcase, held_until_less_leave);
	tcase_add_test(tcase, the_first_load);
	tcase_add_test(tcase, a_release_is_read);
	tcase_add_loop_test(tcase, what_is_held_is_a_copy_of_all_that_was, 0, array_size(rich));
	suite_add_tcase(suite, tcase);
	return lib_main(suite);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Proves whom tenantd holds: of two tenants that cannot stand beside each other the
 * one that has changed, and nobody else.  Rows cannot make two such (validation sees
 * to it), so a planner is made to err: a tenant with 666 routes gets the route target
 * of tenant 1 into its plans, one with 667 exports whatever it holds.
 */
#include <zebra.h>

#include <stdlib.h>
#include <string.h>

#include "darr.h"

#include "daemon/tenantd.h"
#include "plan/plan.h"

#include "lib.h"

struct tenantd tenantd;

static bool errs;

void __real_plan_tenant_unsorted(const struct provider *provider, const struct tenant *tenant,
				 const struct node *node, struct objects *want);
void __wrap_plan_tenant_unsorted(const struct provider *provider, const struct tenant *tenant,
				 const struct node *node, struct objects *want);

void __wrap_plan_tenant_unsorted(const struct provider *provider, const struct tenant *tenant,
				 const struct node *node, struct objects *want)
{
	struct object *obj;

	__real_plan_tenant_unsorted(provider, tenant, node, want);
	if (errs && tenant->max_routes == 667)
		darr_foreach_p (want->list, obj)
			if (obj->kind == OBJ_BGP_EXPORT_MAP)
				obj->kind = OBJ_BGP_LABEL; /* nothing filters the export */
	if (!errs || tenant->max_routes != 666)
		return;
	darr_foreach_p (want->list, obj) {
		if (obj->kind == OBJ_BGP_RT_IMPORT || obj->kind == OBJ_BGP_RT_EXPORT)
			obj->num[1] = 1;
		if (obj->kind == OBJ_RT_LIST)
			obj->num[2] = 1;
	}
}

static struct db *db;
static uint32_t *touched;

static void begin(const char *story)
{
	char *sql = lib_story_sql(story);

	db = lib_db(sql);
	free(sql);
	tenantd.model = model_new();
	lib_load_all(tenantd.model, db, &touched);
	verdict_judge(&touched);
	errs = true;
}

static void change(const char *sql)
{
	darr_reset(touched);
	lib_exec(db, sql);
	lib_load_since(tenantd.model, db, &touched);
	verdict_judge(&touched);
}

static void end(void)
{
	verdict_stop();
	model_free(tenantd.model);
	db_close(db);
	darr_free(touched);
	errs = false;
}

#define ERR(id)  "UPDATE tenant SET max_routes = 666 WHERE id = " #id
#define MEND(id) "UPDATE tenant SET max_routes = 777 WHERE id = " #id
START_TEST(who_changes_is_held_and_the_other_moves_on)
{
	begin("same-space");
	ck_assert(!verdict_of(1) && !verdict_of(2));
	change(ERR(2));
	ck_assert(verdict_of(2) != NULL);
	ck_assert(strstr(verdict_of(2), " would see 10.1.1.0/24 of tenant "));
	ck_assert(!verdict_of(1));
	/* the innocent one changes, and is not held for what the other would do */
	change("INSERT INTO subnet VALUES (77, 1, '10.1.77.0/24', '10.1.77.1', 1)");
	ck_assert(!verdict_of(1));
	ck_assert(verdict_of(2) != NULL);
	end();
}
END_TEST

START_TEST(who_is_mended_is_let_go)
{
	begin("same-space");
	change(ERR(2));
	ck_assert(verdict_of(2) != NULL);
	change(MEND(2));
	ck_assert(!verdict_of(2));
	ck_assert(lib_is_touched(touched, 2));
	end();
}
END_TEST

START_TEST(who_waits_for_another_is_let_go_when_that_one_goes)
{
	begin("same-space");
	change(ERR(2));
	change("DELETE FROM link WHERE tenant_id = 1; DELETE FROM subnet WHERE switch_id < 3;"
	       "DELETE FROM logical_switch WHERE tenant_id = 1;"
	       "DELETE FROM attachment WHERE tenant_id = 1;"
	       "DELETE FROM aggregate WHERE tenant_id = 1; DELETE FROM tenant WHERE id = 1");
	ck_assert(!verdict_of(2));
	ck_assert_msg(lib_is_touched(touched, 2), "the engine must plan it again");
	end();
}
END_TEST

START_TEST(of_two_that_come_at_once_the_older_one_moves_on)
{
	char *sql = lib_story_sql("same-space");

	errs = true;
	db = lib_db(sql);
	free(sql);
	lib_exec(db, ERR(2));
	tenantd.model = model_new();
	lib_load_all(tenantd.model, db, &touched);
	verdict_judge(&touched);
	ck_assert(!verdict_of(1));
	ck_assert(verdict_of(2) != NULL);
	end();
}
END_TEST

/* What is held is in force, and judges those that come. */
START_TEST(who_takes_what_a_held_one_still_has_is_held_too)
{
	begin("same-space");
	/* beta goes to acme's target, acme in the same load to another: both may */
	change("UPDATE tenant SET rt_number = 9 WHERE id = 1;" ERR(2));
	ck_assert_msg(!verdict_of(1) && !verdict_of(2), "%s",
		      verdict_of(2) ? verdict_of(2) : verdict_of(1));
	/* acme wants its old target again, which beta has now */
	change("UPDATE tenant SET rt_number = NULL WHERE id = 1");
	ck_assert(verdict_of(1) != NULL);
	ck_assert(!verdict_of(2));
	end();
}
END_TEST

START_TEST(who_takes_what_one_held_in_the_same_load_has_is_held_too)
{
	begin("same-space");
	/* acme may have target 2 where beta gives it up, and beta does not get that far */
	change("UPDATE tenant SET rt_number = 8, max_routes = 667 WHERE id = 2;"
	       "UPDATE tenant SET rt_number = 2 WHERE id = 1");
	ck_assert(verdict_of(2) && strstr(verdict_of(2), "no route-map filters it"));
	ck_assert(verdict_of(1) && strstr(verdict_of(1), "by route target 65000:2"));
	change(MEND(2));
	ck_assert_msg(!verdict_of(1) && !verdict_of(2), "%s",
		      verdict_of(2) ? verdict_of(2) : verdict_of(1));
	ck_assert(lib_is_touched(touched, 1) && lib_is_touched(touched, 2));
	end();
}
END_TEST

/* To apply thousands of subnets would keep the node from all others for as long. */
START_TEST(who_grows_beyond_its_limit_is_held)
{
	begin("same-space");
	change("UPDATE tenant SET max_routes = 3 WHERE id = 2;"
	       "INSERT INTO subnet SELECT 70 + value, (SELECT min(id) FROM logical_switch WHERE tenant_id = 2),"
	       "'10.1.' || value || '.0/24', '10.1.' || value || '.1', 1"
	       " FROM json_each('[71, 72, 73, 74]')");
	ck_assert(verdict_of(2) && strstr(verdict_of(2), " prefixes, and may have 3; "));
	ck_assert(!verdict_of(1));
	change(MEND(2));
	ck_assert(!verdict_of(2));
	ck_assert(lib_is_touched(touched, 2));
	end();
}
END_TEST

START_TEST(another_provider_judges_all_anew)
{
	begin("same-space");
	change(ERR(2));
	ck_assert(verdict_of(2) != NULL);
	errs = false;
	change("UPDATE provider SET ospf_hello = 2");
	ck_assert(!verdict_of(1) && !verdict_of(2));
	end();
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("verdict");
	TCase *tcase = tcase_create("verdict");

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, who_changes_is_held_and_the_other_moves_on);
	tcase_add_test(tcase, who_is_mended_is_let_go);
	tcase_add_test(tcase, who_waits_for_another_is_let_go_when_that_one_goes);
	tcase_add_test(tcase, of_two_that_come_at_once_the_older_one_moves_on);
	tcase_add_test(tcase, who_takes_what_a_held_one_still_has_is_held_too);
	tcase_add_test(tcase, who_takes_what_one_held_in_the_same_load_has_is_held_too);
	tcase_add_test(tcase, who_grows_beyond_its_limit_is_held);
	tcase_add_test(tcase, another_provider_judges_all_anew);
	suite_add_tcase(suite, tcase);
	return lib_main(suite);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Proves that a place of the engine says of itself what is in place and what
 * should be, whether it keeps the sets or makes them again from the plan:
 * random changes to what is in place, daemons forgotten, plans replaced by
 * newer ones, each compared with sets that are simply kept.
 */
#include <zebra.h>

#include <string.h>

#include "darr.h"
#include "privs.h"

#include "apply/engine_priv.h"
#include "plan/plan.h"

#include "lib.h"

#define ROUNDS 300

/* what the engine's other files need of a daemon; none of it is called here */
struct zebra_privs_t tenantd_privs = {};

static struct engine engine;
static struct model *model;
static const struct node *node;
static struct place *place;

static void set_up(void)
{
	memset(&engine, 0, sizeof(engine));
	place_hash_init(engine.places);
	place_ids_init(engine.tenants);
	place_list_init(engine.dirty);
	failed_list_init(engine.failed);
	news_list_init(engine.news);
	model = lib_model("all-in-one", NULL);
	node = provider_node_by_name(model_provider(model), "box");
	place = place_get(&engine, "acme");
}

static void tear_down(void)
{
	while ((place = place_hash_pop(engine.places)))
		place_free(place);
	failed_list_fini(engine.failed);
	news_list_fini(engine.news);
	place_ids_fini(engine.tenants);
	place_hash_fini(engine.places);
	objects_fini(&engine.scratch);
	objects_fini(&engine.scratch_new);
	model_free(model);
}

static const struct tenant *acme(void)
{
	return model_tenant_by_name(model, "acme");
}

static void assert_set(const struct objects *set, const struct objects *expected)
{
	char *text = lib_objects_text(set), *wanted = lib_objects_text(expected);

	ck_assert_str_eq(text ? text : "", wanted ? wanted : "");
	darr_free(text);
	darr_free(wanted);
}

static void set_plan(void)
{
	place_set_plan(place, model_provider(model), acme(), node);
}

START_TEST(nothing_is_kept_of_what_is_as_planned)
{
	struct objects plan = {};

	plan_tenant(model_provider(model), acme(), node, &plan);
	set_plan();
	ck_assert_uint_eq(place_want_count(place), objects_count(&plan));
	ck_assert_uint_eq(place_have_count(place), 0);
	ck_assert(!place_is_as_wanted(place));
	assert_set(place_have(place), &(struct objects){});
	assert_set(place_want(place), &plan);
	place_let_go(place);
	ck_assert_ptr_null(place->want.list);
	ck_assert_ptr_null(place->have.list);

	place_set_done(place);
	ck_assert(place_is_as_wanted(place));
	ck_assert(place_has_vrf(place));
	ck_assert_ptr_null(place->have.list);
	assert_set(place_have(place), &plan);
	place_want(place);
	place_let_go(place);
	ck_assert_ptr_null(place->have.list);
	ck_assert_uint_eq(place_have_count(place), objects_count(&plan));
	objects_fini(&plan);
}
END_TEST

START_TEST(a_daemon_that_is_away_takes_no_list)
{
	struct objects left = {};

	set_plan();
	place_set_done(place);
	place_forget(place, TARGET_BGPD);
	ck_assert_ptr_null(place->have.list);
	ck_assert(!place_is_as_wanted(place));
	ck_assert(place_has_vrf(place));
	objects_copy(&left, place_want(place), TARGETS_ALL & ~TARGET_BIT(TARGET_BGPD));
	ck_assert_uint_eq(place_have_count(place), objects_count(&left));
	assert_set(place_have(place), &left);
	place_let_go(place);
	ck_assert_ptr_null(place->have.list);
	assert_set(place_have(place), &left);

	place_forget(place, TARGET_KERNEL);
	ck_assert(!place_has_vrf(place));
	objects_fini(&left);
}
END_TEST

START_TEST(what_differs_is_kept)
{
	struct objects *have;
	size_t count;

	set_plan();
	place_set_done(place);
	count = place_have_count(place);
	have = place_have(place);
	have->list[3].altered = true;
	place_want(place);
	place_let_go(place);
	ck_assert_ptr_nonnull(place->have.list);
	ck_assert(place_have(place)->list[3].altered);
	ck_assert(!place_is_as_wanted(place));

	place_have(place)->list[3].altered = false;
	darr_remove(place->have.list, 1);
	place_want(place);
	place_let_go(place);
	ck_assert_uint_eq(place_have_count(place), count - 1);
}
END_TEST

START_TEST(what_is_in_place_outlives_its_plan)
{
	struct db *db = lib_db("");
	struct objects before = {};
	char *story = lib_story_sql("all-in-one");

	set_plan();
	place_set_done(place);
	objects_copy(&before, place_have(place), TARGETS_ALL);
	place_want(place);
	place_let_go(place);

	lib_exec(db, story);
	lib_exec(db, "DELETE FROM logical_switch");
	lib_load_all(model, db, NULL);
	node = provider_node_by_name(model_provider(model), "box");
	set_plan();
	assert_set(place_have(place), &before);
	ck_assert_uint_lt(place_want_count(place), objects_count(&before));
	place_let_go(place);
	assert_set(place_have(place), &before);

	place_set_plan(place, model_provider(model), NULL, node);
	ck_assert_uint_eq(place_want_count(place), 0);
	assert_set(place_have(place), &before);
	assert_set(place_want(place), &(struct objects){});
	objects_fini(&before);
	db_close(db);
	free(story);
}
END_TEST

START_TEST(targets_are_counted_over_all_places)
{
	struct place *other = place_get(&engine, "other");

	ck_assert_uint_eq(engine.needs[TARGET_BGPD], 0);
	set_plan();
	ck_assert_uint_eq(engine.needs[TARGET_BGPD], 1);
	place_set_plan(other, model_provider(model), acme(), node);
	ck_assert_uint_eq(engine.needs[TARGET_BGPD], 2);
	place_set_plan(other, model_provider(model), acme(), node);
	ck_assert_uint_eq(engine.needs[TARGET_BGPD], 2);
	place_set_plan(other, model_provider(model), NULL, node);
	ck_assert_uint_eq(engine.needs[TARGET_BGPD], 1);
}
END_TEST

/* ---- at random, beside a set that is simply kept ---- */

static void drop_one(struct objects *set, unsigned int at)
{
	if (darr_len(set->list))
		darr_remove(set->list, at % darr_len(set->list));
}

static void change_one(struct objects *set, unsigned int at)
{
	if (darr_len(set->list))
		set->list[at % darr_len(set->list)].altered ^= true;
}

static void put_back(struct objects *set, unsigned int at)
{
	const struct objects *want = place_want(place);
	const struct object *obj = &want->list[at % darr_len(want->list)];

	if (!objects_find(set, obj)) {
		*darr_append(set->list) = *obj;
		objects_sort(set);
	}
}

START_TEST(it_says_the_same_as_one_that_keeps_everything)
{
	static void (*const changes[])(struct objects *set, unsigned int at) = {
		drop_one,
		change_one,
		put_back,
		put_back,
	};
	struct objects kept = {};
	unsigned int short_forms = 0;

	lib_seed(1);
	set_plan();
	for (int round = 0; round < ROUNDS; round++) {
		uint32_t what = lib_below(array_size(changes) + 2), at = lib_random();

		if (what < array_size(changes)) {
			changes[what](place_have(place), at);
			changes[what](&kept, at);
		} else if (what == array_size(changes)) {
			place_forget(place, at % TARGET_COUNT);
			objects_keep(&kept, TARGETS_ALL & ~TARGET_BIT(at % TARGET_COUNT));
		} else if (at % 4 == 0) {
			place_set_done(place);
			objects_fini(&kept);
			objects_copy(&kept, place_want(place), TARGETS_ALL);
		}
		place_want(place);
		place_let_go(place);
		short_forms += place->as_planned;
		ck_assert_uint_eq(place_have_count(place), objects_count(&kept));
		assert_set(place_have(place), &kept);
		place_want(place);
		place_let_go(place);
	}
	ck_assert_uint_gt(short_forms, ROUNDS / 20);
	ck_assert_uint_lt(short_forms, ROUNDS);
	objects_fini(&kept);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("place");
	TCase *tcase = tcase_create("all");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, nothing_is_kept_of_what_is_as_planned);
	tcase_add_test(tcase, a_daemon_that_is_away_takes_no_list);
	tcase_add_test(tcase, what_differs_is_kept);
	tcase_add_test(tcase, what_is_in_place_outlives_its_plan);
	tcase_add_test(tcase, targets_are_counted_over_all_places);
	tcase_add_test(tcase, it_says_the_same_as_one_that_keeps_everything);
	suite_add_tcase(suite, tcase);
	return lib_main(suite);
}

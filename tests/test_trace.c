// SPDX-License-Identifier: GPL-2.0-or-later
/* Traces: which subnets are traced, and what becomes of their times. */
#include <zebra.h>

#include "darr.h"

#include "tests/lib.h"
#include "trace/trace.h"

#define ACME 7

static struct trace *trace;
static struct tenant tenant;

static struct ipnet net(const char *text)
{
	struct ipnet net = {};

	ck_assert_msg(ipnet_parse(text, &net) == 0, "%s", text);
	return net;
}

/* The tenant has these subnets, each on a switch of its own. */
static void give(const char *const *prefixes, int64_t written, int64_t noticed)
{
	struct logical_switch *sw;

	darr_foreach_p (tenant.switches, sw)
		darr_free(sw->subnets);
	darr_free(tenant.switches);
	for (; *prefixes; prefixes++) {
		sw = darr_append(tenant.switches);
		*sw = (struct logical_switch){};
		*darr_append(sw->subnets) = (struct subnet){ .prefix = net(*prefixes) };
	}
	trace_tenant(trace, ACME, &tenant, written, noticed);
}

#define GIVE(written, noticed, ...) \
	give((const char *const[]){ __VA_ARGS__, NULL }, written, noticed)

static const struct traced *find(const char *prefix)
{
	struct ipnet key = net(prefix);

	return trace_find(trace, ACME, &key);
}

static bool mark(const char *prefix, enum stage stage, int64_t at)
{
	struct ipnet key = net(prefix);

	return trace_mark(trace, ACME, &key, stage, at);
}

static void setup(void)
{
	trace = trace_new();
	tenant = (struct tenant){ .id = ACME };
}

static void teardown(void)
{
	struct logical_switch *sw;

	darr_foreach_p (tenant.switches, sw)
		darr_free(sw->subnets);
	darr_free(tenant.switches);
	trace_free(trace);
}

START_TEST(a_new_subnet_begins_with_its_commit)
{
	GIVE(1000, 2000, "10.1.1.0/24");
	ck_assert_int_eq(find("10.1.1.0/24")->written, 1000);
	ck_assert_int_eq(find("10.1.1.0/24")->at[STAGE_NOTICED], 2000);
	ck_assert_ptr_null(find("10.1.1.0/25"));
	ck_assert_ptr_null(trace_find(trace, ACME + 1, &find("10.1.1.0/24")->prefix));
}
END_TEST

START_TEST(another_change_of_the_tenant_leaves_its_times_alone)
{
	GIVE(1000, 2000, "10.1.9.0/24");
	mark("10.1.9.0/24", STAGE_TYPE7, 3000);
	GIVE(5000, 6000, "10.1.9.0/24", "10.1.1.0/24");
	ck_assert_int_eq(find("10.1.9.0/24")->written, 1000);
	ck_assert_int_eq(find("10.1.9.0/24")->at[STAGE_TYPE7], 3000);
	ck_assert_int_eq(find("10.1.1.0/24")->written, 5000);
}
END_TEST

START_TEST(a_subnet_that_comes_again_begins_anew)
{
	GIVE(1000, 2000, "10.1.1.0/24", "10.1.2.0/24");
	GIVE(3000, 4000, "10.1.2.0/24");
	ck_assert_ptr_null(find("10.1.1.0/24"));
	ck_assert(!mark("10.1.1.0/24", STAGE_TYPE7, 4500));
	GIVE(5000, 6000, "10.1.2.0/24", "10.1.1.0/24");
	ck_assert_int_eq(find("10.1.1.0/24")->written, 5000);
	trace_tenant(trace, ACME, NULL, 7000, 8000);
	ck_assert_ptr_null(find("10.1.2.0/24"));
}
END_TEST

START_TEST(the_first_passing_counts_until_it_is_withdrawn)
{
	GIVE(1000, 2000, "10.1.1.0/24");
	ck_assert(mark("10.1.1.0/24", STAGE_EXPORTED, 3000));
	ck_assert(!mark("10.1.1.0/24", STAGE_EXPORTED, 4000));
	ck_assert_int_eq(find("10.1.1.0/24")->at[STAGE_EXPORTED], 3000);
	ck_assert(mark("10.1.1.0/24", STAGE_EXPORTED, 0));
	ck_assert(!mark("10.1.1.0/24", STAGE_EXPORTED, 0));
	ck_assert(mark("10.1.1.0/24", STAGE_EXPORTED, 9000));
	ck_assert_int_eq(find("10.1.1.0/24")->at[STAGE_EXPORTED], 9000);
}
END_TEST

START_TEST(a_time_that_is_none_changes_nothing)
{
	GIVE(1000, 2000, "10.1.1.0/24");
	ck_assert(!mark("10.1.1.0/24", STAGE_EXPORTED, INT64_MIN));
	ck_assert_int_eq(find("10.1.1.0/24")->at[STAGE_EXPORTED], 0);
	ck_assert(mark("10.1.1.0/24", STAGE_EXPORTED, INT64_MAX));
}
END_TEST

START_TEST(all_are_planned_at_once_and_old_ones_keep_their_time)
{
	GIVE(1000, 2000, "10.1.1.0/24");
	trace_mark_all(trace, ACME, STAGE_PLANNED, 3000);
	GIVE(5000, 6000, "10.1.1.0/24", "10.1.2.0/24");
	trace_mark_all(trace, ACME, STAGE_PLANNED, 7000);
	ck_assert_int_eq(find("10.1.1.0/24")->at[STAGE_PLANNED], 3000);
	ck_assert_int_eq(find("10.1.2.0/24")->at[STAGE_PLANNED], 7000);
	trace_mark_all(trace, ACME + 1, STAGE_PLANNED, 8000);
}
END_TEST

static void count_told(void *arg, uint32_t tenant_id, const struct traced *traced)
{
	ck_assert_int_eq(tenant_id, ACME);
	ck_assert(traced->written);
	++*(int *)arg;
}

static int told(void)
{
	int count = 0;

	trace_tell(trace, count_told, &count);
	return count;
}

START_TEST(what_changed_is_told_once)
{
	GIVE(1000, 2000, "10.1.1.0/24", "10.1.2.0/24", "10.1.3.0/24");
	mark("10.1.1.0/24", STAGE_TYPE7, 3000);
	mark("10.1.3.0/24", STAGE_TYPE7, 3000);
	ck_assert_int_eq(told(), 2);
	ck_assert_int_eq(told(), 0);
	mark("10.1.1.0/24", STAGE_TYPE5, 4000);
	ck_assert_int_eq(told(), 1);
}
END_TEST

START_TEST(of_subnets_older_than_us_nothing_is_told)
{
	GIVE(0, 0, "10.1.1.0/24");
	ck_assert(mark("10.1.1.0/24", STAGE_TYPE7, 3000));
	ck_assert_int_eq(told(), 0);
}
END_TEST

/* Counts what the subnets themselves say, the slow way. */
static void assert_totals(void)
{
	const struct trace_totals *totals = trace_totals(trace);
	size_t count;
	const struct traced *list = trace_of_tenant(trace, ACME, &count);

	ck_assert_uint_eq(totals->subnets, count);
	for (int stage = 0; stage < STAGE_COUNT; stage++) {
		size_t passed = 0;

		for (size_t i = 0; i < count; i++)
			passed += list[i].at[stage] != 0;
		ck_assert_msg(totals->passed[stage] == passed, "%s", stage_names[stage]);
	}
}

START_TEST(totals_are_those_of_the_subnets)
{
	assert_totals();
	GIVE(1000, 2000, "10.1.1.0/24", "10.1.2.0/24");
	trace_mark_all(trace, ACME, STAGE_PLANNED, 3000);
	mark("10.1.1.0/24", STAGE_TYPE7, 4000);
	assert_totals();
	ck_assert_uint_eq(trace_totals(trace)->passed[STAGE_PLANNED], 2);
	GIVE(5000, 6000, "10.1.1.0/24", "10.1.3.0/24", "10.1.4.0/24");
	mark("10.1.3.0/24", STAGE_TYPE7, 7000);
	assert_totals();
	mark("10.1.1.0/24", STAGE_TYPE7, 0);
	assert_totals();
	ck_assert_uint_eq(trace_totals(trace)->passed[STAGE_TYPE7], 1);
	trace_tenant(trace, ACME, NULL, 8000, 9000);
	assert_totals();
	ck_assert_uint_eq(trace_totals(trace)->subnets, 0);
}
END_TEST

static uint64_t timed(enum stage stage)
{
	uint64_t count = 0;

	for (int i = 0; i <= HISTOGRAM_BOUNDS; i++)
		count += trace_totals(trace)->after[stage].counts[i];
	return count;
}

START_TEST(a_delay_is_counted_once_from_the_commit)
{
	const struct histogram *type7 = &trace_totals(trace)->after[STAGE_TYPE7];

	GIVE(1000, 3000, "10.1.1.0/24");
	ck_assert_uint_eq(timed(STAGE_NOTICED), 1);
	ck_assert_uint_eq(trace_totals(trace)->after[STAGE_NOTICED].sum, 2000);
	mark("10.1.1.0/24", STAGE_TYPE7, 5000);
	ck_assert_uint_eq(type7->counts[2], 1); /* 4 ms: above 2.5, at most 5 */
	/* a flap, and another change of the tenant, say nothing of this commit */
	mark("10.1.1.0/24", STAGE_TYPE7, 0);
	mark("10.1.1.0/24", STAGE_TYPE7, 3600000000);
	GIVE(3700000000, 3700001000, "10.1.1.0/24", "10.1.2.0/24");
	ck_assert_uint_eq(timed(STAGE_TYPE7), 1);
	ck_assert_uint_eq(timed(STAGE_NOTICED), 2);
	ck_assert_uint_eq(type7->sum, 4000);
	/* it goes and comes again: another commit */
	GIVE(3800000000, 3800001000, "10.1.2.0/24");
	GIVE(3900000000, 3900001000, "10.1.1.0/24", "10.1.2.0/24");
	mark("10.1.1.0/24", STAGE_TYPE7, 3999000000);
	ck_assert_uint_eq(type7->counts[HISTOGRAM_BOUNDS], 1); /* 99 s: beyond every bound */
}
END_TEST

START_TEST(no_delay_is_counted_where_nobody_knows_the_commit)
{
	GIVE(0, 0, "10.1.1.0/24");
	mark("10.1.1.0/24", STAGE_TYPE7, 3000);
	ck_assert_uint_eq(timed(STAGE_TYPE7), 0);
	GIVE(5000, 6000, "10.1.1.0/24", "10.1.2.0/24");
	mark("10.1.2.0/24", STAGE_TYPE7, 4000); /* the writer's clock is ahead of ours */
	ck_assert_uint_eq(trace_totals(trace)->after[STAGE_TYPE7].counts[0], 1);
	ck_assert_uint_eq(trace_totals(trace)->after[STAGE_TYPE7].sum, 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("trace");
	TCase *tcase = tcase_create("trace");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_new_subnet_begins_with_its_commit);
	tcase_add_test(tcase, another_change_of_the_tenant_leaves_its_times_alone);
	tcase_add_test(tcase, a_subnet_that_comes_again_begins_anew);
	tcase_add_test(tcase, the_first_passing_counts_until_it_is_withdrawn);
	tcase_add_test(tcase, a_time_that_is_none_changes_nothing);
	tcase_add_test(tcase, all_are_planned_at_once_and_old_ones_keep_their_time);
	tcase_add_test(tcase, what_changed_is_told_once);
	tcase_add_test(tcase, of_subnets_older_than_us_nothing_is_told);
	tcase_add_test(tcase, totals_are_those_of_the_subnets);
	tcase_add_test(tcase, a_delay_is_counted_once_from_the_commit);
	tcase_add_test(tcase, no_delay_is_counted_where_nobody_knows_the_commit);
	suite_add_tcase(suite, tcase);
	return lib_main(suite);
}

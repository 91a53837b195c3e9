// SPDX-License-Identifier: GPL-2.0-or-later
/* Strays: when a suspicion becomes an alarm, what a sweep clears, and how much the log takes. */
#include <zebra.h>

#include <string.h>

#include "stray/stray.h"

#include "tests/lib.h"

#define SECOND INT64_C(1000000)

static struct strays *strays;
static char told[400];

static void setup(void)
{
	strays = strays_new();
	told[0] = '\0';
}

static void teardown(void)
{
	strays_free(strays);
}

static struct stray key_of(uint32_t tenant, enum stray_kind kind, const char *prefix)
{
	struct stray key = { .tenant_id = tenant, .kind = kind, .protocol = 3 };

	ck_assert_int_eq(ipnet_parse(prefix, &key.net), 0);
	return key;
}

static struct stray *see(uint32_t tenant, enum stray_kind kind, const char *prefix, int64_t due)
{
	struct stray key = key_of(tenant, kind, prefix);

	return strays_see(strays, &key, due);
}

static void note(const struct stray *stray)
{
	char text[IPNET_TEXT_SIZE];

	strlcat(told, ipnet_format(&stray->net, text), sizeof(told));
	strlcat(told, ";", sizeof(told));
}

static void raise_it(void *arg, struct stray *stray)
{
	note(stray);
	strays_raise(strays, stray, 1);
}

static void forget_it(void *arg, struct stray *stray)
{
	note(stray);
	strays_forget(strays, stray);
}

static const char *due(int64_t now)
{
	told[0] = '\0';
	strays_due(strays, now, raise_it, NULL);
	return told;
}

START_TEST(a_suspicion_waits_for_its_time)
{
	see(1, STRAY_FOREIGN, "10.1.0.0/16", 3 * SECOND);
	see(1, STRAY_OWNERLESS, "10.2.0.0/16", 2 * SECOND);
	ck_assert_int_eq(strays_next_due(strays), 2 * SECOND);
	ck_assert_str_eq(due(SECOND), "");
	ck_assert_uint_eq(strays_count(strays, STRAY_OWNERLESS), 0);
	ck_assert_str_eq(due(2 * SECOND), "10.2.0.0/16;");
	ck_assert_uint_eq(strays_count(strays, STRAY_OWNERLESS), 1);
	ck_assert_uint_eq(strays_count(strays, STRAY_FOREIGN), 0);
	ck_assert_str_eq(due(9 * SECOND), "10.1.0.0/16;");
	ck_assert_int_eq(strays_next_due(strays), 0);
	ck_assert_str_eq(due(10 * SECOND), "");
}
END_TEST

START_TEST(one_that_goes_in_time_is_none)
{
	strays_forget(strays, see(1, STRAY_FOREIGN, "10.1.0.0/16", SECOND));
	ck_assert_str_eq(due(9 * SECOND), "");
	ck_assert_ptr_null(strays_next(strays, 1, NULL));
}
END_TEST

START_TEST(one_is_there_once)
{
	struct stray *first = see(1, STRAY_OWNERLESS, "10.1.0.0/16", SECOND), other;

	ck_assert_ptr_eq(see(1, STRAY_OWNERLESS, "10.1.0.0/16", 5 * SECOND), first);
	ck_assert_int_eq(strays_next_due(strays), SECOND);
	due(SECOND);
	ck_assert_ptr_eq(see(1, STRAY_OWNERLESS, "10.1.0.0/16", 7 * SECOND), first);
	ck_assert_int_eq(strays_next_due(strays), 0);
	ck_assert_uint_eq(strays_count(strays, STRAY_OWNERLESS), 1);
	other = key_of(1, STRAY_OWNERLESS, "10.1.0.0/16");
	other.metric = 20;
	ck_assert_ptr_null(strays_find(strays, &other));
	ck_assert_ptr_ne(strays_see(strays, &other, 1), first);
}
END_TEST

START_TEST(what_is_put_off_comes_later)
{
	struct stray *stray = see(1, STRAY_UNEXPORTED, "10.1.0.0/16", SECOND);

	strays_put_off(strays, stray, 5 * SECOND);
	ck_assert_str_eq(due(4 * SECOND), "");
	ck_assert_str_eq(due(5 * SECOND), "10.1.0.0/16;");
}
END_TEST

START_TEST(a_sweep_clears_what_it_does_not_see)
{
	see(1, STRAY_OWNERLESS, "10.1.0.0/16", SECOND);
	see(1, STRAY_OWNERLESS, "10.2.0.0/16", SECOND);
	see(1, STRAY_FOREIGN, "10.1.0.0/16", 9 * SECOND);
	see(2, STRAY_OWNERLESS, "10.1.0.0/16", SECOND);
	due(SECOND);
	strays_begin(strays, 1);
	see(1, STRAY_OWNERLESS, "10.2.0.0/16", SECOND);
	told[0] = '\0';
	strays_unseen(strays, 1, forget_it, NULL);
	ck_assert_str_eq(told, "10.1.0.0/16;10.1.0.0/16;");
	ck_assert_uint_eq(strays_count(strays, STRAY_OWNERLESS), 2);
	ck_assert_str_eq(due(99 * SECOND), "");
}
END_TEST

START_TEST(a_tenants_are_found)
{
	see(7, STRAY_UNEXPORTED, "10.3.0.0/16", 1);
	see(7, STRAY_OWNERLESS, "10.4.0.0/16", 1);
	see(9, STRAY_OWNERLESS, "10.5.0.0/16", 1);
	see(7, STRAY_OWNERLESS, "10.1.0.0/16", 1);
	told[0] = '\0';
	for (struct stray *stray = NULL; (stray = strays_next(strays, 7, stray));)
		note(stray);
	ck_assert_str_eq(told, "10.1.0.0/16;10.4.0.0/16;10.3.0.0/16;");
	ck_assert_uint_eq(strays_next_tenant(strays, 0), 7);
	ck_assert_uint_eq(strays_next_tenant(strays, 7), 9);
	ck_assert_uint_eq(strays_next_tenant(strays, 9), 0);
}
END_TEST

START_TEST(there_is_room_for_so_many)
{
	struct stray key = key_of(1, STRAY_OWNERLESS, "10.1.1.1/32"), *last = NULL;

	for (key.metric = 0; key.metric < STRAYS_MOST; key.metric++)
		last = strays_see(strays, &key, SECOND);
	ck_assert_ptr_nonnull(last);
	ck_assert_ptr_null(strays_see(strays, &key, SECOND));
	strays_forget(strays, last);
	ck_assert_ptr_nonnull(strays_see(strays, &key, SECOND));
}
END_TEST

/* In a minute ten are told of, and then how many more there were. */
START_TEST(the_log_is_not_flooded)
{
	int64_t began = 500 * SECOND;
	unsigned int count = 0;

	for (int i = 0; i < 10000; i++)
		count += strays_may_tell(strays, STRAY_OWNERLESS, began + i);
	ck_assert_uint_eq(count, STRAYS_TOLD);
	ck_assert(strays_may_tell(strays, STRAY_FOREIGN, began));
	ck_assert_uint_eq(strays_untold(strays, STRAY_OWNERLESS, began + SECOND), 0);
	ck_assert_uint_eq(strays_untold(strays, STRAY_OWNERLESS, began + STRAYS_TOLD_TIME), 9990);
	ck_assert_uint_eq(strays_untold(strays, STRAY_OWNERLESS, began + STRAYS_TOLD_TIME), 0);
	ck_assert(strays_may_tell(strays, STRAY_OWNERLESS, began + STRAYS_TOLD_TIME));
}
END_TEST

START_TEST(protocols_have_owners)
{
	char text[STRAY_PROTOCOL_SIZE];

	ck_assert(stray_protocol_is_owned(2) && stray_protocol_is_owned(11));
	ck_assert(stray_protocol_is_owned(186) && stray_protocol_is_owned(188));
	ck_assert(stray_protocol_is_owned(198) && stray_protocol_is_owned(247));
	ck_assert(!stray_protocol_is_owned(0) && !stray_protocol_is_owned(3));
	ck_assert(!stray_protocol_is_owned(4) && !stray_protocol_is_owned(16));
	ck_assert(!stray_protocol_is_owned(185) && !stray_protocol_is_owned(199));
	ck_assert_str_eq(stray_protocol_text(186, text), "BGP");
	ck_assert_str_eq(stray_protocol_text(99, text), "protocol 99");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("stray");
	TCase *tcase = tcase_create("stray");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_suspicion_waits_for_its_time);
	tcase_add_test(tcase, one_that_goes_in_time_is_none);
	tcase_add_test(tcase, one_is_there_once);
	tcase_add_test(tcase, what_is_put_off_comes_later);
	tcase_add_test(tcase, a_sweep_clears_what_it_does_not_see);
	tcase_add_test(tcase, a_tenants_are_found);
	tcase_add_test(tcase, there_is_room_for_so_many);
	tcase_add_test(tcase, the_log_is_not_flooded);
	tcase_add_test(tcase, protocols_have_owners);
	suite_add_tcase(suite, tcase);
	return lib_main(suite);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the tests of netconf/ share: a libyang context with modules of tests/netconf, data from
 * XML and back, and chance that can be repeated.
 *
 * Needs only libyang and libcheck, as what it tests.  Whatever goes wrong here fails the test.
 * TEST_SEED=N in the environment repeats a random run.
 */
#ifndef FRR_TENANT_TESTS_LIB_YANG_H
#define FRR_TENANT_TESTS_LIB_YANG_H

#include <check.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libyang/libyang.h>

#define array_size(array) (sizeof(array) / sizeof((array)[0]))

/* modules: names, ended by NULL; all of their features are on */
static inline struct ly_ctx *yang_context(const char *const *modules)
{
	const char *folder = getenv("FRR_YANG") ?: "/usr/share/yang", *all[] = { "*", NULL };
	struct ly_ctx *context;

	ck_assert_int_eq(ly_ctx_new(folder, LY_CTX_DISABLE_SEARCHDIR_CWD, &context), LY_SUCCESS);
	ly_ctx_set_searchdir(context, "/usr/share/yang/modules/libnetconf2");
	ck_assert_int_eq(ly_ctx_set_searchdir(context, TESTS_SRCDIR "/netconf"), LY_SUCCESS);
	for (; *modules; modules++)
		ck_assert_msg(ly_ctx_load_module(context, *modules, NULL, all) != NULL,
			      "%s cannot be loaded: %s", *modules, ly_last_logmsg());
	return context;
}

/* Not validated; options as LYD_PARSE_OPAQ. */
static inline struct lyd_node *yang_parse_loosely(const struct ly_ctx *context, const char *xml,
						  uint32_t options)
{
	struct lyd_node *data = NULL;
	LY_ERR error =
		lyd_parse_data_mem(context, xml, LYD_XML, LYD_PARSE_ONLY | options, 0, &data);

	ck_assert_msg(!error, "%s\n%s", ly_last_logmsg(), xml);
	return data;
}

/* With defaults. */
static inline struct lyd_node *yang_parse(const struct ly_ctx *context, const char *xml)
{
	struct lyd_node *data = NULL;
	LY_ERR error = lyd_parse_data_mem(context, xml, LYD_XML, LYD_PARSE_STRICT,
					  LYD_VALIDATE_PRESENT, &data);

	ck_assert_msg(!error, "%s\n%s", ly_last_logmsg(), xml);
	return data;
}

/* All siblings, indented; to be freed.  options as LYD_PRINT_WD_ALL. */
static inline char *yang_print(const struct lyd_node *data, uint32_t options)
{
	char *text = NULL;

	ck_assert_int_eq(lyd_print_mem(&text, data, LYD_XML, LYD_PRINT_SIBLINGS | options),
			 LY_SUCCESS);
	return text ?: strdup("");
}

/* ---- chance ---- */

static uint64_t yang_random_state;

static inline void yang_seed(uint64_t seed)
{
	const char *given = getenv("TEST_SEED");

	yang_random_state = (given ? strtoull(given, NULL, 10) : seed) * 2 + 1;
}

/* 0 to limit - 1; splitmix64 */
static inline uint32_t yang_below(uint32_t limit)
{
	uint64_t z = yang_random_state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (z ^ (z >> 31)) % limit;
}

/* ---- running ---- */

static inline int yang_main(Suite *suite)
{
	SRunner *runner = srunner_create(suite);
	int failed;

	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Proves what a name may be: everything between the database and a router's
 * command line relies on no other text ever passing for one.
 */
#include <zebra.h>

#include <string.h>

#include "model/names.h"

#include "lib.h"

#define SIXTY "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ01234567"

static const struct {
	const char *what;
	const char *name;
	unsigned int max;
	bool valid;
} names[] = {
	{ "letters", "acme", 63, true },
	{ "one letter", "a", 63, true },
	{ "one digit", "7", 63, true },
	{ "digits first", "4711.web_a-b", 63, true },
	{ "capitals", "ACME", 63, true },
	{ "ends in each of the marks", "a-._", 63, true },
	{ "63 characters", SIXTY "89a", 63, true },
	{ "64 characters", SIXTY "89ab", 63, false },
	{ "as many as asked for", "fifteen-letters", 15, true },
	{ "one more than asked for", "sixteen-letters.", 15, false },
	{ "empty", "", 63, false },
	{ "a newline in it", "acme\nno router bgp", 63, false },
	{ "a newline at the end", "acme\n", 63, false },
	{ "a carriage return", "acme\r", 63, false },
	{ "a blank", "acme corp", 63, false },
	{ "a leading blank", " acme", 63, false },
	{ "a tab", "acme\t", 63, false },
	{ "a double quote", "ac\"me", 63, false },
	{ "a single quote", "ac'me", 63, false },
	{ "a backslash", "ac\\me", 63, false },
	{ "a second shell command", "acme;reboot", 63, false },
	{ "a pipe", "acme|cat", 63, false },
	{ "a question mark", "acme?", 63, false },
	{ "a dollar", "$acme", 63, false },
	{ "a slash", "../acme", 63, false },
	{ "a colon", "acme:1", 63, false },
	{ "a percent", "%s", 63, false },
	{ "an option", "-f", 63, false },
	{ "a leading dot", ".acme", 63, false },
	{ "a leading underscore", "_acme", 63, false },
	{ "only dots", "..", 63, false },
	{ "a comment", "!acme", 63, false },
	{ "unicode in UTF-8", "m\xc3\xbcller", 63, false },
	{ "unicode first",
	  "\xd0\xb0"
	  "cme",
	  63, false },
	{ "an 8 bit letter", "m\xfcller", 63, false },
	{ "a control character", "ac\001me", 63, false },
	{ "delete", "acme\177", 63, false },
};

START_TEST(a_name_is_what_the_table_says)
{
	bool got = name_is_valid(names[_i].name, names[_i].max);

	ck_assert_msg(got == names[_i].valid, "%s: \"%s\" expected %d, got %d", names[_i].what,
		      names[_i].name, names[_i].valid, got);
}
END_TEST

START_TEST(only_letters_digits_and_three_marks_may_stand_in_a_name)
{
	static const char good[] = SIXTY "89.-_";

	for (unsigned int c = 1; c < 256; c++) {
		char inner[] = { 'a', (char)c, '\0' }, first[] = { (char)c, '\0' };
		bool in_set = strchr(good, (int)c) != NULL;
		bool may_begin = in_set && !strchr(".-_", (int)c);

		ck_assert_msg(name_is_valid(inner, 63) == in_set, "character %u within: got %d", c,
			      !in_set);
		ck_assert_msg(name_is_valid(first, 63) == may_begin, "character %u first: got %d",
			      c, !may_begin);
	}
}
END_TEST

static const struct {
	const char *what;
	const char *name;
	bool valid;
} vrfs[] = {
	{ "a tenant", "acme", true },
	{ "15 characters", "fifteen-letters", true },
	{ "16 characters", "sixteen-letters.", false },
	{ "FRR's word for all VRFs", "all", false },
	{ "the same in capitals", "ALL", false },
	{ "any", "any", false },
	{ "the default VRF", "default", false },
	{ "the loopback", "lo", false },
	{ "iproute2's main table", "main", false },
	{ "iproute2's local table", "Local", false },
	{ "iproute2's unspec", "unspec", false },
	{ "begins like a reserved word", "allied", true },
	{ "a bad character", "ac me", false },
	{ "empty", "", false },
};

START_TEST(a_vrf_name_is_what_the_table_says)
{
	bool got = vrf_name_is_valid(vrfs[_i].name);

	ck_assert_msg(got == vrfs[_i].valid, "%s: \"%s\" expected %d, got %d", vrfs[_i].what,
		      vrfs[_i].name, vrfs[_i].valid, got);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("names");
	TCase *tcase = tcase_create("names");

	tcase_add_loop_test(tcase, a_name_is_what_the_table_says, 0, array_size(names));
	tcase_add_test(tcase, only_letters_digits_and_three_marks_may_stand_in_a_name);
	tcase_add_loop_test(tcase, a_vrf_name_is_what_the_table_says, 0, array_size(vrfs));
	suite_add_tcase(suite, tcase);
	return lib_main(suite);
}

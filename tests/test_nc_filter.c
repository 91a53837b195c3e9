// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Proves what subtree filters select: the examples of RFC 6241, section 6.4, made anew for
 * tests/netconf/filter-test.yang, and each rule of section 6.2.  Each filter is read twice: as
 * a tree of its own, and inside of a <get>, as it comes from a client.  And that filters made
 * by chance select only what is there, the same when it is done again, and add up.
 */
#include <stdarg.h>
#include <stdbool.h>

#include "netconf/filter.h"

#include "lib_yang.h"

static struct ly_ctx *context;

static void make_context(void)
{
	static const char *const modules[] = { "filter-test", "filter-more", "ietf-netconf",
					       NULL };

	context = yang_context(modules);
}

static void end_context(void)
{
	ly_ctx_destroy(context);
}

#define F               "xmlns=\"urn:test:filter\""
#define M               "xmlns=\"urn:test:filter-more\""
#define OFFICE(content) "<office " F ">" content "</office>"
#define PEOPLE(content) OFFICE("<people>" content "</people>")
#define ROOMS(content)  OFFICE("<rooms>" content "</rooms>")
#define VISITS(content) "<visits " F ">" content "</visits>"

#define ANN_BADGE       "<badge><number>7</number><color>red</color></badge>"
#define ANN                                                                            \
	"<person><name>ann</name><level>10</level><role xmlns:f=\"urn:test:filter\">"  \
	"f:writer</role><room>r1</room><tag>a</tag><tag>b</tag>" ANN_BADGE "<level " M \
	">3</level></person>"
#define BEN                                                                                     \
	"<person><name>ben</name><level>10</level><room>lobby</room><like>2</like><tag>b</tag>" \
	"<badge><number>8</number></badge></person>"
#define CAT        "<person><name>cat</name><level>2</level><room>lobby</room></person>"
#define CAT_AS_SET "<person><name>cat</name><level>2</level></person>"
#define ROOM1      "<room><floor>-1</floor><number>2</number><seats>4</seats></room>"
#define ROOM2      "<room><floor>1</floor><number>2</number><seats>6</seats></room>"
#define MOTTO      "<motto " F ">go on</motto>"
#define MORE       "<office " M "><slogan>more</slogan></office>"
#define STATE                                                                          \
	VISITS("<visit><who>x</who><when>9</when></visit><visit><who>y</who></visit>"  \
	       "<visit><who>x</who><when>9</when></visit><hour>5</hour><hour>3</hour>" \
	       "<hour>5</hour>")
#define SLOGAN "<slogan>we are open</slogan>"
#define HOUSE_OF(cat)                                                \
	OFFICE("<people>" ANN BEN cat "</people><rooms>" ROOM1 ROOM2 \
	       "</rooms><closed><reason>party</reason></closed><alarm/>" SLOGAN)
#define HOUSE HOUSE_OF(CAT)
#define ALL   HOUSE STATE MOTTO MORE

/* What is filtered: cat's room is a default. */
#define DATA HOUSE_OF(CAT_AS_SET) STATE MOTTO MORE

static const struct {
	const char *what;
	const char *filter;
	const char *selected;
} rows[] = {
	/* 6.4.1 and 6.4.2 */
	{ "an empty filter", "", "" },
	{ "an entire tree", "<office " F "/>", HOUSE },
	{ "an entire tree, one of several", OFFICE("<people/>"), PEOPLE(ANN BEN CAT) },
	{ "an entire tree of state", VISITS(""), STATE },
	{ "nothing inside but space", OFFICE(" \n "), HOUSE },
	/* 6.4.3 */
	{ "all entries", PEOPLE("<person/>"), PEOPLE(ANN BEN CAT) },
	/* 6.4.4 */
	{ "one leaf of all entries", PEOPLE("<person><name/></person>"),
	  PEOPLE("<person><name>ann</name></person><person><name>ben</name></person>"
		 "<person><name>cat</name></person>") },
	{ "one leaf that is not a key comes with the key", PEOPLE("<person><tag/></person>"),
	  PEOPLE("<person><name>ann</name><tag>a</tag><tag>b</tag></person>"
		 "<person><name>ben</name><tag>b</tag></person>") },
	{ "a leaf that is a default", PEOPLE("<person><name>cat</name><room/></person>"),
	  PEOPLE("<person><name>cat</name><room>lobby</room></person>") },
	/* 6.4.5 */
	{ "one entry", PEOPLE("<person><name>ann</name></person>"), PEOPLE(ANN) },
	{ "one entry, with space around its name", PEOPLE("<person><name>\n ann </name></person>"),
	  PEOPLE(ANN) },
	{ "no entry", PEOPLE("<person><name>dan</name></person>"), "" },
	{ "no entry of another case", PEOPLE("<person><name>Ann</name></person>"), "" },
	/* 6.4.6 */
	{ "some leaves of one entry", PEOPLE("<person><name>ann</name><level/><room/></person>"),
	  PEOPLE("<person><name>ann</name><level>10</level><room>r1</room></person>") },
	/* 6.4.7 */
	{ "several parts",
	  PEOPLE("<person><name>ann</name><badge/></person>"
		 "<person><name>ben</name><badge><number/></badge></person>"
		 "<person><name>cat</name><level/></person>"),
	  PEOPLE("<person><name>ann</name>" ANN_BADGE "</person>"
		 "<person><name>ben</name><badge><number>8</number></badge></person>"
		 "<person><name>cat</name><level>2</level></person>") },
	{ "several parts of one entry add up",
	  PEOPLE("<person><name>ann</name><level/></person>"
		 "<person><name>ann</name><badge><color/></badge></person>"
		 "<person><name>ann</name><badge><number>7</number><bogus/></badge></person>"),
	  PEOPLE("<person><name>ann</name><level>10</level>" ANN_BADGE "</person>") },
	{ "the whole and a part is the whole",
	  PEOPLE("<person><name>ann</name><level/></person><person><name>ann</name></person>"),
	  PEOPLE(ANN) },
	{ "the same part from two trees",
	  PEOPLE("<person><name>ann</name><level/></person>")
		  PEOPLE("<person><name>cat</name><level/></person>"),
	  PEOPLE("<person><name>ann</name><level>10</level></person>"
		 "<person><name>cat</name><level>2</level></person>") },
	{ "two trees", OFFICE("<slogan/>") VISITS("<hour/>"),
	  OFFICE(SLOGAN) VISITS("<hour>5</hour><hour>3</hour><hour>5</hour>") },
	/* 6.4.8: an attribute matches always */
	{ "an attribute", OFFICE("<slogan x:language=\"en\" xmlns:x=\"urn:x\"/>"),
	  OFFICE(SLOGAN) },
	/* 6.2.1: namespaces */
	{ "no such namespace", "<office xmlns=\"urn:no\"/>", "" },
	{ "of the other namespace", "<office " M "/>", MORE },
	{ "any namespace", "<office xmlns=\"\"><slogan/></office>",
	  OFFICE(SLOGAN) "<office " M "><slogan>more</slogan></office>" },
	{ "any namespace, and one", "<office xmlns=\"\"><slogan " M "/></office>", MORE },
	{ "a prefix", "<x:office xmlns:x=\"urn:test:filter\"><x:slogan/></x:office>",
	  OFFICE(SLOGAN) },
	{ "an augment's namespace", PEOPLE("<person><level " M "/></person>"),
	  PEOPLE("<person><name>ann</name><level " M ">3</level></person>") },
	{ "an augment's namespace, by value", PEOPLE("<person><level " M ">3</level></person>"),
	  PEOPLE(ANN) },
	{ "not the augment's namespace", PEOPLE("<person><level>3</level></person>"), "" },
	{ "any namespace, by value",
	  "<office xmlns=\"\"><people><person><level>3</level><name/></person></people></office>",
	  PEOPLE("<person><name>ann</name><level " M ">3</level></person>") },
	{ "any namespace below one", "<office " F "><slogan xmlns=\"\"/></office>",
	  OFFICE(SLOGAN) },
	{ "any namespace below the other", "<office " M "><slogan xmlns=\"\"/></office>", MORE },
	{ "any namespace, by a number written otherwise",
	  "<office xmlns=\"\"><people><person><level>010</level><tag>a</tag></person></people>"
	  "</office>",
	  PEOPLE(ANN) },
	{ "any namespace, by a reference's number written otherwise",
	  "<office xmlns=\"\"><people><person><like>+2</like></person></people></office>",
	  PEOPLE(BEN) },
	{ "any namespace, text where a container is",
	  "<office xmlns=\"\"><people>ann</people></office>", "" },
	/* 6.2.3: containment */
	{ "nothing is met below", PEOPLE("<person><bogus/></person>"), "" },
	{ "something that is not there below an entry",
	  PEOPLE("<person><badge><color/></badge></person>"),
	  PEOPLE("<person><name>ann</name><badge><color>red</color></badge></person>") },
	{ "a presence container of which nothing is met", OFFICE("<closed><bogus/></closed>"),
	  "" },
	{ "a leaf is looked into", "<office xmlns=\"\"><slogan><x/></slogan></office>", "" },
	/* 6.2.4: selection */
	{ "a presence container", OFFICE("<closed/>"),
	  OFFICE("<closed><reason>party</reason></closed>") },
	{ "a leaf without a type's value", OFFICE("<alarm/>"), OFFICE("<alarm/>") },
	{ "space is no value", OFFICE("<slogan>  </slogan>"), OFFICE(SLOGAN) },
	{ "entries without keys", VISITS("<visit><when/></visit>"),
	  VISITS("<visit><when>9</when></visit><visit><when>9</when></visit>") },
	{ "what is not there", OFFICE("<bogus/>"), "" },
	/* 6.2.5: content match */
	{ "a number, written otherwise", PEOPLE("<person><name/><level>+010</level></person>"),
	  PEOPLE("<person><name>ann</name><level>10</level></person>"
		 "<person><name>ben</name><level>10</level></person>") },
	{ "what is no number", PEOPLE("<person><level>ten</level></person>"), "" },
	{ "two must match", PEOPLE("<person><level>10</level><room>lobby</room></person>"),
	  PEOPLE(BEN) },
	{ "two must match, one does not",
	  PEOPLE("<person><name>ann</name><level>2</level></person>"), "" },
	{ "two values of one leaf", PEOPLE("<person><name>ann</name><name>ben</name></person>"),
	  "" },
	{ "two values of a leaf-list", PEOPLE("<person><tag>b</tag><tag>a</tag></person>"),
	  PEOPLE(ANN) },
	{ "one value of a leaf-list, and what is selected",
	  PEOPLE("<person><tag>b</tag><level/></person>"),
	  PEOPLE("<person><name>ann</name><level>10</level><tag>b</tag></person>"
		 "<person><name>ben</name><level>10</level><tag>b</tag></person>") },
	{ "what matches is there though nothing else is",
	  PEOPLE("<person><name>cat</name><badge/></person>"),
	  PEOPLE("<person><name>cat</name></person>") },
	{ "no match, and a selection", PEOPLE("<person><level>3</level><name/></person>"), "" },
	{ "a value that is not there, in a container",
	  PEOPLE("<person><badge><number>7</number></badge></person>"),
	  PEOPLE("<person><name>ann</name>" ANN_BADGE "</person>") },
	{ "an identity with a prefix",
	  PEOPLE("<person><role xmlns:q=\"urn:test:filter\">q:writer</role></person>"),
	  PEOPLE(ANN) },
	{ "an identity with a prefix, in any namespace",
	  "<office xmlns=\"\"><people><person><role xmlns:q=\"urn:test:filter\">q:writer</role>"
	  "</person></people></office>",
	  PEOPLE(ANN) },
	{ "an identity with another's prefix",
	  "<office xmlns=\"\"><people><person><role xmlns:q=\"urn:test:filter-more\">q:writer"
	  "</role></person></people></office>",
	  "" },
	{ "another identity",
	  PEOPLE("<person><role xmlns:q=\"urn:test:filter\">q:reader</role></person>"), "" },
	{ "two keys", ROOMS("<room><floor>-1</floor><number>2</number></room>"), ROOMS(ROOM1) },
	{ "one key of two", ROOMS("<room><number>02</number><seats/></room>"),
	  ROOMS(ROOM1 ROOM2) },
	{ "one key of two, one is met", ROOMS("<room><floor>1</floor></room>"), ROOMS(ROOM2) },
	{ "text with space inside", OFFICE("<slogan> we are open\n</slogan><alarm/>"),
	  OFFICE("<alarm/>" SLOGAN) },
	{ "text with other space inside", OFFICE("<slogan>we are  open</slogan>"), "" },
	{ "entries without keys, by value", VISITS("<visit><who>y</who></visit>"),
	  VISITS("<visit><who>y</who></visit>") },
	{ "a leaf at the top", "<motto " F "/>", MOTTO },
	{ "a leaf at the top, by value", "<motto " F ">go on</motto><office " M "/>", MOTTO MORE },
	{ "a leaf at the top, by another value", "<motto " F ">stop</motto><office " M "/>", "" },
	{ "a leaf at the top, only by value", "<motto " F ">go on</motto>", ALL },
};

/* ---- rows ---- */

static char *print_expected(const char *xml)
{
	struct lyd_node *data = yang_parse_loosely(context, xml, LYD_PARSE_STRICT);
	char *text = yang_print(data, LYD_PRINT_WD_ALL);

	lyd_free_siblings(data);
	return text;
}

static void check_row(const char *how, int row, const struct lyd_node *filter)
{
	struct lyd_node *data = yang_parse(context, DATA), *got = NULL;
	char *expected = print_expected(rows[row].selected), *text;

	ck_assert_int_eq(filter_subtree(data, filter, &got), 0);
	text = yang_print(got, LYD_PRINT_WD_ALL);
	ck_assert_msg(!strcmp(expected, text), "%s, %s:\n%s\nexpected\n%s\ngot\n%s",
		      rows[row].what, how, rows[row].filter, expected, text);
	free(expected);
	free(text);
	lyd_free_siblings(got);
	lyd_free_siblings(data);
}

START_TEST(a_filter_selects)
{
	struct lyd_node *filter = yang_parse_loosely(context, rows[_i].filter, LYD_PARSE_OPAQ);

	check_row("parsed as data", _i, filter);
	lyd_free_siblings(filter);
}
END_TEST

START_TEST(a_filter_of_get_selects)
{
	struct lyd_node *envelope = NULL, *get = NULL;
	struct ly_in *in;
	char message[4000];

	snprintf(message, sizeof(message),
		 "<rpc xmlns=\"urn:ietf:params:xml:ns:netconf:base:1.0\" message-id=\"1\"><get>"
		 "<filter type=\"subtree\">%s</filter></get></rpc>",
		 rows[_i].filter);
	ck_assert_int_eq(ly_in_new_memory(message, &in), LY_SUCCESS);
	ck_assert_msg(!lyd_parse_op(context, NULL, in, LYD_XML, LYD_TYPE_RPC_NETCONF,
				    LYD_PARSE_STRICT, &envelope, &get),
		      "%s: %s", message, ly_last_logmsg());
	check_row("inside of <get>", _i, lyd_child_any(lyd_child(get)));
	ly_in_free(in, 0);
	lyd_free_all(get);
	lyd_free_all(envelope);
}
END_TEST

START_TEST(an_opaque_filter_selects_as_one_of_the_schema)
{
	static const char json[] = "{\"filter-test:office\":{\"people\":{\"person\":[{\"level\":"
				   "\"\",\"filter-more:level\":\"3\"}]}}}";
	struct lyd_node *filter = NULL, *data = yang_parse(context, DATA), *got = NULL;
	char *text, *expected = print_expected(PEOPLE("<person><name>ann</name><level>10</level>"
						      "<level " M ">3</level></person>"));

	ck_assert_int_eq(lyd_parse_data_mem(context, json, LYD_JSON,
					    LYD_PARSE_ONLY | LYD_PARSE_OPAQ, 0, &filter),
			 LY_SUCCESS);
	ck_assert_int_eq(filter_subtree(data, filter, &got), 0);
	text = yang_print(got, LYD_PRINT_WD_ALL);
	ck_assert_str_eq(text, expected);
	free(text);
	free(expected);
	lyd_free_siblings(got);
	lyd_free_siblings(data);
	lyd_free_siblings(filter);
}
END_TEST

START_TEST(no_data_is_nothing)
{
	struct lyd_node *filter = yang_parse_loosely(context, OFFICE(""), LYD_PARSE_OPAQ);
	struct lyd_node *got = filter;

	ck_assert_int_eq(filter_subtree(NULL, filter, &got), 0);
	ck_assert_ptr_null(got);
	lyd_free_siblings(filter);
}
END_TEST

static const char *const ways_to_a_default[] = {
	PEOPLE("<person><name/><room/></person>"),
	PEOPLE("<person/>"),
	PEOPLE(""),
};

START_TEST(a_default_stays_one)
{
	struct lyd_node *data = yang_parse(context, DATA), *got = NULL;
	struct lyd_node *filter =
		yang_parse_loosely(context, ways_to_a_default[_i], LYD_PARSE_OPAQ);
	char *text;

	ck_assert_int_eq(filter_subtree(data, filter, &got), 0);
	text = yang_print(got, LYD_PRINT_WD_EXPLICIT);
	ck_assert_ptr_nonnull(strstr(text, "<room>r1</room>"));
	ck_assert_ptr_nonnull(strstr(text, "<room>lobby</room>")); /* as ben has it */
	ck_assert_ptr_null(strstr(strstr(text, "cat"), "<room>"));
	free(text);
	lyd_free_siblings(got);
	lyd_free_siblings(data);
	lyd_free_siblings(filter);
}
END_TEST

/* ---- chance ---- */

struct xml {
	char text[20000];
	size_t len;
};

static void put(struct xml *xml, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void put(struct xml *xml, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	xml->len += vsnprintf(xml->text + xml->len, sizeof(xml->text) - xml->len, fmt, ap);
	va_end(ap);
	ck_assert_uint_lt(xml->len, sizeof(xml->text));
}

static void put_leaf(struct xml *xml, const char *name, int values)
{
	if (yang_below(2))
		put(xml, "<%s>%u</%s>", name, yang_below(values), name);
}

static void random_data(struct xml *xml)
{
	uint32_t people = yang_below(5), rooms = yang_below(4);

	put(xml, "<office " F "><people>");
	for (uint32_t i = 0; i < people; i++) {
		put(xml, "<person><name>%u</name>", i);
		put_leaf(xml, "level", 3);
		put_leaf(xml, "room", 3);
		put_leaf(xml, "tag", 1);
		put(xml, "<tag>%u</tag><badge>", 1 + yang_below(2));
		put_leaf(xml, "number", 2);
		put_leaf(xml, "color", 2);
		put(xml, "</badge></person>");
	}
	put(xml, "</people><rooms>");
	for (uint32_t i = 0; i < rooms; i++) {
		put(xml, "<room><floor>%u</floor><number>%u</number>", i / 2, i % 2);
		put_leaf(xml, "seats", 2);
		put(xml, "</room>");
	}
	put(xml, "</rooms>");
	put_leaf(xml, "slogan", 2);
	put(xml, "</office>");
}

/* A selection or a content match. */
static void random_leaves(struct xml *xml, const char *const *names, int count)
{
	for (int i = 0; i < count; i++)
		switch (yang_below(5)) {
		case 0:
			put(xml, "<%s/>", names[i]);
			break;
		case 1:
			put(xml, "<%s>%u</%s>", names[i], yang_below(2), names[i]);
			break;
		}
}

static void random_filter(struct xml *xml)
{
	static const char *const of_person[] = { "name", "level", "room", "tag" };
	static const char *const of_badge[] = { "number", "color" };
	static const char *const of_room[] = { "floor", "number", "seats" };

	put(xml, "<office %s>", yang_below(4) ? F : "xmlns=\"\"");
	for (uint32_t count = yang_below(yang_below(4) ? 4 : 20); count; count--) {
		put(xml, "<people><person>");
		random_leaves(xml, of_person, array_size(of_person));
		if (yang_below(2)) {
			put(xml, "<badge>");
			random_leaves(xml, of_badge, array_size(of_badge));
			put(xml, "</badge>");
		}
		put(xml, "</person></people>");
	}
	if (yang_below(2)) {
		put(xml, "<rooms><room>");
		random_leaves(xml, of_room, array_size(of_room));
		put(xml, "</room></rooms>");
	}
	if (!yang_below(8))
		put(xml, "<slogan/>");
	put(xml, "</office>");
}

static struct lyd_node *filtered(const struct lyd_node *data, const char *xml)
{
	struct lyd_node *filter = yang_parse_loosely(context, xml, LYD_PARSE_OPAQ), *got = NULL;

	ck_assert_int_eq(filter_subtree(data, filter, &got), 0);
	lyd_free_siblings(filter);
	return got;
}

static void check_same(const char *what, const char *filter, const struct lyd_node *a,
		       const struct lyd_node *b)
{
	char *text_a = yang_print(a, LYD_PRINT_WD_ALL), *text_b = yang_print(b, LYD_PRINT_WD_ALL);

	ck_assert_msg(!strcmp(text_a, text_b), "%s: %s\n%s\nand\n%s", what, filter, text_a,
		      text_b);
	free(text_a);
	free(text_b);
}

static bool is_part_of(const struct lyd_node *part, const struct lyd_node *whole)
{
	const struct lyd_node *node;
	struct lyd_node *same;

	for (node = part; node; node = node->next)
		if (lyd_find_sibling_first(whole, node, &same) ||
		    ((node->schema->nodetype & LYD_NODE_TERM) &&
		     strcmp(lyd_get_value(node), lyd_get_value(same))) ||
		    !is_part_of(lyd_child(node), lyd_child(same)))
			return false;
	return true;
}

static int selected_count, merged_count;

static void check_chance(const struct lyd_node *data)
{
	struct xml one = {}, two = {}, both = {};
	struct lyd_node *first, *second, *again, *sum;

	random_filter(&one);
	random_filter(&two);
	put(&both, "%s%s", one.text, two.text);
	first = filtered(data, one.text);
	second = filtered(data, two.text);
	again = filtered(first, one.text);
	sum = filtered(data, both.text);
	check_same("once and twice", one.text, first, again);
	ck_assert_msg(is_part_of(first, data), "not of the data: %s", one.text);
	selected_count += first != NULL;
	merged_count += first && second;
	ck_assert_int_eq(lyd_merge_siblings(&first, second, LYD_MERGE_DEFAULTS), LY_SUCCESS);
	check_same("one and the other, and both", both.text, first, sum);
	lyd_free_siblings(first);
	lyd_free_siblings(second);
	lyd_free_siblings(again);
	lyd_free_siblings(sum);
}

START_TEST(filters_by_chance)
{
	selected_count = merged_count = 0;
	yang_seed(_i);
	for (int round = 0; round < 40; round++) {
		struct xml xml = {};
		struct lyd_node *data;

		random_data(&xml);
		data = yang_parse(context, xml.text);
		for (int i = 0; i < 10; i++)
			check_chance(data);
		lyd_free_siblings(data);
	}
	ck_assert_int_gt(selected_count, 100);
	ck_assert_int_gt(merged_count, 50);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("nc_filter");
	TCase *tests = tcase_create("subtree filters");

	tcase_add_unchecked_fixture(tests, make_context, end_context);
	tcase_set_timeout(tests, 60);
	tcase_add_loop_test(tests, a_filter_selects, 0, array_size(rows));
	tcase_add_loop_test(tests, a_filter_of_get_selects, 0, array_size(rows));
	tcase_add_test(tests, an_opaque_filter_selects_as_one_of_the_schema);
	tcase_add_test(tests, no_data_is_nothing);
	tcase_add_loop_test(tests, a_default_stays_one, 0, array_size(ways_to_a_default));
	tcase_add_loop_test(tests, filters_by_chance, 0, 5);
	suite_add_tcase(suite, tests);
	return yang_main(suite);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Proves what <edit-config> makes of a configuration: each operation on each kind of node,
 * there or not; places to insert; choices; operations inside of others; and all that may be
 * wrong with an edit.
 */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libyang/libyang.h>

#include "edit_rig.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* ---- rows ---- */

struct row {
	const char *what;
	const char *config;
	enum edit_op op;
	const char *edit;
	const char *expect; /* NULL: it fails */
	enum edit_fault fault;
	const char *path;
	const char *attribute;
	const char *element;
};

#define CK_SAME_TEXT(row, member, got)                                            \
	ck_assert_msg(!(row)->member || ((got) && !strcmp((row)->member, (got))), \
		      "%s: " #member " is %s, and not %s", (row)->what,           \
		      (got) ? (got) : "not set", (row)->member)

static void check_row(const struct row *row)
{
	struct outcome out = edit_texts(row->config, row->edit, row->op);

	if (row->expect) {
		char *want = print_text(row->expect);

		ck_assert_msg(!out.rc && !strcmp(out.text, want),
			      "%s\n config %s\n edit   %s\n gives  %s%s\n wanted %s", row->what,
			      row->config, row->edit, out.text, out.rc ? out.error.message : "",
			      want);
		free(want);
	} else {
		ck_assert_msg(out.rc == -EINVAL && out.error.fault == row->fault,
			      "%s\n config %s\n edit   %s\n gives  %s, fault %d (%s)\n wanted %d",
			      row->what, row->config, row->edit, out.text, out.error.fault,
			      out.rc ? out.error.message : "", row->fault);
		ck_assert_ptr_null(out.result);
		ck_assert_ptr_nonnull(out.error.message);
		ck_assert_ptr_nonnull(out.error.path);
		ck_assert_ptr_nonnull(out.error.element);
		CK_SAME_TEXT(row, path, out.error.path);
		CK_SAME_TEXT(row, attribute, out.error.attribute);
		CK_SAME_TEXT(row, element, out.error.element);
	}
	free_outcome(&out);
}

/* ---- every operation on every kind of node ---- */

#define AROUND "<counted>5</counted><word>w</word>"

/* A node that holds more than one edit of it says; %s is the place of its operation. */
static const struct kind {
	const char *what;
	const char *before; /* what is around it */
	const char *behind;
	const char *there;
	const char *edit;
	const char *merged;   /* of both */
	const char *replaced; /* as the edit, without %s */
	const char *path;
	const char *missing; /* path, if not the same, when nothing says to make it */
} kinds[] = {
	{ "leaf", "<top>", "</top>", "<plain>old</plain>", "<plain%s>new</plain>",
	  "<plain>new</plain>", "<plain>new</plain>", "/edit-test:top/plain" },
	{ "leaf, same value", "<top>", "</top>", "<plain>old</plain>", "<plain%s>old</plain>",
	  "<plain>old</plain>", "<plain>old</plain>", "/edit-test:top/plain" },
	{ "leaf with a default", "<top>", "</top>", "<mtu>9000</mtu>", "<mtu%s>1500</mtu>",
	  "<mtu>1500</mtu>", "<mtu>1500</mtu>", "/edit-test:top/mtu" },
	{ "leaf of type empty", "<top>", "</top>", "<flag/>", "<flag%s/>", "<flag/>", "<flag/>",
	  "/edit-test:top/flag" },
	{ "leaf at the top", "", "", "<single>old</single>", "<single%s>new</single>",
	  "<single>new</single>", "<single>new</single>", "/edit-test:single" },
	{ "container", "<top>", "</top>", "<inner><x>1</x><y>2</y></inner>",
	  "<inner%s><x>3</x></inner>", "<inner><x>3</x><y>2</y></inner>",
	  "<inner><x>3</x></inner>", "/edit-test:top/inner", "/edit-test:top/inner/x" },
	{ "container at the top", "", "", "<top><plain>old</plain><inner><x>1</x></inner></top>",
	  "<top%s><inner><x>2</x></inner></top>",
	  "<top><plain>old</plain><inner><x>2</x></inner></top>",
	  "<top><inner><x>2</x></inner></top>", "/edit-test:top", "/edit-test:top/inner/x" },
	{ "container with presence", "<strong>", "</strong>", "<present><x>1</x></present>",
	  "<present%s></present>", "<present><x>1</x></present>", "<present/>",
	  "/edit-test:strong/present" },
	{ "container with presence at the top", "", "", "<strong><mtu>1</mtu><flag/></strong>",
	  "<strong%s><mtu>2</mtu></strong>", "<strong><mtu>2</mtu><flag/></strong>",
	  "<strong><mtu>2</mtu></strong>", "/edit-test:strong" },
	{ "list", "<top><item><name>z</name></item>", "</top>",
	  "<item><name>a</name><value>1</value><part><id>1</id></part></item>",
	  "<item%s><name>a</name><value>2</value></item>",
	  "<item><name>a</name><value>2</value><part><id>1</id></part></item>",
	  "<item><name>a</name><value>2</value></item>", "/edit-test:top/item[name='a']" },
	{ "list of two keys", "<top><pair><left>a</left><right>2</right></pair>", "</top>",
	  "<pair><left>a</left><right>1</right><value>1</value></pair>",
	  "<pair%s><right>1</right><left>a</left></pair>",
	  "<pair><left>a</left><right>1</right><value>1</value></pair>",
	  "<pair><left>a</left><right>1</right></pair>",
	  "/edit-test:top/pair[left='a'][right='1']" },
	{ "list ordered by the user", "<top><queue><name>z</name></queue>", "</top>",
	  "<queue><name>a</name><value>1</value><step>s</step></queue>",
	  "<queue%s><name>a</name><value>2</value></queue>",
	  "<queue><name>a</name><value>2</value><step>s</step></queue>",
	  "<queue><name>a</name><value>2</value></queue>", "/edit-test:top/queue[name='a']" },
	{ "list at the top", "<entry><name>z</name></entry>", "",
	  "<entry><name>a</name><value>1</value></entry>", "<entry%s><name>a</name></entry>",
	  "<entry><name>a</name><value>1</value></entry>", "<entry><name>a</name></entry>",
	  "/edit-test:entry[name='a']" },
	{ "list in a list", "<top><item><name>a</name><value>9</value>", "</item></top>",
	  "<part><id>1</id><note>old</note><mark>1</mark></part>",
	  "<part%s><id>1</id><mark>1</mark></part>",
	  "<part><id>1</id><note>old</note><mark>1</mark></part>",
	  "<part><id>1</id><mark>1</mark></part>", "/edit-test:top/item[name='a']/part[id='1']" },
	{ "leaf-list", "<top><tag>z</tag>", "</top>", "<tag>a</tag>", "<tag%s>a</tag>",
	  "<tag>a</tag>", "<tag>a</tag>", "/edit-test:top/tag[.='a']" },
	{ "leaf-list with defaults", "<top>", "</top>", "<server>a</server>",
	  "<server%s>a</server>", "<server>a</server>", "<server>a</server>",
	  "/edit-test:top/server[.='a']" },
	{ "leaf-list ordered by the user", "<top><rank>z</rank>", "</top>", "<rank>a</rank>",
	  "<rank%s>a</rank>", "<rank>a</rank>", "<rank>a</rank>", "/edit-test:top/rank[.='a']" },
	{ "leaf-list at the top", "<step>z</step>", "", "<step>a</step>", "<step%s>a</step>",
	  "<step>a</step>", "<step>a</step>", "/edit-test:step[.='a']" },
	{ "leaf-list in a list of a list",
	  "<top><item><name>a</name><part><id>1</id><mark>1</mark>", "</part></item></top>",
	  "<mark>2</mark>", "<mark%s>2</mark>", "<mark>2</mark>", "<mark>2</mark>",
	  "/edit-test:top/item[name='a']/part[id='1']/mark[.='2']" },
	{ "anydata", "<top>", "</top>", "<blob><a xmlns='urn:a'>1</a></blob>",
	  "<blob%s><b xmlns='urn:b'/></blob>", "<blob><b xmlns='urn:b'/></blob>",
	  "<blob><b xmlns='urn:b'/></blob>", "/edit-test:top/blob" },
	{ "leaf of a choice", "<top>", "</top>", "<ship>a</ship>", "<ship%s>b</ship>",
	  "<ship>b</ship>", "<ship>b</ship>", "/edit-test:top/ship" },
};

static const char *const op_names[] = { "merge", "replace", "create", "delete", "remove", "" };

static char *joined(const char *before, const struct kind *kind, const char *node)
{
	char *text;

	ck_assert_int_ge(asprintf(&text, "%s%s%s%s", before, kind->before, node, kind->behind), 0);
	return text;
}

/* What is to be, as its text; or NULL with *fault set. */
static const char *expected_of(const struct kind *kind, enum edit_op op, bool is_there,
			       enum edit_fault *fault)
{
	*fault = is_there ? EDIT_DATA_EXISTS : EDIT_DATA_MISSING;
	switch (op) {
	case EDIT_MERGE:
		return is_there ? kind->merged : kind->replaced;
	case EDIT_REPLACE:
		return kind->replaced;
	case EDIT_CREATE:
		return is_there ? NULL : kind->replaced;
	case EDIT_DELETE:
		return is_there ? "" : NULL;
	case EDIT_REMOVE:
		return "";
	default:
		return is_there ? kind->there : NULL;
	}
}

static void check_kind(const struct kind *kind, enum edit_op op, enum edit_op default_op,
		       bool is_there)
{
	char attribute[40] = "", node[400], what[200], *config, *edit, *expect = NULL;
	struct row row = { .what = what, .op = default_op };
	const char *made = expected_of(kind, op, is_there, &row.fault);

	if (op != EDIT_NONE)
		snprintf(attribute, sizeof(attribute), " nc:operation='%s'", op_names[op]);
	snprintf(what, sizeof(what), "%s: %s (by default %s), %s", kind->what, op_names[op],
		 op_names[default_op], is_there ? "there" : "not there");
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(node, sizeof(node), kind->edit, attribute);
#pragma GCC diagnostic pop
	row.config = config = joined(AROUND, kind, is_there ? kind->there : "");
	row.edit = edit = joined("", kind, node);
	if (made)
		row.expect = expect = joined(AROUND, kind, made);
	row.path = op == EDIT_NONE && kind->missing ? kind->missing : kind->path;
	check_row(&row);
	free(config);
	free(edit);
	free(expect);
}

START_TEST(each_operation)
{
	const struct kind *kind = &kinds[_i];

	for (int is_there = 0; is_there < 2; is_there++) {
		for (enum edit_op op = EDIT_MERGE; op <= EDIT_REMOVE; op++) {
			check_kind(kind, op, EDIT_MERGE, is_there);
			check_kind(kind, op, EDIT_NONE, is_there);
		}
		check_kind(kind, EDIT_NONE, EDIT_NONE, is_there);
	}
}
END_TEST

/* ---- tables ---- */

#define T(...)                 "<top>" __VA_ARGS__ "</top>"
#define OP(name)               " nc:operation='" name "'"
#define Q(...)                 "<queue" __VA_ARGS__ "</queue>"
#define AT(place)              " yang:insert='" place "'"
#define BY(place, name, other) " yang:insert='" place "' yang:" name "=\"" other "\""

/* The queue, and the ranks, a b c of most rows. */
#define QUEUE T(Q("><name>a</name>") Q("><name>b</name><value>1</value>") Q("><name>c</name>"))
#define RANKS T("<rank>a</rank><rank>b</rank><rank>c</rank>")
#define QA    Q("><name>a</name>")
#define QB    Q("><name>b</name><value>1</value>")
#define QC    Q("><name>c</name>")
#define QN    Q("><name>n</name>")

static const struct row inserts[] = {
	{ "no place is the last", QUEUE, EDIT_MERGE, T(QN), T(QA QB QC QN) },
	{ "first", QUEUE, EDIT_MERGE, T(Q(AT("first") "><name>n</name>")), T(QN QA QB QC) },
	{ "first of none", "", EDIT_MERGE, T(Q(AT("first") "><name>n</name>")), T(QN) },
	{ "last", QUEUE, EDIT_MERGE, T(Q(AT("last") "><name>n</name>")), T(QA QB QC QN) },
	{ "before", QUEUE, EDIT_MERGE, T(Q(BY("before", "key", "[name='b']") "><name>n</name>")),
	  T(QA QN QB QC) },
	{ "before the first", QUEUE, EDIT_MERGE,
	  T(Q(BY("before", "key", "[name='a']") "><name>n</name>")), T(QN QA QB QC) },
	{ "after", QUEUE, EDIT_MERGE, T(Q(BY("after", "key", "[name='b']") "><name>n</name>")),
	  T(QA QB QN QC) },
	{ "after the last", QUEUE, EDIT_MERGE,
	  T(Q(BY("after", "key", "[name='c']") "><name>n</name>")), T(QA QB QC QN) },
	{ "created, key with a prefix", QUEUE, EDIT_NONE,
	  T(Q(OP("create") BY("after", "key", "[et:name='a']") "><name>n</name>")),
	  T(QA QN QB QC) },
	{ "one after another of the edit", QUEUE, EDIT_MERGE,
	  T(QN Q(BY("before", "key", "[name='n']") "><name>m</name>")),
	  T(QA QB QC Q("><name>m</name>") QN) },
	{ "one before another of the edit, all of it new", "", EDIT_MERGE,
	  T(QN Q(BY("before", "key", "[name='n']") "><name>m</name>")),
	  T(Q("><name>m</name>") QN) },
	{ "one that is there stays", QUEUE, EDIT_MERGE, T(QA), T(QA QB QC) },
	{ "one that is replaced stays", QUEUE, EDIT_MERGE, T(Q(OP("replace") "><name>b</name>")),
	  T(QA Q("><name>b</name>") QC) },
	{ "moved to the first", QUEUE, EDIT_MERGE, T(Q(AT("first") "><name>b</name>")),
	  T(QB QA QC) },
	{ "moved to the first by none is not", QUEUE, EDIT_NONE,
	  T(Q(AT("first") "><name>b</name>")), T(QA QB QC) },
	{ "the first to the first", QUEUE, EDIT_MERGE, T(Q(AT("first") "><name>a</name>")),
	  T(QA QB QC) },
	{ "moved to the last", QUEUE, EDIT_MERGE, T(Q(AT("last") "><name>a</name>")),
	  T(QB QC QA) },
	{ "moved before", QUEUE, EDIT_MERGE,
	  T(Q(BY("before", "key", "[name='a']") "><name>c</name>")), T(QC QA QB) },
	{ "moved after", QUEUE, EDIT_MERGE,
	  T(Q(BY("after", "key", "[name='c']") "><name>a</name>")), T(QB QC QA) },
	{ "beside itself", QUEUE, EDIT_MERGE,
	  T(Q(BY("after", "key", "[name='b']") "><name>b</name>")), T(QA QB QC) },
	{ "moved and replaced", QUEUE, EDIT_MERGE,
	  T(Q(OP("replace") AT("first") "><name>b</name>")), T(Q("><name>b</name>") QA QC) },
	{ "two keys", T("<row><a>x</a><b>1</b></row><row><a>x</a><b>2</b></row>"), EDIT_MERGE,
	  T("<row" BY("before", "key", "[b='2'][a='x']") "><a>y</a><b>1</b></row>"),
	  T("<row><a>x</a><b>1</b></row><row><a>y</a><b>1</b></row><row><a>x</a><b>2</b></row>") },
	{ "before one that is deleted with it", QUEUE, EDIT_MERGE,
	  T(Q(BY("before", "key", "[name='a']") "><name>n</name>")
		    Q(OP("delete") "><name>a</name>")),
	  NULL, EDIT_MISSING_INSERT },
	{ "before none", QUEUE, EDIT_MERGE,
	  T(Q(BY("before", "key", "[name='x']") "><name>n</name>")), NULL, EDIT_MISSING_INSERT,
	  "/edit-test:top/queue[name='n']", "key", "queue" },
	{ "before itself, not there", QUEUE, EDIT_MERGE,
	  T(Q(BY("before", "key", "[name='n']") "><name>n</name>")), NULL, EDIT_MISSING_INSERT },
	{ "after none, moved", QUEUE, EDIT_MERGE,
	  T(Q(BY("after", "key", "[name='x']") "><name>a</name>")), NULL, EDIT_MISSING_INSERT },
	{ "key of another list", QUEUE, EDIT_MERGE,
	  T(Q(BY("after", "key", "[id='1']") "><name>a</name>")), NULL, EDIT_MISSING_INSERT },
	{ "key lacks one", T("<row><a>x</a><b>1</b></row>"), EDIT_MERGE,
	  T("<row" BY("before", "key", "[a='x']") "><a>y</a><b>1</b></row>"), NULL,
	  EDIT_BAD_ATTRIBUTE, "/edit-test:top/row[a='y'][b='1']", "key", "row" },
	{ "key of a wrong value", T("<row><a>x</a><b>1</b></row>"), EDIT_MERGE,
	  T("<row" BY("before", "key", "[a='x'][b='y']") "><a>y</a><b>1</b></row>"), NULL,
	  EDIT_BAD_ATTRIBUTE },
	{ "no key", QUEUE, EDIT_MERGE, T(Q(AT("after") "><name>a</name>")), NULL,
	  EDIT_MISSING_ATTRIBUTE, "/edit-test:top/queue[name='a']", "key", "queue" },
	{ "value is no key", QUEUE, EDIT_MERGE, T(Q(BY("after", "value", "b") "><name>a</name>")),
	  NULL, EDIT_MISSING_ATTRIBUTE },
	{ "in what has no order", "", EDIT_MERGE, T("<item" AT("first") "><name>a</name></item>"),
	  NULL, EDIT_UNKNOWN_ATTRIBUTE, "/edit-test:top/item[name='a']", "insert", "item" },
	{ "a leaf", "", EDIT_MERGE, T("<plain" AT("first") ">a</plain>"), NULL,
	  EDIT_UNKNOWN_ATTRIBUTE },
	{ "value first", RANKS, EDIT_MERGE, T("<rank" AT("first") ">n</rank>"),
	  T("<rank>n</rank><rank>a</rank><rank>b</rank><rank>c</rank>") },
	{ "value last", RANKS, EDIT_MERGE, T("<rank" AT("last") ">a</rank>"),
	  T("<rank>b</rank><rank>c</rank><rank>a</rank>") },
	{ "value before", RANKS, EDIT_MERGE, T("<rank" BY("before", "value", "b") ">n</rank>"),
	  T("<rank>a</rank><rank>n</rank><rank>b</rank><rank>c</rank>") },
	{ "value moved after", RANKS, EDIT_MERGE, T("<rank" BY("after", "value", "b") ">a</rank>"),
	  T("<rank>b</rank><rank>a</rank><rank>c</rank>") },
	{ "value created after", RANKS, EDIT_NONE,
	  T("<rank" OP("create") BY("after", "value", "a") ">n</rank>"),
	  T("<rank>a</rank><rank>n</rank><rank>b</rank><rank>c</rank>") },
	{ "value before none", RANKS, EDIT_MERGE,
	  T("<rank" BY("before", "value", "x") ">n</rank>"), NULL, EDIT_MISSING_INSERT,
	  "/edit-test:top/rank[.='n']", "value", "rank" },
	{ "value before unsaid", RANKS, EDIT_MERGE, T("<rank" AT("before") ">n</rank>"), NULL,
	  EDIT_MISSING_ATTRIBUTE, "/edit-test:top/rank[.='n']", "value", "rank" },
	{ "value in what has no order", "", EDIT_MERGE, T("<tag" AT("last") ">n</tag>"), NULL,
	  EDIT_UNKNOWN_ATTRIBUTE },
	{ "at the top, to the first", "<step>a</step><step>b</step>", EDIT_MERGE,
	  "<step" AT("first") ">b</step>", "<step>b</step><step>a</step>" },
	{ "at the top, the first of all away",
	  "<turn><name>a</name></turn><turn><name>b</name></turn>", EDIT_MERGE,
	  "<turn" AT("last") "><name>a</name></turn>",
	  "<turn><name>b</name></turn><turn><name>a</name></turn>" },
	{ "at the top, only one to the last", "<turn><name>a</name></turn>", EDIT_MERGE,
	  "<turn" AT("last") "><name>a</name></turn>", "<turn><name>a</name></turn>" },
	{ "at the top, before", "<turn><name>a</name></turn>", EDIT_MERGE,
	  "<turn" BY("before", "key", "[name='a']") "><name>b</name></turn>",
	  "<turn><name>b</name></turn><turn><name>a</name></turn>" },
};

#define SAIL T("<south-a>1</south-a><south-b>2</south-b><ship>s</ship>")

static const struct row choices[] = {
	{ "another case", T("<walk>a</walk><plain>p</plain>"), EDIT_MERGE, T("<horse>b</horse>"),
	  T("<horse>b</horse><plain>p</plain>") },
	{ "the same case", T("<horse>a</horse>"), EDIT_MERGE, T("<stop>b</stop>"),
	  T("<horse>a</horse><stop>b</stop>") },
	{ "all of the other case",
	  T("<horse>a</horse><coach><seats>1</seats></coach><stop>a</stop><stop>b</stop>"),
	  EDIT_MERGE, T("<walk>b</walk>"), T("<walk>b</walk>") },
	{ "by a container", T("<walk>a</walk>"), EDIT_MERGE, T("<coach><seats>1</seats></coach>"),
	  T("<coach><seats>1</seats></coach>") },
	{ "not by an empty container", T("<walk>a</walk>"), EDIT_MERGE, T("<coach/>"),
	  T("<walk>a</walk>") },
	{ "not by removing", T("<walk>a</walk>"), EDIT_MERGE, T("<horse" OP("remove") "/>"),
	  T("<walk>a</walk>") },
	{ "by create", T("<walk>a</walk>"), EDIT_NONE, T("<horse" OP("create") ">b</horse>"),
	  T("<horse>b</horse>") },
	{ "a case inside of a case", SAIL, EDIT_MERGE, T("<north/>"),
	  T("<north/><ship>s</ship>") },
	{ "the case around", SAIL, EDIT_MERGE, T("<walk>a</walk>"), T("<walk>a</walk>") },
	{ "into a case inside", T("<walk>a</walk>"), EDIT_MERGE, T("<south-b>b</south-b>"),
	  T("<south-b>b</south-b>") },
	{ "with a default", T("<room>r</room>"), EDIT_MERGE, T("<walk>a</walk>"),
	  T("<walk>a</walk>") },
	{ "at the top", "<left>a</left>", EDIT_MERGE, "<right><x>1</x></right>",
	  "<right><x>1</x></right>" },
	{ "deleted, and another created", T("<walk>a</walk>"), EDIT_MERGE,
	  T("<walk" OP("delete") ">a</walk><horse>b</horse>"), T("<horse>b</horse>") },
	{ "deleted without value, and one before it created", T("<horse>a</horse>"), EDIT_MERGE,
	  T("<horse" OP("delete") "/><walk>b</walk>"), T("<walk>b</walk>") },
	{ "deleted after what was created before it", T("<stop>a</stop>"), EDIT_MERGE,
	  T("<walk>b</walk><stop" OP("delete") ">a</stop>"), T("<walk>b</walk>") },
	{ "two cases", "", EDIT_MERGE, T("<walk>a</walk><horse>b</horse>"), NULL, EDIT_BAD_ELEMENT,
	  "/edit-test:top/horse", NULL, "horse" },
	{ "two cases, one there", T("<walk>a</walk>"), EDIT_MERGE,
	  T("<walk>a</walk><coach><seats>1</seats></coach>"), NULL, EDIT_BAD_ELEMENT },
	{ "two cases inside", "", EDIT_MERGE, T("<north/><south-a>a</south-a>"), NULL,
	  EDIT_BAD_ELEMENT },
	{ "two cases in a new entry", "", EDIT_REPLACE, "<left>a</left><right><x>1</x></right>",
	  NULL, EDIT_BAD_ELEMENT },
};

#define BOX                                                                               \
	T("<plain>p</plain><number>1</number><tag>t</tag><inner><x>1</x><y>2</y></inner>" \
	  "<item><name>a</name><value>1</value><part><id>1</id></part></item>"            \
	  "<item><name>b</name></item>" QA QB)

#define G(value)       "<tag>" value "</tag>"
#define W(value)       "<word>" value "</word>"
#define WORDS(between) "<entry><name>z</name></entry>" W("a") W("b") between W("f")

static const struct row nested[] = {
	{ "delete in a merge", BOX, EDIT_MERGE,
	  T("<number>2</number><inner><x" OP(
		  "delete") ">9</x></inner>"
			    "<item" OP("delete") "><name>b</name></item>" Q(
				    OP("remove") "><name>a</name>")),
	  T("<plain>p</plain><number>2</number><tag>t</tag><inner><y>2</y></inner>"
	    "<item><name>a</name><value>1</value><part><id>1</id></part></item>" QB) },
	{ "the last of a container", T("<inner><x>1</x></inner>"), EDIT_MERGE,
	  T("<inner><x" OP("delete") "/></inner>"), "" },
	{ "the last of a container with presence", T("<present><x>1</x></present>"), EDIT_MERGE,
	  T("<present><x" OP("delete") "/></present>"), T("<present/>") },
	{ "create in none", BOX, EDIT_NONE,
	  T("<item><name>b</name><part" OP("create") "><id>7</id><note>n</note></part></item>"),
	  T("<plain>p</plain><number>1</number><tag>t</tag><inner><x>1</x><y>2</y></inner>"
	    "<item><name>a</name><value>1</value><part><id>1</id></part></item>"
	    "<item><name>b</name><part><id>7</id><note>n</note></part></item>" QA QB) },
	{ "create in none through containers that are not there", "", EDIT_NONE,
	  T("<inner><x" OP("create") ">1</x></inner>"), T("<inner><x>1</x></inner>") },
	{ "create in none through an entry that is not there", BOX, EDIT_NONE,
	  T("<item><name>c</name><value" OP("create") ">1</value></item>"), NULL,
	  EDIT_DATA_MISSING, "/edit-test:top/item[name='c']", NULL, "item" },
	{ "create in none through presence that is not there", BOX, EDIT_NONE,
	  T("<present><x" OP("create") ">1</x></present>"), NULL, EDIT_DATA_MISSING,
	  "/edit-test:top/present", NULL, "present" },
	{ "replace in a merge", BOX, EDIT_MERGE,
	  T("<item" OP("replace") "><name>a</name></item><inner" OP(
		  "replace") "><x>3</x></inner>"),
	  T("<plain>p</plain><number>1</number><tag>t</tag><inner><x>3</x></inner>"
	    "<item><name>a</name></item><item><name>b</name></item>" QA QB) },
	{ "replace by nothing", BOX, EDIT_MERGE, T("<inner" OP("replace") "/>"),
	  T("<plain>p</plain><number>1</number><tag>t</tag>"
	    "<item><name>a</name><value>1</value><part><id>1</id></part></item>"
	    "<item><name>b</name></item>" QA QB) },
	{ "remove in a replace", BOX, EDIT_MERGE,
	  "<top" OP("replace") "><plain" OP("remove") "/><number>3</number>"
						      "<inner><x" OP(
							      "remove") "/><y>1</y></inner></top>",
	  T("<number>3</number><inner><y>1</y></inner>") },
	{ "delete in a replace is of what was there", BOX, EDIT_MERGE,
	  "<top" OP("replace") "><plain" OP("delete") "/><mtu>1</mtu></top>", T("<mtu>1</mtu>") },
	{ "delete in a replace of nothing", BOX, EDIT_MERGE,
	  "<top" OP("replace") "><mtu" OP("delete") "/></top>", NULL, EDIT_DATA_MISSING },
	{ "create in a replace is of what was not there", BOX, EDIT_MERGE,
	  "<top" OP("replace") "><plain" OP("create") ">q</plain></top>", NULL, EDIT_DATA_EXISTS,
	  "/edit-test:top/plain" },
	{ "merge in a replace keeps", BOX, EDIT_MERGE,
	  "<top" OP("replace") "><inner" OP("merge") "><x>5</x></inner></top>",
	  T("<inner><x>5</x><y>2</y></inner>") },
	{ "order of a replace", QUEUE, EDIT_MERGE,
	  "<top" OP("replace") ">" QC Q("><name>a</name><value>4</value>") QN "</top>",
	  T(QC Q("><name>a</name><value>4</value>") QN) },
	{ "order of a replace of values", RANKS, EDIT_MERGE,
	  "<top" OP("replace") "><rank>c</rank><rank>x</rank><rank>a</rank></top>",
	  T("<rank>c</rank><rank>x</rank><rank>a</rank>") },
	{ "merge in a delete", BOX, EDIT_MERGE,
	  "<top" OP("delete") "><plain" OP("merge") ">q</plain></top>", NULL, EDIT_BAD_ATTRIBUTE,
	  "/edit-test:top/plain", "operation", "plain" },
	{ "merge deep in a remove", "", EDIT_MERGE,
	  "<top" OP("remove") "><inner><x" OP("create") ">1</x></inner></top>", NULL,
	  EDIT_BAD_ATTRIBUTE, "/edit-test:top/inner/x", "operation", "x" },
	{ "anything in a delete", BOX, EDIT_MERGE,
	  "<top" OP("delete") "><plain>zz</plain><number/><mtu/><item><name>c</name></item></top>",
	  "" },
	{ "delete in a delete", BOX, EDIT_MERGE,
	  "<top" OP("delete") "><plain" OP("delete") ">p</plain></top>", "" },
	{ "delete of nothing in a delete", BOX, EDIT_MERGE,
	  "<top" OP("delete") "><mtu" OP("delete") "/></top>", NULL, EDIT_DATA_MISSING,
	  "/edit-test:top/mtu" },
	{ "unknown in a delete", BOX, EDIT_MERGE, "<top" OP("delete") "><bogus/></top>", NULL,
	  EDIT_UNKNOWN_ELEMENT, "/edit-test:top/bogus" },
	{ "create of a part that is there, in an entry that is created", "", EDIT_MERGE,
	  T("<item" OP("create") "><name>a</name><part><id>1</id></part></item>"),
	  T("<item><name>a</name><part><id>1</id></part></item>") },
	{ "first of defaults", "", EDIT_MERGE, T("<server>c</server>"), T("<server>c</server>") },
	{ "create of a default", "", EDIT_MERGE, T("<mtu" OP("create") ">1500</mtu>"),
	  T("<mtu>1500</mtu>") },
	{ "an operation of a key is not looked at", BOX, EDIT_MERGE,
	  T("<item><name" OP("delete") ">b</name><value>3</value></item>"),
	  T("<plain>p</plain><number>1</number><tag>t</tag><inner><x>1</x><y>2</y></inner>"
	    "<item><name>a</name><value>1</value><part><id>1</id></part></item>"
	    "<item><name>b</name><value>3</value></item>" QA QB) },
	{ "sorted in behind other nodes", WORDS(W("c") W("e")), EDIT_MERGE, W("d"),
	  WORDS(W("c") W("d") W("e")) },
	{ "sorted in below a parent", T(G("a") G("b") G("c") G("e") G("f")), EDIT_MERGE, T(G("d")),
	  T(G("a") G("b") G("c") G("d") G("e") G("f")) },
	{ "an empty edit", BOX, EDIT_MERGE, "", BOX },
};

static const struct row wholes[] = {
	{ "all of it", BOX AROUND, EDIT_REPLACE, T("<mtu>1</mtu>") "<single>s</single>",
	  T("<mtu>1</mtu>") "<single>s</single>" },
	{ "by nothing", BOX AROUND, EDIT_REPLACE, "", "" },
	{ "of nothing", "", EDIT_REPLACE, BOX AROUND, BOX AROUND },
	{ "by the same", BOX AROUND, EDIT_REPLACE, BOX AROUND, BOX AROUND },
	{ "order", "<step>a</step><step>b</step>" QUEUE, EDIT_REPLACE,
	  "<step>b</step><step>c</step><step>a</step>" T(QB QN QA),
	  "<step>b</step><step>c</step><step>a</step>" T(QB QN QA) },
	{ "with a delete", BOX "<single>s</single>", EDIT_REPLACE,
	  "<single" OP("delete") "/>" AROUND, AROUND },
	{ "with a create", "<single>s</single>", EDIT_REPLACE,
	  "<single" OP("create") ">t</single>", NULL, EDIT_DATA_EXISTS, "/edit-test:single" },
	{ "another case", "<left>a</left>", EDIT_REPLACE, "<right><x>1</x></right>",
	  "<right><x>1</x></right>" },
	{ "with a fault", BOX, EDIT_REPLACE, T("<number>x</number>"), NULL, EDIT_INVALID_VALUE },
};

static const struct row faults[] = {
	{ "unknown", "", EDIT_MERGE, T("<bogus>1</bogus>"), NULL, EDIT_UNKNOWN_ELEMENT,
	  "/edit-test:top/bogus", NULL, "bogus" },
	{ "unknown at the top", "", EDIT_MERGE, "<bogus/>", NULL, EDIT_UNKNOWN_ELEMENT,
	  "/edit-test:bogus", NULL, "bogus" },
	{ "unknown, removed", "", EDIT_MERGE, T("<bogus" OP("remove") "/>"), NULL,
	  EDIT_UNKNOWN_ELEMENT },
	{ "at a wrong place", "", EDIT_MERGE, T("<single>1</single>"), NULL,
	  EDIT_UNKNOWN_ELEMENT },
	{ "unknown module", "", EDIT_MERGE, "<top xmlns='urn:nobody'/>", NULL,
	  EDIT_UNKNOWN_NAMESPACE, "/top", NULL, "top" },
	{ "unknown module inside", "", EDIT_MERGE, T("<plain xmlns='urn:nobody'>a</plain>"), NULL,
	  EDIT_UNKNOWN_NAMESPACE, "/edit-test:top/plain", NULL, "plain" },
	{ "node of another module", "", EDIT_MERGE, "<nc:edit-config/>", NULL,
	  EDIT_UNKNOWN_ELEMENT },
	{ "state", "", EDIT_MERGE, T("<counter>1</counter>"), NULL, EDIT_UNKNOWN_ELEMENT,
	  "/edit-test:top/counter", NULL, "counter" },
	{ "state, a container", "", EDIT_MERGE, T("<state><up>true</up></state>"), NULL,
	  EDIT_UNKNOWN_ELEMENT, "/edit-test:top/state" },
	{ "state, removed", "", EDIT_MERGE, T("<counter" OP("remove") "/>"), NULL,
	  EDIT_UNKNOWN_ELEMENT },
	{ "rpc", "", EDIT_MERGE, "<act><x>1</x></act>", NULL, EDIT_UNKNOWN_ELEMENT,
	  "/edit-test:act" },
	{ "value", "", EDIT_MERGE, T("<number>300</number>"), NULL, EDIT_INVALID_VALUE,
	  "/edit-test:top/number", NULL, "number" },
	{ "value at the top", "", EDIT_MERGE, "<counted>x</counted>", NULL, EDIT_INVALID_VALUE,
	  "/edit-test:counted" },
	{ "no value", T("<number>1</number>"), EDIT_MERGE, T("<number/>"), NULL,
	  EDIT_INVALID_VALUE },
	{ "no value in none", T("<number>1</number>"), EDIT_NONE, T("<number/>"), NULL,
	  EDIT_INVALID_VALUE },
	{ "wrong value, deleted", T("<number>1</number>"), EDIT_MERGE,
	  T("<number" OP("delete") ">300</number>"), NULL, EDIT_INVALID_VALUE },
	{ "leaf with nodes, deleted", T("<number>1</number>"), EDIT_MERGE,
	  T("<number" OP("delete") "><x/></number>"), NULL, EDIT_BAD_ELEMENT },
	{ "entry of a leaf-list without value, deleted",
	  T("<item><name>a</name><part><id>1</id><mark>1</mark></part></item>"), EDIT_MERGE,
	  T("<item><name>a</name><part><id>1</id><mark" OP("delete") "/></part></item>"), NULL,
	  EDIT_INVALID_VALUE, "/edit-test:top/item[name='a']/part[id='1']/mark" },
	{ "leaf with nodes", "", EDIT_MERGE, T("<plain><x/></plain>"), NULL, EDIT_BAD_ELEMENT,
	  "/edit-test:top/plain" },
	{ "container with text", "", EDIT_MERGE, T("<inner>text</inner>"), NULL, EDIT_BAD_ELEMENT,
	  "/edit-test:top/inner", NULL, "inner" },
	{ "entry without key", "", EDIT_MERGE, T("<item><value>1</value></item>"), NULL,
	  EDIT_MISSING_ELEMENT, "/edit-test:top/item", NULL, "name" },
	{ "entry without the second key", "", EDIT_MERGE, T("<pair><left>a</left></pair>"), NULL,
	  EDIT_MISSING_ELEMENT, "/edit-test:top/pair", NULL, "right" },
	{ "entry with its key twice", "", EDIT_MERGE,
	  T("<item><name>a</name><name>b</name></item>"), NULL, EDIT_BAD_ELEMENT, NULL, NULL,
	  "item" },
	{ "entry without key, deleted", T("<item><name>a</name></item>"), EDIT_MERGE,
	  T("<item" OP("delete") "/>"), NULL, EDIT_MISSING_ELEMENT },
	{ "entry of a wrong key", "", EDIT_MERGE,
	  T("<pair><left>a</left><right>999</right></pair>"), NULL, EDIT_INVALID_VALUE,
	  "/edit-test:top/pair/right", NULL, "right" },
	{ "no operation", T("<number>1</number>"), EDIT_MERGE, T("<number" OP("bogus") "/>"), NULL,
	  EDIT_BAD_ATTRIBUTE, "/edit-test:top/number", "operation", "number" },
	{ "none as operation", T("<number>1</number>"), EDIT_MERGE, T("<number" OP("none") "/>"),
	  NULL, EDIT_BAD_ATTRIBUTE },
	{ "operation of no namespace", T("<number>1</number>"), EDIT_MERGE,
	  T("<number operation='delete'/>"), NULL, EDIT_INVALID_VALUE },
	{ "operation of another namespace", T("<number>1</number>"), EDIT_MERGE,
	  T("<number yang:operation='delete'/>"), NULL, EDIT_INVALID_VALUE },
	{ "operation of another module", T("<plain>a</plain>"), EDIT_MERGE,
	  T("<plain yang:operation='delete'>b</plain>"), T("<plain>b</plain>") },
	{ "leaf twice", "", EDIT_MERGE, T("<plain>a</plain><plain>b</plain>"), NULL,
	  EDIT_BAD_ELEMENT, "/edit-test:top/plain", NULL, "plain" },
	{ "container twice", "", EDIT_MERGE, T("<inner><x>1</x></inner><inner><y>1</y></inner>"),
	  NULL, EDIT_BAD_ELEMENT },
	{ "container twice, and nothing to do for it", BOX, EDIT_NONE,
	  T("<inner><x>1</x></inner><inner><x>1</x></inner>"), NULL, EDIT_BAD_ELEMENT },
	{ "entry twice", BOX, EDIT_MERGE,
	  T("<item><name>a</name></item><item><name>a</name></item>"), NULL, EDIT_BAD_ELEMENT },
	{ "value twice", "", EDIT_MERGE, T("<rank>a</rank><rank>a</rank>"), NULL,
	  EDIT_BAD_ELEMENT },
	{ "nothing of an edit with a fault", BOX, EDIT_MERGE,
	  T("<plain>new</plain><present><x" OP("delete") "/></present>"), NULL, EDIT_DATA_MISSING,
	  "/edit-test:top/present/x" },
};

static const struct row deletes[] = {
	{ "without value", T("<number>1</number>"), EDIT_MERGE, T("<number" OP("delete") "/>"),
	  "" },
	{ "without value at the top", "<counted>1</counted>" T("<flag/>"), EDIT_MERGE,
	  "<counted" OP("delete") "/>", T("<flag/>") },
	{ "without value, of what is not there", "", EDIT_MERGE, T("<number" OP("delete") "/>"),
	  NULL, EDIT_DATA_MISSING, "/edit-test:top/number", NULL, "number" },
	{ "without value, of a default", "", EDIT_MERGE, T("<mtu" OP("delete") "/>"), NULL,
	  EDIT_DATA_MISSING, "/edit-test:top/mtu" },
	{ "removed without value, not there", T("<flag/>"), EDIT_MERGE,
	  T("<number" OP("remove") "/>"), T("<flag/>") },
	{ "removed without value", T("<number>1</number>"), EDIT_NONE,
	  T("<number" OP("remove") "/>"), "" },
	{ "of another value", T("<mtu>9000</mtu>"), EDIT_MERGE, T("<mtu" OP("delete") ">1</mtu>"),
	  "" },
	{ "of another value of a leaf-list", T("<tag>a</tag>"), EDIT_MERGE,
	  T("<tag" OP("delete") ">b</tag>"), NULL, EDIT_DATA_MISSING,
	  "/edit-test:top/tag[.='b']" },
	{ "all there is", "<single>a</single>", EDIT_MERGE, "<single" OP("delete") "/>", "" },
	{ "the first of all", "<single>a</single>" AROUND, EDIT_MERGE, "<single" OP("delete") "/>",
	  AROUND },
	{ "twice", T("<tag>a</tag>"), EDIT_MERGE,
	  T("<tag" OP("delete") ">a</tag><tag" OP("delete") ">a</tag>"), NULL, EDIT_DATA_MISSING },
};

#define TABLE_TEST(table)              \
	START_TEST(rows_of_##table)    \
	{                              \
		check_row(&table[_i]); \
	}                              \
	END_TEST

TABLE_TEST(inserts)
TABLE_TEST(choices)
TABLE_TEST(nested)
TABLE_TEST(wholes)
TABLE_TEST(faults)
TABLE_TEST(deletes)

/* ---- names ---- */

START_TEST(names)
{
	enum edit_op op = EDIT_CREATE;

	for (enum edit_op i = EDIT_MERGE; i <= EDIT_REMOVE; i++) {
		ck_assert(edit_op_from_name(op_names[i], &op));
		ck_assert_int_eq(op, i);
	}
	ck_assert(edit_op_from_name("none", &op));
	ck_assert_int_eq(op, EDIT_NONE);
	op = EDIT_CREATE;
	ck_assert(!edit_op_from_name("", &op));
	ck_assert(!edit_op_from_name("Merge", &op));
	ck_assert_int_eq(op, EDIT_CREATE);
	for (enum edit_fault i = EDIT_OK; i < EDIT_FAULT_COUNT; i++)
		ck_assert_ptr_nonnull(edit_fault_tag(i));
	ck_assert_str_eq(edit_fault_tag(EDIT_DATA_EXISTS), "data-exists");
	ck_assert_str_eq(edit_fault_tag(EDIT_MISSING_INSERT), "bad-attribute");
	ck_assert_str_eq(edit_fault_app_tag(EDIT_MISSING_INSERT), "missing-instance");
	ck_assert_ptr_null(edit_fault_app_tag(EDIT_BAD_ATTRIBUTE));
}
END_TEST

START_TEST(name_of_the_namespace)
{
	struct outcome out = edit_texts("", "<top xmlns='urn:nobody'/>", EDIT_MERGE);

	ck_assert_str_eq(out.error.name_space, "urn:nobody");
	edit_error_clear(&out.error);
	edit_error_clear(&out.error);
	free_outcome(&out);
}
END_TEST

/* What a configuration was made of may have left its marks on it. */
START_TEST(config_with_metadata)
{
	struct lyd_node *config =
		read_config("<single" OP("merge") ">a</single>"
						  "<turn" AT("first") "><name>a</name></turn>",
			    false);
	char *want = print_text("<single>a</single><turn><name>a</name></turn>");
	struct outcome out = make_edit(config, NULL, EDIT_MERGE);

	ck_assert_str_eq(out.text, want);
	free_outcome(&out);
	free(want);
	lyd_free_all(config);
}
END_TEST

/* A tree that was validated has its defaults, which are nothing to be said. */
START_TEST(edit_with_defaults)
{
	struct lyd_node *config = read_config(T("<mtu>9000</mtu><plain>a</plain>"), false);
	struct lyd_node *edit = read_config(T("<plain>b</plain>"), true);
	char *want = print_text(T("<mtu>9000</mtu><plain>b</plain>"));
	struct outcome out = make_edit(config, edit, EDIT_MERGE);

	ck_assert_str_eq(out.text, want);
	free_outcome(&out);
	free(want);
	lyd_free_all(config);
	lyd_free_all(edit);
}
END_TEST

static void add_table(Suite *suite, const char *name, const TTest *test, int count)
{
	TCase *tc = tcase_create(name);

	tcase_add_unchecked_fixture(tc, edit_rig_begin, edit_rig_end);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, test, 0, count);
	suite_add_tcase(suite, tc);
}

int main(void)
{
	Suite *suite = suite_create("nc_edit");
	SRunner *runner = srunner_create(suite);
	int failed;

	add_table(suite, "each operation", each_operation, COUNT_OF(kinds));
	add_table(suite, "inserts", rows_of_inserts, COUNT_OF(inserts));
	add_table(suite, "choices", rows_of_choices, COUNT_OF(choices));
	add_table(suite, "nested", rows_of_nested, COUNT_OF(nested));
	add_table(suite, "wholes", rows_of_wholes, COUNT_OF(wholes));
	add_table(suite, "faults", rows_of_faults, COUNT_OF(faults));
	add_table(suite, "deletes", rows_of_deletes, COUNT_OF(deletes));
	add_table(suite, "names", names, 1);
	add_table(suite, "name of the namespace", name_of_the_namespace, 1);
	add_table(suite, "config with metadata", config_with_metadata, 1);
	add_table(suite, "edit with defaults", edit_with_defaults, 1);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Proves the command lines of tenant configuration: every node of the YANG module
 * that can be configured has one line and no line is about anything else, so that
 * show running-config loses nothing; each word has a help; values are judged.
 */
#include <zebra.h>

#include <stdlib.h>
#include <string.h>

#include <libyang/libyang.h>

#include "frr-plugin/tenant_lines.h"

#include "lib.h"

/* ---- the table and the schema ---- */

static unsigned int nodes_found, nodes_without;

static LY_ERR look(struct lysc_node *node, void *arg, ly_bool *skip)
{
	char path[300];
	const struct tenant_line *line;

	if (node->nodetype & (LYS_RPC | LYS_NOTIF) || !(node->flags & LYS_CONFIG_W)) {
		*skip = true;
		return LY_SUCCESS;
	}
	if (!(node->nodetype & (LYS_LIST | LYS_LEAF | LYS_LEAFLIST)) || lysc_is_key(node))
		return LY_SUCCESS;
	lysc_path(node, LYSC_PATH_DATA, path, sizeof(path));
	line = tenant_line_find(path + strlen("/frr-tenant:tenant-network/"));
	if (line)
		nodes_found++;
	if (line && line->kind != (node->nodetype == LYS_LIST       ? LINE_ENTRY
				   : node->nodetype == LYS_LEAFLIST ? LINE_LIST
								    : LINE_LEAF)) {
		printf("%s: the line is of another kind\n", path);
		nodes_without++;
	}
	/* a leaf that its list's line has already */
	if (line || (node->flags & LYS_MAND_TRUE))
		return LY_SUCCESS;
	printf("%s has no line\n", path);
	nodes_without++;
	return LY_SUCCESS;
}

START_TEST(each_node_has_a_line)
{
	char *yang = lib_read_file(lib_source_path("../yang/frr-tenant.yang"));
	struct lys_module *module;
	struct ly_ctx *context;

	ck_assert_int_eq(ly_ctx_new("/usr/share/yang", 0, &context), LY_SUCCESS);
	ck_assert_int_eq(lys_parse_mem(context, yang, LYS_IN_YANG, &module), LY_SUCCESS);
	lysc_module_dfs_full(module, look, NULL);
	ck_assert_uint_eq(nodes_without, 0);
	ck_assert_uint_eq(nodes_found, tenant_lines_count);
	ly_ctx_destroy(context);
	free(yang);
}
END_TEST

START_TEST(each_word_has_a_help)
{
	const struct tenant_line *line = &tenant_lines[_i];

	for (int form = LINE_SET; form <= LINE_NO_SHORT; form++) {
		char *grammar, *help;
		unsigned int words = 0, helps = 0;

		if (!tenant_line_has_form(line, form))
			continue;
		grammar = tenant_line_grammar(line, form);
		help = tenant_line_help(line, form);
		/* a choice has a help for each of its words */
		for (const char *at = grammar; *at; at++)
			words += at == grammar || at[-1] == ' ' || *at == '|';
		for (const char *at = help; *at; at++)
			helps += *at == '\n';
		ck_assert_msg(words == helps, "%s: %u words, %u helps:\n%s", grammar, words, helps,
			      help);
		free(grammar);
		free(help);
	}
}
END_TEST

static const struct {
	const char *path;
	enum line_form form;
	const char *grammar;
} grammars[] = {
	{ "tenants/tenant", LINE_SET, "tenant TENANT" },
	{ "tenants/tenant", LINE_NO, "no tenant TENANT" },
	{ "tenants/tenant/vrf", LINE_NO, "no tenant TENANT vrf [VRF]" },
	{ "tenants/tenant/aggregate", LINE_NO, "no tenant TENANT aggregate PREFIX" },
	{ "tenants/tenant/description", LINE_NO, "no tenant TENANT description LINE..." },
	{ "tenants/tenant/description", LINE_NO_SHORT, "no tenant TENANT description" },
	{ "tenants/tenant/switch/subnet", LINE_NO,
	  "no tenant TENANT switch SWITCH subnet PREFIX" },
	{ "tenants/tenant/switch/subnet/gateway", LINE_NO,
	  "no tenant TENANT switch SWITCH subnet PREFIX gateway [ADDRESS]" },
	{ "wires/wire/port", LINE_NO,
	  "no tenant-network wire WIRE port NODE [interface TRUNK slot (1-254)]" },
	{ "leaks/leak", LINE_NO, "no tenant-network leak from TENANT to TENANT prefix PREFIX" },
};

START_TEST(no_needs_no_more_than_it_must)
{
	char *grammar =
		tenant_line_grammar(tenant_line_find(grammars[_i].path), grammars[_i].form);

	ck_assert_str_eq(grammar, grammars[_i].grammar);
	free(grammar);
}
END_TEST

/* ---- values ---- */

static const struct {
	const char *word;
	const char *text;
	const char *words; /* of the sentence; NULL: it is good */
} values[] = {
	{ "TENANT", "acme", NULL },
	{ "TENANT", "n", NULL },
	{ "TENANT", "-acme", "is no name" },
	{ "TENANT", "ac'me", "is no name" },
	{ "VRF", "fifteen-letters", NULL },
	{ "VRF", "sixteen-letters-", "at most 15" },
	{ "TRUNK", "eth0.5", "is no name of a trunk" },
	{ "TRUNK", "eth0", NULL },
	{ "PREFIX", "10.1.1.0/24", NULL },
	{ "PREFIX", "2001:db8::/64", NULL },
	{ "PREFIX", "10.1.1.1/24", "is no network" },
	{ "PREFIX", "10.1.1.0", "is no network" },
	{ "ADDRESS", "10.1.1.1", NULL },
	{ "ADDRESS", "10.1.1.1/24", "is no address" },
	{ "ADDRESS", "10.1.1.256", "is no address" },
	{ "INTERFACE-ADDRESS", "192.168.201.1/30", NULL },
	{ "INTERFACE-ADDRESS", "192.168.201.0/30", "is no address of a router" },
	{ "PATH", "/var/lib/x.db", NULL },
	{ "PATH", "x.db", "is no absolute path" },
	{ "KEY", "12345678", NULL },
	{ "KEY", "1234567", "That is no key" },
	{ "(1-4094)", "7", NULL },
};

START_TEST(a_value_is_judged)
{
	const char *said = tenant_line_check(values[_i].word, values[_i].text);

	if (!values[_i].words)
		ck_assert_msg(!said, "%s %s: %s", values[_i].word, values[_i].text, said);
	else
		ck_assert_msg(said && strstr(said, values[_i].words), "%s %s: %s", values[_i].word,
			      values[_i].text, said ? said : "good");
}
END_TEST

START_TEST(values_are_judged_together)
{
	struct line_values subnet = {
		.names = { "tenant", "switch", "subnet", "gateway" },
		.texts = { "acme", "web", "10.1.1.0/24", "10.1.1.1" },
		.count = 4,
	};
	struct line_values leak = {
		.names = { "from", "to", "prefix" },
		.texts = { "acme", "globex", "10.0.0.0/8" },
		.count = 3,
	};

	ck_assert_ptr_null(tenant_line_check_together(&subnet));
	subnet.texts[3] = "10.1.2.1";
	ck_assert_ptr_nonnull(strstr(tenant_line_check_together(&subnet),
				     "10.1.2.1 is not in subnet 10.1.1.0/24"));
	subnet.texts[3] = "2001:db8::1";
	ck_assert_ptr_nonnull(tenant_line_check_together(&subnet));
	ck_assert_ptr_null(tenant_line_check_together(&leak));
	leak.texts[1] = "acme";
	ck_assert_ptr_nonnull(tenant_line_check_together(&leak));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("lines");
	TCase *table = tcase_create("the table"), *judged = tcase_create("values");

	tcase_add_test(table, each_node_has_a_line);
	tcase_add_loop_test(table, each_word_has_a_help, 0, (int)tenant_lines_count);
	tcase_add_loop_test(table, no_needs_no_more_than_it_must, 0, array_size(grammars));
	tcase_add_loop_test(judged, a_value_is_judged, 0, array_size(values));
	tcase_add_test(judged, values_are_judged_together);
	suite_add_tcase(suite, table);
	suite_add_tcase(suite, judged);
	return lib_main(suite);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Trees for the tests of edits, and edits that are watched. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libyang/libyang.h>

#include "edit_parted.h"
#include "edit_rig.h"

/* ---- trees ---- */

static struct ly_ctx *context;

void edit_rig_begin(void)
{
	const char *folder = getenv("FRR_YANG");

	ly_log_options(LY_LOSTORE_LAST);
	ck_assert_int_eq(ly_ctx_new(folder ? folder : "/usr/share/yang",
				    LY_CTX_DISABLE_SEARCHDIR_CWD, &context),
			 LY_SUCCESS);
	ly_ctx_set_searchdir(context, "/usr/share/yang/modules/libnetconf2");
	ck_assert_ptr_nonnull(ly_ctx_load_module(context, "ietf-netconf", NULL,
						 (const char *[]){ "writable-running", NULL }));
	ck_assert_int_eq(lys_parse_path(context, TESTS_SRCDIR "/netconf/edit-test.yang",
					LYS_IN_YANG, NULL),
			 LY_SUCCESS);
}

void edit_rig_end(void)
{
	ly_ctx_destroy(context);
}

struct document read_document(const char *text)
{
	static const char form[] =
		"<nc:rpc xmlns:nc='urn:ietf:params:xml:ns:netconf:base:1.0' nc:message-id='1'>"
		"<nc:edit-config><nc:target><nc:running/></nc:target>"
		"<nc:config xmlns='urn:frr-tenant:edit-test' xmlns:et='urn:frr-tenant:edit-test' "
		"xmlns:yang='urn:ietf:params:xml:ns:yang:1'>%s</nc:config>"
		"</nc:edit-config></nc:rpc>";
	struct document doc = { 0 };
	struct lyd_node *config = NULL;
	struct ly_in *in;
	char *xml;
	LY_ERR error;

	ck_assert_int_gt(asprintf(&xml, form, text), 0);
	ck_assert_int_eq(ly_in_new_memory(xml, &in), LY_SUCCESS);
	error = lyd_parse_op(context, NULL, in, LYD_XML, LYD_TYPE_RPC_NETCONF, LYD_PARSE_STRICT,
			     &doc.envelope, &doc.rpc);
	ck_assert_msg(error == LY_SUCCESS, "%s\n%s", ly_last_logmsg(), text);
	lyd_find_path(doc.rpc, "config", false, &config);
	ck_assert_ptr_nonnull(config);
	doc.first = ((struct lyd_node_any *)config)->child;
	ly_in_free(in, 0);
	free(xml);
	return doc;
}

void free_document(struct document *doc)
{
	lyd_free_all(doc->rpc);
	lyd_free_all(doc->envelope);
}

struct lyd_node *read_config(const char *text, bool has_defaults)
{
	struct document doc = read_document(text);
	struct lyd_node *config = NULL;

	if (doc.first)
		ck_assert_int_eq(lyd_dup_siblings(doc.first, NULL,
						  LYD_DUP_RECURSIVE | LYD_DUP_NO_LYDS |
							  LYD_DUP_WITH_FLAGS,
						  &config),
				 LY_SUCCESS);
	if (has_defaults)
		ck_assert_int_eq(lyd_new_implicit_all(&config, context, LYD_IMPLICIT_NO_STATE,
						      NULL),
				 LY_SUCCESS);
	free_document(&doc);
	return config;
}

char *print(const struct lyd_node *first, uint32_t options)
{
	char *text = NULL;

	if (first)
		lyd_print_mem(&text, first, LYD_XML,
			      LYD_PRINT_SIBLINGS | LYD_PRINT_SHRINK | LYD_PRINT_WD_ALL | options);
	return text ? text : strdup("");
}

char *print_text(const char *text)
{
	struct lyd_node *config = read_config(text, false);
	char *printed = print(config, 0);

	lyd_free_all(config);
	return printed;
}

/* ---- one edit ---- */

unsigned int edits_parted;

void free_outcome(struct outcome *out)
{
	edit_error_clear(&out->error);
	lyd_free_all(out->result);
	free(out->text);
}

static void check_unmarked(const struct lyd_node *first)
{
	const struct lyd_node *node;

	for (node = first; node; node = node->next) {
		ck_assert_ptr_null(node->priv);
		check_unmarked(lyd_child(node));
	}
}

struct outcome make_edit(const struct lyd_node *config, const struct lyd_node *edit,
			 enum edit_op op)
{
	char *config_before = print(config, LYD_PRINT_EMPTY_CONT);
	char *edit_before = print(edit, LYD_PRINT_EMPTY_CONT);
	struct outcome out = { 0 };
	char *config_after, *edit_after;

	out.rc = edit_apply(config, edit, op, &out.result, &out.error);
	out.text = print(out.result, 0);
	check_unmarked(out.result);
	ck_assert_int_eq(!out.rc, out.error.fault == EDIT_OK);
	config_after = print(config, LYD_PRINT_EMPTY_CONT);
	edit_after = print(edit, LYD_PRINT_EMPTY_CONT);
	ck_assert_str_eq(config_before, config_after);
	ck_assert_str_eq(edit_before, edit_after);
	free(config_before);
	free(edit_before);
	free(config_after);
	free(edit_after);
	return out;
}

/* Whoever fetches only what the edit is about comes to the same. */
static void check_parted(const struct lyd_node *config, const struct lyd_node *edit,
			 enum edit_op op, const struct outcome *whole)
{
	struct parted parted = edit_parted(config, edit, op);
	char *text = print(parted.whole, 0), *config_text = print(config, 0);

	ck_assert_msg(!parted.broken, "%s: %s", parted.broken, config_text);
	ck_assert_msg(parted.rc == whole->rc && parted.error.fault == whole->error.fault,
		      "of parts alone: %s, of all: %s", parted.error.message,
		      whole->error.message);
	ck_assert_msg(!strcmp(text, whole->text),
		      "of parts alone:\n config %s\n gives %s\n and of all %s", config_text, text,
		      whole->text);
	edits_parted += parted.was_parted;
	free(text);
	free(config_text);
	parted_clear(&parted);
}

struct outcome edit_texts(const char *config, const char *edit, enum edit_op op)
{
	struct document doc = read_document(edit);
	struct outcome out[2];

	for (int i = 0; i < 2; i++) {
		struct lyd_node *tree = read_config(config, i == 1);

		out[i] = make_edit(tree, doc.first, op);
		if (i == 0)
			check_parted(tree, doc.first, op, &out[i]);
		lyd_free_all(tree);
	}
	ck_assert_msg(out[0].rc == out[1].rc && out[0].error.fault == out[1].error.fault,
		      "defaults matter: %s\n%s", config, edit);
	ck_assert_msg(!strcmp(out[0].text, out[1].text),
		      "with and without defaults:\n config %s\n edit %s\n gives %s\n and   %s",
		      config, edit, out[0].text, out[1].text);
	free_outcome(&out[1]);
	free_document(&doc);
	return out[0];
}

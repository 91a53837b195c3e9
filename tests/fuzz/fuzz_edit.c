// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a NETCONF client may send for an edit and for a filter, as libFuzzer makes it up:
 * the input is the content of <config>, read as libnetconf2 reads it.  Nothing may end the
 * program, or be lost; what an edit refuses has a sentence, and what it makes stands again
 * when it is made again.
 */
// sources: netconf/edit.c netconf/edit_read.c netconf/filter.c netconf/scope.c tests/edit_parted.c
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libyang/libyang.h>
#include <sanitizer/lsan_interface.h>

#include "netconf/edit.h"
#include "netconf/filter.h"
#include "tests/edit_parted.h"
#include "tests/fuzz/expect.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char head[] =
	"<nc:rpc xmlns:nc='urn:ietf:params:xml:ns:netconf:base:1.0' nc:message-id='1'>"
	"<nc:edit-config><nc:target><nc:running/></nc:target>"
	"<nc:config xmlns='urn:frr-tenant:edit-test' xmlns:yang='urn:ietf:params:xml:ns:yang:1'>";
static const char tail[] = "</nc:config></nc:edit-config></nc:rpc>";
static struct ly_ctx *ctx;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static const char *features[] = { "writable-running", NULL };

	ly_log_options(LY_LOSTORE_LAST);
	EXPECT(ly_ctx_new("/usr/share/yang", LY_CTX_DISABLE_SEARCHDIR_CWD, &ctx) == LY_SUCCESS);
	ly_ctx_set_searchdir(ctx, "/usr/share/yang/modules/libnetconf2");
	EXPECT(ly_ctx_load_module(ctx, "ietf-netconf", NULL, features));
	EXPECT(lys_parse_path(ctx, TESTS_SRCDIR "/netconf/edit-test.yang", LYS_IN_YANG, NULL) ==
	       LY_SUCCESS);
	return 0;
}

/* Without an end between: NULs are for libnetconf2, which wants text. */
static char *wrap(const uint8_t *data, size_t size)
{
	char *xml = malloc(sizeof(head) + size + sizeof(tail));

	EXPECT(xml);
	strcpy(xml, head);
	memcpy(xml + strlen(head), data, size);
	strcpy(xml + strlen(head) + size, tail);
	return xml;
}

static struct lyd_node *apply(const struct lyd_node *config, const struct lyd_node *edit,
			      enum edit_op default_op)
{
	struct lyd_node *result = NULL, *again = NULL;
	struct edit_error error;

	if (edit_apply(config, edit, default_op, &result, &error)) {
		EXPECT(error.message && *error.message);
		edit_error_clear(&error);
		return NULL;
	}
	/* what it made is a configuration: all of it put in its place gives the same */
	EXPECT(edit_apply(result, result, EDIT_REPLACE, &again, &error) == 0);
	EXPECT(!result == !again);
	EXPECT(!result || lyd_compare_siblings(result, again,
					       LYD_COMPARE_FULL_RECURSION) == LY_SUCCESS);
	lyd_free_all(again);
	return result;
}

static char *print(const struct lyd_node *tree)
{
	char *text = NULL;

	EXPECT(!tree || lyd_print_mem(&text, tree, LYD_XML, LYD_PRINT_SIBLINGS | LYD_PRINT_SHRINK) == LY_SUCCESS);
	return text ?: strdup("");
}

/* Whoever fetches only what the edit is about comes to the same. */
static void apply_to_parts(const struct lyd_node *config, const struct lyd_node *edit,
			   enum edit_op default_op)
{
	struct parted parted = edit_parted(config, edit, default_op);
	struct lyd_node *result = NULL;
	struct edit_error error;

	EXPECT(!parted.broken);
	if (edit_apply(config, edit, default_op, &result, &error)) {
		EXPECT(parted.rc && parted.error.fault == error.fault);
		edit_error_clear(&error);
	} else {
		char *of_parts = print(parted.whole), *of_all = print(result);

		EXPECT(!parted.rc && !strcmp(of_parts, of_all));
		free(of_parts);
		free(of_all);
		lyd_free_all(result);
	}
	parted_clear(&parted);
}

static void select_from(const struct lyd_node *data, const struct lyd_node *filter)
{
	struct lyd_node *once = NULL, *twice = NULL;

	EXPECT(filter_subtree(data, filter, &once) == 0);
	EXPECT(filter_subtree(once, filter, &twice) == 0);
	EXPECT(!once == !twice);
	lyd_free_all(once);
	lyd_free_all(twice);
}

/* libyang 6.4 loses nodes of what is not well-formed: that is not what is looked for here. */
static bool read_rpc(const char *xml, struct lyd_node **envelope, struct lyd_node **rpc)
{
	struct ly_in *in;
	LY_ERR bad;

	__lsan_disable();
	EXPECT(ly_in_new_memory(xml, &in) == LY_SUCCESS);
	bad = lyd_parse_op(ctx, NULL, in, LYD_XML, LYD_TYPE_RPC_NETCONF, LYD_PARSE_STRICT, envelope,
			   rpc);
	ly_in_free(in, 0);
	__lsan_enable();
	return !bad;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lyd_node *envelope = NULL, *rpc = NULL, *config = NULL, *made, *more;
	char *xml = wrap(data, size);

	if (memchr(data, 0, size) == NULL && read_rpc(xml, &envelope, &rpc) &&
	    lyd_find_path(rpc, "config", 0, &config) == LY_SUCCESS) {
		made = apply(NULL, lyd_child_any(config), EDIT_MERGE);
		more = apply(made, lyd_child_any(config), EDIT_NONE);
		apply_to_parts(made, lyd_child_any(config), EDIT_NONE);
		select_from(made, lyd_child_any(config));
		lyd_free_all(made);
		lyd_free_all(more);
	}
	lyd_free_all(rpc);
	lyd_free_all(envelope);
	free(xml);
	return 0;
}

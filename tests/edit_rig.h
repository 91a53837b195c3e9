// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Texts of tests/netconf/edit-test.yang as trees, and edits of them.
 *
 * Each text is parsed below <config> of an <edit-config>, as a server gets it.  What is
 * wrong with a text ends the test.  Every edit is watched: neither the configuration nor
 * the edit may change, and nothing of the work may be left in the result.
 */
#ifndef FRR_TENANT_TESTS_EDIT_RIG_H
#define FRR_TENANT_TESTS_EDIT_RIG_H

#include <stdbool.h>
#include <stdint.h>

#include "netconf/edit.h"

void edit_rig_begin(void);
void edit_rig_end(void);

/* Trees below <config>, and what holds them. */
struct document {
	struct lyd_node *envelope;
	struct lyd_node *rpc;
	struct lyd_node *first;
};

struct document read_document(const char *text);
void free_document(struct document *doc);

/* A configuration; with its defaults where asked. */
struct lyd_node *read_config(const char *text, bool has_defaults);

/* All of it: defaults, metadata, and by LYD_PRINT_EMPTY_CONT empty containers. */
char *print(const struct lyd_node *first, uint32_t options);
/* As a result of this text is printed. */
char *print_text(const char *text);

struct outcome {
	int rc;
	struct edit_error error;
	struct lyd_node *result;
	char *text; /* of the result */
};

struct outcome make_edit(const struct lyd_node *config, const struct lyd_node *edit,
			 enum edit_op op);
/* Of the configuration as it is, and with its defaults, which must not matter; and of no more
 * of it than the edit is about (edit_parted.h), which neither must.
 */
struct outcome edit_texts(const char *config, const char *edit, enum edit_op op);
/* How many were not about all of the configuration. */
extern unsigned int edits_parted;
void free_outcome(struct outcome *out);

#endif

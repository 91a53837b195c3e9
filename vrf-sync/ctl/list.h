// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Options that hold several things: "a,b,c" is the whole list, "+a,-b" changes
 * the one that is there, "" is the empty list.
 */
#ifndef FRR_TENANT_CTL_LIST_H
#define FRR_TENANT_CTL_LIST_H

#include "ctl/ctl.h"

struct list_item {
	char sign; /* '+', '-', or 0: the list replaces what is there */
	char text[120];
};

/* Appends to *items (darr).  0, or -1 with a sentence. */
int list_parse(struct ctl *ctl, const char *option, const char *text, struct list_item **items);
/* The list as a whole replaces what is there. */
bool list_replaces(const struct list_item *items);

/* Prefixes in a table that has them in the column "prefix", with their owner's
 * id in the column key.  object and owner are for messages: "aggregate",
 * "tenant acme".
 */
struct prefix_list {
	const char *table, *key, *object, *owner;
	int64_t id;
};
int list_apply_prefixes(struct ctl *ctl, const struct prefix_list *list, const char *option,
			const char *text);

#endif

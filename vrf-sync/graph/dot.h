// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Text for Graphviz's dot, and what the pictures have in common: colours with a
 * meaning, and the legend that says which.
 *
 *	struct dot out = {};
 *
 *	dot_begin(&out, "Tenant ", tenant->name, NULL, legend, array_size(legend));
 *	dot_add(&out, "n%u [label=<<B>", id);      -- our own words, and numbers
 *	dot_name(&out, node->name);                -- a text of the database, escaped
 *	dot_add(&out, "</B>>]\n");
 *	dot_end(&out);
 *	... out.text ...
 *	dot_fini(&out);
 *
 * Every text of the database goes through dot_name(); dot's own names are made
 * of ids, never of texts.
 */
#ifndef FRR_TENANT_GRAPH_DOT_H
#define FRR_TENANT_GRAPH_DOT_H

#include "model/model.h"

#define DOT_AREA_NSSA "#7c3aed" /* purple: OSPF between DLR and edge */
#define DOT_AREA_0    "#c2410c" /* orange: OSPF between edge, PE and customer */
#define DOT_VPN       "#0f766e" /* teal: MPLS */
#define DOT_BGP       "#1d4ed8" /* blue: a customer that speaks BGP */
#define DOT_STATIC    "#6b7280" /* grey */
#define DOT_LEAK      "#be185d" /* pink */
#define DOT_SWITCH    "#0369a1"
#define DOT_LEAVING   "#dc2626" /* red: a switch that gives its site up */
#define DOT_QUIET     "#6b7280" /* what is said aside */

struct dot {
	char *text; /* darr, with its end */
};

/* An entry: a coloured cell, or a line of that colour. */
struct dot_legend {
	const char *color;
	bool line;
	const char *meaning; /* NULL: it is not in this picture */
};
#define DOT_LEGEND_ROLES \
	{ "#bfdbfe", false, "DLR" }, { "#fde68a", false, "edge" }, { "#bbf7d0", false, "PE" }

/* Between them everything of one picture.  Its title is what, our own words, and
 * name, a text of the database or NULL; a warning stands below it, NULL: none.
 */
void dot_begin(struct dot *out, const char *what, const char *name, const struct reason *warning,
	       const struct dot_legend *legend, unsigned int count);
void dot_end(struct dot *out);
void dot_fini(struct dot *out);

void dot_add(struct dot *out, const char *fmt, ...) PRINTFRR(2, 3);
void dot_name(struct dot *out, const char *text);
/* The prefix; the address alone. */
void dot_net(struct dot *out, const struct ipnet *net);
void dot_address(struct dot *out, const struct ipnet *net);

/* The label of a line, with a margin; the end is that of the line, too.  opaque:
 * the line may pass below it.
 */
void dot_label_begin(struct dot *out, bool opaque);
void dot_label_end(struct dot *out);

/* A box for a node: its name, a cell for each role, and lines that the caller
 * adds (dot_row_begin() ... dot_row_end()) before the end.
 */
void dot_node_begin(struct dot *out, const struct node *node, uint8_t roles);
void dot_row_begin(struct dot *out);
void dot_row_end(struct dot *out);
void dot_node_end(struct dot *out);

/* A frame for what is at one site; site may be NULL, then it is none.  words, our own, stand
 * beside its name; NULL: none do.
 */
void dot_site_begin(struct dot *out, const struct site *site, const char *words);
void dot_site_end(struct dot *out, const struct site *site);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/* Text for Graphviz's dot. */
#include <zebra.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "darr.h"
#include "memory.h"
#include "printfrr.h"

#include "graph/dot.h"

static const struct {
	enum role role;
	const char *fill, *word;
} looks[ROLE_COUNT] = {
	{ ROLE_DLR, "#bfdbfe", "DLR" },
	{ ROLE_EDGE, "#fde68a", "edge" },
	{ ROLE_PE, "#bbf7d0", "PE" },
};

/* ---- text ---- */

void dot_add(struct dot *out, const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = vasprintfrr(MTYPE_TMP, fmt, ap);
	va_end(ap);
	darr_in_strcat(out->text, text);
	XFREE(MTYPE_TMP, text);
}

/* As text between the tags of dot's labels: "<" would be a tag, "&" an entity. */
void dot_name(struct dot *out, const char *text)
{
	if (!*text)
		text = "?"; /* dot takes no empty text */
	for (; *text; text++) {
		if (*text == '&')
			dot_add(out, "&amp;");
		else if (*text == '<')
			dot_add(out, "&lt;");
		else if (*text == '>')
			dot_add(out, "&gt;");
		else if (*text == '"')
			dot_add(out, "&quot;");
		else
			dot_add(out, "%c", *text < ' ' || *text > '~' ? '?' : *text);
	}
}

void dot_net(struct dot *out, const struct ipnet *net)
{
	char text[IPNET_TEXT_SIZE];

	dot_add(out, "%s", ipnet_is_set(net) ? ipnet_format(net, text) : "?");
}

void dot_address(struct dot *out, const struct ipnet *net)
{
	char text[IPNET_TEXT_SIZE];

	dot_add(out, "%s", ipnet_is_set(net) ? ipnet_format_addr(net, text) : "?");
}

/* ---- the picture as a whole ---- */

static void add_entry(struct dot *out, const struct dot_legend *entry)
{
	if (entry->line)
		dot_add(out,
			"<TD><TABLE BORDER=\"0\" CELLBORDER=\"0\" CELLSPACING=\"0\" CELLPADDING=\"0\"><TR>"
			"<TD BGCOLOR=\"%s\" FIXEDSIZE=\"TRUE\" WIDTH=\"24\" HEIGHT=\"3\"></TD></TR></TABLE></TD>",
			entry->color);
	else
		dot_add(out,
			"<TD BGCOLOR=\"%s\" BORDER=\"1\" COLOR=\"#9ca3af\" WIDTH=\"14\"> </TD>",
			entry->color);
	dot_add(out, "<TD ALIGN=\"LEFT\">%s&#160;&#160;</TD>", entry->meaning);
}

void dot_begin(struct dot *out, const char *what, const char *name, const struct reason *warning,
	       const struct dot_legend *legend, unsigned int count)
{
	unsigned int columns = 0;

	for (unsigned int i = 0; i < count; i++)
		columns += legend[i].meaning ? 2 : 0;
	dot_add(out,
		"digraph tenant {\n"
		"\tgraph [rankdir=LR, fontname=\"Helvetica\", fontsize=11, labelloc=t, "
		"nodesep=0.35, ranksep=0.55, pad=0.3, bgcolor=\"white\", newrank=true]\n"
		"\tnode [fontname=\"Helvetica\", fontsize=11, shape=plain]\n"
		"\tedge [fontname=\"Helvetica\", fontsize=9, dir=none, penwidth=1.6]\n"
		"\tgraph [label=<<TABLE BORDER=\"0\" CELLSPACING=\"2\" CELLPADDING=\"2\">"
		"<TR><TD COLSPAN=\"%u\"><FONT POINT-SIZE=\"16\"><B>%s",
		columns, what);
	if (name)
		dot_name(out, name);
	dot_add(out, "</B></FONT></TD></TR>");
	if (warning && warning->text[0]) {
		dot_add(out, "<TR><TD COLSPAN=\"%u\"><FONT COLOR=\"#dc2626\"><B>held: </B>",
			columns);
		dot_name(out, warning->text);
		dot_add(out, "</FONT></TD></TR>");
	}
	dot_add(out, "<TR>");
	for (unsigned int i = 0; i < count; i++)
		if (legend[i].meaning)
			add_entry(out, &legend[i]);
	dot_add(out, "</TR></TABLE>>]\n");
}

void dot_end(struct dot *out)
{
	dot_add(out, "}\n");
}

void dot_fini(struct dot *out)
{
	darr_free(out->text);
}

/* ---- parts ---- */

static unsigned int count_roles(uint8_t roles)
{
	unsigned int count = 0;

	for (int i = 0; i < ROLE_COUNT; i++)
		count += (roles & looks[i].role) != 0;
	return count ? count : 1;
}

void dot_label_begin(struct dot *out, bool opaque)
{
	dot_add(out,
		"label=<<TABLE BORDER=\"0\" CELLBORDER=\"0\" CELLPADDING=\"2\" CELLSPACING=\"0\"%s>"
		"<TR><TD>",
		opaque ? " BGCOLOR=\"#f9fafb\"" : "");
}

void dot_label_end(struct dot *out)
{
	dot_add(out, "</TD></TR></TABLE>>]\n");
}

void dot_node_begin(struct dot *out, const struct node *node, uint8_t roles)
{
	dot_add(out,
		"\t\tn%u [label=<<TABLE BORDER=\"1\" CELLBORDER=\"0\" CELLSPACING=\"0\" CELLPADDING=\"4\" "
		"BGCOLOR=\"white\" COLOR=\"#374151\"><TR>",
		node->id);
	for (int i = 0; i < ROLE_COUNT; i++)
		if (roles & looks[i].role)
			dot_add(out, "<TD BGCOLOR=\"%s\">%s</TD>", looks[i].fill, looks[i].word);
	if (!roles)
		dot_add(out, "<TD><FONT COLOR=\"" DOT_QUIET "\">no role</FONT></TD>");
	dot_add(out, "</TR><TR><TD COLSPAN=\"%u\"><FONT POINT-SIZE=\"14\"><B>",
		count_roles(roles));
	dot_name(out, node->name);
	dot_add(out, "</B></FONT>");
}

void dot_row_begin(struct dot *out)
{
	dot_add(out, "<BR/><FONT POINT-SIZE=\"9\">");
}

void dot_row_end(struct dot *out)
{
	dot_add(out, "</FONT>");
}

void dot_node_end(struct dot *out)
{
	dot_add(out, "</TD></TR></TABLE>>]\n");
}

void dot_site_begin(struct dot *out, const struct site *site, const char *words)
{
	if (!site)
		return;
	dot_add(out,
		"\tsubgraph cluster_s%u {\n"
		"\t\tgraph [style=\"rounded,filled\", color=\"#d1d5db\", fillcolor=\"#f9fafb\", labeljust=l, "
		"margin=14, fontsize=12, label=<<FONT COLOR=\"" DOT_QUIET "\">site <B>",
		site->id);
	dot_name(out, site->name);
	dot_add(out, "</B>%s%s</FONT>>]\n", words ? ", " : "", words ? words : "");
}

void dot_site_end(struct dot *out, const struct site *site)
{
	if (site)
		dot_add(out, "\t}\n");
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The command lines of tenant configuration.
 *
 * Each line stands alone: it names all it is about and ends there, so that nothing that
 * takes configuration apart by blocks (vtysh, frr-reload.py) can misread it.  What is typed,
 * what "no" takes back and what `show running-config` writes is the same line, made from the
 * same row of one table; a row belongs to one node of yang/frr-tenant.yang.
 *
 *	tenant acme switch web subnet 10.1.1.0/24 gateway 10.1.1.1
 *	no tenant acme switch web subnet 10.1.1.0/24
 *
 * Lines about one tenant begin with "tenant", all others with "tenant-network": a tenant may
 * have any name.  (FRR takes a keyword, even an abbreviated one, before a name: "tenant node
 * pe1 ..." and a tenant called "n" would not go together.)
 *
 * Here are words only, no YANG and no FRR: mgmtd's module and whoever else has to know the
 * lines share it.
 */
#ifndef FRR_PLUGIN_TENANT_LINES_H
#define FRR_PLUGIN_TENANT_LINES_H

#include <stdbool.h>
#include <stddef.h>

enum line_kind {
	LINE_LEAF,  /* its last word is the value of the node */
	LINE_LIST,  /* of a leaf-list: its last word is the entry */
	LINE_ENTRY, /* an entry of a list; pairs after its keys are leaves of it */
};

struct tenant_line {
	const char *path;  /* of the schema node, below /frr-tenant:tenant-network/ */
	const char *words; /* in the grammar of FRR's commands, without blanks in a word */
	enum line_kind kind;
	bool unshown; /* other lines imply it: it is there for its "no" */
};

extern const struct tenant_line tenant_lines[];
extern const size_t tenant_lines_count;

/* The row of a schema node, or NULL. */
const struct tenant_line *tenant_line_find(const char *path);

/* The word at *words, copied to word; moves *words behind it.  False at the end. */
bool tenant_line_word(const char **words, char *word, size_t size);
/* It stands for a value: NAME, (1-4094), <a|b>. */
bool tenant_line_word_is_value(const char *word);

/* The forms a line is typed in. */
enum line_form {
	LINE_SET,
	LINE_NO,       /* with the value, which FRR's grammar lets one leave out ... */
	LINE_NO_SHORT, /* ... unless it is free text: then this is a form of its own */
};
bool tenant_line_has_form(const struct tenant_line *line, enum line_form form);

/* What FRR's command parser wants: the grammar of the form, and the help, a line for each
 * word.  Both are allocated by malloc() and the caller's.
 */
char *tenant_line_grammar(const struct tenant_line *line, enum line_form form);
char *tenant_line_help(const struct tenant_line *line, enum line_form form);

/* The values of a line, in order, and the keyword before each. */
#define LINE_VALUES_MAX 6
struct line_values {
	char names[LINE_VALUES_MAX][40];
	const char *texts[LINE_VALUES_MAX];
	int count;
};

/* NULL where the text may stand for that word of the line, or one sentence (until the next call).
 */
const char *tenant_line_check(const char *word, const char *text);
/* The same for what a line's values are to each other. */
const char *tenant_line_check_together(const struct line_values *values);

#endif /* FRR_PLUGIN_TENANT_LINES_H */

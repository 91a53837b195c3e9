// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The command line, taken apart.
 *
 * An option is a row in a table: its value is read strictly by its type, so a
 * command only ever sees values that are well formed, and most options say
 * which column they are for and need no code at all (see row.h).
 */
#ifndef FRR_TENANT_CTL_ARGS_H
#define FRR_TENANT_CTL_ARGS_H

#include "ctl/ctl.h"

enum option_type {
	OPT_FLAG,      /* no value; writes .min */
	OPT_NUMBER,    /* from .min to .max */
	OPT_TEXT,      /* anything printable */
	OPT_VRF,       /* a name of at most 15 characters */
	OPT_NET,       /* 10.1.1.0/24 */
	OPT_ADDRESS,   /* 10.1.1.1 */
	OPT_INTERFACE, /* 10.1.1.1/30: an address with its length */
	OPT_WORD,      /* one of .words */
	OPT_SITE,      /* name of a site; its id is written */
	OPT_NODE,      /* name of a node; its id is written */
	OPT_LIST,      /* see list.h; never written by itself */
};

enum option_flag {
	OPTION_NEEDED = 1 << 0, /* "add" does not go without it */
	OPTION_ADD = 1 << 1,    /* only for "add" */
	OPTION_AUTO = 1 << 2,   /* "auto" takes the value away: it is derived again */
	OPTION_UNIQUE = 1 << 3, /* no two rows have the same */
};

struct option_info {
	const char *name; /* without the dashes */
	enum option_type type;
	unsigned int flags;
	const char *column; /* NULL: the command takes care of it */
	const char *metavar;
	const char *help;
	uint32_t min, max;
	const char *const *words;
	int word_count;
};

#define ARGS_NAMES_MAX   4
#define ARGS_OPTIONS_MAX 16

struct args {
	const struct command *command;
	const char *names[ARGS_NAMES_MAX];
	unsigned int name_count;
	const char *values[ARGS_OPTIONS_MAX]; /* by place in command->options; NULL: not given */
};

/* The whole line: options of tenantctl itself are taken out and set in *ctl.
 * EXIT_DONE, or EXIT_USAGE or EXIT_REFUSED with a sentence.  Where help or the
 * version is asked for, *wanted says so, and args->command may be NULL.
 */
enum wanted { WANTED_RUN, WANTED_HELP, WANTED_VERSION };
enum exit_code args_parse(struct ctl *ctl, int argc, char **argv, struct args *args,
			  enum wanted *wanted);

/* NULL where it was not given. */
const char *args_value(const struct args *args, const char *option);
/* A command that would write is only to look: --check, --dry-run. */
bool args_only_looks(const struct args *args);
/* An option of the table may be used with this command. */
bool option_applies(const struct option_info *option, const struct command *command);
/* How many names a command takes. */
void command_names(const struct command *command, unsigned int *least, unsigned int *most);

/* Names given as prefixes: 0, or -1 with a sentence. */
int args_net(struct ctl *ctl, const char *text, struct ipnet *net);

#endif

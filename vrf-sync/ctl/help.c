// SPDX-License-Identifier: GPL-2.0-or-later
/* What "--help" prints. */
#include <zebra.h>

#include <stdio.h>
#include <string.h>

#include "ctl/args.h"
#include "ctl/help.h"

static const char head[] =
	"tenantctl - the tenant database of frr-tenant\n"
	"\n"
	"  tenantctl [--db PATH] [--json] VERB OBJECT [NAME...] [--option VALUE...]\n"
	"\n"
	"A change counts at once on every node that runs tenantd, or not at all: what is\n"
	"refused leaves the database as it was, and one sentence says why.\n"
	"\n";

static const char tail[] =
	"\n"
	"Options everywhere:\n"
	"  --db PATH   the database; else $TENANT_DB, else " CTL_DEFAULT_PATH "\n"
	"  --json      results as JSON\n"
	"  --meant     this may withdraw many prefixes, or tenants, at once\n"
	"  --change ID on a draft instead of the database (\"change begin\"); else $TENANT_CHANGE\n"
	"  --help      of one command: tenantctl add switch --help\n"
	"  --version\n"
	"\n"
	"Exit status: 0 done, 1 refused or failed (one sentence on stderr), 2 usage.\n"
	"\n"
	"Example: the network of a customer, from nothing\n"
	"  tenantctl init\n"
	"  tenantctl add site dc1\n"
	"  tenantctl add node dlr --site dc1 --router-id 10.255.0.11 --roles dlr --vtep 10.255.0.11\n"
	"  tenantctl add tenant acme --nodes dlr --aggregates 10.1.0.0/16\n"
	"  tenantctl add switch acme web 10.1.1.0/24\n"
	"  tenantctl plan --node dlr\n";

static void print_line(const struct command *command)
{
	char form[80];

	snprintf(form, sizeof(form), "%s %s %s", command->verb,
		 command->object ? command->object : "", command->names ? command->names : "");
	printf("  %-44s %s\n", form, command->summary);
}

static const char *const verbs[] = { "init",     "add",       "set",         "del",    "move",
				     "show",     "subscribe", "unsubscribe", "plan",   "check",
				     "release",  "trace",     "graph",       "change", "failover",
				     "failback", "reprotect", "operation",   "bubble", "edge",
				     "export",   "import" };

static void print_verb(const char *verb)
{
	const struct command *command = NULL;

	while ((command = command_next(command)))
		if (!strcmp(command->verb, verb))
			print_line(command);
}

void help_all(void)
{
	fputs(head, stdout);
	for (unsigned int i = 0; i < array_size(verbs); i++)
		print_verb(verbs[i]);
	fputs(tail, stdout);
}

void help_verb(const char *verb)
{
	print_verb(verb);
	printf("\nMore on each: tenantctl %s OBJECT --help\n", verb);
}

static void print_option(const struct option_info *option, const struct command *command)
{
	bool setting = !strcmp(command->verb, "set");
	char form[40];

	snprintf(form, sizeof(form), "--%s %s", option->name,
		 option->metavar ? option->metavar : "");
	printf("  %-24s %s", form, option->help);
	if (!setting && (option->flags & OPTION_NEEDED))
		printf(" (needed)");
	if (setting && (option->flags & OPTION_AUTO))
		printf("; \"auto\" takes it away");
	putchar('\n');
}

void help_command(const struct command *command)
{
	const struct option_info *option = command->options;
	bool any = false;

	printf("tenantctl %s%s%s%s%s%s\n\n%s.\n", command->verb, command->object ? " " : "",
	       command->object ? command->object : "", command->names ? " " : "",
	       command->names ? command->names : "", option ? " [--option VALUE...]" : "",
	       command->summary);
	for (; option && option->name; option++) {
		if (!option_applies(option, command))
			continue;
		if (!any)
			printf("\nOptions:\n");
		any = true;
		print_option(option, command);
	}
	printf("\nExample:\n  %s\n", command->example);
}

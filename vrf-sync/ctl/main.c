// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tenantctl: the admin tool of the tenant database.
 *
 * Wiring only: the line is taken apart (args.c), the database opened, the
 * command run, in a transaction where it writes (change.c), or on a draft
 * (draft.c), and what is to be said is said.
 */
#include <zebra.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <json-c/json.h>

#include "darr.h"

#include "ctl/args.h"
#include "ctl/draft.h"
#include "ctl/help.h"
#include "ctl/engine.h"
#include "source/confirm.h"
#include "source/pgsql_uri.h"

static const struct command *const tables[] = {
	init_commands,   site_commands,     node_commands,      wire_commands,     tenant_commands,
	switch_commands, prefixes_commands, host_commands,      public_commands,   map_commands,
	link_commands,   leak_commands,     circuit_commands,   provider_commands, status_commands,
	plan_commands,   check_commands,    release_commands,   trace_commands,    graph_commands,
	draft_commands,  failover_commands, operation_commands, bubble_commands,   edge_commands,
	bundle_commands, domain_commands,   export_commands,    import_commands,
};

const struct command *command_next(const struct command *command)
{
	unsigned int i = 0;

	if (!command)
		return tables[0];
	if (command[1].verb)
		return command + 1;
	/* the end of one table: on to the one after it */
	for (; i < array_size(tables); i++)
		for (const struct command *row = tables[i]; row->verb; row++)
			if (row == command)
				return i + 1 < array_size(tables) ? tables[i + 1] : NULL;
	return NULL;
}

/* The sentence may quote what somebody typed: no control characters. */
static int complain(const struct ctl *ctl, enum exit_code code)
{
	fputs("tenantctl: ", stderr);
	for (const char *c = ctl->why.text; *c; c++)
		fputc((unsigned char)*c < ' ' || *c == 0x7f ? '?' : *c, stderr);
	fputc('\n', stderr);
	return code;
}

static void report_change(struct ctl *ctl, const struct args *args)
{
	const struct command *command = args->command;
	struct json_object *json, *names;
	struct reason ignored = {};
	uint64_t revision = 0;

	if (!ctl->json && ctl->told.text[0])
		printf("%s\n", ctl->told.text);
	if (!ctl->json || args_only_looks(args))
		return;
	json = json_object_new_object();
	names = json_object_new_array();
	ctl->engine->revision(ctl, &revision, &ignored);
	json_object_object_add(json, "done", json_object_new_string(command->verb));
	json_object_object_add(json, "object",
			       command->object ? json_object_new_string(command->object) : NULL);
	for (unsigned int i = 0; i < args->name_count; i++)
		json_object_array_add(names, json_object_new_string(args->names[i]));
	json_object_object_add(json, "names", names);
	json_object_object_add(json, "revision", json_object_new_int64(revision));
	printf("%s\n", json_object_to_json_string_ext(
			       json, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(json);
}

/* What nobody confirmed in time: whoever may write sees to it, tenantd else. */
static void expire(struct ctl *ctl)
{
	struct reason ignored = {};
	struct reason *left;
	struct expired expired;

	if (!ctl->engine->expire || ctl->engine->expire(ctl, time(NULL), &expired, &ignored) <= 0)
		return;
	fprintf(stderr,
		"tenantctl: change %" PRIu64
		" was not confirmed in time and has been taken back\n",
		expired.id);
	darr_foreach_p (expired.left, left)
		fprintf(stderr, "tenantctl: not taken back: %s\n", left->text);
	expired_fini(&expired);
}

static int no_draft(struct ctl *ctl, const struct args *args)
{
	reason_set(
		&ctl->why,
		"%s waits for nodes and cannot be kept in a draft; leave --change and $TENANT_CHANGE out",
		args->command->verb);
	return -1;
}

static int run_opened(struct ctl *ctl, const struct args *args)
{
	const struct command *command = args->command;
	bool drafted = ctl->change && strcmp(command->verb, "change");
	int ret;

	if (command->access != ACCESS_READ)
		expire(ctl);
	if (command->access == ACCESS_DRAFT)
		return draft_run(ctl, args);
	/* all others that are not in a transaction */
	if ((command->access == ACCESS_READ || command->access == ACCESS_OPERATION) && !drafted &&
	    change_look(ctl) < 0)
		return -1;
	if (command->access == ACCESS_OPERATION)
		return drafted ? no_draft(ctl, args) : command->run(ctl, args);
	if (command->access == ACCESS_READ)
		return drafted ? draft_look(ctl, args) : command->run(ctl, args);
	ret = drafted ? draft_keep(ctl, args) : change_run(ctl, args);
	if (!ret)
		report_change(ctl, args);
	return ret;
}

static const struct engine *engine_of(const struct ctl *ctl, const struct command *command)
{
	if (!pgsql_is_uri(ctl->path))
		return &engine_sqlite;
	return command->any_engine && !ctl->change ? &engine_postgresql : &engine_copy;
}

static int run(struct ctl *ctl, const struct args *args)
{
	bool reads = args->command->access == ACCESS_READ && !ctl->change;
	int ret;

	if (args->command->access == ACCESS_NONE)
		return args->command->run(ctl, args);
	ctl->engine = engine_of(ctl, args->command);
	ret = ctl->engine->open(ctl, !reads);
	if (!ret)
		ret = run_opened(ctl, args);
	ctl->engine->close(ctl);
	return ret;
}

static int give_help(const struct args *args)
{
	if (args->command)
		help_command(args->command);
	else if (args->name_count)
		help_verb(args->names[0]);
	else
		help_all();
	return EXIT_DONE;
}

int main(int argc, char **argv)
{
	const char *path = getenv("TENANT_DB"), *change = getenv("TENANT_CHANGE");
	struct ctl ctl = {
		.path = path && *path ? path : CTL_DEFAULT_PATH,
		.change = change && *change ? change : NULL,
	};
	struct args args = {};
	enum exit_code code;
	enum wanted wanted;

	code = args_parse(&ctl, argc, argv, &args, &wanted);
	if (code != EXIT_DONE)
		return complain(&ctl, code);
	if (wanted == WANTED_HELP)
		return give_help(&args);
	if (wanted == WANTED_VERSION) {
		puts("tenantctl (frr-tenant) " PACKAGE_VERSION);
		return EXIT_DONE;
	}
	if (run(&ctl, &args) < 0)
		return complain(&ctl, EXIT_REFUSED);
	if (fflush(stdout) || ferror(stdout)) {
		reason_set(&ctl.why, "the output could not be written");
		return complain(&ctl, EXIT_REFUSED);
	}
	return EXIT_DONE;
}

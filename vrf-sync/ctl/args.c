// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The command line, taken apart: what tenantctl itself takes, which command is
 * meant, its names, its options, each value by its type.
 */
#include <zebra.h>

#include <errno.h>
#include <string.h>

#include "ctl/args.h"

/* ---- values ---- */

static int check_number(struct ctl *ctl, const struct option_info *option, const char *value)
{
	size_t digits = strspn(value, "0123456789");
	unsigned long long number = 0;

	if (digits && digits < 12 && !value[digits])
		number = strtoull(value, NULL, 10);
	else
		digits = 0;
	if (digits && number >= option->min && number <= option->max)
		return 0;
	reason_set(&ctl->why, "--%s %s is not a number from %u to %u", option->name, value,
		   option->min, option->max);
	return -1;
}

static int check_text(struct ctl *ctl, const struct option_info *option, const char *value)
{
	for (const char *c = value; *c; c++) {
		if ((unsigned char)*c >= ' ' && *c != 0x7f)
			continue;
		reason_set(&ctl->why,
			   "--%s may not hold control characters; write one line of text",
			   option->name);
		return -1;
	}
	return 0;
}

int args_net(struct ctl *ctl, const char *text, struct ipnet *net)
{
	char network[IPNET_TEXT_SIZE];
	struct ipnet parsed, masked;

	if (ipnet_parse(text, &parsed) < 0) {
		reason_set(&ctl->why, "%s is not a prefix; write it like 10.1.1.0/24", text);
		return -1;
	}
	masked = ipnet_masked(&parsed);
	if (!ipnet_is_prefix(&parsed)) {
		reason_set(&ctl->why, "%s has host bits set; the network is %s", text,
			   ipnet_format(&masked, network));
		return -1;
	}
	*net = parsed;
	return 0;
}

static int check_interface(struct ctl *ctl, const struct option_info *option, const char *value)
{
	struct ipnet net;

	if (ipnet_parse(value, &net) == 0)
		return 0;
	reason_set(&ctl->why,
		   "--%s %s is not an address with its length; write it like 192.168.1.1/30",
		   option->name, value);
	return -1;
}

static int check_address(struct ctl *ctl, const struct option_info *option, const char *value)
{
	struct ipnet net;

	if (ipnet_parse_addr(value, &net) == 0)
		return 0;
	reason_set(&ctl->why, "--%s %s is not an address; write it like 10.1.1.1", option->name,
		   value);
	return -1;
}

static int check_vrf(struct ctl *ctl, const struct option_info *option, const char *value)
{
	if (vrf_name_is_valid(value))
		return 0;
	reason_set(
		&ctl->why,
		"--%s %s cannot be the name of a VRF; use at most 15 letters, digits, '-', '_' and '.', and none of the words FRR keeps (default, all, ...)",
		option->name, value);
	return -1;
}

static int check_word(struct ctl *ctl, const struct option_info *option, const char *value)
{
	char known[80] = "";

	if (name_index(value, option->words, option->word_count) >= 0)
		return 0;
	for (int i = 0; i < option->word_count; i++) {
		strlcat(known, i ? (i + 1 < option->word_count ? ", " : " or ") : "",
			sizeof(known));
		strlcat(known, option->words[i], sizeof(known));
	}
	reason_set(&ctl->why, "--%s %s is not known; it is %s", option->name, value, known);
	return -1;
}

static int check_value(struct ctl *ctl, const struct option_info *option, const char *value)
{
	struct ipnet net;

	if ((option->flags & OPTION_AUTO) && strcmp(value, "auto") == 0)
		return 0;
	switch (option->type) {
	case OPT_NUMBER:
		return check_number(ctl, option, value);
	case OPT_TEXT:
		return check_text(ctl, option, value);
	case OPT_VRF:
		return check_vrf(ctl, option, value);
	case OPT_NET:
		return args_net(ctl, value, &net);
	case OPT_ADDRESS:
		return check_address(ctl, option, value);
	case OPT_INTERFACE:
		return check_interface(ctl, option, value);
	case OPT_WORD:
		return check_word(ctl, option, value);
	case OPT_FLAG:
	case OPT_SITE:
	case OPT_NODE:
	case OPT_LIST:
		break;
	}
	return 0;
}

/* ---- options of a command ---- */

bool option_applies(const struct option_info *option, const struct command *command)
{
	return !(option->flags & OPTION_ADD) || strcmp(command->verb, "set") != 0;
}

static int option_index(const struct command *command, const char *name, size_t len)
{
	for (int i = 0; command->options && command->options[i].name; i++)
		if (strlen(command->options[i].name) == len &&
		    !strncmp(command->options[i].name, name, len) &&
		    option_applies(&command->options[i], command))
			return i;
	return -1;
}

const char *args_value(const struct args *args, const char *option)
{
	int index = option_index(args->command, option, strlen(option));

	return index < 0 ? NULL : args->values[index];
}

bool args_only_looks(const struct args *args)
{
	return args_value(args, "check") || args_value(args, "dry-run");
}

/* ---- names of a command ---- */

void command_names(const struct command *command, unsigned int *least, unsigned int *most)
{
	*least = *most = 0;
	for (const char *c = command->names; c && *c; c++) {
		if (c != command->names && c[-1] != ' ')
			continue;
		*most += 1;
		*least += *c != '[';
	}
}

/* What the user typed, as far as a command was recognised: for messages. */
static const char *command_title(const struct command *command, char *buf, size_t size)
{
	snprintf(buf, size, "tenantctl %s%s%s", command->verb, command->object ? " " : "",
		 command->object ? command->object : "");
	return buf;
}

static const struct command *find_command(const char *verb, const char *object)
{
	const struct command *command = NULL;

	while ((command = command_next(command)))
		if (!strcmp(command->verb, verb) &&
		    (!command->object || (object && !strcmp(command->object, object))))
			return command;
	return NULL;
}

static bool verb_exists(const char *verb)
{
	const struct command *command = NULL;

	while ((command = command_next(command)))
		if (!strcmp(command->verb, verb))
			return true;
	return false;
}

/* ---- the line ---- */

struct line {
	struct ctl *ctl;
	struct args *args;
	char **argv;
	int argc;
	int at;
	const char *verb, *object;
	enum wanted *wanted;
};

/* The value of the option at hand: after '=', or the next word. */
static const char *take_value(struct line *line, const char *word)
{
	const char *equals = strchr(word, '=');

	if (equals)
		return equals + 1;
	if (line->at + 1 >= line->argc) {
		reason_set(&line->ctl->why, "%s needs a value after it", word);
		return NULL;
	}
	return line->argv[++line->at];
}

static bool is_option(const char *word, const char *name)
{
	size_t len = strlen(name);

	return !strncmp(word, name, len) && (!word[len] || word[len] == '=');
}

static enum exit_code take_own_option(struct line *line, const char *word)
{
	struct args *args = line->args;
	char title[64];
	const char *name = word + 2;
	size_t len = strcspn(name, "=");
	int index = args->command ? option_index(args->command, name, len) : -1;

	if (index < 0) {
		if (args->command)
			reason_set(&line->ctl->why,
				   "there is no option --%.*s here; see \"%s --help\"", (int)len,
				   name, command_title(args->command, title, sizeof(title)));
		else
			reason_set(
				&line->ctl->why,
				"there is no option %s before the verb; see \"tenantctl --help\"",
				word);
		return EXIT_USAGE;
	}
	if (args->values[index]) {
		reason_set(&line->ctl->why, "--%.*s is given twice", (int)len, name);
		return EXIT_USAGE;
	}
	if (args->command->options[index].type == OPT_FLAG && name[len]) {
		reason_set(&line->ctl->why, "--%.*s takes no value", (int)len, name);
		return EXIT_USAGE;
	}
	if (args->command->options[index].type == OPT_FLAG)
		args->values[index] = "";
	else
		args->values[index] = take_value(line, word);
	if (!args->values[index])
		return EXIT_USAGE;
	return check_value(line->ctl, &args->command->options[index], args->values[index]) < 0
		       ? EXIT_REFUSED
		       : EXIT_DONE;
}

static enum exit_code take_option(struct line *line, const char *word)
{
	if (!strcmp(word, "--json")) {
		line->ctl->json = true;
	} else if (!strcmp(word, "--meant")) {
		line->ctl->meant = true;
	} else if (is_option(word, "--db")) {
		line->ctl->path = take_value(line, word);
		if (!line->ctl->path)
			return EXIT_USAGE;
	} else if (is_option(word, "--change")) {
		line->ctl->change = take_value(line, word);
		if (!line->ctl->change)
			return EXIT_USAGE;
	} else if (!strcmp(word, "--help") || !strcmp(word, "-h")) {
		*line->wanted = WANTED_HELP;
	} else if (!strcmp(word, "--version") || !strcmp(word, "-V")) {
		*line->wanted = WANTED_VERSION;
	} else if (!strncmp(word, "--", 2)) {
		return take_own_option(line, word);
	} else {
		reason_set(&line->ctl->why, "there is no option %s; see \"tenantctl --help\"",
			   word);
		return EXIT_USAGE;
	}
	return EXIT_DONE;
}

static enum exit_code take_word(struct line *line, const char *word)
{
	struct args *args = line->args;

	if (!line->verb) {
		line->verb = word;
		args->command = find_command(word, NULL);
		return EXIT_DONE;
	}
	if (!args->command) {
		if (line->object) /* unknown: said at the end */
			return EXIT_DONE;
		line->object = word;
		args->command = find_command(line->verb, word);
		return EXIT_DONE;
	}
	if (args->name_count == ARGS_NAMES_MAX) {
		reason_set(&line->ctl->why, "%s is one word too many", word);
		return EXIT_USAGE;
	}
	args->names[args->name_count++] = word;
	return EXIT_DONE;
}

static enum exit_code no_command(struct line *line)
{
	struct reason *why = &line->ctl->why;

	if (!line->verb)
		reason_set(why, "what shall be done? see \"tenantctl --help\"");
	else if (!verb_exists(line->verb))
		reason_set(why, "%s is no verb of tenantctl; see \"tenantctl --help\"",
			   line->verb);
	else if (!line->object)
		reason_set(why, "%s what? see \"tenantctl %s --help\"", line->verb, line->verb);
	else
		reason_set(why, "%s %s is not possible; see \"tenantctl %s --help\"", line->verb,
			   line->object, line->verb);
	return EXIT_USAGE;
}

static enum exit_code check_complete(struct line *line)
{
	const struct command *command = line->args->command;
	const struct option_info *option = command->options;
	unsigned int least, most;
	char title[64];

	command_title(command, title, sizeof(title));
	command_names(command, &least, &most);
	if (line->args->name_count < least || line->args->name_count > most) {
		reason_set(&line->ctl->why, "the form is \"%s%s%s\"; see \"%s --help\"", title,
			   most ? " " : "", most ? command->names : "", title);
		return EXIT_USAGE;
	}
	for (unsigned int i = 0; option && option[i].name; i++)
		if ((option[i].flags & OPTION_NEEDED) && !line->args->values[i] &&
		    strcmp(command->verb, "set")) {
			reason_set(&line->ctl->why, "--%s %s is missing; see \"%s --help\"",
				   option[i].name, option[i].metavar, title);
			return EXIT_USAGE;
		}
	if (strcmp(command->verb, "set") || !option)
		return EXIT_DONE;
	for (unsigned int i = 0; i < ARGS_OPTIONS_MAX; i++)
		if (line->args->values[i])
			return EXIT_DONE;
	reason_set(&line->ctl->why, "nothing to set is given; see \"%s --help\"", title);
	return EXIT_USAGE;
}

enum exit_code args_parse(struct ctl *ctl, int argc, char **argv, struct args *args,
			  enum wanted *wanted)
{
	struct line line = {
		.ctl = ctl, .args = args, .argv = argv, .argc = argc, .wanted = wanted
	};
	bool only_words = false;

	*wanted = WANTED_RUN;
	for (line.at = 1; line.at < argc; line.at++) {
		const char *word = argv[line.at];
		enum exit_code code;

		if (!only_words && !strcmp(word, "--")) {
			only_words = true;
			continue;
		}
		code = !only_words && word[0] == '-' && word[1] ? take_option(&line, word)
								: take_word(&line, word);
		if (code != EXIT_DONE)
			return code;
	}
	if (*wanted == WANTED_VERSION || (*wanted == WANTED_HELP && (args->command || !line.verb)))
		return EXIT_DONE;
	if (*wanted == WANTED_HELP && verb_exists(line.verb)) {
		args->names[0] = line.verb; /* help on all it can do */
		args->name_count = 1;
		return EXIT_DONE;
	}
	return args->command ? check_complete(&line) : no_command(&line);
}

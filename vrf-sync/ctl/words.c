// SPDX-License-Identifier: GPL-2.0-or-later
/* A command as the words it is made of. */
#include <zebra.h>

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <json-c/json.h>

#include "ctl/words.h"
#include "model/names.h"

static void add(struct json_object *words, const char *word)
{
	json_object_array_add(words, json_object_new_string(word));
}

static void add_names(struct json_object *words, const struct args *args)
{
	for (unsigned int i = 0; i < args->name_count; i++)
		add(words, args->names[i]);
}

struct json_object *words_make(const struct args *args)
{
	const struct command *command = args->command;
	struct json_object *words = json_object_new_array();
	bool dashed = false;
	char option[64];

	add(words, command->verb);
	if (command->object)
		add(words, command->object);
	for (unsigned int i = 0; i < args->name_count; i++)
		dashed |= args->names[i][0] == '-';
	if (!dashed)
		add_names(words, args);
	for (unsigned int i = 0; command->options && command->options[i].name; i++) {
		if (!args->values[i])
			continue;
		snprintf(option, sizeof(option), "--%s", command->options[i].name);
		add(words, option);
		if (command->options[i].type != OPT_FLAG)
			add(words, args->values[i]);
	}
	if (dashed) { /* nothing after it is an option */
		add(words, "--");
		add_names(words, args);
	}
	return words;
}

static void append_quoted(char *buf, const char *word)
{
	char one[2] = "";

	if (*word && !word[strcspn(word, " \t\n\"'\\$`!*?[](){}<>|&;#~")]) {
		strlcat(buf, word, WORDS_TEXT_SIZE);
		return;
	}
	strlcat(buf, "'", WORDS_TEXT_SIZE);
	for (; *word; word++) {
		one[0] = (unsigned char)*word < ' ' || *word == 0x7f ? '?' : *word;
		strlcat(buf, *word == '\'' ? "'\\''" : one, WORDS_TEXT_SIZE);
	}
	strlcat(buf, "'", WORDS_TEXT_SIZE);
}

const char *words_text(struct json_object *words, char buf[static WORDS_TEXT_SIZE])
{
	buf[0] = '\0';
	for (size_t i = 0; i < json_object_array_length(words); i++) {
		if (i)
			strlcat(buf, " ", WORDS_TEXT_SIZE);
		append_quoted(buf, json_object_get_string(json_object_array_get_idx(words, i)));
	}
	return buf;
}

const char *words_of_args(const struct args *args, char buf[static WORDS_TEXT_SIZE])
{
	struct json_object *words = words_make(args);

	words_text(words, buf);
	json_object_put(words);
	return buf;
}

int words_parse(struct ctl *ctl, struct json_object *words, struct args *args)
{
	char *argv[1 + WORDS_MAX] = { "tenantctl" };
	size_t count =
		json_object_is_type(words, json_type_array) ? json_object_array_length(words) : 0;
	struct ctl parsed = { .path = ctl->path };
	enum wanted wanted;

	for (size_t i = 0; i < count && count <= WORDS_MAX; i++)
		argv[1 + i] = (char *)json_object_get_string(json_object_array_get_idx(words, i));
	*args = (struct args){};
	if (count && count <= WORDS_MAX &&
	    args_parse(&parsed, 1 + count, argv, args, &wanted) == EXIT_DONE &&
	    wanted == WANTED_RUN && args->command->access == ACCESS_WRITE)
		return 0;
	reason_set(&ctl->why, "%s",
		   parsed.why.text[0] ? parsed.why.text
				      : "it is no command that changes the database");
	return -1;
}

const char *words_tame(char *text)
{
	for (char *c = text; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	return text;
}

const char *words_author(char buf[static AUTHOR_SIZE])
{
	const char *sudo = getuid() == 0 ? getenv("SUDO_USER") : NULL;
	const struct passwd *user = getpwuid(getuid());

	if (sudo && !name_is_valid(sudo, AUTHOR_SIZE - 1))
		sudo = NULL;
	strlcpy(buf, sudo ? sudo : user ? user->pw_name : "", AUTHOR_SIZE);
	return buf;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Paths of access control rules: taken apart once, then compared from the end. */
#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <libyang/libyang.h>

#include "netconf/nacm_path.h"

struct word {
	const char *at; /* in the path's text */
	size_t len;
};

enum part_kind {
	PART_STEP,     /* /module:name */
	PART_KEY,      /* [name='value'] of the step before, as all predicates */
	PART_SELF,     /* [.='value'] */
	PART_POSITION, /* [3] */
};

struct part {
	enum part_kind kind;
	struct word module; /* of a step; that of the step before where the text has none */
	struct word name;   /* of a step or a key */
	struct word value;  /* without quotes; of a key or of itself */
	bool is_user;       /* the value is $USER, and value unused */
	uint32_t position;
};

struct nacm_path {
	char *text;
	struct part *parts;
	size_t count;
	unsigned int steps; /* 0: everything */
};

void nacm_path_free(struct nacm_path *path)
{
	if (!path)
		return;
	free(path->text);
	free(path->parts);
	free(path);
}

/* ---- reading ---- */

static bool take_char(const char **at, char c)
{
	*at += strspn(*at, " ");
	if (**at != c)
		return false;
	++*at;
	return true;
}

static bool take_name(const char **at, struct word *word)
{
	*at += strspn(*at, " ");
	word->at = *at;
	while (isalnum((unsigned char)**at) || (**at && strchr("_-.", **at)))
		++*at;
	word->len = *at - word->at;
	return word->len > 0;
}

/* [module:]name; where there is no module, that stays as it was */
static bool take_qualified(const char **at, struct part *part)
{
	if (!take_name(at, &part->name))
		return false;
	if (**at != ':')
		return true;
	part->module = part->name;
	++*at;
	return take_name(at, &part->name);
}

static bool take_value(const char **at, struct part *part)
{
	const char *end;
	char quote;

	*at += strspn(*at, " ");
	quote = **at;
	if (quote == '$') {
		++*at;
		part->is_user = true;
		return take_name(at, &part->value) && part->value.len == 4 &&
		       !memcmp(part->value.at, "USER", 4);
	}
	if (quote != '\'' && quote != '"')
		return false;
	end = strchr(++*at, quote);
	if (!end)
		return false;
	part->value = (struct word){ *at, end - *at };
	*at = end + 1;
	return true;
}

/* What is between [ and ]. */
static bool take_predicate(const char **at, struct part *part)
{
	char *end;

	*at += strspn(*at, " ");
	if (isdigit((unsigned char)**at)) {
		part->kind = PART_POSITION;
		part->position = strtoul(*at, &end, 10);
		*at = end;
		return true;
	}
	if (take_char(at, '.')) {
		part->kind = PART_SELF;
	} else {
		part->kind = PART_KEY;
		if (!take_qualified(at, part))
			return false;
	}
	return take_char(at, '=') && take_value(at, part);
}

static bool add_part(struct nacm_path *path, const struct part *part)
{
	struct part *grown = realloc(path->parts, (path->count + 1) * sizeof(*grown));

	if (!grown)
		return false;
	grown[path->count++] = *part;
	path->parts = grown;
	if (part->kind == PART_STEP)
		path->steps++;
	return true;
}

static bool read_path(struct nacm_path *path)
{
	const char *at = path->text;
	struct part step = {};

	if (!strcmp(at, "/"))
		return true;
	while (take_char(&at, '/')) {
		if (!take_qualified(&at, &step) || !step.module.len || !add_part(path, &step))
			return false;
		while (take_char(&at, '[')) {
			struct part predicate = {};

			if (!take_predicate(&at, &predicate) || !take_char(&at, ']') ||
			    !add_part(path, &predicate))
				return false;
		}
	}
	return path->steps && !*at;
}

struct nacm_path *nacm_path_new(const char *text)
{
	struct nacm_path *path = calloc(1, sizeof(*path));

	if (!path)
		return NULL;
	path->text = strdup(text);
	if (path->text && read_path(path))
		return path;
	nacm_path_free(path);
	return NULL;
}

/* ---- matching ---- */

static bool word_is(struct word word, const char *text)
{
	return text && !strncmp(word.at, text, word.len) && !text[word.len];
}

static bool value_is(const struct part *part, const struct lyd_node *leaf, const char *user)
{
	const char *value = lyd_get_value(leaf);

	return part->is_user ? value && !strcmp(value, user) : word_is(part->value, value);
}

static bool key_is(const struct part *part, const struct lyd_node *entry, const char *user)
{
	const struct lyd_node *key = lyd_child(entry);

	for (; key && key->schema && lysc_is_key(key->schema); key = key->next)
		if (word_is(part->name, key->schema->name))
			return value_is(part, key, user);
	return false;
}

static bool part_holds(const struct part *part, const struct lyd_node *node, const char *user)
{
	switch (part->kind) {
	case PART_STEP:
		return word_is(part->name, node->schema->name) &&
		       word_is(part->module, node->schema->module->name);
	case PART_KEY:
		return key_is(part, node, user);
	case PART_SELF:
		return value_is(part, node, user);
	case PART_POSITION:
		return lyd_list_pos(node) == part->position;
	}
	return false;
}

static unsigned int depth_of(const struct lyd_node *node)
{
	unsigned int depth = 0;

	for (; node; node = lyd_parent(node))
		depth++;
	return depth;
}

bool nacm_path_covers(const struct nacm_path *path, const struct lyd_node *node, const char *user)
{
	unsigned int depth = depth_of(node);

	if (depth < path->steps)
		return false;
	for (; depth > path->steps; depth--)
		node = lyd_parent(node);
	for (size_t i = path->count; i-- > 0;) {
		const struct part *part = &path->parts[i];

		if (!node->schema || !part_holds(part, node, user))
			return false;
		if (part->kind == PART_STEP)
			node = lyd_parent(node);
	}
	return true;
}

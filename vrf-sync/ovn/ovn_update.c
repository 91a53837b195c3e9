// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Updates of a monitor, into the rows.
 *
 * What a server says of a changed row is what differs: a set has the words that came or
 * went, a map the keys that came, went or have another value.  Values that are as the
 * schema makes them are left out of a new row.
 */
#include <zebra.h>

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "darr.h"

#include "model/model.h"
#include "ovn/ovn_rows_priv.h"

struct update {
	struct ovn_rows *rows;
	struct ovn_touched *touched;
	struct reason *why;
};

/* ---- values ---- */

static bool is_uuid(const char *text)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

	for (unsigned int i = 0; i < sizeof(form); i++)
		if (form[i] == 'x' ? !isxdigit((unsigned char)text[i]) : text[i] != form[i])
			return false;
	return true;
}

/* NULL where it is no string, or one with a NUL in it. */
static const char *json_text(struct json_object *value)
{
	const char *text;

	if (!json_object_is_type(value, json_type_string))
		return NULL;
	text = json_object_get_string(value);
	return strlen(text) == (size_t)json_object_get_string_len(value) ? text : NULL;
}

/* What stands behind a word in an array of two: ["set", ...]; NULL: it is not that. */
static struct json_object *tagged(struct json_object *value, const char *tag)
{
	const char *text;

	if (!json_object_is_type(value, json_type_array) || json_object_array_length(value) != 2)
		return NULL;
	text = json_text(json_object_array_get_idx(value, 0));
	return text && !strcmp(text, tag) ? json_object_array_get_idx(value, 1) : NULL;
}

static const char *take_atom(struct json_object *value, enum ovn_atom atom)
{
	const char *text;

	switch (atom) {
	case OVN_STRING:
		return json_text(value);
	case OVN_BOOLEAN:
		if (!json_object_is_type(value, json_type_boolean))
			return NULL;
		return json_object_get_boolean(value) ? "true" : "false";
	case OVN_UUID:
		text = json_text(tagged(value, "uuid"));
		return text && is_uuid(text) ? text : NULL;
	}
	return NULL;
}

static bool add_atom(char ***words, struct json_object *value, enum ovn_atom atom)
{
	const char *text = take_atom(value, atom);

	if (!text)
		return false;
	*darr_append(*words) = ovn_word_new(text);
	return true;
}

static int word_cmp(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A map is in one array with its keys at even places: sorted two by two. */
static void sort_words(char **words, enum ovn_kind kind)
{
	unsigned int step = kind == OVN_MAP ? 2 : 1;

	if (darr_len(words) > step)
		qsort(words, darr_len(words) / step, step * sizeof(*words), word_cmp);
}

static bool has_doubles(char **words, enum ovn_kind kind)
{
	unsigned int step = kind == OVN_MAP ? 2 : 1;

	for (unsigned int i = step; i < darr_len(words); i += step)
		if (!strcmp(words[i], words[i - step]))
			return true;
	return false;
}

static bool take_map(char ***words, struct json_object *pairs, enum ovn_atom atom)
{
	if (!json_object_is_type(pairs, json_type_array))
		return false;
	for (size_t i = 0; i < json_object_array_length(pairs); i++) {
		struct json_object *pair = json_object_array_get_idx(pairs, i);

		if (!json_object_is_type(pair, json_type_array) ||
		    json_object_array_length(pair) != 2 ||
		    !add_atom(words, json_object_array_get_idx(pair, 0), atom) ||
		    !add_atom(words, json_object_array_get_idx(pair, 1), atom))
			return false;
	}
	return true;
}

static bool take_set(char ***words, struct json_object *value, enum ovn_atom atom)
{
	struct json_object *list = tagged(value, "set");

	if (!list)
		return add_atom(words, value, atom);
	if (!json_object_is_type(list, json_type_array))
		return false;
	for (size_t i = 0; i < json_object_array_length(list); i++)
		if (!add_atom(words, json_object_array_get_idx(list, i), atom))
			return false;
	return true;
}

/* A value of that column as words, sorted; false where it is none. */
static bool take_value(char ***words, struct json_object *value,
		       const struct ovn_column_info *column)
{
	bool ok = column->kind == OVN_MAP ? take_map(words, tagged(value, "map"), column->atom)
					  : take_set(words, value, column->atom);

	if (ok)
		sort_words(*words, column->kind);
	/* the words of a pair that broke off are in no order */
	return ok && !has_doubles(*words, column->kind) &&
	       (column->kind != OVN_ONE || darr_len(*words) <= 1);
}

/* ---- what differs ---- */

static void move_word(char ***to, char **from, unsigned int *at)
{
	*darr_append(*to) = from[(*at)++];
}

static void drop_word(char **from, unsigned int *at)
{
	ovn_word_free(from[(*at)++]);
}

static void move_pair(char ***to, char **from, unsigned int *at)
{
	move_word(to, from, at);
	move_word(to, from, at);
}

static void drop_pair(char **from, unsigned int *at)
{
	drop_word(from, at);
	drop_word(from, at);
}

/* Both are sorted, and used up; so is what is made. */
static char **merge_sets(char **old, char **diff)
{
	unsigned int i = 0, j = 0;
	char **words = NULL;

	while (i < darr_len(old) || j < darr_len(diff)) {
		int cmp = i == darr_len(old)    ? 1
			  : j == darr_len(diff) ? -1
						: strcmp(old[i], diff[j]);

		if (cmp < 0) {
			move_word(&words, old, &i);
		} else if (cmp > 0) {
			move_word(&words, diff, &j);
		} else {
			drop_word(old, &i);
			drop_word(diff, &j);
		}
	}
	darr_free(old);
	darr_free(diff);
	return words;
}

/* The same with pairs; a key with another value has that now. */
static char **merge_maps(char **old, char **diff)
{
	unsigned int i = 0, j = 0;
	char **words = NULL;

	while (i < darr_len(old) || j < darr_len(diff)) {
		int cmp = i == darr_len(old)    ? 1
			  : j == darr_len(diff) ? -1
						: strcmp(old[i], diff[j]);

		if (cmp < 0) {
			move_pair(&words, old, &i);
		} else if (cmp > 0) {
			move_pair(&words, diff, &j);
		} else {
			bool same = !strcmp(old[i + 1], diff[j + 1]);

			drop_pair(old, &i);
			if (same)
				drop_pair(diff, &j);
			else
				move_pair(&words, diff, &j);
		}
	}
	darr_free(old);
	darr_free(diff);
	return words;
}

static char **merge(enum ovn_kind kind, char **old, char **diff)
{
	if (kind == OVN_SET)
		return merge_sets(old, diff);
	if (kind == OVN_MAP)
		return merge_maps(old, diff);
	ovn_words_free(old);
	return diff;
}

/* ---- whom it concerns ---- */

static void touch(struct update *update, const struct ovn_row *router)
{
	strlcpy(*darr_append(update->touched->routers), router->uuid, OVN_UUID_SIZE);
}

static void touch_router_port(struct update *update, const struct ovn_row *port)
{
	const struct ovn_row *router = NULL;

	while ((router = ovn_rows_owner(update->rows, port, router)))
		touch(update, router);
}

static void touch_switch_port(struct update *update, const char *uuid)
{
	const struct ovn_row *port = ovn_rows_find(update->rows, OVN_SWITCH_PORT, uuid);
	const struct ovn_row *router_port = NULL;

	while (port && (router_port = ovn_rows_router_port(update->rows, port, router_port)))
		touch_router_port(update, router_port);
}

static void touch_switch(struct update *update, const struct ovn_row *sw)
{
	char **port;

	darr_foreach_p (sw->values[OVN_PORTS], port)
		touch_switch_port(update, *port);
}

/* A virtual machine came or went: most of what happens in a cloud, and no business of ours. */
static bool touch_moved_ports(struct update *update, const struct ovn_row *row,
			      struct json_object *change)
{
	struct json_object *modify, *ports;
	char **words = NULL, **word;

	if (row->table != OVN_SWITCH || !json_object_object_get_ex(change, "modify", &modify) ||
	    !json_object_object_get_ex(modify, "ports", &ports) ||
	    json_object_object_length(modify) != 1)
		return false;
	if (take_value(&words, ports, &ovn_columns[OVN_PORTS]))
		darr_foreach_p (words, word)
			touch_switch_port(update, *word);
	ovn_words_free(words);
	return true;
}

static void touch_of(struct update *update, const struct ovn_row *row, struct json_object *change)
{
	const struct ovn_row *sw = NULL;

	switch (row->table) {
	case OVN_GLOBAL:
		update->touched->shared = true;
		break;
	case OVN_ROUTER:
		touch(update, row);
		break;
	case OVN_ROUTER_PORT:
		touch_router_port(update, row);
		break;
	case OVN_SWITCH:
		if (!touch_moved_ports(update, row, change))
			touch_switch(update, row);
		break;
	case OVN_SWITCH_PORT:
		touch_switch_port(update, row->uuid);
		while ((sw = ovn_rows_owner(update->rows, row, sw)))
			touch_switch(update, sw);
		break;
	}
}

/* ---- rows ---- */

static void set_value(struct update *update, struct ovn_row *row, enum ovn_column column,
		      char **words, bool differs)
{
	char **old = row->values[column], **port;

	if (column == OVN_PORTS)
		darr_foreach_p (old, port)
			ovn_row_port(update->rows, row, *port, false);
	row->values[column] = differs ? merge(ovn_columns[column].kind, old, words) : words;
	if (!differs)
		ovn_words_free(old);
	if (column == OVN_PORTS)
		darr_foreach_p (row->values[column], port)
			ovn_row_port(update->rows, row, *port, true);
}

static int bad_value(struct update *update, const struct ovn_row *row, const char *column)
{
	reason_set(update->why, "it sent a %.40s of %s row %s that cannot be one", column,
		   ovn_table_names[row->table], row->uuid);
	return -EPROTO;
}

static int set_values(struct update *update, struct ovn_row *row, struct json_object *values,
		      bool differs)
{
	if (!json_object_is_type(values, json_type_object))
		return bad_value(update, row, "change");
	json_object_object_foreach(values, name, value)
	{
		char **words = NULL;
		unsigned int i = 0;

		while (i < OVN_COLUMN_COUNT && (strcmp(ovn_columns[i].name, name) ||
						!(ovn_columns[i].tables & 1 << row->table)))
			i++;
		if (i == OVN_COLUMN_COUNT)
			continue; /* nobody asked for it */
		if (!take_value(&words, value, &ovn_columns[i])) {
			ovn_words_free(words);
			return bad_value(update, row, name);
		}
		set_value(update, row, i, words, differs);
	}
	return 0;
}

static int lost_row(struct update *update, enum ovn_table table, const char *uuid,
		    const char *what)
{
	reason_set(update->why, "it %s %s row %.40s, which %s", what, ovn_table_names[table], uuid,
		   strcmp(what, "inserted") ? "it never told of" : "was there");
	return -EPROTO;
}

static int take_change(struct update *update, enum ovn_table table, const char *uuid,
		       struct json_object *change)
{
	struct ovn_row *row = ovn_row_get(update->rows, table, uuid);
	struct json_object *values = NULL;
	int ret;

	if (json_object_object_get_ex(change, "delete", &values)) {
		if (!row)
			return lost_row(update, table, uuid, "deleted");
		ovn_row_del(update->rows, row);
		return 0;
	}
	if (json_object_object_get_ex(change, "modify", &values)) {
		if (!row)
			return lost_row(update, table, uuid, "changed");
		ovn_row_out(update->rows, row);
		ret = set_values(update, row, values, true);
		ovn_row_in(update->rows, row);
		return ret;
	}
	if (!json_object_object_get_ex(change, "insert", &values) &&
	    !json_object_object_get_ex(change, "initial", &values)) {
		reason_set(update->why, "it sent a change of %s that is none",
			   ovn_table_names[table]);
		return -EPROTO;
	}
	row = is_uuid(uuid) ? ovn_row_new(update->rows, table, uuid) : NULL;
	if (!row)
		return lost_row(update, table, uuid, "inserted");
	ret = set_values(update, row, values, false);
	ovn_row_in(update->rows, row);
	return ret;
}

/* ---- all of an update ---- */

static int table_of(const char *name)
{
	return name_index(name, ovn_table_names, OVN_TABLE_COUNT);
}

static void touch_all(struct update *update, struct json_object *updates)
{
	json_object_object_foreach(updates, name, changes)
	{
		int table = table_of(name);

		if (table < 0)
			continue;
		json_object_object_foreach(changes, uuid, change)
		{
			const struct ovn_row *row = ovn_row_get(update->rows, table, uuid);

			if (row)
				touch_of(update, row, change);
		}
	}
}

static int take_table(struct update *update, enum ovn_table table, struct json_object *changes)
{
	json_object_object_foreach(changes, uuid, change)
	{
		int ret = take_change(update, table, uuid, change);

		if (ret < 0)
			return ret;
	}
	return 0;
}

/* The form of all of it, so that nobody behind has to ask: objects three deep. */
static bool is_update(struct json_object *updates)
{
	if (!json_object_is_type(updates, json_type_object))
		return false;
	json_object_object_foreach(updates, name, changes)
	{
		if (table_of(name) < 0)
			continue;
		if (!json_object_is_type(changes, json_type_object))
			return false;
		json_object_object_foreach(
			changes, uuid,
			change) if (!uuid ||
				    !json_object_is_type(change, json_type_object)) return false;
	}
	return true;
}

int ovn_rows_update(struct ovn_rows *rows, struct json_object *updates,
		    struct ovn_touched *touched, struct reason *why)
{
	struct update update = { .rows = rows, .touched = touched, .why = why };

	if (!is_update(updates)) {
		reason_set(why, "it sent an update that is none");
		return -EPROTO;
	}
	/* whom the rows concern as they were, and as they will be */
	if (touched)
		touch_all(&update, updates);
	json_object_object_foreach(updates, name, changes)
	{
		int table = table_of(name);
		int ret = table < 0 ? 0 : take_table(&update, table, changes);

		if (ret < 0)
			return ret;
	}
	if (touched)
		touch_all(&update, updates);
	return 0;
}

void ovn_touched_fini(struct ovn_touched *touched)
{
	darr_free(touched->routers);
	*touched = (struct ovn_touched){};
}

/* ---- what to ask for ---- */

static struct json_object *condition(const char *column, const char *value)
{
	struct json_object *one = json_object_new_array();

	json_object_array_add(one, json_object_new_string(column));
	json_object_array_add(one, json_object_new_string("=="));
	json_object_array_add(one, json_object_new_string(value));
	return one;
}

struct json_object *ovn_rows_requests(void)
{
	struct json_object *requests = json_object_new_object();

	for (unsigned int table = 0; table < OVN_TABLE_COUNT; table++) {
		struct json_object *request = json_object_new_object();
		struct json_object *columns = json_object_new_array();
		struct json_object *list = json_object_new_array();

		for (unsigned int i = 0; i < OVN_COLUMN_COUNT; i++)
			if (ovn_columns[i].tables & 1 << table)
				json_object_array_add(columns,
						      json_object_new_string(ovn_columns[i].name));
		json_object_object_add(request, "columns", columns);
		if (table == OVN_SWITCH_PORT) {
			struct json_object *where = json_object_new_array();

			/* not those of virtual machines, of which there are many */
			json_object_array_add(where, condition("type", "router"));
			json_object_array_add(where, condition("type", "localnet"));
			json_object_object_add(request, "where", where);
		}
		json_object_array_add(list, request);
		json_object_object_add(requests, ovn_table_names[table], list);
	}
	return requests;
}

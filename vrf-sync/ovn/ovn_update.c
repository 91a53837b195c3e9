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

/* Words belong to the JSON that they are in. */
static bool add_atom(const char ***words, struct json_object *value, enum ovn_atom atom)
{
	const char *text = take_atom(value, atom);

	if (!text)
		return false;
	*darr_append(*words) = text;
	return true;
}

static int word_cmp(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* A map is in one array with its keys at even places: sorted two by two. */
static unsigned int step_of(enum ovn_kind kind)
{
	return kind == OVN_MAP ? 2 : 1;
}

static void sort_words(const char **words, unsigned int step)
{
	if (darr_len(words) > step)
		qsort(words, darr_len(words) / step, step * sizeof(*words), word_cmp);
}

static bool has_doubles(const char **words, unsigned int step)
{
	for (unsigned int i = step; i < darr_len(words); i += step)
		if (!strcmp(words[i], words[i - step]))
			return true;
	return false;
}

static bool take_map(const char ***words, struct json_object *pairs, enum ovn_atom atom)
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

static bool take_set(const char ***words, struct json_object *value, enum ovn_atom atom)
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
static bool take_value(const char ***words, struct json_object *value,
		       const struct ovn_column_info *column)
{
	bool ok = column->kind == OVN_MAP ? take_map(words, tagged(value, "map"), column->atom)
					  : take_set(words, value, column->atom);

	if (ok)
		sort_words(*words, step_of(column->kind));
	/* the words of a pair that broke off are in no order */
	return ok && !has_doubles(*words, step_of(column->kind)) &&
	       (column->kind != OVN_ONE || darr_len(*words) <= 1);
}

/* ---- what differs ---- */

/* Both are sorted, and so is what is made: a word that is in both is gone, a key that is in both
 * too, unless it has another value now.
 */
static const char **merge(const char **old, const char **diff, unsigned int step)
{
	unsigned int old_count = darr_len(old), diff_count = darr_len(diff), i = 0, j = 0;
	const char **words = NULL;

	while (i < old_count || j < diff_count) {
		int cmp = i == old_count ? 1 : j == diff_count ? -1 : strcmp(old[i], diff[j]);
		const char **from = cmp < 0 ? old + i : diff + j;

		if (cmp || (step == 2 && strcmp(old[i + 1], diff[j + 1])))
			for (unsigned int k = 0; k < step; k++)
				*darr_append(words) = from[k];
		if (cmp <= 0)
			i += step;
		if (cmp >= 0)
			j += step;
	}
	return words;
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
	ovn_row_each(sw, OVN_PORTS, port) touch_switch_port(update, port);
}

/* A virtual machine came or went: most of what happens in a cloud, and no business of ours. */
static bool touch_moved_ports(struct update *update, const struct ovn_row *row,
			      struct json_object *change)
{
	struct json_object *modify, *ports;
	const char **words = NULL, **word;

	if (row->table != OVN_SWITCH || !json_object_object_get_ex(change, "modify", &modify) ||
	    !json_object_object_get_ex(modify, "ports", &ports) ||
	    json_object_object_length(modify) != 1)
		return false;
	if (take_value(&words, ports, &ovn_columns[OVN_PORTS]))
		darr_foreach_p (words, word)
			touch_switch_port(update, *word);
	darr_free(words);
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

/* Takes the words. */
static void set_value(struct ovn_draft *draft, enum ovn_column column, const char **words,
		      bool differs)
{
	const char **old = draft->words[column];

	if (differs && ovn_columns[column].kind != OVN_ONE) {
		draft->words[column] = merge(old, words, step_of(ovn_columns[column].kind));
		darr_free(words);
	} else {
		draft->words[column] = words;
	}
	darr_free(old);
}

static int bad_value(struct update *update, enum ovn_table table, const char *uuid,
		     const char *column)
{
	reason_set(update->why, "it sent a %.40s of %s row %.40s that cannot be one", column,
		   ovn_table_names[table], uuid);
	return -EPROTO;
}

static int draft_values(struct update *update, enum ovn_table table, const char *uuid,
			struct ovn_draft *draft, struct json_object *values, bool differs)
{
	if (!json_object_is_type(values, json_type_object))
		return bad_value(update, table, uuid, "change");
	json_object_object_foreach(values, name, value)
	{
		const char **words = NULL;
		unsigned int i = 0;

		while (i < OVN_COLUMN_COUNT && (strcmp(ovn_columns[i].name, name) ||
						!(ovn_columns[i].tables & 1 << table)))
			i++;
		if (i == OVN_COLUMN_COUNT)
			continue; /* nobody asked for it */
		if (!take_value(&words, value, &ovn_columns[i])) {
			darr_free(words);
			return bad_value(update, table, uuid, name);
		}
		set_value(draft, i, words, differs);
	}
	return 0;
}

/* old: what the values differ from, and what the new row replaces; NULL: they are all. */
static int make_row(struct update *update, enum ovn_table table, const char *uuid,
		    struct ovn_row *old, struct json_object *values)
{
	struct ovn_draft draft;
	int ret;

	ovn_draft_of(&draft, old);
	ret = draft_values(update, table, uuid, &draft, values, old != NULL);
	if (!ret) {
		struct ovn_row *row = ovn_row_new(table, uuid, &draft);

		if (old)
			ovn_row_del(update->rows, old);
		ovn_row_add(update->rows, row);
	}
	ovn_draft_fini(&draft);
	return ret;
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

	if (json_object_object_get_ex(change, "delete", &values)) {
		if (!row)
			return lost_row(update, table, uuid, "deleted");
		ovn_row_del(update->rows, row);
		return 0;
	}
	if (json_object_object_get_ex(change, "modify", &values)) {
		if (!row)
			return lost_row(update, table, uuid, "changed");
		return make_row(update, table, uuid, row, values);
	}
	if (!json_object_object_get_ex(change, "insert", &values) &&
	    !json_object_object_get_ex(change, "initial", &values)) {
		reason_set(update->why, "it sent a change of %s that is none",
			   ovn_table_names[table]);
		return -EPROTO;
	}
	if (row || !is_uuid(uuid))
		return lost_row(update, table, uuid, "inserted");
	return make_row(update, table, uuid, NULL, values);
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

int ovn_rows_take(struct ovn_rows *rows, const char *table, const char *uuid,
		  struct json_object *change, struct reason *why)
{
	struct update update = { .rows = rows, .why = why };
	int number = table_of(table);

	return number < 0 ? 0 : take_change(&update, number, uuid, change);
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

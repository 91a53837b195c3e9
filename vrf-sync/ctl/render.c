// SPDX-License-Identifier: GPL-2.0-or-later
/* JSON as it is, or as tables for people. */
#include <zebra.h>

#include <stdio.h>
#include <string.h>

#include <json-c/json.h>

#include "darr.h"

#include "ctl/engine.h"
#include "ctl/show.h"
#include "source/rows.h"

#define CELL_SIZE 512

/* ---- making ---- */

void show_text(struct json_object *json, const char *key, const char *text)
{
	json_object_object_add(json, key, text ? json_object_new_string(text) : NULL);
}

void show_number(struct json_object *json, const char *key, int64_t number)
{
	json_object_object_add(json, key, json_object_new_int64(number));
}

void show_flag(struct json_object *json, const char *key, bool flag)
{
	json_object_object_add(json, key, json_object_new_boolean(flag));
}

void show_net(struct json_object *json, const char *key, const struct ipnet *net)
{
	char text[IPNET_TEXT_SIZE];

	show_text(json, key, ipnet_is_set(net) ? ipnet_format(net, text) : NULL);
}

void show_address(struct json_object *json, const char *key, const struct ipnet *net)
{
	char text[IPNET_TEXT_SIZE];

	show_text(json, key, ipnet_is_set(net) ? ipnet_format_addr(net, text) : NULL);
}

void show_nets(struct json_object *json, const char *key, const struct ipnet *nets)
{
	struct json_object *array = json_object_new_array();
	char text[IPNET_TEXT_SIZE];
	const struct ipnet *net;

	darr_foreach_p (nets, net)
		json_object_array_add(array, json_object_new_string(ipnet_format(net, text)));
	json_object_object_add(json, key, array);
}

void show_roles(struct json_object *json, const char *key, uint8_t roles)
{
	struct json_object *array = json_object_new_array();

	for (int i = 0; i < ROLE_COUNT; i++)
		if (roles & (1 << i))
			json_object_array_add(array, json_object_new_string(role_names[i]));
	json_object_object_add(json, key, array);
}

/* ---- printing ---- */

/* An array of objects is a table of its own, and no cell. */
static bool is_table(struct json_object *value)
{
	return json_object_is_type(value, json_type_array) && json_object_array_length(value) &&
	       json_object_is_type(json_object_array_get_idx(value, 0), json_type_object);
}

static const char *cell_text(struct json_object *value, char buf[static CELL_SIZE])
{
	size_t count;

	buf[0] = '\0';
	if (json_object_is_type(value, json_type_boolean))
		return strcpy(buf, json_object_get_boolean(value) ? "yes" : "no");
	if (!json_object_is_type(value, json_type_array))
		snprintf(buf, CELL_SIZE, "%s", value ? json_object_get_string(value) : "");
	count = json_object_is_type(value, json_type_array) ? json_object_array_length(value) : 0;
	for (size_t i = 0; i < count; i++) {
		if (i)
			strlcat(buf, ",", CELL_SIZE);
		strlcat(buf, json_object_get_string(json_object_array_get_idx(value, i)),
			CELL_SIZE);
	}
	if (!buf[0])
		strcpy(buf, "-");
	return buf;
}

static void print_title(const char *key, int width)
{
	int printed = 0;

	for (; *key; key++, printed++)
		putchar(*key >= 'a' && *key <= 'z' ? *key - 'a' + 'A' : *key);
	printf("%*s", width > printed ? width - printed : 0, "");
}

static int column_width(struct json_object *rows, const char *key)
{
	size_t width = strlen(key);
	char buf[CELL_SIZE];

	for (size_t i = 0; i < json_object_array_length(rows); i++) {
		struct json_object *row = json_object_array_get_idx(rows, i);
		size_t len = strlen(cell_text(json_object_object_get(row, key), buf));

		width = len > width ? len : width;
	}
	return (int)width;
}

struct column {
	const char *key;
	int width;
};

/* The first row has all keys.  A key whose value is a table in any row is left out. */
static struct column *columns_of(struct json_object *rows)
{
	struct json_object_iterator at =
		json_object_iter_begin(json_object_array_get_idx(rows, 0));
	struct json_object_iterator end = json_object_iter_end(json_object_array_get_idx(rows, 0));
	struct column *columns = NULL;

	for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at)) {
		const char *key = json_object_iter_peek_name(&at);
		bool table = false;

		for (size_t i = 0; i < json_object_array_length(rows); i++)
			table |= is_table(
				json_object_object_get(json_object_array_get_idx(rows, i), key));
		if (!table)
			*darr_append(columns) = (struct column){ key, column_width(rows, key) };
	}
	return columns;
}

static void print_table(struct json_object *rows)
{
	struct column *columns = columns_of(rows), *column;
	char buf[CELL_SIZE];

	darr_foreach_p (columns, column) {
		bool last = column == darr_last(columns);

		print_title(column->key, last ? 0 : column->width);
		fputs(last ? "\n" : "  ", stdout);
	}
	for (size_t i = 0; i < json_object_array_length(rows); i++) {
		struct json_object *row = json_object_array_get_idx(rows, i);

		darr_foreach_p (columns, column) {
			bool last = column == darr_last(columns);

			cell_text(json_object_object_get(row, column->key), buf);
			printf("%-*s%s", last ? 0 : column->width, buf, last ? "\n" : "  ");
		}
	}
	darr_free(columns);
}

static void print_object(struct json_object *json)
{
	char buf[CELL_SIZE];
	int width = 0;

	json_object_object_foreach(json, name,
				   item) if (!is_table(item) && (int)strlen(name) > width) width =
		(int)strlen(name);
	json_object_object_foreach(json, key, value) if (!is_table(value))
		printf("%-*s  %s\n", width, key, cell_text(value, buf));
	json_object_object_foreach(json, title, rows)
	{
		if (!is_table(rows))
			continue;
		printf("\n%s:\n", title);
		print_table(rows);
	}
}

void show_print(const struct ctl *ctl, struct json_object *json, const char *nothing)
{
	if (ctl->json)
		printf("%s\n",
		       json_object_to_json_string_ext(
			       json, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
	else if (json_object_is_type(json, json_type_object))
		print_object(json);
	else if (is_table(json))
		print_table(json);
	else
		puts(nothing);
	json_object_put(json);
}

/* ---- the database as a whole ---- */

struct model *show_load(struct ctl *ctl)
{
	uint32_t *touched = NULL;
	struct model *model;
	struct load *load;

	if (ctl->engine->load(ctl, READ_ALL, &load, &ctl->why) < 0)
		return NULL;
	model = model_new();
	model_commit(model, load, &touched);
	darr_free(touched);
	return model;
}

static int tenant_cmp(const void *a, const void *b)
{
	const struct tenant *const *x = a, *const *y = b;

	return numcmp((*x)->id, (*y)->id);
}

int show_tenants(struct ctl *ctl, const struct model *model, const char *name,
		 const struct tenant ***tenants)
{
	const struct tenant *tenant = NULL;

	if (name) {
		tenant = model_tenant_by_name(model, name);
		if (!tenant) {
			reason_set(
				&ctl->why,
				"tenant %s does not exist; \"tenantctl show tenant\" lists them",
				name);
			return -1;
		}
		*darr_append(*tenants) = tenant;
		return 0;
	}
	while ((tenant = model_tenant_next(model, tenant)))
		*darr_append(*tenants) = tenant;
	if (darr_len(*tenants))
		qsort(*tenants, darr_len(*tenants), sizeof(**tenants), tenant_cmp);
	return 0;
}

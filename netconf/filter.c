// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Data and filter are walked side by side, each data node once: with it go all filter nodes
 * that name it.  So filters that overlap need no union of trees afterwards, and a list of
 * many entries is read once however many of them the filter asks for.
 *
 * A copy is made on the way down and dropped again where nothing below it was selected.
 */
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <libyang/libyang.h>
#include <libyang/plugins_types.h>

#include "netconf/filter.h"

/* ---- text ---- */

struct text {
	const char *at;
	size_t len;
};

static struct text text_trim(const char *value)
{
	struct text text = { .at = value ?: "" };

	while (isspace((unsigned char)*text.at))
		text.at++;
	text.len = strlen(text.at);
	while (text.len && isspace((unsigned char)text.at[text.len - 1]))
		text.len--;
	return text;
}

static bool text_is_same(struct text a, struct text b)
{
	return a.len == b.len && !memcmp(a.at, b.at, a.len);
}

/* ---- a node of a filter ---- */

enum filter_kind {
	CONTAINMENT,
	SELECTION,
	CONTENT_MATCH,
};

static const struct lyd_node_opaq *opaque(const struct lyd_node *filter)
{
	return (const struct lyd_node_opaq *)filter;
}

static struct text filter_value(const struct lyd_node *filter)
{
	return text_trim(filter->schema ? lyd_get_value(filter) : opaque(filter)->value);
}

static enum filter_kind filter_kind(const struct lyd_node *filter)
{
	if (lyd_child_any(filter))
		return CONTAINMENT;
	return filter_value(filter).len ? CONTENT_MATCH : SELECTION;
}

static bool namespace_is(const struct lyd_node_opaq *filter, const struct lys_module *module)
{
	if (!filter->name.module_ns || !*filter->name.module_ns)
		return true;
	return !strcmp(filter->name.module_ns,
		       filter->format == LY_VALUE_XML ? module->ns : module->name);
}

static bool names(const struct lyd_node *filter, const struct lyd_node *data)
{
	if (!data->schema)
		return false;
	if (filter->schema == data->schema)
		return true;
	/* the same node may have another schema below anyxml */
	if (filter->schema)
		return filter->schema->module == data->schema->module &&
		       !strcmp(filter->schema->name, data->schema->name);
	return !strcmp(opaque(filter)->name.name, data->schema->name) &&
	       namespace_is(opaque(filter), data->schema->module);
}

/* ---- values ---- */

/* Read as the leaf's type reads it, with the prefixes of the filter: 010 is 10, and q:reader an
 * identity of the module that the filter calls q.
 */
static bool is_value_of(const struct lyd_node *leaf, const struct lyd_node_opaq *filter,
			struct text text)
{
	const struct lysc_type *type = ((const struct lysc_node_leaf *)leaf->schema)->type;
	const struct lyd_value *value = &((const struct lyd_node_term *)leaf)->value;
	const struct lyplg_type *plugin = lysc_get_type_plugin(type->plugin_ref);
	struct ly_err_item *unused = NULL;
	struct lyd_value other = {};
	LY_ERR error;
	bool same;

	error = plugin->store(LYD_CTX(leaf), type, text.at, text.len * 8, 0, filter->format,
			      filter->val_prefix_data, LYD_HINT_DATA, leaf->schema, &other, NULL,
			      &unused);
	ly_err_free(unused);
	/* incomplete is a reference whose target nobody looked for */
	if (error && error != LY_EINCOMPLETE)
		return false;
	same = other.realtype == value->realtype && !plugin->compare(LYD_CTX(leaf), &other, value);
	if (plugin->free)
		plugin->free(LYD_CTX(leaf), &other);
	return same;
}

static bool value_matches(const struct lyd_node *filter, const struct lyd_node *leaf)
{
	struct text value = filter_value(filter);

	if (!(leaf->schema->nodetype & LYD_NODE_TERM))
		return false;
	if (text_is_same(value, text_trim(lyd_get_value(leaf))))
		return true;
	return !filter->schema && is_value_of(leaf, opaque(filter), value);
}

/* ---- siblings ---- */

/* Do all content matches among these siblings of a filter hold for these of the data? */
static bool contents_match(const struct lyd_node *filters, const struct lyd_node *siblings)
{
	const struct lyd_node *filter, *data;

	for (filter = filters; filter; filter = filter->next) {
		if (filter_kind(filter) != CONTENT_MATCH)
			continue;
		for (data = siblings; data; data = data->next)
			if (names(filter, data) && value_matches(filter, data))
				break;
		if (!data)
			return false;
	}
	return true;
}

static bool are_all_content_matches(const struct lyd_node *filters)
{
	const struct lyd_node *filter;

	for (filter = filters; filter; filter = filter->next)
		if (filter_kind(filter) != CONTENT_MATCH)
			return false;
	return true;
}

/* Siblings of data, and the sibling sets of the filter that hold for them. */
struct level {
	const struct lyd_node *siblings;
	const struct lyd_node **filters; /* the first of each set */
	size_t count;
	bool is_whole; /* everything is selected: one of the sets matches by content only */
};

static void level_add(struct level *level, const struct lyd_node *filters)
{
	if (!filters || !contents_match(filters, level->siblings))
		return;
	level->filters[level->count++] = filters;
	if (are_all_content_matches(filters))
		level->is_whole = true;
}

/* ---- what is selected ---- */

/* The filter nodes of a level that name one data node. */
struct naming {
	const struct lyd_node **containments;
	size_t count, room;
	bool is_whole; /* one of them takes the data node as it is */
	bool is_short_of_memory;
};

static void naming_add(struct naming *naming, const struct lyd_node *filter)
{
	const struct lyd_node **grown;

	if (naming->count == naming->room) {
		naming->room = naming->room ? naming->room * 2 : 8;
		grown = realloc(naming->containments, naming->room * sizeof(*grown));
		if (!grown) {
			naming->is_short_of_memory = true;
			return;
		}
		naming->containments = grown;
	}
	naming->containments[naming->count++] = filter;
}

static void naming_collect(struct naming *naming, const struct level *level,
			   const struct lyd_node *data)
{
	const struct lyd_node *filter;

	for (size_t i = 0; i < level->count; i++) {
		for (filter = level->filters[i]; filter; filter = filter->next) {
			enum filter_kind kind = filter_kind(filter);

			if (naming->is_whole || naming->is_short_of_memory)
				return;
			if (!names(filter, data))
				continue;
			if (kind == CONTAINMENT)
				naming_add(naming, filter);
			else if (kind == SELECTION || value_matches(filter, data))
				naming->is_whole = true;
		}
	}
}

/* Where copies go. */
struct place {
	struct lyd_node *parent; /* NULL at the top */
	struct lyd_node *first;  /* of the top */
	bool is_used;            /* something was selected here */
};

static int copy_selected(const struct level *level, struct place *place);

static int place_add(struct place *place, struct lyd_node *node)
{
	LY_ERR error = place->parent ? lyd_insert_child(place->parent, node)
				     : lyd_insert_sibling(place->first, node, &place->first);

	if (error) {
		lyd_free_tree(node);
		return -ENOMEM;
	}
	place->is_used = true;
	return 0;
}

static int copy_whole(const struct lyd_node *data, struct place *place)
{
	struct lyd_node *copy;

	if (place->parent && data->schema && lysc_is_key(data->schema)) {
		place->is_used = true; /* it came with its entry */
		return 0;
	}
	if (lyd_dup_single(data, NULL, LYD_DUP_RECURSIVE | LYD_DUP_WITH_FLAGS, &copy))
		return -ENOMEM;
	return place_add(place, copy);
}

/* The node with its keys, if something below it is selected. */
static int copy_part(const struct lyd_node *data, const struct level *below, struct place *place)
{
	struct place inside = {};
	int error;

	if (lyd_dup_single(data, NULL, LYD_DUP_WITH_FLAGS, &inside.parent))
		return -ENOMEM;
	error = copy_selected(below, &inside);
	if (!error && inside.is_used)
		return place_add(place, inside.parent);
	lyd_free_tree(inside.parent);
	return error;
}

/* Of the containments that name the node, those count whose content matches hold in it. */
static int copy_contained(const struct lyd_node *data, const struct naming *naming,
			  struct place *place)
{
	struct level below = { .siblings = lyd_child(data) };
	int error = 0;

	below.filters = calloc(naming->count, sizeof(*below.filters));
	if (!below.filters)
		return -ENOMEM;
	for (size_t i = 0; i < naming->count; i++)
		level_add(&below, lyd_child_any(naming->containments[i]));
	if (below.is_whole)
		error = copy_whole(data, place);
	else if (below.count)
		error = copy_part(data, &below, place);
	free(below.filters);
	return error;
}

static int copy_named(const struct lyd_node *data, const struct naming *naming,
		      struct place *place)
{
	if (naming->is_short_of_memory)
		return -ENOMEM;
	if (naming->is_whole)
		return copy_whole(data, place);
	return naming->count ? copy_contained(data, naming, place) : 0;
}

static int copy_selected(const struct level *level, struct place *place)
{
	struct naming naming = {};
	const struct lyd_node *data;
	int error = 0;

	for (data = level->siblings; data; data = data->next) {
		naming.count = 0;
		naming.is_whole = level->is_whole;
		if (!level->is_whole)
			naming_collect(&naming, level, data);
		error = copy_named(data, &naming, place);
		if (error)
			break;
	}
	free(naming.containments);
	return error;
}

int filter_subtree(const struct lyd_node *data, const struct lyd_node *filter,
		   struct lyd_node **result)
{
	const struct lyd_node *set = NULL;
	struct level top = { .siblings = data, .filters = &set };
	struct place place = {};
	int error;

	level_add(&top, filter);
	error = copy_selected(&top, &place);
	if (error) {
		lyd_free_siblings(place.first);
		return error;
	}
	*result = place.first;
	return 0;
}

int filter_xpath(const struct lyd_node *data, const char *xpath, struct lyd_node **result)
{
	struct lyd_node *whole = NULL, *copy;
	struct ly_set *found = NULL;
	LY_ERR bad = data ? lyd_find_xpath(data, xpath, &found) : LY_SUCCESS;

	for (uint32_t i = 0; !bad && found && i < found->count; i++) {
		bad = lyd_dup_single(found->dnodes[i], NULL,
				     LYD_DUP_RECURSIVE | LYD_DUP_WITH_PARENTS | LYD_DUP_WITH_FLAGS,
				     &copy);
		while (!bad && lyd_parent(copy))
			copy = lyd_parent(copy);
		bad = bad ?: lyd_merge_siblings(&whole, copy, LYD_MERGE_DESTRUCT);
	}
	ly_set_free(found, NULL);
	*result = whole;
	return bad ? -EINVAL : 0;
}

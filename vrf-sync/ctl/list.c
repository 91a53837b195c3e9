// SPDX-License-Identifier: GPL-2.0-or-later
/* Options that hold several things. */
#include <zebra.h>

#include <stdio.h>
#include <string.h>

#include "darr.h"

#include <sqlite3.h>

#include "ctl/args.h"
#include "ctl/list.h"
#include "ctl/row.h"

static int take_item(struct ctl *ctl, const char *option, const char *text, size_t len,
		     struct list_item **items)
{
	bool has_sign = len && (text[0] == '+' || text[0] == '-');
	struct list_item item = { .sign = has_sign ? text[0] : 0 };

	text += has_sign;
	len -= has_sign;
	if (!len || len >= sizeof(item.text)) {
		reason_set(&ctl->why, "--%s has an empty or overlong part; write it like a,b,c",
			   option);
		return -1;
	}
	memcpy(item.text, text, len);
	*darr_append(*items) = item;
	return 0;
}

int list_parse(struct ctl *ctl, const char *option, const char *text, struct list_item **items)
{
	const struct list_item *item;

	while (*text) {
		size_t len = strcspn(text, ",");

		if (take_item(ctl, option, text, len, items) < 0)
			return -1;
		text += len;
		if (*text == ',' && !*++text)
			return take_item(ctl, option, "", 0, items);
	}
	darr_foreach_p (*items, item)
		if (!item->sign != !(*items)[0].sign) {
			reason_set(
				&ctl->why,
				"--%s mixes two forms: either the whole list (a,b) or changes only (+a,-b)",
				option);
			return -1;
		}
	return 0;
}

bool list_replaces(const struct list_item *items)
{
	return !darr_len(items) || !items[0].sign;
}

/* ---- prefixes ---- */

static int add_prefix(struct ctl *ctl, const struct prefix_list *list, const char *prefix)
{
	struct ipnet net;
	char sql[128];

	if (args_net(ctl, prefix, &net) < 0)
		return -1;
	snprintf(sql, sizeof(sql), "INSERT OR IGNORE INTO %s (%s, prefix) VALUES (?1, ?2)",
		 list->table, list->key);
	return sql_run(ctl, sql, "it", list->id, prefix);
}

static int del_prefix(struct ctl *ctl, const struct prefix_list *list, const char *prefix)
{
	char sql[128];

	snprintf(sql, sizeof(sql), "DELETE FROM %s WHERE %s = ?1 AND prefix = ?2", list->table,
		 list->key);
	if (sql_run(ctl, sql, "it", list->id, prefix) < 0)
		return -1;
	if (sqlite3_changes(ctl->db->sqlite))
		return 0;
	reason_set(&ctl->why, "%s has no %s %s; \"tenantctl show\" lists what it has", list->owner,
		   list->object, prefix);
	return -1;
}

static bool list_has(const struct list_item *items, const char *text)
{
	const struct list_item *item;

	darr_foreach_p (items, item)
		if (!strcmp(item->text, text))
			return true;
	return false;
}

/* What is there and not in the list goes; the rest stays untouched. */
static int drop_prefixes(struct ctl *ctl, const struct prefix_list *list,
			 const struct list_item *items)
{
	char sql[128], prefix[SQL_TEXT_SIZE], last[SQL_TEXT_SIZE] = "";
	int ret;

	snprintf(sql, sizeof(sql),
		 "SELECT prefix FROM %s WHERE %s = ?1 AND prefix > ?2 ORDER BY prefix",
		 list->table, list->key);
	while ((ret = sql_text(ctl, prefix, sizeof(prefix), sql, "it", list->id, last)) > 0) {
		if (!list_has(items, prefix) && del_prefix(ctl, list, prefix) < 0)
			return -1;
		memcpy(last, prefix, sizeof(last));
	}
	return ret;
}

int list_apply_prefixes(struct ctl *ctl, const struct prefix_list *list, const char *option,
			const char *text)
{
	struct list_item *items = NULL, *item;
	int ret = list_parse(ctl, option, text, &items);

	if (!ret && list_replaces(items))
		ret = drop_prefixes(ctl, list, items);
	darr_foreach_p (items, item)
		if (!ret)
			ret = item->sign == '-' ? del_prefix(ctl, list, item->text)
						: add_prefix(ctl, list, item->text);
	darr_free(items);
	return ret;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Names to ids. */
#include <zebra.h>

#include <stdio.h>
#include <string.h>

#include "ctl/lookup.h"
#include "ctl/row.h"

static const char *table_of(const char *object)
{
	if (!strcmp(object, "domain"))
		return "switch_domain";
	return strcmp(object, "switch") ? object : "logical_switch";
}

int lookup_id(struct ctl *ctl, const char *object, const char *name, int64_t *id)
{
	char sql[96];
	int ret;

	snprintf(sql, sizeof(sql), "SELECT id FROM %s WHERE name = ?1", table_of(object));
	ret = sql_number(ctl, id, sql, "t", name);
	if (ret == 0)
		reason_set(&ctl->why, "%s %s does not exist; \"tenantctl show %s\" lists them",
			   object, name, object);
	return ret > 0 ? 0 : -1;
}

static int check_name(struct ctl *ctl, const char *object, const char *name)
{
	if (name_is_valid(name, TENANT_NAME_MAX))
		return 0;
	reason_set(
		&ctl->why,
		"\"%.80s\" cannot be the name of a %s; use at most %d letters, digits, '-', '_' and '.', beginning with a letter or digit",
		name, object, TENANT_NAME_MAX);
	return -1;
}

int lookup_new(struct ctl *ctl, const char *object, const char *name)
{
	char sql[96];
	int64_t id;
	int ret;

	if (check_name(ctl, object, name) < 0)
		return -1;
	snprintf(sql, sizeof(sql), "SELECT id FROM %s WHERE name = ?1", table_of(object));
	ret = sql_number(ctl, &id, sql, "t", name);
	if (ret > 0)
		reason_set(&ctl->why,
			   "%s %s exists already; change it with \"tenantctl set %s %s\"", object,
			   name, object, name);
	return ret ? -1 : 0;
}

int lookup_find(struct ctl *ctl, const char *object, int64_t tenant_id, const char *name,
		int64_t *id)
{
	char sql[96];

	snprintf(sql, sizeof(sql), "SELECT id FROM %s WHERE tenant_id = ?1 AND name = ?2",
		 table_of(object));
	return sql_number(ctl, id, sql, "it", tenant_id, name);
}

int lookup_in_tenant(struct ctl *ctl, const char *object, const char *tenant, const char *name,
		     int64_t *tenant_id, int64_t *id)
{
	int ret;

	if (lookup_id(ctl, "tenant", tenant, tenant_id) < 0)
		return -1;
	ret = lookup_find(ctl, object, *tenant_id, name, id);
	if (ret == 0)
		reason_set(&ctl->why,
			   "tenant %s has no %s %s; \"tenantctl show %s %s\" lists them", tenant,
			   object, name, object, tenant);
	return ret > 0 ? 0 : -1;
}

int lookup_new_in_tenant(struct ctl *ctl, const char *object, const char *tenant, const char *name,
			 int64_t *tenant_id)
{
	int64_t id;
	int ret;

	if (lookup_id(ctl, "tenant", tenant, tenant_id) < 0 || check_name(ctl, object, name) < 0)
		return -1;
	ret = lookup_find(ctl, object, *tenant_id, name, &id);
	if (ret > 0)
		reason_set(
			&ctl->why,
			"%s %s of tenant %s exists already; change it with \"tenantctl set %s %s %s\"",
			object, name, tenant, object, tenant, name);
	return ret ? -1 : 0;
}

int lookup_unused(struct ctl *ctl, const char *object, const char *name, int64_t id,
		  const char *sql)
{
	char user[SQL_TEXT_SIZE];
	int ret = sql_text(ctl, user, sizeof(user), sql, "i", id);

	if (ret > 0)
		reason_set(&ctl->why, "%s %s is still used by %s: delete that first", object, name,
			   user);
	return ret ? -1 : 0;
}

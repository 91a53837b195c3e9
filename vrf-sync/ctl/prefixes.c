// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Logical switches and subnets from a list of prefixes, as NetBox exports it (CSV).
 *
 * NetBox has for each prefix a tenant, and a VLAN: the logical switch.  Nothing is changed or
 * deleted that is there already, so the same list may be read again when it has grown.
 */
#include <zebra.h>

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "darr.h"

#include "ctl/csv.h"
#include "ctl/draft.h"
#include "ctl/lookup.h"
#include "ctl/row.h"
#include "ctl/switch.h"
#include "ctl/text_file.h"

#define FILE_SIZE_MAX ((size_t)64 << 20)

enum column {
	COLUMN_PREFIX,
	COLUMN_TENANT,
	COLUMN_SWITCH,
	COLUMN_GATEWAY,
	COLUMN_STATUS,
	COLUMN_COUNT,
};

/* What the first line may call it, in capitals or not: the first one that is there counts. */
static const char *const column_names[COLUMN_COUNT][2] = {
	[COLUMN_PREFIX] = { "prefix" },         [COLUMN_TENANT] = { "tenant", "vrf" },
	[COLUMN_SWITCH] = { "switch", "vlan" }, [COLUMN_GATEWAY] = { "gateway" },
	[COLUMN_STATUS] = { "status" },
};
static const bool column_needed[COLUMN_COUNT] = {
	[COLUMN_PREFIX] = true,
	[COLUMN_TENANT] = true,
	[COLUMN_SWITCH] = true,
};

struct prefixes {
	struct ctl *ctl;
	const char *file;
	bool looks; /* nothing is changed now */
	struct csv csv;
	int places[COLUMN_COUNT]; /* in a line; -1: it has none */
	unsigned int columns;     /* in each line */
	unsigned int switches, subnets, there, inactive, free, ipv6;
};

/* Where it is, before the sentence that says what is wrong. */
static int in_file(struct prefixes *list)
{
	struct reason why = list->ctl->why;

	list->ctl->why.text[0] = '\0';
	reason_set(&list->ctl->why, "%s, %s", list->file, why.text);
	return -1;
}

static int in_line(struct prefixes *list)
{
	struct reason why = list->ctl->why;

	list->ctl->why.text[0] = '\0';
	reason_set(&list->ctl->why, "line %u: %s", list->csv.line, why.text);
	return in_file(list);
}

/* ---- a line ---- */

static int place_of(const struct csv *csv, enum column column)
{
	for (unsigned int i = 0; i < array_size(column_names[column]); i++) {
		const char *name = column_names[column][i];

		for (unsigned int place = 0; name && place < darr_len(csv->values); place++)
			if (!strcasecmp(csv->values[place], name))
				return place;
	}
	return -1;
}

static int no_column(struct prefixes *list, const char *const *names)
{
	struct reason *why = &list->ctl->why;

	if (names[1])
		reason_set(why,
			   "it has to name the columns, and there is neither \"%s\" nor \"%s\"",
			   names[0], names[1]);
	else
		reason_set(why, "it has to name the columns, and there is no \"%s\"", names[0]);
	return in_line(list);
}

static int read_head(struct prefixes *list)
{
	int ret = csv_next(&list->csv, &list->ctl->why);

	if (ret < 0)
		return in_file(list);
	list->columns = darr_len(list->csv.values);
	for (enum column column = 0; column < COLUMN_COUNT; column++) {
		list->places[column] = place_of(&list->csv, column);
		if (list->places[column] < 0 && column_needed[column])
			return no_column(list, column_names[column]);
	}
	return 0;
}

/* "" where there is no such column. */
static char *value_of(const struct prefixes *list, enum column column)
{
	int place = list->places[column];
	static char none[1];

	return place < 0 ? none : list->csv.values[place];
}

/* Containers, what is reserved and what is no longer used are no subnets. */
static bool is_active(const struct prefixes *list)
{
	const char *status = value_of(list, COLUMN_STATUS);

	return !*status || !strcasecmp(status, "active");
}

/* NetBox shows a VLAN as "web (100)", and takes it as 100. */
static int name_of_switch(const struct prefixes *list, char name[static SQL_TEXT_SIZE])
{
	char *text = value_of(list, COLUMN_SWITCH), *number = strrchr(text, '(');

	if (number && number > text && number[-1] == ' ' && isdigit((unsigned char)number[1]) &&
	    !strcmp(number + 1 + strspn(number + 1, "0123456789"), ")"))
		number[-1] = '\0';
	if (!*text) {
		reason_set(
			&list->ctl->why,
			"%s has no VLAN, which its logical switch would be named after; name one in a column \"switch\"",
			value_of(list, COLUMN_PREFIX));
		return -1;
	}
	snprintf(name, SQL_TEXT_SIZE, "%s%s", text[strspn(text, "0123456789")] ? "" : "vlan",
		 text);
	return 0;
}

/* ---- into the database ---- */

static int find_switch(struct prefixes *list, struct subnet_change *subnet)
{
	struct row row = { .table = "logical_switch", .object = "switch" };
	int64_t tenant_id;
	int ret = lookup_id(list->ctl, "tenant", subnet->tenant, &tenant_id);

	if (ret < 0)
		return -1;
	ret = lookup_find(list->ctl, "switch", tenant_id, subnet->name, &subnet->switch_id);
	if (ret)
		return ret < 0 ? -1 : 0;
	if (lookup_new_in_tenant(list->ctl, "switch", subnet->tenant, subnet->name, &tenant_id) <
	    0)
		return -1;
	row_number(&row, "tenant_id", tenant_id);
	row_text(&row, "name", subnet->name);
	list->switches++;
	return row_insert(list->ctl, &row, &subnet->switch_id);
}

/* It is not the one of the list. */
static int check_gateway(struct prefixes *list, const struct subnet_change *subnet, int64_t id)
{
	char gateway[SQL_TEXT_SIZE];

	if (sql_text(list->ctl, gateway, sizeof(gateway),
		     "SELECT gateway FROM subnet WHERE id = ?1", "i", id) < 0)
		return -1;
	if (!subnet->gateway || !strcmp(gateway, subnet->gateway))
		return 0;
	reason_set(
		&list->ctl->why,
		"%s is there with the gateway %s; \"tenantctl set subnet %s %s %s --gateway %s\" changes that",
		subnet->prefix, gateway, subnet->tenant, subnet->name, subnet->prefix,
		subnet->gateway);
	return -1;
}

static int put_subnet(struct prefixes *list, struct subnet_change *subnet)
{
	struct ipnet addr;
	int64_t id;
	int ret;

	if (subnet->gateway && ipnet_parse_addr(subnet->gateway, &addr) < 0) {
		reason_set(&list->ctl->why, "gateway %s is not an address; write it like 10.1.1.1",
			   subnet->gateway);
		return -1;
	}
	if (find_switch(list, subnet) < 0)
		return -1;
	ret = subnet_find(subnet, &id);
	if (ret < 0)
		return -1;
	if (ret) {
		list->there++;
		return check_gateway(list, subnet, id);
	}
	list->subnets++;
	return subnet_put(subnet);
}

static int take_line(struct prefixes *list)
{
	char name[SQL_TEXT_SIZE];
	struct subnet_change subnet = { .ctl = list->ctl, .name = name };

	if (darr_len(list->csv.values) != list->columns) {
		reason_set(&list->ctl->why, "it has %u values, and the first line has %u",
			   darr_len(list->csv.values), list->columns);
		return -1;
	}
	subnet.tenant = value_of(list, COLUMN_TENANT);
	subnet.prefix = value_of(list, COLUMN_PREFIX);
	subnet.gateway = value_of(list, COLUMN_GATEWAY);
	if (!*subnet.gateway)
		subnet.gateway = NULL;
	if (!is_active(list)) {
		list->inactive++;
		return 0;
	}
	if (!*subnet.tenant) {
		list->free++;
		return 0;
	}
	/* not announced yet, so NetBox knows of some that would be refused */
	if (strchr(subnet.prefix, ':')) {
		list->ipv6++;
		return 0;
	}
	return name_of_switch(list, name) < 0 ? -1 : put_subnet(list, &subnet);
}

static void tell(struct prefixes *list)
{
	struct reason *told = &list->ctl->told;
	int used = snprintf(told->text, sizeof(told->text),
			    "%snew: %u switches, %u subnets; there already: %u subnets",
			    list->looks ? "would be " : "", list->switches, list->subnets,
			    list->there);

	if (list->inactive || list->free || list->ipv6)
		snprintf(
			told->text + used, sizeof(told->text) - used,
			"\nleft out: %u lines that are not active, %u without a tenant, %u of IPv6",
			list->inactive, list->free, list->ipv6);
}

static int write_lines(struct ctl *ctl, void *arg)
{
	struct prefixes *list = arg;
	int ret;

	while ((ret = csv_next(&list->csv, &ctl->why)) > 0)
		if (take_line(list) < 0)
			return in_line(list);
	if (ret < 0)
		return in_file(list);
	tell(list);
	return 0;
}

static int prefixes_add(struct ctl *ctl, const struct args *args)
{
	struct prefixes list = { .ctl = ctl, .looks = args_only_looks(args) || ctl->change };
	const struct preview_ask ask = { .title = "add prefixes",
					 .write = write_lines,
					 .arg = &list };
	struct text_file file;
	int ret = text_file_read(ctl, args->names[0], FILE_SIZE_MAX, &file);

	list.file = file.name;
	if (!ret) {
		csv_begin(&list.csv, file.text, file.length);
		ret = read_head(&list);
	}
	if (!ret)
		ret = preview_or_write(ctl, args, &ask);
	csv_end(&list.csv);
	text_file_free(&file);
	return ret;
}

static const struct option_info prefixes_options[] = {
	{ "check", OPT_FLAG, .help = "only says whether it would be let in" },
	{ "dry-run", OPT_FLAG, .help = "shows what each node would do, and changes nothing" },
	{},
};

const struct command prefixes_commands[] = {
	{
		.verb = "add",
		.object = "prefixes",
		.names = "FILE",
		.options = prefixes_options,
		.summary =
			"logical switches and subnets of a list of prefixes, as NetBox exports it",
		.example = "tenantctl add prefixes netbox_prefixes.csv --dry-run",
		.access = ACCESS_WRITE,
		.reads_file = true,
		.run = prefixes_add,
	},
	{},
};

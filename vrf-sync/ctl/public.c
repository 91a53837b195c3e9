// SPDX-License-Identifier: GPL-2.0-or-later
/* Public addresses of hosts, and the ports that nobody publishes. */
#include <zebra.h>

#include <stdio.h>
#include <string.h>

#include <json-c/json.h>
#include <sqlite3.h>

#include "darr.h"

#include "ctl/args.h"
#include "ctl/lookup.h"
#include "ctl/row.h"
#include "ctl/show.h"
#include "model/presence.h"
#include "model/public.h"

static int take_service(struct ctl *ctl, const char *text, const char **protocol, int64_t *port)
{
	uint8_t number;
	uint16_t value;

	if (service_parse(text, &number, &value) < 0) {
		reason_set(&ctl->why, "%s is not a port; write it like tcp/443", text);
		return -1;
	}
	*protocol = number == IPPROTO_UDP ? "udp" : "tcp";
	*port = value;
	return 0;
}

/* ---- public addresses ---- */

struct public_change {
	struct ctl *ctl;
	const char *tenant, *address, *service; /* service: NULL is all of the address */
	const char *protocol;
	int64_t port, tenant_id;
};

static int public_begin(struct ctl *ctl, const struct args *args, struct public_change *public)
{
	struct ipnet net;

	*public = (struct public_change){
		.ctl = ctl,
		.tenant = args->names[0],
		.address = args->names[1],
		.service = args->names[2],
	};
	if (lookup_id(ctl, "tenant", public->tenant, &public->tenant_id) < 0)
		return -1;
	if (ipnet_parse_addr(public->address, &net) < 0) {
		reason_set(&ctl->why, "%s is not an address; write it like 203.0.113.5",
			   public->address);
		return -1;
	}
	if (!public->service)
		return 0;
	return take_service(ctl, public->service, &public->protocol, &public->port);
}

/* 1 with the row's id and owner, 0, or -1. */
static int public_find(const struct public_change *public, int64_t *id, char *owner, size_t size)
{
	int ret = sql_number(public->ctl, id,
			     "SELECT id FROM public_address WHERE address = ?1"
			     " AND protocol IS ?2 AND ifnull(port, 0) = ?3",
			     "tti", public->address, public->protocol, public->port);

	if (ret <= 0)
		return ret;
	return sql_text(public->ctl, owner, size,
			"SELECT t.name FROM public_address p JOIN tenant t ON t.id = p.tenant_id"
			" WHERE p.id = ?1",
			"i", *id);
}

/* "203.0.113.5", "tcp/443 of 203.0.113.5" */
static const char *public_text(const struct public_change *public, char *buf, size_t size)
{
	snprintf(buf, size, "%s%s%s", public->service ? public->service : "",
		 public->service ? " of " : "", public->address);
	return buf;
}

static int public_lookup(const struct public_change *public, int64_t *id)
{
	char owner[SQL_TEXT_SIZE], text[SQL_TEXT_SIZE];
	int ret = public_find(public, id, owner, sizeof(owner));

	if (ret > 0 && !strcmp(owner, public->tenant))
		return 0;
	if (ret >= 0)
		reason_set(
			&public->ctl->why,
			"tenant %s does not publish %s; \"tenantctl show public %s\" lists what it does",
			public->tenant, public_text(public, text, sizeof(text)), public->tenant);
	return -1;
}

static int check_ports(const struct public_change *public, const struct args *args)
{
	if (public->service || !args_value(args, "to-port"))
		return 0;
	reason_set(
		&public->ctl->why,
		"--to-port belongs to a port; give that after the address, or leave --to-port out: all of %s is published",
		public->address);
	return -1;
}

static int public_add(struct ctl *ctl, const struct args *args)
{
	struct row row = { .table = "public_address", .object = "public" };
	char owner[SQL_TEXT_SIZE], text[SQL_TEXT_SIZE];
	struct public_change public;
	int64_t id;
	int ret;

	if (public_begin(ctl, args, &public) < 0 || check_ports(&public, args) < 0)
		return -1;
	ret = public_find(&public, &id, owner, sizeof(owner));
	if (ret > 0)
		reason_set(&ctl->why, "%s is published already, by tenant %s",
			   public_text(&public, text, sizeof(text)), owner);
	if (ret)
		return -1;
	row_number(&row, "tenant_id", public.tenant_id);
	row_text(&row, "address", public.address);
	if (public.protocol) {
		row_text(&row, "protocol", public.protocol);
		row_number(&row, "port", public.port);
	}
	return row_options(ctl, &row, args, 0) < 0 ? -1 : row_insert(ctl, &row, NULL);
}

static int public_set(struct ctl *ctl, const struct args *args)
{
	struct row row = { .table = "public_address", .object = "public" };
	struct public_change public;
	int64_t id;

	if (public_begin(ctl, args, &public) < 0 || check_ports(&public, args) < 0 ||
	    public_lookup(&public, &id) < 0 || row_options(ctl, &row, args, id) < 0)
		return -1;
	return row_update(ctl, &row, id);
}

static int public_del(struct ctl *ctl, const struct args *args)
{
	struct public_change public;
	int64_t id;

	if (public_begin(ctl, args, &public) < 0 || public_lookup(&public, &id) < 0)
		return -1;
	return sql_run(ctl, "DELETE FROM public_address WHERE id = ?1", "i", id);
}

/* At which sites the host is, and so the address is announced: "dc1", "dc1, dc2". */
static void show_sites(struct json_object *row, const struct provider *provider,
		       const struct tenant *tenant, const struct public_address *public)
{
	struct json_object *sites = json_object_new_array();
	const struct site *site;

	darr_foreach_p (provider->sites, site)
		if ((tenant_roles_at(provider, tenant, site->id) & ROLE_DLR) &&
		    public_is_at(provider, tenant, public, site->id))
			json_object_array_add(sites, json_object_new_string(site->name));
	json_object_object_add(row, "sites", sites);
}

void show_publics(const struct model *model, const struct tenant *tenant, const char *name,
		  struct json_object *rows)
{
	const struct public_address *public;
	char text[IPNET_TEXT_SIZE], service[SERVICE_TEXT_SIZE];

	darr_foreach_p (tenant->publics, public) {
		struct json_object *row;

		if (name && strcmp(name, ipnet_format_addr(&public->address, text)))
			continue;
		row = json_object_new_object();
		show_text(row, "tenant", tenant->name);
		show_address(row, "address", &public->address);
		show_text(row, "port",
			  public->protocol ? service_text(public->protocol, public->port, service)
					   : NULL);
		show_address(row, "to", &public->inside);
		if (public->protocol)
			show_number(row, "to-port", public->inside_port);
		else
			json_object_object_add(row, "to-port", NULL);
		show_address(row, "recovered", &public->recovered);
		show_sites(row, model_provider(model), tenant, public);
		json_object_array_add(rows, row);
	}
}

/* ---- reserved ports ---- */

static int port_find(struct ctl *ctl, const struct args *args, const char **protocol,
		     int64_t *port, int64_t *rowid)
{
	if (take_service(ctl, args->names[0], protocol, port) < 0)
		return -1;
	return sql_number(ctl, rowid,
			  "SELECT rowid FROM reserved_port WHERE protocol = ?1 AND port = ?2",
			  "ti", *protocol, *port);
}

static int port_add(struct ctl *ctl, const struct args *args)
{
	struct row row = { .table = "reserved_port", .object = "reserved-port" };
	const char *protocol;
	int64_t rowid, port;
	int ret = port_find(ctl, args, &protocol, &port, &rowid);

	if (ret > 0)
		reason_set(&ctl->why, "%s is reserved already", args->names[0]);
	if (ret)
		return -1;
	row_text(&row, "protocol", protocol);
	row_number(&row, "port", port);
	return row_options(ctl, &row, args, 0) < 0 ? -1 : row_insert(ctl, &row, NULL);
}

static int port_del(struct ctl *ctl, const struct args *args)
{
	const char *protocol;
	int64_t rowid, port;
	int ret = port_find(ctl, args, &protocol, &port, &rowid);

	if (ret == 0)
		reason_set(&ctl->why,
			   "%s is not reserved; \"tenantctl show reserved-port\" lists what is",
			   args->names[0]);
	if (ret <= 0)
		return -1;
	return sql_run(ctl, "DELETE FROM reserved_port WHERE rowid = ?1", "i", rowid);
}

static int port_show(struct ctl *ctl, const struct args *args)
{
	struct model *model = show_load(ctl);
	const struct reserved_port *port;
	struct json_object *rows;
	char what[SQL_TEXT_SIZE], text[SERVICE_TEXT_SIZE];

	if (!model)
		return -1;
	rows = json_object_new_array();
	darr_foreach_p (model_provider(model)->ports, port) {
		struct json_object *row = json_object_new_object();

		what[0] = '\0';
		service_text(port->protocol, port->port, text);
		sql_text(ctl, what, sizeof(what),
			 "SELECT what FROM reserved_port WHERE protocol || '/' || port = ?1", "t",
			 text);
		show_text(row, "port", text);
		show_text(row, "what", what);
		json_object_array_add(rows, row);
	}
	show_print(ctl, rows, "no port is reserved");
	model_free(model);
	return 0;
}

/* ---- the commands ---- */

static const struct option_info public_add_options[] = {
	{ "to", OPT_ADDRESS, OPTION_NEEDED, "inside", "ADDRESS", "the host's own address" },
	{ "to-port", OPT_NUMBER, 0, "inside_port", "N", "the host's port; else the same", 1,
	  65535 },
	{ "recovered", OPT_ADDRESS, 0, "recovered", "ADDRESS",
	  "the host's address when its switch is recovered as another one" },
	{},
};

static const struct option_info public_set_options[] = {
	{ "to", OPT_ADDRESS, 0, "inside", "ADDRESS", "the host's own address" },
	{ "to-port", OPT_NUMBER, OPTION_AUTO, "inside_port", "N", "the host's port; else the same",
	  1, 65535 },
	{ "recovered", OPT_ADDRESS, OPTION_AUTO, "recovered", "ADDRESS",
	  "the host's address when its switch is recovered as another one" },
	{},
};

static const struct option_info port_options[] = {
	{ "what", OPT_TEXT, 0, "what", "TEXT", "what it is for" },
	{},
};

const struct command public_commands[] = {
	{
		.verb = "add",
		.object = "public",
		.names = "TENANT ADDRESS [PORT]",
		.options = public_add_options,
		.summary = "an address, or a port of one, by which everybody reaches a host",
		.example =
			"tenantctl add public acme 203.0.113.5 tcp/443 --to 10.1.1.50 --to-port 8443",
		.access = ACCESS_WRITE,
		.run = public_add,
	},
	{
		.verb = "set",
		.object = "public",
		.names = "TENANT ADDRESS [PORT]",
		.options = public_set_options,
		.summary = "change for which host a public address is",
		.example = "tenantctl set public acme 203.0.113.5 tcp/443 --to 10.1.1.51",
		.access = ACCESS_WRITE,
		.run = public_set,
	},
	{
		.verb = "del",
		.object = "public",
		.names = "TENANT ADDRESS [PORT]",
		.summary = "take a public address, or a port of one, from a host",
		.example = "tenantctl del public acme 203.0.113.5 tcp/443",
		.access = ACCESS_WRITE,
		.run = public_del,
	},
	{
		.verb = "show",
		.object = "public",
		.names = "[TENANT] [ADDRESS]",
		.summary =
			"public addresses, for which hosts they are, and where they are announced",
		.example = "tenantctl show public acme",
		.access = ACCESS_READ,
		.run = show_public,
	},
	{
		.verb = "add",
		.object = "reserved-port",
		.names = "PORT",
		.options = port_options,
		.summary = "a port that nobody publishes",
		.example = "tenantctl add reserved-port tcp/3389 --what desktops",
		.access = ACCESS_WRITE,
		.run = port_add,
	},
	{
		.verb = "del",
		.object = "reserved-port",
		.names = "PORT",
		.summary = "let a port be published",
		.example = "tenantctl del reserved-port tcp/3389",
		.access = ACCESS_WRITE,
		.run = port_del,
	},
	{
		.verb = "show",
		.object = "reserved-port",
		.summary = "ports that nobody publishes",
		.example = "tenantctl show reserved-port",
		.access = ACCESS_READ,
		.run = port_show,
	},
	{},
};

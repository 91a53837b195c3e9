// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tenantd.conf.  One line each, so that no tool that takes configuration apart
 * by blocks can misread it.
 */
#include <zebra.h>

#include <string.h>

#include "command.h"
#include "host_nb.h"
#include "memory.h"
#include "vty.h"

#include "apply/engine.h"
#include "daemon/tenantd.h"
#include "source/source.h"

DEFINE_MGROUP(TENANTD, "tenantd");
DEFINE_MTYPE_STATIC(TENANTD, TENANTD_TEXT, "configured text");

#define KINDS_MOST    8
#define LOCATION_MOST 1024 /* as in the YANG module */

/* Both are read once: changing them means another node, or another network. */
static bool set_once(char **where, const char *text, const char *what, struct reason *why)
{
	if (*where && strcmp(*where, text)) {
		reason_set(why,
			   "The %s is %s already; change it in tenantd.conf and restart tenantd",
			   what, *where);
		return false;
	}
	if (!*where)
		*where = XSTRDUP(MTYPE_TENANTD_TEXT, text);
	return true;
}

bool config_set_node(const char *name, struct reason *why)
{
	return set_once(&tenantd.node, name, "node name", why);
}

bool config_set_database(const struct source_kind *kind, const char *location, struct reason *why)
{
	char text[LOCATION_MOST + 32];

	if (strlen(location) > LOCATION_MOST) {
		reason_set(why, "The location of the database has more than %d characters",
			   LOCATION_MOST);
		return false;
	}
	if (!kind->check(location, why))
		return false;
	snprintf(text, sizeof(text), "%s %s", kind->name, location);
	if (!set_once(&tenantd.database, text, "database", why))
		return false;
	tenantd.database_kind = kind;
	return true;
}

const char *config_location(void)
{
	return tenantd.database + strlen(tenantd.database_kind->name) + 1;
}

static int is_set(struct vty *vty, bool done, const struct reason *why)
{
	if (!done) {
		vty_out(vty, "%% %s\n", why->text);
		return CMD_WARNING_CONFIG_FAILED;
	}
	tenantd_configured();
	return CMD_SUCCESS;
}

DEFUN(tenant_node, tenant_node_cmd, "tenant node NAME",
      "Tenant networks\n"
      "This node's name in the tenant database\n"
      "Name\n")
{
	const char *name = argv[2]->arg;
	struct reason why = {};

	if (!name_is_valid(name, TENANT_NAME_MAX)) {
		vty_out(vty,
			"%% A node name has letters, digits, '-', '_' and '.', and at most 63 of them\n");
		return CMD_WARNING_CONFIG_FAILED;
	}
	return is_set(vty, config_set_node(name, &why), &why);
}

/* tenant database KIND LOCATION */
static int tenant_database(const struct cmd_element *self, struct vty *vty, int argc,
			   struct cmd_token *argv[])
{
	struct reason why = {};

	return is_set(vty, config_set_database(source_kind(argv[2]->text), argv[3]->arg, &why),
		      &why);
}

/* One for each kind of source; of the program's life time, as FRR asks. */
static void install_databases(void)
{
	static struct cmd_element elements[KINDS_MOST];

	for (unsigned int i = 0; source_kinds[i]; i++) {
		assert(i < KINDS_MOST);
		elements[i] = (struct cmd_element){
			.string = source_kinds[i]->command,
			.doc = source_kinds[i]->help,
			.func = tenant_database,
			.name = "tenant_database",
		};
		_install_element(CONFIG_NODE, &elements[i]);
	}
}

DEFUN(tenant_drift, tenant_drift_cmd, "tenant drift <repair|report>",
      "Tenant networks\n"
      "What others change in FRR's daemons\n"
      "Is put right\n"
      "Stays, and is told of in the log\n")
{
	engine_repair_drift(tenantd.engine, !strcmp(argv[2]->text, "repair"));
	return CMD_SUCCESS;
}

/* tenantd.conf is edited by hand, and vtysh's "write" is not to touch it.  Nor is it part of
 * "show running-config": what is there, "write" puts into frr.conf, where a vtysh without our
 * extension and frr-reload.py stumble over it.
 */
static void keep_out_of_frr_conf(void)
{
	host.noconfig = true;
}

void config_init(void)
{
	keep_out_of_frr_conf();
	install_element(CONFIG_NODE, &tenant_node_cmd);
	install_databases();
	install_element(CONFIG_NODE, &tenant_drift_cmd);
}

void config_stop(void)
{
	XFREE(MTYPE_TENANTD_TEXT, tenantd.node);
	XFREE(MTYPE_TENANTD_TEXT, tenantd.database);
}

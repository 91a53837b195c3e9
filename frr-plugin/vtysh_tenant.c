// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vtysh, with the commands of tenants.
 *
 * vtysh knows no modules, and its commands and daemons are two fixed tables.  But at the end of
 * its start it calls vty_init_vtysh(), a function of libfrr's that does nothing.  This object is
 * loaded before libfrr (LD_PRELOAD, by the wrapper frr-plugin/vtysh), so that the call ends up
 * here, and fills in what is missing:
 *
 *   vtysh -- connects as to every daemon --> tenantd.vty
 *     |          the place of sharpd in the table of daemons is tenantd's: that is a daemon for
 *     |          testing, which no distribution builds
 *     |- "show tenant ..." known, with help, and sent to the daemon that answers
 *     '- "tenant ..." and "tenant-network ..." configured, and sent to mgmtd
 *
 * With a place in the table vtysh itself does the rest: `show daemons`, reconnecting, `terminal
 * monitor`, and whatever goes to every daemon (`show logging`, `show memory`).  tenantd has a flag
 * of its own there, not sharpd's, so that what vtysh would have sent to sharpd (nexthop groups) or
 * to all routing daemons (`log`, `password`) does not reach it.  What tenantd itself is told
 * stands in tenantd.conf, so it has nothing to say to `show running-config` or `write`; tenants
 * that are configured are mgmtd's to show.
 *
 * Whatever is not as in the FRR release this was built for is left alone: one sentence, and vtysh
 * goes on as it is.
 */
#include <zebra.h>

#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "lib/json.h"
#include "module.h"
#include "vtysh/vtysh.h"

#include "commands.h"

/* In a release without one of these, or in another program, this object must still load.  That
 * is said before release.h makes use of the first.
 */
extern struct frrmod_runtime *frrmod_list __attribute__((weak));
extern void _install_element(enum node_type node, const struct cmd_element *cmd)
	__attribute__((weak));

#include "vrf-sync/release.h"
#include "frr-plugin/tenant_lines.h"

/* None that vtysh.h of this release gives to a daemon, and none of VTYSH_ALL. */
#define VTYSH_TENANTD 0x400000

void vty_init_vtysh(void);

/* ---- commands ---- */

/* Without a function: vtysh only sends them on. */
#define SENT_TO(flag, what) \
	{ .name = #what, .string = CMD_##what, .doc = HELP_##what, .daemon = (flag) }

static const struct cmd_element commands[] = {
	SENT_TO(VTYSH_TENANTD, SHOW_TENANTS),        SENT_TO(VTYSH_TENANTD, SHOW_TENANT),
	SENT_TO(VTYSH_TENANTD, SHOW_TENANT_SUBNETS), SENT_TO(VTYSH_TENANTD, SHOW_TENANT_TRACE),
	SENT_TO(VTYSH_TENANTD, SHOW_TENANT_PLAN),    SENT_TO(VTYSH_OSPFD, SHOW_TENANT_OSPF),
	SENT_TO(VTYSH_BGPD, SHOW_TENANT_BGP),        SENT_TO(VTYSH_ZEBRA, SHOW_TENANT_ZEBRA),
	SENT_TO(VTYSH_ZEBRA, SHOW_TENANT_GUARD),     SENT_TO(VTYSH_TENANTD, SHOW_TENANT_HOSTS),
};

static const struct cmd_element release = SENT_TO(VTYSH_TENANTD, TENANT_RELEASE);

static void install_line(const struct tenant_line *line, enum line_form form)
{
	struct cmd_element *element;

	if (!tenant_line_has_form(line, form))
		return;
	element = calloc(1, sizeof(*element)); /* lives as long as vtysh */
	if (!element)
		abort();
	element->string = tenant_line_grammar(line, form);
	element->doc = tenant_line_help(line, form);
	element->name = line->path;
	element->daemon = VTYSH_MGMTD;
	_install_element(CONFIG_NODE, element);
}

static void install_commands(void)
{
	for (size_t i = 0; i < array_size(commands); i++)
		_install_element(VIEW_NODE, &commands[i]);
	_install_element(ENABLE_NODE, &release);
	for (size_t i = 0; i < tenant_lines_count; i++)
		for (enum line_form form = LINE_SET; form <= LINE_NO_SHORT; form++)
			install_line(&tenant_lines[i], form);
}

/* ---- daemons ---- */

/* The table as vtysh has it; NULL where it is not the one that vtysh.h describes. */
static struct vtysh_client *client_table(void)
{
	struct vtysh_client *table = dlsym(RTLD_DEFAULT, "vtysh_client");
	const ElfW(Sym) * symbol;
	Dl_info info;

	if (!table || !dladdr1(table, &info, (void **)&symbol, RTLD_DL_SYMENT) || !symbol ||
	    symbol->st_size != sizeof(vtysh_client))
		return NULL;
	return table;
}

static struct vtysh_client *find_sharpd(struct vtysh_client *table)
{
	for (size_t i = 0; table && i < array_size(vtysh_client); i++)
		if (table[i].flag == VTYSH_SHARPD && !strcmp(table[i].name, "sharpd"))
			return &table[i];
	return NULL;
}

/* ---- loading ---- */

void vty_init_vtysh(void)
{
	void (*next)(void) = (void (*)(void))dlsym(RTLD_NEXT, "vty_init_vtysh");
	struct vtysh_client *place;

	if (next)
		next();
	if (!&frrmod_list || !release_fits("vtysh_tenant", "module"))
		return;
	place = find_sharpd(client_table()); /* its layout is that of this release */
	if (!place || !&_install_element) {
		fprintf(stderr,
			"vtysh_tenant finds no place for tenantd in this vtysh: \"show tenant\" is not known here\n");
		return;
	}
	place->name = "tenantd";
	place->flag = VTYSH_TENANTD;
	install_commands();
}

/* Takes one entry out of a list that colons and spaces separate. */
static void remove_entry(char *list, const char *entry)
{
	size_t length = strlen(entry);

	for (char *at = list; *at;) {
		size_t item = strcspn(at, ": ");

		if (item == length && !strncmp(at, entry, length)) {
			memmove(at, at + item + !!at[item], strlen(at + item + !!at[item]) + 1);
			continue;
		}
		at += item + !!at[item];
	}
}

/* What vtysh starts (pager, ping) is not to load this too; what else somebody preloads stays. */
static void __attribute__((constructor)) leave_environment(void)
{
	char *list = getenv("LD_PRELOAD");
	Dl_info own;

	if (!list || !dladdr(leave_environment, &own))
		return;
	remove_entry(list, own.dli_fname);
	if (!list[strspn(list, ": ")])
		unsetenv("LD_PRELOAD");
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TENANT_COMMANDS_H
#define TENANT_COMMANDS_H
/*
 * The commands for people, with their help.  They stand here and not in their
 * DEFUN because two need them, word for word: the daemon that answers, and
 * vtysh_tenant.so, which tells vtysh what there is and whom to ask.
 *
 * To be used with "command.h" and "lib/json.h", whose SHOW_STR and JSON_STR are in them.
 */

#define TENANT_STR      "Tenant networks\n"
#define TENANT_NAME_STR "Name of the tenant, or of its VRF\n"

/* tenantd */
#define CMD_SHOW_TENANTS        "show tenant [json]"
#define HELP_SHOW_TENANTS       SHOW_STR TENANT_STR JSON_STR

#define CMD_SHOW_TENANT         "show tenant NAME [json]"
#define HELP_SHOW_TENANT        SHOW_STR TENANT_STR TENANT_NAME_STR JSON_STR

#define CMD_SHOW_TENANT_SUBNETS "show tenant NAME subnets [json]"
#define HELP_SHOW_TENANT_SUBNETS            \
	SHOW_STR TENANT_STR TENANT_NAME_STR \
		"Its subnets, and how this node reaches them\n" JSON_STR

#define CMD_SHOW_TENANT_HOSTS "show tenant NAME hosts [json]"
#define HELP_SHOW_TENANT_HOSTS              \
	SHOW_STR TENANT_STR TENANT_NAME_STR \
		"Its hosts that are known, and at which site\n" JSON_STR

#define CMD_SHOW_TENANT_TRACE "show tenant NAME trace [PREFIX] [json]"
#define HELP_SHOW_TENANT_TRACE                                                                   \
	SHOW_STR TENANT_STR TENANT_NAME_STR "When its subnets passed which stage on this node\n" \
					    "Only this subnet\n" JSON_STR

#define CMD_SHOW_TENANT_PLAN "show tenant plan [json]"
#define HELP_SHOW_TENANT_PLAN \
	SHOW_STR TENANT_STR "What is still to be done on this node\n" JSON_STR

#define CMD_TENANT_RELEASE "tenant release"
#define HELP_TENANT_RELEASE \
	TENANT_STR "What is held for withdrawing too much at once is meant, and may go\n"

/* ospfd with ospfd_tenant.so */
#define CMD_SHOW_TENANT_OSPF "show tenant ospf [json]"
#define HELP_SHOW_TENANT_OSPF \
	SHOW_STR TENANT_STR   \
		"NSSA translation: how often, how fast, and what was repaired\n" JSON_STR

/* bgpd with bgpd_tenant.so */
#define CMD_SHOW_TENANT_BGP  "show tenant bgp"
#define HELP_SHOW_TENANT_BGP SHOW_STR TENANT_STR "How long prefixes wait to be processed\n"

/* zebra with zebra_tenant.so */
#define CMD_SHOW_TENANT_ZEBRA "show tenant zebra"
#define HELP_SHOW_TENANT_ZEBRA \
	SHOW_STR TENANT_STR "What was done to routes of the kernel in their VRFs\n"

#define CMD_SHOW_TENANT_GUARD "show tenant guard [json]"
#define HELP_SHOW_TENANT_GUARD \
	SHOW_STR TENANT_STR    \
		"Routes that are refused because they join tenants, or are too many\n" JSON_STR

#endif

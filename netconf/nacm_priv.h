// SPDX-License-Identifier: GPL-2.0-or-later
/* What nacm_config.c reads and nacm.c decides by. */
#ifndef FRR_TENANT_NETCONF_NACM_PRIV_H
#define FRR_TENANT_NETCONF_NACM_PRIV_H

#include <stddef.h>

#include "netconf/nacm.h"

struct nacm_path;

enum rule_type {
	RULE_ANY, /* without a type: of everything */
	RULE_OPERATION,
	RULE_NOTIFICATION,
	RULE_DATA,
};

struct rule {
	enum rule_type type;
	char *module;           /* NULL: any */
	char *name;             /* of an operation or a notification; NULL: any */
	struct nacm_path *path; /* of data; NULL: not understood */
	unsigned int access;    /* of enum nacm_access */
	bool permits;
};

struct rule_list {
	char **groups; /* ended by NULL */
	struct rule *rules;
	size_t count;
	bool applies; /* to the user who asks just now */
};

struct group {
	char *name;
	char **users; /* ended by NULL */
};

struct nacm {
	bool is_enabled;
	bool has_external_groups;
	bool permits_read, permits_write, permits_exec;
	struct group *groups;
	size_t group_count;
	struct rule_list *lists;
	size_t list_count;
	char *fault;
	struct nacm_counters counters;
	bool is_short_of_memory; /* while it is made */
};

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading a daemon's running configuration back into objects. */
#include <zebra.h>

#include <string.h>

#include "plan/running.h"
#include "plan/statement.h"

struct reader {
	enum target target;
	const struct running_ops *ops;
	void *arg;
	enum context context;
	struct object given; /* what the context says of all within */
	bool skip;           /* this block is not ours */
};

/* "TN-acme-ADV" belongs to acme, "TENANT-RESERVED" to the node; others to nobody. */
static bool list_owner(struct object *obj)
{
	const char *last;
	size_t len;

	if (!strncmp(obj->name, "TENANT-", 7))
		return true;
	if (strncmp(obj->name, "TN-", 3))
		return false;
	last = strrchr(obj->name, '-');
	len = last - (obj->name + 3);
	if (last == obj->name + 2 || len >= sizeof(obj->vrf))
		return false;
	memcpy(obj->vrf, obj->name + 3, len);
	obj->vrf[len] = '\0';
	return name_is_valid(obj->vrf, DEVICE_NAME_MAX);
}

static void open_interface(struct reader *r, const char *name)
{
	char ifname[DEVICE_NAME_MAX + 1];
	const char *vrf;
	size_t len = strcspn(name, " ");

	r->context = r->target == TARGET_VRRPD ? CONTEXT_VRRP_IF : CONTEXT_OSPF_IF;
	r->skip = true;
	if (len >= sizeof(ifname))
		return;
	memcpy(ifname, name, len);
	ifname[len] = '\0';
	vrf = r->ops->interface_vrf(r->arg, ifname);
	if (!vrf)
		return;
	r->skip = false;
	strlcpy(r->given.vrf, vrf, sizeof(r->given.vrf));
	strlcpy(r->given.name, ifname, sizeof(r->given.name));
}

static void open_block(struct reader *r, const struct object *obj)
{
	switch (obj->kind) {
	case OBJ_ROUTE_MAP:
		r->context = CONTEXT_ROUTE_MAP;
		strlcpy(r->given.name, obj->name, sizeof(r->given.name));
		r->given.num[0] = obj->num[0];
		r->given.num[1] = obj->num[1];
		break;
	case OBJ_OSPF:
		r->context = CONTEXT_OSPF;
		break;
	case OBJ_BGP:
		r->context = CONTEXT_BGP;
		break;
	case OBJ_ZEBRA_VRF:
		r->context = CONTEXT_VRF;
		break;
	default:
		return;
	}
	strlcpy(r->given.vrf, obj->vrf, sizeof(r->given.vrf));
	r->skip = false;
}

static void read_top(struct reader *r, const char *line)
{
	struct object obj = {};

	r->given = (struct object){};
	r->context = CONTEXT_TOP;
	r->skip = true;
	if (!strncmp(line, "interface ", 10)) {
		open_interface(r, line + 10);
		return;
	}
	if (statement_read(r->target, CONTEXT_TOP, line, &obj) == READING_FOREIGN)
		return;
	if (obj.name[0] && !list_owner(&obj))
		return;
	/* only mgmtd's "vrf X" is ours: in bgpd it merely says that the VRF is known */
	if (obj.kind == OBJ_ZEBRA_VRF && r->target != TARGET_MGMTD)
		return;
	r->ops->found(r->arg, &obj);
	open_block(r, &obj);
}

/* Somewhere in "router bgp": nowhere else is there an address family. */
static bool in_bgp(const struct reader *r)
{
	return r->context == CONTEXT_BGP || r->context == CONTEXT_BGP_V4 ||
	       r->context == CONTEXT_NONE;
}

static void read_inner(struct reader *r, const char *line)
{
	struct object obj = r->given;

	if (in_bgp(r) && !strncmp(line, "address-family ", 15)) {
		r->context = strcmp(line + 15, "ipv4 unicast") ? CONTEXT_NONE : CONTEXT_BGP_V4;
		return;
	}
	if (r->context != CONTEXT_NONE &&
	    statement_read(r->target, r->context, line, &obj) != READING_FOREIGN)
		r->ops->found(r->arg, &obj);
	else
		r->ops->foreign(r->arg, r->given.vrf, line);
}

void running_read(enum target target, char *text, const struct running_ops *ops, void *arg)
{
	struct reader r = { .target = target, .ops = ops, .arg = arg, .skip = true };
	char *save = NULL;

	for (char *line = strtok_r(text, "\r\n", &save); line;
	     line = strtok_r(NULL, "\r\n", &save)) {
		bool inner = *line == ' ';

		line += strspn(line, " ");
		for (size_t len = strlen(line); len && line[len - 1] == ' ';)
			line[--len] = '\0';
		if (!*line || *line == '!' || !strncmp(line, "exit", 4)) {
			if (in_bgp(&r) && !strcmp(line, "exit-address-family"))
				r.context = CONTEXT_BGP;
			continue;
		}
		if (!inner)
			read_top(&r, line);
		else if (!r.skip)
			read_inner(&r, line);
	}
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Sites and public addresses in what "show tenant NAME" says: what is where, and what runs. */
#ifndef FRR_TENANT_DAEMON_SHOW_SITE_H
#define FRR_TENANT_DAEMON_SHOW_SITE_H

#include "model/presence.h"

struct json_object;
struct vty;

/* What the switch is at this node's site; none where the tenant has no DLR there. */
enum presence site_presence(const struct tenant *tenant, const struct logical_switch *sw);
/* Hosts of the switch that are said to be at this node's site. */
unsigned int site_hosts(const struct logical_switch *sw);

/* Of all tenants here, how many operations run or have failed; nothing where none do. */
void site_show_node(struct vty *vty);
void site_show(struct vty *vty, const struct tenant *tenant);
void site_json(struct json_object *json, const struct tenant *tenant);
void site_show_init(void);
/* show_public.c */
void public_show(struct vty *vty, const struct tenant *tenant);
void public_json(struct json_object *json, const struct tenant *tenant);

#endif

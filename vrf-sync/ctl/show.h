// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What "show" prints.
 *
 * Every show command makes JSON, with keys that are the words of the options;
 * show_print() gives it out as it is, or as a table with a column per key (an
 * array of objects), or as lines with tables below (one object).
 */
#ifndef FRR_TENANT_CTL_SHOW_H
#define FRR_TENANT_CTL_SHOW_H

#include "ctl/ctl.h"

struct json_object;

int show_site(struct ctl *ctl, const struct args *args);
int show_node(struct ctl *ctl, const struct args *args);
int show_wire(struct ctl *ctl, const struct args *args);
int show_provider(struct ctl *ctl, const struct args *args);
int show_reserved(struct ctl *ctl, const struct args *args);
int show_tenant(struct ctl *ctl, const struct args *args);
int show_switch(struct ctl *ctl, const struct args *args);
int show_subnet(struct ctl *ctl, const struct args *args);
int show_host(struct ctl *ctl, const struct args *args);
int show_map(struct ctl *ctl, const struct args *args);
int show_public(struct ctl *ctl, const struct args *args);
int show_link(struct ctl *ctl, const struct args *args);
int show_leak(struct ctl *ctl, const struct args *args);
int show_circuit(struct ctl *ctl, const struct args *args);

/* public.c: a row for each public address, or (name) for each of that one's ports. */
void show_publics(const struct model *model, const struct tenant *tenant, const char *name,
		  struct json_object *rows);

/* ---- printing ---- */

/* Prints and frees.  nothing: said where an array is empty. */
void show_print(const struct ctl *ctl, struct json_object *json, const char *nothing);

void show_text(struct json_object *json, const char *key, const char *text);
void show_number(struct json_object *json, const char *key, int64_t number);
void show_flag(struct json_object *json, const char *key, bool flag);
/* Unset is null. */
void show_net(struct json_object *json, const char *key, const struct ipnet *net);
void show_address(struct json_object *json, const char *key, const struct ipnet *net);
/* An array of texts from prefixes (darr). */
void show_nets(struct json_object *json, const char *key, const struct ipnet *nets);
/* An array of the names of roles. */
void show_roles(struct json_object *json, const char *key, uint8_t roles);

/* ---- the database as a whole ---- */

/* NULL with a sentence in ctl->why. */
struct model *show_load(struct ctl *ctl);
/* Tenants by id (darr), all or the one named; NULL with a sentence where there
 * is none of that name, and *tenants stays NULL where there are none at all.
 */
int show_tenants(struct ctl *ctl, const struct model *model, const char *name,
		 const struct tenant ***tenants);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Names to ids, before anything is written, so that what is refused is refused
 * in the words of the one who asked.  All return 0, or -1 with a sentence.
 *
 * object is "site", "node", "wire", "tenant"; within a tenant "switch", "link".
 */
#ifndef FRR_TENANT_CTL_LOOKUP_H
#define FRR_TENANT_CTL_LOOKUP_H

#include "ctl/ctl.h"

int lookup_id(struct ctl *ctl, const char *object, const char *name, int64_t *id);
/* The name can be given to a new one: its form is right and it is free. */
int lookup_new(struct ctl *ctl, const char *object, const char *name);

/* Within a tenant: 1, 0 where there is none of that name, or -1. */
int lookup_find(struct ctl *ctl, const char *object, int64_t tenant_id, const char *name,
		int64_t *id);
/* As above within a tenant, whose id is looked up too. */
int lookup_in_tenant(struct ctl *ctl, const char *object, const char *tenant, const char *name,
		     int64_t *tenant_id, int64_t *id);
int lookup_new_in_tenant(struct ctl *ctl, const char *object, const char *tenant, const char *name,
			 int64_t *tenant_id);

/* Refuses where the query, which has the id as ?1, gives a text: "site dc1 is
 * still used by <text>: delete that first".
 */
int lookup_unused(struct ctl *ctl, const char *object, const char *name, int64_t id,
		  const char *sql);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/* What readiness of a tenant's operation and of a site's have in common. */
#ifndef FRR_TENANT_CTL_READINESS_PRIV_H
#define FRR_TENANT_CTL_READINESS_PRIV_H

#include "printfrr.h"

#include "ctl/operation.h"

struct looking {
	struct ctl *ctl;
	const struct operation *operation;
	const struct model *model;
	const struct tenant *tenant;
	struct readiness **list; /* darr */
};

/* One line, about which nothing is wrong yet; good until the next one. */
struct reason *readiness_line(struct looking *look, const char *fmt, ...) PRINTFRR(2, 3);
/* Of each node of the site that serves the tenant.  0, or -1 with a sentence. */
int readiness_nodes(struct looking *look, uint32_t site_id);
/* All of an operation on a site (readiness_site.c).  0, or -1 with a sentence. */
int readiness_of_site(struct looking *look);

#endif

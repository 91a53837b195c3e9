// SPDX-License-Identifier: GPL-2.0-or-later
/* What the files of the validator share. */
#ifndef FRR_TENANT_PLAN_VALIDATE_PRIV_H
#define FRR_TENANT_PLAN_VALIDATE_PRIV_H

#include "model/model.h"

/* A prefix the tenant's VRF will hold, and what it is for. */
struct holding {
	struct ipnet net;
	char what[TENANT_NAME_MAX + 24];
};

struct check {
	const struct model *model;
	const struct provider *provider;
	const struct tenant *tenant;
	struct reason **findings;
	struct holding *holdings; /* darr */
};

void check_find(struct check *check, const char *fmt, ...) PRINTFRR(2, 3);

/* validate_site.c: where switches and hosts are, and where they may go */
void check_places_of_switches(struct check *check);
/* validate_segment.c: their VLANs in switch domains */
void check_segments(struct check *check);

#endif

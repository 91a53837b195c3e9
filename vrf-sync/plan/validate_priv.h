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

/* validate_space.c: a prefix that the VRF will hold, and whose it is ("switch", "web") */
void check_hold(struct check *check, const struct ipnet *net, const char *kind, const char *name);
/* ... one that the tenant is to announce */
void check_space(struct check *check, const struct ipnet *net, const char *kind, const char *name);
/* The first of the list (darr) that overlaps; NULL where none does. */
const struct ipnet *check_overlapping(const struct ipnet *list, const struct ipnet *net);
void check_aggregates(struct check *check);
/* Nothing that was told to check_hold() overlaps. */
void check_overlap(struct check *check);
/* validate_site.c: where switches and hosts are, and where they may go */
void check_places_of_switches(struct check *check);
/* validate_segment.c: their VLANs in switch domains */
void check_segments(struct check *check);
/* validate_public.c: public addresses, and the hosts they are for */
void check_publics(struct check *check);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Text in the exposition format of Prometheus, version 0.0.4.
 *
 *	struct exposition out = {};
 *
 *	exposition_family(&out, METRIC_GAUGE, "tenantd_tenants", "Tenants of this node.");
 *	exposition_count(&out, 7, "health", "ok", NULL);
 *	...
 *	send(fd, out.text, exposition_length(&out), 0);
 *	exposition_fini(&out);
 *
 * Samples belong to the family before them; labels are names and values in
 * turn, and end with NULL.  Values are integers and microseconds: what is
 * written is exact, and the same in every locale.  A value of a label may be
 * anything; what the format cannot hold becomes '?'.
 */
#ifndef FRR_TENANT_METRICS_EXPOSITION_H
#define FRR_TENANT_METRICS_EXPOSITION_H

#include <stddef.h>
#include <stdint.h>

struct histogram;

enum metric_type { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM };

struct exposition {
	char *text;       /* darr, with its end */
	const char *name; /* of the family */
};

void exposition_family(struct exposition *out, enum metric_type type, const char *name,
		       const char *help);
void exposition_count(struct exposition *out, uint64_t value, ...);
/* Written as seconds. */
void exposition_time(struct exposition *out, int64_t us, ...);
/* All the lines of one; the label may be NULL. */
void exposition_histogram(struct exposition *out, const struct histogram *histogram,
			  const char *label, const char *value);

size_t exposition_length(const struct exposition *out);
void exposition_fini(struct exposition *out);

#endif

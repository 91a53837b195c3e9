// SPDX-License-Identifier: GPL-2.0-or-later
/* Text in the exposition format of Prometheus. */
#include <zebra.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "darr.h"

#include "histogram.h"
#include "metrics/exposition.h"

static const char *const type_names[] = {
	[METRIC_COUNTER] = "counter",
	[METRIC_GAUGE] = "gauge",
	[METRIC_HISTOGRAM] = "histogram",
};

static void append(struct exposition *out, const char *text)
{
	darr_in_strcat(out->text, text);
}

void exposition_family(struct exposition *out, enum metric_type type, const char *name,
		       const char *help)
{
	out->name = name;
	darr_in_strcatf(out->text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name,
			type_names[type]);
}

/* ---- labels ---- */

static void append_value(struct exposition *out, const char *value)
{
	char text[2] = {};

	append(out, "\"");
	for (; *value; value++) {
		text[0] = *value < ' ' || *value > '~' ? '?' : *value;
		if (*value == '\n')
			append(out, "\\n");
		else if (*value == '"' || *value == '\\')
			darr_in_strcatf(out->text, "\\%s", text);
		else
			append(out, text);
	}
	append(out, "\"");
}

static void append_label(struct exposition *out, const char *before, const char *name,
			 const char *value)
{
	append(out, before);
	append(out, name);
	append(out, "=");
	append_value(out, value);
}

static void append_labels(struct exposition *out, va_list labels)
{
	const char *name, *before = "{";

	append(out, out->name);
	while ((name = va_arg(labels, const char *))) {
		append_label(out, before, name, va_arg(labels, const char *));
		before = ",";
	}
	append(out, before[0] == ',' ? "} " : " ");
}

/* ---- values ---- */

/* As short as it can be written: "0.0025", "60". */
static const char *seconds_text(int64_t us, char buf[static 32])
{
	size_t len = snprintf(buf, 32, "%s%" PRId64 ".%06" PRId64, us < 0 ? "-" : "",
			      (us < 0 ? -us : us) / 1000000, (us < 0 ? -us : us) % 1000000);

	while (buf[len - 1] == '0')
		buf[--len] = '\0';
	if (buf[len - 1] == '.')
		buf[--len] = '\0';
	return buf;
}

void exposition_count(struct exposition *out, uint64_t value, ...)
{
	va_list labels;

	va_start(labels, value);
	append_labels(out, labels);
	va_end(labels);
	darr_in_strcatf(out->text, "%" PRIu64 "\n", value);
}

void exposition_time(struct exposition *out, int64_t us, ...)
{
	char text[32];
	va_list labels;

	va_start(labels, us);
	append_labels(out, labels);
	va_end(labels);
	darr_in_strcatf(out->text, "%s\n", seconds_text(us, text));
}

/* ---- histograms ---- */

static void append_bucket(struct exposition *out, const char *label, const char *value,
			  const char *bound, uint64_t count)
{
	darr_in_strcatf(out->text, "%s_bucket", out->name);
	if (label)
		append_label(out, "{", label, value);
	append_label(out, label ? "," : "{", "le", bound);
	darr_in_strcatf(out->text, "} %" PRIu64 "\n", count);
}

static void append_total(struct exposition *out, const char *suffix, const char *label,
			 const char *value, const char *total)
{
	append(out, out->name);
	append(out, suffix);
	if (label) {
		append_label(out, "{", label, value);
		append(out, "}");
	}
	darr_in_strcatf(out->text, " %s\n", total);
}

void exposition_histogram(struct exposition *out, const struct histogram *histogram,
			  const char *label, const char *value)
{
	uint64_t count = 0;
	char text[32];

	for (int i = 0; i < HISTOGRAM_BOUNDS; i++) {
		count += histogram->counts[i];
		append_bucket(out, label, value, seconds_text(histogram_bounds[i], text), count);
	}
	count += histogram->counts[HISTOGRAM_BOUNDS];
	append_bucket(out, label, value, "+Inf", count);
	append_total(out, "_sum", label, value, seconds_text(histogram->sum, text));
	snprintf(text, sizeof(text), "%" PRIu64, count);
	append_total(out, "_count", label, value, text);
}

size_t exposition_length(const struct exposition *out)
{
	return darr_strlen(out->text);
}

void exposition_fini(struct exposition *out)
{
	darr_free(out->text);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Metrics: the format, HTTP as far as it goes, addresses as they are typed,
 * and all of it together, which tests/metrics/all.prom holds (UPDATE=1 writes
 * it anew; tests/test_metrics.py judges it and all that builds on it).
 */
#include <zebra.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "darr.h"
#include "privs.h"

#include "apply/engine_priv.h"
#include "metrics/endpoint.h"
#include "metrics/exposition.h"
#include "metrics/metrics.h"
#include "metrics/request.h"

#include "tests/lib.h"

/* what the engine's other files need of a daemon; none of it is called here */
struct zebra_privs_t tenantd_privs = {};

static struct exposition out;

static void teardown(void)
{
	exposition_fini(&out);
	out = (struct exposition){};
}

static void expect(const char *text)
{
	ck_assert_str_eq(out.text, text);
	ck_assert_uint_eq(exposition_length(&out), strlen(text));
	teardown();
}

/* ---- the format ---- */

START_TEST(a_family_has_its_head_and_samples)
{
	exposition_family(&out, METRIC_GAUGE, "size", "How large.");
	exposition_count(&out, UINT64_MAX, NULL);
	exposition_count(&out, 0, "a", "1", "b", "2", NULL);
	expect("# HELP size How large.\n"
	       "# TYPE size gauge\n"
	       "size 18446744073709551615\n"
	       "size{a=\"1\",b=\"2\"} 0\n");
}
END_TEST

START_TEST(no_label_breaks_a_line)
{
	out.name = "x";
	exposition_count(&out, 1, "a", "say \"hi\"\\\n\r\t\x7f\xc3\xbc", NULL);
	expect("x{a=\"say \\\"hi\\\"\\\\\\n?????\"} 1\n");
}
END_TEST

START_TEST(times_are_exact_seconds)
{
	out.name = "t";
	exposition_time(&out, 0, NULL);
	exposition_time(&out, 1, NULL);
	exposition_time(&out, 2500, NULL);
	exposition_time(&out, 60000000, NULL);
	exposition_time(&out, 1795243367123456, NULL);
	exposition_time(&out, -1500000, NULL);
	expect("t 0\nt 0.000001\nt 0.0025\nt 60\nt 1795243367.123456\nt -1.5\n");
}
END_TEST

START_TEST(buckets_add_up)
{
	struct histogram histogram = {};
	const char *end;

	histogram_observe(&histogram, -5);       /* clocks differ */
	histogram_observe(&histogram, 1000);     /* at most 1 ms */
	histogram_observe(&histogram, 1001);     /* just not */
	histogram_observe(&histogram, 61000000); /* beyond all */
	exposition_family(&out, METRIC_HISTOGRAM, "h", "x");
	exposition_histogram(&out, &histogram, "s", "v");
	ck_assert_ptr_nonnull(strstr(out.text, "h_bucket{s=\"v\",le=\"0.001\"} 2\n"
					       "h_bucket{s=\"v\",le=\"0.0025\"} 3\n"));
	end = strstr(out.text, "h_bucket{s=\"v\",le=\"60\"} 3\n");
	ck_assert_ptr_nonnull(end);
	ck_assert_str_eq(strchr(end, '\n') + 1, "h_bucket{s=\"v\",le=\"+Inf\"} 4\n"
						"h_sum{s=\"v\"} 61.002001\n"
						"h_count{s=\"v\"} 4\n");
	teardown();
	out.name = "h";
	exposition_histogram(&out, &histogram, NULL, NULL);
	ck_assert(strstr(out.text, "h_bucket{le=\"0.001\"} 2\n") == out.text);
	ck_assert_ptr_nonnull(strstr(out.text, "h_sum 61.002001\nh_count 4\n"));
}
END_TEST

/* ---- HTTP ---- */

static const struct {
	const char *what, *bytes;
	enum request_status status;
} requests[] = {
	{ "what Prometheus sends",
	  "GET /metrics HTTP/1.1\r\nHost: pe1:12620\r\nUser-Agent: Prometheus/3.5\r\nAccept: */*\r\n\r\n",
	  REQUEST_OK },
	{ "the shortest", "GET /metrics HTTP/1.0\n\n", REQUEST_OK },
	{ "with a query", "GET /metrics?name=x HTTP/1.1\r\n\r\n", REQUEST_OK },
	{ "nothing yet", "", REQUEST_MORE },
	{ "half a method", "GE", REQUEST_MORE },
	{ "no empty line", "GET /metrics HTTP/1.1\r\nHost: x\r\n", REQUEST_MORE },
	{ "half an empty line", "GET /metrics HTTP/1.1\r\n\r", REQUEST_MORE },
	{ "another path", "GET / HTTP/1.1\r\n\r\n", REQUEST_NOT_FOUND },
	{ "a longer path", "GET /metricsx HTTP/1.1\r\n\r\n", REQUEST_NOT_FOUND },
	{ "a path above", "GET /../metrics HTTP/1.1\r\n\r\n", REQUEST_NOT_FOUND },
	{ "another method", "POST /metrics HTTP/1.1\r\nContent-Length: 1\r\n\r\nx",
	  REQUEST_NOT_ALLOWED },
	{ "almost the method", "GETT /metrics HTTP/1.1\r\n\r\n", REQUEST_NOT_ALLOWED },
	{ "HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", REQUEST_BAD_VERSION },
	{ "HTTP/0.9", "GET /metrics\r\n\r\n", REQUEST_MALFORMED },
	{ "no path", "GET  HTTP/1.1\r\n\r\n", REQUEST_MALFORMED },
	{ "more words", "GET /metrics x HTTP/1.1\r\n\r\n", REQUEST_MALFORMED },
	{ "another protocol", "GET /metrics RTSP/1.0\r\n\r\n", REQUEST_MALFORMED },
	{ "a control character", "GET /metrics\x01 HTTP/1.1\r\n\r\n", REQUEST_MALFORMED },
	{ "TLS", "\x16\x03\x01\x02", REQUEST_MALFORMED },
	{ "lower case", "get /metrics", REQUEST_MALFORMED },
	{ "a method without end", "AAAAAAAAAAAAAAAAAAAAAAAA", REQUEST_MALFORMED },
	{ "an empty line first", "\r\n", REQUEST_MALFORMED },
};

START_TEST(requests_are_judged)
{
	const char *bytes = requests[_i].bytes;

	ck_assert_msg(request_judge(bytes, strlen(bytes)) == requests[_i].status, "%s: %d",
		      requests[_i].what, request_judge(bytes, strlen(bytes)));
}
END_TEST

/* However it is cut, what was not clear before is judged as it is at the end. */
START_TEST(bytes_may_come_one_by_one)
{
	size_t len = strlen(requests[_i].bytes);
	enum request_status status = REQUEST_MORE;

	for (size_t count = 1; count <= len && status == REQUEST_MORE; count++) {
		char *part = malloc(count); /* so that a sanitizer sees a byte too many */

		memcpy(part, requests[_i].bytes, count);
		status = request_judge(part, count);
		free(part);
	}
	ck_assert_msg(status == requests[_i].status, "%s: %d", requests[_i].what, status);
}
END_TEST

START_TEST(a_request_has_an_end)
{
	char bytes[REQUEST_MAX];

	memset(bytes, 'x', sizeof(bytes));
	memcpy(bytes, "GET /metrics HTTP/1.1\r\nA: ", 26);
	ck_assert_int_eq(request_judge(bytes, sizeof(bytes) - 1), REQUEST_MORE);
	ck_assert_int_eq(request_judge(bytes, sizeof(bytes)), REQUEST_TOO_LARGE);
}
END_TEST

START_TEST(noise_is_judged_too)
{
	char bytes[64];

	lib_seed(_i);
	for (int round = 0; round < 2000; round++) {
		size_t count = lib_below(sizeof(bytes));

		for (size_t i = 0; i < count; i++)
			bytes[i] = "GET /metrics HTTP/1.\r\n\x80"[lib_below(24)];
		request_judge(bytes, count);
	}
}
END_TEST

START_TEST(an_answer_says_how_long_it_is)
{
	char head[REQUEST_HEAD_SIZE];
	size_t len = request_head(head, REQUEST_OK, 12345);

	ck_assert_uint_eq(len, strlen(head));
	ck_assert_str_eq(head, "HTTP/1.1 200 OK\r\n"
			       "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"
			       "Content-Length: 12345\r\n"
			       "Connection: close\r\n\r\n");
	request_head(head, REQUEST_NOT_ALLOWED, 3);
	ck_assert_ptr_nonnull(strstr(head, "\r\nAllow: GET\r\n"));
	ck_assert_ptr_null(request_complaint(REQUEST_OK));
	ck_assert_ptr_nonnull(request_complaint(REQUEST_TOO_LARGE));
}
END_TEST

/* ---- addresses ---- */

static const struct {
	const char *typed, *means; /* NULL: it is refused with this word */
	const char *word;
} endpoints[] = {
	{ "127.0.0.1", "127.0.0.1:12620", NULL },
	{ "192.0.2.1:9342", "192.0.2.1:9342", NULL },
	{ "0.0.0.0:1024", "0.0.0.0:1024", NULL },
	{ "[::1]", "[::1]:12620", NULL },
	{ "::1", "[::1]:12620", NULL },
	{ "[2001:db8::1]:65535", "[2001:db8::1]:65535", NULL },
	{ "192.0.2.1:80", NULL, "from 1024 to 65535" },
	{ "192.0.2.1:65536", NULL, "from 1024 to 65535" },
	{ "192.0.2.1:99999999999999999999", NULL, "from 1024 to 65535" },
	{ "192.0.2.1:-1", NULL, "from 1024 to 65535" },
	{ "192.0.2.1:", NULL, "no address" },
	{ "[::1]:", NULL, "no address" },
	{ "[::1", NULL, "no address" },
	{ "[::1]x", NULL, "no address" },
	{ "[192.0.2.1.5]:9342", NULL, "no address" },
	{ "localhost:9342", NULL, "no address" },
	{ ":9342", NULL, "no address" },
	{ "9342", NULL, "no address" },
	{ "", NULL, "no address" },
	{ "192.0.2.1/24", NULL, "no address" },
	{ "1111:1111:1111:1111:1111:1111:1111:1111:1111:1111:1111:1111:1111", NULL, "no address" },
};

START_TEST(addresses_are_read_strictly)
{
	struct endpoint at = {}, nowhere = {};
	char text[ENDPOINT_TEXT_SIZE];
	struct reason why = {};
	int ret = endpoint_parse(endpoints[_i].typed, &at, &why);

	ck_assert_msg((ret == 0) == !!endpoints[_i].means, "%s", endpoints[_i].typed);
	if (endpoints[_i].means) {
		ck_assert_str_eq(endpoint_format(&at, text), endpoints[_i].means);
		return;
	}
	ck_assert_msg(strstr(why.text, endpoints[_i].word), "%s", why.text);
	ck_assert(!memcmp(&at, &nowhere, sizeof(at)));
}
END_TEST

/* ---- all of it ---- */

static void fill_histogram(struct histogram *histogram, int64_t us)
{
	for (int i = 0; i < 20; i++, us += us / 2)
		histogram_observe(histogram, us);
}

static struct trace_totals sample_totals(void)
{
	struct trace_totals totals = { .subnets = 120 };

	for (int i = 0; i < STAGE_COUNT; i++) {
		totals.passed[i] = 120 - 10 * i;
		fill_histogram(&totals.after[i], 500 * (i + 1));
	}
	return totals;
}

static struct engine_stats sample_stats(void)
{
	struct engine_stats stats = {
		.batches = 17,
		.added = 4000,
		.updated = 20,
		.deleted = 300,
		.failed = 2,
		.revision = 61,
	};

	for (int i = 0; i < TARGET_COUNT; i++) {
		stats.refused[i] = i;
		stats.connected[i] = i == TARGET_KERNEL ? 0 : 1;
		stats.up[i] = i != TARGET_BGPD;
		stats.needed[i] = true;
	}
	for (int i = 0; i < REPAIR_COUNT; i++)
		stats.repairs[i] = 10 + i;
	stats.module[TARGET_OSPFD] = MODULE_LOADED;
	stats.module[TARGET_BGPD] = MODULE_ABSENT;
	fill_histogram(&stats.took, 800);
	return stats;
}

START_TEST(all_metrics_are_as_recorded)
{
	const char *path = lib_source_path("metrics/all.prom");
	struct trace_totals totals = sample_totals();
	struct engine_stats stats = sample_stats();
	struct engine_levels levels = { .tenants = { 10, 1, 2 },
					.pending = 3,
					.oldest = 40000000 };
	struct metrics_source source = {
		.type = "sqlite",
		.readable = true,
		.seen = 1795243367123456,
		.changed = 1795243360000000,
		.revision = 62,
		.tenants = 1000,
	};
	struct metrics metrics = {
		.version = "0.1",
		.frr_version = "10.7.1",
		.node = "esg",
		.roles = ROLE_EDGE | ROLE_PE,
		.node_known = true,
		.stats = &stats,
		.levels = &levels,
		.trace = &totals,
		.sources = &source,
		.source_count = 1,
		.now = 41500000,
		.began = 1795240000000000,
		.cpu = 2345678,
		.memory = 12345344,
		.requests = { 7, 1, 2 },
		.strays = { 3, 1, 0 },
		.rendered = 180,
	};
	char *recorded;
	FILE *file;

	metrics_render(&metrics, &out);
	if (getenv("UPDATE")) {
		file = fopen(path, "w");
		ck_assert_ptr_nonnull(file);
		fputs(out.text, file);
		fclose(file);
	}
	recorded = lib_read_file(path);
	ck_assert_msg(recorded, "%s is missing; UPDATE=1 writes it", path);
	ck_assert_str_eq(out.text, recorded);
	free(recorded);
}
END_TEST

static unsigned int count_lines(const char *text)
{
	unsigned int count = 0;

	for (; *text; text++)
		count += *text == '\n';
	return count;
}

/* No line more, and hardly a byte, however many tenants there are. */
START_TEST(a_thousand_tenants_take_no_more_lines_than_one)
{
	struct engine engine = {};
	struct engine_levels levels;
	struct engine_stats stats = {};
	struct metrics metrics = {
		.version = "", .frr_version = "", .stats = &stats, .levels = &levels
	};
	struct place *place;
	unsigned int lines;
	char vrf[16];

	place_hash_init(engine.places);
	place_ids_init(engine.tenants);
	place_list_init(engine.dirty);
	failed_list_init(engine.failed);
	news_list_init(engine.news);
	engine_levels(&engine, &levels);
	metrics_render(&metrics, &out);
	lines = count_lines(out.text);
	teardown();
	for (int i = 1; i <= 1000; i++) {
		snprintf(vrf, sizeof(vrf), "t%d", i);
		place = place_get(&engine, vrf);
		place_set_tenant(place, i);
		place_set_health(place, i % 10 ? HEALTH_OK : HEALTH_FAILED);
		place->noticed = i > 500 ? i : 0;
	}
	place = place_get(&engine, "t999"); /* it has just come */
	place->unplanned = true;
	place_make_dirty(place);
	place_get(&engine, ""); /* the node's own part is no tenant */
	engine_levels(&engine, &levels);
	metrics_render(&metrics, &out);
	ck_assert_uint_eq(count_lines(out.text), lines);
	ck_assert_uint_eq(levels.tenants[HEALTH_OK], 899);
	ck_assert_uint_eq(levels.tenants[HEALTH_WAITING], 1);
	ck_assert_uint_eq(levels.tenants[HEALTH_FAILED], 100);
	ck_assert_uint_eq(levels.pending, 1);
	ck_assert_int_eq(levels.oldest, 501);
	while (place_list_pop(engine.dirty))
		;
	while ((place = place_hash_pop(engine.places))) {
		place_set_tenant(place, 0);
		place_free(place);
	}
	place_hash_fini(engine.places);
	place_ids_fini(engine.tenants);
	failed_list_fini(engine.failed);
	news_list_fini(engine.news);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("metrics");
	TCase *tcase = tcase_create("metrics");

	tcase_add_checked_fixture(tcase, NULL, teardown);
	tcase_add_test(tcase, a_family_has_its_head_and_samples);
	tcase_add_test(tcase, no_label_breaks_a_line);
	tcase_add_test(tcase, times_are_exact_seconds);
	tcase_add_test(tcase, buckets_add_up);
	tcase_add_loop_test(tcase, requests_are_judged, 0, array_size(requests));
	tcase_add_loop_test(tcase, bytes_may_come_one_by_one, 0, array_size(requests));
	tcase_add_test(tcase, a_request_has_an_end);
	tcase_add_loop_test(tcase, noise_is_judged_too, 0, 5);
	tcase_add_test(tcase, an_answer_says_how_long_it_is);
	tcase_add_loop_test(tcase, addresses_are_read_strictly, 0, array_size(endpoints));
	tcase_add_test(tcase, all_metrics_are_as_recorded);
	tcase_add_test(tcase, a_thousand_tenants_take_no_more_lines_than_one);
	suite_add_tcase(suite, tcase);
	return lib_main(suite);
}

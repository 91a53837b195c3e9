// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A node without FRR and without a kernel: it reads a source of any kind, keeps the
 * model of it and plans what concerns it, and says so.
 *
 *	source_node KIND LOCATION NODE [COUNT]
 *
 * With COUNT it is so many nodes on one event loop, NODE1 to NODECOUNT.  It writes
 * lines, "MICROSECONDS NODE WHAT ..." with the time of CLOCK_MONOTONIC:
 *
 *	load full|part REVISION TENANTS GONE PLANNED OBJECTS    tenants read; of them planned for this node
 *	problem SENTENCE          it cannot be read
 *	ended                     it can again
 *
 * and does what it is told by lines of its standard input, at the end of which it ends:
 *
 *	show      "tenant NAME FAULT" and "switch NAME STATE PREFIX..." lines of all it has, sorted, then "end"
 *	reload    reads everything again
 *	usage     "usage PROCESSOR_US RESIDENT_KIB"
 *	note N SQL    writes that, as one of the two who write in tenantd; "noted N RESULT"
 */
#include <zebra.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "darr.h"
#include "frrevent.h"
#include "log.h"

#include "clock.h"
#include "plan/plan.h"
#include "plan/validate.h"
#include "source/notes.h"
#include "source/source.h"

struct box {
	char name[TENANT_NAME_MAX + 1];
	struct source *source;
	struct model *model;
};

static struct event_loop *loop;
static struct box *boxes; /* never moved: sources know them */
static unsigned int box_count;
static struct event *ev_input;

static void say(const struct box *box, const char *fmt, ...) PRINTFRR(2, 3);
static void say(const struct box *box, const char *fmt, ...)
{
	char line[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintfrr(line, sizeof(line), fmt, ap);
	va_end(ap);
	printf("%" PRId64 " %s %s\n", clock_us(), box->name, line);
}

/* ---- what is read ---- */

static const struct node *find_node(const struct box *box)
{
	const struct provider *provider = model_provider(box->model);
	const struct node *node;

	if (provider)
		darr_foreach_p (provider->nodes, node)
			if (!strcmp(node->name, box->name))
				return node;
	return NULL;
}

/* How many objects that makes. */
static unsigned int plan(const struct box *box, uint32_t id, const struct node *node)
{
	const struct tenant *tenant = model_tenant(box->model, id);
	struct reason *findings = NULL;
	struct objects want = {};
	unsigned int count = 0;

	if (tenant && tenant_roles_on(tenant, node->id) &&
	    !validate_tenant(box->model, tenant, &findings)) {
		plan_tenant(model_provider(box->model), tenant, node, &want);
		count = darr_len(want.list);
	}
	objects_fini(&want);
	darr_free(findings);
	return count;
}

static bool loaded(void *arg, struct load *load)
{
	struct box *box = arg;
	unsigned int tenants = darr_len(load->tenants), gone = darr_len(load->gone), objects = 0,
		     planned = 0;
	uint64_t revision = load->revision;
	bool full = load->full;
	uint32_t *touched = NULL, *id;
	const struct node *node;

	model_commit(box->model, load, &touched);
	node = find_node(box);
	if (node)
		darr_foreach_p (touched, id) {
			unsigned int made = plan(box, *id, node);

			planned += made > 0;
			objects += made;
		}
	darr_free(touched);
	say(box, "load %s %" PRIu64 " %u %u %u %u", full ? "full" : "part", revision, tenants,
	    gone, planned, objects);
	return true;
}

static bool doubts(void *arg, const struct load *load)
{
	struct box *box = arg;

	return model_is_bereft(box->model, load);
}

static void problem(void *arg, const char *sentence)
{
	if (sentence)
		say(arg, "problem %s", sentence);
	else
		say(arg, "ended");
}

/* ---- what is shown ---- */

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static char **add_line(char **lines, const char *text)
{
	*darr_append(lines) = strdup(text);
	return lines;
}

static char **list_tenant(const struct box *box, const struct tenant *tenant, char **lines)
{
	const struct logical_switch *sw;
	const struct subnet *subnet;
	struct reason *findings = NULL;
	char line[4096], prefix[IPNET_TEXT_SIZE];

	validate_tenant(box->model, tenant, &findings);
	snprintf(line, sizeof(line), "tenant %s %s", tenant->name,
		 darr_len(findings) ? findings[0].text : "");
	lines = add_line(lines, line);
	darr_free(findings);
	darr_foreach_p (tenant->switches, sw) {
		snprintf(line, sizeof(line), "switch %s/%s %d", tenant->name, sw->name, sw->state);
		darr_foreach_p (sw->subnets, subnet) {
			strlcat(line, " ", sizeof(line));
			strlcat(line, ipnet_format(&subnet->prefix, prefix), sizeof(line));
		}
		lines = add_line(lines, line);
	}
	return lines;
}

static void show(const struct box *box)
{
	const struct tenant *tenant = NULL;
	char **lines = NULL, **line;

	while ((tenant = model_tenant_next(box->model, tenant)))
		lines = list_tenant(box, tenant, lines);
	if (lines)
		qsort(lines, darr_len(lines), sizeof(*lines), by_text);
	darr_foreach_p (lines, line) {
		say(box, "%s", *line);
		free(*line);
	}
	darr_free(lines);
	say(box, "end");
}

static void usage(void)
{
	struct rusage used;

	getrusage(RUSAGE_SELF, &used);
	printf("%" PRId64 " usage %ld %ld\n", clock_us(),
	       (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000L + used.ru_utime.tv_usec +
		       used.ru_stime.tv_usec,
	       used.ru_maxrss);
}

/* ---- what is written ---- */

static struct notes *written[2];

static void noted(unsigned int writer, int ret)
{
	say(&boxes[0], "noted %u %d", writer, ret);
	notes_free(written[writer - 1]);
	written[writer - 1] = NULL;
}

static void noted_first(void *arg, int ret)
{
	noted(1, ret);
}

static void noted_second(void *arg, int ret)
{
	noted(2, ret);
}

/* words: "1 INSERT ..."; what is written in vain is not written again. */
static void write_note(const char *words)
{
	static char sql[2][256];
	unsigned int which = words[0] == '1' ? 0 : 1;

	strlcpy(sql[which], words + 2, sizeof(sql[which]));
	written[which] = notes_new();
	notes_add(written[which], sql[which], 0);
	source_write(boxes[0].source, written[which], which ? noted_second : noted_first, NULL);
}

/* ---- what it is told ---- */

static void take_word(const char *word)
{
	for (unsigned int i = 0; i < box_count; i++) {
		if (!strcmp(word, "show"))
			show(&boxes[i]);
		else if (!strcmp(word, "reload"))
			source_reload(boxes[i].source);
	}
	if (!strcmp(word, "usage"))
		usage();
	if (!strncmp(word, "note ", 5))
		write_note(word + 5);
}

static void end(void)
{
	for (unsigned int i = 0; i < box_count; i++) {
		source_free(boxes[i].source);
		model_free(boxes[i].model);
	}
	free(boxes);
	event_cancel(&ev_input);
	event_master_free(loop);
	exit(0);
}

static void read_input(struct event *event)
{
	static char text[256];
	static size_t len;
	ssize_t got = read(STDIN_FILENO, text + len, sizeof(text) - 1 - len);
	char *end_of_line;

	if (got <= 0)
		end();
	len += got;
	text[len] = '\0';
	while ((end_of_line = strchr(text, '\n'))) {
		*end_of_line = '\0';
		take_word(text);
		len -= end_of_line + 1 - text;
		memmove(text, end_of_line + 1, len + 1);
	}
	event_add_read(loop, read_input, NULL, STDIN_FILENO, &ev_input);
}

static void begin(const struct source_kind *kind, const char *location, const char *name,
		  unsigned int count)
{
	static const struct source_cbs cbs = {
		.loaded = loaded,
		.doubts = doubts,
		.problem = problem,
	};

	boxes = calloc(count, sizeof(*boxes));
	for (box_count = 0; box_count < count; box_count++) {
		struct box *box = &boxes[box_count];

		if (count > 1)
			snprintf(box->name, sizeof(box->name), "%s%u", name, box_count + 1);
		else
			strlcpy(box->name, name, sizeof(box->name));
		box->model = model_new();
		box->source = kind->open(loop, location, box->name, &cbs, box);
	}
}

int main(int argc, char **argv)
{
	const struct source_kind *kind = argc >= 4 ? source_kind(argv[1]) : NULL;
	struct reason why = {};
	struct event event;

	if (!kind) {
		fprintf(stderr, "use: source_node KIND LOCATION NODE [COUNT]\n");
		return 2;
	}
	if (!kind->check(argv[2], &why)) {
		fprintf(stderr, "%s\n", why.text);
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	zlog_aux_init("", LOG_WARNING);
	loop = event_master_create("source_node");
	begin(kind, argv[2], argv[3], argc > 4 ? atoi(argv[4]) : 1);
	event_add_read(loop, read_input, NULL, STDIN_FILENO, &ev_input);
	while (event_fetch(loop, &event))
		event_call(&event);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What our modules in ospfd and bgpd may send to tenantd over zebra, as libFuzzer makes it
 * up: opaque messages of any bytes, from whoever is connected to zebra, and in between what
 * tenantd does itself.
 *
 * Nothing may end the program, be lost, or be read beyond a message's end.  The times that
 * come of it are those of a simple reading: a stage keeps its first time until it is
 * withdrawn, and of other VRFs, prefixes, stages, and of times before 1970 there is nothing.
 * The totals are the sums of what is there, and all of it can be shown and written.
 *
 * An input is steps: a byte that says which, and for a message its size (2 bytes) and its
 * bytes.
 */
// sources: vrf-sync/trace/*.c vrf-sync/model/*.c vrf-sync/plan/*.c vrf-sync/source/db.c vrf-sync/source/notes.c vrf-sync/source/row*.c
// packages: frr sqlite3 json-c
#include <zebra.h>

#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include <linux/rtnetlink.h>

#include "command.h"
#include "darr.h"
#include "lib/json.h"
#include "log.h"
#include "stream.h"
#include "vrf.h"
#include "zclient.h"

#include "apply/engine.h"
#include "daemon/straying.h"
#include "daemon/tenantd.h"
#include "daemon/tracing.h"
#include "northbound/backend.h"
#include "source/db.h"
#include "source/notes.h"
#include "tests/fuzz/expect.h"
#include "trace/trace.h"
#include "trace/wire.h"

/* its clock is the input's */
#define gettimeofday no_clock
static int no_clock(struct timeval *now, void *zone);
#include "vrf-sync/daemon/tracing.c"
#undef gettimeofday

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TENANTS     2 /* ids from 1; each has a VRF, whose id is this much more */
#define VRF_IDS     4
#define SUBNETS_MAX 8
#define NOW         1700000000000000

enum step_kind { STEP_MESSAGE, STEP_NEWS, STEP_LOADED, STEP_PLANNED, STEP_ROUTE, STEP_COUNT };

struct tenantd tenantd = { .node = (char *)"far" };

static struct db db;
static uint32_t *everybody; /* darr: ids */
static int64_t now;         /* microseconds since 1970 */
static const char *const vrf_names[] = { "acme", "globex", "stranger" };

/* What a simple reading makes of it: by tenant, subnet, stage. */
static int64_t expected[TENANTS][SUBNETS_MAX][STAGE_COUNT];

static struct input {
	const uint8_t *at;
	size_t left;
} in;

/* FRR's stream tells by whom it was asked for more than it has, and takes most of the time. */
void zlog_backtrace(int priority)
{
}

/* ---- what tracing.c has of others ---- */

static int no_clock(struct timeval *to, void *zone)
{
	*to = (struct timeval){ .tv_sec = now / 1000000, .tv_usec = now % 1000000 };
	return 0;
}

struct vrf *vrf_lookup_by_id(vrf_id_t id)
{
	static struct vrf vrf;

	if (id <= VRF_IDS || id > VRF_IDS + array_size(vrf_names))
		return NULL;
	strlcpy(vrf.name, vrf_names[id - VRF_IDS - 1], sizeof(vrf.name));
	return &vrf;
}

uint32_t engine_tenant_of(const struct engine *engine, const char *vrf)
{
	for (unsigned int i = 0; i < TENANTS; i++)
		if (!strcmp(vrf, vrf_names[i]))
			return i + 1;
	return 0;
}

void status_changed(void)
{
}

void straying_stage(uint32_t tenant_id, const struct traced *traced)
{
}

void backend_stage(uint32_t tenant_id, const struct traced *traced, enum stage stage)
{
	EXPECT(traced && stage < STAGE_COUNT && traced->at[stage] > 0);
}

int vty_out(struct vty *vty, const char *format, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, format);
	vsnprintfrr(text, sizeof(text), format, ap);
	va_end(ap);
	for (const char *c = text; *c; c++)
		EXPECT((*c >= ' ' && *c < 0x7f) || *c == '\n');
	return 0;
}

int vty_json(struct vty *vty, struct json_object *json)
{
	EXPECT(json_object_to_json_string(json));
	json_object_put(json);
	return CMD_SUCCESS;
}

/* ---- the simple reading ---- */

static int64_t *expected_of(uint32_t tenant_id, const struct ipnet *prefix)
{
	size_t count;
	const struct traced *list = tracing_of_tenant(tenant_id, &count);

	EXPECT(count <= SUBNETS_MAX);
	for (size_t i = 0; i < count; i++)
		if (!memcmp(&list[i].prefix, prefix, sizeof(*prefix)))
			return expected[tenant_id - 1][i];
	return NULL;
}

static void expect(uint32_t tenant_id, const struct ipnet *prefix, unsigned int stage, int64_t at)
{
	int64_t *times = expected_of(tenant_id, prefix);

	if (!times || stage >= STAGE_COUNT || at < 0)
		return;
	if (!at || !times[stage])
		times[stage] = at;
}

static void expect_news(const uint8_t *bytes)
{
	struct ipnet prefix = { .family = bytes[14], .len = bytes[15] };
	uint32_t vrf_id;
	int64_t at;

	memcpy(&at, bytes, 8);
	memcpy(&vrf_id, bytes + 8, 4);
	memcpy(prefix.addr, bytes + 16, 16);
	if (vrf_id > VRF_IDS && vrf_id <= VRF_IDS + TENANTS)
		expect(vrf_id - VRF_IDS, &prefix, bytes[12], bytes[13] ? at : 0);
}

/* Its head is another program's business. */
static void expect_message(const uint8_t *bytes, size_t size)
{
	static const uint8_t type[] = { 0x74, 0x65, 0x6e, 0x01 };
	size_t head = 4 + 2 + 1 + 2 + 4;

	if (size < head || memcmp(bytes, type, sizeof(type)))
		return;
	if (bytes[5] & ZAPI_OPAQUE_FLAG_UNICAST)
		head += 1 + 2 + 4;
	for (; head + 32 <= size; head += 32)
		expect_news(bytes + head);
}

/* ---- steps ---- */

static uint8_t take_byte(void)
{
	if (!in.left)
		return 0;
	in.left--;
	return *in.at++;
}

/* In a stream of just its size. */
static void hand_in(const uint8_t *bytes, size_t size)
{
	struct zclient client = { .ibuf = stream_new(size + 1) };

	stream_put(client.ibuf, bytes, size);
	EXPECT(tracing_message(ZEBRA_OPAQUE_MESSAGE, &client, size, VRF_DEFAULT) == 0);
	stream_free(client.ibuf);
	expect_message(bytes, size);
}

/* with_head: one that a module would give it. */
static void take_message(bool with_head)
{
	uint8_t message[ZEBRA_MAX_PACKET_SIZ] = { 0x74, 0x65, 0x6e, 0x01 };
	size_t size = take_byte(), head = with_head ? 13 : 0;

	size |= take_byte() << 8;
	size = MIN(size, MIN(in.left, sizeof(message) - head));
	memcpy(message + head, in.at, size);
	in.at += size;
	in.left -= size;
	hand_in(message, head + size);
}

static void load_again(void)
{
	uint8_t how = take_byte();
	struct traced older[TENANTS][SUBNETS_MAX];
	size_t counts[TENANTS], count;

	for (uint32_t i = 0; i < TENANTS; i++) {
		const struct traced *list = tracing_of_tenant(i + 1, &counts[i]);

		EXPECT(counts[i] <= SUBNETS_MAX);
		if (list)
			memcpy(older[i], list, counts[i] * sizeof(*list));
	}
	tracing_loaded(everybody, how & 1 ? now : 0, clock_us());
	for (uint32_t i = 0; i < TENANTS; i++) { /* none is new, so none is another */
		const struct traced *list = tracing_of_tenant(i + 1, &count);

		EXPECT(count == counts[i] && !memcmp(older[i], list, count * sizeof(*list)));
	}
}

static void take_planned(void)
{
	uint32_t id = take_byte() % TENANTS + 1;
	size_t count;
	const struct traced *list = tracing_of_tenant(id, &count);

	tracing_planned(id);
	for (size_t i = 0; i < count; i++)
		expect(id, &list[i].prefix, STAGE_PLANNED, now);
}

static void take_route(void)
{
	uint32_t id = take_byte() % TENANTS + 1;
	uint8_t protocol = take_byte(), present = take_byte() & 1, which = take_byte();
	size_t count;
	const struct traced *list = tracing_of_tenant(id, &count);
	struct ipnet net = list[which % count].prefix;
	struct kernel_route route = { .net = net, .protocol = protocol };

	tracing_route(id, &route, present);
	if (protocol == RTPROT_KERNEL)
		expect(id, &net, STAGE_CONNECTED, present ? now : 0);
	else if (protocol == RTPROT_OSPF)
		expect(id, &net, STAGE_OSPF, present ? now : 0);
	else if (protocol == RTPROT_BGP)
		expect(id, &net, STAGE_BGP, present ? now : 0);
}

static void step(void)
{
	now += take_byte() * 1000;
	switch (take_byte() % STEP_COUNT) {
	case STEP_MESSAGE:
		take_message(false);
		break;
	case STEP_NEWS:
		take_message(true);
		break;
	case STEP_LOADED:
		load_again();
		break;
	case STEP_PLANNED:
		take_planned();
		break;
	case STEP_ROUTE:
		take_route();
		break;
	}
}

/* ---- what comes of it ---- */

static void look_at_totals(void)
{
	const struct trace_totals *totals = tracing_totals();
	uint64_t subnets = 0, passed[STAGE_COUNT] = {};
	size_t count;

	for (uint32_t id = 1; id <= TENANTS; id++) {
		const struct traced *list = tracing_of_tenant(id, &count);

		subnets += count;
		for (size_t i = 0; i < count; i++)
			for (int stage = 0; stage < STAGE_COUNT; stage++)
				passed[stage] += list[i].at[stage] != 0;
	}
	EXPECT(totals->subnets == subnets && !memcmp(totals->passed, passed, sizeof(passed)));
}

static void look_at_times(void)
{
	size_t count;

	for (uint32_t id = 1; id <= TENANTS; id++) {
		const struct traced *list = tracing_of_tenant(id, &count);

		for (size_t i = 0; i < count; i++)
			EXPECT(!memcmp(list[i].at, expected[id - 1][i], sizeof(list[i].at)));
	}
}

static void write_all(void)
{
	struct notes *notes = notes_new();
	struct reason why = {};

	tracing_write(notes);
	EXPECT(notes_write(notes, &db, &why) == 0);
	notes_free(notes);
}

static void show_all(void)
{
	for (uint32_t id = 1; id <= TENANTS; id++) {
		EXPECT(tracing_show(NULL, id, NULL, true) == CMD_SUCCESS);
		EXPECT(tracing_show(NULL, id, NULL, false) == CMD_SUCCESS);
	}
	write_all();
}

static void start_anew(void)
{
	size_t count;

	now = NOW;
	tracing_loaded(everybody, NOW, clock_us());
	memset(expected, 0, sizeof(expected));
	for (uint32_t id = 1; id <= TENANTS; id++) {
		const struct traced *list = tracing_of_tenant(id, &count);

		EXPECT(list && count);
		for (size_t i = 0; i < count; i++)
			memcpy(expected[id - 1][i], list[i].at, sizeof(list[i].at));
	}
}

/* ---- beginning ---- */

static void exec_file(const char *path)
{
	FILE *file = fopen(path, "r");
	static char sql[1 << 18];
	size_t size;

	EXPECT(file);
	size = fread(sql, 1, sizeof(sql) - 1, file);
	EXPECT(size && feof(file));
	sql[size] = '\0';
	fclose(file);
	EXPECT(sqlite3_exec(db.sqlite, sql, NULL, NULL, NULL) == SQLITE_OK);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct load *load = NULL;
	struct reason why = {};
	uint32_t *touched = NULL;

	zlog_aux_init("", ZLOG_DISABLED);
	EXPECT(sqlite3_open(":memory:", &db.sqlite) == SQLITE_OK);
	db.path = (char *)"tenants.db";
	exec_file(TESTS_SRCDIR "/../vrf-sync/schema.sql");
	exec_file(TESTS_SRCDIR "/fuzz/rows.sql");
	EXPECT(sqlite3_exec(
		       db.sqlite,
		       "INSERT INTO subnet (switch_id, prefix, gateway) VALUES"
		       " (1, '10.1.2.0/24', '10.1.2.1'), (1, '2001:db8:1::/64', '2001:db8:1::1')",
		       NULL, NULL, NULL) == SQLITE_OK);
	EXPECT(db_load_all(&db, &load, &why) == 0);
	tenantd.model = model_new();
	model_commit(tenantd.model, load, &touched);
	darr_free(touched);
	for (uint32_t id = 1; id <= TENANTS; id++)
		*darr_append(everybody) = id;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	in = (struct input){ data, size };
	start_anew();
	while (in.left)
		step();
	look_at_times();
	look_at_totals();
	show_all();
	tracing_stop();
	return 0;
}

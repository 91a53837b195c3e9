// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the kernel may answer and tell, as libFuzzer makes it up: datagrams of any bytes, for
 * all that reads them: a complete read, events, a path, and every kind of object put in place
 * and taken down.  Nothing is sent anywhere.
 *
 * Nothing may end the program or be lost, no byte be looked at beyond what came (behind each
 * datagram nothing may be read, and each input is taken twice, with other bytes there: all
 * that is found must be the same).  What comes out is such that the rest of tenantd can take
 * it: names end, prefixes are no longer than their addresses, a diff leads from all of it to
 * nothing, and where something is refused there is one printable line.
 *
 * An input is steps: which (1 byte), and the datagrams it takes: their size (2 bytes, the
 * highest bit says that their sequence numbers are their own), and their bytes.
 */
// sources: vrf-sync/apply/kernel!(_netlink|_scan).c tests/plan_rules.c vrf-sync/model/*.c vrf-sync/plan/*.c
// packages: frr json-c libnl-route-3.0
#include <zebra.h>

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/rtnetlink.h>
#include <sanitizer/asan_interface.h>

#include "darr.h"
#include "jhash.h"
#include "log.h"
#include "privs.h"

#include "apply/kernel_lookup.h"
#include "tests/fuzz/expect.h"
#include "tests/plan_rules.h"

/* what goes to the kernel and comes from it */
static ssize_t give_nobody(int fd, const void *data, size_t size, int flags);
static ssize_t take_datagram(int fd, void *buffer, size_t size, int flags);
#define send give_nobody
#define recv take_datagram
#include "vrf-sync/apply/kernel_netlink.c"
#undef send
#undef recv

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct zebra_privs_t tenantd_privs = {};

#define STEPS_MAX     8
#define DATAGRAMS_MAX 64 /* of one input */
#define OWN_SEQUENCE  0x8000

enum socket_name { REQUESTS, EVENTS };

static struct kernel kernel;

static struct input {
	const uint8_t *at;
	size_t left;
	unsigned int datagrams;
	uint8_t behind; /* what stands where nobody may look */
	uint32_t found; /* a sum of all that came out */
} in;

static const struct objects none;

/* ---- the kernel ---- */

static uint8_t take_byte(void)
{
	if (!in.left)
		return 0;
	in.left--;
	return *in.at++;
}

static ssize_t give_nobody(int fd, const void *data, size_t size, int flags)
{
	const struct nlmsghdr *header = data;

	EXPECT(size >= sizeof(*header) && header->nlmsg_len == size);
	in.found = jhash(data, size, in.found);
	return size;
}

/* So that chance need not find the number of the request. */
static void set_sequence(char *buffer, int size)
{
	struct nlmsghdr *header = (struct nlmsghdr *)buffer;

	for (; nlmsg_ok(header, size); header = nlmsg_next(header, &size))
		header->nlmsg_seq = kernel.seq;
}

static void hide(char *buffer, size_t size)
{
	ASAN_UNPOISON_MEMORY_REGION(buffer, size);
	memset(buffer, in.behind, size);
	ASAN_POISON_MEMORY_REGION(buffer, size);
}

static ssize_t take_datagram(int fd, void *buffer, size_t size, int flags)
{
	unsigned int head = take_byte(), count;

	head |= take_byte() << 8;
	if (!in.left || in.datagrams++ >= DATAGRAMS_MAX) {
		errno = EAGAIN;
		return -1;
	}
	count = MIN(head & ~OWN_SEQUENCE, MIN(in.left, size));
	hide(buffer, size);
	ASAN_UNPOISON_MEMORY_REGION(buffer, count);
	memcpy(buffer, in.at, count);
	in.at += count;
	in.left -= count;
	if (fd == REQUESTS && !(head & OWN_SEQUENCE))
		set_sequence(buffer, count);
	return count;
}

/* ---- what comes out ---- */

static void add_found(const void *data, size_t size)
{
	in.found = jhash(data, size, in.found);
}

static void look_at_net(const struct ipnet *net)
{
	if (net->family != AF_INET && net->family != AF_INET6)
		EXPECT(!net->family && !net->len);
	else
		EXPECT(net->len <= ipnet_max_len(net));
}

static void look_at_name(const char *name, size_t size)
{
	EXPECT(strnlen(name, size) < size);
	add_found(name, strlen(name));
}

static void look_at_object(const struct object *obj)
{
	char text[512];

	EXPECT(obj->kind < OBJ_KIND_COUNT && obj->target == TARGET_KERNEL);
	look_at_name(obj->vrf, sizeof(obj->vrf));
	look_at_name(obj->name, sizeof(obj->name));
	look_at_name(obj->ref, sizeof(obj->ref));
	EXPECT(!obj->vrf[0] || name_is_valid(obj->vrf, DEVICE_NAME_MAX));
	look_at_net(&obj->net);
	look_at_net(&obj->via);
	object_text(obj, text, sizeof(text));
	add_found(text, strlen(text));
}

static void look_at_objects(const struct objects *have)
{
	const char *wrong = diff_rule(have, &none);
	const struct object *obj;

	darr_foreach_p (have->list, obj) {
		look_at_object(obj);
		if (obj != have->list)
			EXPECT(object_cmp_key(obj - 1, obj) < 0);
	}
	if (wrong)
		fprintf(stderr, "what was read: %s\n", wrong);
	EXPECT(!wrong);
}

/* Why there is no more of it than that; ret: of a call that says so. */
static void look_at_answer(int ret, const struct reason *why)
{
	EXPECT(ret <= 0 && (ret == 0 || why->text[0]));
	EXPECT(ret > -4096);
	for (const char *c = why->text; *c; c++)
		EXPECT((unsigned char)*c >= ' ' && *c != 0x7f);
	add_found(&ret, sizeof(ret));
	add_found(why->text, strlen(why->text));
}

/* ---- events ---- */

static void on_object(void *arg, const struct object *obj)
{
	look_at_object(obj);
}

static void on_interface(void *arg, const char *name)
{
	look_at_name(name, DEVICE_BUF);
}

static void on_route(void *arg, const char *vrf, const struct kernel_route *route, bool present)
{
	EXPECT(name_is_valid(vrf, DEVICE_NAME_MAX));
	look_at_net(&route->net);
	look_at_net(&route->via);
	add_found(route->net.addr, sizeof(route->net.addr));
	add_found(&route->table, sizeof(route->table));
}

static void on_overrun(void *arg)
{
	EXPECT(!kernel.devices_known);
}

static const struct kernel_watch watch = {
	.changed = on_object,
	.gone = on_object,
	.interface = on_interface,
	.route = on_route,
	.overrun = on_overrun,
};

/* ---- steps ---- */

static void read_all(void)
{
	struct objects have = {};
	struct reason why = {};
	int ret = kernel_read(&kernel, &have, &why);

	look_at_answer(ret, &why);
	EXPECT(ret == 0 || !objects_count(&have));
	look_at_objects(&have);
	objects_fini(&have);
}

static void look_up(void)
{
	struct ipnet prefix = { .family = AF_INET, .len = 24, .addr = { 10, 1, 1 } };
	struct kernel_path path;
	int ret = kernel_path_get(&kernel, "lo", &prefix, &path);

	EXPECT(ret <= 0);
	look_at_name(path.device, sizeof(path.device));
	look_at_net(&path.via);
	EXPECT(*kernel_protocol_name(path.protocol));
}

static void skip_met(void)
{
	struct objects want = {};

	*darr_append(want.list) = (struct object){ .kind = OBJ_LOCAL_RULE, .num = { AF_INET } };
	kernel_skip_met(&kernel, &want);
	objects_fini(&want);
}

static void finish(void)
{
	struct reason why = {};
	int ret = kernel_finish(&kernel, &why);

	look_at_answer(ret, &why);
	EXPECT(!darr_len(kernel.unraised));
}

/* One of each kind that is asked of the kernel by netlink. */
#define NET(bits, ...)                                                  \
	{                                                               \
		.family = AF_INET, .len = bits, .addr = { __VA_ARGS__ } \
	}
static const struct object wishes[] = {
	{ .kind = OBJ_LOCAL_RULE, .num = { AF_INET } },
	{ .kind = OBJ_VRF, .vrf = "acme", .name = "acme", .num = { 1001 } },
	{ .kind = OBJ_UNREACHABLE, .vrf = "acme", .num = { AF_INET, 1001 } },
	{ .kind = OBJ_VLAN, .vrf = "acme", .name = "t0.101", .ref = "t0", .num = { 101, 1600 } },
	{ .kind = OBJ_PORT, .vrf = "acme", .name = "p0" },
	{ .kind = OBJ_MACVLAN, .vrf = "acme", .name = "vr1", .ref = "t0.101", .num = { 1 } },
	{ .kind = OBJ_WIRE_ADDRESS,
	  .vrf = "acme",
	  .name = "t0.101",
	  .net = NET(29, 100, 64, 0, 1) },
	{ .kind = OBJ_VIRTUAL_ADDRESS,
	  .vrf = "acme",
	  .name = "vr1",
	  .net = NET(32, 100, 64, 0, 9) },
	{ .kind = OBJ_BRIDGE, .vrf = "acme", .name = "ls3", .ref = "web", .num = { 1500, 3 } },
	{ .kind = OBJ_VXLAN,
	  .vrf = "acme",
	  .name = "vx3",
	  .ref = "ls3",
	  .num = { 5003, 1500 },
	  .net = NET(32, 10, 255, 0, 11) },
	{ .kind = OBJ_SEGMENT, .vrf = "acme", .name = "c0.25", .ref = "ls3", .num = { 25, 1500 } },
	{ .kind = OBJ_FDB, .vrf = "acme", .name = "vx3", .net = NET(32, 10, 255, 0, 12) },
	{ .kind = OBJ_GATEWAY, .vrf = "acme", .name = "ls3", .net = NET(24, 10, 1, 1, 1) },
	{ .kind = OBJ_ANNOUNCE, .vrf = "acme", .net = NET(32, 203, 0, 113, 5), .num = { 1001 } },
	{ .kind = OBJ_CLASSIFIER, .vrf = "acme", .name = "t0.101" },
	{ .kind = OBJ_SPARED,
	  .vrf = "acme",
	  .name = "t0.101",
	  .num = { 1 },
	  .net = NET(8, 10, 0, 0, 0) },
	{ .kind = OBJ_TRANSLATION,
	  .vrf = "acme",
	  .name = "t0.101",
	  .num = { 5, SERVICE(IPPROTO_TCP, 443), 8443 },
	  .net = NET(32, 203, 0, 113, 5),
	  .via = NET(32, 10, 1, 1, 5) },
	{ .kind = OBJ_ROUTE,
	  .vrf = "acme",
	  .net = NET(16, 172, 16),
	  .via = NET(32, 100, 64, 0, 3),
	  .num = { 1001 } },
};

static void carry_out(uint8_t which)
{
	const struct object *obj = &wishes[which / 2 % array_size(wishes)];
	struct reason why = {};
	int ret = kernel_apply(&kernel, which % 2 ? OUTCOME_DELETE : OUTCOME_ADD, obj, &why);

	look_at_answer(ret, &why);
}

static void step(uint8_t which)
{
	switch (which) {
	case 0:
		read_all();
		break;
	case 1:
		kernel_events_read(&kernel, &watch, NULL);
		break;
	case 2:
		look_up();
		break;
	case 3:
		skip_met();
		break;
	case 4:
		finish();
		break;
	case 5:
		kernel_hold_virtual(&kernel);
		break;
	default:
		carry_out(which - 6);
		break;
	}
}

/* A sum of all that came out. */
static uint32_t take(const uint8_t *data, size_t size, uint8_t behind)
{
	in = (struct input){ .at = data, .left = size, .behind = behind };
	kernel.seq = 0;
	kernel.devices_known = false;
	kernel_devices_init(&kernel);
	hide(kernel.buffer, sizeof(kernel.buffer));
	hide(kernel.event_buffer, sizeof(kernel.event_buffer));
	for (int i = 0; i < STEPS_MAX && in.left; i++)
		step(take_byte());
	kernel_devices_fini(&kernel);
	darr_free(kernel.unraised);
	return in.found;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	zlog_aux_init("", ZLOG_DISABLED);
	zprivs_preinit(&tenantd_privs);
	kernel.requests = REQUESTS;
	kernel.events = EVENTS;
	kernel.port = 4711;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint32_t found = take(data, size, 0x00);

	EXPECT(take(data, size, 0x14) == found);
	return 0;
}

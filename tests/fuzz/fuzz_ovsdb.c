// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a server of OVN's database may send, as libFuzzer makes it up: bytes that come in portions,
 * taken apart into messages; and updates of a small network, made of tables, rows, columns and
 * values by chance, taken in one after another.
 *
 * However they are cut, the messages are the same.  Of every update it holds that who is not told
 * of as touched is the tenant that it was; that names are names; that what is said of a tenant is
 * a printable line; and that tenants found one by one are those found all at once.
 *
 * The first byte says which of the two; see read_bytes() and make_updates().
 */
// sources: vrf-sync/model/*.c vrf-sync/ovn/ovn_*.c vrf-sync/ovn/ovsdb_frame.c vrf-sync/ovn/ovsdb_message.c vrf-sync/ovn/ovsdb_outline.c vrf-sync/ovn/ovsdb_rows.c vrf-sync/source/row.c vrf-sync/source/rows*.c
// packages: frr json-c
#include <zebra.h>

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "darr.h"
#include "memory.h"

#include "model/same.h"
#include "ovn/ovn_claims.h"
#include "ovn/ovn_map.h"
#include "ovn/ovn_provider.h"
#include "ovn/ovsdb_frame.h"
#include "ovn/ovsdb_priv.h"
#include "tests/fuzz/expect.h"

DEFINE_MGROUP(TENANT_SOURCE, "tenant source");

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ROWS 3 /* of each table that the input may name */

/* ---- bytes ---- */

struct messages {
	unsigned int count; /* with rows that came by themselves */
	size_t length;      /* of all as text */
	struct ovn_rows *rows;
};

static bool take_row(void *arg, const char *table, const char *uuid, struct json_object *change)
{
	struct messages *messages = arg;
	struct reason why = {};

	messages->count++;
	messages->length +=
		strlen(table) + strlen(uuid) + strlen(json_object_to_json_string(change));
	EXPECT((ovn_rows_take(messages->rows, table, uuid, change, &why) < 0) ==
	       (why.text[0] != '\0'));
	return true;
}

static bool take_message(void *arg, struct json_object *message)
{
	struct messages *messages = arg;
	struct ovsdb_server server = {};
	struct ovsdb_message read;
	struct json_object *updates;
	struct reason why = {};
	const char *transaction;
	char uuid[37] = "";
	bool found;

	messages->count++;
	messages->length += strlen(json_object_to_json_string(message));
	if (!ovsdb_message_read(message, "OVN_Northbound", &read, &why)) {
		EXPECT(why.text[0]);
		return true;
	}
	json_object_put(read.echo);
	if (read.kind == OVSDB_REPLY && read.result) {
		ovsdb_message_snapshot(read.result, &found, &transaction, &updates, &why);
		ovsdb_message_server(read.result, "OVN_Northbound", &server, uuid, &why);
	}
	if (read.kind == OVSDB_UPDATE2)
		ovsdb_message_server(read.updates, "OVN_Northbound", &server, uuid, &why);
	return true;
}

/* In portions of that size, each in memory of its own. */
static struct messages feed(const uint8_t *data, size_t size, size_t portion)
{
	static const struct ovsdb_frame_cbs cbs = { .message = take_message, .row = take_row };
	struct ovsdb_frame *frame = ovsdb_frame_new(2048, 4096);
	struct messages messages = { .rows = ovn_rows_new() };
	struct reason why = {};
	int ret = 0;

	while (!ret && size) {
		size_t piece = MIN(portion, size);
		char *copy = malloc(piece);

		memcpy(copy, data, piece);
		ret = ovsdb_frame_feed(frame, copy, piece, &cbs, &messages, &why);
		EXPECT((ret < 0) == (why.text[0] != '\0'));
		free(copy);
		data += piece;
		size -= piece;
	}
	ovsdb_frame_free(frame);
	ovn_rows_free(messages.rows);
	return messages;
}

static void read_bytes(const uint8_t *data, size_t size)
{
	struct messages one = feed(data, size, 1), three = feed(data, size, 3);

	/* a NUL or a byte that is no UTF-8 is seen before what stands before it in its portion */
	EXPECT(three.count <= one.count && three.length <= one.length);
}

/* ---- updates ---- */

struct network {
	struct ovn_rows *rows;
	struct ovn_claims *claims;
	struct provider *provider;
	struct tenant *tenants[ROWS]; /* of each router; NULL: it is none */
};

static const char *const atoms[] = {
	"\"acme\"",
	"\"a b\"",
	"\"\"",
	"\"router\"",
	"\"localnet\"",
	"true",
	"false",
	"5",
	"null",
	"[]",
	"\"10.1.1.1/24\"",
	"\"10.1.2.1/24\"",
	"\"fe80::1/64\"",
	"\"2001:DB8::1/64\"",
	"\"10.1.1.1\"",
	"[\"set\",[]]",
	"[\"set\",[\"10.1.1.1/24\",\"10.1.3.1/25\"]]",
	"[\"map\",[]]",
	"{}",
	"[\"uuid\",\"00000002-0000-4000-8000-000000000000\"]",
	"[\"uuid\",\"00000002-0000-4000-8000-000000000001\"]",
	"[\"set\",[[\"uuid\",\"00000004-0000-4000-8000-000000000000\"],[\"uuid\",\"00000004-0000-4000-8000-000000000001\"]]]",
	"[\"uuid\",\"00000004-0000-4000-8000-000000000002\"]",
	"[\"map\",[[\"router-port\",\"acme\"]]]",
	"[\"map\",[[\"router-port\",\"10.1.1.1/24\"]]]",
	"[\"map\",[[\"dynamic-routing\",\"true\"]]]",
	"[\"map\",[[\"requested-tnl-key\",\"7\"]]]",
	"[\"map\",[[\"tn-id\",\"1\"]]]",
	"[\"map\",[[\"tn-id\",\"2\"],[\"tn-name\",\"acme\"]]]",
	"[\"map\",[[\"tn-id\",\"x\"]]]",
	"[\"map\",[[\"tn-vni\",\"7\"]]]",
	"[\"map\",[[\"tn-advertise\",\"false\"]]]",
	"[\"map\",[[\"tn-nodes\",\"pe1:pe dlr1:dlr x\"]]]",
	"[\"map\",[[\"tn-aggregates\",\"10.0.0.0/8,10.0.0.0/8 x\"]]]",
	"[\"map\",[[\"tn-link-a\",\"pe1 x0 192.168.1.1/30 ospf vlan=5\"]]]",
	"[\"map\",[[\"tn-link-b\",\"pe1 x0 192.168.1.1/30 static peer=192.168.1.2 behind=10.9.0.0/16 behind=10.9.0.0/16\"]]]",
	"[\"map\",[[\"tn-circuit-transit\",\"vlan=7 prefix=100.64.0.0/29 routing=static\"]]]",
	"[\"map\",[[\"tn-link-\",\"\"],[\"tn-x\",\"\"]]]",
};

static void row_uuid(char uuid[static OVN_UUID_SIZE], unsigned int table, unsigned int row)
{
	snprintf(uuid, OVN_UUID_SIZE, "%08x-0000-4000-8000-%012x", table, row);
}

static void check_line(const char *text)
{
	EXPECT(text[0]);
	for (; *text; text++)
		EXPECT(isprint((unsigned char)*text));
}

static void check_tenant(const struct tenant *tenant)
{
	const struct logical_switch *sw;
	const struct link *link;

	if (tenant->bad)
		check_line(tenant->bad->text);
	EXPECT(name_is_valid(tenant->name, TENANT_NAME_MAX));
	EXPECT(!tenant->vrf[0] || name_is_valid(tenant->vrf, DEVICE_NAME_MAX));
	darr_foreach_p (tenant->switches, sw)
		EXPECT(sw->id && name_is_valid(sw->name, TENANT_NAME_MAX));
	darr_foreach_p (tenant->links, link)
		EXPECT(link->id && name_is_valid(link->name, TENANT_NAME_MAX) &&
		       name_is_valid(link->ifname, DEVICE_NAME_MAX));
}

static struct tenant *make_tenant(const struct network *network, unsigned int number,
				  struct ovn_claim **claims)
{
	char uuid[OVN_UUID_SIZE];
	const struct ovn_row *router;
	struct tenant *tenant;
	struct reason why = {};
	uint32_t id;

	row_uuid(uuid, OVN_ROUTER, number);
	router = ovn_rows_find(network->rows, OVN_ROUTER, uuid);
	if (!router || !ovn_router_id(router, &id, &why))
		return NULL;
	tenant = ovn_tenant(network->rows, router, id, network->provider, claims);
	check_tenant(tenant);
	return tenant;
}

static bool is_touched(const struct ovn_touched *touched, unsigned int number)
{
	char uuid[OVN_UUID_SIZE];

	row_uuid(uuid, OVN_ROUTER, number);
	for (unsigned int i = 0; i < darr_len(touched->routers); i++)
		if (!strcmp(touched->routers[i], uuid))
			return true;
	return false;
}

static void claim(struct network *network, unsigned int number)
{
	struct ovn_claim *claims = NULL;
	struct tenant *tenant = make_tenant(network, number, &claims);
	char uuid[OVN_UUID_SIZE];
	uint32_t *touched = NULL;
	struct reason why = {};

	row_uuid(uuid, OVN_ROUTER, number);
	ovn_claims_set(network->claims, uuid, tenant ? tenant->id : 0, claims, &touched);
	EXPECT(ovn_claims_tenant(network->claims, uuid) == (tenant ? tenant->id : 0));
	if (tenant && !ovn_claims_judge(network->claims, network->rows, uuid, &why))
		check_line(why.text);
	darr_free(touched);
	darr_free(claims);
	tenant_unref(tenant);
}

/* Who was not told of is who it was. */
static void compare(struct network *network, const struct ovn_touched *touched)
{
	for (unsigned int i = 0; i < ROWS; i++) {
		struct tenant *now = make_tenant(network, i, NULL), *was = network->tenants[i];

		if (!is_touched(touched, i))
			EXPECT((!now && !was) || (now && was && tenant_is_same(now, was)));
		else
			claim(network, i);
		tenant_unref(was);
		network->tenants[i] = now;
	}
}

static void begin(struct network *network)
{
	static const char base[] =
		"{\"Logical_Router\":{\"00000001-0000-4000-8000-000000000000\":{\"initial\":{\"name\":\"acme\","
		"\"ports\":[\"uuid\",\"00000002-0000-4000-8000-000000000000\"],\"external_ids\":[\"map\",[[\"tn-id\",\"1\"]]]}}},"
		"\"Logical_Router_Port\":{\"00000002-0000-4000-8000-000000000000\":{\"initial\":{\"name\":\"acme\","
		"\"networks\":\"10.1.1.1/24\"}}},\"Logical_Switch\":{\"00000003-0000-4000-8000-000000000000\":{\"initial\":"
		"{\"name\":\"web\",\"ports\":[\"uuid\",\"00000004-0000-4000-8000-000000000000\"]}}},"
		"\"Logical_Switch_Port\":{\"00000004-0000-4000-8000-000000000000\":{\"initial\":{\"type\":\"router\","
		"\"options\":[\"map\",[[\"router-port\",\"acme\"]]]}}}}";
	struct json_object *updates = json_tokener_parse(base);
	struct reason why = {};

	network->rows = ovn_rows_new();
	network->claims = ovn_claims_new();
	EXPECT(ovn_rows_update(network->rows, updates, NULL, &why) == 0);
	json_object_put(updates);
	for (unsigned int i = 0; i < ROWS; i++) {
		network->tenants[i] = make_tenant(network, i, NULL);
		claim(network, i);
	}
}

static void end(struct network *network)
{
	for (unsigned int i = 0; i < ROWS; i++)
		tenant_unref(network->tenants[i]);
	ovn_claims_free(network->claims);
	ovn_rows_free(network->rows);
}

/* Four bytes: table, row, what is done to it, which column gets which value. */
static void add_change(struct json_object *updates, const uint8_t at[static 5])
{
	static const char *const kinds[] = { "modify", "insert", "delete", "initial" };
	static const char *const columns[] = { "name",    "type",         "enabled",
					       "peer",    "ports",        "networks",
					       "options", "other_config", "external_ids" };
	const char *table = ovn_table_names[at[0] % OVN_TABLE_COUNT];
	struct json_object *rows = json_object_object_get(updates, table);
	struct json_object *change = json_object_new_object();
	struct json_object *values = json_object_new_object();
	char uuid[OVN_UUID_SIZE];

	if (!rows) {
		rows = json_object_new_object();
		json_object_object_add(updates, table, rows);
	}
	row_uuid(uuid, at[0] % OVN_TABLE_COUNT, at[1] % ROWS);
	json_object_object_add(values, columns[at[3] % array_size(columns)],
			       json_tokener_parse(atoms[at[4] % array_size(atoms)]));
	json_object_object_add(change, kinds[at[2] % array_size(kinds)], values);
	json_object_object_add(rows, uuid, change);
}

/* Five bytes a change; the highest bit of the first says that the update ends with it. */
static void make_updates(struct network *network, const uint8_t *data, size_t size)
{
	struct json_object *updates = json_object_new_object();

	for (; size >= 5; data += 5, size -= 5) {
		struct ovn_touched touched = {};
		struct reason why = {};

		add_change(updates, data);
		if (!(data[0] & 0x80) && size >= 10)
			continue;
		if (ovn_rows_update(network->rows, updates, &touched, &why) < 0) {
			check_line(why.text);
			end(network);
			begin(network);
		} else {
			compare(network, &touched);
		}
		ovn_touched_fini(&touched);
		json_object_put(updates);
		updates = json_object_new_object();
	}
	json_object_put(updates);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct network network;
	struct reason why = {};

	if (!network.provider)
		network.provider = ovn_provider(
			"{\"format\":\"frr-tenant\",\"provider\":[{}],\"site\":[{\"id\":1,\"name\":\"dc1\"}],"
			"\"node\":[{\"id\":1,\"name\":\"dlr1\",\"site_id\":1,\"router_id\":\"10.255.0.1\"},"
			"{\"id\":2,\"name\":\"pe1\",\"site_id\":1,\"router_id\":\"10.255.0.2\"}],"
			"\"node_role\":[{\"node_id\":1,\"role\":\"dlr\"},{\"node_id\":2,\"role\":\"pe\"}]}",
			&why);
	EXPECT(network.provider);
	if (!size)
		return 0;
	if (data[0] & 1) {
		read_bytes(data + 1, size - 1);
		return 0;
	}
	begin(&network);
	make_updates(&network, data + 1, size - 1);
	end(&network);
	return 0;
}

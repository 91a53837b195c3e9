// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Does bgpd export what it should?
 *
 * FRR 10.7 can lose the VPN export of a VRF whose device went and came while
 * the instance was there: zebra keeps a prefix of the earlier VRF marked as
 * queued, and never looks at it again (batch_wait.c).  Our order of steps avoids
 * that (order.md), and zebra_tenant.so mends it; without the module a hand that
 * deletes a device still brings it about.  So some time
 * after an instance or its device was made, and after bgpd was read, three
 * questions are asked of each VRF, one VRF at a time: what zebra has that is to
 * be redistributed, what in BGP passes the export map, and what stands in the
 * VPN table under the VRF's RD.  What is missing there in two looks one after
 * the other is lost; making the redistributions anew brings it back, or else
 * making the address anew.  What is not brought back the host is told of, and
 * when all is there again.
 */
#include <zebra.h>

#include <json-c/json.h>
#include <string.h>

#include "command.h"
#include "darr.h"
#include "frrevent.h"
#include "log.h"
#include "memory.h"

#include "clock.h"
#include "errors.h"
#include "apply/engine_priv.h"
#include "apply/kernel.h"

DECLARE_MGROUP(TENANT_APPLY);
DEFINE_MTYPE_STATIC(TENANT_APPLY, VERIFY, "Export to be verified");

#define LOOK_AFTER_US 1000000 /* bgpd takes in a route within 100 ms when it is quiet */
#define REPAIRS_MOST  3

struct prefix_text {
	char text[IPNET_TEXT_SIZE];
};

struct verify {
	struct verify_list_item item;
	struct engine *engine;
	struct place *place; /* NULL: it is gone */
	bool only_looks;     /* somebody wants to know, and was told before */
	int64_t due;
	unsigned int repairs;
	char rd[IPNET_TEXT_SIZE + 8];
	struct prefix_text *expected; /* darr: what should be exported */
	struct prefix_text *missing;  /* darr: what was not, in the look before */
};

DECLARE_LIST(verify_list, struct verify, item);

static void verify_turn(struct event *event);

static void verify_free(struct verify *verify)
{
	if (verify->place)
		verify->place->verify = NULL;
	darr_free(verify->expected);
	darr_free(verify->missing);
	XFREE(MTYPE_VERIFY, verify);
}

static void next_turn(struct engine *engine)
{
	struct verify *first = verify_list_first(engine->verifies);
	int64_t wait;

	if (!first || engine->verifying)
		return;
	wait = MAX(first->due - clock_us(), 0) / 1000 + 1;
	event_add_timer_msec(engine->loop, verify_turn, engine, wait, &engine->ev_verify);
}

/* The list stays sorted by time: everybody waits equally long. */
static void look_later(struct verify *verify)
{
	verify->due = clock_us() + LOOK_AFTER_US;
	verify_list_add_tail(verify->engine->verifies, verify);
	next_turn(verify->engine);
}

/* Good until the place is asked again. */
static const struct object *statement_of(struct place *place, enum object_kind kind)
{
	struct object key = { .kind = kind, .target = TARGET_BGPD };

	strlcpy(key.vrf, place->vrf, sizeof(key.vrf));
	/* what was read just now may not have been planned yet */
	return place->as_planned ? place_known(place, &key) : objects_find(&place->have, &key);
}

/* ---- what should be exported ---- */

static bool has(const struct prefix_text *list, const char *prefix)
{
	const struct prefix_text *one;

	darr_foreach_p (list, one)
		if (!strcmp(one->text, prefix))
			return true;
	return false;
}

static void append(struct prefix_text **list, const char *prefix)
{
	if (!has(*list, prefix))
		strlcpy(darr_append(*list)->text, prefix, sizeof((*list)->text));
}

/* Best here, and not from the VPN itself. */
static bool is_exportable(struct json_object *paths)
{
	for (size_t i = 0; i < json_object_array_length(paths); i++) {
		struct json_object *path = json_object_array_get_idx(paths, i);
		struct json_object *best;

		if (json_object_object_get_ex(path, "bestpath", &best) &&
		    json_object_get_boolean(best) &&
		    !json_object_object_get_ex(path, "nhVrfName", NULL))
			return true;
	}
	return false;
}

static void take_bgp(struct verify *verify, struct json_object *json)
{
	struct json_object *routes;

	if (!json_object_object_get_ex(json, "routes", &routes))
		return;
	json_object_object_foreach(routes, prefix, paths)
	{
		if (json_object_is_type(paths, json_type_array) && is_exportable(paths))
			append(&verify->expected, prefix);
	}
}

static bool list_matches(const struct object *entry, const struct ipnet *net)
{
	return ipnet_contains(&entry->net, net) && net->len <= MAX(entry->num[2], entry->net.len);
}

/* As FRR judges it: the first entry that matches, and no if none does. */
static bool list_permits(const struct objects *set, const char *suffix, const struct ipnet *net)
{
	const struct object *entry;

	darr_foreach_p (set->list, entry) {
		size_t len = strlen(entry->name), end = strlen(suffix);

		if (entry->kind == OBJ_PREFIX_LIST && entry->target == TARGET_BGPD && len >= end &&
		    !strcmp(entry->name + len - end, suffix) && list_matches(entry, net))
			return entry->num[1];
	}
	return false;
}

/* The maps' own words: not the provider's space, and what the tenant may announce. */
static bool may_be_exported(struct place *place, const struct ipnet *net)
{
	struct place *node = place_find(place->engine, "");

	return net->len && list_permits(place_have(place), "-ADV", net) &&
	       !(node && list_permits(place_have(node), "TENANT-RESERVED", net));
}

static bool is_true(struct json_object *route, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(route, key, &value) && json_object_get_boolean(value);
}

static bool is_redistributed(struct place *place, struct json_object *route)
{
	struct json_object *protocol, *tag;
	const char *name;

	if (!json_object_object_get_ex(route, "protocol", &protocol))
		return false;
	name = json_object_get_string(protocol);
	/* an address of ours is to be exported even if zebra has not selected it */
	if (!strcmp(name, "connected"))
		return statement_of(place, OBJ_BGP_REDIST_CONNECTED);
	if (!is_true(route, "selected"))
		return false;
	if (!strcmp(name, "kernel"))
		return statement_of(place, OBJ_BGP_REDIST_KERNEL);
	/* one with a tag may be the VPN's own */
	if (json_object_object_get_ex(route, "tag", &tag) && json_object_get_int64(tag))
		return false;
	return !strcmp(name, "ospf") && statement_of(place, OBJ_BGP_REDIST_OSPF);
}

static void take_zebra(struct verify *verify, struct json_object *json)
{
	struct ipnet net;

	json_object_object_foreach(json, prefix, routes)
	{
		if (!json_object_is_type(routes, json_type_array) ||
		    ipnet_parse(prefix, &net) < 0 || !may_be_exported(verify->place, &net))
			continue;
		for (size_t i = 0; i < json_object_array_length(routes); i++)
			if (is_redistributed(verify->place, json_object_array_get_idx(routes, i)))
				append(&verify->expected, prefix);
	}
	place_let_go(verify->place);
}

/* ---- what is exported ---- */

/* The prefixes of the one RD that was asked for; NULL: none. */
static struct json_object *exported_prefixes(struct json_object *json, const char *rd)
{
	struct json_object *routes, *rds, *prefixes;

	if (json_object_object_get_ex(json, "routes", &routes) &&
	    json_object_object_get_ex(routes, "routeDistinguishers", &rds) &&
	    json_object_object_get_ex(rds, rd, &prefixes))
		return prefixes;
	return NULL;
}

/* ---- judging ---- */

/* zebra may have taken the kernel's route of our own address for somebody else's
 * and left its connected one inactive: only a new address brings it back.  The
 * kernel takes the routes of a device with its last address.
 */
static void renew_address(struct place *place, const char *lost)
{
	struct objects *have = place_have(place);
	struct reason ignored = {};
	struct ipnet net, own;

	if (ipnet_parse(lost, &net) < 0)
		return;
	for (unsigned int i = objects_count(have); i-- > 0;) {
		struct object *obj = &have->list[i];

		if (obj->kind == OBJ_ROUTE || obj->kind == OBJ_HOST)
			obj->altered = true; /* put again, which is no harm where it still is */
		if (obj->kind != OBJ_GATEWAY && obj->kind != OBJ_WIRE_ADDRESS)
			continue;
		own = ipnet_masked(&obj->net);
		if (ipnet_cmp(&own, &net) == 0 &&
		    kernel_apply(place->engine->kernel, OUTCOME_DELETE, obj, &ignored) == 0)
			darr_remove(have->list, i);
	}
}

/* First the redistributions are made equal to nothing, so that the next batch
 * takes them away and puts them back; where that was not enough, the address.
 */
static void repair(struct verify *verify, const char *lost)
{
	struct place *place = verify->place;
	struct object *obj;

	if (verify->repairs)
		renew_address(place, lost);

	flog_warn(EC_TENANT_EXPORT, "%s: %s is not exported to the VPN; %s made anew", place->vrf,
		  lost, verify->repairs ? "its address is" : "redistributions are");
	darr_foreach_p (place_have(place)->list, obj)
		if (obj->kind >= OBJ_BGP_REDIST_KERNEL && obj->kind <= OBJ_BGP_REDIST_OSPF)
			obj->altered = true;
	verify->repairs++;
	place->engine->stats.repairs[REPAIR_EXPORT]++;
	place_make_dirty(place);
	engine_schedule(place->engine);
}

/* Those of the missing ones that were missing in the look before, too. */
static struct ipnet *lost_of(const struct verify *verify, const struct prefix_text *missing)
{
	const struct prefix_text *one;
	struct ipnet *lost = NULL, net;

	darr_foreach_p (missing, one)
		if (has(verify->missing, one->text) && ipnet_parse(one->text, &net) == 0)
			*darr_append(lost) = net;
	return lost;
}

static void tell_host(const struct verify *verify, const struct prefix_text *missing)
{
	struct ipnet *lost = lost_of(verify, missing);

	if (verify->place->tenant_id)
		verify->engine->host.unexported(verify->place->tenant_id, lost);
	darr_free(lost);
}

static void judge(struct verify *verify, struct json_object *exported)
{
	struct prefix_text *missing = NULL, *one;
	const char *lost = NULL;

	darr_foreach_p (verify->expected, one)
		if (!exported || !json_object_object_get_ex(exported, one->text, NULL)) {
			append(&missing, one->text);
			if (has(verify->missing, one->text))
				lost = one->text;
		}
	if (!missing && verify->repairs)
		zlog_notice("%s: all %u routes are exported to the VPN now", verify->place->vrf,
			    darr_len(verify->expected));
	if (!missing || (lost && (verify->engine->exports_only_told || verify->only_looks ||
				  verify->repairs == REPAIRS_MOST))) {
		tell_host(verify, missing);
		darr_free(missing);
		verify_free(verify);
		return;
	}
	if (lost) {
		repair(verify, lost);
		darr_free(missing); /* two new looks */
	}
	darr_free(verify->missing);
	verify->missing = missing;
	look_later(verify);
}

/* ---- asking ---- */

enum asked { ASKED_ZEBRA, ASKED_BGPD };

static void expected_answered(void *arg, int index, int status, char *text);
static void exported_answered(void *arg, int index, int status, char *text);

/* Returns false where there is nothing to be exported any more. */
static bool ask_zebra(struct verify *verify)
{
	struct engine *engine = verify->engine;
	char line[80];

	if (!verify->place || !statement_of(verify->place, OBJ_BGP_EXPORT_MAP) ||
	    !frr_conn_is_up(engine->conns[TARGET_BGPD]))
		return false;
	engine->verifying = verify;
	darr_free(verify->expected);
	snprintf(line, sizeof(line), "show ip route vrf %s json", verify->place->vrf);
	frr_conn_send(engine->zebra, line, expected_answered, engine, ASKED_ZEBRA);
	return true;
}

static bool take_statement(const struct verify *verify, enum object_kind kind, struct object *obj)
{
	const struct object *found = verify->place ? statement_of(verify->place, kind) : NULL;

	if (found)
		*obj = *found;
	return found;
}

static void ask_bgpd(struct verify *verify)
{
	struct frr_conn *bgpd = verify->engine->conns[TARGET_BGPD];
	struct object map, rd;
	char line[160], net[IPNET_TEXT_SIZE];

	if (!take_statement(verify, OBJ_BGP_EXPORT_MAP, &map) ||
	    !take_statement(verify, OBJ_BGP_RD, &rd)) {
		verify->engine->verifying = NULL;
		next_turn(verify->engine);
		verify_free(verify);
		return;
	}
	snprintf(line, sizeof(line), "show bgp vrf %s ipv4 unicast route-map %s json",
		 verify->place->vrf, map.ref);
	frr_conn_send(bgpd, line, expected_answered, verify->engine, ASKED_BGPD);
	snprintf(verify->rd, sizeof(verify->rd), "%s:%u", ipnet_format_addr(&rd.net, net),
		 rd.num[0]);
	snprintf(line, sizeof(line), "show bgp ipv4 vpn rd %s json", verify->rd);
	frr_conn_send(bgpd, line, exported_answered, verify->engine, ASKED_BGPD);
}

/* ---- answers ---- */

static void expected_answered(void *arg, int index, int status, char *text)
{
	struct engine *engine = arg;
	struct json_object *json = status == CMD_SUCCESS ? json_tokener_parse(text) : NULL;

	if (engine->verifying->place && json_object_is_type(json, json_type_object)) {
		if (index == ASKED_ZEBRA)
			take_zebra(engine->verifying, json);
		else
			take_bgp(engine->verifying, json);
	}
	json_object_put(json);
	if (index == ASKED_ZEBRA)
		ask_bgpd(engine->verifying);
}

static void exported_answered(void *arg, int index, int status, char *text)
{
	struct engine *engine = arg;
	struct verify *verify = engine->verifying;
	struct json_object *json = status == CMD_SUCCESS ? json_tokener_parse(text) : NULL;

	engine->verifying = NULL;
	if (!verify->place || status == FRR_CONN_LOST)
		verify_free(verify); /* when bgpd is back, all are looked at anew */
	else if (batch_is_running(engine) || verify->place->dirty)
		look_later(verify); /* the two answers may belong to different times */
	else
		judge(verify, json ? exported_prefixes(json, verify->rd) : NULL);
	json_object_put(json);
	next_turn(engine);
}

/* ---- turns ---- */

static void verify_turn(struct event *event)
{
	struct engine *engine = EVENT_ARG(event);
	struct verify *verify = verify_list_first(engine->verifies);

	if (engine->verifying || !verify || verify->due > clock_us()) {
		next_turn(engine);
		return;
	}
	verify_list_del(engine->verifies, verify);
	if (verify->place && (batch_is_running(engine) || verify->place->dirty))
		look_later(verify);
	else if (!ask_zebra(verify))
		verify_free(verify);
	next_turn(engine);
}

void verify_place(struct place *place)
{
	struct verify *verify = place->verify;

	if (verify)
		verify->only_looks = false;
	if (verify || !statement_of(place, OBJ_BGP_EXPORT_MAP))
		return; /* a look is due anyway; or there is nothing to look at */
	verify = XCALLOC(MTYPE_VERIFY, sizeof(*verify));
	verify->engine = place->engine;
	verify->place = place;
	place->verify = verify;
	look_later(verify);
}

void engine_check_export(struct engine *engine, uint32_t tenant_id, bool repair)
{
	struct place key = { .tenant_id = tenant_id };
	struct place *place = place_ids_find(engine->tenants, &key);

	if (!place || (place->verify && !repair))
		return;
	verify_place(place);
	if (place->verify)
		place->verify->only_looks = !repair;
}

void engine_repair_exports(struct engine *engine, bool repair)
{
	engine->exports_only_told = !repair;
}

void verify_forget(struct place *place)
{
	if (place->verify)
		place->verify->place = NULL;
	place->verify = NULL;
}

void verify_init(struct engine *engine)
{
	verify_list_init(engine->verifies);
}

void verify_stop(struct engine *engine)
{
	struct verify *verify;

	event_cancel(&engine->ev_verify);
	while ((verify = verify_list_pop(engine->verifies)))
		verify_free(verify);
	if (engine->verifying)
		verify_free(engine->verifying);
	engine->verifying = NULL;
	verify_list_fini(engine->verifies);
}

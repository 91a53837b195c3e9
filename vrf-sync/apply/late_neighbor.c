// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Neighbors that come after the translation (F1, FRR issue #23429).
 *
 * ospfd 10.7 leaves the type-5 LSAs that it has translated itself out of the
 * exchange of databases.  A PE that becomes Full later than a subnet was
 * translated does not hear of it until the LSA is refreshed, half an hour on.
 * Our module in ospfd mends that at once; without it this file does, on an edge:
 *
 *	every 5 s   show ip ospf vrf all neighbor json
 *	for a VRF with a neighbor in area 0 that became Full since it was last done:
 *	            router ospf vrf X, area N nssa translate-always
 *
 * which is there already and changes nothing, but makes ospfd run its ABR task
 * within 5 s (ospf_area_nssa() in ospf_vty.c), and that floods all the VRF's
 * translations with a new sequence number, and withdraws none.
 *
 * An ospfd that was restarted itself, or an instance made anew, needs it too, and later:
 * what it translates first has the number of the type-7 LSA, which is that of the LSA it
 * left behind at the PE and has taken back from there, so the PE goes on without (measured).
 * Only the next one has a higher number.  So an ospfd that has just come up is left alone
 * for 10 s, and what was sent before 30 s is sent once more.
 */
#include <zebra.h>

#include <json-c/json.h>
#include <string.h>

#include "command.h"
#include "frrevent.h"
#include "log.h"

#include "clock.h"
#include "errors.h"
#include "apply/engine_priv.h"
#include "plan/statement.h"

#define LOOK_EVERY_MS 5000
#define LOOK_SHARE    20         /* looking takes no more than this part of the time */
#define FRESH_US      10000000LL /* ospfd has run its first ABR task, which sends nothing again */
#define SETTLED_US    30000000LL /* ... and has heard of everything */
#define NEW_TO_US_US  30000000LL /* older than our connection by that: no new neighbor */

static void look(struct event *event);

static void look_later(struct engine *engine, int64_t wait_ms)
{
	event_add_timer_msec(engine->loop, look, engine, wait_ms, &engine->late.ev_look);
}

/* ---- asking for them to be sent again ---- */

/* False where the node translates nothing for this VRF, or does not do so yet. */
static bool find_translator(struct place *place, struct object *translator)
{
	struct object key = { .kind = OBJ_OSPF_NSSA, .target = TARGET_OSPFD };
	const struct object *known;

	if (!place->planned.provider)
		return false;
	strlcpy(key.vrf, place->vrf, sizeof(key.vrf));
	key.num[0] = place->planned.provider->nssa_area;
	known = place_known(place, &key);
	if (!known || !known->num[1])
		return false;
	*translator = *known;
	return true;
}

static void frame_answered(void *arg, int index, int status, char *text)
{
}

/* id: whose VRF it was; the place may be gone meanwhile. */
static void line_answered(void *arg, int id, int status, char *text)
{
	struct engine *engine = arg;
	struct place key = { .tenant_id = id };
	struct place *place = place_ids_find(engine->tenants, &key);

	if (!place || status == FRR_CONN_LOST)
		return;
	if (status == CMD_SUCCESS) {
		place->sent_again = engine->late.looked;
		engine->stats.repairs[REPAIR_LATE_NEIGHBOR]++;
		return;
	}
	text[strcspn(text, "\r\n")] = '\0';
	flog_warn(EC_TENANT_LATE_NEIGHBOR,
		  "%s: ospfd does not send its translated subnets again: %s; trying again",
		  place->vrf, text);
}

static void send_again(struct place *place, const struct object *translator)
{
	struct engine *engine = place->engine;
	struct frr_conn *ospfd = engine->conns[TARGET_OSPFD];
	char line[STATEMENT_SIZE];

	frr_conn_send(ospfd, "configure terminal", frame_answered, engine, 0);
	frr_conn_send(ospfd, statement_enter(translator, 0, line), frame_answered, engine, 0);
	frr_conn_send(ospfd, statement_text(translator, false, line), line_answered, engine,
		      place->tenant_id);
	frr_conn_send(ospfd, "end", frame_answered, engine, 0);
}

/* ---- who came late ---- */

/* In area 0; ospfd calls an interface "device:address". */
static bool is_in_backbone(struct place *place, const char *interface)
{
	const char *colon = strchr(interface, ':');
	const struct object *obj;
	struct ipnet address;
	bool found = false;

	if (!colon || ipnet_parse_addr(colon + 1, &address) < 0)
		return false;
	darr_foreach_p (place_want(place)->list, obj)
		found |= obj->kind == OBJ_OSPF_NETWORK && !obj->num[0] &&
			 !ipnet_cmp(&obj->net, &address);
	place_let_go(place);
	return found;
}

/* Since when, in us monotonic; 0: it is not.  ospfd counts from the last advance of its state. */
static int64_t full_since(const struct engine *engine, struct json_object *neighbor)
{
	struct json_object *state, *up;

	if (!json_object_object_get_ex(neighbor, "converged", &state) ||
	    !json_object_object_get_ex(neighbor, "upTimeInMsec", &up) ||
	    strcmp(json_object_get_string(state), "Full"))
		return 0;
	return engine->late.looked - json_object_get_int64(up) * 1000;
}

/* The interface of the first that came late; NULL: none did. */
static const char *late_in_list(struct place *place, struct json_object *list)
{
	const struct engine *engine = place->engine;
	int64_t up = MAX(engine->up_since[TARGET_OSPFD], place->ospf_since);
	int64_t known = up - NEW_TO_US_US;

	if (engine->late.looked < up + FRESH_US)
		return NULL;
	if (place->sent_again >= up + SETTLED_US || engine->late.looked < up + SETTLED_US)
		known = MAX(known, place->sent_again);
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *neighbor = json_object_array_get_idx(list, i), *name;

		if (full_since(engine, neighbor) > known &&
		    json_object_object_get_ex(neighbor, "ifaceName", &name) &&
		    is_in_backbone(place, json_object_get_string(name)))
			return json_object_get_string(name);
	}
	return NULL;
}

static bool judge_vrf(struct place *place, struct json_object *neighbors, bool tell)
{
	struct object translator;
	const char *interface;

	json_object_object_foreach(neighbors, router, list)
	{
		if (!json_object_is_type(list, json_type_array))
			continue;
		interface = late_in_list(place, list);
		if (!interface)
			continue;
		if (!find_translator(place, &translator))
			return false;
		if (tell)
			flog_warn(
				EC_TENANT_LATE_NEIGHBOR,
				"%s: neighbor %s on %s became Full and may lack subnets translated before; they are sent again",
				place->vrf, router, interface);
		send_again(place, &translator);
		return true;
	}
	return false;
}

static void judge(struct engine *engine, struct json_object *json)
{
	unsigned int count = 0;

	json_object_object_foreach(json, vrf, instance)
	{
		struct place *place = place_find(engine, vrf);
		struct json_object *neighbors;

		if (place && place->tenant_id && !place->dirty &&
		    json_object_object_get_ex(instance, "neighbors", &neighbors) &&
		    judge_vrf(place, neighbors, !count))
			count++;
	}
	if (count > 1)
		flog_warn(EC_TENANT_LATE_NEIGHBOR, "the same in %u more VRFs", count - 1);
}

/* ---- looking ---- */

static void neighbors_answered(void *arg, int index, int status, char *text)
{
	struct engine *engine = arg;
	struct json_object *json = NULL;

	engine->late.asking = false;
	engine->late.looked = clock_us();
	if (status == CMD_SUCCESS && !batch_is_running(engine))
		json = json_tokener_parse(text);
	if (json_object_is_type(json, json_type_object))
		judge(engine, json);
	json_object_put(json);
	look_later(engine,
		   MAX((clock_us() - engine->late.asked) / 1000 * LOOK_SHARE, LOOK_EVERY_MS));
}

/* Does the node translate for anybody at all?  The plan of a VRF says whether it does there. */
static bool is_edge(const struct engine *engine)
{
	const struct node *node =
		engine->provider ? provider_node_by_name(engine->provider, engine->node_name)
				 : NULL;

	return node && node->roles & ROLE_EDGE && engine->needs[TARGET_OSPFD];
}

static void look(struct event *event)
{
	struct engine *engine = EVENT_ARG(event);

	if (engine->late.asking || engine->stats.module[TARGET_OSPFD] != MODULE_ABSENT)
		return;
	if (!is_edge(engine) || batch_is_running(engine) || !engine->surveyed[TARGET_OSPFD] ||
	    !frr_conn_is_up(engine->conns[TARGET_OSPFD]) ||
	    clock_us() < engine->up_since[TARGET_OSPFD] + FRESH_US) {
		look_later(engine, LOOK_EVERY_MS);
		return;
	}
	engine->late.asking = true;
	engine->late.asked = clock_us();
	frr_conn_send(engine->conns[TARGET_OSPFD], "show ip ospf vrf all neighbor json",
		      neighbors_answered, engine, 0);
}

void late_neighbor_start(struct engine *engine)
{
	if (!engine->late.asking)
		look_later(engine, LOOK_EVERY_MS);
}

void late_neighbor_stop(struct engine *engine)
{
	event_cancel(&engine->late.ev_look);
}

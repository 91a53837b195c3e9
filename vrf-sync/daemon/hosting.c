// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Hosts that this node sees on switches whose hosts are tracked: the database
 * is told that they are here, and from there every node hears it, the one that
 * had them before included.  So what follows a host that moves by itself is the
 * same as what follows "tenantctl move host".
 *
 * Nothing is written for a host of which the database says the same already.
 * One that is seen here again and again, and elsewhere in between (two hosts of
 * one address, a loop), is left where it is for a while.
 */
#include <zebra.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "darr.h"
#include "frrevent.h"
#include "jhash.h"
#include "log.h"
#include "memory.h"
#include "typesafe.h"

#include "errors.h"
#include "apply/engine.h"
#include "apply/sighting.h"
#include "daemon/tenantd.h"
#include "model/derive.h"
#include "model/presence.h"
#include "source/notes.h"

DECLARE_MGROUP(TENANTD);
DEFINE_MTYPE_STATIC(TENANTD, HOST_CLAIM, "host seen here");

#define WRITE_AFTER_MS 5
#define RETRY_MS       100
#define PATIENCE_S     60 /* in which one host may come here so often */
#define CLAIMS_MOST    5

/* What is to be written. */
struct arrival {
	uint32_t subnet_id;
	struct ipnet address;
};

PREDECL_HASH(claims);

/* How often a host has come lately. */
struct claim {
	struct claims_item item;
	struct arrival arrival;
	unsigned int count;
};

static int claim_cmp(const struct claim *a, const struct claim *b)
{
	int diff = numcmp(a->arrival.subnet_id, b->arrival.subnet_id);

	return diff ? diff : ipnet_cmp(&a->arrival.address, &b->arrival.address);
}

static uint32_t claim_hash(const struct claim *one)
{
	return jhash(one->arrival.address.addr, sizeof(one->arrival.address.addr),
		     one->arrival.subnet_id);
}

DECLARE_HASH(claims, struct claim, item, claim_cmp, claim_hash);

static struct claims_head recent[1];
static struct arrival *arrivals; /* darr */
static struct notes *unwritten;  /* of what arrived before */
static bool under_way;           /* whoever writes them has them */
static uint32_t *tracked;        /* darr, sorted: tenants with hosts to be seen here */
static struct sightings *sightings;
static struct event *ev_read, *ev_write, *ev_forget, *ev_begin;

/* ---- what is seen ---- */

static bool is_known_here(const struct logical_switch *sw, const struct ipnet *address,
			  uint32_t site_id)
{
	const struct tenant_host *host;

	darr_foreach_p (sw->hosts, host)
		if (!ipnet_cmp(&host->address, address))
			return host->site_id == site_id && host->advertise;
	return false;
}

static const struct subnet *subnet_of(const struct logical_switch *sw, const struct ipnet *address)
{
	const struct subnet *subnet;
	struct ipnet gateway;

	darr_foreach_p (sw->subnets, subnet) {
		gateway = ipnet_host(&subnet->gateway);
		if (ipnet_contains(&subnet->prefix, address) && ipnet_cmp(&gateway, address))
			return subnet;
	}
	return NULL;
}

static void forget_claims(struct event *event)
{
	struct claim *one;

	while ((one = claims_pop(recent)))
		XFREE(MTYPE_HOST_CLAIM, one);
}

/* It has not come too often. */
static bool may_come(const struct arrival *arrival, const char *tenant)
{
	struct claim key = { .arrival = *arrival }, *known = claims_find(recent, &key);
	char text[IPNET_TEXT_SIZE];

	if (!known) {
		known = XCALLOC(MTYPE_HOST_CLAIM, sizeof(*known));
		known->arrival = *arrival;
		claims_add(recent, known);
	}
	if (!event_is_scheduled(ev_forget))
		event_add_timer(tenantd.loop, forget_claims, NULL, PATIENCE_S, &ev_forget);
	if (++known->count == CLAIMS_MOST + 1)
		flog_warn(
			EC_TENANT_HOST_FLAPS,
			"host %s of tenant %s was seen here %u times within %d s, and elsewhere in between; for the rest of them it stays where it is",
			ipnet_format_addr(&arrival->address, text), tenant, known->count,
			PATIENCE_S);
	return known->count <= CLAIMS_MOST;
}

static bool is_waiting(const struct arrival *arrival)
{
	const struct arrival *one;

	darr_foreach_p (arrivals, one)
		if (one->subnet_id == arrival->subnet_id &&
		    !ipnet_cmp(&one->address, &arrival->address))
			return true;
	return false;
}

static void write_arrivals(struct event *event);

static void consider(const struct tenant *tenant, const struct logical_switch *sw,
		     const struct node *node, const struct ipnet *address)
{
	const struct subnet *subnet = subnet_of(sw, address);
	struct arrival arrival = { .address = *address };

	if (!subnet || is_known_here(sw, address, node->site_id))
		return;
	arrival.subnet_id = subnet->id;
	if (is_waiting(&arrival) || !may_come(&arrival, tenant->name))
		return;
	*darr_append(arrivals) = arrival;
	event_add_timer_msec(tenantd.loop, write_arrivals, NULL, WRITE_AFTER_MS, &ev_write);
}

static void seen(void *arg, const struct sighting *sighting)
{
	const struct node *node = tenantd_own_node();
	const struct logical_switch *sw;
	struct engine_tenant found;
	const struct tenant *tenant;
	char bridge[DEVICE_BUF];

	if (!node || !engine_find(tenantd.engine, sighting->vrf, &found))
		return;
	tenant = model_tenant(tenantd.model, found.tenant_id);
	if (!tenant)
		return;
	darr_foreach_p (tenant->switches, sw) {
		derive_bridge_name(sw, bridge);
		if (sw->track_hosts && !strcmp(bridge, sighting->bridge) &&
		    switch_is_at(tenant, sw, node->site_id)) {
			consider(tenant, sw, node, &sighting->address);
			return;
		}
	}
}

static void read_sightings(struct event *event)
{
	sightings_read(sightings, seen, NULL);
	event_add_read(tenantd.loop, read_sightings, NULL, sightings_fd(sightings), &ev_read);
}

/* ---- what is written ---- */

/* A subnet that went meanwhile is nobody's loss. */
#define PUT_HOST                                                                               \
	"INSERT INTO host (subnet_id, address, site_id, advertise, seen_by)"                   \
	" SELECT n.id, $2, CAST($3 AS bigint), 1, CAST($4 AS bigint)"                          \
	" FROM subnet n WHERE n.id = $1 ON CONFLICT (subnet_id, address)"                      \
	" DO UPDATE SET site_id = excluded.site_id, advertise = 1, seen_by = excluded.seen_by" \
	" WHERE host.site_id IS DISTINCT FROM excluded.site_id OR host.advertise = 0"

static void write_arrivals(struct event *event);

static void written(void *arg, int ret)
{
	under_way = false;
	if (!ret) {
		notes_free(unwritten);
		unwritten = NULL;
	}
	if (ret || darr_len(arrivals))
		event_add_timer_msec(tenantd.loop, write_arrivals, NULL,
				     ret ? RETRY_MS : WRITE_AFTER_MS, &ev_write);
}

static void compose(const struct node *node)
{
	const struct arrival *arrival;
	char text[IPNET_TEXT_SIZE];

	if (!unwritten)
		unwritten = notes_new();
	darr_foreach_p (arrivals, arrival)
		notes_add(unwritten, PUT_HOST, 4, notes_number(arrival->subnet_id),
			  ipnet_format_addr(&arrival->address, text), notes_number(node->site_id),
			  notes_number(node->id));
	darr_reset(arrivals);
}

/* What could not be written is tried again, with what has come by then behind it. */
static void write_arrivals(struct event *event)
{
	const struct node *node = tenantd_own_node();

	if (!tenantd.database || !node || under_way || (!darr_len(arrivals) && !unwritten))
		return;
	compose(node);
	under_way = true;
	status_write(unwritten, written, NULL);
}

/* ---- which tenants ---- */

static bool is_tracked_here(const struct tenant *tenant, const struct node *node)
{
	const struct logical_switch *sw;

	if (!tenant || !node || !(tenant_roles_on(tenant, node->id) & ROLE_DLR))
		return false;
	darr_foreach_p (tenant->switches, sw)
		if (sw->track_hosts && switch_is_at(tenant, sw, node->site_id))
			return true;
	return false;
}

static void note_tenant(uint32_t id)
{
	bool wanted = is_tracked_here(model_tenant(tenantd.model, id), tenantd_own_node());
	unsigned int at = 0;

	while (at < darr_len(tracked) && tracked[at] < id)
		at++;
	if (at < darr_len(tracked) && tracked[at] == id) {
		if (!wanted)
			darr_remove(tracked, at);
	} else if (wanted) {
		*darr_insert(tracked, at) = id;
	}
}

static void begin(struct event *event)
{
	if (!sightings)
		sightings = sightings_new(tenantd.kernel);
	if (!sightings)
		return;
	sightings_begin(sightings);
	event_add_read(tenantd.loop, read_sightings, NULL, sightings_fd(sightings), &ev_read);
}

void hosting_planned(uint32_t tenant_id)
{
	note_tenant(tenant_id);
	if (!darr_len(tracked)) {
		event_cancel(&ev_read);
		sightings_free(sightings);
		sightings = NULL;
		return;
	}
	/* once its bridges are there; they may have hosts already */
	if (!sightings ||
	    is_tracked_here(model_tenant(tenantd.model, tenant_id), tenantd_own_node()))
		event_add_timer_msec(tenantd.loop, begin, NULL, RETRY_MS, &ev_begin);
}

void hosting_init(void)
{
	claims_init(recent);
}

void hosting_stop(void)
{
	event_cancel(&ev_read);
	event_cancel(&ev_write);
	event_cancel(&ev_begin);
	event_cancel(&ev_forget);
	forget_claims(NULL);
	claims_fini(recent);
	sightings_free(sightings);
	sightings = NULL;
	notes_free(unwritten);
	unwritten = NULL;
	darr_free(arrivals);
	darr_free(tracked);
}

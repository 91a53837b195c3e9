// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The audit of routes: what events say, when it is told, and what is done about it.
 *
 *	ownerless   a route by a protocol that is neither FRR's, nor tenantd's, nor the
 *	            kernel's own: told at once, and where that is configured removed
 *	foreign     a route to what lies in another's space (stray/territory.h): told when it
 *	            is still there after half a second, because a leak's route may be here
 *	            before its row; after ten seconds where the sweep found it, because then
 *	            it is the rows that have changed, and the route may be on its way out
 *	unexported  a subnet that came by OSPF and is not in the VPN five seconds later.  What
 *	            tenantd knows of the VPN are events, which may have been lost, so bgpd is
 *	            asked (apply/verify.c) before anybody hears of it.  Only where bgpd runs
 *	            with our module: without it there are no such events
 *
 * Events come at once, and may be lost, and the kernel says nothing of the routes that go
 * with a device: straying_sweep.c reads all of it again and again.
 */
#include <zebra.h>

#include <string.h>
#include <sys/time.h>

#include <linux/rtnetlink.h>

#include "darr.h"
#include "frrevent.h"
#include "log.h"

#include "clock.h"
#include "errors.h"
#include "apply/engine.h"
#include "apply/kernel.h"
#include "daemon/straying.h"
#include "daemon/tenantd.h"
#include "model/derive.h"
#include "stray/territory.h"
#include "trace/trace.h"

#define MS 1000
/* Patience with what was found, us. */
#define FOREIGN_BY_EVENT (500 * MS)
#define FOREIGN_BY_SWEEP (10000 * MS)
#define EXPORT_TAKES     (5000 * MS)
#define EXPORT_ANSWER    (15000 * MS) /* bgpd was asked and said nothing */
/* Whoever puts a route back that was removed does so no more than five times a second. */
#define REMOVE_AFTER (200 * MS)

static struct strays *strays;
static struct territory *territory;
static struct event *ev_due;
static bool removes;

static void look(struct event *event);

static int64_t real_us(void)
{
	struct timeval now;

	gettimeofday(&now, NULL);
	return (int64_t)now.tv_sec * 1000000 + now.tv_usec;
}

static void look_later(void)
{
	int64_t due = strays_next_due(strays);

	event_cancel(&ev_due);
	if (due)
		event_add_timer_msec(tenantd.loop, look, NULL, MAX(due - clock_us(), 0) / 1000,
				     &ev_due);
}

/* ---- telling ---- */

/* what: "", or what was done. */
static void warn(enum stray_kind kind, const char *what, const char *text)
{
	switch (kind) {
	case STRAY_OWNERLESS:
		flog_warn(EC_TENANT_STRAY, "%s%s", what, text);
		break;
	case STRAY_FOREIGN:
		flog_warn(EC_TENANT_FOREIGN, "%s%s", what, text);
		break;
	case STRAY_UNEXPORTED:
		flog_warn(EC_TENANT_EXPORT, "%s%s", what, text);
		break;
	case STRAY_CROSSING:
		flog_warn(EC_TENANT_CROSSING, "%s%s", what, text);
		break;
	}
}

static void alarm_for(struct stray *stray)
{
	char text[STRAY_SENTENCE_SIZE];

	if (stray->raised)
		return;
	strays_raise(strays, stray, real_us());
	stray->told = strays_may_tell(strays, stray->kind, clock_us());
	if (stray->told)
		warn(stray->kind, "", straying_sentence(stray, text));
}

static void gone(void *arg, struct stray *stray)
{
	char text[STRAY_SENTENCE_SIZE];

	if (stray->told)
		zlog_notice("no more: %s", straying_sentence(stray, text));
	strays_forget(strays, stray);
}

void straying_sum_up(void)
{
	for (int kind = 0; kind < STRAY_KIND_COUNT; kind++) {
		uint64_t untold = strays_untold(strays, kind, clock_us());
		char text[STRAY_SENTENCE_SIZE];

		if (!untold)
			continue;
		snprintf(text, sizeof(text),
			 "%" PRIu64 " more %s routes came than the log was told of; %" PRIu64
			 " are there now, see \"show tenant NAME\"",
			 untold, stray_kind_names[kind], strays_count(strays, kind));
		warn(kind, "", text);
	}
}

/* ---- routes ---- */

static bool is_judged(const struct kernel_route *route)
{
	return route->type == RTN_UNICAST || route->type == RTN_BLACKHOLE ||
	       route->type == RTN_UNREACHABLE || route->type == RTN_PROHIBIT ||
	       route->type == RTN_THROW;
}

/* The alarm is that something is there, or it is not; one that has taken a route's place
 * in the kernel has its key.
 */
static void judge(const struct stray *key, bool is_one, bool present, int64_t patience)
{
	struct stray *known;

	if (is_one) {
		strays_see(strays, key, clock_us() + patience);
		return;
	}
	known = strays_find(strays, key);
	if (known && (present || known->protocol == key->protocol))
		gone(NULL, known);
}

static bool is_foreign(uint32_t tenant_id, const struct ipnet *net, struct foreign *found)
{
	return territory_is_foreign(territory, model_provider(tenantd.model), tenant_id, net,
				    found);
}

static void judge_route(uint32_t tenant_id, const struct kernel_route *route, bool present,
			int64_t patience)
{
	struct stray key = {
		.tenant_id = tenant_id,
		.kind = STRAY_OWNERLESS,
		.net = route->net,
		.metric = route->metric,
		.protocol = route->protocol,
	};
	struct foreign found = {};

	if (!is_judged(route))
		return;
	judge(&key, present && !stray_protocol_is_owned(route->protocol), present,
	      removes ? REMOVE_AFTER : 0);
	key.kind = STRAY_FOREIGN;
	judge(&key, present && is_foreign(tenant_id, &route->net, &found), present, patience);
}

void straying_route(uint32_t tenant_id, const struct kernel_route *route, bool present)
{
	judge_route(tenant_id, route, present, FOREIGN_BY_EVENT);
	look_later();
}

void straying_swept(uint32_t tenant_id, const struct kernel_route *route)
{
	judge_route(tenant_id, route, true, FOREIGN_BY_SWEEP);
}

/* ---- removing ---- */

/* False where it stays. */
static bool remove_it(struct stray *stray)
{
	const struct tenant *tenant = model_tenant(tenantd.model, stray->tenant_id);
	struct kernel_route route = {
		.net = stray->net,
		.metric = stray->metric,
		.protocol = stray->protocol,
	};
	char text[STRAY_SENTENCE_SIZE];
	struct reason why = {};

	if (!tenant)
		return false;
	route.table = derive_table(model_provider(tenantd.model), tenant);
	if (kernel_remove_stray(tenantd.kernel, &route, &why) < 0) {
		zlog_warn("%s", why.text);
		return false;
	}
	engine_count_repair(tenantd.engine, REPAIR_STRAY);
	if (strays_may_tell(strays, stray->kind, clock_us()))
		warn(stray->kind, "removed: ", straying_sentence(stray, text));
	strays_forget(strays, stray);
	return true;
}

void straying_remove(bool remove)
{
	struct stray *stray;

	removes = remove;
	for (uint32_t id = 0; remove && (id = strays_next_tenant(strays, id));) {
		struct stray *next = strays_next(strays, id, NULL);

		while ((stray = next)) {
			next = strays_next(strays, id, stray);
			if (stray->kind == STRAY_OWNERLESS)
				remove_it(stray);
		}
	}
	look_later();
}

/* ---- exports ---- */

/* The answer is straying_unexported().  Without our module in bgpd it was no suspicion. */
static void ask_about(struct stray *stray)
{
	struct engine_stats stats;

	engine_stats(tenantd.engine, &stats);
	if (stats.module[TARGET_BGPD] == MODULE_ABSENT) {
		strays_forget(strays, stray);
		return;
	}
	stray->asked = stats.up[TARGET_BGPD] && stats.module[TARGET_BGPD] == MODULE_LOADED;
	strays_put_off(strays, stray, clock_us() + EXPORT_ANSWER);
	if (stray->asked)
		engine_check_export(tenantd.engine, stray->tenant_id, true);
}

static bool is_pe_of(uint32_t tenant_id)
{
	const struct provider *provider = model_provider(tenantd.model);
	const struct node *node = provider ? provider_node_by_name(provider, tenantd.node) : NULL;
	const struct tenant *tenant = model_tenant(tenantd.model, tenant_id);

	return node && tenant && (tenant_roles_on(tenant, node->id) & node->roles & ROLE_PE);
}

void straying_stage(uint32_t tenant_id, const struct traced *traced)
{
	struct stray key = {
		.tenant_id = tenant_id,
		.kind = STRAY_UNEXPORTED,
		.net = traced->prefix,
		.protocol = 188, /* RTPROT_OSPF */
	};
	bool is_missing = traced->at[STAGE_OSPF] && !traced->at[STAGE_EXPORTED];

	judge(&key, is_missing && is_pe_of(tenant_id), true, EXPORT_TAKES);
	look_later();
}

static bool has_net(const struct ipnet *nets, const struct ipnet *net)
{
	const struct ipnet *one;

	darr_foreach_p (nets, one)
		if (ipnet_cmp(one, net) == 0)
			return true;
	return false;
}

void straying_unexported(uint32_t tenant_id, const struct ipnet *nets)
{
	struct stray key = { .tenant_id = tenant_id, .kind = STRAY_UNEXPORTED }, *stray, *next;
	const struct ipnet *net;

	for (stray = strays_next(strays, tenant_id, NULL); stray; stray = next) {
		next = strays_next(strays, tenant_id, stray);
		if (stray->kind == STRAY_UNEXPORTED && (stray->raised || stray->asked) &&
		    !has_net(nets, &stray->net))
			gone(NULL, stray);
	}
	darr_foreach_p (nets, net) {
		key.net = *net;
		stray = strays_see(strays, &key, 0);
		if (stray)
			alarm_for(stray);
	}
	look_later();
}

void straying_recheck(uint32_t tenant_id, bool repair)
{
	const struct stray *stray = NULL;

	while ((stray = straying_of_tenant(tenant_id, stray)))
		if (stray->kind == STRAY_UNEXPORTED) {
			engine_check_export(tenantd.engine, tenant_id, repair);
			return;
		}
}

void straying_repair(bool repair)
{
	engine_repair_exports(tenantd.engine, repair);
	for (uint32_t id = 0; repair && (id = strays_next_tenant(strays, id));)
		straying_recheck(id, true);
}

void straying_crossing(const struct stray *key, uint32_t from, bool present)
{
	struct stray *stray;

	judge(key, present, present, 0);
	stray = present ? strays_find(strays, key) : NULL;
	if (stray)
		stray->from = from;
	look_later();
}

void straying_crossings_gone(void)
{
	struct stray *stray, *next;

	for (uint32_t id = 0; (id = strays_next_tenant(strays, id));)
		for (stray = strays_next(strays, id, NULL); stray; stray = next) {
			next = strays_next(strays, id, stray);
			if (stray->kind == STRAY_CROSSING)
				gone(NULL, stray);
		}
	look_later();
}

/* ---- when their time has come ---- */

static void decide(void *arg, struct stray *stray)
{
	struct foreign found = {};

	switch (stray->kind) {
	case STRAY_OWNERLESS:
		if (!removes || !remove_it(stray))
			alarm_for(stray);
		break;
	case STRAY_FOREIGN:
		if (is_foreign(stray->tenant_id, &stray->net, &found))
			alarm_for(stray);
		else
			strays_forget(strays, stray);
		break;
	case STRAY_UNEXPORTED:
		ask_about(stray);
		break;
	case STRAY_CROSSING:
		alarm_for(stray);
		break;
	}
}

static void look(struct event *event)
{
	strays_due(strays, clock_us(), decide, NULL);
	look_later();
}

/* ---- tenants ---- */

void straying_loaded(const uint32_t *touched)
{
	const uint32_t *id;

	darr_foreach_p (touched, id)
		territory_set(territory, *id, model_tenant(tenantd.model, *id));
}

void straying_sweep_begins(uint32_t tenant_id)
{
	strays_begin(strays, tenant_id);
}

static void unseen(void *arg, struct stray *stray)
{
	/* of the others it is the kernel that knows */
	if (stray->kind == STRAY_OWNERLESS || stray->kind == STRAY_FOREIGN)
		gone(NULL, stray);
}

void straying_sweep_ended(uint32_t tenant_id)
{
	strays_unseen(strays, tenant_id, unseen, NULL);
	look_later();
}

void straying_forget(uint32_t tenant_id)
{
	struct stray *stray;

	while ((stray = strays_next(strays, tenant_id, NULL)))
		gone(NULL, stray);
	look_later();
}

/* ---- what is known ---- */

const struct stray *straying_of_tenant(uint32_t tenant_id, const struct stray *prev)
{
	do {
		prev = strays_next(strays, tenant_id, prev);
	} while (prev && !prev->raised);
	return prev;
}

uint64_t straying_count(enum stray_kind kind)
{
	return strays_count(strays, kind);
}

uint32_t straying_next_tenant(uint32_t tenant_id)
{
	return strays_next_tenant(strays, tenant_id);
}

/* In the words of the kind. */
static void describe_foreign(const struct stray *stray, const char *tenant, const char *prefix,
			     char *buf, size_t size)
{
	char space[IPNET_TEXT_SIZE], protocol[STRAY_PROTOCOL_SIZE];
	struct foreign found = {};

	stray_protocol_text(stray->protocol, protocol);
	if (!is_foreign(stray->tenant_id, &stray->net, &found)) /* by now */
		snprintf(buf, size, "VRF of tenant %s has a route to %s (%s) that was another's",
			 tenant, prefix, protocol);
	else if (found.tenant)
		snprintf(
			buf, size,
			"VRF of tenant %s has a route to %s (%s), which lies in %s of tenant %s (%s); see who announces it, or add a leak if it is meant",
			tenant, prefix, protocol, ipnet_format(&found.space, space),
			found.tenant->name, found.what);
	else
		snprintf(
			buf, size,
			"VRF of tenant %s has a route to %s (%s), which lies in %s, reserved for the provider; see who announces it",
			tenant, prefix, protocol, ipnet_format(&found.space, space));
}

static const struct tenant *tenant_of_rd(uint32_t number)
{
	const struct tenant *tenant = NULL;
	struct reason ignored = {};
	uint32_t own = 0;

	while (number && (tenant = model_tenant_next(tenantd.model, tenant)))
		if (derive_rd_number(tenant, &own, &ignored) == 0 && own == number)
			return tenant;
	return NULL;
}

static void describe_crossing(const struct stray *stray, const char *tenant, const char *prefix,
			      char *buf, size_t size)
{
	const struct tenant *from = tenant_of_rd(stray->from);
	char protocol[STRAY_PROTOCOL_SIZE];

	snprintf(
		buf, size,
		"VRF of tenant %s was given a route to %s (%s) that leads to %s%s without a leak; see \"show tenant guard\" in zebra, and who changed route targets",
		tenant, prefix, stray_protocol_text(stray->protocol, protocol),
		from ? "tenant " : "a VRF that is not its own", from ? from->name : "");
}

const char *straying_sentence(const struct stray *stray, char buf[static STRAY_SENTENCE_SIZE])
{
	const struct tenant *tenant = model_tenant(tenantd.model, stray->tenant_id);
	const char *name = tenant ? tenant->name : "(gone)";
	const char *node = tenantd.node ? tenantd.node : "-";
	char prefix[IPNET_TEXT_SIZE], protocol[STRAY_PROTOCOL_SIZE];
	int used = snprintf(buf, STRAY_SENTENCE_SIZE, "%s: ", node);
	size_t left = STRAY_SENTENCE_SIZE - used;

	ipnet_format(&stray->net, prefix);
	if (stray->kind == STRAY_FOREIGN)
		describe_foreign(stray, name, prefix, buf + used, left);
	else if (stray->kind == STRAY_CROSSING)
		describe_crossing(stray, name, prefix, buf + used, left);
	else if (stray->kind == STRAY_OWNERLESS)
		snprintf(
			buf + used, left,
			"VRF of tenant %s has a route to %s that neither FRR nor tenantd put there (%s, metric %u); find out who did, and remove it by \"ip route del %s vrf %s\"",
			name, prefix, stray_protocol_text(stray->protocol, protocol),
			stray->metric, prefix, tenant ? tenant->vrf : "-");
	else
		snprintf(
			buf + used, left,
			"VRF of tenant %s has a route to %s that bgpd does not export to the VPN; see \"show tenant plan\" and \"show bgp vrf %s\"",
			name, prefix, tenant ? tenant->vrf : "-");
	return buf;
}

void straying_init(void)
{
	strays = strays_new();
	territory = territory_new();
	straying_show_init();
	straying_sweep_init();
}

void straying_stop(void)
{
	event_cancel(&ev_due);
	straying_sweep_stop();
	strays_free(strays);
	territory_free(territory);
	strays = NULL;
	territory = NULL;
}

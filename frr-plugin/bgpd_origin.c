// SPDX-License-Identifier: GPL-2.0-or-later
/* Which VRF a label leads to, for the guard in zebra. */
#include <zebra.h>

#include <string.h>

#include "frrevent.h"
#include "hook.h"
#include "jhash.h"
#include "libfrr.h"
#include "memory.h"
#include "mpls.h"
#include "prefix.h"
#include "typesafe.h"

#include "bgpd/bgpd.h"
#include "bgpd/bgp_attr.h"
#include "bgpd/bgp_ecommunity.h"
#include "bgpd/bgp_label.h"
#include "bgpd/bgp_route.h"
#include "bgpd/bgp_table.h"

#include "guard/teller.h"
#include "frr-plugin/bgpd_origin.h"

DEFINE_MGROUP(BGPD_ORIGIN, "bgpd_tenant labels");
DEFINE_MTYPE_STATIC(BGPD_ORIGIN, LABEL_ORIGIN, "where a label leads");

PREDECL_HASH(origins);

struct origin {
	struct origins_item item;
	struct guard_origin told;
};

static int origin_cmp(const struct origin *a, const struct origin *b)
{
	int diff = ipnet_cmp(&a->told.hop, &b->told.hop);

	return diff ? diff : numcmp(a->told.label, b->told.label);
}

static uint32_t origin_hash(const struct origin *one)
{
	return jhash_1word(one->told.label,
			   jhash(one->told.hop.addr, sizeof(one->told.hop.addr), 0));
}

DECLARE_HASH(origins, struct origin, item, origin_cmp, origin_hash);

static struct origins_head known[1];
static struct event_loop *loop;
static struct guard_teller *teller;
static struct guard_origin waiting[GUARD_ORIGINS_MAX];
static uint32_t count;
static struct event *ev_flush;

/* ---- telling ---- */

static void flush(void)
{
	if (count && teller)
		guard_teller_send(teller, GUARD_ORIGINS, waiting, count, sizeof(waiting[0]));
	count = 0;
}

static void flush_event(struct event *event)
{
	flush();
}

static void tell(const struct guard_origin *told)
{
	if (count == array_size(waiting))
		flush();
	waiting[count++] = *told;
	if (!event_is_scheduled(ev_flush))
		event_add_event(loop, flush_event, NULL, 0, &ev_flush);
}

static void tell_all(void *arg)
{
	struct origin *one;

	count = 0;
	frr_each (origins, known, one)
		tell(&one->told);
	flush();
}

static void learn(const struct guard_origin *told)
{
	struct origin key = { .told = *told }, *one = origins_find(known, &key);

	if (one && !memcmp(&one->told, told, sizeof(*told)))
		return;
	if (!one) {
		one = XCALLOC(MTYPE_LABEL_ORIGIN, sizeof(*one));
		one->told = *told;
		origins_add(known, one);
	}
	one->told = *told;
	tell(told);
}

/* ---- what BGP knows ---- */

static void set_hop(struct guard_origin *told, const struct attr *attr)
{
	const uint8_t *hop6 = attr->mp_nexthop_global.s6_addr;

	if (attr->mp_nexthop_len == BGP_ATTR_NHLEN_IPV4 ||
	    attr->mp_nexthop_len == BGP_ATTR_NHLEN_VPNV4) {
		told->hop = (struct ipnet){ .family = AF_INET, .len = 32 };
		memcpy(told->hop.addr, &attr->mp_nexthop_global_in, 4);
	} else if (IN6_IS_ADDR_V4MAPPED(&attr->mp_nexthop_global)) {
		told->hop = (struct ipnet){ .family = AF_INET, .len = 32 };
		memcpy(told->hop.addr, hop6 + 12, 4);
	} else {
		told->hop = (struct ipnet){ .family = AF_INET6, .len = 128 };
		memcpy(told->hop.addr, hop6, 16);
	}
}

static void set_targets(struct guard_origin *told, const struct attr *attr)
{
	const struct ecommunity *all = bgp_attr_get_ecommunity(attr);

	for (uint32_t i = 0; all && i < all->size && told->target_count < GUARD_TARGETS; i++) {
		const uint8_t *one = all->val + i * all->unit_size;

		if (all->unit_size == ECOMMUNITY_SIZE && one[1] == ECOMMUNITY_ROUTE_TARGET)
			memcpy(told->targets[told->target_count++], one, ECOMMUNITY_SIZE);
	}
}

static void learn_path(struct bgp_dest *dest, struct bgp_path_info *path)
{
	struct bgp_dest *of_rd = dest->pdest;
	struct guard_origin told;

	/* one that this bgpd exported itself is known to zebra by its VRF */
	if (!of_rd || CHECK_FLAG(path->flags, BGP_PATH_REMOVED) ||
	    path->sub_type == BGP_ROUTE_IMPORTED || !BGP_PATH_INFO_NUM_LABELS(path))
		return;
	memset(&told, 0, sizeof(told));
	told.label = decode_label(&path->extra->labels->label[0]);
	if (told.label < MPLS_LABEL_UNRESERVED_MIN)
		return;
	memcpy(told.rd, bgp_dest_get_prefix(of_rd)->u.val, sizeof(told.rd));
	set_hop(&told, path->attr);
	set_targets(&told, path->attr);
	learn(&told);
}

void origin_of_vpn(struct bgp_dest *dest)
{
	for (struct bgp_path_info *path = bgp_dest_get_bgp_path_info(dest); path;
	     path = path->next)
		learn_path(dest, path);
}

void origin_of_imports(struct bgp_dest *dest)
{
	for (struct bgp_path_info *path = bgp_dest_get_bgp_path_info(dest); path;
	     path = path->next) {
		struct bgp_path_info *parent =
			path->sub_type == BGP_ROUTE_IMPORTED && path->extra && path->extra->vrfleak
				? path->extra->vrfleak->parent
				: NULL;

		if (parent && parent->net)
			learn_path(parent->net, parent);
	}
	flush();
}

static int forget_all(void)
{
	struct origin *one;

	event_cancel(&ev_flush);
	guard_teller_free(teller);
	teller = NULL;
	while ((one = origins_pop(known)))
		XFREE(MTYPE_LABEL_ORIGIN, one);
	origins_fini(known);
	return 0;
}

void origin_init(struct event_loop *bgpds)
{
	hook_register(frr_early_fini, forget_all);
	loop = bgpds;
	origins_init(known);
	teller = guard_teller_new(loop, tell_all, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Strays, by tenant, kind and prefix; those not raised yet by time as well. */
#include <zebra.h>

#include <string.h>

#include <linux/rtnetlink.h>

#include "memory.h"

#include "stray/stray.h"

DECLARE_MGROUP(TENANT_STRAY);
DEFINE_MTYPE_STATIC(TENANT_STRAY, STRAYS, "strays");
DEFINE_MTYPE_STATIC(TENANT_STRAY, STRAY, "stray");

const char *const stray_kind_names[STRAY_KIND_COUNT] = {
	[STRAY_OWNERLESS] = "ownerless",
	[STRAY_FOREIGN] = "foreign",
	[STRAY_UNEXPORTED] = "unexported",
	[STRAY_CROSSING] = "crossing",
};

/* ---- protocols ---- */

/* zebra's own numbers, from its rt_netlink.h, and tenantd's (apply/kernel.h). */
#define ZEBRA_FIRST     186
#define ZEBRA_LAST      198
#define PROTOCOL_BGP    186
#define PROTOCOL_OSPF   188
#define PROTOCOL_FRR    196
#define PROTOCOL_TENANT 247

bool stray_protocol_is_owned(uint8_t protocol)
{
	return protocol == RTPROT_KERNEL || protocol == RTPROT_ZEBRA || protocol == RTPROT_BABEL ||
	       protocol == PROTOCOL_TENANT || (protocol >= ZEBRA_FIRST && protocol <= ZEBRA_LAST);
}

const char *stray_protocol_text(uint8_t protocol, char buf[static STRAY_PROTOCOL_SIZE])
{
	static const char *const names[256] = {
		[RTPROT_KERNEL] = "connected", [RTPROT_BOOT] = "ip route",
		[RTPROT_STATIC] = "static",    [RTPROT_RA] = "router advertisement",
		[RTPROT_DHCP] = "DHCP",        [PROTOCOL_BGP] = "BGP",
		[PROTOCOL_OSPF] = "OSPF",      [PROTOCOL_FRR] = "FRR's static routes",
		[PROTOCOL_TENANT] = "tenantd",
	};

	if (names[protocol])
		strlcpy(buf, names[protocol], STRAY_PROTOCOL_SIZE);
	else
		snprintf(buf, STRAY_PROTOCOL_SIZE, "protocol %u", protocol);
	return buf;
}

/* ---- order ---- */

static int stray_cmp(const struct stray *a, const struct stray *b)
{
	int diff = numcmp(a->tenant_id, b->tenant_id);

	diff = diff ? diff : numcmp(a->kind, b->kind);
	diff = diff ? diff : ipnet_cmp(&a->net, &b->net);
	return diff ? diff : numcmp(a->metric, b->metric);
}

static int due_cmp(const struct stray *a, const struct stray *b)
{
	int diff = numcmp(a->due, b->due);

	return diff ? diff : stray_cmp(a, b);
}

DECLARE_RBTREE_UNIQ(stray_tree, struct stray, item, stray_cmp);
DECLARE_RBTREE_UNIQ(stray_dues, struct stray, due_item, due_cmp);

/* What the log was told of one kind. */
struct telling {
	int64_t began; /* us monotonic; 0: never */
	unsigned int told;
	uint64_t untold;
};

struct strays {
	struct stray_tree_head all[1];
	struct stray_dues_head dues[1]; /* those not raised */
	uint64_t raised[STRAY_KIND_COUNT];
	struct telling tellings[STRAY_KIND_COUNT];
};

struct strays *strays_new(void)
{
	struct strays *strays = XCALLOC(MTYPE_STRAYS, sizeof(*strays));

	stray_tree_init(strays->all);
	stray_dues_init(strays->dues);
	return strays;
}

void strays_free(struct strays *strays)
{
	struct stray *stray;

	if (!strays)
		return;
	while (stray_dues_pop(strays->dues))
		;
	while ((stray = stray_tree_pop(strays->all)))
		XFREE(MTYPE_STRAY, stray);
	stray_dues_fini(strays->dues);
	stray_tree_fini(strays->all);
	XFREE(MTYPE_STRAYS, strays);
}

/* ---- coming and going ---- */

struct stray *strays_find(const struct strays *strays, const struct stray *key)
{
	return stray_tree_find((struct stray_tree_head *)strays->all, key);
}

struct stray *strays_see(struct strays *strays, const struct stray *stray, int64_t due)
{
	struct stray *known = strays_find(strays, stray);

	if (!known && stray_tree_count(strays->all) >= STRAYS_MOST)
		return NULL;
	if (!known) {
		known = XCALLOC(MTYPE_STRAY, sizeof(*known));
		known->tenant_id = stray->tenant_id;
		known->kind = stray->kind;
		known->net = stray->net;
		known->metric = stray->metric;
		known->due = due;
		stray_tree_add(strays->all, known);
		stray_dues_add(strays->dues, known);
	}
	known->protocol = stray->protocol;
	known->seen = true;
	return known;
}

void strays_forget(struct strays *strays, struct stray *stray)
{
	if (stray->raised)
		strays->raised[stray->kind]--;
	else
		stray_dues_del(strays->dues, stray);
	stray_tree_del(strays->all, stray);
	XFREE(MTYPE_STRAY, stray);
}

void strays_raise(struct strays *strays, struct stray *stray, int64_t since)
{
	if (stray->raised)
		return;
	stray_dues_del(strays->dues, stray);
	stray->raised = true;
	stray->since = since;
	strays->raised[stray->kind]++;
}

void strays_put_off(struct strays *strays, struct stray *stray, int64_t due)
{
	assert(!stray->raised);
	stray_dues_del(strays->dues, stray);
	stray->due = due;
	stray_dues_add(strays->dues, stray);
}

void strays_due(struct strays *strays, int64_t now, void (*each)(void *arg, struct stray *stray),
		void *arg)
{
	struct stray *stray;

	while ((stray = stray_dues_first(strays->dues)) && stray->due <= now)
		each(arg, stray);
}

int64_t strays_next_due(const struct strays *strays)
{
	const struct stray *first = stray_dues_const_first(strays->dues);

	return first ? first->due : 0;
}

/* ---- walking ---- */

struct stray *strays_next(const struct strays *strays, uint32_t tenant_id,
			  const struct stray *prev)
{
	struct stray_tree_head *all = (struct stray_tree_head *)strays->all;
	const struct stray first = { .tenant_id = tenant_id };
	struct stray *next = prev ? stray_tree_next(all, (struct stray *)prev)
				  : stray_tree_find_gteq(all, &first);

	return next && next->tenant_id == tenant_id ? next : NULL;
}

uint32_t strays_next_tenant(const struct strays *strays, uint32_t tenant_id)
{
	const struct stray first = { .tenant_id = tenant_id + 1 };
	const struct stray *next = stray_tree_const_find_gteq(strays->all, &first);

	return next ? next->tenant_id : 0;
}

void strays_begin(struct strays *strays, uint32_t tenant_id)
{
	struct stray *stray = NULL;

	while ((stray = strays_next(strays, tenant_id, stray)))
		stray->seen = false;
}

void strays_unseen(struct strays *strays, uint32_t tenant_id,
		   void (*each)(void *arg, struct stray *stray), void *arg)
{
	struct stray *stray = strays_next(strays, tenant_id, NULL), *next;

	for (; stray; stray = next) {
		next = strays_next(strays, tenant_id, stray);
		if (!stray->seen)
			each(arg, stray);
	}
}

/* ---- telling ---- */

uint64_t strays_count(const struct strays *strays, enum stray_kind kind)
{
	return strays->raised[kind];
}

bool strays_may_tell(struct strays *strays, enum stray_kind kind, int64_t now)
{
	struct telling *telling = &strays->tellings[kind];

	if (!telling->began || now - telling->began >= STRAYS_TOLD_TIME) {
		telling->began = now;
		telling->told = 0;
	}
	if (telling->told < STRAYS_TOLD) {
		telling->told++;
		return true;
	}
	telling->untold++;
	return false;
}

uint64_t strays_untold(struct strays *strays, enum stray_kind kind, int64_t now)
{
	struct telling *telling = &strays->tellings[kind];
	uint64_t untold = telling->untold;

	if (now - telling->began < STRAYS_TOLD_TIME)
		return 0;
	telling->untold = 0;
	return untold;
}

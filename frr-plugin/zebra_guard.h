// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The guard in zebra: a route that would join two tenants is not used, whatever bgpd, staticd or
 * a hand says.
 *
 * zebra chooses a prefix's best route in rib_process(), which its work queue calls.  The guard
 * stands before it: it looks at the prefix that is next, and gives each route that may not be
 * (guard/guard.h) the distance 255 while zebra chooses, which zebra never uses.  So such a route
 * is not in the kernel, and no protocol gets it by redistribution; another route for the prefix
 * is chosen in its place.  It stays in "show ip route", without the mark of the chosen.
 *
 * A tenant with as many routes as it may have gets no more: those beyond wait, and come in as
 * others go.  The kernel's own and connected ones do not count.
 *
 *   zebra_guard.c       judges and counts
 *   zebra_guard_link.c  the socket on which tenantd says what may be, and bgpd what labels are
 *   zebra_guard_show.c  show tenant guard
 */
#ifndef FRR_TENANT_PLUGIN_ZEBRA_GUARD_H
#define FRR_TENANT_PLUGIN_ZEBRA_GUARD_H

#include "vrf.h"

#include "guard/guard.h"

struct event_loop;

/* zebra_guard.c */
void zebra_guard_init(struct event_loop *loop);
/* The VRF and all routes in it go. */
void zebra_guard_vrf_gone(vrf_id_t vrf_id);
/* What a packet has changed. */
void zebra_guard_changed(const struct guard_news *news);
/* For who connects: all that is refused, and every tenant's level. */
void zebra_guard_tell_all(void);

void zebra_guard_each_refused(void (*each)(void *arg, const struct guard_refused *told),
			      void *arg);
void zebra_guard_each_level(void (*each)(void *arg, const struct guard_level *level), void *arg);
uint64_t zebra_guard_refused_ever(void);

/* zebra_guard_show.c */
void guard_show_init(const struct guard *guard);

/* zebra_guard_link.c */
void guard_link_init(struct event_loop *loop, struct guard *guard);
void guard_link_end(void);
/* Reads what has arrived and was not read yet. */
void guard_link_drain(void);
/* To tenantd, where it is connected; one that does not read is hung up on, and asks anew. */
void guard_link_tell(enum guard_kind kind, const void *body, size_t length);
/* "tenantd" and "bgpd" that are connected. */
unsigned int guard_link_tellers(void);
unsigned int guard_link_listeners(void);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The parts of ospfd_tenant.so, and what they share: a record for every VRF in which
 * something happened.
 *
 *   ospfd_tenant.c     loading, `show tenant ospf`
 *   ospfd_translate.c  type-7 LSAs are translated at once, and nothing runs where nothing changed
 *   ospfd_elect.c      a translator that cannot be reached is replaced
 *   ospfd_external.c   external routes do not wait a second after SPF
 *   ospfd_repair.c     adjacencies that come up late are sent what was translated before
 *   ospfd_checksum.c   a withdrawal that went out damaged goes out again
 *
 * All of it runs in ospfd's one thread, called from ospfd's hooks and timers.  Structures of
 * ospfd are read through the headers of the very FRR release it was built from; another
 * release is refused at load.
 */
#ifndef FRR_PLUGIN_OSPFD_TENANT_H
#define FRR_PLUGIN_OSPFD_TENANT_H

#include <stdbool.h>
#include <stdint.h>

#include "typesafe.h"
#include "vrf.h"

struct event;
struct event_loop;
struct ospf;
struct ospf_area;
struct ospf_lsa;
struct ospf_neighbor;

extern struct event_loop *master; /* ospfd's own */

PREDECL_HASH(watched_vrfs);

/* What happened in one VRF; made when something first does. */
struct watched_vrf {
	struct watched_vrfs_item item;
	vrf_id_t vrf_id;

	/* ospfd_translate.c */
	struct event *ev_run;
	int64_t asked;             /* us monotonic: the first change not yet translated */
	int64_t ran;               /* when the task ran last */
	int64_t last_us, worst_us; /* from a change to its translation */
	uint64_t changes;          /* of type-7 LSAs */
	uint64_t single; /* LSAs translated, or their translation removed, by themselves */
	uint64_t runs;   /* of FRR's task over all of them */
	uint64_t spared; /* ABR tasks not run, because only our own default was sent anew */

	/* ospfd_elect.c */
	struct event *ev_judge;
	unsigned int translating; /* NSSAs for which this router translates */
	int64_t vacant;   /* ms monotonic: since when nobody in reach translates; 0: one does */
	int64_t unneeded; /* s monotonic: since when we stand in for nothing; 0: we are needed */
	uint64_t takeovers;

	/* ospfd_external.c */
	struct event *ev_external;
	int64_t hastened_at; /* ms monotonic: the last calculation that did not wait */
	uint64_t hastened;   /* calculations that did not */

	/* ospfd_repair.c */
	uint64_t repairs; /* LSAs sent to late adjacencies */

	/* ospfd_checksum.c */
	struct event *ev_check;
	unsigned int looks; /* since the last LSA of ours */
	uint64_t checksums; /* LSAs put right */
};

/* The record of a VRF; never NULL. */
struct watched_vrf *watched_get(vrf_id_t vrf_id);
void watched_forget(struct watched_vrf *vrf);
/* Calls fn for every record, in no order; fn may forget the one it is given. */
void watched_walk(void (*fn)(struct watched_vrf *vrf, void *arg), void *arg);
/* Forgets all, for the end of ospfd. */
void watched_end(void);

/* Have FRR translate all that is in the NSSAs of this VRF, in a few milliseconds and together with
 * what else changes by then.
 */
void translate_soon(struct ospf *ospf);
/* A type-7 LSA was installed, or is about to go. */
void translate_type7(struct ospf_lsa *lsa, bool gone);
/* A type-5 LSA is flushed. */
void translate_flushed(struct ospf_lsa *type5);

/* The topology of an area changed: find out, after SPF, who translates for it. */
void elect_soon(struct ospf_area *area);
/* True where this router stands in for an elected translator that it cannot reach. */
bool elect_stands_in(const struct ospf_area *area);

/* The topology changed: have the external routes follow as soon as SPF has run. */
void external_soon(const struct ospf *ospf);

/* An LSA was installed, or is about to go: tells tenantd where its prefix is. */
void trace_lsa(struct ospf_lsa *lsa, bool present);

/* An external LSA was installed, or goes: where it is ours, whether it stays whole is looked
 * at for a while.
 */
void checksum_soon(const struct ospf_lsa *lsa);

/* A neighbor became Full. */
void repair_neighbor(struct ospf_neighbor *nbr);

#endif /* FRR_PLUGIN_OSPFD_TENANT_H */

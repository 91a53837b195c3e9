// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A connection to the guard in zebra, for those who tell it: tenantd, and our module in bgpd.
 *
 * It is made by itself, and made again when zebra was restarted; connected() is called each time,
 * and sends all there is.  What is sent while there is none is lost, as is what zebra does not
 * read: then it is connected anew.
 */
#ifndef FRR_TENANT_GUARD_TELLER_H
#define FRR_TENANT_GUARD_TELLER_H

#include <stdbool.h>
#include <stddef.h>

#include "guard/wire.h"

struct event_loop;
struct guard_teller;

/* heard: what zebra says, whole packets; NULL where nothing is expected. */
struct guard_teller *guard_teller_new(struct event_loop *loop, void (*connected)(void *arg),
				      void (*heard)(void *arg, const struct guard_head *head,
						    size_t length),
				      void *arg);
void guard_teller_free(struct guard_teller *teller);
bool guard_teller_is_up(const struct guard_teller *teller);

/* An array of things of one size, with its count in the head. */
void guard_teller_send(struct guard_teller *teller, enum guard_kind kind, const void *body,
		       uint32_t count, size_t size);
/* A packet as it is. */
void guard_teller_send_packet(struct guard_teller *teller, const void *packet, size_t length);

#endif

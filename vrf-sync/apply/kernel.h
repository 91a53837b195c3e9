// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel's half of a node: devices, addresses, flood lists, routes, packet filters,
 * sysctls.
 *
 * kernel_apply() does one operation of plan/diff.h on one object and returns
 * when the kernel has done it.  It is idempotent: adding what is there puts it
 * right, deleting what is gone is fine.  kernel_read() gives back everything
 * of ours as objects, so that after a diff was applied a second one is empty.
 *
 * What is ours says the kernel itself:
 *   devices    by their alias: "frr-tenant VRF WHAT ..."
 *   addresses  by their protocol (IFA_PROTO), RTPROT_TENANT
 *   routes     by their protocol, RTPROT_TENANT
 *   flood lists, by the VXLAN device they are on
 *   packet filters, by the uplink they are on and their PREF_ (plan/object.h)
 * Anything else is left alone, whatever its name: -EBUSY, foreign.
 *
 * All of it happens in the network namespace that kernel_open() was called in.
 * The caller chooses the order of operations, that of diff.h, and
 * ends what belongs together with kernel_finish().
 *
 *	kernel = kernel_open(&why);
 *	kernel_read(kernel, &have, &why);
 *	kernel_skip_met(kernel, &want_of_the_node);
 *	... diff, kernel_apply() each, kernel_finish(), then poll kernel_event_fd() ...
 */
#ifndef FRR_TENANT_APPLY_KERNEL_H
#define FRR_TENANT_APPLY_KERNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "plan/diff.h"

struct kernel;
struct reason;

/* How our routes and addresses are marked.  zebra takes 186 to 198 for its own
 * and sweeps those away when it starts; every other number is a kernel route to
 * it.  This one has no name in rtnetlink.h or iproute2's tables.
 */
#define RTPROT_TENANT 247

/* Two netlink sockets, one for requests, one for events.  NULL on failure. */
struct kernel *kernel_open(struct reason *why);
void kernel_close(struct kernel *kernel);

/* what: ADD, UPDATE or DELETE; obj: of a kind whose target is the kernel.  0, or
 *   -EBUSY   foreign: something that is not ours has the name, table or number
 *   -EAGAIN  another tenant of ours has it still: try again when that is gone
 *   -ENODEV  what it stands on (trunk, VRF, bridge) is not there: wait for it
 *   -errno   anything else
 * and *why says so in one sentence.
 */
int kernel_apply(struct kernel *kernel, enum outcome what, const struct object *obj,
		 struct reason *why);

/* Brings up what was made since the last call and was left down: a bridge that
 * comes up with its port and its address comes up once, and zebra tells every
 * daemon of it once.  0, or the first -errno with *why.
 */
int kernel_finish(struct kernel *kernel, struct reason *why);

/* Nobody speaks VRRP any more: what has a virtual router's MAC passes no frames
 * until somebody does again.
 */
void kernel_hold_virtual(struct kernel *kernel);

/* Appends all objects of ours to *have, and sorts.  Each has its tenant's VRF;
 * "" means that nobody can want it any more: a route in a table whose VRF is
 * gone, a device that was never finished.  Such a one is deleted only if that
 * is still so.  A device that is down, or out of its VRF, is "altered".
 * On failure *have is as it was.
 */
int kernel_read(struct kernel *kernel, struct objects *have, struct reason *why);

/* Takes out of *want what the node has already: each sysctl that is as high as
 * asked for, or higher, and rules that are in order.  What remains is to be
 * added; neither is ever taken back, since others may rely on it by then.
 */
void kernel_skip_met(struct kernel *kernel, struct objects *want);

/* The sysctl by which services of the node's default VRF answer tenants as well
 * (C-21); NULL where they do not.  Left as it is: it may be meant.
 */
const char *kernel_exposure(void);

/* Netfilter's NAT is in use, by a rule in whatever table and network namespace. */
bool kernel_translates(void);

/* A route in some table. */
struct kernel_route {
	struct ipnet net, via;
	uint32_t table, metric;
	uint32_t device;        /* by index; 0: several, or none */
	uint8_t protocol, type; /* RTPROT_, RTN_ */
	bool plain;             /* at most one next hop, and that a gateway */
};

/* Removes exactly this route, whosever it is.  0 where it is gone already. */
int kernel_remove_stray(struct kernel *kernel, const struct kernel_route *route,
			struct reason *why);

/* What happens in the kernel, by whomever.  Any may be NULL. */
struct kernel_watch {
	/* An object of ours is now like this, or gone, and not by an address or
	 * route request of kernel_apply().  Link events do not say whose they
	 * are: compare with what is wanted, and apply that again where it
	 * differs.  Of a gone object only the key is good.  A device that was
	 * down loses its IPv4 routes without an event of their own: when one
	 * changes, its tenant's routes are to be applied again.
	 */
	void (*changed)(void *arg, const struct object *now);
	void (*gone)(void *arg, const struct object *was);
	/* An interface that is not ours came or changed: what waits for one of
	 * that name can be tried again.
	 */
	void (*interface)(void *arg, const char *name);
	/* A route was seen in a table of ours, or withdrawn; any protocol, our own
	 * requests included.
	 */
	void (*route)(void *arg, const char *vrf, const struct kernel_route *route, bool present);
	/* Events were lost: read again. */
	void (*overrun)(void *arg);
};

int kernel_event_fd(const struct kernel *kernel);
/* Call when the fd is readable.  Handles a bounded number of messages, so that
 * a flood of routes starves nobody; the fd stays readable while there are more.
 */
void kernel_events_read(struct kernel *kernel, const struct kernel_watch *watch, void *arg);

#endif

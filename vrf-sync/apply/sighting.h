// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Hosts that are seen on this node's own ports of its logical switches.
 *
 * Two things the kernel tells are joined: which MAC an address has (neighbors
 * of a bridge), and by which port of the bridge that MAC speaks.  A MAC that
 * comes by the VXLAN device lives on another node.  A host that moved says so
 * itself, by a gratuitous ARP, and the bridge's arp_accept lets that count.
 *
 *	s = sightings_new(kernel);
 *	sightings_begin(s);                   -- tells what is known already
 *	... sightings_fd() is readable: sightings_read(s, seen, arg) ...
 *
 * What is told may be told again; IPv4 only, as hosts are announced in IPv4.
 */
#ifndef FRR_TENANT_APPLY_SIGHTING_H
#define FRR_TENANT_APPLY_SIGHTING_H

#include "model/names.h"
#include "model/net.h"

struct kernel;
struct sightings;

struct sighting {
	char vrf[DEVICE_NAME_MAX + 1];    /* the tenant's */
	char bridge[DEVICE_NAME_MAX + 1]; /* "ls<switch id>" */
	struct ipnet address;
};

/* In the network namespace of the caller; kernel says whose a device is, and has
 * to outlive it.  NULL where there is no socket.
 */
struct sightings *sightings_new(struct kernel *kernel);
void sightings_free(struct sightings *sightings);
int sightings_fd(const struct sightings *sightings);

/* Asks for all neighbors and MACs that the kernel has; what was told is told again. */
void sightings_begin(struct sightings *sightings);
/* Takes what has come, a bounded number of messages. */
void sightings_read(struct sightings *sightings,
		    void (*seen)(void *arg, const struct sighting *sighting), void *arg);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bgpd tells the guard in zebra which VRF a label leads to (guard/wire.h).
 *
 * zebra sees of a VPN route a next hop with a label; whose it is stands in BGP alone, in the RD
 * and the route targets that came with the label.  Each is told once, and again when it changes,
 * before the route goes to zebra; all of them when zebra comes.
 */
#ifndef FRR_TENANT_PLUGIN_BGPD_ORIGIN_H
#define FRR_TENANT_PLUGIN_BGPD_ORIGIN_H

struct bgp_dest;
struct event_loop;

void origin_init(struct event_loop *loop);
/* Paths of the VPN table have come, or of a VRF's were chosen. */
void origin_of_vpn(struct bgp_dest *dest);
void origin_of_imports(struct bgp_dest *dest);

#endif

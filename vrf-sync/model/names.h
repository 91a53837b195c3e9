// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a name may be.
 *
 * Names come from a database that anyone may write, and some of them end in
 * FRR command lines and kernel device names.  A name that these functions
 * accept holds only letters, digits, '-', '_' and '.', begins with a letter or
 * a digit and so can never carry a blank, a quote, a second command or an
 * option.  Everything between the database and a router relies on that.
 */
#ifndef FRR_TENANT_MODEL_NAMES_H
#define FRR_TENANT_MODEL_NAMES_H

#include <stdbool.h>

#define TENANT_NAME_MAX 63 /* characters: names of tenants, switches, sites, nodes, links */
#define DEVICE_NAME_MAX 15 /* IFNAMSIZ - 1: VRFs and interfaces */
#define TRUNK_NAME_MAX  10 /* leaves room for ".4094" */
#define OSPF_KEY_MIN    8
#define OSPF_KEY_MAX    16 /* RFC 2328 D.3 */

/* One to max characters of the set above. */
bool name_is_valid(const char *name, unsigned int max);
/* A VRF name that is none of the words FRR and iproute2 keep for themselves. */
bool vrf_name_is_valid(const char *name);

#endif

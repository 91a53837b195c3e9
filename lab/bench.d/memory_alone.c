// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What tenantd meets in "lab/bench memory" in place of a kernel and of zebra:
 * a kernel that has nothing and agrees to everything, a zebra that has always
 * seen it already.  All else of that program is tenantd itself, main.c included;
 * ospfd, bgpd and mgmtd are sockets of the benchmark's that say yes.
 *
 * So what is measured is tenantd with every tenant applied, without 110,000
 * devices in some kernel, and the time of a change without the kernel's share.
 */
#include <zebra.h>

#include <errno.h>
#include <stdlib.h>

#include "apply/frr_conn.h"
#include "apply/kernel.h"
#include "apply/kernel_lookup.h"
#include "apply/kernel_scan.h"
#include "apply/sighting.h"
#include "daemon/tenantd.h"

/* ---- apply/kernel.h ---- */

struct kernel *kernel_open(struct reason *why)
{
	static char nothing;

	return (struct kernel *)&nothing;
}

void kernel_close(struct kernel *kernel)
{
}

int kernel_apply(struct kernel *kernel, enum outcome what, const struct object *obj,
		 struct reason *why)
{
	return 0;
}

const char *kernel_exposure(void)
{
	return NULL;
}

bool kernel_translates(void)
{
	return false;
}

int kernel_finish(struct kernel *kernel, struct reason *why)
{
	return 0;
}

int kernel_read(struct kernel *kernel, struct objects *have, struct reason *why)
{
	return 0;
}

void kernel_hold_virtual(struct kernel *kernel)
{
}

void kernel_skip_met(struct kernel *kernel, struct objects *want)
{
}

int kernel_event_fd(const struct kernel *kernel)
{
	return -1;
}

void kernel_events_read(struct kernel *kernel, const struct kernel_watch *watch, void *arg)
{
}

int kernel_remove_stray(struct kernel *kernel, const struct kernel_route *route,
			struct reason *why)
{
	return 0;
}

/* ---- apply/kernel_scan.h ---- */

struct kernel_scan *kernel_scan_new(void)
{
	return NULL;
}

void kernel_scan_free(struct kernel_scan *scan)
{
}

int kernel_scan_fd(const struct kernel_scan *scan)
{
	return -1;
}

int kernel_scan_begin(struct kernel_scan *scan, uint32_t table)
{
	return -ENODEV;
}

int kernel_scan_read(struct kernel_scan *scan,
		     void (*each)(void *arg, const struct kernel_route *route), void *arg)
{
	return -ENODEV;
}

/* ---- apply/sighting.h ---- */

struct sightings *sightings_new(struct kernel *kernel)
{
	return NULL;
}

void sightings_free(struct sightings *sightings)
{
}

int sightings_fd(const struct sightings *sightings)
{
	return -1;
}

void sightings_begin(struct sightings *sightings)
{
}

void sightings_read(struct sightings *sightings,
		    void (*seen)(void *arg, const struct sighting *sighting), void *arg)
{
}

/* ---- apply/kernel_lookup.h ---- */

int kernel_path_get(struct kernel *kernel, const char *vrf, const struct ipnet *prefix,
		    struct kernel_path *path)
{
	return -ENOENT;
}

const char *kernel_protocol_name(uint8_t protocol)
{
	return "nothing";
}

/* ---- daemon/zebra.c ---- */

bool zebra_knows_vrf(const char *name, uint32_t table)
{
	return true;
}

bool zebra_knows_interface(const char *ifname, const char *vrf_name)
{
	return true;
}

/* Tests of what hangs need not wait as long as a network does. */
void zebra_init(void)
{
	const char *patience = getenv("TENANTD_PATIENCE_MS");

	if (patience)
		frr_conn_patience_ms = strtoul(patience, NULL, 10);
}

void zebra_stop(void)
{
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * All routes of one table, whosever they are, read in pieces: a table may hold
 * a hundred thousand of them, and nobody is to wait for that.
 *
 *	scan = kernel_scan_new();
 *	kernel_scan_begin(scan, table);
 *	... kernel_scan_fd() is readable: kernel_scan_read(scan, each, arg), while it says 1 ...
 */
#ifndef FRR_TENANT_APPLY_KERNEL_SCAN_H
#define FRR_TENANT_APPLY_KERNEL_SCAN_H

#include <stdint.h>

struct kernel_route;
struct kernel_scan;

/* In the network namespace of the caller.  NULL where there is no socket. */
struct kernel_scan *kernel_scan_new(void);
void kernel_scan_free(struct kernel_scan *scan);
int kernel_scan_fd(const struct kernel_scan *scan);

/* Asks for the table's routes, of both families.  0 or -errno. */
int kernel_scan_begin(struct kernel_scan *scan, uint32_t table);
/* Takes one piece.  1: there is more; 0: that was all; -EAGAIN: routes came or went
 * meanwhile, some may be missing; another -errno: begin anew.
 */
int kernel_scan_read(struct kernel_scan *scan,
		     void (*each)(void *arg, const struct kernel_route *route), void *arg);

#endif

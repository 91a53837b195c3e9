// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The codes that tenantd's warnings carry, as "[EC 1929379841]" in the log.
 *
 * "show error CODE" on tenantd's vty says what a code means and what to do.
 * Numbers are never reused; the range is past those of FRR's daemons
 * (lib/ferr.h).
 */
#ifndef FRR_TENANT_ERRORS_H
#define FRR_TENANT_ERRORS_H

#define TENANT_FERR_START 0x73000001

enum tenant_log_refs {
	EC_TENANT_DATABASE = TENANT_FERR_START,
	EC_TENANT_UNWATCHED,
	EC_TENANT_EMPTIED,
	EC_TENANT_HELD,
	EC_TENANT_REFUSED,
	EC_TENANT_TRUNK,
	EC_TENANT_KERNEL_READ,
	EC_TENANT_OUT_OF_STEP,
	EC_TENANT_EXPOSED,
	EC_TENANT_EXPORT,
	EC_TENANT_LATE_NEIGHBOR,
	EC_TENANT_METRICS,
	EC_TENANT_DRIFT,
	EC_TENANT_TAKEN_BACK,
	EC_TENANT_VERDICT,
	EC_TENANT_STRAY,
	EC_TENANT_FOREIGN,
	EC_TENANT_CROSSING,
	EC_TENANT_FULL,
	EC_TENANT_HOST_FLAPS,
	EC_TENANT_TRANSLATED,
	EC_TENANT_UNWRITTEN,
};

void tenant_errors_init(void);

#endif

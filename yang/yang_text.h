// SPDX-License-Identifier: GPL-2.0-or-later
/* The text of yang/frr-tenant.yang, built into the programs that load it. */
#ifndef FRR_TENANT_YANG_YANG_TEXT_H
#define FRR_TENANT_YANG_YANG_TEXT_H

#define FRR_TENANT_YANG_REVISION "2026-11-21"
#define FRR_TENANT_YANG_ROOT     "/frr-tenant:tenant-network"

extern const char frr_tenant_yang[];

#endif

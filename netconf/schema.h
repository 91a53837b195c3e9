// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The YANG modules that NETCONF sessions see: those that mgmtd implements, with the
 * same revisions and features, and NETCONF's own.
 *
 * mgmtd is asked for its YANG library (RFC 8525), so whatever a module of FRR's
 * brings in (mgmtd -M tenant) is there too.  The text of a module comes from the
 * first folder that has it; frr-tenant's is part of the program.
 */
#ifndef FRR_TENANT_NETCONF_SCHEMA_H
#define FRR_TENANT_NETCONF_SCHEMA_H

#include <stddef.h>

struct frontend;
struct ly_ctx;

/* NULL, and one sentence, where mgmtd does not answer or NETCONF's modules are missing.
 * A module of mgmtd's whose text is nowhere is left out, and told of in the log.
 */
struct ly_ctx *schema_new(struct frontend *mgmtd, char *why, size_t size);

#endif

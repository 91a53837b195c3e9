// SPDX-License-Identifier: GPL-2.0-or-later
/* vrf-sync/schema.sql, word for word; schema_text.c is made from it by make. */
#ifndef FRR_TENANT_CTL_SCHEMA_TEXT_H
#define FRR_TENANT_CTL_SCHEMA_TEXT_H

extern const char schema_text[];

#endif

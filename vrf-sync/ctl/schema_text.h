// SPDX-License-Identifier: GPL-2.0-or-later
/* vrf-sync/schema.sql, word for word, and PostgreSQL's that is made from it, without
 * its BEGIN and COMMIT; make writes schema_text.c.
 */
#ifndef FRR_TENANT_CTL_SCHEMA_TEXT_H
#define FRR_TENANT_CTL_SCHEMA_TEXT_H

extern const char schema_text[];
extern const char schema_postgresql_text[];

#endif

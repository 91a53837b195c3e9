// SPDX-License-Identifier: GPL-2.0-or-later
/* How a PostgreSQL database is named, by tenantd.conf and by tenantctl --db. */
#ifndef FRR_TENANT_SOURCE_PGSQL_URI_H
#define FRR_TENANT_SOURCE_PGSQL_URI_H

#include "model/model.h"

/* It begins as one: "postgresql://..." or "postgres://...". */
bool pgsql_is_uri(const char *text);
/* False with a sentence that holds nothing of the URI: a password may be in it. */
bool pgsql_check(const char *uri, struct reason *why);
/* "db1,db2/tenants", without users and passwords; of a URI that has been checked. */
void pgsql_describe(const char *uri, char *buf, size_t size);

#endif

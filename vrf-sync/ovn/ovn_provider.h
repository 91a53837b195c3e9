// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What all tenants share, as a JSON document: "tenantctl export --provider" writes it, and in OVN
 * it is NB_Global's external_ids:tn-provider.
 *
 *	{"format": "frr-tenant", "provider": [{"asn": 65000}], "site": [{"id": 1, "name": "dc1"}], ...}
 *
 * One key for each table, with its rows; columns that are not there have schema.sql's defaults.
 * SQL does not judge these rows, so that is done here: names of columns, types, what must not be
 * missing, what there is only one of, and rows that others name.
 */
#ifndef FRR_TENANT_SOURCE_OVN_PROVIDER_H
#define FRR_TENANT_SOURCE_OVN_PROVIDER_H

#include "model/model.h"

/* NULL with a sentence that begins with the table, or with "it". */
struct provider *ovn_provider(const char *text, struct reason *why);

/* The columns that it knows, as PRAGMA table_info tells of them; for the test that schema.sql has
 * none besides.
 */
struct ovn_provider_column {
	const char *table, *name;
	bool is_number;
	const char *fallback; /* schema.sql's default; NULL: none */
	bool needed;
	uint32_t min, max; /* of a number */
};
extern const struct ovn_provider_column ovn_provider_columns[];
extern const unsigned int ovn_provider_column_count;

#endif

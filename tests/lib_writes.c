// SPDX-License-Identifier: GPL-2.0-or-later
/* What the unit tests share: writes of chance to any table of the reference story. */
#include <zebra.h>

#include <stdio.h>

#include "lib.h"

/* %1 to %9 stand for a random number of at most that many. */
/* clang-format off */
static const char *const writes[] = {
	"INSERT INTO tenant (id, name) VALUES (%9, 't%9')",
	"DELETE FROM tenant WHERE id = %9",
	"UPDATE tenant SET vrf = 'v%3' WHERE id = %9",
	"UPDATE tenant SET rt_number = 100%5 WHERE id = %9",
	"UPDATE tenant SET name = 'n%9' WHERE id = %9",
	"UPDATE tenant SET id = %9 WHERE id = %9",
	"INSERT INTO aggregate VALUES (%9, '10.%3.0.0/16')",
	"DELETE FROM aggregate WHERE tenant_id = %9",
	"UPDATE aggregate SET tenant_id = %9 WHERE tenant_id = %9",
	"INSERT INTO attachment (tenant_id, node_id, role) SELECT %9, node_id, role FROM node_role WHERE node_id = %4",
	"INSERT INTO attachment (tenant_id, node_id, role) SELECT %9, node_id, role FROM node_role",
	"DELETE FROM attachment WHERE tenant_id = %9 AND node_id = %4",
	"INSERT INTO circuit (tenant_id, wire_id, prefix, vlan) VALUES (%9, %2, '10.200.%9.0/29', 20%9)",
	"UPDATE circuit SET routing = 'static' WHERE tenant_id = %9",
	"DELETE FROM circuit WHERE tenant_id = %9",
	"INSERT INTO logical_switch (tenant_id, name) VALUES (%9, 's%9')",
	"UPDATE logical_switch SET tenant_id = %9 WHERE id = %9",
	"UPDATE logical_switch SET vni = 500%3 WHERE id = %9",
	"UPDATE logical_switch SET purpose = 'test' WHERE id = %9",
	"DELETE FROM logical_switch WHERE id = %9",
	"INSERT INTO subnet (switch_id, prefix, gateway) VALUES (%9, '10.%3.%9.0/24', '10.%3.%9.1')",
	"UPDATE subnet SET switch_id = %9 WHERE id = %9",
	"UPDATE subnet SET advertise = 0 WHERE id = %9",
	"DELETE FROM subnet WHERE id = %9",
	"INSERT INTO link (tenant_id, name, node_id, ifname, vlan, address, protocol) VALUES (%9, 'l%9', 4, 'y0', 30%9, '192.168.%9.1/30', 'ospf')",
	"UPDATE link SET tenant_id = %9 WHERE id = %9",
	"UPDATE link SET virtual_address = '192.168.%9.%3', vrid = %9 WHERE id = %9",
	"DELETE FROM link WHERE id = %9",
	"INSERT INTO link_route VALUES (%9, '172.16.%9.0/24')",
	"UPDATE link_route SET link_id = %9 WHERE link_id = %9",
	"DELETE FROM link_route WHERE link_id = %9",
	"INSERT INTO leak (from_tenant, to_tenant, prefix) VALUES (%9, %9, '10.%3.%9.0/24')",
	"UPDATE leak SET to_tenant = %9 WHERE id = %9",
	"UPDATE leak SET from_tenant = %9 WHERE id = %9",
	"DELETE FROM leak WHERE id = %9",
	"UPDATE provider SET ospf_dead = 1%9",
	"UPDATE provider SET vni_base = 100%3",
	"UPDATE provider SET vrrp_interval = %90",
	"INSERT INTO reserved VALUES ('10.%9.0.0/24', '')",
	"DELETE FROM reserved WHERE prefix = '10.%9.0.0/24'",
	"UPDATE wire SET vlan_base = 10%9 WHERE id = %2",
	"UPDATE wire_port SET slot = %5 WHERE wire_id = 1 AND node_id = %4",
	"UPDATE node SET vtep = '10.254.0.%9' WHERE id = %4",
	"DELETE FROM node_role WHERE node_id = %4 AND role = 'edge'",
	"INSERT INTO node_role VALUES (%4, 'edge')",
	"INSERT INTO tenant_status VALUES ('n', 't', 'ok', '', '') ON CONFLICT DO NOTHING",
};
/* clang-format on */

void lib_random_write(struct db *db)
{
	const char *sql = writes[lib_below(array_size(writes))];
	char out[512];
	size_t used = 0;

	for (; *sql && used < sizeof(out) - 2; sql++)
		if (*sql == '%')
			used += snprintf(out + used, sizeof(out) - used, "%u",
					 1 + lib_below(*++sql - '0'));
		else
			out[used++] = *sql;
	out[used] = '\0';
	lib_try(db, out); /* a refusal is a write that was not */
}

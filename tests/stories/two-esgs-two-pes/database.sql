-- SPDX-License-Identifier: GPL-2.0-or-later
-- Two edges on one transit, each with an uplink to each of two PEs and one to the other; the uplinks have keys.

INSERT INTO site (id, name) VALUES (1, 'dc1'), (2, 'pop2');
INSERT INTO node (id, name, site_id, router_id) VALUES
	(1, 'dlr', 1, '10.255.0.11'), (2, 'esg', 1, '10.255.0.12'),
	(3, 'pe1', 1, '10.255.0.1'), (4, 'pe2', 2, '10.255.0.2');
INSERT INTO node_role VALUES (1, 'dlr'), (2, 'edge'), (3, 'pe'), (4, 'pe');
INSERT INTO wire (id, name, site_id, kind) VALUES (1, 'dc1-transit', 1, 'transit'), (2, 'dc1-uplink', 1, 'uplink');
INSERT INTO wire_port (wire_id, node_id, ifname, slot) VALUES
	(1, 1, 't0', 3), (1, 2, 't0', 1),
	(2, 2, 'u0', 2), (2, 3, 'u0', 1);
INSERT INTO tenant (id, name) VALUES (1, 'acme');
INSERT INTO aggregate VALUES (1, '10.1.0.0/16'), (1, '172.16.0.0/16');
INSERT INTO attachment (tenant_id, node_id, role) VALUES (1, 1, 'dlr'), (1, 2, 'edge'), (1, 3, 'pe'), (1, 4, 'pe');
INSERT INTO logical_switch (id, tenant_id, name) VALUES (1, 1, 'web'), (2, 1, 'db');
INSERT INTO subnet (id, switch_id, prefix, gateway) VALUES
	(1, 1, '10.1.1.0/24', '10.1.1.1'), (2, 2, '10.1.2.0/24', '10.1.2.1');
INSERT INTO link (id, tenant_id, name, node_id, ifname, address, protocol) VALUES
	(1, 1, 'branch', 4, 'x0', '192.168.201.1/30', 'ospf');

INSERT INTO node (id, name, site_id, router_id) VALUES (5, 'esg2', 1, '10.255.0.22'), (6, 'pe3', 1, '10.255.0.3');
INSERT INTO node_role VALUES (5, 'edge'), (6, 'pe');
INSERT INTO wire (id, name, site_id, kind, vlan_base, bfd, ospf_key) VALUES
	(3, 'dc1-uplink2', 1, 'uplink', 100, 1, 'Second.Key-2026'), (4, 'dc1-cross1', 1, 'uplink', 600, 0, 'Third_Key'),
	(5, 'dc1-cross2', 1, 'uplink', 1100, 1, 'Fourth.Key'), (6, 'dc1-edges', 1, 'uplink', 1600, 1, 'Fifth.Key');
UPDATE wire SET bfd = 1, ospf_key = 'First.Key' WHERE id = 2;
INSERT INTO wire_port (wire_id, node_id, ifname, slot) VALUES
	(1, 5, 't0', 2),
	(3, 5, 'u0', 2), (3, 6, 'u0', 1),
	(4, 2, 'u0', 2), (4, 6, 'u0', 1),
	(5, 5, 'u0', 2), (5, 3, 'u0', 1),
	(6, 2, 't0', 1), (6, 5, 't0', 2);
INSERT INTO attachment (tenant_id, node_id, role) VALUES (1, 5, 'edge'), (1, 6, 'pe');

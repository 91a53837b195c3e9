-- SPDX-License-Identifier: GPL-2.0-or-later
-- One box is DLR and PE, without an edge: the gateways' subnets go straight into the VPN.

INSERT INTO site (id, name) VALUES (1, 'dc1'), (2, 'pop2');
INSERT INTO node (id, name, site_id, router_id) VALUES (1, 'box', 1, '10.255.0.1'), (4, 'pe2', 2, '10.255.0.2');
INSERT INTO node_role VALUES (1, 'dlr'), (1, 'pe'), (4, 'pe');
INSERT INTO tenant (id, name) VALUES (1, 'acme');
INSERT INTO aggregate VALUES (1, '10.1.0.0/16'), (1, '172.16.0.0/16');
INSERT INTO attachment (tenant_id, node_id, role) VALUES (1, 1, 'dlr'), (1, 1, 'pe'), (1, 4, 'pe');
INSERT INTO logical_switch (id, tenant_id, name) VALUES (1, 1, 'web');
INSERT INTO subnet (id, switch_id, prefix, gateway) VALUES (1, 1, '10.1.1.0/24', '10.1.1.1');
INSERT INTO link (id, tenant_id, name, node_id, ifname, address, protocol) VALUES
	(1, 1, 'branch', 4, 'x0', '192.168.201.1/30', 'ospf');

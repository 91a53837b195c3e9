-- SPDX-License-Identifier: GPL-2.0-or-later
-- Customer sites behind static routes, one of them at a PE that tells an edge of it by OSPF.

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

INSERT INTO link (id, tenant_id, name, node_id, ifname, address, peer, protocol) VALUES
	(1, 1, 'branch', 4, 'x0', '192.168.201.1/30', '192.168.201.2', 'static'),
	(2, 1, 'store', 3, 'x0', '192.168.202.1/30', '192.168.202.2', 'static');
INSERT INTO link_route VALUES (1, '172.16.2.0/24'), (1, '172.16.3.0/24'), (2, '172.16.4.0/24');

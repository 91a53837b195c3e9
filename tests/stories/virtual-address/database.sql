-- SPDX-License-Identifier: GPL-2.0-or-later
-- A customer LAN with hosts and a router, whose next hop two PEs share by VRRP: one on a VLAN, one on a whole port.
-- A third PE has one whose router speaks OSPF, so far alone, with a VRID of its own.

UPDATE provider SET vrrp_interval = 250;
INSERT INTO site (id, name) VALUES (1, 'dc1');
INSERT INTO node (id, name, site_id, router_id) VALUES
	(1, 'pe1', 1, '10.255.0.1'), (2, 'pe2', 1, '10.255.0.2'), (3, 'pe3', 1, '10.255.0.3');
INSERT INTO node_role VALUES (1, 'pe'), (2, 'pe'), (3, 'pe');
INSERT INTO tenant (id, name) VALUES (1, 'acme');
INSERT INTO aggregate VALUES (1, '172.16.0.0/16');
INSERT INTO attachment (tenant_id, node_id, role) VALUES (1, 1, 'pe'), (1, 2, 'pe'), (1, 3, 'pe');

INSERT INTO link (id, tenant_id, name, node_id, ifname, vlan, address, peer, protocol, virtual_address, priority) VALUES
	(1, 1, 'paris-a', 1, 'x0', 9, '172.16.2.2/24', '172.16.2.9', 'static', '172.16.2.1', 150),
	(2, 1, 'paris-b', 2, 'x0', 0, '172.16.2.3/24', '172.16.2.9', 'static', '172.16.2.1', NULL);
INSERT INTO link_route VALUES (1, '172.16.3.0/24'), (2, '172.16.3.0/24');
INSERT INTO link (id, tenant_id, name, node_id, ifname, vlan, address, protocol, virtual_address, vrid) VALUES
	(3, 1, 'rome', 3, 'x1', 9, '172.16.4.2/24', 'ospf', '172.16.4.1', 44);

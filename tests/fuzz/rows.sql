-- SPDX-License-Identifier: GPL-2.0-or-later
-- What fuzz_rows.c writes into: every table has a row, and every role a node, in as little as that takes.

INSERT INTO site (id, name) VALUES (1, 'dc1');
INSERT INTO node (id, name, site_id, router_id, vtep) VALUES
	(1, 'box', 1, '10.255.0.1', '10.255.1.1'), (2, 'far', 1, '10.255.0.2', '10.255.1.2');
INSERT INTO node_role VALUES (1, 'dlr'), (1, 'edge'), (2, 'dlr'), (2, 'edge'), (2, 'pe');
INSERT INTO wire (id, name, site_id, kind, ospf_key, bfd) VALUES
	(1, 'transit', 1, 'transit', NULL, 0), (2, 'uplink', 1, 'uplink', 'Sesame.2026', 1);
INSERT INTO wire_port (wire_id, node_id, ifname, slot) VALUES (1, 1, 't0', 1), (1, 2, 't0', 2), (2, 1, 'u0', 2), (2, 2, 'u0', 1);
INSERT INTO reserved VALUES ('10.255.0.0/16', 'loopbacks');
INSERT INTO tenant (id, name) VALUES (1, 'acme'), (2, 'globex');
INSERT INTO aggregate VALUES (1, '10.1.0.0/16'), (1, '172.16.0.0/16');
INSERT INTO attachment (tenant_id, node_id, role) VALUES (1, 1, 'dlr'), (1, 1, 'edge'), (1, 2, 'edge'), (1, 2, 'pe'), (2, 2, 'pe'), (2, 2, 'dlr');
INSERT INTO circuit (tenant_id, wire_id, prefix, vlan) VALUES (1, 2, '192.168.7.0/30', 77);
INSERT INTO logical_switch (id, tenant_id, name) VALUES (1, 1, 'web'), (2, 2, 'db');
INSERT INTO subnet (id, switch_id, prefix, gateway) VALUES (1, 1, '10.1.1.0/24', '10.1.1.1'), (2, 2, '10.2.1.0/24', '10.2.1.1');
INSERT INTO host (subnet_id, address, site_id, advertise) VALUES (1, '10.1.1.9', 1, 1);
INSERT INTO network_map VALUES (1, 1, NULL);
INSERT INTO switch_domain (id, name, site_id) VALUES (1, 'core', 1), (2, 'core2', 1);
INSERT INTO domain_port VALUES (1, 1, 'c0'), (1, 2, 'c0'), (2, 1, 'c1');
INSERT INTO switch_vlan VALUES (1, 1, 2), (1, 2, 2), (2, 1, 3);
INSERT INTO link (id, tenant_id, name, node_id, ifname, vlan, address, peer, protocol, peer_as) VALUES
	(1, 1, 'branch', 2, 'x0', 30, '192.168.201.1/30', '192.168.201.2', 'bgp', 64512),
	(2, 2, 'plant', 2, 'x1', 0, '192.168.202.1/30', '192.168.202.2', 'static', NULL);
INSERT INTO link_route VALUES (2, '172.20.0.0/16');
INSERT INTO leak (from_tenant, to_tenant, prefix) VALUES (2, 1, '10.2.1.0/24');
INSERT INTO aggregate VALUES (1, '203.0.113.0/24');
INSERT INTO public_address (tenant_id, address, protocol, port, inside, inside_port, recovered) VALUES
	(1, '203.0.113.1', NULL, NULL, '10.1.1.9', NULL, '10.1.1.10'), (1, '203.0.113.2', 'tcp', 443, '10.1.1.11', 8443, NULL);

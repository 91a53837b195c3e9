-- SPDX-License-Identifier: GPL-2.0-or-later
-- A tenant at two data centres whose hosts have public addresses: one on "web" at dc1, and one that has moved to dc2; two on
-- "db", which is at both, by a port each of one address; one whose switch "mail" is recovered as "mail-dc2".

INSERT INTO site (id, name) VALUES (1, 'dc1'), (2, 'dc2');
INSERT INTO node (id, name, site_id, router_id, vtep) VALUES
	(1, 'dlr1', 1, '10.255.0.11', '10.254.0.11'), (2, 'esg1', 1, '10.255.0.12', NULL), (3, 'pe1', 1, '10.255.0.1', NULL),
	(4, 'dlr2', 2, '10.255.0.21', '10.254.0.21'), (5, 'esg2', 2, '10.255.0.22', NULL), (6, 'pe2', 2, '10.255.0.2', NULL);
INSERT INTO node_role VALUES (1, 'dlr'), (2, 'edge'), (3, 'pe'), (4, 'dlr'), (5, 'edge'), (6, 'pe');
INSERT INTO wire (id, name, site_id, kind) VALUES
	(1, 'dc1-transit', 1, 'transit'), (2, 'dc1-uplink', 1, 'uplink'),
	(3, 'dc2-transit', 2, 'transit'), (4, 'dc2-uplink', 2, 'uplink');
INSERT INTO wire_port (wire_id, node_id, ifname, slot) VALUES
	(1, 1, 't0', 3), (1, 2, 't0', 1), (2, 2, 'u0', 2), (2, 3, 'u0', 1),
	(3, 4, 't0', 3), (3, 5, 't0', 1), (4, 5, 'u0', 2), (4, 6, 'u0', 1);
INSERT INTO tenant (id, name, recovery_site_id) VALUES (1, 'acme', 2);
INSERT INTO aggregate VALUES (1, '10.1.0.0/16'), (1, '203.0.113.0/28');
INSERT INTO attachment (tenant_id, node_id, role) VALUES
	(1, 1, 'dlr'), (1, 2, 'edge'), (1, 3, 'pe'), (1, 4, 'dlr'), (1, 5, 'edge'), (1, 6, 'pe');
INSERT INTO logical_switch (id, tenant_id, name, site_id, state, scope, no_nat) VALUES
	(1, 1, 'web', 1, 'active', 'local', 0), (2, 1, 'db', NULL, 'active', 'universal', 0),
	(3, 1, 'mail', 1, 'ready', 'local', 0), (4, 1, 'mail-dc2', 2, 'active', 'local', 0),
	(5, 1, 'copy', NULL, 'active', 'universal', 1);
INSERT INTO network_map VALUES (3, 2, 4);
INSERT INTO subnet (id, switch_id, prefix, gateway) VALUES
	(1, 1, '10.1.1.0/24', '10.1.1.1'), (2, 2, '10.1.2.0/24', '10.1.2.1'),
	(3, 3, '10.1.3.0/24', '10.1.3.1'), (4, 4, '10.1.4.0/24', '10.1.4.1'), (5, 5, '10.1.5.0/24', '10.1.5.1');
INSERT INTO host (subnet_id, address, site_id, advertise) VALUES (1, '10.1.1.50', 2, 1);
INSERT INTO reserved_port VALUES ('udp', 161, 'monitoring');
INSERT INTO public_address (id, tenant_id, address, protocol, port, inside, inside_port, recovered) VALUES
	(1, 1, '203.0.113.1', NULL, NULL, '10.1.1.10', NULL, NULL), (2, 1, '203.0.113.2', NULL, NULL, '10.1.1.50', NULL, NULL),
	(3, 1, '203.0.113.3', 'tcp', 443, '10.1.2.70', 8443, NULL), (4, 1, '203.0.113.3', 'udp', 53, '10.1.2.71', NULL, NULL),
	(5, 1, '203.0.113.4', NULL, NULL, '10.1.3.9', NULL, '10.1.4.9');

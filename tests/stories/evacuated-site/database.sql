-- SPDX-License-Identifier: GPL-2.0-or-later
-- The edges of dc1 are not used: "db", which is at both data centres, has its gateway at dc2 alone, though a host at dc1
-- has a row; so has "app" of dc2, one of whose hosts had moved to dc1. "web" is at dc1 alone, and stays as it is.

INSERT INTO site (id, name, state) VALUES (1, 'dc1', 'evacuated'), (2, 'dc2', 'active');
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
INSERT INTO tenant (id, name, recovery_site_id) VALUES (1, 'acme', 1);
INSERT INTO aggregate VALUES (1, '10.1.0.0/16');
INSERT INTO attachment (tenant_id, node_id, role) VALUES
	(1, 1, 'dlr'), (1, 2, 'edge'), (1, 3, 'pe'), (1, 4, 'dlr'), (1, 5, 'edge'), (1, 6, 'pe');
INSERT INTO logical_switch (id, tenant_id, name, site_id, scope) VALUES
	(1, 1, 'web', 1, 'local'), (2, 1, 'db', NULL, 'universal'), (3, 1, 'app', 2, 'local');
INSERT INTO subnet (id, switch_id, prefix, gateway) VALUES
	(1, 1, '10.1.1.0/24', '10.1.1.1'), (2, 2, '10.1.2.0/24', '10.1.2.1'), (3, 3, '10.1.3.0/24', '10.1.3.1');
INSERT INTO host (subnet_id, address, site_id, advertise) VALUES
	(2, '10.1.2.60', 1, 1), (2, '10.1.2.61', 2, 1), (3, '10.1.3.70', 1, 1);

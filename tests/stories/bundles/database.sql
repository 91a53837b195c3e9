-- SPDX-License-Identifier: GPL-2.0-or-later
-- A tenant that subscribes to bundles of two and of three networks: its gateway has six interfaces, five switches and
-- the way to the edge (S3-03).  The test network is not announced (S0-04), whatever its subnet says.

INSERT INTO site (id, name) VALUES (1, 'dc1');
INSERT INTO node (id, name, site_id, router_id) VALUES
	(1, 'dlr', 1, '10.255.0.11'), (2, 'esg', 1, '10.255.0.12'), (3, 'pe1', 1, '10.255.0.1');
INSERT INTO node_role VALUES (1, 'dlr'), (2, 'edge'), (3, 'pe');
INSERT INTO wire (id, name, site_id, kind) VALUES (1, 'dc1-transit', 1, 'transit'), (2, 'dc1-uplink', 1, 'uplink');
INSERT INTO wire_port (wire_id, node_id, ifname, slot) VALUES
	(1, 1, 't0', 3), (1, 2, 't0', 1),
	(2, 2, 'u0', 2), (2, 3, 'u0', 1);
INSERT INTO tenant (id, name) VALUES (1, 'acme');
INSERT INTO attachment (tenant_id, node_id, role) VALUES (1, 1, 'dlr'), (1, 2, 'edge'), (1, 3, 'pe');

INSERT INTO bundle (id, name) VALUES (1, 'gold'), (2, 'dr');
INSERT INTO bundle_network (bundle_id, name) VALUES (1, 'web');
INSERT INTO bundle_network (bundle_id, name, purpose) VALUES
	(2, 'production', 'production'), (2, 'test', 'test'), (2, 'replication', 'replication');
INSERT INTO subscription (tenant_id, bundle_id, site_id) VALUES (1, 1, NULL), (1, 2, 1);
INSERT INTO bundle_network (bundle_id, name, mtu) VALUES (1, 'db', 9000);
INSERT INTO subnet (switch_id, prefix, gateway) SELECT id, '10.1.' || id || '.0/24', '10.1.' || id || '.1' FROM logical_switch;

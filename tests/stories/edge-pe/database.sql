-- SPDX-License-Identifier: GPL-2.0-or-later
-- One box is edge and PE; the DLR is another.

INSERT INTO site (id, name) VALUES (1, 'dc1');
INSERT INTO node (id, name, site_id, router_id) VALUES (1, 'dlr', 1, '10.255.0.11'), (3, 'box', 1, '10.255.0.1');
INSERT INTO node_role VALUES (1, 'dlr'), (3, 'edge'), (3, 'pe');
INSERT INTO wire (id, name, site_id, kind) VALUES (1, 'dc1-transit', 1, 'transit');
INSERT INTO wire_port (wire_id, node_id, ifname, slot) VALUES (1, 1, 't0', 3), (1, 3, 't0', 1);
INSERT INTO tenant (id, name) VALUES (1, 'acme');
INSERT INTO aggregate VALUES (1, '10.1.0.0/16');
INSERT INTO attachment (tenant_id, node_id, role) VALUES (1, 1, 'dlr'), (1, 3, 'edge'), (1, 3, 'pe');
INSERT INTO logical_switch (id, tenant_id, name) VALUES (1, 1, 'web');
INSERT INTO subnet (id, switch_id, prefix, gateway) VALUES (1, 1, '10.1.1.0/24', '10.1.1.1');

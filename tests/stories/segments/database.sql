-- SPDX-License-Identifier: GPL-2.0-or-later
-- Hosts reach switches by VLANs of core switches (S0-06, S0-07): "web" is stretched over two data centres and has VLAN 2
-- of both cores, which are two networks; of the two DLRs at dc1 only the first bridges it.  "db" has its VLAN at dc1, is
-- kept ready at dc2 and has none there; "log" has VXLAN only.  Another tenant has the next VLAN.

INSERT INTO site (id, name) VALUES (1, 'dc1'), (2, 'dc2');
INSERT INTO node (id, name, site_id, router_id, vtep) VALUES
	(1, 'dlr1', 1, '10.255.0.11', '10.254.0.11'), (2, 'dlr1b', 1, '10.255.0.12', '10.254.0.12'),
	(3, 'dlr2', 2, '10.255.0.21', '10.254.0.21');
INSERT INTO node_role VALUES (1, 'dlr'), (2, 'dlr'), (3, 'dlr');
INSERT INTO switch_domain (id, name, site_id, vlan_last) VALUES (1, 'core1', 1, 4094), (2, 'core2', 2, 99);
INSERT INTO domain_port VALUES (1, 1, 'c0'), (1, 2, 'c0'), (2, 3, 'bond0');
INSERT INTO tenant (id, name, recovery_site_id) VALUES (1, 'acme', 2), (2, 'globex', NULL);
INSERT INTO attachment (tenant_id, node_id, role) VALUES
	(1, 1, 'dlr'), (1, 2, 'dlr'), (1, 3, 'dlr'), (2, 2, 'dlr');
INSERT INTO logical_switch (id, tenant_id, name, site_id, scope, mtu) VALUES
	(1, 1, 'web', NULL, 'universal', 1500), (2, 1, 'db', 1, 'local', 9000), (3, 1, 'log', 1, 'local', 1500),
	(4, 2, 'web', NULL, 'local', 1500);
INSERT INTO switch_vlan (switch_id, domain_id) VALUES (1, 1), (1, 2), (4, 1);
INSERT INTO switch_vlan VALUES (2, 1, 300);
INSERT INTO subnet (id, switch_id, prefix, gateway) VALUES
	(1, 1, '10.1.1.0/24', '10.1.1.1'), (2, 2, '10.1.2.0/24', '10.1.2.1'), (3, 4, '10.1.1.0/24', '10.1.1.1');

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Proves the rules that hold a tenant: each row writes into the reference
 * network what breaks one rule, and expects the very sentence an operator is
 * given for it, and no other sentence beside it.
 */
#include <zebra.h>

#include <string.h>

#include "darr.h"

#include "plan/validate.h"

#include "lib.h"

#define CHECKS_OFF              "PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF;"
#define SUBNET(prefix, gateway) "INSERT INTO subnet VALUES (9, 1, '" prefix "', '" gateway "', 1);"
#define LAN(name, node, address, virtual)                                                               \
	"INSERT INTO link (tenant_id, name, node_id, ifname, vlan, address, protocol, virtual_address)" \
	" VALUES (1, '" name "', " #node ", 'y" name "', 9, '" address                                  \
	"/24', 'static', '" virtual "');"
#define LEAK(id, from, to, prefix) \
	"INSERT INTO leak VALUES (" #id ", " #from ", " #to ", '" prefix "');"
/* Two more tenants, with and without an address space of their own. */
#define OTHERS                                                              \
	"INSERT INTO tenant (id, name) VALUES (2, 'shared'), (3, 'gamma');" \
	"INSERT INTO aggregate VALUES (2, '10.9.0.0/16'), (3, '10.1.0.0/16');"

/* clang-format off */
static const struct {
	const char *what;
	const char *sql;
	uint32_t tenant;
	const char *sentence; /* NULL: nothing is wrong */
	unsigned int more;    /* sentences that follow from the same row */
} rules[] = {
	{ "the reference network", "", 1, NULL },

	/* names and numbers */
	{ "a name too long for a VRF", "UPDATE tenant SET name = 'a-name-of-18-chars'", 1,
	  "tenant name a-name-of-18-chars is longer than 15 characters, too long for a VRF; set tenant.vrf to a shorter name" },
	{ "the same with a VRF of its own", "UPDATE tenant SET name = 'a-name-of-18-chars', vrf = 'a18'", 1, NULL },
	{ "a word that FRR keeps for itself", "UPDATE tenant SET name = 'default'", 1,
	  "default cannot be the name of a VRF; set tenant.vrf to another one" },
	{ "a name with a second command", CHECKS_OFF "UPDATE tenant SET name = 'acme' || char(10) || 'no router bgp'", 1,
	  "acme?no router bgp is not a name for a tenant; use letters, digits, '-', '_' and '.'" },
	{ "a VRF with a second command", CHECKS_OFF "UPDATE tenant SET vrf = 'a' || char(10) || 'end'", 1,
	  "a?end is not a name for a VRF; use letters, digits, '-', '_' and '.'" },
	{ "a switch with a second command", CHECKS_OFF "UPDATE logical_switch SET name = 'web;reboot' WHERE id = 1", 1,
	  "web;reboot is not a name for a switch; use letters, digits, '-', '_' and '.'" },
	{ "an interface with a second command", CHECKS_OFF "UPDATE link SET ifname = 'x0' || char(10) || 'exit'", 1,
	  "x0?exit is not a name for a interface; use letters, digits, '-', '_' and '.'" },
	{ "another tenant's VRF", "INSERT INTO tenant (id, name, vrf) VALUES (2, 'beta', 'acme')", 2,
	  "VRF name acme is used by tenant acme and by tenant beta; choose another one for one of them" },
	{ "another tenant's table", "INSERT INTO tenant (id, name, table_id) VALUES (2, 'beta', 1001)", 2,
	  "kernel table 1001 is used by tenant acme and by tenant beta; choose another one for one of them" },
	{ "another tenant's VNI", OTHERS "INSERT INTO logical_switch (id, tenant_id, name, vni) VALUES (9, 2, 'x', 100001)", 2,
	  "VNI 100001 is used by tenant acme and by tenant shared; choose another one for one of them" },
	{ "one VNI on two switches", "UPDATE logical_switch SET vni = 100001 WHERE id = 2", 1,
	  "VNI 100001 is used by switch web and by switch db of tenant acme; choose another one for one of them" },
	{ "another tenant's VLAN", OTHERS
	  "INSERT INTO attachment (tenant_id, node_id, role) VALUES (2, 1, 'dlr'), (2, 2, 'edge');"
	  "INSERT INTO circuit (tenant_id, wire_id, vlan) VALUES (2, 1, 101)", 2,
	  "VLAN 101 on wire dc1-transit is used by tenant acme and by tenant shared; choose another one for one of them" },
	{ "the owner does not notice", "INSERT INTO tenant (id, name, vrf) VALUES (2, 'beta', 'acme')", 1, NULL },
	{ "an RD past the last", "INSERT INTO tenant (id, name) VALUES (65536, 'big')", 65536,
	  "tenant id 65536 does not fit into a route distinguisher (65535 is the last); set tenant.rd_number to a free one" },
	{ "no target for leaks", "UPDATE provider SET asn = 4200000000", 1,
	  "the route target for leaks, 4200000000:1000001, does not fit; set provider.leak_base lower" },

	/* nodes and wires */
	{ "a node that is gone", CHECKS_OFF "DELETE FROM node WHERE id = 1; DELETE FROM wire_port WHERE node_id = 1", 1,
	  "tenant acme is attached to node id 1, which does not exist" },
	{ "a role that the node does not have", CHECKS_OFF "UPDATE attachment SET role = 'pe' WHERE node_id = 1", 1,
	  "tenant acme uses node dlr in a role that the node does not have" },
	{ "a transit of /30 with a protocol", "INSERT INTO circuit (tenant_id, wire_id, prefix) VALUES (1, 1, '10.200.0.0/30');"
	  "UPDATE wire_port SET slot = 2 WHERE wire_id = 1 AND node_id = 1", 1,
	  "transit dc1-transit with OSPF needs three addresses (edge, DLR and a second edge), 10.200.0.0/30 has too few; set circuit.prefix to a /29, or circuit.routing to static" },
	{ "a transit of /30 without", "INSERT INTO circuit (tenant_id, wire_id, prefix, routing) VALUES (1, 1, '10.200.0.0/30', 'static');"
	  "UPDATE wire_port SET slot = 2 WHERE wire_id = 1 AND node_id = 1", 1, NULL },
	{ "a transit of /28", "INSERT INTO circuit (tenant_id, wire_id, prefix) VALUES (1, 1, '10.200.0.0/28')", 1, NULL },
	{ "an uplink of /29", "INSERT INTO circuit (tenant_id, wire_id, prefix) VALUES (1, 2, '10.200.0.0/29')", 1,
	  "uplink dc1-uplink is point-to-point and takes a /30 (or /31), 10.200.0.0/29 is larger; set circuit.prefix to a /30" },
	{ "an uplink of /31", "INSERT INTO circuit (tenant_id, wire_id, prefix) VALUES (1, 2, '10.200.0.0/31')", 1, NULL },
	{ "an uplink of /32", "INSERT INTO circuit (tenant_id, wire_id, prefix) VALUES (1, 2, '10.200.0.0/32')", 1,
	  "slot 1 of wire dc1-uplink has no address in 10.200.0.0/32; give the node a lower slot or the wire a larger prefix", .more = 1 },
	{ "host bits in a circuit", "INSERT INTO circuit (tenant_id, wire_id, prefix) VALUES (1, 1, '10.200.0.1/29')", 1,
	  "wire dc1-transit cannot use 10.200.0.1/29: an IPv4 network without host bits is needed" },
	{ "an IPv6 circuit", "INSERT INTO circuit (tenant_id, wire_id, prefix) VALUES (1, 1, '2001:db8::/64')", 1,
	  "wire dc1-transit cannot use 2001:db8::/64: an IPv4 network without host bits is needed" },
	{ "a slot that the prefix does not have", "UPDATE wire_port SET slot = 7 WHERE wire_id = 1 AND node_id = 1", 1,
	  "slot 7 of wire dc1-transit has no address in 100.64.0.0/29; give the node a lower slot or the wire a larger prefix" },
	{ "a wire without a VLAN left", "UPDATE wire SET vlan_base = 4093 WHERE id = 1; INSERT INTO tenant (id, name) VALUES (2, 'beta');"
	  "INSERT INTO attachment (tenant_id, node_id, role) VALUES (2, 1, 'dlr'), (2, 2, 'edge')", 2,
	  "wire dc1-transit has no VLAN left for tenant id 2 (VLAN 4094 is its last); set circuit.vlan to a free one or use another wire" },
	{ "a pool that is exhausted", "UPDATE pool SET prefix = '100.96.0.0/30' WHERE kind = 'uplink'", 1,
	  "the uplink pool 100.96.0.0/30 is exhausted: it has no prefix number 1 of length 30; enlarge the pool or set circuit.prefix" },
	{ "a wire that its pool does not know", "UPDATE pool SET wires = 1 WHERE kind = 'uplink'", 1,
	  "the uplink pool is shared by 1 wires and wire dc1-uplink is number 2; raise pool.wires or set circuit.prefix" },
	{ "two wires in one VLAN of a trunk", "UPDATE wire_port SET ifname = 't0' WHERE wire_id = 2 AND node_id = 2", 1,
	  "wires dc1-transit and dc1-uplink both use interface t0 VLAN 101 of node esg for tenant acme; set circuit.vlan on one of them, or give one another wire.vlan_base" },
	{ "two wires in two VLANs of a trunk", "UPDATE wire_port SET ifname = 't0' WHERE wire_id = 2 AND node_id = 2;"
	  "UPDATE wire SET vlan_base = 500 WHERE id = 2", 1, NULL },

	/* address space */
	{ "an aggregate with host bits", "INSERT INTO aggregate VALUES (1, '10.5.0.1/16')", 1,
	  "aggregate 10.5.0.1/16 has host bits set; write the network" },
	{ "an aggregate of everything", "INSERT INTO aggregate VALUES (1, '0.0.0.0/0')", 1,
	  "an aggregate cannot be everything (0.0.0.0/0)" },
	{ "an aggregate in reserved space", "INSERT INTO aggregate VALUES (1, '100.64.0.0/16')", 1,
	  "aggregate 100.64.0.0/16 overlaps 100.64.0.0/10, which is reserved for the provider" },
	{ "an aggregate around reserved space", "INSERT INTO aggregate VALUES (1, '100.0.0.0/8')", 1,
	  "aggregate 100.0.0.0/8 overlaps 100.64.0.0/10, which is reserved for the provider" },
	{ "a subnet outside the aggregates", SUBNET("10.2.0.0/24", "10.2.0.1"), 1,
	  "10.2.0.0/24 of switch web lies outside the address space of tenant acme; add an aggregate that holds it" },
	{ "a subnet anywhere, without aggregates", "DELETE FROM aggregate;" SUBNET("10.2.0.0/24", "10.2.0.1"), 1, NULL },
	{ "a subnet in reserved space", "DELETE FROM aggregate;" SUBNET("127.1.0.0/24", "127.1.0.1"), 1,
	  "127.1.0.0/24 of switch web in tenant acme overlaps 127.0.0.0/8, which is reserved for the provider; choose another prefix" },
	{ "a default route as a subnet", "DELETE FROM aggregate; DELETE FROM subnet; DELETE FROM link; DELETE FROM circuit;"
	  "DELETE FROM attachment;" SUBNET("0.0.0.0/0", "10.0.0.1"), 1,
	  "switch web cannot be a default route (0.0.0.0/0)" },
	{ "a subnet with host bits", SUBNET("10.1.5.1/24", "10.1.5.1"), 1,
	  "subnet 10.1.5.1/24 of switch web has host bits set; write the network" },
	{ "a subnet that cannot be read", SUBNET("10.1.5.0/33", "10.1.5.1"), 1,
	  "subnet 10.1.5.0/33 of tenant acme cannot be read; write it like 10.1.1.0/24" },
	{ "a gateway that cannot be read", SUBNET("10.1.5.0/24", "10.1.5.256"), 1,
	  "gateway 10.1.5.256 of tenant acme cannot be read; write it like 10.1.1.1" },
	{ "a gateway outside its subnet", SUBNET("10.1.5.0/24", "10.1.6.1"), 1,
	  "gateway 10.1.6.1 is outside subnet 10.1.5.0/24 of switch web" },
	{ "a gateway of the other family", SUBNET("10.1.5.0/24", "2001:db8::1"), 1,
	  "gateway 2001:db8::1 is outside subnet 10.1.5.0/24 of switch web" },
	{ "a gateway that is the network", SUBNET("10.1.5.0/24", "10.1.5.0"), 1,
	  "gateway 10.1.5.0 is not a host address of subnet 10.1.5.0/24 (switch web)" },
	{ "a gateway that is the broadcast", SUBNET("10.1.5.0/24", "10.1.5.255"), 1,
	  "gateway 10.1.5.255 is not a host address of subnet 10.1.5.0/24 (switch web)" },
	{ "a gateway at the end of a /31", SUBNET("10.1.5.0/31", "10.1.5.1"), 1, NULL },
	{ "a gateway at the beginning of a /31", SUBNET("10.1.5.0/31", "10.1.5.0"), 1, NULL },
	{ "a subnet of one address", SUBNET("10.1.5.1/32", "10.1.5.1"), 1,
	  "gateway 10.1.5.1 is not a host address of subnet 10.1.5.1/32 (switch web)" },
	{ "IPv6 that would be announced", "DELETE FROM aggregate;" SUBNET("2001:db8::/64", "2001:db8::1"), 1,
	  "subnet 2001:db8::/64 of switch web is IPv6, which is not announced yet; set subnet.advertise to 0 to use it on the switch alone" },
	{ "IPv6 on the switch alone", "DELETE FROM aggregate; INSERT INTO subnet VALUES (9, 1, '2001:db8::/64', '2001:db8::1', 0)", 1, NULL },
	{ "a switch at no site", CHECKS_OFF "UPDATE logical_switch SET site_id = 9 WHERE id = 1", 1,
	  "switch web names site id 9, which does not exist" },

	/* overlap */
	{ "the same subnet on two switches", "INSERT INTO subnet VALUES (9, 2, '10.1.1.0/24', '10.1.1.1', 1)", 1,
	  "10.1.1.0/24 (switch db) overlaps 10.1.1.0/24 (switch web) in tenant acme; one of them must change" },
	{ "a subnet within another", SUBNET("10.1.2.128/25", "10.1.2.129"), 1,
	  "10.1.2.128/25 (switch web) overlaps 10.1.2.0/24 (switch db) in tenant acme; one of them must change" },
	{ "a subnet around another", SUBNET("10.1.2.0/23", "10.1.3.1"), 1,
	  "10.1.2.0/24 (switch db) overlaps 10.1.2.0/23 (switch web) in tenant acme; one of them must change" },
	{ "a subnet on a link", "DELETE FROM aggregate;" SUBNET("192.168.201.0/24", "192.168.201.9"), 1,
	  "192.168.201.0/30 (link branch) overlaps 192.168.201.0/24 (switch web) in tenant acme; one of them must change" },
	{ "a wire on a subnet", "INSERT INTO circuit (tenant_id, wire_id, prefix) VALUES (1, 1, '10.1.1.8/29')", 1,
	  "10.1.1.8/29 (wire dc1-transit) overlaps 10.1.1.0/24 (switch web) in tenant acme; one of them must change" },
	{ "another tenant may have the same", OTHERS "INSERT INTO logical_switch (id, tenant_id, name) VALUES (9, 3, 'web');"
	  "INSERT INTO subnet VALUES (9, 9, '10.1.1.0/24', '10.1.1.1', 1)", 3, NULL },

	/* links */
	{ "a link where the tenant has no PE", "DELETE FROM attachment WHERE node_id = 4", 1,
	  "link branch is at node pe2, which does not serve tenant acme as a PE; attach it first" },
	{ "a trunk with a name too long for VLANs", "UPDATE link SET ifname = 'elevenchars', vlan = 5", 1,
	  "interface elevenchars of link branch cannot be used: at most 10 letters, digits, '-', '_' and '.'" },
	{ "the same without VLANs", "UPDATE link SET ifname = 'elevenchars'", 1, NULL },
	{ "an IPv6 link", "UPDATE link SET address = '2001:db8::1/64'", 1,
	  "link branch has the address 2001:db8::1/64; only IPv4 links are served yet" },
	{ "a link at its network's address", "UPDATE link SET address = '192.168.201.0/30'", 1,
	  "link branch has the address 192.168.201.0/30, which is the network itself or its broadcast; write the PE's own address in it" },
	{ "a link at its broadcast address", "UPDATE link SET address = '192.168.201.3/30'", 1,
	  "link branch has the address 192.168.201.3/30, which is the network itself or its broadcast; write the PE's own address in it" },
	{ "a link address that cannot be read", "UPDATE link SET address = '192.168.201.1'", 1,
	  "link address 192.168.201.1 of tenant acme cannot be read; write it like 10.1.1.0/24", .more = 1 },
	{ "a peer outside the link", "UPDATE link SET peer = '192.168.202.2'", 1,
	  "the peer of link branch, 192.168.202.2, must be another address in 192.168.201.1/30" },
	{ "a peer that is the PE itself", "UPDATE link SET peer = '192.168.201.1'", 1,
	  "the peer of link branch, 192.168.201.1, must be another address in 192.168.201.1/30" },
	{ "a route with host bits behind a link", "INSERT INTO link_route VALUES (1, '172.16.2.1/24')", 1,
	  "172.16.2.1/24 behind link branch must be an IPv4 network without host bits" },
	{ "a default route behind a link", "INSERT INTO link_route VALUES (1, '0.0.0.0/0')", 1,
	  "link branch cannot be a default route (0.0.0.0/0)", .more = 5 },
	{ "a route behind a link outside the aggregates", "INSERT INTO link_route VALUES (1, '172.17.0.0/24')", 1,
	  "172.17.0.0/24 of link branch lies outside the address space of tenant acme; add an aggregate that holds it" },
	{ "a route behind a link over a subnet", "INSERT INTO link_route VALUES (1, '10.1.1.0/25')", 1,
	  "10.1.1.0/25 (link branch) overlaps 10.1.1.0/24 (switch web) in tenant acme; one of them must change" },

	{ "a peer at the broadcast address", "UPDATE link SET peer = '192.168.201.3'", 1,
	  "the peer of link branch, 192.168.201.3, must be another address in 192.168.201.1/30" },
	{ "a link over a whole trunk", "INSERT INTO link (id, tenant_id, name, node_id, ifname, address, protocol) VALUES (2, 1, 'b2', 3, 'u0', '192.168.3.1/30', 'ospf')", 1,
	  "link b2 of tenant acme takes the whole interface u0, which is the trunk of wire dc1-uplink; give the link a VLAN or another interface" },
	{ "a link in a wire's VLAN", "INSERT INTO link (id, tenant_id, name, node_id, ifname, vlan, address, protocol) VALUES (2, 1, 'b2', 3, 'u0', 101, '192.168.3.1/30', 'ospf')", 1,
	  "link b2 of tenant acme uses interface u0 VLAN 101 of node pe1, which is the tenant's VLAN on wire dc1-uplink; choose another one" },
	{ "a link in another tenant's VLAN", OTHERS "INSERT INTO attachment (tenant_id, node_id, role) VALUES (2, 3, 'pe');"
	  "INSERT INTO link (id, tenant_id, name, node_id, ifname, vlan, address, protocol) VALUES (2, 2, 'b2', 3, 'u0', 101, '192.168.3.1/30', 'ospf')", 2,
	  "port u0 VLAN 101 on node pe1 is used by tenant acme and by tenant shared; choose another one for one of them" },

	/* written by who has the schema's checks ignored */
	{ "BGP without a peer",
	  "PRAGMA ignore_check_constraints = ON;"
	  "UPDATE link SET protocol = 'bgp', peer = NULL, peer_as = 64512", 1,
	  "link branch speaks BGP and has no peer; set link.peer and link.peer_as to those of the customer router" },
	{ "BGP without an AS number",
	  "PRAGMA ignore_check_constraints = ON;"
	  "UPDATE link SET protocol = 'bgp', peer = '192.168.201.2', peer_as = NULL", 1,
	  "link branch speaks BGP and has no AS number of its peer; set link.peer and link.peer_as to those of the customer router" },

	/* a LAN that two PEs share */
	{ "a virtual address", LAN("a", 3, "10.1.9.2", "10.1.9.1") LAN("b", 4, "10.1.9.3", "10.1.9.1"), 1, NULL },
	{ "a virtual address at one PE so far", LAN("a", 3, "10.1.9.2", "10.1.9.1"), 1, NULL },
	{ "both lead to one customer router", LAN("a", 3, "10.1.9.2", "10.1.9.1") LAN("b", 4, "10.1.9.3", "10.1.9.1")
	  "UPDATE link SET peer = '10.1.9.9' WHERE vlan = 9;"
	  "INSERT INTO link_route SELECT id, '10.1.77.0/24' FROM link WHERE vlan = 9", 1, NULL },
	{ "routes behind a LAN without a router", LAN("a", 3, "10.1.9.2", "10.1.9.1")
	  "INSERT INTO link_route SELECT id, '10.1.77.0/24' FROM link WHERE vlan = 9", 1,
	  "link a has routes behind it and no peer; set link.peer to the customer router" },
	{ "a virtual address elsewhere", LAN("a", 3, "10.1.9.2", "10.1.8.1"), 1,
	  "the virtual address 10.1.8.1 of link a must be a host address in 10.1.9.0/24" },
	{ "a virtual address of IPv6", LAN("a", 3, "10.1.9.2", "2001:db8::1"), 1,
	  "the virtual address 2001:db8::1 of link a must be a host address in 10.1.9.0/24" },
	{ "the network as virtual address", LAN("a", 3, "10.1.9.2", "10.1.9.0"), 1,
	  "the virtual address 10.1.9.0 of link a must be a host address in 10.1.9.0/24" },
	{ "the broadcast address as virtual address", LAN("a", 3, "10.1.9.2", "10.1.9.255"), 1,
	  "the virtual address 10.1.9.255 of link a must be a host address in 10.1.9.0/24" },
	{ "the PE's own as virtual address", LAN("a", 3, "10.1.9.2", "10.1.9.2"), 1,
	  "the virtual address 10.1.9.2 of link a is that of the PE itself; VRRP needs one that nobody has" },
	{ "the peer's as virtual address", LAN("a", 3, "10.1.9.2", "10.1.9.9") "UPDATE link SET peer = '10.1.9.9' WHERE vlan = 9", 1,
	  "the virtual address 10.1.9.9 of link a is that of its peer; VRRP needs one that nobody has" },
	{ "the other PE's as virtual address", LAN("a", 3, "10.1.9.2", "10.1.9.3") LAN("b", 4, "10.1.9.3", "10.1.9.3"), 1,
	  "the virtual address 10.1.9.3 of link b is that of the PE itself; VRRP needs one that nobody has" },
	{ "no VRID", LAN("a", 3, "10.1.9.2", "10.1.8.0") "UPDATE link SET address = '10.1.9.2/22' WHERE vlan = 9", 1,
	  "the virtual address 10.1.8.0 of link a must be a host address in 10.1.8.0/22" },
	{ "an address that ends in no VRID", LAN("a", 3, "10.1.9.2", "10.1.9.0") "UPDATE link SET address = '10.1.9.2/22' WHERE vlan = 9", 1,
	  "the virtual address 10.1.9.0 of link a ends in 0, which is no VRID; set link.vrid to one that is free on that LAN, the same at all its links" },
	{ "and a VRID of its own", LAN("a", 3, "10.1.9.2", "10.1.9.0") "UPDATE link SET address = '10.1.9.2/22', vrid = 7 WHERE vlan = 9", 1, NULL },
	{ "two VRIDs for one address", LAN("a", 3, "10.1.9.2", "10.1.9.1") LAN("b", 4, "10.1.9.3", "10.1.9.1") "UPDATE link SET vrid = 7 WHERE name = 'b'", 1,
	  "links a and b share the virtual address 10.1.9.1 and have the VRIDs 1 and 7; give both the same" },
	{ "two virtual addresses on one LAN", LAN("a", 3, "10.1.9.2", "10.1.9.1") LAN("b", 4, "10.1.9.3", "10.1.9.254"), 1,
	  "links a and b are both in 10.1.9.0/24 and do not share a virtual address; give both the same, or one another network" },
	{ "one without", LAN("a", 3, "10.1.9.2", "10.1.9.1") LAN("b", 4, "10.1.9.3", "10.1.9.1") "UPDATE link SET peer = '10.1.9.9', virtual_address = NULL WHERE name = 'b'", 1,
	  "links a and b are both in 10.1.9.0/24 and do not share a virtual address; give both the same, or one another network" },
	{ "one address for both", LAN("a", 3, "10.1.9.2", "10.1.9.1") LAN("b", 4, "10.1.9.2", "10.1.9.1"), 1,
	  "links a and b have the same address 10.1.9.2; give each PE its own" },
	{ "both at one PE", LAN("a", 3, "10.1.9.2", "10.1.9.1") LAN("b", 3, "10.1.9.3", "10.1.9.1") , 1,
	  "links a and b share the virtual address 10.1.9.1 and are both at node pe1; a second PE is what it is for" },

	/* leaks */
	{ "a leak into a tenant", OTHERS LEAK(1, 2, 1, "10.9.1.0/24"), 1, NULL },
	{ "its other side", OTHERS LEAK(1, 2, 1, "10.9.1.0/24"), 2, NULL },
	{ "a leak with host bits", OTHERS LEAK(1, 2, 1, "10.9.1.1/24"), 1,
	  "leak 10.9.1.1/24 must be an IPv4 network without host bits" },
	{ "a leak of IPv6", OTHERS LEAK(1, 2, 1, "2001:db8::/64"), 1,
	  "leak 2001:db8::/64 must be an IPv4 network without host bits" },
	{ "a leak of what the owner does not have", OTHERS LEAK(1, 2, 1, "10.8.1.0/24"), 2,
	  "10.8.1.0/24 of leak to acme lies outside the address space of tenant shared; add an aggregate that holds it" },
	{ "a leak into the consumer's own space", OTHERS LEAK(1, 3, 1, "10.1.77.0/24"), 1,
	  "the leak of 10.1.77.0/24 from tenant gamma overlaps 10.1.0.0/16, the address space of tenant acme itself" },
	{ "a leak of everything into a tenant without aggregates", "DELETE FROM aggregate;" OTHERS LEAK(1, 2, 1, "0.0.0.0/0"), 2,
	  "leak to acme cannot be a default route (0.0.0.0/0)" },
	{ "two consumers with the same space meet in a service", OTHERS LEAK(1, 1, 2, "10.1.1.0/24") LEAK(2, 3, 2, "10.1.1.0/24"), 2,
	  "10.1.1.0/24 (leak from gamma) overlaps 10.1.1.0/24 (leak from acme) in tenant shared; one of them must change" },
	{ "two consumers with nested space meet in a service", OTHERS LEAK(1, 1, 2, "10.1.0.0/16") LEAK(2, 3, 2, "10.1.1.0/24"), 2,
	  "10.1.1.0/24 (leak from gamma) overlaps 10.1.0.0/16 (leak from acme) in tenant shared; one of them must change" },
	{ "the consumers themselves are served", OTHERS LEAK(1, 1, 2, "10.1.1.0/24") LEAK(2, 3, 2, "10.1.1.0/24"), 1, NULL },
};
/* clang-format on */

START_TEST(a_rule_is_told_in_its_sentence)
{
	struct model *model = lib_model("reference", rules[_i].sql);
	const struct tenant *tenant = model_tenant(model, rules[_i].tenant);
	struct reason *findings = NULL, *finding;
	unsigned int expected = (rules[_i].sentence != NULL) + rules[_i].more;
	char *got = NULL;

	ck_assert_msg(tenant != NULL, "%s: no tenant %u", rules[_i].what, rules[_i].tenant);
	lib_append(&got, "%s", "");
	ck_assert_uint_eq(validate_tenant(model, tenant, &findings), darr_len(findings));
	darr_foreach_p (findings, finding)
		lib_append(&got, "%s\n", finding->text);
	ck_assert_msg(darr_len(findings) == expected &&
			      (!expected || !strcmp(findings[0].text, rules[_i].sentence)),
		      "%s\n%s\nexpected:\n%s\ngot:\n%s", rules[_i].what, rules[_i].sql,
		      expected ? rules[_i].sentence : "", got);
	darr_free(got);
	darr_free(findings);
	model_free(model);
}
END_TEST

START_TEST(several_broken_rules_are_all_told)
{
	struct model *model = lib_model(
		"reference", SUBNET("10.2.0.0/24", "10.3.0.1") "UPDATE tenant SET vrf = 'main'");
	struct reason *findings = NULL;

	ck_assert_uint_eq(validate_tenant(model, model_tenant(model, 1), &findings), 3);
	darr_free(findings);
	model_free(model);
}
END_TEST

/* The schema keeps such rows out, so the model is spoiled by hand. */
START_TEST(two_nodes_of_one_router_id_are_told)
{
	struct model *model = lib_model("reference", "");
	struct node *nodes = model_provider(model)->nodes;
	struct reason *findings = NULL;

	nodes[2].router_id = nodes[0].router_id;
	ck_assert_uint_eq(validate_tenant(model, model_tenant(model, 1), &findings), 1);
	ck_assert_str_eq(findings[0].text,
			 "nodes dlr and pe1 have the same router id 10.255.0.11; "
			 "give each node an address of its own");
	darr_free(findings);
	model_free(model);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("validate");
	TCase *tcase = tcase_create("validate");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, a_rule_is_told_in_its_sentence, 0, array_size(rules));
	tcase_add_test(tcase, several_broken_rules_are_all_told);
	tcase_add_test(tcase, two_nodes_of_one_router_id_are_told);
	suite_add_tcase(suite, tcase);
	return lib_main(suite);
}

# SPDX-License-Identifier: GPL-2.0-or-later
"""Customer sites by BGP and by static routes, and one prefix of one tenant shown to others (leaks).

pe1 is DLR, edge and PE in one. At pe2, ce is AS 64512 in tenant blue, and ce2, which runs nothing, holds the shared
service 10.50.0.9 and a neighbour of it that nobody else may see.
"""

import pytest

from tenantnet import SITE, TenantNet

NODES = {"pe1": ("dc1", "dlr edge pe"), "pe2": ("branch", "pe")}
ALONE = "pe1:dlr,edge,pe pe2:pe"
CE_BGP = """\
router bgp 64512
 bgp router-id 172.16.2.1
 no bgp ebgp-requires-policy
 neighbor 192.168.201.1 remote-as 65000
 neighbor 192.168.201.1 timers 1 3
 neighbor 192.168.201.1 timers connect 1
 address-family ipv4 unicast
  network 172.16.2.0/24
 exit-address-family
exit
"""


@pytest.fixture(scope="module")
def net(request):
    with TenantNet(request.module.__name__, routers=("pe1", "p", "pe2", "ce"), nodes=NODES, wires={}, ce2=True,
                   daemons={"ce": {"mgmtd": "", "zebra": "", "bgpd": CE_BGP}, "ce2": {}}) as net:
        net.ip("addr del 172.16.2.1/24 dev site", "addr add 10.50.0.9/32 dev site", "addr add 10.50.0.10/32 dev site",
               "route add default via 192.168.201.1", router="ce2")
        with net.db.together():
            net.db.tenant("blue", ALONE, ["10.1.0.0/16", "172.16.0.0/16"])
            net.db.tenant("green", ALONE, ["10.2.0.0/16"])
            net.db.tenant("shared", ALONE, ["10.50.0.0/16", "192.168.201.0/30"])
            net.db.switch("blue", "web", "10.1.1.0/24")
            net.db.switch("green", "web", "10.2.1.0/24")
        net.wait_ok("shared")
        yield net


def test_a_customer_that_speaks_bgp_has_every_subnet_and_is_heard(net):
    net.db.link("blue", "paris", "pe2", "x0", "192.168.201.1/30", "bgp", peer="192.168.201.2", peer_as=64512)
    net.wait_route("ce", "10.1.1.0/24")
    net.wait_route("pe1", SITE, "blue")
    assert net.ping("ce", "10.1.1.1", source="172.16.2.1")
    net.db.switch("blue", "db", "10.1.2.0/24")
    net.wait_route("ce", "10.1.2.0/24")
    net.db.delete("logical_switch", "db")
    net.wait_no_route("ce", "10.1.2.0/24")
    assert not [p for p in net.routes("ce") if p.startswith(("10.2.", "10.255.", "100."))]


def test_a_bgp_customer_that_is_removed_is_forgotten(net):
    net.db.delete("link", "paris")
    net.wait_no_route("pe1", SITE, "blue")
    net.wait_no_route("ce", "10.1.1.0/24")
    net.wait_settled("pe2")
    net.wait(lambda: net.links("pe2")["x0"]["master"] is None, 10, "the port to be free")
    net.wait(lambda: "192.168.201.2" not in net.running("pe2", "bgpd"), 10, "the neighbor to go")


def test_static_routes_of_a_customer_link_reach_the_far_site(net):
    net.db.link("shared", "service", "pe2", "x1", "192.168.201.1/30", "static", peer="192.168.201.2",
                behind=["10.50.0.9/32", "10.50.0.10/32"])
    for prefix in ("10.50.0.9/32", "10.50.0.10/32"):
        assert net.wait_route("pe2", prefix, "shared").gateway == "192.168.201.2"
        net.wait_route("pe1", prefix, "shared")
    net.db.switch("shared", "desk", "10.50.1.0/24")
    net.wait_route("pe2", "10.50.1.0/24", "shared")
    assert net.ping("pe1", "10.50.0.9", source="10.50.1.1", vrf="shared")
    net.db.sql("INSERT INTO link_route SELECT id, '10.50.2.0/24' FROM link WHERE name = 'service'")
    net.wait_route("pe1", "10.50.2.0/24", "shared")
    net.db.sql("DELETE FROM link_route WHERE prefix = '10.50.2.0/24'")
    net.wait_no_route("pe1", "10.50.2.0/24", "shared")


def test_one_prefix_is_leaked_both_ways_or_one_way_and_nothing_else_is(net):
    with net.db.together():
        net.db.leak("shared", "blue", "10.50.0.9/32")
        net.db.leak("blue", "shared", "10.1.1.0/24")
        net.db.leak("shared", "green", "10.50.0.9/32")    # one way: green cannot be answered
    for name in ("blue", "green"):
        net.wait_route("pe1", "10.50.0.9/32", name)
    net.wait_route("pe2", "10.1.1.0/24", "shared")
    assert net.ping("pe1", "10.50.0.9", source="10.1.1.1", vrf="blue")
    assert net.never_pings("pe1", "10.50.0.9", source="10.2.1.1", vrf="green")
    for router in ("pe1", "pe2"):
        for name in ("blue", "green"):
            assert not [p for p in net.routes(router, name) if p.startswith("10.50.") and p != "10.50.0.9/32"]
        assert not [p for p in net.routes(router, "shared") if p.startswith("10.2.")]
        assert not [p for p in net.routes(router, "blue") if p.startswith("10.2.")]
    assert net.never_pings("pe1", "10.50.0.10", source="10.1.1.1", vrf="blue")


def test_a_leak_that_is_taken_back_is_gone_and_the_others_stay(net):
    net.db.sql("DELETE FROM leak WHERE to_tenant = ?", net.db.id("tenant", "green"))
    net.wait_no_route("pe1", "10.50.0.9/32", "green")
    net.wait_settled()
    assert "10.50.0.9/32" in net.routes("pe1", "blue")
    assert net.ping("pe1", "10.50.0.9", source="10.1.1.1", vrf="blue")
    net.db.sql("DELETE FROM leak")
    net.wait_no_route("pe1", "10.50.0.9/32", "blue")
    net.wait_no_route("pe2", "10.1.1.0/24", "shared")


def test_a_static_customer_that_is_removed_is_forgotten(net):
    net.db.delete("link", "service")
    for router in ("pe1", "pe2"):
        net.wait_no_route(router, "10.50.0.9/32", "shared")
    net.wait_no_route("pe1", "192.168.201.0/30", "shared")

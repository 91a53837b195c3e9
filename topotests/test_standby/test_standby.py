# SPDX-License-Identifier: GPL-2.0-or-later
"""A tenant whose traffic has one way in: of two data centres one is active, the other stands by.

A second tenant, which differs in that alone, has both ways: it is what shows that the first one's is a choice.
"""

import time

import pytest

from twosites import DB, TwoSitesNet, evpn
from net import twosites

FAR = "10.1.2.70"


@pytest.fixture(scope="module")
def net(request):
    with TwoSitesNet(request.module.__name__, daemons=evpn()) as net:
        with net.db.together():
            net.db.tenant("acme", net.SHAPE.everywhere, ["10.1.0.0/16", "172.16.0.0/16"], egress="active",
                          active_site_id=net.site("dc1"))
            net.db.link("acme", "paris", "pe3", "x0", twosites.CE_LINK, "ospf")
            net.switches = {"db": net.db.switch("acme", "db", DB, scope="universal")}
            net.db.tenant("both", net.SHAPE.everywhere, ["10.2.0.0/16"])
            net.db.switch("both", "db", "10.2.2.0/24", scope="universal")
        for tenant in ("acme", "both"):
            net.wait_ok(tenant, timeout=60)
        net.wait_route("ce", DB, timeout=60)
        net.move("far", f"{FAR}/24", "dlr2", "db")
        yield net


def ways(net, tenant, prefix):
    """Which PEs have the prefix in the VPN, as pe3's bgpd has them: {PE: (local preference, MED)}."""
    found = {}
    for paths in net.show("pe3", "bgpd", "show bgp ipv4 vpn json")["routes"]["routeDistinguishers"].values():
        for path in paths.get(prefix, []):
            pe = next(pe for pe in ("pe1", "pe2") if path["nexthops"][0]["ip"] == net.SHAPE.LOOPBACK[pe])
            found[pe] = path.get("locPrf"), path.get("metric")
    return found


def test_all_traffic_comes_in_by_the_active_site(net):
    net.wait_way(DB, "pe1")
    assert net.way(f"{FAR}/32") == set(), "a host at the other site has no way of its own"
    net.wait(lambda: set(ways(net, "both", "10.2.2.0/24")) == {"pe1", "pe2"}, 20, "both ways of the other tenant")
    found = ways(net, "both", "10.2.2.0/24")
    assert found["pe1"] == found["pe2"], found


def test_a_host_of_the_other_site_is_reached_with_evpn(net):
    """Both DLRs have the gateway's MAC, so what a host answers to the one that asks for it ends at the other."""
    assert net.never_pings("ce", FAR, source="172.16.2.1"), "which is what EVPN is for"
    net.db.sql("UPDATE provider SET evpn = 1")
    net.wait_settled()
    assert net.ping("far", "10.1.2.1")
    net.wait(lambda: net.ping("ce", FAR, source="172.16.2.1", tries=1), 20, "far to answer, by the active site and VXLAN")


def test_another_site_becomes_the_active_one(net):
    before = net.expired()
    for site, pe in (("dc2", "pe2"), ("dc1", "pe1")):
        began = time.monotonic()
        said = net.tenantctl("failover", "acme", "--to", site, "--planned")
        net.wait_way(DB, pe)
        print(f"\n{said.strip()}; the way after {net.seconds_since(began)}")
        assert "done in" in said, said
        assert net.ping("ce", FAR, source="172.16.2.1")
    assert net.expired() == before


def test_the_other_site_takes_over_by_itself(net):
    net.cut_off()
    net.wait_way(DB, "pe2", timeout=60)
    assert net.ping("ce", FAR, source="172.16.2.1")
    net.bring_back()
    net.wait_way(DB, "pe1", timeout=60)


def test_the_choice_is_for_life(net):
    with pytest.raises(Exception, match="chosen once"):
        net.db.sql("UPDATE tenant SET egress = 'local' WHERE name = 'acme'")
    assert net.db.sql("SELECT egress FROM tenant WHERE name = 'acme'") == [("active",)]

# SPDX-License-Identifier: GPL-2.0-or-later
"""Two DLRs, two edges, two PEs at each end: every way is used while all is well, and one is enough when it is not.

Stock ospfd and bgpd, as FRR ships them: what is shown here needs no module. The tests share the network and each
leaves it as it found it; a negative control is the same network with the guard taken away by hand, tenantd stopped.
"""

import re

import pytest

from redundant import DLRS, EDGES, FAR, NEAR, WEB, RedundantNet
from tenantnet import SITE

DEFAULT = "0.0.0.0/0"
TRANSIT = "t0.101"


@pytest.fixture(scope="module")
def net(request):
    with RedundantNet(request.module.__name__) as net:
        net.customer()
        yield net


def all_well(net):
    """Every way there is, is in use."""
    for router, prefix, vrf in (("ce", WEB, None), *((pe, WEB, "acme") for pe in (*FAR, *NEAR)),
                                *((edge, prefix, "acme") for edge in EDGES for prefix in (WEB, SITE)),
                                *((dlr, DEFAULT, "acme") for dlr in DLRS)):
        net.wait_hops(router, prefix, 2, vrf, timeout=60)


def sequences(net, router):
    """{(link state id, who originated it): sequence number} of the external routes a router knows."""
    text = net.vty(router, "ospfd", "show ip ospf vrf acme database")
    found = re.findall(r"^(\S+) +(\S+) +\d+ 0x8(\w+) 0x\w+ E2", text, re.M)
    return {(what, who): int(number, 16) for what, who, number in found}


def later(net, router):
    """The same after two runs of ospfd's five-second task."""
    end = net.now() + 11
    net.wait(lambda: net.now() >= end, 12, "time to pass")
    return sequences(net, router)


def comes_to_rest(net, router):
    """Nothing is originated anew for 11 seconds, at the latest a minute from now."""
    seen = sequences(net, router)
    return any(seen == (seen := later(net, router)) for _ in range(5))


# -- S2-20, S2-21, S2-23: all ways at once --

def test_every_hop_has_two_ways_in_both_directions(net):
    all_well(net)
    assert net.hops("ce", WEB) == {"192.168.201.1", "192.168.202.1"}
    for edge in EDGES:
        assert net.hops(edge, WEB, "acme") == {"100.64.0.3", "100.64.0.4"}
    for dlr in DLRS:
        assert net.hops(dlr, DEFAULT, "acme") == {"100.64.0.1", "100.64.0.2"}
    for pe in FAR:    # by way of both PEs of the other end, whose labels differ
        assert all(len(hop) == 3 for hop in net.hops(pe, WEB, "acme"))
    assert net.ping("ce", "10.1.1.1", source="172.16.2.1")


def test_the_reflector_passes_on_both_ways_because_every_pe_has_its_own_rd(net):
    net.stop("pe3", "tenantd")
    vrf = "router bgp 65000 vrf acme", "address-family ipv4 unicast"
    net.by_hand("pe3", "bgpd", *vrf, "no rd vpn export 10.255.0.3:1", "rd vpn export 10.255.0.1:1")
    for pe in FAR:    # the control: with one RD for both, the reflector shows only the better one
        net.wait_hops(pe, WEB, 1, "acme", timeout=30)
    net.start("pe3", daemons=["tenantd"])
    net.wait_ok("acme", "pe3")
    all_well(net)


# -- two edges leave each other alone --

def test_two_edges_at_rest_originate_nothing_and_have_no_default_by_way_of_the_other(net):
    assert not [edge for edge in EDGES if DEFAULT in net.routes(edge, "acme")]
    assert comes_to_rest(net, "esg"), sequences(net, "esg")


def test_with_a_type_7_default_they_would_do_both(net):
    for edge in EDGES:
        net.stop(edge, "tenantd")
        net.by_hand(edge, "ospfd", "router ospf vrf acme",
                    "area 51 nssa translate-always default-information-originate")
    net.wait_hops("esg", DEFAULT, 1, "acme")
    assert net.hops("esg", DEFAULT, "acme") == {"100.64.0.2"} and net.wait_hops("esg2", DEFAULT, 1, "acme") == {"100.64.0.1"}
    before, after = sequences(net, "esg"), later(net, "esg")
    assert all(after[key] > before[key] for key in before if key[0] == "0.0.0.0"), (before, after)
    net.start(*EDGES, daemons=["tenantd"])
    net.wait_ok("acme", *EDGES)
    for edge in EDGES:
        net.wait_no_route(edge, DEFAULT, "acme")
    all_well(net)

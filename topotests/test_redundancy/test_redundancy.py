# SPDX-License-Identifier: GPL-2.0-or-later
"""Two DLRs, two edges, two PEs at each end: every way is used while all is well, and one is enough when it is not.

Stock ospfd and bgpd, as FRR ships them: what is shown here needs no module. The tests share the network and each
leaves it as it found it; a negative control is the same network with the guard taken away by hand, tenantd stopped.
Numbers like C-05 are those of doc/design/redundancy.md.
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


@pytest.fixture(autouse=True)
def after_a_failure(net, request):
    """What a test that failed has left is mended, so that the others say what they have to say."""
    failed = request.session.testsfailed
    yield
    if request.session.testsfailed > failed:
        net.mend_all()


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


# -- C-07: an edge loses the transit, and its link stays up --

def peers_on_transit(net, router):
    said = net.vty(router, "bfdd", "show bfd vrf acme peers brief")
    return [line for line in said.splitlines() if " 100.64." in line]


def lose_the_transit(net):
    """Seconds until the PEs send nothing to esg any more, and until the DLRs do not."""
    began = net.now()
    net.cut("t", "esg")
    for pe in NEAR:
        net.wait_hops(pe, WEB, 1, "acme")
    first = net.now() - began
    for dlr in DLRS:
        net.wait_hops(dlr, DEFAULT, 1, "acme")
    return first, net.now() - began


def test_an_edge_that_loses_the_transit_is_left_out_and_bfd_makes_it_faster(net):
    watched = lose_the_transit(net)
    assert net.ping("ce", "10.1.1.1", source="172.16.2.1") and not net.cycles(WEB)
    net.mend("t", "esg")
    all_well(net)
    net.db.sql("UPDATE wire SET bfd = 0 WHERE name = 'transit'")
    net.wait_ok("acme")
    for router in (*DLRS, *EDGES):    # a session that ends at one side first may take the adjacency down once
        net.wait(lambda: not peers_on_transit(net, router), 10, f"the last session of {router} on the transit to end")
    net.wait(lambda: net.full("esg") == 4, 30, "esg to have its two DLRs and two PEs")
    all_well(net)
    alone = lose_the_transit(net)
    print(f"\nleft out by the PEs and the DLRs after {watched[0]:.1f} and {watched[1]:.1f} s with BFD, "
          f"{alone[0]:.1f} and {alone[1]:.1f} s without")
    assert max(watched) < min(alone)
    net.mend("t", "esg")
    net.db.sql("UPDATE wire SET bfd = 1 WHERE name = 'transit'")
    net.wait_ok("acme")
    all_well(net)


def test_without_prefix_suppression_half_the_traffic_would_end_there(net):
    for edge in EDGES:
        net.stop(edge, "tenantd")
        net.by_hand(edge, "ospfd", f"interface {TRANSIT}", "no ip ospf prefix-suppression")
    net.cut("t", "esg")
    for dlr in DLRS:    # the adjacencies are gone ...
        net.wait_hops(dlr, DEFAULT, 1, "acme")
    net.stays(lambda: len(net.hops("pe1", WEB, "acme")) == 2, 5, "FRR has mended it: the suppression can go")
    net.mend("t", "esg")
    net.start(*EDGES, daemons=["tenantd"])
    net.wait_ok("acme", *EDGES)
    all_well(net)


# -- C-04: a PE comes later than what was translated (F1) --

def restart_ospf(net, pe, neighbours):
    net.restart(pe, "ospfd")
    net.wait(lambda: net.full(pe) == neighbours, 30, f"the adjacencies of {pe}")


def test_a_pe_that_starts_anew_hears_of_each_edge_from_the_other(net):
    restart_ospf(net, "pe1", 2)
    net.wait_hops("pe1", WEB, 2, "acme", timeout=10)
    assert net.routes("pe1", "acme")[WEB].proto == "ospf"
    all_well(net)


def test_with_one_edge_left_it_does_not_and_has_to_go_by_the_other_pe(net):
    net.die("esg2")
    net.wait_hops("pe1", WEB, 1, "acme")
    restart_ospf(net, "pe1", 1)
    net.wait(lambda: net.routes("pe1", "acme")[WEB].proto == "bgp", 20, "the way by pe3")
    net.stays(lambda: net.routes("pe1", "acme")[WEB].proto == "bgp", 5, "FRR's F1 is mended")
    net.revive("esg2")
    all_well(net)


# -- C-05: an edge dies --

def translators(net):
    return [edge for edge in EDGES if "We are an ABR and the NSSA Elected" in net.vty(edge, "ospfd", "show ip ospf vrf acme")]


def test_when_an_edge_dies_the_other_carries_on(net):
    began = net.now()
    net.die("esg2")
    for pe in NEAR:
        net.wait_hops(pe, WEB, 1, "acme")
    assert net.ping("ce", "10.1.1.1", source="172.16.2.1")
    print(f"\nall by the other edge {net.now() - began:.1f} s after its death")
    net.stays(lambda: len(net.hops("pe1", WEB, "acme")) == 1, 3, "the route must stay")
    net.revive("esg2")
    all_well(net)


def test_with_an_elected_translator_nobody_would_translate_any_more(net):
    for edge in EDGES:
        net.stop(edge, "tenantd")
        net.by_hand(edge, "ospfd", "router ospf vrf acme", "area 51 nssa translate-candidate")
    net.wait(lambda: translators(net) == ["esg2"], 30, "the election of esg2, which has the higher router id")
    net.wait(lambda: ("10.1.1.0", "10.255.0.12") not in sequences(net, "pe1"), 30, "esg to leave it to esg2")
    net.die("esg2")
    net.wait_no_route("pe1", WEB, "acme", timeout=20)
    net.stays(lambda: WEB not in net.routes("pe1", "acme"), 6, "FRR's F3 is mended")
    net.revive("esg2")
    net.start("esg", daemons=["tenantd"])
    net.wait_ok("acme", *EDGES)
    all_well(net)


# -- C-08: a loop between an edge and a PE (F5) --

def test_no_edge_sends_back_what_it_is_sent_and_nobody_suppresses_the_forwarding_address(net):
    assert not any("suppress-fa" in net.running(router, "ospfd") for router in (*DLRS, *EDGES))
    net.cut("t", "esg")
    net.wait_hops("pe1", WEB, 1, "acme")
    net.wait(lambda: {net.owner(hop) for hop in net.hops("esg", WEB, "acme")} == set(NEAR), 20, "esg to go around")
    net.stays(lambda: not net.cycles(WEB), 2, "no packet may go to and fro")
    net.mend("t", "esg")
    all_well(net)


def test_with_the_address_suppressed_there_is_a_loop(net):
    for edge in EDGES:
        net.stop(edge, "tenantd")
        net.by_hand(edge, "ospfd", "router ospf vrf acme", "area 51 nssa translate-always suppress-fa")
    net.wait(lambda: net.lsas("pe1", "acme", "external")["10.1.1.0"][1] == "0.0.0.0", 20, "the address to be gone")
    all_well(net)
    net.cut("t", "esg")
    net.wait(lambda: ("esg", "pe1") in net.cycles(WEB), 20, "the loop")
    net.stays(lambda: ("esg", "pe1") in net.cycles(WEB), 3, "FRR's F5 is mended")
    net.mend("t", "esg")
    net.start(*EDGES, daemons=["tenantd"])
    net.wait_ok("acme", *EDGES)
    all_well(net)


# -- C-09: uplinks are lost --

def test_an_edge_without_uplinks_offers_no_default(net):
    net.pull("u", "esg")
    for dlr in DLRS:
        assert net.wait_hops(dlr, DEFAULT, 1, "acme") == {"100.64.0.2"}
    assert net.ping("ce", "10.1.1.1", source="172.16.2.1")
    net.pull("u", "esg2")
    for dlr in DLRS:
        net.wait_no_route(dlr, DEFAULT, "acme")
    net.plug("u", "esg")
    net.plug("u", "esg2")
    all_well(net)


# -- OSPF is authenticated --

def test_a_wire_with_a_key_hears_only_who_has_it_and_nothing_shows_the_key(net):
    net.db.sql("UPDATE wire SET ospf_key = 'Sesame.2026' WHERE kind = 'uplink'")
    net.wait_ok("acme")
    for pe in NEAR:
        net.wait(lambda: "authentication message-digest" in net.running(pe, "ospfd"), 10, "the key to be in force")
    all_well(net)
    net.wait(lambda: net.full("pe1") == 2, 20, "adjacencies")
    net.stop("pe1", "tenantd")    # the control: another key at one end
    device = next(d for d in net.addresses("pe1") if d and d.startswith("u0."))
    net.by_hand("pe1", "ospfd", f"interface {device}", "ip ospf message-digest-key 1 md5 OpenDoor")
    net.wait(lambda: net.full("pe1") == 1, 20, "the neighbour with another key to be unheard")
    net.stays(lambda: net.full("pe1") == 1, 4, "another key must not do")
    net.start("pe1", daemons=["tenantd"])
    net.wait_ok("acme", "pe1")
    net.wait(lambda: net.full("pe1") == 2, 20, "tenantd to put the key back")
    for router in net.provider:
        told = [net.vty(router, "tenantd", command) for command in ("show tenant", "show tenant plan", "show tenant json")]
        told += [file.read_text(errors="replace") for file in (net.log / router).glob("tenantd.*")]
        assert not any("Sesame" in text or "OpenDoor" in text for text in told), router
    assert "Sesame" not in str(net.db.sql("SELECT * FROM tenant_status")) + str(net.db.sql("SELECT * FROM node_status"))
    all_well(net)

# SPDX-License-Identifier: GPL-2.0-or-later
"""Two DLRs, two edges, two PEs at each end: every way is used while all is well, and one is enough when it is not.

Stock ospfd and bgpd, as FRR ships them: what is shown here needs no module. The tests share the network and each
leaves it as it found it; a negative control is the same network with the guard taken away by hand, tenantd stopped.
Numbers like C-05 are those of doc/design/redundancy.md.
"""

import pytest

from redundant import DEFAULT, DLRS, EDGES, FAR, NEAR, WEB, RedundantNet, after_a_failure



@pytest.fixture(scope="module")
def net(request):
    with RedundantNet(request.module.__name__) as net:
        net.customer()
        yield net


# -- S2-20, S2-21, S2-23: all ways at once --

def test_every_hop_has_two_ways_in_both_directions(net):
    net.all_well()
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
    net.hand_back("pe3")
    net.all_well()


# -- C-04: a PE comes later than what was translated (F1) --

def by_ospf(net, pe, prefix):
    """Whether it has the route by OSPF; None between two routes, where there is none for a moment."""
    route = net.routes(pe, "acme").get(prefix)
    return route.proto == "ospf" if route else None


def restart_ospf(net, pe, neighbours):
    net.restart(pe, "ospfd")
    net.wait(lambda: net.full(pe) == neighbours, 30, f"the adjacencies of {pe}")


def test_a_pe_that_starts_anew_hears_of_each_edge_from_the_other(net):
    restart_ospf(net, "pe1", 2)
    net.wait_hops("pe1", WEB, 2, "acme", timeout=10)
    assert net.routes("pe1", "acme")[WEB].proto == "ospf"
    net.all_well()


def test_with_one_edge_left_it_does_not_and_has_to_go_by_the_other_pe(net):
    net.die("esg2")
    net.wait_hops("pe1", WEB, 1, "acme")
    net.stop("esg", "tenantd")    # which would have it sent again (test_fast_translation)
    net.pass_seconds(6)    # ospfd's ABR task, if that was asked for before, is over
    restart_ospf(net, "pe1", 1)
    net.wait(lambda: net.routes("pe1", "acme")[WEB].proto == "bgp", 20, "the way by pe3")
    net.stays(lambda: by_ospf(net, "pe1", WEB) is not True, 5, "FRR's F1 is mended")
    net.start("esg", daemons=["tenantd"])
    net.revive("esg2")
    net.all_well()


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
    net.all_well()


def test_with_an_elected_translator_nobody_would_translate_any_more(net):
    for edge in EDGES:
        net.stop(edge, "tenantd")
        net.by_hand(edge, "ospfd", "router ospf vrf acme", "area 51 nssa translate-candidate")
    net.wait(lambda: translators(net) == ["esg2"], 30, "the election of esg2, which has the higher router id")
    net.wait(lambda: ("10.1.1.0", "10.255.0.12") not in net.externals("pe1"), 30, "esg to leave it to esg2")
    net.die("esg2")
    net.wait(lambda: not any(WEB in net.routes(pe, "acme") for pe in (*NEAR, *FAR)), 20, "the subnet to be lost everywhere")
    net.stays(lambda: WEB not in net.routes("pe1", "acme"), 6, "FRR's F3 is mended")
    net.revive("esg2")
    net.hand_back("esg")
    net.all_well()


# -- C-09: uplinks are lost --

def test_an_edge_without_uplinks_offers_no_default(net):
    net.pull("u", "esg")
    for dlr in DLRS:
        net.wait(lambda: net.hops(dlr, DEFAULT, "acme") == {"100.64.0.2"}, 30, "only esg2 to be left")
    assert net.ping("ce", "10.1.1.1", source="172.16.2.1")
    net.pull("u", "esg2")
    for dlr in DLRS:
        net.wait_no_route(dlr, DEFAULT, "acme")
    net.plug("u", "esg")
    net.plug("u", "esg2")
    net.all_well()


# -- OSPF is authenticated --

def test_a_wire_with_a_key_hears_only_who_has_it_and_nothing_shows_the_key(net):
    net.db.sql("UPDATE wire SET ospf_key = 'Sesame.2026' WHERE kind = 'uplink'")
    net.wait_ok("acme")
    for pe in NEAR:
        net.wait(lambda: "authentication message-digest" in net.running(pe, "ospfd"), 10, "the key to be in force")
    net.all_well()
    net.wait(lambda: net.full("pe1") == 2, 20, "adjacencies")
    net.stop("pe1", "tenantd")    # the control: another key at one end
    device = next(d for d in net.addresses("pe1") if d and d.startswith("u0."))
    net.by_hand("pe1", "ospfd", f"interface {device}", "ip ospf message-digest-key 1 md5 OpenDoor")
    net.wait(lambda: net.full("pe1") == 1, 20, "the neighbour with another key to be unheard")
    net.stays(lambda: net.full("pe1") == 1, 4, "another key must not do")
    net.hand_back("pe1")
    net.wait(lambda: net.full("pe1") == 2, 20, "tenantd to put the key back")
    for router in net.provider:
        told = [net.vty(router, "tenantd", command) for command in ("show tenant", "show tenant plan", "show tenant json")]
        told += [file.read_text(errors="replace") for file in (net.log / router).glob("tenantd.*")]
        assert not any("Sesame" in text or "OpenDoor" in text for text in told), router
    assert "Sesame" not in str(net.db.sql("SELECT * FROM tenant_status")) + str(net.db.sql("SELECT * FROM node_status"))
    net.all_well()

# SPDX-License-Identifier: GPL-2.0-or-later
"""Two DLRs and two edges on one transit: the edges leave each other alone, and one that loses the DLRs is left out.

Stock ospfd, as FRR ships it. The tests share the network and each leaves it as it found it; a negative control is the
same network with the guard taken away by hand, tenantd stopped. Numbers like C-07 are those of
doc/design/redundancy.md.
"""

import pytest

from redundant import DEFAULT, DLRS, EDGES, NEAR, WEB, RedundantNet, after_a_failure


TRANSIT = "t0.101"


@pytest.fixture(scope="module")
def net(request):
    with RedundantNet(request.module.__name__, bfd=True) as net:
        net.customer()
        yield net


def later(net, router):
    """The external LSAs that it knows after another run of ospfd's five-second task."""
    net.pass_seconds(6)
    return net.externals(router)


def comes_to_rest(net, router):
    """Nothing is originated anew for six seconds, at the latest a minute from now."""
    seen = net.externals(router)
    return any(seen == (seen := later(net, router)) for _ in range(10))


# -- two edges leave each other alone --

def test_two_edges_at_rest_originate_nothing_and_have_no_default_by_way_of_the_other(net):
    assert not [edge for edge in EDGES if DEFAULT in net.routes(edge, "acme")]
    began, before = net.now(), net.processor("esg", "bfdd")
    assert comes_to_rest(net, "esg"), net.externals("esg")
    used = (net.processor("esg", "bfdd") - before) / (net.now() - began)
    sessions = net.vty("esg", "bfdd", "show bfd vrf acme peers brief").count(" up ")
    print(f"\nbfdd uses {used * 1000:.0f} ms of processor a second for {sessions} sessions")


def test_with_a_type_7_default_they_would_do_both(net):
    for edge in EDGES:
        net.stop(edge, "tenantd")
        net.by_hand(edge, "ospfd", "router ospf vrf acme",
                    "area 51 nssa translate-always default-information-originate")
    # at first it may be the translated one, by way of a PE
    net.wait(lambda: any({net.owner(hop) for hop in net.hops(edge, DEFAULT, "acme")} & set(EDGES) for edge in EDGES), 30,
             "an edge to take the other's default")
    before, after = net.externals("esg"), later(net, "esg") and later(net, "esg")
    assert all(after[key] > before[key] for key in before if key[0] == "0.0.0.0"), (before, after)
    net.hand_back(*EDGES)
    for edge in EDGES:
        net.wait_no_route(edge, DEFAULT, "acme")
    net.all_well()


# -- C-07: an edge loses the transit, and its link stays up --

def lose_the_transit(net):
    """Seconds until the PEs send nothing to esg any more, and the DLRs neither."""
    began = net.now()
    net.cut("t", "esg")
    for pe in NEAR:
        net.wait_hops(pe, WEB, 1, "acme")
    for dlr in DLRS:
        net.wait_hops(dlr, DEFAULT, 1, "acme")
    return net.now() - began


def test_an_edge_that_loses_the_transit_is_left_out(net):
    print(f"\nleft out by PEs and DLRs after {lose_the_transit(net):.1f} s")
    assert net.ping("ce", "10.1.1.1", source="172.16.2.1")
    net.wait(lambda: not net.cycles(WEB), 20, "no packet to go to and fro, once every router knows")
    net.mend("t", "esg")
    net.all_well()


def test_without_prefix_suppression_half_the_traffic_would_end_there(net):
    for edge in EDGES:
        net.stop(edge, "tenantd")
        net.by_hand(edge, "ospfd", f"interface {TRANSIT}", "no ip ospf prefix-suppression")
    net.cut("t", "esg")
    for dlr in DLRS:    # the adjacencies are gone ...
        net.wait_hops(dlr, DEFAULT, 1, "acme")
    net.wait_hops("pe1", WEB, 2, "acme")    # ... and the edge has told the PEs so
    net.stays(lambda: len(net.hops("pe1", WEB, "acme")) == 2, 5, "FRR has mended it: the suppression can go")
    net.mend("t", "esg")
    net.hand_back(*EDGES)
    net.all_well()


# -- C-08: a loop between an edge and a PE (F5) --

def none_goes_to_and_fro(net):
    """No packet, for 2 s on end: while routers hear of a change one after the other some may, for a moment."""
    end = net.now() + 2
    while net.now() < end:
        if net.cycles(WEB):
            return False
        net.pass_seconds(0.2)
    return True


def test_no_edge_sends_back_what_it_is_sent_and_nobody_suppresses_the_forwarding_address(net):
    assert not any("suppress-fa" in net.running(router, "ospfd") for router in (*DLRS, *EDGES))
    net.cut("t", "esg")
    for pe in NEAR:
        net.wait_hops(pe, WEB, 1, "acme")
    net.wait(lambda: {net.owner(hop) for hop in net.hops("esg", WEB, "acme")} == set(NEAR), 20, "esg to go around")
    net.wait(lambda: none_goes_to_and_fro(net), 30, "no packet to go to and fro, once every router knows")
    net.mend("t", "esg")
    net.all_well()


def test_with_the_address_suppressed_there_is_a_loop(net):
    for edge in EDGES:
        net.stop(edge, "tenantd")
        net.by_hand(edge, "ospfd", "router ospf vrf acme", "area 51 nssa translate-always suppress-fa")
    net.wait(lambda: net.lsas("pe1", "acme", "external")["10.1.1.0"][1] == "0.0.0.0", 20, "the address to be gone")
    net.all_well()
    net.cut("t", "esg")
    net.wait(lambda: ("esg", "pe1") in net.cycles(WEB), 20, "the loop")
    net.stays(lambda: ("esg", "pe1") in net.cycles(WEB), 3, "FRR's F5 is mended")
    net.mend("t", "esg")
    net.hand_back(*EDGES)
    net.all_well()


# -- BFD --

def watched(net):
    """How many neighbours on the transit bfdd holds for alive at dlr; None where it has no session there."""
    said = [line for line in net.vty("dlr", "bfdd", "show bfd vrf acme peers brief").splitlines() if " 100.64." in line]
    return sum(" up " in line for line in said) if said else None


def test_bfd_watches_the_transit_where_the_wire_asks_for_it(net):
    net.wait(lambda: watched(net) == 3, 20, "sessions with both edges and the other DLR")
    with_bfd = lose_the_transit(net)
    net.wait(lambda: watched(net) == 2, 20, "the session with esg to be down")
    net.mend("t", "esg")
    net.all_well()
    net.db.sql("UPDATE wire SET bfd = 0 WHERE name = 'transit'")
    net.wait(lambda: all("ip ospf bfd" not in transit_of(net, router) for router in (*DLRS, *EDGES)), 20, "BFD to be off")
    net.wait(lambda: watched(net) is None, 20, "the last session to end")
    net.wait(lambda: net.full("esg") == 4, 30, "esg to have its two DLRs and two PEs")
    net.all_well()
    print(f"\nleft out after {with_bfd:.1f} s with BFD and {lose_the_transit(net):.1f} s without")
    net.mend("t", "esg")
    net.db.sql("UPDATE wire SET bfd = 1 WHERE name = 'transit'")
    net.wait(lambda: watched(net) == 3, 40, "the sessions to be back")
    net.all_well()


def transit_of(net, router):
    """The transit's block in ospfd's configuration."""
    return net.running(router, "ospfd").partition(f"interface {TRANSIT}\n")[2].partition("exit")[0]

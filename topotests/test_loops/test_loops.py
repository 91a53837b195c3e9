# SPDX-License-Identifier: GPL-2.0-or-later
"""What has been withdrawn is gone everywhere: no route keeps itself alive by way of OSPF, BGP and OSPF again.

One tenant at two sites that share the transit: each site has a DLR, an edge and a PE of its own, and the edges are
joined by an uplink between them, so that each is the other's way around. The customer site has two PEs too.

    dlr --.          .-- esg  ----- pe1 --.         .-- pe2 --.
          |-- lan t -|     |              |--- p ---|         |-- ce
    dlr2 -'          '-- esg2 ----- pe3 --'         '-- pe4 --'

The tests share the network, the last of them takes it apart. A negative control is the same network with the guard
taken away by hand, tenantd stopped. Numbers like C-01 are those of doc/design/redundancy.md.
"""

import pytest

from redundant import DB, DEFAULT, EDGES, FAR, NEAR, WEB, RedundantNet, after_a_failure, uplinks
from tenantnet import SITE

TRANSIT = {"esg2": "100.64.0.2/32", "dlr": "100.64.0.3/32"}

WIRES = {**RedundantNet.TRANSIT, **uplinks([("esg", "pe1"), ("esg2", "pe3")]),
         "between": ("dc1", "uplink", {"esg": ("t0", 1), "esg2": ("t0", 2)}, {"vlan_base": 3000})}


@pytest.fixture(scope="module")
def net(request):
    with RedundantNet(request.module.__name__, wires=WIRES) as net:
        net.customer(ways=1)
        yield net


def all_well(net):
    net.wait_hops("ce", WEB, 2, timeout=60)
    for edge, pe in zip(EDGES, NEAR):
        net.wait(lambda: {net.owner(hop) for hop in net.hops(edge, SITE, "acme")} == {pe}, 60, f"{SITE} at {edge}")
        net.wait(lambda: net.routes(pe, "acme")[WEB].proto == "ospf", 60, f"{WEB} at {pe} by OSPF")


def by_ospf(net, pe, prefix):
    """Whether it has the route by OSPF; None between two routes, where there is none for a moment."""
    route = net.routes(pe, "acme").get(prefix)
    return route.proto == "ospf" if route else None


def site(net, state):
    net.ip(f"link set site {state}", router="ce")
    if state == "up":
        net.ip("addr replace 172.16.2.1/24 dev site", router="ce")


def without_tags(net, *pes):
    """The VPN route tag is no longer set there, so that nothing knows a route for one that came from BGP."""
    for pe in pes:
        net.stop(pe, "tenantd")
        net.by_hand(pe, "ospfd", "route-map TN-acme-TAG permit 10", "no set tag")


def with_tags_again(net, *pes):
    net.hand_back(*pes)


def keeps_itself_alive(net, prefix, pes):
    """The PEs believe each other: one has it by BGP from the other, which has it by OSPF from the first."""
    net.wait(lambda: {net.routes(pe, "acme")[prefix].proto for pe in pes} == {"bgp", "ospf"}, 30, "the ring")
    net.stays(lambda: all(prefix in net.routes(pe, "acme") for pe in pes), 8, "it went away: the tag guards nothing")


# -- C-02: a tenant at two sites, and what comes from elsewhere --

def test_a_customer_prefix_that_is_withdrawn_leaves_both_sites(net):
    all_well(net)
    site(net, "down")
    net.wait_nowhere(SITE, timeout=20)
    net.stays(lambda: not net.holders(SITE), 3, "it must not come back")
    site(net, "up")
    all_well(net)


def test_without_the_tag_the_two_sites_keep_it_alive(net):
    without_tags(net, *NEAR)
    net.wait(lambda: "ospf" in {net.routes(pe, "acme")[SITE].proto for pe in NEAR}, 30, "one PE to take it from the edges")
    site(net, "down")
    keeps_itself_alive(net, SITE, NEAR)
    with_tags_again(net, *NEAR)
    net.wait_nowhere(SITE, timeout=30)
    site(net, "up")
    all_well(net)


# -- C-01: two PEs at one customer site, and a subnet of the tenant --

def test_a_subnet_that_is_withdrawn_leaves_the_site_with_two_pes(net):
    net.db.delete("logical_switch", "web")
    net.wait_nowhere(WEB, timeout=30)
    net.stays(lambda: not net.holders(WEB), 3, "it must not come back")
    net.db.switch("acme", "web", WEB)
    all_well(net)


def test_without_the_tag_the_site_keeps_it_alive(net):
    without_tags(net, *FAR)
    net.wait(lambda: "ospf" in {net.routes(pe, "acme")[WEB].proto for pe in FAR}, 30, "one PE to take it from the customer")
    net.db.delete("logical_switch", "web")
    keeps_itself_alive(net, WEB, FAR)
    with_tags_again(net, *FAR)
    net.wait_nowhere(WEB, timeout=30)
    net.db.switch("acme", "web", WEB)
    all_well(net)


# -- C-09: an edge loses its uplink, and its link stays up: it still offers DLRs a default --

def test_an_edge_that_loses_its_uplink_goes_by_the_other(net):
    net.cut("u", "esg")
    net.wait(lambda: {net.owner(hop) for hop in net.hops("esg", SITE, "acme")} == {"esg2"}, 20, "the way around")
    assert len(net.hops("dlr", DEFAULT, "acme")) == 2
    assert net.ping("ce", "10.1.1.1", source="172.16.2.1")
    net.mend("u", "esg")
    all_well(net)


# -- C-04: which links make up for F1 --

def test_a_pe_with_one_uplink_misses_nothing_where_the_edges_are_joined(net):
    net.restart("pe1", "ospfd")
    net.wait(lambda: net.full("pe1") == 1, 30, "the adjacency")
    net.wait(lambda: net.routes("pe1", "acme")[WEB].proto == "ospf", 10, "what was translated before")
    all_well(net)


def test_where_they_are_not_joined_it_misses_it_and_half_the_default_is_a_dead_end(net):
    net.db.delete("wire", "between")
    net.wait_ok("acme")
    net.wait(lambda: net.full("esg") == 3, 20, "the edges to part")
    net.stop("esg", "tenantd")    # which would have it sent again (test_fast_translation)
    net.pass_seconds(6)    # ospfd's ABR task, if that was asked for before, is over
    net.restart("pe1", "ospfd")
    net.wait(lambda: net.full("pe1") == 1, 30, "the adjacency")
    net.wait(lambda: net.routes("pe1", "acme")[WEB].proto == "bgp", 20, "the way by the other site")
    net.stays(lambda: by_ospf(net, "pe1", WEB) is not True, 4, "FRR's F1 is mended")
    net.start("esg", daemons=["tenantd"])
    net.cut("u", "esg")
    net.wait_no_route("esg", SITE, "acme")
    net.stays(lambda: len(net.hops("dlr", DEFAULT, "acme")) == 2, 4, "FRR takes the default back by itself now")
    net.mend("u", "esg")
    net.wait_hops("esg", SITE, 1, "acme")


# -- C-06: what a node has said is taken back when it is detached --

def detach(net, node):
    net.db.sql("DELETE FROM attachment WHERE node_id = ?", net.db.id("node", node))
    net.wait_settled()


def originated(net, router, kind, who):
    """Prefixes that a router still knows as announced by `who`, as type "7" or "5"."""
    text = net.vty(router, "ospfd", "show ip ospf vrf acme database")
    inner, _, outer = text.partition("AS External Link States")
    rows = (line.split() for line in (outer if kind == "5" else inner.partition("NSSA-external")[2]).splitlines())
    return {row[0] for row in rows if len(row) > 2 and row[1] == net.SHAPE.LOOPBACK[who] and int(row[2]) < 3600}


def test_in_the_wrong_order_a_dlr_leaves_its_subnets_behind(net):
    net.stop("dlr", "tenantd")
    net.by_hand("dlr", "ospfd", "router ospf vrf acme", f"no network {TRANSIT['dlr']} area 51", "exit",
                "no router ospf vrf acme")
    net.stays(lambda: originated(net, "esg", "7", "dlr") == {"10.1.1.0"}, 3, "ospfd says good-bye by itself now")
    net.hand_back("dlr")
    net.wait(lambda: net.full("dlr") == 3, 30, "the DLR to be back")


def test_a_dlr_that_is_detached_leaves_no_subnet_behind(net):
    detach(net, "dlr")
    net.wait(lambda: not originated(net, "esg", "7", "dlr"), 10, "what the DLR announced to be gone")
    assert WEB in net.routes("pe1", "acme")
    net.db.delete("logical_switch", "web")
    net.wait_nowhere(WEB, timeout=30)
    net.db.switch("acme", "db", DB)
    net.wait_hops("ce", DB, 2, timeout=60)


def test_ospfd_alone_keeps_what_it_translated_from_an_area_that_went(net):
    net.wait(lambda: originated(net, "pe3", "5", "esg2") == {"10.1.2.0"}, 20, "the translated LSA")
    net.stop("esg2", "tenantd")
    net.by_hand("esg2", "ospfd", "router ospf vrf acme", f"no network {TRANSIT['esg2']} area 51",
                "no area 51 nssa")
    net.stays(lambda: originated(net, "pe3", "5", "esg2") == {"10.1.2.0"}, 7, "FRR issue #21949 is mended")
    net.hand_back("esg2")
    net.wait(lambda: net.full("esg2") == 2, 30, "the edge to be back")


def test_an_edge_that_loses_its_last_dlr_takes_back_what_it_translated(net):
    detach(net, "dlr2")
    net.wait_nowhere(DB, timeout=30)
    for edge, pe in zip(EDGES, NEAR):
        net.wait(lambda: not originated(net, pe, "5", edge), 20, f"what {edge} translated to leave {pe}")

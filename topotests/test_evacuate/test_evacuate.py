# SPDX-License-Identifier: GPL-2.0-or-later
"""The edges of a data centre are given up, in peace and when they are lost, and used again, with traffic all the time.

db is at both data centres, vm a host of it at dc1, far one at dc2; web is at dc1 alone and recovered at dc2. Each story
is told without EVPN, where hosts need routes of their own to be reached, and with it, where they have none. The tests
share the network, and each leaves it as it found it.
"""

import re
import time

import pytest

from tenantnet import SITE
from twosites import DB, WEB, TwoSitesNet, evpn
from net import twosites

VM, FAR = "10.1.2.60", "10.1.2.70"
SITE_HOST = twosites.SITE_ADDRESS
INTERVAL = 0.005


@pytest.fixture(scope="module")
def network(request):
    with TwoSitesNet(request.module.__name__, daemons=evpn()) as net:
        net.customer()
        net.move("vm", f"{VM}/24", "dlr1", "db")
        net.move("far", f"{FAR}/24", "dlr2", "db")
        yield net


@pytest.fixture(params=["flooding", "evpn"])
def net(request, network):
    net = network
    net.evpn = request.param == "evpn"
    with net.db.together():
        net.db.sql("UPDATE provider SET evpn = ?", int(net.evpn))
        net.db.sql("DELETE FROM host")
        for address, site in () if net.evpn else ((VM, "dc1"), (FAR, "dc2")):
            subnet = net.db.sql("SELECT id FROM subnet WHERE switch_id = ?", net.switches["db"])[0][0]
            net.db.insert("host", subnet_id=subnet, address=address, site_id=net.site(site), advertise=1)
    net.wait_settled()
    for address, pe in ((VM, "pe1"), (FAR, "pe2")):
        net.wait(lambda: net.way(f"{address}/32") == (set() if net.evpn else {pe}), 20, f"the way to {address}")
        net.wait(lambda: net.ping("ce", address, source=SITE_HOST, tries=1), 20, f"{address} to answer")
    return net


def done(net, *words):
    """What tenantctl says, of an operation that is done."""
    said = net.tenantctl(*words)
    assert re.search(r"operation \d+, .*: done in \d+ ms \(.*\)\n", said), said
    print("\n" + said.strip())
    return said


def by_uplinks(net):
    """{edge: (packets in, packets out)} of a hundred echoes to vm and a hundred from it: twice as many each way."""
    before = {edge: net.uplink(edge) for edge in ("esg1", "esg2")}
    with net.flow(VM, interval=0.02) as into, net.flow(SITE_HOST, router="vm", source=VM, interval=0.02) as out:
        began = time.monotonic()
        net.pass_seconds(2)
        said = {"to vm": into.stop(), "from vm": out.stop()}
    assert not any(one.lost for one in said.values()), {
        what: f"{one.lost} lost, {one.gap:.2f} s from {one.gap_from - began:.2f} s on, {one.unreachable} unreachable"
        for what, one in said.items()}
    return {edge: tuple(now - then for now, then in zip(net.uplink(edge), was)) for edge, was in before.items()}


def leaves_by_its_own_edge(net):
    found = by_uplinks(net)
    assert found["esg1"][1] >= 180 and found["esg2"][1] < 30, found


def goes_by_the_other_edge(net):
    found = by_uplinks(net)
    assert min(found["esg2"]) >= 180 and max(found["esg1"]) < 30, found


def tell(what, said):
    print(f"{what}: {said.lost} of {said.sent} lost, the longest gap {said.gap * 1000:.0f} ms, {said.unreachable} times"
          f" 'unreachable', {said.expired} expired")


def hardly_circles(net, before):
    """A host's own route that goes: the other PE has told its edge of it, which sends packets back until it has heard.

    Each of them is counted twice."""
    after = net.expired()
    circling = {router: after[router] - before[router] for router in after if after[router] != before[router]}
    print(f"dropped after too many routers: {circling or 'none'}")
    assert not circling if net.evpn else sum(circling.values()) < 100, circling


def meanwhile(net, *words):
    """tenantctl does that while echoes go to vm, to far, and from vm; what became of them."""
    before = net.expired()
    with net.flow(VM) as into, net.flow(FAR) as there, net.flow(SITE_HOST, router="vm", source=VM) as out:
        net.pass_seconds(0.5)
        text = done(net, *words)
        net.pass_seconds(1.5)
        said = {"to vm": into.stop(), "to far": there.stop(), "from vm": out.stop()}
    for what, one in said.items():
        tell(what, one)
    hardly_circles(net, before)
    return text, said


def lose_edge(net):
    net.stop("esg1", "tenantd")
    for device in ("t0", "u0"):
        net.ip(f"link set {device} down", router="esg1")


def bring_edge_back(net):
    """Until all who are to go by it have had their way for two seconds: sooner, half a second of echoes was lost."""
    for device in ("t0", "u0"):
        net.ip(f"link set {device} up", router="esg1")
    net.start("esg1", daemons=["tenantd"])
    net.wait_settled()
    ways = ("dlr1", "0.0.0.0/0"), ("esg1", SITE), ("pe1", SITE)
    there = lambda: all(prefix in net.routes(router, "acme") for router, prefix in ways)
    net.wait(lambda: all(there() and not net.pass_seconds(0.05) for _ in range(40)), 60, f"the ways of {ways}")


def come_back(net):
    """dc1 again is a way, and where hosts have routes of their own, vm's is by it."""
    net.wait_way(DB, "pe1", "pe2")
    if not net.evpn:
        net.wait_way(f"{VM}/32", "pe1")
        net.wait_route("ce", f"{VM}/32")
    leaves_by_its_own_edge(net)


def go_home(net):
    """web, which has gone over with the evacuation, comes back."""
    done(net, "reprotect", "acme")
    done(net, "failback", "acme", "--planned")
    done(net, "reprotect", "acme")
    net.wait_way(WEB, "pe1")


def test_edges_that_are_to_be_taken_out_of_service(net):
    leaves_by_its_own_edge(net)
    text, said = meanwhile(net, "edge", "evacuate", "dc1")
    assert "failover of acme from dc1 to dc2, planned" in text and "evacuation of dc1, planned" in text
    for what, one in said.items():
        assert one.gap < 1 and one.lost * INTERVAL < 1, (what, one)
    assert net.evpn or said["to far"].lost == 0, "who has a route of its own, by the other site"
    assert net.way(f"{VM}/32") == set() and net.way(DB) == {"pe2"} and net.way(WEB) == {"pe2"}
    assert not any(address.startswith("10.1.2.") for address in net.addresses("dlr1").get(f"ls{net.switches['db']}") or ())
    goes_by_the_other_edge(net)
    with net.flow(VM) as into, net.flow(SITE_HOST, router="vm", source=VM) as out:
        net.pass_seconds(0.3)
        lose_edge(net)
        net.pass_seconds(2)
        assert (into.stop().lost, out.stop().lost) == (0, 0), "nobody misses the edge"
    bring_edge_back(net)
    text, said = meanwhile(net, "edge", "restore", "dc1")
    assert 'tenant acme stays where it has gone; "tenantctl reprotect acme"' in text
    for what, one in said.items():
        assert one.gap < 0.1, (what, one)
    come_back(net)
    go_home(net)


def test_edges_that_are_lost(net):
    before = net.expired()
    with net.flow(VM) as into, net.flow(SITE_HOST, router="vm", source=VM) as out:
        net.pass_seconds(0.3)
        lose_edge(net)
        net.pass_seconds(2)
        assert not net.ping("vm", SITE_HOST, tries=1), "north-south has stopped"
        began = time.monotonic()
        done(net, "edge", "evacuate", "dc1", "--disaster")
        net.wait(lambda: net.ping("vm", SITE_HOST, tries=1), 10, "vm to get out")
        net.wait(lambda: net.ping("ce", VM, source=SITE_HOST, tries=1), 10, "vm to be reached")
        took = time.monotonic() - began
        net.pass_seconds(1)
        said = {"to vm": into.stop(), "from vm": out.stop()}
    for what, one in said.items():
        tell(what, one)
    ends = {what: one.gap_from + one.gap - began for what, one in said.items()}
    print(f"both ways again {took * 1000:.0f} ms after the command at most; " +
          ", ".join(f"{what} after {end * 1000:.0f} ms" for what, end in ends.items()))
    assert all(end < 2 for end in ends.values()), ends
    hardly_circles(net, before)
    goes_by_the_other_edge(net)
    bring_edge_back(net)
    done(net, "edge", "restore", "dc1")
    come_back(net)
    go_home(net)

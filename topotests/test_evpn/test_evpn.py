# SPDX-License-Identifier: GPL-2.0-or-later
"""EVPN between the DLRs of two data centres, and hosts whose routes follow them with nobody writing a row.

The operator's part is the EVPN session of dlr1 and dlr2; tenantd makes VXLAN devices that learn nothing, and the DLR that
sees a host of a tracked switch by a port of its own writes so to the database.
"""

import json
import time

import pytest

from twosites import DB, TwoSitesNet, evpn
from net import twosites

VM, FAR = "10.1.2.60", "10.1.2.70"


@pytest.fixture(scope="module")
def net(request):
    with TwoSitesNet(request.module.__name__, daemons=evpn()) as net:
        net.db.sql("UPDATE provider SET evpn = 1")
        net.customer()
        net.db.sql("UPDATE logical_switch SET track_hosts = 1 WHERE name = 'db'")
        net.move("vm", f"{VM}/24", "dlr1", "db")
        net.move("far", f"{FAR}/24", "dlr2", "db")
        yield net


def forwarding(net, dlr):
    """{MAC: where, by whose word} on the VXLAN device of db."""
    device = f"vx{100000 + net.switches['db']}"
    return {entry["mac"]: entry for entry in json.loads(net.node(dlr).cmd_raises(f"bridge -j fdb show dev {device}")) if "dst" in entry}


def places(net):
    """{address: (site, announced)} as the database has them."""
    return {address: (site, advertise) for address, site, advertise in net.db.sql(
        "SELECT h.address, s.name, h.advertise FROM host h JOIN site s ON s.id = h.site_id")}


def move(net, dlr):
    """vm is unplugged where it was, and says where it is now."""
    old = net.at["vm"]
    net.ip("link set dev vm nomaster", router=old)
    net.move("vm", f"{VM}/24", dlr, "db")
    return old


def test_a_switch_over_both_sites_needs_no_flood_list_of_ours(net):
    mac = "02:00:0a:01:02:46"    # far's
    net.wait(lambda: net.ping("vm", FAR), 20, "vm to reach far by VXLAN")
    net.wait(lambda: mac in forwarding(net, "dlr1"), 10, lambda: f"far's MAC on dlr1: {forwarding(net, 'dlr1')}")
    found = forwarding(net, "dlr1")
    assert found[mac]["dst"] == net.SHAPE.LOOPBACK["dlr2"]
    assert "extern_learn" in found[mac]["flags"], found[mac]
    assert found["00:00:00:00:00:00"]["dst"] == net.SHAPE.LOOPBACK["dlr2"], "as zebra has it from type 3"
    assert net.show("dlr1", "tenantd", "show tenant acme json")["health"] == "ok"
    assert net.vty("dlr1", "tenantd", "show tenant plan").startswith("Nothing"), "zebra's flood list is not ours to remove"


def test_a_host_that_is_seen_is_announced_where_it_is(net):
    net.wait_way(f"{VM}/32", "pe1")
    net.wait_way(f"{FAR}/32", "pe2")
    assert places(net) == {VM: ("dc1", 1), FAR: ("dc2", 1)}
    told = {host["address"]: host for host in net.show("dlr2", "tenantd", "show tenant acme hosts json")}
    assert [(told[at]["site"], told[at]["seenBy"]) for at in (VM, FAR)] == [("dc1", "dlr1"), ("dc2", "dlr2")], told
    assert net.ping("ce", VM, source="172.16.2.1") and net.ping("ce", FAR, source="172.16.2.1")


def test_a_dlr_reaches_a_host_of_another_subnet_behind_the_other(net):
    """Both have the gateway's MAC, so an answer to its ARP request would end at the other: it knows from bgpd instead."""
    net.move("near", "10.1.1.20/24", "dlr1", "web")
    assert net.ping("near", "10.1.1.1")
    net.wait(lambda: "extern_learn" in net.node("dlr1").cmd(f"ip neigh show {FAR} vrf acme"), 10, "far as dlr1's neighbor")
    assert net.ping("near", FAR)


def test_a_host_that_moves_takes_its_route_along(net):
    took = []
    for dlr, pe, site in (("dlr2", "pe2", "dc2"), ("dlr1", "pe1", "dc1"), ("dlr2", "pe2", "dc2")):
        with net.flow(VM) as flow:
            net.pass_seconds(0.3)
            old = move(net, dlr)
            began = time.monotonic()
            net.wait_way(f"{VM}/32", pe, timeout=10)
            took.append((time.monotonic() - began) * 1000)
            net.pass_seconds(0.5)
            said = flow.stop()
        assert places(net)[VM] == (site, 1)
        print(f"\nto {site}: {took[-1]:.0f} ms, {said.lost} of {said.sent} lost, the longest gap {said.gap * 1000:.0f} ms")
        net.wait_no_route(old, f"{VM}/32", "acme")
        assert said.expired == 0
    assert net.ping("ce", VM, source="172.16.2.1")
    net.wait(lambda: f"host {VM} of tenant acme moved from dc1 to dc2, seen by dlr2" in (net.log / "pe1/tenantd.log").read_text(), 10,
             "a node that had no part in it to tell of the move")


def test_nothing_follows_a_host_where_nobody_looks(net):
    """Which is what shows that the above is tracking's doing."""
    net.db.sql("UPDATE logical_switch SET track_hosts = 0 WHERE name = 'db'")
    net.wait_settled()
    move(net, "dlr1")
    net.pass_seconds(2)
    assert places(net)[VM] == ("dc2", 1) and net.way(f"{VM}/32") == {"pe2"}
    net.db.sql("UPDATE logical_switch SET track_hosts = 1 WHERE name = 'db'")
    net.wait_settled()
    twosites.announce(net.spaces["vm"], "p1", VM)
    net.wait_way(f"{VM}/32", "pe1")


def test_a_host_that_flaps_stays_where_it_is(net):
    for _ in range(7):
        for dlr in ("dlr2", "dlr1"):
            move(net, dlr)
            net.pass_seconds(0.5)
    logs = [(net.log / dlr / "tenantd.log").read_text() for dlr in ("dlr1", "dlr2")]
    assert all(log.count("was seen here 6 times within 60 s") <= 1 for log in logs)
    assert any("host 10.1.2.60 of tenant acme was seen here 6 times within 60 s" in log for log in logs)

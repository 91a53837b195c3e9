# SPDX-License-Identifier: GPL-2.0-or-later
"""Hosts and switches that go from one data centre to the other, with traffic from the customer's site all the time.

All of it is rows, as doc/design/sites.md has them. The tests share the network, and each leaves it as it found it.
"""

import re
import time

import pytest

from tenantnet import SITE
from twosites import APP, DB, EAST, PES, WEB, WEST, TwoSitesNet
from net.routes import dump

VM, NEAR, OTHER, GUEST = "10.1.2.60", "10.1.1.20", "10.1.3.30", "10.1.1.50"


@pytest.fixture(scope="module")
def net(request):
    with TwoSitesNet(request.module.__name__) as net:
        net.customer()
        net.move("near", f"{NEAR}/24", "dlr1", "web")
        net.move("other", f"{OTHER}/24", "dlr1", "app")
        for address in (NEAR, OTHER):
            assert net.ping("ce", address, source="172.16.2.1")
        yield net


@pytest.fixture(autouse=True)
def as_it_was(net):
    """Whatever a test that failed has left: the switches at home, no host elsewhere."""
    yield
    with net.db.together():
        net.db.sql("DELETE FROM host")
        net.db.sql("DELETE FROM tenant WHERE name <> 'acme'")
        net.db.sql("UPDATE tenant SET recovery_site_id = ? WHERE recovery_site_id <> ?", net.site("dc2"), net.site("dc2"))
        net.db.sql("UPDATE logical_switch SET state = 'active', site_id = ? WHERE site_id <> ? OR state <> 'active'",
                   net.site("dc1"), net.site("dc1"))
    net.bring_back()
    net.wait_settled()


def host(net, switch, address, site):
    subnet = net.db.sql("SELECT id FROM subnet WHERE switch_id = ?", net.switches[switch])[0][0]
    return net.db.insert("host", subnet_id=subnet, address=address, site_id=net.site(site), advertise=1)


def arrives(net, watcher, prefix, pe, began):
    """Milliseconds from then until the kernel of the customer's PE sends the prefix to this PE."""
    end = time.monotonic() + 40
    while time.monotonic() < end:
        for event in watcher.read(0.5):
            if event.prefix == prefix and event.what == "add" and net.through(event.route) == {pe}:
                return (event.time - began) * 1000
    raise AssertionError(f"{prefix} did not come to pe3 by {pe}")


def commit(net, *statements):
    """All in one transaction; when COMMIT had returned."""
    with net.db.together():
        for text, *values in statements:
            net.db.sql(text, *values)
    return time.monotonic()


def both_ways(net, address):
    """{edge: (in, out)} of a second's echoes, a hundred of them."""
    before = {edge: net.uplink(edge) for edge in ("esg1", "esg2")}
    with net.flow(address, interval=0.01) as flow:
        net.pass_seconds(1)
        assert flow.stop().lost == 0
    return {edge: tuple(b - a for a, b in zip(was, net.uplink(edge))) for edge, was in before.items()}


def goes_by(net, address, edge):
    """Both directions by this edge, none by the other."""
    found = both_ways(net, address)
    other = {"esg1": "esg2", "esg2": "esg1"}[edge]
    assert min(found[edge]) > 50 and max(found[other]) < 30, found


# -- a host moves --

def test_a_host_of_a_stretched_switch_takes_its_traffic_along(net):
    net.move("vm", f"{VM}/24", "dlr1", "db")
    row = host(net, "db", VM, "dc1")
    net.wait_way(f"{VM}/32", "pe1")
    net.wait_route("ce", f"{VM}/32")
    goes_by(net, VM, "esg1")
    for home, away, pe, edge in 2 * (("dc1", "dlr2", "pe2", "esg2"), ("dc2", "dlr1", "pe1", "esg1")):
        with net.flow(VM) as flow, net.watch("pe3") as watcher:
            net.pass_seconds(0.5)
            net.move("vm", f"{VM}/24", away, "db")
            began = commit(net, ("UPDATE host SET site_id = ? WHERE id = ?", net.site({"dc1": "dc2", "dc2": "dc1"}[home]), row))
            took = arrives(net, watcher, f"{VM}/32", pe, began)
            net.pass_seconds(0.5)
            said = flow.stop()
        print(f"\nfrom {home}: {took:.0f} ms to pe3, {said.lost} of {said.sent} lost, the longest gap {said.gap * 1000:.0f} ms")
        old = {"dc1": "dlr1", "dc2": "dlr2"}[home]
        net.wait_no_route(old, f"{VM}/32", "acme")
        goes_by(net, VM, edge)
        # what an edge and its PE may pass to and fro until the PE has taken its own route back: a few hundredths of a second
        assert said.expired < 50
    net.db.sql("DELETE FROM host WHERE id = ?", row)
    net.wait_no_route("ce", f"{VM}/32")


def test_a_host_where_its_switch_is_kept_ready_uses_the_gateway_at_the_other_site(net):
    """The bridge there has no gateway, so it must not have the gateway's MAC either: frames for it go on by VXLAN."""
    net.move("vm", f"{GUEST}/24", "dlr2", "web")
    assert net.ping("vm", "10.1.1.1"), "the gateway, at dlr1"
    assert net.ping("vm", NEAR) and net.ping("vm", OTHER), "its own subnet, and another one, by that gateway"
    assert net.ping("ce", GUEST, source="172.16.2.1")
    goes_by(net, GUEST, "esg1")


def test_a_host_moves_into_the_site_where_its_switch_is_kept_ready(net):
    """From another subnet of dc1 it does not answer yet: dlr1 asks for its MAC, and it answers the gateway it knows, dlr2."""
    net.move("vm", f"{GUEST}/24", "dlr2", "web")
    assert net.addresses("dlr2").get(f"ls{net.switches['web']}") is None
    row = host(net, "web", GUEST, "dc2")
    net.wait_way(f"{GUEST}/32", "pe2")
    net.wait_way(WEB, "pe1")
    assert net.ping("ce", GUEST, source="172.16.2.1")
    goes_by(net, GUEST, "esg2")
    assert net.ping("near", GUEST), "from another host of its subnet, by VXLAN"
    net.db.sql("DELETE FROM host WHERE id = ?", row)
    net.wait_no_route("ce", f"{GUEST}/32")


# -- a switch moves --

def leaves_and_comes(net, old, new, nodes):
    """The two commits of a planned failover; when each was made."""
    site = net.site(new)
    first = commit(net, ("UPDATE logical_switch SET state = 'leaving' WHERE name = 'web'",))
    net.in_step(nodes)
    second = commit(net, ("UPDATE tenant SET recovery_site_id = ? WHERE name = 'acme'", net.site(old)),
                    ("UPDATE logical_switch SET site_id = ?, state = 'active' WHERE name = 'web'", site))
    return first, second


def failover(net, old, new, nodes, pe, dlr, edge):
    before = net.expired()
    with net.flow(GUEST) as flow, net.watch("pe3") as watcher:
        net.pass_seconds(0.5)
        net.move("vm", f"{GUEST}/24", dlr, "web")
        first, second = leaves_and_comes(net, old, new, nodes)
        took = arrives(net, watcher, WEB, pe, first)
        net.wait(lambda: net.ping("ce", GUEST, source="172.16.2.1", tries=1), 10, "the host to answer")
        net.pass_seconds(1)
        said = flow.stop()
    print(f"\nto {new}: {took:.0f} ms to pe3 (leaving {(second - first) * 1000:.0f} ms of it), {said.lost} of {said.sent} lost, "
          f"the longest gap {said.gap * 1000:.0f} ms, {said.unreachable} times 'unreachable'")
    goes_by(net, GUEST, edge)
    after = net.expired()
    assert said.expired == 0 and after == before, {r: after[r] - before[r] for r in after if after[r] != before[r]}


def test_a_planned_failover_and_the_way_back_never_loop(net):
    """Without "leaving" packets go in circles, though not every time: lab/bench recovery counts them."""
    net.move("vm", f"{GUEST}/24", "dlr1", "web")
    assert net.ping("ce", GUEST, source="172.16.2.1")
    failover(net, "dc1", "dc2", WEST, "pe2", "dlr2", "esg2")
    failover(net, "dc2", "dc1", EAST, "pe1", "dlr1", "esg1")


def test_a_disaster_needs_only_the_site_that_is_left(net):
    net.move("vm", f"{GUEST}/24", "dlr1", "web")
    assert net.ping("ce", GUEST, source="172.16.2.1")
    for router in WEST:
        net.stop(router, "tenantd")
    net.cut_off()
    net.wait_no_route("ce", WEB)
    with net.flow(GUEST) as flow, net.watch("pe3") as watcher:
        net.move("vm", f"{GUEST}/24", "dlr2", "web")
        began = commit(net, ("UPDATE tenant SET recovery_site_id = ? WHERE name = 'acme'", net.site("dc1")),
                       ("UPDATE logical_switch SET site_id = ? WHERE name = 'web'", net.site("dc2")))
        took = arrives(net, watcher, WEB, "pe2", began)
        net.pass_seconds(0.5)
        said = flow.stop()
    print(f"\n{took:.0f} ms to pe3, {said.lost} of {said.sent} lost")
    assert net.ping("ce", GUEST, source="172.16.2.1") and said.expired == 0
    net.bring_back()
    net.wait_settled(*WEST)
    net.wait_no_route("dlr1", WEB, "acme")
    net.wait_way(APP, "pe1", timeout=60)
    net.wait_way(WEB, "pe2")
    failover(net, "dc2", "dc1", EAST, "pe1", "dlr1", "esg1")


def operation(net, *words):
    """What tenantctl says of an operation that is done, and how many ms it took."""
    said = net.tenantctl(*words)
    found = re.fullmatch(r"operation \d+, .*: done in (\d+) ms \(.*\)\n", said)
    assert found, said
    return said.strip(), int(found[1])


def test_tenantctl_takes_a_tenant_over_and_back(net):
    net.move("vm", f"{GUEST}/24", "dlr1", "web")
    assert net.ping("ce", GUEST, source="172.16.2.1")
    before = net.expired()
    refused = net.tenantctl("failover", "acme", "--to", "dc9", "--planned")
    assert "no site dc9" in refused or "dc9" in refused, refused
    with net.flow(GUEST) as flow:
        net.pass_seconds(0.5)
        net.move("vm", f"{GUEST}/24", "dlr2", "web")
        said, took = operation(net, "failover", "acme", "--to", "dc2", "--planned")
        print(f"\n{said}")
        net.wait_way(WEB, "pe2")
        net.wait_way(APP, "pe2")
        net.wait(lambda: net.ping("ce", GUEST, source="172.16.2.1", tries=1), 10, "the host to answer")
        net.pass_seconds(0.5)
        flow_said = flow.stop()
    print(f"{flow_said.lost} of {flow_said.sent} lost, the longest gap {flow_said.gap * 1000:.0f} ms")
    assert flow_said.expired == 0 and net.expired() == before
    assert "acme" in net.tenantctl("failover", "acme", "--to", "dc2", "--planned"), "it is there already"
    for node, here in (("dlr1", "none"), ("dlr2", "active")):
        told = net.wait(lambda: net.vty(node, "tenantd", "show tenant acme"), 5, "it to be shown")    # noqa: B023
        assert re.search(r"Operation \d+, failover of acme from dc1 to dc2, planned: done \d+ s ago", told), told
        assert re.search(rf"web +dc2 +{here} ", told), told
    operation(net, "reprotect", "acme")
    net.move("vm", f"{GUEST}/24", "dlr1", "web")
    said, _ = operation(net, "failback", "acme", "--planned")
    print(said)
    net.wait_way(WEB, "pe1")
    net.wait_way(APP, "pe1")
    net.wait(lambda: net.ping("ce", GUEST, source="172.16.2.1", tries=1), 10, "the host to answer")
    assert net.expired() == before
    for host, switch in (("near", "web"), ("other", "app")):    # dc1 had no such bridge in between
        net.plug(host, "dlr1", switch)


# -- a test bubble --

def test_a_test_bubble_is_seen_by_nobody(net):
    net.wait_ok("acme")
    net.wait_way(WEB, "pe1")
    assert net.ping("ce", NEAR, source="172.16.2.1")
    net.pass_seconds(2)
    before = net.routing()
    with net.flow(NEAR) as flow:
        with net.db.together():
            net.db.tenant("bubble", "dlr2:dlr", ["10.1.0.0/16"])
            for name, prefix in (("web", WEB), ("app", APP)):
                switch = net.db.switch("bubble", name, prefix, site_id=net.site("dc2"), purpose="test")
                net.switches[f"bubble-{name}"] = switch
        net.wait_ok("bubble")
        net.move("vm", f"{GUEST}/24", "dlr2", "bubble-web")
        assert net.ping("vm", "10.1.1.1") and net.ping("vm", "10.1.3.1")
        assert net.never_pings("vm", "172.16.2.1")
        net.pass_seconds(3)
        during = net.routing()
        net.db.delete("tenant", "bubble")
        net.wait(lambda: "bubble" not in net.links("dlr2"), 20, "the bubble to be gone")
        net.pass_seconds(3)
        after = net.routing()
        said = flow.stop()
    assert said.lost == 0
    for later in (during, after):
        for key, text in before.items():
            assert later[key] == text, key

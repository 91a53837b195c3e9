# SPDX-License-Identifier: GPL-2.0-or-later
"""tenantd ends, kindly or not, and starts again: the network does not notice (S2-26)."""

import signal

import pytest

from tenantnet import REFERENCE, SITE, TenantNet

NODES = ("dlr", "esg", "pe1", "pe2")


@pytest.fixture(scope="module")
def net(request):
    with TenantNet(request.module.__name__) as net:
        with net.db.together():
            net.db.tenant("acme", REFERENCE, ["10.1.0.0/16", "172.16.0.0/16"])
            net.db.link("acme", "paris", "pe2", "x0", "192.168.201.1/30", "ospf")
            for number in (1, 2, 3):
                net.db.switch("acme", f"s{number}", f"10.1.{number}.0/24")
        net.wait_ok("acme")
        for number in (1, 2, 3):
            net.wait_route("ce", f"10.1.{number}.0/24")
        net.wait_route("dlr", "0.0.0.0/0", "acme")
        net.wait_route("esg", SITE, "acme")
        yield net


def uptimes(net):
    return {r: sorted(net.neighbors(r, "acme")) for r in NODES}


@pytest.mark.parametrize("how", (signal.SIGTERM, signal.SIGKILL), ids=("TERM", "KILL"))
def test_a_restart_with_unchanged_data_touches_nothing(net, how):
    before = uptimes(net)
    configured = {(r, d): net.running(r, d) for r in NODES for d in net.daemons(r) if d not in ("tenantd", "ldpd")}
    assert all(state == "Full" for list_ in before.values() for state, _ in list_)
    with net.watch(*NODES, "ce") as watcher:
        for router in NODES:
            net.stop(router, "tenantd", how=how)
        net.start(*NODES, daemons=["tenantd"])
        net.wait_ok("acme")
        assert not [event for event in watcher.read() if event.what == "del"]
    for router in NODES:
        told = net.tenantd(router)
        assert [told[k] for k in ("added", "updated", "deleted", "failed")] == [0, 0, 0, 0], (router, told)
    after = uptimes(net)
    for router in NODES:
        assert [state for state, _ in after[router]] == [state for state, _ in before[router]]
        assert all(new > old for (_, new), (_, old) in zip(after[router], before[router])), (before, after)
    assert {(r, d): net.running(r, d) for r, d in configured} == configured
    assert net.ping("ce", "10.1.1.1", source="172.16.2.1")


def test_health_waits_until_what_is_in_place_has_been_read(net):
    """ospfd is there and says nothing: what it holds is not known, so a tenant cannot be called well."""
    said = lambda: net.vty("dlr", "tenantd", "show tenant plan")
    net.stop("dlr", "tenantd")
    net.kill("dlr", "ospfd", signal.SIGSTOP)
    try:
        net.start("dlr", daemons=["tenantd"])
        awaits = "what ospfd holds has to be read first, and it has not answered yet"
        net.wait(lambda: net.health("dlr", "acme") == ("waiting", awaits), 20, "health to wait for ospfd")
        assert "acme" in net.links("dlr") and said().startswith("Not known yet"), said()
    finally:
        net.kill("dlr", "ospfd", signal.SIGCONT)
    net.wait_ok("acme")
    assert net.health("dlr", "acme") == ("ok", "")
    assert said().startswith("Nothing: this node is as the database wants it"), said()
    net.wait(lambda: {state for state, _ in net.neighbors("dlr", "acme")} == {"Full"}, 60, "the adjacency, had it aged")
    net.wait_route("dlr", "0.0.0.0/0", "acme", timeout=60)
    net.wait_route("ce", "10.1.3.0/24", timeout=60)


def test_what_changed_while_it_was_down_is_all_that_is_applied(net):
    for router in NODES:
        net.stop(router, "tenantd", how=signal.SIGKILL)
    with net.watch(*NODES) as watcher:
        net.db.delete("logical_switch", "s2")
        net.db.switch("acme", "s4", "10.1.4.0/24")
        net.start(*NODES, daemons=["tenantd"])
        net.wait_ok("acme")
        for router, vrf in (("dlr", "acme"), ("pe2", "acme"), ("ce", None)):
            net.wait_route(router, "10.1.4.0/24", vrf)
            net.wait_no_route(router, "10.1.2.0/24", vrf)
        assert {event.prefix for event in watcher.read() if event.what == "del"} <= {"10.1.2.0/24"}
    told = {r: [net.tenantd(r)[k] for k in ("added", "updated", "deleted", "failed")] for r in NODES}
    assert told["dlr"] == [3, 0, 2, 0], told    # bridge, VXLAN device, gateway, which goes with the bridge
    assert all(told[r] == [0, 0, 0, 0] for r in ("esg", "pe1", "pe2")), told
    assert net.ping("ce", "10.1.4.1", source="172.16.2.1")


def test_a_tenant_that_was_removed_while_it_was_down_goes_when_it_is_back(net):
    net.db.tenant("other", REFERENCE)
    net.wait_ok("other")
    for router in NODES:
        net.stop(router, "tenantd")
    net.db.delete("tenant", "other")
    net.start(*NODES, daemons=["tenantd"])
    net.wait_settled()
    for router in NODES:
        net.wait(lambda: "other" not in net.links(router), 10, f"the VRF to leave {router}")
        for daemon in set(net.daemons(router)) & {"ospfd", "bgpd", "mgmtd"}:
            net.wait(lambda: "other" not in net.running(router, daemon), 10, f"other to leave {daemon} of {router}")
    assert "10.1.1.0/24" in net.routes("ce")


def test_many_tenants_that_were_removed_while_it_was_down_stay_until_that_is_meant(net):
    names = [f"gone{number}" for number in range(11)]
    with net.db.together():
        for name in names:
            net.db.tenant(name, "pe2:pe")
    for name in names:
        net.wait_ok(name)
    net.stop("pe2", "tenantd", how=signal.SIGKILL)
    with net.db.together():
        for name in names:
            net.db.delete("tenant", name)
    net.start("pe2", daemons=["tenantd"])
    net.wait(lambda: "it stays with many others" in net.vty("pe2", "tenantd", "show tenant"), 10, "the reason to be told")
    assert set(names) <= set(net.links("pe2"))
    assert net.running("pe2", "bgpd").count("router bgp 65000 vrf gone") == 11
    # while others move on
    net.db.switch("acme", "s5", "10.1.5.0/24")
    net.wait_route("ce", "10.1.5.0/24")
    assert set(names) <= set(net.links("pe2"))
    net.tenantctl("release")
    net.wait(lambda: not set(names) & set(net.links("pe2")), 20, "the VRFs to go")
    assert "10.1.1.0/24" in net.routes("ce")

# SPDX-License-Identifier: GPL-2.0-or-later
"""Two customers with the same addresses everywhere (S2-22): switches, servers, customer sites, links.

A server of each tenant is 10.0.0.10 on its own 10.0.0.0/24; both customer sites are 172.16.2.0/24 behind
192.168.201.2. Each server counts the echo requests that arrive at it.
"""

import pytest

from tenantnet import REFERENCE, SITE, TenantNet

CUSTOMERS = {"acme": ("ce", "x0", "s1"), "globex": ("ce2", "x1", "s2")}
CORE = ("10.255.0.1", "10.255.0.9", "10.0.1.2")    # none of it on a node that forwards their packets


@pytest.fixture(scope="module")
def net(request):
    with TenantNet(request.module.__name__, ce2=True, servers=("s1", "s2")) as net:
        with net.db.together():
            for name, (_, port, _) in CUSTOMERS.items():
                net.db.tenant(name, REFERENCE, ["10.0.0.0/16", "10.8.0.0/15", "172.16.0.0/16"])
                net.db.link(name, "site", "pe2", port, "192.168.201.1/30", "ospf")
                net.db.switch(name, "same", "10.0.0.0/24")
            net.db.switch("acme", "alone", "10.8.0.0/24")
            net.db.switch("globex", "alone", "10.9.0.0/24")
        net.wait_ok("acme")
        for name, (ce, _, server) in CUSTOMERS.items():
            bridge = net.db.sql("SELECT 'ls' || s.id FROM logical_switch s JOIN tenant t ON t.id = s.tenant_id "
                                "WHERE t.name = ? AND s.name = 'same'", name)[0][0]
            net.ip(f"link set {server} master {bridge}", router="dlr")
            net.ip("addr add 10.0.0.10/24 dev e0", "route add default via 10.0.0.1", router=server)
            net.ip("route add default via 192.168.201.1", router=ce)    # so that the ce asks for anything
        yield net


def test_each_customer_reaches_its_own_server_at_the_same_address(net):
    for name, (ce, _, server) in CUSTOMERS.items():
        other = "s2" if server == "s1" else "s1"
        net.wait_route(ce, "10.0.0.0/24")
        before = net.icmp_echoes(server), net.icmp_echoes(other)
        assert net.ping(ce, "10.0.0.10", source="172.16.2.1"), name
        assert net.icmp_echoes(server) > before[0] and net.icmp_echoes(other) == before[1]


def test_no_customer_sees_what_only_the_other_has(net):
    own = {"acme": "10.8.0.0/24", "globex": "10.9.0.0/24"}
    for name, (ce, _, _) in CUSTOMERS.items():
        net.wait_route(ce, own[name])
        assert net.ping(ce, own[name].replace("0/24", "1"), source="172.16.2.1")
        foreign = next(prefix for owner, prefix in own.items() if owner != name)
        assert foreign not in net.routes(ce)
        for router in ("dlr", "esg", "pe1", "pe2"):
            assert net.tables_with(router, own[name]) == {net.table(router, name)}
        assert net.never_pings(ce, foreign.replace("0/24", "1"), source="172.16.2.1")


def test_the_same_prefix_stands_in_both_tables_and_never_in_the_main_one(net):
    for router in ("dlr", "esg", "pe1", "pe2"):
        for prefix in ("10.0.0.0/24", SITE) if router != "dlr" else ("10.0.0.0/24",):    # an NSSA has only a default
            for name in CUSTOMERS:
                net.wait_route(router, prefix, name)
            assert net.tables_with(router, prefix) == {1001, 1002}, (router, prefix)


def test_no_customer_reaches_the_core(net):
    for ce, _, server in CUSTOMERS.values():
        for address in CORE:
            assert net.never_pings(ce, address, source="172.16.2.1"), (ce, address)
            assert net.never_pings(server, address), (server, address)
    for router in ("dlr", "esg", "pe1", "pe2"):
        for name in CUSTOMERS:
            assert not [p for p in net.routes(router, name) if p.startswith(("10.255.", "10.0.1.", "10.0.2."))]


def test_no_customer_reaches_a_node_on_its_way_at_the_nodes_own_address(net):
    """What a node answers to in its main table is local to every VRF too, unless rules say otherwise (C-21)."""
    for ce, _, server in CUSTOMERS.values():
        assert net.never_pings(ce, "10.255.0.2", source="172.16.2.1"), ce
        for address in ("10.255.0.11", "10.255.0.12"):
            assert net.never_pings(server, address), (server, address)


def test_one_customers_removal_leaves_the_other_alone(net):
    net.wait_route("ce", "10.0.0.0/24")
    with net.watch("ce", "pe2") as watcher:
        net.db.delete("tenant", "globex")
        net.wait_settled()
        net.wait_no_route("ce2", "10.0.0.0/24")
        gone = [e for e in watcher.read() if e.what == "del" and (e.router == "ce" or e.table == 1001)]
    assert not gone
    assert net.ping("ce", "10.0.0.10", source="172.16.2.1")
    assert net.never_pings("ce2", "10.0.0.10", source="172.16.2.1")


def mgmtd_takes(net, router, *lines):
    """One transaction of an operator's; what mgmtd says against it."""
    script = ("configure terminal file-lock", "XFRR_start_configuration", *lines, "XFRR_end_configuration", "end")
    return "".join(net.vty(router, "mgmtd", line) for line in script)


def test_tenants_arrive_although_an_operators_refused_change_is_in_the_way(net):
    """mgmtd keeps what it refused in its candidate, and refuses everybody's next transaction for it."""
    assert "Only inactive VRFs can be deleted" in mgmtd_takes(net, "pe1", "no vrf acme")
    assert "Only inactive VRFs can be deleted" in mgmtd_takes(net, "pe1", "vrf innocent", "exit-vrf")
    with net.db.together():
        for name in ("many1", "many2"):
            net.db.tenant(name, REFERENCE, ["10.0.0.0/16"])
    for name in ("many1", "many2"):
        net.wait_ok(name)
        assert "ip protocol ospf route-map TENANT-VPN-TAG" in net.running("pe1", "mgmtd").split(f"vrf {name}\n")[1]
    assert mgmtd_takes(net, "pe1", "vrf harmless", "exit-vrf") == ""
    assert "vrf harmless" in net.running("pe1", "mgmtd") and "vrf innocent" not in net.running("pe1", "mgmtd")

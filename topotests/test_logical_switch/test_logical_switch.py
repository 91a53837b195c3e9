# SPDX-License-Identifier: GPL-2.0-or-later
"""One row in, and every site of the customer has the prefix; the row out, and it is gone everywhere.

The requirement each story answers is named in its first line (S2-..).
"""

import signal
import time

import pytest

from tenantnet import BUILD, REFERENCE, SITE, TenantNet

WIRES = {**TenantNet.WIRES, "transit": ("dc1", "transit", {"esg": ("t0", 1), "dlr": ("t0", 2)}, {})}
TRANSIT_DLR = "100.64.0.2"
NODES = ("dlr", "esg", "pe1", "pe2")
VRFS = (("dlr", "acme"), ("esg", "acme"), ("pe1", "acme"), ("pe2", "acme"), ("ce", None))


def make_acme(net):
    with net.db.together():
        net.db.tenant("acme", REFERENCE, ["10.1.0.0/16", "172.16.0.0/16"])
        net.db.link("acme", "paris", "pe2", "x0", "192.168.201.1/30", "ospf")
    net.wait_ok("acme")
    net.wait_route("dlr", "0.0.0.0/0", "acme", timeout=60)
    net.wait_route("esg", SITE, "acme", timeout=60)


@pytest.fixture(scope="module")
def net(request):
    # as the readme advises: without them zebra may leave a route of a VRF that went to the next one of its name, and ospfd
    # may leave a withdrawn prefix at its neighbors
    options = {(router, daemon): f"-M {BUILD}/.libs/{daemon}_tenant.so" for router in NODES for daemon in ("zebra", "ospfd")}
    with TenantNet(request.module.__name__, wires=WIRES, options=options) as net:
        make_acme(net)
        yield net


def arrives(net, prefix):
    for router, vrf in VRFS:
        net.wait_route(router, prefix, vrf)


def leaves(net, prefix):
    for router, vrf in VRFS:
        net.wait_no_route(router, prefix, vrf)


def test_one_row_brings_a_subnet_to_every_site_and_its_removal_takes_it_away(net):
    """S2-01, S2-02"""
    began = time.monotonic()
    net.db.switch("acme", "web", "10.1.1.0/24")
    for router, vrf in VRFS:
        net.wait_route(router, "10.1.1.0/24", vrf)
        print(f"{router}: {net.seconds_since(began)}")
    assert net.ping("ce", "10.1.1.1", source="172.16.2.1")
    began = time.monotonic()
    net.db.delete("logical_switch", "web")
    leaves(net, "10.1.1.0/24")
    print(f"gone: {net.seconds_since(began)}")
    assert net.never_pings("ce", "10.1.1.1", source="172.16.2.1")
    for router, kind in (("dlr", "nssa-external"), ("esg", "nssa-external"), ("esg", "external"), ("pe1", "external"),
                         ("pe2", "external")):
        net.wait(lambda: net.lsas(router, "acme", kind).get("10.1.1.0", (3600,))[0] >= 3600, 10,
                 f"only MaxAge left of 10.1.1.0 at {router}")
    net.wait(lambda: net.lsas("ce", None, "external").get("10.1.1.0", (3600,))[0] >= 3600, 10, "MaxAge at ce")


def test_a_second_subnet_of_a_switch_comes_and_goes_alone(net):
    """S2-01, S2-02"""
    switch = net.db.switch("acme", "web", "10.1.1.0/24")
    net.db.insert("subnet", switch_id=switch, prefix="10.1.2.0/25", gateway="10.1.2.126")
    arrives(net, "10.1.1.0/24")
    arrives(net, "10.1.2.0/25")
    assert net.ping("ce", "10.1.2.126", source="172.16.2.1")
    net.db.sql("DELETE FROM subnet WHERE prefix = '10.1.2.0/25'")
    leaves(net, "10.1.2.0/25")
    assert "10.1.1.0/24" in net.routes("ce")
    net.db.delete("logical_switch", "web")


def test_no_static_route_stands_in_a_customers_vrf(net):
    """S2-03"""
    net.db.switch("acme", "web", "10.1.1.0/24")
    arrives(net, "10.1.1.0/24")
    for router in NODES:
        assert net.show(router, "zebra", "show ip route vrf acme static json") == {}
        assert "ip route " not in net.running(router, "mgmtd")
    net.db.delete("logical_switch", "web")


def test_gateway_bridge_and_vni_are_made_from_the_row_alone(net):
    """S2-04"""
    net.wait(lambda: not [n for n in net.links("dlr") if n.startswith("ls")], 10, "other bridges to go")
    before = net.links("dlr")
    switch = net.db.switch("acme", "web", "10.1.1.0/24", mtu=1450)
    net.wait_ok("acme", "dlr")
    made = {name: link for name, link in net.links("dlr").items() if name not in before}
    bridge, vxlan = made[f"ls{switch}"], made[f"vx{100000 + switch}"]
    assert len(made) == 2
    assert (bridge["kind"], bridge["master"], bridge["mtu"]) == ("bridge", "acme", 1450)
    assert (vxlan["kind"], vxlan["master"]) == ("vxlan", f"ls{switch}")
    assert int.from_bytes(vxlan["data"][1], "little") == 100000 + switch    # IFLA_VXLAN_ID
    assert net.addresses("dlr")[f"ls{switch}"] == {"10.1.1.1/24"}
    arrives(net, "10.1.1.0/24")
    net.db.delete("logical_switch", "web")
    net.wait(lambda: net.links("dlr").keys() == before.keys(), 10, "the bridge to go")
    leaves(net, "10.1.1.0/24")


def test_a_subnet_passes_every_stage_of_its_way(net):
    """S2-05, S2-16, S2-17"""
    net.db.switch("acme", "web", "10.1.1.0/24")
    assert net.wait_route("dlr", "10.1.1.0/24", "acme").proto == "kernel"
    net.wait(lambda: net.lsas("esg", "acme", "nssa-external")["10.1.1.0"][1] == TRANSIT_DLR, 20, "the type-7 at esg")
    net.wait(lambda: net.lsas("pe1", "acme", "external")["10.1.1.0"][1] == TRANSIT_DLR, 20, "the type-5 at pe1")
    assert net.wait_route("pe1", "10.1.1.0/24", "acme").proto == "ospf"
    net.wait_route("pe2", "10.1.1.0/24", "acme")
    for router in ("pe1", "pe2"):
        text = net.vty(router, "bgpd", "show bgp ipv4 vpn 10.1.1.0/24")
        assert "10.255.0.1:1" in text and "RT:65000:1" in text, text
    path = net.wait(lambda: net.show("pe2", "bgpd", "show bgp vrf acme ipv4 unicast 10.1.1.0/24 json").get("paths"), 10,
                    "the path at pe2")[0]
    assert net.routes("pe2", "acme")["10.1.1.0/24"].labels[-1] == path["remoteLabel"]
    assert path["importedFrom"] == "10.255.0.1:1"
    for router in ("pe1", "pe2"):
        assert net.tables_with(router, "10.1.1.0/24") == {net.table(router, "acme")} == {1001}
    net.db.delete("logical_switch", "web")
    net.wait(lambda: "10.1.1.0/24" not in net.vty("pe2", "bgpd", "show bgp ipv4 vpn"), 10, "the VPN route to go")


def test_transit_is_a_29_and_uplink_a_30_with_distinct_addresses(net):
    """S2-11, S2-13"""
    transit = [a for r in ("dlr", "esg") for a in net.addresses(r)["t0.101"]]
    uplink = [a for r in ("esg", "pe1") for a in net.addresses(r)["u0.101"]]
    assert sorted(transit) == ["100.64.0.1/29", "100.64.0.2/29"]
    assert sorted(uplink) == ["100.96.0.5/30", "100.96.0.6/30"]


def test_the_edge_is_border_router_between_nssa_51_and_area_0(net):
    """S2-15, S2-16, S2-17"""
    edge = net.show("esg", "ospfd", "show ip ospf vrf acme json")["acme"]
    assert edge["areas"].keys() == {"0.0.0.0", "0.0.0.51"}
    assert edge["abrType"] and edge["areas"]["0.0.0.51"]["nssa"], edge
    text = net.vty("esg", "ospfd", "show ip ospf vrf acme")
    assert "This router is an ABR" in text and "always an NSSA Translator" in text, text
    assert net.show("dlr", "ospfd", "show ip ospf vrf acme json")["acme"]["areas"].keys() == {"0.0.0.51"}
    assert net.show("pe1", "ospfd", "show ip ospf vrf acme json")["acme"]["areas"].keys() == {"0.0.0.0"}


def test_the_dlr_has_a_default_only_while_the_edge_has_its_backbone(net):
    """S2-18"""
    assert net.wait_route("dlr", "0.0.0.0/0", "acme").gateway == "100.64.0.1"
    net.ip("link set u0 down", router="pe1")
    net.wait_no_route("dlr", "0.0.0.0/0", "acme")
    net.ip("link set u0 up", router="pe1")
    net.wait_route("dlr", "0.0.0.0/0", "acme", timeout=60)
    net.wait_route("esg", SITE, "acme", timeout=60)


def test_a_30_transit_needs_static_routing_and_then_carries_packets(net):
    """S2-11, S2-12"""
    with net.db.together():
        net.db.tenant("tight", REFERENCE)
        net.db.circuit("tight", "transit", prefix="100.65.0.0/30")
        net.db.switch("tight", "one", "10.3.1.0/24")
    net.wait_settled()
    for router in ("dlr", "esg"):
        net.wait(lambda: net.health(router, "tight")[0] == "failed", 5, "the tenant to be held")
        assert net.health(router, "tight")[1] == (
            "transit transit with OSPF needs three addresses (edge, DLR and a second edge), 100.65.0.0/30 has too few; "
            "set circuit.prefix to a /29, or circuit.routing to static")
    assert "tight" not in net.links("dlr")
    net.db.sql("UPDATE circuit SET routing = 'static' WHERE prefix = '100.65.0.0/30'")
    net.wait_ok("tight")
    assert net.wait_route("dlr", "0.0.0.0/0", "tight").gateway == "100.65.0.1"
    assert net.wait_route("esg", "10.3.1.0/24", "tight").gateway == "100.65.0.2"
    net.wait_route("pe2", "10.3.1.0/24", "tight")
    assert net.ping("pe1", "10.3.1.1", vrf="tight")
    net.db.switch("tight", "two", "10.3.2.0/24")
    net.wait_route("pe2", "10.3.2.0/24", "tight")
    net.db.delete("logical_switch", "one")
    net.wait_no_route("pe2", "10.3.1.0/24", "tight")
    net.db.delete("tenant", "tight")
    net.wait_settled()
    for router in NODES:
        net.wait(lambda: "tight" not in net.links(router), 10, f"the VRF to leave {router}")


def test_reading_everything_again_changes_nothing(net):
    """S2-26"""
    net.db.switch("acme", "web", "10.1.1.0/24")
    arrives(net, "10.1.1.0/24")
    net.wait_ok("acme")
    counted = lambda r: [net.tenantd(r)[k] for k in ("added", "updated", "deleted", "failed")]
    configured = lambda r: [net.running(r, d) for d in net.daemons(r) if d not in ("tenantd", "ldpd")]
    before = {r: (counted(r), configured(r)) for r in NODES}
    log = lambda r: (net.log / r / "tenantd.log").read_text()
    told = {r: log(r).count("kernel read:") for r in NODES}
    with net.watch(*NODES, "ce") as watcher:
        for router in NODES:
            net.kill(router, "tenantd", signal.SIGHUP)
        for router in NODES:
            net.wait(lambda: log(router).count("kernel read:") > told[router], 10, f"tenantd on {router} to read again")
        net.wait_ok("acme")
        for router in NODES:
            assert net.vty(router, "tenantd", "show tenant plan").startswith("Nothing"), router
        assert not [e for e in watcher.read() if e.what == "del"]
    assert {r: (counted(r), configured(r)) for r in NODES} == before
    net.db.delete("logical_switch", "web")


def test_a_removed_tenant_leaves_nothing_and_comes_back_under_the_same_name(net):
    def traces(router):
        found = [f"{d}: {line}" for d in net.daemons(router) if d not in ("tenantd", "ldpd")
                 for line in net.running(router, d).splitlines() if "acme" in line]
        found += [name for name, link in net.links(router).items() if "acme" in link["alias"] or link["master"] == "acme"]
        return found + list(net.routes(router, 1001)) + [v for v in net.links(router) if v == "acme"]

    net.db.switch("acme", "web", "10.1.1.0/24")
    arrives(net, "10.1.1.0/24")
    net.db.delete("tenant", "acme")
    net.wait_settled()
    for router in NODES:
        net.wait(lambda: not traces(router), 10, f"nothing left at {router}: {traces(router)}")
        assert net.tenantd(router)["tenants"] == []
    assert net.links("pe2")["x0"]["master"] is None
    make_acme(net)
    net.db.switch("acme", "web", "10.1.1.0/24")
    arrives(net, "10.1.1.0/24")
    assert net.ping("ce", "10.1.1.1", source="172.16.2.1")


def has_default_at_the_dlr(net, name):
    """zebra has chosen OSPF's, and not the kernel's `unreachable`, which is always there."""
    routes = net.show("dlr", "zebra", f"show ip route vrf {name} 0.0.0.0/0 json").get("0.0.0.0/0", [])
    return [route["protocol"] for route in routes if route.get("selected")] == ["ospf"]


def test_a_dlr_that_is_detached_and_attached_again_has_its_default(net):
    """A VRF that goes while zebra still works on its routes leaves some of them stuck for the next one (zebra_tenant.c)."""
    names = [f"moves{n}" for n in range(3)]
    dlr = net.db.sql("SELECT id FROM node WHERE name = 'dlr'")[0][0]
    with net.db.together():
        numbers = [net.db.tenant(name, REFERENCE) for name in names]
    for _ in range(2):
        for name in names:
            net.wait(lambda: has_default_at_the_dlr(net, name), 30, f"the default of {name}")
        with net.db.together():
            for number in numbers:
                net.db.sql("DELETE FROM attachment WHERE tenant_id = ? AND node_id = ?", number, dlr)
        net.wait(lambda: not set(names) & set(net.links("dlr")), 30, "the VRFs to be gone")
        with net.db.together():
            for number in numbers:
                net.db.insert("attachment", tenant_id=number, node_id=dlr, role="dlr")
    for name in names:
        net.wait(lambda: has_default_at_the_dlr(net, name), 30, f"the default of {name}, the third time")
    with net.db.together():
        for name in names:
            net.db.delete("tenant", name)
    net.wait_settled()

# SPDX-License-Identifier: GPL-2.0-or-later
"""The guard in zebra: a route that joins two tenants is not used, whatever is typed into bgpd.

    dlr -- esg -- pe1 -- p -- pe2 -- ce         tenants acme and globex on all; ce is acme's site, by BGP

tenantd leaves alone here what a hand changes in FRR (`tenant drift report`): what holds is the guard, and with `tenant
guard report` it is shown each time that the fault would be there without it.
"""

import time

import pytest

from tenantnet import BUILD, REFERENCE, TenantNet, reference

WEB, SHOP, SITE = "10.1.1.0/24", "10.2.1.0/24", "172.16.2.0/24"
MANY = [f"172.16.{number}.0/24" for number in range(100, 130)]
BGP_CE = f"""\
router bgp 64512
 bgp router-id 172.16.2.1
 no bgp ebgp-requires-policy
 no bgp network import-check
 neighbor 192.168.201.1 remote-as 65000
 neighbor 192.168.201.1 timers 1 3
 neighbor 192.168.201.1 timers connect 1
 address-family ipv4 unicast
  network {SITE}
exit
"""


def exports(tenant, *numbers):
    """What is typed so that others take the tenant's routes for theirs: the import maps let them pass."""
    return (f"router bgp 65000 vrf {tenant}", "address-family ipv4 unicast",
            "rt vpn export " + " ".join(f"65000:{number}" for number in numbers), "exit-address-family", "exit")


@pytest.fixture(scope="module")
def net(request):
    options = {(router, daemon): f"-M {BUILD}/.libs/{daemon}_tenant.so"
               for router in ("pe1", "pe2") for daemon in ("bgpd", "zebra")}
    daemons = {"ce": {"mgmtd": "", "zebra": "", "bgpd": BGP_CE}}
    with TenantNet(request.module.__name__, options=options, daemons=daemons, strays=True) as net:
        with net.db.together():
            net.db.tenant("acme", REFERENCE, ["10.1.0.0/16", "172.16.0.0/16"])
            net.db.tenant("globex", REFERENCE, ["10.2.0.0/16"])
            net.db.link("acme", "site", "pe2", "x0", "192.168.201.1/30", "bgp", peer="192.168.201.2", peer_as=64512)
            net.db.switch("acme", "web", WEB)
            net.db.switch("globex", "shop", SHOP)
        net.wait_ok("acme")
        net.wait_ok("globex")
        for router in ("pe1", "pe2"):
            net.configure(router, "tenantd", "tenant drift report")
        net.wait_route("ce", WEB)
        net.wait_route("pe2", SHOP, "globex")
        net.wait_route("pe1", SITE, "acme")
        yield net


def guard(net, router):
    return net.show(router, "zebra", "show tenant guard json")


def refused(net, router):
    """{(VRF, prefix): (because, number of whose it is)}."""
    return {(one["vrf"], one["prefix"]): (one["because"], one["from"]) for one in guard(net, router)["refused"]}


def set_guard(net, mode, *routers):
    for router in routers or ("pe1", "pe2"):
        net.configure(router, "tenantd", f"tenant guard {mode}")


def alarms(net, router, tenant):
    return {one["prefix"]: one["reason"] for one in net.show(router, "tenantd", f"show tenant {tenant} json")["strays"]
            if one["kind"] == "crossing"}


def in_bgp(net, router, vrf):
    return set(net.show(router, "bgpd", f"show bgp vrf {vrf} ipv4 unicast json")["routes"])


def test_what_is_in_order_passes(net):
    for router in ("pe1", "pe2"):
        told = guard(net, router)
        assert (told["mode"], told["tenantd"], told["bgpd"]) == ("on", 1, 1) and told["labels"] > 0
        assert told["refused"] == [] and told["refusedEver"] == 0
        assert set(told["vrfs"]) == {"acme", "globex"} and told["vrfs"]["acme"]["routes"] > 0
    assert net.ping("ce", "10.1.1.1", source="172.16.2.1")


def test_a_route_target_typed_by_hand_joins_nobody(net):
    began = time.monotonic()
    net.configure("pe1", "bgpd", *exports("globex", 2, 1))
    sentence = net.wait(lambda: alarms(net, "pe2", "acme").get(SHOP), 5, "the alarm")
    print(f"told after {time.monotonic() - began:.2f} s: {sentence}")
    assert time.monotonic() - began < 5 and "leads to tenant globex without a leak" in sentence
    net.configure("pe2", "bgpd", *exports("acme", 1, 2))    # and the way back
    net.wait(lambda: SITE in in_bgp(net, "pe1", "globex"), 10, "bgpd to do as it was told")
    assert refused(net, "pe2")["acme", SHOP] == ("another's", 2)
    net.wait(lambda: ("globex", SITE) in refused(net, "pe1"), 5, "the way back to be refused")
    assert SHOP in in_bgp(net, "pe2", "acme") and SHOP not in net.routes("pe2", "acme")
    assert net.never_pings("ce", "10.2.1.1", source="172.16.2.1")
    net.pass_seconds(3)    # nor later
    assert SHOP not in net.routes("pe2", "acme") and SITE not in net.routes("pe1", "globex")
    assert not {prefix for prefix, *_ in net.lsas("pe1", "globex", "external")} & {SITE.split("/")[0]}
    assert "EC 1929379858]" in (net.log / "pe2/tenantd.log").read_text()
    assert net.ping("ce", "10.1.1.1", source="172.16.2.1"), "its own network is as it was"


def test_the_control_without_the_guard_tenants_are_joined(net):
    set_guard(net, "report")
    net.wait_route("pe2", SHOP, "acme")
    net.wait_route("pe1", SITE, "globex")
    assert net.ping("ce", "10.2.1.1", source="172.16.2.1")
    assert alarms(net, "pe2", "acme") and guard(net, "pe2")["mode"] == "reporting only"
    set_guard(net, "on")
    net.wait_no_route("pe2", SHOP, "acme")
    net.wait_no_route("pe1", SITE, "globex")
    assert net.never_pings("ce", "10.2.1.1", source="172.16.2.1")


def test_a_leak_of_the_database_passes_and_goes_again(net):
    leak = net.db.leak("globex", "acme", SHOP)
    net.wait_route("pe2", SHOP, "acme")
    net.wait(lambda: not alarms(net, "pe2", "acme"), 5, "the alarm to end")
    net.db.sql(f"DELETE FROM leak WHERE id = {leak}")
    net.wait_no_route("pe2", SHOP, "acme")


def test_a_target_within_one_node_joins_nobody(net):
    net.configure("pe2", "bgpd", "route-map TN-globex-IMP permit 10", "no match ip next-hop prefix-list", "exit")
    net.wait(lambda: SITE in in_bgp(net, "pe2", "globex"), 10, "bgpd to do as it was told")
    net.wait(lambda: refused(net, "pe2").get(("globex", SITE)) == ("another's", 1), 5, "it to be refused")
    assert SITE not in net.routes("pe2", "globex")


def test_tenantd_is_not_needed_for_it(net):
    net.stop("pe2", "tenantd")
    net.db.switch("globex", "more", "10.2.2.0/24")
    net.wait(lambda: ("acme", "10.2.2.0/24") in refused(net, "pe2"), 15, "a new one to be refused")
    assert "10.2.2.0/24" not in net.routes("pe2", "acme")
    net.start("pe2", daemons=["tenantd"])    # which puts bgpd right as it starts
    net.wait(lambda: alarms(net, "pe2", "acme"), 15, "the alarm again")
    net.configure("pe1", "bgpd", *exports("globex", 2))
    for router in ("pe1", "pe2"):
        net.wait(lambda: not refused(net, router), 15, lambda: f"nothing to be refused: {refused(net, router)}")
    assert not alarms(net, "pe2", "acme")
    net.configure("pe2", "tenantd", "tenant drift report")


def limit(net, number):
    net.db.sql(f"UPDATE tenant SET max_routes = {number} WHERE name = 'acme'")


def level(net, router):
    return guard(net, router)["vrfs"]["acme"]


def test_a_tenant_gets_no_more_routes_than_it_may_have(net):
    others, before = guard(net, "pe2")["vrfs"]["globex"], level(net, "pe2")["routes"]
    limit(net, 12)
    net.wait(lambda: level(net, "pe2")["limit"] == 12, 5, "the limit to be known")
    net.configure("ce", "bgpd", "router bgp 64512", "address-family ipv4 unicast",
                  *(f"network {prefix}" for prefix in MANY))
    net.wait(lambda: level(net, "pe2")["beyond"] >= len(MANY) - 12, 10, lambda: f"it to be full: {level(net, 'pe2')}")
    assert level(net, "pe2")["routes"] == 12
    log = lambda: (net.log / "pe2/tenantd.log").read_text()
    net.wait(lambda: "VRF acme has all the 12 routes it may have" in log(), 5, "the alarm")
    assert guard(net, "pe2")["vrfs"]["globex"] == {**others, "beyond": 0}
    assert len(set(net.routes("pe1", "acme")) & set(MANY)) <= 12
    limit(net, 1000)
    for router in ("pe2", "pe1"):
        net.wait(lambda: set(MANY) <= set(net.routes(router, "acme")), 10, f"all of them at {router}")
    net.wait(lambda: "all is well again" in log(), 5, "the end of the alarm")
    net.configure("ce", "bgpd", "router bgp 64512", "address-family ipv4 unicast",
                  *(f"no network {prefix}" for prefix in MANY))
    net.wait(lambda: level(net, "pe2")["routes"] == before, 10, lambda: f"those gone not to count: {level(net, 'pe2')}")


def test_zebra_that_comes_back_guards_again(net):
    net.configure("pe1", "bgpd", *exports("globex", 2, 1))
    net.wait(lambda: ("acme", SHOP) in refused(net, "pe2"), 10, "it to be refused")
    daemons = [daemon for daemon in net.daemons("pe2") if daemon != "tenantd"]    # FRR's own would lose touch with a new zebra
    for daemon in reversed(daemons):
        net.stop("pe2", daemon)
    net.start("pe2", daemons=daemons)
    net.configure("pe2", "tenantd", "tenant drift report")
    net.wait(lambda: guard(net, "pe2")["mode"] == "on", 10, "the guard to be told")
    net.wait_route("pe2", WEB, "acme")
    net.wait(lambda: ("acme", SHOP) in refused(net, "pe2"), 10, "it to be refused again")
    assert SHOP not in net.routes("pe2", "acme")

# SPDX-License-Identifier: GPL-2.0-or-later
"""What a VRF holds, or lacks, and should not: told within a second, once, and no more when it has gone.

    dlr -- esg -- pe1 -- p -- pe2 -- ce         tenant acme on all; globex on dlr and pe2, with a space of its own

Every other network ends with a look that nothing of this was told there (TenantNet, strays=False).
"""

import json
import re
import time

import pytest

from tenantnet import BUILD, REFERENCE, SITE, TenantNet

WEB = "10.1.1.0/24"
STRAY = "10.9.0.0/16"
MANY = 10000
EXPORT = "router bgp 65000 vrf acme", "address-family ipv4 unicast"


@pytest.fixture(scope="module")
def net(request):
    options = {(router, "bgpd"): f"-M {BUILD}/.libs/bgpd_tenant.so" for router in ("pe1", "pe2")}
    options |= {("pe2", "mgmtd"): f"-M {BUILD}/.libs/mgmtd_tenant.so"}
    with TenantNet(request.module.__name__, options=options, strays=True) as net:
        with net.db.together():
            net.db.sql("INSERT INTO reserved VALUES ('10.255.0.0/16', 'loopbacks and management')")
            net.db.tenant("acme", REFERENCE, ["10.1.0.0/16", "172.16.0.0/16"])
            net.db.tenant("globex", "dlr:dlr pe2:pe", ["10.2.0.0/16", "172.16.0.0/16"])
            net.db.link("acme", "paris", "pe2", "x0", "192.168.201.1/30", "ospf")
            net.db.switch("acme", "web", WEB)
            net.db.switch("globex", "shop", "10.2.1.0/24")
        net.wait_ok("acme")
        net.wait_route("ce", WEB)
        net.wait_route("esg", SITE, "acme")
        yield net


def strays(net, router, tenant="acme"):
    """{(kind, prefix): sentence} as the node tells of a tenant."""
    return {(one["kind"], one["prefix"]): one["reason"]
            for one in net.show(router, "tenantd", f"show tenant {tenant} json")["strays"]}


def told(net, router, sentence):
    """How often the log has a warning with it, and how often that it is over."""
    lines = [line for line in (net.log / router / "tenantd.log").read_text().splitlines() if sentence in line]
    over = sum("no more: " in line for line in lines)
    return len(lines) - over, over


def noticed(net, router, key, tenant="acme"):
    """Its sentence, and the seconds until it was there."""
    began = time.monotonic()
    sentence = net.wait(lambda: strays(net, router, tenant).get(key), 5, f"{key} to be told at {router}")
    return sentence, time.monotonic() - began


def clears(net, router, tenant="acme"):
    net.wait(lambda: not strays(net, router, tenant), 15, lambda: f"nothing to be left of {strays(net, router, tenant)}")


def test_a_network_that_is_well_says_nothing(net):
    net.pass_seconds(12)    # longer than any suspicion lasts, and several sweeps
    for router in net.provider:
        assert not net.alarms(router) and "Warning" not in net.vty(router, "tenantd", "show tenant")
        for tenant in ("acme", "globex"):
            if f"{tenant} " in net.vty(router, "tenantd", "show tenant"):
                assert strays(net, router, tenant) == {}


def test_a_route_without_an_owner(net):
    before = time.monotonic()
    net.ip(f"route add {STRAY} via 192.168.201.2 vrf acme", router="pe2")
    sentence, took = noticed(net, "pe2", ("ownerless", STRAY))
    print(f"\na route typed by hand: noticed {took * 1000:.0f} ms after it was there ({net.seconds_since(before)} with ip)")
    assert took < 1
    assert "neither FRR nor tenantd put there (ip route, metric 0)" in sentence and "of tenant acme" in sentence
    assert f"ip route del {STRAY} vrf acme" in sentence and sentence in net.vty("pe2", "tenantd", "show tenant acme")
    assert "put into a tenant's VRF: 1" in net.vty("pe2", "tenantd", "show tenant")
    state = json.loads(net.vty("pe2", "mgmtd", "show mgmt get-data /frr-tenant:tenant-network/state"))
    one, = state["frr-tenant:tenant-network"]["state"]["stray"]
    assert one.pop("since") and one == {"tenant": "acme", "kind": "ownerless", "prefix": STRAY, "reason": sentence}
    net.pass_seconds(3)    # swept meanwhile
    assert STRAY in net.routes("pe2", "acme"), "it is only told of"
    net.ip(f"route del {STRAY} vrf acme", router="pe2")
    clears(net, "pe2")
    assert told(net, "pe2", f"a route to {STRAY}") == (1, 1)


def test_a_route_that_goes_with_its_device(net):
    """Of which the kernel says nothing."""
    net.ip("link add gone type dummy", "link set gone master acme up", "route add 10.10.0.0/16 dev gone vrf acme", router="esg")
    assert noticed(net, "esg", ("ownerless", "10.10.0.0/16"))[1] < 1
    net.ip("link del gone", router="esg")
    clears(net, "esg")


def test_one_that_was_there_before_tenantd(net):
    net.stop("pe2", "tenantd")
    net.ip(f"route add {STRAY} via 192.168.201.2 vrf acme proto 99 metric 7", router="pe2")
    net.start("pe2", daemons=["tenantd"])
    net.wait_ok("acme", "pe2")
    assert "(protocol 99, metric 7)" in noticed(net, "pe2", ("ownerless", STRAY))[0]
    net.ip(f"route del {STRAY} vrf acme metric 7", router="pe2")
    clears(net, "pe2")


def test_ten_thousand_do_not_flood_the_log(net):
    prefixes = [f"10.{64 + n // 250}.{n % 250}.0/24" for n in range(MANY)]
    net.ip(*(f"route add blackhole {prefix} vrf acme" for prefix in prefixes), router="pe2")
    warning = lambda: re.search(r"put into a tenant's VRF: (\d+)", net.vty("pe2", "tenantd", "show tenant"))
    net.wait(lambda: (found := warning()) and int(found[1]) == MANY, 10, "all of them to be counted")
    assert f"and {MANY - 20} more" in net.vty("pe2", "tenantd", "show tenant acme")
    lines = lambda: told(net, "pe2", "neither FRR nor tenantd")
    print(f"\n{lines()[0]} lines of {MANY} more")
    assert lines()[0] <= 2 + 2 * 10
    net.ip(*(f"route del {prefix} vrf acme" for prefix in prefixes), router="pe2")
    net.wait(lambda: not warning(), 10, "all of them to be gone")
    assert lines()[1] <= 2 + 2 * 10


def test_removed_where_that_is_wanted(net):
    net.ip(f"route add {STRAY} via 192.168.201.2 vrf acme", router="pe2")
    noticed(net, "pe2", ("ownerless", STRAY))
    net.configure("pe2", "tenantd", "tenant strays remove")
    net.wait_no_route("pe2", STRAY, "acme")
    net.ip(f"route add {STRAY} via 192.168.201.2 vrf acme", router="pe2")
    began = time.monotonic()
    net.wait_no_route("pe2", STRAY, "acme")
    print(f"\nremoved after {net.seconds_since(began)}")
    assert time.monotonic() - began < 1
    clears(net, "pe2")
    net.configure("pe2", "tenantd", "tenant strays report")
    assert {WEB, SITE} <= set(net.routes("pe2", "acme")), "and nothing else"


@pytest.mark.parametrize("prefix, whose", (("10.2.7.0/24", "10.2.0.0/16 of tenant globex (aggregate)"),
                                           ("10.2.1.0/25", "10.2.1.0/24 of tenant globex (subnet of switch shop)"),
                                           ("10.255.9.0/24", "10.255.0.0/16, reserved for the provider")))
def test_a_prefix_of_somebody_else(net, prefix, whose):
    address = prefix.replace(".0/", ".1/")
    net.ip("link add theirs type dummy", "link set theirs master acme up", f"addr add {address} dev theirs", router="dlr")
    sentence, took = noticed(net, "dlr", ("foreign", prefix))
    print(f"\n{prefix}: noticed {took * 1000:.0f} ms after it was there: {sentence}")
    assert took < 1 and f"which lies in {whose}" in sentence and "(connected)" in sentence
    assert {kind for kind, _ in strays(net, "dlr")} == {"foreign"}
    net.ip("link del theirs", router="dlr")
    clears(net, "dlr")


def test_what_both_have_and_what_nobody_has_is_no_alarm(net):
    net.ip("link add both type dummy", "link set both master globex up", "addr add 172.16.9.1/24 dev both",
           "addr add 198.51.100.1/24 dev both", router="dlr")
    net.wait_route("dlr", "198.51.100.0/24", "globex")
    net.pass_seconds(2)
    assert strays(net, "dlr", "globex") == {}
    net.ip("link del both", router="dlr")


def test_a_leak_that_is_ordered_is_none(net):
    net.db.sql("INSERT INTO leak (from_tenant, to_tenant, prefix) SELECT f.id, t.id, '10.2.1.0/24' FROM tenant f, tenant t"
               " WHERE f.name = 'globex' AND t.name = 'acme'")
    net.wait_ok("acme")
    net.ip("link add leaked type dummy", "link set leaked master acme up", "addr add 10.2.1.1/25 dev leaked", router="esg")
    net.wait_route("esg", "10.2.1.0/25", "acme")
    net.pass_seconds(2)
    assert strays(net, "esg") == {}
    net.db.sql("DELETE FROM leak")
    net.wait(lambda: ("foreign", "10.2.1.0/25") in strays(net, "esg"), 20, "it to be foreign once the leak is gone")
    net.ip("link del leaked", router="esg")
    clears(net, "esg")


def exported(net):
    table = net.show("pe1", "bgpd", "show bgp ipv4 vpn rd 10.255.0.1:1 json").get("routes", {})
    return table.get("routeDistinguishers", {}).get("10.255.0.1:1", {})


def test_a_missing_export_is_told_of(net):
    net.wait(lambda: WEB in exported(net), 10, "the export")
    net.configure("pe1", "tenantd", "tenant drift report", "tenant exports report")
    net.configure("pe1", "bgpd", *EXPORT, "no redistribute ospf", "exit-address-family", "exit")
    net.wait(lambda: WEB not in exported(net), 10, "the export to be lost")
    began = time.monotonic()
    sentence = net.wait(lambda: strays(net, "pe1").get(("unexported", WEB)), 15, "the alarm")
    print(f"\ntold {net.seconds_since(began)} after the export was lost")
    assert "bgpd does not export to the VPN" in sentence and sentence in net.vty("pe1", "tenantd", "show tenant acme")
    assert WEB in net.routes("pe1", "acme")
    net.pass_seconds(6)    # bgpd is asked again meanwhile
    assert told(net, "pe1", f"route to {WEB} that bgpd") == (1, 0)
    assert WEB not in exported(net), "it is only told of"


def test_and_brought_back(net):
    net.configure("pe1", "tenantd", "tenant exports repair")
    began = time.monotonic()
    net.wait(lambda: WEB in exported(net), 20, "the export to be repaired")
    clears(net, "pe1")
    print(f"\nthere again, and cleared, after {net.seconds_since(began)}")
    assert told(net, "pe1", f"route to {WEB} that bgpd") == (1, 1)
    net.configure("pe1", "tenantd", "tenant drift repair")
    net.wait_route("pe2", WEB, "acme")


def test_what_cannot_be_brought_back_is_told_of_after_three_attempts(net):
    attempts = lambda: len(re.findall(r"is not exported to the VPN; .* made anew", (net.log / "pe1/tenantd.log").read_text()))
    before = attempts()
    net.configure("pe1", "tenantd", "tenant drift report")
    net.configure("pe1", "bgpd", "route-map TN-acme-EXP deny 1", "exit")
    net.wait(lambda: WEB not in exported(net), 10, "the export to be lost")
    net.wait(lambda: ("unexported", WEB) in strays(net, "pe1"), 40, "the alarm")
    assert attempts() == before + 3
    net.pass_seconds(15)    # looked at again meanwhile, and left alone
    assert attempts() == before + 3 and ("unexported", WEB) in strays(net, "pe1")
    net.configure("pe1", "bgpd", "no route-map TN-acme-EXP deny 1")
    clears(net, "pe1")
    net.configure("pe1", "tenantd", "tenant drift repair")


def test_a_subnet_that_comes_as_it_should_is_none(net):
    for n in range(3, 6):
        net.db.switch("acme", f"s{n}", f"10.1.{n}.0/24")
        net.wait_route("ce", f"10.1.{n}.0/24")
    net.pass_seconds(10)
    for router in net.provider:
        assert strays(net, router) == {}

# SPDX-License-Identifier: GPL-2.0-or-later
"""ospfd with our module on the edge: type-7 LSAs are translated at once, and late adjacencies miss nothing; bgpd with
ours on the PEs: prefixes do not wait.

The same network without the module needs up to 5 s for a translation (test_logical_switch lives with that), and its PE
never gets back a subnet that was translated before its adjacency (F1, test_frr_restart). The last test here is that
negative control.
"""

import json
import time

import pytest

from tenantnet import BUILD, REFERENCE, SITE, TenantNet

WEB = "10.1.1.0/24"
OSPFD = f"-M {BUILD}/.libs/ospfd_tenant.so"
BGPD = f"-M {BUILD}/.libs/bgpd_tenant.so"


@pytest.fixture(scope="module")
def net(request):
    with TenantNet(request.module.__name__, options={("esg", "ospfd"): OSPFD, ("pe1", "bgpd"): BGPD,
                                                         ("pe2", "bgpd"): BGPD}) as net:
        with net.db.together():
            net.db.tenant("acme", REFERENCE, ["10.1.0.0/16", "172.16.0.0/16"])
            net.db.link("acme", "paris", "pe2", "x0", "192.168.201.1/30", "ospf")
        net.wait_ok("acme")
        net.wait_route("esg", SITE, "acme")
        net.wait_route("dlr", "0.0.0.0/0", "acme")
        yield net


def translation(net):
    return json.loads(net.vty("esg", "ospfd", "show tenant ospf json"))["acme"]


def test_a_new_switch_is_at_the_first_pe_in_less_than_a_second_and_goes_as_fast(net):
    for round in range(3):
        began = time.monotonic()
        net.db.switch("acme", "web", WEB)
        net.wait_route("pe1", WEB, "acme", timeout=1)
        came = time.monotonic() - began
        began = time.monotonic()
        net.db.delete("logical_switch", "web")
        net.wait(lambda: WEB not in net.routes("pe1", "acme"), 1, "the route to go at pe1")
        print(f"\ncame in {came * 1000:.0f} ms, went in {(time.monotonic() - began) * 1000:.0f} ms")
    assert translation(net)["worstUs"] < 200000, translation(net)


def test_the_customer_site_has_it_too(net):
    net.db.switch("acme", "web", WEB)
    net.wait_route("ce", WEB, timeout=5)
    assert net.ping("ce", "10.1.1.1", source="172.16.2.1", tries=20)


def test_every_bgp_instance_has_the_shorter_wait(net):
    for router in ("pe1", "pe2"):
        said = net.vty(router, "bgpd", "show tenant bgp").split("\n")
        waits = dict(line.split() for line in said[1:] if len(line.split()) == 2)
        assert waits == {"default": "5", "acme": "5"}, said


def test_translation_does_not_trigger_itself(net):
    """Its own type-7 default would, some 150 times in the time below; the DLR may send an LSA of its own anew."""
    before, end = translation(net), time.monotonic() + 6
    net.wait(lambda: time.monotonic() > end, 7, "six seconds to pass")
    after = translation(net)
    print(f"\n{after['changes'] - before['changes']} changes and {after['runs'] - before['runs']} runs in 6 s")
    assert after["runs"] - before["runs"] <= 3


def test_many_changes_share_a_run(net):
    before = translation(net)
    with net.db.together():
        for i in range(100):
            net.db.switch("acme", f"many{i}", f"10.1.{100 + i}.0/24")
    net.wait_route("pe1", "10.1.199.0/24", "acme", timeout=20)
    net.wait(lambda: translation(net)["changes"] >= before["changes"] + 100, 10, "all of them to be seen")
    runs = translation(net)["runs"] - before["runs"]
    print(f"\n{runs} runs for 100 subnets")
    assert 0 < runs < 50
    with net.db.together():
        for i in range(100):
            net.db.delete("logical_switch", f"many{i}")
    net.wait(lambda: "10.1.199.0/24" not in net.routes("pe1", "acme"), 20, "the last of them to go")


def test_a_pe_that_comes_back_has_what_was_translated_before(net):
    net.wait_route("pe1", WEB, "acme", timeout=10)
    net.restart("pe1", "ospfd")
    net.wait(lambda: [s for s, _ in net.neighbors("pe1", "acme")] == ["Full"], 20, "the adjacency")
    began = time.monotonic()
    net.wait_route("pe1", WEB, "acme", timeout=2)
    print(f"\nthere {time.monotonic() - began:.2f} s after Full")
    assert translation(net)["repairs"] > 0


def test_without_the_module_the_same_pe_misses_it(net):
    net.options.clear()
    net.restart("esg", "ospfd")
    net.wait_route("pe1", WEB, "acme", timeout=30)
    net.restart("pe1", "ospfd")
    net.wait(lambda: [s for s, _ in net.neighbors("pe1", "acme")] == ["Full"], 20, "the adjacency")
    end = time.monotonic() + 3
    net.wait(lambda: time.monotonic() > end, 4, "three seconds to pass")
    assert WEB not in net.routes("pe1", "acme"), "FRR's F1 is mended: the module's repair can go"

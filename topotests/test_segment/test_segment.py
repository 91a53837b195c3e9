# SPDX-License-Identifier: GPL-2.0-or-later
"""A host behind a core switch (S0-06, S0-07): a customer subscribes to a bundle, with a VLAN for each of its networks.

    ... esg -- dlr --core/e0-- core        VLAN 2 on the trunk is network "web", VLAN 3 network "test"
"""

import pytest

from tenantnet import REFERENCE, SITE, TenantNet

HOST = "10.1.1.50"


@pytest.fixture(scope="module")
def net(request):
    with TenantNet(request.module.__name__, servers=("core",)) as net:
        with net.db.together():
            net.db.tenant("acme", REFERENCE, ["10.1.0.0/16", "172.16.0.0/16"])
            net.db.link("acme", "paris", "pe2", "x0", "192.168.201.1/30", "ospf")
        net.ip("link set core mtu 1600 up", router="dlr")
        net.ip("link set e0 mtu 1600 up", "link add link e0 name e0.2 type vlan id 2", "link set e0.2 up",
               f"addr add {HOST}/24 dev e0.2", "route add default via 10.1.1.1", router="core")
        for words in ("add domain core1 --site dc1 --ports dlr:core", "add bundle gold", "add network gold web",
                      "add network gold test --purpose test", "subscribe acme gold --site dc1 --domain core1",
                      "add subnet acme gold-web 10.1.1.0/24", "add subnet acme gold-test 10.1.2.0/24"):
            assert net.tenantctl(*words.split()) == "", words
        net.wait_ok("acme")
        net.wait_route("esg", SITE, "acme", timeout=60)
        yield net


def bridge(net, name):
    return f"ls{net.db.id('logical_switch', name)}"


def test_a_subscriber_has_a_gateway_with_an_interface_for_each_network(net):
    """S3-03, S0-04: and what is for tests is not announced."""
    inside = {name for name, link in net.links("dlr").items() if link["master"] == "acme"}
    assert inside == {"t0.101", bridge(net, "gold-web"), bridge(net, "gold-test")}
    net.wait_route("ce", "10.1.1.0/24")
    assert "10.1.2.0/24" not in net.routes("ce")


def test_a_host_behind_the_core_switch_is_reached_from_the_customer_site(net):
    link = net.links("dlr")["core.2"]
    assert (link["kind"], link["master"], link["mtu"]) == ("vlan", bridge(net, "gold-web"), 1500)
    assert net.ping("ce", HOST, source="172.16.2.1")
    assert net.ping("core", "172.16.2.1", source=HOST)


def test_what_a_hand_took_out_of_the_switch_is_put_back(net):
    net.ip("link set core.2 nomaster", router="dlr")
    net.wait(lambda: net.links("dlr")["core.2"]["master"] == bridge(net, "gold-web"), 20, "core.2 in its switch")
    net.ip("link del core.2", router="dlr")
    net.wait(lambda: net.links("dlr").get("core.2", {}).get("master") == bridge(net, "gold-web"), 20, "core.2 again")
    assert net.ping("ce", HOST, source="172.16.2.1")


def test_another_vlan_is_another_network(net):
    assert net.tenantctl("set", "switch", "acme", "gold-web", "--domain", "core1:25") == ""
    net.wait(lambda: "core.25" in net.links("dlr") and "core.2" not in net.links("dlr"), 20, "VLAN 25 in place of 2")
    assert net.never_pings("ce", HOST, source="172.16.2.1")
    net.ip("link del e0.2", "link add link e0 name e0.25 type vlan id 25", "link set e0.25 up",
           f"addr add {HOST}/24 dev e0.25", "route add default via 10.1.1.1", router="core")
    assert net.ping("ce", HOST, source="172.16.2.1")


def test_who_unsubscribes_leaves_nothing(net):
    assert "has the subnet 10.1.1.0/24" in net.tenantctl("unsubscribe", "acme", "gold")
    assert net.tenantctl("unsubscribe", "acme", "gold", "--force") == ""
    net.wait(lambda: not [n for n in net.links("dlr") if n.startswith(("core.", "ls", "vx"))], 20, "the switches to go")
    net.wait_no_route("ce", "10.1.1.0/24")
    assert net.links("dlr")["core"]["mtu"] == 1600

# SPDX-License-Identifier: GPL-2.0-or-later
"""One address of the provider's management network, for those customers who have ordered it (S0-09).

    svc, near --- dlr -- esg -- pe1 -- p -- pe2 --+-- ce     blue's site, 172.16.2.0/24, by OSPF
                                                  '-- ce2    green's site, 10.2.9.0/24, by static routes

The management network 10.50.0.0/24 is a switch of tenant mgmt; svc is the service's host in it and near its neighbour.
Blue and green import 10.50.0.9/32, red has ordered nothing; all of them are on all nodes. To order it is a host's own
route at mgmt, a leak of it to the customer, and one of the customer's site back.
"""

import ipaddress
import re

import pytest

from tenantnet import REFERENCE, SITE, TenantNet

NODES, PES = ("dlr", "esg", "pe1", "pe2"), ("pe1", "pe2")
MANAGEMENT, SERVICE, NEIGHBOUR = "10.50.0.0/24", "10.50.0.9", "10.50.0.10"
ONE = f"{SERVICE}/32"
SITES = {"blue": ("ce", "172.16.2.1", SITE), "green": ("ce2", "10.2.9.1", "10.2.9.0/24")}
CUSTOMERS = (*SITES, "red")
OWN = {"blue": ("10.1.0.0/16", SITE), "green": ("10.2.0.0/16",), "red": ("10.3.0.0/16",)}


@pytest.fixture(scope="module")
def net(request):
    with TenantNet(request.module.__name__, ce2=True, servers=("svc", "near"), daemons={"ce2": {}}) as net:
        net.ip("addr del 172.16.2.1/24 dev site", "addr add 10.2.9.1/24 dev site",
               "route add default via 192.168.201.1", router="ce2")
        with net.db.together():
            net.db.tenant("mgmt", REFERENCE, [MANAGEMENT])
            switch = net.db.switch("mgmt", "management", MANAGEMENT)
            subnet = net.db.sql("SELECT id FROM subnet WHERE switch_id = ?", switch)[0][0]
            net.db.insert("host", subnet_id=subnet, address=SERVICE, site_id=net.db.id("site", "dc1"), advertise=1)
            for number, name in enumerate(CUSTOMERS, 1):
                net.db.tenant(name, REFERENCE, OWN[name])
                net.db.switch(name, "web", f"10.{number}.1.0/24")
            net.db.link("blue", "site", "pe2", "x0", "192.168.201.1/30", "ospf")
            net.db.link("green", "site", "pe2", "x1", "192.168.201.1/30", "static", peer="192.168.201.2",
                        behind=[SITES["green"][2]])
        net.wait_ok("mgmt")
        for host, address in (("svc", SERVICE), ("near", NEIGHBOUR)):
            net.ip(f"link set {host} master ls{switch}", router="dlr")
            net.ip(f"addr add {address}/24 dev e0", "route add default via 10.50.0.1", router=host)
        net.wait_route("pe2", ONE, "mgmt")
        net.ip(f"route add {MANAGEMENT} via 192.168.201.1", router="ce")    # so that the ce asks for all of it
        yield net


def order(net, *names):
    with net.db.together():
        for name in names:
            net.db.leak("mgmt", name, ONE)
            net.db.leak(name, "mgmt", SITES[name][2])


def within(prefixes, network):
    """Those of the prefixes that have an address of the network, unless they are default routes."""
    network = ipaddress.ip_network(network)
    return {text for text in prefixes if (prefix := ipaddress.ip_network(text)).prefixlen and prefix.overlaps(network)}


def externals(net, router, vrf):
    """The prefixes that OSPF says come from elsewhere, whoever says it."""
    said = "".join(net.vty(router, "ospfd", f"show ip ospf vrf {vrf} database {kind}")
                   for kind in ("external", "nssa-external", "summary"))
    return {f"{address}/{length}" for address, length in re.findall(r"Link State ID: (\S+) .*?Network Mask: /(\d+)", said, re.S)}


def tables(net, vrf):
    """{(node, who says it): prefixes} of one tenant, in the kernel, in zebra, in OSPF, in BGP."""
    found = {}
    for router in NODES:
        found[router, "kernel"] = set(net.routes(router, vrf))
        found[router, "zebra"] = set(net.show(router, "zebra", f"show ip route vrf {vrf} json"))
        found[router, "ospf"] = externals(net, router, vrf)
        if router in PES:
            found[router, "bgp"] = set(net.show(router, "bgpd", f"show bgp vrf {vrf} ipv4 unicast json")["routes"])
    return found


def seen(net, vrf, network):
    """{(node, who says it): prefixes in the network}, where there are any."""
    return {where: inside for where, prefixes in tables(net, vrf).items() if (inside := within(prefixes, network))}


def targets(net, router, prefix):
    """The route targets with which the PE has the prefix in the VPN, by whatever RD."""
    known = net.show(router, "bgpd", f"show bgp ipv4 vpn {prefix} json")
    paths = [path for rd in known.values() for path in rd["paths"]]
    return {target for path in paths for target in re.findall(r"RT:(\S+)", path["extendedCommunity"]["string"])}


def target(net, vrf, leaked=False):
    return f"65000:{net.db.id('tenant', vrf) + (1000000 if leaked else 0)}"


def both_ways(net, name):
    """The customer gets to the service, and the service to the customer."""
    site, address, _ = SITES[name]
    return net.ping(site, SERVICE, source=address) and net.ping("svc", address)


def test_who_has_ordered_nothing_sees_nothing(net):
    for name in CUSTOMERS:
        assert seen(net, name, MANAGEMENT) == {}, name
    assert net.never_pings("ce", SERVICE, source="172.16.2.1")
    assert MANAGEMENT in net.routes("pe2", "mgmt"), "the control: it is there to be seen"
    assert (("pe2", "bgp") in seen(net, "mgmt", MANAGEMENT)) and ("dlr", "kernel") in seen(net, "mgmt", MANAGEMENT)


def test_a_customer_who_has_ordered_it_gets_there_and_is_answered(net):
    order(net, "blue", "green")
    net.wait_route("ce", ONE)
    for name in SITES:
        net.wait(lambda: both_ways(net, name), 30, f"{name} and the service to reach each other")


def test_of_the_management_network_the_one_address_is_in_the_table_and_nothing_else(net):
    for name in SITES:
        found = seen(net, name, MANAGEMENT)
        assert set().union(*found.values()) == {ONE}, (name, found)
        assert {("pe1", "kernel"), ("pe2", "kernel"), ("pe1", "zebra"), ("pe2", "bgp"), ("esg", "kernel"),
                ("esg", "ospf")} <= set(found), (name, found)
    assert seen(net, "red", MANAGEMENT) == {}
    assert within(net.routes("ce"), MANAGEMENT) - {MANAGEMENT} == {ONE}    # the network itself is the test's own
    for router in NODES:
        holders = {net.table(router, "mgmt")}
        assert net.tables_with(router, MANAGEMENT) <= holders, router


def test_in_the_vpn_the_one_address_is_marked_for_who_has_ordered_it(net):
    for router in PES:
        assert targets(net, router, MANAGEMENT) == {target(net, "mgmt")}, router
        assert targets(net, router, ONE) == {target(net, "mgmt"), *(target(net, name, leaked=True) for name in SITES)}, router


def test_its_neighbour_is_not_reached_from_there_nor_from_the_neighbour(net):
    before = net.icmp_echoes("near")
    for site, address, _ in SITES.values():
        assert net.never_pings(site, NEIGHBOUR, source=address), site
    assert net.icmp_echoes("near") == before, "not even one way"
    assert net.ping("svc", NEIGHBOUR), "the control: it answers who is beside it"
    for _, address, _ in SITES.values():
        assert net.never_pings("near", address)


def test_two_customers_of_one_service_do_not_see_each_other(net):
    for name, other in (("blue", "green"), ("green", "blue"), ("red", "blue"), ("red", "green")):
        for network in OWN[other]:
            assert seen(net, name, network) == {}, (name, network)
    net.ip("route add 10.2.9.0/24 via 192.168.201.1", router="ce")
    before = net.icmp_echoes("ce2")
    assert net.never_pings("ce", "10.2.9.1", source="172.16.2.1")
    assert net.icmp_echoes("ce2") == before
    before = net.icmp_echoes("ce")
    assert net.never_pings("ce2", "172.16.2.1", source="10.2.9.1")
    assert net.icmp_echoes("ce") == before


def test_tenantctl_proves_it_and_refuses_what_would_join_them(net):
    assert net.tenantctl("check").startswith("4 tenants, no findings\n")
    revision = net.revision()
    for name, other in (("green", "blue"), ("red", "mgmt")):
        said = net.tenantctl("set", "tenant", name, "--rt-number", str(net.db.id("tenant", other)))
        assert f"is used by tenant {other} and by tenant {name}" in said, said
    said = net.tenantctl("add", "leak", "blue", "red", ONE)    # what was leaked to it it cannot pass on
    assert "outside the address space" in said, said
    assert net.revision() == revision


def test_who_gives_it_up_loses_it_and_the_other_keeps_it(net):
    net.db.sql("DELETE FROM leak WHERE to_tenant = ?1 OR from_tenant = ?1", net.db.id("tenant", "green"))
    for router in PES:
        net.wait_no_route(router, ONE, "green")
        net.wait_no_route(router, SITES["green"][2], "mgmt")
    net.wait(lambda: seen(net, "green", MANAGEMENT) == {}, 20, lambda: f"{seen(net, 'green', MANAGEMENT)} to go")
    assert net.never_pings("ce2", SERVICE, source="10.2.9.1")
    assert both_ways(net, "blue")

# SPDX-License-Identifier: GPL-2.0-or-later
"""What keeps one customer's network apart from others', from the provider's, and from what nobody ordered.

Each guard is looked at twice: with it the fault must not happen, and in the same network without it the fault must be
there, or the test would prove nothing. To take a guard away, tenantd on that node is stopped first; when it is started
again it finds what is missing and puts it back, which each test ends with.

    dlr -- esg -- pe1 -- p -- pe2 -- ce         tenant acme on all; globex, its neighbour, on pe1 and pe2

p is made a hijacker: a bgpd with a VRF of its own, whose VPN routes carry acme's route target. ce is acme's customer
router, speaks BGP to pe2, and marks what it announces with globex's route target.
"""

import contextlib
import os
import pwd
import signal
import socket
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))
from lint_config import faults    # noqa: E402
from tenantnet import LAST_RESORT, REFERENCE, SANITIZED, SITE, TenantNet, reference

HIJACKED = "10.1.1.128/25"            # the better half of acme's subnet
OUTSIDE = "203.0.113.0/24"            # no aggregate of acme's holds it
MANAGEMENT = "10.255.77.0/24"         # the provider's
DEFAULT = "0.0.0.0/0"
SESSION = """\
 neighbor {0} remote-as 65000
 neighbor {0} update-source lo
 neighbor {0} timers 1 3
 neighbor {0} timers connect 1
 address-family ipv4 vpn
  neighbor {0} activate
 exit-address-family
"""
BGP_P = ("router bgp 65000\n bgp router-id 10.255.0.9\n no bgp default ipv4-unicast\n coalesce-time 0\n"
         + SESSION.format("10.255.0.2") + "exit\n")
BGP_PE2 = reference.bgpd("pe2").removesuffix("exit\n") + SESSION.format("10.255.0.9") + "exit\n"
BGP_CE = """\
router bgp 64512
 bgp router-id 172.16.2.1
 no bgp ebgp-requires-policy
 neighbor 192.168.201.1 remote-as 65000
 neighbor 192.168.201.1 timers 1 3
 neighbor 192.168.201.1 timers connect 1
 address-family ipv4 unicast
  network 172.16.2.0/24
  neighbor 192.168.201.1 route-map GRAB out
 exit-address-family
exit
route-map GRAB permit 10
 set extcommunity rt 65000:2
exit
"""


def usual(router, **other):
    return {**{d: getattr(reference, d)(router) if hasattr(reference, d) else "" for d in reference.DAEMONS[router]},
            **other}


@pytest.fixture(scope="module")
def net(request):
    daemons = {"p": usual("p", bgpd=BGP_P), "pe2": usual("pe2", bgpd=BGP_PE2),
               "ce": {"mgmtd": "", "zebra": "", "bgpd": BGP_CE}}
    with TenantNet(request.module.__name__, daemons=daemons, confined=True, strays=True) as net:
        for router in net.provider:
            assert net.tenantd(router)["exposed-by"] == ""
        net.ip("link add evil type vrf table 66", "link set evil up", "link add e6 type dummy",
               "link set e6 master evil up", "addr add 10.1.1.129/25 dev e6", router="p")
        with net.db.together():
            net.db.sql("INSERT INTO reserved VALUES ('10.255.0.0/16', 'loopbacks and management')")
            net.db.tenant("acme", REFERENCE, ["10.1.0.0/16", "172.16.0.0/16"])
            net.db.tenant("globex", "pe2:pe")
            net.db.link("acme", "site", "pe2", "x0", "192.168.201.1/30", "bgp", peer="192.168.201.2", peer_as=64512)
            net.db.switch("acme", "web", "10.1.1.0/24")
        net.ip("link add far type dummy", "link set far up", router="pe1")
        net.wait_ok("acme")
        net.wait_route("ce", "10.1.1.0/24")
        yield net


@contextlib.contextmanager
def without_tenantd(net, *names):
    """In the block nobody puts back what is taken away; after it everything is in order again."""
    for router in names:
        net.stop(router, "tenantd")
    try:
        yield
    finally:
        for router in names:
            net.start(router, daemons=["tenantd"])
        net.wait_ok("acme", *names)


def vpn(net, router):
    """{prefix: {rd}} of a PE's VPN table."""
    table = net.show(router, "bgpd", "show bgp ipv4 vpn json")["routes"]["routeDistinguishers"]
    found = {}
    for rd, prefixes in table.items():
        for prefix in prefixes:
            found.setdefault(prefix, set()).add(rd)
    return found


# -- route targets (C-13, C-14) --

def test_a_pe_that_joins_a_tenant_is_heard(net):
    with net.db.together():
        net.db.insert("attachment", tenant_id=net.db.id("tenant", "globex"), node_id=net.db.id("node", "pe1"), role="pe")
        net.db.link("globex", "far", "pe1", "far", "192.168.77.1/30", "static", peer="192.168.77.2",
                    behind=["10.77.0.0/16"])
    net.wait_route("pe2", "10.77.0.0/16", "globex")


def test_a_peer_that_uses_the_route_target_of_a_tenant_is_not_heard(net):
    # Its own router id: one that bgpd 10.7.1 has from zebra, later than all of this, makes it put the RD in place of the
    # route target (vpn_handle_router_id_update), and nobody would hear it for another reason than the guard.
    net.configure("p", "bgpd", "router bgp 65000 vrf evil", "bgp router-id 10.255.0.9", "address-family ipv4 unicast",
                  "redistribute connected", "label vpn export auto", "rd vpn export 10.255.0.9:666",
                  "rt vpn export 65000:1", "export vpn", "exit-address-family", "exit")
    net.wait(lambda: "10.255.0.9:666" in vpn(net, "pe2").get(HIJACKED, ()), 15, "the hijacked route to come to pe2")
    net.db.switch("acme", "after", "10.1.2.0/24")    # a right one that came later is there, so this one would be
    net.wait_route("pe2", "10.1.2.0/24", "acme")
    assert HIJACKED not in net.routes("pe2", "acme")
    assert net.ping("ce", "10.1.1.1", source="172.16.2.1")

    with without_tenantd(net, "pe2"):
        net.configure("pe2", "bgpd", "route-map TN-acme-IMP permit 10", "no match ip next-hop prefix-list", "exit")
        net.wait_route("pe2", HIJACKED, "acme")    # the control: without the guard acme's packets go to p
    net.wait_no_route("pe2", HIJACKED, "acme")


def test_a_customer_cannot_send_its_routes_to_another_tenant(net):
    net.wait_route("pe1", SITE, "acme")
    assert SITE not in net.routes("pe1", "globex") and SITE not in net.routes("pe2", "globex")
    with without_tenantd(net, "pe2"):
        net.configure("pe2", "bgpd", "route-map TN-acme-ADV permit 10", "no set extcommunity none", "exit")
        net.wait_route("pe1", SITE, "globex")    # the control
    net.wait_no_route("pe1", SITE, "globex")
    assert SITE in net.routes("pe1", "acme")


# -- what may be announced (C-17) --

@pytest.mark.parametrize("prefix, sentence", ((OUTSIDE, "outside the address space"), (MANAGEMENT, "is reserved"),
                                              (DEFAULT, "cannot be a default route")))
def test_a_subnet_that_is_not_the_tenants_is_refused_from_the_database(net, prefix, sentence):
    gateway = prefix.split("/")[0].removesuffix("0") + "1"
    net.db.switch("acme", "rogue", prefix, gateway=gateway)
    for router in ("dlr", "esg", "pe1", "pe2"):
        net.wait(lambda: net.health(router, "acme")[0] == "failed", 10, f"{router} to refuse {prefix}")
        assert sentence in net.health(router, "acme")[1]
        assert prefix not in net.routes(router, "acme") or prefix == DEFAULT
    net.db.delete("logical_switch", "rogue")
    net.wait_ok("acme")


def rogue(net):
    """Two subnets at the DLR that no database knows."""
    net.ip("link add rogue type dummy", "link set rogue master acme up", "addr add 203.0.113.1/24 dev rogue",
           "addr add 10.255.77.1/24 dev rogue", router="dlr")
    net.wait_route("dlr", OUTSIDE, "acme")


def test_what_is_put_in_by_hand_is_filtered_at_each_of_three_places(net):
    type7 = lambda router: net.lsas(router, "acme", "nssa-external")
    type5 = lambda router: net.lsas(router, "acme", "external")
    outside, management = OUTSIDE.split("/")[0], MANAGEMENT.split("/")[0]
    arrived = lambda: set(net.routes("pe2", "acme")) & {OUTSIDE, MANAGEMENT}
    rogue(net)

    # the DLR: everything after it open, or it would not be the one that filters
    net.db.switch("acme", "dlr-open", "10.1.3.0/24")
    net.wait_route("pe2", "10.1.3.0/24", "acme")
    assert not {outside, management} & set(type7("esg"))

    with without_tenantd(net, "dlr"):
        net.configure("dlr", "ospfd", "router ospf vrf acme", "no redistribute connected", "redistribute connected", "exit")
        net.wait(lambda: {outside, management} <= set(type7("esg")), 15, "the control at the DLR: both announced")

        # the edge translates no management space; what is merely not the tenant's goes on to the PE
        net.wait(lambda: outside in type5("pe1"), 15, f"{OUTSIDE} to be translated")
        assert management not in type5("pe1")
        with without_tenantd(net, "esg"):
            net.configure("esg", "ospfd", "router ospf vrf acme", "no area 51 nssa range 10.255.0.0/16", "exit")
            net.wait(lambda: management in type5("pe1"), 15, "the control at the edge: management space translated")

            # the PE
            for prefix in (OUTSIDE, MANAGEMENT):
                net.wait_route("pe1", prefix, "acme")
            with without_tenantd(net, "pe1"):
                net.configure("pe1", "bgpd", "router bgp 65000 vrf acme", "no bgp network import-check",
                              "address-family ipv4 unicast", "network 0.0.0.0/0", "exit-address-family", "exit")
                in_vrf = lambda: net.show("pe1", "bgpd", "show bgp vrf acme ipv4 unicast json")["routes"]
                net.wait(lambda: {OUTSIDE, MANAGEMENT, DEFAULT} <= set(in_vrf()), 15, "all three in pe1's BGP")
                assert not {OUTSIDE, MANAGEMENT, DEFAULT} & set(vpn(net, "pe1")) and not arrived()
                net.configure("pe1", "bgpd", "router bgp 65000 vrf acme", "address-family ipv4 unicast",
                              "no route-map vpn export TN-acme-EXP", "exit-address-family", "exit")
                net.wait(lambda: len(arrived()) == 2 and DEFAULT in vpn(net, "pe2"), 15,
                         "the control at the PE: all of it at pe2")
                net.configure("pe1", "bgpd", "router bgp 65000 vrf acme", "bgp network import-check",
                              "address-family ipv4 unicast", "no network 0.0.0.0/0", "exit-address-family", "exit")
    # The guards are back. What had slipped past the DLR's stays in OSPF (ospfd 10.7.1 takes back no type-7 of a
    # redistribution that ends: ospf_redistribute_withdraw looks for a type-5) and is stopped at the PE.
    net.wait(lambda: not arrived(), 20, "the PE's map to be back")
    net.ip("addr add 203.0.114.1/24 dev rogue", router="dlr")
    net.db.switch("acme", "dlr-again", "10.1.4.0/24")
    net.wait_route("pe2", "10.1.4.0/24", "acme")
    assert "203.0.114.0" not in type7("esg")
    net.ip("link del rogue", router="dlr")


# -- the node itself (C-20, C-21) --

def test_what_a_vrf_does_not_know_does_not_fall_through_to_the_main_table(net):
    with contextlib.suppress(AssertionError):
        net.ip("route add 10.255.0.9/32 via 192.168.201.1", router="ce")
    before = net.icmp_echoes("p")
    assert net.never_pings("ce", "10.255.0.9", source="172.16.2.1")
    assert net.icmp_echoes("p") == before
    with without_tenantd(net, "pe2"):
        net.ip(f"route del unreachable default table {net.table('pe2', 'acme')} metric {LAST_RESORT}", router="pe2")
        net.never_pings("ce", "10.255.0.9", source="172.16.2.1")    # no way back; but p has had them
        assert net.icmp_echoes("p") > before, "the control: without the last resort packets fall into the main table"
    before = net.icmp_echoes("p")
    assert net.never_pings("ce", "10.255.0.9", source="172.16.2.1")
    assert net.icmp_echoes("p") == before


def listening(net, router):
    """The ports that anything on the router listens on, in whatever VRF, as far as others get there at all."""
    found = set()
    for kind, state in (("tcp", "0A"), ("udp", "07")):
        text = open(f"/proc/{net.node(router).pid}/net/{kind}").read()
        for _, local, _, is_in, *_ in (line.split()[:5] for line in text.splitlines()[1:]):
            address, port = local.split(":")
            if is_in == state and not address.endswith("7F"):
                found.add((kind, int(port, 16)))
    return found


def bound(net, router, device, kind, source="0.0.0.0"):
    """A socket of the router, in a VRF of it where one is named."""
    with net.inside(router):
        sock = socket.socket(socket.AF_INET, kind)
    if device:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
    sock.bind((source, 0))
    sock.setblocking(False)
    return sock


def scan(net, router, source, device, address, ports):
    """Those of the ports behind which there is somebody: a connection, or no word that there is nobody."""
    kinds = {"tcp": socket.SOCK_STREAM, "udp": socket.SOCK_DGRAM}
    tried = {port: bound(net, router, device, kinds[port[0]], source) for port in ports}
    with contextlib.ExitStack() as stack:
        for (kind, number), sock in tried.items():
            stack.enter_context(sock)
            sock.connect_ex((address, number))
            if kind == "udp":
                with contextlib.suppress(OSError):
                    sock.send(b"hello")
        time.sleep(1)    # for an answer not to come there is no sign
        return {port for port, sock in tried.items() if is_there(port[0], sock)}


def is_there(kind, sock):
    if kind == "udp":
        return sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0
    with contextlib.suppress(OSError):
        return bool(sock.getpeername())
    return False


def set_l3mdev(net, router, value):
    with net.inside(router):
        for kind in ("tcp", "udp"):
            open(f"/proc/sys/net/ipv4/{kind}_l3mdev_accept", "w").write(str(value))


@contextlib.contextmanager
def services(net, router):
    """A TCP and a UDP service of the node, in the default VRF, on all its addresses; the UDP one answers."""
    with net.inside(router):
        tcp, udp = (socket.socket(socket.AF_INET, kind) for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM))
    with tcp, udp:
        tcp.bind(("0.0.0.0", 2222))
        tcp.listen(16)
        udp.bind(("0.0.0.0", 1161))
        udp.setblocking(False)
        yield udp


# Who is in acme's VRF: the customer, and worse than any customer, somebody on a node of it. What each tries to reach.
SCANS = (("ce", "172.16.2.1", None, "pe2", "192.168.201.1"), ("ce", "172.16.2.1", None, "dlr", "10.1.1.1"),
         ("esg", "100.96.0.6", "acme", "pe1", "100.96.0.5"), ("esg", "100.64.0.1", "acme", "dlr", "100.64.0.3"),
         ("dlr", "100.64.0.3", "acme", "esg", "100.64.0.1"))
OURS = {("tcp", 2222), ("udp", 1161)}    # of services()
OFFERED = {("tcp", 179)}                 # BGP at a PE, by which the customer is a neighbor
FRR_PORTS = {("tcp", port) for port in (22, 179, 646, 830, 2605, 4334, 6513, *range(2600, 2625))} | {("udp", 161), ("udp", 646)}


@contextlib.contextmanager
def unlimited_icmp(net):
    """Who has nobody at a port says so each time, not once a second."""
    for router in net.provider:
        with net.inside(router):
            open("/proc/sys/net/ipv4/icmp_ratelimit", "w").write("0")
            open("/proc/sys/net/ipv4/icmp_msgs_per_sec", "w").write("100000")
    yield


def test_services_of_the_node_do_not_answer_a_tenant(net):
    with contextlib.ExitStack() as stack:
        stack.enter_context(unlimited_icmp(net))
        for router in net.provider:
            stack.enter_context(services(net, router))
        for origin, source, device, router, address in SCANS:
            assert net.ping(origin, address, source=source, vrf=device), f"{origin} gets to {address}"
            there = listening(net, router)
            assert OURS <= there and (router in ("dlr", "esg") or ("tcp", 646) in there)    # to be found
            found = scan(net, origin, source, device, address, there | FRR_PORTS)
            print(f"{origin} gets at {sorted(found)} of {len(there | FRR_PORTS)} ports of {router}")
            assert found <= (OFFERED if router in ("pe1", "pe2") else set()), (origin, router)
        loopback = net.SHAPE.LOOPBACK["pe2"]
        assert not scan(net, "ce", "172.16.2.1", None, loopback, {port for port in listening(net, "pe2") if port[0] == "tcp"})


def test_a_service_that_is_meant_for_a_tenant_is_found(net):
    """The controls of the scan: a socket in the VRF, and a node that answers everybody."""
    with unlimited_icmp(net), services(net, "pe2"), bound(net, "pe2", "acme", socket.SOCK_STREAM) as meant:
        meant.listen(4)
        look = lambda: scan(net, "ce", "172.16.2.1", None, "192.168.201.1", listening(net, "pe2"))
        assert look() - OFFERED == {("tcp", meant.getsockname()[1])}
        set_l3mdev(net, "pe2", 1)
        assert OURS <= look(), "with accept = 1 they answer"
        assert "Warning: services of this node answer tenants" in net.vty("pe2", "tenantd", "show tenant")
        net.kill("pe2", "tenantd", signal.SIGHUP)
        net.wait(lambda: "tcp_l3mdev_accept is not 0" in (net.log / "pe2/tenantd.log").read_text(), 5, "the warning")
        set_l3mdev(net, "pe2", 0)
        assert "Warning" not in net.vty("pe2", "tenantd", "show tenant")


def test_tenantd_is_user_frr_with_one_capability(net):
    """As its systemd unit confines it, and all of this module's changes were its work."""
    frr = str(pwd.getpwnam("frr").pw_uid)
    for router in net.provider:
        said = dict(line.split(":\t", 1) for line in open(f"/proc/{net.pid(router, 'tenantd')}/status"))
        assert set(said["Uid"].split()) == {frr} and (SANITIZED or said["NoNewPrivs"].strip() == "1")
        assert int(said["CapPrm"], 16) == 1 << 12, "CAP_NET_ADMIN, and no more"
        assert not os.stat(net.root(router) / "run/frr/tenantd.vty").st_mode & 0o007


# -- the configuration as a whole (C-26) --

def test_nothing_dangerous_stands_in_a_tenants_vrf(net):
    for router in net.provider:
        for daemon in ("ospfd", "bgpd"):
            if daemon in net.daemons(router):
                assert not faults(net.running(router, daemon)), (router, daemon)
    net.configure("pe1", "bgpd", "router bgp 65000 vrf globex", "address-family ipv4 unicast", "redistribute static",
                  "exit-address-family", "exit")
    assert [fault for fault in faults(net.running("pe1", "bgpd")) if "redistribute static" in fault], "the control"

# SPDX-License-Identifier: GPL-2.0-or-later
"""Public addresses of hosts: translated at the edges, announced where the host is, and gone over with it.

The customer's router has a private address, from which it reaches hosts by their own, and a public one: somebody outside.
"""

import re
import socket
import subprocess
import threading
import time

import pytest

from twosites import DB, WEB, TwoSitesNet
from net import twosites

SPACE = ["10.1.0.0/16", "172.16.0.0/16", "198.51.100.0/24", "203.0.113.0/28"]
OUTSIDE, CUSTOMER = "198.51.100.7", twosites.SITE_ADDRESS
HOST, STRETCHED, OTHER = "10.1.1.50", "10.1.2.70", "10.1.1.71"
WHOLE, PORTS, SECOND = "203.0.113.5", "203.0.113.6", "203.0.113.7"


@pytest.fixture(scope="module")
def net(request):
    with TwoSitesNet(request.module.__name__) as net:
        with net.db.together():
            net.db.tenant("acme", net.SHAPE.everywhere, SPACE, recovery_site_id=net.site("dc2"))
            net.db.link("acme", "paris", "pe3", "x0", twosites.CE_LINK, "ospf")
            net.switches = {"web": net.db.switch("acme", "web", WEB, site_id=net.site("dc1")),
                            "db": net.db.switch("acme", "db", DB, scope="universal")}
        net.ip(f"addr add {OUTSIDE}/24 dev site", router="ce")
        net.wait_ok("acme", timeout=60)
        net.wait_route("ce", WEB, timeout=60)
        for dlr in ("dlr1", "dlr2"):
            net.wait(lambda: "198.51.100.0/24" in net.routes("pe1", "acme"), 60, "the outside in pe1's VRF")
            net.wait(lambda: "0.0.0.0/0" in net.routes(dlr, "acme"), 60, f"the default of {dlr}")
        net.move("vm", f"{HOST}/24", "dlr1", "web")
        net.move("near", f"{STRETCHED}/24", "dlr1", "db")
        net.tenantctl("add", "host", "acme", "db", STRETCHED, "--site", "dc1", "--advertise")
        net.move("other", f"{OTHER}/24", "dlr1", "web")
        yield net


class Server:
    """Says to whoever connects from which address that was."""

    def __init__(self, net, host, port):
        with net.inside(host):
            self.sock = socket.create_server(("0.0.0.0", port))
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                peer, address = self.sock.accept()
            except OSError:
                return
            threading.Thread(target=self._echo, args=(peer, address), daemon=True).start()

    def _echo(self, peer, address):
        with peer:
            peer.sendall(f"{address[0]}\n".encode())
            while data := peer.recv(100):
                peer.sendall(data)


def dial(net, router, source, address, port, timeout=2):
    """A connection, and what its server has said: from which address it comes."""
    with net.inside(router):
        sock = socket.socket()
    sock.settimeout(timeout)
    sock.bind((source, 0))
    sock.connect((address, port))
    return sock, sock.recv(100).decode().strip()


def seen_from(net, *way):
    sock, said = dial(net, *way)
    sock.close()
    return said


def tc(net, router, command):
    with net.inside(router):
        return subprocess.run(f"tc {command}", shell=True, text=True, capture_output=True, check=True).stdout


def uplink(net, edge):
    return next(name for name in net.links(edge) if name.startswith("u0."))


def filters(net, edge):
    return sum(len(re.findall("handle 0x", tc(net, edge, f"filter show dev {uplink(net, edge)} {way}")))
               for way in ("ingress", "egress"))


def test_nobody_outside_reaches_a_host_without_one(net):
    assert net.ping("ce", HOST, source=CUSTOMER)
    assert not net.routes("ce").keys() & {f"{WHOLE}/32", f"{PORTS}/32"}
    assert filters(net, "esg1") == 0


def test_a_host_is_published(net):
    Server(net, "vm", 80), Server(net, "vm", 22)
    began = time.monotonic()
    net.tenantctl("add", "public", "acme", WHOLE, "--to", HOST)
    net.wait_route("ce", f"{WHOLE}/32")
    print(f"\nannounced to the customer after {net.seconds_since(began)}")
    net.wait_settled()
    assert net.ping("ce", WHOLE, source=OUTSIDE)
    assert seen_from(net, "ce", OUTSIDE, WHOLE, 80) == OUTSIDE
    said = {"address": WHOLE, "port": "", "host": HOST, "hostPort": 0}
    for router, does in (("dlr1", (True, False)), ("esg1", (False, True)), ("esg2", (False, True)), ("dlr2", (False, False))):
        shown = net.show(router, "tenantd", "show tenant acme json")["publics"]
        assert shown == [{**said, "announced": does[0], "translated": does[1]}], router
    line = next(line for line in net.vty("esg1", "tenantd", "show tenant acme").splitlines() if WHOLE in line)
    assert line.split() == [WHOLE, "-", HOST, "-", "translated"]
    assert seen_from(net, "ce", CUSTOMER, HOST, 80) == CUSTOMER, "who is within uses the host's own address"


def test_a_reserved_port_is_not_reached(net):
    assert seen_from(net, "ce", CUSTOMER, HOST, 22) == CUSTOMER
    with pytest.raises(OSError):
        dial(net, "ce", OUTSIDE, WHOLE, 22)


def test_what_a_host_sends_is_from_its_address(net):
    """Out of the blue, and not as an answer."""
    with net.inside("ce"):
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with sock, net.inside("vm"):
        sock.bind((OUTSIDE, 5300))
        sock.settimeout(5)
        out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        out.sendto(b"hello", (OUTSIDE, 5300))
        assert sock.recvfrom(100)[1][0] == WHOLE


def test_a_host_learns_of_a_smaller_mtu(net):
    """The error quotes the packet as it was on the way, and must reach who sent it."""
    net.ip("link set x0 mtu 1300", router="pe3")
    net.ip("link set e0 mtu 1300", router="ce")
    net.wait_route("pe1", "198.51.100.0/24", "acme")
    with net.inside("vm"):
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with sock:
        sock.setsockopt(socket.IPPROTO_IP, 10, 2)    # IP_MTU_DISCOVER, IP_PMTUDISC_DO
        sock.connect((OUTSIDE, 5301))

        def mtu():
            try:
                sock.send(bytes(1400))
            except OSError:
                pass    # too long by now, or refused by who has no such port
            return sock.getsockopt(socket.IPPROTO_IP, 14)    # IP_MTU
        net.wait(lambda: mtu() == 1300, 10, "vm to learn of an MTU of 1300")
    net.ip("link set x0 mtu 1500", router="pe3")
    net.ip("link set e0 mtu 1500", router="ce")
    net.wait_route("ce", f"{WHOLE}/32", timeout=60)


def test_ports_of_one_address_are_several_hosts(net):
    Server(net, "near", 25), Server(net, "near", 8443), Server(net, "other", 25)
    net.tenantctl("add", "public", "acme", PORTS, "tcp/2525", "--to", OTHER, "--to-port", "25")
    net.tenantctl("add", "public", "acme", PORTS, "tcp/443", "--to", STRETCHED, "--to-port", "8443")
    net.tenantctl("add", "public", "acme", PORTS, "tcp/25", "--to", STRETCHED)
    net.wait_route("ce", f"{PORTS}/32")
    net.wait_settled()
    assert seen_from(net, "ce", OUTSIDE, PORTS, 443) == OUTSIDE
    assert seen_from(net, "ce", OUTSIDE, PORTS, 25) == OUTSIDE
    assert seen_from(net, "ce", OUTSIDE, PORTS, 2525) == OUTSIDE
    with pytest.raises(OSError):
        dial(net, "ce", OUTSIDE, PORTS, 80)


def test_what_others_take_away_comes_back(net):
    """The device included, whose end takes them along without a word."""
    device = uplink(net, "esg1")
    before = filters(net, "esg1")
    assert before > 0
    for hand in (f"qdisc del dev {device} clsact", f"filter del dev {device} egress",
                 f"filter replace dev {device} ingress protocol ip pref 30 handle 1 flower dst_ip {WHOLE} action drop"):
        tc(net, "esg1", hand)
        net.wait(lambda: filters(net, "esg1") == before and "drop" not in
                 tc(net, "esg1", f"filter show dev {device} ingress"), 5, f"repair after {hand}")
        assert net.ping("ce", WHOLE, source=OUTSIDE)
    net.ip(f"link del {device}", router="esg1")
    net.wait(lambda: device in net.links("esg1") and filters(net, "esg1") == before, 10, f"repair of {device}")
    net.wait_route("ce", f"{WHOLE}/32", timeout=60)
    assert net.ping("ce", WHOLE, source=OUTSIDE)


def stream(sock, stop, gaps):
    last = time.monotonic()
    while not stop.is_set():
        sock.sendall(b"x" * 10)
        got = b""
        while len(got) < 10:
            got += sock.recv(100)
        now = time.monotonic()
        gaps.append(now - last)
        last = now
        time.sleep(0.01)


def test_a_connection_outlives_a_failover(net):
    """Both edges translate in the same way, and remember nothing. What stands at the edges does not change."""
    sock, said = dial(net, "ce", OUTSIDE, WHOLE, 80, timeout=30)
    assert said == OUTSIDE
    stop, gaps, before = threading.Event(), [], {edge: filters(net, edge) for edge in ("esg1", "esg2")}
    assert len(set(before.values())) == 1, before
    thread = threading.Thread(target=stream, args=(sock, stop, gaps))
    thread.start()
    time.sleep(0.5)
    net.wait_way(f"{WHOLE}/32", "pe1")
    net.move("vm", f"{HOST}/24", "dlr2", "web")
    said = net.tenantctl("failover", "acme", "--to", "dc2", "--planned")
    net.wait_way(f"{WHOLE}/32", "pe2")
    time.sleep(2)
    stop.set()
    thread.join(30)
    assert not thread.is_alive()
    sock.close()
    print(f"\n{said.strip()}; {len(gaps)} answers, the longest wait {max(gaps) * 1000:.0f} ms")
    assert {edge: filters(net, edge) for edge in ("esg1", "esg2")} == before
    assert net.ping("ce", WHOLE, source=OUTSIDE)
    assert seen_from(net, "ce", OUTSIDE, PORTS, 443) == OUTSIDE


def test_what_others_translate_is_told(net):
    """Some addresses must stay as they are, and netfilter's NAT is in use by somebody."""
    assert "whose addresses are never translated" in net.tenantctl("set", "switch", "acme", "db", "--no-nat")
    net.tenantctl("add", "switch", "acme", "copy", "10.1.9.0/24", "--no-nat")
    net.wait_settled()
    assert not net.tenantd("esg1")["translatesWrongly"]
    subprocess.run(["modprobe", "nft_masq"], check=True)
    net.wait(lambda: net.tenantd("esg1")["translatesWrongly"], 5, "esg1 to see that")
    told = lambda: "those of switch copy of tenant acme must stay as they are" in (net.log / "esg1/tenantd.log").read_text()
    net.wait(told, 20, "esg1 to tell of it")
    subprocess.run(["modprobe", "-r", "nft_masq"], check=True)
    net.tenantctl("del", "switch", "acme", "copy")


@pytest.mark.parametrize("words, sentence", [
    (["acme", SECOND, "tcp/22", "--to", HOST],
     "tcp/22 of public address 203.0.113.7 of tenant acme is reserved for the provider; publish another port"),
    (["acme", WHOLE, "--to", HOST], "203.0.113.5 is published already, by tenant acme"),
    (["acme", SECOND, "--to", "10.7.7.7"], "in no subnet of tenant acme"),
    (["acme", SECOND, "tcp/80", "--to", HOST], "cannot have public address 203.0.113.7 as well as another one"),
    (["acme", SECOND, "443", "--to", HOST], "443 is not a port; write it like tcp/443"),
    (["acme", "203.0.113.300", "--to", HOST], "203.0.113.300 is not an address; write it like 203.0.113.5"),
])
def test_what_cannot_be_is_refused(net, words, sentence):
    before = net.db.sql("SELECT * FROM public_address")
    assert sentence in net.tenantctl("add", "public", *words)
    assert net.db.sql("SELECT * FROM public_address") == before


def test_nothing_remains(net):
    for words in ([WHOLE], [PORTS, "tcp/443"], [PORTS, "tcp/25"], [PORTS, "tcp/2525"]):
        net.tenantctl("del", "public", "acme", *words)
    net.wait_no_route("ce", f"{WHOLE}/32")
    net.wait_settled()
    for edge in ("esg1", "esg2"):
        assert "clsact" not in tc(net, edge, f"qdisc show dev {uplink(net, edge)}")

# SPDX-License-Identifier: GPL-2.0-or-later
"""Two PEs on one customer LAN share an address by VRRP; a host behind them knows no other next hop.

    host (172.16.9.9) --.        .-- pe1 --.
                        |- lan y-|         p
                        |        '-- pe2 --'--- ce2 (172.16.2.1/24, at 192.168.201.2: the remote site)

pe1 has the higher priority. The LAN is VLAN 9 on the port of pe1 and the whole port of pe2.
"""

import signal
import socket
import struct
import subprocess
import time
from types import SimpleNamespace

import pytest

from lannet import LanNet
from tenantnet import SITE, reference

PES = ("pe1", "pe2")
LAN, VIRTUAL, HOST, FAR = "172.16.9.0/24", "172.16.9.1", "172.16.9.9", "172.16.2.1"
OWN = {"pe1": "172.16.9.2", "pe2": "172.16.9.3"}
GROUP_MAC = "00:00:5e:00:01:01"
NODES = {"pe1": ("dc1", "pe"), "pe2": ("dc1", "pe")}
FAST = 200    # ms between advertisements: a master is missed after 600 and up to 200 more

Shape = SimpleNamespace(**{name: value for name, value in vars(reference).items() if not name.startswith("_")})
Shape.LINKS = (*reference.LINKS, *((router, device, "lan", f"y-{router}", 1500)
                                   for router, device in (("pe1", "y0"), ("pe2", "y0"), ("host", "e0"))))
Shape.DAEMONS = {**reference.DAEMONS, **{pe: (*reference.DAEMONS[pe], "vrrpd") for pe in PES}}


class VrrpNet(LanNet):
    SHAPE = Shape
    BRIDGES = {"y": ("pe1", "pe2", "host")}

    def _enter(self, router):
        super()._enter(router)
        if router == "lan":    # the port of pe1 carries the LAN with a tag
            self.ip("link set dev y-pe1 nomaster", "link add link y-pe1 name y-pe1.9 type vlan id 9",
                    "link set dev y-pe1.9 master y up", router="lan")
        if router == "host":
            self.ip(f"addr add {HOST}/24 dev e0", f"route add default via {VIRTUAL}", router="host")

    def groups(self, pe):
        return self.show(pe, "vrrpd", "show vrrp json")

    def masters(self):
        """The PEs whose vrrpd takes itself for the master of the group."""
        return [pe for pe in PES if self.pid(pe, "vrrpd") and
                any(group["v4"]["status"] == "Master" for group in self.groups(pe))]

    def wait_master(self, pe, timeout=10):
        self.wait(lambda: self.masters() == [pe], timeout, f"{pe} to be the only master")
        # zebra takes down the other's device a moment after its vrrpd has said so
        self.wait(lambda: not any(self.carrier(other) for other in PES if other != pe), timeout, "the other's device to be down")

    def answers(self, wait=0.3):
        """The MAC addresses that answer when the host asks the whole LAN for the virtual address."""
        with self.inside("host"):
            sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0806))
        with sock:
            sock.bind(("e0", 0x0806))
            mine = sock.getsockname()[4]
            sock.send(b"\xff" * 6 + mine + struct.pack("!HHHBBH", 0x0806, 1, 0x0800, 6, 4, 1) + mine +
                      socket.inet_aton(HOST) + bytes(6) + socket.inet_aton(VIRTUAL))
            found, end = [], time.monotonic() + wait
            while (left := end - time.monotonic()) > 0:
                sock.settimeout(left)
                try:
                    frame = sock.recv(128)
                except OSError:
                    break
                if frame[20:22] == b"\0\2" and frame[28:32] == socket.inet_aton(VIRTUAL):
                    found.append(frame[22:28].hex(":"))
            return found

    def carrier(self, pe):
        """Whether the PE's device with the group's MAC passes frames."""
        device = next(name for name in self.links(pe) if name.startswith("vr"))
        with self.inside(pe):
            done = subprocess.run(["ip", "-o", "link", "show", device], text=True, capture_output=True)
        return "LOWER_UP" in done.stdout

    def reaches(self, tries=100):
        return self.ping("host", FAR, tries=tries, wait=0.1)

    def takeover(self, what, began):
        """Says how long the host, which knows the next hop's MAC, was cut off, and how long another had to ask."""
        assert self.reaches(), "the host has lost its way for good"
        lost = time.monotonic() - began
        self.wait(lambda: self.answers(0.05), 10, "somebody to answer for the address")
        print(f"\n{what}: the host was cut off for {lost:.2f} s, the address answered for after "
              f"{time.monotonic() - began:.2f} s", flush=True)


@pytest.fixture(scope="module")
def net(request):
    with VrrpNet(request.module.__name__, routers=("pe1", "p", "pe2"), nodes=NODES, wires={}, ce2=True,
                 daemons={"ce2": {}}, switches=("lan", "host")) as net:
        net.ip("route add default via 192.168.201.1", router="ce2")
        with net.db.together():
            net.db.sql("UPDATE provider SET vrrp_interval = ?", FAST)
            net.db.tenant("acme", "pe1:pe pe2:pe", ["172.16.0.0/16"])
            net.db.link("acme", "rome", "pe2", "x1", "192.168.201.1/30", "static", peer="192.168.201.2", behind=[SITE])
            net.db.link("acme", "lan1", "pe1", "y0", f"{OWN['pe1']}/24", "static", vlan=9,
                        virtual_address=VIRTUAL, priority=150)
            net.db.link("acme", "lan2", "pe2", "y0", f"{OWN['pe2']}/24", "static", virtual_address=VIRTUAL)
        net.wait_ok("acme")
        net.wait_route("pe1", SITE, "acme")
        yield net


def test_one_of_two_pes_is_the_hosts_way_out(net):
    net.wait_master("pe1")
    assert net.reaches()
    assert net.ping("host", VIRTUAL)
    assert net.answers() == [GROUP_MAC], "one router answers for the address, with the group's MAC"


def test_the_lan_is_routed_and_exported_as_without_it(net):
    for pe in PES:
        found = [prefix for prefix in net.routes(pe, "acme") if prefix.startswith("172.16.9.")]
        exported = net.show(pe, "bgpd", "show bgp ipv4 vpn json")["routes"]["routeDistinguishers"]
        assert found == [LAN]
        assert {prefix for routes in exported.values() for prefix in routes} == {LAN, SITE}


def test_when_its_port_goes_down_the_other_takes_over_and_it_comes_back(net):
    assert net.reaches()
    began = time.monotonic()
    with net.pulled("y", "pe1"):
        net.takeover("the master's port goes down", began)
        assert net.answers() == [GROUP_MAC]
    net.wait_master("pe1")
    assert net.reaches()
    assert net.answers() == [GROUP_MAC]


def test_a_backup_whose_port_flaps_does_not_answer(net):
    for _ in range(3):
        with net.pulled("y", "pe2"):
            pass
    net.wait_master("pe1")
    net.wait(lambda: not net.carrier("pe2"), 5, "the backup's device to be down")
    assert net.answers() == [GROUP_MAC]
    assert net.reaches()


def test_when_vrrpd_dies_the_other_takes_over_and_it_comes_back(net):
    began = time.monotonic()
    net.stop("pe1", "vrrpd", how=signal.SIGKILL)
    net.takeover("vrrpd of the master dies", began)
    net.wait_master("pe2")
    net.wait(lambda: not net.carrier("pe1"), 5, "the dead one's device to be down")
    assert net.answers() == [GROUP_MAC]
    assert net.reaches()
    # what it should hold now waits for it, and nothing else does
    net.db.sql("UPDATE link SET priority = 160 WHERE name = 'lan1'")
    net.db.tenant("beta", "pe1:pe", ["172.17.0.0/16"])
    sentence = "vrrpd is not running; its part follows when it is back"
    net.wait(lambda: net.health("pe1", "acme") == ("waiting", sentence), 10, "the tenant to say so")
    net.wait(lambda: net.table("pe1", "beta"), 10, "another tenant to be served meanwhile")
    net.start("pe1", daemons=["vrrpd"])
    net.wait_ok("acme", "pe1")
    net.wait_master("pe1")
    assert "priority 160" in net.running("pe1", "vrrpd")
    assert net.answers() == [GROUP_MAC]
    assert net.reaches()


def test_what_a_hand_has_changed_is_put_right(net):
    net.ip("link del vr2", router="pe1")
    net.wait(lambda: "vr2" in net.links("pe1"), 10, "the device to be made anew")
    net.wait_master("pe1")
    net.configure("pe1", "vrrpd", "interface y0.9", "no vrrp 1 ip 172.16.9.1", "vrrp 1 priority 50",
                  "vrrp 1 ip 172.16.9.7")
    net.wait(lambda: "priority 160" in (text := net.running("pe1", "vrrpd")) and "172.16.9.7" not in text, 10,
             "vrrpd to be put right")
    net.wait_master("pe1")
    assert net.reaches()
    assert net.answers() == [GROUP_MAC]


def test_a_vrf_that_a_hand_has_deleted_comes_back_with_it(net):
    net.ip("link del acme", router="pe1")
    net.wait(lambda: net.table("pe1", "acme"), 20, "the VRF to be made anew")
    net.wait_ok("acme", "pe1")
    net.wait_master("pe1", 20)
    assert net.reaches()
    assert net.answers() == [GROUP_MAC]


def test_without_it_the_host_loses_its_way_with_the_one_pe_it_knows(net):
    net.ip(f"route replace default via {OWN['pe1']}", router="host")
    try:
        assert net.reaches()
        with net.pulled("y", "pe1"):
            assert not net.ping("host", FAR, tries=30, wait=0.1)
        assert net.reaches()
    finally:
        net.ip(f"route replace default via {VIRTUAL}", router="host")


def test_a_virtual_address_that_is_taken_away_leaves_nothing(net):
    with net.db.together():
        net.db.sql("UPDATE link SET virtual_address = NULL, priority = NULL, peer = ? WHERE name = 'lan1'", HOST)
        net.db.delete("link", "lan2")
    net.wait_ok("acme")
    for pe in PES:
        net.wait(lambda: not [name for name in net.links(pe) if name.startswith("vr")], 10, "the device to go")
        assert " vrrp " not in net.running(pe, "vrrpd")
        assert not net.groups(pe)
    assert net.answers() == []
    assert net.ping("host", OWN["pe1"])

"""Two data centres and a customer's site that is at neither: who is there, how they are wired. Data only, no actions.

    dlr1 --t0-- esg1 --u0-- pe1 --c0/c0--.
     |                                   p --c2/c0-- pe3 --x0/e0-- ce      (172.16.2.1/24)
    dlr2 --t0-- esg2 --u0-- pe2 --c0/c1--'

 dlr1 and dlr2 are joined by i0, over which VXLAN goes. p reflects VPNv4 routes. vm is a host with a port at each DLR
 (p1 at dlr1, p2 at dlr2), near and other are hosts at dlr1, far one at dlr2: their ports belong to no switch, and they
 have no address, until somebody sees to it.

 With edges=2, dc1 has a second edge, esg3, on the same transit and with an uplink of its own to pe1 (u1). All ports of the
 two edges are then on switches, the bridges of SWITCHES in namespace lan, so that one may die and nobody sees a link go
 down: the switch's port toward device D of router R is D-R.

    Network(out, topology=TwoSites())        # as lab/net/reference.py is one
"""

import socket
import struct

from net import reference, routes

HOSTS = ("vm", "near", "other", "far")
WEST, EAST = ("dlr1", "esg1", "pe1"), ("dlr2", "esg2", "pe2")
PES = ("pe1", "pe2", "pe3")
PROVIDER = (*WEST, *EAST, "pe3")
EVERYWHERE = "dlr1:dlr esg1:edge pe1:pe dlr2:dlr esg2:edge pe2:pe pe3:pe"
SITE, SITE_ADDRESS = "172.16.2.0/24", "172.16.2.1"
CE_LINK = "192.168.201.1/30"
BETWEEN = {"dlr1": "10.9.0.1", "dlr2": "10.9.0.2"}    # on i0

_ROLES = {"dlr1": ("dc1", "dlr"), "esg1": ("dc1", "edge"), "pe1": ("dc1", "pe"), "esg3": ("dc1", "edge"),
          "dlr2": ("dc2", "dlr"), "esg2": ("dc2", "edge"), "pe2": ("dc2", "pe"), "pe3": ("branch", "pe")}
_WIRES = {"transit1": ("dc1", "transit", {"esg1": ("t0", 1), "dlr1": ("t0", 3)}, {}),
          "uplink1": ("dc1", "uplink", {"pe1": ("u0", 1), "esg1": ("u0", 2)}, {}),
          "transit2": ("dc2", "transit", {"esg2": ("t0", 1), "dlr2": ("t0", 3)}, {}),
          "uplink2": ("dc2", "uplink", {"pe2": ("u0", 1), "esg2": ("u0", 2)}, {}),
          "uplink3": ("dc1", "uplink", {"pe1": ("u1", 1), "esg3": ("u0", 2)}, {})}
_LINKS = (("dlr1", "t0", "esg1", "t0", 1600), ("esg1", "u0", "pe1", "u0", 1600), ("pe1", "c0", "p", "c0", 1700),
          ("dlr2", "t0", "esg2", "t0", 1600), ("esg2", "u0", "pe2", "u0", 1600), ("pe2", "c0", "p", "c1", 1700),
          ("pe3", "c0", "p", "c2", 1700), ("pe3", "x0", "ce", "e0", 1500), ("dlr1", "i0", "dlr2", "i0", 1600),
          ("dlr1", "vm", "vm", "p1", 1500), ("dlr2", "vm", "vm", "p2", 1500), ("dlr1", "near", "near", "p1", 1500),
          ("dlr1", "other", "other", "p1", 1500), ("dlr2", "far", "far", "p2", 1500))
SWITCHES = {"t": (("dlr1", "t0"), ("esg1", "t0"), ("esg3", "t0")), "u": (("esg1", "u0"), ("pe1", "u0")),
            "v": (("esg3", "u0"), ("pe1", "u1"))}
_SWITCHED = tuple((router, device, "lan", f"{device}-{router}", 1600) for ports in SWITCHES.values()
                  for router, device in ports)


class TwoSites:
    SYSCTLS = {**reference.SYSCTLS, "net/ipv4/icmp_ratelimit": 0}    # each packet that expires is told
    LOOPBACK = {"dlr1": "10.255.0.11", "dlr2": "10.255.0.21", "esg1": "10.255.0.12", "esg2": "10.255.0.22",
                "esg3": "10.255.0.13", "pe1": "10.255.0.1", "pe2": "10.255.0.2", "pe3": "10.255.0.3", "p": "10.255.0.9"}
    CORE = {"p": ("c0", "c1", "c2"), **{pe: ("c0",) for pe in PES}}
    ADDRESSES = {"ce": {"e0": "192.168.201.2/30", "site": f"{SITE_ADDRESS}/24"},
                 "p": {f"c{i}": f"10.0.{i}.2/30" for i in range(3)},
                 **{pe: {"c0": f"10.0.{i}.1/30"} for i, pe in enumerate(PES)},
                 **{dlr: {"i0": f"{address}/30"} for dlr, address in BETWEEN.items()}}

    def __init__(self, edges=1, hosts=HOSTS, fast=True):
        """fast: zebra and ospfd have what README.md advises; False: FRR's own timers."""
        self.fast = fast
        self.provider = (*PROVIDER, *(("esg3",) if edges == 2 else ()))
        self.routers = (*self.provider, "p", "ce")
        self.ROUTERS = (*self.routers, *hosts, *(("lan",) if edges == 2 else ()))
        links = (*_SWITCHED, *_LINKS[2:]) if edges == 2 else _LINKS    # the first two are esg1's
        self.LINKS = tuple(link for link in links if {link[0], link[2]} <= set(self.ROUTERS))
        self.nodes = {name: _ROLES[name] for name in self.provider}
        self.wires = {name: wire for name, wire in _WIRES.items() if set(wire[2]) <= set(self.provider)}
        if edges == 2:
            site, kind, ports, more = _WIRES["transit1"]
            self.wires["transit1"] = site, kind, {**ports, "esg3": ("t0", 2)}, more
        self.everywhere = EVERYWHERE + (" esg3:edge" if edges == 2 else "")
        usual = ("mgmtd", "zebra", "ospfd")
        self.DAEMONS = {"ce": usual, "p": (*usual, "bgpd", "ldpd"), "lan": (), **{host: () for host in hosts},
                        **{name: (*usual, "bfdd") for name in self.provider},
                        **{pe: (*usual, "bfdd", "bgpd", "ldpd") for pe in PES}}

    def commands(self, router):
        lines = ["link set lo up"]
        lines += [f"addr add {self.LOOPBACK[router]}/32 dev lo"] if router in self.LOOPBACK else []
        lines += ["link add site type dummy"] if router == "ce" else []
        lines += [f"addr add {address} dev {device}" for device, address in self.ADDRESSES.get(router, {}).items()]
        mine = [(d, mtu) for r, d, _, _, mtu in self.LINKS if r == router]
        mine += [(d, mtu) for _, _, r, d, mtu in self.LINKS if r == router]
        lines += [f"link set {device} mtu {mtu} up" for device, mtu in mine]
        lines += self.switches() if router == "lan" else []
        return lines + (["link set site up"] if router == "ce" else []) + self.routes(router)

    @staticmethod
    def switches():
        lines = [line for bridge in SWITCHES for line in (f"link add name {bridge} type bridge mcast_snooping 0",
                                                          f"link set dev {bridge} up")]
        return lines + [f"link set dev {device}-{router} master {bridge}" for bridge, ports in SWITCHES.items()
                        for router, device in ports]

    def routes(self, router):
        """What a DLR's VXLAN needs to reach the other's; once its devices are up."""
        other = {"dlr1": "dlr2", "dlr2": "dlr1"}.get(router)
        return [f"route add {self.LOOPBACK[other]}/32 dev i0 via {BETWEEN[other]}"] if other else []

    def configuration(self, router, daemon):
        makers = {"ospfd": self.ospfd, "bgpd": self.bgpd, "ldpd": self.ldpd}
        text = makers[daemon](router) if daemon in makers else ""
        if daemon == "mgmtd":
            return "zebra work-queue 1\n" if self.fast and router in self.provider else ""
        return f"hostname {router}\n{text}"

    def ospfd(self, router):
        links = self.CORE.get(router) or (("e0",) if router == "ce" else ())
        home, identity = ("site", SITE_ADDRESS) if router == "ce" else ("lo", self.LOOPBACK[router])
        if not links:
            return ""
        timers = (10, 40) if router == "ce" and not self.fast else ()
        return ("".join(reference.ospf_interface(device, *timers) for device in links) +
                f"interface {home}\n ip ospf area 0\n ip ospf passive\nexit\n"
                f"router ospf\n ospf router-id {identity}\n{reference.FAST_OSPF if self.fast else ''}exit\n")

    def bgpd(self, router):
        peers = [self.LOOPBACK[pe] for pe in PES] if router == "p" else [self.LOOPBACK["p"]]
        said = "".join(f" neighbor {peer} remote-as 65000\n neighbor {peer} update-source lo\n"
                       f" neighbor {peer} timers 1 3\n neighbor {peer} timers connect 1\n" for peer in peers)
        more = "".join(f"  neighbor {peer} activate\n" +
                       (f"  neighbor {peer} route-reflector-client\n" if router == "p" else "") for peer in peers)
        fast = " bgp route-map delay-timer 1\n coalesce-time 0\n" if self.fast else ""
        return (f"router bgp 65000\n bgp router-id {self.LOOPBACK[router]}\n no bgp default ipv4-unicast\n"
                f"{fast}{said} address-family ipv4 vpn\n{more} exit-address-family\nexit\n")

    def ldpd(self, router):
        interfaces = "".join(f"  interface {device}\n  exit\n" for device in self.CORE[router])
        return (f"mpls ldp\n router-id {self.LOOPBACK[router]}\n discovery hello interval 1\n discovery hello holdtime 5\n"
                f" address-family ipv4\n  discovery transport-address {self.LOOPBACK[router]}\n{interfaces}"
                f" exit-address-family\nexit\n")


def settle_host(address, gateway, device, old=None):
    """`ip -batch` lines: a host is at this port now, and no more at the old one."""
    mac = "02:00:" + ":".join(f"{int(byte):02x}" for byte in address.split("/")[0].split("."))
    lines = [f"addr flush dev {old}"] if old else []
    return lines + [f"link set dev {device} address {mac}", f"addr replace {address} dev {device}",
                    f"route replace default via {gateway} dev {device}"]


def announce(space, device, address):
    """A gratuitous ARP request from a host, as one sends it that has moved; space: its namespace, as routes.inside()."""
    with routes.inside(*space):
        sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    with sock:
        sock.bind((device, 0x0806))
        mac, ip = sock.getsockname()[4], socket.inet_aton(address)
        head = struct.pack("!6s6sHHHBBH", b"\xff" * 6, mac, 0x0806, 1, 0x800, 6, 4, 1)
        sock.send(head + mac + ip + bytes(6) + ip)

# SPDX-License-Identifier: GPL-2.0-or-later
"""A network in which nothing is there only once, for the tests of what happens when something breaks.

    dlr --.          .-- esg --.          .-- pe1 --.         .-- pe2 --.
          |-- lan t -|         |-- lan u -|         |--- p ---|         |-- ce (172.16.2.1/24)
    dlr2 -'          '-- esg2 -'          '-- pe3 --'         '-- pe4 --'

`lan` is a switch of two bridges: t, the transit all four share, and u, on which every edge has an uplink of its own
to every PE of the site, a VLAN each. A port taken from its bridge (`cut`) breaks a path and no router sees its link
go down. p reflects VPNv4 routes between the four PEs; ce is a customer site with a link to pe2 and one to pe4.
"""

import re
import signal

import pytest

from lannet import LanNet
from tenantnet import SITE, reference, routes

WEB, DB, DEFAULT = "10.1.1.0/24", "10.1.2.0/24", "0.0.0.0/0"
EDGES, NEAR, FAR, DLRS = ("esg", "esg2"), ("pe1", "pe3"), ("pe2", "pe4"), ("dlr", "dlr2")
PES = NEAR + FAR
EVERYWHERE = "dlr:dlr dlr2:dlr esg:edge esg2:edge pe1:pe pe3:pe pe2:pe pe4:pe"
PORTS = {"t": (*DLRS, *EDGES), "u": (*EDGES, *NEAR)}


class Shape:
    """What lab/net/reference.py is for the reference network."""

    SYSCTLS = reference.SYSCTLS
    LOOPBACK = {"dlr": "10.255.0.11", "dlr2": "10.255.0.21", "esg": "10.255.0.12", "esg2": "10.255.0.22",
                "pe1": "10.255.0.1", "pe3": "10.255.0.3", "pe2": "10.255.0.2", "pe4": "10.255.0.4", "p": "10.255.0.9"}
    ROUTERS = ("dlr", "dlr2", "esg", "esg2", "pe1", "pe3", "p", "pe2", "pe4", "ce")
    LINKS = (*((router, f"{bridge}0", "lan", f"{bridge}-{router}", 1600)
               for bridge, routers in PORTS.items() for router in routers),
             *((pe, "c0", "p", f"c{i}", 1700) for i, pe in enumerate(PES)),
             ("pe2", "x0", "ce", "e0", 1500), ("pe4", "x0", "ce", "e1", 1500))
    CORE = {"p": tuple(f"c{i}" for i in range(len(PES))), **{pe: ("c0",) for pe in PES}}
    ADDRESSES = {"ce": {"e0": "192.168.201.2/30", "e1": "192.168.202.2/30", "site": "172.16.2.1/24"},
                 "p": {f"c{i}": f"10.0.{i}.2/30" for i in range(len(PES))},
                 **{pe: {"c0": f"10.0.{i}.1/30"} for i, pe in enumerate(PES)}}
    DAEMONS = {"ce": ("mgmtd", "zebra", "ospfd"), "p": ("mgmtd", "zebra", "ospfd", "bgpd", "ldpd"),
               **{router: ("mgmtd", "zebra", "bfdd", "ospfd") for router in (*DLRS, *EDGES)},
               **{pe: ("mgmtd", "zebra", "bfdd", "ospfd", "bgpd", "ldpd") for pe in PES}}

    @classmethod
    def commands(cls, router):
        lines = [f"addr add {cls.LOOPBACK[router]}/32 dev lo"] if router in cls.LOOPBACK else []
        lines += ["link add site type dummy"] if router == "ce" else []
        return lines + [f"addr add {address} dev {device}" for device, address in cls.ADDRESSES.get(router, {}).items()]

    @classmethod
    def configuration(cls, router, daemon):
        makers = {"ospfd": cls.ospfd, "bgpd": cls.bgpd, "ldpd": cls.ldpd}
        text = makers[daemon](router) if daemon in makers else ""
        return f"hostname {router}\n{text}" if daemon != "mgmtd" else ""

    @classmethod
    def ospfd(cls, router):
        links = cls.CORE.get(router) or (("e0", "e1") if router == "ce" else ())
        home, identity = ("site", "172.16.2.1") if router == "ce" else ("lo", cls.LOOPBACK[router])
        if not links:
            return ""
        return ("".join(reference.ospf_interface(device) for device in links) +
                f"interface {home}\n ip ospf area 0\n ip ospf passive\nexit\n"
                f"router ospf\n ospf router-id {identity}\n{reference.FAST_OSPF}exit\n")

    @classmethod
    def bgpd(cls, router):
        peers = [cls.LOOPBACK[pe] for pe in PES] if router == "p" else [cls.LOOPBACK["p"]]
        said = "".join(f" neighbor {peer} remote-as 65000\n neighbor {peer} update-source lo\n"
                       f" neighbor {peer} timers 1 3\n neighbor {peer} timers connect 1\n" for peer in peers)
        more = "".join(f"  neighbor {peer} activate\n" +
                       (f"  neighbor {peer} route-reflector-client\n" if router == "p" else "") for peer in peers)
        return (f"router bgp 65000\n bgp router-id {cls.LOOPBACK[router]}\n no bgp default ipv4-unicast\n"
                f" bgp route-map delay-timer 1\n coalesce-time 0\n{said} address-family ipv4 vpn\n{more}"
                f" exit-address-family\nexit\n")

    @classmethod
    def ldpd(cls, router):
        interfaces = "".join(f"  interface {device}\n  exit\n" for device in cls.CORE[router])
        return (f"mpls ldp\n router-id {cls.LOOPBACK[router]}\n discovery hello interval 1\n discovery hello holdtime 5\n"
                f" address-family ipv4\n  discovery transport-address {cls.LOOPBACK[router]}\n{interfaces}"
                f" exit-address-family\nexit\n")


def uplinks(pairs):
    """A wire for each (edge, PE), or (edge, edge): all over the same trunks, apart by their VLANs."""
    return {f"up-{edge}-{far}": ("dc1", "uplink", {far: ("u0", 1), edge: ("u0", 2)}, {"vlan_base": 500 * (i + 1)})
            for i, (edge, far) in enumerate(pairs)}


MESH = [(edge, pe) for edge in EDGES for pe in NEAR]


@pytest.fixture(autouse=True)
def after_a_failure(net, request):
    """To be imported: what a test that failed has left is mended, so that the others say what they have to say."""
    failed = request.session.testsfailed
    yield
    if request.session.testsfailed > failed:
        net.mend_all()


class RedundantNet(LanNet):
    """See the head of this file. `pairs`: which edge has an uplink to which PE; `bfd`: on the transit, and bfdd runs
    (everywhere it takes a tenth of the processor, and where that is short it takes adjacencies down)."""

    SHAPE = Shape
    BRIDGES = PORTS
    NODES = {**{router: ("dc1", "dlr") for router in DLRS}, **{router: ("dc1", "edge") for router in EDGES},
             **{router: ("dc1", "pe") for router in NEAR}, **{router: ("branch", "pe") for router in FAR}}
    TRANSIT = {"transit": ("dc1", "transit", {"esg": ("t0", 1), "esg2": ("t0", 2), "dlr": ("t0", 3), "dlr2": ("t0", 4)},
                             {})}

    def __init__(self, name, pairs=MESH, wires=None, bfd=False, **more):
        wires = {**self.TRANSIT, **uplinks(pairs)} if wires is None else wires
        site, kind, ports, more_of_it = wires["transit"]
        wires = {**wires, "transit": (site, kind, ports, {**more_of_it, "bfd": int(bfd)})}
        self.BFD = bfd
        super().__init__(name, routers=Shape.ROUTERS, nodes=self.NODES, wires=wires, switches=("lan",), **more)

    def _wait_core(self):
        reflector = self.SHAPE.LOOPBACK["p"]
        for pe in PES:
            for other in PES:
                if other != pe:
                    far = self.SHAPE.LOOPBACK[other]
                    self.wait(lambda: self._label(pe, far), 60, f"an LDP label to {far} on {pe}")
            self.wait(lambda: self.show(pe, "bgpd", "show bgp ipv4 vpn summary json")["peers"][reflector]["state"] ==
                      "Established", 60, f"the VPNv4 session of {pe}")

    def customer(self, name="acme", where=EVERYWHERE, ways=2):
        """A tenant everywhere, its site `ce` at two PEs, one switch; waits until all of it is in use, each edge by
        so many ways to the PEs."""
        with self.db.together():
            self.db.tenant(name, where, ["10.1.0.0/16", "172.16.0.0/16"])
            for i, pe in enumerate(FAR, 1):
                self.db.link(name, f"paris{i}", pe, "x0", f"192.168.20{i}.1/30", "ospf")
            self.db.switch(name, "web", WEB)
        self.wait_ok(name, timeout=60)
        self.wait_hops("ce", WEB, len(FAR), timeout=60)
        for edge in EDGES:
            self.wait_hops(edge, SITE, ways, name, timeout=60)

    # -- breaking and mending --

    def hand_back(self, *routers):
        """To tenantd, what was changed by hand with tenantd stopped: until nothing is left to be put right."""
        self.start(*routers, daemons=["tenantd"])
        self.wait_settled(*routers)
        for router in routers:
            self.wait(lambda: self.vty(router, "tenantd", "show tenant plan").startswith("Nothing"), 30,
                      f"tenantd to put {router} right")

    def by_hand(self, router, daemon, *lines):
        """What an engineer would type; tenantd should not run there, or would put it back."""
        for line in ("configure terminal", *lines, "end"):
            said = self.vty(router, daemon, line)
            assert not said.strip() or said.startswith("% The"), f"{router} {daemon}: '{line}': {said}"

    def revive(self, router):
        """What die() ended is there again, with nothing but its own file."""
        for bridge in self.bridges(router):
            self.mend(bridge, router)
        self.start(router)
        self.wait_settled(router, timeout=40)

    def die(self, router):
        """The machine stops dead: nothing is said to anybody, no link goes down."""
        for bridge in self.bridges(router):
            self.cut(bridge, router)
        self.stop(router, *self.daemons(router), how=signal.SIGKILL)

    def all_well(self):
        """Every way there is, is in use (where each edge has an uplink to each PE)."""
        for router, prefix, vrf in (("ce", WEB, None), *((pe, WEB, "acme") for pe in PES),
                                    *((edge, prefix, "acme") for edge in EDGES for prefix in (WEB, SITE)),
                                    *((dlr, DEFAULT, "acme") for dlr in DLRS)):
            self.wait_hops(router, prefix, 2, vrf, timeout=60)

    def mend_all(self):
        self.ip("link set site up", "addr replace 172.16.2.1/24 dev site", router="ce")
        for bridge, routers in PORTS.items():
            for router in routers:
                self.mend(bridge, router)
                self.plug(bridge, router)
        for router in self.routers:
            missing = [daemon for daemon in self.daemons(router) if not self.pid(router, daemon)]
            if missing:
                self.start(router, daemons=missing)
        self.wait_settled(timeout=60)

    # -- looking --

    def hops(self, router, prefix, vrf=None):
        """The next hops in the kernel's table: gateways, for a VPN route (gateway, label, ...)."""
        route = self.routes(router, vrf).get(prefix)
        return {(gateway, *labels) if labels else gateway for gateway, labels in route.hops} if route else set()

    def wait_hops(self, router, prefix, count, vrf=None, timeout=30):
        return self.wait(lambda: len(found := self.hops(router, prefix, vrf)) == count and found, timeout,
                         f"{count} next hops of {prefix} at {router}")

    def holders(self, prefix):
        """The routers that have the prefix in any table."""
        return [router for router in self.routers if self.tables_with(router, prefix)]

    def who_has(self, prefix):
        """For the sentence of a test that failed: each table that has it, and what the PEs say about it in OSPF."""
        found = [f"{router}: {route}" for router in self.holders(prefix)
                 for route in routes.dump(self.spaces[router][0]) if route.prefix == prefix]
        found += [f"{pe}: " + self.vty(pe, "ospfd", f"show ip ospf vrf acme database external {prefix.split('/')[0]}")
                  for pe in PES]
        return f"{prefix} to leave every router:\n" + "\n".join(found)

    def wait_nowhere(self, prefix, timeout=30):
        self.wait(lambda: not self.holders(prefix), timeout, lambda: self.who_has(prefix))

    def externals(self, router):
        """{(link state id, who originated it): sequence number} of the type-5 and type-7 LSAs in a router's database."""
        text = self.vty(router, "ospfd", "show ip ospf vrf acme database")
        found = re.findall(r"^(\S+) +(\S+) +(\d+) 0x8(\w+) 0x\w+ E2", text, re.M)
        return {(what, who): int(number, 16) for what, who, age, number in found if int(age) < 3600}

    def full(self, router, vrf="acme"):
        """How many of its OSPF neighbours are Full."""
        return [state for state, _ in self.neighbors(router, vrf)].count("Full")

    def owner(self, gateway):
        """The router that has the address."""
        return next(router for router in self.routers
                    if any(gateway == text.split("/")[0] for found in self.addresses(router).values() for text in found))

    def cycles(self, prefix, vrf="acme"):
        """[(a, b)]: a sends packets for the prefix to b, and b to a."""
        ways = {router: {self.owner(hop) for hop in self.hops(router, prefix, vrf) if isinstance(hop, str)}
                for router in (*EDGES, *NEAR)}
        return [(a, b) for a in ways for b in ways[a] if a in ways.get(b, ())]

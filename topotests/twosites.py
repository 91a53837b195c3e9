# SPDX-License-Identifier: GPL-2.0-or-later
"""Two data centres, a customer's site at neither, and hosts that move between them: the network of lab/net/twosites.py.

    with TwoSitesNet(module) as net:
        net.customer()                                  # tenant acme, its switches web, db and app, its hosts
        with net.flow("10.1.1.50") as flow: ...         # from the customer's site, through all of what happens
        net.move("vm", "10.1.2.60/24", "dlr2", "db")    # the host itself; the database is the test's
"""

import re
from pathlib import Path

from tenantnet import BUILD, TenantNet, routes
from net import twosites
from net.flow import Flow

PES, WEST, EAST = twosites.PES, twosites.WEST, twosites.EAST
WEB, DB, APP = "10.1.1.0/24", "10.1.2.0/24", "10.1.3.0/24"
PORTS = {"dlr1": "p1", "dlr2": "p2"}    # where a host meets a DLR
CHANGING = re.compile(r"^ +(LS age|LS Seq Number|Checksum|Length).*\n|^ +LS age: .*\n", re.M)
EVPN = """\
hostname {router}
router bgp 65000
 bgp router-id {own}
 no bgp default ipv4-unicast
 neighbor {peer} remote-as 65000
 neighbor {peer} timers 1 3
 neighbor {peer} timers connect 1
 address-family l2vpn evpn
  neighbor {peer} activate
  advertise-all-vni
 exit-address-family
exit
"""
CABLES = ("pe1", "c0"), ("dlr1", "i0")    # all that joins dc1 to the rest


class TwoSitesNet(TenantNet):
    SHAPE = twosites.TwoSites()

    def __init__(self, name, **more):
        options = {(router, "zebra"): f"-M {BUILD}/.libs/zebra_tenant.so" for router in self.SHAPE.provider}
        options |= {(router, "ospfd"): f"-M {BUILD}/.libs/ospfd_tenant.so" for router in self.SHAPE.provider}
        options |= {(pe, "bgpd"): f"-M {BUILD}/.libs/bgpd_tenant.so" for pe in PES}
        super().__init__(name, routers=self.SHAPE.routers, nodes=self.SHAPE.nodes, wires=self.SHAPE.wires,
                         switches=twosites.HOSTS, options=options, **more)
        self.at = {}    # {host: the DLR where it is}

    def _enter(self, router):
        super()._enter(router)
        if lines := self.SHAPE.routes(router):
            self.ip(*lines, router=router)

    def _wait_core(self):
        reflector = self.SHAPE.LOOPBACK["p"]
        for pe in PES:
            for other in set(PES) - {pe}:
                far = self.SHAPE.LOOPBACK[other]
                self.wait(lambda: self._label(pe, far), 60, f"an LDP label to {far} on {pe}")
            self.wait(lambda: self.show(pe, "bgpd", "show bgp ipv4 vpn summary json")["peers"][reflector]["state"] ==
                      "Established", 60, f"the VPNv4 session of {pe}")

    def site(self, name):
        return self.db.id("site", name)

    def customer(self):
        """web and app are at dc1 and kept ready at dc2, db is at both; vm, 10.1.2.60 of db, is at dc1."""
        with self.db.together():
            self.db.tenant("acme", self.SHAPE.everywhere, ["10.1.0.0/16", "172.16.0.0/16"],
                           recovery_site_id=self.site("dc2"))
            self.db.link("acme", "paris", "pe3", "x0", twosites.CE_LINK, "ospf")
            self.switches = {"web": self.db.switch("acme", "web", WEB, site_id=self.site("dc1")),
                             "db": self.db.switch("acme", "db", DB, scope="universal"),
                             "app": self.db.switch("acme", "app", APP, site_id=self.site("dc1"))}
        self.wait_ok("acme", timeout=60)
        for prefix in (WEB, DB, APP):
            self.wait_route("ce", prefix, timeout=60)
        for dlr in ("dlr1", "dlr2"):
            self.wait(lambda: "0.0.0.0/0" in self.routes(dlr, "acme"), 60, f"the default of {dlr}")
        for pe in ("pe1", "pe2"):
            self.wait_route(pe, twosites.SITE, "acme", timeout=60)

    def cut_off(self):
        """dc1 is gone for all others: its way into the core, and what VXLAN went over."""
        for router, device in CABLES:
            self.ip(f"link set {device} down", router=router)

    def bring_back(self):
        for router, device in CABLES:
            self.ip(f"link set {device} up", *(line.replace("add", "replace") for line in self.SHAPE.routes(router)),
                    router=router)
        for router in self.provider:
            if not self.pid(router, "tenantd"):
                self.start(router, daemons=["tenantd"])

    # -- hosts --

    def plug(self, host, dlr, switch):
        """The host's port at that DLR is one of the switch."""
        self.ip(f"link set dev {host} master ls{self.switches[switch]}", router=dlr)

    def move(self, host, address, dlr, switch):
        """The host is at this DLR now, and says so to its switch as one does that has moved."""
        gateway = re.sub(r"\d+/\d+$", "1", address)
        old = self.at.get(host)
        self.plug(host, dlr, switch)
        self.ip(*twosites.settle_host(address, gateway, PORTS[dlr], old and PORTS[old]), router=host)
        self.at[host] = dlr
        twosites.announce(self.spaces[host], PORTS[dlr], address.split("/")[0])

    # -- traffic --

    def flow(self, *addresses, router="ce", source=twosites.SITE_ADDRESS, interval=0.005):
        return Flow(self.spaces[router], source, addresses, interval)

    def snmp(self, router, group, name):
        """A counter of the kernel's, of /proc/net/snmp."""
        lines = Path(f"/proc/{self.node(router).pid}/net/snmp").read_text().splitlines()
        names, values = (line.split() for line in lines if line.startswith(f"{group}:"))
        return int(values[names.index(name)])

    def expired(self):
        """How many packets have been dropped because they had gone through too many routers."""
        return {router: self.snmp(router, "Ip", "InHdrErrors") + self.snmp(router, "Icmp", "OutTimeExcds")
                for router in self.routers}

    def uplink(self, edge):
        """(packets in, packets out) of the edge's uplink, in the tenant's VLAN."""
        device = next(name for name in self.links(edge) if name.startswith("u0."))
        for line in Path(f"/proc/{self.node(edge).pid}/net/dev").read_text().splitlines():
            name, _, rest = line.partition(":")
            if name.strip() == device:
                fields = rest.split()
                return int(fields[1]), int(fields[9])
        raise KeyError(device)

    # -- looking --

    def through(self, found):
        """Which PEs a route of pe3's VRF goes to."""
        if found is None:
            return set()
        main = self.routes("pe3")
        label = {route.labels: pe for pe in ("pe1", "pe2") if (route := main.get(f"{self.SHAPE.LOOPBACK[pe]}/32"))}
        return {label.get(labels[:1]) for _, labels in found.hops}

    def way(self, prefix):
        """Which PEs the customer's PE sends packets for the prefix to."""
        return self.through(self.routes("pe3", "acme").get(prefix))

    def wait_way(self, prefix, *pes, timeout=20):
        self.wait(lambda: self.way(prefix) == set(pes), timeout,
                  lambda: f"pe3's way to {prefix} by {pes}: {self.way(prefix)}")

    def in_step(self, routers):
        """All of them say in the database that they have done what it holds: what an operation waits for."""
        revision = self.revision()
        done = lambda: {node for node, at in self.db.sql("SELECT node, revision FROM node_status") if at >= revision}
        self.wait(lambda: set(routers) <= done(), 20, lambda: f"{routers} to be in step: {done()}")

    def routing(self):
        """{(router, what): text} of the tenants' routing: link state databases without what a refresh changes, the VPN
        table, and every route in the kernel."""
        found = {}
        for router in self.provider:
            text = "".join(self.vty(router, "ospfd", f"show ip ospf vrf acme database {kind}")
                           for kind in ("router", "network", "summary", "asbr-summary", "external", "nssa-external"))
            found[router, "ospf"] = CHANGING.sub("", text)
            if router in PES:
                found[router, "bgp"] = self.vty(router, "bgpd", "show bgp ipv4 vpn")
            for table in (254, self.table(router, "acme")):
                found[router, table] = "\n".join(sorted(map(str, routes.dump(self.spaces[router][0], table))))
        found["ce", 254] = "\n".join(sorted(map(str, routes.dump(self.spaces["ce"][0], 254))))
        return found


def evpn():
    """Daemons of the DLRs, with the operator's part of EVPN: a session between the two."""
    shape, found = TwoSitesNet.SHAPE, {}
    for dlr, other in (("dlr1", "dlr2"), ("dlr2", "dlr1")):
        text = EVPN.format(router=dlr, own=shape.LOOPBACK[dlr], peer=twosites.BETWEEN[other])
        found[dlr] = {**{daemon: shape.configuration(dlr, daemon) for daemon in shape.DAEMONS[dlr]}, "bgpd": text}
    return found

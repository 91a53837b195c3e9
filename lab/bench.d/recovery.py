#!/usr/bin/env python3
"""a host, a tenant or a hundred go to the other data centre, or an edge dies: how long the customer notices

Two data centres and a customer's site at neither (lab/net/twosites.py). A time begins when COMMIT has returned, and ends
when the kernel of the customer's PE sends packets the new way; what is lost meanwhile, echo requests tell that the
customer's router sends every 5 ms.

    host_move_ms                 a host of a stretched switch is at the other site now: one row (median; _worst)
    host_move_gap_ms             how long at most its customer hears nothing of it
    failover_planned_ms          a switch goes over: "leaving", all nodes of the old site in step, "active" at the new one
    failover_planned_gap_ms      how long at most the customer hears nothing of its host, which went at the same time
    failover_planned_expired     packets that have gone in circles; everywhere, all runs together
    failover_planned_leaving_ms  how much of it the old site took
    failover_direct_ms           the same without "leaving": sooner, and with packets that go in circles (_expired)
    failover_disaster_N_ms       the old site is cut off, and N tenants get their switch at the new one by one commit:
                                 until the last of them has its route at the customers' PE (median)
    edge_death_ms                one of two edges loses its power behind a switch, no link goes down: the longest gap
                                 of eight hosts' echoes that go by both edges, there and back; with BFD (median; _worst)
    NAME_by_hand_ms              the same network without our modules, with FRR's own timers and no BFD, on addresses and
                                 routes that an operator gives to ip; typing takes no time. In the disaster it is a script
                                 with the gateways of all N in one file for vtysh -f, from when that starts
"""

import argparse
import os
import signal
import statistics
import sys
import tempfile
import time
from pathlib import Path

TREE = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(TREE / "lab"), str(TREE / "topotests")]
from net import figures, routes, twosites                  # noqa: E402
from net.flow import Flow                                  # noqa: E402
from net.tenants import DATABASE                           # noqa: E402
from network import Extra, LabError, Network               # noqa: E402
from tenantdb import Database                              # noqa: E402

WEB, DB, DEFAULT, VM = "10.1.1.0/24", "10.1.2.0/24", "0.0.0.0/0", "10.1.2.60"
GUESTS = [f"10.1.1.{n}" for n in range(50, 58)]
ROLES = {"zebra": ("dlr", "esg", "pe"), "ospfd": ("dlr", "esg", "pe"), "bgpd": ("pe",)}
PATIENCE = 120
STOCK = "router ospf vrf {}", "no timers throttle spf", "no timers throttle lsa all", "no timers lsa min-arrival", "exit"
OTHER = {"dc1": "dc2", "dc2": "dc1"}
DLR, PE, PORT = {"dc1": "dlr1", "dc2": "dlr2"}, {"dc1": "pe1", "dc2": "pe2"}, {"dc1": "p1", "dc2": "p2"}


class Net(Network):
    """The network, with tenantd on the provider's nodes and its database."""

    def __init__(self, logs, programs, ours=True, edges=1):
        shape = twosites.TwoSites(edges=edges, hosts=("vm",), fast=ours)
        options = {(router, daemon): ["-M", f"{programs}/.libs/{daemon}_tenant.so"] for daemon, kinds in ROLES.items()
                   for router in shape.provider if router.startswith(kinds)} if ours else {}
        config = {node: f"tenant node {node}\ntenant database sqlite {DATABASE}\n" for node in shape.provider}
        super().__init__(logs, extra=[Extra(f"{programs}/tenantd", config)], options=options, topology=shape)
        self.shape, self.ours, self.bfd = shape, ours, ours and edges == 2

    def start(self):
        self.db = Database(DATABASE)
        wires = {name: (*wire[:3], {"bfd": int(self.bfd)}) for name, wire in self.shape.wires.items()}
        self.db.provider(self.shape.nodes, wires, self.shape.LOOPBACK)
        if not self.ours:    # from the beginning: an adjacency that flaps may lose a stock PE its routes (F1)
            self.db.sql("UPDATE provider SET ospf_hello = 10, ospf_dead = 40")
        super().start()

    def stop(self):
        super().stop()
        self.db.close()
        for file in Path(DATABASE).parent.glob("tenants.db*"):
            file.unlink()
        Path(DATABASE).parent.rmdir()

    # -- what there is --

    def site(self, name):
        return self.db.id("site", name)

    def tenant(self, name):
        """web is at dc1 and kept ready at dc2, db is at both."""
        self.db.tenant(name, self.shape.everywhere, ["10.1.0.0/16", "172.16.0.0/16"], recovery_site_id=self.site("dc2"))
        return self.db.switch(name, "web", WEB, site_id=self.site("dc1"))

    def customer(self):
        with self.db.together():
            self.web = self.tenant("acme")
            self.stretched = self.db.switch("acme", "db", DB, scope="universal")
            self.db.link("acme", "paris", "pe3", "x0", twosites.CE_LINK, "ospf")
        self.settled()
        self.whole()

    def whole(self):
        """All of acme is in use."""
        for prefix in (WEB, DB):
            self.wait(lambda: prefix in self.routes("ce"), PATIENCE, f"{prefix} at ce")
        for site in OTHER:
            self.wait(lambda: twosites.SITE in self.routes(PE[site], "acme"), PATIENCE, f"the customer at {PE[site]}")
            self.wait(lambda: self.hops(DLR[site], DEFAULT), PATIENCE, f"the default at {DLR[site]}")

    def settled(self, timeout=PATIENCE):
        revision = self.db.sql("SELECT max(seq) FROM change_log")[0][0]
        for node in self.shape.provider:
            self.wait(lambda: (s := self.show(node, "tenantd", "show tenant json"))["revision"] >= revision and
                      not s["busy"], timeout, f"tenantd on {node}")

    def by_hand(self, *tenants):
        """From here on an operator has it: tenantd is gone, and what timers are left are FRR's own."""
        for node in self.shape.provider:
            self.stop_daemon(node, "tenantd")
            connection = self.connection(node, "ospfd")
            connection.ask("configure terminal")
            for tenant in tenants:
                for line in STOCK:
                    connection.ask(line.format(tenant))
            connection.ask("end")

    # -- doing --

    def commit(self, *statements):
        with self.db.together():
            for text, *values in statements:
                self.db.sql(text, *values)
        return time.monotonic()

    def push(self, node, lines):
        """An operator's script: one file of FRR's lines to one node's daemons, by vtysh."""
        file = self.out / node / "operator.conf"
        file.write_text("\n".join(lines) + "\n")
        began = time.monotonic()
        self.run(node, "vtysh", "-N", self.netns(node), "-f", str(file))
        return began

    def settle(self, site, switch, *addresses):
        """The host vm is at this site now, on this switch."""
        self.ip(DLR[site], f"link set dev vm master ls{switch}")
        gateway = addresses[0].rpartition(".")[0] + ".1"
        lines = twosites.settle_host(f"{addresses[0]}/24", gateway, PORT[site], PORT[OTHER[site]])
        self.ip("vm", f"addr flush dev {PORT[site]}", *lines[:-1],
                *(f"addr add {address}/24 dev {PORT[site]}" for address in addresses[1:]), lines[-1])
        twosites.announce(self.spaces["vm"], PORT[site], addresses[0])

    def cut_off(self, up=False):
        for router, device in (("pe1", "c0"), ("dlr1", "i0")):
            self.ip(router, f"link set {device} {'up' if up else 'down'}",
                    *(self.shape.routes(router) if up else ()))

    def plug(self, edge, pulled=False):
        """All ports of the edge are on their switches, or on none: frames stop, and no link goes down."""
        self.ip("lan", *(f"link set dev {device}-{edge} " + ("nomaster" if pulled else f"master {switch}")
                         for switch, ports in twosites.SWITCHES.items() for router, device in ports if router == edge))

    def die(self, edge):
        """As when its power fails behind a switch."""
        self.plug(edge, pulled=True)
        for pid in [pid for name in ("tenantd", *self.daemons[edge]) if (pid := self.pid(edge, name))]:
            os.kill(pid, signal.SIGKILL)

    def revive(self, edge):
        for key in [key for key in self.connections if key[0] == edge]:
            self.connections.pop(key).close()
        self.plug(edge)
        for names in (("mgmtd",), ("zebra",), ("ospfd", "bfdd"), ("tenantd",)):
            self._start_all((edge, name) for name in names)

    # -- looking --

    def flow(self, *addresses, interval=0.005):
        return Flow(self.spaces["ce"], twosites.SITE_ADDRESS, addresses, interval)

    def label(self, pe):
        return self.routes("pe3")[f"{self.shape.LOOPBACK[pe]}/32"].labels

    def goes_to(self, watcher, prefix, pe, tables=1, limit=PATIENCE):
        """When pe3's kernel sent packets for the prefix to this PE alone, in each of so many tables."""
        label, end, seen = self.label(pe), time.monotonic() + limit, set()
        while time.monotonic() < end:
            for event in watcher.read(0.5):
                if (event.prefix == prefix and event.what == "add" and
                        {labels[:1] for _, labels in event.route.hops} == {label}):
                    seen.add(event.table)
                    if len(seen) == tables:
                        return event.time
        raise LabError(f"{prefix} did not come to pe3 by {pe} within {limit} s, or in {len(seen)} of {tables} tables only.")

    def all_routes(self, router):
        return routes.dump(self.spaces[router][0])

    def hops(self, router, prefix):
        """By OSPF, in a tenant's table; the default that every table has besides is none."""
        return next((r.hops for r in self.all_routes(router)
                     if r.table > 1000 and r.prefix == prefix and r.proto == "ospf"), ())

    def carried(self, edge):
        """(packets in, packets out) of the edge's uplink in the tenant's VLAN."""
        with self.inside(edge):
            lines = Path("/proc/thread-self/net/dev").read_text().splitlines()
        fields = next(line.split() for line in lines if line.lstrip().startswith("u0."))
        return int(fields[2]), int(fields[10])

    def expired(self):
        """Packets that were dropped for having gone through too many routers."""
        total = 0
        for router in self.shape.routers:
            with self.inside(router):
                names, values = [line.split() for line in Path("/proc/thread-self/net/snmp").read_text().splitlines()
                                 if line.startswith("Ip:")]
            total += int(values[names.index("InHdrErrors")])
        return total

    @staticmethod
    def quiet():
        time.sleep(2)


# ---- what is measured ----

class HostMove:
    name = "host_move"

    def __init__(self, net):
        self.net = net
        net.settle("dc1", net.stretched, VM)
        if net.ours:
            subnet = net.db.sql("SELECT id FROM subnet WHERE prefix = ?", DB)[0][0]
            self.row = net.db.insert("host", subnet_id=subnet, address=VM, site_id=net.site("dc1"), advertise=1)
        else:
            net.ip("dlr1", f"route add {VM}/32 dev ls{net.stretched} table 1001")
        net.wait(lambda: f"{VM}/32" in net.routes("ce"), PATIENCE, "the host's route at ce")

    def once(self, here):
        net, there = self.net, OTHER[here]
        with net.flow(VM) as flow, net.watch("pe3") as watcher:
            time.sleep(0.3)
            net.settle(there, net.stretched, VM)
            if net.ours:
                began = net.commit(("UPDATE host SET site_id = ? WHERE id = ?", net.site(there), self.row))
            else:
                net.ip(DLR[there], f"route add {VM}/32 dev ls{net.stretched} table 1001")
                net.ip(DLR[here], f"route del {VM}/32 dev ls{net.stretched} table 1001")
                began = time.monotonic()
            took = net.goes_to(watcher, f"{VM}/32", PE[there]) - began
            time.sleep(0.5)
            return took, flow.stop()


class Failover:
    name = "failover_planned"
    waited = []

    def __init__(self, net):
        self.net = net
        net.settle("dc1", net.web, GUESTS[0])

    def rows(self, here, there):
        net = self.net
        began = net.commit(("UPDATE logical_switch SET state = 'leaving' WHERE name = 'web'",))
        revision = net.db.sql("SELECT max(seq) FROM change_log")[0][0]
        nodes = {node for node, (site, _) in net.shape.nodes.items() if site == here}
        done = lambda: nodes <= {n for n, r in net.db.sql("SELECT node, revision FROM node_status") if r >= revision}
        net.wait(done, PATIENCE, f"{here} to be in step", 0.002)
        self.waited.append(time.monotonic() - began)
        net.commit(("UPDATE tenant SET recovery_site_id = ?", net.site(here)),
                   ("UPDATE logical_switch SET site_id = ?, state = 'active' WHERE name = 'web'", net.site(there)))
        return began

    def typed(self, here, there):
        began = time.monotonic()
        self.net.ip(DLR[here], f"addr del 10.1.1.1/24 dev ls{self.net.web}")
        self.net.ip(DLR[there], f"addr add 10.1.1.1/24 dev ls{self.net.web}")
        return began

    def once(self, here):
        net, there = self.net, OTHER[here]
        with net.flow(GUESTS[0]) as flow, net.watch("pe3") as watcher:
            time.sleep(0.3)
            net.settle(there, net.web, GUESTS[0])
            began = (self.rows if net.ours else self.typed)(here, there)
            took = net.goes_to(watcher, WEB, PE[there]) - began
            time.sleep(1)
            return took, flow.stop()


class Direct(Failover):
    """Without "leaving": what that is good for."""

    name = "failover_direct"

    def rows(self, here, there):
        return self.net.commit(("UPDATE tenant SET recovery_site_id = ?", self.net.site(here)),
                               ("UPDATE logical_switch SET site_id = ? WHERE name = 'web'", self.net.site(there)))


def there_and_back(net, kind, count, suffix):
    """Each way so many times."""
    times, gaps, before = [], [], net.expired()
    bench = kind(net)
    net.quiet()
    for _ in range(count):
        for here in ("dc1", "dc2"):
            took, said = bench.once(here)
            times.append(took * 1000)
            gaps.append(said.gap * 1000)
            net.quiet()
    print(f"# {kind.name}{suffix}:", *(f"{took:.0f}" for took in times), flush=True)
    figures.tell(f"{kind.name}{suffix}_ms", statistics.median(times), "ms")
    figures.tell(f"{kind.name}{suffix}_worst_ms", max(times), "ms")
    figures.tell(f"{kind.name}{suffix}_gap_ms", max(gaps), "ms")
    figures.tell(f"{kind.name}{suffix}_expired", net.expired() - before, "packets")
    if kind is Failover and bench.waited:    # how long it took the old site to be in step, which is part of it
        figures.tell("failover_planned_leaving_ms", statistics.median(bench.waited) * 1000, "ms")


def shares(net, edges):
    """What each edge carries in a second, to the hosts and from them: all of them some, or nothing is measured."""
    before = {edge: net.carried(edge) for edge in edges}
    time.sleep(1)
    found = {edge: [b - a for a, b in zip(before[edge], net.carried(edge))] for edge in edges}
    if min(min(share) for share in found.values()) < 20:    # hellos and BFD alone are fewer
        raise LabError(f"not all edges carry some of the packets: {found}.")
    return found


def edge_deaths(net, deaths, suffix):
    """Of eight hosts, some of which go by each edge."""
    net.settle("dc1", net.web, *GUESTS)
    gaps, edges = [], ("esg1", "esg3")
    for edge in deaths:
        for router, prefix in (("pe1", WEB), ("dlr1", DEFAULT)):
            net.wait(lambda: len(net.hops(router, prefix)) == 2, PATIENCE, f"both edges in use at {router}")
        net.quiet()
        with net.flow(*GUESTS, interval=0.01) as flow:
            time.sleep(0.3)
            carried = shares(net, edges)
            net.die(edge)
            net.wait(lambda: len(net.hops("pe1", WEB)) == 1 and len(net.hops("dlr1", DEFAULT)) == 1, PATIENCE,
                     f"the end of {edge}")
            time.sleep(1)
            gaps.append(flow.stop().gap * 1000)
        print(f"# {edge} died: {gaps[-1]:.0f} ms; packets a second in and out before:", carried, flush=True)
        if net.ours:    # by hand there would be nobody to configure it anew
            net.revive(edge)
    figures.tell(f"edge_death{suffix}_ms", statistics.median(gaps), "ms")
    figures.tell(f"edge_death{suffix}_worst_ms", max(gaps), "ms")


def disaster(net, count):
    """All tenants have their switch at dc1; dc1 is gone."""
    if net.ours:
        net.db.sql("UPDATE provider SET ospf_hello = 5, ospf_dead = 20")
    names = [f"t{number:03}" for number in range(count)]
    with net.db.together():
        switches = {name: net.tenant(name) for name in names}
    net.settled(600)
    tables = lambda: sum(r.prefix == WEB for r in net.all_routes("pe3"))
    net.wait(lambda: tables() == count, 600, "all of them at pe3", 1)
    net.wait(lambda: all(sum(r.proto == "ospf" and r.prefix == DEFAULT for r in net.all_routes(dlr)) == count
                         for dlr in DLR.values()), 600, "their defaults", 1)
    if net.ours:
        for node in twosites.WEST:
            net.stop_daemon(node, "tenantd")
    else:
        net.by_hand(*names)
    net.cut_off()
    net.wait(lambda: tables() == 0, 60, "dc1 to be gone", 0.2)
    time.sleep(5)
    with net.watch("pe3") as watcher:
        if net.ours:
            began = net.commit(("UPDATE tenant SET recovery_site_id = ?", net.site("dc1")),
                               ("UPDATE logical_switch SET site_id = ?", net.site("dc2")))
        else:
            began = net.push("dlr2", [f"interface ls{switches[name]} vrf {name}\n ip address 10.1.1.1/24\nexit"
                                      for name in names])
        return (net.goes_to(watcher, WEB, "pe2", tables=count) - began) * 1000


def disasters(logs, programs, chosen):
    """Each in a network of its own."""
    for ours, suffix in ((True, ""), (False, "_by_hand"))[:1 if chosen.no_hand else 2]:
        times = []
        for _ in range(chosen.disasters if ours else 1):
            with Net(logs, programs, ours) as net:
                times.append(disaster(net, chosen.tenants))
        print(f"# failover_disaster{suffix}:", *(f"{took:.0f}" for took in times), flush=True)
        figures.tell(f"failover_disaster_{chosen.tenants}{suffix}_ms", statistics.median(times), "ms")


def main():
    parser = argparse.ArgumentParser(prog="lab/bench recovery", description="From one data centre to the other.")
    parser.add_argument("--count", type=int, default=5, help="moves each way, deaths of each edge (default 5)")
    parser.add_argument("--tenants", type=int, default=100, help="in the disaster (default 100)")
    parser.add_argument("--disasters", type=int, default=3, help="times that all is moved (default 3)")
    parser.add_argument("--only", choices=("host", "failover", "disaster", "edge"), help="leave out the others")
    parser.add_argument("--no-hand", action="store_true", help="leave out what is done by hand")
    chosen = parser.parse_args()
    programs = os.environ.get("FRR_TENANT_PROGRAMS", "/build")
    wanted = lambda name: chosen.only in (None, name)
    moves = [kind for name, kind in (("host", HostMove), ("failover", Failover), ("failover", Direct))
             if wanted(name)]
    print(f"# {' '.join(os.uname()[:3:2])}, {os.cpu_count()} processor, {chosen.count} moves each way", flush=True)
    with tempfile.TemporaryDirectory(prefix="frr-tenant-") as logs:
        os.chmod(logs, 0o755)
        try:
            for ours, suffix in ((True, ""), (False, "_by_hand")):
                if not ours and chosen.no_hand:
                    break
                if moves:
                    with Net(logs, programs, ours) as net:
                        net.customer()
                        if not ours:
                            net.by_hand("acme")
                            net.whole()
                        for kind in moves if ours else set(moves) - {Direct}:
                            there_and_back(net, kind, chosen.count if ours else 2, suffix)
                if wanted("edge"):
                    with Net(logs, programs, ours, edges=2) as net:
                        net.customer()
                        if not ours:
                            net.by_hand("acme")
                            net.whole()
                        edge_deaths(net, ("esg1", "esg3") * chosen.count if ours else ("esg1",), suffix)
            if wanted("disaster"):
                disasters(logs, programs, chosen)
        except (LabError, OSError) as error:
            keep = os.environ.get("GUEST_OUT")
            if keep:
                os.system(f"cp -r {logs} {keep}/recovery-logs")
            sys.exit(f"recovery: {error}")


if __name__ == "__main__":
    main()

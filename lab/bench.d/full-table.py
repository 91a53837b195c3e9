#!/usr/bin/env python3
"""100,000 prefixes through a PE's bgpd, with bgpd_tenant.so and without

Two PEs (lab/net/box.py) that differ in nothing but the module, with one tenant. Each has two BGP neighbors that cost
next to nothing (lab/net/speaker.py): another PE on the core's side, and the customer's router in the VRF. In turn each
is fed two tables, which are withdrawn afterwards:

    import    VPNv4 from the other PE: into the VPN table, imported into the VRF, best there, to zebra, to the customer
    export    IPv4 from the customer: into the VRF, exported into the VPN table, best there, to zebra, to the other PE

So each prefix passes the process queues of two instances and the module's hooks in both, and the module tells tenantd
of it once. One VRF only: with more, each import costs bgpd more, and the module no more. The first round is not
counted: there daemons get memory from the kernel, and a page fault in a guest costs more than what is measured.

    bgp_full_table_import_s, ..._stock_s    the first UPDATE sent until the last of all prefixes has come out on the
                                            other side and bgpd has come to rest; the median; with the module, without
    bgp_full_table_import_cpu_s, ...        bgpd's processor time for it
    bgp_full_table_import_all_cpu_s, ...    that of bgpd, zebra and tenantd, which pass on what the module tells
    bgp_full_table_ratio                    time without the module against time with it, of import or export the worse;
                                            of each the median over the rounds, in which both have their turn
    bgp_full_table_cpu_ratio, ..._all_cpu_ratio    the same of processor time
"""

import argparse
import os
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from net import box, figures                                                       # noqa: E402
from net.speaker import (Speaker, race, unicast_update, unicast_withdrawal,       # noqa: E402
                         vpn_update, vpn_withdrawal)
from network import LabError                                                       # noqa: E402

NAME, ASN, CUSTOMER_ASN, VLAN = box.name(1), 65000, 65001, box.VLAN_BASE + 1
FAR_NODE = "10.255.0.2"    # the other PE, as next hop
FIRST = {"import": 0x10000000, "export": 0x14000000}    # 16.0.0.0, 20.0.0.0
DAEMONS = ("bgpd", "zebra", "tenantd")
TENANT = f"""\
INSERT INTO node (id, name, site_id, router_id) VALUES (4, 'far', 1, '{FAR_NODE}'), (5, 'stock', 1, '10.255.0.5');
INSERT INTO node_role VALUES (4, 'pe'), (5, 'pe');
INSERT INTO tenant (id, name) VALUES (1, '{NAME}');
INSERT INTO aggregate VALUES (1, '16.0.0.0/4');
INSERT INTO attachment (tenant_id, node_id, role) VALUES (1, 3, 'pe'), (1, 4, 'pe'), (1, 5, 'pe');
INSERT INTO link (tenant_id, name, node_id, ifname, vlan, address, peer, protocol, peer_as, max_routes)
	SELECT 1, node.name, id, 'x0', {VLAN}, '172.16.255.' || (4 * id + 1) || '/30', '172.16.255.' || (4 * id + 2),
	'bgp', {CUSTOMER_ASN}, 10000000 FROM node WHERE id IN (3, 5);
"""


class Node:
    """One of the two PEs: its number in the database, its addresses, and where its wires end at `feed`."""

    def __init__(self, name, number, loopback):
        self.name, self.loopback, self.core, self.site = name, loopback, f"c{number}", f"x{number}"
        self.near, self.far = f"10.0.{number}.1", f"10.0.{number}.2"
        self.customer_near, self.customer_far = (f"172.16.255.{4 * number + host}" for host in (1, 2))


NODES = {"stock": Node("stock", 5, "10.255.0.5"), "pe": Node("pe", 3, box.LOOPBACK["pe"])}


class Topology(box.Topology):
    """The two PEs, and `feed`, where all their neighbors are; nothing of FRR runs there."""

    ROUTERS, CORE = (*NODES, "feed"), {name: ("c0",) for name in NODES}
    LINKS = tuple((node.name, own, "feed", there, 1600) for node in NODES.values()
                  for own, there in (("c0", node.core), ("x0", node.site)))
    DAEMONS = {**{name: box.Topology.DAEMONS["pe"] for name in NODES}, "feed": ()}

    def __init__(self):
        pass

    @staticmethod
    def configuration(router, daemon):
        if daemon != "bgpd":
            return f"hostname {router}\n" if daemon != "mgmtd" else ""
        far = NODES[router].far
        return (f"hostname {router}\nrouter bgp {ASN}\n bgp router-id {NODES[router].loopback}\n"
                " no bgp default ipv4-unicast\n bgp route-map delay-timer 1\n"
                f" neighbor {far} remote-as {ASN}\n neighbor {far} passive\n"
                f" address-family ipv4 vpn\n  neighbor {far} activate\n exit-address-family\nexit\n")

    @staticmethod
    def commands(router):
        lines = ["link set lo up"]
        if router != "feed":
            node = NODES[router]
            return lines + [f"addr add {node.loopback}/32 dev lo", "link set c0 up", "link set x0 up",
                            f"addr add {node.near}/30 dev c0",
                            f"route add {FAR_NODE}/32 encap mpls 100 via {node.far} dev c0"]
        for node in NODES.values():
            vlan = f"{node.site}.{VLAN}"
            lines += [f"link set {node.core} up", f"link set {node.site} up", f"addr add {node.far}/30 dev {node.core}",
                      f"link add link {node.site} name {vlan} type vlan id {VLAN}", f"link set {vlan} up",
                      f"addr add {node.customer_far}/30 dev {vlan}"]
        return lines


RD = struct.pack("!H4sH", 1, bytes(map(int, FAR_NODE.split("."))), 1)
RT = struct.pack("!BBHI", 0, 2, ASN, 1)


def prefixes(what, count, pack):
    """The prefixes of one table, so many at a time."""
    for at in range(0, count, pack):
        yield [FIRST[what] + n * 256 for n in range(at, min(at + pack, count))]


def updates(what, count, pack, customer):
    """The bytes of one table; the prefixes of each UPDATE have an AS path of their own, as tables have."""
    if what == "import":
        made = (vpn_update(some, FAR_NODE, (64999, 100000 + n), RD, RT, 1000)
                for n, some in enumerate(prefixes(what, count, pack)))
    else:
        made = (unicast_update(some, customer, (CUSTOMER_ASN, 100000 + n))
                for n, some in enumerate(prefixes(what, count, pack)))
    return b"".join(made)


def withdrawals(what, count):
    return b"".join(vpn_withdrawal(some, RD) if what == "import" else unicast_withdrawal(some)
                    for some in prefixes(what, count, 200))


class Feed:
    """One PE with its two neighbors."""

    def __init__(self, net, node, chosen):
        self.net, self.node, self.count = net, node, chosen.prefixes
        self.far = Speaker(node.far, node.near, ASN, "vpn")
        self.customer = Speaker(node.customer_far, node.customer_near, CUSTOMER_ASN, "unicast")
        self.tables = {what: updates(what, chosen.prefixes, chosen.pack, node.customer_far) for what in FIRST}
        self.ends = {what: withdrawals(what, chosen.prefixes) for what in FIRST}

    def establish(self):
        with self.net.inside("feed"):
            self.far.establish(60)
            self.customer.establish(60)

    def processor(self):
        return {daemon: self.net.cpu_ms(daemon, self.node.name) / 1000 for daemon in DAEMONS}

    def rest(self, *daemons, quiet=1.0):
        """Until none of them has used the processor for so long; returns when the last one did."""
        last, before = time.monotonic(), None
        while time.monotonic() - last < quiet:
            now = sum(self.net.cpu_ms(daemon, self.node.name) for daemon in daemons)
            if before is None or now - before > 10:    # a tick is no work
                last, before = time.monotonic(), now
            time.sleep(0.05)
        return last

    def take(self, what):
        """One table in; {figure: seconds}."""
        sender, reader = (self.far, self.customer) if what == "import" else (self.customer, self.far)
        both = [sender, reader]
        for one in both:
            one.forget()
        before = self.processor()
        since = race(both, sender, self.tables[what], lambda: len(reader.heard) == self.count, 600)
        whole = max(reader.last, self.rest("bgpd")) - since
        self.rest(*DAEMONS)
        after = self.processor()
        spent = {daemon: after[daemon] - before[daemon] for daemon in DAEMONS}
        print(f"# {self.node.name} {what}: {whole:.2f} s, out after {reader.last - since:.2f} s, {reader.announced} "
              "announced; cpu " + ", ".join(f"{daemon} {value:.2f}" for daemon, value in spent.items()), flush=True)
        return {"": whole, "_cpu": spent["bgpd"], "_all_cpu": sum(spent.values())}

    def withdraw(self, what):
        sender = self.far if what == "import" else self.customer
        race([self.far, self.customer], sender, self.ends[what], sender.sent_all, 600)
        self.rest(*DAEMONS)


class Bench:
    def __init__(self, logs, programs, chosen):
        self.chosen, self.samples = chosen, {}
        self.module = Path(programs, ".libs", "bgpd_tenant.so")
        self.net = box.Box("pe", logs, programs, topology=Topology())
        self.net.options["pe", "bgpd"] = ["-M", str(self.module)]

    def run(self):
        if not self.module.exists():
            raise LabError(f"there is no {self.module}: it is built where FRR's source is (--with-frr-source).")
        os.environ["MALLOC_TRIM_THRESHOLD_"] = str(1 << 31)    # what a table has got stays for the next
        with self.net:
            print(f"# {' '.join(os.uname()[:3:2])}, {os.cpu_count()} processor, {self.chosen.prefixes} prefixes, "
                  f"{self.chosen.pack} in an UPDATE, {self.chosen.repeat} times with and without", flush=True)
            self.net.db.executescript(TENANT)
            feeds = [Feed(self.net, node, self.chosen) for node in NODES.values()]
            for feed in feeds:
                self.net.wait(lambda: self.net.settled(feed.node.name), 60, "tenantd to be done", 0.5)
                feed.establish()
            self.check_module()
            for number in range(self.chosen.repeat + 1):
                for feed in feeds if number % 2 else reversed(feeds):
                    self.once(feed, counts=number > 0)
        self.tell()

    def check_module(self):
        for name in NODES:
            there = "bgpd_tenant" in self.net.vty(name, "bgpd", "show modules")
            if there != (name == "pe"):
                raise LabError(f"bgpd on {name} runs {'with' if there else 'without'} the module.")

    def once(self, feed, counts):
        for what in FIRST:
            took = feed.take(what)
            for name, value in took.items() if counts else ():
                self.samples.setdefault((what, name, feed.node.name), []).append(value)
        for what in FIRST:
            feed.withdraw(what)

    def tell(self):
        for (what, name, node), values in self.samples.items():
            figures.tell(f"bgp_full_table_{what}{name}{'_stock' * (node == 'stock')}_s", statistics.median(values), "s")
        for name in ("", "_cpu", "_all_cpu"):
            ratios = {}
            for what in FIRST:
                pairs = zip(self.samples[what, name, "stock"], self.samples[what, name, "pe"])
                ratios[what] = statistics.median(stock / ours for stock, ours in pairs)
                figures.tell(f"bgp_full_table_{what}{name}_ratio", ratios[what], "times")
            figures.tell(f"bgp_full_table{name}_ratio", min(ratios.values()), "times")


def main():
    parser = argparse.ArgumentParser(prog="lab/bench full-table", description="bgpd with our module and without.")
    parser.add_argument("--prefixes", type=int, default=100000, help="in each table (default 100000)")
    parser.add_argument("--pack", type=int, default=10, help="with the same attributes, in one UPDATE (default 10)")
    parser.add_argument("--repeat", type=int, default=5, help="rounds, after one that is not counted (default 5)")
    chosen = parser.parse_args()
    if not (1 <= chosen.prefixes <= 262144 and 1 <= chosen.pack <= 200 and chosen.repeat >= 1):
        parser.error("--prefixes must be 1 to 262144, --pack 1 to 200, --repeat at least 1")
    with tempfile.TemporaryDirectory(prefix="frr-tenant-") as logs:
        os.chmod(logs, 0o755)
        try:
            Bench(logs, os.environ.get("FRR_TENANT_PROGRAMS", "/build"), chosen).run()
        except (LabError, OSError) as error:
            subprocess.run(["cp", "-r", logs, os.environ.get("GUEST_OUT", "/tmp")])
            sys.exit(f"full-table: {error}")


if __name__ == "__main__":
    main()

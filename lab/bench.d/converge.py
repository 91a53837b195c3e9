#!/usr/bin/env python3
"""from a commit to the route in the customer site's kernel, hop by hop

A process of its own adds a logical switch to the database and deletes it again, each in one transaction, and says
when COMMIT returned; netlink tells when the route came to and went from every router on the way. Between two
transactions everything has settled, and then a random time passes: ospfd's timers run on, and a fixed pause would
meet them always at the same point.

    converge_add_p50_ms, converge_del_p99_ms    COMMIT's return to ce's kernel
    converge_stock_add_p50_ms                   the same network without our modules and without tenantd: from the
                                                connected route on dlr, made by ip, to ce's kernel
    converge_ratio                              of the two: how many times faster an addition is
    converge_add_esg_p50_ms                     the same to the kernel of one hop
    apply_p50_ms                                tenantd's part: COMMIT's return to the connected route on dlr
    apply_del_p50_ms                            the same for the deletion
    tenantd_took_p50_ms                         what dlr's tenantd itself says: noticed to all statements answered
"""

import argparse
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from net import figures, tenants                           # noqa: E402
from net.tenants import DATABASE, TenantNetwork            # noqa: E402
from network import LabError                               # noqa: E402

PATIENCE = 20


def write():
    """The writing process: one transaction for each line, one line for each: when COMMIT began and returned."""
    db = sqlite3.connect(DATABASE, isolation_level=None, timeout=5)
    db.execute("PRAGMA foreign_keys = ON")
    for line in sys.stdin:
        db.execute("BEGIN IMMEDIATE")
        for statement in line.strip().split(";"):
            db.execute(statement)
        began = time.monotonic()
        db.execute("COMMIT")
        print(began, time.monotonic(), flush=True)


class Writer:
    def __enter__(self):
        self.process = subprocess.Popen([sys.executable, __file__, "--write"], text=True, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()

    def begin(self, *statements):
        self.process.stdin.write(";".join(statements) + "\n")
        self.process.stdin.flush()

    def times(self):
        said = self.process.stdout.readline().split()
        if not said:
            raise LabError("the writing process could not commit; what it said stands above.")
        return tuple(map(float, said))


def add(number):
    return (f"INSERT INTO logical_switch (tenant_id, name) SELECT id, 'b{number}' FROM tenant WHERE name = 'acme'",
            "INSERT INTO subnet (switch_id, prefix, gateway) "
            f"VALUES (last_insert_rowid(), '10.1.{number % 200}.0/24', '10.1.{number % 200}.1')")


def remove(number):
    return (f"DELETE FROM logical_switch WHERE name = 'b{number}'",)


class Bench:
    def __init__(self, net, count, seed):
        self.net, self.count, self.random = net, count, random.Random(seed)
        self.samples = {}

    def keep(self, name, milliseconds):
        self.samples.setdefault(name, []).append(milliseconds)

    def ready(self):
        """The reference network with its customer, in which everything has arrived."""
        self.net.make_room()
        for words in tenants.PROVIDER:
            self.net.tenantctl(*words)
        self.net.start()
        self.net.wait_core()
        with self.net.trail() as trail:
            for words in tenants.CUSTOMER:
                self.net.tenantctl(*words)
            for _ in trail.follow(tenants.site_hops(), PATIENCE):
                pass

    def once(self, trail, writer, what, statements, prefix):
        """One transaction, followed to the customer's site."""
        trail.forget()
        writer.begin(*statements)
        seen = {hop.router: event.time for hop, event in trail.follow(tenants.hops(prefix, what), PATIENCE)}
        began, returned = writer.times()
        for router, when in seen.items():
            self.keep(f"converge_{what}_{router}", (when - returned) * 1000)
        self.keep("commit", (returned - began) * 1000)
        took = self.net.show("dlr", "tenantd", "show tenant json")["lastTookUs"]
        self.keep(f"tenantd_took_{what}", took / 1000)
        self.settle(trail)

    def settle(self, trail):
        """Nothing has changed anywhere for half a second; then at random up to one round of ospfd's 5 s timer."""
        while trail.read(0.5):
            pass
        time.sleep(self.random.uniform(0, 5))

    def measure(self):
        with Writer() as writer, self.net.trail() as trail:
            # The first of all meets timers that run once in the life of a session.
            for number in range(self.count + 1):
                prefix = f"10.1.{number % 200}.0/24"
                self.once(trail, writer, "add", add(number), prefix)
                self.once(trail, writer, "del", remove(number), prefix)
                if number == 0:
                    first, self.samples = self.samples, {}
        figures.tell("converge_first_add_ms", first["converge_add_ce"][0], "ms")

    def p50(self):
        return figures.percentile(self.samples["converge_add_ce"], 50)

    def tell(self):
        for what in ("add", "del"):
            figures.tell_spread(f"converge_{what}", self.samples[f"converge_{what}_ce"])
        for what in ("add", "del"):
            for router in tenants.NODES:
                figures.tell_spread(f"converge_{what}_{router}", self.samples[f"converge_{what}_{router}"])
        figures.tell_spread("apply", self.samples["converge_add_dlr"])
        figures.tell_spread("apply_del", self.samples["converge_del_dlr"])
        figures.tell_spread("tenantd_took", self.samples["tenantd_took_add"])
        figures.tell_spread("tenantd_took_del", self.samples["tenantd_took_del"])
        figures.tell_spread("commit", self.samples["commit"])


class ByHand(Bench):
    """The network that tenantd left behind; the operator types ip commands on the DLR.

    Typing them is not counted: the clock begins when the DLR has the connected route.
    """

    def ready(self):
        super().ready()
        for node in tenants.NODES:
            self.net.stop_daemon(node, "tenantd")

    @staticmethod
    def lines(what, number):
        bridge, vxlan, vni = f"hand{number}", f"handvx{number}", 900000 + number
        if what == "del":
            return f"link del {vxlan}", f"link del {bridge}"
        return (f"link add {bridge} type bridge", f"link set {bridge} master {tenants.TENANT}",
                f"link add {vxlan} type vxlan id {vni} local 10.255.0.11 dstport 4789",
                f"link set {vxlan} master {bridge} up", f"link set {bridge} up",
                f"addr add 10.1.{number % 200}.1/24 dev {bridge}")

    def step(self, trail, what, number):
        trail.forget()
        self.net.ip("dlr", *self.lines(what, number))
        hops = tenants.hops(f"10.1.{number % 200}.0/24", what)
        seen = {hop.router: event.time for hop, event in trail.follow(hops, PATIENCE)}
        self.keep(f"converge_{what}_ce", (seen["ce"] - seen["dlr"]) * 1000)
        self.settle(trail)

    def measure(self):
        with self.net.trail() as trail:
            for number in range(self.count):
                self.step(trail, "add", number)
                self.step(trail, "del", number)

    def tell(self):
        for what in ("add", "del"):
            figures.tell_spread(f"converge_stock_{what}", self.samples[f"converge_{what}_ce"])


def run(kind, chosen, count, stock):
    """One network from nothing to its figures."""
    with tempfile.TemporaryDirectory(prefix="frr-tenant-") as logs:
        os.chmod(logs, 0o755)
        net = TenantNetwork(logs, os.environ.get("FRR_TENANT_PROGRAMS", "/build"), stock=stock)
        bench = kind(net, count, chosen.seed)
        try:
            bench.ready()
            print(f"# {' '.join(os.uname()[:3:2])}, {os.cpu_count()} processor, {count} additions and deletions, "
                  f"modules: {', '.join(f'{d}_tenant' for d in net.modules) or 'none'}", flush=True)
            bench.measure()
            bench.tell()
        except (LabError, OSError) as error:
            net.keep_logs(os.environ.get("GUEST_OUT", logs))
            sys.exit(f"converge: {error}")
        finally:
            net.stop()
    return bench


def main():
    parser = argparse.ArgumentParser(prog="lab/bench converge", description="From a commit to the remote site.")
    parser.add_argument("--count", type=int, default=50, help="additions, and as many deletions (default 50)")
    parser.add_argument("--by-hand", type=int, default=20, metavar="N",
                        help="as many without us, for the ratio (default 20; 0: leave that out)")
    parser.add_argument("--stock", action="store_true", help="ours without our modules in FRR's daemons")
    parser.add_argument("--seed", type=int, default=1, help="of the random pauses (default 1)")
    parser.add_argument("--write", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.write:
        return write()
    if chosen.count < 1:
        parser.error("--count must be at least 1")
    ours = run(Bench, chosen, chosen.count, chosen.stock)
    if chosen.by_hand:
        stock = run(ByHand, chosen, chosen.by_hand, True)
        figures.tell("converge_ratio", stock.p50() / ours.p50(), "times")
    return None


if __name__ == "__main__":
    main()

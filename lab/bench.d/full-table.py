#!/usr/bin/env python3
# Needs no kernel of its own.
"""100,000 prefixes through a PE's bgpd, with bgpd_tenant.so and without

One PE with the statements that tenantd writes for one tenant, and two BGP neighbors that cost next to nothing
(lab/net/speaker.py): another PE on the core's side, and the customer's router in the VRF. bgpd is started anew, without
the module, with it, without, and so on, and each time is fed two tables:

    import    VPNv4 from the other PE: into the VPN table, imported into the VRF, best there, to zebra, to the customer
    export    IPv4 from the customer: into the VRF, exported into the VPN table, best there, to zebra, to the other PE

So each prefix passes the process queues of two instances and the module's hooks in both, and the module tells zebra of
it once. One VRF only: with more, each import costs bgpd more, and the module no more.

It runs on the machine's own kernel: a guest of user-mode-linux takes more time for what it is itself, and counts the
host's other work as its own. The VRF is a network namespace there, which zebra (-w) takes for one; to bgpd they are
the same. There is no tenantd, and no MPLS in the kernel.

    bgp_full_table_import_s, ..._stock_s    the first UPDATE sent until the last of all prefixes has come out on the
                                            other side and bgpd has come to rest; the median; with the module, without
    bgp_full_table_import_cpu_s, ...        bgpd's processor time for it; zebra_cpu: zebra's
    bgp_full_table_ratio                    time without the module against time with it, of import or export the worse;
                                            of each the median over pairs of lives, one after another
    bgp_full_table_cpu_ratio                the same of bgpd's processor time
"""

import argparse
import os
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from net import box, figures                                                       # noqa: E402
from net.speaker import Speaker, race, unicast_update, vpn_update     # noqa: E402
from network import LabError                                                       # noqa: E402

VRF, ASN, FAR_ASN, CUSTOMER_ASN = box.name(1), 65000, 65009, 65001
NEAR, FAR = "10.0.3.1", "10.0.3.2"
CUSTOMER_NEAR, CUSTOMER_FAR = "172.16.255.1", "172.16.255.2"
FIRST = {"import": 0x10000000, "export": 0x14000000}    # 16.0.0.0, 20.0.0.0
ALONE = 0x1f000000    # 31.0.0.0, and 31.0.1.0: in no table
TENANT = f"""\
INSERT INTO node (id, name, site_id, router_id) VALUES (4, 'far', 1, '{FAR}');
INSERT INTO node_role VALUES (4, 'pe');
INSERT INTO tenant (id, name) VALUES (1, '{VRF}');
INSERT INTO aggregate VALUES (1, '16.0.0.0/4');
INSERT INTO attachment (tenant_id, node_id, role) VALUES (1, 3, 'pe'), (1, 4, 'pe');
INSERT INTO link (tenant_id, name, node_id, ifname, vlan, address, peer, protocol, peer_as, max_routes) VALUES
	(1, 'site', 3, 'x0', 1, '{CUSTOMER_NEAR}/30', '{CUSTOMER_FAR}', 'bgp', {CUSTOMER_ASN}, 10000000);
"""


class Topology:
    """The PE, and `feed`, where both neighbors are; nothing of FRR runs there."""

    ROUTERS, CORE, SYSCTLS = ("pe", "feed"), {}, {}
    LINKS = (("pe", "c0", "feed", "c0", 1500),)
    DAEMONS = {"pe": ("mgmtd", "zebra", "bgpd"), "feed": ()}

    @staticmethod
    def configuration(router, daemon):
        if daemon != "bgpd":
            return f"hostname {router}\n" if daemon != "mgmtd" else ""
        return (f"hostname {router}\ninterface c0\n mpls bgp forwarding\nexit\n"
                f"router bgp {ASN}\n bgp router-id {box.LOOPBACK['pe']}\n no bgp default ipv4-unicast\n"
                " no bgp ebgp-requires-policy\n bgp route-map delay-timer 1\n"
                f" neighbor {FAR} remote-as {FAR_ASN}\n neighbor {FAR} passive\n"
                f" neighbor {FAR} sender-as-path-loop-detection\n"    # or it would be told what it has said
                f" address-family ipv4 vpn\n  neighbor {FAR} activate\n exit-address-family\nexit\n")

    @staticmethod
    def commands(router):
        lines = ["link set lo up", "link set c0 up"]
        if router == "pe":
            return lines + [f"addr add {NEAR}/30 dev c0", f"netns add {VRF}"]
        return lines + [f"addr add {FAR}/30 dev c0", f"link add dev x0 type veth peer name x0 netns {VRF}",
                        "link set x0 up", f"addr add {CUSTOMER_FAR}/30 dev x0"]


RD = struct.pack("!H4sH", 1, bytes(map(int, FAR.split("."))), 1)
RT = struct.pack("!BBHI", 0, 2, ASN, 1)


def prefixes(what, count, pack):
    """The prefixes of one table, so many at a time."""
    for at in range(0, count, pack):
        yield [FIRST[what] + n * 256 for n in range(at, min(at + pack, count))]


def updates(what, count, pack):
    """The bytes of one table; the prefixes of each UPDATE have an AS path of their own, as tables have."""
    if what == "import":
        made = (vpn_update(some, FAR, (FAR_ASN, 100000 + n), RD, RT, 1000)
                for n, some in enumerate(prefixes(what, count, pack)))
    else:
        made = (unicast_update(some, CUSTOMER_FAR, (CUSTOMER_ASN, 100000 + n))
                for n, some in enumerate(prefixes(what, count, pack)))
    return b"".join(made)


class Bench:
    def __init__(self, logs, programs, chosen):
        self.chosen, self.samples = chosen, {}
        self.module = Path(programs, ".libs", "bgpd_tenant.so")
        self.tables = {what: updates(what, chosen.prefixes, chosen.pack) for what in FIRST}
        self.net = box.Box("pe", logs, programs, tenantd=False, topology=Topology())
        self.net.options["zebra"] = ["-w"]

    def run(self):
        if not self.module.exists():
            raise LabError(f"there is no {self.module}: it is built where FRR's source is (--with-frr-source).")
        print(f"# {' '.join(os.uname()[:3:2])}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}, "
              f"{self.chosen.prefixes} prefixes, {self.chosen.pack} in an UPDATE, {self.chosen.repeat} times with and "
              "without", flush=True)
        try:
            with self.net:
                subprocess.run(["ip", "-n", VRF, "-batch", "-"], check=True, text=True,
                               input=f"link set lo up\nlink set x0 up\naddr add {CUSTOMER_NEAR}/30 dev x0\n")
                self.net.db.executescript(TENANT)
                self.statements = self.net.plan_text().split("# bgpd\n", 1)[1].splitlines()
                for number in range(2 * self.chosen.repeat):
                    self.once("ours" if number % 2 else "stock")
        finally:
            subprocess.run(["ip", "netns", "del", VRF], check=False)
        self.tell()

    # -- one life of bgpd --

    def restart(self, kind):
        """bgpd anew, zebra without anything of the last one."""
        self.net.stop_daemon("pe", "bgpd", how=signal.SIGKILL)
        self.rest("zebra")
        self.net.options["pe", "bgpd"] = ["-M", str(self.module)] if kind == "ours" else []
        self.net.start_daemon("pe", "bgpd")
        there = "bgpd_tenant" in self.net.vty("pe", "bgpd", "show modules")
        if there != (kind == "ours"):
            raise LabError(f"bgpd runs {'with' if there else 'without'} the module in a life that is called '{kind}'.")
        bgpd = self.net.connection("pe", "bgpd")
        bgpd.configure([f"router bgp {ASN} vrf {VRF}", "exit"])    # as tenantd does: statements wait for the VRF
        self.net.wait(lambda: self.net.show("pe", "bgpd", "show bgp vrfs json")["vrfs"][VRF]["vrfId"] > 0, 20,
                      "bgpd to know the VRF")
        bgpd.configure(self.statements)

    def once(self, kind, tries=3):
        self.restart(kind)
        with Speaker(FAR, NEAR, FAR_ASN, "vpn") as far, \
                Speaker(CUSTOMER_FAR, CUSTOMER_NEAR, CUSTOMER_ASN, "unicast") as customer:
            with self.net.inside("feed"):
                far.establish(60)
                customer.establish(60)
            if self.passes_on(far, customer):
                self.feed(kind, "import", far, customer)
                self.feed(kind, "export", customer, far)
                return
        # One start in ten or so, with the module and without; why is not settled.
        print("# bgpd passes nothing on after this start; started anew", flush=True)
        if tries == 1:
            raise LabError("bgpd passes no prefix on between the VPN and the VRF after three starts.")
        self.once(kind, tries - 1)

    @staticmethod
    def passes_on(far, customer):
        """One prefix each way before the tables; a VRF's first export waits a second for its label."""
        ways = ((far, customer, vpn_update([ALONE], FAR, (FAR_ASN,), RD, RT, 1000)),
                (customer, far, unicast_update([ALONE + 256], CUSTOMER_FAR, (CUSTOMER_ASN,))))
        for number, (sender, reader, data) in enumerate(ways):
            reader.expect([ALONE + number * 256])
            try:
                race([far, customer], sender, data, lambda: not reader.missing, 15)
            except LabError:
                return False
        return True

    def processor(self):
        return {daemon: self.net.cpu_ms(daemon) / 1000 for daemon in ("bgpd", "zebra")}

    def rest(self, *daemons, quiet=0.5):
        """Until none of them has used the processor for so long; returns when the last one did."""
        last, before = time.monotonic(), None
        while time.monotonic() - last < quiet:
            now = sum(self.net.cpu_ms(daemon) for daemon in daemons)
            if before is None or now - before > 5:    # less is no work
                last, before = time.monotonic(), now
            time.sleep(0.02)
        return last

    def feed(self, kind, what, sender, reader):
        self.rest("bgpd", "zebra")
        sender.expect([])
        reader.expect(prefix for some in prefixes(what, self.chosen.prefixes, self.chosen.pack) for prefix in some)
        before = self.processor()
        since = race([sender, reader], sender, self.tables[what], lambda: not reader.missing, 300)
        whole = max(reader.last, self.rest("bgpd")) - since
        self.rest("bgpd", "zebra")
        after = self.processor()
        spent = {daemon: after[daemon] - before[daemon] for daemon in after}
        for name, value in (("", whole), ("_cpu", spent["bgpd"]), ("_zebra_cpu", spent["zebra"])):
            self.samples.setdefault((what, name, kind), []).append(value)
        print(f"# {kind} {what}: {whole:.2f} s, out after {reader.last - since:.2f} s, {reader.announced} announced; "
              + "cpu " + ", ".join(f"{daemon} {value:.2f}" for daemon, value in spent.items()), flush=True)

    # -- figures --

    def tell(self):
        for (what, name, kind), values in self.samples.items():
            figures.tell(f"bgp_full_table_{what}{name}{'_stock' * (kind == 'stock')}_s", statistics.median(values), "s")
        for name in ("", "_cpu"):
            ratios = {}
            for what in FIRST:
                pairs = zip(self.samples[what, name, "stock"], self.samples[what, name, "ours"])
                ratios[what] = statistics.median(stock / ours for stock, ours in pairs)
                figures.tell(f"bgp_full_table_{what}{name}_ratio", ratios[what], "times")
            figures.tell(f"bgp_full_table{name}_ratio", min(ratios.values()), "times")


def main():
    parser = argparse.ArgumentParser(prog="lab/bench full-table", description="bgpd with our module and without.")
    parser.add_argument("--prefixes", type=int, default=100000, help="in each table (default 100000)")
    parser.add_argument("--pack", type=int, default=10, help="with the same attributes, in one UPDATE (default 10)")
    parser.add_argument("--repeat", type=int, default=5, help="lives of bgpd with the module, and as many "
                        "without (default 5)")
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

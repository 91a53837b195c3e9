"""One provider node full of tenants, to measure on: a PE or an edge alone, its wires leading nowhere.

    with Box("pe", logs, "/build") as box:          # a Network of lab/network.py with the one router `pe`
        box.database(1000)                          # 1,000 tenants of 5 switches, in one transaction
        box.wait(lambda: box.settled(1000), 600, "tenantd")
        before = box.cpu_ms("tenantd"); ...; box.cpu_ms("tenantd") - before

Every tenant is attached to a DLR, an edge and the PE. On the PE it has an uplink (VLAN on u0, OSPF) and a customer
link (VLAN on x0) with five static routes behind it: six routes for the VPN table, with one device for each of the two.
On the edge it has a transit (t0) and an uplink (u0). Its switches are devices of the DLR only, which is not here: a
user-mode-linux kernel takes minutes to make 5,000 bridges.
"""

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import time
from pathlib import Path

from net import processor, session
from net.reference import SYSCTLS as REFERENCE_SYSCTLS
from network import Extra, LabError, Network

SCHEMA = Path(__file__).resolve().parent.parent.parent / "vrf-sync/schema.sql"
DATABASE = f"{session.ROOM}/tenants.db"
LOOPBACK = {"pe": "10.255.0.1", "edge": "10.255.0.12"}
TRUNKS = {"pe": ("u0", "x0"), "edge": ("t0", "u0")}
VLAN_BASE = 100
SWITCHES = 5
ROUTES = SWITCHES + 1    # of each tenant in the PE's VPN table: what is behind its link, and the link itself


# A line of `show event cpu`: its count, and its mean of wall time in microseconds.
EVENT = re.compile(r"^ *\d+ +[\d.]+ +(\d+) +\d+ +\d+ +(\d+) +\d+ +\d+ +\d+ +\d+ +\S* +(\w+)$", re.M)
OTHERS = ("vtysh_read", "vtysh_accept", "vtysh_write", "TOTAL")    # they work for who measures; the sum


class Topology:
    """The one node, in the words of lab/net/reference.py."""

    LINKS, CORE, SYSCTLS = (), {}, REFERENCE_SYSCTLS
    DAEMONS = {"pe": ("mgmtd", "zebra", "ospfd", "bgpd"), "edge": ("mgmtd", "zebra", "ospfd")}

    def __init__(self, role):
        self.ROUTERS = (role,)

    @staticmethod
    def configuration(router, daemon):
        if daemon == "mgmtd":
            return ""
        text = f"hostname {router}\n"
        if daemon == "bgpd":
            text += (f"router bgp 65000\n bgp router-id {LOOPBACK[router]}\n no bgp default ipv4-unicast\n"
                     " bgp route-map delay-timer 1\nexit\n")
        return text

    @staticmethod
    def commands(router):
        lines = ["link set lo up", f"addr add {LOOPBACK[router]}/32 dev lo"]
        for trunk in TRUNKS[router]:
            lines += [f"link add {trunk} type dummy", f"link set {trunk} mtu 1600 up"]
        return lines


def name(number):
    return f"t{number:04}"


# What the tenants stand on. The DLR and, where the PE is measured, the edge are nodes that nobody runs.
PROVIDER = """\
INSERT INTO site (id, name) VALUES (1, 'dc1');
INSERT INTO node (id, name, site_id, router_id) VALUES
	(1, 'dlr', 1, '10.255.0.11'), (2, 'edge', 1, '10.255.0.12'), (3, 'pe', 1, '10.255.0.1');
INSERT INTO node_role VALUES (1, 'dlr'), (2, 'edge'), (3, 'pe');
INSERT INTO wire (id, name, site_id, kind) VALUES (1, 'transit', 1, 'transit'), (2, 'uplink', 1, 'uplink');
INSERT INTO wire_port (wire_id, node_id, ifname, slot) VALUES
	(1, 1, 't0', 3), (1, 2, 't0', 1), (2, 2, 'u0', 2), (2, 3, 'u0', 1);
"""

# Tenants number :first to :last. All use the same address space, as customers do.
TENANTS = (
    "INSERT INTO tenant (id, name) SELECT n, printf('t%04d', n) FROM number",
    "INSERT INTO aggregate SELECT n, prefix FROM number, (SELECT '10.1.0.0/16' AS prefix UNION SELECT '172.16.0.0/16')",
    "INSERT INTO attachment (tenant_id, node_id, role) SELECT n, node_id, role FROM number, node_role",
    "INSERT INTO logical_switch (id, tenant_id, name) SELECT (n - 1) * 5 + s, n, 'ls' || s FROM number, five",
    "INSERT INTO subnet (switch_id, prefix, gateway) "
    "SELECT (n - 1) * 5 + s, printf('10.1.%d.0/24', s), printf('10.1.%d.1', s) FROM number, five",
    "INSERT INTO link (id, tenant_id, name, node_id, ifname, vlan, address, peer, protocol) "
    "SELECT n, n, 'site', 3, 'x0', n + 100, '172.16.255.1/30', '172.16.255.2', 'static' FROM number",
    "INSERT INTO link_route SELECT n, printf('172.16.%d.0/24', s) FROM number, five",
)
NUMBERS = ("WITH RECURSIVE number(n) AS (SELECT :first UNION ALL SELECT n + 1 FROM number WHERE n < :last), "
           "five(s) AS (VALUES (1), (2), (3), (4), (5)) ")


class Box(Network):
    def __init__(self, role, out_dir, programs="/build", tenantd=True, topology=None):
        """tenantd: False leaves it out, for the raw way; topology: in place of the one node alone, and all of its
        routers that have daemons are nodes. Where a method takes a router, role is meant without."""
        topology = topology or Topology(role)
        nodes = [router for router in topology.ROUTERS if tenantd and topology.DAEMONS[router]]
        config = {node: f"tenant node {node}\ntenant database sqlite {DATABASE}\n" for node in nodes}
        super().__init__(out_dir, extra=[Extra(f"{programs}/tenantd", config)], topology=topology)
        self.role, self.programs, self.db = role, programs, None

    def start(self):
        if not Path(self.programs, "tenantd").exists():
            raise LabError(f"there is no tenantd in {self.programs}: build it first.")
        self.make_database()
        super().start()

    def stop(self):
        super().stop()
        if self.db:
            self.db.close()
        self.db = None

    # -- the database --

    def make_database(self):
        shutil.rmtree(session.ROOM, ignore_errors=True)
        os.mkdir(session.ROOM)
        shutil.chown(session.ROOM, None, "frr")
        os.chmod(session.ROOM, 0o2770)
        self.db = sqlite3.connect(DATABASE, isolation_level=None, timeout=20)
        self.db.execute("PRAGMA foreign_keys = ON")
        self.db.executescript(SCHEMA.read_text())
        self.db.executescript(PROVIDER)
        for file in Path(session.ROOM).iterdir():
            os.chmod(file, 0o660)
            shutil.chown(file, None, "frr")

    def change(self, *statements, **values):
        """One transaction; returns when its COMMIT began."""
        self.db.execute("BEGIN IMMEDIATE")
        try:
            for statement in statements:
                self.db.execute(statement, values)
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        began = time.monotonic()
        self.db.execute("COMMIT")
        return began

    def fill(self, last, first=1):
        """Tenants first to last, in one transaction; returns when its COMMIT began."""
        parts = [statement.partition(" SELECT ") for statement in TENANTS]
        return self.change(*(f"{head} {NUMBERS} SELECT {rest}" for head, _, rest in parts), first=first, last=last)

    def revision(self):
        return self.db.execute("SELECT max(seq) FROM change_log").fetchone()[0]

    # -- looking --

    def cpu_ms(self, daemon, router=None):
        return processor.cpu_ms(self.pid(router or self.role, daemon))

    def wait_idle(self, timeout):
        """Until tenantd has nothing to do in the background either."""
        self.wait(lambda: processor.is_idle(self.pid(self.role, "tenantd")), timeout, "tenantd to be idle", 0)

    def rss_mb(self, daemon):
        text = Path(f"/proc/{self.pid(self.role, daemon)}/status").read_text()
        return int(text.split("VmRSS:")[1].split()[0]) / 1024

    def forget_handlers(self):
        self.vty(self.role, "tenantd", "clear event cpu")

    def handlers(self):
        """{tenantd's event handler: wall ms in it} since forget_handlers(), without those that answer us here."""
        found = EVENT.findall(self.vty(self.role, "tenantd", "show event cpu"))
        return {handler: int(count) * int(mean) / 1000 for count, mean, handler in found if handler not in OTHERS}

    def tenantd(self, router=None):
        return self.show(router or self.role, "tenantd", "show tenant json")

    def tenant(self, number):
        return self.show(self.role, "tenantd", f"show tenant {name(number)} json")

    def settled(self, router=None):
        """tenantd has applied the database's last revision and has nothing left to do."""
        said = self.tenantd(router)
        bad = next((t for t in said["tenants"] if t["health"] == "failed"), None)
        if bad:
            raise LabError(f"tenant {bad['name']} failed: {bad['reason']}")
        return not said["busy"] and said["revision"] >= self.revision()

    def vpn_routes(self):
        """How many prefixes bgpd's VPN table holds."""
        return self.show(self.role, "bgpd", "show bgp ipv4 vpn statistics json")["ipv4Vpn"][0]["totalPrefixes"]

    def wait_vpn_routes(self, count, timeout, interval=0.25):
        """Until the VPN table holds so many; returns when. None when the time was over."""
        end = time.monotonic() + timeout
        while True:
            try:
                if self.vpn_routes() == count:
                    return time.monotonic()
            except TimeoutError:    # so busy is bgpd; what it still says would answer the next question
                self.connections.pop((self.role, "bgpd")).close()
            if time.monotonic() > end:
                return None
            time.sleep(interval)

    def wait_prefix(self, number, prefix, timeout, present=True):
        """Until the tenant's prefix is in the VPN table (or gone from it); returns when."""
        command = f"show bgp ipv4 vpn rd {LOOPBACK[self.role]}:{number} {prefix} json"
        end = time.monotonic() + timeout
        while (prefix in self.connection(self.role, "bgpd").ask(command)[1]) != present:
            if time.monotonic() > end:
                raise LabError(f"{prefix} of {name(number)} is not in the VPN table as it should be after {timeout} s.")
            time.sleep(0.002)
        return time.monotonic()

    def plan_text(self):
        """What tenantctl says the node should hold."""
        done = subprocess.run([f"{self.programs}/tenantctl", "plan", "--node", self.role], text=True,
                              capture_output=True, env={**os.environ, "TENANT_DB": DATABASE})
        if done.returncode:
            raise LabError(f"tenantctl plan ended with status {done.returncode}: {done.stderr.strip()}")
        return done.stdout

    # -- FRR as a whole --

    def route(self, verb, number, prefix):
        """What tenantd does for a link_route, by hand; returns when it was done."""
        self.ip(self.role, f"route {verb} {prefix} via 172.16.255.2 vrf {name(number)}")
        return time.monotonic()

    def running_config(self):
        """What `write` would put into frr.conf."""
        said = subprocess.run(["vtysh", "-N", self.netns(self.role), "-c", "show running-config"], text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, check=True).stdout
        return said.partition("Current configuration:\n")[2]

    def stop_frr(self):
        for daemon in reversed(self.daemons[self.role]):
            self.stop_daemon(self.role, daemon, how=signal.SIGKILL, timeout=60)

    def start_frr(self):
        for names in (("mgmtd",), ("zebra",), ("ospfd", "bgpd")):
            self._start_all((self.role, n) for n in names if n in self.daemons[self.role])

#!/usr/bin/env python3
# Needs no kernel of its own.
"""what 10,000 tenants of 5 switches cost tenantd: memory, planning all, planning one more subnet

Each node that is measured has a database of its own, made by tenantctl and SQL, in which it serves every tenant in
the roles named. The roles that it lacks are other nodes': three of each, with a trunk for each, as VLANs end at 4094.
Two programs read it:

    tenantd itself, where nothing else is: no FRR, and a kernel without VRFs. It loads, plans, and waits.
    memory_alone, which is tenantd but for the kernel and zebra. Those say yes to everything, as do ospfd, bgpd and
    mgmtd, so that all is applied.

    rss_mb_N                VmRSS with N tenants, the largest of these:
    rss_mb_N_ROLES          when every tenant has been applied
    rss_mb_N_ROLES_waiting  tenantd itself, all planned and nothing in place (not where the kernel has VRFs: it would
                            make them)
    peak_mb_N_ROLES         VmHWM: the most there was, while all of them were applied at once
    plan_cold_ms_N          loaded rows to all plan objects, the slowest node: commit + validate + plan of these,
    STAGE_ms_N_ROLES        processor time of each stage; memory_plan.c says what each includes
    plan_delta_us_N         one more subnet, median, the slowest node: from noticing the commit to the last step of the
                            batch, the time of the kernel and of FRR aside, as tenantd itself counts it
    change_cpu_ms_N         processor time of one subnet more or less, its row of status included; median,
                            the slowest node. lab/bench change-at-scale measures the same by the clock
    noop_cpu_ms_N           processor time of a new revision that concerns every tenant and changes nothing: all of
                            the database is read, planned and compared; median, the slowest node. lab/bench full-sync
                            measures the same by the clock, on a node with a kernel and FRR
"""

import argparse
import os
import re
import selectors
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from net import figures                                    # noqa: E402
from net.vty import Vty                                    # noqa: E402

PATHSPACE = "tenant-memory"
ROOM = Path("/run/frr", PATHSPACE)      # where tenantd looks for FRR's sockets, and makes its own
DATABASE = ROOM / "tenants.db"
PROGRAMS = Path(os.environ.get("FRR_TENANT_PROGRAMS", "/build"))
ROLES = ("dlr", "edge", "pe", "dlr+edge", "edge+pe", "dlr+edge+pe")
GROUPS, GROUP_SIZE, FIRST_VLAN = 3, 3900, 101
SWITCHES = ("web", "app", "db", "dmz", "mgmt")
STAGES = ("load", "commit", "validate", "plan", "keep", "diff")
PATIENCE = 120


class BenchError(Exception):
    """The benchmark cannot go on, and why."""


# ---- the database ----

def run(*words):
    done = subprocess.run([PROGRAMS / "tenantctl", "--db", DATABASE, *words], text=True, capture_output=True)
    if done.returncode:
        raise BenchError(f"tenantctl {' '.join(words)}: {done.stderr.strip()}")


def make_provider(roles):
    """The node `box` in these roles, and what it lacks of DLR, edge and PE three times over."""
    run("init")
    run("add", "site", "dc")
    run("add", "node", "box", "--site", "dc", "--roles", ",".join(roles), "--router-id", "10.255.0.1",
        *(["--vtep", "10.255.0.1"] if "dlr" in roles else []))
    for group in range(GROUPS):
        who = {}
        for number, role in enumerate(("dlr", "edge", "pe")):
            who[role] = "box" if role in roles else f"{role}{group}"
            if role not in roles:
                address = f"10.255.{number + 1}.{group + 1}"
                run("add", "node", who[role], "--site", "dc", "--roles", role, "--router-id", address,
                    *(["--vtep", address] if role == "dlr" else []))
        for kind, near, far in (("transit", "dlr", "edge"), ("uplink", "edge", "pe")):
            if who[near] != who[far]:
                run("add", "wire", f"{kind}{group}", "--site", "dc", "--kind", kind,
                    "--ports", f"{who[far]}:{kind[0]}{group},{who[near]}:{kind[0]}{group}")


def make_tenants(count, roles):
    """Every tenant on `box` and on the other nodes of its group; where box is all three, with a customer's link."""
    db = sqlite3.connect(DATABASE, isolation_level=None)
    node = dict(db.execute("SELECT name, id FROM node"))
    wires = {g: [w for w, in db.execute("SELECT id FROM wire WHERE name IN (?, ?)", (f"transit{g}", f"uplink{g}"))]
             for g in range(GROUPS)}
    rows = {"aggregate": [], "attachment": [], "circuit": [], "switch": [], "subnet": [], "link": []}
    for tenant in range(1, count + 1):
        group, place = divmod(tenant - 1, GROUP_SIZE)
        rows["aggregate"] += [(tenant, "10.1.0.0/16"), (tenant, "172.16.0.0/16")]
        for role in ("dlr", "edge", "pe"):
            rows["attachment"].append((tenant, node["box" if role in roles else f"{role}{group}"], role))
        if group:
            rows["circuit"] += [(tenant, wire, FIRST_VLAN + place) for wire in wires[group]]
        for number, name in enumerate(SWITCHES, 1):
            rows["switch"].append((tenant, name))
            rows["subnet"].append(((tenant - 1) * len(SWITCHES) + number, f"10.1.{number}.0/24", f"10.1.{number}.1"))
        if len(roles) == 3:
            rows["link"].append((tenant, node["box"], f"x{group}", FIRST_VLAN + place))
    db.execute("BEGIN")
    for statement, values in (
            ("INSERT INTO tenant (name) VALUES (?)", [(f"tenant{n:05}",) for n in range(1, count + 1)]),
            ("INSERT INTO aggregate VALUES (?, ?)", rows["aggregate"]),
            ("INSERT INTO attachment (tenant_id, node_id, role) VALUES (?, ?, ?)", rows["attachment"]),
            ("INSERT INTO circuit (tenant_id, wire_id, vlan) VALUES (?, ?, ?)", rows["circuit"]),
            ("INSERT INTO logical_switch (tenant_id, name) VALUES (?, ?)", rows["switch"]),
            ("INSERT INTO subnet (switch_id, prefix, gateway) VALUES (?, ?, ?)", rows["subnet"]),
            ("INSERT INTO link (tenant_id, name, node_id, ifname, vlan, address, protocol)"
             " VALUES (?, 'site', ?, ?, ?, '192.168.1.1/30', 'ospf')", rows["link"])):
        db.executemany(statement, values)
    db.execute("COMMIT")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()


def make_database(count, roles):
    shutil.rmtree(ROOM, ignore_errors=True)
    ROOM.mkdir(parents=True)
    shutil.chown(ROOM, "frr", "frr")
    make_provider(roles)
    make_tenants(count, roles)


# ---- daemons that agree to everything ----

def agree():
    """ospfd, bgpd and mgmtd: every command succeeds, and says nothing."""
    selector = selectors.DefaultSelector()
    for name in ("ospfd", "bgpd", "mgmtd"):
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        Path(ROOM, f"{name}.vty").unlink(missing_ok=True)
        listening.bind(str(ROOM / f"{name}.vty"))
        os.chmod(ROOM / f"{name}.vty", 0o777)
        listening.listen()
        selector.register(listening, selectors.EVENT_READ, "listening")
    print("ready", flush=True)
    while True:
        for key, _ in selector.select():
            if key.data:
                selector.register(key.fileobj.accept()[0], selectors.EVENT_READ)
            elif asked := key.fileobj.recv(1 << 16):
                key.fileobj.sendall(b"\0\0\0\0" * asked.count(b"\0"))
            else:
                selector.unregister(key.fileobj)
                key.fileobj.close()


class Agreeing:
    def __enter__(self):
        self.process = subprocess.Popen([sys.executable, __file__, "--agree"], stdout=subprocess.PIPE)
        self.process.stdout.readline()
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


# ---- tenantd ----

class Tenantd:
    """One of the two programs, alone in a network namespace."""

    def __init__(self, program):
        self.program = program

    def __enter__(self):
        with sqlite3.connect(DATABASE, isolation_level=None) as db:
            db.execute("DELETE FROM node_status")
        config = ROOM / "tenantd.conf"
        config.write_text(f"tenant node box\ntenant database sqlite {DATABASE}\n")
        for path in (DATABASE, *ROOM.glob("tenants.db-*"), config):
            shutil.chown(path, "frr", "frr")
        self.process = subprocess.Popen(
            ["unshare", "--net", self.program, "-N", PATHSPACE, "-f", config, "--log", f"file:{ROOM}/tenantd.log"],
            stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def megabytes(self, field):
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"^{field}:\s+(\d+) kB", status, re.M)[1]) / 1024

    def cpu_ms(self):
        return int(Path(f"/proc/{self.process.pid}/schedstat").read_text().split()[0]) / 1e6

    def wait_planned(self, db, count):
        """Until its own row of status, written after a batch, says that it has all tenants."""
        until = time.monotonic() + PATIENCE
        while db.execute("SELECT tenants FROM node_status").fetchone() != (count,):
            if self.process.poll() is not None or time.monotonic() > until:
                log = Path(ROOM, "tenantd.log")
                said = log.read_text().splitlines()[-3:] if log.exists() else []
                raise BenchError(f"{self.program} has not planned {count} tenants: {' / '.join(said)}")
            time.sleep(0.1)

    def wait_change(self, vty, tenant, before):
        """How long the change took, by its own account: from noticing the commit to the last answer."""
        until = time.monotonic() + PATIENCE
        while (now := ask(vty, tenant)) == before:
            if time.monotonic() > until:
                raise BenchError(f"{self.program} has not noticed a new subnet of {tenant}")
            time.sleep(0.005)
        return int(now.split(",")[1])


def ask(vty, tenant):
    """"changes,took" of a tenant."""
    said = vty.command(f"show tenant {tenant} json")
    return ",".join(re.search(rf'"{word}":(\d+)', said)[1] for word in ("changes", "lastTookUs"))


# ---- what is measured ----

def kernel_has_vrfs():
    return subprocess.run(["unshare", "--net", "ip", "link", "add", "probe", "type", "vrf", "table", "10"],
                          stderr=subprocess.DEVNULL).returncode == 0


def measure_waiting(count):
    """MB of tenantd itself, which can apply nothing."""
    with sqlite3.connect(DATABASE, isolation_level=None) as db, Tenantd(PROGRAMS / "tenantd") as tenantd:
        tenantd.wait_planned(db, count)
        return tenantd.megabytes("VmRSS")


def measure_applied(count):
    """MB when all is applied, and at the highest."""
    with sqlite3.connect(DATABASE, isolation_level=None) as db, Agreeing(), \
            Tenantd(PROGRAMS / "lab/bench.d/memory_alone") as tenantd:
        tenantd.wait_planned(db, count)
        failed, = db.execute("SELECT count(*) FROM tenant_status WHERE health <> 'ok'").fetchone()
        if failed:
            raise BenchError(f"{failed} of {count} tenants were not applied")
        time.sleep(2)
        return tenantd.megabytes("VmRSS"), tenantd.megabytes("VmHWM")


def measure_delta(count, samples):
    """Microseconds of each of so many new subnets, with all tenants applied."""
    took = []
    with sqlite3.connect(DATABASE, isolation_level=None) as db, Agreeing(), \
            Tenantd(PROGRAMS / "lab/bench.d/memory_alone") as tenantd:
        tenantd.wait_planned(db, count)
        vty = Vty(str(ROOM / "tenantd.vty"))
        for number in range(samples):
            tenant = 1 + number * (count // samples)
            name = f"tenant{tenant:05}"
            before = ask(vty, name)
            db.execute("INSERT INTO subnet (switch_id, prefix, gateway) VALUES (?, '10.1.200.0/24', '10.1.200.1')",
                       ((tenant - 1) * len(SWITCHES) + 1,))
            took.append(tenantd.wait_change(vty, name, before))
        vty.close()
    return took


def measure_revisions(count, statements):
    """Milliseconds of processor for each of these, a transaction of its own."""
    took = []
    with sqlite3.connect(DATABASE, isolation_level=None) as db, Agreeing(), \
            Tenantd(PROGRAMS / "lab/bench.d/memory_alone") as tenantd:
        tenantd.wait_planned(db, count)
        time.sleep(8)    # what it verifies a while after tenants were made is not part of this
        for statement in statements:
            said, before = status(db), tenantd.cpu_ms()
            db.execute(statement)
            until = time.monotonic() + PATIENCE
            while status(db) == said:
                if time.monotonic() > until:
                    raise BenchError(f"{tenantd.program} has not noticed a new revision")
                time.sleep(0.1)
            took.append(tenantd.cpu_ms() - before)
    return took


def subnets_come_and_go(count, samples):
    """Statements, for tenants from all over the table."""
    for number in range(samples):
        switch = number * (count - 1) // max(samples - 1, 1) * len(SWITCHES) + 1
        yield f"INSERT INTO subnet (switch_id, prefix, gateway) VALUES ({switch}, '10.1.201.0/24', '10.1.201.1')"
        yield f"DELETE FROM subnet WHERE switch_id = {switch} AND prefix = '10.1.201.0/24'"


def status(db):
    """Written when a batch has ended."""
    return db.execute("SELECT revision FROM node_status").fetchone()


def measure_cold(rounds):
    done = subprocess.run([PROGRAMS / "lab/bench.d/memory_plan", DATABASE, "box", str(rounds)], text=True,
                          capture_output=True)
    if done.returncode:
        raise BenchError(done.stderr.strip())
    return {name: float(value) for name, value in map(str.split, done.stdout.splitlines())}


def tell_roles(count, roles, chosen):
    """All figures of one node; those that are compared between nodes."""
    name = f"{count}_{'_'.join(roles)}"
    make_database(count, roles)
    stages = measure_cold(chosen.rounds)
    figures.tell(f"objects_{name}", stages["objects"], "objects")
    for stage in STAGES:
        figures.tell(f"{stage}_ms_{name}", stages[stage], "ms")
    rss, peak = measure_applied(count)
    figures.tell(f"rss_mb_{name}", rss, "MB")
    figures.tell(f"peak_mb_{name}", peak, "MB")
    if not kernel_has_vrfs():
        waiting = measure_waiting(count)
        figures.tell(f"rss_mb_{name}_waiting", waiting, "MB")
        rss = max(rss, waiting)
    worst = {f"rss_mb_{count}": rss,
             f"plan_cold_ms_{count}": stages["commit"] + stages["validate"] + stages["plan"]}
    for figure, statements in (("change", [*subnets_come_and_go(count, chosen.rounds)]),
                               ("noop", ["UPDATE provider SET asn = asn"] * chosen.rounds)):
        value = figures.percentile(measure_revisions(count, statements), 50)
        figures.tell(f"{figure}_cpu_ms_{name}", value, "ms")
        worst[f"{figure}_cpu_ms_{count}"] = value
    if "dlr" in roles:                      # elsewhere a subnet changes nothing
        took = measure_delta(count, min(chosen.samples, count))
        figures.tell_spread(f"plan_delta_{name}", took, "us")
        worst[f"plan_delta_us_{count}"] = figures.percentile(took, 50)
    return worst


def tell(count, chosen):
    worst = {}
    for words in ROLES if chosen.roles is None else [chosen.roles]:
        for name, value in tell_roles(count, words.split("+"), chosen).items():
            worst[name] = max(value, worst.get(name, 0))
    for name, value in worst.items():
        figures.tell(name, value, "MB" if name.startswith("rss") else name.split("_")[-2])


def main():
    parser = argparse.ArgumentParser(prog="lab/bench memory", description="What many tenants cost tenantd.")
    parser.add_argument("--tenants", type=int, nargs="+", default=[1000, 10000], metavar="N",
                        help=f"how many, at most {GROUPS * GROUP_SIZE} (default 1000 and 10000)")
    parser.add_argument("--roles", choices=ROLES, help="only this node (default: each of them)")
    parser.add_argument("--rounds", type=int, default=5, help="for the median of times (default 5)")
    parser.add_argument("--samples", type=int, default=20, help="new subnets (default 20)")
    parser.add_argument("--agree", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.agree:
        return agree()
    if not all(1 <= count <= GROUPS * GROUP_SIZE for count in chosen.tenants):
        parser.error(f"--tenants must be 1 to {GROUPS * GROUP_SIZE}")
    if chosen.rounds < 1 or chosen.samples < 1:
        parser.error("--rounds and --samples must be at least 1")
    print(f"# {' '.join(os.uname()[:3:2])}, {os.cpu_count()} processors, {len(SWITCHES)} switches of one subnet a tenant")
    try:
        for count in chosen.tenants:
            tell(count, chosen)
    except (BenchError, OSError, sqlite3.Error) as error:
        sys.exit(f"memory: {error}")


if __name__ == "__main__":
    main()

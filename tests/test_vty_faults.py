#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A daemon of FRR that hangs, hangs up in the middle of an answer, or answers with garbage: the others get their part, one
sentence names it, and it gets its own when it is well again. And one that goes between two steps of a batch: its part is
not there, so the tenant is not well.

Between tenantd (that of "lab/bench memory", with a kernel and a zebra that say yes) and the vty sockets of stock ospfd,
bgpd and mgmtd stands this test. Runs in namespaces of its own; needs root and FRR.
"""

import json
import os
import random
import re
import socket
import sqlite3
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lab"))
from net.alone import CONF, HERE, RUN, Daemon, own_namespaces    # noqa: E402

ALONE = Path("lab/bench.d/memory_alone").resolve()
DATABASE = Path("/var/lib/frr/tenants.db")
REAL = Path("/run/frr-real")
PATIENCE_MS = 800
NAMES = ("ospfd", "bgpd", "mgmtd")
SEED = int(os.environ.get("FRR_TENANT_SEED", "1"))
failures = []


def check(good, what):
    if not good:
        failures.append(what)
        print(f"FAILED: {what}", flush=True)


def wait(predicate, what, seconds=30):
    end = time.monotonic() + seconds
    while not (found := predicate()):
        if time.monotonic() > end:
            check(False, f"waited {seconds} s in vain for {what() if callable(what) else what}")
            return None
        time.sleep(0.02)
    return found


# ---- in between ----

class Between:
    """Passes on what tenantd and a daemon say to each other, and what the fault makes of the answers."""

    def __init__(self, name):
        self.name, self.fault, self.met, self.ends = name, None, 0, []
        self.listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.path = RUN / f"{name}.vty"
        self.path.unlink(missing_ok=True)
        self.listening.bind(str(self.path))
        os.chmod(self.path, 0o777)
        self.listening.listen()
        self.well = threading.Event()
        self.well.set()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client, _ = self.listening.accept()
            try:
                real = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
                real.connect(str(REAL / f"{self.name}.vty"))
            except OSError:
                client.close()
                continue
            self.ends += [client, real]
            for source, sink, how in ((client, real, bytes), (real, client, self.pass_on)):
                threading.Thread(target=self.carry, args=(source, sink, how), daemon=True).start()

    def carry(self, source, sink, how):
        try:
            while data := source.recv(1 << 16):
                sink.sendall(how(data))
        except EOFError as last:
            with suppress(OSError):
                sink.sendall(last.args[0])
        except OSError:
            pass
        self.shut(source, sink)

    @staticmethod
    def shut(*ends):
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def pass_on(self, data):
        if not self.fault:
            return data
        self.met += 1
        return self.fault(self, data)

    def breaks(self, fault):
        self.met = 0
        self.well.clear()
        self.fault = fault

    def goes(self):
        """Nobody is there any more."""
        self.path.rename(f"{self.path}.away")
        self.shut(*self.ends)
        self.ends.clear()

    def comes(self):
        Path(f"{self.path}.away").rename(self.path)

    def heals(self):
        self.fault = None
        self.well.set()


chance = random.Random(SEED)


def hangs(between, data):
    """Nothing comes, and when it has come to itself all of it."""
    between.well.wait()
    return data


def hangs_up(between, data):
    """In the middle of an answer."""
    raise EOFError(data[:len(data) // 2])


def garbage(between, data):
    return chance.randbytes(len(data) + 40)


def refuses(between, data):
    """Well made, and bad: each answer has a status of failure."""
    return b"".join(b"% Unknown command.\n\0\0\0\x02" for _ in range(data.count(b"\0\0\0")))


def says_too_much(between, data):
    """An answer to what was never asked."""
    return data + b"hello\0\0\0\0"


# {fault: what the tenants' health or the log says of the daemon}
FAULTS = {hangs: "(does not answer|has not answered)", hangs_up: "(is gone|went away|is not running)",
          garbage: "(answered out of step|has not answered|refused|is gone|went away)", refuses: "refused",
          says_too_much: "answered out of step"}


# ---- the story ----

class Tenantd:
    def __init__(self):
        self.daemon = Daemon("tenantd", program=ALONE)

    def told(self):
        return json.loads(self.daemon.vty.command("show tenant json"))

    def all_well(self):
        told = self.told()
        return not told["busy"] and told["revision"] >= newest() and all(told["up"].values()) and \
            all(t["health"] == "ok" for t in told["tenants"])

    def settle(self, what):
        wait(self.all_well, lambda: f"all to be well after {what}: {self.told()}", 60)


def sql(statement):
    db = sqlite3.connect(DATABASE, isolation_level=None, timeout=20)
    db.execute("PRAGMA foreign_keys = ON")
    found = db.execute(statement).fetchall()
    db.close()
    return found


def newest():
    return sql("SELECT seq FROM sqlite_sequence WHERE name = 'change_log'")[0][0]


def add(number):
    """As one change: what comes in parts is well between them."""
    db = sqlite3.connect(DATABASE, isolation_level=None, timeout=20)
    db.executescript(
        f"BEGIN IMMEDIATE; INSERT INTO tenant (id, name) VALUES ({number}, 't{number}');"
        f"INSERT INTO attachment (tenant_id, node_id, role) VALUES ({number}, 1, 'dlr'), ({number}, 1, 'pe');"
        f"INSERT INTO link (tenant_id, name, node_id, ifname, vlan, address, protocol) VALUES "
        f"({number}, 'site', 1, 'x0', {number}, '192.168.1.1/30', 'ospf'); COMMIT;")
    db.close()


def has(real, name, number):
    marks = {"ospfd": f"router ospf vrf t{number}", "bgpd": f"router bgp 65000 vrf t{number}", "mgmtd": f"vrf t{number}"}
    return marks[name] in real[name].command("show running-config")


def make_database():
    db = sqlite3.connect(DATABASE, isolation_level=None)
    db.executescript((HERE / "vrf-sync/schema.sql").read_text())
    db.executescript("INSERT INTO site (id, name) VALUES (1, 'dc1');"
                     "INSERT INTO node (id, site_id, name, router_id, vtep) VALUES (1, 1, 'box', '10.255.0.1', '10.255.0.1');"
                     "INSERT INTO node_role VALUES (1, 'dlr'), (1, 'pe')")
    db.close()
    for file in DATABASE.parent.glob("tenants.db*"):
        file.chmod(0o666)


def one_fault(tenantd, between, real, name, fault, number):
    """A tenant comes while the daemon has the fault."""
    before = tenantd.told()["deleted"]
    between[name].breaks(fault)
    add(number)
    others = [other for other in NAMES if other != name]
    wait(lambda: all(has(real, other, number) for other in others), lambda: f"{others} to get their part while {name} "
         f"{fault.__name__}: {tenantd.told()}")
    wait(lambda: re.search(f"{name} {FAULTS[fault]}", said(tenantd)), lambda: f"a sentence that names {name}, which "
         f"{fault.__name__}: {said(tenantd)}")
    check(between[name].met, f"{name} had nothing to say: the fault was none")
    for tenant in tenantd.told()["tenants"]:
        check("\n" not in tenant["reason"], f"not one sentence: {tenant}")
    between[name].heals()
    tenantd.settle(f"{name} {fault.__name__}")
    check(all(has(real, other, number) for other in NAMES), f"something is missing after {name} {fault.__name__}")
    check(tenantd.told()["deleted"] == before, f"something was taken away while {name} {fault.__name__}")


def one_goes_between_steps(tenantd, between, real, name, other, number):
    """It has done its part of a step; while another one works on that, it goes. Until all of the tenant is there it is not
    well."""
    told = set()

    def watch(predicate):
        told.update((t["health"], t["reason"]) for t in tenantd.told()["tenants"] if t["name"] == f"t{number}")
        return predicate()
    between[other].breaks(hangs)
    add(number)
    wait(lambda: watch(lambda: between[other].met), f"{other} to be told of t{number}")
    time.sleep(0.3)
    between[name].goes()
    wait(lambda: watch(lambda: not tenantd.told()["up"][name]), f"{name} to be missed")
    between[other].heals()
    wait(lambda: watch(lambda: has(real, other, number)), f"{other} to get its part")
    end = time.monotonic() + 1
    wait(lambda: watch(lambda: time.monotonic() > end), "a second")
    check("ok" not in {health for health, _ in told}, f"without {name} it is told to be {told}")
    check(any(name in reason for _, reason in told), f"{name} is gone, and what is told is {told}")
    between[name].comes()
    tenantd.settle(f"{name} was gone")
    check(has(real, name, number), f"{name} lacks t{number}")


def said(tenantd):
    """Of its tenants, and in its log since the fault began."""
    return " ".join(t["reason"] for t in tenantd.told()["tenants"]) + tenantd.daemon.log.read_text()[tenantd.mark:]


def main():
    own_namespaces()
    REAL.mkdir(exist_ok=True)
    os.chmod(REAL, 0o777)
    make_database()
    (CONF / "tenantd.conf").write_text(f"tenant node box\ntenant database sqlite {DATABASE}\n")
    options = {"bgpd": ("-n", "-p", "0")}
    daemons = [Daemon(name, "--vty_socket", str(REAL), *options.get(name, ())) for name in NAMES]
    tried = 0
    try:
        for daemon in daemons:
            daemon.room = REAL
            daemon.start()
        real = {daemon.name: daemon.vty for daemon in daemons}
        between = {name: Between(name) for name in NAMES}
        os.environ["TENANTD_PATIENCE_MS"] = str(PATIENCE_MS)
        tenantd = Tenantd()
        tenantd.daemon.start()
        tenantd.mark = 0
        add(1)
        tenantd.settle("the start")
        for name in NAMES:
            for fault in FAULTS:
                began = time.monotonic()
                tenantd.mark = len(tenantd.daemon.log.read_text())
                tried += 1
                one_fault(tenantd, between, real, name, fault, tried + 1)
                print(f"{name} {fault.__name__}: {time.monotonic() - began:.1f} s, {len(failures)} failures so far", flush=True)
        for name, other in (("bgpd", "ospfd"), ("ospfd", "bgpd")):
            tried += 1
            one_goes_between_steps(tenantd, between, real, name, other, tried + 1)
        lost = tenantd.told()["deleted"]
        tenantd.daemon.stop()
        check(tenantd.daemon.process.returncode == 0, f"tenantd ended with {tenantd.daemon.process.returncode}")
    finally:
        for daemon in daemons:
            daemon.process.kill()
    print(f"counts: {tried} faults of daemons' vty tried, {lost} statements lost to them")
    if failures:
        print(tenantd.daemon.log.read_text()[-3000:])
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())

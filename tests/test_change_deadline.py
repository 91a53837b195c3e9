#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A change that nobody confirms is taken back by tenantd: alive, killed and started again, or kept from the database.

tenantd is lab/bench.d/memory_alone: tenantd with a kernel and a zebra that say yes. Runs in namespaces of its own;
needs root and FRR.
"""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lab"))
from net.alone import CONF, RUN, Daemon, own_namespaces    # noqa: E402

ALONE = Path("lab/bench.d/memory_alone").resolve()
TENANTCTL = Path(os.environ.get("TENANTCTL", "./tenantctl")).resolve()
DATABASE = RUN / "tenants.db"
NETWORK = """add site dc1
add node box --site dc1 --router-id 10.255.0.1 --roles dlr,pe
add tenant acme --nodes box
add switch acme web 10.1.1.0/24"""
failures = []


def check(what, wanted, got):
    if wanted != got:
        failures.append(what)
        print(f"FAILED: {what}\n  wanted: {wanted!r}\n  got:    {got!r}")


def wait(predicate, what, seconds=20):
    end = time.monotonic() + seconds
    while not (found := predicate()):
        if time.monotonic() > end:
            failures.append(what)
            print(f"FAILED: waited {seconds} s in vain for {what}")
            return None
        time.sleep(0.05)
    return found


def tenantctl(line):
    done = subprocess.run([TENANTCTL, "--db", DATABASE, *line.split()], text=True, capture_output=True)
    check(f"tenantctl {line}", (0, ""), (done.returncode, done.stderr))
    return done.stdout.strip()


def sql(text):
    connection = sqlite3.connect(DATABASE, isolation_level=None, timeout=5)
    try:
        return connection.execute(text).fetchall()
    finally:
        connection.close()


def subnets():
    return [prefix for prefix, in sql("SELECT prefix FROM subnet ORDER BY 1")]


def state(number):
    return sql(f"SELECT state FROM change WHERE id = {number}")[0][0]


def apply(seconds, *lines):
    number = tenantctl("change begin")
    for line in lines:
        tenantctl(f"{line} --change {number}")
    tenantctl(f"change plan {number}")
    tenantctl(f"change apply {number} --confirm {seconds}")
    return number


def revision_in(tenantd):
    """Of the database as tenantd has read it."""
    told = tenantd.ask("show tenant json")[1].replace(" ", "")
    return f'"revision":{sql("SELECT max(seq) FROM change_log")[0][0]}' in told


def alive(tenantd):
    number = apply(1, "add subnet acme web 10.1.2.0/24", "del subnet acme web 10.1.1.0/24")
    check("while it waits", ["10.1.2.0/24"], subnets())
    wait(lambda: state(number) == "rolled back", "tenantd to take the change back")
    check("what is there then", ["10.1.1.0/24"], subnets())
    wait(lambda: revision_in(tenantd), "tenantd to read what it did")
    told = [line for line in tenantd.log.read_text().splitlines() if f"change {number} was not confirmed" in line]
    check("what tenantd says of it", (1, True), (len(told), "[EC 1929379854]" in "".join(told)))


def confirmed(tenantd):
    number = apply(5, "add subnet acme web 10.1.3.0/24")
    tenantctl(f"change confirm {number}")
    time.sleep(6)
    check("a confirmed change", ("confirmed", ["10.1.1.0/24", "10.1.3.0/24"]), (state(number), subnets()))


def killed(tenantd):
    number = apply(5, "del tenant acme")
    tenantd.stop(signal.SIGKILL)
    time.sleep(6)
    check("with nobody alive", ("confirming", []), (state(number), subnets()))
    tenantd.start()
    wait(lambda: state(number) == "rolled back", "a new tenantd to take the change back")
    check("what is there then", ["10.1.1.0/24", "10.1.3.0/24"], subnets())
    wait(lambda: "acme" in tenantd.ask("show tenant")[1], "tenantd to have acme again")


def locked(tenantd):
    number = apply(5, "add subnet acme web 10.1.4.0/24")
    other = sqlite3.connect(DATABASE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    time.sleep(6)
    check("while another writes", "confirming", state(number))
    begun = time.monotonic()
    tenantd.ask("show tenant")
    check("tenantd answers", True, time.monotonic() - begun < 1)
    other.execute("ROLLBACK")
    other.close()
    wait(lambda: state(number) == "rolled back", "tenantd to take the change back once it can")
    check("a lock is no warning", [], [line for line in tenantd.log.read_text().splitlines() if "locked" in line])


def main():
    own_namespaces()
    tenantctl("init")
    for line in NETWORK.splitlines():
        tenantctl(line)
    CONF.joinpath("tenantd.conf").write_text(f"tenant node box\ntenant database sqlite {DATABASE}\n")
    for path in (CONF / "tenantd.conf", *RUN.glob("tenants.db*")):
        shutil.chown(path, "frr", "frr")
        path.chmod(0o666)
    with Daemon("tenantd", program=ALONE) as tenantd:
        wait(lambda: "acme" in tenantd.ask("show tenant")[1], "tenantd to read the database")
        for story in (alive, confirmed, killed, locked):
            story(tenantd)
            print(f"{story.__name__}: {len(failures)} failures so far", flush=True)
    end, words = tenantd.process.returncode, tenantd.log.read_text()
    check("the end of tenantd", (0, False), (end, "memstats" in words or "Sanitizer" in words))
    if failures:
        print(words[-3000:])
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())

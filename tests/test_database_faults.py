#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What becomes of a node when its database is locked, cannot be written, is full, replaced, cut, deleted or damaged,
and when four write at once: what was in force stays, one sentence says what is wrong, and all is well when the cause has
gone.

tenantd is that of "lab/bench memory": all of it, on a kernel that agrees to everything. FRR's daemons are of this test:
they agree, too, and remember what they were told to take away. Needs root, for namespaces; skipped elsewhere.

    FRR_TENANT_FULL=1    more of what is random; FRR_TENANT_SEED other random numbers
"""

import json
import os
import random
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import traceback
from contextlib import closing, suppress
from pathlib import Path

HERE = Path(os.environ.get("srcdir", Path(__file__).resolve().parent.parent)).resolve()
BUILD = Path.cwd()
sys.path[:0] = [str(HERE / "lab"), str(HERE / "lab" / "bench.d")]
os.environ.setdefault("FRR_TENANT_PROGRAMS", str(BUILD))
import memory                            # noqa: E402
from net.vty import Vty, VtyError        # noqa: E402

SKIPPED = 77
FULL = bool(os.environ.get("FRR_TENANT_FULL"))
SEED = int(os.environ.get("FRR_TENANT_SEED", "1"))
TENANTS = 40
OFFSETS = 2000 if FULL else 200
SLOW = 10 if "asan" in str(BUILD) else 1
ROOM = memory.ROOM / "database"          # a file system of its own, so that it can be full
DATABASE = ROOM / "tenants.db"


class Faults:
    """How many were tried, and how many statements and objects were taken away by them."""
    tried, lost = 0, 0


# ---- FRR's daemons ----

class Agreeing:
    """ospfd, bgpd and mgmtd, for which every command succeeds; what they were told to take away."""

    def __init__(self):
        self.taken = []
        for name in ("ospfd", "bgpd", "mgmtd"):
            listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            listening.bind(str(memory.ROOM / f"{name}.vty"))
            os.chmod(memory.ROOM / f"{name}.vty", 0o777)
            listening.listen()
            threading.Thread(target=self.accept, args=(listening,), daemon=True).start()

    def accept(self, listening):
        while True:
            threading.Thread(target=self.serve, args=listening.accept()[:1], daemon=True).start()

    def serve(self, connection):
        rest = b""
        with suppress(OSError):    # tenantd has ended
            while asked := connection.recv(1 << 16):
                *lines, rest = (rest + asked).split(b"\0")
                self.taken += [line.decode() for line in lines if line.strip().startswith(b"no ")]
                connection.sendall(b"\0\0\0\0" * len(lines))


class Tenantd:
    """memory_alone in our own network."""

    def __enter__(self):
        config = memory.ROOM / "tenantd.conf"
        config.write_text(f"tenant node box\ntenant database sqlite {DATABASE}\n")
        self.log = open(memory.ROOM / "tenantd.log", "w")
        self.process = subprocess.Popen(
            [BUILD / "lab/bench.d/memory_alone", "-N", memory.PATHSPACE, "-f", config, "--log", "stdout"],
            stdout=self.log, stderr=self.log, env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"})
        self.vty = until(lambda: Vty(str(memory.ROOM / "tenantd.vty")), "tenantd")
        return self

    def __exit__(self, kind, *_):
        self.vty.close()
        self.process.terminate()
        status = self.process.wait(20)
        assert kind or status == 0, f"tenantd ended with status {status}"

    def told(self):
        return json.loads(self.vty.command("show tenant json"))

    def deleted(self):
        return self.told()["deleted"]

    def subnets(self, tenant):
        return {s["prefix"] for s in json.loads(self.vty.command(f"show tenant {tenant} subnets json"))}

    def settle(self, seconds=30):
        """Until all that is in the database is in force, everywhere."""
        def done():
            told = self.told()
            return told["revision"] >= newest() and not told["busy"] and not told["problem"] and \
                all(t["health"] == "ok" for t in told["tenants"])
        until(done, lambda: f"all to be well: {problem_of(self.told())}", seconds * SLOW)

    def names_fault(self, part=""):
        """One sentence, that names the database."""
        found = until(lambda: (p := self.told()["problem"]) and part in p and p, f"'{part}' to be told", 20 * SLOW)
        assert str(DATABASE) in found and "\n" not in found and found in self.vty.command("show tenant"), found
        return found


def problem_of(told):
    return {k: told[k] for k in ("revision", "busy", "problem")}, newest(), [t for t in told["tenants"] if t["health"] != "ok"][:2]


def until(predicate, what, seconds=30):
    end = time.monotonic() + seconds
    while True:
        try:
            if answer := predicate():
                return answer
        except (OSError, ValueError, VtyError, sqlite3.Error):
            pass
        assert time.monotonic() < end, f"waited {seconds} s in vain for {what() if callable(what) else what}"
        time.sleep(0.01)


# ---- the database ----

def connect(**more):
    return sqlite3.connect(DATABASE, isolation_level=None, **more)


def sql(statement, *values):
    with closing(connect(timeout=30)) as db:
        return db.execute(statement, values).fetchall()


def newest():
    return sql("SELECT seq FROM sqlite_sequence WHERE name = 'change_log'")[0][0]


def owned():
    for path in ROOM.iterdir():
        shutil.chown(path, "frr", "frr")


def whole():
    """The database as a file, with nothing in a log beside it."""
    with closing(connect(timeout=30)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return DATABASE.read_bytes()


def put(content, mode=0o644, owner="frr", prepare=None):
    """In the place of the one that is there, as a restored copy or another's is; what prepare() gives for its path."""
    new = ROOM / "new"
    new.write_bytes(content)
    prepared = prepare(new) if prepare else None
    shutil.chown(new, owner, owner)
    new.chmod(mode)
    for file in ROOM.glob("tenants.db-*"):
        file.unlink(missing_ok=True)
    new.rename(DATABASE)
    return prepared


class Kept:
    """Nothing is taken away in the block; and when it is over, a change is taken, so that all is well again."""
    numbers = iter(range(100, 100000))

    def __init__(self, daemon, faults=1):
        self.daemon, self.faults = daemon, faults

    def __enter__(self):
        self.daemon.settle()
        self.before = self.daemon.deleted(), len(daemons.taken)
        self.health = len(self.daemon.told()["tenants"])
        return self

    def __exit__(self, kind, *_):
        if kind:
            return
        self.is_kept()
        self.daemon.settle()
        prefix = heal(self.daemon, next(self.numbers))
        self.is_kept()
        assert prefix
        Faults.tried += self.faults

    def lost(self, what):
        """Whether something was taken away since this was asked last."""
        now = self.daemon.deleted(), len(daemons.taken)
        if now == self.before:
            return False
        Faults.lost += now[0] - self.before[0]
        print(f"{what}: {now[0] - self.before[0]} taken away, {[line.strip() for line in daemons.taken[self.before[1]:][:3]]}")
        self.before = now
        return True

    def is_kept(self):
        now = self.daemon.deleted(), len(daemons.taken)
        Faults.lost += now[0] - self.before[0]
        assert now == self.before, f"taken away: {now} before {self.before}, {daemons.taken[self.before[1]:][:4]}"
        assert len(self.daemon.told()["tenants"]) == self.health


def heal(daemon, number):
    """A subnet that comes now is in force."""
    prefix = f"10.1.{100 + number % 100}.0/28" if number < 200 else f"10.1.{100 + number % 100}.{number // 100 * 16 % 256}/28"
    tenant = number % TENANTS + 1
    sql("INSERT INTO logical_switch (tenant_id, name) VALUES (?, ?)", tenant, f"heals{number}")
    sql("INSERT INTO subnet (switch_id, prefix, gateway) SELECT id, ?, ? FROM logical_switch WHERE name = ?",
        prefix, re.sub(r"(\d+)/28", lambda m: str(int(m[1]) + 1), prefix), f"heals{number}")
    name = f"tenant{tenant:05}"
    until(lambda: prefix in daemon.subnets(name), f"{prefix} of {name}")
    daemon.settle()
    return prefix


# ---- the faults ----

def locked_for_long_by_another_writer(daemon):
    """Whoever only writes is in nobody's way; where the file is no WAL database any more, it is told."""
    with Kept(daemon):
        other = connect(timeout=0)
        other.execute("BEGIN IMMEDIATE")
        other.execute("INSERT INTO logical_switch (tenant_id, name) VALUES (1, 'uncommitted')")
        time.sleep(2)
        assert not daemon.told()["problem"]
        other.execute("ROLLBACK")
        other.close()
    with Kept(daemon):
        good = whole()
        other = put(good, prepare=lock)
        daemon.names_fault("is locked by another program")
        began = time.monotonic()
        while time.monotonic() - began < 3:
            asked = time.monotonic()
            daemon.told()
            assert (took := time.monotonic() - asked) < 0.5 * SLOW, f"tenantd is in nobody's hands for {took:.1f} s"
        other.execute("ROLLBACK")
        other.close()
        put(good)


def lock(path):
    """With a journal of the old kind a writer keeps readers out."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode = DELETE")
    db.execute("BEGIN EXCLUSIVE")
    return db


def file_that_may_only_be_read(daemon):
    """And whose folder may: SQLite needs files beside it."""
    with Kept(daemon):
        good = whole()
        shutil.chown(ROOM, "root", "root")
        put(good, 0o444, "root")
        daemon.names_fault("takes the right to write it")
        shutil.chown(ROOM, "frr", "frr")
        put(good)


def disk_full(daemon):
    """Readers go on, a writer is refused and says so; what it wanted is not there."""
    with Kept(daemon):
        filler = ROOM / "filler"
        with open(filler, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(1 << 12))
            except OSError:
                pass
        refused = subprocess.run([BUILD / "tenantctl", "--db", DATABASE, "add", "tenant", "toomuch"], text=True,
                                 capture_output=True)
        db = connect(timeout=1)
        try:
            for number in range(10000):
                db.execute("INSERT INTO logical_switch (tenant_id, name) VALUES (2, ?)", (f"much{number}",))
                db.execute("DELETE FROM logical_switch WHERE name = ?", (f"much{number}",))
            assert False, "the disk is not full"
        except sqlite3.OperationalError as error:
            assert "full" in str(error) or "disk" in str(error), error
        db.close()
        print(f"tenantctl on a full disk: {refused.returncode}, {refused.stderr.strip()}")
        assert refused.returncode in (0, 1) and len(refused.stderr.strip().splitlines()) <= 1, refused
        filler.unlink()
        sql("DELETE FROM tenant WHERE name = 'toomuch'")
        sql("DELETE FROM logical_switch WHERE name LIKE 'much%'")


def replaced_by_another_file(daemon):
    good = whole()
    for content, sentence in ((b"", "is not a tenant database"), (b"x" * 5000, "is damaged"),
                              (os.urandom(20000), "is damaged"), (good[:4096] + bytes(len(good) - 4096), "database")):
        with Kept(daemon):
            put(content)
            daemon.names_fault(sentence)
            put(good)
        good = whole()


def cut(daemon):
    """To all lengths that matter: within a page, between two, and to nothing."""
    for parts in (0, 1, 3, 7, 10):
        with Kept(daemon):
            good = whole()
            with open(DATABASE, "r+b") as file:
                file.truncate(len(good) * parts // 11)
            daemon.process.send_signal(signal.SIGHUP)
            daemon.names_fault()
            put(good)


def deleted(daemon):
    with Kept(daemon):
        good = whole()
        for file in ROOM.glob("tenants.db*"):
            file.unlink()
        daemon.names_fault("there is no database")
        put(good)


def pages_that_count():
    """All but those of the change log, which are most of them."""
    found = [page - 1 for page, in sql("SELECT pageno FROM dbstat WHERE name NOT IN ('change_log', 'subnet_trace')")]
    assert len(found) > 20, found
    return found


def damaged_at_random_offsets(daemon):
    """In the file, and read anew as it is; each time it is told, or nothing is another."""
    chance, told, silent, lost, kept = random.Random(SEED), 0, 0, 0, Kept(daemon, OFFSETS)
    with kept:
        good, pages = whole(), pages_that_count()
        for _ in range(OFFSETS):
            bad = bytearray(good)
            offset = chance.choice(pages) * 4096 + chance.randrange(4096)
            while not bad[offset]:    # what is not used yet
                offset = chance.choice(pages) * 4096 + chance.randrange(4096)
            for place in range(offset, min(offset + chance.choice((1, 1, 4, 64)), len(bad))):
                bad[place] = chance.randrange(256)
            put(bytes(bad))
            read = daemon.told()["batches"]
            daemon.process.send_signal(signal.SIGHUP)
            until(lambda: (t := daemon.told())["batches"] > read and not t["busy"] or t["problem"], "it to be read", 20 * SLOW)
            now = daemon.told()
            if now["problem"] or any(t["health"] != "ok" for t in now["tenants"]):
                assert "\n" not in now["problem"]
                told += 1
            else:
                silent += 1
            lost += kept.lost(f"damage at {offset} of {len(good)}")
        put(good)
    print(f"{OFFSETS} damages: {told} told, {silent} without effect, {lost} that took something away (seed {SEED})")
    assert told > OFFSETS / 4, "hardly any damage was noticed"
    assert not lost, f"{lost} of {OFFSETS} damages took something away"


def damaged_while_others_write(daemon):
    """Under an open database, and something is committed: only then it is looked at."""
    count = OFFSETS // 4
    chance, told, lost, kept = random.Random(SEED + 1), 0, 0, Kept(daemon, count)
    with kept:
        good = whole()
        for number in range(count):
            with open(DATABASE, "r+b") as file:
                for _ in range(chance.choice((1, 8))):
                    file.seek(chance.randrange(100, len(good)))
                    file.write(chance.randbytes(chance.choice((1, 16, 256))))
            try:
                sql("UPDATE tenant SET description = ? WHERE id = ?", str(number), number % TENANTS + 1)
            except (sqlite3.Error, UnicodeDecodeError):
                pass
            time.sleep(0.05)
            told += bool(daemon.told()["problem"])
            lost += kept.lost(f"damage {number}")
            put(good)
            until(lambda: not daemon.told()["problem"], "the good one to be read", 20 * SLOW)
    print(f"{count} damages under a writer: {told} told, {lost} that took something away (seed {SEED})")
    assert not lost, f"{lost} of {count} damages took something away"


def status():
    """The node's row, and how many seconds old it is."""
    rows = sql("SELECT revision, updated, (julianday('now') - julianday(updated)) * 86400 FROM node_status")
    return rows[0] if rows else (0, "", 0)


def row_of_status_is_prompt(daemon):
    """A revision in force is told of at once, however many, once a second on average; and that all is well, now and then."""
    daemon.settle()
    until(lambda: status()[2] > 5, "a quiet database")
    began = time.monotonic()
    heal(daemon, 77)
    until(lambda: status()[0] == newest(), "the row of status")
    took = time.monotonic() - began
    print(f"a change and its row of status: {took * 1000:.0f} ms")
    assert took < 0.5 * SLOW
    told, began = {status()[1]}, time.monotonic()
    for number in range(300):
        sql("UPDATE tenant SET max_routes = ? WHERE id = 1", 2000 + number)
        told.add(status()[1])
        if time.monotonic() - began > 3:
            break
    until(lambda: status()[0] == newest(), "the row of the newest revision", 5)
    told.add(status()[1])
    took = time.monotonic() - began
    print(f"{number + 1} changes in {took:.1f} s: {len(told) - 1} rows of status")
    assert 1 < len(told) - 1 <= 9 + took, told
    last = status()[1]
    until(lambda: status()[1] != last, "a sign of life", 12)


def four_writers_at_once(daemon):
    """200 tenants come and go in random order, by tenantctl and by plain SQL, each more than once."""
    rounds, names = 2 if FULL else 1, [f"brief{n:03}" for n in range(200)]
    before = newest()

    def by_sql(mine, chance):
        db = connect(timeout=60)
        db.execute("PRAGMA foreign_keys = ON")
        for name in mine:
            db.execute("BEGIN IMMEDIATE")
            db.execute("INSERT INTO tenant (name) VALUES (?)", (name,))
            db.execute("INSERT INTO attachment (tenant_id, node_id, role) SELECT t.id, n.id, 'pe' FROM tenant t, node n "
                       "WHERE t.name = ? AND n.name = 'box'", (name,))
            db.execute("COMMIT")
        chance.shuffle(mine)
        for name in mine:
            db.execute("DELETE FROM tenant WHERE name = ?", (name,))
        db.close()

    def by_tenantctl(mine, chance):
        for verb, order in (("add", mine), ("del", chance.sample(mine, len(mine)))):
            for name in order:
                more = ["--nodes", "box:pe"] if verb == "add" else []
                done = subprocess.run([BUILD / "tenantctl", "--db", DATABASE, verb, "tenant", name, *more], text=True,
                                      capture_output=True)
                assert done.returncode == 0, done.stderr

    for turn in range(rounds):
        chance = random.Random(SEED + turn)
        order = chance.sample(names, len(names))
        problems, writers = [], []

        def run(how, mine, own):
            try:
                how(mine, own)
            except (AssertionError, sqlite3.Error) as error:
                problems.append(str(error))

        for number, how in enumerate((by_sql, by_sql, by_tenantctl, by_tenantctl)):
            writers.append(threading.Thread(target=run, args=(how, order[number::4], random.Random(SEED * 10 + number))))
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        assert not problems, problems[:3]
        # a tenantd that was slow has seen many of them go at once, which is held until somebody means it
        done = subprocess.run([BUILD / "tenantctl", "--db", DATABASE, "release"], text=True, capture_output=True)
        assert done.returncode == 0, done.stderr
        daemon.settle(60)
    left = [t["name"] for t in daemon.told()["tenants"] if t["name"].startswith("brief")]
    assert not left and len(daemon.told()["tenants"]) == TENANTS, left
    assert newest() - before >= rounds * 600, "the writers have written nothing"
    Faults.tried += 1
    with Kept(daemon, 0):
        pass


TESTS = (row_of_status_is_prompt, locked_for_long_by_another_writer, file_that_may_only_be_read, disk_full,
         replaced_by_another_file, cut, deleted, damaged_at_random_offsets, damaged_while_others_write, four_writers_at_once)


def main():
    global daemons
    if os.geteuid() or subprocess.run(["unshare", "-mn", "true"], stderr=subprocess.DEVNULL).returncode:
        print("skipped: it takes root and namespaces")
        sys.exit(SKIPPED)
    if "--inside" not in sys.argv:
        os.execvp("unshare", ["unshare", "-mn", sys.executable, __file__, "--inside", *sys.argv[1:]])
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    Path("/run/frr").mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "none", "/run/frr"], check=True)
    memory.make_database(TENANTS, ("dlr", "edge", "pe"))
    ROOM.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m,mode=755", "none", ROOM], check=True)
    shutil.move(memory.DATABASE, DATABASE)
    shutil.chown(ROOM, "frr", "frr")
    owned()
    daemons, failures = Agreeing(), 0
    tests = [t for t in TESTS if not sys.argv[2:] or t.__name__ in sys.argv[2:]]
    with Tenantd() as daemon:
        good = whole()
        for test in tests:
            began = time.monotonic()
            try:
                test(daemon)
            except (AssertionError, OSError, KeyError, ValueError, VtyError, sqlite3.Error) as error:
                failures += 1
                where = traceback.extract_tb(error.__traceback__)[-1]
                print(f"{__file__}:{where.lineno}:F:faults:{test.__name__}:0: {type(error).__name__}: {error} ({where.line})")
                ROOM.chmod(0o755)
                shutil.chown(ROOM, "frr", "frr")
                (ROOM / "filler").unlink(missing_ok=True)
                put(good)
            print(f"{test.__name__}: {time.monotonic() - began:.1f} s", flush=True)
            good = whole()
    passed = len(tests) - failures
    print(f"counts: {Faults.tried} database faults tried, {Faults.lost} statements lost to them")
    print(f"{100 * passed // len(tests)}%: Checks: {len(tests)}, Failures: {failures}, Errors: 0")
    sys.exit(failures > 0)


if __name__ == "__main__":
    main()

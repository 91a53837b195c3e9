#!/usr/bin/env python3
# Needs no kernel of its own.
"""what a change costs where 200 nodes read one database of 10,000 tenants, engine by engine

Nodes without FRR (tests/source_node.c: source, model, planner), each a process of its own unless --processes says
otherwise, and one server of each engine, all on this machine. lab/net/fleet.py says what the network is. PostgreSQL
is reached by TCP, and what passes the loopback is what the nodes and the server say to each other: the writer comes
by a socket of its own. ENGINE is the engine's name, in front of each figure:

    ENGINE_fleet_load_s                     writing the database, triggers and log included
    ENGINE_fleet_cold_start_s               from the first node's start until the last has read and planned all it serves
    ENGINE_fleet_cold_start_server_cpu_s    of it, processor time of the server; _nodes_cpu_s: of all nodes
    ENGINE_fleet_cold_start_kb_per_node     what one node read
    ENGINE_fleet_node_mb                    memory of a node's own afterwards, the mean; _server_mb: of the server
    ENGINE_fleet_commit_to_last_plan_pNN_ms from the return of the commit to the last concerned node's plan,
                                            of all changes; CHANGE_..., of those of one kind:
                                            add, a switch with a subnet; row, a column of one row; del, that switch;
                                            attach, a node more
    ENGINE_fleet_planned_per_change         nodes that planned; all that are attached and no other, or the run fails
    ENGINE_fleet_looked_in_vain_per_change  nodes that read what was new, and had nothing to do
    ENGINE_fleet_kb_per_change              that all nodes read and said; _kb_per_change_concerned: a node it concerns;
                                            _bytes_per_change_other: another one
    ENGINE_fleet_server_cpu_ms_per_change   _nodes_cpu_ms_per_change: of all nodes
    ENGINE_fleet_quiet_...                  the same of changes that concern no node at all
    ENGINE_fleet_idle_...                   without any change: bytes a node and second, processor time a second
"""

import argparse
import os
import re
import selectors
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent.parent), str(Path(__file__).resolve().parents[2] / "tests")]
import postgres                                     # noqa: E402
from net import figures, processor                  # noqa: E402
from net.fleet import SWITCHES, Network             # noqa: E402

HERE = Path(__file__).resolve().parents[2]
PROGRAMS = Path(os.environ.get("FRR_TENANT_PROGRAMS", "/build"))
PATIENCE = 300
CHUNK = 5000
FIRST_USER, NODES_A_USER = 61000, 100


class BenchError(Exception):
    """The benchmark cannot go on, and why."""


# ---- engines ----

def literal(value):
    return "NULL" if value is None else f"'{value}'" if isinstance(value, str) else str(value)


class Sqlite:
    """One file, which all nodes read; bytes are what they read of it."""

    name = "sqlite"

    def __enter__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="fleet."))
        self.folder.chmod(0o777)
        self.location = str(self.folder / "tenants.db")
        self.db = sqlite3.connect(self.location, isolation_level=None, timeout=60)
        self.db.executescript((HERE / "vrf-sync/schema.sql").read_text())
        self.db.execute("PRAGMA foreign_keys = ON")
        for path in self.folder.iterdir():
            path.chmod(0o666)
        return self

    def __exit__(self, *_):
        self.db.close()
        shutil.rmtree(self.folder)

    def user_of(self, node):
        """A kernel gives each user so many inotify instances (fs.inotify.max_user_instances), 128 where nobody said more."""
        return {"user": FIRST_USER + node // NODES_A_USER, "group": FIRST_USER, "extra_groups": []}

    def load(self, network):
        self.db.execute("BEGIN")
        for table, columns, rows in network.tables():
            marks = ", ".join("?" * len(rows[0]))
            self.db.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)
        self.db.execute("COMMIT")
        self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def commit(self, text):
        self.db.executescript(f"BEGIN IMMEDIATE; {text} COMMIT;")

    def revision(self):
        return self.db.execute("SELECT max(seq) FROM change_log").fetchone()[0]

    def bytes(self, nodes):
        return sum(int(re.search(r"^rchar: (\d+)$", Path(f"/proc/{pid}/io").read_text(), re.M)[1]) for pid in nodes)

    def server_cpu_ms(self):
        return 0

    def server_mb(self):
        return 0


class Postgresql:
    """A server with as much memory as one that is meant for this has; its files are in memory, and fsync is on."""

    name = "postgresql"

    def __init__(self, connections):
        self.connections = connections

    def __enter__(self):
        self.server = postgres.Server(tcp=True, settings={
            "max_connections": self.connections + 20, "shared_buffers": "512MB", "fsync": "on", "max_wal_size": "4GB"})
        self.server.make_database("tenants")
        self.location = self.server.uri("tenants", tcp=True, sslmode="disable")
        self.session = self.server.session("tenants")
        self.session.rows((PROGRAMS / "vrf-sync/schema-postgresql.sql").read_text())
        return self

    def __exit__(self, *_):
        self.server.close()

    def load(self, network):
        self.session.rows("BEGIN")
        for table, columns, rows in network.tables():
            for first in range(0, len(rows), CHUNK):
                values = ", ".join(f"({', '.join(map(literal, row))})" for row in rows[first:first + CHUNK])
                self.session.rows(f"INSERT INTO {table} ({columns}) VALUES {values}")
        self.session.rows("COMMIT")
        self.session.rows("VACUUM ANALYZE")
        self.session.rows("CHECKPOINT")

    def commit(self, text):
        self.session.rows(f"BEGIN; {text} COMMIT;")

    def revision(self):
        return int(self.session.value("SELECT seq FROM change_seq"))

    def user_of(self, _):
        return {}

    def bytes(self, _):
        return int(re.search(r"^ *lo: *(\d+)", Path("/proc/net/dev").read_text(), re.M)[1])

    def server_pids(self):
        parent = self.server.process.pid
        return [parent, *(int(path.parent.name) for path in Path("/proc").glob("[0-9]*/stat")
                          if postgres.parent_of(path) == parent)]

    def server_cpu_ms(self):
        return sum(map(processor.cpu_ms, self.server_pids()))

    def server_mb(self):
        return sum(map(own_mb, self.server_pids()))


ENGINES = {"sqlite": lambda chosen: Sqlite(), "postgresql": lambda chosen: Postgresql(chosen.nodes)}


# ---- nodes ----

def own_mb(pid):
    """Memory of a process that it shares with nobody, and its part of what it shares."""
    try:
        return int(re.search(r"^Pss: +(\d+) kB$", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.M)[1]) / 1024
    except OSError:
        return 0    # it has ended


class Fleet:
    """The nodes, in so many processes; .loads[NAME] are (microseconds, part or full, revision, planned) of each."""

    def __init__(self, engine, network, count):
        self.engine, self.network, self.count = engine, network, count
        self.loads = {name: [] for name in network.names}
        self.selector = selectors.DefaultSelector()
        self.processes, self.rest = [], {}

    def __enter__(self):
        self.began = time.monotonic()
        for number in range(1, self.count + 1):
            mine = [name for name in self.network.names if name.startswith(f"host{number}-")]
            what = [f"host{number}-", str(len(mine))] if len(mine) > 1 else mine
            self.processes.append(subprocess.Popen(
                [PROGRAMS / "tests/source_node", self.engine.name, self.engine.location, *what],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                **self.engine.user_of((number - 1) * len(self.network.names) // self.count)))
            out = self.processes[-1].stdout
            os.set_blocking(out.fileno(), False)
            self.rest[out] = b""
            self.selector.register(out, selectors.EVENT_READ)
        return self

    def __exit__(self, *_):
        for process in self.processes:
            process.stdin.close()
        for process in self.processes:
            process.wait(60)
            process.stdout.close()
        self.selector.close()

    def pids(self):
        return [process.pid for process in self.processes]

    def take(self, seconds):
        """What the nodes say, for so long at most; false: nothing."""
        ready = self.selector.select(seconds)
        for key, _ in ready:
            said = os.read(key.fd, 1 << 16)
            if not said:
                raise BenchError("a node has ended")
            *lines, self.rest[key.fileobj] = (self.rest[key.fileobj] + said).split(b"\n")
            for line in lines:
                self.take_line(line.decode())
        return bool(ready)

    def take_line(self, line):
        at, name, what, *words = line.split()
        if what == "problem":
            raise BenchError(f"{name}: {' '.join(words)}")
        if what == "load":
            self.loads[name].append((int(at), words[0], int(words[1]), int(words[4])))

    def until(self, predicate, what):
        end = time.monotonic() + PATIENCE
        while not predicate():
            self.take(1)
            if time.monotonic() > end:
                raise BenchError(f"waited {PATIENCE} s in vain for {what}")

    def rest_for(self, seconds):
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.take(left)

    def wait_cold(self):
        """All have read and planned what they serve; seconds it took."""
        self.until(lambda: all(self.loads.values()), "the first load of every node")
        wanted = {name: 0 for name in self.network.names}
        for names in self.network.serving.values():
            for name in names:
                wanted[name] += 1
        wrong = [f"{name} planned {loads[0][3]} tenants of {wanted[name]}" for name, loads in self.loads.items()
                 if loads[0][3] != wanted[name]]
        if wrong:
            raise BenchError(f"{len(wrong)} nodes hold tenants: {wrong[0]}")
        return max(loads[0][0] for loads in self.loads.values()) / 1e6 - self.began

    def planned_since(self, name, since):
        """When the node planned for the first time after that revision; None: it has not."""
        for at, _, revision, planned in reversed(self.loads[name]):
            if revision <= since:
                break
            if planned:
                return at
        return None

    def cpu_ms(self):
        return sum(map(processor.cpu_ms, self.pids()))


# ---- what is measured ----

def changes(network, count):
    """(kind, statements, names of the nodes that it concerns), count of each kind."""
    for tenant in network.sample(count):
        names = network.serving[tenant]
        spare, name = network.spare_node(tenant)
        first = (tenant - 1) * len(SWITCHES) + 1
        yield "add", (f"INSERT INTO logical_switch (tenant_id, name) VALUES ({tenant}, 'more'); INSERT INTO subnet (switch_id,"
                      " prefix, gateway) SELECT id, '10.1.200.0/24', '10.1.200.1' FROM logical_switch"
                      f" WHERE tenant_id = {tenant} AND name = 'more';"), names
        yield "row", f"UPDATE logical_switch SET mtu = 1400 WHERE id = {first};", names
        yield "del", f"DELETE FROM logical_switch WHERE tenant_id = {tenant} AND name = 'more';", names
        yield "attach", (f"INSERT INTO attachment (tenant_id, node_id, role) VALUES ({tenant}, {spare}, 'dlr');"), names | {name}


class Meter:
    """Bytes and processor time between its making and now."""

    def __init__(self, engine, fleet):
        self.engine, self.fleet = engine, fleet
        self.began, self.start = time.monotonic(), self.read()

    def read(self):
        return self.engine.bytes(self.fleet.pids()), self.engine.server_cpu_ms(), self.fleet.cpu_ms()

    def used(self):
        """Bytes, milliseconds of the server, milliseconds of the nodes, seconds."""
        return *(now - then for now, then in zip(self.read(), self.start)), time.monotonic() - self.began


def one_change(engine, fleet, text, names, interval):
    """Milliseconds from the commit's return to the last plan."""
    before = engine.revision()
    engine.commit(text)
    done = time.monotonic()
    fleet.until(lambda: all(fleet.planned_since(name, before) for name in names), "a change to be planned")
    last = max(fleet.planned_since(name, before) for name in names)
    fleet.rest_for(max(0, interval - (time.monotonic() - done)))
    return last / 1e3 - done * 1e3


def measure_changes(engine, fleet, chosen):
    tell = lambda name, value, unit: figures.tell(f"{engine.name}_fleet_{name}", value, unit)    # noqa: E731
    took, concerned = {}, 0
    seen = {name: len(loads) for name, loads in fleet.loads.items()}
    wanted = {name: 0 for name in fleet.loads}
    meter = Meter(engine, fleet)
    for kind, text, names in changes(fleet.network, chosen.changes):
        took.setdefault(kind, []).append(one_change(engine, fleet, text, names, chosen.interval))
        concerned += len(names)
        for name in names:
            wanted[name] += 1
    count = sum(map(len, took.values()))
    amount, server, nodes, _ = meter.used()
    fleet.rest_for(6)    # whoever looks late
    new = {name: loads[seen[name]:] for name, loads in fleet.loads.items()}
    planned = {name: sum(load[3] > 0 for load in loads) for name, loads in new.items()}
    if planned != wanted:
        wrong = [f"{name} {planned[name]} times, not {wanted[name]}" for name in planned if planned[name] != wanted[name]]
        raise BenchError(f"{len(wrong)} nodes planned what does not concern them, or too little: {wrong[0]}")
    for percent in (50, 99, 100):
        name = "max" if percent == 100 else f"p{percent}"
        tell(f"commit_to_last_plan_{name}_ms", figures.percentile([ms for all_ms in took.values() for ms in all_ms], percent), "ms")
    for kind, samples in took.items():
        tell(f"{kind}_commit_to_last_plan_p50_ms", figures.percentile(samples, 50), "ms")
        tell(f"{kind}_commit_to_last_plan_p99_ms", figures.percentile(samples, 99), "ms")
    tell("planned_per_change", concerned / count, "nodes")
    tell("looked_in_vain_per_change", sum(load[3] == 0 for loads in new.values() for load in loads) / count, "nodes")
    tell("kb_per_change", amount / count / 1e3, "kB")
    tell("server_cpu_ms_per_change", server / count, "ms")
    tell("nodes_cpu_ms_per_change", nodes / count, "ms")
    return amount / count, concerned / count


def measure_quiet(engine, fleet, chosen):
    """Changes of a tenant that nobody serves; bytes of one."""
    engine.commit("INSERT INTO tenant (id, name) VALUES (4000000, 'nobody');")
    fleet.rest_for(2)
    meter = Meter(engine, fleet)
    for number in range(chosen.changes):
        engine.commit(f"UPDATE tenant SET max_routes = {1001 + number} WHERE id = 4000000;")
        fleet.rest_for(chosen.interval)
    amount, server, nodes, _ = meter.used()
    engine.commit("DELETE FROM tenant WHERE id = 4000000;")
    tell = lambda name, value, unit: figures.tell(f"{engine.name}_fleet_{name}", value / chosen.changes, unit)    # noqa: E731
    tell("quiet_kb_per_change", amount / 1e3, "kB")
    tell("quiet_server_cpu_ms_per_change", server, "ms")
    tell("quiet_nodes_cpu_ms_per_change", nodes, "ms")
    return amount / chosen.changes


def measure_idle(engine, fleet, chosen):
    fleet.rest_for(6)
    meter = Meter(engine, fleet)
    fleet.rest_for(chosen.idle)
    amount, server, nodes, seconds = meter.used()
    figures.tell(f"{engine.name}_fleet_idle_bytes_per_node_s", amount / seconds / chosen.nodes, "B/s")
    figures.tell(f"{engine.name}_fleet_idle_server_cpu_ms_per_s", server / seconds, "ms")
    figures.tell(f"{engine.name}_fleet_idle_nodes_cpu_ms_per_s", nodes / seconds, "ms")


def measure(engine, network, chosen):
    tell = lambda name, value, unit: figures.tell(f"{engine.name}_fleet_{name}", value, unit)    # noqa: E731
    began = time.monotonic()
    engine.load(network)
    tell("load_s", time.monotonic() - began, "s")
    amount, server = engine.bytes([]), engine.server_cpu_ms()
    with Fleet(engine, network, chosen.processes) as fleet:
        tell("cold_start_s", fleet.wait_cold(), "s")
        tell("cold_start_server_cpu_s", (engine.server_cpu_ms() - server) / 1e3, "s")
        tell("cold_start_nodes_cpu_s", fleet.cpu_ms() / 1e3, "s")
        tell("cold_start_kb_per_node", (engine.bytes(fleet.pids()) - amount) / 1e3 / chosen.nodes, "kB")
        tell("node_mb", sum(map(own_mb, fleet.pids())) / chosen.nodes, "MB")
        tell("server_mb", engine.server_mb(), "MB")
        measure_idle(engine, fleet, chosen)
        all_bytes, concerned = measure_changes(engine, fleet, chosen)
        other = measure_quiet(engine, fleet, chosen) / chosen.nodes
        tell("bytes_per_change_other", other, "B")
        tell("kb_per_change_concerned", (all_bytes - other * (chosen.nodes - concerned)) / concerned / 1e3, "kB")


def own_network():
    """Where nothing else passes the loopback."""
    if "FRR_TENANT_OWN_NAMESPACE" not in os.environ:
        os.environ["FRR_TENANT_OWN_NAMESPACE"] = "1"
        os.execvp("unshare", ["unshare", "--net", sys.executable, *sys.argv])
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


def main():
    parser = argparse.ArgumentParser(prog="lab/bench fleet", description="What a change costs a fleet of nodes.")
    parser.add_argument("--nodes", type=int, default=200, help="a multiple of 8 (default 200)")
    parser.add_argument("--tenants", type=int, default=10000, help="of 5 switches (default 10000)")
    parser.add_argument("--changes", type=int, default=50, help="of each kind (default 50)")
    parser.add_argument("--interval", type=float, default=0.25, help="seconds from one to the next (default 0.25)")
    parser.add_argument("--idle", type=float, default=10, help="seconds that idleness is measured (default 10)")
    parser.add_argument("--processes", type=int, help="that run the nodes (default: one each)")
    parser.add_argument("--engine", nargs="+", choices=sorted(ENGINES), default=list(ENGINES), help="default: all")
    chosen = parser.parse_args()
    chosen.processes = min(chosen.processes or chosen.nodes, chosen.nodes)
    own_network()
    try:
        network = Network(chosen.nodes, chosen.tenants, chosen.processes)
        print(f"# {chosen.nodes} nodes at {network.sites} sites, {chosen.tenants} tenants of {len(SWITCHES)} switches,"
              f" {chosen.processes} processes, {os.cpu_count()} processors", flush=True)
        for name in chosen.engine:
            with ENGINES[name](chosen) as engine:
                measure(engine, network, chosen)
    except (BenchError, ValueError) as error:
        sys.exit(f"lab/bench fleet: {error}")


if __name__ == "__main__":
    main()

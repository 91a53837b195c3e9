#!/usr/bin/env python3
# Needs no kernel of its own.
"""what a change costs where 200 nodes read one database of 10,000 tenants, engine by engine

Nodes without FRR (tests/source_node.c: source, model, planner), each a process of its own unless --processes says
otherwise, and one server of each engine, all on this machine. lab/net/fleet.py says what the network is. PostgreSQL
is reached by TCP, and what passes the loopback is what the nodes and the server say to each other: the writer comes
by a socket of its own. ENGINE is the engine's name, in front of each figure:

    ENGINE_fleet_load_s                     writing the database, triggers and log included
    ENGINE_fleet_cold_start_s               from the first node's start until the last has read and planned all it serves
    ENGINE_fleet_cold_start_problems        how often a node told meanwhile that the server does not answer
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
import selectors
import subprocess
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent.parent)]
from net import figures, processor                  # noqa: E402
from net.fleet import SWITCHES, Network             # noqa: E402
from net.fleet_engines import ENGINES, own_mb       # noqa: E402

PROGRAMS = Path(os.environ.get("FRR_TENANT_PROGRAMS", "/build"))
PATIENCE = 1200


class BenchError(Exception):
    """The benchmark cannot go on, and why."""


# ---- nodes ----

class Fleet:
    """The nodes, in so many processes; .loads[NAME] are (microseconds, part or full, planned) of each."""

    def __init__(self, engine, network, count):
        self.engine, self.network, self.count = engine, network, count
        self.loads = {name: [] for name in network.names}
        self.selector = selectors.DefaultSelector()
        self.processes, self.rest, self.problems = [], {}, 0

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
            process.wait(PATIENCE)
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
        if what == "problem" and all(self.loads.values()):
            raise BenchError(f"{name}: {' '.join(words)}")
        self.problems += what == "problem"    # while all came at once
        if what == "load":
            self.loads[name].append((int(at), words[0], int(words[4])))

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
        wrong = [f"{name} planned {loads[0][2]} tenants of {wanted[name]}" for name, loads in self.loads.items()
                 if loads[0][2] != wanted[name]]
        if wrong:
            raise BenchError(f"{len(wrong)} nodes hold tenants: {wrong[0]}")
        return max(loads[0][0] for loads in self.loads.values()) / 1e6 - self.began

    def cpu_ms(self):
        return sum(map(processor.cpu_ms, self.pids()))


# ---- what is measured ----

def changes(network, count):
    """(kind, tenant, names of the nodes that it concerns), count of each kind."""
    for tenant in network.sample(count):
        names = network.serving[tenant]
        for kind in ("add", "row", "del"):
            yield kind, tenant, names
        yield "attach", tenant, names | {network.spare_node(tenant)[1]}


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


def one_change(engine, fleet, kind, tenant, names, interval):
    """Milliseconds from the commit's return to the last plan."""
    before = {name: len(fleet.loads[name]) for name in names}
    engine.change(kind, tenant, fleet.network)
    done = time.monotonic()
    planned = lambda name: next((at for at, _, planned in fleet.loads[name][before[name]:] if planned), None)    # noqa: E731
    fleet.until(lambda: all(map(planned, names)), "a change to be planned")
    last = max(map(planned, names))
    fleet.rest_for(max(0, interval - (time.monotonic() - done)))
    return last / 1e3 - done * 1e3


def measure_changes(engine, fleet, chosen):
    tell = lambda name, value, unit: figures.tell(f"{engine.name}_fleet_{name}", value, unit)    # noqa: E731
    took, concerned = {}, 0
    seen = {name: len(loads) for name, loads in fleet.loads.items()}
    wanted = {name: 0 for name in fleet.loads}
    meter = Meter(engine, fleet)
    for kind, tenant, names in changes(fleet.network, chosen.changes):
        took.setdefault(kind, []).append(one_change(engine, fleet, kind, tenant, names, chosen.interval))
        concerned += len(names)
        for name in names:
            wanted[name] += 1
    count = sum(map(len, took.values()))
    amount, server, nodes, _ = meter.used()
    fleet.rest_for(6)    # whoever looks late
    new = {name: loads[seen[name]:] for name, loads in fleet.loads.items()}
    planned = {name: sum(load[2] > 0 for load in loads) for name, loads in new.items()}
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
    tell("looked_in_vain_per_change", sum(load[2] == 0 for loads in new.values() for load in loads) / count, "nodes")
    tell("kb_per_change", amount / count / 1e3, "kB")
    tell("server_cpu_ms_per_change", server / count, "ms")
    tell("nodes_cpu_ms_per_change", nodes / count, "ms")
    return amount / count, concerned / count


def measure_quiet(engine, fleet, chosen):
    """Changes of a tenant that nobody serves; bytes of one."""
    engine.add_nobody()
    fleet.rest_for(2)
    meter = Meter(engine, fleet)
    for number in range(chosen.changes):
        engine.change_nobody(1001 + number)
        fleet.rest_for(chosen.interval)
    amount, server, nodes, _ = meter.used()
    engine.delete_nobody()
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
        tell("cold_start_problems", fleet.problems, "times")
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
            with ENGINES[name](chosen.nodes) as engine:
                measure(engine, network, chosen)
    except (BenchError, ValueError) as error:
        sys.exit(f"lab/bench fleet: {error}")


if __name__ == "__main__":
    main()

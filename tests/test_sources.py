#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What every kind of source promises, each with its real server: nothing that was committed is ever lost.

A node without FRR (tests/source_node.c) reads; this writes, kills what it likes, and compares what the node has with
what the database says.  Engine is what a kind has to offer for that; another one is a class here and a line in ENGINES.
"""

import ipaddress
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

HERE = Path(os.environ.get("srcdir", Path(__file__).resolve().parent.parent)).resolve()
BUILD = Path(os.environ.get("FRR_TENANT_PROGRAMS", Path.cwd())).resolve()
sys.path.insert(0, str(HERE / "tests"))
import ovn_servers                          # noqa: E402
import postgres                             # noqa: E402

SEED = int(os.environ.get("TEST_SEED", 1))
FULL = bool(os.environ.get("FRR_TENANT_FULL"))
ROUNDS = 40 if FULL else 6
PATIENCE = 60
NETWORK = """
INSERT INTO site (id, name) VALUES (1, 'dc1');
INSERT INTO node (id, site_id, name, router_id) VALUES (1, 1, 'dlr', '10.255.0.11'), (2, 1, 'esg', '10.255.0.12'),
	(3, 1, 'pe1', '10.255.0.1'), (4, 1, 'idle', '10.255.0.2');
INSERT INTO node_role (node_id, role) VALUES (1, 'dlr'), (2, 'edge'), (3, 'pe'), (4, 'pe');
INSERT INTO wire (id, name, site_id, kind) VALUES (1, 'transit', 1, 'transit'), (2, 'uplink', 1, 'uplink');
INSERT INTO wire_port (wire_id, node_id, ifname, slot) VALUES (1, 1, 't0', 3), (1, 2, 't0', 1), (2, 3, 'u0', 1), (2, 2, 'u0', 2);
"""
SWITCHES = ("SELECT t.name, s.name, n.prefix FROM tenant t JOIN logical_switch s ON s.tenant_id = t.id"
            " LEFT JOIN subnet n ON n.switch_id = s.id")


class Failed(AssertionError):
    pass


def until(predicate, what, seconds=PATIENCE):
    end = time.monotonic() + seconds
    while True:
        if answer := predicate():
            return answer
        if time.monotonic() > end:
            raise Failed(f"waited {seconds} s in vain for {what() if callable(what) else what}")
        time.sleep(0.01)


def same(what, wanted, got):
    if wanted != got:
        raise Failed(f"{what}: wanted {wanted!r}, got {got!r}")


# ---- engines ----

class Sql:
    """What SQLite and PostgreSQL have in common."""

    def network(self):
        self.script(NETWORK)

    def tenant(self, number):
        self.script(f"INSERT INTO tenant (id, name) VALUES ({number}, 't{number}');"
                    f"INSERT INTO attachment (tenant_id, node_id, role) VALUES ({number}, 1, 'dlr'), ({number}, 2, 'edge'),"
                    f" ({number}, 3, 'pe');")

    def switch(self, number, name):
        self.script(f"INSERT INTO logical_switch (tenant_id, name) VALUES ({number}, 's{name}');"
                    f"INSERT INTO subnet (switch_id, prefix, gateway) SELECT id, '10.{number}.{name}.0/24', '10.{number}.{name}.1'"
                    f" FROM logical_switch WHERE tenant_id = {number} AND name = 's{name}';")

    def empty_switch(self, number, name):
        self.script(f"INSERT INTO logical_switch (tenant_id, name) VALUES ({number}, '{name}');")

    def no_switch(self, number, name):
        self.script(f"DELETE FROM logical_switch WHERE tenant_id = {number} AND name = 's{name}';")

    def no_tenant(self, number):
        self.script(f"DELETE FROM tenant WHERE id = {number};")

    def move(self, number, there):
        """The tenant is served by the idle node, too, or no longer."""
        self.script(f"INSERT INTO attachment (tenant_id, node_id, role) VALUES ({number}, 4, 'pe');" if there else
                    f"DELETE FROM attachment WHERE tenant_id = {number} AND node_id = 4;")

    def switches(self, of=None):
        """What is in the database: {"tenant/switch": {prefixes}}."""
        found = {}
        for tenant, switch, prefix in self.rows(SWITCHES + (f" WHERE t.name = '{of}'" if of else "")):
            found.setdefault(f"{tenant}/{switch}", set()).update({prefix} - {None})
        return found

    def forget(self):
        """The log of changes is trimmed."""
        self.script("DELETE FROM change_log;")

    def nothing(self, number):
        """A commit that says nothing of the network."""
        self.script(f"DELETE FROM node_status WHERE node = 'x{number}';"
                    f"INSERT INTO node_status VALUES ('x{number}', 1, 1, 1, '');")

    def version(self, number):
        self.script(f"UPDATE schema_version SET version = {number};")


class Sqlite(Sql):
    name, reads_all = "sqlite", True

    def __enter__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="sources."))
        self.location = str(self.folder / "tenants.db")
        self.db = sqlite3.connect(self.location, isolation_level=None, timeout=20, check_same_thread=False)
        self.db.executescript((HERE / "vrf-sync/schema.sql").read_text())
        self.db.execute("PRAGMA foreign_keys = ON")
        return self

    def __exit__(self, *_):
        self.db.close()
        shutil.rmtree(self.folder)

    def script(self, text):
        self.db.executescript(f"BEGIN IMMEDIATE; {text} COMMIT;")

    def rows(self, text):
        return self.db.execute(text).fetchall()

    def revision(self):
        return str(self.rows("SELECT seq FROM sqlite_sequence WHERE name = 'change_log'")[0][0])

    def kill_server(self):
        """There is none; what comes nearest is a writer that dies within its transaction."""
        dying = subprocess.Popen([sys.executable, "-c", f"import sqlite3, time; db = sqlite3.connect({self.location!r}, "
                                  "isolation_level=None, timeout=20); db.execute('BEGIN IMMEDIATE'); "
                                  "db.execute('DELETE FROM tenant'); print('there', flush=True); time.sleep(60)"],
                                 stdout=subprocess.PIPE)
        dying.stdout.readline()
        dying.kill()
        dying.wait()
        dying.stdout.close()

    def restart_server(self):
        pass

    def stop_server(self):
        self.away = self.location + ".away"
        os.rename(self.location, self.away)

    def start_server(self):
        os.rename(self.away, self.location)


class Postgresql(Sql):
    name, reads_all = "postgresql", False

    def __enter__(self):
        self.server = postgres.Server()
        self.location = self.server.make_database("tenants")
        self.open()
        self.session.rows((BUILD / "vrf-sync/schema-postgresql.sql").read_text())
        return self

    def __exit__(self, *_):
        self.server.close()

    def open(self):
        self.session = self.server.session("tenants")

    def script(self, text):
        self.session.rows(f"BEGIN; {text} COMMIT;")

    def rows(self, text):
        return self.session.rows(text)

    def revision(self):
        return self.rows("SELECT seq FROM change_seq")[0][0]

    def kill_server(self):
        self.server.kill()

    def restart_server(self):
        self.server.start()
        self.open()

    def stop_server(self):
        self.server.stop()

    def start_server(self):
        self.restart_server()


class Ovn:
    """OVN's Northbound database, of one server: it keeps no log, and no revision that nodes could compare."""

    name, reads_all = "ovn", True

    def __enter__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="sources."))
        self.servers = ovn_servers.Cluster(self.folder)
        self.location, self.server = self.servers.remotes, self.servers.servers[0]
        return self

    def __exit__(self, *_):
        self.servers.stop()
        shutil.rmtree(self.folder)

    def network(self):
        nodes = (("dlr", "dlr", "10.255.0.11"), ("esg", "edge", "10.255.0.12"), ("pe1", "pe", "10.255.0.1"),
                 ("idle", "pe", "10.255.0.2"))
        self.servers.set_provider(json.dumps({
            "format": "frr-tenant", "provider": [{}], "site": [{"id": 1, "name": "dc1"}],
            "pool": [{"kind": "transit", "prefix": "100.64.0.0/11", "length": 29, "wires": 16},
                     {"kind": "uplink", "prefix": "100.96.0.0/11", "length": 30, "wires": 32}],
            "node": [{"id": i, "site_id": 1, "name": name, "router_id": address} for i, (name, _, address) in enumerate(nodes, 1)],
            "node_role": [{"node_id": i, "role": role} for i, (_, role, _) in enumerate(nodes, 1)],
            "wire": [{"id": 1, "name": "transit", "site_id": 1, "kind": "transit"},
                     {"id": 2, "name": "uplink", "site_id": 1, "kind": "uplink"}],
            "wire_port": [{"wire_id": 1, "node_id": 1, "ifname": "t0", "slot": 3},
                          {"wire_id": 1, "node_id": 2, "ifname": "t0", "slot": 1},
                          {"wire_id": 2, "node_id": 3, "ifname": "u0", "slot": 1},
                          {"wire_id": 2, "node_id": 2, "ifname": "u0", "slot": 2}]}))

    def tenant(self, number):
        self.servers.router(f"t{number}", number, nodes="dlr:dlr esg:edge pe1:pe")

    def switch(self, number, name):
        self.servers.switch(f"t{number}", f"s{name}", f"10.{number}.{name}.1/24")

    def empty_switch(self, number, name):
        self.servers.switch(f"t{number}", name, "fe80::1/64")

    def no_switch(self, number, name):
        self.servers.no_switch(f"t{number}", f"s{name}")

    def no_tenant(self, number):
        self.servers.nbctl("lr-del", f"t{number}")

    def move(self, number, there):
        nodes = "dlr:dlr esg:edge pe1:pe" + (" idle:pe" if there else "")
        self.servers.nbctl("set", "Logical_Router", f"t{number}", f"external_ids:tn-nodes={json.dumps(nodes)}")

    def switches(self, of=None):
        told = self.servers.nbctl("--format=json", "--columns=name,networks", "list", "Logical_Router_Port")
        found = {}
        for port, networks in json.loads(told)["data"]:
            tenant, _, switch = port.partition("-")
            words = [networks] if isinstance(networks, str) else networks[1]
            prefixes = {str(ipaddress.ip_interface(word).network) for word in words}
            if of in (None, tenant):
                found[f"{tenant}/{switch}"] = {p for p in prefixes if not p.startswith("fe80")}
        return found

    def revision(self):
        return None

    def nothing(self, number):
        self.servers.nbctl("lr-add", f"stranger{number}")

    def kill_server(self):
        self.server.kill()

    def restart_server(self):
        self.server.start()

    stop_server, start_server = kill_server, restart_server


ENGINES = (Sqlite, Postgresql) + ((Ovn,) if ovn_servers.are_here() else ())


# ---- a node ----

class Node:
    """tests/source_node; .loads are the words of its "load" lines, .problem what it says of the source."""

    def __init__(self, engine, name="dlr"):
        self.engine, self.name = engine, name
        self.loads, self.problems, self.shown, self.faults, self.problem, self.complete = [], [], [], {}, None, 0
        self.notes, self.warnings = [], []
        self.process = subprocess.Popen([BUILD / "tests/source_node", engine.name, engine.location, name],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self.process.stdin.close()
        status = self.process.wait(20)
        self.reader.join(20)
        self.process.stdout.close()
        assert kind or status in (0, -signal.SIGKILL), f"source_node ended with status {status}"

    def read(self):
        for line in self.process.stdout:
            if "[EC " in line:
                self.warnings.append(line)
                continue
            _, _, what, *words = line.split()
            if what == "load":
                self.loads.append(words)
            elif what == "problem":
                self.problem = " ".join(words)
                self.problems.append(self.problem)
            elif what == "ended":
                self.problem = None
            elif what == "tenant":
                self.faults[words[0]] = " ".join(words[1:])
            elif what == "switch":
                self.shown.append(words)
            elif what == "noted":
                self.notes.append(words)
            elif what == "end":
                self.complete += 1

    def tell(self, word):
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()

    def judged(self):
        """{tenant: why it is held, or ""}"""
        self.switches()
        return dict(self.faults)

    def switches(self):
        self.shown.clear()
        self.faults.clear()
        before = self.complete
        self.tell("show")
        until(lambda: self.complete > before, "the node to show what it has")
        return {name: set(prefixes) for name, _, *prefixes in self.shown}

    def comes_to(self, wanted, seconds=PATIENCE):
        until(lambda: self.switches() == wanted, lambda: f"{wanted}, it has {self.switches()}; {self.problem}", seconds)

    def agrees(self):
        revision = self.engine.revision()
        until(lambda: self.loads and revision in (None, self.loads[-1][1]), lambda: f"revision {revision}; {self.problem}")
        self.comes_to(self.engine.switches())

    def kill(self):
        self.process.kill()
        self.process.wait()


# ---- what is tested; each begins with a network, and a node that has read it ----

def changes_come_as_changes(engine, node):
    same("the first load is all", "full", node.loads[0][0])
    engine.tenant(1)
    engine.switch(1, 1)
    node.agrees()
    engine.switch(1, 2)
    node.agrees()
    engine.no_switch(1, 1)
    node.agrees()
    same("the others are not", {"part"}, {load[0] for load in node.loads[1:]})
    engine.no_tenant(1)
    node.agrees()
    same("the end", {}, node.switches())
    same("problems", [], node.problems)


def a_node_reads_and_plans_what_it_serves(engine, _):
    engine.tenant(1)
    engine.switch(1, 1)
    with Node(engine, "idle") as idle:
        until(lambda: idle.loads, "the first load")
        served = engine.switches() if engine.reads_all else {}
        idle.comes_to(served)
        before = len(idle.loads)
        engine.switch(1, 2)
        engine.tenant(2)
        with Node(engine) as other:
            other.agrees()
        time.sleep(0.5)
        same("tenants planned at a node that serves none", {"0"}, {load[4] for load in idle.loads[before:]} | {"0"})
        same("tenants read there", {"0"}, {load[2] for load in idle.loads[before:]} | {"0"} if not engine.reads_all else {"0"})
        engine.move(1, True)
        until(lambda: any(load[4] == "1" for load in idle.loads[before:]), "the tenant to be planned where it is served now")
        idle.comes_to(engine.switches() if engine.reads_all else engine.switches("t1"))
        engine.move(1, False)
        idle.comes_to(engine.switches() if engine.reads_all else {})


def nothing_is_lost_when_tenantd_is_killed(engine, _):
    chance = random.Random(SEED)
    engine.tenant(1)
    for number in range(1, ROUNDS + 1):
        with Node(engine) as node:
            time.sleep(chance.random() * 0.1)
            engine.switch(1, number)
            time.sleep(chance.random() * 0.02)
            node.kill()
    with Node(engine) as node:
        node.agrees()
    same("switches", ROUNDS, len(engine.switches()))
    return {"kills of a node survived": ROUNDS}


def nothing_is_lost_when_the_server_is_killed(engine, node):
    chance = random.Random(SEED)
    engine.tenant(1)
    node.agrees()
    written = set()
    for number in range(1, ROUNDS + 1):
        written |= write_until_killed(engine, chance, number)
        engine.restart_server()
        node.agrees()
        have = set(engine.switches())
        same("committed switches that are gone", set(), written - have)
    same("the load was never empty", True, all(load[0] == "part" or load[2] != "0" for load in node.loads[1:]))
    return {"kills of a server survived": ROUNDS}


def write_until_killed(engine, chance, number):
    """Switches of which the commit was answered."""
    done, killer = set(), threading.Timer(chance.random() * 0.15, engine.kill_server)
    killer.start()
    try:
        for step in range(1, 200):
            if not killer.is_alive():
                break
            engine.empty_switch(1, f"k{number}-{step}")
            done.add(f"t1/k{number}-{step}")
    except (postgres.Refused, sqlite3.Error, ovn_servers.Refused):
        pass    # what was not answered may be there or not
    killer.join()
    return done


def a_source_that_is_gone_is_not_empty(engine, node):
    engine.tenant(1)
    engine.switch(1, 1)
    node.agrees()
    had, loads = node.switches(), len(node.loads)
    engine.stop_server()
    until(lambda: node.problem, "the problem")
    same("what it has meanwhile", had, node.switches())
    time.sleep(1)
    same("loads meanwhile", loads, len(node.loads))
    same("each sentence once", sorted(set(node.problems)), sorted(node.problems))
    engine.start_server()
    until(lambda: not node.problem, "the end of the problem")
    engine.switch(1, 2)
    node.agrees()


def a_log_that_was_trimmed_leads_to_all(engine, node):
    engine.tenant(1)
    node.agrees()
    node.process.send_signal(signal.SIGSTOP)
    engine.switch(1, 1)
    engine.forget()
    before = len(node.loads)
    node.process.send_signal(signal.SIGCONT)
    node.agrees()
    same("it read", ["full"], [load[0] for load in node.loads[before:]])


def a_newer_schema_is_held(engine, node):
    engine.tenant(1)
    node.agrees()
    engine.version(99)
    engine.stop_server()
    until(lambda: node.problem, "the loss")
    engine.start_server()
    until(lambda: node.problem and "schema version 99" in node.problem, lambda: f"the sentence, it says {node.problem}")
    engine.switch(1, 1)
    time.sleep(1)
    same("what it has", {}, node.switches())
    engine.version(3)
    node.agrees()


def wakes_for_nothing_do_nothing(engine, node):
    engine.tenant(1)
    node.agrees()
    before = len(node.loads)
    for number in range(20):
        engine.nothing(number)
    node.tell("reload")
    until(lambda: len(node.loads) > before, "what was asked for")
    time.sleep(0.3)
    same("loads", ["full"], [load[0] for load in node.loads[before:]])


def a_node_judges_as_if_it_had_read_all(engine, _):
    """Of two tenants that claim a number one is held, by every node: also by one that does not serve the other."""
    chance, compared, held = random.Random(SEED), 0, 0
    with Sqlite() as all_of_it:
        all_of_it.network()
        both = lambda text: (engine.script(text), all_of_it.script(text))
        for number in range(1, 9):
            both(f"INSERT INTO tenant (id, name) VALUES ({number}, 't{number}');"
                 f"INSERT INTO logical_switch (id, tenant_id, name) VALUES ({number}, {number}, 's');")
        with Node(engine) as node, Node(all_of_it) as knows_all:
            for _ in range(30 * ROUNDS):
                both(change_at_random(chance))
                served = {name for name, in all_of_it.rows(
                    "SELECT DISTINCT t.name FROM tenant t JOIN attachment a ON a.tenant_id = t.id WHERE a.node_id = 1")}
                verdicts = lambda of: {name: fault for name, fault in of.judged().items() if name in served}
                until(lambda: len(verdicts(knows_all)) == len(served) and verdicts(node) == verdicts(knows_all),
                      lambda: f"{verdicts(knows_all)}, it has {verdicts(node)}", 10)
                compared, held = compared + 1, held + any(verdicts(node).values())
        known = {row[0] for row in engine.rows("SELECT served_tenants('dlr')")}
        same("of one and of all", known, {row[0] for row in engine.rows("SELECT id FROM tenant WHERE serves_tenant('dlr', id)")})
    assert held > compared // 20, f"only {held} of {compared} states had a conflict"
    return {"states judged by a part as by all": compared}


def change_at_random(chance):
    """One that may make two tenants claim the same, or may end that."""
    one, other = chance.sample(range(1, 9), 2)
    override = lambda table, column, *numbers: (
        f"UPDATE {table} SET {column} = NULL WHERE id = {one}; UPDATE {table} SET {column} = {(number := chance.choice(numbers))}"
        f" WHERE id = {one} AND NOT EXISTS (SELECT 1 FROM {table} WHERE {column} = {number});")
    return chance.choice((
        override("tenant", "rd_number", "NULL", other, other + 8),
        override("tenant", "rt_number", "NULL", other, other + 8, 1000000 + other),
        override("logical_switch", "vni", "NULL", 100000 + other, 5000 + other % 2),
        f"DELETE FROM attachment WHERE tenant_id = {one};",
        f"DELETE FROM attachment WHERE tenant_id = {one};"
        f"INSERT INTO attachment (tenant_id, node_id, role) VALUES ({one}, 1, 'dlr'), ({one}, 2, 'edge');",
        f"DELETE FROM attachment WHERE tenant_id = {one};"
        f"INSERT INTO attachment (tenant_id, node_id, role) VALUES ({one}, 3, 'pe'), ({one}, 2, 'edge');",
        f"DELETE FROM circuit WHERE tenant_id = {one};",
        f"DELETE FROM circuit WHERE tenant_id = {one};"
        f"INSERT INTO circuit (tenant_id, wire_id, vlan) VALUES ({one}, 1, {chance.choice((100 + other, 3000))});"))


TESTS = (changes_come_as_changes, a_node_reads_and_plans_what_it_serves, nothing_is_lost_when_tenantd_is_killed,
         nothing_is_lost_when_the_server_is_killed, a_source_that_is_gone_is_not_empty, a_log_that_was_trimmed_leads_to_all,
         a_newer_schema_is_held, wakes_for_nothing_do_nothing, a_node_judges_as_if_it_had_read_all)

# what an engine cannot be asked, and why
NOT_FOR = {a_log_that_was_trimmed_leads_to_all: (lambda engine: not hasattr(engine, "forget"), "it keeps no log of ours"),
           a_newer_schema_is_held: (lambda engine: not hasattr(engine, "version"), "its schema is not ours"),
           a_node_judges_as_if_it_had_read_all: (lambda engine: engine.reads_all, "a node reads all of it")}


def run(engine_class, test):
    with engine_class() as engine:
        engine.network()
        with Node(engine) as node:
            until(lambda: node.loads, lambda: f"the first load; {node.problem}")
            return test(engine, node) or {}


def main():
    chosen = sys.argv[1:]
    checks, failures, counts = 0, 0, {}
    for engine in ENGINES:
        for test in TESTS:
            if chosen and not any(word in f"{engine.name} {test.__name__}" for word in chosen):
                continue
            is_not_for, why = NOT_FOR.get(test, (lambda _: False, ""))
            if is_not_for(engine):
                print(f"left out: {engine.name} {test.__name__}: {why}")
                continue
            checks += 1
            began = time.monotonic()
            try:
                for what, number in run(engine, test).items():
                    counts[what] = counts.get(what, 0) + number
            except (AssertionError, OSError, postgres.Refused, sqlite3.Error) as error:
                failures += 1
                print(f"{__file__}:1:F:{engine.name}:{test.__name__}:0: {type(error).__name__}: {error}")
            if chosen:
                print(f"{engine.name} {test.__name__}: {time.monotonic() - began:.1f} s", flush=True)
    for what, number in counts.items():
        print(f"counts: {number} {what}")
    print(f"{100 * (checks - failures) // max(checks, 1)}%: Checks: {checks}, Failures: {failures}, Errors: 0")
    sys.exit(failures > 0)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Who takes very much away from a node by SQL, with every engine the same: what is held until somebody says that it is
meant, what goes, and what is told of it.

tenantd is that of "lab/bench memory", a kernel and a zebra that say yes; FRR's daemons are of test_database_faults.py.
Needs root, for namespaces, and a PostgreSQL server; skipped elsewhere.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import postgres
import test_database_faults as faults
from test_database_faults import BUILD, SKIPPED, Agreeing, Tenantd, memory, until
from test_sources import Postgresql, Sqlite

NETWORK = """
INSERT INTO site (id, name) VALUES (1, 'dc1');
INSERT INTO node (id, name, site_id, router_id, vtep) VALUES (1, 'box', 1, '10.255.0.1', '10.255.0.1'),
	(2, 'far', 1, '10.255.0.2', '10.255.0.2');
INSERT INTO node_role (node_id, role) VALUES (1, 'dlr'), (1, 'edge'), (1, 'pe'), (2, 'dlr'), (2, 'edge'), (2, 'pe');
"""
DETACH = "DELETE FROM attachment WHERE node_id = 1 AND tenant_id BETWEEN {} AND {}; "
DELETE = "DELETE FROM tenant WHERE id BETWEEN {} AND {}; "
MEANT = {"sqlite": "INSERT INTO meant SELECT 1, seq + 1 FROM sqlite_sequence WHERE name = 'change_log'"
                   " ON CONFLICT (id) DO UPDATE SET seq = excluded.seq; ",
         "postgresql": "INSERT INTO meant SELECT 1, coalesce(max(seq), 0) + 1 FROM change_log"
                       " ON CONFLICT (id) DO UPDATE SET seq = excluded.seq; "}


def tenants(first, last, *nodes, prefixes=1):
    """SQL that makes them, each with a switch, on these nodes in all roles."""
    made = []
    for number in range(first, last + 1):
        made.append(f"INSERT INTO tenant (id, name) VALUES ({number}, 't{number}');"
                    f"INSERT INTO logical_switch (id, tenant_id, name) VALUES ({number}, {number}, 'web');")
        made += [f"INSERT INTO attachment (tenant_id, node_id, role) VALUES ({number}, {node}, '{role}');"
                 for node in nodes for role in ("dlr", "edge", "pe")]
        made += [f"INSERT INTO subnet (switch_id, prefix, gateway) VALUES ({number}, '10.1.{i}.0/24', '10.1.{i}.1');"
                 for i in range(prefixes)]
    return " ".join(made)


class Box(Tenantd):
    """Node box, on a fresh database of the engine's kind with these tenants."""

    def __init__(self, engine, *made):
        self.engine, self.made = engine, " ".join(made)

    def __enter__(self):
        self.engine.script(self.made)
        return self.start()

    def start(self):
        for path in Path(self.engine.location).parent.glob("tenants.db*"):
            path.chmod(0o666)
        config = memory.ROOM / "tenantd.conf"
        config.write_text(f"tenant node box\ntenant database {self.engine.name} {self.engine.location}\n")
        self.log = open(memory.ROOM / "tenantd.log", "w+")
        self.process = subprocess.Popen(
            [BUILD / "lab/bench.d/memory_alone", "-N", memory.PATHSPACE, "-f", config, "--log", "stdout"],
            stdout=self.log, stderr=self.log, env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0", "HOME": "/nonexistent"})
        self.vty = until(lambda: faults.Vty(str(memory.ROOM / "tenantd.vty")), "tenantd")
        self.settles()
        return self

    def settles(self):
        """Until it has read all, and does nothing."""
        until(lambda: (t := self.told()) and t["revision"] >= int(self.engine.revision()) and not t["busy"],
              lambda: f"revision {self.engine.revision()} to be read: {self.told()}", 20)

    def does(self, sql):
        """Commits it, and waits until the node has read it, or holds all of it."""
        self.engine.script(sql)
        until(lambda: (t := self.told()) and not t["busy"] and
              (t["revision"] >= int(self.engine.revision()) or t["held"]), lambda: f"{sql} to be read: {self.told()}", 20)

    def told(self):
        told = json.loads(self.vty.command("show tenant json"))
        told["held"] = told["problem"] if "changes nothing here" in (told["problem"] or "") else ""
        return told

    def here(self):
        """{tenant with something in place: why it is held, or ""}"""
        return {t["name"]: t["reason"] or "" for t in self.told()["tenants"] if t["objects"]}

    def has(self, *names):
        wanted = {f"t{n}" for n in names}
        until(lambda: set(self.here()) == wanted, lambda: f"{wanted} to be there, it has {self.here()}; {self.told()['problem']}", 20)

    def holds(self, sentence, *names):
        """With the word for each tenant in the sentence's place; nothing was taken away."""
        for n in names:
            until(lambda n=n: self.here().get(f"t{n}", "").startswith(sentence.format(f"t{n}")),
                  lambda n=n: f"'{sentence.format(f't{n}')}', it says {self.here().get(f't{n}', 'it is gone')}", 10)

    def logged(self, words):
        return sum(words in line for line in Path(self.log.name).read_text().splitlines())


def same(what, wanted, got):
    assert wanted == got, f"{what}: wanted {wanted!r}, got {got!r}"


# ---- the stories ----

def all_detached(engine):
    """A node that serves some, and then none."""
    with Box(engine, NETWORK, tenants(1, 3, 1), tenants(4, 6, 2)) as box:
        box.has(1, 2, 3)
        box.does(DETACH.format(1, 99))
        until(lambda: box.told()["held"], "it to be held", 10)
        same("what is told", "the database has no tenants for node box any more, which changes nothing here; put them back,"
             ' or say "tenant release" if it is meant', box.told()["problem"])
        box.has(1, 2, 3)
        # it is told once, however often it is looked at
        box.does("INSERT INTO tenant (id, name) VALUES (9, 't9'); ")
        box.has(1, 2, 3)
        box.does("INSERT INTO attachment (tenant_id, node_id, role) SELECT id, 1, 'pe' FROM tenant WHERE id < 4;"
                 "INSERT INTO attachment (tenant_id, node_id, role) SELECT id, 1, 'dlr' FROM tenant WHERE id < 4;")
        until(lambda: not box.told()["problem"], "it to be over", 10)
        box.has(1, 2, 3)
        box.does(DETACH.format(1, 99))
        until(lambda: box.told()["held"], "it to be held", 10)
        box.vty.command("tenant release")
        box.has()


def many_detached(engine):
    with Box(engine, NETWORK, tenants(1, 15, 1)) as box:
        box.has(*range(1, 16))
        box.does(DETACH.format(1, 12))
        said = "tenant {} would leave node box with 11 others at once; it stays as it is until \"tenant release\""
        box.holds(said, *range(1, 13))
        box.has(*range(1, 16))
        # the others move on, and who touches one of those that are held has not said that it is meant
        box.does(tenants(16, 16, 1) + "UPDATE tenant SET max_routes = 7 WHERE id = 3; "
                 "INSERT INTO subnet (switch_id, prefix, gateway) VALUES (4, '10.1.9.0/24', '10.1.9.1');")
        box.has(*range(1, 17))
        box.holds("tenant {} would leave node box", *range(1, 13))
        # nor who touches what all share
        box.does("UPDATE provider SET ospf_hello = 7, ospf_dead = 30;")
        box.holds("tenant {} would leave node box", *range(1, 13))
        # one comes back
        box.does("INSERT INTO attachment (tenant_id, node_id, role) SELECT 5, 1, role FROM node_role WHERE node_id = 1;")
        until(lambda: box.here()["t5"] == "", "t5 to be well", 10)
        box.holds("tenant {} would leave node box", 1, 12)
        box.does(MEANT[engine.name])
        box.has(5, *range(13, 17))
        same("warnings of an empty database", 0, box.logged("changes nothing here"))


def a_few_detached(engine):
    """Ordinary work: some of many, and one with very many prefixes, which the others still have."""
    with Box(engine, NETWORK, tenants(1, 12, 1), tenants(20, 20, 1, 2, prefixes=40)) as box:
        box.has(*range(1, 13), 20)
        box.does(DETACH.format(1, 9) + DETACH.format(20, 20))
        box.has(10, 11, 12)
        box.does(DETACH.format(10, 11))
        box.has(12)
        box.does(DETACH.format(12, 12))
        box.has()
        same("held", 0, box.logged("held as it is") + box.logged("changes nothing here"))


def said_to_be_meant(engine):
    with Box(engine, NETWORK, tenants(1, 15, 1), tenants(16, 16, 2)) as box:
        box.has(*range(1, 16))
        box.does(DETACH.format(1, 12) + MEANT[engine.name])
        box.has(13, 14, 15)
        box.does(DETACH.format(1, 99) + MEANT[engine.name])
        box.has()
        same("held", 0, box.logged("held as it is") + box.logged("changes nothing here"))


def a_role_of_many(engine):
    """They stay, as less."""
    with Box(engine, NETWORK, tenants(1, 15, 1)) as box:
        box.has(*range(1, 16))
        box.does("DELETE FROM attachment WHERE role = 'pe' AND tenant_id < 13;")
        box.holds("tenant {} would leave node box with 11 others at once; ", *range(1, 13))


def all_deleted(engine):
    """Of which the node serves one."""
    with Box(engine, NETWORK, tenants(1, 1, 1), tenants(2, 5, 2)) as box:
        box.has(1)
        box.does("DELETE FROM tenant;")
        until(lambda: box.told()["held"], "it to be held", 10)
        same("what is told", "the database has no tenants any more, which changes nothing here; put them back, or say"
             ' "tenant release" if it is meant', box.told()["problem"])
        # and stays so when all is read again
        box.does("UPDATE provider SET ospf_hello = 7, ospf_dead = 30;")
        time.sleep(1)
        box.has(1)
        box.vty.command("tenant release")
        box.has()


def many_deleted(engine):
    """Every node holds its part, however small."""
    with Box(engine, NETWORK, tenants(1, 3, 1), tenants(4, 20, 2)) as box:
        box.has(1, 2, 3)
        box.does(DELETE.format(2, 14))
        box.holds("tenant {} would go with 12 others at once; ", 2, 3)
        box.does("UPDATE provider SET ospf_hello = 7, ospf_dead = 30;")
        box.holds("tenant {} would go with ", 2, 3)
        box.has(1, 2, 3)
        box.vty.command("tenant release")
        box.has(1)


def a_large_one_deleted(engine):
    with Box(engine, NETWORK, tenants(1, 2, 1), tenants(3, 3, 1, 2, prefixes=40)) as box:
        box.has(1, 2, 3)
        box.does(DELETE.format(3, 3))
        box.holds("tenant {} would go with all of its 40 prefixes; ", 3)


def others_change(engine):
    """Tenants of other nodes are none that go from here."""
    with Box(engine, NETWORK, tenants(1, 2, 1), tenants(3, 20, 2)) as box:
        box.has(1, 2)
        box.does("UPDATE tenant SET max_routes = 7 WHERE id BETWEEN 3 AND 9;")
        box.does("DELETE FROM tenant WHERE id BETWEEN 10 AND 13;")
        box.does("DELETE FROM tenant WHERE id BETWEEN 14 AND 15; UPDATE tenant SET max_routes = 8 WHERE id < 10;")
        box.has(1, 2)
        same("held", 0, box.logged("held as it is") + box.logged("changes nothing here"))


TESTS = (all_detached, many_detached, a_few_detached, said_to_be_meant, a_role_of_many, all_deleted, many_deleted,
         a_large_one_deleted, others_change)


class OnSqlite(Sqlite):
    def __enter__(self):
        super().__enter__()
        self.folder.chmod(0o777)
        return self


def run_stories(tests, kinds):
    """Each with each kind of database, in namespaces of our own; ends the program."""
    if os.geteuid() or subprocess.run(["unshare", "-mn", "true"], stderr=subprocess.DEVNULL).returncode:
        print("skipped: it takes root and namespaces")
        sys.exit(SKIPPED)
    postgres.need_a_server()
    if "--inside" not in sys.argv:
        os.execvp("unshare", ["unshare", "-mn", sys.executable, sys.argv[0], "--inside", *sys.argv[1:]])
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    Path("/run/frr").mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "none", "/run/frr"], check=True)
    memory.ROOM.mkdir(mode=0o755)
    subprocess.run(["chown", "frr:frr", memory.ROOM], check=True)
    Agreeing()
    chosen, count, failures = sys.argv[2:], 0, 0
    for test in tests:
        for kind in kinds:
            if chosen and not any(word in (test.__name__, kind.name) for word in chosen):
                continue
            count += 1
            began = time.monotonic()
            try:
                with kind() as engine:
                    test(engine)
            except (AssertionError, OSError, KeyError, ValueError, faults.VtyError, postgres.Refused) as error:
                failures += 1
                print(f"{sys.argv[0]}:1:F:{kind.name}:{test.__name__}:0: {type(error).__name__}: {error}")
            print(f"{kind.name} {test.__name__}: {time.monotonic() - began:.1f} s", flush=True)
    print(f"{100 * (count - failures) // count}%: Checks: {count}, Failures: {failures}, Errors: 0")
    sys.exit(failures > 0)


if __name__ == "__main__":
    run_stories(TESTS, (OnSqlite, Postgresql))

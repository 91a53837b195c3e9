#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""PostgreSQL as a source, beyond what every source promises (test_sources.py): servers that take over from each other,
and everything that may be wrong with one, each with its one sentence and the last good state in force.
"""

import datetime
import os
import signal
import subprocess
import sys
import time
from types import SimpleNamespace

import postgres
from test_sources import BUILD, FULL, Node, Postgresql, same, until

SCHEMA = (BUILD / "vrf-sync/schema-postgresql.sql").read_text()


class Database(Postgresql):
    """A server with the network and a tenant on it; more: of postgres.Server."""

    def __init__(self, **more):
        self.more = more

    def __enter__(self):
        self.server = postgres.Server(**self.more)
        self.location = self.server.make_database("tenants")
        self.open()
        self.session.rows(SCHEMA)
        self.network()
        self.tenant(1)
        self.switch(1, 1)
        return self


def node_at(location, name="dlr"):
    return Node(SimpleNamespace(name="postgresql", location=location), name)


def says(node, *words):
    until(lambda: node.problem and all(word in node.problem for word in words), lambda: f"{words}; it says {node.problem}")
    same("lines of the sentence", 1, node.problem.count("\n") + 1)


def pair_uri(*servers, **options):
    """The same database on servers that take over from each other."""
    folders, more = ",".join(str(server.folder) for server in servers), "".join(f"&{k}={v}" for k, v in options.items())
    return f"postgresql://postgres@/tenants?host={folders}&port={','.join('5432' for _ in servers)}{more}"


# ---- servers that take over ----

def a_standby_takes_over(db):
    """The primary dies without a word, the standby is promoted, and the node finds it."""
    standby = db.server.standby()
    with node_at(pair_uri(db.server, standby, target_session_attrs="read-write")) as node:
        node.comes_to(db.switches())
        db.switch(1, 2)
        node.comes_to(db.switches())
        db.server.caught_up(standby)
        had = db.switches()
        db.server.kill()
        until(lambda: node.problem, "the loss")
        same("what it has meanwhile", had, node.switches())
        standby.promote()
        until(lambda: not node.problem, "the standby to be found")
        db.session = standby.session("tenants")
        db.switch(1, 3)
        node.comes_to(db.switches())
        same("loads of everything", 1, sum(load[0] == "full" for load in node.loads))


def what_a_standby_never_got_is_taken_back(db):
    """It gives the number of a lost change to another one."""
    standby = db.server.standby()
    db.server.caught_up(standby)
    with node_at(pair_uri(db.server, standby, target_session_attrs="read-write")) as node:
        node.comes_to(db.switches())
        standby.stop()
        db.switch(1, 2)
        node.comes_to(db.switches())
        lost, revision = db.switches(), db.revision()
        node.process.send_signal(signal.SIGSTOP)    # it is to find the other change, not a lower number
        db.server.kill()
        standby.start()
        standby.promote()
        db.session = standby.session("tenants")
        db.switch(1, 3)
        same("the number of another change", revision, db.revision())
        assert db.switches() != lost, "nothing was lost"
        node.process.send_signal(signal.SIGCONT)
        node.comes_to(db.switches())
        same("loads of everything", 2, sum(load[0] == "full" for load in node.loads))


def a_standby_can_be_read(db):
    """Nothing can be listened to there, until it is promoted."""
    standby = db.server.standby()
    with node_at(pair_uri(standby)) as node:
        node.comes_to(db.switches())
        db.switch(1, 2)
        node.comes_to(db.switches(), 5)
        db.server.caught_up(standby)
        standby.promote()
        db.session = standby.session("tenants")
        time.sleep(3)    # it looks once a second
        for number in (3, 4, 5):
            db.switch(1, number)
            node.comes_to(db.switches(), 1)    # it looks every five seconds now, so that it must have heard of it


# ---- what may be wrong ----

def a_wrong_password_is_told_and_never_shown():
    hba = ("host tenants reader 127.0.0.1/32 scram-sha-256",)
    with Database(tcp=True, hba=hba) as db:
        db.script("CREATE ROLE reader LOGIN PASSWORD 'right-one';")
        db.script("SELECT allow_node('reader');")
        with node_at(db.server.uri("tenants", "reader", "wrong-one", tcp=True)) as node:
            says(node, "password authentication failed", 'user "reader"', "127.0.0.1/tenants")
            assert "wrong-one" not in node.problem, node.problem
        folder = db.server.folder
        (folder / "pgpass").write_text("127.0.0.1:*:tenants:reader:right-one\n")
        (folder / "pgpass").chmod(0o600)
        with node_at(db.server.uri("tenants", "reader", tcp=True, passfile=folder / "pgpass")) as node:
            node.comes_to(db.switches())
            had = node.switches()
            db.script("ALTER ROLE reader PASSWORD 'other-one';")
            db.rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'reader'")
            says(node, "password authentication failed")
            same("what it has", had, node.switches())
            db.script("ALTER ROLE reader PASSWORD 'right-one';")
            until(lambda: not node.problem, "its return")


def a_role_that_may_not_read_is_told(db):
    db.script("CREATE ROLE stranger LOGIN;")
    with node_at(db.server.uri("tenants", "stranger")) as node:
        says(node, "permission denied")


def certificates_are_checked():
    with Database(tls=True) as db:
        folder = db.server.folder
        good = db.server.uri("tenants", tcp=True, sslmode="verify-full", sslrootcert=folder / "ca.crt")
        with node_at(good) as node:
            node.comes_to(db.switches())
            same("TLS", "t", db.rows("SELECT bool_or(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)"
                                     " WHERE application_name = 'tenantd'")[0][0])
            had = node.switches()
            make_expired(db.server)
            db.server.restart()
            says(node, "certificate verify failed")
            same("what it has", had, node.switches())
        (folder / "other.crt").write_bytes((folder / "server.crt").read_bytes())
        with node_at(good.replace("ca.crt", "other.crt")) as node:
            says(node, "certificate")


def make_expired(server):
    """The server's certificate ended yesterday."""
    day = lambda days: (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days)).strftime("%Y%m%d%H%M%SZ")
    postgres.run("openssl", "x509", "-req", "-in", "server.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial",
                 "-not_before", day(-2), "-not_after", day(-1), "-extfile", "san", "-out", "server.crt", cwd=server.folder,
                 **postgres.as_server_user())


def what_is_no_tenant_database_is_told(db):
    with node_at(db.server.uri("postgres")) as node:
        says(node, "is not a tenant database", "tenantctl init")
    with node_at(db.server.uri("nowhere")) as node:
        says(node, 'database "nowhere" does not exist')
    for location in ("mysql://here", "postgresql://h/d?no_such=1", "postgresql://pe1:sec@ret@db1/tenants"):
        told = subprocess.run([BUILD / "tests/source_node", "postgresql", location, "dlr"], capture_output=True, text=True)
        same("status", 2, told.returncode)
        assert "write postgresql://USER@HOST/DATABASE" in told.stderr and told.stderr.count("\n") == 1, told.stderr
        assert "sec" not in told.stderr and "ret@" not in told.stderr, told.stderr


def a_half_written_transaction_is_nothing(db):
    with node_at(db.location) as node:
        node.comes_to(db.switches())
        had, loads = node.switches(), len(node.loads)
        writer = db.server.session("tenants")
        writer.rows("BEGIN; DELETE FROM tenant;")
        time.sleep(0.5)
        db.rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle in transaction'")
        time.sleep(0.5)
        same("what it has", had, node.switches())
        same("loads", loads, len(node.loads))
        db.switch(1, 2)
        node.comes_to(db.switches())


def rows_without_end_hold_their_tenant_alone(db):
    db.tenant(2)
    with node_at(db.location) as node:
        node.comes_to(db.switches())
        db.script("INSERT INTO aggregate (tenant_id, prefix) SELECT 2, '10.' || n / 65536 || '.' || n / 256 % 256 || '.' ||"
                  " n % 256 || '/32' FROM generate_series(0, 100000) n;")
        until(lambda: "more than 100000 rows" in node.judged().get("t2", ""), "the tenant to be held")
        same("the other", "", node.judged()["t1"])
        db.script("DELETE FROM aggregate;")
        db.script("UPDATE subnet SET gateway = repeat('1', 100000000);")
        until(lambda: "cannot be read" in node.judged().get("t1", ""), "a text of 100 MB to be refused")
        same("the other", "", node.judged()["t2"])
        db.script("UPDATE subnet SET gateway = '10.1.1.1';")
        until(lambda: not node.judged()["t1"], "its return")
    same("problems", [], node.problems)


def bytes_that_are_no_text_hold_their_tenant_alone(db):
    db.session.rows("CREATE DATABASE bytes TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'")
    db.location = db.server.uri("bytes")
    db.session = db.server.session("bytes")
    db.session.rows(SCHEMA)
    db.network()
    db.tenant(1)
    db.tenant(2)
    db.switch(1, 1)
    db.session.rows("SET client_encoding TO SQL_ASCII")
    db.script("UPDATE subnet SET gateway = E'10.1.1.\\xff\\xfe';")
    with node_at(db.location) as node:
        until(lambda: "gateway 10.1.1.??" in node.judged().get("t1", ""), lambda: f"the fault, it has {node.judged()}")
        same("the other", "", node.judged()["t2"])


def a_server_that_is_silent_is_missed(db):
    with node_at(db.location) as node:
        node.comes_to(db.switches())
        had = node.switches()
        for pid in db.server.processes():
            os.kill(pid, signal.SIGSTOP)
        says(node, "has not answered for 30 s")
        same("what it has", had, node.switches())
        for pid in db.server.processes():
            os.kill(pid, signal.SIGCONT)
        until(lambda: not node.problem, "its return")


TESTS = (a_standby_takes_over, what_a_standby_never_got_is_taken_back, a_standby_can_be_read,
         a_wrong_password_is_told_and_never_shown, a_role_that_may_not_read_is_told, certificates_are_checked,
         what_is_no_tenant_database_is_told, a_half_written_transaction_is_nothing, rows_without_end_hold_their_tenant_alone,
         bytes_that_are_no_text_hold_their_tenant_alone)
if FULL:
    TESTS += (a_server_that_is_silent_is_missed,)


def run(test):
    if not test.__code__.co_argcount:
        test()
        return
    with Database() as db:
        test(db)


def main():
    chosen = sys.argv[1:]
    tests = [test for test in TESTS if not chosen or any(word in test.__name__ for word in chosen)]
    failures = 0
    if not FULL:
        print("left out: a_server_that_is_silent_is_missed: it takes 30 s of silence, and FRR_TENANT_FULL=1")
    for test in tests:
        began = time.monotonic()
        try:
            run(test)
        except (AssertionError, OSError, postgres.Refused) as error:
            failures += 1
            print(f"{__file__}:1:F:postgresql:{test.__name__}:0: {type(error).__name__}: {error}")
        if chosen:
            print(f"{test.__name__}: {time.monotonic() - began:.1f} s", flush=True)
    print(f"{100 * (len(tests) - failures) // max(len(tests), 1)}%: Checks: {len(tests)}, Failures: {failures}, Errors: 0")
    sys.exit(failures > 0)


if __name__ == "__main__":
    main()

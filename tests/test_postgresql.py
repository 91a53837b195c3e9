#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What only PostgreSQL has: writers at the same time, LISTEN, a failover, roles, and "tenantctl init" with its refusals.

$TENANTCTL is the program (default: the one built here).
"""

import os
import re
import subprocess
import sys
import threading
from pathlib import Path

from postgres import NETWORK, SCHEMA, Databases, Refused, Server, need_a_server

TENANTCTL = str(Path(os.environ.get("TENANTCTL", "./tenantctl")).resolve())
failures, checks = [], 0


def check(what, wanted, got):
    global checks
    checks += 1
    if wanted != got:
        failures.append(what)
        print(f"FAILED: {what}\n  wanted: {wanted!r}\n  got:    {got!r}")


# ---- the schema ----

def ids_are_not_lost(databases):
    """A row that is refused or taken back costs no number, as with SQLite: VLANs are derived from them."""
    pg = databases.server.session(databases.fresh())
    for _ in range(5):
        try:
            pg.rows("INSERT INTO tenant (name) VALUES ('a'), ('a')")
        except Refused:
            pass
        pg.rows("BEGIN; INSERT INTO tenant (name) VALUES ('b'); ROLLBACK")
    pg.rows("INSERT INTO tenant (name) VALUES ('first'), ('second')")
    pg.rows("INSERT INTO tenant (name) VALUES ('second') ON CONFLICT DO NOTHING")
    pg.rows("INSERT INTO tenant (name) VALUES ('third')")
    check("ids after refusals", [["1"], ["2"], ["3"]], pg.rows("SELECT id FROM tenant ORDER BY id"))
    pg.rows("DELETE FROM tenant")
    check("an id after all are gone", "4", pg.value("INSERT INTO tenant (name) VALUES ('next') RETURNING id"))


def writers_take_turns(databases):
    """Who writes first commits first and has the smaller number; a rollback leaves no gap; nobody deadlocks."""
    name = databases.fresh()
    first, second, reader = (databases.server.session(name) for _ in range(3))
    first.rows("INSERT INTO site (name) VALUES ('dc1'), ('dc2')")
    before = int(first.value("SELECT seq FROM change_seq"))
    first.rows("BEGIN; UPDATE site SET locale = 'a' WHERE id = 1")
    thread = threading.Thread(target=second.rows, args=("BEGIN; UPDATE site SET locale = 'b' WHERE id = 2;"
                                                        " UPDATE site SET locale = 'b' WHERE id = 1; COMMIT",))
    thread.start()
    blocked = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    wait_for("the second writer waits", lambda: reader.value(blocked) == "1")
    check("the reader does not wait", str(before), reader.value("SELECT seq FROM change_seq"))
    first.rows("UPDATE site SET locale = 'a' WHERE id = 2; COMMIT")
    thread.join(20)
    check("the second writer is done", False, thread.is_alive())
    rows = reader.rows(f"SELECT seq, now::json ->> 'locale' FROM change_log WHERE seq > {before} ORDER BY seq")
    check("numbers are in the order of commits", [[str(before + 1 + i), "aabb"[i]] for i in range(4)], rows)

    first.rows("BEGIN; INSERT INTO site (name) VALUES ('gone')")
    first.rows("SAVEPOINT one; INSERT INTO site (name) VALUES ('gone2'); ROLLBACK TO one; INSERT INTO site (name)"
               " VALUES ('gone3'); ROLLBACK")
    second.rows("INSERT INTO site (name) VALUES ('kept')")
    check("no gap after a rollback", str(before + 5), reader.value("SELECT max(seq) FROM change_log"))
    second.rows("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1 FROM site")
    first.rows("INSERT INTO site (name) VALUES ('meanwhile')")
    try:
        second.rows("INSERT INTO site (name) VALUES ('late')")
        check("a writer with an old snapshot", "is refused", "wrote")
    except Refused as error:
        check("a writer with an old snapshot is to try again", "40001", error.state)
    second.rows("ROLLBACK")


def wait_for(what, condition, seconds=20):
    for _ in range(seconds * 50):
        if condition():
            return
        threading.Event().wait(0.02)
    check(what, True, False)


def children_may_come_first(databases):
    """Within a transaction that says so: to take back a DELETE, newest entry first, or to read rows in from elsewhere."""
    pg = databases.server.session(databases.fresh())
    child = "INSERT INTO node (id, name, site_id, router_id) VALUES (1, 'a', 1, '10.0.0.1')"
    check("without a word", "23503", state_of(pg, child))
    pg.rows(f"BEGIN; SET CONSTRAINTS ALL DEFERRED; {child}; INSERT INTO site (id, name) VALUES (1, 'dc1'); COMMIT")
    check("both are there", [["1", "1"]], pg.rows("SELECT (SELECT count(*) FROM node), (SELECT count(*) FROM site)"))
    check("a parent that never comes", "23503", state_of(pg, "BEGIN; SET CONSTRAINTS ALL DEFERRED; UPDATE node SET site_id = 9; COMMIT"))


def many_writers(databases):
    """Ten sessions, 20 transactions each, a third of them taken back: numbers and commits agree."""
    name = databases.fresh()
    sessions = [databases.server.session(name) for _ in range(10)]

    def write(number, session):
        for i in range(20):
            session.rows("BEGIN")
            session.rows(f"INSERT INTO site (name) VALUES ('s{number}-{i}')")
            session.rows(f"UPDATE provider SET asn = {1 + number * 100 + i}")
            session.rows("ROLLBACK" if i % 3 == 0 else "COMMIT")

    threads = [threading.Thread(target=write, args=pair) for pair in enumerate(sessions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    pg, done = sessions[0], 10 * sum(i % 3 != 0 for i in range(20))
    check("entries", str(2 * done), pg.value("SELECT count(*) FROM change_log"))
    check("numbers without a gap", [["1", str(2 * done), str(2 * done)]],
          pg.rows("SELECT min(seq), max(seq), (SELECT seq FROM change_seq) FROM change_log"))
    check("each transaction's numbers are together", str(done), pg.value(
        "SELECT count(*) FROM change_log a JOIN change_log b ON b.seq = a.seq + 1"
        " AND split_part(b.xid, '-', 1) = split_part(a.xid, '-', 1) WHERE a.tbl = 'site' AND b.tbl = 'provider'"))
    check("ids without a gap", [["1", str(done)]], pg.rows("SELECT min(id), max(id) FROM site"))


def a_commit_is_told_once(databases):
    name = databases.fresh()
    writer, listener = databases.server.session(name), databases.server.session(name)
    listener.rows("LISTEN frr_tenant")
    for what, sql, wanted in (
            ("rows of two tables", "BEGIN; INSERT INTO site (name) VALUES ('a'), ('b'); INSERT INTO tenant (name)"
             " VALUES ('a'); UPDATE tenant SET description = 'x'; COMMIT", 1),
            ("a rollback", "BEGIN; INSERT INTO site (name) VALUES ('c'); ROLLBACK", 0),
            ("a status", "INSERT INTO node_status VALUES ('pe1', 1, 1, 1, '')", 0),
            ("an operation", "INSERT INTO operation (tenant_id, kind, began) VALUES (1, 'failover', 1)", 1),
            ("a step", "INSERT INTO operation_step VALUES (1, 'begun', 1, 1, NULL, 1, 1)", 1),
            ("the end of an operation", "UPDATE operation SET state = 'done'", 1),
            ("an entry by hand", "INSERT INTO change_log (tbl, op) VALUES ('site', 'update')", 1)):
        writer.rows(sql)
        check(f"notifications of {what}", ["frr_tenant"] * wanted, listener.notified())


def who_is_concerned_is_told(databases):
    """And nobody else: a node is told by a channel of its own, or all are together."""
    name = databases.fresh()
    writer = databases.server.session(name)
    run_lines_pg(writer, NETWORK)
    listeners = {node: databases.server.session(name) for node in ("dlr", "esg", "pe1")}
    for node, session in listeners.items():
        session.rows(f"SELECT listen_as('{node}')")
    for what, sql, wanted in (
            ("a switch of a tenant", "INSERT INTO logical_switch (tenant_id, name) VALUES (2, 'more')", "dlr esg pe1"),
            ("two rows of one", "BEGIN; DELETE FROM aggregate WHERE tenant_id = 2; DELETE FROM logical_switch WHERE name = 'more';"
             " COMMIT", "dlr esg pe1"),
            ("a node that comes", "INSERT INTO attachment (tenant_id, node_id, role) VALUES (2, 2, 'edge')", "dlr esg pe1"),
            ("the end of a leak", "DELETE FROM leak", "dlr esg pe1"),
            ("a node that goes", "DELETE FROM attachment WHERE tenant_id = 2 AND node_id = 2", "dlr esg"),
            ("one that came and went", "BEGIN; INSERT INTO attachment (tenant_id, node_id, role) VALUES (2, 2, 'edge');"
             " DELETE FROM attachment WHERE tenant_id = 2 AND node_id = 2; COMMIT", "dlr esg"),
            ("a tenant that nobody has", "INSERT INTO tenant (name) VALUES ('gamma')", ""),
            ("a tenant alone", "UPDATE tenant SET max_routes = 7 WHERE id = 2", "dlr"),
            ("who has the number of another", "UPDATE tenant SET rt_number = 1 WHERE id = 3", "dlr esg pe1"),
            ("all of it", "DELETE FROM tenant WHERE id = 2", "dlr"),
            ("a number that is free again", "UPDATE tenant SET rt_number = NULL WHERE id = 3", "all"),
            ("a site", "UPDATE site SET locale = 'x' WHERE id = 1", "all"),
            ("that it is meant", "INSERT INTO meant VALUES (1, 1)", "all"),
            ("an operation", "INSERT INTO operation (tenant_id, kind, began) VALUES (1, 'failover', 1)", "all"),
            ("very much", "INSERT INTO logical_switch (tenant_id, name) SELECT 1, 'n' || i FROM generate_series(1, 1001) i", "all"),
            ("a status", "INSERT INTO node_status VALUES ('pe1', 1, 1, 1, '')", "")):
        writer.rows(sql)
        told = {node: session.notified() for node, session in listeners.items()}
        check(f"{what}: who is told", {node: ["frr_tenant_all"] if wanted == "all" else
                                       [f"frr_tenant_node_{node}"] * (node in wanted.split()) for node in listeners}, told)


def the_log_is_trimmed(databases):
    """And the newest number is known when the log is empty."""
    pg = databases.server.session(databases.fresh())
    pg.rows("INSERT INTO change (base, last_seq) VALUES (0, 1), (0, 200500)")
    pg.rows("INSERT INTO site (name) VALUES ('a')")
    pg.rows("UPDATE change_seq SET seq = 200998")
    pg.rows("INSERT INTO site (name) VALUES ('b')")
    check("before the thousandth", "2", pg.value("SELECT count(*) FROM change_log"))
    pg.rows("INSERT INTO site (name) VALUES ('c')")
    check("after it", [["200999"], ["201000"]], pg.rows("SELECT seq FROM change_log ORDER BY seq"))
    check("changes that are kept", [["200500"]], pg.rows("SELECT last_seq FROM change"))
    pg.rows("DELETE FROM change_log")
    check("the newest of an empty log", "201000", pg.value("SELECT seq FROM change_seq"))
    pg.rows("INSERT INTO site (name) VALUES ('d')")
    check("the next one", "201001", pg.value("SELECT seq FROM change_log"))


def truncate_is_refused(databases):
    pg = databases.server.session(databases.fresh())
    for table in ("tenant", "site", "pool"):
        try:
            pg.rows(f"TRUNCATE {table} CASCADE")
            check(f"TRUNCATE {table}", "refused", "done")
        except Refused as error:
            check(f"TRUNCATE {table}", "nodes would not hear of this; use DELETE", str(error))


def a_failover_shows(_databases):
    """A transaction that the standby never had, and the one that takes its number, differ in xid."""
    with Server() as primary:
        writer = primary.session()
        writer.rows(SCHEMA)
        writer.rows("INSERT INTO site (name) VALUES ('a')")
        standby = primary.standby()
        primary.caught_up(standby)
        standby.session().rows("SELECT pg_wal_replay_pause()")
        standby.stop()
        writer.rows("INSERT INTO site (name) VALUES ('lost')")
        last = "SELECT seq, xid, split_part(xid, '-', 1) FROM change_log ORDER BY seq DESC LIMIT 1"
        lost = writer.rows(last)[0]
        primary.kill()
        standby.start()
        standby.promote()
        writer = standby.session()
        writer.rows("INSERT INTO site (name) VALUES ('won')")
        won = writer.rows(last)[0]
        check("the number comes again", lost[0], won[0])
        check("the transaction is another one", True, lost[1] != won[1])
        print(f"after the failover number {won[0]} is of transaction {won[1]}, and was of {lost[1]}")
        check("ids go on", [["1", "a"], ["2", "won"]], writer.rows("SELECT id, name FROM site ORDER BY id"))


def a_node_may_do_this(databases):
    server = databases.server
    name = databases.fresh()
    owner = server.session(name)
    owner.rows("CREATE ROLE frr_tenant_node NOLOGIN; CREATE ROLE pe1 LOGIN IN ROLE frr_tenant_node; CREATE ROLE nobody LOGIN")
    owner.rows("SELECT allow_node('frr_tenant_node')")
    run_lines_pg(owner, NETWORK)
    node = server.session(name, "pe1")
    for table, in owner.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
        check(f"reading {table}", True, node.rows(f"SELECT 1 FROM {table} LIMIT 1") is not None)
    for sql in ("INSERT INTO node_status VALUES ('pe1', 1, 1, 1, '')", "UPDATE node_status SET revision = 2",
                "DELETE FROM node_status", "INSERT INTO tenant_status VALUES ('pe1', 'acme', 'ok', '', '')",
                "INSERT INTO subnet_trace VALUES ('pe1', 1, 1, '{}')", "DELETE FROM subnet_trace", "LISTEN frr_tenant",
                "INSERT INTO host (subnet_id, address, seen_by) VALUES (1, '10.1.1.8', 1)",
                "UPDATE host SET seen_by = NULL WHERE address = '10.1.1.8'"):
        check(f"a node may {sql}", [], node.rows(sql))
    check("the host is logged", "update", owner.value("SELECT op FROM change_log ORDER BY seq DESC LIMIT 1"))
    for sql in ("INSERT INTO site (name) VALUES ('x')", "DELETE FROM host", "UPDATE tenant SET name = 'x'",
                "INSERT INTO change_log (tbl, op) VALUES ('site', 'insert')", "UPDATE change_seq SET seq = 0",
                "CREATE TEMP TABLE mine (id bigint); CREATE TRIGGER t AFTER INSERT ON mine FOR EACH ROW EXECUTE"
                " FUNCTION log_change('id', 'SELECT 1')"):
        check(f"a node may not {sql}", "42501", state_of(node, sql))
    check("nobody may read", "42501", state_of(server.session(name, "nobody"), "SELECT 1 FROM tenant"))

    # where the role is there before the tables, init has granted it all
    databases.fresh()
    server.make_database("later")
    server.session("later").rows(SCHEMA)
    check("a role that was there", [["1"]], server.session("later", "pe1").rows("SELECT count(*) FROM provider"))


def run_lines_pg(pg, text):
    for line in filter(None, map(str.strip, text.splitlines())):
        pg.rows(line)


def state_of(session, sql):
    try:
        session.rows(sql)
    except Refused as error:
        return error.state
    return "done"


def a_provisioner_may_do_this(databases):
    """Rights on the tables he writes are enough."""
    name = databases.fresh()
    owner = databases.server.session(name)
    owner.rows("CREATE ROLE shop LOGIN; GRANT SELECT, INSERT, UPDATE, DELETE ON tenant, logical_switch, subscription,"
               " switch_vlan TO shop; GRANT SELECT ON bundle, bundle_network TO shop")
    run_lines_pg(owner, NETWORK)
    owner.rows("INSERT INTO bundle (name) VALUES ('gold'); INSERT INTO bundle_network (bundle_id, name) VALUES (1, 'a');"
               " INSERT INTO switch_domain (name, site_id) VALUES ('core', 1)")
    shop = databases.server.session(name, "shop")
    shop.rows("INSERT INTO tenant (name) VALUES ('new')")
    shop.rows("INSERT INTO subscription (tenant_id, bundle_id, domain_id) VALUES (3, 1, 1)")
    check("what a subscription made", [["gold-a", "2"]], shop.rows(
        "SELECT name, vlan FROM logical_switch JOIN switch_vlan ON switch_id = id WHERE tenant_id = 3"))
    shop.rows("DELETE FROM tenant WHERE name = 'new'")
    check("the log has it", [["logical_switch"], ["subscription"], ["switch_vlan"], ["tenant"]],
          owner.rows("SELECT tbl FROM change_log WHERE op = 'delete' ORDER BY tbl"))
    check("the rest is not his", "42501", state_of(shop, "INSERT INTO site (name) VALUES ('x')"))


def a_copy_goes_on(databases):
    """pg_dump and pg_restore: the same rows, numbers that go on, and triggers that still do what they did."""
    server, name = databases.server, databases.fresh()
    pg = server.session(name)
    run_lines_pg(pg, NETWORK)
    pg.rows("DELETE FROM tenant WHERE name = 'beta'")
    where = ("-h", server.folder, "-p", server.port, "-U", "postgres")
    server.run("pg_dump", *where, "--format=custom", "-f", server.folder / "dump", name)
    server.make_database("copy")
    server.run("pg_restore", *where, "--exit-on-error", "-d", "copy", server.folder / "dump")
    copy = server.session("copy")
    for table, in pg.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
        sql = f"SELECT count(*), md5(string_agg(t::text, ',' ORDER BY t::text)) FROM {table} t"
        check(f"copy of {table}", pg.rows(sql), copy.rows(sql))
    both = [(session.value("INSERT INTO tenant (name) VALUES ('next') RETURNING id"),
             *session.rows("SELECT max(l.seq), (SELECT seq FROM change_seq) FROM change_log l")[0])
            for session in (pg, copy)]
    check("numbers of the copy go on", both[0], both[1])
    check("the id is a new one", "3", both[0][0])
    copy.rows("DO $$ BEGIN CREATE ROLE stranger2 LOGIN; END $$; GRANT CREATE ON SCHEMA public TO stranger2")
    check("its functions are nobody's", "42501", state_of(server.session("copy", "stranger2"), "CREATE TABLE mine (id bigint);"
          " CREATE TRIGGER t AFTER INSERT ON mine FOR EACH ROW EXECUTE FUNCTION log_change('id', 'SELECT 1')"))


def served_tenants_are_found(databases):
    pg = databases.server.session(databases.fresh())
    run_lines_pg(pg, NETWORK)
    served = "SELECT * FROM served_tenants('{}') ORDER BY 1"
    check("the other party of a leak", ["1", "2"], sum(pg.rows(served.format("esg")), []))
    pg.rows("DELETE FROM leak")
    for node, wanted in (("dlr", ["1", "2"]), ("esg", ["1"]), ("pe1", ["1"]), ("unknown", [])):
        check(f"tenants of {node}", wanted, sum(pg.rows(served.format(node)), []))
    pg.rows("DELETE FROM attachment WHERE node_id = 3")
    check("a link alone", ["1"], sum(pg.rows(served.format("pe1")), []))
    for sql in ("INSERT INTO node (name, site_id, router_id) SELECT 'n' || i, 1, '10.0.0.' || i FROM generate_series(1, 200) i",
                "INSERT INTO node_role SELECT id, 'pe' FROM node WHERE name ~ '^n'",
                "INSERT INTO tenant (name) SELECT 't' || i FROM generate_series(1, 4000) i",
                "INSERT INTO attachment (tenant_id, node_id, role) SELECT t.id, n.id, 'pe' FROM tenant t JOIN node n"
                " ON n.name = 'n' || (t.id % 200 + 1)",
                "INSERT INTO link (tenant_id, name, node_id, ifname, vlan, address, protocol) SELECT t.id, 'l', n.id, 'x0',"
                " t.id / 200, '10.0.0.1/30', 'ospf' FROM tenant t JOIN node n ON n.name = 'n' || (t.id % 200 + 1)", "ANALYZE"):
        pg.rows(sql)
    plan = "\n".join(line for line, in pg.rows(
        "EXPLAIN SELECT * FROM tenant WHERE id IN (SELECT served_tenants FROM served_tenants('n7'))"))
    check(f"the planner looks into it, and scans neither: {plan}", [],
          [word for word in ("Function Scan", "on attachment ", "on link ")
           if (word if word == "Function Scan" else f"Seq Scan {word}") in plan])


def a_schema_of_its_own(databases):
    """Everything lives in the first schema of the search_path, for writers with another one, too."""
    server = databases.server
    uri = server.make_database("shared")
    session = server.session("shared")
    session.rows("CREATE SCHEMA east; CREATE SCHEMA west; CREATE TABLE tenant (odd text)")
    for schema in ("east", "west"):
        check(f"init of {schema}", (0, "", ""), init(f"{uri}&options=-csearch_path%3D{schema}"))
    session.rows("INSERT INTO east.tenant (name) VALUES ('acme')")
    session.rows("INSERT INTO west.site (name) VALUES ('dc1')")
    check("each has its own log", [["tenant", "site"]],
          session.rows("SELECT (SELECT tbl FROM east.change_log), (SELECT tbl FROM west.change_log)"))
    session.rows("CREATE TEMP TABLE change_log (LIKE east.change_log)")
    session.rows("INSERT INTO east.tenant (name) VALUES ('beta')")
    check("no table of somebody's own gets in between", "2", session.value("SELECT seq FROM east.change_seq"))


# ---- tenantctl init ----

def init(uri, *words, **environment):
    told = subprocess.run([TENANTCTL, "--db", uri, *(words or ["init"])], text=True, capture_output=True,
                          env={**os.environ, "PGPASSFILE": "/nonexistent", **environment})
    return told.returncode, told.stdout, told.stderr


def init_refused(what, uri, sentence, *words, **environment):
    code, out, said = init(uri, *words, **environment)
    check(what, (1, "", True), (code, out, bool(re.fullmatch(f"tenantctl: {sentence}\n", said))))
    if not re.fullmatch(f"tenantctl: {sentence}\n", said):
        print(f"  it says: {said}")
    check(f"{what}: no password", False, "s3cr" in said)


def init_makes_a_database(databases):
    server = databases.server
    uri = server.make_database("made")
    check("init", (0, "", ""), init(uri, "init", "--asn", "65010"))
    session = server.session("made")
    check("its provider", [["65010", "3"]], session.rows("SELECT asn, (SELECT version FROM schema_version) FROM provider"))
    check("with TENANT_DB and JSON", (0, '{ "done": "init" }\n', ""), init(
        server.make_database("other").replace("postgresql:", "postgres:"), "init", "--json"))
    init_refused("a second time", uri, r'schema "public" of database "made" is a tenant database already, of version 3, '
                 "and stays as it is")
    check("the first one stays", "65010", session.value("SELECT asn FROM provider"))
    check("another command", (0, "there is no tenant\n", ""), init(uri, "show", "tenant"))
    check("a change", (0, "", ""), init(uri, "add", "site", "dc1"))


def init_refuses(databases):
    server = databases.server
    admin = server.session()
    admin.rows("CREATE ROLE guarded LOGIN PASSWORD 's3cret'; CREATE ROLE poor LOGIN")
    admin.rows("CREATE DATABASE plain")
    admin.rows("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0")
    server.session("plain").rows("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    init_refused("no password", server.uri("plain", "guarded"),
                 'cannot connect: .*no password supplied; put the password into ~/.pgpass or \\$PGPASSWORD')
    init_refused("a wrong password", server.uri("plain", "guarded", "s3crets"),
                 'cannot connect: .*password authentication failed for user "guarded"')
    init_refused("a wrong password of the environment", server.uri("plain", "guarded"),
                 'cannot connect: .*password authentication failed for user "guarded"', PGPASSWORD="s3crat")
    check("the right one is taken", 1, init(server.uri("plain", "guarded", "s3cret"))[0])
    init_refused("the right one, and no right", server.uri("plain", "guarded", "s3cret"),
                 'role "guarded" may not make tables in schema "public" of database "plain"; .*')
    init_refused("no right to create", server.uri("plain", "poor"),
                 'role "poor" may not make tables in schema "public" of database "plain"; let it own .*')
    init_refused("no such database", server.uri("missing"), 'cannot connect: .*database "missing" does not exist')
    init_refused("no such role", server.uri("plain", "stranger"), 'cannot connect: .*role "stranger" does not exist')
    init_refused("no server", f"postgresql://a:s3cret@/x?host={server.folder}/none", "cannot connect: .*No such file.*")
    init_refused("no such schema", server.uri("plain", options="-csearch_path%3Dnowhere"),
                 'database "plain" has no schema of those in the search_path; CREATE SCHEMA first')
    init_refused("an encoding", server.uri("latin"), "database \"latin\" has encoding LATIN1; make one with ENCODING 'UTF8'")
    server.session("plain").rows("CREATE TABLE site (id int)")
    init_refused("a table in the way", server.uri("plain"),
                 'cannot make the tables: relation "site" already exists; nothing has been made')
    check("nothing has been made", "1", server.session("plain").value(
        "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"))
    server.session("plain").rows("DROP TABLE site; CREATE TABLE schema_version (other text)")
    init_refused("a table of that name", server.uri("plain"), 'database "plain" has a table schema_version already, .*')
    readable = "This is no URI that libpq can read; write postgresql://USER@HOST/DATABASE, and special characters as %XX"
    init_refused("a bad escape", "postgresql://a:s3cr%zz@h/x", readable)
    init_refused("an @ in the password", "postgresql://a:p@s3cret@127.0.0.1:1/x", readable)
    init_refused("an unknown word", "postgresql://a@/x?s3cret=1", readable)


def init_over_tls(_databases):
    with Server(tls=True) as server:
        uri = server.uri(tcp=True, sslmode="verify-full", sslrootcert=server.folder / "ca.crt")
        check("init over TLS", (0, "", ""), init(uri))
        init_refused("a certificate of nobody we know", server.uri(tcp=True, sslmode="verify-full",
                                                                   sslrootcert=server.folder / "server.crt"),
                     "cannot connect: .*certificate.*")
        standby = server.standby()
        init_refused("a standby", standby.uri(), "this server is a standby, which nobody can write to; name the primary server")


def main():
    need_a_server()
    with Server(hba=["local all guarded scram-sha-256"]) as server:
        databases = Databases(server)
        for test in TESTS:
            test(databases)
    print(f"{checks} checks, {len(failures)} failed")
    sys.exit(1 if failures else 0)


TESTS = [ids_are_not_lost, writers_take_turns, children_may_come_first, many_writers, a_commit_is_told_once,
         who_is_concerned_is_told, the_log_is_trimmed, truncate_is_refused, a_failover_shows, a_node_may_do_this, a_provisioner_may_do_this,
         a_copy_goes_on, served_tenants_are_found, a_schema_of_its_own, init_makes_a_database, init_refuses, init_over_tls]

if __name__ == "__main__":
    main()

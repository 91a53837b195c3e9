#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every command of tenantctl on a PostgreSQL database does and says what it does and says on a SQLite file.

The tests of tenantctl are run once more, each command on both; outputs, and what is in the databases afterwards, are
compared. A server of its own; $TENANTCTL is the program (default: the one built here).
"""

import contextlib
import json
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
TENANTCTL = str(Path(os.environ.get("TENANTCTL", "./tenantctl")).resolve())
failures, checks = [], 0


def check(what, wanted, got):
    global checks
    checks += 1
    if wanted != got:
        failures.append(what)
        print(f"FAILED: {what}\n  wanted: {wanted!r}\n  got:    {got!r}", flush=True)


# ---- a program that does everything twice ----

# What differs by nature: the name of the database, time, and how long something took; and the server knows of
# rows that went with others whose tenant they were, as each goes before what it belongs to.
DIFFERS = ((r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?", "TIME"), (r"\b\d+ ms\b", "N ms"), (r'("(?:ms|age-ms)": )\d+', r"\1N"),
           (r'"(tenant \d+ )?(\w+ [-+]\d+")', r'"\2'))
READING = ("show", "plan", "check", "trace", "graph", "export", "--json")


def tamed(text, name):
    text = text.replace(name, "DATABASE")
    for pattern, instead in DIFFERS:
        text = re.sub(pattern, instead, text)
    return text


def note(line):
    with open(os.environ["BOTH_LOG"], "a", encoding="utf-8") as log:
        print(line, file=log)


def told(words, database, given, **environment):
    done = subprocess.run([TENANTCTL, *words], input=given, text=True, capture_output=True,
                          env={**os.environ, "TENANT_DB": database, **environment})
    return done.returncode, done.stdout, done.stderr


def everywhere(words, uri):
    """What sqlite3 is told to write, the server is told, too."""
    done = subprocess.run(["/usr/bin/sqlite3", *words], text=True, capture_output=True)
    if not words[-1].startswith("SELECT"):
        import postgres    # noqa: PLC0415: it makes the schema, which takes longer than most commands
        postgres.Session(uri).rows(words[-1])
    sys.stderr.write(done.stderr)
    sys.stdout.write(done.stdout)
    return done.returncode


def twice(words):
    """This program as tenantctl: on the file, and on the server."""
    file, uri, name = (os.environ[f"BOTH_{what}"] for what in ("FILE", "URI", "NAME"))
    given = sys.stdin.read() if "-" in words else None
    first = told(words, os.environ["TENANT_DB"], given)
    if os.environ["TENANT_DB"] == file and "--db" not in words and Path(file).exists() and not ("init" in words and first[0]):
        second = told(words, uri, given)
        one, other = ([code, tamed(out, who), tamed(err, who)] for (code, out, err), who in
                      ((first, file), (second, name)))
        if one != other:
            note(f"{words}\n  file:   {one}\n  server: {other}")
        exports = [told(["export"], database, None) for database in (file, uri) if not set(words[:1]) <= {*READING}]
        if exports and exports[0] != exports[1]:
            note(f"{words}: other rows\n  file:   {exports[0]}\n  server: {exports[1]}")
    sys.stdout.write(first[1])
    sys.stderr.write(first[2])
    return first[0]


def the_shell_test_on_both(server):
    with tempfile.TemporaryDirectory(prefix="both.") as folder:
        log = Path(folder, "log")
        log.touch()
        for name in ("tenantctl", "sqlite3"):
            Path(folder, name).symlink_to(Path(__file__).resolve())
        name = "both"
        uri = server.make_database(name)
        Path(folder, "files").mkdir()
        # where the test makes its file
        test = f"mktemp() {{ echo {folder}/files; }}; . {HERE}/test_tenantctl.sh"
        done = subprocess.run(["bash", "-c", test], text=True, capture_output=True, env={
            **os.environ, "PATH": f"{folder}:{os.environ['PATH']}", "TENANTCTL": f"{folder}/tenantctl",
            "BOTH_FILE": f"{folder}/files/db/tenants.db", "BOTH_URI": uri, "BOTH_LOG": str(log),
            "BOTH_NAME": f"{server.folder}/{name}", "BOTH_PROGRAM": TENANTCTL})
        check("test_tenantctl.sh", 0, done.returncode)
        if done.returncode:
            print(done.stdout[-2000:], done.stderr[-4000:])
        check("what differs", "", log.read_text())


def run_stories(server, module, name, left_out=()):
    """Those of another test, with databases on the server."""
    import ctl_on_server    # noqa: PLC0415: see above
    import test_change      # noqa: PLC0415
    module.Database = getattr(ctl_on_server, name)
    module.check = check
    for story in module.STORIES:
        if story.__name__ in left_out:
            continue
        db = None if module is test_change else module.Database()
        try:
            story(*[db] if db else [])
        except (TimeoutError, KeyError, IndexError, ValueError, sqlite3.Error) as error:
            check(story.__name__, None, repr(error))
        finally:
            if db:
                db.close()


def drafts_and_history(server):
    import test_change    # noqa: PLC0415
    run_stories(server, test_change, "Change")


def operations_on_sites(server):
    """But for those in which a trigger that only the server has refuses a row, and for the one of tenantd itself."""
    import test_operations    # noqa: PLC0415
    run_stories(server, test_operations, "Operations", ("one_that_is_refused_stops_no_other",
                                                        "a_tenant_that_cannot_go_stops_a_planned_evacuation", "tenantd_does_its_part"))


# ---- what only a server has ----

def fresh():
    import ctl_on_server    # noqa: PLC0415: see above
    return ctl_on_server.Change()


def all_tables_are_brought_there(_):
    """What is in no log has a list, in copy.c; a new table that is in neither is found here."""
    db = fresh()
    logged = {name for name, in db.sql("SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'log'")}
    tables = {name for name, in db.sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
    source = (HERE.parent / "vrf-sync/ctl/copy.c").read_text()
    lists = {name: set(re.findall(r'"(\w+)"', re.search(rf"{name}\[\] = {{(.*?)}};", source, re.S)[1]))
             for name in ("copy_unlogged", "reports")}
    own = {"change_log", "subnet_trace", "schema_version", "restoring", "change_seq", "id_given"}
    check("every table has its way", tables, logged | lists["copy_unlogged"] | lists["reports"] | own)
    check("each has one", {"meant"}, logged & lists["copy_unlogged"])    # its entries do not say what it was


def writers_take_turns(_):
    """Many at once: each is done, one after the other, and none is lost."""
    db = fresh()
    before, count = db.revision(), 12
    writers = [db.start(f"add subnet acme web 10.1.{n + 10}.0/24") for n in range(count)]
    told = [writer.communicate() for writer in writers]
    check("all of them", [("", "")] * count, told)
    check("one entry each", before + count, db.revision())
    check("one change each", [(n, n, n - 1) for n in range(before + 1, before + count + 1)], db.sql(
        f"SELECT first_seq, last_seq, base FROM change WHERE last_seq > {before} ORDER BY last_seq"))
    check("ids without gaps", list(range(3, count + 3)), sorted(db.sql("SELECT id FROM subnet WHERE id > 2")[i][0] for i in range(count)))
    told = [writer.communicate()[1] for writer in [db.start("add switch acme same 10.1.99.0/24") for _ in range(4)]]
    check("of four that want the same, three are refused", ["", *['tenantctl: switch same of tenant acme exists already; change it with'
          ' "tenantctl set switch acme same"\n'] * 3], sorted(told))


def who_does_not_end_is_not_waited_for(_):
    db = fresh()
    number = db.draft("add site drafted")
    db.sql("BEGIN")
    db.sql("UPDATE tenant SET max_routes = 5")
    told = db.run("set tenant acme --max-routes 7")
    check("another writer", (1, f"tenantctl: another program is changing database {db.server.folder}/{db.name} and does not end;"
                                " nothing was changed, try again\n"), (told.returncode, told.stderr))
    check("who reads does not wait", 1000, db.json("show tenant acme")["max-routes"])
    check("nor who looks at a draft", True, "drafted" in db.done("show site", TENANT_CHANGE=number))
    db.sql("COMMIT")
    check("then it goes, and sees what was written", "", db.done("set tenant acme --max-routes 7"))
    check("what is there", [("acme", 7), ("globex", 5)], db.sql("SELECT name, max_routes FROM tenant ORDER BY id"))


def a_command_is_one_commit(_):
    """Who looks sees all of it or nothing; what it has taken back costs nothing."""
    db = fresh()
    before, dump = db.revision(), db.dump()
    xids = lambda since: db.sql(f"SELECT count(DISTINCT split_part(xid, '-', 1)), count(*) FROM change_log WHERE seq > {since}")[0]
    db.done("add switch acme more 10.1.50.0/24")
    check("one transaction", (1, 2), xids(before))
    revision = db.revision()
    told = db.run("add switch acme other 10.2.1.0/24")    # outside of what it may announce
    check("refused", 1, told.returncode)
    check("what that leaves", revision, db.revision())
    db.done("del switch acme more")
    check("taken away", dump, db.dump())
    check("ids are not given again", 4, (db.done("add switch acme more"), db.sql("SELECT max(id) FROM logical_switch"))[1][0][0])
    check("nothing is left of restoring", [], db.sql("SELECT * FROM restoring"))
    check("the revision that it tells", db.revision() + 1, db.json("add site far")["revision"])


def what_the_server_refuses(_):
    """Triggers that frr-tenant did not make have their say."""
    db = fresh()
    dump = db.dump()
    db.sql("CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no sites on a Sunday'; END $$;"
           " CREATE TRIGGER no BEFORE INSERT ON site FOR EACH ROW EXECUTE FUNCTION no()")
    where = f"{db.server.folder}/{db.name}"
    db.refused(f"database {where} does not take it, and nothing was changed: no sites on a Sunday", "add site far")
    number = db.draft("add site far")
    db.done(f"change plan {number}")
    told = db.run(f"change apply {number}")
    check("nor is it said that it was done", (1, "", "draft"), (told.returncode, told.stdout, db.state(number)))
    db.sql("DROP TRIGGER no ON site")
    db.sql("CREATE OR REPLACE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;"
           " CREATE TRIGGER no BEFORE INSERT ON site FOR EACH ROW EXECUTE FUNCTION no()")
    db.refused(f"database {where} has not taken what was written, so nothing was changed; look for triggers that frr-tenant did"
               " not make", "add site far")
    db.sql("DROP TRIGGER no ON site")
    db.sql("CREATE OR REPLACE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE provider SET ospf_dead = 9; RETURN NEW;"
           " END $$; CREATE TRIGGER no BEFORE INSERT ON site FOR EACH ROW EXECUTE FUNCTION no()")
    db.refused(f"database {where} made something of its own of it, so nothing was changed; write it with SQL, or take the triggers"
               " out that frr-tenant did not make", "add site far")
    check("nothing of all that", dump, db.dump())


def roles(_):
    db = fresh()
    db.sql("CREATE ROLE looker LOGIN")
    db.sql("SELECT allow_node('looker')")
    looker = db.server.uri(db.name, "looker", "s3cret")
    for line in ("show tenant", "show status", "plan --node dlr", "check", "change history"):
        check(f"who may read: {line}", (0, db.done(line)), (lambda told: (told.returncode, told.stdout.rstrip("\n")))(
            db.run(line, TENANT_DB=looker)))
    number = db.draft("add site drafted")
    check("and a draft", True, "drafted" in db.done("show site", TENANT_DB=looker, TENANT_CHANGE=number))
    dump, told = db.dump(), db.run("add site far", TENANT_DB=looker)
    check("who may not write", (1, True, False), (told.returncode, "lets this role not do it: permission denied" in told.stderr,
                                                  "s3cret" in told.stderr + told.stdout))
    check("what that leaves", dump, db.dump())
    db.sql("CREATE ROLE writer LOGIN")
    db.sql("SELECT allow_node('writer')")
    tables = ", ".join(name for name, in db.sql("SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'log'"))
    db.sql(f"GRANT INSERT, UPDATE, DELETE ON {tables}, change, change_edit, operation, operation_step, restoring TO writer")
    writer = db.server.uri(db.name, "writer")
    check("who may", "", db.done("add site far", TENANT_DB=writer))
    number = db.done("change begin", TENANT_DB=writer)
    db.done(f"add site farther --change {number}", TENANT_DB=writer)
    db.done(f"change plan {number}", TENANT_DB=writer)
    db.done(f"change apply {number}", TENANT_DB=writer)
    db.done("del tenant globex --meant", TENANT_DB=writer)
    for role in ("looker", "writer"):
        db.sql(f"DROP OWNED BY {role}")
        db.sql(f"DROP ROLE {role}")


def what_belongs_together_goes(_):
    """A tenant with all that can belong to it, subnets in networks of a bundle, too, which nobody else may take away."""
    db = fresh()
    for line in ("add domain core --site dc1 --ports dlr:c0", "add bundle gold", "add network gold prod", "add network gold test --purpose test",
                 "subscribe acme gold --domain core", "add subnet acme gold-prod 10.1.40.0/24", "add host acme gold-prod 10.1.40.5",
                 "set tenant acme --aggregates +203.0.113.0/24", "add public acme 203.0.113.5 --to 10.1.40.5", "add leak acme globex 10.1.40.0/24"):
        db.done(line)
    full = db.dump()
    check("VLANs", [(2,), (3,)], db.sql("SELECT vlan FROM switch_vlan ORDER BY 1"))
    revision = db.revision()
    db.done("del tenant acme --meant")
    check("it is gone", 0, db.sql("SELECT count(*) FROM logical_switch WHERE tenant_id = 1")[0][0])
    db.apply(db.done(f"change rollback {revision}"), "--meant")
    check("and back", full, db.dump())


def a_document_in_a_draft(_):
    db = fresh()
    document = json.loads(db.done("export"))
    document["tenant"][0]["description"] = "changed"
    path = Path(db.folder.name, "document.json")
    path.write_text(json.dumps(document))
    number = db.draft(f"import {path}")
    check("the draft", "changed", json.loads(db.done("export", TENANT_CHANGE=number))["tenant"][0]["description"])
    check("the database", "", json.loads(db.done("export"))["tenant"][0]["description"])
    db.apply(number)
    check("applied", document, json.loads(db.done("export")))


def any_text_is_only_text(_):
    db = fresh()
    db.revision()
    for text in ("it's \"quoted\" \\ $1 %s {}", "'; DROP TABLE tenant; --", "Größe ✓ 𝄞", "\\u0041 \\n", "", "null"):
        db.done(["set", "tenant", "acme", "--description", text])
        check(f"{text}: on the server", text, db.opened.value("SELECT description FROM tenant WHERE name = 'acme'"))
        check(f"{text}: in its log", text, json.loads(db.opened.value("SELECT now FROM change_log ORDER BY seq DESC LIMIT 1"))["description"])
        check(f"{text}: back", text, json.loads(db.done("export"))["tenant"][0]["description"])
    before = db.revision()
    number = db.done(["change", "begin", "'; --\\"])
    check("a title", "'; --\\", db.json(f"change show {number}")["title"])
    db.apply(db.done(f"change rollback {before - 5}"))
    check("taken back", "it's \"quoted\" \\ $1 %s {}", db.opened.value("SELECT description FROM tenant WHERE name = 'acme'"))


def a_standby_can_be_read(_):
    db = fresh()
    with contextlib.closing(db.server.standby(settings=db.server.settings)) as standby:
        db.done("add site far")
        db.server.caught_up(standby)
        there = standby.uri(db.name)
        for line in ("show site", "check", "plan --node pe1", "change history"):
            check(f"on a standby: {line}", db.done(line), db.done(line, TENANT_DB=there))
        told = db.run("add site farther", TENANT_DB=there)
        check("but not written", (1, True), (told.returncode, "read-only transaction" in told.stderr))
        db.server.standbys.remove(standby)


def a_server_that_ends(_):
    """In the middle of a command: one sentence, and nothing or all of it is there."""
    db = fresh()
    before = db.dump()
    db.sql("BEGIN")
    db.sql("UPDATE tenant SET max_routes = 5")    # so that it waits
    writer = db.start("add site far")
    other = db.server.session()
    deadline = time.monotonic() + 20
    while not int(other.value("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'tenantctl' AND wait_event_type = 'Lock'")):
        assert time.monotonic() < deadline, "it does not wait"
        time.sleep(0.01)
    other.rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tenantctl'")
    out, err = writer.communicate()
    check("one sentence", (1, "", 1, True), (writer.returncode, out, err.count("\n"), err.startswith("tenantctl: ")))
    db.sql("ROLLBACK")
    check("nothing", before, db.dump())


def environ(process):
    """Of one of the processes in /proc, if it is a tenantctl."""
    try:
        return (process / "environ").read_text() if (process / "comm").read_text() == "tenantctl\n" else ""
    except OSError:
        return ""    # it has ended


def what_nobody_confirms(_):
    """No tenantd may take it back, so who applied it does, when its time is up."""
    db = fresh()
    before, number = db.dump(), db.draft("add site far", "del tenant globex")
    told = db.apply(number, "--confirm 1 --meant")    # and nobody is kept waiting by what stays behind
    check("it is applied", True, told.startswith(f"change {number} is applied and will be taken back in 1 s"))
    state = lambda: db.sql(f"SELECT state FROM change WHERE id = {number}")[0][0]
    deadline = time.monotonic() + 30
    while state() == "confirming" and time.monotonic() < deadline:
        time.sleep(0.05)
    check("taken back", ("rolled back", before), (state(), db.dump()))
    number = db.draft("add site far")
    db.apply(number, "--confirm 5")
    db.done(f"change confirm {number}")
    while any(db.path in environ(process) for process in Path("/proc").glob("[0-9]*")):
        assert time.monotonic() < deadline + 30, "who watches does not end"
        time.sleep(0.05)
    check("what was confirmed stays", "confirmed", state())


def an_operation_outlives_its_connection(_):
    import ctl_on_server      # noqa: PLC0415: see above
    import test_operations    # noqa: PLC0415
    db = ctl_on_server.Operations()
    try:
        test_operations.until(lambda: len(db.seen) >= len(test_operations.NODES), "nodes")
        db.alive.remove("pe1")
        runner = db.start("failover acme --to dc2 --planned --wait 60")
        test_operations.until(lambda: db.switches() == test_operations.LEAVING, "the first step")
        for _ in range(3):
            db.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tenantctl'")
        db.alive.add("pe1")
        out, err = runner.communicate()
        check("it goes on", (0, "", True), (runner.returncode, err, out.startswith("operation 1, failover of acme from dc1 to dc2, planned: done")))
        check("switches", test_operations.AT_DC2, db.switches())
    finally:
        db.close()


STORIES = (all_tables_are_brought_there, writers_take_turns, who_does_not_end_is_not_waited_for, a_command_is_one_commit,
           what_the_server_refuses, roles, what_belongs_together_goes, a_document_in_a_draft, any_text_is_only_text,
           a_standby_can_be_read, a_server_that_ends,
           what_nobody_confirms, an_operation_outlives_its_connection,
           drafts_and_history, operations_on_sites, the_shell_test_on_both)


def main():
    import postgres    # noqa: PLC0415: see above
    postgres.need_a_server()
    with postgres.Server(settings={"max_connections": "300"}) as server:
        import ctl_on_server    # noqa: PLC0415: see above
        import test_change      # noqa: PLC0415
        ctl_on_server.OnServer.server, test_change.check = server, check
        for story in STORIES:
            if not sys.argv[1:] or story.__name__ in sys.argv[1:]:
                story(server)
    print(f"{checks} checks, {len(failures)} failures")
    return bool(failures)


if __name__ == "__main__":
    if Path(sys.argv[0]).name == "sqlite3":
        sys.exit(everywhere(sys.argv[1:], os.environ["BOTH_URI"]))
    if Path(sys.argv[0]).name == "tenantctl":
        TENANTCTL = os.environ["BOTH_PROGRAM"]
        sys.exit(twice(sys.argv[1:]))
    sys.exit(main())

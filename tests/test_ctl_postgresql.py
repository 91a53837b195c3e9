#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every command of tenantctl on a PostgreSQL database does and says what it does and says on a SQLite file.

The tests of tenantctl are run once more, each command on both; outputs, and what is in the databases afterwards, are
compared. A server of its own; $TENANTCTL is the program (default: the one built here).
"""

import os
import re
import sqlite3
import subprocess
import sys
import tempfile
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
    ctl_on_server.OnServer.server = server
    module.Database = getattr(ctl_on_server, name)
    begun = module.checks
    for story in module.STORIES:
        if story.__name__ in left_out:
            continue
        db = None if module is test_change else module.Database()
        try:
            story(*[db] if db else [])
        except (TimeoutError, KeyError, IndexError, ValueError, sqlite3.Error) as error:
            module.check(story.__name__, None, repr(error))
        finally:
            if db:
                db.close()
    print(f"{module.__name__}: {module.checks - begun} checks")
    check(module.__name__, [], module.failures)


def drafts_and_history(server):
    import test_change    # noqa: PLC0415
    run_stories(server, test_change, "Change")


def operations_on_sites(server):
    """But for those in which a trigger that only the server has refuses a row, and for the one of tenantd itself."""
    import test_operations    # noqa: PLC0415
    run_stories(server, test_operations, "Operations", ("one_that_is_refused_stops_no_other",
                                                        "a_tenant_that_cannot_go_stops_a_planned_evacuation", "tenantd_does_its_part"))


STORIES = (the_shell_test_on_both, drafts_and_history, operations_on_sites)


def main():
    import postgres    # noqa: PLC0415: see above
    postgres.need_a_server()
    with postgres.Server() as server:
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

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""tenantctl export and import with PostgreSQL: what goes from SQLite there and back is the same bytes, and a change.

A server of its own; $TENANTCTL is the program (default: the one built here), $TEST_SEED repeats one random database.
"""

import json
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import test_export    # noqa: E402
from postgres import Databases, Server    # noqa: E402
from test_export import Database, a_random_one, check, rich, spoiled    # noqa: E402

LOG = "SELECT tbl, op, tenant_id, was, now FROM change_log WHERE seq > {} ORDER BY seq"

SEEDS = test_export.SEEDS[:6]    # each is a database or two on the server


class OnServer(Database):
    """A fresh one on the server; what fills it goes by way of SQLite."""

    databases = None

    def __init__(self):
        self.name = self.databases.fresh()
        self.opened = None
        self.there = self.databases.server.uri(self.name)
        super().__init__()

    @property
    def session(self):
        """The next fresh database closes it."""
        if not self.opened or not self.opened.connection:
            self.opened = self.databases.server.session(self.name)
        return self.opened

    def run(self, line, given=None, **environment):
        if line == "init":    # it has been
            line = "--version"
        return super().run(line, given, **{"TENANT_DB": self.there, **environment})

    def sql(self, *statements):
        return [self.session.rows(text) for text in statements][-1]

    def revision(self):
        return int(self.session.value("SELECT seq FROM change_seq"))

    def dump(self):
        tables = [name for name, in self.session.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")]
        return {table: self.session.rows(f'SELECT t::text FROM "{table}" t ORDER BY 1') for table in tables}


def on_server(document):
    db = OnServer()
    db.imports(document)
    return db


def there_and_back():
    for seed in SEEDS:
        text = a_random_one(seed).export()
        there, back = on_server(text), Database()
        check(f"seed {seed}: there", text, there.export())
        revision = there.revision()
        there.imports(text, "")
        check(f"seed {seed}: what is there already is left", revision, there.revision())
        back.imports(there.export())
        check(f"seed {seed}: and back", text, back.export())
        check(f"seed {seed}: the log is the same", [[value if value is None else str(value) for value in row]
                                                    for row in back.sql(LOG.format(0))], there.sql(LOG.format(0)))


def from_any_to_any():
    passed = 0
    for seed in SEEDS:
        one, second = on_server(a_random_one(seed).export()), a_random_one(seed + 1000).export()
        first, told = one.export(), one.run("import - --meant", second)
        if told.returncode and "egress of a tenant is chosen once" in told.stderr:
            check(f"seed {seed}: what is refused changes nothing", first, one.export())
            continue
        passed += 1
        check(f"seed {seed}: import", (0, ""), (told.returncode, told.stderr))
        check(f"seed {seed}: it is the other", second, one.export())
    check("most of them are let in", True, passed >= len(SEEDS) / 2)


def stories_of_sqlite():
    """What holds for a file holds for a server."""
    text = rich().export()
    test_export.rich, test_export.Database = lambda: on_server(text), OnServer
    try:
        for story in (test_export.a_row_is_a_line_of_the_export, test_export.what_all_share_is_one_line,
                      test_export.rows_move_away_from_what_goes, test_export.it_is_judged, test_export.it_is_shown):
            story()
    finally:
        test_export.rich, test_export.Database = rich, Database


def ids_are_not_given_again():
    db = on_server(rich().export())
    for table in ("site", "tenant", "subnet"):
        greatest = int(db.session.value(f"SELECT max(id) FROM {table}"))
        values = {"site": "(name) VALUES ('new')", "tenant": "(name) VALUES ('new')",
                  "subnet": "(switch_id, prefix, gateway) SELECT min(id), '10.99.0.0/24', '10.99.0.1' FROM logical_switch"}[table]
        check(f"the next id of {table}", [[str(greatest + 1)]], db.sql(f"INSERT INTO {table} {values} RETURNING id"))


def it_is_one_change():
    db = on_server(rich().export())
    document, revision = json.loads(db.export()), db.revision()
    document["tenant"][0]["description"] = "changed"
    path = db.file("all.json", json.dumps(document))
    db.done(["import", path])
    check("the change", [[f"import {path}", "applied", str(revision), str(revision + 1), str(revision + 1)]],
          db.sql("SELECT title, state, base, first_seq, last_seq FROM change ORDER BY id DESC LIMIT 1"))
    check("the log", [["tenant", "update"]], db.sql(f"SELECT tbl, op FROM change_log WHERE seq > {revision}"))
    check("nothing is left of restoring", [], db.sql("SELECT * FROM restoring"))


def it_is_braked():
    db = on_server(rich().export())
    text = db.export()
    switch = db.sql("SELECT s.id FROM logical_switch s JOIN tenant t ON t.id = s.tenant_id"
                            " WHERE t.name = 't1' AND s.name = 'stays'")[0][0]
    db.sql(f"INSERT INTO subnet (switch_id, prefix, gateway) SELECT {switch}, format('10.1.%s.0/24', n), format('10.1.%s.1', n)"
           " FROM generate_series(100, 140) n")
    before, told = db.dump(), db.run("import -", text)
    check("without --meant", (1, True), (told.returncode, "add --meant if it should" in told.stderr))
    check("what that leaves", before, db.dump())
    db.done("import - --meant", text)
    check("with it", text, db.export())
    check("nodes are told", [["1", str(db.revision())]], db.sql("SELECT * FROM meant"))


def what_is_wrong_is_said():
    db = on_server(rich().export())
    before = db.dump()
    for sentence, document in spoiled(db):
        path = db.file("document.json", document)
        told = db.run(["import", path])
        got = told.stderr.replace(path[-40:], "document.json")
        check(f"a document: {document[:60]}", (1, f"tenantctl: {sentence}\n", ""), (told.returncode, got, told.stdout))
    check("what all that leaves", before, db.dump())


def who_else_writes_is_waited_for():
    db = on_server(rich().export())
    document = json.loads(db.export())
    document["tenant"][0]["description"] = "mine"
    db.sql("BEGIN", "UPDATE tenant SET max_routes = 5")
    told = db.run("import -", json.dumps(document).encode())
    check("another writer", (1, True), (told.returncode, re.search(
        "tenantctl: another program is changing database .* and does not end; nothing was changed, try again\n", told.stderr) is not None))
    db.sql("ROLLBACK")
    db.imports(document)
    check("then it goes", document, json.loads(db.export()))


def what_is_none():
    server = OnServer.databases.server
    db, empty = OnServer(), server.make_database("empty")
    told = db.run("export", TENANT_DB=empty)
    check("no tenant database", (1, True), (told.returncode, told.stderr.endswith(
        ' is not a tenant database; make it one with "tenantctl init"\n')))
    secret = server.uri("empty", "postgres", "s3cret")
    told = db.run("export", TENANT_DB=secret)
    check("no password is told", (1, False), (told.returncode, "s3cret" in told.stderr))
    told = db.run("export", TENANT_DB="postgresql://127.0.0.1:1/none")
    check("no server", (1, True), (told.returncode, told.stderr.startswith("tenantctl: cannot connect: ")))
    db.session.rows("UPDATE schema_version SET version = 9")
    told = db.run("export")
    check("a newer schema", (1, True), (told.returncode, "has schema version 9 and this program knows 3" in told.stderr))
    told = db.run("export", TENANT_CHANGE="1")
    check("a newer schema, and a draft", (1, True), (told.returncode, "has schema version 9" in told.stderr))


def a_role_that_may_not_write():
    db = on_server(rich().export())
    text = db.export()
    db.sql("DROP ROLE IF EXISTS reader", "CREATE ROLE reader LOGIN", "SELECT allow_node('reader')")
    reader = OnServer.databases.server.uri(db.name, "reader")
    told = db.run("import -", text, TENANT_DB=reader)
    check("import", (1, True), (told.returncode, "permission denied" in told.stderr))
    told = db.run("export", TENANT_DB=reader)
    check("export", (0, text), (told.returncode, told.stdout.encode()))
    db.sql("DROP OWNED BY reader", "DROP ROLE reader")


STORIES = (there_and_back, from_any_to_any, stories_of_sqlite, ids_are_not_given_again, it_is_one_change, it_is_braked,
           what_is_wrong_is_said, who_else_writes_is_waited_for, what_is_none, a_role_that_may_not_write)


def main():
    with Server() as server:
        OnServer.databases = Databases(server)
        for story in STORIES:
            if not sys.argv[1:] or story.__name__ in sys.argv[1:]:
                story()
    print(f"{test_export.checks} checks, {len(test_export.failures)} failures")
    sys.exit(bool(test_export.failures))


if __name__ == "__main__":
    main()

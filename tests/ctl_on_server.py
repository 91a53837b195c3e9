# SPDX-License-Identifier: GPL-2.0-or-later
"""The databases of tenantctl's own tests, on a PostgreSQL server: the same stories run with these instead.

What stories say in SQL is SQLite's, as far as they do; the few words that PostgreSQL has not are translated.
"""

import os
import re
import sqlite3
import subprocess
import tempfile
import threading
import time

import postgres
import test_change
import test_operations

NOW = "to_char((now() AT TIME ZONE 'UTC'){}, 'YYYY-MM-DD HH24:MI:SS.MS')"
TRIGGER = re.compile(r"CREATE TRIGGER spoil BEFORE UPDATE ON logical_switch WHEN (.*) BEGIN SELECT RAISE \(ABORT, '(.*)'\); END")
SPOIL = """CREATE OR REPLACE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
IF {} THEN RAISE EXCEPTION '{}'; END IF; RETURN NEW; END $$;
CREATE TRIGGER spoil BEFORE UPDATE ON logical_switch FOR EACH ROW EXECUTE FUNCTION spoil()"""


def translated(text, values=()):
    for value in values:
        text = text.replace("?", str(value) if isinstance(value, int) else f"'{value}'", 1)
    text = re.sub(r"datetime\('now'(?:, '([^']*)')?\)", lambda found: NOW.format(f" + interval '{found[1]}'" if found[1] else ""), text)
    if spoil := TRIGGER.fullmatch(text):
        return SPOIL.format(*spoil.groups())
    return text.replace("ifnull(", "coalesce(").replace("DROP TRIGGER spoil", "DROP TRIGGER spoil ON logical_switch")


def native(value):
    if value in ("t", "f"):
        return int(value == "t")
    return int(value) if value and re.fullmatch(r"-?\d+", value) else value


class OnServer:
    """Mixed into a class Database: a database of its own on the server."""

    server, lines, count = None, (), 0

    def make(self):
        cls = type(self)
        template = f"template_{cls.__name__.lower()}"
        OnServer.count += 1
        self.name, self.opened = f"db{OnServer.count}", None
        if not cls.made:
            cls.made, self.path = template, self.server.make_database(template)
            for line in ("init", *self.lines):
                self.done(line)
        self.server.session().rows(f'CREATE DATABASE "{self.name}" TEMPLATE "{template}"')
        self.path = self.server.uri(self.name)
        self.folder = tempfile.TemporaryDirectory(prefix="onserver.")

    def sql(self, text, *values):
        self.opened = self.opened or self.server.session(self.name)
        try:
            return [tuple(map(native, row)) for row in self.opened.rows(translated(text, values))]
        except postgres.Refused as refused:
            raise sqlite3.OperationalError(str(refused)) from None

    def revision(self):
        return self.sql("SELECT seq FROM change_seq")[0][0]

    def dump(self):
        tables = [name for name, in self.sql("SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'log'"
                                             " AND tgrelid <> 'meant'::regclass ORDER BY 1")]
        assert len(tables) >= 18, tables
        return {table: sorted(map(repr, self.sql(f'SELECT * FROM "{table}"'))) for table in [*tables, *self.also]}

    def refused(self, sentence, line, **environment):
        return super().refused(sentence.replace(self.path, f"{self.server.folder}/{self.name}"), line, **environment)


    def start(self, line):
        return subprocess.Popen([test_change.TENANTCTL, *line.split()], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                env={**os.environ, "TENANT_DB": self.path})


class Change(OnServer, test_change.Database):
    made, also, lines = None, (), test_change.NETWORK.splitlines()

    def __init__(self):
        self.make()


class Operations(OnServer, test_operations.Database):
    made, also, lines = None, ("operation", "operation_step"), test_operations.NETWORK

    def __init__(self):
        self.make()
        self.alive, self.seen, self.over = set(test_operations.NODES), [], False
        self.follower = threading.Thread(target=self.follow, args=(self.server.session(self.name),), daemon=True)
        self.follower.start()
        test_operations.until(lambda: self.sql("SELECT count(*) FROM node_status")[0][0] == len(test_operations.NODES), "the nodes")

    def close(self):
        self.over = True
        self.follower.join()

    def follow(self, db):
        """As the other one does."""
        said = {}
        while not self.over:
            newest = int(db.value("SELECT seq FROM change_seq"))
            late = [node for node in test_operations.NODES if node in self.alive and said.get(node) != newest]
            if late:
                state = [tuple(map(native, row)) for row in db.rows("SELECT name, site_id, state FROM logical_switch ORDER BY id")]
                db.rows("BEGIN")
                for node in late:
                    db.rows(f"INSERT INTO node_status VALUES ('{node}', {newest}, 1, 0, {NOW.format('')}) ON CONFLICT (node)"
                            " DO UPDATE SET revision = excluded.revision, updated = excluded.updated")
                    db.rows("INSERT INTO tenant_status SELECT DISTINCT n.name, t.name, 'ok', '', 'now' FROM tenant t"
                            f" JOIN attachment a ON a.tenant_id = t.id JOIN node n ON n.id = a.node_id WHERE n.name = '{node}'"
                            " ON CONFLICT DO NOTHING")
                    said[node] = newest
                db.rows("COMMIT")
                self.seen += [(node, state) for node in late]
            time.sleep(0.002)

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""tenantctl export and import, from outside: what comes out, goes in, and comes out again is the same bytes.

$TENANTCTL is the program (default: the one built here); $TEST_SEED repeats one random database. With --write the JSON
schema of the document is made anew from vrf-sync/schema.sql.
"""

import json
import os
import random
import re
import sqlite3
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from random_network import fill    # noqa: E402

TREE = Path(os.environ.get("srcdir", Path(__file__).resolve().parent.parent)).resolve()
TENANTCTL = str(Path(os.environ.get("TENANTCTL", "./tenantctl")).resolve())
DOCUMENT_SCHEMA = TREE / "doc/frr-tenant-export.schema.json"
SEEDS = [int(os.environ["TEST_SEED"])] if "TEST_SEED" in os.environ else range(1, 13)
LOGGED = """SELECT tbl_name FROM sqlite_schema WHERE type = 'trigger' AND name = tbl_name || '_insert'
            AND sql LIKE '%INSERT INTO change_log%now)%'"""
failures, checks = [], 0


def check(what, wanted, got):
    global checks
    checks += 1
    if wanted != got:
        failures.append(what)
        print(f"FAILED: {what}\n  wanted: {str(wanted)[:2000]!r}\n  got:    {str(got)[:2000]!r}")


class Database:
    """A database of its own in which tenantctl is run."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="export.")
        self.path = f"{self.folder.name}/tenants.db"
        self.done("init")

    def file(self, name, text):
        path = Path(self.folder.name, name)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)

    def run(self, line, given=None, **environment):
        words = line if isinstance(line, list) else line.split()
        told = subprocess.run([TENANTCTL, *words], input=given, capture_output=True,
                              env={**os.environ, "TENANT_DB": self.path, **environment})
        told.stdout, told.stderr = told.stdout.decode(), told.stderr.decode(errors="replace")
        return told

    def done(self, line, given=None, **environment):
        told = self.run(line, given, **environment)
        check(f"tenantctl {line}", (0, ""), (told.returncode, told.stderr))
        return told.stdout

    def refused(self, sentence, line, given=None, **environment):
        before, told = self.dump(), self.run(line, given, **environment)
        check(f"tenantctl {line}", (1, f"tenantctl: {sentence}\n", ""), (told.returncode, told.stderr, told.stdout))
        check(f"what tenantctl {line} leaves", before, self.dump())

    def connect(self):
        connection = sqlite3.connect(self.path, isolation_level=None)
        connection.execute("PRAGMA foreign_keys = ON")
        return connection

    def sql(self, *statements):
        connection = self.connect()
        try:
            return [connection.execute(text).fetchall() for text in statements][-1]
        finally:
            connection.close()

    def revision(self):
        return self.sql("SELECT ifnull((SELECT seq FROM sqlite_sequence WHERE name = 'change_log'), 0)")[0][0]

    def dump(self):
        """All of it, whatever table, but what only counts."""
        connection = self.connect()
        try:
            return list(connection.iterdump())
        finally:
            connection.close()

    def export(self):
        return self.done("export").encode()

    def imports(self, document, options="--meant"):
        """A document, as bytes or as objects."""
        given = document if isinstance(document, bytes) else json.dumps(document).encode()
        return self.done(f"import - {options}", given)


def rich(seed=7):
    """A database in which each table has rows."""
    db = Database()
    fill(db.path, random.Random(seed), everything=True)
    return db


def a_random_one(seed):
    db = Database()
    fill(db.path, random.Random(seed))
    return db


# ---- the document ----

def each_table_of_the_network_is_in_it():
    db = rich()
    document = json.loads(db.export())
    tables = [name for name in document if name not in ("format", "schema")]
    check("the head", ("frr-tenant", 3), (document["format"], document["schema"]))
    check("the tables", sorted(name for name, in db.sql(LOGGED)), sorted(tables))
    for i, table in enumerate(tables):
        for _, _, parent, *_ in db.sql(f"PRAGMA foreign_key_list({table})"):
            check(f"{table} comes after {parent}", True, parent in tables[:i + 1])
        columns = [row[1] for row in db.sql(f"PRAGMA table_info({table})")]
        keys = [name for _, name in sorted((row[5], row[1]) for row in db.sql(f"PRAGMA table_info({table})") if row[5])]
        check(f"there are rows of {table}", True, len(document[table]) > 0)
        rows = [dict(zip(columns, row)) for row in db.sql(f"SELECT * FROM {table} ORDER BY {', '.join(keys)}")]
        check(f"the rows of {table}", [{name: value for name, value in row.items() if value is not None} for row in rows],
              document[table])
        check(f"the columns of {table} are in their order", True,
              all(list(row) == [name for name in columns if name in row] for row in document[table]))


def a_row_is_a_line_of_the_export():
    db = rich()
    text = db.export().decode()
    rows = [line.rstrip(",") for line in text.split("\n") if line.startswith("{") and line != "{"]
    check("rows", sum(len(rows) for rows in json.loads(text).values() if isinstance(rows, list)), len(rows))
    check("each is an object", True, all(isinstance(json.loads(row), dict) for row in rows))
    check("the end of the last line", "}\n", text[-2:])


def a_change_of_a_row_is_one_of_a_line():
    db = rich()
    text = db.export().decode()
    db.done("set tenant t1 --description other")
    after = db.export().decode()
    check("a change of one row", 1, sum(a != b for a, b in zip(text.split("\n"), after.split("\n"))))


def it_is_for_its_owner_alone():
    db = rich()
    path = f"{db.folder.name}/all.json"
    db.done(["export", path])
    check("its mode", 0o600, stat.S_IMODE(os.stat(path).st_mode))
    check("what is in it", db.export(), Path(path).read_bytes())
    os.chmod(path, 0o644)
    db.done("del tenant t2")
    db.done(["export", path])
    check("its mode, written once more", 0o600, stat.S_IMODE(os.stat(path).st_mode))
    check("what is in it then", db.export(), Path(path).read_bytes())
    check("what is left beside it", ["all.json", "tenants.db"],
          sorted(name for name in os.listdir(db.folder.name) if not name.endswith(("-wal", "-shm"))))
    db.done("export /dev/null")
    check("/dev/null is what it was", True, stat.S_ISCHR(os.stat("/dev/null").st_mode))
    db.refused("/nowhere/all.json cannot be written: No such file or directory", "export /nowhere/all.json")


def what_all_share_is_one_line():
    db = rich()
    text = db.done("export --provider")
    document, whole = json.loads(text), json.loads(db.export())
    check("lines", 1, text.count("\n"))
    check("its tables", ["provider", "pool", "reserved", "reserved_port", "site", "node", "node_role", "wire",
                         "wire_port", "switch_domain", "domain_port", "bundle", "bundle_network"],
          [name for name in document if name not in ("format", "schema")])
    check("its rows", {name: whole[name] for name in document}, document)
    db.refused("standard input, line 2: table tenant is missing; a document has all tables, an empty one is []",
               "import -", text.encode())


def broken_text_is_named():
    db = rich()
    for value, number in (("CAST(x'61ff62' AS TEXT)", 2), ("'a' || char(0) || 'b'", 3)):
        db.sql("UPDATE tenant SET description = ''",
               f"UPDATE tenant SET description = {value} WHERE id = (SELECT id FROM tenant ORDER BY id LIMIT 1 OFFSET {number - 1})")
        told = db.run("export")
        check("a text that is none", (1, f"tenantctl: row {number} of table tenant cannot be exported: its description is not UTF-8,"
                                         " or has a NUL in it; write another one\n"), (told.returncode, told.stderr))
    good = rich().export()
    db.imports(good)
    check("it is mended by an import", good, db.export())


# ---- round trips ----

def there_and_back():
    for seed in SEEDS:
        db, other = a_random_one(seed), Database()
        text = db.export()
        check(f"seed {seed}: once more", text, db.export())
        other.imports(text)
        check(f"seed {seed}: there and back", text, other.export())
        revision = other.revision()
        other.imports(text, "")
        check(f"seed {seed}: what is there already is left", revision, other.revision())
        for table, greatest in other.sql("SELECT name, seq FROM sqlite_sequence WHERE name NOT IN ('change', 'change_log')"):
            check(f"seed {seed}: ids of {table} are not given again", other.sql(f"SELECT max(id) FROM {table}")[0][0] or 0, greatest)
        columns = {table: [row[1] for row in db.sql(f"PRAGMA table_info({table})")] for table, in db.sql(LOGGED)}
        same = {table: sorted(map(repr, db.sql(f"SELECT * FROM {table}"))) for table in columns}
        check(f"seed {seed}: all rows", same, {table: sorted(map(repr, other.sql(f"SELECT * FROM {table}"))) for table in columns})


def from_any_to_any():
    """Ids are used for other rows, names and addresses have changed hands; and what was is had back."""
    for seed in SEEDS:
        one, two = a_random_one(seed), a_random_one(seed + 1000)
        first, second, revision = one.export(), two.export(), one.revision()
        told = one.run("import - --meant", second)
        if told.returncode and "egress of a tenant is chosen once" in told.stderr:
            check(f"seed {seed}: what is refused changes nothing", (first, revision), (one.export(), one.revision()))
            continue
        check(f"seed {seed}: import", (0, ""), (told.returncode, told.stderr))
        check(f"seed {seed}: it is the other", second, one.export())
        check(f"seed {seed}: nothing is broken", [], one.sql("PRAGMA foreign_key_check"))
        number = one.done(f"change rollback {revision}").strip()
        one.done(f"change plan {number}")
        one.done(f"change apply {number} --meant")
        check(f"seed {seed}: and back", first, one.export())


def names_change_hands():
    db = rich()
    document = json.loads(db.export())
    tenants = [row for row in document["tenant"] if not row["name"].endswith(".test")][:3]
    names, ports = [row["name"] for row in tenants], document["wire_port"]
    for row, name in zip(tenants, names[1:] + names[:1]):
        row["name"] = name
    for table in ("site", "node", "wire", "bundle", "switch_domain"):    # rows that others refer to, each in its own way
        one, two = document[table][:2]
        one["name"], two["name"] = two["name"], one["name"]
    one, two = document["node"][:2]
    one["router_id"], two["router_id"] = two["router_id"], one["router_id"]
    here = [row for row in ports if row["wire_id"] == ports[0]["wire_id"]][:2]
    here[0]["slot"], here[1]["slot"] = here[1]["slot"], here[0]["slot"]
    before, revision = db.export(), db.revision()
    db.imports(document)
    check("they have", document, json.loads(db.export()))
    number = db.done(f"change rollback {revision}").strip()
    db.done(f"change plan {number}")
    db.done(f"change apply {number} --meant")
    check("and back", before, db.export())


def rows_move_away_from_what_goes():
    """A switch goes; its subnet goes to another one."""
    db = rich()
    document = json.loads(db.export())
    of_one = [row for row in document["logical_switch"] if row["tenant_id"] == document["tenant"][0]["id"]]
    gone, kept = (next(row for row in of_one if row["name"] == name) for name in ("moves", "stays"))
    document["switch_vlan"] = [row for row in document["switch_vlan"] if row["switch_id"] != kept["id"]]
    document["logical_switch"].remove(gone)
    for table in ("subnet", "switch_vlan", "network_map"):
        for row in [row for row in document[table] if row["switch_id"] == gone["id"]]:
            row["switch_id"] = kept["id"]
    document["switch_vlan"].sort(key=lambda row: (row["switch_id"], row["domain_id"]))
    db.imports(document)
    check("it is there", document, json.loads(db.export()))


def defaults_are_those_of_the_schema():
    db = Database()
    document = json.loads(db.export())
    document["provider"], document["site"] = [{"id": 1, "vpn_tag": None}], [{"id": 4, "name": "dc1"}]
    db.imports(document)
    check("the site", [(4, "dc1", "", "active")], db.sql("SELECT * FROM site"))
    check("the provider", [(65000, 51, None)], db.sql("SELECT asn, nssa_area, vpn_tag FROM provider"))
    check("the next site", "dc2", db.done("add site dc2") or "dc2")
    check("its id", [(5,)], db.sql("SELECT id FROM site WHERE name = 'dc2'"))


# ---- as any change ----

def it_is_one_change():
    db = rich()
    text, revision = db.export(), db.revision()
    path = db.file("all.json", text)
    db.done("add switch t1 late 10.1.200.0/24")
    db.done(["import", path])
    check("the newest change", f"import {path}", json.loads(db.done("--json change history 1"))[0]["what"])
    check("its rows", ["t1 logical_switch -1", "t1 subnet -1"], json.loads(db.done("--json change history 1"))[0]["rows"])
    check("as it was", text, db.export())
    told = json.loads(db.done(["--json", "import", path]))
    check("with --json", ("import", None, [path], True), (told["done"], told["object"], told["names"], told["revision"] > revision))


def it_is_judged():
    db = rich()
    document = json.loads(db.export())
    switch = next(row["id"] for row in document["logical_switch"] if row["name"] == "stays")
    subnet = next(row for row in document["subnet"] if row["switch_id"] == switch)
    subnet["gateway"] = "10.77.0.1"
    text = json.dumps(document).encode()
    sentence = f"gateway 10.77.0.1 is outside subnet {subnet['prefix']} of switch stays"
    for options in ("", " --check", " --meant"):
        before, told = db.dump(), db.run(f"import -{options}", text)
        check(f"import{options}", (1, True), (told.returncode, sentence in told.stderr))
        check(f"what import{options} leaves", before, db.dump())


def it_is_braked():
    db = rich()
    text = db.export()
    for i in range(30):
        db.done(f"add switch t1 more{i} 10.1.{100 + i}.0/24")
    for options in ("", " --check"):
        before, told = db.dump(), db.run(f"import -{options}", text)
        check(f"import{options}", (1, True), (told.returncode, "--meant" in told.stderr))
        check(f"what import{options} leaves", before, db.dump())
    check("--check --meant", "", db.done("import - --check --meant", text))
    db.done("import - --meant", text)
    check("it is meant", text, db.export())


def it_is_shown():
    db = rich()
    document = json.loads(db.export())
    switch = next(row["id"] for row in document["logical_switch"] if row["name"] == "stays")
    document["subnet"].append({"id": 900, "switch_id": switch, "prefix": "10.1.222.0/24", "gateway": "10.1.222.1"})
    text, before = json.dumps(document).encode(), db.dump()
    shown = db.done("import - --dry-run", text)
    check("the prefix", True, "prefixes added: 1\n  t1: 10.1.222.0/24\n" in shown)
    check("what a node does", True, "ip addr add 10.1.222.1/24 dev ls" in shown)
    told = json.loads(db.done("--json import - --dry-run", text))
    check("as JSON", "10.1.222.0/24", told["prefixes-added"][0]["prefix"])
    check("with --check", "", db.done("import - --check", text))
    check("nothing was changed", before, db.dump())


def it_is_kept_in_a_draft():
    db = rich()
    document = json.loads(db.export())
    document["tenant"][0]["description"] = "drafted"
    path, before = db.file("all.json", json.dumps(document)), db.export()
    number = db.done("change begin").strip()
    db.done(["import", path], TENANT_CHANGE=number)
    check("a draft", before, db.export())
    check("the draft shown", document, json.loads(db.done("export", TENANT_CHANGE=number)))
    db.refused("a draft is run again when it is applied; give the whole path of a file instead of \"-\"", "import -",
               json.dumps(document).encode(), TENANT_CHANGE=number)
    db.refused('a draft keeps what is to be done; leave --check and --dry-run out, "tenantctl change plan" shows it',
               ["import", path, "--dry-run"], TENANT_CHANGE=number)
    db.done(f"change plan {number}")
    db.done(f"change apply {number}")
    check("applied", document, json.loads(db.export()))


# ---- what is wrong with a document ----

def spoiled(db):
    """(sentence, document): each of them is refused."""
    good = db.export()
    text = good.decode()
    head = '{\n"format": "frr-tenant",\n"schema": 3,\n'

    def but(change):
        document = json.loads(good)
        change(document)
        return json.dumps(document, indent=None).encode()

    def row(table, number, **columns):
        def change(document):
            document[table][number - 1].update(columns)
            document[table][number - 1] = {key: value for key, value in document[table][number - 1].items() if value != "-"}
        return but(change)

    start = "document.json, line 1"
    tenants = len(json.loads(good)["tenant"])
    yield f"{start}: the document ends here, where a document, '{{', is wanted", b""
    yield f"{start}: there is 'n' where a document, '{{', is wanted", b"not JSON at all"
    yield f"{start}: there is '[' where a document, '{{', is wanted", b"[]"
    yield f"{start}: there is byte 0x00 where a document, '{{', is wanted", b"\0" * 64
    yield f"{start}: there is byte 0xef where a document, '{{', is wanted", b"\xef\xbb\xbf{}"
    yield f'{start}: "format" is missing; this is no export of a tenant database', b"{}"
    yield f'{start}: "schema" is missing; this is no export of a tenant database', b'{"format": "frr-tenant"}'
    yield f'{start}: the format is "netbox", not "frr-tenant"', b'{"format": "netbox"}'
    yield f'{start}: "format" is there twice', b'{"format": "frr-tenant", "format": "frr-tenant"}'
    yield f"{start}: the document is of schema 4, and this program knows 3; import it with the one that is as new", b'{"schema": 4}'
    yield f"{start}: the document is of schema 2, and documents begin with 3", b'{"schema": 2}'
    yield f"{start}: there is '\"' where the number of the schema is wanted", b'{"schema": "3"}'
    yield f'{start}: there is no table "tenat" in a document', b'{"tenat": []}'
    yield f'{start}: there is no table "change_log" in a document', b'{"change_log": []}'
    yield f"document.json, line 3: there is '}}' where the name of a table is wanted", b'{\n"schema": 3,\n}'
    yield f"{start}, table site: there is '{{' where a list, '[', is wanted", b'{"site": {}}'
    yield f"{start}, table site: it is there twice", b'{"site": [], "site": []}'
    yield f"{start}, table site, row 1: there is '3' where a row, '{{', is wanted", b'{"site": [3]}'
    yield f"{start}, table site, row 1, column id: there is ']' where ',' or '}}' is wanted", b'{"site": [{"id": 1]}'
    yield f'{start}, table site, row 1: there is no column "nome" in this table', b'{"site": [{"id": 1, "nome": "dc1"}]}'
    yield f"{start}, table site, row 1, column id: it is there twice", b'{"site": [{"id": 1, "id": 1}]}'
    yield f"{start}, table site, row 1, column name: it is missing", b'{"site": [{"id": 1}]}'
    yield f"{start}, table site, row 2, column id: it is missing", b'{"site": [{"id": 1, "name": "a"}, {"name": "b"}]}'
    for value, sentence in (('"1"', "a text stands here; this column has a whole number"),
                            ("true", "true or false stands here; this column has a whole number"),
                            ("null", "null stands here; this column has a whole number"),
                            ("[1]", "something of several parts stands here; this column has a whole number"),
                            ("1.0", "this number has a fraction or an exponent; write a whole one"),
                            ("1e3", "this number has a fraction or an exponent; write a whole one"),
                            ("01", "this is no number that JSON has"),
                            ("-", "this is no number that JSON has"),
                            ("9223372036854775808", "this number is too large"),
                            ("1" * 4000, "this number is too large"),
                            ("NaN", "there is 'N' where a value is wanted")):
        yield f"{start}, table site, row 1, column id: {sentence}", f'{{"site": [{{"id": {value}, "name": "a"}}]}}'.encode()
    for value, sentence in ((b"7", "a number stands here; this column has a text"),
                            (b'"a\\u0000b"', "this text has a NUL (\\u0000) in it"),
                            (b'"a\0b"', "there is a control character (0x00) in a text"),
                            (b'"a\nb"', "there is a control character (0x0a) in a text"),
                            (b'"a\xffb"', "there is byte 0xff in a text, which is not UTF-8"),
                            (b'"a\xc3"', "there is byte 0xc3 in a text, which is not UTF-8"),
                            (b'"\xed\xa0\x80"', "there is byte 0xed in a text, which is not UTF-8"),
                            (b'"a\\xb"', "an escape in this text is none that JSON has"),
                            (b"'a'", "there is ''' where a value is wanted")):
        yield f"{start}, table site, row 1, column locale: {sentence}", b'{"site": [{"id": 1, "name": "a", "locale": ' + value + b"}]}"
    yield f"{start}, table site, row 1, column locale: the document ends here, within a text", b'{"site": [{"locale": "a'
    yield f"{start}, table site, row 1, column locale: the document ends here, within a text", b'{"site": [{"locale": "a\\'
    yield f"document.json, line {text.count(chr(10)) + 1}: something follows the document", good + b"{}"
    yield (f"document.json, line {text[:-2].count(chr(10)) + 1}: the document ends here, where ',' or '}}' is wanted",
           good.rstrip()[:-1])
    yield (f"{start}: table tenant is missing; a document has all tables, an empty one is []",
           but(lambda document: document.pop("tenant")))
    yield ("document.json, table tenant, row 2, column id: row 1 has this key already",
           row("tenant", 2, id=json.loads(good)["tenant"][0]["id"]))
    yield ("document.json, table node, row 1, column site_id: it refers to site 4711, which is not there",
           row("node", 1, site_id=4711))
    yield ("document.json, table attachment, row 1, column node_id: it refers to node_role 4711 with this role, which is not there",
           row("attachment", 1, node_id=4711))
    yield ("document.json, table tenant, row 1, column active_site_id: it refers to site -3, which is not there",
           row("tenant", 1, active_site_id=-3))
    yield ("document.json, table tenant, row 1: the database does not allow this: max_routes BETWEEN 1 AND 10000000",
           row("tenant", 1, max_routes=0))
    yield ("document.json, table tenant, row 2: another row has the same tenant.name",
           row("tenant", 2, name=json.loads(good)["tenant"][0]["name"]))
    yield (f"document.json, table tenant, row {tenants + 1}: another row has the same tenant.name",
           but(lambda document: document["tenant"].append({"id": 900, "name": document["tenant"][0]["name"]})))
    yield (f"{start}, table switch_vlan, row 1, column vlan: it is missing", row("switch_vlan", 1, vlan="-"))
    yield ("document.json, table tenant, row 1: egress of a tenant is chosen once; make another tenant for the other way",
           row("tenant", 1, egress="active", active_site_id=json.loads(good)["site"][0]["id"]))
    yield f"{start}: there is byte 0x07 where ',' or '}}' is wanted", b'{"site": []\7}'
    yield f'{start}: there is no table "{"x" * 40}" in a document', b'{"' + b"x" * 100000 + b'": []}'
    yield f"{start}: there is '[' where the name of a table is wanted", b"{" + b"[" * 1000000
    yield "document.json, line 4: there is ']' where the name of a table is wanted", (head + "]").encode()


def what_is_wrong_is_said():
    db = rich()
    for sentence, document in spoiled(db):
        path = db.file("document.json", document)
        before, told = db.dump(), db.run(["import", path])
        got = told.stderr.replace(path[-40:] if len(path) > 40 else path, "document.json")
        check(f"a document: {document[:60]}", (1, f"tenantctl: {sentence}\n", ""), (told.returncode, got, told.stdout))
        if before != db.dump():
            check(f"what this leaves: {document[:60]}", "as it was", "changed")


def every_end_is_found_out():
    """Cut at any place, it is refused."""
    db, text = rich(), rich().export().rstrip()
    before = db.dump()
    cuts = sorted(random.Random(5).sample(range(len(text)), 150))
    for cut in cuts:
        told = db.run("import -", text[:cut])
        check(f"cut at {cut}", (1, True), (told.returncode, told.stderr.startswith("tenantctl: standard input, line ")))
    check("what all that leaves", before, db.dump())


def files_that_are_none():
    db = rich()
    db.refused("/nowhere cannot be read: No such file or directory", "import /nowhere")
    db.refused("/ cannot be read: Is a directory", "import /")


def very_large_ones():
    db = rich()
    path = Path(db.folder.name, "large.json")
    with path.open("wb") as file:    # 100 MB of rows, and one at the end that is wrong
        file.write(b'{"format": "frr-tenant", "schema": 3, "reserved": [\n')
        line, count = '{"prefix":"10.%d.%d.%d/32","what":"%s"},\n', 0
        while file.tell() < 100_000_000:
            file.write("".join(line % (i >> 16 & 255, i >> 8 & 255, i & 255, "x" * 100) for i in range(count, count + 10000)).encode())
            count += 10000
        file.write(b'{"prefix":7}]}')
    before, told = db.dump(), db.run(["import", str(path)])
    check("100 MB", (1, True), (told.returncode, f"line {count + 2}, table reserved, row {count + 1}, column prefix: a number stands here"
                                in told.stderr))
    with path.open("wb") as file:
        file.truncate(300 << 20)
    told = db.run(["import", str(path)])
    check("300 MB", (1, True), (told.returncode, told.stderr.endswith("cannot be read: it is larger than 256 MiB\n")))
    check("what they leave", before, db.dump())


# ---- the JSON schema ----

def column_schema(name, kind, sql):
    """By the schema's own CHECKs, as far as they are simple."""
    found = {"type": "integer" if kind == "INTEGER" else "string"}
    words = re.search(rf"CHECK \({name} IN \(([^)]*)\)\)", sql)
    numbers = re.search(rf"CHECK \({name} BETWEEN (\d+) AND (\d+)", sql)
    if words and kind == "TEXT":
        found["enum"] = re.findall(r"'([^']*)'", words[1])
    elif words:
        found["enum"] = [int(number) for number in words[1].split(",")]
    if numbers:
        found.update(minimum=int(numbers[1]), maximum=int(numbers[2]))
    return found


def made_schema(db, tables):
    rows = {}
    for table in tables:
        sql = db.sql(f"SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = '{table}'")[0][0]
        columns = db.sql(f"PRAGMA table_info({table})")
        needed = [name for _, name, _, not_null, default, key in columns if (not_null or key) and default is None]
        if table == "switch_vlan":
            needed.append("vlan")
        rows[table] = {"type": "object", "additionalProperties": False, "required": needed,
                       "properties": {name: column_schema(name, kind, sql) for _, name, kind, *_ in columns}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "What tenantctl export writes: the rows of a tenant database (vrf-sync/schema.sql explains each column)",
        "type": "object", "additionalProperties": False, "required": ["format", "schema", *tables],
        "properties": {"format": {"const": "frr-tenant"}, "schema": {"const": 3},
                       **{table: {"type": "array", "items": {"$ref": f"#/$defs/{table}"}} for table in tables}},
        "$defs": rows,
    }


def faults(schema, value, root, where="document"):
    """As much of draft 2020-12 as the schema makes use of."""
    schema = root["$defs"][schema["$ref"].rsplit("/", 1)[1]] if "$ref" in schema else schema
    types = {"object": dict, "array": list, "integer": int, "string": str}
    if "type" in schema and not isinstance(value, types[schema["type"]]):
        yield f"{where} is no {schema['type']}"
        return
    if "const" in schema and value != schema["const"] or "enum" in schema and value not in schema["enum"]:
        yield f"{where} is {value}"
    if "minimum" in schema and not schema["minimum"] <= value <= schema["maximum"]:
        yield f"{where} is {value}"
    for name in schema.get("required", ()):
        if name not in value:
            yield f"{where} has no {name}"
    for name, one in value.items() if isinstance(value, dict) else ():
        if name in schema["properties"]:
            yield from faults(schema["properties"][name], one, root, f"{where}.{name}")
        elif not schema["additionalProperties"]:
            yield f"{where} has {name}"
    for i, one in enumerate(value) if isinstance(value, list) else ():
        yield from faults(schema["items"], one, root, f"{where}[{i}]")


def the_json_schema_fits():
    db = rich()
    document = json.loads(db.export())
    tables = [name for name in document if name not in ("format", "schema")]
    schema = json.loads(DOCUMENT_SCHEMA.read_text())
    check("doc/frr-tenant-export.schema.json says what schema.sql says (tests/test_export.py --write makes it anew)",
          made_schema(db, tables), schema)
    check("faults of an export", [], list(faults(schema, document, schema)))
    for spoil, fault in ((lambda d: d["tenant"][0].pop("name"), "document.tenant[0] has no name"),
                         (lambda d: d["site"][0].update(id="1"), "document.site[0].id is no integer"),
                         (lambda d: d["site"][0].update(state="lost"), "document.site[0].state is lost"),
                         (lambda d: d["wire"][0].update(mtu=3), "document.wire[0].mtu is 3"),
                         (lambda d: d.update(status=[]), "document has status"),
                         (lambda d: d.pop("leak"), "document has no leak")):
        bad = json.loads(json.dumps(document))
        spoil(bad)
        check("a fault is found out", [fault], list(faults(schema, bad, schema)))


STORIES = (each_table_of_the_network_is_in_it, a_row_is_a_line_of_the_export,
           a_change_of_a_row_is_one_of_a_line, it_is_for_its_owner_alone, what_all_share_is_one_line,
           broken_text_is_named, there_and_back, from_any_to_any, names_change_hands, rows_move_away_from_what_goes,
           defaults_are_those_of_the_schema, it_is_one_change, it_is_judged, it_is_braked, it_is_shown,
           it_is_kept_in_a_draft, what_is_wrong_is_said, every_end_is_found_out, files_that_are_none, very_large_ones,
           the_json_schema_fits)


def main():
    if sys.argv[1:] == ["--write"]:
        db = Database()
        tables = [name for name in json.loads(db.export()) if name not in ("format", "schema")]
        DOCUMENT_SCHEMA.write_text(json.dumps(made_schema(db, tables), indent=1) + "\n")
        return
    wanted = sys.argv[1:]
    for story in STORIES:
        if not wanted or story.__name__ in wanted:
            story()
    print(f"{checks} checks, {len(failures)} failures")
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
